"""Every page, tried by everyone: each cell says what must happen. All of it is about Ada, a patient of the harbour."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from holdfast.access import Viewer
from holdfast.care import appointments, calendar_feeds, checkins, courses, exercises, groups
from holdfast.records.queries import alerts, drug_register, patient
from holdfast.web.urls import urlpatterns
from tests import make
from tests.cast import Cast, logged_in
from tests.making import after, home, orders
from tests.making import courses as infusion_bookings
from tests.talks import make_talk

WHO = ("nobody", "ada", "ben", "bell", "okoro", "rivera", "mo", "sam", "stone")
"""Logged out; Ada; another patient; her therapist; nurse; prescriber; lead; administrator; prescriber elsewhere."""

# 200 shown · 302 sent on (to log-in when logged out) · 401 wrong password · 403 not for that role
# 404 not theirs to know of · 405 not sent that way · 422 may, but sent nothing
TABLE: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    # page            nobody ada  ben  bell okor rive mo   sam  stone     opened, then sent empty
    "home":            ((302, 302, 302, 302, 302, 302, 302, 302, 302), (302, 302, 302, 302, 302, 302, 302, 302, 302)),
    "log_in":          ((200, 200, 200, 200, 200, 200, 200, 200, 200), (401, 401, 401, 401, 401, 401, 401, 401, 401)),
    "log_out":         ((405, 405, 405, 405, 405, 405, 405, 405, 405), (302, 302, 302, 302, 302, 302, 302, 302, 302)),
    "help_now":        ((200, 200, 200, 200, 200, 200, 200, 200, 200), (405, 405, 405, 405, 405, 405, 405, 405, 405)),
    "who_sees_what":   ((200, 200, 200, 200, 200, 200, 200, 200, 200), (405, 405, 405, 405, 405, 405, 405, 405, 405)),
    "today":           ((302, 200, 200, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "checkin_start":   ((302, 302, 302, 403, 403, 403, 403, 403, 403), (302, 302, 302, 403, 403, 403, 403, 403, 403)),
    "checkin":         ((302, 200, 404, 403, 403, 403, 403, 403, 403), (302, 422, 404, 403, 403, 403, 403, 403, 403)),
    "checkin_thanks":  ((302, 200, 404, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "course":          ((302, 200, 200, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "my_choice":       ((302, 200, 200, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "my_therapy":    ((302, 200, 200, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "practice_begin": ((302, 302, 302, 403, 403, 403, 403, 403, 403), (302, 302, 404, 403, 403, 403, 403, 403, 403)),
    "practice":      ((302, 200, 404, 403, 403, 403, 403, 403, 403), (302, 302, 404, 403, 403, 403, 403, 403, 403)),
    "practice_save": ((302, 405, 405, 403, 403, 403, 403, 403, 403), (302, 200, 404, 403, 403, 403, 403, 403, 403)),
    "practice_discard": ((302, 405, 405, 403, 403, 403, 403, 403, 403), (302, 302, 302, 403, 403, 403, 403, 403, 403)),
    "practice_help": ((302, 200, 200, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "so_far":        ((302, 200, 200, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "so_far_on_paper": ((302, 200, 200, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "so_far_as_file": ((302, 200, 200, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "practised":     ((302, 200, 404, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "practice_go_on": ((302, 405, 405, 403, 403, 403, 403, 403, 403), (302, 302, 404, 403, 403, 403, 403, 403, 403)),
    "practice_share": ((302, 405, 405, 403, 403, 403, 403, 403, 403), (302, 400, 404, 403, 403, 403, 403, 403, 403)),
    "plans_worker":  ((302, 200, 200, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "my_plan":       ((302, 200, 200, 403, 403, 403, 403, 403, 403), (302, 302, 404, 403, 403, 403, 403, 403, 403)),
    "earlier_plans": ((302, 302, 302, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "caseload":        ((302, 403, 403, 200, 200, 200, 200, 403, 200), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "enrol":           ((302, 403, 403, 200, 200, 200, 200, 403, 200), (302, 403, 403, 422, 422, 422, 422, 403, 422)),
    "patient":         ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "record_infusion": ((302, 403, 403, 403, 200, 200, 403, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "start_course":    ((302, 403, 403, 200, 403, 200, 403, 403, 404), (302, 403, 403, 422, 403, 422, 403, 403, 404)),
    "choose_therapy":  ((302, 403, 403, 200, 200, 200, 403, 403, 404), (302, 403, 403, 422, 422, 422, 403, 403, 404)),
    "choice":          ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 422, 403, 422, 403, 403, 404)),
    "record_session":  ((302, 403, 403, 200, 403, 200, 403, 403, 404), (302, 403, 403, 422, 403, 422, 403, 403, 404)),
    "enter_score":     ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 422, 422, 422, 422, 403, 404)),
    "assess":          ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 422, 422, 422, 422, 403, 404)),
    "close_episode":   ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 422, 422, 422, 422, 403, 404)),
    "what_if":         ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "decide":          ((302, 403, 403, 405, 405, 405, 405, 403, 405), (302, 403, 403, 422, 422, 422, 422, 403, 404)),
    "withdraw":        ((302, 403, 403, 403, 200, 200, 403, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "alerts":          ((302, 403, 403, 200, 200, 200, 200, 403, 200), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "acknowledge":     ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 422, 422, 422, 422, 403, 404)),
    "therapy_course": ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "book_session":   ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 422, 422, 422, 422, 403, 404)),
    "move_session":   ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 422, 422, 422, 422, 403, 404)),
    "cancel_session": ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 422, 422, 422, 422, 403, 404)),
    "course_decide": ((302, 403, 403, 405, 403, 405, 403, 403, 405), (302, 403, 403, 422, 403, 422, 403, 403, 404)),
    "session_room":  ((302, 403, 403, 302, 403, 403, 403, 403, 403), (302, 403, 403, 302, 403, 403, 403, 403, 403)),
    "session_save":  ((302, 403, 403, 405, 403, 403, 403, 403, 403), (302, 403, 403, 409, 403, 403, 403, 403, 403)),
    "session_note":  ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 422, 403, 403, 403, 403, 403)),
    "private_notes": ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 422, 403, 403, 403, 403, 403)),
    "course_exercises": ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 405, 403, 403, 403, 403, 403)),
    "exercises_as_file": ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 405, 403, 403, 403, 403, 403)),
    "exercise_entry": ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 302, 403, 403, 403, 403, 403)),
    "exercise_begin": ((302, 403, 403, 405, 403, 403, 403, 403, 403), (302, 403, 403, 302, 403, 403, 403, 403, 403)),
    "exercise_fill": ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 302, 403, 403, 403, 403, 403)),
    "exercise_save": ((302, 403, 403, 405, 403, 403, 403, 403, 403), (302, 403, 403, 200, 403, 403, 403, 403, 403)),
    "protocols":     ((302, 403, 403, 200, 200, 200, 200, 403, 200), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "protocol":      ((302, 403, 403, 200, 200, 200, 200, 403, 200), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "protocol_session": ((302, 403, 403, 200, 200, 200, 200, 403, 200), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "protocol_exercise": ((302, 403, 403, 200, 200, 200, 200, 403, 200), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "my_group":        ((302, 200, 200, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "groups":         ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 405, 403, 403, 403, 403, 403)),
    "group_open":     ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 422, 403, 403, 403, 403, 403)),
    "group":          ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 405, 403, 403, 403, 403, 403)),
    "group_details":  ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 422, 403, 403, 403, 403, 403)),
    "group_meeting":  ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 422, 403, 403, 403, 403, 403)),
    "group_cancel":   ((302, 403, 403, 405, 403, 403, 403, 403, 403), (302, 403, 403, 422, 403, 403, 403, 403, 403)),
    "group_roster":   ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 405, 403, 403, 403, 403, 403)),
    "group_handout":  ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 405, 403, 403, 403, 403, 403)),
    "group_correct":  ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 422, 403, 403, 403, 403, 403)),
    "group_member":   ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 422, 403, 403, 403, 403, 403)),
    "group_join":     ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 422, 403, 403, 403, 403, 403)),
    "group_leave":    ((302, 403, 403, 200, 403, 403, 403, 403, 403), (302, 403, 403, 422, 403, 403, 403, 403, 403)),
    "resistance":    ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "eligibility":   ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "consent":       ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "weight":        ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "site_limits":   ((302, 403, 403, 200, 200, 200, 200, 403, 200), (302, 403, 403, 403, 403, 422, 403, 403, 422)),
    "order_sign":    ((302, 403, 403, 403, 403, 200, 403, 403, 404), (302, 403, 403, 403, 403, 422, 403, 403, 404)),
    "order":         ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 403, 403, 422, 403, 403, 404)),
    "spacing":       ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 403, 403, 422, 403, 403, 404)),
    "non_response":  ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 403, 403, 422, 403, 403, 404)),
    "safety_review": ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "my_infusions":  ((302, 200, 200, 403, 403, 403, 403, 403, 403), (302, 405, 405, 403, 403, 403, 403, 403, 403)),
    "calendar_feeds": ((302, 200, 200, 200, 200, 200, 200, 403, 200), (302, 200, 200, 200, 200, 200, 200, 403, 200)),
    # The address itself is the key: whoever has it is let in, as no calendar program can log in.
    "feed":          ((200, 200, 200, 200, 200, 200, 200, 200, 200), (405, 405, 405, 405, 405, 405, 405, 405, 405)),
    "infusion_day":  ((302, 403, 403, 200, 200, 200, 200, 403, 200), (302, 403, 403, 403, 400, 400, 403, 403, 400)),
    "visit":         ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "visit_sheet":   ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "visit_row":     ((302, 403, 403, 302, 302, 302, 302, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "visit_drug":    ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "visit_home":    ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "visit_summary": ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "visit_instructions":
        ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "drug_register": ((302, 403, 403, 200, 200, 200, 200, 403, 200), (302, 403, 403, 403, 422, 422, 403, 403, 422)),
    "drug_withdraw": ((302, 403, 403, 403, 200, 200, 403, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "adverse_event": ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "adverse_event_change":
        ((302, 403, 403, 403, 200, 200, 403, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "infusion_courses": ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "infusion_start": ((302, 403, 403, 403, 200, 200, 403, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "infusion_course": ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "infusion_book": ((302, 403, 403, 200, 200, 200, 200, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "booking_move":  ((302, 403, 403, 403, 200, 200, 403, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "booking_cancel": ((302, 403, 403, 403, 200, 200, 403, 403, 404), (302, 403, 403, 403, 422, 422, 403, 403, 404)),
    "calendar":      ((302, 403, 403, 200, 200, 200, 200, 403, 200), (302, 403, 403, 405, 405, 405, 405, 403, 405)),
    "chairs":        ((302, 403, 403, 403, 200, 200, 403, 403, 200), (302, 403, 403, 403, 422, 422, 403, 403, 422)),
    "accounts":        ((302, 403, 403, 403, 403, 403, 403, 200, 403), (302, 403, 403, 403, 403, 403, 403, 422, 403)),
    "calibration":     ((302, 403, 403, 403, 403, 403, 200, 403, 403), (302, 403, 403, 403, 403, 403, 405, 403, 403)),
}  # fmt: skip

ABOUT_AN_EPISODE = (
    "patient", "record_infusion", "start_course", "record_session", "enter_score", "assess", "close_episode", "decide",
    "what_if", "choose_therapy", "group_member", "group_join", "group_leave",
)  # fmt: skip


ABOUT_A_COURSE = (
    "therapy_course", "course_decide", "session_room", "session_save", "private_notes", "course_exercises",
    "exercises_as_file", "book_session",
)  # fmt: skip
PLANS = ("my_plan", "earlier_plans")

ABOUT_A_GROUP = ("group", "group_details", "group_meeting", "group_cancel", "group_roster")


def _group(cast: Cast) -> tuple[int, uuid.UUID]:
    """A skills group that Ada is in, and its first meeting."""
    began = make.NOW - timedelta(days=27)
    group = make.make_group(by=cast.bell)
    course = courses.start(cast.adas_episode, "dbt", track="group", started_at=began, by=cast.bell, at=began)
    groups.enrol(group, course, shown_as="Ada", week=1, agreed=True, by=cast.bell, at=began)
    return group, make.make_meeting(group, by=cast.bell, at=began + timedelta(hours=1))


@pytest.fixture
def places(cast: Cast) -> Mapping[str, dict[str, Any]]:
    """What each page is about: Ada's draft and check-in, her infusion, her alert."""
    sent = make.make_check_in(cast.adas_episode, 1, 1, 1, 1, 1, 1, 1, 1, 1, by=cast.ada)
    make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=make.NOW - timedelta(days=1))
    course_id = make.make_course(cast.adas_episode, by=cast.bell)
    in_the_course = {"course_id": course_id}
    infusion = patient.last_infusion(cast.okoro, cast.adas_episode)
    assert infusion is not None
    about_ada = {"episode_id": cast.adas_episode}
    group, meeting = _group(cast)
    booking = {**in_the_course, "uid": _booking(cast, course_id)}
    sprays = _of_sprays(cast)
    spray_booking = {"uid": infusion_bookings.make_booking(sprays["course_id"], by=cast.okoro)}
    return {
        "checkin_start": {"instrument": "phq9"},
        "checkin": {
            "draft": checkins.draft(cast.adas_episode, "gad7", by=cast.ada, at=make.NOW),
            "number": 1,
        },
        "checkin_thanks": {"uid": sent},
        "withdraw": {**about_ada, "kind": "infusion", "uid": infusion.uid},
        "choice": {**about_ada, "uid": make_talk(cast.adas_episode, by=cast.bell)},
        "acknowledge": {"alert_id": alerts.waiting(cast.okoro)[0].alert_id},
        **dict.fromkeys(ABOUT_AN_EPISODE, about_ada),
        **{page: {"group_id": group} for page in ABOUT_A_GROUP},
        "group_handout": {"group_id": group, "week": 2},
        "group_correct": {"uid": meeting},
        **dict.fromkeys(ABOUT_A_COURSE, in_the_course),
        **{key: {"slug": "staying_safe"} for key in PLANS},
        **_practice(cast, course_id),
        **dict.fromkeys(("move_session", "cancel_session"), booking),
        "session_note": {**in_the_course, "session": make.make_note(course_id, by=cast.bell)},
        "exercise_begin": {**in_the_course, "name": "cbt.thought_record"},
        **{key: {**about_ada, "treatment": "ketamine_iv"} for key in ("eligibility", "consent")},
        "safety_review": {**about_ada, "treatment": "ketamine_iv"},
        **dict.fromkeys(("spacing", "non_response", "order_sign"), sprays),
        **dict.fromkeys(("infusion_course", "infusion_book"), sprays),
        **dict.fromkeys(("infusion_courses", "infusion_start"), about_ada),
        **dict.fromkeys(("booking_move", "booking_cancel"), spray_booking),
        "order": {"uid": orders.make_order(sprays["course_id"], by=cast.rivera)},
        "feed": _feed(cast),
        "resistance": about_ada,
        "weight": about_ada,
        "site_limits": {"treatment": "ketamine_iv"},
        **_going_home(cast),
        "protocol": {"slug": "cbt"},
        "protocol_session": {"slug": "cbt", "outline": "cbt-01"},
        "protocol_exercise": {"slug": "cbt", "name": "cbt.thought_record"},
    }


