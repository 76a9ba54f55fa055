"""The `holdfast` command: each sub-command parses its options and calls one job."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from holdfast.access import Role
from holdfast.errors import HoldfastError
from holdfast.jobs.science_commands import calibrate, fit, forecast, simulate

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)
_PORT = click.IntRange(1, 65535)


class _Commands(click.Group):
    """Shows an error of ours as one clear message with exit status 2, never as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except HoldfastError as error:
            click.echo(f"holdfast: {error}", err=True)
            raise SystemExit(2) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Care from the first ketamine infusion to lasting remission."""


@main.command()
@click.argument("instrument")
@click.argument("file", type=_FILE)
@click.option("--out", type=_OUT, help="Write here instead of standard output.")
def score(instrument: str, file: Path, out: Path | None) -> None:
    """Score INSTRUMENT (for example phq9) for every row of FILE, a CSV with columns q1, q2 and so on.

    Other columns are carried through; total, band, complete and alert are written beside them. An empty cell is a
    missing answer. A bad cell is an error that names its row and column; then nothing is written.
    """
    from holdfast.jobs.score_csv import score_file

    score_file(instrument, source=file, out=out)


for command in (calibrate, fit, forecast, simulate):
    main.add_command(command)


@main.command("import")
@click.argument("file", type=_FILE)
@click.option("--events", type=_FILE, help="CSV of infusions and sessions: person,date,event,detail.")
@click.option("--instrument", help="Instrument of every row, when FILE has no such column.")
@click.option("--clinic", help="Short name of the clinic; not needed when there is one alone.")
@click.option("--as", "username", help="Log-in in whose name it is recorded: a lead or an administrator.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and what refused; change nothing.")
@click.option(
    "--skip-refused", is_flag=True, help="Leave refused rows out, and write them to FILE.refused.csv."
)
def import_(
    file: Path,
    events: Path | None,
    instrument: str | None,
    clinic: str | None,
    username: str | None,
    dry_run: bool,
    skip_refused: bool,
) -> None:
    """Bring check-ins from FILE into a clinic's record, and infusions and sessions from --events.

    \b
    FILE    person,date,instrument,score   one total a row, or
            person,date,instrument,q1,q2,… one answer a cell; an empty cell is a missing answer
    events  person,date,event,detail
            infusion   0.5           mg/kg; or 0.5;35;70 for mg/kg, mg and kg
            session    cbt           attended; or cbt:3 for its number, cbt:did_not_attend,
                                     cbt:3:cancelled_by_patient, …

    A date is 2026-03-02 (noon at the clinic) or 2026-03-02T09:30. People the clinic does not know are taken into
    care under their code. All or nothing: when any row is refused, none is written, unless --skip-refused is given.
    The same file again adds nothing. Exit status 2 when rows were refused.
    """  # noqa: D301  click wants the sign itself before lines that stay as they are
    with _record():
        from holdfast.jobs.import_csv import import_files

        import_files(
            file,
            events=events,
            instrument=instrument,
            clinic=clinic,
            username=username,
            dry_run=dry_run,
            skip_refused=skip_refused,
        )


@main.command()
@click.option("--port", type=_PORT, default=8000, show_default=True)
@click.option("--database", help="Address of its database.  [default: var/demo.sqlite3 where you stand]")
@click.option(
    "--fresh", is_flag=True, help="Make the synthetic clinic anew, in a file this command made itself."
)
@click.option("--no-serve", is_flag=True, help="Make the clinic and stop.")
def demo(port: int, database: str | None, fresh: bool, no_serve: bool) -> None:
    """Run a clinic of 40 synthetic people, with one log-in for each role.

    The first start makes the clinic, as if its people had been in care up to this moment; later starts use it as it
    stands. A database that holds real people is refused.
    """
    from holdfast.jobs.demo_database import address

    os.environ["HOLDFAST_DATABASE_URL"] = address(database)
    os.environ["HOLDFAST_DEMO"] = "1"
    with _record():
        from holdfast.jobs.demo_clinic import demonstrate

        demonstrate(port=port, fresh=fresh, stay=not no_serve)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=_PORT, default=8000, show_default=True)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="One a processor core."
)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the clinics in the database, and pass unanswered alerts on every minute.

    Refuses to start when the tables are behind, when a table of facts is not guarded against changes, or when the
    database holds the synthetic clinic.
    """
    with _record():
        from holdfast.jobs.serve import serve as serve_clinics

        serve_clinics(host=host, port=port, workers=workers)


