"""Settings of the catalog."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CatalogSettings:
    """Its tables. Who uses the door ``catalog.client`` has them too."""

    products_table: str
    """Name of ``Products``."""
    product_claims_table: str
    """Name of ``ProductClaims``: who holds a GTIN or an identity."""
    product_history_table: str
    """Name of ``ProductHistory``: who changed what, when."""


@dataclass(frozen=True)
class Exports:
    """Where the open export goes."""

    exports_bucket: str
    """Name of ``Exports``: the catalog as anyone may have it."""
