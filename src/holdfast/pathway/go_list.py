"""Go or no-go on the day: the protocol's list judged line by line, with what to do and who may go on regardless."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from holdfast.access import Permission, Role
from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.infusion import GoCheck

ESCORT: Final = "escort"
"""Slug of the line that is answered by naming someone, with a number to reach them."""

PREGNANCY: Final = "may_be_pregnant"
"""The one condition a line may have (`only_if`)."""

SIGNED_WITH: Final[Mapping[Role, Permission]] = MappingProxyType(
    {Role.NURSE: Permission.RUN_INFUSION, Role.PRESCRIBER: Permission.ORDER_INFUSION}
)
"""What it takes to sign for a role: a prescriber may sign what a nurse may, never the other way round."""

YES, NO, NOT_KNOWN = "yes", "no", "not_known"
"""Answers of a line; not known never passes."""

SAID: Final[Mapping[str, str]] = MappingProxyType({YES: "yes", NO: "no", NOT_KNOWN: "not known"})
"""Each answer in words."""

AGREED: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {"fasting": (("no food for", "no_food_for"), ("no drink for", "no_drink_for"))}
)
"""What was agreed at a site, by the line that asks about it: words and the threshold they are about."""

_BETWEEN: Final = " · "


class State(StrEnum):
    """Where one line stands. `WEIGH`: neither passed nor failed until someone writes why they go on."""

    PASSED = "passed"
    FAILED = "failed"
    WEIGH = "weigh"
    OPEN = "open"
    NOT_NEEDED = "not needed"


class Verdict(StrEnum):
    """What the whole list says."""

    GO = "go"
    NOT_YET = "not yet"
    NO_GO = "no-go"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Escort:
    """Who takes someone home, and the number to reach them."""

    name: str
    phone: str

    @property
    def note(self) -> str:
        """Both as the answer of the line keeps them."""
        return f"{self.name}{_BETWEEN}{self.phone}"


@dataclass(frozen=True)
class Answer:
    """What was found at one line; `at` is when it was written down."""

    line: str
    answer: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Vitals:
    """The newest measurements before the drug. **Units**: mmHg, beats a minute, percent. `at`: written down."""

    systolic: int | None
    diastolic: int | None
    heart_rate: int | None
    oxygen: int | None
    at: datetime


@dataclass(frozen=True)
class Found:
    """What the record says to a line that reads it."""

    holds: bool
    says: str


@dataclass(frozen=True)
class Signed:
    """An override: who went on regardless of a line, and why."""

    line: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Facts:
    """All the list is judged from.

    `answers` and `overrides` as they came, oldest first. `record` has a finding for every line that reads the record.
    `may_be_pregnant` is None when nobody has asked. `alerts_waiting` are the lines whose alert nobody has answered.
    """

    answers: tuple[Answer, ...] = ()
    vitals: Vitals | None = None
    record: Mapping[str, Found] = field(default_factory=lambda: MappingProxyType({}))
    overrides: tuple[Signed, ...] = ()
    may_be_pregnant: bool | None = None
    alerts_waiting: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Line:
    """One line of the list as it stands; `says` is what was found, in words."""

    check: GoCheck
    state: State
    says: str = ""
    answer: Answer | None = None
    override: Signed | None = None

    @property
    def said(self) -> str:
        """The answer in a word, where one was asked for."""
        asked = self.answer is not None and self.check.reads == "asked"
        return SAID[self.answer.answer] if asked and self.answer else ""

    @property
    def found(self) -> str:
        """What was found in a few words: the answer, and what goes with it."""
        return "; ".join(filter(None, (self.said, self.says)))

    @property
    def blocks(self) -> bool:
        """Whether it failed and nobody has signed to go on."""
        return self.state is State.FAILED and self.override is None

    @property
    def waits(self) -> bool:
        """Whether something is still to be asked, measured or weighed."""
        return self.state in {State.OPEN, State.WEIGH}


@dataclass(frozen=True)
class GoList:
    """The list of one visit, in the protocol's order. `alerts_waiting` as in `Facts`."""

    lines: tuple[Line, ...]
    alerts_waiting: frozenset[str] = frozenset()

    @property
    def verdict(self) -> Verdict:
        """Stopped before no-go before not yet; go only when every line is settled."""
        if any(line.blocks and line.check.stops_the_list for line in self.lines):
            return Verdict.STOPPED
        if any(line.blocks for line in self.lines):
            return Verdict.NO_GO
        return Verdict.NOT_YET if any(line.waits for line in self.lines) else Verdict.GO

    @property
    def touched(self) -> bool:
        """Whether the first line has an answer."""
        return self.lines[0].state is not State.OPEN

    @property
    def identified(self) -> bool:
        """Whether the first line is answered: nothing else is taken before it."""
        return self.lines[0].state is State.PASSED

    @property
    def blocking(self) -> tuple[Line, ...]:
        """Lines that say no."""
        return tuple(line for line in self.lines if line.blocks)

    @property
    def waiting(self) -> tuple[Line, ...]:
        """Lines still to be settled."""
        return tuple(line for line in self.lines if line.waits)

    @property
    def escort(self) -> Escort | None:
        """Who takes them home, once named."""
        line = self.line(ESCORT)
        found = line.answer if line and line.state is State.PASSED else None
        return Escort(*found.note.rsplit(_BETWEEN, 1)) if found and _BETWEEN in found.note else None

    def line(self, slug: str) -> Line | None:
        """The line of that slug; None when the protocol has none."""
        return next((line for line in self.lines if line.check.slug == slug), None)


