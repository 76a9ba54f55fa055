"""The shape of the code: short functions, short files, words for everything, nothing left over."""

import ast
import re
import statistics
from collections.abc import Iterator

import pytest

from tests.contracts.source import Module, modules, texts

CODE = ("src", "tests", "tools", "bench")
FUNCTION_LINES_MAX = 60
FUNCTION_LINES_MEDIAN_MAX = 8
FUNCTION_LINES_P95_MAX = 30
FILE_LINES_MAX = 400
BANNED_NAMES = {
    "utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "service", "handler", "data",
    "info", "process", "do",
}  # fmt: skip
# Put together here, so that this file does not contain what it looks for.
LEFT_OVER = re.compile(
    r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK", "NotImplemented" + "Error")) + r")\b"
)
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|farm|home|Users)" + "/")


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def _without_docstring(module: Module) -> Iterator[str]:
    if not ast.get_docstring(module.tree):
        yield module.path
    yield from (f"{module.path}: {name}" for name in _public_without_docstring(module.tree, ""))


def _public_without_docstring(parent: ast.Module | ast.ClassDef, inside: str) -> Iterator[str]:
    for node in parent.body:
        if not isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ) or node.name.startswith("_"):
            continue
        inner_meta = (
            isinstance(parent, ast.ClassDef) and isinstance(node, ast.ClassDef) and node.name == "Meta"
        )
        if not ast.get_docstring(node) and not inner_meta:
            yield f"{inside}{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from _public_without_docstring(node, f"{inside}{node.name}.")


def test_functions_when_measured_then_none_is_longer_than_sixty_lines() -> None:
    long = [
        f"{module.path}:{function.lineno} {function.name} ({_lines(function)} lines)"
        for module in modules(*CODE)
        for function in module.functions
        if _lines(function) > FUNCTION_LINES_MAX
    ]
    assert long == [], "\n".join(long)


def test_functions_when_measured_together_then_most_are_short() -> None:
    lengths = sorted(_lines(function) for module in modules("src") for function in module.functions)
    p95 = lengths[int(0.95 * len(lengths))]
    assert statistics.median(lengths) <= FUNCTION_LINES_MEDIAN_MAX
    assert p95 <= FUNCTION_LINES_P95_MAX


def test_files_when_measured_then_none_is_longer_than_four_hundred_lines() -> None:
    lengths = {module.path: module.text.count("\n") for module in modules(*CODE)}
    assert {path: lines for path, lines in lengths.items() if lines > FILE_LINES_MAX} == {}


def test_public_names_when_read_then_each_says_what_it_is() -> None:
    silent = [missing for module in modules("src", "tools") for missing in _without_docstring(module)]
    assert silent == [], "\n".join(silent)


def test_modules_of_tests_when_read_then_each_says_what_it_is_for() -> None:
    written = [
        module for module in modules("tests", "bench") if module.text
    ]  # an empty __init__.py says enough
    silent = [module.path for module in written if not ast.get_docstring(module.tree)]
    assert silent == [], "\n".join(silent)


def test_modules_when_named_then_the_name_says_something() -> None:
    parts = {part.removesuffix(".py") for module in modules(*CODE) for part in module.path.split("/")}
    assert parts & BANNED_NAMES == set()


@pytest.mark.parametrize("pattern", [LEFT_OVER, MACHINE_PATH], ids=["left-over marks", "paths of a machine"])
def test_files_when_searched_then_nothing_is_left_over(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path}:{number}: {line.strip()}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == [], "\n".join(found)
