"""``make fuzz MINUTES=10``: schemathesis against the running system, as its own description of itself says it is.

An owner and an admin try at the same time, each with half of the machine: what the description shows, what lies at its
bounds, what lies beyond, and chains of calls where one answers what the next one asks. What is expected stands in
``schemathesis.toml``.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from local.home import ROOT, Home

_CONFIG = Path(__file__).with_name("schemathesis.toml")
_PEOPLE = ("owner", "admin")
_SECONDS_TO_END = 120


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 31))
    parser.add_argument("--into", type=Path, help="where reports go (.local/fuzz)")
    given = parser.parse_args()
    home = Home.current()
    endpoints = home.told()
    into: Path = given.into or home.path / "fuzz"
    into.mkdir(parents=True, exist_ok=True)
    seconds = round(given.minutes * 60)
    print(f"{seconds} s as owner and as admin, seed {given.seed}; reports in {into}", flush=True)
    running = {who: _start(who, endpoints, seconds, given.seed + n, into) for n, who in enumerate(_PEOPLE)}
    failed = False
    for who, process in running.items():
        failed |= process.wait(seconds + _SECONDS_TO_END) != 0
        if process.returncode:
            print((into / f"{who}.txt").read_text("utf-8", "replace"))
    _tell({who: _cases(into / f"{who}.ndjson") for who in _PEOPLE})
    return int(failed)


def _start(who: str, endpoints: Mapping[str, Any], seconds: int, seed: int, into: Path) -> subprocess.Popen[bytes]:
    command = [
        str(Path(sys.executable).with_name("st")), "--no-color", "--config-file", str(_CONFIG),
        "run", f"{endpoints['api_url']}/v1/openapi.json", "--url", endpoints["api_url"],
        "--header", f"Authorization: Bearer {_token(who, endpoints)}",
        "--seed", str(seed), "--max-time", str(seconds), "--workers", "1",
        "--report", "ndjson", "--report-ndjson-path", str(into / f"{who}.ndjson"),
    ]  # fmt: skip
    with (into / f"{who}.txt").open("wb") as told:
        return subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=subprocess.STDOUT, env=_environment())


def _environment() -> dict[str, str]:
    """Without anybody's colours, and without a path to packages that aren't its own."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "FORCE_COLOR"}}


def _token(who: str, endpoints: Mapping[str, Any]) -> str:
    """An access token of a demo user, as any script gets one."""
    role = "admin" if who == "admin" else "store_owner"
    user = next(u for u in endpoints["demo_users"] if u["role"] == role)
    answer = requests.post(
        endpoints["aws_endpoint_url"],
        json={
            "ClientId": endpoints["user_pool_client_id"],
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": user["username"], "PASSWORD": user["password"]},
        },
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
            # Not verified here; the engine tells services apart by it.
            "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/ap-south-1/cognito-idp/aws4_request",
        },
        timeout=30,
    )
    answer.raise_for_status()
    return str(answer.json()["AuthenticationResult"]["AccessToken"])


def _cases(report: Path) -> dict[str, Counter[int]]:
    """How often each operation was called, by status."""
    found: dict[str, Counter[int]] = defaultdict(Counter)
    with report.open(encoding="utf-8") as lines:
        for line in lines:
            recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
            for name, interaction in recorder.get("interactions", {}).items():
                case = recorder["cases"][name]["value"]
                if response := interaction.get("response"):
                    found[f"{case['method']} {case['path']}"][response["status_code"]] += 1
    return found


def _tell(cases: Mapping[str, Mapping[str, Counter[int]]]) -> None:
    """One line an operation: calls of each person, and what was answered."""
    for operation in sorted({o for known in cases.values() for o in known}):
        for who, known in cases.items():
            statuses = known.get(operation, Counter())
            said = ", ".join(f"{status}: {n}" for status, n in sorted(statuses.items()))
            print(f"{operation:70} {who:6} {statuses.total():6}  {said}")
    print(f"{sum(s.total() for known in cases.values() for s in known.values())} calls in all")


if __name__ == "__main__":
    sys.exit(main())
