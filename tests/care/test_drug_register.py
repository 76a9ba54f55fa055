"""The controlled-drug register: every line before a witness, every milligram accounted for."""

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import drug_register
from holdfast.errors import Conflict, InvalidInput, NotAllowed, NotFound
from holdfast.records.models import AuditEvent, DrugEntry
from holdfast.records.queries import drug_register as queries
from tests import make
from tests.making import flow, home

IV = "ketamine_iv"


@pytest.fixture
def witness(clinic_id: int) -> Viewer:
    return make.make_account(Role.NURSE, clinic_id=clinic_id, username="adeyemi", name="Nurse Adeyemi")


@pytest.fixture
def visit(episode_id: int, nurse: Viewer) -> uuid.UUID:
    """A visit at which 35 mg were given."""
    return home.make_given(episode_id, by=nurse)


@pytest.fixture
def lot(nurse: Viewer, witness: Viewer) -> None:
    """500 mg of KET-1."""
    home.make_lot(by=nurse, witness=witness)


def write(kind: str, amount: str, *, by: Viewer, witness: Viewer, **changes: Any) -> None:
    """A line of that kind about KET-1."""
    verb = {"receive": drug_register.receive, "destroy": drug_register.destroy, "count": drug_register.count}[
        kind
    ]
    usual: dict[str, Any] = {
        "treatment": IV, "lot": "KET-1", "expires_on": home.EXPIRES, "amount_mg": Decimal(amount),
        "happened_at": make.NOW, "at": make.NOW,
    }  # fmt: skip
    verb(by=by, witness=witness, **{**usual, **changes})


def balance(viewer: Viewer, treatment: str = IV) -> Mapping[str, Decimal]:
    return {row.lot: row.balance_mg for row in queries.balances(viewer, treatment)}


def lines(viewer: Viewer) -> list[tuple[str, str, str]]:
    return [(row.kind, str(row.amount_mg), str(row.balance_mg)) for row in queries.entries(viewer, IV).rows]


def wrong(error: pytest.ExceptionInfo[InvalidInput]) -> list[tuple[str, str]]:
    return [(problem.where, problem.what) for problem in error.value.problems]


def test_register_when_drug_comes_in_is_used_destroyed_and_counted_then_each_line_says_what_is_left(
    lot: None, visit: uuid.UUID, nurse: Viewer, witness: Viewer
) -> None:
    home.make_use(visit, by=nurse, witness=witness)
    write("destroy", "100", by=nurse, witness=witness, note="Broken vials")
    write("count", "350", by=nurse, witness=witness)
    assert lines(nurse) == [
        ("counted", "350.0", "350.0"),
        ("destroyed", "100.0", "350.0"),
        ("used", "50.0", "450.0"),
        ("received", "500.0", "500.0"),
    ]
    assert balance(nurse) == {"KET-1": Decimal(350)}
    row = DrugEntry.objects.get(kind="used")
    assert (row.given_mg, row.wasted_mg, row.witness_id) == (35, 15, witness.account_id)
    assert AuditEvent.objects.latest("number").action == "drug counted"


def test_receive_when_sent_twice_then_it_counts_once(nurse: Viewer, witness: Viewer) -> None:
    """H-029."""
    uid = uuid.uuid4()
    for _ in range(2):
        write("receive", "200", by=nurse, witness=witness, uid=uid)
    assert balance(nurse) == {"KET-1": Decimal(200)}


def test_receive_when_the_lot_is_typed_differently_then_it_is_the_same_lot(
    nurse: Viewer, witness: Viewer
) -> None:
    for typed in ("ket-1", " KET-1 "):
        write("receive", "200", by=nurse, witness=witness, lot=typed)
    assert balance(nurse) == {"KET-1": Decimal(400)}


def test_receive_when_the_same_lot_has_another_expiry_is_refused(
    lot: None, nurse: Viewer, witness: Viewer
) -> None:
    with pytest.raises(InvalidInput, match="check the pack"):
        write("receive", "200", by=nurse, witness=witness, expires_on=date(2027, 7, 1))


@pytest.mark.parametrize(("expires", "refused"), [(date(2026, 3, 1), True), (date(2026, 3, 2), False)])
def test_receive_when_expired_by_the_clinics_calendar_is_refused(
    nurse: Viewer, witness: Viewer, expires: date, refused: bool
) -> None:
    """H-032."""
    if refused:
        with pytest.raises(InvalidInput, match="has passed"):
            write("receive", "200", by=nurse, witness=witness, expires_on=expires)
    else:
        write("receive", "200", by=nurse, witness=witness, expires_on=expires)
        assert balance(nurse) == {"KET-1": Decimal(200)}


@pytest.mark.parametrize("amount", ["0", "-1", "0.05", "1000001"])
def test_receive_when_the_amount_is_not_one_is_refused(nurse: Viewer, witness: Viewer, amount: str) -> None:
    with pytest.raises(InvalidInput) as error:
        write("receive", amount, by=nurse, witness=witness)
    assert wrong(error) == [("amount", f"{amount} mg is not right")]


