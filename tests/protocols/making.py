"""Copies of the library with one thing changed, and forks: what tests of broken files need."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from holdfast.protocols import loader
from holdfast.protocols.loader import LIBRARY
from holdfast.protocols.therapy import Therapy


def changed_copy(slug: str, folder: Path, *, file: str, replacing: str, by: str) -> Path:
    """A protocol's folder with one change in one of its files; gives the folder."""
    shutil.copytree(LIBRARY / slug, folder / slug)
    path = folder / slug / file
    text = path.read_text(encoding="utf-8")
    assert replacing in text
    path.write_text(text.replace(replacing, by, 1), encoding="utf-8")
    return folder / slug


def made_fork(
    folder: Path,
    *patches: str,
    extends: str = "cbt",
    name: str = "riverside",
    head: Mapping[str, str] = MappingProxyType({}),
) -> Path:
    """A folder of that name with a fork of those patches; `head` replaces lines of its head, as TOML."""
    lines = {
        "slug": f'"{name}"',
        "extends": f'"{extends}"',
        "extends_version": f'"{loader.therapy(extends).version}"',
        "version": '"1.0.0"',
        "author": '"Dr A. Example, clinical psychologist"',
        "made_on": "2026-02-01",
        "reason": '"people with low vision"',
        "shown_to_patient": '"We talk the pictures through."',
        **head,
    }
    parts = ["\n".join(f"{key} = {value}" for key, value in lines.items()), *patches]
    (folder / name).mkdir()
    (folder / name / "fork.toml").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return folder / name


def forked(folder: Path, *patches: str, extends: str = "cbt") -> Therapy:
    """The therapy such a fork makes."""
    return loader.forked(made_fork(folder, *patches, extends=extends), loader.all_protocols())


def patch(op: str, path: str, value: str = "", *, before: str = "") -> str:
    """One patch as TOML, its value as TOML too, on as many lines as it likes; without a value there is none."""
    lines = ["[[patch]]", f'op = "{op}"', f'path = "{path}"']
    lines += [f"value = {' '.join(value.split())}"] if value else []
    lines += [f'before = "{before}"'] if before else []
    return "\n".join(lines)
