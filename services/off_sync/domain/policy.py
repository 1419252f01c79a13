"""Who has the word: a person always before Open Food Facts, also who has emptied a field; that before a machine.

It fills what nobody has said anything of, and changes what it said itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from services.off_sync.domain.document import Document
from services.off_sync.domain.facts import sizes_differ

NAMES: Final = "regional_names"
_YIELD: Final = frozenset({"off", "translation"})
"""Whose word theirs takes the place of."""
FEWEST_LETTERS: Final = 4
"""Of a name that says what is in the packet."""
LEAST_COMPLETE: Final = Decimal("0.5")
"""Of their own measure of completeness, 0 to 1, where they give it."""


def lacking(document: Document, facts: Mapping[str, Any]) -> list[str]:
    """Why a person has to look at a product before all shops see it; nothing: it is verified at once."""
    name = str(facts.get("name", ""))
    rules = {
        "NAME_SHORT": sum(c.isalpha() for c in name) < FEWEST_LETTERS,
        "NAME_ODD": any(mark in name for mark in ("<", ">", "&amp", "&quot", "�", "??", "http")),
        "BRAND_MISSING": "brand" not in facts,
        "SIZE_MISSING": "net_quantity" not in facts,
        "SIZES_DIFFER": sizes_differ(document),
        "CATEGORY_UNKNOWN": "category" not in facts,
        "NOT_INDIAN": not document.is_indian,
        "SOLD_NO_MORE": document.obsolete,
        "THEIR_ERRORS": bool(document.errors),
        "INCOMPLETE": document.completeness is not None and document.completeness < LEAST_COMPLETE,
    }
    return [code for code, broken in rules.items() if broken]


def unfit(document: Document, facts: Mapping[str, Any]) -> str | None:
    """Why nothing can be proposed at all; None: it can."""
    if document.barcode is None:
        return "NO_GTIN"
    return None if "name" in facts else "NO_NAME"


@dataclass(frozen=True, slots=True)
class Fill:
    """What may be changed of a product, and the fields where people say something else, which stands."""

    fields: dict[str, Any]
    conflicts: tuple[str, ...]


def fill(has: Mapping[str, Any], provenance: Mapping[str, str], facts: Mapping[str, Any]) -> Fill:
    """Which of ``facts`` a product takes that ``has`` these; both by the catalog's names, sizes as pack and count.

    What came from us is changed when they change it, and what a person said stays, whatever they say. Each region's
    names are a word of their own.
    """
    fields: dict[str, Any] = {}
    conflicts: list[str] = []
    for name, said in facts.items():
        now = has.get(name)
        if now == said or name == "barcode":
            continue
        if name == NAMES:
            taken = {region: names for region, names in said.items() if _may_name(region, now or {}, provenance)}
            both = {**(now or {}), **taken}
            fields |= {NAMES: both} if both != now else {}
            conflicts += [NAMES] if any(both[region] != names for region, names in said.items()) else []
        elif provenance.get(name) in _YIELD or (not now and name not in provenance):
            fields[name] = said
        else:
            conflicts.append(name)
    return Fill(fields, tuple(conflicts))


def _may_name(region: str, now: Mapping[str, Any], provenance: Mapping[str, str]) -> bool:
    """Whether a product takes their name in a region: where it has none, or only one of theirs or a machine's."""
    return not now.get(region) or provenance.get(f"{NAMES}.{region}", provenance.get(NAMES)) in _YIELD
