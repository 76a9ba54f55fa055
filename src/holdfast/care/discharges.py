"""Someone goes home after a treatment, once every criterion is met or overridden by name."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from holdfast.access import Permission, Viewer, may, require
from holdfast.care import alerts, audit, outlooks, overrides
from holdfast.care.visits import STOP_LEVEL
from holdfast.errors import Conflict, InvalidInput, NotAllowed, Problem
from holdfast.pathway.discharge import ANSWERS, DANGER, SEEN, Judged
from holdfast.pathway.go_list import ESCORT, SIGNED_WITH
from holdfast.records.models import Alert, Discharge, InfusionVisit, Override
from holdfast.records.queries import discharge, scope

ASKED_IN = "{treatment}.going home"
"""Where the alert of danger found at the end says it came from."""


def let_go(
    visit_uid: uuid.UUID,
    *,
    answers: Mapping[str, str],
    escort_name: str,
    note: str = "",
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Let someone go home, with every criterion kept as it stood. Sending the same `uid` again changes nothing.

    `answers` are "yes" or "no" to the criteria that are asked. Errors: `InvalidInput` naming each criterion that does
    not hold; `Conflict` when they have gone already, the drug has not ended, or new danger was found: that raises an
    alert, and nobody goes before it is answered.
    """
    require(by, Permission.RUN_INFUSION)
    visit, uid = scope.visit(by, visit_uid), uid or uuid.uuid4()
    with transaction.atomic():
        # H-029: locked, so that nobody leaves twice, nor while a new reading is being written.
        InfusionVisit.objects.select_for_update().get(pk=visit.pk)
        if Discharge.objects.filter(uid=uid, visit=visit).exists():
            return
        home = discharge.home(by, visit_uid, at=at)
        _refuse_unended(home)
        in_danger = answers.get(DANGER) == "no"
        if in_danger:
            _raise_alert(visit, by=by, at=at)
        else:
            judged = home.judged(answers, at=happened_at, escort_name=escort_name.strip())
            _refuse_unfit(
                home, judged, answers=answers, escort_name=escort_name, happened_at=happened_at, at=at
            )
            Discharge.objects.create(
                uid=uid,
                visit=visit,
                criteria={one.slug: _kept(one) for one in judged},
                escort_name=escort_name.strip(),
                note=note.strip(),
                happened_at=happened_at,
                recorded_at=at,
                recorded_by_id=by.account_id,
            )
            audit.note("let go home", subject="visit", subject_id=str(visit_uid), by=by, at=at)
    outlooks.refresh(visit.episode_id, at=at)
    if in_danger:
        raise Conflict("they stay: an alert has gone out, and a clinician answers it before they go")


def override(
    visit_uid: uuid.UUID,
    *,
    criterion: str,
    reason: str,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Sign that someone may go home in spite of a criterion. Sending the same `uid` again signs nothing new.

    Errors: `NotAllowed` for a role the protocol does not name; `InvalidInput` for a criterion that is unknown or holds,
    or no reason; `Conflict` when they have gone already, or the drug has not ended.
    """
    require(by, Permission.RUN_INFUSION)
    visit, uid = scope.visit(by, visit_uid), uid or uuid.uuid4()
    with transaction.atomic():
        InfusionVisit.objects.select_for_update().get(pk=visit.pk)
        if Override.objects.filter(uid=uid, visit=visit).exists():
            return
        home = discharge.home(by, visit_uid, at=at)
        # H-028: what is signed for was seen after the end; nobody signs beforehand.
        _refuse_unended(home)
        _refuse_override(home, criterion, reason, by=by, at=at)
        about = Override.About.DISCHARGE
        overrides.keep(visit, about=about, criterion=criterion, reason=reason, by=by, at=at, uid=uid)


def _raise_alert(visit: InfusionVisit, *, by: Viewer, at: datetime) -> None:
    """H-031: as at the start, danger found at the end is an alert of the highest level; one at a time."""
    asked_in = ASKED_IN.format(treatment=visit.booking.course.treatment)
    waiting = Alert.objects.filter(
        episode=visit.episode_id, instrument=asked_in, item=DANGER, acknowledgement__isnull=True
    )
    if not waiting.exists():
        marked = alerts.Marked(DANGER, 1, STOP_LEVEL)
        alerts.raise_marked(
            [marked], episode=visit.episode, uid=uuid.uuid4(), asked_in=asked_in, by=by, at=at
        )


def _refuse_unended(home: discharge.Home) -> None:
    if home.gone is not None:
        raise Conflict("they have gone home already")
    if not home.over:
        raise Conflict(f"the {home.protocol.given_as} has not ended yet")


def _refuse_override(home: discharge.Home, criterion: str, reason: str, *, by: Viewer, at: datetime) -> None:
    found = next((one for one in home.judged({}, at=at) if one.slug == criterion and one.slug != SEEN), None)
    if found is None:
        raise InvalidInput(Problem("criterion", f"{criterion!r} is not on the list", "one of the list"))
    # H-028: only whom the protocol names goes past a criterion, and some nobody may.
    if found.override is None or not may(by, SIGNED_WITH[found.override]):
        who = f"only a {found.override} may" if found.override else "nobody may"
        raise NotAllowed(f"“{found.words}”: {who} sign that someone goes home regardless")
    if found.holds:
        raise InvalidInput(Problem("criterion", "holds already", "one that keeps them here"))
    if not reason.strip():
        raise InvalidInput(Problem("reason", "is empty", "why it is safe to go, in a few words"))


def _refuse_unfit(
    home: discharge.Home,
    judged: tuple[Judged, ...],
    *,
    answers: Mapping[str, str],
    escort_name: str,
    happened_at: datetime,
    at: datetime,
) -> None:
    problems = []
    if happened_at > at:
        problems.append(Problem("time", "lies in the future", "when they left"))
    # H-028: dated back it would leave out the newest reading. A time is typed to the minute.
    last = max((row.at.replace(second=0, microsecond=0) for row in home.sheet.current), default=happened_at)
    if happened_at < last:
        problems.append(Problem("time", "lies before the last reading", "when they left, after it"))
    asked = {one.slug for one in judged if one.asked}
    for name in sorted(set(answers) - asked):
        problems.append(Problem("answers", f"{name!r} is not asked", "the lines of the list"))
    for name in sorted(asked & set(answers)):
        if answers[name] not in ("", *ANSWERS):
            problems.append(Problem(name, f"{answers[name]!r} is no answer", " or ".join(ANSWERS)))
    # H-028: nobody goes home while anything is open or not met, unless someone who may has signed for it by name.
    for one in judged:
        if not one.holds:
            what = one.why if one.asked else f"{one.words}: {one.why}"
            problems.append(Problem(one.slug, what, one.to_do))
    escorted = next((one for one in judged if one.slug == ESCORT), None)
    if escorted is not None and escorted.signed is None and not escort_name.strip():
        problems.append(Problem("escort name", "is empty", "who takes them home"))
    if problems:
        raise InvalidInput(*problems)


def _kept(one: Judged) -> dict[str, Any]:
    return {
        "met": one.state.value == "met",
        "why": one.why,
        "overridden_by": f"{one.signed.by}: {one.signed.reason}" if one.signed else "",
    }
