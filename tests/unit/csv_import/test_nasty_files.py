"""The corpus of nasty files, at the level of bytes to rows. What needs the whole job (38) is told where it
is seen.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from services.csv_import.domain.facts import ParsedRow, StockChange
from services.csv_import.domain.problems import FileProblem
from tests.unit.csv_import import builders
from tests.unit.csv_import.builders import SHARED, codes, mapping_of, parsed, unpacked_bytes

FOLDER = SHARED / "nasty_csv"
EXPECTED: list[dict[str, Any]] = (
    json.loads((FOLDER / "EXPECTED.json").read_text()) if (FOLDER / "EXPECTED.json").exists() else []
)

if not EXPECTED:
    pytest.skip("no ../shared/data/nasty_csv beside this checkout", allow_module_level=True)

NO_TABLE = {"10_xlsx_renamed.csv"}
"""It may be read or refused; it holds nothing to read."""
SETTLED_LATER = {"38_same_code_two_names.csv"}
"""Both rows are right alone; that they clash shows when the whole file is settled."""

ERRORS = {
    "24_ragged_unquoted_comma.csv": [[], ["TOO_FEW_FIELDS"]],
    "29_scientific.csv": [["BARCODE_SCIENTIFIC_NOTATION"]],
    "33_bad_check_digit.csv": [["GTIN_CHECK_DIGIT"]],
    "41_price_above_mrp.csv": [["PRICE_ABOVE_MRP"]],
    "43_excel_dates.csv": [["QUANTITY_IS_A_DATE"], ["IMPOSSIBLE_DATE"], []],
    "44_gst_hsn.csv": [["FSSAI_SCIENTIFIC_NOTATION"], [], []],
}
WARNINGS = {
    "07_mojibake.csv": [["NAME_REPAIRED"]],
    "08_krutidev_font.csv": [["NAME_LEGACY_FONT"]],
    "24_ragged_unquoted_comma.csv": [["FIELDS_REJOINED"], []],
    "32_many_barcodes.csv": [["BARCODE_SEVERAL"]],
    "34_placeholder_codes.csv": [["BARCODE_PLACEHOLDER"]] * 4,
    "39_case_gtin14.csv": [["BARCODE_CASE"]],
    "43_excel_dates.csv": [[], [], ["DATE_MONTH_ONLY"]],
    "44_gst_hsn.csv": [[], ["HSN_ZERO_RESTORED"], ["GST_SLAB_ENDED"]],
    "46_formula_injection.csv": [["FORMULA_TEXT"], ["FORMULA_TEXT"]],
    "47_html_emoji.csv": [["NAME_HTML_REMOVED"]],
}


def bytes_of(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def items_of(name: str) -> list[ParsedRow]:
    return builders.items_of(bytes_of(name))


READABLE = [
    pytest.param(each, id=each["file"])
    for each in EXPECTED
    if each["outcome"] != "file_error" and each["file"] not in NO_TABLE
]


@pytest.mark.parametrize("expected", READABLE)
def test_the_items_of_a_nasty_file_are_found(expected: dict[str, Any]) -> None:
    rows = items_of(expected["file"])
    assert len(rows) == expected["item_rows"]
    first = rows[0]
    assert (first.barcode.printed if first.barcode else None) == expected["first_barcode"]
    if expected["first_name"] is not None:
        assert first.name == expected["first_name"]
    assert mapping_of(unpacked_bytes(bytes_of(expected["file"]))).decided


@pytest.mark.parametrize("expected", READABLE)
def test_a_nasty_file_says_what_is_wrong_and_no_more(expected: dict[str, Any]) -> None:
    name = expected["file"]
    rows = items_of(name)
    assert [codes(row.errors) for row in rows] == ERRORS.get(name, [[]] * len(rows))
    assert [codes(row.warnings) for row in rows] == WARNINGS.get(name, [[]] * len(rows))
    if expected["outcome"] == "row_errors" and name not in SETTLED_LATER:
        assert any(row.errors for row in rows)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("12_empty.csv", "EMPTY_FILE"),
        ("13_header_only.csv", "NO_ROWS"),
        ("10_xlsx_renamed.csv", "NOT_A_TABLE"),
    ],
)
def test_a_file_that_is_no_csv_is_refused_by_name(name: str, code: str) -> None:
    with pytest.raises(FileProblem) as caught:
        builders.rows_of(bytes_of(name))
    assert caught.value.code == code


def test_skipped_lines_keep_their_row_numbers() -> None:
    rows = parsed(bytes_of("19_total_and_section_rows.csv"))
    assert [(row.row_number, row.kind) for row in rows] == [(2, "section"), (3, "item"), (4, "item"), (5, "total")]
    tail = parsed(bytes_of("28_blank_tail.csv"))
    assert [row.kind for row in tail[2:]] == ["blank"] * 1_000


def test_the_facts_behind_the_names_are_right() -> None:
    assert [str(row.mrp) for row in items_of("14_semicolon_decimal_comma.csv")] == ["285.50"]
    assert [str(row.mrp) for row in items_of("37_dual_mrp.csv")] == ["285.00", "299.00"]
    assert [str(row.expiry_date) for row in items_of("43_excel_dates.csv")] == ["2025-12-31", "None", "2026-03-31"]
    assert [row.hsn_code for row in items_of("44_gst_hsn.csv")] == ["190531", "0402", "0405"]
    assert [str(row.gst_rate) for row in items_of("44_gst_hsn.csv")] == ["18", "5", "12"]
    changes = [StockChange("add", Decimal(10)), StockChange("set", Decimal(5)), StockChange("set", Decimal(7))]
    assert [row.quantity for row in items_of("50_qty_only_update.csv")] == changes
    (kept,) = items_of("49_update_blank_cells.csv")
    assert (kept.name, str(kept.mrp), kept.selling_price, kept.quantity, kept.clear) == (None, "299.00", None, None, ())
    assert [row.local_code for row in items_of("34_placeholder_codes.csv")] == [None, None, None, "PARLE01"]
