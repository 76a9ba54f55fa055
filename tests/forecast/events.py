"""Records as a table of events, the form a database holds them in."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from holdfast.forecast.model import InactiveEvent, InfusionEvent, Record, ScoreEvent, SessionEvent

SCHEMA = pa.schema(
    {
        "person": pa.string(),
        "day": pa.float64(),
        "kind": pa.string(),
        "name": pa.string(),
        "amount": pa.float64(),
        "as_of_day": pa.float64(),
    }
)


def make_events(records: Sequence[Record]) -> pa.Table:
    """One row an event; people are p000, p001 and so on."""
    rows = [
        {"person": f"p{place:03}", "as_of_day": float(record.as_of_day), **event}
        for place, record in enumerate(records)
        for event in _events(record)
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _events(record: Record) -> Iterator[dict[str, Any]]:
    for event in (*record.scores, *record.infusions, *record.sessions):
        match event:
            case ScoreEvent():
                row: dict[str, Any] = {
                    "kind": "score",
                    "name": event.instrument,
                    "amount": float(event.value),
                }
            case InfusionEvent():
                row = {"kind": "infusion", "name": None, "amount": float(event.dose)}
            case InactiveEvent():
                row = {"kind": "inactive", "name": None, "amount": None}
            case SessionEvent():
                row = {"kind": "session", "name": event.therapy, "amount": None}
        yield row | {"day": float(event.day)}
