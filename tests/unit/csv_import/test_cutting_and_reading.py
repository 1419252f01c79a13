from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from services.csv_import.domain.problems import FileProblem
from services.csv_import.domain.table import cutting
from services.csv_import.domain.table.cutting import cut
from services.csv_import.domain.table.dialect import Dialect
from services.csv_import.domain.table.reading import RawRow, read
from tests.unit.csv_import.builders import chunks_of, dialect_of, raw_rows

PLAIN = Dialect("utf-8", 0, ",", True, "\n", False, 3, 3, ("a", "b", "c"), 6, 2)

CELL = st.text(st.sampled_from("ab1 आ₹,;|\t\"'\n\r½é़்\u2028\x85=.-"), max_size=8)


def is_unambiguous(rows: list[list[str]], delimiter: str) -> bool:
    """No line of a cell of several lines could be a row of its own: else even a person can't always tell."""
    return not any(delimiter in cell and ("\n" in cell or "\r" in cell) for row in rows for cell in row)


def written(rows: list[list[str]], delimiter: str, end: str, all_quoted: bool) -> str:
    """As Excel writes it. (csv.writer leaves a lone CR in a cell unquoted where LF ends the lines.)"""

    def quoted(cell: str) -> str:
        special = all_quoted or any(char in cell for char in ("\n", "\r", '"', delimiter))
        return '"' + cell.replace('"', '""') + '"' if special else cell

    return "".join(delimiter.join(map(quoted, row)) + end for row in rows)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]),
    all_quoted=st.booleans(),
    size=st.integers(1, 5),
    block=st.integers(1, 40),
)
@example([["a\r\nb", "", ""], ["", "x", "y"]], ",", "\r\n", "utf-8", False, 1, 1)
def test_what_was_written_is_read_again(
    rows: list[list[str]], delimiter: str, end: str, encoding: str, all_quoted: bool, size: int, block: int
) -> None:
    assume(is_unambiguous(rows, delimiter))
    data = written(rows, delimiter, end, all_quoted).encode(encoding)
    dialect = Dialect(encoding, 0, delimiter, True, end, False, 3, 3, None, 0, 1)  # type: ignore[arg-type]
    if not any(map(any, rows)):
        with pytest.raises(FileProblem, match="NO_ROWS"):
            chunks_of(data, dialect)
        return
    chunks = chunks_of(data, dialect, size, block)
    found = [row for chunk in chunks for row in read(data[chunk.start : chunk.end], dialect, chunk.first_row)]
    assert [list(row.cells) for row in found] == rows
    assert [row.row_number for row in found] == list(range(1, len(rows) + 1))


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(st.sampled_from('a1,"\n\r é'), max_size=80),
    size=st.integers(1, 4),
    block=st.integers(1, 30),
    columns=st.integers(1, 4),
)
def test_chunks_joined_are_one_whole_read_of_any_text(text: str, size: int, block: int, columns: int) -> None:
    data = text.encode()
    dialect = Dialect("utf-8", 0, ",", True, "\n", False, columns, columns, None, 0, 1)
    assume(any(char in text for char in "a1é"))
    chunks = chunks_of(data, dialect, size, block)
    assert [chunk.start for chunk in chunks] == [0, *(chunk.end for chunk in chunks[:-1])]
    assert chunks[-1].end == len(data)
    joined: list[RawRow] = []
    for chunk in chunks:
        rows = list(read(data[chunk.start : chunk.end], dialect, chunk.first_row))
        assert len(rows) == chunk.rows
        joined += rows
    assert joined == list(read(data, dialect, 1))


def test_a_stray_quote_spoils_its_own_row_only() -> None:
    lines = [f"{number},Item {number},{number}" for number in range(3_000)]
    lines[1_500] = '1500,"12 inch pan,1500'
    lines[2_200] = '2200,"Special rice,2200'
    data = ("code,name,mrp\n" + "\n".join(lines)).encode()
    rows = raw_rows(data, 700)
    assert len(rows) == 3_000
    assert rows[1_500].cells == ("1500", "12 inch pan", "1500")
    assert rows[1_501].cells == ("1501", "Item 1501", "1501")
    assert all(len(row.cells) == 3 for row in rows)


