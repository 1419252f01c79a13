"""GET /v1/products?q= as people type it, and what reviewers say of pairs."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from services.matching import client as matching
from services.matching.store import recent
from tests.builders import gtin, product
from tests.world import Person, World

pytestmark = pytest.mark.integration

GOODS: dict[str, dict[str, Any]] = {
    "parle": {
        "name": "Parle-G Gluco Biscuits",
        "brand": "Parle",
        "category": "Biscuits",
        "net_quantity": "800 g",
        "barcode": gtin(1),
        "regional_names": {"IN-MH": ["पार्ले-जी बिस्किट"], "IN-PY": ["பார்லே-ஜி"]},
    },
    "small": {
        "name": "Parle-G Gluco Biscuits",
        "brand": "Parle",
        "category": "Biscuits",
        "net_quantity": "400 g",
        "barcode": gtin(2),
    },
    "salt": {"name": "Salt", "brand": "Tata", "category": "Staples", "net_quantity": "1 kg"},
    "sugar": {"name": "Madhur Sugar", "category": "Staples", "net_quantity": "1 kg"},
    "rice": {"name": "Basmati Rice", "brand": "India Gate", "category": "Staples", "net_quantity": "1 kg"},
    "colgate": {"name": "Strong Teeth Toothpaste", "brand": "Colgate", "category": "Care", "net_quantity": "150 g"},
    "milk": {"name": "Taaza Toned Milk", "brand": "Amul", "category": "Dairy", "net_quantity": "1 l"},
    "butter": {"name": "Butter", "brand": "Amul", "category": "Dairy", "net_quantity": "500 g"},
}


class Catalog:
    """A small catalog, and how it is searched."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.admin = world.as_admin()
        self.ids = {key: self.admin.post("/v1/products", body).ok(201)["product_id"] for key, body in GOODS.items()}
        self.keys = {product_id: key for key, product_id in self.ids.items()}

    def search(self, q: str = "", who: Person | None = None, **filters: str | int) -> list[dict[str, Any]]:
        """What a page of a list shows."""
        items: list[dict[str, Any]] = (who or self.admin).get(path(q, **filters)).ok()["items"]
        return items

    def finds(self, q: str = "", who: Person | None = None, **filters: str | int) -> list[str]:
        """The same, by key."""
        return [self.keys.get(p["product_id"], p["product_id"]) for p in self.search(q, who, **filters)]


def path(q: str = "", **filters: str | int) -> str:
    asked = {"q": q, **filters} if q else filters
    return "/v1/products?" + "&".join(f"{name}={quote(str(value))}" for name, value in asked.items())


def marks(found: dict[str, Any]) -> dict[str, list[str]]:
    """Field -> the pieces of its text that a highlight marks."""
    return {h["field"]: [h["text"][s["start"] : s["end"]] for s in h["spans"]] for h in found["highlights"]}


@pytest.fixture
def catalog(world: World) -> Catalog:
    return Catalog(world)


@pytest.fixture
def indexed(catalog: Catalog) -> Catalog:
    """The same, when the index has taken it in."""
    catalog.world.run()
    return catalog


# --- Words ---


@pytest.mark.parametrize("taken_in", [True, False], ids=["from the index", "a moment later"])
def test_any_script_slip_or_beginning_finds(catalog: Catalog, taken_in: bool) -> None:
    if taken_in:
        catalog.world.run()
    for q, key in {
        "नमक": "salt",
        "உப்பு": "salt",
        "ಸಕ್ಕರೆ": "sugar",
        "চিনি": "sugar",
        "અમૂલ માખણ": "butter",
        "బియ్యం": "rice",
        "അമുൽ പാൽ": "milk",
        "ਕੋਲਗੇਟ": "colgate",
        "दूध": "milk",
        "namak": "salt",
        "chawal": "rice",
        "colgaet": "colgate",
        "toothpsate": "colgate",
        "butr": "butter",
        "c": "colgate",
        "tata s": "salt",
        "india ga": "rice",
        "amul but": "butter",
    }.items():
        assert catalog.finds(q)[:1] == [key], q
    for q in ("biscutis", "पार्ले", "பார்லே", "parle glu", "parleg", "PARLE-G BISC 800GM"):
        assert set(catalog.finds(q)[:2]) == {"parle", "small"}, q


