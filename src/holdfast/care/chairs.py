"""The places where infusions are given: opened, and taken out of use."""

from datetime import datetime

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, infusion_bookings
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.records.models import Chair
from holdfast.records.queries import infusion_courses


def open_chair(name: str, *, by: Viewer, at: datetime) -> int:
    """Open a chair under its name; gives its id. One of that name that is out of use is taken into use again."""
    require(by, Permission.BOOK_INFUSION)
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60:
        raise InvalidInput(Problem("name", "does not fit", "what it is called, in up to 60 letters"))
    same = Chair.objects.filter(clinic_id=by.clinic_id, name__iexact=name).first()
    if same is not None:
        if same.is_active:
            raise InvalidInput(Problem("name", f"{same.name} is there already", "another name"))
        set_active(same.pk, True, by=by, at=at)
        return same.pk
    try:
        with transaction.atomic():
            chair = Chair.objects.create(clinic_id=by.clinic_id, name=name)
            audit.note("chair opened", subject="chair", subject_id=chair.pk, by=by, at=at)
    except IntegrityError as error:
        raise Conflict("someone opened a chair of that name at the same moment") from error
    return chair.pk


def set_active(chair_id: int, active: bool, *, by: Viewer, at: datetime) -> None:
    """Take a chair out of use, or into use again. Errors: `Conflict` while an infusion is booked on it."""
    require(by, Permission.BOOK_INFUSION)
    with transaction.atomic():
        infusion_bookings.take_turn(by)
        chair = Chair.objects.filter(clinic_id=by.clinic_id, pk=chair_id).first()
        if chair is None:
            raise NotFound("no such chair in your clinic")
        booked = infusion_courses.standing_bookings().filter(chair=chair, happened_at__gte=at)
        if not active and booked.exists():
            raise Conflict(f"infusions are booked on {chair.name}: move them first")
        chair.is_active = active
        chair.save(update_fields=["is_active"])
        words = "chair taken into use" if active else "chair taken out of use"
        audit.note(words, subject="chair", subject_id=chair.pk, by=by, at=at)
