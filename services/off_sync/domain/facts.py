"""What a document says in the words of our catalog. What doesn't fit there is left out, never bent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from services.off_sync.domain.document import Document
from shared.kernel.quantity import BadQuantity, Packed, amount_of, find_net_quantity, parse_net_quantity
from shared.kernel.region import LANGUAGES, regions_of

LONGEST_LINE: Final = 200
_LONGEST_PROSE: Final = 1500
_DOTTED = re.compile(r"(?<=\b[a-z])\.(?=[a-z]\b)", re.IGNORECASE)
_GLUED_E = re.compile(r"(?<=[a-z\d])\s*[e℮](?=$|[\s,;)])", re.IGNORECASE)
_LABELS: Final[Mapping[str, str]] = {
    "en:vegetarian": "vegetarian",
    "en:non-vegetarian": "non-vegetarian",
    "en:vegan": "vegan",
    "en:organic": "organic",
    "en:halal": "halal",
    "en:kosher": "kosher",
    "en:gluten-free": "gluten-free",
    "en:no-gluten": "gluten-free",
}


_CALLED: Final[Mapping[str, str]] = {
    "energy-kcal": "energy",
    "proteins": "protein",
    "carbohydrates": "carbohydrate",
}
"""Nutrients that labels call otherwise than they do."""


def facts_of(document: Document, *, gone: bool = False) -> dict[str, Any]:
    """The fields of a product, by the catalog's names; those it says nothing of are not there.

    ``gone``: Open Food Facts has it no more.
    """
    packed = size_of(document)
    found = {
        "name": name_of(document)[:LONGEST_LINE].strip(),
        "brand": next((b for b in document.brands if len(b) <= LONGEST_LINE), ""),
        "category": category_of(document),
        "barcode": document.barcode,
        "net_quantity": packed,
        "regional_names": _regional_names(document),
        "attributes": dict(_attributes(document, gone)),
    }
    return {name: value for name, value in found.items() if value}


def name_of(document: Document) -> str:
    """English where there is one; else as it is in the document's own language, or in the first there is."""
    names = document.names
    order = ["en", document.lang, *(lc for lc in LANGUAGES if lc in names), *sorted(names)]
    return next((names[lc] for lc in order if names.get(lc)), "")


def category_of(document: Document) -> str:
    """The aisle of the most specific tag that we know; empty where we know none."""
    known = categories()
    tags = (tag.partition(":")[2] for tag in reversed(document.categories) if tag.startswith("en:"))
    return next((known[tag] for tag in tags if tag in known), "")


def size_of(document: Document) -> Packed | None:
    """Net quantity and packs as the label says; else as they worked it out; else as the name says."""
    label = _GLUED_E.sub("", _DOTTED.sub("", document.quantity)).replace("℮", " ").strip()
    for text in (label, document.amount):
        try:
            if text:
                return parse_net_quantity(text)
        except BadQuantity:
            continue
    return find_net_quantity(label)[0] or find_net_quantity(name_of(document))[0]


def sizes_differ(document: Document) -> bool:
    """Whether the label and what they worked out of it are two things."""
    packed = size_of(document)
    if packed is None or not document.amount:
        return False
    try:
        theirs = amount_of(parse_net_quantity(document.amount))
    except BadQuantity:
        return False
    ours = amount_of(packed)
    wholes = {ours.thousandths, ours.thousandths * ours.packs}
    return ours.base == theirs.base and theirs.thousandths * theirs.packs not in wholes


@cache
def categories() -> Mapping[str, str]:
    """Their tag, without ``en:``, to our category."""
    lines = Path(__file__).with_name("categories.txt").read_text("utf-8").splitlines()
    pairs = (line.partition(" = ") for line in lines if line and not line.startswith("#"))
    return {tag: aisle for tag, _, aisle in pairs}


def _regional_names(document: Document) -> dict[str, list[str]]:
    """A name in an Indian language is what shops in the states read that read this language first."""
    return {
        region: [document.names[lc]]
        for lc in LANGUAGES
        if lc != "en" and 0 < len(document.names.get(lc, "")) <= LONGEST_LINE
        for region in regions_of(lc)
    }


def _attributes(document: Document, gone: bool) -> Iterator[tuple[str, str]]:
    if document.quantity:
        yield "weight", document.quantity[:LONGEST_LINE]
    if generic := _in_a_language_we_keep(document.generic_names, document.lang):
        yield "description", generic
    if ingredients := _in_a_language_we_keep(document.ingredients, document.lang):
        yield "ingredients", ingredients
    if allergens := _plain_tags(document.allergens):
        yield "allergens", allergens
    if document.nutrients:
        yield "nutrition", _nutrition(document.nutrients)
    said = (*document.labels, *document.analysed)
    if labels := dict.fromkeys(_LABELS[label] for label in said if label in _LABELS):
        yield "labels_hint", ", ".join(labels)  # what people read off a photo is no declaration of the maker's
    if document.made_in:
        yield "made_in", document.made_in[:LONGEST_LINE]
    if gone or document.obsolete:
        yield "withdrawn_hint", "Open Food Facts says that it is sold no more, or has it no more."


def _in_a_language_we_keep(texts: Mapping[str, str], lang: str) -> str:
    order = ["en", *(lc for lc in LANGUAGES if lc in texts), lang]
    return next((texts[lc][:_LONGEST_PROSE] for lc in order if texts.get(lc)), "")


def _nutrition(nutrients: Mapping[str, Decimal]) -> str:
    """As a label in India has it: salt as sodium in milligrams."""
    said = (f"{_CALLED.get(n, n.replace('-', ' '))} {_measured(n, value)}" for n, value in nutrients.items())
    return "In 100 g or ml: " + ", ".join(said)


def _measured(name: str, value: Decimal) -> str:
    if name == "sodium":
        return f"{_short(value * 1000, 0)} mg"
    return f"{_short(value, 0)} kcal" if name == "energy-kcal" else f"{_short(value, 1)} g"


def _short(value: Decimal, decimals: int) -> str:
    rounded = round(value, decimals) if decimals else round(value)
    return f"{Decimal(rounded).normalize():f}"


def _plain_tags(tags: tuple[str, ...]) -> str:
    return ", ".join(tag.partition(":")[2].replace("-", " ") or tag for tag in tags)[:_LONGEST_PROSE]
