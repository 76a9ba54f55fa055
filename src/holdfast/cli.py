"""The `holdfast` command: each sub-command parses its options and calls one job."""

from pathlib import Path

import click

from holdfast.errors import HoldfastError

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


class _Commands(click.Group):
    """Shows an error of ours as one clear message with exit status 2, never as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except HoldfastError as error:
            click.echo(f"holdfast: {error}", err=True)
            raise SystemExit(2) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Care from the first ketamine infusion to lasting remission."""


@main.command()
@click.argument("instrument")
@click.argument("file", type=_FILE)
@click.option("--out", type=_OUT, help="Write here instead of standard output.")
def score(instrument: str, file: Path, out: Path | None) -> None:
    """Score INSTRUMENT (for example phq9) for every row of FILE, a CSV with columns q1, q2, …

    Other columns are carried through; total, band, complete and alert are written beside them. An empty cell is a
    missing answer. A bad cell is an error that names its row and column; then nothing is written.
    """
    from holdfast.jobs.score_csv import score_file

    score_file(instrument, source=file, out=out)


@main.command()
@click.argument("file", type=_FILE)
@click.option("--events", type=_FILE, help="CSV of infusions and sessions: person,date,event,detail.")
@click.option("--out", type=_OUT, help="Write here instead of standard output.")
def forecast(file: Path, events: Path | None, out: Path | None) -> None:
    """Forecast the next 12 weeks for every person in FILE, a CSV with columns person,date,instrument,score.

    One line a person and week: expected score with 50, 80 and 95 % bands, chance of response, remission and
    relapse, and how long relief is likely to hold. People with too little data say so and carry no numbers.
    """
    from holdfast.jobs.forecast_csv import forecast_file

    forecast_file(file, events=events, out=out)