def test_of_two_sizes_the_one_that_is_typed_comes_first(indexed: Catalog) -> None:
    assert indexed.finds("parle g 400g")[0] == "small"
    assert indexed.finds("parle g 0.8 kg")[0] == "parle"


def test_a_barcode_finds_its_product_alone_and_marks_it(indexed: Catalog) -> None:
    for typed in (gtin(1), "0" + gtin(1), f" {gtin(1)} "):
        (found,) = indexed.search(typed)
        assert found["product_id"] == indexed.ids["parle"]
        assert marks(found) == {"barcode": [gtin(1)]}
    assert gtin(9) not in str(indexed.search(gtin(9)))


def test_a_word_that_no_product_has_is_no_reason_to_find_nothing(indexed: Catalog) -> None:
    for q in ("नमक पैकेट", "xyzw salt", "अच्छा नमक", "நல்ல உப்பு", "salt xyz"):
        assert indexed.finds(q) == ["salt"], q
    assert indexed.finds("amul xyzw butter")[0] == "butter"
    assert indexed.finds("xyzw qrst") == []


def test_what_nobody_sells_is_not_found(indexed: Catalog) -> None:
    found = {q: indexed.finds(q) for q in ("harpic", "maggi", "bournvita", "surf excel")}
    assert not any(found.values()), found


def test_what_people_type_is_no_syntax(indexed: Catalog) -> None:
    for q in ('salt AND (NOT "tata', "id:prd_1", "salt*~2^3", "[a TO z}", "\\", "' OR 1=1 --", "%", "🧂" * 40):
        indexed.search(q)
    assert indexed.admin.get(path("x" * 201)).status == 422


def test_highlights_mark_the_words_that_answered(indexed: Catalog) -> None:
    found = {indexed.keys[p["product_id"]]: marks(p) for p in indexed.search("parle biscuit")}
    assert found["small"] == {"name": ["Parle", "Biscuits"], "brand": ["Parle"]}
    assert found["parle"] == found["small"], "who types Latin letters is shown the name in Latin letters"
    (salt,) = indexed.search("tata namak")
    assert marks(salt) == {"name": ["Salt"], "brand": ["Tata"]}


def test_a_regional_name_that_answers_best_is_marked_in_its_script(indexed: Catalog) -> None:
    first = indexed.search("பார்லே ஜி")[0]
    assert first["product_id"] == indexed.ids["parle"]
    assert marks(first) in ({"regional_names.IN-PY": ["பார்லே", "ஜி"]}, {"name": ["Parle", "G"], "brand": ["Parle"]})
    assert marks(indexed.search("पार्ले-जी बिस्किट")[0]) != {}


def test_without_words_nothing_is_marked(indexed: Catalog) -> None:
    assert all(p["highlights"] == [] for p in indexed.search(category="Staples"))
    assert all(p["highlights"] == [] for p in indexed.search())


# --- Fresh ---


def test_what_was_created_a_moment_ago_is_found(indexed: Catalog) -> None:
    made = indexed.admin.post("/v1/products", product(7, name="Zandu Balm", brand="Zandu")).ok(201)["product_id"]
    assert indexed.world.streams["Products"], "nobody has told the indexer yet"
    decision = matching.match([matching.Question(name="ZANDU BALM 800GM")], "corr-0001")[0]
    assert made in [c.product_id for c in decision.candidates]
    indexed.world.run()
    assert made in indexed.finds("zandu")


def test_a_change_is_found_under_its_new_name_and_not_its_old_one(indexed: Catalog) -> None:
    where = f"/v1/products/{indexed.ids['sugar']}"
    indexed.admin.patch(where, {"name": "Dhampure Jaggery"}).ok()
    indexed.world.run()
    recent.forget()  # another process; this one looks once a second
    assert indexed.finds("dhampure") == ["sugar"]
    assert "sugar" not in indexed.finds("madhur")


