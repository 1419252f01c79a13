"""Tables of web pages: what billing software writes when it says that it exports to Excel."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from typing import IO, Final

from services.csv_import.domain.problems import FileProblem
from services.csv_import.domain.table.cells import number
from services.csv_import.domain.table.cutting import COLUMNS_LIMIT
from services.csv_import.domain.table.lines import CELL_LIMIT
from services.csv_import.domain.table.sheets import Cells, Row, Sheet, one_line_end, too_large

_BLOCK: Final = 1 << 16
_PIECE: Final = 2_000_000
"""Characters of one tag, comment or script, which the parser holds whole."""
_HELD: Final = 3_000_000
"""Characters of cells that are open: of one in another."""
_OF_A_PIECE: Final = 16
"""What a piece of a cell weighs beside its characters."""
_DEEPEST: Final = 30
_TABLES: Final = 100_000
_TAGS: Final = 10_000_000
"""What a function has the time for, twice: a million rows of nine cells."""
_CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_KNOWN_CHARSET = re.compile(r"(?:windows-|cp)125\d|iso-8859-\d+|latin-?\d", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE)
_BREAKS: Final = frozenset({"br", "p", "div", "li"})


def sheets(file: IO[bytes]) -> list[Sheet]:
    """The table of the most rows, and those that begin with the same headings: long ones are printed in pages.

    Raises FileProblem NOT_A_TABLE when there is none, FILE_TOO_LARGE.
    """
    encoding = _encoding(file)
    counted: dict[str, int] = {}
    heads: dict[int, str] = {}
    for table, row in _rows_of_all(file, encoding):
        if table not in heads:
            if len(heads) >= _TABLES:
                raise too_large(f"over {_TABLES:,} tables")
            heads[table] = "\x1f".join(row)[:200]
        counted[heads[table]] = counted.get(heads[table], 0) + 1
    if not counted:
        raise FileProblem("NOT_A_TABLE", "nothing", format="HTML")
    best = max(counted, key=lambda head: counted[head])
    wanted = frozenset(table for table, head in heads.items() if head == best)
    return [Sheet("", partial(_rows, file, encoding, wanted))]


def _rows(file: IO[bytes], encoding: str, wanted: frozenset[int]) -> Iterator[Row]:
    number = 0
    for table, cells in _rows_of_all(file, encoding, blank_too=True):
        if table in wanted:
            number += 1
            if cells:
                yield Row(number, cells)


def _rows_of_all(file: IO[bytes], encoding: str, *, blank_too: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Rows in the order in which they end, each with the number of its table."""
    page = _Page()
    for text in _text(file, encoding):
        page.feed(text)
        if len(page.rawdata) > _PIECE:
            raise FileProblem("NOT_A_TABLE", "damaged")
        yield from _taken(page, blank_too)
    page.finish()
    yield from _taken(page, blank_too)


def _taken(page: _Page, blank_too: bool) -> Iterator[tuple[int, list[str]]]:
    yield from ((table, cells) for table, cells in page.ready if cells or blank_too)
    page.ready.clear()


def _text(file: IO[bytes], encoding: str) -> Iterator[str]:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    at = 0
    while block := file.read(_BLOCK):
        at += len(block)
        yield decoder.decode(block)
        file.seek(at)
    yield decoder.decode(b"", True)


def _encoding(file: IO[bytes]) -> str:
    """By byte order mark, by zero bytes; UTF-8 wherever it is; else as the page says, else Windows-1252."""
    file.seek(0)
    head = file.read(_BLOCK)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = head[:4096:2].count(0), head[1:4096:2].count(0)
    if max(even, odd) > 400 or max(even, odd) > len(head) * 0.2:
        return "utf-16-le" if odd > even else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while block := file.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        found = _CHARSET.search(head)
        named = found[1].decode("ascii", "replace") if found else ""
        return named if _KNOWN_CHARSET.fullmatch(named) and named.lower() not in _LATIN else "cp1252"
    return "utf-8-sig"


