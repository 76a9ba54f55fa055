"""A prescriber weighs, orders, looks and signs, on a phone and on a laptop, light and dark."""

import re

import pytest
from playwright.sync_api import Page, expect

from holdfast.access import Role
from tests.browser.conftest import CheckAccess, PageAt, Screenshot, SignIn

pytestmark = [pytest.mark.pages, pytest.mark.longer]

PASSWORD = "holdfast-demo-only"


@pytest.mark.parametrize(("width", "theme", "code"), [(390, "light", "D-034"), (1280, "dark", "D-035")])
def test_order_when_worked_out_and_signed_then_every_page_can_be_used(
    page_at: PageAt,
    sign_in: SignIn,
    axe: CheckAccess,
    screenshot: Screenshot,
    width: int,
    theme: str,
    code: str,
) -> None:
    page = page_at(width, theme)

    def looked_at(name: str) -> None:
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} runs off the side"
        screenshot(page, f"prescriber-{name}-{width}-{theme}")

    sign_in(page, Role.PRESCRIBER)
    _open_a_new_order(page, code)
    looked_at("order-new")

    page.get_by_label("Dose", exact=True).fill("7.5")
    page.get_by_label("50 mg/mL").check()
    page.get_by_label("Made up to").fill("50")
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_role("alert")).to_contain_text("ten times 0.75 mg/kg")
    looked_at("order-refused")

    page.get_by_label("Dose", exact=True).fill("0.75")
    page.get_by_label("Why this dose").fill("partial response at the usual dose")
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_role("row", name="Dose 0.75 mg/kg × 70 kg")).to_contain_text("52.5 mg")
    looked_at("order-worked")

    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign the order").click()
    expect(page.get_by_text("A second prescriber has not signed it.")).to_be_visible()
    looked_at("order-signed")

    page.get_by_text("Stop this order").click()
    page.get_by_label("Why it is stopped").fill("begun with another person in mind")
    page.get_by_role("button", name="Stop the order").click()
    expect(page.get_by_text("It was stopped.")).to_be_visible()
    looked_at("order-stopped")


def _open_a_new_order(page: Page, code: str) -> None:
    """A course by vein and a weight of today for someone in care."""
    page.goto(f"/caseload/?search={code}")
    address = page.locator("tbody th a").first.get_attribute("href")
    page.goto(f"{address}weight/")
    page.get_by_label("Weight in kilograms").fill("70")
    page.get_by_label("Height in centimetres").fill("175")
    page.get_by_role("button", name="Keep weight").click()
    page.goto(f"{address}infusions/start/")
    page.locator('input[value^="ketamine_iv"]').first.check()
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile(r"/infusions/courses/\d+/$"))
    page.goto(f"{page.url}order/")
