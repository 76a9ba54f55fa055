"""The aid for choosing adds up in the open: the worked example to its figures, nothing made of what was not said."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from holdfast.errors import DataFileError, InvalidInput
from holdfast.pathway import choosing
from holdfast.pathway.choosing import Answers, Weighed, weigh
from holdfast.protocols import loader
from holdfast.protocols.choice_aid import ChoiceAid, choice_aid
from holdfast.protocols.loader import therapies
from tests.talks import EXAMPLE, TODAY, stop

FIVE = ("act", "cbt", "dbt", "ipt", "psychodynamic")


def weighed(answers: Answers, *, shuffle: str = "1") -> Mapping[str, Weighed]:
    """The five therapies as shown, in their order, by slug."""
    shipped = [one for one in therapies() if one.slug in FIVE]
    return {one.therapy: one for one in weigh(choice_aid(), answers, shipped, shuffle=shuffle, today=TODAY)}


def points(one: Weighed) -> dict[str, float]:
    return {line.says: line.points for line in one.lines}


TOOLS, FREELY = "I want practical things to try between meetings", "I want to talk freely, without tasks"
NO_GROUP, YEAR = "I do not want a group", "I can give it a year or more"
FLAT, PEOPLE = "I feel flat and have stopped doing things", "It is about people: loss, a row, a big change"
SAME_HURT, CHILDHOOD = (
    "The same hurt keeps coming back with people",
    "Marked childhood trauma (see evidence note)",
)

# therapy: base, shift, score, words, pluses and minuses: the worked example of the design brief
WORKED = {
    "psychodynamic": (
        0.50, 0.0, 0.50, "Strong match with what you said",
        {TOOLS: -2, FREELY: 4, NO_GROUP: 2, YEAR: 4, FLAT: -2, PEOPLE: 2, SAME_HURT: 6, CHILDHOOD: 2},
    ),
    "ipt": (0.34, 0.0, 0.34, "Good match", {FREELY: 2, NO_GROUP: 2, PEOPLE: 4, SAME_HURT: 3}),
    "act": (0.16, 0.0, 0.16, "Good match", {TOOLS: 1, FREELY: -2, NO_GROUP: 2, FLAT: 4}),
    "dbt": (
        0.09, 0.0, 0.09, "Mixed",
        {TOOLS: 2, FREELY: -4, NO_GROUP: -4, YEAR: 2, FLAT: 2, PEOPLE: 2, SAME_HURT: 3},
    ),
    "cbt": (0.19, -0.30, -0.11, "Mixed", {TOOLS: 2, FREELY: -2, NO_GROUP: 2, FLAT: 4}),
}  # fmt: skip


@pytest.mark.parametrize("therapy", WORKED)
def test_worked_example_when_added_up_then_every_figure_is_that_of_the_brief(therapy: str) -> None:
    one = weighed(EXAMPLE)[therapy]
    assert one.base is not None
    assert one.score is not None
    # The brief writes two places; 6 of 32 is 0.1875, so a quarter of a hundredth either way is rounding alone.
    told = (round(one.base, 2), one.shift, pytest.approx(one.score, abs=0.005), one.words, points(one))
    assert told == WORKED[therapy]


def test_worked_example_when_ordered_then_scores_fall_and_those_alike_say_so() -> None:
    shown = weighed(EXAMPLE)
    assert [one for one in shown if one not in ("act", "dbt")] == ["psychodynamic", "ipt", "cbt"]
    assert list(shown)[2:4] in (["act", "dbt"], ["dbt", "act"])
    assert {slug: one.alike for slug, one in shown.items()} == {
        "psychodynamic": (), "ipt": (), "act": ("dbt",), "dbt": ("act",), "cbt": (),
    }  # fmt: skip


def test_order_of_those_alike_when_people_differ_then_none_is_always_first() -> None:
    orders = {tuple(weighed(EXAMPLE, shuffle=str(person))) for person in range(20)}
    assert {order[2:4] for order in orders} == {("act", "dbt"), ("dbt", "act")}
    assert {order[0] for order in orders} == {"psychodynamic"}


def test_cards_when_shuffled_then_the_order_is_ones_own_and_stays() -> None:
    orders = [tuple(one.slug for one in choosing.shuffled(therapies(), key=str(n))) for n in range(40)]
    assert {order[0] for order in orders} >= set(FIVE)
    assert orders[7] == tuple(one.slug for one in choosing.shuffled(reversed(therapies()), key="7"))


@pytest.mark.parametrize(
    ("person", "clinician", "score"),
    [
        ({"harsh_thoughts": 3}, {}, 1.0),
        ({"harsh_thoughts": 3, "no_group": 2}, {}, 0.8),
        ({"harsh_thoughts": 3, "no_group": 0}, {}, 1.0),
        ({"harsh_thoughts": 1}, {"harsh_thoughts": 2}, 1.0),
        ({"people_events": 3}, {}, 0.0),
        ({"people_events": 2, "harsh_thoughts": 1}, {}, 1 / 3),
        ({"wants_free_talk": 3}, {}, -0.5),
    ],
)
def test_score_when_stars_are_given_is_their_sum_over_the_most_it_could_be(
    person: Mapping[str, int], clinician: Mapping[str, int], score: float
) -> None:
    assert weighed(Answers(person=person, clinician=clinician))["cbt"].score == pytest.approx(score)


def test_stars_when_one_of_two_gave_none_then_the_other_counts_whole() -> None:
    alone = weighed(Answers(person={"old_patterns": 3, "wants_tools": 1}))["psychodynamic"]
    with_a_nought = weighed(
        Answers(person={"old_patterns": 3, "wants_tools": 1}, clinician={"old_patterns": 0})
    )
    assert points(alone) == {TOOLS: -2, SAME_HURT: 6}
    assert points(with_a_nought["psychodynamic"]) == {TOOLS: -2, SAME_HURT: 3}


def test_answers_when_there_are_no_stars_then_there_is_no_score_and_an_earlier_course_makes_none() -> None:
    shown = weighed(Answers(before={"cbt": "helped_before"}))
    assert {(one.words, one.base, one.score) for one in shown.values()} == {
        ("Nothing to add up yet", None, None)
    }
    assert shown["cbt"].before == "It helped you before"


@pytest.mark.parametrize(
    ("came_of_it", "shift", "words"),
    [
        ("helped_before", 0.2, "It helped you before"),
        ("full_course_no_help", -0.3, "A full course did not help last time"),
        ("partial_or_poor_course", 0.0, "You had some of it before: not a fair trial"),
    ],
)
def test_therapy_when_tried_before_then_its_score_shifts_by_the_amount_shown(
    came_of_it: str, shift: float, words: str
) -> None:
    said = {"people_events": 3}
    without = weighed(Answers(person=said))
    after = weighed(Answers(person=said, before={"ipt": came_of_it}))
    assert without["ipt"].score == 1.0
    assert after["ipt"].score == pytest.approx(1.0 + shift)
    assert (after["ipt"].shift, after["ipt"].before) == (shift, words)
    assert after["act"] == without["act"].model_copy(update={"alike": after["act"].alike})


@pytest.mark.parametrize(
    ("person", "clinician", "words"),
    [
        # CBT: 2 of 2x1 and the like; each row is a score at or beside an edge of the words
        ({"harsh_thoughts": 2, "people_events": 3}, {}, "Strong match with what you said"),  # 4/10
        ({"harsh_thoughts": 1, "people_events": 3, "old_patterns": 2}, {}, "Good match"),  # 2/12
        ({"people_events": 3}, {}, "Mixed"),
        ({"wants_free_talk": 3, "people_events": 2}, {}, "Less of a match"),  # -3/10
    ],
)
def test_score_when_told_in_words_uses_those_of_its_band(
    person: Mapping[str, int], clinician: Mapping[str, int], words: str
) -> None:
    assert weighed(Answers(person=person, clinician=clinician))["cbt"].words == words


def test_scores_when_exactly_the_margin_apart_are_not_alike() -> None:
    wide = choice_aid().model_copy(update={"tie_margin": choice_aid().bands[0].least})
    shipped = [one for one in therapies() if one.slug in ("act", "cbt")]
    said = Answers(person={"stillness": 2, "people_events": 3})  # ACT 4 of 10, CBT 0 of 10: 0.40 apart
    shown = weigh(wide, said, shipped, shuffle="1", today=TODAY)
    assert [(one.therapy, one.score, one.alike) for one in shown] == [("act", 0.4, ()), ("cbt", 0.0, ())]


def test_stop_when_it_stands_then_it_is_told_with_its_reason_and_changes_no_score() -> None:
    waits = stop("no_therapist", "ipt", until=date(2026, 3, 20), reason="back in spring")
    shown = weighed(replace(EXAMPLE, stops=(waits, stop("no_regular_slot", "psychodynamic"))))
    assert list(shown) == list(weighed(EXAMPLE))
    assert shown["ipt"].score == weighed(EXAMPLE)["ipt"].score
    (told,) = shown["ipt"].stops
    assert (told.shown, told.reason, told.days) == (
        "No therapist is free yet. It stays on the list.", "back in spring", 18,
    )  # fmt: skip
    held = {slug for slug, one in shown.items() if one.not_now(on=TODAY)}
    assert held == {"psychodynamic"}
    assert shown["psychodynamic"].not_now(on=date(2026, 4, 2)) is False


def test_stop_when_its_day_has_passed_then_it_stands_no_more() -> None:
    shown = weighed(replace(EXAMPLE, stops=(stop("no_team", "dbt", until=date(2026, 3, 1)),)))
    assert shown["dbt"].stops == ()


def test_own_version_of_a_clinic_when_weighed_is_weighed_like_its_parent() -> None:
    cbt = loader.therapy("cbt")
    own = cbt.model_copy(update={"slug": "our_cbt", "parent": "cbt", "name": "CBT as we do it"})
    shown = {one.therapy: one for one in weigh(choice_aid(), EXAMPLE, (cbt, own), shuffle="1", today=TODAY)}
    same = {"therapy": "cbt", "name": cbt.name, "alike": ("our_cbt",)}
    assert shown["our_cbt"].model_copy(update=same) == shown["cbt"]


def test_therapy_when_outside_the_aid_then_it_has_no_score_and_stands_last() -> None:
    other = loader.therapy("cbt").model_copy(update={"slug": "cbasp", "name": "CBASP"})
    shown = weigh(choice_aid(), EXAMPLE, (other, loader.therapy("cbt")), shuffle="1", today=TODAY)
    assert [(one.therapy, one.score is None) for one in shown] == [("cbt", False), ("cbasp", True)]
    assert shown[1].words == "Not in this aid: talk it over"


def test_result_when_kept_and_read_again_is_the_same() -> None:
    result = tuple(weighed(replace(EXAMPLE, stops=(stop("no_team", "dbt"),))).values())
    assert choosing.from_json(choosing.as_json(result)) == result


@pytest.mark.parametrize(
    ("answers", "where"),
    [
        (Answers(person={"wants_tools": 4}), "person wants_tools"),
        (Answers(person={"self_harm": 1}), "person self_harm"),
        (Answers(clinician={"wants_tools": 1}), "clinician wants_tools"),
        (Answers(person={"unheard_of": 1}), "person unheard_of"),
        (Answers(before={"cbt": "wonderful"}), "before cbt"),
        (Answers(stops=(stop("no_team", "cbt"),)), "stop no_team"),
        (Answers(stops=(stop("no_team", "dbt", reason=" "),)), "stop no_team"),
    ],
)
def test_answers_when_nobody_can_give_them_are_refused_by_name(answers: Answers, where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        weighed(answers)
    assert [problem.where for problem in refused.value.problems] == [where]


WANTS_TOOLS = "fit = { cbt = 2, dbt = 2, act = 1, psychodynamic = -2, ipt = 0 }"


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ('by = "both"', 'by = "everyone"', "statements.7.by: "),
        (WANTS_TOOLS, "fit = { cbt = 3 }", "statements.0.fit.cbt: "),
        (WANTS_TOOLS, "fit = { cbt = 2 }", "statement wants_tools: give a fit for each of cbt, dbt"),
        ('group = "time"', 'group = "money"', "statement end_date: no group money"),
        ('slug = "no_group"', 'slug = "likes_group"', "likes_group stands there twice"),
        ('therapies = ["dbt"]', 'therapies = ["cbasp"]', "stop no_team: names a therapy"),
        ('status = "draft"', 'status = "active"', "an aid in use needs a sign-off"),
        ("least = 0.15", "least = 0.50", "bands: from the highest to the lowest"),
        ("tie_margin = 0.15", "tie_margin = 0.15\nevidence_weight = 1", "evidence_weight: "),
    ],
)
def test_aid_when_its_file_is_wrong_then_file_and_key_are_named(
    tmp_path: Path, line: str, instead: str, said: str
) -> None:
    text = (loader.SHARED / "choice_aid.toml").read_text(encoding="utf-8")
    assert line in text
    (tmp_path / "aid.toml").write_text(text.replace(line, instead, 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=f"^aid.toml: .*{re.escape(said)}"):
        loader.build(ChoiceAid, loader.toml(tmp_path / "aid.toml", "aid.toml"), "aid.toml")


def test_aid_when_read_then_it_knows_the_five_and_is_signed_by_nobody() -> None:
    aid = choice_aid()
    assert (set(aid.therapies), aid.status, aid.sign_offs) == (set(FIVE), "draft", ())
    assert len(aid.statements) == 19
