"""After the infusions: what each brought, the decision on spacing, the review of non-response."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from holdfast.care import infusions, outlooks
from holdfast.records.models import (
    Infusion,
    InfusionCourseDecision,
    Outlook,
    SpacingDecision,
)
from holdfast.records.queries import after as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.making import after
from tests.web import seen


@pytest.fixture
def course_id(cast: Cast) -> int:
    """Ada's whole first course: 16 before it, 8 after the third and the last infusion."""
    course = after.make_infusion_course(cast.adas_episode, by=cast.okoro)
    after.make_scores(cast.adas_episode, [(39, 2)], by=cast.okoro)
    after.make_given(cast.adas_episode, *after.INDUCTION, by=cast.okoro)
    after.make_scores(cast.adas_episode, [(30, 1), (20, 1)], by=cast.okoro)
    return course


@pytest.fixture
def prescriber(cast: Cast) -> Client:
    return logged_in(cast.rivera)


def place(course_id: int, name: str = "spacing") -> str:
    return reverse(name, args=[course_id])


def decide(desk: Client, course_id: int, **fields: str) -> object:
    page = desk.get(place(course_id))
    given = {name: seen.typed(page, name) for name in ("uid", "outlook")}
    return desk.post(
        place(course_id), {**given, "choice": "hold", "days": "14", "reason": "Relief has held", **fields}
    )


def test_effects_when_scores_came_stand_with_dose_fall_relief_and_who_measured(
    course_id: int, prescriber: Client
) -> None:
    rows = seen.table(prescriber.get(place(course_id)), "What each infusion brought")

    assert rows == [
        ["6", "9 Feb 2026 35 mg, 0.5 mg/kg", "PHQ-9 8 10 Feb, Nurse Okoro", "50 % below", "relief"],
        ["5", "6 Feb 2026 35 mg, 0.5 mg/kg", "not measured", "", "not known yet"],
        ["4", "2 Feb 2026 35 mg, 0.5 mg/kg", "not measured", "", "not known yet"],
        ["3", "30 Jan 2026 35 mg, 0.5 mg/kg", "PHQ-9 8 31 Jan, Nurse Okoro", "50 % below", "relief"],
        ["2", "26 Jan 2026 35 mg, 0.5 mg/kg", "not measured", "", "not known yet"],
        ["1", "23 Jan 2026 35 mg, 0.5 mg/kg", "not measured", "", "not known yet"],
    ]


def test_effects_when_there_are_more_than_a_first_course_fold_the_earlier_ones(
    cast: Cast, course_id: int, prescriber: Client
) -> None:
    after.make_given(cast.adas_episode, 7, by=cast.okoro)

    page = prescriber.get(place(course_id))

    assert "Earlier ones (1)" in seen.text(page)


def test_spacing_when_decided_is_kept_with_the_outlook_of_the_page(
    cast: Cast, course_id: int, prescriber: Client
) -> None:
    shown = Outlook.objects.filter(episode_id=cast.adas_episode).order_by("-pk")[0].pk

    response = decide(prescriber, course_id, choice="stretch", days="21")

    kept = SpacingDecision.current.get()
    assert (response.status_code, response["Location"]) == (302, place(course_id))
    assert (kept.choice, kept.days, kept.reason, kept.outlook_id) == ("stretch", 21, "Relief has held", shown)
    assert "Decision kept: stretch it, 21 days." in seen.text(prescriber.get(place(course_id)))


def test_spacing_when_a_newer_forecast_was_made_meanwhile_shows_it_and_keeps_what_was_typed(
    cast: Cast, course_id: int, prescriber: Client
) -> None:
    page = prescriber.get(place(course_id))
    outlooks.refresh(cast.adas_episode, at=make.NOW)
    given = {name: seen.typed(page, name) for name in ("uid", "outlook")}
    sent = {**given, "choice": "hold", "days": "14", "reason": "Relief has held"}

    refused = prescriber.post(place(course_id), sent)

    assert refused.status_code == 409
    assert "A newer forecast was made since you opened this page" in seen.text(refused)
    assert seen.typed(refused, "reason") == "Relief has held"
    again = {**sent, "outlook": seen.typed(refused, "outlook")}
    assert prescriber.post(place(course_id), again).status_code == 302
    assert SpacingDecision.current.count() == 1


def test_spacing_when_nothing_is_filled_in_says_each_thing_that_is_missing(
    course_id: int, prescriber: Client
) -> None:
    refused = decide(prescriber, course_id, choice="", days="", reason="")

    assert refused.status_code == 422
    assert seen.errors(refused) == [
        "What you decide: Nothing is chosen. Expected: one of the four.",
        "Reason: It is empty. Expected: why, in a few words.",
    ]


