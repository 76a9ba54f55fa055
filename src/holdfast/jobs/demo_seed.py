"""Makes the synthetic clinic: its staff, and everything its people went through, by the verbs a clinic uses."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import click
from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher
from django.db import transaction

from holdfast.access import Role, Viewer
from holdfast.care import accounts, alerts, audit, backlog, outlooks, patients, suggestions
from holdfast.jobs import demo_people
from holdfast.jobs.demo_content import content
from holdfast.jobs.demo_group import GroupSteps
from holdfast.jobs.demo_infusions import InfusionSteps
from holdfast.jobs.demo_people import Answered, Given, Person
from holdfast.jobs.demo_therapy import Step, Team, TherapySteps, log_in_name
from holdfast.records.queries import alerts as alert_rows
from holdfast.records.queries import clinic as clinics
from holdfast.records.queries import operation, patient, scope

SLUG = "holdfast-demo"
NAME = "Holdfast demo clinic"
ADA = "D-001"
STAFF = (
    ("bell", "Dr Bell", Role.THERAPIST),
    ("okoro", "Nurse Okoro", Role.NURSE),
    ("adeyemi", "Nurse Adeyemi", Role.NURSE),
    ("marsh", "Nurse Marsh", Role.NURSE),
    ("lind", "Dr Lind", Role.PRESCRIBER),
    ("osei", "Dr Osei", Role.PRESCRIBER),
    ("mo", "Mo Haddad", Role.LEAD),
    ("sam", "Sam Reed", Role.ADMINISTRATOR),
)
OPEN_FOR = timedelta(days=400)
"""How long before today the clinic seems to have been opened: longer than its longest course."""

ANSWERED_WITHIN = timedelta(minutes=35)
ANSWERS_TO_ALERTS = (
    "Called: passing thoughts, no plan, safe tonight; seen tomorrow",
    "Spoke with them at the clinic; went through the staying-safe plan together",
    "Called, then spoke with their sister with their consent; next contact tomorrow morning",
)
DECISIONS = {
    "D-014": (True, "Agreed with them this morning"),
    "D-023": (False, "Away this week; taken up at the next visit"),
    "D-025": (True, ""),
    "D-028": (False, "Already discussed at the team meeting"),
    "D-037": (True, "Appointment made for Thursday"),
}
"""Who decided on a next step yesterday: accepted or not, and the reason given."""

LOOKED_IN_EVERY = timedelta(days=14)
LOG_INS_SINCE = timedelta(days=33)
"""How long ago more patients got a log-in; Ada, the first, had hers from her first day."""

_CHEAP_ITERATIONS = 1_000


def seed(people: Sequence[Person], *, at: datetime) -> None:
    """Make the clinic as if it had been at work up to `at`: every step in the order of time, all or nothing."""
    with _quietly(), _cheap_hashes(), transaction.atomic():
        seeding = _Seeding(_open_clinic(at=at - OPEN_FOR, today=at), at=at)
        steps = sorted(
            (
                *(step for person in people for step in seeding.steps(person)),
                *seeding.group.steps(),
                *seeding.infusions.steps(),
            ),
            key=lambda step: step[0],
        )
        with click.progressbar(steps, label=f"      {len(steps)} entries") as bar:
            for moment, take in bar:
                take(moment)
        with click.progressbar(seeding.team.episodes.values(), label="      outlooks") as bar:
            for episode in bar:
                outlooks.refresh(episode.pk, at=at)
        operator = accounts.operator(seeding.team.clinic_id)
        audit.note(
            operation.MADE_SYNTHETIC, subject="clinic", subject_id=operator.clinic_id, by=operator, at=at
        )


class _Seeding:
    """What every person went through, as steps to be taken in the order of time."""

    def __init__(self, team: Team, *, at: datetime) -> None:
        self.team, self.at = team, at
        self.therapy, self.group = TherapySteps(team, at=at), GroupSteps(team, at=at)
        self.infusions = InfusionSteps(team, at=at)

    def steps(self, person: Person) -> Iterator[Step]:
        """The person's whole course."""
        yield person.started_at, partial(self._enrol, person)
        if person.code in content().people and person.code != ADA:
            yield max(person.started_at, self.at - LOG_INS_SINCE), partial(self._open_log_in, person)
        if person.story.assessed:
            yield person.started_at + timedelta(hours=2), partial(self._assess, person)
        for answered in person.answered:
            yield answered.recorded_at, partial(self._check_in, person, answered)
            if answered.marked and not answered.waits:
                soon = min(answered.recorded_at + ANSWERED_WITHIN, self.at)
                yield soon, partial(self._answer_alert, person, answered)
        for given in person.given:
            yield given.at, partial(self._infuse, person, given)
        yield from self.therapy.steps(person)
        yield from self.infusions.steps_of(person)
        for moment in _look_ins(person.started_at, self.at):
            yield moment, partial(self._look_in, person)
        if person.code in DECISIONS:
            yield self.at - timedelta(hours=24), partial(self._decide, person)
        if person.story.closed_because:
            yield self.at - timedelta(hours=20), partial(self._close, person)

    def _enrol(self, person: Person, at: datetime) -> None:
        by = self.team.members["okoro"]
        episode_id = patients.enrol(
            code=person.code,
            name=person.name,
            born_on=person.born_on,
            started_at=person.started_at,
            by=by,
            at=at,
        )
        self.team.episodes[person.code] = scope.episode(by, episode_id)
        if person.code == ADA:
            self._open_log_in(person, at)

    def _open_log_in(self, person: Person, at: datetime) -> None:
        _open_account(self.team, log_in_name(person), person.name, Role.PATIENT, code=person.code, at=at)

    def _assess(self, person: Person, at: datetime) -> None:
        patients.assess(
            self.team.episodes[person.code].pk,
            treatment_resistant=True,
            happened_at=at,
            by=self.team.members["lind"],
            at=at,
        )

    def _check_in(self, person: Person, answered: Answered, at: datetime) -> None:
        backlog.check_in(
            self.team.episodes[person.code],
            answered.instrument,
            answers=answered.answers,
            total=answered.total,
            happened_at=answered.at,
            arrived=answered.arrived,
            by=self._who_enters(person, answered),
            at=at,
        )

    def _who_enters(self, person: Person, answered: Answered) -> Viewer:
        """Who has a log-in answers on a phone; for everyone else the nurse enters the paper form."""
        if answered.answers is None:
            return self.team.members["lind"]
        return self.team.patient(person) or self.team.members["okoro"]

    def _answer_alert(self, person: Person, answered: Answered, at: datetime) -> None:
        by = self.team.members["bell"]
        words = ANSWERS_TO_ALERTS[at.toordinal() % len(ANSWERS_TO_ALERTS)]
        for row in alert_rows.waiting_of(by, self.team.episodes[person.code].pk):
            if row.raised_at == answered.recorded_at:
                alerts.acknowledge(row.alert_id, action=words, by=by, at=at)

    def _infuse(self, person: Person, given: Given, at: datetime) -> None:
        backlog.infusion(
            self.team.episodes[person.code],
            dose_mg=given.dose_mg,
            weight_kg=given.weight_kg,
            happened_at=given.at,
            by=self.team.members["okoro"],
            at=at,
        )

    def _look_in(self, person: Person, at: datetime) -> None:
        """The outlook as a clinician would have seen it then, so that there is something to judge it by now."""
        outlooks.refresh(self.team.episodes[person.code].pk, at=at)

    def _decide(self, person: Person, at: datetime) -> None:
        """On the most urgent next step that can be declined, as it was shown at that moment."""
        by, episode_id = self.team.members["bell"], self.team.episodes[person.code].pk
        outlooks.refresh(episode_id, at=at)
        shown = patient.outlook(by, episode_id)
        chosen = next((s for s in shown.suggestions if s.can_be_declined), None) if shown else None
        accepted, reason = DECISIONS[person.code]
        if shown and chosen:
            suggestions.decide(
                shown.outlook_id, chosen.digest, accepted=accepted, reason=reason, by=by, at=at
            )

    def _close(self, person: Person, at: datetime) -> None:
        patients.close(
            self.team.episodes[person.code].pk,
            reason=person.story.closed_because,
            by=self.team.members["bell"],
            at=at,
        )


