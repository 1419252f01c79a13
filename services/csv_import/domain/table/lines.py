"""Lines of a byte stream and the records in them, where a stray quote ends with its line.

The cutter and the reader both go through `batches`, so they agree on every record. What a record is depends
only on the line it begins with and those after it, never on what came before: that is what lets a chunk be
read alone.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from services.csv_import.domain.problems import FileProblem

if TYPE_CHECKING:
    from _csv import Reader

CELL_LIMIT: Final = 1_000_000
"""Characters in a cell. Excel allows 32,767; a longer one is a missing quote."""
LINE_LIMIT: Final = 10_000_000
"""Bytes in a physical line."""
_DELIMITERS_LIMIT: Final = 100_000
"""Of one kind in a physical line: more are no text, and as cells they would fill the memory."""
_BATCH_LIMIT: Final = 2_000_000
"""Characters after which a batch ends, however few its records: memory is for one chunk."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """How lines become cells. `columns`: usual number of cells, 0 while unknown; `quotes`: a leading "
    quotes.
    """

    delimiter: str
    quotes: bool = True
    columns: int = 0

    def reader(self, lines: Iterable[str], *, strict: bool = False) -> Reader:
        csv.field_size_limit(CELL_LIMIT)
        if self.quotes:
            return csv.reader(lines, delimiter=self.delimiter, strict=strict)
        return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE, strict=strict)


def byte_lines(blocks: Iterable[bytes]) -> Iterator[list[str]]:
    """Lines (LF, CRLF or CR, ends kept) of each block, one character a byte.

    Latin-1 on purpose: delimiters, quotes and line ends are ASCII in UTF-8 and Windows-1252 alike, so
    records fall the same, nothing can fail to decode, and lengths are byte counts.
    """
    tail = b""
    for block in blocks:
        lines = (tail + block).splitlines(keepends=True)
        tail = lines.pop() if lines else b""  # it may go on, and a CR may be half of a CRLF
        _guard(len(tail))
        yield [line.decode("latin-1") for line in lines]
    if tail:
        yield [tail.decode("latin-1")]


def wide_lines(blocks: Iterable[bytes], encoding: str) -> Iterator[list[str]]:
    """Lines of each block of UTF-16. Lone surrogates pass, so that lengths stay true."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    tail = ""
    for block in blocks:
        lines = split_lines(tail + decoder.decode(block))
        tail = lines.pop() if lines else ""
        _guard(len(tail))
        yield lines
    if tail:
        yield [tail]


def split_lines(text: str) -> list[str]:
    """Lines ended by LF, CRLF or CR only (str.splitlines knows ten more ends, some of them inside names)."""
    return io.StringIO(text, newline="").readlines()


def _guard(length: int) -> None:
    if length > LINE_LIMIT:
        raise FileProblem("NOT_A_TABLE")


def _guard_cells(lines: Iterable[str]) -> None:
    for line in lines:
        if len(line) > _DELIMITERS_LIMIT and max(map(line.count, ",;\t|")) > _DELIMITERS_LIMIT:
            raise FileProblem("FILE_TOO_LARGE", "sheet", reason="over 100,000 columns")


class Lines:
    """Lines held from a stream until they are accounted for, so that reading can start over at any of them."""

    def __init__(self, blocks: Iterator[list[str]]) -> None:
        self._blocks = blocks
        self._handed = 0
        self.held: list[str] = []

    def feed(self, start: int = 0) -> Iterator[str]:
        """Lines from the held line `start` on. Only the newest feed may be read."""
        self._handed = start
        while True:
            if self._handed < len(self.held):
                fresh = self.held[self._handed :]
                self._handed = len(self.held)
                yield from fresh
            else:
                block = next(self._blocks, None)
                if block is None:
                    return
                _guard_cells(block)
                self.held.extend(block)

    def account(self, count: int) -> list[str]:
        """The first `count` held lines, which are let go."""
        done = self.held[:count]
        del self.held[:count]
        self._handed -= count
        return done


class Batch(NamedTuple):
    """Records, the physical lines they took, and how many each took."""

    rows: list[list[str]]
    held: list[str]
    taken: Sequence[int]


def batches(lines: Lines, grammar: Grammar, size: int) -> Iterator[Batch]:
    """Up to `size` records at a time, fewer where they are long.

    Raises FileProblem FILE_TOO_LARGE for a cell over CELL_LIMIT that no stray quote explains.
    """
    while True:
        reader = grammar.reader(lines.feed())
        again = False
        while not again:
            before = reader.line_num
            try:
                rows = _next(reader, lines, size)
                used = reader.line_num - before
                taken = [1] * used if used == len(rows) else _all_plausible(lines.held[:used], grammar)
            except csv.Error:
                taken = None
            if taken is None:
                rows, taken = _carefully(lines, grammar, size)
                again = True
            if not rows:
                return
            yield Batch(rows, lines.account(sum(taken)), taken)


