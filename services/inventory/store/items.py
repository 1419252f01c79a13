"""StoreInventory: each write is conditional on the version it was made from."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar

from services.inventory.domain import watch
from services.inventory.domain.entry import Entry
from services.inventory.domain.item import Item, Label, Mark
from services.inventory.domain.seeking import Sought
from services.inventory.settings import InventorySettings
from services.inventory.store import ledger
from shared.aws import dynamo
from shared.aws.dynamo import ConditionFailed, Table, TransactionRefused, Write, transact
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import rfc3339
from shared.kernel.errors import NotFound, Unavailable

T = TypeVar("T")

_READS = 16
_FIRST_READ = 8
"""Items of the first read for each one wanted."""
_WORDS = 20
"""So many are looked for in the table, which takes expressions of 4 KB."""
_RECENT_AT_MOST = 12
_STREAM_LATE = timedelta(minutes=1)
_TRIES = 30
_A_MOMENT = timedelta(milliseconds=1)


def _items() -> Table:
    return Table(settings(InventorySettings).store_inventory_table, "store_id", "product_id")


class Raced(Exception):
    """Somebody else wrote the item first; read it again."""


def find(store_id: str, product_id: str) -> Item | None:
    """The item, or None."""
    found = _items().get(store_id, product_id)
    return load(found) if found else None


def get(store_id: str, product_id: str) -> Item:
    """The item. Raises NotFound."""
    found = find(store_id, product_id)
    if found is None:
        raise NotFound("ITEM_UNKNOWN", "This store doesn't list that product.")
    return found


def get_many(store_id: str, product_ids: Iterable[str]) -> dict[str, Item]:
    """Those that exist, by product."""
    return {i["product_id"]: load(i) for i in _items().get_many((store_id, p) for p in product_ids)}


def seek(store_id: str, sought: Sought, limit: int, after: str | None) -> Iterator[tuple[Iterable[Item], str | None]]:
    """Items of a store, those of the newest products first, with the product to go on after; as far as 16 reads go.

    Those that can't be what is sought are left where they are; whether the others are it ``sought`` says. A read is of
    1 MB at most, some 1,300 items. The first is of few: a word that half of the list answers to must not cost more.
    """
    condition, values = _sieve(sought)
    at_once: int | None = limit if sought.anything else limit * _FIRST_READ
    for _ in range(_READS):
        found = _items().query(
            "store_id = :store",
            limit=at_once,
            start={"store_id": store_id, "product_id": after} if after else None,
            newest_first=True,
            consistent=True,
            filter_=condition,
            store=store_id,
            **values,
        )
        after = found.next_key["product_id"] if found.next_key else None
        yield map(load, found.items), after
        if after is None:
            return
        at_once = None


def _sieve(sought: Sought) -> tuple[str | None, dict[str, Any]]:
    """``sought`` in the words of the table. An item from before there were labels is let through where it takes one,
    or the day that was first kept with them."""
    named = {f"word{n}": f" {word}" for n, word in enumerate(sought.words[:_WORDS])}
    labelled = [f"contains(#words, :{name})" for name in named]
    own = ["#quantity <= #reorder_level"] if sought.low_stock else []
    for name in ("supplier", "location", "category"):
        if (wanted := getattr(sought, name)) is not None:
            named[name] = wanted
            (labelled if name == "category" else own).append(f"#{name} = :{name}")
    if sought.expires_by:
        named["day"] = sought.expires_by.isoformat()
        labelled.append("#next_expiry <= :day")
    if labelled:
        own.append(f"(attribute_not_exists(#words) OR {' AND '.join(labelled)})")
    return " AND ".join(own) or None, named


def every(store_id: str, after: str = "") -> Iterator[Item]:
    """All items of a store, those of the oldest products first, from the one behind ``after`` on."""
    condition = "store_id = :store AND product_id > :after"
    return map(load, _items().query_all(condition, consistent=True, store=store_id, after=after or " "))


def low(store_id: str) -> Iterator[Item]:
    """Those of a store that are at or below their reorder level, those of the oldest products first."""
    found = _items().query_all(
        "store_id = :store", consistent=True, filter_="#quantity <= #reorder_level", store=store_id
    )
    return map(load, found)


def racing(attempt: Callable[[], T]) -> T:
    """Reads, changes and writes; who lost a race goes again on what is there now. Raises ``busy`` after 10 s."""
    for number in range(_TRIES):
        try:
            return attempt()
        except Raced:
            time.sleep(random.uniform(0, min(0.02 * 1.5**number, 0.7)))  # noqa: S311 - nothing secret
    raise busy()


def busy() -> Unavailable:
    """What who lost every race is told."""
    return Unavailable("ITEM_BUSY", "Many changes hit this item at once; send it again.", retry_after=1)


def find_to_change(store_id: str, product_id: str) -> Item | None:
    """The item, or None, without those of its recent rows that have come to the ledger's table meanwhile."""
    item = find(store_id, product_id)
    return relieved([item])[product_id] if item and item.recent else item


def relieved(items: Iterable[Item]) -> dict[str, Item]:
    """``find_to_change``, of items that were read; by product."""
    known = list(items)
    return {i.product_id: relieve(i, missing) for i, missing in ledger.missing(known)}


def relieve(item: Item, missing: Sequence[Entry]) -> Item:
    """The item with no more than these recent rows. Where the stream is late, they are brought to the ledger here."""
    if len(missing) > _RECENT_AT_MOST or any(item.last_updated - e.recorded_at > _STREAM_LATE for e in missing):
        ledger.add(item.store_id, item.product_id, missing)
        missing = ()
    return item if len(missing) == len(item.recent) else item.model_copy(update={"recent": tuple(missing)})


