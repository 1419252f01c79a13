"""Rows that reach one product by different ways, workers that overlap: what ends up must not depend on who is first."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from services.csv_import import on_upload
from services.csv_import.domain import plan
from tests.builders import gtin, product, report_rows, sheet
from tests.world import Call, World

pytestmark = pytest.mark.integration


class Shop:
    """A shop, and a file that is worked in many orders from the same start."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store_id = world.a_store("ravi")
        world.run()

    def ends(self, data: bytes, orders: int = 6, **metadata: str) -> list[Any]:
        """What stands at the end, once for each order."""
        event = self.world.drop(self.store_id, "stock.csv", data, metadata, tell=False)
        start = self.world.saved()
        found = []
        for seed in range(orders):
            self.world.restore(start)
            self.world.tell("Uploads", event)
            self.world.run(shuffle=random.Random(seed), rooms_only=True)
            found.append(self.end())
        return found

    def end(self) -> Any:
        world = self.world
        (job,) = world.rows("CsvJobs")
        assert job["status"].startswith("completed"), (job["status"], world.dead)
        assert job["processed"] == job["total_rows"] == job["successful"] + job["failed"]
        items = world.as_user("ravi").get(f"/v1/stores/{self.store_id}/inventory").ok()["items"]
        shelf = {
            i["product_id"]: [(one["mrp"], one["quantity"], one["selling_price"]) for one in i["lots"]] for i in items
        }
        products = {p["product_id"]: (p["name"], p.get("barcode"), p.get("mrp")) for p in world.rows("Products")}
        (report,) = [
            v for k, v in world.objects().items() if k.startswith("reports/") and not k.endswith("-failed.csv")
        ]
        rows = [(r["outcome"], r["product_id"], r["error_code"]) for r in report_rows(report)]
        return shelf, products, rows, {k: job[k] for k in ("matched", "created_products", "duplicates_found", "failed")}


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(on_upload, "ROWS_PER_CHUNK", 3)
    monkeypatch.setattr(plan, "_ROWS_PER_PARTITION", 1)
    return Shop(world)


def all_same(ends: list[Any]) -> Any:
    for other in ends[1:]:
        assert other == ends[0]
    return ends[0]


def test_a_barcode_and_another_spelling_that_mean_one_known_product(world: World, shop: Shop) -> None:
    """Row 2 finds it by its name, row 3 by its barcode under another name: the same goods, so the last one wins."""
    known = world.as_admin().post("/v1/products", product(1, name="Parle-G", mrp="90")).ok(201)["product_id"]
    rows = [["Parle-G Parle", "", "800 g", "+7", "90", "85"], ["Parle Gluco", gtin(1), "800 g", "+9", "90", "86"]]
    shelf, _, report, _ = all_same(shop.ends(sheet(rows)))
    assert {r[1] for r in report} == {known}
    assert shelf == {known: [("90.00", 9, "86.00")]}


def test_two_barcodes_that_find_one_product_without_a_barcode(world: World, shop: Shop) -> None:
    """The same name under two barcodes is two products, also when the catalog knows the name without one."""
    world.as_admin().post("/v1/products", {"name": "Parle-G", "net_quantity": "800 g", "mrp": "90"}).ok(201)
    rows = [["Parle-G", gtin(1), "800 g", "7", "84", "80"], ["Parle-G", gtin(2), "800 g", "9", "88", "85"]]
    shelf, _, report, _ = all_same(shop.ends(sheet(rows)))
    assert sum(q for lots in shelf.values() for _, q, _ in lots) == 16, "two packets, two stocks"
    assert len({r[1] for r in report}) == 2


@pytest.mark.parametrize("code", range(1, 4))
def test_a_new_product_has_the_same_facts_whoever_proposes_it_first(shop: Shop, code: int) -> None:
    rows = [
        ["Parle-G Biscuits", gtin(code), "800 g", "7", "84", "80"],
        ["Parle-G", gtin(code), "800 g", "9", "88", "85"],
        ["Parle-G Biscuits", "", "800 g", "4", "84", "80"],
    ]
    _, products, _, _ = all_same(shop.ends(sheet(rows), orders=5))
    assert len(products) == 1


def test_a_row_whose_twin_fails_is_not_lost(shop: Shop) -> None:
    """The barcode is refused, so the row without one stands for itself."""
    rows = [
        ["Surf Excel", gtin(5), "1 kg", "3", "140", "135"],
        ["Colgate Paste", gtin(5), "200 g", "3", "110", "105"],
        ["Surf Excel", "", "1 kg", "8", "140", "135"],
    ]
    shelf, products, report, figures = all_same(shop.ends(sheet(rows)))
    assert [r[0] for r in report] == ["failed", "failed", "created"]
    assert [p[1] for p in products.values()] == [None], "no product takes a barcode that is in doubt"
    assert list(shelf.values()) == [[("140.00", 8, "135.00")]]
    assert figures["failed"] == 2


def test_a_row_whose_twin_costs_too_much_is_not_called_done(world: World, shop: Shop) -> None:
    world.as_admin().post("/v1/products", product(1, name="Parle-G", mrp="90")).ok(201)
    headings = ("Item Name", "Barcode", "Pack Size", "Qty", "Selling Price")
    rows = [["Parle-G", gtin(1), "800 g", "7", "95"], ["Parle-G", "", "800 g", "4", "85"]]
    shelf, _, report, _ = all_same(shop.ends(sheet(rows, headings)))
    # One lot named twice: the last row wins, and its price is lawful.
    assert [r[0] for r in report] == ["duplicate", "matched"]
    assert [lots[0][1] for lots in shelf.values()] == [4]


