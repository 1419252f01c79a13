"""The sync with Open Food Facts as a schedule starts it, against a server here that speaks their protocol."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator

import pytest
import requests

from local.process import wait_until
from tests.builders import gtin
from tests.e2e.live import CLOCK, PATIENCE, Json, Live, Person, running
from tests.off_server import FRESH

PRODUCTS = 200 + 14  # of the dump, and one each day since


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A system of its own, which looks there each minute; the others ask nobody."""
    with running(tmp_path_factory.mktemp("off"), OFF_BASE_URL="here", OFF_EVERY="rate(1 minute)") as live:
        yield live


@pytest.fixture(scope="module")
def admin(synced: Live) -> Person:
    return synced.demo("admin")


def runs(admin: Person) -> list[Json]:
    found: list[Json] = admin.get("/v1/admin/off-syncs")["items"]
    return found


def test_the_schedule_starts_a_run_by_itself(synced: Live, admin: Person) -> None:
    with CLOCK.lap("from ready to what Open Food Facts had to say"):
        assert wait_until(lambda: any(r["status"] == "completed" for r in runs(admin)), PATIENCE, step=1), runs(admin)
    first = runs(admin)[-1]
    assert (first["started_by"], first["counts"]["new"]) == ("system:off_sync", PRODUCTS)
    assert first["counts"]["skipped"] == {}
    stats = admin.get("/v1/admin/stats")
    assert stats["last_sync"]["status"] == "completed"
    assert wait_until(lambda: admin.get("/v1/admin/stats")["products_by_source"].get("off") == PRODUCTS, PATIENCE)


def test_a_name_that_a_shopkeeper_typed_survives_the_next_run(synced: Live, admin: Person) -> None:
    product = admin.get("/v1/products", q="Biscuits no 5 of day")["items"][0]["product_id"]
    path = f"/v1/products/{product}/regional-names/IN-MH"
    name = "गोड बिस्किटे पाचवी"
    owner = synced.demo("store_owner")
    owner.put(path, {"names": [name]})
    admin.put(path, {"names": [name]})  # and a person agrees

    def found() -> bool:
        return product in [p["product_id"] for p in owner.get("/v1/products", q=name)["items"]]

    assert wait_until(found, PATIENCE, step=0.2), "a Marathi search doesn't find it"

    def started() -> bool:
        """Else the clock was quicker, and one runs already."""
        return admin.ask("POST", "/v1/admin/off-syncs", json={"kind": "seed"}).status_code == 201

    assert wait_until(started, PATIENCE, step=2)
    with CLOCK.lap("all of it read anew, as many files a minute as is polite, its worker killed in the middle"):
        assert wait_until(lambda: _is_in_the_middle(runs(admin)[0]), PATIENCE, step=0.02), runs(admin)[0]
        victims = synced.children("OffSyncworker")
        for pid in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert victims
        struck = runs(admin)[0]
        assert wait_until(lambda: all(r["status"] == "completed" for r in runs(admin)), PATIENCE, step=1), runs(admin)
    assert struck["status"] == "running", "the blow fell too late"
    again = next(r for r in runs(admin) if r["run_id"] == struck["run_id"])
    changes = sum(f["lines"] for f in again["files"])
    assert again["counts"]["seen"] == again["counts"]["unchanged"] == changes, "nothing was read twice or left out"
    assert admin.get(f"/v1/products/{product}")["regional_names"]["IN-MH"] == [name]


def _is_in_the_middle(run: Json) -> bool:
    return bool(run["kind"] == "seed" and run["status"] == "running" and run["files"] and run["files"][0]["lines"])


def test_a_barcode_that_nobody_has_added_becomes_a_product_to_review_in_one_round_trip(
    synced: Live, admin: Person
) -> None:
    owner = synced.demo("store_owner")
    with CLOCK.lap("a barcode that only they know, scanned"):
        found = owner.get(f"/v1/products/by-barcode/{gtin(FRESH)}")
    assert (found["source"], found["verification_status"]) == ("off", "pending"), "it has no brand"

    def waits() -> bool:
        return found["product_id"] in [r["product"]["product_id"] for r in admin.every("/v1/admin/reviews")]

    assert wait_until(waits, PATIENCE), "it is not in the queue"
    assert owner.get(f"/v1/products/by-barcode/{gtin(FRESH)}")["product_id"] == found["product_id"]
    for _ in range(2):
        assert owner.ask("GET", f"/v1/products/by-barcode/{gtin(FRESH + 500)}").status_code == 404


def test_an_admin_is_told_that_a_run_has_failed(synced: Live, admin: Person) -> None:
    started: list[Json] = []

    def start() -> bool:
        said = admin.ask("POST", "/v1/admin/off-syncs", json={"base": "beauty"})
        started.append(said.json())
        return said.status_code == 201

    assert wait_until(start, PATIENCE, step=1), "one works all the time"
    run_id = started[-1]["run_id"]
    where = f"/v1/admin/off-syncs/{run_id}"
    assert wait_until(lambda: bool(admin.get(where)["status"] == "failed"), PATIENCE), "this stage asks no such sister"
    assert admin.get(where)["error_code"] == "NOT_CONFIGURED"

    def noticed() -> bool:
        told = admin.every("/v1/admin/notifications")
        return any(n["type"] == "OffSyncFailed" and n["link"].endswith(run_id) for n in told)

    def mailed() -> bool:
        said = requests.get(f"{synced.endpoints['aws_endpoint_url']}/_ministack/ses/messages", timeout=30).json()
        return any("doesn't say where to ask" in str(m) for box in said["messages"].values() for m in box)

    assert wait_until(noticed, PATIENCE), "no notice"
    assert wait_until(mailed, PATIENCE), "no mail"


def test_their_pictures_come_with_their_licence(synced: Live, admin: Person) -> None:
    def pictured() -> Json | None:
        return next((p for p in admin.every("/v1/products") if p["image_hash"] and p["source"] == "off"), None)

    assert wait_until(lambda: pictured() is not None, PATIENCE, step=5)
    product = pictured()
    assert product
    (picture,) = product["images"]
    assert (picture["source"], picture["licence"]) == ("off", "CC-BY-SA-3.0")
    seen = requests.get(synced.endpoints["web_url"].rstrip("/") + picture["urls"]["medium"], timeout=30)
    assert (seen.status_code, seen.headers["Content-Type"]) == (200, "image/webp")
    whose = requests.get(f"{synced.api_url}/v1/attribution", timeout=30).json()
    assert "openfoodfacts" in str(whose)
