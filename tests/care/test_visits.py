"""The day of an infusion until it begins: arrival, the list, who may sign to go on regardless, and who is sent home."""

import uuid
from datetime import timedelta

import pytest

from holdfast.access import Viewer
from holdfast.care import flow_sheets, infusion_bookings, visits
from holdfast.errors import Conflict, InvalidInput, NotAllowed, NotFound
from holdfast.pathway.go_list import State, Verdict
from holdfast.records.models import (
    AuditEvent,
    BookingCancellation,
    GoAnswer,
    InfusionVisit,
    Override,
)
from holdfast.records.queries import visits as queries
from tests import make
from tests.making.orders import make_prescriber
from tests.making.visits import make_due, make_go, make_visit, make_vitals

MINUTE = timedelta(minutes=1)


@pytest.fixture
def prescriber(clinic_id: int) -> Viewer:
    return make_prescriber(clinic_id)


@pytest.fixture
def visit(episode_id: int, nurse: Viewer, prescriber: Viewer) -> uuid.UUID:
    return make_visit(episode_id, by=nurse, prescriber=prescriber)


def verdict(visit: uuid.UUID, *, by: Viewer) -> Verdict:
    return queries.go_list(by, visit, at=make.NOW).verdict


def state(visit: uuid.UUID, line: str, *, by: Viewer) -> State:
    found = queries.go_list(by, visit, at=make.NOW).line(line)
    assert found is not None
    return found.state