def test_names_in_one_file_that_become_one_product_are_applied_once(world: World, shop: Shop) -> None:
    rows = [[f"Soap {n % 4}", gtin(n % 4) if n % 2 else "", "100 g", f"+{n}", "40", "35"] for n in range(2, 14)]
    all_same(shop.ends(sheet(rows)))


def test_a_slow_worker_of_a_chunk_cannot_change_what_partitions_read(world: World, shop: Shop) -> None:
    """SQS may deliver a message to two workers at once; the slower one writes its decision file again, later."""
    rows = [[f"Namkeen {n}", gtin(n), "200 g", str(n), "50", "45"] for n in range(1, 7)]
    world.drop(shop.store_id, "stock.csv", sheet(rows))
    overtaken = []

    def overtake(call: Call) -> None:
        if call.operation == "PutObject" and "/chunk/" in call.params["Key"] and world._in == "Chunks":
            world.before = None
            waiting = list(world.queues["Chunks"])
            world.queues["Chunks"].clear()
            overtaken.append(call)
            slow = {
                "job_id": call.params["Key"].split("/")[1],
                "chunk": int(call.params["Key"].rsplit("/", 1)[1].split("-")[0]),
            }
            for other in waiting:
                world.tell("Chunks", json.loads(other.body))
            world.tell("Chunks", slow)
            while world.queues["Chunks"]:
                world._deliver(world.queues["Chunks"].popleft())
            for _ in range(3):  # some partitions make products meanwhile
                world._deliver(world.queues["Partitions"].popleft())
            world._in = "Chunks"

    world.before = overtake
    world.run()
    world.before = None
    assert overtaken
    assert not world.dead
    (job,) = world.rows("CsvJobs")
    assert (job["status"], job["created_products"]) == ("completed", 6)


def test_a_stock_write_by_hand_in_the_middle_of_an_import_is_kept(world: World, shop: Shop) -> None:
    known = world.as_admin().post("/v1/products", product(1)).ok(201)["product_id"]
    path = f"/v1/stores/{shop.store_id}/inventory/{known}"
    ravi = world.as_user("ravi")
    ravi.put(path, {"quantity": 10, "mrp": "90.00"}).ok()
    world.drop(shop.store_id, "a.csv", sheet([["Parle-G Gluco Biscuits No 1", gtin(1), "800 g", "+5", "90", "80"]]))

    def sale(call: Call) -> None:
        if call.operation == "PutItem" and call.params["TableName"] == "StoreInventory":
            world.before = None
            ravi.patch(path, {"quantity": 8, "notes": "two sold"}).ok()

    world.before = sale
    world.run()
    item = ravi.get(path).ok()
    assert (item["quantity"], item["notes"], item["selling_price"]) == (13, "two sold", "80.00")


def test_two_files_at_once_add_up(world: World, shop: Shop) -> None:
    for name, quantity in (("a.csv", "+5"), ("b.csv", "+7")):
        world.drop(shop.store_id, name, sheet([["Dal", gtin(1), "1 kg", quantity, "", ""]]))
    world.run(shuffle=random.Random(5), twice=True)
    items = world.as_user("ravi").get(f"/v1/stores/{shop.store_id}/inventory").ok()["items"]
    assert [i["quantity"] for i in items] == [12]
    assert len(world.rows("Products")) == 1
    assert sum(j["created_products"] for j in world.rows("CsvJobs")) == 1
    assert sum(j["matched"] for j in world.rows("CsvJobs")) == 1


def test_a_product_that_takes_a_barcode_and_another_spelling_of_it(world: World, shop: Shop) -> None:
    """The catalog knows the name alone; row 2 brings its barcode, row 3 calls it otherwise: one product, one stock."""
    bare = {"name": "Parle-G Gluco Biscuits", "brand": "Parle", "net_quantity": "800 g", "mrp": "90"}
    known = world.as_admin().post("/v1/products", bare).ok(201)["product_id"]
    rows = [
        ["Parle Parle-G Gluco Biscuits", gtin(1), "800 g", "+3", "84", "80"],
        ["A-7 PARLE-G GLUCO BISC", "", "800 g", "+5", "88", "80"],
    ]
    shelf, products, report, _ = all_same(shop.ends(sheet(rows)))
    assert {r[1] for r in report} == {known}
    assert products[known][1] == gtin(1)
    assert shelf == {known: [("84.00", 3, "80.00"), ("88.00", 5, "80.00")]}


def test_spellings_whose_leader_is_refused_stand_for_themselves(shop: Shop) -> None:
    rows = [
        ["Surf Excel Easy Wash", gtin(5), "1 kg", "3", "140", "135"],
        ["Colgate Paste", gtin(5), "200 g", "3", "110", "105"],
        ["SURF EXCEL EASY WASH B1G1", "", "1 kg", "8", "140", "135"],
        ["A-7 Surf Excel Easy Wash", "", "1 kg", "9", "150", "135"],
    ]
    shelf, products, report, _ = all_same(shop.ends(sheet(rows)))
    assert [r[0] for r in report] == ["failed", "failed", "created", "matched"]
    assert len(products) == 1
    assert list(shelf.values()) == [[("140.00", 8, "135.00"), ("150.00", 9, "135.00")]]