def judge(checks: tuple[GoCheck, ...], facts: Facts, limits: SiteLimits) -> GoList:
    """The list as it stands.

    The newest answer of a line counts. An override counts for what it was signed over: an answer or a measurement that
    came later needs its own. Source: care rules of this project, part 3; numbers are thresholds of the protocol.
    """
    counted = _of_this_person(checks[0], facts)
    lines = tuple(_line(check, counted, facts, limits) for check in checks)
    return GoList(lines, facts.alerts_waiting)


def _of_this_person(first: GoCheck, facts: Facts) -> Facts:
    """The facts without what was written before it came out that this was someone else (H-023)."""
    wrong = [one.at for one in facts.answers if one.line == first.slug and one.answer != first.passes_when]
    if not wrong:
        return facts
    since, vitals = max(wrong), facts.vitals
    return replace(
        facts,
        answers=tuple(one for one in facts.answers if one.at >= since),
        vitals=vitals if vitals is not None and vitals.at >= since else None,
        overrides=tuple(one for one in facts.overrides if one.at >= since),
    )


def _line(check: GoCheck, facts: Facts, all_facts: Facts, limits: SiteLimits) -> Line:
    answer = next((one for one in reversed(facts.answers) if one.line == check.slug), None)
    if check.only_if == PREGNANCY and facts.may_be_pregnant is False:
        return Line(check, State.NOT_NEEDED, says="pregnancy is not possible")
    if check.reads == "record":
        found = facts.record[check.slug]
        line = Line(check, State.PASSED if found.holds else State.FAILED, says=found.says)
        return _signed(line, facts, since=None)
    if check.reads == "vitals":
        return _measured(check, answer, facts, limits)
    if answer is None:
        return Line(check, State.OPEN, says=_agreed(check, limits))
    passed = answer.answer == check.passes_when and not _must_stop(check, all_facts)
    line = Line(check, State.PASSED if passed else State.FAILED, says=answer.note, answer=answer)
    return _signed(line, facts, since=answer.at)


def _agreed(check: GoCheck, limits: SiteLimits) -> str:
    return ", ".join(f"{words} {limits.words(name)}" for words, name in AGREED.get(check.slug, ()))