def test_a_stray_quote_that_never_closes_does_not_eat_the_file() -> None:
    lines = [f"{number},Item {number} of the long list of this shop,{number}" for number in range(60_000)]
    lines[10] = '10,"12 inch pan,10'
    data = ("code,name,mrp\n" + "\n".join(lines)).encode()
    dialect = dialect_of(data)
    assert sum(chunk.rows for chunk in chunks_of(data, dialect)) == 60_000


def test_a_stray_quote_among_properly_quoted_cells_does_not_eat_them() -> None:
    data = b'code,name,mrp\n1,"Rice, fine",5\n2,"12 inch pan,9\n3,"Dal, Toor",7\n4,Oil,8\n5,"Tea, ""Gold""",6\n'
    assert [row.cells[1] for row in raw_rows(data)] == ["Rice, fine", "12 inch pan", "Dal, Toor", "Oil", 'Tea, "Gold"']


def test_inch_marks_inside_cells_are_text() -> None:
    data = b'code,name,mrp\n1,Pan 12",5\n2,Pan 10" deep,9\n3,Tawa 9",7\n'
    assert [row.cells[1] for row in raw_rows(data)] == ['Pan 12"', 'Pan 10" deep', 'Tawa 9"']


def test_a_cell_of_several_lines_stays_one_cell_though_its_lines_hold_commas() -> None:
    data = (
        b'code,name,about,mrp\n1,"Soap, white","Soft, gentle\nand kind, to skin, always",40\n'
        b'2,Oil,"Pure\n\n""Cold"" pressed",90\n'
    )
    rows = raw_rows(data)
    assert [row.cells[3] for row in rows] == ["40", "90"]
    assert rows[1].cells[2] == 'Pure\n\n"Cold" pressed'
    assert [row.row_number for row in rows] == [2, 3]


def test_a_long_line_in_pieces_is_one_line() -> None:
    data = b"a,b,c\n" + b"x" * 100_000 + b",2,3\n4,5,6\n"
    chunks = list(cut((data[at : at + 1_000] for at in range(0, len(data), 1_000)), PLAIN))
    assert [(chunk.start, chunk.end, chunk.rows) for chunk in chunks] == [(6, len(data), 2)]


def test_a_file_without_line_ends_is_refused_before_it_fills_the_memory() -> None:
    seen = 0

    def endless() -> Iterator[bytes]:
        nonlocal seen
        while True:
            seen += 1
            yield b"x" * 1_000_000

    with pytest.raises(FileProblem, match="NOT_A_TABLE"):
        list(cut(endless(), PLAIN))
    assert seen < 15


def test_a_cell_of_megabytes_is_refused_by_name() -> None:
    text = "word " * 40 + "\n"
    data = ('a,b,c\n1,"' + text * 8_000 + '",3\n').encode()
    with pytest.raises(FileProblem, match="1 MB") as caught:
        list(cut([data], PLAIN))
    assert caught.value.code == "FILE_TOO_LARGE"


def test_a_thousand_columns_are_too_many() -> None:
    with pytest.raises(FileProblem, match="columns"):
        list(cut([b"a,b,c\n" + b"," * 1_500 + b"x\n"], PLAIN))


def test_over_the_limit_of_rows_a_file_is_refused_early(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cutting.ROWS_LIMIT == 5_000_000
    monkeypatch.setattr(cutting, "ROWS_LIMIT", 5_000)
    seen = 0

    def blocks() -> Iterator[bytes]:
        nonlocal seen
        for _ in range(100):
            seen += 1
            yield b"1,2,3\n" * 1_000

    assert sum(chunk.rows for chunk in cut([b"a,b,c\n" + b"1,2,3\n" * 5_000], PLAIN)) == 5_000
    with pytest.raises(FileProblem, match="5,000,000"):
        list(cut(blocks(), PLAIN))
    assert seen < 10


def test_blank_lines_alone_are_no_rows() -> None:
    with pytest.raises(FileProblem, match="NO_ROWS"):
        list(cut([b"a,b,c\n,,\n\n,,\n"], PLAIN))


def test_mixed_line_ends_are_all_line_ends() -> None:
    dice = random.Random(3)
    data = b"a,b,c" + b"".join(f"{dice.choice(chr(10) + chr(13))}{n},x,y".encode() for n in range(500))
    dialect = dialect_of(data)
    rows = [row for chunk in chunks_of(data, dialect, 7, 11) for row in read(data[chunk.start : chunk.end], dialect, 1)]
    assert len(rows) == 500
