"""The words of reasons: facts in clinicians' language, nothing that changes by itself as days pass."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from holdfast.instruments.loader import load as load_instrument
from holdfast.outcomes.definitions import Reading, percent_fall
from holdfast.pathway import limits
from holdfast.pathway.checkin_times import Why
from holdfast.pathway.history import AlertFact, History, SessionFact
from holdfast.pathway.infusion_course import Effect
from holdfast.pathway.relief import Rise
from holdfast.pathway.suggestion import Reason
from holdfast.protocols.loader import load as load_protocol
from holdfast.protocols.loader import therapies
from holdfast.protocols.therapy import Rung

DUE: Mapping[Why, str] = MappingProxyType(
    {
        Why.FIRST: "The first check-in was due when care began",
        Why.WEEKLY: "The weekly check-in was due",
        Why.AFTER_INFUSION: "The check-in on relief after the last infusion was due",
        Why.BEFORE_INFUSION: "The check-in before the next infusion was due",
    }
)
"""What a missing check-in was due for."""

_CHANCES = (0.9, 0.75)
"""Steps above the site's limit; a reason changes when the chance passes one, not with every new forecast.
[C]"""

_MISSED = {"did_not_attend": "did not attend", "cancelled_by_patient": "cancelled by the patient"}


LAPSED = "No further infusion, so the first course counts as over"
"""Why a course with fewer infusions than planned calls for a decision."""

OF_NO_RELIEF = (
    Reason("In one cohort further infusions then brought no significant gain"),
    Reason(
        "In an open trial of 16, people without relief did not seem to gain from CBT; "
        "that alone is no reason to withhold therapy"
    ),
)
"""What is known about going on without relief: little. Source: Transl Psychiatry 2024; Wilkinson 2017."""


def score(reading: Reading) -> str:
    """A score with the name of its instrument, such as "PHQ-9 12"."""
    return f"{load_instrument(reading.instrument).name} {reading.total}"


def fall(before: Reading | None, reading: Reading) -> str:
    """A score against baseline: "PHQ-9 9, 55 % below the baseline of 20"."""
    percent = None if before is None else percent_fall(before, reading)
    if before is None or percent is None:
        return score(reading)
    if percent == 0:
        return f"{score(reading)}, the same as at baseline"
    if percent < 0:
        return f"{score(reading)}, {-percent:.0f} % above the baseline of {before.total}"
    return f"{score(reading)}, {percent:.0f} % below the baseline of {before.total}"


def of_alert(alert: AlertFact, history: History, *, at: datetime) -> tuple[Reason, ...]:
    """Who should answer an alert, and whether its time limit has passed."""
    raised = Reason(
        f"Level {alert.level} alert, for {alert.owner_name}, not acknowledged", history.day(alert.raised_at)
    )
    late = Reason("Its time limit has passed", history.day(alert.due_at))
    return (raised, late) if alert.due_at < at else (raised,)


def at_relapse_level(reading: Reading) -> str:
    """A score against the relapse threshold of its instrument."""
    threshold = load_instrument(reading.instrument).cutoffs.relapse_at_least
    return f"{score(reading)}, at or above the relapse threshold of {threshold}"


def relapse_source(readings: Sequence[Reading]) -> str:
    """Where the relapse threshold of the readings' instrument comes from."""
    return load_instrument(readings[0].instrument).cutoffs.sources["relapse_at_least"].cited


def of_rise(rise: Rise, history: History) -> tuple[Reason, ...]:
    """The best recent score and the newest one."""
    return (
        Reason(
            f"Best of the last {limits.words('fading_looks_back')}: {score(rise.best)}",
            history.day(rise.best.at),
        ),
        Reason(f"Newest: {score(rise.latest)}", history.day(rise.latest.at)),
    )


def of_chance(chance: float) -> tuple[Reason, ...]:
    """The forecast's chance of relapse, as the highest step it has reached."""
    reached = next((step for step in _CHANCES if chance >= step), limits.number("relapse_chance_limit"))
    within = limits.words("relapse_chance_within")
    return (Reason(f"Forecast chance of relapse within {within}: {100 * reached:.0f} % or more"),)


def of_effect(effect: Effect, history: History) -> Reason:
    """The lowest score an infusion brought, against baseline."""
    lowest = effect.lowest
    if lowest is None:
        return Reason(f"Infusion {effect.number}: not measured", history.day(effect.infusion.at))
    return Reason(f"Infusion {effect.number}: {fall(effect.baseline, lowest)}", history.day(lowest.at))


def missed(session: SessionFact) -> str:
    """A session that was missed, how, and what got in the way if anyone said."""
    called = f"Session {session.number}" if session.number else "The preparation"
    because = f"; what got in the way: {session.reason}" if session.reason else ""
    return f"{called} missed: {_MISSED[session.attendance]}{because}"


def held(session: SessionFact) -> str:
    """A session that took place."""
    return f"Session {session.number} held" if session.number else "Preparation held"


def of_choice(chosen: str) -> str:
    """What came of a talk over which therapy to choose."""
    words = {"not_sure": "not sure yet", "none_for_now": "none for now"}
    words |= {one.slug: one.short_name for one in therapies()}
    return f"Talked over: {words.get(chosen, chosen)}"


def of_rung(rung: Rung | None) -> tuple[Reason, ...]:
    """What the therapy's own table asks for, and what it never does."""
    if rung is None:
        return ()
    return (Reason(f"The protocol asks: {_as_clause(rung.do)}"), Reason(f"Never: {_as_clause(rung.never)}"))


def title_of_call(*, drifting: bool) -> str:
    """What to do about someone who stays away."""
    if drifting:
        return "Make a warm call and offer an easy way back"
    return "Get in touch after the missed session and book another"


def pace(days: float) -> str:
    """How often, from the days between two sessions: 3.5 is twice a week."""
    if days == 3.5:
        return "twice a week"
    weeks = days / 7
    if weeks == 1:
        return "once a week"
    return f"every {weeks:g} weeks" if weeks == int(weeks) else f"every {days:g} days"


def after(days: float) -> str:
    """How long after the session before: 28 days are 4 weeks."""
    return f"{days / 7:g} weeks after the last" if days % 7 == 0 else f"{days:g} days after the last"


def title_of_start(therapy: str | None) -> str:
    """What to do to start therapy, before and after one was chosen."""
    if therapy is None:
        return "Choose a therapy and book its first session while relief is here"
    return f"Hold the first {load_protocol(therapy).short_name} session while relief is here"


def _as_clause(text: str) -> str:
    """A sentence of a protocol as it goes on after a colon."""
    return f"{text[:1].lower()}{text[1:].rstrip('.')}"
