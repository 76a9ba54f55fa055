"""The day of an infusion until it begins: who comes, what the go / no-go list finds, who signs to go on regardless."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from holdfast.access import Permission, Viewer, may, require
from holdfast.care import alerts, audit, outlooks, overrides
from holdfast.care.infusion_bookings import take_turn
from holdfast.errors import Conflict, InvalidInput, NotAllowed, NotFound, Problem
from holdfast.pathway.go_list import (
    ESCORT,
    NO,
    NOT_KNOWN,
    SIGNED_WITH,
    YES,
    Escort,
    GoList,
    Line,
    State,
    Verdict,
)
from holdfast.records.models import (
    BookingCancellation,
    Episode,
    GoAnswer,
    InfusionBooking,
    InfusionVisit,
    Override,
)
from holdfast.records.queries import scope, visits

ASKED_IN = "{treatment}.go list"
"""Where the alert of a line says it came from: a treatment, and what of it."""

STOP_LEVEL = 3
"""Level of an alert that stops the day's list: answered soonest of all."""

NOTE_LONGEST, REASON_LONGEST = 300, 500


def arrive(booking_uid: uuid.UUID, *, by: Viewer, at: datetime, uid: uuid.UUID | None = None) -> uuid.UUID:
    """Note that someone has come for their booked infusion and give the visit. A booking has one visit, however often
    it is sent.

    Errors: `NotFound` for a booking that was moved; `Conflict` for a cancelled one; `InvalidInput` for another day's.
    """
    require(by, Permission.RUN_INFUSION)
    uid = uid or uuid.uuid4()
    with transaction.atomic():
        # In turn with whoever books, moves and cancels: nobody comes for a booking that is being moved.
        take_turn(by)
        booking = _booking(booking_uid, by=by)
        came: uuid.UUID | None = (
            InfusionVisit.current.filter(booking=booking).values_list("uid", flat=True).first()
        )
        if came is not None:
            return came
        _refuse_unfit(booking, at=at)
        InfusionVisit.objects.create(
            uid=uid,
            episode_id=booking.course.episode_id,
            booking=booking,
            happened_at=at,
            recorded_at=at,
            recorded_by_id=by.account_id,
        )
        audit.note("arrived for an infusion", subject="visit", subject_id=str(uid), by=by, at=at)
    outlooks.refresh(booking.course.episode_id, at=at)
    return uid


