"""Nasty files that shopkeepers send and the corpus only names."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from shared.kernel.cells import defuse
from tests.unit.csv_import.builders import codes, dialect_of, item, items, mapping_of, parsed

ATTA = "8901000001016"
BESAN = "8901000002020"
SHEET = f"barcode,name,mrp,selling_price,qty\r\n{ATTA},Atta 5 kg,285,270,12\r\n{BESAN},बेसन 500 g,65,62,8\r\n"


def test_utf16_big_endian() -> None:
    data = b"\xfe\xff" + SHEET.replace(",", "\t").encode("utf-16-be")
    assert [row.name for row in items(data)] == ["Atta 5 kg", "बेसन 500 g"]


def test_a_cash_register_report_with_shop_and_period_above() -> None:
    above = "Shree Ganesh Stores,,,,\r\nGSTIN,27AAAPL1234C1ZV,,,\r\nStock as on,31-03-2026,,,\r\n,,,,\r\n"
    rows = items((above + SHEET + "Grand Total,,350,332,20\r\n").encode())
    assert [(row.row_number, row.name) for row in rows] == [(6, "Atta 5 kg"), (7, "बेसन 500 g")]


def test_headings_with_dots_breaks_and_hard_spaces() -> None:
    data = f'"Bar\nCode",Item\u00a0Name,M.R.P.,"Selling\nPrice (₹)",Qty.\n{ATTA},Atta,285,270,12\n'.encode()
    dialect = dialect_of(data)
    assert dialect.first_row == 2
    assert list(mapping_of(data).columns) == ["name", "barcode", "quantity", "mrp", "selling_price"]


def test_two_rate_columns_wait_for_a_person() -> None:
    mapping = mapping_of(f"barcode,name,Rate,Rate\n{ATTA},Atta,240,270\n{BESAN},Besan,50,62\n".encode())
    assert not mapping.decided
    assert mapping.suggestion["selling_price"] == 3


def test_inch_marks_at_the_begin_and_end_of_cells() -> None:
    data = f'barcode,name,mrp\n{ATTA},12" Tawa,285\n{BESAN},"10" Kadhai,65\n,Pan 9",70\n,Rod,80\n'.encode()
    assert [(row.name, str(row.mrp)) for row in items(data)] == [
        ('12" Tawa', "285.00"),
        ("10 Kadhai", "65.00"),
        ('Pan 9"', "70.00"),
        ("Rod", "80.00"),
    ]


def test_zeros_lost_by_a_spreadsheet() -> None:
    row = item("36000291452", "Imported tissue", "285", "270", "1")
    assert (row.barcode and row.barcode.key, codes(row.warnings)) == ("00036000291452", ["BARCODE_ZERO_RESTORED"])


def test_an_in_store_code_is_the_shops_own() -> None:
    row = item("2112345000008", "Loose paneer", "", "320", "4")
    assert (row.barcode, row.local_code, codes(row.warnings)) == (None, "2112345000008", ["BARCODE_STORE_SCOPED"])


def test_prices_in_indian_dress() -> None:
    row = item(ATTA, "Gold coin", "₹ 1,25,000.00", "Rs.99,999/-", "1")
    assert (row.mrp, row.selling_price) == (Decimal("125000.00"), Decimal("99999.00"))


def test_counts_with_units_fractions_and_signs() -> None:
    headings = ("name", "stock")
    rows = [item("Atta", cell, headings=headings) for cell in ("12 pcs", "½ kg", "2 peti", "1 dz", "-3")]
    assert [(row.quantity and (row.quantity.op, str(row.quantity.amount)), row.unit) for row in rows] == [
        (("set", "12"), "piece"),
        (("set", "0.5"), "kg"),
        (("set", "2"), "box"),
        (("set", "1"), "dozen"),
        (("add", "-3"), None),
    ]


def test_error_values_fail_and_null_says_nothing() -> None:
    assert [codes(item(ATTA, "Atta", cell, "", "").errors) for cell in ("#REF!", "#N/A", "NULL")] == [
        ["SPREADSHEET_ERROR_VALUE"],
        ["SPREADSHEET_ERROR_VALUE"],
        [],
    ]


def test_most_columns_of_a_file_swapped_say_so_in_every_row() -> None:
    rows = items(SHEET.replace("mrp,selling_price", "selling_price,mrp").encode())
    assert all("swapped" in row.errors[0].message for row in rows)


def test_a_report_we_handed_out_imports_again_as_it_was() -> None:
    """The shopkeeper's own row with our columns behind it, defused, with a byte order mark."""
    own = [ATTA, '=HYPERLINK("http://x","Atta")', "285", "270", "+12"]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(
        [
            *("barcode", "name", "mrp", "selling_price", "qty"),
            *("row_number", "outcome", "product_id", "error_code", "error_message"),
        ]
    )
    writer.writerow([*map(defuse, own), "2", "failed", "", "PRICE_ABOVE_MRP", defuse("=no")])
    again = parsed(b"\xef\xbb\xbf" + out.getvalue().encode())[0]
    first = item(*own)
    again.row_number = first.row_number
    assert again == first
