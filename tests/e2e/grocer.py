"""What a grocer's file says, worked out from the file alone: no code of ours is used."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

Row = dict[str, str]
Lots = dict[Decimal, Decimal]


def read(data: bytes) -> list[Row]:
    """The rows of a plain CSV in UTF-8."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


_WORD = re.compile(r"[A-Za-z]{2,}")


def same_text(rows: Sequence[Row]) -> list[list[int]]:
    """Rows (by index) of equal name, brand and size, but for capitals; only where there are several."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        groups[tuple(row[c].strip().casefold() for c in ("ProductName", "Brand", "Quantity"))].append(index)
    return [group for group in groups.values() if len(group) > 1]


def money(text: str) -> Decimal:
    """To the paisa."""
    amount = Decimal(text)
    assert amount == amount.quantize(Decimal("0.01"))
    return amount


def folded(rows: Sequence[Row], goods: Sequence[str]) -> tuple[dict[str, Lots], dict[str, Decimal], set[int]]:
    """For each of ``goods`` (one a row) its lots, MRP -> selling price, the last row of a lot winning; the MRP of its
    last row; and the rows (by index) that a later one of the same lot repeats."""
    lots: dict[str, Lots] = defaultdict(dict)
    front: dict[str, Decimal] = {}
    last: dict[tuple[str, Decimal], int] = {}
    repeated: set[int] = set()
    for index, (row, one) in enumerate(zip(rows, goods, strict=True)):
        mrp = money(row["Price"])
        if (one, mrp) in last:
            repeated.add(last[one, mrp])
        last[one, mrp] = index
        lots[one][mrp] = money(row["DiscountPrice"])
        front[one] = mrp
    return lots, front, repeated


def renamed(data: bytes, rows: int, word: str) -> bytes:
    """The first rows of the file as goods that nobody else sells: each word of name and brand ends with ``word``."""
    source = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))
    heading = next(source)
    named = {heading.index("ProductName"), heading.index("Brand")}
    kept = [row for row, _ in zip(source, range(rows), strict=False)]
    own = [[_WORD.sub(rf"\g<0>{word}", c) if n in named else c for n, c in enumerate(r)] for r in kept]
    return _written([heading, *own])


def made_up(rows: int, word: str) -> bytes:
    """Goods for a machine without the real file: one in nine comes twice, with other prices or as another lot."""
    heading = ["ProductID", "ProductName", "Brand", "Price", "DiscountPrice", "Quantity"]
    sizes = ("100 g", "250 g", "500 g", "1 kg", "200 ml", "1 L")
    listed = []
    for n in range(rows):
        goods = n - 7 if n % 9 == 8 else n
        mrp = Decimal(20 + goods % 400) + (n % 2 if n % 9 == 8 else 0)
        listed.append(
            [str(n + 1), f"{word} Goods No {goods}", "Asha", str(mrp), str(mrp - n % 5), sizes[goods % len(sizes)]]
        )
    return _written([heading, *listed])


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
