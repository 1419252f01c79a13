"""From the rows of one product to what the catalog and the shop's stock are asked to do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from services.csv_import.domain.facts import ParsedRow
from services.csv_import.domain.problems import RowError
from shared.kernel.gtin import Gtin

_REQUIRED = frozenset({"name", "barcode"})


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
    warnings: list[RowError] = []
    errors: list[RowError] = []
    kept = dict(facts)
    for wrong in error.errors():
        field = str(wrong["loc"][0]) if wrong["loc"] else ""
        found = RowError(
            field, str(wrong["type"]).upper(), f"{field}: {wrong['msg']}", str(wrong.get("input", ""))[:80]
        )
        if field in _REQUIRED or field not in kept:
            errors.append(found)
        else:
            kept.pop(field, None)
            warnings.append(found._replace(message=f"{found.message} It was left out."))
    return kept, warnings, errors


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
        for name in ("unit", "reorder_level", "supplier", "location", "notes"):
            value: str | Decimal | None = getattr(row, name)
            if value is not None:
                said[name] = value
    return {
        **said,
        "clear": frozenset(name for row in rows for name in row.clear),
        "row": rows[-1].row_number,
    }
