"""The infusion side of the synthetic clinic: what was tried, consent, orders, bookings, and a day that is under way."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from holdfast.care import (
    backlog,
    chairs,
    consents,
    drug_register,
    eligibility,
    infusion_bookings,
    infusion_courses,
    orders,
    outlooks,
    resistance,
    safety_reviews,
    spacing,
    weights,
)
from holdfast.instruments.loader import load
from holdfast.instruments.scoring import score
from holdfast.jobs.demo_day import LOT, VISITS, Played, Scene
from holdfast.jobs.demo_people import ZONE, Person
from holdfast.jobs.demo_therapy import Step, Team
from holdfast.protocols.loader import infusions
from holdfast.records.queries import patient

VEIN: Final = "ketamine_iv"
SPRAY: Final = "esketamine_nasal"
CHAIRS: Final = ("Chair 1", "Chair 2", "Chair 3", "Chair 4", "Room B")
SPRAY_LOT: Final = "S25-031"
STOCKED: Final = timedelta(days=30)

TRIED: Final[tuple[tuple[str, str, str, int, str], ...]] = (
    ("sertraline", "150", "10", 10, "no_effect"),
    ("venlafaxine", "225", "8", 20, "no_effect"),
    ("mirtazapine", "30", "7", 15, "side_effects"),
    ("escitalopram", "20", "12", 0, "no_effect"),
    ("amitriptyline", "100", "5", 30, "side_effects"),
    ("bupropion", "300", "9", 10, "no_effect"),
)
"""Antidepressants that people of the demo have tried: drug, mg a day, weeks, percent better, why it was stopped."""

SEVERITY: Final = ("moderate", "severe", "severe", "moderate", "mild")
UNSTAGED: Final = "D-005"
"""Whose first infusion is booked before anyone asked how severe the episode is."""

ENDING_CONSENT: Final = "D-016"
"""Whose consent ends within the days in which it is called up."""

PREPARED: Final = (
    "D-001", "D-004", "D-005", "D-006", "D-007", "D-008", "D-009", "D-010", "D-011", "D-012", "D-013", "D-014", "D-015",
    "D-016", "D-017", "D-018", "D-020", "D-023", "D-028",
)  # fmt: skip
"""Those whose papers for infusions are on record, from the first assessment on."""

SPACED: Final[Mapping[str, tuple[tuple[int, str, int, str], ...]]] = {
    "D-014": (
        (6, "stretch", 14, "Steady since the fourth infusion; two weeks apart, check-in each week"),
        (7, "hold", 14, "Holds well; nothing speaks for another change yet"),
    ),
    "D-023": ((7, "hold", 21, "Skills group goes well; three weeks apart suits her"),),
}
"""Decisions on spacing by person: after which infusion, what, days, why."""

SAFETY_REVIEW: Final = "D-023"
"""Who has had a safety review of a long course; D-028 is due for one."""

AHEAD: Final = (
    ("D-004", 3, "okoro", "Chair 1"),
    ("D-005", 4, "adeyemi", "Chair 2"),
    ("D-011", 5, "okoro", "Chair 3"),
)
"""Bookings of the next days: who, in how many days, nurse, chair."""


class InfusionSteps:
    """What the infusion side left in the record, as steps to be taken in the order of time."""

    def __init__(self, team: Team, *, at: datetime) -> None:
        self.team, self.at = team, at
        self.chairs: dict[str, int] = {}
        self.courses: dict[str, int] = {}
        self.bookings: dict[str, uuid.UUID] = {}

    def steps(self) -> Iterator[Step]:
        """What belongs to the clinic: chairs and stock."""
        yield self.at - STOCKED, self._stock

    def steps_of(self, person: Person) -> Iterator[Step]:
        """Everything of one person."""
        if person.code not in PREPARED:
            return
        place = PREPARED.index(person.code)
        began = person.started_at + timedelta(hours=3)
        yield began, partial(self._tell, person, place)
        yield began + timedelta(minutes=20), partial(self._agree, person)
        for number, choice, days, why in SPACED.get(person.code, ()):
            after_it = person.given[number - 1].at + timedelta(days=2)
            yield after_it, partial(self._space, person.code, choice, days, why)
        if person.code == SAFETY_REVIEW:
            yield person.given[-1].at + timedelta(days=3), partial(self._review, person.code)
        for scene in VISITS:
            if scene.code == person.code:
                yield from self._of_visit(person, scene)
        for code, days, nurse, chair in AHEAD:
            if code == person.code:
                yield self.at - timedelta(days=1), partial(self._order, person)
                starts_at = self._at_ten(days)
                yield self.at - timedelta(hours=23), partial(self._book, code, starts_at, nurse, chair)

    def _of_visit(self, person: Person, scene: Scene) -> Iterator[Step]:
        starts_at = self.at + timedelta(minutes=scene.starts_in)
        yield self.at - timedelta(days=3), partial(self._order, person)
        yield (
            self.at - timedelta(days=2),
            partial(self._book, scene.code, starts_at, scene.nurse, scene.chair),
        )
        yield starts_at - timedelta(hours=4), partial(self._asked, person)
        nurse, witness = self.team.members[scene.nurse], self.team.members["okoro"]
        played = Played(
            self.bookings, scene.code, partial(self.episode, scene.code), nurse, witness, starts_at
        )
        yield from played.steps(scene.far)

    def _stock(self, at: datetime) -> None:
        by, witness = self.team.members["okoro"], self.team.members["adeyemi"]
        for name in CHAIRS:
            self.chairs[name] = chairs.open_chair(name, by=by, at=at)
        for treatment, lot, mg in ((VEIN, LOT, "5000"), (SPRAY, SPRAY_LOT, "1680")):
            drug_register.receive(
                treatment=treatment, lot=lot, expires_on=(at + timedelta(days=500)).date(), amount_mg=Decimal(mg),
                witness=witness, happened_at=at, by=by, at=at,
            )  # fmt: skip

    def _tell(self, person: Person, place: int, at: datetime) -> None:
        """What was tried, and how long and severe the episode is."""
        by, episode_id = self.team.members["lind"], self.episode(person.code)
        for drug, mg, weeks, better, stopped in (
            TRIED[place % 6],
            TRIED[(place + 1) % 6],
            TRIED[(place + 3) % 6],
        ):
            resistance.record_drug(
                episode_id, drug=drug, dose_mg=Decimal(mg), weeks=Decimal(weeks), improvement_percent=better,
                stopped=stopped, augmented_with="lithium" if place % 5 == 1 and drug == TRIED[place % 6][0] else "",
                by=by, at=at,
            )  # fmt: skip
        resistance.record_other(
            episode_id,
            kind="psychotherapy",
            detail="CBT",
            sessions=8 + place,
            improvement_percent=20,
            by=by,
            at=at,
        )
        resistance.record_history(
            episode_id, months=8 + 5 * (place % 6),
            severity="" if person.code == UNSTAGED else SEVERITY[place % len(SEVERITY)],
            suicide_history="None known", medicines="Sertraline 100 mg", may_be_pregnant=False, by=by, at=at,
        )  # fmt: skip

    def _agree(self, person: Person, at: datetime) -> None:
        """Eligibility, consent, weight and the course."""
        by, episode_id, treatment = (
            self.team.members["lind"],
            self.episode(person.code),
            self._treatment(person.code),
        )
        found = {one.slug: "absent" for one in infusions(treatment).criteria}
        if person.code == "D-014":
            found["breathing"] = "present"
        eligibility.review(
            episode_id, treatment=treatment, found=found, note="Sleep apnoea treated, machine at home" if "present" in
            found.values() else "", happened_at=at, by=by, at=at,
        )  # fmt: skip
        ends = (self.at + timedelta(days=9)).date() if person.code == ENDING_CONSENT else None
        consents.sign(
            episode_id,
            treatment=treatment,
            form_version="2026-01",
            expires_on=ends,
            happened_at=at,
            by=by,
            at=at,
        )
        self._weigh(person, at)
        schedule = "label" if treatment == SPRAY else "twice_weekly"
        self.courses[person.code] = infusion_courses.begin(
            episode_id, treatment=treatment, schedule=schedule, happened_at=at, by=by, at=at
        )
        if person.code in {"D-014", "D-023", "D-028"}:
            infusion_courses.decide(
                self.courses[person.code], kind="maintenance", value="two_weekly",
                reason="Response after six; a pattern to begin with, spacing decided each time", happened_at=at,
                by=by, at=at,
            )  # fmt: skip

    def _order(self, person: Person, at: datetime) -> None:
        """A fresh weight and the order that rests on it."""
        by, treatment = self.team.members["lind"], self._treatment(person.code)
        self._weigh(person, at)
        dosing: dict[str, object] = (
            {"basis": "fixed", "dose_mg": Decimal(56)}
            if treatment == SPRAY
            else {
                "basis": "actual_weight", "dose_mg_per_kg": Decimal("0.5"), "minutes": 40,
                "vial_mg_per_ml": Decimal(10), "diluted_to_ml": Decimal(50),
            }
        )  # fmt: skip
        orders.sign(self.courses[person.code], **dosing, by=by, at=at)  # type: ignore[arg-type]

    def _weigh(self, person: Person, at: datetime) -> None:
        kg = person.given[-1].weight_kg if person.given else Decimal("71.4")
        weights.record(
            self.episode(person.code), weight_kg=kg, height_cm=Decimal(172), happened_at=at, sure=True,
            by=self.team.members["okoro"], at=at,
        )  # fmt: skip

    def _book(self, code: str, starts_at: datetime, nurse: str, chair: str, at: datetime) -> None:
        self.bookings[code] = infusion_bookings.book(
            self.courses[code], starts_at=starts_at, chair_id=self.chairs[chair],
            nurse_id=self.team.members[nurse].account_id, by=self.team.members["okoro"], at=at,
        )  # fmt: skip

    def _asked(self, person: Person, at: datetime) -> None:
        """The check-in before an infusion, on paper: the same as the last, so that the stage is what the story says."""
        whole = [
            score(load("phq9"), one.answers).total
            for one in person.answered
            if one.instrument == "phq9" and one.answers is not None
        ]
        total = next(total for total in reversed(whole) if total is not None)
        backlog.check_in(
            self.team.episodes[person.code], "phq9", total=total, happened_at=at, arrived="on_time",
            by=self.team.members["okoro"], at=at,
        )  # fmt: skip

    def _space(self, code: str, choice: str, days: int, reason: str, at: datetime) -> None:
        by, episode_id = self.team.members["lind"], self.episode(code)
        outlooks.refresh(episode_id, at=at)
        shown = patient.outlook(by, episode_id)
        spacing.decide(
            self.courses[code], choice=choice, days=days, reason=reason,
            outlook_id=shown.outlook_id if shown else None, by=by, at=at,
        )  # fmt: skip

    def _review(self, code: str, at: datetime) -> None:
        topics = infusions(VEIN).review_topics
        safety_reviews.record(
            self.episode(code), treatment=VEIN,
            findings={one.slug: {"found": "none", "note": ""} for one in topics}, action="",
            happened_at=at, by=self.team.members["lind"], at=at,
        )  # fmt: skip

    def _at_ten(self, days: int) -> datetime:
        day: date = self.at.astimezone(ZONE).date() + timedelta(days=days)
        return datetime(day.year, day.month, day.day, 10, tzinfo=ZONE)

    def episode(self, code: str) -> int:
        """The id of the person's episode."""
        return int(self.team.episodes[code].pk)

    def _treatment(self, code: str) -> str:
        return SPRAY if code == "D-006" else VEIN
