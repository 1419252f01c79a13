"""Real Indian rows of Open Food Facts, served as a dump: they come to products with the right GTINs and sizes."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.aws.settings import settings
from tests.off_server import OffServer, serving
from tests.world import World

pytestmark = pytest.mark.integration

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "openfoodfacts" / "india"
if not FOLDER.is_dir():
    pytest.skip("no ../shared/data/openfoodfacts beside this checkout", allow_module_level=True)

EVERY = int(os.environ.get("EVERY", "16"))
"""Of the 864 that many-th; EVERY=1 takes two minutes of CPU."""
NEWEST = 1_560_500_000
OLD = 1_400_000_000
"""One is in both: what the export says of it is newer."""


def exported() -> list[dict[str, Any]]:
    text = (FOLDER / "off_export_rows_india_or_890.jsonl").read_text("utf-8")
    return [{"last_modified_t": NEWEST, **json.loads(line)} for line in text.splitlines()]


def old() -> list[dict[str, Any]]:
    with (FOLDER / "lifyzer_off2019_890.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[::EVERY]
    return [
        {
            "code": row["barcode_id"],
            "product_name": row["product_name"],
            "ingredients_text": row["ingredients"],
            "image_front_url": row["product_image"],
            "last_modified_t": OLD,
        }
        for row in rows
    ]


@pytest.fixture
def off(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[OffServer]:
    """A dump of both, with pictures of none; nothing has changed since."""
    del world
    server = OffServer(dump=[*exported(), *old()], pictures=False)
    server.add_delta(NEWEST - 86_400, NEWEST, [])
    with serving(server):
        monkeypatch.setenv("OFF_BASE_URL", server.url)
        monkeypatch.setenv("OFF_CONTACT", "ops@example.com")
        monkeypatch.setenv("OFF_PICTURES_A_MINUTE", "100000")
        settings.cache_clear()
        yield server
    settings.cache_clear()


def test_real_rows_come_to_products(world: World, off: OffServer) -> None:
    admin = world.as_admin()
    run_id = admin.post("/v1/admin/off-syncs", {"kind": "seed"}).ok(201)["run_id"]
    world.run(rooms_only=True)  # what follows from a product is no matter of this test, and most of its time
    run = admin.get(f"/v1/admin/off-syncs/{run_id}").ok()
    assert run["error_code"] == "FEED_STALE", "it is all of years ago"
    counts = run["counts"]
    codes = {d["code"] for d in off.dump}
    # One banana of Guatemala says only in its text that it was seen in India.
    assert len(codes) - counts["kept"] <= 1 + counts["unchanged"]
    products = {p["barcode"]: p for p in world.rows("Products")}
    rows = world.rows("OffProducts")
    filed = [r for r in rows if "product_id" in r]
    assert len(products) == len(filed) == counts["proposed"]
    assert counts["skipped"].keys() <= {"NO_GTIN", "NO_NAME"}
    assert all(r["code"] == "0" * (14 - len(r["off_code"])) + r["off_code"] for r in filed)
    assert all(p["source"] == "off" for p in products.values())
    sizes = {code: products[code].get("net_quantity") for code in ("8906021927062", "4004218126435", "5020411121182")}
    assert {code: (size["value"], size["unit"]) for code, size in sizes.items() if size} == {
        "8906021927062": (500, "g"),
        "4004218126435": (300, "ml"),
        "5020411121182": (48, "g"),
    }
    noodles = admin.get("/v1/products/by-barcode/8901595963409").ok()
    assert (noodles["brand"], noodles["category"]) == ("Ching's Secret", "Noodles & Pasta")
    assert noodles["verification_status"] == "verified"
    assert noodles["quality_score"] >= 60
    jam = admin.get("/v1/products/by-barcode/8906021921497").ok()
    assert jam["verification_status"] == "pending", "nobody knows its size"
    assert {i["code"] for i in jam["quality_issues"]} >= {"NET_QUANTITY_MISSING"}
