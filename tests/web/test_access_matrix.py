"""Every page, tried by everyone: each cell says what must happen. All of it is about Ada, a patient of the harbour."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from holdfast.access import Viewer
from holdfast.care import checkins
from holdfast.records.queries import alerts, patient
from holdfast.web.urls import urlpatterns
from tests import make
from tests.cast import Cast, logged_in

WHO = ("nobody", "ada", "ben", "bell", "okoro", "rivera", "mo", "sam", "stone")
"""Logged out; Ada; another patient; her therapist; nurse; prescriber; lead; administrator; prescriber elsewhere."""

# 200 shown · 302 sent on (to log-in when logged out) · 401 wrong password · 403 not for that role
# 404 not theirs to know of · 405 not sent that way · 422 may, but sent nothing
TABLE: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    # page            nobody ada  ben  bell okor rive mo   sam  stone     opened, then sent empty
    "home":            ((302, 302, 302, 302, 302, 302, 302, 302, 302), (302, 302, 302, 302, 302, 302, 302, 302, 302)),
    "log_in":          ((200, 200, 200, 200, 200, 200, 200, 200, 200), (401, 401, 401, 401, 401, 401, 401, 401, 401)),
    "log_out":         ((405, 405, 405, 405, 405, 405, 405, 405, 405), (302, 302, 302, 302, 302, 302, 302, 302, 302)),
    "help_now":        ((200, 200, 200, 200, 200, 200, 200, 200, 200), (405, 405, 405, 405, 405, 405, 405, 405, 405)),
    "who_sees_what":   ((200, 200, 200, 200, 200, 200, 200, 200, 200), (405, 405, 405, 405, 405, 405, 405, 405, 405)),
    "today":           ((302, 200, 200, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "checkin_start":   ((302, 302, 302, 403, 403, 403, 403, 403, 403), (302, 302, 302, 403, 403, 403, 403, 403, 403)),
    "checkin":         ((302, 200, 404, 403, 403, 403, 403, 403, 403), (302, 422, 404, 403, 403, 403, 403, 403, 403)),
    "checkin_thanks":  ((302, 200, 404, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "course":          ((302, 200, 200, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "caseload":        ((302, 403, 403, 200, 200, 200, 200, 403, 200), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "enrol":           ((302, 403, 403, 200, 200, 200, 200, 403, 200), (302, 403, 403, 422, 422, 422, 422, 403, 422)),
    "patient":         ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "record_infusion": ((302, 403, 403, 403, 200, 200, 403, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "start_course":    ((302, 403, 403, 200, 403, 200, 403, 403, 404), (302, 403, 403, 422, 403, 422, 403, 403, 404)),
    "record_session":  ((302, 403, 403, 200, 403, 200, 403, 403, 404), (302, 403, 403, 422, 403, 422, 403, 403, 404)),
    "enter_score":     ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 422, 422, 422, 422, 403, 404)),
    "assess":          ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 422, 422, 422, 422, 403, 404)),
    "close_episode":   ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 422, 422, 422, 422, 403, 404)),
    "what_if":         ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "decide":          ((302, 403, 403, 405, 405, 405, 405, 403, 405), (302, 403, 403, 422, 422, 422, 422, 403, 404)),
    "withdraw":        ((302, 403, 403, 403, 200, 200, 403, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "alerts":          ((302, 403, 403, 200, 200, 200, 200, 403, 200), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "acknowledge":     ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 422, 422, 422, 422, 403, 404)),
    "accounts":        ((302, 403, 403, 403, 403, 403, 403, 200, 403), (302, 403, 403, 403, 403, 403, 403, 422, 403)),
    "calibration":     ((302, 403, 403, 403, 403, 403, 200, 403, 403), (302, 403, 403, 403, 403, 403, 405, 403, 403)),
}  # fmt: skip

ABOUT_AN_EPISODE = (
    "patient", "record_infusion", "start_course", "record_session", "enter_score", "assess", "close_episode", "decide",
    "what_if",
)  # fmt: skip


@pytest.fixture
def places(cast: Cast) -> Mapping[str, dict[str, Any]]:
    """What each page is about: Ada's draft and check-in, her infusion, her alert."""
    sent = make.make_check_in(cast.adas_episode, 1, 1, 1, 1, 1, 1, 1, 1, 1, by=cast.ada)
    make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=make.NOW - timedelta(days=1))
    make.make_course(cast.adas_episode, by=cast.bell)
    infusion = patient.last_infusion(cast.okoro, cast.adas_episode)
    assert infusion is not None
    about_ada = {"episode_id": cast.adas_episode}
    return {
        "checkin_start": {"instrument": "phq9"},
        "checkin": {
            "draft": checkins.draft(cast.adas_episode, "gad7", by=cast.ada, at=make.NOW),
            "number": 1,
        },
        "checkin_thanks": {"uid": sent},
        "withdraw": {**about_ada, "kind": "infusion", "uid": infusion.uid},
        "acknowledge": {"alert_id": alerts.waiting(cast.okoro)[0].alert_id},
        **dict.fromkeys(ABOUT_AN_EPISODE, about_ada),
    }


def person(cast: Cast, name: str) -> Viewer | None:
    return cast.everyone.get(name)


@pytest.mark.parametrize("page", TABLE)
def test_page_when_tried_by_everyone_answers_as_the_table_says(
    cast: Cast, places: Mapping[str, dict[str, Any]], page: str
) -> None:
    path = reverse(page, kwargs=places.get(page, {}))

    opened = tuple(logged_in(person(cast, name)).get(path).status_code for name in WHO)
    sent = tuple(logged_in(person(cast, name)).post(path).status_code for name in WHO)

    assert dict(zip(WHO, opened, strict=True)) == dict(zip(WHO, TABLE[page][0], strict=True))
    assert dict(zip(WHO, sent, strict=True)) == dict(zip(WHO, TABLE[page][1], strict=True))


@pytest.mark.parametrize("page", ["patient", "enter_score", "acknowledge"])
def test_page_when_refused_says_nothing_of_the_person(
    cast: Cast, places: Mapping[str, dict[str, Any]], page: str
) -> None:
    path = reverse(page, kwargs=places[page])

    answers = {name: logged_in(person(cast, name)).get(path) for name in WHO}

    named = {name for name, answer in answers.items() if b"Ada Alder" in answer.content}
    assert named == {name for name, answer in answers.items() if answer.status_code == 200}
    assert named == {"bell", "okoro", "rivera", "mo"}


def test_page_when_added_to_the_site_map_is_in_the_table() -> None:
    assert sorted(pattern.name or "" for pattern in urlpatterns) == sorted(TABLE)


def test_page_when_logged_out_leads_back_to_itself_after_log_in(cast: Cast) -> None:
    response = logged_in(None).get(f"/patients/{cast.adas_episode}/score/?instrument=madrs")

    assert response["Location"] == f"/log-in/?next=/patients/{cast.adas_episode}/score/%3Finstrument%3Dmadrs"
