"""A session as its page tells it: agenda by the minute, exercises, practice, measures, what people read, its forms."""

from collections.abc import Iterable, Iterator

from holdfast.instruments.loader import all_instruments
from holdfast.protocols.outline import AgendaItem, SessionOutline, Variant
from holdfast.protocols.therapy import Therapy
from tools.markdown import bullets, ended, joined, prose, table


def section(plan: Therapy, outline: SessionOutline) -> str:
    """The whole session under its own heading."""
    return joined(
        f"### {outline.label}. {outline.title} (`{outline.slug}`, {outline.minutes} minutes)",
        prose(ended(f"**When:** {outline.timing}") + ended(f" **Goals:** {'; '.join(outline.goals)}")),
        agenda(plan, outline.agenda),
        bullets(_about(plan, outline)),
        notes(outline.therapist_notes),
    )


def agenda(plan: Therapy, items: Iterable[AgendaItem]) -> str:
    """The points in order, with minutes, who leads and what is filled in; a locked one is never left out."""
    led = {"both": "both", "patient": "the person", "therapist": "the therapist"}
    rows = [
        [
            str(item.minutes),
            f"{item.text}{' (safety, never left out)' if item.locked else ''}",
            led[item.led_by],
            plan.exercises[item.exercise].title if item.exercise else "",
        ]
        for item in items
    ]
    return table(["minutes", "what", "led by", "exercise"], rows)


def _about(plan: Therapy, outline: SessionOutline) -> Iterator[str]:
    if outline.structure == "free":
        yield "The person leads; the points are a frame, not a list to go through."
    if outline.exercises:
        yield ended(f"Exercises: {', '.join(plan.exercises[name].title for name in outline.exercises)}")
    for one in outline.practice:
        dose = f", {one.dose}" if one.dose else ""
        asked = "Practice if they like" if one.optional else "Practice"
        yield ended(f"{asked}: {plan.exercises[one.exercise].title}{dose}")
    if outline.measures:
        yield ended(f"Measures: {', '.join(measure(plan, slug) for slug in outline.measures)}")
    yield f"The person reads before: {outline.before}"
    yield f"The person reads after: {outline.after}"
    for name, variant in outline.variants.items():
        yield _form(outline, name, variant)


def _form(outline: SessionOutline, name: str, variant: Variant) -> str:
    minutes = f", {variant.minutes} minutes" if variant.minutes else ""
    points = ""
    if variant.leave_out or variant.minutes_of:
        points = ": " + "; ".join(f"{item.minutes} {item.text}" for item in outline.in_variant(name))
    return " ".join([ended(f"Form `{name}`{minutes}{points}"), variant.note])


def measure(plan: Therapy, slug: str) -> str:
    """The name of a questionnaire, or of an exercise that asks like one."""
    if slug in all_instruments():
        return all_instruments()[slug].name
    return plan.exercises[slug].title if slug in plan.exercises else slug


def notes(told: Iterable[str]) -> str:
    """What a session tells the therapist."""
    listed = bullets(told)
    return joined("Notes to the therapist:", listed) if listed else ""
