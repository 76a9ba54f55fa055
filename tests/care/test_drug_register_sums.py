"""Whatever is written in the register, and whoever writes at once, the sums hold."""

import uuid
from collections.abc import Mapping
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.access import Role, Viewer
from holdfast.care import drug_register
from holdfast.errors import InvalidInput
from holdfast.records.queries import drug_register as queries
from tests import make
from tests.making import flow, home
from tests.making.at_once import at_once

IV = "ketamine_iv"


@pytest.fixture
def witness(clinic_id: int) -> Viewer:
    return make.make_account(Role.NURSE, clinic_id=clinic_id, username="adeyemi", name="Nurse Adeyemi")


def balance(viewer: Viewer) -> Mapping[str, Decimal]:
    return {row.lot: row.balance_mg for row in queries.balances(viewer, IV)}


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "destroy", "count", "use", "withdraw"]),
        st.sampled_from(["KET-1", "KET-2"]),
        st.integers(1, 800).map(lambda tenths: Decimal(tenths) / 10),
    ),
    max_size=10,
)


@given(acts=ACTS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_register_when_written_in_any_order_then_balance_is_received_less_drawn_and_destroyed_and_never_below_zero(
    acts: list[tuple[str, str, Decimal]], nurse: Viewer, witness: Viewer
) -> None:
    """H-032."""
    with transaction.atomic():
        expected: dict[str, Decimal] = {}
        for act, lot, amount in acts:
            expected = _try(act, lot, amount, expected, by=nurse, witness=witness)
            assert balance(nurse) == expected
            assert all(held >= 0 for held in expected.values())
        rows = queries.balances(nurse, IV)
        assert {row.lot: row.received_mg - row.drawn_mg - row.destroyed_mg for row in rows} == expected
        transaction.set_rollback(True)


def _try(
    act: str, lot: str, amount: Decimal, held: dict[str, Decimal], *, by: Viewer, witness: Viewer
) -> dict[str, Decimal]:
    """What the lots should hold after the act: as before, where it is refused."""
    change = {"receive": amount, "destroy": -amount, "use": -amount}.get(act, Decimal(0))
    lawful = act == "receive" or (lot in held and held[lot] + change >= 0)
    try:
        if act == "use":
            episode = make.make_episode(by=by, code=f"P-{uuid.uuid4().hex[:8]}")
            visit = flow.make_visit(episode, by=by)
            mg = str(amount)
            home.make_use(visit, by=by, witness=witness, lot=lot, drawn_mg=mg, given_mg="0", wasted_mg=mg)
        elif act == "withdraw":
            return _withdrawn(held, by=by, witness=witness)
        else:
            verb = {"receive": drug_register.receive, "destroy": drug_register.destroy}.get(
                act, drug_register.count
            )
            verb(
                treatment=IV, lot=lot, expires_on=home.EXPIRES, amount_mg=amount, note="Counted twice",
                witness=witness, happened_at=make.NOW, by=by, at=make.NOW,
            )  # fmt: skip
    except InvalidInput:
        assert not lawful
        return held
    assert lawful
    return {**held, lot: held.get(lot, Decimal(0)) + change}


def _withdrawn(held: dict[str, Decimal], *, by: Viewer, witness: Viewer) -> dict[str, Decimal]:
    """What the lots should hold once the newest line that holds was withdrawn."""
    newest = next((row for row in queries.entries(by, IV).rows if not row.withdrawn), None)
    if newest is None:
        return held
    drug_register.withdraw(newest.uid, reason="Tried", witness=witness, by=by, at=make.NOW)
    back = {"received": -newest.amount_mg, "used": newest.amount_mg, "destroyed": newest.amount_mg}
    left = {**held, newest.lot: held[newest.lot] + back.get(newest.kind, Decimal(0))}
    standing = {row.lot for row in queries.balances(by, IV)}
    return {lot: amount for lot, amount in left.items() if lot in standing}


def test_use_when_two_draw_from_the_last_vial_at_once_then_one_is_refused(committed: None) -> None:
    """H-032."""
    clinic = make.make_clinic()
    nurse, witness, third = (
        make.make_account(Role.NURSE, clinic_id=clinic, username=name)
        for name in ("okoro", "adeyemi", "silva")
    )
    home.make_lot(by=nurse, witness=witness, amount_mg="50")
    visits = [home.make_given(make.make_episode(by=nurse, code=code), by=nurse) for code in ("P-1", "P-2")]
    outcomes = at_once(
        lambda: home.make_use(visits[0], by=nurse, witness=witness),
        lambda: home.make_use(visits[1], by=third, witness=witness),
    )
    refused = [one for one in outcomes if one is not None]
    assert [type(one) for one in refused] == [InvalidInput]
    assert "50 mg is more than the lot holds" in str(refused[0])
    assert balance(nurse) == {"KET-1": Decimal("0.0")}


@pytest.mark.django_db
def test_use_when_the_amounts_are_no_binary_fractions_then_the_database_takes_them_too() -> None:
    """H-032: SQLite adds 10.1 and 20.1 to a little less than 30.2."""
    clinic = make.make_clinic()
    nurse, witness = (
        make.make_account(Role.NURSE, clinic_id=clinic, username=name) for name in ("okoro", "adeyemi")
    )
    home.make_lot(by=nurse, witness=witness)
    visit = home.make_given(make.make_episode(by=nurse), by=nurse, given_mg="10.1")

    home.make_use(visit, by=nurse, witness=witness, drawn_mg="30.2", given_mg="10.1", wasted_mg="20.1")

    assert balance(nurse) == {"KET-1": Decimal("469.8")}