def test_arrive_when_a_booking_is_of_today_keeps_who_came_with_the_order_in_force(
    episode_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    booking = make_due(episode_id, by=nurse, prescriber=prescriber)
    uid = visits.arrive(booking, by=nurse, at=make.NOW)
    row = InfusionVisit.objects.get()
    assert (row.uid, row.booking.uid, row.happened_at) == (uid, booking, make.NOW)
    order = queries.visit(nurse, uid, at=make.NOW).order
    assert order is not None
    assert order.dose_mg == 36
    assert AuditEvent.objects.filter(action="arrived for an infusion", subject_id=str(uid)).count() == 1


def test_arrive_when_sent_twice_gives_the_same_visit(
    episode_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    booking = make_due(episode_id, by=nurse, prescriber=prescriber)
    first = visits.arrive(booking, by=nurse, at=make.NOW)
    assert visits.arrive(booking, by=prescriber, at=make.NOW + MINUTE) == first
    assert InfusionVisit.objects.count() == 1


def test_arrive_when_the_booking_is_of_another_day_is_refused(
    episode_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    tomorrow = make_due(episode_id, by=nurse, prescriber=prescriber, starts_at=make.NOW + timedelta(days=1))
    with pytest.raises(InvalidInput, match="booking: is for 2026-03-03"):
        visits.arrive(tomorrow, by=nurse, at=make.NOW)


def test_arrive_when_the_booking_was_cancelled_is_refused(
    episode_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    booking = make_due(episode_id, by=nurse, prescriber=prescriber)
    infusion_bookings.cancel(booking, whose="patient", reason="has a cold", by=nurse, at=make.NOW)
    with pytest.raises(Conflict, match="this booking was cancelled"):
        visits.arrive(booking, by=nurse, at=make.NOW)


def test_arrive_when_the_viewer_is_of_another_site_finds_nothing(
    episode_id: int, nurse: Viewer, prescriber: Viewer, stranger: Viewer
) -> None:
    booking = make_due(episode_id, by=nurse, prescriber=prescriber)
    with pytest.raises(NotFound):
        visits.arrive(booking, by=stranger, at=make.NOW)


@pytest.mark.parametrize("verb", ["arrive", "answer", "override", "name_escort", "not_go"])
def test_verb_when_by_someone_who_runs_no_infusion_is_refused(verb: str, therapist: Viewer) -> None:
    given = {
        "arrive": {},
        "answer": {"line": "fasting", "answer": "yes"},
        "override": {"criterion": "fasting", "reason": "a sip of water"},
        "name_escort": {"name": "Bo", "phone": "0700 900 111"},
        "not_go": {"reason": "high pressure"},
    }
    with pytest.raises(NotAllowed, match="a therapist may not run the day of an infusion"):
        getattr(visits, verb)(uuid.uuid4(), **given[verb], by=therapist, at=make.NOW)


def test_list_when_everything_is_answered_and_measured_says_go(visit: uuid.UUID, nurse: Viewer) -> None:
    assert verdict(visit, by=nurse) is Verdict.NOT_YET
    make_go(visit, by=nurse)
    found = queries.go_list(nurse, visit, at=make.NOW)
    assert (found.verdict, found.blocking, found.waiting) == (Verdict.GO, (), ())
    assert found.escort is not None
    assert (found.escort.name, found.escort.phone) == (
        "Bo Alder",
        "0700 900 111",
    )


def test_start_when_the_list_says_go_begins_and_then_the_list_is_closed(
    visit: uuid.UUID, nurse: Viewer
) -> None:
    make_go(visit, by=nurse)
    flow_sheets.start(visit, happened_at=make.NOW, by=nurse, at=make.NOW)
    with pytest.raises(Conflict, match="the infusion has begun: the list is closed"):
        visits.answer(visit, line="fasting", answer="no", by=nurse, at=make.NOW)
    with pytest.raises(Conflict, match="the infusion has begun"):
        visits.not_go(visit, reason="changed our mind", by=nurse, at=make.NOW)


@pytest.mark.parametrize("line", ["fasting", "suicidal"])
def test_answer_when_the_person_is_not_identified_is_refused(
    visit: uuid.UUID, nurse: Viewer, line: str
) -> None:
    """H-023."""
    with pytest.raises(InvalidInput, match="person: is not identified yet"):
        visits.answer(visit, line=line, answer="yes", by=nurse, at=make.NOW)
    assert GoAnswer.objects.count() == 0


def test_answer_when_it_turns_out_to_be_someone_else_then_nothing_before_counts(
    visit: uuid.UUID, nurse: Viewer
) -> None:
    """H-023."""
    make_go(visit, by=nurse)
    visits.answer(visit, line="right_person", answer="no", by=nurse, at=make.NOW + MINUTE)
    assert verdict(visit, by=nurse) is Verdict.NO_GO
    visits.answer(visit, line="right_person", answer="yes", by=nurse, at=make.NOW + 2 * MINUTE)
    found = queries.go_list(nurse, visit, at=make.NOW + 2 * MINUTE)
    asked = [line.state for line in found.lines if line.check.reads != "record"]
    assert asked == [State.PASSED, *[State.OPEN] * (len(asked) - 1)]


def test_answer_when_sent_twice_counts_once(visit: uuid.UUID, nurse: Viewer) -> None:
    uid = uuid.uuid4()
    for _ in range(2):
        visits.answer(visit, line="right_person", answer="yes", by=nurse, at=make.NOW, uid=uid)
    assert GoAnswer.objects.count() == 1


def test_answer_when_given_again_the_newer_counts_and_the_older_stays(
    visit: uuid.UUID, nurse: Viewer
) -> None:
    for minutes, answer in ((0, "yes"), (1, "no"), (2, "yes")):
        line = "right_person" if minutes == 0 else "fasting"
        visits.answer(visit, line=line, answer=answer, by=nurse, at=make.NOW + minutes * MINUTE)
    assert state(visit, "fasting", by=nurse) is State.PASSED
    assert list(GoAnswer.objects.order_by("pk").values_list("answer", flat=True)) == ["yes", "no", "yes"]


@pytest.mark.parametrize(
    ("line", "answer", "note", "problem"),
    [
        ("nonsense", "yes", "", "line: 'nonsense' is not on this list"),
        ("fasting", "maybe", "", "answer: 'maybe' is not known"),
        ("fasting", "yes", "x" * 301, "note: is too long"),
        ("consent", "yes", "", "answer: is not asked here"),
        ("pulse", "yes", "fine", "answer: is not asked here"),
        ("escort", "yes", "", "escort: has no name and number"),
    ],
)
def test_answer_when_it_does_not_fit_the_line_is_refused(
    visit: uuid.UUID, nurse: Viewer, line: str, answer: str, note: str, problem: str
) -> None:
    visits.answer(visit, line="right_person", answer="yes", by=nurse, at=make.NOW)
    with pytest.raises(InvalidInput, match=problem):
        visits.answer(visit, line=line, answer=answer, note=note, by=nurse, at=make.NOW)


def test_pressure_when_it_is_to_be_weighed_needs_words_and_a_newer_reading_needs_its_own(
    visit: uuid.UUID, nurse: Viewer
) -> None:
    make_go(visit, by=nurse)
    make_vitals(visit, by=nurse, at=make.NOW + MINUTE, systolic=150)
    assert verdict(visit, by=nurse) is Verdict.NOT_YET
    with pytest.raises(InvalidInput, match="note: is empty"):
        visits.answer(visit, line="blood_pressure", answer="yes", by=nurse, at=make.NOW + MINUTE)
    visits.answer(
        visit, line="blood_pressure", answer="yes", note="always so here", by=nurse, at=make.NOW + MINUTE
    )
    assert verdict(visit, by=nurse) is Verdict.GO
    make_vitals(visit, by=nurse, at=make.NOW + 2 * MINUTE, systolic=155)
    assert state(visit, "blood_pressure", by=nurse) is State.WEIGH


def test_override_when_a_prescriber_signs_lets_the_list_go_and_says_who_and_why(
    visit: uuid.UUID, nurse: Viewer, prescriber: Viewer
) -> None:
    make_go(visit, by=nurse, but={"fasting": "no"})
    assert verdict(visit, by=nurse) is Verdict.NO_GO
    visits.override(visit, criterion="fasting", reason="one dry biscuit", by=prescriber, at=make.NOW)
    found = queries.go_list(nurse, visit, at=make.NOW)
    line = found.line("fasting")
    assert line is not None
    assert line.override is not None
    assert (found.verdict, line.override.by, line.override.reason) == (
        Verdict.GO,
        "Dr Rivera",
        "one dry biscuit",
    )


def test_override_when_a_nurse_signs_where_it_takes_a_prescriber_is_refused(
    visit: uuid.UUID, nurse: Viewer
) -> None:
    make_go(visit, by=nurse, but={"fasting": "no"})
    with pytest.raises(NotAllowed, match="a nurse may not override this line; a prescriber may"):
        visits.override(visit, criterion="fasting", reason="a sip", by=nurse, at=make.NOW)


@pytest.mark.parametrize("signer", ["okoro", "rivera"])
def test_override_when_a_nurse_may_sign_then_a_prescriber_may_too(
    episode_id: int, nurse: Viewer, prescriber: Viewer, signer: str
) -> None:
    booking = make_due(episode_id, by=nurse, prescriber=prescriber, at=make.NOW - timedelta(hours=30))
    visit = visits.arrive(booking, by=nurse, at=make.NOW)
    make_go(visit, by=nurse)
    assert state(visit, "check_in", by=nurse) is State.FAILED
    by = {"okoro": nurse, "rivera": prescriber}[signer]
    visits.override(visit, criterion="check_in", reason="too tired to read", by=by, at=make.NOW)
    assert verdict(visit, by=nurse) is Verdict.GO


@pytest.mark.parametrize(
    ("line", "reason", "problem"),
    [
        ("no_driving", "lives next door", "line: is overridden by nobody"),
        ("fasting", " ", "reason: does not fit"),
        ("oxygen", "cold hands", "line: has not failed"),
        ("nonsense", "why not", "line: 'nonsense' is not on this list"),
    ],
)
def test_override_when_it_cannot_be_signed_is_refused(
    visit: uuid.UUID, nurse: Viewer, prescriber: Viewer, line: str, reason: str, problem: str
) -> None:
    make_go(visit, by=nurse, but={"fasting": "no", "no_driving": "no"})
    with pytest.raises(InvalidInput, match=problem):
        visits.override(visit, criterion=line, reason=reason, by=prescriber, at=make.NOW)
    assert Override.objects.count() == 0


def test_override_when_a_newer_reading_failed_does_not_count_for_it(
    visit: uuid.UUID, nurse: Viewer, prescriber: Viewer
) -> None:
    make_go(visit, by=nurse)
    make_vitals(visit, by=nurse, at=make.NOW + MINUTE, systolic=162)
    visits.override(visit, criterion="blood_pressure", reason="known", by=prescriber, at=make.NOW + MINUTE)
    assert verdict(visit, by=nurse) is Verdict.GO
    make_vitals(visit, by=nurse, at=make.NOW + 2 * MINUTE, systolic=210)
    assert verdict(visit, by=nurse) is Verdict.NO_GO


@pytest.mark.parametrize(
    ("name", "phone", "problem"),
    [(" ", "0700 900 111", "name: does not fit"), ("Bo", "later", "phone: is not a number to call")],
)
def test_escort_when_without_name_or_number_is_refused(
    visit: uuid.UUID, nurse: Viewer, name: str, phone: str, problem: str
) -> None:
    """H-028."""
    visits.answer(visit, line="right_person", answer="yes", by=nurse, at=make.NOW)
    with pytest.raises(InvalidInput, match=problem):
        visits.name_escort(visit, name=name, phone=phone, by=nurse, at=make.NOW)


def test_not_go_when_the_list_says_no_cancels_the_booking_and_closes_the_list(
    visit: uuid.UUID, nurse: Viewer
) -> None:
    for _ in range(2):
        visits.not_go(visit, reason="pressure stays high", by=nurse, at=make.NOW)
    assert [(row.whose, row.reason) for row in BookingCancellation.objects.all()] == [
        ("not_go", "pressure stays high")
    ]
    assert queries.visit(nurse, visit, at=make.NOW).not_go == "pressure stays high"
    with pytest.raises(Conflict, match="the list of this visit is closed"):
        visits.answer(visit, line="right_person", answer="yes", by=nurse, at=make.NOW)
    with pytest.raises(Conflict, match="the day was ended without the drug"):
        flow_sheets.start(visit, happened_at=make.NOW, by=nurse, at=make.NOW)


def test_not_go_when_without_a_reason_is_refused(visit: uuid.UUID, nurse: Viewer) -> None:
    with pytest.raises(InvalidInput, match="reason: does not fit"):
        visits.not_go(visit, reason=" ", by=nurse, at=make.NOW)


def test_visit_when_the_viewer_is_of_another_site_is_not_found(visit: uuid.UUID, stranger: Viewer) -> None:
    for act in (
        lambda: queries.visit(stranger, visit, at=make.NOW),
        lambda: queries.go_list(stranger, visit, at=make.NOW),
        lambda: visits.answer(visit, line="right_person", answer="yes", by=stranger, at=make.NOW),
        lambda: visits.override(visit, criterion="fasting", reason="why", by=stranger, at=make.NOW),
        lambda: visits.not_go(visit, reason="why", by=stranger, at=make.NOW),
    ):
        with pytest.raises(NotFound):
            act()
