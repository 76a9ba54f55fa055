"""A further therapy is one folder: listed, started, held, practised and ended on the web, with no line of code."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.protocols import loader
from holdfast.records.queries import groups
from tests import make
from tests.cast import Cast, logged_in
from tests.contracts.source import ROOT
from tests.protocols.making import made_fork, patch
from tests.web import seen
from tests.web.exercising import filled
from tests.web.sixth_therapy import Journey, shelve

DAY, WEEK, BOOSTER = 1, 7, 28


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Path]:
    """A clinic's own folder of protocols; the library is as shipped again after the test."""
    yield tmp_path
    loader.use()


@pytest.fixture
def steady(shelf: Path) -> Path:
    return shelve(shelf)


@pytest.fixture
def journey(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Journey:
    return Journey(cast, monkeypatch)


def begun(journey: Journey, *, sessions: int) -> Journey:
    """The course of the sixth therapy with its preparation and so many sessions held, a week apart."""
    journey.start("steady")
    for _ in range(sessions + 1):
        journey.hold()
        journey.pass_days(WEEK)
    return journey


def test_sixth_therapy_when_its_folder_is_there_is_listed_and_read_by_staff(steady: Path, cast: Cast) -> None:
    desk = logged_in(cast.bell)

    listed = [seen.text(one) for one in seen.elements(desk.get("/therapies/"), "h2")]
    assert listed == [one.name for one in loader.therapies()]
    assert "Steady days" in listed

    whole = seen.text(desk.get("/therapies/steady/"))
    assert "Draft: no clinician has signed this protocol for use yet" in whole
    assert "3 sessions and 1 booster" in whole
    assert "days without a rhythm" in whole
    assert "Choose one anchor" in seen.text(desk.get("/therapies/steady/sessions/steady-01/"))
    assert "Only you see this." in seen.text(desk.get("/therapies/steady/exercises/steady.anchor/"))


def test_sixth_therapy_when_the_course_is_started_begins_with_the_shared_preparation(
    steady: Path, journey: Journey
) -> None:
    journey.start("steady")

    assert "Book the preparation session for Steady" in journey.next_steps
    assert "Next: Getting ready" in journey.seen_by_therapist
    assert "Steady days · getting ready" in journey.mine
    assert "We cannot promise that it makes the lighter feeling last." in journey.mine


def test_caseload_when_narrowed_to_the_sixth_therapy_shows_who_is_in_it(
    steady: Path, journey: Journey
) -> None:
    journey.start("steady")
    make.make_course(journey.cast.bens_episode, by=journey.cast.bell)
    narrowed = seen.text(logged_in(journey.cast.mo).get("/caseload/?therapy=steady"))
    assert "Ada Alder" in narrowed
    assert "Ben Birch" not in narrowed


def test_sixth_therapy_when_its_sessions_are_held_goes_from_preparation_to_booster(
    steady: Path, journey: Journey
) -> None:
    journey.start("steady")
    held = []
    for days in (WEEK, WEEK, WEEK, BOOSTER, WEEK):
        held.append(journey.hold())
        journey.pass_days(days)

    assert held == [
        "Getting ready", "1. Finding one anchor", "2. When the day shifts", "3. Keeping the anchor", "4. What held",
    ]  # fmt: skip
    assert "No session is left" in journey.seen_by_therapist


@pytest.mark.parametrize("sessions", [0, 1, 2])
def test_sixth_therapy_when_a_session_was_held_everyone_sees_what_comes_next(
    steady: Path, journey: Journey, sessions: int
) -> None:
    begun(journey, sessions=sessions)
    assert f"Steady days · session {sessions + 1} of 3 comes next" in journey.mine
    assert "Book the next Steady session" in journey.next_steps


def test_sixth_therapy_when_practice_is_given_the_person_does_it_and_the_therapist_sees_it(
    steady: Path, journey: Journey
) -> None:
    begun(journey, sessions=1)
    assert "One thing to try One anchor in my day" in journey.mine
    assert "Once a day" in journey.mine

    anchor = loader.therapy("steady").exercises["steady.anchor"]
    answers = {**filled(anchor), "what": "tea at the window", "mine": "for my eyes alone"}
    after = journey.practise("steady.anchor", **answers)

    assert "Try the same time tomorrow." in after
    assert "for my eyes alone" in after
    assert "You have done your practice" in journey.mine
    beside = journey.open()
    assert "tea at the window" in beside
    assert "for my eyes alone" not in beside
    assert "One anchor in my day" in seen.text(journey.desk.get(f"{journey.course}exercises/"))


def test_sixth_therapy_when_its_sessions_are_over_asks_for_the_booster_and_then_for_its_end(
    steady: Path, journey: Journey
) -> None:
    begun(journey, sessions=3)
    assert "complete, follow-up 3 sessions attended of 3 planned" in journey.seen_by_therapist
    assert "Next: session B1, What held" in journey.seen_by_therapist
    assert "Book Steady booster B1" not in journey.next_steps
    journey.pass_days(BOOSTER - WEEK)
    assert "Book Steady booster B1" in journey.next_steps

    journey.hold()
    journey.pass_days(DAY)

    assert "Talk over how to go on after this course" in journey.next_steps
    assert "completion as in the protocol of Steady" in seen.text(journey.desk.get(journey.record))
    said = journey.decide("end", value="complete", reason="both say so")
    assert "Ended: complete: the plan was gone through" in said
    assert "Your therapy has ended" in journey.mine


def test_choice_when_the_aid_does_not_know_a_therapy_shows_it_without_a_score_and_keeps_it_when_chosen(
    steady: Path, journey: Journey
) -> None:
    place, desk = f"{journey.record}choose-therapy/", journey.desk
    sent = {"step": "add_up", "uid": str(uuid.uuid4()), "person-wants_tools": "2"}
    page = desk.post(place, sent)
    (card,) = [
        one for one in seen.elements(page, "article", class_="therapy") if "Steady days" in seen.text(one)
    ]
    assert "Not in this aid: talk it over" in seen.text(card)
    assert "How this adds up" not in seen.text(card)

    kept = {name: seen.typed(page, name) for name in ("uid", "seen", "took_part", "happened_at")}
    answer = desk.post(place, {**sent, **kept, "step": "keep", "chosen": "steady"})

    assert answer.status_code == 302, seen.errors(answer)
    assert "Steady days" in seen.text(desk.get(answer.headers["Location"]))
    make.make_infusion(journey.cast.adas_episode, by=journey.cast.okoro, happened_at=make.NOW)
    assert "Open the course that was chosen: Steady" in journey.next_steps


def test_what_if_when_the_model_does_not_know_the_therapy_still_names_it_and_compares(
    steady: Path, journey: Journey
) -> None:
    begun(journey, sessions=1)
    page = journey.desk.get(f"{journey.record}what-if/?sessions=weekly")
    assert "Sessions of Steady ahead" in seen.text(page)
    ahead = [row[0] for row in seen.table(page, "Expected scores")]
    assert ahead == ["1 week", "2 weeks", "4 weeks", "8 weeks", "12 weeks"]


def test_fork_when_a_course_runs_on_it_shows_the_clinics_own_words_and_says_that_it_is_adapted(
    shelf: Path, journey: Journey
) -> None:
    """The fork of the documents, with one text for patients more."""
    document = (ROOT / "docs" / "protocols.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(slug = .*?)```", document, re.DOTALL)
    assert example is not None
    before = patch("replace", "sessions.cbt-01.before", '"We talk about two days of your week."')
    (shelf / "riverside").mkdir()
    (shelf / "riverside" / "fork.toml").write_text(f"{example[1]}\n{before}\n", encoding="utf-8")
    loader.use(shelf)

    journey.start("riverside")
    adapted = "Adapted by your clinic: We talk the pictures through."
    assert adapted in journey.mine
    assert adapted in journey.seen_by_therapist
    journey.hold()
    journey.pass_days(WEEK)
    assert "We talk about two days of your week." in journey.mine

    assert "Talk through a heavy day and a lighter day" in journey.open()
    journey.sign("riverside.sounds")
    assert "Sounds I like" in journey.mine
    assert "Next: session 2, " in journey.seen_by_therapist


def test_group_when_another_therapy_has_a_curriculum_is_opened_on_the_one_that_is_chosen(
    shelf: Path, cast: Cast
) -> None:
    made_fork(shelf, patch("replace", "short_name", '"Our skills"'), extends="dbt")
    loader.use(shelf)
    desk = logged_in(cast.bell)
    form = desk.get("/groups/new/")
    sent = {name: seen.typed(form, name) for name in ("uid", "mode", "capacity", "leader_id")}
    sent |= {
        "name": "Tuesday group",
        "weekday": "1",
        "begins": "17:30",
        "channel": "in_person",
        "place": "Room 2",
    }

    answer = desk.post("/groups/new/", {**sent, "therapy": "riverside"})

    assert answer.status_code == 302, seen.errors(answer)
    (group,) = groups.of_clinic(cast.bell, at=make.NOW)
    assert group.plan.short_name == "Our skills"


def renewed(folder: Path) -> None:
    """The folder's next version: its first session has another name."""
    for name, old, new in (
        ("protocol.toml", 'version = "1.0.0"', 'version = "1.1.0"'),
        ("sessions/steady-01.toml", "Finding one anchor", "One fixed point"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    loader.use(folder.parent)


def test_course_when_the_library_changes_stays_on_the_version_it_began_with(
    steady: Path, journey: Journey
) -> None:
    begun(journey, sessions=0)
    renewed(steady)

    assert "Next: session 1, Finding one anchor" in journey.seen_by_therapist
    assert "A newer version of the protocol: 1.1.0" in journey.seen_by_therapist
    assert "Finding one anchor" in journey.mine
    assert journey.hold() == "1. Finding one anchor"


def test_course_when_it_is_moved_to_the_newer_version_needs_a_reason_and_then_runs_on_it(
    steady: Path, journey: Journey
) -> None:
    begun(journey, sessions=0)
    renewed(steady)

    assert "Expected: why, in a few words." in journey.decide("release", reason="")
    assert "Next: session 1, Finding one anchor" in journey.seen_by_therapist

    said = journey.decide("release", reason="the plainer name")

    assert "Moved to another version: the version then in the library" in said
    assert "the plainer name" in said
    assert "A newer version of the protocol" not in said
    assert "Next: session 1, One fixed point" in said
    assert journey.hold() == "1. One fixed point"


def test_course_when_begun_after_the_library_changed_runs_on_the_newer_version(
    steady: Path, journey: Journey
) -> None:
    renewed(steady)
    begun(journey, sessions=0)
    assert "Next: session 1, One fixed point" in journey.seen_by_therapist
