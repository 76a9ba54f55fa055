"""The people of these tests: a clinic, its staff, and Ada in care."""

import pytest

from holdfast.access import Role, Viewer
from tests import make


@pytest.fixture
def clinic_id(db: None) -> int:
    return make.make_clinic()


@pytest.fixture
def nurse(clinic_id: int) -> Viewer:
    return make.make_account(Role.NURSE, clinic_id=clinic_id, username="okoro", email="okoro@clinic.example")


@pytest.fixture
def therapist(clinic_id: int) -> Viewer:
    return make.make_account(Role.THERAPIST, clinic_id=clinic_id, username="bell")


@pytest.fixture
def lead(clinic_id: int) -> Viewer:
    return make.make_account(Role.LEAD, clinic_id=clinic_id, username="mo", email="mo@clinic.example")


@pytest.fixture
def stranger(db: None) -> Viewer:
    """Dr Stone of another site."""
    return make.make_account(Role.PRESCRIBER, clinic_id=make.make_clinic("inland"), username="stone")


@pytest.fixture
def episode_id(nurse: Viewer) -> int:
    return make.make_episode(by=nurse)


@pytest.fixture
def ada(episode_id: int, clinic_id: int) -> Viewer:
    from holdfast.records.models import Episode

    patient_id = Episode.objects.get(pk=episode_id).patient_id
    return make.make_account(Role.PATIENT, clinic_id=clinic_id, username="ada", patient_id=patient_id)
