"""The pages about therapies: one for each, whole, as those who sign it read it; what all share; and their list."""

from collections.abc import Iterator, Mapping

from holdfast.protocols.loader import SHARED, therapies
from holdfast.protocols.model import Status, Threshold
from holdfast.protocols.therapy import Curriculum, Playbook, Therapy
from holdfast.protocols.track import TherapyPhase, Track
from tools import exercise_parts, session_parts
from tools.markdown import bullets, joined, page, prose, table, titled

LIBRARY = "src/holdfast/protocols/library"


def pages() -> Mapping[str, str]:
    """Every page by its name below docs/reference."""
    return {
        "therapies": _list(),
        "therapies/shared": _shared(),
        **{f"therapies/{plan.slug}": _therapy(plan) for plan in therapies()},
    }


def _list() -> str:
    rows = [
        [
            f"[{plan.name}](therapies/{plan.slug}.md)",
            plan.version,
            _standing(plan),
            "; ".join(track.name for track in plan.tracks),
            str(len(plan.sessions)),
            str(len(_own(plan))),
        ]
        for plan in therapies()
    ]
    return page(
        "Therapies",
        LIBRARY,
        prose(
            "Each page is the whole of a therapy as it is carried: sessions, exercises, numbers and their sources. "
            "What all of them share stands on [a page of its own](therapies/shared.md). How a clinic makes its own: "
            "[protocols](../protocols.md)."
        ),
        table(["therapy", "version", "standing", "tracks", "sessions", "exercises of its own"], rows),
    )


def _standing(plan: Therapy) -> str:
    if plan.status is Status.DRAFT:
        return f"draft, {len(plan.sign_offs) or 'no'} sign-off{'' if len(plan.sign_offs) == 1 else 's'}"
    return plan.status.value


def _own(plan: Therapy) -> list[str]:
    return [name for name in plan.exercises if not name.startswith("shared.")]


def _shared() -> str:
    plan = therapies()[0]
    shared = [one for name, one in plan.exercises.items() if name.startswith("shared.")]
    return page(
        "What every therapy shares",
        f"{LIBRARY}/{SHARED.name}",
        titled(
            "## Gates",
            prose(
                "An answer that calls for someone opens a gate. What it calls for is the same in every therapy."
            ),
            exercise_parts.gates(),
        ),
        titled("## Exercises", *map(exercise_parts.section, shared)),
    )


def _therapy(plan: Therapy) -> str:
    return page(
        plan.name,
        f"{LIBRARY}/{plan.slug}",
        bullets(_head(plan)),
        titled("## What patients read first", prose(plan.patient_card)),
        titled("## Evidence and grounding", prose(plan.evidence), prose(plan.grounding)),
        _suits(plan),
        titled("## Roles", bullets(_roles(plan))),
        titled("## Tracks", *(_track(plan, one) for one in plan.tracks)),
        titled(
            "## Sessions", *(session_parts.section(plan, plan.sessions[slug]) for slug in _in_order(plan))
        ),
        titled("## The group's curriculum", _curriculum(plan, plan.curriculum) if plan.curriculum else ""),
        titled("## Focus areas", *(_playbook(plan, one) for one in plan.playbooks)),
        titled("## Topics to choose from", bullets(_electives(plan))),
        titled(
            "## Exercises",
            prose("Besides its own, a therapy has [those that every therapy shares](shared.md)."),
            *(exercise_parts.section(plan.exercises[name]) for name in _own(plan)),
        ),
        _course(plan),
        titled("## Adaptations", bullets(f"**{one.to}**: {one.how}" for one in plan.adaptations)),
        titled("## Reminders to the therapist", bullets(plan.prompts), bullets(plan.arc)),
        titled("## Sources", bullets(plan.sources)),
        titled("## Copyright", prose(plan.copyright)),
    )


