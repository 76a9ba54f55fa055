"""What the record answers on the go / no-go list: alerts, consent, eligibility, order, weight and check-in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Prefetch, QuerySet

from holdfast.pathway import order_use
from holdfast.pathway.dosing import Body
from holdfast.pathway.eligibility import Consent, Override, Review, Standing, Weight
from holdfast.pathway.go_list import Found
from holdfast.pathway.infusion_plan import Standing as Runs
from holdfast.pathway.limits import SiteLimits
from holdfast.records import models
from holdfast.records.queries import infusion_courses
from holdfast.units import Kilograms, Milligrams, MilligramsPerKilogram


@dataclass(frozen=True)
class Case:
    """What a list is about: the course, whose it is, its limits and calendar.

    `visit_id` once someone came.
    """

    key: int
    visit_id: int | None
    course_id: int
    episode_id: int
    limits: SiteLimits
    zone: str
    starts_at: datetime

    def day(self, at: datetime) -> date:
        """The day of the clinic's calendar."""
        return at.astimezone(ZoneInfo(self.zone)).date()


def load(
    cases: Collection[Case], alerts: Mapping[int, int], *, at: datetime
) -> Mapping[int, Mapping[str, Found]]:
    """What the record says to each case, by its key. `alerts`: how many wait in each episode. Eight queries."""
    standings, orders, runs = _standings(cases, at=at), _orders(cases), _runs(cases, at=at)
    answered = _check_ins(cases, at=at)
    return {
        case.key: {
            "open_alert": _open_alert(alerts.get(case.episode_id, 0)),
            "consent": _consent(standings[case.key]),
            "eligibility": _eligibility(standings[case.key]),
            "check_in": _check_in(case, answered.get(case.episode_id)),
            **_order(case, orders.get(case.course_id), standings[case.key], runs[case.course_id]),
        }
        for case in cases
    }


def _open_alert(waiting: int) -> Found:
    return Found(not waiting, f"{waiting} waiting" if waiting else "none waits")


# H-026: consent and review are judged on the day, as they stand on it.
def _consent(standing: Standing) -> Found:
    consent = standing.consent
    if consent is None:
        return Found(False, "none signed")
    if not consent.given or consent.expires_on is None:
        return Found(False, f"taken back on {_said(standing.day_of(consent.at))}")
    holds = standing.consent_holds(standing.today)
    return Found(holds, f"{'holds' if holds else 'held'} until {_said(consent.expires_on)}")


def _eligibility(standing: Standing) -> Found:
    last = standing.review_last_day
    if standing.review is None or last is None:
        return Found(False, "no review")
    against = [line.criterion.words for line in standing.lines if line.excludes]
    if against:
        return Found(False, f"speaks against it: {'; '.join(against)}")
    if not standing.review_in_date:
        return Found(False, f"the review held until {_said(last)}")
    unknown = [line.criterion.words for line in standing.lines if line.is_open]
    if unknown:
        return Found(False, f"nobody can say: {'; '.join(unknown)}")
    signed = sum(line.is_overridden for line in standing.lines)
    says = f"review holds until {_said(last)}"
    return Found(standing.eligible, f"{says}, {signed} signed for" if signed else says)


def _check_in(case: Case, newest: datetime | None) -> Found:
    since = case.starts_at - case.limits.duration("check_in_before_infusion")
    if newest is None:
        return Found(False, "none yet")
    when = f"{newest.astimezone(ZoneInfo(case.zone)):%-d %b, %H:%M}"
    return Found(newest >= since, f"answered {when}" if newest >= since else f"the last one is of {when}")


def _order(
    case: Case, row: models.InfusionOrder | None, standing: Standing, runs: Runs
) -> Mapping[str, Found]:
    """What speaks against the order itself, and what the newest weight says against it (H-024)."""
    if row is None or row.valid_until < standing.today:
        return {"order": Found(False, "none signed that holds"), "weight": _weight(standing)}
    newest = standing.weight
    body = Body(Kilograms(newest.weight_kg), standing.day_of(newest.at)) if newest else None
    # As if they weighed today what the order says: what is left speaks against the order itself.
    unchanged = Body(Kilograms(row.measure.weight_kg), standing.today) if row.measure else body
    own, everything = (
        order_use.why_not(_signed(row), body=one, limits=case.limits, today=standing.today, course=runs)
        for one in (unchanged, body)
    )
    weighed = " ".join(one for one in everything if one not in own)
    return {
        "order": Found(
            not own, " ".join(own) or f"{Milligrams(row.dose_mg)}, signed by {row.recorded_by.name}"
        ),
        "weight": Found(False, weighed) if weighed else _weight(standing),
    }


