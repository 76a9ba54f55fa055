"""What therapy left in the synthetic clinic: five people who can log in, a group, and next steps of every kind."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from holdfast.access import Viewer
from holdfast.care import accounts, private_notes
from holdfast.errors import DataFileError
from holdfast.jobs import demo_content, demo_people, demo_seed, demo_therapy
from holdfast.jobs.demo_content import Content, content
from holdfast.pathway.stage import Stage
from holdfast.pathway.therapy_rules import THERAPY_RULES
from holdfast.protocols import loader
from holdfast.records.models import TherapyCourse
from holdfast.records.queries import (
    alerts,
    caseload,
    choices,
    exercises,
    groups,
    operation,
    patient,
    rooms,
    therapy,
)
from tests import make

pytestmark = pytest.mark.django_db

NOW = make.NOW
FIVE = {"ada": "cbt", "vera": "dbt", "xavier": "act", "yara": "ipt", "zeno": "psychodynamic"}


@dataclass(frozen=True)
class Someone:
    """One of the five as the tests look at them: their own log-in, their course as their therapist sees it."""

    me: Viewer
    bell: Viewer
    course: therapy.Course

    def mine(self) -> tuple[exercises.EntryRow, ...]:
        """Their exercises as they see them."""
        return exercises.entries(self.me, self.course)


def someone(username: str) -> Someone:
    me, bell = accounts.viewer(username), accounts.viewer("bell")
    course = therapy.running(bell, patient.own_episode_id(me))
    assert course is not None
    return Someone(me, bell, course)


@pytest.fixture(params=FIVE, ids=str)
def person(request: pytest.FixtureRequest) -> Someone:
    """Each of the five in turn."""
    return someone(str(request.param))


def kinds() -> dict[str, list[str]]:
    """Code of everyone with a next step, by its kind."""
    mo, found = accounts.viewer("mo"), defaultdict(list)
    for row in caseload.page(mo, closed=False, size=100).rows:
        outlook = patient.outlook(mo, row.episode_id)
        for one in outlook.suggestions if outlook else ():
            found[one.kind].append(row.code)
    return found


def test_log_ins_when_listed_then_each_says_which_therapy_it_is_in(settings: Settings) -> None:
    settings.DEMO = True
    text = Client().get("/log-in/").content.decode()
    said = re.findall(r'<span class="soft">(patient in [^<]+)</span></span>\s*<span [^>]+>(\w+)<', text)
    words = {one.slug: f"patient in {one.short_name}" for one in loader.therapies()}
    words["psychodynamic"] = "patient in psychodynamic therapy"
    assert {name: told for told, name in said} == {name: words[slug] for name, slug in FIVE.items()}


@pytest.mark.parametrize("username", FIVE)
def test_log_in_when_one_of_the_five_logs_in_then_their_therapy_opens(username: str) -> None:
    browser = Client()
    browser.post("/log-in/", {"username": username, "password": accounts.DEMO_PASSWORD})
    page = browser.get("/my-therapy/")
    assert page.status_code == 200
    assert someone(username).course.plan.name in page.content.decode()


def test_five_when_counted_then_each_is_in_another_therapy() -> None:
    assert {name: someone(name).course.plan.slug for name in FIVE} == FIVE


def test_course_when_held_then_every_session_names_its_outline() -> None:
    bell = accounts.viewer("bell")
    for row in (r for closed in (False, True) for r in caseload.page(bell, closed=closed, size=100).rows):
        for course in therapy.of_episode(bell, row.episode_id):
            if not course.fact.in_a_group:
                assert {one.outline for one in course.fact.sessions} <= set(course.plan.sessions)


def test_session_when_missed_then_says_what_got_in_the_way(person: Someone) -> None:
    missed = [one for one in person.course.fact.sessions if not one.attended]
    assert all(one.reason for one in missed)


def test_person_when_prepared_then_it_was_held_before_the_first_session(person: Someone) -> None:
    first = person.course.fact.held[0]
    assert (first.number, first.outline) == (0, person.course.plan.preparation)


def test_person_when_seen_last_then_note_and_practice_are_there(person: Someone) -> None:
    held = [one for one in rooms.held(person.bell, person.course.course_id) if one.attendance == "attended"]
    note = rooms.note(person.bell, person.course.course_id, held[0].uid)
    assert all(note.parts[part] for part in ("happened", "safety", "response", "plan"))
    assert {point["state"] for point in note.agenda} <= {"done", "moved"}
    assert {one.number for one in therapy.given(person.me, person.course.course_id)} == {held[0].number}


def test_person_when_a_note_was_added_to_then_both_can_be_read(person: Someone) -> None:
    notes = [
        rooms.note(person.bell, person.course.course_id, one.uid)
        for one in rooms.held(person.bell, person.course.course_id)
        if one.noted
    ]
    assert len(notes) == 3
    assert sum(len(one.addenda) for one in notes) == 1


def test_person_when_thought_about_then_the_therapist_has_a_private_note(person: Someone) -> None:
    (note,) = private_notes.read(person.course.course_id, by=person.bell, at=NOW)
    assert note.mine


def test_person_when_asked_then_the_next_session_is_booked_on_a_working_day(person: Someone) -> None:
    (booked,) = therapy.booked(person.me, person.course.course_id)
    assert booked.starts_at > NOW
    assert booked.starts_at.astimezone(demo_people.ZONE).weekday() < 5


def test_booking_when_by_video_then_its_link_leads_nowhere_real() -> None:
    (booked,) = therapy.booked(accounts.viewer("xavier"), someone("xavier").course.course_id)
    assert (booked.channel, booked.link) == ("video", "https://video.example/room-xavier")


def test_person_when_the_plan_was_made_then_they_can_read_it(person: Someone) -> None:
    row, _ = exercises.newest(person.me, person.course.episode_id, demo_content.PLAN)
    assert row is not None
    assert row.by_therapist
    assert {"signs", "alone", "professionals", "safer_place"} <= set(row.values)


def test_person_when_practising_then_some_was_done_and_one_was_not_this_time(person: Someone) -> None:
    rows = [row for row in person.mine() if row.mine]
    own = person.course.plan.family
    done = [row for row in rows if row.outcome == "done" and row.at > NOW - timedelta(days=21)]
    assert len(done) >= 3
    assert any(row.exercise.startswith(f"{own}.") for row in done)
    assert [bool(row.obstacle) for row in rows if row.outcome == "not_this_time"] == [True]
    assert any(row.looked_at_together for row in person.mine())


def test_practice_when_counted_then_is_enough_for_what_each_layout_draws() -> None:
    found = {name: Counter(row.exercise for row in someone(name).mine()) for name in FIVE}
    assert found["ada"]["cbt.activity_calendar"] >= 5
    assert found["ada"]["cbt.thought_record"] == 3
    assert found["vera"]["dbt.diary_card"] == 12
    assert found["xavier"]["act.direction_dial"] == 2
    bell = someone("zeno")
    stories = exercises.entries(bell.bell, bell.course, names={"psychodynamic.story"})
    assert len(stories) == 5
    assert {"ipt.people_map", "ipt.mood_line", "ipt.talk_replay"} <= set(found["yara"])


def test_diary_when_a_day_is_blank_and_one_late_then_both_show() -> None:
    rows = [row for row in someone("vera").mine() if row.exercise == "dbt.diary_card"]
    days = {row.values["day"] for row in rows}
    week = {(NOW.date() - timedelta(days=back)).isoformat() for back in range(1, 8)}
    assert len(week - days) == 1
    late = [row for row in rows if row.at.date().isoformat() != row.values["day"]]
    assert len(late) == 1


def test_brave_step_when_it_lies_ahead_then_its_later_part_waits() -> None:
    waits = [row.exercise for row in someone("xavier").mine() if row.waits]
    assert waits == ["act.brave_step"]


def test_private_page_when_not_shown_then_the_therapist_sees_nothing_of_it() -> None:
    zeno = someone("zeno")
    name = "psychodynamic.private_page"
    assert len(exercises.entries(zeno.me, zeno.course, names={name})) == 1
    assert exercises.entries(zeno.bell, zeno.course, names={name}) == ()


def test_ada_when_she_comes_back_then_her_draft_is_half_filled() -> None:
    ada = someone("ada")
    (draft,) = exercises.drafts(ada.me, ada.course)
    assert draft.exercise == "shared.problem_steps"
    assert 0 < len(draft.values) < len(ada.course.plan.exercises[draft.exercise].fields)


def test_exercises_when_finished_then_no_answer_raised_an_alert(person: Someone) -> None:
    asked_in = {row.instrument for row in alerts.of_episode(person.bell, person.course.episode_id)}
    assert asked_in <= {"phq9"}


def test_choice_when_talked_over_then_it_is_kept_for_ada_and_one_more() -> None:
    bell = accounts.viewer("bell")
    rows = caseload.page(bell, closed=False, size=100).rows
    chosen = {row.code: choices.newest(bell, row.episode_id) for row in rows}
    assert {code: one.chosen for code, one in chosen.items() if one} == {"D-001": "cbt", "D-019": "act"}


def test_group_when_it_has_met_then_six_weeks_are_taught_and_one_meeting_was_cancelled() -> None:
    (group,) = groups.of_clinic(accounts.viewer("bell"), at=NOW)
    assert [one.week for one in group.meetings if one.held] == [1, 2, 3, 4, 5, 6]
    assert [one.held for one in group.meetings].count(False) == 1
    assert {one.code for one in group.active} >= {"D-022", "D-023"}
    assert len(group.active) == 6
    assert group.upcoming.week == 7
    assert group.starts_at(group.next_on) > NOW


@pytest.mark.parametrize("kind", [*THERAPY_RULES, "practice_not_done", "look_at_fit", "finish_plan"])
def test_rule_when_it_is_about_staying_in_therapy_then_someone_shows_it(kind: str) -> None:
    assert kinds()[kind]


def test_next_session_when_looked_at_then_most_people_in_therapy_have_it_booked() -> None:
    bell, booked = accounts.viewer("bell"), []
    rows = [r for r in caseload.page(bell, closed=False, size=100).rows if r.stage == Stage.THERAPY]
    for row in rows:
        course = therapy.running(bell, row.episode_id)
        booked.append(course is not None and any(at > NOW for at in course.fact.booked))
    assert 0.6 <= sum(booked) / len(booked) < 1


def test_trail_when_therapy_is_there_then_still_says_when_the_clinic_was_made() -> None:
    assert operation.made_synthetic_at(accounts.clinic_id(demo_seed.SLUG)) == NOW


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"mood": 12}, "mood: 12 is not on the scale"),
        ({"mood": 3, "moood": 3}, "moood: is no field of this exercise"),
    ],
)
def test_entry_when_it_does_not_fit_the_library_then_the_error_names_it(
    values: dict[str, int], what: str
) -> None:
    yara = content().people["D-025"]
    wrong = demo_content.Entry(exercise="shared.mood_tap", day=-1, values=values)
    people = {person.code: person for person in demo_people.everyone(NOW)}
    team = demo_therapy.Team(
        accounts.clinic_id(demo_seed.SLUG), {"bell": accounts.viewer("bell"), "yara": accounts.viewer("yara")}
    )
    team.courses["D-025"] = TherapyCourse.objects.get(pk=someone("yara").course.course_id)
    steps = demo_therapy.TherapySteps(team, at=NOW)
    with transaction.atomic(), pytest.raises(DataFileError, match=what) as error:
        steps.finish(people["D-025"], len(yara.entries), wrong, NOW)
    assert error.value.key == f"people.D-025.entries.{len(yara.entries)} (shared.mood_tap)"


def test_content_when_a_key_is_unknown_then_the_error_names_the_key() -> None:
    raw = loader.toml(demo_content.FILE, demo_content.FILE.name)
    raw["people"]["D-001"]["booking"]["chanel"] = "video"
    with pytest.raises(DataFileError, match=r"booking\.chanel"):
        loader.build(Content, raw, demo_content.FILE.name)


# Sessions lie on Wednesdays and Fridays, practice on days counted from today: on every day they have to fit together.
@pytest.mark.parametrize("later", range(7))
def test_steps_when_made_on_any_day_then_what_goes_on_comes_after_what_it_goes_on_with(later: int) -> None:
    at = NOW + timedelta(days=later, hours=-2 * later)
    steps = demo_therapy.TherapySteps(demo_therapy.Team(1), at=at)
    for person in demo_people.everyone(at):
        begun: dict[str, list[object]] = defaultdict(list)
        for moment, step in sorted(steps.steps(person), key=lambda one: one[0]):
            assert person.started_at <= moment <= at
            assert isinstance(step, partial)
            begun[step.func.__name__].append(step.args[1])
            if step.func.__name__ == "_go_on":
                assert step.args[1] in begun["finish"]
            if step.func.__name__ in ("_hold", "_sign", "finish", "_book"):
                assert begun["_begin"]
