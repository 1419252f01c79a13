"""Which lots goods come into and go out of, what a movement makes of them, units, and when a shop hears of expiry."""

# mypy: disable-error-code="comparison-overlap"

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inventory.domain import editing, watch
from services.inventory.domain.editing import ItemFields, ItemPatch, LotPrices
from services.inventory.domain.entry import INWARD, OUTWARD, Entry, MovementType
from services.inventory.domain.item import Item, Lot, Refused
from services.inventory.domain.lots import fitting, lot_id, lot_meant, with_more, with_total, without
from services.inventory.domain.moving import About, NewMovement, as_of, move
from services.inventory.domain.units import converted
from services.inventory.domain.watch import EXPIRED
from shared.kernel.cause import Cause
from shared.kernel.errors import Invalid, NotFound
from shared.kernel.quantity import MAX_STOCK, StockUnit
from tests.builders import NOON

D = Decimal
TODAY = date(2026, 11, 22)
EARLY, LATE = date(2026, 12, 1), date(2027, 3, 1)


def lot(name: str, quantity: str | int | Decimal, expiry: date | None = None, **facts: Any) -> Lot:
    return Lot(lot_id=name, quantity=D(quantity), expiry_date=expiry, **facts)


def held(lots: Iterable[Lot]) -> dict[str, Decimal]:
    return {one.lot_id: one.quantity for one in lots}


def shelf(*lots: Lot, default: str | None = None, **fields: Any) -> Item:
    """An item as if it had been so since yesterday."""
    return Item(
        store_id="str_1",
        product_id="prd_1",
        lots=list(lots),
        default_lot=default or lots[0].lot_id,
        last_updated=NOON - timedelta(days=1),
        **fields,
    )


class Teller:
    """Tells movements and remembers their rows, as the ledger's table would."""

    def __init__(self, item: Item | None = None, mrp: str | None = None) -> None:
        self.item, self.mrp = item, D(mrp) if mrp else None
        self.rows: list[Entry] = []
        self.now = NOON

    def tells(self, kind: str, quantity: float | str, ago: float = 0, **fields: Any) -> Entry:
        new = NewMovement.model_validate(
            {
                "movement_id": f"m-{len(self.rows)}",
                "type": kind,
                "quantity": D(str(quantity)),
                "occurred_at": self.now - timedelta(minutes=ago),
                **fields,
            }
        )
        about = About(self.mrp, None, lambda moment: [r for r in self.rows if r.recorded_at >= moment])
        self.item = move(self.item, "str_1", "prd_1", new, about, Cause("ravi", self.now, "corr-1"))
        self.rows.append(self.item.recent[-1])
        self.item = self.item.model_copy(update={"recent": ()})
        self.now += timedelta(minutes=1)
        return self.rows[-1]

    @property
    def held(self) -> dict[str, Decimal]:
        assert self.item
        return held(self.item.lots)


def refused(kind: str, quantity: float | str, item: Item | None = None, **fields: Any) -> str:
    with pytest.raises(Invalid) as error:
        Teller(item).tells(kind, quantity, **fields)
    return error.value.code


# --- Out of which lots ---


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        (3, {"late": 5, "early": 1, "none": 6}),
        (4, {"late": 5, "early": 0, "none": 6}),
        (7, {"late": 2, "early": 0, "none": 6}),
        (10, {"late": 0, "early": 0, "none": 5}),
        (20, {"late": -5, "early": 0, "none": 0}),  # the default lot owes what there isn't
    ],
)
def test_what_expires_first_goes_first_and_what_never_expires_last(gone: int, left: dict[str, int]) -> None:
    lots = [lot("late", 5, LATE), lot("early", 4, EARLY), lot("none", 6)]
    assert held(without(lots, D(gone), "late", today=TODAY, sold=True)) == left


def test_of_lots_that_expire_together_the_older_goes_first() -> None:
    lots = [lot("first", 2, EARLY), lot("second", 2, EARLY)]
    assert held(without(lots, D(3), "second", today=TODAY, sold=True)) == {"first": 0, "second": 1}


def test_what_has_expired_is_sold_last_but_thrown_away_first() -> None:
    lots = [lot("over", 5, TODAY - timedelta(days=1)), lot("last-day", 5, TODAY), lot("none", 5)]
    sold = held(without(lots, D(12), "none", today=TODAY, sold=True))
    assert sold == {"over": 3, "last-day": 0, "none": 0}
    thrown = held(without(lots, D(6), "none", today=TODAY, sold=False))
    assert thrown == {"over": 0, "last-day": 4, "none": 5}


