"""What a session is: its agenda with minutes, exercises, practice to give and short versions. One file each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from holdfast.protocols.exercise import ExerciseName
from holdfast.protocols.model import Part, Text

AgendaKind = Literal[
    "check_in", "safety", "review", "teach", "exercise", "rehearse", "plan", "close", "free", "decide"
]

Minutes = Annotated[int, Field(ge=1, le=180)]


class AgendaItem(Part):
    """One point of a session's agenda. A `locked` one guards safety: no short version or fork leaves it out."""

    slug: Text
    text: Text
    minutes: Minutes
    kind: AgendaKind
    led_by: Literal["patient", "therapist", "both"] = "both"
    exercise: ExerciseName | None = None
    locked: bool = False


class Practice(Part):
    """Something to try before the next session."""

    exercise: ExerciseName
    dose: str = ""
    optional: bool = False


class Variant(Part):
    """The session in another form: points left out, other minutes for those that stay, a note to the therapist."""

    minutes: Minutes | None = None
    leave_out: tuple[Text, ...] = ()
    minutes_of: Annotated[Mapping[str, Minutes], AfterValidator(MappingProxyType)] = Field(
        default_factory=lambda: MappingProxyType({})
    )
    note: str = ""


Variants = Annotated[Mapping[str, Variant], AfterValidator(MappingProxyType)]


class SessionOutline(Part):
    """One session, or a template for many. `label` is what it is called in its course: "3", "B", "C1".

    `before` and `after` are for the patient, `therapist_notes` and `timing` for staff.
    """

    slug: Text
    label: Text
    title: Text
    kind: Literal["session", "template", "review"] = "session"
    structure: Literal["structured", "free"] = "structured"
    minutes: Minutes
    timing: Text
    goals: Annotated[tuple[Text, ...], Field(min_length=1)]
    agenda: Annotated[tuple[AgendaItem, ...], Field(min_length=1)]
    exercises: tuple[ExerciseName, ...] = ()
    practice: tuple[Practice, ...] = ()
    measures: tuple[Text, ...] = ()
    before: Text
    after: Text
    therapist_notes: tuple[Text, ...] = ()
    variants: Variants = Field(default_factory=lambda: MappingProxyType({}))

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        names = [item.slug for item in self.agenda]
        if len(set(names)) < len(names):
            raise ValueError("agenda: two points have one slug")
        _refuse_sum("agenda", sum(item.minutes for item in self.agenda), self.minutes)
        if (
            not any(item.kind == "safety" and item.locked for item in self.agenda)
            and self.structure == "structured"
        ):
            raise ValueError(
                "agenda: a structured session asks about safety, in a locked point of kind safety"
            )
        for name in self.variants:
            self._refuse_bad_variant(name)
        return self

    def _refuse_bad_variant(self, name: str) -> None:
        variant = self.variants[name]
        unknown = (set(variant.leave_out) | set(variant.minutes_of)) - {item.slug for item in self.agenda}
        if unknown:
            raise ValueError(f"variants.{name}: no point of the agenda: {', '.join(sorted(unknown))}")
        locked = [item.slug for item in self.agenda if item.locked and item.slug in variant.leave_out]
        if locked:
            raise ValueError(f"variants.{name}: leaves out what is locked: {', '.join(locked)}")
        if variant.minutes is not None:
            _refuse_sum(
                f"variants.{name}", sum(item.minutes for item in self.in_variant(name)), variant.minutes
            )

    def in_variant(self, name: str) -> tuple[AgendaItem, ...]:
        """The agenda in that form; the usual one where the session has no such variant."""
        variant = self.variants.get(name)
        if variant is None:
            return self.agenda
        return tuple(
            item.model_copy(update={"minutes": variant.minutes_of.get(item.slug, item.minutes)})
            for item in self.agenda
            if item.slug not in variant.leave_out
        )


def _refuse_sum(where: str, found: int, expected: int) -> None:
    if found != expected:
        raise ValueError(f"{where}: the minutes add up to {found}, not {expected}")
