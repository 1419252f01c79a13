from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.csv_import.domain.columns import ColumnMapping
from services.csv_import.domain.facts import ParsedRow, StockChange
from services.csv_import.domain.problems import ROW_CODES
from services.csv_import.domain.rows import parse_row
from services.csv_import.domain.table.reading import RawRow
from shared.kernel.cells import defuse, text_in
from tests.unit.csv_import.builders import codes, item, items, parsed, table

ATTA = "8901000001016"
BESAN = "8901000002020"


def one(field: str, cell: str) -> ParsedRow:
    """The row whose only other cell is a name."""
    headings = ("name", field) if field != "name" else ("name", "notes")
    cells = ("Atta", cell) if field != "name" else (cell, "x")
    return parse_row(RawRow(2, cells), ColumnMapping({headings[0]: 0, headings[1]: 1}, headings))


# -- barcodes


@pytest.mark.parametrize(
    "cell",
    [
        "8901000001016", "'8901000001016", '="8901000001016"', "8901000001016.0", "8901000001016.00",
        " 890 1000 001016 ", "\u00a08901000001016\u200b", "890-1000-001016", "८९०१०००००१०१६",
        "8.901000001016E+12", '"8901000001016"',
    ],
)  # fmt: skip
def test_a_barcode_is_freed_of_what_spreadsheets_put_around_it(cell: str) -> None:
    row = one("barcode", cell)
    assert (row.barcode and row.barcode.printed, row.errors) == (ATTA, ())
    assert not row.warnings


def test_lost_digits_are_never_made_up() -> None:
    for cell in ("8.90100E+12", "8.901E+12", "8,90100E+12", "8.9E12"):
        row = one("barcode", cell)
        assert (row.barcode, codes(row.errors)) == (None, ["BARCODE_SCIENTIFIC_NOTATION"])
        assert "Text" in row.errors[0].message


def test_a_wrong_check_digit_says_the_right_one() -> None:
    row = one("barcode", "8901000001017")
    assert codes(row.errors) == ["GTIN_CHECK_DIGIT"]
    assert " 6" in row.errors[0].message


@pytest.mark.parametrize(
    ("cell", "code", "local"),
    [
        ("NA", "BARCODE_PLACEHOLDER", None),
        ("0", "BARCODE_PLACEHOLDER", None),
        ("-", "BARCODE_PLACEHOLDER", None),
        ("1111111111111", "BARCODE_PLACEHOLDER", None),
        ("0000000000000", "BARCODE_PLACEHOLDER", None),
        ("1234567890128", "BARCODE_PLACEHOLDER", None),
        ("PARLE01", "BARCODE_PLACEHOLDER", "PARLE01"),
        ("10023", "BARCODE_LOCAL", "10023"),
        ("2112345000008", "BARCODE_STORE_SCOPED", "2112345000008"),
    ],
)
def test_what_is_no_key_between_shops_is_no_barcode(cell: str, code: str, local: str | None) -> None:
    row = one("barcode", cell)
    assert (row.barcode, row.errors, codes(row.warnings), row.local_code) == (None, (), [code], local)


@pytest.mark.parametrize(
    ("cell", "printed"), [("36000291452", "036000291452"), ("1234565", "01234565"), ("12345670", None)]
)
def test_zeros_a_spreadsheet_cut_off_come_back_where_the_check_digit_fits(cell: str, printed: str | None) -> None:
    row = one("barcode", cell)
    if printed == "036000291452":
        assert row.barcode is not None
        assert (row.barcode.printed, codes(row.warnings)) == (printed, ["BARCODE_ZERO_RESTORED"])
    else:  # an EAN-8 with a zero in front is for use within a shop
        assert row.warnings


def test_of_several_codes_the_first_valid_one_counts() -> None:
    row = one("barcode", "8901000001017 / 8901000001016, 8901000002020")
    assert row.barcode is not None
    assert (row.barcode.printed, row.other_barcodes) == (ATTA, (BESAN,))
    assert codes(row.warnings) == ["BARCODE_SEVERAL"]


def test_a_case_code_is_kept_and_told() -> None:
    row = one("barcode", "18901000001013")
    assert row.barcode is not None
    assert codes(row.warnings) == ["BARCODE_CASE"]


def test_digits_left_out_are_an_error() -> None:
    assert codes(one("barcode", "890100000").errors) == ["GTIN_LENGTH"]
    assert codes(one("barcode", "8901000001016123").errors) == ["GTIN_LENGTH"]


