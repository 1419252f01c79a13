"""What to order, through the API: of one item, and of all that run low."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from services.inventory.routes import reorder
from tests.builders import product
from tests.integration.inventory.test_inventory_api import Shop
from tests.world import World

pytestmark = pytest.mark.integration


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def sells(shop: Shop, path: str, quantity: float, movement_id: str = "s-1", kind: str = "sale") -> None:
    body = {"movement_id": movement_id, "type": kind, "quantity": quantity}
    shop.owner.post(f"{path}/movements", body).ok(201)


def listed(shop: Shop, query: str = "") -> list[tuple[str | None, list[str]]]:
    found = shop.owner.get(f"/v1/stores/{shop.store_id}/reorder-list{query}").ok()
    return [(s["supplier"], [line["name"] for line in s["lines"]]) for s in found["suppliers"]]


def test_an_item_is_advised_by_what_it_sold(shop: Shop) -> None:
    path = shop.item(quantity=24)
    sells(shop, path, 20)
    sells(shop, path, 2, "b-1", "return_in")
    for _ in range(2):  # before the stream has brought the rows to the ledger's table, and after
        advice = shop.owner.get(f"{path}/reorder").ok()
        assert {n: advice[n] for n in advice if n not in {"since", "until"}} == {
            "average_daily_sales": 18,
            "days_of_cover": 0.3,
            "suggested_reorder_level": 90,
            "suggested_quantity": 90 + 14 * 18 - 6,
        }
        assert advice["since"] < advice["until"]
        shop.world.run()
    other = shop.owner.get(f"{path}/reorder?lead_days=1&safety_days=0&order_days=1").ok()
    assert (other["suggested_reorder_level"], other["suggested_quantity"]) == (18, 30)


def test_an_item_that_never_sold_has_no_cover(shop: Shop) -> None:
    advice = shop.owner.get(f"{shop.item()}/reorder").ok()
    assert (advice["average_daily_sales"], advice["days_of_cover"], advice["suggested_quantity"]) == (0, None, 0)


@pytest.mark.parametrize("query", ["lead_days=61", "lead_days=-1", "safety_days=x", "order_days=0", "order_days=181"])
def test_days_have_bounds(shop: Shop, query: str) -> None:
    assert shop.owner.get(f"{shop.item()}/reorder?{query}").status == 422
    assert shop.owner.get(f"/v1/stores/{shop.store_id}/reorder-list?{query}").status == 422


def test_what_the_shop_does_not_list_has_no_advice(shop: Shop) -> None:
    assert shop.owner.get(f"{shop.list}/{shop.product()}/reorder").code == "ITEM_UNKNOWN"


def furnish(shop: Shop) -> None:
    """Four that are low, of two suppliers and none; and three that are not."""
    shop.item(1, quantity=6, supplier="Zed & Sons")
    shop.item(2, quantity=2.5, supplier="anand traders", cost_price="70")
    shop.item(3, quantity=0, supplier=None)
    shop.item(4, quantity=1, supplier="Anand Traders")
    shop.item(5, quantity=7)
    shop.item(6, quantity=0, reorder_level=None)
    sells(shop, shop.item(7, quantity=6, reorder_level=0), 3)
    shop.world.run()


def names(*numbers: int) -> list[str]:
    return [f"{product(n)['name']} 800 g" for n in numbers]


def test_what_runs_low_is_listed_by_supplier_and_who_has_none_last(shop: Shop) -> None:
    assert listed(shop) == []
    furnish(shop)
    assert listed(shop) == [("anand traders", names(2, 4)), ("Zed & Sons", names(1)), (None, names(3))]
    assert listed(shop, "?supplier=ANAND%20TRADERS") == [("anand traders", names(2, 4))]
    assert listed(shop, "?supplier=") == [(None, names(3))]
    assert listed(shop, "?supplier=nobody") == []
    first = shop.owner.get(f"/v1/stores/{shop.store_id}/reorder-list").ok()["suppliers"][0]["lines"][0]
    assert first == {
        **first,
        "quantity": 2.5,
        "unit": "piece",
        "reorder_level": 6,
        "suggested_reorder_level": 0,
        "average_daily_sales": 0,
        "days_of_cover": None,
        "suggested_quantity": 10,
        "cost_price": "70.00",
    }


def test_a_long_list_comes_in_pages_that_miss_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    furnish(shop)
    monkeypatch.setattr(reorder, "_LINES", 1)
    path, seen = f"/v1/stores/{shop.store_id}/reorder-list", list[Any]()
    cursor = ""
    while True:
        page = shop.owner.get(f"{path}{cursor}").ok()
        seen += [(s["supplier"], line["name"]) for s in page["suppliers"] for line in s["lines"]]
        if page["next_cursor"] is None:
            break
        cursor = f"?cursor={page['next_cursor']}"
    wanted = [("anand traders", 2), ("Anand Traders", 4), ("Zed & Sons", 1), (None, 3)]
    assert seen == [(supplier, *names(n)) for supplier, n in wanted]
    lines, path = list[str](), f"{path}?format=csv"
    while path:
        answer = shop.owner.get(path)
        lines += [row["Name"] for row in csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))]
        path = answer.headers.get("link", "").partition(">")[0].lstrip("<")
    assert lines == names(2, 4, 1, 3)
    assert shop.owner.get(f"/v1/stores/{shop.store_id}/reorder-list?cursor=x").code == "BAD_CURSOR"


def test_as_a_csv_and_as_a_message(world: World) -> None:
    shop = Shop(world)
    furnish(shop)
    answer = shop.owner.get(f"/v1/stores/{shop.store_id}/reorder-list?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [(r["Supplier"], r["Name"], r["Order quantity"], r["Last cost price"]) for r in rows] == [
        ("anand traders", *names(2), "10", "70.00"),
        ("Anand Traders", *names(4), "11", "78.50"),
        ("Zed & Sons", *names(1), "6", "78.50"),
        ("", *names(3), "12", "78.50"),
    ]
    hindi = world.as_user("meera")
    store = world.a_store("meera", languages=["hi"])
    answer = hindi.get(f"/v1/stores/{store}/reorder-list?format=text")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == "कुछ मँगाना नहीं है।\n"
    assert shop.owner.get(f"/v1/stores/{shop.store_id}/reorder-list?format=pdf").status == 422


def test_six_hundred_low_items_are_one_answer_of_few_reads(shop: Shop) -> None:
    """Reads: a page or a dozen of the shop's items, products by the hundred, a ledger or two of each low item."""
    paths = [shop.item(n, quantity=3) for n in range(1, 13)]
    for n, path in enumerate(paths[:4]):
        sells(shop, path, 1, f"s-{n}")
    shop.world.run()
    shop.world.calls.clear()
    listed(shop)
    asked = [(c.operation, c.params.get("TableName")) for c in shop.world.calls if c.service == "dynamodb"]
    assert asked.count(("Query", "StoreInventory")) == 1
    assert asked.count(("Query", "StockMovements")) == 12 + 4
    assert asked.count(("BatchGetItem", None)) == 1
