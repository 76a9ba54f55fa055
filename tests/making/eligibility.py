"""Someone ready for a treatment: nothing speaks against it, consent is signed, and the weight is known."""

import uuid
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from holdfast.access import Viewer
from holdfast.care import consents, eligibility, weights
from holdfast.errors import InvalidInput
from holdfast.pathway.eligibility import Standing
from holdfast.protocols.loader import infusions
from holdfast.records.queries import eligibility as queries
from tests import make


def nothing_found(treatment: str = "ketamine_iv", **but: str) -> dict[str, str]:
    """Every criterion of the treatment absent, but for those named."""
    return {one.slug: "absent" for one in infusions(treatment).criteria} | but


def make_ready(
    episode_id: int,
    *,
    treatment: str = "ketamine_iv",
    weight_kg: Decimal = Decimal(70),
    height_cm: Decimal | None = Decimal(175),
    by: Viewer,
    at: datetime = make.NOW,
) -> None:
    """A review that found nothing, consent and a weight, all at `at`; `by` is a nurse or prescriber."""
    found = nothing_found(treatment)
    eligibility.review(episode_id, treatment=treatment, found=found, happened_at=at, by=by, at=at)
    consents.sign(episode_id, treatment=treatment, form_version="2026-01", happened_at=at, by=by, at=at)
    weights.record(
        episode_id, weight_kg=weight_kg, height_cm=height_cm, happened_at=at, sure=True, by=by, at=at
    )


def standing(episode_id: int, viewer: Viewer, *, at: datetime = make.NOW) -> Standing:
    """Where the person stands towards ketamine."""
    return queries.standing(viewer, episode_id, treatment="ketamine_iv", at=at)


def reviewed(
    episode_id: int,
    *,
    by: Viewer,
    happened_at: datetime = make.NOW,
    uid: uuid.UUID | None = None,
    **found: str,
) -> uuid.UUID:
    """A review of ketamine at `make.NOW` that found nothing but for those named; gives its uid."""
    return eligibility.review(
        episode_id,
        treatment="ketamine_iv",
        found=nothing_found(**found),
        happened_at=happened_at,
        by=by,
        at=make.NOW,
        uid=uid,
    )


def signed(episode_id: int, *, by: Viewer, **given: Any) -> None:
    """Consent to ketamine on the form 2026-01, signed at `make.NOW`."""
    usual = {"form_version": "2026-01", "happened_at": make.NOW}
    consents.sign(episode_id, treatment="ketamine_iv", by=by, at=make.NOW, **{**usual, **given})


def taken_back(episode_id: int, *, by: Viewer, **given: Any) -> None:
    """Consent to ketamine taken back at `make.NOW`."""
    usual = {"note": "Does not want it", "happened_at": make.NOW}
    consents.take_back(episode_id, treatment="ketamine_iv", by=by, at=make.NOW, **{**usual, **given})


def weighed(episode_id: int, kg: str, cm: str | None = None, *, by: Viewer, **given: Any) -> None:
    """A weight in kg, and a height in cm, at `make.NOW`."""
    height = None if cm is None else Decimal(cm)
    moment = {"happened_at": make.NOW, "at": make.NOW}
    weights.record(episode_id, weight_kg=Decimal(kg), height_cm=height, by=by, **{**moment, **given})


def refusal(act: Callable[..., object], *args: Any, **given: Any) -> list[tuple[str, str, str]]:
    """What is refused: where, what, and what would be right, of each problem."""
    with pytest.raises(InvalidInput) as refused:
        act(*args, **given)
    return [(one.where, one.what, one.expected) for one in refused.value.problems]
