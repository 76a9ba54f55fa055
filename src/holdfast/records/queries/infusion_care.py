"""The side of the infusions as plain facts of histories: the same number of queries for one episode as for many."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from holdfast.pathway import limits
from holdfast.pathway.history import PlannedFact
from holdfast.pathway.infusion_care import (
    NO_INFUSION_CARE,
    ConsentFact,
    InfusionCare,
    InfusionDecisionFact,
    SpacingFact,
)
from holdfast.records.models import (
    BookingCancellation,
    Consent,
    DrugTrial,
    IllnessCourse,
    InfusionBooking,
    InfusionCourse,
    InfusionCourseDecision,
    InfusionVisit,
    SafetyReview,
    SpacingDecision,
)


@dataclass
class _Course:
    """The newest course of an episode and what hangs on it, as it is gathered."""

    course_id: int
    treatment: str
    begun_at: datetime
    spacings: list[SpacingFact] = field(default_factory=list)
    decisions: list[InfusionDecisionFact] = field(default_factory=list)
    consents: list[ConsentFact] = field(default_factory=list)


def infusion_care(episode_ids: Collection[int]) -> Mapping[int, InfusionCare]:
    """What was agreed, decided and reviewed about infusions in each episode; without a course, the reviews alone."""
    rows = InfusionCourse.current.filter(episode_id__in=episode_ids).order_by("happened_at", "id")
    newest = {
        episode_id: _Course(pk, treatment, begun_at)
        for pk, episode_id, treatment, begun_at in rows.values_list(
            "pk", "episode_id", "treatment", "happened_at"
        )
    }
    reviewed = _reviewed(episode_ids, newest)
    alone = {pk: InfusionCare(reviewed_at=tuple(moments)) for pk, moments in reviewed.items()}
    if not newest:
        return defaultdict(lambda: NO_INFUSION_CARE, alone)
    _add_decisions({one.course_id: one for one in newest.values()})
    _add_consents(newest)
    lacks = _staging_lacks(list(newest))
    return defaultdict(
        lambda: NO_INFUSION_CARE,
        alone
        | {
            pk: InfusionCare(
                key=str(one.course_id),
                treatment=one.treatment,
                begun_at=one.begun_at,
                spacings=tuple(one.spacings),
                decisions=tuple(one.decisions),
                consents=tuple(one.consents),
                reviewed_at=tuple(reviewed[pk]),
                staging_lacks=lacks[pk],
            )
            for pk, one in newest.items()
        },
    )


def planned_infusions(episode_ids: Collection[int]) -> Mapping[int, tuple[PlannedFact, ...]]:
    """Booked infusions of which nothing became yet, by episode."""
    planned: defaultdict[int, tuple[PlannedFact, ...]] = defaultdict(tuple)
    cancelled = BookingCancellation.current.values("booking__uid")
    arrived = InfusionVisit.current.values("booking")
    rows = InfusionBooking.current.filter(course__episode_id__in=episode_ids)
    rows = rows.exclude(uid__in=cancelled).exclude(pk__in=arrived).order_by("happened_at", "id")
    for pk, at in rows.values_list("course__episode_id", "happened_at"):
        planned[pk] += (PlannedFact(at, "infusion"),)
    return planned


def _add_decisions(courses: Mapping[int, _Course]) -> None:
    made = InfusionCourseDecision.current.filter(course_id__in=courses).order_by("happened_at", "id")
    for pk, at, kind, value in made.values_list("course_id", "happened_at", "kind", "value"):
        courses[pk].decisions.append(InfusionDecisionFact(at, kind, value))
    spaced = SpacingDecision.current.filter(course_id__in=courses).order_by("happened_at", "id")
    for pk, at, choice in spaced.values_list("course_id", "happened_at", "choice"):
        courses[pk].spacings.append(SpacingFact(at, choice))


def _add_consents(newest: Mapping[int, _Course]) -> None:
    signed = Consent.current.filter(episode_id__in=newest).order_by("happened_at", "id")
    for pk, treatment, at, given, expires_on in signed.values_list(
        "episode_id", "treatment", "happened_at", "given", "expires_on"
    ):
        if treatment == newest[pk].treatment:
            newest[pk].consents.append(ConsentFact(at, given, expires_on))


def _reviewed(
    episode_ids: Collection[int], newest: Mapping[int, _Course]
) -> defaultdict[int, list[datetime]]:
    """When each was reviewed for safety, of the treatment of their newest course; else of infusions given elsewhere."""
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    rows = SafetyReview.current.filter(episode_id__in=episode_ids).order_by("happened_at", "id")
    for pk, treatment, at in rows.values_list("episode_id", "treatment", "happened_at"):
        if treatment == (newest[pk].treatment if pk in newest else limits.PROTOCOL):
            found[pk].append(at)
    return found


def _staging_lacks(episode_ids: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    told = IllnessCourse.current.filter(episode_id__in=episode_ids).order_by("happened_at", "id")
    known = {
        pk: (months, severity)
        for pk, months, severity in told.values_list("episode_id", "months", "severity")
    }
    tried = set(
        DrugTrial.current.filter(episode_id__in=episode_ids, this_episode=True).values_list(
            "episode_id", flat=True
        )
    )
    return {
        pk: tuple(
            what
            for what, there in (
                ("antidepressants tried in this episode", pk in tried),
                ("how long this episode has lasted", known.get(pk, (None, ""))[0] is not None),
                ("how severe it is", bool(known.get(pk, (None, ""))[1])),
            )
            if not there
        )
        for pk in episode_ids
    }
