"""What a product is called in the regions: by people, by Open Food Facts, and by machine."""

from __future__ import annotations

import json
from typing import Any

import pytest

from events.base import Event
from events.catalog import ChangedProduct, ProductCreated, ProductFacts, ProductUpdated
from services.catalog import client as catalog
from services.catalog.client import ProductFields, ProductPatch, Proposal, Verdict
from services.localization import subscriptions
from services.localization.domain.languages import HOME
from shared.kernel.errors import Invalid
from tests.builders import CAUSE, product
from tests.world import Call, Context, Person, World

pytestmark = pytest.mark.integration

MARATHI = "पार्ले-जी ग्लुको बिस्किट"


def names(person: Person, product_id: str, below: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.get(f"/v1/products/{product_id}/regional-names{below}").ok()["items"]
    return found


def said_by_people(product: dict[str, Any]) -> dict[str, list[str]]:
    """The regional names of a product that no machine has made."""
    origins = product["provenance"]
    return {r: n for r, n in product["regional_names"].items() if origins[f"regional_names.{r}"] != "translation"}


def called(person: Person, product_id: str, *said: str, region: str = "IN-MH", **headers: str) -> Any:
    return person.put(f"/v1/products/{product_id}/regional-names/{region}", {"names": list(said)}, **headers)


@pytest.fixture
def shared_product(world: World) -> str:
    made: str = world.as_admin().post("/v1/products", product(1)).ok(201)["product_id"]
    world.run()
    return made


def test_what_an_admin_says_counts_at_once_in_that_region_alone(world: World, shared_product: str) -> None:
    admin = world.as_admin()
    called(admin, shared_product, "பார்லே-ஜி", region="TN").ok()
    said = called(admin, shared_product, MARATHI, MARATHI, "Parle-G").ok()["items"]
    assert [(n["name"], n["language"], n["script"], n["source"], n["state"]) for n in said] == [
        (MARATHI, "mr", "Deva", "typed", "accepted"),
        ("Parle-G", "und-Latn", "Latn", "typed", "accepted"),
    ]
    now = admin.get(f"/v1/products/{shared_product}").ok()
    assert said_by_people(now) == {"IN-MH": [MARATHI, "Parle-G"], "IN-TN": ["பார்லே-ஜி"]}
    assert now["provenance"]["regional_names.IN-MH"] == "admin"
    world.run()
    (found,) = world.as_user("meena").get("/v1/products?q=ग्लुको").ok()["items"]
    assert found["product_id"] == shared_product


def test_former_codes_of_a_region_are_understood_and_others_are_unknown(world: World, shared_product: str) -> None:
    called(world.as_admin(), shared_product, "ପାର୍ଲେ-ଜି", region="IN-OR").ok()
    (name,) = [n for n in names(world.as_admin(), shared_product) if n["source"] == "typed"]
    assert (name["region"], name["language"], name["script"]) == ("IN-OD", "or", "Orya")
    assert called(world.as_admin(), shared_product, "x", region="IN-ZZ").code == "NO_SUCH_REGION"
    assert called(world.as_admin(), "prd_none", "x").code == "PRODUCT_UNKNOWN"


def test_an_owner_names_an_own_pending_product_at_once(world: World) -> None:
    world.a_store("ravi")
    ravi = world.as_user("ravi")
    made = ravi.post("/v1/products", product(1)).ok(201)["product_id"]
    called(ravi, made, MARATHI).ok()
    now = ravi.get(f"/v1/products/{made}").ok()
    assert now["regional_names"] == {"IN-MH": [MARATHI]}
    assert now["provenance"]["regional_names.IN-MH"] == "store"
    world.run()
    assert [p["product_id"] for p in ravi.get("/v1/products?q=ग्लुको बिस्किट").ok()["items"]] == [made]
    assert world.events("RegionalNameSuggested") == []


def test_what_an_owner_calls_a_shared_product_waits_for_an_admin(world: World, shared_product: str) -> None:
    store_id = world.a_store("ravi")
    world.a_store("meena")
    ravi, meena, admin = world.as_user("ravi"), world.as_user("meena"), world.as_admin()
    (said,) = [n for n in called(ravi, shared_product, MARATHI).ok()["items"] if n["source"] == "typed"]
    assert (said["state"], said["store_id"]) == ("suggested", store_id)
    assert said_by_people(ravi.get(f"/v1/products/{shared_product}").ok()) == {}
    assert [n["store_id"] for n in names(meena, shared_product) if n["name"] == MARATHI] == [None]
    called(ravi, shared_product, MARATHI).ok()
    world.run()
    (told,) = world.events("RegionalNameSuggested")
    assert (told["region"], told["names"], told["languages"], told["store_id"]) == (
        "IN-MH",
        [MARATHI],
        ["mr"],
        store_id,
    )

    (waiting,) = admin.get("/v1/admin/regional-names").ok()["items"]
    assert waiting["id"] == said["id"]
    decision = {"accept": True, "reason": "So it stands on the pack"}
    decided = admin.post(f"/v1/admin/regional-names/{said['id']}/decision", decision).ok()
    assert decided["state"] == "accepted"
    entry = admin.get(f"/v1/products/{shared_product}/history").ok()["items"][0]
    assert (entry["action"], entry["actor"], entry["reason"]) == ("updated", "admin-asha", "So it stands on the pack")
    assert said_by_people(ravi.get(f"/v1/products/{shared_product}").ok()) == {"IN-MH": [MARATHI]}
    assert admin.get("/v1/admin/regional-names").ok()["items"] == []
    refused = admin.post(f"/v1/admin/regional-names/{said['id']}/decision", {"accept": False})
    assert refused.code == "NAME_SETTLED"


def test_three_stores_that_call_it_the_same_need_no_admin(world: World, shared_product: str) -> None:
    world.as_admin().put(f"/v1/products/{shared_product}/regional-names/IN-MH", {"names": ["पार्ले"]}).ok()
    stores = {owner: world.a_store(owner) for owner in ("ravi", "meena", "arjun")}
    for owner in ("ravi", "meena"):
        called(world.as_user(owner), shared_product, MARATHI, f"{owner} म्हणतो").ok()
    assert said_by_people(world.as_user("ravi").get(f"/v1/products/{shared_product}").ok())["IN-MH"] == ["पार्ले"]
    answered = called(world.as_user("arjun"), shared_product, MARATHI).ok()["items"]
    assert [(n["name"], n["state"]) for n in answered[:2]] == [("पार्ले", "accepted"), (MARATHI, "accepted")]
    now = world.as_admin().get(f"/v1/products/{shared_product}").ok()
    assert said_by_people(now)["IN-MH"] == ["पार्ले", MARATHI], "the admin's name stays the usual one"
    entry = world.as_admin().get(f"/v1/products/{shared_product}/history").ok()["items"][0]
    assert entry["actor"] == "agreement"
    assert all(store_id in entry["reason"] for store_id in stores.values())
    waiting = world.as_admin().get("/v1/admin/regional-names").ok()["items"]
    assert {n["name"] for n in waiting} == {"ravi म्हणतो", "meena म्हणतो"}
    called(world.as_user("arjun"), shared_product, MARATHI).ok()
    world.run()
    (told,) = world.events("RegionalNameSettled")
    assert (told["accepted"], told["regional_name"], set(told["store_ids"])) == (True, MARATHI, set(stores.values()))
    assert len(world.events("RegionalNameSuggested")) == 2, "who says the same is no news"


def test_what_stores_agree_on_waits_for_an_admin_where_there_is_no_room(world: World, shared_product: str) -> None:
    called(world.as_admin(), shared_product, *(f"नाव {n}" for n in range(10))).ok()
    for owner in ("ravi", "meena", "arjun"):
        world.a_store(owner)
        called(world.as_user(owner), shared_product, MARATHI).ok()
    assert MARATHI not in said_by_people(world.as_admin().get(f"/v1/products/{shared_product}").ok())["IN-MH"]
    assert [n["name"] for n in world.as_admin().get("/v1/admin/regional-names").ok()["items"]] == [MARATHI]


def test_what_stores_agree_on_waits_for_an_admin_where_the_catalog_refuses_it(
    world: World, shared_product: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner in ("ravi", "meena"):
        world.a_store(owner)
        called(world.as_user(owner), shared_product, MARATHI).ok()

    def refuses(*_: Any, **__: Any) -> Any:
        raise Invalid("PRODUCT_TOO_LARGE", "It is full.", [])

    monkeypatch.setattr(catalog, "amend", refuses)
    world.a_store("arjun")
    called(world.as_user("arjun"), shared_product, MARATHI).ok()
    assert [n["name"] for n in world.as_admin().get("/v1/admin/regional-names").ok()["items"]] == [MARATHI]


def test_who_has_three_shops_is_one_who_says_it(world: World, shared_product: str) -> None:
    for store_id in [world.a_store("ravi") for _ in range(3)]:
        body = {"names": [MARATHI], "store_id": store_id}
        world.as_user("ravi").put(f"/v1/products/{shared_product}/regional-names/IN-MH", body).ok()
    assert said_by_people(world.as_admin().get(f"/v1/products/{shared_product}").ok()) == {}


def test_stores_that_say_the_same_at_once_are_all_counted(world: World, shared_product: str) -> None:
    for owner in ("ravi", "meena", "arjun"):
        world.a_store(owner)
    called(world.as_user("ravi"), shared_product, MARATHI).ok()

    def quicker(call: Call) -> None:
        if call.operation == "TransactWriteItems":
            world.before = None
            called(world.as_user("meena"), shared_product, MARATHI).ok()

    world.before = quicker
    called(world.as_user("arjun"), shared_product, MARATHI).ok()
    assert said_by_people(world.as_admin().get(f"/v1/products/{shared_product}").ok()) == {"IN-MH": [MARATHI]}


def test_stores_hear_what_became_of_their_names_and_admins_that_some_wait(world: World, shared_product: str) -> None:
    stores = {owner: world.a_store(owner) for owner in ("ravi", "meena")}
    admin = world.as_admin()
    called(world.as_user("ravi"), shared_product, MARATHI, "चुकीचे").ok()
    called(world.as_user("meena"), shared_product, MARATHI).ok()
    world.run()
    told = [n for n in admin.get("/v1/admin/notifications").ok()["items"] if n["type"] == "RegionalNameSuggested"]
    assert [n["link"] for n in told] == ["/v1/admin/regional-names"]
    for name in admin.get("/v1/admin/regional-names").ok()["items"]:
        decision = {"accept": name["name"] == MARATHI, "reason": "So it is printed."}
        admin.post(f"/v1/admin/regional-names/{name['id']}/decision", decision).ok()
    world.run(twice=True)
    heard = {
        owner: [n["title"] for n in world.as_user(owner).get(f"/v1/stores/{store_id}/notifications").ok()["items"]]
        for owner, store_id in stores.items()
    }
    name = admin.get(f"/v1/products/{shared_product}").ok()["name"]
    assert heard["meena"] == [f"Your change of {name} is taken over"]
    assert sorted(heard["ravi"]) == [
        f"Your change of {name} is taken over",
        f"Your change of {name} was not taken over",
    ]
    history = admin.get(f"/v1/products/{shared_product}/history").ok()["items"]
    (declined,) = [e for e in history if e["action"] == "name_declined"]
    assert (declined["actor"], declined["reason"]) == ("admin-asha", "IN-MH: चुकीचे. So it is printed.")


def test_names_of_one_product_are_one_notice_whichever_shops_say_them(world: World, shared_product: str) -> None:
    for owner, said in (("ravi", "एक"), ("ravi", "दोन"), ("meena", "तीन")):
        world.a_store(owner)
        called(world.as_user(owner), shared_product, said).ok()
        world.run(twice=True)
    assert len(world.events("RegionalNameSuggested")) == 3
    told = world.as_admin().get("/v1/admin/notifications").ok()["items"]
    assert [n["title"] for n in told] == [f"A change of {product(1)['name']} is suggested"]


def test_what_an_admin_calls_it_himself_answers_who_had_said_so(world: World, shared_product: str) -> None:
    world.a_store("ravi")
    called(world.as_user("ravi"), shared_product, MARATHI).ok()
    called(world.as_admin(), shared_product, MARATHI).ok()
    assert world.as_admin().get("/v1/admin/regional-names").ok()["items"] == []
    world.run()
    (told,) = world.events("RegionalNameSettled")
    assert told["accepted"]


def test_a_declined_name_is_gone_and_can_be_suggested_again(world: World, shared_product: str) -> None:
    world.a_store("ravi")
    ravi, admin = world.as_user("ravi"), world.as_admin()
    called(ravi, shared_product, "चुकीचे").ok()
    (waiting,) = admin.get("/v1/admin/regional-names").ok()["items"]
    for _ in range(2):
        admin.post(f"/v1/admin/regional-names/{waiting['id']}/decision", {"accept": False, "reason": "no"}).ok()
    assert "चुकीचे" not in [n["name"] for n in names(ravi, shared_product)]
    called(ravi, shared_product, "चुकीचे").ok()
    assert len(admin.get("/v1/admin/regional-names").ok()["items"]) == 1


def test_two_names_that_are_accepted_at_once_are_both_kept(world: World, shared_product: str) -> None:
    world.a_store("ravi")
    admin = world.as_admin()
    called(world.as_user("ravi"), shared_product, "एक", "दोन").ok()
    one, two = (
        f"/v1/admin/regional-names/{n['id']}/decision" for n in admin.get("/v1/admin/regional-names").ok()["items"]
    )

    def rival(call: Call) -> None:
        if call.operation == "TransactWriteItems":  # the product as it was read, with the one name
            world.before = None
            admin.post(two, {"accept": True}).ok()

    world.before = rival
    admin.post(one, {"accept": True}).ok()
    now = admin.get(f"/v1/products/{shared_product}").ok()["regional_names"]["IN-MH"]
    assert sorted(now) == sorted(["एक", "दोन"])


def test_who_suggests_some_of_the_same_at_once_loses_none_of_the_others(world: World, shared_product: str) -> None:
    for owner in ("ravi", "meena"):
        world.a_store(owner)

    def rival(call: Call) -> None:
        if call.operation == "TransactWriteItems":
            world.before = None
            called(world.as_user("meena"), shared_product, "एक", "दोन").ok()

    world.before = rival
    called(world.as_user("ravi"), shared_product, "दोन", "तीन").ok()
    waiting = world.as_admin().get("/v1/admin/regional-names").ok()["items"]
    assert sorted(n["name"] for n in waiting) == sorted(["एक", "दोन", "तीन"])
    world.run()
    told = world.events("RegionalNameSuggested")
    assert sorted(name for fact in told for name in fact["names"]) == sorted(["एक", "दोन", "तीन"])


def test_people_without_a_store_and_those_of_another_suggest_nothing(world: World, shared_product: str) -> None:
    assert called(world.as_user("newcomer"), shared_product, MARATHI).status == 403
    world.a_store("ravi")
    other = world.a_store("meena")
    path = f"/v1/products/{shared_product}/regional-names/IN-MH"
    assert world.as_user("ravi").put(path, {"names": ["x"], "store_id": other}).code == "STORE_UNKNOWN"


def test_who_insists_on_a_version_that_is_gone_is_refused(world: World, shared_product: str) -> None:
    admin = world.as_admin()
    etag = admin.get(f"/v1/products/{shared_product}/regional-names").etag
    called(admin, shared_product, MARATHI, if_match=etag).ok()
    assert called(admin, shared_product, "x", if_match=etag).status == 412


@pytest.mark.parametrize("accept", [True, False])
def test_who_decides_of_a_name_can_insist_on_the_names_he_read(world: World, shared_product: str, accept: bool) -> None:
    world.a_store("ravi")
    admin = world.as_admin()
    called(world.as_user("ravi"), shared_product, MARATHI).ok()
    (waiting,) = admin.get("/v1/admin/regional-names").ok()["items"]
    path = f"/v1/admin/regional-names/{waiting['id']}/decision"
    read = f"/v1/products/{shared_product}/regional-names"
    old = admin.get(read).etag
    called(world.as_user("ravi"), shared_product, "பார்லே-ஜி", region="TN").ok()
    refused = admin.post(path, {"accept": accept}, if_match=old)
    assert (refused.status, refused.code) == (412, "STALE")
    done = admin.post(path, {"accept": accept}, if_match=admin.get(read).etag)
    assert done.ok()["state"] == ("accepted" if accept else "declined")
    assert done.etag == admin.get(read).etag
    assert admin.post(path, {"accept": accept}, if_match=old).status == 412


def test_a_decision_of_a_name_that_was_cut_off_is_answered_under_its_key(world: World, shared_product: str) -> None:
    world.a_store("ravi")
    admin = world.as_admin()
    called(world.as_user("ravi"), shared_product, MARATHI).ok()
    (waiting,) = admin.get("/v1/admin/regional-names").ok()["items"]
    path = f"/v1/admin/regional-names/{waiting['id']}/decision"
    etag = admin.get(f"/v1/products/{shared_product}/regional-names").etag

    def dies(call: Any) -> None:
        if call.operation == "TransactWriteItems" and "RegionalNames" in str(call.params):
            world.before = None
            raise RuntimeError("gone")

    world.before = dies
    headers = {"if_match": etag, "idempotency_key": "k-1"}
    assert admin.post(path, {"accept": True}, **headers).status == 500
    assert admin.post(path, {"accept": True}, **headers).ok()["state"] == "accepted"


def test_an_approved_product_gets_a_machines_name_where_every_word_is_known(world: World) -> None:
    world.a_store("ravi")
    ravi, admin = world.as_user("ravi"), world.as_admin()
    made = ravi.post("/v1/products", {"name": "Tata Salt 1 kg", "brand": "Tata"}).ok(201)["product_id"]
    called(ravi, made, "टाटाचे मीठ").ok()
    world.run()
    assert list(ravi.get(f"/v1/products/{made}").ok()["regional_names"]) == ["IN-MH"], "nobody has approved it"
    catalog.decide(made, Verdict("approve"), CAUSE)
    world.run(twice=True)
    now = admin.get(f"/v1/products/{made}").ok()
    assert now["regional_names"]["IN-TN"] == ["Tata உப்பு 1 கிலோ"]
    assert now["regional_names"]["IN-UP"] == ["Tata नमक 1 किलो"]
    assert now["regional_names"]["IN-OD"] == ["Tata ଲୁଣ 1 କିଲୋ"]
    assert now["regional_names"]["IN-MH"] == ["टाटाचे मीठ"], "a person's name stands"
    assert (now["provenance"]["regional_names.IN-MH"], now["provenance"]["regional_names.IN-TN"]) == (
        "store",
        "translation",
    )
    assert now["provenance"]["regional_names"] == "store"
    tamil = next(n for n in names(admin, made) if n["region"] == "IN-TN")
    assert (tamil["language"], tamil["source"], tamil["state"]) == ("ta", "glossary", "accepted")
    (bihar,) = names(admin, made, "/IN-BR")
    assert (bihar["name"], bihar["region"]) == ("Tata नमक 1 किलो", "IN-UP")

    version = now["version"]
    admin.patch(f"/v1/products/{made}", {"name": "Tata Tea 1 kg"}).ok()
    world.run(twice=True)
    now = admin.get(f"/v1/products/{made}").ok()
    assert now["regional_names"]["IN-UP"] == ["Tata चाय 1 किलो"], "a machine's name follows the product's"
    assert now["regional_names"]["IN-MH"] == ["टाटाचे मीठ"]
    assert now["version"] == version + 2


def together(*events: Event) -> None:
    """Events that localization hears in one batch."""
    said = [{"source": e.SOURCE, "detail-type": e.detail_type(), "detail": e.model_dump(mode="json")} for e in events]
    records = [{"messageId": str(n), "body": json.dumps(message)} for n, message in enumerate(said)]
    assert subscriptions.handler({"Records": records}, Context("localization")) == {"batchItemFailures": []}


def test_a_creation_that_comes_late_keeps_no_rename_from_being_heard(world: World) -> None:
    admin = world.as_admin()
    made = admin.post("/v1/products", {"name": "Tata Salt 1 kg", "brand": "Tata"}).ok(201)["product_id"]
    admin.patch(f"/v1/products/{made}", {"name": "Tata Tea 1 kg"}).ok()
    facts = {"product_id": made, "version": 1, "name": "", "verification_status": "verified", "source": "admin"}
    created = ProductCreated.stated(CAUSE, ProductFacts.model_validate(facts), made, "1")
    renamed = ProductUpdated.stated(CAUSE, ChangedProduct.model_validate({**facts, "changed": ["name"]}), made, "2")
    together(renamed, created)
    now = admin.get(f"/v1/products/{made}").ok()
    assert now["regional_names"]["IN-UP"] == ["Tata चाय 1 किलो"]


def test_a_name_with_a_word_that_no_list_has_is_a_suggestion(world: World) -> None:
    admin = world.as_admin()
    made = admin.post("/v1/products", {"name": "Zorbix Salt"}).ok(201)["product_id"]
    world.run()
    hindi = next(n for n in names(admin, made) if n["language"] == "hi")
    assert (hindi["source"], hindi["state"], hindi["unknown_words"]) == ("transliterated", "suggested", ["Zorbix"])
    assert admin.get(f"/v1/products/{made}").ok()["regional_names"] == {}
    admin.post(f"/v1/admin/regional-names/{hindi['id']}/decision", {"accept": True}).ok()
    assert admin.get(f"/v1/products/{made}").ok()["regional_names"] == {"IN-UP": [hindi["name"]]}
    tamil = next(n for n in names(admin, made) if n["language"] == "ta")
    admin.post(f"/v1/admin/regional-names/{tamil['id']}/decision", {"accept": False}).ok()
    assert "ta" not in {n["language"] for n in names(admin, made)}
    assert admin.post("/v1/admin/regional-names/none/decision", {"accept": True}).code == "REGIONAL_NAME_UNKNOWN"


def test_a_shopkeepers_name_survives_open_food_facts_and_machines(world: World) -> None:
    world.a_store("ravi")
    ravi = world.as_user("ravi")
    made = ravi.post("/v1/products", product(1)).ok(201)["product_id"]
    called(ravi, made, MARATHI).ok()
    off = ProductPatch(regional_names={"IN-MH": ["ओएफएफ"], "IN-TN": ["பார்லே-ஜி"]}, category="Biscuits")
    catalog.amend(made, off, CAUSE, origin="off")
    now = ravi.get(f"/v1/products/{made}").ok()
    assert now["regional_names"] == {"IN-MH": [MARATHI], "IN-TN": ["பார்லே-ஜி"]}
    assert now["provenance"]["regional_names.IN-TN"] == "off"
    catalog.call(made, {"IN-TN": ["எந்திரம்"], "IN-MH": []}, CAUSE, origin="translation")
    assert ravi.get(f"/v1/products/{made}").ok()["regional_names"] == now["regional_names"]
    assert {n["name"]: n["source"] for n in names(ravi, made)}["பார்லே-ஜி"] == "off"
    world.run()
    assert [p["product_id"] for p in ravi.get("/v1/products?q=ग्लुको").ok()["items"]] == [made]


def test_a_merged_or_refused_product_gets_no_more_names(world: World, shared_product: str) -> None:
    world.a_store("ravi")
    ravi, admin = world.as_user("ravi"), world.as_admin()
    admin.patch(f"/v1/products/{shared_product}", {"verification_status": "rejected"}).ok()
    assert called(ravi, shared_product, MARATHI).code == "PRODUCT_REJECTED"
    other = admin.post("/v1/products", product(2, name="Parle G Glucose Biscuit")).ok(201)["product_id"]
    again = admin.post("/v1/products", product(3, name="Parle G Glucose Biscuits Pack")).ok(201)["product_id"]
    catalog.merge(other, again, "the same", CAUSE)
    assert called(ravi, other, MARATHI).code == called(admin, other, MARATHI).code == "PRODUCT_MERGED"


def test_what_an_admin_adds_is_named_by_machine_as_it_is_made(world: World) -> None:
    admin = world.as_admin()
    fields = {"name": "Tata Salt 1 kg", "brand": "Tata", "regional_names": {"IN-MH": ["टाटाचे मीठ"]}}
    made = admin.post("/v1/products", fields).ok(201)
    assert made["regional_names"] == {
        "IN-MH": ["टाटाचे मीठ"],
        **{region: names for region, names in made["regional_names"].items() if region != "IN-MH"},
    }
    assert set(made["regional_names"]) == set(HOME.values())
    assert (made["regional_names"]["IN-TN"], made["regional_names"]["IN-OD"]) == (
        ["Tata உப்பு 1 கிலோ"],
        ["Tata ଲୁଣ 1 କିଲୋ"],
    )
    origins = made["provenance"]
    assert (origins["regional_names"], origins["regional_names.IN-TN"]) == ("admin", "translation")
    world.run(twice=True)
    now = admin.get(f"/v1/products/{made['product_id']}").ok()
    assert (now["version"], now["regional_names"]) == (1, made["regional_names"]), "there is nothing to add"
    shown = {n["name"]: n["source"] for n in names(admin, made["product_id"])}
    assert (shown["टाटाचे मीठ"], shown["Tata உப்பு 1 கிலோ"]) == ("typed", "glossary")
    called(admin, made["product_id"], "டாடா உப்பு", region="IN-TN").ok()
    now = admin.get(f"/v1/products/{made['product_id']}").ok()
    assert (now["regional_names"]["IN-TN"], now["provenance"]["regional_names.IN-TN"]) == (["டாடா உப்பு"], "admin")
    assert now["provenance"]["regional_names.IN-OD"] == "translation"


def test_what_a_file_makes_is_named_too_and_its_undo_takes_it_back(world: World) -> None:
    fields = ProductFields(name="Tata Salt 1 kg", brand="Tata")
    (made,) = catalog.propose([Proposal(fields=fields, source="import", verified=True, seed=("job", "1"))], CAUSE)
    world.run()
    product_ = catalog.products([made.product_id])[made.product_id]
    assert (product_.version, product_.regional_names["IN-TN"]) == (1, ["Tata உப்பு 1 கிலோ"])
    assert catalog.withdraw([made.product_id], "undone", CAUSE) == {made.product_id}


def test_a_draft_gets_no_names_before_it_is_approved(world: World) -> None:
    world.a_store("ravi")
    made = world.as_user("ravi").post("/v1/products", {"name": "Tata Salt 1 kg"}).ok(201)
    assert made["regional_names"] == {}


# --- A store's own words ---

SAGAR = "सागर बिस्किट"


def found(person: Person, q: str, more: str = "") -> list[str]:
    return [p["product_id"] for p in person.get(f"/v1/products?q={q}{more}").ok()["items"]]


def test_a_store_finds_a_product_by_its_own_name_at_once_and_nobody_else_does(
    world: World, shared_product: str
) -> None:
    world.a_store("ravi")
    world.a_store("meena")
    ravi, meena = world.as_user("ravi"), world.as_user("meena")
    called(ravi, shared_product, SAGAR, "लाडका खाऊ").ok()
    assert found(ravi, "सागर") == [shared_product], "before any event has gone out"
    assert found(ravi, "laadka") == found(ravi, "बिस्किट सागर") == [shared_product]
    (hit,) = ravi.get("/v1/products?q=सागर").ok()["items"]
    (mark,) = hit["highlights"]
    assert (mark["field"], mark["text"], mark["spans"]) == ("regional_names.IN-MH", SAGAR, [{"start": 0, "end": 4}])
    assert hit["regional_names"].get("IN-MH") != [SAGAR], "the catalog doesn't say so"
    world.run()
    assert found(meena, "सागर") == found(world.as_admin(), "सागर") == []


def test_a_stores_own_words_follow_what_it_says(world: World, shared_product: str) -> None:
    world.a_store("ravi")
    ravi, admin = world.as_user("ravi"), world.as_admin()
    called(ravi, shared_product, SAGAR).ok()
    called(ravi, shared_product, "लाडका खाऊ").ok()
    assert (found(ravi, "सागर"), found(ravi, "लाडका")) == ([], [shared_product])
    for waiting in admin.get("/v1/admin/regional-names").ok()["items"]:
        admin.post(f"/v1/admin/regional-names/{waiting['id']}/decision", {"accept": False}).ok()
    assert found(ravi, "लाडका") == [shared_product], "declined for all, it is still what this store calls it"
    called(ravi, shared_product).ok()
    assert found(ravi, "लाडका") == []


def test_two_stores_that_say_the_same_find_it_both(world: World, shared_product: str) -> None:
    for owner in ("ravi", "meena"):
        world.a_store(owner)
        called(world.as_user(owner), shared_product, SAGAR).ok()
        assert found(world.as_user(owner), "सागर") == [shared_product]


def test_own_words_come_first_and_once_and_page_with_the_others(world: World) -> None:
    world.a_store("ravi")
    ravi, admin = world.as_user("ravi"), world.as_admin()
    made = [admin.post("/v1/products", product(n, name=f"Marie {n} Rusk")).ok(201)["product_id"] for n in (1, 2, 3)]
    other = admin.post("/v1/products", product(4, name="Sagar Salt")).ok(201)["product_id"]
    world.run()
    for product_id in made[:2]:
        called(ravi, product_id, "सागर").ok()
    called(ravi, other, "सागर").ok()
    assert found(ravi, "सागर") == [other, made[1], made[0]], "the newest first, and each once"
    pages = list(ravi.pages("/v1/products?q=सागर&limit=2"))
    assert [p["product_id"] for page in pages for p in page] == [other, made[1], made[0]]
    assert max(map(len, pages)) == 2
    assert found(ravi, "सागर", "&status=pending") == found(ravi, "सागर", "&brand=nobody") == []
    assert found(ravi, "सागर", "&region=IN-MH") == [other, made[1], made[0]]


def test_a_stores_stock_is_found_by_its_own_words(world: World) -> None:
    store_id = world.a_store("ravi")
    other = world.a_store("meena")
    ravi, admin = world.as_user("ravi"), world.as_admin()
    made = [admin.post("/v1/products", product(n, name=f"Marie {n} Rusk")).ok(201)["product_id"] for n in range(1, 5)]
    world.run()
    for product_id in made:
        ravi.put(f"/v1/stores/{store_id}/inventory/{product_id}", {"quantity": 1, "location": "A"}).ok()
        world.as_user("meena").put(f"/v1/stores/{other}/inventory/{product_id}", {"quantity": 1}).ok()
    called(ravi, made[0], SAGAR).ok()
    called(ravi, made[2], SAGAR).ok()

    def stock(q: str, owner: str = "ravi", store: str = store_id) -> list[str]:
        pages = world.as_user(owner).pages(f"/v1/stores/{store}/inventory?q={q}&limit=1")
        return [item["product_id"] for page in pages for item in page]

    assert stock("सागर") == [made[2], made[0]]
    assert stock("sagar&location=A") == [made[2], made[0]]
    assert stock("सागर&location=B") == stock("सागर", "meena", other) == []
    assert stock("rusk") == made[::-1], "by the catalog's name as ever"
    called(ravi, made[1], "रस्क").ok()
    assert stock("rusk") == made[::-1], "each once, in order"
