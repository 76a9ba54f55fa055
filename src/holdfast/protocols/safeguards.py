"""What a clinic's version of a therapy may change, and what stays as shipped because it guards someone.

A place is a path by its keys, as a fork names it. Every place is shut but those listed here as open, so that whatever
a therapy gains later is shut too. Within open places, what guards safety is shut again.
"""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Final, Literal

from holdfast.protocols.exercise import Exercise
from holdfast.protocols.outline import AgendaItem, SessionOutline
from holdfast.protocols.sight import SHARE
from holdfast.protocols.therapy import Therapy

NO_PROMISE: Final = "We cannot promise that it makes the lighter feeling last."
"""What the patient card of every therapy says, since nobody has shown more."""

KEPT_WORDS: Final = (NO_PROMISE, "Help now", "staying-safe plan")
"""Words that a text keeps in every version: the honest sentence, and where help is."""

STAYING_SAFE: Final = "shared.staying_safe"
"""The plan for a crisis, which every therapy makes with every person."""

SAFETY_MEASURES: Final = frozenset({"phq9", "cssrs_screen"})
"""Measures that ask about suicide."""

Place = tuple[str, ...]
"""A path by its keys."""

Op = Literal["replace", "add", "remove"]


def _places(*written: str) -> tuple[Place, ...]:
    return tuple(tuple(one.split(".")) for one in written)


OPEN: Final = _places(
    "name", "short_name", "patient_card", "grounding", "prompts", "arc", "continuation",
    "eligibility.consider_when", "electives.*.title", "electives.*.content", "playbooks.*.title", "playbooks.*.steps",
    "curriculum.weeks.*.title", "curriculum.weeks.*.idea", "curriculum.weeks.*.summary",
    "tracks.*.name", "tracks.*.about", "tracks.*.phases.*.name", "tracks.*.phases.*.goals",
    "sessions.*.title", "sessions.*.label", "sessions.*.minutes", "sessions.*.timing", "sessions.*.goals",
    "sessions.*.agenda.*", "sessions.*.exercises", "sessions.*.practice", "sessions.*.measures", "sessions.*.before",
    "sessions.*.after", "sessions.*.variants.*.minutes", "sessions.*.variants.*.minutes_of",
    "sessions.*.variants.*.leave_out",
    "exercises.*.title", "exercises.*.intro", "exercises.*.purpose", "exercises.*.therapist_sees",
    "exercises.*.patient_next", "exercises.*.fields.*.label", "exercises.*.fields.*.hint",
    "exercises.*.fields.*.columns.*.label",
)  # fmt: skip
"""Places that a fork may change as it likes, with all that is below them; a star stands for any key."""

ADDED_TO: Final = _places(
    "electives", "playbooks", "adaptations", "switch_when", "eligibility.caution", "eligibility.not_now", "roles",
    "completion.besides", "sources", "curriculum.rules", "curriculum.weeks.*.script",
    "tracks.*.phases.*.sequence", "tracks.*.phases.*.days_after_end",
    "sessions", "sessions.*.therapist_notes", "sessions.*.variants",
    "exercises", "exercises.*.fields", "exercises.*.fields.*.options", "exercises.*.derived", "exercises.*.low_energy",
)  # fmt: skip
"""Lists and tables that a fork may add entries to: what is there already stays."""

_WHY: Final[Mapping[str, str]] = {
    "attendance": "someone is asked after when they miss sessions",
    "evidence": "it says what is known, and nobody has tested a clinic's changes",
    "preparation": "it makes the staying-safe plan",
    "completion": "nobody leaves early or without a plan",
    "roles": "the therapy is not given without them",
    "eligibility": "it says when the therapy is not for now",
    "first_session": "nobody is seen too soon after an infusion",
    "half_way": "a flat course is looked at again",
    "curriculum": "a group has rules that guard its members",
    "tracks": "a fork adds sessions to a track; whom it is for and what looks back on it is settled",
    "sessions": "notes and forms are added to, and every session goes on asking about safety",
    "exercises": "fields are added and reworded; what is read by whom, and worked out, is settled",
    "playbooks": "a fork rewords its steps; the caution is there for someone",
    "electives": "a fork rewords its content; the caution is there for someone",
    "switch_when": "it says when to stop and look again; a fork adds to it",
    "status": "a fork is a draft",
    "sign_offs": "a fork is a draft",
}

_NOT_OPEN: Final = "it is not for a fork to change"


def refusal(parent: Therapy, place: Place, op: Op, value: object) -> str:
    """Why a fork cannot make this change; empty when it can."""
    bounds = dict(limits(parent))
    if place in bounds and op == "replace":
        return _beyond(value, *bounds[place])
    for guarded, why in _guards(parent):
        if place[: len(guarded)] == guarded:
            return why
        if guarded[: len(place)] == place:
            return f"holds {'.'.join(guarded)}, which {why}"
    if place[-1] == "slug" and op != "add":
        return "stays: other parts go by it"
    return "" if _is_open(parent, place, op) else f"stays as shipped: {_WHY.get(place[0], _NOT_OPEN)}"


