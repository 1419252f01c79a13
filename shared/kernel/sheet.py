"""The columns of a shop's stock as a table: what the export writes and the importer needs not guess at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

STOCK_SHEET: Final[Mapping[str, str]] = {
    "name": "Name",
    "brand": "Brand",
    "category": "Category",
    "barcode": "Barcode",
    "net_quantity": "Net quantity",
    "pack_count": "Pack count",
    "quantity": "Stock",
    "unit": "Unit",
    "box_of": "Pieces per box",
    "mrp": "MRP",
    "selling_price": "Selling price",
    "cost_price": "Cost price",
    "reorder_level": "Reorder level",
    "batch": "Batch",
    "expiry_date": "Expiry date",
    "supplier": "Supplier",
    "location": "Location",
    "notes": "Notes",
}
"""Field -> heading, in order."""
