"""/v1/stores and /v1/me."""

from __future__ import annotations

import pytest

from tests.world import World

pytestmark = pytest.mark.integration

SHOP = {
    "name": "  Śrī Gaṇeśa   Kirana ",
    "region": "mh",
    "languages": ["mr", "hi"],
    "address": "Shop 4, Laxmi Road, Pune 411030",
    "gstin": "27AAPFU0939F1ZV",
    "fssai": "11521012000123",
    "phone": "+91 98220 12345",
}


def test_a_registered_store_has_its_caller_as_owner(world: World) -> None:
    ravi = world.as_user("ravi")
    answer = ravi.post("/v1/stores", SHOP)
    store = answer.ok(201)
    assert store["name"] == "Śrī Gaṇeśa Kirana"
    assert store["region"] == "IN-MH"
    assert store["languages"] == ["mr", "hi"]
    assert answer.headers["location"] == f"/v1/stores/{store['store_id']}"
    assert answer.etag == '"1"'
    assert ravi.get(f"/v1/stores/{store['store_id']}").ok() == store
    me = ravi.get("/v1/me").ok()
    assert me["roles"] == ["store_owner"]
    assert me["stores"] == [{"store_id": store["store_id"], "name": store["name"], "role": "owner"}]
    assert me["language"] == "mr"


def test_registering_states_it_on_the_bus_once(world: World) -> None:
    store_id = world.a_store("ravi", name="Ravi Kirana")
    world.run()
    assert [(e["store_id"], e["owner"], e["region"]) for e in world.events("StoreRegistered")] == [
        (store_id, "ravi", "IN-MH")
    ]
    assert not any("unsent" in row for row in world.rows("Outbox"))


def test_a_store_speaks_its_regions_language_unless_told_otherwise(world: World) -> None:
    answer = world.as_user("anu").post("/v1/stores", {"name": "Anu Stores", "region": "IN-TN"})
    assert answer.ok(201)["languages"] == ["ta", "en"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("region", "IN-XX"),
        ("languages", ["xx"]),
        ("gstin", "27AAPFU0939F1Z"),
        ("fssai", "115"),
        ("phone", "call me"),
        ("name", ""),
        ("nmae", "misspelt"),
    ],
)
def test_a_wrong_field_is_named(world: World, field: str, value: object) -> None:
    answer = world.as_user("ravi").post("/v1/stores", {**SHOP, field: value})
    assert answer.status == 422
    assert answer.code == "INVALID"
    assert [e["pointer"].split("/")[1] for e in answer.body["errors"]] == [field]
    assert all(e["message"] for e in answer.body["errors"])
    assert answer.body["request_id"] == answer.headers["x-request-id"]


def test_an_owner_lists_his_stores_and_an_admin_all(world: World) -> None:
    first, second = world.a_store("ravi", name="One"), world.a_store("ravi", name="Two")
    other = world.a_store("meena", name="Three")
    mine = world.as_user("ravi").get("/v1/stores").ok()
    assert {s["store_id"] for s in mine["items"]} == {first, second}
    assert mine["next_cursor"] is None
    pages = list(world.as_admin().pages("/v1/stores?limit=2"))
    assert [len(p) for p in pages] == [2, 1]
    assert {s["store_id"] for p in pages for s in p} == {first, second, other}


def test_an_owner_of_many_stores_turns_pages(world: World) -> None:
    ravi = world.as_user("ravi")
    made = [world.a_store("ravi", name=f"Shop {n}") for n in range(5)]
    world.a_store("meena")
    pages = [[store["store_id"] for store in page] for page in ravi.pages("/v1/stores?limit=2")]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [store for page in pages for store in page] == sorted(made, reverse=True)
    assert ravi.get("/v1/stores?limit=5").ok()["next_cursor"] is None
    assert ravi.get("/v1/stores?cursor=nonsense").code == "BAD_CURSOR"


def test_a_store_of_somebody_else_is_not_told_from_one_that_does_not_exist(world: World) -> None:
    theirs = world.a_store("meena")
    world.a_store("ravi")
    ravi = world.as_user("ravi")
    answers = [
        ravi.get(f"/v1/stores/{theirs}"),
        ravi.get("/v1/stores/str_NOWHERE"),
        ravi.patch(f"/v1/stores/{theirs}", {"name": "Mine now"}),
    ]
    assert {(a.status, a.code) for a in answers} == {(404, "STORE_UNKNOWN")}
    assert world.as_admin().get(f"/v1/stores/{theirs}").ok()["store_id"] == theirs


def test_a_patch_changes_what_it_names_and_leaves_the_rest(world: World) -> None:
    ravi = world.as_user("ravi")
    store = ravi.post("/v1/stores", SHOP).ok(201)
    path = f"/v1/stores/{store['store_id']}"
    answer = ravi.patch(path, {"phone": None, "name": "Ganesh Super Market"})
    changed = answer.ok()
    assert answer.etag == '"2"'
    assert changed["name"] == "Ganesh Super Market"
    assert changed["phone"] is None
    assert {n: changed[n] for n in ("gstin", "fssai", "address", "languages", "created_at")} == {
        n: store[n] for n in ("gstin", "fssai", "address", "languages", "created_at")
    }
    assert ravi.get(path).ok() == changed


def test_a_patch_that_changes_nothing_makes_no_version(world: World) -> None:
    ravi = world.as_user("ravi")
    store = ravi.post("/v1/stores", SHOP).ok(201)
    answer = ravi.patch(f"/v1/stores/{store['store_id']}", {"fssai": SHOP["fssai"]})
    assert (answer.status, answer.etag) == (200, '"1"')


def test_a_stale_if_match_is_refused(world: World) -> None:
    ravi = world.as_user("ravi")
    path = f"/v1/stores/{world.a_store('ravi')}"
    assert ravi.patch(path, {"name": "Two"}, if_match='"1"').status == 200
    late = ravi.patch(path, {"name": "Three"}, if_match='"1"')
    assert (late.status, late.code) == (412, "STALE")
    assert ravi.patch(path, {"name": "Three"}, if_match="*").status == 200
    assert ravi.patch(path, {"name": "Four"}, if_match='"not ours"').status == 412
    assert ravi.get(path).ok()["name"] == "Three"


def test_who_am_i_without_a_store(world: World) -> None:
    me = world.as_user("new-person").get("/v1/me").ok()
    assert (me["user_id"], me["roles"], me["stores"], me["language"]) == ("new-person", [], [], "en")
    assert world.as_admin().get("/v1/me").ok()["roles"] == ["admin"]


def test_a_null_name_is_refused_and_not_stored(world: World) -> None:
    path = f"/v1/stores/{world.a_store('ravi')}"
    assert world.as_user("ravi").patch(path, {"name": None}).status == 422
    assert world.as_user("ravi").patch(path, {"name": ""}).status == 422
