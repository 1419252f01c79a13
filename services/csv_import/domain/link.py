"""Rows without a barcode find the goods that they speak of.

Where a file names the same goods (brand, name, size) with a barcode and without, or the catalog knows a product of that
name with a GTIN, the rows without one go by that GTIN: so all rows of one product come together, in one place, whatever
the order in which chunks were read and whatever other imports do meanwhile. Names that the catalog doesn't know yet but
that mean the same goods come together too, before anything is created.
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
    """A GTIN (14 digits) that a row has beside its name, as printed; the row itself where nobody knows the GTIN yet."""

    identity: str
    gtin: str
    printed: str
    row: ParsedRow | None

    def to_json(self) -> list[Any]:
        """For a decision file."""
        return [self.identity, self.gtin, self.printed, self.row.to_dict() if self.row else None]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Beside:
        """From a decision file."""
        identity, gtin, printed, row = line
        return cls(identity, gtin, printed, ParsedRow.from_dict(row) if row else None)


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


def link(shelf: Shelf, kin: Kin) -> Iterator[Decided]:
    """Rows that were keyed by their identity, each under the key of its goods. All rows of an identity must be here."""
    by_identity: dict[str, list[Decided]] = defaultdict(list)
    for row in shelf.rows:
        by_identity[row.key].append(row)
    gtins = shelf.gtins
    keys = {identity: _goods(identity, group, gtins.get(identity, {})) for identity, group in by_identity.items()}
    alike = _alike({i: by_identity[i][0].row for i, key in keys.items() if key == i}, shelf.beside, kin)
    for identity, group in by_identity.items():
        for row in group:
            row.key = alike.get(identity, keys[identity])
            yield row


def yielding(gtins: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Of goods whose name stands beside several GTINs: the key of each but the first, and the first as printed.

    A product that the catalog knows by this name alone takes the first one, whichever partition comes by first.
    """
    for several in gtins.values():
        first, *others = sorted(several)
        yield from ((gtin_key(other), several[first]) for other in others)


def _goods(identity: str, group: list[Decided], gtins: Mapping[str, str]) -> str:
    # Another import may make the product while our chunks are matched; then some rows know it and some don't. The
    # oldest product decides for all, so that the answer doesn't hang on which chunk was read when.
    known = min(((r.product_id, r.product_gtin) for r in group if r.product_id), default=None)
    if known and known[1]:
        return gtin_key(known[1])
    if len(gtins) == 1:  # the same name under several barcodes says nothing about a row with none
        return gtin_key(next(iter(gtins)))
    return f"product#{known[0]}" if known else identity


def _alike(unknown: Mapping[str, ParsedRow], beside: Iterable[Beside], kin: Kin) -> dict[str, str]:
    """Under which key a name that nobody knows goes, if not its own: a GTIN's, else the first such name's."""
    named = [(key, row) for key, row in sorted(unknown.items())]
    coded = {gtin_key(b.gtin): b.row for b in sorted(beside, key=lambda b: (b.gtin, b.identity)) if b.row}
    everything = [*coded.items(), *named]  # those with a GTIN first: whoever means the same goes by it
    if not named or len(everything) < 2:
        return {}
    found: dict[str, str] = {}
    for at in range(0, len(everything), _AT_ONCE):
        some = everything[at : at + _AT_ONCE]
        for (key, _), first in zip(some, kin([row for _, row in some]), strict=True):
            if some[first][0] != key and not key.startswith("gtin#"):
                found[key] = some[first][0]
    return found
