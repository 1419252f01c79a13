"""A real grocer's order history as sales of a shop's last weeks, worked out from the file alone.

Each line is one piece sold. The API takes nothing that is older than 30 days, so the history's two and a half years are
pressed into the last four weeks, in its own order.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from local.home import ROOT
from tests.builders import gtin, sheet

FILE: Final = ROOT.parent / "shared" / "data" / "grocers" / "bigbasket_member_orders.csv.gz"
OPENING: Final = 1000
"""What there is of each of the goods before."""
_SPAN: Final = timedelta(days=28)
_FIRST: Final = 51_000  # of the barcodes


class Sale(NamedTuple):
    """A line of the file: its number there, when it was, and what was sold."""

    line: int
    at: datetime
    name: str


def read(data: bytes) -> list[Sale]:
    """The lines, oldest first. A spreadsheet has turned the dates up to the 12th into another form: day first, too."""
    lines = csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""))
    return sorted((Sale(n, _moment(row["Date"]), row["ItemName"].strip()) for n, row in enumerate(lines, 1)), key=_when)


def sales() -> list[Sale]:
    """Those of the real file."""
    return read(gzip.decompress(FILE.read_bytes()))


def goods(sold: Sequence[Sale]) -> dict[str, str]:
    """The names in the file, each with a barcode of its own."""
    return {name: gtin(_FIRST + n) for n, name in enumerate(sorted({one.name for one in sold}))}


def listing(barcodes: dict[str, str]) -> bytes:
    """The file by which a shop lists the goods."""
    return sheet([[name, barcode, "", OPENING, "", ""] for name, barcode in barcodes.items()])


def movements(sold: Sequence[Sale], products: dict[str, str], now: datetime) -> Iterator[dict[str, Any]]:
    """As the API takes them; ``products``: by name."""
    first, last = sold[0].at, sold[-1].at
    for one in sold:
        at = now - _SPAN + _SPAN * ((one.at - first) / max(last - first, timedelta(minutes=1)))
        yield {
            "movement_id": f"order-line-{one.line}",
            "product_id": products[one.name],
            "type": "sale",
            "quantity": 1,
            "occurred_at": at.isoformat(timespec="milliseconds"),
        }


def _when(sale: Sale) -> tuple[datetime, int]:
    return sale.at, sale.line


def _moment(text: str) -> datetime:
    day, month, year, hour, minute = map(int, re.split(r"[-/ :]", text))
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - a shop's clock; only the order matters


def is_there(file: Path = FILE) -> bool:
    """Whether this machine has the file."""
    return file.exists()
