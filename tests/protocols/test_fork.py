"""A clinic's own version of a therapy: what it changes is there, and what guards someone cannot be weakened."""

import json
import re
from pathlib import Path

import pytest

from holdfast.errors import DataFileError
from holdfast.protocols import loader, release
from holdfast.protocols.exercise import Sight
from holdfast.protocols.loader import LIBRARY, therapy
from holdfast.protocols.model import Status
from holdfast.protocols.safeguards import KEPT_WORDS, NO_PROMISE
from tests.contracts.source import ROOT
from tests.protocols.making import forked, made_fork, patch

POINT = '{ text = "Read the labels aloud", minutes = 5, kind = "teach" }'

EXERCISE = """{ title = "My sound diary", purpose = "Notice sounds that lift.", widget = "form",
therapist_sees = "Sounds.", patient_next = "Bring one sound along.",
fields = [{ slug = "sound", label = "Which sound was good today?", type = "text" }] }"""


def session(*, safety: str = "minutes = 5, locked = true", measures: str = '["phq9"]', more: str = "") -> str:
    """A session of a clinic's own, as the value of a patch; its minutes are those of the safety point and 25."""
    return f"""{{ label = "R", title = "Our day", minutes = 30, timing = "any week", goals = ["Rest"], {more}
before = "We look back.", after = "Rest well.", measures = {measures}, agenda = [
{{ slug = "safe", text = "Are you safe?", kind = "safety", {safety} }},
{{ slug = "talk", text = "Our day", minutes = 25, kind = "free" }}] }}"""


def test_fork_when_it_words_a_point_anew_then_only_that_is_other(tmp_path: Path) -> None:
    path = "sessions.cbt-01.agenda.picture.text"
    made = forked(tmp_path, patch("replace", path, '"Talk through a heavy day and a lighter day"'))
    texts = {item.slug: item.text for item in made.sessions["cbt-01"].agenda}
    shipped = {item.slug: item.text for item in therapy("cbt").sessions["cbt-01"].agenda}
    assert texts == shipped | {"picture": "Talk through a heavy day and a lighter day"}


def test_fork_when_it_adds_a_point_before_another_then_the_session_holds_it_there(tmp_path: Path) -> None:
    made = forked(
        tmp_path,
        patch("add", "sessions.cbt-01.agenda.labels", POINT, before="goals"),
        patch("replace", "sessions.cbt-01.minutes", "55"),
        patch("add", "sessions.cbt-01.variants.low_energy.leave_out.1", '"labels"'),
    )
    assert [item.slug for item in made.sessions["cbt-01"].agenda] == [
        "safety", "lighter", "picture", "labels", "goals", "plan", "close",
    ]  # fmt: skip


def test_fork_when_it_adds_an_exercise_and_gives_it_then_the_session_has_it(tmp_path: Path) -> None:
    made = forked(
        tmp_path,
        patch("add", "exercises.riverside.sounds", EXERCISE),
        patch("add", "sessions.cbt-02.practice.1", '{ exercise = "riverside.sounds" }'),
    )
    assert made.exercises["riverside.sounds"].title == "My sound diary"
    assert made.sessions["cbt-02"].practice[0].exercise == "riverside.sounds"


def test_fork_when_it_drops_an_optional_exercise_then_nothing_names_it(tmp_path: Path) -> None:
    made = forked(
        tmp_path,
        patch("remove", "sessions.pdt-c2.agenda.talk.exercise"),
        patch("remove", "sessions.pdt-c2.exercises.1"),
        patch("remove", "exercises.psychodynamic.life_line"),
        extends="psychodynamic",
    )
    assert "life_line" not in json.dumps(release.content(made))


def test_fork_when_it_adds_a_session_then_its_track_holds_it(tmp_path: Path) -> None:
    made = forked(
        tmp_path,
        patch("add", "sessions.rest", session()),
        patch("add", "tracks.main.phases.core.sequence.2", '"rest"'),
    )
    assert made.tracks[0].planned == 13
    assert made.tracks[0].phases[1].outlines[:3] == ("cbt-05", "rest", "cbt-06")


