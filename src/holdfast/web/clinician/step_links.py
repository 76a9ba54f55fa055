"""Where a next step is done: the page behind each kind of suggestion."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse

from holdfast.access import Permission, Viewer, may
from holdfast.pathway.history import History


class About(StrEnum):
    """What a page is about, which is what its address names."""

    PERSON = "person"
    THERAPY = "running course of therapy"
    INFUSIONS = "newest course of infusions"
    TREATMENT = "person and treatment"


@dataclass(frozen=True)
class Place:
    """A page, what its link says, who may use it, and what it is about."""

    page: str
    words: str
    permission: Permission
    about: About


_BOOK = Place("book_session", "Book a session", Permission.BOOK_SESSION, About.THERAPY)
_COURSE = Place("therapy_course", "To the course", Permission.SEE_RECORD, About.THERAPY)

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
        "choose_therapy", "Talk over the choice", Permission.CHOOSE_THERAPY, About.PERSON
    ),
    "record_attendance": Place(
        "record_session", "Record the session", Permission.RECORD_SESSION, About.PERSON
    ),
    "staging_incomplete": Place("resistance", "What was tried", Permission.ASSESS_RESISTANCE, About.PERSON),
    "consent_expiring": Place("consent", "Consent", Permission.ASSESS_RESISTANCE, About.TREATMENT),
    "review_non_response": Place("non_response", "Review", Permission.ORDER_INFUSION, About.INFUSIONS),
    "spacing_decision": Place("spacing", "Decide the spacing", Permission.ORDER_INFUSION, About.INFUSIONS),
    "safety_review_due": Place("safety_review", "Safety review", Permission.RUN_INFUSION, About.TREATMENT),
}
"""The page on which each kind of suggestion is done; kinds that are not here are done elsewhere."""


def link(kind: str, episode_id: int, history: History, viewer: Viewer) -> tuple[str, str]:
    """Address and words of the page; empty where there is none for this kind, or not for this viewer."""
    place = PLACES.get(kind)
    if place is None or not may(viewer, place.permission):
        return "", ""
    named = _named(place.about, episode_id, history)
    return (reverse(place.page, args=named), place.words) if named else ("", "")


def _named(about: About, episode_id: int, history: History) -> tuple[int | str, ...]:
    """What the address names; empty where there is nothing of the kind, such as a course that has not begun."""
    course, care = history.course, history.infusion_care
    match about:
        case About.PERSON:
            return (episode_id,)
        case About.THERAPY:
            return () if course is None or course.ended is not None else (int(course.key),)
        case About.INFUSIONS:
            return (int(care.key),) if care.key else ()
        case About.TREATMENT:
            return (episode_id, care.treatment) if care.treatment else ()
