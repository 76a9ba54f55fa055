"""What an operator does at the terminal: tables, clinics, log-ins, alerts that wait, and the check of the record."""

from datetime import date

import click
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from holdfast.access import Role, Viewer
from holdfast.care import accounts, alerts, audit, private_notes
from holdfast.errors import Conflict, HoldfastError, NotFound
from holdfast.records import append_only
from holdfast.records.queries import clinic as clinics


def migrate() -> None:
    """Bring the tables up to date and check that the database guards every fact."""
    waiting = pending_migrations()
    if waiting:
        click.echo(f"Bringing the tables up to date: {len(waiting)} steps")
        call_command("migrate", verbosity=0, interactive=False)
    else:
        # Django puts the guards back at the end of every run, also of one without a step.
        call_command("migrate", verbosity=0, interactive=False)
        click.echo("The tables are up to date already")
    refuse_unguarded()
    click.echo(
        f"The database refuses to change or remove facts in all {len(append_only.tables())} tables of them"
    )


def pending_migrations() -> tuple[str, ...]:
    """Names of the steps by which the tables are behind this version of Holdfast."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return tuple(f"{migration.app_label}.{migration.name}" for migration, _ in plan)


def refuse_unready() -> None:
    """Refuse a database whose tables are behind, or that would let a fact be changed."""
    waiting = pending_migrations()
    if waiting:
        raise Conflict(f"the tables are {len(waiting)} steps behind this version; run: holdfast migrate")
    refuse_unguarded()


def refuse_unguarded() -> None:
    """Refuse a database in which a table of facts lacks its guard."""
    unguarded = append_only.unguarded(DEFAULT_DB_ALIAS)
    if unguarded:
        raise Conflict(
            f"facts in {', '.join(unguarded)} could be changed: triggers are missing; run: holdfast migrate"
        )


def open_clinic(slug: str, *, name: str, zone: str) -> None:
    """Open a clinic of real people."""
    refuse_unready()
    if True in clinics.kinds():
        # H-008: the log-ins of a synthetic clinic are public.
        raise Conflict(
            "this database holds the synthetic clinic; give a clinic of real people a database of its own"
        )
    accounts.open_clinic(slug=slug, name=name, zone=zone, at=timezone.now())
    click.echo(f"Opened the clinic {slug}. What it still needs:")
    click.echo(f"  holdfast account NAME --role administrator --clinic {slug} --name ...")
    click.echo(f"  holdfast crisis-contact {slug} --label ... --phone ... --verified-on ...")
    click.echo(f"  holdfast alert-owners {slug} --owner ... --backup ... --lead ...")


def add_crisis_contact(
    clinic: str, *, label: str, phone: str, text: str, hours: str, verified_on: date
) -> None:
    """Add someone whom patients of the clinic can reach in a crisis."""
    refuse_unready()
    operator = accounts.operator(accounts.clinic_id(clinic))
    accounts.add_crisis_contact(
        label=label,
        phone=phone,
        text=text,
        hours=hours,
        verified_on=verified_on,
        by=operator,
        at=timezone.now(),
    )
    click.echo(
        f"Patients of {clinic} are now shown: {', '.join(c.label for c in clinics.crisis_contacts(operator.clinic_id))}"
    )


def open_account(
    username: str, *, role: str, clinic: str, name: str, password: str, patient: str | None, email: str
) -> None:
    """Open a log-in of the clinic; for a patient, of the person the clinic knows by that code."""
    refuse_unready()
    operator = accounts.operator(accounts.clinic_id(clinic))
    opened = accounts.open_account(
        username=username,
        name=name,
        role=Role(role),
        clinic_id=operator.clinic_id,
        password=password,
        patient_id=_patient_id(operator, patient),
        email=email,
        by=operator,
        at=timezone.now(),
    )
    click.echo(f"Opened the log-in {username.strip().lower()} for {opened.name}, {opened.role}")


def name_alert_owners(clinic: str, *, owner: str, backup: str, lead: str) -> None:
    """Set who gets the clinic's safety alerts first, next and last."""
    refuse_unready()
    operator = accounts.operator(accounts.clinic_id(clinic))
    accounts.name_alert_owners(owner=owner, backup=backup, lead=lead, by=operator, at=timezone.now())
    click.echo(f"Safety alerts of {clinic} go to {owner}, then {backup}, then {lead}")


def escalate() -> None:
    """Pass on every alert that nobody answered in time."""
    refuse_unready()
    steps = alerts.escalate(at=timezone.now())
    click.echo(f"{steps} {'alert' if steps == 1 else 'alerts'} passed on")


def verify() -> None:
    """Check the whole audit trail, and that the database refuses changes to facts."""
    refuse_unready()
    broken = audit.first_broken_link()
    if broken is not None:
        raise HoldfastError(
            f"the audit trail was changed from outside: link {broken} does not fit the one before it"
        )
    click.echo("The audit trail is whole")
    click.echo(
        f"The database refuses to change or remove facts in all {len(append_only.tables())} tables of them"
    )


def reseal_notes() -> None:
    """Seal every private note anew with the first key. Errors: `CannotUnseal` for a note that no key opens."""
    refuse_unready()
    click.echo(f"Private notes sealed anew: {private_notes.reseal()}")


def _patient_id(operator: Viewer, code: str | None) -> int | None:
    if code is None:
        return None
    found = clinics.patient_without_account(operator, code)
    if found is None:
        raise NotFound(f"this clinic knows nobody by the code {code}, or they have a log-in already")
    return found