def test_fork_when_it_is_more_careful_then_it_may(tmp_path: Path) -> None:
    made = forked(
        tmp_path,
        patch("replace", "first_session.earliest_after_infusion.value", "36"),
        patch("replace", "sessions.cbt-01.agenda.safety.minutes", "8"),
        patch("replace", "sessions.cbt-01.agenda.close.minutes", "3"),
        patch("replace", "sessions.cbt-01.variants.low_energy.minutes_of",
              "{ safety = 8, lighter = 4, picture = 7, plan = 7, close = 4 }"),
        patch("add", "eligibility.not_now.3", '{ when = "no phone", do = "find one first" }'),
    )  # fmt: skip
    assert made.first_session.earliest_after_infusion.value == 36
    assert made.sessions["cbt-01"].agenda[0].minutes == 8
    assert made.eligibility.not_now[:2] == therapy("cbt").eligibility.not_now


def test_fork_when_made_then_it_says_so_and_is_of_its_parents_family(tmp_path: Path) -> None:
    made = forked(tmp_path, patch("replace", "short_name", '"CBT, spoken"'))
    assert (made.slug, made.parent, made.family, made.version) == ("riverside", "cbt", "cbt", "1.0.0")
    assert (made.status, made.sign_offs) == (Status.DRAFT, ())
    assert made.adapted_by == (
        "Adapted by your clinic: We talk the pictures through. "
        "(Dr A. Example, clinical psychologist, 1 February 2026: people with low vision)"
    )


def test_fork_when_made_then_the_shipped_therapy_is_as_it_was(tmp_path: Path) -> None:
    before = release.digest(therapy("cbt"))
    forked(tmp_path, patch("replace", "sessions.cbt-01.title", '"Spoken"'))
    assert release.digest(therapy("cbt")) == before


def test_use_when_a_folder_holds_a_fork_then_the_library_has_it_beside_its_parent(tmp_path: Path) -> None:
    made_fork(tmp_path, patch("replace", "short_name", '"CBT, spoken"'))
    try:
        loader.use(tmp_path)
        assert {"cbt", "riverside"} <= set(loader.all_protocols())
        assert loader.therapy("riverside").short_name == "CBT, spoken"
    finally:
        loader.use()


def test_use_when_a_fork_takes_a_shipped_name_then_it_is_refused(tmp_path: Path) -> None:
    made_fork(tmp_path, patch("replace", "short_name", '"CBT, spoken"'), name="act")
    try:
        loader.use(tmp_path)
        with pytest.raises(DataFileError, match=r"^act/fork.toml: slug: is taken already$"):
            loader.all_protocols()
    finally:
        loader.use()


def test_use_when_a_folder_is_not_there_then_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"nowhere: \(folder\): is not there$"):
        loader.use(tmp_path / "nowhere")


LOCKED = "is locked: it guards safety"
GUARDS = "stays as it is: it guards someone in danger"
SESSIONS = "stays as shipped: notes and forms are added to, and every session goes on asking about safety"
TRACKS = (
    "stays as shipped: a fork adds sessions to a track; whom it is for and what looks back on it is settled"
)
EXERCISES = (
    "stays as shipped: fields are added and reworded; what is read by whom, and worked out, is settled"
)
SAFE = "sessions.cbt-01.agenda.safety"
FORM = "sessions.cbt-01.variants"
CARD = "exercises.dbt.diary_card"
NOT_GUARDED = f"holds {SAFE}, which {LOCKED}"

