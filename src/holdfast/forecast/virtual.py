"""The compiled arithmetic of simulation: one virtual person, day by day, through a plan of treatment.

Every person has random numbers of their own, drawn from seed and number: the same in whatever order and on however many
threads people are worked out. What moves severity, what moves scores and what people do are three streams, so that two
plans tried with one seed meet the same people with the same luck.
"""

import math
from typing import Final, NamedTuple, no_type_check

import numpy as np

from holdfast.forecast.compiling import compiled, inlined
from holdfast.forecast.kernel import (
    INTERCEPT,
    MAXIMUM,
    MINIMUM,
    NOISE,
    PER_SLOPE,
    elapse_by,
    fade,
    rates_of,
    shares_kept,
    treat,
)
from holdfast.forecast.model import INACTIVE, INFUSION, KETAMINE, SESSION, UNTREATED

MISSING: Final = -1
"""Score, day or count of what did not happen."""

FIXED_DAY, AFTER_RELIEF, AFTER_COURSE = range(3)
"""When therapy starts: on a day, so long after a check-in that shows a response, or after the course of infusions."""

NEVER: Final = 1_000_000
"""The day on which what does not happen happens."""

TRIES: Final = 2000
"""How many people are drawn, at most, until one meets the entry rule."""

PATH, ANSWERS, CONDUCT = range(3)
"""Streams of random numbers: of severity, of scores, of what people do."""

GIVEN, LAST_INFUSION, STOPPED, RELIEVED_ON, BOOKED, NEXT_SESSION, ATTENDED, LEFT = range(8)
"""Where a person stands in the plan: places in an array of counts and days, which are MISSING until they come."""

FALL, BEST_FALL, FALL_AT_START = range(3)
"""How far the score has fallen since day 0, as a share of it: now, at best, when therapy began."""

_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_TINY: Final = 2.0**-53
_LAYERS: Final = 128


def _ziggurat() -> tuple[np.ndarray, np.ndarray]:
    """Right edges of the layers under e^(−x²/2), all of one area, and how each compares with the edge of the next."""
    edge = np.zeros(_LAYERS + 1)
    right, area = 3.442619855899, 9.91256303526217e-3
    edge[0], edge[1] = area * math.exp(0.5 * right * right), right
    for layer in range(2, _LAYERS):
        height = area / edge[layer - 1] + math.exp(-0.5 * edge[layer - 1] ** 2)
        edge[layer] = math.sqrt(-2.0 * math.log(height))
    return edge, edge[1:] / edge[:-1]


_EDGE, _RATIO = _ziggurat()

_RESPONSE, _ON_TRACK = 0.5, 0.25
_CENTRE, _PER_TEN = 25.0, 0.1


class Plan(NamedTuple):
    """A scenario as numbers; see `scenario.Scenario` for what they mean. Days are whole numbers."""

    days: int
    judged: int
    entry_low: float
    entry_high: float
    dose: float
    drug: int
    stop_after: int
    stop_fall: float
    maintenance_for_response: bool
    inactive_from: int
    therapy: int
    start_rule: int
    start_offset: int
    latest_start: int
    by_severity: bool
    feedback: bool


class Calendar(NamedTuple):
    """A scenario's days: visits with instrument and chance of an answer, infusions, gaps of maintenance and sessions.

    Arrays apart from numbers: unpacked once, they cost a person nothing; taken out of a tuple each time, they do.
    """

    visit_day: np.ndarray
    visit_code: np.ndarray
    answered: np.ndarray
    infusion_day: np.ndarray
    maintenance_gap: np.ndarray
    session_gap: np.ndarray


@inlined
@no_type_check
def _mixed(z):
    """SplitMix64's finishing: neighbouring numbers become unlike. Source: Steele 2014, doi:10.1145/2660193.2660195."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@inlined
@no_type_check
def _seat(luck, seed, person):
    """Set the person's streams to their starts."""
    for stream in range(luck.shape[0]):
        of_seed = _mixed(np.uint64(seed) + _STEP)
        luck[stream] = _mixed(of_seed + np.uint64(person) * np.uint64(0xD1342543DE82EF95) + np.uint64(stream))


