"""Looser than ``phonetic``: how a word sounds however it is spelled, in English or by ear. To find, not for identity.

``loose`` hears कोलगेट ("kolget") and "Colgate" alike, "biscuits" and "biscuit"; ``skeleton`` keeps the consonants that
nine scripts agree on (Tamil writes p and b alike); ``grams`` are the pieces by which misspelled words are found.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_FINAL_E: Final = re.compile(r"([aiou])([bcdfgjklmnprstvz])e$")
_ENGLISH: Final = (
    (re.compile(r"tion\b"), "shan"),
    (re.compile(r"eme$"), "eem"),
    (re.compile(r"igh"), "ai"),
    (re.compile(r"ea(?=[^u])|ea$"), "ee"),
    (re.compile(r"([bcdfgklmprstvz])le$"), r"\1l"),
    (re.compile(r"ck"), "k"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"wh"), "w"),
    (re.compile(r"dge?"), "j"),
    (re.compile(r"ge$"), "j"),
    (re.compile(r"qu"), "kw"),
)
_FOLDS: Final = (
    (re.compile(r"chh?|tch"), "C"),
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"[cq]"), "k"),
    (re.compile(r"[ao]u|[ao]w(?![aeiou])"), "o"),
    (re.compile(r"[ae][iy]"), "e"),
    (re.compile(r"o[ae]"), "o"),
    (re.compile(r"u[ie]"), "i"),
    (re.compile(r"i[ae](?=[^aeiou])"), "i"),
    (re.compile(r"ee"), "i"),
    (re.compile(r"oo"), "u"),
    (re.compile(r"sh"), "s"),
    (re.compile(r"zh"), "l"),
    (re.compile(r"([kgtdbjr])h"), r"\1"),
    (re.compile(r"w"), "v"),
    (re.compile(r"z"), "j"),
    (re.compile(r"(?<=.)y"), "i"),
    (re.compile(r"([a-z])\1+", re.IGNORECASE), r"\1"),
    (re.compile(r"(?<=..)[ae]$"), ""),
)
_GRADE = re.compile(r"(.)\1+|[ivxlc]+")
_TO_SKELETON: Final = str.maketrans({"b": "p", "f": "p", "d": "t", "g": "k", "j": "s", "C": "s", "z": "s", "w": "v"})
_SOFT = re.compile(r"[aeiouyh]+")
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=65536)
def singular(token: str) -> str:
    """A word without its plural ending: biscuits, cookies, brushes."""
    if len(token) < 5 or not token.endswith("s") or token.endswith(("ss", "us", "is")):
        return token
    if token.endswith("ies"):
        return token[:-3] + "y"
    if token.endswith(("ches", "shes", "sses", "xes", "oes")):
        return token[:-2]
    return token[:-1]


@lru_cache(maxsize=65536)
def loose(token: str) -> str:
    """The sound of a lower-case Latin word; what has one or two letters, digits, or is a grade (XXL) is as it is."""
    if len(token) <= 2 or not token.isalpha() or _GRADE.fullmatch(token):
        return token
    word = singular(token)
    word = _FINAL_E.sub(_final_e, word)
    for pattern, sound in _ENGLISH:
        word = pattern.sub(sound, word)
    for pattern, sound in _FOLDS:
        word = pattern.sub(sound, word)
    return word


def _final_e(found: re.Match[str]) -> str:
    vowel, consonant = found[1], {"c": "s", "g": "j"}.get(found[2], found[2])
    return {"a": "e", "i": "ai"}.get(vowel, vowel) + consonant


@lru_cache(maxsize=65536)
def skeleton(sound: str) -> str:
    """The consonants of a sound as all scripts write them, a leading vowel as "a"; "" below two consonants."""
    if not sound.isalpha():
        return ""
    bones = _DOUBLED.sub(r"\1", _SOFT.sub("", sound.translate(_TO_SKELETON)))
    if len(bones) < 2:
        return ""
    return f"a{bones}" if sound[0] in "aeiou" else bones


@lru_cache(maxsize=65536)
def grams(sound: str) -> tuple[str, ...]:
    """Its pieces of three letters, the ends marked."""
    marked = f"^{sound}$"
    return tuple(marked[at : at + 3] for at in range(len(marked) - 2))