def test_line_when_several_things_are_wrong_then_all_are_named(nurse: Viewer) -> None:
    later = make.NOW + timedelta(minutes=1)
    with pytest.raises(InvalidInput) as error:
        write("receive", "0", by=nurse, witness=nurse, lot=" ", happened_at=later)
    assert [where for where, _ in wrong(error)] == ["amount", "witness", "lot", "time"]


def test_line_when_the_witness_may_not_is_refused(
    nurse: Viewer, therapist: Viewer, stranger: Viewer, witness: Viewer
) -> None:
    """H-032."""
    for other in (nurse, therapist, stranger):
        with pytest.raises(InvalidInput) as error:
            write("receive", "100", by=nurse, witness=other)
        assert [where for where, _ in wrong(error)] == ["witness"]
    with pytest.raises(NotAllowed):
        write("receive", "100", by=therapist, witness=witness)
    assert not DrugEntry.objects.exists()


def test_destroy_when_more_than_the_lot_holds_is_refused(lot: None, nurse: Viewer, witness: Viewer) -> None:
    """H-032."""
    with pytest.raises(InvalidInput, match=r"500\.1 mg is more than the lot holds"):
        write("destroy", "500.1", by=nurse, witness=witness)
    write("destroy", "500", by=nurse, witness=witness)
    assert balance(nurse) == {"KET-1": Decimal(0)}


def test_count_when_it_differs_then_it_needs_a_note_and_keeps_the_difference(
    lot: None, nurse: Viewer, witness: Viewer
) -> None:
    """H-032."""
    with pytest.raises(InvalidInput) as error:
        write("count", "450", by=nurse, witness=witness)
    assert wrong(error) == [("note", "is empty, and 50 mg missing")]
    write("count", "450", by=nurse, witness=witness, note="Told the lead; looked through the waste")
    (row,) = queries.balances(nurse, IV)
    assert row.counted is not None
    assert (row.balance_mg, row.counted.amount_mg, row.counted.difference_mg) == (500, 450, -50)


def test_count_when_nothing_is_left_then_zero_is_a_count(lot: None, nurse: Viewer, witness: Viewer) -> None:
    write("destroy", "500", by=nurse, witness=witness)
    write("count", "0", by=nurse, witness=witness)
    assert lines(nurse)[0] == ("counted", "0.0", "0.0")


def use(visit: uuid.UUID, *, by: Viewer, witness: Viewer, **changes: Any) -> None:
    usual: dict[str, Any] = {"drawn_mg": "50", "given_mg": "35", "wasted_mg": "15", "lot": "KET-1"}
    given = {**usual, **changes}
    mg = {name: Decimal(given.pop(name)) for name in ("drawn_mg", "given_mg", "wasted_mg")}
    drug_register.use(
        visit, **mg, **{"happened_at": make.NOW, "at": make.NOW, **given}, by=by, witness=witness
    )


@pytest.mark.parametrize(
    ("mg", "problem"),
    [
        ({"drawn_mg": "51"}, ("drawn", "1 mg not accounted for")),
        ({"wasted_mg": "14.9"}, ("drawn", "0.1 mg not accounted for")),
        ({"wasted_mg": "16"}, ("drawn", "1 mg more than was drawn")),
        (
            {"given_mg": "30", "wasted_mg": "20"},
            ("given", "30 mg, but the record of the visit says 35 mg"),
        ),
        ({"given_mg": "40", "wasted_mg": "10"}, ("given", "40 mg, but the record of the visit says 35 mg")),
        ({"drawn_mg": "501", "wasted_mg": "466"}, ("drawn", "501 mg is more than the lot holds")),
        ({"lot": "KET-2"}, ("lot", "KET-2 is not on the register")),
    ],
)
def test_use_when_the_sums_do_not_meet_is_refused_with_the_difference(
    lot: None, visit: uuid.UUID, nurse: Viewer, witness: Viewer, mg: dict[str, str], problem: tuple[str, str]
) -> None:
    """H-032."""
    with pytest.raises(InvalidInput) as error:
        use(visit, by=nurse, witness=witness, **mg)
    assert wrong(error) == [problem]
    assert balance(nurse) == {"KET-1": Decimal(500)}


def test_use_when_the_lot_is_of_another_treatment_is_refused(
    visit: uuid.UUID, nurse: Viewer, witness: Viewer
) -> None:
    """H-032."""
    home.make_lot("ESK-1", by=nurse, witness=witness, treatment="esketamine_nasal")
    with pytest.raises(InvalidInput, match="ESK-1 is a lot of another treatment"):
        use(visit, by=nurse, witness=witness, lot="ESK-1")


def test_use_when_the_lot_has_expired_since_is_refused(
    visit: uuid.UUID, nurse: Viewer, witness: Viewer
) -> None:
    """H-032."""
    home.make_lot(by=nurse, witness=witness, expires_on=date(2026, 3, 1))
    with pytest.raises(InvalidInput, match="expired on 2026-03-01"):
        use(visit, by=nurse, witness=witness)


