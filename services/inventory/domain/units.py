"""From the unit in which something moves to the one in which an item is kept, exactly or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

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


def converted(
    quantity: Decimal, given: StockUnit, kept: StockUnit, box_of: Decimal | None, given_box: Decimal | None = None
) -> Decimal:
    """``quantity`` of the unit ``given``, in the unit that is ``kept``. A box holds ``box_of`` pieces.

    ``given_box``: how many a box holds that is given, where that is another one.
    Raises Invalid (UNITS_DIFFER, BOX_SIZE_MISSING, NOT_EXACT).
    """
    given_box, box_of = given_box or box_of, box_of or given_box
    if given == kept and (given != "box" or given_box == box_of):
        return quantity
    (kind, size), (kept_kind, kept_size) = _size(given, given_box), _size(kept, box_of)
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


def rate(given: StockUnit, given_box: Decimal | None, kept: StockUnit, kept_box: Decimal | None) -> Fraction | None:
    """How many of the unit that is ``kept`` one of the ``given`` unit makes; None where they don't go together.

    A box of unknown size is taken for one of the other's size.
    """
    given_box, kept_box = given_box or kept_box, kept_box or given_box
    if given == kept and (given != "box" or given_box == kept_box):
        return Fraction(1)
    if "box" in {given, kept} and given_box is None:
        return None
    (kind, size), (kept_kind, kept_size) = _size(given, given_box), _size(kept, kept_box)
    return Fraction(size) / Fraction(kept_size) if kind == kept_kind else None


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
