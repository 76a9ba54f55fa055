"""The rules of the infusions: non-response, spacing, what is missing before them, safety reviews of a long course."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from holdfast.access import Role
from holdfast.outcomes.moments import utc
from holdfast.pathway import limits, wording
from holdfast.pathway.exposure import of_treatment, safety_review_due_at
from holdfast.pathway.history import History
from holdfast.pathway.infusion_care import ConsentFact
from holdfast.pathway.infusion_course import (
    Effect,
    effects,
    first_course,
    first_course_over_at,
    planned_number,
)
from holdfast.pathway.relief import latest_fall
from holdfast.pathway.rule import Facts, Rule, suggestion
from holdfast.pathway.suggestion import Reason, Suggestion, Urgency


def review_non_response(facts: Facts) -> Suggestion | None:
    """No improvement after 3 infusions in a row, or 4 in all: review with the prescriber before going on.

    An infusion whose effect nobody measured counts when the next one measured still shows none. A review that was
    recorded settles it until a further infusion brought no improvement either.
    Source: Transl Psychiatry 2024, s41398-024-03027-2 [S]; improvement as a fall of 25 % [C].
    """
    history, fall = facts.history, latest_fall(facts.history)
    unimproved = _unimproved(effects(history))
    if not unimproved or fall is None or fall >= limits.number("partial_relief_fall"):
        return None
    reviewed = [one.at for one in history.infusion_care.decisions if one.kind in {"review", "stop"}]
    if (
        any(at > unimproved[-1].infusion.at for at in reviewed)
        or history.infusion_care.stopped_at is not None
    ):
        return None
    return suggestion(
        "review_non_response",
        title="Review the infusions: no clear relief so far",
        urgency=Urgency.THIS_WEEK,
        owner=Role.PRESCRIBER,
        reasons=(
            *(wording.of_effect(effect, history) for effect in unimproved),
            *wording.OF_NO_RELIEF,
        ),
        source=limits.threshold("review_in_a_row").cited,
        would_change=f"A score {limits.words('partial_relief_fall')} or more below baseline, or a review recorded",
        since=unimproved[-1].readings[0].at,
    )


def spacing_decision(facts: Facts) -> Suggestion | None:
    """The first course is over, or a further infusion was given: hold, stretch, bring forward or stop.

    Due once the check-in on that infusion is; not while its effect is under review. Source: [C], threshold
    `spacing_decision_after`; no maintenance schedule has been proven (Smith-Apeldoorn 2022,
    doi:10.1016/S2215-0366(22)00317-0).
    """
    history, over_at = facts.history, first_course_over_at(facts.history, at=facts.at)
    if over_at is None or review_non_response(facts) is not None:
        return None
    last = history.infusions[-1]
    # Decided since the last infusion, infusions stopped among it: nothing to decide until there is a further one.
    if history.infusion_care.stopped_at is not None or any(
        one.at > last.at for one in history.infusion_care.spacings
    ):
        return None
    since = max(over_at, last.at + limits.duration("spacing_decision_after"))
    if facts.at < since:
        return None
    lapsed = len(history.infusions) == len(first_course(history)) < planned_number(history)
    return suggestion(
        "spacing_decision",
        title="Decide the spacing of infusions: hold, stretch, bring forward or stop",
        urgency=Urgency.THIS_WEEK,
        owner=Role.PRESCRIBER,
        reasons=(
            Reason(f"Infusion {len(history.infusions)}", history.day(last.at)),
            *([Reason(wording.LAPSED, history.day(since))] if lapsed else []),
            Reason("No maintenance schedule has been proven: record the decision with its reason"),
        ),
        source=limits.threshold("spacing_decision_after").cited,
        would_change="A decision recorded, or a further infusion",
        since=since,
    )


def staging_incomplete(facts: Facts) -> Suggestion | None:
    """A course of infusions is agreed, none was given yet, and the staging of resistance lacks something.

    Source: [C]; the stage is asked for before the first infusion, because afterwards nobody asks.
    """
    history, care = facts.history, facts.history.infusion_care
    if care.begun_at is None or history.infusions or not care.staging_lacks or care.stopped_at is not None:
        return None
    return suggestion(
        "staging_incomplete",
        title="Complete what was tried before, and how long and severe this episode is",
        urgency=Urgency.THIS_WEEK,
        owner=Role.PRESCRIBER,
        reasons=(
            Reason("A course of infusions is agreed", history.day(care.begun_at)),
            *(Reason(f"Missing: {what}") for what in care.staging_lacks),
        ),
        source="Site default: resistance is staged before the first infusion",
        would_change="The missing facts on record, or the first infusion given",
        since=care.begun_at,
    )


def consent_expiring(facts: Facts) -> Suggestion | None:
    """Infusions go on, and consent is missing, was taken back, or ends soon: talk it over and sign again.

    Source: [C], thresholds `consent_expiring_within` and `consent_valid_for`.
    """
    history, care = facts.history, facts.history.infusion_care
    if care.begun_at is None or care.stopped_at is not None:
        return None
    newest = care.consents[-1] if care.consents else None
    ends = _ends(newest)
    today = history.day(facts.at)
    within = history.limits.duration("consent_expiring_within")
    if newest is not None and ends is not None and ends - today > within:
        return None
    # H-026: nobody is given an infusion on a consent that has run out; the list of the day refuses it as well.
    out = newest is None or ends is None or ends < today
    return suggestion(
        "consent_expiring",
        title="Talk consent over and sign: it is not in date"
        if out
        else "Talk consent over and sign again: it ends soon",
        urgency=Urgency.TODAY if out else Urgency.THIS_WEEK,
        owner=Role.PRESCRIBER,
        reasons=(_of_consent(history, newest),),
        source=history.limits.threshold("consent_expiring_within").cited,
        would_change="A consent signed, or infusions stopped",
        since=_called_up(history, newest, within=within),
    )


def _ends(consent: ConsentFact | None) -> date | None:
    return consent.expires_on if consent is not None and consent.given else None


def _of_consent(history: History, newest: ConsentFact | None) -> Reason:
    if newest is None:
        return Reason("No consent to the treatment is on record")
    if not newest.given:
        return Reason("Consent was taken back or refused", history.day(newest.at))
    return Reason("The consent on record ends", newest.expires_on)


def _called_up(history: History, newest: ConsentFact | None, *, within: timedelta) -> datetime:
    begun_at = history.infusion_care.begun_at or history.started_at
    ends = _ends(newest)
    if newest is None or ends is None:
        return newest.at if newest is not None else begun_at
    opens = datetime.combine(ends, time(), tzinfo=ZoneInfo(history.zone)) - within
    return max(begun_at, newest.at, utc(opens))


def safety_review_due(facts: Facts) -> Suggestion | None:
    """Infusions go on after the first course, and the last look at bladder, memory and misuse is some weeks ago.

    Counted as `exposure.safety_review_due_at` does, of the treatment of the newest course. Source: [C], threshold
    `safety_review_every`; every 4 to 12 weeks in long courses (KSET, Short 2020), as recalled.
    """
    history, care = facts.history, facts.history.infusion_care
    treatment = care.treatment or limits.PROTOCOL
    due_at = safety_review_due_at(
        history, treatment=treatment, reviewed_at=care.reviewed_at, limits=history.limits, at=facts.at
    )
    if due_at is None or facts.at < due_at or care.stopped_at is not None:
        return None
    given = of_treatment(history, treatment).infusions
    since = due_at - history.limits.duration("safety_review_every")
    return suggestion(
        "safety_review_due",
        title="Safety review of the infusions: bladder, memory, craving, blood pressure",
        urgency=Urgency.THIS_WEEK,
        owner=Role.PRESCRIBER,
        reasons=(
            Reason("Last review" if care.reviewed_at else "The first course ended", history.day(since)),
            Reason(f"Infusion {len(given)}", history.day(given[-1].at)),
        ),
        source=history.limits.threshold("safety_review_every").cited,
        would_change="A safety review recorded, or infusions stopped",
        since=due_at,
    )


INFUSION_RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "review_non_response": review_non_response,
        "spacing_decision": spacing_decision,
        "staging_incomplete": staging_incomplete,
        "consent_expiring": consent_expiring,
        "safety_review_due": safety_review_due,
    }
)
"""The rules about infusions by the kind of suggestion they make."""


def _unimproved(course: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """The infusions that brought no improvement, when they are enough for a review; else none."""
    needed = limits.number("partial_relief_fall")
    measured = [effect for effect in course if effect.measured]
    improved = [effect.number for effect in measured if effect.first_fall(needed)]
    unimproved = tuple(effect for effect in measured if not effect.first_fall(needed))
    in_a_row = measured[-1].number - max(improved, default=0) if measured else 0
    enough = in_a_row >= limits.number("review_in_a_row") or len(unimproved) >= limits.number("review_in_all")
    return unimproved if in_a_row and enough else ()
