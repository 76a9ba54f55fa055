"""The synthetic clinic, made once for all tests of this folder, on one worker."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from holdfast.jobs import demo_people, demo_seed
from tests import make


@pytest.fixture(scope="package", autouse=True)
def seeded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The clinic, made in a transaction that is taken back after the last of these tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        demo_seed.seed(tuple(demo_people.everyone(make.NOW)), at=make.NOW)
        yield
        transaction.set_rollback(True)
