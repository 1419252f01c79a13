"""What was written is read again, whatever wrote it: the whole way from bytes to cells, cut anywhere."""

from __future__ import annotations

import csv
import html
import io
from typing import Any, Final

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.unit.csv_import.builders import rows_of
from tests.unit.csv_import.workbooks import saved

HEADINGS: Final = ("name", "barcode", "mrp", "qty", "brand", "category")

# No word that is a heading can be made of it: two heading lines would be doubtful to a person too.
LETTERS: Final = "xz17 आ₹½é–,;|\t\"'=+-.\u2028\x85़"
WESTERN: Final = "xz17 ½é–ñ,;|\t\"'=+-."
CELL = st.text(st.sampled_from(LETTERS + "\n"), max_size=8)


@st.composite
def tables(draw: st.DrawFn, cell: st.SearchStrategy[str]) -> list[list[str]]:
    """Headings and 1 to 12 rows under them, of which one at least holds something."""
    width = draw(st.integers(3, len(HEADINGS)))
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=12))
    assume(any(c.strip() for row in rows for c in row))
    return [list(HEADINGS[:width]), *rows]


def is_told(rows: list[list[str]], delimiter: str) -> bool:
    """A cell of several lines in which a delimiter stands may be rows that a stray quote has eaten: not even a person
    can tell them apart."""
    return not any(delimiter in cell and "\n" in cell for row in rows for cell in row)


def written(rows: list[list[str]], delimiter: str, quoting: Any, end: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    return out.getvalue()


def comes_back(data: bytes, rows: list[list[str]], per_chunk: int, block: int) -> None:
    dialect, found = rows_of(data, per_chunk=per_chunk, block=block)
    assert dialect.header == tuple(rows[0])
    assert [list(row.cells) for row in found] == rows[1:]
    assert [row.row_number for row in found] == list(range(2, len(rows) + 1))


CUT = {"per_chunk": st.integers(1, 5), "block": st.integers(1, 60)}
WAYS = {"delimiter": st.sampled_from(",;\t|"), "end": st.sampled_from(["\n", "\r\n", "\r"]), **CUT}


@settings(max_examples=150, deadline=None)
@given(
    rows=tables(CELL),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
    **WAYS,
)
def test_a_csv_in_unicode(
    rows: list[list[str]], quoting: int, encoding: str, delimiter: str, end: str, per_chunk: int, block: int
) -> None:
    assume(is_told(rows, delimiter))
    if end == "\r" and quoting == csv.QUOTE_MINIMAL:  # before Python 3.13 csv.writer then leaves a lone LF bare
        assume(not any("\n" in cell for row in rows for cell in row))
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    comes_back((mark + written(rows, delimiter, quoting, end)).encode(encoding), rows, per_chunk, block)


@settings(max_examples=150, deadline=None)
@given(rows=tables(st.text(st.sampled_from(WESTERN), max_size=8)), **WAYS)
def test_a_csv_in_windows_1252(rows: list[list[str]], delimiter: str, end: str, per_chunk: int, block: int) -> None:
    data = written(rows, delimiter, csv.QUOTE_MINIMAL, end).encode("cp1252")
    for line in data.splitlines():  # "Ã©" is what it looks like, or "é" in UTF-8: nothing tells which
        assume(line.isascii() or not is_utf8(line))
    comes_back(data, rows, per_chunk, block)


def is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


@settings(max_examples=150, deadline=None)
@given(
    # Who quotes nothing can't write delimiters; a quote at the begin of a cell would be one that quotes.
    rows=tables(st.text(st.sampled_from("xz17 आ½é='+-."), max_size=8)),
    encoding=st.sampled_from(["utf-8", "utf-16"]),
    **WAYS,
)
def test_a_csv_without_quotes(
    rows: list[list[str]], encoding: str, delimiter: str, end: str, per_chunk: int, block: int
) -> None:
    text = "".join(delimiter.join(row) + end for row in rows)
    comes_back(text.encode(encoding), rows, per_chunk, block)


# In a workbook blank is blank, however many spaces it has; rows behind the last with anything in it aren't there.
def of_a_sheet(rows: list[list[str]]) -> list[list[str]]:
    shown = [[cell if cell.strip() else "" for cell in row] for row in rows]
    while not any(shown[-1]):
        shown.pop()
    return shown


@settings(max_examples=60, deadline=None)
@given(rows=tables(CELL), **CUT)
@example([["name", "barcode", "mrp"], ["1,2,3\n4,5,6", '"', '"\n"']], 1, 1)
def test_a_workbook(rows: list[list[str]], per_chunk: int, block: int) -> None:
    book = Workbook()
    for at, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            cell = book.worksheets[0].cell(at, column)
            cell.value = text
            cell.data_type = "s"  # else "=1" would be a formula
    comes_back(saved(book), of_a_sheet(rows), per_chunk, block)


@settings(max_examples=60, deadline=None)
@given(
    figures=st.lists(
        st.one_of(
            st.integers(-(10**14), 10**14),
            # A spreadsheet shows and keeps fifteen digits.
            st.decimals(-(10**6), 10**6, places=4).map(float),
            st.decimals(0, 1, places=9).map(float),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_the_figures_of_a_workbook(figures: list[float]) -> None:
    book = Workbook()
    book.worksheets[0].append(["name", "mrp"])
    for figure in figures:
        book.worksheets[0].append(["x", figure])
    _, found = rows_of(saved(book))
    assert [float(row.cells[1]) for row in found] == figures
    assert not any("e" in row.cells[1].lower() or row.cells[1].endswith(".0") for row in found)


@settings(max_examples=150, deadline=None)
@given(
    rows=tables(CELL),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    closed=st.booleans(),
    **CUT,
)
def test_a_web_page(rows: list[list[str]], encoding: str, closed: bool, per_chunk: int, block: int) -> None:
    end = ("</td>", "</tr>") if closed else ("", "")
    lines = (f"<tr>{''.join(f'<td>{html.escape(cell)}{end[0]}' for cell in row)}{end[1]}" for row in rows)
    page = f"<html><table>{''.join(lines)}</table></html>"
    as_shown = [[" ".join(cell.split()) for cell in row] for row in rows]  # a browser joins white space
    comes_back(page.encode(encoding), of_a_sheet(as_shown), per_chunk, block)
