"""A workbook or a web page becomes one plain CSV, which is then read like any other.

Rows keep the numbers that the sheet shows. Nothing here holds more of a file than a row and its first rows.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, NamedTuple

from services.csv_import.domain.problems import FileProblem
from services.csv_import.domain.table.cutting import COLUMNS_LIMIT, ROWS_LIMIT
from services.csv_import.domain.table.dialect import HEAD_SIZE, sniff
from services.csv_import.domain.table.lines import CELL_LIMIT

_ROW_LIMIT: Final = 3_000_000
"""Characters in a row."""
_FIRST_ROWS: Final = 300
_FIRST_CHARACTERS: Final = 2_000_000
_PIECE: Final = 1 << 16
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Row(NamedTuple):
    """`number`: as the sheet shows it, the first is 1. `cells`: without blank ones at the end; never none."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of several. `rows` reads it from its begin, blank rows left out."""

    name: str
    rows: Callable[[], Iterator[Row]]


class Cells:
    """The cells of a row as they come, within the limits of a table."""

    __slots__ = ("_length", "cells")

    def __init__(self) -> None:
        self.cells: list[str] = []
        self._length = 0

    def put(self, column: int, text: str) -> None:
        """A cell at a column from 0. Raises FileProblem FILE_TOO_LARGE."""
        if not text or text.isspace():
            return
        if column >= COLUMNS_LIMIT:
            raise too_large(f"over {COLUMNS_LIMIT:,} columns")
        self._length += len(text)
        if too_long(text):
            raise too_large("a cell over 1 MB")
        if self._length > _ROW_LIMIT:
            raise too_large("a row over 3 MB")
        if len(self.cells) <= column:
            self.cells.extend([""] * (column + 1 - len(self.cells)))
        self.cells[column] = text


def as_csv(sheets: Sequence[Sheet]) -> Iterator[str]:
    """The first sheet that has a table (else the one of most rows) as CSV, piece by piece.

    Raises FileProblem EMPTY_FILE, NOT_A_TABLE or FILE_TOO_LARGE.
    """
    rows = _chosen(sheets).rows()
    first = _first(rows)
    if not first:
        raise FileProblem("EMPTY_FILE")
    width = max(len(row.cells) for row in first)
    return _written(chain(first, rows), width)


def too_large(what: str) -> FileProblem:
    """That a file is or has too much of something, told in figures and few words."""
    return FileProblem("FILE_TOO_LARGE", "sheet", reason=what)


def too_long(text: str) -> bool:
    """Whether it is more than a cell may hold."""
    return len(text) > CELL_LIMIT // 3 and len(text.encode("utf-8", "replace")) > CELL_LIMIT


def one_line_end(text: str) -> str:
    """A cell's text with LF as its only line end, without control characters."""
    if text.isprintable():
        return text
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _chosen(sheets: Sequence[Sheet]) -> Sheet:
    if not sheets:
        raise FileProblem("NOT_A_TABLE", "nothing", format="Excel")
    if len(sheets) == 1:
        return sheets[0]
    found = next((sheet for sheet in sheets if _has_a_table(sheet)), None)
    return found or max(sheets, key=lambda sheet: sum(1 for _ in sheet.rows()))


def _has_a_table(sheet: Sheet) -> bool:
    """Whether there are headings, and rows under them."""
    rows = sheet.rows()
    first = _first(rows)
    if not first:
        return False
    data = "".join(_written(iter(first), max(len(row.cells) for row in first))).encode()
    whole = next(rows, None) is None and len(data) <= HEAD_SIZE
    try:
        return sniff(data[:HEAD_SIZE], size=len(data) if whole else len(data) + 1, exact=True).header is not None
    except FileProblem:
        return False


def _first(rows: Iterator[Row]) -> list[Row]:
    """The first rows, as many as memory is fit for."""
    first: list[Row] = []
    characters = 0
    for row in islice(rows, _FIRST_ROWS):
        first.append(row)
        characters += sum(map(len, row.cells))
        if characters > _FIRST_CHARACTERS:
            break
    return first


def _written(rows: Iterable[Row], width: int) -> Iterator[str]:
    """Rows as CSV; those that the sheet leaves out between them are blank lines."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    before = 0
    for row in rows:
        if row.number > ROWS_LIMIT:
            raise too_large(f"over {ROWS_LIMIT:,} rows")
        for _ in range(before + 1, row.number):
            out.write("\r\n")
            if out.tell() > _PIECE:
                yield _taken(out)
        before = row.number
        writer.writerow([*row.cells, *[""] * (width - len(row.cells))])
        if out.tell() > _PIECE:
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text
