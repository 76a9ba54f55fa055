"""Small files for the tests of `holdfast forecast`, `fit`, `simulate` and `calibrate`, and what those tests look at."""

import csv
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner, Result
from matplotlib.image import imread

from holdfast.cli import main

SCORES = "person,day,instrument,score"
EVENTS = "person,day,event,detail"

ADA = ("ada,0,phq9,21", "ada,4,phq9,12", "ada,10,phq9,6", "ada,14.5,phq9,5")
ADAS_EVENTS = ("ada,1,infusion,0.5", "ada,3,infusion,0.5", "ada,8,session,cbt", "ada,15,session,cbt")

SCENARIO = """
name = "short"
about = "Two infusions, then therapy"
days = 60
[entry]
instrument = "phq9"
at_least = 10
[[visits]]
instrument = "phq9"
days = [0, 3, 7, 14, 28, 42, 60]
answered = 0.9
[infusions]
days = [0, 3]
dose = 1.3
inactive_from = 3
[therapy]
therapy = "act"
start_days = 7
sessions = 6
"""


def make_table(folder: Path, *lines: str, header: str = SCORES, name: str = "scores.csv") -> Path:
    """A CSV file of these lines."""
    file = folder / name
    file.write_text("\n".join((header, *lines, "")), encoding="utf-8")
    return file


def make_events(folder: Path, *lines: str, header: str = EVENTS, name: str = "events.csv") -> Path:
    """A CSV file of events."""
    return make_table(folder, *lines, header=header, name=name)


def make_parquet(
    folder: Path, columns: Mapping[str, Sequence[object]], *, name: str = "scores.parquet"
) -> Path:
    """A Parquet file of these columns."""
    file = folder / name
    pq.write_table(pa.table(dict(columns)), file)
    return file


def falling(count: int) -> list[str]:
    """Rows of people who fall week by week, each from a height of their own and not in step."""
    rng = random.Random(count)  # noqa: S311  no secret
    starts = [rng.gauss(19, 3) for _ in range(count)]
    return [
        f"p{n},{day},phq9,{min(max(round(start - 0.3 * day + rng.gauss(0, 2.5)), 0), 27)}"
        for n, start in enumerate(starts)
        for day in (0, 7, 14, 28)
    ]


def make_scenario(folder: Path, *, text: str = SCENARIO, name: str = "short.toml") -> Path:
    """A scenario's file."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def run(command: str, *arguments: object) -> Result:
    """The command as people call it."""
    return CliRunner().invoke(main, [command, *map(str, arguments)])


def refusal(result: Result) -> str:
    """What a command that refused said, without its name."""
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    return result.stderr.removeprefix("holdfast: ").rstrip("\n")


def rows_of(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def names_in(folder: Path) -> set[str]:
    """What stands in a folder, hidden files too."""
    return {file.name for file in folder.iterdir()}


def size_of(plot: Path) -> tuple[int, int]:
    """Width and height of a picture in pixels, read as a picture."""
    height, width = imread(plot).shape[:2]
    return width, height
