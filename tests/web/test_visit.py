"""The list of the day on its page: whose it is, answering, measuring, signing, and what it then says."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from holdfast.care import alerts as alert_verbs
from holdfast.care import flow_sheets, visits
from holdfast.pathway.go_list import Verdict
from holdfast.records.models import BookingCancellation, GoAnswer, Override, VitalsRow
from holdfast.records.queries import alerts
from holdfast.records.queries import visits as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.making.visits import make_go, make_visit, make_vitals
from tests.web import seen


class Chair:
    """The list of Ada's visit, opened and written on as a nurse would."""

    def __init__(self, browser: Client, uid: uuid.UUID) -> None:
        self.browser, self.uid, self.path = browser, uid, reverse("visit", args=[uid])

    def open(self) -> Any:
        return self.browser.get(self.path)

    def send(self, act: str, line: str = "", **fields: object) -> Any:
        return self.browser.post(self.path, {"act": act, "line": line, "uid": uuid.uuid4(), **fields})

    def line(self, slug: str) -> str:
        (found,) = seen.elements(self.open(), "li", id=f"line-{slug}")
        return seen.text(found)

    def verdict(self) -> str:
        return seen.text(seen.elements(self.open(), "h2", id="verdict-title")[0])


@pytest.fixture
def visit(cast: Cast) -> uuid.UUID:
    return make_visit(cast.adas_episode, by=cast.okoro, prescriber=cast.rivera)


@pytest.fixture
def chair(cast: Cast, visit: uuid.UUID) -> Chair:
    return Chair(logged_in(cast.okoro), visit)


def test_visit_when_opened_says_whose_list_it_is_and_offers_the_first_line_alone(chair: Chair) -> None:
    """H-023."""
    page = chair.open()
    assert seen.text(seen.elements(page, "h1")[0]) == "Ada Alder"
    assert "H-001" in seen.text(seen.elements(page, "header", class_="who-bar")[0])
    assert chair.verdict() == "Not yet: 13 lines to settle"
    asked = [seen.typed(form, "line") for form in seen.elements(page, "form", class_="go-answer")]
    assert asked == ["right_person"]
    assert seen.elements(page, "form", class_="go-vitals") == []


def test_visit_when_the_first_line_is_answered_opens_the_rest_at_the_next(chair: Chair) -> None:
    response = chair.send("answer", "right_person", answer="yes")
    assert (response.status_code, response["Location"]) == (302, f"{chair.path}#line-suicidal")
    assert len(seen.elements(chair.open(), "form", class_="go-answer")) == 10
    assert chair.line("right_person").startswith(
        "Name and date of birth said by the person, and they match this record passed Yes. Nurse Okoro, 15:00"
    )


def test_visit_when_a_line_is_answered_out_of_turn_says_what_comes_first(chair: Chair) -> None:
    """H-023."""
    response = chair.send("answer", "fasting", answer="yes")
    assert (response.status_code, seen.errors(response)) == (
        422,
        [
            "Is not identified yet. Expected: first: Name and date of birth said by the person, and they match "
            "this record."
        ],
    )
    assert GoAnswer.objects.count() == 0


def test_visit_when_everything_is_settled_says_go_and_leads_to_the_sheet(
    cast: Cast, chair: Chair, visit: uuid.UUID
) -> None:
    make_go(visit, by=cast.okoro)
    assert chair.verdict() == "Go: the drug may be begun"
    assert seen.links(chair.open(), "Begin on the flow sheet") == [reverse("visit_sheet", args=[visit])]


def test_vitals_when_kept_are_the_row_before_the_drug(chair: Chair) -> None:
    chair.send("answer", "right_person", answer="yes")
    response = chair.send(
        "vitals", "blood_pressure", systolic="128", diastolic="82", heart_rate="70", oxygen="97"
    )
    assert response.status_code == 302
    row = VitalsRow.objects.get()
    assert (row.due_minute, row.systolic, row.diastolic, row.heart_rate, row.oxygen) == (-1, 128, 82, 70, 97)
    assert "128/82 mmHg" in chair.line("blood_pressure")


def test_vitals_when_impossible_are_refused_and_what_was_typed_stays(chair: Chair) -> None:
    chair.send("answer", "right_person", answer="yes")
    response = chair.send(
        "vitals", "blood_pressure", systolic="1280", diastolic="82", heart_rate="7x", oxygen=""
    )
    assert response.status_code == 422
    assert seen.typed(response, "systolic") == "1280"
    assert VitalsRow.objects.count() == 0