def test_what_is_rejected_leaves_every_search(indexed: Catalog) -> None:
    indexed.admin.patch(f"/v1/products/{indexed.ids['salt']}", {"verification_status": "rejected"}).ok()
    recent.forget()
    assert "salt" not in indexed.finds("tata salt")
    assert indexed.finds("tata salt", status="rejected") == ["salt"]
    indexed.world.run()
    recent.forget()
    assert "salt" not in indexed.finds("tata salt")


# --- Filters and pages ---


def test_filters_narrow_what_is_found(indexed: Catalog) -> None:
    assert set(indexed.finds(category="staples")) == {"salt", "sugar", "rice"}
    assert indexed.finds("1 kg", category="Staples", brand="TATA") == ["salt"]
    assert indexed.finds("amul", category="dairy", status="verified")[:2] in (["milk", "butter"], ["butter", "milk"])
    assert indexed.finds("amul", status="pending") == []
    assert indexed.finds("biscuit", region="IN-PY") == ["parle"]
    assert indexed.finds("biscuit", brand="Amul") == []
    assert indexed.admin.get(path("salt", status="merged")).ok()["items"] == []


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_show_everything_once_and_in_one_order(catalog: Catalog, limit: int) -> None:
    for number in range(20, 31):
        catalog.admin.post("/v1/products", product(number, name=f"Amul Cheese {number}", brand="Amul")).ok(201)
    catalog.world.run()
    for asked in (path("amul"), path(brand="Amul"), path("amul cheese", category="Biscuits")):
        whole = [p["product_id"] for p in catalog.admin.get(f"{asked}&limit=100").ok()["items"]]
        pages = list(catalog.admin.pages(f"{asked}&limit={limit}"))
        found = [p["product_id"] for page in pages for p in page]
        assert all(len(page) <= limit for page in pages)
        assert len(found) == len(set(found)) >= 11
        assert set(found) == set(whole), asked
        assert found == whole, asked


def test_a_list_that_is_only_filtered_needs_no_words(catalog: Catalog) -> None:
    made = [
        catalog.admin.post("/v1/products", product(n, name=f"Odonil {n}", brand="Odonil")).ok(201)["product_id"]
        for n in range(20, 25)
    ]
    catalog.world.run()
    assert set(catalog.finds(brand="Odonil")) == set(made)
    assert catalog.finds(brand="Odonil", limit=3) == catalog.finds(brand="Odonil")[:3]


def test_the_cursor_of_another_list_is_refused(indexed: Catalog) -> None:
    plain = indexed.admin.get("/v1/products?limit=1").ok()["next_cursor"]
    searched = indexed.admin.get(f"{path('amul')}&limit=1").ok()["next_cursor"]
    assert plain
    assert searched
    for wrong in (
        indexed.admin.get(f"{path('amul')}&cursor={plain}"),
        indexed.admin.get(f"/v1/products?cursor={searched}"),
        indexed.admin.get(f"{path('amul')}&cursor=bm9wZQ"),
    ):
        assert (wrong.status, wrong.code) == (400, "BAD_CURSOR")


# --- Who sees what ---


def test_an_owner_finds_what_is_verified_and_his_own(world: World, indexed: Catalog) -> None:
    for owner in ("ravi", "meena"):
        world.a_store(owner)
    ravi, meena = world.as_user("ravi"), world.as_user("meena")
    mine = ravi.post("/v1/products", product(5, name="Ravi Special Namkeen", brand="Ravi")).ok(201)["product_id"]
    world.run()
    assert indexed.finds("special namkeen", ravi) == [mine]
    assert indexed.finds("special namkeen") == [mine]
    assert indexed.finds("special namkeen", meena) == []
    assert indexed.finds(gtin(5), ravi) == [mine]
    assert indexed.finds(gtin(5), meena) == []
    assert indexed.finds("", ravi, brand="ravi") == [mine]
    assert indexed.finds("", meena, brand="ravi") == []
    assert indexed.finds("namkeen", ravi, status="pending") == [mine]
    assert indexed.finds("tata salt", meena)[0] == "salt"
    (found,) = indexed.search("special namkeen", ravi)
    assert (found["proposed_by"], found["store_id"], found["candidates"]) == (None, None, [])
    (seen,) = indexed.search("special namkeen")
    assert seen["proposed_by"] == "ravi"


