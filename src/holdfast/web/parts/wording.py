"""The words of a chart, in one value that a surface may translate, and the sentence for what it shows."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import floor

from holdfast.web.parts.course import CourseChart, Fan


@dataclass(frozen=True)
class Wording:
    """Every word a chart writes. Braces are filled by name; none hangs on a number, so no plural."""

    months: tuple[str, ...] = (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    )  # fmt: skip
    short_months: tuple[str, ...] = (
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    )  # fmt: skip
    title: str = "{name} score (lower is better)"
    today: str = "Today, {day}"
    forecast: str = "Forecast"
    remission: str = "Remission: {score} or less"
    response: str = "Response: {score} or less"
    infusions: str = "Infusions"
    sessions: str = "Sessions"
    score: str = "Score"
    incomplete: str = "Check-in not finished, no score"
    attended: str = "Session attended"
    missed: str = "Session missed"
    infusion: str = "Infusion"
    median: str = "Forecast, most likely"
    interval: str = "{percent} % range"
    no_score: str = "There is no {name} score yet. The chart begins with the first finished check-in."
    span: str = "{name} scores from {first} to {last}; lower is better."
    single: str = "One {name} score, on {first}; lower is better."
    scores: str = "First {first}, latest {latest}, lowest {lowest}."
    count_infusions: str = "Infusions: {count}."
    count_sessions: str = "Sessions attended: {attended}, missed: {missed}."
    count_incomplete: str = "Check-ins without a score: {count}."
    outlook: str = "Forecast for {day}: most likely {median}, 80 % range {low} to {high}."
    ranges: str = "50 %: {low50} to {high50}; 80 %: {low80} to {high80}; 95 %: {low95} to {high95}"
    spark: str = "{count} scores: first {first}, latest {latest}, lowest {lowest}, highest {highest}"
    no_spark: str = "No score yet"

    def day(self, on: date) -> str:
        """A day in full: 3 March 2026."""
        return f"{on.day} {self.months[on.month - 1]} {on.year}"

    def short_day(self, on: date) -> str:
        """A day for an axis: 3 Mar."""
        return f"{on.day} {self.short_months[on.month - 1]}"


ENGLISH = Wording()


def plain(score: float) -> str:
    """A score as people write it: no decimals when it has none."""
    return f"{score:.1f}".removesuffix(".0")


def passing(limit: float) -> int:
    """The highest whole score at or below a limit."""
    return floor(limit)


def with_band(chart: CourseChart, score: float) -> str:
    """A score with the name of its band, where it has one."""
    return f"{plain(score)} ({chart.band(score)})" if chart.band(score) else plain(score)


def sentence(chart: CourseChart, wording: Wording) -> str:
    """What the chart says, in words, for those who cannot see it and those who would rather read."""
    parts = [*_score_words(chart, wording), *_event_words(chart, wording)]
    if chart.fan and chart.points:
        parts.append(_outlook_words(chart, chart.fan, wording))
    return " ".join(parts)


def _score_words(chart: CourseChart, wording: Wording) -> list[str]:
    if not chart.points:
        return [wording.no_score.format(name=chart.instrument_name)]
    points = chart.in_order()
    first, last = (wording.day(chart.day(point.at)) for point in (points[0], points[-1]))
    span = wording.span if len(points) > 1 else wording.single
    return [
        span.format(name=chart.instrument_name, first=first, last=last),
        wording.scores.format(
            first=with_band(chart, points[0].score),
            latest=with_band(chart, points[-1].score),
            lowest=plain(min(point.score for point in points)),
        ),
    ]


def _event_words(chart: CourseChart, wording: Wording) -> list[str]:
    attended = sum(went for _, went in chart.sessions)
    said = [
        (chart.infusions, wording.count_infusions.format(count=len(chart.infusions))),
        (
            chart.sessions,
            wording.count_sessions.format(attended=attended, missed=len(chart.sessions) - attended),
        ),
        (chart.incomplete, wording.count_incomplete.format(count=len(chart.incomplete))),
    ]
    return [text for there, text in said if there]


def _outlook_words(chart: CourseChart, fan: Fan, wording: Wording) -> str:
    return wording.outlook.format(
        day=wording.day(chart.day(chart.now + timedelta(days=fan.days[-1]))),
        median=plain(fan.median[-1]),
        low=plain(fan.lower80[-1]),
        high=plain(fan.upper80[-1]),
    )
