"""The form of the aid for choosing: stars, what was tried, what stands in the way, and what was chosen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from holdfast.care.choices import Talk
from holdfast.pathway.choosing import NONE_FOR_NOW, NOT_SURE, Answers, Stop
from holdfast.protocols.choice_aid import ChoiceAid, Statement, StopKind
from holdfast.protocols.therapy import Therapy
from holdfast.records.queries import clinic, patient
from holdfast.web.clinician import entry
from holdfast.web.clinician.naming import age
from holdfast.web.page import PageRequest

STARS = (
    ("", "no answer"),
    ("0", "no stars: not at all"),
    ("1", "1 star: a little"),
    ("2", "2 stars: quite a lot"),
    ("3", "3 stars: very much"),
)
NOT_TRIED = ("", "No, or not said")
OTHERS = ((NOT_SURE, "I am not sure yet"), (NONE_FOR_NOW, "None of these, for now"))
OF_THE_TALK = ("happened_at", "took_part", "chosen", "why", "disagreement", "seen")
"""Fields that are asked once the result has been looked at."""

WORDS_MAX = 4000


@dataclass(frozen=True)
class Row:
    """A statement with the stars it is asked for: the person's, the clinician's, or both."""

    statement: Statement
    person: forms.BoundField | None
    clinician: forms.BoundField | None


@dataclass(frozen=True)
class StopRow:
    """Something that may stand in the way, with its fields."""

    words: str
    ticked: forms.BoundField
    reason: forms.BoundField
    until: forms.BoundField
    discreet: bool


class ChooseForm(entry.EpisodeForm):
    """Everything said over the aid. `keeping` asks for the choice as well; without it only the answers must fit."""

    happened_at_label = "When you talked"

    def __init__(
        self,
        *args: Any,
        person: patient.Person,
        request: PageRequest,
        aid: ChoiceAid,
        offered: Sequence[Therapy],
        keeping: bool,
        earlier: Answers | None,
        **options: Any,
    ) -> None:
        super().__init__(*args, person=person, request=request, **options)
        self.aid = aid
        self.today = clinic_day(request)
        self.age = age(person.born_on, self.today) if person.born_on else None
        self.names = {one.slug: one.name for one in offered}
        self._add_answers(earlier or Answers(), person.name)
        self._add_talk(offered, keeping=keeping, people=f"{person.name}, {request.viewer.name}")

    def _add_answers(self, earlier: Answers, name: str) -> None:
        for one in self._statements():
            if one.by in ("person", "both"):
                self.fields[f"person-{one.slug}"] = _stars(f"{one.says} ({name})", earlier.person, one.slug)
            if one.by in ("clinician", "both"):
                self.fields[f"clinician-{one.slug}"] = _stars(
                    f"{one.says} (clinician)", earlier.clinician, one.slug
                )
        for family in self.aid.therapies:
            self.fields[f"before-{family}"] = forms.ChoiceField(
                required=False,
                label=f"{self.names.get(family, family)} before?",
                choices=[NOT_TRIED, *((one.slug, one.asked) for one in self.aid.before)],
                initial=earlier.before.get(family, ""),
            )
        standing = {
            (stop.slug, therapy): stop
            for stop in earlier.stops
            if stop.until >= self.today
            for therapy in stop.therapies
        }
        for mark, kind, therapies in self._stops():
            self._add_stop(mark, self._stop_words(kind, therapies), standing.get((kind.slug, therapies[0])))

    def _add_stop(self, mark: str, words: str, earlier: Stop | None) -> None:
        self.fields[mark] = forms.BooleanField(required=False, label=words, initial=earlier is not None)
        self.fields[f"{mark}-reason"] = forms.CharField(
            required=False,
            max_length=500,
            label=f"{words}: why",
            initial=earlier.reason if earlier else "",
        )
        self.fields[f"{mark}-until"] = forms.DateField(
            required=False,
            label=f"{words}: look again by",
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"invalid": "This is not a date. Expected: for example 2026-04-30."},
            initial=earlier.until if earlier else None,
        )

    def _add_talk(self, offered: Sequence[Therapy], *, keeping: bool, people: str) -> None:
        self.fields["took_part"] = forms.CharField(
            max_length=500, label="Who took part", help_text="Names with commas between.", initial=people
        )
        self.fields["chosen"] = forms.ChoiceField(
            label="What do you choose?",
            choices=[*((one.slug, one.name) for one in offered), *OTHERS],
            widget=forms.RadioSelect,
        )
        for name, label in (("why", "Why"), ("disagreement", "What the clinician sees otherwise")):
            self.fields[name] = forms.CharField(
                required=False,
                max_length=WORDS_MAX,
                label=label,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        self.fields["seen"] = forms.CharField(
            label="The result", widget=forms.HiddenInput, error_messages={"required": "Add it up first."}
        )
        self._must = [name for name in OF_THE_TALK if self.fields[name].required]
        self._keeping = keeping

    def full_clean(self) -> None:
        """As every form; but while the answers are only added up, nothing of the talk has to be there."""
        for name in self._must:
            self.fields[name].required = self._keeping
        super().full_clean()
        for name in self._must:
            self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        """What was sent; something in the way needs its reason, and a day that has not passed."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for mark, _kind, _therapies in self._stops():
            if not given.get(mark):
                continue
            if not given.get(f"{mark}-reason"):
                self.add_error(f"{mark}-reason", "Is empty. Expected: why, in a few words.")
            until = given.get(f"{mark}-until")
            if f"{mark}-until" in given and (until is None or until < self.today):
                self.add_error(f"{mark}-until", "Expected: a day from today on.")
        return given

    @property
    def answers_fit(self) -> bool:
        """Whether the answers could be read, whatever is wrong with the rest."""
        return self.is_bound and not set(self.errors) - set(OF_THE_TALK) - {"uid", "__all__"}

    def answers(self) -> Answers:
        """What was said; nothing stands for what was left out."""
        given = self.cleaned_data
        return Answers(
            person=_given(given, "person-", int),
            clinician=_given(given, "clinician-", int),
            before=_given(given, "before-", str),
            stops=tuple(
                Stop(
                    slug=kind.slug,
                    therapies=therapies,
                    reason=given[f"{mark}-reason"],
                    until=given[f"{mark}-until"],
                )
                for mark, kind, therapies in self._stops()
                if given[mark]
            ),
        )

    def talk(self) -> Talk:
        """Who talked, and what was chosen."""
        given = self.cleaned_data
        return Talk(
            took_part=tuple(name.strip() for name in given["took_part"].split(",") if name.strip()),
            chosen=given["chosen"],
            why=given["why"],
            disagreement=given["disagreement"],
        )

    @property
    def groups(self) -> list[tuple[str, list[Row]]]:
        """The statements by their groups, each with its stars."""
        return [
            (words, [self._row(one) for one in self._statements() if one.group == group])
            for group, words in self.aid.groups.items()
        ]

    @property
    def tried(self) -> list[forms.BoundField]:
        """What was tried before, one field a therapy."""
        return [self[f"before-{family}"] for family in self.aid.therapies]

    @property
    def stop_rows(self) -> list[StopRow]:
        """What may stand in the way."""
        return [
            StopRow(
                words=self._stop_words(kind, therapies),
                ticked=self[mark],
                reason=self[f"{mark}-reason"],
                until=self[f"{mark}-until"],
                discreet=kind.discreet,
            )
            for mark, kind, therapies in self._stops()
        ]

    @property
    def in_the_way(self) -> bool:
        """Whether anything is ticked as standing in the way."""
        return any(row.ticked.value() for row in self.stop_rows)

    def _row(self, one: Statement) -> Row:
        names = (f"person-{one.slug}", f"clinician-{one.slug}")
        person, clinician = (self[name] if name in self.fields else None for name in names)
        return Row(one, person, clinician)

    def _statements(self) -> Iterator[Statement]:
        for one in self.aid.statements:
            if one.ages is None or self.age is None or one.ages[0] <= self.age <= one.ages[1]:
                yield one

    def _stops(self) -> Iterator[tuple[str, StopKind, tuple[str, ...]]]:
        for kind in self.aid.stops:
            if kind.one_by_one:
                yield from ((f"stop-{kind.slug}-{one}", kind, (one,)) for one in kind.therapies)
            else:
                yield f"stop-{kind.slug}", kind, kind.therapies

    def _stop_words(self, kind: StopKind, therapies: tuple[str, ...]) -> str:
        if len(therapies) > 1:
            return kind.asked
        return f"{self.names.get(therapies[0], therapies[0])}: {kind.asked[:1].lower()}{kind.asked[1:]}"


def _stars(label: str, earlier: Mapping[str, int], slug: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        required=False,
        label=label,
        choices=STARS,
        widget=forms.RadioSelect,
        initial=str(earlier[slug]) if slug in earlier else "",
    )


def _given(given: Mapping[str, Any], prefix: str, kind: type) -> dict[str, Any]:
    """The fields of that prefix that were filled in."""
    return {
        name.removeprefix(prefix): kind(value)
        for name, value in given.items()
        if name.startswith(prefix) and value != ""
    }


def clinic_day(request: PageRequest) -> date:
    """The day of the request by the calendar of the clinic."""
    return timezone.localdate(request.at, ZoneInfo(clinic.zone(request.viewer.clinic_id)))


def with_starts(data: MultiValueDict[str, str], form: ChooseForm) -> MultiValueDict[str, str]:
    """What was sent, with the starts of the fields that were not on the page yet."""
    filled = data.copy()
    for name in OF_THE_TALK:
        start = form[name].initial
        if name not in filled and start is not None:
            filled[name] = start
    return filled
