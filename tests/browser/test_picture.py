"""The picture in the README: `make picture` keeps what this test sees."""

from tests.browser.conftest import PageAt, Screenshot, SignIn

from holdfast.access import Role


def test_patient_page_when_the_therapist_comes_from_the_caseload_then_it_shows_the_timeline(
    page_at: PageAt, sign_in: SignIn, screenshot: Screenshot
) -> None:
    page = page_at(1280, "light")
    sign_in(page, Role.THERAPIST)
    page.get_by_role("table").get_by_role("link").first.click()
    page.get_by_role("img").first.wait_for()
    screenshot(page, "screenshot")