# -- figures


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("52", "52.00"), ("52.5", "52.50"), ("₹1,25,000.00", "125000.00"), ("285/-", "285.00"), ("Rs. 52", "52.00"),
        ("१२०", "120.00"), ("285,50", "285.50"), ("1,250", "1250.00"), ("₹ 27.00", "27.00"), ("'52", "52.00"),
    ],
)  # fmt: skip
def test_prices_are_read_as_shops_write_them(cell: str, amount: str) -> None:
    price = one("selling_price", cell).selling_price
    assert price is not None
    assert str(price) == amount


@pytest.mark.parametrize(
    ("cell", "code"),
    [("abc", "NOT_A_NUMBER"), ("-5", "NEGATIVE_PRICE"), ("1.005", "TOO_MANY_DECIMALS"), ("999999999", "TOO_LARGE")],
)
def test_what_is_no_price_is_an_error(cell: str, code: str) -> None:
    assert codes(one("mrp", cell).errors) == [code]


def test_an_mrp_of_zero_is_none() -> None:
    row = item(ATTA, "Loose sugar", "0.00", "44", "5")
    assert (row.mrp, row.selling_price, row.errors) == (None, Decimal("44.00"), ())


def test_a_selling_price_above_the_mrp_is_refused() -> None:
    row = item(ATTA, "Atta", "270", "285", "12")
    assert codes(row.errors) == ["PRICE_ABOVE_MRP"]
    assert (row.name, row.barcode and row.barcode.printed) == ("Atta", ATTA)


@pytest.mark.parametrize(
    ("cell", "mode", "op", "amount"),
    [
        ("12", "set", "set", "12"), ("12", "add", "add", "12"), ("+10", "set", "add", "10"), ("-3", "set", "add", "-3"),
        ("=5", "add", "set", "5"), ("= 5", "add", "set", "5"), ("1,250", "set", "set", "1250"),
        ("१२", "set", "set", "12"),
        ("'+10", "set", "add", "10"), ("2.5", "set", "set", "2.5"), ("0", "set", "set", "0"),
        ("−3", "set", "add", "-3"),
    ],
)  # fmt: skip
def test_a_sign_in_the_cell_beats_the_mode_of_the_job(cell: str, mode: str, op: str, amount: str) -> None:
    row = parse_row(
        RawRow(2, (ATTA, cell)),
        ColumnMapping({"barcode": 0, "quantity": 1}, ("barcode", "qty")),
        mode=mode,  # type: ignore[arg-type]
    )
    assert row.quantity == StockChange(op, Decimal(amount))  # type: ignore[arg-type]
    assert not row.errors


def test_stock_cannot_be_set_below_zero() -> None:
    assert codes(one("quantity", "=-3").errors) == ["NEGATIVE_QUANTITY"]
    assert codes(one("quantity", "--3").errors) == ["NOT_A_NUMBER"]


@pytest.mark.parametrize(
    ("cell", "amount", "unit"),
    [("12 pcs", "12", "piece"), ("½ kg", "0.5", "kg"), ("2 peti", "2", "box"), ("1 dz", "1", "dozen")],
)
def test_stock_may_carry_its_unit(cell: str, amount: str, unit: str) -> None:
    row = one("quantity", cell)
    assert (row.quantity, row.unit) == (StockChange("set", Decimal(amount)), unit)


def test_the_unit_beside_the_figure_beats_the_unit_column() -> None:
    headings = ("name", "qty", "unit")
    assert item("Sugar", "5", "Kgs", headings=headings).unit == "kg"
    assert item("Sugar", "5 g", "kg", headings=headings).unit == "g"
    assert codes(item("Sugar", "5", "furlong", headings=headings).warnings) == ["UNIT_UNKNOWN"]


def test_decimal_commas_of_a_file_hold_for_its_stock_too() -> None:
    rows = items(b"name;mrp;qty\nSugar;44,50;1,250\nDal;1.110,00;2,5\n")
    assert [row.mrp for row in rows] == [Decimal("44.50"), Decimal("1110.00")]
    assert [row.quantity and row.quantity.amount for row in rows] == [Decimal("1.250"), Decimal("2.5")]


def test_sizes_are_parsed_and_kept_as_text() -> None:
    row = one("net_quantity", "2 x 200 ml")
    assert row.net_quantity is not None
    assert (row.net_quantity.net_quantity.unit, row.net_quantity.pack_count) == ("ml", 2)
    assert row.net_quantity_text == "2 x 200 ml"


