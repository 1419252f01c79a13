"""Excel workbooks as they come from shops."""

from __future__ import annotations

import contextlib
import csv
import io
import random
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from services.csv_import.domain.problems import FileProblem
from services.csv_import.domain.table.unpacking import kind_of
from tests.unit.csv_import.builders import codes, items_of, rows_of, unpacked_bytes
from tests.unit.csv_import.workbooks import by_hand, relations, saved, workbook_of

ATTA = "8901000001016"
HEADINGS = ("barcode", "name", "mrp", "qty")


def lines(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(unpacked_bytes(data).decode(), newline="")))


def refusal(data: bytes) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        unpacked_bytes(data)
    return caught.value


def shown(value: Any, number_format: str = "General") -> str:
    """What becomes of a cell that has this value and format."""
    book = Workbook()
    cell = book.worksheets[0].cell(1, 1)
    cell.value = value
    cell.number_format = number_format
    return lines(saved(book))[0][0]


# --- Values ---


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (8901000001016, "General", ATTA),
        (8901000001016.0, "0", ATTA),
        (8901000001016, "0.00E+00", ATTA),
        (285.5, "General", "285.5"),
        (285.0, '"₹" #,##0.00', "285"),
        (0.1 + 0.2, "General", "0.3"),
        (1.1 * 3, "#,##0.00", "3.3"),
        (0, "General", "0"),
        (-3, "General", "-3"),
        (1e-7, "General", "0.0000001"),
        (0.18, "0%", "18%"),
        (0.055, "0.0%", "5.5%"),
        (0.07, "0%", "7%"),
        (1234567890123, "00000000000000", "01234567890123"),
        (402, "0000", "0402"),
        (True, "General", "TRUE"),
        (False, "General", "FALSE"),
        (date(2026, 3, 31), "dd-mm-yyyy", "2026-03-31"),
        (datetime.fromisoformat("2026-03-31T18:05"), "dd/mm/yyyy hh:mm", "2026-03-31 18:05"),
        (datetime.fromisoformat("2026-03-31T18:05:09"), "yyyy-mm-dd hh:mm:ss", "2026-03-31 18:05:09"),
        (date(2026, 3, 1), "mmm-yy", "Mar-2026"),
        (date(2026, 10, 5), "d-mmm", "2026-10-05"),
        (time(9, 30), "hh:mm", "09:30"),
        (2.5, "[h]:mm", "60:00"),
        (46022, "[$-4009]dd mmmm yyyy;@", "2025-12-31"),
        (12, '0 "pcs in a day"', "12"),
        (12.5, '#,##0.00_);[Red](#,##0.00)', "12.5"),
        (-1, "dd-mm-yyyy", "-1"),
        (1e10, "dd-mm-yyyy", "10000000000"),
        ("  0402 ", "@", "  0402 "),
        ("=1+", "@", "=1+"),
        ("#REF!", "General", "#REF!"),
        ("आटा ५ किलो", "General", "आटा ५ किलो"),
        ("Rice\nBasmati", "General", "Rice\nBasmati"),
        ('12" pan, "Gold"', "General", '12" pan, "Gold"'),
    ],
)  # fmt: skip
def test_a_value_becomes_what_a_person_would_type(value: Any, number_format: str, text: str) -> None:
    if isinstance(value, str) and value.startswith("="):
        assert lines(by_hand(f'<row><c t="inlineStr"><is><t>{value}</t></is></c></row>')) == [[text]]
    else:
        assert shown(value, number_format) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c><v>8.901000001016E12</v></c>', ATTA),
        ('<c><v>285.49999999999994</v></c>', "285.5"),
        ('<c><v>1e999999999</v></c>', "1e999999999"),
        ('<c><v>1e-999999999</v></c>', "0"),
        ('<c><v>nan</v></c>', "nan"),
        ('<c t="str"><f>A1&amp;"x"</f><v>Atta x</v></c>', "Atta x"),
        ('<c><f>2*4</f><v>8</v></c>', "8"),
        ('<c><f>2*4</f></c>', "#CALC!"),
        ('<c t="str"><f>IF(1,"","")</f><v></v></c><c><v>1</v></c>', ""),
        ('<c t="e"><f>A9</f><v>#N/A</v></c>', "#N/A"),
        ('<c t="d"><v>2026-03-31T00:00:00</v></c>', "2026-03-31"),
        ('<c t="inlineStr"><is><r><t>Par</t></r><r><rPr/><t>le-G</t></r><rPh><t>x</t></rPh></is></c>', "Parle-G"),
        ('<c t="s"><v>0</v></c>', "Tea & Co"),
        ('<c t="s"><v>1</v></c>', "two\nlines"),
        ('<c s="77"><v>5</v></c>', "5"),
    ],
)  # fmt: skip
def test_a_cell_is_read_however_it_is_stored(cell: str, text: str) -> None:
    strings = (
        "<si><r><t>Tea</t></r><r><t xml:space='preserve'> &amp; Co</t></r><rPh><t>ti</t></rPh></si>"
        "<si><t>two_x000D_\nlines</t></si>"
    )
    assert lines(by_hand(f"<row>{cell}</row>", strings=strings))[0][0] == text