def listing(cause: Cause, store_id: str, product_ids: Sequence[str]) -> dict[str, Cause]:
    """The cause of putting each of these on the list, by product: after it left the list, whatever the clock says.

    So an item's rows stay in order over all its lives, and no two of those have a version and a time in common.
    """
    gone = ledger.closed(store_id, product_ids)
    return {p: replace(cause, at=max(cause.at, gone[p] + _A_MOMENT)) if p in gone else cause for p in product_ids}


def went_elsewhere(store_id: str, product_id: str) -> bool:
    """Whether a product that is off the list went to another one's item, by a merge."""
    return ledger.went_elsewhere(store_id, product_id)


def save(item: Item, before: Item | None, cause: Cause) -> None:
    """Writes the item if what is there still is the one ``before`` (None: nothing). Raises Raced."""
    condition, values = _as_it_was(before)
    try:
        _items().put(_stored(item, cause), condition, **values)
    except ConditionFailed:
        raise Raced from None


def delete(item: Item, emptied: Item) -> None:
    """Takes the item off the store's list; its recent rows, and the one that empties it, go to the ledger with it.

    Raises Raced.
    """
    try:
        transact(leaving(item, emptied))
    except TransactionRefused:
        raise Raced from None


def leaving(item: Item, emptied: Item, moved_to: str | None = None) -> list[Write]:
    """``delete``, in a transaction; ``moved_to``: the product that its stock goes to."""
    gone = _items().deleting(item.store_id, item.product_id, condition=_STILL, **_still(item))
    return [gone, *ledger.closing(emptied, moved_to)]


def saving(item: Item, before: Item | None, cause: Cause) -> Write:
    """``save``, in a transaction."""
    condition, values = _as_it_was(before)
    return _items().putting(_stored(item, cause), condition, **values)


# The time too: an item that was taken off the list and put on it again begins anew with version 1.
_STILL = "#version = :version AND last_updated = :at"


def _as_it_was(before: Item | None) -> tuple[str, dict[str, Any]]:
    return (_STILL, _still(before)) if before else ("attribute_not_exists(product_id)", {})


def _still(item: Item) -> dict[str, Any]:
    return {"version": item.version, "at": rfc3339(item.last_updated)}


def stores_of(product_id: str) -> Iterator[str]:
    """The stores that list a product, by an index that lags a moment."""
    found = _items().query_all("product_id = :product", index="by_product", product=product_id)
    return (i["store_id"] for i in found)


def page_of_stores(product_id: str, after: str, limit: int) -> tuple[list[str], bool]:
    """The next stores that list a product, in order of their ids, and whether there may be more; by an index that lags
    a moment."""
    found = _items().query(
        "product_id = :product AND store_id > :after",
        index="by_product",
        limit=limit,
        product=product_id,
        after=after or " ",
    )
    return [i["store_id"] for i in found.items], found.next_key is not None


def to_watch(day: date) -> Iterator[tuple[str, str]]:
    """Store and product of items of which something is due from this day on, by an index that lags a moment."""
    found = _items().query_all("watch_on = :day", index="by_watch_on", day=day.isoformat())
    return ((i["store_id"], i["product_id"]) for i in found)


def load(stored: dynamo.Item) -> Item:
    """An item as its table, its stream or an image holds it."""
    marks = {job: _mark(*mark) for job, *mark in stored.get("import_marks") or ()}
    label = Label(stored["words"], stored.get("category")) if stored.get("words") else None
    recent = tuple(map(ledger.load, stored.get("recent") or ()))
    lists = {name: stored.get(name) or () for name in ("custom_images", "kin", "uploads_seen")}
    return Item.model_validate({**stored, **lists, "import_marks": marks, "recent": recent, "label": label})


def plain(item: Item) -> dynamo.Item:
    """What ``load`` takes."""
    known: dict[str, Any] = item.model_dump(exclude={"lots", "custom_images", "custom_image_urls"})
    expiry, watched = item.next_expiry, watch.watch_on(item)
    return {
        **known,
        "lots": [_lot(lot) for lot in item.lots],
        "import_marks": [[job, *mark] for job, mark in item.import_marks.items()] or None,  # a map has no order there
        "recent": [ledger.plain(e) for e in item.recent] or None,
        "custom_images": [p.model_dump() for p in item.custom_images] or None,
        "kin": list(item.kin) or None,
        "uploads_seen": list(item.uploads_seen) or None,
        "words": item.label.words if item.label else None,
        "category": item.label.category if item.label else None,
        "next_expiry": expiry.isoformat() if expiry else None,
        "watch_on": watched.isoformat() if watched else None,
        "last_updated": rfc3339(item.last_updated),
    }


def _mark(rows: Any, *versions: Any) -> Mark:
    """A mark as it is stored, or as it was when an import had only one way to an item."""
    return Mark(tuple(map(int, rows if isinstance(rows, list) else [rows])), *map(int, versions))


def _stored(item: Item, cause: Cause) -> dynamo.Item:
    return {**plain(item), "changed_by": cause.actor, "correlation_id": cause.correlation_id}


def _lot(lot: Any) -> dict[str, Any]:
    days = {n: d.isoformat() if (d := getattr(lot, n)) else None for n in ("expiry_date", "emptied_on")}
    return {**lot.model_dump(), **days, "told": lot.told}
