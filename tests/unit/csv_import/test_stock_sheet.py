"""What inventory's export writes, as the importer reads it: the same text, the same figures, the same goods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.csv_import.domain.columns import map_columns
from services.csv_import.domain.facts import ParsedRow
from services.csv_import.domain.outcome import identity_of
from services.csv_import.domain.template import csv_of
from services.inventory.domain import sheet
from services.inventory.domain.item import Item, Lot
from shared.kernel.cells import as_text, looks_live
from shared.kernel.naming import identity_key
from shared.kernel.quantity import NetQuantity, Packed
from shared.kernel.sheet import STOCK_SHEET
from shared.kernel.text import nfc
from tests.builders import NOON, gtin
from tests.unit.csv_import.builders import codes, parsed

NASTY = (
    "=1+1", "'=1", "@x", "-3", "+10", "'-3", "''", "'", "'5 Star", "5 Star", "''5", "7Up", "001", "5-10", "1E5",
    "12 May", "CLEAR", "clear", "'CLEAR", "NA", "n/a", "-", "--", "?", "nil", "#N/A", "#REF!", "####", "Err:502",
    "Total", "कुल",
    "Grand total: 12", "A&B", "Salt &amp; Pepper", "<b>bold</b>", "a < b", "à¤†à¤Ÿà¤¾", "Nescafé", "पारले जी",
    "“quoted”", 'a "quote", b', ",;|\t", "'kDdj", "March 5", "MAY26", "e", "E", "90.00", "50%", "आटा १ किलो",
    "🍪", "=", "a=b", "name", "Name",
)  # fmt: skip
TEXT = (st.sampled_from(NASTY) | st.text(max_size=12) | st.text("'=+-@# &;<>/eE1.a\"", max_size=8)).map(nfc)
SOME = TEXT | st.none()
FIGURE = st.decimals(Decimal("-9999999.999"), Decimal("9999999.999"), places=3)
PRICE = st.decimals(Decimal("0.01"), Decimal("99999999.99"), places=2)
NAMES = st.sampled_from(
    (
        "Salt",
        "Soap 3 x 100 g",
        "Curd 400 g + 50 g free",
        "Eggs 30",
        "Pack of 2 Dal",
        "Combo 500 g, 200 g",
        "7 Up",
        "Total",
    )
)
SIZES = st.sampled_from(
    ("500 g", "2 x 200 ml", "Combo", "1 kg (2 x 500 g)", "5 L (4.58 kg)", "500 - 600 g", "500", "10's", "½ kg",
     "05-Oct", "NA", "500 g pouch", "१ किलो", "Loose", "13 x 13 cm")
)  # fmt: skip


@dataclass
class Goods:
    name: str = "Salt"
    brand: str | None = None
    category: str | None = None
    barcode: str | None = None
    packed: Packed | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


def item(*lots: Lot, **fields: Any) -> Item:
    lots = lots or (Lot(lot_id="a"),)
    known = {"store_id": "str_1", "product_id": "prd_1", "default_lot": lots[-1].lot_id, "last_updated": NOON, **fields}
    return Item(lots=list(lots), **known)


def read(one: Item, goods: Goods) -> list[ParsedRow]:
    text = sheet.BOM + sheet.headings() + "".join(sheet.rows(one, goods))
    return parsed(text.encode())


def the_row(one: Item, goods: Goods) -> ParsedRow:
    (row,) = read(one, goods)
    return row


@settings(max_examples=400, deadline=None)
@given(name=TEXT.filter(bool), brand=SOME, batch=SOME, supplier=SOME, location=SOME, notes=SOME)
@example(name="Total", brand="CLEAR", batch="NA", supplier="'5", location="", notes="#N/A")
def test_text_comes_back_as_it_was(
    name: str, brand: str | None, batch: str | None, supplier: str | None, location: str | None, notes: str | None
) -> None:
    stocked = item(Lot(lot_id="a", batch=batch), supplier=supplier, location=location, notes=notes)
    row = the_row(stocked, Goods(name, brand))
    assert (row.kind, row.errors, row.clear) == ("item", (), ())
    came = (row.name, row.brand, row.batch, row.supplier, row.location, row.notes)
    assert came == tuple(text or None for text in (name, brand, batch, supplier, location, notes))


@settings(max_examples=300, deadline=None)
@given(TEXT)
def test_no_text_is_live_in_a_spreadsheet(text: str) -> None:
    assert not looks_live(as_text(text))


@settings(max_examples=200, deadline=None)
@given(
    quantity=FIGURE,
    reorder_level=FIGURE.map(abs) | st.none(),
    prices=st.tuples(PRICE | st.none(), PRICE | st.just(Decimal("0.00")) | st.none(), PRICE | st.none()),
    expiry=st.dates(date(2000, 1, 1), date(2099, 12, 31)) | st.none(),
    unit=st.sampled_from(("piece", "kg", "g", "l", "ml", "dozen", "box")),
    box_of=FIGURE.map(abs).filter(bool) | st.none(),
)
def test_figures_come_back_as_they_were(
    quantity: Decimal,
    reorder_level: Decimal | None,
    prices: tuple[Decimal | None, ...],
    expiry: date | None,
    unit: Any,
    box_of: Decimal | None,
) -> None:
    mrp, selling, cost = prices
    selling = min(selling, mrp) if selling is not None and mrp is not None else selling
    lot = Lot(lot_id="a", quantity=quantity, mrp=mrp, selling_price=selling, cost_price=cost, expiry_date=expiry)
    row = the_row(item(lot, unit=unit, reorder_level=reorder_level, box_of=box_of), Goods())
    assert (row.errors, row.warnings) == ((), ())
    assert row.quantity == ("set", quantity)
    assert (row.mrp, row.selling_price, row.cost_price) == (mrp, selling, cost)
    assert (row.expiry_date, row.unit, row.box_of, row.reorder_level) == (expiry, unit, box_of, reorder_level)


@settings(max_examples=400, deadline=None)
@given(
    name=NAMES,
    brand=st.sampled_from(("Tata", "24 Mantra", "NA", None)),
    weight=SIZES | st.none(),
    value=st.sampled_from(("500", "0.35", "100", "1", "9999999.999")).map(Decimal),
    unit=st.sampled_from(("g", "kg", "ml", "l", "piece")),
    packs=st.sampled_from((1, 2, 3, 9_999)),
    sized=st.booleans(),
)
def test_goods_without_a_barcode_are_known_by_what_the_sheet_says(
    name: str, brand: str | None, weight: str | None, value: Decimal, unit: Any, packs: int, sized: bool
) -> None:
    packed = Packed(NetQuantity(value=value, unit=unit), packs) if sized else None
    goods = Goods(name, brand, packed=packed, attributes={"weight": weight} if weight else {})
    row = the_row(item(), goods)
    assert row.errors == ()
    assert identity_of(row) == f"identity#{identity_key(name, brand=brand, net_quantity=packed, size=weight)}"


def test_a_barcode_survives_a_spreadsheet_and_is_read() -> None:
    row = the_row(item(), Goods(barcode=gtin(1)))
    assert row.barcode is not None
    assert (row.barcode.printed, codes(row.warnings)) == (gtin(1), [])


def test_each_lot_has_a_row_and_the_default_one_comes_last() -> None:
    lots = [Lot(lot_id=i, mrp=Decimal(mrp)) for i, mrp in (("a", 84), ("b", 88), ("c", 90))]
    assert [row.mrp for row in read(item(*lots, default_lot="b"), Goods())] == [84, 90, 88]


def test_the_headings_are_those_of_the_template() -> None:
    template = csv_of("en").splitlines()[0].lstrip("\ufeff").split(",")
    assert set(template) <= set(STOCK_SHEET.values())


@pytest.mark.parametrize("without", STOCK_SHEET)
def test_each_heading_is_known_though_somebody_has_taken_a_column_out(without: str) -> None:
    left = {field: heading for field, heading in STOCK_SHEET.items() if field != without}
    assert set(map_columns(list(left.values()), []).columns) == set(left)
