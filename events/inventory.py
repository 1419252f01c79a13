"""What inventory states. The stream of StoreInventory is where these come from."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from events.base import Data, Event

SOURCE = "vyapar.inventory"


class ChangedItem(Data):
    """One item after its change. ``quantity`` None: the item left the shop's list."""

    product_id: str
    version: int
    quantity: Decimal | None
    previous_quantity: Decimal | None = None
    unit: str | None = None
    job_id: str | None = None


class ChangedStock(Data):
    """Up to 100 items of one store."""

    store_id: str
    items: tuple[ChangedItem, ...]


class StockChanged(Event):
    """Stock figures or prices of a store changed."""

    SOURCE: ClassVar[str] = SOURCE
    data: ChangedStock
