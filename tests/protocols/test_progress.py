"""Progress holds for whatever was held and decided, in any order; a protocol that could not go on is refused."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import DataFileError
from holdfast.protocols.loader import LIBRARY, read, therapies, therapy
from holdfast.protocols.progress import Decision, Held, Progress, Upcoming, progress
from holdfast.protocols.therapy import Therapy
from tests.protocols.making import changed_copy

BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
TRACKS = [(one.slug, track.slug) for one in therapies() for track in one.tracks]
CLOSED = [(one.slug, t.slug) for one in therapies() for t in one.tracks if t.planned is not None]
DAYS = st.floats(0, 900, allow_nan=False)
OWN_WORDS = {
    "review": ("go_on", "change", "extend", "switch", "plan_ending"),
    "end": ("complete", "enough", "stopped", "switched", "reopened"),
    "extend": ("1", "6", "30"),
    "elective": ("sleep",),
    "therapist": ("7",),
}


def moment(days: float) -> datetime:
    return BEGAN + timedelta(days=days)


def day(days: int) -> str:
    return (date(2026, 3, 2) + timedelta(days=days)).isoformat()


def courses(protocol: Therapy) -> st.SearchStrategy[tuple[list[Held], list[Decision]]]:
    """Sessions held and decisions in any order, also of sessions the protocol does not have."""
    outlines = st.sampled_from(["", "gone", *protocol.sessions])
    held = st.builds(Held, at=DAYS.map(moment), number=st.integers(0, 60), outline=outlines)
    worded = [
        *((kind, value) for kind, values in OWN_WORDS.items() for value in values),
        *(("track", one.slug) for one in protocol.tracks),
        *(("focus", one.slug) for one in protocol.playbooks),
    ]
    breaks = st.tuples(st.integers(0, 900), st.integers(0, 40)).map(
        lambda days: ("break", f"{day(days[0])}/{day(sum(days))}")
    )
    dated = st.integers(0, 900).map(lambda days: ("end_date", day(days)))
    decided = st.builds(
        lambda said, at: Decision(said[0], said[1], at),
        st.sampled_from(worded) | breaks | dated,
        DAYS.map(moment),
    )
    return st.tuples(st.lists(held, max_size=40), st.lists(decided, max_size=8))


def going_through(
    protocol: Therapy, track: str, *, decisions: Sequence[Decision] = (), relief: bool = True
) -> tuple[list[Held], Progress]:
    """A course in which everything offered is held on the day it is due."""
    held: list[Held] = []
    at = BEGAN
    found = progress(protocol, held=held, decisions=decisions, track=track, at=at)
    while found.next is not None:
        assert len(held) < 400
        due = found.next.due_at(relief=relief) or at
        if due > at:
            at = due
        else:
            held.append(Held(at, found.next.number, found.next.outline.slug))
            at += timedelta(hours=1)
        found = progress(protocol, held=held, decisions=decisions, track=track, at=at)
    return held, found


@given(st.data())
def test_progress_when_held_and_decided_in_any_order_then_it_says_where_the_course_stands(
    data: st.DataObject,
) -> None:
    slug, track = data.draw(st.sampled_from(TRACKS))
    held, decisions = data.draw(courses(therapy(slug)))
    at = moment(data.draw(DAYS))
    found = progress(therapy(slug), held=held, decisions=decisions, track=track, at=at)
    assert found.attended + found.prepared <= sum(one.at <= at for one in held)
    assert not (found.ended and found.next)
    if found.next is not None:
        assert found.next.label
        assert found.next.days_apart(relief=True) > 0
        assert (found.next.due_at(relief=False) is None) == (found.attended == 0)


@given(st.data())
def test_progress_when_facts_come_in_another_order_then_it_is_the_same(data: st.DataObject) -> None:
    slug, track = data.draw(st.sampled_from(TRACKS))
    held, decisions = data.draw(courses(therapy(slug)))
    # Two facts of one moment have no order but the one they came in.
    held = list({one.at: one for one in held}.values())
    decisions = list({one.at: one for one in decisions}.values())
    at = moment(900)
    straight = progress(therapy(slug), held=held, decisions=decisions, track=track, at=at)
    turned = progress(therapy(slug), held=held[::-1], decisions=decisions[::-1], track=track, at=at)
    assert turned == straight


@pytest.mark.parametrize("relief", [True, False])
@pytest.mark.parametrize(("slug", "track"), CLOSED)
def test_course_when_exactly_what_is_offered_is_held_then_it_ends_complete(
    slug: str, track: str, relief: bool
) -> None:
    held, found = going_through(therapy(slug), track, relief=relief)
    assert (found.complete, found.next, found.attended) == (
        True,
        None,
        (found.planned or 0) + therapy(slug).track(track).boosters,
    )
    assert [one.number for one in held] == list(range(len(held)))


@given(
    st.sampled_from(CLOSED),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 40)), max_size=3),
    st.integers(0, 30),
)
def test_course_when_breaks_and_further_sessions_are_decided_then_what_is_offered_still_ends_complete(
    which: tuple[str, str], breaks: list[tuple[int, int]], further: int
) -> None:
    slug, track = which
    decisions = [Decision("break", f"{day(first)}/{day(first + length)}", BEGAN) for first, length in breaks]
    decisions += [Decision("extend", str(further), BEGAN)] if further else []
    held, found = going_through(therapy(slug), track, decisions=decisions)
    assert (found.complete, found.next) == (True, None)
    for one in held[2:]:
        assert not any(first <= (one.at - BEGAN).days <= first + length for first, length in breaks)


@pytest.mark.parametrize("track", ["open", "brief"])
def test_course_when_reopened_at_once_then_it_is_as_if_no_ending_had_been_decided(track: str) -> None:
    held = [Held(moment(7 * n), n, f"pdt-c{n}") for n in range(1, 4)]
    ended = [
        Decision("review", "plan_ending", moment(22)),
        Decision("end_date", day(30), moment(22)),
        Decision("end", "stopped", moment(23)),
        Decision("end", "reopened", moment(24)),
    ]
    again = progress(therapy("psychodynamic"), held=held, decisions=ended, track=track, at=moment(40))
    before = progress(therapy("psychodynamic"), held=held, track=track, at=moment(40))
    assert again == before


def test_progress_when_a_track_is_not_in_the_therapy_then_it_is_an_error() -> None:
    with pytest.raises(KeyError):
        progress(therapy("cbt"), held=[], track="quick", at=BEGAN)


@pytest.mark.parametrize(("weeks", "ended", "over"), [(17, False, False), (18, False, True), (3, True, True)])
def test_consolidating_when_in_a_group_then_once_its_weeks_are_enough_or_it_was_ended(
    weeks: int, ended: bool, over: bool
) -> None:
    held = [Held(moment(7 * n), n) for n in range(1, weeks + 1)]
    decisions = [Decision("end", "stopped", moment(400))] if ended else []
    found = progress(therapy("dbt"), held=held, decisions=decisions, track="group", at=moment(401))
    assert found.consolidating is over


@pytest.mark.parametrize(("relief", "days"), [(True, 3.5), (False, 7)], ids=["with relief", "without relief"])
def test_days_apart_when_in_the_window_then_they_go_by_relief(relief: bool, days: float) -> None:
    found = progress(therapy("cbt"), held=[Held(BEGAN, 1, "cbt-01")], at=BEGAN)
    assert found.next is not None
    assert found.next.days_apart(relief=relief) == days


@pytest.mark.parametrize(
    ("slug", "outline", "label"),
    [
        ("cbt", "prep-00", "P"),
        ("cbt", "cbt-07", "3"),
        ("dbt", "dbt-p1", "Pre 1"),
        ("ipt", "ipt-m", "3"),
        ("psychodynamic", "pdt-brk", "K"),
        ("psychodynamic", "pdt-r", "R"),
    ],
)
def test_label_when_the_outline_is_no_counted_template_then_its_number_or_its_own(
    slug: str, outline: str, label: str
) -> None:
    protocol = therapy(slug)
    phases = [one for track in protocol.tracks for one in track.phases if outline in one.outlines]
    phase = next(iter(phases), protocol.tracks[0].phases[0])
    assert Upcoming(protocol.sessions[outline], 3, phase).label == label


@pytest.mark.parametrize(
    ("slug", "replacing", "by", "message"),
    [
        ("act", "[28, 84, 168]", "[28, 84]", "days_after_end has 3 days, one for each booster"),
        ("act", "[28, 84, 168]", "[28, 168, 84]", "days_after_end rise from booster to booster"),
        ("act", "[28, 84, 168]", "[]", "days_after_end has 3 days"),
        ("cbt", "days_apart = 14\n", "days_apart = 14\ndays_after_end = [1]\n", "days_after_end has 0 days"),
        (
            "cbt",
            "fewest_sessions = 5\n",
            "fewest_sessions = 7\n",
            "fewest_sessions is more than its 6 sessions",
        ),
        ("cbt", "fewest_sessions = 5\n", "", "track stress: give fewest_sessions"),
        ("dbt", "half_way = { sessions = 12 }", "fewest_sessions = 9", "not for a rolling group"),
        ("cbt", "half_way = { sessions = 7 }", "half_way = {}", "half_way: give sessions or reviews"),
        ("cbt", "{ sessions = 7 }", "{ sessions = 7, reviews = 1 }", "half_way: give sessions or reviews"),
        ("psychodynamic", "fewest = 8", "fewest = 13", "loop: fewest is more than most"),
        ("psychodynamic", 'before_break = "pdt-brk"', 'before_break = "pdt-x"', "no session pdt-x"),
    ],
)
def test_read_when_a_track_could_not_be_gone_through_then_it_says_why(
    tmp_path: Path, slug: str, replacing: str, by: str, message: str
) -> None:
    folder = changed_copy(slug, tmp_path, file="protocol.toml", replacing=replacing, by=by)
    with pytest.raises(DataFileError, match=message):
        read(folder)


def test_read_when_a_track_is_half_way_but_no_fall_is_looked_for_then_it_says_why(tmp_path: Path) -> None:
    whole = (LIBRARY / "act" / "protocol.toml").read_text(encoding="utf-8")
    looked_for = whole[whole.index("[half_way.least_fall]") : whole.index("[[adaptations]]")]
    folder = changed_copy("act", tmp_path, file="protocol.toml", replacing=looked_for, by="")
    with pytest.raises(DataFileError, match="track main: half_way needs the fall of the therapy's half_way"):
        read(folder)