REFUSED = {
    # A locked point
    "locked point dropped": ("cbt", "remove", SAFE, "", LOCKED),
    "locked point unlocked": ("cbt", "replace", f"{SAFE}.locked", "false", LOCKED),
    "locked point worded anew": ("cbt", "replace", f"{SAFE}.text", '"Hello"', LOCKED),
    "locked point of another kind": ("cbt", "replace", f"{SAFE}.kind", '"check_in"', LOCKED),
    "locked point replaced": ("cbt", "replace", SAFE, POINT, LOCKED),
    "locked point shorter": ("cbt", "replace", f"{SAFE}.minutes", "5", "is 6 or more"),
    "locked point of words for minutes": ("cbt", "replace", f"{SAFE}.minutes", '"few"', "is 6 or more"),
    "agenda replaced": ("cbt", "replace", "sessions.cbt-01.agenda", "[]", NOT_GUARDED),
    "agenda dropped": ("cbt", "remove", "sessions.cbt-01.agenda", "", NOT_GUARDED),
    "session replaced": ("cbt", "replace", "sessions.cbt-01", session(), NOT_GUARDED),
    "session dropped": ("cbt", "remove", "sessions.cbt-b", "",
                        f"holds sessions.cbt-b.agenda.safety, which {LOCKED}"),
    "all sessions replaced": ("cbt", "replace", "sessions", "{}", NOT_GUARDED),
    "free talk without a safety point": ("cbt", "replace", "sessions.cbt-01.structure", '"free"', SESSIONS),
    # Forms of a session
    "new form that cuts it": ("cbt", "add", f"{FORM}.phone", "{ minutes_of = { safety = 2 } }",
                              "the form phone gives safety less than 6 minutes, and it is locked"),
    "bad day that cuts it": ("cbt", "replace", f"{FORM}.low_energy.minutes_of",
                             "{ safety = 1, lighter = 9, picture = 8, plan = 8, close = 4 }",
                             "the form low_energy gives safety less than 5 minutes, and it is locked"),
    "bad day without it": ("cbt", "replace", f"{FORM}.low_energy.leave_out", '["goals", "safety"]',
                           "Value error, variants.low_energy: leaves out what is locked: safety"),
    "video without asking where": ("cbt", "replace", f"{FORM}.video.note", '"Just call."', SESSIONS),
    "form replaced": ("cbt", "replace", f"{FORM}.video", "{}", SESSIONS),
    "note to the therapist dropped": ("cbt", "remove", "sessions.cbt-01.therapist_notes.1", "", SESSIONS),
    # What is asked
    "PHQ-9 dropped": ("cbt", "remove", "sessions.cbt-01.measures.1", "",
                      "the session keeps phq9, which asks about suicide"),
    "measures replaced": ("cbt", "replace", "sessions.prep-00.measures", '["phq9"]',
                          "the session keeps cssrs_screen, which asks about suicide"),
    # The plan for a crisis, gates and who sees what
    "preparation dropped": ("cbt", "replace", "preparation", '""',
                            "stays as shipped: it makes the staying-safe plan"),
    "staying-safe plan worded anew": ("cbt", "replace", "exercises.shared.staying_safe.title", '"A plan"', GUARDS),
    "staying-safe plan dropped": ("cbt", "remove", "exercises.shared.staying_safe", "", GUARDS),
    "gate dropped": ("dbt", "remove", f"{CARD}.derived.urge_alert", "", GUARDS),
    "gate put higher": ("dbt", "replace", f"{CARD}.derived.urge_alert.any_of.1.at_least", "9", GUARDS),
    "field of a gate dropped": ("dbt", "remove", f"{CARD}.fields.urge_suicide", "", GUARDS),
    "field of a gate not on a bad day": ("dbt", "replace", f"{CARD}.low_energy", '["skills"]', GUARDS),
    "exercise with a gate dropped": ("dbt", "remove", CARD, "", GUARDS),
    "exercise with a gate no longer practised": (
        "dbt", "replace", "sessions.dbt-i.practice", "[]",
        "the session keeps dbt.diary_card, which guards someone in danger"),
    "all exercises replaced": ("act", "replace", "exercises", "{}",
                               f"holds exercises.shared.after_infusion, which {GUARDS}"),
    "risk seen as ordinary": ("cbt", "replace", "exercises.cbt.thought_record.fields.thought.sight", '"normal"',
                              EXERCISES),
    "field dropped, to come again as ordinary": (
        "cbt", "remove", "exercises.cbt.thought_record.fields.thought", "", EXERCISES),
    "private page open at first": (
        "psychodynamic", "replace", "exercises.psychodynamic.private_page.fields.share.start", '"yes"',
        "stays: a person decides by it who sees the page"),
    "rows kept shut no more": (
        "psychodynamic", "remove", "exercises.psychodynamic.life_line.fields.points.columns.keep_shut", "",
        EXERCISES),
    "words about help dropped": ("cbt", "replace", "exercises.cbt.thought_record.fields.thought.hint",
                                 '"Write it as it came."', "must say: Help now"),
    # Promises, cautions and rules
    "promise made": ("cbt", "replace", "patient_card", '"It lasts."', f"must say: {NO_PROMISE}"),
    "evidence improved": ("cbt", "replace", "evidence", '"It works."',
                          "stays as shipped: it says what is known, and nobody has tested a clinic's changes"),
    "caution dropped": ("cbt", "remove", "eligibility.caution.1", "",
                        "stays as shipped: it says when the therapy is not for now"),
    "not now made now": ("cbt", "replace", "eligibility.not_now.1.do", '"go on"',
                         "stays as shipped: it says when the therapy is not for now"),
    "caution of a topic dropped": ("cbt", "remove", "electives.trauma_coping.caution", "",
                                   "stays as shipped: a fork rewords its content; the caution is there for someone"),
    "caution of a playbook dropped": ("ipt", "replace", "playbooks.conflict.caution", '""',
                                      "stays as shipped: a fork rewords its steps; the caution is there for someone"),
    "nobody asked after": ("cbt", "replace", "attendance", "[]",
                           "stays as shipped: someone is asked after when they miss sessions"),
    "rung of attendance weaker": ("cbt", "replace", "attendance.1.never", '"nothing"',
                                  "stays as shipped: someone is asked after when they miss sessions"),
    "stop rule dropped": ("cbt", "remove", "switch_when.4", "",
                          "stays as shipped: it says when to stop and look again; a fork adds to it"),
    "half-way check dropped": ("cbt", "remove", "half_way", "", "stays as shipped: a flat course is looked at again"),
    "no plan at the end": ("cbt", "replace", "completion.plan", '"shared.goals"',
                           "stays as shipped: nobody leaves early or without a plan"),
    "role dropped": ("dbt", "remove", "roles.therapist", "", "stays as shipped: the therapy is not given without them"),
    "rule of the group dropped": ("dbt", "remove", "curriculum.rules.4", "",
                                  "stays as shipped: a group has rules that guard its members"),
    # Tracks and times
    "session out of its track": ("cbt", "remove", "tracks.main.phases.core.sequence.1", "", TRACKS),
    "track of looser rules": ("cbt", "add", "tracks.quick", '{ name = "Quick" }', TRACKS),
    "teenagers without conditions": ("ipt", "replace", "tracks.adolescent.only_if", '""', TRACKS),
    "younger teenagers": ("ipt", "replace", "tracks.adolescent.ages", "[8, 17]", TRACKS),
    "loop without reviews": ("psychodynamic", "remove", "tracks.open.phases.working.loop.review", "", TRACKS),
    "reviews further apart": ("psychodynamic", "replace", "tracks.open.phases.working.loop.review_sessions", "60",
                              "is from 1 to 12"),
    "weeks without contact": ("cbt", "replace", "tracks.main.phases.window.days_apart", "30", "is from 1 to 7"),
    "session on the day of an infusion": ("cbt", "replace", "first_session.earliest_after_infusion.value", "2",
                                          "is 24 or more"),
    "no session ever": ("cbt", "replace", "first_session.earliest_after_infusion.value", "inf", "is 24 or more"),
    "hours that are minutes": ("cbt", "replace", "first_session.earliest_after_infusion.unit", '"minute"',
                               "stays as shipped: nobody is seen too soon after an infusion"),
    # What it says of itself
    "active": ("cbt", "replace", "status", '"active"', "stays as shipped: a fork is a draft"),
    "signed": ("cbt", "add", "sign_offs.1", '{ name = "A" }', "stays as shipped: a fork is a draft"),
    "of no parent": ("cbt", "replace", "parent", '"act"', "stays as shipped: it is not for a fork to change"),
    # Slips of the pen
    "session that is not there": ("act", "replace", "sessions.act-99.title", '"x"',
                                  "there is no act-99; there is " + ", ".join(therapy("act").sessions)),
    "point that is there already": ("cbt", "add", "sessions.cbt-01.agenda.plan", POINT,
                                    "is there already: replace it"),
    "position that is not there": ("cbt", "add", "sessions.cbt-01.goals.9", '"x"',
                                   "there is no position 9; the last to add at is 4"),
    "point under another name": ("cbt", "add", "sessions.cbt-01.agenda.own", '{ slug = "other" }',
                                 "is a table whose slug is own"),
    "point that is no table": ("cbt", "replace", "sessions.cbt-01.agenda.plan", '"x"',
                               "is a table whose slug is plan"),
    "name of a point": ("cbt", "replace", "sessions.cbt-01.agenda.plan.slug", '"x"',
                        "stays: other parts go by it"),
    "something below a text": ("cbt", "add", "short_name.x", '"x"', "nothing can be added here"),
    "own exercise by a shipped name": ("cbt", "add", "exercises.cbt.sounds", EXERCISE,
                                       "an exercise of your own is named riverside.…"),
    "exercise of every therapy dropped": ("cbt", "remove", "exercises.shared.mood_tap", "", EXERCISES),
    "minutes that do not add up": ("cbt", "add", "sessions.cbt-01.agenda.own", POINT,
                                   "Value error, agenda: the minutes add up to 55, not 50"),
}  # fmt: skip


