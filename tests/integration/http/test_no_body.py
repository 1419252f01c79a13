"""No body of a POST is ``{}``: an action that needs no more is asked for by its path alone."""

from __future__ import annotations

import pytest

from tests.builders import product
from tests.world import Answer, World

pytestmark = pytest.mark.integration


def wrong(answer: Answer) -> list[tuple[str, str]]:
    assert answer.status == 422
    return [(e["pointer"], e["code"]) for e in answer.body["errors"]]


def test_what_needs_nothing_is_done_without_a_body(world: World) -> None:
    store = world.a_store("ravi")
    ravi, admin = world.as_user("ravi"), world.as_admin()
    made = ravi.post("/v1/products", product(1)).ok(201)["product_id"]
    world.run()
    assert admin.post(f"/v1/admin/reviews/{made}/claim").ok()["claim"]["by"] == "admin-asha"
    assert admin.post(f"/v1/admin/reviews/{made}/revert-merge").code == "NOT_MERGED"
    assert admin.post("/v1/admin/off-syncs").ok(201)["kind"] == "delta"
    counts = f"/v1/stores/{store}/counts"
    first = ravi.post(counts, idempotency_key="count-1").ok(201)
    for raw, media in ((None, ""), (b"", "application/json"), (b"", "application/x-www-form-urlencoded"), ("{}", "")):
        headers = {"content_type": media} if media else {}
        again = ravi.post(counts, raw, idempotency_key="count-1", **headers)
        assert again.ok(201) == first, media


def test_what_is_needed_is_pointed_at(world: World) -> None:
    store = world.a_store("ravi")
    ravi = world.as_user("ravi")
    assert ("/name", "MISSING") in wrong(ravi.post("/v1/stores"))
    assert wrong(ravi.post(f"/v1/stores/{store}/movements")) == [("/movements", "MISSING")]
    assert wrong(ravi.post("/v1/products/match")) == [("", "NAME_MISSING")]
    assert wrong(ravi.patch(f"/v1/stores/{store}")) == [("", "MISSING")], "a change says what it changes"
