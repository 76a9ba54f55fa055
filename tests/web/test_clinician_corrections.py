"""Correcting an entry: the right one stands in its place, the wrong one stays readable, and it happens once."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from holdfast.access import Viewer
from holdfast.records.queries import patient as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen

DAYS = timedelta(days=1)


@pytest.fixture
def check_in(cast: Cast) -> uuid.UUID:
    return make.make_check_in(cast.adas_episode, 3, by=cast.bell, at=make.NOW - DAYS)


def send(cast: Cast, kind: str, uid: uuid.UUID, *, by: Viewer | None = None, **fields: object) -> Any:
    browser = logged_in(by or cast.rivera)
    return browser.post(f"/patients/{cast.adas_episode}/withdraw/{kind}/{uid}/", fields, follow=True)


def totals(cast: Cast) -> list[int | None]:
    return [row.total for row in queries.timeline(cast.rivera, cast.adas_episode) if row.kind == "check-in"]  # type: ignore[union-attr]


def test_score_when_the_right_total_is_given_replaces_it(cast: Cast, check_in: uuid.UUID) -> None:
    response = send(cast, "check-in", check_in, change="total", total="14", reason="added up wrongly")

    assert seen.messages(response) == ["Corrected to 14. Before: PHQ-9 24, 1 Mar 2026 15:00."]
    assert totals(cast) == [14]


def test_score_when_it_should_not_be_there_is_withdrawn(cast: Cast, check_in: uuid.UUID) -> None:
    response = send(cast, "check-in", check_in, change="withdraw", total="", reason="wrong record")

    assert seen.messages(response) == ["Withdrawn, no longer counted: PHQ-9 24, 1 Mar 2026 15:00."]
    assert totals(cast) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"total": ""}, "Right total: The right total is missing. "
         "Expected: a whole number, or choose to withdraw the entry."),
        ({"total": "ten"}, "Right total: Enter a whole number."),
        ({"total": "99"}, "Right total: 99 lies outside 0 to 27. "
         "Expected: a whole number from 0 to 27 for PHQ-9."),
        ({"reason": " "}, "What was wrong with it: This field is required."),
    ],
)  # fmt: skip
def test_score_when_the_correction_is_incomplete_keeps_entry_and_typed_text(
    cast: Cast, check_in: uuid.UUID, fields: dict[str, str], said: str
) -> None:
    typed = {"change": "total", "total": "14", "reason": "added up wrongly", **fields}

    response = send(cast, "check-in", check_in, **typed)

    assert (response.status_code, seen.errors(response)) == (422, [said])
    assert {name: seen.typed(response, name) for name in typed} == {
        **typed,
        "reason": typed["reason"].strip(),
    }
    assert totals(cast) == [24]


def test_entry_when_corrected_twice_says_that_it_was_done(cast: Cast, check_in: uuid.UUID) -> None:
    fields = {"change": "total", "total": "14", "reason": "added up wrongly"}
    send(cast, "check-in", check_in, **fields)

    response = send(cast, "check-in", check_in, **fields)

    assert (
        seen.messages(response)[-1] == "This entry has been corrected already; see “Corrected entries” below."
    )
    assert totals(cast) == [14]


def test_infusion_when_withdrawn_offers_to_record_it_anew(cast: Cast) -> None:
    make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=make.NOW - DAYS)
    (row,) = queries.timeline(cast.rivera, cast.adas_episode)

    form = logged_in(cast.okoro).get(f"/patients/{cast.adas_episode}/withdraw/infusion/{row.uid}/")
    response = send(cast, "infusion", row.uid, by=cast.okoro, reason="wrong record")

    assert seen.links(form, "record it anew") == [f"/patients/{cast.adas_episode}/infusion/"]
    assert seen.messages(response) == [
        "Withdrawn, no longer counted: Infusion 35 mg, 0.5 mg/kg, 1 Mar 2026 15:00."
    ]


def test_session_when_withdrawn_no_longer_counts(cast: Cast) -> None:
    course = make.make_course(cast.adas_episode, by=cast.bell)
    make.make_session(course, by=cast.bell, happened_at=make.NOW - DAYS)
    (row,) = queries.timeline(cast.rivera, cast.adas_episode)

    response = send(cast, "session", row.uid, by=cast.bell, reason="was another person")

    assert seen.messages(response) == [
        "Withdrawn, no longer counted: CBT session 1, attended, 1 Mar 2026 15:00."
    ]


def test_infusion_when_the_viewer_may_not_record_one_cannot_be_withdrawn_by_them(cast: Cast) -> None:
    make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=make.NOW - DAYS)
    (row,) = queries.timeline(cast.rivera, cast.adas_episode)

    assert send(cast, "infusion", row.uid, by=cast.bell, reason="wrong record").status_code == 403
    assert queries.timeline(cast.rivera, cast.adas_episode) == (row,)


def test_entry_when_of_another_person_is_not_found_under_this_one(cast: Cast) -> None:
    bens = make.make_check_in(cast.bens_episode, 3, by=cast.bell)

    response = send(cast, "check-in", bens, change="withdraw", reason="wrong record")

    assert response.status_code == 404
    assert [row.uid for row in queries.timeline(cast.rivera, cast.bens_episode)] == [bens]


@pytest.mark.parametrize("kind", ["check-in", "infusion", "session", "diary"])
def test_entry_when_it_is_not_there_is_not_found(cast: Cast, kind: str) -> None:
    assert send(cast, kind, uuid.uuid4(), reason="wrong record").status_code == 404
