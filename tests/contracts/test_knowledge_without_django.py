"""A statistician can use the knowledge in a notebook: nothing in it needs Django."""

import subprocess
import sys
import tomllib

from tests.contracts.source import ROOT

_IMPORT_EVERYTHING = """
import importlib, pkgutil, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "django":
            raise ImportError("import of django")

sys.meta_path.insert(0, Blocked())
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    print(name)
    for found in pkgutil.walk_packages(getattr(package, "__path__", []), prefix=f"{name}."):
        importlib.import_module(found.name)
        print(found.name)
"""


def _knowledge() -> list[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = [one for one in contracts if one.get("forbidden_modules") == ["django"]]
    return list(contract["source_modules"])


def _import_without_django(*names: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _IMPORT_EVERYTHING, *names]
    return subprocess.run(command, cwd=ROOT / "src", capture_output=True, text=True, check=False, timeout=300)


def test_knowledge_when_django_is_blocked_then_every_module_imports() -> None:
    done = _import_without_django(*_knowledge())
    assert (done.returncode, done.stderr) == (0, "")
    assert set(_knowledge()) <= set(done.stdout.split())


def test_block_when_the_record_is_imported_then_it_holds() -> None:
    done = _import_without_django("holdfast.records.models")
    assert done.returncode != 0
    assert "import of django" in done.stderr
