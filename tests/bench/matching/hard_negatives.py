"""Rows that mean goods which are NOT in the catalog, each with its most tempting neighbour, which is.

At least half are real siblings: the row means goods of the grocer (`row.truth`), and whoever builds the catalog leaves
out all goods that `own_goods` names. The others mean goods that we made up from real ones (``row.truth`` is None).
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import combinations
from typing import Final, Literal, NamedTuple, get_args

from tests.bench.matching.goods import Goods, Size, family, identity, read_size, size_key, write_size
from tests.bench.matching.shop_rows import (
    COLOURS,
    FLAVOURS,
    FORMS,
    VARIANTS,
    Catalog,
    Row,
    fit_style,
    held_style,
    words_of,
)

Why = Literal["size", "pack", "flavour", "form", "colour", "variant"]


class Hard(NamedTuple):
    """``row`` must never be matched by itself with the goods ``not_this``; they differ in ``why``."""

    row: Row
    not_this: str
    why: Why


class _Pair(NamedTuple):
    own: Goods
    other: Goods
    why: Why
    word: str | None = None  # of the other, which the row must not show


WANTED: Final[dict[Why, int]] = {"size": 240, "pack": 130, "flavour": 200, "form": 110, "colour": 130, "variant": 210}
_REAL_SHARE: Final = 0.7  # of the wanted, if there are so many
_PER_BRAND: Final = 12

_STRONG: Final = frozenset(  # words whose presence alone makes other goods
    ["gold", "lite", "light", "ultra", "max", "diet", "zero", "organic", "kids", "baby", "unsalted", "unsweetened",
    "dark", "crunchy", "small", "large", "xl", "mini", "jumbo", "toned", "skimmed", "women", "men", "puppy", "mango",
    "orange", "lemon", "strawberry", "banana", "pineapple", "guava", "litchi", "kesar", "elaichi", "hazelnut",
    "coconut", "cranberry", "blueberry", "garlic", "ginger", "tulsi", "lavender", "jasmine", "charcoal", "spicy",
    "red", "blue", "pink", "black", "brown", "purple", "silver"]
)  # fmt: skip
_WEAK: Final = frozenset(  # words that say nothing or much the same as another
    ["assorted", "set", "combo", "free", "quality", "best", "natural", "pure", "100", "fragrance", "care", "skin",
    "product", "design", "print", "printed", "multicolor", "multicolour", "flavor", "style", "imported", "value",
    "super", "saver", "hygiene", "good", "health", "healthy", "hair", "body", "face", "use", "daily", "made"]
)  # fmt: skip
_SWAPS: Final[dict[Why, tuple[tuple[str, ...], ...]]] = {
    "flavour": (
        ("mango", "orange", "pineapple", "guava", "litchi", "apple", "strawberry", "mixed fruit"),
        ("vanilla", "chocolate", "butterscotch", "strawberry", "caramel"), ("kesar", "elaichi", "pista", "rose"),
        ("lemon", "orange", "ginger", "mint", "tulsi"), ("masala", "tomato", "peri peri", "cream & onion", "salted"),
        ("chicken", "mutton", "vegetable", "egg"), ("lavender", "jasmine", "rose", "sandal", "lemon"),
        ("neem", "turmeric", "aloe vera", "charcoal", "papaya"), ("almond", "cashew", "hazelnut", "peanut"),
        ("garlic", "ginger", "onion"), ("blueberry", "cranberry", "raspberry", "blackcurrant"),
    ),
    "form": (
        ("powder", "whole", "paste"), ("bar", "liquid"), ("cream", "lotion", "gel"), ("tablet", "syrup", "capsule"),
        ("spray", "roll on"), ("flakes", "powder"), ("seeds", "powder", "oil"), ("shampoo", "conditioner"),
        ("scrub", "face wash"), ("juice", "squash"), ("liquid", "powder"), ("slices", "block", "spread"),
        ("biscuit", "rusk"), ("raw", "roasted"),
    ),
    "colour": (("red", "blue", "green", "pink", "black", "white", "brown", "purple", "grey", "yellow", "silver"),),
    "variant": (
        ("gold", "silver", "platinum"), ("toned", "full cream", "skimmed"), ("thin", "time"), ("men", "women"),
        ("small", "medium", "large", "extra large"), ("classic", "gold", "strong"), ("dark", "milk", "white"),
        ("crunchy", "creamy"), ("unsalted", "salted"), ("kids", "adult"), ("puppy", "adult"), ("strong", "mild"),
        ("lite", "rich"), ("premium", "economy"), ("soft", "hard", "medium"), ("dry", "oily"),
        ("30", "50"), ("15", "30"), ("sweet", "unsweetened"), ("thick", "thin"), ("sensitive", "whitening"),
        ("organic", "regular"), ("extra", "max"),
    ),
}  # fmt: skip
_ORGANIC: Final = re.compile("organic|natur|mantra|phalada|farm|harvest|earth", re.IGNORECASE)


def own_goods(hard: Iterable[Hard]) -> set[str]:
    """The goods that the rows mean: the catalog that judges is built without them."""
    return {each.row.truth for each in hard if each.row.truth is not None}


def pairs(goods: Sequence[Goods], seed: int) -> list[Hard]:
    """Always the same for a seed; the goods of `own_goods` and those of ``not_this`` have none in common."""
    dice = random.Random(f"hard {seed}")
    readable = [each for each in goods if _readable(each)]
    catalog = Catalog(goods)
    known = Counter(identity(each) for each in goods)
    made: list[Hard] = []
    gone = set[tuple[frozenset[str], str]]()
    kept = set[tuple[frozenset[str], str]]()
    brands = Counter[tuple[Why, str]]()

    def take(pair: _Pair, real: bool) -> bool:
        own, other = identity(pair.own), identity(pair.other)
        slot = pair.why, pair.own.brand.casefold()
        if own in gone | kept or other in gone or brands[slot] >= _PER_BRAND:
            return False
        if real and known[own] > 1:
            return False
        words = words_of(f"{pair.own.brand} {pair.own.name}")
        fitting = catalog.fitting(words, size_key(pair.own.net_quantity))
        if any(catalog.goods[place].goods_id != pair.own.goods_id for place in fitting):
            return False  # the row would rightly find those
        number = dice.randrange(1 << 30)
        row = (held_style if number % 2 else fit_style)(pair.own, number)
        if pair.word is not None and pair.word in words_of(row.name):
            return False
        if pair.why in {"size", "pack"} and "no size" in row.kinds:
            return False
        made.append(Hard(row if real else row._replace(truth=None), pair.other.goods_id, pair.why))
        if real:
            gone.add(own)
        kept.add(other)
        brands[slot] += 1
        return True

    real_pairs = _by_reason(_size_siblings(readable)), _by_reason(_word_siblings(readable))
    for why in get_args(Why):
        want = WANTED[why]
        found = real_pairs[0][why] + real_pairs[1][why]
        dice.shuffle(found)
        found.sort(key=lambda pair: not pair.own.goods_id.startswith("q"))  # those with sizes of their own first
        got = 0
        for pair in found:
            if got >= want * _REAL_SHARE:
                break
            got += take(pair, real=True)
        quota = min(want - got, max(got, want // 3))
        for pair in _made_up(readable, why, dice):
            if quota <= 0:
                break
            quota -= take(pair, real=False)
    return made


def _by_reason(found: Iterable[_Pair]) -> dict[Why, list[_Pair]]:
    tables: dict[Why, list[_Pair]] = defaultdict(list)
    for pair in found:
        tables[pair.why].append(pair)
    return tables


def _readable(goods: Goods) -> bool:
    return len(words_of(f"{goods.brand} {goods.name}")) <= 8 and read_size(goods.net_quantity).unit in {"g", "ml", "pc"}


def _size_siblings(goods: Sequence[Goods]) -> Iterator[_Pair]:
    families: dict[str, list[Goods]] = defaultdict(list)
    for each in goods:
        families[family(each)].append(each)
    for siblings in families.values():
        for one, two in combinations(siblings, 2):
            for own, other in ((one, two), (two, one)):
                if size_key(own.net_quantity) == "1pc":
                    continue
                mine, theirs = read_size(own.net_quantity), read_size(other.net_quantity)
                yield _Pair(own, other, "pack" if mine.pack != theirs.pack else "size")


def _word_siblings(goods: Sequence[Goods]) -> Iterator[_Pair]:
    """Same brand, same size, and the names differ in one word."""
    without: dict[tuple[str, str, frozenset[str]], list[tuple[Goods, str]]] = defaultdict(list)
    whole: dict[tuple[str, str, frozenset[str]], list[Goods]] = defaultdict(list)
    for each in goods:
        if "+" in each.name:
            continue
        words = words_of(each.name)
        if _ORGANIC.search(each.brand):  # all that they sell is, whether the name says so or not
            words -= {"organic"}
        shelf = each.brand.casefold(), size_key(each.net_quantity)
        whole[*shelf, words].append(each)
        if len(words) > 1:
            for word in sorted(words):  # a set has another order in each process
                without[*shelf, words - {word}].append((each, word))
    for key, found in without.items():
        for (one, first), (two, second) in combinations(found[:12], 2):
            why = _difference(first, second)
            if why is not None:
                yield _Pair(one, two, why, second)
                yield _Pair(two, one, why, first)
        for each, word in found:
            if word in _STRONG:
                for other in whole.get(key, ()):
                    yield _Pair(each, other, _kind(word))


def _kind(word: str) -> Why:
    if word in COLOURS and word not in {"gold", "golden"}:
        return "colour"
    return "flavour" if word in FLAVOURS else "variant"


def _difference(one: str, two: str) -> Why | None:
    """In what goods differ whose names differ in these words; None if a reader might take the words for one."""
    if one == two or {one, two} & _WEAK:
        return None
    if SequenceMatcher(None, one, two).ratio() > 0.6 and not (one.isdigit() and two.isdigit()):
        return None
    tables: tuple[tuple[Why, frozenset[str]], ...] = (
        ("colour", COLOURS), ("flavour", FLAVOURS), ("form", FORMS), ("variant", VARIANTS)
    )  # fmt: skip
    for why, words in tables:
        if one in words and two in words:
            return why
    if one.isdigit() or two.isdigit():
        return "variant" if one.isdigit() and two.isdigit() else None
    return "variant" if min(len(one), len(two)) >= 4 else None


_SYNTHETIC_SIZES: Final = (Decimal(2), Decimal("0.5"), Decimal("1.25"), Decimal("0.8"), Decimal("1.5"), Decimal(10))


def _made_up(goods: Sequence[Goods], why: Why, dice: random.Random) -> Iterator[_Pair]:
    order = list(goods)
    dice.shuffle(order)
    for each in order:
        if why in {"size", "pack"}:
            size = read_size(each.net_quantity)
            if size_key(each.net_quantity) == "1pc":
                continue
            other = _other_size(size, why, dice)
            if other is not None:
                yield _Pair(each._replace(net_quantity=write_size(other), pack_count=other.pack), each, why)
            continue
        if why == "colour" and not each.category.startswith(("Kitchen", "Cleaning", "Beauty")):
            continue
        swapped = _swapped(each, why, dice)
        if swapped is not None:
            yield swapped


def _other_size(size: Size, why: Why, dice: random.Random) -> Size | None:
    if why == "pack":
        return size._replace(pack=dice.choice((2, 3, 4, 6)) if size.pack == 1 else dice.choice((1, size.pack + 1)))
    amount = size.amount * dice.choice(_SYNTHETIC_SIZES)
    if amount != amount.to_integral_value() or amount < 5 or amount > 20_000:
        return None
    return size._replace(amount=amount)


def _swapped(goods: Goods, why: Why, dice: random.Random) -> _Pair | None:
    words = goods.name.split()
    for place in range(len(words) - 1, -1, -1):  # what tells apart stands at the end, mostly
        bare = words[place].strip(",()").casefold()
        if bare == "organic" and _ORGANIC.search(goods.brand):
            continue
        for group in _SWAPS[why]:
            if bare in group:
                rest = [word for word in group if word != bare and word not in goods.name.casefold()]
                if not rest:
                    return None
                new = dice.choice(rest).title()
                name = " ".join([*words[:place], words[place].casefold().replace(bare, new), *words[place + 1 :]])
                return _Pair(goods._replace(name=name), goods, why, None if bare in new.casefold() else bare)
    return None
