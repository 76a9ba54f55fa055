"""A skills group in a browser: opened, joined and written down on a phone and on a laptop; nothing typed is lost."""

import re
import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from holdfast.access import Role
from tests.browser.conftest import CheckAccess, PageAt, Screenshot, SignIn

pytestmark = pytest.mark.pages


def group_with(page: Page, name: str) -> tuple[str, str]:
    """A new group that meets today and someone new in it; gives the addresses of both."""
    page.goto("/groups/new/")
    page.get_by_label("Name", exact=True).fill(f"Group of {name}")
    page.get_by_label("Meets on").select_option(str(datetime.now(tz=ZoneInfo("Europe/London")).weekday()))
    page.get_by_label("Begins at").fill("00:00")
    page.get_by_role("button", name="Open the group").click()
    page.wait_for_url(re.compile(r"/groups/\d+/$"))
    group = page.url
    page.goto("/patients/new/")
    page.get_by_label("Name", exact=True).fill(f"{name} Example")
    page.get_by_label("Code", exact=True).fill(f"G-{uuid.uuid4().hex[:8]}")
    page.get_by_role("button", name="Enrol patient").click()
    page.wait_for_url(re.compile(r"/patients/\d+/$"))
    person = page.url
    page.goto(f"{person}therapy/")
    page.get_by_label("Dialectical behaviour therapy").check()
    page.get_by_role("button", name="Start course").click()
    page.wait_for_url(person)
    page.goto(f"{person}group/join/")
    page.get_by_label(f"Group of {name}: from").first.check()
    page.get_by_label("I went through the rules").check()
    page.get_by_role("button", name="Take into the group").click()
    expect(page.get_by_text("in the group", exact=True)).to_be_visible()
    return group, person


@pytest.mark.parametrize(("width", "theme", "name"), [(390, "light", "Lio"), (1280, "dark", "Mika")])
def test_group_pages_when_opened_then_break_no_accessibility_rule_and_fit_their_width(
    page_at: PageAt,
    sign_in: SignIn,
    axe: CheckAccess,
    screenshot: Screenshot,
    width: int,
    theme: str,
    name: str,
) -> None:
    page = page_at(width, theme)
    sign_in(page, Role.THERAPIST)
    group, person = group_with(page, name)
    for address in (
        "/groups/", "/groups/new/", group, f"{group}meeting/", f"{group}details/", f"{group}roster/",
        f"{group}weeks/1/", f"{person}group/", f"{person}group/join/", f"{person}group/leave/",
    ):  # fmt: skip
        page.goto(address)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{address} runs off the side"
        screenshot(page, f"group-{address.split('/', 3)[-1].replace('/', '-')}{width}-{theme}")


def test_meeting_when_the_log_in_ran_out_then_what_was_typed_stays_and_is_kept_after_log_in(
    page_at: PageAt, sign_in: SignIn
) -> None:
    page = page_at(390, "light")
    sign_in(page, Role.THERAPIST)
    group, _ = group_with(page, "Noa")
    page.goto(f"{group}meeting/")
    page.get_by_label("present", exact=True).check()
    page.get_by_label("ok", exact=True).check()
    page.get_by_label("Summary, for everyone's own note").fill("A calm evening.")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("button", name="Keep the meeting").click()
    expect(page.get_by_text("You are logged out, and nothing is lost")).to_be_visible()
    assert page.get_by_label("Summary, for everyone's own note").input_value() == "A calm evening."
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    page.get_by_role("button", name="Keep the meeting").click()
    expect(page.get_by_text("is kept, in everyone's own note too: 1 there.")).to_be_visible()
