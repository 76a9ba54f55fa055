"""Histories for the pathway's tests: one that has everything, and a strategy for any that can be."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from holdfast.outcomes.definitions import Reading
from holdfast.pathway.history import (
    AlertFact,
    ChoiceFact,
    CourseFact,
    DecisionFact,
    FeedbackFact,
    History,
    InfusionFact,
    JudgedFact,
    PlannedFact,
    PracticeFact,
    SessionFact,
)
from holdfast.protocols.decisions import Decision

START = datetime(2026, 3, 2, 9, tzinfo=UTC)

moments = st.integers(-48, 24 * 60).map(lambda hours: START + timedelta(hours=hours))
instruments = st.sampled_from(["phq9", "madrs", "qids_sr16", "hamd17", "bdi2", "gad7", "wsas"])
readings = st.builds(Reading, at=moments, instrument=st.just("phq9") | instruments, total=st.integers(0, 21))
infusions = st.builds(
    InfusionFact,
    at=moments,
    drug=st.just("ketamine_iv"),
    dose_mg=st.none() | st.just(Decimal(35)),
    dose_mg_per_kg=st.just(Decimal("0.5")),
)
sessions = st.builds(
    SessionFact,
    at=moments,
    number=st.integers(0, 20),
    attendance=st.sampled_from(["attended", "did_not_attend", "cancelled_by_patient", "cancelled_by_clinic"]),
)
practice = st.builds(PracticeFact, at=moments, number=st.integers(1, 5), done_at=st.none() | moments)
course_decisions = st.builds(
    Decision,
    kind=st.sampled_from(["review", "end"]),
    value=st.sampled_from(["switched", "enough"]),
    at=moments,
)
courses = st.builds(
    CourseFact,
    key=st.just("1"),
    therapy=st.sampled_from(["cbt", "dbt", "act", "psychodynamic", "ipt"]),
    started_at=moments,
    sessions=st.lists(sessions, max_size=8).map(tuple),
    decisions=st.lists(course_decisions, max_size=2).map(tuple),
    booked=st.lists(moments, max_size=2).map(tuple),
    practice=st.lists(practice, max_size=4).map(tuple),
    feedback=st.lists(st.builds(FeedbackFact, at=moments, low=st.booleans()), max_size=2).map(tuple),
    plan_kept_at=st.none() | moments,
)
choices = st.builds(
    ChoiceFact, at=moments, chosen=st.sampled_from(["cbt", "ipt", "not_sure", "none_for_now"])
)
alerts = st.builds(
    AlertFact,
    key=st.just("1"),
    raised_at=moments,
    level=st.integers(1, 3),
    due_at=moments,
    owner_name=st.just("Dr Bell"),
)
decisions = st.builds(
    DecisionFact, kind=st.just("re_engage"), digest=st.just("0"), accepted=st.booleans(), decided_at=moments
)
judged = st.builds(
    JudgedFact,
    score=readings,
    made_at=moments,
    expected=st.floats(0, 27),
    above=st.booleans(),
)
planned = st.builds(PlannedFact, at=moments, what=st.sampled_from(["infusion", "session"]))

histories = st.builds(
    History,
    started_at=st.just(START),
    instrument=st.just("phq9") | instruments,
    readings=st.lists(readings, max_size=12).map(tuple),
    check_ins_at=st.lists(moments, max_size=8).map(tuple),
    infusions=st.lists(infusions, max_size=8).map(tuple),
    courses=st.lists(courses, max_size=2).map(tuple),
    open_alerts=st.lists(alerts, max_size=3).map(tuple),
    decisions=st.lists(decisions, max_size=3).map(tuple),
    closed_at=st.none() | st.none() | moments,
    trd_confirmed=st.booleans(),
    planned=st.lists(planned, max_size=3).map(tuple),
    choices=st.lists(choices, max_size=2).map(tuple),
    judged=st.lists(judged, max_size=2).map(tuple),
    zone=st.sampled_from(["UTC", "Europe/London", "America/New_York", "Pacific/Auckland"]),
)


def phq9(day: float, total: int) -> Reading:
    """A PHQ-9 total, so many days after care began."""
    return Reading(at=START + timedelta(days=day), instrument="phq9", total=total)


def infusion(day: float) -> InfusionFact:
    """An infusion of the usual dose, so many days after care began."""
    return InfusionFact(
        at=START + timedelta(days=day), drug="ketamine_iv", dose_mg=None, dose_mg_per_kg=Decimal("0.5")
    )
