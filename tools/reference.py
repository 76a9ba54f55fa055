"""Writes the documents that are made from the code: `python -m tools.reference`; `--check` only compares.

One function a page, and one for the pages of the therapies; each gives Markdown. `make check` fails while a page on
disk is not what the code says, or is one that nothing makes any more.
"""

import argparse
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import django

from tools import therapy_pages, treatment_pages
from tools.markdown import page, table

if TYPE_CHECKING:
    from django.db.models import Model

    from holdfast.instruments.model import Instrument

FOLDER = Path(__file__).parents[1] / "docs" / "reference"


def access() -> str:
    """Who may see and do what."""
    from holdfast.access import PERMISSIONS, Permission, Role

    rows = [[one, *("yes" if one in PERMISSIONS[role] else "" for role in Role)] for one in Permission]
    return page(
        "Who may see and do what",
        "src/holdfast/access.py",
        "Always within the viewer's own clinic; a patient, within their own record.",
        table(["", *Role], rows),
    )


def instruments() -> str:
    """Questionnaires: range, bands, cut-offs and licence of each, every figure with its source."""
    from holdfast.instruments.loader import all_instruments

    return page(
        "Instruments", "src/holdfast/instruments/library", *map(_instrument, all_instruments().values())
    )


def rules() -> str:
    """The named rules of the pathway, each with what it says and where it comes from."""
    from holdfast.pathway.rules import RULES

    parts = [f"## `{name}`\n\n{inspect.getdoc(rule)}" for name, rule in RULES.items()]
    return page("Rules of the pathway", "src/holdfast/pathway/rules.py", *parts)


def tables() -> str:
    """Every table and column of the record."""
    django.setup()
    from django.apps import apps

    models = sorted(apps.get_app_config("records").get_models(), key=lambda model: model._meta.db_table)
    return page("Tables of the record", "src/holdfast/records/models", *map(_model, models))


PAGES: Mapping[str, Callable[[], str]] = {
    "access": access,
    "instruments": instruments,
    "rules": rules,
    "tables": tables,
}


def _instrument(one: "Instrument") -> str:
    bands = ", ".join(f"{band.name} {band.low}–{band.high}" for band in one.bands)
    licence, cutoffs = one.licence, sorted(one.cutoffs.sources.items())
    rows = [
        ["Total", f"{one.minimum}–{one.maximum}", ""],
        ["Bands", bands, one.bands_source.cited],
        ["Missing answers filled in", f"at most {one.missing.prorate_up_to}", one.missing.source.cited],
        *(
            [name.replace("_", " ").capitalize(), str(getattr(one.cutoffs, name)), at.cited]
            for name, at in cutoffs
        ),
        [
            f"Licence: {licence.status.replace('_', ' ')}",
            f"{licence.holder.rstrip('.')}. {licence.statement}",
            licence.source,
        ],
        ["Licence verified on", str(licence.verified_on or "not yet"), ""],
    ]
    title = f"## {one.name} (`{one.slug}`, version {one.version})"
    sources = "\n".join(f"- {source}" for source in one.sources)
    return "\n\n".join([title, one.about, table(["", "", "source"], rows), sources])


def _model(model: "type[Model]") -> str:
    from holdfast.records.models.facts import AppendOnly

    written_once = " Rows are written once; the database refuses to change or remove them."
    columns = [
        [f"`{field.column}`", field.get_internal_type(), "yes" if field.null else "", field.db_comment or ""]
        for field in model._meta.local_concrete_fields
    ]
    says = f"{model._meta.db_table_comment}.{written_once if issubclass(model, AppendOnly) else ''}"
    listed = table(["column", "kind", "may be empty", "meaning"], columns)
    return f"## `{model._meta.db_table}`\n\n{says}\n\n{listed}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or compare them; the number of pages that are not current is the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a page is not current")
    check = parser.parse_args(arguments).check
    pages = {f"{name}.md": one() for name, one in PAGES.items()}
    pages |= {f"{name}.md": text for name, text in therapy_pages.pages().items()}
    pages |= {f"{name}.md": text for name, text in treatment_pages.pages().items()}
    stale = {name: text for name, text in pages.items() if _on_disk(name) != text}
    left_over = sorted({path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.md")} - set(pages))
    if check:
        for name in [*stale, *left_over]:
            print(f"docs/reference/{name} is not what the code says: run `make docs`", file=sys.stderr)
        return len(stale) + len(left_over)
    for name, text in stale.items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_text(text)
        print(f"wrote docs/reference/{name}")
    for name in left_over:
        (FOLDER / name).unlink()
        print(f"removed docs/reference/{name}")
    return 0


def _on_disk(name: str) -> str:
    path = FOLDER / name
    return path.read_text() if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
