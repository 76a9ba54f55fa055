"""What the records of a fit amount to: how many people, which scores and treatments, over how many days, where."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from holdfast.jobs.forecast_rows import InfusionRow, SessionRow
from holdfast.jobs.people import Person

Everyone = Mapping[str, Person]


@dataclass(frozen=True)
class Gathered:
    """Counts of what a fit rests on, and whose records they are in words.

    `scores` are by instrument, `passed_over` those the model cannot read; `sites` counts people. `followed` is the
    least, middle and greatest number of days of a record; `dates` the first and last, where the files have dates.
    """

    name: str
    people: int
    scores: Mapping[str, int]
    passed_over: Mapping[str, int]
    infusions: int
    inactive: int
    sessions: Mapping[str, int]
    followed: tuple[float, float, float]
    dates: tuple[str, str] | None
    sites: Mapping[str, int]

    @property
    def sentence(self) -> str:
        """All of it in one sentence."""
        scores = ", ".join(f"{count:,} of {slug}" for slug, count in self.scores.items())
        sessions = sum(self.sessions.values())
        least, middle, greatest = (f"{days:.0f}" for days in self.followed)
        between = f", between {self.dates[0]} and {self.dates[1]}" if self.dates else ""
        return (
            f"{self.people:,} people followed for {least} to {greatest} days (median {middle}){between}; "
            f"scores: {scores}; {self.infusions:,} infusions of ketamine, {self.inactive:,} of an inactive drug, "
            f"{sessions:,} sessions attended"
        )


def gathered(name: str, everyone: Everyone, *, linked: tuple[str, ...]) -> Gathered:
    """The counts of these people; `linked` are the instruments the model can read."""
    people = everyone.values()
    scores = Counter(one.instrument for person in people for one in person.readings(linked))
    rows = Counter(row.instrument for person in people for row in person.scores)
    events = [row for person in people for row in person.events]
    doses = [row.dose for row in events if isinstance(row, InfusionRow)]
    followed = sorted(person.day(person.ends_at) for person in people)
    clocks = {person.clock for person in people}
    return Gathered(
        name=name,
        people=len(everyone),
        scores=dict(sorted(scores.items())),
        passed_over={
            slug: count - scores[slug] for slug, count in sorted(rows.items()) if count > scores[slug]
        },
        infusions=sum(dose is not None for dose in doses),
        inactive=sum(dose is None for dose in doses),
        sessions=dict(
            sorted(
                Counter(row.therapy for row in events if isinstance(row, SessionRow) and row.attended).items()
            )
        ),
        followed=(followed[0], median(followed), followed[-1]),
        dates=_dates(everyone) if clocks == {"date"} else None,
        sites=dict(sorted(Counter(person.site for person in people if person.site).items())),
    )


def _dates(everyone: Everyone) -> tuple[str, str]:
    first = min(person.starts_at for person in everyone.values())
    last = max(person.ends_at for person in everyone.values())
    return first.date().isoformat(), last.date().isoformat()
