"""Settings of the catalog."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CatalogSettings:
    """Its tables. Who uses the door ``catalog.client`` has them too."""

    products_table: str
    product_claims_table: str
    product_history_table: str
