"""What an item's lots have cost, newest first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.inventory import client as inventory
from services.inventory.store import ledger
from shared.aws.dynamo import Table
from tests.builders import CAUSE
from tests.integration.inventory.test_inventory_api import Shop, two_lots
from tests.world import World

pytestmark = pytest.mark.integration


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def history(shop: Shop, path: str, limit: int = 100) -> list[dict[str, Any]]:
    return [row for page in shop.owner.pages(f"{path}/price-history?limit={limit}") for row in page]


def prices(rows: list[dict[str, Any]]) -> list[tuple[str | None, str | None, str | None, str]]:
    return [(r["mrp"], r["cost_price"], r["selling_price"], r["origin"]) for r in rows]


def test_each_change_of_a_lots_prices_is_in_its_history(shop: Shop) -> None:
    path = shop.item()
    shop.owner.patch(path, {"selling_price": "85.00"}).ok()
    shop.owner.post(f"{path}/movements", {"movement_id": "m-1", "type": "sale", "quantity": 1}).ok(201)
    shop.owner.patch(path, {"notes": "no price"}).ok()
    shop.owner.patch(path, {"selling_price": None}).ok()
    rows = history(shop, path)
    assert prices(rows) == [
        ("90.00", "78.50", None, "put"),
        ("90.00", "78.50", "85.00", "put"),
        ("90.00", "78.50", "86.00", "put"),
    ]
    assert {r["actor"] for r in rows} == {"ravi"}
    times = [r["changed_at"] for r in rows]
    assert times == sorted(times, reverse=True)


def test_lots_have_histories_of_their_own(shop: Shop) -> None:
    path = two_lots(shop)
    rows = history(shop, path)
    lots = {lot["lot_id"]: lot["mrp"] for lot in shop.owner.get(path).ok()["lots"]}
    assert {r["lot_id"]: r["mrp"] for r in rows} == lots
    (imported,) = [r for r in rows if r["origin"] == "import"]
    assert (imported["job_id"], imported["mrp"], imported["selling_price"]) == ("job_1", "95.00", "91.00")
    first = next(iter(lots))
    shop.owner.patch(f"{path}/lots/{first}", {"selling_price": "80.00"}).ok()
    newest = history(shop, path)[0]
    assert (newest["lot_id"], newest["selling_price"], newest["job_id"]) == (first, "80.00", None)


def many(shop: Shop) -> str:
    """An item that a file has priced in many lots at once, and people since; its path."""
    product_id = shop.product()
    lots = [inventory.LotChange(mrp=Decimal(90 + n), batch=f"B{n}", quantity=Decimal(1)) for n in range(9)]
    change = inventory.StockChange(product_id=product_id, row=2, lots=lots)
    inventory.apply(shop.store_id, [change], job_id="job_1", cause=CAUSE)
    path = f"{shop.list}/{product_id}"
    for number in range(20):
        lot = shop.owner.get(path).ok()["lots"][number % 9]["lot_id"]
        shop.owner.patch(f"{path}/lots/{lot}", {"selling_price": number + 1}).ok()
        shop.owner.post(f"{path}/movements", {"movement_id": f"m-{number}", "type": "sale", "quantity": 1}).ok(201)
    return path


def test_pages_have_each_change_once_wherever_its_row_is(shop: Shop) -> None:
    path = many(shop)
    whole = history(shop, path)
    assert len(whole) == 9 + 20
    assert [r["selling_price"] for r in whole[:20]] == [f"{n}.00" for n in range(20, 0, -1)]
    for limit in (1, 4, 28, 29):
        assert history(shop, path, limit) == whole
    shop.world.run()
    assert history(shop, path, 5) == whole
    shop.owner.post(f"{path}/movements", {"movement_id": "last", "type": "sale", "quantity": 1}).ok(201)
    assert history(shop, path, 5) == whole


def test_a_long_ledger_is_read_part_by_part(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    path = many(shop)
    whole = history(shop, path)
    shop.world.run()
    monkeypatch.setattr(ledger, "_READS", 1)
    real = Table.query
    monkeypatch.setattr(Table, "query", lambda *a, **k: real(*a, **{**k, "limit": k.get("limit") or 3}))
    pages = list(shop.owner.pages(f"{path}/price-history?limit=4"))
    assert [row for page in pages for row in page] == whole
    assert min(map(len, pages)) < 4


def test_the_history_outlives_the_item(shop: Shop) -> None:
    path = shop.item()
    before = history(shop, path)
    shop.owner.delete(path).ok(204)
    assert history(shop, path) == before
    unknown = shop.owner.get(f"{shop.list}/{shop.product(2)}/price-history")
    assert (unknown.status, unknown.code) == (404, "ITEM_UNKNOWN")


def test_an_item_without_prices_has_none(shop: Shop) -> None:
    path = f"{shop.list}/{shop.product()}"
    shop.owner.put(path, {"quantity": 1}).ok()
    assert history(shop, path) == []
    assert shop.owner.get(f"{path}/price-history?cursor=x").code == "BAD_CURSOR"