def _head(plan: Therapy) -> Iterator[str]:
    yield f"Short name {plan.short_name}, slug `{plan.slug}`, version {plan.version}, from {plan.effective}"
    yield f"Standing: **{plan.status.value}**"
    for one in plan.sign_offs:
        trained = ", trained in it" if one.trained_in_it else ""
        yield f"Signed by {one.name}, {one.profession}, {one.on}{trained}"
    if not plan.sign_offs:
        yield "Signed by: nobody. Two sign-offs are needed, one by someone trained in this therapy"
    yield f"Formats: {', '.join(plan.formats)}. Held: {_plain(', '.join(plan.channels))}"
    if plan.preparation:
        yield f"Begins with: {plan.sessions[plan.preparation].title} (`{plan.preparation}`)"


def _suits(plan: Therapy) -> str:
    suits = plan.eligibility
    return joined(
        titled("## Whom it suits", bullets(suits.consider_when)),
        titled("### With caution", bullets(f"{one.when}: {one.do}" for one in suits.caution)),
        titled("### Not for now", bullets(f"{one.when}: {one.do}" for one in suits.not_now)),
        titled("### When to think of switching", bullets(plan.switch_when)),
    )


def _roles(plan: Therapy) -> Iterator[str]:
    for one in plan.roles:
        training = f" ({one.training})" if one.training else ""
        yield f"**{_plain(one.slug)}**{'' if one.required else ', if wanted'}: {one.does}{training}"


def _track(plan: Therapy, track: Track) -> str:
    return joined(
        f"### {track.name} (`{track.slug}`)",
        prose(track.about),
        bullets(_conditions(plan, track)),
        table(
            ["phase", "kind", "goals", "days apart", "sessions"],
            [
                [one.name, one.kind.value, "; ".join(one.goals), _pace(one), _supply(one)]
                for one in track.phases
            ],
        ),
    )


def _conditions(plan: Therapy, track: Track) -> Iterator[str]:
    first, last = track.ages
    yield f"Ages {first} and over" if last is None else f"Ages {first} to {last}"
    if track.only_if:
        yield f"Only if: {track.only_if}"
    if track.runs_with:
        yield f"Runs with: {', '.join(plan.track(one).name for one in track.runs_with)}"
    half_way = track.half_way
    if half_way is not None and half_way.sessions:
        yield f"Half-way after {half_way.sessions} sessions"
    if half_way is not None and half_way.reviews:
        yield f"Half-way after {half_way.reviews} reviews"
    yield f"Complete after {plan.enough(track)} {'weeks' if track.rolling else 'sessions'} at least"


def _in_order(plan: Therapy) -> dict[str, None]:
    """The slugs of the sessions: the preparation, then each as it first comes in a track."""
    held = (slug for track in plan.tracks for phase in track.phases for slug in phase.outlines)
    return dict.fromkeys([*([plan.preparation] if plan.preparation else []), *held])


def _pace(phase: TherapyPhase) -> str:
    words = f"{phase.days_apart:g}"
    if phase.days_apart_without_relief is not None:
        words = f"{words}; without relief {phase.days_apart_without_relief:g}"
    if phase.days_after_end:
        words = f"{words}; on day {', '.join(map(str, phase.days_after_end))} after the end"
    return words


_UNTIL: Mapping[str, str] = {
    "plan_ending": "a review plans the ending",
    "end_date": "the day set as the last",
}


def _supply(phase: TherapyPhase) -> str:
    """Where the sessions of a phase come from."""
    before = f"; `{phase.before_break}` before a break" if phase.before_break else ""
    if phase.sequence is not None:
        slots = (f"`{one.outline}`{f' {one.times} times' if one.times > 1 else ''}" for one in phase.sequence)
        return f"{', '.join(slots)}{before}"
    if phase.loop is None:
        return "the weeks of the group's curriculum"
    loop = phase.loop
    count = (
        f"{loop.most} times at most" if loop.most else f"again and again, until {_UNTIL[loop.ends_by or '']}"
    )
    least = f", {loop.fewest} at least" if loop.fewest else ""
    after = [f"{loop.review_sessions} sessions"] if loop.review_sessions else []
    after += [f"{loop.review_days} days"] if loop.review_days else []
    review = f"; `{loop.review}` after {' or '.join(after)}" if loop.review else ""
    return f"`{loop.template}` {count}{least}{review}{before}"


