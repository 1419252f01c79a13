"""An import is taken out again, or stopped half way."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.csv_import import api, on_upload, schedule
from services.csv_import.domain import plan
from shared.kernel.clock import utc_now
from tests.builders import gtin, sheet
from tests.integration.csv_import.test_import_flow import Shop
from tests.world import World

pytestmark = pytest.mark.integration

BEFORE = sheet(
    [
        ["Parle-G Gluco Biscuits", gtin(1), "800 g", 24, "90", "86"],
        ["Parle-G Gluco Biscuits", gtin(1), "800 g", 6, "94", "90"],  # another lot
        ["Tata Salt", gtin(2), "1 kg", "40", "28", "27.50"],
        ["Toor Dal (loose)", "", "1 kg", "12.5", "180", "165"],
        ["Amul Butter", gtin(4), "500 g", "6", "285", "280"],
    ]
)
AFTER = sheet(
    [
        ["Parle-G Gluco Biscuits", gtin(1), "800 g", 10, "96", "92"],  # the others of its lots go to zero
        ["Tata Salt", gtin(2), "1 kg", "55", "29", "28.50"],
        ["Toor Dal (loose)", "", "1 kg", "12.5", "180", "165"],  # as it was
        ["Amul Butter", gtin(4), "500 g", "0", "285", "280"],
        ["Everest Garam Masala", gtin(6), "100 g", "8", "82", "80"],  # new
        ["Loose Jaggery", "", "1 kg", "3", "70", "66"],  # new
        ["Bad Row", "", "1 kg", "x", "70", "66"],
    ]
)
PASSING = {"version", "last_updated", "import_marks", "recent", "changed_by", "correlation_id"}


def shelf(world: World) -> dict[str, dict[str, Any]]:
    """The table, item by item, but for what says when and by whom."""
    rows = world.rows("StoreInventory")
    return {r["product_id"]: {k: v for k, v in r.items() if k not in PASSING} for r in rows}


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(on_upload, "ROWS_PER_CHUNK", 3)
    monkeypatch.setattr(plan, "_ROWS_PER_PARTITION", 2)
    return Shop(world)


def undo(shop: Shop, job: dict[str, Any]) -> dict[str, Any]:
    shop.owner.post(f"{shop.imports}/{job['job_id']}/undo").ok(202)
    shop.world.run()
    return shop.job(job["job_id"])


def test_an_undone_import_leaves_the_table_as_it_was_item_by_item(world: World, shop: Shop) -> None:
    shop.drops(BEFORE)
    before, quantities = shelf(world), shop.quantities()
    job = shop.drops(AFTER)
    assert shelf(world) != before
    undone = undo(shop, job)
    assert shelf(world) == before
    assert shop.quantities() == quantities
    assert undone["status"] == "undone"
    assert undone["undo"] == {"put_back": 3, "removed": 2, "left": 0, "withdrawn": 2, "left_products": []}
    outcomes = [(r["outcome"], r["error_code"]) for r in shop.report(undone)]
    assert outcomes == [
        ("undone", "UNDONE"),
        ("undone", "UNDONE"),
        ("unchanged", ""),
        ("undone", "UNDONE"),
        ("undone", "UNDONE"),
        ("undone", "UNDONE"),
        ("failed", "NOT_A_NUMBER"),
    ]
    assert [e["left"] for e in world.events("ImportReverted")] == [0]
    versions = {r["product_id"]: int(r["version"]) for r in world.rows("StoreInventory")}
    assert set(versions.values()) == {1, 3}, "an undo is a change of its own"


def test_who_undoes_an_import_is_not_told_that_its_products_were_rejected(world: World, shop: Shop) -> None:
    undo(shop, shop.drops(AFTER))
    assert len(world.events("ProductRejected")) == 6
    notices = shop.owner.get(f"/v1/stores/{shop.store_id}/notifications").ok()["items"]
    assert {n["type"] for n in notices} == {"ImportCompleted", "ImportReverted"}


def test_what_was_sold_since_stays_and_is_listed(world: World, shop: Shop) -> None:
    shop.drops(BEFORE)
    before = shelf(world)
    job = shop.drops(AFTER)
    salt = shop.stock()["Tata Salt"]["product_id"]
    shop.owner.patch(f"/v1/stores/{shop.store_id}/inventory/{salt}", {"quantity": 54}).ok()
    undone = undo(shop, job)
    assert undone["undo"]["left_products"] == [salt]
    assert (undone["undo"]["put_back"], undone["undo"]["left"]) == (2, 1)
    after = shelf(world)
    assert after.pop(salt)["quantity"] == 54
    before.pop(salt)
    assert after == before
    (row,) = [r for r in shop.report(undone) if r["outcome"] == "left"]
    assert (row["product_id"], row["error_code"]) == (salt, "CHANGED_SINCE")


def test_a_product_that_another_shop_stocks_by_now_stays_in_the_catalog(world: World, shop: Shop) -> None:
    job = shop.drops(AFTER)
    masala = shop.stock()["Everest Garam Masala"]["product_id"]
    other = Shop(world, "sita")
    other.drops(sheet([["Everest Garam Masala", gtin(6), "100 g", "5", "82", "80"]]))
    undone = undo(shop, job)
    assert shop.quantities() == {}
    assert other.quantities() == {"Everest Garam Masala": 5}
    assert undone["undo"]["withdrawn"] == 5
    assert world.as_admin().get(f"/v1/products/{masala}").ok()["verification_status"] == "pending"
    (kept,) = [r for r in shop.report(undone) if r["product_id"] == masala]
    assert (kept["outcome"], kept["error_code"]) == ("undone", "PRODUCT_KEPT")


def test_the_same_file_after_an_undo_makes_its_products_anew(world: World, shop: Shop) -> None:
    first = shop.drops(AFTER)
    ids = {r["product_id"] for r in shop.report(first)} - {""}
    undo(shop, first)
    assert {world.as_admin().get(f"/v1/products/{i}").ok()["verification_status"] for i in ids} == {"rejected"}
    again = shop.drops(AFTER, "again.csv")
    assert (again["created_products"], again["failed"]) == (6, 1)
    assert ids.isdisjoint(r["product_id"] for r in shop.report(again))
    assert len(shop.quantities()) == 6


def test_an_older_import_is_undone_but_for_what_a_newer_one_changed(world: World, shop: Shop) -> None:
    first = shop.drops(BEFORE)
    shop.drops(AFTER)
    dal = shop.stock()["Toor Dal (loose)"]["product_id"]
    undone = undo(shop, first)
    assert (undone["undo"]["removed"], undone["undo"]["left"]) == (1, 3)
    assert dal not in shelf(world)


@pytest.mark.parametrize("after", [True, False])
def test_a_crash_at_any_call_of_an_undo_changes_nothing_in_the_end(world: World, shop: Shop, after: bool) -> None:
    shop.drops(BEFORE)
    job = shop.drops(AFTER)
    salt = shop.stock()["Tata Salt"]["product_id"]
    shop.owner.patch(f"/v1/stores/{shop.store_id}/inventory/{salt}", {"quantity": 54}).ok()
    world.run()
    start, files = world.saved(), world.objects()

    def ends(at: int = 0) -> Any:
        world.restore(start)
        world.put_objects(files)
        shop.owner.post(f"{shop.imports}/{job['job_id']}/undo").ok(202)
        if at:
            world.crash_at(at, after=after)
        world.run(rooms_only=True)
        world.live()
        assert not world.dead
        products = {p["product_id"]: (p["verification_status"], p["version"]) for p in world.rows("Products")}
        claims = world.rows("ProductClaims")
        now = shop.job(job["job_id"])
        return shelf(world), products, claims, now, shop.report_bytes(now)

    calm = ends()
    for number in range(1, 1000):
        assert ends(number) == calm, (number, world.last_words)
        if not world.was_crashed:
            break
    assert number > 20


def test_what_can_not_be_undone_says_so(world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(job_id: str) -> tuple[int, str]:
        answer = shop.owner.post(f"{shop.imports}/{job_id}/undo")
        return answer.status, answer.code

    dry = shop.drops(BEFORE, "dry.csv", dry_run="true")
    assert refused(dry["job_id"]) == (409, "NOTHING_TO_UNDO")
    announced = shop.owner.post(shop.imports, {"filename": "later.csv"}).ok(201)
    assert refused(announced["job_id"]) == (409, "IMPORT_NOT_ENDED")
    real = shop.drops(BEFORE)
    in_time, late = utc_now() + timedelta(days=29, hours=23), utc_now() + timedelta(days=30, minutes=1)
    monkeypatch.setattr(api, "utc_now", lambda: late)
    assert refused(real["job_id"]) == (409, "UNDO_TOO_LATE")
    monkeypatch.setattr(api, "utc_now", lambda: in_time)
    assert undo(shop, real)["status"] == "undone"
    assert shop.owner.post(f"{shop.imports}/{real['job_id']}/undo").ok(202)["status"] == "undone"
    assert (world.as_user("mallory").post(f"{shop.imports}/{real['job_id']}/undo").status) == 404


# --- Cancel ---


def test_a_cancelled_import_ends_with_its_remaining_rows_cancelled(world: World, shop: Shop) -> None:
    job_id = ""

    def cancel(call: Any) -> None:
        """Somebody cancels when the first partition is being applied."""
        nonlocal job_id
        if call.operation == "PutItem" and call.params["TableName"] == "StoreInventory":
            world.before = None
            ((job_id),) = (j["job_id"] for j in world.rows("CsvJobs"))
            status = shop.owner.post(f"{shop.imports}/{job_id}/cancel").ok(202)["status"]
            assert status == "cancelling"

    world.before = cancel
    world.drop(shop.store_id, "stock.csv", AFTER)
    world.run()
    job = shop.job(job_id)
    assert job["status"] == "cancelled"
    assert job["processed"] == job["total_rows"] == job["successful"] + job["failed"] == 7
    rows = shop.report(job)
    cancelled = [r for r in rows if r["error_code"] == "CANCELLED"]
    applied = [r for r in rows if r["outcome"] == "created"]
    assert cancelled
    assert applied
    assert len(cancelled) + len(applied) == 6
    assert set(shop.quantities()) == {r["Item Name"] for r in applied}
    assert len(world.events("ImportCancelled")) == 1
    assert world.events("ImportCompleted") == []
    undone = undo(shop, job)
    assert (undone["status"], shop.quantities()) == ("undone", {})


def test_a_job_that_waits_is_cancelled_at_once(world: World, shop: Shop) -> None:
    announced = shop.owner.post(shop.imports, {"filename": "later.csv"}).ok(201)
    path = f"{shop.imports}/{announced['job_id']}/cancel"
    assert shop.owner.post(path).ok(202)["status"] == "cancelled"
    assert shop.owner.post(path).ok(202)["status"] == "cancelled"
    world.upload(announced["upload"], BEFORE)
    world.run()
    assert shop.job(announced["job_id"])["status"] == "cancelled"
    assert shop.quantities() == {}
    done = shop.drops(BEFORE)
    ended = shop.owner.post(f"{shop.imports}/{done['job_id']}/cancel")
    assert (ended.status, ended.code) == (409, "IMPORT_ENDED")


@pytest.mark.parametrize("seed", range(4))
def test_a_cancelled_import_comes_to_an_end_whenever_it_is_cancelled(world: World, shop: Shop, seed: int) -> None:
    chance = random.Random(seed)
    world.drop(shop.store_id, "stock.csv", AFTER)
    left = chance.randrange(5, 90)

    def cancel(call: Any) -> None:
        nonlocal left
        left -= 1
        jobs = world.rows("CsvJobs") if left <= 0 else []
        if jobs and jobs[0]["status"] == "processing":
            world.before = None
            shop.owner.post(f"{shop.imports}/{jobs[0]['job_id']}/cancel").ok(202)

    world.before = cancel
    chances = random.Random(seed + 100)
    world.crash_often(lambda: chances.random() < 0.03, tries=200)
    world.run(shuffle=chance)
    world.live()
    (job,) = world.rows("CsvJobs")
    assert job["status"] in {"cancelled", "completed_with_errors"}
    assert job["processed"] == job["total_rows"] == job["successful"] + job["failed"]
    rows = shop.report(shop.job(job["job_id"]))
    stocked = {r["Item Name"] for r in rows if r["product_id"]}
    assert set(shop.quantities()) == stocked, "what failed as cancelled is not in stock"


# --- Work that can't be done ---


class Clock:
    """Time that goes on by as much as a job may stand still; each time it is given longer."""

    def __init__(self) -> None:
        self.now = utc_now()
        self.times = 0

    def heal(self) -> int:
        self.times += 1
        self.now += timedelta(minutes=11 * self.times)
        return schedule.heal(lambda: self.now)


def dead(world: World) -> set[str]:
    """The queues that dead letters come from; the letters are taken away."""
    found = {m.queue for m in world.dead}
    world.dead.clear()
    return found


def fails(monkeypatch: pytest.MonkeyPatch, where: str, when: Callable[..., bool]) -> None:
    module, _, name = where.rpartition(".")
    real = getattr(importlib.import_module(module), name)

    def poisoned(*args: Any, **kwargs: Any) -> Any:
        if when(*args):
            raise RuntimeError("poison")
        return real(*args, **kwargs)

    monkeypatch.setattr(importlib.import_module(module), name, poisoned)


def test_a_poisoned_chunk_fails_its_rows_and_the_job_ends(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(
        monkeypatch,
        "services.csv_import.on_chunk._matches",
        lambda rows, job: any(r.name == "Tata Salt" for r in rows),
    )
    job = shop.drops(AFTER)
    assert job["status"] == "completed_with_errors"
    rows = shop.report(job)
    assert [r["error_code"] for r in rows[:3]] == ["WORK_FAILED"] * 3
    assert [r["outcome"] for r in rows[3:6]] == ["created"] * 3
    assert dead(world) == {"Chunks"}


def test_a_poisoned_link_fails_the_rows_that_it_had_to_link(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(monkeypatch, "services.csv_import.on_link.link", lambda shelf, kin: bool(shelf.rows))
    job = shop.drops(AFTER)
    rows = {r["Item Name"]: r["error_code"] for r in shop.report(job)}
    assert {n for n, code in rows.items() if code == "WORK_FAILED"} == {"Toor Dal (loose)", "Loose Jaggery"}
    assert dead(world) == {"Links"}


def test_a_partition_that_fails_half_way_is_taken_back_before_its_rows_fail(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "_ROWS_PER_PARTITION", 1000)
    shop.drops(BEFORE)
    before = shelf(world)
    fails(monkeypatch, "services.csv_import.on_partition._repeat", lambda decided, one: True)
    twice = AFTER + b"Tata Salt," + gtin(2).encode() + b",1 kg,55,29,28.50\n"
    job = shop.drops(twice)  # the repeated row is looked at when all is applied
    assert (job["status"], job["successful"]) == ("completed_with_errors", 0)
    assert {r["error_code"] for r in shop.report(job)} >= {"WORK_FAILED"}
    assert shelf(world) == before
    assert dead(world) == {"Partitions"}


def test_a_file_that_can_not_be_planned_fails(world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    fails(monkeypatch, "services.csv_import.on_upload._planned", lambda job: True)
    job = shop.drops(AFTER)
    assert (job["status"], job["error_code"]) == ("failed", "WORK_FAILED")
    assert dead(world) == {"Uploads"}


def test_a_report_that_can_not_be_written_is_written_when_its_message_comes_again(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        fails(broken, "services.csv_import.on_finish._lines", lambda job, plan: True)
        job = shop.drops(AFTER)
    assert job["status"] == "completed_with_errors"
    assert dead(world) == {"Finishes"}
    world.tell("Finishes", {"job_id": job["job_id"]})
    world.run()
    assert len(shop.report(job)) == 7


# --- The watchdog ---


@pytest.mark.parametrize("seed", range(6))
def test_the_watchdog_heals_a_job_whose_messages_were_lost(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    world.drop(shop.store_id, "stock.csv", AFTER, tell=seed % 2 == 0)
    if seed % 2:
        world.upload(shop.owner.post(shop.imports, {"filename": "stock.csv"}).ok(201)["upload"], AFTER)
        world.queues["Uploads"].clear()
    clock = Clock()
    for _ in range(40):
        queue = world.queues[chance.choice(["Chunks", "Links", "Partitions", "Finishes"])]
        if queue and chance.random() < 0.7:
            queue.pop()
        for name, waiting in world.queues.items():
            if waiting and name in {"Uploads", "Chunks", "Links", "Partitions", "Finishes"}:
                world._deliver(waiting.popleft())
                break
        else:
            if clock.heal() == 0 and all(j["status"].startswith("completed") for j in world.rows("CsvJobs")):
                break
    world.run()
    for _ in range(6):
        clock.heal()
        world.run()
    (job,) = world.rows("CsvJobs")
    assert job["status"] == "completed_with_errors"
    assert (job["failed"], job["created_products"]) == (1, 6)
    assert "working" not in job


def test_the_watchdog_gives_up_what_it_can_not_heal(world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    world.drop(shop.store_id, "stock.csv", AFTER)
    world._deliver(world.queues["Uploads"].popleft())
    clock = Clock()
    for _ in range(9):  # workers that die before they can say a word
        world.queues["Chunks"].clear()
        assert clock.heal() == 1
    world.run()
    (job,) = world.rows("CsvJobs")
    assert (job["status"], job["failed"]) == ("completed_with_errors", 7)


def test_an_announced_file_that_never_comes_fails_after_a_day(world: World, shop: Shop) -> None:
    announced = shop.owner.post(shop.imports, {"filename": "later.csv"}).ok(201)
    soon, late = utc_now() + timedelta(hours=2), utc_now() + timedelta(hours=25)
    schedule.heal(lambda: soon)
    assert shop.job(announced["job_id"])["status"] == "awaiting_upload"
    schedule.heal(lambda: late)
    job = shop.job(announced["job_id"])
    assert (job["status"], job["error_code"]) == ("failed", "NOT_UPLOADED")
    assert schedule.heal(lambda: late + timedelta(days=1)) == 0


def test_a_load_of_the_shared_catalog_is_undone_but_for_what_shops_stock(world: World, shop: Shop) -> None:
    admin = world.as_admin()
    world.drop("_catalog", "all.csv", BEFORE)
    world.run()
    (job,) = admin.get("/v1/admin/catalog-imports").ok()["items"]
    assert (job["status"], job["created_products"]) == ("completed", 4)
    shop.drops(sheet([["Tata Salt", gtin(2), "1 kg", "40", "28", "27.50"]]))
    path = f"/v1/admin/catalog-imports/{job['job_id']}"
    admin.post(f"{path}/undo").ok(202)
    world.run()
    undone = admin.get(path).ok()
    assert (undone["status"], undone["undo"]["withdrawn"]) == ("undone", 3)
    statuses = {p["name"]: p["verification_status"] for p in world.rows("Products")}
    assert statuses.pop("Tata Salt") == "verified"
    assert set(statuses.values()) == {"rejected"}
    cancelled = admin.post(f"{path}/cancel")
    assert (cancelled.status, cancelled.code) == (409, "IMPORT_ENDED")


# --- Two at once ---


def stalled(world: World, where: Callable[[Any], bool], meanwhile: Callable[[], None]) -> None:
    """Somebody does something just before a call of a worker, which then goes on."""

    def before(call: Any) -> None:
        if where(call):
            world.before = None
            meanwhile()

    world.before = before


def writes_stock(call: Any) -> bool:
    return bool(call.operation == "PutItem" and call.params["TableName"] == "StoreInventory")


def first_partition(world: World) -> Any:
    """What was dropped is worked as far as its first partition; its message, which is not delivered."""
    while not world.queues["Partitions"]:
        queue = next(n for n in ("Uploads", "Chunks", "Links") if world.queues[n])
        world._deliver(world.queues[queue].popleft())
    return world.queues["Partitions"].popleft()


@pytest.mark.parametrize("given_up", [True, False], ids=["given up", "cancelled"])
def test_a_double_that_writes_after_its_part_was_refused_takes_it_back(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch, given_up: bool
) -> None:
    monkeypatch.setattr(plan, "_ROWS_PER_PARTITION", 1000)
    world.drop(shop.store_id, "stock.csv", AFTER)
    message = first_partition(world)
    (job,) = world.rows("CsvJobs")

    def refused() -> None:
        if not given_up:
            shop.owner.post(f"{shop.imports}/{job['job_id']}/cancel").ok(202)
        world.tell("Partitions", {"job_id": job["job_id"], "partition": 0, "give_up": given_up})
        world._deliver(world.queues["Partitions"].popleft())

    stalled(world, writes_stock, refused)
    world._deliver(message)
    world.run()
    ended = shop.job(job["job_id"])
    assert ended["successful"] == 0
    assert shop.quantities() == {}
    assert {p["verification_status"] for p in world.rows("Products")} == {"rejected"}


def test_a_double_that_writes_after_the_undo_takes_it_back(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "_ROWS_PER_PARTITION", 1000)
    world.drop(shop.store_id, "stock.csv", AFTER)
    message = first_partition(world)
    (job,) = world.rows("CsvJobs")

    def done_and_undone() -> None:
        world.tell("Partitions", {"job_id": job["job_id"], "partition": 0})
        world.run()
        shop.owner.post(f"{shop.imports}/{job['job_id']}/undo").ok(202)
        world.run()
        assert shop.quantities() == {}

    stalled(world, writes_stock, done_and_undone)
    world._deliver(message)
    world.run()
    assert shop.job(job["job_id"])["status"] == "undone"
    assert shop.quantities() == {}


def test_what_was_sold_of_a_given_up_part_is_not_called_failed(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "_ROWS_PER_PARTITION", 1000)
    shop.drops(BEFORE)
    salt = shop.stock()["Tata Salt"]["product_id"]
    twice = AFTER + b"Tata Salt," + gtin(2).encode() + b",1 kg,55,29,28.50\n"
    tries = 0

    def fails_and_sells(decided: Any, one: Any) -> bool:
        nonlocal tries
        tries += 1
        if tries == 1:
            shop.owner.patch(f"/v1/stores/{shop.store_id}/inventory/{salt}", {"quantity": 54}).ok()
        return True

    fails(monkeypatch, "services.csv_import.on_partition._repeat", fails_and_sells)
    job = shop.drops(twice)
    assert dead(world) == {"Partitions"}
    rows = {r["row_number"]: r for r in shop.report(job) if r["Item Name"] == "Tata Salt"}
    assert {r["outcome"] for r in rows.values()} == {"matched"}, "it is in, and stays in"
    assert shop.quantities()["Tata Salt"] == 54
    assert job["successful"] == 2


def test_undoing_the_last_import_and_then_the_one_before_leaves_nothing(world: World, shop: Shop) -> None:
    empty = shelf(world)
    first = shop.drops(BEFORE)
    before = shelf(world)
    second = shop.drops(AFTER)
    assert undo(shop, second)["undo"]["left"] == 0
    assert shelf(world) == before
    third = shop.drops(AFTER, "once more.csv")
    assert undo(shop, third)["undo"]["left"] == 0
    assert shelf(world) == before
    undone = undo(shop, first)
    assert undone["undo"] == {"put_back": 0, "removed": 4, "left": 0, "withdrawn": 4, "left_products": []}
    assert shelf(world) == empty


def test_an_import_that_meets_a_product_withdrawn_meanwhile_makes_its_own(world: World, shop: Shop) -> None:
    job = shop.drops(AFTER)
    other = Shop(world, "sita")
    world.drop(other.store_id, "stock.csv", sheet([["Tata Salt", gtin(2), "1 kg", "5", "28", "27"]]))
    held = first_partition(world)
    undo(shop, job)
    world._deliver(held)
    world.run()
    (salt,) = other.stock().values()
    assert salt["product"]["verification_status"] == "pending"
    other.drops(sheet([["Tata Salt", gtin(2), "1 kg", "7", "28", "27"]]), "next.csv")
    assert other.quantities() == {"Tata Salt": 7}


def test_an_item_that_was_listed_anew_meanwhile_is_left_alone(world: World, shop: Shop) -> None:
    job = shop.drops(AFTER)
    salt = shop.stock()["Tata Salt"]["product_id"]
    path = f"/v1/stores/{shop.store_id}/inventory/{salt}"

    def anew() -> None:
        shop.owner.delete(path).ok(204)
        shop.owner.put(path, {"quantity": 7}).ok()

    def deletes_salt(call: Any) -> bool:
        gone = [w["Delete"]["Key"] for w in call.params.get("TransactItems", ()) if "Delete" in w]
        return any(key.get("product_id", {}).get("S") == salt for key in gone)

    shop.owner.post(f"{shop.imports}/{job['job_id']}/undo").ok(202)
    stalled(world, deletes_salt, anew)
    world.run()
    assert shop.quantities() == {"Tata Salt": 7}
    assert shop.job(job["job_id"])["undo"]["left_products"] == [salt]
