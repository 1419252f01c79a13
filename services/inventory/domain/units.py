"""From the unit in which something moves to the one in which an item is kept, exactly or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from shared.kernel.errors import FieldError, Invalid
from shared.kernel.quantity import MAX_STOCK, StockUnit

_SIZES: dict[StockUnit, tuple[str, int]] = {
    "g": ("weight", 1),
    "kg": ("weight", 1000),
    "ml": ("volume", 1),
    "l": ("volume", 1000),
    "piece": ("count", 1),
    "dozen": ("count", 12),
}
_FINEST = Decimal("0.001")


def converted(quantity: Decimal, given: StockUnit, kept: StockUnit, box_of: Decimal | None) -> Decimal:
    """``quantity`` of the unit ``given``, in the unit that is ``kept``. A box holds ``box_of`` pieces.

    Raises Invalid (UNITS_DIFFER, BOX_SIZE_MISSING, NOT_EXACT).
    """
    if given == kept:
        return quantity
    (kind, size), (kept_kind, kept_size) = (_size(unit, box_of) for unit in (given, kept))
    if kind != kept_kind:
        raise _refused("UNITS_DIFFER", f"This item is kept by {kept}; {given} can't be turned into that.")
    whole, rest = divmod(quantity * size / _FINEST, Decimal(kept_size))
    figure = whole * _FINEST
    if rest:
        raise _refused(
            "NOT_EXACT", f"{quantity} {given} is no exact number of {kept} with 3 decimals; send it in {kept}."
        )
    if abs(figure) > MAX_STOCK:
        raise _refused("TOO_LARGE", f"That is more than {MAX_STOCK} {kept}.", "/quantity")
    return figure


def finest(units: Iterable[StockUnit]) -> StockUnit:
    """Of these units the one in which most figures of the others are exact."""
    return min(units, key=lambda unit: (unit == "box", _SIZES.get(unit, ("", 0))[1], unit))


def _size(unit: StockUnit, box_of: Decimal | None) -> tuple[str, Decimal | int]:
    if unit != "box":
        return _SIZES[unit]
    if box_of is None:
        raise _refused("BOX_SIZE_MISSING", "Say how many pieces are in a box: PATCH the item with box_of.")
    return "count", box_of


def _refused(code: str, cure: str, pointer: str = "/unit") -> Invalid:
    return Invalid(code, cure, [FieldError(pointer, code, cure)])
