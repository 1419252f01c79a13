"""Web pages and Excel's XML, which billing software names .xls."""

from __future__ import annotations

import contextlib
import csv
import io
import random

import pytest

from services.csv_import.domain.problems import FileProblem
from services.csv_import.domain.table.unpacking import kind_of
from tests.unit.csv_import.builders import items_of, rows_of, unpacked_bytes

ATTA = "8901000001016"
TABLE = (
    "<table border=1><tr><th>barcode</th><th>name</th><th>mrp</th></tr>"
    f"<tr><td>{ATTA}</td><td>Atta &amp; Co – 5&nbsp;kg</td><td>₹285.50</td></tr></table>"
)
ROWS = [["barcode", "name", "mrp"], [ATTA, "Atta & Co – 5 kg", "₹285.50"]]


def lines(data: bytes | str) -> list[list[str]]:
    data = data if isinstance(data, bytes) else data.encode()
    return list(csv.reader(io.StringIO(unpacked_bytes(data).decode(), newline="")))


def refusal(data: bytes | str) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        unpacked_bytes(data if isinstance(data, bytes) else data.encode())
    return caught.value


# --- HTML ---


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode(),
        b"\xef\xbb\xbf" + TABLE.encode(),
        b"\r\n <!DOCTYPE html>" + TABLE.encode(),
        b"<!-- made by BillSoft -->" + TABLE.encode(),
        f"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>{TABLE}</html>".encode(),
        b"\xff\xfe" + TABLE.encode("utf-16-le"),
        b"\xfe\xff" + TABLE.encode("utf-16-be"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
    ],
)
def test_a_page_is_read_in_the_encoding_that_it_is_written_in(data: bytes) -> None:
    assert lines(data) == ROWS


@pytest.mark.parametrize(
    ("meta", "encoding", "text"),
    [
        ("<meta charset=windows-1252>", "cp1252", "Nestlé “Gold” – ½ kg"),
        ("<meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'>", "cp1252", "Nestlé “Gold”"),
        ("", "cp1252", "Nestlé “Gold”"),
        ("<meta charset='windows-1251'>", "cp1251", "Чай"),
        ("<meta charset=utf-8>", "cp1252", "Nestlé"),
        ("<meta charset=windows-1252>", "utf-8", "आटा ५ किलो"),
        ("<meta charset=utf-7>", "cp1252", "Nestlé"),
        ("<meta charset=nonsense>", "cp1252", "Nestlé"),
    ],
)
def test_a_page_that_is_no_utf8_is_what_it_says_or_windows_1252(meta: str, encoding: str, text: str) -> None:
    assert lines(f"<html>{meta}<table><tr><td>name<td>{text}</table>".encode(encoding)) == [["name", text]]


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("<tr><td>a<td>b<tr><td>c<td>d", [["a", "b"], ["c", "d"]]),
        ("<tr><td>a</td><td>b</td><tr><td>c</td></tr>", [["a", "b"], ["c", ""]]),
        ("<td>a</td><td>b</td></tr><tr><td>c<td>d", [["a", "b"], ["c", "d"]]),
        ("<thead><tr><th>a</thead><tbody><tr><td>b</tbody><tfoot><tr><td>c</tfoot>", [["a"], ["b"], ["c"]]),
        ("<tr><td colspan=2>a<td>b<tr><td>c<td>d<td>e", [["a", "", "b"], ["c", "d", "e"]]),
        ("<tr><td rowspan=2>a<td>b<tr><td>c<tr><td>d<td>e", [["a", "b"], ["", "c"], ["d", "e"]]),
        ("<tr><td>a<td rowspan=2 colspan=2>b<td>c<tr><td>d<td>e", [["a", "b", "", "c"], ["d", "", "", "e"]]),
        ("<tr><td>two<br>lines<br/>of<p>text</p></td></tr>", [["two lines of text"]]),
        ("<tr><td> <b>At</b>ta \r\n\t 5&#160;kg&lt;1&gt; &amp;amp;</td></tr>", [["Atta 5 kg<1> &amp;"]]),
        ("<tr><td>a<!-- no --><![if !x]>b<![endif]><![foo[c]]></td></tr>", [["ab"]]),
        ("<tr><td>a<style>td{x}</style><script>'<td>no</td>'</script></td></tr>", [["a"]]),
        ("<tr><td colspan=x>a<td colspan=99999999999>b<tr><td colspan=-4>c<td>d", [["a", "b"], ["c", "d"]]),
        ("<tr></tr><tr><td></td></tr><tr><td>a<tr><td> <tr><td>b<tr><td>&nbsp;", [[], [], ["a"], [], ["b"]]),
        ("<tr><td x:num='8901000001016'>8.901E+12</td><td x:num=0.18>18%</td></tr>", [[ATTA, "18%"]]),
        ("<TR><TD>a</TD><TD/><TD>b</TD></TR>", [["a", "", "b"]]),
        ("<tr><td>a</td></tr></table><p>Total: 5</p>", [["a"]]),
        ("<tr><td>a &copy b & c &#xD800; &#0;</td></tr>", [["a © b & c � �"]]),
        ('<tr><td>12" pan, "Gold"</td></tr>', [['12" pan, "Gold"']]),
    ],
)  # fmt: skip
def test_a_table_is_read_as_a_browser_shows_it(table: str, rows: list[list[str]]) -> None:
    assert lines(f"<html><body><table>{table}</table>") == rows
    assert lines(f"<html><body><table>{table}") == rows, "cut off"


