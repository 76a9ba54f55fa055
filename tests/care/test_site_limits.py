"""A site sets a limit with a reason, within what the protocol allows, and never one against another."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import site_limits
from holdfast.errors import InvalidInput, NotAllowed, NotFound
from holdfast.records.models import AuditEvent, ThresholdSetting
from holdfast.records.queries import limit_settings
from holdfast.records.queries import site_limits as queries
from tests import make

pytestmark = pytest.mark.django_db

KETAMINE = "ketamine_iv"


@pytest.fixture
def prescriber(clinic_id: int) -> Viewer:
    return make.make_account(Role.PRESCRIBER, clinic_id=clinic_id, username="rivera", name="Dr Rivera")


def is_set(name: str, value: float | None, *, by: Viewer, **given: Any) -> None:
    usual = {"treatment": KETAMINE, "reason": "Agreed in our meeting", "at": make.NOW}
    site_limits.set_limit(name=name, value=value, by=by, **{**usual, **given})


def here(viewer: Viewer, name: str, *, treatment: str = KETAMINE) -> float:
    return queries.of_clinic(viewer.clinic_id, treatment=treatment).number(name)


def test_limit_when_set_holds_at_this_site_alone(prescriber: Viewer, stranger: Viewer) -> None:
    is_set("hold_systolic", 150, by=prescriber)

    assert (here(prescriber, "hold_systolic"), here(stranger, "hold_systolic")) == (150, 160)
    assert here(prescriber, "hold_systolic", treatment="esketamine_nasal") == 160


def test_limit_when_set_back_is_the_protocols_again_and_both_stay_on_record(prescriber: Viewer) -> None:
    is_set("hold_systolic", 150, by=prescriber)

    is_set(
        "hold_systolic", None, by=prescriber, reason="Too many sent home", at=make.NOW + timedelta(hours=1)
    )

    assert here(prescriber, "hold_systolic") == 160
    history = limit_settings.settings(prescriber, treatment=KETAMINE)
    assert [(one.value, one.reason, one.by) for one in history] == [
        (None, "Too many sent home", "Dr Rivera"),
        (150, "Agreed in our meeting", "Dr Rivera"),
    ]


def test_limit_when_set_is_in_the_trail(prescriber: Viewer) -> None:
    is_set("hold_systolic", 150, by=prescriber)

    event = AuditEvent.objects.get(action="limit set")
    assert event.detail == {"treatment": KETAMINE, "name": "hold_systolic"}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("hold_systolic", 139.9, "140 to 180 mmHg"),
        ("hold_systolic", 180.1, "140 to 180 mmHg"),
        ("hold_systolic", float("nan"), "140 to 180 mmHg"),
        ("hold_systolic", float("inf"), "140 to 180 mmHg"),
        ("consent_valid_for", 400, "30 to 365 days"),
        ("highest_dose_mg_per_kg", 5, "0.5 to 1 mg/kg"),
    ],
)
def test_limit_when_outside_its_range_is_refused(
    prescriber: Viewer, name: str, value: float, expected: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        is_set(name, value, by=prescriber)

    (problem,) = refused.value.problems
    assert (problem.where, problem.expected) == ("value", expected)
    assert not ThresholdSetting.objects.exists()


@pytest.mark.parametrize(("name", "value"), [("hold_systolic", 140.0), ("hold_systolic", 180.0)])
def test_limit_when_at_the_end_of_its_range_is_set(prescriber: Viewer, name: str, value: float) -> None:
    is_set(name, value, by=prescriber)

    assert here(prescriber, name) == value


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (("hold_systolic", 145), ("weigh_systolic", 150)),
        (("weigh_systolic", 160), ("hold_systolic", 150)),
        (("lowest_dose_mg_per_kg", 0.5), ("usual_dose_mg_per_kg", 0.4)),
        (("usual_dose_mg_per_kg", 0.6), ("highest_dose_mg_per_kg", 0.5)),
        (("hold_systolic", 180), ("alert_systolic", 160)),
        (("row_every", 5), ("row_late_after", 10)),
        (("consent_valid_for", 30), ("consent_expiring_within", 60)),
    ],
)
def test_limit_when_it_contradicts_another_of_this_site_is_refused(
    prescriber: Viewer, first: tuple[str, float], then: tuple[str, float]
) -> None:
    is_set(*first, by=prescriber)
    before = here(prescriber, then[0])

    with pytest.raises(InvalidInput) as refused:
        is_set(*then, by=prescriber)

    assert [one.where for one in refused.value.problems] == ["value"]
    assert here(prescriber, then[0]) == before


def test_limit_when_setting_it_back_would_contradict_another_is_refused(prescriber: Viewer) -> None:
    is_set("alert_oxygen", 90, by=prescriber)
    is_set("start_oxygen_lowest", 91, by=prescriber)

    with pytest.raises(InvalidInput) as refused:
        is_set("alert_oxygen", None, by=prescriber)

    assert [one.what for one in refused.value.problems] == [
        "92 % lies above “Oxygen saturation below which not to start”, which is 91 % here"
    ]


@pytest.mark.parametrize("value", [None, 150])
def test_limit_when_it_is_so_already_is_refused(prescriber: Viewer, value: float | None) -> None:
    if value is not None:
        is_set("hold_systolic", value, by=prescriber)

    with pytest.raises(InvalidInput) as refused:
        is_set("hold_systolic", value, by=prescriber)

    assert [one.what for one in refused.value.problems] == ["is so already"]


def test_limit_when_no_reason_is_given_is_refused_with_what_else_is_wrong(prescriber: Viewer) -> None:
    with pytest.raises(InvalidInput) as refused:
        is_set("hold_systolic", 500, by=prescriber, reason=" ")

    assert [one.where for one in refused.value.problems] == ["reason", "value"]


@pytest.mark.parametrize("name", ["relief_fall", "no_such_limit", "usual_dose_mg"])
def test_limit_when_it_is_not_the_sites_to_set_is_not_found(prescriber: Viewer, name: str) -> None:
    with pytest.raises(NotFound):
        is_set(name, 50, by=prescriber)


@pytest.mark.parametrize("who", ["nurse", "therapist", "lead", "ada"])
def test_limit_when_someone_other_than_a_prescriber_sets_it_is_refused(
    who: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotAllowed):
        is_set("hold_systolic", 150, by=request.getfixturevalue(who))


def test_limit_when_sent_twice_is_set_once(prescriber: Viewer) -> None:
    uid = uuid.uuid4()
    for _ in range(2):
        is_set("hold_systolic", 150, by=prescriber, uid=uid)

    assert ThresholdSetting.objects.count() == 1


def test_settings_when_asked_for_by_a_patient_are_not_told(ada: Viewer) -> None:
    with pytest.raises(NotAllowed):
        limit_settings.settings(ada, treatment=KETAMINE)
