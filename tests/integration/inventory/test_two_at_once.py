"""Two who write one item at once: whatever AWS call of the one the other comes before, it ends as if they had queued.

And who reads meanwhile sees each row of the ledger once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations_with_replacement
from typing import Any
from unittest.mock import patch

import pytest
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter

from services.inventory import client as inventory
from services.inventory import on_stock_change, schedule
from shared.kernel.cause import Cause
from tests.builders import product
from tests.world import Answer, Call, Context, Crash, World

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
EARLIER = "2026-11-20T05:59:59.500Z"
Json = dict[str, Any]
Act = Callable[["Shop"], Any]


class Shop:
    """One item with two lots and an import in it; some rows of its ledger are in the table, some are not."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.now = NOW
        self.owner = world.as_user("ravi")
        self.store_id = world.a_store("ravi")
        self.product_id = world.as_admin().post("/v1/products", product(1)).ok(201)["product_id"]
        self.path = f"/v1/stores/{self.store_id}/inventory/{self.product_id}"
        self.kept: list[inventory.Image] = []
        self.sells(2, "old-0")
        self.owner.put(self.path, {"quantity": 10, "mrp": "84.00", "reorder_level": 5}).ok()
        self.moves("old-1", "receipt", 6, lot={"mrp": "88.00", "expiry_date": "2026-11-26"}).ok(201)
        self.tell()
        self.moves("old-2", "sale", 1).ok(201)
        self.imports("job_old", 4, adds=True)
        self.waiting = list(self.world.streams["StoreInventory"])
        self.images = list(self.kept)
        self.start = world.saved()

    def again(self) -> None:
        """As it was in the beginning."""
        self.world.restore(self.start)
        self.world.streams["StoreInventory"].extend(self.waiting)
        self.kept = list(self.images)
        self.now = NOW

    def moves(self, movement_id: str, kind: str, quantity: int, **fields: Any) -> Answer:
        body = {"movement_id": movement_id, "type": kind, "quantity": quantity, **fields}
        return self.owner.post(f"{self.path}/movements", body)

    def sells(self, quantity: int, movement_id: str = "new-1") -> None:
        self.moves(movement_id, "sale", quantity).ok(201)

    def catches_up(self) -> None:
        moved = [
            {"movement_id": i, "type": t, "quantity": q, "product_id": self.product_id}
            for i, t, q in [
                ("old-1", "receipt", 6),
                ("new-5", "sale", 2),
                ("new-6", "return_in", 1),
                ("new-5", "sale", 2),
            ]
        ]
        results = self.owner.post(f"/v1/stores/{self.store_id}/movements", {"movements": moved}).ok()["results"]
        assert "refused" not in {r["status"] for r in results}

    def imports(self, job_id: str, quantity: int, *, adds: bool = False) -> None:
        lot = inventory.LotChange(mrp=Decimal(84), quantity=Decimal(quantity), adds=adds)
        change = inventory.StockChange(product_id=self.product_id, row=3, lots=[lot])
        cause = Cause("ravi", self.now, f"corr-{job_id}")
        inventory.apply(self.store_id, [change], job_id=job_id, cause=cause, keep=self.kept.extend)

    def undoes(self) -> None:
        inventory.put_back(self.store_id, self.kept, job_id="job_old", cause=Cause("ravi", self.now, "corr-undo"))

    def tell(self) -> None:
        waiting = self.world.streams["StoreInventory"]
        records = json.loads(json.dumps({"Records": [r.event for r in waiting]}))
        waiting.clear()
        on_stock_change.handler(records, Context())

    def rows(self, limit: int = 100) -> list[Json]:
        """The ledger, oldest first."""
        return [r for page in self.owner.pages(f"{self.path}/movements?limit={limit}") for r in page][::-1]

    def outcome(self) -> Any:
        """What stands at the end; it adds up."""
        rows = self.rows()
        found = self.owner.get(self.path)
        item: Json = found.ok() if found.status == 200 else {"quantity": 0, "lots": []}
        assert sum(r["change"] for r in rows) == item["quantity"]
        assert [r["balance"] for r in rows] == [sum(r["change"] for r in rows[: n + 1]) for n in range(len(rows))]
        held = {lot["lot_id"]: lot["quantity"] for lot in item["lots"] if lot["quantity"]}
        moved: dict[str, Any] = {}
        for one in (one for row in rows for one in row["lots"]):
            moved[one["lot_id"]] = moved.get(one["lot_id"], 0) + one["change"]
        assert {i: q for i, q in moved.items() if q} == held
        ids = [r["movement_id"] for r in rows]
        assert len(set(ids)) == len(ids)
        return found.status, held, [(r["type"], r["origin"], r["change"], r["balance"]) for r in rows]


