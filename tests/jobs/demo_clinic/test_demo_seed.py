"""The synthetic clinic as it stands when it has just been made: seen through the reads that pages use."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from holdfast.access import Role
from holdfast.care import accounts, audit
from holdfast.jobs import demo_seed
from holdfast.jobs.demo_stories import STORIES
from holdfast.pathway.patient_next import patient_next
from holdfast.pathway.stage import Stage
from holdfast.records.queries import alerts, caseload, clinic, episode, operation, patient
from tests import make

pytestmark = pytest.mark.django_db

NOW = make.NOW


def everyone() -> list[caseload.CaseloadRow]:
    mo = accounts.viewer("mo")
    return [row for closed in (False, True) for row in caseload.page(mo, closed=closed, size=100).rows]


def test_clinic_when_made_then_forty_people_stand_at_every_stage() -> None:
    assert Counter(row.stage for row in everyone()) == Counter(story.stage.value for story in STORIES)
    assert {row.stage for row in everyone()} == {stage.value for stage in Stage}


def test_clinic_when_made_then_the_log_in_page_lists_every_role_and_ada_first_of_the_patients() -> None:
    listed = {row.username: Role(row.role) for row in clinic.demo_accounts()}
    assert listed == {
        "ada": Role.PATIENT,
        "bell": Role.THERAPIST,
        "okoro": Role.NURSE,
        "adeyemi": Role.NURSE,
        "marsh": Role.NURSE,
        "lind": Role.PRESCRIBER,
        "osei": Role.PRESCRIBER,
        "mo": Role.LEAD,
        "sam": Role.ADMINISTRATOR,
        "vera": Role.PATIENT,
        "xavier": Role.PATIENT,
        "yara": Role.PATIENT,
        "zeno": Role.PATIENT,
    }
    assert next(name for name, role in listed.items() if role is Role.PATIENT) == "ada"


def test_clinic_when_made_then_alerts_wait_since_today_and_others_were_answered() -> None:
    mo = accounts.viewer("mo")
    waiting = alerts.waiting(mo)
    assert [(row.level, NOW - row.raised_at) for row in waiting] == [
        (2, timedelta(hours=1)),
        (1, timedelta(hours=2)),
    ]
    assert all(row.due_at > NOW for row in waiting)
    assert len(alerts.answered(mo)) >= 5
    assert {row.acknowledged_by for row in alerts.answered(mo)} == {"Dr Bell"}


def test_clinic_when_made_then_every_forecast_could_be_made() -> None:
    mo = accounts.viewer("mo")
    outlooks = [patient.outlook(mo, row.episode_id) for row in everyone()]
    assert {outlook.failure for outlook in outlooks if outlook} == {""}
    assert all(outlook is not None and outlook.forecast is not None for outlook in outlooks)


def test_clinic_when_made_then_decisions_were_taken_both_ways() -> None:
    mo = accounts.viewer("mo")
    taken = [decision.accepted for row in everyone() for decision in episode.decisions(mo, row.episode_id)]
    assert Counter(taken) == Counter({True: 3, False: 2})


def test_ada_when_she_logs_in_then_her_check_in_is_due() -> None:
    ada = accounts.viewer("ada")
    history = patient.history(ada, patient.own_episode_id(ada))
    assert ada.name == "Ada Example"
    assert patient_next(history, at=NOW).due_now


def test_ada_when_she_answered_then_her_check_ins_came_from_her() -> None:
    ada = accounts.viewer("ada")
    rows = [row for row in patient.timeline(ada, patient.own_episode_id(ada)) if row.kind == "check-in"]
    assert {(row.source, row.recorded_by) for row in rows if isinstance(row, patient.CheckInRow)} == {
        ("patient", "Ada Example"),
        ("staff", "Dr Lind"),
    }


def test_clinic_when_made_then_its_crisis_contact_cannot_be_taken_for_a_real_one() -> None:
    (contact,) = clinic.crisis_contacts(accounts.clinic_id(demo_seed.SLUG))
    assert (contact.label, contact.phone) == (
        "Demo crisis line (made up: it cannot be rung)",
        "0000 000 0000",
    )


def test_clinic_when_made_then_the_trail_holds_and_says_when() -> None:
    assert audit.first_broken_link() is None
    assert operation.made_synthetic_at(accounts.clinic_id(demo_seed.SLUG)) == NOW
    assert timezone.is_aware(NOW)


def test_log_in_when_the_password_of_the_demo_is_given_then_fits() -> None:
    from django.contrib.auth import get_user_model

    assert get_user_model().objects.get(username="bell").check_password(accounts.DEMO_PASSWORD)
