"""The list of the day as the record changes: what stops it, and what in the record speaks against going on."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from holdfast.access import Viewer
from holdfast.care import alerts, consents, flow_sheets, visits
from holdfast.errors import Conflict, InvalidInput
from holdfast.pathway.go_list import State, Verdict
from holdfast.records.models import Alert
from holdfast.records.queries import alerts as alert_rows
from holdfast.records.queries import visits as queries
from tests import make
from tests.making import flow
from tests.making.orders import make_order, make_prescriber, make_weight
from tests.making.resistance import make_history
from tests.making.visits import make_go, make_visit

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


@pytest.mark.parametrize("answer", ["yes", "not_known"])
def test_suicidal_when_not_no_stops_the_list_and_raises_an_alert_with_it(
    visit: uuid.UUID, nurse: Viewer, answer: str
) -> None:
    """H-031."""
    make_go(visit, by=nurse)
    stop(visit, answer, by=nurse)
    (alert,) = alert_rows.waiting(nurse)
    assert (alert.instrument, alert.item, alert.level, alert.kind) == (
        "ketamine_iv.go list", "suicidal", 3, "suicide",
    )  # fmt: skip
    assert verdict(visit, by=nurse) is Verdict.STOPPED
    with pytest.raises(Conflict, match="the list of the day says stopped"):
        flow_sheets.start(visit, happened_at=make.NOW, by=nurse, at=make.NOW + MINUTE)


def test_suicidal_when_yes_and_the_alert_cannot_be_kept_keeps_neither(
    visit: uuid.UUID, nurse: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-031: the answer is not there without its alert."""
    make_go(visit, by=nurse)
    monkeypatch.setattr(Alert, "save", _refuse)
    with pytest.raises(OSError, match="disk is full"):
        stop(visit, "yes", by=nurse)
    assert state(visit, "suicidal", by=nurse) is State.PASSED


def _refuse(self: object, **options: object) -> None:
    raise OSError("disk is full")


def test_suicidal_when_yes_then_nothing_else_is_taken(
    visit: uuid.UUID, nurse: Viewer, prescriber: Viewer
) -> None:
    """H-031."""
    make_go(visit, by=nurse, but={"fasting": "no"})
    stop(visit, by=nurse)
    for act in (
        lambda: visits.answer(visit, line="fasting", answer="yes", by=nurse, at=make.NOW + MINUTE),
        lambda: visits.override(
            visit, criterion="fasting", reason="a sip", by=prescriber, at=make.NOW + MINUTE
        ),
        lambda: visits.name_escort(visit, name="Bo", phone="0700 900 111", by=nurse, at=make.NOW + MINUTE),
    ):
        with pytest.raises(InvalidInput, match="list: is stopped"):
            act()


def test_suicidal_when_yes_then_who_it_is_can_still_be_put_right(visit: uuid.UUID, nurse: Viewer) -> None:
    """H-023."""
    make_go(visit, by=nurse)
    stop(visit, by=nurse)
    visits.answer(visit, line="right_person", answer="yes", by=nurse, at=make.NOW + MINUTE)
    assert verdict(visit, by=nurse) is Verdict.STOPPED
    visits.answer(visit, line="right_person", answer="no", by=nurse, at=make.NOW + MINUTE)
    assert state(visit, "right_person", by=nurse) is State.FAILED


def test_suicidal_when_its_alert_is_answered_and_it_is_asked_again_with_words_the_list_goes_on(
    visit: uuid.UUID, nurse: Viewer, prescriber: Viewer
) -> None:
    """H-031."""
    make_go(visit, by=nurse)
    stop(visit, by=nurse)
    later = make.NOW + 10 * MINUTE
    with pytest.raises(InvalidInput, match="alert: waits for an answer"):
        visits.answer(visit, line="suicidal", answer="no", note="talked", by=nurse, at=later)
    alerts.acknowledge(
        alert_rows.waiting(nurse)[0].alert_id, action="Seen by Dr Rivera, no intent", by=prescriber, at=later
    )
    assert verdict(visit, by=nurse) is Verdict.STOPPED
    with pytest.raises(InvalidInput, match="note: is empty"):
        visits.answer(visit, line="suicidal", answer="no", by=nurse, at=later)
    visits.answer(visit, line="suicidal", answer="no", note="Dr Rivera saw them", by=nurse, at=later)
    assert verdict(visit, by=nurse) is Verdict.GO


