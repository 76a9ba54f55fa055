"""What is printed fits its paper: Chromium prints it as A4, and it is one page."""

import re
import uuid
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse
from playwright.sync_api import Route, sync_playwright

from holdfast.care import flow_sheets
from tests import make
from tests.browser import chromium
from tests.cast import Cast, logged_in
from tests.making import flow, home

pytestmark = pytest.mark.pages

SITE = "http://paper.test"
A4 = r"/MediaBox \[0 0 (594|595)\S* (841|842)\S*\]"


@pytest.fixture
def long_day(cast: Cast) -> uuid.UUID:
    """Twelve rows, one of them out of range and answered, five events, two adverse events, drug in two lines."""
    uid = flow.make_started(cast.adas_episode, by=cast.okoro, started_at=home.STARTED)
    home.make_escort(uid, by=cast.okoro)
    flow.make_row(uid, by=cast.okoro, minute=-1, happened_at=home.STARTED - timedelta(minutes=5))
    for minute in (0, 10, 20, 30, 40):
        high = flow.make_row(
            uid, by=cast.okoro, minute=minute, happened_at=home.STARTED + timedelta(minutes=minute),
            systolic=184 if minute == 30 else 120,
        )  # fmt: skip
        if minute == 30:
            flow_sheets.see(high, action="Rate halved, measured again", by=cast.okoro, at=make.NOW)
    for minute, event in EVENTS.items():
        flow_sheets.event(
            uid, **event, happened_at=home.STARTED + timedelta(minutes=minute), by=cast.okoro, at=make.NOW
        )  # type: ignore[arg-type]
    flow.make_finished(uid, by=cast.okoro, happened_at=home.ENDED)
    for minutes in (70, 55, 40, 25, 15, 5):
        flow.make_row(uid, by=cast.okoro, happened_at=make.NOW - timedelta(minutes=minutes))
    _accounted(cast, uid)
    home.make_gone(uid, by=cast.okoro)
    return uid


EVENTS: Mapping[int, Mapping[str, object]] = {
    12: {"kind": "pause", "reason": "The line came loose at the elbow"},
    15: {"kind": "resume"},
    31: {"kind": "rate", "rate_ml_per_hour": Decimal(38), "reason": "Pressure 184/76"},
    35: {"kind": "rescue", "drug": "ondansetron", "dose": "4 mg", "reason": "Nausea 5 of 10"},
}
"""What happens in the chair beside the start and the end, by minute."""


def _accounted(cast: Cast, uid: uuid.UUID) -> None:
    home.make_lot(by=cast.okoro, witness=cast.rivera)
    home.make_use(uid, by=cast.okoro, witness=cast.rivera)
    for what in ("Pressure 184/76 at 30 minutes", "Nausea, 5 of 10"):
        home.make_event(cast.adas_episode, by=cast.okoro, visit_uid=uid, what=what)


def printed(html: str) -> str:
    """The page as Chromium prints it, as the text of the PDF file; nothing is asked from elsewhere."""

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if not path.startswith("/static/"):
            return route.fulfill(body=html, content_type="text/html; charset=utf-8")
        found = finders.find(path.removeprefix("/static/"))
        assert isinstance(found, str), path
        return route.fulfill(path=Path(found))

    with sync_playwright() as playwright, chromium.launch(playwright) as browser:
        page = browser.new_page()
        page.route("**/*", answer)
        page.goto(f"{SITE}/")
        return page.pdf(prefer_css_page_size=True).decode("latin-1")


@pytest.mark.parametrize(
    ("name", "words"), [("visit_summary", "Rescue drugs"), ("visit_instructions", "Numbers")]
)
def test_page_when_printed_after_a_long_day_is_one_sheet_of_a4(
    cast: Cast, long_day: uuid.UUID, name: str, words: str
) -> None:
    html = logged_in(cast.okoro).get(reverse(name, args=[long_day])).content.decode()
    assert words in html
    pdf = printed(html)
    assert len(re.findall(r"/Type ?/Page\b", pdf)) == 1
    assert re.search(A4, pdf)
