"""One journey for each therapy: practice on a phone, seen in the session, the note signed and locked."""

import re

import pytest
from playwright.sync_api import Page, expect

from holdfast.care.accounts import DEMO_PASSWORD
from tests.browser.conftest import CheckAccess, PageAt, Screenshot

pytestmark = pytest.mark.pages

PEOPLE = {
    "cbt": ("ada", "cbt.five_parts"),
    "dbt": ("vera", "dbt.feeling_check"),
    "act": ("xavier", "act.toward_away"),
    "ipt": ("yara", "ipt.talk_replay"),
    "psychodynamic": ("zeno", "psychodynamic.story"),
}
"""In each therapy: who of the demo clinic logs in, and what they practise."""

WORDS = "I waited at the window and counted buses"


def log_in(page: Page, name: str) -> None:
    page.goto("/log-in/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(lambda url: "/log-in/" not in url)


def course_of(page: Page, name: str) -> str:
    """Address of the newest course of that person, found as a therapist finds it."""
    page.goto(f"/caseload/?search={name}")
    page.locator("tbody th a").first.click()
    page.locator("#therapy-title a").click()
    return page.url


@pytest.mark.parametrize("therapy", PEOPLE)
def test_practice_when_done_on_a_phone_then_the_therapist_sees_it_and_signs_the_session(
    page_at: PageAt, axe: CheckAccess, screenshot: Screenshot, therapy: str
) -> None:
    name, exercise = PEOPLE[therapy]
    desk = page_at(1280, "light")
    log_in(desk, "bell")
    course = course_of(desk, name)
    axe(desk)
    screenshot(desk, f"therapy-{therapy}-course-1280")

    phone = page_at(390, "light")
    log_in(phone, name)
    phone.goto("/my-therapy/")
    axe(phone)
    screenshot(phone, f"therapy-{therapy}-mine-390")
    practise(phone, exercise)
    axe(phone)
    screenshot(phone, f"therapy-{therapy}-practice-390")
    phone.get_by_role("button", name=re.compile("^Done")).click()
    expect(phone.get_by_role("status").filter(has_text="Kept")).to_be_visible()
    expect(phone.locator("main")).to_contain_text(WORDS)
    axe(phone)
    screenshot(phone, f"therapy-{therapy}-practised-390")

    hold(desk, course, exercise)
    axe(desk)
    screenshot(desk, f"therapy-{therapy}-session-1280")
    desk.get_by_role("button", name="Sign and lock").click()
    expect(desk.get_by_role("status").filter(has_text="The note is locked")).to_be_visible()
    desk.locator("tbody").get_by_role("link", name=re.compile("signed")).first.click()
    expect(desk.locator("main")).to_contain_text("Went through what they brought")
    axe(desk)
    screenshot(desk, f"therapy-{therapy}-note-1280")
    for part in ("exercises/", "private-notes/"):
        desk.goto(f"{course}{part}")
        axe(desk)


def practise(phone: Page, exercise: str) -> None:
    """Begin the exercise, and write into its first field for words."""
    token = phone.locator("[name=csrfmiddlewaretoken]").first.input_value()
    answer = phone.request.post(
        f"/my-therapy/exercises/{exercise}/",
        form={"csrfmiddlewaretoken": token},
        headers={"Referer": phone.url},
    )
    phone.goto(answer.url)
    field = phone.locator(".exercise textarea, .exercise input[type=text]").first
    field.fill(WORDS)


def hold(desk: Page, course: str, exercise: str) -> None:
    """Hold the session with the exercise beside it, every point done, and write the note."""
    desk.goto(course)
    begin = desk.get_by_role("button", name="Begin the session")
    if begin.count():
        begin.click()
    else:
        desk.get_by_role("link", name="Go on with the session").click()
    desk.goto(f"{desk.url.partition('?')[0]}?exercise={exercise}")
    expect(desk.locator("#exercise")).to_contain_text(WORDS)
    for point in desk.locator(".agenda > li").all():
        point.get_by_text("done", exact=True).first.click()
    desk.get_by_label("What we did").fill("Went through what they brought.")
    desk.get_by_label("Safety, as asked today").fill("Asked; no thoughts of suicide.")
    desk.get_by_role("button", name="We looked at this together").click()
    expect(desk.get_by_text("looked at together", exact=True)).to_be_visible()
    expect(desk.get_by_label("What we did")).to_have_value("Went through what they brought.")
