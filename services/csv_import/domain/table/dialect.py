"""How a file is written, told from its first kilobytes: encoding, delimiter, quotes, heading line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any, Final, Literal, Self

from services.csv_import.domain.columns import recognise
from services.csv_import.domain.problems import FileProblem
from services.csv_import.domain.table.lines import Grammar, Lines, batches, byte_lines, wide_lines
from shared.kernel.text import ascii_digits

Encoding = Literal["utf-8", "cp1252", "utf-16-le", "utf-16-be"]

SIZE_LIMIT: Final = 1_000_000_000
"""Bytes in a file."""
HEAD_SIZE: Final = 262_144
"""Bytes that `sniff` should be given; fewer only when the file is smaller."""

_DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE: Final = 300
_HEADING_WITHIN: Final = 40
_SEP = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)
_FIGURE = re.compile(r"[-+=₹]?\s*(?:rs\.?)?\s*\d[\d,.\s/:-]*%?(?:e\+?\d+)?", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"\d{1,3}(?:\.\d{3})*,\d{1,2}|\d+,\d{1,2}")
_DECIMAL_POINT = re.compile(r"\d[\d,]*\.\d{1,2}")
_OURS: Final[tuple[Encoding, int]] = ("utf-8", 0)
_FOREIGN: Final = (
    (b"PK\x03\x04", "Excel, XLSX"),
    (b"\xd0\xcf\x11\xe0", "Excel, XLS"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "GZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"SQLite", "SQLite"),
    (b"{\\rtf", "RTF"),
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read a file.

    `encoding`: utf-8 and cp1252 are read alike, line by line UTF-8 else Windows-1252; cp1252 says the head
    needed it. `bom`: its bytes. `quotes`: a leading double quote quotes; else it is an inch mark. `columns`:
    width of the table; `fewest`: cells below which a row is too short. `header`: the headings, or None.
    `data_start`: byte at which the rows under the heading begin; `first_row`: row number, as a spreadsheet
    shows it, of the first of them. `exact`: a CSV that we made of a sheet: quotes are never stray, and every
    row is as wide as the table.
    """

    encoding: Encoding
    bom: int
    delimiter: str
    quotes: bool
    line_end: str
    decimal_comma: bool
    columns: int
    fewest: int
    header: tuple[str, ...] | None
    data_start: int
    first_row: int
    exact: bool = False

    @property
    def grammar(self) -> Grammar:
        # Where the width is not known, no quote is taken for a stray one.
        return Grammar(self.delimiter, self.quotes, 0 if self.exact else self.columns)

    @property
    def preamble(self) -> int:
        """Rows above the heading line (shop name, period, GSTIN ...)."""
        return max(0, self.first_row - 2)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        header = data["header"]
        return cls(**{**data, "header": None if header is None else tuple(header)})


def sniff(head: bytes, *, size: int, exact: bool = False) -> Dialect:
    """The dialect of a file of `size` bytes from its first HEAD_SIZE bytes. `exact`: it is a CSV that we made.

    Raises FileProblem EMPTY_FILE, NO_ROWS, NOT_A_TABLE or FILE_TOO_LARGE.
    """
    if size > SIZE_LIMIT:
        raise FileProblem("FILE_TOO_LARGE")
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xfe\xff"):
        raise FileProblem("EMPTY_FILE")
    if not exact:
        _refuse_what_is_no_text(head)
    encoding, bom = _encoding(head) if not exact else _OURS
    whole = len(head) >= size
    if encoding.startswith("utf-16"):
        head = head[: len(head) - (len(head) - bom) % 2]
    blank = Dialect(encoding, bom, ",", True, _line_end(head, encoding), False, 0, 0, None, bom, 1, exact)
    start, delimiter = (0, ",") if exact else _sep_line(head, blank)
    blank = replace(blank, data_start=start)
    grammar = _grammar(head, blank, whole, delimiter)
    blank = replace(blank, delimiter=grammar.delimiter, quotes=grammar.quotes, columns=grammar.columns)
    records = list(islice(_records(head, blank, whole), _SAMPLE))
    rows = [[cell.strip() for cell in row] for row, _ in records]
    at = _heading_at(rows, grammar.columns)
    header = None if at is None else tuple(_without_blank_end(rows[at], grammar.columns))
    below = rows if at is None else rows[at + 1 :]
    if whole and not any(map(any, below)):
        if at is None and not any(map(any, rows)):
            raise FileProblem("EMPTY_FILE")
        raise FileProblem("NO_ROWS")
    skipped = 0 if at is None else at + 1
    columns = grammar.columns if header is None else len(header)
    return replace(
        blank,
        decimal_comma=_decimal_comma(below),
        columns=columns,
        fewest=_fewest(below, columns),
        header=header,
        data_start=start + sum(length for _, length in records[:skipped]),
        first_row=skipped + 1,
    )