def test_use_when_the_infusion_runs_is_refused(
    lot: None, episode_id: int, nurse: Viewer, witness: Viewer
) -> None:
    running = flow.make_started(episode_id, by=nurse)
    with pytest.raises(InvalidInput, match="is not known yet"):
        use(running, by=nurse, witness=witness)


def test_use_when_nothing_was_started_then_all_is_wasted(
    lot: None, episode_id: int, nurse: Viewer, witness: Viewer
) -> None:
    visit = flow.make_visit(episode_id, by=nurse)
    use(visit, by=nurse, witness=witness, given_mg="0", wasted_mg="50")
    assert balance(nurse) == {"KET-1": Decimal(450)}


def test_use_when_it_came_of_two_lots_then_both_lines_add_up(
    lot: None, visit: uuid.UUID, nurse: Viewer, witness: Viewer
) -> None:
    home.make_lot("KET-2", by=nurse, witness=witness)
    first = {"drawn_mg": "20", "given_mg": "20", "wasted_mg": "0"}
    use(visit, by=nurse, witness=witness, more_follows=True, **first)
    assert queries.of_visit(nurse, visit, at=make.NOW).missing_mg == 15
    use(visit, by=nurse, witness=witness, lot="KET-2", drawn_mg="50", given_mg="15", wasted_mg="35")
    assert queries.of_visit(nurse, visit, at=make.NOW).missing_mg == 0
    with pytest.raises(InvalidInput, match=r"35 mg \(35 mg on other lines\)"):
        use(visit, by=nurse, witness=witness)


def test_use_when_of_a_visit_elsewhere_is_refused(
    lot: None, visit: uuid.UUID, stranger: Viewer, witness: Viewer
) -> None:
    with pytest.raises(NotFound):
        use(visit, by=stranger, witness=witness)


def test_withdraw_when_a_line_is_wrong_then_it_stays_readable_and_no_longer_counts(
    lot: None, visit: uuid.UUID, nurse: Viewer, witness: Viewer
) -> None:
    use(visit, by=nurse, witness=witness)
    uid = queries.entries(nurse, IV).rows[0].uid
    drug_register.withdraw(uid, reason="Wrong lot", witness=witness, by=nurse, at=make.NOW)
    assert balance(nurse) == {"KET-1": Decimal(500)}
    assert queries.entries(nurse, IV).rows[0].withdrawn == f"{nurse.name}: Wrong lot"
    use(visit, by=nurse, witness=witness)
    assert lines(nurse)[0] == ("used", "50.0", "450.0")


def test_withdraw_when_what_came_in_was_drawn_since_is_refused(
    lot: None, visit: uuid.UUID, nurse: Viewer, witness: Viewer
) -> None:
    """H-032."""
    use(visit, by=nurse, witness=witness)
    received = queries.entries(nurse, IV).rows[1].uid
    with pytest.raises(Conflict, match="withdraw those lines first"):
        drug_register.withdraw(received, reason="Wrong", witness=witness, by=nurse, at=make.NOW)
    with pytest.raises(InvalidInput, match="is yourself"):
        drug_register.withdraw(received, reason="Wrong", witness=nurse, by=nurse, at=make.NOW)


def test_register_when_another_clinic_looks_then_it_has_its_own(
    lot: None, nurse: Viewer, witness: Viewer, stranger: Viewer
) -> None:
    assert (balance(nurse), balance(stranger)) == ({"KET-1": Decimal(500)}, {})
    (row,) = queries.entries(nurse, IV).rows
    colleague = make.make_account(Role.NURSE, clinic_id=stranger.clinic_id, username="reed")
    with pytest.raises(NotFound):
        drug_register.withdraw(row.uid, reason="Mine", witness=colleague, by=stranger, at=make.NOW)


def test_entries_when_there_are_many_then_they_come_in_pages_newest_first(
    lot: None, nurse: Viewer, witness: Viewer
) -> None:
    for _ in range(3):
        write("count", "500", by=nurse, witness=witness)
    pages = [queries.entries(nurse, IV, number=number, size=3) for number in (1, 2, 9)]
    assert [[row.kind for row in page.rows] for page in pages] == [
        ["counted"] * 3,
        ["received"],
        ["received"],
    ]
    assert [(page.number, page.total) for page in pages] == [(1, 4), (2, 4), (2, 4)]


def test_lot_when_it_expires_today_by_the_clinics_calendar_then_it_may_still_be_used(
    episode_id: int, nurse: Viewer, witness: Viewer
) -> None:
    """23:30 UTC on 30 March is the 31st in London, where summer time has begun."""
    late = datetime(2026, 3, 30, 23, 30, tzinfo=UTC)
    home.make_lot(by=nurse, witness=witness, expires_on=date(2026, 3, 30))
    visit = flow.make_visit(episode_id, by=nurse)
    waste = {"given_mg": "0", "wasted_mg": "50", "at": late}
    with pytest.raises(InvalidInput, match="expired"):
        use(visit, by=nurse, witness=witness, **waste, happened_at=late)
    use(visit, by=nurse, witness=witness, **waste, happened_at=late - timedelta(hours=1))
