"""What was done for each of the forty people of the synthetic clinic, and where each must stand today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, islice

from holdfast.pathway.history import ATTENDED, Attendance
from holdfast.pathway.stage import Stage

MISSED: Attendance = "did_not_attend"
CALLED_OFF: Attendance = "cancelled_by_patient"
CLINIC: Attendance = "cancelled_by_clinic"

INDUCTION_DAYS = (0, 3, 7, 10, 14, 17)
"""Mondays and Thursdays of three weeks, counted from the first Monday."""

EARLY_SESSION_DAYS = (9, 11, 16, 18)
"""Wednesdays and Fridays while relief is new; then every Wednesday."""


@dataclass(frozen=True)
class Story:
    """One course of care, in weeks counted back from this one.

    `weeks` ago, on a Monday, the first infusion was given, after `lead_in` days in care (without infusions: how
    many days ago care began). `infusions` is the most that were given, `spacing` the weeks between those after the
    sixth. `sessions` names what became of each, in order. `silent_days` is how long ago the newest check-in came.
    `last_total` bounds that PHQ-9 total. `thoughts` marks a person who has answered item 9 above 0; `alert_hours`
    how many hours ago they last did, with nobody having answered yet, and `alert_answer` what they said. `due_now`
    has the newest check-in be a week and a few hours old, so that the next is due at any time of the day.
    """

    stage: Stage
    weeks: int = 0
    lead_in: int = 6
    infusions: int = 6
    spacing: int = 0
    therapy: str = ""
    sessions: tuple[Attendance, ...] = ()
    silent_days: int = 2
    last_total: tuple[int, int] = (0, 27)
    thoughts: bool = False
    alert_hours: int = 0
    alert_answer: int = 1
    due_now: bool = False
    assessed: bool = True
    closed_because: str = ""

    def began_on(self, today: date) -> date:
        """When care began."""
        before = self._first_monday(today) if self.infusions else today
        return before - timedelta(days=self.lead_in)

    def infusion_days(self, today: date) -> tuple[date, ...]:
        """When infusions were given: before today, and no more than the story allows."""
        first = self._first_monday(today)
        days = (first + timedelta(days=day) for day in islice(self._infusions_after(), self.infusions))
        return tuple(day for day in days if day < today)

    def session_days(self, today: date) -> tuple[tuple[date, Attendance], ...]:
        """When sessions were to be held, before today, and what became of each."""
        first = self._first_monday(today)
        days = (first + timedelta(days=day) for day in _sessions_after())
        return tuple((day, what) for day, what in zip(days, self.sessions, strict=False) if day < today)

    def check_in_days(self, today: date) -> tuple[date, ...]:
        """When PHQ-9 was answered: at the start, before the first infusion, the day after each, else weekly."""
        began, newest = self.began_on(today), today - timedelta(days=self.silent_days)
        infusions = self.infusion_days(today)
        fixed = {began, *(day + timedelta(days=1) for day in infusions)}
        fixed |= {infusions[0] - timedelta(days=1)} if infusions and self.lead_in > 3 else set()
        weekly = (newest - timedelta(days=7 * weeks) for weeks in range((newest - began).days // 7 + 1))
        near = {day + timedelta(days=apart) for day in fixed for apart in (-2, -1, 1, 2)}
        return tuple(
            sorted({day for day in fixed if day <= newest} | {day for day in weekly if day not in near})
        )

    def _first_monday(self, today: date) -> date:
        return today - timedelta(days=today.weekday() + 7 * self.weeks)

    def _infusions_after(self) -> Iterator[int]:
        yield from INDUCTION_DAYS
        if self.spacing:
            yield from count(14 + 7 * self.spacing, 7 * self.spacing)


def attended(number: int, *others: tuple[int, Attendance]) -> tuple[Attendance, ...]:
    """So many sessions attended, but for the places (counted from 1) named with what became of them."""
    differing = dict(others)
    return tuple(differing.get(place, ATTENDED) for place in range(1, number + 1))


def _sessions_after() -> Iterator[int]:
    yield from EARLY_SESSION_DAYS
    yield from count(EARLY_SESSION_DAYS[-1] + 5, 7)


ADA = Story(
    Stage.THERAPY,
    weeks=4,
    therapy="cbt",
    sessions=attended(5, (5, MISSED)),
    silent_days=7,
    due_now=True,
    last_total=(6, 14),
)
"""The patient who can log in: in therapy, her check-in due today, her last session missed."""

STORIES = (
    ADA,
    Story(Stage.REFERRED, lead_in=2, infusions=0, assessed=False, silent_days=1),
    Story(Stage.REFERRED, lead_in=9, infusions=0, assessed=False, silent_days=8, thoughts=True),
    Story(Stage.ASSESSED, lead_in=4, infusions=0),
    Story(Stage.ASSESSED, lead_in=6, infusions=0, alert_hours=2, thoughts=True),
    Story(Stage.ASSESSED, lead_in=11, infusions=0),
    Story(Stage.INDUCTION, weeks=1, infusions=1),
    Story(Stage.INDUCTION, weeks=1, infusions=2, lead_in=12),
    Story(Stage.INDUCTION, weeks=1, infusions=2, thoughts=True),
    Story(Stage.INDUCTION, weeks=1, infusions=2, alert_hours=1, alert_answer=2, thoughts=True),
    Story(Stage.RELIEF, weeks=2, infusions=4),
    Story(Stage.RELIEF, weeks=3),
    Story(Stage.RELIEF, weeks=3, lead_in=10),
    Story(Stage.RELIEF, weeks=6, spacing=2, infusions=8),
    Story(Stage.PARTIAL_RELIEF, weeks=2, infusions=4),
    Story(Stage.PARTIAL_RELIEF, weeks=3, thoughts=True),
    Story(Stage.PARTIAL_RELIEF, weeks=4, silent_days=3),
    Story(Stage.NO_RELIEF, weeks=2, infusions=4),
    Story(Stage.NO_RELIEF, weeks=3, thoughts=True),
    Story(Stage.NO_RELIEF, weeks=4, silent_days=12),
    Story(Stage.THERAPY, weeks=4, therapy="cbt", sessions=attended(4)),
    Story(Stage.THERAPY, weeks=6, therapy="dbt", sessions=attended(6, (4, CLINIC)), thoughts=True),
    Story(Stage.THERAPY, weeks=9, therapy="dbt", sessions=attended(10, (6, MISSED)), spacing=3, infusions=8),
    Story(Stage.THERAPY, weeks=7, therapy="act", sessions=attended(8, (6, MISSED), (8, CALLED_OFF))),
    Story(Stage.THERAPY, weeks=8, therapy="ipt", sessions=attended(9), spacing=2, infusions=8),
    Story(Stage.THERAPY, weeks=10, therapy="psychodynamic", sessions=attended(11, (5, CALLED_OFF))),
    Story(Stage.THERAPY, weeks=6, therapy="ipt", sessions=attended(7, (5, MISSED), (7, MISSED)), silent_days=11),
    Story(Stage.CONSOLIDATION, weeks=12, therapy="cbt", sessions=attended(12, (7, MISSED)), spacing=3, infusions=8),
    Story(Stage.CONSOLIDATION, weeks=13, therapy="act", sessions=attended(12), last_total=(5, 15)),
    Story(Stage.CONSOLIDATION, weeks=14, therapy="cbt", sessions=attended(13, (3, CLINIC)), thoughts=True),
    Story(Stage.REMISSION, weeks=10, therapy="cbt", sessions=attended(10, (8, CALLED_OFF)), spacing=3, infusions=8),
    Story(Stage.REMISSION, weeks=12, therapy="ipt", sessions=attended(11)),
    Story(Stage.REMISSION, weeks=9, therapy="act", sessions=attended(9, (2, MISSED))),
    Story(Stage.RECOVERY, weeks=26, therapy="cbt", sessions=attended(13), silent_days=4),
    Story(Stage.RECOVERY, weeks=30, therapy="psychodynamic", sessions=attended(22, (9, CALLED_OFF)), silent_days=3),
    Story(Stage.RELAPSE, weeks=11, therapy="cbt", sessions=attended(5, (4, MISSED), (5, MISSED)), thoughts=True),
    Story(Stage.RELAPSE, weeks=13, infusions=6),
    Story(Stage.RECURRENCE, weeks=40, therapy="ipt", sessions=attended(16), last_total=(10, 27)),
    Story(
        Stage.CLOSED, weeks=15, therapy="act", sessions=attended(12), last_total=(0, 6),
        closed_because="Steady; goes on with their own doctor",
    ),
    Story(Stage.CLOSED, weeks=6, infusions=3, closed_because="Moved away; record sent on at their wish"),
)  # fmt: skip
"""Forty people: every stage, all five therapies. Most came within sixteen weeks; recovery takes four months, so
the recovered and the one who fell ill again have been here longer."""
