"""Cutting and reading a CSV against csv.DictReader, in one run: trust the ratios.

`rows()` gives the lines of the table; run as a script it prints them:  python -m tests.bench.csv_reading [file]
"""

from __future__ import annotations

import csv
import gzip
import io
import random
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from services.csv_import.domain.columns import map_columns
from services.csv_import.domain.rows import parse_rows
from services.csv_import.domain.table.cutting import cut
from services.csv_import.domain.table.dialect import HEAD_SIZE, Dialect, sample, sniff
from services.csv_import.domain.table.reading import read

REAL: Final = Path(__file__).parents[3] / "shared/data/grocers/bigbasket_8208_qty_url.csv.gz"
BLOCK: Final = 262_144
_HEADINGS: Final = (
    "ProductID", "ProductName", "Brand", "Price", "DiscountPrice", "Image_Url", "Quantity", "Category", "SubCategory",
    "Absolute_Url",
)  # fmt: skip
_CUT_ROWS: Final = 200_000
_PARSE_ROWS: Final = 20_000


def example(count: int = 8_000) -> bytes:
    """A catalog file in the shape of a scraped grocer's, for machines without the real one."""
    dice = random.Random(8208)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_HEADINGS)
    for number in range(count):
        mrp = dice.randint(500, 50_000) / 100
        size = f"{dice.choice((50, 100, 200, 250, 500, 750))} {dice.choice(('g', 'ml'))}"
        brand = f"Brand {dice.randint(1, 400)}"
        slug = f"{number}_1-brand-item-{dice.randint(1, 10**9)}-assorted-{number % 97}"
        writer.writerow(
            [
                number,
                f"Assorted Item No {number} - {dice.choice(('Masala', 'Classic', 'Mango', 'Elaichi'))} Flavour",
                brand,
                f"{mrp:.2f}",
                f"{mrp * dice.uniform(0.6, 1):.2f}",
                f"https://www.example.com/media/uploads/p/l/{slug}.jpg",
                size,
                "Snacks & Branded Foods",
                "Noodle, Pasta, Vermicelli" if number % 3 else "Ready To Cook & Eat",
                f"https://www.example.com/pd/{slug}/",
            ]
        )
    return out.getvalue().encode()


def _repeated(data: bytes, count: int) -> bytes:
    header, _, body = data.partition(b"\n")
    lines = body.count(b"\n")
    return header + b"\n" + body * max(1, round(count / lines))


def _blocks(data: bytes) -> Iterator[bytes]:
    return (data[at : at + BLOCK] for at in range(0, len(data), BLOCK))


def _seconds(work: Callable[[], object]) -> float:
    """CPU seconds of the best of three runs."""
    found = []
    for _ in range(3):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


def _drain(items: Iterator[object]) -> None:
    deque(items, maxlen=0)


def _baseline(data: bytes) -> None:
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    _drain(iter(csv.DictReader(text)))


def _dialect(data: bytes) -> Dialect:
    return sniff(data[:HEAD_SIZE], size=len(data))


def rows(path: Path | None = None) -> list[tuple[str, str, str]]:
    """(what, measured, against the baseline) of this run."""
    source = path or (REAL if REAL.exists() else None)
    data = example() if source is None else source.read_bytes()
    if source is not None and source.suffix == ".gz":
        data = gzip.decompress(data)
    large, small = _repeated(data, _CUT_ROWS), _repeated(data, _PARSE_ROWS)
    dialect = _dialect(large)
    chunks = list(cut(_blocks(large), dialect))
    count = sum(chunk.rows for chunk in chunks)
    cutting = _seconds(lambda: _drain(cut(_blocks(large), dialect)))
    naive = _seconds(lambda: _baseline(large))
    found = [
        ("file", f"{source.name if source else 'made up'}, {len(large) / count:.0f} bytes a row", ""),
        ("csv.DictReader over the whole file", f"{count / naive / 1000:.0f} krows/s", "1.00"),
        ("cut into chunks of 1,000", f"{count / cutting / 1000:.0f} krows/s", f"{naive / cutting:.2f}x as fast"),
    ]
    mapping = map_columns(dialect.header, sample(small[:HEAD_SIZE], dialect, size=len(small)))
    parts = [(small[chunk.start : chunk.end], chunk.first_row) for chunk in cut(_blocks(small), dialect)]
    few = sum(1 for part, first in parts for _ in read(part, dialect, first))

    def reading() -> None:
        for part, first in parts:
            _drain(read(part, dialect, first))

    def parsing() -> None:
        for part, first in parts:
            _drain(parse_rows(read(part, dialect, first), mapping, dialect))

    def writing() -> None:
        for part, first in parts:
            _drain(row.to_json() for row in parse_rows(read(part, dialect, first), mapping, dialect))

    per_row = _seconds(lambda: _baseline(small)) / few * 1e6
    found.append(("csv.DictReader a row", f"{per_row:.1f} us", "1.00"))
    for what, work in (("read", reading), ("read + parse", parsing), ("read + parse + JSON", writing)):
        spent = _seconds(work) / few * 1e6
        found.append((f"{what} a row", f"{spent:.1f} us", f"{spent / per_row:.2f}x the time"))
    found.append(("peak memory of cutting above its imports", f"{_memory(large):.1f} MB", ""))
    return found


def _memory(data: bytes) -> float:
    """MB at the peak in a fresh process that only cuts, above one that only imported; the file comes by a pipe."""
    peaks = []
    for sent in (data[:10_000], data):
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.csv_reading", "--peak"], input=sent, capture_output=True, check=True
        )
        peaks.append(int(done.stdout))
    return (peaks[1] - peaks[0]) / 1024


def _print_peak() -> None:
    stream = iter(lambda: sys.stdin.buffer.read(BLOCK), b"")
    head = next(stream)
    dialect = sniff(head, size=len(head) + 1)

    def blocks() -> Iterator[bytes]:
        yield head
        yield from stream

    _drain(cut(blocks(), dialect))
    # not getrusage: its peak is inherited from the process that forked this one
    status = Path("/proc/self/status").read_text()
    sys.stdout.write(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


if __name__ == "__main__":
    if sys.argv[1:] == ["--peak"]:
        _print_peak()
    else:
        for what, measured, ratio in rows(Path(sys.argv[1]) if sys.argv[1:] else None):
            sys.stdout.write(f"{what:48} {measured:>28}   {ratio}\n")