@inlined
@no_type_check
def _uniform(luck, stream):
    """The stream's next number in (0, 1)."""
    luck[stream] += _STEP
    return (float(_mixed(luck[stream]) >> np.uint64(11)) + 0.5) * _TINY


@inlined
@no_type_check
def _normal(luck, stream):
    """The stream's next standard normal number, by the ziggurat: nearly always one look-up and one multiplication.

    Source: Marsaglia 2000, doi:10.18637/jss.v005.i08, in the form of Doornik 2005 (ZIGNOR).
    """
    while True:
        luck[stream] += _STEP
        bits = _mixed(luck[stream])
        layer = int(bits & np.uint64(_LAYERS - 1))
        u = 2.0 * ((float(bits >> np.uint64(11)) + 0.5) * _TINY) - 1.0
        if abs(u) < _RATIO[layer]:
            return u * _EDGE[layer]
        if layer == 0:
            x = -math.log(_uniform(luck, stream)) / _EDGE[1]
            while -2.0 * math.log(_uniform(luck, stream)) < x * x:
                x = -math.log(_uniform(luck, stream)) / _EDGE[1]
            return -_EDGE[1] - x if u < 0.0 else _EDGE[1] + x
        x = u * _EDGE[layer]
        above = math.exp(-0.5 * (_EDGE[layer] * _EDGE[layer] - x * x))
        below = math.exp(-0.5 * (_EDGE[layer + 1] * _EDGE[layer + 1] - x * x))
        if below + _uniform(luck, stream) * (above - below) < 1.0:
            return x


@inlined
@no_type_check
def _draw_person(luck, plan, population, scales, site_variance):
    """A person's numbers (B, D, G_f, G_s, G_e, Z) and first score, and how many were drawn to meet the entry rule."""
    q, tries = population, 0
    while True:
        tries += 1
        B, D = q.mu_B + q.sigma_B * _normal(luck, PATH), q.d_0 + q.sigma_D0 * _normal(luck, PATH)
        fast, durable, place = _normal(luck, PATH), _normal(luck, PATH), _normal(luck, PATH)
        durable = q.rho * fast + math.sqrt(1.0 - q.rho * q.rho) * durable
        G_s = q.mu_s + q.sigma_s * durable + math.sqrt(site_variance) * place
        G_e, Z = q.mu_e + q.sigma_e * _normal(luck, PATH), _normal(luck, PATH)
        start = _score(luck, B + D, scales, plan.judged)
        if plan.entry_low <= start <= plan.entry_high or tries == TRIES:
            break
    return (B, D, q.mu_f + q.sigma_f * fast, G_s, G_e, Z), start, tries


@inlined
@no_type_check
def _severity(person, D, exposure, c_v):
    B, _, G_f, G_s, G_e, Z = person
    relief = G_f * exposure.u_f + G_s * exposure.u_s + G_e * exposure.u_e
    return B + D - relief - (1.0 + c_v * Z) * exposure.W


@inlined
@no_type_check
def _score(luck, severity, scales, code):
    """A whole score within the instrument's range."""
    heard = severity + math.sqrt(scales[code, NOISE]) * _normal(luck, ANSWERS)
    score = math.floor(scales[code, INTERCEPT] + heard / scales[code, PER_SLOPE] + 0.5)
    return min(max(score, scales[code, MINIMUM]), scales[code, MAXIMUM])


@inlined
@no_type_check
def _chance(logit):
    return 1.0 / (1.0 + math.exp(-logit))


