"""The library of protocols loads and says what it must; a file that is wrong is refused by file and key."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from holdfast import units
from holdfast.errors import DataFileError, NotFound
from holdfast.protocols import loader
from holdfast.protocols.loader import all_protocols, infusions, load, read, therapies, therapy
from holdfast.protocols.model import Kind, PhaseKind, Status
from tests.protocols.making import changed_copy

SLUGS = ["act", "cbt", "dbt", "esketamine_nasal", "ipt", "ketamine_iv", "psychodynamic"]


def test_library_when_loaded_then_it_holds_the_infusions_and_five_therapies() -> None:
    assert list(all_protocols()) == SLUGS
    assert [one.slug for one in therapies()] == ["act", "cbt", "dbt", "ipt", "psychodynamic"]
    assert [slug for slug, one in all_protocols().items() if one.kind is Kind.INFUSION] == [
        "esketamine_nasal",
        "ketamine_iv",
    ]


@pytest.mark.parametrize("slug", SLUGS)
def test_protocol_when_nobody_has_signed_it_then_it_is_a_draft_as_shipped(slug: str) -> None:
    one = load(slug)
    assert (one.status, one.sign_offs, one.adapted_by) == (Status.DRAFT, (), "")


def test_family_when_a_therapy_is_as_shipped_then_it_is_its_own() -> None:
    assert [one.family for one in therapies()] == [one.slug for one in therapies()]


def test_load_when_the_slug_is_unknown_then_it_names_those_there_are() -> None:
    with pytest.raises(NotFound, match=f"^no protocol 'emdr'; there are {', '.join(SLUGS)}$"):
        load("emdr")


def test_therapy_when_the_slug_is_of_infusions_then_it_names_the_therapies() -> None:
    with pytest.raises(
        NotFound, match=r"^'ketamine_iv' is not a therapy; there are act, cbt, dbt, ipt, psych"
    ):
        therapy("ketamine_iv")


def test_infusions_when_the_slug_is_of_a_therapy_then_it_says_so() -> None:
    with pytest.raises(NotFound, match=r"^'cbt' is not a protocol of infusions$"):
        infusions("cbt")


def test_protocol_when_loaded_then_nothing_in_it_can_be_changed() -> None:
    thresholds = load("ketamine_iv").thresholds
    with pytest.raises(TypeError):
        thresholds["fading_rise"] = thresholds["relief_fall"]  # type: ignore[index]


def test_thresholds_when_seen_in_a_source_then_cited_as_such_else_as_site_default() -> None:
    for threshold in load("ketamine_iv").thresholds.values():
        assert threshold.cited.startswith("Site default: ") == (threshold.standing == "convention")


CARE_RULES = {
    "usual_dose_mg_per_kg": "0.5 mg/kg",
    "lowest_dose_mg_per_kg": "0.1 mg/kg",
    "highest_dose_mg_per_kg": "1 mg/kg",
    "infusion_minutes": "40 minutes",
    "induction_infusions": "6 infusions",
    "induction_lapses_after": "14 days",
    "spacing_decision_after": "24 hours",
    "relief_fall": "50 %",
    "partial_relief_fall": "25 %",
    "relief_judged_after": "3 infusions",
    "relief_credited_for": "7 days",
    "review_in_a_row": "3 infusions",
    "review_in_all": "4 infusions",
    "fading_rise": "5 points",
    "fading_looks_back": "14 days",
    "relapse_chance_limit": "50 %",
    "relapse_chance_within": "14 days",
    "check_in_every": "7 days",
    "check_in_after_infusion": "24 hours",
    "check_in_after_infusion_counts_from": "12 hours",
    "check_in_before_infusion": "24 hours",
    "check_in_window": "24 hours",
    "first_check_in_window": "7 days",
    "backfilled_after": "24 hours",
    "above_forecast_after": "6 sessions",
    "above_forecast_from": "14 days",
    "above_forecast_until": "56 days",
    "drifting_without_check_in": "10 days",
    "drifting_sessions_missed": "2 sessions",
    "drifting_sessions_looked_at": "3 sessions",
    "weight_valid_for": "14 days",
    "weight_change_most": "10 %",
    "ideal_weight_from_bmi": "30 kg/m²",
    "longest_infusion_minutes": "120 minutes",
    "shortest_infusion_minutes": "30 minutes",
    "order_valid_for": "42 days",
    "observe_minutes": "60 minutes",
    "chair_minutes": "150 minutes",
    "trial_weeks_at_least": "6 weeks",
    "trial_failed_below": "50 %",
    "trials_needed": "2 points",
    "consent_valid_for": "365 days",
    "consent_expiring_within": "14 days",
    "eligibility_valid_for": "90 days",
    "weigh_systolic": "140 mmHg",
    "weigh_diastolic": "90 mmHg",
    "hold_systolic": "160 mmHg",
    "hold_diastolic": "100 mmHg",
    "start_pulse_lowest": "50 beats a minute",
    "start_pulse_highest": "110 beats a minute",
    "start_oxygen_lowest": "94 %",
    "no_food_for": "4 hours",
    "no_drink_for": "2 hours",
    "row_every": "15 minutes",
    "row_late_after": "5 minutes",
    "alert_systolic": "180 mmHg",
    "alert_diastolic": "110 mmHg",
    "alert_oxygen": "92 %",
    "alert_pulse_high": "120 beats a minute",
    "alert_pulse_low": "50 beats a minute",
    "alert_breaths": "10 breaths a minute",
    "alert_sedation": "4 points",
    "near_start_mmhg": "20 mmHg",
    "home_sedation_at_least": "5 points",
    "home_dissociation_at_most": "1 point",
    "home_nausea_at_most": "3 points",
    "safety_review_every": "56 days",
    "exposure_window": "365 days",
}
"""Every threshold of ketamine by vein as the care rules have it, in words."""


def test_thresholds_when_read_then_they_are_those_of_the_care_rules() -> None:
    said = {name: one.words for name, one in load("ketamine_iv").thresholds.items()}
    assert said == CARE_RULES


def test_usual_dose_when_read_then_it_is_the_one_the_units_are_relative_to() -> None:
    usual = load("ketamine_iv").thresholds["usual_dose_mg_per_kg"]
    assert Decimal(str(usual.value)) == units.USUAL_DOSE_MG_PER_KG


def test_infusions_when_numbered_then_each_lies_in_its_phase() -> None:
    found = [(phase.kind, phase.first, phase.last) for phase in infusions("ketamine_iv").phases]
    assert found == [(PhaseKind.INDUCTION, 1, 6), (PhaseKind.MAINTENANCE, 7, None)]


def test_therapies_when_read_then_the_first_session_has_one_time_for_all() -> None:
    times = {
        (
            one.first_session.earliest_after_infusion.duration,
            one.first_session.latest_after_infusion.duration,
            one.first_session.latest_after_course.duration,
        )
        for one in therapies()
    }
    assert times == {(timedelta(hours=24), timedelta(hours=72), timedelta(days=7))}


FAULTS = {
    "unknown key": ("protocol.toml", 'short_name = "CBT"', 'short_name = "CBT"\nshort_nam = "x"',
                    "protocol.toml: short_nam: Extra inputs are not permitted"),
    "wrong slug": ("protocol.toml", 'slug = "cbt"', 'slug = "cbd"',
                   "protocol.toml: slug: 'cbd' is not the folder's name"),
    "syntax error": ("protocol.toml", 'slug = "cbt"', "slug = cbt",
                     "protocol.toml: (syntax): Invalid value (at line 1, column 8)"),
    "active and unsigned": ("protocol.toml", 'status = "draft"', 'status = "active"',
                            "protocol.toml: (whole file): Value error, an active protocol needs a sign-off"),
    "active by one clinician": (
        "protocol.toml", 'status = "draft"\neffective = 2026-01-01\nsign_offs = []',
        'status = "active"\neffective = 2026-01-01\n'
        'sign_offs = [{ name = "A", profession = "p", on = 2026-02-01, trained_in_it = true }]',
        "protocol.toml: (whole file): Value error, "
        "an active therapy is signed by two clinicians, one of them trained in it"),
    "status nobody knows": ("protocol.toml", 'status = "draft"', 'status = "signed"',
                            "protocol.toml: status: Input should be 'draft', 'active' or 'retired'"),
    "sessions in the wrong file": ("protocol.toml", '[[roles]]', '[sessions]\n\n[[roles]]',
                                   "protocol.toml: sessions: a session is a file in the folder sessions, "
                                   "not in this file"),
    "parent without a fork": ("protocol.toml", 'slug = "cbt"', 'slug = "cbt"\nparent = "act"',
                              "protocol.toml: parent: only a fork.toml makes a version of another therapy, "
                              "not in this file"),
    "preparation that is not there": ("protocol.toml", 'preparation = "prep-00"\npreparation_measures = [',
                                      'preparation = "prep-01"\nprompts_of_it = [',
                                      "protocol.toml: prompts_of_it: Extra inputs are not permitted"),
    "no such preparation": ("protocol.toml", 'preparation = "prep-00"', 'preparation = "prep-01"',
                            "protocol.toml: preparation_measures: is for a preparation that is shared: prep-00"),
    "measures that are no list": ("protocol.toml", 'preparation_measures = ["phq9"', 'preparation_measures = [9',
                                  "protocol.toml: preparation_measures.0: Input should be a valid string"),
    "session no track holds": ("protocol.toml", 'sequence = ["stress-06"]', 'sequence = ["stress-05"]',
                               "protocol.toml: (whole file): Value error, sessions that no track holds: stress-06"),
    "session that is not there": ("protocol.toml", 'sequence = ["stress-06"]', 'sequence = ["stress-07"]',
                                  "protocol.toml: (whole file): Value error, "
                                  "track stress, phase consolidate: no session stress-07"),
    "missing shared exercise": ("protocol.toml", 'plan = "shared.staying_well"', 'plan = "shared.farewell"',
                                "protocol.toml: (whole file): Value error, completion: no exercise shared.farewell"),
    "phase of two supplies": ("protocol.toml", 'sequence = ["stress-06"]', 'sequence = ["stress-06"]\nrolling = true',
                              "protocol.toml: tracks.1.phases.2: Value error, "
                              "phase consolidate: give one of sequence, loop and rolling"),
    "unit nobody knows": ("protocol.toml", 'unit = "point"', 'unit = "points"',
                          "protocol.toml: half_way.least_fall.unit: Input should be 'mg/kg', 'minute', 'hour', "
                          "'day', 'week', 'mg', 'percent', 'mmHg', 'beats a minute', 'breaths a minute', "
                          "'kg/m²', 'point', 'probability', 'infusion' or 'session'"),
    "topic without content": ("protocol.toml", 'content = "Name it, ride it, choose."', 'content = ""',
                              "protocol.toml: electives.4.content: String should have at least 1 character"),
    "exercise nobody has": ("sessions/cbt-01.toml", 'exercise = "cbt.five_parts"', 'exercise = "cbt.six_parts"',
                            "protocol.toml: (whole file): Value error, session cbt-01: no exercise cbt.six_parts"),
    "exercise without a therapy": ("sessions/cbt-01.toml", 'exercise = "cbt.five_parts"', 'exercise = "five_parts"',
                                   "sessions/cbt-01.toml: agenda.2.exercise: Value error, "
                                   "an exercise is named therapy.exercise, as in cbt.thought_record"),
    "minutes that do not add up": ("sessions/cbt-01.toml", "minutes = 13", "minutes = 14",
                                   "sessions/cbt-01.toml: (whole file): Value error, "
                                   "agenda: the minutes add up to 51, not 50"),
    "short form that does not add up": ("sessions/cbt-01.toml", "picture = 8", "picture = 9",
                                        "sessions/cbt-01.toml: (whole file): Value error, "
                                        "variants.low_energy: the minutes add up to 31, not 30"),
    "short form of a point not there": ("sessions/cbt-01.toml", 'leave_out = ["goals"]', 'leave_out = ["aims"]',
                                        "sessions/cbt-01.toml: (whole file): Value error, "
                                        "variants.low_energy: no point of the agenda: aims"),
    "short form without what is locked": ("sessions/cbt-01.toml", 'leave_out = ["goals"]', 'leave_out = ["safety"]',
                                          "sessions/cbt-01.toml: (whole file): Value error, "
                                          "variants.low_energy: leaves out what is locked: safety"),
    "no locked safety point": ("sessions/cbt-01.toml", "locked = true", "locked = false",
                               "sessions/cbt-01.toml: (whole file): Value error, agenda: "
                               "a structured session asks about safety, in a locked point of kind safety"),
    "two points of a slug": ("sessions/cbt-01.toml", 'slug = "lighter"', 'slug = "plan"',
                             "sessions/cbt-01.toml: (whole file): Value error, agenda: two points have one slug"),
    "session under another name": ("sessions/cbt-01.toml", 'slug = "cbt-01"', 'slug = "cbt-1"',
                                   "sessions/cbt-01.toml: slug: 'cbt-1' is not the file's name"),
    "session of no length": ("sessions/cbt-01.toml", "minutes = 50\n", "",
                             "sessions/cbt-01.toml: minutes: Field required"),
    "syntax error in a session": ("sessions/cbt-01.toml", "[[agenda]]", "[[agenda]",
                                  "sessions/cbt-01.toml: (syntax): Expected ']]' at the end of an array declaration "
                                  "(at line 31, column 9)"),
    "exercise of another folder": ("exercises/good_minute.toml", 'name = "cbt.good_minute"',
                                   'name = "act.good_minute"',
                                   "exercises/good_minute.toml: name: 'act.good_minute' is of another folder"),
    "exercise under another name": ("exercises/good_minute.toml", 'name = "cbt.good_minute"',
                                    'name = "cbt.bad_minute"',
                                    "exercises/good_minute.toml: name: 'cbt.bad_minute' is not the file's name"),
    "function nobody has": ("exercises/step_ladder.toml", 'function = "first_not_done"', 'function = "guess"',
                            "exercises/step_ladder.toml: derived.next_step.function: there is no function 'guess'; "
                            "there are "),
    "choice without options": ("exercises/five_parts.toml", 'options = ["a heavy day", "a lighter day"]', "",
                               "exercises/five_parts.toml: fields.0: Value error, "
                               "field which: a choice has options or options_from"),
    "type nobody knows": ("exercises/five_parts.toml", 'type = "body_map"', 'type = "body"',
                          "exercises/five_parts.toml: fields.5.type: Input should be "),
    "field for a bad day that is not there": ("exercises/five_parts.toml", 'low_energy = ["moment"',
                                              'low_energy = ["moments"',
                                              "exercises/five_parts.toml: (whole file): Value error, "
                                              "low_energy names no field: moments"),
    "sight nobody knows": ("exercises/thought_record.toml", 'sight = "risk"', 'sight = "secret"',
                           "exercises/thought_record.toml: fields.2.sight: Input should be 'normal', 'sensitive', "
                           "'private', 'risk', 'third_party' or 'process_note'"),
    "rows of a text": ("exercises/thought_record.toml", 'type = "text"', 'type = "text"\nmost = 3',
                       "exercises/thought_record.toml: fields.0: Value error, "
                       "field moment: only a table or a list has most"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "replacing", "by", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_read_when_a_file_is_wrong_then_it_names_file_and_key(
    tmp_path: Path, file: str, replacing: str, by: str, message: str
) -> None:
    folder = changed_copy("cbt", tmp_path, file=file, replacing=replacing, by=by)
    with pytest.raises(DataFileError) as refused:
        read(folder)
    assert str(refused.value)[: len(f"cbt/{message}")] == f"cbt/{message}"


OTHER_FAULTS = {
    "unknown derived field": ("dbt", "exercises/diary_card.toml", '{ field = "acted"', '{ field = "actions"',
                              "exercises/diary_card.toml: (whole file): Value error, "
                              "urge_alert: there is no field actions"),
    "answer that is none": ("dbt", "exercises/diary_card.toml", 'equals = "yes"', 'equals = "maybe"',
                            "exercises/diary_card.toml: (whole file): Value error, "
                            "urge_alert: 'maybe' is no answer to acted"),
    "two tests in one": ("dbt", "exercises/diary_card.toml", "at_least = 5", "at_least = 5, at_most = 9",
                         "exercises/diary_card.toml: derived.1.any_of.0: Value error, urge_suicide: "
                         "exactly one of equals, differs_from, at_least, at_most and risen_by"),
    "gate nobody knows": ("dbt", "exercises/diary_card.toml", 'gate = "suicide"', 'gate = "worry"',
                          "exercises/diary_card.toml: derived.1.gate: Input should be 'suicide', 'harm_by_other', "
                          "'dissociation', 'mania', 'distress', 'health' or 'progress'"),
    "weeks with a gap": ("dbt", "curriculum.toml", "week = 2\n", "week = 25\n",
                         "curriculum.toml: (whole file): Value error, weeks must be numbered from 1 without a gap"),
    "minutes of the group": ("dbt", "curriculum.toml", "minutes = 120", "minutes = 90",
                             "curriculum.toml: (whole file): Value error, agenda: the minutes do not add up"),
    "practice nobody has": ("dbt", "curriculum.toml", 'practice = "dbt.steady_minute"', 'practice = "dbt.minute"',
                            "protocol.toml: (whole file): Value error, week 1: no exercise dbt.minute"),
    "playbook out of order": ("ipt", "protocol.toml", "{ first = 6, last = 6", "{ first = 5, last = 6",
                              "protocol.toml: playbooks.0: Value error, "
                              "playbook grief: steps must follow on one another"),
    "phases of infusions with a gap": ("ketamine_iv", "protocol.toml", "first = 7", "first = 8",
                                       "protocol.toml: (whole file): Value error, "
                                       "phase maintenance must begin at 7: phases follow on without a gap"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("slug", "file", "replacing", "by", "message"), OTHER_FAULTS.values(), ids=OTHER_FAULTS.keys()
)
def test_read_when_a_file_of_another_protocol_is_wrong_then_it_names_file_and_key(
    tmp_path: Path, slug: str, file: str, replacing: str, by: str, message: str
) -> None:
    folder = changed_copy(slug, tmp_path, file=file, replacing=replacing, by=by)
    with pytest.raises(DataFileError) as refused:
        read(folder)
    assert str(refused.value) == f"{slug}/{message}"


def test_read_when_a_file_is_not_text_then_it_names_the_file(tmp_path: Path) -> None:
    folder = changed_copy("cbt", tmp_path, file="protocol.toml", replacing="cbt", by="cbt")
    (folder / "protocol.toml").write_bytes(b'slug = "\xff"')
    with pytest.raises(DataFileError, match=r"^cbt/protocol.toml: \(syntax\): 'utf-8' codec can't decode"):
        read(folder)


def test_use_when_a_folder_holds_a_full_protocol_then_the_library_has_it_too(tmp_path: Path) -> None:
    own = changed_copy(
        "act", tmp_path, file="protocol.toml", replacing='slug = "act"', by='slug = "lakeside"'
    )
    for path in [*own.rglob("*.toml")]:
        path.write_text(path.read_text(encoding="utf-8").replace("act.", "lakeside."), encoding="utf-8")
    own.rename(tmp_path / "lakeside")
    try:
        loader.use(tmp_path)
        assert list(all_protocols()) == sorted([*SLUGS, "lakeside"])
        assert (therapy("lakeside").family, therapy("lakeside").parent) == ("lakeside", "")
    finally:
        loader.use()
