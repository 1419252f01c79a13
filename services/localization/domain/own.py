"""What a store calls a product that is not its own to change: its own searches find it by that, nobody else's do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.kernel.naming import read_name


@dataclass(frozen=True, slots=True)
class OwnName:
    """A name in a store's own words."""

    product_id: str
    region: str
    name: str


def words_of(names: Iterable[str]) -> str:
    """The words of names as they sound; each stands behind a space, so that " par" finds "parle"."""
    return "".join(f" {word}" for word in dict.fromkeys(w for name in names for w in read_name(name).phonetic))


def sought(text: str) -> tuple[str, ...]:
    """What is typed into a search, as ``words_of`` writes it: beginnings of words."""
    return tuple(f" {word}" for word in dict.fromkeys(read_name(text).phonetic) if word)


def answering(names: Sequence[OwnName], asked: Sequence[str]) -> list[OwnName]:
    """Of each product the first name that has all that is asked for."""
    found: dict[str, OwnName] = {}
    for own in names:
        words = words_of([own.name])
        if asked and all(word in words for word in asked):
            found.setdefault(own.product_id, own)
    return list(found.values())
