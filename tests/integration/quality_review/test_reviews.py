"""From a proposal to a decision: through the events, with two reviewers, and with crashes."""

from __future__ import annotations

import random
from hashlib import sha256
from typing import Any

import pytest

from events.image_ingest import ComparedImage, Lookalike, LookalikesDetected
from services.catalog import client as catalog
from services.quality_review.domain.review import Told
from services.quality_review.store import following
from tests.builders import CAUSE, gtin, product, sheet
from tests.world import Person, World

pytestmark = pytest.mark.integration

QUEUE = "/v1/admin/reviews"


def proposed(world: World, number: int = 1, owner: str = "ravi", **fields: Any) -> str:
    """A product that an owner of a store has proposed, and what that sets off."""
    made = world.as_user(owner).post("/v1/products", product(number, **fields)).ok(201)["product_id"]
    world.run()
    return str(made)


def verified(world: World, number: int, **fields: Any) -> str:
    made = world.as_admin().post("/v1/products", product(number, **fields)).ok(201)["product_id"]
    world.run()
    return str(made)


def queue(world: World, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = world.as_admin().get(f"{QUEUE}{query}").ok()["items"]
    return items


def decide(who: Person, product_id: str, decision: str, **more: Any) -> Any:
    headers = {"if_match": more.pop("if_match")} if "if_match" in more else {}
    return who.post(f"{QUEUE}/{product_id}/decision", {"decision": decision, **more}, **headers)


def lookalikes(world: World, mine: str, other: str, distance: int = 2) -> None:
    """The picture of a product looks like that of another."""
    likeness = Lookalike(image_hash=sha256(other.encode()).hexdigest(), distance=distance, product_id=other)
    data = ComparedImage(image_hash=sha256(mine.encode()).hexdigest(), product_id=mine, lookalikes=(likeness,))
    event = LookalikesDetected.stated(CAUSE, data, mine, other)
    told = {"source": event.SOURCE, "detail-type": event.detail_type(), "detail": event.model_dump(mode="json")}
    world.publish(told)
    world.run()


@pytest.fixture
def store(world: World) -> str:
    return world.a_store("ravi")


@pytest.mark.usefixtures("store")
def test_an_owner_proposes_and_an_admin_approves(world: World) -> None:
    product_id = proposed(world)
    (requested,) = world.events("ReviewRequested")
    assert requested["product_id"] == product_id
    assert (requested["reasons"], requested["source"]) == (["new_product"], "store")
    (item,) = queue(world)
    assert (item["product_id"], item["state"], item["reasons"]) == (product_id, "open", ["new_product"])
    assert item["product"]["proposed_by"] == "ravi"
    assert item["product"]["quality_issues"]
    assert item["age_seconds"] >= 0
    done = decide(world.as_admin(), product_id, "approve", if_match=f'"{item["version"]}"').ok()
    assert (done["state"], done["outcome"], done["settled_by"]) == ("settled", "verified", "admin-asha")
    assert done["product"]["verification_status"] == "verified"
    world.run()
    (settled,) = world.events("ReviewSettled")
    assert (settled["outcome"], settled["settled_by"]) == ("verified", "admin-asha")
    assert settled["requested_at"] == requested["requested_at"]
    assert queue(world) == []
    history = world.as_admin().get(f"/v1/products/{product_id}/history").ok()["items"]
    assert [(entry["action"], entry["actor"]) for entry in history[:2]] == [
        ("updated", "system:localization"),
        ("approved", "admin-asha"),
    ]


@pytest.mark.usefixtures("store")
def test_whatever_comes_twice_and_in_any_order_is_told_once(world: World) -> None:
    rng = random.Random(7)
    ids = [proposed(world, n) for n in range(4)]
    for n, decision in enumerate(("approve", "reject", "request_changes")):
        decide(world.as_admin(), ids[n], decision, reason="because").ok()
    for event in list(world.bus):
        world.publish(event)
    world.run(shuffle=rng, twice=True)
    for event in list(world.bus):
        world.publish(event)
    world.run(shuffle=rng, twice=True)
    told = {(e["detail-type"], e["detail"]["metadata"]["event_id"]) for e in world.bus}
    assert len([1 for kind, _ in told if kind == "ReviewRequested"]) == 4
    assert len([1 for kind, _ in told if kind == "ReviewSettled"]) == 3
    assert [i["product_id"] for i in queue(world)] == [ids[3]]


@pytest.mark.usefixtures("store")
def test_an_import_puts_its_unknown_goods_into_the_queue_at_two_write_units_each(world: World) -> None:
    store_id = world.a_store("meena")
    world.drop(store_id, "a.csv", sheet([[f"Neues Ding {n}", gtin(n), f"{n}00 g", 5, "50", "49"] for n in range(1, 9)]))
    world.run()
    items = queue(world)
    assert len(items) == 8
    assert {e["store_id"] for e in world.events("ReviewRequested")} == {store_id}
    writes = [c for c in world.calls if c.operation in {"PutItem", "UpdateItem"} and c.params["TableName"] == "Reviews"]
    assert len(writes) == 8
    reads = [c for c in world.calls if c.operation == "GetItem" and c.params["TableName"] == "Reviews"]
    assert reads == []
    assert all(len(str(c.params["Item"])) < 1024 for c in writes), "above a kilobyte it costs twice as much"


@pytest.mark.usefixtures("store")
def test_what_a_proposal_may_be_stands_beside_it(world: World) -> None:
    known = verified(world, 1, barcode=None, name="Parle-G Gluco Biscuits Original")
    product_id = proposed(world, 2, barcode=None, name="Parle G Gluco Biscuit Orignal")
    (item,) = queue(world)
    assert item["product_id"] == product_id
    assert item["reasons"] == ["possible_duplicate", "new_product"]
    (likely,) = item["likely_duplicates"]
    assert likely["product"]["product_id"] == known
    assert likely["score"] > 0
    assert likely["reasons"]
    world.as_admin().post(f"/v1/products/{product_id}/not-the-same", {"other_id": known}).ok()
    (item,) = queue(world)
    assert item["likely_duplicates"] == []


def like_nothing(number: int, **fields: Any) -> dict[str, Any]:
    return {"number": number, "barcode": None, "brand": None, "net_quantity": None, **fields}


@pytest.mark.usefixtures("store")
def test_what_matching_would_call_new_is_no_duplicate(world: World) -> None:
    verified(world, **like_nothing(1, name="Wax Candles"))
    verified(world, **like_nothing(2, name="Everest Turmeric Powder", brand="Everest", net_quantity="100 g"))
    proposed(world, **like_nothing(3, name="Candle Holder"))
    proposed(world, **like_nothing(4, name="Everest Turmeric Powder", brand="Everest", net_quantity="1 kg"))
    assert [(i["reasons"], i["likely_duplicates"]) for i in queue(world)] == [(["new_product"], [])] * 2
    twin = proposed(world, **like_nothing(5, name="Evrest Turmeric Powdr", brand="Everest", net_quantity="1 kg"))
    (item,) = queue(world, "?reason=possible_duplicate")
    assert item["product_id"] == twin
    assert [d["product"]["net_quantity"] for d in item["likely_duplicates"]] == [{"value": 1, "unit": "kg"}], item


@pytest.mark.usefixtures("store")
def test_what_it_is_told_from_makes_it_a_duplicate_no_longer(world: World) -> None:
    names = ("Parle-G Gluco Biscuits Original", "Parle G Gluco Biscuits Orginal")
    known = [verified(world, n, barcode=None, name=name) for n, name in enumerate(names)]
    twin = proposed(world, 5, barcode=None, name="Parle G Gluco Biscuit Orignal")
    path = f"/v1/products/{twin}/not-the-same"

    def tell(other: str, **more: Any) -> None:
        world.as_admin().post(path, {"other_id": other, **more}).ok()
        world.run(twice=True)

    (item,) = queue(world, "?reason=possible_duplicate")
    assert {d["product"]["product_id"] for d in item["likely_duplicates"]} == set(known)
    world.as_user("vikram", admin=True).post(f"{QUEUE}/{twin}/claim", {}).ok()
    tell(known[0])
    assert [i["product_id"] for i in queue(world, "?reason=possible_duplicate")] == [twin]
    tell(known[1])
    assert queue(world, "?reason=possible_duplicate") == []
    (item,) = queue(world)
    assert (item["product_id"], item["reasons"], item["claim"]["by"]) == (twin, ["new_product"], "vikram")
    tell(known[0], takes_back=True)
    assert [i["reasons"] for i in queue(world)] == [["possible_duplicate", "new_product"]]
    assert len(world.events("ReviewRequested")) == 1


@pytest.mark.usefixtures("store")
def test_what_a_row_of_a_file_may_be_is_told_from_it_for_good(world: World) -> None:
    store_id = world.a_store("meena")
    known = verified(world, 1, barcode=None, name="Good Day Butter Cookies", brand="Britannia", net_quantity="200 g")
    world.drop(store_id, "a.csv", sheet([["GOOD DAY COOKIES 200G", "", "", 5, "50", "49"]]))
    world.run()
    (item,) = queue(world)
    twin = item["product_id"]
    assert item["reasons"] == ["possible_duplicate", "new_product"]
    assert [d["product"]["product_id"] for d in item["likely_duplicates"]] == [known]
    world.as_admin().post(f"/v1/products/{known}/not-the-same", {"other_id": twin}).ok()
    world.run(twice=True)
    assert [i["reasons"] for i in queue(world)] == [["new_product"]]
    decide(world.as_admin(), twin, "request_changes", reason="Which size?").ok()
    body = {"store_id": store_id, "changes": {"category": "Biscuits"}}
    world.as_user("meena").post(f"/v1/products/{twin}/suggestions", body).ok(201)
    world.run(twice=True)
    assert [i["reasons"] for i in queue(world)] == [["resubmitted"]]


@pytest.mark.usefixtures("store")
def test_what_a_proposal_may_be_stands_beside_it_though_its_first_change_is_heard_first(world: World) -> None:
    known = verified(world, 1, barcode=None, name="Parle-G Gluco Biscuits Original")
    ravi, fields = world.as_user("ravi"), product(2, barcode=None, name="Parle G Gluco Biscuit Orignal")
    product_id = ravi.post("/v1/products", fields).ok(201)["product_id"]
    changed = catalog.amend(product_id, catalog.ProductPatch(hsn_code="1905"), CAUSE, origin="store")
    following.follow(Told(following.about(changed), changed.version, "pending", "pending"), CAUSE)
    (item,) = queue(world)
    assert item["reasons"] == ["new_product"]
    world.run(twice=True)
    (item,) = queue(world)
    assert item["reasons"] == ["possible_duplicate", "new_product"]
    assert [one["product"]["product_id"] for one in item["likely_duplicates"]] == [known]


@pytest.mark.usefixtures("store")
def test_matching_that_does_not_answer_delays_a_review_and_loses_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.matching import client

    failures = iter([client.MatchingFailed("no"), client.MatchingFailed("no")])
    real = client.match

    def match(*args: Any, **named: Any) -> Any:
        if failure := next(failures, None):
            raise failure
        return real(*args, **named)

    monkeypatch.setattr(client, "match", match)
    product_id = proposed(world)
    assert [i["product_id"] for i in queue(world)] == [product_id]


@pytest.mark.usefixtures("store")
def test_a_pair_of_duplicates_is_found_by_picture_alone(world: World) -> None:
    known = verified(world, 1, name="Surf Excel Easy Wash", brand="Surf Excel")
    product_id = proposed(world, 2, name="Kapda dhone ka powder", brand=None)
    lookalikes(world, product_id, known)
    lookalikes(world, known, product_id)
    (item,) = queue(world, "?reason=same_picture")
    assert item["product_id"] == product_id
    (likely,) = item["likely_duplicates"]
    assert (likely["product"]["product_id"], likely["score"]) == (known, None)
    assert [p["distance"] for p in likely["pictures"]] == [2]
    assert len(world.events("ReviewRequested")) == 1
    merged = decide(world.as_admin(), product_id, "merge", merge_into=known, reason="The same packet").ok()
    assert merged["product"]["merged_into"] == known


@pytest.mark.usefixtures("store")
def test_of_two_products_that_all_see_the_newer_one_is_compared_unless_they_were_told_apart(world: World) -> None:
    first, second, third = (verified(world, n) for n in (1, 2, 3))
    lookalikes(world, first, second)
    (item,) = queue(world)
    assert (item["product_id"], item["reasons"]) == (second, ["same_picture"])
    done = decide(world.as_admin(), second, "approve").ok()
    assert (done["state"], done["outcome"], done["version"]) == ("settled", "verified", item["version"] + 1)
    world.run(twice=True)
    lookalikes(world, first, second)
    world.as_admin().post(f"/v1/products/{third}/not-the-same", {"other_id": first}).ok()
    lookalikes(world, third, first)
    assert queue(world) == []


@pytest.mark.usefixtures("store")
def test_what_is_sent_in_again_waits_again(world: World) -> None:
    product_id = proposed(world)
    decide(world.as_admin(), product_id, "request_changes", reason="Which size?").ok()
    world.run()
    assert queue(world) == []
    path = f"/v1/products/{product_id}/suggestions"
    store_id = world.as_user("ravi").get("/v1/stores").ok()["items"][0]["store_id"]
    made = world.as_user("ravi").post(path, {"store_id": store_id, "changes": {"net_quantity": "400 g"}}).ok(201)
    assert made["status"] == "accepted"
    world.run()
    (item,) = queue(world)
    assert (item["reasons"], item["product"]["net_quantity"]) == (["resubmitted"], {"value": 400, "unit": "g"})
    assert len(world.events("ReviewRequested")) == 2
    assert world.events("SuggestionSettled") == []


@pytest.mark.usefixtures("store")
def test_a_settled_review_says_what_became_of_the_product_since(world: World) -> None:
    product_id = proposed(world)
    asha, vikram = world.as_user("asha", admin=True), world.as_user("vikram", admin=True)
    first = decide(asha, product_id, "approve").ok()
    done = decide(vikram, product_id, "reject", reason="It is fake.").ok()
    told = {"state": "settled", "outcome": "rejected", "settled_by": "vikram"}
    assert told.items() <= done.items()
    assert done["settled_at"] > first["settled_at"]
    asha.patch(f"/v1/products/{product_id}", {"category": "Fakes"}).ok()
    for event in list(world.bus):
        world.publish(event)
    world.run(shuffle=random.Random(3), twice=True)
    assert decide(asha, product_id, "reject", reason="It is fake.").ok()["settled_at"] == done["settled_at"]
    assert told.items() <= world.as_admin().get(f"{QUEUE}/{product_id}").ok().items()
    asha.patch(f"/v1/products/{product_id}", {"verification_status": "verified"}).ok()
    world.run(twice=True)
    now = world.as_admin().get(f"{QUEUE}/{product_id}").ok()
    assert (now["state"], now["outcome"], now["settled_by"]) == ("settled", "verified", "asha")
    told_ids = {e["detail"]["metadata"]["event_id"] for e in world.bus if e["detail-type"] == "ReviewSettled"}
    assert len(told_ids) == 1


@pytest.mark.usefixtures("store")
def test_two_reviewers_do_not_step_on_each_other(world: World) -> None:
    product_id = proposed(world)
    asha, vikram = world.as_user("asha", admin=True), world.as_user("vikram", admin=True)
    claimed = asha.post(f"{QUEUE}/{product_id}/claim", {}).ok()
    assert claimed["claim"]["by"] == "asha"
    for refused in (
        vikram.post(f"{QUEUE}/{product_id}/claim", {}),
        vikram.post(f"{QUEUE}/{product_id}/claim", {"takes_back": True}),
        decide(vikram, product_id, "approve"),
    ):
        assert refused.code == "CLAIMED"
        assert refused.body["claimed_by"] == "asha"
        assert refused.body["until"][:19] == claimed["claim"]["until"][:19]
    assert queue(world, "?claimed=false") == []
    assert [i["product_id"] for i in queue(world, "?claimed=true")] == [product_id]
    asha.post(f"{QUEUE}/{product_id}/claim", {"takes_back": True}).ok()
    assert [i["product_id"] for i in queue(world, "?claimed=false")] == [product_id]
    assert decide(vikram, product_id, "approve").ok()["claim"] is None


@pytest.mark.usefixtures("store")
def test_who_insists_on_what_he_saw_is_told_that_it_changed(world: World) -> None:
    product_id = proposed(world)
    world.as_admin().patch(f"/v1/products/{product_id}", {"category": "Snacks"}).ok()
    assert decide(world.as_admin(), product_id, "approve", if_match='"1"').code == "STALE"
    assert decide(world.as_admin(), product_id, "approve", if_match='"2"').ok()["version"] == 3


@pytest.mark.usefixtures("store")
def test_a_decision_mends_the_product_in_the_same_step(world: World) -> None:
    product_id = proposed(world)
    changes = {"category": "Snacks", "net_quantity": "2 x 400 g"}
    done = decide(world.as_admin(), product_id, "approve", changes=changes, reason="Twin pack").ok()["product"]
    assert (done["category"], done["pack_count"], done["version"]) == ("Snacks", 2, 2)
    entry = world.as_admin().get(f"/v1/products/{product_id}/history").ok()["items"][0]
    assert (entry["action"], entry["reason"]) == ("approved", "Twin pack")


def test_an_approval_of_what_is_approved_is_in_the_history_with_who_and_why(world: World) -> None:
    first, second = verified(world, 1), verified(world, 2)
    lookalikes(world, first, second)
    before = world.as_admin().get(f"/v1/products/{second}").ok()
    body = {"decision": "approve", "reason": "Another flavour"}
    headers = {"idempotency_key": "k-1", "if_match": f'"{before["version"]}"'}

    def dies(call: Any) -> None:
        if call.params.get("TableName") == "Reviews" and call.operation == "PutItem":
            world.before = None
            raise RuntimeError("gone")

    world.before = dies
    assert world.as_admin().post(f"{QUEUE}/{second}/decision", body, **headers).status == 500
    done = world.as_admin().post(f"{QUEUE}/{second}/decision", body, **headers).ok()
    assert (done["state"], done["settled_by"]) == ("settled", "admin-asha")
    world.run(twice=True)
    assert queue(world) == []
    after = world.as_admin().get(f"/v1/products/{second}").ok()
    moved = {"version", "updated_at"}
    assert {k: v for k, v in after.items() if k not in moved} == {k: v for k, v in before.items() if k not in moved}
    history = world.as_admin().get(f"/v1/products/{second}/history").ok()["items"]
    assert [(e["action"], e["actor"], e["reason"], e["changes"]) for e in history[:-1]] == [
        ("confirmed", "admin-asha", "Another flavour", [])
    ]


def test_what_a_decision_lacks_is_said(world: World) -> None:
    product_id = verified(world, 1)
    for body, code in (
        ({"decision": "reject"}, "REASON_MISSING"),
        ({"decision": "request_changes", "reason": "  "}, "REASON_MISSING"),
        ({"decision": "merge"}, "MERGE_INTO_MISSING"),
        ({"decision": "approve", "merge_into": "prd_1"}, "MERGE_INTO_ODD"),
        ({"decision": "reject", "reason": "x", "changes": {"category": "y"}}, "CHANGES_ODD"),
    ):
        refused = world.as_admin().post(f"{QUEUE}/{product_id}/decision", body)
        assert (refused.status, refused.code) == (422, code)
    assert decide(world.as_admin(), "prd_NONE", "approve").code == "PRODUCT_UNKNOWN"
    assert world.as_user("ravi").get(QUEUE).code == "ADMIN_ONLY"


# Decision by decision, from each status: what becomes of the product, or why not.
DECISIONS = ("approve", "reject", "request_changes", "merge")
TABLE: dict[str, tuple[str, ...]] = {
    "pending": ("verified", "rejected", "needs_changes", "merged"),
    "needs_changes": ("verified", "rejected", "needs_changes", "merged"),
    "verified": ("verified", "rejected", "ILLEGAL_MOVE", "merged"),
    "rejected": ("verified", "rejected", "ILLEGAL_MOVE", "ILLEGAL_MOVE"),
    "merged": ("PRODUCT_MERGED", "PRODUCT_MERGED", "PRODUCT_MERGED", "merged"),
}
WAYS = {"needs_changes": ["request_changes"], "verified": ["approve"], "rejected": ["reject"], "merged": ["merge"]}


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("status", TABLE)
def test_each_decision_on_each_status(world: World, status: str) -> None:
    admin = world.as_admin()
    into = verified(world, 99)

    def tell(product_id: str, decision: str) -> Any:
        more = {"merge_into": into} if decision == "merge" else {}
        return decide(admin, product_id, decision, reason="because", **more)

    for number, (decision, expected) in enumerate(zip(DECISIONS, TABLE[status], strict=True)):
        product_id = proposed(world, number)
        for way in WAYS.get(status, ()):
            tell(product_id, way).ok()
            world.run()
        answered = tell(product_id, decision)
        if expected.isupper():
            assert (answered.status, answered.code) == (409, expected), decision
        else:
            assert answered.ok()["product"]["verification_status"] == expected, decision
        world.run()
        review = admin.get(f"{QUEUE}/{product_id}").ok()
        assert review["state"] == ("open" if review["product"]["verification_status"] == "pending" else "settled")


@pytest.mark.usefixtures("store")
def test_a_hundred_are_decided_each_by_itself(world: World) -> None:
    one, two, three = (proposed(world, n) for n in (1, 2, 3))
    claimed, into = proposed(world, 4), verified(world, 5)
    world.as_user("vikram", admin=True).post(f"{QUEUE}/{claimed}/claim", {}).ok()
    asked = [
        {"product_id": one, "decision": "approve", "version": 1},
        {"product_id": two, "decision": "reject"},
        {"product_id": "prd_NONE", "decision": "approve"},
        {"product_id": three, "decision": "merge", "merge_into": into, "reason": "The same"},
        {"product_id": claimed, "decision": "approve"},
        {"product_id": one, "decision": "approve", "version": 1},
        {"product_id": two, "decision": "no"},
    ]
    results = world.as_admin().post(f"{QUEUE}/decisions", {"decisions": asked}).ok()["results"]
    assert [(r["status"], r["code"]) for r in results] == [
        ("decided", None),
        ("refused", "REASON_MISSING"),
        ("refused", "PRODUCT_UNKNOWN"),
        ("decided", None),
        ("refused", "CLAIMED"),
        ("refused", "STALE"),
        ("refused", "LITERAL_ERROR"),
    ]
    assert (results[3]["verification_status"], results[0]["version"]) == ("merged", 2)
    world.run()
    assert {i["product_id"] for i in queue(world)} == {two, claimed}
    asked = [{"product_id": into, "decision": "merge", "merge_into": p, "reason": "The same"} for p in (two, three)]
    results = world.as_admin().post(f"{QUEUE}/decisions", {"decisions": asked}).ok()["results"]
    assert [(r["status"], r["code"]) for r in results] == [("refused", "ILLEGAL_MOVE"), ("refused", "MERGE_TARGET")]


@pytest.mark.usefixtures("store")
def test_a_merge_is_taken_back_and_the_product_waits_again(world: World) -> None:
    into, product_id = verified(world, 1), proposed(world, 2)
    decide(world.as_admin(), product_id, "merge", merge_into=into).ok()
    world.run()
    assert queue(world) == []
    again = world.as_admin().post(f"{QUEUE}/{product_id}/revert-merge", {"reason": "Another scent"}).ok()
    assert (again["state"], again["product"]["verification_status"]) == ("open", "pending")
    world.run()
    assert [(i["product_id"], i["reasons"]) for i in queue(world)] == [(product_id, ["new_product"])]
    assert [e["outcome"] for e in world.events("ReviewSettled")] == ["merged"]
    notices = world.as_admin().get("/v1/admin/notifications").ok()["items"]
    assert [n["title"] for n in notices if "is back for review" in n["title"]] == []
    assert world.as_admin().post(f"{QUEUE}/{product_id}/revert-merge", {}).code == "NOT_MERGED"


@pytest.mark.usefixtures("store")
def test_the_queue_comes_in_pages_most_harmful_first(world: World) -> None:
    known = verified(world, 0, barcode=None, name="Parle-G Gluco Biscuits Original")
    old = [proposed(world, n, name=f"Ding Nummer {n} {'xyzw'[n % 4] * 5}", brand=None) for n in range(1, 4)]
    twin = proposed(world, 9, barcode=None, name="Parle G Gluco Biscuit Orignal")
    pages = list(world.as_admin().pages(f"{QUEUE}?limit=2"))
    assert [i["product_id"] for page in pages for i in page] == [twin, *old]
    assert [len(p) for p in pages] == [2, 2]
    assert known not in {i["product_id"] for i in queue(world)}
    assert [i["product_id"] for i in queue(world, "?reason=possible_duplicate")] == [twin]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("number", range(1, 8, 2))
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_after_the_catalog_was_written_heals_by_its_event(world: World, number: int, after: bool) -> None:
    product_id = proposed(world)
    calls = 0

    def dies(call: Any) -> None:
        nonlocal calls
        if call.params.get("TableName") == "Reviews" and call.operation == "PutItem":
            world.before = None
            raise RuntimeError("gone")

    world.before = dies
    assert decide(world.as_admin(), product_id, "approve").status == 500
    world.before = None
    assert [i["product"]["verification_status"] for i in queue(world)] == ["verified"]
    world.crash_at(number, after=after, where=lambda name: name in {"quality_review", "Reviews"})
    world.run()
    world.live()
    assert queue(world) == []
    told = {e["detail"]["metadata"]["event_id"] for e in world.bus if e["detail-type"] == "ReviewSettled"}
    assert len(told) == 1


@pytest.mark.usefixtures("store")
def test_a_decision_that_was_cut_off_is_answered_when_it_comes_again_under_its_key(world: World) -> None:
    product_id = proposed(world)
    body = {"decision": "reject", "reason": "No such thing"}
    headers = {"idempotency_key": "k-1", "if_match": '"1"'}

    def dies(call: Any) -> None:
        if call.params.get("TableName") == "Reviews" and call.operation == "PutItem":
            world.before = None
            raise RuntimeError("gone")

    world.before = dies
    assert world.as_admin().post(f"{QUEUE}/{product_id}/decision", body, **headers).status == 500
    done = world.as_admin().post(f"{QUEUE}/{product_id}/decision", body, **headers).ok()
    assert (done["state"], done["product"]["verification_status"], done["version"]) == ("settled", "rejected", 2)