def test_a_size_that_cannot_be_read_is_kept_with_a_warning() -> None:
    row = one("net_quantity", "Combo")
    assert (row.net_quantity, row.net_quantity_text, codes(row.warnings)) == (None, "Combo", ["NET_QUANTITY_UNREAD"])


@pytest.mark.parametrize("cell", ["05-Oct", "Oct-05", "05/10/2026", "2026-10-05"])
def test_a_size_that_became_a_date_is_refused(cell: str) -> None:
    assert codes(one("net_quantity", cell).errors) == ["QUANTITY_IS_A_DATE"]


@pytest.mark.parametrize(
    ("cell", "day", "warning"),
    [
        ("31/12/2026", date(2026, 12, 31), []),
        ("5-1-27", date(2027, 1, 5), []),
        ("2026-12-31 00:00:00", date(2026, 12, 31), []),
        ("31.12.2026", date(2026, 12, 31), []),
        ("46022", date(2025, 12, 31), []),
        ("5 Jan 2027", date(2027, 1, 5), []),
        ("३१/१२/२०२६", date(2026, 12, 31), []),
        ("Mar-26", date(2026, 3, 31), ["DATE_MONTH_ONLY"]),
        ("02/2028", date(2028, 2, 29), ["DATE_MONTH_ONLY"]),
        ("12/31/2026", date(2026, 12, 31), ["DATE_MONTH_FIRST"]),
    ],
)
def test_expiry_dates_are_day_first(cell: str, day: date, warning: list[str]) -> None:
    row = one("expiry_date", cell)
    assert (row.expiry_date, codes(row.warnings), row.errors) == (day, warning, ())


@pytest.mark.parametrize("cell", ["31/02/2026", "32/01/2026", "soon", "13/13/2026", "31/12/1926", "00/00/0000"])
def test_a_day_that_never_comes_is_an_error(cell: str) -> None:
    assert codes(one("expiry_date", cell).errors) == ["IMPOSSIBLE_DATE"]


@pytest.mark.parametrize(
    ("cell", "rate", "warning"),
    [
        ("18%", "18", []), ("5", "5", []), ("0.05", "5", []), ("0.18", "18", []), ("GST 18 %", "18", []),
        ("0.25", "0.25", []),
        ("12%", "12", ["GST_SLAB_ENDED"]), ("0.28", "28", ["GST_SLAB_ENDED"]), ("7", None, ["GST_UNREAD"]),
    ],
)  # fmt: skip
def test_gst_rates_are_read_and_old_slabs_told(cell: str, rate: str | None, warning: list[str]) -> None:
    row = one("gst_rate", cell)
    assert (row.gst_rate, codes(row.warnings)) == (rate and Decimal(rate), warning)


def test_hsn_codes_keep_their_leading_zero() -> None:
    assert one("hsn_code", "0402").hsn_code == "0402"
    assert one("hsn_code", "190531.0").hsn_code == "190531"
    assert (one("hsn_code", "402").hsn_code, codes(one("hsn_code", "402").warnings)) == ("0402", ["HSN_ZERO_RESTORED"])
    assert codes(one("hsn_code", "spices").warnings) == ["HSN_UNREAD"]


