"""`holdfast import`: check-ins, infusions and sessions from CSV files into a clinic's record, or what would become of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from django.utils import timezone

from holdfast.access import PERMISSIONS, Permission, Role, Viewer
from holdfast.care import accounts, import_plan, imports
from holdfast.care.import_entries import CheckInEntry, Entry, Plan
from holdfast.errors import Conflict, HoldfastError, InvalidInput, NotFound, Problem
from holdfast.jobs import import_rows, nightly, operate, tables
from holdfast.jobs.import_rows import BadRow, Clock
from holdfast.jobs.tables import Table
from holdfast.records.queries import clinic as clinics
from holdfast.records.queries import operation

WHY = "why_refused"
"""The column that a file of refused rows has beside those it came with."""


@dataclass(frozen=True)
class Refused:
    """A row that is not brought in, with every reason."""

    table: Table
    line: int
    problems: tuple[Problem, ...]

    def lines(self) -> tuple[str, ...]:
        """The reasons as they are shown: file, line, column, what, and what would be right."""
        place = f"{self.table.file}, line {self.line}"
        return tuple(f"{place}, column {p.where}: {p.what} (expected {p.expected})" for p in self.problems)


def import_files(
    source: Path,
    *,
    events: Path | None,
    instrument: str | None,
    clinic: str | None,
    username: str | None,
    dry_run: bool,
    skip_refused: bool,
) -> None:
    """Bring the files in, or with `dry_run` say what would become of every row.

    Errors: `HoldfastError` when rows were refused and are not to be skipped; then nothing is written.
    """
    operate.refuse_unready()
    at = timezone.now()
    by = _in_whose_name(clinic=clinic, username=username)
    if not dry_run:
        _refuse_synthetic(by.clinic_id)
    clock = Clock(zone=ZoneInfo(clinics.zone(by.clinic_id)), at=at)
    answers, happenings = tables.read(source), tables.read(events) if events else None
    read = [*import_rows.check_ins(answers, instrument=instrument, clock=clock)]
    read_events = [*import_rows.events(happenings, clock=clock)] if happenings else []
    plan = import_plan.prepare([e for e in (*read, *read_events) if not isinstance(e, BadRow)], by=by, at=at)
    refused = _refused(answers, read, plan, check_ins=True)
    if happenings:
        refused += _refused(happenings, read_events, plan, check_ins=False)
    _report(plan, refused, by=by, dry_run=dry_run)
    _leave_aside(answers, instrument)
    if dry_run or (refused and not skip_refused):
        return _end(refused, dry_run=dry_run)
    _write_refused(source, refused)
    ...
