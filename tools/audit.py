"""Looks for known holes in locked packages: `python -m tools.audit LOCK…`.

A hole fails. An advisory service that cannot be reached, or does not know the packages, is said in one line
and does not fail: a hospital's build without the open network must still run.
"""

import json
import re
import subprocess
import sys
from typing import Any

UNREACHABLE = re.compile(r"requests\.exceptions\.|Could not connect|ConnectionError|Timeout")


def main(locks: list[str]) -> int:
    """Audit the lock files; 1 when a package has a known hole."""
    options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json"]
    files = [part for lock in locks for part in ("--requirement", lock)]
    command = [sys.executable, "-m", "pip_audit", *options, *files]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own words
    try:
        packages = json.loads(asked.stdout)["dependencies"]
    except json.JSONDecodeError:
        return _not_answered(asked)
    return told(packages)


def _not_answered(asked: subprocess.CompletedProcess[str]) -> int:
    if UNREACHABLE.search(asked.stderr):
        print("Not audited: the advisory service cannot be reached from here.")
        return 0
    print(asked.stderr, file=sys.stderr)
    return asked.returncode or 1


def told(packages: list[dict[str, Any]]) -> int:
    """Say what pip-audit found in the packages, in its JSON; 1 when there is a hole."""
    unknown = [package for package in packages if "skip_reason" in package]
    holes = [_line(package, hole) for package in packages for hole in package.get("vulns", [])]
    known = len(packages) - len(unknown)
    if holes:
        print("\n".join(holes))
    elif known:
        print(f"No known holes in {known} packages.")
    if unknown:
        print(f"Not audited: {len(unknown)} of {len(packages)} packages: unknown to the advisory service.")
    return 1 if holes else 0


def _line(package: dict[str, Any], hole: dict[str, Any]) -> str:
    mended = ", ".join(hole["fix_versions"]) or "no version"
    return f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
