"""Fixtures of the browser tests: a running clinic, a browser, and the few things every page test does."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

from holdfast.access import Role
from holdfast.care.accounts import DEMO_PASSWORD
from tests.browser import chromium
from tests.browser.clinic import running_clinic

HERE = Path(__file__).parent
PHONE_WIDTH_MAX = 600
HEIGHTS = {True: 844, False: 800}
"""Pixels of a common phone and of a small laptop."""

Screenshot = Callable[[Page, str], None]
SignIn = Callable[[Page, Role], None]
PageAt = Callable[..., Page]
CheckAccess = Callable[[Page], None]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder; one clinic and one browser serve all of it (`tests.conftest.TOGETHER`)."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running demo clinic."""
    with running_clinic(tmp_path_factory.mktemp("clinic")) as address:
        yield address


# Of the package, not of the session: while playwright runs, Django takes this thread for an asynchronous one
# and refuses it the database, so it must have ended before the next folder's tests begin.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    with sync_playwright() as playwright, chromium.launch(playwright) as browser:
        yield browser


@pytest.fixture
def page_at(browser: Browser, clinic: str) -> Iterator[PageAt]:
    """`page_at(390, "dark")`: an empty page, logged out, of that width and theme.

    More keywords go to `browser.new_context`, such as `java_script_enabled=False`. The test fails at its end
    for an error in a page, a breach of its security policy, a request to elsewhere or an answer of 5xx.
    """
    contexts, complaints = [], []

    def new_page(width: int, theme: str, **settings: Any) -> Page:
        context = browser.new_context(
            base_url=clinic,
            viewport={"width": width, "height": HEIGHTS[width <= PHONE_WIDTH_MAX]},
            color_scheme=theme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            locale="en-GB",
            **settings,
        )
        contexts.append(context)
        page = context.new_page()
        _listen(page, clinic=clinic, complaints=complaints)
        return page

    yield new_page
    for context in contexts:
        context.close()
    assert complaints == [], "\n".join(complaints)


def _listen(page: Page, *, clinic: str, complaints: list[str]) -> None:
    def said(message: ConsoleMessage) -> None:
        # Chromium also logs every 4xx; tests of bad input ask for those.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(f"{page.url}: {message.text}")

    def asked(request: Request) -> None:
        if not request.url.startswith((f"{clinic}/", "data:")):
            complaints.append(f"{page.url}: asked {request.url}")

    def answered(response: Response) -> None:
        if response.status >= 500:
            complaints.append(f"{response.url}: answered {response.status}")

    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("console", said)
    page.on("request", asked)
    page.on("response", answered)


@pytest.fixture(scope="package")
def sign_in() -> SignIn:
    """`sign_in(page, Role.THERAPIST)`: log in as the demo's person of that role, named on the log-in page."""

    def log_in(page: Page, role: Role) -> None:
        page.goto("/log-in/")
        page.get_by_label("User name").fill(page.locator(f"[data-role={role.value}]").first.inner_text())
        page.get_by_label("Password").fill(DEMO_PASSWORD)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_url(lambda url: "/log-in/" not in url)

    return log_in


@pytest.fixture(scope="package")
def axe() -> CheckAccess:
    """`axe(page)`: the page as it stands breaks no accessibility rule."""

    def check(page: Page) -> None:
        # A page that is just being left has no document to look at.
        page.wait_for_load_state()
        page.locator("main").wait_for()
        violations = Axe().run(page).response["violations"]
        assert not violations, "\n".join([page.url, *map(_told, violations)])

    return check


def _told(violation: dict[str, Any]) -> str:
    places = "".join(f"\n    {node['html']}\n    {node['failureSummary']}" for node in violation["nodes"])
    return f"{violation['id']} ({violation['impact']}): {violation['help']}{places}"


@pytest.fixture(scope="package")
def screenshot() -> Screenshot:
    """`screenshot(page, "today-390-dark")`: the whole page, when HOLDFAST_SCREENSHOTS names a folder."""

    def take(page: Page, name: str) -> None:
        folder = os.environ.get("HOLDFAST_SCREENSHOTS")
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return take
