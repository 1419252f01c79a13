"""A file brought by the API: announced, posted as a browser posts it, mapped by a person where need be."""

from __future__ import annotations

from decimal import Decimal

import pytest
import requests

from local.process import wait_until
from tests.builders import gtin, sheet
from tests.e2e.live import CLOCK, PATIENCE, Json, Live, Person, Shop

STOCK = sheet(
    [
        ["Upload Test Sabudana", gtin(901), "500 g", 12, "80", "74.50"],
        ["Upload Test Poha", "", "1 kg", "7.5", "95", "90"],
        ["Upload Test Dear Rava", gtin(902), "1 kg", 3, "60", "61"],  # above its MRP
        ["Upload Test Poha", "", "1000 g", 8, "95", "91"],  # the same goods again
        ["=cmd|' /C calc'!A0", gtin(903), "", 1, "10", "9"],
    ]
)


@pytest.fixture(scope="module")
def shop(live: Live) -> Shop:
    return live.shop("Upload Test Stores")


def posted(form: Json, body: bytes, **other: str) -> int:
    """What the bucket answers to the form as a browser sends it."""
    answer = requests.post(
        form["url"], data=form["fields"] | other, files={"file": ("stock.csv", body, "text/csv")}, timeout=60
    )
    return answer.status_code


def uploaded(shop: Shop, body: bytes, **asked: object) -> str:
    """The job of a file announced and posted."""
    made = shop.owner.post(f"{shop.path}/imports", {"filename": "stock.csv", **asked}, status=201)
    waiting = shop.owner.get(f"{shop.path}/imports/{made['job_id']}")
    assert waiting["status"] == "awaiting_upload"
    assert posted(made["upload"], body) in (200, 201, 204)
    job_id: str = made["job_id"]
    return job_id


def test_an_announced_file_is_posted_imported_and_reported(live: Live, shop: Shop) -> None:
    with CLOCK.lap("five rows by the API, from announcement to report"):
        job = shop.await_job(uploaded(shop, STOCK))
        report = shop.report(job["job_id"])
    assert job["status"] == "completed_with_errors"
    assert (job["total_rows"], job["successful"], job["failed"], job["duplicates_found"]) == (5, 4, 1, 1)
    assert [r["outcome"] for r in report] == ["created", "duplicate", "failed", "created", "created"]
    assert report[2]["error_code"] == "PRICE_ABOVE_MRP"
    assert report[4]["Item Name"].startswith("'=")
    stock = {item["product"]["name"]: item for item in shop.stock().values()}
    poha = stock["Upload Test Poha"]
    assert (poha["quantity"], Decimal(poha["selling_price"])) == (8, Decimal(91))
    sabudana = stock["Upload Test Sabudana"]
    assert (sabudana["quantity"], sabudana["mrp"], sabudana["selling_price"]) == (12, "80.00", "74.50")
    assert sabudana["product"]["barcode"] == gtin(901)
    assert "Upload Test Dear Rava" not in stock


def test_an_uploaded_file_makes_no_second_job(shop: Shop) -> None:
    job_id = uploaded(shop, STOCK)
    shop.await_job(job_id)
    listed = [job["job_id"] for job in shop.owner.every(f"{shop.path}/imports")]
    assert listed[0] == job_id
    assert len(listed) == len(set(listed)) == 2


def test_a_form_takes_its_own_file_to_its_own_place_and_no_other(live: Live, shop: Shop) -> None:
    made = shop.owner.post(f"{shop.path}/imports", {"filename": "stock.csv"}, status=201)
    other = live.demo("store_owner")
    their_store = other.get("/v1/stores")["items"][0]["store_id"]
    assert posted(made["upload"], STOCK, key=f"imports/{their_store}/smuggled.csv") == 403
    assert posted(made["upload"], STOCK, key="imports/_catalog/smuggled.csv") == 403
    assert "smuggled.csv" not in {job["filename"] for job in other.every(f"/v1/stores/{their_store}/imports")}
    assert shop.owner.get(f"{shop.path}/imports/{made['job_id']}")["status"] == "awaiting_upload"


def test_a_dry_run_writes_nothing_but_its_report(live: Live) -> None:
    shop = live.shop("Dry Run Stores")
    before = {p["product_id"] for p in live.rows("Products")}
    for job in (
        shop.await_job(uploaded(shop, _fresh(910), dry_run=True)),
        shop.imported("dry.csv", _fresh(920), {"dry-run": "YES"}),
    ):
        assert job["status"] == "completed"
        assert job["dry_run"] is True
        assert (job["total_rows"], job["created_products"], job["matched"]) == (2, 2, 0)
        assert [r["outcome"] for r in shop.report(job["job_id"])] == ["created", "created"]
    assert shop.stock() == {}
    assert {p["product_id"] for p in live.rows("Products")} == before


def test_a_file_that_adds_adds_once(live: Live) -> None:
    shop = live.shop("Adding Stores")
    shop.imported("first.csv", _fresh(930))
    added = shop.imported("second.csv", _fresh(930), {"mode": "add", "force": "yes"})
    assert added["mode"] == "add"
    assert {i["quantity"] for i in shop.stock().values()} == {10}


def test_columns_that_cannot_be_told_wait_for_a_person(shop: Shop) -> None:
    rows = [["zx", "qq1", "1"], ["zy", "qq2", "2"], ["zz", "qq3", "3"]]
    job = shop.await_job(uploaded(shop, sheet(rows, ("Alpha", "Beta", "Gamma"))))
    assert job["status"] == "needs_mapping"
    assert isinstance(job["mapping_suggestion"], dict)
    where = f"{shop.path}/imports/{job['job_id']}"
    assert shop.owner.ask("GET", f"{where}/report").status_code == 404
    wrong = shop.owner.ask("PUT", f"{where}/mapping", json={"columns": {"name": "Delta"}})
    assert wrong.status_code == 422
    shop.owner.put(f"{where}/mapping", {"columns": {"name": "Beta", "quantity": 2}})
    done = shop.await_job(job["job_id"], until=frozenset({"completed", "completed_with_errors", "failed"}))
    assert (done["status"], done["created_products"]) == ("completed", 3)
    names = {r["Beta"]: r["product_id"] for r in shop.report(job["job_id"])}
    assert shop.owner.get(f"/v1/products/{names['qq2']}")["name"] == "qq2"
    late = shop.owner.ask("PUT", f"{where}/mapping", json={"columns": {"name": "Beta"}})
    assert late.status_code == 409


def test_an_admin_loads_the_shared_catalog_by_the_api(live: Live, admin: Person) -> None:
    made = admin.post("/v1/admin/catalog-imports", {"filename": "more.csv"}, status=201)
    assert posted(made["upload"], _fresh(940)) in (200, 201, 204)
    where = f"/v1/admin/catalog-imports/{made['job_id']}"
    job = _ended(admin, where)
    assert (job["status"], job["created_products"]) == ("completed", 2)
    product = live.shop("Any Stores").owner.get(f"/v1/products/by-barcode/{gtin(940)}")
    assert (product["verification_status"], product["source"]) == ("verified", "admin")


def _ended(admin: Person, where: str) -> Json:
    assert wait_until(lambda: admin.get(where)["status"] in {"completed", "completed_with_errors", "failed"}, PATIENCE)
    return admin.get(where)


def _fresh(number: int) -> bytes:
    """Two goods that nobody has yet."""
    return sheet(
        [
            [f"Brixamo Tellure {number}", gtin(number), "100 g", 5, "50", "45"],
            [f"Quendil Sarmova {number}", "", "1 kg", 5, "70", "65"],
        ]
    )
