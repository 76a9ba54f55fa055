"""Simple rules a forecast must be held against, each with a spread learned from other people.

A `Course` is people by visit, with gaps; a rule says, from the visits up to one, the score at a later one. What a rule
cannot say of itself, how far off it usually is, is the root mean square of its errors on the people it may learn from.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Course:
    """Scores by person and visit, and the day of each; not a number where nobody answered."""

    day: Floats
    score: Floats

    def __len__(self) -> int:
        return len(self.score)

    def of(self, people: NDArray[np.bool_]) -> "Course":
        """The course of some of the people."""
        return Course(self.day[people], self.score[people])


Rule = Callable[[Course, int, int, Course], tuple[Floats, Floats | None]]
"""From a course, the last visit known, the one asked for and the people to learn from: centre, and spread if known."""


def last_value(course: Course, known: int, asked: int, others: Course) -> tuple[Floats, None]:
    """The last score carried forward."""
    return _last(course.score[:, : known + 1]), None


def person_mean(course: Course, known: int, asked: int, others: Course) -> tuple[Floats, None]:
    """The mean of the person's scores so far."""
    return np.nanmean(course.score[:, : known + 1], axis=1), None


def linear_trend(course: Course, known: int, asked: int, others: Course) -> tuple[Floats, None]:
    """The straight line through the person's scores so far, by least squares; flat through a single one."""
    y, t = course.score[:, : known + 1], course.day[:, : known + 1]
    t = np.where(np.isnan(y), np.nan, t)
    t_mean, y_mean = np.nanmean(t, axis=1), np.nanmean(y, axis=1)
    spread = np.nansum((t - t_mean[:, None]) ** 2, axis=1)
    slope = np.nansum((t - t_mean[:, None]) * (y - y_mean[:, None]), axis=1)
    slope = np.divide(slope, spread, out=np.zeros_like(slope), where=spread > 0)
    return y_mean + slope * (course.day[:, asked] - t_mean), None


def exponential_smoothing(course: Course, known: int, asked: int, others: Course) -> tuple[Floats, None]:
    """A running mean that forgets, at the pace that does best on the others."""
    paces = np.linspace(0.1, 1.0, 10)
    errors = [_root_mean_square(_smoothed(others, known, pace) - others.score[:, asked]) for pace in paces]
    return _smoothed(course, known, float(paces[int(np.argmin(errors))])), None


def linear_mixed_model(course: Course, known: int, asked: int, others: Course) -> tuple[Floats, Floats]:
    """Random intercept and slope over log(1 + day), fitted to the others; the person's own by best prediction."""
    fixed, between, noise = _mixed_model(others)
    centre, spread = np.empty(len(course)), np.empty(len(course))
    for person in range(len(course)):
        seen = ~np.isnan(course.score[person, : known + 1])
        x = _design(course.day[person, : known + 1][seen])
        ahead = _design(course.day[person, [asked]])
        total = x @ between @ x.T + noise * np.eye(len(x))
        gain = ahead @ between @ x.T @ np.linalg.inv(total)
        centre[person] = (ahead @ fixed + gain @ (course.score[person, : known + 1][seen] - x @ fixed))[0]
        spread[person] = np.sqrt((ahead @ between @ ahead.T - gain @ x @ between @ ahead.T)[0, 0] + noise)
    return centre, spread


RULES: dict[str, Rule] = {
    "last value carried forward": last_value,
    "person's mean": person_mean,
    "linear trend": linear_trend,
    "exponential smoothing": exponential_smoothing,
    "linear mixed model": linear_mixed_model,
}


def predict(rule: Rule, course: Course, *, known: int, asked: int, others: Course) -> tuple[Floats, Floats]:
    """Centre and spread of the scores at a visit, by one rule; a spread it does not know comes from the others."""
    centre, spread = rule(course, known, asked, others)
    if spread is None:
        missed, _ = rule(others, known, asked, others)
        spread = np.full(len(course), _root_mean_square(missed - others.score[:, asked]))
    return centre, spread


def _last(scores: Floats) -> Floats:
    last = scores[:, 0].copy()
    for visit in range(1, scores.shape[1]):
        last = np.where(np.isnan(scores[:, visit]), last, scores[:, visit])
    return last


def _smoothed(course: Course, known: int, pace: float) -> Floats:
    level = course.score[:, 0].copy()
    for visit in range(1, known + 1):
        new = course.score[:, visit]
        level = np.where(np.isnan(new), level, level + pace * (new - level))
    return level


def _root_mean_square(errors: Floats) -> float:
    return float(np.sqrt(np.nanmean(errors**2)))


def _design(days: Floats) -> Floats:
    return np.column_stack([np.ones_like(days), np.log1p(days)])


def _mixed_model(course: Course) -> tuple[Floats, Floats, float]:
    """Fixed effects, covariance between people, and variance within, by restricted maximum likelihood."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    person, visit = np.nonzero(~np.isnan(course.score))
    x = _design(course.day[person, visit])
    found = MixedLM(course.score[person, visit], x, groups=person, exog_re=x).fit(method="lbfgs")
    return np.asarray(found.fe_params), np.asarray(found.cov_re), float(found.scale)
