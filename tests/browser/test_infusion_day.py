"""The day in a browser: the list tapped from who it is to go, the board that follows by itself, a wrong clock."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from holdfast.access import Role
from tests.browser.conftest import CheckAccess, PageAt, Screenshot, SignIn
from tests.browser.on_the_list import lists

pytestmark = pytest.mark.pages

TABLET = 820
NUMBERS = {"Systolic pressure": "118", "Diastolic pressure": "76", "Pulse": "72", "Oxygen saturation": "98"}

List = Callable[[], str]


@pytest.fixture(scope="module")
def new_list(clinic: str, tmp_path_factory: pytest.TempPathFactory) -> List:
    """`new_list()`: the address of the list of someone else each time, who has just come."""
    (database,) = tmp_path_factory.getbasetemp().glob("clinic[0-9]*/clinic.sqlite3")
    return lists(database, 4).pop


def tap(page: Page, line: str, answer: str) -> None:
    """Tap an answer of a line and wait for the page that comes."""
    with page.expect_navigation():
        page.locator(f"#line-{line}").get_by_role("button", name=answer, exact=True).click()


@pytest.mark.longer
def test_list_when_tapped_line_by_line_says_go_and_always_opens_at_the_next_one(
    page_at: PageAt, sign_in: SignIn, axe: CheckAccess, screenshot: Screenshot, new_list: List
) -> None:
    page = page_at(TABLET, "light", has_touch=True)
    sign_in(page, Role.NURSE)
    page.goto(new_list())
    for line, answer in (("right_person", "Yes"), ("suicidal", "No"), ("mental_state", "No")):
        expect(
            page.locator(f"#line-{line}").get_by_role("button", name=answer, exact=True)
        ).to_be_in_viewport()
        tap(page, line, answer)
    axe(page)
    pressure = page.locator("#line-blood_pressure")
    for name, value in NUMBERS.items():
        pressure.get_by_label(name).fill(value)
    tap(page, "blood_pressure", "Keep the measurements")
    for line in ("fasting", "no_alcohol", "no_benzodiazepine", "not_pregnant"):
        expect(
            page.locator(f"#line-{line}").get_by_role("button", name="Yes", exact=True)
        ).to_be_in_viewport()
        tap(page, line, "Yes")
    escort = page.locator("#line-escort")
    escort.get_by_label("Name", exact=True).fill("Bo Alder")
    escort.get_by_label("Phone", exact=True).fill("0700 900 111")
    tap(page, "escort", "Keep who takes them home")
    tap(page, "no_driving", "Yes")
    tap(page, "room_ready", "Yes")
    expect(page.locator("#verdict-title")).to_have_text("Go: the drug may be begun")
    expect(page.get_by_role("link", name="Begin on the flow sheet")).to_be_in_viewport()
    screenshot(page, "visit-go-820-light")


@pytest.mark.longer
@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (1280, "dark")])
def test_list_when_a_line_fails_or_stops_it_breaks_no_accessibility_rule_and_fits_its_width(
    page_at: PageAt,
    sign_in: SignIn,
    axe: CheckAccess,
    screenshot: Screenshot,
    new_list: List,
    width: int,
    theme: str,
) -> None:
    page = page_at(width, theme)
    sign_in(page, Role.NURSE)
    page.goto(new_list())
    axe(page)
    tap(page, "right_person", "Yes")
    tap(page, "fasting", "No")
    page.locator("#line-fasting summary", has_text="Sign to go on").click()
    axe(page)
    screenshot(page, f"visit-no-go-{width}-{theme}")
    tap(page, "suicidal", "Yes")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    screenshot(page, f"visit-stopped-{width}-{theme}")


@pytest.mark.longer
def test_list_when_enter_is_pressed_in_a_note_answers_nothing(
    page_at: PageAt, sign_in: SignIn, new_list: List
) -> None:
    page = page_at(1280, "light")
    sign_in(page, Role.NURSE)
    page.goto(new_list())
    line = page.locator("#line-right_person")
    line.locator("summary").click()
    line.get_by_label("Write it, then tap the answer").fill("shows a passport")
    line.get_by_label("Write it, then tap the answer").press("Enter")
    expect(page.locator("#verdict-title")).to_contain_text("Not yet")
    expect(line.get_by_role("button", name="Yes", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(1, ""), (6, "The clock of this device is 6 minutes ahead of ours"), (-6, "is 6 minutes behind ours")],
)
def test_board_when_the_clock_of_the_device_is_wrong_says_so(
    page_at: PageAt, sign_in: SignIn, minutes: int, said: str
) -> None:
    """H-030."""
    page = page_at(1280, "light")
    sign_in(page, Role.NURSE)
    page.clock.set_fixed_time(timezone.now() + timedelta(minutes=minutes))
    page.goto("/infusions/today/")
    told = page.locator("[data-clock-told]")
    if said:
        expect(told).to_contain_text(said)
    else:
        expect(told).to_be_hidden()


@pytest.mark.longer
def test_board_when_left_open_follows_and_leaves_the_focus_where_it_is(
    page_at: PageAt, sign_in: SignIn
) -> None:
    page = page_at(1280, "light")
    sign_in(page, Role.NURSE)
    page.clock.install()
    page.goto("/infusions/today/")
    link = page.locator("[data-board] tbody th a").first
    link.focus()
    page.evaluate("document.querySelector('[data-board] .soft').textContent = 'of another time'")
    with page.expect_response(re.compile("/infusions/today/")):
        page.clock.run_for(31_000)
    expect(page.locator("[data-board] .soft").first).to_contain_text("As of")
    expect(page.locator("[data-board] tbody th a").first).to_be_focused()
