"""Runs the benchmarks, each beside its baseline, and writes their tables: ``make bench``, or one by ``ARGS=csv``.

Figures are of one run on one machine: compare inside a table, quote ratios.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, NamedTuple

from tests.bench import cold_start, csv_reading, off_dump
from tests.bench.imaging import run as imaging
from tests.bench.importing import run as importing
from tests.bench.matching import retrieval
from tests.bench.moving import replay
from tests.bench.moving import run as moving
from tests.bench.naming import run as naming

_PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
_HEAD: Final = "# Performance\n\nWritten by `make bench`. Ratios of one run; absolute figures are the machine's.\n"


class Benchmark(NamedTuple):
    """A section of the page: its title, how it was measured, and (what, measured, to the baseline) of a run."""

    title: str
    how: str
    rows: Callable[[], Iterable[tuple[str, str, str]]]


BENCHMARKS: Final = {
    "csv": Benchmark("Reading a CSV", "", csv_reading.rows),
    "imports": Benchmark("Importing a file", importing.HOW, importing.rows),
    "movements": Benchmark("Booking stock movements", moving.HOW, moving.rows),
    "orders": Benchmark("A real order history", replay.HOW, replay.rows),
    "matching": Benchmark("Matching and search", retrieval.HOW, retrieval.rows),
    "images": Benchmark("Pictures", imaging.HOW, imaging.rows),
    "names": Benchmark("Names in Indian languages", naming.HOW, naming.rows),
    "off": Benchmark("A dump of Open Food Facts", off_dump.HOW, off_dump.rows),
    "cold": Benchmark("Cold start, warm requests and weight", cold_start.HOW, cold_start.rows),
}


def section(benchmark: Benchmark) -> str:
    """Runs it; its section of the page."""
    print(f"{benchmark.title} ...", file=sys.stderr)
    lines = [f"## {benchmark.title}", "", *([benchmark.how, ""] if benchmark.how else [])]
    lines += ["| | measured | to the baseline |", "|---|---|---|"]
    lines += [f"| {what} | {measured} | {ratio} |" for what, measured, ratio in benchmark.rows()]
    return "\n".join([*lines, ""])


def page(before: str, fresh: dict[str, str]) -> str:
    """The page with fresh sections; those that were not run stay as they stand."""
    parts = re.split(r"^(?=## )", before, flags=re.MULTILINE)
    standing = {part.partition("\n")[0]: part.strip() + "\n" for part in parts}
    titles = {name: f"## {benchmark.title}" for name, benchmark in BENCHMARKS.items()}
    sections = [fresh.get(name) or standing.get(title) for name, title in titles.items()]
    return "\n".join([_HEAD, *(s for s in sections if s)])


if __name__ == "__main__":
    names = sys.argv[1:] or list(BENCHMARKS)
    if unknown := set(names) - BENCHMARKS.keys():
        sys.exit(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    made = {name: section(BENCHMARKS[name]) for name in names}
    _PAGE.write_text(page(_PAGE.read_text("utf-8") if _PAGE.exists() else "", made), "utf-8")
    print("\n".join(made.values()))
