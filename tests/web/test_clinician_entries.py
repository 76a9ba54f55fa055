"""Entering what was done: good input is kept once and said back, bad input stays on the form with what is wrong."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from holdfast.access import Role
from holdfast.care import accounts, patients
from holdfast.errors import NotFound
from holdfast.records.queries import episode
from holdfast.records.queries import patient as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen

DAYS = timedelta(days=1)
TODAY = "2026-03-02T14:30"
"""Half an hour before `make.NOW`, in the clinic's time."""
AT_THAT_TIME = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)


class Pages:
    """The entry pages of Ada's record, opened and sent as a person would."""

    def __init__(self, browser: Client, episode_id: int) -> None:
        self.browser, self.episode_id = browser, episode_id

    def open(self, page: str) -> Any:
        return self.browser.get(f"/patients/{self.episode_id}/{page}")

    def send(self, page: str, **fields: object) -> Any:
        """Fill in the page's form and send it; a field that is not named keeps what the page filled in."""
        form = self.open(page)
        given = {"uid": seen.typed(form, "uid"), "happened_at": TODAY, **fields}
        return self.browser.post(f"/patients/{self.episode_id}/{page}", given)

    def said(self, response: Any) -> list[str]:
        """What the patient page says after the entry was kept."""
        assert (response.status_code, response["Location"]) == (302, f"/patients/{self.episode_id}/")
        return seen.messages(self.browser.get(response["Location"]))


@pytest.fixture
def pages(cast: Cast) -> Pages:
    return Pages(logged_in(cast.rivera), cast.adas_episode)


def facts(cast: Cast) -> tuple[Any, ...]:
    return queries.timeline(cast.rivera, cast.adas_episode)


def test_infusion_when_recorded_says_how_its_dose_was_worked_out(cast: Cast, pages: Pages) -> None:
    response = pages.send("infusion/", dose_mg="35", weight_kg="70")

    assert pages.said(response) == ["Infusion kept: 35 mg ÷ 70 kg = 0.5 mg/kg, 2 Mar 2026 14:30."]
    (fact,) = facts(cast)
    assert (fact.dose_mg, fact.weight_kg, fact.dose_mg_per_kg, fact.at) == (
        Decimal("35.0"), Decimal("70.0"), Decimal("0.50"), AT_THAT_TIME,
    )  # fmt: skip


def test_infusion_when_the_decimal_sign_is_a_comma_is_the_same_number(cast: Cast, pages: Pages) -> None:
    pages.send("infusion/", dose_mg="35,5", weight_kg=" 71,2 ")

    (fact,) = facts(cast)
    assert (fact.dose_mg, fact.weight_kg, fact.dose_mg_per_kg) == (
        Decimal("35.5"),
        Decimal("71.2"),
        Decimal("0.50"),
    )


def test_infusion_when_sent_twice_counts_once(cast: Cast, pages: Pages) -> None:
    fields = {"uid": str(uuid.uuid4()), "dose_mg": "35", "weight_kg": "70"}

    sent = [pages.send("infusion/", **fields) for _ in range(2)]

    assert [response.status_code for response in sent] == [302, 302]
    assert pages.said(sent[1]) == ["Infusion kept: 35 mg ÷ 70 kg = 0.5 mg/kg, 2 Mar 2026 14:30."]
    assert len(facts(cast)) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"dose_mg": "350"}, "Dose given: 5.00 mg/kg is outside the limits. "
         "Expected: 0.1 to 1.0 mg/kg; check dose in mg and weight in kg."),
        ({"dose_mg": "1.000,5"}, "Dose given: This is not a number. Expected: for example 35.5 or 35,5."),
        ({"dose_mg": "thirty"}, "Dose given: This is not a number. Expected: for example 35.5 or 35,5."),
        ({"dose_mg": "NaN"}, "Dose given: This is not a number. Expected: for example 35.5 or 35,5."),
        ({"dose_mg": "-35"}, "Dose given: This is too small. Expected: 0.1 or more."),
        ({"dose_mg": "35.55"}, "Dose given: This has too many decimals. Expected: at most 1, for example 35.5."),
        ({"dose_mg": "1e9"}, "Dose given: This is too long. Expected: at most 6 digits."),
        ({"dose_mg": ""}, "Dose given: This field is required."),
        ({"weight_kg": "12"}, "Body weight the dose is based on: 12 kg is not a likely weight. "
         "Expected: kilograms, 25 to 350."),
        ({"happened_at": "2026-03-02T15:01"}, "When the infusion began: Lies in the future. "
         "Expected: a moment that has passed; it is now 2026-03-02 15:00 in Europe/London."),
        ({"happened_at": "2025-03-02T15:00"}, "When the infusion began: Lies long before care began. "
         "Expected: 2025-10-03 16:00 or later; check the year."),
        ({"uid": "x"}, "This form: It lost its mark on the way. Open it anew."),
    ],
)  # fmt: skip
def test_infusion_when_something_is_wrong_says_what_would_be_right_and_keeps_what_was_typed(
    cast: Cast, pages: Pages, fields: dict[str, str], said: str
) -> None:
    typed = {"dose_mg": "35", "weight_kg": "70", "happened_at": TODAY, **fields}

    response = pages.send("infusion/", **typed)

    assert (response.status_code, seen.errors(response)) == (422, [said])
    assert {name: seen.typed(response, name) for name in typed} == typed
    assert facts(cast) == ()