def _of_sprays(cast: Cast) -> dict[str, int]:
    """A course of Ada's by nasal spray."""
    return {
        "course_id": after.make_infusion_course(
            cast.adas_episode, by=cast.okoro, treatment="esketamine_nasal"
        )
    }


def _feed(cast: Cast) -> dict[str, str]:
    """Ada's calendar feed."""
    calendar_feeds.make("a" * 43, by=cast.ada, at=make.NOW)
    return {"token": "a" * 43}


def _going_home(cast: Cast) -> Mapping[str, dict[str, Any]]:
    """Ada about to go home after an infusion, a lot on the register, and an adverse event of hers."""
    visit = {"uid": home.make_given(cast.adas_episode, by=cast.okoro)}
    home.make_lot(by=cast.okoro, witness=cast.rivera)
    (line,) = drug_register.entries(cast.okoro, "ketamine_iv").rows
    return {
        "visit": visit,
        **dict.fromkeys(("visit_sheet", "visit_row"), visit),
        **dict.fromkeys(("visit_drug", "visit_home", "visit_summary", "visit_instructions"), visit),
        "drug_register": {"treatment": "ketamine_iv"},
        "drug_withdraw": {"uid": line.uid},
        "adverse_event": {"episode_id": cast.adas_episode},
        "adverse_event_change": {"uid": home.make_event(cast.adas_episode, by=cast.okoro)},
    }


