"""My course: the chart with its words and table, and a forecast that says no more than it knows."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from holdfast.care import checkins, corrections, outlooks
from holdfast.forecast.ahead import ReliefHolds
from holdfast.web.patient.course import Relief, relief_in_words
from tests import make
from tests.cast import Cast, logged_in
from tests.make import NOW, make_check_in, phq9
from tests.web.test_patient_today import words

HONEST = "It has not been shown that therapy makes the relief last."


@pytest.fixture
def phone(cast: Cast) -> Client:
    return logged_in(cast.ada)


def course(phone: Client, address: str = "/my-course/") -> str:
    return words(phone.get(address).content.decode())


def fill(cast: Cast) -> None:
    """Eight weeks: severe, infusions, relief."""
    for week, score in enumerate((3, 3, 2, 1, 1, 1, 1)):
        make_check_in(cast.adas_episode, score, by=cast.ada, at=NOW - timedelta(days=50 - 7 * week))
    for day in (40, 36, 33, 29):
        make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=NOW - timedelta(days=day))


def test_course_when_nothing_was_answered_says_what_will_be_here(phone: Client) -> None:
    said = course(phone)
    assert "There is no PHQ-9 score yet." in said
    assert "There is no forecast yet." in said


def test_course_when_there_are_scores_says_first_and_last_and_what_they_mean(
    cast: Cast, phone: Client
) -> None:
    fill(cast)
    said = course(phone)
    assert (
        "On 22 February your PHQ-9 score was 8. Before your first infusion it was 24. Lower is better."
        in said
    )
    assert "It has fallen by half or more. That is called a response." in said
    assert "Few signs are left: a score of 4 or less." in said


def test_course_when_in_remission_says_so(cast: Cast, phone: Client) -> None:
    make_check_in(cast.adas_episode, 3, by=cast.ada, at=NOW - timedelta(days=20))
    make_check_in(cast.adas_episode, 0, by=cast.ada, at=NOW - timedelta(days=2))
    assert "That is called remission: few signs are left." in course(phone)


def test_course_when_there_is_enough_shows_a_forecast_with_honest_words(cast: Cast, phone: Client) -> None:
    fill(cast)
    said = course(phone)
    assert "It is a statistical estimate" in said
    assert "relief may hold for" in said
    assert HONEST in said
    assert "Forecast, most likely" in said


def span(median: int | None, lower: int, upper: int | None) -> Relief | None:
    """What is said of relief that holds so long."""
    forecast = SimpleNamespace(relief_holds=ReliefHolds(median, lower, upper), days=list(range(85)))
    return relief_in_words(forecast)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((6, 0, 20), Relief("less than a week", "less than a week", "about 20 days")),
        ((7, 6, 21), Relief("about 7 days", "less than a week", "about 3 weeks")),
        ((40, 12, None), Relief("about 6 weeks", "about 12 days", "more than 12 weeks")),
        ((None, 30, None), Relief("", "about 4 weeks", "more than 12 weeks")),
        ((None, 84, None), Relief("", "", "more than 12 weeks")),
    ],
)
def test_relief_when_told_is_no_surer_than_the_forecast(
    days: tuple[int | None, int, int | None], said: Relief
) -> None:
    assert span(*days) == said


def test_course_when_there_is_too_little_says_so_and_draws_no_forecast(cast: Cast, phone: Client) -> None:
    """H-011."""
    make_check_in(cast.adas_episode, 2, by=cast.ada, at=NOW - timedelta(days=1))
    said = course(phone)
    assert "There is too little to say yet." in said
    assert "Forecast, most likely" not in said
    assert "may hold for" not in said


def test_course_when_the_forecast_failed_says_so_and_keeps_the_scores(
    cast: Cast, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-006."""
    fill(cast)

    def broken(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("holdfast.care.outlooks.ahead.forecast", broken)
    outlooks.refresh(cast.adas_episode, at=NOW)
    said = course(phone)
    assert "The forecast could not be made just now. Your answers are safe." in said
    assert "your PHQ-9 score was 8" in said


def test_course_when_read_as_a_table_holds_every_score_infusion_and_session(
    cast: Cast, phone: Client
) -> None:
    fill(cast)
    therapy = make.make_course(cast.adas_episode, by=cast.bell)
    make.make_session(therapy, by=cast.bell, happened_at=NOW - timedelta(days=9))
    make.make_session(
        therapy, by=cast.bell, number=2, happened_at=NOW - timedelta(days=4), attendance="cancelled_by_clinic"
    )
    said = course(phone)
    assert "11 Jan 2026 Score 24 Severe" in said
    assert "21 Jan 2026 Infusion" in said
    assert "21 Feb 2026 Session attended" in said
    assert "26 Feb 2026 Session that did not take place" in said
    assert "missed" not in said.lower()


def test_course_when_two_scales_were_answered_shows_one_and_links_to_the_other(
    cast: Cast, phone: Client
) -> None:
    fill(cast)
    worry = dict.fromkeys([f"q{n}" for n in range(1, 8)], 2)
    checkins.submit(cast.adas_episode, "gad7", worry, by=cast.ada, at=NOW - timedelta(days=1))
    assert 'href="?scale=gad7"' in phone.get("/my-course/").content.decode()
    said = course(phone, "/my-course/?scale=gad7")
    assert "On 1 March your GAD-7 score was 14. Lower is better." in said
    assert "There is no forecast on the GAD-7 scale." in said
    assert "Few signs are left" not in said


def test_course_when_a_process_was_measured_too_then_it_is_no_course(cast: Cast, phone: Client) -> None:
    fill(cast)
    before = course(phone)
    checkins.enter_score(cast.adas_episode, "wai_sr", 48, by=cast.rivera, at=NOW - timedelta(days=1))
    assert "WAI-SR" not in course(phone)
    assert course(phone, "/my-course/?scale=wai_sr") == before


def test_course_when_a_scale_is_asked_for_that_has_no_score_shows_the_usual_one(
    cast: Cast, phone: Client
) -> None:
    fill(cast)
    assert "your PHQ-9 score was 8" in course(phone, "/my-course/?scale=madrs")
    assert "your PHQ-9 score was 8" in course(phone, "/my-course/?scale=%00<script>")


def test_course_when_items_were_left_out_marks_it_without_a_score(cast: Cast, phone: Client) -> None:
    """H-010."""
    fill(cast)
    answers = phq9(1, None, 1, 1, 1, 1, 1, 1, 0)
    checkins.submit(cast.adas_episode, "phq9", answers, by=cast.ada, at=NOW - timedelta(days=1))
    said = course(phone)
    assert "1 Mar 2026 Check-in with questions left out, no score" in said
    assert "On 22 February your PHQ-9 score was 8." in said


def test_course_when_a_score_was_withdrawn_no_longer_shows_it(cast: Cast, phone: Client) -> None:
    fill(cast)
    wrong = checkins.enter_score(cast.adas_episode, "phq9", 27, by=cast.bell, at=NOW - timedelta(days=1))
    assert "your PHQ-9 score was 27" in course(phone)
    corrections.withdraw("check-in", wrong.uid, reason="of someone else", by=cast.bell, at=NOW)
    assert "your PHQ-9 score was 8" in course(phone)


def test_course_when_opened_is_only_ever_ones_own(cast: Cast, phone: Client) -> None:
    """H-007."""
    fill(cast)
    assert "your PHQ-9 score was 8" in course(phone)
    assert "There is no PHQ-9 score yet." in course(logged_in(cast.ben))


@pytest.mark.parametrize("rows", [1, 3])
def test_course_when_shown_takes_a_fixed_number_of_queries(
    cast: Cast, phone: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for day in range(rows):
        at = NOW - timedelta(days=12 - day)
        make_check_in(cast.adas_episode, 2, by=cast.ada, at=at)
        make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=at, at=at)
    phone.get("/my-course/")
    with django_assert_num_queries(27):
        phone.get("/my-course/")
