"""The three stagings of resistance as the tables say; each with its parts, and no total while one lacks."""

import re
from decimal import Decimal
from typing import Any

import pytest

from holdfast.pathway.adequacy import DrugFact, judge
from holdfast.pathway.staging import (
    FAILED,
    MONTHS,
    SEVERITY,
    IllnessFact,
    OtherFact,
    Staging,
    stagings,
)
from holdfast.protocols import medicines
from tests.spec.tables import table

_TRIED = re.compile(r"(\S+) (\S+) mg, (\S+) weeks, (\S+) %(.*)")
_OTHER = re.compile(r"(\S+) (\S+) %(, before)?")


def known(text: str) -> Decimal | None:
    return None if text == "?" else Decimal(text)


def drug(line: str) -> DrugFact:
    found = _TRIED.fullmatch(line.strip())
    assert found is not None, line
    name, dose, weeks, better, more = found.groups()
    augmented = re.search(r", with (\w+)", more)
    return DrugFact(
        drug=name,
        dose_mg=known(dose),
        weeks=known(weeks),
        improvement_percent=None if better == "?" else int(better),
        this_episode=", before" not in more,
        optimised=", raised" in more,
        augmented_with=augmented.group(1) if augmented else "",
    )


def other(line: str) -> OtherFact:
    found = _OTHER.fullmatch(line.strip())
    assert found is not None, line
    kind, better, before = found.groups()
    return OtherFact(
        kind, this_episode=not before, improvement_percent=None if better == "?" else int(better)
    )


def illness(text: str) -> IllnessFact:
    months, severity = text.split(" months, ")
    return IllnessFact(None if months == "?" else int(months), "" if severity == "not judged" else severity)


def staged(case: dict[str, Any]) -> tuple[Staging, ...]:
    return stagings(
        [judge(drug(line)) for line in case["tried"].strip().splitlines()],
        [other(line) for line in case.get("others", "").strip().splitlines()],
        illness(case["illness"]),
    )


@pytest.mark.parametrize("case", table("stagings"))
def test_stagings_when_tried_as_in_the_table_then_are_as_it_says(case: dict[str, Any]) -> None:
    found = staged(case)
    assert [one.words for one in found] == [case["maudsley"], case["massachusetts"], case["thase_rush"]]
    missing = list(dict.fromkeys(part for one in found for part in one.missing))
    assert missing == case["missing"]


@pytest.mark.parametrize("case", table("stagings"))
def test_stagings_when_a_part_lacks_then_there_is_no_total_and_at_least_is_the_sum_of_the_fewest(
    case: dict[str, Any],
) -> None:
    for one in staged(case):
        fewest = sum(part.at_least for part in one.parts)
        assert one.at_least == fewest
        assert one.total == (None if one.missing else fewest)
        assert all(part.points in (None, part.at_least) for part in one.parts)


@pytest.mark.parametrize(
    ("steps", "points"),
    [
        (MONTHS, {0: 1, 12: 1, 13: 2, 24: 2, 25: 3, 400: 3}),
        (FAILED, {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 10: 4, 11: 5, 30: 5}),
    ],
    ids=["months", "failed"],
)
def test_steps_of_the_maudsley_staging_when_read_are_those_published(
    steps: tuple[tuple[int | None, int], ...], points: dict[int, int]
) -> None:
    read = {number: next(p for most, p in steps if most is None or number <= most) for number in points}
    assert read == points


def test_maudsley_staging_when_everything_is_worst_comes_to_fifteen() -> None:
    drugs = [one.slug for one in medicines.table().medicines if one.minimum_mg][:11]
    lines = "\n".join(f"{name} 300 mg, 8 weeks, 0 %, with lithium" for name in drugs)
    case = {"tried": lines, "others": "ect_bilateral 0 %", "illness": "60 months, psychotic"}
    assert max(SEVERITY.values()) == 5
    assert staged(case)[0].words == "15 of 15, severe"


def test_parts_when_shown_say_what_they_rest_on() -> None:
    case = {
        "tried": "sertraline 100 mg, 8 weeks, 20 %, with lithium\nvenlafaxine ? mg, 8 weeks, 20 %, raised",
        "illness": "18 months, severe",
    }
    maudsley, massachusetts, thase_rush = staged(case)
    assert [(one.rests_on, one.points) for one in maudsley.parts] == [
        ("18 months", 2),
        ("severe", 4),
        ("1 counted: sertraline; 1 cannot be told: venlafaxine", 1),
        ("sertraline with lithium", 1),
        ("none on record", 0),
    ]
    assert [(one.rests_on, one.points) for one in massachusetts.parts] == [
        ("1 counted: sertraline; 1 cannot be told: venlafaxine", None),
        ("1 cannot be told: venlafaxine", None),
        ("1 counted: sertraline", Decimal("0.5")),
        ("none on record", 0),
    ]
    assert [(one.rests_on, one.points) for one in thase_rush.parts] == [
        ("SSRI: sertraline", 1),
        ("1 on record", None),
        ("none on record", 0),
        ("none on record", 0),
        ("none on record", 0),
    ]


def test_stagings_when_shown_say_where_they_come_from_and_which_is_only_a_convention() -> None:
    found = stagings([], [], IllnessFact())
    assert [one.standing for one in found] == ["seen", "seen", "convention"]
    assert [one.cited.split()[0] for one in found] == ["Fekadu", "Petersen", "Site"]
