"""Safety reviews of a long course: every topic, what follows where something was found, and the exposure then."""

import uuid
from datetime import timedelta

import pytest

from holdfast.access import Viewer
from holdfast.care import safety_reviews
from holdfast.errors import InvalidInput, NotAllowed, NotFound
from holdfast.pathway.infusion_rules import safety_review_due
from holdfast.pathway.rule import Facts
from holdfast.records.models import AuditEvent, SafetyReview
from holdfast.records.queries import after as queries
from holdfast.records.queries.history import histories
from tests import make
from tests.making import after


@pytest.fixture
def treated(episode_id: int, nurse: Viewer) -> int:
    """Two infusions and a spray."""
    after.make_given(episode_id, 14, 7, by=nurse)
    after.make_given(episode_id, 3, by=nurse, treatment="esketamine_nasal")
    return episode_id


def test_review_when_kept_holds_every_topic_and_the_exposure_to_that_treatment_alone(
    treated: int, nurse: Viewer
) -> None:
    after.make_safety_review(treated, by=nurse, urinary="some", liver="not_asked")

    kept = SafetyReview.current.get()
    assert kept.findings == {
        "urinary": {"found": "some", "note": ""},
        "cognition": {"found": "none", "note": ""},
        "misuse": {"found": "none", "note": ""},
        "blood_pressure": {"found": "none", "note": ""},
        "liver": {"found": "not_asked", "note": ""},
    }
    assert kept.exposure == {"mg": "70.0", "count": 2, "mg_of_year": "70.0", "count_of_year": 2}
    assert kept.action == "Dipstick today"


def test_review_when_dated_back_shows_the_exposure_of_then(treated: int, nurse: Viewer) -> None:
    safety_reviews.record(
        treated,
        treatment="ketamine_iv",
        findings=after.nothing_found(),
        action="",
        happened_at=make.NOW - timedelta(days=10),
        by=nurse,
        at=make.NOW,
    )

    assert SafetyReview.current.get().exposure["count"] == 1


def test_review_when_sent_twice_counts_once(treated: int, nurse: Viewer) -> None:
    uid = uuid.uuid4()

    for _ in range(2):
        safety_reviews.record(
            treated,
            treatment="ketamine_iv",
            findings=after.nothing_found(),
            action="",
            happened_at=make.NOW,
            by=nurse,
            at=make.NOW,
            uid=uid,
        )

    assert SafetyReview.objects.count() == 1
    assert AuditEvent.objects.filter(action="safety review recorded").count() == 1


@pytest.mark.parametrize(
    ("findings", "action", "wrong"),
    [
        (after.nothing_found(urinary="some"), " ", ["action"]),
        (after.nothing_found(urinary="maybe"), "", ["urinary"]),
        ({"urinary": {"found": "none"}}, "", ["cognition", "misuse", "blood_pressure", "liver"]),
        (after.nothing_found() | {"teeth": {"found": "none", "note": ""}}, "", ["teeth"]),
        ({topic: {"found": "not_asked"} for topic in after.nothing_found()}, "", ["topics"]),
        (after.nothing_found() | {"liver": {"found": "none", "note": "x" * 501}}, "", ["liver"]),
        (after.nothing_found(), "x" * 1001, ["action"]),
    ],
)
def test_review_when_something_does_not_fit_names_it(
    treated: int, nurse: Viewer, findings: dict[str, dict[str, str]], action: str, wrong: list[str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        safety_reviews.record(
            treated,
            treatment="ketamine_iv",
            findings=findings,
            action=action,
            happened_at=make.NOW,
            by=nurse,
            at=make.NOW,
        )

    assert [problem.where for problem in refused.value.problems] == wrong


def test_review_when_of_the_future_is_refused(treated: int, nurse: Viewer) -> None:
    with pytest.raises(InvalidInput, match="future"):
        safety_reviews.record(
            treated,
            treatment="ketamine_iv",
            findings=after.nothing_found(),
            action="",
            happened_at=make.NOW + timedelta(minutes=1),
            by=nurse,
            at=make.NOW,
        )


def test_review_when_the_person_never_had_the_treatment_is_refused(episode_id: int, nurse: Viewer) -> None:
    with pytest.raises(NotFound):
        after.make_safety_review(episode_id, by=nurse)


def test_review_when_by_a_therapist_is_refused(treated: int, therapist: Viewer) -> None:
    with pytest.raises(NotAllowed):
        after.make_safety_review(treated, by=therapist)


def test_review_when_by_someone_of_another_site_is_refused(treated: int, stranger: Viewer) -> None:
    with pytest.raises(NotFound):
        after.make_safety_review(treated, by=stranger)


def test_next_step_when_a_review_is_kept_of_someone_without_a_course_here_is_settled(nurse: Viewer) -> None:
    """Infusions given elsewhere count, and so does the review of them."""
    episode_id = make.make_episode(by=nurse, started_at=make.NOW - timedelta(days=200))
    after.make_given(episode_id, *(100 + day for day in after.INDUCTION), 5, by=nurse)

    def called_for() -> bool:
        known = histories([episode_id])[episode_id].as_of(make.NOW)
        return safety_review_due(Facts(known, make.NOW)) is not None

    assert called_for()
    after.make_safety_review(episode_id, by=nurse)
    assert not called_for()


def test_what_came_after_when_read_by_the_person_themselves_is_refused(treated: int, ada: Viewer) -> None:
    """A patient sees their infusions on their own page, in its words."""
    for read in (queries.exposure, queries.safety_review_due_at):
        with pytest.raises(NotAllowed):
            read(ada, treated, treatment="ketamine_iv", at=make.NOW)
    for listed in (queries.safety_reviews, queries.pressures):
        with pytest.raises(NotAllowed):
            listed(ada, treated, treatment="ketamine_iv")