_LATIN: Final = frozenset({"iso-8859-1", "latin1", "latin-1"})
"""What browsers read as Windows-1252."""


@dataclass
class _Table:
    """A table that is being read: the row and the cell that are open in it."""

    number: int
    cells: Cells | None = None
    column: int = 0
    text: list[str] | None = None
    stored: str = ""
    """The number behind what the cell shows, where Excel wrote the page."""
    across: int = 1
    down: int = 1
    length: int = 0
    hanging: dict[int, int] = field(default_factory=dict)
    """Columns that a cell above reaches into, and for how many rows yet."""


class _Page(HTMLParser):
    """`ready`: rows that ended since it was emptied, each with the number of its table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.ready: list[tuple[int, list[str]]] = []
        self._open: list[_Table] = []
        self._tables = 0
        self._held = 0
        self._tags = 0

    def finish(self) -> None:
        """Ends what is open. An unfinished tag at the end is left out."""
        if "<" not in self.rawdata:
            self.close()
        while self._open:
            self._end_table()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tags += 1
        if self._tags > _TAGS:
            raise too_large(f"over {_TAGS:,} cells")
        if tag == "table":
            if len(self._open) >= _DEEPEST:
                raise FileProblem("NOT_A_TABLE", "nothing", format="HTML")
            self._open.append(_Table(self._tables))
            self._tables += 1
        elif not self._open:
            return
        elif tag == "tr":
            self._end_row()
            self._open[-1].cells = Cells()
        elif tag in {"td", "th"}:
            self._begin_cell(dict(attrs))
        elif tag in _BREAKS:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if not self._open:
            return
        if tag == "table":
            self._end_table()
        elif tag in {"tr", "thead", "tbody", "tfoot"}:
            self._end_row()
        elif tag in {"td", "th"}:
            self._end_cell()
        elif tag in _BREAKS:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem in {"script", "style"} or not self._open:
            return
        table = self._open[-1]
        if table.text is None:
            return
        taken = len(data) + _OF_A_PIECE
        table.length += taken
        self._held += taken
        if table.length > CELL_LIMIT or self._held > _HELD:
            raise too_large("a cell over 1 MB")
        table.text.append(data)

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """``<![if ...]>`` and the like; one of no known kind is passed over."""
        try:
            return super().parse_marked_section(i, bool(report))
        except AssertionError:
            return self.rawdata.find(">", i) + 1 or -1

    def _begin_cell(self, attributes: dict[str, str | None]) -> None:
        self._end_cell()
        table = self._open[-1]
        if table.cells is None:
            table.cells = Cells()
        while table.hanging.get(table.column):
            table.column += 1
        table.text, table.length = [], 0
        table.stored = attributes.get("x:num") or ""
        table.across = _span(attributes.get("colspan"))
        table.down = _span(attributes.get("rowspan"))

    def _end_cell(self) -> None:
        table = self._open[-1]
        if table.text is None or table.cells is None:
            return
        text = " ".join("".join(table.text).split())
        self._held -= table.length
        table.text = None
        if table.stored and _SCIENTIFIC.fullmatch(text):
            text = number(table.stored)
        table.cells.put(table.column, one_line_end(text))
        if table.down > 1:
            reached = range(table.column, min(table.column + table.across, COLUMNS_LIMIT))
            table.hanging |= dict.fromkeys(reached, table.down)
        table.column = min(table.column + table.across, COLUMNS_LIMIT)

    def _end_row(self) -> None:
        self._end_cell()
        table = self._open[-1]
        if table.cells is None:
            return
        self.ready.append((table.number, table.cells.cells))
        table.cells, table.column = None, 0
        table.hanging = {at: rows - 1 for at, rows in table.hanging.items() if rows > 1}

    def _end_table(self) -> None:
        self._end_row()
        self._open.pop()


def _span(told: str | None) -> int:
    told = (told or "").strip()
    return max(1, min(int(told), COLUMNS_LIMIT)) if told.isdecimal() and len(told) < 6 else 1
