import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.text import ascii_digits, nfc


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  Amul \t Butter\r\n500 g ", "Amul Butter 500 g"),
        ("\ufeffAmul\u00a0Butter", "Amul Butter"),
        ("Am\u200bul\u00ad", "Amul"),
        ("Am\x00ul\x07", "Amul"),
        ("\u202eAmul\u202c", "Amul"),
        ("Cafe\u0301", "Café"),
        ("अ\u200cब", "अ\u200cब"),
        ("ക്\u200d ", "ക്"),
        ("ക്\u200dഷ", "ക്\u200dഷ"),
        ("A\u200dB", "AB"),
        ("\ud800x", "x"),
    ],
)
def test_text_is_made_regular_without_losing_a_letter(text: str, clean: str) -> None:
    assert nfc(text) == clean


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    clean = nfc(text)
    assert nfc(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)


def test_digits_of_every_indian_script_are_read() -> None:
    for zero in "०০੦૦୦௦౦೦൦":
        assert ascii_digits("".join(chr(ord(zero) + n) for n in range(10))) == "0123456789"


def test_what_is_no_decimal_digit_stays() -> None:
    assert ascii_digits("Ⅻ² आटा") == "Ⅻ² आटा"
