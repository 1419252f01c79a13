"""The rules that hold over a whole file, applied to the goods of one partition: all rows of each are here."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from services.csv_import.domain.outcome import Decided, Outcome, contradict, identity_of


@dataclass(slots=True)
class Goods:
    """The rows of a file that speak of one product: ``kept`` are applied in the order of the file, one a lot.

    One lot (same MRP, batch, expiry) named twice is a repeated row, and the last one wins.
    """

    key: str
    kept: list[Decided]
    repeated: list[Decided]

    @classmethod
    def of(cls, key: str, rows: Iterable[Decided]) -> Self:
        """The goods of these rows."""
        ordered = sorted(rows, key=lambda r: r.row_number)
        last_of_lot = {row.lot: row for row in ordered}
        kept = [row for row in ordered if last_of_lot[row.lot] is row]
        return cls(key, kept, [row for row in ordered if last_of_lot[row.lot] is not row])

    @property
    def rows(self) -> list[Decided]:
        """All of them, in the order of the file."""
        return sorted((*self.kept, *self.repeated), key=lambda r: r.row_number)

    @property
    def product_id(self) -> str | None:
        """The product that matching found for them: the oldest, should it have found several."""
        return min((r.product_id for r in self.rows if r.product_id), default=None)

    @property
    def by(self) -> str:
        """The key of the goods that their name was taken for; "" if they go by their own."""
        return next((r.by for r in self.rows if r.by), "")

    @property
    def spelled(self) -> bool:
        """Whether the catalog has their name as another one of its product."""
        return any(r.spelled for r in self.rows)

    @property
    def likely(self) -> list[list[Any]]:
        """What they may be, as matching saw it of the first row that it was unsure about."""
        return next((r.likely for r in self.rows if r.likely), [])

    @property
    def proposer(self) -> Decided:
        """The row whose words name the product if it is new: the last that has both words and a barcode, else words."""
        last_first = self.rows[::-1]
        named = [r for r in last_first if r.row.name]
        return next((r for r in named if r.gtin), next(iter(named), last_first[0]))


def partition_of(key: str, partitions: int) -> int:
    """The partition that a key belongs to; the same on every machine."""
    return zlib.crc32(key.encode()) % partitions


def settle(rows: Iterable[Decided]) -> tuple[list[Goods], list[Outcome]]:
    """Goods to apply, and the outcome of rows that contradict each other: a GTIN with two names fails on all rows.

    Rows without a barcode that had come to a GTIN in such a quarrel go by their own words.
    """
    by_key: dict[str, list[Decided]] = defaultdict(list)
    refused: list[Outcome] = []
    grouped: dict[str, list[Decided]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: r.row_number):
        grouped[row.key].append(row)
    for key, group in grouped.items():
        clash = _clash(group)
        if clash is None:
            by_key[key] += group
            continue
        refused += [Outcome.conflict(row, clash) for row in group if row.gtin]
        for row in group:
            if row.gtin is None:
                by_key[identity_of(row.row) or key].append(row)
    return [Goods.of(key, group) for key, group in by_key.items()], refused


def _clash(rows: Sequence[Decided]) -> tuple[Decided, Decided] | None:
    """Two rows of one GTIN that name different goods."""
    coded = [r for r in rows if r.gtin]
    first = next((r for r in coded if r.row.name), None)
    if first is None:
        return None
    return next(((first, row) for row in coded if contradict(row.row, first.row)), None)
