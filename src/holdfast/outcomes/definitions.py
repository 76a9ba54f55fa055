"""Response, remission, recovery, relapse, recurrence and reliable change: each defined here and nowhere else.

Every definition works on complete readings of one instrument; two instruments are never mixed. Cut-offs are
those of the instrument's own file, with their sources. A definition an instrument has no cut-off for is
unknown (`None`), never "no". Durations count elapsed time.

[S] seen in the source named; [C] a convention, shown as a site default.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from holdfast.errors import InvalidInput, Problem
from holdfast.instruments.loader import load
from holdfast.outcomes.moments import utc

FAILED_TRIALS_OF_TRD = 2
"""Adequate antidepressant trials without enough gain. Source: doi:10.1007/s40263-023-01026-3 [S]."""

PARTIAL_FALL_PERCENT = 25.0
"""Least fall from baseline of a partial response. Source: [C]."""

SUSTAINED_AFTER = timedelta(weeks=3)
"""Remission is sustained once held this long. Source: Rush 2006 (ACNP), doi:10.1038/sj.npp.1301131 [S]."""

RECOVERED_AFTER = timedelta(days=122)
"""Recovery: remission held for four months, here 4 x 30.4 days. Source: Rush 2006, doi:10.1038/sj.npp.1301131
[S]."""

ASSESSMENTS_APART = timedelta(days=5)
"""Least time between the two assessments that establish a relapse. Source: [C]."""

LONGEST_UNSEEN = timedelta(days=35)
"""Two readings further apart do not show that remission was held in between: nobody looked. Source: [C]."""


@dataclass(frozen=True)
class Reading:
    """A complete total of one instrument at one moment, kept in UTC.

    Errors: `InvalidInput` for a moment without a time zone.
    """

    at: datetime
    instrument: str
    total: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", utc(self.at))


class Change(StrEnum):
    """What became of a score, beyond the noise of the instrument."""

    IMPROVED = "reliable improvement"
    DETERIORATED = "reliable deterioration"
    NONE = "no reliable change"


class Return(StrEnum):
    """The two ways the illness comes back."""

    RELAPSE = "relapse"
    RECURRENCE = "recurrence"


@dataclass(frozen=True)
class Remission:
    """A stretch of remission: its first reading, and the last reading that showed it."""

    since: datetime
    last_seen_at: datetime

    @property
    def sustained(self) -> bool:
        """Whether it was seen to hold for at least three weeks."""
        return self.last_seen_at - self.since >= SUSTAINED_AFTER

    @property
    def recovered(self) -> bool:
        """Whether it was seen to hold for at least four months."""
        return self.last_seen_at - self.since >= RECOVERED_AFTER


@dataclass(frozen=True)
class Relapse:
    """The illness has come back: the first of the two assessments, and the one that established it."""

    kind: Return
    since: datetime
    confirmed_at: datetime


@dataclass(frozen=True)
class Standing:
    """What the readings so far amount to.

    `responded_at` is the first response or remission since the start or the last relapse, `remitted` whether
    a reading of that time was a remission. `recovered_at` stands from recovery until a recurrence, `relapse`
    until the next response or remission. `worse_since` is the first of the assessments that may make a
    relapse.
    """

    responded_at: datetime | None = None
    remitted: bool = False
    remission: Remission | None = None
    recovered_at: datetime | None = None
    worse_since: datetime | None = None
    relapse: Relapse | None = None


def is_treatment_resistant(*, failed_adequate_trials: int) -> bool:
    """Whether depression counts as treatment-resistant: two adequate antidepressants without enough gain.

    Source: doi:10.1007/s40263-023-01026-3 [S].
    """
    return failed_adequate_trials >= FAILED_TRIALS_OF_TRD


def on_instrument(readings: Iterable[Reading], *, instrument: str) -> tuple[Reading, ...]:
    """The readings of one instrument in the order of their moments. Source: [C], nothing to look up."""
    return tuple(sorted((r for r in readings if r.instrument == instrument), key=lambda r: r.at))


def baseline(
    readings: Iterable[Reading], *, instrument: str, first_infusion_at: datetime | None
) -> Reading | None:
    """The reading an episode is judged against: the last at or before the first infusion, else the first.

    None while the instrument has no complete reading. Source: [C], care rules of this project.
    """
    own = on_instrument(readings, instrument=instrument)
    before = [r for r in own if first_infusion_at is not None and r.at <= first_infusion_at]
    return before[-1] if before else next(iter(own), None)


def percent_fall(before: Reading, now: Reading) -> float | None:
    """How far a score fell, in percent of where it stood; negative for a rise, None from a score of 0.

    Errors: `InvalidInput` when the two are of different instruments. Source: arithmetic, none needed.
    """
    # H-013: a change of scale must never read as a change in the person.
    if before.instrument != now.instrument:
        raise InvalidInput(
            Problem("readings", f"{before.instrument} against {now.instrument}", "one instrument for both")
        )
    return None if before.total == 0 else 100 * (before.total - now.total) / before.total


def is_response(before: Reading, now: Reading) -> bool | None:
    """Whether the score has fallen by the instrument's response percentage, 50 % for all that have one; else None.

    Source: the `response_fall_percent` of the instrument's file [S].
    """
    fall = percent_fall(before, now)
    percent = load(now.instrument).cutoffs.response_fall_percent
    return None if percent is None else fall is not None and fall >= percent


def is_partial_response(before: Reading, now: Reading) -> bool | None:
    """Whether the score has fallen by 25 % or more without being a response; None where response is unknown.

    Source: [C].
    """
    fall, response = percent_fall(before, now), is_response(before, now)
    return None if response is None else fall is not None and fall >= PARTIAL_FALL_PERCENT and not response


def is_remission(reading: Reading) -> bool | None:
    """Whether the score is at or below the instrument's remission cut-off; None when it has none.

    Source: the `remission_at_most` of the instrument's file [S]. Variants (MADRS 12, PHQ-9 5) are not used.
    """
    limit = load(reading.instrument).cutoffs.remission_at_most
    return None if limit is None else reading.total <= limit


def is_at_relapse_level(reading: Reading) -> bool | None:
    """Whether the score is at or above the instrument's relapse threshold; None when it has none.

    Source: the `relapse_at_least` of the instrument's file; MADRS and QIDS [S], the others [C].
    """
    limit = load(reading.instrument).cutoffs.relapse_at_least
    return None if limit is None else reading.total >= limit


def reliable_change(before: Reading, now: Reading) -> Change | None:
    """Whether the score moved beyond the instrument's noise; None when its file gives no figure.

    Source: the `reliable_change` of the instrument's file; PHQ-9 and GAD-7 from NHS Talking Therapies [S].
    """
    percent_fall(before, now)  # refuses two different instruments
    points = load(now.instrument).cutoffs.reliable_change
    if points is None:
        return None
    if abs(now.total - before.total) < points:
        return Change.NONE
    return Change.IMPROVED if now.total < before.total else Change.DETERIORATED


def follow(readings: Iterable[Reading], *, since: Reading) -> Standing:
    """Response, remission, recovery, relapse and recurrence over the readings after the baseline `since`.

    Remission lasts while readings at or below the cut-off are at most 35 days apart. Before it is sustained
    any reading above the cut-off ends it; afterwards only such a gap or a relapse does. Relapse (before
    recovery) and recurrence (after) need two readings at least 5 days apart, and every one between them, at
    or above the threshold. Without a remission before, such a reading counts only when it is no longer a
    response: a person whose response itself lies above the threshold has not relapsed by staying there.

    Source: Rush 2006 (ACNP), doi:10.1038/sj.npp.1301131 [S]; 5 and 35 days [C].
    """
    standing = Standing()
    for reading in on_instrument(readings, instrument=since.instrument):
        if reading.at > since.at:
            standing = _step(standing, reading, since)
    return standing


def relapsed_at(readings: Iterable[Reading], *, since: Reading) -> datetime | None:
    """When the relapse or recurrence that still stands was established; None when none stands.

    Source: as `follow`: Rush 2006, doi:10.1038/sj.npp.1301131 [S]; 5 days [C].
    """
    relapse = follow(readings, since=since).relapse
    return None if relapse is None else relapse.confirmed_at


def _step(before: Standing, reading: Reading, since: Reading) -> Standing:
    worse_since = (before.worse_since or reading.at) if _counts_as_worse(before, reading, since) else None
    if worse_since is not None and reading.at - worse_since >= ASSESSMENTS_APART:
        kind = Return.RECURRENCE if before.recovered_at else Return.RELAPSE
        return Standing(relapse=Relapse(kind=kind, since=worse_since, confirmed_at=reading.at))
    well = _is_well(before, reading, since)
    remission = _remission(before.remission, reading)
    recovered = remission is not None and remission.recovered
    return Standing(
        responded_at=before.responded_at or (reading.at if well else None),
        remitted=before.remitted or is_remission(reading) is True,
        remission=remission,
        recovered_at=before.recovered_at or (reading.at if recovered else None),
        worse_since=worse_since,
        relapse=None if well else before.relapse,
    )


def _counts_as_worse(before: Standing, reading: Reading, since: Reading) -> bool:
    if before.responded_at is None or not is_at_relapse_level(reading):
        return False
    return before.remitted or not is_response(since, reading)


def _is_well(before: Standing, reading: Reading, since: Reading) -> bool:
    if before.relapse is not None and is_at_relapse_level(reading):
        return False  # half of a very high baseline may still lie above the threshold that made the relapse
    return is_response(since, reading) is True or is_remission(reading) is True


def _remission(before: Remission | None, reading: Reading) -> Remission | None:
    joined = before is not None and reading.at - before.last_seen_at <= LONGEST_UNSEEN
    if is_remission(reading):
        since = before.since if before is not None and joined else reading.at
        return Remission(since=since, last_seen_at=reading.at)
    return before if before is not None and joined and before.sustained else None
