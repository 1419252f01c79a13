"""When two products become one, every shop's stock of the one goes to the other, and back: none twice, none lost."""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter

from services.catalog import client as catalog
from services.inventory import client as inventory
from services.inventory import on_merge, schedule, subscriptions
from services.inventory.domain.entry import Booking
from services.inventory.domain.item import Item, Lot
from services.inventory.store import items, ledger, merges
from tests.builders import CAUSE, own_photo
from tests.integration.inventory.test_counts import StockTake
from tests.integration.inventory.test_inventory_api import SHELF, Shop
from tests.world import Call, Context, World, route_of

pytestmark = pytest.mark.integration

Json = dict[str, Any]
LOTS = ({"mrp": "84.00"}, {"mrp": "88.00", "batch": "B7"}, {"batch": "B8", "expiry_date": "2027-01-31"})


class Shops:
    """Some shops, and two products that are the same goods: ``old`` is merged into ``new``."""

    def __init__(self, world: World, *, shops: int = 1) -> None:
        self.world = world
        first = Shop(world, "owner-0")
        self.all = [first, *(Shop(world, f"owner-{n}") for n in range(1, shops))]
        self.old, self.new, self.third = (first.product(n) for n in (1, 2, 3))
        world.run()

    def merge(self, old: str = "", new: str = "") -> None:
        catalog.merge(old or self.old, new or self.new, "the same goods", CAUSE)

    def revert(self, old: str = "") -> None:
        catalog.revert_merge(old or self.old, "they differ", CAUSE)

    def merged(self) -> None:
        self.merge()
        self.world.run()

    def reverted(self) -> None:
        self.revert()
        self.world.run()


def put(shop: Shop, product_id: str, **fields: Any) -> Json:
    told: Json = shop.owner.put(f"{shop.list}/{product_id}", {**SHELF, **fields}).ok()
    return told


def moves(shop: Shop, product_id: str, movement_id: str, kind: str, quantity: float, **fields: Any) -> Json:
    body = {"movement_id": movement_id, "type": kind, "quantity": quantity, **fields}
    told: Json = shop.owner.post(f"{shop.list}/{product_id}/movements", body).ok(201)
    return told


def receives(shop: Shop, product_id: str, movement_id: str, quantity: float, **lot: Any) -> Json:
    return moves(shop, product_id, movement_id, "receipt", quantity, lot=lot or None)


def listed(shop: Shop) -> dict[str, Json]:
    return {i["product_id"]: i for page in shop.owner.pages(shop.list) for i in page}


def a_moment_alone() -> datetime:
    """Now, and nothing else happens in its millisecond: what had happened by then is before it, what follows after."""
    time.sleep(0.002)
    moment = datetime.now(UTC)
    time.sleep(0.002)
    return moment


def seen(shop: Shop) -> Any:
    """The whole list, but for versions and times."""
    passing = {"version", "last_updated"}
    return {i: {n: v for n, v in one.items() if n not in passing} for i, one in listed(shop).items()}


def rows(shop: Shop, product_id: str) -> list[Json]:
    """A ledger, oldest first."""
    found = [r for page in shop.owner.pages(f"{shop.list}/{product_id}/movements?limit=7") for r in page]
    return found[::-1]


def facts_of(item: Json) -> dict[tuple[Any, ...], Any]:
    return {(lot["mrp"], lot["batch"], lot["expiry_date"]): lot["quantity"] for lot in item["lots"] if lot["quantity"]}


def check_sound(world: World) -> None:
    """Each ledger adds up to what its item holds, lot by lot."""
    held: dict[str, dict[str, Decimal]] = defaultdict(dict)
    entries: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in world.rows("StockMovements"):
        if row["row"].startswith("at#"):
            entry = ledger.load(row)
            entries[row["item"]][entry.key] = entry
    for row in world.rows("StoreInventory"):
        item = items.load(row)
        key = f"{item.store_id}#{item.product_id}"
        held[key] = {lot.lot_id: lot.quantity for lot in item.lots if lot.quantity}
        entries[key] |= {e.key: e for e in item.recent}
    for key, known in entries.items():
        total, by_lot = Decimal(0), defaultdict[str, Decimal](Decimal)
        for _, entry in sorted(known.items()):
            total += entry.change
            assert entry.balance == total, key
            assert sum(entry.lots.values()) == entry.change
            for lot, change in entry.lots.items():
                by_lot[lot] += change
        assert {lot: figure for lot, figure in by_lot.items() if figure} == held[key], key
    assert held.keys() <= entries.keys()


def nobody_on(product_id: str) -> bool:
    return not list(items.stores_of(product_id))


def total(world: World, shop: Shop, *products: str) -> Decimal:
    return sum((i.quantity for i in items.get_many(shop.store_id, products).values()), Decimal(0))


# --- Merging ---


