"""The catalog as open data: whole, checkable, and without a word about any store."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from services.catalog import client, on_export
from services.catalog.domain import export
from services.catalog.domain.deciding import Verdict
from services.catalog.store import exports
from tests.builders import CAUSE, NOON, product
from tests.world import EXPORTS, World

pytestmark = pytest.mark.integration


def lines(world: World, manifest: export.Manifest) -> list[dict[str, Any]]:
    data = world.objects(EXPORTS)[manifest.file]
    assert hashlib.sha256(data).hexdigest() == manifest.sha256
    assert len(data) == manifest.bytes
    return [json.loads(line) for line in gzip.decompress(data).splitlines()]


def test_it_has_all_that_is_verified_and_nothing_of_a_store(world: World) -> None:
    admin, store_id = world.as_admin(), world.a_store("ravi")
    verified = [admin.post("/v1/products", product(n)).ok(201)["product_id"] for n in range(1, 4)]
    approved = world.as_user("ravi").post("/v1/products", product(8)).ok(201)["product_id"]
    client.decide(approved, Verdict("approve"), CAUSE)
    world.as_user("ravi").post("/v1/products", product(9)).ok(201)
    manifest = on_export.make(lambda: NOON)
    found = lines(world, manifest)
    assert {p["product_id"] for p in found} == {*verified, approved}
    assert (manifest.products, manifest.licence) == (4, "ODbL-1.0")
    assert "openfoodfacts.org" in manifest.notice
    text = world.objects(EXPORTS)[manifest.file]
    for word in ("ravi", store_id, "proposed_by", "candidates"):
        assert word.encode() not in gzip.decompress(text)
    assert all(0 <= p["quality_score"] <= 100 and p["provenance"] for p in found)


def test_whoever_is_signed_in_gets_the_newest(world: World) -> None:
    ravi = world.as_user("ravi")
    assert ravi.get("/v1/catalog-export").ok() == {"latest": None}
    world.as_admin().post("/v1/products", product(1)).ok(201)
    on_export.make(lambda: NOON)
    second = on_export.make(lambda: NOON + timedelta(days=1))
    shown = ravi.get("/v1/catalog-export").ok()["latest"]
    assert (shown["sha256"], shown["products"]) == (second.sha256, 1)
    assert second.file in shown["url"]
    assert world.as_nobody().get("/v1/catalog-export").status == 401


def test_a_broken_export_is_never_announced(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.as_admin().post("/v1/products", product(1)).ok(201)
    good = on_export.make(lambda: NOON)
    monkeypatch.setattr(exports, "read_back", lambda manifest: (0, manifest.sha256))
    with pytest.raises(export.ExportBroken):
        on_export.make(lambda: NOON + timedelta(days=1))
    assert exports.latest() == good


def test_an_export_that_has_shrunk_is_thought_to_be_broken() -> None:
    def manifest(products: int) -> export.Manifest:
        return export.Manifest(file="f", generated_at=NOON, products=products, bytes=1, sha256="a")

    export.check(manifest(900), 900, "a", manifest(1000))
    export.check(manifest(1), 1, "a", manifest(50))
    export.check(manifest(1), 1, "a", None)
    with pytest.raises(export.ExportBroken, match="the last time"):
        export.check(manifest(700), 700, "a", manifest(1000))