def test_spacing_when_days_are_missing_says_so_beside_them(course_id: int, prescriber: Client) -> None:
    refused = decide(prescriber, course_id, days="")

    assert seen.errors(refused) == [
        "Days from the last one to the next: Are missing. Expected: days from the last infusion to the next."
    ]


def test_spacing_when_days_were_decided_before_begins_with_them_and_stopping_leaves_them_out(
    cast: Cast, course_id: int, prescriber: Client
) -> None:
    after.make_spacing(course_id, episode_id=cast.adas_episode, by=cast.rivera, days=14)
    page = prescriber.get(place(course_id))

    decide(prescriber, course_id, choice="stop", days="14")

    assert seen.typed(page, "days") == "14"
    assert list(SpacingDecision.current.order_by("pk").values_list("choice", "days")) == [
        ("hold", 14), ("stop", None),
    ]  # fmt: skip
    assert seen.typed(prescriber.get(place(course_id)), "days") == ""


def test_spacing_when_seen_by_a_nurse_has_no_form(cast: Cast, course_id: int) -> None:
    page = logged_in(cast.okoro).get(place(course_id))

    assert "A prescriber decides here." in seen.text(page)
    assert seen.elements(page, "textarea") == []


def test_earlier_decision_when_a_score_came_says_what_was_forecast_and_what_happened(
    cast: Cast, course_id: int, prescriber: Client
) -> None:
    decided_at = make.NOW - timedelta(days=19)
    after.make_spacing(
        course_id, episode_id=cast.adas_episode, by=cast.rivera, choice="stretch", days=10, at=decided_at
    )
    after.make_scores(cast.adas_episode, [(12, 1)], by=cast.okoro)
    after.make_given(cast.adas_episode, 9, by=cast.okoro)

    (row,) = queries.spacings(cast.rivera, course_id, at=make.NOW)
    told = seen.text(prescriber.get(place(course_id)))

    said, came = row.then.expected, row.since
    assert said is not None
    assert said.low <= said.median <= said.high
    assert row.planned_at == make.NOW - timedelta(days=11)
    assert came.score is not None
    assert (came.score.total, came.next_after_days) == (8, 12.0)
    assert (
        f"PHQ-9 {said.median}, 80 % band {said.low} to {said.high}, on 19 Feb 2026, the planned day" in told
    )
    assert "Next one given 21 Feb 2026, after 12 days (planned: 10)." in told
    assert "No relapse seen so far." in told


def test_earlier_decision_when_relapse_came_within_four_weeks_says_so(
    cast: Cast, course_id: int, prescriber: Client
) -> None:
    decided_at = make.NOW - timedelta(days=19)
    after.make_spacing(
        course_id, episode_id=cast.adas_episode, by=cast.rivera, choice="stop", days=None, at=decided_at
    )
    after.make_scores(cast.adas_episode, [(12, 2), (5, 2)], by=cast.okoro)

    told = seen.text(prescriber.get(place(course_id)))

    assert "Infusions were stopped, so no day was planned to look at." in told
    assert "None was given since." in told
    assert "Relapse from 18 Feb 2026, confirmed 25 Feb 2026." in told


def test_earlier_decision_when_nothing_came_since_claims_nothing(
    cast: Cast, course_id: int, prescriber: Client
) -> None:
    after.make_spacing(course_id, episode_id=cast.adas_episode, by=cast.rivera, days=30)

    told = seen.text(prescriber.get(place(course_id)))

    assert "None yet; planned for 11 Mar 2026." in told
    assert "No score came in that time, so nobody can say how it went." in told


def test_treatment_without_a_forecast_when_spaced_says_so_now_and_afterwards(
    cast: Cast, prescriber: Client
) -> None:
    course = after.make_infusion_course(cast.adas_episode, by=cast.okoro, treatment="esketamine_nasal")
    after.make_given(cast.adas_episode, 10, 7, by=cast.okoro, treatment="esketamine_nasal")
    after.make_scores(cast.adas_episode, [(12, 2), (6, 1)], by=cast.okoro)
    after.make_spacing(course, episode_id=cast.adas_episode, by=cast.rivera)

    told = seen.text(prescriber.get(place(course)))

    assert "The forecast has not learned from this treatment, so it said nothing." in told
    assert "Decide by the scores." in told
    assert "Remission in 12 weeks" not in told


def test_earlier_decision_when_data_were_too_few_then_says_so(cast: Cast, prescriber: Client) -> None:
    course = after.make_infusion_course(cast.bens_episode, by=cast.okoro)
    after.make_scores(cast.bens_episode, [(3, 2)], by=cast.okoro)
    after.make_spacing(course, episode_id=cast.bens_episode, by=cast.rivera)

    assert "There was too little data for a forecast." in seen.text(prescriber.get(place(course)))


