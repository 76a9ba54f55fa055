"""What would become of records kept elsewhere, entry by entry: which are sound, which refused, which known already.

Reads only. `care.imports` writes what is planned here.
"""

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Literal, NamedTuple, get_args

from holdfast import units
from holdfast.access import Permission, Viewer, require
from holdfast.care import infusions
from holdfast.care.import_entries import (
    CheckInEntry,
    Entry,
    InfusionEntry,
    NewPerson,
    Plan,
    PlannedCheckIn,
    PlannedInfusion,
    PlannedSession,
    Refusal,
    SessionEntry,
)
from holdfast.care.import_scores import Asked, Scored, score_all
from holdfast.errors import InvalidInput, Problem
from holdfast.instruments.loader import judging
from holdfast.pathway.checkin_times import arrival
from holdfast.pathway.history import ATTENDED, Attendance, History, InfusionFact
from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.loader import therapies
from holdfast.records.queries import importing, site_limits

DOSE_TOLERANCE = Decimal("0.05")
"""mg and mg/kg x kg may differ by rounding; beyond 5 % one of the three was mistyped. A convention."""

HIGHEST_SESSION = 500
DEFAULT_INSTRUMENT = "phq9"
"""Judges the episode of someone who comes with infusions or sessions alone."""

Slot = tuple[str, str, datetime]
"""Person, what and when: room for one fact."""

_NAMESPACE = uuid.UUID("5d0c8f1e-6a53-4c0b-9a55-0a1f3f0a7c11")


class Named(NamedTuple):
    """An entry with the uid it is known by."""

    uid: uuid.UUID
    entry: Entry


class _Scored(NamedTuple):
    uid: uuid.UUID
    entry: CheckInEntry
    scored: Scored


def prepare(entries: Sequence[Entry], *, by: Viewer, at: datetime) -> Plan:
    """Say what would become of every entry; changes nothing. Only `by`'s clinic is looked at."""
    require(by, Permission.IMPORT_RECORDS)
    before = importing.before({entry.person for entry in entries}, viewer=by)
    named = [Named(_uid(entry, by.clinic_id), entry) for entry in entries]
    fresh = [one for one in named if one.uid not in before.uids]
    limits = site_limits.of_clinic(by.clinic_id, treatment=infusions.DRUG)
    sieve = _Sieve(before, limits=limits, at=at)
    sound = [one for one in fresh if sieve.lets_pass(one)]
    scored = list(_scored(sound, sieve))
    given = [PlannedInfusion(one.uid, one.entry) for one in sound if isinstance(one.entry, InfusionEntry)]
    sessions = list(_numbered(sound, sieve))
    kept: list[Entry] = [*(s.entry for s in scored), *(g.entry for g in given), *(s.entry for s in sessions)]
    people = _new_people(kept, known=before.episodes)
    return Plan(
        before=before,
        people=people,
        check_ins=tuple(_with_arrivals(scored, given, before=before, people=people, at=at)),
        infusions=tuple(given),
        sessions=tuple(sessions),
        already=len(named) - len(fresh),
        refused=tuple(sieve.refused),
    )


class _Sieve:
    """Lets each sound entry pass once, and keeps why the others did not."""

    def __init__(self, before: importing.Before, *, limits: SiteLimits, at: datetime) -> None:
        self.refused: list[Refusal] = []
        self.before, self._limits, self._at = before, limits, at
        self._lines: dict[uuid.UUID, int] = {}
        self._held = _moments_held(before)
        self._slots: dict[Slot, int] = {}

    def lets_pass(self, one: Named) -> bool:
        """Whether nothing stands against the entry, seen beside those that passed before it."""
        problem = self._problem(one)
        if problem is not None:
            return self.refuse(one.entry, problem)
        self._lines[one.uid] = self._slots[_slot(one.entry)] = one.entry.line
        return True

    def refuse(self, entry: Entry, *problems: Problem) -> Literal[False]:
        """Keep why the entry is refused."""
        self.refused.append(Refusal(entry, problems))
        return False

    def _problem(self, one: Named) -> Problem | None:
        entry, slot = one.entry, _slot(one.entry)
        history = self.before.histories.get(entry.person)
        if history is not None and history.closed_at is not None:
            return Problem("person", "is known, and their care has ended", "someone in care, or someone new")
        if entry.happened_at > self._at:
            return Problem("date", "lies in the future", "a moment that has passed")
        if one.uid in self._lines:
            return Problem("date", f"repeats line {self._lines[one.uid]}", "each entry once")
        if slot in self._slots:
            expected = "one entry for a moment; give times of day to tell two apart"
            return Problem("date", f"differs from line {self._slots[slot]}, of the same moment", expected)
        if slot in self._held:
            return Problem(
                "date", "differs from what the record holds of this moment", "a correction in the record"
            )
        return _problem_of_its_kind(entry, self._limits)


