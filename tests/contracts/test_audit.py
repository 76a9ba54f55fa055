"""A known hole in a locked package fails the build, and what could not be looked at is said."""

import pytest

from tools import audit

SOUND = {"name": "sound", "version": "1.0", "vulns": []}
HOLED = {"name": "holed", "version": "2.0", "vulns": [{"id": "PYSEC-0000-1", "fix_versions": ["2.1"]}]}
UNKNOWN = {"name": "unknown", "version": "3.0", "skip_reason": "not found"}


def test_packages_when_one_has_a_hole_then_the_audit_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.told([SOUND, HOLED]) == 1
    assert capsys.readouterr().out == "holed 2.0: PYSEC-0000-1, mended in 2.1\n"


def test_packages_when_none_has_a_hole_then_the_audit_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.told([SOUND]) == 0
    assert capsys.readouterr().out == "No known holes in 1 packages.\n"


def test_packages_when_the_service_knows_none_then_no_safety_is_claimed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert audit.told([UNKNOWN]) == 0
    assert capsys.readouterr().out == "Not audited: 1 of 1 packages: unknown to the advisory service.\n"
