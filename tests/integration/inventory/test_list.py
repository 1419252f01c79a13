"""A shop's list, searched where it lies."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from itertools import product as each
from typing import Any
from urllib.parse import quote

import pytest

from services.inventory import client as inventory
from services.inventory.routes import items as routes
from services.inventory.store import items
from shared.kernel.clock import indian_day, utc_now
from tests.builders import CAUSE, gtin
from tests.integration.inventory.test_inventory_api import SHELF, Shop
from tests.world import World

pytestmark = pytest.mark.integration


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def stocked(shop: Shop, number: int, expires_in: int | None = None, *, labelled: bool = True, **fields: Any) -> str:
    """A product on the shelf as a file puts it there; without a label as it was before there were any; its id."""
    product_id = shop.product(number, **fields.pop("product", {}))
    day = indian_day(utc_now()) + timedelta(days=expires_in) if expires_in is not None else None
    lot = inventory.LotChange(quantity=Decimal(fields.pop("quantity", 20)), expiry_date=day)
    change = inventory.StockChange(product_id=product_id, row=2, lots=[lot], **fields)
    inventory.apply(shop.store_id, [change], job_id=f"job_{number}", cause=CAUSE)
    if labelled:
        shop.owner.patch(f"{shop.list}/{product_id}", {"notes": "labelled"}).ok()
    assert bool(items.get(shop.store_id, product_id).label) is labelled
    if not labelled:
        forget_day(shop, product_id)
    return product_id


def forget_day(shop: Shop, product_id: str) -> None:
    """The day of the next expiry was kept together with labels first."""
    table = items._items()
    stored = table.get(shop.store_id, product_id)
    assert stored
    table.put({k: v for k, v in stored.items() if k != "next_expiry"})


def found(shop: Shop, query: str) -> list[str]:
    return [i["product_id"] for page in shop.owner.pages(f"{shop.list}?{query}") for i in page]


@pytest.mark.parametrize("labelled", [True, False])
def test_each_filter_finds_its_items(shop: Shop, labelled: bool) -> None:
    salt = stocked(
        shop,
        1,
        expires_in=7,
        labelled=labelled,
        product={"name": "Tata Salt", "brand": "Tata", "category": "Salt", "regional_names": {"IN-TN": ["டாடா உப்பு"]}},
        supplier="Tata depot",
        location="Café",
    )
    old = stocked(shop, 2, expires_in=-3, labelled=labelled, quantity=2, reorder_level=Decimal(2), location="A-3")
    plain = stocked(shop, 3, labelled=labelled, quantity=3, reorder_level=Decimal(2), supplier="Tata depot")
    wanted = {
        "": [plain, old, salt],
        "q=tat": [salt],
        "q=%E0%A4%9F%E0%A4%BE%E0%A4%9F%E0%A4%BE": [salt],  # in Hindi
        f"q={quote('உப்பு')}": [salt],
        f"q={gtin(2)}": [old],
        f"q={gtin(2)[:-1]}&category=Salt": [],
        "q=parle": [plain, old],
        "low_stock=true": [old],
        "low_stock=false": [plain, old, salt],
        "expiring_within=0": [old],
        "expiring_within=6": [old],
        "expiring_within=7": [old, salt],
        "expiring_within=365&q=salt": [salt],
        "supplier=Tata%20depot": [plain, salt],
        "supplier=%20Tata%20depot%20": [plain, salt],
        "supplier=tata%20depot": [],
        f"location={quote('Café')}": [salt],
        "category=Salt": [salt],
        "category=Biscuits&supplier=Tata%20depot": [plain],
        "supplier=": [plain, old, salt],
    }
    assert {query: found(shop, query) for query in wanted} == wanted


def test_a_filter_that_is_none_is_refused(shop: Shop) -> None:
    for query in ("expiring_within=-1", "expiring_within=366", "expiring_within=soon", "low_stock=maybe"):
        assert shop.owner.get(f"{shop.list}?{query}").status == 422


def test_sold_out_lots_expire_no_more(shop: Shop) -> None:
    path = f"{shop.list}/{stocked(shop, 1, expires_in=-3)}"
    assert len(found(shop, "expiring_within=30")) == 1
    shop.owner.patch(path, {"quantity": 0}).ok()
    assert found(shop, "expiring_within=30") == []


def test_pages_of_a_search_have_each_item_once(shop: Shop) -> None:
    made = [stocked(shop, n, labelled=n % 3 > 0, quantity=n % 4, reorder_level=Decimal(1)) for n in range(1, 30)]
    low = [p for n, p in enumerate(made, 1) if n % 4 <= 1][::-1]
    for limit, query in each((1, 2, 7, 14, 15, 100), ("low_stock=true", "low_stock=true&q=parle")):
        assert found(shop, f"{query}&limit={limit}") == low
    assert found(shop, "limit=29") == made[::-1]


def test_a_search_goes_so_far_and_its_cursor_goes_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [stocked(shop, n, labelled=n != 2) for n in range(1, 9)]
    monkeypatch.setattr(items, "_READS", 2)
    monkeypatch.setattr(items, "_FIRST_READ", 1)
    rare = f"q={gtin(2)}&limit=1"
    # One item in the first read, the rest (1 MB of them) in the second.
    assert shop.owner.get(f"{shop.list}?{rare}").ok()["items"][0]["product_id"] == made[1]
    monkeypatch.setattr(items, "_READS", 1)
    first = shop.owner.get(f"{shop.list}?{rare}").ok()
    assert (first["items"], bool(first["next_cursor"])) == ([], True)
    assert found(shop, rare) == [made[1]]


def test_what_has_no_label_is_asked_of_the_catalog_so_far(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [stocked(shop, n, labelled=False) for n in range(1, 8)]
    monkeypatch.setattr(routes, "_FACTS_AT_ONCE", 2)
    monkeypatch.setattr(routes, "_FACTS_AT_MOST", 4)
    first = shop.owner.get(f"{shop.list}?q={gtin(1)}").ok()
    assert (first["items"], bool(first["next_cursor"])) == ([], True)
    assert found(shop, f"q={gtin(1)}") == [made[0]]


def test_a_search_costs_few_calls(world: World, shop: Shop) -> None:
    changes = [
        inventory.StockChange(
            product_id=f"prd_{n:04d}",
            row=2,
            label=inventory.label_of([f"Thing No {n}"], None, None),
            lots=[inventory.LotChange(quantity=Decimal(n))],
        )
        for n in range(400)
    ]
    inventory.apply(shop.store_id, changes, job_id="job_1", cause=CAUSE)

    def calls(query: str) -> tuple[int, Counter[str]]:
        world.calls.clear()
        (page,) = [shop.owner.get(f"{shop.list}?{query}").ok()]
        return len(page["items"]), Counter(c.operation for c in world.calls if c.operation in {"Query", "BatchGetItem"})

    assert calls("") == (25, {"Query": 1, "BatchGetItem": 1})
    own = 1  # query of what the store calls products in its own words
    assert calls("q=thing") == (25, {"Query": 1 + own, "BatchGetItem": 1})
    assert calls(f"q={quote('no 7')}") == (1 + 10, {"Query": 2 + own, "BatchGetItem": 1})
    assert calls("q=surf") == (0, {"Query": 2 + own})


def test_a_question_of_many_words_is_asked(shop: Shop) -> None:
    stocked(shop, 1)
    assert found(shop, f"q={quote(' '.join('abcdefghijklmnopqrstuvwxyz' * 3))}") == []
    assert found(shop, f"q={quote('parle ' * 30)}") != []


# --- What a look tells ---


def test_an_item_tells_its_margin_and_what_is_odd(shop: Shop) -> None:
    path = shop.item(cost_price="80.00", selling_price="72.00")
    read = shop.owner.get(path)
    item = read.ok()
    (lot,) = item["lots"]
    assert (item["margin_percent"], lot["margin_percent"]) == (-11.1, -11.1)
    (warning,) = item["warnings"]
    assert (warning["code"], warning["lot_id"]) == ("PRICE_BELOW_COST", lot["lot_id"])
    assert "Rs 72.00" in warning["message"]
    (listed,) = shop.owner.get(shop.list).ok()["items"]
    assert listed == item
    # It isn't kept: what is stored knows nothing of it, and the same again is no new version.
    (stored,) = shop.world.rows("StoreInventory")
    assert not {"warnings", "margin_percent"} & {*stored, *stored["lots"][0]}
    same = {**SHELF, "cost_price": "80.00", "selling_price": "72.00"}
    assert shop.owner.put(path, same).etag == read.etag == '"1"'


def test_stock_below_zero_and_expired_stock_are_told_of(shop: Shop) -> None:
    path = f"{shop.list}/{stocked(shop, 1, expires_in=-1)}"
    assert [w["code"] for w in shop.owner.get(path).ok()["warnings"]] == ["EXPIRED_STOCK"]
    gone = {"movement_id": "m-1", "type": "expired", "quantity": 21}
    shop.owner.post(f"{path}/movements", gone).ok(201)
    item = shop.owner.get(path).ok()
    assert ([w["code"] for w in item["warnings"]], item["margin_percent"]) == (["NEGATIVE_STOCK"], None)
