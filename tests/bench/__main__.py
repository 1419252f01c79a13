"""Runs every benchmark beside its baseline and writes one table: ``make bench``.

Figures are of one run on one machine: compare inside a table, quote ratios.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.bench import csv_reading

_TABLE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
_BENCHMARKS = {"Reading a CSV": csv_reading.rows}


def run() -> str:
    """The tables of all benchmarks."""
    lines = ["# Performance", "", "Written by `make bench`. Ratios of one run; absolute figures are the machine's.", ""]
    for title, rows in _BENCHMARKS.items():
        print(f"{title} ...", file=sys.stderr)
        lines += [f"## {title}", "", "| | measured | to the baseline |", "|---|---|---|"]
        lines += [f"| {what} | {measured} | {ratio} |" for what, measured, ratio in rows()]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    table = run()
    _TABLE.write_text(table, "utf-8")
    print(table)