def _look_ins(started_at: datetime, at: datetime) -> Iterator[datetime]:
    """When someone opened the record: a week after the start, and then every other week."""
    moment = started_at + LOOKED_IN_EVERY / 2
    while moment < at - LOOKED_IN_EVERY / 2:
        yield moment
        moment += LOOKED_IN_EVERY


def _open_clinic(*, at: datetime, today: datetime) -> Team:
    contact = {
        "label": "Demo crisis line (made up: it cannot be rung)",
        "phone": "0000 000 0000",
        "text": "",
        "hours": "never: nobody is behind this demonstration",
        "verified_on": today.date().isoformat(),
    }
    zone = demo_people.ZONE.key
    clinic_id = accounts.open_clinic(
        slug=SLUG, name=NAME, zone=zone, at=at, is_demo=True, crisis_contacts=[contact]
    )
    team = Team(clinic_id)
    for username, name, role in STAFF:
        _open_account(team, username, name, role, at=at)
    accounts.name_alert_owners(
        owner="bell", backup="okoro", lead="mo", by=accounts.operator(clinic_id), at=at
    )
    return team


def _open_account(team: Team, username: str, name: str, role: Role, *, code: str = "", at: datetime) -> None:
    operator = accounts.operator(team.clinic_id)
    team.members[username] = accounts.open_account(
        username=username,
        name=name,
        role=role,
        clinic_id=team.clinic_id,
        password=accounts.DEMO_PASSWORD,
        patient_id=clinics.patient_without_account(operator, code) if code else None,
        by=operator,
        at=at,
    )


@contextmanager
def _quietly() -> Iterator[None]:
    """Without a line in the log for every old alert whose synthetic owner has no mail address."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


@contextmanager
def _cheap_hashes() -> Iterator[None]:
    """Quick hashes: this password is printed on the log-in page. Django makes them slow again at the first log-in."""
    hasher = get_hasher()
    if not isinstance(hasher, PBKDF2PasswordHasher):
        yield
        return
    usual, hasher.iterations = hasher.iterations, _CHEAP_ITERATIONS
    try:
        yield
    finally:
        hasher.iterations = usual
