"""Names the app and guards its tables after every migration."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate

from holdfast.protocols import loader


class RecordsConfig(AppConfig):
    """The only Django app with tables."""

    name = "holdfast.records"
    label = "records"
    verbose_name = "Record"

    def ready(self) -> None:
        """Read the clinic's own protocols; have the triggers put back whenever the tables may have been rebuilt."""
        loader.use(*settings.PROTOCOL_FOLDERS)
        post_migrate.connect(_guard_tables, sender=self)


def _guard_tables(*, using: str, **_: Any) -> None:
    # SQLite alters a table by building it anew, and triggers are lost on the way. Installing them after every
    # migration, rather than once inside one, is what keeps the promise true.
    from holdfast.records.append_only import install

    install(using)
