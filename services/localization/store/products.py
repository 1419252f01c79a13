"""Products, as far as their names go."""

from __future__ import annotations

from services.catalog.client import Product, origin_in
from services.localization.domain.names import Called


def called(product: Product) -> Called:
    """What the catalog says of a product's names."""
    origins = {region: origin for region in product.regional_names if (origin := origin_in(product, region))}
    return Called(product.product_id, product.name, product.brand, product.regional_names, origins)
