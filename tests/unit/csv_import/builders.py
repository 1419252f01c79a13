"""A CSV from rows, and rows from a CSV: what the tests of the importer's reading half share."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from services.csv_import.domain.columns import ColumnMapping, map_columns
from services.csv_import.domain.facts import Mode, ParsedRow
from services.csv_import.domain.problems import RowError
from services.csv_import.domain.rows import parse_rows
from services.csv_import.domain.table.cutting import Chunk, cut
from services.csv_import.domain.table.dialect import HEAD_SIZE, Dialect, sample, sniff
from services.csv_import.domain.table.reading import RawRow, read
from services.csv_import.domain.table.unpacking import kind_of, unpacked

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


def unpacked_bytes(data: bytes) -> bytes:
    """The CSV that is made of a workbook or web page; any other file as it is."""
    kind = kind_of(data[:HEAD_SIZE])
    return data if kind is None else "".join(unpacked(io.BytesIO(data), kind)).encode()


def rows_of(data: bytes, *, per_chunk: int = 1_000, block: int = 262_144) -> tuple[Dialect, list[RawRow]]:
    """Any file the way the importer reads it: unpacked, sniffed, cut, and read chunk by chunk."""
    plain = unpacked_bytes(data)
    dialect = sniff(plain[:HEAD_SIZE], size=len(plain), exact=kind_of(data[:HEAD_SIZE]) is not None)
    rows = [
        row
        for chunk in chunks_of(plain, dialect, per_chunk, block)
        for row in read(plain[chunk.start : chunk.end], dialect, chunk.first_row)
    ]
    return dialect, rows


def items_of(data: bytes, *, mode: Mode = "set") -> list[ParsedRow]:
    """The goods in any file."""
    dialect, rows = rows_of(data)
    plain = unpacked_bytes(data)
    mapping = map_columns(dialect.header, sample(plain[:HEAD_SIZE], dialect, size=len(plain)))
    return [row for row in parse_rows(rows, mapping, dialect, mode=mode) if row.kind == "item"]
