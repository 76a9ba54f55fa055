"""The cast at work: time stands still at `make.NOW`, and each person has a browser."""

import pytest

from tests import cast as people
from tests import make
from tests.cast import Cast


@pytest.fixture
def cast(db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """Everyone in place, with the clock of the pages at `make.NOW`."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: make.NOW)
    return people.assemble()
