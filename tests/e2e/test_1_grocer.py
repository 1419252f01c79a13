"""The main job: a real grocer's 8,208 rows, dropped untouched by two shops at the same time."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from services.catalog.domain.product import Product, gtin_claim, identity_claim
from tests.e2e import grocer
from tests.e2e.live import CLOCK, DONE, Ear, Json, Live, Person, Shop, tell

FILE = "bigbasket.csv"
ROWS = 8208
MADE = {"created", "sent_to_review"}
SHOWN = 1500
TOTALS = ("processed", "successful", "failed", "matched", "created_products", "sent_to_review", "duplicates_found")


@dataclass
class Import:
    shop: Shop
    job: Json
    report: list[Json]

    @property
    def goods(self) -> list[str]:
        return [row["product_id"] for row in self.report]


@dataclass
class Drop:
    rows: list[grocer.Row]
    before: list[Json]
    stats_before: Json
    imports: list[Import]


@pytest.fixture(scope="module")
def drop(live: Live, ear: Ear, admin: Person, grocer_file: bytes) -> Drop:
    """Both shops' files in, and their jobs ended."""
    shops = [live.shop("Big Basket Road Kirana"), live.shop("Second Basket Provision Stores")]
    before, stats = live.rows("Products"), admin.get("/v1/admin/stats")
    with CLOCK.lap(f"{ROWS} rows, by two shops at the same time"):
        for shop in shops:
            shop.drop(FILE, grocer_file)
        jobs = [shop.await_job(shop.job(FILE)["job_id"]) for shop in shops]
    tell([{n: job[n] for n in TOTALS} for job in jobs])
    with CLOCK.lap("reading both reports"):
        reports = [shop.report(job["job_id"]) for shop, job in zip(shops, jobs, strict=True)]
    imports = [Import(*one) for one in zip(shops, jobs, reports, strict=True)]
    return Drop(grocer.read(grocer_file), before, stats, imports)


def test_both_jobs_end_with_figures_that_add_up(drop: Drop) -> None:
    for one in drop.imports:
        job = one.job
        assert job["status"] in DONE, job
        assert job["status"] == ("completed_with_errors" if job["failed"] else "completed")
        assert job["processed"] == job["total_rows"] == ROWS == job["successful"] + job["failed"]
        ended_well = ("matched", "created_products", "sent_to_review", "duplicates_found")
        assert sum(job[n] for n in ended_well) == job["successful"]
        assert job["skipped"] == 0
        assert job["filename"] == FILE
        assert job["completed_at"] > job["created_at"]


def test_every_row_that_failed_says_why_and_no_row_of_this_file_has_to(drop: Drop) -> None:
    for one in drop.imports:
        failed = [r for r in one.report if r["outcome"] == "failed"]
        assert all(r["error_code"] and r["error_message"] for r in failed)
        assert len(failed) == one.job["failed"]
        assert failed == []


def test_the_report_is_the_shops_own_file_row_by_row(drop: Drop) -> None:
    results = {"created": "created_products", "unchanged": "matched", "duplicate": "duplicates_found"}
    for one in drop.imports:
        assert len(one.report) == ROWS
        for ours, row in zip(one.report, drop.rows, strict=True):
            assert {c: ours[c] for c in row} == row
        assert [int(r["row_number"]) for r in one.report] == list(range(2, ROWS + 2))
        assert all(r["product_id"] for r in one.report if r["outcome"] != "failed")
        told = Counter(results.get(r["outcome"], r["outcome"]) for r in one.report)
        assert told == {n: one.job[n] for n in (*TOTALS[2:], "skipped") if one.job.get(n)}


def test_products_are_created_once(live: Live, drop: Drop) -> None:
    old = {p["product_id"] for p in drop.before}
    new = {p["product_id"]: p for p in live.rows("Products") if p["product_id"] not in old}
    made = ("created_products", "sent_to_review")  # who is sent to review is a product of its own until then
    assert sum(one.job[n] for one in drop.imports for n in made) == len(new)
    assert set(drop.imports[0].goods) == set(drop.imports[1].goods)
    assert drop.imports[0].goods == drop.imports[1].goods
    assert set(new) <= set(drop.imports[0].goods) <= set(new) | old
    creators = [r["product_id"] for one in drop.imports for r in one.report if r["outcome"] in MADE]
    assert sorted(creators) == sorted(new)
    assert {(p["verification_status"], p["source"]) for p in new.values()} == {("pending", "import")}


