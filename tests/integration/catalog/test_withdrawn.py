"""Products that are taken back by who proposed them."""

from __future__ import annotations

from typing import Any

import pytest

from services.catalog import client
from services.catalog.store import products as store
from shared.kernel.cause import Cause
from tests.builders import CAUSE, gtin, product
from tests.world import World

pytestmark = pytest.mark.integration


def test_a_product_that_nobody_touched_goes_and_leaves_its_gtin_and_name_free(world: World) -> None:
    admin = world.as_admin()
    made = admin.post("/v1/products", product(1)).ok(201)["product_id"]
    assert client.withdraw([made], "undone", CAUSE) == {made}
    assert client.withdraw([made], "undone", CAUSE) == {made}, "asked again it is so still"
    gone = admin.get(f"/v1/products/{made}").ok()
    assert (gone["verification_status"], gone["version"]) == ("rejected", 2)
    assert admin.get(f"/v1/products/by-barcode/{gtin(1)}").status == 404
    history = admin.get(f"/v1/products/{made}/history").ok()["items"]
    assert [(h["action"], h["reason"]) for h in history] == [("withdrawn", "undone"), ("created", None)]
    again = admin.post("/v1/products", product(1)).ok(201)["product_id"]
    assert again != made
    refused = admin.patch(f"/v1/products/{made}", {"verification_status": "verified"})
    assert (refused.status, refused.code) == (409, "PRODUCT_WITHDRAWN")
    world.run()
    assert [e["verification_status"] for e in world.events("ProductRejected")] == ["rejected"]


def test_a_product_that_somebody_changed_stays(world: World) -> None:
    admin = world.as_admin()
    made = admin.post("/v1/products", product(1)).ok(201)["product_id"]
    admin.patch(f"/v1/products/{made}", {"mrp": "95.00"}).ok()
    assert client.withdraw([made], "undone", CAUSE) == set()
    assert admin.get(f"/v1/products/{made}").ok()["verification_status"] == "verified"


def test_a_spelling_of_a_product_that_is_gone_counts_no_more(world: World) -> None:
    admin = world.as_admin()
    made = admin.post("/v1/products", product(1, name="Salt", barcode=None)).ok(201)["product_id"]
    known = client.products([made])[made]
    client.remember({"someotherspelling": made}, {made: known})
    assert client.find([], ["someotherspelling"]).by_identity["someotherspelling"].product_id == made
    client.withdraw([made], "undone", Cause("ravi", CAUSE.at, "corr"))
    assert client.find([], ["someotherspelling", known.identity]).by_identity == {}


@pytest.mark.parametrize("gone", ["withdrawn", "merged"])
def test_a_barcode_never_goes_to_a_product_of_which_nothing_can_become(
    world: World, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    admin = world.as_admin()
    first = admin.post("/v1/products", product(1, name="Salt", barcode=None)).ok(201)["product_id"]
    into = admin.post("/v1/products", product(2, name="Tata Salt")).ok(201)["product_id"]
    add = store.add

    def meanwhile(*args: Any, **named: Any) -> None:
        try:
            add(*args, **named)
        except store.Taken:
            monkeypatch.setattr(store, "add", add)
            if gone == "withdrawn":
                client.withdraw([first], "undone", CAUSE)
            else:
                client.merge(first, into, None, CAUSE)
            raise

    monkeypatch.setattr(store, "add", meanwhile)
    fields = client.ProductFields.model_validate(product(1, name="Salt", barcode=gtin(1)))
    (found,) = client.propose([client.Proposal(fields=fields, source="store")], CAUSE)
    assert found.created
    assert client.products([first])[first].barcode is None
    assert admin.get(f"/v1/products/by-barcode/{gtin(1)}").ok()["product_id"] == found.product_id
