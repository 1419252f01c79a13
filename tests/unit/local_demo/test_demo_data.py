"""The demo files are what a first start loads: one bad row there would be the first thing anybody sees."""

from __future__ import annotations

import csv
import re
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest

import local

DEMO = Path(local.__path__[0]) / "demo"
SCRIPTS = {
    "IN-UP": "DEVANAGARI",
    "IN-MH": "DEVANAGARI",
    "IN-TN": "TAMIL",
    "IN-TS": "TELUGU",
    "IN-KA": "KANNADA",
    "IN-GJ": "GUJARATI",
    "IN-WB": "BENGALI",
    "IN-KL": "MALAYALAM",
    "IN-PB": "GURMUKHI",
}
LEAST = {"IN-UP": 150, "IN-MH": 80, "IN-TN": 80}
FACTS = [
    "name",
    "brand",
    "category",
    "barcode",
    "net_quantity",
    "mrp",
    "hsn_code",
    "gst_rate",
    "country_of_origin",
    "description",
]
ENGLISH = [
    "Item Name",
    "Barcode",
    "Pack Size",
    "Qty",
    "MRP",
    "Rate",
    "Purchase Rate",
    "Reorder Level",
    "Supplier",
]
TAMIL = ["பொருள் பெயர்", "பார்கோடு", "பேக்", "இருப்பு", "MRP", "விற்பனை விலை", "கொள்முதல் விலை", "சப்ளையர்"]
SHOPS = {"stock_mumbai.csv": ENGLISH, "stock_chennai.csv": TAMIL}
SIZE = re.compile(r"(\d+ x )?\d+(\.\d+)? (g|kg|ml|L|pieces?)")
MONEY = re.compile(r"\d+\.\d\d")


def table(file: str) -> tuple[list[str], list[list[str]]]:
    with (DEMO / file).open(encoding="utf-8", newline="") as lines:
        headings, *rows = csv.reader(lines)
    return headings, rows


HEADINGS, ROWS = table("catalog.csv")
CATALOG = [dict(zip(HEADINGS, row, strict=True)) for row in ROWS]


def right_check_digit(gtin: str) -> bool:
    weights = [1, 3] * 7
    return sum(int(digit) * weight for digit, weight in zip(reversed(gtin), weights, strict=False)) % 10 == 0


def repeated(keys: list[str]) -> set[str]:
    return {key for key in keys if keys.count(key) > 1}


def test_the_catalog_has_its_headings_and_every_row_all_its_cells() -> None:
    assert [*FACTS, *SCRIPTS] == HEADINGS
    assert {len(row) for row in ROWS} == {len(HEADINGS)}
    assert [cell for row in ROWS for cell in row if cell != cell.strip() or "\n" in cell] == []


def test_the_catalog_holds_some_three_hundred_products_of_a_kirana() -> None:
    assert 320 <= len(CATALOG) <= 360
    assert 20 <= len({product["category"] for product in CATALOG}) <= 30
    assert sum(bool(product["barcode"]) for product in CATALOG) >= 80


def test_every_product_has_what_a_shelf_label_needs() -> None:
    blank = [
        (product["name"], field)
        for product in CATALOG
        for field in FACTS
        if field not in {"brand", "barcode"} and not product[field]
    ]
    assert blank == []
    assert [p["net_quantity"] for p in CATALOG if not SIZE.fullmatch(p["net_quantity"])] == []
    assert [p["mrp"] for p in CATALOG if not MONEY.fullmatch(p["mrp"]) or Decimal(p["mrp"]) <= 0] == []
    assert [p["hsn_code"] for p in CATALOG if not re.fullmatch(r"\d{4}(\d{2}){0,2}", p["hsn_code"])] == []


def test_gst_rates_are_the_slabs_since_september_2025() -> None:
    assert {product["gst_rate"] for product in CATALOG} == {"0", "5", "18", "40"}


def test_barcodes_are_gtins_and_none_stands_twice() -> None:
    barcodes = [product["barcode"] for product in CATALOG if product["barcode"]]
    assert [b for b in barcodes if not re.fullmatch(r"\d{8}|\d{12,14}", b) or not right_check_digit(b)] == []
    assert repeated(barcodes) == set()


def test_no_two_rows_are_the_same_product() -> None:
    def same(text: str) -> str:
        return " ".join(re.findall(r"\w+", text.casefold()))

    names = ["/".join(same(p[field]) for field in ("name", "brand", "net_quantity")) for p in CATALOG]
    assert repeated(names) == set()


def test_loose_goods_have_neither_brand_nor_barcode() -> None:
    loose = [product for product in CATALOG if "(Loose)" in product["name"]]
    assert len(loose) >= 30
    assert [product["name"] for product in loose if product["brand"] or product["barcode"]] == []


@pytest.mark.parametrize(("region", "script"), SCRIPTS.items())
def test_names_of_a_region_are_in_its_script(region: str, script: str) -> None:
    cells = [product[region] for product in CATALOG if product[region]]
    names = [name for cell in cells for name in cell.split("|")]
    assert len(cells) >= LEAST.get(region, 30)
    assert [name for name in names if not name or name != name.strip()] == []
    letters = {letter for name in names for letter in name if unicodedata.category(letter)[0] in "LM"}
    assert {letter for letter in letters if not unicodedata.name(letter).startswith(script)} == set()


def test_names_of_a_region_leave_the_size_out() -> None:
    sized = [
        product[region]
        for product in CATALOG
        for region in SCRIPTS
        if re.search(r"\d", product[region]) and "5 Star" not in product["name"]
    ]
    assert sized == []


@pytest.mark.parametrize(("file", "headings"), SHOPS.items())
def test_a_stock_file_has_its_headings_and_a_shop_full_of_rows(file: str, headings: list[str]) -> None:
    found, rows = table(file)
    assert found == headings
    assert {len(row) for row in rows} == {len(headings)}
    assert 40 <= len(rows) <= 70


@pytest.mark.parametrize("file", SHOPS)
def test_every_stock_row_is_a_product_of_the_catalog(file: str) -> None:
    products = {(p["name"], p["net_quantity"], p["barcode"]) for p in CATALOG}
    _, rows = table(file)
    assert [row for row in rows if (row[0], row[2], row[1]) not in products] == []
    lots = [f"{row[0]}/{row[2]}/{row[4]}" for row in rows]
    assert repeated(lots) == set()


@pytest.mark.parametrize("file", SHOPS)
def test_nothing_is_sold_above_its_mrp_nor_below_its_cost(file: str) -> None:
    _, rows = table(file)
    assert [row for row in rows for price in row[4:7] if not MONEY.fullmatch(price)] == []
    prices = [tuple(Decimal(price) for price in row[4:7]) for row in rows]
    assert [(mrp, rate, cost) for mrp, rate, cost in prices if not 0 < cost < rate <= mrp] == []


@pytest.mark.parametrize("file", SHOPS)
def test_stock_is_counted_and_only_loose_goods_have_decimals(file: str) -> None:
    _, rows = table(file)
    assert [row for row in rows if not re.fullmatch(r"\d+(\.\d{1,3})?", row[3])] == []
    broken = [row[0] for row in rows if "." in row[3]]
    assert len(broken) >= 5
    assert [name for name in broken if "(Loose)" not in name] == []