def test_the_table_of_most_rows_is_taken_and_tables_in_cells_are_their_own() -> None:
    inner = "<table>" + "".join(f"<tr><td>Goods {n}<td>{n}" for n in range(5)) + "</table>"
    page = f"<html><table><tr><td>Shop</td></tr><tr><td>menu {inner} more</td><td>x</td></tr></table><table><tr><td>z"
    assert lines(page) == [[f"Goods {n}", str(n)] for n in range(5)]


def test_a_table_that_is_printed_in_pages_is_one_table() -> None:
    head = "<tr><th>name<th>mrp</tr>"
    pages = [f"<table>{head}<tr><td>Goods {n}<td>{n}</table>" for n in range(4)]
    other = "<table><tr><td>1<tr><td>2<tr><td>3</table>"
    items = items_of(f"<html>{pages[0]}{other}{''.join(pages[1:])}".encode())
    assert [(i.row_number, i.name) for i in items] == [(2, "Goods 0"), (4, "Goods 1"), (6, "Goods 2"), (8, "Goods 3")]


def test_pieces_of_the_file_end_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    from services.csv_import.domain.table import webpage

    for block in range(1, 12):
        monkeypatch.setattr(webpage, "_BLOCK", block)
        assert lines(f"<html>{TABLE}") == ROWS


@pytest.mark.parametrize(
    "page", ["<html><body>Not found</body></html>", "<html><frameset src=x></frameset>", "<html><table></table>"]
)
def test_a_page_without_a_table_is_refused(page: str) -> None:
    refused = refusal(page)
    assert (refused.code, "CSV" in refused.message) == ("NOT_A_TABLE", True)


def test_a_page_of_blank_cells_is_no_table() -> None:
    assert refusal("<html><table><tr><td> <td>&nbsp;</table>").code == "NOT_A_TABLE"


def test_a_csv_with_tags_in_its_cells_is_a_csv() -> None:
    for data in (b"name,notes\nAtta,<table>\n", b"<b>name</b>,mrp\nAtta,1\n", b"<5 kg,name\n"):
        assert kind_of(data) is None


# --- Excel's XML ---

XML = (
    '<?xml version="1.0" encoding="{encoding}"?><?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
    ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
    '<Styles><Style ss:ID="pad"><NumberFormat ss:Format="00000000000000"/></Style>'
    '<Style ss:ID="per"><NumberFormat ss:Format="Percent"/></Style>'
    '<Style ss:ID="day"><NumberFormat ss:Format="Short Date"/></Style></Styles>{sheets}</Workbook>'
)
HIDDEN = "<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions>"


