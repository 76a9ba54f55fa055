"""Two nurses at one chair at the same moment, each over a connection of their own: nothing lost, nothing doubled."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import discharges, flow_sheets, visits
from holdfast.care.alerts import acknowledge
from holdfast.errors import Conflict
from holdfast.records.models import AuditEvent, Discharge, GoAnswer, Infusion, InfusionEvent, VitalsRow
from holdfast.records.queries import alerts, flow_sheet
from tests import make
from tests.making import home
from tests.making.at_once import at_once
from tests.making.flow import CALM, STARTED, make_row, make_started
from tests.making.visits import make_go, make_visit

ROWS = 50


@dataclass(frozen=True)
class Chair:
    """Ada at the chair with two nurses and the prescriber."""

    episode_id: int
    okoro: Viewer
    diaz: Viewer
    lind: Viewer


@pytest.fixture
def chair(committed: None) -> Chair:
    clinic = make.make_clinic()
    okoro = make.make_account(Role.NURSE, clinic_id=clinic, username="okoro", name="Okoro")
    diaz = make.make_account(Role.NURSE, clinic_id=clinic, username="diaz", name="Diaz")
    lind = make.make_account(Role.PRESCRIBER, clinic_id=clinic, username="lind", name="Lind")
    return Chair(make.make_episode(by=okoro), okoro, diaz, lind)


def keeps(nurse: Viewer, visit: uuid.UUID, uid: uuid.UUID, number: int = 0) -> Callable[[], None]:
    """The nurse keeps a row, and sends it again as after a lost answer."""

    def keep() -> None:
        for _ in range(2):
            flow_sheets.add_row(
                visit, values=CALM, due_minute=None, by=nurse, at=make.NOW,
                happened_at=STARTED + timedelta(seconds=30 * number), uid=uid,
            )  # fmt: skip

    return keep


def test_rows_when_two_nurses_keep_fifty_each_at_once_are_all_there_once(chair: Chair) -> None:
    visit = make_started(chair.episode_id, by=chair.okoro)
    pairs = [(uuid.uuid4(), uuid.uuid4()) for _ in range(ROWS)]

    for number, (first, second) in enumerate(pairs):
        both = keeps(chair.okoro, visit, first, number), keeps(chair.diaz, visit, second, number)
        assert at_once(*both) == [None, None]

    kept = VitalsRow.objects.values_list("uid", "recorded_by__username")
    sent = [pair for first, second in pairs for pair in ((first, "okoro"), (second, "diaz"))]
    assert sorted(kept) == sorted(sent)
    assert AuditEvent.objects.filter(action="vitals kept").count() == 2 * ROWS
    assert len(flow_sheet.sheet(chair.okoro, visit, at=make.NOW).current) == 2 * ROWS


def test_row_when_the_same_one_comes_over_four_connections_is_there_once(chair: Chair) -> None:
    visit, uid = make_started(chair.episode_id, by=chair.okoro), uuid.uuid4()

    assert at_once(*[keeps(chair.okoro, visit, uid)] * 4) == [None] * 4
    assert VitalsRow.objects.get().uid == uid


# Each act has one uid, as on a tablet: turned away after it was kept, it is sent again as the same entry.
def starts(nurse: Viewer, visit: uuid.UUID) -> Callable[[], None]:
    uid = uuid.uuid4()
    return lambda: flow_sheets.start(visit, happened_at=make.NOW, by=nurse, at=make.NOW, uid=uid)


def pauses(nurse: Viewer, visit: uuid.UUID) -> Callable[[], None]:
    uid = uuid.uuid4()
    return lambda: flow_sheets.event(
        visit, kind="pause", happened_at=make.NOW, by=nurse, at=make.NOW, uid=uid
    )


def ends(nurse: Viewer, visit: uuid.UUID) -> Callable[[], None]:
    uid = uuid.uuid4()
    given: dict[str, Any] = {"stopped": False, "given_mg": Decimal(35)}
    return lambda: flow_sheets.finish(visit, happened_at=make.NOW, by=nurse, at=make.NOW, uid=uid, **given)


def corrects(nurse: Viewer, row: uuid.UUID) -> Callable[[], None]:
    uid = uuid.uuid4()
    return lambda: flow_sheets.correct_row(
        row, values=CALM, note="", reason="a slip", by=nurse, at=make.NOW, uid=uid
    )


def one_of_two(refused: list[Exception | None]) -> bool:
    """Whether one came through and the other was told that someone was first."""
    return sorted(type(one) is Conflict for one in refused) == [False, True] and None in refused


def test_start_when_two_nurses_tap_at_once_is_kept_once_and_the_other_is_told(chair: Chair) -> None:
    visit = make_visit(chair.episode_id, by=chair.okoro, prescriber=chair.lind)
    make_go(visit, by=chair.okoro)

    refused = at_once(starts(chair.okoro, visit), starts(chair.diaz, visit))

    assert one_of_two(refused)
    assert "started already, at 15:00 by" in str(next(filter(None, refused)))
    assert InfusionEvent.objects.filter(kind="start").count() == 1


@pytest.mark.parametrize(("act", "kind"), [(pauses, "pause"), (ends, "end")])
def test_event_when_two_nurses_tap_at_once_is_kept_once_and_the_other_is_told(
    chair: Chair, act: Callable[[Viewer, uuid.UUID], Callable[[], None]], kind: str
) -> None:
    visit = make_started(chair.episode_id, by=chair.okoro)

    refused = at_once(act(chair.okoro, visit), act(chair.diaz, visit))

    assert one_of_two(refused)
    assert InfusionEvent.objects.filter(kind=kind).count() == 1
    assert Infusion.objects.count() == (kind == "end")


def test_row_when_two_nurses_correct_it_at_once_is_replaced_once_and_the_other_is_told(chair: Chair) -> None:
    visit = make_started(chair.episode_id, by=chair.okoro)
    row = make_row(visit, by=chair.okoro)

    refused = at_once(corrects(chair.okoro, row), corrects(chair.diaz, row))

    assert one_of_two(refused)
    assert VitalsRow.current.count() == 1


def test_answer_and_going_home_when_each_comes_twice_at_once_count_once(chair: Chair) -> None:
    """H-029, H-031: the second is the same one sent again, not someone who was too late."""
    listed = make_visit(chair.episode_id, by=chair.okoro, prescriber=chair.lind)
    visits.answer(listed, line="right_person", answer="yes", by=chair.okoro, at=make.NOW)
    sent = partial(
        visits.answer, listed, line="suicidal", answer="yes", by=chair.okoro, at=make.NOW, uid=uuid.uuid4()
    )
    assert at_once(sent, sent) == [None, None]
    (alert,) = alerts.waiting(chair.okoro)
    acknowledge(alert.alert_id, action="Seen", by=chair.lind, at=make.NOW)

    visit = home.make_given(chair.episode_id, by=chair.okoro)
    signs = partial(
        discharges.override, visit, criterion="next_contact", reason="Calls us", by=chair.okoro, at=make.NOW,
        uid=uuid.uuid4(),
    )  # fmt: skip
    assert at_once(signs, signs) == [None, None]
    goes = partial(
        discharges.let_go, visit, answers=home.ALL_YES, escort_name="Bo Alder", happened_at=make.NOW,
        by=chair.okoro, at=make.NOW, uid=uuid.uuid4(),
    )  # fmt: skip
    assert at_once(goes, goes) == [None, None]
    assert (GoAnswer.objects.filter(line="suicidal").count(), Discharge.objects.count()) == (1, 1)
