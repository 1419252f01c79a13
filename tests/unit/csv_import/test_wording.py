"""What is said to shopkeepers, in ten languages: the same sentences, with the same places, each in its own script."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from services.csv_import.domain import template, wording
from services.csv_import.domain.columns import FIELDS, map_columns
from services.csv_import.domain.outcome import Outcome
from services.csv_import.domain.problems import FILE_CODES, ROW_CODES, FileProblem, RowError
from services.csv_import.domain.wording import LANGUAGES, speaker, speaker_to
from tests.unit.csv_import.builders import item

OTHERS = [language for language in LANGUAGES if language != "en"]
SCRIPTS = {
    "hi": "\u0900-\u097f", "mr": "\u0900-\u097f", "bn": "\u0980-\u09ff", "pa": "\u0a00-\u0a7f", "gu": "\u0a80-\u0aff",
    "ta": "\u0b80-\u0bff", "te": "\u0c00-\u0c7f", "kn": "\u0c80-\u0cff", "ml": "\u0d00-\u0d7f",
}  # fmt: skip
LATIN = {
    "MRP", "GST", "HSN", "FSSAI", "CSV", "XLSX", "Excel", "UTF", "HTML", "Unicode", "Kruti", "Dev", "Text", "imports",
    "GB", "MB", "pcs", "kg", "g", "l", "ml", "dozen", "box", "x",
}  # fmt: skip


@cache
def data(language: str) -> dict[str, Any]:
    file = Path(wording.__file__).with_name("sentences") / f"{language}.json"
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def places(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{(\w+)\}", text)))


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_says_the_same_things_with_the_same_places(language: str) -> None:
    theirs, ours = data(language), data("en")
    assert list(theirs) == list(ours)
    for group in ours:
        assert list(theirs[group]) == list(ours[group])
    differing = [name for name, text in ours["sentences"].items() if places(theirs["sentences"][name]) != places(text)]
    assert differing == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_is_written_in_its_own_script(language: str) -> None:
    letter = re.compile(rf"[^\W\d_]|[{SCRIPTS[language]}]")
    own = re.compile(rf"[{SCRIPTS[language]}\u0964\u200c\u200d]+")
    for group in ("sentences", "fields", "units"):
        for name, text in data(language)[group].items():
            bare = re.sub(r"\{\w+\}", " ", text)
            foreign = set(re.findall(r"[A-Za-z]+", bare)) - LATIN
            assert not foreign, f"{language} {name}: {foreign}"
            rest = re.sub(r"[A-Za-z]+", " ", own.sub(" ", bare))
            assert not letter.search(rest), f"{language} {name}: {rest.split()}"


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    named = {name.partition(".")[0] for name in data("en")["sentences"]}
    assert named - {"WHY"} == set(ROW_CODES) | set(FILE_CODES)


def test_every_sentence_can_be_reached() -> None:
    """The kind of a sentence stands somewhere in the code, beside the code that it is of."""
    code = "\n".join(f.read_text("utf-8") for f in (Path(__file__).parents[3] / "services").rglob("*.py"))
    kinds = {name.partition(".")[2] for name in data("en")["sentences"] if "." in name and not name.startswith("WHY")}
    assert [kind for kind in kinds if f'"{kind}"' not in code] == []


def test_every_field_has_a_name() -> None:
    assert set(data("en")["fields"]) == set(FIELDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_open_in_a_sentence(language: str) -> None:
    filled = {name: f"<{name}>" for text in data("en")["sentences"].values() for name in places(text)}
    for name in data("en")["sentences"]:
        if name.startswith("WHY"):
            continue
        code, _, kind = name.partition(".")
        said = speaker(language).say(code, {**filled, "kind": kind, "field": "mrp"} if kind else filled, about="mrp")
        assert said
        assert "{" not in said


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
def test_a_template_in_any_language_needs_no_question(language: str) -> None:
    heading, *rows = (line.split(",") for line in template.csv_of(language).lstrip("\ufeff").splitlines())
    mapping = map_columns(heading, rows)
    assert mapping.decided
    wanted = {
        "name", "brand", "barcode", "net_quantity", "quantity", "mrp", "selling_price", "cost_price", "reorder_level",
    }  # fmt: skip
    assert set(mapping.columns) == wanted
