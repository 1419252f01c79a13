"""Documents in all their shapes, and what of them our catalog takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.off_sync.domain import policy
from services.off_sync.domain.document import Front, Unreadable, barcode_of, product_of, read
from services.off_sync.domain.facts import facts_of, size_of, sizes_differ
from services.off_sync.domain.pictures import best_front, path_of
from shared.kernel.quantity import NetQuantity, Packed
from tests.builders import gtin
from tests.off_server import a_product


def doc(**fields: Any) -> Any:
    return read(a_product(gtin(1), 1_790_000_000, **fields))


def size(value: str, unit: Any, packs: int = 1) -> Packed:
    return Packed(NetQuantity(value=Decimal(value), unit=unit), packs)


def test_schemas_1000_to_1003_say_the_same() -> None:
    old: dict[str, Any] = {
        "images": {"1": {"uploaded_t": "1"}, "front_en": {"imgid": "1", "rev": "4", "sizes": {}}},
        "brands_tags": ["parle"],
        "nutriments": {"fat_100g": 1.5},
    }
    fat = {"per": "100g", "preparation": "as_sold", "nutrients": {"fat": {"value": 1.5, "unit": "g"}}}
    new: dict[str, Any] = {"brands_tags": ["xx:parle"], "nutrition": {"aggregated_set": fat}}
    one, other = doc(schema_version=1000, **old), doc(schema_version=1003, **new)
    assert facts_of(one) == facts_of(other)
    assert one.fronts == other.fronts == (Front("en", "4", "1"),)
    assert (one.schema_version, other.schema_version) == (1000, 1003)
    assert facts_of(doc(brands=None, **new))["brand"] == "parle"
    assert facts_of(doc(brands=["Parle", "Parle Agro"]))["brand"] == "Parle"


def nutrition(**fields: Any) -> str | None:
    said: str | None = facts_of(doc(**fields)).get("attributes", {}).get("nutrition")
    return said


def test_nutrients_are_said_as_a_label_in_india_has_them() -> None:
    old = {
        "energy-kcal_100g": "452.4",
        "sodium_100g": 0.281,
        "fat_100g": 13.25,
        "proteins_100g": 7,
        "saturated-fat_100g": 0,
        "salt_100g": 0.7,
    }
    said = "In 100 g or ml: energy 452 kcal, protein 7 g, fat 13.2 g, saturated fat 0 g, sodium 281 mg"
    assert nutrition(nutriments=old) == said
    new = {
        "energy-kcal": {"value": 452.4, "unit": "kcal"},
        "energy-kj": {"value": 1893, "unit": "kJ"},
        "proteins": {"value": "7", "unit": "g"},
        "fat": {"value": 13.25, "unit": "g"},
        "saturated-fat": {"value": 0, "unit": "g"},
        "sodium": {"value": 0.281, "unit": "g"},
    }
    assert nutrition(nutrition={"aggregated_set": {"per": "100g", "nutrients": new}}, nutriments={}) == said


@pytest.mark.parametrize(
    "told",
    [
        {"nutriments": {"energy-kcal_100g": 4520, "fat_100g": -1, "proteins_100g": "much", "sugars_100g": 101}},
        {"nutriments": ["fat_100g"]},
        {"nutrition": {"aggregated_set": {"per": "serving", "nutrients": {"fat": {"value": 1, "unit": "g"}}}}},
        {"nutrition": {"aggregated_set": {"per": "100g", "nutrients": {"fat": {"value": 1, "unit": "oz"}}}}},
        {"nutrition": {"aggregated_set": {"per": "100g", "nutrients": {"fat": 1}}}},
        {
            "nutrition": {
                "aggregated_set": {
                    "per": "100g",
                    "preparation": "prepared",
                    "nutrients": {"fat": {"value": 1, "unit": "g"}},
                }
            }
        },
        {"nutrition": []},
    ],
)
def test_nutrients_that_cannot_be_or_are_of_something_else_are_left_out(told: dict[str, Any]) -> None:
    assert nutrition(**{"nutriments": {}, **told}) is None


def test_what_they_conclude_from_ingredients_is_a_hint_as_labels_are() -> None:
    found = doc(labels_tags=["en:vegetarian"], ingredients_analysis_tags=["en:palm-oil-free", "en:vegan"])
    assert facts_of(found)["attributes"]["labels_hint"] == "vegetarian, vegan"
    found = doc(labels_tags=[], ingredients_analysis_tags=["en:non-vegetarian"])
    assert facts_of(found)["attributes"]["labels_hint"] == "non-vegetarian"


def test_values_are_kept_as_they_came() -> None:
    kept = doc(quantity=" 500  g e ", nutriments={"fat_100g": 1.50, "x": "1,5"}, editors=["somebody"]).kept
    assert kept["quantity"] == " 500  g e "
    assert kept["nutriments"] == {"fat_100g": 1.5, "x": "1,5"}
    assert "editors" not in kept, "people's names are not ours to keep"
    assert "uploaded" not in kept["images"]


@pytest.mark.parametrize(
    ("code", "printed", "key"),
    [
        ("8901719110016", "8901719110016", "08901719110016"),
        ("00717524111128", "0717524111128", "00717524111128"),
        ("717524111128", "0717524111128", "00717524111128"),
        ("42015086", "42015086", "00000042015086"),
        ("0000042015086", "42015086", "00000042015086"),
        ("00000703", None, "00000703"),
        ("200000000034", None, "200000000034"),
        ("8901719110017", None, "8901719110017"),
        ("30123457678901", "30123457678901", "30123457678901"),
    ],
)
def test_a_code_is_a_gtin_where_it_is_one(code: str, printed: str | None, key: str) -> None:
    if printed == "30123457678901":
        printed = None  # its check digit is wrong: it is made up
    assert barcode_of(code) == (printed, key)


@pytest.mark.parametrize("raw", [None, [], "x", {}, {"code": ""}, {"code": "../../etc"}, {"code": {"a": 1}}])
def test_what_is_no_product_is_unreadable(raw: Any) -> None:
    with pytest.raises(Unreadable):
        read(raw)


@pytest.mark.parametrize("junk", [None, True, 5, -1, 1e99, "x" * 5000, [], [[None]], {}, {"a": {"b": []}}, "\udfff"])
def test_whatever_stands_in_a_field_a_document_reads(junk: Any) -> None:
    for field in a_product(gtin(1), 1):
        if field != "code":
            found = doc(**{field: junk})
            facts_of(found)
            policy.lacking(found, facts_of(found))
            best_front(found)


def test_numbers_in_mongos_json_are_numbers() -> None:
    assert doc(last_modified_t={"$numberLong": "1742669182"}).last_modified_t == 1742669182
    assert doc(last_modified_t="1742669182", rev="7").rev == 7


def test_answers_of_all_api_versions_are_understood() -> None:
    found = {"code": "1", "product": {"product_name": "x"}}
    assert product_of({**found, "status": 1}) == {"code": "1", "product_name": "x"}
    assert product_of({**found, "status": "success"}) is not None
    assert product_of({"code": "1", "status": 0, "status_verbose": "product not found"}) is None
    assert product_of({"code": "1", "status": "failure", "result": {"id": "product_not_found"}}) is None


@pytest.mark.parametrize(
    ("label", "amount", "means"),
    [
        ("500 g", "", size("500", "g")),
        ("48 g e", "", size("48", "g")),
        ("300mle", "", size("300", "ml")),
        ("250 g ℮", "", size("250", "g")),
        ("2.8 K.G", "", size("2.8", "kg")),
        ("33 cl", "", size("330", "ml")),
        ("12 x 30g", "360", size("30", "g", 12)),
        ("500", "500", size("500", "g")),
        ("500", "", None),
        ("16 oz", "453.6", size("453.6", "g")),
        ("", "", None),
    ],
)
def test_the_size_is_what_the_label_says(label: str, amount: str, means: Packed | None) -> None:
    found = doc(quantity=label, product_quantity=amount, product_name="Biscuits", product_name_en="Biscuits")
    assert size_of(found) == means
    assert not sizes_differ(found)
    assert facts_of(found).get("attributes", {}).get("weight", "") == label.strip()


def test_a_label_that_says_another_size_than_they_worked_out_is_looked_at() -> None:
    assert sizes_differ(doc(quantity="500 g", product_quantity="50"))
    assert "SIZES_DIFFER" in policy.lacking(doc(product_quantity="80"), facts_of(doc()))


def test_names_go_to_the_states_that_read_their_language() -> None:
    names = facts_of(doc(product_name_mr="पारले बिस्किट", product_name_ta="பிஸ்கட்", product_name_fr="Biscuits"))
    assert names["regional_names"] == {"IN-MH": ["पारले बिस्किट"], "IN-TN": ["பிஸ்கட்"]}
    assert names["name"] == "Biscuits of " + gtin(1)
    only = doc(lang="hi", product_name="बिस्किट", product_name_en="")
    assert facts_of(only)["name"] == "बिस्किट"
    assert facts_of(only)["regional_names"]["IN-UP"] == ["बिस्किट"]


def test_india_is_where_people_say_so_or_by_the_number() -> None:
    assert doc(countries_tags=[]).is_indian, "890..."
    assert read(a_product("4004218126435", 1)).is_indian
    assert read(a_product("4004218126435", 1, countries_tags=None, countries="France, India")).is_indian
    assert not read(a_product("4004218126435", 1, countries_tags=["en:france"])).is_indian


def test_a_good_document_is_verified_and_each_lack_is_named() -> None:
    assert policy.lacking(doc(), facts_of(doc())) == []
    bad: dict[str, dict[str, Any]] = {
        "NAME_SHORT": {"product_name": "Rs 5", "product_name_en": ""},
        "NAME_ODD": {"product_name_en": "Salt &amp; Pepper"},
        "BRAND_MISSING": {"brands": "", "brands_tags": []},
        "SIZE_MISSING": {"quantity": "", "product_quantity": ""},
        "CATEGORY_UNKNOWN": {"categories_tags": ["fr:charcuteries"]},
        "SOLD_NO_MORE": {"obsolete": "on"},
        "THEIR_ERRORS": {"data_quality_errors_tags": ["en:energy-value-too-high"]},
        "INCOMPLETE": {"completeness": 0.3},
    }
    for code, fields in bad.items():
        found = doc(**fields)
        assert policy.lacking(found, facts_of(found)) == [code]


def test_a_persons_word_stands_whatever_they_say() -> None:
    has: dict[str, Any] = {"name": "Typed", "brand": None, "category": "Snacks", "attributes": {}}
    facts = {"name": "Theirs", "brand": "Parle", "category": "Biscuits & Rusk", "barcode": "x"}
    filled = policy.fill(has, {"name": "store", "category": "off"}, facts)
    assert filled.fields == {"brand": "Parle", "category": "Biscuits & Rusk"}
    assert filled.conflicts == ("name",)
    assert policy.fill({**has, "brand": "Parle"}, {"category": "off"}, {"brand": "Parle"}).fields == {}


def test_what_a_person_has_emptied_stays_empty_and_a_machines_word_yields() -> None:
    facts = {"brand": "Parle", "category": "Biscuits & Rusk"}
    filled = policy.fill({"brand": None, "category": None}, {"brand": "admin", "category": "translation"}, facts)
    assert (filled.fields, filled.conflicts) == ({"category": "Biscuits & Rusk"}, ("brand",))


def test_each_regions_names_are_a_word_of_their_own() -> None:
    names = {"IN-MH": ["टाइप केलेले"], "IN-UP": ["मशीनी"], "IN-WB": ["ওদের"]}
    whose = {"regional_names": "store", "regional_names.IN-MH": "store", "regional_names.IN-UP": "translation"}
    whose["regional_names.IN-WB"] = "off"
    theirs = {"IN-MH": ["त्यांचे"], "IN-UP": ["उनका"], "IN-WB": ["নতুন"], "IN-TN": ["அவர்களின்"]}
    filled = policy.fill({"regional_names": names}, whose, {"regional_names": theirs})
    assert filled.fields == {"regional_names": {**theirs, "IN-MH": ["टाइप केलेले"]}}
    assert filled.conflicts == ("regional_names",)
    again = policy.fill({"regional_names": filled.fields["regional_names"]}, whose, {"regional_names": theirs})
    assert (again.fields, again.conflicts) == ({}, ("regional_names",))


def test_pictures_are_asked_at_addresses_that_we_build() -> None:
    evil = "http://169.254.169.254/latest/../images/products/890/front_en.4.400.jpg"
    found = doc(images={}, image_front_url=evil)
    front = best_front(found)
    assert front is not None
    assert path_of("8901001555082", front) == "/images/products/890/100/155/5082/front_en.4.400.jpg"
    assert path_of("42015086", front).startswith("/images/products/000/004/201/5086/")
    assert best_front(doc(images={}, image_front_url="http://localhost/x.jpg")) is None
    several = {"front_fr": {"rev": 3, "imgid": 1}, "front_hi": {"rev": 2, "imgid": 1}, "front_../x": {"rev": 1}}
    assert best_front(doc(images=several)) == Front("hi", "2", "1")


@pytest.mark.parametrize("rev", ["²", "४", "9" * 5000, "-1", "4/..", 1.5, {"a": 1}])
def test_a_revision_that_is_no_number_is_no_picture(rev: Any) -> None:
    told = {"selected": {"front": {"en": {"imgid": "1", "rev": rev}}}}
    assert best_front(doc(images=told)) is None
    address = f"https://x.example/images/products/1/front_en.{rev}.400.jpg"
    assert best_front(doc(images={}, image_front_url=address)) is None


def test_a_code_in_other_digits_is_none() -> None:
    with pytest.raises(Unreadable, match="BAD_CODE"):
        read({**a_product(gtin(1), 1), "code": "८९०१२३४५६७८९४"})
