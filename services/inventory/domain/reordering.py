"""When to order an item again, and how much of it.

The reorder point is what sells until the goods come, and a reserve: average daily sales times (lead time + safety
days). Who is at or below it orders up to the point and what sells until the next order: the (s, S) policy (Silver, Pyke
and Thomas, "Inventory and Production Management in Supply Chains", 4th ed., 2017), with its reserve counted in days as
small shops do. Of what has no sales to go by, a second bin is ordered when the first is empty: the level once more (the
two-bin system, ibid.).

What sells a day is counted over the last 30 days, or since the item's first row in the ledger when that is younger;
returns of customers are taken off. A day that has begun counts whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Final

from services.inventory.domain.entry import Entry, MovementType
from services.inventory.domain.item import ZERO, Item
from shared.kernel.quantity import MAX_STOCK, StockUnit

LOOKS_BACK: Final = timedelta(days=30)
SOLD: Final[frozenset[MovementType]] = frozenset({"sale", "return_in"})

_DAY: Final = timedelta(days=1)
_FINEST: Final = Decimal("0.001")
_STEPS: Final[dict[StockUnit, Decimal]] = {"kg": Decimal("0.1"), "l": Decimal("0.1")}
"""What is ordered in parts; all else in whole units."""
_LONGEST: Final = Decimal(9999)


@dataclass(frozen=True, slots=True)
class Policy:
    """Days until ordered goods come, days of reserve, and days that an order is to last for."""

    lead_days: int = 3
    safety_days: int = 2
    order_days: int = 14


@dataclass(frozen=True, slots=True)
class Sales:
    """How much was sold net of returns within some days that ended at ``until``."""

    sold: Decimal
    days: int
    since: datetime
    until: datetime

    @property
    def a_day(self) -> Decimal:
        """On average, in thousandths."""
        return min((self.sold / self.days).quantize(_FINEST, ROUND_HALF_UP), MAX_STOCK)


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about an item. ``days_of_cover``: how long the stock lasts, None where nothing sells."""

    sales: Sales
    days_of_cover: Decimal | None
    reorder_level: Decimal
    quantity: Decimal


def sales(rows: Iterable[Entry], first: Entry | None, now: datetime) -> Sales:
    """What sold. ``rows``: at least those of what happened in the last 30 days; ``first``: the first that was booked.

    A phone that was offline tells of sales before the first row is booked.
    """
    known = {row.key: row for row in (*rows, *([first] if first else ()))}.values()
    began = min((row.occurred_at for row in known), default=now)
    since = min(max(began, now - LOOKS_BACK), now)
    days = max(1, -((since - now) // _DAY))
    sold = -sum((row.change for row in known if row.type in SOLD and row.occurred_at >= since), ZERO)
    return Sales(max(sold, ZERO), days, since, now)


def advise(item: Item, sold: Sales, policy: Policy) -> Advice:
    """When to order the item again, and how much now."""
    step = _STEPS.get(item.unit, Decimal(1))

    def lasting(days: int) -> Decimal:
        return sold.sold * days / sold.days

    point = _rounded_up(lasting(policy.lead_days + policy.safety_days), step)
    level = max(point, item.reorder_level or ZERO)
    more = lasting(policy.order_days) if sold.sold else level
    return Advice(sold, _cover(item.quantity, sold), point, _rounded_up(level + more - item.quantity, step))


def _cover(stock: Decimal, sold: Sales) -> Decimal | None:
    if not sold.sold:
        return None
    return min(max(stock, ZERO) * sold.days / sold.sold, _LONGEST).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _rounded_up(figure: Decimal, step: Decimal) -> Decimal:
    steps = (max(figure, ZERO) / step).to_integral_value(ROUND_CEILING)
    return min(steps * step, MAX_STOCK)
