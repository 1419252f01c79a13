"""Lots, prices, and what a file makes of them."""

# mypy: disable-error-code="comparison-overlap"

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.inventory.domain import editing, importing, telling
from services.inventory.domain.editing import ItemFields, ItemPatch
from services.inventory.domain.importing import LotChange, StockChange
from services.inventory.domain.item import Item, Refused
from shared.kernel.errors import Conflict, NotFound
from tests.builders import CAUSE

D = Decimal


def put(old: Item | None = None, *, product_mrp: str | None = None, **fields: Any) -> Item:
    mrp = D(product_mrp) if product_mrp else None
    return editing.put(old, "str_1", "prd_1", ItemFields.model_validate(fields), mrp, CAUSE)


def patch(old: Item, **fields: Any) -> Item:
    return editing.patch(old, ItemPatch.model_validate(fields), None, CAUSE)


def lot(quantity: str | None = None, **facts: Any) -> LotChange:
    return LotChange(quantity=D(quantity) if quantity is not None else None, **facts)


def change(*lots: LotChange, row: int = 2, **facts: Any) -> StockChange:
    return StockChange(product_id="prd_1", row=row, lots=list(lots), **facts)


def applied(old: Item | None, *lots: LotChange, job: str = "job_1", row: int = 2, **facts: Any) -> Item:
    new = importing.apply(old, change(*lots, row=row, **facts), store_id="str_1", job_id=job, cause=CAUSE)
    assert new is not None
    return new


def shelf(item: Item) -> list[tuple[str | None, str]]:
    return [(f"{one.mrp:.0f}" if one.mrp is not None else None, f"{one.quantity:.0f}") for one in item.lots]


def two_lots() -> Item:
    return applied(None, lot("10", mrp=D(84), selling_price=D(80)), lot("5", mrp=D(88), selling_price=D(85)))


# --- By hand ---


def test_an_item_begins_with_one_lot() -> None:
    item = put(quantity=3, mrp="90", selling_price="86")
    assert (item.version, item.quantity, item.mrp, item.selling_price) == (1, 3, 90, 86)
    assert [one.lot_id for one in item.lots] == [item.default_lot]


def test_a_put_without_a_figure_means_nothing_there() -> None:
    item = put(put(quantity=3, mrp="90", notes="x"))
    assert (item.quantity, item.mrp, item.notes, item.unit, item.version) == (0, None, None, "piece", 2)


def test_a_patch_keeps_what_it_does_not_name() -> None:
    item = patch(put(quantity=3, mrp="90", notes="x", unit="kg"), quantity="4.5")
    assert (item.quantity, item.mrp, item.notes, item.unit) == (D("4.5"), 90, "x", "kg")
    for name in ("quantity", "unit"):
        with pytest.raises(ValidationError):
            patch(item, **{name: None})


def test_no_price_above_the_mrp_that_counts() -> None:
    with pytest.raises(Refused):
        put(mrp="90", selling_price="90.01")
    with pytest.raises(Refused):
        put(product_mrp="90", selling_price="91")
    assert put(product_mrp="90", mrp="95", selling_price="95").selling_price == 95
    assert put(selling_price="1000").selling_price == 1000


def test_prices_of_several_lots_need_their_lot() -> None:
    item = two_lots()
    for wrong in ({"mrp": "90"}, {"selling_price": "70"}, {"cost_price": "1"}):
        with pytest.raises(Conflict) as refused:
            patch(item, **wrong)
        assert refused.value.code == "LOT_REQUIRED"
    first = item.lots[0].lot_id
    assert patch(item, selling_price="70", lot_id=first).lots[0].selling_price == 70
    with pytest.raises(NotFound):
        patch(item, selling_price="70", lot_id="lot_none")


@given(st.integers(min_value=0, max_value=40))
def test_a_total_is_met_and_no_lot_goes_below_zero(total: int) -> None:
    item = patch(two_lots(), quantity=total)
    assert item.quantity == total
    assert all(one.quantity >= 0 for one in item.lots)


# --- By a file ---


def test_another_mrp_batch_or_expiry_is_another_lot() -> None:
    item = applied(
        None,
        lot("1", mrp=D(84)),
        lot("2", mrp=D(88)),
        lot("3", mrp=D(88), batch="B7"),
        lot("4", mrp=D(88), batch="B7", expiry_date=date(2027, 3, 31)),
    )
    assert [str(one.quantity) for one in item.lots] == ["1", "2", "3", "4"]
    assert len({one.lot_id for one in item.lots}) == 4
    assert item.front.quantity == 4


def test_set_replaces_the_whole_stock_and_zeroes_lots_it_does_not_name() -> None:
    item = applied(two_lots(), lot("7", mrp=D(88)), job="job_2")
    assert shelf(item) == [("84", "0"), ("88", "7")]


def test_add_moves_its_own_lot_only() -> None:
    item = applied(two_lots(), lot("7", mrp=D(84), adds=True), job="job_2")
    assert shelf(item) == [("84", "17"), ("88", "5")]


def test_a_file_without_quantities_moves_no_stock() -> None:
    item = applied(two_lots(), lot(None, mrp=D(84), selling_price=D(83)), job="job_2")
    assert shelf(item) == [("84", "10"), ("88", "5")]
    assert item.lots[0].selling_price == 83


def test_a_row_that_names_no_lot_means_the_default_one() -> None:
    item = applied(two_lots(), lot("7", adds=True), job="job_2")
    assert shelf(item) == [("84", "10"), ("88", "12")]


