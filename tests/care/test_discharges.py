"""Someone goes home: refused while anything is open or not met, unless someone who may has signed by name."""

import uuid
from datetime import timedelta

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import alerts, discharges, flow_sheets
from holdfast.errors import Conflict, InvalidInput, NotAllowed, NotFound
from holdfast.records.models import Alert, AuditEvent, Discharge, InfusionVisit, Override
from holdfast.records.queries import alerts as alert_rows
from holdfast.records.queries import discharge, visits
from tests import make
from tests.making import courses, flow, home

LATER = make.NOW + timedelta(minutes=1)


@pytest.fixture
def prescriber(clinic_id: int) -> Viewer:
    return make.make_account(Role.PRESCRIBER, clinic_id=clinic_id, username="rivera", name="Dr Rivera")


@pytest.fixture
def visit(episode_id: int, nurse: Viewer) -> uuid.UUID:
    """Someone who may go but for the next contact."""
    return home.make_given(episode_id, by=nurse)


@pytest.fixture
def booked(visit: uuid.UUID, nurse: Viewer) -> None:
    """Their next infusion."""
    courses.make_booking(visits.visit(nurse, visit, at=make.NOW).course_id, by=nurse)


def go(
    visit: uuid.UUID,
    *,
    by: Viewer,
    escort_name: str = "Bo Alder",
    uid: uuid.UUID | None = None,
    at: object = make.NOW,
    **answers: str,
) -> None:
    given = {**home.ALL_YES, **answers}
    discharges.let_go(
        visit, answers=given, escort_name=escort_name, happened_at=at, by=by, at=make.NOW, uid=uid  # type: ignore[arg-type]
    )  # fmt: skip


def wrong(error: pytest.ExceptionInfo[InvalidInput]) -> list[str]:
    return [problem.where for problem in error.value.problems]


def test_let_go_when_every_criterion_is_met_then_each_is_kept_as_it_stood(
    visit: uuid.UUID, booked: None, nurse: Viewer
) -> None:
    go(visit, by=nurse)
    (row,) = Discharge.objects.all()
    assert (row.escort_name, row.happened_at, row.recorded_by_id) == ("Bo Alder", make.NOW, nurse.account_id)
    assert row.criteria["observed"] == {
        "met": True,
        "why": "80 of 60 minutes watched since the infusion ended",
        "overridden_by": "",
    }
    assert [slug for slug, one in row.criteria.items() if not one["met"]] == []
    assert len(row.criteria) == 13
    link = AuditEvent.objects.latest("number")
    assert (link.action, link.subject, link.subject_id) == ("let go home", "visit", str(visit))


def test_let_go_when_nothing_further_is_booked_is_refused_until_a_nurse_signs(
    visit: uuid.UUID, nurse: Viewer
) -> None:
    """H-028."""
    with pytest.raises(InvalidInput) as error:
        go(visit, by=nurse)
    assert wrong(error) == ["next_contact"]
    discharges.override(visit, criterion="next_contact", reason="They call us", by=nurse, at=make.NOW)
    go(visit, by=nurse)
    kept = Discharge.objects.get().criteria["next_contact"]
    assert kept == {"met": False, "why": "nothing is booked", "overridden_by": f"{nurse.name}: They call us"}


def test_next_contact_when_only_the_treatment_they_are_here_for_lies_ahead_by_the_clock_is_none(
    visit: uuid.UUID, episode_id: int
) -> None:
    """H-028: they came early and leave before the time that was booked."""
    row = InfusionVisit.objects.select_related("booking").get(uid=visit)
    before = row.booking.happened_at - timedelta(minutes=1)
    assert discharge.next_contact(episode_id, zone="Europe/London", at=before) == ""


def test_let_go_when_not_watched_long_enough_is_refused(
    episode_id: int, visit: uuid.UUID, booked: None, nurse: Viewer
) -> None:
    """H-028."""
    with pytest.raises(InvalidInput, match="15 of 60 minutes watched"):
        go(visit, by=nurse, at=home.ENDED + timedelta(minutes=15))
    assert not Discharge.objects.exists()


@pytest.mark.parametrize("answer", ["no", ""])
def test_let_go_when_the_escort_is_not_there_is_refused_until_a_prescriber_signs(
    visit: uuid.UUID, booked: None, nurse: Viewer, prescriber: Viewer, answer: str
) -> None:
    """H-028."""
    with pytest.raises(InvalidInput) as error:
        go(visit, by=nurse, escort=answer, escort_name="")
    assert wrong(error) == ["escort", "escort name"]
    discharges.override(visit, criterion="escort", reason="Lives next door", by=prescriber, at=make.NOW)
    go(visit, by=nurse, escort=answer, escort_name="")
    assert Discharge.objects.get().criteria["escort"]["overridden_by"] == "Dr Rivera: Lives next door"