def test_a_lot_that_owes_gives_nothing() -> None:
    lots = [lot("owes", -4, EARLY), lot("has", 5, LATE)]
    assert held(without(lots, D(3), "owes", today=TODAY, sold=True)) == {"owes": -4, "has": 2}
    assert held(without(lots, D(6), "owes", today=TODAY, sold=True)) == {"owes": -5, "has": 0}


def test_what_was_owed_is_paid_back_by_what_comes() -> None:
    lots = [lot("owes", -4), lot("too", -3), lot("new", 0)]
    assert held(with_more(lots, "new", D(5))) == {"owes": 0, "too": -2, "new": 0}
    assert held(with_more(lots, "new", D(10))) == {"owes": 0, "too": 0, "new": 3}
    assert held(with_more(lots, "owes", D(5))) == {"owes": 0, "too": -2, "new": 0}
    assert held(with_more(lots, "owes", D(3))) == {"owes": -1, "too": -3, "new": 0}


figures = st.lists(st.integers(-20, 20), min_size=1, max_size=5)


@given(figures, st.integers(0, 4), st.integers(1, 60), st.booleans())
def test_sharing_out_loses_nothing(held_before: list[int], default: int, quantity: int, sold: bool) -> None:
    lots = [lot(f"l{n}", figure, TODAY + timedelta(days=7 * n - 14)) for n, figure in enumerate(held_before)]
    at = default % len(lots)
    total = sum(held_before)
    gone = without(lots, D(quantity), lots[at].lot_id, today=TODAY, sold=sold)
    come = with_more(lots, lots[at].lot_id, D(quantity))
    put = with_total(lots, at, D(quantity))
    assert sum(held(gone).values()) == total - quantity
    assert sum(held(come).values()) == total + quantity
    assert sum(held(put).values()) == quantity
    for before, after in zip(lots, gone, strict=True):
        assert after.quantity <= before.quantity
        assert after.quantity >= min(before.quantity, D(0)) or after.lot_id == lots[at].lot_id
    for before, after in zip(lots, come, strict=True):
        assert after.lot_id == lots[at].lot_id or before.quantity <= after.quantity <= max(before.quantity, D(0))


def test_a_total_takes_from_the_default_lot_first_and_then_from_the_oldest() -> None:
    lots = [lot("a", 5), lot("b", 5), lot("c", 5)]
    assert held(with_total(lots, 1, D(12))) == {"a": 5, "b": 2, "c": 5}
    assert held(with_total(lots, 1, D(7))) == {"a": 2, "b": 0, "c": 5}
    assert held(with_total(lots, 1, D(20))) == {"a": 5, "b": 10, "c": 5}
    assert held(with_total([lot("a", -5), lot("b", 10)], 0, D(3))) == {"a": -5, "b": 8}


# --- Which lot is meant ---


@pytest.mark.parametrize(
    ("facts", "meant"),
    [
        ((D(84), None, None), "a"),
        ((D(88), "B7", None), "b"),
        ((None, None, None), "b"),  # nothing said: the default lot
        ((D(88), None, None), None),  # another one
        ((D(84), "B9", None), None),
    ],
)
def test_facts_mean_the_lot_that_has_just_these(facts: Any, meant: str | None) -> None:
    lots = [lot("a", 1, mrp=D(84)), lot("b", 1, mrp=D(88), batch="B7")]
    found = lot_meant(facts, lots, "b")
    assert (found.lot_id if found in lots else None) == meant
    assert meant or found.facts == facts


def test_more_said_of_the_only_lot_is_said_of_it() -> None:
    (only,) = lots = [lot("a", 1, mrp=D(84))]
    more = lot_meant((D(84), "B7", EARLY), lots, "a")
    assert (more.lot_id, more.facts, more.quantity) == ("a", (D(84), "B7", EARLY), 1)
    assert lot_meant((D(84), "B7", None), lots, "a", frozenset({"a"})).lot_id != only.lot_id
    assert lot_meant((None, "B7", None), lots, "a").lot_id != "a"


