"""The nightly run: renews the outlooks that no longer say what is so, and says which could not be renewed."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import click
from django.utils import timezone

from holdfast.care import caseload, outlooks
from holdfast.jobs import operate
from holdfast.records.queries import operation

logger = logging.getLogger(__name__)

AT_ONCE = 250
"""Episodes renewed together: one pass of the filter, one transaction."""

ONE_NIGHT = timedelta(hours=20)
"""A run that was broken off goes on where it stopped; those looked at within this time are left alone."""


def run() -> bool:
    """Look at every open episode; gives whether all went well. One that fails does not stop the others."""
    operate.refuse_unready()
    at = timezone.now()
    everyone = operation.open_episode_ids()
    waiting = operation.open_episode_ids(not_looked_at_since=at - ONE_NIGHT)
    made, failed = _renew(waiting, at=at, label="Renewing outlooks", unless_current=True)
    looked_at = len(everyone) - len(waiting)
    earlier = f"; {looked_at} were looked at earlier tonight" if looked_at else ""
    click.echo(f"{len(everyone)} in care: {made} renewed, {len(waiting) - made} stood as they were{earlier}.")
    for line in failed:
        click.echo(line, err=True)
    return not failed


def renew(episode_ids: Sequence[int], *, at: datetime, label: str) -> tuple[str, ...]:
    """Renew the outlooks with a progress bar; gives a line for each that failed, or lost its forecast."""
    _, failed = _renew(episode_ids, at=at, label=label, unless_current=False)
    return failed


def _renew(
    episode_ids: Sequence[int], *, at: datetime, label: str, unless_current: bool
) -> tuple[int, tuple[str, ...]]:
    made, failed = 0, []
    with click.progressbar(length=len(episode_ids), label=label) as bar:
        for some in _pieces(episode_ids):
            done, errors = _renew_some(some, at=at, unless_current=unless_current)
            caseload.note_looked_at(some, at=at)
            made += done
            failed += errors
            bar.update(len(some))
    lost = operation.failures_of_outlooks(episode_ids, made_at=at)
    return made, (*failed, *(f"episode {pk}: {failure}" for pk, failure in lost))


def _pieces(episode_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(episode_ids), AT_ONCE):
        yield episode_ids[start : start + AT_ONCE]


def _renew_some(some: Sequence[int], *, at: datetime, unless_current: bool) -> tuple[int, list[str]]:
    """Renew some together; when that fails, one by one, so that a record that cannot be read costs only itself."""
    try:
        return outlooks.renew(some, at=at, unless_current=unless_current).made, []
    except Exception:
        logger.exception("outlooks of %s episodes could not be renewed together", len(some))
    made, failed = 0, []
    for episode_id in some:
        try:
            made += outlooks.renew((episode_id,), at=at, unless_current=unless_current).made
        except Exception as error:  # one record that cannot be read must not cost the others theirs
            logger.exception("outlook of episode %s could not be renewed", episode_id)
            failed.append(f"episode {episode_id}: {type(error).__name__}")
    return made, failed
