"""The file that Amazon Translate gets of our words."""

from __future__ import annotations

import csv
import io

from services.localization.domain.terminology import LANGUAGES, LONGEST, terms
from shared.kernel.naming import BLOCKS

ROWS = list(csv.reader(io.StringIO(terms().decode())))


def test_the_file_is_one_that_amazon_translate_takes() -> None:
    """Ten languages beside English and ten megabytes at most, no term of more than 200 bytes, none empty."""
    assert ROWS[0] == ["en", *LANGUAGES]
    assert len(LANGUAGES) <= 10
    assert len(terms()) < 10 * 2**20
    for row in ROWS:
        assert len(row) == len(ROWS[0]), row
        assert all(term.strip() and len(term.encode()) <= LONGEST for term in row), row


def test_a_term_stands_there_once() -> None:
    english = [row[0] for row in ROWS]
    assert len(english) == len(set(english))


def test_brands_are_the_same_in_every_language() -> None:
    by_english = {row[0]: row[1:] for row in ROWS}
    for brand in ("Parle-G", "Tata", "Hide & Seek", "MaxFresh", "Tikhalal"):
        assert by_english[brand] == [brand] * len(LANGUAGES)
    assert "Real" not in by_english, "it is an ordinary word, too"


def test_goods_are_said_as_the_glossary_says_them_however_they_are_capitalised() -> None:
    by_english = {row[0]: dict(zip(LANGUAGES, row[1:], strict=True)) for row in ROWS[1:]}
    for english in ("Turmeric Powder", "turmeric powder"):
        assert by_english[english]["hi"] == "हल्दी पाउडर"
        assert by_english[english]["ta"] == "மஞ்சள் தூள்"
    assert len(by_english) > 800


def test_words_that_only_describe_are_left_to_amazon_translate() -> None:
    assert not {"Red", "red", "Fresh", "Roasted"} & {row[0] for row in ROWS}


def test_a_good_is_in_the_script_of_its_language() -> None:
    for row in ROWS[1:]:
        for language, term in zip(LANGUAGES, row[1:], strict=True):
            block = BLOCKS[language]
            assert term == row[0] or any(block <= ord(c) < block + 0x80 for c in term), row