def _booking(cast: Cast, course_id: int) -> uuid.UUID:
    """A session of Ada's course that is booked."""
    uid, starts_at = uuid.uuid4(), make.NOW + timedelta(days=3)
    appointments.book(
        course_id, starts_at=starts_at, minutes=50, channel="phone", by=cast.bell, at=make.NOW, uid=uid
    )
    return uid


def _practice(cast: Cast, course_id: int) -> Mapping[str, dict[str, Any]]:
    """Ada's own draft and entry, and what Dr Bell began to fill in with her."""
    thread = exercises.begin(course_id, "cbt.thought_record", by=cast.ada, at=make.NOW)
    exercises.finish(thread, {"moment": "at work"}, outcome="done", by=cast.ada, at=make.NOW)
    draft = {"uid": exercises.begin(course_id, "cbt.good_minute", by=cast.ada, at=make.NOW)}
    filling = {"uid": exercises.begin(course_id, "cbt.good_minute", by=cast.bell, at=make.NOW)}
    return {
        "practice_begin": {"name": "cbt.five_parts"},
        **dict.fromkeys(("practice", "practice_save", "practice_discard"), draft),
        **{key: {"thread": thread} for key in ("practised", "practice_go_on", "practice_share")},
        "exercise_entry": {"course_id": course_id, "thread": thread},
        **dict.fromkeys(("exercise_fill", "exercise_save"), filling),
    }


