"""What was agreed, decided and looked at on the side of the infusions, as plain facts of a history."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from holdfast.pathway.dated import Dated, passed, until


@dataclass(frozen=True)
class SpacingFact(Dated):
    """A decision on the spacing of infusions: hold, stretch, bring_forward or stop."""

    at: datetime
    choice: str


@dataclass(frozen=True)
class InfusionDecisionFact(Dated):
    """Something decided about the newest course of infusions: hold, go_on, stop, maintenance, review or booster."""

    at: datetime
    kind: str
    value: str


@dataclass(frozen=True)
class ConsentFact(Dated):
    """Consent to the treatment of the newest course, given until a day or taken back."""

    at: datetime
    given: bool
    expires_on: date | None


@dataclass(frozen=True)
class InfusionCare(Dated):
    """What was agreed, decided and looked at on the side of the infusions, oldest first.

    `key` and `begun_at` are of the newest course: what it is known by and when it was agreed; empty without one.
    `staging_lacks` names what the staging of resistance still needs.
    """

    key: str = ""
    treatment: str = ""
    begun_at: datetime | None = None
    spacings: tuple[SpacingFact, ...] = ()
    decisions: tuple[InfusionDecisionFact, ...] = ()
    consents: tuple[ConsentFact, ...] = ()
    reviewed_at: tuple[datetime, ...] = ()
    staging_lacks: tuple[str, ...] = ()

    def as_of(self, at: datetime) -> "InfusionCare":
        """What was known at `at`; what the staging lacks is known only as of now."""
        return replace(
            self,
            begun_at=passed(self.begun_at, at),
            spacings=until(at, self.spacings, "at"),
            decisions=until(at, self.decisions, "at"),
            consents=until(at, self.consents, "at"),
            reviewed_at=tuple(sorted(moment for moment in self.reviewed_at if moment <= at)),
        )

    @property
    def stopped_at(self) -> datetime | None:
        """When infusions were stopped by decision; None while they may go on."""
        ways = [
            (one.at, one.kind)
            for one in self.decisions
            if one.kind in {"stop", "go_on", "booster", "maintenance"}
        ]
        ways += [(one.at, "stop" if one.choice == "stop" else "go_on") for one in self.spacings]
        # Of two at the same moment the one recorded later holds, as in `infusion_plan.standing`.
        at, kind = max(reversed(ways), key=lambda one: one[0], default=(None, ""))
        return at if kind == "stop" else None


NO_INFUSION_CARE = InfusionCare()
"""Nothing agreed and nothing decided."""