def test_no_two_products_share_a_claim_and_claims_and_products_agree(live: Live, drop: Drop) -> None:
    products = {row["product_id"]: Product.model_validate(row) for row in live.rows("Products")}
    claims = {row["claim"]: row for row in live.rows("ProductClaims")}
    bare = Counter(p.identity for p in products.values() if not p.gtin)
    assert [i for i, n in bare.items() if n > 1] == []
    needed: dict[str, Any] = defaultdict(set)
    for product in products.values():
        if product.gtin:
            assert claims[gtin_claim(product.gtin)]["product_id"] == product.product_id
            needed[identity_claim(product.identity)].add(product.product_id)
        else:
            claim = claims[identity_claim(product.identity)]
            assert (claim["bare"], claim.get("holders")) == (product.product_id, None)
    for name, holders in needed.items():
        assert claims[name].get("holders") == holders
        assert "bare" not in claims[name]
    gtins = {gtin_claim(p.gtin) for p in products.values() if p.gtin}
    identities = {identity_claim(p.identity) for p in products.values()}
    held = {name for name, row in claims.items() if {"product_id", "bare", "holders"} & set(row)}
    assert held == gtins | identities


def test_goods_of_the_same_text_are_one_product_and_are_settled_by_their_mrp(drop: Drop) -> None:
    groups = grocer.same_text(drop.rows)
    assert len(groups) == 87
    settled = Counter[str]()
    for one in drop.imports:
        for group in groups:
            assert len({one.goods[i] for i in group}) == 1, [drop.rows[i] for i in group]
            by_mrp: dict[Decimal, list[int]] = defaultdict(list)
            for i in group:
                by_mrp[grocer.money(drop.rows[i]["Price"])].append(i)
            for same in by_mrp.values():  # the same MRP again: a repeated row, the last one wins
                assert {one.report[i]["outcome"] for i in same[:-1]} <= {"duplicate"}
                assert all("the last one was used" in one.report[i]["error_message"] for i in same[:-1])
            settled["lots" if len(by_mrp) > 1 else "repeats"] += 1
    tell("groups of equal text:", dict(settled))
    assert settled.total() == 2 * 87


def test_rows_fall_together_only_where_they_say_the_same_goods(drop: Drop) -> None:
    """An independent, coarser look: the same letters and figures, whatever their order, spacing and capitals."""
    by_product: dict[str, set[str]] = defaultdict(set)
    for product_id, row in zip(drop.imports[0].goods, drop.rows, strict=True):
        by_product[product_id].add(" | ".join(row[c].strip() for c in ("ProductName", "Brand", "Quantity")))
    merged = [sorted(texts) for texts in by_product.values() if len({t.casefold() for t in texts}) > 1]
    tell(f"{len(merged)} products stand for rows of differing text")
    for texts in merged:
        tell(" == ".join(texts))
    sizes = [{_plain_size(t.split(" | ")[2]) for t in texts} - {None} for texts in merged]
    assert [texts for texts, said in zip(merged, sizes, strict=True) if len(said) > 1] == []
    assert len(merged) < ROWS // 50


def test_prices_are_right_to_the_paisa_and_no_stock_is_set(live: Live, drop: Drop) -> None:
    first, second = drop.imports
    with CLOCK.lap(f"reading {SHOWN} items over the API"):
        shown = first.shop.stock(SHOWN)
    assert len(shown) == SHOWN
    shelves = [live.shelf(one.shop.store_id) for one in (first, second)]
    for one, shelf in zip(drop.imports, shelves, strict=True):
        lots, front, repeated = grocer.folded(drop.rows, one.goods)
        assert set(shelf) == set(lots)
        for product_id, expected in lots.items():
            item = shelf[product_id]
            got = {Decimal(lot["mrp"]): Decimal(lot["selling_price"]) for lot in item["lots"]}
            assert got == expected
            assert len(item["lots"]) == len(expected)
            assert {Decimal(lot["quantity"]) for lot in item["lots"]} == {Decimal(0)}
            default = next(lot for lot in item["lots"] if lot["lot_id"] == item["default_lot"])
            assert Decimal(default["mrp"]) == front[product_id]
        assert {i for i, r in enumerate(one.report) if r["outcome"] == "duplicate"} == repeated
        assert one.job["duplicates_found"] == len(repeated)
    lots, front, _ = grocer.folded(drop.rows, first.goods)
    for product_id, item in shown.items():
        assert Decimal(str(item["quantity"])) == 0
        assert re.fullmatch(r"\d+\.\d\d", item["mrp"])
        assert {Decimal(lot["mrp"]): Decimal(lot["selling_price"]) for lot in item["lots"]} == lots[product_id]
        assert Decimal(item["mrp"]) == front[product_id]
        assert Decimal(item["selling_price"]) == lots[product_id][front[product_id]]


