"""A nurse writes down what was tried by keyboard alone, line after line."""

import pytest
from playwright.sync_api import Page, expect

from holdfast.access import Role
from tests.browser.conftest import CheckAccess, PageAt, Screenshot, SignIn

pytestmark = [pytest.mark.pages, pytest.mark.longer]

LINES = (
    ("sert", "200", "12", "30", "too", "Sertraline kept: 200 mg a day, 12 weeks, 30 % better."),
    ("venlafaxine", "225", "10", "40%", "too", "Venlafaxine kept: 225 mg a day, 10 weeks, 40 % better."),
    ("mirt", "15", "4", "0", "side", "Mirtazapine kept: 15 mg a day, 4 weeks, 0 % better."),
    ("amit", "", "8,5", "", "", "Amitriptyline kept: dose not known, 8.5 weeks, improvement not known."),
    ("dibenzepin", "480", "8", "10", "own", "Dibenzepin kept: 480 mg a day, 8 weeks, 10 % better."),
)


def test_trials_when_typed_by_keyboard_alone_are_kept_line_by_line(
    page_at: PageAt, sign_in: SignIn, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = page_at(1280, "light")
    sign_in(page, Role.NURSE)
    page.goto("/caseload/?stage=referred")
    person = page.locator("tbody th a").first.get_attribute("href")
    page.goto(f"{person}resistance/?add=drug")
    for *line, said in LINES:
        _type(page, *line)
        assert page.locator(".messages").inner_text() == said
    expect(page.locator("#drugs-title ~ .table-frame tbody tr")).to_have_count(len(LINES))
    assert "2 adequate trials failed, 2 are needed; 2 cannot be told" in page.locator("main").inner_text()
    page.set_viewport_size({"width": 390, "height": 844})
    axe(page)
    screenshot(page, "nurse-resistance-filled-390-light")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def _type(page: Page, drug: str, dose: str, weeks: str, better: str, stopped: str) -> None:
    """One line as typed: the field of the drug has the focus, Enter keeps the line."""
    expect(page.locator("[name=drug-drug]")).to_be_focused()
    for number, text in enumerate((drug, dose, weeks, better, stopped)):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")