def test_let_go_when_the_escort_is_there_and_has_no_name_is_refused(
    visit: uuid.UUID, booked: None, nurse: Viewer
) -> None:
    """H-028."""
    with pytest.raises(InvalidInput, match="escort name: is empty"):
        go(visit, by=nurse, escort_name="  ")


@pytest.mark.parametrize(("name", "why"), [("Bo Alder", "Bo Alder, 0700 900 111"), ("Cy Alder", "Cy Alder")])
def test_let_go_when_someone_else_came_for_them_then_that_is_kept(
    visit: uuid.UUID, booked: None, nurse: Viewer, name: str, why: str
) -> None:
    go(visit, by=nurse, escort_name=name)
    row = Discharge.objects.get()
    assert (row.escort_name, row.criteria["escort"]["why"]) == (name, why)


def test_let_go_when_a_reading_out_of_range_was_not_seen_is_refused_until_it_is(
    visit: uuid.UUID, booked: None, nurse: Viewer
) -> None:
    """H-027."""
    row = flow.make_row(visit, by=nurse, happened_at=home.ENDED + timedelta(minutes=5), systolic=190)
    with pytest.raises(InvalidInput, match="1 reading out of range not answered"):
        go(visit, by=nurse)
    flow_sheets.see(row, action="Rested, 140 after", by=nurse, at=make.NOW)
    go(visit, by=nurse)
    assert Discharge.objects.count() == 1


def test_let_go_when_the_infusion_runs_is_refused(episode_id: int, nurse: Viewer) -> None:
    running = flow.make_started(episode_id, by=nurse)
    with pytest.raises(Conflict, match="has not ended"):
        go(running, by=nurse)


def test_let_go_when_in_the_future_is_refused(visit: uuid.UUID, booked: None, nurse: Viewer) -> None:
    """H-030."""
    with pytest.raises(InvalidInput, match="lies in the future"):
        go(visit, by=nurse, at=LATER)


def test_let_go_when_something_else_is_answered_is_refused(
    visit: uuid.UUID, booked: None, nurse: Viewer
) -> None:
    with pytest.raises(InvalidInput, match="'observed' is not asked"):
        go(visit, by=nurse, observed="yes")
    with pytest.raises(InvalidInput, match="'perhaps' is no answer"):
        go(visit, by=nurse, walks="perhaps")


def test_let_go_when_sent_twice_then_they_leave_once(visit: uuid.UUID, booked: None, nurse: Viewer) -> None:
    """H-029."""
    uid = uuid.uuid4()
    for _ in range(2):
        go(visit, by=nurse, uid=uid)
    with pytest.raises(Conflict, match="gone home already"):
        go(visit, by=nurse)
    assert Discharge.objects.count() == 1


def test_let_go_when_not_theirs_to_do_is_refused(
    visit: uuid.UUID, booked: None, therapist: Viewer, stranger: Viewer
) -> None:
    with pytest.raises(NotAllowed):
        go(visit, by=therapist)
    with pytest.raises(NotFound):
        go(visit, by=stranger)


def test_home_when_a_treatment_is_booked_then_it_is_told_in_the_clinics_time(
    visit: uuid.UUID, booked: None, nurse: Viewer
) -> None:
    assert discharge.home(nurse, visit, at=make.NOW).next_contact == "infusion on 3 Mar 2026 at 15:00"


def test_override_when_the_protocol_lets_nobody_is_refused(visit: uuid.UUID, prescriber: Viewer) -> None:
    """H-028."""
    for criterion in ("awake", "no_new_danger", "no_driving", "instructions"):
        with pytest.raises(NotAllowed, match="nobody may"):
            discharges.override(visit, criterion=criterion, reason="Fine", by=prescriber, at=make.NOW)
    assert not Override.objects.exists()


def test_override_when_it_is_for_a_prescriber_then_a_nurse_may_not(visit: uuid.UUID, nurse: Viewer) -> None:
    """H-028."""
    for criterion in ("observed", "pressure", "oxygen", "dissociation", "nausea", "walks", "escort"):
        with pytest.raises(NotAllowed, match="only a prescriber may"):
            discharges.override(visit, criterion=criterion, reason="Fine", by=nurse, at=make.NOW)
    assert not Override.objects.exists()


