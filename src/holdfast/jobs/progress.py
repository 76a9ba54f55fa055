"""How far long work has come, as a bar on standard error where a person looks on; nothing where none does."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import click

Item = TypeVar("Item")


def shown(
    items: Iterable[Item], *, length: int, label: str, size: Callable[[Item], int] = lambda _: 1
) -> Iterator[Item]:
    """The items, one after the other; the bar moves by the `size` of each when it has been dealt with."""
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        for item in items:
            yield item
            bar.update(size(item))
