"""What the index can't have yet: products written since its watermark, in a small index in memory beside it.

So what was created a second ago is found, however long the indexer takes. Both together are the catalog as it is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import islice, takewhile
from typing import Final

from services.catalog import client as catalog
from services.catalog.client import Changed
from services.matching.domain.record import Entry
from services.matching.store.files import NOTHING, Shelf, nothing
from services.matching.store.index import Index, entry_of

OVERLAP: Final = timedelta(minutes=2)
"""As the indexer's: how far behind the watermark a write may still appear."""
FAR: Final = timedelta(minutes=15)
"""Of a longer time since the watermark only the ends are looked at: the indexer moves it every few minutes."""
LISTED: Final = 8_000
"""Changes looked at, newest first; nearly all of them the index has already."""
READ: Final = 2_000
"""Products beside the index at most."""

_LOOKED_UP: Final = 1_000
_EVERY: Final = 1.0  # seconds in which one look is enough for single questions


@dataclass(frozen=True, slots=True)
class View:
    """The catalog as two indexes: what ``disk`` has of the products in ``newer`` doesn't count, ``ram`` has these."""

    disk: Index
    ram: Index
    newer: frozenset[str]


class Lane:
    """One process's view of the catalog, kept up to date by looking."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._shelf = Shelf()
        self._looked = float("-inf")
        self._view = View(self._shelf.index, nothing(), frozenset())
        self._entries: dict[str, Entry] = {}  # of the products in ``ram``
        self._settled: dict[str, int] = {}  # versions of late that ``disk`` surely has

    def view(self, *, fresh: bool) -> View:
        """As it is now or, unless ``fresh``, was at most a second ago."""
        with self._lock:
            if fresh or time.monotonic() - self._looked >= _EVERY:
                self._look()
                self._looked = time.monotonic()
            return self._view

    def covers(self, at: datetime) -> bool:
        """Whether the index itself has all that was written up to ``at``, without what is kept beside it."""
        with self._lock:
            self._refresh()
            until = takewhile(lambda c: c.changed_at <= at, catalog.changed_since(self._back(), far=FAR))
            while some := list(islice(until, _LOOKED_UP)):
                if self._lacking(some):
                    return False
            return True

    def close(self) -> None:
        """Throws its folder away."""
        self._shelf.close()

    def _look(self) -> None:
        if self._shelf.standing is NOTHING:
            self._refresh()
            changes = self._changes()
        else:  # both at once: an older watermark only means to look further back
            with ThreadPoolExecutor(1) as pool:
                changing = pool.submit(self._changes)
                self._refresh()
                changes = changing.result()
        lacking = self._lacking(changes)[:READ]
        had = self._entries
        unread = [c.product_id for c in lacking if (e := had.get(c.product_id)) is None or e.version < c.version]
        read = {product_id: entry_of(p) for product_id, p in catalog.products(unread).items()} if unread else {}
        self._entries = {i: e for c in lacking for i in [c.product_id] if (e := read.get(i) or had.get(i))}
        if not self._entries:
            ram = nothing()
        elif not read and self._entries.keys() == had.keys():
            ram = self._view.ram
        else:
            ram = Index.of(self._entries.values())
        if ram is not self._view.ram or self._shelf.index is not self._view.disk:
            self._view = View(self._shelf.index, ram, frozenset(self._entries))
        recent = {c.product_id for c in changes}
        self._settled = {i: v for i, v in self._settled.items() if i in recent}

    def _refresh(self) -> None:
        before = self._shelf.standing
        self._shelf.refresh()
        if self._shelf.standing.watermark < before.watermark:
            self._settled = {}  # somebody put an older state back

    def _changes(self) -> list[Changed]:
        return list(islice(catalog.changed_since(self._back(), newest_first=True, far=FAR), LISTED))

    def _back(self) -> datetime:
        return self._shelf.standing.watermark - OVERLAP

    def _lacking(self, changes: Sequence[Changed]) -> list[Changed]:
        """Those that the index doesn't have in this version or a later one."""
        unsure = [c for c in changes if self._settled.get(c.product_id, 0) < c.version]
        self._settled |= self._shelf.index.versions(c.product_id for c in unsure)
        return [c for c in unsure if self._settled.get(c.product_id, 0) < c.version]


@cache
def _lane() -> Lane:
    return Lane()


def view(*, fresh: bool = False) -> View:
    """The catalog as it is now or, unless ``fresh``, was at most a second ago."""
    return _lane().view(fresh=fresh)


def covers(at: datetime) -> bool:
    """Whether the index has all that was written up to ``at``, by the clocks of those who write."""
    return _lane().covers(at)


def forget() -> None:
    """As if the process had ended."""
    if _lane.cache_info().currsize:
        _lane().close()
    _lane.cache_clear()
