"""Every text of the therapies that a patient reads, with file and key, and how hard each is to read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.protocols.exercise import Column, Exercise, Item
from holdfast.protocols.loader import LIBRARY, load, therapies
from holdfast.protocols.outline import SessionOutline
from holdfast.protocols.therapy import Therapy


@dataclass(frozen=True)
class Text:
    """A text, and where it stands; `running` if it is read as sentences and not as a heading, label or answer."""

    where: str
    text: str
    running: bool

    @property
    def sentences(self) -> list[str]:
        """Its sentences; a line of its own is one too."""
        return [part.strip() for part in re.split(r"[.!?](?=\s|$)|\n", self.text) if part.strip()]


def grade(text: str) -> float:
    """Flesch-Kincaid grade of a text: sentence and word length, roughly in school years."""
    words = re.findall(r"[A-Za-z']+", text)
    sentences = [s for s in re.split(r"[.:!?]", text) if s.strip()]
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e\b", "", w.lower())))) for w in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def all_texts() -> tuple[Text, ...]:
    """Every text that a patient may read, each once: what is shared is in every therapy."""
    cards = [Text("ketamine_iv/protocol.toml: patient_card", load("ketamine_iv").patient_card, True)]
    return tuple(dict.fromkeys((*cards, *(text for one in therapies() for text in _of_therapy(one)))))


def _of_therapy(therapy: Therapy) -> Iterator[Text]:
    file = f"{therapy.slug}/protocol.toml"
    yield Text(f"{file}: patient_card", therapy.patient_card, True)
    for track in therapy.tracks:
        yield Text(f"{file}: tracks.{track.slug}.name", track.name, False)
        yield Text(f"{file}: tracks.{track.slug}.about", track.about, True)
    for book in therapy.playbooks:
        yield Text(f"{file}: playbooks.{book.slug}.title", book.title, False)
        for step in book.steps:
            yield Text(f"{file}: playbooks.{book.slug}.steps.{step.first}", step.text, False)
    for topic in therapy.electives:
        yield Text(f"{file}: electives.{topic.slug}.title", topic.title, False)
    for outline in therapy.sessions.values():
        yield from _of_session(therapy.slug, outline)
    for exercise in therapy.exercises.values():
        yield from _of_exercise(exercise)
    yield from _of_group(therapy)


def _of_session(therapy: str, outline: SessionOutline) -> Iterator[Text]:
    place = f"sessions/{outline.slug}.toml"
    file = f"{therapy}/{place}" if (LIBRARY / therapy / place).exists() else f"shared/{place}"
    yield Text(f"{file}: title", outline.title, False)
    yield Text(f"{file}: before", outline.before, True)
    yield Text(f"{file}: after", outline.after, True)
    for item in outline.agenda:
        yield Text(f"{file}: agenda.{item.slug}.text", item.text, False)
    for given in outline.practice:
        if given.dose:
            yield Text(f"{file}: practice.{given.exercise}.dose", given.dose, False)


def _of_exercise(exercise: Exercise) -> Iterator[Text]:
    of, _, name = exercise.name.partition(".")
    file = f"{of}/exercises/{name}.toml"
    yield Text(f"{file}: title", exercise.title, False)
    yield Text(f"{file}: patient_next", exercise.patient_next, True)
    if exercise.intro:
        yield Text(f"{file}: intro", exercise.intro, True)
    for item in exercise.fields:
        yield from _of_field(f"{file}: {item.slug}", item)


def _of_field(where: str, item: Item) -> Iterator[Text]:
    yield from _of_column(where, item)
    if item.hint:
        yield Text(f"{where}.hint", item.hint, True)
    for column in item.columns:
        yield from _of_column(f"{where}.{column.slug}", column)


def _of_column(where: str, column: Column) -> Iterator[Text]:
    yield Text(f"{where}.label", column.label, False)
    for number, option in enumerate(column.options, 1):
        yield Text(f"{where}.options.{number}", option, False)


def _of_group(therapy: Therapy) -> Iterator[Text]:
    if therapy.curriculum is None:
        return
    file = f"{therapy.slug}/curriculum.toml"
    for number, rule in enumerate(therapy.curriculum.rules, 1):
        yield Text(f"{file}: rules.{number}", rule, True)
    for item in therapy.curriculum.agenda:
        yield Text(f"{file}: agenda.{item.slug}.text", item.text, False)
    for week in therapy.curriculum.weeks:
        here = f"{file}: weeks.{week.week}"
        yield Text(f"{here}.title", week.title, False)
        yield Text(f"{here}.idea", week.idea, True)
        yield Text(f"{here}.summary", week.summary, True)
