"""Records from elsewhere come in as if recorded one by one: same scores, alerts and trail, whole or not at all."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from holdfast.access import Role, Viewer
from holdfast.care import checkins, import_plan, imports, patients, therapy
from holdfast.care.import_entries import CheckInEntry, Entry, InfusionEntry, Plan, SessionEntry
from holdfast.errors import Conflict, NotAllowed
from holdfast.instruments.loader import load
from holdfast.records.models import (
    Account,
    Alert,
    AuditEvent,
    CheckIn,
    Episode,
    Infusion,
    Patient,
    TherapyCourse,
    TherapySession,
)
from holdfast.records.queries import alerts, caseload
from tests import make

DAY = timedelta(days=1)
LONG_AGO = make.NOW - 30 * DAY


def answered(
    person: str = "P-7", *values: int | None, at: datetime = LONG_AGO, line: int = 2, instrument: str = "phq9"
) -> CheckInEntry:
    answers = {f"q{n}": v for n, v in enumerate(values or (1,) * 9, start=1)}
    return CheckInEntry(line, person, at.isoformat(), at, instrument, answers=answers)


def rated(person: str = "P-7", total: int = 21, *, at: datetime = LONG_AGO, line: int = 2) -> CheckInEntry:
    return CheckInEntry(line, person, at.isoformat(), at, "hamd17", total=total)


def given(
    person: str = "P-7", dose: str = "0.5", *, at: datetime = LONG_AGO, line: int = 2, **more: Any
) -> InfusionEntry:
    return InfusionEntry(line, person, at.isoformat(), at, Decimal(dose), **more)


def held(
    person: str = "P-7", slug: str = "cbt", *, at: datetime = LONG_AGO, line: int = 2, **more: Any
) -> SessionEntry:
    return SessionEntry(line, person, at.isoformat(), at, slug, **more)


def plan(*entries: Entry, by: Viewer, at: datetime = make.NOW) -> Plan:
    return import_plan.prepare(entries, by=by, at=at)


def bring_in(*entries: Entry, by: Viewer, at: datetime = make.NOW) -> tuple[int, ...]:
    return imports.bring_in(plan(*entries, by=by, at=at), by=by, at=at)


def refusals(*entries: Entry, by: Viewer) -> list[tuple[int, str, str]]:
    return [(r.entry.line, p.where, p.what) for r in plan(*entries, by=by).refused for p in r.problems]


def everything() -> dict[str, int]:
    """Number of rows in every table of the record."""
    models = (Patient, Episode, CheckIn, Infusion, TherapyCourse, TherapySession, Alert, AuditEvent)
    return {model.__name__: model.objects.count() for model in models}


# Equal to recording one by one


MIXED = (
    answered("P-7", 3, 3, 2, 2, 2, 1, 1, 1, 0, at=LONG_AGO, line=2),
    answered("P-7", 1, 1, 1, 0, 0, 0, 0, 0, 2, at=LONG_AGO + 7 * DAY, line=3),
    answered("P-7", 1, None, 1, 0, 0, 0, 0, 0, 0, at=LONG_AGO + 14 * DAY, line=4),
    answered("P-7", 2, 1, 1, 0, 0, 0, 3, at=LONG_AGO + 14 * DAY, line=5, instrument="gad7"),
    answered("P-7", 2, 1, 1, 0, 0, 0, 0, 0, 1, at=make.NOW - timedelta(hours=3), line=6),
    rated("P-7", 21, at=LONG_AGO, line=7),
    answered("P-8", 0, 0, 0, 0, 0, 0, 0, 0, 3, at=LONG_AGO, line=8),
)


def one_by_one(entries: Sequence[CheckInEntry], *, by: Viewer, at: datetime) -> None:
    """The single path: enrol, then keep each check-in in the order of its moment."""
    from holdfast.pathway.checkin_times import arrival
    from holdfast.records.queries.history import histories

    for person in dict.fromkeys(entry.person for entry in entries):
        theirs = sorted((e for e in entries if e.person == person), key=lambda entry: entry.happened_at)
        pk = patients.keep(
            code=person,
            name=person,
            by=by,
            at=at,
            started_at=theirs[0].happened_at,
            born_on=None,
            zone=None,
            instrument="phq9",
        )
        for entry in theirs:
            came = arrival(histories([pk])[pk], happened_at=entry.happened_at, recorded_at=at)
            checkins.keep(
                Episode.objects.select_related("patient").get(pk=pk),
                load(entry.instrument),
                answers=entry.answers,
                total=entry.total,
                by=by,
                at=at,
                happened_at=entry.happened_at,
                uid=uuid.uuid4(),
                source=CheckIn.Source.IMPORT,
                arrived=came,
            )


def facts_of(clinic_id: int) -> list[tuple[Any, ...]]:
    rows = CheckIn.objects.filter(episode__patient__clinic_id=clinic_id)
    return sorted(
        rows.values_list(
            "episode__patient__code", "instrument", "happened_at", "instrument_version", "total", "band", "complete",
            "arrival", "source", "recorded_at", "answers", "replaces", "entered_in_error", "correction_reason",
        ),
        key=str,
    )  # fmt: skip


def people_of(clinic_id: int) -> list[tuple[Any, ...]]:
    rows = Episode.objects.filter(patient__clinic_id=clinic_id).order_by("patient__code")
    return list(
        rows.values_list(
            "patient__code", "started_at", "primary_instrument", "recorded_at", "patient__recorded_at",
            "patient__patientdetails__name", "patient__patientdetails__zone",
            "patient__patientdetails__happened_at", "patient__patientdetails__born_on",
        )
    )  # fmt: skip


def alerts_of(clinic_id: int) -> list[tuple[Any, ...]]:
    rows = Alert.objects.filter(episode__patient__clinic_id=clinic_id).order_by(
        "episode__patient__code", "raised_at", "value"
    )
    return list(
        rows.values_list(
            "episode__patient__code", "instrument", "item", "value", "level", "raised_at", "due_at"
        )
    )


def trail_of(clinic_id: int) -> Counter[tuple[Any, ...]]:
    """What was noted, subjects left out: they are other rows in another clinic."""
    rows = AuditEvent.objects.filter(clinic_id=clinic_id).exclude(
        action__in=["clinic opened", "account opened", "records imported"]
    )
    return Counter((r.action, r.subject, r.at, r.actor_role, tuple(sorted(r.detail))) for r in rows)


@pytest.mark.parametrize("look", [facts_of, people_of, alerts_of, trail_of])
def test_bring_in_when_compared_with_recording_one_by_one_then_the_record_is_the_same(
    look: Any, lead: Viewer
) -> None:
    other = make.make_account(Role.LEAD, clinic_id=make.make_clinic("inland"))
    bring_in(*MIXED, by=lead)
    one_by_one(MIXED, by=other, at=make.NOW)
    assert look(lead.clinic_id) == look(other.clinic_id)
    assert look(lead.clinic_id)


def test_bring_in_when_answers_are_marked_then_alerts_are_seen_before_any_outlook(lead: Viewer) -> None:
    bring_in(answered("P-7", 0, 0, 0, 0, 0, 0, 0, 0, 2), by=lead)
    (waiting,) = alerts.waiting(lead)
    (row,) = caseload.page(lead).rows
    assert (waiting.name, waiting.level) == ("P-7", 2)
    assert (row.name, row.open_alerts, row.urgency) == ("P-7", 1, 0)


def test_bring_in_when_there_are_many_rows_then_questions_do_not_grow_with_them(
    lead: Viewer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    few = [rated("P-7", 10, at=LONG_AGO + n * DAY, line=n) for n in range(3)]
    many = [rated("P-8", 10, at=LONG_AGO + timedelta(hours=n), line=n) for n in range(30)]
    # PostgreSQL asks for the chain's lock each of the three times that links are added; SQLite has one writer.
    locks = 3 if connection.vendor == "postgresql" else 0
    with django_assert_num_queries(22 + locks) as counted:
        bring_in(*few, by=lead)
    with django_assert_num_queries(len(counted)):
        bring_in(*many, by=lead)


# Once, and whole


def test_prepare_when_called_then_nothing_is_changed(lead: Viewer) -> None:
    before = everything()
    prepared = plan(*MIXED, given(line=9), held(line=10), by=lead)
    assert (len(prepared.check_ins), len(prepared.infusions), len(prepared.sessions)) == (7, 1, 1)
    assert everything() == before


def test_bring_in_when_sent_again_then_adds_nothing(lead: Viewer) -> None:
    entries = (*MIXED, given(line=9), held(line=10))
    bring_in(*entries, by=lead)
    before = everything()
    again = plan(*entries, by=lead, at=make.NOW + DAY)
    assert (again.already, again.people, again.refused) == (9, (), ())
    assert imports.bring_in(again, by=lead, at=make.NOW + DAY) == ()
    assert everything() == before


def test_bring_in_when_the_record_changed_since_the_plan_then_keeps_nothing_of_it(lead: Viewer) -> None:
    stale = plan(rated("P-6", line=2), rated("P-7", line=3), by=lead)
    bring_in(rated("P-7"), by=lead)
    before = everything()
    with pytest.raises(Conflict):
        imports.bring_in(stale, by=lead, at=make.NOW)
    assert everything() == before


def test_bring_in_when_a_fact_was_withdrawn_then_does_not_bring_it_back(lead: Viewer) -> None:
    from holdfast.care import corrections

    bring_in(rated("P-7"), by=lead)
    corrections.withdraw(
        "check-in", CheckIn.objects.get().uid, reason="another person's", by=lead, at=make.NOW
    )
    again = plan(rated("P-7"), by=lead, at=make.NOW + DAY)
    assert (again.already, again.check_ins) == (1, ())


def test_bring_in_when_the_person_is_known_then_adds_to_their_episode(lead: Viewer, episode_id: int) -> None:
    assert bring_in(rated("P-1"), by=lead) == (episode_id,)
    assert Patient.objects.count() == 1


def test_bring_in_when_another_clinic_has_the_code_then_leaves_that_person_alone(
    lead: Viewer, stranger: Viewer
) -> None:
    theirs = make.make_episode(by=stranger, code="P-7")
    (ours,) = bring_in(rated("P-7"), by=lead)
    assert ours != theirs
    assert CheckIn.objects.filter(episode_id=theirs).count() == 0


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.NURSE, Role.PRESCRIBER])
def test_prepare_when_the_role_may_not_import_then_is_refused(role: Role, clinic_id: int) -> None:
    someone = make.make_account(role, clinic_id=clinic_id)
    with pytest.raises(NotAllowed):
        plan(rated(), by=someone)


def test_bring_in_when_done_then_the_trail_says_how_much_and_holds(lead: Viewer) -> None:
    from holdfast.care import audit

    bring_in(rated("P-7"), given("P-7", line=3), given("P-8", "0", line=4), by=lead)
    noted = AuditEvent.objects.get(action="records imported")
    assert noted.detail == {"people": 1, "check_ins": 1, "infusions": 1, "sessions": 0, "left_out": 1}
    assert audit.first_broken_link() is None


# People


def test_bring_in_when_people_are_new_then_care_began_with_their_first_entry(lead: Viewer) -> None:
    bring_in(rated("P-7", line=2), given("P-7", at=LONG_AGO - DAY, line=3), by=lead)
    episode = Episode.objects.get()
    assert (episode.started_at, episode.primary_instrument) == (LONG_AGO - DAY, "hamd17")


def test_prepare_when_all_of_a_person_is_refused_then_they_are_not_taken_into_care(lead: Viewer) -> None:
    assert plan(given("P-7", "5"), by=lead).people == ()


def test_prepare_when_care_has_ended_then_refuses_their_entries(lead: Viewer, episode_id: int) -> None:
    patients.close(episode_id, reason="moved away", by=lead, at=make.NOW - DAY)
    assert refusals(rated("P-1"), by=lead) == [(2, "person", "is known, and their care has ended")]


# Sessions


def numbers() -> list[tuple[int, str]]:
    return list(TherapySession.objects.order_by("happened_at").values_list("number", "attendance"))


def test_bring_in_when_sessions_have_no_number_then_a_missed_one_comes_again(lead: Viewer) -> None:
    bring_in(
        held(at=LONG_AGO, line=2),
        held(at=LONG_AGO + 7 * DAY, line=3, attendance="did_not_attend"),
        held(at=LONG_AGO + 14 * DAY, line=4),
        by=lead,
    )
    assert numbers() == [(1, "attended"), (2, "did_not_attend"), (2, "attended")]


def test_bring_in_when_the_course_is_open_already_then_goes_on_with_it(
    lead: Viewer, episode_id: int, therapist: Viewer
) -> None:
    course_id = make.make_course(episode_id, by=therapist)
    therapy.record_session(
        course_id, number=1, attendance="attended", happened_at=make.NOW - 9 * DAY, by=therapist, at=make.NOW
    )
    bring_in(held("P-1", at=make.NOW - 2 * DAY), by=lead)
    assert TherapyCourse.objects.count() == 1
    assert numbers() == [(1, "attended"), (2, "attended")]


def test_prepare_when_a_session_was_attended_already_then_refuses_the_second(lead: Viewer) -> None:
    twice = held(at=LONG_AGO, line=2, number=3), held(at=LONG_AGO + DAY, line=3, number=3)
    assert refusals(*twice, by=lead) == [(3, "detail", "session 3 was attended already")]


# What is refused


@pytest.mark.parametrize(
    ("entry", "where", "what"),
    [
        (rated(at=make.NOW + DAY), "date", "lies in the future"),
        (rated(total=53), "score", "53 lies outside 0 to 52"),
        (answered("P-7", 1, 1, 1, 1, 1, 1, 1, 1, 4), "q9", "is not one of the answers"),
        (answered("P-7", *[None] * 9), "q1", "has no answer, nor has any other item"),
        (answered("P-7", 1, instrument="madrs"), "q1", "is not an item of"),
        (answered(instrument="sds"), "instrument", "no instrument 'sds'"),
        (given(dose="0"), "detail", "0 mg/kg is outside the limits"),
        (given(dose="5"), "detail", "5 mg/kg is outside the limits"),
        (given(dose_mg=Decimal(70), weight_kg=Decimal(70)), "detail", "70 mg for 70 kg is 1.00 mg/kg, not 0.5"),
        (given(dose_mg=Decimal(5), weight_kg=Decimal(10)), "detail", "10 kg is not a likely weight"),
        (held(slug="hypnosis"), "detail", "names no therapy"),
        (held(attendance="perhaps"), "detail", "names no attendance"),
        (held(number=501), "detail", "501 is not a session"),
    ],
)  # fmt: skip
def test_prepare_when_an_entry_cannot_be_then_says_which_part_and_why(
    entry: Entry, where: str, what: str, lead: Viewer
) -> None:
    prepared = plan(entry, by=lead)
    assert [(p.where, p.what[: len(what)]) for r in prepared.refused for p in r.problems] == [(where, what)]
    assert prepared.persons == ()


def test_prepare_when_several_answers_are_wrong_then_names_them_all(lead: Viewer) -> None:
    wrong = answered("P-7", 9, 1, 1, 1, 1, 1, 1, 1, 9)
    assert [where for _, where, _ in refusals(wrong, by=lead)] == ["q1", "q9"]


def test_prepare_when_a_row_is_there_twice_then_refuses_the_second(lead: Viewer) -> None:
    assert refusals(rated(line=2), rated(line=3), by=lead) == [(3, "date", "repeats line 2")]


def test_prepare_when_two_rows_of_a_moment_differ_then_refuses_the_second(lead: Viewer) -> None:
    found = refusals(rated(total=20, line=2), rated(total=21, line=3), by=lead)
    assert found == [(3, "date", "differs from line 2, of the same moment")]


def test_prepare_when_the_record_says_otherwise_then_refuses_rather_than_doubles(lead: Viewer) -> None:
    bring_in(rated(total=20), given(line=3), held(line=4), by=lead)
    changed = rated(total=21), given(dose="0.6", line=3), held(line=4, number=2)
    assert refusals(*changed, by=lead) == [
        (2, "date", "differs from what the record holds of this moment"),
        (3, "date", "differs from what the record holds of this moment"),
        (4, "date", "differs from what the record holds of this moment"),
    ]


def test_bring_in_when_a_dose_is_rounded_then_it_is_kept_as_given(lead: Viewer) -> None:
    bring_in(given(dose="0.5", dose_mg=Decimal("36.0"), weight_kg=Decimal("71.3")), by=lead)
    kept = Infusion.objects.get()
    assert (kept.dose_mg_per_kg, kept.dose_mg, kept.weight_kg) == (
        Decimal("0.50"),
        Decimal("36.0"),
        Decimal("71.3"),
    )


def test_bring_in_when_recorded_then_names_who_did_it(lead: Viewer) -> None:
    bring_in(rated(), by=lead)
    assert CheckIn.objects.get().recorded_by == Account.objects.get(username="mo")
    assert CheckIn.objects.get().recorded_at == make.NOW.astimezone(UTC)
