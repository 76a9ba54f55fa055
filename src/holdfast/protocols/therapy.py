"""What a psychotherapy is: its tracks with all sessions and exercises, and the rules around them."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from holdfast.protocols.exercise import Exercise, ExerciseName, Gate
from holdfast.protocols.model import Kind, Part, Protocol, Status, Text, Threshold
from holdfast.protocols.outline import AgendaItem, SessionOutline
from holdfast.protocols.track import Track


class FirstSession(Part):
    """When the first session is best held, from the infusion that brought relief and from the last one."""

    earliest_after_infusion: Threshold
    latest_after_infusion: Threshold
    latest_after_course: Threshold
    without_relief: Text


class PlayStep(Part):
    """What a playbook puts into the sessions from one number to another."""

    first: Annotated[int, Field(ge=1)]
    last: Annotated[int, Field(ge=1)]
    text: Text


class Playbook(Part):
    """Content for the same session slots, by the focus that was chosen."""

    slug: Text
    title: Text
    exercise: ExerciseName
    steps: Annotated[tuple[PlayStep, ...], Field(min_length=1)]
    caution: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(step.last < step.first for step in self.steps) or any(
            earlier.last >= later.first for earlier, later in pairwise(self.steps)
        ):
            raise ValueError(f"playbook {self.slug}: steps must follow on one another")
        return self

    def step(self, number: int) -> str:
        """What it has for the session of that number; empty where it has nothing."""
        return next((step.text for step in self.steps if step.first <= number <= step.last), "")


class Elective(Part):
    """A topic that can be chosen for a session."""

    slug: Text
    title: Text
    content: Text
    caution: str = ""


class Week(Part):
    """One week of a group's curriculum. `staff_name` is what trained staff call it."""

    week: Annotated[int, Field(ge=1)]
    module: Text
    title: Text
    idea: Text
    practice: ExerciseName
    staff_name: Text
    summary: Text
    script: tuple[Text, ...] = ()


