"""Brings someone to a running demo clinic for an infusion: `python -m tests.browser.on_the_list DATABASE COUNT`.

In a process of its own, since playwright keeps Django from the database in the process of the tests.
"""

import os
import subprocess
import sys
from pathlib import Path


def lists(database: Path, count: int) -> list[str]:
    """Addresses of so many lists of the day, each of someone new who has just come, with nothing against them."""
    command = [sys.executable, "-m", "tests.browser.on_the_list", f"sqlite:///{database}", str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.split()


def _main(database: str, count: int) -> None:
    os.environ["HOLDFAST_TEST_DATABASE_URL"] = database
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.utils import timezone

    from holdfast.access import Role
    from holdfast.records.models import Account
    from tests import make
    from tests.making.visits import make_visit

    now = timezone.now()
    clinic_id = Account.objects.get(username="okoro").clinic_id
    prescriber = Account.objects.get(username="lind").viewer
    for number in range(1, count + 1):
        nurse = make.make_account(Role.NURSE, clinic_id=clinic_id, username=f"list-nurse-{number}")
        episode = make.make_episode(by=nurse, code=f"L-{number}", name=f"Listed Example {number}")
        uid = make_visit(episode, by=nurse, prescriber=prescriber, at=now, chair=f"List {number}")
        print(f"/infusions/visits/{uid}/")


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
