"""Check-in on the phone: one tap an answer, nothing lost, nothing twice, help before everything else."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from holdfast.care import checkins
from holdfast.records.models import Alert, CheckIn, CheckInDraft
from holdfast.records.queries import patient
from tests.cast import Cast, logged_in
from tests.make import NOW, phq9

HELP = "Thank you for telling us"


@pytest.fixture
def phone(cast: Cast) -> Client:
    """Ada's phone, logged in."""
    return logged_in(cast.ada)


def begin(phone: Client, instrument: str = "phq9") -> str:
    """Tap "Begin"; gives the address of the question that follows."""
    return phone.post(f"/check-in/{instrument}/").headers["Location"]


def tap(phone: Client, url: str, answer: int | str) -> str:
    """Tap an answer; gives the address that follows."""
    taken = phone.post(url, {"answer": str(answer)})
    assert taken.status_code == 302
    return taken.headers["Location"]


def tap_all(phone: Client, url: str, answers: list[int | str]) -> str:
    """Tap one answer after the other; gives the last address."""
    for answer in answers:
        url = tap(phone, url, answer)
    return url


def uid_in(url: str) -> uuid.UUID:
    return uuid.UUID(url.split("/")[2])


def test_begin_when_tapped_leads_to_the_first_question_with_its_words(phone: Client) -> None:
    page = phone.get(begin(phone)).content.decode()
    assert "Question 1 of 9" in page
    assert "Little interest or pleasure in doing things" in page
    assert "Over the last 2 weeks, how often have you been bothered by any of the following problems?" in page
    assert [
        page.count(f">{label}</button>") for label in ("Not at all", "Several days", "Nearly every day")
    ] == [1] * 3


def test_begin_when_only_visited_begins_nothing(phone: Client) -> None:
    assert phone.get("/check-in/phq9/").headers["Location"] == "/today/"
    assert CheckInDraft.objects.count() == 0


@pytest.mark.parametrize(("slug", "words"), [("madrs", "with your clinic"), ("nonsense", "No instrument")])
def test_begin_when_the_questions_may_not_be_shown_is_not_found(phone: Client, slug: str, words: str) -> None:
    refused = phone.post(f"/check-in/{slug}/")
    assert refused.status_code == 404
    assert words in refused.content.decode()
    assert CheckInDraft.objects.count() == 0


def test_check_in_when_every_answer_is_one_tap_takes_ten_taps_from_today_to_thanks(
    cast: Cast, phone: Client
) -> None:
    assert "Begin" in phone.get("/today/").content.decode()
    url = tap_all(phone, begin(phone), [1, 2, 3, 0, 1, 2, 3, 0, 0])  # with "Begin": ten
    assert url == f"/check-in/{CheckIn.objects.get().uid}/thanks/"
    kept = CheckIn.objects.get()
    assert kept.answers == phq9(1, 2, 3, 0, 1, 2, 3, 0, 0)
    assert (kept.total, kept.source, kept.arrival, kept.episode_id) == (
        12,
        "patient",
        "late",
        cast.adas_episode,
    )
    assert "12 of 27 on the PHQ-9 scale" in phone.get(url).content.decode()


def test_check_in_when_an_item_is_skipped_keeps_none_and_makes_no_total(phone: Client) -> None:
    """H-010."""
    url = tap_all(phone, begin(phone), [3, "skip", 3, 3, 3, 3, 3, 3, 0])
    kept = CheckIn.objects.get()
    assert kept.answers == phq9(3, None, 3, 3, 3, 3, 3, 3, 0)
    assert (kept.total, kept.complete) == (None, False)
    thanks = phone.get(url).content.decode()
    assert "no total is made. That is fine" in thanks
    assert "of 27" not in thanks


def test_item_nine_when_marked_shows_help_before_anything_is_sent(phone: Client) -> None:
    """H-004."""
    url = tap_all(phone, begin(phone), [0, 0, 0, 0, 0, 0, 0, 0, 2])
    assert (CheckIn.objects.count(), Alert.objects.get().level) == (0, 2)
    page = phone.get(url).content.decode()
    assert HELP in page
    assert 'href="tel:0000000"' in page
    assert "asked to look at your answer within 4 hours" in page
    thanks = tap(phone, url.partition("?")[0], "go-on")
    assert thanks == f"/check-in/{CheckIn.objects.get().uid}/thanks/"
    assert Alert.objects.count() == 1


