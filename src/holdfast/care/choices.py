"""Talks over which therapy to choose are kept as they were; what was chosen is begun, and what it replaces ends."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, courses, outlooks
from holdfast.errors import Conflict, InvalidInput, Problem
from holdfast.pathway import choosing
from holdfast.protocols.choice_aid import choice_aid
from holdfast.protocols.loader import therapies
from holdfast.protocols.model import Status
from holdfast.protocols.therapy import Therapy
from holdfast.records.models import CourseDecision, Episode, TherapyChoice
from holdfast.records.queries import choices, scope, therapy

SWITCHED = "switched"


@dataclass(frozen=True)
class Talk:
    """Who talked, what was chosen, why in the person's words, and what the clinician sees otherwise."""

    took_part: tuple[str, ...]
    chosen: str
    why: str = ""
    disagreement: str = ""


def offered() -> tuple[Therapy, ...]:
    """The therapies there are to choose among, a clinic's own versions with them."""
    return tuple(one for one in therapies() if one.status is not Status.RETIRED)


def weigh(episode_id: int, answers: choosing.Answers, *, on: date) -> tuple[choosing.Weighed, ...]:
    """What the answers add up to for this person on that day. Changes nothing. Errors: `InvalidInput`."""
    return choosing.weigh(choice_aid(), answers, offered(), shuffle=str(episode_id), today=on)


def keep(
    episode_id: int,
    answers: choosing.Answers,
    talk: Talk,
    *,
    seen: str,
    on: date,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> uuid.UUID:
    """Keep a talk with its result; gives its mark. Sending the same `uid` again keeps nothing new.

    `seen` is the digest of the result that was on the screen: what is kept is what was looked at, nothing else. `on`
    is the day by the clinic's calendar, from which stops count. Errors: `InvalidInput`.
    """
    require(by, Permission.CHOOSE_THERAPY)
    episode = scope.episode(by, episode_id)
    uid = uid or uuid.uuid4()
    if TherapyChoice.objects.filter(uid=uid, episode=episode).exists():
        return uid
    result = weigh(episode_id, answers, on=on)
    _refuse_unfit(answers, talk, result, seen=seen, on=on, happened_at=happened_at, at=at)
    try:
        _write(episode, answers, talk, result, uid=uid, happened_at=happened_at, by=by, at=at)
    except IntegrityError:
        if not TherapyChoice.objects.filter(uid=uid, episode=episode).exists():
            raise Conflict("this form was kept in another record; open it anew") from None
    return uid


def begin(
    episode_id: int,
    choice: uuid.UUID,
    *,
    started_at: datetime,
    track: str = "",
    reason: str = "",
    on: date,
    by: Viewer,
    at: datetime,
) -> int:
    """Begin the course that was chosen; gives its id. A course of another therapy that runs is ended, with the reason.

    Asked again while the chosen course runs, it gives that course. Errors: `Conflict` when there has been another talk
    since or something says not now on that day; `InvalidInput` when no therapy was chosen, or a switch has no reason.
    """
    require(by, Permission.RECORD_SESSION)
    episode = scope.episode(by, episode_id)
    chosen = _newest(by, episode_id, choice, on=on)
    with transaction.atomic():
        # Locked, so that two taps at the same moment begin one course and end one.
        Episode.objects.select_for_update().get(pk=episode.pk)
        running = therapy.running(by, episode_id)
        if running is not None and running.fact.therapy == chosen:
            return running.course_id
        if running is not None:
            _end(running.course_id, choice, reason=reason, by=by, at=at)
        course_id = courses.keep(episode, chosen, track=track, started_at=started_at, by=by, at=at)
        audit.note(
            "chosen course begun",
            subject="episode",
            subject_id=episode.pk,
            by=by,
            at=at,
            choice=str(choice),
            course=course_id,
        )
    outlooks.refresh(episode.pk, at=at)
    return course_id


@transaction.atomic
def _write(
    episode: Episode,
    answers: choosing.Answers,
    talk: Talk,
    result: tuple[choosing.Weighed, ...],
    *,
    uid: uuid.UUID,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
) -> None:
    TherapyChoice.objects.create(
        uid=uid,
        episode=episode,
        aid_version=choice_aid().version,
        stars=dict(answers.person),
        seen_by_clinician=dict(answers.clinician),
        before=dict(answers.before),
        stops=[one.model_dump(mode="json") for one in answers.stops],
        shown=choosing.as_json(result),
        took_part=list(talk.took_part),
        chosen=talk.chosen,
        why=talk.why.strip(),
        disagreement=talk.disagreement.strip(),
        happened_at=happened_at,
        recorded_at=at,
        recorded_by_id=by.account_id,
    )
    audit.note("therapy talked over", subject="episode", subject_id=episode.pk, by=by, at=at, choice=str(uid))


def _end(course_id: int, choice: uuid.UUID, *, reason: str, by: Viewer, at: datetime) -> None:
    """End a course because another is chosen: a decision with its reason; everything in the course stays."""
    if not reason.strip():
        raise InvalidInput(Problem("reason", "is empty", "why the change, in a few words"))
    CourseDecision.objects.create(
        uid=uuid.uuid5(choice, f"ends {course_id}"),
        course_id=course_id,
        kind=CourseDecision.Kind.END,
        value=SWITCHED,
        reason=reason.strip(),
        happened_at=at,
        recorded_at=at,
        recorded_by_id=by.account_id,
    )
    audit.note(
        "course decided about",
        subject="course",
        subject_id=course_id,
        by=by,
        at=at,
        kind=CourseDecision.Kind.END.value,
    )


def _newest(by: Viewer, episode_id: int, choice: uuid.UUID, *, on: date) -> str:
    """The therapy chosen in that talk, if it is the newest and nothing says not now."""
    talks = choices.of_episode(by, episode_id)
    asked = choices.one_of(talks, choice)
    if asked.uid != talks[0].uid:
        raise Conflict("there has been another talk since; begin what was chosen there")
    if asked.chosen_therapy is None:
        raise InvalidInput(Problem("therapy", "was not chosen in this talk", "a therapy"))
    if asked.chosen_therapy.not_now(on=on):
        raise Conflict("something says not now; talk again when it has passed, then begin")
    return asked.chosen


def _refuse_unfit(
    answers: choosing.Answers,
    talk: Talk,
    result: tuple[choosing.Weighed, ...],
    *,
    seen: str,
    on: date,
    happened_at: datetime,
    at: datetime,
) -> None:
    problems = [
        Problem(f"stop {stop.slug}", "lies in the past", "the day it is looked at again")
        for stop in answers.stops
        if stop.until < on
    ]
    choice = (*(one.therapy for one in result), *choosing.OTHER_CHOICES)
    if talk.chosen not in choice:
        problems.append(Problem("choice", f"{talk.chosen!r} is not one", " or ".join(choice)))
    if not any(name.strip() for name in talk.took_part):
        problems.append(Problem("who took part", "is empty", "the people who talked"))
    if happened_at > at:
        problems.append(Problem("time", "lies in the future", "a moment that has passed"))
    if seen != choosing.digest(result):
        problems.append(
            Problem(
                "result",
                "is not the one that was on the screen",
                "a look at the result below first; then keep the talk",
            )
        )
    if problems:
        raise InvalidInput(*problems)
