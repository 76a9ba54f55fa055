"""A person is weighed and measured."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, outlooks
from holdfast.errors import InvalidInput, Problem
from holdfast.pathway import limits, weighing
from holdfast.records.models import BodyMeasure
from holdfast.records.queries import scope, site_limits

DOUBTED = {"weight": "weight in doubt", "height": "height in doubt"}
"""Where a number that may be right is asked about: its problem is answered by `sure`."""


def record(
    episode_id: int,
    *,
    weight_kg: Decimal,
    height_cm: Decimal | None = None,
    happened_at: datetime,
    sure: bool = False,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Record a weight, and a height where it was measured; `sure` when the scale was checked again.

    Units: kg, cm. Errors: `InvalidInput` for a number nobody weighs or measures, a moment in the future, and, unless
    `sure`, a number that differs from the last by more than the site believes or looks like another unit. Sending
    the same `uid` again records nothing new.
    """
    require(by, Permission.ASSESS_RESISTANCE)
    episode = scope.episode(by, episode_id)
    uid = uid or uuid.uuid4()
    if BodyMeasure.objects.filter(uid=uid, episode=episode).exists():
        return
    problems = _impossible(weight_kg, height_cm)
    if happened_at > at:
        problems.append(Problem("time", "lies in the future", "a moment that has passed"))
    if not problems and not sure:
        problems += _doubts(episode.pk, weight_kg, height_cm, happened_at=happened_at, by=by)
    if problems:
        raise InvalidInput(*problems)
    try:
        with transaction.atomic():
            BodyMeasure.objects.create(
                uid=uid,
                episode=episode,
                weight_kg=weight_kg,
                height_cm=height_cm,
                happened_at=happened_at,
                recorded_at=at,
                recorded_by_id=by.account_id,
            )
            audit.note(
                "weight recorded", subject="weight", subject_id=str(uid), by=by, at=at, episode=episode.pk
            )
    except IntegrityError:
        if not BodyMeasure.objects.filter(uid=uid, episode=episode).exists():
            raise
    outlooks.refresh(episode.pk, at=at)


def _impossible(weight_kg: Decimal, height_cm: Decimal | None) -> list[Problem]:
    problems = []
    # H-025: a number outside what people weigh is another unit or a slipped decimal point.
    if not weighing.LIGHTEST_KG <= weight_kg <= weighing.HEAVIEST_KG:
        stones = weighing.in_stones(weight_kg)
        expected = f"kilograms, {weighing.LIGHTEST_KG} to {weighing.HEAVIEST_KG}"
        what = f"{weighing.plain(weight_kg)} kg is not a likely weight"
        problems.append(Problem("weight", what, f"{expected}; {stones}" if stones else expected))
    if height_cm is not None and not weighing.SHORTEST_CM <= height_cm <= weighing.TALLEST_CM:
        expected = f"centimetres, {weighing.SHORTEST_CM} to {weighing.TALLEST_CM}; 1.75 m is 175"
        what = f"{weighing.plain(height_cm)} cm is not a likely height"
        problems.append(Problem("height", what, expected))
    return problems


def _doubts(
    episode_id: int, weight_kg: Decimal, height_cm: Decimal | None, *, happened_at: datetime, by: Viewer
) -> list[Problem]:
    # H-024: a wrong weight is a wrong dose, so a number that surprises is asked about before it is kept.
    before = BodyMeasure.current.filter(episode_id=episode_id, happened_at__lte=happened_at)
    before = before.order_by("-happened_at", "-pk")
    last = before.values_list("weight_kg", flat=True).first()
    measured = before.filter(height_cm__isnull=False).values_list("height_cm", flat=True).first()
    # A weight is of the person, whatever is given: the site's limit is that of the protocol for every treatment.
    believed = site_limits.of_clinic(by.clinic_id, treatment=limits.PROTOCOL).number("weight_change_most")
    said = weighing.weight_doubt(
        weight_kg, height_cm=height_cm or measured, before_kg=last, change_most=believed
    )
    tall = weighing.height_doubt(height_cm, before_cm=measured) if height_cm is not None else ""
    doubts = []
    if said:
        what = f"{weighing.plain(weight_kg)} kg {said}"
        doubts.append(Problem(DOUBTED["weight"], what, "kilograms, weighed again; confirm it if it is right"))
    if tall and height_cm is not None:
        what = f"{weighing.plain(height_cm)} cm {tall}"
        doubts.append(Problem(DOUBTED["height"], what, "centimetres, measured again; confirm it if right"))
    return doubts
