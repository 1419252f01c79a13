"""What a look at an item tells, and whether an item is what a shop looks for."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.inventory.domain import importing
from services.inventory.domain.importing import LotChange, StockChange
from services.inventory.domain.item import Item, Label, Lot
from services.inventory.domain.label import label_of
from services.inventory.domain.looking import margin_percent, warnings
from services.inventory.domain.seeking import Sought
from shared.kernel.naming import read_name
from tests.builders import CAUSE, gtin

D = Decimal
TODAY = date(2026, 11, 27)
NAMES = ["Parle-G Gluco Biscuits Parle", "पारले जी बिस्कुट"]


def item(*lots: Lot, **fields: Any) -> Item:
    known = {"store_id": "str_1", "product_id": "prd_1", "default_lot": lots[0].lot_id, "last_updated": CAUSE.at}
    return Item(**{**known, **fields}, lots=list(lots))


def lot(lot_id: str = "lot_1", **facts: Any) -> Lot:
    return Lot(lot_id=lot_id, **facts)


def said(one: Item, today: date = TODAY) -> list[tuple[str, str | None]]:
    return [(w.code, w.lot_id) for w in warnings(one, today)]


# --- Margin and warnings ---


@pytest.mark.parametrize(
    ("cost", "price", "margin"),
    [
        ("78.50", "86.00", "8.7"),
        ("66.65", "100.00", "33.4"),  # half a tenth goes up
        ("100", "100", "0.0"),
        ("110", "100", "-10.0"),
        ("0", "5", "100.0"),
        ("5", "0", None),
        (None, "5", None),
        ("5", None, None),
    ],
)
def test_a_margin_is_of_the_selling_price(cost: str | None, price: str | None, margin: str | None) -> None:
    one = lot(cost_price=cost and D(cost), selling_price=price and D(price))
    assert margin_percent(one) == (D(margin) if margin else None)


def test_nothing_odd_is_nothing_said() -> None:
    assert said(item(lot(quantity=D(1), cost_price=D(4), selling_price=D(4), expiry_date=TODAY))) == []
    assert said(item(lot(quantity=D(0), expiry_date=date(2020, 1, 1)))) == []


def test_each_lot_is_told_of_by_itself() -> None:
    one = item(
        lot("a", quantity=D(-2), cost_price=D(5), selling_price=D(4)),
        lot("b", quantity=D(3), expiry_date=TODAY - timedelta(days=1)),
        lot("c", quantity=D(0), cost_price=D(5), selling_price=D(4)),
    )
    assert said(one) == [("PRICE_BELOW_COST", "a"), ("NEGATIVE_STOCK", "a"), ("EXPIRED_STOCK", "b")]


def test_a_sold_out_default_lot_is_what_would_be_sold_next() -> None:
    assert said(item(lot(quantity=D(0), cost_price=D(5), selling_price=D(4)))) == [("PRICE_BELOW_COST", "lot_1")]


def test_stock_expires_after_its_day() -> None:
    one = item(lot(quantity=D(1), expiry_date=TODAY))
    assert said(one) == []
    assert said(one, TODAY + timedelta(days=1)) == [("EXPIRED_STOCK", "lot_1")]


# --- What is sought ---


def is_found(one: Item, label: Label | None = None, **sought: Any) -> bool:
    return Sought(**sought).is_met(one, label)


def words(q: str) -> dict[str, Any]:
    return {"words": read_name(q).phonetic}


@pytest.mark.parametrize("q", ["parle", "Par", "biscuits gluco", "पारले", "பார்லே", "బిస్కుట్", gtin(1), gtin(1)[:6]])
def test_an_item_is_found_by_beginnings_of_words_in_any_script(q: str) -> None:
    label = label_of(NAMES, gtin(1), "Biscuits")
    assert is_found(item(lot()), label, **words(q))
    assert not is_found(item(lot()), label, **words(f"{q} surf"))
    assert not is_found(item(lot()), None, **words(q))


@pytest.mark.parametrize("q", ["arle", "cuits", gtin(1)[1:]])
def test_the_middle_of_a_word_finds_nothing(q: str) -> None:
    assert not is_found(item(lot()), label_of(NAMES, gtin(1), None), **words(q))


def test_a_barcode_is_on_the_label_however_long_the_names_are() -> None:
    label = label_of([f"name{n} " * 3 for n in range(100)], gtin(1), None)
    assert gtin(1) in label.words
    assert len(label.words) <= 410


def test_all_that_is_sought_must_be_met() -> None:
    one = item(
        lot(quantity=D(3), expiry_date=TODAY + timedelta(days=7)), reorder_level=D(3), supplier="Depot", location="A-3"
    )
    label = Label(" parle", "Biscuits")
    whole = {
        "words": ("parle",),
        "low_stock": True,
        "expires_by": TODAY + timedelta(days=7),
        "supplier": "Depot",
        "location": "A-3",
        "category": "Biscuits",
    }
    assert is_found(one, label, **whole)
    others = {"expires_by": TODAY, "supplier": "depot", "location": "A", "category": "Salt", "words": ("salt",)}
    for name, other in others.items():
        assert not is_found(one, label, **{**whole, name: other})
    assert not is_found(one.model_copy(update={"reorder_level": D(2)}), label, **whole)
    assert Sought().anything
    assert is_found(one)


# --- Who labels ---


def test_a_file_labels_what_has_no_label_and_leaves_others_alone() -> None:
    def applied(old: Item | None, row: int, label: Label | None) -> Item:
        change = StockChange(product_id="prd_1", row=row, label=label, lots=[LotChange(quantity=D(row))])
        new = importing.apply(old, change, store_id="str_1", job_id=f"job_{row}", cause=CAUSE)
        assert new
        return new

    bare = applied(None, 2, None)
    labelled = applied(bare, 3, Label(" parle", "Biscuits"))
    assert (bare.label, labelled.label) == (None, Label(" parle", "Biscuits"))
    # Its facts of the product may be older than what the catalog's events have made of the label meanwhile.
    assert applied(labelled, 4, Label(" older", None)).label == labelled.label
