"""How two names compare, word by word: which words meet, which stand alone, and what the sizes say.

Only a word that is found nowhere may be a misspelling of another: "mist" is no way to write "mint", "mnit" may be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import log
from typing import Final, Literal, NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import token_sort_ratio

from services.matching.domain.record import Record
from shared.kernel.naming import Role, Word, as_letters, loose, skeleton, telling
from shared.kernel.quantity import Amount

Sizes = Literal["same", "unsaid", "unknown", "none", "size", "pack"]
"""Same; the row says none though the product has one; the other way round; neither does; another size; another pack."""

_ALIKE: Final = 0.7
_SAME_WORD: Final = 0.95
_GLUED_FROM: Final = 5
_NAMES: Final = 2
_SLIP: Final = 0.7
_HALVES: Final = 0.85
_GRADES: Final = frozenset({"s", "m", "l", "xs", "xl", "xxl", "xxxl", "nb"})
_ONE_PIECE: Final = Amount(1000, "piece", 1)


class Known(NamedTuple):
    """What the index knows of words: how many products there are, in how many a sound is, and a spelling."""

    products: int
    frequency: Callable[[str], int]
    written: Callable[[str], int]

    def weight(self, word: Word) -> float:
        """How much it tells: from 0 (in every product) to 1 (in one)."""
        often = self.frequency(word.sound)
        if word.means:
            often = max(often, self.frequency(word.means))
        return log((1 + self.products) / (1 + often)) / log(1 + max(1, self.products)) if self.products else 1.0


class Likeness(NamedTuple):
    """How a row's words and a product's compare. Weights add up to 1 on each side."""

    covered: float
    """Weighted share of the row's words that the product has."""
    explained: float
    """Weighted share of the product's words that the row has."""
    odd: tuple[Word, ...]
    """Words of the row that the product lacks."""
    missing: tuple[Word, ...]
    """Words of the product that the row lacks."""
    met: tuple[Word, ...]
    """Words of the product that the row has."""
    heaviest_odd: float
    heaviest_missing: float
    brand: float
    """Share of the brand's words that the row has; 1 without a brand."""
    closeness: float
    """Mean similarity of the words that met."""
    order: float
    """Similarity of the names as whole texts."""
    sizes: Sizes
    field: str
    """Which of the product's names fits best."""


def compare(row: Sequence[Word], amounts: Sequence[Amount], record: Record, known: Known) -> Likeness:
    """The likeness of a row and the product's best name."""
    sizes = compare_sizes(amounts, record.amounts)
    names = record.names
    if len(names) > _NAMES:  # the others can't say more: they share fewer words
        senses = {sense for word in row for sense in (word.text, word.sound, word.means) if sense}
        names = tuple(
            sorted(names, key=lambda n: -sum(_shares(w, senses) for w in n.words) / (3 + len(n.words)))[:_NAMES]
        )
        names = names if record.names[0] in names else (record.names[0], *names)
    best = [_compare(row, name.words, known, sizes, name.field) for name in names]
    return max(best, key=lambda one: (one.covered + one.explained, one.closeness))


def _compare(row: Sequence[Word], product: Sequence[Word], known: Known, sizes: Sizes, field: str) -> Likeness:
    met = _meet(row, product, known)
    met += _halves(row, product, met, known)
    of_row = [0.0] * len(row)
    of_product = [0.0] * len(product)
    for i, j, alike in met:
        of_row[i] = max(of_row[i], alike)
        of_product[j] = max(of_product[j], alike)
    row_weights = [0.0 if w.role in (Role.CODE, Role.IMPLIED, Role.ASIDE) else 0.05 + known.weight(w) for w in row]
    excused = _excused(product, of_product)
    product_weights = [
        0.0 if j in excused else 0.3 if w.role is Role.CODE else 0.05 + known.weight(w) for j, w in enumerate(product)
    ]
    row_total, product_total = sum(row_weights) or 1.0, sum(product_weights) or 1.0
    odd = [i for i, w in enumerate(row) if not of_row[i] and row_weights[i]]
    missing = [j for j, w in enumerate(product) if not of_product[j] and product_weights[j]]
    brand = [j for j, w in enumerate(product) if w.role is Role.BRAND]
    brand_total = sum(product_weights[j] for j in brand)
    return Likeness(
        covered=sum(a * w for a, w in zip(of_row, row_weights, strict=True)) / row_total,
        explained=sum(a * w for a, w in zip(of_product, product_weights, strict=True)) / product_total,
        odd=tuple(row[i] for i in odd),
        missing=tuple(product[j] for j in missing),
        met=tuple(word for word, alike in zip(product, of_product, strict=True) if alike),
        heaviest_odd=max((row_weights[i] for i in odd), default=0.0),
        heaviest_missing=max((product_weights[j] for j in missing), default=0.0),
        brand=sum(of_product[j] * product_weights[j] for j in brand) / brand_total if brand_total else 1.0,
        closeness=sum(a for *_, a in met) / len(met) if met else 0.0,
        order=token_sort_ratio(
            " ".join(w.means or w.sound for w in row if w.role is not Role.CODE),
            " ".join(w.means or w.sound for w in product),
        )
        / 100,
        sizes=sizes,
        field=field,
    )


