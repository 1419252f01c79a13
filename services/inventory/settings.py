"""Settings of inventory."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InventorySettings:
    """Its table. Who uses the door ``inventory.client`` has it too."""

    store_inventory_table: str
    """Name of ``StoreInventory``."""
