"""What shows only when a row is seen beside the others: two columns swapped, a sign left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from services.csv_import.domain.facts import ParsedRow
from services.csv_import.domain.outcome import Outcome
from services.csv_import.domain.problems import RowError

_SWAPPED_FROM: Final = 5
_SIGNS: Final = frozenset("+-=\u2212")


def swapped(outcomes: Iterable[Outcome], *, of: int) -> None:
    """Adds to rows whose price is above their MRP that so many ``of`` all are no chance: the columns are swapped."""
    above = [o for o in outcomes if o.result == "failed" and o.code == "PRICE_ABOVE_MRP"]
    if len(above) < _SWAPPED_FROM or len(above) * 2 < of:
        return
    hint = RowError("selling_price", "COLUMNS_SWAPPED", "", {"rows": len(above), "of": of})
    for outcome in above:
        outcome.said = (*outcome.said, hint)


def unsigned(rows: Sequence[tuple[ParsedRow, str]]) -> None:
    """Warns of rows whose quantity (as it stands in its cell) has no sign, where most have one."""
    counted = [(row, cell.strip()) for row, cell in rows if row.quantity]
    bare = [(row, cell) for row, cell in counted if cell[:1] not in _SIGNS]
    if len(bare) * 2 >= len(counted):
        return
    for row, cell in bare:
        kind = row.quantity.op if row.quantity else ""
        row.warnings = (*row.warnings, RowError("quantity", "BARE_QUANTITY", cell[:40], {"kind": kind}))
