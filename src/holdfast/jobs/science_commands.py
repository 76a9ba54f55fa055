"""The commands of a scientist: forecast, fit, simulate, calibrate. Each parses its options and calls one job.

None needs Django or a database; what a job loads, it loads when the command runs.
"""

from pathlib import Path

import click

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_ANY_SEED = click.IntRange(0, 2**63 - 1)
_RELEASE = "Numbers of the model: a release by name, or a .toml file.  [default: the current release]"
_SEED = "Start of the random numbers: the same seed gives the same people."
_PLOT = "Draw it too: a .png, .svg or .pdf file."


@click.command()
@click.argument("file", type=_FILE)
@click.option("--events", type=_FILE, help="Infusions and sessions so far.")
@click.option("--planned", type=_FILE, help="Infusions and sessions ahead, in the same form.")
@click.option("--parameters", "release", metavar="RELEASE", help=_RELEASE)
@click.option("--out", type=_OUT, help="Write here instead of standard output: .csv, .parquet or .json.")
@click.option("--plot", type=_OUT, help=_PLOT)
def forecast(
    file: Path,
    events: Path | None,
    planned: Path | None,
    release: str | None,
    out: Path | None,
    plot: Path | None,
) -> None:
    """Forecast the next 12 weeks for every person in FILE.

    One line a person and week, as of the person's last entry: the expected score with 50, 80 and 95 % bands, the
    chance of response, remission and relapse, and how long relief is likely to hold. People with too little data say
    so and carry no numbers.

    \b
    FILE     a .csv or .parquet table:
             person,date,instrument,score   one total a row; or q1,q2,… for score
             person,day,instrument,score    day counts from each person's start: 3.5
             site                           a further column, if you like
    events   person,date,event,detail       or day for date, as in FILE
             infusion,0.5                   mg/kg; or 0.5;35;70: mg/kg, mg and kg
             inactive,                      saline or midazolam in a blinded trial
             session,cbt                    attended; or cbt:3, cbt:did_not_attend

    The forecast is without further treatment, or with what --planned holds: the difference of the two is what the
    model makes of a plan, not an effect shown in a trial.

    A bad cell is an error that names line and column; then nothing is written.
    """  # noqa: D301  click wants the sign itself before lines that stay as they are
    from holdfast.jobs.forecast_csv import forecast_file

    forecast_file(file, events=events, planned=planned, release=release, out=out, plot=plot)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--events", type=_FILE, help="Infusions and sessions.")
@click.option("--start", metavar="RELEASE", help=f"What is thought before. {_RELEASE}")
@click.option(
    "--name", metavar="WORDS", help="Whose records these are, for card and release.  [default: FILE]"
)
@click.option("--therapies-apart", is_flag=True, help="An effect for each therapy, not one for all.")
@click.option("--out", type=_OUT, required=True, help="The release: a .toml file, whose stem is its name.")
@click.option("--card", type=_OUT, help="What was learned and what was not: a .md file.")
@click.option("--plot", type=_OUT, help=_PLOT)
def fit(
    file: Path,
    events: Path | None,
    start: str | None,
    name: str | None,
    therapies_apart: bool,
    out: Path,
    card: Path | None,
    plot: Path | None,
) -> None:
    """Estimate the numbers of the model from the records in FILE, of 20 people or more.

    FILE and --events are as for `holdfast forecast`. Found are the numbers that are most likely, given the records and
    what is thought before, with standard errors. A number of which the records say nothing stays where it was, and the
    card lists it. Use what comes out with `holdfast forecast --parameters FILE.toml`.

    Each step is told with its log posterior. A thousand people take seconds, a hundred thousand some minutes.
    Exit status 1 when the search did not converge: the numbers are written, and not to be used.
    """
    from holdfast.jobs.fit_files import fit_file

    converged = fit_file(
        file,
        events=events,
        start=start,
        name=name,
        therapies_apart=therapies_apart,
        out=out,
        card=card,
        plot=plot,
    )
    raise SystemExit(0 if converged else 1)


@click.command()
@click.argument("scenario", type=_FILE)
@click.option("--people", type=click.IntRange(1), required=True, help="How many.")
@click.option("--seed", type=_ANY_SEED, default=1, show_default=True, help=_SEED)
@click.option("--parameters", "release", metavar="RELEASE", help=_RELEASE)
@click.option("--out", type=_OUT, required=True, help="Their scores: .csv or .parquet.")
@click.option("--events", type=_OUT, help="Their infusions and attended sessions: .csv or .parquet.")
@click.option("--until", type=click.IntRange(0), metavar="DAY", help="Leave out what happens after this day.")
@click.option("--plot", type=_OUT, help=_PLOT)
def simulate(
    scenario: Path,
    people: int,
    seed: int,
    release: str | None,
    out: Path,
    events: Path | None,
    until: int | None,
    plot: Path | None,
) -> None:
    """Take virtual people through SCENARIO, a .toml file that says who is treated, how, and when they are asked.

    The tables are those that `holdfast forecast` and `holdfast fit` read: person,day,instrument,score and
    person,day,event,detail. Any number of people fits in memory; the same seed gives the same people.

    \b
    SCENARIO, for example docs/examples/clinic.toml:
      name, about    words for it
      days           the last day; day 0 is the first
      [entry]        who is taken in, by the score of day 0:
                     instrument, at_least, at_most
      [[visits]]     instrument, days = [0, 7, …], answered = share of times
      [infusions]    days, dose (1 = 0.5 mg/kg), drug = "ketamine" or "inactive",
                     stop_after, stop_below_percent, inactive_from = day,
                     maintenance = [days from one to the next, …],
                     maintenance_for = "everyone" or "responders"
      [therapy]      therapy, sessions, days_apart, start_days, at_latest,
                     start = "day", "after relief" or "after course",
                     by_severity = true, feedback = false

    A wrong or unknown key is an error that names it; then nothing is written.
    """  # noqa: D301
    from holdfast.jobs.simulate_files import simulate_file

    simulate_file(
        scenario, people=people, seed=seed, release=release, out=out, events=events, until=until, plot=plot
    )


@click.command()
@click.option(
    "--people", type=click.IntRange(1_000), default=40_000, show_default=True, help="Virtual people an arm."
)
@click.option("--seed", type=_ANY_SEED, default=20_261_126, show_default=True, help=_SEED)
@click.option("--out", type=_OUT, help="Write all of it here, with sources: .md, .csv or .json.")
@click.option("--plot", type=_OUT, help=_PLOT)
@click.option(
    "--match", type=_FOLDER, metavar="FOLDER", help="Estimate the parameters anew, into this folder."
)
def calibrate(people: int, seed: int, out: Path | None, plot: Path | None, match: Path | None) -> None:
    """Hold the simulation against published results: which it reproduces, and how far off it is.

    Every target is a figure of a paper with its interval. Its trial is simulated, the same figure is computed, and z
    says how many standard errors lie between. Without --out the comparison is printed in short.

    With --match the parameters are first estimated anew from all targets, which takes minutes. Two releases,
    drug_free_2.toml and routine_care_2.toml, and estimates.csv with what was learned of each number are written into
    the folder, and the comparison is made with them.
    """
    from holdfast.jobs.calibrate_files import calibrate as hold_against

    hold_against(people=people, seed=seed, out=out, plot=plot, match=match)
