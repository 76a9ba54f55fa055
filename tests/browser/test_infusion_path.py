"""The whole path in a browser: from enrolment to a day of infusion and home, and from the day after to the spacing."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from holdfast.care.accounts import DEMO_PASSWORD
from holdfast.jobs.demo_people import ZONE
from tests.browser.conftest import CheckAccess, PageAt, Screenshot

pytestmark = pytest.mark.pages

CODE = "P-001"
CHAIR = "Path chair"
LOT = "PATH-1"
SEEN = "D-012"
"""Who had the seventh infusion yesterday."""

NURSE, PATIENT, PASSWORD = "path-nurse", "path-patient", "a-password-of-their-own"
DESK, TABLET, PHONE = 1280, 820, 390
CALM = ("118", "76", "72", "98")
OF_RECORD = 'a[href^="/patients/"]'

LookAt = Callable[[Page, str], None]


@pytest.fixture
def looked_at(axe: CheckAccess, screenshot: Screenshot) -> LookAt:
    """`looked_at(page, "order")`: it breaks no accessibility rule and fits its width; kept as a picture when asked."""

    def look(page: Page, name: str) -> None:
        axe(page)
        width = page.viewport_size["width"] if page.viewport_size else 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} runs off the side"
        screenshot(page, f"path-{name}-{width}")

    return look


def log_in(page: Page, username: str, password: str = DEMO_PASSWORD) -> Page:
    """Log in on that page as someone of that user name."""
    page.goto("/log-in/")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(lambda url: "/log-in/" not in url)
    return page


def press(page: Page | Locator, button: str) -> None:
    """Press the button of that name and wait for the page that comes."""
    where = page if isinstance(page, Page) else page.page
    with where.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def test_infusion_when_followed_from_enrolment_to_home_then_every_step_is_on_the_summary(
    page_at: PageAt, looked_at: LookAt
) -> None:
    prescriber = log_in(page_at(DESK, "dark"), "lind")
    record = _enrol(prescriber, looked_at)
    _tell_what_was_tried(prescriber, record, looked_at)
    _make_ready(prescriber, record, looked_at)
    course = _begin_and_order(prescriber, record, looked_at)

    # Everyone of the demo looks after somebody this hour.
    _open_a_log_in(log_in(page_at(DESK, "light"), "sam"), "Nurse Example", NURSE, role="nurse")
    nurse = log_in(page_at(TABLET, "light", has_touch=True), NURSE, PASSWORD)
    _book(nurse, course, looked_at)
    visit = _come_and_go_through_the_list(nurse, record, looked_at)
    _run(nurse, visit, looked_at)
    _account_for_the_drug(nurse, visit, looked_at)
    _leave(nurse, visit, looked_at)

    nurse.goto(f"{visit}summary/")
    looked_at(nurse, "summary")
    summary = nurse.locator("article.summary")
    for said in (
        "Dose: 0.5 mg/kg × 70 kg = 35 mg",
        "Given: 35 mg. All of it stands on the register.",
        f"Lot {LOT}",
        "40 mg drawn = 35 given + 5 wasted. Nurse Example, witness Nurse Adeyemi",
        "Rescue drugs: labetalol 10 mg",
        "✓ Paused and measured again (Nurse Example)",
        "with Bo Alder",
        "Watched for long enough: not met",
        "signed by Dr Lind",
    ):
        expect(summary).to_contain_text(said)


def _enrol(page: Page, looked_at: LookAt) -> str:
    page.goto("/patients/new/")
    page.get_by_label("Name").fill("Pathway Example")
    page.get_by_label("Code").fill(CODE)
    page.get_by_label("Date of birth").fill("1984-05-06")
    looked_at(page, "enrol")
    press(page, "Enrol patient")
    looked_at(page, "enrolled")
    return page.url


def _tell_what_was_tried(page: Page, record: str, looked_at: LookAt) -> None:
    page.goto(record)
    page.get_by_role("link", name="What was tried").first.click()
    for drug, dose, weeks in (("sertraline", "200", "12"), ("venlafaxine", "225", "10")):
        line = page.get_by_role("form", name="Add an antidepressant")
        line.get_by_label("Antidepressant").fill(drug)
        line.get_by_label("Highest dose").fill(dose)
        line.get_by_label("Weeks").fill(weeks)
        line.get_by_label("Better by").fill("20")
        line.get_by_label("Why stopped").select_option("no_effect")
        press(line, "Keep")
    history = page.get_by_role("form", name="History of the illness")
    history.get_by_label("Months this episode has lasted").fill("18")
    history.get_by_label("Severity now").select_option("severe")
    history.get_by_label("Pregnancy possible at all").select_option("no")
    press(history, "Keep history")
    expect(page.locator("main")).to_contain_text("2 adequate trials failed")
    looked_at(page, "tried")


def _make_ready(page: Page, record: str, looked_at: LookAt) -> None:
    page.goto(f"{record}eligibility/ketamine_iv/")
    for absent in page.get_by_label("absent", exact=True).all():
        absent.check()
    looked_at(page, "eligibility")
    press(page, "Keep the review")
    expect(page.locator("#verdict")).to_have_text("Nothing stands against it")

    page.get_by_role("link", name=re.compile("^Consent.*Ketamine")).click()
    page.get_by_label("Version of the form").fill("2026-01")
    press(page, "Keep consent")
    expect(page.locator("#state")).to_have_text("Consent in date")
    looked_at(page, "consent")

    page.get_by_role("link", name="Weight", exact=True).click()
    page.get_by_label("Weight in kilograms").fill("70")
    page.get_by_label("Height in centimetres").fill("175")
    press(page, "Keep weight")
    looked_at(page, "weight")


def _begin_and_order(page: Page, record: str, looked_at: LookAt) -> str:
    page.get_by_role("link", name="Courses", exact=True).click()
    page.get_by_role("link", name="Begin a course").click()
    page.get_by_label("Twice a week for 3 weeks").check()
    looked_at(page, "begin")
    press(page, "Begin the course")
    course = page.url
    looked_at(page, "course")

    page.get_by_role("link", name="Sign an order").click()
    page.get_by_label("50 mg/mL").check()
    page.get_by_label("Made up to").fill("50")
    press(page, "Work it out")
    for name, formula, result in (
        ("Dose", "0.5 mg/kg × 70 kg", "35 mg"),
        ("Volume", "35 mg ÷ 50 mg/mL", "0.7 mL"),
        ("Rate", "50 mL ÷ 40 min", "75 mL/h"),
    ):
        row = page.get_by_role("row").filter(has_text=formula)
        expect(row).to_contain_text(name)
        expect(row).to_contain_text(result)
    looked_at(page, "order")
    page.get_by_label("Your password").fill(DEMO_PASSWORD)
    press(page, "Sign the order")
    expect(page.get_by_text("In force")).to_be_visible()
    looked_at(page, "order-signed")
    return course


def _book(page: Page, course: str, looked_at: LookAt) -> None:
    """The first for a few minutes from now, the second by the plan."""
    page.goto("/infusions/chairs/")
    page.get_by_label("Name of a new chair").fill(CHAIR)
    press(page, "Open it")
    page.goto(course)
    page.get_by_role("link", name="Book infusions").click()
    page.locator("#plan_number").fill("2")
    page.locator("#plan_chair").select_option(label=CHAIR)
    press(page, "Propose days")
    soon = datetime.now(tz=ZONE) + timedelta(minutes=3)
    page.get_by_label("Day of infusion 1").fill(f"{soon:%Y-%m-%d}")
    page.get_by_label("Time of infusion 1").fill(f"{soon:%H:%M}")
    looked_at(page, "book")
    press(page, "Book these infusions")
    expect(page.locator(".messages")).to_contain_text("2 infusions booked")
    looked_at(page, "booked")


def _come_and_go_through_the_list(page: Page, record: str, looked_at: LookAt) -> str:
    page.get_by_role("link", name="Infusions", exact=True).click()
    looked_at(page, "board")
    with page.expect_navigation():
        page.get_by_role("row").filter(has_text=CODE).get_by_role("button", name="Is here").click()
    visit = page.url.partition("#")[0]

    def tap(line: str, answer: str) -> None:
        press(page.locator(f"#line-{line}"), answer)

    for line, answer in (("right_person", "Yes"), ("suicidal", "No"), ("mental_state", "No")):
        tap(line, answer)
    looked_at(page, "list")
    names = ("Systolic pressure", "Diastolic pressure", "Pulse", "Oxygen saturation")
    for name, number in zip(names, CALM, strict=True):
        page.locator("#line-blood_pressure").get_by_label(name).fill(number)
    tap("blood_pressure", "Keep the measurements")
    for line in ("fasting", "no_alcohol", "no_benzodiazepine"):
        tap(line, "Yes")
    _enter_the_check_in(page, visit, looked_at)
    escort = page.locator("#line-escort")
    escort.get_by_label("Name", exact=True).fill("Bo Alder")
    escort.get_by_label("Phone", exact=True).fill("0700 900 111")
    tap("escort", "Keep who takes them home")
    for line in ("no_driving", "room_ready"):
        tap(line, "Yes")
    expect(page.locator("#verdict-title")).to_have_text("Go: the drug may be begun")
    looked_at(page, "go")
    return visit


def _enter_the_check_in(page: Page, visit: str, looked_at: LookAt) -> None:
    """The line says no without it; its button leads to where a score is entered."""
    page.locator("#line-check_in").get_by_role("link", name="Enter the check-in").click()
    page.get_by_role("link", name="Enter only a total").click()
    page.get_by_label("PHQ-9 total").fill("18")
    looked_at(page, "check-in")
    press(page, "Keep score")
    page.goto(visit)


def _run(page: Page, visit: str, looked_at: LookAt) -> None:
    page.get_by_role("link", name="Begin on the flow sheet").click()
    page.locator("#act-start > summary").click()
    page.get_by_role("button", name="Start now").click()
    expect(page.locator(".flow-head[data-phase=running]")).to_be_visible()
    _row(page, *CALM)
    expect(page.locator(".flow-alert")).to_have_count(0)
    _row(page, "192", "95", "88", "97")
    alert = page.locator(".flow-alert")
    expect(alert).to_contain_text("▲ Systolic pressure 192 mmHg, limit 180")
    looked_at(page, "alert")
    alert.get_by_label("What did you do?").fill("Paused and measured again")
    alert.get_by_role("button", name="Keep what I did").click()
    expect(alert).to_have_count(0)
    page.locator("#act-rescue > summary").click()
    rescue = page.locator("#act-rescue")
    rescue.get_by_label("labetalol").check()
    rescue.get_by_label("Dose with its unit").fill("10 mg")
    rescue.get_by_label("What for").fill("192/95")
    rescue.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator(".flow-event-row").first).to_contain_text("labetalol 10 mg")
    page.locator("#act-end > summary").click()
    expect(page.locator("#act-end").get_by_label("Given, mg")).to_have_value("35")
    page.locator("#act-end").get_by_role("button", name="Ended now").click()
    expect(page.locator(".flow-clock")).to_contain_text("35 mg given")
    _row(page, *CALM)
    looked_at(page, "ended")


def _row(page: Page, *numbers: str) -> None:
    names = ("systolic", "diastolic", "heart_rate", "oxygen")
    for name, number in zip(names, numbers, strict=True):
        page.locator(f"[data-entry] [name={name}]").fill(number)
    for name, step in (("sedation", "5"), ("dissociation", "0"), ("nausea", "0")):
        page.locator(f".flow-tap[data-field={name}]").get_by_label(step, exact=True).check()
    page.get_by_role("button", name="Keep row").click()
    expect(page.locator(".flow-table tbody tr").first).to_contain_text(numbers[0])


def _account_for_the_drug(page: Page, visit: str, looked_at: LookAt) -> None:
    """A lot of one's own comes in first, each before a colleague."""
    page.goto("/infusions/register/ketamine_iv/")
    page.get_by_text("Receive a lot").click()
    lot = page.locator("details[open] form")
    lot.get_by_label("Lot", exact=True).fill(LOT)
    lot.get_by_label("Expires on").fill(f"{datetime.now(tz=ZONE) + timedelta(days=400):%Y-%m-%d}")
    lot.get_by_label("Amount").fill("500")
    _witnessed(lot)
    looked_at(page, "lot")
    press(page, "Keep what came in")

    page.goto(f"{visit}drug/")
    page.get_by_label("Lot", exact=True).select_option(LOT)
    page.get_by_label("Drawn", exact=True).fill("40")
    expect(page.get_by_label("Given", exact=True)).to_have_value("35")
    page.get_by_label("Wasted", exact=True).fill("5")
    _witnessed(page)
    looked_at(page, "drug")
    press(page, "Keep it on the register")
    expect(page.get_by_text("✓ 0 mg")).to_be_visible()
    looked_at(page, "drug-kept")
    page.get_by_role("link", name="Register of ketamine infusions").click()
    expect(page.get_by_role("row").filter(has_text=LOT).first).to_contain_text("460")
    looked_at(page, "register")


