"""Whether a treatment may be given as things stand: what speaks against it, consent, and the weight it is dosed by.

Days are those of the clinic's calendar: what holds until a day holds until its midnight there.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from holdfast.pathway.limits import SiteLimits
from holdfast.pathway.weighing import body_mass_index
from holdfast.protocols.infusion import Criterion


class Answer(StrEnum):
    """What was found about one criterion. Nobody chooses the last: it is what a review says nothing about."""

    ABSENT = "absent"
    PRESENT = "present"
    NOT_KNOWN = "not_known"
    NOT_LOOKED_AT = "not_looked_at"


ANSWERS = (Answer.ABSENT, Answer.PRESENT, Answer.NOT_KNOWN)
"""The answers a review may give."""


class Verdict(StrEnum):
    """What a review comes to. Only the first lets the treatment begin or go on."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    CANNOT_TELL = "cannot_tell"


class ConsentState(StrEnum):
    """Where consent to a treatment stands; in date and expiring both hold."""

    NONE = "none"
    IN_DATE = "in_date"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True)
class Override:
    """A prescriber's signature under going on in spite of an exclusion."""

    criterion: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Review:
    """Criteria looked at: the answer of each by its slug."""

    uid: uuid.UUID
    at: datetime
    by: str
    found: Mapping[str, str]
    note: str = ""
    overrides: tuple[Override, ...] = ()

    def answer(self, criterion: str) -> Answer:
        """What was found about that criterion."""
        return Answer(self.found.get(criterion, Answer.NOT_LOOKED_AT))


@dataclass(frozen=True)
class Consent:
    """Consent given, or taken back or refused; `expires_on` is the last day it holds."""

    uid: uuid.UUID
    at: datetime
    by: str
    given: bool
    form_version: str = ""
    expires_on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Weight:
    """A weight, and the height where it was measured with it. `measure_id` is what an order names.

    **Units**: kg, cm.
    """

    measure_id: int
    uid: uuid.UUID
    at: datetime
    by: str
    weight_kg: Decimal
    height_cm: Decimal | None = None


@dataclass(frozen=True)
class Line:
    """One criterion of the treatment with what was found."""

    criterion: Criterion
    answer: Answer
    override: Override | None

    @property
    def excludes(self) -> bool:
        """Whether it is an exclusion that is present and nobody has signed for."""
        return self._exclusion and self.answer is Answer.PRESENT and self.override is None

    @property
    def is_open(self) -> bool:
        """Whether it is an exclusion of which nobody can say if it is there."""
        return self._exclusion and self.answer in (Answer.NOT_KNOWN, Answer.NOT_LOOKED_AT)

    @property
    def is_overridden(self) -> bool:
        """Whether it is an exclusion that is present and a prescriber has signed for."""
        return self._exclusion and self.answer is Answer.PRESENT and self.override is not None

    @property
    def cautions(self) -> bool:
        """Whether it is a caution to weigh: present, or nobody knows."""
        return not self._exclusion and self.answer is not Answer.ABSENT

    @property
    def _exclusion(self) -> bool:
        return self.criterion.kind == "exclusion"


@dataclass(frozen=True)
class Standing:
    """Where a person stands towards a treatment on `today`, a day of the clinic's calendar in `zone`.

    Review, consent and weight are the newest. `height_cm` is the newest that was measured, with whichever weight.
    """

    limits: SiteLimits
    zone: str
    today: date
    review: Review | None = None
    consent: Consent | None = None
    weight: Weight | None = None
    height_cm: Decimal | None = None

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every criterion of the treatment, in the protocol's order."""
        signed = {one.criterion: one for one in self.review.overrides} if self.review else {}
        return tuple(
            Line(
                criterion=one,
                answer=self.review.answer(one.slug) if self.review else Answer.NOT_LOOKED_AT,
                override=signed.get(one.slug),
            )
            for one in self.limits.protocol.criteria
        )

    @property
    def review_last_day(self) -> date | None:
        """Last day the review holds."""
        return self._last_day(self.review, "eligibility_valid_for")

    @property
    def review_in_date(self) -> bool:
        """Whether there is a review and it holds today."""
        return self._reached(self.review_last_day)

    @property
    def verdict(self) -> Verdict:
        """What the review comes to today."""
        lines = self.lines
        if any(one.excludes for one in lines):
            return Verdict.NOT_ELIGIBLE
        # H-026: what nobody looked at, or looked at too long ago, is never taken to be absent.
        if not self.review_in_date or any(one.is_open for one in lines):
            return Verdict.CANNOT_TELL
        return Verdict.ELIGIBLE

    @property
    def eligible(self) -> bool:
        """Whether nothing stands against the treatment today."""
        return self.verdict is Verdict.ELIGIBLE

    @property
    def consent_state(self) -> ConsentState:
        """Where consent stands today."""
        if self.consent is None:
            return ConsentState.NONE
        if not self.consent.given:
            return ConsentState.TAKEN_BACK
        if not self.consent_holds(self.today):
            return ConsentState.EXPIRED
        soon = self.today + self.limits.duration("consent_expiring_within")
        return ConsentState.IN_DATE if self.consent_holds(soon) else ConsentState.EXPIRING

    def consent_holds(self, on: date) -> bool:
        """Whether the consent given last holds on that day of the clinic's calendar."""
        if self.consent is None or not self.consent.given or self.consent.expires_on is None:
            return False
        return self.day_of(self.consent.at) <= on <= self.consent.expires_on

    @property
    def weight_last_day(self) -> date | None:
        """Last day the weight may be dosed by."""
        return self._last_day(self.weight, "weight_valid_for")

    @property
    def weight_in_date(self) -> bool:
        """Whether there is a weight fresh enough to dose by today."""
        return self._reached(self.weight_last_day)

    @property
    def body_mass_index(self) -> Decimal | None:
        """Of the newest weight and height. **Units**: kg/m²."""
        if self.weight is None or self.height_cm is None:
            return None
        return body_mass_index(self.weight.weight_kg, self.height_cm)

    def day_of(self, moment: datetime) -> date:
        """The day of the clinic's calendar a moment lies in."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def _last_day(self, fact: Review | Weight | None, name: str) -> date | None:
        return None if fact is None else self.day_of(fact.at) + self.limits.duration(name)

    def _reached(self, last_day: date | None) -> bool:
        return last_day is not None and self.today <= last_day
