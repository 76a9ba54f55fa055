"""The library of protocols loads, says what it must, and refuses what is wrong by file and key."""

import re
import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import units
from holdfast.errors import DataFileError, InvalidInput, NotFound
from holdfast.protocols.loader import LIBRARY, all_protocols, load, read, therapies
from holdfast.protocols.model import Kind, PhaseKind, Status
from holdfast.protocols.progress import progress

SLUGS = ["act", "cbt", "dbt", "ipt", "ketamine_iv", "psychodynamic"]


def copy_of(slug: str, folder: Path, *, replacing: str, by: str) -> Path:
    """A protocol's folder with one change in its file."""
    shutil.copytree(LIBRARY / slug, folder / slug)
    file = folder / slug / "protocol.toml"
    text = file.read_text()
    assert text.count(replacing) >= 1
    file.write_text(text.replace(replacing, by, 1))
    return folder / slug


def grade(text: str) -> float:
    """Flesch-Kincaid grade of a text: sentence and word length, roughly in school years."""
    words = re.findall(r"[A-Za-z']+", text)
    sentences = [s for s in re.split(r"[.:!?]", text) if s.strip()]
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e\b", "", w.lower())))) for w in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def test_library_when_loaded_then_it_holds_the_infusions_and_five_therapies() -> None:
    assert list(all_protocols()) == SLUGS
    assert [protocol.slug for protocol in therapies()] == ["act", "cbt", "dbt", "ipt", "psychodynamic"]


def test_library_when_nobody_has_signed_it_then_every_protocol_is_a_draft() -> None:
    found = {(p.status, p.sign_offs, p.version) for p in all_protocols().values()}
    assert found == {(Status.DRAFT, (), "0.1.0")}


def test_load_when_the_slug_is_unknown_then_it_names_those_there_are() -> None:
    with pytest.raises(NotFound, match=f"no protocol 'emdr'; there are {', '.join(SLUGS)}"):
        load("emdr")


@pytest.mark.parametrize("slug", SLUGS)
def test_patient_card_when_read_then_a_ten_year_old_could(slug: str) -> None:
    assert grade(load(slug).patient_card) <= 5.5


@pytest.mark.parametrize("slug", SLUGS)
def test_texts_when_read_then_none_promises_that_therapy_makes_relief_last(slug: str) -> None:
    protocol = load(slug)
    text = f"{protocol.patient_card} {protocol.evidence}"
    assert re.findall(r"(?:will|does|can|to) make (?:it|relief|the lighter feeling) last", text) == []


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug != "ketamine_iv"])
def test_patient_card_of_a_therapy_when_read_then_it_says_what_is_not_known(slug: str) -> None:
    assert "We cannot promise that it makes the lighter feeling last." in load(slug).patient_card


def test_thresholds_when_seen_in_a_source_then_cited_as_such_else_as_site_default() -> None:
    for threshold in load("ketamine_iv").thresholds.values():
        assert threshold.cited.startswith("Site default: ") == (threshold.standing == "convention")


def test_thresholds_when_read_then_they_are_those_of_the_care_rules() -> None:
    found = {name: threshold.words for name, threshold in load("ketamine_iv").thresholds.items()}
    assert found == {
        "usual_dose_mg_per_kg": "0.5 mg/kg",
        "lowest_dose_mg_per_kg": "0.1 mg/kg",
        "highest_dose_mg_per_kg": "1 mg/kg",
        "infusion_minutes": "40 minutes",
        "induction_infusions": "6 infusions",
        "induction_days_apart": "3.5 days",
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
        "drifting_without_check_in": "10 days",
        "drifting_sessions_missed": "2 sessions",
        "drifting_sessions_looked_at": "3 sessions",
    }


def test_usual_dose_when_read_then_it_is_the_one_the_units_are_relative_to() -> None:
    assert (
        Decimal(str(load("ketamine_iv").thresholds["usual_dose_mg_per_kg"].value))
        == units.USUAL_DOSE_MG_PER_KG
    )


def test_therapies_when_read_then_each_begins_twice_weekly_and_goes_on_weekly() -> None:
    for protocol in therapies():
        assert protocol.sessions is not None
        assert [(p.from_session, p.days_apart) for p in protocol.sessions.pacing[:2]] == [(1, 3.5), (5, 7)]


def test_therapies_when_read_then_the_first_session_has_one_time_for_all() -> None:
    times = {
        (
            p.sessions.first.earliest_after_infusion.duration,
            p.sessions.first.latest_after_infusion.duration,
            p.sessions.first.latest_after_course.duration,
        )
        for p in therapies()
        if p.sessions is not None
    }
    assert times == {(timedelta(hours=24), timedelta(hours=72), timedelta(days=7))}


