"""Machinery of every test. `tests/settings.py` sets the environment; `tests/make.py` makes what tests need."""

import os
from collections.abc import Iterator

import hypothesis
import jaxtyping
import pytest
from xdist.scheduler import LoadScopeScheduling

# Array shapes stand in the types of the forecast; they are checked here and cost nothing in use.
jaxtyping.install_import_hook("holdfast.forecast", "beartype.beartype")

# Time is no property of our functions on a machine that does other things too.
hypothesis.settings.register_profile("holdfast", deadline=None, print_blob=True)
hypothesis.settings.load_profile("holdfast")


TOGETHER = ("tests/browser/", "tests/jobs/demo_clinic/", "tests/jobs/test_demo_clinic.py")
"""Folders and files whose tests share something dear: a running clinic and a browser, a clinic made once."""


class ByPlace(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """Gives tests to workers one by one, but for those of a place in `TOGETHER`, which go to one worker.

    The mark `xdist_group` would say the same, and does nothing with pytest 9.2 and pytest-xdist 3.8.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByPlace:
    """How tests are given to workers."""
    return ByPlace(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL leave out what no database could change: tests without one, and looks at pages alone.

    Everything runs on SQLite; everything that touches a database runs on both.
    """
    if "postgres" not in os.environ.get("HOLDFAST_TEST_DATABASE_URL", ""):
        return
    kept = [item for item in items if _touches_a_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _touches_a_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("pages"):
        return False
    asked = {"db", "django_db_setup", "transactional_db", "clinic"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """Database whose commits are real, for tests of what is locked, committed or seen by another connection.

    Emptied after the test. Facts refuse to be deleted, so the guards come off for that moment; the end of the
    emptying (Django's post_migrate) puts them back.
    """
    yield
    _take_guards_off()


def _take_guards_off() -> None:
    from django.db import connection

    from holdfast.records import append_only

    with connection.cursor() as cursor:
        for table in append_only.tables():
            for event in append_only.EVENTS[connection.vendor]:
                on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {table}_no_{event}{on_table}")
