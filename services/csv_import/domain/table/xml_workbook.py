"""Excel 2003's XML (``<Workbook><Worksheet><Table>``), which billing software writes and names .xls."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import IO, Final

from services.csv_import.domain.table.cells import GENERAL, Format, format_of, iso, number
from services.csv_import.domain.table.cutting import COLUMNS_LIMIT
from services.csv_import.domain.table.sheets import Cells, Row, Sheet, one_line_end, too_large
from services.csv_import.domain.table.xml_reading import XmlReader, local

_BLOCK: Final = 1 << 16
_SHEETS_LIMIT: Final = 1_000
_FORMATS_LIMIT: Final = 65_536
_NAMED: Final = {
    "percent": "0%",
    **dict.fromkeys(("short date", "general date", "medium date", "long date"), "dd/mm/yyyy"),
    **dict.fromkeys(("short time", "medium time", "long time"), "hh:mm"),
}


def sheets(file: IO[bytes]) -> list[Sheet]:
    """The sheets that show, in their order. Raises FileProblem NOT_A_TABLE or FILE_TOO_LARGE."""
    found = _Reader(only=None)
    for _ in found.read(_blocks(file)):
        pass
    return [Sheet(name, partial(_rows, file, at)) for at, name in enumerate(found.names) if at not in found.hidden]


def _rows(file: IO[bytes], at: int) -> Iterator[Row]:
    reader = _Reader(only=at)
    for _ in reader.read(_blocks(file)):
        yield from reader.ready
        reader.ready.clear()
        if len(reader.names) > at + 1:
            return


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    at = 0
    while block := file.read(_BLOCK):
        at += len(block)
        yield block
        file.seek(at)  # several readers may share the file


class _Reader(XmlReader):
    """The names of all sheets, which are hidden, and the rows of the one at `only`."""

    def __init__(self, only: int | None) -> None:
        super().__init__()
        self.names: list[str] = []
        self.hidden: set[int] = set()
        self.ready: list[Row] = []
        self._only = only
        self._formats: dict[str, Format] = {}
        self._style = ""
        self._number = 0
        self._column = -1
        self._across = 0
        self._cells = Cells()
        self._kind = ""
        self._cell_style = ""
        self._keeps: str | None = None
        self._pieces: list[str] = []
        self._length = 0
        self._in_comment = 0

    @property
    def _reading(self) -> bool:
        return self._only is not None and len(self.names) == self._only + 1

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Worksheet":
            if len(self.names) >= _SHEETS_LIMIT:
                raise too_large(f"over {_SHEETS_LIMIT:,} sheets")
            self.names.append(local(attributes, "Name") or "")
            self._number = 0
        elif name == "Visible":
            self._keeps, self._length = name, 0
        elif not self._reading:
            if not self.names:
                self._style_of(name, attributes)
        elif name == "Row":
            self._number = max(_index(attributes), self._number + 1)
            self._cells, self._column, self._across = Cells(), -1, 0
        elif name == "Cell":
            self._column = max(_index(attributes) - 1, self._column + 1 + self._across)
            across = local(attributes, "MergeAcross") or ""
            self._across = min(int(across), COLUMNS_LIMIT) if across.isdecimal() and len(across) < 6 else 0
            self._cell_style = local(attributes, "StyleID") or ""
        elif name == "Comment":
            self._in_comment += 1
        elif name == "Data" and not self._in_comment:
            self._kind, self._keeps, self._length = local(attributes, "Type") or "String", name, 0

    def closed(self, name: str) -> None:
        if name == self._keeps:
            text = "".join(self._pieces)
            self._pieces.clear()
            self._keeps = None
            if name == "Data":
                self._cells.put(self._column, self._value(text))
            elif text.strip() in {"SheetHidden", "SheetVeryHidden"} and self.names:
                self.hidden.add(len(self.names) - 1)
        elif name == "Comment":
            self._in_comment = max(0, self._in_comment - 1)
        elif name == "Row" and self._reading and self._cells.cells:
            self.ready.append(Row(self._number, self._cells.cells))
            self._cells = Cells()

    def text(self, data: str) -> None:
        if self._keeps:
            self._length += len(data)
            if self._length > 1_000_000:
                raise too_large("a cell over 1 MB")
            self._pieces.append(data)

    def _style_of(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Style":
            self._style = local(attributes, "ID") or ""
        elif name == "NumberFormat" and len(self._formats) < _FORMATS_LIMIT:
            code = local(attributes, "Format") or ""
            self._formats[self._style] = format_of(_NAMED.get(code.lower(), code))

    def _value(self, text: str) -> str:
        if self._kind == "Number":
            return number(text.strip(), self._formats.get(self._cell_style, GENERAL))
        if self._kind == "DateTime":
            return iso(text)
        if self._kind == "Boolean":
            return "TRUE" if text.strip() == "1" else "FALSE"
        return one_line_end(text)


def _index(attributes: dict[str, str]) -> int:
    told = local(attributes, "Index") or ""
    return int(told) if told.isdecimal() and len(told) < 10 else 0
