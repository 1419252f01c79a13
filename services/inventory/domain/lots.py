"""Which lots a figure means, and how it is shared out among them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from services.inventory.domain.item import ZERO, Lot

Facts = tuple[Decimal | None, str | None, date | None]
"""MRP, batch and expiry: what tells lots apart."""


def with_total(lots: Sequence[Lot], default: int, total: Decimal) -> list[Lot]:
    """The lots with this sum. More goes to the default lot; less is taken from it, then from others, oldest first."""
    figures = [lot.quantity for lot in lots]
    surplus = sum(figures, ZERO) - total
    for at in [default, *(i for i in range(len(lots)) if i != default)]:
        taken = min(max(figures[at], ZERO), max(surplus, ZERO))
        figures[at] -= taken
        surplus -= taken
    figures[default] -= surplus
    return [_holding(lot, figure) for lot, figure in zip(lots, figures, strict=True)]


def without(lots: Sequence[Lot], quantity: Decimal, default: str, *, today: date, sold: bool) -> list[Lot]:
    """The lots after ``quantity`` went: what expires first goes first. What there isn't is owed by the default lot.

    What has expired is not ``sold`` as long as there is other stock: that is unlawful, so it was not what the customer
    took (Food Safety and Standards (Packaging and Labelling) Regulations 2011; Consumer Protection Act 2019).
    """

    def order(at: int) -> tuple[bool, date, int]:
        expiry = lots[at].expiry_date or date.max
        return sold and expiry < today, expiry, at

    figures = {lot.lot_id: lot.quantity for lot in lots}
    left = quantity
    for at in sorted(range(len(lots)), key=order):
        taken = min(max(lots[at].quantity, ZERO), left)
        figures[lots[at].lot_id] -= taken
        left -= taken
    figures[default] -= left
    return [_holding(lot, figures[lot.lot_id]) for lot in lots]


def with_more(lots: Sequence[Lot], lot_id: str, quantity: Decimal) -> list[Lot]:
    """The lots after ``quantity`` came into one. What others owe was sold out of it, before it was booked."""
    figures = {lot.lot_id: lot.quantity for lot in lots}
    figures[lot_id] += quantity
    for lot in lots:
        if lot.lot_id != lot_id and lot.quantity < 0 < figures[lot_id]:
            paid = min(-lot.quantity, figures[lot_id])
            figures[lot.lot_id] += paid
            figures[lot_id] -= paid
    return [_holding(lot, figures[lot.lot_id]) for lot in lots]


def lot_meant(facts: Facts, lots: Sequence[Lot], default: str, named: frozenset[str] = frozenset()) -> Lot:
    """The lot that these facts speak of, or a new one; ``named`` are those that the same file has spoken of already."""
    for lot in lots:
        if lot.facts == facts:
            return lot
    if facts == (None, None, None) and lots and default not in named:
        return next(lot for lot in lots if lot.lot_id == default)
    if len(lots) == 1 and lots[0].lot_id not in named and _only_adds(facts, lots[0]):
        return lots[0].model_copy(update={n: v for n, v in _named(facts).items() if v is not None})
    return Lot(lot_id=lot_id(facts, [lot.lot_id for lot in lots]), **_named(facts))


def fitting(facts: Facts, lots: Sequence[Lot]) -> list[Lot]:
    """Lots of which all that is said is true."""
    return [
        lot
        for lot in lots
        if all(theirs is None or mine == theirs for mine, theirs in zip(lot.facts, facts, strict=True))
    ]


def lot_id(facts: Facts, taken: Sequence[str]) -> str:
    """An id that the facts give, and no other lot of the item has."""
    mrp, batch, expiry = facts
    name = hashlib.sha256(f"{'' if mrp is None else mrp.normalize()}|{batch}|{expiry}".encode()).hexdigest()[:10]
    return next(i for n in range(len(taken) + 1) for i in [f"lot_{name}{n or ''}"] if i not in taken)


def placed(lots: Sequence[Lot], lot: Lot) -> list[Lot]:
    """The lots with this one in the place of its former self, or at the end."""
    known = {one.lot_id: one for one in lots}
    return list({**known, lot.lot_id: lot}.values())


def _only_adds(facts: Facts, lot: Lot) -> bool:
    """Whether they say more about the lot and contradict nothing."""
    return all(mine is None or mine == theirs for mine, theirs in zip(lot.facts, facts, strict=True))


def _named(facts: Facts) -> Mapping[str, Any]:
    return dict(zip(("mrp", "batch", "expiry_date"), facts, strict=True))


def _holding(lot: Lot, quantity: Decimal) -> Lot:
    return lot if lot.quantity == quantity else lot.model_copy(update={"quantity": quantity})
