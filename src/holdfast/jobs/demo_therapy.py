"""What therapy left in the records of the synthetic clinic, as steps: courses, sessions, notes, practice, bookings."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, Final

from holdfast.access import Viewer
from holdfast.care import appointments, backlog, choices, courses, exercises, private_notes, rooms
from holdfast.care import therapy as sessions
from holdfast.errors import InvalidInput, NotFound, Problem
from holdfast.jobs import demo_content
from holdfast.jobs.demo_content import Booking, Entry, Note, Practised, Talk, content, dated, moment
from holdfast.jobs.demo_people import ZONE, Given, Person
from holdfast.jobs.demo_people import Held as Session
from holdfast.pathway import booking, choosing
from holdfast.pathway.history import ATTENDED
from holdfast.protocols import filling, loader
from holdfast.protocols.progress import Held, Upcoming, progress
from holdfast.records.queries import patient
from holdfast.records.queries import rooms as room_rows
from holdfast.records.queries import therapy as therapy_rows

Step = tuple[datetime, Callable[[datetime], None]]
"""When, and what is done then."""

SESSION: Final = timedelta(minutes=50)
SATURDAY: Final = 5
HOURS: Final = (10, 14, 11)
"""When the therapist sees people, in the order in which times are given away."""

PREPARED: Final = timedelta(days=5)
"""How long before the first session someone was prepared for it, between two infusions."""

BOOKED: Final = timedelta(hours=20)
"""How long ago the next sessions were booked."""

INFUSED: Final = timedelta(minutes=100)
"""How long ago an infusion was given to someone whose session was booked for the day after: later than the alerts."""

LATE_BY: Final = 9
"""Days from today to a first session that is booked too late for the relief."""

FOCUS: Final = {"D-025": (4, "change")}
"""What a course of IPT works on, decided in the session of that number."""

REASONS: Final[Mapping[str, tuple[str, ...]]] = {
    "did_not_attend": ("Overslept after a bad night", "The bus did not come", "Forgot; phone was flat"),
    "cancelled_by_patient": ("A cold with fever", "Had to work in a colleague’s place", "Child ill at home"),
    "cancelled_by_clinic": ("Therapist ill", "Room flooded"),
}
"""What got in the way, as someone said it."""


@dataclass
class Team:
    """The clinic, who acts in it by log-in name, and what it has by the code of a person."""

    clinic_id: int
    members: dict[str, Viewer] = field(default_factory=dict)
    episodes: dict[str, Any] = field(default_factory=dict)
    courses: dict[str, Any] = field(default_factory=dict)

    @property
    def bell(self) -> Viewer:
        """The therapist."""
        return self.members["bell"]

    def patient(self, person: Person) -> Viewer | None:
        """The person as one who acts; None as long as they have no log-in."""
        return self.members.get(log_in_name(person))


def log_in_name(person: Person) -> str:
    """The first name in small letters."""
    return person.name.split()[0].lower()


class TherapySteps:
    """What therapy left in the record of each person, as steps to be taken in the order of time."""

    def __init__(self, team: Team, *, at: datetime) -> None:
        self.team, self.at = team, at
        self.today = at.astimezone(ZONE).date()
        self.held: defaultdict[str, list[Held]] = defaultdict(list)
        self.threads: dict[tuple[str, int], uuid.UUID] = {}
        self.taken: set[datetime] = set()

    def steps(self, person: Person) -> Iterator[Step]:
        """Everything of the person's therapy."""
        mine = content().people.get(person.code)
        if person.held:
            began = person.held[0].at - (PREPARED if mine else timedelta(days=1))
            if mine and mine.talk:
                yield began - timedelta(hours=1), partial(self._talk, person.code, mine.talk)
            yield began, partial(self._begin, person.code, person.story.therapy)
        for place, one in enumerate(person.held):
            if not (mine and one.attendance == ATTENDED and one.number in mine.notes):
                yield one.at, partial(self._hold, person, one, _reason(person, one, place))
        if mine:
            yield from self._noted(person, mine)
            yield from self._practised(person, mine)
        yield from self._beside(person)

    def _noted(self, person: Person, mine: Practised) -> Iterator[Step]:
        """Sessions held in the room, with their notes; the preparation makes the staying-safe plan."""
        held = begun(person)
        for number, note in mine.notes.items():
            if number not in held:
                raise demo_content.refusal(f"people.{person.code}.notes.{number}", NotFound("was not held"))
            signed = held[number] + SESSION
            yield signed, partial(self._sign, person.code, note, held[number])
            if note.addendum:
                yield signed + timedelta(hours=20), partial(self._add, person.code, number, note.addendum)
        plan = Entry(exercise=demo_content.PLAN, session=0, by="therapist", shown=True, values=mine.plan)
        yield held[0] + timedelta(minutes=40), partial(self.finish, person, -1, plan)
        yield max(held.values()) + 2 * SESSION, partial(self._write_private, person.code, mine.private)

    def _practised(self, person: Person, mine: Practised) -> Iterator[Step]:
        held = begun(person)
        for place, one in enumerate(mine.practice):
            if one.session is not None:
                offset = SESSION + timedelta(minutes=15 + place) if one.by == "therapist" else SESSION * 0.6
                yield held[one.session] + offset, partial(self.finish, person, place, one)
            elif one.day is not None:
                yield moment(self.today, one.day, one.time), partial(self.finish, person, place, one)
            if one.later:
                later = moment(self._counted_from(person, one), one.later_day, one.later_time)
                yield later, partial(self._go_on, person, place, one)
        if mine.draft:
            yield self.at - timedelta(minutes=40), partial(self._draft, person, mine.draft)
        yield self.at - BOOKED, partial(self._book, person.code, mine.booking)

    def _beside(self, person: Person) -> Iterator[Step]:
        """Courses just begun, talks and bookings of people without a log-in."""
        code = person.code
        for one in content().courses:
            if one.code == code:
                yield moment(self.today, -3, "10:00"), partial(self._begin, code, one.therapy)
        if code in content().talks:
            yield moment(self.today, -2, "11:00"), partial(self._talk, code, content().talks[code])
        for booked in content().bookings:
            if booked.code != code:
                continue
            if booked.when == "passed":
                yield self.at - timedelta(days=8), partial(self._book, code, booked)
            elif booked.when == "after_infusion":
                yield self.at - timedelta(days=6), partial(self._book, code, booked)
                yield self.at - INFUSED, partial(self._infuse, code, person.given[-1])
            else:
                yield self.at - BOOKED, partial(self._book, code, booked)

    def _talk(self, code: str, talk: Talk, at: datetime) -> None:
        episode, on = self.team.episodes[code], at.astimezone(ZONE).date()
        answers = choosing.Answers(person=dict(talk.person), clinician=dict(talk.clinician))
        took_part = (patient.person(self.team.bell, episode.pk).name.split()[0], self.team.bell.name)
        try:
            choices.keep(
                episode.pk,
                answers,
                choices.Talk(took_part=took_part, chosen=talk.chosen, why=talk.why),
                seen=choosing.digest(choices.weigh(episode.pk, answers, on=on)),
                on=on,
                happened_at=at,
                by=self.team.bell,
                at=at,
            )
        except InvalidInput as error:
            raise demo_content.refusal(f"talk of {code}", error) from error

    def _begin(self, code: str, therapy: str, at: datetime) -> None:
        self.team.courses[code] = backlog.course(
            self.team.episodes[code], therapy, started_at=at, by=self.team.bell, at=at
        )

    def _hold(self, person: Person, session: Session, reason: str, at: datetime) -> None:
        """A session that was held or missed, with its outline as the protocol has it then."""
        code, course = person.code, self.team.courses[person.code]
        outline = self._outline(code, course.therapy, at=at)
        backlog.session(
            course,
            number=session.number,
            attendance=session.attendance,
            happened_at=session.at,
            by=self.team.bell,
            at=at,
            held=sessions.Held(outline=outline, channel="in_person", reason=reason),
        )
        if session.attendance != ATTENDED:
            return
        self.held[code].append(Held(session.at, session.number, outline))
        for given in content().practice:
            if given.code == code:
                exercises.give(
                    course.pk,
                    given.exercise,
                    number=session.number,
                    dose=given.dose,
                    by=self.team.bell,
                    at=at,
                )

    def _outline(self, code: str, therapy: str, *, at: datetime) -> str:
        """The session that is next; someone who was not prepared begins with the first."""
        protocol = loader.therapy(therapy)
        if code not in content().people:
            protocol = protocol.model_copy(update={"preparation": ""})
        upcoming = progress(protocol, held=self.held[code], at=at).next
        return upcoming.outline.slug if upcoming else ""

    def _sign(self, code: str, note: Note, began: datetime, at: datetime) -> None:
        """The session held in the room, its agenda done, practice given as its outline suggests."""
        course_id, bell = self.team.courses[code].pk, self.team.bell
        row = rooms.open_room(course_id, variant=note.variant, by=bell, at=began)
        outline = therapy_rows.course(bell, course_id).plan.sessions[row.outline]
        ticks = {item.slug: {"state": "done"} for item in outline.in_variant(row.variant)}
        ticks |= {slug: {"state": "moved", "reason": why} for slug, why in note.moved.items()}
        parts = {part: getattr(note, part) for part in rooms.PARTS}
        also = [{"exercise": name, "dose": "once, if it fits", "optional": True} for name in note.also]
        room = rooms.Room(ticks, parts, [*row.homework, *also])
        try:
            rooms.sign(course_id, room, revision=row.revision, by=bell, at=at)
        except (InvalidInput, NotFound) as error:
            raise demo_content.refusal(f"people.{code}.notes.{row.number}", error) from error
        self.held[code].append(Held(began, row.number, row.outline))
        focus = FOCUS.get(code)
        if focus is not None and focus[0] == row.number:
            courses.decide(course_id, "focus", focus[1], by=bell, at=at)

    def _add(self, code: str, number: int, text: str, at: datetime) -> None:
        course_id, bell = self.team.courses[code].pk, self.team.bell
        session = next(one for one in room_rows.held(bell, course_id) if one.number == number and one.noted)
        rooms.add(room_rows.note(bell, course_id, session.uid).note_id, text, by=bell, at=at)

    def _write_private(self, code: str, text: str, at: datetime) -> None:
        private_notes.write(self.team.courses[code].pk, text, by=self.team.bell, at=at)

    def _counted_from(self, person: Person, entry: Entry) -> date:
        """The day from which the days of an entry count."""
        if entry.session is None:
            return self.today
        return begun(person)[entry.session].astimezone(ZONE).date()

    def _writer(self, person: Person, entry: Entry) -> Viewer:
        return self.team.bell if entry.by == "therapist" else self.team.members[log_in_name(person)]

    def finish(self, person: Person, place: int, entry: Entry, at: datetime) -> None:
        """Finish an entry; one of a session is looked at together there, unless the therapist kept it.

        Errors: `DataFileError` naming the entry, where the library refuses it.
        """
        by, course = self._writer(person, entry), self.team.courses[person.code]
        values = dated(entry.values, self._counted_from(person, entry))
        try:
            _refuse_unknown(course.therapy, entry.exercise, values)
            draft = exercises.begin(
                course.pk, entry.exercise, low_energy=entry.outcome == exercises.SMALL, by=by, at=at
            )
            kept = exercises.finish(
                draft,
                values,
                outcome=entry.outcome,
                obstacle=entry.obstacle,
                by=by,
                at=at,
            )
        except (InvalidInput, NotFound) as error:
            raise demo_content.refusal(_named(person, place, entry), error) from error
        self.threads[person.code, place] = kept.thread
        if entry.shown:
            exercises.share(kept.thread, audience="patient", shown=True, by=by, at=at)
        if entry.session is not None and (entry.by == "patient" or entry.shown):
            exercises.look(kept.thread, together=True, by=self.team.bell, at=at)

    def _go_on(self, person: Person, place: int, entry: Entry, at: datetime) -> None:
        by = self._writer(person, entry)
        values = dated({**entry.values, **entry.later}, self._counted_from(person, entry))
        try:
            _refuse_unknown(self.team.courses[person.code].therapy, entry.exercise, values)
            draft = exercises.go_on(self.threads[person.code, place], by=by, at=at)
            exercises.finish(draft, values, outcome=entry.outcome, by=by, at=at)
        except (InvalidInput, NotFound) as error:
            raise demo_content.refusal(f"{_named(person, place, entry)}, later", error) from error

    def _draft(self, person: Person, draft: demo_content.Draft, at: datetime) -> None:
        by, course = self.team.members[log_in_name(person)], self.team.courses[person.code]
        values = dated(draft.values, self.today)
        try:
            _refuse_unknown(course.therapy, draft.exercise, values)
        except (InvalidInput, NotFound) as error:
            raise demo_content.refusal(f"people.{person.code}.draft ({draft.exercise})", error) from error
        row = exercises.begin(course.pk, draft.exercise, by=by, at=at)
        exercises.keep_typed(row, values, revision=0, by=by, at=at)

    def _book(self, code: str, wanted: Booking, at: datetime) -> None:
        """The next session, on a day as the case asks for; a good one lies at the pace and inside the relief."""
        course = therapy_rows.course(self.team.bell, self.team.courses[code].pk)
        upcoming = course.progress(at=self.at).next
        if upcoming is None:
            raise demo_content.refusal(f"booking of {code}", NotFound("there is no session left"))
        starts_at = self._starts_at(course, wanted, upcoming)
        self.taken.add(starts_at)
        appointments.book(
            course.course_id,
            starts_at=starts_at,
            minutes=upcoming.outline.minutes,
            channel=wanted.channel,
            link=wanted.link,
            place=wanted.place,
            by=self.team.bell,
            at=at,
        )

    def _starts_at(self, course: therapy_rows.Course, wanted: Booking, upcoming: Upcoming) -> datetime:
        if wanted.when == "after_infusion":
            return (self.at - INFUSED + timedelta(hours=23)).replace(minute=0, second=0, microsecond=0)
        if wanted.when == "passed":
            return self._passed()
        first = self.today + timedelta(days=LATE_BY)
        late = [first + timedelta(days=more) for more in range(7)]
        return self._free(late if wanted.when == "late" else self._good_days(course, upcoming))

    def _good_days(self, course: therapy_rows.Course, upcoming: Upcoming) -> Sequence[date]:
        bell, episode_id = self.team.bell, course.episode_id
        outlook = patient.outlook(bell, episode_id)
        forecast = outlook.forecast if outlook else None
        holds = forecast.relief_holds if forecast else None
        until = None
        if outlook and holds and holds.median_days is not None:
            until = outlook.made_at + timedelta(days=holds.median_days)
        history = patient.history(bell, episode_id)
        slot = booking.Slot(history, upcoming, forecast=forecast, relief_until=until)
        return booking.good_days(slot, at=self.at)

    def _free(self, days: Sequence[date]) -> datetime:
        """A time on one of the working days at which nobody else is seen."""
        times = (
            moment(day, 0, f"{hour:02}:00") for day in days if day.weekday() < SATURDAY for hour in HOURS
        )
        return next(one for one in times if one not in self.taken)

    def _passed(self) -> datetime:
        """Two o'clock on the last working day that is over for a day."""
        days = (self.today - timedelta(days=back) for back in count(1))
        times = (moment(day, 0, "14:00") for day in days if day.weekday() < SATURDAY)
        return next(one for one in times if one + timedelta(hours=25) <= self.at)

    def _infuse(self, code: str, given: Given, at: datetime) -> None:
        backlog.infusion(
            self.team.episodes[code],
            dose_mg=given.dose_mg,
            weight_kg=given.weight_kg,
            happened_at=at,
            by=self.team.members["okoro"],
            at=at,
        )


