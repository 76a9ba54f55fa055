"""Where a next step is done: the page behind each kind of suggestion."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from holdfast.access import Permission, Viewer, may
from holdfast.pathway.history import History


@dataclass(frozen=True)
class Place:
    """A page, what its link says, who may use it, and whether it is about the running course or the person."""

    page: str
    words: str
    permission: Permission
    of_course: bool


_BOOK = Place("book_session", "Book a session", Permission.BOOK_SESSION, of_course=True)
_COURSE = Place("therapy_course", "To the course", Permission.SEE_RECORD, of_course=True)

PLACES: Mapping[str, Place] = {
    "start_therapy": _BOOK,
    "prepare": _BOOK,
    "book_session": _BOOK,
    "book_booster": _BOOK,
    "re_engage": _BOOK,
    "half_way_check": _COURSE,
    "consolidate": _COURSE,
    "finish_plan": _COURSE,
    "off_track": _COURSE,
    "choose_therapy": Place(
        "choose_therapy", "Talk over the choice", Permission.CHOOSE_THERAPY, of_course=False
    ),
    "record_attendance": Place(
        "record_session", "Record the session", Permission.RECORD_SESSION, of_course=False
    ),
}
"""The page on which each kind of suggestion is done; kinds that are not here are done elsewhere."""


def link(kind: str, episode_id: int, history: History, viewer: Viewer) -> tuple[str, str]:
    """Address and words of the page; empty where there is none for this kind, or not for this viewer."""
    place = PLACES.get(kind)
    course = history.course
    if place is None or not may(viewer, place.permission):
        return "", ""
    if not place.of_course:
        return reverse(place.page, args=(episode_id,)), place.words
    if course is None or course.ended is not None:
        return "", ""
    return reverse(place.page, args=(int(course.key),)), place.words