def _slot(entry: Entry) -> Slot:
    if isinstance(entry, CheckInEntry):
        return entry.person, entry.instrument, entry.happened_at
    if isinstance(entry, SessionEntry):
        return entry.person, entry.therapy, entry.happened_at
    return entry.person, "infusion", entry.happened_at


def _moments_held(before: importing.Before) -> frozenset[Slot]:
    """Person, what and when of every fact that counts already."""
    return before.answered | {
        (person, what, at)
        for person, history in before.histories.items()
        for what, at in chain(
            (("infusion", infusion.at) for infusion in history.infusions),
            ((course.therapy, session.at) for course in history.courses for session in course.sessions),
        )
    }


def _problem_of_its_kind(entry: Entry, limits: SiteLimits) -> Problem | None:
    if isinstance(entry, InfusionEntry):
        return _dose_problem(entry, limits)
    if isinstance(entry, SessionEntry):
        return _session_problem(entry)
    return None


def _dose_problem(entry: InfusionEntry, limits: SiteLimits) -> Problem | None:
    """H-005: a slip of unit or decimal point, by the limits every infusion is held to."""
    try:
        infusions.refuse_out_of_limits(entry.dose_mg_per_kg, limits)
        if entry.weight_kg is not None:
            infusions.refuse_impossible_weight(entry.weight_kg)
    except InvalidInput as error:
        return replace(error.problems[0], where="detail")
    if entry.dose_mg is None or entry.weight_kg is None:
        return None
    worked_out = units.dose_mg_per_kg(dose_mg=entry.dose_mg, weight_kg=entry.weight_kg)
    if abs(worked_out - entry.dose_mg_per_kg) > max(DOSE_TOLERANCE * entry.dose_mg_per_kg, Decimal("0.01")):
        what = (
            f"{entry.dose_mg} mg for {entry.weight_kg} kg is {worked_out} mg/kg, not {entry.dose_mg_per_kg}"
        )
        return Problem("detail", what, "mg/kg;mg;kg that fit together")
    return None


def _session_problem(entry: SessionEntry) -> Problem | None:
    known = [protocol.slug for protocol in therapies()]
    if entry.therapy not in known:
        return Problem("detail", "names no therapy", ", ".join(known))
    if entry.attendance not in get_args(Attendance):
        return Problem("detail", "names no attendance", " or ".join(get_args(Attendance)))
    if entry.number is not None and not 1 <= entry.number <= HIGHEST_SESSION:
        return Problem("detail", f"{entry.number} is not a session", f"1 to {HIGHEST_SESSION}")
    return None


def _scored(sound: Iterable[Named], sieve: _Sieve) -> Iterator[_Scored]:
    """The check-ins with their scores; one that cannot be scored is refused."""
    those = [(one.uid, one.entry) for one in sound if isinstance(one.entry, CheckInEntry)]
    results = score_all([Asked(entry.instrument, entry.answers, entry.total) for _, entry in those])
    for (uid, entry), result in zip(those, results, strict=True):
        if isinstance(result, Scored):
            yield _Scored(uid, entry, result)
        else:
            sieve.refuse(entry, *result)


