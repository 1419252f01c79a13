"""The files that every design is given, made of one source."""

from __future__ import annotations

import csv
import gzip
import io
import os
from decimal import Decimal
from typing import Final, NamedTuple

from local.home import ROOT
from tests.e2e.grocer import Tongue, made_up

REAL: Final = ROOT.parent / "shared/data/grocers/bigbasket_8208_qty_url.csv.gz"
ROWS: Final = int(os.environ.get("BENCH_ROWS", "2000"))
_PRICE: Final = "DiscountPrice"
_PAISA: Final = Decimal("0.01")


class Files(NamedTuple):
    """``fresh``: goods that nobody knows; ``changed``: the same with other prices. A file twice is one unchanged."""

    source: str
    rows: int
    fresh: bytes
    changed: bytes
    warm: bytes
    """A few rows of other goods, to start every function before anything is measured."""


def files(rows: int = ROWS) -> Files:
    """The first ``rows`` of a real grocer, of made-up goods where his file is not on this machine."""
    real = REAL.exists()
    fresh, count = first(gzip.decompress(REAL.read_bytes()) if real else made_up(rows, Tongue("bench")), rows)
    source = f"{REAL.name}, {count:,} rows" if real else f"made up, {count:,} rows"
    return Files(source, count, fresh, a_paisa_less(fresh), made_up(40, Tongue("warm")))


def first(data: bytes, rows: int) -> tuple[bytes, int]:
    """That many rows of a CSV in UTF-8 with its heading (fewer if it has fewer), and how many they are."""
    heading, *listed = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))
    kept = listed[:rows]
    return _written([heading, *kept]), len(kept)


def a_paisa_less(data: bytes) -> bytes:
    """The same rows, each with another selling price."""
    heading, *listed = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))
    at = heading.index(_PRICE)
    return _written([heading, *([*row[:at], str(Decimal(row[at]) - _PAISA), *row[at + 1 :]] for row in listed)])


def _written(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
