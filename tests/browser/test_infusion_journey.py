"""A nurse begins a course, books its infusions, moves and cancels some, and finds them in the calendar."""

import pytest
from playwright.sync_api import Page

from holdfast.access import Role
from tests.browser.conftest import CheckAccess, PageAt, Screenshot, SignIn

pytestmark = [pytest.mark.pages, pytest.mark.longer]


@pytest.mark.parametrize(
    ("width", "theme", "first", "chair"),
    [(390, "light", "2027-03-01", "Window chair"), (1280, "dark", "2027-06-07", "Door chair")],
)
def test_course_when_begun_and_booked_then_stands_in_the_calendar(
    page_at: PageAt,
    sign_in: SignIn,
    axe: CheckAccess,
    screenshot: Screenshot,
    width: int,
    theme: str,
    first: str,
    chair: str,
) -> None:
    page = page_at(width, theme)

    def looked_at(name: str) -> None:
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} runs off the side"
        screenshot(page, f"nurse-{name}-{width}-{theme}")

    sign_in(page, Role.NURSE)
    page.goto("/infusions/chairs/")
    page.get_by_label("Name of a new chair").fill(chair)
    page.get_by_role("button", name="Open it").click()
    looked_at("chairs")
    _begin(page, chair)
    looked_at("infusion-course")
    hub = page.url
    page.get_by_role("link", name="Book infusions").click()
    _propose(page, first, chair)
    looked_at("infusion-book")
    page.get_by_role("button", name="Book these infusions").click()
    assert "infusions booked" in page.locator(".messages").inner_text()
    page.get_by_role("link", name="Move").first.click()
    looked_at("booking-move")
    page.get_by_label("Time", exact=True).fill("11:00")
    page.get_by_label("Why").fill("Their bus comes later")
    page.get_by_role("button", name="Move it").click()
    page.get_by_role("link", name="Cancel").last.click()
    looked_at("booking-cancel")
    page.get_by_label("The clinic cancels").check()
    page.get_by_label("Why").fill("The clinic is closed")
    page.get_by_role("button", name="Cancel this infusion").click()
    looked_at("infusion-course-booked")
    for view in ("day", "week"):
        page.goto(f"/infusions/calendar/?day={first}&view={view}")
        assert page.get_by_text("11:00 to").locator("visible=true").count() == 1
        looked_at(f"calendar-{view}")
    page.goto(hub)
    page.get_by_text("Stop it", exact=True).click()
    page.locator("#id_stop_reason").fill("Only for this test")
    page.locator("form", has=page.locator("#id_stop_reason")).get_by_role("button").click()
    assert "course is stopped" in page.locator("main").inner_text()
    looked_at("infusion-course-stopped")


def _begin(page: Page, code: str) -> None:
    page.goto("/patients/new/")
    page.get_by_label("Name").fill("Noor Example")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Enrol patient").click()
    page.wait_for_url("**/patients/*/")
    page.goto(f"{page.url}infusions/start/")
    page.get_by_label("Twice a week for 3 weeks").check()
    page.get_by_role("button", name="Begin the course").click()
    assert "The course is begun" in page.locator(".messages").inner_text()


def _propose(page: Page, first: str, chair: str) -> None:
    page.get_by_label("First day").fill(first)
    page.locator("#plan_number").fill("3")
    page.locator("#plan_chair").select_option(label=chair)
    page.get_by_role("button", name="Propose days").click()
