"""The secret address of one's own calendar: made, made anew, ended. The secret itself is never kept."""

from datetime import datetime
from typing import Final

from django.db import transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit
from holdfast.errors import InvalidInput, Problem
from holdfast.records.models import Account, CalendarFeed
from holdfast.records.queries import calendar_feeds

SHORTEST: Final = 32
"""Letters of the shortest secret taken: 32 of 64 kinds are 192 bits, beyond guessing."""


def make(token: str, *, by: Viewer, at: datetime) -> None:
    """Make the feed of the viewer's own bookings under that secret; an earlier address ends at once.

    Errors: `InvalidInput` for a secret that could be guessed.
    """
    require(by, Permission.SEE_OWN_CALENDAR)
    if len(token) < SHORTEST:
        raise InvalidInput(Problem("secret", "is too short", f"at least {SHORTEST} letters at random"))
    with transaction.atomic():
        _lock(by)
        # H-034: only a digest is kept, so that nobody who reads the database can read a calendar.
        _write(by, calendar_feeds.digest(token), revoked=False, at=at)
        audit.note("calendar feed made", subject="account", subject_id=by.account_id, by=by, at=at)


def end(*, by: Viewer, at: datetime) -> None:
    """End the viewer's feed: its address leads nowhere from now on. Without one nothing happens."""
    require(by, Permission.SEE_OWN_CALENDAR)
    with transaction.atomic():
        _lock(by)
        newest = calendar_feeds.newest(by)
        if newest is None:
            return
        _write(by, f"ends {newest.feed_id}", revoked=True, at=at)
        audit.note("calendar feed ended", subject="account", subject_id=by.account_id, by=by, at=at)


def _lock(by: Viewer) -> None:
    """Two taps at the same moment take turns, so that the newest row is the one that was shown."""
    Account.objects.select_for_update(no_key=True).get(pk=by.account_id)


def _write(by: Viewer, token_digest: str, *, revoked: bool, at: datetime) -> None:
    CalendarFeed.objects.create(
        account_id=by.account_id, token_digest=token_digest, revoked=revoked, made_at=at
    )
