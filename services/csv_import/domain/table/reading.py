"""The bytes of one chunk become rows of cells: just those the cutter counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from services.csv_import.domain.table.dialect import Dialect, decode_bytes
from services.csv_import.domain.table.lines import Lines, alone, batches, split_lines


class RawRow(NamedTuple):
    """`row_number`: as a spreadsheet shows it; the first record of the file, heading line or not, is 1."""

    row_number: int
    cells: tuple[str, ...]


_BATCH = 1_000


def read(data: bytes, dialect: Dialect, first_row: int) -> Iterator[RawRow]:
    """Rows of a chunk (of `Chunk.start` to `Chunk.end`), the first numbered `first_row`.

    A stray quote ends with its line: it can spoil one row, not those after it. What a sheet has beside its headings
    is left out.
    """
    grammar = dialect.grammar
    width = dialect.columns
    row_number = first_row
    nul = not dialect.encoding.startswith("utf-16") and b"\x00" in data
    for rows, held, taken in batches(Lines(iter([_decoded(data, dialect)])), grammar, _BATCH):
        at = 0
        for row, lines in zip(rows, taken, strict=True):
            if len(row) != width and lines == 1 and grammar.quotes and '"' in held[at]:
                row = alone(held[at], grammar)
            at += lines
            if nul:  # only now: before, the cutter's records and ours could differ
                row = [cell.replace("\x00", "") for cell in row]
            if dialect.exact and len(row) != width:
                row = [*row[:width], *[""] * (width - len(row))]
            yield RawRow(row_number, tuple(row))
            row_number += 1


def _decoded(data: bytes, dialect: Dialect) -> list[str]:
    if dialect.encoding.startswith("utf-16"):
        return split_lines(data.decode(dialect.encoding, "surrogatepass"))
    try:
        return split_lines(data.decode("utf-8"))
    except UnicodeDecodeError:
        return [decode_bytes(line) for line in data.splitlines(keepends=True)]
