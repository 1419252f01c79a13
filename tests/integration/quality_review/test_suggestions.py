"""What stores would change of shared products: who may, who decides, and when they agree."""

from __future__ import annotations

from typing import Any

import pytest

from events.image_ingest import ImageIngested, IngestedImage, PictureUrls
from tests.builders import CAUSE, product
from tests.integration.quality_review.test_reviews import QUEUE, decide, lookalikes, proposed, queue, verified
from tests.world import Answer, Call, World

pytestmark = pytest.mark.integration


def suggest(world: World, owner: str, store_id: str, product_id: str, reason: str = "", **changes: Any) -> Answer:
    body = {"store_id": store_id, "changes": changes, **({"reason": reason} if reason else {})}
    return world.as_user(owner).post(f"/v1/products/{product_id}/suggestions", body)


def suggested(world: World, owner: str, store_id: str, product_id: str, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = suggest(world, owner, store_id, product_id, **changes).ok(201)
    world.run()
    return made


def settle(world: World, product_id: str, suggestion_id: str, accept: bool, **more: Any) -> Answer:
    path = f"{QUEUE}/{product_id}/suggestions/{suggestion_id}/decision"
    headers = {name: more.pop(name) for name in ("if_match", "idempotency_key") if name in more}
    return world.as_admin().post(path, {"accept": accept, **more}, **headers)


def test_a_suggestion_waits_and_is_taken_over(world: World) -> None:
    store_id, product_id = world.a_store("ravi"), verified(world, 1)
    made = suggested(world, "ravi", store_id, product_id, category="Glucose Biscuits")
    assert made["status"] == "open"
    assert made["changes"] == [{"field": "category", "now": "Biscuits", "suggested": "Glucose Biscuits"}]
    (item,) = queue(world, "?reason=suggestion")
    assert (item["reasons"], item["product"]["category"]) == (["suggestion"], "Biscuits")
    assert [s["suggestion_id"] for s in item["suggestions"]] == [made["suggestion_id"]]
    done = settle(world, product_id, made["suggestion_id"], accept=True).ok()
    assert (done["status"], done["changes"][0]["now"]) == ("accepted", "Glucose Biscuits")
    assert settle(world, product_id, made["suggestion_id"], accept=True).ok() == done
    assert settle(world, product_id, made["suggestion_id"], accept=False).code == "SUGGESTION_SETTLED"
    world.run()
    (told,) = world.events("SuggestionSettled")
    assert (told["accepted"], told["store_id"], told["suggested_by"], told["fields"]) == (
        True, store_id, "ravi", ["category"],
    )  # fmt: skip
    (settled,) = world.events("ReviewSettled")
    assert settled["outcome"] == "suggestions"
    now = world.as_admin().get(f"/v1/products/{product_id}").ok()
    assert (now["category"], now["provenance"]["category"]) == ("Glucose Biscuits", "store")
    entry = world.as_admin().get(f"/v1/products/{product_id}/history").ok()["items"][0]
    assert entry["actor"] == "admin-asha"
    assert store_id in entry["reason"]


def test_a_suggestion_is_declined_with_a_reason_that_its_store_reads(world: World) -> None:
    store_id, product_id = world.a_store("ravi"), verified(world, 1)
    made = suggested(world, "ravi", store_id, product_id, name="Cheapest Biscuits")
    settle(world, product_id, made["suggestion_id"], accept=False, reason="That is no name").ok()
    (mine,) = world.as_user("ravi").get(f"/v1/products/{product_id}/suggestions").ok()["items"]
    assert (mine["status"], mine["settled_reason"]) == ("declined", "That is no name")
    entry = world.as_admin().get(f"/v1/products/{product_id}/history").ok()["items"][0]
    assert (entry["action"], entry["actor"], entry["changes"]) == ("suggestion_declined", "admin-asha", [])
    assert entry["reason"] == f"Suggested by the store {store_id}: name. That is no name"
    assert world.as_admin().get(f"/v1/products/{product_id}").ok()["name"] == product(1)["name"]
    assert queue(world) == []


def test_a_store_hears_that_the_catalog_stays_as_it_is_and_why(world: World) -> None:
    store_id, product_id = world.a_store("ravi"), verified(world, 1)
    made = suggested(world, "ravi", store_id, product_id, name="Cheapest Biscuits")
    settle(world, product_id, made["suggestion_id"], accept=False, reason="hm").ok()
    world.run()
    feed = f"/v1/stores/{store_id}/notifications"
    bodies = [
        world.as_user("ravi").get(feed, accept_language=language).ok()["items"][0]["body"] for language in ("en", "hi")
    ]
    assert bodies == ["hm. The catalog stays as it is.", "hm। कैटलॉग में यह जैसा था वैसा ही रहेगा।"]


def test_what_stores_suggest_of_one_product_in_a_day_is_one_notice(world: World) -> None:
    product_id = verified(world, 1)
    for owner in ("ravi", "meena"):  # the first is settled before the second comes: its review is told anew
        made = suggested(world, owner, world.a_store(owner), product_id, name=f"{owner}'s Biscuits")
        settle(world, product_id, made["suggestion_id"], accept=False, reason="No.").ok()
        world.run(twice=True)
    assert [e["reasons"] for e in world.events("ReviewRequested")[-2:]] == [["suggestion"]] * 2
    feed = world.as_admin().get("/v1/admin/notifications").ok()["items"]
    name = product(1)["name"]
    assert [n["title"] for n in feed if "change" in n["title"]] == [f"A change of {name} is suggested"]


def test_a_decline_that_was_cut_off_stands_in_the_history_once(world: World) -> None:
    store_id, product_id = world.a_store("ravi"), verified(world, 1)
    made = suggested(world, "ravi", store_id, product_id, category="X")["suggestion_id"]

    def dies(call: Call) -> None:
        if call.operation == "TransactWriteItems" and "Suggestions" in str(call.params):
            world.before = None
            raise RuntimeError("gone")

    world.before = dies
    key = {"idempotency_key": "declined-once", "if_match": '"1"'}
    assert settle(world, product_id, made, accept=False, **key).status == 500
    assert settle(world, product_id, made, accept=False, **key).ok()["status"] == "declined"
    history = world.as_admin().get(f"/v1/products/{product_id}/history").ok()["items"]
    assert [e["action"] for e in history if e["action"] != "created"] == ["suggestion_declined"]


@pytest.mark.parametrize("accept", [True, False])
def test_who_insists_on_the_product_he_saw_is_told_that_it_changed(world: World, accept: bool) -> None:
    store_id, product_id = world.a_store("ravi"), verified(world, 1)
    made = suggested(world, "ravi", store_id, product_id, category="X")["suggestion_id"]
    world.as_admin().patch(f"/v1/products/{product_id}", {"hsn_code": "1905"}).ok()
    refused = settle(world, product_id, made, accept, if_match='"1"')
    assert (refused.status, refused.code) == (412, "STALE")
    assert settle(world, product_id, "sug_none", accept, if_match='"1"').code == "SUGGESTION_UNKNOWN"
    read = world.as_admin().get(f"{QUEUE}/{product_id}")
    done = settle(world, product_id, made, accept, if_match=read.etag)
    assert (done.ok()["status"], done.etag) == ("accepted" if accept else "declined", '"3"')


def test_somebody_who_is_quicker_is_noticed_by_who_insists(world: World) -> None:
    store_id, product_id = world.a_store("ravi"), verified(world, 1)
    made = suggested(world, "ravi", store_id, product_id, category="X")["suggestion_id"]

    def quicker(call: Any) -> None:
        if any("ProductHistory" in str(w) for w in call.params.get("TransactItems", ())):
            world.before = None
            world.as_admin().patch(f"/v1/products/{product_id}", {"hsn_code": "1905"}).ok()

    world.before = quicker
    assert settle(world, product_id, made, accept=True, if_match='"1"').code == "STALE"
    now = world.as_admin().get(f"/v1/products/{product_id}").ok()
    assert (now["category"], now["hsn_code"], now["version"]) == ("Biscuits", "1905", 2)
    assert settle(world, product_id, made, accept=True).ok()["status"] == "accepted"


def test_who_insists_and_was_cut_off_is_answered_when_he_asks_again_under_his_key(world: World) -> None:
    store_id, product_id = world.a_store("ravi"), verified(world, 1)
    made = suggested(world, "ravi", store_id, product_id, category="X")["suggestion_id"]

    def dies(call: Any) -> None:
        if any("Suggestions" in str(w) for w in call.params.get("TransactItems", ())):
            world.before = None
            raise RuntimeError("gone")

    world.before = dies
    headers = {"if_match": '"1"', "idempotency_key": "k-1"}
    assert settle(world, product_id, made, accept=True, **headers).status == 500
    assert settle(world, product_id, made, accept=True, **headers).ok()["status"] == "accepted"
    assert world.as_admin().get(f"/v1/products/{product_id}").ok()["version"] == 2


def test_a_store_is_its_owners_alone(world: World) -> None:
    mine, theirs = world.a_store("ravi"), world.a_store("meena")
    product_id = verified(world, 1)
    assert suggest(world, "ravi", theirs, product_id, category="X").code == "STORE_UNKNOWN"
    assert suggest(world, "ravi", "str_NONE", product_id, category="X").code == "STORE_UNKNOWN"
    assert suggest(world, "stranger", mine, product_id, category="X").code == "OWNERS_ONLY"
    assert suggest(world, "ravi", mine, "prd_NONE", category="X").code == "PRODUCT_UNKNOWN"
    suggested(world, "ravi", mine, product_id, category="X")
    suggested(world, "meena", theirs, product_id, category="Y")
    path = f"/v1/products/{product_id}/suggestions"
    assert [s["store_id"] for s in world.as_user("meena").get(path).ok()["items"]] == [theirs]
    assert [s["store_id"] for s in world.as_admin().get(path).ok()["items"]] == [theirs, mine]
    assert [len(p) for p in world.as_admin().pages(f"{path}?limit=1")] == [1, 1]


def test_what_says_nothing_new_is_no_suggestion(world: World) -> None:
    store_id, product_id = world.a_store("ravi"), verified(world, 1)
    for changes in ({}, {"category": "Biscuits"}, {"net_quantity": "0.8 kg", "category": "Biscuits"}):
        answered = suggest(world, "ravi", store_id, product_id, **changes)
        expected = (201, None) if "net_quantity" in changes else (422, "NOTHING_SUGGESTED")
        assert (answered.status, None if answered.status == 201 else answered.code) == expected
    too_long: dict[str, Any] = {"attributes": {f"k{n}": "x" * 2000 for n in range(5)}}
    assert suggest(world, "ravi", store_id, product_id, **too_long).code == "SUGGESTION_TOO_LARGE"


def test_the_same_suggestion_again_is_the_same_one(world: World) -> None:
    store_id, product_id = world.a_store("ravi"), verified(world, 1)
    first = suggested(world, "ravi", store_id, product_id, category="X", mrp=95)
    assert suggested(world, "ravi", store_id, product_id, mrp="95.00", category="X") == first
    assert len(world.rows("Suggestions")) == 1


def test_of_his_own_product_that_waits_an_owner_changes_what_he_likes(world: World) -> None:
    store_id = world.a_store("ravi")
    product_id = proposed(world)
    made = suggested(world, "ravi", store_id, product_id, category="X", regional_names={"IN-MH": ["पार्ले"]})
    assert made["status"] == "accepted"
    now = world.as_user("ravi").get(f"/v1/products/{product_id}").ok()
    assert (now["category"], now["verification_status"], now["regional_names"]) == (
        "X", "pending", {"IN-MH": ["पार्ले"]},
    )  # fmt: skip
    assert [i["reasons"] for i in queue(world)] == [["new_product"]]
    other = world.a_store("meena")
    assert suggested(world, "meena", other, product_id, category="Y")["status"] == "open"
    assert [i["reasons"] for i in queue(world)] == [["new_product", "suggestion"]]


def test_a_regions_names_come_to_those_of_others(world: World) -> None:
    store_id = world.a_store("ravi")
    product_id = verified(world, 1, name="Zorbix Biscuits", regional_names={"IN-MH": ["पार्ले-जी"]})
    made = suggested(world, "ravi", store_id, product_id, regional_names={"IN-TN": ["பார்லே"]})
    assert made["changes"] == [{"field": "regional_names.IN-TN", "now": None, "suggested": ["பார்லே"]}]
    settle(world, product_id, made["suggestion_id"], accept=True).ok()
    now = world.as_admin().get(f"/v1/products/{product_id}").ok()["regional_names"]
    assert now == {"IN-MH": ["पार्ले-जी"], "IN-TN": ["பார்லே"]}


def test_three_stores_that_agree_need_no_reviewer(world: World) -> None:
    product_id = verified(world, 1)
    stores = {owner: world.a_store(owner) for owner in ("ravi", "meena", "arjun")}
    for owner, store_id in stores.items():
        suggested(world, owner, store_id, product_id, category="Glucose Biscuits", gst_rate=5)
        suggested(world, owner, store_id, product_id, name=f"Name by {owner}", category="Glucose Biscuits")
    now = world.as_admin().get(f"/v1/products/{product_id}").ok()
    assert (now["category"], now["gst_rate"], now["name"]) == ("Glucose Biscuits", 5, product(1)["name"])
    entry = world.as_admin().get(f"/v1/products/{product_id}/history").ok()["items"][0]
    assert entry["actor"] == "agreement"
    assert all(store_id in entry["reason"] for store_id in stores.values())
    assert [e["accepted"] for e in world.events("SuggestionSettled")] == [True] * 3
    (item,) = queue(world)
    assert len(item["suggestions"]) == 3, "the names wait for a person"


def test_however_many_stores_agree_the_product_is_changed(world: World) -> None:
    product_id = verified(world, 1)
    for number in range(20):
        suggest(world, f"owner-{number}", world.a_store(f"owner-{number}"), product_id, category="X").ok(201)
    world.run()
    assert world.as_admin().get(f"/v1/products/{product_id}").ok()["category"] == "X"
    reason = world.as_admin().get(f"/v1/products/{product_id}/history").ok()["items"][0]["reason"]
    assert reason.startswith("20 stores say so: str_")
    assert reason.endswith(", …")
    assert queue(world) == []


def test_the_same_store_or_person_is_not_counted_twice(world: World) -> None:
    product_id = verified(world, 1)
    first, second, third = (world.a_store("ravi") for _ in range(3))
    for store_id in (first, second, third):
        suggested(world, "ravi", store_id, product_id, category="X")
    assert world.as_admin().get(f"/v1/products/{product_id}").ok()["category"] == "Biscuits"


def test_what_the_catalog_will_not_take_waits_for_a_person(world: World) -> None:
    verified(world, 1, barcode=None, name="Marie", brand="Britannia")
    product_id = verified(world, 2, barcode=None, name="Marie", brand=None)
    for owner in ("ravi", "meena", "arjun"):
        suggested(world, owner, world.a_store(owner), product_id, brand="Britannia")
    assert world.as_admin().get(f"/v1/products/{product_id}").ok()["brand"] is None
    (item,) = queue(world)
    refused = settle(world, product_id, item["suggestions"][0]["suggestion_id"], accept=True)
    assert refused.code == "PRODUCT_EXISTS"
    assert len(queue(world)[0]["suggestions"]) == 3


def test_what_an_admin_changes_himself_answers_those_who_said_so(world: World) -> None:
    store_id, product_id = world.a_store("ravi"), verified(world, 1)
    suggested(world, "ravi", store_id, product_id, category="X")
    world.as_admin().patch(f"/v1/products/{product_id}", {"category": "X"}).ok()
    world.run(twice=True)
    (told,) = world.events("SuggestionSettled")
    assert told["accepted"]
    assert queue(world) == []


@pytest.mark.parametrize("decision", ["reject", "merge"])
def test_of_a_product_that_is_gone_suggestions_are_declined(world: World, decision: str) -> None:
    store_id, product_id, into = world.a_store("ravi"), verified(world, 1), verified(world, 2)
    suggested(world, "ravi", store_id, product_id, category="X")
    more = {"merge_into": into} if decision == "merge" else {}
    decide(world.as_admin(), product_id, decision, reason="because", **more).ok()
    world.run()
    (told,) = world.events("SuggestionSettled")
    assert not told["accepted"]
    assert queue(world) == []
    code = {"reject": "PRODUCT_REJECTED", "merge": "PRODUCT_MERGED"}[decision]
    assert suggest(world, "ravi", store_id, product_id, category="Y").code == code


def test_who_has_a_product_in_hand_decides_its_suggestions_too(world: World) -> None:
    store_id, product_id = world.a_store("ravi"), verified(world, 1)
    made = suggested(world, "ravi", store_id, product_id, category="X")
    world.as_user("vikram", admin=True).post(f"{QUEUE}/{product_id}/claim", {}).ok()
    assert settle(world, product_id, made["suggestion_id"], accept=True).code == "CLAIMED"


def test_an_approval_lets_a_picture_pass_and_suggestions_wait(world: World) -> None:
    store_id, first, product_id = world.a_store("ravi"), verified(world, 1), verified(world, 2)
    suggested(world, "ravi", store_id, product_id, category="X")
    lookalikes(world, first, product_id)
    assert [i["reasons"] for i in queue(world)] == [["same_picture", "suggestion"]]
    decide(world.as_admin(), product_id, "approve").ok()
    assert [i["reasons"] for i in queue(world)] == [["suggestion"]]
    world.run()
    assert world.events("ReviewSettled") == []


def pictured(world: World, product_id: str, image_hash: str) -> None:
    """A shop's picture of a product is stored."""
    urls = PictureUrls(**{n: f"/images/{image_hash}/{n}.webp" for n in ("original", "medium", "thumbnail")})
    data = IngestedImage(
        upload_id=image_hash, product_id=product_id, uploaded_by="ravi", image_hash=image_hash, role="front",
        source="store", width=1200, height=1600, urls=urls,
    )  # fmt: skip
    event = ImageIngested.stated(CAUSE, data, image_hash)
    told = {"source": event.SOURCE, "detail-type": event.detail_type(), "detail": event.model_dump(mode="json")}
    world.publish(told)
    world.run(twice=True)


def test_pictures_never_make_a_product_too_large_to_be_decided(world: World) -> None:
    long = {f"word {n}": "क" * 1900 for n in range(4)}
    product_id = verified(world, 1, attributes=long)
    for letter in "abcdef":
        pictured(world, product_id, letter * 64)
    done = decide(world.as_admin(), product_id, "approve").ok()
    assert len(done["product"]["images"]) == 6
    refused = decide(world.as_admin(), product_id, "reject", reason="क" * 500).ok()
    assert refused["product"]["verification_status"] == "rejected"


def test_pictures_that_stores_offer_wait_for_a_person(world: World) -> None:
    product_id = verified(world, 1)
    pictured(world, product_id, "a" * 64)
    (item,) = queue(world, "?reason=suggestion")
    assert [p["image_hash"] for p in item["product"]["offered_images"]] == ["a" * 64]
    done = decide(world.as_admin(), product_id, "approve").ok()
    assert (done["state"], done["product"]["image_hash"]) == ("settled", "a" * 64)
    world.run(twice=True)
    pictured(world, product_id, "b" * 64)
    assert len(queue(world)) == 1
    world.as_admin().patch(f"/v1/products/{product_id}", {"images": ["a" * 64]}).ok()
    world.run(twice=True)
    assert queue(world) == []
    pictured(world, product_id, "c" * 64)
    decide(world.as_admin(), product_id, "reject", reason="No such thing").ok()
    world.run(twice=True)
    assert queue(world) == []
    assert len({e["detail"]["metadata"]["event_id"] for e in world.bus if e["detail-type"] == "ReviewSettled"}) == 3


@pytest.mark.parametrize("number", range(1, 14, 3))
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_while_stores_agree_heals(world: World, number: int, after: bool) -> None:
    product_id = verified(world, 1)
    for owner in ("ravi", "meena", "arjun"):
        suggest(world, owner, world.a_store(owner), product_id, category="X").ok(201)
    world.crash_at(number, after=after, where=lambda name: name in {"quality_review", "Reviews"})
    world.run()
    world.live()
    assert world.as_admin().get(f"/v1/products/{product_id}").ok()["version"] == 2
    told = {e["detail"]["metadata"]["event_id"] for e in world.bus if e["detail-type"] == "SuggestionSettled"}
    assert len(told) == 3
    assert queue(world) == []


def test_a_crash_between_the_catalog_and_a_suggestion_heals_by_the_catalogs_event(world: World) -> None:
    store_id, product_id = world.a_store("ravi"), verified(world, 1)
    made = suggested(world, "ravi", store_id, product_id, category="X")

    def dies(call: Any) -> None:
        writes = call.params.get("TransactItems", ())
        if any("Suggestions" in str(w) for w in writes):
            world.before = None
            raise RuntimeError("gone")

    world.before = dies
    assert settle(world, product_id, made["suggestion_id"], accept=True).status == 500
    world.run()
    (told,) = world.events("SuggestionSettled")
    assert told["accepted"]
    assert queue(world) == []
