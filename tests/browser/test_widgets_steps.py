"""Layouts of exercises in a browser: what they add works by pointer and by key, and what it changes is kept."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from holdfast.access import Role
from tests.browser.conftest import CheckAccess, PageAt, SignIn

pytestmark = [pytest.mark.pages, pytest.mark.longer]

PHONE, LAPTOP = 390, 1280

SEND = """place => {
  const form = document.createElement("form"), token = document.querySelector("[name=csrfmiddlewaretoken]");
  form.method = "post"; form.action = place; form.append(token.cloneNode()); document.body.append(form); form.submit();
}"""
"""Sends an empty form to an address, as the button that begins an exercise does."""

Begin = Callable[[str], Page]


@pytest.fixture(scope="module")
def dbt_course(browser: Browser, clinic: str, sign_in: SignIn) -> str:
    """Address of a DBT course that the demo's therapist has begun for the last person of the caseload."""
    page = browser.new_context(base_url=clinic, viewport={"width": LAPTOP, "height": 800}).new_page()
    sign_in(page, Role.THERAPIST)
    person = page.locator("tbody th a").last.get_attribute("href")
    page.goto(f"{person}therapy/")
    page.get_by_role("radio", name=re.compile("Dialectical|DBT")).first.check()
    page.get_by_role("button", name="Start course").click()
    page.goto(str(person))
    courses = [one.get_attribute("href") for one in page.locator("main a[href^='/courses/']").all()]
    found = max(courses, key=lambda href: int(re.findall(r"\d+", str(href))[0]))
    page.context.close()
    return re.match(r"/courses/\d+/", str(found))[0]  # type: ignore[index]


@pytest.fixture(scope="module")
def cbt_course(browser: Browser, clinic: str, sign_in: SignIn) -> None:
    """A CBT course of the demo's patient, begun now: the newest is the one whose exercises are theirs."""
    page = browser.new_context(base_url=clinic, viewport={"width": LAPTOP, "height": 800}).new_page()
    sign_in(page, Role.THERAPIST)
    page.goto("/caseload/?search=Ada+Example")
    person = page.get_by_role("link", name="Ada Example").first.get_attribute("href")
    page.goto(f"{person}therapy/")
    page.locator("[name=therapy][value=cbt]").check()
    page.get_by_role("button", name="Start course").click()
    page.get_by_text("Course begun").wait_for()
    page.context.close()


@pytest.fixture
def as_patient(page_at: PageAt, sign_in: SignIn, cbt_course: None) -> Begin:
    """`as_patient("cbt.step_ladder")`: the demo's patient with that exercise open on a phone."""
    page = page_at(PHONE, "light")
    sign_in(page, Role.PATIENT)

    def begin(name: str) -> Page:
        page.goto("/my-therapy/")
        page.evaluate(SEND, f"/my-therapy/exercises/{name}/")
        page.wait_for_url("**/practice/**")
        return page

    return begin


@pytest.fixture
def as_therapist(page_at: PageAt, sign_in: SignIn, dbt_course: str) -> Begin:
    """`as_therapist("dbt.diary_card")`: the demo's therapist filling it in with someone, on a laptop."""
    page = page_at(LAPTOP, "dark")
    sign_in(page, Role.THERAPIST)

    def begin(name: str) -> Page:
        page.goto("/caseload/")
        page.evaluate(SEND, f"{dbt_course}exercises/{name}/")
        page.wait_for_url("**/exercises/*-*/")
        return page

    return begin


@contextmanager
def kept(page: Page, name: str, value: str) -> Iterator[None]:
    """What is done within is kept by the page itself, that answer with it; afterwards the page is opened anew."""

    def has_it(answer: Response) -> bool:
        sent = parse_qs(answer.request.post_data or "") if answer.url.endswith("/save/") else {}
        return answer.ok and value in sent.get(name, ())

    with page.expect_response(has_it, timeout=8000) as told:
        yield
    revision = str(told.value.json()["revision"])
    expect(page.locator("form.exercise [name=revision]")).to_have_value(revision)
    page.reload()


def fits(page: Page, axe: CheckAccess) -> None:
    """The page breaks no accessibility rule and does not run off the side, on a phone and on a laptop."""
    for width in (PHONE, LAPTOP):
        page.set_viewport_size({"width": width, "height": 844})
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "it runs off the side"


