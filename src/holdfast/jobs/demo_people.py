"""The people of the synthetic clinic: forty courses of care, drawn from the forecast's own model.

A story fixes what was done and the stage it must have reached today; severity and scores are drawn, with a fixed
seed, until a course reaches that stage. Nobody here exists.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from holdfast import units
from holdfast.errors import HoldfastError
from holdfast.forecast import parameters, simulate
from holdfast.forecast.model import InfusionEvent, SessionEvent, Treatment
from holdfast.instruments.loader import load
from holdfast.instruments.scoring import score
from holdfast.jobs.demo_stories import STORIES, Story
from holdfast.outcomes.definitions import Reading
from holdfast.pathway.checkin_times import Arrival, arrival
from holdfast.pathway.history import ATTENDED, Attendance, CourseFact, History, InfusionFact, SessionFact
from holdfast.pathway.stage import Stage, stage

SEED = 20_260_302
DRUG = "ketamine_iv"
ZONE = ZoneInfo("Europe/London")
CANDIDATES = 250
ROUNDS = 40
"""Courses drawn at once, and how often, before a stage counts as out of reach."""

FIRST_NAMES = (
    "Ada", "Bruno", "Clara", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kavita", "Leon", "Mira",
    "Nils", "Olga", "Pablo", "Quinn", "Rosa", "Samir", "Tilda", "Umar", "Vera", "Wanda", "Xavier", "Yara", "Zeno",
    "Amina", "Boris", "Celia", "Dario", "Edith", "Felix", "Gwen", "Henri", "Isla", "Jamal", "Kira", "Luca", "Mona",
    "Noor",
)  # fmt: skip
SURNAMES = ("Example", "Sample", "Specimen", "Madeup", "Nobody")
"""No one can take these people for real ones."""

SHARE_PARTIAL, SHARE_LATE, SHARE_BACKFILLED, SHARE_OF_THOUGHTS = 0.05, 0.08, 0.07, 0.25
GAD7_PER_PHQ9_POINT = 0.75
"""How closely anxiety follows depression here: believable, not taken from a source."""


@dataclass(frozen=True)
class Answered:
    """A check-in: answers by item, or a clinician's total; how it came; whether the alert it raised still waits."""

    at: datetime
    recorded_at: datetime
    arrived: Arrival
    instrument: str
    answers: Mapping[str, int | None] | None = None
    total: int | None = None
    waits: bool = False

    @property
    def marked(self) -> bool:
        """Whether it raised an alert."""
        return self.answers is not None and bool(score(load(self.instrument), self.answers).alerts)


@dataclass(frozen=True)
class Given:
    """An infusion."""

    at: datetime
    dose_mg: Decimal
    weight_kg: Decimal


@dataclass(frozen=True)
class Held:
    """A therapy session, attended or not."""

    at: datetime
    number: int
    attendance: Attendance


@dataclass(frozen=True)
class Person:
    """One synthetic person with their whole course."""

    code: str
    name: str
    born_on: date
    story: Story
    started_at: datetime
    answered: tuple[Answered, ...]
    given: tuple[Given, ...]
    held: tuple[Held, ...]


def everyone(at: datetime) -> Iterator[Person]:
    """The forty people as of `at`, the same for the same day. Errors: `HoldfastError` when a stage is out of reach."""
    for place, story in enumerate(STORIES):
        yield _person(place, story, at=at, rng=np.random.default_rng([SEED, place]))


def _person(place: int, story: Story, *, at: datetime, rng: np.random.Generator) -> Person:
    today = at.astimezone(ZONE).date()
    blank = Person(
        code=f"D-{place + 1:03}",
        name=f"{FIRST_NAMES[place]} {SURNAMES[place % len(SURNAMES)]}",
        born_on=date(1950 + int(rng.integers(52)), int(rng.integers(1, 13)), int(rng.integers(1, 29))),
        story=story,
        started_at=_moment(story.began_on(today), 7),
        answered=(),
        given=_given(story, today, rng),
        held=_held(story, today, rng),
    )
    days = story.check_in_days(today)
    moments = [_moment(day, float(rng.uniform(8, 20))) for day in _some_late(days, rng)]
    if story.due_now:
        moments[-1] = at - timedelta(days=7, hours=3)
    if story.alert_hours:
        moments.append(at - timedelta(hours=story.alert_hours))
    return replace(blank, answered=_drawn(blank, moments, at=at, rng=rng))