def sample(head: bytes, dialect: Dialect, *, size: int, rows: int = _SAMPLE) -> list[list[str]]:
    """The first rows under the heading line, for `map_columns`."""
    return [row for row, _ in islice(_records(head, dialect, len(head) >= size), rows)]


def _refuse_what_is_no_text(head: bytes) -> None:
    if head.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in head:
        raise FileProblem("NOT_A_TABLE", "password")
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise FileProblem("NOT_A_TABLE", "format", format=what)
    begin = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if re.match(rb"<(?:!doctype|\?xml|html|table|head|body|meta|style)", begin):
        raise FileProblem("NOT_A_TABLE", "format", format="HTML, XML")
    if re.match(rb"(?:\{|\[\s*\{)\s*\"", begin):
        raise FileProblem("NOT_A_TABLE", "format", format="JSON")


def _encoding(head: bytes) -> tuple[Encoding, int]:
    if head.startswith(b"\xef\xbb\xbf"):
        return ("utf-8" if _is_utf8(head[3:]) else "cp1252"), 3
    if head.startswith(b"\xff\xfe"):
        return "utf-16-le", 2
    if head.startswith(b"\xfe\xff"):
        return "utf-16-be", 2
    look = head[:8192]
    even, odd = look[::2].count(0), look[1::2].count(0)
    if max(even, odd) > len(look) * 0.1:
        if odd > 10 * even:
            return "utf-16-le", 0
        if even > 10 * odd:
            return "utf-16-be", 0
        raise FileProblem("NOT_A_TABLE")
    controls = sum(look.count(code) for code in (*range(1, 9), *range(14, 27), 28, 29, 30, 31, 127))
    if controls > len(look) * 0.05:
        raise FileProblem("NOT_A_TABLE")
    return ("utf-8" if _is_utf8(head) else "cp1252"), 0


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3 and error.reason == "unexpected end of data"
    return True


def _line_end(head: bytes, encoding: Encoding) -> str:
    """The usual one; reading knows all three in any mixture."""
    text = head.decode(encoding, "replace") if encoding.startswith("utf-16") else head.decode("latin-1")
    pairs = text.count("\r\n")
    ends = {"\r\n": pairs, "\n": text.count("\n") - pairs, "\r": text.count("\r") - pairs}
    return max(ends, key=lambda end: ends[end])


def _lines(data: bytes, dialect: Dialect) -> Iterator[list[str]]:
    if dialect.encoding.startswith("utf-16"):
        return wide_lines([data], dialect.encoding)
    return byte_lines([data])


def _records(head: bytes, dialect: Dialect, whole: bool) -> Iterator[tuple[list[str], int]]:
    """Decoded records of the head from `data_start` on, and the bytes each takes. One cut off by its end is
    left out.
    """
    wide = dialect.encoding.startswith("utf-16")
    source = Lines(_lines(head[dialect.data_start :], dialect))
    before: tuple[list[str], int] | None = None
    for rows, held, _ in batches(source, dialect.grammar, 1):
        length = sum(len(line.encode(dialect.encoding, "surrogatepass")) if wide else len(line) for line in held)
        if before:
            yield before
        before = (rows[0] if wide else [decode(cell) for cell in rows[0]]), length
    if before and whole:
        yield before


def decode(cell: str) -> str:
    """A cell that was read one character a byte: its UTF-8 text, else its Windows-1252 text."""
    if cell.isascii():
        return cell.replace("\x00", "")
    return decode_bytes(cell.encode("latin-1"))


def decode_bytes(raw: bytes) -> str:
    """A line as UTF-8, else Windows-1252 (its five unused bytes as Latin-1), so that one bad line spoils no other."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _sep_line(head: bytes, dialect: Dialect) -> tuple[int, str | None]:
    """Excel's hint line `sep=;`: bytes before the table, and the delimiter it names. No spreadsheet counts it a row."""
    first = next((lines[0] for lines in _lines(head[dialect.bom :], dialect) if lines), "")
    if found := _SEP.match(first):
        wide = 2 if dialect.encoding.startswith("utf-16") else 1
        return dialect.bom + len(first) * wide, found[1]
    if first.strip().lower() == "sep=":  # the tab itself was the delimiter and got stripped
        wide = 2 if dialect.encoding.startswith("utf-16") else 1
        return dialect.bom + len(first) * wide, "\t"
    return dialect.bom, None


