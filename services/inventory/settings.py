"""Settings of inventory."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InventorySettings:
    """Its tables. Who uses the door ``inventory.client`` has them too."""

    store_inventory_table: str
    """Name of ``StoreInventory``."""

    stock_movements_table: str
    """Name of ``StockMovements``."""


@dataclass(frozen=True)
class CountSettings:
    """The stock takes."""

    stock_counts_table: str
    """Name of ``StockCounts``: a store's stock takes, what people have found, and what was booked of it."""


@dataclass(frozen=True)
class ToCounts:
    """The way to the worker that books stock takes."""

    counts_queue_url: str
    """Of the queue of stock takes that are to be booked."""


@dataclass(frozen=True)
class ToMerges:
    """The way to the worker that moves stock of merged products."""

    merges_queue_url: str
    """Of the queue of merges whose stores are to be gone through."""