def _some_late(days: Sequence[date], rng: np.random.Generator) -> Iterator[date]:
    """Now and then an answer comes two days after it was due, where there is room before the next."""
    for place, day in enumerate(days):
        room = 0 < place < len(days) - 1 and (days[place + 1] - day).days > 3
        yield day + timedelta(days=2) if room and rng.random() < SHARE_LATE else day


def _given(story: Story, today: date, rng: np.random.Generator) -> tuple[Given, ...]:
    """The usual dose each time, at about the same weight."""
    weight = rng.uniform(52, 105)
    weights = [Decimal(str(round(weight + rng.normal(0, 0.6), 1))) for _ in story.infusion_days(today)]
    return tuple(
        Given(
            at=_moment(day, float(rng.uniform(9, 12))),
            dose_mg=units.dose_mg(dose_mg_per_kg=units.USUAL_DOSE_MG_PER_KG, weight_kg=kg),
            weight_kg=kg,
        )
        for day, kg in zip(story.infusion_days(today), weights, strict=True)
    )


def _held(story: Story, today: date, rng: np.random.Generator) -> tuple[Held, ...]:
    """Sessions with their numbers; one that was missed comes again."""
    number, held = 1, []
    for day, attendance in story.session_days(today):
        held.append(Held(_moment(day, float(rng.integers(13, 17))), number, attendance))
        number += attendance == ATTENDED
    return tuple(held)


def _drawn(
    person: Person, moments: Sequence[datetime], *, at: datetime, rng: np.random.Generator
) -> tuple[Answered, ...]:
    """The check-ins of the first course drawn that reaches the story's stage."""
    days = np.array([units.days_between(person.started_at, moment) for moment in moments])
    treatments = _treatments(person)
    partial = rng.random(len(moments)) < SHARE_PARTIAL
    partial[[0, -1]] = False
    for _ in range(ROUNDS):
        severity = simulate.draw(
            parameters.load(), people=CANDIDATES, days=days, treatments=treatments, rng=rng
        )
        totals = simulate.draw_scores(severity, instrument="phq9", rng=rng)
        for mine, seen in zip(severity, totals, strict=True):
            if _fits(person, moments, seen, partial, at=at):
                return tuple(_check_ins(person, moments, seen, mine, partial, at=at, rng=rng))
    raise HoldfastError(f"no course drawn reaches the stage {person.story.stage}; change the story")


def _treatments(person: Person) -> list[Treatment]:
    infusions: list[Treatment] = [
        InfusionEvent(day=units.days_between(person.started_at, given.at), dose=1.0) for given in person.given
    ]
    sessions: list[Treatment] = [
        SessionEvent(day=units.days_between(person.started_at, held.at), therapy=person.story.therapy)
        for held in person.held
        if held.attendance == ATTENDED
    ]
    return infusions + sessions


def _fits(
    person: Person,
    moments: Sequence[datetime],
    totals: NDArray[np.int64],
    partial: NDArray[np.bool_],
    *,
    at: datetime,
) -> bool:
    """Whether the course tells the story: the newest total within its bounds, and the stage reached."""
    low, high = person.story.last_total
    if not low <= totals[-1] <= high:
        return False
    if person.story.stage is Stage.CLOSED:
        return True
    readings = tuple(
        Reading(at=moment, instrument="phq9", total=int(total))
        for moment, total, gap in zip(moments, totals, partial, strict=True)
        if not gap
    )
    return stage(_history(person, readings), at=at) is person.story.stage


