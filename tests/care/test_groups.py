"""A skills group is opened, joined, paused and left as its rules say; each refusal names what would be right."""

import uuid
from datetime import date, timedelta

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import courses, group_meetings, groups, patients
from holdfast.errors import Conflict, HoldfastError, InvalidInput, NotAllowed, NotFound
from holdfast.records.models import GroupDetails, GroupMember, SkillsGroup
from holdfast.records.queries import groups as queries
from tests import make

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
OPENED = make.NOW - 45 * DAY
FIRST = make.NOW - 34 * DAY
"""A Tuesday, when the first meeting was."""


@pytest.fixture
def group_id(therapist: Viewer) -> int:
    return make.make_group(by=therapist)


@pytest.fixture
def stranger(db: None) -> Viewer:
    return make.make_account(Role.THERAPIST, clinic_id=make.make_clinic("inland"), username="quinn")


def course_of(episode_id: int, therapist: Viewer, slug: str = "dbt") -> int:
    return courses.start(episode_id, slug, started_at=OPENED, by=therapist, at=OPENED)


def group_of(therapist: Viewer, group_id: int) -> queries.Group:
    return queries.one(therapist, group_id, at=make.NOW)


def join(group_id: int, course_id: int, by: Viewer, **changes: object) -> int:
    usual: dict[str, object] = {"shown_as": "Ada", "week": 1, "agreed": True, "at": OPENED + DAY}
    return groups.enrol(group_id, course_id, by=by, **{**usual, **changes})  # type: ignore[arg-type]


def refusal(error: HoldfastError) -> list[tuple[str, str, str]]:
    assert isinstance(error, InvalidInput)
    return [(one.where, one.what, one.expected) for one in error.problems]


def test_open_when_sent_twice_then_there_is_one_group(therapist: Viewer) -> None:
    uid = uuid.uuid4()
    plan = make.group_plan(leader=therapist)
    first, second = (groups.open_group(plan, by=therapist, at=OPENED, uid=uid) for _ in range(2))
    assert first == second
    assert SkillsGroup.objects.count() == 1


def test_open_when_the_plan_cannot_be_then_every_problem_is_named(therapist: Viewer, nurse: Viewer) -> None:
    plan = make.group_plan(
        leader=nurse, name=" ", mode="any", capacity=11, channel="post", weekday=7, link="javascript:1"
    )
    with pytest.raises(InvalidInput) as refused:
        groups.open_group(plan, by=therapist, at=OPENED)
    assert refusal(refused.value) == [
        ("name", "is empty", "a name among staff"),
        ("joining", "'any' is not known", "modular or closed or rolling"),
        ("capacity", "11 does not fit", "4 to 10 members"),
        ("how you meet", "'post' is not known", "in_person or video or phone"),
        ("link", "is no link", "one that begins with https://"),
        ("day", "7 is no day of the week", "0 for Monday to 6"),
        ("leader", "may not lead a group here", "therapists of this clinic"),
    ]


def test_open_when_one_person_is_named_twice_then_it_is_refused(therapist: Viewer) -> None:
    plan = make.group_plan(leader=therapist, co_leader_id=therapist.account_id)
    with pytest.raises(InvalidInput, match="named twice"):
        groups.open_group(plan, by=therapist, at=OPENED)


def test_open_when_a_nurse_tries_then_it_is_not_allowed(therapist: Viewer, nurse: Viewer) -> None:
    with pytest.raises(NotAllowed):
        groups.open_group(make.group_plan(leader=therapist), by=nurse, at=OPENED)


def test_change_when_made_then_the_new_details_hold_and_the_old_stay_readable(
    therapist: Viewer, group_id: int
) -> None:
    seen = group_of(therapist, group_id).details.uid
    plan = make.group_plan(leader=therapist, capacity=6, place="Room 5")
    groups.change(group_id, plan, seen=seen, by=therapist, at=make.NOW)
    details = group_of(therapist, group_id).details
    assert (details.capacity, details.place) == (6, "Room 5")
    assert sorted(GroupDetails.objects.values_list("place", flat=True)) == ["Room 2", "Room 5"]


