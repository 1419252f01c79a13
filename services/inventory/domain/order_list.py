"""What to order, by supplier: as lists, as a CSV, and as a message to the supplier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Final

from services.inventory.domain.item import Item
from services.inventory.domain.reordering import Advice
from services.inventory.domain.sheet import BOM, Goods, line
from shared.kernel.cells import as_text
from shared.kernel.messages import catalog, language_of, say
from shared.kernel.quantity import StockUnit, find_net_quantity
from shared.kernel.text import nfc

_HEADINGS: Final = (
    "Supplier", "Name", "Barcode", "In stock", "Unit", "Reorder level", "Suggested reorder level",
    "Average daily sales", "Days of cover", "Order quantity", "Last cost price",
)  # fmt: skip


FOLDER: Final = Path(__file__).with_name("ordering_words")


@dataclass(frozen=True, slots=True)
class Words:
    """What a message to a supplier says, in one of LANGUAGES."""

    language: str

    def say(self, text: str, **values: str) -> str:
        """One of its texts."""
        return say(catalog(FOLDER, self.language)["texts"][text], values, self.language)

    def amount(self, figure: Decimal, unit: StockUnit) -> str:
        """So much of a unit."""
        return say(catalog(FOLDER, self.language)["amounts"][unit], {"quantity": _plain(figure)}, self.language)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item to order, and what is advised."""

    item: Item
    goods: Goods | None
    advice: Advice

    @property
    def name(self) -> str:
        """As one orders it: with its brand and its size."""
        if self.goods is None:
            return self.item.product_id
        brand, size, name = self.goods.brand, self.goods.packed, self.goods.name
        if brand and brand.casefold() not in name.casefold():
            name = f"{brand} {name}"
        return f"{name} {size}" if size and find_net_quantity(name)[0] is None else name


def supplier_key(supplier: str | None) -> str:
    """A supplier however written; "" for none."""
    return nfc(supplier or "").casefold()


def place(item: Item) -> tuple[bool, str, str]:
    """Where an item stands in the list: by supplier, those without one last."""
    key = supplier_key(item.supplier)
    return not key, key, item.product_id


def by_supplier(wanted: Iterable[Wanted]) -> Iterator[tuple[str | None, list[Wanted]]]:
    """Each supplier with what to order there; as sorted by ``place``."""
    for key, some in groupby(wanted, lambda w: supplier_key(w.item.supplier)):
        lines = list(some)
        yield lines[0].item.supplier if key else None, lines


def as_csv(wanted: Iterable[Wanted]) -> str:
    """A CSV, a line an item."""
    return BOM + line(_HEADINGS) + "".join(line(_cells(w)) for w in wanted)


def as_message(wanted: Sequence[Wanted], language: str | None) -> str:
    """A message: a supplier's name over his goods, in short lines."""
    words = Words(language_of(language or "en"))
    lists = [
        "\n".join([supplier or words.say("nobody"), *(f"- {_said(w, words)}" for w in some)])
        for supplier, some in by_supplier(wanted)
    ]
    return "\n\n".join(lists or [words.say("nothing")]) + "\n"


def _said(wanted: Wanted, words: Words) -> str:
    order, stock = wanted.advice.quantity, f"{wanted.item.quantity:f}"
    if not order:
        return words.say("bare", name=wanted.name, stock=stock)
    return words.say("line", name=wanted.name, order=words.amount(order, wanted.item.unit), stock=stock)


def _cells(wanted: Wanted) -> list[str]:
    item, advice = wanted.item, wanted.advice
    barcode = wanted.goods.barcode if wanted.goods else None
    figures = (item.reorder_level, advice.reorder_level, advice.sales.a_day, advice.days_of_cover, advice.quantity)
    return [
        as_text(item.supplier or ""),
        as_text(wanted.name),
        f"'{barcode}" if barcode else "",
        _plain(item.quantity),
        item.unit,
        *(_plain(figure) for figure in figures),
        "" if item.cost_price is None else f"{item.cost_price:.2f}",
    ]


def _plain(figure: Decimal | None) -> str:
    if figure is None:
        return ""
    text = f"{figure:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
