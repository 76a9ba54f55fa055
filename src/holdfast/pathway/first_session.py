"""When the first therapy session is best held: after the infusion that brought relief, and never on its
day.
"""

from datetime import datetime, timedelta

from holdfast.outcomes.definitions import Reading
from holdfast.pathway import limits
from holdfast.pathway.history import History
from holdfast.pathway.infusion_course import Effect, effects, first_course
from holdfast.pathway.relief import latest_fall
from holdfast.pathway.suggestion import Reason
from holdfast.protocols.loader import therapies
from holdfast.protocols.loader import therapy as load_therapy
from holdfast.protocols.model import Threshold
from holdfast.protocols.therapy import FirstSession


def relieving_infusion(history: History) -> tuple[Effect, Reading, bool] | None:
    """The first infusion that brought relief, the score that showed it, and True.

    Else the first that brought partial relief once relief can be judged, its score, and False; else None.
    Source: [C], thresholds `relief_fall`, `partial_relief_fall`, `relief_judged_after`.
    """
    early = int(limits.number("relief_judged_after"))
    for percent, full in (
        (limits.number("relief_fall"), True),
        (limits.number("partial_relief_fall"), False),
    ):
        for effect in effects(history):
            reading = effect.first_fall(percent)
            if reading is not None and (full or effect.number >= early):
                return effect, reading, full
    return None


def first_session_waits(history: History) -> bool:
    """Whether relief is here, full or partial, and no session of any therapy has been held; a group sees to its own."""
    fall, course = latest_fall(history), history.course
    if course is not None and course.in_a_group:
        return False
    here = fall is not None and fall >= limits.number("partial_relief_fall")
    return here and not history.in_therapy and relieving_infusion(history) is not None


def timing_of(therapy: str | None) -> FirstSession:
    """When a therapy's first session is best held, from its protocol.

    Before a therapy is chosen: the narrowest time any of them allows, so that every choice stays open.
    Source: the protocol of the therapy.
    """
    if therapy is not None:
        return load_therapy(therapy).first_session
    every = [one.first_session for one in therapies()]
    return FirstSession(
        without_relief=every[0].without_relief,
        earliest_after_infusion=max((f.earliest_after_infusion for f in every), key=_by_duration),
        latest_after_infusion=min((f.latest_after_infusion for f in every), key=_by_duration),
        latest_after_course=min((f.latest_after_course for f in every), key=_by_duration),
    )


def time_left(history: History, effect: Effect, timing: FirstSession, *, at: datetime) -> Reason:
    """Where `at` lies in the time for a first session, with the day that counts next.

    Every limit belongs to the time before it: at 72 hours to the minute it is still within 72 hours.
    Source: [C], the protocol of the therapy.
    """
    # Counted from the newest infusion too: never a session on the day of any infusion.
    earliest = history.infusions[-1].at + timing.earliest_after_infusion.duration
    latest = effect.infusion.at + timing.latest_after_infusion.duration
    final = first_course(history)[-1].at + timing.latest_after_course.duration
    if at < earliest:
        text = f"Not within {timing.earliest_after_infusion.words} of an infusion: book it from then on"
        return Reason(text, history.day(earliest))
    if at <= latest:
        text = f"Best held within {timing.latest_after_infusion.words} of that infusion"
        return Reason(text, history.day(latest))
    if at <= final:
        text = (
            f"Hold it at the latest {timing.latest_after_course.words} after the last infusion of the course"
        )
        return Reason(text, history.day(final))
    return Reason("The latest day for a first session has passed; relief is still here", history.day(final))


def _by_duration(limit: Threshold) -> timedelta:
    return limit.duration
