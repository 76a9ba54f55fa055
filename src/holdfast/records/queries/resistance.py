"""What was tried, how the illness went, and what that comes to; the measures before the first infusion."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from holdfast.access import Permission, Viewer, require
from holdfast.instruments.loader import all_instruments
from holdfast.pathway.adequacy import Adequacy, Count, DrugFact, Judged, called, count, judge
from holdfast.pathway.limits import PROTOCOL, SiteLimits
from holdfast.pathway.staging import IllnessFact, OtherFact, Staging, stagings
from holdfast.protocols import medicines
from holdfast.records.models import CheckIn, DrugTrial, Episode, IllnessCourse, Infusion, OtherTrial
from holdfast.records.queries import scope, site_limits

AT_THE_START = ("phq9", "madrs", "gad7")
"""Measures that matter before the first infusion, beside the episode's own."""

WHY_STOPPED = tuple(DrugTrial.Stopped.choices)
OTHER_KINDS = tuple(OtherTrial.Kind.choices)
SEVERITIES = tuple(IllnessCourse.Severity.choices)
"""What can be told of a trial, of another treatment and of the illness, with the words for it."""


@dataclass(frozen=True)
class TrialRow:
    """An antidepressant that was tried, with what was found of it. **Units**: mg a day, weeks, percent."""

    uid: uuid.UUID
    drug: str
    name: str
    class_name: str
    this_episode: bool
    began_on: date | None
    dose_mg: Decimal | None
    weeks: Decimal | None
    improvement_percent: int | None
    optimised: bool
    augmented_with: str
    stopped: str
    note: str
    told_at: datetime
    recorded_by: str
    adequacy: Adequacy


@dataclass(frozen=True)
class OtherRow:
    """Another treatment that was tried."""

    uid: uuid.UUID
    kind: str
    name: str
    detail: str
    this_episode: bool
    sessions: int | None
    improvement_percent: int | None
    note: str
    told_at: datetime
    recorded_by: str


@dataclass(frozen=True)
class HistoryRow:
    """How the illness has gone, as it was told; `severity_name` is empty when not judged."""

    uid: uuid.UUID
    months: int | None
    severity: str
    severity_name: str
    suicide_history: str
    conditions: str
    substances: str
    medicines: str
    may_be_pregnant: bool | None
    told_at: datetime
    recorded_by: str


@dataclass(frozen=True)
class WithdrawnRow:
    """An entry that no longer counts, with who withdrew it and why."""

    was: str
    reason: str
    withdrawn_by: str
    withdrawn_at: datetime


@dataclass(frozen=True)
class MeasureRow:
    """A measure that matters at the start: its newest complete score before the first infusion, if there is one."""

    instrument: str
    name: str
    total: int | None
    at: datetime | None


@dataclass(frozen=True)
class Resistance:
    """Everything that tells how resistant a depression is. `histories` holds the newest first: that one counts."""

    trials: tuple[TrialRow, ...]
    others: tuple[OtherRow, ...]
    histories: tuple[HistoryRow, ...]
    withdrawn: tuple[WithdrawnRow, ...]
    count: Count
    stagings: tuple[Staging, ...]
    limits: SiteLimits

    @property
    def history(self) -> HistoryRow | None:
        """The history that holds; None before the first."""
        return self.histories[0] if self.histories else None


def of_episode(viewer: Viewer, episode_id: int) -> Resistance:
    """What was tried in an episode and what that comes to, by the limits of the viewer's site. Five queries."""
    pk = _episode(viewer, episode_id).pk
    limits = site_limits.of_clinic(viewer.clinic_id, treatment=PROTOCOL)
    drugs, others, told = _Rows.read(DrugTrial, pk), _Rows.read(OtherTrial, pk), _Rows.read(IllnessCourse, pk)
    judged = [judge(_drug_fact(row), limits=limits) for row in drugs.current]
    histories = tuple(_history(row) for row in reversed(told.current))
    illness = IllnessFact(histories[0].months, histories[0].severity) if histories else IllnessFact()
    return Resistance(
        trials=tuple(_trial(row, one) for row, one in zip(drugs.current, judged, strict=True)),
        others=tuple(_other(row) for row in others.current),
        histories=histories,
        withdrawn=_withdrawn(drugs, others, told),
        count=count(judged, limits=limits),
        stagings=stagings(judged, [_other_fact(row) for row in others.current], illness, limits=limits),
        limits=limits,
    )


def history(viewer: Viewer, episode_id: int) -> HistoryRow | None:
    """The history of the illness that holds; None before the first."""
    pk = _episode(viewer, episode_id).pk
    rows = IllnessCourse.current.filter(episode_id=pk).select_related("recorded_by")
    newest = rows.order_by("-happened_at", "-pk").first()
    return _history(newest) if newest else None


