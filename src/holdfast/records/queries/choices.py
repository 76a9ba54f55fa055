"""Talks over which therapy to choose, each as it was kept."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from holdfast.access import Viewer
from holdfast.errors import NotFound
from holdfast.pathway import choosing
from holdfast.records.models import TherapyChoice
from holdfast.records.queries import scope


@dataclass(frozen=True)
class ChoiceRow:
    """One talk: what was said, what it added up to as it was shown, who took part, and what was chosen."""

    uid: uuid.UUID
    episode_id: int
    at: datetime
    recorded_by: str
    aid_version: str
    answers: choosing.Answers
    shown: tuple[choosing.Weighed, ...]
    took_part: tuple[str, ...]
    chosen: str
    why: str
    disagreement: str

    @property
    def chosen_therapy(self) -> choosing.Weighed | None:
        """The therapy that was chosen, as it was shown; None for not sure, and for none for now."""
        return next((one for one in self.shown if one.therapy == self.chosen), None)


def of_episode(viewer: Viewer, episode_id: int) -> tuple[ChoiceRow, ...]:
    """Every talk of an episode, newest first."""
    pk = scope.episode(viewer, episode_id).pk
    return tuple(_row(row) for row in _rows(pk))


def newest(viewer: Viewer, episode_id: int) -> ChoiceRow | None:
    """The newest talk of an episode; None before the first."""
    row = _rows(scope.episode(viewer, episode_id).pk).first()
    return _row(row) if row else None


def _rows(episode_id: int) -> QuerySet[TherapyChoice]:
    rows: QuerySet[TherapyChoice] = TherapyChoice.current.filter(episode_id=episode_id)
    return rows.select_related("recorded_by").order_by("-happened_at", "-pk")


def one_of(rows: tuple[ChoiceRow, ...], uid: uuid.UUID) -> ChoiceRow:
    """The talk of that mark. Errors: `NotFound`."""
    for row in rows:
        if row.uid == uid:
            return row
    raise NotFound("no such talk over a therapy in this record")


def _row(row: TherapyChoice) -> ChoiceRow:
    return ChoiceRow(
        uid=row.uid,
        episode_id=row.episode_id,
        at=row.happened_at,
        recorded_by=row.recorded_by.name,
        aid_version=row.aid_version,
        answers=choosing.Answers(
            person=row.stars,
            clinician=row.seen_by_clinician,
            before=row.before,
            stops=tuple(_stop(one) for one in row.stops),
        ),
        shown=choosing.from_json(row.shown),
        took_part=tuple(row.took_part),
        chosen=row.chosen,
        why=row.why,
        disagreement=row.disagreement,
    )


def _stop(values: dict[str, Any]) -> choosing.Stop:
    return choosing.Stop.model_validate(values)
