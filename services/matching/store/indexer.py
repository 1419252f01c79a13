"""Keeping the index fresh: who is woken pulls what was written since the watermark, whatever the message said.

So nothing hangs on messages, on their order or on being alone: a lost one is made up for by the next, one that comes
twice finds nothing to do, and of two indexers one loses the race for ``current.json`` and begins anew.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Final, NamedTuple

from services.catalog import client as catalog
from services.catalog.client import Changed
from services.matching.settings import IndexerSettings
from services.matching.store import files
from services.matching.store.files import NOTHING, Current, FileGone, RaceLost, Standing, Stored
from services.matching.store.index import FORMAT, Builder, Index, entry_of
from shared.aws.observability import count, logger
from shared.aws.settings import settings
from shared.kernel.clock import Clock, utc_now
from shared.kernel.ids import new_id

OVERLAP: Final = timedelta(minutes=2)
"""How far behind the watermark a write may still appear: clocks differ, a transaction waits, an index lags."""
SKEW: Final = timedelta(seconds=2)
"""How near the watermark comes to our own time; a clock that is ahead of others can't draw it further."""
STALE: Final = timedelta(minutes=3)
"""How old a watermark may be before it is moved though nothing was written."""
MOST: Final = 5_000
"""Products of one round: some seconds of work, and a few megabytes of memory."""
KEPT: Final = timedelta(days=1)
"""How long files stay that no state of the index names."""

_LOOKED_UP: Final = 1_000
_SCANNED: Final = 2_000
_TRIES: Final = 6
_REBUILD_TRIES: Final = 20
_REBUILD_HEAP_MB: Final = 256


class Pulled(NamedTuple):
    """What a call did: products put in, states of the index made of them, races lost on the way."""

    products: int
    states: int
    lost: int


class Rebuilt(NamedTuple):
    """What a rebuild did. ``size`` in bytes; ``thrown_away``: files that nobody named any more."""

    documents: int
    files: int
    size: int
    thrown_away: int
    seconds: float


class Working:
    """A copy of the index that is written to, and what of it is in S3 already."""

    def __init__(self, stored: Mapping[str, Stored], watermark: datetime, *, heap_mb: int = 64) -> None:
        self.folder = files.new_folder()
        self.stored = dict(stored)
        self.watermark = watermark
        self._heap_mb = heap_mb
        self._builder: Builder | None = None
        self._index: Index | None = None
        self._seen: dict[str, int] = {}  # versions that it surely has, of what was changed lately

    def put(self, products: Iterable[catalog.Product], *, anew: bool = False) -> None:
        """Adds products or, unless all are new, replaces them."""
        entries = list(map(entry_of, products))
        if anew:
            self.builder.add(entries)
        else:
            self.builder.put(entries)
            self._seen |= {entry.product_id: entry.version for entry in entries}

    def has(self, product_id: str, version: int) -> bool:
        """Whether it surely has this version or a later one; False also for what was not asked for of late."""
        return self._seen.get(product_id, 0) >= version

    @property
    def builder(self) -> Builder:
        """What writes; made when it is first wanted."""
        if self._builder is None:
            self._builder = Builder(self.folder, heap_mb=self._heap_mb)
        return self._builder

    def lacking(self, changes: Iterator[Changed], most: int = MOST) -> list[Changed]:
        """The first of these that it doesn't have in this version or a later one, in the same order."""
        found: list[Changed] = []
        seen: dict[str, int] = {}
        while len(found) < most and (some := list(islice(changes, _LOOKED_UP))):
            unsure = [c.product_id for c in some if not self.has(c.product_id, c.version)]
            have = self._seen | (self.index.versions(unsure) if unsure else {})
            found += [c for c in some if have.get(c.product_id, 0) < c.version]
            seen |= {c.product_id: have[c.product_id] for c in some if c.product_id in have}
        self._seen = seen  # what is not among the changes of late needn't be remembered
        return found[:most]

    @property
    def index(self) -> Index:
        """What was last finished, to read."""
        if self._index is None:
            self._index = Index.open(self.folder) if (self.folder / "meta.json").exists() else files.nothing()
        return self._index

    def finish(self) -> str:
        """Makes files of what was put and brings them to S3. Answers ``meta.json``."""
        self.builder.commit()
        self.builder.close()
        self._builder = self._index = None
        meta, self.stored = files.upload(self.folder, self.stored)
        return meta

    def publish(self, of: Standing, watermark: datetime, now: datetime) -> Standing:
        """Makes this the state of the index, in the place of ``of``. Raises RaceLost."""
        meta = self.finish()
        self.watermark = watermark
        state = Current(
            format=FORMAT,
            generation=new_id("gen", now),
            meta=meta,
            files=self.stored,
            watermark=watermark,
            documents=self.index.documents,
        )
        return files.move(state, of)

    def close(self) -> None:
        """Throws it away."""
        files.drop(self.folder)


