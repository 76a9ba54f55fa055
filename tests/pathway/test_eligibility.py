"""What a review, a consent and a weight come to on a day of the clinic's calendar, case by case."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from holdfast.pathway.eligibility import Consent, ConsentState, Override, Review, Standing, Verdict, Weight
from holdfast.pathway.limits import AS_SHIPPED, SiteLimits, threshold
from holdfast.protocols.loader import infusions

LONDON = "Europe/London"
TODAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ABSENT = {one.slug: "absent" for one in infusions("ketamine_iv").criteria}


def review(*signed: str, at: datetime = NOON, without: str = "", **found: str) -> Review:
    """Everything absent but for what is named, and for one not looked at; overrides for those of `signed`."""
    answers = {slug: answer for slug, answer in (ABSENT | found).items() if slug != without}
    overrides = tuple(Override(criterion=slug, reason="weighed", by="Dr Rivera", at=at) for slug in signed)
    return Review(uid=uuid.uuid4(), at=at, by="Nurse Okoro", found=answers, overrides=overrides)


def consent(
    *, at: datetime = NOON, expires_on: date | None = date(2026, 6, 1), given: bool = True
) -> Consent:
    return Consent(uid=uuid.uuid4(), at=at, by="Nurse Okoro", given=given, expires_on=expires_on)


def weight(*, at: datetime = NOON) -> Weight:
    return Weight(measure_id=1, uid=uuid.uuid4(), at=at, by="Nurse Okoro", weight_kg=Decimal(80))


def standing(
    *,
    reviewed: Review | None = None,
    consented: Consent | None = None,
    weighed: Weight | None = None,
    height_cm: Decimal | None = None,
    today: date = TODAY,
    zone: str = LONDON,
    limits: SiteLimits = AS_SHIPPED,
) -> Standing:
    return Standing(
        limits=limits,
        zone=zone,
        today=today,
        review=reviewed,
        consent=consented,
        weight=weighed,
        height_cm=height_cm,
    )


@pytest.mark.parametrize(
    ("reviewed", "verdict"),
    [
        (None, Verdict.CANNOT_TELL),
        (review(), Verdict.ELIGIBLE),
        (review(aneurysm="present"), Verdict.NOT_ELIGIBLE),
        (review("aneurysm", aneurysm="present"), Verdict.ELIGIBLE),
        (review("psychosis", aneurysm="present"), Verdict.NOT_ELIGIBLE),
        (review("aneurysm", aneurysm="present", psychosis="present"), Verdict.NOT_ELIGIBLE),
        (review(aneurysm="not_known"), Verdict.CANNOT_TELL),
        (review("aneurysm", aneurysm="not_known"), Verdict.CANNOT_TELL),
        (review(without="aneurysm"), Verdict.CANNOT_TELL),
        (review(aneurysm="present", psychosis="not_known"), Verdict.NOT_ELIGIBLE),
        (review(thyroid="present"), Verdict.ELIGIBLE),
        (review(thyroid="not_known"), Verdict.ELIGIBLE),
        (review(without="thyroid"), Verdict.ELIGIBLE),
        (review(at=NOON - timedelta(days=91)), Verdict.CANNOT_TELL),
        (review(at=NOON - timedelta(days=91), aneurysm="present"), Verdict.NOT_ELIGIBLE),
    ],
)
def test_verdict_when_reviewed_so_is_this(reviewed: Review | None, verdict: Verdict) -> None:
    found = standing(reviewed=reviewed)

    assert (found.verdict, found.eligible) == (verdict, verdict is Verdict.ELIGIBLE)


def test_lines_when_reviewed_say_what_excludes_what_is_open_and_what_is_weighed() -> None:
    lines = standing(
        reviewed=review(
            "psychosis", aneurysm="present", psychosis="present", pregnancy="not_known", thyroid="present"
        )
    ).lines

    assert {
        "excludes": [one.criterion.slug for one in lines if one.excludes],
        "overridden": [one.criterion.slug for one in lines if one.is_overridden],
        "open": [one.criterion.slug for one in lines if one.is_open],
        "cautions": [one.criterion.slug for one in lines if one.cautions],
    } == {
        "excludes": ["aneurysm"],
        "overridden": ["psychosis"],
        "open": ["pregnancy"],
        "cautions": ["thyroid"],
    }


def test_lines_when_nobody_looked_are_all_not_looked_at() -> None:
    assert {one.answer for one in standing().lines} == {"not_looked_at"}


LAST_DAYS = pytest.mark.parametrize(
    ("zone", "last_moment"),
    [
        # Clocks in London go forward on 29 March 2026 at 01:00 and back on 25 October at 02:00.
        (LONDON, datetime(2026, 3, 29, 22, 59, 59, tzinfo=UTC)),
        (LONDON, datetime(2026, 10, 25, 23, 59, 59, tzinfo=UTC)),
        # Clocks in Chicago go forward on 8 March 2026 and back on 1 November.
        ("America/Chicago", datetime(2026, 3, 9, 4, 59, 59, tzinfo=UTC)),
        ("America/Chicago", datetime(2026, 11, 2, 5, 59, 59, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 4, 5, 11, 59, 59, tzinfo=UTC)),
    ],
)
"""The last second of a day on which clocks change."""


def _day(moment: datetime, zone: str) -> date:
    return standing(zone=zone).day_of(moment)


@LAST_DAYS
def test_consent_when_its_last_day_has_a_change_of_clocks_ends_at_midnight_there(
    zone: str, last_moment: datetime
) -> None:
    last = _day(last_moment, zone)
    signed = consent(at=last_moment - timedelta(days=100), expires_on=last)

    held = [
        standing(consented=signed, zone=zone, today=_day(moment, zone)).consent_state
        for moment in (last_moment, last_moment + timedelta(seconds=1))
    ]

    assert held == [ConsentState.EXPIRING, ConsentState.EXPIRED]


@LAST_DAYS
def test_review_when_its_last_day_has_a_change_of_clocks_ends_at_midnight_there(
    zone: str, last_moment: datetime
) -> None:
    looked = review(at=last_moment - timedelta(days=90, hours=12))

    held = [
        standing(reviewed=looked, zone=zone, today=_day(moment, zone)).review_in_date
        for moment in (last_moment, last_moment + timedelta(seconds=1))
    ]

    assert held == [True, False]


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (None, ConsentState.NONE),
        (consent(), ConsentState.IN_DATE),
        (consent(expires_on=date(2026, 3, 17)), ConsentState.IN_DATE),
        (consent(expires_on=date(2026, 3, 16)), ConsentState.IN_DATE),
        (consent(expires_on=date(2026, 3, 15)), ConsentState.EXPIRING),
        (consent(expires_on=date(2026, 3, 2)), ConsentState.EXPIRING),
        (consent(at=NOON - timedelta(days=9), expires_on=date(2026, 3, 1)), ConsentState.EXPIRED),
        (consent(given=False, expires_on=None), ConsentState.TAKEN_BACK),
    ],
)
def test_consent_state_when_it_is_the_newest_is_this(given: Consent | None, state: ConsentState) -> None:
    assert standing(consented=given).consent_state is state


@pytest.mark.parametrize(
    ("on", "holds"),
    [
        (date(2026, 3, 1), False),
        (date(2026, 3, 2), True),
        (date(2026, 6, 1), True),
        (date(2026, 6, 2), False),
    ],
)
def test_consent_holds_from_the_day_it_was_signed_to_its_last(on: date, holds: bool) -> None:
    assert standing(consented=consent()).consent_holds(on) is holds


def test_review_when_the_site_has_set_a_shorter_time_holds_for_that() -> None:
    shorter = threshold("eligibility_valid_for").model_copy(update={"value": 30.0})
    limits = SiteLimits(settings={"eligibility_valid_for": shorter})

    found = standing(reviewed=review(at=NOON - timedelta(days=31)), limits=limits)

    assert (found.review_last_day, found.verdict) == (date(2026, 3, 1), Verdict.CANNOT_TELL)


@pytest.mark.parametrize(("days", "fresh"), [(0, True), (14, True), (15, False)])
def test_weight_when_so_many_days_old_is_fresh_for_a_dose_or_not(days: int, fresh: bool) -> None:
    found = standing(weighed=weight(at=NOON - timedelta(days=days)))

    assert found.weight_in_date is fresh


def test_weight_when_there_is_none_is_not_fresh() -> None:
    assert standing().weight_in_date is False


@pytest.mark.parametrize(
    ("weighed", "height_cm", "index"),
    [
        (weight(), Decimal(180), Decimal("24.7")),
        (weight(), None, None),
        (None, Decimal(180), None),
    ],
)
def test_body_mass_index_when_both_are_known_is_weight_over_height_squared(
    weighed: Weight | None, height_cm: Decimal | None, index: Decimal | None
) -> None:
    assert standing(weighed=weighed, height_cm=height_cm).body_mass_index == index
