"""Reads the spec tables: lines such as `day 8 + 24 h: PHQ-9 10` become the facts of one episode.

Day 0 is Monday 2 March 2026, 09:00 UTC, when care begins, unless a case says otherwise; `day 8 + 2 h` is
11:00 of day 8. A moment may also be written as `2026-03-28 21:00` in the zone of the case.
"""

import re
import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from holdfast.instruments.loader import all_instruments
from holdfast.outcomes.definitions import Reading
from holdfast.pathway.history import (
    AlertFact,
    ChoiceFact,
    CourseFact,
    DecisionFact,
    FeedbackFact,
    History,
    InfusionFact,
    JudgedFact,
    PlannedFact,
    PracticeFact,
    SessionFact,
)
from holdfast.pathway.infusion_care import ConsentFact, InfusionDecisionFact, SpacingFact
from holdfast.pathway.next_steps import suggest
from holdfast.protocols.decisions import Decision
from holdfast.protocols.loader import therapies

DAY_0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
SLUGS = {instrument.name: slug for slug, instrument in all_instruments().items()}
THERAPIES = {protocol.short_name: protocol.slug for protocol in therapies()}

_SINCE = re.compile(r"day (\d+)(?: ([+-])(?: (\d+) h)?(?: (\d+) min)?)?")


@dataclass(frozen=True)
class FixedChance:
    """A forecast that says one thing: the chance of relapse a case names."""

    chance: float
    too_little_data: bool = False

    def p_relapse_within(self, days: float) -> float:
        assert days == 14
        return self.chance


def table(name: str) -> list[Any]:
    """The cases of a table, each under its own name."""
    cases = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text())["case"]
    return [pytest.param(case, id=case["name"]) for case in cases]


