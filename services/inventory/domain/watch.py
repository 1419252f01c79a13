"""When a shop must hear of a lot's expiry.

``expiry_date`` is the last day on which it may be sold.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from services.inventory.domain.item import Item, Lot
from shared.kernel.cause import Cause
from shared.kernel.clock import indian_day

NOTICE_DAYS = (30, 15, 7)
"""A shop hears of a lot so many days before it expires."""
EXPIRED = -1
"""And when it has."""


class Due(NamedTuple):
    """From which day on what is to be told: a number of days before the expiry, or ``EXPIRED``."""

    day: date
    stage: int


def next_due(lot: Lot) -> Due | None:
    """What is to be told of a lot next, if there is stock of it."""
    if lot.expiry_date is None or lot.quantity <= 0 or lot.told == EXPIRED:
        return None
    return next(d for d in _stages(lot.expiry_date) if lot.told is None or d.stage < lot.told)


def watch_on(item: Item) -> date | None:
    """The day on which somebody should look at the item; never before the day of its last change."""
    days = [due.day for lot in item.lots if (due := next_due(lot))]
    return max(min(days), indian_day(item.last_updated)) if days else None


def noted(item: Item, cause: Cause) -> Item | None:
    """The item with what is due by now noted as told, from which its stream tells it; None when nothing is due."""
    today = indian_day(cause.at)
    lots = [_noted(lot, today) for lot in item.lots]
    return item.touched(cause, lots=lots) if lots != item.lots else None


def _noted(lot: Lot, today: date) -> Lot:
    due = next_due(lot)
    if due is None or due.day > today or lot.expiry_date is None:
        return lot
    # Of several that have passed the last one is the news.
    stage = [d.stage for d in _stages(lot.expiry_date) if d.day <= today][-1]
    return lot.model_copy(update={"told": stage})


def _stages(expiry: date) -> list[Due]:
    before = [Due(expiry - timedelta(days=n), n) for n in NOTICE_DAYS]
    return [*before, Due(expiry + timedelta(days=1), EXPIRED)]