@pytest.fixture
def shop(world: World) -> Iterator[Shop]:
    shops: list[Shop] = []
    with (
        patch("shared.aws.http.utc_now", lambda: shops[0].now if shops else NOW - timedelta(minutes=5)),
        patch("services.inventory.schedule.utc_now", lambda: shops[0].now),
        patch("services.inventory.store.items.time.sleep"),
    ):
        made = Shop(world)
        shops.append(made)
        yield made


ACTS: dict[str, Act] = {
    "sale": lambda shop: shop.sells(3),
    "another sale": lambda shop: shop.sells(4, "new-2"),
    "receipt": lambda shop: shop.moves("new-3", "receipt", 5, lot={"mrp": "88.00"}).ok(201),
    "count": lambda shop: shop.moves("new-4", "count", 9, occurred_at=EARLIER).ok(201),
    "batch": lambda shop: shop.catches_up(),
    "put": lambda shop: shop.owner.put(shop.path, {"quantity": 7}).ok(),
    "patch": lambda shop: shop.owner.patch(shop.path, {"location": "B2"}),
    "delete": lambda shop: shop.owner.delete(shop.path),
    "set": lambda shop: shop.imports("job_new", 20),
    "add": lambda shop: shop.imports("job_new", 5, adds=True),
    "undo": lambda shop: shop.undoes(),
    "watch": lambda shop: schedule.handler({}, Context()),
    "stream": lambda shop: shop.tell(),
}
PAIRS = [
    *(
        ("sale", other)
        for other in ("sale", "another sale", "count", "put", "delete", "set", "undo", "stream", "watch")
    ),
    *(("batch", other) for other in ("batch", "sale", "delete")),
    *(("count", other) for other in ("sale", "delete")),
    *(("put", other) for other in ("sale", "delete")),
    *(("delete", other) for other in ("sale", "add", "undo", "put")),
    *(("add", other) for other in ("sale", "delete", "add", "undo")),
    *(("undo", other) for other in ("sale", "delete", "set", "watch", "undo")),
    *(("watch", other) for other in ("sale", "delete")),
    ("stream", "sale"),
]


@contextmanager
def aside(shop: Shop) -> Iterator[None]:
    """In the middle of a request: a process answers one at a time, so what it keeps of that is put aside."""
    here, shop.world.before = shop.world.before, None
    event, context = BaseRouter.current_event, BaseRouter.lambda_context
    yield
    BaseRouter.current_event, BaseRouter.lambda_context = event, context
    shop.world.before = here


def concerns(call: Call) -> bool:
    """Whether it asks for items or rows; not by an index, for that lags anyhow."""
    asked = str(call.params)
    return ("StoreInventory" in asked or "StockMovements" in asked) and "IndexName" not in asked


