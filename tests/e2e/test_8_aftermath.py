"""When all is done: nobody was denied anything, nothing lies among the dead letters, nothing was said twice."""

from __future__ import annotations

from collections import Counter

from local.process import wait_until
from tests.e2e.live import PATIENCE, Ear, Live

REFUSED = ("AccessDenied", "not authorized to perform", "UnauthorizedOperation")


def test_no_function_lacked_a_grant(live: Live) -> None:
    denied = live.log_lines(*REFUSED)
    for log in live.home.logs.glob("engine.log*"):
        with log.open(encoding="utf-8", errors="replace") as lines:
            denied += [line.rstrip()[:600] for line in lines if any(word in line for word in REFUSED)]
    assert denied == []


def test_functions_do_leave_logs(live: Live) -> None:
    """Else the test above would have nothing to find."""
    assert live.log_lines('"level":"INFO"')


def test_no_message_is_dead(live: Live) -> None:
    dead = {url.rsplit("/", 1)[1]: sum(live.depth(url)) for url in live.queue_urls() if "dead" in url.lower()}
    assert len(dead) > 8
    assert {name: n for name, n in dead.items() if n} == {}


def test_every_import_that_ended_was_told_of_once(live: Live, ear: Ear) -> None:
    undone = {"undoing", "undone"}  # since
    jobs_of_all = live.rows("CsvJobs")
    ended = {j["job_id"] for j in jobs_of_all if j["status"].startswith("completed") or j["status"] in undone}
    told = ear.events("ImportCompleted", lambda detail: True)
    by_event = Counter(e["detail"]["metadata"]["event_id"] for e in told)
    jobs = Counter(e["detail"]["data"]["job_id"] for e in told if by_event[e["detail"]["metadata"]["event_id"]] == 1)
    assert set(jobs.values()) <= {1}
    assert {e["detail"]["data"]["job_id"] for e in told} <= ended


def test_everything_stated_was_sent(live: Live) -> None:
    def unsent() -> list[str]:
        return [row["event_id"] for row in live.rows("Outbox") if row.get("unsent")]

    assert wait_until(lambda: not unsent(), PATIENCE), unsent()