def test_pressure_when_to_be_weighed_asks_for_words(cast: Cast, chair: Chair, visit: uuid.UUID) -> None:
    make_go(visit, by=cast.okoro)
    make_vitals(visit, by=cast.okoro, at=make.NOW + timedelta(seconds=1), systolic=150)
    response = chair.send("answer", "blood_pressure", answer="yes", note="")
    assert seen.errors(response) == ["Note: Is empty. Expected: why you go on with this, in a few words."]
    uid = queries.go_list(cast.okoro, visit, at=make.NOW)
    assert uid.verdict is Verdict.NOT_YET


def test_escort_when_named_stands_on_the_list(chair: Chair) -> None:
    chair.send("answer", "right_person", answer="yes")
    response = chair.send("escort", "escort", name="Bo Alder", phone="soon")
    assert seen.errors(response) == [
        "Phone: Is not a number to call. Expected: a number with 5 digits or more."
    ]
    assert seen.typed(response, "name") == "Bo Alder"
    chair.send("escort", "escort", name="Bo Alder", phone="0700 900 111")
    assert "Bo Alder · 0700 900 111" in chair.line("escort")


def test_line_when_it_fails_says_at_once_what_to_do_and_who_may_override(chair: Chair) -> None:
    chair.send("answer", "right_person", answer="yes")
    response = chair.send("answer", "fasting", answer="no", note="coffee with milk at 14")
    assert response["Location"] == f"{chair.path}#line-fasting"
    said = chair.line("fasting")
    for words in (
        "says no",
        "coffee with milk at 14",
        "Wait until the time has passed, or ask the prescriber.",
        "A prescriber may sign to go on.",
    ):
        assert words in said
    chair.send("answer", "no_driving", answer="no")
    assert "Nobody may go on in spite of this." in chair.line("no_driving")
    assert chair.verdict() == "No-go: 2 lines say no"


def test_override_when_a_prescriber_signs_beside_the_nurse_is_the_prescribers(
    cast: Cast, chair: Chair
) -> None:
    chair.send("answer", "right_person", answer="yes")
    chair.send("answer", "fasting", answer="no")
    signed = {"reason": "one dry biscuit at noon", "username": "rivera", "password": make.PASSWORD}
    response = chair.send("override", "fasting", **signed)
    assert seen.messages(chair.browser.get(response["Location"])) == [
        "Signed by Dr Rivera: one dry biscuit at noon"
    ]
    assert Override.objects.get().recorded_by_id == cast.rivera.account_id
    assert "Signed by Dr Rivera, 15:00: one dry biscuit at noon" in chair.line("fasting")


@pytest.mark.parametrize(
    ("signed", "problem"),
    [
        ({"username": "okoro", "password": make.PASSWORD}, "Is your own. Expected: someone else's."),
        (
            {"username": "rivera", "password": "guess"},
            "Does not fit. Expected: a colleague's own name and password.",
        ),
        (
            {"username": "bell", "password": make.PASSWORD},
            "A therapist may not sign this. Expected: who may sign orders, overrides, spacing and the site's limits.",
        ),
    ],
)
def test_override_when_signed_by_someone_who_may_not_is_refused_and_keeps_the_reason(
    chair: Chair, signed: dict[str, str], problem: str
) -> None:
    chair.send("answer", "right_person", answer="yes")
    chair.send("answer", "fasting", answer="no")
    response = chair.send("override", "fasting", reason="one biscuit", **signed)
    assert (response.status_code, seen.errors(response)) == (422, [f"Their password, to sign: {problem}"])
    assert seen.typed(response, "reason") == "one biscuit"
    assert Override.objects.count() == 0


def test_override_when_the_prescriber_is_logged_in_takes_their_own_password(
    cast: Cast, visit: uuid.UUID
) -> None:
    chair = Chair(logged_in(cast.rivera), visit)
    chair.send("answer", "right_person", answer="yes")
    chair.send("answer", "fasting", answer="no")
    wrong = chair.send("override", "fasting", reason="one biscuit", password="guess")
    assert seen.errors(wrong) == [
        "Your password, to sign: Does not fit. Expected: your own password, to sign."
    ]
    assert chair.send("override", "fasting", reason="one biscuit", password=make.PASSWORD).status_code == 302


def test_suicidal_when_yes_stops_the_page_and_leads_to_the_alert(cast: Cast, chair: Chair) -> None:
    """H-031."""
    chair.send("answer", "right_person", answer="yes")
    response = chair.send("answer", "suicidal", answer="yes")
    assert response["Location"] == f"{chair.path}#verdict"
    (alert,) = alerts.waiting(cast.okoro)
    page = chair.open()
    assert chair.verdict() == "The list is stopped: a clinician sees them now"
    assert seen.links(page, "Answer the alert") == [reverse("acknowledge", args=[alert.alert_id])]
    assert [seen.typed(form, "line") for form in seen.elements(page, "form", class_="go-answer")] == [
        "right_person"
    ]


