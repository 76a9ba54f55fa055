"""The statistical core: what this person's depression is likely to do, and how sure we are.

`model` says what is assumed, `parameters` holds the numbers, `filtering` learns from one record or a whole cohort,
`ahead` looks twelve weeks on, `simulate` draws virtual people. Nothing here needs Django, a clock or a database:

    from holdfast.forecast import ahead, filtering, model, parameters

    record = model.Record(scores=(model.ScoreEvent(day=0.0, instrument="phq9", value=21), …), as_of_day=30.0)
    outlook = ahead.forecast(filtering.filter_record(record, parameters.load()))
    outlook.scores("phq9").median

Importing costs little: the compiled kernel is loaded when the first forecast is made, or by `warm()`.
"""


def warm() -> None:
    """Load everything a forecast needs, compiling it if this machine never did, so that no page waits for it.

    Takes seconds, so a server calls it while it starts. Compiled code is kept beside the package, or where the
    environment variable NUMBA_CACHE_DIR says when that folder cannot be written.
    """
    from holdfast.forecast import ahead, filtering, model, parameters

    record = model.Record(
        scores=(model.ScoreEvent(day=0.0, instrument="phq9", value=20),),
        infusions=(model.InfusionEvent(day=1.0, dose=1.0),),
        sessions=(model.SessionEvent(day=3.0, therapy="cbt"),),
        as_of_day=7.0,
    )
    outlook = ahead.forecast(filtering.filter_record(record, parameters.load()))
    outlook.p_remission("phq9")
