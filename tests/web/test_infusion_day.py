"""The board of the day: everyone booked, how far each is, what calls for someone, and where the work goes on."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from holdfast.access import Role
from holdfast.care import flow_sheets, infusion_bookings, visits
from holdfast.records.models import Discharge, InfusionVisit
from tests import make
from tests.cast import Cast, logged_in
from tests.making import flow
from tests.making.courses import make_booking, make_course
from tests.making.visits import make_due, make_go, make_visit, make_vitals
from tests.web import seen

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def board(cast: Cast) -> Client:
    return logged_in(cast.okoro)


def rows(board: Client) -> list[list[str]]:
    return seen.table(board.get(reverse("infusion_day")), "Everyone booked today")


def state(board: Client) -> str:
    """What the board says of Ada, who alone is booked."""
    ((_, _, state, _, _),) = rows(board)
    return state.removesuffix(" came 15:00").removesuffix(" came 14:00")


def calling(response: Any) -> list[str]:
    return [
        seen.text(item)
        for ul in seen.elements(response, "ul", class_="day-now")
        for item in seen.elements(ul, "li")
    ]


def due(cast: Cast, **more: Any) -> uuid.UUID:
    return make_due(cast.adas_episode, by=cast.okoro, prescriber=cast.rivera, **more)


def here(cast: Cast) -> uuid.UUID:
    return make_visit(cast.adas_episode, by=cast.okoro, prescriber=cast.rivera)


def running(cast: Cast, *, minutes: int) -> uuid.UUID:
    """Ada's drug, begun so many minutes ago."""
    then = make.NOW - minutes * MINUTE
    visit = make_visit(cast.adas_episode, by=cast.okoro, prescriber=cast.rivera, at=then)
    make_go(visit, by=cast.okoro, at=then)
    flow_sheets.start(visit, happened_at=then, by=cast.okoro, at=then)
    return visit


def test_board_when_nothing_is_booked_says_so(board: Client) -> None:
    assert "Nothing is booked today." in seen.text(board.get(reverse("infusion_day")))


def test_board_when_people_are_booked_shows_them_by_time_and_leaves_out_other_days(
    cast: Cast, board: Client
) -> None:
    due(cast, starts_at=make.NOW + HOUR)
    course = make_course(cast.bens_episode, by=cast.okoro)
    for starts_at in (make.NOW + 30 * MINUTE, make.NOW + timedelta(days=1)):
        make_booking(
            course, by=cast.okoro, starts_at=starts_at, chair="Chair 2", nurse_id=cast.rivera.account_id
        )
    found = rows(board)
    assert [row[:2] for row in found] == [
        ["15:30 Chair 2", "Ben Birch H-002, Ketamine Dr Rivera"],
        ["16:00 Chair 1", "Ada Alder H-001, Ketamine Nurse Okoro you"],
    ]


def test_board_when_the_record_already_says_no_says_so_before_they_come(cast: Cast, board: Client) -> None:
    """H-026."""
    course = make_course(cast.bens_episode, by=cast.okoro)
    make_booking(course, by=cast.okoro, starts_at=make.NOW + 30 * MINUTE)
    ((*_, state, says, _),) = rows(board)
    assert state == "expected"
    assert says == (
        "The record says no already: Consent in date: none signed "
        "No exclusion without a signed override, review in date: no review and 3 more"
    )


def test_board_when_someone_is_here_keeps_it_and_goes_to_their_list(cast: Cast, board: Client) -> None:
    booking = due(cast)
    response = board.post(reverse("infusion_day"), {"booking": booking})
    visit = InfusionVisit.objects.get()
    assert (response.status_code, response["Location"]) == (302, reverse("visit", args=[visit.uid]))
    assert state(board) == "arrived"


@pytest.mark.parametrize("booking", ["", "no-such", "5e7c1e0e-0000-4000-8000-000000000000"])
def test_board_when_sent_a_booking_that_is_none_says_so(board: Client, booking: str) -> None:
    assert board.post(reverse("infusion_day"), {"booking": booking}).status_code in {400, 404}


