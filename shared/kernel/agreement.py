"""When stores that know nothing of each other say the same of a product, it is so, and no person has to look."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import shorten
from typing import Final, NamedTuple

ACTOR: Final = "agreement"
"""Who changes what stores agree on, as histories name actors."""

_WHY_AT_MOST = 500


class Voice(NamedTuple):
    """A store, and which of its people says so."""

    store_id: str
    person: str


def independent(voices: Iterable[Voice]) -> set[str]:
    """Stores that say it, each counted once and with a person of its own: who has two shops is still one who says it.

    Whom to count for which store is taken as they come: it may count too few, never too many.
    """
    stores: set[str] = set()
    people: set[str] = set()
    for voice in voices:
        if voice.store_id not in stores and voice.person not in people:
            stores.add(voice.store_id)
            people.add(voice.person)
    return stores


def told(stores: Iterable[str]) -> str:
    """Why it is so, for the history."""
    names = sorted(stores)
    return shorten(f"{len(names)} stores say so: {', '.join(names)}.", _WHY_AT_MOST, placeholder=" …")
