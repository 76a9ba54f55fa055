"""Words of the pages after an infusion: what each brought, what was forecast and what happened, the exposure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from holdfast.instruments.loader import load as load_instrument
from holdfast.outcomes.definitions import Reading
from holdfast.pathway.after_infusions import Expected
from holdfast.pathway.exposure import COMPARED, Amount, Exposure
from holdfast.pathway.history import InfusionFact
from holdfast.pathway.relief import ReliefState
from holdfast.records.queries.after import RELAPSE_WITHIN, EffectRow, SpacingRow
from holdfast.web.clinician.naming import day, percent, plain

RELIEF: Mapping[ReliefState | None, tuple[str, str]] = {
    ReliefState.NONE: ("week", "none"),
    ReliefState.PARTIAL: ("note", "partial"),
    ReliefState.RELIEF: ("good", "relief"),
    ReliefState.FADING: ("fading", "fading"),
    None: ("", "not known yet"),
}
"""Style of the badge and words of each state of relief."""

CHOICES: Mapping[str, str] = {
    "hold": "Hold",
    "stretch": "Stretch",
    "bring_forward": "Bring forward",
    "stop": "Stop",
}
"""What may be decided about spacing, in a word."""

NOTHING_SAID: Mapping[str, str] = {
    "none": "No forecast had been made.",
    "failed": "The forecast could not be made then.",
    "too_little": "There was too little data for a forecast.",
    "not_learned": "The forecast has not learned from this treatment, so it said nothing.",
}
"""Why nothing was forecast, by the word of the query."""

RELAPSE_DAYS = RELAPSE_WITHIN.days

EFFECTS_SHOWN = 6
"""Infusions shown at once: a whole first course."""


@dataclass(frozen=True)
class EffectLine:
    """A row of the table of effects."""

    number: int
    at: datetime
    dose: str
    lowest: str
    lowest_at: datetime | None
    fall: str
    relief_style: str
    relief: str
    looked: str


@dataclass(frozen=True)
class SpacingLine:
    """An earlier decision: what was decided, what was forecast then, and what happened."""

    row: SpacingRow
    decided: str
    forecast: tuple[str, ...]
    happened: tuple[str, ...]


@dataclass(frozen=True)
class Effects:
    """The table of effects, the newest first: that is the one that is decided about. `earlier` are folded away."""

    newest: list[EffectLine]
    earlier: list[EffectLine]


def effect_lines(rows: tuple[EffectRow, ...]) -> Effects:
    """The lines of the table."""
    lines = [_effect(row) for row in reversed(rows)]
    return Effects(lines[:EFFECTS_SHOWN], lines[EFFECTS_SHOWN:])


def _effect(row: EffectRow) -> EffectLine:
    one = row.brought
    style, words = RELIEF[one.relief]
    return EffectLine(
        number=one.number,
        at=one.infusion.at,
        dose=dose(one.infusion),
        lowest=score(one.lowest) if one.lowest else "not measured",
        lowest_at=one.lowest.at if one.lowest else None,
        fall=fall(one.fall),
        relief_style=style,
        relief=words,
        looked=row.looked,
    )


def dose(infusion: InfusionFact) -> str:
    """A dose with its units: 35 mg, 0.5 mg/kg."""
    parts = [f"{plain(infusion.dose_mg)} mg"] if infusion.dose_mg is not None else []
    parts += [f"{plain(infusion.dose_mg_per_kg)} mg/kg"] if infusion.dose_mg_per_kg is not None else []
    return ", ".join(parts)


def fall(points: float | None) -> str:
    """A fall from baseline: 55 % below, 10 % above; empty where it is not known."""
    if points is None:
        return ""
    if round(points) == 0:
        return "the same"
    return f"{points:.0f} % below" if points > 0 else f"{-points:.0f} % above"


def score(reading: Reading) -> str:
    """A score with its instrument: PHQ-9 8."""
    return f"{load_instrument(reading.instrument).name} {reading.total}"


def spacing_lines(rows: tuple[SpacingRow, ...], *, instrument: str, at: datetime) -> list[SpacingLine]:
    """The earlier decisions, newest first."""
    name = load_instrument(instrument).name
    return [SpacingLine(row, decided(row), _forecast(row, name), _happened(row, at=at)) for row in rows]


def decided(row: SpacingRow) -> str:
    """A decision in a few words: Stretch to 14 days."""
    return CHOICES[row.choice] if row.days is None else f"{CHOICES[row.choice]}: {_days(row.days)}"


def _forecast(row: SpacingRow, instrument: str) -> tuple[str, ...]:
    """What the forecast beside it said; nothing is said for it where it said nothing."""
    then = row.then
    if then.why_not:
        return (NOTHING_SAID[then.why_not],)
    if row.planned_at is None:
        said = ["Infusions were stopped, so no day was planned to look at."]
    elif then.expected is None:
        said = [f"It said nothing of {instrument} on {day(row.planned_at)}, the planned day."]
    else:
        on = f"on {day(row.planned_at)}, the planned day, without one before"
        said = [f"{instrument} {_band(then.expected)}, {on}."]
    if then.relapse_chance is None:
        said.append("No relief then, so no relapse to forecast.")
    else:
        said.append(f"Chance of relapse within {RELAPSE_DAYS} days: {percent(then.relapse_chance)}.")
    return tuple(said)


def _happened(row: SpacingRow, *, at: datetime) -> tuple[str, ...]:
    return (_next(row, at=at), *_score(row), _relapse(row, at=at))


def _next(row: SpacingRow, *, at: datetime) -> str:
    since = row.since
    if since.next_at is not None:
        after = f", after {_days(round(since.next_after_days))}" if since.next_after_days is not None else ""
        return f"Next one given {day(since.next_at)}{after}{_planned(row)}."
    if row.planned_at is None:
        return "None was given since."
    if row.planned_at > at:
        return f"None yet; planned for {day(row.planned_at)}."
    return f"None was given since; one was planned for {day(row.planned_at)}."


def _planned(row: SpacingRow) -> str:
    return " (none was planned)" if row.days is None else f" (planned: {row.days})"


def _score(row: SpacingRow) -> tuple[str, ...]:
    came, said = row.since.score, row.since.said
    if came is None:
        return ("No score came in that time, so nobody can say how it went.",)
    told = f"{score(came)} on {day(came.at)}"
    if said is None:
        return (f"{told}.",)
    if said.holds(came.total):
        return (f"{told}: within what was forecast for that day ({_band(said)}).",)
    where = "higher" if came.total > said.high else "lower"
    return (f"{told}: {where} than forecast for that day ({_band(said)}).",)


def _relapse(row: SpacingRow, *, at: datetime) -> str:
    relapse = row.since.relapse
    if relapse is not None:
        return f"{relapse.kind.value.capitalize()} from {day(relapse.since)}, confirmed {day(relapse.confirmed_at)}."
    if at < row.at + RELAPSE_WITHIN:
        return "No relapse seen so far."
    return f"No relapse seen within {RELAPSE_DAYS} days."


def _band(said: Expected) -> str:
    return f"{said.median}, 80 % band {said.low} to {said.high}"


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def exposure_facts(shown: Exposure | None) -> list[tuple[str, str]]:
    """The exposure to one treatment, a name and a value each; empty when nothing was given."""
    if shown is None:
        return []
    facts = [
        ("In all", amount(shown.in_all)),
        (f"In the last {shown.window.days} days", amount(shown.recent)),
        ("First and last", f"{day(shown.first_at)} to {day(shown.last_at)}"),
    ]
    if shown.mg_per_kg is not None:
        facts.append(("Mean dose", f"{plain(shown.mg_per_kg)} mg/kg"))
    if shown.intervals:
        facts.append(("Last interval", f"{shown.intervals[-1]:.1f} days"))
    if shown.trend is not None:
        was = f"{shown.trend.now:.1f} days, {shown.trend.words} ({shown.trend.before:.1f})"
        facts.append((f"Mean of the last {COMPARED} intervals", was))
    return facts


def amount(one: Amount) -> str:
    """How many and how much: 18 times, 630 mg; and how many of an unknown dose."""
    said = f"{one.count} time{'' if one.count == 1 else 's'}, {plain(one.mg)} mg"
    return f"{said} and {one.unknown} of a dose in mg not known" if one.unknown else said
