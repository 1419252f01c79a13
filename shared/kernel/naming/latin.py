"""Any script to Latin letters, by sound, as Indian shops spell: "आटा" -> "aataa", "துவரம்" -> "thuvaram".

The nine Indic blocks of Unicode share one layout (ISCII), so one table of offsets serves all, with a few
letters of their own. Other scripts go by anyascii.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from anyascii import anyascii

from shared.kernel.text import ascii_digits, nfc

_VOWELS: Final = {
    0x04: "a", 0x05: "a", 0x06: "aa", 0x07: "i", 0x08: "ee", 0x09: "u", 0x0A: "oo", 0x0B: "ri", 0x0C: "li",
    0x0D: "e", 0x0E: "e", 0x0F: "e", 0x10: "ai", 0x11: "o", 0x12: "o", 0x13: "o", 0x14: "au", 0x60: "ri",
    0x61: "li", 0x72: "e",
}  # fmt: skip
_SIGNS: Final = {
    0x3E: "aa", 0x3F: "i", 0x40: "ee", 0x41: "u", 0x42: "oo", 0x43: "ri", 0x44: "ri", 0x45: "e", 0x46: "e",
    0x47: "e", 0x48: "ai", 0x49: "o", 0x4A: "o", 0x4B: "o", 0x4C: "au", 0x55: "", 0x56: "ai", 0x57: "au",
    0x62: "li", 0x63: "li",
}  # fmt: skip
_CONSONANTS: Final = {
    0x15: "k", 0x16: "kh", 0x17: "g", 0x18: "gh", 0x19: "ng", 0x1A: "ch", 0x1B: "chh", 0x1C: "j", 0x1D: "jh",
    0x1E: "ny", 0x1F: "t", 0x20: "th", 0x21: "d", 0x22: "dh", 0x23: "n", 0x24: "t", 0x25: "th", 0x26: "d",
    0x27: "dh", 0x28: "n", 0x29: "n", 0x2A: "p", 0x2B: "ph", 0x2C: "b", 0x2D: "bh", 0x2E: "m",
    0x2F: "y", 0x30: "r", 0x31: "r", 0x32: "l", 0x33: "l", 0x34: "zh", 0x35: "v",
    0x36: "sh", 0x37: "sh", 0x38: "s", 0x39: "h",
    0x58: "q", 0x59: "kh", 0x5A: "g", 0x5B: "z", 0x5C: "d", 0x5D: "dh", 0x5E: "f", 0x5F: "y",
}  # fmt: skip
_NUKTA: Final = {"k": "q", "j": "z", "jh": "zh", "ph": "f", "s": "sh"}  # ज़ z, फ़ f; ਸ਼ sh; ड़ stays d (pakoda)
_OWN: Final = {  # letters a block has for itself: (sound, is it a consonant with an inherent vowel?)
    "ৰ": ("r", True), "ৱ": ("v", True), "ৎ": ("t", False),
    "ଯ": ("j", True), "ୱ": ("v", True),
    "ൺ": ("n", False), "ൻ": ("n", False), "ർ": ("r", False), "ൽ": ("l", False), "ൾ": ("l", False),
    "ൿ": ("k", False),
    "ੴ": ("", False), "ॐ": ("om", False), "ௐ": ("om", False), "ऽ": ("", False),
}  # fmt: skip
_VIRAMA, _NUKTA_SIGN, _CANDRABINDU, _ANUSVARA, _VISARGA, _BINDI = 0x4D, 0x3C, 0x01, 0x02, 0x03, 0x00
_ADDAK, _TIPPI = "ੱ", "ੰ"
_DEVANAGARI, _BENGALI, _GURMUKHI, _GUJARATI, _ODIA, _TAMIL = 0x0900, 0x0980, 0x0A00, 0x0A80, 0x0B00, 0x0B80
_SILENT_END: Final = {_DEVANAGARI, _BENGALI, _GURMUKHI, _GUJARATI}  # "मसूर" is masoor, not masoora
_SILENT_MIDDLE: Final = {_DEVANAGARI, _GURMUKHI, _GUJARATI}  # "नमकीन" is namkeen
_INHERENT: Final = "A"  # a vowel that isn't written and may be silent; lower-cased at the end

# Tamil writes one letter for p/b, t/d, k/g, ch/s: voiced after a nasal and between vowels, else plain.
_TAMIL_PLAIN: Final = {0x15: "k", 0x1A: "s", 0x1F: "t", 0x24: "th", 0x2A: "p", 0x31: "r"}
_TAMIL_VOICED: Final = {0x15: "g", 0x1A: "s", 0x1F: "d", 0x24: "dh", 0x2A: "b", 0x31: "r"}
_TAMIL_NASAL: Final = {0x15: "g", 0x1A: "j", 0x1F: "d", 0x24: "dh", 0x2A: "b", 0x31: "dr"}
_TAMIL_DOUBLED: Final = {0x15: "k", 0x1A: "ch", 0x1F: "t", 0x24: "th", 0x2A: "p", 0x31: "tr"}
_TAMIL_NASALS: Final = {0x19, 0x1E, 0x23, 0x28, 0x29, 0x2E}


class _Sound(NamedTuple):
    onset: str
    vowel: str  # "" after a virama, _INHERENT when unwritten
    coda: str = ""


INDIC_RUN = re.compile("[\u0900-\u0963\u0970-\u0dff]+")
_JOINERS = re.compile("[\u200c\u200d]")


class _Plain(dict[int, str]):
    """str.translate table for what is not Indic, filled as characters turn up."""

    def __missing__(self, code: int) -> str:
        out = chr(code) if code < 128 else anyascii(chr(code))
        if code >= 0x2190 and out.startswith(":") and out.endswith(":"):
            out = " "  # an emoji is no word
        self[code] = out
        return out


_PLAIN = _Plain(
    {ord(char): to for char, to in {
        "®": " ", "™": " ", "©": " ", "℠": " ", "₹": " Rs ", "₨": " Rs ", "×": "x", "✕": "x", "✖": "x",
        "·": " ", "•": " ", "।": " ", "॥": " ", "½": " 1/2", "¼": " 1/4", "¾": " 3/4", "⅓": " 1/3",
        "⅔": " 2/3", "…": " ", "°": " ", "–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"',
    }.items()}
)  # fmt: skip


def to_latin(text: str) -> str:
    """`text` in ASCII: Indic scripts by sound, others and accents by anyascii, digits as 0-9, emoji out.

    ASCII text comes back unchanged, case and all; what was Indic comes in lower case.
    """
    if text.isascii():
        return text
    text = ascii_digits(nfc(text))
    if INDIC_RUN.search(text):
        text = INDIC_RUN.sub(lambda run: _word(run[0]), _JOINERS.sub("", text))
    return text if text.isascii() else text.translate(_PLAIN)


@lru_cache(maxsize=16384)
def _word(word: str) -> str:
    block = ord(word[0]) & ~0x7F
    sounds = _sounds(word, block)
    if block in _SILENT_END:
        sounds = _silence(sounds, middle=block in _SILENT_MIDDLE)
    out = "".join(onset + vowel.lower() + coda for onset, vowel, coda in sounds)
    return re.sub(r"n(?=[pbm])", "m", out) if block != _TAMIL else out


def _sounds(word: str, block: int) -> list[_Sound]:
    sounds: list[_Sound] = []
    double = False
    for at, char in enumerate(word):
        offset = ord(char) - block
        if char in _OWN:
            sound, inherent = _OWN[char]
            sounds.append(_Sound(sound, _INHERENT if inherent else ""))
        elif offset in _CONSONANTS:
            onset = _tamil(word, at, block) if block == _TAMIL else _CONSONANTS[offset]
            if block == _BENGALI and offset == 0x2F:
                onset = "j" if at == 0 else "y"
            if double:
                onset, double = onset[0] + onset, False
            sounds.append(_Sound(onset, _INHERENT))
        elif offset in _VOWELS:
            sounds.append(_Sound("", _VOWELS[offset]))
        elif char == _ADDAK:
            double = True
        elif sounds:
            onset, vowel, coda = sounds[-1]
            if offset == _VIRAMA:
                sounds[-1] = _Sound("n" if onset in ("ng", "ny") else onset, "")
            elif offset in _SIGNS:
                sounds[-1] = _Sound(onset, (vowel if vowel != _INHERENT else "") + _SIGNS[offset], coda)
            elif offset == _NUKTA_SIGN:
                sounds[-1] = _Sound(_NUKTA.get(onset, onset), vowel)
            elif offset in (_ANUSVARA, _CANDRABINDU, _BINDI) or char == _TIPPI:
                last = at == len(word) - 1
                sounds[-1] = _Sound(onset, vowel, "m" if last and block > _TAMIL and offset == _ANUSVARA else "n")
            elif offset == _VISARGA and block != _TAMIL:
                sounds[-1] = _Sound(onset, vowel, "h")
    return sounds


def _tamil(word: str, at: int, block: int) -> str:
    offset = ord(word[at]) - block
    if offset not in _TAMIL_PLAIN:
        return _CONSONANTS[offset]
    if at >= 2 and ord(word[at - 1]) - block == _VIRAMA:
        before = ord(word[at - 2]) - block
        if before == offset:
            return _TAMIL_DOUBLED[offset]
        return _TAMIL_NASAL[offset] if before in _TAMIL_NASALS else _TAMIL_PLAIN[offset]
    follows_virama = at + 1 < len(word) and ord(word[at + 1]) - block == _VIRAMA
    if follows_virama:  # first of a pair: பப் keeps its own sound
        return "c" if offset == 0x1A else {0x24: "t", 0x31: "t"}.get(offset, _TAMIL_PLAIN[offset])
    return _TAMIL_PLAIN[offset] if at == 0 else _TAMIL_VOICED[offset]


def _silence(sounds: list[_Sound], *, middle: bool) -> list[_Sound]:
    """Drop the inherent vowels that Hindi and its sisters don't speak: last, and in VC_CV, from the right."""
    out = list(sounds)
    last = len(out) - 1
    if last > 0 and out[last].vowel == _INHERENT and not out[last].coda and (out[last - 1].vowel or last > 1):
        out[last] = _Sound(out[last].onset, "")
    if middle:
        for at in range(last - 1, 0, -1):
            here, before, after = out[at], out[at - 1], out[at + 1]
            if (
                here.vowel == _INHERENT
                and not here.coda
                and here.onset
                and before.vowel
                and not before.coda
                and after.onset
                and after.vowel
            ):
                out[at] = _Sound(here.onset, "")
    return out
