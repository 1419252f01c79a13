"""The code's English sentences in the reader's language."""

from __future__ import annotations

import time

from shared.kernel.translations import in_words_of, translated, values_in

PLAIN = "Only an admin may do this."


def test_a_sentence_of_the_code_is_told_in_the_readers_language() -> None:
    assert translated(PLAIN, "en") == PLAIN
    assert translated(PLAIN, "hi") == "यह काम सिर्फ़ एडमिन कर सकता है।"
    assert in_words_of(PLAIN, "ta") not in (PLAIN, in_words_of(PLAIN, "hi"))


def test_what_was_filled_in_is_filled_in_again() -> None:
    said = translated("The selling price Rs 52.50 is above the MRP Rs 50.00; that is unlawful.", "hi")
    assert said
    assert "₹52.50" in said
    assert "₹50.00" in said
    quoted = translated('"a {b}\n" is not a price. Write it like 52 or 52.50.', "ta")
    assert quoted
    assert "a {b}\n" in quoted


def test_a_sentence_without_a_translation_stays_as_it_is() -> None:
    for sentence in (
        "Something that nobody says.",
        "",
        "The body is not UTF-8.",
        f"{'9' * 3000} has more than 3 decimals.",
    ):
        assert translated(sentence, "hi") is None
        assert in_words_of(sentence, "hi") == sentence


def test_a_template_tells_what_fills_it() -> None:
    assert values_in("From 1 to 2.", "From {a} to {b}.") == {"a": "1", "b": "2"}
    assert values_in("5 items", "{0} item{1}") == {"0": "5", "1": "s"}
    assert values_in('Like {"unit": "g"} x', 'Like {"unit": "g"} {0}') == {"0": "x"}
    assert values_in("From 1.", "From {a} to {b}.") is None


def test_a_long_value_takes_no_time() -> None:
    begun = time.perf_counter()
    for filled in ('"' * 1900, " is at " * 270, "There is no field . Use " * 80):
        in_words_of(filled, "hi")
    assert time.perf_counter() - begun < 0.5
