"""How a word sounds, for one spelling of words that Indians write in many ways (aata, atta; zeera, jeera)."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def _apart() -> frozenset[str]:
    """Words of the trade that sound alike but are not alike (peel, pill): they keep their letters."""
    text = (files("shared.kernel.naming") / "data" / "apart.txt").read_text("utf-8")
    lines = (line.partition("#")[0] for line in text.splitlines())
    return frozenset(word for line in lines for word in line.split())


# Sizes, grades and numerals, where a doubled letter is the whole difference: XL and XXL, AA and AAA.
_GRADE = re.compile(r"(.)\1+|[ivxlc]+|[^aeiouy]+")
_SOFT_C = re.compile(r"c(?=[eiy])")
_DOUBLED = re.compile(r"([a-z])\1+")


@lru_cache(maxsize=65536)
def phonetic(token: str) -> str:
    """The sound of one lower-case Latin token.

    Vowel length folded, final schwa dropped, w/v, ph/f, z/j, sh/s, c/k (soft c is s), doubled letters. Tokens
    of one or two letters or with a digit keep their letters (vitamin C is not vitamin K, B12 is a name), so
    do sizes and numerals (XXL, AAA, VII) and the words of data/apart.txt.
    """
    if len(token) <= 2 or not token.isalpha() or token in _apart() or _GRADE.fullmatch(token):
        return token
    word = token.replace("ph", "f").replace("w", "v").replace("z", "j").replace("sh", "s")
    word = word.replace("ee", "i").replace("oo", "u").replace("ck", "k").replace("q", "k")
    if "c" in word:
        word = word.replace("cch", "ch").replace("tch", "ch").replace("chh", "ch").replace("ch", "C")
        word = _SOFT_C.sub("s", word).replace("c", "k")
    word = _DOUBLED.sub(r"\1", word)
    if word.endswith("a") and len(word) > 3:
        word = word[:-1]
    word = word.replace("C", "ch")
    return f"{word}'" if word in _apart() else word  # "riche" must not sound like "rice", which keeps its letters
