"""Puts people in the chair of a running demo clinic: `python -m tests.browser.at_the_chair DATABASE COUNT`.

In a process of its own, since playwright keeps Django from the database in the process of the tests.
"""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

AGO = timedelta(minutes=12)
"""How long the drug has run in each: the row of 10 min is due."""


def sheets(database: Path, count: int) -> list[str]:
    """Addresses of so many flow sheets, each of a visit with the drug running, in the clinic of that database file."""
    command = [sys.executable, "-m", "tests.browser.at_the_chair", f"sqlite:///{database}", str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.split()


def _main(database: str, count: int) -> None:
    os.environ["HOLDFAST_TEST_DATABASE_URL"] = database
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.utils import timezone

    from holdfast.records.models import Account, Episode
    from tests.making.flow import make_row, make_started

    nurse = Account.objects.filter(role="nurse").order_by("pk")[0].viewer
    episode = Episode.objects.filter(patient__clinic_id=nurse.clinic_id).order_by("-pk")[0]
    for _ in range(count):
        started_at = timezone.now() - AGO
        visit = make_started(episode.pk, by=nurse, started_at=started_at)
        for minute, seconds in ((-1, -300), (0, 20)):
            at = started_at + timedelta(seconds=seconds)
            make_row(visit, by=nurse, minute=minute, happened_at=at, at=at)
        print(f"/infusions/visits/{visit}/sheet/")


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
