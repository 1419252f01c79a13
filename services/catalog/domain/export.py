"""The open export: what anyone may have of the shared catalog, under the Open Database License.

No word of it is a store's: not who proposed a product, not what is in stock, not what was only offered. It holds facts
of Open Food Facts, so it is shared alike (ODbL 1.0, section 4.4).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from services.catalog.domain.product import Product
from services.catalog.domain.quality import RULES, score

FORMAT: Final = "vyapar-catalog-1"
LICENCE: Final = "ODbL-1.0"
NOTICE: Final = (
    "Contains information from Open Food Facts (https://openfoodfacts.org), Open Beauty Facts "
    "(https://openbeautyfacts.org), Open Pet Food Facts (https://openpetfoodfacts.org) and Open Products Facts "
    "(https://openproductsfacts.org), which is made available under the Open Database License "
    "(https://opendatacommons.org/licenses/odbl/1-0/); its contents under the Database Contents "
    "License, its pictures under CC BY-SA 3.0. This export is made available under the Open Database License."
)
_OPEN: Final = frozenset(
    {
        "product_id",
        "name",
        "brand",
        "category",
        "barcode",
        "also_barcodes",
        "net_quantity",
        "pack_count",
        "mrp",
        "hsn_code",
        "gst_rate",
        "country_of_origin",
        "regional_names",
        "attributes",
        "canonical_image_urls",
        "source",
        "provenance",
        "version",
        "created_at",
        "updated_at",
    }
)
_FEWER: Final = 0.8
"""Of the products of the last export: with fewer the new one is thought to be broken, not the catalog shrunk."""
_SMALL: Final = 100


class Manifest(BaseModel):
    """What an export is, so that whoever has it can check it. ``sha256`` and ``bytes`` are of the compressed file."""

    model_config = ConfigDict(extra="ignore")

    format: str = FORMAT
    file: str
    generated_at: datetime
    products: int
    bytes: int
    sha256: str
    quality_version: int = RULES
    licence: str = LICENCE
    notice: str = NOTICE


class ExportBroken(RuntimeError):
    """What was written is not what was read, or much less than the time before."""


def is_open(product: Product) -> bool:
    """Whether a product is part of the export: somebody has vouched for it."""
    return product.verification_status == "verified"


def record(product: Product, now: datetime) -> dict[str, Any]:
    """A line of the export."""
    open_facts = product.model_dump(mode="json", include=set(_OPEN))
    pictures = [p.model_dump(mode="json", exclude={"added_by", "added_at"}) for p in product.images]
    return {**open_facts, "images": pictures, "quality_score": score(product, now)}


def check(new: Manifest, counted: int, sha256: str, last: Manifest | None) -> None:
    """Raises ExportBroken unless what lies in the bucket is what was written, and about as much as the last time."""
    if (counted, sha256) != (new.products, new.sha256):
        raise ExportBroken(f"{new.file} has {counted} lines of {new.products}, or other bytes")
    if last and last.products >= _SMALL and new.products < _FEWER * last.products:
        raise ExportBroken(f"{new.products} products, and {last.products} the last time")
