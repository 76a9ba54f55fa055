"""Gates: every kind has its rule, and every gated exercise opens its own by its own answer and stays shut otherwise."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from holdfast.errors import DataFileError
from holdfast.protocols.derive import Context, Entry, Opened, gates
from holdfast.protocols.exercise import Exercise, Gate
from holdfast.protocols.gates import FILE, gate_rules, read
from holdfast.protocols.loader import therapies
from tests.protocols.deriving import NOW, ZONE, choice, entry, exercise, item

EXERCISES: Mapping[str, Exercise] = {
    name: exercise for therapy in therapies() for name, exercise in therapy.exercises.items()
}

OPENS: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("shared.after_infusion", {"help": "yes"}, [("distress", "help")]),
    ("shared.after_infusion", {"how": "upsetting"}, [("distress", "how")]),
    ("shared.after_infusion", {"steady": 3}, [("distress", "steady")]),
    (
        "shared.after_infusion",
        {"help": "yes", "how": "upsetting", "steady": 0},
        [("distress", "help"), ("distress", "how"), ("distress", "steady")],
    ),
    ("shared.anything_worse", {"what": ["mood", "urges to hurt myself"]}, [("suicide", "what")]),
    ("act.make_room", {"too_much": "yes"}, [("distress", "too_much")]),
    ("act.my_part", {"was_harmed": "yes"}, [("harm_by_other", "was_harmed")]),
    ("act.noticing_self", {"unreal": "yes"}, [("dissociation", "unreal")]),
    ("act.tried_so_far", {"hope": 3}, [("distress", "hope")]),
    ("act.tried_so_far", {"hope": 0}, [("distress", "hope")]),
    ("act.urge_watch", {"self_harm": "yes"}, [("suicide", "self_harm")]),
    ("dbt.diary_card", {"urge_suicide": 5}, [("suicide", "urge_suicide")]),
    ("dbt.diary_card", {"acted": "yes"}, [("suicide", "acted")]),
    (
        "dbt.diary_card",
        {"urge_suicide": 10, "acted": "yes"},
        [("suicide", "urge_suicide"), ("suicide", "acted")],
    ),
    ("dbt.hard_moment_kit", {"health": "yes"}, [("health", "health")]),
    ("dbt.steady_minute", {"upset": "yes"}, [("distress", "upset")]),
    ("ipt.grief_pages", {"join": "at times"}, [("suicide", "join")]),
    ("ipt.grief_pages", {"join": "often"}, [("suicide", "join")]),
    ("ipt.dispute_map", {"danger": "yes"}, [("harm_by_other", "danger")]),
    ("ipt.say_it", {"safe": "no"}, [("harm_by_other", "safe")]),
    (
        "ipt.people_map",
        {"people": [{"unsafe": "no"}, {"unsafe": "yes"}]},
        [("harm_by_other", "people.unsafe")],
    ),
]
"""Answers of one entry, and the gates they open."""

STAYS_SHUT: list[tuple[str, dict[str, Any]]] = [
    ("shared.after_infusion", {"help": "no", "how": "strange but fine", "steady": 4, "note": "upsetting"}),
    ("shared.anything_worse", {"worse": "yes", "what": ["mood", "something else"], "how_much": 10}),
    ("act.make_room", {"too_much": "no"}),
    ("act.my_part", {"was_harmed": "no"}),
    ("act.noticing_self", {"unreal": "no"}),
    ("act.tried_so_far", {"hope": 4}),
    ("act.urge_watch", {"self_harm": "no", "peak": 10}),
    ("dbt.diary_card", {"urge_suicide": 4, "urge_harm": 10, "misery": 10, "acted": "no"}),
    ("dbt.hard_moment_kit", {"health": "no"}),
    ("dbt.steady_minute", {"upset": "no"}),
    ("ipt.grief_pages", {"join": "no"}),
    ("ipt.dispute_map", {"danger": "no", "tension": 10}),
    ("ipt.say_it", {"safe": "yes", "sure": 0}),
    ("ipt.people_map", {"people": [{"unsafe": "no"}, {}]}),
    ("ipt.daily_rhythm", {"speedy": "yes"}),
    ("psychodynamic.review", {"us": 0, "harder": "all of it"}),
]
"""Answers that open none: the other answer to each gate's own field, and high numbers beside it."""


