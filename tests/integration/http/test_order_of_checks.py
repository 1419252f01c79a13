"""401 token, 403 role, 404 not your store, 413/415, 400/422 body, 404 thing, 409/412: in this order on every route."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.builders import gtin, product
from tests.world import Answer, Person, World, cdk_routes

pytestmark = pytest.mark.integration

BIG = '{"name": "' + "x" * (256 * 1024) + '"}'
WRITES = [
    ("PUT", "/v1/stores/{store}/inventory/{product}"),
    ("PATCH", "/v1/stores/{store}/inventory/{product}"),
    ("POST", "/v1/stores/{store}/imports"),
    ("PUT", "/v1/stores/{store}/imports/{job}/mapping"),
    ("PATCH", "/v1/stores/{store}"),
    ("POST", "/v1/stores/{store}/notifications/{notice}/read"),
]
ADMIN = [
    ("PATCH", "/v1/products/{product}"),
    ("GET", "/v1/products/{product}/history"),
    ("POST", "/v1/admin/catalog-imports"),
    ("GET", "/v1/admin/imports"),
    ("PUT", "/v1/admin/catalog-imports/{job}/mapping"),
    ("GET", "/v1/admin/stats"),
    ("GET", "/v1/admin/notifications"),
    ("POST", "/v1/admin/notifications/{notice}/read"),
]
NOWHERE = {"product": "prd_NOWHERE", "job": "job_NOWHERE", "notice": "ntc_NOWHERE"}


def path_of(template: str, store: str = "str_NOWHERE") -> str:
    return template.format(store=store, **NOWHERE)


def send(who: Person, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
    return who.send(method, path, body, headers)


@pytest.mark.parametrize(("method", "path"), [*WRITES, *ADMIN, ("GET", "/v1/me"), ("POST", "/v1/products")])
def test_a_missing_token_comes_before_all_else(world: World, method: str, path: str) -> None:
    for body in ("{not json", BIG):
        answer = send(world.as_nobody(), method, path_of(path), body if method != "GET" else None)
        assert (answer.status, answer.code) == (401, "TOKEN_MISSING")


def test_an_id_token_is_no_access_token(world: World) -> None:
    world.a_store("ravi")
    ravi = world.as_user("ravi", claims={"token_use": "id"})
    for answer in (ravi.get("/v1/me"), ravi.post("/v1/stores", "{")):
        assert (answer.status, answer.code) == (401, "TOKEN_WRONG_KIND")


def test_every_route_but_the_open_ones_asks_for_a_token(world: World) -> None:
    open_paths = {"/v1/health", "/v1/openapi.json", "/v1/docs", "/v1/attribution"}
    for route in cdk_routes():
        assert route.open_to_all == (route.path in open_paths), route
        if not route.open_to_all:
            path = route.path.replace("{store_id}", "str_1").replace("{proxy+}", "a/b")
            assert world.as_nobody().send("GET", path).status == 401, route


@pytest.mark.parametrize(("method", "path"), ADMIN)
def test_the_role_comes_before_body_and_thing(world: World, method: str, path: str) -> None:
    world.a_store("ravi")
    ravi = world.as_user("ravi")
    bodies = [None] if method == "GET" else ["{not json", BIG, {"nonsense": 1}]
    for body in bodies:
        answer = send(ravi, method, path_of(path), body, {"content-type": "text/plain"})
        assert (answer.status, answer.code) == (403, "ADMIN_ONLY")


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_the_store_comes_before_the_body(world: World, method: str, path: str) -> None:
    theirs = world.a_store("meena")
    world.a_store("ravi")
    for store in (theirs, "str_NOWHERE"):
        for body in ("{not json", BIG, {"nonsense": 1}):
            answer = send(world.as_user("ravi"), method, path_of(path, store), body, {"content-type": "text/csv"})
            assert (answer.status, answer.code) == (404, "STORE_UNKNOWN")


@pytest.mark.parametrize(("method", "path"), WRITES[:5])
def test_size_and_media_type_come_before_the_content(world: World, method: str, path: str) -> None:
    ravi, store = world.as_user("ravi"), world.a_store("ravi")
    too_big = send(ravi, method, path_of(path, store), BIG)
    assert (too_big.status, too_big.code) == (413, "BODY_TOO_LARGE")
    wrong = send(ravi, method, path_of(path, store), "{not json", {"content-type": "text/csv"})
    assert (wrong.status, wrong.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(("method", "path"), WRITES[:5])
def test_the_body_comes_before_the_thing(world: World, method: str, path: str) -> None:
    ravi, store = world.as_user("ravi"), world.a_store("ravi")
    malformed = send(ravi, method, path_of(path, store), "{not json")
    assert (malformed.status, malformed.code) == (400, "MALFORMED_JSON")
    invalid = send(ravi, method, path_of(path, store), {"nonsense": 1})
    assert (invalid.status, invalid.code) == (422, "INVALID")
    assert {"/nonsense"} <= {e["pointer"] for e in invalid.body["errors"]}


def test_the_thing_comes_before_conflict_and_version(world: World) -> None:
    ravi, store = world.as_user("ravi"), world.a_store("ravi")
    old = '"99"'
    assert (
        ravi.put(f"/v1/stores/{store}/inventory/prd_NOWHERE", {"quantity": 1}, if_match=old).code == "PRODUCT_UNKNOWN"
    )
    assert world.as_admin().patch("/v1/products/prd_NOWHERE", {"mrp": "1"}, if_match=old).code == "PRODUCT_UNKNOWN"
    made = world.as_admin().post("/v1/products", product(1)).ok(201)["product_id"]
    patched = ravi.patch(f"/v1/stores/{store}/inventory/{made}", {"quantity": 1}, if_match=old)
    assert (patched.status, patched.code) == (404, "ITEM_UNKNOWN")
    assert ravi.delete(f"/v1/stores/{store}/inventory/{made}", if_match=old).code == "ITEM_UNKNOWN"


def test_the_body_comes_before_the_version(world: World) -> None:
    admin = world.as_admin()
    made = admin.post("/v1/products", product(1)).ok(201)["product_id"]
    admin.patch(f"/v1/products/{made}", {"mrp": "91"}).ok()
    assert admin.patch(f"/v1/products/{made}", {"mrp": "a lot"}, if_match='"1"').status == 422
    assert admin.patch(f"/v1/products/{made}", {"mrp": "92"}, if_match='"1"').status == 412
    assert admin.patch(f"/v1/products/{made}", {"barcode": gtin(9)}, if_match='"1"').status == 412


def test_a_missing_body_where_one_is_needed_is_a_422_or_400(world: World) -> None:
    ravi, store = world.as_user("ravi"), world.a_store("ravi")
    for method, path in (
        ("POST", "/v1/stores"),
        ("POST", f"/v1/stores/{store}/imports"),
        ("POST", "/v1/products/match"),
    ):
        answer = ravi.send(method, path)
        assert answer.status in {400, 422}, path
        assert answer.code


def test_a_body_in_base64_is_read_as_any_other(world: World) -> None:
    ravi = world.as_user("ravi")
    assert (
        ravi.send("POST", "/v1/stores", {"name": "अन्नपूर्णा", "region": "IN-MH"}, encoded=True).ok(201)["name"]
        == "अन्नपूर्णा"
    )
    assert ravi.send("POST", "/v1/stores", BIG, encoded=True).status == 413
    assert ravi.send("POST", "/v1/stores", "{", encoded=True).status == 400


def test_a_body_that_is_no_object_or_has_no_number_is_refused(world: World) -> None:
    ravi = world.as_user("ravi")
    for body in ("[]", '"x"', "1", "null", '{"name": NaN}', "[" * 100_000, '{"name": "\\ud800", "region": "IN-MH"}'):
        answer = ravi.post("/v1/stores", body)
        assert answer.status in {400, 422}, (body[:30], answer.text)


def test_an_admin_needs_no_membership(world: World) -> None:
    store = world.a_store("meena")
    assert world.as_admin().patch(f"/v1/stores/{store}", {"name": "Renamed"}).status == 200


def test_a_new_owner_acts_at_once_and_groups_are_read_exactly(world: World) -> None:
    store = world.a_store("ravi")
    assert world.as_user("ravi").get(f"/v1/stores/{store}/inventory").status == 200
    almost = world.as_user("eve", claims={"cognito:groups": "[administrators not-admin]"})
    assert almost.get("/v1/admin/stats").code == "ADMIN_ONLY"
    several = world.as_user("asha", claims={"cognito:groups": "[support admin]"})
    assert several.get("/v1/admin/stats").status == 200


@pytest.mark.parametrize(
    "path", ["/v1/stores/%2e%2e/inventory", "/v1//admin/stats", "/v1/ADMIN/stats", "/v1/stores//inventory"]
)
def test_odd_paths_open_no_door(world: World, path: str) -> None:
    world.a_store("ravi")
    assert world.as_user("ravi").get(path).status in {403, 404}


def test_an_unexpected_failure_shows_nothing_inside(world: World) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("secret table name")

    world.before = broken
    answer = world.as_user("ravi").post("/v1/stores", {"name": "A", "region": "IN-MH"})
    world.before = None
    assert (answer.status, answer.code) == (500, "INTERNAL")
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"] == answer.body["request_id"]


def test_a_correlation_id_travels_to_the_event(world: World) -> None:
    who = world.as_user("ravi")
    who.post("/v1/stores", {"name": "A", "region": "IN-MH"}, x_correlation_id="till-42:0001").ok(201)
    who.post("/v1/stores", {"name": "B", "region": "IN-MH"}, x_correlation_id="bad id\n").ok(201)
    world.run()
    sent = [e["detail"]["metadata"]["correlation_id"] for e in world.bus if e["detail-type"] == "StoreRegistered"]
    assert sent[0] == "till-42:0001"
    assert sent[1].startswith("gw-")