def test_what_is_said_in_part_fits_all_lots_of_which_it_is_true() -> None:
    lots = [lot("a", 1, mrp=D(84)), lot("b", 1, mrp=D(88), batch="B7"), lot("c", 1, EARLY, mrp=D(88))]
    assert [one.lot_id for one in fitting((D(88), None, None), lots)] == ["b", "c"]
    assert [one.lot_id for one in fitting((D(88), None, EARLY), lots)] == ["c"]
    assert fitting((D(90), None, None), lots) == []


def test_no_two_lots_of_an_item_have_one_id() -> None:
    taken: list[str] = []
    for _ in range(5):
        taken.append(lot_id((D("84.00"), None, None), taken))
    assert len(set(taken)) == 5
    assert lot_id((D("84.0"), None, None), ()) == lot_id((D(84), None, None), ())


# --- Movements ---


def test_every_type_moves_one_way_but_two() -> None:
    assert set(get_args(MovementType)) == INWARD | OUTWARD | {"adjustment", "count"}
    assert not INWARD & OUTWARD


@pytest.mark.parametrize("kind", sorted(INWARD))
def test_inward_adds(kind: str) -> None:
    shop = Teller(shelf(lot("a", 5)))
    row = shop.tells(kind, 3)
    assert (row.change, row.balance, row.lots, row.quantity, row.flags) == (3, 8, {"a": 3}, 3, ())


@pytest.mark.parametrize("kind", sorted(OUTWARD))
def test_outward_takes_and_may_owe(kind: str) -> None:
    shop = Teller(shelf(lot("a", 5)))
    row = shop.tells(kind, 3)
    assert (row.change, row.balance, row.flags) == (-3, 2, ())
    row = shop.tells(kind, 3)
    assert (row.change, row.balance, row.flags) == (-3, -1, ("NEGATIVE_STOCK",))
    assert shop.tells("receipt", 1).flags == ()


def test_only_a_sale_leaves_what_has_expired_for_last() -> None:
    over, good = lot("over", 2, TODAY - timedelta(days=1)), lot("good", 2, LATE)
    for kind, left in (
        ("sale", {"over": 2, "good": 0}),
        ("damage", {"over": 0, "good": 2}),
        ("expired", {"over": 0, "good": 2}),
    ):
        shop = Teller(shelf(over, good))
        shop.tells(kind, 2)
        assert shop.held == left


def test_whether_it_had_expired_is_asked_for_the_indian_day_on_which_it_was_sold() -> None:
    last_day = shelf(lot("last", 2, TODAY), lot("good", 2, LATE))
    shop = Teller(last_day)
    shop.now = datetime.fromisoformat("2026-11-22T18:29:00+00:00")  # 23:59 in India
    shop.tells("sale", 1)
    assert shop.held == {"last": 1, "good": 2}
    shop.tells("sale", 1)  # a minute later
    assert shop.held == {"last": 1, "good": 1}
    shop.tells("sale", 1, ago=10)
    assert shop.held == {"last": 0, "good": 1}


def test_what_is_sold_out_of_a_named_lot_is_owed_by_it() -> None:
    shop = Teller(shelf(lot("a", 5, mrp=D(84)), lot("b", 5, mrp=D(88))))
    shop.tells("sale", 7, lot={"mrp": "88"})
    assert shop.held == {"a": 5, "b": -2}
    shop.tells("sale", 1, lot={"lot_id": "b"})
    assert shop.held == {"a": 5, "b": -3}
    shop.tells("receipt", 4, lot={"mrp": "84"})  # what b owes was sold out of it
    assert shop.held == {"a": 6, "b": 0}


def test_a_sale_of_a_lot_that_nobody_has_booked_makes_it_and_its_receipt_finds_it() -> None:
    shop = Teller(shelf(lot("a", 5, mrp=D(84), batch="B1")))
    row = shop.tells("sale", 2, lot={"mrp": "88"})
    new = next(i for i in row.lots if i != "a")
    assert shop.held == {"a": 5, new: -2}
    shop.tells("receipt", 6, lot={"mrp": "88"})
    assert shop.held == {"a": 5, new: 4}


