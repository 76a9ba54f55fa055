"""A weight is kept on its page once it looks right, and shown with those before it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from holdfast.care import eligibility, weights
from holdfast.records.queries import eligibility as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.making.eligibility import make_ready
from tests.web import seen
from tests.web.infusing import address, said, send, standing

DAYS = timedelta(days=1)


@pytest.fixture
def nurse(cast: Cast) -> Client:
    return logged_in(cast.okoro)


def test_weight_when_sent_is_kept_and_shown_with_its_index(cast: Cast, nurse: Client) -> None:
    response = send(nurse, cast, "weight", weight_kg="82,4", height_cm="178")

    assert said(nurse, response) == ["Weight kept: 82.4 kg, 2 Mar 2026 15:00."]
    (figures,) = seen.elements(nurse.get(address(cast, "weight")), "dl", class_="figures")
    assert [seen.text(one) for one in seen.elements(figures, "dd")] == [
        "82.4 kg 2 Mar 2026 15:00, Nurse Okoro", "178 cm", "26 kg/m²",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"weight_kg": ""}, "Weight in kilograms: This field is required."),
        ({"weight_kg": "12 st"}, "Weight in kilograms: This is not a number. Expected: for example 35.5 or 35,5."),
        ({"weight_kg": "12"}, "Weight in kilograms: 12 kg is not a likely weight. "
         "Expected: kilograms, 25 to 350; 12 stone is 76.2 kg."),
        ({"height_cm": "1.75"}, "Height in centimetres: This has too many decimals. "
         "Expected: at most 1, for example 35.5."),
        ({"height_cm": "5.9"}, "Height in centimetres: 5.9 cm is not a likely height. "
         "Expected: centimetres, 100 to 250; 1.75 m is 175."),
        ({"weight_kg": "176", "height_cm": "170"}, "Check the scale: 176 kg gives a body-mass index of 60.9. "
         "It may be pounds: 176 lb is 79.8 kg. Expected: kilograms, weighed again; confirm it if it is right."),
    ],
)  # fmt: skip
def test_weight_when_it_looks_like_a_slip_is_not_kept_and_keeps_what_was_typed(
    cast: Cast, nurse: Client, fields: dict[str, str], problem: str
) -> None:
    typed = {"weight_kg": "80", "height_cm": "178", **fields}

    response = send(nurse, cast, "weight", **typed)

    assert (response.status_code, seen.errors(response)) == (422, [problem])
    assert {name: seen.typed(response, name) for name in typed} == typed
    assert standing(cast).weight is None


def test_weight_when_it_changed_much_is_kept_once_the_scale_was_checked(cast: Cast, nurse: Client) -> None:
    make_ready(cast.adas_episode, by=cast.okoro, at=make.NOW - DAYS)

    asked = send(nurse, cast, "weight", weight_kg="60")
    (sure,) = seen.elements(asked, "input", type="checkbox")
    response = send(nurse, cast, "weight", weight_kg="60", sure=dict(sure.attributes)["value"])

    assert seen.errors(asked) == [
        "Check the scale: 60 kg is 14.3 % less than the last, 70 kg. "
        "Expected: kilograms, weighed again; confirm it if it is right."
    ]
    assert said(nurse, response) == ["Weight kept: 60 kg, 2 Mar 2026 15:00."]


def test_weight_when_the_number_was_changed_after_it_was_confirmed_is_asked_about_again(
    cast: Cast, nurse: Client
) -> None:
    make_ready(cast.adas_episode, by=cast.okoro, at=make.NOW - DAYS)

    response = send(nurse, cast, "weight", weight_kg="160", sure="60 kg")

    assert response.status_code == 422
    now = standing(cast).weight
    assert now is not None
    assert now.weight_kg == Decimal(70)


def test_weights_when_some_are_there_show_how_they_moved_without_the_one_entered_in_error(
    cast: Cast, nurse: Client
) -> None:
    for ago, kg in ((30, "80"), (20, "8.5e1"), (10, "84"), (1, "76")):
        weights.record(
            cast.adas_episode,
            weight_kg=Decimal(kg),
            height_cm=Decimal(180) if ago == 30 else None,
            happened_at=make.NOW - ago * DAYS,
            by=cast.okoro,
            at=make.NOW,
        )
    wrong = queries.weights(cast.okoro, cast.adas_episode)[2].fact.uid
    eligibility.withdraw("weight", wrong, reason="Shoes on", by=cast.okoro, at=make.NOW)

    rows = seen.elements(nurse.get(address(cast, "weight")), "tr")[1:]

    assert [[seen.text(cell) for cell in seen.elements(row, "td")[:4]] for row in rows] == [
        ["76", "−8 kg −9.5 %", "", "23.5"],
        ["84", "+4 kg +5 %", "", "25.9"],
        ["85", "", "", ""],
        ["80", "", "180", "24.7"],
    ]
    assert "Entered in error, Nurse Okoro: Shoes on" in seen.text(rows[2])


def test_weight_when_too_old_for_a_dose_says_so(cast: Cast, nurse: Client) -> None:
    make_ready(cast.adas_episode, by=cast.okoro, at=make.NOW - 15 * DAYS)

    page = seen.text(nurse.get(address(cast, "weight")))

    assert "too old It held until 1 Mar 2026 (14 days). Weigh them before a dose is ordered." in page
