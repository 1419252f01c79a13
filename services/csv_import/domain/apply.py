"""From the rows of one product to what the catalog and the shop's stock are asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.csv_import.domain.facts import ParsedRow
from services.csv_import.domain.problems import RowError
from shared.kernel.errors import FieldError
from shared.kernel.gtin import Gtin

_REQUIRED = frozenset({"name", "barcode"})
_ATTRIBUTES = {"weight": "net_quantity"}
"""What the file's field of an attribute is, where it isn't called the same."""
_OF_STOCK = frozenset({"NEGATIVE_QUANTITY", "TOO_LARGE"})
"""Codes of which the row's own figures may be wrong, or what they make of the stock."""


def product_facts(row: ParsedRow, *, barcode: Gtin | None) -> dict[str, Any]:
    """The facts of a product as ``catalog.client.ProductFields`` takes them."""
    weight = {"weight": row.net_quantity_text} if row.net_quantity_text else {}
    said = {"subcategory": row.subcategory, "description": row.description, "fssai": row.fssai}
    return {
        "name": row.name,
        "brand": row.brand,
        "category": row.category,
        "barcode": barcode.printed if barcode else None,
        "net_quantity": row.net_quantity,
        "pack_count": row.pack_count or (row.net_quantity.pack_count if row.net_quantity else None),
        "mrp": row.mrp,
        "hsn_code": row.hsn_code,
        "gst_rate": row.gst_rate,
        "country_of_origin": row.country_of_origin,
        "regional_names": {r: [n.strip() for n in t.split("|") if n.strip()] for r, t in row.regional_names.items()},
        "attributes": {**weight, **{k: v for k, v in said.items() if v}},
    }


def without_wrong(
    facts: dict[str, Any], error: ValidationError
) -> tuple[dict[str, Any], list[RowError], list[RowError]]:
    """The facts without those that the catalog won't take; warnings for them, and errors where it can't do without."""
    warnings: dict[tuple[str, ...], RowError] = {}
    errors: list[RowError] = []
    kept = {name: dict(value) if isinstance(value, dict) else value for name, value in facts.items()}
    for wrong in error.errors():
        loc = tuple(map(str, wrong["loc"])) or ("",)
        within = kept.get(loc[0]) if len(loc) > 1 else None
        # Of what has parts (attributes, names by region) the wrong part alone is left out.
        place = loc[:2] if isinstance(within, dict) else loc[:1]
        found = _refusal(place[-1], wrong)
        if loc[0] in _REQUIRED or loc[0] not in facts:
            errors.append(found)
        elif place not in warnings:
            (within if isinstance(within, dict) else kept).pop(place[-1], None)
            warnings[place] = found
    return kept, list(warnings.values()), errors


def _refusal(name: str, wrong: ErrorDetails) -> RowError:
    """What the catalog has against a value, in our own words."""
    field = _ATTRIBUTES.get(name, name)
    value = str(wrong.get("input", ""))[:80]
    if wrong["type"] != "string_too_long":
        return RowError(field, "VALUE_REFUSED", value, {"kind": "needed"} if field in _REQUIRED else {})
    most = int(wrong.get("ctx", {})["max_length"])
    return RowError(field, "NAME_TOO_LONG" if field == "name" else "TEXT_TOO_LONG", value, {"most": most})


def refused(error: FieldError, words: Mapping[str, str]) -> RowError:
    """What the shop's stock has against a row."""
    kind = {"kind": "stock"} if error.code in _OF_STOCK else {}
    return RowError(error.pointer.lstrip("/"), error.code, "", {**words, **kind})


def lot_facts(row: ParsedRow) -> dict[str, Any]:
    """One lot as ``inventory.client.LotChange`` takes it."""
    return {
        "mrp": row.mrp,
        "batch": row.batch,
        "expiry_date": row.expiry_date,
        "quantity": row.quantity.amount if row.quantity else None,
        "adds": bool(row.quantity and row.quantity.op == "add"),
        "cost_price": row.cost_price,
        "selling_price": row.selling_price,
        "clear": frozenset(row.clear),
    }


def item_facts(rows: list[ParsedRow]) -> dict[str, Any]:
    """What the rows say of the item as a whole, the last word on each fact counting."""
    said: dict[str, Any] = {}
    for row in rows:
        for name in ("unit", "box_of", "reorder_level", "supplier", "location", "notes"):
            value: str | Decimal | None = getattr(row, name)
            if value is not None:
                said[name] = value
    return {
        **said,
        "clear": frozenset(name for row in rows for name in row.clear),
        "row": rows[-1].row_number,
    }
