"""The rules of the next steps: each a named function from the facts to a suggestion or None, in one table."""

from collections.abc import Mapping
from types import MappingProxyType

from holdfast.access import Role
from holdfast.outcomes.definitions import ASSESSMENTS_APART, Return
from holdfast.pathway import limits, wording
from holdfast.pathway.attendance import missed_in_a_row, missed_lately, rung, silent_since, to_follow_up
from holdfast.pathway.checkin_times import Why, next_due
from holdfast.pathway.course_rules import COURSE_RULES
from holdfast.pathway.first_session import first_session_waits, relieving_infusion, time_left, timing_of
from holdfast.pathway.history import CourseFact
from holdfast.pathway.infusion_rules import INFUSION_RULES
from holdfast.pathway.relief import relapse_chance, rise
from holdfast.pathway.rule import VERSION, Facts, Rule, suggestion
from holdfast.pathway.stage import standing
from holdfast.pathway.suggestion import Reason, Suggestion, Urgency
from holdfast.pathway.therapy_rules import THERAPY_RULES
from holdfast.protocols.reaching_out import script

__all__ = ["RULES", "VERSION", "Facts", "Rule"]


def answer_safety_alert(facts: Facts) -> Suggestion | None:
    """A safety alert is open: answer it, whatever else is known, also after the episode was closed.

    Past its time limit it belongs to the lead. Source: [C]; attempts within a year rose from 0.4 % to 4 %
    with the answer to PHQ-9 item 9 in 84,418 outpatients (Simon 2013).
    """
    alerts = facts.history.open_alerts
    if not alerts:
        return None
    return suggestion(
        "answer_safety_alert",
        title="Answer the safety alert" if len(alerts) == 1 else f"Answer the {len(alerts)} safety alerts",
        urgency=Urgency.NOW,
        owner=Role.LEAD if any(alert.due_at < facts.at for alert in alerts) else Role.THERAPIST,
        reasons=tuple(
            reason for alert in alerts for reason in wording.of_alert(alert, facts.history, at=facts.at)
        ),
        source="Site default: every alert is answered by a named person within its time limit",
        would_change="The alert is acknowledged with what was done",
        since=min(alert.raised_at for alert in alerts),
    )


def review_relapse(facts: Facts) -> Suggestion | None:
    """The illness has come back on two assessments: review treatment and safety.

    Source: Rush 2006 (ACNP), doi:10.1038/sj.npp.1301131; thresholds of the instrument; two assessments [C].
    """
    relapse = standing(facts.history).relapse
    if relapse is None:
        return None
    named = "after recovery (recurrence)" if relapse.kind is Return.RECURRENCE else "(relapse)"
    shown = [r for r in facts.history.scores if r.at in {relapse.since, relapse.confirmed_at}]
    return suggestion(
        "review_relapse",
        title=f"Review treatment: the depression has come back {named}",
        urgency=Urgency.TODAY,
        owner=Role.PRESCRIBER,
        reasons=tuple(Reason(wording.at_relapse_level(r), facts.history.day(r.at)) for r in shown),
        source=f"{wording.relapse_source(shown)}. Site default: two assessments {ASSESSMENTS_APART.days} days apart",
        would_change="A score that is a response or a remission again",
        since=relapse.confirmed_at,
    )


def relief_fading(facts: Facts) -> Suggestion | None:
    """Relief is fading by the scores or by the forecast, and the illness has not come back yet.

    Source: [C], thresholds `fading_rise`, `fading_looks_back`, `relapse_chance_limit`,
    `relapse_chance_within`.
    """
    history = facts.history
    risen = rise(history, at=facts.at)
    chance = relapse_chance(history, facts.forecast, at=facts.at)
    if (risen is None and chance is None) or standing(history).relapse is not None:
        return None
    return suggestion(
        "relief_fading",
        title="Relief is fading: call, keep sessions close, review the spacing of infusions",
        urgency=Urgency.TODAY,
        owner=Role.THERAPIST if history.courses else Role.PRESCRIBER,
        reasons=(
            *(wording.of_rise(risen, history) if risen else ()),
            *(wording.of_chance(chance) if chance is not None else ()),
        ),
        source=limits.threshold("fading_rise" if risen else "relapse_chance_limit").cited,
        would_change="A score back near the best one, or a forecast below the site's limit",
        since=history.scores[-1].at,
    )


