"""Rows, events and the end at the chair: what is kept, what is refused, and what two nurses do at the same moment."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import flow_sheets, visits
from holdfast.errors import Conflict, InvalidInput, NotAllowed, NotFound
from holdfast.records.models import AuditEvent, Infusion, InfusionEvent, VitalsRow, VitalsSeen
from holdfast.records.queries import flow_sheet
from tests import make
from tests.making.flow import CALM, HIGH, STARTED, make_row, make_started
from tests.making.flow import make_visit as make_bare_visit
from tests.making.visits import make_go, make_visit


@pytest.fixture
def prescriber(clinic_id: int) -> Viewer:
    return make.make_account(Role.PRESCRIBER, clinic_id=clinic_id, username="lind", name="Dr Lind")


@pytest.fixture
def running(episode_id: int, nurse: Viewer) -> uuid.UUID:
    """A visit with the drug running since 14:15; it is 15:00."""
    return make_started(episode_id, by=nurse)


def event(visit: uuid.UUID, kind: str, minute: float, *, by: Viewer, **given: Any) -> None:
    """An event so many minutes after the start, written down at 15:00."""
    happened_at = STARTED + timedelta(minutes=minute)
    flow_sheets.event(visit, kind=kind, happened_at=happened_at, by=by, at=make.NOW, **given)


def finish(visit: uuid.UUID, *, by: Viewer, minute: float = 40, **changes: Any) -> None:
    """The end so many minutes after the start, all of 35 mg given."""
    given: dict[str, Any] = {"stopped": False, "given_mg": Decimal(35), **changes}
    happened_at = STARTED + timedelta(minutes=minute)
    flow_sheets.finish(visit, happened_at=happened_at, by=by, at=make.NOW, **given)


# rows


def test_row_when_sent_twice_is_there_once(running: uuid.UUID, nurse: Viewer) -> None:
    uid = uuid.uuid4()
    for _ in range(2):
        flow_sheets.add_row(
            running, values=CALM, due_minute=40, happened_at=make.NOW, by=nurse, at=make.NOW, uid=uid
        )

    assert VitalsRow.objects.values_list("uid", "systolic", "due_minute").get() == (uid, 118, 40)
    assert AuditEvent.objects.filter(action="vitals kept").count() == 1


def test_row_when_its_uid_belongs_to_another_visit_is_refused(
    running: uuid.UUID, episode_id: int, nurse: Viewer
) -> None:
    uid, other = make_row(running, by=nurse), make_bare_visit(episode_id, by=nurse)

    with pytest.raises(Conflict):
        flow_sheets.add_row(
            other, values=CALM, due_minute=None, happened_at=make.NOW, by=nurse, at=make.NOW, uid=uid
        )


def test_row_when_everything_is_wrong_names_everything_at_once(running: uuid.UUID, nurse: Viewer) -> None:
    with pytest.raises(InvalidInput) as caught:
        flow_sheets.add_row(
            running, values={"oxygen": 120}, due_minute=None, note="x" * 301,
            happened_at=make.NOW + timedelta(minutes=10), by=nurse, at=make.NOW,
        )  # fmt: skip

    assert [one.where for one in caught.value.problems] == ["oxygen", "note", "time"]
    assert not VitalsRow.objects.exists()


@pytest.mark.parametrize(("ahead", "fits"), [(0, True), (119, True), (121, False)])
def test_row_when_the_tablet_is_ahead_may_be_so_by_two_minutes(
    running: uuid.UUID, nurse: Viewer, ahead: int, fits: bool
) -> None:
    happened_at = make.NOW + timedelta(seconds=ahead)
    if fits:
        make_row(running, by=nurse, happened_at=happened_at)
        assert VitalsRow.objects.get().happened_at == make.NOW
    else:
        with pytest.raises(InvalidInput, match="lies in the future"):
            make_row(running, by=nurse, happened_at=happened_at)


def test_row_when_it_lies_before_they_came_is_refused(running: uuid.UUID, nurse: Viewer) -> None:
    with pytest.raises(InvalidInput, match="before they came"):
        make_row(running, by=nurse, happened_at=STARTED - timedelta(hours=1))


def test_row_when_corrected_stands_in_the_first_ones_place_and_both_are_readable(
    running: uuid.UUID, nurse: Viewer
) -> None:
    first = make_row(running, by=nurse, minute=40, systolic=181)
    flow_sheets.correct_row(
        first, values={**CALM, "systolic": 131}, note="read wrong", reason="a slip", by=nurse, at=make.NOW
    )

    sheet = flow_sheet.sheet(nurse, running, at=make.NOW)
    assert [row.values["systolic"] for row in sheet.current] == [131]
    assert [(row.values["systolic"], row.struck_for) for row in sheet.rows if row.struck] == [(181, "a slip")]
    assert (sheet.current[0].due_minute, sheet.unanswered) == (40, ())


def test_row_when_corrected_by_two_is_a_conflict_for_the_second(running: uuid.UUID, nurse: Viewer) -> None:
    first = make_row(running, by=nurse)
    flow_sheets.correct_row(first, values=CALM, note="", reason="a slip", by=nurse, at=make.NOW)

    with pytest.raises(Conflict, match="corrected already: at 15:00 by Okoro"):
        flow_sheets.correct_row(first, values=HIGH, note="", reason="no, mine", by=nurse, at=make.NOW)


def test_correction_when_sent_twice_counts_once(running: uuid.UUID, nurse: Viewer) -> None:
    first, uid = make_row(running, by=nurse), uuid.uuid4()
    for _ in range(2):
        flow_sheets.correct_row(first, values=HIGH, note="", reason="a slip", by=nurse, at=make.NOW, uid=uid)

    assert VitalsRow.objects.count() == 2


def test_row_when_withdrawn_counts_no_longer_and_stays_readable(running: uuid.UUID, nurse: Viewer) -> None:
    row = make_row(running, HIGH, by=nurse, minute=40)
    flow_sheets.withdraw_row(row, reason="of the next chair", by=nurse, at=make.NOW)

    sheet = flow_sheet.sheet(nurse, running, at=make.NOW)
    assert (sheet.current, sheet.unanswered) == ((), ())
    assert [one.struck_for for one in sheet.rows] == ["of the next chair"]
    assert sheet.next_due is not None
    assert sheet.next_due.minute == 40


# what was done about a row out of range


def test_row_when_out_of_range_waits_until_someone_wrote_what_was_done(
    running: uuid.UUID, nurse: Viewer
) -> None:
    row = make_row(running, HIGH, by=nurse)
    waiting = flow_sheet.sheet(nurse, running, at=make.NOW).unanswered
    flow_sheets.see(row, action="paused, labetalol 10 mg", by=nurse, at=make.NOW)

    sheet = flow_sheet.sheet(nurse, running, at=make.NOW)
    assert [one.uid for one in waiting] == [row]
    assert [one.words for one in waiting[0].out_of_range] == ["Systolic pressure 192 mmHg, limit 180"]
    assert sheet.unanswered == ()
    assert [seen.action for seen in sheet.rows[0].seen] == ["paused, labetalol 10 mg"]


def test_row_when_answered_without_words_still_waits(running: uuid.UUID, nurse: Viewer) -> None:
    row = make_row(running, HIGH, by=nurse)

    with pytest.raises(InvalidInput, match="action: is empty"):
        flow_sheets.see(row, action="  ", by=nurse, at=make.NOW)

    assert [one.uid for one in flow_sheet.sheet(nurse, running, at=make.NOW).unanswered] == [row]


@pytest.mark.parametrize(("systolic", "waits"), [(192, False), (199, True)])
def test_correction_when_still_out_of_range_waits_again_only_where_it_is_another_value(
    running: uuid.UUID, nurse: Viewer, systolic: int, waits: bool
) -> None:
    row = make_row(running, HIGH, by=nurse)
    flow_sheets.see(row, action="paused", by=nurse, at=make.NOW)
    flow_sheets.correct_row(
        row, values={**HIGH, "systolic": systolic}, note="", reason="a slip", by=nurse, at=make.NOW
    )

    assert bool(flow_sheet.sheet(nurse, running, at=make.NOW).unanswered) is waits


def test_answer_when_sent_twice_is_there_once(running: uuid.UUID, nurse: Viewer) -> None:
    row, uid = make_row(running, HIGH, by=nurse), uuid.uuid4()
    for _ in range(2):
        flow_sheets.see(row, action="paused", by=nurse, at=make.NOW, uid=uid)

    assert VitalsSeen.objects.count() == 1


# the start


def test_start_when_the_list_says_go_is_kept(episode_id: int, nurse: Viewer, prescriber: Viewer) -> None:
    visit = make_visit(episode_id, by=nurse, prescriber=prescriber)
    make_go(visit, by=nurse)
    flow_sheets.start(visit, happened_at=make.NOW, by=nurse, at=make.NOW)

    assert flow_sheet.sheet(nurse, visit, at=make.NOW).started_at == make.NOW


@pytest.mark.parametrize(
    ("but", "said"),
    [
        ({"fasting": "no"}, "says no-go: Has not eaten"),
        ({"no_driving": "no"}, "says no-go: Agrees not to drive"),
        ({"escort": "no"}, "says no-go: Someone who takes them home"),
    ],
)
def test_start_when_a_line_says_no_is_refused_and_names_it(
    episode_id: int, nurse: Viewer, prescriber: Viewer, but: dict[str, str], said: str
) -> None:
    visit = make_visit(episode_id, by=nurse, prescriber=prescriber)
    make_go(visit, by=nurse, but=but)

    with pytest.raises(Conflict, match=said):
        flow_sheets.start(visit, happened_at=make.NOW, by=nurse, at=make.NOW)

    assert not InfusionEvent.objects.exists()


def test_start_when_suicidal_thoughts_stopped_the_list_is_refused(
    episode_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    visit = make_visit(episode_id, by=nurse, prescriber=prescriber)
    for line in ("right_person", "suicidal"):
        visits.answer(visit, line=line, answer="yes", by=nurse, at=make.NOW)

    with pytest.raises(Conflict, match="says stopped: Thoughts of suicide"):
        flow_sheets.start(visit, happened_at=make.NOW, by=nurse, at=make.NOW)


def test_start_when_nothing_was_asked_is_refused(episode_id: int, nurse: Viewer, prescriber: Viewer) -> None:
    visit = make_visit(episode_id, by=nurse, prescriber=prescriber)

    with pytest.raises(Conflict, match="says not yet"):
        flow_sheets.start(visit, happened_at=make.NOW, by=nurse, at=make.NOW)


def test_start_when_tapped_by_two_says_to_the_second_who_was_first(running: uuid.UUID, nurse: Viewer) -> None:
    with pytest.raises(Conflict, match="started already, at 14:15 by Okoro"):
        flow_sheets.start(running, happened_at=make.NOW, by=nurse, at=make.NOW)


# events


def test_events_when_in_order_are_kept_with_the_time_they_ran(running: uuid.UUID, nurse: Viewer) -> None:
    event(running, "pause", 10, by=nurse, reason="dizzy")
    event(running, "resume", 15, by=nurse)
    event(running, "rate", 20, by=nurse, rate_ml_per_hour=Decimal(60), reason="slower")
    event(running, "rescue", 22, by=nurse, drug="labetalol", dose="10 mg", reason="192 systolic")

    sheet = flow_sheet.sheet(nurse, running, at=STARTED + timedelta(minutes=30))
    assert [one.kind for one in sheet.events] == ["start", "pause", "resume", "rate", "rescue"]
    assert sheet.running == timedelta(minutes=25)
    assert sheet.expected is not None
    assert sheet.expected.volume_ml == pytest.approx(Decimal("28.75"))  # 15 min at 75, 10 min at 60 mL/h
    assert sheet.expected.dose_mg == pytest.approx(Decimal("20.125"))  # of 35 mg in 50 mL


@pytest.mark.parametrize(
    ("kind", "minute", "said"),
    [
        ("resume", 5, "“went on” cannot be at 14:20: started at 14:15 by Okoro"),
        ("pause", -5, "“paused” cannot be at 14:10"),
    ],
)
def test_event_when_it_cannot_be_there_is_a_conflict_that_says_what_was_before(
    running: uuid.UUID, nurse: Viewer, kind: str, minute: float, said: str
) -> None:
    with pytest.raises(Conflict, match=said):
        event(running, kind, minute, by=nurse)


def test_pause_when_tapped_by_two_says_to_the_second_who_was_first(running: uuid.UUID, nurse: Viewer) -> None:
    event(running, "pause", 10, by=nurse)

    with pytest.raises(Conflict, match="paused at 14:25 by Okoro"):
        event(running, "pause", 11, by=nurse)


def test_event_when_sent_late_goes_where_it_happened(running: uuid.UUID, nurse: Viewer) -> None:
    finish(running, by=nurse)
    event(running, "pause", 10, by=nurse)
    event(running, "resume", 12, by=nurse)

    assert flow_sheet.sheet(nurse, running, at=make.NOW).running == timedelta(minutes=38)


def test_event_when_the_drug_has_ended_is_refused_but_for_rescue_and_note(
    running: uuid.UUID, nurse: Viewer
) -> None:
    finish(running, by=nurse)
    event(running, "rescue", 42, by=nurse, drug="ondansetron", dose="4 mg", reason="nausea")
    event(running, "note", 43, by=nurse, reason="asleep")

    with pytest.raises(Conflict, match="ended at 14:55 by Okoro"):
        event(running, "pause", 44, by=nurse)


def test_event_when_sent_twice_is_there_once(running: uuid.UUID, nurse: Viewer) -> None:
    uid = uuid.uuid4()
    for _ in range(2):
        event(running, "pause", 10, by=nurse, uid=uid)

    assert InfusionEvent.objects.filter(kind="pause").count() == 1


# the end


def test_end_when_kept_writes_the_infusion_as_it_began_in_the_same_step(
    running: uuid.UUID, nurse: Viewer
) -> None:
    finish(running, by=nurse)

    given = Infusion.objects.get()
    assert (given.happened_at, given.dose_mg, given.dose_mg_per_kg) == (STARTED, Decimal(35), Decimal("0.5"))
    assert flow_sheet.sheet(nurse, running, at=make.NOW).given_mg == 35


def test_end_when_tapped_by_two_gives_once_and_says_who_was_first(running: uuid.UUID, nurse: Viewer) -> None:
    finish(running, by=nurse)

    with pytest.raises(Conflict, match="ended at 14:55 by Okoro"):
        finish(running, by=nurse, minute=41)

    assert Infusion.objects.count() == 1


def test_end_when_sent_twice_gives_once(running: uuid.UUID, nurse: Viewer) -> None:
    uid = uuid.uuid4()
    for _ in range(2):
        finish(running, by=nurse, uid=uid)

    assert (Infusion.objects.count(), InfusionEvent.objects.filter(kind="end").count()) == (1, 1)


def test_end_when_more_was_given_than_ordered_keeps_neither_end_nor_infusion(
    running: uuid.UUID, nurse: Viewer
) -> None:
    with pytest.raises(InvalidInput, match="350 mg is more than was ordered"):
        finish(running, by=nurse, given_mg=Decimal(350))

    assert not Infusion.objects.exists()
    assert not InfusionEvent.objects.filter(kind="end").exists()


def test_stop_when_early_keeps_what_went_in_with_the_reason(running: uuid.UUID, nurse: Viewer) -> None:
    finish(running, by=nurse, minute=12, stopped=True, given_mg=Decimal("10.5"), reason="chest pain")

    assert Infusion.objects.get().dose_mg == Decimal("10.5")
    assert InfusionEvent.objects.get(kind="stop").reason == "chest pain"


def test_stop_when_nothing_went_in_is_no_infusion(running: uuid.UUID, nurse: Viewer) -> None:
    finish(running, by=nurse, minute=1, stopped=True, given_mg=Decimal(0), reason="vein lost")

    assert not Infusion.objects.exists()
    assert flow_sheet.sheet(nurse, running, at=make.NOW).given_mg == 0


def test_end_when_not_started_is_refused(episode_id: int, nurse: Viewer) -> None:
    visit = make_bare_visit(episode_id, by=nurse, arrived_at=STARTED)

    with pytest.raises(Conflict, match="the drug has not started"):
        finish(visit, by=nurse)


# who may


AT = {"happened_at": make.NOW}


@pytest.mark.parametrize(
    ("verb", "about", "given"),
    [
        ("add_row", "visit", {"values": CALM, "due_minute": None, **AT}),
        ("start", "visit", AT),
        ("event", "visit", {"kind": "pause", **AT}),
        ("finish", "visit", {"stopped": False, "given_mg": Decimal(35), **AT}),
        ("see", "row", {"action": "paused"}),
        ("correct_row", "row", {"values": CALM, "note": "", "reason": "a slip"}),
        ("withdraw_row", "row", {"reason": "of the next chair"}),
    ],
)
def test_sheet_when_written_on_by_a_therapist_or_another_site_is_refused(
    running: uuid.UUID, nurse: Viewer, therapist: Viewer, stranger: Viewer, verb: str, about: str, given: Any
) -> None:
    uid = running if about == "visit" else make_row(running, HIGH, by=nurse)

    with pytest.raises(NotAllowed):
        getattr(flow_sheets, verb)(uid, by=therapist, at=make.NOW, **given)
    with pytest.raises(NotFound):
        getattr(flow_sheets, verb)(uid, by=stranger, at=make.NOW, **given)