def test_an_adjustment_is_signed_and_with_a_lot_exact() -> None:
    shop = Teller(shelf(lot("a", 5, mrp=D(84)), lot("b", -2, mrp=D(88))))
    assert shop.tells("adjustment", -3).lots == {"a": -3}
    assert shop.tells("adjustment", 4).lots == {"a": 2, "b": 2}  # what b owes first
    assert shop.tells("adjustment", 3, lot={"lot_id": "b"}).lots == {"b": 3}
    assert shop.tells("adjustment", -9, lot={"lot_id": "a"}).lots == {"a": -9}
    assert shop.held == {"a": -5, "b": 3}


@pytest.mark.parametrize(
    ("kind", "quantity", "code"),
    [
        ("sale", 0, "ZERO_QUANTITY"),
        ("receipt", -1, "NEGATIVE_QUANTITY"),
        ("adjustment", 0, "ZERO_QUANTITY"),
        ("count", -1, "NEGATIVE_QUANTITY"),
    ],
)
def test_figures_that_can_not_be(kind: str, quantity: int, code: str) -> None:
    assert refused(kind, quantity) == code


def test_times_that_can_not_be() -> None:
    assert refused("sale", 1, ago=30 * 24 * 60 + 1) == "TOO_LONG_AGO"
    assert refused("sale", 1, ago=-6) == "IN_THE_FUTURE"
    assert Teller().tells("sale", 1, ago=30 * 24 * 60).change == -1
    assert Teller().tells("sale", 1, ago=-5).change == -1


def test_a_lot_that_is_not_there_can_not_be_named_by_id() -> None:
    assert refused("sale", 1, shelf(lot("a", 5)), lot={"lot_id": "lot_x"}) == "NO_SUCH_LOT"


# --- Counts ---


def test_a_count_sets_right_what_there_was_when_it_was_counted() -> None:
    shop = Teller(shelf(lot("a", 20)))
    shop.tells("sale", 3)  # 12:00
    shop.tells("sale", 4)  # 12:01
    row = shop.tells("count", 16, ago=1.5)  # at 12:00:30 there should have been 17
    assert (row.change, row.balance, row.quantity) == (-1, 12, 16)
    assert shop.tells("count", 12).change == 0


def test_what_happened_before_a_count_but_came_late_is_no_news_to_it() -> None:
    shop = Teller(shelf(lot("a", 20)))
    assert shop.tells("count", 15).change == -5  # 12:00
    assert shop.tells("sale", 5, ago=30).balance == 10  # 11:31: the count had found it gone
    assert shop.tells("count", 15, ago=2).change == 5  # counted at 12:00 as well


def test_a_count_of_a_lot_looks_at_that_lot_alone() -> None:
    shop = Teller(shelf(lot("a", 10, mrp=D(84)), lot("b", 10, mrp=D(88))))
    shop.tells("sale", 3, lot={"lot_id": "a"})
    shop.tells("sale", 2, lot={"lot_id": "b"})
    row = shop.tells("count", 9, ago=2.5, lot={"lot_id": "a"})
    assert (row.change, row.lots) == (-1, {"a": -1})
    assert shop.tells("count", 30, ago=0, lot={"mrp": "88"}).lots == {"b": 22}


def test_a_count_of_a_lot_that_is_named_in_part_means_the_one_that_fits() -> None:
    teller = Teller(shelf(lot("a", 5, EARLY, mrp=D(84), batch="B1"), lot("b", 8, LATE, mrp=D(88), batch="B2")))
    teller.tells("count", 3, lot={"mrp": "84"})
    assert teller.item is not None
    assert held(teller.item.lots) == {"a": 3, "b": 8}
    unclear = Teller(shelf(lot("a", 5, EARLY, mrp=D(84)), lot("b", 8, LATE, mrp=D(84))))
    with pytest.raises(Refused, match="LOT_UNCLEAR"):
        unclear.tells("count", 3, lot={"mrp": "84"})


def test_a_count_of_all_takes_what_is_missing_as_any_loss_goes() -> None:
    shop = Teller(shelf(lot("late", 5, LATE), lot("early", 5, EARLY)))
    assert shop.tells("count", 3).lots == {"early": -5, "late": -2}


def test_the_first_count_of_a_product_lists_it() -> None:
    shop = Teller()
    assert (shop.tells("count", 7).balance, shop.item and shop.item.quantity) == (7, 7)