def test_suicidal_when_yes_again_after_it_was_settled_raises_a_new_alert(
    visit: uuid.UUID, nurse: Viewer, prescriber: Viewer
) -> None:
    """H-031."""
    make_go(visit, by=nurse)
    for minutes in (10, 20):
        at = make.NOW + minutes * MINUTE
        visits.answer(visit, line="suicidal", answer="yes", by=nurse, at=at)
        (alert,) = alert_rows.waiting(nurse)
        alerts.acknowledge(alert.alert_id, action="Seen", by=prescriber, at=at)
        visits.answer(visit, line="suicidal", answer="no", note="no intent", by=nurse, at=at)
    assert Alert.objects.count() == 2


def stop(visit: uuid.UUID, answer: str = "yes", *, by: Viewer) -> None:
    visits.answer(visit, line="suicidal", answer=answer, by=by, at=make.NOW + MINUTE)


def test_list_when_another_alert_of_the_person_waits_says_no(
    visit: uuid.UUID, episode_id: int, nurse: Viewer
) -> None:
    make_go(visit, by=nurse)
    make.make_check_in(episode_id, 1, 1, 1, 1, 1, 1, 1, 1, 2, by=nurse)
    found = queries.go_list(nurse, visit, at=make.NOW)
    assert (found.verdict, [line.check.slug for line in found.blocking]) == (Verdict.NO_GO, ["open_alert"])


def test_list_when_consent_is_taken_back_or_runs_out_says_no(
    visit: uuid.UUID, episode_id: int, nurse: Viewer
) -> None:
    """H-026."""
    make_go(visit, by=nurse)
    consents.take_back(
        episode_id, treatment="ketamine_iv", note="had enough", happened_at=make.NOW, by=nurse, at=make.NOW
    )
    line = queries.go_list(nurse, visit, at=make.NOW).line("consent")
    assert line is not None
    assert (line.blocks, line.says) == (True, "taken back on 2 Mar 2026")


@pytest.mark.parametrize(
    ("days", "line", "says"),
    [
        (15, "weight", "The last weight is 15 days old and holds for 14 days: weigh again."),
        (43, "order", "none signed that holds"),
        (91, "eligibility", "the review held until 31 May 2026"),
        (366, "consent", "held until 2 Mar 2027"),
    ],
)
def test_list_when_what_the_record_held_is_too_old_says_no_and_until_when_it_held(
    visit: uuid.UUID, nurse: Viewer, days: int, line: str, says: str
) -> None:
    """H-024, H-026."""
    found = queries.go_list(nurse, visit, at=make.NOW + timedelta(days=days)).line(line)
    assert found is not None
    assert (found.blocks, found.says) == (True, says)


def test_list_when_today_they_weigh_much_less_than_the_order_says_no_at_the_weight(
    visit: uuid.UUID, episode_id: int, nurse: Viewer
) -> None:
    """H-024."""
    make_go(visit, by=nurse)
    make_weight(episode_id, "60.0", by=nurse, at=make.NOW)
    found = queries.go_list(nurse, visit, at=make.NOW)
    assert [(line.check.slug, line.says) for line in found.blocking] == [
        ("weight", "Weight is 60 kg by now, was 72 kg: sign a new order.")
    ]


