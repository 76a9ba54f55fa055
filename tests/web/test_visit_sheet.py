"""The page of the flow sheet: what stands first, what a form keeps, what a script is told, who may write."""

import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from holdfast.access import Viewer
from holdfast.care import flow_sheets, visits
from holdfast.records.models import InfusionEvent, PatientDetails, VitalsRow
from holdfast.records.queries import flow_sheet
from tests import make
from tests.cast import Cast, logged_in, patient_of
from tests.making.flow import CALM, HIGH, STARTED, make_finished, make_row, make_started
from tests.making.visits import make_go, make_visit

ROW = {"systolic": "118", "diastolic": "76", "heart_rate": "72", "oxygen": "98", "sedation": "5"}


@pytest.fixture
def running(cast: Cast) -> uuid.UUID:
    """Ada's drug has run since 14:15; it is 15:00."""
    return make_started(cast.adas_episode, by=cast.okoro)


def page_of(visit: uuid.UUID, *, by: Viewer) -> str:
    return logged_in(by).get(reverse("visit_sheet", args=[visit])).content.decode()


def send(visit: uuid.UUID, what: str, *, by: Viewer, script: bool = False, **given: Any) -> HttpResponse:
    """A form of the sheet, sent by hand or by the page's script."""
    sent = {"what": what, "uid": str(uuid.uuid4()), **{name: str(value) for name, value in given.items()}}
    headers = {"Accept": "application/json"} if script else {}
    return logged_in(by).post(reverse("visit_row", args=[visit]), sent, headers=headers)  # type: ignore[return-value]


def told(answer: HttpResponse) -> Any:
    return answer.json()  # type: ignore[attr-defined]


# H-023


def test_sheet_when_opened_says_first_whose_it_is(cast: Cast, running: uuid.UUID) -> None:
    page = page_of(running, by=cast.okoro)

    assert '<p class="flow-name">Ada Alder</p>' in page
    assert "<strong>date of birth not known</strong>" in page
    assert "<strong>H-001</strong>" in page


def test_sheet_when_the_date_of_birth_is_known_says_it_beside_the_name_and_before_the_start(
    cast: Cast,
) -> None:
    visit = make_visit(cast.adas_episode, by=cast.okoro, prescriber=cast.rivera)
    PatientDetails.objects.create(
        patient_id=patient_of(cast.adas_episode), name="Ada Alder", born_on=date(1984, 3, 9), zone="Europe/London",
        happened_at=make.NOW, recorded_at=make.NOW, recorded_by_id=cast.okoro.account_id,
    )  # fmt: skip

    assert page_of(visit, by=cast.okoro).count("<strong>9 Mar 1984</strong>") == 2


# what stands first


def test_sheet_when_a_row_is_due_says_so_with_the_clock(cast: Cast, running: uuid.UUID) -> None:
    make_row(running, by=cast.okoro, minute=30)
    page = page_of(running, by=cast.okoro)

    assert '<p class="flow-time" data-clock>45:00</p>' in page
    assert "40 min: due now" in page
    assert '<li class="is-missed"><span aria-hidden="true">✕</span> 20 min' in page
    assert '<li class="is-given"><span aria-hidden="true">✓</span> 30 min' in page


def test_sheet_when_a_row_is_out_of_range_says_so_at_the_top_until_it_is_answered(
    cast: Cast, running: uuid.UUID
) -> None:
    row = make_row(running, HIGH, by=cast.okoro)
    before = page_of(running, by=cast.okoro)
    answer = send(running, "seen", by=cast.rivera, row=row, action="Paused, labetalol 10 mg")
    after = page_of(running, by=cast.okoro)

    assert '<span class="flow-beyond">▲ Systolic pressure 192 mmHg, limit 180</span>' in before
    assert before.index("flow-beyond") < before.index("data-entry")
    assert answer.status_code == 302
    assert "flow-alert" not in after
    assert "✓ Paused, labetalol 10 mg (Dr Rivera, 15:00)" in after


