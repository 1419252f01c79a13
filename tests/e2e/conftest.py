"""One system for all end-to-end tests of a run, on an engine, in a folder and with ports of its own."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.home import ROOT
from tests.e2e import drill as drills
from tests.e2e.drill import Drill
from tests.e2e.live import CLOCK, Ear, Live, Person, running

GROCER = ROOT.parent / "shared" / "data" / "grocers" / "bigbasket_8208_qty_url.csv.gz"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if CLOCK.laps:
        terminalreporter.section("end to end: seconds a phase took")
        for what, seconds in CLOCK.laps:
            terminalreporter.write_line(f"{seconds:8.1f}  {what}")


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The system that all tests share."""
    with running(tmp_path_factory.mktemp("live")) as live:
        yield live


@pytest.fixture(scope="session")
def admin(live: Live) -> Person:
    return live.demo("admin")


@pytest.fixture(scope="session")
def ear(live: Live) -> Ear:
    return Ear(live)


@pytest.fixture(scope="session")
def grocer_file() -> bytes:
    """8,208 rows of a real grocer, byte for byte."""
    if not GROCER.exists():
        pytest.skip("the grocers' lists (../shared/data/grocers) are not on this machine")
    return gzip.decompress(GROCER.read_bytes())


@pytest.fixture(scope="session")
def drill(live: Live, ear: Ear) -> Drill:
    """Workers killed at their work. Nobody waits here for the messages to come again: other tests go on meanwhile."""
    return drills.run(live, gzip.decompress(GROCER.read_bytes()) if GROCER.exists() else None)
