"""The go / no-go list judged: each line failing in turn, what it says then, and who may go on regardless."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from holdfast.access import Role
from holdfast.pathway import go_list
from holdfast.pathway.go_list import (
    MEASURED,
    PREGNANCY,
    Answer,
    Escort,
    Facts,
    Found,
    GoList,
    Signed,
    State,
    Verdict,
    Vitals,
)
from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.infusion import GoCheck
from holdfast.protocols.loader import infusions

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CALM = Vitals(systolic=118, diastolic=76, heart_rate=72, oxygen=98, at=NOW)
RECORDED = frozenset({"open_alert", "consent", "eligibility", "order", "weight", "check_in"})
"""Lines the record answers (`records.queries.go_record`)."""

TREATMENTS = ("ketamine_iv", "esketamine_nasal")
ASKED = [one for one in infusions("ketamine_iv").go_checks if one.reads == "asked"]


def checks(treatment: str = "ketamine_iv") -> tuple[GoCheck, ...]:
    return infusions(treatment).go_checks


def answer(line: str, said: str, *, note: str = "", minutes: int = 0) -> Answer:
    return Answer(line, said, note, by="Okoro", at=NOW + minutes * MINUTE)


def all_well(treatment: str = "ketamine_iv") -> Facts:
    """Everything answered, measured and on record so that the list says go."""
    return Facts(
        answers=tuple(answer(one.slug, one.passes_when) for one in checks(treatment) if one.reads == "asked"),
        vitals=CALM,
        record={slug: Found(True, "holds") for slug in RECORDED},
        may_be_pregnant=True,
    )


def judged(facts: Facts, treatment: str = "ketamine_iv") -> GoList:
    return go_list.judge(checks(treatment), facts, SiteLimits(treatment))


def with_answer(slug: str, said: str, *, note: str = "", minutes: int = 1) -> Facts:
    facts = all_well()
    return replace(facts, answers=(*facts.answers, answer(slug, said, note=note, minutes=minutes)))


def with_record(slug: str, says: str) -> Facts:
    facts = all_well()
    return replace(facts, record={**facts.record, slug: Found(False, says)})


def other(check: GoCheck) -> str:
    return "no" if check.passes_when == "yes" else "yes"


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_list_when_all_is_well_says_go(treatment: str) -> None:
    found = judged(all_well(treatment), treatment)
    assert (found.verdict, found.blocking, found.waiting) == (Verdict.GO, (), ())


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_list_when_nothing_was_asked_or_measured_waits_for_each_of_it(treatment: str) -> None:
    found = judged(replace(all_well(treatment), answers=(), vitals=None), treatment)
    assert found.verdict is Verdict.NOT_YET
    assert [line.check.slug for line in found.waiting] == [
        one.slug for one in checks(treatment) if one.reads != "record"
    ]


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_protocol_when_a_line_reads_record_or_vitals_it_is_one_that_can_be_read(treatment: str) -> None:
    by_source = {
        source: {one.slug for one in checks(treatment) if one.reads == source}
        for source in ("record", "vitals")
    }
    assert by_source["record"] <= RECORDED
    assert by_source["vitals"] <= set(MEASURED)
    assert {one.only_if for one in checks(treatment)} <= {"", PREGNANCY}


@pytest.mark.parametrize("check", ASKED, ids=[one.slug for one in ASKED])
def test_asked_line_when_it_fails_says_no_with_what_to_do_and_who_may_override(check: GoCheck) -> None:
    found = judged(with_answer(check.slug, other(check), note="as told"))
    stops = check.slug == "suicidal"
    assert found.verdict is (Verdict.STOPPED if stops else Verdict.NO_GO)
    (line,) = [one for one in found.blocking if one.check.slug == check.slug]
    assert (line.state, line.says) == (State.FAILED, "as told")
    assert (line.check.override, bool(line.check.to_do)) == (MAY_OVERRIDE.get(check.slug), True)


MAY_OVERRIDE = {
    "fasting": Role.PRESCRIBER,
    "no_alcohol": Role.PRESCRIBER,
    "no_benzodiazepine": Role.PRESCRIBER,
    "escort": Role.PRESCRIBER,
}
"""Asked lines that someone may override, as the shipped protocol has them; nobody may override the others."""


@pytest.mark.parametrize("check", ASKED, ids=[one.slug for one in ASKED])
def test_asked_line_when_not_known_does_not_pass(check: GoCheck) -> None:
    found = judged(with_answer(check.slug, "not_known"))
    assert [line.check.slug for line in found.blocking] == [check.slug] or check is ASKED[0]
    assert found.verdict in {Verdict.NO_GO, Verdict.STOPPED}


@pytest.mark.parametrize("slug", sorted(RECORDED))
def test_recorded_line_when_it_fails_says_what_the_record_says(slug: str) -> None:
    found = judged(with_record(slug, "held until 1 Mar 2026"))
    assert found.verdict is Verdict.NO_GO
    assert [(line.check.slug, line.says) for line in found.blocking] == [(slug, "held until 1 Mar 2026")]


PRESSURE_HIGH = "; do not start from 160/100"
TO_WEIGH = "; from 140/90 weigh it and write why you go on"


@pytest.mark.parametrize(
    ("changes", "line", "state", "says"),
    [
        ({"systolic": 139, "diastolic": 89}, "blood_pressure", State.PASSED, "139/89 mmHg"),
        ({"systolic": 140}, "blood_pressure", State.WEIGH, f"140/76 mmHg{TO_WEIGH}"),
        ({"diastolic": 90}, "blood_pressure", State.WEIGH, f"118/90 mmHg{TO_WEIGH}"),
        ({"systolic": 159, "diastolic": 99}, "blood_pressure", State.WEIGH, f"159/99 mmHg{TO_WEIGH}"),
        ({"systolic": 160}, "blood_pressure", State.FAILED, f"160/76 mmHg{PRESSURE_HIGH}"),
        ({"diastolic": 100}, "blood_pressure", State.FAILED, f"118/100 mmHg{PRESSURE_HIGH}"),
        ({"systolic": None}, "blood_pressure", State.OPEN, "not measured"),
        ({"diastolic": None}, "blood_pressure", State.OPEN, "not measured"),
        ({"heart_rate": 50}, "pulse", State.PASSED, "50 a minute"),
        ({"heart_rate": 49}, "pulse", State.FAILED, "49 a minute; do not start below 50"),
        ({"heart_rate": 109}, "pulse", State.PASSED, "109 a minute"),
        ({"heart_rate": 110}, "pulse", State.FAILED, "110 a minute; do not start from 110"),
        ({"heart_rate": None}, "pulse", State.OPEN, "not measured"),
        ({"oxygen": 94}, "oxygen", State.PASSED, "94 %"),
        ({"oxygen": 93}, "oxygen", State.FAILED, "93 %; do not start below 94 %"),
        ({"oxygen": None}, "oxygen", State.OPEN, "not measured"),
    ],
)
def test_measured_line_when_at_its_limit_is_judged_by_the_sites_thresholds(
    changes: dict[str, int | None], line: str, state: State, says: str
) -> None:
    found = judged(replace(all_well(), vitals=replace(CALM, **changes))).line(line)
    assert found is not None
    assert (found.state, found.says) == (state, says)


def test_measured_line_when_the_site_has_set_a_lower_limit_is_judged_by_it() -> None:
    limits = SiteLimits("ketamine_iv")
    lower = limits.threshold("hold_systolic").model_copy(update={"value": 150.0})
    facts = replace(all_well(), vitals=replace(CALM, systolic=152))
    found = go_list.judge(checks(), facts, SiteLimits("ketamine_iv", {"hold_systolic": lower}))
    assert found.verdict is Verdict.NO_GO
    assert found.blocking[0].says == "152/76 mmHg; do not start from 150/100"


@pytest.mark.parametrize(
    ("note", "minutes", "state"),
    [("always so here", 0, State.PASSED), ("always so here", -1, State.WEIGH), ("", 0, State.WEIGH)],
    ids=["weighed", "weighed before this reading", "without words"],
)
def test_pressure_when_to_be_weighed_passes_with_words_about_this_reading(
    note: str, minutes: int, state: State
) -> None:
    facts = with_answer("blood_pressure", "yes", note=note, minutes=minutes)
    found = judged(replace(facts, vitals=replace(CALM, systolic=150))).line("blood_pressure")
    assert found is not None
    says = "150/76 mmHg. Weighed: always so here" if state is State.PASSED else f"150/76 mmHg{TO_WEIGH}"
    assert (found.state, found.says) == (state, says)


@pytest.mark.parametrize(
    ("slug", "minutes", "blocks"),
    [("fasting", 1, False), ("fasting", 0, True), ("no_driving", 1, True)],
    ids=["signed over the answer", "signed before the answer", "nobody may sign"],
)
def test_override_when_signed_counts_for_what_it_was_signed_over(
    slug: str, minutes: int, blocks: bool
) -> None:
    signed = Signed(slug, "Dr Rivera", "one biscuit", at=NOW + minutes * MINUTE)
    found = judged(replace(with_answer(slug, "no"), overrides=(signed,)))
    line = found.line(slug)
    assert line is not None
    assert (line.blocks, line.override) == (blocks, None if blocks else signed)


@pytest.mark.parametrize(
    ("minutes", "verdict"), [(1, Verdict.GO), (-1, Verdict.NO_GO)], ids=["after", "before"]
)
def test_override_when_of_a_reading_counts_only_for_that_reading(minutes: int, verdict: Verdict) -> None:
    signed = Signed("oxygen", "Dr Rivera", "cold hands", at=NOW + minutes * MINUTE)
    facts = replace(all_well(), vitals=replace(CALM, oxygen=92), overrides=(signed,))
    assert judged(facts).verdict is verdict


@pytest.mark.parametrize(
    ("may_be", "state"), [(True, State.OPEN), (None, State.OPEN), (False, State.NOT_NEEDED)]
)
def test_pregnancy_test_when_pregnancy_is_not_possible_alone_is_not_needed(
    may_be: bool | None, state: State
) -> None:
    facts = replace(all_well(), may_be_pregnant=may_be)
    asked = tuple(one for one in facts.answers if one.line != "not_pregnant")
    found = judged(replace(facts, answers=asked))
    line = found.line("not_pregnant")
    assert line is not None
    assert (line.state, found.verdict) == (
        state,
        Verdict.GO if state is State.NOT_NEEDED else Verdict.NOT_YET,
    )


@pytest.mark.parametrize(
    ("note", "waiting", "verdict"),
    [
        ("Dr Rivera saw them", frozenset(), Verdict.GO),
        ("", frozenset(), Verdict.STOPPED),
        ("Dr Rivera saw them", frozenset({"suicidal"}), Verdict.STOPPED),
    ],
    ids=["seen and asked again", "without words", "alert not answered"],
)
def test_stop_when_asked_again_holds_until_the_alert_is_answered_and_words_are_there(
    note: str, waiting: frozenset[str], verdict: Verdict
) -> None:
    """H-031."""
    stopped = with_answer("suicidal", "yes")
    again = answer("suicidal", "no", note=note, minutes=2)
    facts = replace(stopped, answers=(*stopped.answers, again), alerts_waiting=waiting)
    assert judged(facts).verdict is verdict


def test_stop_when_settled_and_asked_once_more_needs_no_further_words() -> None:
    """H-031."""
    stopped = with_answer("suicidal", "yes")
    after = (answer("suicidal", "no", note="seen", minutes=2), answer("suicidal", "no", minutes=3))
    assert judged(replace(stopped, answers=(*stopped.answers, *after))).verdict is Verdict.GO


def test_stop_when_it_comes_up_again_after_it_was_settled_stops_again() -> None:
    """H-031."""
    stopped = with_answer("suicidal", "yes")
    said = (("no", "Dr Rivera saw them"), ("yes", ""), ("no", ""))
    after = (answer("suicidal", one, note=note, minutes=2 + n) for n, (one, note) in enumerate(said))
    assert judged(replace(stopped, answers=(*stopped.answers, *after))).verdict is Verdict.STOPPED


def test_person_when_it_was_someone_else_then_only_what_came_after_counts() -> None:
    """H-023."""
    wrong = with_answer("right_person", "no")
    facts = replace(wrong, answers=(*wrong.answers, answer("right_person", "yes", minutes=2)))
    found = judged(facts)
    assert found.identified
    assert [line.check.slug for line in found.waiting] == [
        one.slug for one in checks() if one.reads != "record" and one.slug != "right_person"
    ]


def test_person_when_it_was_someone_else_then_thoughts_of_suicide_still_stop_the_list() -> None:
    """H-031: who said it is not yet known; the alert stands in this record until it is answered."""
    facts = with_answer("suicidal", "yes")
    mixed_up = (answer("right_person", "no", minutes=2), answer("right_person", "yes", minutes=3))
    asked_again = answer("suicidal", "no", minutes=4)
    found = judged(replace(facts, answers=(*facts.answers, *mixed_up, asked_again)))
    assert found.verdict is Verdict.STOPPED


@pytest.mark.parametrize(
    ("said", "note", "escort"),
    [
        ("yes", "Bo Alder · 0700 900 111", Escort("Bo Alder", "0700 900 111")),
        ("yes", "A · B · 0700 900 111", Escort("A · B", "0700 900 111")),
        ("no", "Bo Alder · 0700 900 111", None),
        ("yes", "her brother", None),
    ],
)
def test_escort_when_named_is_read_from_its_line(said: str, note: str, escort: Escort | None) -> None:
    assert judged(with_answer("escort", said, note=note)).escort == escort


def test_escort_when_named_is_kept_as_it_is_read() -> None:
    escort = Escort("Bo Alder", "0700 900 111")
    assert judged(with_answer("escort", "yes", note=escort.note)).escort == escort
