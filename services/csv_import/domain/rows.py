"""A row of cells becomes typed facts, or errors that say how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final

from services.csv_import.domain.barcodes import read_barcode
from services.csv_import.domain.columns import ColumnMapping
from services.csv_import.domain.facts import Mode, ParsedRow, StockChange
from services.csv_import.domain.figures import GST_ENDED, looks_like_a_date, read_day, read_gst, read_hsn
from services.csv_import.domain.names import looks_like_kruti_dev, mend, without_html
from services.csv_import.domain.problems import RowError
from services.csv_import.domain.table.dialect import Dialect
from services.csv_import.domain.table.reading import RawRow
from shared.kernel.cells import CLEAR, LONGEST_TOTAL, NOTHING, is_error_value, is_total, looks_live, text_in
from shared.kernel.money import MAX_RUPEES, BadMoney, parse_rupees
from shared.kernel.quantity import MAX_STOCK, BadQuantity, StockUnit, parse_net_quantity, parse_stock
from shared.kernel.text import ascii_digits, nfc

NAME_LIMIT: Final = 500
"""A longer name is surely a mistake. The catalog takes fewer characters where it has to be told the name."""
CATALOG_NAME_LIMIT: Final = 200
TEXT_LIMIT: Final = 5_000
SIZE_LIMIT: Final = 2_000
"""As long as the catalog takes the words of a size."""

_PAISA: Final = Decimal("0.01")
_PLAIN_MONEY = re.compile(r"\d{1,7}(?:\.\d{1,2})?").fullmatch
_NUMBER = re.compile(r"[-+=]?\s*(?:₹|rs\.?|inr)?\s*\d[\d,]*(?:\.\d+)?\s*(?:/-|%|[a-z]{1,6})?", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,2}(?:,\d{2})*,\d{3}(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL_COMMA = re.compile(r"([-+=]?\s*\d{1,3}(?:\.\d{3})*|[-+=]?\s*\d+),(\d+)(.*)", re.DOTALL)
_FORMULA = re.compile(r"[=@＝＠][^\s=]|[+\-＋－−]+[\w(@]")
_EXCEL_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_DECORATED = re.compile(r"[-*=#_~>.]{2,}.*|.*(?:[-*=#_~]{2,}|:)", re.DOTALL)
_GUARDS: Final = frozenset('="#eE')
_LIVE_FIRST: Final = frozenset("=+-@\t＝＋－＠−")
_SIZE_KINDS: Final = {"UNIT_MISSING": "unit", "UNIT_UNKNOWN": "unit", "AMBIGUOUS_QUANTITY": "several"}
"""What is wrong with a size, where it is more than that it is none."""
_NUMERIC: Final = frozenset(
    {"mrp", "selling_price", "cost_price", "quantity", "reorder_level", "pack_count", "gst_rate", "box_of"}
)
_REJOINABLE: Final = (
    "name", "description", "notes", "brand", "category", "subcategory", "supplier", "location",
    "mrp", "selling_price", "cost_price", "quantity",
)  # fmt: skip


class RowParser:
    """Turns the rows of one file into facts. Make one per chunk; it is not for several threads."""

    def __init__(self, mapping: ColumnMapping, dialect: Dialect | None = None, *, mode: Mode = "set") -> None:
        columns = dict(mapping.columns)
        self._mode: Mode = mode
        self._columns = columns
        self._headings = mapping.headings
        self._width = dialect.columns if dialect else max(len(mapping.headings), max(columns.values(), default=-1) + 1)
        self._fewest = dialect.fewest if dialect else self._width
        self._delimiter = dialect.delimiter if dialect else ","
        self._decimal_comma = dialect.decimal_comma if dialect else False
        self._texts: dict[str, str] = {}
        self._as_it_stands = False  # of a cell that begins with an apostrophe: nothing in it is more than text
        takers: dict[str, Callable[[ParsedRow, str, str], None]] = {
            "name": self._take_name, "barcode": self._take_barcode, "net_quantity": self._take_net_quantity,
            "pack_count": self._take_pack_count, "unit": self._take_unit, "quantity": self._take_quantity,
            "mrp": self._take_money, "selling_price": self._take_money, "cost_price": self._take_money,
            "reorder_level": self._take_reorder_level, "box_of": self._take_box_of, "hsn_code": self._take_hsn,
            "gst_rate": self._take_gst, "fssai": self._take_fssai, "expiry_date": self._take_expiry,
            "image_url": self._take_url,
        }  # fmt: skip
        # unit before quantity: a unit beside the figure is nearer the truth than a column of its own
        order = sorted(columns, key=lambda field: (field == "quantity", columns[field]))
        self._plan = [
            (
                columns[field],
                field,
                self._take_regional if field.startswith("IN-") else takers.get(field, self._take_text),
            )
            for field in order
        ]
        self._name_at = columns.get("name")

    def parse(self, raw: RawRow) -> ParsedRow:
        """Facts of one row. Never raises."""
        cells: Sequence[str] = raw.cells
        row = ParsedRow(raw.row_number)
        if len(cells) != self._width:
            fitted = self._fitted(row, cells)
            if fitted is None:
                return row
            cells = fitted
        named = False
        for index, field, take in self._plan:
            text = cells[index]
            if not text:
                continue
            text = text.strip()
            if not text:
                continue
            if text[0] == "'" and (quoted := text_in(text)) is not None:
                named = named or field == "name"
                self._as_it_stands = True
                take(row, field, quoted.strip())
                self._as_it_stands = False
                continue
            if text[0] in _GUARDS:
                text = self._unguarded(row, field, text)
                if not text:
                    continue
            take(row, field, text)
        name = row.name
        if row.barcode is None and (name is None or (not named and self._is_odd(row, name))):
            return self._without_identity(row, cells)
        if name is not None and self._name_at is not None and self._is_heading(cells, name):
            return ParsedRow(raw.row_number, "section")
        mrp, price = row.mrp, row.selling_price
        if mrp is not None and price is not None and price > mrp:
            _error(row, "selling_price", "PRICE_ABOVE_MRP", str(price), price=str(price), mrp=str(mrp))
        return row

    # -- rows that are no items, and rows of the wrong width

    def _is_odd(self, row: ParsedRow, name: str) -> bool:
        """May be a total or a section: looked at only where there is no barcode."""
        return len(vars(row)) == 2 or (len(name) < LONGEST_TOTAL and is_total(name))

    def _is_heading(self, cells: Sequence[str], name: str) -> bool:
        at = self._name_at
        if at is None or at >= len(self._headings) or name != self._headings[at].strip():
            return False
        return [cell.strip() for cell in cells][: len(self._headings)] == [head.strip() for head in self._headings]

    def _without_identity(self, row: ParsedRow, cells: Sequence[str]) -> ParsedRow:
        filled = [(at, cell.strip()) for at, cell in enumerate(cells) if cell.strip()]
        if not filled:
            return ParsedRow(row.row_number, "blank")
        at, first = filled[0]
        if is_total(row.name or first) or (row.name is None and is_total(first)):
            return ParsedRow(row.row_number, "total")
        if row.name and self._is_heading(cells, row.name):
            return ParsedRow(row.row_number, "section")
        if len(filled) == 1 and self._is_section(at, first):
            return ParsedRow(row.row_number, "section")
        if row.name is None and not row.errors:
            _error(row, "name", "NAME_MISSING", "")
        return row

    def _is_section(self, at: int, text: str) -> bool:
        """One lone cell: a name is enough for an item, anything else (or an ornamented name) is a heading."""
        if at != self._name_at:
            return len(self._columns) > 1 and not any(map(str.isdigit, text[:1]))
        return len(self._columns) >= 3 and _DECORATED.fullmatch(text) is not None

    def _fitted(self, row: ParsedRow, cells: Sequence[str]) -> Sequence[str] | None:
        """`cells` made as many as there are headings; None when the row is done with."""
        width = self._width
        filled = [at for at, cell in enumerate(cells) if cell.strip()]
        if not filled:
            row.kind = "blank"
            return None
        if len(cells) > width:
            if filled[-1] < width:
                return cells[:width]
            if joined := self._rejoined(cells):
                _warning(row, "", "FIELDS_REJOINED", joined[1])
                return joined[0]
            text = self._delimiter.join(cells)
            _error(row, "", "TOO_MANY_FIELDS", text, cells=len(cells), width=width, delimiter=self._delimiter)
            self._keep_identity(row, cells)
            return None
        padded = [*cells, *[""] * (width - len(cells))]
        missing = [field for field, at in self._columns.items() if at >= len(cells)]
        if len(cells) < self._fewest and missing and len(filled) > 1 and not self._is_total(cells):
            text = self._delimiter.join(cells)
            _error(row, "", "TOO_FEW_FIELDS", text, cells=len(cells), width=width, fields=",".join(missing))
            self._keep_identity(row, padded)
            return None
        return padded

    def _is_total(self, cells: Sequence[str]) -> bool:
        return any(is_total(cell.strip()) for cell in cells[:3] if cell.strip() and not cell.strip().isdigit())

    def _keep_identity(self, row: ParsedRow, cells: Sequence[str]) -> None:
        """Name and barcode of a row that can't be used, so that its line in the report tells what it was."""
        for field, take in (("name", self._take_name), ("barcode", self._take_barcode)):
            at = self._columns.get(field)
            if at is not None and at < len(cells) and cells[at].strip():
                scratch = ParsedRow(row.row_number)
                take(scratch, field, cells[at].strip())
                row.name = scratch.name if field == "name" else row.name
                if scratch.barcode:
                    row.barcode = scratch.barcode

    def _rejoined(self, cells: Sequence[str]) -> tuple[list[str], str] | None:
        """The one cell that commas without quotes had split, put together so that all others fit their columns."""
        more = len(cells) - self._width
        doubtful: tuple[list[str], str] | None = None
        for field in _REJOINABLE:
            at = self._columns.get(field)
            if at is None or at + more >= len(cells):
                continue
            piece = self._delimiter.join(cells[at : at + more + 1])
            if field in _NUMERIC and not _GROUPED.fullmatch(piece.strip()):
                continue
            joined = [*cells[:at], piece, *cells[at + more + 1 :]]
            if not self._fits(joined):
                continue
            if field in _NUMERIC or not any(map(str.isdigit, cells[at + 1 : at + more + 1])):
                return joined, piece
            doubtful = doubtful or (joined, piece)  # "Ghee,11" may be the name, or 11,250 the price
        return doubtful

    def _fits(self, cells: Sequence[str]) -> bool:
        for field, at in self._columns.items():
            text = ascii_digits(cells[at].strip())
            if not text or text == CLEAR:
                continue
            if field in _NUMERIC and not _NUMBER.fullmatch(text):
                return False
            if field == "barcode" and sum(map(str.isdigit, text)) < 6:
                return False
            if field == "image_url" and "/" not in text:
                return False
            if field == "name" and not any(map(str.isalpha, text)):
                return False
        return True

    # -- cells

    def _unguarded(self, row: ParsedRow, field: str, text: str) -> str:
        """Without the marks that keep a spreadsheet from changing a cell; "" when it holds a spreadsheet's
        error.
        """
        first = text[0]
        if first in "#eE":
            if is_error_value(text):
                tell = _warning if field in ("description", "notes") else _error
                tell(row, field, "SPREADSHEET_ERROR_VALUE", text)
                return ""
            return text
        if first == "=" and (found := _EXCEL_TEXT.fullmatch(text)):
            return found[1].replace('""', '"').strip()
        return text

    def _take_name(self, row: ParsedRow, field: str, text: str) -> None:
        name = self._cleaned(row, field, text)
        if not name or (len(name) < 5 and name.lower() in NOTHING and not self._as_it_stands):
            return
        if len(name) > NAME_LIMIT:
            _error(row, field, "NAME_TOO_LONG", name, most=CATALOG_NAME_LIMIT)
            name = name[:NAME_LIMIT]
        elif looks_like_kruti_dev(name):
            _warning(row, field, "NAME_LEGACY_FONT", name)
        row.name = name

    def _cleaned(self, row: ParsedRow, field: str, text: str) -> str:
        name = nfc(text) if self._as_it_stands else self._mended(row, field, text)
        if name and name[0] in _LIVE_FIRST and _FORMULA.match(name) and looks_live(name):
            _warning(row, field, "FORMULA_TEXT", name)
        return name

    def _mended(self, row: ParsedRow, field: str, text: str) -> str:
        if not text.isascii() and (mended := mend(text)) is not text:
            if nfc(mended) != nfc(text.replace("\u00c2\u00a0", " ")):  # a stray "Â" before a space is no news
                _warning(row, field, "NAME_REPAIRED", text, text=nfc(mended)[:80])
            text = mended
        name = nfc(text)
        if "<" in name or "&" in name:
            bare = without_html(name)
            if bare is not name:
                if "<" in name:
                    _warning(row, field, "NAME_HTML_REMOVED", name, text=bare[:80])
                name = bare
        return name

    def _take_text(self, row: ParsedRow, field: str, text: str) -> None:
        if self._as_it_stands:
            if stands := nfc(text)[:TEXT_LIMIT]:
                setattr(row, field, stands)
            return
        if text == CLEAR:
            row.clear = (*row.clear, field)
            return
        clean = self._texts.get(text)
        if clean is None:
            before = len(row.warnings)
            clean = self._cleaned(row, field, text)[:TEXT_LIMIT]
            if len(clean) < 5 and clean.lower() in NOTHING:
                clean = ""
            if len(text) < 100 and len(row.warnings) == before:
                if len(self._texts) > 5_000:
                    self._texts.clear()
                self._texts[text] = clean
        if clean:
            setattr(row, field, clean)

    def _take_url(self, row: ParsedRow, field: str, text: str) -> None:
        if text == CLEAR:
            row.clear = (*row.clear, field)
        elif text.startswith(("https://", "http://")) and len(text) <= 2_000:
            row.image_url = text

    def _take_regional(self, row: ParsedRow, field: str, text: str) -> None:
        if text == CLEAR and not self._as_it_stands:
            row.clear = (*row.clear, field)
        elif name := self._cleaned(row, field, text)[:NAME_LIMIT]:
            row.regional_names = {**row.regional_names, field: name}

    def _take_barcode(self, row: ParsedRow, field: str, text: str) -> None:
        code = read_barcode(text)
        if code.gtin is not None:
            row.barcode = code.gtin
        if code.others:
            row.other_barcodes = code.others
        if code.local:
            row.local_code = code.local
        if code.error:
            row.errors = (*row.errors, code.error)
        if code.warning:
            row.warnings = (*row.warnings, code.warning)

    def _take_net_quantity(self, row: ParsedRow, field: str, text: str) -> None:
        if self._says_nothing(row, field, text):
            return
        try:
            row.net_quantity = parse_net_quantity(text)
        except BadQuantity as bad:
            if looks_like_a_date(text) and not self._as_it_stands:
                _error(row, field, "QUANTITY_IS_A_DATE", text)
                return
            _warning(row, field, "NET_QUANTITY_UNREAD", text, kind=_SIZE_KINDS.get(bad.code, ""))
        row.net_quantity_text = nfc(text)[:SIZE_LIMIT]

    def _take_pack_count(self, row: ParsedRow, field: str, text: str) -> None:
        if self._says_nothing(row, field, text):
            return
        digits = re.sub(r"\D*(\d{1,5})(?:\.0+)?\D*", r"\1", ascii_digits(text))
        if digits.isdigit() and 0 < int(digits) <= 10_000:
            row.pack_count = int(digits)
        else:
            _error(row, field, "NOT_A_NUMBER", text, kind="pieces")

    def _take_money(self, row: ParsedRow, field: str, text: str) -> None:
        if _PLAIN_MONEY(text) and text.isascii():
            amount = Decimal(text).quantize(_PAISA)
        elif self._says_nothing(row, field, text):
            return
        else:
            try:
                amount = parse_rupees(self._with_point(text))
            except BadMoney as bad:
                _error(row, field, bad.code, text, kind="price", most=str(MAX_RUPEES))
                return
        if not amount and field == "mrp":
            return  # billing software writes 0 for "no MRP"
        setattr(row, field, amount)

    def _take_quantity(self, row: ParsedRow, field: str, text: str) -> None:
        if self._says_nothing(row, field, text):
            return
        sign = text[0] if text[0] in "+-=\u2212" else ""
        try:
            amount, unit = parse_stock(self._with_point(text[1:].strip() if sign else text))
        except BadQuantity as bad:
            _error(row, field, bad.code, text, kind="quantity", most=str(MAX_STOCK))
            return
        if unit:
            row.unit = unit
        if amount < 0 and sign != "=":
            _error(row, field, "NOT_A_NUMBER", text, kind="sign")
        elif amount < 0 and not self._as_it_stands:  # our own export says so of stock that was sold below zero
            _error(row, field, "NEGATIVE_QUANTITY", text)
        elif not sign:
            row.quantity = StockChange(self._mode, amount)
        elif sign == "=":
            row.quantity = StockChange("set", amount)
        else:
            row.quantity = StockChange("add", amount if sign == "+" else -amount)

    def _take_reorder_level(self, row: ParsedRow, field: str, text: str) -> None:
        amount = self._figure(row, field, text)
        if amount is None:
            return
        if amount < 0:
            _error(row, field, "NEGATIVE_QUANTITY", text, kind="reorder")
        else:
            row.reorder_level = amount

    def _take_box_of(self, row: ParsedRow, field: str, text: str) -> None:
        amount = self._figure(row, field, text)
        if amount is None:
            return
        if amount > 0:
            row.box_of = amount
        else:
            _error(row, field, "NOT_A_NUMBER", text, kind="pieces")

    def _figure(self, row: ParsedRow, field: str, text: str) -> Decimal | None:
        """A quantity, whatever its sign; None where the cell says nothing or none, of which the row is told."""
        if self._says_nothing(row, field, text):
            return None
        try:
            return parse_stock(self._with_point(text))[0]
        except BadQuantity as bad:
            _error(row, field, bad.code, text, kind="quantity", most=str(MAX_STOCK))
            return None

    def _take_unit(self, row: ParsedRow, field: str, text: str) -> None:
        if self._says_nothing(row, field, text):
            return
        unit = _unit(text)
        if unit is None:
            _warning(row, field, "UNIT_UNKNOWN", text)
        else:
            row.unit = unit

    def _take_hsn(self, row: ParsedRow, field: str, text: str) -> None:
        if self._says_nothing(row, field, text):
            return
        found = read_hsn(text)
        if found is None:
            _warning(row, field, "HSN_UNREAD", text)
            return
        row.hsn_code, restored = found
        if restored:
            _warning(row, field, "HSN_ZERO_RESTORED", text, hsn=found[0])

    def _take_gst(self, row: ParsedRow, field: str, text: str) -> None:
        if self._says_nothing(row, field, text):
            return
        rate = read_gst(text)
        if rate is None:
            _warning(row, field, "GST_UNREAD", text)
            return
        row.gst_rate = rate
        if rate in GST_ENDED:
            _warning(row, field, "GST_SLAB_ENDED", text, rate=str(rate))

    def _take_fssai(self, row: ParsedRow, field: str, text: str) -> None:
        if self._says_nothing(row, field, text):
            return
        digits = ascii_digits(text).replace(" ", "").replace("-", "").removesuffix(".0")
        if re.fullmatch(r"\d(?:\.\d+)?e\+?\d+", digits, re.IGNORECASE):
            _error(row, field, "FSSAI_SCIENTIFIC_NOTATION", text)
        elif re.fullmatch(r"\d{14}", digits):
            row.fssai = digits
        else:
            _warning(row, field, "FSSAI_UNREAD", text)

    def _take_expiry(self, row: ParsedRow, field: str, text: str) -> None:
        if self._says_nothing(row, field, text):
            return
        found = read_day(text)
        if found is None:
            _error(row, field, "IMPOSSIBLE_DATE", text)
            return
        row.expiry_date = found.day
        if found.guess:
            code = "DATE_MONTH_ONLY" if found.guess == "month_only" else "DATE_MONTH_FIRST"
            _warning(row, field, code, text, date=f"{found.day:%d/%m/%Y}")

    def _says_nothing(self, row: ParsedRow, field: str, text: str) -> bool:
        """NA and the like keep what is there; CLEAR erases it."""
        if len(text) > 5 or self._as_it_stands:
            return False
        if text == CLEAR:
            row.clear = (*row.clear, field)
            return True
        return text.lower() in NOTHING

    def _with_point(self, text: str) -> str:
        if self._decimal_comma and "," in text and (found := _DECIMAL_COMMA.fullmatch(text)):
            return f"{found[1].replace('.', '')}.{found[2]}{found[3]}"
        return text


def parse_rows(
    rows: Iterable[RawRow], mapping: ColumnMapping, dialect: Dialect | None = None, *, mode: Mode = "set"
) -> Iterator[ParsedRow]:
    """The rows of one chunk as facts, in their order."""
    return map(RowParser(mapping, dialect, mode=mode).parse, rows)


def parse_row(raw: RawRow, mapping: ColumnMapping, dialect: Dialect | None = None, *, mode: Mode = "set") -> ParsedRow:
    """One row alone; `parse_rows` is several times faster for many."""
    return RowParser(mapping, dialect, mode=mode).parse(raw)


@lru_cache(maxsize=1024)
def _unit(text: str) -> StockUnit | None:
    try:
        return parse_stock(f"1 {text}")[1]
    except BadQuantity:
        return None


def _error(row: ParsedRow, field: str, code: str, value: str, **words: str | int) -> None:
    row.errors = (*row.errors, RowError(field, code, value[:100], words))


def _warning(row: ParsedRow, field: str, code: str, value: str, **words: str | int) -> None:
    row.warnings = (*row.warnings, RowError(field, code, value[:100], words))
