"""What was tried before and how the illness has gone is written down: antidepressants, other treatments, history."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, corrections, outlooks
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.protocols.medicines import named
from holdfast.records.models import DrugTrial, IllnessCourse, OtherTrial
from holdfast.records.queries import scope

Row = DrugTrial | OtherTrial | IllnessCourse

KINDS: Mapping[str, type[Row]] = {"drug": DrugTrial, "other": OtherTrial, "history": IllnessCourse}
"""What can be written down here and withdrawn, by what it is called."""

HIGHEST_DOSE_MG, MOST_WEEKS, MOST_MONTHS, MOST_SESSIONS = 2000, 1500, 1200, 1000
"""More than this a day, in weeks, months or sessions is a slip of the pen."""


def record_drug(
    episode_id: int,
    *,
    drug: str,
    dose_mg: Decimal | None = None,
    weeks: Decimal | None = None,
    improvement_percent: int | None = None,
    stopped: str = DrugTrial.Stopped.NOT_KNOWN,
    this_episode: bool = True,
    began_on: date | None = None,
    optimised: bool = False,
    augmented_with: str = "",
    note: str = "",
    happened_at: datetime | None = None,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> uuid.UUID:
    """Write down an antidepressant that was tried; what is not known stays empty. Gives the row's uid.

    `drug` is a name or slug of the table of antidepressants; any other name is kept as told. **Units**: mg a day, weeks
    at or above the minimum dose, percent better at best. Errors: `InvalidInput`, naming each field. Sending the same
    `uid` again writes nothing new.
    """
    found = named(drug)
    values = {
        "drug": found.slug if found else drug.strip(),
        "dose_mg": dose_mg,
        "weeks": weeks,
        "improvement_percent": improvement_percent,
        "stopped": stopped,
        "this_episode": this_episode,
        "began_on": began_on,
        "optimised": optimised,
        "augmented_with": augmented_with.strip(),
        "note": note.strip(),
    }
    return _keep("drug", episode_id, values, happened_at=happened_at, by=by, at=at, uid=uid)


def record_other(
    episode_id: int,
    *,
    kind: str,
    detail: str = "",
    this_episode: bool = True,
    sessions: int | None = None,
    improvement_percent: int | None = None,
    note: str = "",
    happened_at: datetime | None = None,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> uuid.UUID:
    """Write down another treatment that was tried: ECT, TMS, psychotherapy. Gives the row's uid.

    Errors: `InvalidInput`, naming each field. Sending the same `uid` again writes nothing new.
    """
    values = {
        "kind": kind,
        "detail": detail.strip(),
        "this_episode": this_episode,
        "sessions": sessions,
        "improvement_percent": improvement_percent,
        "note": note.strip(),
    }
    return _keep("other", episode_id, values, happened_at=happened_at, by=by, at=at, uid=uid)


def record_history(
    episode_id: int,
    *,
    months: int | None = None,
    severity: str = "",
    suicide_history: str = "",
    conditions: str = "",
    substances: str = "",
    medicines: str = "",
    may_be_pregnant: bool | None = None,
    happened_at: datetime | None = None,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> uuid.UUID:
    """Write down how the illness has gone; the newest holds, those before stay readable. Gives the row's uid.

    **Units**: months this episode has lasted. Errors: `InvalidInput`, naming each field. Sending the same `uid` again
    writes nothing new.
    """
    values = {
        "months": months,
        "severity": severity,
        "suicide_history": suicide_history.strip(),
        "conditions": conditions.strip(),
        "substances": substances.strip(),
        "medicines": medicines.strip(),
        "may_be_pregnant": may_be_pregnant,
    }
    return _keep("history", episode_id, values, happened_at=happened_at, by=by, at=at, uid=uid)


def withdraw(episode_id: int, kind: str, uid: uuid.UUID, *, reason: str, by: Viewer, at: datetime) -> None:
    """Mark an entry as entered in error, with the reason; it stays readable and no longer counts.

    Errors: `InvalidInput` without a reason; `NotFound` for an entry that is not of this person, or was withdrawn.
    """
    require(by, Permission.ASSESS_RESISTANCE)
    if kind not in KINDS:
        raise NotFound(f"{kind!r} cannot be withdrawn; one of {', '.join(KINDS)} can")
    episode = scope.episode(by, episode_id)
    # H-023: on the page of one person nothing of another is withdrawn.
    row = KINDS[kind].current.filter(uid=uid, episode=episode).first()
    if row is None:
        raise NotFound("no such entry of this person, or it was withdrawn since you opened it")
    with transaction.atomic():
        corrections.replace(row, changes={"entered_in_error": True}, reason=reason, by=by, at=at)
        audit.note("entered in error", subject=_SUBJECTS[kind], subject_id=str(uid), by=by, at=at)
    outlooks.refresh(episode.pk, at=at)


_SUBJECTS = {"drug": "antidepressant tried", "other": "treatment tried", "history": "illness history"}


def _keep(
    kind: str,
    episode_id: int,
    values: Mapping[str, Any],
    *,
    happened_at: datetime | None,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None,
) -> uuid.UUID:
    """Write one entry and its audit once, then the outlook."""
    require(by, Permission.ASSESS_RESISTANCE)
    episode, model, uid = scope.episode(by, episode_id), KINDS[kind], uid or uuid.uuid4()
    happened_at = happened_at or at
    problems = (*_CHECKS[kind](values, at), *_unfit(model, values), *_in_the_future(happened_at, at))
    if problems:
        raise InvalidInput(*problems)
    sent_before = model.objects.filter(uid=uid, episode=episode)
    if sent_before.exists():
        return uid
    try:
        with transaction.atomic():
            model.objects.create(
                uid=uid,
                episode=episode,
                happened_at=happened_at,
                recorded_at=at,
                recorded_by_id=by.account_id,
                **values,
            )
            audit.note(
                f"{_SUBJECTS[kind]} recorded",
                subject=_SUBJECTS[kind],
                subject_id=str(uid),
                by=by,
                at=at,
                episode=episode.pk,
            )
    except IntegrityError as error:
        if not sent_before.exists():
            raise Conflict("this form was used for another entry; open it anew") from error
    outlooks.refresh(episode.pk, at=at)
    return uid


def _drug_problems(values: Mapping[str, Any], at: datetime) -> Iterator[Problem]:
    if not values["drug"]:
        yield Problem("drug", "is missing", "the name of the antidepressant")
    if values["dose_mg"] is not None and not 0 < values["dose_mg"] <= HIGHEST_DOSE_MG:
        yield Problem(
            "dose",
            f"{values['dose_mg']} mg a day is not likely",
            f"more than 0, up to {HIGHEST_DOSE_MG} mg a day",
        )
    if values["weeks"] is not None and not 0 <= values["weeks"] <= MOST_WEEKS:
        yield Problem("weeks", f"{values['weeks']} weeks are not likely", f"0 to {MOST_WEEKS}")
    if values["stopped"] not in DrugTrial.Stopped.values:
        yield Problem(
            "why stopped", f"{values['stopped']!r} is not known", " or ".join(DrugTrial.Stopped.values)
        )
    # A day in the clinic may be a date ahead of the day in UTC.
    if values["began_on"] is not None and values["began_on"] > at.date() + timedelta(days=1):
        yield Problem("first day", "lies in the future", "a day that has passed")
    yield from _improvement_problems(values)


def _other_problems(values: Mapping[str, Any], _at: datetime) -> Iterator[Problem]:
    if values["kind"] not in OtherTrial.Kind.values:
        yield Problem("kind", f"{values['kind']!r} is not known", " or ".join(OtherTrial.Kind.values))
    if values["kind"] == OtherTrial.Kind.OTHER and not values["detail"]:
        yield Problem("which", "is missing", "what kind of treatment it was")
    if values["sessions"] is not None and not 0 < values["sessions"] <= MOST_SESSIONS:
        yield Problem("sessions", f"{values['sessions']} are not likely", f"1 to {MOST_SESSIONS}")
    yield from _improvement_problems(values)


def _history_problems(values: Mapping[str, Any], _at: datetime) -> Iterator[Problem]:
    if all(value in (None, "") for value in values.values()):
        yield Problem("history", "says nothing", "at least one thing that is known")
    if values["months"] is not None and not 0 <= values["months"] <= MOST_MONTHS:
        yield Problem("months", f"{values['months']} months are not likely", f"0 to {MOST_MONTHS}")
    if values["severity"] and values["severity"] not in IllnessCourse.Severity.values:
        known = " or ".join(IllnessCourse.Severity.values)
        yield Problem("severity", f"{values['severity']!r} is not known", known)


_CHECKS: Mapping[str, Callable[[Mapping[str, Any], datetime], Iterator[Problem]]] = {
    "drug": _drug_problems,
    "other": _other_problems,
    "history": _history_problems,
}


def _improvement_problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    better = values["improvement_percent"]
    if better is not None and not 0 <= better <= 100:
        yield Problem(
            "improvement", f"{better} % is not possible", "0 to 100 %; 0 when nothing changed, or worse"
        )


def _unfit(model: type[Row], values: Mapping[str, Any]) -> Iterator[Problem]:
    """What a column cannot hold as it stands; nothing is cut or rounded."""
    for name, value in values.items():
        where, column = name.replace("_", " "), model._meta.get_field(name)
        longest, places = getattr(column, "max_length", None), getattr(column, "decimal_places", None)
        if isinstance(value, str) and longest is not None and len(value) > longest:
            yield Problem(where, f"has {len(value)} letters", f"at most {longest}")
        if isinstance(value, Decimal) and places is not None and value != round(value, places):
            yield Problem(where, f"{value} has too many decimals", f"at most {places}")


def _in_the_future(happened_at: datetime, at: datetime) -> Iterator[Problem]:
    if happened_at > at:
        yield Problem("time", "lies in the future", "a moment that has passed")
