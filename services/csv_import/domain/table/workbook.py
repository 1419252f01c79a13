"""Excel workbooks (XLSX, XLSM): their sheets, row by row, in little memory whatever a file holds.

Every part is read as it is unpacked. Only the shared strings and the number formats are kept.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Iterator
from functools import partial
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from services.csv_import.domain.problems import FileProblem
from services.csv_import.domain.table.cells import BUILT_IN, GENERAL, Format, format_of, iso, number, unescaped
from services.csv_import.domain.table.sheets import Cells, Row, Sheet, one_line_end, too_large, too_long
from services.csv_import.domain.table.xml_reading import XmlReader, local

STRINGS_LIMIT: Final = 100_000_000
"""Bytes of the shared strings, unpacked: they are held in memory."""
SHEETS_LIMIT: Final = 600_000_000
"""Bytes of all sheets, unpacked."""
RATIO_LIMIT: Final = 250
"""How many times its size a part may unpack to, when it is large; a sheet of formatted blank cells does 13."""

_LARGE: Final = 50_000_000
_SMALL_PART: Final = 20_000_000
_FORMATS_LIMIT: Final = 65_536
_SHEETS_LIMIT: Final = 1_000
_DIRECTORY: Final = 1 << 20
_BLOCK: Final = 1 << 16
_BROKEN: Final = (
    BadZipFile, zlib.error, EOFError, OSError, struct.error, ValueError, KeyError, NotImplementedError, RuntimeError,
)  # fmt: skip
"""What a ZIP that is no ZIP may come to."""


def sheets(file: IO[bytes]) -> list[Sheet]:
    """The sheets that show, in their order. `file` can be read anywhere.

    Raises FileProblem NOT_A_TABLE for what is no workbook, is damaged or has a password; FILE_TOO_LARGE.
    """
    try:
        return _Workbook(file).sheets()
    except _BROKEN:
        raise FileProblem("NOT_A_TABLE", "damaged") from None


class _Sips:
    """A file of which never much is read at once: zipfile reads a whole directory, however large."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = file.seek(0, 2)
        self.seek, self.tell = file.seek, file.tell
        self.seekable = file.seekable

    def read(self, size: int = -1) -> bytes:
        rest = max(0, self._size - self._file.tell())
        if (rest if size < 0 else min(size, rest)) > _DIRECTORY:
            raise FileProblem("NOT_A_TABLE", "damaged")
        return self._file.read(size)


