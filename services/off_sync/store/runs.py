"""Runs, and the lock that lets one at a time work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from events.base import Event
from services.off_sync.domain.document import Base
from services.off_sync.domain.run import LEASE, Kind, Run, given_up
from services.off_sync.settings import OffRunsTable
from shared.aws import outbox
from shared.aws.dynamo import Item, Table, TransactionRefused, Write, transact
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import parse_rfc3339, rfc3339
from shared.kernel.errors import NotFound

_LOCK = "lock"
_LISTED = "yes"
_TIMES = ("started_at", "moved_at", "completed_at")


def _runs() -> Table:
    return Table(settings(OffRunsTable).off_runs_table, "run_id")


def get(run_id: str) -> Run:
    """A run. Raises NotFound."""
    found = _runs().get(run_id)
    if found is None or run_id == _LOCK:
        raise NotFound("OFF_SYNC_UNKNOWN", "There is no such run; GET /v1/admin/off-syncs lists all.")
    return _run(found)


def page(limit: int, start: Item | None) -> tuple[list[Run], Item | None]:
    """Runs, newest first, and the key to go on from."""
    found = _runs().query("listed = :yes", index="by_listed", newest_first=True, limit=limit, start=start, yes=_LISTED)
    known = {r["run_id"]: r for r in _runs().get_many((i["run_id"],) for i in found.items)}
    return [_run(known[i["run_id"]]) for i in found.items if i["run_id"] in known], found.next_key


def working() -> Run | None:
    """The run that has the lock, if it is one that still works."""
    lock = _runs().get(_LOCK)
    found = _runs().get(lock["holder"]) if lock else None
    return _run(found) if found and _run(found).active else None


def start(kind: Kind, base: Base, cause: Cause, then: Sequence[Base] = ()) -> tuple[Run, bool]:
    """A new run, or the one that works already; and whether it is new. ``then``: whose turn is after it."""
    run = Run(
        run_id=cause.new_id("run"),
        kind=kind,
        base=base,
        then=list(then),
        by=cause.actor,
        correlation_id=cause.correlation_id,
        started_at=cause.at,
        moved_at=cause.at,
    )
    before = _holder()
    held = _runs().get(before) if before else None
    found = _run(held) if held else None
    if found and (found.run_id == run.run_id or _alive(found, cause.at)):
        return found, False
    lock = _runs().putting(
        {"run_id": _LOCK, "holder": run.run_id}, "attribute_not_exists(holder) OR holder = :before", before=before
    )
    writes = [_runs().putting(_item(run), "attribute_not_exists(run_id)"), lock]
    if found and found.active:  # nothing moves on it: it is not to wake up beside the new one
        ended, event = given_up(found, "TAKEN_OVER", replace(cause, seed=""))
        writes += [_saving(ended), outbox.stating(event)]
    try:
        transact(writes)
    except TransactionRefused:  # somebody was faster by a moment
        now = _runs().get(run.run_id) or _runs().get(_holder())
        return (_run(now) if now else run), False
    return run, True


def _holder() -> str:
    """Which run has the lock; empty: none has had it yet."""
    lock = _runs().get(_LOCK)
    return str(lock["holder"]) if lock else ""


def save(run: Run, *stating: Event) -> Run | None:
    """The run as it is now, with what it states; None: somebody else has moved it on, who goes on."""
    try:
        transact([_saving(run), *map(outbox.stating, stating)])
    except TransactionRefused:
        return None
    return _next(run)


def _saving(run: Run) -> Write:
    return _runs().putting(_item(_next(run)), "revision = :before", before=run.revision)


def _next(run: Run) -> Run:
    return run.model_copy(update={"revision": run.revision + 1})


def _alive(run: Run, now: datetime) -> bool:
    return run.active and now - run.moved_at < LEASE


def _item(run: Run) -> Item:
    told: dict[str, Any] = run.model_dump()
    times = {name: rfc3339(at) for name in _TIMES if (at := getattr(run, name))}
    return {**told, **times, "listed": _LISTED}


def _run(item: Item) -> Run:
    return Run.model_validate({**item, **{name: parse_rfc3339(item[name]) for name in _TIMES if item.get(name)}})
