"""A Latin word as it is spoken in an Indian shop: English by English rules, Hindi and its sisters as they are spelled.

What the rules would say wrongly, and what is on many packs, stands in ``words/spoken.txt``, read by people; a word from
there is as good as one of a glossary. A sound is one of ``VOWELS`` or ``CONSONANTS``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Final

from services.localization.domain.words import lines

VOWELS: Final = frozenset(("a", "x", "A", "i", "I", "u", "U", "E", "e", "O", "o", "ai", "au", "ae", "ao", "Y", "W"))
"""As in: x cup, ae max, ao pot, Y light, W now. E and O are short, e and o long; a is the one that isn't written."""
CONSONANTS: Final = frozenset(
    (
        *("k", "kh", "g", "gh", "ch", "Ch", "j", "jh", "T", "Th", "D", "Dh", "t", "th", "d", "dh", "n", "p"),
        *("f", "b", "bh", "m", "y", "r", "l", "v", "sh", "s", "h", "z", "L", "N", "zh", "w"),
    )
)
_SOUND: Final = re.compile(r"kh|gh|ch|Ch|jh|Th|Dh|th|dh|bh|sh|zh|ai|au|ae|ao|[kgjTDtdnpfbmyrlvwshzLN]|[axAiIuUEeOoYW]")

_SURELY_INDIAN: Final = re.compile(r"[bdjk]h|chh|aa")
_INDIAN: Final = re.compile(r"gh|ii|uu|[aiu]$|a[b-z]a[b-z]a")
_LOOKS_ENGLISH: Final = re.compile(
    r"ck|sh$|th$|tion|[^aeiou]e$|x|[bcdfgklmnprst]{2}y$|ee|oo|ou|ea|wh|qu|ph|ia$|ing$|er$|y$"
)


@lru_cache(maxsize=1)
def spoken() -> dict[str, tuple[str, ...]]:
    """Words whose sounds people have written down: word -> sounds."""
    rows = (line.partition("=") for line in lines("spoken"))
    return {word.strip(): tuple(_SOUND.findall(said)) for word, _, said in rows if said.strip()}


@lru_cache(maxsize=2)
def _rules(name: str) -> list[tuple[re.Pattern[str], list[str]]]:
    text = (files("services.localization.domain") / "words" / f"rules_{name}.txt").read_text("utf-8")
    rows = (line.split(" =", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return [(re.compile(pattern), sounds.split()) for pattern, sounds in rows]


@lru_cache(maxsize=8192)
def sounds_of(word: str) -> tuple[tuple[str, ...], bool]:
    """The sounds of a Latin word in lower case, and whether people have written them down."""
    known = spoken()
    if word in known:
        return known[word], True
    if len(word) > 4 and word.endswith("s") and word[:-1] in known:
        return (*known[word[:-1]], "s"), True  # it is written so whatever it sounds like
    return tuple(_by_rules(word)), False


def _by_rules(word: str) -> list[str]:
    indian = bool(_SURELY_INDIAN.search(word) or (_INDIAN.search(word) and not _LOOKS_ENGLISH.search(word)))
    word = re.sub(r"([bdfghjklmnpqrstvwxz])\1", r"\1", word)
    out: list[str] = []
    at = 0
    while at < len(word):
        for pattern, sounds in _rules("hindi" if indian else "english"):
            if found := pattern.match(word, at):
                out += sounds
                at = found.end()
                break
        else:
            at += 1
    return out
