"""A weight is kept once; one that looks like a slip is asked about or refused."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import site_limits
from holdfast.records.models import BodyMeasure
from tests import make
from tests.making.eligibility import refusal, standing, weighed

pytestmark = pytest.mark.django_db

KETAMINE = "ketamine_iv"
DAYS = timedelta(days=1)


@pytest.fixture
def prescriber(clinic_id: int) -> Viewer:
    return make.make_account(Role.PRESCRIBER, clinic_id=clinic_id, username="rivera", name="Dr Rivera")


def test_weight_when_recorded_is_the_newest_with_the_height_known(episode_id: int, nurse: Viewer) -> None:
    weighed(episode_id, "82.4", "180", by=nurse, happened_at=make.NOW - DAYS)
    weighed(episode_id, "81", by=nurse)

    found = standing(episode_id, nurse)
    assert found.weight is not None
    assert (found.weight.weight_kg, found.weight.height_cm, found.height_cm) == (
        Decimal(81),
        None,
        Decimal(180),
    )
    assert found.weight.measure_id == BodyMeasure.objects.get(weight_kg=81).pk


@pytest.mark.parametrize(
    ("kg", "cm", "said"),
    [
        ("24.9", None,
         [("weight", "24.9 kg is not a likely weight", "kilograms, 25 to 350; 24.9 stone is 158.1 kg")]),
        ("11", None, [("weight", "11 kg is not a likely weight", "kilograms, 25 to 350; 11 stone is 69.9 kg")]),
        ("350.1", None, [("weight", "350.1 kg is not a likely weight", "kilograms, 25 to 350")]),
        ("70", "99.9", [("height", "99.9 cm is not a likely height", "centimetres, 100 to 250; 1.75 m is 175")]),
        ("70", "1.8", [("height", "1.8 cm is not a likely height", "centimetres, 100 to 250; 1.75 m is 175")]),
        ("70", "251", [("height", "251 cm is not a likely height", "centimetres, 100 to 250; 1.75 m is 175")]),
        ("165", "175",
         [("weight in doubt", "165 kg gives a body-mass index of 53.9. It may be pounds: 165 lb is 74.8 kg",
           "kilograms, weighed again; confirm it if it is right")]),
    ],
)  # fmt: skip
def test_weight_when_it_looks_like_another_unit_is_refused_or_asked_about(
    episode_id: int, nurse: Viewer, kg: str, cm: str | None, said: list[tuple[str, str, str]]
) -> None:
    assert refusal(weighed, episode_id, kg, cm, by=nurse) == said
    assert not BodyMeasure.objects.exists()


@pytest.mark.parametrize(("kg", "cm"), [("25", None), ("350", None), ("70", "100"), ("70", "250")])
def test_weight_when_at_the_edge_of_what_people_weigh_is_kept_when_sure(
    episode_id: int, nurse: Viewer, kg: str, cm: str | None
) -> None:
    weighed(episode_id, kg, cm, by=nurse, sure=True)

    assert standing(episode_id, nurse).height_cm == (None if cm is None else Decimal(cm))


def test_weight_when_it_differs_more_than_the_site_believes_is_asked_about_and_kept_when_sure(
    episode_id: int, nurse: Viewer
) -> None:
    weighed(episode_id, "80", by=nurse, happened_at=make.NOW - DAYS)

    assert refusal(weighed, episode_id, "71.9", by=nurse) == [
        ("weight in doubt", "71.9 kg is 10.1 % less than the last, 80 kg",
         "kilograms, weighed again; confirm it if it is right")
    ]  # fmt: skip
    weighed(episode_id, "71.9", by=nurse, sure=True)
    assert BodyMeasure.objects.count() == 2


def test_weight_when_the_site_believes_less_is_asked_about_sooner(
    episode_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    weighed(episode_id, "80", by=nurse, happened_at=make.NOW - DAYS)
    site_limits.set_limit(
        treatment=KETAMINE,
        name="weight_change_most",
        value=3,
        reason="Scale drifts",
        by=prescriber,
        at=make.NOW,
    )

    (problem,) = refusal(weighed, episode_id, "83", by=nurse)

    assert problem[1] == "83 kg is 3.8 % more than the last, 80 kg"


def test_weight_when_entered_for_an_earlier_day_is_held_against_the_one_before_that_day(
    episode_id: int, nurse: Viewer
) -> None:
    weighed(episode_id, "60", by=nurse, happened_at=make.NOW - 9 * DAYS)
    weighed(episode_id, "75", by=nurse, sure=True)

    weighed(episode_id, "61", by=nurse, happened_at=make.NOW - 8 * DAYS)

    assert BodyMeasure.objects.count() == 3


def test_height_when_it_is_not_the_one_before_is_asked_about(episode_id: int, nurse: Viewer) -> None:
    weighed(episode_id, "80", "180", by=nurse, happened_at=make.NOW - DAYS)

    assert refusal(weighed, episode_id, "80", "160", by=nurse) == [
        ("height in doubt", "160 cm is not the 180 cm measured before",
         "centimetres, measured again; confirm it if right")
    ]  # fmt: skip


def test_weight_when_in_the_future_is_refused(episode_id: int, nurse: Viewer) -> None:
    (problem,) = refusal(weighed, episode_id, "80", by=nurse, happened_at=make.NOW + timedelta(minutes=1))

    assert problem == ("time", "lies in the future", "a moment that has passed")


def test_weight_when_sent_twice_is_kept_once(episode_id: int, nurse: Viewer) -> None:
    uid = uuid.uuid4()
    for _ in range(2):
        weighed(episode_id, "80", by=nurse, uid=uid)

    assert BodyMeasure.objects.count() == 1
