"""Known vulnerabilities in what we lock: `make audit`.

Each lock is read as it stands: pip-audit resolves and installs nothing, it asks an advisory service about names and
versions. Where no service can be reached, nothing was audited, and that is said: never a silent "clean".
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".local" / "audit-venv" / "bin"
NODE = ROOT / ".venv" / "bin"
SERVICES = ("pypi", "osv")  # asked in this order, until one knows the packages


@dataclass
class Finding:
    """What was learned of one lock."""

    lock: str
    asked: int = 0
    vulnerable: list[str] = field(default_factory=list)
    unaudited: list[str] = field(default_factory=list)
    """Packages that no advisory service knows, or why none could be asked at all."""


def locks() -> list[Path]:
    """Every lock of Python packages: of the tools and of the layers."""
    return sorted([*ROOT.glob("local/locks/*.txt"), *ROOT.glob("cdk/layers/*.txt")])


def node_locks() -> list[Path]:
    """Every lock of npm packages, wherever one is kept."""
    found = (p for top in ("cdk", "local", "web") for p in (ROOT / top).glob("**/package-lock.json"))
    return sorted(p for p in found if "node_modules" not in p.parts)


def read_pip_audit(lock: str, report: dict[str, Any]) -> Finding:
    """The report of pip-audit. A package that it skipped was not audited, whatever its exit code says."""
    finding = Finding(lock)
    for package in report["dependencies"]:
        if "skip_reason" in package:
            finding.unaudited.append(package["name"])
            continue
        finding.asked += 1
        finding.vulnerable += [
            f"{package['name']} {package['version']}: {flaw['id']} {_cure(flaw['fix_versions'])}"
            for flaw in package["vulns"]
        ]
    return finding


def read_npm_audit(lock: str, report: dict[str, Any]) -> Finding:
    """The report of ``npm audit``, or of its failing."""
    if "vulnerabilities" not in report:
        return Finding(lock, unaudited=[str(report.get("message") or report.get("error") or "npm gave no report")])
    flaws = report["vulnerabilities"].values()
    asked = int(report["metadata"]["dependencies"]["total"])
    return Finding(lock, asked, [f"{f['name']} {f['range']}: {f['severity']}" for f in flaws])


def _cure(fixed: Iterable[str]) -> str:
    versions = ", ".join(fixed)
    return f"(fixed in {versions})" if versions else "(no fix yet)"


def audit(lock: Path) -> Finding:
    """What the advisory services know of a lock's packages: the answer of the one that knows the most."""
    name = str(lock.relative_to(ROOT))
    best = Finding(name)
    silent: list[str] = []
    for service in SERVICES:
        done = subprocess.run(
            [
                str(TOOLS / "pip-audit"), "--requirement", str(lock), "--require-hashes", "--disable-pip",
                "--vulnerability-service", service, "--format", "json", "--aliases", "off", "--desc", "off",
                "--progress-spinner", "off", "--timeout", "20",
            ],
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        try:
            finding = read_pip_audit(name, json.loads(done.stdout))
        except ValueError:
            silent.append(f"{service}: {_last_words(done.stderr)}")
            continue
        if not finding.unaudited:
            return finding
        if not finding.asked:
            silent.append(f"{service} knows none of its {len(finding.unaudited)} packages")
        best = max(best, finding, key=lambda f: f.asked)
    if not best.asked:
        best.unaudited = silent
    return best


def _last_words(stderr: str) -> str:
    """The last line of a traceback says what was wrong."""
    return (stderr.strip().splitlines() or ["no report"])[-1].split(" (Caused")[0][:160]


def audit_node(lock: Path) -> Finding:
    """What the npm registry knows of a lock's packages."""
    done = subprocess.run(
        [str(NODE / "npm"), "audit", "--package-lock-only", "--json"],
        cwd=lock.parent,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": f"{NODE}{os.pathsep}{os.environ['PATH']}"},
    )
    try:
        report = json.loads(done.stdout)
    except ValueError:
        report = {}
    return read_npm_audit(str(lock.relative_to(ROOT)), report)


def verdict(findings: Iterable[Finding], *, strict: bool) -> tuple[list[str], int]:
    """Lines to print and the exit code: 1 something is vulnerable; 2 something was not audited, when ``strict``."""
    lines: list[str] = []
    vulnerable = unaudited = False
    for finding in findings:
        lines.append(f"{finding.lock}: {finding.asked} packages audited, {len(finding.vulnerable)} vulnerable")
        lines += [f"  {flaw}" for flaw in finding.vulnerable]
        vulnerable |= bool(finding.vulnerable)
        if finding.unaudited:
            unaudited = True
            lines.append(f"  NOT AUDITED: {', '.join(finding.unaudited)}")
    if unaudited:
        lines.append("NOT AUDITED means unknown, not clean: run it where the advisory services can be reached.")
    return lines, 1 if vulnerable else 2 if unaudited and strict else 0


def run(*, strict: bool) -> int:
    """Audits everything."""
    findings = [audit(lock) for lock in locks()] + [audit_node(lock) for lock in node_locks()]
    lines, code = verdict(findings, strict=strict)
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    # A person without a network is told; the workflow is stopped.
    sys.exit(run(strict=bool(os.environ.get("CI")) or "--strict" in sys.argv))
