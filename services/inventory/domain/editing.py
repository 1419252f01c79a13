"""An item changed by hand: put, patched, priced, taken off the list."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from services.inventory.domain.entry import Booking
from services.inventory.domain.item import ZERO, Item, Label, Lot, booked, check_new_prices, check_prices
from services.inventory.domain.lots import lot_id, placed, with_total
from shared.kernel.cause import Cause
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.fields import Line, Prose
from shared.kernel.money import Rupees
from shared.kernel.quantity import MAX_STOCK, StockQuantity, StockUnit

ReorderLevel = Annotated[
    StockQuantity,
    Field(ge=0),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": float(MAX_STOCK), "multipleOf": 0.001}),
]
BoxSize = Annotated[
    StockQuantity,
    Field(gt=0),
    WithJsonSchema(
        {
            "type": "number",
            "minimum": 0.001,
            "maximum": float(MAX_STOCK),
            "multipleOf": 0.001,
            "description": "How many pieces are in a box of this item.",
        }
    ),
]


class ItemFields(BaseModel):
    """What a shop says of an item, whole: left out and null both mean nothing."""

    model_config = ConfigDict(extra="forbid")

    quantity: StockQuantity | None = None
    unit: StockUnit | None = None
    box_of: BoxSize | None = None
    cost_price: Rupees | None = None
    selling_price: Rupees | None = None
    mrp: Rupees | None = None
    reorder_level: ReorderLevel | None = None
    supplier: Line | None = None
    location: Line | None = None
    notes: Prose | None = None
    lot_id: str | None = None


class ItemPatch(ItemFields):
    """Fields to change; those left out stay, null empties one that may be empty."""

    quantity: StockQuantity = ZERO
    unit: StockUnit = "piece"


class LotPrices(BaseModel):
    """Prices of a lot to change; those left out stay, null empties one."""

    model_config = ConfigDict(extra="forbid")

    cost_price: Rupees | None = None
    selling_price: Rupees | None = None


LOT_FIGURES = frozenset({"mrp", "cost_price", "selling_price"})
ITEM_FIELDS = ("unit", "box_of", "reorder_level", "supplier", "location", "notes")
_BY_HAND = Booking("put")


def put(
    old: Item | None,
    store_id: str,
    product_id: str,
    fields: ItemFields,
    product_mrp: Decimal | None,
    cause: Cause,
    label: Label | None = None,
) -> Item:
    """The item as it is given, whole. Raises Conflict (LOT_REQUIRED, LOT_EXISTS), Refused (PRICE_ABOVE_MRP)."""
    given = fields.model_dump()
    given["unit"] = given["unit"] or "piece"
    given["quantity"] = given["quantity"] if given["quantity"] is not None else ZERO
    return _changed(old, store_id, product_id, {**given, "label": label}, product_mrp, cause)


def patch(old: Item, fields: ItemPatch, product_mrp: Decimal | None, cause: Cause, label: Label | None = None) -> Item:
    """The item with these fields changed. Raises as ``put``."""
    given: dict[str, Any] = {name: getattr(fields, name) for name in fields.model_fields_set}
    if label:
        given["label"] = label
    return _changed(old, old.store_id, old.product_id, given, product_mrp, cause)


def price_lot(old: Item, lot: str, prices: LotPrices, product_mrp: Decimal | None, cause: Cause) -> Item:
    """The item with other prices of one lot. Raises NotFound (LOT_UNKNOWN), Refused (PRICE_ABOVE_MRP)."""
    found = old.lot(lot)
    if found is None:
        raise no_such_lot()
    said = {name: getattr(prices, name) for name in prices.model_fields_set}
    priced = found.model_copy(update=said)
    if said:
        check_prices([priced], product_mrp)
    return booked(old, cause, _BY_HAND, lots=placed(old.lots, priced), default_lot=old.default_lot)


def emptied(old: Item, cause: Cause, why: Booking = _BY_HAND) -> Item:
    """The item as it leaves the list: its ledger ends with nothing in stock."""
    lots = [lot.model_copy(update={"quantity": ZERO}) for lot in old.lots]
    return Item.booked(old, cause, why, lots=lots, default_lot=old.default_lot)


def _changed(
    old: Item | None,
    store_id: str,
    product_id: str,
    given: dict[str, Any],
    product_mrp: Decimal | None,
    cause: Cause,
) -> Item:
    lots = list(old.lots) if old else [Lot(lot_id=lot_id((given.get("mrp"), None, None), ()))]
    wanted = given.get("lot_id")
    if wanted is None and len(lots) > 1 and LOT_FIGURES & {n for n, v in given.items() if v is not None}:
        raise Conflict("LOT_REQUIRED", "This item has several lots; say which one by lot_id.")
    default = wanted or (old.default_lot if old else lots[0].lot_id)
    at = next((i for i, lot in enumerate(lots) if lot.lot_id == default), None)
    if at is None:
        raise no_such_lot()
    one_lot = len(lots) == 1
    figures = {n: given[n] for n in LOT_FIGURES & given.keys() if one_lot or wanted}
    was, lots[at] = lots[at], lots[at].model_copy(update=figures)
    if was.facts != lots[at].facts and [lot.facts for lot in lots].count(lots[at].facts) > 1:
        raise Conflict("LOT_EXISTS", "Another lot of this item has that MRP, batch and expiry; count the stock there.")
    if "quantity" in given:
        lots = with_total(lots, at, given["quantity"])
    check_new_prices(lots, old, product_mrp)
    said = {n: given[n] for n in (*ITEM_FIELDS, "label") if n in given}
    return booked(
        old, cause, _BY_HAND, **said, store_id=store_id, product_id=product_id, lots=lots, default_lot=default
    )


def no_such_lot() -> NotFound:
    """What who names another lot is told."""
    return NotFound("LOT_UNKNOWN", "This item has no such lot.")