def test_change_when_someone_was_first_then_it_is_a_conflict(therapist: Viewer, group_id: int) -> None:
    seen = group_of(therapist, group_id).details.uid
    plan = make.group_plan(leader=therapist, capacity=6)
    groups.change(group_id, plan, seen=seen, by=therapist, at=make.NOW)
    with pytest.raises(Conflict):
        groups.change(group_id, plan, seen=seen, by=therapist, at=make.NOW)


def test_change_when_capacity_falls_below_the_members_then_it_is_refused(
    therapist: Viewer, group_id: int
) -> None:
    for number in range(5):
        make.make_member(group_id, by=therapist, code=f"G-{number}", shown_as=f"Name{number}")
    seen = group_of(therapist, group_id).details.uid
    with pytest.raises(InvalidInput, match="5 or more"):
        groups.change(
            group_id, make.group_plan(leader=therapist, capacity=4), seen=seen, by=therapist, at=make.NOW
        )


def test_enrol_when_all_is_well_then_they_belong_from_that_week_on(
    therapist: Viewer, group_id: int, episode_id: int
) -> None:
    join(group_id, course_of(episode_id, therapist), therapist)
    (member,) = group_of(therapist, group_id).active
    assert (member.shown_as, member.joined_week, member.cycle) == ("Ada", 1, 1)
    assert member.agreed_at == OPENED + DAY


def test_enrol_when_the_group_is_full_then_it_is_refused_and_pauses_count(
    therapist: Viewer, episode_id: int
) -> None:
    group_id = make.make_group(by=therapist, capacity=4)
    members = [make.make_member(group_id, by=therapist, code=f"G-{n}", shown_as=f"Name{n}") for n in range(4)]
    back = (make.NOW + 20 * DAY).date()
    groups.end(members[0], why="paused", back_on=back, by=therapist, at=make.NOW - DAY)
    with pytest.raises(InvalidInput) as refused:
        join(group_id, course_of(episode_id, therapist), therapist, at=make.NOW)
    assert refusal(refused.value) == [("group", "is full", "a free place; all 4 are held, pauses counted in")]


def test_enrol_when_a_pause_ran_out_then_the_place_is_free_again(therapist: Viewer, episode_id: int) -> None:
    group_id = make.make_group(by=therapist, capacity=4)
    members = [make.make_member(group_id, by=therapist, code=f"G-{n}", shown_as=f"Name{n}") for n in range(4)]
    groups.end(members[0], why="paused", back_on=FIRST.date(), by=therapist, at=FIRST - 2 * DAY)
    assert queries.one(therapist, group_id, at=FIRST + 7 * DAY).free == 0
    assert queries.one(therapist, group_id, at=FIRST + 8 * DAY).free == 1
    assert join(group_id, course_of(episode_id, therapist), therapist, at=make.NOW)


def test_enrol_when_three_are_new_at_that_module_start_then_a_fourth_is_refused(
    therapist: Viewer, group_id: int, episode_id: int
) -> None:
    for week in range(1, 9):
        make.make_meeting(group_id, by=therapist, at=OPENED + week * DAY)
    for number in range(3):
        make.make_member(
            group_id,
            by=therapist,
            code=f"G-{number}",
            shown_as=f"Name{number}",
            week=9 + number % 2,
            at=FIRST,
        )
    course_id = course_of(episode_id, therapist)
    with pytest.raises(InvalidInput) as refused:
        join(group_id, course_id, therapist, week=10, at=make.NOW)
    assert refusal(refused.value) == [
        ("week", "3 people are new then already", "at most 3; a later module start")
    ]
    assert join(group_id, course_id, therapist, week=18, at=make.NOW)


@pytest.mark.parametrize(
    ("mode", "week", "expected"),
    [
        ("modular", 3, "one of the weeks 1, 2, 9, 10, 18, 19"),
        ("closed", 3, "one of the weeks 1, 2"),
        ("rolling", 25, f"one of the weeks {', '.join(map(str, range(1, 25)))}"),
    ],
)
def test_enrol_when_nobody_joins_in_that_week_then_the_weeks_are_named(
    therapist: Viewer, episode_id: int, mode: str, week: int, expected: str
) -> None:
    group_id = make.make_group(by=therapist, mode=mode)
    with pytest.raises(InvalidInput) as refused:
        join(group_id, course_of(episode_id, therapist), therapist, week=week)
    assert refusal(refused.value) == [("week", f"nobody joins this group in week {week}", expected)]


