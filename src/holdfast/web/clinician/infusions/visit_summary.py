"""One visit on one sheet of paper: who, what was ordered, checked, measured and given, how they left, who did what."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.pathway.chair import Kind
from holdfast.pathway.go_list import Line as GoLine
from holdfast.pathway.go_list import State
from holdfast.records.queries import visit_summary as queries
from holdfast.records.queries.flow_sheet import SheetEvent, SheetRow
from holdfast.web.clinician.infusions.adverse_event import OUTCOME, SERIOUS
from holdfast.web.clinician.infusions.flow_chart import flow_chart
from holdfast.web.page import PageRequest, page

HELD = "held when it began"


@dataclass(frozen=True)
class Checked:
    """A line of the go / no-go list on paper: its mark, its words, and what was found."""

    mark: str
    state: str
    words: str
    says: str


@dataclass(frozen=True)
class Cell:
    """A value of a row; `out` is the mark of one out of range."""

    value: int | None
    out: str = ""


@dataclass(frozen=True)
class Line:
    """A line of the flow sheet on paper: a row with its cells, or an event."""

    at: datetime
    minute: int | None
    row: SheetRow | None = None
    cells: tuple[Cell, ...] = ()
    event: SheetEvent | None = None


@page(Permission.SEE_INFUSIONS, looks_at="uid", seen_as="visit")
@require_safe
def visit_summary(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """The sheet as it stands now; while the day goes on, what is not there yet is said so."""
    found = queries.summary(request.viewer, uid, at=request.at)
    sheet = found.sheet
    context = {
        "found": found,
        "visit": found.visit,
        "sheet": sheet,
        "order": found.visit.order,
        "home": found.home,
        "drug": found.drug,
        "checks": [_checked(line, begun=sheet.started_at is not None) for line in found.go.lines],
        "columns": sheet.columns,
        "lines": sorted(_lines(found), key=lambda line: line.at),
        "rescue": [one for one in sheet.events if one.kind is Kind.RESCUE],
        "chart": flow_chart(sheet, compact=True),
        "criteria": [(one.words, found.home.gone.criteria.get(one.slug)) for one in sheet.protocol.discharge]
        if found.home.gone
        else [],
        "outcomes": OUTCOME,
        "serious": SERIOUS if any(one.serious for one in found.adverse) else "",
    }
    return render(request, "clinician/infusions/visit_summary.html", context)


def _checked(line: GoLine, *, begun: bool) -> Checked:
    says = "; ".join(filter(None, (_answered(line), line.says)))
    if line.override is not None:
        by = f"signed by {line.override.by}: {line.override.reason}"
        return Checked("◆", "signed", line.check.words, f"{says}; {by}" if says else by)
    # The drug begins on a list that says go and on no other, so what the record says since then does not count here.
    if begun and line.check.reads == "record" and line.state is not State.PASSED:
        return Checked("✓", "passed", line.check.words, HELD)
    mark = {State.PASSED: "✓", State.FAILED: "▲", State.NOT_NEEDED: "–"}.get(line.state, "○")
    return Checked(mark, str(line.state), line.check.words, says)


def _answered(line: GoLine) -> str:
    """What was said to a line that is asked: some pass on a yes and some on a no."""
    return line.answer.answer.replace("_", " ") if line.answer and line.check.reads == "asked" else ""


def _lines(found: queries.Summary) -> Iterator[Line]:
    for row in found.sheet.current:
        out = {one.measurement.slug: "▲" if one.high else "▼" for one in row.out_of_range}
        cells = (Cell(row.values.get(one.slug), out.get(one.slug, "")) for one in found.sheet.columns)
        yield Line(row.at, row.minute, row=row, cells=tuple(cells))
    for event in found.sheet.events:
        yield Line(event.at, event.minute, event=event)
