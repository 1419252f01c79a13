"""Rows without a barcode find the goods that they speak of.

Where a file names the same goods (brand, name, size) with a barcode and without, or the catalog knows a product of that
name with a GTIN, the rows without one go by that GTIN: so all rows of one product come together, in one place, whatever
the order in which chunks were read and whatever other imports do meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from services.csv_import.domain.outcome import Decided, gtin_key


def link(rows: Iterable[Decided], gtins: Mapping[str, Mapping[str, str]]) -> Iterator[Decided]:
    """Rows that were keyed by their identity, each under the key of its goods.

    ``gtins``: identity -> the GTINs (14 digits -> as printed) that rows of the file have beside it. All rows of an
    identity must be here together.
    """
    by_identity: dict[str, list[Decided]] = defaultdict(list)
    for row in rows:
        by_identity[row.key].append(row)
    for identity, group in by_identity.items():
        key = _goods(identity, group, gtins.get(identity, {}))
        for row in group:
            row.key = key
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
