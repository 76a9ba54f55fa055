"""What many virtual people amount to, counted piece by piece, and its plot: scores, response, staying in therapy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from holdfast.forecast.scales import Scale
from holdfast.forecast.scenario import Scenario
from holdfast.forecast.simulate import MISSING, People
from holdfast.instruments.loader import load
from holdfast.jobs import plots

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOW, HIGH = 0.1, 0.9
"""The range of scores that is drawn holds the people between these shares."""

Numbers = NDArray[np.float64]

Response = tuple[str, tuple[int, ...], Numbers]
"""Instrument, days of its visits, share responding at each."""


@dataclass(frozen=True)
class Course:
    """One instrument over its visits: mean score, the range of most people, and the share responding.

    `response` is None where the instrument was not asked on day 0 and later. Whoever left a visit out is not counted
    at it.
    """

    instrument: str
    days: tuple[int, ...]
    mean: Numbers
    low: Numbers
    high: Numbers
    response: Numbers | None


class Tally:
    """Counts people by visit and score, by response, and by the day on which they left therapy, up to a last day."""

    def __init__(self, scenario: Scenario, scales: Mapping[str, Scale], *, last: int) -> None:
        self._scenario, self._scales, self._last = scenario, scales, last
        asked = scenario.asked
        self._visits = [place for place, (day, _) in enumerate(asked) if day <= last]
        most = max(scales[slug].maximum for _, slug in asked)
        self._scored = np.zeros((len(asked), most + 1), np.int64)
        self._responded, self._judged = np.zeros(len(asked), np.int64), np.zeros(len(asked), np.int64)
        self._left, self._began = np.zeros(scenario.days + 1, np.int64), 0

    def add(self, people: People) -> None:
        """Count these people too."""
        for place in self._visits:
            score = people.score[:, place].astype(np.int64)
            answered = score != MISSING
            self._scored[place] += np.bincount(score[answered], minlength=self._scored.shape[1])
            self._count_response(people, place, score, answered)
        began = people.booked > 0
        self._began += int(began.sum())
        left_on = people.left_on[began & (people.left_on != MISSING)]
        self._left += np.bincount(left_on, minlength=len(self._left))

    def _count_response(self, people: People, place: int, score: Any, answered: Any) -> None:
        slug = self._scenario.asked[place][1]
        if (0, slug) not in self._scenario.asked:
            return
        scale, start = (
            self._scales[slug],
            people.score[:, self._scenario.asked.index((0, slug))].astype(np.int64),
        )
        judged = answered & (start > scale.minimum)
        at_most = start * (100 - scale.response_fall_percent) // 100  # as `Scale.response_at_most` has it
        self._judged[place] += int(judged.sum())
        self._responded[place] += int((judged & (score <= at_most)).sum())

    def courses(self) -> Iterator[Course]:
        """What each instrument showed, in the order of the scenario."""
        for slug in dict.fromkeys(visits.instrument for visits in self._scenario.visits):
            places = [
                place
                for place in self._visits
                if self._scenario.asked[place][1] == slug and self._scored[place].any()
            ]
            if places:
                yield self._course(slug, places)

    def staying(self) -> Numbers | None:
        """Share who have not left therapy by each day, of those who began; None where nobody did."""
        if not self._began:
            return None
        return np.asarray(1 - np.cumsum(self._left[: self._last + 1]) / self._began)

    def figure(self) -> "Figure":
        """The counts as a plot: a panel for each instrument, one for response, one for staying in therapy."""
        courses, staying = list(self.courses()), self.staying()
        followed = [one for one in courses if len(one.days) > 1] or courses
        responding = [(one.instrument, one.days, one.response) for one in courses if one.response is not None]
        drawn, axes = plots.panels(len(followed) + bool(responding) + (staying is not None))
        for course, panel in zip(followed, axes, strict=False):
            self._draw_course(panel, course)
        if responding:
            _draw_response(axes[len(followed)], responding)
        if staying is not None:
            _draw_staying(axes[-1], staying)
        for panel in axes:
            panel.set_xlim(-0.02 * self._last, 1.02 * self._last)
            panel.set_xlabel("day")
        people = int(self._scored[0].sum())
        title = f"{self._scenario.about} · {people:,} virtual people"
        drawn.suptitle(title, x=0.01, ha="left", fontsize=10)
        plots.legend(drawn, axes[0].get_legend_handles_labels()[0])
        return drawn

    def _course(self, slug: str, places: list[int]) -> Course:
        counts = self._scored[places]
        reached = np.cumsum(counts, axis=1) / counts.sum(axis=1, keepdims=True)
        later = len(places) > 1 and self._judged[places].all()
        return Course(
            instrument=slug,
            days=tuple(self._scenario.asked[place][0] for place in places),
            mean=counts @ np.arange(counts.shape[1]) / counts.sum(axis=1),
            low=(reached >= LOW).argmax(axis=1).astype(np.float64),
            high=(reached >= HIGH).argmax(axis=1).astype(np.float64),
            response=self._responded[places] / self._judged[places] if later else None,
        )

    def _draw_course(self, axes: "Axes", course: Course) -> None:
        instrument, scale = load(course.instrument), self._scales[course.instrument]
        axes.set_title(f"{instrument.name} by visit")
        axes.fill_between(
            course.days,
            course.low,
            course.high,
            color=plots.BANDS[80],
            linewidth=0,
            label="10 to 90 % of people",
        )
        axes.plot(course.days, course.mean, color=plots.INK, marker="o", markersize=3.5, label="mean")
        width = scale.maximum - scale.minimum
        axes.set_ylim(scale.minimum - 0.12 * width, scale.maximum)
        axes.set_yticks([tick for tick in axes.get_yticks() if scale.minimum <= tick <= scale.maximum])
        infusions = self._scenario.infusions
        if infusions is not None:
            on = [day for day in infusions.days if day <= self._last]
            heights = [scale.minimum - 0.07 * width] * len(on)
            axes.plot(on, heights, "v", color=plots.INK, markersize=4, label="infusions of the course")


def _draw_response(axes: "Axes", responses: Sequence[Response]) -> None:
    axes.set_title("Share responding")
    for (slug, days, share), look in zip(responses, cycle(("o-", "s--", "^:", "D-."))):
        axes.plot(days, share, look, color=plots.INK, markersize=3.5, label=load(slug).name, clip_on=False)
    axes.set_ylim(0, 1)
    if len(responses) > 1:
        axes.legend(fontsize=7.5, loc="best")


def _draw_staying(axes: "Axes", staying: Numbers) -> None:
    axes.set_title("Have not left therapy, of those who began")
    axes.step(range(len(staying)), staying, where="post", color=plots.INK, linewidth=1.4, clip_on=False)
    axes.set_ylim(0, 1)