def _shares(word: Word, senses: set[str]) -> bool:
    return word.sound in senses or word.text in senses or word.means in senses


def _excused(product: Sequence[Word], met: Sequence[float]) -> set[int]:
    """Words of a product that nobody need say: the other name of its goods, whichever was said."""
    excused = {j for j, w in enumerate(product) if not met[j] and w.role in (Role.IMPLIED, Role.ALIAS)}
    runs: list[list[int]] = []
    for j, w in enumerate(product):
        if w.role is Role.ALIAS:
            if runs and runs[-1][-1] == j - 1:
                runs[-1].append(j)
            else:
                runs.append([j])
    for run in runs:
        if all(met[j] for j in run):
            before = range(max(0, run[0] - len(run)), run[0])
            excused |= {j for j in before if not met[j] and product[j].role is Role.WORD}
    return excused


def _meet(row: Sequence[Word], product: Sequence[Word], known: Known) -> list[tuple[int, int, float]]:
    """Pairs of words that are the same or may be, the best first; a glued word may meet several."""
    met: list[tuple[int, int, float]] = []
    rows, products = set[int](), set[int]()
    places: dict[str, int] = {}
    for j, word in reversed(list(enumerate(product))):
        places[word.text] = places[word.sound] = j
        if word.means:
            places[word.means] = j
    for i, word in enumerate(row):
        for sense in (word.text, word.sound, word.means):
            if sense and (place := places.get(sense)) is not None and place not in products:
                rows.add(i)
                products.add(place)
                met.append((i, place, 1.0 if product[place].text == word.text else 0.98))
                break
    pairs: list[tuple[float, int, int]] = []
    for i, word in enumerate(row):
        if i in rows or len(word.text) < 3 or _is_telling(word):
            continue
        slip = not known.written(word.text)
        for j, other in enumerate(product):
            if j not in products and (slip or (len(word.text) > 3 and other.text.startswith(word.text))):
                alike = similarity(word, other)
                if alike >= _ALIKE and not (slip and _rather_telling(word, other, alike)):
                    pairs.append((alike, i, j))
    pairs.sort(key=lambda pair: -pair[0])
    for alike, i, j in pairs:
        if i not in rows and j not in products:
            rows.add(i)
            products.add(j)
            met.append((i, j, alike))
    left_row = [i for i in range(len(row)) if i not in rows]
    left_product = [j for j in range(len(product)) if j not in products]
    met += _unglue(left_row, row, left_product, product)
    met += [(i, j, a) for j, i, a in _unglue(left_product, product, left_row, row)]
    return met


def _halves(
    row: Sequence[Word], product: Sequence[Word], met: Sequence[tuple[int, int, float]], known: Known
) -> list[tuple[int, int, float]]:
    """Words of a row that stand alone but say again what has been said, or are half of a word: "choco late"."""
    partner = {i: j for i, j, _ in met}
    more: list[tuple[int, int, float]] = []
    for i, word in enumerate(row):
        if i in partner or word.text.isdigit():
            continue
        for k in (i - 1, i + 1):
            if k not in partner or not (0 <= k < len(row)):
                continue
            whole = product[partner[k]]
            first, second = sorted((i, k))
            text = row[first].text + row[second].text
            if len(text) >= _GLUED_FROM and text.isalpha() and len(row[k].text) < len(whole.text):
                alike = OSA.normalized_similarity(loose(text), whole.sound)
                if alike >= _HALVES:
                    more.append((i, partner[k], alike))
                    break
        else:
            again = (j for j in partner.values() if product[j].text == word.text or product[j].sound == word.sound)
            j = next(again, None)
            if j is None and not known.written(word.text) and not may_tell(word):
                j = _brand_again(word, product, partner)
            if j is not None:
                more.append((i, j, 0.98))
    return more


def _brand_again(word: Word, product: Sequence[Word], partner: Mapping[int, int]) -> int | None:
    """A word of the brand that the name says once more, misspelt or with its words run together."""
    met = set(partner.values())
    brand = [j for j, w in enumerate(product) if w.role is Role.BRAND and j in met]
    if len(word.text) < _GLUED_FROM or not brand:
        return None
    if as_letters(word.text) == "".join(product[j].text for j in brand):
        return brand[0]
    return next(
        (j for j in brand if OSA.normalized_similarity(as_letters(word.text), product[j].text) >= _HALVES), None
    )


