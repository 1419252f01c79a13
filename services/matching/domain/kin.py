"""Rows of one file that nobody knows yet and that mean one product: they are told before anything is created.

The catalog's index can't help, for the product is not there. So the rows are an index to each other. Who lists goods
twice in one file is rare, and who lists variants is not: so every word must have its like, though it may be misspelt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from services.matching.domain.alike import Known, compare
from services.matching.domain.question import Question
from services.matching.domain.record import MAIN, Name, Record
from shared.kernel.naming import Role

_FAR: Final = 1.6
"""Between MRPs of one product's lots."""

_ROLES: Final = {Role.ASIDE: Role.WORD, Role.ALIAS: Role.WORD}

Nearest = Callable[[Record], Sequence[Record]]
"""The records most like this one, itself perhaps among them."""


def as_record(number: int, question: Question) -> Record:
    """A question as if it were a product, whose id is its number.

    Words count as they are written: who lists Suji and Rava in one file has two goods, whatever a lexicon says. So do
    other names and what comes after the size, remarks elsewhere: they may be what tells two rows apart.
    """
    heard = question.heard
    words = tuple(w._replace(means="", role=_ROLES.get(w.role, w.role)) for w in heard.words) if heard else ()
    return Record(
        str(number),
        1,
        "new",
        question.gtin,
        question.paise,
        0,
        (Name(MAIN, words),),
        heard.amounts if heard else (),
    )


def kin(records: Sequence[Record], nearest: Nearest, known: Known) -> list[int]:
    """For each record the number of the first that means the same product: its own, if it is the first or alone.

    Two GTINs never come together, however their names read; nor two codes, nor MRPs that are far apart.
    """
    first = list(range(len(records)))
    groups = [_Group.of(record) for record in records]

    def root(number: int) -> int:
        while first[number] != number:
            number = first[number]
        return number

    for number, record in enumerate(records):
        for other in nearest(record):
            if other.product_id == record.product_id or not _same(record, other, known):
                continue
            one, two = sorted((root(number), root(int(other.product_id))))
            if one != two and (joined := groups[one].with_(groups[two])):
                first[two] = one
                groups[one] = joined
    return [root(number) for number in range(len(records))]


class _Group(NamedTuple):
    """What the records of one product have of what a product has one of; ``mrps`` in paise."""

    gtins: frozenset[str]
    codes: frozenset[str]
    mrps: frozenset[int]

    @classmethod
    def of(cls, record: Record) -> _Group:
        """Of one record."""
        codes = " ".join(sorted(w.text for w in record.names[0].words if w.role is Role.CODE))
        return cls(
            frozenset([record.gtin] if record.gtin else ()),
            frozenset([codes] if codes else ()),
            frozenset([record.mrp] if record.mrp else ()),
        )

    def with_(self, other: _Group) -> _Group | None:
        """Both as one; None if they can't be."""
        both = _Group(self.gtins | other.gtins, self.codes | other.codes, self.mrps | other.mrps)
        far = max(both.mrps, default=0) > _FAR * min(both.mrps, default=0)
        return None if far or len(both.gtins) > 1 or len(both.codes) > 1 else both


def _same(one: Record, other: Record, known: Known) -> bool:
    """Whether each word and size of either has its like in the other. A shop's own code may stand before one."""
    # Of the two a misspelt word is the one that nobody else has: it is like the other, not the other like it.
    return _within(one, other, known) or _within(other, one, known)


def _within(one: Record, other: Record, known: Known) -> bool:
    like = compare(one.names[0].words, one.amounts, other, known)
    same_size = like.sizes in ("same", "none")
    return same_size and not like.odd and all(word.role is Role.CODE for word in like.missing)
