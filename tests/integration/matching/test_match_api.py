"""/v1/products/match, and the door that asks it in batches."""

from __future__ import annotations

import json

import pytest

from services.matching import client as matching
from tests.builders import gtin, product
from tests.world import ROOT, World

pytestmark = pytest.mark.integration


def test_a_known_barcode_matches_whatever_the_name(world: World) -> None:
    made = world.as_admin().post("/v1/products", product(1)).ok(201)["product_id"]
    world.a_store("ravi")
    asked = {"name": "some biscuit", "barcode": gtin(1), "mrp": "90"}
    decision = world.as_user("ravi").post("/v1/products/match", asked).ok()
    assert (decision["decision"], decision["product_id"]) == ("match", made)
    assert decision["candidates"][0] == {"product_id": made, "score": 1.0, "reasons": ["The barcode is the same."]}


def test_a_known_name_and_size_match_without_a_barcode(world: World) -> None:
    made = world.as_admin().post("/v1/products", product(1)).ok(201)["product_id"]
    asked = {"name": "parle g gluco biscuits NO 1", "brand": "Parle", "net_quantity": "0.8kg"}
    assert world.as_user("ravi").post("/v1/products/match", asked).ok()["product_id"] == made
    other = world.as_user("ravi").post("/v1/products/match", {**asked, "net_quantity": "400 g"}).ok()
    assert (other["decision"], other["product_id"]) == ("new", None)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "NAME_MISSING"),
        ({"mrp": "10"}, "NAME_MISSING"),
        ({"barcode": "8904999000016"}, "GTIN_CHECK_DIGIT"),
        ({"name": "x", "image_hash": "abc"}, "STRING_PATTERN_MISMATCH"),
        ({"name": "x", "colour": "red"}, "EXTRA_FORBIDDEN"),
    ],
)
def test_a_question_without_sense_is_refused(world: World, body: dict[str, str], code: str) -> None:
    answer = world.as_user("ravi").post("/v1/products/match", body)
    assert (answer.status, [e["code"] for e in answer.body["errors"]]) == (422, [code])


def test_a_batch_is_answered_in_order(world: World) -> None:
    made = world.as_admin().post("/v1/products", product(1)).ok(201)["product_id"]
    questions = [matching.Question(name=f"nothing {n}", gtin="0" + gtin(1) if n == 7 else None) for n in range(20)]
    decisions = matching.match(questions, "corr-0001")
    assert [n for n, d in enumerate(decisions) if d.product_id] == [7]
    assert decisions[7].product_id == made
    assert matching.match([], "corr-0001") == []


def test_a_failing_function_is_an_error_that_can_be_tried_again(world: World) -> None:
    def broken(_: object) -> None:
        world.before = failing_once
        raise RuntimeError("no index")

    def failing_once(call: object) -> None:
        if getattr(call, "operation", "") == "BatchGetItem":
            raise RuntimeError("no index")

    world.before = failing_once
    with pytest.raises(matching.MatchingFailed, match="RuntimeError"):
        matching.match([matching.Question(name="salt")], "corr-0001")
    world.before = None
    assert matching.match([matching.Question(name="salt")], "corr-0001")[0].decision == "new"


def test_a_picture_is_evidence_and_never_the_ground_of_a_match(world: World) -> None:
    admin = world.as_admin()
    made, other = (admin.post("/v1/products", product(n)).ok(201)["product_id"] for n in (1, 2))
    ingested = json.loads((ROOT / "events/samples/ImageIngested.json").read_text("utf-8"))
    image = ingested["detail"]["data"]
    image |= {"product_id": made, "by_admin": True}
    world.publish(ingested)
    world.run()
    asked = {"name": "Toor dal loose", "image_hash": image["image_hash"]}
    decision = admin.post("/v1/products/match", asked).ok()
    assert (decision["decision"], decision["product_id"]) == ("review", None)
    assert decision["candidates"][0] == {"product_id": made, "score": 0.5, "reasons": ["It has the same picture."]}
    by_code = admin.post("/v1/products/match", {**asked, "barcode": gtin(2)}).ok()
    assert (by_code["decision"], by_code["product_id"]) == ("match", other)
    assert [c["product_id"] for c in by_code["candidates"]][:2] == [other, made]
    assert admin.post("/v1/products/match", {**asked, "image_hash": "0" * 64}).ok()["decision"] == "new"