def _unglue(
    whole: Sequence[int], one: Sequence[Word], pieces: Sequence[int], other: Sequence[Word]
) -> list[tuple[int, int, float]]:
    """Words of ``one`` that are several of ``other`` run together: "tatasalt", "goodday"."""
    met: list[tuple[int, int, float]] = []
    used = set[int]()
    for i in whole:
        text = as_letters(one[i].text)
        if len(text) < _GLUED_FROM:
            continue
        left, found = text, list[int]()
        for j in sorted((j for j in pieces if j not in used), key=lambda j: -len(other[j].text)):
            piece = as_letters(other[j].text)
            at = left.find(piece) if len(piece) > 1 or len(found) else -1
            if at < 0 and len(piece) > 4 and piece.endswith("s"):
                piece = piece[:-1]
                at = left.find(piece)
            if at >= 0:
                left = f"{left[:at]}|{left[at + len(piece) :]}"
                found.append(j)
        rest = len(left.replace("|", ""))
        if found and (len(found) > 1 or rest == 0) and rest <= len(text) * 0.15:
            used.update(found)
            met += [(i, j, _SAME_WORD if not rest else 0.9) for j in found]
    return met


def similarity(one: Word, other: Word) -> float:
    """How alike two words are, from 0 to 1; numbers, grades and short words are the same or not."""
    if one.text == other.text:
        return 1.0
    senses = {one.sound, one.means} - {""}
    if not senses.isdisjoint((other.sound, other.means)):
        return 0.98
    if min(len(one.text), len(other.text)) < 3:
        return 0.0
    return _similarity(one.text, one.sound, other.text, other.sound)


@lru_cache(maxsize=1 << 17)
def _similarity(text: str, sound: str, other_text: str, other_sound: str) -> float:
    if text.isdigit() or other_text.isdigit() or len(text) < 3:
        return 0.0
    if not text.isalpha() or not other_text.isalpha():
        if max(sum(map(str.isdigit, t)) for t in (text, other_text)) > 2:
            return 0.0
        figures = not text.isalpha() and not other_text.isalpha()
        text, other_text = as_letters(text), as_letters(other_text)
        if not (text.isalpha() and other_text.isalpha()) or min(len(text), len(other_text)) < 4:
            return 0.0
        if text == other_text:
            return 0.9
        if figures:  # "no10" is no way to write "no12"
            return 0.0
        sound, other_sound = loose(text), loose(other_text)
    short, long = sorted((sound, other_sound), key=len)
    best = 0.0
    if len(short) >= 3 and long.startswith(short):
        best = 0.9
    bones = skeleton(sound)
    if (len(bones) > 2 and bones == skeleton(other_sound)) or (
        len(written := skeleton(text)) > 2 and written == skeleton(other_text)
    ):
        best = max(best, 0.88)
    if min(len(text), len(other_text)) > 3:
        spelled = max(OSA.normalized_similarity(text, other_text), OSA.normalized_similarity(sound, other_sound))
        best = max(best, spelled * 0.95 if spelled >= 0.7 else 0.0)
    return best


def compare_sizes(row: Sequence[Amount], product: Sequence[Amount]) -> Sizes:
    """What the quantities of a row and of a product say of each other; "1 piece" says nothing."""
    mine = {a for a in row if a != _ONE_PIECE}
    theirs = {a for a in product if a != _ONE_PIECE}
    if not mine or not theirs:
        return "none" if mine == theirs else "unsaid" if theirs else "unknown"
    if mine == theirs:
        return "same"
    fewer, more = (mine, theirs) if len(mine) <= len(theirs) else (theirs, mine)
    if fewer < more and not {a.base for a in more - fewer} & {a.base for a in fewer}:
        return "same"  # "250 g" of "10 pcs (250 g)"
    sizes, others = {(a.thousandths, a.base) for a in mine}, {(a.thousandths, a.base) for a in theirs}
    totals, other_totals = ({(a.thousandths * a.packs, a.base) for a in some} for some in (mine, theirs))
    return "pack" if sizes & others or totals & other_totals else "size"


def may_tell(word: Word) -> bool:
    """Whether a word that stands nowhere may be a misspelt one that tells variants apart."""
    return _nearest_telling(word.text)[1] >= _SLIP


def _rather_telling(word: Word, other: Word, alike: float) -> bool:
    """Whether a misspelt word is nearer to one that tells variants apart than to this: "unsaltd" is not "salted"."""
    tells, near = _nearest_telling(word.text)
    return tells not in (other.sound, other.means) and near * 0.95 > alike


@lru_cache(maxsize=1 << 14)
def _nearest_telling(text: str) -> tuple[str, float]:
    sound = loose(as_letters(text))
    if len(sound) < 4:
        return "", 0.0
    near = (tells for tells in telling() if abs(len(tells) - len(sound)) < 3)
    return max(((t, OSA.normalized_similarity(t, sound)) for t in near), key=lambda found: found[1], default=("", 0.0))


def is_telling(word: Word) -> bool:
    """Whether it tells one variant from another, so that no two goods that differ by it are one."""
    return word.role in (Role.NUMBER, Role.CODE) or (word.role is not Role.BRAND and _is_telling(word))


def _is_telling(word: Word) -> bool:
    tells = telling()
    return word.sound in tells or word.means in tells or word.text in _GRADES
