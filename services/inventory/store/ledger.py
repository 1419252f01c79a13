"""StockMovements: an item's rows in the order of their booking, and by the ids that clients gave them.

A row is written when the item is, as part of it (``Item.recent``): that is the one moment at which it counts. From
there it is copied here by the item's stream, and by the next writer where that has not happened. Rows never change, so
copying twice is harmless. Whoever asks for an item's ledger reads the item first and the table then: what has left the
item by then is in the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.inventory.domain.entry import Entry
from services.inventory.domain.item import Item
from services.inventory.settings import InventorySettings
from shared.aws import dynamo
from shared.aws.dynamo import Table, Write
from shared.aws.settings import settings
from shared.kernel.clock import parse_rfc3339, rfc3339

_BY_TIME, _BY_ID, _GONE = "at#", "id#", "gone"
_READS = 16
_ID_KEPT = timedelta(days=60)
"""How long an id is known; what is older than 30 days is refused for its age when it comes again."""


def _rows() -> Table:
    return Table(settings(InventorySettings).stock_movements_table, "item", "row")


def add(store_id: str, product_id: str, entries: Iterable[Entry]) -> None:
    """Copies rows here. An id is written after its row, so where an id is its row is too."""
    add_many((store_id, product_id, entry) for entry in entries)


def add_many(entries: Iterable[tuple[str, str, Entry]]) -> None:
    """``add``, of several items."""
    known = {(_key(s, p), e.key): (s, p, e) for s, p, e in entries}
    _rows().put_many([_stored(*one) for one in known.values()])
    _rows().put_many([_named(*one) for one in known.values() if one[2].by_client])


def closing(last: Item, moved_to: str | None = None) -> list[Write]:
    """``add`` of an item's last rows, and when it left the list: writes of the transaction in which it does.

    ``moved_to``: the product that its stock went to, where it left by a merge.
    """
    store_id, product_id = last.store_id, last.product_id
    whole = [_stored(store_id, product_id, e) for e in last.recent]
    named = [_named(store_id, product_id, e) for e in last.recent if e.by_client]
    gone = {"item": _key(store_id, product_id), "row": _GONE, "at": rfc3339(last.last_updated), "moved_to": moved_to}
    return [_rows().putting(r) for r in (*whole, *named, gone)]


def closed(store_id: str, product_ids: Iterable[str]) -> dict[str, datetime]:
    """Of these products, those that have left the list before: when they did last."""
    wanted = {_key(store_id, p): p for p in product_ids}
    found = _rows().get_many((key, _GONE) for key in wanted) if wanted else ()
    return {wanted[r["item"]]: parse_rfc3339(r["at"]) for r in found}


def went_elsewhere(store_id: str, product_id: str) -> bool:
    """Whether a product that has left the list did so by a merge."""
    return any(r.get("moved_to") for r in _rows().get_many([(_key(store_id, product_id), _GONE)]))


def missing(items: Iterable[Item]) -> Iterator[tuple[Item, tuple[Entry, ...]]]:
    """Items, each with those of its recent rows that are not here yet (or only just came)."""
    known = list(items)
    wanted = [(_key(i.store_id, i.product_id), _last_of(e)) for i in known for e in i.recent]
    found = {(r["item"], r["row"]) for r in _rows().get_many(wanted, consistent=False)} if wanted else set()
    for i in known:
        yield i, tuple(e for e in i.recent if (_key(i.store_id, i.product_id), _last_of(e)) not in found)


class Place(NamedTuple):
    """Of a row: in the ledger of which product, and where in that."""

    product_id: str
    at: str


def look(
    store_id: str, product_ids: Sequence[str], recent: Sequence[Entry], movement_ids: Sequence[str]
) -> tuple[tuple[Entry, ...], dict[str, Place]]:
    """In one read: those of the first product's recent rows that are not here yet, and where the rows of these ids are,
    in the ledgers of all these products; the first one's goes before the others."""
    by_key = {_key(store_id, p): p for p in product_ids}
    own = _key(store_id, product_ids[0])
    wanted = {(own, _last_of(e)) for e in recent} | {(key, _BY_ID + i) for key in by_key for i in movement_ids}
    found = {(r["item"], r["row"]): r.get("at", "") for r in _rows().get_many(wanted)}
    absent = tuple(e for e in recent if (own, _last_of(e)) not in found)
    places = {
        i: Place(by_key[key], found[key, _BY_ID + i])
        for i in movement_ids
        for key in reversed(by_key)
        if (key, _BY_ID + i) in found
    }
    return absent, places