def test_drug_when_a_new_order_was_signed_after_they_came_is_started_on_it_and_stays_on_it(
    visit: uuid.UUID, nurse: Viewer, prescriber: Viewer
) -> None:
    """H-024."""
    make_go(visit, by=nurse)
    course = queries.visit(nurse, visit, at=make.NOW).course_id
    lower = make_order(course, by=prescriber, at=make.NOW + MINUTE, dose_mg_per_kg=Decimal("0.4"))
    flow_sheets.start(visit, happened_at=make.NOW + 2 * MINUTE, by=nurse, at=make.NOW + 2 * MINUTE)
    make_order(course, by=prescriber, at=make.NOW + 3 * MINUTE, dose_mg_per_kg=Decimal("0.3"))

    begun = queries.visit(nurse, visit, at=make.NOW + 4 * MINUTE).order

    assert begun is not None
    assert begun.uid == lower
    with pytest.raises(InvalidInput, match="more than"):
        flow_sheets.finish(
            visit, stopped=False, given_mg=begun.dose_mg + 1, happened_at=make.NOW + 5 * MINUTE, by=nurse,
            at=make.NOW + 5 * MINUTE,
        )  # fmt: skip


def test_list_when_pregnancy_may_be_asks_for_the_test(
    visit: uuid.UUID, episode_id: int, nurse: Viewer
) -> None:
    assert state(visit, "not_pregnant", by=nurse) is State.OPEN
    make_history(episode_id, by=nurse, may_be_pregnant=False)
    assert state(visit, "not_pregnant", by=nurse) is State.NOT_NEEDED
    make_history(episode_id, by=nurse, at=make.NOW + MINUTE, may_be_pregnant=True)
    assert state(visit, "not_pregnant", by=nurse) is State.OPEN


def test_list_when_of_the_spray_has_its_own_lines(episode_id: int, nurse: Viewer, prescriber: Viewer) -> None:
    visit = make_visit(episode_id, by=nurse, prescriber=prescriber, treatment="esketamine_nasal")
    make_go(visit, by=nurse)
    found = queries.go_list(nurse, visit, at=make.NOW)
    assert (found.verdict, found.line("weight")) == (Verdict.GO, None)
    assert state(visit, "nose_clear", by=nurse) is State.PASSED


def test_pressure_when_measured_again_on_the_sheet_before_the_drug_then_the_newest_counts(
    visit: uuid.UUID, nurse: Viewer
) -> None:
    """H-027: the sheet asks for one row before the drug; one more is as good a measurement."""
    make_go(visit, by=nurse)
    flow.make_row(visit, by=nurse, minute=None, systolic=190, diastolic=115, at=make.NOW + MINUTE)
    assert state(visit, "blood_pressure", by=nurse) is State.FAILED
    with pytest.raises(Conflict, match="says no-go: Blood pressure"):
        flow_sheets.start(visit, happened_at=make.NOW, by=nurse, at=make.NOW + MINUTE)


def test_pressure_when_a_later_row_has_none_of_what_the_list_reads_then_the_one_before_counts(
    visit: uuid.UUID, nurse: Viewer
) -> None:
    make_go(visit, by=nurse)
    flow.make_row(visit, by=nurse, minute=None, values={"dissociation": 0})
    assert state(visit, "blood_pressure", by=nurse) is State.PASSED


def test_pressure_when_measured_after_the_start_does_not_change_the_list(
    visit: uuid.UUID, nurse: Viewer
) -> None:
    make_go(visit, by=nurse)
    flow_sheets.start(visit, happened_at=make.NOW, by=nurse, at=make.NOW)
    later = make.NOW + MINUTE
    flow.make_row(visit, by=nurse, minute=0, systolic=190, happened_at=later, at=later)
    assert state(visit, "blood_pressure", by=nurse) is State.PASSED


def test_drug_when_the_list_is_of_another_day_is_not_started(visit: uuid.UUID, nurse: Viewer) -> None:
    """H-026: what was answered and measured yesterday says nothing of today."""
    make_go(visit, by=nurse)
    tomorrow = make.NOW + timedelta(hours=12)
    with pytest.raises(Conflict, match="they came on 2026-03-02"):
        flow_sheets.start(visit, happened_at=tomorrow, by=nurse, at=tomorrow)
