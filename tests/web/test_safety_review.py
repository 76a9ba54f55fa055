"""The safety review of a long course: each topic, what follows, exposure and blood pressure beside it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from holdfast.records.models import SafetyReview
from tests import make
from tests.cast import Cast, logged_in
from tests.making import after, flow
from tests.web import seen


@pytest.fixture(autouse=True)
def first_course(cast: Cast) -> None:
    """Ada's whole first course."""
    after.make_given(cast.adas_episode, *after.INDUCTION, by=cast.okoro)


def safety(cast: Cast) -> str:
    return reverse("safety_review", args=[cast.adas_episode, "ketamine_iv"])


def look(desk: Client, cast: Cast, **fields: str) -> object:
    page = desk.get(safety(cast))
    given = {name: seen.typed(page, name) for name in ("uid", "happened_at")}
    answers = dict.fromkeys(after.nothing_found(), "none")
    return desk.post(safety(cast), {**given, **answers, "action": "", **fields})


def test_safety_review_when_something_was_found_asks_what_follows_and_keeps_the_answers(cast: Cast) -> None:
    nurse = logged_in(cast.okoro)

    refused = look(nurse, cast, urinary="some", urinary_note="Twice at night")

    assert refused.status_code == 422
    assert seen.errors(refused) == [
        "What follows: Is empty though something was found. Expected: what follows from it."
    ]
    assert seen.typed(refused, "urinary_note") == "Twice at night"
    assert not SafetyReview.objects.exists()


def test_safety_review_when_kept_stands_in_the_history_and_moves_the_next_one(cast: Cast) -> None:
    nurse = logged_in(cast.okoro)
    after.make_given(cast.adas_episode, 7, by=cast.okoro)
    before = seen.text(nurse.get(safety(cast)))

    look(nurse, cast, urinary="some", urinary_note="Twice at night", action="Dipstick")

    told = seen.text(nurse.get(safety(cast)))
    assert "The next safety review is due 6 Apr 2026" in before
    assert "is due" not in told
    assert "Nurse Okoro (7 times, 245 mg)" in told
    assert "Bladder: something. Twice at night" in told
    assert "What follows: Dipstick" in told


def test_safety_review_when_a_topic_is_left_out_names_it(cast: Cast) -> None:
    refused = look(logged_in(cast.okoro), cast, misuse="")

    assert seen.errors(refused) == [
        "Craving and misuse: Not answered. Expected: nothing, something or not asked."
    ]


def test_safety_review_when_flow_sheets_are_on_record_shows_start_and_peak_of_each_visit(cast: Cast) -> None:
    started = make.NOW - timedelta(minutes=45)
    visit = flow.make_started(cast.adas_episode, by=cast.okoro, started_at=started)
    for minutes, systolic, diastolic in ((-5, 118, 76), (10, 131, 92), (40, 142, 84), (44, 122, 78)):
        flow.make_row(
            visit,
            by=cast.okoro,
            happened_at=started + timedelta(minutes=minutes),
            systolic=systolic,
            diastolic=diastolic,
        )

    page = logged_in(cast.okoro).get(safety(cast))

    assert seen.table(page, "Blood pressure before the drug") == [["2 Mar 2026", "118/76", "142/84"]]


def test_safety_review_when_seen_by_a_therapist_has_no_form(cast: Cast) -> None:
    page = logged_in(cast.bell).get(safety(cast))

    assert "A nurse or prescriber records it here." in seen.text(page)
    assert seen.elements(page, "textarea") == []
