"""The items of a shop: one, all, and the prices of their lots."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from services.catalog import client as catalog
from services.inventory.domain import editing
from services.inventory.domain.editing import ItemFields, ItemPatch, LotPrices
from services.inventory.domain.item import Item
from services.inventory.domain.label import label_of
from services.inventory.routes import api
from services.inventory.store import items
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import (
    Listing,
    View,
    answer,
    cause,
    check_version,
)
from shared.kernel.errors import NotFound
from shared.kernel.naming import read_name
from shared.kernel.quantity import NetQuantity

_READ_AT_ONCE = 100
_READ_AT_MOST = 5000


class ProductSummary(View):
    """What a shelf label needs of a product."""

    product_id: str
    name: str
    brand: str | None = None
    category: str | None = None
    barcode: str | None = None
    net_quantity: NetQuantity | None = None
    pack_count: int = 1
    regional_names: dict[str, list[str]] = Field(default_factory=dict)
    verification_status: str


class InventoryItem(Item):
    """An item with a summary of its product."""

    product: Annotated[ProductSummary | None, Field()] = None


@api.get("/v1/stores/<store_id>/inventory", tags=["Inventory"], summary="A store's stock")
def list_inventory(
    store_id: str,
    q: Annotated[str | None, Query(max_length=200)] = None,
    low_stock: Annotated[bool, Query()] = False,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Listing[InventoryItem]]:
    key = decode_cursor(api, cursor, "product_id")
    after: str | None = key["product_id"] if key else None
    words = read_name(q).phonetic if q else ()
    found: list[InventoryItem] = []
    for _ in range(0, _READ_AT_MOST, _READ_AT_ONCE):
        some, more = items.page(store_id, _READ_AT_ONCE if words or low_stock else limit - len(found), after)
        products = catalog.facts(i.product_id for i in some)
        for item in some:
            after = item.product_id
            product = products.get(item.product_id)
            if (not low_stock or item.is_low) and (not words or (product and product.answers_to(words))):
                found.append(_shown(item, product))
            if len(found) == limit:
                break
        done = more is None and (not some or after == some[-1].product_id)
        if done or len(found) == limit:
            return answer(Listing(items=found, next_cursor=None if done else encode_cursor(api, {"product_id": after})))
    return answer(Listing(items=found, next_cursor=encode_cursor(api, {"product_id": after})))


@api.get("/v1/stores/<store_id>/inventory/<product_id>", tags=["Inventory"], summary="One item")
def get_inventory_item(store_id: str, product_id: str) -> Response[InventoryItem]:
    return _answered(items.get(store_id, product_id), catalog.facts([product_id]).get(product_id))


@api.put("/v1/stores/<store_id>/inventory/<product_id>", tags=["Inventory"], summary="Add or replace an item")
def put_inventory_item(store_id: str, product_id: str, fields: ItemFields) -> Response[InventoryItem]:
    product = catalog.facts([product_id]).get(product_id)
    if product is None:
        raise NotFound("PRODUCT_UNKNOWN", "There is no such product; add it to the catalog first.")
    why = cause(api)
    label = label_of(product.names, product.barcode, product.category)

    def change(old: Item | None) -> Item:
        check_version(api, old.version if old else 0, "item")
        now = why if old else items.listing(why, store_id, [product_id])[product_id]
        return editing.put(old, store_id, product_id, fields, product.mrp, now, label)

    return _answered(*_write(store_id, product_id, change, product))


@api.patch("/v1/stores/<store_id>/inventory/<product_id>", tags=["Inventory"], summary="Change an item")
def patch_inventory_item(store_id: str, product_id: str, fields: ItemPatch) -> Response[InventoryItem]:
    product = catalog.facts([product_id]).get(product_id)
    mrp: Decimal | None = product.mrp if product else None
    why = cause(api)

    def change(old: Item | None) -> Item:
        if old is None:
            raise _unlisted()
        check_version(api, old.version, "item")
        return editing.patch(old, fields, mrp, why)

    return _answered(*_write(store_id, product_id, change, product))


@api.delete(
    "/v1/stores/<store_id>/inventory/<product_id>",
    tags=["Inventory"],
    summary="Take an item off the list",
    status_code=204,
)
def delete_inventory_item(store_id: str, product_id: str) -> Response[None]:
    why = cause(api)

    def attempt() -> None:
        item = items.find_to_change(store_id, product_id)
        if item is None:
            raise _unlisted()
        check_version(api, item.version, "item")
        items.delete(item, editing.emptied(item, why))

    items.racing(attempt)
    return Response(status_code=204, body=None)


@api.patch(
    "/v1/stores/<store_id>/inventory/<product_id>/lots/<lot_id>", tags=["Inventory"], summary="Change a lot's prices"
)
def price_lot(store_id: str, product_id: str, lot_id: str, prices: LotPrices) -> Response[InventoryItem]:
    product = catalog.facts([product_id]).get(product_id)
    why = cause(api)

    def change(old: Item | None) -> Item:
        if old is None:
            raise _unlisted()
        if old.lot(lot_id) is None:
            raise editing.no_such_lot()
        check_version(api, old.version, "item")
        return editing.price_lot(old, lot_id, prices, product.mrp if product else None, why)

    return _answered(*_write(store_id, product_id, change, product))


def _write(
    store_id: str, product_id: str, change: Callable[[Item | None], Item], product: catalog.Product | None
) -> tuple[Item, catalog.Product | None]:
    """Reads, changes and writes; who lost a race without If-Match goes again on what is there now."""

    def attempt() -> Item:
        old = items.find_to_change(store_id, product_id)
        new = change(old)
        if old and old.same_stock(new):
            return old
        items.save(new, old, cause(api))
        return new

    return items.racing(attempt), product


def _unlisted() -> NotFound:
    return NotFound("ITEM_UNKNOWN", "This store doesn't list that product.")


def _answered(item: Item, product: catalog.Product | None) -> Response[InventoryItem]:
    return answer(_shown(item, product), version=item.version)


def _shown(item: Item, product: catalog.Product | None) -> InventoryItem:
    summary = ProductSummary.model_validate(product, from_attributes=True) if product else None
    return InventoryItem(**item.model_dump(exclude={"quantity", "mrp", "cost_price", "selling_price"}), product=summary)
