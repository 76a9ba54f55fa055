"""Layouts about people, days and plans at work: by pointer and by keys, kept as one goes, and open to everyone."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Locator, Page, Response, expect

from holdfast.access import Role
from tests.browser.conftest import CheckAccess, PageAt, Screenshot, SignIn

pytestmark = [pytest.mark.pages, pytest.mark.longer]

Practise = Callable[[str], Page]


@pytest.fixture(scope="module")
def logged_in(browser: Browser, clinic: str, sign_in: SignIn) -> dict[Role, Any]:
    """The log-in of the demo's therapist and patient, so that each test need not type it."""
    states = {}
    for role in (Role.THERAPIST, Role.PATIENT):
        context = browser.new_context(base_url=clinic)
        sign_in(context.new_page(), role)
        states[role] = context.storage_state()
        context.close()
    return states


@pytest.fixture(scope="module")
def begun() -> list[str]:
    """The therapies begun so far. Tests of one therapy stand together, so that each is begun once."""
    return []


@pytest.fixture
def practise(page_at: PageAt, logged_in: dict[Role, Any], begun: list[str]) -> Practise:
    """`practise("ipt")`: the demo's patient on a phone, with a course of that therapy running."""

    def begin(therapy: str) -> Page:
        if therapy not in begun:
            staff = page_at(1280, "light", storage_state=logged_in[Role.THERAPIST])
            staff.goto("/caseload/?search=Ada+Example")
            person = staff.get_by_role("link", name="Ada Example").first.get_attribute("href")
            staff.goto(f"{person}therapy/")
            staff.locator(f"[name=therapy][value={therapy}]").check()
            staff.get_by_role("button", name="Start course").click()
            expect(staff.get_by_text("Course begun")).to_be_visible()
            begun.append(therapy)
        return page_at(390, "light", storage_state=logged_in[Role.PATIENT])

    return begin


def open_exercise(page: Page, name: str) -> None:
    page.goto("/my-therapy/")
    token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    answer = page.request.post(
        f"/my-therapy/exercises/{name}/",
        form={"csrfmiddlewaretoken": token},
        headers={"Referer": page.url},
    )
    page.goto(answer.url)


@contextmanager
def kept(page: Page, name: str, value: str) -> Iterator[None]:
    """What is done within is kept by the page itself, that answer with it; afterwards the page is opened anew."""

    def has_it(answer: Response) -> bool:
        sent = parse_qs(answer.request.post_data or "") if answer.url.endswith("/save/") else {}
        return answer.ok and value in sent.get(name, ())

    with page.expect_response(has_it, timeout=8000):
        yield
    page.reload()


def picked(page: Page, name: str) -> str:
    return str(page.evaluate("name => document.querySelector('form.exercise').elements[name].value", name))


def look(page: Page, axe: CheckAccess, screenshot: Screenshot, name: str) -> None:
    """No rule broken and nothing off the side, on a laptop and on a phone."""
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} runs off the side"
        screenshot(page, f"widget-{name}-{width}")


def done(page: Page) -> None:
    page.get_by_role("button", name="Done", exact=True).click()
    page.wait_for_url("**/so-far/**")


def drag(page: Page, what: Locator, *, to: Locator, part: float) -> None:
    """Drag a person from where they stand to that part of the way from the middle of a drawing to its rim."""
    start, frame = what.bounding_box(), to.bounding_box()
    assert start is not None
    assert frame is not None
    middle = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    begin = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
    away = ((begin[0] - middle[0]) ** 2 + (begin[1] - middle[1]) ** 2) ** 0.5
    far = frame["width"] / 2 * part / away
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move(
        middle[0] + (begin[0] - middle[0]) * far, middle[1] + (begin[1] - middle[1]) * far, steps=4
    )
    page.mouse.up()