def test_exposure_when_two_treatments_were_given_shows_the_one_alone(
    cast: Cast, course_id: int, prescriber: Client
) -> None:
    after.make_given(cast.adas_episode, 3, by=cast.okoro, treatment="esketamine_nasal")

    told = seen.text(prescriber.get(place(course_id)))

    assert "In all 6 times, 210 mg" in told
    assert "294" not in told


def review(desk: Client, course_id: int, **fields: str) -> object:
    page = desk.get(place(course_id, "non_response"))
    given = {name: seen.typed(page, name) for name in ("uid", "happened_at")}
    return desk.post(
        place(course_id, "non_response"), {**given, "outcome": "go_on", "reason": "Two more", **fields}
    )


def make_unimproved(cast: Cast) -> int:
    """Three infusions in a row that brought nothing, each measured."""
    course = after.make_infusion_course(cast.adas_episode, by=cast.okoro)
    after.make_scores(cast.adas_episode, [(12, 2), (10, 2), (6, 2), (3, 2)], by=cast.okoro)
    after.make_given(cast.adas_episode, 11, 7, 4, by=cast.okoro)
    return course


def test_review_when_three_in_a_row_brought_nothing_is_called_for_until_it_is_kept(
    cast: Cast, prescriber: Client
) -> None:
    course = make_unimproved(cast)
    before = seen.text(prescriber.get(place(course, "non_response")))

    response = review(prescriber, course, outcome="change_dose")

    told = seen.text(prescriber.get(place(course, "non_response")))
    kept = InfusionCourseDecision.current.get()
    assert "A review is called for" in before
    assert response.status_code == 302
    assert (kept.kind, kept.value, kept.reason) == ("review", "change_dose", "Two more")
    assert "No review is called for at present" in told
    assert "Go on with another dose Two more" in told


def test_review_when_it_came_to_stop_has_stopped_the_course_and_leads_to_what_is_still_booked(
    cast: Cast, prescriber: Client
) -> None:
    course = make_unimproved(cast)
    after.make_booked(course, days=1, nurse=cast.okoro, by=cast.okoro)

    review(prescriber, course, outcome="stop", reason="It did not help")

    page = prescriber.get(place(course, "non_response"))
    assert "The course has been stopped" in seen.text(page)
    assert seen.links(page, "Cancel what is still booked") == [f"/infusions/courses/{course}/"]
    assert [one.kind for one in InfusionCourseDecision.current.order_by("pk")] == ["review", "stop"]


def test_review_when_infusions_brought_relief_is_not_called_for(course_id: int, prescriber: Client) -> None:
    told = seen.text(prescriber.get(place(course_id, "non_response")))

    assert "No review is called for at present" in told


def test_review_when_nothing_is_chosen_keeps_the_reason(course_id: int, prescriber: Client) -> None:
    refused = review(prescriber, course_id, outcome="")

    assert refused.status_code == 422
    assert seen.errors(refused) == ["What it came to: Nothing is chosen. Expected: one of the three."]
    assert seen.typed(refused, "reason") == "Two more"


@pytest.mark.parametrize(
    "address",
    [
        lambda _cast, course: place(course),
        lambda _cast, course: place(course, "non_response"),
        lambda cast, _course: reverse("safety_review", args=[cast.adas_episode, "ketamine_iv"]),
    ],
    ids=["spacing", "non_response", "safety_review"],
)
def test_page_when_more_was_given_and_decided_takes_the_same_queries(
    cast: Cast, course_id: int, address: Callable[[Cast, int], str]
) -> None:
    desk, where = logged_in(cast.rivera), address(cast, course_id)
    live(cast, course_id, 1)
    few = counted(desk, where)
    live(cast, course_id, 3)

    assert counted(desk, where) == few


def live(cast: Cast, course_id: int, times: int) -> None:
    """So many infusions, decisions on spacing and safety reviews more."""
    for _ in range(times):
        infusions.record(
            cast.adas_episode, dose_mg=Decimal(35), weight_kg=Decimal(70), happened_at=_next_day(), by=cast.okoro,
            at=make.NOW,
        )  # fmt: skip
        after.make_spacing(course_id, episode_id=cast.adas_episode, by=cast.rivera)
        after.make_safety_review(cast.adas_episode, by=cast.okoro)


def _next_day() -> object:
    return Infusion.current.order_by("-happened_at")[0].happened_at + timedelta(days=1)


def counted(browser: Client, where: str) -> int:
    browser.get(where)
    with CaptureQueriesContext(connection) as caught:
        assert browser.get(where).status_code == 200
    return len(caught)
