"""What one write makes of an item's stock: a row of the ledger.

The ledger is only ever added to. What an item holds is the sum of its rows' changes, lot by lot; what was booked wrong
is put right by another row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.clock import rfc3339
from shared.kernel.money import Rupees
from shared.kernel.quantity import StockMove, StockQuantity

MovementType = Literal[
    "opening",
    "receipt",
    "sale",
    "return_in",
    "return_out",
    "damage",
    "expired",
    "theft_loss",
    "transfer_in",
    "transfer_out",
    "own_use",
    "adjustment",
    "count",
]
Origin = Literal["api", "put", "import", "undo", "merge"]
Flag = Literal["NEGATIVE_STOCK"]

INWARD: frozenset[MovementType] = frozenset({"opening", "receipt", "return_in", "transfer_in"})
OUTWARD: frozenset[MovementType] = frozenset(
    {"sale", "return_out", "damage", "expired", "theft_loss", "transfer_out", "own_use"}
)


class Prices(BaseModel):
    """A lot's prices from some moment on, INR a unit of the item."""

    model_config = ConfigDict(frozen=True)

    mrp: Rupees | None = None
    cost_price: Rupees | None = None
    selling_price: Rupees | None = None


class Entry(BaseModel):
    """One row: what moved (``change`` of the whole and by lot, in the item's unit) and what it left (``balance``).

    ``quantity`` and ``unit`` are as they were given, ``prices`` those of lots that have others from here on.
    ``occurred_at`` is when it happened, ``recorded_at`` when it was booked, in whose order balances are.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    movement_id: str
    type: MovementType
    quantity: StockMove
    unit: str
    change: StockMove
    balance: StockQuantity
    lots: dict[str, StockMove] = {}
    occurred_at: datetime
    recorded_at: datetime
    version: int = Field(exclude=True)
    origin: Origin
    actor: str
    job_id: str | None = None
    note: str | None = None
    flags: tuple[Flag, ...] = ()
    prices: dict[str, Prices] = {}
    sent_as: Annotated[str | None, Field(exclude=True)] = None
    """The product that was named, where that has become this one."""

    @property
    def key(self) -> str:
        """Its place among the item's rows; keys sort as they were booked. The id: no row ever takes another's place."""
        return f"{rfc3339(self.recorded_at)}#{self.version:08d}#{self.movement_id}"

    @property
    def by_client(self) -> bool:
        """Whether the id is a client's, who may send it again."""
        return self.origin == "api"

    @property
    def moves(self) -> bool:
        """Whether it is a movement of stock, or of prices alone."""
        return self.by_client or any(self.lots.values())


@dataclass(frozen=True, slots=True)
class Booking:
    """Why an item becomes another: what its row of the ledger says beside the figures."""

    origin: Origin
    type: MovementType = "adjustment"
    movement_id: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    occurred_at: datetime | None = None
    job_id: str | None = None
    note: str | None = None
    sent_as: str | None = None
