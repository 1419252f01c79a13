"""What once broke the ledger: figures as big as can be, clocks that stand still, phones that say null, busy items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest

from services.inventory import client as inventory
from services.inventory.store import items
from tests.builders import CAUSE, NOON
from tests.integration.inventory.test_inventory_api import Shop
from tests.integration.inventory.test_movements import moved
from tests.world import Call, World

pytestmark = pytest.mark.integration

HUGE = 9_000_000


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


class Clock:
    """What all hosts think it is."""

    def __init__(self) -> None:
        self.now = NOON

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    with patch("shared.aws.http.utc_now", lambda: clock.now), patch("shared.aws.answers.utc_now", lambda: clock.now):
        yield clock


def ledger(shop: Shop, path: str) -> list[dict[str, Any]]:
    """Newest first."""
    return [row for page in shop.owner.pages(f"{path}/movements?limit=7") for row in page]


def stored_size(item: Mapping[str, Any]) -> int:
    """Bytes that DynamoDB counts: names and values, and a few for each list, map and entry of those."""
    size = 0
    for name, value in item.items():
        ((kind, raw),) = value.items()
        if kind == "L":
            size += 3 + len(raw) + sum(stored_size({"": one}) for one in raw)
        elif kind == "M":
            size += 3 + len(raw) + stored_size(raw)
        else:
            size += len(str(raw).encode())
        size += len(name.encode())
    return size


# --- Figures ---


def test_no_lot_holds_more_than_can_be_read_again(shop: Shop) -> None:
    path = shop.item(quantity=0)
    for number, (kind, quantity, batch) in enumerate([("receipt", HUGE, "A"), ("adjustment", -HUGE, "B")]):
        shop.owner.post(f"{path}/movements", moved(f"m-{number}", kind, quantity, lot={"batch": batch})).ok(201)
    # The sum would be fine.
    answer = shop.owner.post(f"{path}/movements", moved("m-2", "adjustment", HUGE, lot={"batch": "A"}))
    assert (answer.status, answer.code) == (422, "TOO_LARGE")
    assert shop.owner.get(path).ok()["quantity"] == 0


def test_stock_may_go_from_one_end_to_the_other(shop: Shop) -> None:
    path = shop.item(quantity=-HUGE)
    assert shop.owner.patch(path, {"quantity": HUGE}).ok()["quantity"] == HUGE
    assert ledger(shop, path)[0]["change"] == 2 * HUGE


def test_a_file_whose_lots_are_too_much_together_is_refused_and_the_others_go_on(shop: Shop) -> None:
    much = [inventory.LotChange(mrp=Decimal(n), quantity=Decimal(HUGE)) for n in (90, 95)]
    changes = [
        inventory.StockChange(product_id="prd_1", row=2, lots=much),
        inventory.StockChange(product_id="prd_2", row=4, lots=much[:1]),
    ]
    done = inventory.apply(shop.store_id, changes, job_id="job_1", cause=CAUSE)
    assert [(d.status, d.error.code if d.error else None) for d in done] == [
        ("refused", "TOO_LARGE"),
        ("created", None),
    ]


def test_lots_of_long_names_and_movements_with_long_notes_fit_into_an_item(shop: Shop) -> None:
    path = shop.item(quantity=0)
    product_id = path.rsplit("/", 1)[1]
    for number in range(4):  # 200 lots, whose batches say as much as may be said
        lots = [{"batch": f"{'ब' * 195}{number}-{n}"} for n in range(50)]
        sent = [
            {**moved(f"lot-{number}-{n}", "receipt", 1, lot=lot), "product_id": product_id}
            for n, lot in enumerate(lots)
        ]
        results = shop.owner.post(f"/v1/stores/{shop.store_id}/movements", {"movements": sent}).ok()["results"]
        assert {r["status"] for r in results[: 49 if number == 3 else 50]} == {"applied"}
    for number in range(12):  # so many rows may wait in the item for the stream
        note = moved(f"late-{number}", "sale", 1, note="ख" * 2000)
        shop.owner.post(f"{path}/movements", note).ok(201)
    sent = [{**moved(f"note-{n}", "sale", 1, note="क" * 790), "product_id": product_id} for n in range(100)]
    results = shop.owner.post(f"/v1/stores/{shop.store_id}/movements", {"movements": sent}).ok()["results"]
    assert {r["status"] for r in results} == {"applied"}
    written = [c.params["Item"] for c in shop.world.calls if c.operation == "PutItem"]
    assert max(map(stored_size, written)) < 400 * 1024


# --- Time ---


def test_who_lists_again_within_a_millisecond_overwrites_no_row(shop: Shop, clock: Clock) -> None:
    path = shop.item(quantity=5)
    shop.owner.delete(path).ok(204)
    shop.owner.put(path, {"quantity": 7}).ok()
    shop.world.run()
    assert [(r["change"], r["balance"]) for r in ledger(shop, path)] == [(7, 7), (-5, 0), (5, 5)]


@pytest.mark.parametrize("way", ["put", "movement", "import"])
def test_what_is_listed_again_by_a_slow_clock_stands_after_the_deletion(shop: Shop, clock: Clock, way: str) -> None:
    path = shop.item(quantity=5)
    clock.passes(seconds=3)
    shop.owner.delete(path).ok(204)
    clock.passes(seconds=-2)
    if way == "put":
        shop.owner.put(path, {"quantity": 7}).ok()
    elif way == "movement":
        shop.owner.post(f"{path}/movements", moved("m-1", "receipt", 7)).ok(201)
    else:
        change = inventory.StockChange(
            product_id=path.rsplit("/", 1)[1], row=2, lots=[inventory.LotChange(quantity=Decimal(7))]
        )
        inventory.apply(shop.store_id, [change], job_id="job_1", cause=CAUSE)
    assert [r["balance"] for r in ledger(shop, path)] == [7, 0, 5]


def test_a_request_that_is_sent_again_under_its_key_is_booked_behind_what_came_meanwhile(
    shop: Shop, clock: Clock
) -> None:
    path = shop.item(quantity=5)
    body, key = moved("m-1", "sale", 2), {"idempotency_key": "once-upon-a-time"}

    def busy(call: Call) -> None:
        if call.operation == "PutItem":
            raise items.Raced

    shop.world.before = busy
    with patch("services.inventory.store.items.time.sleep"):
        assert shop.owner.post(f"{path}/movements", body, **key).status == 503
    shop.world.before = None
    clock.passes(minutes=1)
    shop.owner.delete(path).ok(204)
    clock.passes(minutes=1)
    assert shop.owner.post(f"{path}/movements", body, **key).ok(201)["balance"] == -2
    assert [r["balance"] for r in ledger(shop, path)] == [-2, 0, 5]


def test_a_count_from_before_a_deletion_does_not_bring_the_goods_back(shop: Shop, clock: Clock) -> None:
    path = shop.item(quantity=24)
    clock.passes(hours=1)
    counted = {"occurred_at": "2026-11-22T12:30:00Z"}
    shop.owner.delete(path).ok(204)
    clock.passes(hours=1)
    late = shop.owner.post(f"{path}/movements", moved("m-1", "count", 23, **counted)).ok(201)
    assert (late["change"], late["balance"]) == (-1, -1)  # one was missing when it was counted


# --- What phones send ---


def test_a_lot_of_nulls_is_no_lot(shop: Shop) -> None:
    path = shop.item(quantity=5)
    shop.owner.post(f"{path}/movements", moved("m-1", "receipt", 3, lot={"mrp": "95.00"})).ok(201)
    nulls = {"lot_id": None, "mrp": None, "batch": None, "expiry_date": None}
    counted = shop.owner.post(f"{path}/movements", moved("m-2", "count", 6, lot=nulls)).ok(201)
    assert (counted["change"], counted["balance"]) == (-2, 6)


def test_many_of_which_some_met_a_busy_item_are_all_to_be_sent_again(shop: Shop) -> None:
    first, second = shop.item(1), shop.item(2)
    sent = [
        {**moved("a"), "product_id": first.rsplit("/", 1)[1]},
        {**moved("b"), "product_id": second.rsplit("/", 1)[1]},
    ]
    path, key = f"/v1/stores/{shop.store_id}/movements", {"idempotency_key": "catching-up"}

    def busy(call: Call) -> None:
        if call.operation == "PutItem" and call.params["Item"].get("product_id") == {"S": second.rsplit("/", 1)[1]}:
            raise items.Raced

    shop.world.before = busy
    with patch("services.inventory.store.items.time.sleep"):
        answer = shop.owner.post(path, {"movements": sent}, **key)
    shop.world.before = None
    assert (answer.status, answer.code) == (503, "ITEM_BUSY")
    results = shop.owner.post(path, {"movements": sent}, **key).ok()["results"]
    assert [r["status"] for r in results] == ["already_applied", "applied"]


def test_an_id_twice_in_one_batch_is_booked_once_and_means_one_thing(shop: Shop) -> None:
    path = shop.item()
    product_id = path.rsplit("/", 1)[1]
    sent = [{**moved("a", quantity=q), "product_id": product_id} for q in (3, 3, 4)]
    results = shop.owner.post(f"/v1/stores/{shop.store_id}/movements", {"movements": sent}).ok()["results"]
    assert [(r["status"], r["code"]) for r in results] == [
        ("applied", None),
        ("already_applied", None),
        ("refused", "MOVEMENT_ID_REUSED"),
    ]
    assert shop.owner.get(path).ok()["quantity"] == 21


# --- Images ---


def test_an_item_whose_rows_are_not_in_the_table_yet_can_be_put_back_from_a_file_of_images(shop: Shop) -> None:
    path = shop.item(quantity=5)
    shop.owner.post(f"{path}/movements", moved("m-1", "sale", 2)).ok(201)
    kept: list[str] = []
    change = inventory.StockChange(
        product_id=path.rsplit("/", 1)[1], row=2, lots=[inventory.LotChange(quantity=Decimal(50))]
    )
    inventory.apply(
        shop.store_id,
        [change],
        job_id="job_1",
        cause=CAUSE,
        keep=lambda i: kept.extend(map(inventory.image_to_json, i)),
    )
    images = [inventory.image_from_json(line) for line in kept]
    assert set(inventory.put_back(shop.store_id, images, job_id="job_1", cause=CAUSE).values()) == {"put_back"}
    assert [r["balance"] for r in ledger(shop, path)] == [3, 50, 3, 5]
