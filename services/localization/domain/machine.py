"""What a machine calls a product in a language: glossary first, else as it is spoken. Brands stay as on the pack.

The words of a name keep their order, for Indian languages, too, name the thing last: "red chilli powder" is
"लाल मिर्च पाउडर". The longest run of words that a glossary knows counts. Sizes stay, with their units. What a language
does to words that stand together (``joining``) is done last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from services.localization.domain.joining import Said, joined
from services.localization.domain.sounding import sounds_of
from services.localization.domain.words import lines, listed
from services.localization.domain.writing import write
from shared.kernel.naming import brands, goods, roman, words_of

Source = Literal["typed", "off", "glossary", "translate", "transliterated"]

_TOKEN: Final = re.compile(
    r"(?P<size>\d+(?:[.,]\d+)*\s?(?:kgs?|gms?|grams?|g|mls?|ltrs?|litres?|l|pcs?|pieces?)\b\.?)"
    r"|(?P<word>[^\W\d_]+(?:['’.&-][^\W\d_]+)*['’]?)|(?P<other>\d(?:[\w.,%/]|-(?=\d))*|\S)",
    re.IGNORECASE,
)
_VOWEL: Final = re.compile("[aeiouy]", re.IGNORECASE)
_UNIT: Final = re.compile(r"^([\d.,]+)\s?([a-z]+)\.?$", re.IGNORECASE)
_UNITS: Final = {
    **dict.fromkeys(("kg", "kgs"), "kg"), **dict.fromkeys(("g", "gm", "gms", "gram", "grams"), "g"),
    **dict.fromkeys(("ml", "mls"), "ml"), **dict.fromkeys(("l", "ltr", "ltrs", "litre", "litres"), "l"),
    **dict.fromkeys(("pc", "pcs", "piece", "pieces"), "piece"),
}  # fmt: skip
_LONGEST: Final = 5
_HEADS: Final = frozenset(
    (
        *("salt", "oil", "honey", "soap", "shampoo", "biscuits", "chocolate", "juice", "soup", "jam", "ketchup", "tea"),
        *(
            "coffee",
            "sugar",
            "basmati",
            "hing",
            "agarbatti",
            "matches",
            "detergent",
            "masala",
            "balm",
            "bhujia",
            "powder",
        ),
        *("drink", "candy", "liquid", "spray", "coil", "refill", "cream", "toothpaste", "amla", "chips", "wafers"),
    )
)
"""Words of goods that the list of brands has beside a brand, to know it by: these are spoken like any other."""
_LINKS: Final = frozenset(("and", "with", "of", "for", "the", "in", "&", "n", "or", "a", "by"))


@dataclass(frozen=True, slots=True)
class Machine:
    """A name as a machine has it. ``source``: transliterated as soon as one word was said by rules alone."""

    name: str
    source: Source
    unknown: tuple[str, ...] = ()
    """The words that no list has."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    kind: str  # word, size, other
    space: bool  # whether a space stood before it


def name_in(language: str, name: str, brand: str | None = None) -> Machine | None:
    """What a product is called in a language; None where nothing of its name would change."""
    return _name_in(language, name, brand or "")


@lru_cache(maxsize=4096)
def _name_in(language: str, name: str, brand: str) -> Machine | None:
    if not name.isascii():
        return None  # it was named in an Indian script; whose language that is, nobody says
    out: list[Said] = []
    unknown: list[str] = []
    for text, kind, space in runs(name, brand, language):
        if kind == "goods":
            words = _plain(text)
            if found := _goods(words, language):
                kind = "link" if found.startswith("_") else "goods"
                out.append(Said(found, kind, space, words, thing=_concept(words) in _things()))
            else:
                said, sure = _spoken(text, language)
                out.append(Said(said, "spoken", space, words))
                unknown += [] if sure else [text]
        elif kind == "link":
            out.append(Said(listed(language).get(text.lower(), ""), "link", space, (text.lower(),)))
        else:
            out.append(Said(_size(text, language) if kind == "size" else text, kind, space))
    if not any(said.kind in ("goods", "spoken") for said in out):  # a link changes nothing
        return None
    return Machine(joined(out, language), "transliterated" if unknown else "glossary", tuple(unknown))


