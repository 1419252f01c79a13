"""What a store finds by its own words."""

from __future__ import annotations

import pytest

from services.localization.domain.own import OwnName, answering, sought, words_of

NAMES = [
    OwnName("prd_2", "IN-MH", "सागर बिस्किट"),
    OwnName("prd_2", "IN-MH", "लाडका खाऊ"),
    OwnName("prd_1", "IN-TN", "பிஸ்கட்"),
]


@pytest.mark.parametrize(
    ("typed", "products"),
    [
        ("सागर", ["prd_2"]),
        ("sagar", ["prd_2"]),
        ("बिस्किट साग", ["prd_2"]),
        ("bisk", ["prd_2"]),
        ("गर", []),
        ("सागर खाऊ", []),  # words of two names
        ("", []),
        ("  ", []),
    ],
)
def test_each_word_begins_a_word_of_one_name(typed: str, products: list[str]) -> None:
    assert [own.product_id for own in answering(NAMES, sought(typed))] == products


def test_a_product_is_found_once_by_the_first_of_its_names() -> None:
    both = [OwnName("prd_2", "IN-MH", "सागर"), OwnName("prd_2", "IN-GJ", "સાગર")]
    assert answering(both, sought("sagar")) == [both[0]]


def test_each_word_stands_behind_a_space_and_once() -> None:
    words = words_of(["Sagar Rusk", "Sagar"])
    assert words.startswith(" ")
    assert words.count("sagar") == 1
