"""What a search shows of where it hit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from services.catalog.domain.found import FoundProduct, Highlight, highlights
from services.catalog.domain.product import Product
from shared.kernel.naming import hear

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def product(**fields: Any) -> Product:
    return Product.model_validate(
        {
            "product_id": "prd_1",
            "name": "Parle-G Gluco Biscuits (800 g)",
            "brand": "Parle",
            "barcode": "8901719101038",
            "regional_names": {"IN-MH": ["पार्ले-जी", "ग्लुको बिस्किट"], "IN-TN": ["பார்லே-ஜி பிஸ்கட்"]},
            "verification_status": "verified",
            "source": "admin",
            "created_at": NOON,
            "updated_at": NOON,
            **fields,
        }
    )


def sounds(text: str) -> list[str]:
    """Of the words, as the index would say that they answered."""
    return [word.sound for word in hear(text).words]


def shown(found: Iterable[Highlight]) -> dict[str, list[str]]:
    """Field -> the pieces of its text that are marked."""
    return {h.field: [h.text[s.start : s.end] for s in h.spans] for h in found}


def test_the_words_of_the_name_and_of_the_brand_are_marked() -> None:
    found = highlights(product(), "name", sounds("parle biscuit"))
    assert shown(found) == {"name": ["Parle", "Biscuits"], "brand": ["Parle"]}
    assert [h.field for h in found] == ["name", "brand"]
    assert found[0].text == "Parle-G Gluco Biscuits (800 g)"


def test_what_did_not_answer_is_not_marked() -> None:
    assert shown(highlights(product(), "name", sounds("gluco"))) == {"name": ["Gluco"]}
    assert highlights(product(), "name", sounds("salt")) == []
    assert highlights(product(), "name", []) == []
    assert highlights(product(), None, []) == []


@pytest.mark.parametrize("typed", ["biskit", "biskits", "BISCUIT", "biscuits,"])
def test_a_word_is_marked_however_it_was_spelled(typed: str) -> None:
    assert shown(highlights(product(), "name", sounds(typed))) == {"name": ["Biscuits"]}


def test_a_regional_name_is_marked_in_its_own_script() -> None:
    found = highlights(product(), "regional_names.IN-TN", sounds("பிஸ்கட்"))
    assert shown(found) == {"regional_names.IN-TN": ["பிஸ்கட்"]}
    assert found[0].text == "பார்லே-ஜி பிஸ்கட்"
    both = highlights(product(), "regional_names.IN-TN", sounds("பார்லே-ஜி பிஸ்கட்"))
    assert shown(both) == {"regional_names.IN-TN": ["பார்லே", "ஜி", "பிஸ்கட்"]}


def test_of_several_names_of_a_region_the_one_that_answers_is_shown() -> None:
    for typed, text in (("बिस्किट", "ग्लुको बिस्किट"), ("पार्ले", "पार्ले-जी")):
        (found,) = highlights(product(), "regional_names.IN-MH", sounds(typed))
        assert (found.text, shown([found])) == (text, {"regional_names.IN-MH": [typed]})


def test_a_regional_name_that_is_gone_shows_nothing() -> None:
    assert highlights(product(), "regional_names.IN-KL", sounds("parle")) == []
    assert highlights(product(regional_names={}), "regional_names.IN-TN", sounds("parle")) == []


def test_a_barcode_is_marked_as_a_whole_and_as_printed() -> None:
    assert shown(highlights(product(), "barcode", [])) == {"barcode": ["8901719101038"]}
    assert highlights(product(barcode=None), "barcode", []) == []


def test_a_product_without_a_brand_has_its_name_marked() -> None:
    assert shown(highlights(product(brand=None), "name", sounds("parle"))) == {"name": ["Parle"]}


def test_each_of_several_places_is_marked() -> None:
    twice = product(name="Soap Rose, Rose & Soap", brand=None)
    assert shown(highlights(twice, "name", sounds("rose"))) == {"name": ["Rose", "Rose"]}


def test_spans_are_of_characters_so_that_any_script_is_cut_right() -> None:
    (found,) = highlights(product(name="नमक Salt ☕ 1 kg", brand=None), "name", sounds("salt"))
    (span,) = found.spans
    assert (span.start, span.end) == (4, 8)
    assert found.text[span.start : span.end] == "Salt"


def test_a_found_product_is_the_product_and_its_highlights() -> None:
    one = product()
    marks = highlights(one, "name", sounds("gluco"))
    found = FoundProduct.of(one, marks)
    assert found.highlights == marks
    assert found.model_dump(exclude={"highlights"}) == one.model_dump()
    assert FoundProduct.of(one).highlights == []
