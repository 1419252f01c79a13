"""What stores agree on of what they suggest, without a person who looks.

Stores decide what describes a product. What tells it from others (name, barcode; brand and size where it has them) only
a person changes: there a common mistake would turn one product into another on every shelf.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from services.quality_review.domain.suggestion import Suggestion, current, text
from shared.kernel.agreement import Voice, independent

DESCRIBING: Final = frozenset({"category", "hsn_code", "gst_rate", "mrp", "country_of_origin", "regional_names"})
WHERE_EMPTY: Final = frozenset({"brand", "net_quantity"})


class Agreed(NamedTuple):
    """Facts that so many stores say, as JSON by name, and the stores."""

    changes: dict[str, str]
    stores: tuple[str, ...]


def agreed(waiting: Sequence[Suggestion], product: Mapping[str, Any], stores: int) -> Agreed:
    """What at least so many stores suggest alike, each by another person; nothing where they differ as many to as many.

    ``product``: as JSON. Facts that it says already are left out.
    """
    found: dict[str, str] = {}
    by: set[str] = set()
    for fact in sorted({f for s in waiting for f in s.changes}):
        if not _may_be_agreed(fact, product):
            continue
        sayings: dict[str, list[Suggestion]] = defaultdict(list)
        for suggestion in waiting:
            if fact in suggestion.changes:
                sayings[_said(fact, suggestion)].append(suggestion)
        enough = [(said, some) for said in sayings.values() if len(some := _saying(said)) >= stores]
        if len(enough) == 1 and (changes := _changes(fact, enough[0][0][0], product)):
            found |= changes
            by |= enough[0][1]
    return Agreed(found, tuple(sorted(by)))


def _saying(suggestions: Sequence[Suggestion]) -> set[str]:
    in_turn = sorted(suggestions, key=lambda s: s.suggestion_id)
    return independent(Voice(s.store_id, s.suggested_by) for s in in_turn)


def _may_be_agreed(fact: str, product: Mapping[str, Any]) -> bool:
    name = fact.partition(".")[0]
    return name in DESCRIBING or (name in WHERE_EMPTY and product.get(name) is None)


def _said(fact: str, suggestion: Suggestion) -> str:
    """What it says of a fact, with what belongs to it."""
    packs = suggestion.changes.get("pack_count", "") if fact == "net_quantity" else ""
    return f"{suggestion.changes[fact]} {packs}"


def _changes(fact: str, suggestion: Suggestion, product: Mapping[str, Any]) -> dict[str, str]:
    written = suggestion.changes[fact]
    if written in {"null", text(current(fact, product))}:  # to say nothing is no fact to agree on
        return {}
    packs = suggestion.changes.get("pack_count") if fact == "net_quantity" else None
    return {fact: written, "pack_count": packs} if packs else {fact: written}
