"""Stock takes: what several people find adds up, no sale is lost, and what is booked is booked once."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.inventory import client as inventory
from services.inventory import schedule, worker
from services.inventory.store import counts
from tests.builders import CAUSE
from tests.integration.inventory.test_inventory_api import Shop
from tests.integration.inventory.test_movements import moved
from tests.world import Call, Context, World

pytestmark = pytest.mark.integration

_ids = itertools.count(1)


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


class StockTake:
    """A stock take of a shop that has begun."""

    def __init__(self, shop: Shop, **fields: Any) -> None:
        self.shop, self.owner = shop, shop.owner
        self.list = f"/v1/stores/{shop.store_id}/counts"
        self.begun = shop.owner.post(self.list, fields).ok(201)
        self.path = f"{self.list}/{self.begun['count_id']}"

    def enter(self, *entries: dict[str, Any]) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = self.owner.post(f"{self.path}/entries", {"entries": entries}).ok()["results"]
        return results

    def finds(self, product_id: str, quantity: float, **fields: Any) -> str:
        """Somebody finds something; answers the entry's id."""
        entry = found(product_id, quantity, **fields)
        (result,) = self.enter(entry)
        assert result["status"] == "applied", result
        return str(entry["entry_id"])

    def differences(self) -> list[dict[str, Any]]:
        return [d for page in self.owner.pages(f"{self.path}/differences?limit=2") for d in page]

    def book(self) -> dict[str, Any]:
        assert self.owner.post(f"{self.path}/book").ok(202)["status"] == "booking"
        self.shop.world.run()
        return self.now()

    def now(self) -> dict[str, Any]:
        told: dict[str, Any] = self.owner.get(self.path).ok()
        return told


def found(product_id: str, quantity: float, entry_id: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"entry_id": entry_id or f"e-{next(_ids)}", "product_id": product_id, "quantity": quantity, **fields}


def id_of(path: str) -> str:
    return path.rsplit("/", 1)[1]


def ago(**time: float) -> str:
    return (datetime.now(UTC) - timedelta(**time)).isoformat(timespec="milliseconds")


def codes(results: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(r["status"], r["code"]) for r in results]