def _numbered(sound: Iterable[Named], sieve: _Sieve) -> Iterator[PlannedSession]:
    """The sessions in the order of their moments, each with its number; none is attended twice."""
    attended = _attended(sieve.before)
    those = [(one.uid, one.entry) for one in sound if isinstance(one.entry, SessionEntry)]
    for uid, entry in sorted(those, key=lambda pair: (pair[1].happened_at, pair[1].line)):
        done = attended[entry.person, entry.therapy]
        number = entry.number or max(done, default=0) + 1
        if entry.attendance == ATTENDED and number in done:
            sieve.refuse(
                entry, Problem("detail", f"session {number} was attended already", "the next number")
            )
            continue
        if entry.attendance == ATTENDED:
            done.add(number)
        yield PlannedSession(uid, entry, number)


def _attended(before: importing.Before) -> defaultdict[tuple[str, str], set[int]]:
    """Numbers attended so far in the newest course of each person and therapy."""
    numbers: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for person, history in before.histories.items():
        for course in history.courses:
            numbers[person, course.therapy] = {s.number for s in course.sessions if s.attended}
    return numbers


def _new_people(entries: Iterable[Entry], *, known: Collection[str]) -> tuple[NewPerson, ...]:
    by_person: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.person not in known:
            by_person[entry.person].append(entry)
    return tuple(_new_person(code, theirs) for code, theirs in by_person.items())


def _new_person(code: str, entries: Sequence[Entry]) -> NewPerson:
    """Care began with the first entry; of those that can, the instrument answered most often judges the episode."""
    asked = (entry.instrument for entry in entries if isinstance(entry, CheckInEntry))
    used = Counter(slug for slug in asked if slug in judging())
    (instrument, _), *_ = used.most_common(1) or [(DEFAULT_INSTRUMENT, 0)]
    return NewPerson(code, started_at=min(entry.happened_at for entry in entries), instrument=instrument)


def _with_arrivals(
    scored: Sequence[_Scored],
    given: Iterable[PlannedInfusion],
    *,
    before: importing.Before,
    people: Iterable[NewPerson],
    at: datetime,
) -> Iterator[PlannedCheckIn]:
    """The check-ins with how they came, against what the record and this import say of each person."""
    histories = {
        **before.histories,
        **{one.code: History(started_at=one.started_at, instrument=one.instrument) for one in people},
    }
    moments: defaultdict[str, list[datetime]] = defaultdict(list)
    for one in scored:
        moments[one.entry.person].append(one.entry.happened_at)
    doses: defaultdict[str, list[InfusionFact]] = defaultdict(list)
    for planned in given:
        doses[planned.entry.person].append(_as_fact(planned.entry))
    known = {
        person: _with_more(histories[person], check_ins_at=at_those, infusions=doses[person])
        for person, at_those in moments.items()
    }
    for one in scored:
        came = arrival(known[one.entry.person], happened_at=one.entry.happened_at, recorded_at=at)
        yield PlannedCheckIn(one.uid, one.entry, one.scored, came.value)


def _with_more(
    history: History, *, check_ins_at: Iterable[datetime], infusions: Iterable[InfusionFact]
) -> History:
    return replace(
        history,
        check_ins_at=tuple(sorted((*history.check_ins_at, *check_ins_at))),
        infusions=tuple(sorted((*history.infusions, *infusions), key=lambda infusion: infusion.at)),
    )


def _as_fact(entry: InfusionEntry) -> InfusionFact:
    return InfusionFact(
        at=entry.happened_at, drug=infusions.DRUG, dose_mg=entry.dose_mg, dose_mg_per_kg=entry.dose_mg_per_kg
    )


def _uid(entry: Entry, clinic_id: int) -> uuid.UUID:
    """The same entry gets the same uid, whenever it is sent: that is how a second import knows the first."""
    content = [clinic_id, type(entry).__name__, entry.person, entry.written, *_content(entry)]
    return uuid.uuid5(_NAMESPACE, json.dumps(content, sort_keys=True))


def _content(entry: Entry) -> tuple[object, ...]:
    if isinstance(entry, CheckInEntry):
        answers = None if entry.answers is None else dict(entry.answers)
        return entry.instrument, answers, entry.total
    if isinstance(entry, SessionEntry):
        return entry.therapy, entry.number, entry.attendance
    return str(entry.dose_mg_per_kg), str(entry.dose_mg), str(entry.weight_kg)
