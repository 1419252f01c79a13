"""A shop hears of low stock and of expiry, and is not drowned."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.inventory import client as inventory
from services.inventory import schedule
from shared.kernel.cause import Cause
from tests.integration.inventory.test_inventory_api import Shop
from tests.world import Call, World

pytestmark = pytest.mark.integration

MORNING = datetime(2027, 1, 1, 0, 35, tzinfo=UTC)
EXPIRY = date(2027, 1, 31)


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def feed(shop: Shop, query: str = "", **headers: str) -> list[dict[str, Any]]:
    answer = shop.owner.get(f"/v1/stores/{shop.store_id}/notifications{query}", **headers)
    found: list[dict[str, Any]] = answer.ok()["items"]
    return found


def watch(at: datetime) -> int:
    return schedule.watch_lots("corr", lambda: at)


def run_low(shop: Shop, numbers: range) -> list[str]:
    """Items come down to their reorder level; their paths."""
    paths = [shop.item(n, quantity=10, reorder_level=6) for n in numbers]
    for path in paths:
        shop.owner.patch(path, {"quantity": 6}).ok()
    return paths


def test_an_item_that_runs_low_is_told_by_its_name_with_a_link_to_the_list(world: World, shop: Shop) -> None:
    (path,) = run_low(shop, range(1, 2))
    world.run()
    (notice,) = feed(shop)
    assert (notice["type"], notice["severity"], notice["read"]) == ("LowStockReached", "warning", False)
    assert notice["title"] == "Parle-G Gluco Biscuits No 1 is running low"
    assert notice["body"] == "In stock: 6 pieces. Reorder level: 6."
    (listed,) = shop.owner.get(notice["link"]).ok()["items"]
    assert listed["product_id"] == path.rsplit("/", 1)[1]
    (hindi,) = feed(shop, accept_language="hi")
    assert hindi["title"] == "Parle-G Gluco Biscuits No 1 का स्टॉक कम है"


def test_items_that_run_low_in_one_evening_are_one_notice(world: World, shop: Shop) -> None:
    run_low(shop, range(1, 13))
    world.run(twice=True, shuffle=random.Random(7))
    (notice,) = feed(shop)
    assert notice["title"].endswith(" and 11 more are running low")
    assert notice["body"].count("Parle-G Gluco Biscuits") == 12


def test_a_notice_that_grows_is_unread_again_and_keeps_its_place(world: World, shop: Shop) -> None:
    run_low(shop, range(1, 2))
    world.run()
    (first,) = feed(shop)
    read = f"/v1/stores/{shop.store_id}/notifications/{first['id']}/read"
    shop.owner.post(read).ok()
    for event in list(world.bus):
        world.publish(event)
    world.run(twice=True)
    assert feed(shop, "?unread=true") == [], "what comes again rings no bell"
    run_low(shop, range(2, 3))
    world.run()
    (grown,) = feed(shop, "?unread=true")
    assert grown == {**first, "title": grown["title"], "body": grown["body"]}
    assert grown["title"] == "Parle-G Gluco Biscuits No 1 and 1 more are running low"
    shop.owner.post(read).ok()
    assert feed(shop, "?unread=true") == []


def test_an_item_that_runs_low_again_is_told_again_and_counted_once(world: World, shop: Shop) -> None:
    (path,) = run_low(shop, range(1, 2))
    world.run()
    shop.owner.post(f"/v1/stores/{shop.store_id}/notifications/{feed(shop)[0]['id']}/read").ok()
    shop.owner.patch(path, {"quantity": 20}).ok()
    shop.owner.patch(path, {"quantity": 3}).ok()
    world.run()
    (notice,) = feed(shop, "?unread=true")
    assert notice["body"] == "In stock: 3 pieces. Reorder level: 6."


def test_lots_that_pass_thirty_days_on_one_morning_are_one_notice(world: World, shop: Shop) -> None:
    first = shop.item(1, reorder_level=None)
    changes = [
        inventory.StockChange(
            product_id=first.rsplit("/", 1)[1] if n == 0 else f"prd_{n:03d}",
            row=n + 2,
            lots=[inventory.LotChange(quantity=Decimal(5), expiry_date=EXPIRY, batch="B1")],
        )
        for n in range(60)
    ]
    inventory.apply(shop.store_id, changes, job_id="job_1", cause=Cause("s", datetime.now(UTC), "corr"))
    world.run()
    assert watch(MORNING) == 60
    world.run(shuffle=random.Random(3))
    (notice,) = feed(shop)
    assert (notice["type"], notice["severity"]) == ("LotExpiring", "info")
    assert notice["title"].endswith(" and 59 more lots expire within 30 days")
    assert notice["created_at"] == "2027-01-01T00:35:00Z"
    sizes = {row["audience"]: len(str(row)) for row in world.rows("Notifications") if row["audience"] != "mails"}
    assert sorted(size > 2000 for size in sizes.values()) == [False, True], "what is in it is not read with the feed"


def test_each_threshold_and_the_expiry_itself_are_told_apart(world: World, shop: Shop) -> None:
    path = shop.item(1, reorder_level=None)
    lot = inventory.LotChange(quantity=Decimal(5), expiry_date=EXPIRY)
    change = inventory.StockChange(product_id=path.rsplit("/", 1)[1], row=2, lots=[lot])
    inventory.apply(shop.store_id, [change], job_id="job_1", cause=Cause("s", datetime.now(UTC), "corr"))
    for days in (0, 15, 23, 31):
        watch(MORNING + timedelta(days=days))
        world.run()
    told = [(n["type"], n["severity"], n["title"].removeprefix("Parle-G Gluco Biscuits No 1 ")) for n in feed(shop)]
    assert told == [
        ("LotExpired", "warning", "has expired"),
        ("LotExpiring", "warning", "expires on 2027-01-31"),
        ("LotExpiring", "info", "expires on 2027-01-31"),
        ("LotExpiring", "info", "expires on 2027-01-31"),
    ]
    for notice in feed(shop):
        shop.owner.get(notice["link"]).ok()


def test_another_shop_and_the_admins_hear_nothing_and_figures_stay(world: World, shop: Shop) -> None:
    other = Shop(world, "meena")
    world.run()
    before = world.as_admin().get("/v1/admin/stats").ok()
    run_low(shop, range(1, 3))
    world.run()
    assert feed(other) == []
    assert world.as_admin().get("/v1/admin/notifications").ok()["items"] == []
    after = world.as_admin().get("/v1/admin/stats").ok()
    assert {n for n in after if after[n] != before[n]} == {"products", "products_by_source"}, "two products are new"


def test_two_that_write_a_notice_at_once_are_both_in_it(world: World, shop: Shop) -> None:
    run_low(shop, range(1, 4))
    for number in range(1, 5):  # at each write of the first, the others come in between
        waiting = iter(range(number - 1, -1, -1))

        def rival(call: Call, waiting: Any = waiting) -> None:
            if call.operation == "PutItem" and call.params["TableName"] == "Notifications" and next(waiting, 1) == 0:
                world.before = None
                world.run()

        _forget_notices(world)
        for event in [e for e in world.bus if e["detail-type"] == "LowStockReached"]:
            world.tell("notifications", event)
        world.before = rival
        world.run()
        world.before = None
        (notice,) = feed(shop)
        assert notice["title"].endswith(" and 2 more are running low"), number


def test_a_worker_that_dies_between_any_two_calls_leaves_a_whole_notice(world: World, shop: Shop) -> None:
    run_low(shop, range(1, 3))
    for after in (False, True):
        for number in range(1, 12):
            _forget_notices(world)
            for event in [e for e in world.bus if e["detail-type"] == "LowStockReached"][:2]:
                world.tell("notifications", event)
            world.crash_at(number, after=after, where=lambda name: name == "notifications")
            world.run()
            world.live()
            (notice,) = feed(shop)
            assert notice["title"].endswith(" and 1 more are running low"), world.last_words


def _forget_notices(world: World) -> None:
    world.run()
    from shared.aws import clients

    for row in world.rows("Notifications"):
        key: Any = {n: {"S": row[n]} for n in ("audience", "notice_id")}
        clients.dynamodb().delete_item(TableName="Notifications", Key=key)
