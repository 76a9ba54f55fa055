"""Pieces of Markdown that the made documents are put together from: pages, tables, lists, lines that fit."""

import re
import textwrap
from collections.abc import Iterable, Sequence

COLUMNS = 120
"""How wide a line of prose or of a list is at most; a row of a table is as long as it is."""

_MADE = "*Made from {source} by `make docs`; change it there.*"


def page(title: str, source: str, *parts: str) -> str:
    """A whole page: its title, what it is made from, and its parts; those that are empty are left out."""
    return joined(f"# {title}", prose(_MADE.format(source=f"`{source}`")), *parts) + "\n"


def joined(*parts: str) -> str:
    """The parts one below another; those that are empty are left out."""
    return "\n\n".join(part for part in parts if part)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with one line for each row."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def prose(text: str) -> str:
    """The text in lines that fit, each of its paragraphs by itself."""
    paragraphs = (" ".join(part.split()) for part in text.strip().split("\n\n"))
    return "\n\n".join(_wrapped(one) for one in paragraphs)


def bullets(items: Iterable[str]) -> str:
    """A list, one entry for each item; empty without any."""
    return "\n".join(_wrapped(" ".join(item.split()), first="- ", then="  ") for item in items)


def titled(heading: str, *parts: str) -> str:
    """The parts under their heading; empty when there are none."""
    below = joined(*parts)
    return joined(heading, below) if below else ""


def ended(text: str) -> str:
    """The text as a sentence: with a full stop, unless it ends in a mark of its own."""
    return text if text.rstrip().endswith((".", "?", "!")) else f"{text.rstrip()}."


def _wrapped(text: str, *, first: str = "", then: str = "") -> str:
    lines = textwrap.fill(
        text,
        COLUMNS,
        initial_indent=first,
        subsequent_indent=then,
        break_long_words=False,
        break_on_hyphens=False,
    )
    # A line that happens to begin with a mark of a list or heading would be read as one.
    return re.sub(r"(?<=\n)( *\d*)([-+*>#.)]) ", r"\1\\\2 ", lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
