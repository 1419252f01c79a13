"""A row as typed facts, and its compact form in a decision file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, Self

from services.csv_import.domain.problems import RowError
from shared.kernel.gtin import Gtin
from shared.kernel.quantity import NetQuantity, Packed, StockUnit

Kind = Literal["item", "blank", "section", "total"]
Mode = Literal["set", "add"]


class StockChange(NamedTuple):
    """`set`: the figure that is there now; `add`: what came or (below zero) went."""

    op: Mode
    amount: Decimal


class ParsedRow:
    """One row. Only `kind` item counts; the others are skipped and listed.

    A fact that is None was blank, so what is there stays; the names in `clear` are to be erased (`CLEAR` in
    the cell). With `errors` the row fails; its good facts are kept for the report and for offering matches.
    """

    # Class attributes as defaults: an instance holds only what the row says, so making one costs next to
    # nothing.
    row_number: int
    kind: Kind = "item"
    name: str | None = None
    brand: str | None = None
    category: str | None = None
    subcategory: str | None = None
    barcode: Gtin | None = None
    other_barcodes: tuple[str, ...] = ()
    local_code: str | None = None
    """The shop's own code (PARLE01, prefix 2 ...): never a key between shops."""
    net_quantity: Packed | None = None
    net_quantity_text: str | None = None
    pack_count: int | None = None
    quantity: StockChange | None = None
    unit: StockUnit | None = None
    box_of: Decimal | None = None
    """Pieces in a box."""
    mrp: Decimal | None = None
    selling_price: Decimal | None = None
    cost_price: Decimal | None = None
    reorder_level: Decimal | None = None
    supplier: str | None = None
    location: str | None = None
    notes: str | None = None
    hsn_code: str | None = None
    gst_rate: Decimal | None = None
    fssai: str | None = None
    country_of_origin: str | None = None
    image_url: str | None = None
    description: str | None = None
    batch: str | None = None
    expiry_date: date | None = None
    regional_names: Mapping[str, str] = {}  # never written to: an instance gets a dict of its own
    clear: tuple[str, ...] = ()
    errors: tuple[RowError, ...] = ()
    warnings: tuple[RowError, ...] = ()

    def __init__(self, row_number: int, kind: Kind = "item") -> None:
        self.row_number = row_number
        if kind != "item":
            self.kind = kind

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ParsedRow) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"ParsedRow({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    @property
    def ok(self) -> bool:
        return self.kind == "item" and not self.errors

    def to_dict(self) -> dict[str, Any]:
        """Only what the row says, in JSON's own types."""
        out: dict[str, Any] = {}
        for name, value in vars(self).items():
            pack = _PACK.get(name)
            out[name] = value if pack is None or value is None else pack(value)
        return out

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        row = cls.__new__(cls)
        own = vars(row)
        for name, value in data.items():
            unpack = _UNPACK.get(name)
            own[name] = value if unpack is None or value is None else unpack(value)
        return row

    def to_json(self) -> str:
        return _ENCODE(self.to_dict())

    @classmethod
    def from_json(cls, line: str | bytes) -> Self:
        return cls.from_dict(json.loads(line))


_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _pack_packed(packed: Packed) -> list[Any]:
    return [str(packed.net_quantity.value), packed.net_quantity.unit, packed.pack_count]


@lru_cache(maxsize=4096)
def _packed(value: str, unit: Any, pack_count: int) -> Packed:
    return Packed(NetQuantity(value=Decimal(value), unit=unit), pack_count)


def _errors(items: list[list[Any]]) -> tuple[RowError, ...]:
    return tuple(RowError(*item) for item in items)


_AMOUNTS: Final = ("mrp", "selling_price", "cost_price", "reorder_level", "gst_rate", "box_of")
_PACK: Final[dict[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(_AMOUNTS, str),
    "barcode": lambda gtin: gtin.printed,
    "net_quantity": _pack_packed,
    "quantity": lambda change: [change.op, str(change.amount)],
    "expiry_date": date.isoformat,
    "other_barcodes": list,
    "clear": list,
    "errors": list,
    "warnings": list,
}
_UNPACK: Final[dict[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(_AMOUNTS, Decimal),
    "barcode": lambda printed: Gtin(printed.rjust(14, "0"), printed),
    "net_quantity": lambda parts: _packed(*parts),
    "quantity": lambda parts: StockChange(parts[0], Decimal(parts[1])),
    "expiry_date": date.fromisoformat,
    "other_barcodes": tuple,
    "clear": tuple,
    "errors": _errors,
    "warnings": _errors,
}
