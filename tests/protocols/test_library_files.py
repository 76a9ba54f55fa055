"""What the shipped therapies hold: their tracks, sessions and exercises, every one of them as it was laid down."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from holdfast.protocols.exercise import Column, Exercise, Item
from holdfast.protocols.loader import LIBRARY, SHARED, therapies, therapy
from holdfast.protocols.model import PhaseKind, Status
from holdfast.protocols.outline import SessionOutline
from holdfast.protocols.safeguards import SAFETY_MEASURES, STAYING_SAFE

LAID_DOWN = Path(__file__).parent / "fields.csv"
"""Every field of the exercises as clinicians' sources and the design laid them down."""

BESIDES = {"act.room_and_direction", "shared.anything_worse", "shared.hope_and_fit"}
"""Exercises that came later: short questions of our own that sessions ask at reviews."""

SLUGS = [one.slug for one in therapies()]


def all_exercises() -> Mapping[str, Exercise]:
    return {name: one for of_one in therapies() for name, one in of_one.exercises.items()}


def all_sessions() -> list[tuple[str, SessionOutline]]:
    return [(one.slug, outline) for one in therapies() for outline in one.sessions.values()]


def column_written(column: Column) -> str:
    options = f"({'/'.join(column.options)})" if column.options else ""
    return f"{column.slug}:{column.type}{options}"


def row_of(exercise: str, item: Item) -> dict[str, str]:
    return {
        "exercise": exercise,
        "field": item.slug,
        "type": item.type,
        "sight": item.sight.value,
        "options": "|".join(item.options),
        "columns": "|".join(map(column_written, item.columns)),
    }


def laid_down() -> list[dict[str, str]]:
    with LAID_DOWN.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_exercises_when_counted_then_there_are_the_58_laid_down_and_three_of_our_own() -> None:
    names = {row["exercise"] for row in laid_down()}
    assert len(names) == 58
    assert set(all_exercises()) == names | BESIDES


@pytest.mark.parametrize("name", sorted({row["exercise"] for row in laid_down()}))
def test_exercise_when_read_then_its_fields_types_options_and_sight_are_those_laid_down(name: str) -> None:
    found = {item.slug: row_of(name, item) for item in all_exercises()[name].fields}
    assert found == {row["field"]: row for row in laid_down() if row["exercise"] == name}


def test_files_when_listed_then_a_therapy_holds_only_what_the_loader_reads() -> None:
    read = {"protocol.toml", "curriculum.toml", "sessions", "exercises"}
    found = {path.name for slug in SLUGS for path in (LIBRARY / slug).iterdir()}
    assert found == read


def test_sessions_when_listed_then_every_file_is_one_of_a_therapy() -> None:
    files = {file.stem for file in LIBRARY.glob("*/sessions/*.toml")}
    assert {outline.slug for _, outline in all_sessions()} == files


def test_exercises_when_listed_then_every_file_is_one_of_a_therapy() -> None:
    files = {f"{file.parent.parent.name}.{file.stem}" for file in LIBRARY.glob("*/exercises/*.toml")}
    assert set(all_exercises()) == files


@pytest.mark.parametrize("slug", SLUGS)
def test_therapy_when_shipped_then_it_is_a_draft_that_nobody_has_signed(slug: str) -> None:
    assert (therapy(slug).status, therapy(slug).sign_offs) == (Status.DRAFT, ())


TRACKS = {
    "cbt": [("main", 12, 4), ("stress", 6, 0)],
    "act": [("main", 12, 3)],
    "ipt": [("sixteen", 16, 6), ("twelve", 12, 6), ("older", 16, 6), ("adolescent", 12, 3)],
    "psychodynamic": [("open", None, 3), ("brief", 16, 3)],
}


@pytest.mark.parametrize(("slug", "tracks"), TRACKS.items(), ids=TRACKS.keys())
def test_tracks_when_counted_then_sessions_and_boosters_are_those_laid_down(
    slug: str, tracks: list[tuple[str, int | None, int]]
) -> None:
    assert [(one.slug, one.planned, one.boosters) for one in therapy(slug).tracks] == tracks


