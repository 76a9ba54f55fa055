"""The caseload: whom the clinic cares for, the one who needs something first on top."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.access import Permission, may
from holdfast.instruments.loader import load as load_instrument
from holdfast.pathway.stage import Stage
from holdfast.protocols.loader import therapies
from holdfast.records.queries import caseload as queries
from holdfast.records.queries.caseload import CaseloadPage, CaseloadRow
from holdfast.web.clinician.naming import (
    band_name,
    instrument_name,
    near_day,
    since,
    standing_since,
    therapy_name,
    urgency,
)
from holdfast.web.page import PageRequest, page
from holdfast.web.parts.charts import ChartPoint, sparkline

FILTERS = ("search", "stage", "therapy", "drifting", "closed", "sort")


@dataclass(frozen=True)
class Line:
    """One person as the list shows them, every code turned into words."""

    row: CaseloadRow
    urgency_style: str
    urgency: str
    since: str
    score: str
    band: str
    spark: str
    last_check_in: str
    last_infusion: str
    therapy: str


@page(Permission.SEE_CASELOAD)
@require_safe
def caseload(request: PageRequest) -> HttpResponse:
    """One page of the list, searched, filtered and sorted as the address says."""
    asked = {name: request.GET.get(name, "").strip()[:100] for name in FILTERS}
    found = queries.page(
        request.viewer,
        search=asked["search"].replace("\x00", ""),
        stage=asked["stage"],
        therapy=asked["therapy"],
        closed=bool(asked["closed"]),
        drifting=bool(asked["drifting"]),
        sort=asked["sort"] or "need",
        number=_number(request.GET),
    )
    context = {
        "lines": [_line(row, request) for row in found.rows],
        "page": _pages(found),
        "asked": asked,
        "narrowed": any(asked[name] for name in ("search", "stage", "therapy", "drifting")),
        "stages": [(stage.value, stage.value) for stage in Stage],
        "therapies": [(one.slug, one.short_name) for one in therapies()],
        "sorts": _sorts(request.GET, asked["sort"] or "need"),
        "may_enrol": may(request.viewer, Permission.ENROL_PATIENT),
    }
    return render(request, "clinician/caseload.html", context)


def _number(asked: Mapping[str, str]) -> int:
    """The page asked for; anything that is not a number is the first."""
    text = asked.get("page", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 1


def _pages(found: CaseloadPage) -> Page:  # type: ignore[type-arg]
    return Paginator(range(found.total), queries.PAGE_SIZE).page(found.number)


def _sorts(asked: QueryDict, current: str) -> dict[str, dict[str, str | bool]]:
    """For each order of the list its link, which keeps the filters, and whether it is the current one."""
    links: dict[str, dict[str, str | bool]] = {}
    for name in queries.SORTS:
        kept = asked.copy()
        kept.pop("page", None)
        kept["sort"] = name
        links[name.replace("-", "_")] = {"link": f"?{kept.urlencode()}", "current": name == current}
    return links


def _line(row: CaseloadRow, request: PageRequest) -> Line:
    style, words = urgency(row.urgency)
    scores = [ChartPoint(at=at, score=total) for at, total in row.recent_scores]
    return Line(
        row=row,
        urgency_style=style,
        urgency=words,
        since=standing_since(row.since, request.at),
        score=f"{instrument_name(row.instrument)} {row.recent_scores[-1][1]}" if scores else "",
        band=band_name(row.instrument, row.band) if row.band else "",
        spark=_spark(row.instrument, scores),
        last_check_in=since(row.last_check_in_at, request.at) if row.last_check_in_at else "",
        last_infusion=near_day(row.last_infusion_at, request.at) if row.last_infusion_at else "",
        therapy=therapy_name(row.therapy) if row.therapy else "",
    )


def _spark(slug: str, scores: list[ChartPoint]) -> str:
    if not scores:
        return ""
    instrument = load_instrument(slug)
    return sparkline(scores, instrument.minimum, instrument.maximum)
