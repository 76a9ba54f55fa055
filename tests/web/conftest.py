"""The cast at work: time stands still at `make.NOW`, and each person has a browser."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests import cast as people
from tests import make
from tests.cast import Cast


@pytest.fixture(scope="module")
def everyone_in_place(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """Both sites with everyone in them, made once for a module and taken back after its last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield people.assemble()
        transaction.set_rollback(True)


@pytest.fixture
def cast(everyone_in_place: Cast, db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """Everyone in place, with the clock of the pages at `make.NOW`."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: make.NOW)
    return everyone_in_place