def test_dbt_when_read_then_a_group_of_24_weeks_runs_beside_the_individual_sessions() -> None:
    individual, group = therapy("dbt").tracks
    curriculum = therapy("dbt").curriculum
    assert curriculum is not None
    assert (individual.format, individual.runs_with) == ("individual", ("group",))
    assert group.format == "group"
    assert len(curriculum.weeks) == 24
    assert [phase.rolling for phase in group.phases] == [True]


def test_dbt_when_its_modules_are_counted_then_they_are_two_weeks_and_a_skill_three_times() -> None:
    curriculum = therapy("dbt").curriculum
    assert curriculum is not None
    stretches = [curriculum.weeks[0].module]
    stretches += [
        later.module
        for earlier, later in zip(curriculum.weeks, curriculum.weeks[1:], strict=False)
        if later.module != earlier.module
    ]
    assert stretches == ["noticing", "hard_moments", "noticing", "feelings", "noticing", "people"]


def test_psychodynamic_when_open_then_a_review_comes_after_12_sessions_or_three_months() -> None:
    loop = therapy("psychodynamic").track("open").phases[1].loop
    assert loop is not None
    assert (loop.review, loop.review_sessions, loop.review_days, loop.most) == ("pdt-r", 12, 91, None)


def test_ipt_when_in_the_middle_then_it_has_four_focus_areas() -> None:
    assert [one.slug for one in therapy("ipt").playbooks] == ["grief", "conflict", "change", "alone"]


def test_ipt_when_it_ends_then_keeping_well_is_monthly() -> None:
    found = {
        (track.slug, phase.days_apart, phase.outlines[0])
        for track in therapy("ipt").tracks
        for phase in track.phases
        if phase.kind is PhaseKind.BOOSTER
    }
    assert found == {(track.slug, 28, "ipt-b") for track in therapy("ipt").tracks}


def test_tracks_when_for_the_young_or_old_then_they_say_whom_and_on_which_condition() -> None:
    ages = {track.slug: (track.ages, bool(track.only_if)) for track in therapy("ipt").tracks}
    assert ages == {
        "sixteen": ((18, None), False),
        "twelve": ((18, None), False),
        "older": ((65, 120), False),
        "adolescent": ((12, 17), True),
    }


@pytest.mark.parametrize("slug", SLUGS)
def test_therapy_when_begun_then_the_shared_preparation_makes_the_staying_safe_plan(slug: str) -> None:
    first = therapy(slug).sessions[therapy(slug).preparation]
    assert (first.slug, first.minutes) == ("prep-00", 45)
    plan = [item for item in first.agenda if item.exercise == STAYING_SAFE]
    assert [(item.locked, item.minutes) for item in plan] == [(True, 14)]
    assert set(first.measures) >= SAFETY_MEASURES


@pytest.mark.parametrize("slug", ["cbt", "act", "dbt", "ipt"])
def test_sessions_when_structured_then_each_asks_about_safety(slug: str) -> None:
    free = [one.slug for one in therapy(slug).sessions.values() if one.structure == "free"]
    assert free == []


def test_sessions_when_listed_then_each_asks_the_phq9() -> None:
    assert [outline.slug for _, outline in all_sessions() if "phq9" not in outline.measures] == []


def test_sessions_when_low_on_energy_then_each_has_a_form_of_half_an_hour_at_most() -> None:
    forms = {outline.slug: outline.variants.get("low_energy") for _, outline in all_sessions()}
    long = {
        slug: form and form.minutes for slug, form in forms.items() if not form or (form.minutes or 99) > 30
    }
    assert long == {}


def test_sessions_when_they_list_or_practise_exercises_then_none_twice() -> None:
    twice = [
        outline.slug
        for _, outline in all_sessions()
        if len(set(outline.exercises)) < len(outline.exercises)
        or len({one.exercise for one in outline.practice}) < len(outline.practice)
    ]
    assert twice == []


@pytest.mark.parametrize("slug", SLUGS)
def test_attendance_when_sessions_are_missed_then_there_is_a_rung_from_the_first_on(slug: str) -> None:
    missed = [rung.missed for rung in therapy(slug).attendance]
    assert (missed[:2], missed) == ([1, 2], sorted(set(missed)))


def test_shared_when_listed_then_its_exercises_are_in_every_therapy() -> None:
    shared = {f"shared.{file.stem}" for file in (SHARED / "exercises").glob("*.toml")}
    assert len(shared) == 11
    for one in therapies():
        assert shared <= set(one.exercises)
