"""One person's record on one page: what waits, why the stage, the course and its forecast, what happened."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from holdfast.care import alerts, checkins, corrections, outlooks, patients
from holdfast.records.models import AuditEvent, Outlook, OutlookScore
from holdfast.web.clinician.patient import ITEMS_ON_A_PAGE
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen

DAYS = timedelta(days=1)
PAGE_QUERIES = 47
"""Every part of the page asks first whether the episode is the viewer's to open; none asks once a row."""


@pytest.fixture
def doctor(cast: Cast) -> Client:
    return logged_in(cast.rivera)


def page_of(cast: Cast, browser: Client, query: str = "") -> object:
    response = browser.get(f"/patients/{cast.adas_episode}/{query}")
    assert response.status_code == 200
    return response


def happened(response: object) -> list[str]:
    (listed,) = seen.elements(response, "ol", class_="timeline")
    return [seen.text(item) for item in seen.elements(listed, "li")]


def relief(cast: Cast) -> None:
    """Three infusions that brought PHQ-9 from 20 to 8."""
    scores = {41: (3, 3, 3, 3, 3, 3, 2, 0, 0), 30: (1,), 6: (1,), 1: (1,)}
    for day in (41, 40, 37, 34, 30, 6, 1):
        at = make.NOW - day * DAYS
        if day in scores:
            make.make_check_in(cast.adas_episode, *scores[day], by=cast.bell, at=at)
        else:
            make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=at, at=at)


def test_patient_when_nothing_is_on_record_says_so_for_each_part(cast: Cast, doctor: Client) -> None:
    words = seen.text(page_of(cast, doctor))

    assert "referred No assessment and no score yet." in words
    assert "There is no PHQ-9 score yet." in words
    assert "There is no score yet that a forecast could be made from." in words
    assert "Nothing is on record yet." in words


def test_patient_when_in_relief_says_why_and_what_the_forecast_says(cast: Cast, doctor: Client) -> None:
    relief(cast)

    words = seen.text(page_of(cast, doctor))

    assert "relief PHQ-9 20 on 20 Jan 2026, 8 on 1 Mar 2026: down 60 % after 3 infusions." in words
    for said in (
        "Remission in 12 weeks",
        "Relief is likely to hold",
        "Relapse within 14 days",
        "Relapse within 84 days",
    ):
        assert said in words
    assert "A statistical estimate; people decide." in words


def test_patient_when_there_is_too_little_data_says_so_and_shows_no_numbers(
    cast: Cast, doctor: Client
) -> None:
    make.make_check_in(cast.adas_episode, 2, by=cast.bell, at=make.NOW - DAYS)

    response = page_of(cast, doctor)

    assert "Too little data to forecast: Only 1 of the 2 scores a forecast needs." in seen.text(response)
    assert seen.elements(response, "dl", class_="figures") == []
    assert seen.elements(response, "polygon", class_="chart-fan") == []


def test_patient_when_the_forecast_failed_names_it_and_says_the_answers_are_safe(
    cast: Cast, doctor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(outlooks.filtering, "filter_cohort", fail)
    make.make_check_in(cast.adas_episode, 2, by=cast.bell, at=make.NOW - DAYS)

    response = page_of(cast, doctor)

    assert (
        "Not available at present (forecast: MemoryError). Every answer is kept; the nightly run tries again."
        in seen.text(response)
    )
    assert [row[0] for row in seen.table(response, "Everything the chart shows")] == ["1 Mar 2026"]


def test_patient_when_an_alert_waits_shows_it_first_with_whose_turn_it_is(cast: Cast, doctor: Client) -> None:
    make.make_check_in(cast.adas_episode, 3, 3, 3, 3, 3, 3, 3, 3, 2, by=cast.bell, at=make.NOW - DAYS)

    response = page_of(cast, doctor)

    (banner,) = seen.elements(response, "div", class_="banner-danger")
    assert seen.text(banner) == (
        "Safety alert, level 2: PHQ-9, 1 Mar 15:00 Thoughts that you would be better off dead, or of hurting "
        "yourself in some way: 2 (More than half the days). To be answered by 1 Mar 19:00 (past its time): "
        "Nurse Okoro. Answer this alert"
    )


def test_patient_when_things_happened_lists_them_newest_first_with_how_they_came(
    cast: Cast, doctor: Client
) -> None:
    make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=make.NOW - 9 * DAYS)
    course = make.make_course(cast.adas_episode, by=cast.bell, started_at=make.NOW - 8 * DAYS)
    make.make_session(course, by=cast.bell, happened_at=make.NOW - 7 * DAYS, attendance="did_not_attend")
    make.make_check_in(cast.adas_episode, 1, 1, None, None, 1, 1, 1, 1, 0, by=cast.ada)
    checkins.enter_score(
        cast.adas_episode, "madrs", 21, by=cast.rivera, at=make.NOW, happened_at=make.NOW - 20 * DAYS
    )

    assert happened(page_of(cast, doctor)) == [
        "PHQ-9: not finished, no score; came late 2 Mar 2026 15:00, Ada "
        "Correct: PHQ-9: not finished, no score, 2 Mar 2026 15:00",
        "CBT session 1: did not attend 23 Feb 2026 15:00, Dr Bell "
        "Correct: CBT session 1: did not attend, 23 Feb 2026 15:00",
        "CBT begun 22 Feb 2026 15:00",
        "Infusion 1: 35 mg, 0.5 mg/kg; at 70 kg 21 Feb 2026 15:00, Nurse Okoro "
        "Correct: Infusion 1: 35 mg, 0.5 mg/kg, 21 Feb 2026 15:00",
        "MADRS 21, Moderate; entered afterwards 10 Feb 2026 15:00, Dr Rivera "
        "Correct: MADRS 21, Moderate, 10 Feb 2026 15:00",
    ]


