"""The caseload: who needs something first, found by name, filtered, paged."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from holdfast.care import appointments, patients
from holdfast.records.queries.caseload import PAGE_SIZE
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen

DAYS = timedelta(days=1)
OPENING_QUERIES = 6
"""Session and account (2), count and rows (2), the shell's alerts and clinic name (2)."""


@pytest.fixture
def nurse(cast: Cast) -> Client:
    return logged_in(cast.okoro)


def names(response: object, caption: str = "People in care") -> list[str]:
    return [row[0] for row in seen.table(response, caption)]


def test_caseload_when_opened_shows_own_people_with_what_to_do_next(cast: Cast, nurse: Client) -> None:
    given_at = make.NOW - 41 * DAYS
    make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=given_at, at=given_at)
    make.make_check_in(cast.adas_episode, 2, by=cast.bell, at=make.NOW - 40 * DAYS)
    make.make_check_in(cast.adas_episode, 1, by=cast.bell, at=make.NOW - 1 * DAYS)
    course = make.make_course(cast.adas_episode, by=cast.bell)
    make.make_session(course, by=cast.bell, happened_at=make.NOW - 2 * DAYS)

    rows = seen.table(nurse.get("/caseload/"), "People in care")

    ada = next(row for row in rows if row[0].startswith("Ada"))
    spark = ada.pop(4)
    assert [ada[0], *ada[2:]] == [
        "Ada Alder H-001",
        "therapy",
        "PHQ-9 8 Mild",
        "yesterday",
        "1 20 Jan",
        "CBT 1 attended",
    ]
    assert spark == ""
    assert sorted(row[0] for row in rows) == ["Ada Alder H-001", "Ben Birch H-002"]


def test_caseload_when_a_safety_alert_waits_has_that_person_first(cast: Cast, nurse: Client) -> None:
    make.make_check_in(cast.bens_episode, 3, 3, 3, 3, 3, 3, 3, 3, 2, by=cast.bell)

    first = seen.table(nurse.get("/caseload/"), "People in care")[0]

    assert first[0].startswith("Ben Birch H-002")
    assert first[1].startswith("now: 1 alert Answer the safety alert")


def test_caseload_when_another_step_is_urgent_for_longer_still_has_the_alert_first(
    cast: Cast, nurse: Client
) -> None:
    course = make.make_course(cast.adas_episode, by=cast.bell)
    tomorrow, earlier = make.NOW + timedelta(hours=20), make.NOW - timedelta(hours=1)
    appointments.book(
        course, starts_at=tomorrow, minutes=50, channel="phone", by=cast.bell, at=make.NOW - DAYS
    )
    make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=earlier)
    make.make_check_in(cast.bens_episode, 3, 3, 3, 3, 3, 3, 3, 3, 2, by=cast.bell)

    first, second = seen.table(nurse.get("/caseload/"), "People in care")

    assert (first[0], second[0]) == ("Ben Birch H-002", "Ada Alder H-001")
    assert first[1].startswith("now: 1 alert Answer the safety alert")
    assert second[1].startswith("now Move the booked session")


def test_caseload_when_someone_has_both_names_the_alert_as_the_next_step(cast: Cast, nurse: Client) -> None:
    course = make.make_course(cast.adas_episode, by=cast.bell)
    tomorrow, earlier = make.NOW + timedelta(hours=20), make.NOW - timedelta(hours=1)
    appointments.book(
        course, starts_at=tomorrow, minutes=50, channel="phone", by=cast.bell, at=make.NOW - DAYS
    )
    make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=earlier)
    make.make_check_in(cast.adas_episode, 3, 3, 3, 3, 3, 3, 3, 3, 2, by=cast.bell)

    first = seen.table(nurse.get("/caseload/"), "People in care")[0]

    assert first[1].startswith("now: 1 alert Answer the safety alert")


def test_caseload_when_searched_finds_by_part_of_name_or_code(cast: Cast, nurse: Client) -> None:
    by_name, by_code = nurse.get("/caseload/?search=aLd"), nurse.get("/caseload/?search=H-002")

    assert names(by_name) == ["Ada Alder H-001"]
    assert names(by_code) == ["Ben Birch H-002"]
    assert "1 person fits “aLd”" in seen.text(by_name)


