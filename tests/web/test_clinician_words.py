"""The words beside the numbers: why a stage, what a forecast says, how long ago; from plain values, no database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from holdfast.care import outlooks
from holdfast.outcomes.definitions import Reading
from holdfast.pathway.history import Attendance, CourseFact, History, InfusionFact, SessionFact
from holdfast.pathway.stage import Stage, stage
from holdfast.records.queries.patient import OutlookRow
from holdfast.web.clinician import chart, forecast_words, naming, stage_words

DAYS = timedelta(days=1)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BEGAN = NOW - 150 * DAYS


def history(*scores: tuple[int, int], infusions: int = 0, sessions: tuple[Attendance, ...] = ()) -> History:
    """PHQ-9 scores as (days ago, total); infusions every third day from 140 days ago; sessions weekly after them."""
    at = [NOW - ago * DAYS for ago, _ in scores]
    return History(
        started_at=BEGAN,
        instrument="phq9",
        readings=tuple(
            Reading(at=at, instrument="phq9", total=total) for at, (_, total) in zip(at, scores, strict=True)
        ),
        check_ins_at=tuple(at),
        infusions=tuple(
            InfusionFact(
                at=NOW - (140 - 3 * i) * DAYS, drug="ketamine_iv", dose_mg=None, dose_mg_per_kg=Decimal("0.5")
            )
            for i in range(infusions)
        ),
        courses=(
            CourseFact(
                key="1",
                therapy="cbt",
                started_at=NOW - 120 * DAYS,
                sessions=tuple(
                    SessionFact(at=NOW - (120 - 7 * i) * DAYS, number=i + 1, attendance=attendance)
                    for i, attendance in enumerate(sessions)
                ),
            ),
        )
        if sessions
        else (),
        trd_confirmed=True,
    )


BEFORE = ((145, 20),)
CASES = [
    (replace(history(), trd_confirmed=False), Stage.REFERRED, "No assessment and no score yet."),
    (history(), Stage.REFERRED, "No score yet."),
    (replace(history(*BEFORE), trd_confirmed=False), Stage.REFERRED, "No finding of treatment resistance yet."),
    (history(*BEFORE), Stage.ASSESSED,
     "Treatment resistance was found and there is a score to judge by; no infusion yet."),
    (history(*BEFORE, (5, 8), infusions=3), Stage.RELIEF,
     "PHQ-9 20 on 7 Jan 2026, 8 on 27 May 2026: down 60 % after 3 infusions."),
    (history(*BEFORE, (5, 14), infusions=3), Stage.PARTIAL_RELIEF,
     "PHQ-9 20 on 7 Jan 2026, 14 on 27 May 2026: down 30 % after 3 infusions."),
    (history(*BEFORE, (5, 22), infusions=3), Stage.NO_RELIEF,
     "PHQ-9 20 on 7 Jan 2026, 22 on 27 May 2026: up 10 % after 3 infusions."),
    (history(*BEFORE, (5, 14), infusions=3, sessions=("attended", "did_not_attend", "attended")), Stage.THERAPY,
     "CBT: 2 attended so far, the newest on 15 Feb 2026."),
    (history(*BEFORE, (5, 14), infusions=3, sessions=("attended",) * 10), Stage.CONSOLIDATION,
     "CBT: 10 attended so far, the newest on 5 Apr 2026."),
    (history(*BEFORE, (40, 4), (15, 3), infusions=3), Stage.REMISSION,
     "PHQ-9 in remission since 22 Apr 2026, last seen on 17 May 2026."),
    (history(*BEFORE, (40, 8), (15, 16), (5, 17), infusions=3), Stage.RELAPSE,
     "PHQ-9 at the level of a relapse since 17 May 2026, seen again on 27 May 2026."),
    (replace(history(*BEFORE), closed_at=NOW - DAYS), Stage.CLOSED, "Closed by decision on 31 May 2026."),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "where", "said"), CASES, ids=[str(number) for number in range(len(CASES))])
def test_stage_when_shown_says_the_facts_that_put_it_there(facts: History, where: Stage, said: str) -> None:
    assert stage(facts, at=NOW) is where
    assert stage_words.why(facts, where, at=NOW) == said


def test_stage_when_in_induction_says_when_relief_is_judged() -> None:
    facts = history(*BEFORE, infusions=2)

    assert stage_words.why(facts, Stage.INDUCTION, at=NOW) == (
        "2 infusions given, the first on 12 Jan 2026; relief is judged by a score after infusion 3."
    )


def test_stage_when_the_list_is_read_has_words_for_every_one() -> None:
    facts = history(*BEFORE, (5, 4), infusions=3, sessions=("attended",))

    assert all(stage_words.why(facts, where, at=NOW).endswith(".") for where in Stage)


def outlook(facts: History, *, made_at: datetime = NOW, failure: str = "") -> OutlookRow:
    return OutlookRow(
        outlook_id=1,
        made_at=made_at,
        stage="relief",
        forecast=None if failure else outlooks.forecast_of(facts, at=made_at),
        failure=failure,
        suggestions=(),
    )


WELL = history(*BEFORE, (20, 7), (13, 6), (6, 6), (1, 6), infusions=6)


def test_forecast_when_there_is_relief_says_how_long_it_holds_and_how_likely_a_relapse_is() -> None:
    figures = forecast_words.figures(outlook(WELL), WELL)

    assert [one.what for one in figures] == [
        "Remission in 12 weeks", "Relief is likely to hold", "Relapse within 14 days", "Relapse within 84 days",
    ]  # fmt: skip
    assert figures[0].note == "PHQ-9 4 or less on that day"
    assert figures[2].note == "chance, from 1 Jun 2026"


def test_forecast_when_there_is_no_relief_says_that_there_is_none_to_hold() -> None:
    ill = history(*BEFORE, (20, 21), (13, 22), (1, 22), infusions=3)

    assert [(one.what, one.value) for one in forecast_words.figures(outlook(ill), ill)][1:] == [
        ("Relief", "none now")
    ]


def test_forecast_when_made_from_one_score_shows_no_figure_and_no_fan_but_the_reason() -> None:
    once = history((1, 20))
    made = outlook(once)

    assert forecast_words.figures(made, once) == ()
    assert chart.chart(once, made, at=NOW, zone="UTC").fan is None
    assert forecast_words.caveat(made, once) == (
        "Too little data to forecast: Only 1 of the 2 scores a forecast needs."
    )


def test_forecast_when_it_failed_is_named_and_nothing_is_made_up() -> None:
    made = outlook(WELL, failure="forecast: MemoryError")

    assert (
        forecast_words.figures(made, WELL),
        forecast_words.caveat(made, WELL),
        forecast_words.drivers(made),
    ) == ((), "", "")
    assert forecast_words.failed(made) == (
        "Not available at present (forecast: MemoryError). Every answer is kept; the nightly run tries again."
    )


def test_fan_when_the_forecast_is_three_days_old_begins_today_on_its_own_fourth_day() -> None:
    made = outlook(WELL, made_at=NOW)
    later = NOW + 3 * DAYS

    fresh, old = (chart.chart(WELL, made, at=at, zone="UTC").fan for at in (NOW, later))

    assert fresh is not None
    assert old is not None
    assert (fresh.days[0], old.days[0], old.days[-1]) == (0.0, 0.0, 81.0)
    assert old.median == fresh.median[3:]


def test_chart_when_there_is_a_baseline_draws_response_at_half_of_it() -> None:
    drawn = chart.chart(WELL, None, at=NOW, zone="UTC")

    assert (drawn.response, drawn.remission, len(drawn.points), len(drawn.infusions)) == (10.0, 4, 5, 6)


@pytest.mark.parametrize(
    ("ago", "said", "stands"),
    [
        (timedelta(hours=1), "today 11:00", "since today 11:00"),
        (DAYS, "yesterday", "since yesterday"),
        (5 * DAYS, "5 days ago", "for 5 days"),
        (120 * DAYS, "4 months ago", "for 120 days"),
    ],
)
def test_time_when_past_is_said_in_the_days_of_a_calendar(ago: timedelta, said: str, stands: str) -> None:
    with timezone.override("UTC"):
        assert (naming.since(NOW - ago, NOW), naming.standing_since(NOW - ago, NOW)) == (said, stands)


def test_time_when_just_after_midnight_in_the_readers_zone_is_today() -> None:
    with timezone.override("Asia/Tokyo"):
        assert (
            naming.since(datetime(2026, 6, 1, 14, 59, tzinfo=UTC), datetime(2026, 6, 1, 15, tzinfo=UTC))
            == "yesterday"
        )


@pytest.mark.parametrize(
    ("chance", "said"),
    [(0.0, "under 1 %"), (0.004, "under 1 %"), (0.346, "35 %"), (0.996, "over 99 %"), (1.0, "over 99 %")],
)
def test_chance_when_said_is_never_certain(chance: float, said: str) -> None:
    assert naming.percent(chance) == said


@pytest.mark.parametrize(("born", "years"), [((2000, 6, 1), 26), ((2000, 6, 2), 25), ((2004, 2, 29), 22)])
def test_age_when_the_birthday_is_today_is_a_year_more(born: tuple[int, int, int], years: int) -> None:
    assert naming.age(datetime(*born, tzinfo=UTC).date(), NOW.date()) == years
