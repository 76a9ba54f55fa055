"""How many queries a page makes."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def queries_of(browser: Client, path: str) -> int:
    """Queries of opening the page a second time, when the viewing is noted already; it must be there."""
    browser.get(path)
    with CaptureQueriesContext(connection) as made:
        assert browser.get(path).status_code == 200
    return len(made)
