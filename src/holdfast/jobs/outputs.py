"""Result files: there whole or not at all, never over a file that is read, and refused before long work begins."""

import os
import secrets
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from holdfast.errors import HoldfastError, InvalidInput, Problem

STOPPED_BY_SIGNAL = 128
"""Added to the number of the signal that stopped a command, it is the exit status, as shells have it."""


@contextmanager
def whole(out: Path) -> Iterator[Path]:
    """Where to write what is to stand at `out`: a file beside it, moved there when the block ends well.

    When the block fails, what stood at `out` before still does, and nothing else is left. A device or a pipe is
    written to as it is. Errors: `InvalidInput` when it cannot be written, on entry where that can be known.
    """
    try:
        with _part(out.resolve()) as part:
            yield part
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise InvalidInput(Problem(str(out), what, "a folder that is there and may be written to")) from error


@contextmanager
def perhaps(out: Path | None) -> Iterator[Path | None]:
    """As `whole`, for a result that was perhaps not asked for."""
    if out is None:
        yield None
        return
    with whole(out) as part:
        yield part


@contextmanager
def stopping_cleanly() -> Iterator[None]:
    """Within the block a request to stop (SIGTERM) is as an error: half-written files are put away."""

    def stop(number: int, _: FrameType | None) -> None:
        raise SystemExit(STOPPED_BY_SIGNAL + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def refuse_same(*outs: Path | None, read: tuple[Path | None, ...] = ()) -> None:
    """Refuse, with `InvalidInput`, a result that would be written over a file that is read, or over another result."""
    given = [out for out in outs if out is not None]
    for place, out in enumerate(given):
        if out.exists() and any(source and out.samefile(source) for source in read):
            raise InvalidInput(Problem(str(out), "is a file that is read", "another file to write to"))
        if out.resolve() in [other.resolve() for other in given[:place]]:
            raise InvalidInput(Problem(str(out), "is to hold two results", "a file for each"))


def refuse_ending(out: Path, endings: tuple[str, ...]) -> None:
    """Refuse, with `InvalidInput`, a file whose name does not end in one of these, such as `.csv`."""
    if out.suffix.lower() not in endings:
        expected = " or ".join(ending for ending in endings if ending)
        raise InvalidInput(Problem(str(out), "cannot be written in this form", f"the ending {expected}"))


def missing(what: str, package: str) -> HoldfastError:
    """The error for a package that only some work needs and that is not installed."""
    return HoldfastError(f"{what} needs {package}: install it with `make science`")


@contextmanager
def _part(out: Path) -> Iterator[Path]:
    if out.exists() and not out.is_file():
        yield out  # a device or a pipe: moving a file over it would take its place
        return
    part = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        part.touch(exist_ok=False)
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        if out.exists():
            shutil.copymode(out, part)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