def test_a_merge_moves_the_stock_of_every_shop_and_a_revert_restores_it(world: World) -> None:
    shops = Shops(world, shops=50)
    for n, shop in enumerate(shops.all):
        if n % 3 != 1:
            put(shop, shops.old, quantity=10 + n, location=f"A-{n}")
            receives(shop, shops.old, "r-1", 3, mrp="88.00", batch="B7")
        if n % 3 != 0:
            put(shop, shops.new, quantity=5, mrp="84.00" if n % 2 else "90.00", selling_price="80.00", location=None)
    before = {shop.store_id: seen(shop) for shop in shops.all}
    world.run()
    with patch.object(on_merge, "_SHOPS_A_MESSAGE", 7):
        shops.merge()
        world.run(shuffle=random.Random(7), twice=True)
        check_sound(world)
        assert nobody_on(shops.old)
        for n, shop in enumerate(shops.all):
            now = listed(shop)
            assert list(now) == [shops.new]
            old, new = (before[shop.store_id].get(p, {"quantity": 0}) for p in (shops.old, shops.new))
            assert now[shops.new]["quantity"] == old["quantity"] + new["quantity"]
            assert now[shops.new]["location"] == (f"A-{n}" if n % 3 != 1 else None)
            export = shop.owner.get(f"{shop.list}/export").text.splitlines()
            assert len(export) == 1 + len(now[shops.new]["lots"])
        shops.revert()
        world.run(shuffle=random.Random(8), twice=True)
    check_sound(world)
    for shop in shops.all:
        then, now = before[shop.store_id], seen(shop)
        assert now.keys() == then.keys()
        for product_id, item in then.items():
            assert now[product_id] == item
    assert not [r for r in world.rows("StockMovements") if r["row"].startswith("merge#")]