def test_enrol_when_rules_are_not_agreed_to_then_it_is_refused(
    therapist: Viewer, group_id: int, episode_id: int
) -> None:
    with pytest.raises(InvalidInput) as refused:
        join(group_id, course_of(episode_id, therapist), therapist, agreed=False)
    assert refusal(refused.value) == [
        ("rules", "are not agreed to", "the person's yes to the rules of the group")
    ]
    assert GroupMember.objects.count() == 0


def test_enrol_when_the_name_is_taken_in_the_group_then_another_is_asked_for(
    therapist: Viewer, group_id: int, episode_id: int
) -> None:
    make.make_member(group_id, by=therapist, code="G-1", shown_as="Ada")
    with pytest.raises(InvalidInput, match="another name"):
        join(group_id, course_of(episode_id, therapist), therapist, shown_as="ada ")


def test_enrol_when_in_a_group_already_then_it_is_a_conflict(
    therapist: Viewer, group_id: int, episode_id: int
) -> None:
    course_id = course_of(episode_id, therapist)
    join(group_id, course_id, therapist)
    other = make.make_group(by=therapist, name="Friday group")
    with pytest.raises(Conflict, match="is in the group “Tuesday group” already"):
        join(other, course_id, therapist)
    assert GroupMember.objects.count() == 1


def test_enrol_when_pausing_in_another_group_then_it_is_a_conflict(
    therapist: Viewer, group_id: int, episode_id: int
) -> None:
    course_id = course_of(episode_id, therapist)
    member = join(group_id, course_id, therapist)
    groups.end(member, why="paused", back_on=make.NOW.date(), by=therapist, at=OPENED + 2 * DAY)
    with pytest.raises(Conflict, match="pauses in the group"):
        join(make.make_group(by=therapist, name="Friday group"), course_id, therapist, at=OPENED + 3 * DAY)


def test_enrol_when_the_course_is_of_another_therapy_or_ended_then_it_is_refused(
    therapist: Viewer, group_id: int, episode_id: int
) -> None:
    with pytest.raises(InvalidInput, match="a course of DBT"):
        join(group_id, course_of(episode_id, therapist, "cbt"), therapist)
    course_id = course_of(episode_id, therapist)
    patients.close(episode_id, reason="moved away", by=therapist, at=make.NOW)
    with pytest.raises(InvalidInput, match="a course that goes on"):
        join(group_id, course_id, therapist, at=make.NOW)


def test_enrol_when_person_or_group_is_of_another_clinic_then_nothing_is_known_of_it(
    therapist: Viewer, stranger: Viewer, group_id: int, episode_id: int
) -> None:
    elsewhere = make.make_episode(by=stranger, code="I-1", name="Cleo Cedar")
    with pytest.raises(NotFound):
        join(group_id, course_of(elsewhere, stranger), therapist)
    with pytest.raises(NotFound):
        join(make.make_group(by=stranger), course_of(episode_id, therapist), therapist)
    with pytest.raises(NotFound):
        queries.one(stranger, group_id, at=make.NOW)


def test_end_when_paused_and_back_then_the_weeks_go_on_and_the_place_was_kept(
    therapist: Viewer, group_id: int
) -> None:
    member = make.make_member(group_id, by=therapist, code="G-1", shown_as="Ada")
    make.make_meeting(group_id, by=therapist, at=FIRST)
    groups.end(member, why="paused", back_on=(make.NOW + DAY).date(), by=therapist, at=FIRST + DAY)
    make.make_meeting(group_id, by=therapist, at=FIRST + 7 * DAY)
    paused = queries.one(therapist, group_id, at=FIRST + 8 * DAY)
    assert ([one.shown_as for one in paused.paused], paused.active, paused.free) == (["Ada"], (), 7)
    groups.come_back(member, by=therapist, at=FIRST + 9 * DAY)
    make.make_meeting(group_id, by=therapist, at=FIRST + 14 * DAY)
    group = group_of(therapist, group_id)
    assert (group.paused, group.free) == ((), 7)
    assert sorted(group.standing(group.active[0]).met) == [1, 3]
    with pytest.raises(Conflict):
        groups.come_back(member, by=therapist, at=make.NOW)


