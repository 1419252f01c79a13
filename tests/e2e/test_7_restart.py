"""Stopping and starting again: what was there is there, and work goes on."""

from __future__ import annotations

import time
from typing import Any

from tests.builders import gtin, sheet
from tests.e2e.live import CLOCK, Ear, Live, Person


def test_a_stop_and_a_start_lose_nothing(live: Live, admin: Person) -> None:
    shop = live.shop("Restart Test Stores")
    job = shop.imported("before.csv", sheet([["Restart Test Jeera", gtin(960), "200 g", 4, "110", "99.50"]]))
    live.settled()
    before, token, urls = _state(live, admin), shop.owner.token, dict(live.endpoints)
    with CLOCK.lap("stopping, with all that was imported"):
        live.down()
    assert live.children() == []
    with CLOCK.lap("starting again"):
        live.up()
    assert live.endpoints == urls
    assert _state(live, admin) == before
    assert live.anyone("GET", "/v1/me", token).status_code == 200
    again = Person(live, shop.owner.username, shop.owner.password)
    assert again.get(shop.path)["name"] == "Restart Test Stores"
    (item,) = shop.stock().values()
    assert (item["product"]["barcode"], item["quantity"], item["selling_price"]) == (gtin(960), 4, "99.50")
    assert shop.report(job["job_id"])[0]["outcome"] == "created"


def test_after_a_restart_files_are_imported_and_told_of_as_before(live: Live, ear: Ear, admin: Person) -> None:
    shop = live.shop("After Restart Stores")
    began = time.time()
    with CLOCK.lap("the first import after a restart"):
        known = ["Restart Test Jeera", gtin(960), "200 g", 9, "110", "101"]
        new = ["Restart Test Ajwain", gtin(961), "100 g", 2, "60", "55"]
        job = shop.imported("after.csv", sheet([known, new]))
    assert (job["status"], job["matched"], job["created_products"]) == ("completed", 1, 1)
    with CLOCK.lap("its event, by way of the stream"):
        ear.await_job("ImportCompleted", job["job_id"])
    assert live.log_lines("events had been left unsent", since=began) == [], "the sweeper had to send it"
    live.settled("NotificationsSubscriptionsInbox", "FrontSubscriptionsInbox")
    assert len(shop.notices()) == 1
    pending = admin.get("/v1/admin/stats")["products"]["pending"]
    assert pending == sum(p["verification_status"] == "pending" for p in live.rows("Products"))


def _state(live: Live, admin: Person) -> dict[str, Any]:
    tables = {t: sorted(map(repr, map(_sorted, live.rows(t)))) for t in ("Stores", "Memberships", "CsvJobs")}
    return {
        **tables,
        "products": {p["product_id"]: p for p in live.rows("Products")},
        "claims": {c["claim"]: c for c in live.rows("ProductClaims")},
        "stock": [live.shelf(user["store_id"]) for user in live.endpoints["demo_users"] if user["store_id"]],
        "stats": admin.get("/v1/admin/stats"),
        "stores": [s["store_id"] for s in admin.every("/v1/stores")],
        "notices": [n["id"] for n in admin.every("/v1/admin/notifications")],
    }


def _sorted(row: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(row.items())
