"""What goes on paper after a visit: the summary of the day for the record, and what the person takes home."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from holdfast.care import flow_sheets, visits
from holdfast.records.models import Clinic
from tests import make
from tests.cast import Cast, logged_in
from tests.making import flow, home
from tests.making.counted import queries_of
from tests.web import seen


@pytest.fixture
def visit(cast: Cast) -> uuid.UUID:
    """Ada's day is over: 35 mg given, drawn before a witness, a headache, and home with Bo Alder."""
    uid = home.make_given(cast.adas_episode, by=cast.okoro)
    home.make_lot(by=cast.okoro, witness=cast.rivera)
    home.make_use(uid, by=cast.okoro, witness=cast.rivera)
    home.make_event(cast.adas_episode, by=cast.okoro, visit_uid=uid)
    flow_sheets.event(
        uid, kind="rescue", drug="ondansetron", dose="4 mg", reason="Nausea", by=cast.okoro, at=make.NOW,
        happened_at=home.ENDED + timedelta(minutes=10),
    )  # fmt: skip
    home.make_gone(uid, by=cast.okoro)
    return uid


def summary(cast: Cast, visit: uuid.UUID) -> str:
    return seen.text(logged_in(cast.bell).get(reverse("visit_summary", args=[visit])))


def test_summary_when_the_day_is_over_then_everything_of_it_is_on_the_page(
    cast: Cast, visit: uuid.UUID
) -> None:
    words = summary(cast, visit)
    for part in (
        "Ada Alder H-001",
        "Came 12:45, began 13:00, ended 13:40, left 15:00.",
        "35 mg, 0.5 mg/kg × 70 kg, over 40 min, 75 mL/h. Nurse Okoro, 2 Mar 2026 12:45.",
        "Given: 35 mg. All of it stands on the register.",
        "Lot KET-1, expires 30 Jun 2027: 50 mg drawn = 35 given + 15 wasted. Nurse Okoro, witness Dr Rivera.",
        "Rescue drugs: ondansetron 4 mg at 13:50.",
        "15:00 Headache: mild, cause possible, recovered. Rest",
        "Left 15:00 with Bo Alder; let go by Nurse Okoro.",
        "Next contact is booked: not met, nothing is booked; signed by Nurse Okoro: They call us",
        "Let them go: Nurse Okoro",
        "Saw it drawn and wasted: Dr Rivera",
    ):
        assert part in words
    rows = seen.elements(logged_in(cast.bell).get(reverse("visit_summary", args=[visit])), "tbody")[0]
    assert len(seen.elements(rows, "tr")) == 5


def test_summary_when_the_day_goes_on_then_it_says_what_is_not_there_yet(cast: Cast) -> None:
    running = flow.make_started(cast.adas_episode, by=cast.okoro)
    words = summary(cast, running)
    assert "The infusion runs." in words
    assert "Still here, or never let go on this page." in words


def test_summary_when_sent_home_without_the_drug_then_it_says_why(cast: Cast) -> None:
    uid = flow.make_visit(cast.adas_episode, by=cast.okoro)
    visits.not_go(uid, reason="Ate an hour ago", by=cast.okoro, at=make.NOW)
    assert "Not given today: Ate an hour ago" in summary(cast, uid)


def test_instructions_when_printed_then_they_name_the_escort_the_numbers_and_what_comes_next(
    cast: Cast, visit: uuid.UUID
) -> None:
    words = seen.text(logged_in(cast.okoro).get(reverse("visit_instructions", args=[visit])))
    assert "Harbour, 2 March 2026" in words
    assert "You go home with Bo Alder." in words
    assert "Do not drive, cycle, use machines or climb until tomorrow, after a night's sleep." in words
    assert "Crisis line of the tests: 0000 000" in words
    assert "What comes next: We have not agreed a time yet. Please ask us." in words


def test_instructions_when_no_number_was_checked_then_it_is_left_out_and_staff_are_told(
    cast: Cast, visit: uuid.UUID
) -> None:
    Clinic.objects.filter(pk=cast.okoro.clinic_id).update(
        crisis_contacts=[{"label": "Old line", "phone": "1"}]
    )
    words = seen.text(logged_in(cast.okoro).get(reverse("visit_instructions", args=[visit])))
    assert "Old line" not in words
    assert "No crisis number of this clinic has been checked." in words


@pytest.mark.parametrize("page", ["visit_summary", "visit_instructions"])
def test_page_when_the_day_is_longer_then_the_number_of_queries_does_not_grow(
    cast: Cast, visit: uuid.UUID, page: str
) -> None:
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            flow.make_row(visit, by=cast.okoro)
            home.make_event(cast.adas_episode, by=cast.okoro, visit_uid=visit)
        counts.append(queries_of(logged_in(cast.okoro), reverse(page, args=[visit])))
    assert counts[0] == counts[1]