def _weight(standing: Standing) -> Found:
    weight, last = standing.weight, standing.weight_last_day
    if weight is None or last is None:
        return Found(False, "none on record")
    says = f"{Kilograms(weight.weight_kg)} on {_said(standing.day_of(weight.at))}"
    held = standing.weight_in_date
    return Found(held, says if held else f"{says}, held until {_said(last)}")


def _signed(row: models.InfusionOrder) -> order_use.Signed:
    per_kg, measure = row.dose_mg_per_kg, row.measure
    return order_use.Signed(
        dose=Milligrams(row.dose_mg),
        valid_until=row.valid_until,
        needs_second=row.needs_second,
        has_second=getattr(row, "second_signature", None) is not None,
        dose_per_kg=None if per_kg is None else MilligramsPerKilogram(per_kg),
        weight=None if measure is None else Kilograms(measure.weight_kg),
    )


def _said(day: date) -> str:
    return f"{day:%-d %b %Y}"


def _standings(cases: Collection[Case], *, at: datetime) -> Mapping[int, Standing]:
    """Where each person stands towards the treatment of their course: newest review, consent and weight."""
    episodes = {case.episode_id for case in cases}
    reviews, consents = _reviews(episodes, at=at), _consents(episodes, at=at)
    weights = {
        row.episode_id: Weight(row.pk, row.uid, row.happened_at, row.recorded_by.name, row.weight_kg)
        for row in _by_time(models.BodyMeasure, episodes, at=at)
    }
    return {
        case.key: Standing(
            limits=case.limits,
            zone=case.zone,
            today=case.day(at),
            review=reviews.get((case.episode_id, case.limits.treatment)),
            consent=consents.get((case.episode_id, case.limits.treatment)),
            weight=weights.get(case.episode_id),
        )
        for case in cases
    }


def _by_time(model: Any, episodes: Collection[int], *, at: datetime) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.current.filter(episode__in=episodes, happened_at__lte=at)
    return rows.select_related("recorded_by").order_by("happened_at", "pk")


def _reviews(episodes: Collection[int], *, at: datetime) -> Mapping[tuple[int, str], Review]:
    signed = models.Override.current.select_related("recorded_by").order_by("happened_at", "pk")
    rows = _by_time(models.EligibilityReview, episodes, at=at)
    return {
        (row.episode_id, row.treatment): Review(
            uid=row.uid,
            at=row.happened_at,
            by=row.recorded_by.name,
            found=row.found,
            overrides=tuple(
                Override(one.criterion, one.reason, one.recorded_by.name, one.happened_at)
                for one in row.signed
            ),
        )
        for row in rows.prefetch_related(Prefetch("overrides", signed, to_attr="signed"))
    }


def _consents(episodes: Collection[int], *, at: datetime) -> Mapping[tuple[int, str], Consent]:
    return {
        (row.episode_id, row.treatment): Consent(
            row.uid, row.happened_at, row.recorded_by.name, given=row.given, expires_on=row.expires_on
        )
        for row in _by_time(models.Consent, episodes, at=at)
    }


def _check_ins(cases: Collection[Case], *, at: datetime) -> Mapping[int, datetime]:
    """When each person last answered the whole instrument that judges their course."""
    rows = models.CheckIn.current.filter(
        episode__in={case.episode_id for case in cases},
        instrument=F("episode__primary_instrument"),
        complete=True,
        happened_at__lte=at,
    )
    return dict(rows.order_by("happened_at", "pk").values_list("episode", "happened_at"))


def _orders(cases: Collection[Case]) -> Mapping[int, models.InfusionOrder]:
    """The newest order of each course that was neither stopped nor replaced."""
    rows = models.InfusionOrder.current.filter(course__in={case.course_id for case in cases})
    rows = rows.select_related("measure", "recorded_by", "second_signature").order_by("happened_at", "pk")
    return {row.course_id: row for row in rows}


def _runs(cases: Collection[Case], *, at: datetime) -> Mapping[int, Runs]:
    """Whether each course goes on."""
    days = {case.course_id: case.day(at) for case in cases}
    decided = infusion_courses.decisions_of(days)
    return {pk: infusion_courses.standing(decided[pk], on=day) for pk, day in days.items()}
