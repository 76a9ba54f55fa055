"""Since last time: what a therapist wants to know in the minute before a session, each line with where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from holdfast.instruments.loader import load as load_instrument
from holdfast.instruments.model import Instrument
from holdfast.outcomes.definitions import Reading
from holdfast.pathway.history import MISSED, History
from holdfast.pathway.relief import relief_state
from holdfast.records.queries import exercises, patient, therapy
from holdfast.web.clinician.naming import ATTENDANCE, day
from holdfast.web.page import PageRequest

DIARY = "diary_grid"
FEEDBACK = "shared.session_feedback"


@dataclass(frozen=True)
class Line:
    """One thing to know: what, in words; where to look; whether it wants attention."""

    what: str
    words: str
    href: str = ""
    alarming: bool = False


def since_last(
    request: PageRequest, course: therapy.Course, rows: tuple[exercises.EntryRow, ...]
) -> tuple[list[Line], datetime | None]:
    """The lines, most pressing first, and when the last session was; None before the first."""
    history = patient.history(request.viewer, course.episode_id)
    attended = [one.at for one in course.fact.sessions if one.attended and one.at <= request.at]
    last = max(attended, default=None)
    lines = [
        *_alerts(history),
        *_scores(history, since=last),
        *_relief(history, at=request.at),
        *_missed(course, since=last),
        *_practice(request, course, rows),
        *_diary(request, course, rows),
        *_feedback(course, rows),
    ]
    return lines, last


def _alerts(history: History) -> Iterator[Line]:
    for alert in history.open_alerts:
        yield Line(
            "Safety alert",
            f"level {alert.level}, raised {day(alert.raised_at)}, not answered yet: {alert.owner_name}",
            href=reverse("alerts"),
            alarming=True,
        )


def _scores(history: History, *, since: datetime | None) -> Iterator[Line]:
    """The newest total of each instrument, and how far it is from the last one known at the session before."""
    newest: dict[str, Reading] = {}
    before: dict[str, Reading] = {}
    for reading in sorted(history.readings, key=lambda one: one.at):
        newest[reading.instrument] = reading
        if since is not None and reading.at <= since:
            before[reading.instrument] = reading
    for slug, reading in newest.items():
        instrument = load_instrument(slug)
        earlier = before.get(slug)
        moved = ""
        if earlier is not None and earlier is not reading:
            moved = f"; {_change(reading.total - earlier.total)} on {day(earlier.at)}"
        yield Line(instrument.name, f"{reading.total}{_band(instrument, reading)}, {day(reading.at)}{moved}")


def _change(points: float) -> str:
    if points == 0:
        return "the same as"
    return f"{abs(points):g} {'higher' if points > 0 else 'lower'} than"


def _band(instrument: Instrument, reading: Reading) -> str:
    found = next((b.name for b in instrument.bands if b.low <= reading.total <= b.high), "")
    return f" ({found.lower()})" if found else ""


def _relief(history: History, *, at: datetime) -> Iterator[Line]:
    given = [one.at for one in history.infusions if one.at <= at]
    state = relief_state(history, at=at)
    if given:
        days = (at - given[-1]) // timedelta(days=1)
        ago = "today" if days == 0 else f"{days} day{'' if days == 1 else 's'} ago"
        yield Line("Infusion", f"number {len(given)}, {ago}")
    if state is not None:
        yield Line("Relief", state.value, alarming=state.value in ("fading", "none"))


def _missed(course: therapy.Course, *, since: datetime | None) -> Iterator[Line]:
    for one in course.fact.sessions:
        if one.attendance in MISSED and (since is None or one.at > since):
            yield Line("Session missed", f"{day(one.at)}: {ATTENDANCE[one.attendance]}", alarming=True)


def _practice(
    request: PageRequest, course: therapy.Course, rows: tuple[exercises.EntryRow, ...]
) -> Iterator[Line]:
    for given in therapy.given(request.viewer, course.course_id):
        exercise = course.plan.exercises.get(given.exercise)
        if exercise is None:
            continue
        mine = [row for row in rows if row.exercise == given.exercise and row.at >= given.given_at]
        mine = [row for row in mine if not row.by_therapist]
        yield Line(
            f"Practice: {exercise.title}",
            _outcome(mine, optional=given.optional),
            href=_entry(course, mine[0]) if mine else "",
        )


def _outcome(rows: list[exercises.EntryRow], *, optional: bool) -> str:
    if not rows:
        return "nothing yet" + (" (was optional)" if optional else "")
    newest = rows[0]
    if newest.outcome == "not_this_time":
        return f"not this time{f': {newest.obstacle}' if newest.obstacle else ''}"
    times = f"{len(rows)} times, last " if len(rows) > 1 else ""
    small = ", the small version" if newest.outcome == "small" else ""
    waits = "; how it went is not filled in yet" if newest.waits else ""
    return f"done {times}{day(newest.at)}{small}{waits}"


def _diary(
    request: PageRequest, course: therapy.Course, rows: tuple[exercises.EntryRow, ...]
) -> Iterator[Line]:
    for name, exercise in course.plan.exercises.items():
        if exercise.widget != DIARY:
            continue
        week = [row for row in rows if row.exercise == name and row.at >= request.at - timedelta(days=7)]
        if week:
            days = len({row.at.date() for row in week})
            yield Line(exercise.title, f"{days} of the last 7 days", href=_entry(course, week[0]))


def _feedback(course: therapy.Course, rows: tuple[exercises.EntryRow, ...]) -> Iterator[Line]:
    said = next((row for row in rows if row.exercise == FEEDBACK), None)
    if said is not None:
        yield Line("Their word on the last session", day(said.at), href=_entry(course, said))


def _entry(course: therapy.Course, row: exercises.EntryRow) -> str:
    return reverse("exercise_entry", args=[course.course_id, row.thread])