def test_infusion_when_one_was_given_before_shows_it_beside_the_form(cast: Cast, pages: Pages) -> None:
    make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=make.NOW - 3 * DAYS)

    assert (
        "Last infusion: 27 Feb 2026 15:00, 35 mg at 70 kg = 0.5 mg/kg. The usual dose is 0.5 mg/kg"
        in seen.text(pages.open("infusion/"))
    )


def test_infusion_when_the_readers_zone_is_another_says_the_clinics_time_and_names_it(cast: Cast) -> None:
    afar = accounts.open_account(
        username="afar", name="Dr Afar", role=Role.PRESCRIBER, clinic_id=cast.rivera.clinic_id,
        password=make.PASSWORD, zone="America/New_York", by=cast.sam, at=make.NOW,
    )  # fmt: skip
    pages = Pages(logged_in(afar), cast.adas_episode)

    response = pages.send("infusion/", dose_mg="35", weight_kg="70")

    said = "Infusion kept: 35 mg ÷ 70 kg = 0.5 mg/kg, 2 Mar 2026 14:30 in Europe/London."
    assert pages.said(response) == [said]
    assert facts(cast)[0].at == AT_THAT_TIME


def test_session_when_opened_has_the_next_one_of_the_newest_course(cast: Cast, pages: Pages) -> None:
    course = make.make_course(cast.adas_episode, by=cast.bell)
    make.make_session(course, by=cast.bell, happened_at=make.NOW - 9 * DAYS, number=1)
    make.make_session(
        course, by=cast.bell, happened_at=make.NOW - 5 * DAYS, number=2, attendance="did_not_attend"
    )

    form = pages.open("session/")

    assert [seen.typed(form, name) for name in ("course", "number", "attendance", "happened_at")] == [
        str(course), "2", "attended", "2026-03-02T15:00",
    ]  # fmt: skip


def test_session_when_recorded_says_what_was_kept(cast: Cast, pages: Pages) -> None:
    course = make.make_course(cast.adas_episode, by=cast.bell)

    response = pages.send("session/", course=course, number="1", attendance="cancelled_by_clinic")

    assert pages.said(response) == ["Session 1 kept: cancelled by the clinic, 2 Mar 2026 14:30."]
    assert [(fact.number, fact.attendance) for fact in facts(cast)] == [(1, "cancelled_by_clinic")]


def test_session_when_sent_twice_counts_once(cast: Cast, pages: Pages) -> None:
    fields = {
        "uid": str(uuid.uuid4()),
        "course": make.make_course(cast.adas_episode, by=cast.bell),
        "number": "1",
        "attendance": "attended",
    }

    sent = [pages.send("session/", **fields) for _ in range(2)]

    assert [response.status_code for response in sent] == [302, 302]
    assert len(facts(cast)) == 1


def test_session_when_its_number_was_attended_already_keeps_what_was_typed(cast: Cast, pages: Pages) -> None:
    course = make.make_course(cast.adas_episode, by=cast.bell)
    make.make_session(course, by=cast.bell, happened_at=make.NOW - DAYS)

    response = pages.send("session/", course=course, number="1", attendance="attended")

    assert (response.status_code, seen.errors(response)) == (
        409, ["Session 1 was attended already; correct that entry, or record the next number."],
    )  # fmt: skip
    assert seen.typed(response, "number") == "1"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("number", "-1", "Session number: Ensure this value is greater than or equal to 0."),
        ("number", "two", "Session number: Enter a whole number."),
        ("attendance", "", "Attendance: This field is required."),
        ("course", "999", "Course: Select a valid choice. 999 is not one of the available choices."),
    ],
)
def test_session_when_something_is_wrong_says_so(
    cast: Cast, pages: Pages, field: str, value: str, said: str
) -> None:
    course = make.make_course(cast.adas_episode, by=cast.bell)

    response = pages.send(
        "session/", **{"course": course, "number": "1", "attendance": "attended", field: value}
    )

    assert (response.status_code, seen.errors(response)) == (422, [said])


