"""The go / no-go lists of visits: the same number of queries for one as for a day of them."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import F, OuterRef, Q, Subquery

from holdfast.pathway import go_list
from holdfast.pathway.chair import Kind
from holdfast.pathway.go_list import Answer, Facts, GoList, Signed, Vitals
from holdfast.records import models
from holdfast.records.queries import go_record
from holdfast.records.queries.go_record import Case


def judged(cases: Collection[Case], *, at: datetime) -> Mapping[int, GoList]:
    """The list of each case by its key; callers have judged that the viewer may see them. Thirteen queries."""
    facts = _facts(cases, at=at)
    return {
        case.key: go_list.judge(case.limits.protocol.go_checks, facts[case.key], case.limits)
        for case in cases
    }


def _facts(cases: Collection[Case], *, at: datetime) -> Mapping[int, Facts]:
    episodes = {case.episode_id for case in cases}
    visits = {case.visit_id for case in cases if case.visit_id is not None}
    answers, alerts = _answers(visits), _alerts(episodes)
    vitals, overrides = _vitals(visits), _overrides(visits)
    record = go_record.load(cases, {pk: len(waiting) for pk, waiting in alerts.items()}, at=at)
    pregnancy = _may_be_pregnant(episodes)
    return {
        case.key: Facts(
            answers=tuple(_answer(row) for row in answers[case.visit_id]),
            vitals=vitals.get(case.visit_id),
            record=record[case.key],
            overrides=tuple(overrides[case.visit_id]),
            may_be_pregnant=pregnancy.get(case.episode_id),
            alerts_waiting=frozenset(
                row.line for row in answers[case.visit_id] if row.uid in alerts[case.episode_id]
            ),
        )
        for case in cases
    }


def _answers(visits: Collection[int]) -> defaultdict[int | None, list[models.GoAnswer]]:
    found: defaultdict[int | None, list[models.GoAnswer]] = defaultdict(list)
    rows = models.GoAnswer.current.filter(visit__in=visits).select_related("recorded_by")
    for row in rows.order_by("recorded_at", "pk"):
        found[row.visit_id].append(row)
    return found


def _answer(row: models.GoAnswer) -> Answer:
    return Answer(row.line, row.answer, row.note, by=row.recorded_by.name, at=row.recorded_at)


def _vitals(visits: Collection[int]) -> Mapping[int | None, Vitals]:
    """The newest row of each visit from before the drug, whether the sheet had asked for it or not (H-027)."""
    began = models.InfusionEvent.current.filter(visit=OuterRef("visit"), kind=Kind.START).values(
        "happened_at"
    )
    rows = models.VitalsRow.current.filter(visit__in=visits).annotate(began_at=Subquery(began[:1]))
    rows = rows.filter(Q(began_at__isnull=True) | Q(happened_at__lte=F("began_at")))
    return {
        row.visit_id: Vitals(row.systolic, row.diastolic, row.heart_rate, row.oxygen, at=row.recorded_at)
        for row in rows.order_by("happened_at", "pk")
        if any(value is not None for value in (row.systolic, row.diastolic, row.heart_rate, row.oxygen))
    }


def _overrides(visits: Collection[int]) -> defaultdict[int | None, list[Signed]]:
    rows = models.Override.current.filter(visit__in=visits, about=models.Override.About.GO)
    found: defaultdict[int | None, list[Signed]] = defaultdict(list)
    for row in rows.select_related("recorded_by").order_by("recorded_at", "pk"):
        found[row.visit_id].append(
            Signed(row.criterion, row.recorded_by.name, row.reason, at=row.recorded_at)
        )
    return found


def _alerts(episodes: Collection[int]) -> defaultdict[int, list[uuid.UUID]]:
    """For each episode the answers whose alert nobody has acknowledged."""
    rows = models.Alert.objects.filter(episode__in=episodes, acknowledgement__isnull=True)
    found: defaultdict[int, list[uuid.UUID]] = defaultdict(list)
    for episode_id, answered in rows.values_list("episode", "checkin_uid"):
        found[episode_id].append(answered)
    return found


def _may_be_pregnant(episodes: Collection[int]) -> Mapping[int, bool | None]:
    rows = models.IllnessCourse.current.filter(episode__in=episodes).order_by("happened_at", "pk")
    return dict(rows.values_list("episode", "may_be_pregnant"))