def opened(name: str, values: dict[str, Any], *earlier: Entry, **context: Any) -> list[tuple[str, str]]:
    """The gates an entry of now opens, by kind and field."""
    known = Context(at=NOW, zone=ZONE, entries={name: earlier}, **context)
    return [(one.gate, one.field) for one in gates(EXERCISES[name], Entry(NOW, values, name), known)]


@pytest.mark.parametrize(("name", "values", "expected"), OPENS)
def test_gates_when_an_answer_calls_for_someone_then_its_own_opens(
    name: str, values: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert opened(name, values) == expected


@pytest.mark.parametrize(("name", "values"), STAYS_SHUT)
def test_gates_when_the_answer_is_another_then_none_opens(name: str, values: dict[str, Any]) -> None:
    assert opened(name, values) == []


@pytest.mark.parametrize("name", sorted(name for name, exercise in EXERCISES.items() if exercise.gates))
def test_gates_when_every_field_is_empty_then_none_opens(name: str) -> None:
    assert opened(name, {}) == []
    assert opened(name, {item.slug: [] if item.columns else "" for item in EXERCISES[name].fields}) == []


def test_gates_when_the_library_is_read_then_this_table_opens_and_shuts_each_gated_exercise() -> None:
    gated = {name for name, exercise in EXERCISES.items() if exercise.gates}
    over_time = {"ipt.daily_rhythm", "psychodynamic.review"}
    assert {name for name, _, _ in OPENS} | over_time == gated
    assert {name for name, _ in STAYS_SHUT} == gated


@pytest.mark.parametrize(("before", "expected"), [(1, [("suicide", "urge_suicide")]), (2, [])])
def test_gates_when_an_urge_rises_by_three_since_the_day_before_then_it_opens(
    before: int, expected: list[tuple[str, str]]
) -> None:
    earlier = entry("2026-03-03", "dbt.diary_card", urge_suicide=before)
    assert opened("dbt.diary_card", {"urge_suicide": 4}, earlier) == expected


def test_gates_when_an_earlier_entry_was_grave_but_this_one_is_empty_then_none_opens() -> None:
    grave = entry("2026-03-03", "dbt.diary_card", urge_suicide=10, acted="yes")
    assert opened("dbt.diary_card", {"misery": 2}, grave) == []


@pytest.mark.parametrize(
    ("days", "expected"),
    [(["2026-03-02", "2026-03-03"], [("mania", "speedy")]), (["2026-03-01", "2026-03-03"], [])],
    ids=["three days in a row", "a day between"],
)
def test_gates_when_days_are_speedy_one_after_another_then_the_third_opens(
    days: Sequence[str], expected: list[tuple[str, str]]
) -> None:
    earlier = [entry(day, "ipt.daily_rhythm", speedy="yes") for day in days]
    assert opened("ipt.daily_rhythm", {"speedy": "yes"}, *earlier) == expected


@pytest.mark.parametrize(("newest", "expected"), [(17, [("progress", "phq9")]), (11, [])])
def test_gates_when_a_second_review_shows_no_gain_then_progress_opens(
    newest: int, expected: list[tuple[str, str]]
) -> None:
    readings = [
        (datetime(2025, 9, 1, tzinfo=UTC), 18),
        (datetime(2025, 12, 31, tzinfo=UTC), 18),
        (datetime(2026, 3, 3, tzinfo=UTC), newest),
    ]
    first = entry("2026-01-01", "psychodynamic.review", us=5)
    assert opened("psychodynamic.review", {"us": 5}, first, readings=readings) == expected


def test_gates_when_several_are_true_then_all_open() -> None:
    sheet = exercise(
        item("harmed", "yes_no"),
        choice("join", "no", "often"),
        derived=[
            {"slug": slug, "function": "any_of", "gate": gate, "any_of": [test]}
            for slug, gate, test in (
                ("harm", "harm_by_other", {"field": "harmed", "equals": "yes"}),
                ("die", "suicide", {"field": "join", "differs_from": "no"}),
                ("again", "suicide", {"field": "join", "equals": "often"}),
            )
        ],
    )
    now = Entry(NOW, {"harmed": "yes", "join": "often"}, sheet.name)
    expected = (Opened("harm_by_other", "harmed"), Opened("suicide", "join"))
    assert gates(sheet, now, Context(at=NOW, zone=ZONE)) == expected


def test_gate_rules_when_read_then_every_kind_has_one_and_none_is_left_over() -> None:
    assert set(gate_rules()) == set(get_args(Gate))


def test_gate_rules_when_read_then_they_are_those_of_the_core_safety() -> None:
    found = {
        kind: (rule.route, rule.clock, rule.level, rule.help_at_once) for kind, rule in gate_rules().items()
    }
    assert found == {
        "suicide": (("duty_clinician",), "2 working hours, the same day at the latest", 2, True),
        "harm_by_other": (("duty_clinician",), "the same day, in private", 2, False),
        "dissociation": (("therapist", "prescriber"), "the same day", 2, False),
        "mania": (("prescriber",), "the same day, before the next infusion", 2, False),
        "distress": (("therapist",), "1 working day", 1, False),
        "health": ((), "no time limit", 0, False),
        "progress": (("therapist", "supervisor"), "2 weeks", 0, False),
    }


@pytest.mark.parametrize("kind", get_args(Gate))
def test_sentences_when_a_patient_reads_them_then_they_are_short_and_promise_no_call(kind: Gate) -> None:
    text = gate_rules()[kind].patient
    assert max(len(sentence.split()) for sentence in text.split(".")) < 20
    assert [word for word in ("call", "will", "overdue", "must") if word in text.lower()] == []


def test_sentence_of_harm_by_another_when_someone_else_reads_it_then_it_gives_nothing_away() -> None:
    text = gate_rules()["harm_by_other"].patient.lower()
    assert [word for word in ("harm", "safe", "danger", "alone", "private", "unsafe") if word in text] == []


def written(folder: Path, change: str, by: str) -> Path:
    """The shipped file with one change."""
    text = FILE.read_text()
    assert text.count(change) >= 1
    copy = folder / "gates.toml"
    copy.write_text(text.replace(change, by, 1))
    return copy


@pytest.mark.parametrize(
    ("change", "by", "key", "what"),
    [
        ("[mania]", "[manic]", "mania", "this kind of gate has no rule"),
        ("[suicide]", "[other]\nlevel = 1\n\n[suicide]", "other", "Input should be 'suicide'"),
        ('clock = "2 weeks"\n', "", "progress.clock", "Field required"),
        ('route = ["prescriber"]', 'route = ["nobody"]', "mania.route.0", "Input should be 'duty_clinician'"),
        ('route = ["prescriber"]', "route = []", "mania", "an alert goes to someone"),
        ("level = 1", "level = 4", "distress.level", "less than or equal to 3"),
        ("level = 2\nhelp_at_once = true", "level = 1\nhelp_at_once = true", "suicide", "level 2 or 3"),
        ("[mania]", "[mania]\nurgent = true", "mania.urgent", "Extra inputs are not permitted"),
        ("[mania]", "[mania", "(syntax)", "Expected"),
    ],
)
def test_rules_when_the_file_is_wrong_then_the_error_names_file_and_key(
    tmp_path: Path, change: str, by: str, key: str, what: str
) -> None:
    with pytest.raises(DataFileError) as refused:
        read(written(tmp_path, change, by))
    assert (refused.value.file, refused.value.key.startswith(key)) == (f"{tmp_path.name}/gates.toml", True)
    assert what in refused.value.what


def test_rules_when_read_then_they_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        gate_rules()["mania"].level = 0
