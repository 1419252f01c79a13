"""When a shop must hear of low stock and of expiry, and that it hears of each once."""

# mypy: disable-error-code="comparison-overlap"

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from events.inventory import LotAtRisk
from services.inventory.domain import editing, importing, moving, telling, watch
from services.inventory.domain.editing import ItemFields, ItemPatch
from services.inventory.domain.importing import LotChange, StockChange
from services.inventory.domain.item import Item
from services.inventory.domain.moving import About, NewMovement
from services.inventory.domain.watch import EXPIRED
from shared.kernel.cause import Cause
from tests.builders import CAUSE, NOON

D = Decimal
EXPIRY = date(2027, 1, 31)


def put(old: Item | None = None, **fields: Any) -> Item:
    return editing.put(old, "str_1", "prd_1", ItemFields.model_validate(fields), None, CAUSE)


def patched(old: Item, **fields: Any) -> Item:
    return editing.patch(old, ItemPatch.model_validate(fields), None, CAUSE)


def imported(old: Item | None, *lots: LotChange, job: str = "job_1", at: datetime = NOON, **fields: Any) -> Item:
    change = StockChange(product_id="prd_1", row=2, lots=list(lots), **fields)
    new = importing.apply(old, change, store_id="str_1", job_id=job, cause=on(at))
    assert new is not None
    return new


def moved(old: Item, type_: str, quantity: str, at: datetime = NOON, **fields: Any) -> Item:
    movement = NewMovement.model_validate({"movement_id": "m", "type": type_, "quantity": quantity, **fields})
    return moving.move(old, "str_1", "prd_1", movement, About(None, None, lambda _: ()), on(at))


def on(at: datetime) -> Cause:
    return Cause("system:inventory", at, "corr-0002")


def noon_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, 30, tzinfo=UTC)


def before_expiry(days: int) -> datetime:
    return noon_of(EXPIRY - timedelta(days=days))


def dated(quantity: str = "12", *, received: int = 60, **facts: Any) -> Item:
    """An item of one lot, received so many days before it expires."""
    lot = LotChange(quantity=D(quantity), expiry_date=EXPIRY, **facts)
    return imported(None, lot, at=before_expiry(received))


def looked_at(item: Item, at: datetime) -> tuple[Item, list[tuple[int, LotAtRisk]]]:
    """The item after a run of the watch, and what its stream tells."""
    noted = watch.noted(item, on(at))
    return (noted, telling.at_risk(item, noted)) if noted else (item, [])


# --- Low stock ---


def test_a_crossing_is_told_once_and_the_next_one_again() -> None:
    item, told = put(quantity=10, reorder_level=6), []
    for quantity in (5, 3, 9, 6, 6, 7, "6.5"):
        now = patched(item, quantity=quantity)
        told.append(telling.ran_low(item, now) is not None)
        item = now
    assert told == [True, False, False, True, False, False, False]


def test_a_sale_that_crosses_tells_what_to_buy() -> None:
    item = put(quantity=10, reorder_level=6, unit="kg", supplier="Parle depot")
    told = telling.ran_low(item, moved(item, "sale", "4.5"))
    assert told is not None
    assert told.model_dump() == {
        "store_id": "str_1",
        "product_id": "prd_1",
        "version": 2,
        "quantity": D("5.5"),
        "reorder_level": 6,
        "unit": "kg",
        "supplier": "Parle depot",
    }


def test_a_reorder_level_that_is_set_above_the_stock_is_a_crossing() -> None:
    item = put(quantity=5)
    raised = patched(item, reorder_level=8)
    assert telling.ran_low(item, raised) is not None
    assert telling.ran_low(raised, patched(raised, reorder_level=9)) is None
    assert telling.ran_low(raised, patched(raised, reorder_level=None)) is None
    assert telling.ran_low(raised, patched(raised, reorder_level=4)) is None


def test_a_new_item_that_is_low_is_told_if_a_person_lists_it_but_not_if_an_import_does() -> None:
    assert telling.ran_low(None, put(quantity=2, reorder_level=6)) is not None
    listed = imported(None, LotChange(quantity=D(2)), reorder_level=D(6))
    assert listed.is_low
    assert telling.ran_low(None, listed) is None
    assert telling.ran_low(listed, patched(listed, quantity=1)) is None


def test_an_import_that_takes_an_item_down_tells_it() -> None:
    item = put(quantity=10, reorder_level=6)
    assert telling.ran_low(item, imported(item, LotChange(quantity=D(2)))) is not None


def test_an_item_without_a_reorder_level_never_runs_low() -> None:
    item = put(quantity=1)
    assert telling.ran_low(item, moved(item, "sale", "5")) is None


# --- Expiry ---


@pytest.mark.parametrize(
    ("days", "stage"),
    [(31, None), (30, 30), (16, 30), (15, 15), (8, 15), (7, 7), (0, 7), (-1, EXPIRED), (-40, EXPIRED)],
)
def test_a_lot_is_told_by_how_near_its_expiry_is(days: int, stage: int | None) -> None:
    item, told = looked_at(dated(), before_expiry(days))
    assert [s for s, _ in told] == ([] if stage is None else [stage])
    assert item.lots[0].told == stage