def test_session_when_the_course_is_another_persons_is_refused(cast: Cast, pages: Pages) -> None:
    bens = make.make_course(cast.bens_episode, by=cast.bell)
    make.make_course(cast.adas_episode, by=cast.bell)

    assert pages.send("session/", course=bens, number="1", attendance="attended").status_code == 422


def test_session_when_no_course_has_begun_offers_to_start_one(pages: Pages) -> None:
    assert seen.links(pages.open("session/"), "Start a course") == [f"/patients/{pages.episode_id}/therapy/"]


def test_course_when_chosen_among_the_five_is_begun(cast: Cast, pages: Pages) -> None:
    form = pages.open("therapy/")
    response = pages.send("therapy/", therapy="ipt")

    assert [element.attributes for element in seen.elements(form, "input", name="therapy")] != []
    assert len(seen.elements(form, "input", name="therapy")) == 5
    assert "After ketamine: no trial found." in seen.text(form)
    assert pages.said(response) == ["Course begun: IPT, 2 Mar 2026."]
    assert [row.therapy for row in queries.courses(cast.rivera, cast.adas_episode)] == ["ipt"]


def test_course_when_sent_twice_is_begun_once(cast: Cast, pages: Pages) -> None:
    sent = [pages.send("therapy/", therapy="ipt") for _ in range(2)]

    assert [response.status_code for response in sent] == [302, 302]
    assert len(queries.courses(cast.rivera, cast.adas_episode)) == 1


@pytest.mark.parametrize("therapy", ["", "ketamine_iv", "reiki"])
def test_course_when_it_is_no_therapy_of_ours_is_refused(cast: Cast, pages: Pages, therapy: str) -> None:
    response = pages.send("therapy/", therapy=therapy)

    assert response.status_code == 422
    assert queries.courses(cast.rivera, cast.adas_episode) == ()


def test_score_when_entered_by_item_is_scored_with_its_band(cast: Cast, pages: Pages) -> None:
    response = pages.send("score/", **make.phq9(1, 1, 1, 1, 1, 1, 1, 1, 0))

    assert pages.said(response) == ["PHQ-9 kept: 8, Mild, 2 Mar 2026 14:30."]
    assert [(fact.total, fact.band, fact.source) for fact in facts(cast)] == [(8, "mild", "staff")]


def test_score_when_items_are_left_open_is_kept_without_a_total(cast: Cast, pages: Pages) -> None:
    answers = {name: value for name, value in make.phq9(1).items() if name not in {"q2", "q3", "q4"}}

    response = pages.send("score/", **answers)

    assert pages.said(response) == ["PHQ-9 kept without a score, 2 Mar 2026 14:30: 3 of 9 items are missing."]
    assert [(fact.total, fact.complete) for fact in facts(cast)] == [(None, False)]


def test_score_when_no_item_was_answered_is_refused(cast: Cast, pages: Pages) -> None:
    response = pages.send("score/")

    assert (response.status_code, seen.errors(response)) == (
        422, ["No item was answered. Expected: at least one answer, or enter a total."],
    )  # fmt: skip


def test_score_when_a_safety_item_is_marked_says_that_an_alert_was_raised(cast: Cast, pages: Pages) -> None:
    response = pages.send("score/", **make.phq9(1, 1, 1, 1, 1, 1, 1, 1, 1))

    assert pages.said(response) == [
        "PHQ-9 kept: 9, Mild, 2 Mar 2026 14:30.",
        "An answer in it raised a safety alert; it stands first on this page.",
    ]


def test_score_when_only_a_total_is_known_is_kept_as_a_total(cast: Cast, pages: Pages) -> None:
    response = pages.send("score/?instrument=madrs", total="22")

    assert pages.said(response) == ["MADRS kept: 22, Moderate, 2 Mar 2026 14:30."]
    assert [(fact.instrument, fact.total) for fact in facts(cast)] == [("madrs", 22)]