def _next(reader: Reader, lines: Lines, size: int) -> list[list[str]]:
    rows: list[list[str]] = []
    begun, at, length = reader.line_num, 0, 0
    for row in islice(reader, size):
        rows.append(row)
        end = reader.line_num - begun
        length += len(lines.held[at]) if end == at + 1 else sum(map(len, lines.held[at:end]))
        at = end
        if length > _BATCH_LIMIT:
            break
    return rows


def _all_plausible(held: Sequence[str], grammar: Grammar) -> list[int] | None:
    """The lines that each record takes; None when a stray quote is in one."""
    reader = grammar.reader(held)
    at = 0
    spans: list[int] = []
    for row in reader:
        taken = reader.line_num - at
        if taken > 1 and not _plausible(held[at : at + taken], row, grammar):
            return None
        at += taken
        spans.append(taken)
    return spans


def _carefully(lines: Lines, grammar: Grammar, size: int) -> tuple[list[list[str]], list[int]]:
    """The same, one record after the other: one that swallowed its neighbours becomes its first line alone."""
    rows: list[list[str]] = []
    spans: list[int] = []
    at = length = 0
    while len(rows) < size and length <= _BATCH_LIMIT:
        reader = grammar.reader(lines.feed(at))
        begun = 0
        try:
            for row in reader:
                taken = reader.line_num - begun
                begun = reader.line_num
                if taken > 1 and not _plausible(lines.held[at : at + taken], row, grammar):
                    break
                rows.append(row)
                spans.append(taken)
                length += sum(map(len, lines.held[at : at + taken]))
                at += taken
                if len(rows) == size or length > _BATCH_LIMIT:
                    return rows, spans
            else:
                return rows, spans
        except csv.Error:
            swallowed = lines.held[at : at + reader.line_num - begun]
            if not _looks_like_rows(swallowed[1:], grammar):
                raise FileProblem("FILE_TOO_LARGE", "cell", line=swallowed[0][:60].strip()) from None
        rows.append(alone(lines.held[at], grammar))
        spans.append(1)
        length += len(lines.held[at])
        at += 1
    return rows, spans


def _plausible(segment: Sequence[str], row: Sequence[str], grammar: Grammar) -> bool:
    """Is this record of several lines one cell with line ends in it, and not rows eaten by a stray quote?

    A true closing quote is followed by a delimiter or the line end. Where that holds by accident, the lines
    eaten still look like rows.
    """
    try:
        for _ in grammar.reader(segment, strict=True):
            pass
    except csv.Error:
        return False
    if grammar.columns < 2:
        return True
    widths = _widths_without_the_quote(segment, grammar)
    if len(row) != grammar.columns:
        return all(width != grammar.columns for width in widths[1:])
    opened_in_last_cell = segment[0].rpartition(grammar.delimiter)[2].startswith('"')
    closed_at_the_end = segment[-1].rstrip("\r\n").endswith('"')
    return (opened_in_last_cell and closed_at_the_end) or any(width != grammar.columns for width in widths)


def _widths_without_the_quote(segment: Sequence[str], grammar: Grammar) -> list[int]:
    """Cells of each line, were the quote that runs over the line ends a mere inch mark; other quotes still hold."""
    *whole, opened = next(grammar.reader(segment[:1]))
    closed, *rest = next(grammar.reader([f'"{segment[-1]}']))
    inside = [_delimiters(line, grammar) + 1 for line in segment[1:-1]]
    begin, end = _delimiters(opened, grammar) + 1, _delimiters(closed, grammar) + 1
    return [len(whole) + begin, *inside, end + len(rest)]


def _delimiters(text: str, grammar: Grammar) -> int:
    """Those that may part cells: in prose a space follows."""
    return text.count(grammar.delimiter) - text.count(f"{grammar.delimiter} ")


def _looks_like_rows(lines: Sequence[str], grammar: Grammar) -> bool:
    fitting = sum(line.count(grammar.delimiter) + 1 == grammar.columns for line in lines)
    return fitting * 2 > len(lines)


def alone(line: str, grammar: Grammar) -> list[str]:
    """Cells of one line: by its quotes where they balance or give the usual width, else by delimiter only."""
    try:
        return next(grammar.reader([line], strict=True), [])
    except csv.Error:
        pass
    quoted: list[str] = next(grammar.reader([line]), [])
    if len(quoted) == grammar.columns:
        return quoted
    return [_bare(cell) for cell in line.rstrip("\r\n").split(grammar.delimiter)]


def _bare(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    if cell.startswith('"') and cell.count('"') == 1:
        return cell[1:]
    return cell
