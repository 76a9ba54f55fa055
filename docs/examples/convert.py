"""Turns two public data sets into files that `holdfast import` reads: `python docs/examples/convert.py --help`.

hamd17  antidepressant_data.csv of the R package rbmi (Apache-2.0): HAM-D17 of 172 people, at the start and at
        up to four visits. It counts days from the start, so a date for day 0 has to be chosen.
nimh    phq9.tsv of OpenNeuro ds004215 (CC0): PHQ-9 answers of 140 healthy volunteers. It has no dates; visits are
        set a year apart for each year between the ages given. Its code for missing, -999, is left as it stands:
        the import refuses those rows and says why.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

PHQ9_COLUMNS = (
    "LITTLE_INTEREST", "FEELING_DOWN", "TROUBLE_SLEEPING", "FEELING_TIRED", "POOR_APPETITE", "FEELING_BAD",
    "TROUBLE_CONCENTRATING", "MOVING_OR_SPEAKING", "BETTER_OFF_DEAD",
)  # fmt: skip
DAYS_A_YEAR = 365

Row = dict[str, str]


def hamd17(rows: list[Row], *, start: date) -> Iterator[tuple[object, ...]]:
    """Person, date, instrument and score: the baseline at day 0, then every visit."""
    yield "person", "date", "instrument", "score"
    for person, baseline in {row["PATIENT"]: row["BASVAL"] for row in rows}.items():
        yield person, start, "hamd17", baseline
    for row in rows:
        yield row["PATIENT"], start + timedelta(days=int(row["RELDAYS"])), "hamd17", row["HAMDTL17"]


def nimh(rows: list[Row], *, start: date) -> Iterator[tuple[object, ...]]:
    """Person, date and the nine answers, as they stand."""
    yield "person", "date", *(f"q{number}" for number in range(1, 10))
    youngest: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: int(row["age_at_visit"])):
        age = int(row["age_at_visit"])
        years = age - youngest.setdefault(row["participant_id"], age)
        day = start + timedelta(days=DAYS_A_YEAR * years)
        yield row["participant_id"], day, *(row[column] for column in PHQ9_COLUMNS)


DATA_SETS = {"hamd17": (hamd17, ","), "nimh": (nimh, "\t")}


def main() -> None:
    """Read one data set and write it, converted, to standard output."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data_set", choices=DATA_SETS)
    parser.add_argument("file", type=Path)
    parser.add_argument("--start", type=date.fromisoformat, required=True, help="date of day 0: 2025-01-06")
    chosen = parser.parse_args()
    convert, separator = DATA_SETS[chosen.data_set]
    with chosen.file.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=separator))
    _write(convert(rows, start=chosen.start))


def _write(rows: Iterable[tuple[object, ...]]) -> None:
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
