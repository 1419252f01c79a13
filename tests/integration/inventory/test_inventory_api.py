"""/v1/stores/{store_id}/inventory"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.inventory import client as inventory
from tests.builders import CAUSE, gtin, product
from tests.world import Call, World

pytestmark = pytest.mark.integration

SHELF = {
    "quantity": 24,
    "unit": "piece",
    "cost_price": "78.50",
    "selling_price": "86.00",
    "mrp": "90.00",
    "reorder_level": 6,
    "supplier": "Parle depot, Vile Parle",
    "location": "A-3",
    "notes": "Front shelf",
}


class Shop:
    """One shop, its owner and a product it may stock."""

    def __init__(self, world: World, owner: str = "ravi") -> None:
        self.world = world
        self.owner = world.as_user(owner)
        self.store_id = world.a_store(owner)
        self.list = f"/v1/stores/{self.store_id}/inventory"

    def product(self, number: int = 1, **fields: Any) -> str:
        """A verified product; answers its id."""
        return str(self.world.as_admin().post("/v1/products", product(number, **fields)).ok(201)["product_id"])

    def item(self, number: int = 1, **fields: Any) -> str:
        """A product on the shelf; answers the item's path."""
        path = f"{self.list}/{self.product(number)}"
        self.owner.put(path, {**SHELF, **fields}).ok()
        return path


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def two_lots(shop: Shop) -> str:
    """An item with two lots, as an import makes it; its path."""
    path = shop.item()
    change = inventory.StockChange(
        product_id=path.rsplit("/", 1)[1],
        row=2,
        lots=[
            inventory.LotChange(mrp=Decimal(90), quantity=Decimal(10), selling_price=Decimal(86)),
            inventory.LotChange(mrp=Decimal(95), quantity=Decimal(5), selling_price=Decimal(91)),
        ],
    )
    (done,) = inventory.apply(shop.store_id, [change], job_id="job_1", cause=CAUSE)
    assert done.status == "changed"
    return path


def test_an_item_is_put_and_read_back(shop: Shop) -> None:
    path = f"{shop.list}/{shop.product()}"
    answer = shop.owner.put(path, SHELF)
    item = answer.ok()
    assert answer.etag == '"1"'
    assert {n: item[n] for n in SHELF} == SHELF
    assert item["product"]["name"] == product(1)["name"]
    assert item["product"]["verification_status"] == "verified"
    (lot,) = item["lots"]
    assert (lot["mrp"], lot["quantity"], lot["selling_price"]) == ("90.00", 24, "86.00")
    read = shop.owner.get(path)
    assert read.etag == '"1"'
    assert {k: v for k, v in read.ok().items() if k != "last_updated"} == {
        k: v for k, v in item.items() if k != "last_updated"
    }
    assert "import_marks" not in item


def test_an_item_of_a_product_nobody_knows_is_refused(shop: Shop) -> None:
    answer = shop.owner.put(f"{shop.list}/prd_NOWHERE", SHELF)
    assert (answer.status, answer.code) == (404, "PRODUCT_UNKNOWN")


def test_a_put_replaces_the_item_whole(shop: Shop) -> None:
    path = shop.item()
    answer = shop.owner.put(path, {"quantity": 3, "mrp": "90.00"})
    item = answer.ok()
    assert answer.etag == '"2"'
    assert (item["quantity"], item["mrp"]) == (3, "90.00")
    gone = ("cost_price", "selling_price", "reorder_level", "supplier", "location", "notes")
    assert {n: item[n] for n in gone} == dict.fromkeys(gone)


def test_a_patch_changes_what_it_names_and_keeps_the_rest(shop: Shop) -> None:
    path = shop.item()
    item = shop.owner.patch(path, {"quantity": 30.5, "notes": None, "selling_price": 85}).ok()
    assert item == {
        **item,
        **SHELF,
        "quantity": 30.5,
        "notes": None,
        "selling_price": "85.00",
        "version": 2,
    }
    assert shop.owner.patch(path, {"quantity": None}).status == 422
    assert shop.owner.patch(f"{shop.list}/{shop.product(2)}", {"quantity": 1}).code == "ITEM_UNKNOWN"


def test_writing_what_is_there_makes_no_version(shop: Shop) -> None:
    path = shop.item()
    assert shop.owner.put(path, SHELF).etag == '"1"'
    assert shop.owner.patch(path, {"quantity": 24}).etag == '"1"'


