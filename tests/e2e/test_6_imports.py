"""Imports as shopkeepers live with them: whatever Excel spits out, taken back again, in their own language."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from local.home import ROOT
from local.process import wait_until
from tests.builders import gtin, sheet
from tests.e2e.live import PATIENCE, Json, Live, Shop

NASTY = ROOT.parent / "shared" / "data" / "nasty_csv"
EXPECTED: list[dict[str, Any]] = (
    json.loads((NASTY / "EXPECTED.json").read_text("utf-8")) if (NASTY / "EXPECTED.json").exists() else []
)
PASSING = {"version", "last_updated", "import_marks", "changed_by", "correlation_id"}


@pytest.mark.skipif(not EXPECTED, reason="no ../shared/data/nasty_csv beside this checkout")
def test_every_nasty_file_behaves_as_a_good_importer_should(live: Live) -> None:
    shop = live.shop("Nasty Stores")
    for one in EXPECTED:
        shop.drop(one["file"], (NASTY / one["file"]).read_bytes())
    wrong = [told for one in EXPECTED if (told := _unlike(shop.await_job(shop.job(one["file"])["job_id"]), one))]
    assert wrong == []


def _unlike(job: Json, expected: dict[str, Any]) -> str:
    """In what a job is not as it should be; "" if in nothing."""
    status, warned = job["status"], job["warnings"] + job["skipped"]
    fits = {
        "accept": status == "completed",
        "accept_with_warnings": status == "completed" and warned > 0,
        "row_errors": status == "completed_with_errors",
        "file_error": status == "failed" and job["error_code"] == expected["rule"].partition(" ")[0],
        "accept_or_file_error": status in {"completed", "failed"},
        "needs_mapping_or_accept": status in {"needs_mapping", "completed"},
    }[expected["outcome"]]
    counted = not status.startswith("completed") or job["total_rows"] == expected["item_rows"]
    return "" if fits and counted else f"{expected['file']}: {status}, {job['total_rows']} rows, {warned} warned"


def test_an_import_is_taken_out_again_but_for_what_was_sold(live: Live) -> None:
    shop = live.shop("Second Thoughts")
    names = ["Asafoetida", "Barley", "Cardamom", "Dill", "Epazote", "Fenugreek", "Ginger", "Hyssop"]
    first: list[list[Any]] = [
        [f"Undone {name}", gtin(70_000 + n), "100 g", 20 + n, 50 + n, 48 + n] for n, name in enumerate(names)
    ]
    shop.imported("first.csv", sheet(first[:6]))
    before = _shelf(live, shop)
    job = shop.imported("second.csv", sheet([[*row[:3], 5, row[4], row[4] - 3] for row in first[2:]]))
    assert (job["status"], job["matched"], job["created_products"]) == ("completed", 4, 2)
    assert _shelf(live, shop) != before
    (sold,) = [i for i in shop.stock().values() if i["product"]["name"] == "Undone Dill"]
    answer = shop.owner.ask("PATCH", f"{shop.path}/inventory/{sold['product_id']}", json={"quantity": 4})
    assert answer.status_code == 200
    assert shop.owner.ask("POST", f"{shop.path}/imports/{job['job_id']}/undo").status_code == 202
    undone = shop.await_job(job["job_id"], until=frozenset({"undone"}))
    assert undone["undo"] == {
        "put_back": 3,
        "removed": 2,
        "left": 1,
        "withdrawn": 2,
        "left_products": [sold["product_id"]],
    }
    after = _shelf(live, shop)
    assert after.pop(sold["product_id"])["quantity"] == 4
    del before[sold["product_id"]]
    assert after == before
    told = {r["Item Name"]: (r["outcome"], r["error_code"]) for r in shop.report(job["job_id"])}
    assert told["Undone Dill"] == ("left", "CHANGED_SINCE")
    assert told["Undone Hyssop"] == ("undone", "UNDONE")
    assert wait_until(lambda: bool(shop.notices("ImportReverted")), PATIENCE)


def test_a_cancelled_import_ends_and_what_it_did_can_be_taken_out(live: Live) -> None:
    shop = live.shop("Cold Feet")
    rows = [[f"Frozen {n % 40} {n}", gtin(60_000 + n), "1 kg", 5, 90, 88] for n in range(3000)]
    shop.drop("stock.csv", sheet(rows))
    job_id = shop.job("stock.csv")["job_id"]
    path = f"{shop.path}/imports/{job_id}"
    assert wait_until(lambda: shop.owner.get(path)["status"] == "processing", PATIENCE, step=0.05)
    assert shop.owner.ask("POST", f"{shop.path}/imports/{job_id}/cancel").status_code == 202
    job = shop.await_job(job_id, until=frozenset({"cancelled"}))
    assert job["processed"] == job["total_rows"] == job["successful"] + job["failed"] == 3000
    codes = [r["error_code"] for r in shop.report(job_id)]
    assert codes.count("CANCELLED") == job["failed"] > 0
    assert live.shelf_size(shop.store_id) == job["successful"]
    assert shop.owner.ask("POST", f"{shop.path}/imports/{job_id}/undo").status_code == 202
    shop.await_job(job_id, until=frozenset({"undone"}))
    assert live.shelf_size(shop.store_id) == 0


def test_a_hindi_file_needs_no_question_and_its_report_reads_in_hindi(live: Live) -> None:
    owner = live.newcomer()
    made = owner.post(
        "/v1/stores",
        {"name": "गुप्ता किराना", "region": "IN-UP", "languages": ["hi"], "address": "चौक, लखनऊ 226003"},
        status=201,
    )
    shop = Shop(live, owner, made["store_id"])
    rows = [
        ["हल्दी पाउडर लखनवी", gtin(71_001), "200 ग्राम", "१५", "₹65", "60"],
        ["साबुत धनिया लखनवी", "", "½ किलो", "8", "120", "130"],
        ["कुल", "", "", "23", "", ""],
    ]
    job = shop.imported("माल.csv", sheet(rows, ("सामान", "बारकोड", "वज़न", "मात्रा", "एमआरपी", "रेट")))
    assert (job["status"], job["total_rows"], job["failed"], job["skipped"]) == ("completed_with_errors", 2, 1, 1)
    turmeric, coriander, total = shop.report(job["job_id"])
    assert (turmeric["outcome"], turmeric["error_message"]) == ("created", "")
    assert (coriander["error_code"], total["error_code"]) == ("PRICE_ABOVE_MRP", "TOTAL_ROW")
    assert "₹130" in coriander["error_message"]
    for row in (coriander, total):
        assert not set(re.findall("[A-Za-z]{2,}", row["error_message"])) - {"MRP"}


def _shelf(live: Live, shop: Shop) -> dict[str, Json]:
    """The table, item by item, but for what says when and by whom."""
    items = live.shelf(shop.store_id)
    return {product: {k: v for k, v in item.items() if k not in PASSING} for product, item in items.items()}
