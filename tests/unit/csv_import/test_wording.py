"""What is said to shopkeepers of their files and rows, in the languages of India."""

from __future__ import annotations

import re

import pytest

from services.csv_import.domain import template
from services.csv_import.domain.columns import map_columns
from services.csv_import.domain.outcome import Outcome
from services.csv_import.domain.problems import FILE_CODES, FileProblem, RowError
from services.csv_import.domain.wording import in_words_of, speaker, speaker_to
from shared.kernel.messages import message
from shared.kernel.region import LANGUAGES
from tests.unit.csv_import.builders import item


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_open_in_a_sentence(language: str) -> None:
    sentences = speaker("en").sentences
    filled = {place: f"<{place}>" for text in sentences.values() for place in message(text).places}
    for name in sentences:
        if name.startswith("WHY"):
            continue
        code, _, kind = name.partition(".")
        said = speaker(language).say(code, {**filled, "kind": kind, "field": "mrp"} if kind else filled, about="mrp")
        assert said
        assert "{" not in said


def test_a_row_with_one_cell_is_told_of_in_the_singular() -> None:
    def said(cells: int, language: str = "en") -> str:
        return RowError("", "TOO_MANY_FIELDS", "", {"cells": cells, "width": 5}).said_by(speaker(language))

    assert said(1).startswith("The row has 1 cell, the heading line 5.")
    assert said(2).startswith("The row has 2 cells, the heading line 5.")


def test_a_row_is_told_of_in_hindi_by_the_names_of_its_own_headings() -> None:
    row = item("", "Amul Butter", "285", "300", "x")
    outcome = Outcome.failed(row, *row.errors)
    hindi = speaker_to("hi", {"quantity": "मात्रा", "mrp": "एमआरपी"})
    said = outcome.said_by(hindi)
    assert "₹300" in said
    assert "₹285" in said
    assert "मात्रा" in said
    assert "“x”" in said
    assert not re.search(r"[A-Za-z]{4,}", said), said


def test_a_language_that_nobody_speaks_here_is_english() -> None:
    assert FileProblem("EMPTY_FILE").said_in("fr") == FileProblem("EMPTY_FILE").said_in("en")
    assert RowError("mrp", "NEGATIVE_PRICE").said_by(speaker("ta")) != RowError("mrp", "NEGATIVE_PRICE").message


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_told_of_a_file_in_english_can_be_told_in_any_language(language: str) -> None:
    for name, text in speaker("en").sentences.items():
        code, _, kind = name.partition(".")
        if code in FILE_CODES:
            problem = FileProblem(code, kind, **{place: f"<{place}>" for place in message(text).places})
            assert in_words_of(code, problem.message, language) == problem.said_in(language), name
    assert in_words_of("EMPTY_FILE", "Something that nobody says.", language) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_in_any_language_needs_no_question(language: str) -> None:
    heading, *rows = (line.split(",") for line in template.csv_of(language).lstrip("\ufeff").splitlines())
    mapping = map_columns(heading, rows)
    assert mapping.decided
    wanted = {
        "name", "brand", "barcode", "net_quantity", "quantity", "mrp", "selling_price", "cost_price", "reorder_level",
    }  # fmt: skip
    assert set(mapping.columns) == wanted
