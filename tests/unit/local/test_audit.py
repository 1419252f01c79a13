"""An audit that asked nobody is not a clean one."""

from __future__ import annotations

from typing import Any

import pytest

from local.audit import Finding, locks, read_npm_audit, read_pip_audit, verdict

FLAW = {"id": "CVE-2026-1", "fix_versions": ["2.9.0", "3.0.1"]}


def package(name: str, *flaws: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": "2.8.0", "vulns": list(flaws)}


def test_a_vulnerable_package_is_named_with_its_cure() -> None:
    unfixed = {"id": "CVE-2026-2", "fix_versions": []}
    found = read_pip_audit("a.txt", {"dependencies": [package("six"), package("urllib3", FLAW, unfixed)]})
    assert found.asked == 2
    assert found.vulnerable == [
        "urllib3 2.8.0: CVE-2026-1 (fixed in 2.9.0, 3.0.1)",
        "urllib3 2.8.0: CVE-2026-2 (no fix yet)",
    ]
    assert verdict([found], strict=False)[1] == 1


def test_a_package_that_the_service_does_not_know_was_not_audited() -> None:
    skipped = {"name": "ours", "skip_reason": "Dependency not found"}
    found = read_pip_audit("a.txt", {"dependencies": [package("six"), skipped]})
    assert (found.asked, found.unaudited) == (1, ["ours"])
    lines, code = verdict([found], strict=True)
    assert code == 2
    assert "  NOT AUDITED: ours" in lines


@pytest.mark.parametrize(("strict", "code"), [(True, 2), (False, 0)])
def test_without_a_network_a_person_is_told_and_the_workflow_is_stopped(strict: bool, code: int) -> None:
    lines, found = verdict([Finding("a.txt", unaudited=["osv: no route"])], strict=strict)
    assert found == code
    assert any("NOT AUDITED" in line for line in lines)


def test_a_clean_audit_is_fine_and_a_flaw_outweighs_what_is_unknown() -> None:
    assert verdict([Finding("a.txt", 3)], strict=True) == (["a.txt: 3 packages audited, 0 vulnerable"], 0)
    assert verdict([Finding("a.txt", 1, ["x"]), Finding("b.txt", unaudited=["y"])], strict=True)[1] == 1


def test_npm_says_what_is_vulnerable_or_why_it_could_not_ask() -> None:
    flaws = {"semver": {"name": "semver", "severity": "high", "range": "<7.5.2"}}
    report = {"vulnerabilities": flaws, "metadata": {"dependencies": {"total": 12}}}
    assert read_npm_audit("l", report) == Finding("l", 12, ["semver <7.5.2: high"])
    assert read_npm_audit("l", {"message": "405 Method Not Allowed"}).unaudited == ["405 Method Not Allowed"]
    assert read_npm_audit("l", {}).unaudited


def test_every_lock_is_audited() -> None:
    names = {f"{lock.parent.name}/{lock.name}" for lock in locks()}
    assert names >= {"locks/dev.txt", "locks/engine.txt", "locks/audit.txt", "layers/core.txt"}