def test_a_deleted_item_is_gone_and_may_be_put_again(shop: Shop) -> None:
    path = shop.item()
    assert shop.owner.delete(path).status == 204
    assert shop.owner.get(path).code == "ITEM_UNKNOWN"
    assert shop.owner.delete(path).status == 404
    assert shop.owner.put(path, SHELF).etag == '"1"'


def test_stale_writes_are_refused(shop: Shop) -> None:
    path = shop.item()
    shop.owner.patch(path, {"quantity": 20}, if_match='"1"').ok()
    for late in (
        shop.owner.put(path, SHELF, if_match='"1"'),
        shop.owner.patch(path, {"quantity": 1}, if_match='"1"'),
        shop.owner.delete(path, if_match='"1"'),
    ):
        assert (late.status, late.code) == (412, "STALE")
    assert shop.owner.get(path).ok()["quantity"] == 20


def test_two_writers_at_once_both_come_through(world: World, shop: Shop) -> None:
    path = shop.item()

    def rival(call: Call) -> None:
        if call.operation == "PutItem":
            world.before = None
            shop.owner.patch(path, {"location": "B-7"}).ok()

    world.before = rival
    item = shop.owner.patch(path, {"quantity": 5}).ok()
    assert (item["quantity"], item["location"], item["version"]) == (5, "B-7", 3)


def test_a_price_above_the_mrp_is_refused(shop: Shop) -> None:
    path = f"{shop.list}/{shop.product(1, mrp='90.00')}"
    for body in ({"mrp": "90.00", "selling_price": "90.01"}, {"selling_price": "91.00"}):
        answer = shop.owner.put(path, {"quantity": 1, **body})
        assert (answer.status, answer.code) == (422, "PRICE_ABOVE_MRP")
        assert answer.body["errors"][0]["pointer"] == "/selling_price"
    # The product's MRP is a reference and never blocks a lot that has its own.
    assert shop.owner.put(path, {"quantity": 1, "mrp": "95.00", "selling_price": "94.00"}).status == 200
    assert shop.owner.patch(path, {"mrp": "93.00"}).code == "PRICE_ABOVE_MRP"
    assert shop.owner.patch(path, {"mrp": "93.00", "selling_price": "93.00"}).status == 200


def test_prices_of_several_lots_need_the_lot(shop: Shop) -> None:
    path = two_lots(shop)
    item = shop.owner.get(path).ok()
    assert [(lot["mrp"], lot["quantity"]) for lot in item["lots"]] == [("90.00", 10), ("95.00", 5)]
    assert (item["quantity"], item["mrp"], item["selling_price"]) == (15, "95.00", "91.00")
    answer = shop.owner.put(path, SHELF)
    assert (answer.status, answer.code) == (409, "LOT_REQUIRED")
    assert shop.owner.patch(path, {"selling_price": "80.00"}).code == "LOT_REQUIRED"
    first = item["lots"][0]["lot_id"]
    changed = shop.owner.patch(path, {"selling_price": "80.00", "lot_id": first}).ok()
    assert [lot["selling_price"] for lot in changed["lots"]] == ["80.00", "91.00"]
    unknown = shop.owner.patch(path, {"selling_price": "80.00", "lot_id": "lot_no"})
    assert (unknown.status, unknown.code) == (404, "LOT_UNKNOWN")


def test_the_quantity_of_several_lots_is_their_sum(shop: Shop) -> None:
    path = two_lots(shop)
    item = shop.owner.patch(path, {"quantity": 12}).ok()
    assert item["quantity"] == 12
    assert sum(lot["quantity"] for lot in item["lots"]) == 12
    # Facts that are no prices need no lot.
    assert shop.owner.patch(path, {"location": "C-1"}).ok()["location"] == "C-1"


def test_a_quantity_below_every_lot_leaves_no_lot_below_zero(shop: Shop) -> None:
    item = shop.owner.patch(two_lots(shop), {"quantity": 2}).ok()
    assert item["quantity"] == 2
    assert all(lot["quantity"] >= 0 for lot in item["lots"])


def test_money_is_text_and_quantities_are_numbers(shop: Shop) -> None:
    path = f"{shop.list}/{shop.product(1, mrp=None)}"
    item = shop.owner.put(path, '{"quantity": 12.125, "unit": "kg", "selling_price": 52, "cost_price": 40.10}').ok()
    assert item["quantity"] == 12.125
    assert (item["selling_price"], item["cost_price"], item["mrp"]) == ("52.00", "40.10", None)
    for body in ('{"quantity": 1.1234}', '{"quantity": NaN}', '{"selling_price": 52.005}', '{"quantity": "x"}'):
        assert shop.owner.put(path, body).status in {400, 422}
    assert shop.owner.get(path).ok()["quantity"] == 12.125


