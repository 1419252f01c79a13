"""What a product is called in other languages from the moment that all see it.

In the write that makes it, and not by whoever hears of it: it would be a second version of each product, which an undo
takes for somebody's change, and which a reader who has just got the first one trips over.
"""

from __future__ import annotations

from services.catalog.domain.calling import also_called
from services.catalog.domain.product import Product
from services.localization import client as localization


def in_other_languages(product: Product) -> Product:
    """A new product with the names that a machine is sure of, if it is one that all see."""
    if product.verification_status != "verified":
        return product
    return also_called(product, localization.surely_called(product.name, product.brand, product.regional_names))