def test_the_column_quantity_is_read_as_the_net_quantity(live: Live, drop: Drop) -> None:
    products = {p["product_id"]: p for p in live.rows("Products")}
    told = Counter[str]()
    for product_id, row in zip(drop.imports[0].goods, drop.rows, strict=True):
        size, product = _plain_size(row["Quantity"]), products[product_id]
        if size is None or product["source"] != "import":
            continue
        if "net_quantity" not in product:  # made by a row of the same goods that says their size otherwise ("1 L each")
            assert _plain_size(product["attributes"]["weight"]) is None, (row, product)
            continue
        found = product["net_quantity"]
        base = {"kg": ("g", 1000), "l": ("ml", 1000)}.get(found["unit"], (found["unit"], 1))
        assert (base[0], found["value"] * base[1], product["pack_count"]) == size, (row["Quantity"], product)
        told[size[0]] += 1
    tell("sizes compared:", dict(told))
    assert told.total() > ROWS * 0.8


def test_search_by_name_finds_what_came_in(drop: Drop) -> None:
    shop = drop.imports[0].shop
    # To its end: a page looks at 5,000 items at most, and which come first hangs on ids that are drawn anew each time.
    found = list(shop.owner.every(f"{shop.path}/inventory", q="onion loose"))
    assert found
    assert all("onion" in item["product"]["name"].lower() for item in found)
    one = shop.owner.get(f"{shop.path}/inventory/{found[0]['product_id']}")
    assert one["product"]["product_id"] == found[0]["product_id"]


def test_import_completed_is_on_the_bus_once_and_the_owner_reads_one_notice(
    live: Live, drop: Drop, ear: Ear, admin: Person
) -> None:
    for one in drop.imports:
        job_id = one.job["job_id"]
        (event,) = ear.await_job("ImportCompleted", job_id)
        assert event["source"] == "vyapar.imports"
        assert event["detail"]["data"]["store_id"] == one.shop.store_id
        figures = ("total_rows", "successful", "failed", "matched", "created_products", "duplicates_found", "skipped")
        assert {n: event["detail"]["data"][n] for n in figures} == {n: one.job[n] for n in figures}
        assert len(ear.of_job("ImportStarted", job_id)) == 1
        live.settled("NotificationsSubscriptionsInbox")
        (notice,) = one.shop.notices()
        assert notice["link"].endswith(job_id)
        assert FILE in notice["title"]
        assert not notice["read"]


def test_the_same_event_again_is_told_once(live: Live, drop: Drop, ear: Ear, admin: Person) -> None:
    one = drop.imports[0]
    (event,) = ear.await_job("ImportCompleted", one.job["job_id"])
    live.settled("NotificationsSubscriptionsInbox", "FrontSubscriptionsInbox")
    stats = admin.get("/v1/admin/stats")
    again: Any = {
        "EventBusName": live.endpoints["event_bus"],
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
    }
    live.bus.put_events(Entries=[again, again])
    assert len(ear.await_job("ImportCompleted", one.job["job_id"], 3)) == 3
    live.settled("NotificationsSubscriptionsInbox", "FrontSubscriptionsInbox")
    assert len(one.shop.notices()) == 1
    assert admin.get("/v1/admin/stats") == stats


def test_the_admins_figures_follow(live: Live, drop: Drop, admin: Person) -> None:
    live.settled("FrontSubscriptionsInbox")
    stats = admin.get("/v1/admin/stats")
    tell(stats)
    products = live.rows("Products")
    assert stats["products"] == Counter(p["verification_status"] for p in products)
    assert stats["products_by_source"] == Counter(p["source"] for p in products)
    assert stats["stores"] == len(live.rows("Stores"))
    assert sum(stats["imports"].values()) == sum(job["status"] in DONE | {"failed"} for job in live.rows("CsvJobs"))


def _plain_size(text: str) -> tuple[str, Decimal, int] | None:
    """ "500 g", "2 kg", "2x200 ml", "6 pcs" as (unit, figure, packs); None for anything less plain."""
    found = re.fullmatch(r"(?:(\d+)\s*x\s*)?(\d+(?:\.\d+)?)\s*(g|gm|kg|ml|l|pc|pcs)", text.strip().lower())
    if not found:
        return None
    packs, figure, unit = int(found[1] or 1), Decimal(found[2]), found[3]
    if unit in ("kg", "l"):
        return {"kg": "g", "l": "ml"}[unit], figure * 1000, packs
    return {"gm": "g", "pc": "piece", "pcs": "piece"}.get(unit, unit), figure, packs
