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
JOINT: Final = "+"
"""Between words that stand in one, in whose letters they don't join: "वाटरप्रूफ", not "वाटर्प्रूफ"."""
_SOUND: Final = re.compile(
    r"kh|gh|ch|Ch|jh|Th|Dh|th|dh|bh|sh|zh|ai|au|ae|ao|[kgjTDtdnpfbmyrlvwshzLN]|[axAiIuUEeOoYW]|\+"
)

_BEFORE: Final[dict[str, str]] = {
    "anti": "aenTI", "dis": "Dis", "mis": "mis", "multi": "malTI", "non": "naon", "over": "ovar", "pre": "prI",
    "re": "ri", "super": "supar", "ultra": "alTrA", "un": "an", "under": "anDar",
}  # fmt: skip
_BEHIND: Final[dict[str, str]] = {
    "able": "ebal", "ed": "D", "er": "xr", "es": "Es", "ful": "+ful", "ing": "ing", "ish": "ish", "less": "+lEs",
    "y": "I", "ly": "+lI", "ness": "+nEs",
}  # fmt: skip
_FIRST, _SECOND = 3, 4
"""Letters that each half of a word of two has at least: fewer stand in many words by chance."""

_SURELY_INDIAN: Final = re.compile(r"[bdjk]h|chh|aa")
_INDIAN: Final = re.compile(r"gh|ii|uu|[aiu]$|a[b-z]a[b-z]a")
_LOOKS_ENGLISH: Final = re.compile(
    r"ck|sh$|th$|tion|[aeio]u?gh|[^aeiou]e$|x|[bcdfgklmnprst]{2}y$|ee|oo|ou|ea|wh|qu|ph|ia$|ing$|er$|y$"
)


@lru_cache(maxsize=1)
def written() -> dict[str, str]:
    """Words whose sounds people have written down, as the list has them: each is read when it is asked for."""
    rows = (line.partition(" = ") for line in lines("spoken"))
    return {word: said for word, _, said in rows}


def _read(said: str) -> tuple[str, ...]:
    return tuple(_SOUND.findall(said))


@lru_cache(maxsize=2)
def _rules(name: str) -> list[tuple[re.Pattern[str], list[str]]]:
    text = (files("services.localization.domain") / "words" / f"rules_{name}.txt").read_text("utf-8")
    rows = (line.split(" =", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return [(re.compile(pattern), sounds.split()) for pattern, sounds in rows]


@lru_cache(maxsize=8192)
def sounds_of(word: str) -> tuple[tuple[str, ...], bool]:
    """The sounds of a Latin word in lower case, and whether people have written them down."""
    known = written()
    if word in known:
        return _read(known[word]), True
    if len(word) > 4 and word.endswith("s") and word[:-1] in known:
        return _several(_read(known[word[:-1]])), True
    return _joint(word) or _by_rules(word), False


def _several(sounds: tuple[str, ...]) -> tuple[str, ...]:
    """More than one of a word: "सोसेजेस", "कुकीज़", else as it is written, whatever it sounds like."""
    end = {"s": "Es", "z": "Es", "sh": "Es", "ch": "Es", "j": "Es", "I": "z"}.get(sounds[-1], "s")
    return sounds + _read(end)


def _joint(word: str) -> tuple[str, ...]:
    """The sounds of a word made of others that people have written down; none where it isn't."""
    known = written()
    if word.endswith("s") and (one := _known(word[:-1])):
        return _several(one)
    for end, said in _BEHIND.items():
        if word.endswith(end) and (stem := _stem(word[: -len(end)], end)):
            return _ended(_read(known[stem]), end, said)
    for start, said in _BEFORE.items():
        if word.startswith(start) and len(word) >= len(start) + _SECOND and (rest := _known(word[len(start) :])):
            return (*_read(said), JOINT, *rest)
    for at in range(_FIRST, len(word) - _SECOND + 1):
        first, second = word[:at], word[at:]
        if first in known and second in known and (second[0] not in "aeiou" or len(second) > _SECOND):
            return (*_read(known[first]), JOINT, *_read(known[second]))
    return ()


def _known(word: str) -> tuple[str, ...]:
    return _read(written().get(word, "")) or _joint(word)


def _ended(sounds: tuple[str, ...], end: str, said: str) -> tuple[str, ...]:
    if end == "ed" and sounds[-1] in ("T", "D"):
        said = "ED"
    if end == "ly" and sounds[-1] == "l":
        said = "I"  # "नैचुरली"
    return sounds + _read(said)


def _stem(stem: str, end: str) -> str | None:
    """The word that an ending was put to: "bak-ing" is of "bake", "chopp-er" of "chop"."""
    known = written()
    if len(stem) < _FIRST:
        return None
    if end[0] in "aeiy":
        if stem[-1] == stem[-2] and stem[:-1] in known:
            return stem[:-1]
        if f"{stem}e" in known and end != "es":
            return f"{stem}e"
    return stem if stem in known else None


def _by_rules(word: str) -> tuple[str, ...]:
    indian = bool(_SURELY_INDIAN.search(word) or (_INDIAN.search(word) and not _LOOKS_ENGLISH.search(word)))
    if indian:
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
    return tuple(out)
