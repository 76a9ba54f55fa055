"""Choosing a therapy together: handed over on a phone without scripts, kept on a laptop, printed on one page."""

import re

import pytest
from playwright.sync_api import Page, expect

from holdfast.access import Role
from tests.browser.conftest import CheckAccess, PageAt, Screenshot, SignIn
from tests.talks import SAID

pytestmark = pytest.mark.pages

BOLD_WORDS = "I want to find out why it comes back. " * 12
"""As much as a person may well say; it has to fit the page with the rest."""


def record_of_ada(page: Page) -> str:
    """Address of the record of the demo's own patient."""
    page.goto("/caseload/?search=Ada+Example")
    address = page.locator("tbody th a", has_text="Ada Example").first.get_attribute("href")
    assert address is not None
    return address


def give_stars(page: Page) -> None:
    for statement, stars in SAID.items():
        page.locator(f'label:has(input[name="person-{statement}"][value="{stars}"])').click()
    page.get_by_label("Cognitive behavioural therapy before?").select_option("full_course_no_help")


@pytest.mark.parametrize(("width", "theme", "scripts"), [(390, "light", False), (1280, "dark", True)])
def test_choice_when_talked_over_is_kept_and_fits_one_page_of_paper(
    page_at: PageAt,
    sign_in: SignIn,
    axe: CheckAccess,
    screenshot: Screenshot,
    width: int,
    theme: str,
    scripts: bool,
) -> None:
    page = page_at(width, theme, java_script_enabled=scripts)
    sign_in(page, Role.THERAPIST)
    page.goto(f"{record_of_ada(page)}choose-therapy/?afresh=1")
    give_stars(page)
    page.locator("#answers").get_by_role("button", name="Add it up").click()
    first = page.locator("article.therapy").first
    expect(first).to_contain_text("Strong match with what you said")
    first.get_by_text("How this adds up").click()
    expect(first.get_by_text("+14 out of 28 possible: +0.50")).to_be_visible()
    if scripts:
        axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    screenshot(page, f"choose-result-{width}-{theme}")

    page.get_by_label("Psychodynamic therapy", exact=True).check()
    page.get_by_label(re.compile("^Why, in the words")).fill(BOLD_WORDS)
    page.get_by_role("button", name="Keep this talk").click()
    page.goto(page.url)
    expect(page.get_by_text("Chosen: Psychodynamic therapy")).to_be_visible()
    if scripts:
        axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    screenshot(page, f"choice-{width}-{theme}")
    assert pages_on_paper(page) == 1


def test_my_choice_when_there_was_a_talk_fits_one_page_of_paper(
    page_at: PageAt, sign_in: SignIn, axe: CheckAccess, screenshot: Screenshot
) -> None:
    staff = page_at(1280, "light")
    sign_in(staff, Role.THERAPIST)
    staff.goto(f"{record_of_ada(staff)}choose-therapy/?afresh=1")
    give_stars(staff)
    staff.locator("#answers").get_by_role("button", name="Add it up").click()
    staff.get_by_label("I am not sure yet").check()
    staff.get_by_role("button", name="Keep this talk").click()

    page = page_at(390, "light")
    sign_in(page, Role.PATIENT)
    page.goto("/my-choice/")
    expect(page.get_by_role("heading", name="Not sure yet")).to_be_visible()
    expect(page.get_by_role("button", name="Print this page")).to_be_visible()
    axe(page)
    screenshot(page, "my-choice-390-light")
    assert pages_on_paper(page) == 1


def pages_on_paper(page: Page) -> int:
    """How many sheets of A4 the page takes."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