class _Workbook:
    def __init__(self, file: IO[bytes]) -> None:
        self._zip = ZipFile(_Sips(file))
        self._parts = {_path(info.filename): info for info in self._zip.infolist()}

    def sheets(self) -> list[Sheet]:
        self._refuse_what_is_no_workbook()
        main = self._main()
        book = _Book()
        self._read(main, book)
        folder = main.rpartition("/")[0]
        targets = self._targets(f"{folder}/_rels/{main.rpartition('/')[2]}.rels", folder)
        by_kind = dict(targets.values())
        formats = _Formats()
        if (styles := by_kind.get("styles", "")) in self._parts:
            self._read(styles, formats)
        found = [
            (name, target)
            for name, key in book.sheets
            for kind, target in [targets.get(key, ("", ""))]
            if kind == "worksheet" and target in self._parts
        ]
        if sum(self._parts[target].file_size for _, target in found) > SHEETS_LIMIT:
            raise too_large("over 600 MB unpacked")
        for _, target in found:
            self._check(target, SHEETS_LIMIT)
        strings = _Strings()
        if (shared := by_kind.get("sharedStrings", f"{folder}/sharedstrings.xml")) in self._parts:
            self._read(shared, strings, STRINGS_LIMIT)
        return [
            Sheet(name, partial(self._rows, target, strings, formats.formats, book.since_1904))
            for name, target in found
        ]

    def _rows(self, part: str, strings: _Strings, formats: list[Format], since_1904: bool) -> Iterator[Row]:
        reader = _Rows(strings, formats, since_1904)
        try:
            for _ in reader.read(self._blocks(part)):
                yield from reader.ready
                reader.ready.clear()
                if reader.ended:
                    return
        except _BROKEN:
            raise FileProblem("NOT_A_TABLE", "damaged") from None

    def _refuse_what_is_no_workbook(self) -> None:
        if "mimetype" in self._parts:
            what = "OpenDocument, ODS"
        elif "xl/workbook.bin" in self._parts:
            what = "Excel, XLSB"
        elif "word/document.xml" in self._parts:
            what = "Word, DOCX"
        elif not any(part.endswith("workbook.xml") or part == "_rels/.rels" for part in self._parts):
            what = "ZIP"
        else:
            return
        raise FileProblem("NOT_A_TABLE", "format", format=what)

    def _main(self) -> str:
        targets = self._targets("_rels/.rels", "")
        main = next((t for kind, t in targets.values() if kind == "officeDocument"), "xl/workbook.xml")
        if main not in self._parts:
            raise FileProblem("NOT_A_TABLE", "damaged")
        return main

    def _targets(self, part: str, folder: str) -> dict[str, tuple[str, str]]:
        """By their ids: the kind of a part and its path."""
        found = _Relations()
        if _path(part) in self._parts:
            self._read(_path(part), found)
        return {
            key: (kind, _path(target if target.startswith("/") else f"{folder}/{target}"))
            for key, (kind, target) in found.targets.items()
        }

    def _read(self, part: str, reader: XmlReader, limit: int = _SMALL_PART) -> None:
        self._check(part, limit)
        for _ in reader.read(self._blocks(part)):
            pass

    def _check(self, part: str, limit: int) -> None:
        info = self._parts[part]
        if info.flag_bits & 1:
            raise FileProblem("NOT_A_TABLE", "password")
        if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:  # others may ask for gigabytes of memory
            raise FileProblem("NOT_A_TABLE", "damaged")
        if info.file_size > limit or _is_a_bomb(info):
            raise too_large(f"{info.file_size // 1_000_000:,} MB unpacked")

    def _blocks(self, part: str) -> Iterator[bytes]:
        with self._zip.open(self._parts[part]) as unpacked:  # gives no more than the size that was checked
            while block := unpacked.read(_BLOCK):
                yield block


def _is_a_bomb(info: ZipInfo) -> bool:
    return info.file_size > _LARGE and info.file_size > RATIO_LIMIT * info.compress_size


def _path(name: str) -> str:
    """A part's path as all writers mean it: some use backslashes, capitals or a dot."""
    steps: list[str] = []
    for step in name.replace("\\", "/").lower().split("/"):
        if step == ".." and steps:
            steps.pop()
        elif step not in {"", ".", ".."}:
            steps.append(step)
    return "/".join(steps)


class _Relations(XmlReader):
    """Which part of the file has which id."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, tuple[str, str]] = {}

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and len(self.targets) < 10 * _SHEETS_LIMIT:
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.targets[attributes.get("Id", "")] = kind, attributes.get("Target", "")


class _Book(XmlReader):
    """The sheets that show (name, id of the part), and from when days are counted."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str]] = []
        self.since_1904 = False

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            self.since_1904 = attributes.get("date1904", "0").lower() in {"1", "true", "on"}
        elif name == "sheet" and attributes.get("state", "visible") == "visible":
            if len(self.sheets) >= _SHEETS_LIMIT:
                raise too_large(f"over {_SHEETS_LIMIT:,} sheets")
            self.sheets.append((attributes.get("name", ""), local(attributes, "id") or ""))


class _Formats(XmlReader):
    """The number format of each style that a cell may have."""

    def __init__(self) -> None:
        super().__init__()
        self.formats: list[Format] = []
        self._codes: dict[str, Format] = {str(key): form for key, form in BUILT_IN.items()}
        self._inside = False

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self._codes[attributes.get("numFmtId", "")] = format_of(attributes.get("formatCode", ""))
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            self.formats.append(self._codes.get(attributes.get("numFmtId", ""), GENERAL))
        if len(self.formats) > _FORMATS_LIMIT or len(self._codes) > _FORMATS_LIMIT:
            self._refuse()

    def closed(self, name: str) -> None:
        if name == "cellXfs":
            self._inside = False


