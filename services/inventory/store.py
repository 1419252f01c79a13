"""StoreInventory: each write is conditional on the version it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from services.inventory.domain import Item, Mark
from services.inventory.settings import InventorySettings
from shared.aws import dynamo
from shared.aws.dynamo import ConditionFailed, Table
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import rfc3339
from shared.kernel.errors import NotFound


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


def page(store_id: str, limit: int, after: str | None) -> tuple[list[Item], str | None]:
    """Items of a store, those of the newest products first, and the product to go on after."""
    start = {"store_id": store_id, "product_id": after} if after else None
    found = _items().query(
        "store_id = :store", limit=limit, start=start, newest_first=True, consistent=True, store=store_id
    )
    return [load(i) for i in found.items], found.next_key["product_id"] if found.next_key else None


def save(item: Item, before: Item | None, cause: Cause) -> None:
    """Writes the item if what is there still is the one ``before`` (None: nothing). Raises Raced."""
    condition, values = (_STILL, _still(before)) if before else ("attribute_not_exists(product_id)", {})
    try:
        _items().put(_stored(item, cause), condition, **values)
    except ConditionFailed:
        raise Raced from None


def delete(item: Item) -> None:
    """Takes the item off the store's list. Raises Raced."""
    try:
        _items().delete(item.store_id, item.product_id, condition=_STILL, **_still(item))
    except ConditionFailed:
        raise Raced from None


# The time too: an item that was taken off the list and put on it again begins anew with version 1.
_STILL = "#version = :version AND last_updated = :at"


def _still(item: Item) -> dict[str, Any]:
    return {"version": item.version, "at": rfc3339(item.last_updated)}


def stores_of(product_id: str) -> Iterator[str]:
    """The stores that list a product, by an index that lags a moment."""
    found = _items().query_all("product_id = :product", index="by_product", product=product_id)
    return (i["store_id"] for i in found)


def load(stored: dynamo.Item) -> Item:
    """An item as its table, its stream or an image holds it."""
    marks = {job: Mark(*map(int, mark)) for job, *mark in stored.get("import_marks") or ()}
    return Item.model_validate({**stored, "import_marks": marks})


def plain(item: Item) -> dynamo.Item:
    """What ``load`` takes."""
    known: dict[str, Any] = item.model_dump()
    known["lots"] = [{**_lot(lot)} for lot in known["lots"]]
    return {
        **known,
        "import_marks": [[job, *mark] for job, mark in item.import_marks.items()] or None,  # a map has no order there
        "last_updated": rfc3339(item.last_updated),
    }


def _stored(item: Item, cause: Cause) -> dynamo.Item:
    return {**plain(item), "changed_by": cause.actor, "correlation_id": cause.correlation_id}


def _lot(lot: dict[str, Any]) -> dict[str, Any]:
    return {**lot, "expiry_date": lot["expiry_date"].isoformat() if lot["expiry_date"] else None}