def test_week_when_a_day_is_tapped_keyed_or_dragged_to_then_the_plan_stands_there(
    as_patient: Begin, axe: CheckAccess
) -> None:
    page = as_patient("cbt.activity_calendar")
    page.get_by_label("What will I do?").fill("sit in the park")
    days = page.locator(".week-day")
    third, fifth = (days.nth(place).get_attribute("data-day") for place in (2, 4))
    days.nth(2).get_by_role("button").click()
    expect(page.locator("#f-when")).to_have_value(f"{third}T12:00")
    with kept(page, "when", f"{third}T19:00"):
        page.get_by_role("button", name="evening").focus()
        page.keyboard.press("Enter")
    expect(page.locator("#f-when")).to_have_value(f"{third}T19:00")
    expect(days.nth(2).get_by_role("button")).to_have_attribute("aria-pressed", "true")
    chip = page.locator("[data-drag]")
    expect(chip).to_contain_text("sit in the park")
    with kept(page, "when", f"{fifth}T19:00"):
        chip.drag_to(days.nth(4))
    expect(page.locator("#f-when")).to_have_value(f"{fifth}T19:00")
    fits(page, axe)
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_role("heading", name="That week")).to_be_visible()
    fits(page, axe)
    page.evaluate(SEND, "/my-therapy/exercises/cbt.activity_calendar/")
    page.get_by_text("Do something again").click()
    with kept(page, "what", "sit in the park"):
        page.get_by_role("button", name="sit in the park").click()
    expect(page.get_by_label("What will I do?")).to_have_value("sit in the park")


def test_thought_record_when_stepped_through_then_three_answers_are_enough_and_all_can_be_seen(
    as_patient: Begin, axe: CheckAccess
) -> None:
    page = as_patient("cbt.thought_record")
    following = page.get_by_role("button", name="Next", exact=True)
    expect(page.get_by_text("Step 1 of 9")).to_be_visible()
    page.get_by_label("What was happening?").fill("waiting")
    fits(page, axe)
    following.click()
    expect(page.get_by_label("What went through my mind?")).to_be_focused()
    page.keyboard.type("she is cross")
    following.focus()
    page.keyboard.press("Enter")
    enough = page.get_by_role("button", name="Done for today")
    expect(enough).to_be_hidden()
    with kept(page, "believe_before", "80"):
        page.locator("#f-believe_before").fill("80")
        page.locator("#f-believe_before").press("Tab")
    expect(enough).to_be_visible()
    page.get_by_role("button", name="Show it all on one page").click()
    page.locator("#f-believe_after").fill("900")
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#f-believe_after")).to_be_visible()  # its card is the one that is open
    expect(page.locator("#f-thought")).to_be_hidden()
    page.locator("#f-believe_after").fill("30")
    expect(page.locator("[data-pair] [data-bar=believe_after] .bar-fill")).to_have_attribute("width", "30")
    fits(page, axe)
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_role("heading", name="The thought", exact=True)).to_be_visible()
    fits(page, axe)


def test_ladder_when_steps_are_moved_by_button_key_and_handle_then_the_order_is_kept(
    as_patient: Begin, axe: CheckAccess
) -> None:
    page = as_patient("cbt.step_ladder")
    page.get_by_label("The thing I keep putting off").fill("the post")
    first, second = page.locator("#f-steps-1-step"), page.locator("#f-steps-2-step")
    first.fill("open one letter")
    second.fill("put it on the table")
    page.locator("#f-steps-1-effort-8").check()
    expect(page.get_by_text("Can you make it smaller?")).to_be_visible()
    with kept(page, "steps-2-step", "open one letter"):
        page.get_by_role("button", name="Move down").first.click()
    expect(first).to_have_value("put it on the table")
    expect(page.locator("#f-steps-2-effort-8")).to_be_checked()
    expect(page.get_by_text("Can you make it smaller?")).to_be_hidden()
    with kept(page, "steps-1-step", "open one letter"):
        page.get_by_role("button", name="Move up").nth(1).focus()
        page.keyboard.press("Enter")
        expect(page.locator("[data-row]").first.locator("[data-move=down]")).to_be_focused()
    expect(first).to_have_value("open one letter")
    page.set_viewport_size({"width": LAPTOP, "height": 1600})  # both ends of a drag are in sight
    with kept(page, "steps-1-step", "put it on the table"):
        page.locator(".row-handle").nth(1).drag_to(page.locator(".row-handle").first)
    expect(first).to_have_value("put it on the table")
    fits(page, axe)
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_role("heading", name="The next step")).to_be_visible()
    fits(page, axe)