def rows(store_id: str, places: Iterable[Place]) -> dict[str, Entry]:
    """Rows by where ``look`` says they are; by movement id."""
    found = _rows().get_many((_key(store_id, p.product_id), p.at) for p in places)
    return {e.movement_id: e for e in map(load, found)}


def before(store_id: str, product_id: str, key: str | None, at_once: int) -> Iterator[Entry]:
    """Rows of an item, newest first, from before ``key``; so many are read ``at_once``."""
    after = f"{_BY_TIME}{key}" if key else f"{_BY_TIME}~"
    found = _rows().query_all(
        "#item = :item AND #row BETWEEN :first AND :last",
        newest_first=True,
        consistent=True,
        limit=at_once,
        item=_key(store_id, product_id),
        first=_BY_TIME,
        last=after,
    )
    return (e for e in map(load, found) if key is None or e.key < key)


def priced(store_id: str, product_id: str, key: str | None) -> Iterator[tuple[list[Entry], str | None]]:
    """Rows of an item with prices, newest first, from ``key`` back; with where to go on, as far as 16 reads go.

    Few rows have any, so they are picked out in the table: a read goes through 1 MB of rows, some 3,000.
    """
    start: dynamo.Item | None = None
    for _ in range(_READS):
        found = _rows().query(
            "#item = :item AND #row BETWEEN :first AND :last",
            newest_first=True,
            consistent=True,
            filter_="attribute_exists(#prices)",
            start=start,
            item=_key(store_id, product_id),
            first=_BY_TIME,
            last=_BY_TIME + (key or "~"),
        )
        start = found.next_key
        yield [load(r) for r in found.items], start["row"].removeprefix(_BY_TIME) if start else None
        if start is None:
            return


def since(store_id: str, product_id: str, moment: datetime) -> Iterator[Entry]:
    """Rows that were booked from a moment on, newest first."""
    found = _rows().query_all(
        "#item = :item AND #row BETWEEN :first AND :last",
        newest_first=True,
        consistent=True,
        item=_key(store_id, product_id),
        first=_BY_TIME + rfc3339(moment),
        last=f"{_BY_TIME}~",
    )
    return map(load, found)


def first(store_id: str, product_id: str) -> Entry | None:
    """The first row that was ever booked of an item."""
    found = _rows().query(
        "#item = :item AND #row BETWEEN :first AND :last",
        consistent=True,
        limit=1,
        item=_key(store_id, product_id),
        first=_BY_TIME,
        last=f"{_BY_TIME}~",
    )
    return next(map(load, found.items), None)


def plain(entry: Entry) -> dynamo.Item:
    """What ``load`` takes. What goes without saying is left out: a row more than a kilobyte long costs double."""
    known: dict[str, Any] = entry.model_dump(exclude={"occurred_at", "recorded_at", "flags", "prices", "lots"})
    prices = {i: p.model_dump() for i, p in entry.prices.items()}
    whole = {
        **known,
        "version": entry.version,
        "sent_as": entry.sent_as,
        "lots": entry.lots or None,
        "flags": list(entry.flags) or None,
        "prices": prices or None,
        "recorded_at": rfc3339(entry.recorded_at),
        "occurred_at": rfc3339(entry.occurred_at) if entry.occurred_at != entry.recorded_at else None,
    }
    return {name: value for name, value in whole.items() if value is not None}


def load(stored: dynamo.Item) -> Entry:
    """A row as the table or an item holds it."""
    recorded_at = parse_rfc3339(stored["recorded_at"])
    occurred_at = parse_rfc3339(stored["occurred_at"]) if stored.get("occurred_at") else recorded_at
    return Entry.model_validate({**stored, "recorded_at": recorded_at, "occurred_at": occurred_at})


def _key(store_id: str, product_id: str) -> str:
    return f"{store_id}#{product_id}"


def _last_of(entry: Entry) -> str:
    """The key that is written last of it."""
    return _BY_ID + entry.movement_id if entry.by_client else _BY_TIME + entry.key


def _stored(store_id: str, product_id: str, entry: Entry) -> dynamo.Item:
    return {"item": _key(store_id, product_id), "row": _BY_TIME + entry.key, **plain(entry)}


def _named(store_id: str, product_id: str, entry: Entry) -> dynamo.Item:
    return {
        "item": _key(store_id, product_id),
        "row": _BY_ID + entry.movement_id,
        "at": _BY_TIME + entry.key,
        "expires_at": int((entry.recorded_at + _ID_KEPT).timestamp()),
    }
