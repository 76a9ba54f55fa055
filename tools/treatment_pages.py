"""The pages about treatments by infusion or spray: one for each, whole, as those who sign it read it."""

from collections.abc import Iterable, Mapping

from holdfast.protocols.infusion import GoCheck, InfusionProtocol, Measurement, Schedule, SiteThreshold
from holdfast.protocols.loader import all_protocols
from tools.markdown import bullets, page, prose, table, titled

LIBRARY = "src/holdfast/protocols/library"


def pages() -> Mapping[str, str]:
    """Every page by its name below docs/reference."""
    return {f"treatments/{one.slug}": _treatment(one) for one in _treatments()}


def _treatments() -> Iterable[InfusionProtocol]:
    return (one for one in all_protocols().values() if isinstance(one, InfusionProtocol))


def _treatment(one: InfusionProtocol) -> str:
    return page(
        one.name,
        f"{LIBRARY}/{one.slug}",
        titled("## What a patient reads", prose(one.patient_card)),
        titled("## Evidence", prose(one.evidence), bullets(one.sources)),
        titled(
            "## Numbers",
            prose(
                "What a treatment does not state itself is the same for every treatment: see `ketamine_iv`."
            ),
            table(
                ["threshold", "value", "a site may set", "source", "effective"],
                [_threshold(name, number) for name, number in one.thresholds.items()],
            ),
        ),
        titled(
            "## Schedules", table(["schedule", "spacing", "source"], [_schedule(s) for s in _schedules(one)])
        ),
        titled(
            "## Who should not have it",
            table(
                ["", "criterion", "look at", "source"],
                [[c.kind, c.words, c.look_at, _cited(c.source, c.standing)] for c in one.criteria],
            ),
        ),
        titled(
            "## Go or no-go",
            table(
                ["check", "answered by", "if it fails", "may go on"],
                [_check(check) for check in one.go_checks],
            ),
        ),
        titled(
            "## Flow sheet",
            prose(
                f"A row is due at minute {', '.join(map(str, one.rows_due))} after the start, then every `row_every`."
            ),
            table(
                ["column", "unit", "possible", "out of range"], [_column(m, one) for m in one.measurements]
            ),
        ),
        titled(
            "## Before going home",
            table(
                ["criterion", "answered by", "if it fails", "may go on"],
                [[d.words, d.reads, d.to_do, d.override or "nobody"] for d in one.discharge],
            ),
        ),
        titled("## Leaflet", bullets(one.instructions)),
        titled(
            "## Safety review of a long course",
            table(
                ["topic", "ask", "then", "source"],
                [[t.name, t.ask, t.act, _cited(t.source, t.standing)] for t in one.review_topics],
            ),
        ),
    )


def _threshold(name: str, one: SiteThreshold) -> list[str]:
    span = f"{one.about}: {one.lowest:g} to {one.highest:g}" if one.adjustable else ""
    return [f"`{name}`", one.words, span, one.cited, one.effective.isoformat()]


def _schedules(one: InfusionProtocol) -> tuple[Schedule, ...]:
    return (*one.schedules, *one.maintenance)


def _schedule(one: Schedule) -> list[str]:
    blocks = (
        f"{'as long as decided' if block.count is None else f'{block.count} times'}, "
        f"{' then '.join(str(days) for days in block.days_apart)} days apart"
        for block in one.blocks
    )
    return [one.name, "; ".join(blocks), _cited(one.source, one.standing)]


def _check(one: GoCheck) -> list[str]:
    words = f"{one.words} (where pregnancy is possible)" if one.only_if else one.words
    wanted = f"{one.reads}: {one.passes_when}" if one.reads == "asked" else one.reads
    return [words, wanted, one.to_do, "ends the list" if one.stops_the_list else one.override or "nobody"]


def _column(one: Measurement, of: InfusionProtocol) -> list[str]:
    low = f"below {of.thresholds[one.alert_below].words}" if one.alert_below else ""
    high = f"from {of.thresholds[one.alert_above].words}" if one.alert_above else ""
    return [one.name, one.unit, f"{one.lowest} to {one.highest}", ", ".join(filter(None, (low, high)))]


def _cited(source: str, standing: str) -> str:
    return source if standing == "seen" else f"Site default: {source}"