def _curriculum(plan: Therapy, group: Curriculum) -> str:
    weeks = [
        [
            str(one.week),
            group.modules[one.module],
            one.title,
            one.staff_name,
            one.idea,
            plan.exercises[one.practice].title,
        ]
        for one in group.weeks
    ]
    told = (
        joined(
            f"### Week {one.week}: {one.title}",
            bullets(one.summary.splitlines()),
            session_parts.notes(one.script),
        )
        for one in group.weeks
    )
    return joined(
        bullets(
            [
                f"{group.minutes} minutes a week, {group.members[0]} to {group.members[1]} members",
                f"People join in weeks {', '.join(map(str, group.join_weeks))}; at most {group.new_at_once} at once",
                f"Enough to be complete: {group.enough_weeks} weeks",
                *(
                    [f"The shorter selection: weeks {', '.join(map(str, group.light))}"]
                    if group.light
                    else []
                ),
            ]
        ),
        session_parts.agenda(plan, group.agenda),
        titled("### Rules of the group", bullets(group.rules)),
        titled(
            "### Week by week",
            table(["week", "set of skills", "skill", "what staff call it", "idea", "practice"], weeks),
        ),
        *told,
    )


def _playbook(plan: Therapy, book: Playbook) -> str:
    return joined(
        f"### {book.title} (`{book.slug}`)",
        prose(f"Exercise: {plan.exercises[book.exercise].title}. {book.caution}"),
        table(
            ["sessions", "what is done"], [[_numbers(one.first, one.last), one.text] for one in book.steps]
        ),
    )


def _numbers(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _electives(plan: Therapy) -> Iterator[str]:
    for one in plan.electives:
        yield f"**{one.title}**: {one.content}{f' Caution: {one.caution}' if one.caution else ''}"


def _course(plan: Therapy) -> str:
    """The rules around the sessions: when the first is held, missed sessions, half-way, completion, going on."""
    first, done, further = plan.first_session, plan.completion, plan.continuation
    numbers: dict[str, Threshold] = {
        "First session, earliest after the infusion that brought relief": first.earliest_after_infusion,
        "First session, latest after that infusion": first.latest_after_infusion,
        "First session, latest after the last infusion of the course": first.latest_after_course,
        **({"Half-way, least fall": plan.half_way.least_fall} if plan.half_way else {}),
        **{_plain(name).capitalize(): one for name, one in plan.thresholds.items()},
    }
    return joined(
        titled(
            "## Numbers that decide",
            table(
                ["what", "value", "source"], [[name, one.words, one.cited] for name, one in numbers.items()]
            ),
            prose(f"Without relief: {first.without_relief}"),
        ),
        titled(
            "## After missed sessions",
            table(
                ["missed in a row", "what is done", "never"],
                [[str(one.missed), one.do, one.never] for one in plan.attendance],
            ),
        ),
        titled(
            "## Completion",
            bullets(
                [
                    f"{done.remission_readings} scores in remission over {done.over_weeks} weeks (site default)",
                    f"The plan is finished: {plan.exercises[done.plan].title}",
                    *done.besides,
                    f"Otherwise: {done.otherwise}",
                ]
            ),
        ),
        titled(
            "## Going on",
            prose(
                f"{further.sessions} sessions over {further.months} months, for: {further.whom}. "
                f"Source: {further.source}"
            )
            if further
            else "",
        ),
    )


def _plain(slug: str) -> str:
    return slug.replace("_", " ")