def test_both_ledgers_tell_of_it_and_the_old_one_stays_readable(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    put(shop, shops.new, quantity=4, mrp="84.00", selling_price="80.00")
    shops.merged()
    went, came = rows(shop, shops.old)[-1], rows(shop, shops.new)[-1]
    assert (went["type"], went["origin"], went["change"], went["balance"]) == ("transfer_out", "merge", -10, 0)
    assert (came["type"], came["origin"], came["change"], came["balance"]) == ("transfer_in", "merge", 10, 14)
    assert went["movement_id"] == came["movement_id"]
    assert (went["note"], came["note"]) == (shops.new, shops.old)
    assert shop.owner.get(f"{shop.list}/{shops.old}/price-history").ok()["items"]
    assert shop.owner.get(f"{shop.list}/{shops.old}").ok()["product_id"] == shops.new
    last = {i["product_id"]: i["quantity"] for e in world.events("StockChanged") for i in e["items"]}
    assert last[shops.old] is None
    assert Decimal(last[shops.new]) == 14


def test_lots_that_are_alike_are_one_and_others_come_as_they_are(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    for product_id, base in ((shops.old, 1), (shops.new, 10)):
        for n, lot in enumerate(LOTS):
            if (product_id, n) != (shops.new, 2):
                receives(shop, product_id, f"r-{n}", base + n, **lot)
    moves(shop, shops.old, "priced", "receipt", 1, lot=LOTS[1], cost_price="70.00", selling_price="86.00")
    moves(shop, shops.new, "priced", "receipt", 1, lot=LOTS[1], selling_price="87.00")
    shops.merged()
    item = listed(shop)[shops.new]
    assert facts_of(item) == {("84.00", None, None): 11, ("88.00", "B7", None): 15, (None, "B8", "2027-01-31"): 3}
    (second,) = (lot for lot in item["lots"] if lot["batch"] == "B7")
    assert (second["cost_price"], second["selling_price"]) == ("70.00", "87.00"), "its own, and what was missing"
    check_sound(world)


def test_debts_move_as_well(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    moves(shop, shops.old, "s-1", "sale", 3)
    put(shop, shops.new, quantity=10)
    shops.merged()
    assert listed(shop)[shops.new]["quantity"] == 7
    assert rows(shop, shops.old)[-1]["change"] == 3
    shops.reverted()
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.old: -3, shops.new: 10}
    check_sound(world)


def test_who_had_set_no_price_for_the_survivor_sees_that_of_the_merged_one(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=0)
    shop.owner.put(f"{shop.list}/{shops.new}", {"quantity": 5, "notes": "mine"}).ok()
    shops.merged()
    item = listed(shop)[shops.new]
    names = ("quantity", "selling_price", "cost_price", "reorder_level", "supplier", "notes")
    assert [item[n] for n in names] == [5, "86.00", "78.50", 6, SHELF["supplier"], "mine"]
    shops.reverted()
    assert listed(shop)[shops.new]["selling_price"] is None
    assert listed(shop)[shops.old]["selling_price"] == "86.00"


@pytest.mark.parametrize(
    ("old", "new", "quantity"),
    [
        ({"unit": "dozen", "mrp": "120.00", "selling_price": "108.00", "cost_price": "96.00"}, {}, 24 * 12 + 24),
        ({"unit": "box", "box_of": 10}, {}, 24 * 10 + 24),
        ({"unit": "box", "box_of": 10}, {"unit": "box", "box_of": 5}, 24 * 2 + 24),
        ({"unit": "box", "box_of": 10}, {"unit": "box"}, 48),
        ({"unit": "kg"}, {"unit": "g", "mrp": "0.09", "selling_price": "0.08", "cost_price": "0.07"}, None),
        ({"unit": "kg"}, {}, None),
        ({"unit": "box"}, {}, None),
        ({"unit": "g", "cost_price": None, "selling_price": "0.50", "mrp": "0.50"}, {"unit": "kg"}, 24.024),
    ],
)
def test_units_are_turned_exactly_or_the_item_stays(world: World, old: Json, new: Json, quantity: Any) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, **old)
    put(shop, shops.new, **new)
    before = seen(shop)
    shops.merged()
    check_sound(world)
    if quantity is None:
        now = listed(shop)
        assert [now[p]["quantity"] for p in (shops.old, shops.new)] == [24, 24]
        assert [w["code"] for w in now[shops.old]["warnings"]] == ["SAME_AS_ANOTHER"]
        assert now[shops.new]["warnings"] == []
        moves(shop, shops.old, "s-1", "sale", 1)  # it is sold as before
        assert listed(shop)[shops.old]["quantity"] == 23
        return
    now = listed(shop)
    assert list(now) == [shops.new]
    assert now[shops.new]["quantity"] == quantity
    shops.reverted()
    assert seen(shop) == before


def test_what_would_make_too_many_lots_stays_where_it_is(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    receives(shop, shops.old, "r-1", 1, batch="old")
    put(shop, shops.new, quantity=1)
    item = items.get(shop.store_id, shops.new)
    many = [Lot(lot_id=f"lot_{n}", batch=f"B{n}", quantity=Decimal(1)) for n in range(199)]
    items.save(Item.booked(item, CAUSE, _why(), lots=[*item.lots, *many], default_lot=item.default_lot), item, CAUSE)
    shops.merged()
    assert listed(shop).keys() == {shops.old, shops.new}
    check_sound(world)
    shops.reverted()
    moves(shop, shops.new, "s-1", "sale", 1, lot={"lot_id": "lot_7"})
    shops.merged()
    assert listed(shop).keys() == {shops.new}, "what is sold out makes room"
    check_sound(world)


def _why() -> Booking:
    return Booking("put")


def test_nobody_is_told_again_of_what_is_low_or_near_its_expiry(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    soon = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()
    put(shop, shops.old, quantity=3)
    receives(shop, shops.old, "r-1", 2, batch="B9", expiry_date=soon)
    world.run()
    schedule.handler({}, Context())
    world.run()
    told = [len(world.events(kind)) for kind in ("LowStockReached", "LotExpiring")]
    assert told == [1, 1]
    shops.merged()
    schedule.handler({}, Context())
    world.run()
    shops.reverted()
    schedule.handler({}, Context())
    world.run()
    assert [len(world.events(kind)) for kind in ("LowStockReached", "LotExpiring")] == told


# --- Others at the same time, and crashes ---


def test_a_sale_before_whichever_call_is_not_lost(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    put(shop, shops.new, quantity=5)
    world.run()
    start = world.saved()
    for named in (shops.old, shops.new):
        for at in range(1, 60):
            world.restore(start)
            shops.merge()
            if not _interrupted(world, at, partial(moves, shop, named, "s-1", "sale", 1)):
                break
            check_sound(world)
            assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.new: 14}, at
        assert at > 5


ACTS: dict[str, Callable[[Shop, Shops], Any]] = {
    "sale": lambda shop, shops: moves(shop, shops.old, "m-1", "sale", 1),
    "sale of the other": lambda shop, shops: moves(shop, shops.new, "m-1", "sale", 1),
    "receipt": lambda shop, shops: receives(shop, shops.old, "m-1", 6, **LOTS[1]),
    "count": lambda shop, shops: moves(shop, shops.old, "m-1", "count", 4),
    "put": lambda shop, shops: shop.owner.put(f"{shop.list}/{shops.old}", {"quantity": 3}).ok(),
    "put of the other": lambda shop, shops: shop.owner.put(f"{shop.list}/{shops.new}", {"quantity": 3}).ok(),
    "delete": lambda shop, shops: shop.owner.delete(f"{shop.list}/{shops.old}"),
    "delete of the other": lambda shop, shops: shop.owner.delete(f"{shop.list}/{shops.new}"),
    "photo": lambda shop, shops: _photo_comes(shop, shops.old),
    "import": lambda shop, shops: _imports(shop, shops.old),
    "watch": lambda shop, shops: schedule.handler({}, Context()),
}


class Waiting(deque[Any]):
    """Messages that wait for their time."""

    held = False

    def __bool__(self) -> bool:
        return not self.held and len(self) > 0


def _photo_comes(shop: Shop, product_id: str) -> None:
    subscriptions.keep_photo(own_photo(shop.store_id, product_id, "h1"))


def _imports(shop: Shop, product_id: str) -> None:
    """As csv_import does: it asks the catalog, and asks it again when its part of the file comes again."""
    for _ in range(2):
        try:
            _apply(shop, catalog.facts([product_id])[product_id].product_id, 4, "job_1", adds=True)
        except inventory.MergedMeanwhile:
            continue
        return
    raise AssertionError("merged twice")


@pytest.mark.parametrize("name", ACTS)
def test_a_merge_and_anything_else_end_as_if_they_had_queued(world: World, name: str) -> None:
    """The merge, with all that follows from it, comes before whichever call of the other; and the other way round."""
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    receives(shop, shops.old, "r-1", 2, **LOTS[2])
    put(shop, shops.new, quantity=5)
    world.run()
    start = world.saved()

    def act() -> None:
        ACTS[name](shop, shops)

    def outcome() -> Any:
        check_sound(world)
        world.run()
        check_sound(world)
        known = listed(shop)
        photos = [p["image_hash"] for i in known.values() for p in i["custom_images"]]
        return {i: one["quantity"] for i, one in known.items()}, photos

    orders = []
    for both in ((act, shops.merged), (shops.merged, act)):
        world.restore(start)
        for one in both:
            one()
        orders.append(outcome())
    world.later = waits = Waiting()
    for at in range(1, 60):
        world.restore(start)
        made = 0

        def merge(call: Call, at: int = at) -> None:
            nonlocal made
            made += _asks_for_stock(call)
            if made == at:
                here, world.before = world.before, None
                event, context = BaseRouter.current_event, BaseRouter.lambda_context
                waits.held = True  # a quarter of an hour is longer than anybody has his facts
                shops.merged()
                waits.held = False
                BaseRouter.current_event, BaseRouter.lambda_context = event, context
                world.before = here
                made += 1

        world.before = merge
        act()
        world.before = None
        if made < at:
            break
        assert outcome() in orders, f"the merge before call {at}"
    assert at > 1
    for at in range(1, 90):
        world.restore(start)
        shops.merge()
        if not _interrupted(world, at, act):
            break
        assert outcome() in orders, f"before call {at} of the merge"
    assert at > 5


@pytest.mark.parametrize("back", [False, True])
def test_at_every_moment_the_goods_are_there_once(world: World, back: bool) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    put(shop, shops.new, quantity=5)
    shops.merge()
    if back:
        world.run()
        shops.revert()
    totals = set()

    def look(_: Call) -> None:
        world.before = None
        totals.add(total(world, shop, shops.old, shops.new))
        world.before = look

    world.before = look
    world.run()
    assert totals == {Decimal(15)}


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("after", [False, True])
def test_who_dies_at_any_call_heals(world: World, back: bool, after: bool) -> None:
    shops = Shops(world, shops=3)
    put(shops.all[0], shops.old, quantity=10)
    put(shops.all[0], shops.new, quantity=5, mrp="84.00", selling_price="80.00")
    put(shops.all[1], shops.old, quantity=7)
    put(shops.all[2], shops.new, quantity=4)
    then = [seen(shop) for shop in shops.all]
    world.run()
    if back:
        shops.merged()
    start = world.saved()
    for number in range(1, 200):
        world.restore(start)
        world.crash_at(number, after=after, where=lambda name: name in {"Merges", "inventory"})
        (shops.revert if back else shops.merge)()
        world.run()
        crashed = world.was_crashed
        world.live()
        check_sound(world)
        now = [seen(shop) for shop in shops.all]
        if back:
            assert now == then, number
        else:
            assert [{i: one["quantity"] for i, one in n.items()} for n in now] == [
                {shops.new: 15},
                {shops.new: 7},
                {shops.new: 4},
            ]
        if not crashed:
            break
    assert 10 < number < 199


def test_an_item_that_cannot_be_written_keeps_nobody_else_waiting(world: World) -> None:
    shops = Shops(world, shops=4)
    for shop in shops.all:
        put(shop, shops.old)
    bad = shops.all[1].store_id
    real = merges.move
    tries = 0

    def move(store_id: str, *args: Any) -> Any:
        nonlocal tries
        if store_id == bad:
            tries += 1
            if tries < 4:
                raise TimeoutError("a hot partition")
        return real(store_id, *args)

    with patch.object(merges, "move", move), patch.object(on_merge, "_SHOPS_A_MESSAGE", 2):
        shops.merged()
    assert nobody_on(shops.old)
    assert tries >= 4


def test_what_comes_out_of_turn_comes_to_the_same(world: World) -> None:
    shops = Shops(world, shops=2)
    for shop in shops.all:
        put(shop, shops.old)
    then = [seen(shop) for shop in shops.all]
    shops.merge()
    shops.revert()
    world.streams["Products"].reverse()  # the revert is told of before the merge
    world.run()
    assert [seen(shop) for shop in shops.all] == then
    shops.merge()
    world.run(shuffle=random.Random(3))
    assert nobody_on(shops.old)
    shops.revert()
    shops.merge()
    world.run(shuffle=random.Random(4), twice=True)
    assert nobody_on(shops.old)
    check_sound(world)


def _interrupted(world: World, at: int, other: Callable[[], Any]) -> bool:
    """Plays everything, with ``other`` before the ``at``-th call that asks for stock; whether there was such a call."""
    calls = 0

    def count(call: Call) -> None:
        nonlocal calls
        calls += _asks_for_stock(call)
        if calls == at and _asks_for_stock(call):
            world.before = None
            other()
            world.before = count

    world.before = count
    try:
        world.run()
    finally:
        world.before = None
    return calls >= at


def _asks_for_stock(call: Call) -> bool:
    return "StoreInventory" in str(call.params) or "StockMovements" in str(call.params)


# --- Who comes late ---


def test_an_offline_phones_sale_of_the_merged_product_is_the_survivors(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    first = moves(shop, shops.old, "m-1", "sale", 1)
    shops.merged()
    assert moves(shop, shops.old, "m-1", "sale", 1) == first, "it was booked before the merge"
    late = moves(shop, shops.old, "m-2", "sale", 2)
    assert (late["product_id"], late["balance"]) == (shops.new, 7)
    assert moves(shop, shops.old, "m-2", "sale", 2) == late
    sent = [
        {"movement_id": i, "type": "sale", "quantity": q, "product_id": p}
        for i, q, p in (("m-1", 1, shops.old), ("m-3", 3, shops.old), ("m-4", 1, shops.new))
    ]
    results = shop.owner.post(f"/v1/stores/{shop.store_id}/movements", {"movements": sent}).ok()["results"]
    assert [r["status"] for r in results] == ["already_applied", "applied", "applied"]
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.new: 3}
    shops.reverted()
    # What was booked while they were one is known by either name.
    assert moves(shop, shops.old, "m-2", "sale", 2) == late
    assert moves(shop, shops.old, "m-1", "sale", 1) == first
    check_sound(world)


def test_a_chain_of_merges_knows_what_was_booked_on_the_way(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    moves(shop, shops.old, "m-1", "sale", 1)
    shops.merged()
    moves(shop, shops.old, "m-2", "sale", 1)
    shops.merge(shops.new, shops.third)
    world.run()
    for movement_id in ("m-1", "m-2"):
        moves(shop, shops.old, movement_id, "sale", 1)
    assert moves(shop, shops.old, "m-3", "sale", 1)["product_id"] == shops.third
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.third: 7}
    shops.revert(shops.new)
    world.run()
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.new: 7}
    shops.reverted()
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.old: 7}
    check_sound(world)


def test_a_movement_that_went_down_a_chain_is_known_when_all_of_it_is_reverted(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    for product_id in (shops.old, shops.new, shops.third):
        put(shop, product_id, quantity=10)
    shops.merged()
    shops.merge(shops.new, shops.third)
    world.run()
    first = moves(shop, shops.old, "m-1", "sale", 1)
    shops.revert(shops.new)
    world.run()
    shops.reverted()
    then = seen(shop)
    assert moves(shop, shops.old, "m-1", "sale", 1) == first
    assert seen(shop) == then
    check_sound(world)


def test_a_late_sale_means_the_lot_and_the_unit_that_its_sender_knew(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10, unit="dozen", mrp="120.00", selling_price="108.00", cost_price=None)
    put(shop, shops.new, quantity=5, mrp="10.00", selling_price="9.00", cost_price=None)
    (lot,) = (lot["lot_id"] for lot in listed(shop)[shops.old]["lots"])
    shops.merged()
    late = moves(shop, shops.old, "m-1", "sale", 2, lot={"lot_id": lot})
    assert (late["quantity"], late["unit"], late["change"], late["balance"]) == (2, "dozen", -24, 101)


def test_a_late_movement_in_boxes_means_those_of_the_product_that_it_names(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=24, unit="box", box_of=10)
    put(shop, shops.new, quantity=24, box_of=12)
    before = a_moment_alone().isoformat(timespec="milliseconds")
    shops.merged()
    assert moves(shop, shops.old, "c-1", "count", 24, occurred_at=before)["balance"] == 264
    late = moves(shop, shops.old, "s-1", "sale", 2)
    assert (late["quantity"], late["unit"], late["change"], late["balance"]) == (2, "box", -20, 244)
    assert moves(shop, shops.old, "s-1", "sale", 2) == late, "it is known as it was sent"
    assert moves(shop, shops.new, "s-2", "sale", 2, unit="box")["change"] == -24
    take = StockTake(shop)
    take.finds(shops.old, 2)
    take.finds(shops.new, 1, unit="box")
    assert take.differences()[0]["counted"] == 32
    check_sound(world)


def test_a_late_movement_in_boxes_that_is_no_exact_figure_of_the_others_is_refused(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=24, unit="box", box_of=10)
    put(shop, shops.new, quantity=24, unit="box", box_of=12)
    shops.merged()
    body = {"movement_id": "s-1", "type": "sale", "quantity": 1}
    assert shop.owner.post(f"{shop.list}/{shops.old}/movements", body).code == "NOT_EXACT"
    assert moves(shop, shops.old, "s-2", "sale", 6)["change"] == -5


def test_a_late_movement_finds_its_lot_by_what_was_said_of_it_before(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10, unit="dozen", mrp="120.00", selling_price=None, cost_price=None)
    put(shop, shops.new, quantity=5, mrp="10.00", selling_price=None, cost_price=None)
    before = a_moment_alone().isoformat(timespec="milliseconds")
    shops.merged()
    lot = {"mrp": "120.00"}
    assert moves(shop, shops.old, "c-1", "count", 10, lot=lot, occurred_at=before)["balance"] == 125
    assert moves(shop, shops.old, "s-1", "sale", 2, lot=lot)["change"] == -24
    moves(shop, shops.old, "r-1", "receipt", 1, lot=lot)
    assert facts_of(listed(shop)[shops.new]) == {("10.00", None, None): 113}
    check_sound(world)


def test_a_late_movement_of_a_lot_that_was_sold_out_is_of_its_mrp(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=3, unit="dozen", mrp="120.00", selling_price=None, cost_price=None)
    put(shop, shops.new, quantity=5, mrp="11.00", selling_price=None, cost_price=None)
    (lot,) = (lot["lot_id"] for lot in listed(shop)[shops.old]["lots"])
    before = a_moment_alone().isoformat(timespec="milliseconds")
    moves(shop, shops.old, "s-1", "sale", 3)
    shops.merged()
    assert moves(shop, shops.old, "c-1", "count", 3, lot={"lot_id": lot}, occurred_at=before)["change"] == 0
    assert moves(shop, shops.old, "s-2", "sale", 1, lot={"lot_id": lot})["change"] == -12
    assert facts_of(listed(shop)[shops.new]) == {("11.00", None, None): 5, ("10.00", None, None): -12}
    check_sound(world)


def test_a_put_and_an_import_of_the_merged_product_act_on_the_survivor(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.new, quantity=5)
    shops.merged()
    assert put(shop, shops.old, quantity=8)["product_id"] == shops.new
    assert list(listed(shop)) == [shops.new]
    for act in ("patch", "delete"):
        body = ({"location": "X"},) if act == "patch" else ()
        assert getattr(shop.owner, act)(f"{shop.list}/{shops.old}", *body).status == 404, "of an item that is not there"


def test_what_a_merge_has_listed_leaves_with_its_revert_though_the_shop_sold_of_it(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10, reorder_level=2, mrp="10.00", selling_price="9.00", cost_price=None)
    shops.merged()
    moves(shop, shops.new, "s-1", "sale", 1)
    shop.owner.patch(f"{shop.list}/{shops.new}", {"location": "Shelf 3", "selling_price": "8.50"}).ok()
    shops.reverted()
    (item,) = listed(shop).values()
    assert (item["product_id"], item["quantity"], item["reorder_level"]) == (shops.old, 9, 2)
    assert (item["location"], item["selling_price"]) == ("Shelf 3", "8.50"), "what was said of it since"
    assert world.events("LowStockReached") == []
    assert shop.owner.get(f"{shop.list}?low_stock=true").ok()["items"] == []
    check_sound(world)


def test_what_the_shop_has_of_the_survivor_alone_stays_after_a_revert(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    shops.merged()
    moves(shop, shops.new, "s-1", "sale", 1)
    moves(shop, shops.new, "r-1", "receipt", 5, lot={"batch": "B7"})
    shops.reverted()
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.old: 9, shops.new: 5}
    check_sound(world)


def test_what_was_written_by_old_facts_is_found_by_the_second_look(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    shops.merge()

    def straggles(call: Call) -> None:
        """Somebody who had asked the catalog before, just before the message of the second look."""
        if call.operation == "SendMessageBatch" and call.params["Entries"][0].get("DelaySeconds"):
            world.before = None
            _apply(shop, shops.old, 4, "job_late", adds=True)

    world.before = straggles
    world.run()
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.new: 14}
    _apply(shop, shops.new, 4, "job_late", adds=True)  # its part of the file is worked once more
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.new: 14}
    check_sound(world)
    shops.reverted()
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.old: 14}
    check_sound(world)


