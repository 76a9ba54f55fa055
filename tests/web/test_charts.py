"""Charts say the truth about a course: in position, in shape, in words and in rows."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import InvalidInput
from holdfast.web.parts.charts import (
    ChartPoint,
    CourseChart,
    CourseRow,
    Fan,
    Wording,
    course_chart,
    course_sentence,
    course_table,
    sparkline,
)

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
NOW = datetime(2026, 4, 20, 10, tzinfo=UTC)
BANDS = (
    ("None or minimal", 0, 4),
    ("Mild", 5, 9),
    ("Moderate", 10, 14),
    ("Moderately severe", 15, 19),
    ("Severe", 20, 27),
)
SVG = "{http://www.w3.org/2000/svg}"


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def make_fan(*, days: int = 84, middle: float = 9.0) -> Fan:
    def level(offset: float) -> tuple[float, ...]:
        return (middle + offset,) * (days + 1)

    return Fan(
        tuple(float(i) for i in range(days + 1)),
        level(0), level(-2), level(2), level(-4), level(4), level(-6), level(6),
    )  # fmt: skip


def make_chart(**changes: object) -> CourseChart:
    chart = CourseChart(
        instrument_name="PHQ-9",
        minimum=0,
        maximum=27,
        bands=BANDS,
        remission=4,
        response=10.5,
        points=(
            ChartPoint(day(0), 21),
            ChartPoint(day(14), 12),
            ChartPoint(day(28), 6),
            ChartPoint(day(90), 8),
        ),
        incomplete=(day(50),),
        infusions=(day(1), day(4)),
        sessions=((day(6), True), (day(13), False)),
        now=NOW,
        fan=make_fan(),
        zone="Europe/London",
    )
    return replace(chart, **changes)  # type: ignore[arg-type]


def drawn(chart: CourseChart) -> ET.Element:
    return ET.fromstring(course_chart(chart))  # noqa: S314  (our own markup)


def marks(chart: CourseChart, class_: str) -> list[ET.Element]:
    """The marks of the plot and the strips; those of the key stand in groups of their own."""
    return [element for element in drawn(chart) if element.get("class") == class_]


def numbers(element: ET.Element, *names: str) -> list[float]:
    return [float(element.get(name, "nan")) for name in names]


def texts(chart: CourseChart) -> list[str]:
    return [element.text or "" for element in drawn(chart).iter(f"{SVG}text")]


def test_score_when_the_highest_is_labelled_beneath_the_word_for_today() -> None:
    chart = make_chart(points=(ChartPoint(day(0), 24), ChartPoint(day(91), 27), ChartPoint(day(98), 27)))
    (today,) = [one for one in drawn(chart).iter(f"{SVG}text") if (one.text or "").startswith("Today")]
    latest = marks(chart, "chart-halo chart-value")[0]
    assert latest.text == "27"
    assert numbers(latest, "y")[0] > numbers(today, "y")[0] + 5


def test_chart_when_drawn_twice_is_the_same() -> None:
    assert course_chart(make_chart()) == course_chart(make_chart())


def test_chart_when_facts_come_in_another_order_is_the_same() -> None:
    chart = make_chart()
    shuffled = replace(
        chart,
        points=chart.points[::-1],
        infusions=chart.infusions[::-1],
        sessions=chart.sessions[::-1],
    )

    assert course_chart(shuffled) == course_chart(chart)


def test_score_when_halfway_up_the_range_lies_halfway_up_the_plot() -> None:
    chart = make_chart(
        minimum=0, maximum=20, bands=(("Low", 0, 9), ("High", 10, 20)), points=(ChartPoint(day(0), 10),)
    )
    strips = [numbers(strip, "y", "height") for strip in marks(chart, "chart-band")]
    top, bottom = min(y for y, _ in strips), max(y + height for y, height in strips)

    (mark,) = marks(chart, "chart-score")

    assert numbers(mark, "cy") == [(top + bottom) / 2]


def test_scores_when_one_point_apart_lie_one_step_apart() -> None:
    chart = make_chart(points=tuple(ChartPoint(day(i), score) for i, score in enumerate((0, 1, 26, 27))))
    step = 280 / 28

    ys = [numbers(mark, "cy")[0] for mark in marks(chart, "chart-score")]

    assert [ys[0] - y for y in ys] == pytest.approx([0, step, 26 * step, 27 * step])


def test_remission_when_drawn_lies_between_the_last_score_that_counts_and_the_next() -> None:
    chart = make_chart(points=(ChartPoint(day(0), 4), ChartPoint(day(1), 5)))
    counts, does_not = (numbers(mark, "cy")[0] for mark in marks(chart, "chart-score"))

    (line,) = marks(chart, "chart-remission")

    assert numbers(line, "y1", "y2") == [(counts + does_not) / 2] * 2


@pytest.mark.parametrize(
    ("response", "label"), [(10.5, "Response: 10 or less"), (10.0, "Response: 10 or less")]
)
def test_response_when_labelled_names_the_highest_whole_score_that_counts(
    response: float, label: str
) -> None:
    said = [text for text in texts(make_chart(response=response)) if text.startswith("Response")]

    assert said == [label]


@pytest.mark.parametrize(
    "missing", [{"remission": None, "response": None}, {"remission": -1, "response": -0.5}]
)
def test_limits_when_there_are_none_are_not_drawn(missing: dict[str, object]) -> None:
    chart = make_chart(**missing)

    assert marks(chart, "chart-remission") + marks(chart, "chart-response") == []


def test_time_when_days_are_equal_is_equal_on_the_chart_over_a_clock_change() -> None:
    # Clocks in London went forward on 29 March 2026.
    moments = [datetime(2026, 3, 28, 12, tzinfo=UTC) + timedelta(days=i) for i in range(3)]
    chart = make_chart(points=tuple(ChartPoint(at, 9) for at in moments), now=moments[-1], fan=None)

    first, second, third = (numbers(mark, "cx")[0] for mark in marks(chart, "chart-score"))

    assert second - first == pytest.approx(third - second, abs=0.11)


def test_plain_date_when_drawn_stands_at_noon() -> None:
    noon = datetime(2026, 2, 2, 12, tzinfo=UTC)
    as_date, as_moment = (make_chart(points=(ChartPoint(at, 9),)) for at in (date(2026, 2, 2), noon))

    assert course_chart(as_date) == course_chart(as_moment)


@pytest.mark.parametrize(("wait", "lines"), [(21, [2]), (21.1, [])])
def test_scores_when_more_than_21_days_apart_are_not_joined(wait: float, lines: list[int]) -> None:
    chart = make_chart(points=(ChartPoint(day(0), 20), ChartPoint(day(wait), 10)))

    joined = [len(line.get("points", "").split()) for line in marks(chart, "chart-line")]

    assert joined == lines


def test_gap_when_in_the_middle_leaves_two_lines() -> None:
    chart = make_chart(points=tuple(ChartPoint(day(i), 9) for i in (0, 7, 14, 60, 67)))

    joined = [len(line.get("points", "").split()) for line in marks(chart, "chart-line")]

    assert joined == [3, 2]


def test_unfinished_check_in_when_drawn_is_a_ring_on_the_axis_and_never_a_score() -> None:
    chart = make_chart()
    bottom = max(
        y + height for y, height in (numbers(strip, "y", "height") for strip in marks(chart, "chart-band"))
    )
    rings = [mark for mark in marks(chart, "chart-hollow") if mark.tag == f"{SVG}circle"]

    assert [(numbers(ring, "cy"), ring.get("fill")) for ring in rings] == [([bottom], "none")]
    assert len(marks(chart, "chart-score")) == len(chart.points)


def test_sessions_when_missed_are_hollow_squares() -> None:
    chart = make_chart()
    hollow = [mark for mark in marks(chart, "chart-hollow") if mark.tag == f"{SVG}rect"]

    assert (len(marks(chart, "chart-session")), len(hollow), len(marks(chart, "chart-infusion"))) == (1, 1, 2)


def test_events_when_there_are_none_leave_no_empty_line() -> None:
    said = texts(make_chart(infusions=(), sessions=()))

    assert [text for text in said if text in ("Infusions", "Sessions")] == []


def test_fan_when_whole_scores_change_starts_and_ends_at_the_scores_given() -> None:
    stairs = tuple(float(9 + i // 30) for i in range(85))
    chart = make_chart(
        fan=replace(make_fan(), median=stairs), points=(ChartPoint(NOW, 9), ChartPoint(day(90), 11))
    )
    by_score = {point.score: numbers(mark, "cy")[0] for point, mark in zip(
        chart.in_order(), marks(chart, "chart-score"), strict=True)}  # fmt: skip

    (median,) = marks(chart, "chart-median")
    ys = [float(pair.split(",")[1]) for pair in median.get("points", "").split()]

    assert (ys[0], ys[-1]) == (by_score[9], by_score[11])


def test_fan_when_there_is_none_leaves_no_trace() -> None:
    chart = make_chart(fan=None)

    assert marks(chart, "chart-fan") + marks(chart, "chart-median") == []
    assert [text for text in [*texts(chart), course_sentence(chart)] if "orecast" in text] == []


@pytest.mark.parametrize("compact", [False, True])
def test_text_when_it_holds_markup_is_escaped(compact: bool) -> None:
    nasty = "<script>\"&'"
    bands = ((nasty, 0, 27),)

    chart = make_chart(instrument_name=nasty, bands=bands, compact=compact)

    assert "<script" not in course_chart(chart)
    assert drawn(chart).get("aria-label") == course_sentence(chart)
    assert [text for text in texts(chart) if text.startswith(nasty)] == [
        f"{nasty} score (lower is better)",
        nasty,
    ]


@pytest.mark.parametrize("compact", [False, True])
def test_chart_when_drawn_carries_no_style_and_no_identifier(compact: bool) -> None:
    # A style attribute would be refused by the content policy; an id would clash when two charts share a page.
    used = {name for element in drawn(make_chart(compact=compact)).iter() for name in element.attrib}

    assert used & {"style", "id", "onclick", "href"} == set()


def test_chart_when_there_is_no_score_is_words_alone() -> None:
    chart = make_chart(points=(), fan=make_fan())

    assert course_chart(chart) == (
        '<p class="chart-empty">There is no PHQ-9 score yet. The chart begins with the first finished check-in. '
        "Infusions: 2. Sessions attended: 1, missed: 1. Check-ins without a score: 1.</p>"
    )


def test_sentence_when_read_aloud_says_what_the_chart_shows() -> None:
    assert course_sentence(make_chart()) == (
        "PHQ-9 scores from 5 January 2026 to 5 April 2026; lower is better. "
        "First 21 (Severe), latest 8 (Mild), lowest 6. Infusions: 2. Sessions attended: 1, missed: 1. "
        "Check-ins without a score: 1. Forecast for 13 July 2026: most likely 9, 80 % range 5 to 13."
    )


def test_dates_when_the_reader_is_elsewhere_are_the_readers() -> None:
    late = datetime(2026, 1, 5, 20, tzinfo=UTC)
    chart = make_chart(points=(ChartPoint(late, 9),), incomplete=(), infusions=(), sessions=(), fan=None)

    days = [course_table(replace(chart, zone=zone))[0].on for zone in ("Europe/London", "Pacific/Auckland")]

    assert days == [date(2026, 1, 5), date(2026, 1, 6)]


def test_words_when_translated_are_used() -> None:
    german = Wording(score="Punktzahl", infusions="Infusionen")

    said = [
        element for element in course_chart(make_chart(), german).split("<text") if "Punktzahl" in element
    ]

    assert len(said) == 1
    assert course_table(make_chart(), german)[0].what == "Punktzahl"


def test_table_when_made_holds_all_the_chart_shows_in_order() -> None:
    ahead = "50 %: 7 to 11; 80 %: 5 to 13; 95 %: 3 to 15"

    assert course_table(make_chart(fan=make_fan(days=14))) == (
        CourseRow(date(2026, 1, 5), "Score", "21", "Severe"),
        CourseRow(date(2026, 1, 6), "Infusion", "", ""),
        CourseRow(date(2026, 1, 9), "Infusion", "", ""),
        CourseRow(date(2026, 1, 11), "Session attended", "", ""),
        CourseRow(date(2026, 1, 18), "Session missed", "", ""),
        CourseRow(date(2026, 1, 19), "Score", "12", "Moderate"),
        CourseRow(date(2026, 2, 2), "Score", "6", "Mild"),
        CourseRow(date(2026, 2, 24), "Check-in not finished, no score", "", ""),
        CourseRow(date(2026, 4, 5), "Score", "8", "Mild"),
        CourseRow(date(2026, 4, 27), "Forecast, most likely", "9", ahead, ahead=True),
        CourseRow(date(2026, 5, 4), "Forecast, most likely", "9", ahead, ahead=True),
    )


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"points": (ChartPoint(day(0), 28),)}, "points"),
        ({"points": (ChartPoint(day(0), -1),)}, "points"),
        ({"maximum": 0, "points": ()}, "maximum"),
        ({"now": datetime(2026, 4, 20)}, "now"),  # noqa: DTZ001  (the mistake itself)
        ({"sessions": ((datetime(2026, 4, 20), True),)}, "sessions"),  # noqa: DTZ001
    ],
)
def test_chart_when_given_nonsense_refuses_naming_where(changes: dict[str, object], where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_chart(**changes)

    assert [problem.where for problem in refused.value.problems] == [where]


def test_fan_when_lengths_differ_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"fan: tuples of lengths \[84, 85\]"):
        replace(make_fan(), median=(9.0,) * 84)


def test_sparkline_when_drawn_shows_gaps_and_says_the_scores() -> None:
    points = tuple(ChartPoint(day(i), score) for i, score in ((0, 21), (7, 6), (60, 9), (67, 8)))

    svg = ET.fromstring(sparkline(points, 0, 27))  # noqa: S314  (our own markup)

    assert svg.get("aria-label") == "4 scores: first 21, latest 8, lowest 6, highest 21"
    assert [len(line.get("points", "").split()) for line in svg.iter(f"{SVG}polyline")] == [2, 2]


def test_sparkline_when_empty_is_words() -> None:
    assert sparkline((), 0, 27) == '<span class="spark-empty">No score yet</span>'


MOMENTS = st.floats(min_value=-900, max_value=100).map(day)


@given(
    points=st.lists(st.builds(ChartPoint, MOMENTS, st.integers(0, 27)), max_size=40),
    infusions=st.lists(MOMENTS, max_size=40),
    sessions=st.lists(st.tuples(MOMENTS, st.booleans()), max_size=40),
    incomplete=st.lists(MOMENTS, max_size=5),
    fan=st.sampled_from([None, make_fan(), make_fan(days=1, middle=0), make_fan(middle=27)]),
    compact=st.booleans(),
)
def test_chart_whatever_the_course_stays_on_its_sheet(compact: bool, **facts: object) -> None:
    given = {name: tuple(fact) if isinstance(fact, list) else fact for name, fact in facts.items()}

    chart = make_chart(compact=compact, **given)
    svg = course_chart(chart)

    assert svg.startswith("<svg") is bool(chart.points)
    if chart.points:
        width, height = (float(edge) for edge in drawn(chart).get("viewBox", "").split()[2:])
        xs = [float(x) for x in re.findall(r' (?:x|cx|x1|x2)="([^"]*)"', svg)]
        ys = [float(y) for y in re.findall(r' (?:y|cy|y1|y2)="([^"]*)"', svg)]
        assert (min(xs) >= 0, max(xs) <= width, min(ys) >= 0, max(ys) <= height) == (True,) * 4
