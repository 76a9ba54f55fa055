"""What members chose to show the group leader of the practice that is looked at next; nothing else is read."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from holdfast.access import Permission, Viewer, require
from holdfast.protocols import filling, sight
from holdfast.protocols.exercise import Exercise
from holdfast.records.models import EntryShare, ExerciseEntry
from holdfast.records.queries.groups import Group


@dataclass(frozen=True)
class Shown:
    """Practice as a member showed it: the fields they let the group leader see."""

    exercise: Exercise
    at: datetime
    outcome: str
    values: filling.Values


def shown(viewer: Viewer, group: Group) -> Mapping[int, Shown]:
    """For each course of a member who showed it: the newest entry of the last week's practice. Two queries.

    H-019: as a group leader one sees what was shown to the group leader, whatever else one may open elsewhere.
    """
    require(viewer, Permission.LEAD_GROUP)
    exercise = group.plan.exercises.get(group.latest.practice) if group.latest else None
    if exercise is None:
        return {}
    last = max(one.at for one in group.meetings if one.held)
    rows = ExerciseEntry.current.filter(
        course_id__in=[one.course_id for one in group.active], exercise=exercise.name, happened_at__gte=last
    ).order_by("happened_at", "pk")
    entries = list(rows)
    fields = _shown([row.thread for row in entries])
    found: dict[int, Shown] = {}
    for row in entries:
        values = sight.visible(
            exercise,
            row.values,
            reader=sight.Reader.GROUP_LEADER,
            by_therapist=row.by_therapist,
            shown=fields[row.thread],
        )
        if fields[row.thread]:
            found[row.course_id] = Shown(exercise, row.happened_at, row.get_outcome_display(), values)
    return found


def _shown(threads: Collection[uuid.UUID]) -> defaultdict[uuid.UUID, set[str]]:
    """Fields of each entry that are shown to the group leader now; "" stands for the whole entry."""
    found: defaultdict[uuid.UUID, set[str]] = defaultdict(set)
    rows = EntryShare.objects.filter(thread__in=threads, audience=EntryShare.Audience.GROUP_LEADER)
    for thread, field, is_shown in rows.order_by("at", "pk").values_list("thread", "field", "shown"):
        if is_shown:
            found[thread].add(field)
        else:
            found[thread].discard(field)
    return found
