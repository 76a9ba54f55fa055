"""The project's own files, read once for the contract tests."""

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "holdfast"
FOLDERS = ("src", "tests", "tools", "bench", "docs", ".ci")
TEXT = {".py", ".html", ".css", ".js", ".toml", ".md", ".txt", ".csv", ".in", ".lock", ".svg", ""}


@dataclass(frozen=True)
class Module:
    """A Python file: where it is, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function in the file, methods and inner functions included."""
        return (
            node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        )


@functools.cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every Python file under the folders, migrations left out: Django writes those."""
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return tuple(module(path) for path in paths if "migrations" not in path.parts)


@functools.cache
def module(path: Path) -> Module:
    """The Python file at an absolute path."""
    text = path.read_text()
    return Module(path=named(path), text=text, tree=ast.parse(text))


def texts() -> Iterator[tuple[str, str]]:
    """Path and text of every file people write: code, pages, documents, and what stands beside README."""
    for path in _files():
        if path.suffix in TEXT and "__pycache__" not in path.parts:
            yield named(path), path.read_text()


def named(path: Path) -> str:
    """The path as seen from the checkout."""
    return path.relative_to(ROOT).as_posix()


def _files() -> Iterator[Path]:
    yield from (path for path in sorted(ROOT.iterdir()) if path.is_file())
    for folder in FOLDERS:
        yield from (path for path in sorted((ROOT / folder).rglob("*")) if path.is_file())