def _witnessed(where: Page | Locator) -> None:
    where.get_by_label("Witness: user name").fill("adeyemi")
    where.get_by_label("Witness: their own password").fill(DEMO_PASSWORD)


def _leave(page: Page, visit: str, looked_at: LookAt) -> None:
    """All is well but the time watched: a prescriber signs for it on the nurse's tablet."""
    page.goto(f"{visit}going-home/")
    for yes in page.get_by_label("yes", exact=True).all():
        yes.check()
    short = page.get_by_role("listitem").filter(has_text="Watched for long enough")
    short.locator("summary").click()
    short.get_by_label("Why it is safe to go").fill("They stay in the day room until five")
    short.get_by_label("Who signs: user name").fill("lind")
    short.get_by_label("Their own password").fill(DEMO_PASSWORD)
    looked_at(page, "home")
    press(page, "Sign for: Watched for long enough")
    expect(page.locator("main")).to_contain_text("Everything holds")
    looked_at(page, "home-signed")
    press(page, "Let them go home")
    expect(page.locator("#gone-title")).to_contain_text("Went home at")
    looked_at(page, "gone")


def test_infusion_when_the_day_after_comes_then_the_patient_answers_and_the_spacing_is_decided(
    page_at: PageAt, looked_at: LookAt
) -> None:
    admin = log_in(page_at(DESK, "light"), "sam")
    _open_a_log_in(admin, "Path Example", PATIENT, role="patient", code=SEEN)
    looked_at(admin, "log-ins")
    _answer_the_day_after(log_in(page_at(PHONE, "light"), PATIENT, PASSWORD), looked_at)

    prescriber = log_in(page_at(DESK, "dark"), "lind")
    prescriber.goto(f"/caseload/?search={SEEN}")
    prescriber.locator(f"tbody {OF_RECORD}").first.click()
    looked_at(prescriber, "patient")
    prescriber.get_by_role("link", name="Decide the spacing").first.click()
    expect(prescriber.locator("#forecast-title + .figures")).to_be_visible()
    looked_at(prescriber, "spacing")
    prescriber.get_by_text("Stretch it", exact=True).click()
    prescriber.get_by_label("Days from the last one").fill("14")
    prescriber.get_by_label("Reason").fill("Holds well since the sixth; two weeks with a check-in each")
    press(prescriber, "Keep the decision")
    kept = prescriber.locator("section[aria-labelledby=earlier-title] article").first
    for said in ("14 days", "Dr Lind", "Holds well since the sixth", "What was forecast then", "80 % band"):
        expect(kept).to_contain_text(said)
    looked_at(prescriber, "spacing-kept")


def _open_a_log_in(page: Page, name: str, username: str, *, role: str, code: str = "") -> None:
    page.goto("/accounts/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("User name").fill(username)
    page.get_by_label("Role").select_option(role)
    page.get_by_label("Patient's code").fill(code)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Open log-in")


def _answer_the_day_after(page: Page, looked_at: LookAt) -> None:
    """The check-in after the infusion stands first; then the questions, one a page, and what comes next."""
    expect(page.locator(".card-first")).to_contain_text("after your infusion")
    looked_at(page, "today")
    press(page, "Begin")
    for answer in ("Several days", "Several days", *["Not at all"] * 6):
        press(page, answer)
    looked_at(page, "question")
    press(page, "Not at all")
    expect(page.get_by_role("heading", name="Thank you", exact=True)).to_be_visible()
    looked_at(page, "thanks")
    page.goto("/today/")
    page.get_by_role("link", name="my treatment").click()
    expect(page.get_by_role("heading", name="My treatment")).to_be_visible()
    looked_at(page, "my-treatment")