def runs(name: str, brand: str, language: str) -> Iterator[tuple[str, str, bool]]:
    """A name as (text, goods | brand | size | link | other, whether a space stood before it)."""
    tokens = _tokens(name)
    own = _plain(brand)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind != "word" and not token.text[0].isdigit():
            yield token.text, "link" if token.text == "&" else token.kind, token.space
            at += 1
            continue
        run, kind = _longest(tokens, at, own, language)
        if run == 1 and token.kind != "word":
            kind = token.kind  # a figure that begins no brand ("24 Mantra" does)
        text = "".join((" " if t.space and n else "") + t.text for n, t in enumerate(tokens[at : at + run]))
        yield text, kind, token.space
        at += run


def _longest(tokens: list[_Token], at: int, own: tuple[str, ...], language: str) -> tuple[int, str]:
    """The longest run of tokens from here that a list has, and what it is."""
    known, brand_names = roman()
    for run in range(min(_LONGEST, len(tokens) - at), 0, -1):
        some = tokens[at : at + run]
        words = tuple(word for t in some for word in _plain(t.text))
        if run > 1 and not _plain(some[-1].text):
            continue  # a mark that follows a brand is not part of it
        if (own and words == own) or words in _lines():
            return run, "brand"
        if words in brand_names and (words not in known or some[0].text[:1].isupper()) and not _also_plain(words, own):
            return (run - 1, "brand") if run > 1 and words[-1] in _HEADS else (run, "brand")
        if all(t.kind == "word" for t in some) and words not in _apart() and _goods(words, language):
            return run, "goods"
    text = tokens[at].text
    if not _VOWEL.search(text) or len(text) == 1 or (len(text) < 5 and (text.isupper() or not text[1:].islower())):
        return 1, "other"  # "G", "MDH", "XL", "pH", "HMPCLB": initials stay
    return 1, "link" if text.lower() in _LINKS else "goods"


def _also_plain(words: tuple[str, ...], own: tuple[str, ...]) -> bool:
    """Whether a brand is an ordinary word too (Real, Comfort), and not the product's own brand."""
    return len(words) == 1 and words[0] in _ordinary() and words[0] not in own


@lru_cache(maxsize=1)
def _ordinary() -> frozenset[str]:
    return frozenset(lines("ordinary"))


@lru_cache(maxsize=1)
def _lines() -> frozenset[tuple[str, ...]]:
    """Lines of goods that are named on packs beside their brands, and stay as brands do."""
    return frozenset(map(_plain, lines("lines")))


@lru_cache(maxsize=1)
def stays_as_it_is() -> tuple[str, ...]:
    """Brands and their lines, but for those that are ordinary words, too."""
    every = dict.fromkeys((*brands(), *lines("lines")))
    return tuple(brand for brand in every if not set(_plain(brand)) <= _ordinary())


def _tokens(name: str) -> list[_Token]:
    return [
        _Token(found[0], str(found.lastgroup), found.start() > 0 and name[found.start() - 1].isspace())
        for found in _TOKEN.finditer(name)
    ]


@lru_cache(maxsize=4096)
def _plain(text: str) -> tuple[str, ...]:
    return tuple("".join(c if c.isalnum() else "" if c in "'’" else " " for c in text.lower()).split())


def _concept(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """What catalogs call these words: the key of the glossaries."""
    known, _ = roman()
    if words in known:
        return known[words]
    if words and len(words[-1]) > 3 and words[-1].endswith("s"):
        for last in (words[-1][:-1], words[-1][:-2]):
            if (one := (*words[:-1], last)) in known:
                return known[one]
    return None


@lru_cache(maxsize=1)
def _things() -> frozenset[tuple[str, ...]]:
    """Goods, without the words that describe them."""
    return frozenset(_plain(good) for good in goods())


def _goods(words: tuple[str, ...], language: str) -> str | None:
    if words[0] in _LINKS and len(words) == 1:
        return None
    concept = _concept(words)
    if said := listed(language).get(" ".join(words)):
        return said
    if concept is None:
        return None
    return listed(language).get(" ".join(concept)) or words_of(language).get(concept)


def _spoken(text: str, language: str) -> tuple[str, bool]:
    """Words as they are spoken, and whether people have written down how."""
    said = [sounds_of(word) for word in _plain(text)]
    return " ".join(write(sounds, language) for sounds, _ in said), all(sure for _, sure in said)


def _size(text: str, language: str) -> str:
    found = _UNIT.match(text)
    unit = _UNITS.get(found[2].lower()) if found else None
    said = listed(language).get(f"unit {unit}")
    return f"{found[1]} {said}" if found and said else text


@lru_cache(maxsize=1)
def _apart() -> frozenset[tuple[str, ...]]:
    """Runs that a glossary takes for one good, where a name has to say each of their words."""
    return frozenset(tuple(line.split()) for line in lines("apart"))
