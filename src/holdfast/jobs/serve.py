"""Serves the pages, and passes on alerts that nobody answers, until it is told to stop."""

import http.client
import logging
import multiprocessing
import socket
import threading
import time
from collections.abc import Callable

import click
from django.conf import settings
from django.db import close_old_connections, connections
from django.utils import timezone
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from holdfast.care import alerts
from holdfast.errors import Conflict, HoldfastError
from holdfast.forecast import ahead, filtering, model, parameters
from holdfast.jobs import operate
from holdfast.records.queries import clinic as clinics

logger = logging.getLogger(__name__)

ESCALATE_EVERY_SECONDS = 60
THREADS_A_WORKER = 8
"""Requests a worker answers at the same time; each holds one connection to the database."""

_READY_WITHIN_SECONDS = 120
_STOP_WITHIN_SECONDS = 10


def serve(*, host: str, port: int, workers: int) -> None:
    """Serve a clinic of real people. Refuses a synthetic clinic, tables that are behind, and unguarded facts."""
    if True in clinics.kinds():
        # H-008: whoever can read the demo's log-in page could log in here.
        raise Conflict(
            "this database holds the synthetic clinic, whose log-ins are public; start it with: holdfast demo"
        )
    run(host=host, port=port, workers=workers)


def run(*, host: str, port: int, workers: int) -> None:
    """Start the workers, say the address once a page was answered, and stay until stopped (Ctrl-C, SIGTERM)."""
    operate.refuse_unready()
    refuse_taken_port(host, port)
    warm()
    connections.close_all()
    # Each worker starts as a fresh process: nothing that our threads hold at that moment is copied into it.
    multiprocessing.set_start_method("spawn", force=True)
    server = Granian(
        "holdfast.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS_A_WORKER,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_WITHIN_SECONDS,
        websockets=False,
        log_level=LogLevels.error,
    )
    stopping = threading.Event()
    server.on_startup(lambda: _start(_announce, host, port, stopping))
    server.on_startup(lambda: _start(_keep_escalating, stopping))
    server.on_shutdown(stopping.set)
    server.serve()
    click.echo("Stopped.")


def warm() -> None:
    """Make one forecast, so that nobody's first page waits while the kernels are compiled or read from disk."""
    record = model.Record(
        scores=(
            model.ScoreEvent(day=0.0, instrument="phq9", value=18),
            model.ScoreEvent(day=7.0, instrument="phq9", value=9),
        ),
        infusions=(model.InfusionEvent(day=1.0, dose=1.0),),
        sessions=(model.SessionEvent(day=5.0, therapy="cbt"),),
        as_of_day=8.0,
    )
    forecast = ahead.forecast(filtering.filter_record(record, parameters.load()), horizon_days=84)
    forecast.scores("phq9")
    forecast.to_json()


def refuse_taken_port(host: str, port: int) -> None:
    """Refuse a port on which something listens already.

    The server shares its port among its workers; two servers would then share it too, and each would get half
    of the requests.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        raise HoldfastError(
            f"cannot listen on {host} port {port}: {error.strerror}; choose another with --port"
        ) from error


def _start(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()


def _announce(host: str, port: int, stopping: threading.Event) -> None:
    """Say the address once a page was really answered there."""
    began = time.monotonic()
    while time.monotonic() - began < _READY_WITHIN_SECONDS and not stopping.is_set():
        if _answers(host, port):
            click.echo(f"Ready at http://{_shown(host)}:{port}/ (Ctrl-C stops)")
            return
        stopping.wait(0.1)
    if not stopping.is_set():
        click.echo(f"No page was answered within {_READY_WITHIN_SECONDS} s; see the messages above", err=True)


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(_shown(host), port, timeout=10)
    try:
        # A name the site answers to, else every start would log a refused one.
        connection.request(
            "GET", "/log-in/", headers={"Host": settings.ALLOWED_HOSTS[0].lstrip("*.") or "localhost"}
        )
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def _shown(host: str) -> str:
    """An address that can be opened from this machine: all-interfaces is no place to go to."""
    return {"0.0.0.0": "127.0.0.1", "::": "localhost"}.get(host, host)  # noqa: S104  compared, not listened on


def _keep_escalating(stopping: threading.Event) -> None:
    """Pass unanswered alerts on, every minute for as long as the server runs."""
    escalate_once()
    while not stopping.wait(ESCALATE_EVERY_SECONDS):
        escalate_once()


def escalate_once() -> None:
    """Pass unanswered alerts on once; a failure is logged and the next minute tries again."""
    close_old_connections()
    try:
        alerts.escalate(at=timezone.now())
    except Exception:  # H-003: whatever failed this minute, the timer must be there the next
        logger.exception("alerts could not be passed on; tried again in a minute")
    finally:
        connections.close_all()
