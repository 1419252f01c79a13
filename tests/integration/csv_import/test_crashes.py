"""Whatever crashes on the way, a file ends the same: the same products, stock, figures, report, and one notice."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from services.csv_import import on_upload
from services.csv_import.domain import plan
from tests.builders import gtin, sheet
from tests.world import QUEUES, TABLES, World

pytestmark = pytest.mark.integration

FILE = sheet(
    [
        ["Parle-G Gluco Biscuits", gtin(1), "800 g", 10, "84", "80"],  # two lots
        ["Tata Salt", gtin(2), "1 kg", 40, "28", "27.50"],
        ["Toor Dal (loose)", "", "1 kg", "12.5", "180", "165"],  # repeated below
        ["Amul Butter", gtin(4), "500 g", 6, "285", "300"],  # above its MRP
        ["Parle-G Gluco Biscuits", gtin(1), "800 g", 5, "88", "85"],
        ["Surf Excel", gtin(5), "1 kg", 3, "140", "135"],  # one barcode, two goods
        ["Colgate Toothpaste", gtin(5), "200 g", 3, "110", "105"],
        ["", "", "", "", "", ""],
        ["TOOR DAL LOOSE", "", "1000 g", "+3", "180", "166"],
        ["Everest Garam Masala", "", "100 g", 8, "82", "80"],  # the same goods as the next, which has a barcode
        ["Everest Garam Masala", gtin(6), "100 g", 9, "82", "80"],
        ["Known Rice", gtin(7), "5 kg", "+4", "600", "560"],  # in the catalog and on the shelf
        ["Known Rice, same name only", "", "", "2", "", ""],
        ["Fortune Oil", gtin(8), "1 l", "=7", "150", "145"],
        ["A-7 KNOWN RICE B1G1", "", "5 kg", "+1", "620", "600"],  # another lot, in another spelling
        ["Amla Murabba Jar", "", "1 kg", 4, "200", "190"],
        ["AMLA MURABBA JAR B1G1", "", "1 kg", 5, "210", "200"],  # and of what nobody knows yet
        ["Total", "", "", "99", "", ""],
    ]
)
VOLATILE = {
    "file",
    "completed_at",
    "expires_at",
    "notice_id",
    "created_at",
    "updated_at",
    "last_updated",
    "event_id",
    "changed_at",
    "changed_minute",
    "by",  # who told the next room: whichever part was the last
}
_OF_EVENTS = {"requested_at", "rank"}  # times of events
Run = Callable[[], None]


class Shop:
    """A shop whose file has come, ready to be worked again and again from the same moment."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store_id = world.a_store("ravi")
        admin = world.as_admin()
        rice = admin.post(
            "/v1/products", {"name": "Known Rice", "barcode": gtin(7), "net_quantity": "5 kg", "mrp": "600"}
        ).ok(201)
        shelf = f"/v1/stores/{self.store_id}/inventory/{rice['product_id']}"
        world.as_user("ravi").put(shelf, {"quantity": 20, "mrp": "600.00", "selling_price": "560.00"}).ok()
        world.run()
        self.event = world.drop(self.store_id, "stock.csv", FILE, tell=False)
        self.start = world.saved()

    def works(self, run: Run | None = None) -> dict[str, Any]:
        """The file is worked from the start; what stands at the end."""
        self.world.restore(self.start)
        self.world.tell("Uploads", self.event)
        (run or self.world.run)()
        self.world.live()
        return self.state()

    def state(self) -> dict[str, Any]:
        tables = {t: [_lasting(r) for r in self.world.rows(t)] for t in TABLES if t not in {"Outbox", "Stats"}}
        tables["Stats"] = [r for r in self.world.rows("Stats") if r["stat"] == "totals"]
        tables["Reviews"] = [{k: v for k, v in r.items() if k not in _OF_EVENTS} for r in tables["Reviews"]]
        tables["Notifications"] = sorted(map(_told, tables["Notifications"]), key=str)
        tables["StockMovements"] = _ledger(tables["StoreInventory"], tables["StockMovements"])
        said = sorted((r["detail_type"], _without_metadata(r["detail"])) for r in self.world.rows("Outbox"))
        reports = {k: v.decode().splitlines() for k, v in self.world.objects().items() if k.startswith("reports/")}
        return {**tables, "Outbox": said, "reports": reports}


def _lasting(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in row.items() if k not in VOLATILE}


def _told(notice: dict[str, Any]) -> dict[str, Any]:
    """Who was told of what; in which order is the order of events, which nobody promises."""
    facts = notice.get("facts", {})
    things = {"things": sorted(notice.get("moments", ())), "names": sorted(facts.get("names", "").split(", "))}
    rest = {k: v for k, v in facts.items() if k not in {"name", "names"} or "names" not in facts}
    return {**{k: notice.get(k) for k in ("audience", "type", "severity", "link")}, **things, "facts": rest}


