"""Caseload and patient page with few people and with many: queries and milliseconds, measured in one run.

The work: a signed-in clinician opens the caseload and one patient's page. Compared: the same pages in a clinic of 40
and of 10,000 people (12 scores, 6 infusions and 8 sessions each), and the log-in page, which asks the record nothing.

    python -m bench.pages
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

SIZES = (40, 10_000)
VIEWS = 40
NOW = datetime.now(UTC).replace(microsecond=0)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DJANGO_SETTINGS_MODULE"] = "holdfast.config.settings"
        os.environ["HOLDFAST_SECRET_KEY"] = "of the benchmark"
        os.environ["HOLDFAST_DATABASE_URL"] = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        print(f"{'people':>7} {'page':<10} {'queries':>7} {'median ms':>10} {'kB':>6}")
        for size in SIZES:
            measure(size)


def measure(size: int) -> None:
    """Fill a clinic of that size and open its pages."""
    from django.test import Client

    from holdfast.access import Role
    from holdfast.care import accounts

    clinic_id = accounts.open_clinic(slug=f"c{size}", name=f"Clinic of {size}", zone="Europe/London", at=NOW)
    lead = accounts.open_account(
        username=f"mo{size}",
        name="Mo",
        role=Role.LEAD,
        clinic_id=clinic_id,
        password="a long enough password",
        by=accounts.operator(clinic_id),
        at=NOW,
    )
    episode_id = fill(size, clinic_id=clinic_id, account_id=lead.account_id)
    client = Client(SERVER_NAME="localhost")
    client.force_login(_account(lead.account_id))
    for name, path in (
        ("log-in", "/log-in/"),
        ("caseload", "/caseload/"),
        ("search", "/caseload/?search=person+77"),
        ("patient", f"/patients/{episode_id}/"),
    ):
        queries, milliseconds, weight = view(client, path)
        print(f"{size:>7,} {name:<10} {queries:>7} {milliseconds:>10.1f} {weight / 1000:>6.0f}")


def view(client: object, path: str) -> tuple[int, float, int]:
    """Queries, median milliseconds and bytes of one page, after a first view that warms it."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    get: Callable[[str], object] = client.get  # type: ignore[attr-defined]
    response = get(path)
    assert response.status_code == 200, (path, response.status_code)  # type: ignore[attr-defined]
    with CaptureQueriesContext(connection) as captured:
        get(path)
    queries = len(captured)  # read now: the next request empties the log
    times = []
    for _ in range(VIEWS):
        start = time.perf_counter()
        get(path)
        times.append(1000 * (time.perf_counter() - start))
    return queries, statistics.median(times), len(response.content)  # type: ignore[attr-defined]


def fill(size: int, *, clinic_id: int, account_id: int) -> int:
    """Write `size` people straight into the tables, then make the outlook of one; gives that episode."""
    from django.db import transaction

    from holdfast.care import outlooks
    from holdfast.records import models

    recorded = {"recorded_at": NOW, "recorded_by_id": account_id}
    with transaction.atomic():
        patients = models.Patient.objects.bulk_create(
            models.Patient(clinic_id=clinic_id, code=f"B{number:06}", **recorded) for number in range(size)
        )
        models.PatientDetails.objects.bulk_create(
            models.PatientDetails(patient=p, name=f"Person {p.code}", zone="UTC", happened_at=NOW, **recorded)
            for p in patients
        )
        episodes = models.Episode.objects.bulk_create(
            models.Episode(
                patient=p, started_at=NOW - timedelta(days=90), primary_instrument="phq9", **recorded
            )
            for p in patients
        )
        models.CheckIn.objects.bulk_create(_check_ins(episodes, recorded), batch_size=2000)
        models.Infusion.objects.bulk_create(_infusions(episodes, recorded), batch_size=2000)
        courses = models.TherapyCourse.objects.bulk_create(
            models.TherapyCourse(
                episode=e,
                therapy="cbt",
                protocol_version="0",
                started_at=NOW - timedelta(days=60),
                **recorded,
            )
            for e in episodes
        )
        models.TherapySession.objects.bulk_create(_sessions(courses, recorded), batch_size=2000)
        models.CaseloadEntry.objects.bulk_create(_entries(episodes, clinic_id), batch_size=2000)
    outlooks.refresh(episodes[0].pk, at=NOW)
    return int(episodes[0].pk)


def _check_ins(episodes: list, recorded: dict) -> Iterator[object]:
    from holdfast.records.models import CheckIn

    for episode in episodes:
        for week in range(12):
            yield CheckIn(
                episode=episode,
                instrument="phq9",
                instrument_version="0",
                total=18 - week,
                band="mild",
                complete=True,
                arrival="on_time",
                source="patient",
                happened_at=NOW - timedelta(days=88 - 7 * week),
                **recorded,
            )


def _infusions(episodes: list, recorded: dict) -> Iterator[object]:
    from holdfast.records.models import Infusion

    for episode in episodes:
        for number in range(6):
            yield Infusion(
                episode=episode,
                drug="ketamine_iv",
                dose_mg=Decimal(35),
                dose_mg_per_kg=Decimal("0.5"),
                happened_at=NOW - timedelta(days=85 - 3 * number),
                **recorded,
            )


def _sessions(courses: list, recorded: dict) -> Iterator[object]:
    from holdfast.records.models import TherapySession

    for course in courses:
        for number in range(1, 9):
            yield TherapySession(
                course=course,
                number=number,
                attendance="attended",
                happened_at=NOW - timedelta(days=60 - 6 * number),
                **recorded,
            )


def _entries(episodes: list, clinic_id: int) -> Iterator[object]:
    from holdfast.records.models import CaseloadEntry

    scores = [[(NOW - timedelta(days=88 - 7 * week)).isoformat(), 18 - week] for week in range(12)]
    for number, episode in enumerate(episodes):
        yield CaseloadEntry(
            episode=episode,
            clinic_id=clinic_id,
            patient_id=episode.patient_id,
            name=f"Person {number}",
            code=f"B{number:06}",
            search_text=f"person {number} b{number:06}",
            stage="therapy",
            urgency=number % 5,
            since=NOW - timedelta(hours=number % 500),
            instrument="phq9",
            recent_scores=scores,
            band="mild",
            last_check_in_at=NOW,
            updated_at=NOW,
        )


def _account(pk: int) -> object:
    from holdfast.records.models import Account

    return Account.objects.get(pk=pk)


if __name__ == "__main__":
    main()