@pytest.mark.parametrize(("total", "said"), [
    ("61", "MADRS total: Ensure this value is less than or equal to 60."),
    ("-1", "MADRS total: Ensure this value is greater than or equal to 0."),
    ("12.5", "MADRS total: Enter a whole number."),
    ("", "MADRS total: This field is required."),
])  # fmt: skip
def test_score_when_the_total_cannot_be_says_the_range(
    cast: Cast, pages: Pages, total: str, said: str
) -> None:
    response = pages.send("score/?instrument=madrs", total=total)

    assert (response.status_code, seen.errors(response), seen.typed(response, "total")) == (
        422,
        [said],
        total,
    )
    assert facts(cast) == ()


def test_score_when_an_answer_is_not_an_option_keeps_the_others(cast: Cast, pages: Pages) -> None:
    response = pages.send("score/", **{**make.phq9(2), "q3": "7"})

    assert response.status_code == 422
    assert [seen.typed(response, item) for item in ("q1", "q2", "q3")] == ["2", "2", ""]


def test_score_when_sent_twice_counts_once(cast: Cast, pages: Pages) -> None:
    fields = {"uid": str(uuid.uuid4()), "total": "22"}

    sent = [pages.send("score/?instrument=madrs", **fields) for _ in range(2)]

    assert [response.status_code for response in sent] == [302, 302]
    assert len(facts(cast)) == 1


def test_score_when_the_instrument_is_unknown_is_not_found(pages: Pages) -> None:
    assert pages.open("score/?instrument=tarot").status_code == 404


def test_score_when_the_items_are_not_ours_to_show_asks_for_the_total(pages: Pages) -> None:
    form = pages.open("score/?instrument=qids_sr16")

    assert [len(seen.elements(form, "input", name="total")), len(seen.elements(form, "select"))] == [1, 0]


def test_assessment_when_made_is_kept_and_shown_next_time(cast: Cast, pages: Pages) -> None:
    response = pages.send("assessment/", treatment_resistant="yes")

    assert pages.said(response) == ["Assessment kept: treatment-resistant depression."]
    assert "Found so far: treatment-resistant depression, 2 Mar 2026, Dr Rivera." in seen.text(
        pages.open("assessment/")
    )
    found = episode.finding(cast.rivera, cast.adas_episode)
    assert found is not None
    assert (found.treatment_resistant, found.at) == (True, AT_THAT_TIME)


def test_assessment_when_nothing_is_chosen_is_refused(cast: Cast, pages: Pages) -> None:
    response = pages.send("assessment/")

    assert (response.status_code, seen.errors(response)) == (
        422, ["Is this treatment-resistant depression?: This field is required."],
    )  # fmt: skip
    assert episode.finding(cast.rivera, cast.adas_episode) is None


def test_closing_when_given_a_reason_closes_and_a_second_tap_says_the_same(cast: Cast, pages: Pages) -> None:
    fields = {"uid": str(uuid.uuid4()), "reason": "moved away"}

    first, second = pages.send("close/", **fields), pages.send("close/", **fields)

    assert [first.status_code, second.status_code] == [302, 302]
    ended = episode.ending(cast.rivera, cast.adas_episode)
    assert ended is not None
    assert (ended.reason, ended.recorded_by) == ("moved away", "Dr Rivera")


def test_closing_when_without_a_reason_is_refused(cast: Cast, pages: Pages) -> None:
    response = pages.send("close/", reason="  ")

    assert (response.status_code, seen.errors(response)) == (422, ["Why care ends: This field is required."])
    assert episode.ending(cast.rivera, cast.adas_episode) is None


def test_closing_when_closed_by_someone_else_keeps_what_was_typed(cast: Cast, pages: Pages) -> None:
    patients.close(cast.adas_episode, reason="moved away", by=cast.bell, at=make.NOW)

    response = pages.send("close/", reason="well again")

    assert (response.status_code, seen.errors(response)) == (409, ["This episode is closed already."])
    assert seen.typed(response, "reason") == "well again"


def test_closing_when_an_alert_waits_says_to_answer_it_first(cast: Cast, pages: Pages) -> None:
    make.make_check_in(cast.adas_episode, 1, 1, 1, 1, 1, 1, 1, 1, 1, by=cast.ada)

    assert "1 safety alert of this person not answered yet" in seen.text(pages.open("close/"))


def test_entry_when_of_another_site_is_not_found(cast: Cast) -> None:
    stone = Pages(logged_in(cast.stone), cast.adas_episode)

    for page in ("infusion/", "session/", "therapy/", "score/", "assessment/", "close/"):
        assert stone.open(page).status_code == 404
    with pytest.raises(NotFound):
        queries.person(cast.stone, cast.adas_episode)