def test_board_when_they_are_late_says_by_how_much(cast: Cast, board: Client) -> None:
    due(cast, starts_at=make.NOW - 20 * MINUTE)
    ((*_, says, _),) = rows(board)
    assert says == "not here, 20 min after the time"


def test_board_when_the_list_goes_on_follows_it(cast: Cast, board: Client) -> None:
    visit = here(cast)
    assert state(board) == "arrived"
    visits.answer(visit, line="right_person", answer="yes", by=cast.okoro, at=make.NOW)
    assert state(board) == "list open"
    make_go(visit, by=cast.okoro)
    assert state(board) == "may start"
    visits.answer(visit, line="fasting", answer="no", by=cast.okoro, at=make.NOW)
    assert state(board) == "no-go"
    visits.answer(visit, line="suicidal", answer="yes", by=cast.okoro, at=make.NOW)
    assert state(board) == "clinician first"


def test_board_when_the_list_says_no_says_which_line_and_why(cast: Cast, board: Client) -> None:
    visit = here(cast)
    make_go(visit, by=cast.okoro)
    make_vitals(visit, by=cast.okoro, at=make.NOW + timedelta(seconds=1), oxygen=92)
    ((*_, says, _),) = rows(board)
    assert says == "Oxygen saturation high enough: 92 %; do not start below 94 %"


def test_board_when_the_list_is_stopped_calls_for_someone(cast: Cast, board: Client) -> None:
    """H-031."""
    visit = here(cast)
    visits.answer(visit, line="right_person", answer="yes", by=cast.okoro, at=make.NOW)
    visits.answer(visit, line="suicidal", answer="yes", by=cast.okoro, at=make.NOW)
    assert calling(board.get(reverse("infusion_day"))) == [
        "▲ Ada Alder, Chair 1: Stopped: a clinician sees them now Go there: Ada Alder"
    ]


def test_board_when_the_drug_runs_says_the_minute_and_the_next_row(cast: Cast, board: Client) -> None:
    visit = running(cast, minutes=12)
    for minute in (0, 10):
        flow.make_row(visit, by=cast.okoro, minute=minute, happened_at=make.NOW - (12 - minute) * MINUTE)
    ((*_, state, says, _),) = rows(board)
    assert (state, says) == ("running, minute 12 came 14:48", "Row of minute 20 at 15:08")
    assert calling(board.get(reverse("infusion_day"))) == []


def test_board_when_a_row_is_late_or_out_of_range_calls_for_someone(cast: Cast, board: Client) -> None:
    """H-027."""
    visit = running(cast, minutes=18)
    row = flow.make_row(visit, by=cast.okoro, minute=0, happened_at=make.NOW - 18 * MINUTE, systolic=190)
    assert calling(board.get(reverse("infusion_day"))) == [
        "▲ Ada Alder, Chair 1: Systolic pressure 190 mmHg, limit 180; Row of minute 10 is 8 min late "
        "Go there: Ada Alder"
    ]
    flow_sheets.see(row, action="measured again: 150", by=cast.okoro, at=make.NOW)
    flow.make_row(visit, by=cast.okoro, minute=10)
    assert calling(board.get(reverse("infusion_day"))) == []


def test_board_when_a_row_was_corrected_calls_for_what_nobody_has_answered(cast: Cast, board: Client) -> None:
    """H-027."""
    visit = running(cast, minutes=5)
    row = flow.make_row(visit, by=cast.okoro, minute=0, systolic=190)
    flow_sheets.see(row, action="called Dr Rivera", by=cast.okoro, at=make.NOW)
    right, wrong = uuid.uuid4(), {**flow.HIGH, "systolic": 190}
    flow_sheets.correct_row(
        row, values=wrong, note="left arm", reason="arm was wrong", by=cast.okoro, at=make.NOW, uid=right
    )
    assert calling(board.get(reverse("infusion_day"))) == []
    flow_sheets.correct_row(
        right, values={**wrong, "oxygen": 85}, note="", reason="misread", by=cast.okoro, at=make.NOW
    )
    (called,) = calling(board.get(reverse("infusion_day")))
    assert "Oxygen saturation 85 %, limit 92" in called