@main.command()
def migrate() -> None:
    """Make the tables, or bring them up to date after an upgrade; facts in them are never changed."""
    with _record():
        from holdfast.jobs.operate import migrate as bring_up_to_date

        bring_up_to_date()


@main.command()
@click.argument("slug")
@click.option("--name", required=True, help="Name shown to people.")
@click.option("--zone", required=True, help="IANA time zone, for example Europe/London.")
def clinic(slug: str, name: str, zone: str) -> None:
    """Open a clinic; SLUG is its short name in commands, for example harbour."""
    with _record():
        from holdfast.jobs.operate import open_clinic

        open_clinic(slug, name=name, zone=zone)


@main.command("crisis-contact")
@click.argument("clinic")
@click.option("--label", required=True, help="Name people know, for example Samaritans.")
@click.option("--phone", default="", help="Number to call.")
@click.option("--text", default="", help="Number to write to.")
@click.option("--hours", default="", help="When someone answers, for example day and night.")
@click.option(
    "--verified-on",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day on which someone of the clinic checked that they answer, 2026-03-02.",
)
def crisis_contact(clinic: str, label: str, phone: str, text: str, hours: str, verified_on: datetime) -> None:
    """Add someone whom patients of CLINIC can reach in a crisis; the same label again replaces the contact."""
    with _record():
        from holdfast.jobs.operate import add_crisis_contact

        add_crisis_contact(
            clinic, label=label, phone=phone, text=text, hours=hours, verified_on=verified_on.date()
        )


@main.command()
@click.argument("username")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--clinic", required=True, help="Short name of the clinic.")
@click.option("--name", required=True, help="Name shown to people.")
@click.option(
    "--patient", metavar="CODE", help="Whose own log-in it is, by the clinic's code; only for a patient."
)
@click.option("--email", default="", help="Where notices of safety alerts go.")
@click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    envvar="HOLDFAST_PASSWORD",
    show_envvar=True,
    help="Asked for when left out. Given here it stays in the shell's history: use the variable in scripts.",
)
def account(
    username: str, role: str, clinic: str, name: str, patient: str | None, email: str, password: str
) -> None:
    """Open a log-in; USERNAME is what the person types, in any case."""
    with _record():
        from holdfast.jobs.operate import open_account

        open_account(
            username, role=role, clinic=clinic, name=name, patient=patient, email=email, password=password
        )


@main.command("alert-owners")
@click.argument("clinic")
@click.option("--owner", required=True, help="Log-in that gets safety alerts first.")
@click.option("--backup", required=True, help="Log-in that gets them when the owner does not answer in time.")
@click.option("--lead", required=True, help="Log-in that gets them last.")
def alert_owners(clinic: str, owner: str, backup: str, lead: str) -> None:
    """Name who answers the safety alerts of CLINIC, in which order."""
    with _record():
        from holdfast.jobs.operate import name_alert_owners

        name_alert_owners(clinic, owner=owner, backup=backup, lead=lead)


@main.command()
def nightly() -> None:
    """Renew outlooks that no longer say what is so: what fell due, and forecasts that failed. Run it once a night.

    People whose record and next steps have not changed are left as they are. A run that was broken off goes on where
    it stopped. One that fails does not stop the others; it is named, and the exit status is 1.
    """
    with _record():
        from holdfast.jobs.nightly import run

        all_well = run()
    raise SystemExit(0 if all_well else 1)


@main.command()
def escalate() -> None:
    """Pass on safety alerts that nobody answered in time. `holdfast serve` does so by itself every minute."""
    with _record():
        from holdfast.jobs.operate import escalate as pass_on

        pass_on()


@main.command()
def verify() -> None:
    """Check that the audit trail is whole and that the database refuses to change facts."""
    with _record():
        from holdfast.jobs.operate import verify as check

        check()


@main.command("reseal-notes")
def reseal_notes() -> None:
    """Seal every private note anew with the first key of HOLDFAST_NOTES_KEYS, after a key was added in front."""
    with _record():
        from holdfast.jobs.operate import reseal_notes as reseal

        reseal()


@contextmanager
def _record() -> Iterator[None]:
    """The record, ready for a job; trouble with settings or database becomes one clear message."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.config.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError, ProgrammingError

    try:
        django.setup()
    except (ImproperlyConfigured, ValueError) as error:
        raise HoldfastError(f"the settings cannot be used: {error}") from error
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        raise HoldfastError(
            f"the database cannot be used: {str(error).strip()}. Is HOLDFAST_DATABASE_URL right?"
        ) from error