@inlined
@no_type_check
def _answer(luck, plan, at, fell, day, code, answered, severity, start, scales):
    """The score of a visit, or MISSING; what it shows of improvement is kept."""
    score = _score(luck, severity, scales, code)
    came = _uniform(luck, ANSWERS) < answered
    if day == 0 and code == plan.judged:
        return start
    if came and code == plan.judged:
        fell[FALL] = (start - score) / max(start, 1.0)
        fell[BEST_FALL] = max(fell[BEST_FALL], fell[FALL])
        if fell[FALL] >= _RESPONSE and at[GIVEN] > 0 and at[RELIEVED_ON] < 0:
            at[RELIEVED_ON] = day
    return score if came else float(MISSING)


@inlined
@no_type_check
def _infusion_on(at, infusion_day, maintenance_gap):
    """The day on which the next infusion is to be given, or NEVER."""
    course, given = infusion_day.shape[0], at[GIVEN]
    if at[STOPPED] > 0:
        return NEVER
    if given < course:
        return infusion_day[given]
    if course == 0 or given - course >= maintenance_gap.shape[0]:
        return NEVER
    return at[LAST_INFUSION] + maintenance_gap[given - course]


@inlined
@no_type_check
def _infuse(plan, at, fell, day, infusion_day, maintenance_gap):
    """Whether an infusion is given: it is due, not stopped, and maintenance is for those it is meant for."""
    if _infusion_on(at, infusion_day, maintenance_gap) > day:
        return False
    if plan.stop_after > 0 and at[GIVEN] == plan.stop_after and fell[BEST_FALL] < plan.stop_fall:
        at[STOPPED] = 1
        return False
    in_course = at[GIVEN] < infusion_day.shape[0]
    return in_course or fell[FALL] >= _RESPONSE or not plan.maintenance_for_response


@inlined
@no_type_check
def _therapy_starts_on(plan, at, course):
    """The day on which therapy is to start, or NEVER; later events may bring it forward."""
    if plan.therapy < 0 or at[BOOKED] > 0 or at[NEXT_SESSION] >= 0:
        return NEVER
    if plan.start_rule == FIXED_DAY:
        return plan.start_offset
    if plan.start_rule == AFTER_COURSE:
        over = at[GIVEN] >= course or at[STOPPED] > 0
        return at[LAST_INFUSION] + plan.start_offset if over and at[LAST_INFUSION] >= 0 else NEVER
    relieved = at[RELIEVED_ON] + plan.start_offset if at[RELIEVED_ON] >= 0 else NEVER
    return min(relieved, plan.latest_start)


@inlined
@no_type_check
def _sooner(day, one, other):
    """The earlier of two days, of those that lie after `day`."""
    return min(one if one > day else NEVER, other if other > day else NEVER)


@inlined
@no_type_check
def _session_gain(luck, plan, at, fell, day, severity, conduct, leave, session_gap):
    """What a session that was booked gives: 0 when the person does not come, or has left therapy."""
    g = (severity - _CENTRE) * _PER_TEN if plan.by_severity else 0.0
    off_track = plan.feedback and fell[FALL] - fell[FALL_AT_START] < _ON_TRACK
    leaves = _chance(leave + conduct.leave_slope * g - (conduct.feedback_stay if off_track else 0.0))
    comes = _chance(conduct.attend - conduct.attend_slope * g)
    luck_of_leaving, luck_of_coming = _uniform(luck, CONDUCT), _uniform(luck, CONDUCT)
    at[BOOKED], at[NEXT_SESSION] = at[BOOKED] + 1, MISSING
    if luck_of_leaving < leaves:
        at[LEFT] = day
        return 0.0
    if at[BOOKED] < session_gap.shape[0]:
        at[NEXT_SESSION] = day + session_gap[at[BOOKED]]
    return (1.0 + (conduct.feedback_gain if off_track else 0.0)) if luck_of_coming < comes else 0.0


@inlined
@no_type_check
def _start_over(at, fell):
    fell[:] = 0.0
    at[:] = 0
    at[LAST_INFUSION] = at[RELIEVED_ON] = at[NEXT_SESSION] = at[LEFT] = MISSING


