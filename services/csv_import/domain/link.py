"""Rows without a barcode find the goods that they speak of.

Where a file names the same goods (brand, name, size) with a barcode and without, or the catalog knows a product of that
name with a GTIN, the rows without one go by that GTIN: so all rows of one product come together, in one place, whatever
the order in which chunks were read and whatever other imports do meanwhile. Names that the catalog doesn't know yet but
that mean the same goods come together too, before anything is created.

Goods that go by the name of others keep their own key beside the other's: whose they are is settled in the partition,
where the catalog remembers the spelling or says that it is another product's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from services.csv_import.domain.facts import ParsedRow
from services.csv_import.domain.outcome import Decided, gtin_key

_AT_ONCE = 2_000
"""Names that are compared with each other; more, in order of the shelves, are compared piece by piece."""

Kin = Callable[[Sequence[ParsedRow]], Sequence[int]]
"""For each row the number of the first that means the same goods, though the catalog has neither."""


class Beside(NamedTuple):
    """A GTIN (14 digits) that a row has beside its name, as printed.

    ``row``: the row itself where nobody knows the GTIN yet; ``bare``: the product without a GTIN that has this name.
    """

    identity: str
    gtin: str
    printed: str
    row: ParsedRow | None
    bare: str | None = None

    def to_json(self) -> list[Any]:
        """For a decision file."""
        return [self.identity, self.gtin, self.printed, self.row.to_dict() if self.row else None, self.bare]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Beside:
        """From a decision file."""
        identity, gtin, printed, row, bare = line
        return cls(identity, gtin, printed, ParsedRow.from_dict(row) if row else None, bare)


@dataclass(slots=True)
class Shelf:
    """What is to be linked together: rows under their identities, and the GTINs beside identities."""

    rows: list[Decided] = field(default_factory=list)
    beside: list[Beside] = field(default_factory=list)

    @property
    def gtins(self) -> dict[str, dict[str, str]]:
        """Identity -> its GTINs, each as printed."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for one in self.beside:
            found[one.identity][one.gtin] = min(one.printed, found[one.identity].get(one.gtin, one.printed))
        return found

    @property
    def takes(self) -> dict[str, str]:
        """Products without a GTIN that will take one of this file, and which: the first."""
        return {b.bare: b.gtin for b in sorted(self.beside, key=lambda b: b.gtin, reverse=True) if b.bare}


def link(shelf: Shelf, kin: Kin) -> Iterator[Decided]:
    """Rows that were keyed by their identity, each under the key of its goods. All rows of an identity must be here."""
    by_identity: dict[str, list[Decided]] = defaultdict(list)
    for row in shelf.rows:
        by_identity[row.key].append(row)
    gtins = shelf.gtins
    takes = shelf.takes
    goods = {i: _goods(i, group, gtins.get(i, {}), takes) for i, group in by_identity.items()}
    first = {i: min(group, key=lambda r: r.row_number).row for i, group in by_identity.items()}
    unknown = {i: first[i] for i, found in goods.items() if found == _Goods(i)}
    goods |= _alike(unknown, [*_coded(shelf.beside), *_known(goods, first, unknown.values())], kin)
    for identity, group in by_identity.items():
        found = goods[identity]
        for row in group:
            row.key, row.by, row.why = found.key, found.by, found.why
            row.product_id = found.product_id
            yield row


def yielding(gtins: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Of goods whose name stands beside several GTINs: the key of each but the first, and the first as printed.

    A product that the catalog knows by this name alone takes the first one, whichever partition comes by first.
    """
    for several in gtins.values():
        first, *others = sorted(several)
        yield from ((gtin_key(other), several[first]) for other in others)


class _Goods(NamedTuple):
    """Whose rows of one identity are: ``by`` and ``why`` say for which other goods their name was taken."""

    key: str
    by: str = ""
    why: str = ""
    product_id: str | None = None

    @property
    def place(self) -> str:
        """The key by whose partition they go."""
        return self.by or self.key


def _goods(identity: str, group: Iterable[Decided], gtins: Mapping[str, str], takes: Mapping[str, str]) -> _Goods:
    # Another import may make the product while our chunks are matched; then some rows know it and some don't. The
    # oldest product decides for all, so that the answer doesn't hang on which chunk was read when.
    known = min((r for r in group if r.product_id), key=_oldest, default=None)
    by_name = known is not None and bool(known.why or known.spelled)
    if known is None or (by_name and len(gtins) == 1):
        return _Goods(gtin_key(next(iter(gtins)))) if len(gtins) == 1 else _Goods(identity)
    product_id = known.product_id
    if product_id and product_id in takes:  # it is known by the barcode that this file gives it
        key, product_id = gtin_key(takes[product_id]), None
    else:
        key = gtin_key(known.product_gtin) if known.product_gtin else f"product#{product_id}"
    if by_name:
        return _Goods(identity, key, known.why, product_id)
    return _Goods(key, product_id=product_id)


def _oldest(row: Decided) -> tuple[bool, str, bool]:
    """A product of the very name before one that is only called so, the oldest, as it is since it has a barcode."""
    return bool(row.why or row.spelled), row.product_id or "", row.product_gtin is None


def _coded(beside: Iterable[Beside]) -> Iterator[tuple[_Goods, ParsedRow]]:
    """GTINs that nobody knows yet, each with a row that names it."""
    rows = {gtin_key(b.gtin): b.row for b in sorted(beside, key=lambda b: (b.gtin, b.identity)) if b.row}
    return ((_Goods(key), row) for key, row in rows.items())


def _known(
    goods: Mapping[str, _Goods], rows: Mapping[str, ParsedRow], unknown: Iterable[ParsedRow]
) -> Iterator[tuple[_Goods, ParsedRow]]:
    """Products of the catalog under the names that the file has for them, as far as they share a word with what is
    unknown: another import may have made one after our chunk with the other name was matched."""
    words = {word for row in unknown for word in _words(row)}
    for identity, found in goods.items():
        if found.product_id and not words.isdisjoint(_words(rows[identity])):
            yield found, rows[identity]


def _words(row: ParsedRow) -> Iterable[str]:
    return f"{row.brand or ''} {row.name}".casefold().split()


def _alike(
    unknown: Mapping[str, ParsedRow], leaders: Iterable[tuple[_Goods, ParsedRow]], kin: Kin
) -> dict[str, _Goods]:
    """Names that nobody knows and that others of the file mean, too: a GTIN's or a product's, else the first such
    name's."""
    led = sorted(leaders, key=lambda one: one[1].row_number)
    named = sorted(((_Goods(i), row) for i, row in unknown.items()), key=lambda one: one[1].row_number)
    # Whoever means the same goes by the goods of a leader, else by the name that the file says first.
    everything = [*led, *named]
    if not named or len(everything) < 2:
        return {}
    found: dict[str, _Goods] = {}
    for at in range(0, len(everything), _AT_ONCE):
        some = everything[at : at + _AT_ONCE]
        for (one, _), first in zip(some, kin([row for _, row in some]), strict=True):
            other, row = some[first]
            if one.key in unknown and one != other:
                found[one.key] = _Goods(one.key, other.place, f"Row {row.row_number} calls it so.", other.product_id)
    return found
