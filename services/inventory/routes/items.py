"""The items of a shop: one, all, and the prices of their lots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from services.catalog import client as catalog
from services.inventory.domain import editing, photos
from services.inventory.domain.editing import ItemFields, ItemPatch, LotPrices
from services.inventory.domain.item import Item, Label
from services.inventory.domain.item import Lot as StoredLot
from services.inventory.domain.label import label_of
from services.inventory.domain.looking import ItemWarning, Percent, margin_percent, same_as_another, warnings
from services.inventory.domain.seeking import Sought
from services.inventory.routes import api
from services.inventory.routes.products import ProductSummary, summary
from services.inventory.store import following, items
from services.localization import client as localization
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import (
    Listing,
    answer,
    cause,
    check_version,
)
from shared.kernel.clock import indian_day, utc_now
from shared.kernel.errors import NotFound
from shared.kernel.naming import read_name
from shared.kernel.text import nfc

_FACTS_AT_ONCE = 100
_FACTS_AT_MOST = 5000
"""Of products whose items have no label yet, in one request."""


class Lot(StoredLot):
    """A lot and what it earns."""

    margin_percent: Percent | None = Field(description="Of the selling price; null where a price isn't known.")


class InventoryItem(Item):
    """An item with a summary of its product. Its prices and margin are those of the default lot."""

    lots: list[Lot]  # type: ignore[assignment]
    product: Annotated[ProductSummary | None, Field()] = None
    margin_percent: Percent | None = Field(description="Of the selling price; null where a price isn't known.")
    warnings: list[ItemWarning] = Field(description="What a shopkeeper should look at; it hinders nothing.")


@api.get(
    "/v1/stores/<store_id>/inventory",
    tags=["Inventory"],
    summary="A store's stock",
    description=(
        "Items of the newest products first; with several filters, those that meet all. "
        "`supplier`, `location` and `category` are compared exactly, as they stand on the item or product: "
        "case counts, white space at the ends and how letters are composed (NFC) do not. "
        "A long list is searched part by part: a page may have fewer items than `limit`, or none, and still a "
        "`next_cursor`."
    ),
)
def list_inventory(
    store_id: str,
    q: Annotated[
        str | None,
        Query(max_length=200, description="Beginnings of words of its names, in any script, or its barcode."),
    ] = None,
    low_stock: Annotated[bool, Query(description="At or below its reorder level.")] = False,
    expiring_within: Annotated[
        int | None,
        Query(ge=0, le=365, description="Days from today (IST) in which some of the stock expires, or has before."),
    ] = None,
    supplier: Annotated[str | None, Query(max_length=200)] = None,
    location: Annotated[str | None, Query(max_length=200)] = None,
    category: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Listing[InventoryItem]]:
    today = indian_day(utc_now())
    sought = Sought(
        words=tuple(dict.fromkeys(read_name(q).phonetic)) if q else (),
        low_stock=low_stock,
        expires_by=None if expiring_within is None else today + timedelta(days=expiring_within),
        supplier=nfc(supplier or "") or None,
        location=nfc(location or "") or None,
        category=nfc(category or "") or None,
    )
    key = decode_cursor(api, cursor, "product_id")
    after = key["product_id"] if key else None
    own = _in_own_words(store_id, q or "", sought, after) if sought.words else []
    found, after = _found(store_id, sought, own, limit, after)
    products = catalog.facts(i.product_id for i in found)
    shown = [_shown(item, products.get(item.product_id)) for item in found]
    return answer(Listing(items=shown, next_cursor=encode_cursor(api, {"product_id": after} if after else None)))


def _found(
    store_id: str, sought: Sought, own: Sequence[Item], limit: int, after: str | None
) -> tuple[list[Item], str | None]:
    """Up to ``limit`` items of those sought, and the product to go on after. ``own``: those that are sought in the
    store's own words, the newest first."""
    found: list[Item] = []
    asked = 0
    waiting = list(own)

    def lay(upto: str | None, item: Item | None = None) -> bool:
        """Whether the page is full, with ``item`` and what stands before it."""
        while waiting and (upto is None or waiting[0].product_id >= upto) and len(found) < limit:
            found.append(waiting.pop(0))
        if item and len(found) < limit and (not found or found[-1].product_id != item.product_id):
            found.append(item)
        return len(found) == limit

    for read, more in items.seek(store_id, sought, limit, after):
        after = more
        for some in _parts(read):
            bare = [i.product_id for i in some if i.label is None] if sought.by_product else []
            products = catalog.facts(bare) if bare else {}
            asked += len(bare)
            for item in some:
                product = products.get(item.product_id)
                if sought.is_met(item, item.label or (_label(product) if product else None)) and lay(
                    item.product_id, item
                ):
                    return found, found[-1].product_id
            if asked >= _FACTS_AT_MOST:
                after = some[-1].product_id
                return (found, found[-1].product_id) if lay(after) else (found, after)
    if lay(after) and (after or waiting):
        return found, found[-1].product_id
    return found, after


