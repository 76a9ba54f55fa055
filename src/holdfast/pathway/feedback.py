"""Feedback on a course of therapy: whether it is on track, against where it began and against the forecast."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from holdfast.outcomes.definitions import LONGEST_UNSEEN, Change, Reading, is_remission, reliable_change
from holdfast.pathway import limits
from holdfast.pathway.history import CourseFact, History, JudgedFact, SessionFact
from holdfast.pathway.relief import as_points_of
from holdfast.protocols.therapy import HalfWay


class Heading(StrEnum):
    """How a course is going."""

    ON_TRACK = "on track"
    WORSE = "off track: worse than when therapy began"
    ABOVE_FORECAST = "off track: higher than the forecast said"
    FLAT = "off track: no gain by half-way"


@dataclass(frozen=True)
class Feedback:
    """How a course is going, the score it began with, the newest one, and those that put it off track.

    `judged` is the newest score against the forecast it lies above, where that is what puts it off track.
    """

    heading: Heading
    began: Reading
    newest: Reading
    shown_by: tuple[Reading, ...] = ()
    judged: JudgedFact | None = None


def feedback(history: History, *, at: datetime) -> Feedback | None:
    """Feedback on the newest course as of `at`; None without a score of the last weeks
    since the first session, and one before.

    Worse: the two newest scores both lie above the one therapy began with by a reliable change or more, in any week.
    Above the forecast: from the sixth session on, the newest score lies above the 80 % band of a forecast made 2 to 8
    weeks before it, and is no remission. It goes before flat: it speaks of this person, and asks for a review as well.
    Flat: from the half-way point of the track on, the newest score has fallen from the baseline of the episode by less
    than the protocol's points, and is no remission. Before half-way a flat course is on track: some people stay flat
    for weeks and gain later.

    Source: reliable change of the instrument (PHQ-9: 6 points, NHS Talking Therapies [S]), twice; the 80 %
    band and the thresholds `above_forecast_…` of `ketamine_iv` [C]; `half_way` of the therapy's protocol [C]; a score
    older than 35 days says nothing of the course as it is now [C].
    """
    seen = history.as_of(at)
    course = seen.course
    held = proper(course) if course is not None else ()
    began = _began(seen, held)
    after = [one for one in seen.scores if began and held and one.at > max(began.at, held[0].at)]
    if course is None or began is None or not after or at - after[-1].at > LONGEST_UNSEEN:
        return None
    newest, last_two = after[-1], tuple(after[-2:])
    if len(last_two) == 2 and all(reliable_change(began, one) is Change.DETERIORATED for one in last_two):
        return Feedback(Heading.WORSE, began, newest, last_two)
    judged = _above_forecast(seen, newest, held)
    if judged is not None:
        return Feedback(Heading.ABOVE_FORECAST, began, newest, (newest,), judged)
    half_way = course.protocol.half_way
    if half_way is not None and course.progress(at=at).half_way_at and _flat(seen, newest, half_way):
        return Feedback(Heading.FLAT, began, newest, (newest,))
    return Feedback(Heading.ON_TRACK, began, newest)


def proper(course: CourseFact) -> tuple[SessionFact, ...]:
    """The sessions that took place, the preparation aside."""
    return tuple(one for one in course.held if one.number)


def _began(history: History, held: tuple[SessionFact, ...]) -> Reading | None:
    """The score therapy began with: the newest before the first session, else the first one after."""
    if not held or not history.scores:
        return None
    before = [one for one in history.scores if one.at <= held[0].at]
    return before[-1] if before else history.scores[0]


def _above_forecast(history: History, newest: Reading, held: tuple[SessionFact, ...]) -> JudgedFact | None:
    """The newest score against the forecast it lies above; None before enough sessions, and where it does not."""
    if len(held) < limits.number("above_forecast_after") or is_remission(newest):
        return None
    # Compared whole: a score corrected since it was judged is another score, and counts once it is judged anew.
    return next((one for one in history.judged if one.above and one.score == newest), None)


def _flat(history: History, newest: Reading, half_way: HalfWay) -> bool:
    needed = as_points_of(newest.instrument, half_way.least_fall.value)
    if history.baseline is None or needed is None or is_remission(newest):
        return False
    return history.baseline.total - newest.total < needed
