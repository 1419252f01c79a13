"""A product as a search shows it: with the words that answered."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from pydantic import BaseModel, ConfigDict, Field

from services.catalog.domain.product import Product
from shared.kernel.naming import loose, read_name, to_latin

_WORD = re.compile(r"[^\W_\u0900-\u0dff]+|[\u0900-\u0dff]+")
_REGIONAL = "regional_names."


class Span(BaseModel):
    """Characters of a text, from ``start`` up to and without ``end``."""

    model_config = ConfigDict(frozen=True)

    start: int
    end: int


class Highlight(BaseModel):
    """Where a search hit: ``spans`` of the ``text`` of ``field``: name, brand, barcode or regional_names.IN-TN."""

    model_config = ConfigDict(frozen=True)

    field: str
    text: str
    spans: list[Span]


class FoundProduct(Product):
    """A product of a list; ``highlights`` say what a search hit, and are empty where nothing was searched for."""

    highlights: list[Highlight] = Field(default=[])

    @classmethod
    def of(cls, product: Product, highlights: Sequence[Highlight] = ()) -> FoundProduct:
        """The product with its highlights."""
        return cls.model_construct(**dict(product), highlights=list(highlights))


def highlights(product: Product, field: str | None, sounds: Collection[str]) -> list[Highlight]:
    """The fields that hold words of these sounds, ``field`` before the brand."""
    if field == "barcode" and product.barcode:
        return [Highlight(field=field, text=product.barcode, spans=[Span(start=0, end=len(product.barcode))])]
    texts: list[tuple[str, str]] = []
    if field and field.startswith(_REGIONAL):
        names = product.regional_names.get(field.removeprefix(_REGIONAL), [])
        texts += [(field, max(names, key=lambda name: len(_spans(name, sounds))))] if names else []
    else:
        texts.append(("name", product.name))
        texts += [("brand", product.brand)] if product.brand else []
    found = (Highlight(field=where, text=text, spans=_spans(text, sounds)) for where, text in texts)
    return [highlight for highlight in found if highlight.spans]


def own_highlight(region: str, name: str, sought: str) -> Highlight:
    """Where a search hit a name that the reader's own store has given: words that begin as those sought do."""
    asked = read_name(sought).phonetic
    spans = [
        Span(start=found.start(), end=found.end())
        for found in _WORD.finditer(name)
        if any(word.startswith(begun) for word in read_name(found[0]).phonetic for begun in asked)
    ]
    return Highlight(field=f"{_REGIONAL}{region}", text=name, spans=spans)


def _spans(text: str, sounds: Collection[str]) -> list[Span]:
    """Words of the text that sound so."""
    wanted = frozenset(sounds)
    return [
        Span(start=found.start(), end=found.end())
        for found in _WORD.finditer(text)
        if wanted.intersection(map(loose, to_latin(found[0]).lower().split()))
    ]
