"""How the imports end whose workers were killed in test_2_crash.py: as if nothing had happened, and by themselves."""

from __future__ import annotations

from datetime import datetime

from tests.e2e.drill import Drill, Run
from tests.e2e.live import CLOCK, Ear, Live


def test_an_import_whose_chunk_workers_were_killed_ends_the_same(live: Live, drill: Drill, ear: Ear) -> None:
    _ends_the_same(live, drill, drill.chunk_died, ear)


def test_an_import_whose_partition_workers_were_killed_ends_the_same(live: Live, drill: Drill, ear: Ear) -> None:
    _ends_the_same(live, drill, drill.partition_died, ear)


def _ends_the_same(live: Live, drill: Drill, run: Run, ear: Ear) -> None:
    with CLOCK.lap("waiting for it to heal"):
        job = run.shop.await_job(run.job_id)
    ear.await_job("ImportCompleted", run.job_id)
    live.settled("NotificationsSubscriptionsInbox")
    left = run.left_behind()
    for part, expected in drill.calm_left.items():
        assert left[part] == expected, part
    assert len(ear.of_job("ImportCompleted", run.job_id)) == 1
    assert run.killed_at is not None
    healed = (datetime.fromisoformat(job["completed_at"]) - run.killed_at).total_seconds()
    CLOCK.laps.append(("   ended so long after the blow", healed))
    assert not [line for line in live.log_lines("helped on") if run.job_id in line], "the watchdog had to send messages"
