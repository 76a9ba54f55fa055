"""What an exercise is: typed fields, who sees them, what is derived from them. One file each in the library."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from holdfast.protocols.model import Part, Text


class Sight(StrEnum):
    """How personal a field is, which decides who sees it and what is exported."""

    NORMAL = "normal"
    SENSITIVE = "sensitive"
    PRIVATE = "private"
    RISK = "risk"
    THIRD_PARTY = "third_party"
    PROCESS_NOTE = "process_note"


Single = Literal[
    "text", "long_text", "choice", "multichoice", "scale_0_10", "slider_0_100",
    "date", "time", "datetime", "number", "yes_no", "person",
]  # fmt: skip
"""Types of a field that may also be a column of a table."""

FieldType = Single | Literal["table", "list", "body_map", "audio_timer"]

Filler = Literal["patient", "therapist"]

Widget = Literal[
    "form", "activity_calendar", "checklist_calendar", "thought_record", "ladder", "loop_diagram", "linked_boxes",
    "before_after", "diary_grid", "chain_builder", "kit_cards", "four_box", "two_sides", "two_column", "three_boxes",
    "script_builder", "values_compass", "audio_timer_plus_form", "quick_curve", "two_way_arrow", "step_card",
    "circle_map", "timeline", "dialogue_table", "table_form", "episode_tagger", "card", "paged_form", "clock_grid",
    "private_journal", "process_note", "two_letters", "traffic_light_plan", "staying_safe_plan", "quick_tap",
]  # fmt: skip
"""How an exercise is laid out; every one has a plain form behind it."""

Gate = Literal["suicide", "harm_by_other", "dissociation", "mania", "distress", "health", "progress"]
"""What a derived value that is true calls for: its route and clock are in `gates.toml` of the library."""

_RANGES: Mapping[str, tuple[int, int]] = MappingProxyType({"scale_0_10": (0, 10), "slider_0_100": (0, 100)})


class Column(Part):
    """One column of a table; `later` is filled after the event."""

    slug: Text
    label: Text
    type: Single
    options: tuple[Text, ...] = ()
    later: bool = False

    @property
    def range(self) -> tuple[int, int] | None:
        """Lowest and highest answer of a scale; None for other types."""
        return _RANGES.get(self.type)


class Item(Column):
    """One field of an exercise.

    `most` is the largest number of rows or entries; `options_from` names the field whose entries are the options;
    `weekly` is asked anew each week; `by` is who fills it, where only one does; `seconds` are a timer's choices.
    """

    type: FieldType  # type: ignore[assignment]
    sight: Sight = Sight.NORMAL
    optional: bool = False
    most: Annotated[int, Field(ge=1, le=60)] | None = None
    options_from: str = ""
    weekly: bool = False
    by: Filler | None = None
    start: str = ""
    several: bool = False
    seconds: tuple[Annotated[int, Field(ge=10, le=3600)], ...] = ()
    columns: tuple[Column, ...] = ()
    hint: str = ""

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        chosen = self.type in ("choice", "multichoice")
        for given, fits, what in (
            (bool(self.columns), self.type == "table", "columns"),
            (bool(self.seconds), self.type == "audio_timer", "seconds"),
            (bool(self.options or self.options_from), chosen, "options or options_from"),
        ):
            if given != fits:
                raise ValueError(f"field {self.slug}: a {self.type} has {'' if fits else 'no '}{what}")
        if self.most is not None and self.type not in ("table", "list"):
            raise ValueError(f"field {self.slug}: only a table or a list has most")
        return self


class Condition(Part):
    """One test of a field: of the entry itself, or with `row` of any row of a table. A field left empty meets none."""

    field: Text
    row: str = ""
    equals: str | None = None
    differs_from: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    risen_by: float | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        tests = (self.equals, self.differs_from, self.at_least, self.at_most, self.risen_by)
        if sum(test is not None for test in tests) != 1:
            raise ValueError(
                f"{self.field}: exactly one of equals, differs_from, at_least, at_most and risen_by"
            )
        return self


class Derived(Part):
    """A value worked out from entries by a named function of `derive.py`.

    `of` names what it is worked out from: fields, columns as `table.column`, fields of other exercises, or plain words
    and numbers the function asks for. Below `fewest` entries there is no value. `any_of` are the tests of a gate or
    hint; `gate` says what it calls for when true, `use` what the value is for.
    """

    slug: Text
    function: Text
    of: tuple[Text, ...] = ()
    fewest: Annotated[int, Field(ge=1)] | None = None
    any_of: tuple[Condition, ...] = ()
    in_a_row: Annotated[int, Field(ge=2)] | None = None
    gate: Gate | None = None
    use: Text


def _first_is_therapy(value: str) -> str:
    therapy, dot, slug = value.partition(".")
    if not (therapy and dot and slug):
        raise ValueError("an exercise is named therapy.exercise, as in cbt.thought_record")
    return value


ExerciseName = Annotated[str, AfterValidator(_first_is_therapy)]


class Exercise(Part):
    """One exercise: what the person fills in, in which layout, and what comes of it.

    `low_energy` names the fields that count on a bad day. `purpose` and `therapist_sees` are for staff, `title`, labels
    and `patient_next` for the patient.
    """

    name: ExerciseName
    title: Text
    purpose: Text
    widget: Widget
    low_energy: tuple[Text, ...] = ()
    filled_by: tuple[Filler, ...] = ("patient",)
    fields: Annotated[tuple[Item, ...], Field(min_length=1)]
    derived: tuple[Derived, ...] = ()
    therapist_sees: Text
    patient_next: Text
    intro: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = [item.slug for item in self.fields]
        if len(set(names)) < len(names):
            raise ValueError("two fields have one slug")
        unknown = set(self.low_energy) - set(names)
        if unknown:
            raise ValueError(f"low_energy names no field: {', '.join(sorted(unknown))}")
        for derived in self.derived:
            for test in derived.any_of:
                self._refuse_bad_test(derived.slug, test)
        return self

    def _refuse_bad_test(self, derived: str, test: Condition) -> None:
        column: Column | None = self.item(test.field)
        if isinstance(column, Item) and test.row:
            column = next((one for one in column.columns if one.slug == test.row), None)
        if column is None:
            raise ValueError(f"{derived}: there is no field {test.field} {test.row}".rstrip())
        wanted = test.equals if test.equals is not None else test.differs_from
        known = ("yes", "no") if column.type == "yes_no" else column.options
        if wanted is not None and known and wanted not in known:
            raise ValueError(f"{derived}: {wanted!r} is no answer to {column.slug}")

    def item(self, slug: str) -> Item | None:
        """The field of that slug, or None."""
        return next((item for item in self.fields if item.slug == slug), None)

    @property
    def gates(self) -> tuple[Derived, ...]:
        """Derived values that call for someone when they are true."""
        return tuple(derived for derived in self.derived if derived.gate)

    @property
    def is_private_note(self) -> bool:
        """Whether it is a therapist's process note through and through, which is kept sealed and apart."""
        return all(item.sight is Sight.PROCESS_NOTE for item in self.fields)


Names = Annotated[tuple[ExerciseName, ...], BeforeValidator(tuple)]
