"""Stock movements through the API: booked once, whatever comes twice, and never lost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.inventory.test_inventory_api import Shop
from tests.world import World

pytestmark = pytest.mark.integration


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def moved(movement_id: str = "mov-1", type_: str = "sale", quantity: float = 3, **fields: Any) -> dict[str, Any]:
    return {"movement_id": movement_id, "type": type_, "quantity": quantity, **fields}


def test_a_sale_takes_stock_and_stands_in_the_ledger(shop: Shop) -> None:
    path = shop.item()
    sold = shop.owner.post(f"{path}/movements", moved()).ok(201)
    assert (sold["change"], sold["balance"], sold["origin"], sold["flags"]) == (-3, 21, "api", [])
    assert shop.owner.get(path).ok()["quantity"] == 21
    rows = shop.owner.get(f"{path}/movements").ok()["items"]
    assert [(r["type"], r["change"], r["balance"]) for r in rows] == [("sale", -3, 21), ("adjustment", 24, 24)]


def test_the_same_movement_again_changes_nothing_and_answers_the_same(shop: Shop) -> None:
    path = shop.item()
    first = shop.owner.post(f"{path}/movements", moved()).ok(201)
    assert shop.owner.post(f"{path}/movements", moved()).ok(201) == first
    shop.world.run()
    shop.owner.post(f"{path}/movements", moved("mov-2")).ok(201)
    shop.world.run()
    shop.owner.post(f"{path}/movements", moved("mov-3")).ok(201)
    assert shop.owner.post(f"{path}/movements", moved()).ok(201) == first
    assert shop.owner.get(path).ok()["quantity"] == 15
    assert len(shop.owner.get(f"{path}/movements").ok()["items"]) == 4


def test_another_movement_under_a_used_id_is_refused(shop: Shop) -> None:
    path = shop.item()
    shop.owner.post(f"{path}/movements", moved()).ok(201)
    answer = shop.owner.post(f"{path}/movements", moved(quantity=4))
    assert (answer.status, answer.code) == (409, "MOVEMENT_ID_REUSED")


def test_each_of_many_has_a_result_of_its_own(shop: Shop) -> None:
    path = shop.item()
    product_id = path.rsplit("/", 1)[1]
    sent = [
        {**moved("a"), "product_id": product_id},
        {**moved("b", quantity=-1), "product_id": product_id},
        {**moved("c"), "product_id": "prd_NOWHERE"},
        {**moved("d", "gift"), "product_id": product_id},
        {**moved("a"), "product_id": product_id},
        {**moved("e", quantity=100), "product_id": product_id},
        {**moved("f"), "product_id": ""},
    ]
    results = shop.owner.post(f"/v1/stores/{shop.store_id}/movements", {"movements": sent}).ok()["results"]
    assert [(r["movement_id"], r["status"], r["code"]) for r in results] == [
        ("a", "applied", None),
        ("b", "refused", "NEGATIVE_QUANTITY"),
        ("c", "refused", "PRODUCT_UNKNOWN"),
        ("d", "refused", "LITERAL_ERROR"),
        ("a", "already_applied", None),
        ("e", "applied", "NEGATIVE_STOCK"),
        ("f", "refused", "STRING_PATTERN_MISMATCH"),
    ]
    assert shop.owner.get(path).ok()["quantity"] == -79


def test_the_ledger_is_whole_before_and_after_its_stream_and_when_the_item_is_gone(shop: Shop) -> None:
    path = shop.item()
    for number in range(15):
        shop.owner.post(f"{path}/movements", moved(f"m-{number}", quantity=1)).ok(201)

    def ledger() -> list[dict[str, Any]]:
        return [row for page in shop.owner.pages(f"{path}/movements?limit=4") for row in page]

    before = ledger()
    assert len(before) == 16
    assert sum(r["change"] for r in before) == 9
    shop.world.run()
    assert ledger() == before
    shop.owner.delete(path).ok(204)
    after = ledger()
    assert after[1:] == before
    assert sum(r["change"] for r in after) == 0
    again = shop.owner.post(f"{path}/movements", moved("m-3", quantity=1)).ok(201)
    assert again["balance"] == 20
    shop.owner.put(path, {"quantity": 7, "mrp": "90.00"}).ok()
    assert sum(r["change"] for r in ledger()) == 7


def test_what_a_writer_has_brought_to_the_ledger_its_late_stream_does_not_bring_again(shop: Shop) -> None:
    path = shop.item()
    shop.world.run()
    for number in range(15):
        shop.owner.post(f"{path}/movements", moved(f"m-{number}", quantity=1)).ok(201)
    told = len(shop.world.calls)
    shop.world.run()
    brought = [
        put["PutRequest"]["Item"]["row"]["S"]
        for call in shop.world.calls[told:]
        if call.operation == "BatchWriteItem"
        for put in call.params["RequestItems"].get("StockMovements", ())
    ]
    assert {row for row in brought if row.startswith("id#")} == {"id#m-13", "id#m-14"}
    assert len(brought) == 4
    assert len([row for page in shop.owner.pages(f"{path}/movements?limit=4") for row in page]) == 16


def test_a_hundred_movements_of_one_item_with_the_longest_notes_are_taken(shop: Shop) -> None:
    """An item holds 400 KB, and its newest rows are part of it until they are in the ledger."""
    product_id = shop.item().rsplit("/", 1)[1]
    note = "क" * 2000
    sent = [{**moved(f"m-{n}", quantity=1), "product_id": product_id, "note": note} for n in range(100)]
    results = shop.owner.post(f"/v1/stores/{shop.store_id}/movements", {"movements": sent}).ok()["results"]
    assert {r["status"] for r in results} == {"applied"}
    assert [r["balance"] for r in results] == list(range(23, -77, -1))