@pytest.mark.parametrize(
    ("name", "field", "label", "again"),
    [
        ("cbt.pullback_loop", "trigger", "What sets it off?", "The loop"),
        ("cbt.five_parts", "moment", "What was going on?", "This day"),
        ("cbt.experiment", "guess", "What do I think will happen?", "Before"),
    ],
)
def test_boxes_when_written_in_then_stand_in_their_place_again(
    as_patient: Begin, axe: CheckAccess, name: str, field: str, label: str, again: str
) -> None:
    page = as_patient(name)
    with kept(page, field, "a long message"):
        page.get_by_label(label).fill("a long message")
        page.keyboard.press("Tab")
    expect(page.get_by_label(label)).to_have_value("a long message")
    fits(page, axe)
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_text("a long message")).to_be_visible()
    expect(
        page.get_by_role("heading", name=again).or_(page.get_by_role("list", name=again)).first
    ).to_be_visible()
    fits(page, axe)


def test_diary_when_an_earlier_day_is_chosen_then_it_says_so_and_the_day_is_kept(
    as_therapist: Begin, axe: CheckAccess
) -> None:
    page = as_therapist("dbt.diary_card")
    days = page.locator("[data-day-picks] button")
    expect(days.last).to_have_attribute("aria-pressed", "true")
    days.nth(4).click()
    expect(page.get_by_text("An earlier day")).to_be_visible()
    with kept(page, "day", str(days.nth(5).locator("xpath=..").get_attribute("data-day"))):
        days.nth(5).focus()
        page.keyboard.press("Enter")
    expect(days.nth(5)).to_have_attribute("aria-pressed", "true")
    page.locator("#f-misery-8").check()
    page.get_by_role("button", name="Done", exact=True).click()
    again = as_therapist("dbt.diary_card")
    expect(again.locator(".week-grid")).to_contain_text("later")
    again.locator("[data-day-picks] button").nth(5).click()
    expect(again.get_by_text("This day is filled in already.")).to_be_visible()
    fits(again, axe)


def test_chain_when_links_are_added_moved_and_marked_then_all_of_it_is_kept(
    as_therapist: Begin, axe: CheckAccess
) -> None:
    page = as_therapist("dbt.link_by_link")
    add = page.get_by_role("group", name="Add a link:")
    for kind, text in (("thought", "no use"), ("feeling", "shame"), ("body", "tight chest")):
        add.get_by_role("button", name=kind).click()
        page.keyboard.type(text)
    expect(page.locator("#f-links-3-text")).to_have_value("tight chest")
    expect(page.locator("#f-links-3-kind-3")).to_be_checked()
    page.get_by_role("button", name="Change this link").nth(1).click()
    expect(page.get_by_label("Which link will I change?")).to_have_value("shame")
    with kept(page, "links-1-text", "shame"):
        page.get_by_role("button", name="Move up").nth(1).focus()
        page.keyboard.press("Space")
    expect(page.locator("#f-links-1-text")).to_have_value("shame")
    expect(page.locator("[data-row]").first).to_have_class(re.compile("is-changed"))
    expect(page.get_by_role("radio", name="shame")).to_be_checked()
    with kept(page, "change_link", "hot shame"):
        page.locator("#f-links-1-text").fill("hot shame")
        page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="hot shame")).to_be_checked()
    fits(page, axe)


def test_kit_and_good_days_when_ticked_then_the_note_the_cards_and_the_count_follow(
    as_therapist: Begin, axe: CheckAccess
) -> None:
    page = as_therapist("dbt.hard_moment_kit")
    note = page.get_by_text("until a clinician has checked with you", exact=False).last
    expect(note).to_be_visible()
    page.locator("[data-field=hear] input[type=text]").first.fill("one song")
    with kept(page, "health", "no"):
        page.locator("[data-field=health]").get_by_role("radio", name="no", exact=True).check()
    expect(page.locator("[data-health-note]")).to_be_hidden()
    assert page.locator("datalist option").first.get_attribute("value") == "one song"
    fits(page, axe)
    page = as_therapist("dbt.good_days")
    with kept(page, "body", "ate regularly"):
        page.get_by_role("checkbox", name="moved").check()
        page.get_by_role("checkbox", name="ate regularly").focus()
        page.keyboard.press("Space")
    expect(page.locator("[data-today] strong")).to_have_text("2 ✓")
    fits(page, axe)
    page = as_therapist("dbt.act_opposite")
    page.get_by_text("For afterwards").click()
    page.locator("#f-before").fill("80")
    page.locator("#f-after").fill("50")
    expect(page.locator("[data-pair='before after']")).to_be_visible()
    fits(page, axe)
