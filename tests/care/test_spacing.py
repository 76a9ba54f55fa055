"""Decisions on the spacing of infusions: by a prescriber, beside the forecast that was on the screen."""

import uuid
from datetime import timedelta

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import outlooks, spacing
from holdfast.errors import Conflict, InvalidInput, NotAllowed, NotFound
from holdfast.records.models import AuditEvent, Infusion, Outlook, SpacingDecision
from tests import make
from tests.making import after


@pytest.fixture
def prescriber(clinic_id: int) -> Viewer:
    return make.make_account(Role.PRESCRIBER, clinic_id=clinic_id, username="rivera")


@pytest.fixture
def course_id(episode_id: int, nurse: Viewer) -> int:
    """A first course that was given whole, and answers before and after."""
    course = after.make_infusion_course(episode_id, by=nurse)
    after.make_scores(episode_id, [(39, 2), (20, 1)], by=nurse)
    after.make_given(episode_id, *after.INDUCTION, by=nurse)
    return course


def newest(episode_id: int) -> int:
    return (
        Outlook.objects.filter(episode_id=episode_id)
        .order_by("-made_at", "-pk")
        .values_list("pk", flat=True)[0]
    )


def test_decision_when_kept_names_the_last_infusion_and_the_outlook_on_the_screen(
    episode_id: int, course_id: int, prescriber: Viewer
) -> None:
    seen = newest(episode_id)

    uid = after.make_spacing(course_id, episode_id=episode_id, by=prescriber, choice="stretch", days=14)

    kept = SpacingDecision.current.get(uid=uid)
    last = Infusion.current.order_by("-happened_at")[0]
    assert (kept.choice, kept.days, kept.outlook_id, kept.infusion_id) == ("stretch", 14, seen, last.pk)
    assert (kept.happened_at, kept.recorded_by_id) == (make.NOW, prescriber.account_id)


def test_decision_when_a_newer_outlook_was_made_meanwhile_is_refused_and_nothing_kept(
    episode_id: int, course_id: int, prescriber: Viewer
) -> None:
    seen = newest(episode_id)
    outlooks.refresh(episode_id, at=make.NOW)

    with pytest.raises(Conflict, match="newer forecast"):
        spacing.decide(
            course_id, choice="hold", days=14, reason="r", outlook_id=seen, by=prescriber, at=make.NOW
        )

    assert not SpacingDecision.objects.exists()


def test_decision_when_the_page_showed_no_forecast_but_there_is_one_is_refused(
    course_id: int, prescriber: Viewer
) -> None:
    with pytest.raises(Conflict):
        spacing.decide(
            course_id, choice="hold", days=14, reason="r", outlook_id=None, by=prescriber, at=make.NOW
        )


def test_decision_when_sent_twice_counts_once(episode_id: int, course_id: int, prescriber: Viewer) -> None:
    uid, seen = uuid.uuid4(), newest(episode_id)

    for _ in range(2):
        spacing.decide(
            course_id,
            choice="hold",
            days=14,
            reason="r",
            outlook_id=seen,
            by=prescriber,
            at=make.NOW,
            uid=uid,
        )

    assert SpacingDecision.objects.count() == 1
    assert AuditEvent.objects.filter(action="spacing decided").count() == 1


def test_decision_when_kept_makes_a_new_outlook(episode_id: int, course_id: int, prescriber: Viewer) -> None:
    before = newest(episode_id)

    after.make_spacing(course_id, episode_id=episode_id, by=prescriber)

    assert newest(episode_id) > before


@pytest.mark.parametrize(
    ("choice", "days", "reason", "wrong"),
    [
        ("later", 14, "r", ["choice"]),
        ("hold", None, "r", ["days"]),
        ("hold", 0, "r", ["days"]),
        ("stretch", 181, "r", ["days"]),
        ("stop", 14, "r", ["days"]),
        ("hold", 14, "  ", ["reason"]),
        ("hold", 14, "x" * 1001, ["reason"]),
        ("later", None, "", ["choice", "reason", "days"]),
    ],
)
def test_decision_when_something_does_not_fit_names_all_of_it(
    episode_id: int,
    course_id: int,
    prescriber: Viewer,
    choice: str,
    days: int | None,
    reason: str,
    wrong: list[str],
) -> None:
    with pytest.raises(InvalidInput) as refused:
        spacing.decide(
            course_id,
            choice=choice,
            days=days,
            reason=reason,
            outlook_id=newest(episode_id),
            by=prescriber,
            at=make.NOW,
        )

    assert [problem.where for problem in refused.value.problems] == wrong


@pytest.mark.parametrize(
    ("choice", "days", "kept"),
    [
        ("hold", 14, True),
        ("hold", 15, False),
        ("stretch", 15, True),
        ("stretch", 14, False),
        ("bring_forward", 13, True),
        ("bring_forward", 14, False),
        ("stop", None, True),
    ],
)
def test_decision_when_days_were_decided_before_has_days_that_fit_the_choice(
    episode_id: int, course_id: int, prescriber: Viewer, choice: str, days: int | None, kept: bool
) -> None:
    earlier = make.NOW - timedelta(days=1)
    after.make_spacing(course_id, episode_id=episode_id, by=prescriber, days=14, at=earlier)

    if kept:
        after.make_spacing(course_id, episode_id=episode_id, by=prescriber, choice=choice, days=days)
    else:
        with pytest.raises(InvalidInput, match="14 days were decided last"):
            after.make_spacing(course_id, episode_id=episode_id, by=prescriber, choice=choice, days=days)

    assert SpacingDecision.current.count() == 1 + kept


def test_decision_when_infusions_were_stopped_before_may_have_any_days(
    episode_id: int, course_id: int, prescriber: Viewer
) -> None:
    earlier = make.NOW - timedelta(days=1)
    after.make_spacing(course_id, episode_id=episode_id, by=prescriber, choice="stop", days=None, at=earlier)

    after.make_spacing(course_id, episode_id=episode_id, by=prescriber, choice="bring_forward", days=30)

    assert list(SpacingDecision.current.order_by("pk").values_list("days", flat=True)) == [None, 30]


def test_decision_when_by_a_nurse_is_refused(episode_id: int, course_id: int, nurse: Viewer) -> None:
    with pytest.raises(NotAllowed):
        after.make_spacing(course_id, episode_id=episode_id, by=nurse)


def test_decision_when_by_a_prescriber_of_another_site_is_refused(course_id: int, stranger: Viewer) -> None:
    with pytest.raises(NotFound):
        spacing.decide(
            course_id, choice="hold", days=14, reason="r", outlook_id=None, by=stranger, at=make.NOW
        )