def answer(
    visit_uid: uuid.UUID,
    *,
    line: str,
    answer: str,
    note: str = "",
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Keep what was found at a line of the list. Answered again, the newer answer counts and the older one stays.

    An answer that stops the list raises an alert in the same transaction. Errors: `InvalidInput` before the person is
    identified, while the list is stopped, for a line that is not asked, or without the words a line needs.
    """
    _keep(visit_uid, line=line, answer=answer, note=note.strip(), by=by, at=at, uid=uid)


def name_escort(
    visit_uid: uuid.UUID,
    *,
    name: str,
    phone: str,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Keep who takes the person home and the number to reach them: the answer of that line. Named again, the newer
    counts.
    """
    escort = Escort(" ".join(name.split()), " ".join(phone.split()))
    problems = []
    if not 1 <= len(escort.name) <= 120:
        problems.append(Problem("name", "does not fit", "who takes them home, at most 120 letters"))
    if sum(letter.isdigit() for letter in escort.phone) < 5 or len(escort.phone) > 40:
        problems.append(Problem("phone", "is not a number to call", "a number with 5 digits or more"))
    if problems:
        raise InvalidInput(*problems)
    _keep(visit_uid, line=ESCORT, answer=YES, note=escort.note, by=by, at=at, uid=uid, escort=True)


def override(
    visit_uid: uuid.UUID,
    *,
    criterion: str,
    reason: str,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Sign to go on in spite of a line that failed, with the reason; `by` is who signs.

    Errors: `InvalidInput` for a line nobody may override, one that has not failed, or no reason; `NotAllowed` for a
    role that may not sign for it.
    """
    visit = _open_visit(visit_uid, by=by, at=at)
    uid = uid or uuid.uuid4()
    with transaction.atomic():
        _lock(visit)
        if Override.objects.filter(uid=uid, visit=visit).exists():
            return
        found = _open_list(visit, by=by, at=at)
        _refuse_override(found, criterion, reason, by=by)
        about = Override.About.GO
        overrides.keep(visit, about=about, criterion=criterion, reason=reason, by=by, at=at, uid=uid)


def not_go(visit_uid: uuid.UUID, *, reason: str, by: Viewer, at: datetime) -> None:
    """Send someone home without the drug: the booking is cancelled because of the list, with the reason.

    Sent twice counts once. Errors: `Conflict` once it has begun.
    """
    require(by, Permission.RUN_INFUSION)
    visit = scope.visit(by, visit_uid)
    if not 1 <= len(reason.strip()) <= REASON_LONGEST:
        raise InvalidInput(
            Problem("reason", "does not fit", f"why not today, at most {REASON_LONGEST} letters")
        )
    with transaction.atomic():
        take_turn(by)
        _lock(visit)
        if BookingCancellation.current.filter(booking=visit.booking).exists():
            return
        _refuse_begun(visit)
        BookingCancellation.objects.create(
            booking=visit.booking,
            whose=BookingCancellation.Whose.NOT_GO,
            reason=reason.strip(),
            happened_at=at,
            recorded_at=at,
            recorded_by_id=by.account_id,
        )
        audit.note("infusion not given today", subject="visit", subject_id=str(visit.uid), by=by, at=at)
    outlooks.refresh(visit.episode_id, at=at)


def _keep(
    visit_uid: uuid.UUID,
    *,
    line: str,
    answer: str,
    note: str,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None,
    escort: bool = False,
) -> None:
    visit = _open_visit(visit_uid, by=by, at=at)
    uid = uid or uuid.uuid4()
    with transaction.atomic():
        _lock(visit)
        # H-029: asked under the lock, so that the same answer sent twice at once counts once.
        if GoAnswer.objects.filter(uid=uid, visit=visit).exists():
            return
        found = _open_list(visit, by=by, at=at)
        asked = _line(found, line)
        _refuse_answer(found, asked, answer=answer, note=note, escort=escort)
        GoAnswer.objects.create(
            uid=uid,
            visit=visit,
            line=line,
            answer=answer,
            note=note,
            happened_at=at,
            recorded_at=at,
            recorded_by_id=by.account_id,
        )
        audit.note("go list answered", subject="visit", subject_id=str(visit.uid), by=by, at=at, line=line)
        stops = asked.check.stops_the_list and answer != asked.check.passes_when
        if stops:
            _raise_alert(visit, line=line, answer=answer, uid=uid, by=by, at=at)
    if stops:
        outlooks.refresh(visit.episode_id, at=at)


def _raise_alert(
    visit: InfusionVisit, *, line: str, answer: str, uid: uuid.UUID, by: Viewer, at: datetime
) -> None:
    """H-031: the alert and the answer it is about commit together. It goes by the answer's uid: an answer that was
    given, looked after and given again is a new one.
    """
    marked = alerts.Marked(line, int(answer == YES), STOP_LEVEL)
    asked_in = ASKED_IN.format(treatment=visit.booking.course.treatment)
    episode = Episode.objects.select_related("patient").get(pk=visit.episode_id)
    alerts.raise_marked([marked], episode=episode, uid=uid, asked_in=asked_in, by=by, at=at)


def _open_visit(visit_uid: uuid.UUID, *, by: Viewer, at: datetime) -> InfusionVisit:
    require(by, Permission.RUN_INFUSION)
    visit = scope.visit(by, visit_uid)
    if visit.happened_at > at:
        raise InvalidInput(Problem("time", "lies before they came", "a moment after they came"))
    return visit


def _lock(visit: InfusionVisit) -> None:
    """Take turns: whoever starts the drug waits, and reads what is written here."""
    InfusionVisit.objects.select_for_update().get(pk=visit.pk)


def _open_list(visit: InfusionVisit, *, by: Viewer, at: datetime) -> GoList:
    """The list as it stands, while it is open."""
    _refuse_begun(visit)
    if BookingCancellation.current.filter(booking=visit.booking).exists():
        raise Conflict("the list of this visit is closed: no infusion today")
    return visits.go_list(by, visit.uid, at=at)


def _refuse_begun(visit: InfusionVisit) -> None:
    if visits.begun(visit):
        raise Conflict("the infusion has begun: the list is closed, write on the sheet what happens")


def _line(found: GoList, slug: str) -> Line:
    line = found.line(slug)
    if line is None:
        raise InvalidInput(Problem("line", f"{slug!r} is not on this list", "one of its lines"))
    return line


def _refuse_answer(found: GoList, line: Line, *, answer: str, note: str, escort: bool) -> None:
    _refuse_out_of_turn(found, line)
    check = line.check
    if answer not in (YES, NO, NOT_KNOWN):
        raise InvalidInput(Problem("answer", f"{answer!r} is not known", "yes, no or not_known"))
    if len(note) > NOTE_LONGEST:
        raise InvalidInput(Problem("note", "is too long", f"at most {NOTE_LONGEST} letters"))
    if check.reads == "record" or (check.reads == "vitals" and line.state is not State.WEIGH):
        raise InvalidInput(Problem("answer", "is not asked here", f"what the {check.reads} say"))
    if check.reads == "vitals" and (answer != YES or not note):
        raise InvalidInput(Problem("note", "is empty", "why you go on with this, in a few words"))
    if check.slug == ESCORT and answer == YES and not escort:
        raise InvalidInput(
            Problem("escort", "has no name and number", "who takes them home, and their number")
        )
    if check.stops_the_list and line.blocks and answer == check.passes_when and not note:
        raise InvalidInput(Problem("note", "is empty", "who saw them, and what was found"))


def _refuse_out_of_turn(found: GoList, line: Line) -> None:
    first = found.lines[0]
    # H-023: whose list this is comes before anything is written on it.
    if not found.identified and line is not first:
        raise InvalidInput(Problem("person", "is not identified yet", f"first: {first.check.words}"))
    # H-031: nothing else goes on while a clinician sees them, and the line only once their alert is answered.
    if found.verdict is Verdict.STOPPED and line is not first:
        if not line.blocks or not line.check.stops_the_list:
            raise InvalidInput(Problem("list", "is stopped", "the line that stopped it is settled first"))
        if line.check.slug in found.alerts_waiting:
            raise InvalidInput(
                Problem("alert", "waits for an answer", "the alert answered, with what was done")
            )


def _refuse_override(found: GoList, slug: str, reason: str, *, by: Viewer) -> None:
    line = _line(found, slug)
    _refuse_out_of_turn(found, line)
    role = line.check.override
    if role is None:
        raise InvalidInput(Problem("line", "is overridden by nobody", line.check.to_do))
    if not may(by, SIGNED_WITH[role]):
        raise NotAllowed(f"a {by.role} may not override this line; a {role} may")
    if not line.blocks:
        raise InvalidInput(Problem("line", "has not failed", "a line that says no"))
    if not 1 <= len(reason.strip()) <= REASON_LONGEST:
        raise InvalidInput(
            Problem("reason", "does not fit", f"why you go on, at most {REASON_LONGEST} letters")
        )


def _booking(uid: uuid.UUID, *, by: Viewer) -> InfusionBooking:
    rows = InfusionBooking.current.filter(uid=uid, course__episode__in=scope.episodes(by))
    booking: InfusionBooking | None = rows.select_related("course__episode__patient__clinic").first()
    if booking is None:
        raise NotFound("no such booking, or it was moved since you opened it")
    return booking


def _refuse_unfit(booking: InfusionBooking, *, at: datetime) -> None:
    if BookingCancellation.current.filter(booking=booking).exists():
        raise Conflict("this booking was cancelled: book a new one")
    zone = ZoneInfo(booking.course.episode.patient.clinic.zone)
    day, today = booking.happened_at.astimezone(zone).date(), at.astimezone(zone).date()
    if day != today:
        raise InvalidInput(Problem("booking", f"is for {day}", f"one of today, {today}: move it first"))