def begun(person: Person) -> Mapping[int, datetime]:
    """When each session that was held began, by its number; 0 is the preparation."""
    prepared = person.held[0].at - PREPARED + timedelta(hours=1)
    return {0: prepared} | {one.number: one.at for one in person.held if one.attendance == ATTENDED}


def _reason(person: Person, session: Session, place: int) -> str:
    """What got in the way of a session that was missed; empty for one that was held."""
    known = REASONS.get(session.attendance, ("",))
    return known[(person.born_on.day + place) % len(known)]


def _named(person: Person, place: int, entry: Entry) -> str:
    """Where an entry stands in the file."""
    key = "plan" if entry.exercise == demo_content.PLAN else f"entries.{place}"
    return f"people.{person.code}.{key} ({entry.exercise})"


def _refuse_unknown(therapy: str, name: str, values: Mapping[str, Any]) -> None:
    """Refuse fields and columns the exercise does not have, which a form never sends. Errors: `InvalidInput`."""
    exercise = loader.therapy(therapy).exercises.get(name)
    if exercise is None:
        raise NotFound(f"{therapy} has no exercise {name}")
    known = set(_names(filling.checked(exercise, values)))
    lost = [name for name in _names(values) if name not in known]
    if lost:
        raise InvalidInput(
            *(Problem(name, "is not kept", "a field or column of the exercise") for name in lost)
        )


def _names(values: Mapping[str, Any]) -> Iterator[str]:
    """Every field that is filled in, and every column of its rows."""
    for slug, value in values.items():
        yield slug
        for row in value if isinstance(value, list) else ():
            yield from (f"{slug}.{column}" for column in row) if isinstance(row, Mapping) else ()
