"""What a shop's stream and the hourly watch state: low stock and expiry, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.inventory import client as inventory
from services.inventory import on_stock_change, schedule
from services.inventory.store import items
from shared.kernel.cause import Cause
from tests.integration.inventory.test_inventory_api import Shop
from tests.world import Call, Context, Crash, Record, World

pytestmark = pytest.mark.integration

RECEIVED = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
EXPIRY = date(2027, 1, 31)


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def noon(days_left: int) -> datetime:
    day = EXPIRY - timedelta(days=days_left)
    return datetime(day.year, day.month, day.day, 6, 30, tzinfo=UTC)


def receive(shop: Shop, numbers: range, *, at: datetime = RECEIVED, job: str = "job_1", **lot: Any) -> list[Any]:
    """Lots of made-up products that expire on ``EXPIRY``, as a file brings them; the images that it keeps."""
    images: list[inventory.Image] = []
    facts = {"quantity": Decimal(12), "expiry_date": EXPIRY, **lot}
    changes = [
        inventory.StockChange(product_id=f"prd_{n:03d}", row=n + 2, lots=[inventory.LotChange(**facts)])
        for n in numbers
    ]
    cause = Cause("system:imports", at, "corr-1")
    done = inventory.apply(shop.store_id, changes, job_id=job, cause=cause, keep=images.extend)
    assert {d.status for d in done} <= {"created", "changed"}
    return images


def watch(at: datetime) -> int:
    return schedule.watch_lots("corr-watch", lambda: at)


def told(world: World, kind: str = "LotExpiring") -> list[tuple[str, int]]:
    """Product and days left of each event, by product."""
    world.run()
    return sorted((e["product_id"], e["days_left"]) for e in world.events(kind))


def ids(world: World, kind: str) -> list[str]:
    return [e["detail"]["metadata"]["event_id"] for e in world.bus if e["detail-type"] == kind]


# --- Expiry ---


def test_lots_are_told_as_their_days_come_and_a_second_run_tells_nothing(world: World, shop: Shop) -> None:
    receive(shop, range(2))
    world.run()
    assert watch(noon(31)) == 0
    assert [watch(noon(30)), watch(noon(30)), watch(noon(29))] == [2, 0, 0]
    assert told(world) == [("prd_000", 30), ("prd_001", 30)]
    event = next(e for e in world.bus if e["detail-type"] == "LotExpiring")
    assert event["detail"]["metadata"]["actor"] == "system:inventory"
    assert event["detail"]["metadata"]["correlation_id"] == "corr-watch"
    assert event["detail"]["data"] == {
        **event["detail"]["data"],
        "store_id": shop.store_id,
        "expiry_date": "2027-01-31",
        "quantity": "12",
        "unit": "piece",
        "threshold": 30,
    }
    assert watch(noon(15)) == watch(noon(7)) == watch(noon(-1)) == 2
    assert len(told(world)) == 6
    assert [e["product_id"] for e in world.events("LotExpired")] == ["prd_000", "prd_001"]
    assert watch(noon(-30)) == 0
    assert {row.get("watch_on") for row in world.rows("StoreInventory")} == {None}


def test_a_lot_with_twenty_days_left_is_told_at_the_next_run_as_one_of_thirty(world: World, shop: Shop) -> None:
    receive(shop, range(1), at=noon(20))
    assert watch(noon(20)) == 1
    assert told(world) == [("prd_000", 20)]
    assert world.events("LotExpiring")[0]["threshold"] == 30


def test_a_clock_that_stood_still_for_weeks_tells_each_lot_once(world: World, shop: Shop) -> None:
    receive(shop, range(1))
    assert watch(noon(3)) == 1
    assert told(world) == [("prd_000", 3)]
    assert world.events("LotExpiring")[0]["threshold"] == 7
    receive(shop, range(1, 2), job="job_2")
    assert watch(noon(-20)) == 2
    assert len(told(world)) == 1
    assert len(world.events("LotExpired")) == 2


def test_a_lot_that_is_sold_out_is_not_told(world: World, shop: Shop) -> None:
    receive(shop, range(2))
    sold = {"movement_id": "m-1", "type": "sale", "quantity": 12}
    shop.owner.post(f"{shop.list}/prd_000/movements", sold).ok(201)
    assert watch(noon(30)) == 1
    assert told(world) == [("prd_001", 30)]


def test_what_the_watch_notes_is_no_change_of_stock(world: World, shop: Shop) -> None:
    receive(shop, range(1))
    world.run()
    before, ledger = len(world.events("StockChanged")), len(world.rows("StockMovements"))
    item = shop.owner.get(f"{shop.list}/prd_000").ok()
    watch(noon(30))
    world.run()
    assert (len(world.events("StockChanged")), len(world.rows("StockMovements"))) == (before, ledger)
    after = shop.owner.get(f"{shop.list}/prd_000").ok()
    assert after == {**item, "version": 2, "last_updated": after["last_updated"]}


def test_the_watch_keeps_rows_that_have_not_come_to_the_ledger_yet(world: World, shop: Shop) -> None:
    receive(shop, range(1))
    watch(noon(30))  # the stream is late by weeks
    world.run()
    rows = shop.owner.get(f"{shop.list}/prd_000/movements").ok()["items"]
    assert [(r["change"], r["balance"]) for r in rows] == [(12, 12)]


def test_a_run_that_dies_on_its_way_is_made_good_by_the_next(world: World, shop: Shop) -> None:
    for after in (False, True):
        for number in range(1, 9):
            world.empty()
            shop = Shop(world)
            receive(shop, range(3))
            world.run()
            waiting = iter(range(number - 1, -1, -1))

            def dies(call: Call, waiting: Iterator[int] = waiting, after: bool = after) -> None:
                if call.operation in {"GetItem", "BatchGetItem", "PutItem"} and next(waiting, 1) == 0:
                    if after:
                        world.before = None
                        call_again(world, call)
                    raise Crash

            world.before = dies
            with pytest.raises(Crash):
                watch(noon(30))
            world.before = None
            world.run()
            watch(noon(30))
            assert told(world) == [(f"prd_{n:03d}", 30) for n in range(3)], (number, after)
            assert len(set(ids(world, "LotExpiring"))) == 3


def call_again(world: World, call: Call) -> None:
    """Does what the dying process asked for."""
    from shared.aws import clients

    name = {"GetItem": "get_item", "BatchGetItem": "batch_get_item", "PutItem": "put_item"}[call.operation]
    getattr(clients.dynamodb(), name)(**call.params)


def test_an_item_that_is_changed_while_it_is_looked_at_is_looked_at_again(world: World, shop: Shop) -> None:
    receive(shop, range(1))

    def rival(call: Call) -> None:
        if call.operation == "PutItem":
            world.before = None
            shop.owner.post(f"{shop.list}/prd_000/movements", {"movement_id": "m", "type": "sale", "quantity": 5}).ok(
                201
            )

    world.before = rival
    assert watch(noon(30)) == 1
    assert told(world) == [("prd_000", 30)]
    assert world.events("LotExpiring")[0]["quantity"] == "7"
    assert shop.owner.get(f"{shop.list}/prd_000").ok()["quantity"] == 7


@pytest.mark.parametrize("gone", [False, True])
def test_an_item_that_is_sold_out_or_gone_while_it_is_looked_at_is_not_told(
    world: World, shop: Shop, gone: bool
) -> None:
    receive(shop, range(1))

    def rival(call: Call) -> None:
        if call.operation == "PutItem":
            world.before = None
            sold = {"movement_id": "m", "type": "sale", "quantity": 12}
            shop.owner.post(f"{shop.list}/prd_000/movements", sold).ok(201)
            if gone:
                shop.owner.delete(f"{shop.list}/prd_000").ok(204)

    world.before = rival
    assert watch(noon(30)) == 0
    assert told(world) == []


def test_one_item_that_can_not_be_noted_keeps_no_other_from_being_told(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(shop, range(4))
    real = items.save

    def save(item: Any, *rest: Any) -> None:
        if item.product_id == "prd_001":
            raise ValueError("whatever it is")
        real(item, *rest)

    with monkeypatch.context() as broken:
        broken.setattr(items, "save", save)
        with pytest.raises(schedule.NotAllWatched, match="1 items"):
            watch(noon(30))
    assert [p for p, _ in told(world)] == ["prd_000", "prd_002", "prd_003"]
    assert watch(noon(30)) == 1
    assert len(told(world)) == 4


def test_the_function_looks_with_the_clock_of_today(world: World, shop: Shop) -> None:
    today = datetime.now(UTC)
    receive(shop, range(1), at=today, expiry_date=(today + timedelta(days=3)).date())
    schedule.handler({}, Context())
    world.run()
    assert [e["threshold"] for e in world.events("LotExpiring")] == [7]


def test_an_undo_puts_back_what_the_watch_has_noted_meanwhile(world: World, shop: Shop) -> None:
    shop.owner.put(f"{shop.list}/{shop.product()}", {"quantity": 3, "mrp": "90"}).ok()
    product_id = world.rows("StoreInventory")[0]["product_id"]
    images: list[inventory.Image] = []
    change = inventory.StockChange(
        product_id=product_id,
        row=2,
        lots=[inventory.LotChange(mrp=Decimal(90), quantity=Decimal(9), expiry_date=EXPIRY)],
    )
    cause = Cause("system:imports", datetime.now(UTC), "corr-1")
    inventory.apply(shop.store_id, [change], job_id="job_1", cause=cause, keep=images.extend)
    images += receive(shop, range(1))
    assert watch(noon(30)) == 2
    world.run()
    back = inventory.put_back(shop.store_id, images, job_id="job_1", cause=cause)
    assert back == {product_id: "put_back", "prd_000": "removed"}
    assert shop.owner.get(f"{shop.list}/{product_id}").ok()["quantity"] == 3
    world.run()
    assert watch(noon(15)) == 0
    assert len(told(world)) == 2
    rows = shop.owner.get(f"{shop.list}/{product_id}/movements").ok()["items"]
    assert [r["change"] for r in rows] == [-6, 6, 3]


# --- Low stock ---


def test_low_stock_is_told_at_the_crossing(world: World, shop: Shop) -> None:
    path = shop.item(quantity=10, reorder_level=6)
    for number, (type_, quantity) in enumerate([("sale", 5), ("sale", 2), ("receipt", 6), ("sale", 3)]):
        shop.owner.post(f"{path}/movements", {"movement_id": f"m-{number}", "type": type_, "quantity": quantity}).ok(
            201
        )
    world.run()
    assert [(e["quantity"], e["version"]) for e in world.events("LowStockReached")] == [("5", 2), ("6", 5)]
    assert len(set(ids(world, "LowStockReached"))) == 2


def test_a_batch_of_the_stream_that_comes_again_tells_the_same(world: World, shop: Shop) -> None:
    path = shop.item(quantity=10, reorder_level=6)
    shop.owner.patch(path, {"quantity": 5}).ok()
    receive(shop, range(1))
    watch(noon(30))
    watch(noon(-1))
    records = list(world.streams["StoreInventory"])
    world.run()

    def again(batch: list[Record]) -> None:
        on_stock_change.handler({"Records": [r.event for r in batch]}, Context())

    again(records)
    for record in records:  # a batch that fails is halved
        again([record])
    for kind in ("LowStockReached", "LotExpiring", "LotExpired"):
        assert len(world.events(kind)) == 3
        assert len(set(ids(world, kind))) == 1


def test_a_file_that_lists_a_new_shops_goods_rings_no_bell_but_one_that_takes_them_down_does(
    world: World, shop: Shop
) -> None:
    def load(quantity: int, job: str) -> None:
        changes = [
            inventory.StockChange(
                product_id=f"prd_{n}",
                row=n + 2,
                reorder_level=Decimal(6),
                lots=[inventory.LotChange(quantity=Decimal(quantity))],
            )
            for n in range(3)
        ]
        inventory.apply(shop.store_id, changes, job_id=job, cause=Cause("system:imports", RECEIVED, "corr-1"))
        world.run()

    load(2, "job_1")
    assert world.events("LowStockReached") == []
    load(10, "job_2")
    load(3, "job_3")
    assert sorted(e["product_id"] for e in world.events("LowStockReached")) == ["prd_0", "prd_1", "prd_2"]


def test_an_item_that_a_person_lists_low_is_told(world: World, shop: Shop) -> None:
    shop.item(quantity=2, reorder_level=6)
    world.run()
    assert [e["quantity"] for e in world.events("LowStockReached")] == ["2"]
