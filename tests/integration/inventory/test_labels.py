"""Labels of items stay true when their products change."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from services.inventory.domain.item import Item
from services.inventory.domain.label import label_of
from services.inventory.store import items
from tests.builders import CAUSE, gtin, product, sheet
from tests.integration.inventory.test_inventory_api import Shop
from tests.world import Call, World

pytestmark = pytest.mark.integration


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def found(shop: Shop, q: str) -> int:
    return len(shop.owner.get(f"{shop.list}?q={quote(q)}").ok()["items"])


def renamed(world: World, product_id: str, **fields: Any) -> None:
    world.as_admin().patch(f"/v1/products/{product_id}", fields).ok()


def stored(shop: Shop, path: str) -> Item:
    return items.get(shop.store_id, path.rsplit("/", 1)[1])


def test_a_renamed_product_is_found_by_its_new_name_in_every_store(world: World, shop: Shop) -> None:
    path = shop.item()
    product_id = path.rsplit("/", 1)[1]
    others = [Shop(world, f"owner-{n}") for n in range(3)]
    for other in others:
        other.owner.put(f"{other.list}/{product_id}", {"quantity": 1}).ok()
    world.run()
    told = len(world.events("StockChanged"))
    renamed(world, product_id, name="Monaco Crackers", category="Crackers")
    world.run()
    for one in (shop, *others):
        assert (found(one, "monaco"), found(one, "gluco")) == (1, 0)
        assert len(one.owner.get(f"{one.list}?category=Crackers").ok()["items"]) == 1
    # No news to a shop: nothing moved.
    assert len(world.events("StockChanged")) == told
    assert len(shop.owner.get(f"{path}/movements").ok()["items"]) == 1


def test_a_name_of_a_region_and_a_barcode_are_on_the_label(world: World, shop: Shop) -> None:
    path = f"{shop.list}/{shop.product(1, barcode=None)}"
    shop.owner.put(path, {"quantity": 1}).ok()
    renamed(world, path.rsplit("/", 1)[1], regional_names={"IN-KA": ["ಉಪ್ಪು"]}, barcode=gtin(77))
    world.run()
    assert (found(shop, "ಉಪ್ಪು"), found(shop, "uppu"), found(shop, gtin(77))) == (1, 1, 1)


def test_an_event_that_comes_again_or_late_makes_no_version(world: World, shop: Shop) -> None:
    path = shop.item()
    product_id = path.rsplit("/", 1)[1]
    world.run()
    renamed(world, product_id, name="Monaco Crackers")
    renamed(world, product_id, name="Krackjack Crackers")
    world.run()
    item = stored(shop, path)
    assert item.version == 3, "once for its new name, and once for those that it has in other languages then"
    first, second, *_ = (e for e in world.bus if e["detail-type"] == "ProductUpdated")
    for event in (second, first, first):
        world.tell("inventory", event)
    world.run(twice=True)
    assert stored(shop, path) == item
    assert (found(shop, "krackjack"), found(shop, "monaco")) == (1, 0)


def test_the_newer_event_may_come_first(world: World, shop: Shop) -> None:
    path = shop.item()
    product_id = path.rsplit("/", 1)[1]
    renamed(world, product_id, name="Monaco Crackers")
    renamed(world, product_id, name="Krackjack Crackers")
    world.run()
    first, second, *_ = (e for e in world.bus if e["detail-type"] == "ProductUpdated")
    labelled = stored(shop, path)
    stale = labelled.touched(CAUSE, label=label_of(["Gluco Biscuits"], None, None))  # as if none had come
    items.save(stale, labelled, CAUSE)
    world.tell("inventory", second)
    world.tell("inventory", first)
    world.run()
    assert stored(shop, path).label == labelled.label


def test_what_is_not_on_the_label_touches_nothing(world: World, shop: Shop) -> None:
    path = shop.item()
    world.run()
    world.calls.clear()
    renamed(world, path.rsplit("/", 1)[1], mrp="91.00")
    world.run()
    assert stored(shop, path).version == 1
    assert not [c for c in world.calls if c.params.get("IndexName") == "by_product"]


def test_a_label_of_older_facts_is_never_written_over_a_newer_one(world: World, shop: Shop) -> None:
    path = shop.item()
    product_id = path.rsplit("/", 1)[1]
    world.run()
    renamed(world, product_id, name="Monaco Crackers")

    def rival(call: Call) -> None:
        """Just before the first label is written the product changes again, and another worker labels the item."""
        if call.operation == "PutItem" and call.params["TableName"] == "StoreInventory":
            world.before = None
            renamed(world, product_id, name="Krackjack Crackers")
            item = stored(shop, path)
            label = label_of(["Krackjack Crackers Parle"], gtin(1), "Biscuits")
            items.save(item.touched(CAUSE, label=label), item, CAUSE)

    world.before = rival
    world.run()
    assert (found(shop, "krackjack"), found(shop, "monaco")) == (1, 0)


def test_who_is_off_the_list_meanwhile_stays_off(world: World, shop: Shop) -> None:
    path = shop.item()
    world.run()
    renamed(world, path.rsplit("/", 1)[1], name="Monaco Crackers")

    def rival(call: Call) -> None:
        if call.operation == "PutItem" and call.params["TableName"] == "StoreInventory":
            world.before = None
            shop.owner.delete(path).ok(204)

    world.before = rival
    world.run()
    assert shop.owner.get(path).status == 404


def test_what_a_file_lists_is_labelled(world: World, shop: Shop) -> None:
    world.as_admin().post("/v1/products", product(1, regional_names={"IN-MH": ["पार्ले बिस्किट"]})).ok(201)
    world.run()
    rows = [["Parle-G Gluco", gtin(1), "800 g", 24, "90", "86"], ["Tata Salt", gtin(2), "1 kg", 4, "28", "27"]]
    world.drop(shop.store_id, "stock.csv", sheet(rows))
    world.run()
    assert all(row.get("words") for row in world.rows("StoreInventory"))
    assert (found(shop, "biskit"), found(shop, "टाटा"), found(shop, gtin(2))) == (1, 1, 1)


def test_a_patch_labels_what_had_no_label(shop: Shop) -> None:
    path = shop.item()
    item = stored(shop, path)
    items.save(item.touched(CAUSE, label=None), item, CAUSE)
    shop.owner.patch(path, {"notes": "x"}).ok()
    assert stored(shop, path).label == item.label
