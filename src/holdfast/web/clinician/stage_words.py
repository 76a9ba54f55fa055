"""Why an episode stands where it stands, in one plain sentence with its dates."""

from collections.abc import Callable, Mapping
from datetime import datetime

from holdfast.outcomes.definitions import percent_fall
from holdfast.pathway import limits
from holdfast.pathway.history import History
from holdfast.pathway.stage import Stage, standing
from holdfast.web.clinician.naming import day, instrument_name, therapy_name


def why(history: History, stage: Stage, *, at: datetime) -> str:
    """The facts that put the episode in this stage, as of `at`."""
    return _WHY[stage](history.as_of(at))


def _closed(history: History) -> str:
    return f"Closed by decision on {day(history.closed_at)}." if history.closed_at else "Closed by decision."


def _back(history: History) -> str:
    relapse = standing(history).relapse
    if relapse is None:
        return "The illness has come back."
    name = instrument_name(history.judged_on)
    return f"{name} at the level of a relapse since {day(relapse.since)}, seen again on {day(relapse.confirmed_at)}."


def _well(history: History) -> str:
    now = standing(history)
    name = instrument_name(history.judged_on)
    if now.remission is None:
        return f"{name} was in remission for four months, by {_day(now.recovered_at)}."
    return f"{name} in remission since {day(now.remission.since)}, last seen on {day(now.remission.last_seen_at)}."


def _therapy(history: History) -> str:
    held = [
        (session.at, course.therapy)
        for course in history.courses
        for session in course.sessions
        if session.attended
    ]
    newest_at, therapy = max(held)
    count = sum(name == therapy for _, name in held)
    return f"{therapy_name(therapy)}: {count} attended so far, the newest on {day(newest_at)}."


def _fall(history: History) -> str:
    before, now = history.baseline, history.scores[-1]
    fall = percent_fall(before, now) if before else None
    if before is None or fall is None:
        return f"{_infusions(history)} given."
    way = "down" if fall >= 0 else "up"
    return (
        f"{instrument_name(now.instrument)} {before.total} on {day(before.at)}, {now.total} on {day(now.at)}: "
        f"{way} {abs(fall):.0f} % after {_infusions(history)}."
    )


def _induction(history: History) -> str:
    judged_after = f"{limits.number('relief_judged_after'):.0f}"
    return (
        f"{_infusions(history)} given, the first on {day(history.infusions[0].at)}; "
        f"relief is judged by a score after infusion {judged_after}."
    )


def _assessed(_: History) -> str:
    return "Treatment resistance was found and there is a score to judge by; no infusion yet."


def _referred(history: History) -> str:
    if not history.trd_confirmed and history.baseline is None:
        return "No assessment and no score yet."
    return "No finding of treatment resistance yet." if not history.trd_confirmed else "No score yet."


def _infusions(history: History) -> str:
    count = len(history.infusions)
    return f"{count} infusion{'' if count == 1 else 's'}"


def _day(at: datetime | None) -> str:
    return day(at) if at else "an earlier day"


_WHY: Mapping[Stage, Callable[[History], str]] = {
    Stage.REFERRED: _referred,
    Stage.ASSESSED: _assessed,
    Stage.INDUCTION: _induction,
    Stage.RELIEF: _fall,
    Stage.PARTIAL_RELIEF: _fall,
    Stage.NO_RELIEF: _fall,
    Stage.THERAPY: _therapy,
    Stage.CONSOLIDATION: _therapy,
    Stage.REMISSION: _well,
    Stage.RECOVERY: _well,
    Stage.RELAPSE: _back,
    Stage.RECURRENCE: _back,
    Stage.CLOSED: _closed,
}