@pytest.mark.parametrize(("extends", "op", "path", "value", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_fork_when_a_patch_weakens_safety_or_fits_nowhere_then_it_names_file_patch_path_and_why(
    tmp_path: Path, extends: str, op: str, path: str, value: str, why: str
) -> None:
    harmless = patch("replace", "short_name", '"Ours"')
    with pytest.raises(DataFileError) as refused:
        forked(tmp_path, harmless, patch(op, path, value), extends=extends)
    assert str(refused.value) == f"riverside/fork.toml: patch 2, {path}: {why}"


ASKS = "asks about safety for 4 minutes or more, in a locked point of kind safety, in every form"

OWN_SESSIONS = {
    "no PHQ-9": (session(measures="[]"), "every session has the measure phq9, which asks about suicide"),
    "short": (session(safety="minutes = 3, locked = true").replace("minutes = 25", "minutes = 27"), ASKS),
    "not locked": (session(safety="minutes = 5", more='structure = "free",'), ASKS),
    "short in a form": (session(more="variants = { short = { minutes_of = { safe = 1 } } },"), ASKS),
    "no safety point": (
        session(safety="minutes = 5"),
        "Value error, agenda: a structured session asks about safety, in a locked point of kind safety"),
}  # fmt: skip


@pytest.mark.parametrize(("value", "why"), OWN_SESSIONS.values(), ids=OWN_SESSIONS.keys())
def test_fork_when_a_session_of_its_own_hardly_asks_about_safety_then_it_is_refused(
    tmp_path: Path, value: str, why: str
) -> None:
    with pytest.raises(DataFileError) as refused:
        forked(
            tmp_path,
            patch("add", "sessions.rest", value),
            patch("add", "tracks.main.phases.core.sequence.2", '"rest"'),
        )
    assert str(refused.value) == f"riverside/fork.toml: patch 1, sessions.rest: {why}"


def test_fork_when_a_locked_point_of_its_own_is_taken_out_by_a_later_patch_then_it_is_refused(
    tmp_path: Path,
) -> None:
    with pytest.raises(DataFileError) as refused:
        forked(
            tmp_path,
            patch("add", "sessions.rest", session(more='structure = "free",')),
            patch("add", "tracks.main.phases.core.sequence.2", '"rest"'),
            patch("remove", "sessions.rest.agenda.safe"),
            patch("replace", "sessions.rest.minutes", "25"),
        )
    assert str(refused.value) == f"riverside/fork.toml: patch 4, sessions.rest.minutes: {ASKS}"


def test_fork_when_an_exercise_it_dropped_is_still_given_then_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"^riverside/fork.toml: .*: no exercise cbt.good_minute"):
        forked(tmp_path, patch("remove", "exercises.cbt.good_minute"))


HEADS = {
    "other version": ({"extends_version": '"0.0.9"'}, "extends_version",
                      f"0.0.9 is not the shipped version, {therapy('cbt').version}: look at what changed first"),
    "infusions": ({"extends": '"ketamine_iv"'}, "extends",
                  "'ketamine_iv' is not a therapy that is shipped"),
    "another slug": ({"slug": '"lakeside"'}, "slug", "'lakeside' is not the folder's name"),
    "no reason": ({"reason": '""'}, "reason", "String should have at least 1 character"),
    "unknown key": ({"signed": "true"}, "signed", "Extra inputs are not permitted"),
    "no date": ({"made_on": '"spring"'}, "made_on",
                "Input should be a valid date or datetime, input is too short"),
}  # fmt: skip


@pytest.mark.parametrize(("head", "key", "why"), HEADS.values(), ids=HEADS.keys())
def test_fork_when_its_head_is_wrong_then_it_names_file_and_key(
    tmp_path: Path, head: dict[str, str], key: str, why: str
) -> None:
    folder = made_fork(tmp_path, patch("replace", "short_name", '"Ours"'), head=head)
    with pytest.raises(DataFileError) as refused:
        loader.forked(folder, loader.all_protocols())
    assert str(refused.value) == f"riverside/fork.toml: {key}: {why}"


@pytest.mark.parametrize(("op", "value"), [("replace", ""), ("add", ""), ("remove", '"x"')])
def test_patch_when_its_value_does_not_fit_what_it_does_then_it_is_refused(
    tmp_path: Path, op: str, value: str
) -> None:
    with pytest.raises(DataFileError, match=r"^riverside/fork.toml: patch.0: .*replace and add have a value"):
        forked(tmp_path, patch(op, "short_name", value))


def test_patch_when_it_says_before_what_a_text_is_replaced_then_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"^riverside/fork.toml: patch.0: .*before is for add$"):
        forked(tmp_path, patch("replace", "short_name", '"Ours"', before="name"))


