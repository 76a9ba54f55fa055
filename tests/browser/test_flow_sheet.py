"""The flow sheet at the chair in a browser: a row in ten seconds, two nurses at once, a connection that comes and goes.

Counts of keys and taps are those of a whole row: pressures, pulse, oxygen and sedation.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from holdfast.access import Role
from tests.browser.at_the_chair import sheets
from tests.browser.conftest import CheckAccess, PageAt, Screenshot, SignIn

pytestmark = pytest.mark.pages

NUMBERS = ("118", "76", "72", "98")
SECONDS_OF_A_KEY = 0.25
"""Of someone who types with two fingers; a tap takes twice as long, to look and to reach."""

Chair = Callable[[], str]


@pytest.fixture(scope="module")
def chair(clinic: str, tmp_path_factory: pytest.TempPathFactory) -> Chair:
    """`chair()`: the address of the flow sheet of someone else each time, their drug running for 12 minutes."""
    (database,) = tmp_path_factory.getbasetemp().glob("clinic[0-9]*/clinic.sqlite3")
    left = sheets(database, 11)
    return left.pop


def rows(page: Page) -> list[str]:
    """The rows of the sheet as they stand, newest first, each as its first four numbers with the sign of a limit."""
    found = page.locator(".flow-table tbody tr:not(.flow-event-row)")
    cells = [row.locator("td.number").all_inner_texts()[:4] for row in found.all()]
    return [" ".join(cell.strip().split("\n")[0] for cell in row) for row in cells]


def at_the_sheet(page: Page, address: str, sign_in: SignIn, role: Role = Role.NURSE) -> Page:
    sign_in(page, role)
    page.goto(address)
    expect(page.locator("[data-entry]")).to_be_visible()
    return page


def type_row(page: Page, *numbers: str) -> int:
    """A row by keys alone from the first field on, Enter after each, kept by Enter; gives how many keys it took."""
    page.locator("[name=systolic]").focus()
    keys = [key for number in numbers for key in (*number, "Enter")] + ["Enter"]
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


def test_row_when_entered_by_keys_alone_takes_under_ten_seconds(
    page_at: PageAt, sign_in: SignIn, chair: Chair
) -> None:
    page = at_the_sheet(page_at(1280, "light"), chair(), sign_in)
    began = time.monotonic()
    keys = type_row(page, *NUMBERS)
    expect(page.get_by_text("The row is kept.")).to_be_visible()
    took = time.monotonic() - began
    print(f"keyboard: {keys} keys, {took:.1f} s for the machine")

    assert keys == 14
    assert keys * SECONDS_OF_A_KEY + took < 10
    expect(page.locator(".flow-dues .is-given", has_text="10 min")).to_be_visible()
    assert rows(page)[0] == "118 76 72 98"
    assert page.evaluate("document.activeElement.name") == "systolic"


@pytest.mark.longer
def test_row_when_every_column_is_entered_by_keys_alone_takes_under_ten_seconds(
    page_at: PageAt, sign_in: SignIn, chair: Chair
) -> None:
    page = at_the_sheet(page_at(1280, "light"), chair(), sign_in)
    page.locator("[name=systolic]").focus()
    keys = [key for number in (*NUMBERS, "14", "5", "2", "1") for key in (*number, "Enter")]
    for key in keys:
        page.keyboard.press(key)
    expect(page.get_by_text("The row is kept.")).to_be_visible()
    print(f"keyboard, every column: {len(keys)} keys")

    assert len(keys) * SECONDS_OF_A_KEY < 10
    newest = page.locator(".flow-table tbody tr:not(.flow-event-row)").first.locator("td.number")
    assert newest.all_inner_texts()[:8] == [*NUMBERS, "14", "5", "2", "1"]


def test_row_when_entered_by_taps_alone_takes_under_ten_seconds(
    page_at: PageAt, sign_in: SignIn, chair: Chair, screenshot: Screenshot
) -> None:
    page = at_the_sheet(page_at(390, "light", has_touch=True, is_mobile=True), chair(), sign_in)
    pad, taps, began = page.locator("[data-pad]"), 0, time.monotonic()
    for place, number in enumerate(NUMBERS):
        for key in (*number, *(["Next"] if place < len(NUMBERS) - 1 else [])):
            pad.get_by_role("button", name=key, exact=True).tap()
            taps += 1
    page.locator(".flow-tap[data-field=sedation] .flow-step", has_text="5").tap()
    page.get_by_role("button", name="Keep row").tap()
    taps += 2
    expect(page.get_by_text("The row is kept.")).to_be_visible()
    took = time.monotonic() - began
    print(f"taps: {taps} taps, {took:.1f} s for the machine")

    assert taps == 14
    assert 2 * taps * SECONDS_OF_A_KEY + 1 < 10
    expect(page.locator(".flow-dues .is-given", has_text="10 min")).to_be_visible()
    targets = page.locator(".flow-step, .flow-pad button, .flow-keep, .flow-act > summary").filter(
        visible=True
    )
    sizes = [box for target in targets.all() if (box := target.bounding_box())]
    assert min(min(box["width"], box["height"]) for box in sizes) >= 44
    screenshot(page, "flow-sheet-taps-390-light")


def test_value_when_out_of_range_is_said_as_it_is_typed_and_stands_at_the_top_until_answered(
    page_at: PageAt, sign_in: SignIn, chair: Chair, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = at_the_sheet(page_at(820, "light"), chair(), sign_in)
    page.locator("[name=systolic]").fill("90")
    page.locator("[name=diastolic]").fill("120")
    page.locator("[name=heart_rate]").focus()
    expect(page.get_by_text("Not below 90: swapped?")).to_be_visible()
    page.locator("[name=systolic]").fill("192")
    expect(page.get_by_text("▲ Systolic pressure 192, limit 180")).to_be_visible()
    page.locator("[name=diastolic]").fill("95")
    page.get_by_role("button", name="Keep row").click()
    expect(page.get_by_text("Not measured: Pulse, Oxygen saturation.")).to_be_visible()
    page.get_by_role("button", name="Keep row").click()
    alert = page.locator(".flow-alert")
    expect(alert).to_contain_text("▲ Systolic pressure 192 mmHg, limit 180")
    axe(page)
    screenshot(page, "flow-sheet-alert-820-light")
    alert.get_by_label("What did you do?").fill("Paused, measured again")
    alert.get_by_role("button", name="Keep what I did").click()
    expect(alert).to_have_count(0)
    expect(page.get_by_text("✓ Paused, measured again")).to_be_visible()


def test_sheet_when_two_write_on_it_at_once_has_the_rows_of_both_and_leaves_what_is_being_typed(
    page_at: PageAt, sign_in: SignIn, chair: Chair
) -> None:
    address = chair()
    nurse = at_the_sheet(page_at(820, "light"), address, sign_in)
    other = at_the_sheet(page_at(820, "dark"), address, sign_in, Role.PRESCRIBER)
    nurse.locator("[name=systolic]").fill("131")
    nurse.locator("[name=diastolic]").fill("83")
    for number in ("121", "122", "193"):
        type_row(other, number, "77", "70", "97")
    expect(nurse.locator(".flow-alert")).to_contain_text("193 mmHg", timeout=15_000)
    assert nurse.locator("[name=systolic]").input_value() == "131"
    nurse.locator("[name=heart_rate]").fill("66")
    nurse.locator("[name=oxygen]").fill("96")
    nurse.get_by_role("button", name="Keep row").click()
    for page in (nurse, other):
        expect(page.locator(".flow-table tbody tr:not(.flow-event-row)")).to_have_count(6, timeout=15_000)
        assert sorted(rows(page)[:4]) == ["121 77 70 97", "122 77 70 97", "131 83 66 96", "▲ 193 77 70 97"]

    nurse.locator("#act-pause > summary").click()
    other.locator("#act-pause > summary").click()
    nurse.get_by_role("button", name="Paused now").click()
    other.get_by_role("button", name="Paused now").click()
    expect(other.locator("[data-unsent]")).to_contain_text("Not kept: “paused” cannot be")
    expect(other.locator("[data-unsent]")).to_contain_text("by Nurse")
    other.reload()
    expect(other.locator("[data-unsent-list]")).to_contain_text("Not kept: “paused” cannot be")
    expect(nurse.locator(".flow-clock")).to_contain_text("Paused.", timeout=15_000)


def test_connection_when_it_drops_mid_row_loses_nothing_and_doubles_nothing(
    page_at: PageAt, sign_in: SignIn, chair: Chair, screenshot: Screenshot
) -> None:
    page = at_the_sheet(page_at(390, "light"), chair(), sign_in)
    page.locator("[name=systolic]").fill("141")
    page.context.set_offline(True)
    page.locator("[name=diastolic]").fill("91")
    page.locator("[name=heart_rate]").fill("88")
    page.locator("[name=oxygen]").fill("95")
    page.get_by_role("button", name="Keep row").click()
    type_row(page, "142", "92", "87", "96")
    page.locator("#act-pause > summary").click()
    page.get_by_role("button", name="Paused now").click()
    unsent = page.locator("[data-unsent-list] li")
    expect(unsent).to_have_count(3)
    expect(page.locator("[data-unsent-title]")).to_contain_text("No connection")
    expect(page.locator("#act-resume")).to_be_visible()
    screenshot(page, "flow-sheet-offline-390-light")
    page.locator("[name=systolic]").fill("143")

    page.context.set_offline(False)
    page.reload()
    expect(page.get_by_text("What you had begun to type is back.")).to_be_visible()
    assert page.locator("[name=systolic]").input_value() == "143"
    expect(unsent).to_have_count(0, timeout=15_000)
    expect(page.locator(".flow-event-row", has_text="Paused")).to_have_count(1)
    assert rows(page)[:2] == ["142 92 87 96", "141 91 88 95"]
    assert len(rows(page)) == 4


def test_answer_when_it_is_lost_on_the_way_back_is_asked_for_again_and_counts_once(
    page_at: PageAt, sign_in: SignIn, chair: Chair
) -> None:
    page, met = at_the_sheet(page_at(820, "light"), chair(), sign_in), list[str]()

    def get_in_the_way(route: Route) -> None:
        if route.request.method != "POST" or len(met) == 2:
            route.continue_()
        elif not met:
            met.append("a guest network answers")
            route.fulfill(status=200, content_type="text/html", body="<p>Welcome to the guest network</p>")
        else:
            met.append(f"the site answers {route.fetch().status}, and the page never hears")
            route.abort()

    page.route("**/sheet/rows/", get_in_the_way)
    type_row(page, "151", "91", "88", "95")
    expect(page.locator("[data-unsent-list] li")).to_have_count(1)
    expect(page.locator("[data-unsent-list] li")).to_have_count(0, timeout=30_000)
    page.reload()

    assert met == ["a guest network answers", "the site answers 200, and the page never hears"]
    assert rows(page).count("151 91 88 95") == 1


def test_clock_when_the_tablets_is_wrong_is_said_and_the_row_is_kept_by_ours(
    page_at: PageAt, sign_in: SignIn, chair: Chair
) -> None:
    page = page_at(820, "light")
    page.clock.install(time=datetime.now(tz=UTC) + timedelta(minutes=34))
    at_the_sheet(page, chair(), sign_in)
    expect(page.locator("[data-clock-told]")).to_contain_text("34 minutes ahead of ours")
    type_row(page, "171", "92", "88", "95")
    expect(page.get_by_text("The row is kept.")).to_be_visible()

    newest = page.locator(".flow-table tbody tr:not(.flow-event-row)").first
    minute = int(newest.locator("th .soft").inner_text().split()[0])
    assert 12 <= minute <= 20


def test_log_in_when_it_runs_out_mid_way_keeps_what_is_entered_for_the_same_account(
    page_at: PageAt, sign_in: SignIn, chair: Chair
) -> None:
    address = chair()
    page = at_the_sheet(page_at(820, "light"), address, sign_in)
    page.context.clear_cookies()
    type_row(page, "161", "92", "88", "95")
    expect(page.locator("[data-unsent-title]")).to_contain_text("You are logged out.")
    page.goto("about:blank")
    page.context.clear_cookies()
    sign_in(page, Role.PRESCRIBER)
    page.goto(address)
    expect(page.locator("[data-unsent-others]")).to_contain_text("1 from someone else waits on this tablet")
    assert "161 92 88 95" not in rows(page)

    # Off the sheet first: an answer to it that is on its way would bring its cookies back.
    page.goto("about:blank")
    page.context.clear_cookies()
    at_the_sheet(page, address, sign_in)
    expect(page.locator(".flow-table")).to_contain_text("161", timeout=15_000)
    assert rows(page).count("161 92 88 95") == 1


@pytest.mark.longer
@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1280, "light")])
def test_sheet_when_opened_breaks_no_accessibility_rule_fits_its_width_and_works_without_a_script(
    page_at: PageAt,
    sign_in: SignIn,
    axe: CheckAccess,
    screenshot: Screenshot,
    chair: Chair,
    width: int,
    theme: str,
) -> None:
    address = chair()
    page = at_the_sheet(page_at(width, theme), address, sign_in)
    for act in ("rescue", "stop"):
        page.locator(f"#act-{act} > summary").click()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        screenshot(page, f"flow-sheet-{act}-{width}-{theme}")

    plain = at_the_sheet(page_at(width, theme, java_script_enabled=False), address, sign_in)
    for name, number in zip(("systolic", "diastolic", "heart_rate", "oxygen"), NUMBERS, strict=True):
        plain.locator(f"[name={name}]").fill(number)
    plain.get_by_role("button", name="Keep row").click()
    assert rows(plain)[0] == "118 76 72 98"