class _Strings(XmlReader):
    """The texts that cells name by number, end to end in one piece of memory."""

    def __init__(self) -> None:
        super().__init__()
        self._all = bytearray()
        self._ends = array("I", [0])
        self._pieces: list[str] = []
        self._length = 0
        self._kept = False
        self._aside = 0

    def __getitem__(self, at: int) -> str:
        if at < 0:
            raise IndexError
        return self._all[self._ends[at] : self._ends[at + 1]].decode()

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name in {"rPh", "phoneticPr"}:  # how it is spoken
            self._aside += 1
        self._kept = name == "t" and not self._aside

    def closed(self, name: str) -> None:
        self._kept = False
        if name in {"rPh", "phoneticPr"}:
            self._aside -= 1
        elif name == "si":
            text = one_line_end(unescaped("".join(self._pieces)))
            if too_long(text):
                raise too_large("a cell over 1 MB")
            self._all += text.encode("utf-8", "replace")
            self._ends.append(len(self._all))
            self._pieces.clear()
            self._length = 0

    def text(self, data: str) -> None:
        if self._kept:
            self._length += len(data)
            if self._length > 1_000_000:
                raise too_large("a cell over 1 MB")
            self._pieces.append(data)


class _Rows(XmlReader):
    """The rows of a sheet. `ready`: those that came since it was emptied; `ended`: no more will come."""

    def __init__(self, strings: _Strings, formats: list[Format], since_1904: bool) -> None:
        super().__init__()
        self.ready: list[Row] = []
        self.ended = False
        self._strings, self._formats, self._since_1904 = strings, formats, since_1904
        self._columns: dict[str, int] = {}
        self._inside = False
        self._cells = Cells()
        self._number = 0
        self._column = -1
        self._kind = "n"
        self._style: str | None = None
        self._has_formula = False
        self._pieces: list[str] = []
        self._length = 0
        self._kept = False
        self._aside = 0

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if not self._inside:
            self._inside = name == "sheetData"
        elif name == "c":
            ref = attributes.get("r")
            self._column = self._column_of(ref) if ref else self._column + 1
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s")
            self._has_formula = False
            self._pieces.clear()
            self._length = 0
        elif name in {"v", "t"}:
            self._kept = not self._aside
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            told = attributes.get("r", "")
            number = int(told) if told.isdecimal() and len(told) < 10 else 0
            self._number = number if number > self._number else self._number + 1
            self._cells = Cells()
            self._column = -1
        elif name == "rPh":
            self._aside += 1

    def closed(self, name: str) -> None:
        if not self._inside:
            return
        self._kept = False
        if name == "c":
            if text := self._value("".join(self._pieces)):
                self._cells.put(self._column, text)
        elif name == "row":
            if self._cells.cells:
                self.ready.append(Row(self._number, self._cells.cells))
        elif name == "rPh":
            self._aside -= 1
        elif name == "sheetData":
            self._inside, self.ended = False, True

    def text(self, data: str) -> None:
        if self._kept:
            self._length += len(data)
            if self._length > 1_000_000:
                raise too_large("a cell over 1 MB")
            self._pieces.append(data)

    def _column_of(self, ref: str) -> int:
        """``AB12`` -> 27."""
        letters = ref.rstrip("0123456789").upper()
        at = self._columns.get(letters)
        if at is None:
            at = 0
            for letter in letters:
                if not "A" <= letter <= "Z" or len(letters) > 3:
                    self._refuse()
                at = at * 26 + ord(letter) - 64
            at -= 1
            self._columns[letters] = at
        return at

    def _value(self, raw: str) -> str:
        kind = self._kind
        if kind == "s":
            try:
                return self._strings[int(raw)] if raw else ""
            except (ValueError, IndexError):
                self._refuse()
        if kind in {"str", "inlineStr"}:
            return one_line_end(unescaped(raw))
        raw = raw.strip()
        if not raw:
            # A program wrote a formula and nobody has worked it out; a blank cell would say something else.
            return "#CALC!" if self._has_formula else ""
        if kind == "n":
            return number(raw, self._format(), since_1904=self._since_1904)
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(raw, raw.upper())
        return iso(raw) if kind == "d" else one_line_end(raw)

    def _format(self) -> Format:
        style = self._style
        if style is None or not style.isdecimal() or len(style) > 6 or int(style) >= len(self._formats):
            return GENERAL
        return self._formats[int(style)]