@pytest.mark.parametrize("cell", ["#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "######", "Err:502"])
def test_a_spreadsheet_error_is_never_a_value(cell: str) -> None:
    for field in ("mrp", "barcode", "quantity", "brand"):
        assert codes(one(field, cell).errors) == ["SPREADSHEET_ERROR_VALUE"]


# -- blank, CLEAR, text


@pytest.mark.parametrize("cell", ["", "  ", "\u00a0", "NULL", "N/A", "-", "nan", "None"])
def test_a_cell_that_says_nothing_keeps_what_is_there(cell: str) -> None:
    row = item(ATTA, "Atta", cell, "270", cell)
    assert (row.mrp, row.quantity, row.clear, row.errors, row.warnings) == (None, None, (), (), ())


def test_clear_erases() -> None:
    row = item(ATTA, "Atta", "CLEAR", "270", "", headings=("barcode", "name", "mrp", "selling_price", "supplier"))
    assert row.clear == ("mrp",)
    assert item(ATTA, "Atta", "1", "1", "CLEAR", headings=("barcode", "name", "mrp", "sp", "supplier")).clear == (
        "supplier",
    )


def test_a_shampoo_called_clear_keeps_its_name() -> None:
    assert one("name", "CLEAR").name == "CLEAR"


def test_names_are_normal_text_in_any_script() -> None:
    assert one("name", " Atta\u00a0 5\nkg\u200b ").name == "Atta 5 kg"
    assert one("name", "आटा ५ किलो").name == "आटा ५ किलो"
    assert one("name", "Cafe\u0301").name == "Café"


def test_mojibake_is_repaired_and_told() -> None:
    for broken in ("आटा".encode().decode("latin-1"), "Atta – 5 kg".encode().decode("cp1252")):
        row = one("name", broken)
        assert row.name in ("आटा", "Atta – 5 kg")
        assert codes(row.warnings) == ["NAME_REPAIRED"]
        assert row.warnings[0].value == broken
    assert one("name", "Nestlé Café Señor").warnings == ()


def test_legacy_hindi_fonts_are_told() -> None:
    assert codes(one("name", "vkVk 5 fdyks").warnings) == ["NAME_LEGACY_FONT"]
    assert one("name", "Kwality Walls Feast 70 ml").warnings == ()


def test_html_is_taken_out() -> None:
    row = one("name", "<b>Atta</b> 🌾 <script>alert(1)</script>")
    assert (row.name, codes(row.warnings)) == ("Atta 🌾", ["NAME_HTML_REMOVED"])
    assert one("name", "Salt &amp; Pepper").name == "Salt & Pepper"
    assert one("name", "Rice < 5 kg & Dal").name == "Rice < 5 kg & Dal"


def test_a_formula_is_text() -> None:
    row = one("name", '=HYPERLINK("http://x","Atta")')
    assert (row.name, codes(row.warnings)) == ('=HYPERLINK("http://x","Atta")', ["FORMULA_TEXT"])
    assert one("brand", "- None of these").warnings == ()


def test_a_name_of_pages_is_an_error() -> None:
    assert codes(one("name", "x" * 501).errors) == ["NAME_TOO_LONG"]


def test_names_by_region() -> None:
    row = item("Atta", "आटा", "", headings=("name", "IN-MH", "IN-TN"))
    assert row.regional_names == {"IN-MH": "आटा"}
    assert ParsedRow(1).regional_names == {}


# -- rows that are no items, rows of the wrong width


def test_blank_section_and_total_lines_are_skipped() -> None:
    data = table(
        ["ATTA & BESAN", "", "", "", ""],
        [ATTA, "Atta", "285", "270", "12"],
        ["", "", "", "", ""],
        ["barcode", "name", "mrp", "selling_price", "qty"],
        ["", "--- Spices ---", "", "", ""],
        ["", "Grand Total", "350", "332", "20"],
        ["Total:", "", "350", "", ""],
        ["", "कुल योग", "350", "", ""],
        ["", "Total Items 12", "", "", "12"],
    )
    assert [row.kind for row in parsed(data)] == [
        "section", "item", "blank", "section", "section", "total", "total", "total", "total",
    ]  # fmt: skip


def test_a_product_called_total_is_an_item() -> None:
    assert item("", "Colgate Total 120 g", "99", "95", "3").kind == "item"
    assert item("", "Total Care Toothpaste", "99", "95", "3").kind == "item"
    assert item(ATTA, "Total", "99", "95", "3").kind == "item"


def test_a_name_alone_or_a_barcode_alone_is_an_item() -> None:
    assert item("", "Atta", "", "", "").kind == "item"
    assert item(ATTA, "", "", "", "").kind == "item"


def test_neither_name_nor_barcode_is_an_error() -> None:
    for code in ("", "NA", "PARLE01"):
        row = item(code, "", "10", "9", "4")
        assert (row.kind, codes(row.errors)) == ("item", ["NAME_MISSING"])


def test_an_unquoted_comma_in_a_name_is_mended() -> None:
    data = b"barcode,name,mrp,selling_price,qty\n8901000001016,Rice, Basmati, 5 kg,650,630,4\n"
    (row,) = items(data)
    assert (row.name, row.mrp, codes(row.warnings)) == ("Rice, Basmati, 5 kg", Decimal(650), ["FIELDS_REJOINED"])


def test_an_unquoted_comma_in_a_price_is_mended() -> None:
    data = b"barcode,name,mrp,selling_price,qty\n8901000001016,Ghee 15 kg,11,250,9999,4\n"
    (row,) = items(data + b"8901000002020,Besan,65,62,8\n" * 3)[:1]
    assert (row.name, row.mrp, row.errors) == ("Ghee 15 kg", Decimal("11250.00"), ())


def test_too_many_cells_that_fit_no_way_are_an_error() -> None:
    data = b"barcode,name,mrp,selling_price,qty\n8901000001016,Rice,650,x,y,z,q\n8901000002020,Besan,65,62,8\n"
    row = items(data)[0]
    assert codes(row.errors) == ["TOO_MANY_FIELDS"]
    assert row.name == "Rice"


def test_too_few_cells_are_an_error_that_names_what_is_left_out() -> None:
    data = b"barcode,name,mrp,selling_price,qty\n8901000001016,Rice,650,630,4\n8901000002020,Besan 500 g,65\n"
    row = items(data)[1]
    assert codes(row.errors) == ["TOO_FEW_FIELDS"]
    assert "selling_price" in row.errors[0].message
    assert (row.name, row.barcode and row.barcode.printed) == ("Besan 500 g", BESAN)


def test_cells_left_out_where_nothing_is_read_are_no_error() -> None:
    data = b"name,mrp,colour\nRice,650,red\nBesan,65\nPoha,70,\n"
    assert [row.errors for row in items(data)] == [(), (), ()]


def test_an_exporter_that_drops_blank_cells_at_the_end_is_forgiven() -> None:
    data = b"name,mrp,notes\n" + b"".join(b"Item %d,%d\n" % (n, n + 1) for n in range(20))
    assert all(not row.errors for row in items(data))


# -- JSON, defusing


def test_a_row_survives_json_unchanged_and_small() -> None:
    headings = ("barcode", "name", "mrp", "qty", "pack", "expiry", "gst", "IN-MH", "supplier", "unit")
    row = item(
        "8901000001016 / 8901000002020", "आटा", "285.5", "+2.5", "2 x 500 g", "31/12/2026", "12%", "आटा", "CLEAR", "kg",
        headings=headings,
    )  # fmt: skip
    line = row.to_json()
    assert ParsedRow.from_json(line) == row
    assert "\n" not in line
    plain = item(ATTA, "Atta", "285", "270", "12")
    assert len(plain.to_json()) < 140
    assert ParsedRow.from_json(plain.to_json()).barcode == plain.barcode


def test_every_code_is_explained() -> None:
    import re
    from pathlib import Path

    import services.csv_import.domain as domain

    source = "".join((Path(domain.__file__).parent / f"{name}.py").read_text("utf-8") for name in ("rows", "barcodes"))
    used = set(re.findall(r'_(?:error|warning|warn)\(\s*(?:row, (?:field|"\w*"), )?"([A-Z_]{8,})"', source))
    assert len(used) > 20
    assert used <= set(ROW_CODES)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("'=+-@\t\r\n 1a.,(＝"), max_size=8) | st.text(max_size=12))