@compiled
@no_type_check
def _kept_by_days(most, rates):
    """For steps of 0 to `most` whole days: what is kept of D, the sd it gathers, what is kept in the compartments."""
    kept = np.empty((most + 1, 8))
    for days in range(most + 1):
        D = fade(days * rates.D)
        kept[days, 0], kept[days, 1] = D, math.sqrt(rates.spread * (1.0 - D * D))
        on, f, s, e, lag, z = shares_kept(float(days), True, True, rates)
        kept[days, 2], kept[days, 3], kept[days, 4] = on, f, s
        kept[days, 5], kept[days, 6], kept[days, 7] = e, lag, z
    return kept


@inlined
@no_type_check
def _go_on(luck, D, exposure, share, rates):
    """The episode and the exposure after a step, of which this much is kept."""
    left = (share[2], share[3], share[4], share[5], share[6], share[7])
    return D * share[0] + share[1] * _normal(luck, PATH), elapse_by(exposure, left, rates)


@compiled
@no_type_check
def live(
    seed,
    first_person,
    plan,
    calendar,
    population,
    beta,
    scales,
    conduct,
    leave,
    site_variance,
    first,
    last,
    out,
):
    """Take people through the plan, filling their rows `first` to `last` of `out`.

    `out` is severity and score by visit, days of infusions given, days of sessions attended, sessions booked, the day
    of leaving therapy, and how many people were drawn until this one met the entry rule.
    """
    severities, scores, infused_on, attended_on, booked, left_on, drawn = out
    visit_day, visit_code, answered, infusion_day, maintenance_gap, session_gap = calendar
    visits, course = visit_day.shape[0], infusion_day.shape[0]
    rates, luck, at, fell = rates_of(population), np.empty(3, np.uint64), np.empty(8, np.int64), np.empty(3)
    kept = _kept_by_days(plan.days, rates)
    for row in range(first, last):
        _seat(luck, seed, first_person + row)
        _start_over(at, fell)
        person, start, drawn[row] = _draw_person(luck, plan, population, scales, site_variance)
        D, exposure, visit, day = person[1], UNTREATED, 0, 0
        while day <= plan.days:
            severity = _severity(person, D, exposure, population.c_v)
            while visit < visits and visit_day[visit] == day:
                code, chance = visit_code[visit], answered[visit]
                severities[row, visit] = severity
                scores[row, visit] = _answer(luck, plan, at, fell, day, code, chance, severity, start, scales)
                visit += 1
            if _infuse(plan, at, fell, day, infusion_day, maintenance_gap):
                inactive = plan.drug == INACTIVE or 0 <= plan.inactive_from <= day
                drug = INACTIVE if inactive else KETAMINE
                exposure = treat(exposure, INFUSION, drug, plan.dose, population, beta)
                infused_on[row, at[GIVEN]] = day
                at[GIVEN], at[LAST_INFUSION] = at[GIVEN] + 1, day
            if _therapy_starts_on(plan, at, course) <= day:
                at[NEXT_SESSION], fell[FALL_AT_START] = day, fell[FALL]
            if at[NEXT_SESSION] == day:
                gain = _session_gain(
                    luck, plan, at, fell, day, severity, conduct, leave[plan.therapy], session_gap
                )
                if gain > 0.0:
                    exposure = treat(exposure, SESSION, plan.therapy, gain, population, beta)
                    attended_on[row, at[ATTENDED]] = day
                    at[ATTENDED] += 1
            on = visit_day[visit] if visit < visits else NEVER
            on = min(on, _sooner(day, at[NEXT_SESSION], _infusion_on(at, infusion_day, maintenance_gap)))
            on = min(on, _sooner(day, _therapy_starts_on(plan, at, course), NEVER))
            if on <= plan.days:
                D, exposure = _go_on(luck, D, exposure, kept[on - day], rates)
            day = on
        booked[row], left_on[row] = at[BOOKED], at[LEFT]