def interrupted(shop: Shop, act: Act, other: Act, at: int) -> bool:
    """Does ``other`` before the ``at``-th call of ``act``; whether there was such a call."""
    calls = 0

    def count(call: Call) -> None:
        nonlocal calls
        if not concerns(call):
            return
        calls += 1
        if calls == at:
            with aside(shop):
                other(shop)

    shop.world.before = count
    try:
        act(shop)
    finally:
        shop.world.before = None
    return calls >= at


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_at_once_end_as_if_they_had_queued(shop: Shop, first: str, second: str) -> None:
    act, other = ACTS[first], ACTS[second]
    orders = []
    for acts in ((act, other), (other, act)):
        shop.again()
        for one in acts:
            one(shop)
        orders.append(shop.outcome())
    for at in range(1, 100):
        shop.again()
        if not interrupted(shop, act, other, at):
            break
        assert shop.outcome() in orders, f"before call {at}"
        shop.tell()
        assert shop.outcome() in orders, f"before call {at}, after the stream"
    assert at > 1


def test_who_reads_while_others_write_sees_each_row_once(shop: Shop) -> None:
    meanwhile: list[Act] = [
        lambda shop: shop.sells(1, "new-1"),
        lambda shop: shop.tell(),
        lambda shop: shop.sells(1, "new-2"),  # it trims what the stream has copied
        lambda shop: shop.owner.delete(shop.path).ok(204),
    ]
    shop.rows(2)  # what is read once a process
    before = shop.rows()
    known = [r["movement_id"] for r in before]
    made: list[Call] = []
    shop.world.before = made.append
    shop.rows(3)
    shop.world.before = None
    for places in combinations_with_replacement(range(1, len(made) + 1), len(meanwhile)):
        shop.again()
        calls = 0

        def write(_: Call, places: tuple[int, ...] = places) -> None:
            nonlocal calls
            calls += 1
            with aside(shop):
                for act, place in zip(meanwhile, places, strict=True):
                    if place == calls:
                        act(shop)

        shop.world.before = write
        rows = shop.rows(3)
        shop.world.before = None
        ids = [r["movement_id"] for r in rows]
        assert ids[: len(known)] == known, places
        assert len(set(ids)) == len(ids), places
        for row, last in zip(rows[1:], rows, strict=False):
            assert row["balance"] == last["balance"] + row["change"], places


def test_a_row_that_is_only_in_the_item_is_never_out_of_sight(shop: Shop) -> None:
    """Whoever trims an item and whoever copies its rows, before whichever call of a reader: read your writes."""
    shop.sells(1, "mine")
    shop.start, shop.waiting = shop.world.saved(), list(shop.world.streams["StoreInventory"])
    for at in range(1, 10):
        for then in (1, 2, 3):
            shop.again()
            calls = 0

            def write(_: Call, at: int = at, then: int = then) -> None:
                nonlocal calls
                calls += 1
                with aside(shop):
                    if calls == at:
                        shop.tell()
                    if calls == at + then - 1:
                        shop.sells(1, "another")

            shop.world.before = write
            page = shop.owner.get(f"{shop.path}/movements?limit=100").ok()["items"]
            shop.world.before = None
            assert "mine" in {r["movement_id"] for r in page}, (at, then)


@pytest.mark.parametrize("who", ["stream", "writer"])
def test_who_dies_while_copying_rows_to_the_table_loses_none(shop: Shop, who: str) -> None:
    for number in range(14):  # more than an item keeps
        shop.sells(1, f"late-{number}")
    shop.start, shop.waiting = shop.world.saved(), list(shop.world.streams["StoreInventory"])
    act: Act = ACTS["stream"] if who == "stream" else ACTS["sale"]

    def then() -> Any:
        """Others write, each trimming what it finds in the table; and who died comes again."""
        shop.sells(1, "new-7")
        shop.sells(1, "new-8")
        ACTS["sale"](shop)
        return shop.outcome()[1], sorted(r["movement_id"] for r in shop.rows() if r["origin"] == "api")

    expected = then()
    for at in range(1, 20):
        shop.again()
        calls = 0

        def die(call: Call, at: int = at) -> None:
            nonlocal calls
            calls += concerns(call)
            if calls >= at:
                raise Crash

        shop.world.before = die
        try:
            act(shop)
        except Crash:
            shop.world.before = None
            assert then() == expected, f"died before call {at}"
            continue
        finally:
            shop.world.before = None
        break
    assert at > 2
