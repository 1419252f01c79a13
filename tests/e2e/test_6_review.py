"""From a proposal to what all shops see: score, queue, decision, notices; and merges of what many shops stock."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
import requests

from local.process import wait_until
from tests.builders import gtin, product
from tests.e2e.live import CLOCK, PATIENCE, Json, Live, Person, Shop, tell

SHOPS = 50


def until(holds: Callable[[], object], what: str) -> None:
    assert wait_until(lambda: bool(holds()), PATIENCE, step=0.2), what


def review(admin: Person, product_id: str) -> Json | None:
    """What waits of the product, None where nothing does. The queue itself may have thousands here."""
    found = admin.get(f"/v1/admin/reviews/{product_id}")
    return found if found["state"] == "open" else None


def notices(person: Person, path: str, kind: str, about: str) -> list[Json]:
    """Notices of a kind that name something in their text or link."""
    found = (n for n in person.every(path) if n["type"] == kind)
    return [n for n in found if about in n["title"] + n["body"] + n["link"]]


def mails(live: Live, about: str) -> list[Json]:
    """What the engine's mailbox holds that names something."""
    said = requests.get(f"{live.endpoints['aws_endpoint_url']}/_ministack/ses/messages", timeout=30).json()
    return [m for account in said["messages"].values() for m in account if about in str(m)]


def fresh(number: int, **fields: object) -> Json:
    """A product that nobody has; its name can be found again."""
    word = secrets.token_hex(4)
    return product(number, **{"name": f"Gulab Jamun Mix {word}", "brand": "Mithai Ghar", **fields})


def test_what_a_shop_proposes_all_see_once_an_admin_has_approved_it(live: Live, admin: Person) -> None:
    shop, other = live.shop("Proposing Stores"), live.shop("Looking Stores")
    body = fresh(61_001)
    with CLOCK.lap("proposed -> in the queue and told"):
        made = shop.owner.post("/v1/products", body, status=201)
        assert made["verification_status"] == "pending"
        assert 0 < made["quality_score"] < 100
        assert all(issue["message"] and issue["cure"] for issue in made["quality_issues"])
        shop.owner.put(f"{shop.path}/inventory/{made['product_id']}", {"quantity": 4, "unit": "piece"})
        until(lambda: review(admin, made["product_id"]), "it is in no queue")
        until(lambda: notices(admin, "/v1/admin/notifications", "ReviewRequested", body["name"]), "no admin is told")
    assert body["name"] not in [p["name"] for p in other.owner.get("/v1/products", q=body["name"])["items"]]
    waiting = review(admin, made["product_id"])
    assert waiting
    assert "new_product" in waiting["reasons"]
    with CLOCK.lap("approved -> the owner told, and found by all"):
        path = f"/v1/admin/reviews/{made['product_id']}/decision"
        admin.post(path, {"decision": "approve", "changes": {"hsn_code": "1901"}})
        feed = f"{shop.path}/notifications"
        until(lambda: notices(shop.owner, feed, "ProductVerified", body["name"]), "the owner isn't told")
        until(
            lambda: (
                made["product_id"]
                in [p["product_id"] for p in other.owner.get("/v1/products", q=body["name"])["items"]]
            ),
            "others don't find it",
        )
    live.settled("NotificationsSubscriptionsInbox", "QualityReviewSubscriptionsInbox")
    assert review(admin, made["product_id"]) is None
    assert len(notices(admin, "/v1/admin/notifications", "ReviewRequested", body["name"])) == 1
    assert len(notices(shop.owner, feed, "ProductVerified", body["name"])) == 1
    history = admin.get(f"/v1/products/{made['product_id']}/history")["items"]
    assert [h["action"] for h in history][-2:] == ["approved", "created"], "and then it may get names"
    assert shop.stock()[made["product_id"]]["quantity"] == 4


def test_what_is_sent_back_comes_again_and_the_shop_sells_on(live: Live, admin: Person) -> None:
    shop = live.shop("Correcting Stores")
    made = shop.owner.post("/v1/products", fresh(61_002, net_quantity=None), status=201)["product_id"]
    until(lambda: review(admin, made), "it is in no queue")
    admin.post(f"/v1/admin/reviews/{made}/decision", {"decision": "request_changes", "reason": "Say the size."})
    until(lambda: notices(shop.owner, f"{shop.path}/notifications", "ProductReturned", made), "the owner isn't told")
    until(lambda: review(admin, made) is None, "it waits still")
    assert shop.owner.get(f"/v1/products/{made}")["status_reason"] == "Say the size."
    shop.owner.put(f"{shop.path}/inventory/{made}", {"quantity": 3, "unit": "piece"})
    shop.owner.post(
        f"/v1/products/{made}/suggestions",
        {"store_id": shop.store_id, "changes": {"net_quantity": "200 g"}},
        status=201,
    )
    until(lambda: review(admin, made), "it doesn't come again")
    assert shop.owner.get(f"/v1/products/{made}")["verification_status"] == "pending"
    admin.post(f"/v1/admin/reviews/{made}/decision", {"decision": "reject", "reason": "It is known already."})
    until(lambda: notices(shop.owner, f"{shop.path}/notifications", "ProductRejected", made), "the owner isn't told")
    assert shop.stock()[made]["quantity"] == 3


