"""When to order again and how much: the rule, and the list as one reads it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inventory.domain import order_list
from services.inventory.domain.entry import Entry
from services.inventory.domain.item import Item, Lot
from services.inventory.domain.order_list import Wanted
from services.inventory.domain.reordering import Policy, advise, sales
from shared.kernel.quantity import NetQuantity, Packed
from tests.builders import NOON

DAY = timedelta(days=1)


def row(type_: Any, change: object, ago: timedelta = DAY, version: int = 1) -> Entry:
    at = NOON - ago
    moved = Decimal(str(change))
    return Entry(
        movement_id=f"mov-{version}",
        type=type_,
        quantity=abs(moved),
        unit="piece",
        change=moved,
        balance=Decimal(0),
        occurred_at=at,
        recorded_at=at,
        version=version,
        origin="api",
        actor="ravi",
    )


def item(quantity: object = 5, **fields: Any) -> Item:
    lot = Lot(lot_id="a", quantity=Decimal(str(quantity)), cost_price=Decimal("7.50"))
    known = {"store_id": "str_1", "product_id": "prd_1", "last_updated": NOON, "default_lot": "a", **fields}
    return Item(lots=[lot], **known)


OLD = row("opening", 100, 60 * DAY)


def sold(*rows: Entry, first: Entry | None = OLD) -> Any:
    return sales(rows, first, NOON)


# --- What sells ---


def test_sales_less_returns_of_thirty_days_make_the_average() -> None:
    found = sold(row("sale", -70), row("return_in", 10, version=2), row("damage", -5, version=3))
    assert (found.sold, found.days, found.a_day) == (60, 30, 2)
    assert (found.since, found.until) == (NOON - 30 * DAY, NOON)


def test_of_a_younger_item_its_own_days_count_and_a_begun_day_counts_whole() -> None:
    found = sold(row("sale", -9, timedelta(hours=1), 2), first=row("opening", 20, timedelta(days=2, hours=5)))
    assert (found.days, found.a_day) == (3, 3)
    assert sold(row("sale", -9, timedelta(hours=1), 2), first=row("opening", 20, timedelta(hours=2))).days == 1


def test_what_a_phone_sold_before_the_first_row_was_booked_counts() -> None:
    late = row("sale", -9, 8.5 * DAY).model_copy(update={"recorded_at": NOON})
    assert (sold(late, first=row("opening", 20, DAY)).sold, sold(late, first=row("opening", 20, DAY)).days) == (9, 9)


def test_what_was_booked_lately_but_happened_long_ago_does_not_count() -> None:
    assert sold(row("sale", -9, 31 * DAY)).sold == 0


def test_a_row_that_comes_twice_counts_once() -> None:
    one = row("sale", -30)
    assert sold(one, one).sold == 30


def test_more_returns_than_sales_are_no_sales() -> None:
    assert sold(row("return_in", 3)).sold == 0


def test_an_item_without_rows_sells_nothing() -> None:
    assert sales([], None, NOON).a_day == 0


# --- What to do ---


def test_the_level_is_what_sells_until_goods_come_and_a_reserve() -> None:
    advice = advise(item(5, reorder_level=Decimal(6)), sold(row("sale", -61)), Policy())
    assert advice.reorder_level == 11, "61 / 30 * (3 + 2), rounded up"
    assert advice.days_of_cover == Decimal("2.5")
    assert advice.quantity == 35, "11 + 61 / 30 * 14 - 5, rounded up"


def test_other_days_may_be_asked_for() -> None:
    advice = advise(item(0), sold(row("sale", -30)), Policy(lead_days=10, safety_days=0, order_days=7))
    assert advice.reorder_level == 10
    assert advice.quantity == 17


def test_a_higher_level_of_the_shop_stands() -> None:
    assert advise(item(5, reorder_level=Decimal(50)), sold(row("sale", -30)), Policy()).quantity == 50 + 14 - 5


def test_without_sales_the_second_bin_is_filled() -> None:
    advice = advise(item(4, reorder_level=Decimal(6)), sold(), Policy())
    assert advice.days_of_cover is None
    assert advice.reorder_level == 0
    assert advice.quantity == 8
    assert advise(item(-3), sold(), Policy()).quantity == 3


def test_stock_below_zero_covers_no_day_and_is_ordered_too() -> None:
    advice = advise(item(-4), sold(row("sale", -30)), Policy())
    assert advice.days_of_cover == 0
    assert advice.quantity == 4 + 5 + 14


@pytest.mark.parametrize(("unit", "level"), [("kg", "1.7"), ("l", "1.7"), ("piece", "2"), ("g", "2"), ("box", "2")])
def test_kilos_are_ordered_in_tenths_and_pieces_whole(unit: Any, level: str) -> None:
    assert advise(item(unit=unit), sold(row("sale", -10)), Policy()).reorder_level == Decimal(level)


@given(
    stock=st.decimals(-9_999_999, 9_999_999, places=3),
    change=st.decimals(Decimal("-9999999.999"), 0, places=3),
    level=st.decimals(0, 9_999_999, places=3) | st.none(),
    lead=st.integers(0, 60),
    order=st.integers(1, 180),
)
def test_whatever_the_figures_advice_can_be_told(
    stock: Decimal, change: Decimal, level: Decimal | None, lead: int, order: int
) -> None:
    rows = [row("sale", change, version=n) for n in range(40)]
    one = item(stock, reorder_level=level)
    advice = advise(one, sales(rows, OLD, NOON), Policy(lead_days=lead, order_days=order))
    figures = (advice.reorder_level, advice.quantity, advice.sales.a_day, advice.days_of_cover or Decimal(0))
    assert all(0 <= figure <= Decimal("9999999.999") for figure in figures)
    if advice.quantity < 9_999_999:
        assert stock + advice.quantity >= (level or 0), "after the order it isn't below the level"


# --- The list ---


def wanted(name: str = "Parle-G", *, stock: object = 5, supplier: str | None = None, **fields: Any) -> Wanted:
    goods: Any = SimpleNamespace(
        name=name,
        brand=fields.pop("brand", None),
        barcode="8901719110016",
        packed=fields.pop("packed", Packed(NetQuantity(value=Decimal(800), unit="g"), 1)),
    )
    one = item(stock, supplier=supplier, reorder_level=Decimal(6), **fields)
    return Wanted(one, goods, advise(one, sold(row("sale", -30)), Policy()))


def test_a_message_is_a_line_an_item_under_its_supplier() -> None:
    some = [
        wanted(supplier="Anand Traders", stock="5"),
        wanted("Toor Dal", supplier="ANAND traders", packed=None, unit="kg", stock="1.250"),
        wanted("Jeera 200 g", brand="Everest", stock=0),
    ]
    assert order_list.as_message(some, "en") == (
        "Anand Traders\n- Parle-G 800 g: 15 pcs (5 left)\n- Toor Dal: 18.8 kg (1.25 left)\n\n"
        "Supplier not known\n- Everest Jeera 200 g: 20 pcs (0 left)\n"
    )


def test_a_message_is_in_the_shops_language() -> None:
    assert order_list.as_message([wanted(supplier="आनंद")], "hi-IN") == "आनंद\n- Parle-G 800 g: 15 पीस (5 बचा)\n"
    assert order_list.as_message([], "mr") == "काही मागवायचे नाही.\n"
    assert order_list.as_message([], "sa") == order_list.as_message([], None) == "Nothing to order.\n"


def test_suppliers_come_in_order_and_who_has_none_last() -> None:
    items = [item(supplier=s, product_id=p) for s, p in ((None, "a"), ("Zed", "b"), ("anand", "d"), ("ANAND", "c"))]
    assert [i.product_id for i in sorted(items, key=order_list.place)] == ["c", "d", "b", "a"]


def test_a_csv_is_defused() -> None:
    text = order_list.as_csv([wanted("=1+1", supplier="@cmd")])
    assert text.startswith("\ufeffSupplier,Name,Barcode,In stock,Unit,")
    assert text.splitlines()[1] == "'@cmd,'=1+1 800 g,'8901719110016,5,piece,6,5,1,5,15,7.50"
