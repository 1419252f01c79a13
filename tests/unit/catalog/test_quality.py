"""The score: what is named, what it costs, and that every shop can read it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from services.catalog.domain import quality
from services.catalog.domain.product import Dimension, Likely, Product
from shared.kernel.region import LANGUAGES
from tests.unit.catalog.test_catalog_domain import LATER, proposed
from tests.unit.catalog.test_pictures import image


def good(**fields: Any) -> Product:
    product = proposed(
        verified=True,
        **{
            "hsn_code": "1905",
            "gst_rate": 5,
            "country_of_origin": "India",
            "regional_names": {"IN-MH": ["पारले-जी"]},
            **fields,
        },
    )
    return product.model_copy(update={"image_hash": "a" * 64, "images": [image("a" * 64)]})


def codes(product: Product, **later: Any) -> list[str]:
    return [i.code for i in quality.assess(product, LATER.at + timedelta(**later)).quality_issues]


def test_the_points_of_all_checks_are_a_hundred_over_six_dimensions() -> None:
    assert sum(c.points for c in quality.CHECKS) == 100
    assert {c.dimension for c in quality.CHECKS} == set(get_args(Dimension))
    assert len({c.code for c in quality.CHECKS}) == len(quality.CHECKS)


def test_a_product_that_lacks_nothing_has_a_hundred() -> None:
    assessed = quality.assess(good(), LATER.at)
    assert (assessed.quality_score, assessed.quality_issues, assessed.quality_version) == (100, [], quality.RULES)


def test_each_point_that_is_missing_is_explained() -> None:
    assessed = quality.assess(proposed(), LATER.at)
    lost = sum(i.points for i in assessed.quality_issues)
    assert assessed.quality_score == 100 - lost == quality.score(proposed(), LATER.at)
    assert [i.code for i in assessed.quality_issues] == [
        "PICTURE_MISSING",
        "HSN_MISSING",
        "REGIONAL_NAME_MISSING",
        "UNCONFIRMED",
        "GST_RATE_MISSING",
        "ORIGIN_MISSING",
    ]
    assert all(i.message and i.cure for i in assessed.quality_issues)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "Salt", "brand": None}, "NAME_BARE"),
        ({"name": "PARLE GLUCO BISCUITS"}, "NAME_ODD"),
        ({"name": "Parle <b>Gluco</b> Biscuits"}, "NAME_ODD"),
        ({"name": "Parle-G Gluco Biscuits 500 g"}, "SIZE_DIFFERS"),
        ({"mrp": "90000.00", "net_quantity": "8 g"}, "UNIT_PRICE_ODD"),
        ({"mrp": "1.00", "net_quantity": "800 kg"}, "UNIT_PRICE_ODD"),
    ],
)
def test_what_is_odd_is_named(fields: dict[str, Any], code: str) -> None:
    assert code in codes(good(**fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Parle-G Gluco Biscuits 800 g"},
        {"name": "Parle-G Gluco Biscuits 0.8kg"},
        {"name": "Parle-G 4 x 200 g", "net_quantity": "4 x 200 g"},
        {"name": "Maggi Noodles 70g (Pack of 12)", "net_quantity": "70 g", "pack_count": 12},
        {"name": "Saffron", "brand": "Baby", "mrp": "350", "net_quantity": "1 g"},
        {"name": "Tata Salt", "mrp": "28", "net_quantity": "1 kg"},
        {"name": "आशीर्वाद आटा ५ किलो", "net_quantity": "5 kg", "mrp": "260"},
        {"name": "Bisleri Water 1 L", "net_quantity": "1 l", "mrp": "20"},
    ],
)
def test_what_is_usual_is_not(fields: dict[str, Any]) -> None:
    assert codes(good(**fields)) == []


def test_a_possible_duplicate_counts_until_it_is_decided() -> None:
    likely = [Likely.model_validate({"product_id": "prd_2", "score": "0.9", "reasons": []})]
    doubted = good().model_copy(update={"candidates": likely, "verification_status": "pending"})
    assert codes(doubted) == ["POSSIBLE_DUPLICATE", "UNCONFIRMED"]
    assert codes(doubted.model_copy(update={"verification_status": "verified"})) == []


def test_what_nobody_has_looked_at_for_two_years_is_told() -> None:
    assert codes(good(), days=800) == ["NOT_SEEN_FOR_LONG"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_missing_is_told_in_the_readers_language(language: str) -> None:
    issue = quality.assess(proposed(), LATER.at, language).quality_issues[0]
    assert (issue.message, issue.cure) == (*quality.words(language)["PICTURE_MISSING"].values(),)
