"""Makes the database itself refuse to change or remove a fact.

One trigger for each way to change or remove a row, on every table whose model is `AppendOnly`. The application
never needs to change a fact: a correction is a new row that names the row it replaces.
"""

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from holdfast.records.models.facts import AppendOnly

_FUNCTION = """
CREATE OR REPLACE FUNCTION holdfast_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'append-only: % of % refused', TG_OP, TG_TABLE_NAME; END $$
"""


EVENTS = {"sqlite": ("update", "delete"), "postgresql": ("update", "delete", "truncate")}
"""Ways to change or remove rows, each refused by a trigger of its own; SQLite has no TRUNCATE."""


def tables() -> tuple[str, ...]:
    """Names of the tables whose rows are written once."""
    return tuple(
        sorted(
            model._meta.db_table
            for model in apps.get_app_config("records").get_models()
            if issubclass(model, AppendOnly)
        )
    )


def install(using: str) -> None:
    """Put the triggers on every append-only table of the database; harmless when they are there already."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for table in tables():
            if table in present:
                for statement in _statements(connection.vendor, table):
                    cursor.execute(statement)


def unguarded(using: str) -> tuple[str, ...]:
    """Append-only tables that lack a trigger: empty when the record is safe."""
    connection = connections[using]
    names, events = _trigger_names(connection), EVENTS[connection.vendor]
    return tuple(table for table in tables() if {f"{table}_no_{event}" for event in events} - names)


def _statements(vendor: str, table: str) -> tuple[str, ...]:
    if vendor == "postgresql":
        return tuple(
            f"CREATE OR REPLACE TRIGGER {table}_no_{event} BEFORE {event} ON {table} "
            f"FOR EACH {'STATEMENT' if event == 'truncate' else 'ROW'} EXECUTE FUNCTION holdfast_refuse()"
            for event in EVENTS[vendor]
        )
    return tuple(
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{event} BEFORE {event} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'append-only: {event} of {table} refused'); END"
        for event in EVENTS[vendor]
    )


def _trigger_names(connection: BaseDatabaseWrapper) -> set[str]:
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}