def test_a_search_that_fails_says_so_and_lists_still_work(world: World, indexed: Catalog) -> None:
    def broken(call: object) -> None:
        if getattr(call, "operation", "") == "Invoke":
            raise matching.MatchingFailed("no index")

    world.before = broken
    answer = indexed.admin.get(path("salt"))
    assert (answer.status, answer.code) == (503, "SEARCH_UNAVAILABLE")
    assert indexed.admin.get("/v1/products").status == 200
    world.before = None


# --- Questions by words ---


def test_a_noisy_question_is_matched_with_reasons(indexed: Catalog) -> None:
    asked = {"name": "1042 PARLE-G GLUCO BISC 800GM B1G1"}
    decision = indexed.admin.post("/v1/products/match", asked).ok()
    assert (decision["decision"], decision["product_id"]) == ("match", indexed.ids["parle"])
    assert decision["product_gtin"] == "0" + gtin(1)
    best = decision["candidates"][0]
    assert best["product_id"] == indexed.ids["parle"]
    assert best["score"] < 1
    assert "The size is the same: 800 g." in best["reasons"]
    other = indexed.admin.post("/v1/products/match", {"name": "PARLE-G GLUCO BISC 600GM"}).ok()
    assert (other["decision"], other.get("product_id")) == ("new", None)
    assert len(other["candidates"]) >= 2


def test_a_question_between_two_products_is_for_a_person(indexed: Catalog) -> None:
    decision = indexed.admin.post("/v1/products/match", {"name": "Parle G Gluco Biscuits"}).ok()
    assert (decision["decision"], decision["product_id"]) == ("review", None)
    assert {c["product_id"] for c in decision["candidates"][:2]} == {indexed.ids["parle"], indexed.ids["small"]}


def test_an_exact_question_names_those_that_are_near_too(indexed: Catalog) -> None:
    decision = indexed.admin.post("/v1/products/match", {"name": "whatever", "barcode": gtin(1)}).ok()
    assert decision["candidates"][0]["score"] == 1.0
    named = indexed.admin.post("/v1/products/match", {"name": "Parle G Gluco Biscuits", "barcode": gtin(1)}).ok()
    assert [c["product_id"] for c in named["candidates"]][:2] == [indexed.ids["parle"], indexed.ids["small"]]


# --- Not the same ---


def apart(one: str) -> str:
    return f"/v1/products/{one}/not-the-same"


def test_what_is_said_of_a_pair_is_remembered_both_ways(indexed: Catalog) -> None:
    one, other = indexed.ids["parle"], indexed.ids["small"]
    body = {"other_id": other, "reason": "Another size."}
    told = indexed.admin.post(apart(one), body).ok()
    assert (told["other_id"], told["said_by"], told["reason"]) == (other, "admin-asha", "Another size.")
    for here, there in ((one, other), (other, one)):
        (said,) = indexed.admin.get(apart(here)).ok()["items"]
        assert said == {**told, "other_id": there}


def test_saying_it_again_and_from_the_other_side_says_it_once(world: World, indexed: Catalog) -> None:
    one, other = indexed.ids["parle"], indexed.ids["small"]
    indexed.admin.post(apart(one), {"other_id": other}).ok()
    indexed.admin.post(apart(one), {"other_id": other}).ok()
    told = indexed.admin.post(apart(other), {"other_id": one, "reason": "Weighed."}).ok()
    assert told["reason"] == "Weighed."
    assert [s["reason"] for s in indexed.admin.get(apart(one)).ok()["items"]] == ["Weighed."]
    assert len(world.rows("NotTheSame")) == 2
    key = {"idempotency_key": "0f3b5a1e-9b1f-4a52-8f3e-1c6a7b8c9d0e"}
    again = [indexed.admin.post(apart(one), {"other_id": other}, **key).ok() for _ in range(2)]
    assert again[0] == again[1]
    assert again[0]["reason"] == "Weighed.", "who gives none takes none away"
    assert [s["reason"] for s in indexed.admin.get(apart(other)).ok()["items"]] == ["Weighed."]