def test_item_nine_when_marked_first_shows_help_before_the_next_question(phone: Client) -> None:
    """H-004: a question reached by its address counts like any other."""
    first = begin(phone)
    ninth = first.replace("/1/", "/9/")
    assert HELP in phone.get(tap(phone, ninth, 1)).content.decode()
    assert tap(phone, ninth, "go-on") == first


def test_help_when_nothing_is_marked_is_the_question_itself(phone: Client) -> None:
    page = phone.get(begin(phone) + "?help=1").content.decode()
    assert HELP not in page
    assert "Question 1 of 9" in page


def test_item_nine_when_changed_upwards_after_back_raises_a_higher_alert(phone: Client) -> None:
    """H-004."""
    url = tap_all(phone, begin(phone), [0, 0, 0, 0, 0, 0, 0, 0, 1]).partition("?")[0]
    assert "Thoughts that you would be better off dead" in phone.get(url).content.decode()
    assert tap(phone, url, 3) == f"{url}?help=1"
    tap(phone, url, "go-on")
    assert list(Alert.objects.order_by("level").values_list("level", "value")) == [(1, 1), (3, 3)]
    assert CheckIn.objects.get().answers["q9"] == 3


def test_last_answer_when_tapped_twice_counts_once_and_leads_to_thanks_both_times(phone: Client) -> None:
    last = tap_all(phone, begin(phone), [1] * 8)
    assert tap(phone, last, 0) == tap(phone, last, 0)
    assert (CheckIn.objects.count(), CheckInDraft.objects.count()) == (1, 0)


def test_go_on_when_tapped_twice_counts_once(phone: Client) -> None:
    last = tap_all(phone, begin(phone), [1] * 9).partition("?")[0]
    assert tap(phone, last, "go-on") == tap(phone, last, "go-on")
    assert (CheckIn.objects.count(), Alert.objects.count()) == (1, 1)


def test_question_when_opened_after_sending_leads_to_thanks(phone: Client) -> None:
    first = begin(phone)
    thanks = tap_all(phone, first, [0] * 9)
    assert phone.get(first).headers["Location"] == thanks
    assert phone.get(first + "?help=1").headers["Location"] == thanks
    assert CheckIn.objects.get().total == 0


def test_draft_when_the_phone_dies_goes_on_where_it_was(cast: Cast, phone: Client) -> None:
    fourth = tap_all(phone, begin(phone), [3, "skip", 1])
    another_phone = logged_in(cast.ada)
    assert "3 of 9 questions are answered and kept" in another_phone.get("/today/").content.decode()
    assert begin(another_phone) == fourth
    assert patient.draft_answers(cast.ada, uid_in(fourth)) == ("phq9", {"q1": 3, "q2": None, "q3": 1})


def test_answer_when_changed_after_back_leads_on_to_where_the_person_was(phone: Client) -> None:
    sixth = tap_all(phone, begin(phone), [1] * 5)
    second = sixth.replace("/6/", "/2/")
    assert f'href="{second}">Back</a>' in phone.get(sixth.replace("/6/", "/3/")).content.decode()
    page = phone.get(second).content.decode()
    assert 'value="1" aria-current="true">Several days' in page
    assert tap(phone, second, 3) == sixth


def test_question_when_answered_out_of_turn_sends_only_once_all_were_asked(phone: Client) -> None:
    first = begin(phone)
    assert tap(phone, first.replace("/1/", "/9/"), 0) == first
    assert CheckIn.objects.count() == 0


def test_draft_when_its_page_was_left_open_for_days_is_asked_again_from_the_start(
    cast: Cast, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers of last week say nothing about this one."""
    first = begin(phone)
    tap_all(phone, first, [3] * 8)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=5))
    phone = logged_in(cast.ada)
    assert "look at each answer again" in phone.get(first).content.decode()
    assert tap_all(phone, first, [1] * 8).endswith("/9/")
    tap(phone, first.replace("/1/", "/9/"), 0)
    assert CheckIn.objects.get().total == 8


def test_draft_when_begun_again_days_later_starts_with_the_first_question(
    cast: Cast, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was answered then is kept as it stood, and counts for that day alone."""
    first = begin(phone)
    tap_all(phone, first, [3] * 8)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=5))
    phone = logged_in(cast.ada)
    again = begin(phone)
    assert again != first
    assert "aria-current" not in phone.get(again).content.decode()
    assert [row.total for row in CheckIn.objects.all()] == [None]


