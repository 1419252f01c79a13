"""What of a product is shown beside a shop's stock of it."""

from __future__ import annotations

from pydantic import Field

from services.catalog.client import Product
from shared.aws.http import View
from shared.kernel.quantity import NetQuantity


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


def summary(product: Product | None) -> ProductSummary | None:
    """Of a product, where it is known."""
    return ProductSummary.model_validate(product, from_attributes=True) if product else None
