"""The nightly run: renews the outlook of everyone in care, and says which could not be renewed."""

import logging
from collections.abc import Sequence
from datetime import datetime

import click
from django.utils import timezone

from holdfast.care import outlooks
from holdfast.jobs import operate
from holdfast.records.queries import operation

logger = logging.getLogger(__name__)


def run() -> bool:
    """Renew every open episode's outlook; gives whether all went well. One that fails does not stop the others."""
    operate.refuse_unready()
    at = timezone.now()
    failed = renew(operation.open_episode_ids(), at=at, label="Renewing outlooks")
    for line in failed:
        click.echo(line, err=True)
    return not failed


def renew(episode_ids: Sequence[int], *, at: datetime, label: str) -> tuple[str, ...]:
    """Renew the outlooks with a progress bar; gives a line for each that failed, or lost its forecast."""
    failed = []
    with click.progressbar(episode_ids, label=label) as bar:
        for episode_id in bar:
            error = _renew_one(episode_id, at=at)
            if error:
                failed.append(f"episode {episode_id}: {error}")
    lost = operation.failures_of_outlooks(episode_ids, made_at=at)
    return (*failed, *(f"episode {pk}: {failure}" for pk, failure in lost))


def _renew_one(episode_id: int, *, at: datetime) -> str:
    try:
        outlooks.refresh(episode_id, at=at)
    except Exception as error:  # one record that cannot be read must not cost the others theirs
        logger.exception("outlook of episode %s could not be renewed", episode_id)
        return type(error).__name__
    return ""