@pytest.mark.parametrize("answer", ["", "4", "-1", "1.5", "<b>", "٣"])
def test_answer_when_it_is_none_of_the_options_asks_again_and_keeps_nothing(
    cast: Cast, phone: Client, answer: str
) -> None:
    url = begin(phone)
    asked = phone.post(url, {"answer": answer})
    assert asked.status_code == 422
    assert "Please tap one of these" in asked.content.decode()
    assert patient.draft_answers(cast.ada, uid_in(url)) == ("phq9", {})


@pytest.mark.parametrize("number", ["0", "10", "99999999999999999999"])
def test_question_when_there_is_none_of_that_number_is_not_found(phone: Client, number: str) -> None:
    assert phone.get(begin(phone).replace("/1/", f"/{number}/")).status_code == 404


def test_draft_and_thanks_when_of_another_patient_are_not_found(cast: Cast, phone: Client) -> None:
    """H-007."""
    bens = logged_in(cast.ben)
    begun = tap(bens, begin(bens), 2)
    sent = checkins.submit(
        cast.bens_episode, "gad7", dict.fromkeys([f"q{n}" for n in range(1, 8)], 2), by=cast.ben, at=NOW
    )
    assert bens.get(begun).status_code == 200
    assert bens.get(f"/check-in/{sent.uid}/thanks/").status_code == 200
    tried = [
        phone.get(begun),
        phone.post(begun, {"answer": "3"}),
        phone.post(begun, {"answer": "go-on"}),
        phone.get(f"/check-in/{uid_in(begun)}/thanks/"),
        phone.get(f"/check-in/{sent.uid}/thanks/"),
        phone.get(f"/check-in/{sent.uid}/1/"),
        phone.get(f"/check-in/{uuid.uuid4()}/1/"),
    ]
    assert [one.status_code for one in tried] == [404] * 7
    assert patient.draft_answers(cast.ben, uid_in(begun)) == ("phq9", {"q1": 2})


def test_thanks_when_not_sent_yet_leads_to_today(phone: Client) -> None:
    draft = uid_in(begin(phone))
    assert phone.get(f"/check-in/{draft}/thanks/").headers["Location"] == "/today/"


def test_thanks_when_sent_says_when_we_ask_again_and_that_a_score_is_not_a_person(phone: Client) -> None:
    thanks = phone.get(tap_all(phone, begin(phone), [3, 3, 3, 3, 3, 3, 3, 3, 0])).content.decode()
    assert "We ask again on Monday 9 March" in thanks
    assert "called “severe”" in thanks
    assert "This is one answer on one day. It is not you." in thanks
    assert "Your care team at Harbour can see your answers" in thanks
    assert "forecast could not be made" not in thanks


def test_thanks_when_an_answer_was_marked_says_by_when_someone_looks(phone: Client) -> None:
    last = tap_all(phone, begin(phone), [0, 0, 0, 0, 0, 0, 0, 0, 1]).partition("?")[0]
    thanks = phone.get(tap(phone, last, "go-on")).content.decode()
    assert "asked to look at one of your answers by Tuesday 3 March, 15:00" in thanks


def test_thanks_when_the_forecast_failed_says_so_and_the_answer_stands(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-006."""

    def broken(*_: object, **__: object) -> None:
        raise FloatingPointError("nan")

    monkeypatch.setattr("holdfast.care.outlooks.ahead.forecast", broken)
    thanks = phone.get(tap_all(phone, begin(phone), [2] * 8 + [0])).content.decode()
    assert "The forecast could not be made just now" in thanks
    assert "16 of 27" in thanks
    assert CheckIn.objects.get().total == 16


def test_answer_when_the_page_is_from_an_old_log_in_is_refused_kindly(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = logged_in(cast.ada).cookies
    refused = strict.post("/check-in/phq9/")
    assert refused.status_code == 403
    assert "Please try that again" in refused.content.decode()


def test_question_and_thanks_when_shown_take_a_fixed_number_of_queries(
    phone: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = begin(phone)
    phone.get("/today/")
    with django_assert_num_queries(4):
        phone.get(first)
    thanks = tap_all(phone, first, [1, 1, 1, 1, 1, 1, 1, 1, 0])
    with django_assert_num_queries(28):
        phone.get(thanks)


def test_question_when_there_is_none_of_that_number_says_which(phone: Client) -> None:
    missing = phone.get(begin(phone, "gad7").replace("/1/", "/8/"))
    assert "This check-in has no question 8." in missing.content.decode()
