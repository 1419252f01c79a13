"""A shop's stock as rows of a table that the importer reads back as the same stock: one row a lot."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, Protocol

from services.inventory.domain.item import Item, Lot
from shared.kernel.cells import as_text
from shared.kernel.quantity import MAX_PACKS, BadQuantity, Packed, parse_net_quantity
from shared.kernel.sheet import STOCK_SHEET

BOM: Final = "\ufeff"
_OF_GOODS: Final = ("name", "brand", "category", "barcode", "net_quantity", "pack_count")


class Goods(Protocol):
    """What the sheet says of a product."""

    @property
    def name(self) -> str: ...
    @property
    def brand(self) -> str | None: ...
    @property
    def category(self) -> str | None: ...
    @property
    def barcode(self) -> str | None: ...
    @property
    def packed(self) -> Packed | None: ...
    @property
    def attributes(self) -> Mapping[str, str]: ...


def headings() -> str:
    """The first line."""
    return line(list(STOCK_SHEET.values()))


def rows(item: Item, goods: Goods | None) -> Iterator[str]:
    """The item, a line a lot, the default lot last: which comes last in a file is the default afterwards."""
    known = _of_item(item, goods)
    for lot in sorted(item.lots, key=lambda lot: lot.lot_id == item.default_lot):
        cells = {**known, **_of_lot(lot)}
        yield line([cells[field] for field in STOCK_SHEET])


def line(cells: Sequence[str]) -> str:
    """A line of a CSV."""
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _of_item(item: Item, goods: Goods | None) -> dict[str, str]:
    return {
        **(_of_goods(goods) if goods else dict.fromkeys(_OF_GOODS, "")),
        "unit": item.unit,
        "box_of": _figure(item.box_of),
        "reorder_level": _figure(item.reorder_level),
        "supplier": _text(item.supplier),
        "location": _text(item.location),
        "notes": _text(item.notes),
    }


def _of_goods(goods: Goods) -> dict[str, str]:
    size, packs = _size(goods)
    return {
        "name": _text(goods.name),
        "brand": _text(goods.brand),
        "category": _text(goods.category),
        # Thirteen digits a spreadsheet shows, and saves, as 8.90172E+12.
        "barcode": f"'{goods.barcode}" if goods.barcode else "",
        "net_quantity": _text(size),
        "pack_count": packs,
    }


def _of_lot(lot: Lot) -> dict[str, str]:
    # "=-3" says that there are -3; a bare -3 would take away three.
    quantity = _figure(lot.quantity)
    return {
        "quantity": f"'={quantity}" if lot.quantity < 0 else quantity,
        "mrp": _price(lot.mrp),
        "selling_price": _price(lot.selling_price),
        "cost_price": _price(lot.cost_price),
        "batch": _text(lot.batch),
        "expiry_date": lot.expiry_date.isoformat() if lot.expiry_date else "",
    }


def _size(goods: Goods) -> tuple[str, str]:
    """Net quantity and number of packs, so that they make the same identity as the product's own and its words."""
    packed, told = goods.packed, goods.attributes.get("weight")
    if packed is None:
        return told or "", ""
    if told is None:
        return str(packed if packed.pack_count <= MAX_PACKS else packed.net_quantity), str(packed.pack_count)
    if _net(told) == packed.net_quantity:
        return told, str(packed.pack_count)
    return f"{told} {packed}", ""  # somebody has corrected the one and not the other


def _net(words: str) -> object:
    try:
        return parse_net_quantity(words).net_quantity
    except BadQuantity:
        return None


def _text(text: str | None) -> str:
    return as_text(text) if text else ""


def _figure(figure: Decimal | None) -> str:
    return "" if figure is None else f"{figure:f}"


def _price(price: Decimal | None) -> str:
    return "" if price is None else f"{price:.2f}"