def test_it_is_taken_back_on_both_sides_and_twice_is_once(world: World, indexed: Catalog) -> None:
    one, other = indexed.ids["parle"], indexed.ids["small"]
    indexed.admin.post(apart(one), {"other_id": other}).ok()
    for _ in range(2):
        assert indexed.admin.post(apart(other), {"other_id": one, "takes_back": True}).ok()["taken_back"]
        assert world.rows("NotTheSame") == []
    assert indexed.admin.get(apart(one)).ok()["items"] == []


def test_only_admins_say_it(world: World, indexed: Catalog) -> None:
    world.a_store("ravi")
    ravi = world.as_user("ravi")
    one, other = indexed.ids["parle"], indexed.ids["small"]
    for answer in (
        ravi.post(apart(one), {"other_id": other}),
        ravi.get(apart(one)),
    ):
        assert (answer.status, answer.code) == (403, "ADMIN_ONLY")
    assert world.rows("NotTheSame") == []


def test_only_of_products_that_there_are_and_of_two(indexed: Catalog) -> None:
    one = indexed.ids["parle"]
    for answer in (
        indexed.admin.post(apart("prd_NOWHERE"), {"other_id": one}),
        indexed.admin.post(apart(one), {"other_id": "prd_NOWHERE"}),
        indexed.admin.get(apart("prd_NOWHERE")),
    ):
        assert (answer.status, answer.code) == (404, "PRODUCT_UNKNOWN")
    itself = indexed.admin.post(apart(one), {"other_id": one})
    assert (itself.status, itself.code) == (422, "SAME_PRODUCT")
    assert itself.body["errors"][0]["pointer"] == "/other_id"
    assert indexed.admin.post(apart(one), {}).status == 422


def test_what_a_product_is_not_is_paged_without_repeats(indexed: Catalog) -> None:
    one = indexed.ids["parle"]
    others = {product_id for key, product_id in indexed.ids.items() if key != "parle"}
    for other in others:
        indexed.admin.post(apart(one), {"other_id": other}).ok()
    pages = list(indexed.admin.pages(f"{apart(one)}?limit=3"))
    found = [s["other_id"] for page in pages for s in page]
    assert [len(page) for page in pages][:2] == [3, 3]
    assert found == sorted(others)
    cursor = indexed.admin.get(f"{apart(one)}?limit=1").ok()["next_cursor"]
    assert indexed.admin.get(f"{path('salt')}&cursor={cursor}").code == "BAD_CURSOR"


def test_two_that_look_the_same_are_rivals_once_they_are_told_apart(indexed: Catalog) -> None:
    twins = [
        indexed.admin.post("/v1/products", product(n, name="Zandu Balm Ultra", brand="Zandu")).ok(201)["product_id"]
        for n in (7, 8)
    ]
    indexed.world.run()
    question = matching.Question(name="ZANDU ULTRA BALM PAIN 800GM")
    before = matching.match([question], "corr-0001")[0]
    indexed.admin.post(apart(twins[0]), {"other_id": twins[1], "reason": "Old and new recipe"}).ok()
    after = matching.match([question], "corr-0001")[0]
    assert {c.product_id for c in after.candidates[:2]} == set(twins)
    assert max(c.score for c in after.candidates) <= max(c.score for c in before.candidates)
    assert after.decision == "review"
    of_first = matching.match([question.model_copy(update={"product_id": twins[0]})], "corr-0001")[0]
    assert not {c.product_id for c in of_first.candidates} & set(twins)
