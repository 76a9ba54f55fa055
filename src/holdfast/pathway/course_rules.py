"""The rules of a course that runs: practice that is not done, a poor fit, off track, half-way, rounding off."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from holdfast.access import Role
from holdfast.pathway import completion, limits, wording
from holdfast.pathway.attendance import goes_on
from holdfast.pathway.feedback import Heading, feedback, proper
from holdfast.pathway.history import CourseFact, History, JudgedFact
from holdfast.pathway.relief import rise
from holdfast.pathway.rule import Facts, Rule, suggestion
from holdfast.pathway.stage import standing
from holdfast.pathway.suggestion import Reason, Suggestion, Urgency


def practice_not_done(facts: Facts) -> Suggestion | None:
    """Practice was asked for in two sessions in a row and none of it was done: ask what got in the way.

    Practice that was only offered does not count, the small version does. Therapy is never ended for it. Source: [C],
    two sessions; practice that is not done tells something, protocol of the therapy.
    """
    history, course = facts.history, facts.history.course
    if course is None or not goes_on(course, at=facts.at):
        return None
    held = proper(course)[-3:]
    asked = [[one for one in course.practice if one.number == session.number] for session in held[:-1]]
    if len(held) < 3 or not all(asked) or any(one.done_at for given in asked for one in given):
        return None
    return suggestion(
        "practice_not_done",
        title="Ask what got in the way of practice, and make it smaller",
        urgency=Urgency.THIS_WEEK,
        owner=Role.THERAPIST,
        reasons=(
            *(
                Reason(f"Practice from session {given[0].number}: none done so far", history.day(given[0].at))
                for given in asked
            ),
            Reason("It tells us something; it is no reason to end therapy"),
        ),
        source="Site default: practice of two sessions in a row not done",
        would_change="Any practice done, the small version too, or a further session",
        since=held[-1].at,
        by=course.protocol,
    )


def look_at_fit(facts: Facts) -> Suggestion | None:
    """The newest session feedback asks to look at how you work together, and no session was held since.

    Source: `low_alliance` of `shared.session_feedback`: felt heard or right things 6 or less of 10, or another pace
    wanted [C]; to be talked about first thing next time.
    """
    history, course = facts.history, facts.history.course
    newest = course.feedback[-1] if course is not None and course.feedback else None
    if course is None or newest is None or not newest.low or not goes_on(course, at=facts.at):
        return None
    if any(one.at > newest.at for one in course.held):
        return None
    return suggestion(
        "look_at_fit",
        title="Begin the next session with how you work together",
        urgency=Urgency.THIS_WEEK,
        owner=Role.THERAPIST,
        reasons=(Reason("The feedback after the last session asks for it", history.day(newest.at)),),
        source="Site default: session feedback, our own form, not validated",
        would_change="A session held since, or feedback that does not ask for it",
        since=newest.at,
        by=course.protocol,
    )


def off_track(facts: Facts) -> Suggestion | None:
    """Worse than when therapy began, reliably and twice: tell the prescriber, review within a week.

    Or higher than the person's own forecast said, from the sixth session on: review within a week, until a review is
    recorded. Not beside `relief_fading` and `review_relapse`, which ask for the same people.

    Source: reliable change of the instrument (NHS Talking Therapies) [S], on two readings [C]; the 80 % band and the
    thresholds `above_forecast_…` of `ketamine_iv` [C].
    """
    history, found = facts.history, feedback(facts.history, at=facts.at)
    if found is None or history.course is None or history.course.ended:
        return None
    if rise(history, at=facts.at) is not None or standing(history).relapse is not None:
        return None
    if found.judged is not None:
        return _above_forecast(history, history.course, found.judged)
    if found.heading is not Heading.WORSE:
        return None
    return suggestion(
        "off_track",
        title="Off track: tell the prescriber, and review the therapy within a week",
        urgency=Urgency.TODAY,
        owner=Role.THERAPIST,
        reasons=(
            Reason(f"When therapy began: {wording.score(found.began)}", history.day(found.began.at)),
            *(Reason(f"{wording.score(one)}, reliably worse", history.day(one.at)) for one in found.shown_by),
        ),
        source="Site default: worse by a reliable change (PHQ-9: 6 points, NHS Talking Therapies) on two readings",
        would_change="A score that is not reliably worse than when therapy began",
        since=found.newest.at,
        by=history.course.protocol,
    )


def _above_forecast(history: History, course: CourseFact, judged: JudgedFact) -> Suggestion | None:
    """Off track by the person's own forecast; None once a review was recorded since the score came."""
    if _decided(course, "review", since=judged.at):
        return None
    return suggestion(
        "off_track",
        title="Off track: higher than the forecast said, review the therapy within a week",
        urgency=Urgency.THIS_WEEK,
        owner=Role.THERAPIST,
        reasons=(
            Reason(
                f"{wording.score(judged.score)}, above the 80 % band of the forecast", history.day(judged.at)
            ),
            Reason(f"That forecast said about {judged.expected:.0f}", history.day(judged.made_at)),
            Reason("By chance alone one score in ten lies above that band"),
        ),
        source=limits.threshold("above_forecast_after").cited,
        would_change="A review recorded, or a score within the 80 % band of the forecast",
        since=judged.at,
        by=course.protocol,
    )


