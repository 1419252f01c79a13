"""What words of twelve languages mean in a shop: goods, describing words and brands, from the files in ``data``.

A native word is looked up among the languages of its script, by sound; a Latin one among all Roman spellings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

from shared.kernel.naming.latin import to_latin
from shared.kernel.naming.sounds import loose

LATIN: Final = 0
"""The script of Roman spellings; others are the first code point of their Unicode block."""

_LANGUAGES: Final = ("en", "hi", "mr", "ta", "te", "bn", "gu", "kn", "ml", "pa", "or", "as", "describing")

BLOCKS: Final[Mapping[str, int]] = {
    "hi": 0x0900,
    "mr": 0x0900,
    "bn": 0x0980,
    "as": 0x0980,
    "pa": 0x0A00,
    "gu": 0x0A80,
    "or": 0x0B00,
    "ta": 0x0B80,
    "te": 0x0C00,
    "kn": 0x0C80,
    "ml": 0x0D00,
}
"""The first code point of the Unicode block that each language is written in."""


class Meaning(NamedTuple):
    """What a run of words means: the words by which catalogs name it, and whether that is a brand."""

    words: tuple[str, ...]
    brand: bool


class _Table(NamedTuple):
    spelled: dict[tuple[str, ...], Meaning]
    heard: dict[tuple[str, ...], Meaning]


class _Lexicon(NamedTuple):
    by_script: Mapping[int, _Table]
    longest: int


def script_of(word: str) -> int:
    """LATIN, or the first code point of the Indic block of the word's first letter."""
    first = ord(word[0])
    return first & ~0x7F if 0x0900 <= first < 0x0E00 else LATIN


def meaning(words: Sequence[str], script: int) -> Meaning | None:
    """What these Latin words in a row mean in that script, else as Roman spelling; None for what no file has.

    As they are spelled, else as they sound: ಬೆಲ್ಲ (jaggery) is not ಬೇಳೆ (dal), near as they are.
    """
    spelled, tables = tuple(words), _lexicon().by_script
    heard = tuple(map(loose, spelled))
    for table in (tables.get(script), tables[LATIN]) if script else (tables[LATIN],):
        if table is not None and (found := table.spelled.get(spelled) or table.heard.get(heard)):
            return found
    return None


def longest() -> int:
    """The most words that one entry has."""
    return _lexicon().longest


@lru_cache(maxsize=16)
def words_of(language: str) -> Mapping[tuple[str, ...], str]:
    """By what catalogs call goods and describing words: what a shop of that language calls them, in its script.

    The first native spelling of a line is how they are written; the others are there to be found.
    """
    block = BLOCKS[language]
    own = lambda spelling: script_of(spelling) == block  # noqa: E731
    said: dict[tuple[str, ...], str] = {}
    for name in (f"lexicon/{language}.txt", "lexicon/describing.txt"):
        for concept, spellings in _entries(name):
            if native := next(filter(own, spellings), None):
                said.setdefault(tuple(_plain_words(concept)), native)
    return said


@lru_cache(maxsize=1)
def roman() -> tuple[Mapping[tuple[str, ...], tuple[str, ...]], frozenset[tuple[str, ...]]]:
    """What runs of Latin words are in catalogs, as they are spelled; and those that are brands."""
    table = _lexicon().by_script[LATIN].spelled
    goods = {words: means.words for words, means in table.items() if not means.brand}
    return goods, frozenset(words for words, means in table.items() if means.brand)


@lru_cache(maxsize=1)
def goods() -> tuple[str, ...]:
    """What catalogs call goods, without the words that only describe them."""
    files_ = (f"lexicon/{code}.txt" for code in _LANGUAGES if code != "describing")
    return tuple(dict.fromkeys(concept for name in files_ for concept, _ in _entries(name)))


@lru_cache(maxsize=1)
def brands() -> tuple[str, ...]:
    """Brands as packs write them."""
    return tuple(dict.fromkeys(brand for brand, _ in _entries("brands.txt")))


@lru_cache(maxsize=1)
def telling() -> frozenset[str]:
    """Sounds of the words that tell one variant from another: colours, flavours, forms, sizes, kinds."""
    return frozenset(loose(word) for word in _words("telling.txt"))


@lru_cache(maxsize=1)
def noise() -> frozenset[str]:
    """Words that never tell goods apart: promotion, packing, filler."""
    return frozenset(_words("noise.txt"))


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    tables: dict[int, _Table] = defaultdict(lambda: _Table({}, {}))
    for name, brand in (("brands.txt", True), *((f"lexicon/{code}.txt", False) for code in _LANGUAGES)):
        for concept, spellings in _entries(name):
            means = Meaning(tuple(_plain_words(concept)), brand)
            for spelling in (concept, *spellings):
                words = tuple(_plain_words(to_latin(spelling).lower()))
                if words:
                    table = tables[script_of(spelling)]
                    table.spelled.setdefault(words, means)
                    table.heard.setdefault(tuple(map(loose, words)), means)
    return _Lexicon(dict(tables), max(len(k) for table in tables.values() for k in table.spelled))


def _plain_words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else "" if c == "'" else " " for c in text.lower()).split()


def _entries(name: str) -> Iterator[tuple[str, list[str]]]:
    for line in _lines(name):
        concept, _, spellings = line.partition("=")
        yield concept.strip(), [s.strip() for s in spellings.split(",") if s.strip()]


def _words(name: str) -> Iterator[str]:
    for line in _lines(name):
        yield from line.lower().split()


def _lines(name: str) -> Iterator[str]:
    text = (files("shared.kernel.naming") / "data" / name).read_text("utf-8")
    return (line for raw in text.splitlines() if (line := raw.partition("#")[0].strip()))