def measures(viewer: Viewer, episode_id: int) -> tuple[MeasureRow, ...]:
    """The measures that matter at the start, the episode's own first, each with its score before the first infusion."""
    episode = _episode(viewer, episode_id)
    wanted = [
        one for one in dict.fromkeys((episode.primary_instrument, *AT_THE_START)) if one in all_instruments()
    ]
    first = (
        Infusion.current.filter(episode=episode).order_by("happened_at").values_list("happened_at", flat=True)
    )
    rows = CheckIn.current.filter(episode=episode, instrument__in=wanted, complete=True, total__isnull=False)
    if (began_at := first.first()) is not None:
        rows = rows.filter(happened_at__lt=began_at)
    newest = {
        slug: (total, at)
        for slug, total, at in rows.order_by("happened_at", "pk").values_list(
            "instrument", "total", "happened_at"
        )
    }
    return tuple(
        MeasureRow(one, all_instruments()[one].name, *newest.get(one, (None, None))) for one in wanted
    )


def _episode(viewer: Viewer, episode_id: int) -> Episode:
    require(viewer, Permission.SEE_INFUSIONS)
    return scope.episode(viewer, episode_id)


Row = TypeVar("Row", DrugTrial, OtherTrial, IllnessCourse)


@dataclass(frozen=True)
class _Rows(Generic[Row]):
    """The entries of one kind, oldest first: those that hold, and the withdrawals of those that no longer do."""

    current: tuple[Row, ...]
    withdrawals: tuple[Row, ...]

    @classmethod
    def read(cls, model: type[Row], episode_id: int) -> "_Rows[Row]":
        found = model.objects.filter(episode_id=episode_id).select_related("recorded_by")
        rows = tuple(found.order_by("happened_at", "pk"))
        replaced = {row.replaces_id for row in rows}
        return cls(
            tuple(row for row in rows if row.pk not in replaced and not row.entered_in_error),
            tuple(row for row in rows if row.entered_in_error),
        )


def _trial(row: DrugTrial, judged: Judged) -> TrialRow:
    medicine = medicines.of_slug(row.drug)
    return TrialRow(
        uid=row.uid,
        drug=row.drug,
        name=called(row.drug),
        class_name=medicines.class_name(medicine) if medicine else "",
        this_episode=row.this_episode,
        began_on=row.began_on,
        dose_mg=row.dose_mg,
        weeks=row.weeks,
        improvement_percent=row.improvement_percent,
        optimised=row.optimised,
        augmented_with=row.augmented_with,
        stopped=DrugTrial.Stopped(row.stopped).label,
        note=row.note,
        told_at=row.happened_at,
        recorded_by=row.recorded_by.name,
        adequacy=judged.adequacy,
    )


def _drug_fact(row: DrugTrial) -> DrugFact:
    return DrugFact(
        drug=row.drug,
        this_episode=row.this_episode,
        dose_mg=row.dose_mg,
        weeks=row.weeks,
        improvement_percent=row.improvement_percent,
        optimised=row.optimised,
        augmented_with=row.augmented_with,
    )


def _other(row: OtherTrial) -> OtherRow:
    return OtherRow(
        uid=row.uid,
        kind=row.kind,
        name=OtherTrial.Kind(row.kind).label,
        detail=row.detail,
        this_episode=row.this_episode,
        sessions=row.sessions,
        improvement_percent=row.improvement_percent,
        note=row.note,
        told_at=row.happened_at,
        recorded_by=row.recorded_by.name,
    )


def _other_fact(row: OtherTrial) -> OtherFact:
    return OtherFact(row.kind, this_episode=row.this_episode, improvement_percent=row.improvement_percent)


def _history(row: IllnessCourse) -> HistoryRow:
    return HistoryRow(
        uid=row.uid,
        months=row.months,
        severity=row.severity,
        severity_name=IllnessCourse.Severity(row.severity).label if row.severity else "",
        suicide_history=row.suicide_history,
        conditions=row.conditions,
        substances=row.substances,
        medicines=row.medicines,
        may_be_pregnant=row.may_be_pregnant,
        told_at=row.happened_at,
        recorded_by=row.recorded_by.name,
    )


def _withdrawn(
    drugs: _Rows[DrugTrial], others: _Rows[OtherTrial], told: _Rows[IllnessCourse]
) -> tuple[WithdrawnRow, ...]:
    """What was withdrawn, newest first."""
    rows: list[tuple[str, DrugTrial | OtherTrial | IllnessCourse]] = [
        *((called(row.drug), row) for row in drugs.withdrawals),
        *((OtherTrial.Kind(row.kind).label, row) for row in others.withdrawals),
        *(("history of the illness", row) for row in told.withdrawals),
    ]
    return tuple(
        WithdrawnRow(was, row.correction_reason, row.recorded_by.name, row.recorded_at)
        for was, row in sorted(rows, key=lambda one: (one[1].recorded_at, one[1].pk), reverse=True)
    )