@pytest.mark.parametrize(
    ("replacing", "by", "message"),
    [
        (
            'short_name = "CBT"',
            'short_name = "CBT"\nshort_nam = "x"',
            "cbt/protocol.toml: short_nam: Extra inputs",
        ),
        ("planned = 12", "planned = 0", "cbt/protocol.toml: sessions.planned: Input should be greater"),
        ("first = 5", "first = 6", "cbt/protocol.toml: .whole file.: .*phase core must begin at 5"),
        ("last = 16", "last = 15", "cbt/protocol.toml: .whole file.: .*must end with the last session"),
        ('status = "draft"', 'status = "active"', "cbt/protocol.toml: .whole file.: .*needs a sign-off"),
        (
            'kind = "therapy"',
            'kind = "infusion"',
            "cbt/protocol.toml: .whole file.: .*a therapy has .sessions.",
        ),
        ("planned = 12", "", "cbt/protocol.toml: sessions: .*either the number of planned sessions or open"),
        ("from_session = 1,", "from_session = 2,", "cbt/protocol.toml: sessions: .*must begin at session 1"),
        (
            "from_session = 5",
            "from_session = 12",
            "cbt/protocol.toml: sessions: .*in the order of its sessions",
        ),
        (
            "from_session = 5",
            "from_session = 1",
            "cbt/protocol.toml: sessions: .*in the order of its sessions",
        ),
        ('slug = "cbt"', 'slug = "cbd"', "cbt/protocol.toml: slug: 'cbd' is not the folder's name"),
        ('slug = "cbt"', "slug = cbt", "cbt/protocol.toml: .syntax.: Invalid value"),
        ('unit = "hour"', 'unit = "hours"', "cbt/protocol.toml: sessions.first.earliest_after_infusion.unit"),
        ("last = 10", "last = 3", "cbt/protocol.toml: .whole file.: .*phase core ends before it begins"),
    ],
)
def test_read_when_the_file_is_wrong_then_it_names_file_and_key(
    tmp_path: Path, replacing: str, by: str, message: str
) -> None:
    folder = copy_of("cbt", tmp_path, replacing=replacing, by=by)
    with pytest.raises(DataFileError, match=message):
        read(folder)


def test_phase_when_it_holds_a_single_session_then_it_is_one(tmp_path: Path) -> None:
    folder = copy_of("cbt", tmp_path, replacing="last = 10", by="last = 11")
    file = folder / "protocol.toml"
    file.write_text(file.read_text().replace("first = 11\nlast = 12", "first = 12\nlast = 12"))
    assert [phase.kind for phase in read(folder).phases if phase.holds(12)] == [PhaseKind.CONSOLIDATE]


def test_read_when_an_open_ended_therapy_has_boosters_then_it_is_refused(tmp_path: Path) -> None:
    folder = copy_of("psychodynamic", tmp_path, replacing="review_every = 12", by="boosters = 3")
    with pytest.raises(DataFileError, match=r"psychodynamic/protocol.toml: sessions: .*has no boosters"):
        read(folder)


def test_protocol_when_loaded_then_nothing_in_it_can_be_changed() -> None:
    thresholds = load("ketamine_iv").thresholds
    with pytest.raises(TypeError):
        thresholds["fading_rise"] = thresholds["relief_fall"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("slug", "attended", "next_number", "phase", "complete"),
    [
        ("cbt", [], 1, PhaseKind.WINDOW, False),
        ("cbt", [1, 2, 4], 3, PhaseKind.WINDOW, False),
        ("cbt", range(1, 5), 5, PhaseKind.CORE, False),
        ("cbt", range(1, 11), 11, PhaseKind.CONSOLIDATE, False),
        ("cbt", range(1, 12), 12, PhaseKind.CONSOLIDATE, False),
        ("cbt", range(1, 13), 13, PhaseKind.BOOSTER, True),
        ("cbt", range(1, 16), 16, PhaseKind.BOOSTER, True),
        ("cbt", range(1, 17), None, None, True),
        ("dbt", range(1, 28), 28, PhaseKind.CONSOLIDATE, False),
        ("act", range(1, 13), 13, PhaseKind.BOOSTER, True),
        ("ipt", range(1, 14), 14, PhaseKind.CONSOLIDATE, False),
        ("psychodynamic", range(1, 300), 300, PhaseKind.CORE, False),
    ],
)
def test_progress_when_sessions_were_attended_then_it_names_the_next(
    slug: str, attended: list[int], next_number: int | None, phase: PhaseKind | None, complete: bool
) -> None:
    found = progress(load(slug), attended=attended)
    assert (found.next_number, found.phase and found.phase.kind, found.complete) == (
        next_number,
        phase,
        complete,
    )


def test_progress_when_open_ended_then_a_review_is_due_every_twelve_sessions() -> None:
    due = [n for n in range(40) if progress(load("psychodynamic"), attended=range(1, n + 1)).review_due]
    assert due == [12, 24, 36]


def test_progress_when_a_session_was_recorded_twice_then_it_counts_once() -> None:
    assert progress(load("cbt"), attended=[1, 1, 2]).attended == 2


def test_progress_when_the_protocol_has_no_sessions_then_it_is_refused() -> None:
    with pytest.raises(InvalidInput, match="ketamine_iv has no sessions"):
        progress(load("ketamine_iv"), attended=[])


@given(st.sampled_from([p.slug for p in therapies()]), st.sets(st.integers(1, 60)))
def test_progress_when_the_next_session_is_attended_then_a_later_one_is_next(
    slug: str, attended: set[int]
) -> None:
    before = progress(load(slug), attended=attended)
    if before.next_number is not None:
        after = progress(load(slug), attended={*attended, before.next_number})
        assert after.next_number is None or after.next_number > before.next_number


def test_kinds_when_read_then_only_the_infusions_are_not_a_therapy() -> None:
    assert [slug for slug, p in all_protocols().items() if p.kind is Kind.INFUSION] == ["ketamine_iv"]
