"""A scenario: who is treated, how, and when they are asked. Written as TOML, read as a value that refuses nonsense."""

import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from holdfast.errors import DataFileError
from holdfast.forecast.model import HIGHEST_DOSE, THERAPIES
from holdfast.forecast.scales import instruments, range_of

LONGEST_DAYS = 3660

Day = Annotated[int, Field(ge=0, le=LONGEST_DAYS)]
Gap = Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
Days = Annotated[tuple[Day, ...], Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    """A part of a scenario: never changed after reading, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Entry(_Part):
    """Who is taken in: people whose score on the instrument on day 0 lies within these limits, both included."""

    instrument: str = "madrs"
    at_least: int | None = None
    at_most: int | None = None

    @model_validator(mode="after")
    def _possible(self) -> "Entry":
        _refuse_unknown_instrument(self.instrument)
        low, high = self.limits
        if low > high:
            raise ValueError("at_least is above at_most")
        return self

    @property
    def limits(self) -> tuple[int, int]:
        """Lowest and highest score taken in."""
        low, high = range_of(self.instrument)
        given = (self.at_least, self.at_most)
        return (low if given[0] is None else given[0]), (high if given[1] is None else given[1])


class Visits(_Part):
    """Days on which one instrument is asked for, and the share of times it is answered (day 0 always is)."""

    instrument: str
    days: Days
    answered: Share = 1.0

    @model_validator(mode="after")
    def _known(self) -> "Visits":
        _refuse_unknown_instrument(self.instrument)
        _refuse_unless_rising(self.days, "days")
        return self


class Infusions(_Part):
    """A course of infusions on fixed days, a stop rule, and maintenance after it.

    The course ends early when the best score after `stop_after` infusions lies less than `stop_below_percent` under the
    one on day 0. `maintenance` lists the days from one infusion to the next, after the last of the course;
    `maintenance_for` responders gives them only while the newest score is a response, and waits for one otherwise.
    From the day `inactive_from` on, infusions hold no drug, as when a trial withdraws it blindly.
    **Units**: dose relative to 0.5 mg/kg.
    """

    days: Days
    dose: Annotated[float, Field(gt=0, le=HIGHEST_DOSE)] = 1.0
    drug: Literal["ketamine", "inactive"] = "ketamine"
    stop_after: Annotated[int, Field(ge=1)] | None = None
    stop_below_percent: Annotated[float, Field(gt=0, lt=100)] = 25.0
    maintenance: tuple[Gap, ...] = ()
    maintenance_for: Literal["everyone", "responders"] = "everyone"
    inactive_from: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Infusions":
        _refuse_unless_rising(self.days, "days")
        return self


class Therapy(_Part):
    """A course of one psychotherapy: when it starts, how sessions are spaced, and whether people come.

    `start` is a day; or so many days after the first check-in that shows a response to infusions, on the day
    `at_latest` in any case; or so many days after the last infusion of the course. `days_apart` is one number for all
    sessions or one for each gap. With `by_severity`, coming and leaving depend on severity that day. With `feedback`,
    the therapist sees who is not on track and acts on it.
    """

    therapy: str
    start: Literal["day", "after relief", "after course"] = "day"
    start_days: Day
    at_latest: Day = LONGEST_DAYS
    sessions: Annotated[int, Field(ge=1, le=500)]
    days_apart: Gap | tuple[Gap, ...] = 7
    by_severity: bool = True
    feedback: bool = False

    @model_validator(mode="after")
    def _possible(self) -> "Therapy":
        if self.therapy not in THERAPIES:
            raise ValueError(f"therapy {self.therapy!r} is none of {', '.join(THERAPIES)}")
        if isinstance(self.days_apart, tuple) and len(self.days_apart) != self.sessions - 1:
            raise ValueError(
                f"days_apart has {len(self.days_apart)} gaps; {self.sessions - 1} lie between sessions"
            )
        return self

    @property
    def gaps(self) -> tuple[int, ...]:
        """Days from each session to the next; the first entry stands before the first session and is 0."""
        apart = self.days_apart
        return (0, *(apart if isinstance(apart, tuple) else (apart,) * (self.sessions - 1)))


class Scenario(_Part):
    """A group of people and what is done for them, day by day from day 0 to `days`.

    On one day: first they are asked, then infused, then they come to a session. Response, for the stop rule, for
    maintenance and for the start of therapy, is judged on the instrument of `entry`, which must be asked on day 0.
    """

    name: Annotated[str, Field(min_length=1)]
    about: Annotated[str, Field(min_length=1)]
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
    entry: Entry = Field(default_factory=Entry)
    visits: Annotated[tuple[Visits, ...], Field(min_length=1)]
    infusions: Infusions | None = None
    therapy: Therapy | None = None

    @model_validator(mode="after")
    def _fits(self) -> "Scenario":
        judged = [visits for visits in self.visits if visits.instrument == self.entry.instrument]
        if len({visits.instrument for visits in self.visits}) < len(self.visits):
            raise ValueError("visits: each instrument once")
        if not judged or judged[0].days[0] != 0:
            raise ValueError(f"visits: {self.entry.instrument}, which entry asks for, must be asked on day 0")
        if any(visits.days[-1] > self.days for visits in self.visits):
            raise ValueError("visits: a day lies beyond the last day of the scenario")
        return self

    @property
    def asked(self) -> tuple[tuple[int, str], ...]:
        """Day and instrument of every visit, in the order in which they come."""
        return tuple(sorted((day, visits.instrument) for visits in self.visits for day in visits.days))

    def plan(self) -> tuple[Any, Any]:
        """The scenario as the compiled simulation reads it: numbers, and days."""
        from holdfast.forecast import virtual

        infusions, therapy = self.infusions, self.therapy
        rules = {
            "day": virtual.FIXED_DAY,
            "after relief": virtual.AFTER_RELIEF,
            "after course": virtual.AFTER_COURSE,
        }
        low, high = self.entry.limits
        plan = virtual.Plan(
            days=self.days,
            judged=instruments().index(self.entry.instrument),
            entry_low=float(low),
            entry_high=float(high),
            dose=infusions.dose if infusions else 1.0,
            drug=int(infusions is not None and infusions.drug == "inactive"),
            stop_after=(infusions.stop_after or 0) if infusions else 0,
            stop_fall=infusions.stop_below_percent / 100 if infusions else 0.0,
            maintenance_for_response=infusions is not None and infusions.maintenance_for == "responders",
            inactive_from=_or_missing(infusions.inactive_from if infusions else None),
            therapy=THERAPIES.index(therapy.therapy) if therapy else virtual.MISSING,
            start_rule=rules[therapy.start] if therapy else virtual.FIXED_DAY,
            start_offset=therapy.start_days if therapy else 0,
            latest_start=therapy.at_latest if therapy else LONGEST_DAYS,
            by_severity=therapy.by_severity if therapy else False,
            feedback=therapy.feedback if therapy else False,
        )
        return plan, self._calendar()

    def _calendar(self) -> Any:
        from holdfast.forecast import virtual

        answered = {visits.instrument: visits.answered for visits in self.visits}
        return virtual.Calendar(
            visit_day=np.array([day for day, _ in self.asked], np.int64),
            visit_code=np.array([instruments().index(slug) for _, slug in self.asked], np.int64),
            answered=np.array([answered[slug] for _, slug in self.asked]),
            infusion_day=np.array(self.infusions.days if self.infusions else (), np.int64),
            maintenance_gap=np.array(self.infusions.maintenance if self.infusions else (), np.int64),
            session_gap=np.array(self.therapy.gaps if self.therapy else (0,), np.int64),
        )


def read(file: Path) -> Scenario:
    """The scenario in a file. Errors: `DataFileError` naming file and key, for any fault in it."""
    try:
        return Scenario.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataFileError(file=file.name, key="(syntax)", what=str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        raise DataFileError(file=file.name, key=key, what=first["msg"]) from error


def _or_missing(day: int | None) -> int:
    return -1 if day is None else day


def _refuse_unknown_instrument(slug: str) -> None:
    if slug not in instruments():
        raise ValueError(f"instrument {slug!r} is none of {', '.join(instruments())}")


def _refuse_unless_rising(days: tuple[int, ...], where: str) -> None:
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError(f"{where}: each day must be later than the one before")