def _history(person: Person, readings: tuple[Reading, ...]) -> History:
    infusions = tuple(
        InfusionFact(given.at, DRUG, given.dose_mg, units.USUAL_DOSE_MG_PER_KG) for given in person.given
    )
    sessions = tuple(SessionFact(held.at, held.number, held.attendance) for held in person.held)
    courses = (CourseFact("1", person.story.therapy, sessions[0].at, sessions),) if sessions else ()
    return History(
        started_at=person.started_at,
        instrument="phq9",
        readings=readings,
        infusions=infusions,
        courses=courses,
        trd_confirmed=person.story.assessed,
    )


def _check_ins(
    person: Person,
    moments: Sequence[datetime],
    totals: NDArray[np.int64],
    severity: NDArray[np.float64],
    partial: NDArray[np.bool_],
    *,
    at: datetime,
    rng: np.random.Generator,
) -> Iterator[Answered]:
    """PHQ-9 each time, GAD-7 beside every third one, a clinician's rating early, after the course and lately."""
    history = replace(_history(person, ()), check_ins_at=tuple(moments))
    rated = {0, min(8, len(moments) - 1), len(moments) - 1} if len(moments) > 1 else set()
    for place, moment in enumerate(moments):
        now = bool(person.story.alert_hours) and place == len(moments) - 1
        recorded_at = moment if now else _recorded_at(moment, at=at, rng=rng)
        came = arrival(history, happened_at=moment, recorded_at=recorded_at)
        ninth = person.story.alert_answer if now else _ninth(person.story, int(totals[place]), rng)
        answers = split(int(totals[place]), "phq9", rng, ninth=ninth)
        if partial[place]:
            answers[f"q{rng.integers(1, 9)}"] = None
        yield Answered(moment, recorded_at, came, "phq9", answers=answers, waits=now)
        if place % 3 == 0:
            anxiety = int(np.clip(round(GAD7_PER_PHQ9_POINT * totals[place] + rng.normal(0, 2)), 0, 21))
            later = timedelta(minutes=2)
            yield Answered(
                moment + later, recorded_at + later, came, "gad7", answers=split(anxiety, "gad7", rng)
            )
        if place in rated and not now:
            instrument = "madrs" if rng.random() < 0.6 else "qids_sr16"
            (rating,) = simulate.draw_scores(severity[[place]], instrument=instrument, rng=rng)
            later = timedelta(minutes=30)
            yield Answered(moment + later, recorded_at + later, came, instrument, total=int(rating))


def _ninth(story: Story, total: int, rng: np.random.Generator) -> int:
    """Item 9: above 0 now and then where the story says so and depression is at least moderate."""
    thinks = story.thoughts and total >= 10 and rng.random() < SHARE_OF_THOUGHTS
    return int(1 + (rng.random() < 0.25)) if thinks else 0


def split(total: int, instrument: str, rng: np.random.Generator, *, ninth: int = 0) -> dict[str, int | None]:
    """Answers that add up to the total: points fall on items with room, sleep and energy first.

    PHQ-9 item 9 is `ninth`, more only where the total leaves no other room.
    """
    items = load(instrument).item_ids
    weights = np.array([1.0, 1.0, 1.4, 1.6, 0.9, 1.0, 0.9, 0.5, 0.0])[: len(items)]
    points = np.zeros(len(items), np.int64)
    if instrument == "phq9":
        points[8] = min(ninth, total)
    for _ in range(total - int(points.sum())):
        room = (points < 3) * weights
        chosen = rng.choice(len(items), p=room / room.sum()) if room.any() else int(np.argmin(points))
        points[chosen] += 1
    answers: dict[str, int | None] = {item: int(value) for item, value in zip(items, points, strict=True)}
    return answers


def _recorded_at(moment: datetime, *, at: datetime, rng: np.random.Generator) -> datetime:
    """Now and then an answer given on paper is entered days later."""
    later = timedelta(hours=float(rng.uniform(30, 80))) if rng.random() < SHARE_BACKFILLED else timedelta()
    return moment + later if moment + later < at - timedelta(hours=1) else moment


def _moment(day: date, hour: float) -> datetime:
    """The moment of that day at the clinic, UTC."""
    return (datetime.combine(day, time(), tzinfo=ZONE) + timedelta(hours=hour)).astimezone(UTC)