class Curriculum(Part):
    """What a rolling group teaches, week by week, round and round; `light` is the shorter selection of weeks."""

    minutes: Annotated[int, Field(ge=30, le=180)]
    agenda: Annotated[tuple[AgendaItem, ...], Field(min_length=1)]
    modules: Annotated[Mapping[str, Text], AfterValidator(MappingProxyType)]
    weeks: Annotated[tuple[Week, ...], Field(min_length=1)]
    join_weeks: Annotated[tuple[int, ...], Field(min_length=1)]
    light: tuple[int, ...] = ()
    enough_weeks: Annotated[int, Field(ge=1)]
    members: tuple[int, int]
    new_at_once: Annotated[int, Field(ge=1)]
    rules: Annotated[tuple[Text, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if [week.week for week in self.weeks] != list(range(1, len(self.weeks) + 1)):
            raise ValueError("weeks must be numbered from 1 without a gap")
        unknown = {week.module for week in self.weeks} - set(self.modules)
        if unknown:
            raise ValueError(f"modules lack {', '.join(sorted(unknown))}")
        if not set(self.join_weeks) | set(self.light) <= {week.week for week in self.weeks}:
            raise ValueError("join_weeks and light name weeks there are")
        if sum(item.minutes for item in self.agenda) != self.minutes:
            raise ValueError("agenda: the minutes do not add up")
        return self


class When(Part):
    """What to do when something is so."""

    when: Text
    do: Text


class Eligibility(Part):
    """Whom the therapy suits, with which cautions, and when it is not for now."""

    consider_when: Annotated[tuple[Text, ...], Field(min_length=1)]
    caution: tuple[When, ...] = ()
    not_now: Annotated[tuple[When, ...], Field(min_length=1)]


class Role(Part):
    """Who does what in this therapy."""

    slug: Text
    does: Text
    training: str = ""
    required: bool = True


class Completion(Part):
    """When a course is complete: its sessions held and all of these, confirmed by the person and the therapist.

    Conventions. The fewest sessions stand with each track.
    """

    remission_readings: Annotated[int, Field(ge=1)] = 3
    over_weeks: Annotated[int, Field(ge=1)] = 8
    plan: ExerciseName
    besides: tuple[Text, ...] = ()
    otherwise: Text


class HalfWay(Part):
    """The check on whether it helps: no fall of so many points half-way, and the choice is looked at again.

    Each track says when it is half-way.
    """

    least_fall: Threshold


class Rung(Part):
    """What is done after so many missed sessions in a row, and what never is."""

    missed: Annotated[int, Field(ge=1)]
    do: Text
    never: Text


class Continuation(Part):
    """Sessions that may follow the end for those who need them."""

    sessions: Annotated[int, Field(ge=1)]
    months: Annotated[int, Field(ge=1)]
    whom: Text
    source: Text


class Adaptation(Part):
    """How the therapy is fitted to a circumstance."""

    to: Text
    how: Text


class Therapy(Protocol):
    """One psychotherapy with all its sessions and exercises, as a course runs on it."""

    kind: Literal[Kind.THERAPY]
    parent: str = ""
    formats: Annotated[tuple[Literal["individual", "group", "family"], ...], Field(min_length=1)]
    channels: Annotated[tuple[Literal["in_person", "video", "phone"], ...], Field(min_length=1)]
    grounding: Text
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    eligibility: Eligibility
    switch_when: tuple[Text, ...]
    first_session: FirstSession
    preparation: str = ""
    tracks: Annotated[tuple[Track, ...], Field(min_length=1)]
    playbooks: tuple[Playbook, ...] = ()
    electives: tuple[Elective, ...] = ()
    curriculum: Curriculum | None = None
    completion: Completion
    half_way: HalfWay | None = None
    attendance: Annotated[tuple[Rung, ...], Field(min_length=1)]
    continuation: Continuation | None = None
    adaptations: tuple[Adaptation, ...] = ()
    prompts: tuple[Text, ...] = ()
    arc: tuple[Text, ...] = ()
    copyright: Text
    sessions: Annotated[Mapping[str, SessionOutline], AfterValidator(MappingProxyType)]
    exercises: Annotated[Mapping[str, Exercise], AfterValidator(MappingProxyType)]

    @model_validator(mode="after")
    def _resolves(self) -> Self:
        if self.status is Status.ACTIVE and (
            len(self.sign_offs) < 2 or not any(one.trained_in_it for one in self.sign_offs)
        ):
            raise ValueError("an active therapy is signed by two clinicians, one of them trained in it")
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterator[str]:
        held = set(self.sessions)
        if self.preparation and self.preparation not in held:
            yield f"preparation: no session {self.preparation}"
        for track in self.tracks:
            for phase in track.phases:
                for outline in dict.fromkeys(phase.outlines):
                    if outline not in held:
                        yield f"track {track.slug}, phase {phase.slug}: no session {outline}"
                if phase.rolling and self.curriculum is None:
                    yield f"track {track.slug}, phase {phase.slug}: rolling needs a curriculum"
            if track.half_way is not None and self.half_way is None:
                yield f"track {track.slug}: half_way needs the fall of the therapy's half_way"
        for where, name in self._named_exercises():
            if name not in self.exercises:
                yield f"{where}: no exercise {name}"
        unused = held - {o for t in self.tracks for p in t.phases for o in p.outlines} - {self.preparation}
        if unused:
            yield f"sessions that no track holds: {', '.join(sorted(unused))}"

    def _named_exercises(self) -> Iterator[tuple[str, str]]:
        for outline in self.sessions.values():
            yield from ((f"session {outline.slug}", name) for name in outline.exercises)
            yield from ((f"session {outline.slug}", one.exercise) for one in outline.practice)
            yield from ((f"session {outline.slug}", one.exercise) for one in outline.agenda if one.exercise)
        for playbook in self.playbooks:
            yield f"playbook {playbook.slug}", playbook.exercise
        for week in self.curriculum.weeks if self.curriculum else ():
            yield f"week {week.week}", week.practice
        yield "completion", self.completion.plan

    @property
    def family(self) -> str:
        """The shipped therapy it is one of: a fork's parent, else its own slug."""
        return self.parent or self.slug

    def has_gate(self, gate: Gate) -> bool:
        """Whether one of its exercises has that gate."""
        return any(one.gate == gate for exercise in self.exercises.values() for one in exercise.gates)

    def track(self, slug: str) -> Track:
        """The track of that slug; the first one for an empty slug. Errors: `KeyError`."""
        return {track.slug: track for track in self.tracks}[slug or self.tracks[0].slug]

    def enough(self, track: Track) -> int:
        """The fewest sessions, or weeks of a group, that a complete course on that track has."""
        if track.fewest_sessions is not None or self.curriculum is None:
            return track.fewest_sessions or 0
        return self.curriculum.enough_weeks

    def playbook(self, slug: str) -> Playbook | None:
        """The playbook of that slug, or None."""
        return next((one for one in self.playbooks if one.slug == slug), None)
