"""How honest the clinic's forecasts have been: what was said, counted against what came. No person is named."""

from dataclasses import dataclass

from django.db.models import Avg, Count, F, Q

from holdfast.access import Permission, Viewer, require
from holdfast.records.models import Outlook, OutlookRelapse, OutlookScore


@dataclass(frozen=True)
class Distance:
    """Scores that came so many weeks after the outlook they are held against.

    **Units**: `error` (mean absolute) and `bias` (said minus came) in points of the instrument.
    """

    weeks: int
    instrument: str
    scores: int
    people: int
    within50: int
    within80: int
    within95: int
    error: float
    bias: float
    crps: float


@dataclass(frozen=True)
class SaidRelapse:
    """One chance of relapse within 28 days, and whether it came; None when nobody answered near the end."""

    chance: float
    relapsed: bool | None


@dataclass(frozen=True)
class Made:
    """How many outlooks the clinic has made, how many of them said something, and of how many people."""

    outlooks: int
    with_forecast: int
    people: int


def distances(viewer: Viewer) -> tuple[Distance, ...]:
    """By instrument and weeks ahead, those with most scores first."""
    require(viewer, Permission.SEE_PROGRAMME)
    rows = (
        OutlookScore.objects.filter(clinic_id=viewer.clinic_id)
        .values("instrument", "weeks_ahead")
        .annotate(
            scores=Count("pk"),
            people=Count("episode", distinct=True),
            held50=Count("pk", filter=Q(within50=True)),
            held80=Count("pk", filter=Q(within80=True)),
            held95=Count("pk", filter=Q(within95=True)),
            above=Avg(F("expected") - F("total"), filter=Q(expected__gte=F("total")), default=0.0),
            many_above=Count("pk", filter=Q(expected__gte=F("total"))),
            bias=Avg(F("expected") - F("total")),
            mean_crps=Avg("crps"),
        )
        .order_by("instrument", "weeks_ahead")
    )
    return tuple(
        Distance(
            weeks=row["weeks_ahead"],
            instrument=row["instrument"],
            scores=row["scores"],
            people=row["people"],
            within50=row["held50"],
            within80=row["held80"],
            within95=row["held95"],
            error=2 * row["above"] * row["many_above"] / row["scores"] - row["bias"],
            bias=row["bias"],
            crps=row["mean_crps"],
        )
        for row in rows
    )


def relapses(viewer: Viewer) -> tuple[SaidRelapse, ...]:
    """Every chance of relapse whose four weeks have passed."""
    require(viewer, Permission.SEE_PROGRAMME)
    rows = OutlookRelapse.objects.filter(clinic_id=viewer.clinic_id).order_by("pk")
    return tuple(SaidRelapse(chance, relapsed) for chance, relapsed in rows.values_list("chance", "relapsed"))


def made(viewer: Viewer) -> Made:
    """What there is to be judged at all."""
    require(viewer, Permission.SEE_PROGRAMME)
    outlooks = Outlook.objects.filter(episode__patient__clinic_id=viewer.clinic_id)
    counted = outlooks.aggregate(
        outlooks=Count("pk"),
        with_forecast=Count("pk", filter=Q(forecast__isnull=False)),
        people=Count("episode", distinct=True),
    )
    return Made(**counted)