def test_two_stores_never_see_each_other(world: World, shop: Shop) -> None:
    path = shop.item()
    other = Shop(world, "meena")
    product_id = path.rsplit("/", 1)[1]
    assert other.owner.get(f"{other.list}/{product_id}").status == 404
    other.owner.put(f"{other.list}/{product_id}", {**SHELF, "quantity": 1}).ok()
    assert shop.owner.get(path).ok()["quantity"] == 24
    for answer in (
        other.owner.get(shop.list),
        other.owner.get(path),
        other.owner.put(path, SHELF),
        other.owner.patch(path, {"quantity": 0}),
        other.owner.delete(path),
    ):
        assert (answer.status, answer.code) == (404, "STORE_UNKNOWN")
    assert [i["store_id"] for i in other.owner.get(other.list).ok()["items"]] == [other.store_id]
    # An owner of both sees both, each in its place.
    both = world.a_store("ravi", name="Second shop")
    assert shop.owner.get(f"/v1/stores/{both}/inventory").ok()["items"] == []


def test_an_admin_sees_any_store(world: World, shop: Shop) -> None:
    assert world.as_admin().get(shop.item()).ok()["quantity"] == 24


def test_a_list_is_paged_and_searched(shop: Shop) -> None:
    paths = [shop.item(n, quantity=n, reorder_level=3) for n in range(1, 8)]
    newest_first = [p.rsplit("/", 1)[1] for p in reversed(paths)]
    pages = list(shop.owner.pages(f"{shop.list}?limit=3"))
    assert [i["product_id"] for page in pages for i in page] == newest_first
    assert [len(p) for p in pages][:2] == [3, 3]
    low = [i["quantity"] for page in shop.owner.pages(f"{shop.list}?low_stock=true&limit=2") for i in page]
    assert sorted(low) == [1, 2, 3]
    found = shop.owner.get(f"{shop.list}?q=parle%20gluco%20biscuits%20no%205").ok()["items"]
    assert [i["quantity"] for i in found] == [5]
    assert shop.owner.get(f"{shop.list}?q=surf").ok()["items"] == []


def test_a_pending_product_of_another_shop_may_be_stocked(world: World, shop: Shop) -> None:
    world.a_store("meena")
    pending = world.as_user("meena").post("/v1/products", product(9)).ok(201)["product_id"]
    item = shop.owner.put(f"{shop.list}/{pending}", {"quantity": 2}).ok()
    assert item["product"]["verification_status"] == "pending"


def test_changes_are_told_on_the_bus(world: World, shop: Shop) -> None:
    path = shop.item()
    shop.owner.patch(path, {"quantity": 20}).ok()
    shop.owner.delete(path)
    world.run()
    told = [(i["quantity"], i["previous_quantity"]) for e in world.events("StockChanged") for i in e["items"]]
    assert [(float(q) if q is not None else None, float(p) if p is not None else None) for q, p in told] == [
        (24.0, None),
        (20.0, 24.0),
        (None, 20.0),
    ]
    assert {e["store_id"] for e in world.events("StockChanged")} == {shop.store_id}
    ids = [e["detail"]["metadata"]["event_id"] for e in world.bus if e["detail-type"] == "StockChanged"]
    assert len(set(ids)) == len(ids)


def test_a_batch_of_changes_tells_at_most_a_hundred_items_an_event(world: World, shop: Shop) -> None:
    changes = [
        inventory.StockChange(product_id=f"prd_{n:04d}", row=n + 2, lots=[inventory.LotChange(quantity=Decimal(n))])
        for n in range(120)
    ]
    inventory.apply(shop.store_id, changes, job_id="job_1", cause=CAUSE)
    world.run()
    assert [len(e["items"]) for e in world.events("StockChanged")] == [100, 20]
    inventory.apply(shop.store_id, changes, job_id="job_1", cause=CAUSE)
    world.run()
    assert len(world.events("StockChanged")) == 2


def test_the_barcode_is_in_the_summary(shop: Shop) -> None:
    assert shop.owner.get(shop.item()).ok()["product"]["barcode"] == gtin(1)
