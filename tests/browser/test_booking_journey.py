"""A nurse books, moves and cancels a session, on a phone and on a laptop, light and dark."""

import pytest
from playwright.sync_api import Page

from holdfast.access import Role
from tests.browser.conftest import CheckAccess, PageAt, Screenshot, SignIn

pytestmark = pytest.mark.pages


@pytest.mark.parametrize(
    ("width", "theme", "day"),
    [(390, "light", "2027-03-01"), (1280, "light", "2027-03-02"), (390, "dark", "2027-03-03")],
)
def test_session_when_booked_moved_and_cancelled_then_every_page_can_be_used(
    page_at: PageAt,
    sign_in: SignIn,
    axe: CheckAccess,
    screenshot: Screenshot,
    width: int,
    theme: str,
    day: str,
) -> None:
    page = page_at(width, theme)

    def looked_at(name: str) -> None:
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} runs off the side"
        screenshot(page, f"nurse-{name}-{width}-{theme}")

    sign_in(page, Role.NURSE)
    page.goto("/caseload/?drifting=1")
    looked_at("caseload-drifting")
    page.locator("tbody th a").first.click()
    page.get_by_role("link", name="Book a session", exact=True).click()
    looked_at("book-session")
    _fill(page, day)
    page.get_by_label("by phone").check()
    page.get_by_role("button", name="Book it").click()
    assert "Session booked" in page.locator(".messages").inner_text()
    page.get_by_role("link", name="Move").last.click()
    looked_at("move-session")
    page.go_back()
    page.get_by_role("link", name="Cancel").last.click()
    looked_at("cancel-session")
    page.get_by_label("cancelled by the clinic").check()
    page.get_by_role("button", name="Cancel this session").click()
    assert "cancelled by the clinic" in page.locator(".messages").inner_text()


def _fill(page: Page, day: str) -> None:
    page.get_by_label("another day", exact=True).check()
    page.locator("input[name=other_day]").fill(day)
    page.locator("input[name=time]").fill("10:30")