@given(
    st.lists(
        st.tuples(st.sampled_from(["sale", "receipt", "count"]), st.integers(1, 9), st.integers(0, 20)), max_size=12
    )
)
def test_looking_back_is_adding_up_what_had_happened(told: list[tuple[str, int, int]]) -> None:
    shop = Teller(shelf(lot("a", 10)))
    for kind, quantity, ago in told:
        shop.tells(kind, quantity, ago=ago)
    assert shop.item
    for minutes in range(25):
        moment = shop.now - timedelta(minutes=minutes)
        happened = sum((r.change for r in shop.rows if r.occurred_at <= moment), D(0))
        assert sum(as_of(shop.item, moment, shop.rows).values()) == 10 + happened


# --- Prices ---


def test_a_receipt_prices_its_lot_and_makes_it_the_default_one() -> None:
    shop = Teller(shelf(lot("a", 5, mrp=D(84), selling_price=D(80))))
    row = shop.tells("receipt", 4, lot={"mrp": "88"}, cost_price="70", selling_price="85")
    assert shop.item
    new = shop.item.front
    assert (new.mrp, new.cost_price, new.selling_price, new.quantity) == (88, 70, 85, 4)
    assert row.prices[new.lot_id].selling_price == 85
    assert shop.item.lots[0].selling_price == 80
    assert not shop.tells("receipt", 1, lot={"mrp": "88"}).prices


def test_only_receipts_and_openings_bring_prices() -> None:
    assert refused("sale", 1, selling_price="80") == "NOT_A_RECEIPT"
    assert refused("return_in", 1, cost_price="80") == "NOT_A_RECEIPT"
    assert Teller().tells("opening", 1, selling_price="80").prices


@pytest.mark.parametrize(
    ("product_mrp", "lot_mrp", "price", "sold"),
    [
        ("90", None, "91", False),
        ("90", None, "90", True),
        ("90", "95", "94", True),  # the lot's own counts
        ("95", "90", "91", False),
        (None, None, "9999", True),
        (None, "90", "91", False),
    ],
)
def test_no_lot_is_priced_above_the_mrp_that_counts(
    product_mrp: str | None, lot_mrp: str | None, price: str, sold: bool
) -> None:
    shop = Teller(mrp=product_mrp)
    facts: dict[str, Any] = {"lot": {"mrp": lot_mrp}} if lot_mrp else {}
    if sold:
        assert shop.tells("receipt", 1, selling_price=price, **facts).balance == 1
        return
    with pytest.raises(Refused) as error:
        shop.tells("receipt", 1, selling_price=price, **facts)
    assert error.value.code == "PRICE_ABOVE_MRP"


def test_a_lot_that_comes_to_have_an_mrp_is_asked_for_its_price() -> None:
    assert refused("count", 1, shelf(lot("a", 1, selling_price=D(90))), lot={"mrp": "84"}) == "PRICE_ABOVE_MRP"


def test_a_price_that_was_too_high_before_does_not_keep_goods_from_moving() -> None:
    shop = Teller(shelf(lot("a", 5, mrp=D(84), selling_price=D(90))))
    assert shop.tells("sale", 1).balance == 4
    assert shop.tells("receipt", 1).balance == 5


def test_a_lots_prices_are_changed_by_its_id() -> None:
    item, why = shelf(lot("a", 5, mrp=D(84)), lot("b", 5, mrp=D(88))), Cause("ravi", NOON, "corr-1")
    priced = editing.price_lot(item, "a", LotPrices(selling_price=D(84)), None, why)
    assert [one.selling_price for one in priced.lots] == [84, None]
    assert priced.default_lot == item.default_lot
    assert not priced.recent[-1].moves
    with pytest.raises(Refused):
        editing.price_lot(item, "a", LotPrices(selling_price=D(85)), D(100), why)
    with pytest.raises(NotFound):
        editing.price_lot(item, "c", LotPrices(), None, why)


# --- How many lots ---


def test_an_item_has_at_most_two_hundred_lots() -> None:
    item = shelf(*(lot(f"l{n}", 1, mrp=D(n + 1)) for n in range(200)))
    assert refused("receipt", 1, item, lot={"mrp": "999"}) == "TOO_MANY_LOTS"
    assert Teller(item).tells("receipt", 1, lot={"mrp": "200"}).balance == 201