def test_days_may_be_counted_from_1904() -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.worksheets[0]["A1"] = date(2026, 3, 31)
    assert lines(saved(book)) == [["2026-03-31"]]


def test_rich_text_is_its_letters() -> None:
    assert shown(CellRichText("Parle-", TextBlock(InlineFont(b=True), "G"), " 800 g")) == "Parle-G 800 g"


# --- Where rows and cells are ---


def test_rows_keep_the_numbers_that_the_sheet_shows() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet["B2"], sheet["B4"], sheet["C4"] = "Shree Ganesh Stores", "name", "mrp"
    sheet["B5"], sheet["C5"], sheet["B8"], sheet["C8"] = "Atta", 285, "Besan", 65
    dialect, rows = rows_of(saved(book), per_chunk=1)
    assert dialect.header == ("", "name", "mrp")
    assert [row.row_number for row in rows] == [5, 6, 7, 8]
    assert [row.cells for row in rows] == [("", "Atta", "285"), ("", "", ""), ("", "", ""), ("", "Besan", "65")]


def test_a_sheet_formatted_to_its_last_row_is_as_long_as_what_is_in_it() -> None:
    rows = '<row><c t="inlineStr"><is><t>name</t></is></c></row><row><c t="inlineStr"><is><t>Atta</t></is></c></row>'
    rest = "".join(f'<row r="{n}"><c r="A{n}" s="1"/><c r="XFD{n}" s="1"/></row>' for n in (3, 400, 1_048_576))
    assert unpacked_bytes(by_hand(rows + rest)) == b"name\r\nAtta\r\n"


def test_cells_and_rows_without_their_place_follow_each_other() -> None:
    rows = '<row><c><v>1</v></c><c r="D1"><v>2</v></c><c><v>3</v></c></row><row r="1"><c r="B1"><v>4</v></c></row>'
    assert lines(by_hand(rows)) == [["1", "", "", "2", "3"], ["", "4", "", "", ""]]


def test_a_row_may_be_shorter_or_have_notes_beside_the_table() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADINGS)
    for number in range(400):
        sheet.append([None, f"Goods {number}"])
    sheet.append([ATTA, "Atta", 285, 12, None, "ask Ravi"])
    items = items_of(saved(book))
    assert (len(items), [codes(row.errors) for row in items if row.errors]) == (401, [])
    assert str(items[-1].mrp) == "285.00"


def test_merged_cells_have_their_value_where_they_begin() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["name", "mrp", "qty"], ["Atta", 285, 12], ["Besan", 65, 3]):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    assert lines(saved(book))[1:] == [["Atta", "285", "12"], ["Besan", "", "3"]]