def person(cast: Cast, name: str) -> Viewer | None:
    return cast.everyone.get(name)


@pytest.mark.parametrize("page", TABLE)
def test_page_when_tried_by_everyone_answers_as_the_table_says(
    cast: Cast, places: Mapping[str, dict[str, Any]], page: str
) -> None:
    path = reverse(page, kwargs=places.get(page, {}))

    opened = tuple(logged_in(person(cast, name)).get(path).status_code for name in WHO)
    sent = tuple(logged_in(person(cast, name)).post(path).status_code for name in WHO)

    assert dict(zip(WHO, opened, strict=True)) == dict(zip(WHO, TABLE[page][0], strict=True))
    assert dict(zip(WHO, sent, strict=True)) == dict(zip(WHO, TABLE[page][1], strict=True))


@pytest.mark.parametrize("page", ["patient", "enter_score", "acknowledge"])
def test_page_when_refused_says_nothing_of_the_person(
    cast: Cast, places: Mapping[str, dict[str, Any]], page: str
) -> None:
    path = reverse(page, kwargs=places[page])

    answers = {name: logged_in(person(cast, name)).get(path) for name in WHO}

    named = {name for name, answer in answers.items() if b"Ada Alder" in answer.content}
    assert named == {name for name, answer in answers.items() if answer.status_code == 200}
    assert named == {"bell", "okoro", "rivera", "mo"}


def test_page_when_added_to_the_site_map_is_in_the_table() -> None:
    assert sorted(pattern.name or "" for pattern in urlpatterns) == sorted(TABLE)


def test_page_when_logged_out_leads_back_to_itself_after_log_in(cast: Cast) -> None:
    response = logged_in(None).get(f"/patients/{cast.adas_episode}/score/?instrument=madrs")

    assert response["Location"] == f"/log-in/?next=/patients/{cast.adas_episode}/score/%3Finstrument%3Dmadrs"
