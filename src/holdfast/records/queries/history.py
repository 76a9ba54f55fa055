"""The facts of episodes as the plain values the pathway and the forecast work on.

The same number of queries for one episode as for a thousand. Callers have already judged the episodes visible.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from holdfast.outcomes.definitions import Reading
from holdfast.pathway.history import (
    AlertFact,
    CourseFact,
    DecisionFact,
    History,
    InfusionFact,
    SessionFact,
)
from holdfast.records.models import (
    Alert,
    Assessment,
    CheckIn,
    Episode,
    EpisodeEnd,
    Infusion,
    SuggestionDecision,
    TherapyCourse,
    TherapySession,
)


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
            zone=zone,
        )
        for pk, started_at, instrument, zone in Episode.objects.filter(pk__in=episode_ids).values_list(
            "pk", "started_at", "primary_instrument", "patient__clinic__zone"
        )
    }


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
        .values_list("course_id", "happened_at", "number", "attendance")
    )
    courses: defaultdict[int, tuple[CourseFact, ...]] = defaultdict(tuple)
    for pk, episode_id, therapy, started_at in (
        TherapyCourse.objects.filter(episode_id__in=episode_ids)
        .order_by("started_at", "id")
        .values_list("pk", "episode_id", "therapy", "started_at")
    ):
        courses[episode_id] += (
            CourseFact(
                key=str(pk),
                therapy=therapy,
                started_at=started_at,
                sessions=tuple(
                    SessionFact(at=at, number=number, attendance=attendance)
                    for at, number, attendance in sessions[pk]
                ),
            ),
        )
    return courses


def _by_first(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    """Rows grouped by their first column, without it, in the order they came."""
    grouped: defaultdict[int, list[Any]] = defaultdict(list)
    for first, *rest in rows:
        grouped[first].append(rest)
    return grouped
