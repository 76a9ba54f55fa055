"""`holdfast import`: what becomes of files, and what is said about every row that cannot be brought in."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from holdfast.access import Role, Viewer
from holdfast.cli import main
from holdfast.records.models import AuditEvent, CheckIn, Episode, Infusion, Outlook, TherapySession
from holdfast.records.queries import caseload
from tests import make

TOTALS = (
    "person,date,instrument,score\n"
    "P-7,2026-01-05,hamd17,24\nP-7,2026-01-19T09:30,hamd17,12\nP-8,2026-01-05,phq9,20\n"
)
EVENTS = (
    "person,date,event,detail\n"
    "P-7,2026-01-06,infusion,0.5\nP-7,2026-01-09,infusion,0.5;35;70\n"
    "P-7,2026-01-12,session,cbt\nP-7,2026-01-15,session,cbt:did_not_attend\nP-8,2026-01-12,session,ipt:1\n"
)
ITEMS = "person,date," + ",".join(f"q{n}" for n in range(1, 10)) + "\n"

WriteFile = Callable[..., Path]
Import = Callable[..., Result]


@pytest.fixture
def write_file(tmp_path: Path) -> WriteFile:
    """`write_file(TOTALS)`: a file with that content; `name=` for another than scores.csv."""

    def write(content: str | bytes, name: str = "scores.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def mo(db: None) -> Viewer:
    """The only one of the only clinic who may import."""
    return make.make_account(Role.LEAD, clinic_id=make.make_clinic(), username="mo", name="Mo")


@pytest.fixture
def bring(mo: Viewer) -> Import:
    """`bring(path, "--dry-run")`: the command, as an operator gives it."""

    def run(*arguments: str | Path) -> Result:
        result = CliRunner().invoke(main, ["import", *map(str, arguments)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def held() -> tuple[int, int, int]:
    """Check-ins, infusions and sessions in the record."""
    return CheckIn.objects.count(), Infusion.objects.count(), TherapySession.objects.count()


# Files that are as they should be


def test_import_when_files_are_sound_then_facts_outlooks_and_caseload_are_there(
    bring: Import, write_file: WriteFile, mo: Viewer
) -> None:
    result = bring(write_file(TOTALS), "--events", write_file(EVENTS, "events.csv"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert held() == (3, 2, 3)
    assert Outlook.objects.count() == 2
    assert {row.code: (row.instrument, row.infusions, row.therapy) for row in caseload.page(mo).rows} == {
        "P-7": ("hamd17", 2, "cbt"),
        "P-8": ("phq9", 0, "ipt"),
    }
    assert "Adding 2 new people, 3 check-ins, 2 infusions, 3 sessions; 0 safety alerts" in result.stdout


def test_import_when_dry_then_says_the_same_and_changes_nothing(bring: Import, write_file: WriteFile) -> None:
    before = AuditEvent.objects.count()
    result = bring(write_file(TOTALS), "--events", write_file(EVENTS, "events.csv"), "--dry-run")
    assert result.exit_code == 0
    assert "Would add 2 new people, 3 check-ins, 2 infusions, 3 sessions; 0 safety alerts" in result.stdout
    assert "Nothing is changed" in result.stdout
    assert (held(), Episode.objects.count(), AuditEvent.objects.count()) == ((0, 0, 0), 0, before)


def test_import_when_the_same_file_comes_twice_then_adds_nothing_and_says_so(
    bring: Import, write_file: WriteFile
) -> None:
    source, events = write_file(TOTALS), write_file(EVENTS, "events.csv")
    bring(source, "--events", events)
    result = bring(source, "--events", events)
    assert result.exit_code == 0
    assert "Adding 0 new people, 0 check-ins, 0 infusions, 0 sessions; 0 safety alerts" in result.stdout
    assert "In the record already: 8 rows" in result.stdout
    assert "Nothing is changed" in result.stdout
    assert held() == (3, 2, 3)


def test_import_when_answers_are_marked_then_counts_the_alerts(bring: Import, write_file: WriteFile) -> None:
    source = write_file(ITEMS + "P-7,2026-01-05,1,1,1,1,1,1,1,1,2\nP-8,2026-01-05,1,1,1,1,1,1,1,1,0\n")
    assert "1 safety alert" in bring(source, "--instrument", "phq9").stdout


def test_import_when_a_cell_is_empty_then_the_answer_is_missing_and_there_is_no_total(
    bring: Import, write_file: WriteFile
) -> None:
    bring(write_file(ITEMS + "P-7,2026-01-05,1,1.0,,1,1,1,1,1,0\n"), "--instrument", "PHQ9")
    kept = CheckIn.objects.get()
    assert (kept.total, kept.complete) == (None, False)
    assert kept.answers == {
        "q1": 1,
        "q2": 1,
        "q3": None,
        "q4": 1,
        "q5": 1,
        "q6": 1,
        "q7": 1,
        "q8": 1,
        "q9": 0,
    }


def test_import_when_two_instruments_share_a_file_then_each_reads_its_own_columns(
    bring: Import, write_file: WriteFile
) -> None:
    header = ITEMS.replace("date,", "date,instrument,")
    rows = "P-7,2026-01-05,phq9,1,1,1,1,1,1,1,1,0\nP-7,2026-01-05,gad7,2,2,2,2,2,2,2,,\n"
    bring(write_file(header + rows))
    assert set(CheckIn.objects.values_list("instrument", "total")) == {("phq9", 8), ("gad7", 14)}


def test_import_when_a_day_is_given_then_it_is_noon_at_the_clinic(
    bring: Import, write_file: WriteFile
) -> None:
    bring(
        write_file("person,date,instrument,score\nP-7,2025-07-01,hamd17,24\nP-7,2025-07-02 09:30,hamd17,24\n")
    )
    moments = [
        at.isoformat() for at in CheckIn.objects.order_by("happened_at").values_list("happened_at", flat=True)
    ]
    assert moments == ["2025-07-01T11:00:00+00:00", "2025-07-02T08:30:00+00:00"]


def test_import_when_the_file_has_a_byte_order_mark_and_windows_lines_then_reads_it(
    bring: Import, write_file: WriteFile
) -> None:
    bring(write_file(b"\xef\xbb\xbf" + TOTALS.replace("\n", "\r\n").encode()))
    assert held() == (3, 0, 0)


def test_import_when_the_examples_of_the_documents_are_brought_in_then_none_is_refused(bring: Import) -> None:
    examples = Path(__file__).parents[2] / "docs" / "examples"
    result = bring(examples / "scores.csv", "--events", examples / "events.csv")
    assert (result.exit_code, held()) == (0, (10, 8, 3))
    assert "Refused: 0 rows" in result.stdout


# Rows that are refused


def test_import_when_a_row_is_refused_then_writes_nothing_and_names_it(
    bring: Import, write_file: WriteFile
) -> None:
    result = bring(write_file(TOTALS + "P-9,2026-01-05,hamd17,99\n"))
    assert (result.exit_code, held()) == (2, (0, 0, 0))
    assert "scores.csv, line 5, column score: 99 lies outside 0 to 52" in result.stdout
    assert "1 row is refused, so nothing is written" in result.stderr


def test_import_when_refused_rows_are_to_be_skipped_then_writes_the_others_and_a_file_of_those(
    bring: Import, write_file: WriteFile, tmp_path: Path
) -> None:
    result = bring(write_file(TOTALS + "P-9,2026-01-05,hamd17,99\n"), "--skip-refused")
    assert (result.exit_code, held()) == (0, (3, 0, 0))
    header, row = (tmp_path / "scores.refused.csv").read_text().splitlines()
    assert header == "person,date,instrument,score,why_refused"
    assert row.startswith("P-9,2026-01-05,hamd17,99,score: 99 lies outside 0 to 52")


def test_import_when_the_mended_file_of_refused_rows_comes_then_reads_it(
    bring: Import, write_file: WriteFile
) -> None:
    mended = (
        "person,date,instrument,score,why_refused\nP-9,2026-01-05,hamd17,19,score: 99 lies outside 0 to 52\n"
    )
    assert bring(write_file(mended)).exit_code == 0
    assert held() == (1, 0, 0)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("P-7,2999-01-05,hamd17,24", "column date: lies in the future (expected a moment that has passed)"),
        ("P-7,05/01/2026,hamd17,24", "column date: is no date (expected 2026-03-02, or 2026-03-02T09:30)"),
        ("P-7,0026-01-05,hamd17,24", "column date: is no likely date (expected a day since 1900)"),
        ("P-7,,hamd17,24", "column date: is empty"),
        (",2026-01-05,hamd17,24", "column person: is empty (expected the clinic's code of the person"),
        ("P\x007,2026-01-05,hamd17,24", "column person: is no code the record can keep"),
        (f"{'P' * 65},2026-01-05,hamd17,24", "column person: is no code the record can keep"),
        ("P-7,2026-01-05,sds,24", "column instrument: names no instrument (expected aaq2 or bads_sf"),
        ("P-7,2026-01-05,hamd17,", "column score: is empty (expected a whole number, or no row)"),
        ("P-7,2026-01-05,hamd17,-999", "column score: -999 is no answer (expected a whole number)"),
        ("P-7,2026-01-05,hamd17,12.5", "column score: 12.5 is no answer"),
        ("P-7,2026-01-05,hamd17,Ada Sample", "column score: this cell is no answer"),
        ("P-7,2026-01-05,hamd17,53", "column score: 53 lies outside 0 to 52"),
    ],
)
def test_import_when_a_score_row_is_broken_then_says_where_what_and_what_would_be_right(
    row: str, said: str, bring: Import, write_file: WriteFile
) -> None:
    result = bring(write_file(f"person,date,instrument,score\n{row}\n"))
    assert result.exit_code == 2
    assert f"scores.csv, line 2, {said}" in result.stdout
    assert held() == (0, 0, 0)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("1,1,1,-999,1,1,1,1,0", "column q4: -999 is no answer (expected one of the answers, or nothing"),
        ("1,1,1,4,1,1,1,1,0", "column q4: is not one of the answers (expected 0, 1, 2 or 3)"),
        ("1,1,1,yes,1,1,1,1,0", "column q4: this cell is no answer"),
        (
            ",,,,,,,,",
            "column q1: has no answer, nor has any other item (expected one answer at least, or no row)",
        ),
    ],
)
def test_import_when_an_answer_is_none_then_says_which(
    cells: str, said: str, bring: Import, write_file: WriteFile
) -> None:
    result = bring(write_file(f"{ITEMS}P-7,2026-01-05,{cells}\n"), "--instrument", "phq9")
    assert result.exit_code == 2
    assert f"scores.csv, line 2, {said}" in result.stdout


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("P-7,2026-01-06,infusion,0", "column detail: 0.00 mg/kg is outside the limits"),
        ("P-7,2026-01-06,infusion,", "column detail: is empty (expected mg/kg, such as 0.5"),
        ("P-7,2026-01-06,infusion,35 mg", "column detail: is no dose"),
        ("P-7,2026-01-06,infusion,0.5;70;70", "column detail: 70.0 mg for 70.0 kg is 1.00 mg/kg, not 0.50"),
        ("P-7,2026-01-06,session,hypnosis", "column detail: names no therapy (expected act, cbt, dbt, ipt"),
        ("P-7,2026-01-06,session,cbt:perhaps", "column detail: names no attendance (expected attended or"),
        ("P-7,2026-01-06,session,cbt:0", "column detail: 0 is not a session"),
        ("P-7,2026-01-06,session,", "column detail: is empty (expected cbt, cbt:3"),
        ("P-7,2026-01-06,walk,", "column event: names no event (expected infusion or session)"),
    ],
)
def test_import_when_an_event_is_broken_then_says_where_what_and_what_would_be_right(
    row: str, said: str, bring: Import, write_file: WriteFile
) -> None:
    result = bring(
        write_file(TOTALS), "--events", write_file(f"person,date,event,detail\n{row}\n", "events.csv")
    )
    assert result.exit_code == 2
    assert [line for line in result.stdout.splitlines() if line.startswith("  ")] != []
    assert f"events.csv, line 2, {said}" in result.stdout
    assert held() == (0, 0, 0)


def test_import_when_a_row_repeats_another_then_names_both(bring: Import, write_file: WriteFile) -> None:
    result = bring(write_file(TOTALS + "P-8,2026-01-05,phq9,20\nP-7,2026-01-05,hamd17,23\n"), "--dry-run")
    assert "line 5, column date: repeats line 4" in result.stdout
    assert "line 6, column date: differs from line 2, of the same moment" in result.stdout
    assert result.exit_code == 2


# Files that cannot be read


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "scores.csv: is empty"),
        (b"person,date,instrument,score\n", "scores.csv: has no rows below its first line"),
        (b"person,date,score\nP-7,2026-01-05,24\n", "scores.csv: has no column instrument"),
        (b"person,date,instrument\nP-7,2026-01-05,phq9\n", "scores.csv: has no column score"),
        (b"person;date;instrument;score\nP-7;2026-01-05;phq9;24\n", "columns must be separated by commas"),
        (
            "person,date,instrument,score\nJosé,2026-01-05,phq9,24\n".encode("latin-1"),
            "scores.csv, line 2: is not UTF-8",
        ),
        (b"person,date,instrument,score\nP-7,2026-01-05,phq9\n", "scores.csv, line 2: has 3 cells"),
        (
            b"person,date,instrument,score,score\nP-7,2026-01-05,phq9,1,2\n",
            "names the column score more than once",
        ),
        (
            b"person,date,instrument,score,q1\nP-7,2026-01-05,phq9,1,2\n",
            "has a column score and item columns",
        ),
        (b'person,date,instrument,score\n"P-7,2026-01-05,phq9,1\n', "scores.csv, line 2: is no CSV"),
    ],
)
def test_import_when_the_file_is_broken_then_one_clear_message_and_status_2(
    content: bytes, said: str, bring: Import, write_file: WriteFile
) -> None:
    result = bring(write_file(content))
    assert result.exit_code == 2
    assert said in result.stderr
    assert held() == (0, 0, 0)


def test_import_when_the_instrument_is_named_twice_then_asks_for_one(
    bring: Import, write_file: WriteFile
) -> None:
    result = bring(write_file(TOTALS), "--instrument", "phq9")
    assert result.exit_code == 2
    assert (
        "--instrument: scores.csv names the instrument of each row (expected one of the two)" in result.stderr
    )


def test_import_when_the_instrument_named_is_unknown_then_lists_those_there_are(
    bring: Import, write_file: WriteFile
) -> None:
    result = bring(write_file(f"{ITEMS}P-7,2026-01-05,1,1,1,1,1,1,1,1,1\n"), "--instrument", "sds")
    assert (result.exit_code, "instrument: names no instrument (expected aaq2 or" in result.stderr) == (
        2,
        True,
    )


# In whose name


def test_import_when_two_may_import_then_asks_in_whose_name(
    bring: Import, write_file: WriteFile, mo: Viewer
) -> None:
    make.make_account(Role.ADMINISTRATOR, clinic_id=mo.clinic_id, username="sam")
    result = bring(write_file(TOTALS))
    assert result.exit_code == 2
    assert "--as: 2 log-ins of the clinic may import (expected one of sam, mo)" in result.stderr


def test_import_when_told_in_whose_name_then_the_record_says_so(
    bring: Import, write_file: WriteFile, mo: Viewer
) -> None:
    make.make_account(Role.ADMINISTRATOR, clinic_id=mo.clinic_id, username="sam")
    assert bring(write_file(TOTALS), "--as", "Sam", "--clinic", "harbour").exit_code == 0
    assert set(CheckIn.objects.values_list("recorded_by__username", flat=True)) == {"sam"}


def test_import_when_the_role_may_not_then_is_refused(
    bring: Import, write_file: WriteFile, mo: Viewer
) -> None:
    make.make_account(Role.NURSE, clinic_id=mo.clinic_id, username="okoro")
    result = bring(write_file(TOTALS), "--as", "okoro")
    assert (result.exit_code, result.stderr) == (2, "holdfast: a nurse may not import records\n")


def test_import_when_there_are_two_clinics_then_asks_which(bring: Import, write_file: WriteFile) -> None:
    make.make_account(Role.LEAD, clinic_id=make.make_clinic("inland"), username="lee")
    assert (
        "--clinic: there are 2 clinics (expected one of harbour, inland)" in bring(write_file(TOTALS)).stderr
    )
    assert bring(write_file(TOTALS), "--clinic", "inland").exit_code == 0
    assert set(Episode.objects.values_list("recorded_by__username", flat=True)) == {"lee"}


def test_import_when_the_log_in_is_of_another_clinic_then_is_refused(
    bring: Import, write_file: WriteFile
) -> None:
    make.make_clinic("inland")
    result = bring(write_file(TOTALS), "--as", "mo", "--clinic", "inland")
    assert (result.exit_code, result.stderr) == (2, "holdfast: mo does not belong to the clinic inland\n")


def test_import_when_the_clinic_is_synthetic_then_only_a_dry_run_is_made(
    write_file: WriteFile, db: None
) -> None:
    from holdfast.care import accounts

    clinic_id = accounts.open_clinic(slug="demo", name="Demo", zone="UTC", at=make.NOW, is_demo=True)
    make.make_account(Role.LEAD, clinic_id=clinic_id, username="mo")
    runner, source = CliRunner(), str(write_file(TOTALS))
    assert runner.invoke(main, ["import", source, "--dry-run"]).exit_code == 0
    result = runner.invoke(main, ["import", source])
    assert (result.exit_code, held()) == (2, (0, 0, 0))
    assert "this is the synthetic clinic, whose log-ins are public" in result.stderr
