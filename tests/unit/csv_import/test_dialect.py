from __future__ import annotations

import json

import pytest

from services.csv_import.domain.problems import FILE_CODES, FileProblem
from services.csv_import.domain.table.dialect import SIZE_LIMIT, Dialect, sniff
from tests.unit.csv_import.builders import dialect_of, raw_rows

ROWS = [["barcode", "name", "mrp", "qty"], ["8901000001016", "Atta, 5 kg", "285", "12"]] + [
    ["8901000002020", f"बेसन {number} g", "65", "8"] for number in range(20)
]


def written(delimiter: str, end: str = "\n") -> str:
    return "".join(delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) + end for row in ROWS)


def problem(data: bytes, size: int | None = None) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        sniff(data, size=len(data) if size is None else size)
    assert caught.value.code in FILE_CODES
    return caught.value


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_told_by_consistent_columns(delimiter: str, end: str) -> None:
    dialect = dialect_of(written(delimiter, end).encode())
    assert (dialect.delimiter, dialect.line_end, dialect.header, dialect.columns) == (
        delimiter, end, ("barcode", "name", "mrp", "qty"), 4,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "mark", "family"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
    ],
)
def test_the_encoding_is_told_with_or_without_a_byte_order_mark(encoding: str, mark: bytes, family: str) -> None:
    data = mark + written("\t").encode(encoding)
    dialect = dialect_of(data)
    assert (dialect.encoding, dialect.bom) == (family, len(mark))
    assert [list(row.cells) for row in raw_rows(data)] == ROWS[1:]


def test_one_windows_1252_line_leaves_the_utf8_lines_alone() -> None:
    data = "name,mrp\nआटा,285\n".encode() + "Nestlé “Gold” – ½ kg,90\n".encode("cp1252") + "बेसन,65\n".encode()
    assert dialect_of(data).encoding == "cp1252"
    assert [row.cells[0] for row in raw_rows(data)] == ["आटा", "Nestlé “Gold” – ½ kg", "बेसन"]


def test_nul_bytes_are_dropped() -> None:
    assert raw_rows(b"name,mrp\nAt\x00ta,2\x0085\nBesan,65\n")[0].cells == ("Atta", "285")


def test_a_head_that_ends_inside_a_letter_is_still_utf8() -> None:
    data = written(",").encode()
    for end in range(len(data) - 40, len(data)):
        assert sniff(data[:end], size=10**6).encoding == "utf-8"


def test_a_sep_line_names_the_delimiter_and_is_no_row() -> None:
    data = b"sep=;\r\nname;mrp\r\nAtta, fine;285\r\n"
    assert dialect_of(data).header == ("name", "mrp")
    assert raw_rows(data)[0] == (2, ("Atta, fine", "285"))


def test_report_lines_above_the_headings_are_skipped_and_counted() -> None:
    data = b"Shree Ganesh Stores\nGSTIN: 27AAAPL1234C1ZV,,,\nPeriod 1-4-2026 to 31-3-2027\n\n"
    dialect = dialect_of(data + written(",").encode())
    assert (dialect.header, dialect.preamble, dialect.first_row) == (("barcode", "name", "mrp", "qty"), 4, 6)


def test_a_file_of_figures_has_no_heading_line() -> None:
    dialect = dialect_of(b"8901000001016,Atta,285\n8901000002020,Besan,65\n")
    assert (dialect.header, dialect.first_row, dialect.data_start) == (None, 1, 0)


def test_headings_in_an_unknown_language_are_told_by_the_figures_under_them() -> None:
    dialect = dialect_of(b"Bezeichnung,Preis\nAtta,285\nBesan,65\n")
    assert dialect.header == ("Bezeichnung", "Preis")


def test_decimal_commas_are_seen() -> None:
    assert dialect_of(b"name;mrp\nAtta;285,50\nBesan;65,00\n").decimal_comma
    assert not dialect_of(b'name,mrp\nAtta,"1,285.50"\nBesan,65.00\n').decimal_comma


def test_bare_inch_marks_everywhere_mean_that_quotes_quote_nothing() -> None:
    lines = "".join(f'"{number} inch pan\t{number}\t10\n' for number in range(50))
    dialect = dialect_of(("name\tmrp\tqty\n" + lines).encode())
    assert not dialect.quotes
    assert len(raw_rows(("name\tmrp\tqty\n" + lines).encode())) == 50


def test_nothing_is_an_empty_file() -> None:
    for data in (b"", b"\xef\xbb\xbf", b"\r\n\r\n  \n", b"\xff\xfe", b",,,\n,,,\n"):
        assert problem(data).code == "EMPTY_FILE"


def test_headings_alone_are_no_rows() -> None:
    for data in (b"barcode,name,mrp\r\n", b"barcode,name,mrp", b"name,mrp\n,\n,\n"):
        assert problem(data).code == "NO_ROWS"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04\x14\x00\x06\x00fake",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n",
        b"\x1f\x8b\x08\x00",
        b"<html><table><tr><td>x</td></tr></table>",
        b"\xef\xbb\xbf  <?xml version='1.0'?><a/>",
        b'[{"name": "Atta"}]',
        bytes(range(256)) * 20,
    ],
)
def test_what_is_no_text_table_is_refused_with_the_cure(data: bytes) -> None:
    refused = problem(data)
    assert refused.code == "NOT_A_TABLE"
    assert "CSV" in refused.message


def test_a_workbook_with_a_password_is_told_from_an_old_one() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000)
    assert "XLS" in problem(ole).message
    assert "password" in problem(ole + "EncryptedPackage".encode("utf-16-le")).message


def test_over_a_gigabyte_is_refused_by_its_size_alone() -> None:
    assert problem(b"name\nAtta\n", SIZE_LIMIT + 1).code == "FILE_TOO_LARGE"


def test_a_dialect_survives_json() -> None:
    for data in (written(";").encode(), b"8901000001016,Atta,285\n"):
        dialect = dialect_of(data)
        assert Dialect.from_json(json.loads(json.dumps(dialect.to_json()))) == dialect