class _Desk:
    """What a process keeps from one call to the next: its copy of the state that it last made or saw."""

    def __init__(self) -> None:
        self.standing = NOTHING
        self.working: Working | None = None
        self.moved = float("-inf")

    def at(self, found: Standing) -> Working:
        """A copy of this state. Raises FileGone."""
        if self.working is None or found is not self.standing:
            self.clear()
            working = Working(found.current.files if found.current else {}, found.watermark)
            try:
                if found.current and found.current.files:
                    files.copy_of(found.current, working.folder)
            except BaseException:
                working.close()
                raise
            self.standing, self.working = found, working
        return self.working

    def clear(self) -> None:
        """Throws the copy away: there is something in it that ``standing`` doesn't have."""
        if self.working:
            self.working.close()
        self.standing, self.working = NOTHING, None


_desk = _Desk()


def pull(seconds: float, now: Clock = utc_now) -> Pulled:
    """Brings the index to what the catalog is now. What takes longer than ``seconds`` is left to the next call."""
    end = time.monotonic() + seconds
    products = states = lost = 0
    while True:
        _pause()
        try:
            done, left = _round(now)
        except (RaceLost, FileGone) as problem:
            lost += 1
            if lost == _TRIES:
                raise
            logger.info("begun anew", extra={"why": repr(problem)})
            time.sleep(random.uniform(0, 0.05 * 2**lost))  # noqa: S311 - nothing secret
            continue
        products, states = products + done, states + bool(done)
        if not left or time.monotonic() > end:
            count("Indexed", products)
            count("IndexRacesLost", lost)
            return Pulled(products, states, lost)


def has(told: Iterable[tuple[str, int]]) -> bool:
    """Whether this process knows, without asking, that the index has these products in these versions or later ones."""
    return _desk.working is not None and all(_desk.working.has(*each) for each in told)


def _round(now: Clock) -> tuple[int, bool]:
    """At most ``MOST`` products; answers how many, and whether there may be more."""
    began = now()
    found = files.standing(_desk.standing)
    changes = catalog.changed_since(found.watermark - OVERLAP)
    if (first := next(changes, None)) is None:
        _move_watermark(found, began)
        return 0, False
    working = _desk.at(found)
    try:
        lacking = working.lacking(chain([first], changes))
        if not lacking:
            _move_watermark(found, began)
            return 0, False
        working.put(_products(lacking))
        _desk.standing = working.publish(found, _watermark(found.watermark, lacking, began), began)
        _desk.moved = time.monotonic()
    except BaseException:
        _desk.clear()
        raise
    if _desk.standing.current:
        files.forget_unnamed(_desk.standing.current)
    return len(lacking), len(lacking) == MOST


def _move_watermark(found: Standing, began: datetime) -> None:
    """Nothing was missing: whoever asks next needn't look as far back."""
    if found.current and began - found.watermark > STALE:
        moved = files.move(found.current.model_copy(update={"watermark": began - SKEW}), found)
        if found is _desk.standing:  # else our copy is of another state
            _desk.standing = moved


def rebuild(now: Clock = utc_now) -> Rebuilt:
    """Makes the index anew from the whole catalog, whatever stands there, and throws away what is no longer needed.

    Others go on meanwhile. It takes in what they did before it takes their place, so nothing goes missing for a while.
    """
    began, start = now(), time.monotonic()
    # Before and not after, so that the files of the state that is replaced stay for a day.
    thrown_away = files.throw_away(KEPT, began)
    working = Working({}, began - SKEW, heap_mb=_REBUILD_HEAP_MB)
    try:
        everything = catalog.everything()
        while some := list(islice(everything, _SCANNED)):
            working.put(some, anew=True)
        working.finish()  # what takes long is done before the race
        standing = _take_the_place(working, now)
    finally:
        working.close()
    done = Rebuilt(
        standing.documents,
        len(standing.files),
        sum(stored.size for stored in standing.files.values()),
        thrown_away,
        round(time.monotonic() - start, 3),
    )
    logger.info("rebuilt", extra=done._asdict())
    return done


def _take_the_place(working: Working, now: Clock) -> Current:
    for _ in range(_REBUILD_TRIES):
        of, at = files.standing(), now()
        while True:
            lacking = working.lacking(catalog.changed_since(working.watermark - OVERLAP))
            working.put(_products(lacking))
            working.watermark = _watermark(working.watermark, lacking, at)
            if len(lacking) < MOST:
                break
        try:
            # By now it has what the other has.
            moved = working.publish(of, max(working.watermark, of.watermark), at)
        except RaceLost:
            continue
        if moved.current:
            return moved.current
    raise RaceLost(f"{_REBUILD_TRIES} times")


def _products(changes: Iterable[Changed]) -> Iterable[catalog.Product]:
    return catalog.products(change.product_id for change in changes).values()


def _watermark(before: datetime, done: Sequence[Changed], now: datetime) -> datetime:
    """Where ``done``, which is in order, brings it: to the last of them, but not into times that may not be over."""
    return max(before, min(done[-1].changed_at, now - SKEW)) if done else before


def _pause() -> None:
    time.sleep(max(0.0, _desk.moved + settings(IndexerSettings).index_pause - time.monotonic()))


def forget() -> None:
    """As if the process had ended."""
    _desk.clear()
    _desk.moved = float("-inf")
