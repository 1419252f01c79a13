"""The loose reading of a name: what a careful shopkeeper hears in it, whatever the spelling, script or dirt.

``read_name`` is exact, for the identity of goods; ``hear`` forgives, for finding and comparing them. The same function
reads catalog and shop, so that both err alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from shared.kernel.naming import lexicon
from shared.kernel.naming.latin import INDIC_RUN, to_latin
from shared.kernel.naming.mending import mended, unglued
from shared.kernel.naming.reading import stated
from shared.kernel.naming.sounds import loose
from shared.kernel.quantity import Amount, Packed
from shared.kernel.text import ascii_digits, nfc


class Role(IntEnum):
    """What a word does in a name."""

    WORD = 0
    BRAND = 1
    NUMBER = 2
    CODE = 3
    """A shop's own number before the name, a barcode, a price: it may be part of the name, and may be not."""
    IMPLIED = 4
    """Part of what a lexicon says of the word before it: "sticks" of agarbatti."""
    ALIAS = 5
    """Another name of the words before it: "mirch" of "Black Pepper/Kali Mirch" (both of its words are)."""
    ASIDE = 6
    """What follows the size of a row that has been named by then: a remark, most of the time."""


class Word(NamedTuple):
    """A word: Latin lower case, its loose sound, and the sound of what a lexicon says it means ("" if nothing)."""

    text: str
    sound: str
    means: str
    role: Role


@dataclass(frozen=True, slots=True)
class Heard:
    """A name as heard: its words in order without noise, each once, those of the brand first; and its quantities."""

    words: tuple[Word, ...]
    amounts: tuple[Amount, ...]


_CODE_FIRST = re.compile(
    r"^\s*(?!\d+(?:[.,/]\d+)?\s?(?:(?:kilo|gram|litre|liter|kg|gm|grm|gr|g|ml|ltr|lit|lt|l|pc|no|x|%)s?\b|[\u0900-\u0dff%]))"
    r"(?P<code>[#(\[]?\s*(?:"
    r"(?:(?:item|code|sku|art|ref|id|plu|sr|s)\.?\s*(?:no|code)?\s*[.:#-]*\s*)?(?:[A-Za-z]{1,4}[-_/]?)?\d{3,14}[A-Za-z]?"
    r"|\d{1,5}[./]\d{1,5}(?=\s)"
    r"|[A-Za-z]{1,5}(?:[-_/.]\d{1,6}){1,3}|[A-Za-z]{1,3}\d{1,5}(?=\s*[.):/|-])"
    r"|(?:#|(?:item|code|sku|art|ref|id|plu|sr|s|no)\.?\s*(?:no|code)?\.?\s*[.:#-]*)\s*\d{1,6}"
    r"|\d{1,3}(?=\s*[.):/|]\s*[A-Za-z\u0900-\u0dff])"
    r"|[0-9A-F]{6,16}(?=\s)"
    r")(?![A-Za-z0-9])\s*[\])]?)\s*[:/.)|,_-]*\s*(?=\S)(?!\s*(?:kgs?|gms?|grams?|g|mls?|ltrs?|l|pcs?|x)\b|%)",
    re.IGNORECASE,
)
_CODES_FIRST = 2  # "26) 8901234567890 Amla"
_CODE_AFTER = re.compile(  # only what nobody can take for a size
    r"\b(?:b\.?\s?no|batch|lot|bill|inv|hsn|tax|gst|p\.?o|sku|ref|plu)\.?\s?(?:no\.?)?[.:#\s-]{0,2}(?P<code>\d{2,14})"
    r"(?![\w.,*x+'/]?\d)(?!\s?[x*'])(?!\s?(?:k?g|gra?m|gm|kilo|m?l|lit|ltr|pcs?|piece|nos?|n|u|units?|tab|cap|stick|pack|pkt|bag)[a-z]*\b)"
    r"(?:\s?(?:%|/-))?"
    r"|#\s?(?P<long>\d{4,14})\b(?!\s?[x*.,'])|[\[({]\s*(?P<other>\d{4,14})\s*[\])}]"
    r"|(?:(?<=\s)/\s?|\s_|(?<=\w)_|=\s?)(?P<last>\d{1,5})\s*$",
    re.IGNORECASE,
)
_ODD = re.compile(r"\d{5,}|[a-z]{1,3}\d{3,}[a-z]?|\d{3,}[a-z]{1,2}\d+")
_FILLER = frozenset(["the", "of", "and", "for", "by", "in", "on", "a", "an"])
_PRICE = re.compile(r"rs\d")
_WORDS = re.compile(r"[a-z0-9]+")
_SUM = re.compile(
    r"\d\s?(?:k?g|gm|ml|l|pcs?)\b[^+]*\+[^+]*[^\W\d_][^+]*\d\s?(?:k?g|gm|ml|l|pcs?)\b", re.IGNORECASE
)  # "Soap 75 g + Shampoo 80 ml": several goods sold as one
_ALIASES = re.compile(r"(?<=[^\W\d_])\s?/\s?([^\W\d_][^/,()\-:;|&+\d]*)")