def test_each_stage_is_told_once_day_by_day_however_often_one_looks() -> None:
    item, heard = dated(), list[tuple[int, int]]()
    for days in range(40, -5, -1):
        for hour in range(3):
            item, told = looked_at(item, before_expiry(days) + timedelta(hours=hour))
            heard += [(days, stage) for stage, _ in told]
    assert heard == [(30, 30), (15, 15), (7, 7), (-1, EXPIRED)]
    assert watch.watch_on(item) is None


def test_of_several_stages_that_passed_unseen_only_the_last_is_told() -> None:
    item, _ = looked_at(dated(), before_expiry(30))
    item, told = looked_at(item, before_expiry(3))
    assert [stage for stage, _ in told] == [7]
    item, told = looked_at(item, before_expiry(-20))
    assert [stage for stage, _ in told] == [EXPIRED]
    assert looked_at(item, before_expiry(-21))[1] == []


def test_a_lot_that_is_received_late_is_told_at_the_next_look() -> None:
    item = dated(received=20)
    assert watch.watch_on(item) == EXPIRY - timedelta(days=20)
    item, told = looked_at(item, before_expiry(20))
    assert [stage for stage, _ in told] == [30]
    assert watch.watch_on(item) == EXPIRY - timedelta(days=15)


def test_a_lot_that_came_expired_is_told_as_such() -> None:
    item = dated(received=-3)
    assert [stage for stage, _ in looked_at(item, before_expiry(-3))[1]] == [EXPIRED]


def test_an_emptied_lot_is_not_told_and_not_watched() -> None:
    item = dated()
    empty = moved(item, "sale", "12", before_expiry(40))
    assert watch.watch_on(empty) is None
    assert looked_at(empty, before_expiry(10)) == (empty, [])
    owed = moved(item, "sale", "13", before_expiry(40))
    assert looked_at(owed, before_expiry(10)) == (owed, [])


def test_an_emptied_lot_that_is_filled_again_is_watched_again() -> None:
    item, _ = looked_at(dated(), before_expiry(30))
    item = moved(item, "sale", "12", before_expiry(29))
    item = moved(item, "receipt", "5", before_expiry(10), lot={"expiry_date": EXPIRY})
    assert [stage for stage, _ in looked_at(item, before_expiry(10))[1]] == [15]


def test_only_the_lot_that_is_due_is_told() -> None:
    item = imported(
        None,
        LotChange(quantity=D(4), expiry_date=EXPIRY, batch="B1", mrp=D(84)),
        LotChange(quantity=D(5), expiry_date=EXPIRY + timedelta(days=5), batch="B2"),
        LotChange(quantity=D(6)),
        at=before_expiry(60),
    )
    item, told = looked_at(item, before_expiry(30))
    ((stage, lot),) = told
    assert (stage, lot.batch, lot.mrp, lot.quantity, lot.expiry_date) == (30, "B1", 84, 4, EXPIRY)
    assert watch.watch_on(item) == EXPIRY - timedelta(days=25)
    item, told = looked_at(item, before_expiry(25))
    assert [(s, lot.batch) for s, lot in told] == [(30, "B2")]


def test_days_are_those_of_india() -> None:
    """Midnight in India is 18:30 UTC the day before."""
    thirty = EXPIRY - timedelta(days=30)
    midnight = datetime(thirty.year, thirty.month, thirty.day, tzinfo=UTC) - timedelta(hours=5, minutes=30)
    item = dated()
    assert looked_at(item, midnight - timedelta(milliseconds=1))[1] == []
    assert [stage for stage, _ in looked_at(item, midnight)[1]] == [30]


def test_the_last_day_is_good_until_its_midnight_in_india() -> None:
    item, _ = looked_at(dated(), before_expiry(7))
    end = datetime(EXPIRY.year, EXPIRY.month, EXPIRY.day, 18, 30, tzinfo=UTC)
    assert looked_at(item, end - timedelta(milliseconds=1))[1] == []
    assert [stage for stage, _ in looked_at(item, end)[1]] == [EXPIRED]


def test_what_was_told_is_no_change_of_stock_and_not_told_with_the_next_change() -> None:
    item = dated()
    noted, _ = looked_at(item, before_expiry(30))
    assert (noted.version, noted.quantity, noted.recent) == (item.version + 1, item.quantity, item.recent)
    assert telling.moved(item, noted) is None
    assert telling.ran_low(item, noted) is None
    sold = moved(noted, "sale", "1", before_expiry(29))
    assert telling.at_risk(noted, sold) == []


def test_an_undone_import_does_not_make_the_shop_hear_of_a_lot_again() -> None:
    item, _ = looked_at(dated(), before_expiry(30))
    counted = imported(item, LotChange(quantity=D(3), expiry_date=EXPIRY), job="job_2", at=before_expiry(29))
    noted, _ = looked_at(counted, before_expiry(15))
    back = importing.put_back(noted, item, "job_2", on(before_expiry(14)))
    assert (back.quantity, back.lots[0].told) == (12, 15)
    assert telling.at_risk(noted, back) == []
    assert looked_at(back, before_expiry(14))[1] == []


def test_an_import_can_be_undone_although_the_watch_has_noted_what_it_made() -> None:
    before = put(quantity=1)
    made = imported(before, LotChange(quantity=D(9), expiry_date=EXPIRY), at=before_expiry(20))
    noted, told = looked_at(made, before_expiry(20))
    assert told
    images = {1: importing.Image("prd_1", before)}
    assert importing.before_import(noted, images, "job_1") == images[1]
    sold = moved(noted, "sale", "1", before_expiry(19))
    assert importing.before_import(sold, images, "job_1") is None
