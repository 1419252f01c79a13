"""A refusal is told in the reader's language, as far as we speak it; its code and its pointers are the same in all."""

from __future__ import annotations

import pytest

from shared.kernel.translations import translated
from tests.builders import gtin, sheet
from tests.world import Call, World

pytestmark = pytest.mark.integration

MISSING = "There is no such product."


@pytest.mark.parametrize("language", ["hi", "ta"])
def test_a_refusal_is_in_the_readers_language(world: World, language: str) -> None:
    ravi = world.as_user("ravi")
    answer = ravi.get("/v1/products/prd_NOWHERE", accept_language=f"fr, {language}-IN;q=0.9, en;q=0.5")
    assert (answer.status, answer.code) == (404, "PRODUCT_UNKNOWN")
    assert answer.body["detail"] == translated(MISSING, language) != MISSING
    assert (answer.headers["content-language"], answer.headers["vary"]) == (language, "Accept-Language")


@pytest.mark.parametrize("accepted", [None, "fr-FR, de;q=0.9", "en-IN, hi;q=0.5", "nonsense;;q"])
def test_who_wants_none_of_our_languages_is_told_in_english(world: World, accepted: str | None) -> None:
    answer = world.as_user("ravi", speaks=accepted).get("/v1/products/prd_NOWHERE")
    assert answer.body["detail"] == MISSING
    assert (answer.headers["content-language"], answer.headers["vary"]) == ("en", "Accept-Language")


def test_wrong_fields_are_told_in_the_readers_language_with_what_was_sent(world: World) -> None:
    store = world.a_store("ravi")
    ravi = world.as_user("ravi")
    english = ravi.patch(f"/v1/stores/{store}", {"name": "", "phone": "call me"})
    hindi = ravi.patch(f"/v1/stores/{store}", {"name": "", "phone": "call me"}, accept_language="hi")
    assert english.status == hindi.status == 422
    places = [(e["pointer"], e["code"]) for e in english.body["errors"]]
    assert [(e["pointer"], e["code"]) for e in hindi.body["errors"]] == places
    told = {e["pointer"]: e["message"] for e in hindi.body["errors"]}
    assert told["/name"] == "कम से कम 1 अक्षर लिखें।"
    assert told["/phone"].startswith("फ़ोन नंबर अंकों में लिखें")
    assert hindi.body["detail"] != english.body["detail"]


def test_what_only_a_programmer_reads_stays_in_english(world: World) -> None:
    world.a_store("ravi")
    answer = world.as_user("ravi").get("/v1/nowhere", accept_language="hi")
    assert (answer.code, answer.headers["content-language"]) == ("NO_SUCH_ROUTE", "en")
    assert answer.body["detail"] == "There is no such route; GET /v1/openapi.json lists all."


def test_an_answer_that_was_kept_is_told_in_the_language_of_who_reads_it_now(world: World) -> None:
    store = world.a_store("ravi")
    ravi = world.as_user("ravi")
    path, body = f"/v1/stores/{store}/inventory/prd_NOWHERE/images", {"filename": "a.jpg"}
    first = ravi.post(path, body, idempotency_key="photo-1")
    again = ravi.post(path, body, idempotency_key="photo-1", accept_language="ta")
    assert (first.status, again.status) == (404, 404)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.body["detail"] == translated(first.body["detail"], "ta") != first.body["detail"]


def test_one_of_many_that_is_refused_is_told_in_the_readers_language(world: World) -> None:
    store = world.a_store("ravi")
    movement = {"movement_id": "mov_1", "product_id": "prd_NOWHERE", "type": "sale", "quantity": "1"}
    sent = {"movements": [movement, {**movement, "movement_id": "mov_2", "quantity": "many"}]}
    answer = world.as_user("ravi").post(f"/v1/stores/{store}/movements", sent, accept_language="hi")
    unknown, odd = answer.body["results"]
    assert unknown["message"] == translated("There is no such product; add it to the catalog first.", "hi")
    assert odd["message"].startswith("/quantity: मात्रा 12 या 0.5 की तरह")
    assert answer.headers["content-language"] == "hi"


