"""What a grocer's file says, worked out from the file alone: no code of ours is used."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import islice

Row = dict[str, str]
Lots = dict[Decimal, Decimal]


def read(data: bytes) -> list[Row]:
    """The rows of a plain CSV in UTF-8."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


_LONGEST = 200
_WORD = re.compile(r"[A-Za-z]{2,}")


class Tongue:
    """A language that nobody else speaks: each word of English is another one in it, and always the same."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self._heard: dict[str, str] = {}

    def says(self, text: str) -> str:
        """English in this language."""
        return _WORD.sub(lambda found: self._word(found[0]), text)

    def means(self, text: str) -> str:
        """What has been said in this language, in English again, but for capitals within words."""
        return _WORD.sub(lambda found: self._heard.get(found[0].casefold(), found[0]), text)

    def _word(self, english: str) -> str:
        drawn = hashlib.sha256(f"{self.seed} {english.casefold()}".encode()).digest()
        word = "".join("bdfghjklmnprstvz"[drawn[n] % 16] + "aeiou"[drawn[n + 4] % 5] for n in range(4))
        self._heard[word] = english.casefold()
        return word.capitalize() if english[0].isupper() else word


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


def renamed(data: bytes, rows: int, tongue: Tongue) -> bytes:
    """The first rows of the file as goods that nobody else sells: their names and brands are in this language."""
    source = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))
    heading = next(source)
    named = {heading.index("ProductName"), heading.index("Brand")}
    own = ([tongue.says(c) if n in named else c for n, c in enumerate(row)] for row in source)
    fit = (row for row in own if all(len(row[n]) <= _LONGEST for n in named))  # its words are longer than English ones
    return _written([heading, *islice(fit, rows)])


def made_up(rows: int, tongue: Tongue) -> bytes:
    """Goods for a machine without the real file: one in nine comes twice, with other prices or as another lot."""
    heading = ["ProductID", "ProductName", "Brand", "Price", "DiscountPrice", "Quantity"]
    sizes = ("100 g", "250 g", "500 g", "1 kg", "200 ml", "1 L")
    listed = []
    for n in range(rows):
        goods = n - 7 if n % 9 == 8 else n
        mrp = Decimal(20 + goods % 400) + (n % 2 if n % 9 == 8 else 0)
        name = tongue.says("Goods " + "".join(chr(ord("a") + int(digit)) for digit in f"{goods:04}"))
        listed.append([str(n + 1), name, "Asha", str(mrp), str(mrp - n % 5), sizes[goods % len(sizes)]])
    return _written([heading, *listed])


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