def _grammar(head: bytes, dialect: Dialect, whole: bool, named: str | None) -> Grammar:
    """The delimiter (and trust in quotes) under which rows are most alike and headings best known."""
    best: tuple[float, Grammar] = (-1.0, Grammar(named or ","))
    for delimiter in [named] if named else _DELIMITERS:
        for quotes in (True,) if dialect.exact else (True, False):
            tried = replace(dialect, delimiter=delimiter, quotes=quotes)
            rows = [row for row, _ in islice(_records(head, tried, whole), _SAMPLE)]
            filled = [row for row in rows if any(map(str.strip, row))]
            widths = Counter(map(len, filled))
            shared = [(count, width) for width, count in widths.items() if width > 1]
            if not shared:
                continue
            count, width = max(shared)
            known = max((_known(row) for row in filled[:_HEADING_WITHIN]), default=0)
            score = count / len(filled) + min(width, 20) * 0.01 + min(known, 3) * 0.15 + (0.02 if quotes else 0)
            if not quotes:  # worth believing only if quotes tear rows: fewer of them come out whole
                score -= 0.02
            if score > best[0] + 1e-9:
                best = score, Grammar(delimiter, quotes, width)
    grammar = best[1] if best[0] >= 0 else Grammar(named or ",", True, 1)
    if dialect.exact:
        return grammar
    return replace(grammar, quotes=False) if grammar.quotes and _never_quoted(head, dialect, grammar) else grammar


def _never_quoted(head: bytes, dialect: Dialect, grammar: Grammar) -> bool:
    """Cells begin with a quote and none ends with one: inch marks, or a program that knows no quoting."""
    text = head.decode(dialect.encoding, "replace") if "16" in dialect.encoding else head.decode("latin-1")
    part = re.escape(grammar.delimiter)
    opened = len(re.findall(rf'(?:^|[{part}\r\n])"', text))
    return opened >= 3 and not re.search(rf'(?:^|[{part}\r\n])"[^"]*(?:""[^"]*)*"(?=[{part}\r\n]|$)', text)


def _known(row: Sequence[str]) -> int:
    return sum(1 for cell in row if (known := recognise(cell.strip())) and known.sure >= 0.9 and known.means)


def _is_figure(cell: str) -> bool:
    return bool(_FIGURE.fullmatch(ascii_digits(cell).lower().strip("'\"")))


def _heading_at(rows: Sequence[Sequence[str]], columns: int) -> int | None:
    """Index of the heading line among the first rows, or None."""
    best: tuple[float, int] | None = None
    for at, row in enumerate(rows[:_HEADING_WITHIN]):
        filled = [cell for cell in row if cell]
        if not filled or any(map(_is_figure, filled)):
            continue
        known = _known(row)
        enough = known >= 2 or (known == 1 and (len(filled) == 1 == columns or (known / len(filled) >= 0.3 and at < 5)))
        if enough and len(filled) > columns * 0.3 and (best is None or known > best[0]):
            best = known, at
    if best:
        return best[1]
    return _unknown_heading_at(rows, columns)


def _unknown_heading_at(rows: Sequence[Sequence[str]], columns: int) -> int | None:
    """A first full row of words over columns of figures is a heading line, though we know none of its words."""
    for at, row in enumerate(rows[:_HEADING_WITHIN]):
        if sum(1 for cell in row if cell) < max(2, columns * 0.6):
            continue
        if any(map(_is_figure, filter(None, row))):
            return None
        below = [other for other in rows[at + 1 :] if any(other)]
        for index in range(min(columns, len(row))):
            figures = [_is_figure(other[index]) for other in below if index < len(other) and other[index]]
            if row[index] and figures and sum(figures) >= 0.8 * len(figures):
                return at
        return None
    return None


def _without_blank_end(row: Sequence[str], columns: int) -> list[str]:
    cells = list(row)
    while len(cells) > columns and not cells[-1]:
        cells.pop()
    return cells


def _decimal_comma(rows: Sequence[Sequence[str]]) -> bool:
    commas = sum(1 for row in rows for cell in row if "," in cell and _DECIMAL_COMMA.fullmatch(cell))
    points = sum(1 for row in rows for cell in row if "." in cell and _DECIMAL_POINT.fullmatch(cell))
    return commas > points


def _fewest(rows: Sequence[Sequence[str]], columns: int) -> int:
    """Exporters that leave out blank cells at the end make most rows short; then short is no fault."""
    widths = [len(row) for row in rows if any(row)]
    if not widths:
        return columns
    usual = Counter(widths).most_common(1)[0][0]
    return min(usual, columns) if widths.count(usual) >= 0.6 * len(widths) and len(widths) >= 5 else columns