def test_a_lot_leaves_ninety_days_after_it_was_sold_out() -> None:
    shop = Teller(shelf(lot("a", 5, mrp=D(84)), lot("b", 1, mrp=D(88))))
    shop.tells("sale", 1, lot={"lot_id": "b"})
    shop.now = NOON + timedelta(days=89)
    shop.tells("sale", 1)
    assert shop.held == {"a": 4, "b": 0}
    shop.now = NOON + timedelta(days=90)
    row = shop.tells("sale", 1)
    assert shop.held == {"a": 3}
    assert row.lots == {"a": -1}


def test_lots_that_are_there_again_or_owe_or_are_the_default_one_stay() -> None:
    shop = Teller(shelf(lot("front", 0), lot("b", 1, mrp=D(88)), lot("c", 1, mrp=D(89))))
    shop.tells("sale", 1, lot={"lot_id": "b"})
    shop.tells("sale", 2, lot={"lot_id": "c"})
    shop.now = NOON + timedelta(days=60)
    shop.tells("adjustment", 1, lot={"lot_id": "b"})
    shop.now = NOON + timedelta(days=61)
    shop.tells("adjustment", -1, lot={"lot_id": "b"})
    shop.now = NOON + timedelta(days=120)
    shop.tells("adjustment", 1, lot={"lot_id": "c"})
    assert shop.held == {"front": 0, "b": 0, "c": 0}


def test_lots_that_are_about_to_leave_take_no_place() -> None:
    long_ago = TODAY - timedelta(days=90)
    empty = [lot(f"l{n}", 0, mrp=D(n + 1), emptied_on=long_ago) for n in range(199)]
    shop = Teller(shelf(lot("front", 5), *empty))
    shop.tells("receipt", 1, lot={"mrp": "999"})
    assert len(shop.held) == 2


def test_no_lot_and_no_item_holds_more_than_can_be_kept() -> None:
    full = shelf(lot("a", MAX_STOCK, mrp=D(84)), lot("b", -MAX_STOCK, mrp=D(88)))
    assert refused("adjustment", 1, full, lot={"lot_id": "a"}) == "TOO_LARGE"
    assert refused("sale", 1, full, lot={"lot_id": "b"}) == "TOO_LARGE"
    assert refused("receipt", 1, shelf(lot("a", MAX_STOCK))) == "TOO_LARGE"
    swung = editing.patch(
        shelf(lot("a", -MAX_STOCK)), ItemPatch(quantity=MAX_STOCK), None, Cause("ravi", NOON, "corr-1")
    )
    assert swung.recent[-1].change == 2 * MAX_STOCK


# --- Rows ---


def test_rows_add_up_over_put_movement_and_deletion() -> None:
    why = Cause("ravi", NOON, "corr-1")
    item = editing.put(None, "str_1", "prd_1", ItemFields(quantity=D(10)), None, why)
    shop = Teller(item)
    shop.tells("sale", 4)
    assert shop.item
    gone = editing.emptied(shop.item, why)
    changes = [item.recent[-1].change, shop.rows[-1].change, gone.recent[-1].change]
    assert changes == [10, -4, -6]
    assert gone.recent[-1].balance == 0


def test_rows_are_booked_in_order_though_a_clock_goes_back() -> None:
    shop = Teller(shelf(lot("a", 5)))
    first = shop.tells("sale", 1)
    shop.now -= timedelta(hours=1)
    second = shop.tells("sale", 1)
    assert first.recorded_at == second.recorded_at
    assert first.key < second.key
    assert second.occurred_at < first.occurred_at


# --- Units ---


@pytest.mark.parametrize(
    ("quantity", "given_unit", "kept", "box_of", "figure"),
    [
        ("1500", "g", "kg", None, "1.5"),
        ("1", "g", "kg", None, "0.001"),
        ("0.25", "kg", "g", None, "250"),
        ("750", "ml", "l", None, "0.75"),
        ("1.5", "l", "ml", None, "1500"),
        ("2", "dozen", "piece", None, "24"),
        ("18", "piece", "dozen", None, "1.5"),
        ("3", "box", "piece", "12", "36"),
        ("6", "piece", "box", "24", "0.25"),
        ("2", "dozen", "box", "48", "0.5"),
        ("1", "box", "dozen", "6", "0.5"),
        ("-2", "dozen", "piece", None, "-24"),
        ("7", "box", "box", None, "7"),
    ],
)
def test_units_convert_exactly(quantity: str, given_unit: Any, kept: Any, box_of: str | None, figure: str) -> None:
    assert converted(D(quantity), given_unit, kept, D(box_of) if box_of else None) == D(figure)


