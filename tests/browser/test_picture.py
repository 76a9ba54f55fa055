"""The picture in the README: `make picture` keeps what this test sees."""

import pytest
from playwright.sync_api import expect

from holdfast.access import Role
from tests.browser.conftest import PageAt, Screenshot, SignIn

pytestmark = pytest.mark.pages


def test_patient_page_when_the_therapist_comes_from_the_caseload_then_it_shows_the_timeline(
    page_at: PageAt, sign_in: SignIn, screenshot: Screenshot
) -> None:
    page = page_at(1280, "light")
    sign_in(page, Role.THERAPIST)
    # Searched for: which page of the list she is on depends on the day and on what other tests did with her.
    page.get_by_label("Name or code").fill("Ada")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("link", name="Ada Example").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada Example")
    expect(page.get_by_role("img").first).to_be_visible()
    screenshot(page, "screenshot")