def test_library_when_forked_then_what_a_fork_keeps_saying_is_said() -> None:
    said = {words: sum(words in repr(one) for one in loader.therapies()) for words in KEPT_WORDS}
    assert said == dict.fromkeys(KEPT_WORDS, 5)


def test_library_when_searched_then_shipped_folders_hold_no_fork() -> None:
    assert list(LIBRARY.glob("*/fork.toml")) == []


def test_fork_when_it_adds_a_field_then_those_there_are_seen_by_whom_they_were(tmp_path: Path) -> None:
    field = '{ label = "Which sound was there?", type = "text", sight = "private" }'
    made = forked(tmp_path, patch("add", "exercises.cbt.five_parts.fields.sound", field))
    before = {item.slug: item.sight for item in therapy("cbt").exercises["cbt.five_parts"].fields}
    assert {item.slug: item.sight for item in made.exercises["cbt.five_parts"].fields} == before | {
        "sound": Sight.PRIVATE
    }


def test_example_in_the_documents_when_read_then_it_is_a_fork_that_can_be_made(tmp_path: Path) -> None:
    document = (ROOT / "docs" / "protocols.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(slug = .*?)```", document, re.DOTALL)
    assert example is not None
    (tmp_path / "riverside").mkdir()
    (tmp_path / "riverside" / "fork.toml").write_text(example[1], encoding="utf-8")
    made = loader.forked(tmp_path / "riverside", loader.all_protocols())
    assert made.sessions["cbt-02"].practice[0].exercise == "riverside.sounds"
