"""The nightly run: renews what no longer says what is so, leaves the rest, goes on where it was broken off."""

from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from django.utils import timezone

from holdfast.access import Role, Viewer
from holdfast.care import checkins, outlooks, patients
from holdfast.cli import main
from holdfast.jobs import nightly
from holdfast.records.models import CaseloadEntry, Episode, Outlook, PatientDetails
from tests import make

pytestmark = pytest.mark.usefixtures("ready")

NOW = timezone.now()
DAY = timedelta(days=1)


@pytest.fixture
def ready(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own database counts as one that was brought up to date."""
    monkeypatch.setattr("holdfast.jobs.operate.refuse_unready", lambda: None)


@pytest.fixture
def nurse(db: None) -> Viewer:
    return make.make_account(Role.NURSE, clinic_id=make.make_clinic())


def run() -> Result:
    return CliRunner().invoke(main, ["nightly"])


def _in_care(nurse: Viewer, code: str) -> int:
    """Someone with two answers this week, and an outlook made just now."""
    episode = patients.enrol(code=code, name=code, started_at=NOW - 9 * DAY, by=nurse, at=NOW - 8 * DAY)
    for days_ago in (8, 1):
        at = NOW - days_ago * DAY
        checkins.submit(episode, "phq9", make.phq9(2), by=nurse, at=at, happened_at=at)
    outlooks.refresh(episode, at=NOW)
    return episode


def _count() -> int:
    return Outlook.objects.count()


def test_nightly_when_nothing_has_changed_then_leaves_every_outlook_as_it_is(nurse: Viewer) -> None:
    for code in ("P-1", "P-2", "P-3"):
        _in_care(nurse, code)
    before = _count()
    result = run()
    assert (result.exit_code, _count()) == (0, before)
    assert "3 in care: 0 renewed, 3 stood as they were." in result.stdout


def test_nightly_when_a_fact_came_without_an_outlook_then_renews_that_person_alone(
    nurse: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _in_care(nurse, "P-1")
    changed = _in_care(nurse, "P-2")
    with monkeypatch.context() as patch:
        patch.setattr("holdfast.care.checkins.outlooks.refresh", lambda *_, **__: None)
        checkins.submit(changed, "phq9", make.phq9(0), by=nurse, at=NOW)
    before = _count()
    result = run()
    assert "2 in care: 1 renewed, 1 stood as they were." in result.stdout
    assert list(Outlook.objects.order_by("pk").values_list("episode_id", flat=True))[before:] == [changed]


def test_nightly_when_a_check_in_fell_due_then_renews_though_no_fact_came(nurse: Viewer) -> None:
    episode = _in_care(nurse, "P-1")
    later = NOW + 8.5 * DAY
    assert outlooks.renew((episode,), at=later, unless_current=True).made == 1
    newest = Outlook.objects.order_by("-pk")[0]
    assert "check_in_missing" in {one["kind"] for one in newest.suggestions}


def test_nightly_when_the_last_outlook_failed_or_is_a_week_old_then_makes_it_anew(
    nurse: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode = _in_care(nurse, "P-1")

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("holdfast.care.outlooks.ahead.forecast", broken)
        outlooks.refresh(episode, at=NOW)
    assert Outlook.objects.order_by("-pk")[0].forecast_failure == "forecast: ZeroDivisionError"
    assert outlooks.renew((episode,), at=NOW, unless_current=True).made == 1
    assert Outlook.objects.order_by("-pk")[0].forecast_failure == ""
    assert outlooks.renew((episode,), at=NOW, unless_current=True).made == 0
    monkeypatch.setattr(outlooks, "STANDS_FOR", timedelta(hours=1))
    assert outlooks.renew((episode,), at=NOW + 2 * timedelta(hours=1), unless_current=True).made == 1


def test_nightly_when_broken_off_then_goes_on_where_it_stopped(
    nurse: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    episodes = [_in_care(nurse, f"P-{number}") for number in range(5)]
    monkeypatch.setattr(nightly, "AT_ONCE", 2)
    seen: list[int] = []
    whole = outlooks.renew

    def until_the_third(ids: tuple[int, ...], **options: object) -> object:
        if len(seen) >= 2:
            raise KeyboardInterrupt
        seen.extend(ids)
        return whole(ids, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr("holdfast.jobs.nightly.outlooks.renew", until_the_third)
        assert run().exit_code != 0
    assert seen == episodes[:2]
    result = run()
    assert "5 in care: 0 renewed, 3 stood as they were; 2 were looked at earlier tonight." in result.stdout
    assert CaseloadEntry.objects.filter(looked_at__isnull=False).count() == 5


def test_renewal_when_made_for_many_then_each_is_as_made_alone(nurse: Viewer) -> None:
    episodes = [_in_care(nurse, f"P-{number}") for number in range(3)]
    alone = {
        one.episode_id: (one.forecast, one.suggestions, one.stage) for one in Outlook.objects.order_by("pk")
    }
    outlooks.renew(episodes, at=NOW)
    together = Outlook.objects.order_by("-pk")[:3]
    assert {one.episode_id: (one.forecast, one.suggestions, one.stage) for one in together} == alone


@pytest.mark.parametrize("many", [1, 3])
def test_renewal_when_made_for_one_or_three_then_takes_the_same_queries_but_for_hindsight(
    nurse: Viewer,
    many: int,
    django_assert_num_queries: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    episodes = [_in_care(nurse, f"P-{number}") for number in range(many)]
    monkeypatch.setattr("holdfast.care.outlooks.hindsight.reconcile", lambda *_, **__: None)
    with django_assert_num_queries(29):  # type: ignore[operator]
        outlooks.renew(episodes, at=NOW)


def test_nightly_when_run_then_renews_those_in_care_and_not_those_who_left(nurse: Viewer) -> None:
    staying = make.make_episode(by=nurse, code="P-1")
    left = make.make_episode(by=nurse, code="P-2")
    patients.close(left, reason="moved away", by=nurse, at=make.NOW)
    before = Outlook.objects.count()
    assert run().exit_code == 0
    assert list(Outlook.objects.order_by("pk").values_list("episode_id", flat=True))[before:] == [staying]


def test_nightly_when_one_fails_then_goes_on_and_names_it(nurse: Viewer) -> None:
    broken = make.make_episode(by=nurse, code="P-1")
    sound = make.make_episode(by=nurse, code="P-2")
    _withdraw_details(broken)
    before = Outlook.objects.count()
    result = run()
    assert result.exit_code == 1
    assert f"episode {broken}: " in result.stderr
    assert list(Outlook.objects.order_by("pk").values_list("episode_id", flat=True))[before:] == [sound]


def _withdraw_details(episode_id: int) -> None:
    """A record that no verb makes: someone whose name and zone were withdrawn and never given anew."""
    details = PatientDetails.objects.get(patient=Episode.objects.get(pk=episode_id).patient)
    PatientDetails.objects.create(
        patient=details.patient,
        name=details.name,
        zone=details.zone,
        happened_at=details.happened_at,
        recorded_at=make.NOW,
        recorded_by=details.recorded_by,
        replaces=details,
        entered_in_error=True,
        correction_reason="test",
    )
