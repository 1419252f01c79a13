"""Which files of a feed are to be read, in which order, and whether some are missing.

The names of deltas say when their first and last change were (https://world.openfoodfacts.org/data); each begins where
the one before ends. They are kept for 14 days and don't tell of deletions: only a dump does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

_NAME = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*?_(\d{9,11})_(\d{9,11})\.json\.gz")
OVERLAP: Final = 24 * 3600
"""Seconds before the newest change in a dump from which on deltas are read: it takes hours to be written."""
STALE_AFTER: Final = 36 * 3600
"""Seconds. A feed in which nothing is newer stands still: they write one file a day."""


@dataclass(frozen=True, slots=True, order=True)
class Delta:
    """A file of changes from ``start`` to ``end`` (UNIX seconds)."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The files to read. ``gap``: changes are lost, only a dump has them."""

    deltas: tuple[Delta, ...]
    gap: bool = False


def listed(index: str, latest: int) -> list[Delta]:
    """The deltas that an index lists, the oldest first; whatever else stands there is passed over.

    So is what ends later than ``latest``: whoever has read it would read no other after it.
    """
    return sorted({d for d in _deltas(index.splitlines()) if d.end <= latest})


def plan(deltas: Iterable[Delta], read_to: int) -> Plan:
    """What to read of a feed that was read up to ``read_to``."""
    waiting = [d for d in deltas if d.end > read_to]
    reached = read_to
    for delta in waiting:
        if delta.start > reached:
            return Plan((), gap=True)
        reached = max(reached, delta.end)
    return Plan(tuple(waiting))


def _deltas(lines: Iterable[str]) -> Iterator[Delta]:
    for line in lines:
        name = line.strip()
        found = _NAME.fullmatch(name)
        if found and int(found[1]) <= int(found[2]):
            yield Delta(int(found[1]), int(found[2]), name)