def half_way_check(facts: Facts) -> Suggestion | None:
    """Half-way through, the score has not fallen by the protocol's points: look at the choice of therapy again.

    Until a review is recorded. Source: `half_way` of the therapy's protocol and of its track [C].
    """
    history, course = facts.history, facts.history.course
    found = feedback(history, at=facts.at)
    asked = course.protocol.half_way if course is not None else None
    if course is None or asked is None or found is None or found.heading is not Heading.FLAT:
        return None
    half_way_at = course.progress(at=facts.at).half_way_at
    if (
        half_way_at is None
        or not goes_on(course, at=facts.at)
        or _decided(course, "review", since=half_way_at)
    ):
        return None
    return suggestion(
        "half_way_check",
        title="Half-way without gain: talk in the team, look at the choice of therapy again",
        urgency=Urgency.THIS_WEEK,
        owner=Role.THERAPIST,
        reasons=(
            Reason("Half-way reached", history.day(half_way_at)),
            Reason(wording.fall(history.baseline, found.newest), history.day(found.newest.at)),
            Reason(
                f"By then a fall of {asked.least_fall.words} or more is looked for; it says nothing about anyone"
            ),
        ),
        source=asked.least_fall.cited,
        would_change="A review recorded, or a score that has fallen further",
        since=max(half_way_at, found.newest.at),
        by=course.protocol,
    )


def finish_plan(facts: Facts) -> Suggestion | None:
    """Therapy is being rounded off and the staying-well plan is not finished.

    Not beside `consolidate`, which names the plan among what is looked at. Source: `completion` of the therapy's
    protocol [C].
    """
    history, course = facts.history, facts.history.course
    if course is None or not proper(course) or course.ended or course.plan_kept_at is not None:
        return None
    if not course.progress(at=facts.at).consolidating or consolidate(facts) is not None:
        return None
    last = proper(course)[-1]
    return suggestion(
        "finish_plan",
        title="Finish the staying-well plan together",
        urgency=Urgency.THIS_WEEK,
        owner=Role.THERAPIST,
        reasons=(
            Reason(f"{wording.held(last)}: the main work is done", history.day(last.at)),
            Reason("The staying-well plan is not finished; it also says what to do when relief fades"),
        ),
        source="Site default: no therapy ends without a staying-well plan",
        would_change="The plan finished",
        since=last.at,
        by=course.protocol,
    )


def consolidate(facts: Facts) -> Suggestion | None:
    """The plan of the course was gone through: confirm together whether therapy is complete, and what follows.

    Until a review or an ending is recorded. Source: `completion` of the therapy's protocol [C].
    """
    history, course = facts.history, facts.history.course
    if course is None or course.ended or not proper(course) or not course.progress(at=facts.at).complete:
        return None
    last = proper(course)[-1]
    if _decided(course, "review", since=last.at):
        return None
    criteria = completion.criteria(history, course, at=facts.at)
    met = all(one.met for one in criteria)
    return suggestion(
        "consolidate",
        title="Confirm together that the course is complete"
        if met
        else "Talk over how to go on after this course",
        urgency=Urgency.THIS_WEEK,
        owner=Role.THERAPIST,
        reasons=(
            *(Reason(one.words, None if one.on is None else history.day(one.on)) for one in criteria),
            *(Reason(f"To settle together: {one}") for one in course.protocol.completion.besides),
            *(() if met else (Reason(course.protocol.completion.otherwise.strip()),)),
        ),
        source=f"Site default: completion as in the protocol of {course.protocol.short_name}",
        would_change="A review or an ending recorded",
        since=last.at,
        by=course.protocol,
    )


COURSE_RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "practice_not_done": practice_not_done,
        "look_at_fit": look_at_fit,
        "off_track": off_track,
        "half_way_check": half_way_check,
        "finish_plan": finish_plan,
        "consolidate": consolidate,
    }
)
"""The rules of a course that runs, by the kind of suggestion."""


def _decided(course: CourseFact, kind: str, *, since: datetime) -> bool:
    return any(one.kind == kind and one.at >= since for one in course.decisions)