def test_patient_when_the_viewer_may_not_record_something_offers_neither_it_nor_its_correction(
    cast: Cast,
) -> None:
    make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=make.NOW - 9 * DAYS)

    therapist, nurse = (page_of(cast, logged_in(one)) for one in (cast.bell, cast.okoro))
    courses = [
        logged_in(one).get(f"/patients/{cast.adas_episode}/infusions/").content.decode()
        for one in (cast.bell, cast.okoro)
    ]

    assert ["Record an infusion given elsewhere" in one for one in courses] == [False, True]
    assert [len(seen.links(one, "Session")) for one in (therapist, nurse)] == [1, 0]
    assert ["Correct" in happened(one)[0] for one in (therapist, nurse)] == [False, True]


def test_patient_when_much_happened_pages_the_list_and_past_the_end_is_the_last(
    cast: Cast, doctor: Client
) -> None:
    for day in range(ITEMS_ON_A_PAGE + 2):
        make.make_check_in(cast.adas_episode, 1, by=cast.bell, happened_at=make.NOW - day * DAYS)

    first, past_the_end = page_of(cast, doctor), page_of(cast, doctor, "?page=99")

    assert len(happened(first)) == ITEMS_ON_A_PAGE
    assert [item.split(", Dr Bell")[0] for item in happened(past_the_end)] == [
        "PHQ-9 8, Mild; entered afterwards 18 Feb 2026 15:00",
        "PHQ-9 8, Mild; entered afterwards 17 Feb 2026 15:00",
    ]


def test_patient_when_an_entry_was_corrected_keeps_what_it_was_readable(cast: Cast, doctor: Client) -> None:
    uid = make.make_check_in(cast.adas_episode, 3, by=cast.bell, at=make.NOW - DAYS)
    corrections.withdraw("check-in", uid, reason="wrong record", by=cast.rivera, at=make.NOW)

    response = page_of(cast, doctor)

    assert (
        "Corrected entries (1) Check-in of 1 Mar 2026 15:00, was: phq9 24. "
        "Dr Rivera, 2 Mar 2026 15:00: wrong record" in seen.text(response)
    )
    assert "Nothing is on record yet." in seen.text(response)


def test_patient_when_an_alert_was_answered_keeps_it_in_what_happened(cast: Cast, doctor: Client) -> None:
    make.make_check_in(cast.adas_episode, 3, 3, 3, 3, 3, 3, 3, 3, 1, by=cast.bell, at=make.NOW - DAYS)
    (row,) = alerts_of(cast)
    alerts.acknowledge(row, action="called, safe tonight", by=cast.okoro, at=make.NOW)

    words = " ".join(happened(page_of(cast, doctor)))

    assert "answered 2 Mar 2026 15:00: called, safe tonight 1 Mar 2026 15:00, Nurse Okoro" in words


def alerts_of(cast: Cast) -> list[int]:
    from holdfast.records.queries import alerts as queries

    return [row.alert_id for row in queries.of_episode(cast.rivera, cast.adas_episode)]


