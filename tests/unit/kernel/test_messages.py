"""Messages in ICU MessageFormat, the numbers' forms in each language, and the language a reader gets."""

from __future__ import annotations

import json
import subprocess
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.messages import language_of, message, plural, preferred, say
from shared.kernel.region import LANGUAGES
from tests.world import ROOT

ROWS = "{n, plural, =0 {No row} one {# row} other {# rows}}"


def test_values_stand_in_their_places_and_what_is_missing_is_left_empty() -> None:
    assert say("{name}: {order} ({stock} left)", {"name": "Dal {x}", "order": Decimal("2.50")}, "en") == (
        "Dal {x}: 2.50 ( left)"
    )
    assert say("[{a}]", {"a": None}, "en") == "[]"
    assert say("{0}, {1}", {"0": "a", "1": "b"}, "en") == "a, b"


def test_a_number_chooses_its_form() -> None:
    assert [say(ROWS, {"n": n}, "en") for n in (0, 1, 2, "1", "1.5")] == [
        "No row", "1 row", "2 rows", "1 row", "1.5 rows",
    ]  # fmt: skip
    assert say(ROWS, {"n": "many"}, "en") == "many rows"
    assert say(ROWS, {}, "en") == " rows"


def test_a_number_that_is_named_goes_before_its_form() -> None:
    text = "{n, plural, one {one} other {other} =1 {just one}}"
    assert [say(text, {"n": n}, "pa") for n in (0, 1, 2)] == ["one", "just one", "other"]


def test_a_word_chooses() -> None:
    text = "{is, select, open {Open since {day}.} other {It is {is}.}}"
    assert say(text, {"is": "open", "day": "Monday"}, "en") == "Open since Monday."
    assert say(text, {"is": "closed"}, "en") == "It is closed."
    assert say(text, {}, "en") == "It is ."


def test_choices_stand_in_choices_and_a_number_is_that_of_the_innermost() -> None:
    text = "{a, plural, one {# of {b, plural, one {# row} other {# rows}}} other {{c, select, x {#} other {-}}#}}"
    assert say(text, {"a": 1, "b": 3}, "en") == "1 of 3 rows"
    assert say(text, {"a": 2, "c": "x"}, "en") == "#2"
    assert message(text).places == {"a", "b", "c"}
    assert [c.name for c in message(text).choices] == ["a", "b", "c"]


def test_an_apostrophe_quotes_signs_only() -> None:
    assert say("It can't be 'so', it''s # {x}", {"x": 1}, "en") == "It can't be 'so', it's # 1"
    assert say("'{'{x}'}' '{don''t}' '{open", {"x": 1}, "en") == "{1} {don't} {open"
    assert say("{n, plural, other {'#'{n} isn't #}}", {"n": 2}, "en") == "#2 isn't 2"


@pytest.mark.parametrize(
    "text",
    [
        "{", "}", "{}", "{a", "a} b", "{a b}", "{a, number}", "{a, plural, one {x}}", "{a, plural, other {x}",
        "{a, plural, other x}", "{a, plural, other {x} other {y}}", "{a, select, =1 {x} other {y}}", "{a, select}",
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="character"):
        message(text)


@given(st.text(alphabet="ab{}#',= plurselcto\n"), st.integers())
def test_every_text_is_said_or_refused(text: str, n: int) -> None:
    try:
        found = message(text)
    except ValueError:
        return
    assert isinstance(found.said({"a": n}, "en"), str)


def test_numbers_take_the_forms_that_unicode_says() -> None:
    """Node carries Unicode's own rules."""
    numbers = [0, 0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 11, 21, 100, 1000, 100000, 1000000]
    script = (
        f"const numbers = {json.dumps(numbers)}, found = {{}};"
        f"for (const tag of {json.dumps(LANGUAGES)}) {{"
        " const rules = new Intl.PluralRules(tag);"
        " if (rules.resolvedOptions().locale !== tag) throw tag;"
        " found[tag] = numbers.map(n => rules.select(n)); }"
        "console.log(JSON.stringify(found));"
    )
    node = ROOT / ".venv" / "bin" / "node"
    done = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True, timeout=60)
    assert {tag: [plural(n, tag) for n in numbers] for tag in LANGUAGES} == json.loads(done.stdout)


def test_a_figure_with_a_nought_behind_the_point_is_not_one_in_english() -> None:
    assert [plural(n, "en") for n in ("1", "1.0", Decimal(1), Decimal("1.00"), -1)] == [
        "one", "other", "one", "other", "one",
    ]  # fmt: skip
    assert [plural(n, "ta") for n in ("1", "1.0", None, "", "NaN")] == ["one", "one", "other", "other", "other"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", None),
        (" ", None),
        ("ta", "ta"),
        ("hi-IN,hi;q=0.9,en;q=0.8", "hi"),
        ("fr, mr;q=0.5", "mr"),
        ("en;q=0.1, ta_IN;q=0.3", "ta"),
        ("as-IN;q=0.5, or-IN ; q=1.0", "or"),
        ("fr-FR, de;q=0.9", "en"),
        ("hi;q=0, kn;q=0.001", "kn"),
        ("hi;q=0", "en"),
        ("*", None),
        ("*;q=0.1, te;q=0.2", "te"),
        ("fr, *;q=0.5", None),
        ("EN-us, hi", "en"),
        ("gu;level=1;q=0.4, pa;q=nonsense", "gu"),
        (";;,q=1,,;q=", "en"),
        ("hind", "en"),
    ],
)
def test_a_reader_gets_the_language_that_he_wants_most(accepted: str, language: str | None) -> None:
    assert preferred(accepted) == language


def test_a_tag_means_its_language_or_english() -> None:
    assert {language_of(tag) for tag in ("mr-IN", "mr_IN", "MR")} == {"mr"}
    assert [language_of(tag) for tag in ("as", "fr", "")] == ["as", "en", "en"]
