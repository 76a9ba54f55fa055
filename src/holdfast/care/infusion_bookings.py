"""Infusions are booked on a chair with a nurse, one by one or a whole schedule at once; moved, and cancelled."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, corrections, outlooks
from holdfast.errors import Conflict, InvalidInput, Problem
from holdfast.pathway.infusion_plan import Stands
from holdfast.records.models import BookingCancellation, Clinic, EpisodeEnd, InfusionBooking, InfusionVisit
from holdfast.records.queries import chairs, infusion_clashes, infusion_courses, scope, site_limits
from holdfast.records.queries.infusion_clashes import Slot
from holdfast.records.queries.infusion_courses import CourseRow, State

FURTHEST = timedelta(days=730)
"""A booking further ahead is a slip of the year."""

MOST_AT_ONCE = 30
REASON_AT_MOST = 500
SHORTEST, LONGEST = 15, 480
"""How long a chair may be kept for one infusion. **Units**: minutes."""

Whose = BookingCancellation.Whose


def book(
    course_id: int,
    *,
    starts_at: datetime,
    chair_id: int,
    nurse_id: int,
    minutes: int | None = None,
    booster: bool = False,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> uuid.UUID:
    """Book one infusion; gives the booking's uid. `minutes` are those the site keeps a chair for, if none are given.

    Sending the same `uid` again books nothing new. Errors: `InvalidInput` naming all that is in the way.
    """
    uid, minutes = uid or uuid.uuid4(), minutes or usual_minutes(course_id, by=by)
    slot = Slot(starts_at, minutes, chair_id, nurse_id)
    _keep(course_id, {uid: slot}, booster=booster, by=by, at=at)
    return uid


def book_all(
    course_id: int, slots: Sequence[Slot], *, by: Viewer, at: datetime, uid: uuid.UUID
) -> tuple[uuid.UUID, ...]:
    """Book infusions all at once or none of them; gives their uids, which follow from `uid`.

    Errors: `InvalidInput` naming every clash of each, with the number of the infusion in the list.
    """
    uids = {uuid.uuid5(uid, str(number)): slot for number, slot in enumerate(slots, start=1)}
    _keep(course_id, uids, booster=False, by=by, at=at)
    return tuple(uids)


def usual_minutes(course_id: int, *, by: Viewer) -> int:
    """How long the site keeps a chair for one infusion of the course. **Units**: minutes."""
    treatment = scope.infusion_course(by, course_id).treatment
    return int(site_limits.of_clinic(by.clinic_id, treatment=treatment).number("chair_minutes"))


def move(
    uid: uuid.UUID,
    *,
    starts_at: datetime,
    chair_id: int,
    nurse_id: int,
    reason: str,
    by: Viewer,
    at: datetime,
) -> uuid.UUID:
    """Move a booking to another time, chair or nurse, with the reason; gives the uid of the new one.

    The first booking stays readable. Errors: `InvalidInput` naming all that is in the way; `NotFound` when it was moved
    meanwhile; `Conflict` when something became of it.
    """
    require(by, Permission.BOOK_INFUSION)
    with transaction.atomic():
        take_turn(by)
        course, found = infusion_courses.booking(by, uid)
        row, state = InfusionBooking.objects.get(uid=uid), found.state
        if state is not State.BOOKED:
            raise Conflict(f"this infusion is {state.value} already: it cannot be moved")
        slot = Slot(starts_at, row.minutes, chair_id, nurse_id)
        problems = list(_problems(course, (slot,), at=at, by=by, besides=uid))
        if problems:
            raise InvalidInput(*problems)
        changes = {"happened_at": starts_at, "chair_id": chair_id, "nurse_id": nurse_id}
        moved = corrections.replace(row, changes=changes, reason=reason, by=by, at=at)
        audit.note(
            "infusion moved", subject="infusion course", subject_id=course.course_id, by=by, at=at,
            booking=str(moved.uid),
        )  # fmt: skip
    outlooks.refresh(course.episode_id, at=at)
    return moved.uid


def cancel(uid: uuid.UUID, *, whose: str, reason: str, by: Viewer, at: datetime) -> None:
    """Record that a booked infusion will not take place, whose doing it was, and why.

    Errors: `InvalidInput` for what cannot be said of this booking, or without a reason; `Conflict` once it was
    cancelled or the drug was begun.
    """
    require(by, Permission.BOOK_INFUSION)
    with transaction.atomic():
        take_turn(by)
        # Whoever starts the drug holds the visit: what is begun is not cancelled beside them.
        list(InfusionVisit.objects.select_for_update().filter(booking__uid=uid))
        course, found = infusion_courses.booking(by, uid)
        row, state = InfusionBooking.objects.get(uid=uid), found.state
        if state not in {State.BOOKED, State.ARRIVED}:
            raise Conflict(f"this infusion is {state.value} already: it cannot be cancelled")
        problems = list(_unsaid(row, state, whose=whose, reason=reason, at=at))
        if problems:
            raise InvalidInput(*problems)
        BookingCancellation.objects.create(
            booking=row,
            whose=whose,
            reason=reason.strip(),
            happened_at=at,
            recorded_at=at,
            recorded_by_id=by.account_id,
        )
        audit.note(
            "infusion cancelled", subject="infusion course", subject_id=course.course_id, by=by, at=at,
            booking=str(uid), whose=whose,
        )  # fmt: skip
    outlooks.refresh(course.episode_id, at=at)


def take_turn(by: Viewer) -> None:
    """Wait, inside a transaction, until no one else of the clinic is changing what is booked.

    H-033: one lock for chairs, nurses and people alike, so that two bookings at the same moment see one another and
    none waits for the other in a circle.
    """
    Clinic.objects.select_for_update(no_key=True).get(pk=by.clinic_id)


def _keep(course_id: int, slots: dict[uuid.UUID, Slot], *, booster: bool, by: Viewer, at: datetime) -> None:
    require(by, Permission.BOOK_INFUSION)
    scope.infusion_course(by, course_id)
    with transaction.atomic():
        take_turn(by)
        if InfusionBooking.objects.filter(uid__in=slots, course_id=course_id).exists():
            return
        course = infusion_courses.course(by, course_id)
        problems = list(_problems(course, tuple(slots.values()), at=at, by=by))
        if booster and course.boosters_left < 1:
            problems.append(
                Problem("booster", "is not decided", "a prescriber's decision on a booster first")
            )
        if problems:
            raise InvalidInput(*problems)
        for uid, slot in slots.items():
            InfusionBooking.objects.create(
                uid=uid,
                course_id=course_id,
                minutes=slot.minutes,
                chair_id=slot.chair_id,
                nurse_id=slot.nurse_id,
                booster=booster,
                happened_at=slot.starts_at,
                recorded_at=at,
                recorded_by_id=by.account_id,
            )
        audit.note_all(
            [
                audit.Entry("infusion booked", "infusion course", course_id, {"booking": str(uid)})
                for uid in slots
            ],
            by=by,
            at=at,
        )
    outlooks.refresh(course.episode_id, at=at)


def _problems(
    course: CourseRow, slots: Sequence[Slot], *, at: datetime, by: Viewer, besides: uuid.UUID | None = None
) -> Iterator[Problem]:
    """All that is wrong with the slots; of several, each problem names its number in the list."""
    if not 1 <= len(slots) <= MOST_AT_ONCE:
        yield Problem("schedule", f"has {len(slots)} infusions", f"1 to {MOST_AT_ONCE} at once")
    if EpisodeEnd.current.filter(episode=course.episode_id).exists():
        yield Problem("course", "is of someone whose care has ended", "an episode that is open")
    if course.standing(course.day(at)).stands is Stands.STOPPED:
        yield Problem("course", "was stopped", "a prescriber's decision to go on first")
    known_chairs, known_nurses = dict(chairs.in_use(by)), dict(chairs.nurses(by))
    met = infusion_clashes.of_slots(by, slots, course=course, besides=besides)
    for number, (slot, found) in enumerate(zip(slots, met, strict=True), start=1):
        prefix = f"infusion {number}, " if len(slots) > 1 else ""
        for one in _unfit(course, slot, at=at):
            yield Problem(f"{prefix}{one.where}", one.what, one.expected)
        if slot.chair_id not in known_chairs:
            yield Problem(f"{prefix}chair", "is not in use here", "a chair of this clinic")
        if slot.nurse_id not in known_nurses:
            yield Problem(
                f"{prefix}nurse", "cannot run an infusion here", "a nurse or prescriber of this clinic"
            )
        for clash in found.clashes:
            yield Problem(f"{prefix}{clash.where}", clash.words, "a free time, or another chair or nurse")


def _unfit(course: CourseRow, slot: Slot, *, at: datetime) -> Iterator[Problem]:
    """What is wrong with a slot by itself."""
    if not at - timedelta(hours=1) <= slot.starts_at <= at + FURTHEST:
        yield Problem("time", "cannot be booked", "a moment ahead, within two years")
    if not SHORTEST <= slot.minutes <= LONGEST:
        yield Problem("minutes", f"{slot.minutes} is not how long it takes", f"{SHORTEST} to {LONGEST}")
    standing = course.standing(course.day(at))
    if standing.stands is Stands.HELD and not standing.takes(course.day(slot.starts_at)):
        yield Problem(
            "time", f"is within the hold until {standing.until}", "that day or later, or go on first"
        )


def _unsaid(
    row: InfusionBooking, state: State, *, whose: str, reason: str, at: datetime
) -> Iterator[Problem]:
    """What cannot be said of a booking that is cancelled."""
    if whose not in Whose.values:
        yield Problem("whose", f"{whose!r} is not known", " or ".join(Whose.values))
    if whose == Whose.NOT_GO and state is not State.ARRIVED:
        yield Problem("whose", "has no list of the day: nobody has come yet", "who cancelled")
    if whose == Whose.DID_NOT_COME and (state is State.ARRIVED or at < row.happened_at):
        yield Problem("whose", "cannot be known: they came, or it is still ahead", "who cancelled")
    if not 1 <= len(reason.strip()) <= REASON_AT_MOST:
        yield Problem("reason", "does not fit", f"why, in up to {REASON_AT_MOST} letters")