def xml(*sheets: str, encoding: str = "utf-8") -> bytes:
    made = "".join(f'<Worksheet ss:Name="S{at}">{sheet}</Worksheet>' for at, sheet in enumerate(sheets))
    return XML.format(encoding=encoding, sheets=made).encode(encoding)


def test_excels_xml_is_read_with_its_types_and_places() -> None:
    table = (
        '<Table><Row ss:Index="2"><Cell><Data ss:Type="String">name</Data></Cell>'
        '<Cell ss:MergeAcross="1"><Data ss:Type="String">mrp</Data></Cell>'
        '<Cell><Data ss:Type="String">qty</Data></Cell></Row>'
        '<Row><Cell><ss:Data ss:Type="String"><B>At</B>ta &amp; Co</ss:Data>'
        "<Comment><ss:Data>no</ss:Data></Comment></Cell>"
        '<Cell ss:Index="4"><Data ss:Type="Number">8.901000001016E12</Data></Cell></Row>'
        '<Row ss:Index="6"><Cell ss:StyleID="pad"><Data ss:Type="Number">1234567890123</Data></Cell>'
        '<Cell ss:StyleID="per"><Data ss:Type="Number">0.18</Data></Cell>'
        '<Cell><Data ss:Type="DateTime">2026-03-31T00:00:00.000</Data></Cell>'
        '<Cell><Data ss:Type="Boolean">1</Data></Cell><Cell ss:StyleID="day"><Data ss:Type="Number">46022</Data></Cell>'
        '<Cell ss:Formula="=A1"><Data ss:Type="Error">#REF!</Data></Cell></Row></Table>'
    )
    assert lines(xml(table)) == [
        [],
        ["name", "mrp", "", "qty", "", ""],
        ["Atta & Co", "", "", ATTA, "", ""],
        [],
        [],
        ["01234567890123", "18%", "2026-03-31", "TRUE", "2025-12-31", "#REF!"],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_excels_xml_is_read_in_its_encoding(encoding: str) -> None:
    table = "<Table><Row><Cell><Data ss:Type='String'>Nestlé</Data></Cell></Row></Table>"
    assert lines(xml(table, encoding=encoding)) == [["Nestlé"]]


def test_hidden_sheets_of_excels_xml_are_left_out() -> None:
    def table(*names: str) -> str:
        rows = "".join(f"<Row><Cell><Data ss:Type='String'>{n}</Data></Cell></Row>" for n in names)
        return f"<Table>{rows}</Table>"

    assert lines(xml(table("name", "Old") + HIDDEN, table("remark"), table("name", "Atta"))) == [["name"], ["Atta"]]
    assert "no table" in refusal(xml(table("name", "Old") + HIDDEN)).message


def test_damaged_or_foreign_xml_is_refused() -> None:
    assert "damaged" in refusal(xml("<Table><Row><Cell>")[:-30]).message
    assert "damaged" in refusal(xml("", encoding="utf-8").replace(b"utf-8", b"klingon")).message
    assert kind_of(b"<?xml version='1.0'?><Invoice><Item/></Invoice>") is None
    with pytest.raises(FileProblem, match="table"):
        rows_of(b"<?xml version='1.0'?><Invoice><Item/></Invoice>")


@pytest.mark.parametrize("seed", range(3))
def test_damaged_pages_are_refused_or_read_and_nothing_else(seed: int) -> None:
    dice = random.Random(seed)
    table = "<Table>" + "<Row><Cell ss:Index='2'><Data ss:Type='Number'>5</Data></Cell></Row>" * 9 + "</Table>"
    for sound in (f"<html>{TABLE * 3}".encode(), xml(table, table + HIDDEN)):
        for _ in range(150):
            data = bytearray(sound)
            for _ in range(dice.randrange(1, 8)):
                data[dice.randrange(60, len(data))] = dice.choice(b"<>&;/![-?\"'= \x00a5")
            with contextlib.suppress(FileProblem):
                unpacked_bytes(bytes(data))