def test_end_when_someone_who_pauses_leaves_then_the_place_is_free(therapist: Viewer, group_id: int) -> None:
    member = make.make_member(group_id, by=therapist, code="G-1", shown_as="Ada")
    groups.end(member, why="paused", back_on=make.NOW.date(), by=therapist, at=FIRST)
    groups.end(member, why="left", by=therapist, at=FIRST + DAY)
    group = queries.one(therapist, group_id, at=FIRST + 2 * DAY)
    assert (group.active, group.paused, group.free) == ((), (), 8)


@pytest.mark.parametrize("back_on", [None, make.NOW.date(), make.NOW.date() + timedelta(days=85)])
def test_end_when_a_pause_has_no_fitting_day_then_it_is_refused(
    therapist: Viewer, group_id: int, back_on: date | None
) -> None:
    member = make.make_member(group_id, by=therapist, code="G-1", shown_as="Ada")
    with pytest.raises(InvalidInput, match="a day within the next 12 weeks"):
        groups.end(member, why="paused", back_on=back_on, by=therapist, at=make.NOW)


def test_end_when_graduated_too_early_then_the_weeks_are_named(therapist: Viewer, group_id: int) -> None:
    member = make.make_member(group_id, by=therapist, code="G-1", shown_as="Ada")
    make.make_meeting(group_id, by=therapist, at=FIRST)
    with pytest.raises(InvalidInput) as refused:
        groups.end(member, why="graduated", by=therapist, at=make.NOW)
    assert refusal(refused.value) == [
        ("why", "weeks met so far: 1", "18 weeks, and every set of skills; or “left”")
    ]


def test_end_when_every_week_was_met_then_they_graduate_and_may_begin_a_second_time_round(
    therapist: Viewer, group_id: int, episode_id: int
) -> None:
    course_id = course_of(episode_id, therapist)
    member = join(group_id, course_id, therapist)
    for week in range(24):
        make.make_meeting(group_id, by=therapist, at=OPENED + (2 + week) * DAY)
    groups.end(member, why="graduated", by=therapist, at=make.NOW)
    join(group_id, course_id, therapist, at=make.NOW)
    group = group_of(therapist, group_id)
    assert [(one.cycle, sorted(group.standing(one).met)) for one in group.active] == [(2, [])]
    with pytest.raises(Conflict):
        groups.end(member, why="left", by=therapist, at=make.NOW)


def test_position_when_meetings_are_cancelled_then_the_week_waits(therapist: Viewer, group_id: int) -> None:
    make.make_member(group_id, by=therapist, code="G-1", shown_as="Ada")
    make.make_meeting(group_id, by=therapist, at=FIRST)
    cancelled = group_meetings.Meeting(
        week=2, happened_at=FIRST + 7 * DAY, leader_id=therapist.account_id, held=False
    )
    group_meetings.record(group_id, cancelled, by=therapist, at=FIRST + 7 * DAY)
    group = group_of(therapist, group_id)
    assert (group.upcoming.week, group.upcoming.title) == (2, "How to notice")
    assert group.next_on == date(2026, 3, 3)
    assert (group.join_week, group.day_of(9)) == (2, date(2026, 4, 21))


def test_groups_when_there_are_more_people_then_it_takes_the_same_queries(
    therapist: Viewer, group_id: int, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    for number in range(3):
        make.make_member(group_id, by=therapist, code=f"G-{number}", shown_as=f"Name{number}")
        if number != 1:
            queries.of_clinic(therapist, at=make.NOW)
            with django_assert_num_queries(8):  # type: ignore[operator]
                queries.of_clinic(therapist, at=make.NOW)