def _apply(shop: Shop, product_id: str, quantity: int, job_id: str, *, adds: bool = False) -> list[inventory.Image]:
    kept: list[inventory.Image] = []
    change = inventory.StockChange(
        product_id=product_id, row=3, lots=[inventory.LotChange(quantity=Decimal(quantity), adds=adds)]
    )
    inventory.apply(shop.store_id, [change], job_id=job_id, cause=CAUSE, keep=kept.extend)
    return kept


def test_an_import_that_was_moved_is_left_by_its_undo(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    kept = _apply(shop, shops.old, 9, "job_1")
    shops.merged()
    assert inventory.put_back(shop.store_id, kept, job_id="job_1", cause=CAUSE) == {shops.old: "left"}
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.new: 9}


def test_an_import_whose_product_is_merged_under_it_begins_again(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    shops.merge()

    def rival(call: Call) -> None:
        if call.operation == "PutItem" and call.params["TableName"] == "StoreInventory":
            world.before = None
            world.run()

    world.before = rival
    with pytest.raises(inventory.MergedMeanwhile):
        _apply(shop, shops.old, 12, "job_1")
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.new: 10}


def test_an_import_that_comes_after_the_stock_was_moved_begins_again(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    put(shop, shops.new, quantity=5)
    shops.merged()
    with pytest.raises(inventory.MergedMeanwhile):  # it had asked the catalog before
        _apply(shop, shops.old, 12, "job_1")
    _apply(shop, shops.new, 12, "job_1")
    world.run()
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.new: 12}
    # Who has taken it off the list himself lists it anew.
    shop.owner.delete(f"{shop.list}/{shops.third}")
    put(shop, shops.third, quantity=1)
    shop.owner.delete(f"{shop.list}/{shops.third}").ok(204)
    _apply(shop, shops.third, 7, "job_1")
    assert listed(shop)[shops.third]["quantity"] == 7


