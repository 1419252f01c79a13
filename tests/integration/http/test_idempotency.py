"""The same Idempotency-Key and body give the same answer, whatever died on the way."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.clock import utc_now
from tests.builders import gtin, product
from tests.world import ROOT, Answer, Call, World

pytestmark = pytest.mark.integration

SHOP = {"name": "Ravi Kirana", "region": "IN-MH"}


def made(answer: Answer) -> dict[str, Any]:
    """What was made, without what tells two answers apart."""
    return {k: v for k, v in answer.body.items() if k != "upload"}


def test_the_same_key_gives_the_same_answer(world: World) -> None:
    ravi = world.as_user("ravi")
    first = ravi.post("/v1/stores", SHOP, idempotency_key="key-1")
    again = ravi.post("/v1/stores", SHOP, idempotency_key="key-1")
    assert first.status == 201
    assert "idempotency-replayed" not in first.headers
    assert (again.status, again.body, again.etag) == (201, first.body, first.etag)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert len(world.rows("Stores")) == 1


def test_another_body_under_the_same_key_is_refused(world: World) -> None:
    ravi = world.as_user("ravi")
    ravi.post("/v1/stores", SHOP, idempotency_key="key-1").ok(201)
    other = ravi.post("/v1/stores", {**SHOP, "name": "Other"}, idempotency_key="key-1")
    assert (other.status, other.code) == (409, "IDEMPOTENCY_KEY_REUSED")
    reordered = ravi.post("/v1/stores", dict(reversed(SHOP.items())), idempotency_key="key-1")
    assert reordered.status == 201
    assert ravi.post("/v1/stores", {"nonsense": 1}, idempotency_key="key-1").status == 422


def test_a_key_is_its_senders_own_and_good_for_one_route(world: World) -> None:
    mine = world.as_user("ravi").post("/v1/stores", SHOP, idempotency_key="key-1").ok(201)
    theirs = world.as_user("meena").post("/v1/stores", SHOP, idempotency_key="key-1").ok(201)
    assert mine["store_id"] != theirs["store_id"]
    world.as_user("ravi").post("/v1/products", product(1), idempotency_key="key-1").ok(201)


@pytest.mark.parametrize("key", ["", "two words", "नमक", "x" * 256, "a\tb"])
def test_a_key_that_is_none_is_refused(world: World, key: str) -> None:
    answer = world.as_user("ravi").post("/v1/stores", SHOP, idempotency_key=key)
    assert (answer.status, answer.code) == (400, "BAD_IDEMPOTENCY_KEY")


def test_a_refusal_is_an_answer_too(world: World) -> None:
    world.a_store("ravi")
    ravi, admin = world.as_user("ravi"), world.as_admin()
    there = ravi.post("/v1/products", product(1)).ok(201)["product_id"]
    first = ravi.post("/v1/products", product(1), idempotency_key="again")
    assert (first.status, first.code) == (409, "PRODUCT_EXISTS")
    admin.patch(f"/v1/products/{there}", {"barcode": gtin(77), "name": "Something else"}).ok()
    again = ravi.post("/v1/products", product(1), idempotency_key="again")
    assert (again.status, again.code, again.body["product_id"]) == (409, "PRODUCT_EXISTS", there)
    assert again.headers["content-type"] == "application/problem+json"
    assert again.body["request_id"] != first.body["request_id"]


def test_a_body_that_is_mended_may_come_under_the_same_key(world: World) -> None:
    ravi = world.as_user("ravi")
    assert ravi.post("/v1/stores", {**SHOP, "region": "XX"}, idempotency_key="key-1").status == 422
    ravi.post("/v1/stores", SHOP, idempotency_key="key-1").ok(201)


def test_who_comes_while_the_first_is_being_answered_is_told_to_wait(world: World) -> None:
    ravi = world.as_user("ravi")
    inner: list[Answer] = []

    def meanwhile(call: Call) -> None:
        if call.operation == "TransactWriteItems":
            world.before = None
            inner.append(ravi.post("/v1/stores", SHOP, idempotency_key="key-1"))

    world.before = meanwhile
    ravi.post("/v1/stores", SHOP, idempotency_key="key-1").ok(201)
    assert (inner[0].status, inner[0].code) == (409, "IDEMPOTENCY_IN_PROGRESS")
    assert inner[0].headers["retry-after"] == "1"
    assert len(world.rows("Stores")) == 1


def test_a_key_is_forgotten_after_a_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ravi = world.as_user("ravi")
    ravi.post("/v1/stores", SHOP, idempotency_key="key-1").ok(201)
    (record,) = world.rows("Idempotency")
    kept = int(record["expiration"]) - utc_now().timestamp()
    assert 23.9 * 3600 < kept <= 24 * 3600
    monkeypatch.setattr("shared.aws.answers.utc_now", lambda: utc_now() + timedelta(hours=25))
    ravi.post("/v1/stores", {**SHOP, "name": "A second shop"}, idempotency_key="key-1").ok(201)
    assert len(world.rows("Stores")) == 2


POSTS = {
    "/v1/stores": (SHOP, "Stores"),
    "/v1/products": (product(1), "Products"),
    "/v1/stores/{store}/imports": ({"filename": "stock.csv"}, "CsvJobs"),
}


@pytest.mark.parametrize("path", POSTS)
def test_whatever_call_it_dies_at_the_next_try_makes_one_thing(
    world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dies before each AWS call in turn, as a failure and as a kill that leaves the record as it was."""
    body, table = POSTS[path]
    store = world.a_store("ravi")
    ravi, path = world.as_user("ravi"), path.format(store=store)
    start = world.saved()
    before = len(world.rows(table))
    for killed in (False, True):
        for at in range(1, 20):
            world.restore(start)
            died = _dying(world, at, killed=killed)
            first = ravi.post(path, body, idempotency_key="key-1")
            world.before = None
            if not died:
                assert first.status == 201
                break
            with monkeypatch.context() as later:
                if killed or first.status == 201:  # nobody could tell; the time that the first may take passes
                    later.setattr("shared.aws.answers.utc_now", lambda: utc_now() + timedelta(minutes=2))
                second = ravi.post(path, body, idempotency_key="key-1")
            third = ravi.post(path, body, idempotency_key="key-1")
            assert (second.status, third.status) == (201, 201), (at, killed, second.text)
            assert made(third) == made(second)
            assert first.status != 201 or made(first) == made(second)
            assert len(world.rows(table)) == before + 1, (at, killed)
        else:
            raise AssertionError("it never came to its end")
    world.run()
    assert len([e for e in world.bus if e["detail-type"] == "StoreRegistered"]) <= 1


def test_a_request_that_broke_leaves_nothing_to_the_next(world: World) -> None:
    ravi = world.as_user("ravi")
    died = _dying(world, 2, killed=False)
    assert ravi.post("/v1/stores", SHOP, idempotency_key="key-1").status == 500
    assert died
    world.before = None
    first = ravi.post("/v1/stores", SHOP).ok(201)["store_id"]
    assert ravi.post("/v1/stores", SHOP).ok(201)["store_id"] != first


def _dying(world: World, at: int, *, killed: bool) -> list[bool]:
    """From its ``at``-th call on the process makes no more calls; if not ``killed``, only that call fails."""
    calls, died = [0], list[bool]()

    def die(_: Call) -> None:
        calls[0] += 1
        if calls[0] == at or (killed and calls[0] > at):
            died.append(True)
            raise RuntimeError("cut off")

    world.before = die
    return died


def test_every_post_takes_a_key() -> None:
    for file in sorted(Path(ROOT / "services").glob("*/api.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "api.post":
                given = {k.arg: ast.unparse(k.value) for k in node.keywords}
                assert given.get("middlewares") == "[once]", f"{file}:{node.lineno} answers a POST without [once]"
