"""What inventory states. The stream of StoreInventory is where these come from."""

from __future__ import annotations

from datetime import date
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


class LowItem(Data):
    """An item at or below its reorder level."""

    store_id: str
    product_id: str
    version: int
    quantity: Decimal
    reorder_level: Decimal
    unit: str
    supplier: str | None = None


class LowStockReached(Event):
    """An item came down to its reorder level; told once each time it crosses."""

    SOURCE: ClassVar[str] = SOURCE
    data: LowItem


class LotAtRisk(Data):
    """A lot with stock in it."""

    store_id: str
    product_id: str
    version: int
    lot_id: str
    expiry_date: date
    quantity: Decimal
    unit: str
    batch: str | None = None
    mrp: Decimal | None = None


class ExpiringLot(LotAtRisk):
    """``threshold``: which of 30, 15 and 7 days was passed; ``days_left``: how many there are."""

    threshold: int
    days_left: int


class LotExpiring(Event):
    """A lot comes near its expiry: told at 30, 15 and 7 days."""

    SOURCE: ClassVar[str] = SOURCE
    data: ExpiringLot


class LotExpired(Event):
    """A lot's last day is over, and there is stock of it."""

    SOURCE: ClassVar[str] = SOURCE
    data: LotAtRisk
