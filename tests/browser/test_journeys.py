"""Whole journeys on the running clinic: a patient answers, a nurse acts on it, a therapist records a session."""

import re
import time

from playwright.sync_api import Page, expect

from holdfast.access import Role
from tests.browser.conftest import CheckAccess, PageAt, Screenshot, SignIn

TAPS_AT_MOST = 11


def begin(page: Page) -> int:
    """Begin the PHQ-9 from today's page, due or not; gives the taps it took."""
    due = page.get_by_role("button", name="Begin")
    if due.count():
        due.first.click()
        return 1
    page.locator("summary").first.click()
    page.get_by_role("button", name=re.compile("Answer now anyway|Go on")).first.click()
    return 2


def test_check_in_when_answered_on_a_phone_without_scripts_then_help_comes_first_and_a_nurse_is_alerted(
    page_at: PageAt, sign_in: SignIn, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = page_at(390, "light", java_script_enabled=False)
    sign_in(page, Role.PATIENT)
    started, taps = time.monotonic(), begin(page)
    for number in range(1, 9):
        expect(page.get_by_text(f"Question {number} of 9", exact=True)).to_be_visible()
        page.get_by_role("button", name="Several days").click()
        taps += 1
    page.get_by_role("button", name="More than half the days").click()
    taps += 1
    expect(page.get_by_role("heading", name="Thank you for telling us")).to_be_visible()
    expect(page.get_by_text("Nobody watches this page live")).to_be_visible()
    screenshot(page, "journey-help-390")
    page.get_by_role("button", name="Go on").click()
    taps += 1
    expect(page.get_by_role("heading", name="Thank you", exact=True)).to_be_visible()
    expect(page.get_by_text("10 of 27 on the PHQ-9 scale.")).to_be_visible()
    screenshot(page, "journey-thanks-390")
    # The help page between is one tap more than an ordinary check-in.
    assert taps <= TAPS_AT_MOST + 1
    assert time.monotonic() - started < 60

    nurse = page_at(1280, "light")
    sign_in(nurse, Role.NURSE)
    expect(nurse.locator("tbody tr").first).to_contain_text(re.compile("alert"))
    nurse.get_by_role("link", name=re.compile("^Alerts")).click()
    row = nurse.get_by_text("Ada Example").first
    expect(row).to_be_visible()
    axe(nurse)
    nurse.locator("main").get_by_role("link", name=re.compile("Answer|Ada Example")).first.click()
    if "/alerts/" not in nurse.url:
        nurse.get_by_role("link", name="Answer this alert").first.click()
    nurse.get_by_role("button", name="Answer alert").click()
    expect(nurse.get_by_role("alert")).to_be_visible()  # words are asked for
    nurse.get_by_role("textbox").last.fill("Called. Safe tonight, seen tomorrow at ten.")
    axe(nurse)
    screenshot(nurse, "journey-alert-1280")
    nurse.get_by_role("button", name="Answer alert").click()
    expect(nurse.locator("main")).to_contain_text("Safe tonight, seen tomorrow at ten.")


def test_check_in_when_back_is_used_then_no_answer_is_lost(page_at: PageAt, sign_in: SignIn) -> None:
    page = page_at(390, "dark")
    sign_in(page, Role.PATIENT)
    begin(page)
    page.get_by_role("button", name="Nearly every day").click()
    page.get_by_role("button", name="Not at all").click()
    page.get_by_role("link", name="Back").click()
    expect(page.locator("[aria-current=true]")).to_have_text("Not at all")
    page.go_back()
    page.goto("/today/")
    expect(page.get_by_role("button", name="Go on").first).to_be_visible()


def test_infusion_when_recorded_then_its_arithmetic_is_shown_and_a_slip_keeps_what_was_typed(
    page_at: PageAt, sign_in: SignIn, axe: CheckAccess, screenshot: Screenshot
) -> None:
    page = page_at(1280, "light")
    sign_in(page, Role.NURSE)
    page.locator("tbody th a").nth(1).click()
    page.get_by_role("link", name="Infusions", exact=True).last.click()
    page.get_by_role("link", name="Record an infusion given elsewhere").click()
    page.get_by_label(re.compile("^Dose given")).fill("350")
    page.get_by_label(re.compile("^Body weight")).fill("70")
    page.get_by_role("button", name="Keep infusion").click()
    expect(page.get_by_role("alert")).to_contain_text("mg/kg")
    expect(page.get_by_label(re.compile("^Dose given"))).to_have_value("350")
    axe(page)
    screenshot(page, "journey-infusion-refused-1280")
    page.get_by_label(re.compile("^Dose given")).fill("35")
    page.get_by_role("button", name="Keep infusion").click()
    expect(page.get_by_text("35 mg ÷ 70 kg = 0.5 mg/kg")).to_be_visible()


def test_session_when_recorded_by_keyboard_then_it_is_on_the_timeline(
    page_at: PageAt, sign_in: SignIn
) -> None:
    page = page_at(1280, "light")
    sign_in(page, Role.THERAPIST)
    page.goto("/caseload/?therapy=cbt")
    page.locator("tbody th a").first.click()
    missed = page.locator(".timeline li").filter(has_text=re.compile("did not attend", re.IGNORECASE))
    before = missed.count()
    page.get_by_role("link", name="Session", exact=True).click()
    page.get_by_label(re.compile("did not attend", re.IGNORECASE)).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(missed).to_have_count(before + 1)


def test_suggestion_when_declined_then_a_reason_is_asked_for_and_it_stays_down(
    page_at: PageAt, sign_in: SignIn, screenshot: Screenshot
) -> None:
    page = page_at(1280, "light")
    sign_in(page, Role.PRESCRIBER)
    page.goto("/caseload/?stage=relapse")
    page.locator("tbody th a").first.click()
    step = page.locator("article.suggestion").first
    title = step.get_by_role("heading").inner_text()
    step.locator("summary", has_text=re.compile("decide", re.IGNORECASE)).first.click()
    step.get_by_role("button", name="Decline").click()
    expect(page.get_by_role("alert")).to_be_visible()
    screenshot(page, "journey-decline-1280")
    step = page.locator("article.suggestion").filter(has_text=title).first
    step.get_by_role("textbox").fill("Agreed with her to wait a week")
    step.get_by_role("button", name="Decline").click()
    page.wait_for_load_state()
    expect(page.locator("article.suggestion h3").filter(has_text=title)).to_have_count(0)
    page.get_by_text("Decided suggestions").click()
    expect(page.locator("main")).to_contain_text("Agreed with her to wait a week")


def test_log_in_when_it_fails_then_the_name_stays_and_the_password_does_not(page_at: PageAt) -> None:
    page = page_at(390, "light")
    page.goto("/log-in/")
    page.get_by_label("User name").fill("nobody-here")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("User name")).to_have_value("nobody-here")
    expect(page.get_by_label("Password")).to_have_value("")
