"""A CSV from rows, and rows from a CSV: what the tests of the importer's reading half share."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from services.csv_import.domain.columns import ColumnMapping, map_columns
from services.csv_import.domain.cutting import Chunk, cut
from services.csv_import.domain.dialect import HEAD_SIZE, Dialect, sample, sniff
from services.csv_import.domain.facts import Mode, ParsedRow
from services.csv_import.domain.problems import RowError
from services.csv_import.domain.reading import RawRow, read
from services.csv_import.domain.rows import parse_rows

SHARED = Path(__file__).parents[4] / "shared" / "data"
"""Real files, where the checkout has them beside it."""

HEADINGS = ("barcode", "name", "mrp", "selling_price", "qty")


def table(*rows: Sequence[str], headings: Sequence[str] = HEADINGS) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([headings, *rows])
    return out.getvalue().encode()


def dialect_of(data: bytes) -> Dialect:
    return sniff(data[:HEAD_SIZE], size=len(data))


def mapping_of(data: bytes) -> ColumnMapping:
    dialect = dialect_of(data)
    return map_columns(dialect.header, sample(data[:HEAD_SIZE], dialect, size=len(data)))


def chunks_of(data: bytes, dialect: Dialect, rows: int = 1_000, block: int = 262_144) -> list[Chunk]:
    blocks = (data[at : at + block] for at in range(0, len(data), block))
    return list(cut(blocks, dialect, rows))


def raw_rows(data: bytes, rows: int = 1_000) -> list[RawRow]:
    """Through the cutter, chunk by chunk, as the importer does it."""
    dialect = dialect_of(data)
    return [
        row
        for chunk in chunks_of(data, dialect, rows)
        for row in read(data[chunk.start : chunk.end], dialect, chunk.first_row)
    ]


def parsed(data: bytes, *, mode: Mode = "set", mapping: ColumnMapping | None = None) -> list[ParsedRow]:
    mapping = mapping or mapping_of(data)
    return list(parse_rows(raw_rows(data), mapping, dialect_of(data), mode=mode))


def items(data: bytes, *, mode: Mode = "set") -> list[ParsedRow]:
    return [row for row in parsed(data, mode=mode) if row.kind == "item"]


def item(*cells: str, headings: Sequence[str] = HEADINGS, mode: Mode = "set") -> ParsedRow:
    """The one row of a file, whatever it became."""
    rows = parsed(table(cells, headings=headings), mode=mode)
    assert len(rows) == 1
    return rows[0]


def codes(found: Iterable[RowError]) -> list[str]:
    return [code for _, code, _, _ in found]
