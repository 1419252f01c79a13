"""The stream of StoreInventory is where ``StockChanged`` comes from, up to 100 items of a store in one event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from events.base import Event
from events.inventory import ChangedItem, ChangedStock, StockChanged
from services.inventory import domain, store
from shared.aws import bus
from shared.aws.settings import Runtime, settings
from shared.aws.streams import Change, stream_handler
from shared.kernel.cause import Cause
from shared.kernel.clock import parse_rfc3339

_ITEMS_AT_MOST = 100


def state(changes: Sequence[Change]) -> None:
    """Publishes what the batch changed, a store and cause at a time."""
    bus.publish([event.entry(settings(Runtime).event_bus) for event in _events(changes)])


def _events(changes: Sequence[Change]) -> Iterator[Event]:
    moved: dict[tuple[str, str, str], list[tuple[str, ChangedItem]]] = defaultdict(list)
    for change in changes:
        old, new = (store.load(row) if row else None for row in (change.old, change.new))
        item = domain.moved(old, new) if new else domain.gone(old) if old else None
        row = change.new or change.old or {}
        if item:
            moved[row["store_id"], row["changed_by"], row["correlation_id"]].append((row["last_updated"], item))
    for (store_id, actor, correlation_id), items in moved.items():
        for at in range(0, len(items), _ITEMS_AT_MOST):
            part = items[at : at + _ITEMS_AT_MOST]
            cause = Cause(actor, parse_rfc3339(part[-1][0]), correlation_id)
            data = ChangedStock(store_id=store_id, items=tuple(i for _, i in part))
            yield StockChanged.stated(cause, data, store_id, *(f"{i.product_id}@{i.version}" for _, i in part))


handler = stream_handler(state)
