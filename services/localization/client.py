"""Localization's door, its own code, run in the caller's process: what products are called by machine, and what stores
call them in their own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from services.localization.domain.own import OwnName
from services.localization.store import own

__all__ = ["OwnName", "called", "surely_called"]


def called(stores: Iterable[str], text: str) -> list[OwnName]:
    """The products that one of these stores calls so, though the catalog doesn't, each once, the newest first."""
    found: dict[str, OwnName] = {}
    for store_id in stores:
        found |= {name.product_id: name for name in own.called(store_id, text)}
    return sorted(found.values(), key=lambda name: name.product_id, reverse=True)


def surely_called(name: str, brand: str | None, names: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Region -> what a machine calls a product there: in languages in which it knows every word of its name, and people
    haven't named it. ``names``: what they say, by region."""
    # Who only reads products needn't load this.
    from services.localization.domain import languages

    return languages.surely_called(name, brand, names)
