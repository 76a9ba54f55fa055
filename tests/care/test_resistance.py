"""What was tried is written down once, with what is missing left empty; what was wrong is withdrawn, never erased."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import infusions, resistance
from holdfast.errors import Conflict, InvalidInput, NotAllowed, NotFound
from holdfast.pathway.adequacy import Verdict
from holdfast.records.models import (
    AuditEvent,
    DrugTrial,
    IllnessCourse,
    OtherTrial,
    Outlook,
    ThresholdSetting,
)
from holdfast.records.queries import resistance as queries
from tests import make
from tests.make import NOW
from tests.making.resistance import make_history, make_other, make_trial

pytestmark = pytest.mark.django_db

TRIALS = [
    {"drug": "Sertralin", "dose_mg": Decimal(200)},
    {"drug": "VENLAFAXINE", "dose_mg": Decimal(225), "weeks": None},
    {"drug": "amitriptyline", "dose_mg": None, "weeks": Decimal("8.5"), "augmented_with": " lithium "},
    {"drug": "dibenzepin", "improvement_percent": None, "optimised": True},
    {"drug": "phenelzine", "dose_mg": Decimal("52.5"), "this_episode": False, "stopped": "side_effects"},
]


def kept(episode_id: int, *, by: Viewer) -> list[tuple[Any, ...]]:
    rows = queries.of_episode(by, episode_id).trials
    return [(row.drug, row.dose_mg, row.weeks, row.improvement_percent) for row in rows]


def test_trials_when_several_are_recorded_are_kept_as_told_in_their_order(
    episode_id: int, nurse: Viewer
) -> None:
    for one in TRIALS:
        make_trial(episode_id, by=nurse, **one)
    assert kept(episode_id, by=nurse) == [
        ("sertraline", 200, 10, 10),
        ("venlafaxine", 225, None, 10),
        ("amitriptyline", None, Decimal("8.5"), 10),
        ("dibenzepin", 200, 10, None),
        ("phenelzine", Decimal("52.5"), 10, 10),
    ]
    rows = queries.of_episode(nurse, episode_id).trials
    assert [row.augmented_with for row in rows] == ["", "", "lithium", "", ""]
    assert [row.optimised for row in rows] == [False, False, False, True, False]
    assert [row.this_episode for row in rows] == [True, True, True, True, False]
    assert [row.stopped for row in rows] == [*["too little effect"] * 4, "side effects"]
    assert [row.adequacy.counts for row in rows] == [
        Verdict.YES, Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.NO,
    ]  # fmt: skip


def test_trial_when_sent_twice_is_written_once(episode_id: int, nurse: Viewer) -> None:
    uid = uuid.uuid4()
    for _ in range(2):
        assert make_trial(episode_id, by=nurse, uid=uid) == uid
    assert DrugTrial.objects.count() == 1
    assert AuditEvent.objects.filter(action="antidepressant tried recorded").count() == 1


def test_trial_when_its_form_was_used_for_another_person_is_a_conflict(
    episode_id: int, nurse: Viewer
) -> None:
    uid = make_trial(episode_id, by=nurse)
    with pytest.raises(Conflict, match="open it anew"):
        make_trial(make.make_episode(by=nurse, code="P-2"), by=nurse, uid=uid)
    assert DrugTrial.objects.count() == 1


def test_trial_when_recorded_leaves_a_trail_of_identifiers_and_a_new_outlook(
    episode_id: int, nurse: Viewer
) -> None:
    before = Outlook.objects.count()
    uid = make_trial(episode_id, by=nurse)
    link = AuditEvent.objects.get(action="antidepressant tried recorded")
    assert (link.subject_id, link.detail) == (str(uid), {"episode": episode_id})
    assert Outlook.objects.count() == before + 1


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"drug": " "}, "drug"),
        ({"drug": "x" * 49}, "drug"),
        ({"dose_mg": Decimal(0)}, "dose"),
        ({"dose_mg": Decimal(2001)}, "dose"),
        ({"dose_mg": Decimal("10.005")}, "dose mg"),
        ({"weeks": Decimal(-1)}, "weeks"),
        ({"weeks": Decimal("4.25")}, "weeks"),
        ({"improvement_percent": 101}, "improvement"),
        ({"improvement_percent": -1}, "improvement"),
        ({"stopped": "bored"}, "why stopped"),
        ({"began_on": NOW.date() + timedelta(days=2)}, "first day"),
        ({"augmented_with": "x" * 81}, "augmented with"),
        ({"note": "x" * 501}, "note"),
        ({"happened_at": NOW + timedelta(minutes=1)}, "time"),
    ],
)
def test_trial_when_something_is_wrong_is_refused_by_name(
    episode_id: int, nurse: Viewer, changes: dict[str, Any], where: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_trial(episode_id, by=nurse, **changes)
    assert [one.where for one in refused.value.problems] == [where]
    assert not DrugTrial.objects.exists()


def test_trial_when_several_things_are_wrong_says_all_at_once(episode_id: int, nurse: Viewer) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_trial(episode_id, by=nurse, drug="", dose_mg=Decimal(-5), weeks=Decimal(9999), stopped="")
    assert [one.where for one in refused.value.problems] == ["drug", "dose", "weeks", "why stopped"]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"kind": "leeches"}, "kind"),
        ({"kind": "other"}, "which"),
        ({"sessions": 0}, "sessions"),
        ({"improvement_percent": 120}, "improvement"),
        ({"detail": "x" * 121}, "detail"),
    ],
)
def test_other_treatment_when_something_is_wrong_is_refused_by_name(
    episode_id: int, nurse: Viewer, changes: dict[str, Any], where: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_other(episode_id, by=nurse, **changes)
    assert [one.where for one in refused.value.problems] == [where]
    assert not OtherTrial.objects.exists()


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({}, "history"),
        ({"months": 5000}, "months"),
        ({"severity": "bad"}, "severity"),
        ({"conditions": "x" * 1001}, "conditions"),
    ],
)
def test_history_when_something_is_wrong_is_refused_by_name(
    episode_id: int, nurse: Viewer, given: dict[str, Any], where: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        resistance.record_history(episode_id, **given, by=nurse, at=NOW)
    assert [one.where for one in refused.value.problems] == [where]
    assert not IllnessCourse.objects.exists()


def test_history_when_told_anew_holds_and_the_one_before_stays_readable(
    episode_id: int, nurse: Viewer
) -> None:
    make_history(episode_id, by=nurse, months=18, at=NOW - timedelta(days=3))
    make_history(episode_id, by=nurse, months=19, may_be_pregnant=True)
    found = queries.of_episode(nurse, episode_id)
    assert [(row.months, row.may_be_pregnant) for row in found.histories] == [(19, True), (18, False)]
    assert found.history == found.histories[0] == queries.history(nurse, episode_id)


def test_history_when_only_told_that_pregnancy_is_not_possible_is_kept(
    episode_id: int, nurse: Viewer
) -> None:
    resistance.record_history(episode_id, may_be_pregnant=False, by=nurse, at=NOW)
    (row,) = queries.of_episode(nurse, episode_id).histories
    assert (row.may_be_pregnant, row.months, row.severity_name) == (False, None, "")


def test_history_before_the_first_is_none(episode_id: int, nurse: Viewer) -> None:
    assert queries.history(nurse, episode_id) is None


def test_resistance_when_trials_failed_is_counted_and_staged(episode_id: int, nurse: Viewer) -> None:
    for drug in ("sertraline", "venlafaxine"):
        make_trial(episode_id, drug, by=nurse)
    make_other(episode_id, by=nurse)
    make_history(episode_id, by=nurse)
    found = queries.of_episode(nurse, episode_id)
    assert (found.count.counted, found.count.needed, found.count.verdict) == (2, 2, Verdict.YES)
    assert [one.words for one in found.stagings] == ["8 of 15, moderate", "5 points", "stage II"]


def test_resistance_when_the_site_asks_for_fewer_weeks_counts_by_the_sites_number(
    episode_id: int, nurse: Viewer
) -> None:
    make_trial(episode_id, by=nurse, weeks=Decimal(4))
    assert queries.of_episode(nurse, episode_id).count.counted == 0
    ThresholdSetting.objects.create(
        clinic_id=nurse.clinic_id, treatment="ketamine_iv", name="trial_weeks_at_least", value=4,
        reason="as agreed", happened_at=NOW, recorded_at=NOW, recorded_by_id=nurse.account_id,
    )  # fmt: skip
    assert queries.of_episode(nurse, episode_id).count.counted == 1


@pytest.mark.parametrize(
    ("kind", "was"),
    [("drug", "sertraline"), ("other", "ECT, both sides"), ("history", "history of the illness")],
)
def test_entry_when_withdrawn_no_longer_counts_and_stays_readable(
    episode_id: int, nurse: Viewer, kind: str, was: str
) -> None:
    made = {"drug": make_trial, "other": make_other, "history": make_history}
    uids = {name: make(episode_id, by=nurse) for name, make in made.items()}
    resistance.withdraw(episode_id, kind, uids[kind], reason="wrong person", by=nurse, at=NOW)
    found = queries.of_episode(nurse, episode_id)
    left = {"drug": found.trials, "other": found.others, "history": found.histories}
    assert {name: len(rows) for name, rows in left.items()} == {name: int(name != kind) for name in made}
    (row,) = found.withdrawn
    assert (row.was, row.reason, row.withdrawn_by, row.withdrawn_at) == (was, "wrong person", "Okoro", NOW)


def test_withdraw_when_done_before_or_without_a_reason_or_of_no_kind_is_refused(
    episode_id: int, nurse: Viewer
) -> None:
    uid = make_trial(episode_id, by=nurse)
    with pytest.raises(InvalidInput, match="reason"):
        resistance.withdraw(episode_id, "drug", uid, reason=" ", by=nurse, at=NOW)
    with pytest.raises(NotFound, match="cannot be withdrawn"):
        resistance.withdraw(episode_id, "leech", uid, reason="x", by=nurse, at=NOW)
    resistance.withdraw(episode_id, "drug", uid, reason="x", by=nurse, at=NOW)
    with pytest.raises(NotFound, match="was withdrawn since"):
        resistance.withdraw(episode_id, "drug", uid, reason="x", by=nurse, at=NOW)


def test_record_and_withdraw_by_those_who_only_read_are_refused(
    episode_id: int, nurse: Viewer, therapist: Viewer, lead: Viewer, ada: Viewer
) -> None:
    uid = make_trial(episode_id, by=nurse)
    for viewer in (therapist, lead, ada):
        for record in (make_trial, make_other, make_history):
            with pytest.raises(NotAllowed):
                record(episode_id, by=viewer)
        with pytest.raises(NotAllowed):
            resistance.withdraw(episode_id, "drug", uid, reason="x", by=viewer, at=NOW)
    assert [row.drug for row in queries.of_episode(therapist, episode_id).trials] == ["sertraline"]


def test_record_read_and_withdraw_from_another_site_find_nothing(
    episode_id: int, nurse: Viewer, stranger: Viewer
) -> None:
    uid = make_trial(episode_id, by=nurse)
    with pytest.raises(NotFound):
        make_trial(episode_id, by=stranger)
    with pytest.raises(NotFound):
        resistance.withdraw(episode_id, "drug", uid, reason="x", by=stranger, at=NOW)
    for read in (queries.of_episode, queries.measures, queries.history):
        with pytest.raises(NotFound):
            read(stranger, episode_id)


def test_read_by_the_person_themselves_is_refused(episode_id: int, ada: Viewer) -> None:
    for read in (queries.of_episode, queries.measures, queries.history):
        with pytest.raises(NotAllowed):
            read(ada, episode_id)


def test_measures_when_scored_before_the_first_infusion_show_the_newest_complete_score(
    episode_id: int, clinic_id: int, nurse: Viewer
) -> None:
    days = {number: NOW - timedelta(days=number) for number in (1, 5, 9, 12)}
    make.make_check_in(episode_id, 3, by=nurse, at=days[12])
    make.make_check_in(episode_id, 2, by=nurse, at=days[9])
    make.make_check_in(episode_id, 2, None, by=nurse, at=days[9] + timedelta(hours=1))
    assert shown(episode_id, nurse) == {"phq9": 16, "madrs": None, "gad7": None}
    prescriber = make.make_account(Role.PRESCRIBER, clinic_id=clinic_id)
    infusions.record(
        episode_id, dose_mg=Decimal(35), weight_kg=Decimal(70), happened_at=days[5], by=prescriber, at=NOW
    )
    make.make_check_in(episode_id, 0, by=nurse, at=days[1])
    assert shown(episode_id, nurse) == {"phq9": 16, "madrs": None, "gad7": None}


def shown(episode_id: int, viewer: Viewer) -> dict[str, int | None]:
    return {row.instrument: row.total for row in queries.measures(viewer, episode_id)}


def test_withdraw_when_the_entry_is_of_another_person_finds_nothing(episode_id: int, nurse: Viewer) -> None:
    """H-023."""
    uid = make_trial(episode_id, by=nurse)
    other = make.make_episode(by=nurse, code="P-2", name="Bea Other")
    with pytest.raises(NotFound, match="no such entry of this person"):
        resistance.withdraw(other, "drug", uid, reason="x", by=nurse, at=NOW)
    assert len(queries.of_episode(nurse, episode_id).trials) == 1
