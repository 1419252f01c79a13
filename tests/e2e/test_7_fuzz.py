"""Half a minute of what ``make fuzz`` does for ten, always with the same seed; after all that counts what is there."""

from __future__ import annotations

import os
import subprocess

import pytest

from local.home import ROOT
from tests.e2e.live import CLOCK, Live, tell

FUZZ = ROOT / ".local" / "fuzz-venv" / "bin" / "python"


def test_whatever_is_sent_the_api_answers_as_it_is_described(live: Live) -> None:
    if not FUZZ.exists():
        pytest.skip("schemathesis is not there: `make test` and `make fuzz` install it")
    command = [str(FUZZ), "-m", "tests.fuzz", "--minutes", "0.5", "--seed", "20261122"]
    environment = {**os.environ, "LOCAL_HOME": str(live.home.path)}
    with CLOCK.lap("half a minute of random requests"):
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240)
    tell(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout + done.stderr
    assert (live.home.path / "fuzz" / "admin.ndjson").stat().st_size > 100_000