def start_therapy(facts: Facts) -> Suggestion | None:
    """Relief is here, and no session has been held or booked: start therapy while it lasts.

    Best 24 to 72 hours after the first infusion that brought relief, never within 24 hours of any infusion,
    at the latest 7 days after the last infusion of the first course. Source: [C], informed by the esketamine
    label and by how soon relief fades (Murrough 2013, Biol Psychiatry 74:250). It has not been shown that
    therapy makes it last.
    """
    history, relieving = facts.history, relieving_infusion(facts.history)
    if relieving is None or not first_session_waits(history):
        return None
    if history.course is not None and any(moment > facts.at for moment in history.course.booked):
        return None
    therapy = history.course.therapy if history.course else history.chosen
    timing = timing_of(therapy)
    effect, reading, full = relieving
    return suggestion(
        "start_therapy",
        title=wording.title_of_start(therapy),
        urgency=Urgency.TODAY if full else Urgency.THIS_WEEK,
        owner=Role.THERAPIST,
        reasons=(
            Reason(f"Infusion {effect.number}", history.day(effect.infusion.at)),
            Reason(wording.fall(history.baseline, reading), history.day(reading.at)),
            time_left(history, effect, timing, at=facts.at),
            Reason("We start now because relief often fades; no trial has shown that therapy makes it last"),
        ),
        source=timing.latest_after_infusion.cited,
        would_change="A first session attended, or relief lost",
        since=reading.at,
    )


def re_engage(facts: Facts) -> Suggestion | None:
    """Someone stays away: the newest session was missed, 2 of the last 3 were, or no check-in came for 10 days.

    A single missed session rests once another is booked. Sessions the clinic cancelled do not count. What to do, and
    what never, is the rung of the therapy's own table for the sessions missed in a row; drifting counts as two.
    Source: [C], thresholds `drifting_…` of `ketamine_iv`, and `attendance` of the therapy's protocol.
    """
    history, missed = facts.history, to_follow_up(facts.history, at=facts.at)
    silent = silent_since(history, at=facts.at)
    began = [missed[-1].at] if missed else []
    began += [silent] if silent else []
    if not began:
        return None
    # H-022: whoever stays away is noticed, and called without blame.
    course = history.course if missed else None
    drifts = course is not None and bool(missed_lately(course))
    depth = max(len(missed_in_a_row(course)), 1 + drifts) if course is not None else 0
    calls = drifts or silent is not None
    return suggestion(
        "re_engage",
        title=wording.title_of_call(drifting=calls),
        urgency=Urgency.TODAY if missed else Urgency.THIS_WEEK,
        owner=Role.THERAPIST if history.courses else Role.NURSE,
        reasons=(
            *(Reason(wording.missed(session), history.day(session.at)) for session in missed),
            *([Reason("No check-in since", history.day(history.check_ins_at[-1]))] if silent else []),
            *(wording.of_rung(rung(course, depth)) if course is not None else ()),
        ),
        source=_source_of_call(course, drifts=drifts),
        would_change="A session attended or a check-in" if calls else "A session booked or attended",
        since=min(began),
        by=course.protocol if course is not None else None,
        script=script(depth),
    )


def check_in_missing(facts: Facts) -> Suggestion | None:
    """A check-in has not come in the time in which it counts as on time; a longer silence is `re_engage`.

    Source: [C], thresholds `check_in_…` of `ketamine_iv`.
    """
    history, due = facts.history, next_due(facts.history, at=facts.at)
    if due is None or facts.at <= due.closes_at or silent_since(history, at=facts.at) is not None:
        return None
    last = history.check_ins_at[-1:]
    return suggestion(
        "check_in_missing",
        title="Ask how they are: a check-in is missing",
        urgency=Urgency.TODAY if due.why is Why.AFTER_INFUSION else Urgency.THIS_WEEK,
        owner=Role.NURSE,
        reasons=(
            Reason(wording.DUE[due.why], history.day(due.at)),
            *(Reason("Last check-in", history.day(at)) for at in last),
        ),
        source=limits.threshold("check_in_every").cited,
        would_change="A check-in",
        since=due.closes_at,
    )


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "answer_safety_alert": answer_safety_alert,
        "review_relapse": review_relapse,
        "relief_fading": relief_fading,
        "start_therapy": start_therapy,
        "re_engage": re_engage,
        "check_in_missing": check_in_missing,
        **INFUSION_RULES,
        **THERAPY_RULES,
        **COURSE_RULES,
    }
)
"""Every rule by the kind of suggestion it makes."""


def _source_of_call(course: CourseFact | None, *, drifts: bool) -> str:
    if course is None:
        return limits.threshold("drifting_without_check_in").cited
    if drifts:
        return limits.threshold("drifting_sessions_missed").cited
    return f"Site default: what the protocol of {course.protocol.short_name} asks for after a missed session"