def test_quality_is_told_in_the_readers_language(world: World) -> None:
    admin = world.as_admin()
    made = admin.post("/v1/products", {"name": "Parle-G"}).body["product_id"]
    answer = admin.get(f"/v1/products/{made}", accept_language="mr;q=0.1, bn;q=0.2")
    assert (answer.headers["content-language"], answer.headers["vary"]) == ("bn", "Accept-Language")
    assert not answer.body["quality_issues"][0]["message"].isascii()
    assert "content-language" not in admin.get("/v1/me", accept_language="bn").headers


def test_who_asks_for_no_language_reads_his_own_as_me_says_it(world: World) -> None:
    """The newest store's, of which the refusals know nothing: these go by what is asked for."""
    store = world.a_store("ravi", region="IN-TN")
    world.a_store("ravi", region="IN-MH")
    world.drop(store, "a.csv", sheet([["Tata Salt", gtin(2), "1 kg", 10, "28", "27"]]))
    world.run()
    ravi = world.as_user("ravi", speaks=None)
    feed = f"/v1/stores/{store}/notifications"
    assert ravi.get("/v1/me").ok()["language"] == "mr"
    for headers in ({}, {"accept_language": "*"}):
        answer = ravi.get(feed, **headers)
        assert answer.ok()["items"][0]["title"] == "a.csv इम्पोर्ट झाली"
        assert (answer.headers["content-language"], answer.headers["vary"]) == ("mr", "Accept-Language")
    newest = ravi.get("/v1/stores").ok()["items"][0]["store_id"]
    ravi.patch(f"/v1/stores/{newest}", {"languages": ["bn"]}).ok()
    assert ravi.get("/v1/me").ok()["language"] == ravi.get(feed).headers["content-language"] == "bn"
    assert ravi.get(feed, accept_language="ta").headers["content-language"] == "ta"
    refused = ravi.get("/v1/products/prd_NOWHERE")
    assert (refused.body["detail"], refused.headers["content-language"]) == (MISSING, "en")


def test_quality_is_told_in_a_stores_language_and_in_english_to_who_has_none(world: World) -> None:
    world.a_store("ravi", languages=["gu"])
    ravi, admin = world.as_user("ravi", speaks=None), world.as_user("asha", admin=True, speaks=None)
    made = ravi.post("/v1/products", {"name": "Parle-G"}).ok(201)["product_id"]
    read = {who.sub: who.get(f"/v1/products/{made}") for who in (ravi, admin)}
    assert {who: answer.headers["content-language"] for who, answer in read.items()} == {"ravi": "gu", "asha": "en"}
    issues = {who: answer.ok()["quality_issues"][0]["message"] for who, answer in read.items()}
    assert issues["asha"].isascii()
    assert not issues["ravi"].isascii()


def test_ones_own_language_is_looked_up_once_and_only_for_words(world: World) -> None:
    store = world.a_store("ravi")
    for name in ("a.csv", "b.csv"):
        world.drop(store, name, sheet([["Tata Salt", gtin(2), "1 kg", 10, "28", "27"]]))
    world.run()
    feed = f"/v1/stores/{store}/notifications"

    def lookups(path: str, speaks: str | None) -> int:
        asked: list[Call] = []
        world.before = asked.append
        world.as_user("ravi", speaks=speaks).get(path).ok()
        world.before = None
        return sum("user_id = :user" in str(call.params) for call in asked)

    assert [lookups(feed, None), lookups(f"{feed}/unread-count", None), lookups(feed, "en")] == [1, 0, 0]


@pytest.mark.parametrize(
    ("fields", "pointer", "said"),
    [
        ({"hsn_code": "12"}, "/hsn_code", "HSN कोड में 4, 6 या 8 अंक लिखें।"),
        ({"name": 5}, "/name", "यहाँ शब्द लिखें।"),
        ({"pack_count": 1.5}, "/pack_count", "पूरी संख्या लिखें, जैसे 12।"),
        ({"colour": "red"}, "/colour", "यह यहाँ नहीं दिया जा सकता; इसे हटा दें।"),
    ],
)
def test_a_wrong_field_of_a_product_is_told_with_its_cure(
    world: World, fields: dict[str, object], pointer: str, said: str
) -> None:
    world.a_store("ravi")
    refused = world.as_user("ravi").post("/v1/products", {"name": "Parle-G", **fields}, accept_language="hi")
    assert [(e["pointer"], e["message"]) for e in refused.body["errors"]] == [(pointer, said)]