def figures(difference: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(difference[n] for n in ("counted", "expected", "difference", "value"))


# --- Beginning ---


def test_a_stock_take_is_begun_read_and_listed(shop: Shop) -> None:
    first, second = StockTake(shop, name="Diwali", as_of=ago(hours=3)), StockTake(shop)
    assert (first.begun["status"], first.begun["name"], first.begun["entries"]) == ("open", "Diwali", 0)
    assert first.now() == first.begun
    pages = list(shop.owner.pages(f"{first.list}?limit=1"))
    assert [c["count_id"] for page in pages for c in page] == [second.begun["count_id"], first.begun["count_id"]]
    assert shop.owner.get(f"{first.list}/cnt_NOWHERE").code == "COUNT_UNKNOWN"
    other = Shop(shop.world, "meena")
    assert other.owner.get(f"/v1/stores/{other.store_id}/counts/{first.begun['count_id']}").code == "COUNT_UNKNOWN"


def test_a_stock_take_is_as_of_the_last_day(shop: Shop) -> None:
    where = f"/v1/stores/{shop.store_id}/counts"
    for as_of, code in ((ago(hours=25), "TOO_LONG_AGO"), (ago(minutes=-6), "IN_THE_FUTURE")):
        answer = shop.owner.post(where, {"as_of": as_of})
        assert (answer.status, answer.code) == (422, code)
        assert answer.body["errors"][0]["pointer"] == "/as_of"
    assert shop.owner.post(where, {"as_of": ago(minutes=-4)}).status == 201


# --- Entering ---


def test_what_several_people_find_of_a_product_adds_up(shop: Shop) -> None:
    path = shop.item(quantity=24)
    take = StockTake(shop)
    take.finds(id_of(path), 14, note="front")
    shop.world.as_admin().post(f"{take.path}/entries", {"entries": [found(id_of(path), 8)]}).ok()
    (difference,) = take.differences()
    assert figures(difference) == (22, 24, -2, "-157.00")
    assert difference["product"]["name"].startswith("Parle-G")
    assert shop.owner.get(path).ok()["quantity"] == 24, "nothing is booked yet"
    entries = shop.owner.get(f"{take.path}/entries").ok()["items"]
    assert {(e["counted_by"], e["quantity"]) for e in entries} == {("ravi", 14), ("admin-asha", 8)}
    booked = take.book()
    assert (booked["status"], booked["entries"]) == ("booked", 2)
    assert booked["summary"] == {"products": 1, "differing": 1, "without_cost": 0, "refused": 0, "value": "-157.00"}
    assert shop.owner.get(path).ok()["quantity"] == 22
    assert take.differences() == [difference], "as it was shown, so it was booked"


def test_the_same_entry_again_changes_nothing(shop: Shop) -> None:
    product_id = id_of(shop.item(quantity=24))
    take = StockTake(shop)
    entry = found(product_id, 5, "e")
    assert codes(take.enter(entry, entry)) == [("applied", None), ("already_applied", None)]
    assert codes(take.enter(entry)) == [("already_applied", None)]
    assert codes(take.enter({**entry, "quantity": 6})) == [("refused", "ENTRY_ID_REUSED")]
    assert take.now()["entries"] == 1
    take.book()
    assert codes(take.enter(entry, found(product_id, 1))) == [("already_applied", None), ("refused", "COUNT_CLOSED")]


def test_each_of_many_entries_has_a_result_of_its_own(shop: Shop) -> None:
    product_id = id_of(shop.item(quantity=24))
    take = StockTake(shop)
    results = take.enter(
        found(product_id, 5),
        found(product_id, -1),
        found("prd_NOWHERE", 1),
        found(product_id, 1, unit="kg"),
        found(product_id, 1, lot={"lot_id": "lot_none"}),
        {"entry_id": "e", "product_id": product_id},
        found("no such # product", 1),
        found(product_id, 1, unit="dozen"),
    )
    assert codes(results) == [
        ("applied", None),
        ("refused", "NEGATIVE_QUANTITY"),
        ("refused", "PRODUCT_UNKNOWN"),
        ("refused", "UNITS_DIFFER"),
        ("refused", "NO_SUCH_LOT"),
        ("refused", "MISSING"),
        ("refused", "STRING_PATTERN_MISMATCH"),
        ("applied", None),
    ]
    assert figures(take.differences()[0])[:3] == (17, 24, -7)


def test_a_hundred_entries_come_at_once(shop: Shop) -> None:
    product_id = id_of(shop.item(quantity=24))
    take = StockTake(shop)
    assert {r["status"] for r in take.enter(*(found(product_id, 1) for _ in range(100)))} == {"applied"}
    assert take.now()["entries"] == 100
    assert figures(take.differences()[0])[:3] == (100, 24, 76)


def test_an_entry_is_taken_back_for_good_while_the_stock_take_is_open(shop: Shop) -> None:
    product_id = id_of(shop.item(quantity=24))
    take = StockTake(shop)
    wrong, right = found(product_id, 100, "wrong"), found(product_id, 24, "right")
    take.enter(wrong, right)
    read = shop.owner.get(f"{take.path}/entries/wrong")
    assert (read.ok()["quantity"], read.ok()["unit"], read.etag) == (100, "piece", '"1"')
    assert shop.owner.delete(f"{take.path}/entries/wrong", if_match='"7"').code == "STALE"
    shop.owner.delete(f"{take.path}/entries/wrong").ok(204)
    assert shop.owner.delete(f"{take.path}/entries/wrong").code == "ENTRY_UNKNOWN"
    assert shop.owner.get(f"{take.path}/entries/wrong").code == "ENTRY_UNKNOWN"
    assert codes(take.enter(wrong)) == [("refused", "ENTRY_TAKEN_BACK")], "the phone sends it a second time"
    assert figures(take.differences()[0]) == (24, 24, 0, "0.00")
    assert [e["entry_id"] for e in shop.owner.get(f"{take.path}/entries").ok()["items"]] == ["right"]
    take.book()
    late = shop.owner.delete(f"{take.path}/entries/right")
    assert (late.status, late.code) == (409, "COUNT_CLOSED")


def test_entries_come_in_pages(shop: Shop) -> None:
    products = [id_of(shop.item(n)) for n in (1, 2)]
    take = StockTake(shop)
    ids = [take.finds(p, n) for p in products for n in range(3)]
    pages = list(shop.owner.pages(f"{take.path}/entries?limit=2"))
    assert sorted(e["entry_id"] for page in pages for e in page) == sorted(ids)
    assert [len(p) for p in pages] == [2, 2, 2]


# --- Two at once ---


def meanwhile(world: World, what: Callable[[], object], operation: str = "TransactWriteItems") -> None:
    """Does it just before the next call of this kind."""

    def rival(call: Call) -> None:
        if call.operation == operation:
            world.before = None
            what()

    world.before = rival


def test_an_entry_that_comes_too_late_is_told_so_and_one_in_time_is_booked(world: World, shop: Shop) -> None:
    path = shop.item(quantity=24)
    take = StockTake(shop)
    take.finds(id_of(path), 20)
    meanwhile(world, lambda: shop.owner.post(f"{take.path}/book").ok(202))
    assert codes(take.enter(found(id_of(path), 3))) == [("refused", "COUNT_CLOSED")]
    world.run()
    assert shop.owner.get(path).ok()["quantity"] == 20
    other = StockTake(shop)
    meanwhile(world, lambda: other.finds(id_of(path), 7), "UpdateItem")
    other.book()
    assert shop.owner.get(path).ok()["quantity"] == 7


def test_an_entry_that_is_taken_back_as_the_booking_begins_is_booked_or_gone(world: World, shop: Shop) -> None:
    path = shop.item(quantity=24)
    take = StockTake(shop)
    entry = take.finds(id_of(path), 20)
    meanwhile(world, lambda: shop.owner.post(f"{take.path}/book").ok(202))
    assert shop.owner.delete(f"{take.path}/entries/{entry}").code == "COUNT_CLOSED"
    world.run()
    assert shop.owner.get(path).ok()["quantity"] == 20


def test_the_same_entries_sent_twice_at_once_count_once(world: World, shop: Shop) -> None:
    path = shop.item(quantity=24)
    take = StockTake(shop)
    sent = [found(id_of(path), 1) for _ in range(60)]
    meanwhile(world, lambda: take.enter(*sent[:50]))
    assert [s for s, _ in codes(take.enter(*sent))] == ["already_applied"] * 50 + ["applied"] * 10
    assert take.now()["entries"] == 60
    take.book()
    assert shop.owner.get(path).ok()["quantity"] == 60


def test_two_who_book_at_once_book_once(world: World, shop: Shop) -> None:
    path = shop.item(quantity=24)
    take = StockTake(shop)
    take.finds(id_of(path), 20)
    meanwhile(world, lambda: shop.owner.post(f"{take.path}/book").ok(202), "UpdateItem")
    shop.owner.post(f"{take.path}/book").ok(202)
    assert len(world.queues["Counts"]) == 2
    world.run()
    assert [r["type"] for r in shop.owner.get(f"{path}/movements").ok()["items"]] == ["count", "adjustment"]
    assert take.now()["summary"]["products"] == 1


def test_a_stock_take_that_was_cancelled_is_over(world: World, shop: Shop) -> None:
    product_id = id_of(shop.item())
    take = StockTake(shop)
    take.finds(product_id, 1)
    assert shop.owner.post(f"{take.path}/cancel").ok()["status"] == "cancelled"
    assert shop.owner.post(f"{take.path}/cancel").ok()["status"] == "cancelled"
    assert shop.owner.post(f"{take.path}/book").code == "COUNT_CLOSED"
    assert codes(take.enter(found(product_id, 1))) == [("refused", "COUNT_CLOSED")]
    other = StockTake(shop)
    meanwhile(world, lambda: shop.owner.post(f"{other.path}/book").ok(202), "UpdateItem")
    assert shop.owner.post(f"{other.path}/cancel").code == "COUNT_CLOSED"
    world.run()
    assert other.now()["status"] == "booked"


# --- What is booked ---


def test_a_sale_after_the_moment_is_not_lost_and_one_before_it_is_not_taken_twice(shop: Shop) -> None:
    path = shop.item(quantity=24)
    take = StockTake(shop)
    shop.owner.post(f"{path}/movements", moved("before", quantity=4, occurred_at=ago(hours=1))).ok(201)
    shop.owner.post(f"{path}/movements", moved("since", quantity=3)).ok(201)
    take.finds(id_of(path), 19)  # of 24 four had gone, and one is missing
    assert figures(take.differences()[0])[:3] == (19, 20, -1)
    shop.world.run()
    assert figures(take.differences()[0])[:3] == (19, 20, -1), "also once its rows are in the ledger's table"
    shop.owner.post(f"{path}/movements", moved("later", quantity=2)).ok(201)
    take.book()
    assert shop.owner.get(path).ok()["quantity"] == 19 - 3 - 2
    assert figures(take.differences()[0])[:3] == (19, 20, -1)


def test_a_sale_while_the_differences_are_read_is_not_taken_for_one_of_before(world: World, shop: Shop) -> None:
    path = shop.item(quantity=24)
    take = StockTake(shop)
    take.finds(id_of(path), 24)

    def sale() -> None:
        shop.owner.post(f"{path}/movements", moved()).ok(201)
        world.run()

    meanwhile(world, sale, "BatchGetItem")
    assert figures(take.differences()[0])[:3] == (24, 24, 0)


def test_what_nobody_counted_stays_and_what_nobody_listed_is_listed(shop: Shop) -> None:
    left, new = shop.item(1, quantity=9), shop.product(2)
    take = StockTake(shop)
    take.finds(new, 2, unit="dozen")
    take.finds(new, 3, unit="piece")
    assert figures(take.differences()[0]) == (27, 0, 27, None)
    summary = take.book()["summary"]
    assert summary == {"products": 1, "differing": 1, "without_cost": 1, "refused": 0, "value": "0.00"}
    listed = shop.owner.get(f"{shop.list}/{new}").ok()
    assert (listed["quantity"], listed["unit"]) == (27, "piece")
    assert shop.owner.get(left).ok()["quantity"] == 9


def test_lots_that_every_entry_names_are_counted_each(shop: Shop) -> None:
    path = lots_of(shop)
    take = StockTake(shop)
    take.finds(id_of(path), 7, lot={"mrp": "90"})
    take.finds(id_of(path), 2, lot={"mrp": "90"})
    take.finds(id_of(path), 4, lot={"mrp": "99", "batch": "new"})
    (difference,) = take.differences()
    assert figures(difference)[:3] == (13, 10, 3)
    assert [(lot["mrp"], *figures(lot)) for lot in difference["lots"]] == [
        ("90.00", 9, 10, -1, "-70.00"),
        ("99.00", 4, 0, 4, None),
    ]
    take.book()
    item = shop.owner.get(path).ok()
    assert {lot["mrp"]: lot["quantity"] for lot in item["lots"]} == {"90.00": 9, "95.00": 5, "99.00": 4}
    assert take.differences() == [difference]


def test_a_product_of_which_one_entry_names_no_lot_is_counted_as_a_whole(shop: Shop) -> None:
    path = lots_of(shop)
    take = StockTake(shop)
    take.finds(id_of(path), 9, lot={"mrp": "90"})
    take.finds(id_of(path), 5)
    assert figures(take.differences()[0])[:3] == (14, 15, -1)
    assert take.differences()[0]["lots"] == []
    take.book()
    assert shop.owner.get(path).ok()["quantity"] == 14


def test_lots_that_may_be_the_same_are_counted_as_a_whole(shop: Shop) -> None:
    new = shop.product()
    take = StockTake(shop)
    take.finds(new, 5, lot={"mrp": "90"})
    take.finds(new, 3, lot={"mrp": "90", "batch": "B"})
    take.book()
    assert shop.owner.get(f"{shop.list}/{new}").ok()["quantity"] == 8


def test_a_lot_that_fits_several_must_be_named_better(shop: Shop) -> None:
    path = shop.item(quantity=0)
    for batch in ("A", "B"):
        lot = {"mrp": "90", "batch": batch}
        shop.owner.post(f"{path}/movements", moved(batch, "receipt", 5, lot=lot)).ok(201)
    take = StockTake(shop)
    results = take.enter(
        found(id_of(path), 1, lot={"mrp": "90", "batch": "A"}), found(id_of(path), 1, lot={"mrp": "90"})
    )
    assert codes(results) == [("applied", None), ("refused", "LOT_UNCLEAR")]
    take.book()
    assert {lot["batch"]: lot["quantity"] for lot in shop.owner.get(path).ok()["lots"]} == {"A": 1, "B": 5}


def test_what_can_not_be_booked_is_told_and_the_rest_is_booked(shop: Shop) -> None:
    good, bad = shop.item(1, quantity=5), shop.product(2)
    take = StockTake(shop)
    take.finds(id_of(good), 4)
    take.finds(bad, 2, unit="kg")
    take.finds(bad, 1, unit="l")
    shown = {d["product_id"]: d for d in take.differences()}
    assert (shown[bad]["code"], shown[bad]["counted"], shown[bad]["difference"]) == ("UNITS_DIFFER", None, None)
    assert take.book()["summary"] == {**take.now()["summary"], "products": 2, "differing": 1, "refused": 1}
    assert shop.owner.get(good).ok()["quantity"] == 4
    assert {d["product_id"]: d["code"] for d in take.differences()} == {id_of(good): None, bad: "UNITS_DIFFER"}


def test_an_old_stock_take_is_not_booked(world: World, shop: Shop) -> None:
    take = StockTake(shop)
    counts._counts().update(
        shop.store_id, f"count#{take.begun['count_id']}", set_="SET as_of = :old", old=ago(days=29, minutes=1)
    )
    assert shop.owner.post(f"{take.path}/book").code == "COUNT_TOO_OLD"
    assert take.now()["status"] == "open"


def lots_of(shop: Shop) -> str:
    """An item of 10 at Rs 90 that cost Rs 70 and 5 at Rs 95."""
    path = shop.item(quantity=0)
    change = inventory.StockChange(
        product_id=id_of(path),
        row=2,
        lots=[
            inventory.LotChange(mrp=Decimal(90), quantity=Decimal(10), cost_price=Decimal(70)),
            inventory.LotChange(mrp=Decimal(95), quantity=Decimal(5)),
        ],
    )
    inventory.apply(shop.store_id, [change], job_id="job_1", cause=CAUSE)
    return path


# --- The worker ---


def many(shop: Shop, number: int) -> list[str]:
    """Items on the shelf, 10 of each; the catalog's part is left out, for it takes a test's time."""
    made = [f"prd_{n:04d}" for n in range(number)]
    changes = [
        inventory.StockChange(
            product_id=p,
            row=n + 2,
            lots=[inventory.LotChange(quantity=Decimal(10), cost_price=Decimal(2))],
        )
        for n, p in enumerate(made)
    ]
    inventory.apply(shop.store_id, changes, job_id="job_1", cause=CAUSE)
    shop.world.run()
    return made


def test_many_products_are_booked_in_parts(world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "PRODUCTS_AT_ONCE", 10)
    products = many(shop, 105)
    take = StockTake(shop)
    for at in range(0, 105, 100):
        take.enter(*(found(p, 9 if n % 2 else 10) for n, p in enumerate(products[at : at + 100], start=at)))
    assert take.now()["entries"] == 105
    booked = take.book()
    told = [c for c in world.calls if c.operation == "SendMessageBatch" and "Counts" in c.params["QueueUrl"]]
    assert len(told) == 2, "105 products are more than one message's eight parts"
    assert booked["summary"] == {"products": 105, "differing": 52, "without_cost": 0, "refused": 0, "value": "-104.00"}
    shown = [d for page in shop.owner.pages(f"{take.path}/differences?limit=100") for d in page]
    assert [d["product_id"] for d in shown] == products
    assert sum(d["difference"] for d in shown) == -52
    stock = [i for page in shop.owner.pages(f"{shop.list}?limit=100") for i in page]
    assert sum(i["quantity"] for i in stock) == 105 * 10 - 52


class Counted:
    """A stock take that is to be booked, again and again from the same moment."""

    def __init__(self, world: World, shop: Shop) -> None:
        self.world, self.shop = world, shop
        self.products = many(shop, 4)
        self.take = StockTake(shop)
        self.take.enter(*(found(p, n + 6) for n, p in enumerate(self.products)))
        self.take.finds(shop.product(8), 3)
        shop.owner.post(f"{shop.list}/{self.products[0]}/movements", moved(quantity=2)).ok(201)
        world.run()
        shop.owner.post(f"{self.take.path}/book").ok(202)
        self.message = {"store_id": shop.store_id, "count_id": self.take.begun["count_id"]}
        self.start = world.saved()

    def works(self, run: Callable[[], None]) -> dict[str, Any]:
        """It is booked; what stands at the end."""
        self.world.restore(self.start)
        self.world.tell("Counts", self.message)
        run()
        self.world.live()
        stock = [i for page in self.shop.owner.pages(f"{self.shop.list}?limit=100") for i in page]
        ledgers = {
            i["product_id"]: [
                (r["type"], r["change"], r["balance"], r["movement_id"] if r["origin"] == "api" else None)
                for r in self.shop.owner.get(f"{self.shop.list}/{i['product_id']}/movements").ok()["items"]
            ]
            for i in stock
        }
        count = {n: v for n, v in self.take.now().items() if n != "booked_at"}
        return {
            "stock": {i["product_id"]: (i["quantity"], i["version"]) for i in stock},
            "ledgers": ledgers,
            "count": count,
            "differences": self.take.differences(),
        }


@pytest.fixture
def counted(world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Counted:
    monkeypatch.setattr(counts, "PRODUCTS_AT_ONCE", 2)
    monkeypatch.setattr(worker, "_PARTS_A_MESSAGE", 2)
    return Counted(world, shop)


@pytest.mark.parametrize(("after", "step"), [(True, 1), (False, 4)], ids=["after", "before"])
def test_a_crash_at_any_call_of_the_booking_changes_nothing_in_the_end(
    world: World, counted: Counted, after: bool, step: int
) -> None:
    """After each call; just before a call AWS knows the same as just after the one before it, so some are enough."""
    undisturbed = counted.works(world.run)
    assert undisturbed["count"]["summary"]["products"] == 5
    assert sum(quantity for quantity, _ in undisturbed["stock"].values()) == sum(range(6, 10)) + 3 - 2
    number = 1
    while True:

        def run(at: int = number) -> None:
            world.crash_at(at, after=after, where=lambda name: name == "Counts")
            world.run()

        end = counted.works(run)
        if not world.was_crashed:
            break
        assert end == undisturbed, f"call {number}, {world.last_words}"
        assert not world.dead
        number += step
    assert number > 25, "every call of the worker had its crash"


def test_messages_that_come_twice_book_once(world: World, counted: Counted) -> None:
    undisturbed = counted.works(world.run)
    assert counted.works(lambda: world.run(twice=True)) == undisturbed


def test_two_workers_at_once_book_once(world: World, counted: Counted) -> None:
    undisturbed = counted.works(world.run)

    def both() -> None:
        meanwhile(world, lambda: worker.work(counted.message))
        world.run()

    assert counted.works(both) == undisturbed


def test_a_message_that_was_lost_is_sent_again_by_who_asks_again_and_by_the_hour(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shop.item(quantity=24)
    take, other = StockTake(shop), StockTake(shop)
    take.finds(id_of(path), 20)
    for lost in (take, other):
        shop.owner.post(f"{lost.path}/book").ok(202)
    world.queues["Counts"].clear()
    assert shop.owner.post(f"{take.path}/book").ok(202)["status"] == "booking"
    world.run()
    assert (take.now()["status"], other.now()["status"]) == ("booked", "booking")
    schedule.handler({}, Context())
    assert not world.queues["Counts"], "it may be at work"
    monkeypatch.setattr(schedule, "_STILL", timedelta(0))
    schedule.handler({}, Context())
    assert len(world.queues["Counts"]) == 1, "one that is booked is left alone"
    world.run()
    assert other.now()["status"] == "booked"
    assert shop.owner.post(f"{take.path}/book").ok(202)["status"] == "booked"
    assert not world.queues["Counts"]
