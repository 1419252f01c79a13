"""Each status of a product, as a shop sees it that has the goods on its shelf."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from services.catalog import client
from services.catalog.domain.deciding import MOVES, Verdict
from services.catalog.domain.product import ProductPatch
from tests.builders import CAUSE, gtin, product
from tests.world import World

pytestmark = pytest.mark.integration


class Row(NamedTuple):
    """What holds of a product in a status."""

    status: str
    found_by_others: bool
    found_by_its_own: bool
    its_own_may_change_it: bool


TABLE = (
    Row("pending", found_by_others=False, found_by_its_own=True, its_own_may_change_it=True),
    Row("needs_changes", found_by_others=False, found_by_its_own=True, its_own_may_change_it=True),
    Row("verified", found_by_others=True, found_by_its_own=True, its_own_may_change_it=False),
    Row("rejected", found_by_others=False, found_by_its_own=False, its_own_may_change_it=False),
    Row("merged", found_by_others=False, found_by_its_own=False, its_own_may_change_it=False),
)


def bring(product_id: str, status: str, other: str) -> None:
    if status == "merged":
        client.merge(product_id, other, "the same", CAUSE)
    elif status != "pending":
        decision: Any = {"needs_changes": "request_changes", "verified": "approve", "rejected": "reject"}[status]
        client.decide(product_id, Verdict(decision, "because"), CAUSE)


def test_the_table_has_every_status() -> None:
    assert [row.status for row in TABLE] == list(MOVES)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.status)
def test_a_shop_with_stock_of_it(world: World, row: Row) -> None:
    ravi, meena, admin = world.as_user("ravi"), world.as_user("meena"), world.as_admin()
    store_id = world.a_store("ravi")
    world.a_store("meena")
    other = admin.post("/v1/products", product(2, name="Parle G Glucose Biscuit")).ok(201)["product_id"]
    made = ravi.post("/v1/products", product(1)).ok(201)["product_id"]
    shelf = f"/v1/stores/{store_id}/inventory/{made}"
    ravi.put(shelf, {"quantity": 5, "unit": "piece", "selling_price": "80.00"}).ok()
    bring(made, row.status, other)
    if row.status != "merged":  # then inventory moves the stock to the survivor, which has tests of its own
        world.run()

    def listed(person: Any) -> bool:
        return made in [p["product_id"] for p in person.get("/v1/products").ok()["items"]]

    assert (listed(meena), listed(ravi)) == (row.found_by_others, row.found_by_its_own)
    seen = meena.get(f"/v1/products/{made}").ok()
    assert (seen["verification_status"], seen["proposed_by"]) == (row.status, None)
    scanned = meena.get(f"/v1/products/by-barcode/{gtin(1)}").ok()["product_id"]
    assert scanned == (other if row.status == "merged" else made)
    assert seen["status_reason"] == {"needs_changes": "because", "rejected": "because", "merged": "the same"}.get(
        row.status
    )

    item = ravi.get(shelf).ok()
    assert (item["quantity"], item["selling_price"]) == (5, "80.00")
    if row.status != "merged":
        assert item["product"]["verification_status"] == row.status
        sale = {"movement_id": "11111111-1111-4111-8111-111111111111", "type": "sale", "quantity": 2}
        ravi.post(f"{shelf}/movements", sale).ok(201)
        assert ravi.get(shelf).ok()["quantity"] == 3, "whatever becomes of a product, stock of it stays sellable"

    known = client.products([made])[made]
    assert client.may_resubmit(known, "ravi", frozenset({store_id})) is row.its_own_may_change_it
    assert not client.may_resubmit(known, "meena", frozenset())
    if row.its_own_may_change_it:
        again = client.resubmit(made, ProductPatch(hsn_code="1905"), CAUSE)
        assert (again.verification_status, again.hsn_code) == ("pending", "1905")