def test_sheet_when_the_drug_has_ended_counts_since_the_end_and_leads_home(
    cast: Cast, running: uuid.UUID
) -> None:
    make_finished(running, by=cast.okoro, happened_at=STARTED + timedelta(minutes=40))
    page = page_of(running, by=cast.okoro)

    assert "since the end at 14:55, 35 mg given. Watch for 60 min." in page
    assert reverse("visit_home", args=[running]) in page


# forms without a script


def test_row_when_sent_as_a_plain_form_is_kept_and_stands_for_the_row_that_is_due(
    cast: Cast, running: uuid.UUID
) -> None:
    answer = send(running, "row", by=cast.okoro, note="calm", **ROW)

    assert (answer.status_code, answer["Location"]) == (302, reverse("visit_sheet", args=[running]))
    row = VitalsRow.objects.get()
    assert (row.systolic, row.sedation, row.breaths, row.note) == (118, 5, None, "calm")
    assert (row.due_minute, row.happened_at) == (40, make.NOW)


def test_row_when_it_cannot_be_so_comes_back_with_what_was_typed(cast: Cast, running: uuid.UUID) -> None:
    answer = send(running, "row", by=cast.okoro, **{**ROW, "oxygen": "198", "heart_rate": "fast"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "This is not a whole number." in page
    assert 'value="118"' in page
    assert 'value="fast"' in page
    assert not VitalsRow.objects.exists()


def test_row_when_a_value_is_not_possible_is_refused_beside_its_field(cast: Cast, running: uuid.UUID) -> None:
    page = send(running, "row", by=cast.okoro, **{**ROW, "oxygen": "198"}).content.decode()

    assert "198 is not possible. Expected: 50 to 100." in page


def test_row_when_measured_at_another_time_is_kept_at_that_time(cast: Cast, running: uuid.UUID) -> None:
    send(running, "row", by=cast.okoro, time="14:36", **ROW)

    row = VitalsRow.objects.get()
    assert (row.happened_at, row.due_minute) == (STARTED + timedelta(minutes=21), 20)


def test_row_when_corrected_replaces_the_first_and_both_are_on_the_sheet(
    cast: Cast, running: uuid.UUID
) -> None:
    row = make_row(running, HIGH, by=cast.okoro)
    form = logged_in(cast.okoro).get(reverse("visit_sheet", args=[running]), {"correct": str(row)})
    send(running, "correct", by=cast.okoro, row=row, reason="cuff slipped", **ROW)
    page = page_of(running, by=cast.okoro)

    assert 'value="192"' in form.content.decode()
    assert "Put right the row of 15:00" in form.content.decode()
    assert "<strong>Struck:</strong> cuff slipped (Nurse Okoro)." in page
    assert "flow-alert" not in page


def test_row_when_withdrawn_needs_a_reason_and_is_struck(cast: Cast, running: uuid.UUID) -> None:
    row = make_row(running, HIGH, by=cast.okoro)
    refused = send(running, "withdraw", by=cast.okoro, row=row, reason="")
    send(running, "withdraw", by=cast.okoro, row=row, reason="of the next chair")

    assert refused.status_code == 422
    assert "This row does not belong here at all" in refused.content.decode()
    assert "<strong>Struck:</strong> of the next chair" in page_of(running, by=cast.okoro)


def test_events_when_sent_as_plain_forms_are_on_the_sheet(cast: Cast, running: uuid.UUID) -> None:
    send(running, "pause", by=cast.okoro, reason="dizzy", time="14:30")
    send(running, "resume", by=cast.okoro, time="14:33")
    send(running, "rate", by=cast.okoro, rate="60,5", reason="slower", time="14:34")
    send(running, "rescue", by=cast.okoro, drug="labetalol", dose="10 mg", reason="192 systolic")
    send(running, "rescue", by=cast.okoro, other="paracetamol", dose="1 g", reason="headache")
    send(running, "note", by=cast.okoro, reason="asleep")
    page = page_of(running, by=cast.okoro)

    assert '<strong>Paused</strong>: <span class="flow-words">dizzy</span>' in page
    assert "<strong>Rate changed</strong>: 60.5 mL/h" in page
    assert "<strong>Rescue drug</strong>: labetalol 10 mg" in page
    assert "<strong>Rescue drug</strong>: paracetamol 1 g" in page
    assert '<p class="flow-time" data-clock>42:00</p>' in page


def test_stop_when_early_asks_how_much_and_why(cast: Cast, running: uuid.UUID) -> None:
    refused = send(running, "stop", by=cast.okoro, given="")
    send(running, "stop", by=cast.okoro, given="10,5", reason="chest pain", time="14:27")

    assert refused.status_code == 422
    assert "since the end at 14:27, 10.5 mg given, stopped early" in page_of(running, by=cast.okoro)


def test_start_when_the_list_says_go_is_one_tap_with_the_name_and_dose_before_it(cast: Cast) -> None:
    visit = make_visit(cast.adas_episode, by=cast.okoro, prescriber=cast.rivera)
    make_go(visit, by=cast.okoro)
    page = page_of(visit, by=cast.okoro)
    answer = send(visit, "start", by=cast.okoro)

    assert "This is <strong>Ada Alder</strong>" in page
    assert answer.status_code == 302
    assert flow_sheet.sheet(cast.okoro, visit, at=make.NOW).started_at == make.NOW


def test_start_when_the_list_says_no_is_a_conflict_that_names_the_line(cast: Cast) -> None:
    visit = make_visit(cast.adas_episode, by=cast.okoro, prescriber=cast.rivera)
    make_go(visit, by=cast.okoro, but={"fasting": "no"})
    answer = send(visit, "start", by=cast.okoro)

    assert answer.status_code == 409
    assert "Has not eaten or drunk within the time agreed" in answer.content.decode()


def test_start_when_suicidal_thoughts_stopped_the_list_is_refused(cast: Cast) -> None:
    visit = make_visit(cast.adas_episode, by=cast.okoro, prescriber=cast.rivera)
    for line in ("right_person", "suicidal"):
        visits.answer(visit, line=line, answer="yes", by=cast.okoro, at=make.NOW)

    assert send(visit, "start", by=cast.okoro).status_code == 409
    assert not InfusionEvent.objects.exists()


# what the script is told (H-029, H-030)


def test_row_when_sent_by_the_script_is_answered_with_the_sheet_as_it_stands(
    cast: Cast, running: uuid.UUID
) -> None:
    make_row(running, HIGH, by=cast.rivera)
    answer = send(running, "row", by=cast.okoro, script=True, **ROW)

    assert answer.status_code == 200
    assert told(answer)["said"] == "The row is kept."
    assert told(answer)["account"] == cast.okoro.account_id
    assert "▲ Systolic pressure 192 mmHg, limit 180" in told(answer)["parts"]["top"]
    assert told(answer)["parts"]["rest"].count("the row of 15:00") == 2


def test_row_when_stamped_by_the_tablet_is_kept_at_that_moment(cast: Cast, running: uuid.UUID) -> None:
    send(running, "row", by=cast.okoro, script=True, stamp="2026-03-02T14:46:30.250Z", **ROW)

    row = VitalsRow.objects.get()
    assert (row.happened_at.strftime("%H:%M:%S"), row.due_minute) == ("14:46:30", 30)


@pytest.mark.parametrize("stamp", ["yesterday", "2026-03-02T14:46:30", "0001-01-01T00:00:00Z"])
def test_row_when_its_stamp_cannot_be_read_is_refused(cast: Cast, running: uuid.UUID, stamp: str) -> None:
    answer = send(running, "row", by=cast.okoro, script=True, stamp=stamp, **ROW)

    assert answer.status_code == 422
    assert "cannot be read" in told(answer)["problems"][0]["said"]


def test_row_when_stamped_ahead_of_our_clock_is_refused_with_what_to_look_at(
    cast: Cast, running: uuid.UUID
) -> None:
    answer = send(running, "row", by=cast.okoro, script=True, stamp="2026-03-02T15:10:00Z", **ROW)

    assert answer.status_code == 422
    assert told(answer)["problems"][0]["said"].startswith("Lies in the future")


def test_row_when_left_by_someone_else_on_the_tablet_is_not_taken(cast: Cast, running: uuid.UUID) -> None:
    answer = send(running, "row", by=cast.okoro, script=True, account=cast.rivera.account_id, **ROW)

    assert answer.status_code == 401
    assert not VitalsRow.objects.exists()


def test_event_when_the_other_nurse_was_first_is_a_conflict_with_the_sheet_as_it_stands(
    cast: Cast, running: uuid.UUID
) -> None:
    send(running, "pause", by=cast.rivera, time="14:50")
    answer = send(running, "pause", by=cast.okoro, script=True)

    assert answer.status_code == 409
    assert "paused at 14:50 by Dr Rivera" in told(answer)["problems"][0]["said"]
    assert 'data-phase="paused"' in told(answer)["parts"]["top"]


def test_sheet_when_asked_for_by_the_script_comes_in_parts_without_a_change(
    cast: Cast, running: uuid.UUID
) -> None:
    make_row(running, HIGH, by=cast.okoro)
    address = reverse("visit_row", args=[running])
    browser = logged_in(cast.okoro)
    first, second = (browser.get(address, headers={"Accept": "application/json"}).json() for _ in range(2))

    assert first["parts"] == second["parts"]
    assert first["now"] == make.NOW.isoformat()


def test_script_when_logged_out_is_led_away_and_nothing_is_kept(running: uuid.UUID) -> None:
    answer = logged_in(None).post(reverse("visit_row", args=[running]), {"what": "row", **ROW})

    assert answer.status_code == 302
    assert not VitalsRow.objects.exists()


# who may


@pytest.mark.parametrize("who", ["bell", "mo"])
def test_sheet_when_read_by_who_may_not_run_it_has_nothing_to_write_with(
    cast: Cast, running: uuid.UUID, who: str
) -> None:
    row = make_row(running, HIGH, by=cast.okoro)
    viewer: Viewer = getattr(cast, who)
    page = page_of(running, by=viewer)

    assert "Systolic pressure 192 mmHg" in page
    assert "data-what" not in page
    assert send(running, "seen", by=viewer, row=row, action="x").status_code == 403


# no more work for more rows


def test_page_when_there_are_more_rows_takes_the_same_queries(cast: Cast, running: uuid.UUID) -> None:
    counts = []
    for _ in range(2):
        for number in range(6):
            row = make_row(running, HIGH, by=cast.okoro, happened_at=STARTED + timedelta(minutes=number))
            flow_sheets.see(row, action="paused", by=cast.okoro, at=make.NOW)
        row = make_row(running, CALM, by=cast.okoro)
        flow_sheets.correct_row(row, values=HIGH, note="", reason="slip", by=cast.okoro, at=make.NOW)
        browser = logged_in(cast.okoro)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            browser.get(reverse("visit_row", args=[running]), headers={"Accept": "application/json"})
        counts.append(len(caught))

    assert counts[0] == counts[1]


def test_sheet_when_the_drug_is_a_spray_offers_no_pause_and_no_rate(cast: Cast) -> None:
    spray = make_started(cast.adas_episode, by=cast.okoro, treatment="esketamine_nasal")
    pump = make_started(cast.bens_episode, by=cast.okoro)

    assert acts(spray, by=cast.okoro) == ["start", "resume", "rescue", "note", "end", "stop"]
    assert acts(pump, by=cast.okoro) == [
        "start", "pause", "resume", "rate", "rescue", "note", "end", "stop",
    ]  # fmt: skip


def acts(visit: uuid.UUID, *, by: Viewer) -> list[str]:
    """The events that the page holds, shown or not."""
    return re.findall(r'data-act="(\w+)"', page_of(visit, by=by))