def test_patient_when_closed_says_why_and_offers_nothing_to_add(cast: Cast, doctor: Client) -> None:
    patients.close(cast.adas_episode, reason="well for six months", by=cast.bell, at=make.NOW)

    response = page_of(cast, doctor)

    assert "Closed 2 Mar 2026 by Dr Bell well for six months" in seen.text(response)
    assert seen.links(response, "Score") == []


def test_patient_when_looked_at_notes_who_looked_once_an_hour(cast: Cast, doctor: Client) -> None:
    page_of(cast, doctor)
    page_of(cast, doctor)

    looks = AuditEvent.objects.filter(action="viewed", subject_id=str(cast.adas_episode))
    assert [(look.actor_id, look.subject) for look in looks] == [(cast.rivera.account_id, "episode_id")]


def test_patient_when_the_name_holds_markup_shows_it_as_text(cast: Cast, doctor: Client) -> None:
    episode_id = make.make_episode(by=cast.okoro, code="<b>X</b>", name="<script>alert(1)</script>")

    response = doctor.get(f"/patients/{episode_id}/")

    assert b"<script>alert" not in response.content
    assert "<script>alert(1)</script> <b>X</b>" in seen.text(response).replace("&lt;", "<").replace(
        "&gt;", ">"
    )


@pytest.mark.parametrize("number", ["0", "99999999999999999999"])
def test_patient_when_there_is_no_such_episode_is_not_found(cast: Cast, doctor: Client, number: str) -> None:
    assert doctor.get(f"/patients/{number}/").status_code == 404


def test_patient_when_the_score_is_above_the_forecast_says_both_with_their_dates(
    cast: Cast, doctor: Client
) -> None:
    make.make_check_in(cast.adas_episode, 2, by=cast.bell, at=make.NOW - 28 * DAYS)
    course = make.make_course(cast.adas_episode, by=cast.bell)
    for number in range(1, 7):
        held_at = make.NOW - (20 - number) * DAYS
        make.make_session(course, by=cast.bell, happened_at=held_at, number=number)
    make.make_check_in(cast.adas_episode, 2, by=cast.bell, at=make.NOW)
    OutlookScore.objects.create(
        clinic_id=cast.bell.clinic_id,
        episode_id=cast.adas_episode,
        outlook=Outlook.objects.get(episode_id=cast.adas_episode, made_at=make.NOW - 28 * DAYS),
        instrument="phq9",
        came_at=make.NOW,
        total=16,
        weeks_ahead=4,
        expected=9.7,
        within50=False,
        within80=False,
        within95=True,
        pit=0.96,
        crps=4.0,
    )

    said = "Off track: higher than the forecast said: PHQ-9 16 on 2 Mar 2026; the forecast of 2 Feb 2026 said about 10"
    assert said in seen.text(page_of(cast, doctor))


@pytest.mark.parametrize("entries", [1, 3])
def test_patient_when_one_or_three_of_each_are_on_record_takes_the_same_queries(
    cast: Cast, entries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    course = make.make_course(cast.adas_episode, by=cast.bell)
    for day in range(1, entries + 1):
        at = make.NOW - day * DAYS
        make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=at)
        make.make_session(course, by=cast.bell, happened_at=at, number=day)
        wrong = make.make_check_in(cast.adas_episode, 2, by=cast.bell, happened_at=at)
        corrections.withdraw("check-in", wrong, reason="wrong record", by=cast.bell, at=make.NOW)
        make.make_check_in(cast.adas_episode, 3, 3, 3, 3, 3, 3, 3, 3, 1, by=cast.bell, happened_at=at)
    doctor = logged_in(cast.rivera)
    page_of(cast, doctor)

    with django_assert_num_queries(PAGE_QUERIES):
        page_of(cast, doctor)


@pytest.mark.parametrize(
    ("who", "buttons"),
    [
        ("okoro", ["Infusions", "Score", "What was tried", "Assessment", "Choose therapy", "Close"]),
        (
            "bell",
            ["Session", "Score", "Choose therapy", "Start therapy", "Skills group", "Infusions", "What was tried",
             "Assessment", "Close"],
        ),
    ],
)  # fmt: skip
def test_patient_when_opened_offers_first_what_the_role_comes_for(
    cast: Cast, who: str, buttons: list[str]
) -> None:
    (nav,) = seen.elements(
        page_of(cast, logged_in(cast.everyone[who])), "nav", **{"aria-label": "Add to this record"}
    )

    assert [seen.text(link) for link in seen.elements(nav, "a")] == buttons
