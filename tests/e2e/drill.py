"""The crash drill: workers die in the middle of their work, without a word; their messages come again by themselves.

Each run sells goods of its own (their names are in a language that only this run speaks), so that each has to make its
products and none is like another's. What a run left behind is compared in English, ids and times taken away.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.process import wait_until
from tests.e2e import grocer
from tests.e2e.grocer import Tongue
from tests.e2e.live import CLOCK, PATIENCE, Json, Live, Shop, tell

ROWS = 2000
FILE = "drill.csv"
_PASSING = re.compile(r"(?:_at|_by|_id|_minute|_updated)$")


@dataclass
class Run:
    """One shop's import of the drill's file."""

    tongue: Tongue
    shop: Shop
    job_id: str
    killed: int = 0
    killed_at: datetime | None = None

    def left_behind(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """All that the import has changed, once it has ended, free of ids and times."""
        live, job = self.shop.live, self.shop.await_job(self.job_id, seconds)
        report = self.shop.report(self.job_id)
        order = {p: f"product {n}" for n, p in enumerate(dict.fromkeys(r["product_id"] for r in report))}
        shelf = live.shelf(self.shop.store_id)
        products = {p["product_id"]: p for p in live.rows("Products") if p["product_id"] in order}
        return {
            "job": self._plain(job),
            "report": [self._plain(row) | {"product_id": order[row["product_id"]]} for row in report],
            # The words that an item is found by are spelled after how its names sound in this run's tongue.
            "shelf": {order[p]: self._plain(item | {"words": None}) for p, item in shelf.items()},
            "products": {order[p]: self._plain(product) for p, product in products.items()},
            "notices": [(n["type"], n["severity"], self._plain(n["title"])) for n in self.shop.notices()],
        }

    def _plain(self, thing: Any) -> Any:
        if isinstance(thing, dict):
            lasting = {n: v for n, v in thing.items() if not _PASSING.search(n) or n == "lot_id"}
            return {self._plain(n): self._plain(v) for n, v in lasting.items()}
        if isinstance(thing, list):
            return [self._plain(one) for one in thing]
        if isinstance(thing, str):
            return self.tongue.means(thing).replace(self.job_id, "job").casefold()
        return thing


@dataclass
class Drill:
    """A run that nothing disturbed, and two whose workers were killed."""

    source: bytes | None
    calm: Run
    calm_left: dict[str, Any]
    chunk_died: Run
    partition_died: Run


def start(live: Live, word: str, source: bytes | None) -> Run:
    """A new shop drops the drill's file: the first rows of a real grocer's, or rows made up."""
    tongue = Tongue(word)
    shop = live.shop(f"{word} Stores")
    shop.drop(FILE, file_of(tongue, source))
    return Run(tongue, shop, shop.job(FILE)["job_id"])


def file_of(tongue: Tongue, source: bytes | None) -> bytes:
    """The drill's file with the names of its goods in this language."""
    return grocer.renamed(source, ROWS, tongue) if source else grocer.made_up(ROWS, tongue)


def run(live: Live, source: bytes | None) -> Drill:
    """All three runs; those disturbed have not ended when this returns."""
    calm = start(live, "Calm", source)
    with CLOCK.lap(f"{ROWS} rows, undisturbed"):
        calm.shop.await_job(calm.job_id)
    live.settled("NotificationsSubscriptionsInbox")
    left = calm.left_behind()
    chunk_died = _disturbed(live, source, ("Amber", "Birch", "Cedar"), _in_a_chunk)
    partition_died = _disturbed(live, source, ("Delta", "Ember", "Fjord"), _in_a_partition)
    return Drill(source, calm, left, chunk_died, partition_died)


def _disturbed(live: Live, source: bytes | None, words: tuple[str, ...], strike: Callable[[Live, Run], bool]) -> Run:
    """A run whose workers were killed while they worked. A strike that came too late is tried on another shop."""
    for word in words:
        run = start(live, word, source)
        if strike(live, run):
            return run
        run.shop.await_job(run.job_id)
    raise AssertionError(f"{strike.__name__}: three times the work was done before the blow fell")


def _in_a_chunk(live: Live, run: Run) -> bool:
    """The workers of on_chunk die while messages are in their hands."""
    url = live.queue("CsvImportChunks")
    assert wait_until(lambda: live.depth(url)[1] > 0, PATIENCE, step=0.01)
    time.sleep(0.3)
    return _kill(live, run, "CsvImportonchunk", url, "chunks")


def _in_a_partition(live: Live, run: Run) -> bool:
    """The workers of on_partition die when some of their goods are on the shelf and others are not."""
    assert wait_until(lambda: live.shelf_size(run.shop.store_id) > 50, PATIENCE, step=0.01)
    return _kill(live, run, "CsvImportonpartition", live.queue("CsvImportPartitions"), "partitions")


def _kill(live: Live, run: Run, worker: str, queue: str, room: str) -> bool:
    """SIGKILL to all workers of a room. Whether messages are left in dead hands."""
    victims = live.children(worker)
    for pid in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    run.killed, run.killed_at = len(victims), datetime.now(UTC)
    time.sleep(1.5)
    job: Json = live.job_row(run.job_id)
    waiting, in_hand = live.depth(queue)
    shelf = live.shelf_size(run.shop.store_id)
    tell(
        f"killed {len(victims)} of {worker}: {job[f'{room}_done']} of {job[room]} {room} done, "
        f"{in_hand} messages in dead hands, {waiting} waiting, {shelf} items on the shelf"
    )
    return bool(victims) and job["status"] == "processing" and job[f"{room}_done"] < job[room] and in_hand > 0
