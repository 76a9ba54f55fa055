"""Talks over which therapy to choose, as tests need them: the worked example of the aid, kept for someone."""

import uuid
from datetime import date, datetime
from types import MappingProxyType

from holdfast.access import Viewer
from holdfast.care import choices
from holdfast.pathway import choosing
from holdfast.pathway.choosing import Answers, Stop
from tests import make

TODAY = date(2026, 3, 2)

SAID = MappingProxyType(
    {
        "wants_tools": 1,
        "wants_free_talk": 2,
        "no_group": 2,
        "has_year": 2,
        "people_events": 2,
        "old_patterns": 3,
        "avoid_flat": 2,
    }
)
EXAMPLE = Answers(person=SAID, clinician={"child_trauma": 2}, before={"cbt": "full_course_no_help"})
"""The worked example of the brief: seven statements of the person's, one of the clinician's, one earlier course."""


def stop(slug: str, *therapies: str, until: date = date(2026, 4, 1), reason: str = "as agreed") -> Stop:
    """Something in the way of those therapies."""
    return Stop(slug=slug, therapies=therapies, reason=reason, until=until)


def make_talk(
    episode_id: int,
    *,
    by: Viewer,
    answers: Answers = EXAMPLE,
    chosen: str = "psychodynamic",
    happened_at: datetime = make.NOW,
    uid: uuid.UUID | None = None,
    why: str = "",
    disagreement: str = "",
) -> uuid.UUID:
    """A talk kept with its result; gives its mark."""
    result = choices.weigh(episode_id, answers, on=TODAY)
    return choices.keep(
        episode_id,
        answers,
        choices.Talk(took_part=("Ada", "Dr Bell"), chosen=chosen, why=why, disagreement=disagreement),
        seen=choosing.digest(result),
        on=TODAY,
        happened_at=happened_at,
        by=by,
        at=make.NOW,
        uid=uid,
    )