def test_override_when_it_is_for_a_nurse_then_a_prescriber_may_too(
    visit: uuid.UUID, prescriber: Viewer
) -> None:
    discharges.override(visit, criterion="next_contact", reason="I call them", by=prescriber, at=make.NOW)
    assert Override.objects.get().recorded_by_id == prescriber.account_id


@pytest.mark.parametrize(
    ("criterion", "reason", "match"),
    [("next_contact", "  ", "is empty"), ("sleep", "Fine", "not on the list")],
)
def test_override_when_without_a_reason_or_a_criterion_is_refused(
    visit: uuid.UUID, nurse: Viewer, criterion: str, reason: str, match: str
) -> None:
    with pytest.raises(InvalidInput, match=match):
        discharges.override(visit, criterion=criterion, reason=reason, by=nurse, at=make.NOW)


def test_override_when_sent_twice_then_it_is_signed_once(visit: uuid.UUID, nurse: Viewer) -> None:
    uid = uuid.uuid4()
    for _ in range(2):
        discharges.override(visit, criterion="next_contact", reason="Call", by=nurse, at=make.NOW, uid=uid)
    assert Override.objects.count() == 1


def test_override_when_they_have_gone_is_refused(visit: uuid.UUID, booked: None, nurse: Viewer) -> None:
    go(visit, by=nurse)
    with pytest.raises(Conflict, match="gone home already"):
        discharges.override(visit, criterion="next_contact", reason="Call", by=nurse, at=make.NOW)


def test_override_when_the_drug_has_not_ended_is_refused(
    episode_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    """H-028: nobody signs beforehand for what nobody has seen."""
    running = flow.make_started(episode_id, by=nurse)
    for criterion in ("escort", "next_contact", "pressure"):
        with pytest.raises(Conflict, match="has not ended"):
            discharges.override(running, criterion=criterion, reason="Fine", by=prescriber, at=make.NOW)
    assert not Override.objects.exists()


def test_override_when_the_criterion_is_met_or_signed_for_is_refused(
    visit: uuid.UUID, nurse: Viewer, prescriber: Viewer
) -> None:
    with pytest.raises(InvalidInput, match="criterion: holds already"):
        discharges.override(visit, criterion="observed", reason="Fine", by=prescriber, at=make.NOW)
    discharges.override(visit, criterion="next_contact", reason="Call", by=nurse, at=make.NOW)
    with pytest.raises(InvalidInput, match="criterion: holds already"):
        discharges.override(visit, criterion="next_contact", reason="Call", by=nurse, at=make.NOW)


def test_let_go_when_dated_before_a_reading_that_was_taken_is_refused(
    visit: uuid.UUID, booked: None, nurse: Viewer
) -> None:
    """H-028, H-030: a time before the newest reading would leave it out."""
    flow.make_row(visit, by=nurse, systolic=170)
    with pytest.raises(InvalidInput, match="time: lies before the last reading"):
        go(visit, by=nurse, at=make.NOW - timedelta(minutes=2))


def test_let_go_when_new_danger_is_found_raises_an_alert_and_waits_until_it_is_answered(
    episode_id: int, visit: uuid.UUID, booked: None, nurse: Viewer
) -> None:
    """H-031."""
    for _ in range(2):
        with pytest.raises(Conflict, match="an alert has gone out"):
            go(visit, by=nurse, no_new_danger="no")
    (alert,) = alert_rows.waiting(nurse)
    assert (alert.instrument, alert.item, alert.level, alert.kind) == (
        "ketamine_iv.going home", "no_new_danger", 3, "suicide",
    )  # fmt: skip
    with pytest.raises(InvalidInput, match="a safety alert waits for an answer"):
        go(visit, by=nurse)
    alerts.acknowledge(alert.alert_id, action="Seen, safe with Bo", by=nurse, at=make.NOW)
    go(visit, by=nurse)
    assert Discharge.objects.count() == 1


def test_let_go_when_new_danger_is_found_again_after_it_was_answered_raises_a_new_alert(
    visit: uuid.UUID, booked: None, nurse: Viewer
) -> None:
    """H-031."""
    uid = uuid.uuid4()
    for number in (1, 2):
        with pytest.raises(Conflict):
            go(visit, by=nurse, no_new_danger="no", uid=uid)
        (alert,) = alert_rows.waiting(nurse)
        alerts.acknowledge(alert.alert_id, action="Seen", by=nurse, at=make.NOW)
        assert Alert.objects.count() == number
