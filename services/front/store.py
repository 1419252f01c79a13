"""The counters: one item, moved in the same transaction that notes which events are in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from services.front.domain import Sync
from services.front.settings import FrontSettings
from shared.aws.dynamo import ConditionFailed, Table, TransactionRefused, Write, transact
from shared.aws.settings import settings
from shared.kernel.clock import rfc3339

_TOTALS = "totals"
_LAST_SYNC = "last_sync"
_REMEMBERED = timedelta(days=15)  # longer than any queue or DLQ keeps an event
_AT_ONCE = 99  # and the totals: 100 writes are the most a transaction takes


def _stats() -> Table:
    return Table(settings(FrontSettings).stats_table, "stat")


def fold(moves: Mapping[str, Counter[str]], now: datetime) -> None:
    """Adds what each event (by id) moves; events that are in already add nothing."""
    waiting = dict(moves)
    while waiting:
        batch = dict(list(waiting.items())[:_AT_ONCE])
        total: Counter[str] = Counter()
        for move in batch.values():
            total.update(move)
        seen = [_seen(event_id, now) for event_id in batch]
        by: dict[str, Any] = {k: v for k, v in total.items() if v}
        try:
            if any(batch.values()):  # what adds up to nothing may come again one by one
                moved = [_stats().updating(_TOTALS, set_=f"ADD {_added(by)}", **by)] if by else []
                transact([*seen, *moved])
        except TransactionRefused as refused:
            known = [e for e, r in zip(batch, refused.refusals, strict=False) if r]
            if not known:
                raise
            for event_id in known:
                del waiting[event_id]
            continue
        for event_id in batch:
            del waiting[event_id]


def note_sync(sync: Sync) -> None:
    """The end of a sync, unless a later one is known."""
    item = {"stat": _LAST_SYNC, **sync.model_dump(mode="json"), "at": rfc3339(sync.at)}
    with suppress(ConditionFailed):
        _stats().put(item, "attribute_not_exists(stat) OR #at <= :at", at=rfc3339(sync.at))


def last_sync() -> Sync | None:
    """How the last sync ended; None before the first."""
    found = _stats().get(_LAST_SYNC)
    return Sync.model_validate(found) if found else None


def totals() -> dict[str, int]:
    """All counters."""
    found = _stats().get(_TOTALS) or {}
    return {k: v for k, v in found.items() if k != "stat"}


def _added(by: Mapping[str, int]) -> str:
    return ", ".join(f"#{name} :{name}" for name in by)


def _seen(event_id: str, now: datetime) -> Write:
    return _stats().putting(
        {"stat": f"seen#{event_id}", "expires_at": int((now + _REMEMBERED).timestamp())},
        "attribute_not_exists(stat)",
    )


def reachable() -> bool:
    """Whether the table answers."""
    _stats().get(_TOTALS, consistent=False)
    return True
