"""What the importer remembers of a shop: its files, what people told of columns; and what a dry run tells."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import HEADINGS, figures, gtin, report_rows, sheet
from tests.integration.csv_import.test_import_flow import Shop
from tests.world import World

pytestmark = pytest.mark.integration

FILE = sheet(
    [
        ["Parle-G Gluco Biscuits", gtin(1), "800 g", 24, "90", "86"],
        ["Tata Salt", gtin(2), "1 kg", "+40", "28", "27.50"],
        ["Toor Dal (loose)", "", "1 kg", "12.5", "180", "165"],
    ]
)
TWO_RATES = sheet([["Atta", "240", "270"], ["Besan", "50", "62"]], ("Item", "Rate", "Rate"))


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


# --- The same file ---


def test_the_same_file_again_is_noticed_and_doubles_nothing(shop: Shop) -> None:
    first = shop.drops(FILE)
    stock = shop.stock()
    assert first["repeats_job_id"] is None
    again = shop.drops(FILE, "copy of stock.csv")
    assert (again["status"], again["repeats_job_id"]) == ("completed", first["job_id"])
    assert shop.stock() == stock
    (salt,) = [r for r in shop.report(again) if r["error_code"]]
    assert (salt["outcome"], salt["error_code"]) == ("unchanged", "ALREADY_ADDED")
    third = shop.uploads(FILE, force=True)
    assert third["repeats_job_id"] == again["job_id"], "the last that stands"
    assert shop.quantities()["Tata Salt"] == 80


def test_a_file_that_adds_is_refused_the_second_time_unless_forced(shop: Shop) -> None:
    first = shop.drops(FILE, mode="add")
    again = shop.drops(FILE, "again.csv", mode="add")
    assert (again["status"], again["error_code"], again["repeats_job_id"]) == (
        "failed",
        "SAME_FILE_AGAIN",
        first["job_id"],
    )
    assert shop.quantities()["Toor Dal (loose)"] == 12.5
    forced = shop.drops(FILE, "forced.csv", mode="add", force="yes")
    assert forced["status"] == "completed"
    assert shop.quantities()["Toor Dal (loose)"] == 25


def test_what_failed_dry_runs_or_was_undone_doesnt_count_as_the_same_file(world: World, shop: Shop) -> None:
    shop.drops(FILE, "dry.csv", dry_run="true")
    first = shop.drops(FILE, mode="add")
    assert (first["status"], first["repeats_job_id"]) == ("completed", None)
    shop.owner.post(f"{shop.imports}/{first['job_id']}/undo").ok(202)
    world.run()
    again = shop.drops(FILE, "again.csv", mode="add")
    assert (again["status"], again["repeats_job_id"]) == ("completed", None)
    other = Shop(world, "sita")
    assert other.drops(FILE, mode="add")["repeats_job_id"] is None


def test_of_two_jobs_of_one_file_at_the_same_time_one_is_the_second(world: World, shop: Shop) -> None:
    world.drop(shop.store_id, "one.csv", FILE, {"mode": "add"})
    world.drop(shop.store_id, "two.csv", FILE, {"mode": "add"})
    other = world.queues["Uploads"][1]

    def meanwhile(call: Any) -> None:
        if call.operation == "TransactWriteItems" and world.queues["Uploads"]:
            world.before = None
            world.queues["Uploads"].remove(other)
            world._deliver(other)

    world.before = meanwhile
    world.run()
    jobs = shop.owner.get(shop.imports).ok()["items"]
    assert sorted((j["status"], j["error_code"]) for j in jobs) == [("completed", None), ("failed", "SAME_FILE_AGAIN")]
    assert shop.quantities()["Toor Dal (loose)"] == 12.5


# --- Columns ---


def test_what_was_told_of_columns_is_known_for_the_next_file_with_these_headings(world: World, shop: Shop) -> None:
    job = shop.drops(TWO_RATES)
    assert job["status"] == "needs_mapping"
    path = f"{shop.imports}/{job['job_id']}/mapping"
    shop.owner.put(path, {"columns": {"name": "Item", "cost_price": 1, "selling_price": 2}}).ok()
    world.run()
    assert shop.job(job["job_id"])["status"] == "completed"
    may = shop.drops(sheet([["Rajma", "110", "140"]], ("ITEM", "rate.", "Rate")), "may.csv")
    assert may["status"] == "completed"
    rajma = shop.stock()["Rajma"]
    assert (rajma["cost_price"], rajma["selling_price"]) == ("110.00", "140.00")
    assert Shop(world, "sita").drops(TWO_RATES)["status"] == "needs_mapping", "each shop has its own"


# --- A dry run ---


def test_a_dry_run_tells_each_figure_before_and_after_and_writes_nothing(world: World, shop: Shop) -> None:
    shop.drops(FILE)
    tables = {t: world.rows(t) for t in ("StoreInventory", "Products", "ProductClaims", "CsvMemory")}
    changed = sheet(
        [
            ["Parle-G Gluco Biscuits", gtin(1), "800 g", 20, "90", "87"],
            ["Tata Salt", gtin(2), "1 kg", "0", "28", "12.50"],
            ["Toor Dal (loose)", "", "1 kg", "12.5", "180", "165"],
            ["Amul Butter", gtin(4), "500 g", "3 box", "285", "280"],
            ["Toor Dal (loose)", gtin(7), "1 kg", "12.5", "180", "165"],
        ]
    )
    job = shop.drops(changed, "changed.csv", dry_run="true")
    assert {t: world.rows(t) for t in tables} == tables
    rows = shop.report(job)
    assert list(rows[0])[-6:] == ["row_number", "outcome", "product_id", "error_code", "error_message", "changes"]
    assert [r["outcome"] for r in rows] == ["matched", "matched", "duplicate", "created", "unchanged"]
    assert rows[0]["changes"] == "Qty: 24 → 20; Rate: 86.00 → 87.00"
    assert rows[1]["changes"] == "Qty: 40 → 0; Rate: 27.50 → 12.50"
    assert rows[1]["error_code"] == "PRICE_JUMP"
    assert "0" in rows[1]["error_message"]
    assert rows[3]["changes"].startswith("Qty: – → 3; MRP: – → 285.00; Rate: – → 280.00")
    real = shop.drops(changed, "changed.csv")
    assert [r["outcome"] for r in shop.report(real)] == [r["outcome"] for r in rows]
    assert figures(real) == figures(job)
    assert real["warnings"] == job["warnings"] == 3


def test_a_stock_that_was_counted_in_pieces_and_now_in_boxes_is_told(shop: Shop) -> None:
    shop.drops(sheet([["Tata Salt", gtin(2), "1 kg", "40 pcs", "28", "27"]]))
    job = shop.drops(sheet([["Tata Salt", gtin(2), "1 kg", "2 box", "28", "27"]]), "boxes.csv")
    (row,) = shop.report(job)
    assert (row["outcome"], row["error_code"]) == ("matched", "UNIT_CHANGED")


def test_prices_above_their_mrp_in_most_rows_look_like_swapped_columns(shop: Shop) -> None:
    shop.owner.patch(f"/v1/stores/{shop.store_id}", {"languages": ["en"]}).ok()
    rows = [[f"Namkeen {n}", gtin(n), "200 g", n, "45", "50"] for n in range(1, 8)]
    job = shop.drops(sheet([*rows, ["Soap", gtin(20), "100 g", 4, "40", "38"]]))
    assert job["failed"] == 7
    told = [r["error_message"] for r in shop.report(job)]
    assert all("7 of 8" in t and "swapped" in t for t in told[:7])


# --- Only what failed ---


def test_the_rows_that_failed_can_be_mended_and_sent_again(shop: Shop) -> None:
    data = sheet(
        [
            ["Tata Salt", gtin(2), "1 kg", "40", "28", "27"],
            ["Amul Butter", gtin(4), "500 g", "6", "285", "300"],
            ["", "", "", "", "", ""],
            ["Everest Masala", gtin(6), "100 g", "x", "82", "80"],
        ]
    )
    job = shop.drops(data, mode="add")
    url = shop.owner.get(f"{shop.imports}/{job['job_id']}/report?rows=failed").ok()["url"]
    failed = shop.world.report(url)
    rows = report_rows(failed)
    assert [r["Item Name"] for r in rows] == ["Amul Butter", "Everest Masala"]
    mended = failed.decode().replace("285,300", "285,280").replace(",x,", ",8,").encode()
    again = shop.drops(mended, "mended.csv", mode="add")
    assert (again["status"], again["created_products"]) == ("completed", 2)
    assert shop.quantities() == {"Tata Salt": 40, "Amul Butter": 6, "Everest Masala": 8}


def test_a_whole_report_sent_again_to_be_added_adds_only_what_had_failed(shop: Shop) -> None:
    job = shop.drops(
        sheet([["Tata Salt", gtin(2), "1 kg", "40", "28", "27"], ["Rice", "", "1 kg", "x", "", ""]]), mode="add"
    )
    mended = shop.report_bytes(job).replace(b",x,", b",9,")
    again = shop.drops(mended, "report.csv", mode="add")
    assert (again["total_rows"], again["skipped"], again["created_products"]) == (1, 1, 1)
    assert shop.quantities() == {"Tata Salt": 40, "Rice": 9}
    assert [r["error_code"] for r in shop.report(again)] == ["ALREADY_IMPORTED", ""]
    assert list(HEADINGS) == list(shop.report(again)[0])[:6]


def test_of_a_chain_of_the_same_file_those_count_that_stand(world: World, shop: Shop) -> None:
    first = shop.drops(FILE)
    forced = shop.drops(FILE, "forced.csv", force="yes")
    assert shop.quantities()["Tata Salt"] == 80
    shop.owner.post(f"{shop.imports}/{forced['job_id']}/undo").ok(202)
    world.run()
    assert shop.quantities()["Tata Salt"] == 40
    third = shop.drops(FILE, "third.csv")
    assert third["repeats_job_id"] == first["job_id"]
    assert shop.quantities()["Tata Salt"] == 40, "the first has added it"
    shop.owner.post(f"{shop.imports}/{first['job_id']}/undo").ok(202)
    world.run()
    fourth = shop.drops(FILE, "fourth.csv")
    assert fourth["repeats_job_id"] == third["job_id"]
    assert shop.quantities()["Tata Salt"] == 40, "none that stands has added it"


def test_figures_of_rows_that_failed_are_added_when_the_same_file_comes_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.csv_import import on_chunk

    real = on_chunk._matches
    with monkeypatch.context() as broken:
        broken.setattr(on_chunk, "_matches", lambda rows, job: 1 / 0)
        failed = shop.drops(FILE)
    shop.world.dead.clear()
    assert failed["failed"] == 3
    assert on_chunk._matches is real
    again = shop.drops(FILE, "again.csv")
    assert (again["status"], again["warnings"]) == ("completed", 0)
    assert shop.quantities()["Tata Salt"] == 40


def test_a_whole_report_sent_again_adds_no_figure_of_rows_that_were_in(shop: Shop) -> None:
    data = sheet([["Tata Salt", gtin(2), "1 kg", "+40", "28", "27"], ["Rice", "", "1 kg", "x", "", ""]])
    mended = shop.report_bytes(shop.drops(data)).replace(b",x,", b",9,").replace(b"28,27", b"28,26")
    again = shop.drops(mended, "report.csv")
    assert again["status"] == "completed"
    assert shop.quantities() == {"Tata Salt": 40, "Rice": 9}
    assert shop.stock()["Tata Salt"]["selling_price"] == "26.00", "other facts are taken"


@pytest.mark.parametrize("before", [("set",), ("add", "set"), ("set", "set")])
def test_a_file_that_was_imported_in_any_mode_is_not_added(shop: Shop, before: tuple[str, ...]) -> None:
    plain = sheet([["Tata Salt", gtin(2), "1 kg", "40", "28", "27"]])
    last = [shop.drops(plain, f"{n}.csv", mode=mode) for n, mode in enumerate(before)][-1]
    for added in (shop.drops(plain, "delivery.csv", mode="add"), shop.uploads(plain, mode="add")):
        assert (added["status"], added["error_code"]) == ("failed", "SAME_FILE_AGAIN")
        assert added["repeats_job_id"] == last["job_id"]
    assert shop.quantities() == {"Tata Salt": 40}
    assert shop.drops(plain, "tried.csv", mode="add", dry_run="yes")["status"] == "completed"
    assert shop.uploads(plain, mode="add", force=True)["status"] == "completed"
    assert shop.quantities() == {"Tata Salt": 80}
    assert shop.drops(plain, "counted.csv")["status"] == "completed"
    assert shop.quantities() == {"Tata Salt": 40}