def moment(text: str, *, zone: str = "UTC") -> datetime:
    """The moment a table names."""
    found = _SINCE.fullmatch(text.strip())
    if found is None:
        return datetime.strptime(text.strip(), "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))
    days, sign, hours, minutes = found.groups()
    more = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return DAY_0 + timedelta(days=int(days)) + (-more if sign == "-" else more)


def reading(text: str, *, at: datetime = DAY_0) -> Reading:
    """A score such as `PHQ-9 12`."""
    name, total = text.rsplit(" ", 1)
    return Reading(at=at, instrument=SLUGS[name], total=int(total))


def history(case: dict[str, Any]) -> History:
    """The facts of a case as one history."""
    zone = case.get("zone", "UTC")
    judged_on = SLUGS[case.get("judged_on", "PHQ-9")]
    facts = History(
        started_at=moment(case.get("begins", "day 0"), zone=zone), instrument=judged_on, zone=zone
    )
    for line in case["facts"].strip().splitlines():
        when, what = line.split(": ", 1)
        facts = _with(facts, moment(when, zone=zone), what.strip())
    return facts


def forecast(case: dict[str, Any]) -> FixedChance | None:
    """The forecast of a case; most have none."""
    if "relapse_chance" not in case:
        return None
    return FixedChance(case["relapse_chance"], too_little_data=case.get("too_little_data", False))


def _with(facts: History, at: datetime, what: str) -> History:
    changes = _in_a_course(facts, at, what) or _of_infusions(facts, at, what) or _changes(facts, at, what)
    return replace(facts, **changes)


def _changes(facts: History, at: datetime, what: str) -> dict[str, Any]:
    changes: dict[str, Any]
    match what.split():
        case ["infusion"]:
            given = InfusionFact(
                at=at, drug="ketamine_iv", dose_mg=Decimal(35), dose_mg_per_kg=Decimal("0.5")
            )
            changes = {"infusions": (*facts.infusions, given)}
        case ["infusion" | "session" as kind, "planned"]:
            changes = {"planned": (*facts.planned, PlannedFact(at=at, what=kind))}
        case ["partial", "check-in"]:
            changes = {"check_ins_at": (*facts.check_ins_at, at)}
        case ["TRD", "confirmed"]:
            changes = {"trd_confirmed": True}
        case ["closed"]:
            changes = {"closed_at": at}
        case ["alert", "level", level, "for", title, name, "due", "in", hours, "h"]:
            due_at = at + timedelta(hours=int(hours))
            alert = AlertFact(str(len(facts.open_alerts)), at, int(level), due_at, f"{title} {name}")
            changes = {"open_alerts": (*facts.open_alerts, alert)}
        case [therapy, "begins"]:
            course = CourseFact(key=str(len(facts.courses)), therapy=THERAPIES[therapy], started_at=at)
            changes = {"courses": (*facts.courses, course)}
        case ["chose", chosen]:
            choice = ChoiceFact(at=at, chosen=THERAPIES.get(chosen, chosen))
            changes = {"choices": (*facts.choices, choice)}
        case ["above" | "within" as lay, "the", "forecast", "of", "day", day, "which", "said", said]:
            made_at = DAY_0 + timedelta(days=int(day))
            judged = JudgedFact(facts.readings[-1], made_at, expected=float(said), above=lay == "above")
            changes = {"judged": (*facts.judged, judged)}
        case ["declined" | "accepted" as verb, kind]:
            decision = _decision(facts, at, kind, accepted=verb == "accepted")
            changes = {"decisions": (*facts.decisions, decision)}
        case _:
            scored = reading(what, at=at)
            changes = {
                "readings": (*facts.readings, scored),
                "check_ins_at": (*facts.check_ins_at, scored.at),
            }
    return changes


def _of_infusions(facts: History, at: datetime, what: str) -> dict[str, Any]:
    """What a line about the side of the infusions changes; nothing for any other line."""
    care = facts.infusion_care
    match what.split():
        case ["infusions", "agreed"]:
            care = replace(care, treatment="ketamine_iv", begun_at=at)
        case ["spacing", choice]:
            care = replace(care, spacings=(*care.spacings, SpacingFact(at, choice)))
        case ["infusions", kind]:
            care = replace(care, decisions=(*care.decisions, InfusionDecisionFact(at, kind, "")))
        case ["consent", "until", day]:
            given = ConsentFact(at, given=True, expires_on=date.fromisoformat(day))
            care = replace(care, consents=(*care.consents, given))
        case ["consent", "taken", "back"]:
            care = replace(care, consents=(*care.consents, ConsentFact(at, given=False, expires_on=None)))
        case ["safety", "review"]:
            care = replace(care, reviewed_at=(*care.reviewed_at, at))
        case ["staging", "lacks", *words]:
            care = replace(care, staging_lacks=(*care.staging_lacks, " ".join(words)))
        case _:
            return {}
    return {"infusion_care": care}


def _in_a_course(facts: History, at: datetime, what: str) -> dict[str, Any]:
    """What a line about the course begun last changes; nothing for any other line."""
    if not facts.courses:
        return {}
    course, changes = facts.courses[-1], {}
    match what.split():
        case ["session", "booked"]:
            changes = {"booked": (*course.booked, at)}
        case ["practice", "given", "in", "session", number]:
            changes = {"practice": (*course.practice, PracticeFact(at=at, number=int(number)))}
        case ["practice", "of", "session", number, "done"]:
            done = [replace(p, done_at=at) if p.number == int(number) else p for p in course.practice]
            changes = {"practice": tuple(done)}
        case ["feedback", "low" | "good" as fit]:
            changes = {"feedback": (FeedbackFact(at=at, low=fit == "low"),)}
        case ["staying-well", "plan", "finished"]:
            changes = {"plan_kept_at": at}
        case ["decided", kind, value]:
            changes = {"decisions": (*course.decisions, Decision(kind, value, at))}
        case ["session", number, *_] if number.isdecimal():
            became, _, reason = what.removeprefix(f"session {number} ").partition(", because: ")
            session = SessionFact(
                at=at, number=int(number), attendance=became.replace(" ", "_"), reason=reason
            )
            changes = {"sessions": (*course.sessions, session)}
    return {"courses": (*facts.courses[:-1], replace(course, **changes))} if changes else {}


def _decision(facts: History, at: datetime, kind: str, *, accepted: bool) -> DecisionFact:
    """Decide what is on the list at that moment; a table that decides what is not there is wrong."""
    digest = next(s.digest for s in suggest(facts, at=at) if s.kind == kind)
    return DecisionFact(kind=kind, digest=digest, accepted=accepted, decided_at=at)