def test_map_when_people_are_dragged_or_stepped_then_the_table_has_the_rings(
    practise: Practise, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = practise("ipt")
    open_exercise(page, "ipt.people_map")
    page.get_by_label("First name or nickname").first.fill("Sam")
    with kept(page, "people-1-ring", "close"):
        closer = page.get_by_role("button", name="Sam: Closer")
        closer.focus()
        page.keyboard.press("Enter")
    with kept(page, "people-1-ring", "far"):
        drag(page, page.locator(".map-handle .map-grip"), to=page.locator("svg.drawn"), part=0.85)
    with kept(page, "people-1-wish_ring", "a bit further"):
        page.get_by_role("button", name="How I want it").click()
        page.get_by_role("button", name="Sam: Closer").click()
    assert picked(page, "people-1-ring") == "far"
    expect(page.locator(".map-wish")).to_have_count(1)
    expect(page.get_by_role("img", name="Sam: far, wished: a bit further")).to_be_visible()
    look(page, axe, screenshot, "people_map")
    page.get_by_role("button", name="Add another").click()
    expect(page.get_by_role("button", name="Closer")).to_have_count(3)
    done(page)
    expect(page.get_by_role("img", name="Sam: far, wished: a bit further")).to_be_visible()
    look(page, axe, screenshot, "people_map-read")


def test_mood_line_when_points_are_typed_then_they_are_drawn(
    practise: Practise, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = practise("ipt")
    open_exercise(page, "ipt.mood_line")
    expect(page.locator("[data-line]")).to_be_hidden()
    page.get_by_label("When was it, more or less?").first.fill("2026-01-05")
    page.locator("#f-points-1-mood-3").check()
    with kept(page, "points-1-event", "moved"):
        page.get_by_label("What was going on?").first.fill("moved")
        page.keyboard.press("Tab")
    expect(page.get_by_role("img", name="1: 3 of 10")).to_be_visible()
    expect(page.get_by_role("button", name="Point 1: moved")).to_have_attribute("aria-expanded", "false")
    look(page, axe, screenshot, "mood_line")


def test_talk_when_a_line_is_marked_then_it_is_where_it_turned_even_in_other_words(
    practise: Practise, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = practise("ipt")
    open_exercise(page, "ipt.talk_replay")
    said = page.get_by_label("What was said or done")
    said.nth(0).fill("You are late")
    page.locator("#f-lines-1-speaker-1").check()
    said.nth(1).fill("Not again")
    page.locator("#f-lines-2-speaker-2").check()
    with kept(page, "turn", "You are late"):
        page.get_by_role("button", name="It turned here You are late").focus()
        page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Turned here You are late")).to_have_attribute(
        "aria-pressed", "true"
    )
    with kept(page, "turn", "You are very late"):
        said.nth(0).fill("You are very late")
        page.keyboard.press("Tab")
    page.get_by_role("button", name="Add another").click()
    expect(page.locator("[data-row]").last.locator(".turn-button")).to_have_count(1)
    look(page, axe, screenshot, "talk_replay")
    done(page)
    expect(page.locator(".talk-lines > li").nth(1)).to_have_text("It turned here")
    look(page, axe, screenshot, "talk_replay-read")


def test_pages_when_opened_one_by_one_then_each_can_be_closed_at_any_moment(
    practise: Practise, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = practise("ipt")
    open_exercise(page, "ipt.grief_pages")
    memory = page.get_by_label("A memory")
    expect(memory).to_be_hidden()
    look(page, axe, screenshot, "grief_pages")
    page.get_by_role("button", name="A memory").click()
    expect(memory).to_be_focused()
    with kept(page, "memory", "how she hummed"):
        memory.fill("how she hummed")
        page.keyboard.press("Escape")
        expect(memory).to_be_hidden()
        expect(page.get_by_role("button", name="A memory ✓ written")).to_be_focused()
    page.get_by_role("button", name="Who died?").click()
    page.get_by_role("button", name="Next page").click()
    expect(page.locator("#f-when")).to_be_focused()
    page.get_by_role("button", name="Close this page").click()
    page.evaluate("document.querySelector('#f-when').type = 'text'")
    page.locator("#f-when").evaluate("one => { one.value = 'in spring'; }")
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.locator("#f-when-wrong")).to_be_visible()
    look(page, axe, screenshot, "grief_pages-wrong")


def test_rhythm_and_taps_when_answered_then_the_day_is_drawn_and_the_second_tap_sends(
    practise: Practise, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = practise("ipt")
    open_exercise(page, "ipt.daily_rhythm")
    with kept(page, "up", "08:30"):
        page.get_by_label("Out of bed").fill("08:30")
        page.keyboard.press("Tab")
    expect(page.get_by_role("img", name="Out of bed 08:30")).to_be_visible()
    look(page, axe, screenshot, "daily_rhythm")
    done(page)
    look(page, axe, screenshot, "daily_rhythm-read")

    open_exercise(page, "shared.mood_tap")
    look(page, axe, screenshot, "mood_tap")
    page.locator("label[for=f-mood-4]").click()
    page.locator("#f-energy-5").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#f-energy-6")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Done", exact=True)).to_be_visible()
    done(page)
    open_exercise(page, "shared.mood_tap")
    page.locator("label[for=f-mood-4]").click()
    page.locator("label[for=f-energy-6]").click()
    page.wait_for_url("**/so-far/**")
    expect(page.get_by_role("heading", name="Dots of this week")).to_be_visible()
    look(page, axe, screenshot, "mood_tap-read")


def test_life_line_when_a_point_is_kept_shut_then_it_closes_and_tells_nothing(
    practise: Practise, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = practise("psychodynamic")
    open_exercise(page, "psychodynamic.life_line")
    page.get_by_label("About what age").first.fill("about 8")
    page.get_by_label("What happened").first.fill("the long winter")
    page.locator("#f-points-1-mood-1").check()
    with kept(page, "points-1-keep_shut", "yes"):
        page.locator("#f-points-1-keep_shut-1").check()
        expect(page.get_by_label("What happened").first).to_be_hidden()
        expect(page.get_by_role("img", name="1: kept shut")).to_be_visible()
    look(page, axe, screenshot, "life_line")
    done(page)
    expect(page.locator("main")).not_to_contain_text("the long winter")


def test_story_card_page_and_letters_when_filled_in_then_are_read_as_such(
    practise: Practise, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = practise("psychodynamic")
    open_exercise(page, "psychodynamic.story")
    page.get_by_label("to be close").check()
    page.get_by_label("turned away").check()
    page.get_by_label("went quiet").check()
    expect(page.get_by_text("I hoped: to be close. They: turned away. I: went quiet.")).to_be_visible()
    look(page, axe, screenshot, "story")
    done(page)
    look(page, axe, screenshot, "story-read")
    for name, label in (
        ("psychodynamic.pattern_card", "In this pattern I am"),
        ("psychodynamic.private_page", "Write what you like"),
        ("psychodynamic.ending", "What I want to say to my therapist"),
    ):
        open_exercise(page, name)
        page.get_by_label(label).fill("the one who waits")
        look(page, axe, screenshot, name)
        done(page)
        expect(page.locator("main").get_by_text("the one who waits")).to_be_visible()
        look(page, axe, screenshot, f"{name}-read")


def test_plans_when_written_then_stand_on_one_page_with_numbers_to_tap(
    practise: Practise, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = practise("psychodynamic")
    open_exercise(page, "shared.staying_safe")
    page.get_by_label("How do I know a crisis may be starting?, 1").fill("round and round")
    page.get_by_label("Service").first.fill("Crisis line")
    page.locator("#f-professionals-1-how").fill("0151 496 0000")
    look(page, axe, screenshot, "staying_safe")
    done(page)
    page.goto("/my-plans/staying_safe/")
    call = page.get_by_role("link", name="Call Crisis line 0151 496 0000")
    expect(call).to_have_attribute("href", "tel:01514960000")
    box = call.bounding_box()
    assert box is not None
    assert box["height"] >= 48
    look(page, axe, screenshot, "staying_safe-read")
    page.emulate_media(media="print")
    expect(call).to_be_visible()
    assert re.findall(rb"/Count (\d+)", page.pdf(format="A4")) == [b"1"]
    page.emulate_media(media="screen")

    open_exercise(page, "shared.staying_well")
    page.get_by_label("What keeps me well?, 1").fill("a walk before noon")
    look(page, axe, screenshot, "staying_well")
    done(page)
    expect(page.get_by_role("heading", name="Green: I am well")).to_be_visible()
    look(page, axe, screenshot, "staying_well-read")
