"""What a row makes of a shop's figures, field by field, and which of it a person should look at twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from services.csv_import.domain.problems import RowError

_PRICES: Final = ("mrp", "selling_price", "cost_price")
_JUMP: Final = 2  # times as much, or that part of it


class Change(NamedTuple):
    """One figure before and after, as text; "" where there is none."""

    field: str
    before: str
    after: str


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """What differs of two sets of figures, in the order of the second."""
    found = (Change(name, _text(before.get(name)), _text(value)) for name, value in after.items())
    return tuple(change for change in found if change.before != change.after)


def doubtful(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[RowError]:
    """What a slip of the hand would look like: a price twice or half of what it was, stock that is gone all at once,
    boxes where there were pieces."""
    found: list[RowError] = []
    for name in _PRICES:
        old, new = before.get(name), after.get(name)
        if old and new and (new >= old * _JUMP or old >= new * _JUMP):
            found.append(RowError(name, "PRICE_JUMP", "", {"before": _text(old), "after": _text(new)}))
    stock = before.get("quantity")
    if stock and stock > 0 and after.get("quantity") == 0:
        found.append(RowError("quantity", "STOCK_TO_ZERO", "", {"before": _text(stock)}))
    if before.get("unit") and before["unit"] != after.get("unit"):
        found.append(RowError("unit", "UNIT_CHANGED", "", {"before": before["unit"], "after": after.get("unit") or ""}))
    return found


def shown(found: Iterable[Change], name_of: Callable[[str], str]) -> str:
    """One cell of a report: "MRP: 90.00 → 96.00; stock: – → 12"."""
    return "; ".join(f"{name_of(c.field)}: {c.before or '–'} → {c.after or '–'}" for c in found)


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "" if value is None else str(value)
