"""Layouts of exercises at work: by pointer and by keys, kept as one goes, and open to everyone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from holdfast.access import Role
from tests.browser.conftest import CheckAccess, PageAt, Screenshot, SignIn

pytestmark = [pytest.mark.pages, pytest.mark.longer]

Practise = Callable[[str], Page]

A_MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () => {
  const sound = new AudioContext(), tone = sound.createOscillator(), out = sound.createMediaStreamDestination();
  tone.connect(out); tone.start();
  return out.stream;
};
"""
"""A tone in place of the microphone, which the machine of the tests does not have."""


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


@pytest.fixture
def practise(page_at: PageAt, logged_in: dict[Role, Any]) -> Practise:
    """`practise("act")`: the demo's patient on a phone, with a course of that therapy just begun."""

    def begin(therapy: str) -> Page:
        staff = page_at(1280, "light", storage_state=logged_in[Role.THERAPIST])
        staff.goto("/caseload/?search=Ada+Example")
        person = staff.get_by_role("link", name="Ada Example").first.get_attribute("href")
        staff.goto(f"{person}therapy/")
        staff.locator(f"[name=therapy][value={therapy}]").check()
        staff.get_by_role("button", name="Start course").click()
        expect(staff.get_by_text("Course begun")).to_be_visible()
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


def kept(page: Page) -> None:
    """The page keeps by itself what it holds now, and is opened anew."""
    with page.expect_response("**/save/"):
        page.locator("form.exercise").dispatch_event("exercise:changed")
    page.reload()


def picked(page: Page, name: str) -> str:
    return str(page.evaluate("name => document.querySelector('form.exercise').elements[name].value", name))


def look(page: Page, axe: CheckAccess, screenshot: Screenshot, name: str) -> None:
    """No rule broken and nothing off the side, on a phone and on a laptop."""
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        axe(page)
        within = page.locator("form.exercise").evaluate("one => one.scrollWidth - one.clientWidth")
        assert within <= 0, f"{name} runs off the side at {width}"
        screenshot(page, f"widget-{name}-{width}")


