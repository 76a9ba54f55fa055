"""The scientist's commands need no Django, and the command line loads nothing heavy before it is asked to work."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.jobs.science_files import (
    ADA,
    ADAS_EVENTS,
    falling,
    make_events,
    make_scenario,
    make_table,
    names_in,
)

SOURCE = Path(__file__).parents[2] / "src"

_WITHOUT_DJANGO = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "django":
            raise ImportError("import of django")

sys.meta_path.insert(0, Blocked())
from holdfast.cli import main
main(sys.argv[1:])
"""


def python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, check=False, timeout=300)


def test_command_line_when_loaded_then_loads_nothing_heavy() -> None:
    heavy = ("django", "numba", "numpy", "scipy", "pyarrow", "matplotlib", "pydantic")
    done = python(f"import sys, holdfast.cli; print([name for name in {heavy} if name in sys.modules])")
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


def test_forecast_when_it_needs_neither_then_loads_no_pyarrow_and_no_matplotlib(tmp_path: Path) -> None:
    code = (
        "import sys; from holdfast.cli import main; main(sys.argv[1:], standalone_mode=False); "
        "print([name for name in ('pyarrow', 'matplotlib', 'django') if name in sys.modules])"
    )
    done = python(code, "forecast", make_table(tmp_path, *ADA), "--out", tmp_path / "ahead.csv")
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


@pytest.mark.parametrize("command", ["forecast", "fit", "simulate", "calibrate"])
def test_command_when_django_is_blocked_then_works(tmp_path: Path, command: str) -> None:
    scores, results = make_table(tmp_path, *falling(20)), tmp_path / "results"
    results.mkdir()
    given = {
        "forecast": (scores, "--out", results / "out.json"),
        "fit": (scores, "--events", make_events(tmp_path, *(line.replace("ada", "p1") for line in ADAS_EVENTS)),
                "--out", results / "out.toml", "--card", results / "out.md"),
        "simulate": (make_scenario(tmp_path), "--people", 5, "--out", results / "out.parquet"),
        "calibrate": ("--people", 1000, "--out", results / "out.md"),
    }  # fmt: skip
    done = python(_WITHOUT_DJANGO, command, *given[command], "--plot", results / "plot.svg")
    assert done.returncode == 0, done.stderr
    assert {"plot.svg"} < names_in(results)