def test_suicidal_when_its_alert_is_answered_is_asked_again_with_words(cast: Cast, chair: Chair) -> None:
    """H-031."""
    chair.send("answer", "right_person", answer="yes")
    chair.send("answer", "suicidal", answer="yes")
    alert_verbs.acknowledge(
        alerts.waiting(cast.okoro)[0].alert_id, action="Seen by Dr Rivera", by=cast.rivera, at=make.NOW
    )
    response = chair.send("answer", "suicidal", answer="no")
    assert seen.errors(response) == ["Note: Is empty. Expected: who saw them, and what was found."]
    response = chair.send("answer", "suicidal", answer="no", note="Dr Rivera saw them, no intent")
    assert response["Location"] == f"{chair.path}#line-mental_state"


def test_alert_of_the_list_when_shown_says_where_it_came_from_and_what_to_do(
    cast: Cast, chair: Chair
) -> None:
    """H-031."""
    chair.send("answer", "right_person", answer="yes")
    chair.send("answer", "suicidal", answer="not_known")
    row = seen.table(chair.browser.get(reverse("alerts")), "Waiting for an answer")[0]
    assert row[:3] == [
        "Ada Alder H-001",
        "level 3",
        "Ketamine, list of the day, 2 Mar 15:00 “Thoughts of suicide that are new or stronger, or any plan”: "
        "not known The list stops here. Stay with them. A clinician sees them now, before anything else.",
    ]


def test_not_today_when_kept_closes_the_list_and_leads_to_the_course(chair: Chair) -> None:
    response = chair.send("not_go", reason="pressure stays high")
    assert seen.messages(chair.browser.get(response["Location"])) == ["Kept: not today. pressure stays high"]
    assert BookingCancellation.objects.get().reason == "pressure stays high"
    assert chair.verdict() == "Not given today"
    assert seen.elements(chair.open(), "form", class_="go-answer") == []


def test_visit_when_the_drug_has_begun_is_closed(cast: Cast, chair: Chair, visit: uuid.UUID) -> None:
    make_go(visit, by=cast.okoro)
    flow_sheets.start(visit, happened_at=make.NOW, by=cast.okoro, at=make.NOW)
    assert chair.verdict() == "Begun at 15:00: this list is closed"
    response = chair.send("answer", "fasting", answer="no")
    assert (response.status_code, seen.errors(response)) == (
        409,
        ["The infusion has begun: the list is closed, write on the sheet what happens."],
    )


def test_visit_when_the_viewer_only_reads_has_nothing_to_write_on(cast: Cast, visit: uuid.UUID) -> None:
    page = logged_in(cast.bell).get(reverse("visit", args=[visit]))
    assert page.status_code == 200
    assert [seen.typed(form, "act") for form in seen.elements(page, "form")] == [""]


@pytest.mark.parametrize(
    ("slug", "place"),
    [
        ("consent", "consent"),
        ("eligibility", "eligibility"),
        ("order", "infusion_course"),
        ("weight", "weight"),
    ],
)
def test_recorded_line_when_it_fails_leads_to_where_it_is_put_right(
    cast: Cast, slug: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-024, H-026."""
    visit = make_visit(cast.adas_episode, by=cast.okoro, prescriber=cast.rivera)
    later = make.NOW + timedelta(days=400)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    chair = Chair(logged_in(cast.okoro), visit)
    visits.answer(visit, line="right_person", answer="yes", by=cast.okoro, at=later)
    (line,) = seen.elements(chair.open(), "li", id=f"line-{slug}")
    shown = queries.visit(cast.okoro, visit, at=later)
    about = {
        "infusion_course": [shown.course_id],
        "weight": [cast.adas_episode],
    }.get(place, [cast.adas_episode, "ketamine_iv"])
    assert reverse(place, args=about) in [dict(a.attributes)["href"] for a in seen.elements(line, "a")]


def test_visit_when_more_was_answered_takes_the_same_queries(
    cast: Cast, chair: Chair, visit: uuid.UUID
) -> None:
    visits.answer(visit, line="right_person", answer="yes", by=cast.okoro, at=make.NOW)
    chair.open()
    few = counted(chair)
    make_go(visit, by=cast.okoro)
    make_go(visit, by=cast.okoro)
    assert counted(chair) == few


def counted(chair: Chair) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert chair.open().status_code == 200
    return len(caught)
