"""`holdfast import`: records from CSV files into a clinic, or what would become of every row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from django.utils import timezone

from holdfast.access import PERMISSIONS, Permission, Role, Viewer
from holdfast.care import accounts, import_plan, imports
from holdfast.care.import_entries import Plan
from holdfast.errors import Conflict, HoldfastError, InvalidInput, Problem
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

    path: Path
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

    Errors: `InvalidInput` for a file that cannot be read as it should; `HoldfastError` when rows were refused and
    are not to be skipped. Then nothing is written.
    """
    operate.refuse_unready()
    at = timezone.now()
    by = _in_whose_name(clinic=clinic, username=username)
    if not dry_run:
        _refuse_synthetic(by.clinic_id)
    plan, refused = _judge(source, events, instrument=instrument, by=by, at=at)
    writes = not dry_run and (skip_refused or not refused)
    for line in _report(plan, refused, by=by, writes=writes):
        click.echo(line)
    if writes:
        _write_refused(refused)
        _bring_in(plan, by=by, at=at)
    elif refused:
        raise HoldfastError(_what_to_do(len(refused), dry_run=dry_run))


def _judge(
    source: Path, events: Path | None, *, instrument: str | None, by: Viewer, at: datetime
) -> tuple[Plan, tuple[Refused, ...]]:
    """Read both files and plan; refused rows in the order of the files."""
    clock = Clock(zone=ZoneInfo(clinics.zone(by.clinic_id)), at=at)
    table = tables.read(source)
    read = {source: (table, list(import_rows.check_ins(table, instrument=instrument, clock=clock)))}
    if events is not None:
        happened = tables.read(events)
        read[events] = happened, list(import_rows.events(happened, clock=clock))
    every = [entry for _, entries in read.values() for entry in entries]
    plan = import_plan.prepare([entry for entry in every if not isinstance(entry, BadRow)], by=by, at=at)
    why = {id(refusal.entry): refusal.problems for refusal in plan.refused}
    return plan, tuple(
        Refused(path, table, entry.line, problems)
        for path, (table, entries) in read.items()
        for entry in entries
        if (problems := entry.problems if isinstance(entry, BadRow) else why.get(id(entry)))
    )


def _bring_in(plan: Plan, *, by: Viewer, at: datetime) -> None:
    episode_ids = imports.bring_in(plan, by=by, at=at)
    if not episode_ids:
        return
    click.echo("Written. What follows can be repeated at any time: holdfast nightly")
    failed = nightly.renew(episode_ids, at=at, label=f"Renewing {_many(len(episode_ids), 'outlook')}")
    for line in failed:
        click.echo(line, err=True)


def _report(plan: Plan, refused: Sequence[Refused], *, by: Viewer, writes: bool) -> Iterator[str]:
    """What is done, or would be, and every reason for refusing a row."""
    yield f"{clinics.name(by.clinic_id)}, in the name of {by.name} ({by.role})"
    yield (
        f"{'Adding' if writes else 'Would add'} {len(plan.people)} new people, "
        f"{len(plan.check_ins)} check-ins, {len(plan.infusions)} infusions, {len(plan.sessions)} sessions; "
        f"{_many(plan.alerts, 'safety alert')}"
    )
    yield f"In the record already: {_many(plan.already, 'row')}"
    yield f"Refused: {_many(len(refused), 'row')}"
    for row in refused:
        yield from (f"  {line}" for line in row.lines())
    if not writes or not plan.persons:
        yield "Nothing is changed"


def _what_to_do(count: int, *, dry_run: bool) -> str:
    mend = "mend what is said above, or leave it out with --skip-refused"
    if dry_run:
        return f"{_many(count, 'row')} would be refused; {mend}"
    return f"{_many(count, 'row')} {'is' if count == 1 else 'are'} refused, so nothing is written; {mend}"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _write_refused(refused: Sequence[Refused]) -> None:
    """Write the refused rows of each file, as they came and with the reasons, to a file beside it."""
    for path in dict.fromkeys(row.path for row in refused):
        rows = [row for row in refused if row.path == path]
        table = rows[0].table
        kept = [place for place, name in enumerate(table.names) if name != WHY]
        cells = dict(zip(table.lines, table.rows, strict=True))
        out = path.with_suffix(".refused.csv")
        tables.write(
            out,
            header=[*(table.header[place] for place in kept), WHY],
            rows=[
                [*(cells[row.line][place] for place in kept), "; ".join(map(str, row.problems))]
                for row in rows
            ],
        )
        click.echo(f"Refused rows of {path.name}: see {out}")


def _in_whose_name(*, clinic: str | None, username: str | None) -> Viewer:
    """The account the records are brought in by: the one named, or the only one of the clinic that may."""
    if username is None:
        return accounts.viewer(_only_importer(_only_site(clinic)))
    by = accounts.viewer(username)
    if clinic is not None and by.clinic_id != accounts.clinic_id(clinic):
        raise Conflict(f"{username} does not belong to the clinic {clinic}")
    return by


def _only_site(clinic: str | None) -> int:
    if clinic is not None:
        return accounts.clinic_id(clinic)
    sites = operation.sites()
    if len(sites) != 1:
        expected = (
            f"one of {', '.join(site.slug for site in sites)}"
            if sites
            else "a clinic opened first: holdfast clinic"
        )
        raise InvalidInput(Problem("--clinic", f"there are {len(sites)} clinics", expected))
    return sites[0].clinic_id


def _only_importer(clinic_id: int) -> str:
    rows = clinics.accounts(accounts.operator(clinic_id))
    those = [
        row.username
        for row in rows
        if row.is_active and Permission.IMPORT_RECORDS in PERMISSIONS[Role(row.role)]
    ]
    if len(those) != 1:
        expected = f"one of {', '.join(those)}" if those else "a lead or an administrator: holdfast account"
        raise InvalidInput(Problem("--as", f"{len(those)} log-ins of the clinic may import", expected))
    return those[0]


def _refuse_synthetic(clinic_id: int) -> None:
    """H-008: real people must not come into the clinic whose log-ins are public."""
    if clinic_id in {site.clinic_id for site in operation.sites() if site.is_demo}:
        raise Conflict(
            "this is the synthetic clinic, whose log-ins are public: only a dry run can be made here. "
            "For your own people open a clinic in another database: holdfast migrate, clinic, account"
        )