def _ledger(items: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was booked, be it with the item still or in the ledger's table; without ids, which go by the clock."""
    recent = [
        {"item": f"{i['store_id']}#{i['product_id']}", **entry} for i in items for entry in i.pop("recent", None) or ()
    ]
    booked = [*recent, *(r for r in rows if r["row"].startswith("at#"))]
    by_version = {
        (e["item"], e["version"]): {k: v for k, v in e.items() if k not in {"row", "movement_id", "recorded_at"}}
        for e in booked
    }
    return [by_version[key] for key in sorted(by_version)]


def _without_metadata(detail: str) -> str:
    return re.sub(r'"metadata":\{[^}]*\},?', "", detail)


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(on_upload, "ROWS_PER_CHUNK", 9)
    monkeypatch.setattr(plan, "_ROWS_PER_PARTITION", 12)
    return Shop(world)


def test_the_undisturbed_run_is_what_it_should_be(world: World, shop: Shop) -> None:
    end = shop.works()
    (job,) = end["CsvJobs"]
    assert job["status"] == "completed_with_errors"
    assert (job["chunks"], job["partitions"]) == (2, 2)
    assert (job["total_rows"], job["failed"], job["duplicates_found"], job["skipped"]) == (16, 3, 2, 2)
    stock = {
        i["product"]["name"]: i
        for i in world.as_user("ravi").get(f"/v1/stores/{shop.store_id}/inventory").body["items"]
    }
    assert {n: i["quantity"] for n, i in stock.items()} == {
        "Parle-G Gluco Biscuits": 15,
        "Tata Salt": 40,
        "TOOR DAL LOOSE": 3,
        "Everest Garam Masala": 9,
        "Known Rice": 25,
        "Amla Murabba Jar": 9,
        "Known Rice, same name only": 2,
        "Fortune Oil": 7,
    }
    told = [n["type"] for n in end["Notifications"] if n["audience"] == f"store#{shop.store_id}"]
    assert told == ["ImportCompleted"]
    brought = next(n for n in end["Notifications"] if (n["audience"], n["type"]) == ("admin", "ReviewRequested"))
    assert len(brought["names"]) == 8, "what the file has brought is one notice; one name has a comma in it"
    assert sum("means" in claim for claim in end["ProductClaims"]) == 2, "spellings that will be known next time"


@pytest.mark.parametrize(("after", "step"), [(True, 1), (False, 6)], ids=["after", "before"])
def test_a_crash_at_any_call_of_a_room_changes_nothing_in_the_end(
    world: World, shop: Shop, after: bool, step: int
) -> None:
    """After each call; just before a call AWS knows the same as just after the one before it, so some are enough."""
    undisturbed = shop.works(lambda: world.run(rooms_only=True))
    wrong: list[str] = []
    calls = 0
    while True:
        number = calls * step + 1

        def run(at: int = number) -> None:
            world.crash_at(at, after=after)
            world.run(rooms_only=True)

        end = shop.works(run)
        if not world.was_crashed:
            break
        calls += 1
        differing = [part for part, rows in undisturbed.items() if end[part] != rows]
        if differing or world.dead:
            wrong.append(f"call {number}, {world.last_words}: {differing}")
    assert not wrong
    assert calls * step > 40, "every call of every room had its crash"


@pytest.mark.parametrize("seed", range(4))
def test_messages_in_any_order_and_twice_change_nothing_in_the_end(world: World, shop: Shop, seed: int) -> None:
    undisturbed = shop.works()
    assert shop.works(lambda: world.run(shuffle=random.Random(seed), twice=True)) == undisturbed


@pytest.mark.parametrize("seed", range(3))
def test_crashes_again_and_again_change_nothing_in_the_end(world: World, shop: Shop, seed: int) -> None:
    undisturbed = shop.works()
    chance = random.Random(seed)

    def run() -> None:
        world.crash_often(lambda: chance.random() < 0.04, tries=200)
        world.run(shuffle=chance)

    assert shop.works(run) == undisturbed


def test_a_crash_at_any_call_of_relay_and_listeners_loses_no_event(world: World, shop: Shop) -> None:
    undisturbed = shop.works()
    told = {e["detail-type"] for e in world.bus}
    elsewhere = {*QUEUES, "matching"}  # the rooms above, the indexer in tests of its own
    number = 0
    while True:
        number += 1

        def run(at: int = number) -> None:
            world.crash_at(at, after=True, where=lambda name: name not in elsewhere)
            world.run()

        end = shop.works(run)
        if not world.was_crashed:
            break
        assert {e["detail-type"] for e in world.bus} == told
        for part in ("Notifications", "Stats", "Outbox"):
            assert end[part] == undisturbed[part], f"call {number}: {part}"
        assert not any("unsent" in r for r in world.rows("Outbox"))
    assert number > 8