# --- Which sheet ---


def test_the_first_sheet_that_shows_and_has_a_table_is_taken() -> None:
    book = Workbook()
    book.worksheets[0].title = "Read me"
    for line in range(50):
        book.worksheets[0].append([f"Remark {line}"])
    hidden = book.create_sheet("Old")
    hidden.append(["name", "mrp"])
    hidden.append(["Old goods", 1])
    hidden.sheet_state = "hidden"
    very = book.create_sheet("Older")
    very.append(["name", "mrp"])
    very.append(["Older goods", 1])
    very.sheet_state = "veryHidden"
    book.create_sheet("Headings alone").append(["name", "mrp"])
    stock = book.create_sheet("Stock")
    stock.append(["name", "mrp"])
    stock.append(["Atta", 285])
    book.create_sheet("More").append(["name", "mrp"])
    book.create_chartsheet("Chart")
    assert lines(saved(book)) == [["name", "mrp"], ["Atta", "285"]]


def test_without_any_headings_the_sheet_of_most_rows_is_taken() -> None:
    book = Workbook()
    book.worksheets[0].append([ATTA, 1])
    more = book.create_sheet("More")
    more.append([ATTA, 2])
    more.append(["8901000002020", 3])
    assert lines(saved(book)) == [[ATTA, "2"], ["8901000002020", "3"]]


def test_a_workbook_without_anything_in_it_is_an_empty_file() -> None:
    book = Workbook()
    assert refusal(saved(book)).code == "EMPTY_FILE"
    book.create_sheet("Too")
    assert refusal(saved(book)).code == "EMPTY_FILE"


def test_headings_alone_are_no_rows() -> None:
    with pytest.raises(FileProblem, match="NO_ROWS"):
        rows_of(workbook_of(HEADINGS))


# --- The whole way to facts ---


def test_a_shops_workbook_becomes_its_goods() -> None:
    items = items_of(
        workbook_of(HEADINGS, [8901000001016, "Atta 5 kg", 285.5, 12], ["8901000002020", "Besan", 65, "+3"])
    )
    assert [(i.row_number, i.barcode and i.barcode.printed, i.name, str(i.mrp)) for i in items] == [
        (2, ATTA, "Atta 5 kg", "285.50"),
        (3, "8901000002020", "Besan", "65.00"),
    ]


def test_cells_with_delimiters_quotes_and_line_ends_stay_whole() -> None:
    """They would be doubtful in a CSV of unknown making; in ours they are not."""
    rows = [["Tea; 1|2", 'Pan 12"', "a\nb,1,2,3"], ['"', ",,,", "x\n\ny"], ["1,2,3\n4,5,6", '"""', "0"]]
    _, read = rows_of(workbook_of(["name", "brand", "notes"], *rows), per_chunk=1, block=3)
    assert [list(row.cells) for row in read] == rows


def test_a_formula_that_nobody_worked_out_says_so_in_its_row() -> None:
    (item,) = items_of(workbook_of(HEADINGS, [ATTA, "Atta", "=200+85", 12]))
    assert codes(item.errors) == ["SPREADSHEET_ERROR_VALUE"]


def test_the_same_workbook_makes_the_same_bytes() -> None:
    data = workbook_of(HEADINGS, *([ATTA, f"Goods {n}", n / 7, n] for n in range(500)))
    assert unpacked_bytes(data) == unpacked_bytes(data)


def test_a_workbook_with_macros_is_read_and_paths_may_be_written_in_any_way() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook_of(HEADINGS, [ATTA, "Atta", 1, 1]))) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("xl/vbaProject.bin", b"macros")
        for name, text in parts.items():
            made.writestr(name.replace("worksheets/sheet1", "Worksheets\\Sheet1"), text)
    assert lines(out.getvalue())[1] == [ATTA, "Atta", "1", "1"]


