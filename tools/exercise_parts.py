"""An exercise as its page tells it: fields with who sees them, what is worked out, which answers call for someone."""

from collections.abc import Iterable, Iterator, Mapping

from holdfast.protocols.derive import needed
from holdfast.protocols.exercise import Column, Condition, Derived, Exercise, Item, Sight
from holdfast.protocols.gates import gate_rules
from tools.markdown import bullets, ended, joined, prose, table

ANSWERS: Mapping[str, str] = {
    "text": "a line", "long_text": "free text", "choice": "one of", "multichoice": "any of", "scale_0_10": "0 to 10",
    "slider_0_100": "0 to 100", "date": "a day", "time": "a time", "datetime": "a day and time", "number": "a number",
    "yes_no": "yes or no", "person": "a person", "table": "rows", "list": "a list", "body_map": "places on the body",
    "audio_timer": "a timer",
}  # fmt: skip
"""How a field is answered, by its type."""

SEEN_BY: Mapping[Sight, str] = {
    Sight.NORMAL: "the person and the therapist",
    Sight.SENSITIVE: "the person and the therapist; personal",
    Sight.PRIVATE: "the person alone, until they show it",
    Sight.RISK: "the person and the therapist; may carry signs of danger",
    Sight.THIRD_PARTY: "the person and the therapist; about someone else",
    Sight.PROCESS_NOTE: "the therapist who wrote it, alone",
}
"""Who sees what a person wrote in a field."""


def section(exercise: Exercise) -> str:
    """The whole exercise under its own heading."""
    return joined(
        f"### {exercise.title} (`{exercise.name}`)",
        prose(exercise.purpose),
        bullets(_about(exercise)),
        table(
            ["field", "asked", "answer", "who sees it"],
            [[f"`{one.slug}`", one.label, answer(one), seen_by(exercise, one)] for one in exercise.fields],
        ),
        bullets(worked_out(one) for one in exercise.derived),
    )


def _about(exercise: Exercise) -> Iterator[str]:
    yield f"Filled in by: {' or '.join(f'the {who}' for who in exercise.filled_by)}. Layout: {_plain(exercise.widget)}."
    if exercise.intro:
        yield f"The person reads first: {exercise.intro}"
    if exercise.low_energy:
        yield f"On a bad day these are enough: {_named(exercise.low_energy)}."
    yield f"The therapist sees: {exercise.therapist_sees}"
    yield f"The person reads after: {exercise.patient_next}"


def answer(column: Column) -> str:
    """How a field, or a column of a table, is answered."""
    words = ANSWERS[column.type]
    if column.options:
        words = f"{words}: {', '.join(column.options)}"
    if isinstance(column, Item):
        words = "; ".join([words, *_limits(column)])
    return f"{words}; after the event" if column.later else words


def _limits(item: Item) -> Iterator[str]:
    if item.columns:
        yield ", ".join(f"{one.label} ({answer(one)})" for one in item.columns)
    if item.seconds:
        yield f"{' or '.join(map(str, item.seconds))} seconds"
    if item.options_from:
        yield f"from `{item.options_from}`"
    if item.most is not None:
        yield f"at most {item.most}"
    if item.several:
        yield "several"
    if item.start:
        yield f"begins as {item.start}"
    if item.weekly:
        yield "asked anew each week"
    if item.optional:
        yield "if one likes"


def seen_by(exercise: Exercise, item: Item) -> str:
    """Who sees a field: what a therapist wrote is theirs until they show it."""
    by_therapist = item.by == "therapist" or exercise.filled_by == ("therapist",)
    if by_therapist and item.sight is not Sight.PROCESS_NOTE:
        return "the therapist; the person once it is shown to them"
    return f"{SEEN_BY[item.sight]}{'; filled in by the person' if item.by == 'patient' else ''}"


def worked_out(derived: Derived) -> str:
    """A derived value: from what, from how many entries on, and what for; of a gate, whom it calls and how soon."""
    of = f" of {_named(derived.of)}" if derived.of else ""
    when = f" when {' or '.join(_test(one) for one in derived.any_of)}" if derived.any_of else ""
    in_a_row = f", {derived.in_a_row} in a row" if derived.in_a_row else ""
    fewest = f" From {needed(derived)} entries on." if needed(derived) > 1 else ""
    said = f"`{derived.slug}`: `{derived.function}`{of}{when}{in_a_row}. For: {ended(derived.use)}{fewest}"
    if derived.gate is None:
        return said
    rule = gate_rules()[derived.gate]
    told = ", ".join(_plain(one) for one in rule.route) or "nobody"
    return f"{said} **Gate `{derived.gate}`**: tells {told}; {rule.clock}."


def gates() -> str:
    """What each kind of gate calls for, in every therapy."""
    rows = [
        [
            f"`{name}`",
            ", ".join(_plain(one) for one in rule.route) or "nobody",
            rule.clock,
            str(rule.level) if rule.level else "none",
            "yes" if rule.help_at_once else "",
            rule.staff,
            rule.patient,
        ]
        for name, rule in gate_rules().items()
    ]
    header = ["gate", "tells", "within", "alert", "help first", "staff read", "the person reads"]
    return table(header, rows)


def _test(one: Condition) -> str:
    place = f"`{one.field}.{one.row}`" if one.row else f"`{one.field}`"
    tests = (
        (one.equals, "is {}"),
        (one.differs_from, "is not {}"),
        (one.at_least, "is {:g} or more"),
        (one.at_most, "is {:g} or less"),
        (one.risen_by, "has risen by {:g}"),
    )
    return next(f"{place} {words.format(value)}" for value, words in tests if value is not None)


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in names)


def _plain(slug: str) -> str:
    return slug.replace("_", " ")
