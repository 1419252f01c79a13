"""The stream of StoreInventory is where inventory's events come from, and how rows come into the ledger's table.

``StockChanged`` tells up to 100 items of a store at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from events.base import Event
from events.inventory import (
    ChangedItem,
    ChangedStock,
    ExpiringLot,
    LotExpired,
    LotExpiring,
    LowStockReached,
    StockChanged,
)
from services.inventory.domain import telling, watch
from services.inventory.domain.entry import Entry
from services.inventory.domain.item import Item
from services.inventory.store import items, ledger
from shared.aws import bus
from shared.aws.dynamo import Item as Row
from shared.aws.settings import Runtime, settings
from shared.aws.streams import Change, stream_handler
from shared.kernel.cause import Cause
from shared.kernel.clock import indian_day, parse_rfc3339

_ITEMS_AT_MOST = 100


def state(changes: Sequence[Change]) -> None:
    """Copies the batch's rows into the ledger, then publishes what it changed, a store and cause at a time."""
    read = [(_loaded(c.old), _loaded(c.new), c.new or c.old or {}) for c in changes]
    ledger.add_many(_entries(read))
    told = [*_changed(read), *_noticed(read)]
    bus.publish([event.entry(settings(Runtime).event_bus) for event in told])


_Read = tuple[Item | None, Item | None, Row]


def _loaded(row: Row | None) -> Item | None:
    return items.load(row) if row else None


def _entries(read: Sequence[_Read]) -> Iterator[tuple[str, str, Entry]]:
    """Rows that came into items and are still in them by the end of the batch. What has left its item again is in the
    ledger: a writer who finds the stream late brings it there first, and it would be paid for twice."""
    first: dict[tuple[str, str], Item | None] = {}
    last: dict[tuple[str, str], Item | None] = {}
    for old, new, row in read:
        key = (row["store_id"], row["product_id"])
        first.setdefault(key, old)
        last[key] = new
    for (store_id, product_id), item in last.items():
        before = first[store_id, product_id]
        known = {e.key for e in before.recent} if before else set()
        for entry in item.recent if item else ():
            if entry.key not in known:
                yield store_id, product_id, entry


def _changed(read: Sequence[_Read]) -> Iterator[Event]:
    moved: dict[tuple[str, str, str], list[tuple[str, ChangedItem]]] = defaultdict(list)
    for old, new, row in read:
        item = telling.moved(old, new) if new else telling.gone(old) if old else None
        if item:
            moved[row["store_id"], row["changed_by"], row["correlation_id"]].append((row["last_updated"], item))
    for (store_id, actor, correlation_id), changed in moved.items():
        for at in range(0, len(changed), _ITEMS_AT_MOST):
            part = changed[at : at + _ITEMS_AT_MOST]
            cause = Cause(actor, parse_rfc3339(part[-1][0]), correlation_id)
            data = ChangedStock(store_id=store_id, items=tuple(i for _, i in part))
            yield StockChanged.stated(cause, data, store_id, *(f"{i.product_id}@{i.version}" for _, i in part))


def _noticed(read: Sequence[_Read]) -> Iterator[Event]:
    """What people want to be told of at once."""
    for old, new, row in read:
        if new is None:
            continue
        cause = Cause(row["changed_by"], new.last_updated, row["correlation_id"])
        name = (new.store_id, f"{new.product_id}@{new.version}")
        if low := telling.ran_low(old, new):
            yield LowStockReached.stated(cause, low, *name)
        for told, lot in telling.at_risk(old, new):
            if told == watch.EXPIRED:
                yield LotExpired.stated(cause, lot, *name, lot.lot_id)
            else:
                left = (lot.expiry_date - indian_day(new.last_updated)).days
                data = ExpiringLot(**lot.model_dump(), threshold=told, days_left=left)
                yield LotExpiring.stated(cause, data, *name, lot.lot_id)


handler = stream_handler(state)