def _beyond(value: object, least: float, most: float) -> str:
    if isinstance(value, int | float) and least <= value <= most and value != inf:
        return ""
    return f"is {least:g} or more" if most == inf else f"is from {least:g} to {most:g}"


def _is_open(parent: Therapy, place: Place, op: Op) -> bool:
    if any(_fits(pattern, place[: len(pattern)]) for pattern in OPEN):
        return True
    if op == "add":
        return any(_fits(pattern, place[:-1]) for pattern in ADDED_TO)
    own = place[:1] == ("exercises",) and len(place) == 2 and place[1].startswith(f"{parent.slug}.")
    return op == "remove" and own


def _fits(pattern: Place, place: Place) -> bool:
    return len(pattern) == len(place) and all(
        wanted in ("*", key) for wanted, key in zip(pattern, place, strict=True)
    )


def limits(parent: Therapy) -> Iterator[tuple[Place, tuple[float, float]]]:
    """Numbers that a fork may make more careful: the least and the most each may be. Nothing else there changes."""
    earliest = parent.first_session.earliest_after_infusion.value
    yield ("first_session", "earliest_after_infusion", "value"), (earliest, inf)
    for outline in parent.sessions.values():
        for item in filter(_guards_safety, outline.agenda):
            yield ("sessions", outline.slug, "agenda", item.slug, "minutes"), (item.minutes, inf)
    for track in parent.tracks:
        for phase in track.phases:
            here = ("tracks", track.slug, "phases", phase.slug)
            yield (*here, "days_apart"), (1, max(phase.days_apart, 7))
            for key in ("review_sessions", "review_days"):
                most = phase.loop and getattr(phase.loop, key)
                if most:
                    yield (*here, "loop", key), (1, most)


def _guards(parent: Therapy) -> Iterator[tuple[Place, str]]:
    """Every place that stays as it is although it lies where a fork may change things, and why."""
    for outline in parent.sessions.values():
        for item in filter(_guards_safety, outline.agenda):
            yield ("sessions", outline.slug, "agenda", item.slug), "is locked: it guards safety"
    for exercise in parent.exercises.values():
        if _watches(exercise):
            yield ("exercises", exercise.name), "stays as it is: it guards someone in danger"
        elif exercise.item(SHARE):
            yield (
                ("exercises", exercise.name, "fields", SHARE),
                "stays: a person decides by it who sees the page",
            )


def _guards_safety(item: AgendaItem) -> bool:
    return item.locked or item.exercise == STAYING_SAFE


def _watches(exercise: Exercise) -> bool:
    """Whether it calls for someone when an answer says so, or is the plan for a crisis."""
    return bool(exercise.gates) or exercise.name == STAYING_SAFE


def lesser_session(parent: Therapy, now: SessionOutline) -> str:
    """Why a session of a fork guards less than the shipped one, or than every shipped one does; empty when it does not.

    It asks less about suicide, no longer gives an exercise that guards someone, or has a form that cuts what is locked.
    """
    shipped = parent.sessions.get(now.slug)
    if shipped is None:
        return _lesser_than_any(parent, now)
    measures = [one for one in shipped.measures if one in SAFETY_MEASURES and one not in now.measures]
    if measures:
        return f"the session keeps {' and '.join(measures)}, which asks about suicide"
    for before, after in ((_given(shipped), _given(now)), (_practised(shipped), _practised(now))):
        given = [name for name in before if _watches(parent.exercises[name]) and name not in after]
        if given:
            return f"the session keeps {' and '.join(given)}, which guards someone in danger"
    for form in now.variants:
        kept = {item.slug: item.minutes for item in now.in_variant(form)}
        for item in filter(_guards_safety, shipped.in_variant(form)):
            if kept.get(item.slug, 0) < item.minutes:
                return f"the form {form} gives {item.slug} less than {item.minutes} minutes, and it is locked"
    return ""


def _lesser_than_any(parent: Therapy, now: SessionOutline) -> str:
    if "phq9" not in now.measures:
        return "every session has the measure phq9, which asks about suicide"
    least = min(minutes for one in parent.sessions.values() for minutes in _safety_minutes(one))
    if not all(minutes >= least for minutes in _safety_minutes(now, with_none=True)):
        return (
            f"asks about safety for {least} minutes or more, in a locked point of kind safety, in every form"
        )
    return ""


def _safety_minutes(outline: SessionOutline, *, with_none: bool = False) -> Iterator[int]:
    """For each form of a session, the minutes of its locked points about safety; forms without one only if asked."""
    for form in ("", *outline.variants):
        asked = [item for item in outline.in_variant(form) if item.locked and item.kind == "safety"]
        if asked or with_none:
            yield sum(item.minutes for item in asked)


def _practised(outline: SessionOutline) -> tuple[str, ...]:
    return tuple(one.exercise for one in outline.practice)


def _given(outline: SessionOutline) -> tuple[str, ...]:
    """Every exercise that a session gives, each once."""
    agenda = (item.exercise for item in outline.agenda if item.exercise)
    return tuple(dict.fromkeys((*agenda, *outline.exercises, *_practised(outline))))
