"""Scores of process measures, as a clinician enters them."""

import pytest

from holdfast.instruments.loader import all_instruments
from holdfast.records.queries import patient
from tests.cast import Cast, logged_in
from tests.web.test_clinician_entries import Pages


@pytest.fixture
def pages(cast: Cast) -> Pages:
    return Pages(logged_in(cast.rivera), cast.adas_episode)


def test_score_when_of_a_process_measure_says_which_way_is_better_and_is_kept(
    cast: Cast, pages: Pages
) -> None:
    form = pages.open("score/?instrument=wai_sr").content.decode()
    response = pages.send("score/?instrument=wai_sr", total="48")

    assert "Higher is better." in form
    assert pages.said(response) == ["WAI-SR kept: 48, 2 Mar 2026 14:30."]
    kept = patient.timeline(cast.rivera, cast.adas_episode)
    assert [(fact.instrument, fact.total) for fact in kept] == [("wai_sr", 48)]


def test_score_when_a_screen_of_risk_is_high_raises_an_alert(pages: Pages) -> None:
    assert pages.said(pages.send("score/?instrument=cssrs_screen", total="3")) == [
        "C-SSRS Screener kept: 3, High, 2 Mar 2026 14:30.",
        "An answer in it raised a safety alert; it stands first on this page.",
    ]


def test_score_when_the_page_opens_lists_every_instrument(pages: Pages) -> None:
    listed = pages.open("score/").content.decode()

    assert [slug for slug in all_instruments() if f'href="?instrument={slug}"' not in listed] == []
