"""Serves the pages, and passes on alerts that nobody answers, until it is told to stop."""

import http.client
import logging
import multiprocessing
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.urls import get_resolver
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
_START_AGAIN_AFTER_SECONDS = 5


def serve(*, host: str, port: int, workers: int) -> None:
    """Serve a clinic of real people. Refuses a synthetic clinic, tables that are behind, and unguarded facts."""
    operate.refuse_unready()
    if True in clinics.kinds():
        # H-008: whoever can read the demo's log-in page could log in here.
        raise Conflict(
            "this database holds the synthetic clinic, whose log-ins are public; start it with: holdfast demo"
        )
    with reserved_port(host, port):
        run(host=host, port=port, workers=workers)


def run(*, host: str, port: int, workers: int) -> None:
    """Start the workers, say the address once a page was answered, and stay until stopped (Ctrl-C, SIGTERM)."""
    _load_all_pages()  # once, here: on Linux the workers start as copies of this process
    connections.close_all()
    server = Granian(
        "holdfast.jobs.serve:pages_of_a_worker",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=THREADS_A_WORKER,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_WITHIN_SECONDS,
        websockets=False,
        log_level=LogLevels.error,
    )
    stopping = threading.Event()
    # Before any worker: two processes that start at the same moment hold on to each other's ends of pipes, and
    # stopping then waits for the slower one.
    timer = _start_timer()
    server.on_startup(lambda: _start(_announce, host, port, stopping))
    server.on_startup(lambda: _start(_keep_timer, timer, stopping))
    server.on_shutdown(stopping.set)
    server.serve()
    click.echo("Stopped.")


def pages_of_a_worker() -> Callable[..., Any]:
    """What a worker serves: every page, with the forecast compiled before the first request."""
    # Ctrl-C in a terminal reaches the workers too. The server tells each of them to stop, and one told twice at the
    # same moment waits for itself for ever (granian 2.8).
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    return _load_all_pages()


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


@contextmanager
def reserved_port(host: str, port: int) -> Iterator[None]:
    """Refuse a port that is taken, and keep it from anyone but our own workers meanwhile.

    The workers share the port among them. A second server could then share it too without an error, and each would
    get half of the requests; while we hold the port it cannot get past the first bind.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
        ours = socket.socket(family, kind, protocol)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        ours.bind(address)  # bound, never listening: no request comes here
    except OSError as error:
        raise HoldfastError(
            f"cannot listen on {host} port {port}: {error.strerror}; choose another with --port"
        ) from error
    with ours:
        yield


def _load_all_pages() -> Callable[..., Any]:
    pages = get_wsgi_application()
    _ = get_resolver().url_patterns
    warm()
    return pages


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
    # A name the site answers to, else every start would log a refused one.
    named = {"Host": settings.ALLOWED_HOSTS[0].lstrip("*.") or "localhost"}
    try:
        connection.request("GET", "/log-in/", headers=named)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _shown(host: str) -> str:
    """An address that can be opened from this machine: all-interfaces is no place to go to."""
    return {"0.0.0.0": "127.0.0.1", "::": "localhost"}.get(host, host)  # noqa: S104  compared, not listened on


def _keep_timer(timer: multiprocessing.Process, stopping: threading.Event) -> None:
    """Start the timer of alerts again should it ever end."""
    timer.join()
    while not stopping.wait(_START_AGAIN_AFTER_SECONDS):
        logger.error("the timer that passes alerts on had ended; it is started again")
        _start_timer().join()


def _start_timer() -> multiprocessing.Process:
    timer = multiprocessing.Process(target=_keep_escalating, name="holdfast-alerts", daemon=True)
    timer.start()
    return timer


def _keep_escalating() -> None:
    """Pass unanswered alerts on at once and then every minute, for as long as the server lives."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches us too; the server ends us when it ends
    django.setup()
    server = multiprocessing.parent_process()
    while server is not None and server.is_alive():
        escalate_once()
        server.join(ESCALATE_EVERY_SECONDS)


def escalate_once() -> None:
    """Pass unanswered alerts on once; a failure is logged and the next minute tries again."""
    try:
        alerts.escalate(at=timezone.now())
    except Exception:  # H-003: whatever failed this minute, the timer must be there the next
        logger.exception("alerts could not be passed on; tried again in a minute")
    finally:
        connections.close_all()
