"""Files of real grocers, dirt and all."""

from __future__ import annotations

import gzip
from collections import Counter
from decimal import Decimal

import pytest

from tests.unit.csv_import.builders import (
    SHARED,
    chunks_of,
    codes,
    dialect_of,
    mapping_of,
    parsed,
    raw_rows,
)

FOLDER = SHARED / "grocers"

if not FOLDER.exists():
    pytest.skip("no ../shared/data/grocers beside this checkout", allow_module_level=True)


def bytes_of(name: str) -> bytes:
    data = (FOLDER / name).read_bytes()
    return gzip.decompress(data) if name.endswith(".gz") else data


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        (
            "bigbasket_8208_qty_url.csv.gz",
            {
                "name": "ProductName", "brand": "Brand", "category": "Category", "subcategory": "SubCategory",
                "net_quantity": "Quantity", "mrp": "Price", "selling_price": "DiscountPrice", "image_url": "Image_Url",
            },
        ),
        (
            "bigbasket_products_27555_nodesc.csv.gz",
            {
                "name": "product", "brand": "brand", "category": "category", "subcategory": "sub_category",
                "mrp": "market_price", "selling_price": "sale_price",
            },
        ),
        ("zepto_products_2025.csv.gz", {"name": "name", "net_quantity": "weight", "selling_price": "price"}),
        (
            "jiomart_products_2025.csv",
            {"name": "Name", "net_quantity": "Weight", "selling_price": "Price", "image_url": "URL"},
        ),
        (
            "blinkit_milk_2026.csv",
            {
                "name": "product_name", "brand": "brand", "net_quantity": "unit", "quantity": "inventory", "mrp": "mrp",
                "selling_price": "price",
            },
        ),
    ],
)  # fmt: skip
def test_the_columns_of_real_files_are_understood(name: str, columns: dict[str, str]) -> None:
    mapping = mapping_of(bytes_of(name))
    assert mapping.suggestion == columns
    assert mapping.decided


def test_the_ids_and_addresses_of_the_big_file_are_left_aside() -> None:
    assert mapping_of(bytes_of("bigbasket_8208_qty_url.csv.gz")).ignored == ("ProductID", "Absolute_Url")


def test_every_row_of_the_big_file_is_an_item_without_errors() -> None:
    rows = parsed(bytes_of("bigbasket_8208_qty_url.csv.gz"))
    assert Counter(row.kind for row in rows) == {"item": 8_208}
    assert [row.row_number for row in rows] == list(range(2, 8_210))
    assert not any(row.errors for row in rows)
    # "Combo", "Multipack", "3 kg - 5 kg": sizes that are none
    assert Counter(code for row in rows for code in codes(row.warnings)).keys() == {"NET_QUANTITY_UNREAD"}
    assert sum(1 for row in rows if row.net_quantity) > 0.95 * len(rows)
    assert all(row.mrp and row.selling_price and row.selling_price <= row.mrp for row in rows)
    first = rows[0]
    assert (first.name, first.brand, str(first.mrp), str(first.selling_price)) == (
        "Onion (Loose)", "Fresho", "69.75", "52.00",
    )  # fmt: skip
    assert first.net_quantity is not None
    assert first.net_quantity.net_quantity.base() == (Decimal(2_000), "g")


def test_descriptions_of_many_lines_stay_in_their_cells() -> None:
    data = bytes_of("bigbasket_products_desc_image_subset.csv.gz")
    rows = raw_rows(data, 333)
    assert len(rows) == 6_079  # the last one cut short
    assert Counter(len(row.cells) for row in rows) == {11: 6_078, 12: 1}
    assert sum(1 for row in rows if "\n" in row.cells[9]) > 700


@pytest.mark.parametrize(
    "name",
    ["bigbasket_8208_qty_url.csv.gz", "jiomart_products_2025.csv", "bigbasket_products_desc_image_subset.csv.gz"],
)
def test_no_chunk_size_changes_the_rows_of_a_real_file(name: str) -> None:
    data = bytes_of(name)
    dialect = dialect_of(data)
    sizes = {rows: sum(chunk.rows for chunk in chunks_of(data, dialect, rows)) for rows in (97, 1_000)}
    assert len(set(sizes.values())) == 1
    assert raw_rows(data, 97) == raw_rows(data, 10_000)


def test_a_file_of_shopping_baskets_waits_for_a_person() -> None:
    data = bytes_of("bigbasket_ragged_baskets_bom.csv")
    assert dialect_of(data).header is None
    assert not mapping_of(data).decided