def test_defusing_adds_an_apostrophe_or_nothing_and_leaves_nothing_live(cell: str) -> None:
    safe = defuse(cell)
    assert safe in {cell, f"'{cell}"}
    assert defuse(safe) == safe
    if safe != cell:
        assert text_in(safe) == cell
    if safe and safe[0] in "=+-@\t\r":
        assert safe.lstrip("+-").replace(",", "").replace(".", "", 1).isdigit()


@pytest.mark.parametrize("cell", ["12", "-3", "+10", "1,250.50", "Atta", "", "आटा", "a=b"])
def test_harmless_cells_are_handed_out_as_they_are(cell: str) -> None:
    assert defuse(cell) == cell


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(1)", "+cmd|x", "-2+3", "\t=1", " =1", "＝1", "\r=1"])
def test_live_cells_get_an_apostrophe(cell: str) -> None:
    assert defuse(cell) == f"'{cell}"


def test_a_defused_name_imports_as_the_name_it_was() -> None:
    name = '=HYPERLINK("http://x","Atta")'
    assert one("name", defuse(name)).name == name
    assert one("quantity", defuse("=5")).quantity == StockChange("set", Decimal(5))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.text(max_size=15) | st.sampled_from(["=", "'", "CLEAR", "#N/A", "1e5", "+", "१", "½", "<b>", "&#0;"]),
        max_size=9,
    )
)
def test_no_row_whatever_raises(cells: list[str]) -> None:
    fields = ("name", "barcode", "quantity", "mrp", "net_quantity", "expiry_date", "gst_rate", "hsn_code", "IN-MH")
    mapping = ColumnMapping({field: at for at, field in enumerate(fields)}, fields)
    row = parse_row(RawRow(7, tuple(cells)), mapping)
    assert ParsedRow.from_json(row.to_json()) == row