# --- Counts ---


def test_a_count_from_just_before_the_move_knows_what_was_sold_while_the_message_was_worked(world: World) -> None:
    shops = Shops(world, shops=2)
    shop = max(shops.all, key=lambda one: one.store_id)
    for one in shops.all:
        put(one, shops.old, quantity=10)
        put(one, shops.new, quantity=5)
    world.run()
    shops.merge()
    moments: list[datetime] = []

    def sells(call: Call) -> None:
        """Before the stock of the shops is looked for; by then the message is some time on its way."""
        if _asks_for_stock(call) and not moments:
            moments.append(datetime.now(UTC))  # the shop sells, and counts right after
            here, world.before = world.before, None
            event, context = BaseRouter.current_event, BaseRouter.lambda_context
            time.sleep(0.01)
            moves(shop, shops.old, "s-1", "sale", 1)
            moments.append(datetime.now(UTC))
            time.sleep(0.01)
            BaseRouter.current_event, BaseRouter.lambda_context = event, context
            world.before = here

    world.before = sells
    world.run()
    world.before = None
    went, came = rows(shop, shops.old)[-1], rows(shop, shops.new)[-1]
    assert went["recorded_at"] == came["recorded_at"]
    assert datetime.fromisoformat(went["recorded_at"]) >= moments[1]
    moves(shop, shops.new, "c-1", "count", 5, occurred_at=moments[1].isoformat(timespec="milliseconds"))
    assert listed(shop)[shops.new]["quantity"] == 14
    check_sound(world)


