"""The facts of episodes as the plain values the pathway and the forecast work on.

The same number of queries for one episode as for a thousand. Callers have already judged the episodes visible.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Subquery

from holdfast.outcomes.definitions import Reading
from holdfast.pathway import limits
from holdfast.pathway.history import (
    AlertFact,
    ChoiceFact,
    CourseFact,
    DecisionFact,
    History,
    InfusionFact,
    JudgedFact,
    PlannedFact,
    SessionFact,
)
from holdfast.protocols.progress import Decision
from holdfast.records.models import (
    Alert,
    Assessment,
    CheckIn,
    CourseDecision,
    Episode,
    EpisodeEnd,
    Infusion,
    OutlookScore,
    SuggestionDecision,
    TherapyChoice,
    TherapyCourse,
    TherapySession,
)
from holdfast.records.queries import site_limits
from holdfast.records.queries.between_sessions import Between, between_sessions
from holdfast.records.queries.infusion_care import infusion_care, planned_infusions
from holdfast.records.queries.protocols import plan

_ZONE = "episode__patient__clinic__zone"


def histories(episode_ids: Collection[int]) -> Mapping[int, History]:
    """The history of each episode, by its id."""
    check_ins = _by_first(
        CheckIn.current.filter(episode_id__in=episode_ids)
        .order_by("happened_at", "id")
        .values_list("episode_id", "happened_at", "instrument", "total")
    )
    infusions, courses = _infusions(episode_ids), _courses(episode_ids)
    alerts, decisions = _open_alerts(episode_ids), _decisions(episode_ids)
    ends = dict(
        EpisodeEnd.current.filter(episode_id__in=episode_ids).values_list("episode_id", "happened_at")
    )
    resistant = dict(
        Assessment.current.filter(episode_id__in=episode_ids)
        .order_by("happened_at", "id")
        .values_list("episode_id", "treatment_resistant")
    )
    judged_scores, cared = judged(episode_ids), infusion_care(episode_ids)
    booked = planned_infusions(episode_ids)
    choices = _by_first(
        TherapyChoice.current.filter(episode_id__in=episode_ids)
        .order_by("happened_at", "id")
        .values_list("episode_id", "happened_at", "chosen")
    )
    opened = list(
        Episode.objects.filter(pk__in=episode_ids).values_list(
            "pk", "started_at", "primary_instrument", "patient__clinic_id", "patient__clinic__zone"
        )
    )
    settings = site_limits.of_clinics({clinic for _, _, _, clinic, _ in opened})
    return {
        pk: History(
            started_at=started_at,
            instrument=instrument,
            readings=tuple(
                Reading(at=at, instrument=slug, total=total)
                for at, slug, total in check_ins[pk]
                if total is not None
            ),
            check_ins_at=tuple(at for at, _, _ in check_ins[pk]),
            infusions=infusions[pk],
            courses=courses[pk],
            open_alerts=alerts[pk],
            decisions=decisions[pk],
            closed_at=ends.get(pk),
            trd_confirmed=resistant.get(pk, False),
            planned=(
                *booked[pk],
                *(PlannedFact(at, "session") for course in courses[pk] for at in course.booked),
            ),
            choices=tuple(ChoiceFact(at, chosen) for at, chosen in choices[pk]),
            judged=judged_scores[pk],
            infusion_care=cared[pk],
            limits=settings[clinic, cared[pk].treatment or limits.PROTOCOL],
            zone=zone,
        )
        for pk, started_at, instrument, clinic, zone in opened
    }


def judged(episode_ids: Collection[int]) -> Mapping[int, tuple[JudgedFact, ...]]:
    """The newest score of each instrument that a forecast of 2 to 8 weeks before spoke of, by the longest of these.

    None for an episode without one.
    """
    weeks = [limits.duration(f"above_forecast_{end}") // timedelta(weeks=1) for end in ("from", "until")]
    far_enough = OutlookScore.objects.filter(weeks_ahead__range=weeks)
    newest = far_enough.filter(episode=OuterRef("episode"), instrument=OuterRef("instrument"))
    facts: defaultdict[int, dict[str, JudgedFact]] = defaultdict(dict)
    for pk, at, slug, total, made_at, expected, within80, lay in (
        far_enough.filter(
            episode_id__in=episode_ids, came_at=Subquery(newest.order_by("-came_at").values("came_at")[:1])
        )
        .order_by("weeks_ahead")
        .values_list(
            "episode_id", "came_at", "instrument", "total", "outlook__made_at", "expected", "within80", "pit"
        )
    ):
        score = Reading(at=at, instrument=slug, total=total)
        above = not within80 and lay > 0.5
        facts[pk][slug] = JudgedFact(score=score, made_at=made_at, expected=expected, above=above)
    return defaultdict(tuple, {pk: tuple(of.values()) for pk, of in facts.items()})


def _infusions(episode_ids: Collection[int]) -> Mapping[int, tuple[InfusionFact, ...]]:
    infusions: defaultdict[int, tuple[InfusionFact, ...]] = defaultdict(tuple)
    for pk, at, drug, mg, mg_per_kg in (
        Infusion.current.filter(episode_id__in=episode_ids)
        .order_by("happened_at", "id")
        .values_list("episode_id", "happened_at", "drug", "dose_mg", "dose_mg_per_kg")
    ):
        infusions[pk] += (InfusionFact(at=at, drug=drug, dose_mg=mg, dose_mg_per_kg=mg_per_kg),)
    return infusions


def _open_alerts(episode_ids: Collection[int]) -> Mapping[int, tuple[AlertFact, ...]]:
    alerts: defaultdict[int, tuple[AlertFact, ...]] = defaultdict(tuple)
    for pk, key, raised_at, level, due_at, owner in (
        Alert.objects.filter(episode_id__in=episode_ids, acknowledgement__isnull=True)
        .order_by("raised_at", "id")
        .values_list("episode_id", "id", "raised_at", "level", "due_at", "owner__name")
    ):
        alerts[pk] += (
            AlertFact(key=str(key), raised_at=raised_at, level=level, due_at=due_at, owner_name=owner),
        )
    return alerts


def _decisions(episode_ids: Collection[int]) -> Mapping[int, tuple[DecisionFact, ...]]:
    decisions: defaultdict[int, tuple[DecisionFact, ...]] = defaultdict(tuple)
    for pk, kind, digest, accepted, decided_at in (
        SuggestionDecision.objects.filter(episode_id__in=episode_ids)
        .order_by("decided_at", "id")
        .values_list("episode_id", "kind", "digest", "accepted", "decided_at")
    ):
        decisions[pk] += (DecisionFact(kind=kind, digest=digest, accepted=accepted, decided_at=decided_at),)
    return decisions


def _courses(episode_ids: Collection[int]) -> Mapping[int, tuple[CourseFact, ...]]:
    sessions = _by_first(
        TherapySession.current.filter(course__episode_id__in=episode_ids)
        .order_by("happened_at", "id")
        .values_list("course_id", "happened_at", "number", "attendance", "outline", "reason")
    )
    decisions = _by_first(
        CourseDecision.current.filter(course__episode_id__in=episode_ids)
        .order_by("happened_at", "id")
        .values_list("course_id", "kind", "value", "happened_at")
    )
    between = between_sessions(episode_ids)
    courses: defaultdict[int, tuple[CourseFact, ...]] = defaultdict(tuple)
    for pk, episode_id, therapy, started_at, track, digest, zone in (
        TherapyCourse.objects.filter(episode_id__in=episode_ids)
        .order_by("started_at", "id")
        .values_list("pk", "episode_id", "therapy", "started_at", "track", "release__digest", _ZONE)
    ):
        made = tuple(Decision(kind, value, at) for kind, value, at in decisions[pk])
        moved = [one.value for one in made if one.kind == CourseDecision.Kind.RELEASE]
        on = moved[-1] if moved else digest
        course = CourseFact(
            key=str(pk),
            therapy=therapy,
            started_at=started_at,
            sessions=tuple(
                SessionFact(at=at, number=number, attendance=attendance, outline=outline, reason=reason)
                for at, number, attendance, outline, reason in sessions[pk]
            ),
            track=track,
            decisions=made,
            plan=plan(on) if on else None,
        )
        courses[episode_id] += (_with(course, between[pk], zone=zone) if pk in between else course,)
    return courses


def _with(course: CourseFact, between: Between, *, zone: str) -> CourseFact:
    return replace(
        course,
        booked=tuple(between.booked),
        practice=between.practice(),
        feedback=between.last_feedback(course.protocol, zone=zone),
        plan_kept_at=between.plan_kept_at(course.protocol),
    )


def _by_first(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    """Rows grouped by their first column, without it, in the order they came."""
    grouped: defaultdict[int, list[Any]] = defaultdict(list)
    for first, *rest in rows:
        grouped[first].append(rest)
    return grouped