@pytest.mark.parametrize(
    ("quantity", "given_unit", "kept", "box_of", "code"),
    [
        ("0.5", "g", "kg", None, "NOT_EXACT"),
        ("1", "piece", "dozen", None, "NOT_EXACT"),
        ("-1", "piece", "dozen", None, "NOT_EXACT"),
        ("1", "piece", "box", "7", "NOT_EXACT"),
        ("1", "kg", "l", None, "UNITS_DIFFER"),
        ("1", "g", "piece", None, "UNITS_DIFFER"),
        ("1", "box", "piece", None, "BOX_SIZE_MISSING"),
        ("1", "dozen", "box", None, "BOX_SIZE_MISSING"),
        ("9999999", "kg", "g", None, "TOO_LARGE"),
        ("-9999999", "kg", "g", None, "TOO_LARGE"),
    ],
)
def test_units_that_do_not_convert_are_refused(
    quantity: str, given_unit: Any, kept: Any, box_of: str | None, code: str
) -> None:
    with pytest.raises(Invalid) as error:
        converted(D(quantity), given_unit, kept, D(box_of) if box_of else None)
    assert error.value.code == code


@given(
    st.integers(-(10**6), 10**6).map(lambda n: D(n) / 1000),
    st.sampled_from(get_args(StockUnit)),
    st.sampled_from(get_args(StockUnit)),
)
def test_there_and_back_is_the_same(quantity: Decimal, one: StockUnit, other: StockUnit) -> None:
    try:
        there = converted(quantity, one, other, D(24))
    except Invalid:
        return
    assert converted(there, other, one, D(24)) == quantity


def test_a_movement_in_another_unit_is_told_as_it_was_sent() -> None:
    shop = Teller(shelf(lot("a", 5), unit="kg"))
    row = shop.tells("sale", 250, unit="g")
    assert (row.quantity, row.unit, row.change, row.balance) == (250, "g", D("-0.25"), D("4.75"))
    assert shop.tells("count", 4500, unit="g").change == D("-0.25")


# --- Expiry ---


def told(item: Item, on: date) -> Item | None:
    at = datetime.fromisoformat(f"{on.isoformat()}T06:00:00+00:00")
    return watch.noted(item, Cause("system:inventory", at, "corr-1"))


def test_a_shop_hears_of_a_lot_at_thirty_fifteen_and_seven_days_and_when_it_is_over() -> None:
    item, heard = shelf(lot("a", 5, LATE)), dict[int, int]()
    for ago in range(40, -3, -1):
        new = told(item, LATE - timedelta(days=ago))
        if new:
            item = new
            heard[ago] = item.lots[0].told or 0
    assert heard == {30: 30, 15: 15, 7: 7, -1: EXPIRED}
    assert watch.watch_on(item) is None


@pytest.mark.parametrize(
    ("days", "stage"), [(31, None), (20, 30), (15, 15), (1, 7), (0, 7), (-1, EXPIRED), (-9, EXPIRED)]
)
def test_of_several_that_have_passed_the_last_is_told(days: int, stage: int | None) -> None:
    new = told(shelf(lot("a", 5, LATE)), LATE - timedelta(days=days))
    assert (new.lots[0].told if new else None) == stage


def test_what_is_not_there_does_not_expire() -> None:
    assert told(shelf(lot("a", 0, LATE), lot("b", -1, LATE), lot("c", 5)), LATE) is None


def test_the_day_to_look_is_the_first_of_all_lots_and_not_before_the_last_change() -> None:
    item = shelf(lot("a", 5, LATE), lot("b", 5, LATE + timedelta(days=5)), lot("c", 0, EARLY))
    assert watch.watch_on(item) == LATE - timedelta(days=30)
    assert watch.watch_on(shelf(lot("a", 5, TODAY - timedelta(days=400)))) == TODAY - timedelta(days=1)
    assert watch.watch_on(shelf(lot("a", 5))) is None


def test_what_the_watch_notes_moves_nothing_and_imports_can_still_be_taken_out() -> None:
    item = shelf(lot("a", 5, LATE))
    new = told(item, LATE)
    assert new
    assert new.same_stock(item)
    assert (new.version, new.recent) == (item.version + 1, ())