def test_board_when_the_drug_has_ended_leads_to_going_home(cast: Cast, board: Client) -> None:
    visit = running(cast, minutes=60)
    flow.make_finished(visit, by=cast.okoro, happened_at=make.NOW - 20 * MINUTE)
    assert state(board) == "watching"
    page = board.get(reverse("infusion_day"))
    assert seen.links(page, "Going home of Ada Alder") == [reverse("visit_home", args=[visit])]
    row = InfusionVisit.objects.get()
    Discharge.objects.create(
        visit=row, criteria={}, escort_name="Bo", happened_at=make.NOW, recorded_at=make.NOW,
        recorded_by_id=cast.okoro.account_id,
    )  # fmt: skip
    assert rows(board)[0][2] == "gone home 15:00"


def test_board_when_a_booking_was_cancelled_says_whose_doing_it_was_and_why(
    cast: Cast, board: Client
) -> None:
    booking = due(cast)
    infusion_bookings.cancel(booking, whose="patient", reason="has a cold", by=cast.okoro, at=make.NOW)
    ((*_, state, says, go),) = rows(board)
    assert (state, says, go) == ("cancelled", "by the patient: has a cold", "")


def test_board_when_someone_of_yesterday_was_not_let_go_calls_for_it(
    cast: Cast, board: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-028."""
    visit = running(cast, minutes=60)
    flow.make_finished(visit, by=cast.okoro, happened_at=make.NOW - 20 * MINUTE)
    monkeypatch.setattr("django.utils.timezone.now", lambda: make.NOW + timedelta(days=1))
    browser = logged_in(cast.okoro)
    (called,) = calling(browser.get(reverse("infusion_day")))
    assert "Came 2 Mar and was not let go" in called
    visit_row = InfusionVisit.objects.get()
    Discharge.objects.create(
        visit=visit_row, criteria={}, escort_name="Bo", happened_at=make.NOW, recorded_at=make.NOW,
        recorded_by_id=cast.okoro.account_id,
    )  # fmt: skip
    assert "Nothing is booked today." in seen.text(browser.get(reverse("infusion_day")))


def test_board_when_the_viewer_runs_no_infusion_has_no_button_to_arrive(cast: Cast) -> None:
    due(cast)
    page = logged_in(cast.bell).get(reverse("infusion_day"))
    assert seen.table(page, "Everyone booked today")[0][4] == ""


def test_board_when_of_another_site_shows_nobody_of_this_one(cast: Cast) -> None:
    due(cast)
    page = logged_in(cast.stone).get(reverse("infusion_day"))
    assert "Nothing is booked today." in seen.text(page)


def test_board_when_the_clinics_day_began_before_that_of_utc_keeps_to_the_clinics(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    summer = make.NOW.replace(month=7, hour=23, minute=30)
    course = make_course(cast.bens_episode, by=cast.okoro)
    make_booking(course, by=cast.okoro, starts_at=summer + 15 * MINUTE, at=make.NOW)
    monkeypatch.setattr("django.utils.timezone.now", lambda: summer)
    assert [row[0] for row in rows(logged_in(cast.okoro))] == ["00:45 Chair 1"]


def test_board_when_three_are_booked_and_one_runs_takes_the_same_queries_as_for_one(
    cast: Cast, board: Client
) -> None:
    visit = running(cast, minutes=12)
    counted(board)
    one = counted(board)
    flow.make_row(visit, by=cast.okoro, minute=0, systolic=190)
    for number in (2, 3):
        other = make.make_account(Role.NURSE, clinic_id=cast.okoro.clinic_id, username=f"nurse-{number}")
        episode = make.make_episode(by=cast.okoro, code=f"H-10{number}", name="Someone Else")
        chair, at = f"Chair {number}", make.NOW - 5 * MINUTE
        uid = make_visit(
            episode, by=cast.okoro, prescriber=cast.rivera, at=at, chair=chair, nurse_id=other.account_id
        )
        make_go(uid, by=cast.okoro, at=at)
    assert len(rows(board)) == 3
    assert counted(board) == one


def counted(board: Client) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert board.get(reverse("infusion_day")).status_code == 200
    return len(caught)
