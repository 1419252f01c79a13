"""Settings of inventory."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InventorySettings:
    """Its tables. Who uses the door ``inventory.client`` has them too."""

    store_inventory_table: str
    """Name of ``StoreInventory``."""

    stock_movements_table: str
    """Name of ``StockMovements``."""
