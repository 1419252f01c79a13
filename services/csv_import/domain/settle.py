"""The rules that hold over a whole file, applied to one partition of it.

All rows of one GTIN are in one partition, and all rows of one identity: a row with both comes to its identity's
partition once more as a *shadow*, to be known of there but not applied. So what a partition decides is the same
whatever else runs, and in whatever order.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.csv_import.domain.outcome import Decided, Outcome


@dataclass(slots=True)
class Goods:
    """The rows of a file that speak of one product: ``kept`` are applied in the order of the file, one a lot.

    With a ``twin`` (a row with a barcode, same name and size) they mean its product, and the twin alone is applied.
    """

    key: str
    kept: list[Decided]
    repeated: list[Decided]
    twin: Decided | None = None

    @property
    def product_id(self) -> str | None:
        """The product that matching found for them."""
        return next((r.product_id for r in self._last_first() if r.product_id), None)

    @property
    def proposer(self) -> Decided:
        """The row whose words name the product if it is new: the last that has words."""
        rows = self._last_first()
        return next((r for r in rows if r.row.name), rows[0])

    def _last_first(self) -> list[Decided]:
        if self.twin:
            return [self.twin]
        return sorted((*self.kept, *self.repeated), key=lambda r: r.row_number, reverse=True)


def partition_of(key: str, partitions: int) -> int:
    """The partition that a key belongs to; the same on every machine."""
    return zlib.crc32(key.encode()) % partitions


def settle(rows: Iterable[Decided]) -> tuple[list[Goods], list[Outcome]]:
    """Goods to apply, and the outcome of rows that contradict each other.

    One lot (same MRP, batch, expiry) named twice is a repeated row, and the last one wins; one GTIN with two names
    fails on all its rows.
    """
    by_key: dict[str, list[Decided]] = defaultdict(list)
    shadows: dict[str, list[Decided]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: r.row_number):
        (shadows if row.shadow else by_key)[row.key].append(row)
    goods: list[Goods] = []
    refused: list[Outcome] = []
    for key, group in by_key.items():
        clash = _clash(group)
        if clash:
            refused += [Outcome.conflict(row, clash) for row in group]
            continue
        # The same name under two barcodes in one file says nothing about a row with none.
        twin = shadows[key][-1] if len({s.gtin for s in shadows[key]}) == 1 else None
        if twin:
            goods.append(Goods(key, [], group, twin))
            continue
        last_of_lot = {row.lot: row for row in group}
        kept = [row for row in group if last_of_lot[row.lot] is row]
        goods.append(Goods(key, kept, [row for row in group if last_of_lot[row.lot] is not row]))
    return goods, refused


def _clash(rows: Sequence[Decided]) -> tuple[Decided, Decided] | None:
    """Two rows of one GTIN that name different goods."""
    first = next((r for r in rows if r.row.name), rows[0])
    if first.gtin is None:
        return None
    return next(((first, row) for row in rows if row.contradicts(first)), None)