def test_dial_when_marks_are_moved_by_hand_or_by_keys_then_the_table_has_the_answers(
    practise: Practise, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = practise("act")
    open_exercise(page, "act.direction_dial")
    for number, area in ((1, "friends"), (2, "home")):
        row = page.get_by_role("group", name=f"Number {number}", exact=True)
        if number == 2:
            row.get_by_role("button").click()
        row.get_by_text(area, exact=True).click()
    mark = page.get_by_role("slider", name="friends")
    mark.focus()
    page.keyboard.press("ArrowUp")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert picked(page, "areas-1-lived") == "3"
    expect(mark).to_be_focused()
    expect(mark).to_have_attribute("aria-valuetext", "3 of 10 near")

    other = page.get_by_role("slider", name="home")
    other.scroll_into_view_if_needed()
    dial = page.locator("[data-drawing] svg").bounding_box()
    box = other.bounding_box()
    assert dial is not None
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(dial["x"] + dial["width"] / 2, dial["y"] + dial["height"] / 2, steps=4)
    page.mouse.up()
    assert picked(page, "areas-2-lived") == "10"
    look(page, axe, screenshot, "dial")
    kept(page)
    assert (picked(page, "areas-1-lived"), picked(page, "areas-2-lived")) == ("3", "10")
    expect(page.get_by_role("slider", name="home")).to_have_attribute("aria-valuenow", "10")
    expect(page.locator("[data-row].is-folded")).to_have_count(2)


def test_guided_minute_when_run_then_steps_are_in_words_and_it_can_be_stopped(
    practise: Practise, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = practise("act")
    open_exercise(page, "act.make_room")
    page.clock.install()
    expect(page.get_by_label("I would rather close my eyes")).not_to_be_checked()
    page.get_by_role("button", name="Start", exact=True).click()
    said = page.locator("[data-now]")
    expect(said).to_have_text("Rest your eyes on one thing near you.")
    page.clock.fast_forward(25_000)
    expect(said).to_have_text("Feel both feet on the floor.")
    look(page, axe, screenshot, "guided")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(said).to_contain_text("Stopped. A short try counts.")
    page.get_by_label("I would rather close my eyes").check()
    page.get_by_role("button", name="Start again").click()
    expect(said).to_contain_text("Let your eyes close")
    page.clock.fast_forward(121_000)
    expect(said).to_contain_text("Time is up.")
    assert picked(page, "timer") == "120"
    kept(page)
    assert picked(page, "timer") == "120"


def test_act_layouts_when_used_on_a_phone_then_answers_go_into_the_form_and_are_kept(
    practise: Practise, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = practise("act")
    open_exercise(page, "act.urge_watch")
    tap = page.get_by_role("group", name="How strong is it now?")
    for value in ("3", "8", "5"):
        tap.get_by_role("button", name=value, exact=True).click()
    tap.get_by_role("button", name="2", exact=True).press("Enter")
    page.get_by_role("button", name="It has eased").click()
    assert [picked(page, name) for name in ("start", "peak", "minutes")] == ["3", "8", "1"]
    expect(page.get_by_text("Start 3, highest 8. It eased after 1 min.")).to_be_visible()
    look(page, axe, screenshot, "wave")
    kept(page)
    assert [picked(page, name) for name in ("start", "peak", "minutes")] == ["3", "8", "1"]

    open_exercise(page, "act.toward_away")
    page.get_by_label("What was going on?").fill("my sister rang")
    page.keyboard.press("Enter")
    page.keyboard.type("I let it ring")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    assert picked(page, "way") != ""
    page.get_by_text("away", exact=True).click()
    look(page, axe, screenshot, "arrow")
    kept(page)
    assert [picked(page, name) for name in ("moment", "move", "way")] == [
        "my sister rang",
        "I let it ring",
        "away",
    ]
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("← Away")).to_be_visible()
    axe(page)

    open_exercise(page, "act.brave_step")
    page.get_by_label("My step (five minutes is fine)").fill("write to Jo")
    page.get_by_role("button", name="Tomorrow morning").click()
    smaller = page.get_by_text("Make the step smaller, until you are at 7 or more.")
    expect(smaller).to_be_hidden()
    page.locator("[name=willing][value='5']").check()
    expect(smaller).to_be_visible()
    look(page, axe, screenshot, "step")
    kept(page)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT10:00", picked(page, "when"))


def test_four_boxes_when_things_are_written_then_they_can_be_marked_as_lasting(
    practise: Practise, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = practise("dbt")
    open_exercise(page, "dbt.weigh_it_up")
    page.get_by_label("Good things if I do it, 1").fill("a calm minute")
    page.get_by_label("Good things if I hold off, 1").fill("we still talk")
    page.keyboard.press("Tab")
    lasting = page.get_by_role("group", name="Which of these still matter next month?")
    expect(lasting.get_by_role("checkbox")).to_have_count(2)
    lasting.get_by_label("we still talk").press("Space")
    look(page, axe, screenshot, "four-box")
    kept(page)
    expect(lasting.get_by_label("we still talk")).to_be_checked()
    expect(lasting.get_by_label("a calm minute")).not_to_be_checked()
    page.set_viewport_size({"width": 1280, "height": 800})
    good, bad = (page.locator(f"[data-field={name}]").bounding_box() for name in ("act_good", "act_bad"))
    assert good is not None
    assert bad is not None
    assert good["y"] == bad["y"]
    assert good["x"] + good["width"] <= bad["x"]
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("still matters next month")).to_be_visible()


def test_script_when_written_then_it_is_a_card_to_practise_and_to_hear_on_this_device_only(
    practise: Practise, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = practise("ipt")
    page.add_init_script(A_MICROPHONE)
    open_exercise(page, "ipt.say_it")
    page.get_by_label("How I start").fill("Do you have ten minutes?")
    page.get_by_label("What I ask for").fill("Could you call on Fridays?")
    card = page.get_by_role("region", name="Your card")
    expect(card.locator(".script-words:visible")).to_have_text(
        ["Do you have ten minutes?", "Could you call on Fridays?"]
    )
    card.get_by_role("button", name="Practise it").press("Enter")
    expect(card.get_by_text("Line 1 of 2")).to_be_visible()
    card.get_by_role("button", name="Next line").click()
    card.get_by_role("button", name="That was the last line").click()
    assert picked(page, "played") == "me as me"
    card.get_by_role("button", name="Practise it").click()
    card.get_by_role("button", name="Swap roles: be them").click()
    expect(card.get_by_text("“Do you have ten minutes?”")).to_be_visible()
    look(page, axe, screenshot, "script")
    card.get_by_role("button", name="Next line").click()
    card.get_by_role("button", name="That was the last line").click()
    assert picked(page, "played") == "both"

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    card.get_by_role("button", name="Record").click()
    expect(card.get_by_text("Recording. It stops by itself")).to_be_visible()
    page.wait_for_timeout(300)
    card.get_by_role("button", name="Stop recording").click()
    card.get_by_role("button", name="Listen").click()
    expect(card.get_by_role("button", name="Listen")).to_be_visible()
    card.get_by_role("button", name="Delete it now").click()
    expect(card.get_by_role("button", name="Listen")).to_be_hidden()
    assert [one for one in asked if not one.endswith("/save/")] == []
    kept(page)
    assert picked(page, "played") == "both"

    page.locator("[data-field=safe]").get_by_text("yes", exact=True).click()
    expect(card).to_be_visible()
    page.locator("[data-field=safe]").get_by_text("no", exact=True).click()
    expect(card).to_be_hidden()
    expect(page.get_by_text("You can stop here", exact=True)).to_be_visible()


def test_table_when_rows_are_filled_then_they_fold_and_can_be_chosen_from(
    practise: Practise, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = practise("ipt")
    open_exercise(page, "ipt.options")
    rows = page.locator("[data-field=options] [data-row]")
    rows.nth(0).get_by_label("Option", exact=True).fill("go for one hour")
    rows.nth(0).get_by_role("button").press("Enter")
    expect(rows.nth(0).get_by_label("Option", exact=True)).to_be_hidden()
    expect(rows.nth(0).get_by_role("button")).to_have_text("Number 1: go for one hour")
    rows.nth(1).get_by_role("button").click()
    rows.nth(1).get_by_label("Option", exact=True).fill("wait")
    page.locator("[data-field=options] [data-add-row]").click()
    expect(rows).to_have_count(3)
    expect(rows.nth(2).get_by_label("Option", exact=True)).to_be_visible()
    page.get_by_role("group", name="First one to try").get_by_text("wait", exact=True).click()
    look(page, axe, screenshot, "table")
    kept(page)
    assert (picked(page, "options-2-o"), picked(page, "chosen")) == ("wait", "wait")
