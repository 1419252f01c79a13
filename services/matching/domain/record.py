"""What the index keeps of a product: enough to find it and to compare it, without reading the catalog."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from shared.kernel.naming import Role, Word, loose
from shared.kernel.quantity import Amount

MAIN = "name"


class Name(NamedTuple):
    """One of its names as heard: ``field`` is "name" or "regional_names.IN-TN"."""

    field: str
    words: tuple[Word, ...]


class Record(NamedTuple):
    """A product as it lies in the index. ``mrp`` in paise; ``created`` in seconds since 1970."""

    product_id: str
    version: int
    status: str
    gtin: str | None
    mrp: int | None
    created: int
    names: tuple[Name, ...]
    amounts: tuple[Amount, ...]

    def dumped(self) -> bytes:
        """As stored in the index."""
        return json.dumps(
            [
                *self[:6],
                [[name.field, *map(_dumped, name.words)] for name in self.names],
                [list(amount) for amount in self.amounts],
            ],
            separators=(",", ":"),
        ).encode()

    @classmethod
    def loaded(cls, data: bytes) -> Record:
        """From the index."""
        product_id, version, status, gtin, mrp, created, names, amounts = json.loads(data)
        return cls(
            product_id,
            version,
            status,
            gtin,
            mrp,
            created,
            tuple(Name(field, tuple(map(_loaded, words))) for field, *words in names),
            tuple(Amount(*amount) for amount in amounts),
        )


class Entry(NamedTuple):
    """A record and what lists are filtered by."""

    record: Record
    category: str
    brand: str
    regions: tuple[str, ...]
    store_id: str
    proposed_by: str

    @property
    def product_id(self) -> str:
        """Its id."""
        return self.record.product_id

    @property
    def version(self) -> int:
        """The version of the product that it was made of."""
        return self.record.version


def size_terms(amounts: Iterable[Amount]) -> list[str]:
    """Each quantity as a term of the index."""
    return [f"{a.thousandths}{a.base}*{a.packs}" for a in amounts]


def _dumped(word: Word) -> str | list[str | int]:
    if word.role is Role.WORD and not word.means:
        return word.text
    return [word.text, word.means, int(word.role)]


def _loaded(word: str | list[str | int]) -> Word:
    return _word(word) if isinstance(word, str) else _word(*word)


@lru_cache(maxsize=1 << 16)
def _word(text: str, means: str = "", role: int = Role.WORD) -> Word:
    """Names share most of their words."""
    return Word(text, loose(text), means, Role(role))
