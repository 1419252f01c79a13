"""Text as people type it, made regular without losing a letter of any script."""

from __future__ import annotations

import re
import unicodedata

_INDIC = "\u0900-\u0dff"
# The joiners shape Indic conjuncts (Malayalam chillus, Bengali ya-phala, Marathi eyelash ra), so between two
# Indic letters they are spelling; anywhere else they are dirt left by a web page or a keyboard.
_JOINER = re.compile(f"(?<=[{_INDIC}])[\u200c\u200d](?=[{_INDIC}])|[\u200c\u200d]+")
_JOINERS = ("\u200c", "\u200d")


class _Junk(dict[int, int | str | None]):
    """str.translate table that decides a character once: control and format characters go, space stays."""

    def __missing__(self, code: int) -> int | str | None:
        char = chr(code)
        out: int | str | None = code
        if char.isspace():
            out = " "
        elif char not in _JOINERS and unicodedata.category(char) in {"Cc", "Cf", "Cs"}:
            out = None
        self[code] = out
        return out


class _Digits(dict[int, int | str]):
    def __missing__(self, code: int) -> int | str:
        value = unicodedata.decimal(chr(code), None)
        out: int | str = code if value is None else str(value)
        self[code] = out
        return out


_JUNK = _Junk()
_DIGITS = _Digits()


def nfc(text: str) -> str:
    """Normal form of any text that people give us.

    Unicode NFC; control and invisible format characters out (BOM, soft hyphen, bidi marks, zero-width
    space, lone surrogates); ZWJ and ZWNJ kept only between two Indic letters; runs of white space (NBSP and
    line ends too) become one space; ends stripped. Idempotent.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    clean = text.translate(_JUNK)
    if "\u200d" in clean or "\u200c" in clean:
        clean = _JOINER.sub(lambda found: found[0] if len(found[0]) == 1 and _between(clean, found) else "", clean)
    return " ".join(unicodedata.normalize("NFC", clean).split())


def _between(text: str, found: re.Match[str]) -> bool:
    before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
    return "\u0900" <= before <= "\u0dff" and "\u0900" <= after <= "\u0dff"


def ascii_digits(text: str) -> str:
    """Decimal digits of any script as 0-9 ("१२" -> "12"); everything else untouched."""
    return text if text.isascii() else text.translate(_DIGITS)


def folded(text: str | None) -> str:
    """As filters compare: in normal form and without case."""
    return nfc(text or "").casefold()