def test_elements_may_have_prefixes() -> None:
    data = by_hand("")
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {name: source.read(name).decode() for name in source.namelist()}
    parts["xl/worksheets/sheet1.xml"] = (
        '<x:worksheet xmlns:x="urn:x"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>5</x:v></x:c></x:row></x:sheetData>'
        "</x:worksheet>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in parts.items():
            made.writestr(name, text)
    assert lines(out.getvalue()) == [["5"]]


# --- What is refused ---


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in parts.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00fake-xlsx", "damaged"),
        (workbook_of(HEADINGS)[:-40], "damaged"),
        (zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "ODS"),
        (zipped(xl__workbook_dot_bin="x"), "XLSB"),
        (zipped(word__document_dot_xml="x"), "DOCX"),
        (zipped(stock_dot_csv="name,mrp"), "ZIP"),
        (by_hand("<row><c t='s'><v>7</v></c></row>"), "damaged"),
        (by_hand("<row><c>"), "damaged"),
        (by_hand("", xl__workbook="<workbook><sheets></sheets></workbook>"), "no table"),
        (by_hand("<row><c r='ÄÖ1'><v>7</v></c></row>"), "damaged"),
    ],
)
def test_what_is_no_sound_workbook_is_refused_with_the_cure(data: bytes, word: str) -> None:
    assert kind_of(data) == "workbook"
    refused = refusal(data)
    assert refused.code == "NOT_A_TABLE"
    assert word in refused.message
    assert "CSV" in refused.message


def test_a_part_with_a_password_is_told() -> None:
    data = bytearray(by_hand("<row><c><v>7</v></c></row>"))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as made:
        offset = made.getinfo("xl/worksheets/sheet1.xml").header_offset
        central = data.index(b"PK\x01\x02", made.start_dir)
        while not data[central + 46 :].startswith(b"xl/worksheets/sheet1.xml"):
            central = data.index(b"PK\x01\x02", central + 4)
    data[offset + 6] |= 1
    data[central + 8] |= 1
    assert "password" in refusal(bytes(data)).message


def test_an_unknown_kind_of_packing_is_refused() -> None:
    data = bytearray(by_hand("<row><c><v>7</v></c></row>"))
    central = data.rindex(b"xl/workbook.xml") - 46
    data[central + 10] = 14  # LZMA, whose head asks for as much memory as it likes
    assert refusal(bytes(data)).code == "NOT_A_TABLE"


def test_more_columns_or_rows_than_a_table_has_are_refused() -> None:
    assert "columns" in refusal(by_hand('<row><c r="ALM1"><v>1</v></c></row>')).message
    assert "rows" in refusal(by_hand('<row r="5000001"><c><v>1</v></c></row>')).message
    assert lines(by_hand('<row><c r="ALL1"><v>1</v></c></row>'))[0][999] == "1"


def test_relations_that_lead_nowhere_are_no_harm() -> None:
    rels = relations(worksheet="worksheets/sheet1.xml", styles="nowhere.xml", theme="../../../etc/passwd")
    data = by_hand("<row><c><v>5</v></c></row>")
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts["xl/_rels/workbook.xml.rels"] = rels.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in parts.items():
            made.writestr(name, text)
    assert lines(out.getvalue()) == [["5"]]


@pytest.mark.parametrize("seed", range(3))
def test_a_damaged_workbook_is_refused_or_read_and_nothing_else(seed: int) -> None:
    dice = random.Random(seed)
    sound = workbook_of(HEADINGS, *([ATTA, f"Goods {n}", n / 7, n] for n in range(30)))
    for _ in range(150):
        data = bytearray(sound)
        for _ in range(dice.randrange(1, 6)):
            data[dice.randrange(4, len(data))] = dice.randrange(256)
        if dice.random() < 0.2:
            del data[dice.randrange(5, len(data)) :]
        with contextlib.suppress(FileProblem):
            unpacked_bytes(bytes(data))
