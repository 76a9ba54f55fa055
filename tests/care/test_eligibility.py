"""Reviews of exclusions are kept once, overridden by a prescriber alone, and withdrawn when they were wrong."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import eligibility
from holdfast.errors import Conflict, NotAllowed, NotFound
from holdfast.pathway.eligibility import ConsentState, Verdict
from holdfast.records.models import AuditEvent, BodyMeasure, Consent, EligibilityReview, Override
from holdfast.records.queries import eligibility as queries
from tests import make
from tests.making.eligibility import (
    make_ready,
    nothing_found,
    refusal,
    reviewed,
    signed,
    standing,
    taken_back,
    weighed,
)

pytestmark = pytest.mark.django_db

KETAMINE = "ketamine_iv"
DAYS = timedelta(days=1)


@pytest.fixture
def prescriber(clinic_id: int) -> Viewer:
    return make.make_account(Role.PRESCRIBER, clinic_id=clinic_id, username="rivera", name="Dr Rivera")


def test_make_ready_when_done_leaves_nothing_standing_against(episode_id: int, nurse: Viewer) -> None:
    make_ready(episode_id, by=nurse)

    found = standing(episode_id, nurse)
    assert (found.verdict, found.consent_state, found.weight_in_date, found.body_mass_index) == (
        Verdict.ELIGIBLE, ConsentState.IN_DATE, True, Decimal("22.9"),
    )  # fmt: skip


def test_review_when_kept_is_the_one_that_holds(episode_id: int, nurse: Viewer) -> None:
    uid = reviewed(episode_id, by=nurse, pregnancy="not_known")

    found = standing(episode_id, nurse)
    assert found.review is not None
    assert (found.review.uid, found.review.by, found.verdict) == (uid, nurse.name, Verdict.CANNOT_TELL)
    assert found.review.found == nothing_found(pregnancy="not_known")


def test_review_when_sent_twice_is_kept_once(episode_id: int, nurse: Viewer) -> None:
    uid = uuid.uuid4()

    sent = [reviewed(episode_id, by=nurse, uid=uid) for _ in range(2)]

    assert (sent, EligibilityReview.objects.count()) == ([uid, uid], 1)


def test_review_when_it_happened_before_the_newest_does_not_hold(episode_id: int, nurse: Viewer) -> None:
    newest = reviewed(episode_id, by=nurse, happened_at=make.NOW - DAYS, aneurysm="present")
    reviewed(episode_id, by=nurse, happened_at=make.NOW - 2 * DAYS)

    found = standing(episode_id, nurse)
    assert found.review is not None
    assert (found.review.uid, found.verdict) == (newest, Verdict.NOT_ELIGIBLE)


@pytest.mark.parametrize(
    ("found", "ahead", "where"),
    [
        ({}, timedelta(0), ["criteria"]),
        ({"aneurysm": "perhaps"}, timedelta(0), ["aneurysm"]),
        ({"aneurysm": "not_looked_at"}, timedelta(0), ["aneurysm"]),
        ({"gout": "absent"}, timedelta(0), ["gout"]),
        ({"gout": "absent", "aneurysm": ""}, timedelta(minutes=1), ["aneurysm", "gout", "time"]),
    ],
)
def test_review_when_it_cannot_be_read_is_refused_with_every_problem(
    episode_id: int, nurse: Viewer, found: dict[str, str], ahead: timedelta, where: list[str]
) -> None:
    problems = refusal(
        eligibility.review,
        episode_id,
        treatment=KETAMINE,
        found=found,
        happened_at=make.NOW + ahead,
        by=nurse,
        at=make.NOW,
    )

    assert ([one[0] for one in problems], EligibilityReview.objects.count()) == (where, 0)


def test_override_when_a_prescriber_signs_lets_the_course_go_on(
    episode_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    uid = reviewed(episode_id, by=nurse, psychosis="present")

    eligibility.override(
        uid, criterion="psychosis", reason="One episode at 19, well since", by=prescriber, at=make.NOW
    )

    found = standing(episode_id, nurse)
    assert found.review is not None
    assert [(one.criterion, one.reason, one.by) for one in found.review.overrides] == [
        ("psychosis", "One episode at 19, well since", "Dr Rivera")
    ]
    assert found.eligible
    event = AuditEvent.objects.get(action="override signed")
    assert (event.subject, event.subject_id) == ("review", str(uid))
    assert event.detail == {"about": "eligibility", "criterion": "psychosis"}


def test_override_when_a_nurse_signs_is_refused(episode_id: int, nurse: Viewer) -> None:
    uid = reviewed(episode_id, by=nurse, psychosis="present")

    with pytest.raises(NotAllowed):
        eligibility.override(uid, criterion="psychosis", reason="Well", by=nurse, at=make.NOW)


@pytest.mark.parametrize(
    ("criterion", "reason", "where"),
    [
        ("psychosis", " ", ["reason"]),
        ("aneurysm", "It is not there", ["criterion"]),
        ("pregnancy", "Nobody knows", ["criterion"]),
        ("thyroid", "A caution needs none", ["criterion"]),
        ("gout", "", ["reason", "criterion"]),
    ],
)
def test_override_when_there_is_nothing_to_sign_for_is_refused(
    episode_id: int, nurse: Viewer, prescriber: Viewer, criterion: str, reason: str, where: list[str]
) -> None:
    uid = reviewed(episode_id, by=nurse, psychosis="present", thyroid="present", pregnancy="not_known")

    problems = refusal(
        eligibility.override, uid, criterion=criterion, reason=reason, by=prescriber, at=make.NOW
    )

    assert ([one[0] for one in problems], Override.objects.count()) == (where, 0)


def test_override_when_a_newer_review_is_there_is_a_conflict(
    episode_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    old = reviewed(episode_id, by=nurse, happened_at=make.NOW - DAYS, psychosis="present")
    reviewed(episode_id, by=nurse, psychosis="present")

    with pytest.raises(Conflict):
        eligibility.override(old, criterion="psychosis", reason="Well", by=prescriber, at=make.NOW)


def test_override_when_a_new_review_finds_it_again_is_asked_for_anew(
    episode_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    old = reviewed(episode_id, by=nurse, happened_at=make.NOW - DAYS, psychosis="present")
    eligibility.override(old, criterion="psychosis", reason="Well", by=prescriber, at=make.NOW)

    reviewed(episode_id, by=nurse, psychosis="present")

    assert standing(episode_id, nurse).verdict is Verdict.NOT_ELIGIBLE


def test_override_when_sent_twice_is_signed_once_and_by_another_is_a_conflict(
    episode_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    uid, sent = reviewed(episode_id, by=nurse, psychosis="present"), uuid.uuid4()
    for _ in range(2):
        eligibility.override(uid, criterion="psychosis", reason="Well", by=prescriber, at=make.NOW, uid=sent)

    with pytest.raises(Conflict):
        eligibility.override(uid, criterion="psychosis", reason="Well", by=prescriber, at=make.NOW)
    assert Override.objects.count() == 1


def test_override_when_the_review_is_of_another_site_is_not_found(
    episode_id: int, nurse: Viewer, stranger: Viewer
) -> None:
    uid = reviewed(episode_id, by=nurse, psychosis="present")

    with pytest.raises(NotFound):
        eligibility.override(uid, criterion="psychosis", reason="Well", by=stranger, at=make.NOW)


# What was entered in error


def test_withdraw_when_a_weight_was_wrong_lets_the_one_before_hold_and_keeps_it_readable(
    episode_id: int, nurse: Viewer
) -> None:
    weighed(episode_id, "80", by=nurse, happened_at=make.NOW - DAYS)
    weighed(episode_id, "60", by=nurse, sure=True)
    wrong = standing(episode_id, nurse).weight
    assert wrong is not None

    eligibility.withdraw("weight", wrong.uid, reason="Another person's", by=nurse, at=make.NOW)

    found = standing(episode_id, nurse).weight
    assert found is not None
    assert found.weight_kg == Decimal(80)
    kept = [(one.fact.weight_kg, one.withdrawn_why) for one in queries.weights(nurse, episode_id)]
    assert kept == [(Decimal(60), "Another person's"), (Decimal(80), "")]


def test_withdraw_when_a_consent_was_of_another_person_leaves_none(episode_id: int, nurse: Viewer) -> None:
    signed(episode_id, by=nurse)
    (kept,) = queries.consents(nurse, episode_id, treatment=KETAMINE)

    eligibility.withdraw("consent", kept.fact.uid, reason="Another person's", by=nurse, at=make.NOW)

    assert standing(episode_id, nurse).consent_state is ConsentState.NONE


def test_withdraw_when_a_review_was_wrong_lets_the_one_before_hold(episode_id: int, nurse: Viewer) -> None:
    first = reviewed(episode_id, by=nurse, happened_at=make.NOW - DAYS, aneurysm="present")
    second = reviewed(episode_id, by=nurse)

    eligibility.withdraw("review", second, reason="Another person's", by=nurse, at=make.NOW)

    found = standing(episode_id, nurse).review
    assert found is not None
    assert found.uid == first


@pytest.mark.parametrize("kind", ["infusion", "consent"])
def test_withdraw_when_there_is_none_is_not_found(episode_id: int, nurse: Viewer, kind: str) -> None:
    with pytest.raises(NotFound):
        eligibility.withdraw(kind, uuid.uuid4(), reason="Wrong", by=nurse, at=make.NOW)


# Who may


@pytest.mark.parametrize("who", ["therapist", "lead", "ada", "stranger"])
def test_verbs_when_asked_by_who_may_not_keep_nothing(
    episode_id: int, who: str, request: pytest.FixtureRequest
) -> None:
    viewer: Viewer = request.getfixturevalue(who)
    acts: list[Callable[[], object]] = [
        lambda: reviewed(episode_id, by=viewer),
        lambda: signed(episode_id, by=viewer),
        lambda: taken_back(episode_id, by=viewer),
        lambda: weighed(episode_id, "80", by=viewer),
    ]

    for act in acts:
        with pytest.raises(NotFound if who == "stranger" else NotAllowed):
            act()
    kept = [model.objects.count() for model in (EligibilityReview, Consent, BodyMeasure)]
    assert kept == [0, 0, 0]


@pytest.mark.parametrize(("who", "error"), [("ada", NotAllowed), ("stranger", NotFound)])
def test_standing_when_asked_by_who_may_not_is_not_told(
    episode_id: int, who: str, error: type[Exception], request: pytest.FixtureRequest
) -> None:
    with pytest.raises(error):
        standing(episode_id, request.getfixturevalue(who))


def test_standing_when_a_fact_came_later_than_the_moment_asked_about_does_not_know_it(
    episode_id: int, nurse: Viewer
) -> None:
    make_ready(episode_id, by=nurse)

    found = standing(episode_id, nurse, at=make.NOW - timedelta(minutes=1))

    assert (found.review, found.consent, found.weight, found.height_cm) == (None, None, None, None)