@pytest.fixture(scope="module")
def pair(live: Live, admin: Person) -> tuple[Json, Json]:
    """Two products that are one, both verified."""
    one, other = (
        admin.post("/v1/products", fresh(number, name=f"Besan Laddu {secrets.token_hex(4)}"), status=201)
        for number in (61_003, 61_004)
    )
    return one, other


def test_a_merge_moves_what_fifty_shops_have_and_its_revert_moves_it_back(
    live: Live, admin: Person, pair: tuple[Json, Json]
) -> None:
    gone, stays = (p["product_id"] for p in pair)
    shops: list[Shop] = []
    owner = live.newcomer()
    with CLOCK.lap(f"{SHOPS} shops list the product that is merged, every other one both"):
        for number in range(SHOPS):
            store = owner.post("/v1/stores", {"name": f"Merge Stores {number}", "region": "IN-MH"}, status=201)
            shop = Shop(live, owner, store["store_id"])
            shops.append(shop)
            body = {"quantity": number + 1, "unit": "piece", "selling_price": "80.00", "location": "A1"}
            owner.put(f"{shop.path}/inventory/{gone}", body)
            if number % 2:
                owner.put(f"{shop.path}/inventory/{stays}", {"quantity": 100, "unit": "piece"})
    before = {shop.store_id: _figures(shop, gone, stays) for shop in shops}
    with CLOCK.lap(f"merge -> {SHOPS} shops moved"):
        admin.post(f"/v1/admin/reviews/{gone}/decision", {"decision": "merge", "merge_into": stays})
        until(lambda: not _holders(live, gone), "some shop has the merged one still")
    for number, shop in enumerate(shops):
        moved = _figures(shop, gone, stays)
        assert moved == {gone: None, stays: number + 1 + (100 if number % 2 else 0)}
        ledgers = [owner.get(f"{shop.path}/inventory/{p}/movements")["items"] for p in (gone, stays)]
        assert sum(m["change"] for m in ledgers[0]) == 0
        assert sum(m["change"] for m in ledgers[1]) == moved[stays]
        assert (ledgers[0][0]["type"], ledgers[1][0]["type"]) == ("transfer_out", "transfer_in")
    assert owner.get(f"/v1/products/{gone}")["merged_into"] == stays
    assert owner.get(f"/v1/products/by-barcode/{gtin(61_003)}")["product_id"] == stays
    with CLOCK.lap(f"revert -> {SHOPS} shops as they were"):
        admin.post(f"/v1/admin/reviews/{gone}/revert-merge", {"reason": "They are two."})
        until(lambda: len(_holders(live, gone)) == SHOPS, "some shop lacks the product")
    assert {shop.store_id: _figures(shop, gone, stays) for shop in shops} == before
    tell(f"{SHOPS} shops, merged and back")


def _figures(shop: Shop, *products: str) -> dict[str, int | None]:
    stock = shop.stock()
    return {p: stock[p]["quantity"] if p in stock else None for p in products}


def _holders(live: Live, product_id: str) -> list[str]:
    """The shops that list a product, as the index has them."""
    found = live.tables.query(
        TableName=live.endpoints["tables"]["StoreInventory"],
        IndexName="by_product",
        KeyConditionExpression="product_id = :product",
        ExpressionAttributeValues={":product": {"S": product_id}},
    )
    return [str(i["store_id"]["S"]) for i in found["Items"]]


def test_what_needs_an_admin_is_one_notice_and_one_mail(live: Live, admin: Person) -> None:
    shop = live.shop("Mailing Stores")
    body = fresh(61_005)
    shop.owner.post("/v1/products", body, status=201)
    job = shop.imported(f"broken-{secrets.token_hex(3)}.csv", b"")
    (dead,) = (u for u in live.queue_urls() if "CountsDead" in u)
    live.queues.send_message(QueueUrl=dead, MessageBody='{"no": "such stock take"}')
    feed = "/v1/admin/notifications"

    def dead_letters() -> list[Json]:
        return [n for n in admin.every(feed) if n["type"] == "DeadLettersFound" and "Counts" in str(n)]

    until(lambda: mails(live, body["name"]), "no mail about the review")
    until(lambda: mails(live, job["filename"]), "no mail about the import")
    until(dead_letters, "no notice about the dead letter")
    until(lambda: mails(live, dead_letters()[0]["title"]), "no mail about the dead letter")
    live.queues.purge_queue(QueueUrl=dead)
    live.settled("NotificationsSubscriptionsInbox")
    assert len(notices(admin, feed, "ReviewRequested", body["name"])) == 1
    assert len(notices(admin, feed, "ImportFailed", job["job_id"])) == 1
    assert len(dead_letters()) == 1
    admins = [u for u in live.endpoints["demo_users"] if u["role"] == "admin"]
    for told in (body["name"], job["filename"], dead_letters()[0]["title"]):
        assert len(mails(live, told)) == len(admins), told
