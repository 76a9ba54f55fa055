"""Whether the clinic's check of a person's health still holds: a health issue named after it needs another."""

import uuid
from collections.abc import Mapping
from typing import Any

from holdfast.protocols import decisions
from holdfast.records.queries import exercises, therapy

HEALTH = "health"
UNWELL = "yes"


def checked(
    course: therapy.Course, values: Mapping[str, Any], thread: uuid.UUID | None
) -> decisions.Decision | None:
    """The newest check of the course; None before any, and where an issue was named since a check that cleared."""
    found = decisions.health(course.fact.decisions)
    if found is None or not found.clears or values.get(HEALTH) != UNWELL:
        return found
    named_at = exercises.answered_since(course, thread, HEALTH, UNWELL) if thread else None
    return found if named_at is not None and named_at <= found.at else None