_SIZED = re.compile(r"\d\s?(?:kgs?|gms?|gr?ms?|grams?|g|mls?|ltrs?|lt|l|pcs?|nos?)(?![A-Za-z])", re.IGNORECASE)
_NAMING = frozenset((Role.WORD, Role.BRAND))
_LIGHT = frozenset((Role.IMPLIED, Role.ALIAS))


def hear(name: str, *, brand: str | None = None, net_quantity: Packed | None = None, size: str | None = None) -> Heard:
    """``name`` as heard. ``net_quantity`` and ``size`` as for ``read_name``."""
    return _hear(name, brand, net_quantity, size)


@lru_cache(maxsize=2048)
def _hear(name: str, brand: str | None, net_quantity: Packed | None, size: str | None) -> Heard:
    whole = mended(ascii_digits(nfc(name)))
    codes: set[str] = set()
    for _ in range(_CODES_FIRST):
        if (code := _CODE_FIRST.match(whole)) and any(map(str.isalpha, whole[code.end() :])):
            codes |= {w for w in _WORDS.findall(code["code"].lower()) if any(map(str.isdigit, w))}
            whole = whole[code.end() :]

    def cut(code: re.Match[str]) -> str:
        codes.update(filter(None, code.groups()))
        return " "

    whole = _CODE_AFTER.sub(cut, whole)
    brand_words, words, amounts = stated(
        whole, unglued(brand) if brand else None, net_quantity, mended(size) if size else None
    )
    scripts = {to_latin(run).lower(): lexicon.script_of(run) for run in INDIC_RUN.findall(f"{whole} {brand or ''}")}
    if "+" in whole and amounts and _SUM.search(whole):
        words = [*words, "combo"]
    aliases = {w for run in _ALIASES.findall(whole) for w in _WORDS.findall(to_latin(run).lower())}
    heard = _words(brand_words, [*words, *sorted(codes)], codes, scripts, aliases)
    return Heard(tuple(_aside(heard, whole)), tuple(a for a in amounts if a.thousandths))


def _assigned(sounds: list[str], words: tuple[str, ...]) -> list[str | None]:
    """Which of the words of its meaning each word of a run stands for: itself if it is one, else the next in order."""
    left = [loose(word) for word in words]
    assigned: list[str | None] = [None] * len(sounds)
    for n, sound in enumerate(sounds):
        if sound in left:
            assigned[n] = sound
            left.remove(sound)
    for n in range(len(sounds)):
        if assigned[n] is None and left:
            assigned[n] = left.pop(0)
    return assigned


def _keep(out: dict[str, Word], word: Word) -> None:
    """A word once; one that stands for itself before one that is only implied."""
    key = word.means or word.sound
    before = out.get(key)
    if before is None or (before.role in _LIGHT and word.role not in _LIGHT):
        out[key] = word


def _aside(words: list[Word], text: str) -> list[Word]:
    """The words, those marked that come after the last size if three or more came before and they don't tell."""
    sizes = list(_SIZED.finditer(text))
    if not sizes:
        return words
    after = set(_WORDS.findall(to_latin(text[sizes[-1].end() :]).lower()))
    before = set(_WORDS.findall(to_latin(text[: sizes[-1].start()]).lower()))
    if not after or sum(w.text in before and w.role in _NAMING for w in words) < 3:
        return words
    tells = lexicon.telling()
    return [
        w._replace(role=Role.ASIDE)
        if w.text in after
        and w.text not in before
        and (w.role is Role.WORD or (w.role is Role.NUMBER and _ODD.fullmatch(w.text)))
        and not w.means
        and w.sound not in tells
        else w
        for w in words
    ]


def _words(
    brand: list[str], words: list[str], codes: set[str], scripts: dict[str, int], aliases: set[str]
) -> list[Word]:
    noise = lexicon.noise()
    out: dict[str, Word] = {}
    of_brand = len(brand)
    texts = [*brand, *words]
    sounds = [loose(text) for text in texts]
    at = 0
    while at < len(texts):
        for run in range(min(lexicon.longest(), len(texts) - at), 0, -1):
            means = lexicon.meaning(texts[at : at + run], scripts.get(texts[at], lexicon.LATIN))
            if means is not None:
                break
        else:
            run, means = 1, None
        meant = _assigned(sounds[at : at + run], means.words if means else ())
        for n in range(run):
            text, sound = texts[at + n].rstrip("+"), sounds[at + n]
            if means is None and (text in (_FILLER if at < of_brand else noise) or text == "100%"):
                continue
            if text in codes or _PRICE.match(text) or (text.isdigit() and 8 <= len(text) <= 14):
                role = Role.CODE
            elif _ODD.fullmatch(text) or (text[0].isdigit() and not (len(text) > 3 and text[1:].isalpha())):
                role = Role.NUMBER
            elif means and meant[n] is None:
                role = Role.IMPLIED
            elif at + n < of_brand or (means and means.brand):
                role = Role.BRAND
            else:
                role = Role.ALIAS if text in aliases else Role.WORD
            means_now = meant[n] or ""
            _keep(out, Word(text, sound, means_now if means_now != sound else "", role))
        for word in means.words if means else ():
            if loose(word) not in out:
                out[loose(word)] = Word(word, loose(word), "", Role.IMPLIED)
        at += run
    return list(out.values())
