"""Names of other grocers asked of BigBasket's catalog: ``python -m tests.bench.matching.cross_shop``.

Prints what would be matched without a person, to be read by one; ``docs/matching.md`` says what came of it. A sample,
always the same, comes with a figure: ``... cross_shop 100``. Nothing of it goes into the repository: it is theirs.
"""

from __future__ import annotations

import csv
import gzip
import random
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, NamedTuple

from tests.bench.matching import goods as stock
from tests.bench.matching.goods import GROCERS, Goods, clean
from tests.bench.matching.retrieval import SKIPPED, Desk
from tests.bench.matching.shop_rows import Row

FILES: Final = {
    "blinkit": "blinkit_milk_2026.csv",
    "jiomart": "jiomart_products_2025.csv",
    "zepto": "zepto_products_2025.csv.gz",
}
_NO_SIZE: Final = frozenset({"", "n/a"})


class Pair(NamedTuple):
    """A row of another grocer, and the goods that it would be matched with."""

    shop: str
    row: Row
    goods: Goods


def available() -> bool:
    """Whether all the files are on this machine."""
    return stock.available() and all((GROCERS / name).is_file() for name in FILES.values())


def shop_rows(shop: str) -> Iterator[Row]:
    """What the shop lists, each name and size once."""
    seen = set[tuple[str, str | None]]()
    for told in _table(GROCERS / FILES[shop]):
        name = clean(told.get("product_name") or told.get("name") or told.get("Name") or "")
        size = clean(told.get("unit") or told.get("weight") or told.get("Weight") or "")
        row = Row(name, clean(told.get("brand") or "") or None, size, _rupees(told.get("mrp")), None)
        if size.casefold() in _NO_SIZE or size.casefold() == name.casefold():
            row = row._replace(size=None)
        if name and (name, row.size) not in seen:
            seen.add((name, row.size))
            yield row


def _table(path: Path) -> Iterator[dict[str, str]]:
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8-sig", newline="") as text:
        yield from csv.DictReader(text)


def _rupees(text: str | None) -> Decimal | None:
    try:
        return Decimal(text or "")
    except InvalidOperation:
        return None


def matches() -> tuple[Counter[tuple[str, str]], list[Pair]]:
    """How many rows of each shop came to which decision, and what was matched."""
    catalog = {each.goods_id: each for each in stock.load()}
    desk = Desk(catalog.values())
    counts = Counter[tuple[str, str]]()
    found: list[Pair] = []
    for shop in FILES:
        for row in shop_rows(shop):
            told = desk.decide(row)
            counts[shop, told.decision] += 1
            if told.product_id:
                found.append(Pair(shop, row, catalog[told.product_id]))
    return counts, found


def sample(found: list[Pair], wanted: int) -> list[Pair]:
    """Always the same for the same matches."""
    return random.Random(100).sample(found, min(wanted, len(found)))


def main() -> None:
    """Prints the matches or a sample of them, and how many there were."""
    if not available():
        sys.exit(SKIPPED)
    counts, found = matches()
    for shop, row, goods in sample(found, int(sys.argv[1])) if sys.argv[1:] else found:
        said = " | ".join(filter(None, (row.brand, row.name, row.size)))
        print(f"{shop}\t{said}\t->\t{goods.brand} | {goods.name} | {goods.net_quantity}\t{goods.goods_id}")
    for shop in FILES:
        print(shop, {decision: counts[shop, decision] for decision in ("match", "review", "new")}, file=sys.stderr)


if __name__ == "__main__":
    main()