def _must_stop(check: GoCheck, facts: Facts) -> bool:
    """Whether an answer that stopped the list stands, whatever was answered after it.

    H-031: it stands until its alert is answered and the line is answered again with words.
    """
    if not check.stops_the_list:
        return False
    given = [one for one in facts.answers if one.line == check.slug]
    stopping = [place for place, one in enumerate(given) if one.answer != check.passes_when]
    if not stopping:
        return False
    return check.slug in facts.alerts_waiting or not any(one.note for one in given[stopping[-1] + 1 :])


def _measured(check: GoCheck, answer: Answer | None, facts: Facts, limits: SiteLimits) -> Line:
    if facts.vitals is None:
        return Line(check, State.OPEN)
    state, says = MEASURED[check.slug](facts.vitals, limits)
    weighed = answer if answer and answer.at >= facts.vitals.at and answer.note else None
    if state is State.WEIGH and weighed:
        measured, _, _ = says.partition(";")
        return Line(check, State.PASSED, says=f"{measured}. Weighed: {weighed.note}", answer=weighed)
    return _signed(Line(check, state, says=says), facts, since=facts.vitals.at)


def _signed(line: Line, facts: Facts, *, since: datetime | None) -> Line:
    """The line with the newest override signed over what it found."""
    if line.state is not State.FAILED or line.check.override is None:
        return line
    found = [one for one in facts.overrides if one.line == line.check.slug]
    fitting = [one for one in found if since is None or one.at >= since]
    return Line(line.check, line.state, line.says, line.answer, fitting[-1]) if fitting else line


def _pressure(vitals: Vitals, limits: SiteLimits) -> tuple[State, str]:
    """Below the limit to weigh: start. From the limit to hold: not. Between them someone writes why they go on."""
    if vitals.systolic is None or vitals.diastolic is None:
        return State.OPEN, "not measured"
    says = f"{vitals.systolic}/{vitals.diastolic} mmHg"
    reached = {
        name: vitals.systolic >= limits.number(f"{name}_systolic")
        or vitals.diastolic >= limits.number(f"{name}_diastolic")
        for name in ("hold", "weigh")
    }
    if reached["hold"]:
        return State.FAILED, f"{says}; do not start from {_pair(limits, 'hold')}"
    if reached["weigh"]:
        return State.WEIGH, f"{says}; from {_pair(limits, 'weigh')} weigh it and write why you go on"
    return State.PASSED, says


def _pair(limits: SiteLimits, name: str) -> str:
    return f"{limits.number(f'{name}_systolic'):g}/{limits.number(f'{name}_diastolic'):g}"


def _pulse(vitals: Vitals, limits: SiteLimits) -> tuple[State, str]:
    """Neither too slow nor too fast to start."""
    if vitals.heart_rate is None:
        return State.OPEN, "not measured"
    says = f"{vitals.heart_rate} a minute"
    lowest, highest = limits.number("start_pulse_lowest"), limits.number("start_pulse_highest")
    if vitals.heart_rate < lowest:
        return State.FAILED, f"{says}; do not start below {lowest:g}"
    if vitals.heart_rate >= highest:
        return State.FAILED, f"{says}; do not start from {highest:g}"
    return State.PASSED, says


def _oxygen(vitals: Vitals, limits: SiteLimits) -> tuple[State, str]:
    """Enough oxygen to start."""
    if vitals.oxygen is None:
        return State.OPEN, "not measured"
    says, lowest = f"{vitals.oxygen} %", limits.number("start_oxygen_lowest")
    if vitals.oxygen < lowest:
        return State.FAILED, f"{says}; do not start below {lowest:g} %"
    return State.PASSED, says


MEASURED: Final[Mapping[str, Callable[[Vitals, SiteLimits], tuple[State, str]]]] = MappingProxyType(
    {"blood_pressure": _pressure, "pulse": _pulse, "oxygen": _oxygen}
)
"""How each line that reads the measurements is judged, by its slug."""