def test_a_row_that_only_says_more_about_the_one_lot_is_that_lot() -> None:
    one = put(quantity=3)
    item = applied(one, lot("4", mrp=D(90), batch="B7"))
    assert shelf(item) == [("90", "4")]
    assert item.lots[0].lot_id == one.lots[0].lot_id
    other = applied(item, lot("5", mrp=D(95)), job="job_2")
    assert len(other.lots) == 2


def test_an_import_never_takes_stock_below_zero_but_lifts_what_is_below() -> None:
    item = put(quantity=3)
    with pytest.raises(Refused) as refused:
        applied(item, lot("-4", adds=True))
    assert refused.value.code == "NEGATIVE_QUANTITY"
    below = item.model_copy(update={"lots": [item.lots[0].model_copy(update={"quantity": D(-5)})]})
    assert applied(below, lot("2", adds=True)).quantity == -3
    assert applied(below, lot("2")).quantity == 2


def test_a_row_of_a_job_is_applied_once() -> None:
    once = applied(None, lot("5", adds=True), row=7)
    again = importing.apply(once, change(lot("5", adds=True), row=7), store_id="str_1", job_id="job_1", cause=CAUSE)
    assert again is None
    assert applied(once, lot("5", adds=True), job="job_2", row=7).quantity == 10


def test_what_a_job_says_of_an_item_by_two_names_comes_in_whole_in_either_order() -> None:
    first: dict[str, Any] = {"parts": [lot("5", mrp=D(84))], "row": 3, "supplier": "Ramesh", "location": "A1"}
    second: dict[str, Any] = {"parts": [lot("2", mrp=D(88))], "row": 7, "supplier": "Suresh"}
    made = []
    for ways in ([first, second], [second, first], [second, first, second, first]):
        item = put(quantity=9, mrp="90")
        for way in ways:
            said = {n: v for n, v in way.items() if n != "parts"}
            made_of = change(*way["parts"], **said)
            item = importing.apply(item, made_of, store_id="str_1", job_id="job_1", cause=CAUSE) or item
        made.append(({lot.mrp: lot.quantity for lot in item.lots}, item.front.mrp, item.supplier, item.location))
    assert made == [({D(90): 0, D(84): 5, D(88): 2}, 88, "Suresh", "A1")] * 3


def test_marks_of_old_jobs_are_forgotten_but_not_those_of_late_ones() -> None:
    item = put(quantity=1)
    for n in range(10):
        item = applied(item, lot("1", adds=True), job=f"job_{n}")
    assert len(item.import_marks) == 4
    assert "job_9" in item.import_marks


def test_a_file_that_says_what_is_there_changes_nothing() -> None:
    item = two_lots()
    same = change(lot("10", mrp=D(84), selling_price=D(80)), lot("5", mrp=D(88), selling_price=D(85)), row=9)
    assert importing.apply(item, same, store_id="str_1", job_id="job_2", cause=CAUSE) is None


def test_clear_erases_and_a_blank_keeps() -> None:
    item = put(quantity=1, mrp="90", selling_price="80", supplier="Ramesh", notes="x", reorder_level=4)
    cleared = frozenset({"supplier", "selling_price"})
    new = applied(item, lot(None, clear=cleared), clear=cleared, notes="y")
    assert (new.supplier, new.selling_price, new.notes, new.reorder_level, new.mrp) == (None, None, "y", 4, 90)
    assert applied(item, lot(None), clear=frozenset({"unit", "notes"})).unit == "piece"


def test_there_are_at_most_two_hundred_lots() -> None:
    many = [lot("1", mrp=D(n)) for n in range(1, 202)]
    with pytest.raises(Refused) as refused:
        applied(None, *many)
    assert refused.value.code == "TOO_MANY_LOTS"
    assert len(applied(None, *many[:-1]).lots) == 200


def test_prices_of_lots_a_file_does_not_name_are_not_its_business() -> None:
    item = two_lots()
    odd = item.model_copy(update={"lots": [item.lots[0].model_copy(update={"selling_price": D(99)}), item.lots[1]]})
    assert applied(odd, lot("1", mrp=D(88)), job="job_2").lots[0].selling_price == 99
    with pytest.raises(Refused):
        applied(odd, lot("1", mrp=D(88), selling_price=D(89)), job="job_2")


# --- What listeners hear ---


def test_listeners_hear_of_what_the_shop_sees() -> None:
    old = two_lots()
    new = applied(old, lot("7", mrp=D(88)), job="job_2")
    told = telling.moved(old, new)
    assert told is not None
    assert (told.quantity, told.previous_quantity, told.job_id, told.version) == (7, 15, "job_2", 2)
    by_hand = telling.moved(new, patch(new, quantity=9))
    assert by_hand is not None
    assert by_hand.job_id is None
    assert telling.moved(old, old.model_copy(update={"version": 9, "import_marks": {}})) is None
    first = telling.moved(None, old)
    assert first is not None
    assert first.previous_quantity is None
    assert (telling.gone(new).quantity, telling.gone(new).previous_quantity) == (None, 7)


def test_low_is_at_or_below_the_reorder_level() -> None:
    assert put(quantity=3, reorder_level=3).is_low
    assert not put(quantity=4, reorder_level=3).is_low
    assert not put(quantity=0).is_low


def test_a_row_without_an_mrp_and_one_with_that_of_the_default_lot_are_two_lots_in_either_order() -> None:
    old = applied(None, lot("9", mrp=D(88)))
    rows = [lot("30"), lot("6", mrp=D(88))]
    for both in (rows, rows[::-1]):
        assert sorted(shelf(applied(old, *both, job="job_2")), key=str) == [("88", "6"), (None, "30")]