def test_a_count_from_before_the_merge_is_of_the_merged_product_alone(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    put(shop, shops.new, quantity=5)
    before = a_moment_alone()
    shops.merged()
    at = before.isoformat(timespec="milliseconds")
    earlier = (before - timedelta(milliseconds=1)).isoformat(timespec="milliseconds")
    moves(shop, shops.old, "s-1", "sale", 2, occurred_at=earlier)  # the phone's sale before its count
    moves(shop, shops.old, "c-1", "count", 7, occurred_at=at)
    assert listed(shop)[shops.new]["quantity"] == 12
    moves(shop, shops.new, "c-2", "count", 5, occurred_at=at)
    assert listed(shop)[shops.new]["quantity"] == 12  # neither what came later nor what was put right of it is in the 5
    moves(shop, shops.old, "c-3", "count", 11)  # and from after it, of both
    assert listed(shop)[shops.new]["quantity"] == 11
    check_sound(world)


def test_what_had_come_late_of_a_product_that_had_none_is_not_in_a_count_from_before(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=0)
    put(shop, shops.new, quantity=5)
    before = a_moment_alone()
    shops.merged()
    earlier = (before - timedelta(milliseconds=1)).isoformat(timespec="milliseconds")
    moves(shop, shops.old, "r-1", "receipt", 10, occurred_at=earlier)
    moves(shop, shops.new, "c-1", "count", 5, occurred_at=before.isoformat(timespec="milliseconds"))
    assert listed(shop)[shops.new]["quantity"] == 15
    check_sound(world)


def test_a_stock_take_as_of_before_the_merge_counts_both_as_they_were(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    put(shop, shops.new, quantity=5)
    take = StockTake(shop)
    take.finds(shops.old, 6)
    shops.merged()
    late = {"entry_id": "e-late", "product_id": shops.old, "quantity": 3}
    take.enter(late)
    take.finds(shops.new, 5)
    assert take.book()["summary"]["refused"] == 0
    assert listed(shop)[shops.new]["quantity"] == 14
    check_sound(world)


def test_a_stock_take_after_the_merge_adds_up_what_is_found_by_either_name(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    put(shop, shops.new, quantity=5)
    shops.merged()
    take = StockTake(shop)
    entry = {"entry_id": "e-old", "product_id": shops.old, "quantity": 6}
    assert [r["status"] for r in (*take.enter(entry), *take.enter(entry))] == ["applied", "already_applied"]
    take.finds(shops.new, 7)
    (difference,) = take.differences()
    assert (difference["product_id"], difference["counted"], difference["difference"]) == (shops.new, 13, -2)
    take.book()
    assert listed(shop)[shops.new]["quantity"] == 13


# --- Reverts ---


@pytest.mark.parametrize(
    ("act", "left"),
    [
        (lambda shop, product: moves(shop, product, "c-1", "count", 14), 14),
        (lambda shop, product: moves(shop, product, "s-1", "sale", 1), 14),
        (lambda shop, product: put(shop, product, quantity=13), 13),
    ],
)
def test_until_the_stock_is_back_the_survivors_is_meant(world: World, act: Any, left: int) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    put(shop, shops.new, quantity=5)
    shops.merged()
    words = {i: one.label for i, one in items.get_many(shop.store_id, [shops.new]).items()}
    shops.revert()
    act(shop, shops.old)
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.new: left}
    assert {i: one.label for i, one in items.get_many(shop.store_id, [shops.new]).items()} == words
    with pytest.raises(inventory.MergedMeanwhile):
        _apply(shop, shops.old, 4, "job_1")
    world.run()
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.old: 10, shops.new: left - 10}
    check_sound(world)


def test_what_was_sold_meanwhile_stays_sold(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    receives(shop, shops.old, "r-1", 4, batch="B7")
    put(shop, shops.new, quantity=3)
    shops.merged()
    moves(shop, shops.new, "s-1", "sale", 3, lot={"batch": "B7"})
    shops.reverted()
    now = listed(shop)
    assert facts_of(now[shops.old]) == {("90.00", None, None): 10, ("90.00", "B7", None): 1} or facts_of(
        now[shops.old]
    ) == {("90.00", None, None): 10, (None, "B7", None): 1}
    assert now[shops.new]["quantity"] == 3
    assert now[shops.old]["location"] == "A-3"
    check_sound(world)


def test_a_survivor_that_was_sold_out_since_leaves_the_list_and_its_ledger_stays(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    shops.merged()
    moves(shop, shops.new, "s-1", "sale", 10)
    shops.reverted()
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.old: 0}
    assert [r["type"] for r in rows(shop, shops.new)] == ["transfer_in", "sale"]
    check_sound(world)


def test_who_took_the_survivor_off_the_list_gets_nothing_back(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    shops.merged()
    shop.owner.delete(f"{shop.list}/{shops.new}").ok(204)
    shops.reverted()
    assert listed(shop) == {}
    check_sound(world)


def test_a_revert_restores_what_two_merges_brought_together(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    for product_id, quantity in ((shops.old, 10), (shops.third, 4), (shops.new, 1)):
        put(shop, product_id, quantity=quantity)
    shops.merged()
    shops.merge(shops.third, shops.new)
    world.run()
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.new: 15}
    shops.reverted()
    assert {i: one["quantity"] for i, one in listed(shop).items()} == {shops.new: 5, shops.old: 10}
    check_sound(world)


def test_a_relabelled_survivor_counts_as_untouched(world: World) -> None:
    shops = Shops(world)
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    then = seen(shop)
    shops.merged()
    world.as_admin().patch(f"/v1/products/{shops.new}", {"name": "Gluco Biscuits"}).ok()
    world.run()
    shops.reverted()
    assert seen(shop) == then


def test_a_random_trade_between_merge_and_revert_adds_up(world: World) -> None:
    """Whatever the lots are and whatever is sold, nothing is lost; what was not touched is as it was."""
    shops = Shops(world)
    (shop,) = shops.all
    start = world.saved()
    for seed in range(25):
        world.restore(start)
        chance = random.Random(seed)
        for product_id in (shops.old, shops.new):
            for n in range(chance.randrange(4)):
                kind = chance.choice(["receipt", "receipt", "sale"])
                lot = chance.choice([None, *LOTS]) if kind == "receipt" else None
                moves(shop, product_id, f"b-{n}", kind, chance.randrange(1, 9), lot=lot)
        then, sum_then = seen(shop), total(world, shop, shops.old, shops.new)
        shops.merged()
        assert nobody_on(shops.old)
        assert total(world, shop, shops.new) == sum_then
        traded = Decimal(0)
        for n in range(chance.randrange(4)):
            kind = chance.choice(["receipt", "sale", "sale"])
            named = chance.choice([shops.old, shops.new])
            lot = chance.choice([None, *LOTS]) if kind == "receipt" else None
            traded += Decimal(str(moves(shop, named, f"a-{n}", kind, chance.randrange(1, 9), lot=lot)["change"]))
        shops.reverted()
        check_sound(world)
        assert total(world, shop, shops.old, shops.new) == sum_then + traded, seed
        if not rows_between(shop, shops.new):
            assert seen(shop) == then, seed


def rows_between(shop: Shop, product_id: str) -> list[Json]:
    """Movements that were booked while the products were one."""
    if shop.owner.get(f"{shop.list}/{product_id}/movements").status == 404:
        return []
    return [r for r in rows(shop, product_id) if r["movement_id"].startswith("a-")]


# --- Photos ---


def photo(shop: Shop, product_id: str, image_hash: str, **fields: Any) -> Json:
    """Image ingest tells of a shop's own photo."""
    event = own_photo(fields.get("store_id", shop.store_id), product_id, image_hash, fields.get("upload_id", ""))
    told: Json = {
        "source": event.SOURCE,
        "detail-type": event.detail_type(),
        "detail": json.loads(event.model_dump_json()),
    }
    shop.world.publish(told)
    return told


def test_a_shops_own_photos_are_kept_newest_first(world: World, shops: Shops) -> None:
    (shop,) = shops.all
    put(shop, shops.old)
    for n in range(12):
        photo(shop, shops.old, f"h{n}")
    world.run(twice=True)
    item = listed(shop)[shops.old]
    assert [p["image_hash"] for p in item["custom_images"]] == [f"h{n}" for n in range(11, 1, -1)]
    assert item["custom_image_urls"] == {n: f"/images/h11/{n}.webp" for n in ("original", "medium", "thumbnail")}
    assert len(rows(shop, shops.old)) == 1, "no news to the ledger"
    photo(shop, shops.new, "h1")
    photo(shop, shops.old, "h2", store_id=None)
    world.run()
    assert shops.new not in listed(shop)
    assert listed(shop)[shops.old] == item


def test_a_photo_that_was_taken_off_stays_off(world: World, shops: Shops) -> None:
    (shop,) = shops.all
    put(shop, shops.old)
    told = photo(shop, shops.old, "h1")
    world.run()
    path = f"{shop.list}/{shops.old}/images/h1"
    assert shop.owner.delete(path, if_match='"99"').status == 412
    shop.owner.delete(path).ok(204)
    assert shop.owner.delete(path).code == "PHOTO_UNKNOWN"
    world.publish(told)
    world.run()
    assert listed(shop)[shops.old]["custom_image_urls"] is None
    photo(shop, shops.old, "h1", upload_id="another")
    world.run()
    assert listed(shop)[shops.old]["custom_image_urls"]["original"] == "/images/h1/original.webp"


def test_photos_go_with_a_merge_and_back(world: World, shops: Shops) -> None:
    (shop,) = shops.all
    put(shop, shops.old)
    put(shop, shops.new, quantity=1)
    photo(shop, shops.old, "h1")
    photo(shop, shops.new, "h2")
    world.run()
    then = seen(shop)
    shops.merged()
    assert [p["image_hash"] for p in listed(shop)[shops.new]["custom_images"]] == ["h2", "h1"]
    photo(shop, shops.old, "h3")  # it was on its way
    world.run()
    assert [p["image_hash"] for p in listed(shop)[shops.new]["custom_images"]] == ["h3", "h2", "h1"]
    shop.owner.delete(f"{shop.list}/{shops.new}/images/h3").ok(204)
    shops.reverted()
    assert seen(shop) == then


def test_an_undo_of_an_import_leaves_photos_alone(world: World, shops: Shops) -> None:
    (shop,) = shops.all
    put(shop, shops.old, quantity=10)
    kept = _apply(shop, shops.old, 20, "job_1")
    photo(shop, shops.old, "h1")
    world.run()
    assert inventory.put_back(shop.store_id, kept, job_id="job_1", cause=CAUSE) == {shops.old: "put_back"}
    item = listed(shop)[shops.old]
    assert (item["quantity"], item["custom_images"][0]["image_hash"]) == (10, "h1")


def test_a_photo_is_taken_off_by_inventory_whoever_takes_new_ones() -> None:
    found = route_of("DELETE", "/v1/stores/str_1/inventory/prd_1/images/h1")
    assert found
    assert found[0].service == "inventory"


@pytest.fixture
def shops(world: World) -> Shops:
    return Shops(world)
