"""A file cut into chunks of whole records, by bytes, in one pass and little memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from services.csv_import.domain.problems import FileProblem
from services.csv_import.domain.table.dialect import SIZE_LIMIT, Dialect
from services.csv_import.domain.table.lines import Lines, batches, byte_lines, wide_lines

ROWS_LIMIT: Final = 5_000_000
COLUMNS_LIMIT: Final = 1_000
_BLOCK: Final = 262_144


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes `start` to `end` (exclusive) of the file: `rows` whole records, the first with row number
    `first_row`.

    Blank records count as rows here; what is an item shows only when they are read.
    """

    index: int
    start: int
    end: int
    first_row: int
    rows: int


def cut(stream: Iterable[bytes], dialect: Dialect, rows_per_chunk: int = 1_000) -> Iterator[Chunk]:
    """Chunks of the rows under the heading line. `stream`: blocks of the file from byte 0, of any size.

    A parity count of quotes would be faster and wrong on inch marks (12"), so csv reads every record. Raises
    FileProblem as soon as a limit is passed, NO_ROWS at the end when no row holds anything.
    """
    wide = dialect.encoding.startswith("utf-16")
    blocks = _from(_bounded(stream), dialect.data_start)
    lines = Lines(wide_lines(blocks, dialect.encoding) if wide else byte_lines(blocks))
    start, row, index, something = dialect.data_start, dialect.first_row, 0, False
    for rows, held, _ in batches(lines, dialect.grammar, rows_per_chunk):
        text = "".join(held)
        length = len(text.encode(dialect.encoding, "surrogatepass")) if wide else len(text)
        if max(map(len, rows)) > COLUMNS_LIMIT:
            raise FileProblem("FILE_TOO_LARGE", "columns", row=row, most=COLUMNS_LIMIT)
        something = something or any(map(any, rows))
        yield Chunk(index, start, start + length, row, len(rows))
        start, row, index = start + length, row + len(rows), index + 1
        if row - dialect.first_row > ROWS_LIMIT:
            raise FileProblem("FILE_TOO_LARGE", "rows")
    if not something:
        raise FileProblem("NO_ROWS")


def _bounded(stream: Iterable[bytes]) -> Iterator[bytes]:
    """Blocks of a size that memory is fit for, up to SIZE_LIMIT in all."""
    seen = 0
    for block in stream:
        seen += len(block)
        if seen > SIZE_LIMIT:
            raise FileProblem("FILE_TOO_LARGE")
        if len(block) <= _BLOCK:
            yield block
        else:
            yield from (block[at : at + _BLOCK] for at in range(0, len(block), _BLOCK))


def _from(blocks: Iterator[bytes], start: int) -> Iterator[bytes]:
    for block in blocks:
        if start >= len(block):
            start -= len(block)
        elif start:
            yield block[start:]
            start = 0
        else:
            yield block
