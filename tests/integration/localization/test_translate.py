"""Amazon Translate, as botocore's stub plays it: asked once, within a budget, and never for a brand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from services.catalog import client as catalog
from services.catalog.client import Verdict
from services.localization.domain.terminology import terms
from services.localization.settings import TranslateSettings
from services.localization.store import terminology, translations
from shared.aws import clients
from shared.aws.dynamo import Table
from shared.aws.settings import settings
from tests.builders import CAUSE
from tests.world import World

pytestmark = pytest.mark.integration

AT = datetime(2026, 11, 27, 10, tzinfo=UTC)
OURS = f"Brands and glossary of the product catalog, sha256 {hashlib.sha256(terms()).hexdigest()}"


@pytest.fixture
def bare(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    monkeypatch.setenv("TRANSLATE_CHARACTERS_A_DAY", "60")
    monkeypatch.setenv("TRANSLATE_TERMINOLOGY", "vyapar")
    settings.cache_clear()
    terminology.bring.cache_clear()
    with Stubber(clients.translate()) as stubber:
        yield stubber
    terminology.bring.cache_clear()
    settings.cache_clear()


@pytest.fixture
def stub(bare: Stubber) -> Stubber:
    """One that has our terms already."""
    there(bare, OURS)
    return bare


def there(stub: Stubber, description: str | None) -> None:
    """What Amazon Translate says of our terminology; None: that it has none."""
    asked = {"Name": "vyapar"}
    if description is None:
        stub.add_client_error("get_terminology", "ResourceNotFoundException", expected_params=asked)
    else:
        properties = {"TerminologyProperties": {"Name": "vyapar", "Description": description}}
        stub.add_response("get_terminology", properties, asked)


def is_brought(stub: Stubber) -> None:
    """That our terms are imported next."""
    request = {
        "Name": "vyapar",
        "MergeStrategy": "OVERWRITE",
        "Description": OURS,
        "TerminologyData": {"File": terms(), "Format": "CSV", "Directionality": "UNI"},
    }
    stub.add_response("import_terminology", {"TerminologyProperties": {"Name": "vyapar"}}, request)


def said(name: str, at: datetime = AT, brand: str | None = None) -> str | None:
    return translations.translate([(name, brand)], "hi", at).names[0]


def will_say(stub: Stubber, text: str, said: str, language: str = "hi") -> None:
    asked = {
        "Text": text,
        "SourceLanguageCode": "en",
        "TargetLanguageCode": language,
        "TerminologyNames": ["vyapar"],
    }
    answer = {"TranslatedText": said, "SourceLanguageCode": "en", "TargetLanguageCode": language}
    stub.add_response("translate_text", answer, asked)


def test_several_names_go_as_one_text_without_their_brands_and_are_kept(stub: Stubber) -> None:
    will_say(stub, "Zesty Salt\nMystic Soap", "ज़ायकेदार नमक\nरहस्यमय साबुन")
    both = [("Tata Zesty Salt", "Tata"), ("Mystic Soap", None)]
    assert translations.translate(both, "hi", AT).names == ["Tata ज़ायकेदार नमक", "रहस्यमय साबुन"]
    assert translations.translate([*both, *both], "hi", AT).names[3] == "रहस्यमय साबुन", "asked no more"
    stub.assert_no_pending_responses()


def test_an_answer_with_other_lines_is_not_trusted(stub: Stubber) -> None:
    will_say(stub, "Zesty Salt\nMystic Soap", "सब एक")
    will_say(stub, "Zesty Salt", "ज़ायकेदार नमक")
    will_say(stub, "Mystic Soap", "रहस्यमय साबुन")
    assert translations.translate([("Zesty Salt", None), ("Mystic Soap", None)], "hi", AT).names[1] == "रहस्यमय साबुन"


def test_a_lost_brand_loses_the_answer(stub: Stubber) -> None:
    will_say(stub, "Zesty Parle-G Mystic", "ज़ायकेदार पार्ले रहस्य")
    assert said("Zesty Parle-G Mystic") is None


def test_no_more_than_the_days_characters_are_sent(stub: Stubber) -> None:
    will_say(stub, "Z" * 40, "ज़")
    will_say(stub, "Y" * 40, "य")
    assert said("Z" * 40) == "ज़"
    assert said("Y" * 40) is None
    assert said("Y" * 40, AT.replace(day=28)) == "य"
    assert said("Q" * 61, AT.replace(day=29)) is None


def test_what_was_refused_is_not_paid_for(stub: Stubber) -> None:
    for _ in range(3):
        stub.add_client_error("translate_text", "ThrottlingException", http_status_code=400)
        with pytest.raises(ClientError):
            said("Z" * 40)
    will_say(stub, "Z" * 40, "ज़")
    assert said("Z" * 40) == "ज़"
    assert said("Y" * 40) is None, "what was said is"


@pytest.mark.usefixtures("stub")
def test_odia_and_assamese_are_not_asked_for(world: World) -> None:
    assert translations.translate([("Zesty", None)], "or", AT).names == [None]
    assert not world.calls


def test_where_it_is_off_nothing_is_asked(world: World) -> None:
    assert settings(TranslateSettings).translate_characters_a_day == 0
    assert said("Zesty") is None
    assert not world.calls


def test_what_it_says_of_an_approved_product_waits_for_a_person(world: World, stub: Stubber) -> None:
    world.a_store("ravi")
    for language in ("hi", "mr", "ta", "te", "bn", "gu"):  # with these the day's characters are spent
        will_say(stub, "Zorbix Salt", f"नमक {language}", language)
    made = world.as_user("ravi").post("/v1/products", {"name": "Zorbix Salt"}).ok(201)["product_id"]
    catalog.decide(made, Verdict("approve"), CAUSE)
    world.run(twice=True)
    (waiting,) = world.as_admin().get("/v1/admin/regional-names?language=hi").ok()["items"]
    assert (waiting["name"], waiting["source"], waiting["state"]) == ("नमक hi", "translate", "suggested")
    assert world.as_admin().get("/v1/admin/regional-names").ok()["items"] == []
    listed = world.as_admin().get(f"/v1/products/{made}/regional-names").ok()["items"]
    assert [n["source"] for n in listed if n["language"] == "hi"] == ["translate"], "better than by rules"


@pytest.mark.parametrize("description", [None, "of last week", ""])
def test_the_terminology_is_brought_where_it_lacks_or_is_another_and_once(
    bare: Stubber, description: str | None
) -> None:
    there(bare, description)
    is_brought(bare)
    will_say(bare, "Zesty Salt", "ज़ायकेदार नमक")
    will_say(bare, "Mystic Soap", "रहस्यमय साबुन")
    assert said("Zesty Salt") == "ज़ायकेदार नमक"
    assert said("Mystic Soap") == "रहस्यमय साबुन", "it is not looked for again"
    bare.assert_no_pending_responses()


def test_a_terminology_that_another_is_bringing_is_taken_for_brought(bare: Stubber) -> None:
    there(bare, None)
    bare.add_client_error("import_terminology", "ConcurrentModificationException")
    will_say(bare, "Zesty Salt", "ज़ायकेदार नमक")
    assert said("Zesty Salt") == "ज़ायकेदार नमक"


def test_where_the_terminology_is_refused_nothing_is_translated_and_the_next_tries_again(bare: Stubber) -> None:
    there(bare, None)
    bare.add_client_error("import_terminology", "LimitExceededException")
    with pytest.raises(ClientError):
        said("Zesty Salt")
    there(bare, None)
    is_brought(bare)
    will_say(bare, "Zesty Salt", "ज़ायकेदार नमक")
    assert said("Zesty Salt") == "ज़ायकेदार नमक"


def approved(world: World, *names: str) -> list[str]:
    """Products that have just been approved; nobody has heard of it yet."""
    made = [world.as_user("ravi").post("/v1/products", {"name": n}).ok(201)["product_id"] for n in names]
    world.run()
    for product_id in made:
        catalog.decide(product_id, Verdict("approve"), CAUSE)
    return made


def test_the_products_of_a_batch_are_asked_for_together(
    world: World, stub: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSLATE_CHARACTERS_A_DAY", "100000")
    settings.cache_clear()
    world.a_store("ravi")
    names = ("Zorbix Salt", "Quaxil Soap", "Vintro Rice")
    for language in ("hi", "mr", "ta", "te", "bn", "gu", "kn", "ml", "pa"):
        will_say(stub, "\n".join(names), f"एक {language}\nदो {language}\nतीन {language}", language)
    made = approved(world, *names)
    world.run(twice=True)
    stub.assert_no_pending_responses()
    waiting = world.as_admin().get("/v1/admin/regional-names?language=ta").ok()["items"]
    assert {(n["product_id"], n["name"]) for n in waiting} == set(zip(made, ("एक ta", "दो ta", "तीन ta"), strict=True))
    asked = [call for call in world.calls if call.operation == "TranslateText"]
    assert len(asked) == 9, "one for each language, not one for each product and language"


def test_what_fails_in_one_language_comes_again_and_the_others_are_kept(
    world: World, stub: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSLATE_CHARACTERS_A_DAY", "1000")
    settings.cache_clear()
    world.a_store("ravi")
    will_say(stub, "Zorbix Salt", "नमक hi", "hi")
    stub.add_client_error("translate_text", "ThrottlingException", http_status_code=400)
    for language in ("ta", "te", "bn", "gu", "kn", "ml", "pa"):
        will_say(stub, "Zorbix Salt", f"नमक {language}", language)
    will_say(stub, "Zorbix Salt", "नमक mr", "mr")  # when the message comes again: what is known is not asked again
    approved(world, "Zorbix Salt")
    world.run()
    stub.assert_no_pending_responses()
    for language in ("hi", "mr", "pa"):
        (waiting,) = world.as_admin().get(f"/v1/admin/regional-names?language={language}").ok()["items"]
        assert waiting["name"] == f"नमक {language}"
    assert world.dead == []


def test_what_a_day_has_no_room_for_is_taken_along_on_a_later_one(
    world: World, stub: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSLATE_CHARACTERS_A_DAY", "100")  # two names, four languages
    settings.cache_clear()
    world.a_store("ravi")

    def will_say_both(*languages: str) -> None:
        for language in languages:
            will_say(stub, "Zorbix Salt\nQuaxil Soap", f"नमक {language}\nसाबुन {language}", language)

    def another_is_approved(name: str, days: int) -> None:
        """One that itself asks for nothing."""
        made = world.as_user("ravi").post("/v1/products", {"name": name}).ok(201)["product_id"]
        catalog.decide(made, Verdict("approve"), replace(CAUSE, at=CAUSE.at + timedelta(days=days)))
        world.run(twice=True)
        stub.assert_no_pending_responses()

    def waiting(language: str) -> set[str]:
        items = world.as_admin().get(f"/v1/admin/regional-names?language={language}").ok()["items"]
        return {item["name"] for item in items}

    will_say_both("hi", "mr", "ta", "te")
    approved(world, "Zorbix Salt", "Quaxil Soap")
    world.run()
    another_is_approved("Salt 1 kg", days=0)
    assert (len(waiting("te")), waiting("bn")) == (2, set())
    stub.add_client_error("translate_text", "ThrottlingException", http_status_code=400)  # bn
    will_say_both("gu", "kn", "ml", "pa")
    another_is_approved("Sugar 1 kg", days=1)
    assert (waiting("pa"), waiting("bn")) == ({"नमक pa", "साबुन pa"}, set())
    will_say_both("bn")
    another_is_approved("Rice 1 kg", days=2)
    assert waiting("bn") == {"नमक bn", "साबुन bn"}
    assert [row for row in world.rows("Translations") if row["text"] == "budget#later"] == []
    assert world.dead == []


def test_a_product_that_is_called_otherwise_is_translated_anew(
    world: World, stub: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSLATE_CHARACTERS_A_DAY", "1000")
    settings.cache_clear()
    world.a_store("ravi")
    admin = world.as_admin()
    languages = ("hi", "mr", "ta", "te", "bn", "gu", "kn", "ml", "pa")
    for language in languages:
        will_say(stub, "Zorbix Salt", f"नमक {language}", language)
    (made,) = approved(world, "Zorbix Salt")
    world.run()
    (old,) = admin.get("/v1/admin/regional-names?language=hi").ok()["items"]

    admin.patch(f"/v1/products/{made}", {"name": "Zorbix Soap"}).ok()
    of_hindi = [n for n in admin.get(f"/v1/products/{made}/regional-names").ok()["items"] if n["language"] == "hi"]
    assert [n["source"] for n in of_hindi] == ["transliterated"], "before any event has gone out"
    refused = admin.post(f"/v1/admin/regional-names/{old['id']}/decision", {"accept": True})
    assert refused.code == "REGIONAL_NAME_UNKNOWN"
    for language in languages:  # one says the same of both
        will_say(stub, "Zorbix Soap", "नमक ta" if language == "ta" else f"साबुन {language}", language)
    world.run(twice=True)
    stub.assert_no_pending_responses()
    for language, name in (("hi", "साबुन hi"), ("ta", "नमक ta")):
        (waiting,) = admin.get(f"/v1/admin/regional-names?language={language}").ok()["items"]
        assert waiting["name"] == name

    admin.patch(f"/v1/products/{made}", {"name": "Zorbix Salt"}).ok()
    world.run(twice=True)
    (waiting,) = admin.get("/v1/admin/regional-names?language=hi").ok()["items"]
    assert waiting["name"] == "नमक hi", "it is known still"


def test_a_translation_from_before_its_text_was_kept_stays(world: World, stub: Stubber) -> None:
    world.a_store("ravi")
    for language in ("hi", "mr", "ta", "te", "bn", "gu"):
        will_say(stub, "Zorbix Salt", f"नमक {language}", language)
    (made,) = approved(world, "Zorbix Salt")
    world.run()
    for row in world.rows("RegionalNames"):
        Table("RegionalNames", "product_id", "name_id").put({**row, "translated_from": None})
    world.as_admin().patch(f"/v1/products/{made}", {"name": "Zorbix Salts"}).ok()
    world.run()
    (waiting,) = world.as_admin().get("/v1/admin/regional-names?language=hi").ok()["items"]
    assert waiting["name"] == "नमक hi"


def test_a_product_that_fails_fails_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.a_store("ravi")
    bad, good = approved(world, "Tata Salt 1 kg", "Tata Sugar 1 kg")
    real = catalog.call

    def broken(product_id: str, *args: Any, **more: Any) -> Any:
        if product_id == bad:
            raise RuntimeError("of no matter which kind")
        return real(product_id, *args, **more)

    monkeypatch.setattr(catalog, "call", broken)
    world.run()
    assert [message.queue for message in world.dead] == ["localization"]
    world.dead.clear()
    assert "IN-TN" in world.as_admin().get(f"/v1/products/{good}").ok()["regional_names"]
    assert world.as_admin().get(f"/v1/products/{bad}").ok()["regional_names"] == {}
