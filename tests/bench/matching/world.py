"""The goods as an index has them, and rows as questions; shared by the fit, the tables and the tests."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from services.matching.domain.record import MAIN, Entry, Name, Record
from services.matching.store.index import Index
from shared.kernel.naming import Heard, hear
from shared.kernel.quantity import BadQuantity, Packed, parse_net_quantity
from shared.kernel.text import folded
from tests.bench.matching.goods import Goods
from tests.bench.matching.shop_rows import Row


class Asked(NamedTuple):
    """A row as matching hears it."""

    heard: Heard
    mrp: int | None


@lru_cache(maxsize=1 << 16)
def entry(goods: Goods) -> Entry:
    """As the indexer would make it of the product that an import makes of these goods."""
    heard = hear(goods.name, brand=goods.brand, net_quantity=_packed(goods.net_quantity), size=goods.net_quantity)
    record = Record(
        goods.goods_id, 1, "verified", None, _paise(goods.mrp), 0, (Name(MAIN, heard.words),), heard.amounts
    )
    return Entry(record, folded(goods.category), folded(goods.brand), (), "", "")


def index(goods: Iterable[Goods]) -> Index:
    """These goods in memory."""
    return Index.of(map(entry, goods))


def ask(row: Row) -> Asked:
    """As an import would ask about the row."""
    packed = _packed(row.size) if row.size else None
    return Asked(hear(row.name, brand=row.brand, net_quantity=packed, size=row.size), _paise(row.mrp))


def _packed(text: str) -> Packed | None:
    try:
        return parse_net_quantity(text)
    except BadQuantity:
        return None


def _paise(rupees: Decimal | None) -> int | None:
    return int(rupees * 100) if rupees is not None else None
