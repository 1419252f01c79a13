"""A product's name as tokens, sounds and quantities; and the key that joins spellings of one product."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from typing import NamedTuple

from shared.kernel.naming.latin import to_latin
from shared.kernel.naming.phonetic import phonetic
from shared.kernel.quantity import Amount, Packed, Packs, amount_of, figures, find_net_quantity, plain_units
from shared.kernel.text import nfc

IDENTITY_VERSION = 1
"""Part of every identity key: a change of the rules below is a new version, and all keys are made anew."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a name says.

    `tokens`: plain words in order, lower-case Latin, those of the brand first and not again. `phonetic`:
    their sounds, sorted, each once; a number is bound to the word after it when there are several
    ("2>ply"). `quantity`: the net quantity (given, else found in the name). `pack_count`: how many packs
    are sold as one, 1 when not said. `amounts`: every quantity stated, in base units, sorted ("200g*2").
    """

    tokens: tuple[str, ...]
    phonetic: tuple[str, ...]
    quantity: Packed | None
    pack_count: int
    amounts: tuple[str, ...]


class _Stream(NamedTuple):
    """One text, read: words in order, their sounds, quantities each with the sound after it, pack counts."""

    words: list[str]
    sounds: frozenset[str]
    amounts: list[tuple[Amount, str]]
    packs: list[Packs]
    priced: bool = False


@lru_cache(maxsize=1)
def _abbreviations() -> dict[str, str]:
    text = (files("shared.kernel.naming") / "data" / "abbreviations.txt").read_text("utf-8")
    lines = (line.partition("#")[0].partition("=") for line in text.splitlines())
    return {short.strip(): long.strip() for short, _, long in lines if long}


_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"~\d+~|\d+(?:\.\d+)?%|[a-z0-9]+(?:(?<=\d)\.\d+)?(?:\++(?![a-z0-9+]))?")
_INITIALS = re.compile(r"\b(?:[a-z]\.){2,}")
_MARKUP = re.compile(r"<[a-z/!][^<>]{0,200}>|&(?:nbsp|quot|lt|gt|#\d{1,6}|amp);|\b(?:https?://|www\.)\S+")
_GROUPED = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{2,3})*,\d{3}(?![\d,])")
# Labelled codes say which label, not which goods. A code without a label may be the model: it stays.
_CODE = re.compile(
    r"\b(?:sku|ean|upc|gtin|barcode|hsn|asin|(?:item|product) code)\s*(?:code|no|number)?"
    r"\s*[:.#-]*\s*(?:[a-z]{0,4}\d[\w-]{3,})"
)
_CODE_HINTS = ("sku", "ean", "upc", "gtin", "code", "hsn", "asin")
_SUM = r"(?:rs\.?\s*\d+(?:\.\d+)?|\d+(?:\.\d+)?\s*rs\b\.?)\s*(?:/-)?"
_PROMOTION = re.compile(
    rf"\b(?:flat|get|save|upto|up to|worth)?\s*(?:{_SUM}|\d+\s*%)\s*off\b"
    rf"|\bsave\s*(?:up\s*to\s*)?(?:{_SUM}|\d+\s*%)"
    rf"|\bm\.?r\.?p\b\.?\s*[:-]?\s*(?:{_SUM}|\d+(?:\.\d+)?(?:\s*/-)?)"
)
_PRICE = re.compile(r"\brs\.?\s*(\d+(?:\.\d+)?)\s*(?:/-)?|(?<![\w.])(\d+(?:\.\d+)?)\s*(?:/-|rs\b\.?)")
_PRICED = re.compile(r"rs\d")
_MEASURES = frozenset(
    (
        *("cm", "mm", "inch", "inches", "ft", "feet", "ply", "gsm", "d", "oz", "lb", "mcg", "iu", "kcal"),
        *("w", "watt", "watts", "v", "volt", "volts", "mah", "mp", "gb", "mb", "hz", "fps"),
    )
)
_ONE_MEASURE = {"inches": "inch", "feet": "ft", "watt": "w", "watts": "w", "volt": "v", "volts": "v"}
_SILENT = frozenset(("and",))
_BINDS_NEXT = frozenset(("no", "non", "without", "zero", "not"))
_GIVES = frozenset(("with", "get", "plus"))  # "with free brush": the brush is given, not absent
_BINDERS = _BINDS_NEXT | {"free"}
_NO_BRAND = frozenset(
    (
        "",
        "-",
        ".",
        "na",
        "n/a",
        "n.a.",
        "nil",
        "none",
        "null",
        "no brand",
        "unbranded",
        "generic",
        "others",
        "other",
    )
)


def _plain(text: str) -> str:
    """Lower-case ASCII without markup and apostrophes of quotation."""
    if text.isascii():
        low = text.lower()
    else:
        low = to_latin(plain_units(nfc(text))).lower()
        low = low if low.isascii() else low.encode("ascii", "ignore").decode()
    if "<" in low or "&" in low or "http" in low or "www." in low:
        low = _MARKUP.sub(" ", low)
    if "~" in low:
        low = low.replace("~", " ")
    if "w/" in low:
        low = re.sub(r"\bw/o\b", "without", re.sub(r"\bw/(?!o\b)", "with ", low))
    return low


def _read(text: str) -> _Stream:
    low = _plain(text)
    marks: list[tuple[Amount | None, str]] = []
    packs: list[Packs] = []
    figured = _DIGIT.search(low) is not None
    if figured:
        low, marks, packs = _mark_figures(low)
    if "'" in low:
        low = low.replace("'n'", " ").replace("'", "")
    if "." in low:
        low = _INITIALS.sub(lambda found: found[0].replace(".", ""), low)
    tokens = _TOKEN.findall(low)
    abbreviations = _abbreviations()
    words = [abbreviations.get(token, token) for token in tokens if token not in _SILENT]
    if figured:
        words = _glue(words)
    if not _BINDERS.isdisjoint(words):
        words = _bind(words)
    if not figured:
        return _Stream(words, frozenset(map(phonetic, words)), [], packs)
    return _with_figures(words, marks, packs)


def _mark_figures(low: str) -> tuple[str, list[tuple[Amount | None, str]], list[Packs]]:
    """Quantities become "~0~", "~1~" ...; promotions and labelled codes go; prices are one word, "rs10"."""
    if "rs" in low or "/-" in low or "off" in low or "mrp" in low or "save" in low:
        low = _PROMOTION.sub(" ", low)
        low = _PRICE.sub(lambda found: f" rs{found[1] or found[2]} ", low)
    if any(hint in low for hint in _CODE_HINTS):
        low = _CODE.sub(" ", low)
    if "%" in low:
        low = low.replace(" %", "%")
    low, found, packs = figures(low)
    if "," in low and not found:
        low = _GROUPED.sub(lambda number: number[0].replace(",", ""), low)
    marks: list[tuple[Amount | None, str]] = []
    if found:
        parts: list[str] = []
        at = 0
        for figure in found:
            parts += (low[at : figure.start], f" ~{len(marks)}~ {figure.noun} ")
            marks.append((figure.amount, figure.span_text))
            at = figure.end
        parts.append(low[at:])
        low = "".join(parts)
        if "," in low:
            low = _GROUPED.sub(lambda number: number[0].replace(",", ""), low)
    return low, marks, packs


def _glue(words: list[str]) -> list[str]:
    """A figure and its measure are one word: "22 cm" is "22cm"."""
    if _MEASURES.isdisjoint(words):
        return words
    out: list[str] = []
    for word in words:
        if word in _MEASURES and out and out[-1][-1].isdigit() and _is_number(out[-1]):
            out[-1] += _ONE_MEASURE.get(word, word)
        else:
            out.append(word)
    return out


def _bind(words: list[str]) -> list[str]:
    """ "no sugar", "non-veg", "sugar-free" are one word each, lest "no sugar, salt" be "no salt, sugar"."""
    out: list[str] = []
    pending = ""
    for word in words:
        if word in _BINDS_NEXT:
            pending += word
        elif word == "free" and not pending and out and out[-1].isalpha() and out[-1] not in _GIVES:
            out[-1] += word
        else:
            out.append(word if not pending or word[0] == "~" else pending + word)
            if pending and word[0] == "~":
                out.append(pending)
            pending = ""
    if pending:
        out.append(pending)
    return out


def _is_number(word: str) -> bool:
    return word[0].isdigit() and word.replace(".", "", 1).isdigit()


def _with_figures(words: list[str], marks: list[tuple[Amount | None, str]], packs: list[Packs]) -> _Stream:
    numbers = sum(map(_is_number, words))
    kept: list[str] = []
    sounds: list[str] = []
    amounts: list[tuple[Amount, str]] = []
    last = len(words) - 1
    for at, word in enumerate(words):
        following = words[at + 1] if at < last else "~"
        if word[0] == "~":
            amount, said = marks[int(word[1:-1])]
            if amount is None:  # a range, or a figure too odd to be one: a word like any other
                kept.append(said.replace(" ", ""))
                sounds.append(kept[-1])
            else:
                amounts.append((amount, "" if following[0] == "~" else phonetic(following)))
            continue
        kept.append(word)
        if numbers > 1 and _is_number(word):
            sounds.append(f"{word}>{'' if following[0] == '~' else phonetic(following)}")
        else:
            sounds.append(phonetic(word))
    return _Stream(kept, frozenset(sounds), amounts, packs, any(_PRICED.match(word) for word in kept))


_NOTHING = _Stream([], frozenset(), [], [])


@lru_cache(maxsize=8192)
def _read_brand(brand: str) -> _Stream:
    """A brand is words only: the figures of "24 Mantra" or "7 Up" are names."""
    if brand.strip().lower() in _NO_BRAND:
        return _NOTHING
    return _read(brand)


@lru_cache(maxsize=8192)
def _read_size(size: str) -> _Stream:
    return _read(size)


class _Whole(NamedTuple):
    words: list[str]
    sounds: list[str]
    amounts: dict[Amount, str]  # each with the sound after it in the name


def _whole(name: str, brand: str | None, net_quantity: Packed | None, size: str | None) -> _Whole:
    of_brand = _read_brand(brand) if brand else _NOTHING
    of_name = _read(name)
    sounds = of_name.sounds | of_brand.sounds
    said = of_name.amounts
    packs = of_name.packs
    words = of_name.words
    if of_brand.amounts:
        said = said + of_brand.amounts
    if size and (of_size := _read_size(size)) is not _NOTHING:
        sounds = sounds | of_size.sounds
        said = said + of_size.amounts
        packs = packs + of_size.packs
        words = words + of_size.words
    if of_brand.words:
        known = set(of_brand.words)
        words = of_brand.words + [word for word in words if word not in known]
    given = amount_of(net_quantity) if net_quantity is not None else None
    amounts: dict[Amount, str]
    if not packs and (not said or (len(said) == 1 and said[0][0] == given)):
        amounts = {} if given is None else {given: ""}
    else:
        amounts = _settle(said, packs, given)
    # A name without a readable word ("☕") still tells itself from others.
    heard = sorted(sounds) if of_name.sounds else sorted({*sounds, nfc(name).lower()})
    if of_name.priced and any(amount.base != "piece" for amount in amounts):
        heard = [sound for sound in heard if not (sound.startswith("rs") and sound[2:3].isdigit())]
    return _Whole(words, heard, amounts)


def _settle(said: list[tuple[Amount, str]], packs: list[Packs], given: Amount | None) -> dict[Amount, str]:
    """Every quantity once, without those that another one implies (one inner pack, the total, the count)."""
    amounts: dict[Amount, str] = {}
    for amount, following in said:
        amounts.setdefault(amount, following)
    if given is not None:
        amounts.setdefault(given, "")
    for count, pieces in packs:
        if count > 1 and not any(_says_count(amount, count) for amount in amounts):
            single = [amount for amount in amounts if amount.packs == 1 and amount.base != "piece"]
            single = single or [amount for amount in amounts if amount.packs == 1]
            if len(single) == 1:
                following = amounts.pop(single[0])
                amounts.setdefault(single[0]._replace(packs=count), following)
            else:
                amounts[Amount(count * 1000, "piece", 1) if pieces else Amount(1000, "piece", count)] = ""
    if len(amounts) > 1:
        amounts = {a: then for a, then in amounts.items() if not any(_implied(a, other) for other in amounts)}
    return amounts


def _says_count(amount: Amount, count: int) -> bool:
    return amount.packs == count or (amount.base == "piece" and amount.thousandths == count * 1000)


def _implied(one: Amount, other: Amount) -> bool:
    if one is other or one.packs > 1:
        return False
    if one.base == "piece" and one.thousandths == other.packs * 1000:
        return other.packs > 1 or other.base != "piece"
    return (
        one.base == other.base
        and other.packs > 1
        and one.thousandths in (other.thousandths, other.thousandths * other.packs)
    )


def _spelled(amounts: dict[Amount, str]) -> list[str]:
    """Each as text; of several in one unit (a combo) each with the word after it, lest they change places."""
    if len(amounts) < 2:
        return [_amount(amount) for amount in amounts]
    bases = [amount.base for amount in amounts]
    return sorted(
        f"{_amount(amount)}>{then}" if bases.count(amount.base) > 1 else _amount(amount)
        for amount, then in amounts.items()
    )


def _amount(amount: Amount) -> str:
    thousandths, base, packs = amount
    whole, part = divmod(thousandths, 1000)
    figure = f"{whole}.{part:03}" if part else f"{whole}"
    return f"{figure}{base}*{packs}" if packs > 1 else f"{figure}{base}"


def stated(
    name: str, brand: str | None, net_quantity: Packed | None, size: str | None
) -> tuple[list[str], list[str], tuple[Amount, ...]]:
    """The words of the brand, the other words in order, and every quantity: what ``hear`` goes on from."""
    whole = _whole(name, brand, net_quantity, size)
    of_brand = _read_brand(brand).words if brand else []
    return list(of_brand), whole.words[len(of_brand) :], tuple(whole.amounts)


def read_name(
    name: str, *, brand: str | None = None, net_quantity: Packed | None = None, size: str | None = None
) -> Reading:
    """Read a product name of any script as a shop would hear it.

    `net_quantity` is the product's own where it is known; `size` the text of a size column, for what
    parse_net_quantity can't hold in one figure ("Combo", "13 x 13 cm", "500 - 600 g").
    """
    whole = _whole(name, brand, net_quantity, size)
    quantity = net_quantity or find_net_quantity(f"{name} {size}" if size else name)[0]
    packs = max((amount.packs for amount in whole.amounts), default=1)
    return Reading(tuple(whole.words), tuple(whole.sounds), quantity, packs, tuple(_spelled(whole.amounts)))


def identity_key(name: str, *, brand: str | None, net_quantity: Packed | None, size: str | None = None) -> str:
    """The key that spellings of one product share: 32 hex digits, stable for an IDENTITY_VERSION.

    Made of the sounds of brand and name as one set, every quantity stated in base units, and the pack count.
    So case, punctuation, spacing, word order, "500 g"/"500gm"/"0.5 kg", a brand told twice or only in the
    name make no difference; another size, pack, number, flavour, colour or form word does. `size` as for
    read_name: pass a size column's text whenever there is one, or goods of unreadable sizes fall together.
    """
    whole = _whole(name, brand, net_quantity, size)
    text = f"{IDENTITY_VERSION}\n{' '.join(whole.sounds)}\n{' '.join(_spelled(whole.amounts))}"
    return blake2b(text.encode(), digest_size=16).hexdigest()