@pytest.mark.parametrize(
    "search",
    ["%", "_", "'; DROP TABLE records_patient; --", "<script>alert(1)</script>", "\x00", "٣", "a" * 5000],
)
def test_caseload_when_searched_with_hostile_text_finds_nobody_and_shows_it_as_text(
    cast: Cast, nurse: Client, search: str
) -> None:
    response = nurse.get("/caseload/", {"search": search})

    assert response.status_code == 200
    assert b"<script>alert" not in response.content
    if search != "\x00":
        assert "Nobody fits" in seen.text(response)


def test_caseload_when_filtered_by_stage_and_therapy_shows_who_fits(cast: Cast, nurse: Client) -> None:
    make.make_course(cast.adas_episode, by=cast.bell)
    make.make_infusion(cast.bens_episode, by=cast.okoro, happened_at=make.NOW - DAYS)

    assert names(nurse.get("/caseload/?therapy=cbt")) == ["Ada Alder H-001"]
    assert names(nurse.get("/caseload/?therapy=none")) == ["Ben Birch H-002"]
    assert names(nurse.get("/caseload/?stage=induction")) == ["Ben Birch H-002"]
    assert "Nobody fits" in seen.text(nurse.get("/caseload/?stage=induction&therapy=cbt"))


def test_caseload_when_an_episode_is_closed_moves_it_to_the_closed(cast: Cast, nurse: Client) -> None:
    patients.close(cast.adas_episode, reason="moved away", by=cast.bell, at=make.NOW)

    assert names(nurse.get("/caseload/")) == ["Ben Birch H-002"]
    assert names(nurse.get("/caseload/?closed=1"), "Closed") == ["Ada Alder H-001"]


def test_caseload_when_sorted_keeps_the_filters_in_the_links(cast: Cast, nurse: Client) -> None:
    response = nurse.get("/caseload/?search=a&stage=referred&sort=name&page=1")

    (link,) = seen.links(response, "Last check-in")
    assert parse_qs(urlsplit(link).query) == {"search": ["a"], "stage": ["referred"], "sort": ["check-in"]}
    assert names(response) == ["Ada Alder H-001"]


def test_caseload_when_sorted_by_name_goes_by_name(cast: Cast, nurse: Client) -> None:
    assert [name.split()[0] for name in names(nurse.get("/caseload/?sort=name"))] == ["Ada", "Ben"]


def test_caseload_when_nobody_is_in_care_says_so_and_offers_to_enrol(cast: Cast, nurse: Client) -> None:
    for episode_id in (cast.adas_episode, cast.bens_episode):
        patients.close(episode_id, reason="moved away", by=cast.bell, at=make.NOW)

    response = nurse.get("/caseload/")

    assert "Nobody is in care yet." in seen.text(response)
    assert seen.links(response, "Enrol the first patient") == ["/patients/new/"]


def test_caseload_when_longer_than_a_page_is_paged_and_past_the_end_is_the_last(
    cast: Cast, nurse: Client
) -> None:
    for number in range(PAGE_SIZE):
        make.make_episode(by=cast.okoro, code=f"N-{number:02}", name=f"Nell {number:02}")

    first, past_the_end = nurse.get("/caseload/?sort=name"), nurse.get("/caseload/?sort=name&page=99")

    assert len(names(first)) == PAGE_SIZE
    assert names(past_the_end) == ["Nell 23 N-23", "Nell 24 N-24"]
    assert seen.links(first, "Next") == ["?sort=name&page=2"]


@pytest.mark.parametrize("number", ["0", "-1", "x", "1e3", "²", "9" * 30])
def test_caseload_when_the_page_is_no_number_shows_the_first(cast: Cast, nurse: Client, number: str) -> None:
    response = nurse.get("/caseload/", {"page": number, "sort": "name"})

    assert [name.split()[0] for name in names(response)] == ["Ada", "Ben"]


@pytest.mark.parametrize("people", [1, 3])
def test_caseload_when_one_or_three_people_are_in_it_takes_the_same_queries(
    cast: Cast, people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(people - 1):
        make.make_episode(by=cast.stone, code=f"I-1{number}", name=f"Nell {number}")
    doctor = logged_in(cast.stone)
    doctor.get("/caseload/")

    with django_assert_num_queries(OPENING_QUERIES):
        assert len(names(doctor.get("/caseload/"))) == people