def _in_own_words(store_id: str, q: str, sought: Sought, after: str | None) -> list[Item]:
    """Items of products that the store calls so, though nobody has taken the name over yet; the newest first."""
    named = [own.product_id for own in localization.called([store_id], q)]
    known = items.get_many(store_id, [p for p in named if after is None or p < after]) if named else {}
    facts = catalog.facts(i for i, item in known.items() if item.label is None) if sought.category else {}
    rest = replace(sought, words=())
    return [
        item
        for product_id in named
        if (item := known.get(product_id))
        and rest.is_met(item, item.label or (_label(facts[product_id]) if product_id in facts else None))
    ]


def _parts(read: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(read)
    while some := list(islice(rest, _FACTS_AT_ONCE)):
        yield some


@api.get("/v1/stores/<store_id>/inventory/<product_id>", tags=["Inventory"], summary="One item")
def get_inventory_item(store_id: str, product_id: str) -> Response[InventoryItem]:
    meant = following.meant(store_id, product_id)
    if meant.item is None:
        raise _unlisted()
    return _answered(meant.item, meant.product or catalog.facts([product_id]).get(product_id))


@api.put("/v1/stores/<store_id>/inventory/<product_id>", tags=["Inventory"], summary="Add or replace an item")
def put_inventory_item(store_id: str, product_id: str, fields: ItemFields) -> Response[InventoryItem]:
    why = cause(api)

    def attempt() -> tuple[Item, catalog.Product]:
        meant = following.meant(store_id, product_id, items.find_to_change)
        product = meant.product or catalog.facts([product_id]).get(product_id)
        if product is None:
            raise NotFound("PRODUCT_UNKNOWN", "There is no such product; add it to the catalog first.")
        old = meant.item
        check_version(api, old.version if old else 0, "item")
        now = why if old else items.listing(why, store_id, [meant.product_id])[meant.product_id]
        new = editing.put(old, store_id, meant.product_id, fields, product.mrp, now, _label(product))
        return _saved(new, old), product

    return _answered(*items.racing(attempt))


@api.patch("/v1/stores/<store_id>/inventory/<product_id>", tags=["Inventory"], summary="Change an item")
def patch_inventory_item(store_id: str, product_id: str, fields: ItemPatch) -> Response[InventoryItem]:
    product = catalog.facts([product_id]).get(product_id)
    mrp: Decimal | None = product.mrp if product else None
    why = cause(api)

    def change(old: Item | None) -> Item:
        if old is None:
            raise _unlisted()
        check_version(api, old.version, "item")
        return editing.patch(old, fields, mrp, why, _label(product) if product else None)

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


@api.delete(
    "/v1/stores/<store_id>/inventory/<product_id>/images/<image_hash>",
    tags=["Inventory"],
    summary="Take one of the store's own photos off an item",
    status_code=204,
)
def take_photo_off(store_id: str, product_id: str, image_hash: str) -> Response[None]:
    why = cause(api)

    def attempt() -> None:
        item = items.find_to_change(store_id, product_id)
        if item is None:
            raise _unlisted()
        left = photos.without_photo(item, image_hash, why)
        check_version(api, item.version, "item")
        items.save(left, item, why)

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
        return _saved(change(old), old)

    return items.racing(attempt), product


def _saved(new: Item, old: Item | None) -> Item:
    """What stands then: what changes nothing isn't written. Raises Raced."""
    if old and old.same_stock(new):
        return old
    items.save(new, old, cause(api))
    return new


def _unlisted() -> NotFound:
    return NotFound("ITEM_UNKNOWN", "This store doesn't list that product.")


def _answered(item: Item, product: catalog.Product | None) -> Response[InventoryItem]:
    return answer(_shown(item, product), version=item.version)


def _label(product: catalog.Product) -> Label:
    return label_of(product.names, product.barcode, product.category)


def _shown(item: Item, product: catalog.Product | None) -> InventoryItem:
    return InventoryItem(
        **item.model_dump(exclude={"quantity", "mrp", "cost_price", "selling_price", "lots", "custom_image_urls"}),
        lots=[Lot(**lot.model_dump(), margin_percent=margin_percent(lot)) for lot in item.lots],
        product=summary(product),
        margin_percent=margin_percent(item.front),
        warnings=[
            *warnings(item, indian_day(utc_now())),
            *same_as_another(item, product.product_id if product else item.product_id),
        ],
    )
