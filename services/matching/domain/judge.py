"""From the products that an index proposes to a decision, with reasons that a person understands.

A model says how likely each is; guards then forbid an automatic match across whatever tells goods apart, whatever the
model says. 500 g is never 1 kg; "Extra Thin" is never "Extra Time".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from services.matching.domain.alike import Known, Likeness, compare, is_telling, may_tell
from services.matching.domain.model import PAIR, RIVAL, Model, logit, pair_features, probability, rival_features
from services.matching.domain.question import Candidate, Decision, Question
from services.matching.domain.record import Record
from shared.kernel.naming import Heard, Role, Word
from shared.kernel.quantity import Amount

AT_MOST: Final = 10
_NAME_FROM: Final = 4
_SHARED: Final = 0.2
"""Of the words of a row, by weight, that a product must have to be worth a look."""
_COVERED: Final = 0.5
_IN_COMMON: Final = 1.2
"""Shares of the row's words and, with those of the product's, of both: less is no likeness that a person should see."""
_RIVAL_UNLIKELY: Final = -8.0

Apart = Callable[[str, str], bool]
"""Whether people have said that two products (by id) are not the same."""


class Scored(NamedTuple):
    """A product and how likely it is the one meant; ``guards`` say why it is not taken without a person."""

    record: Record
    likeness: Likeness
    pair: float
    """The first stage's logit."""
    probability: float
    guards: tuple[str, ...]


def weigh(
    heard: Heard, mrp: int | None, records: Sequence[Record], known: Known, model: Model, apart: Apart
) -> list[Scored]:
    """The records, likeliest first. ``mrp`` in paise."""
    pairs: list[tuple[Record, Likeness, float]] = []
    for record in records:
        like = compare(heard.words, heard.amounts, record, known)
        if like.covered < _SHARED:  # of the same size, and nothing else
            continue
        pairs.append((record, like, logit(model.pair, PAIR, pair_features(like, known, mrp, record.mrp))))
    pairs.sort(key=lambda p: (-p[2], p[0].status != "verified", p[0].product_id))
    scored: list[Scored] = []
    for at, (record, like, of_pair) in enumerate(pairs):
        rival = next(
            (
                other
                for n, (rival_record, _, other) in enumerate(pairs)
                if n != at and not _same_goods(record, rival_record, apart)
            ),
            _RIVAL_UNLIKELY,
        )
        chance = probability(logit(model.rival, RIVAL, rival_features(of_pair, rival, like)))
        scored.append(Scored(record, like, of_pair, chance, guards(like, known)))
    scored.sort(key=lambda s: -s.probability)
    return scored


def judge(question: Question, scored: Sequence[Scored], model: Model) -> Decision:
    """The decision about a question whose GTIN and identity nobody has."""
    scored = [s for s in scored if s.record.product_id != question.product_id]
    candidates = [
        Candidate(
            product_id=s.record.product_id,
            score=round(s.probability, 3),
            reasons=_reasons(s, question),
        )
        for s in scored[:AT_MOST]
    ]
    if not scored:
        return Decision(decision="new")
    best = scored[0]
    likely = [s for s in scored if s.probability >= model.new_below and not (question.gtin and s.record.gtin)]
    doubtful = [s.record.product_id for s in likely if _much_alike(s.likeness) and not _another(s.likeness)]
    if best.probability >= model.match_from and not best.guards and question.gtin is None:
        return Decision(
            decision="match",
            product_id=best.record.product_id,
            product_gtin=best.record.gtin,
            candidates=candidates,
            likely=list(dict.fromkeys([best.record.product_id, *doubtful])),
        )
    return Decision(decision="review" if doubtful else "new", candidates=candidates, likely=doubtful)


def _another(like: Likeness) -> bool:
    """Whether no person need look: it is of another size, or another one of a series ("Pencil 501", "Pencil 502")."""
    numbers = like.odd and like.missing and all(w.role is Role.NUMBER for w in (*like.odd, *like.missing))
    return like.sizes in ("size", "pack") or bool(numbers)


def _much_alike(like: Likeness) -> bool:
    """Whether they have enough in common to be worth a person's time."""
    return like.covered >= _COVERED and like.covered + like.explained >= _IN_COMMON


def guards(like: Likeness, known: Known) -> tuple[str, ...]:
    """Why it must not be taken without a person; nothing for a pair that may."""
    guards: list[str] = []
    if like.sizes == "size":
        guards.append("The size is another.")
    elif like.sizes == "pack":
        guards.append("The number of packs is another.")
    elif like.sizes == "unsaid":
        guards.append("The row says no size.")
    elif like.sizes == "unknown":
        guards.append("The product's size is not known.")
    if like.brand < 0.5 and like.odd:
        guards.append("The brand is not the same.")
    if others := [w.text for w in like.odd if _tells(w, known)]:
        guards.append(f"The product's name lacks: {', '.join(others)}.")
    elif like.odd and like.missing:
        said, instead = (", ".join(w.text for w in some) for some in (like.odd, like.missing))
        guards.append(f"The row says {said}, the product {instead}.")
    if others := [w.text for w in like.missing if is_telling(w)]:
        guards.append(f"The row lacks: {', '.join(others)}.")
    return tuple(guards)


def _tells(word: Word, known: Known) -> bool:
    """Of a word that the product lacks: it tells variants apart, be it misspelt, or other goods have it, or it is long
    enough to name goods that nobody has heard of yet."""
    return (
        is_telling(word)
        or bool(word.means)
        or known.frequency(word.sound) > 0
        or may_tell(word)
        or len(word.text) >= _NAME_FROM
    )


def _same_goods(one: Record, other: Record, apart: Apart) -> bool:
    """Whether two products are one thing twice: the same words and sizes, and nobody has told them apart."""
    if sorted(one.amounts) != sorted(other.amounts) or _senses(one) != _senses(other):
        return False
    if one.gtin and other.gtin and one.gtin != other.gtin:
        return False
    return not apart(one.product_id, other.product_id)


def _senses(record: Record) -> frozenset[str]:
    return frozenset(w.means or w.sound for w in record.names[0].words if w.role is not Role.IMPLIED)


def _reasons(scored: Scored, question: Question) -> list[str]:
    like, record = scored.likeness, scored.record
    reasons: list[str] = []
    if not like.odd and not like.missing:
        reasons.append("All words are the same.")
    elif like.covered > 0.6:
        share = round(100 * (like.covered + like.explained) / 2)
        reasons.append(f"The names agree to {share} %.")
    if like.field != "name":
        reasons.append(f"It fits the name given for {like.field.partition('.')[2]}.")
    if like.sizes == "same":
        reasons.append(f"The size is the same: {_size(record.amounts)}.")
    elif like.sizes in ("size", "pack"):
        reasons.append(f"It is {_size(record.amounts)}, another {'size' if like.sizes == 'size' else 'pack'}.")
    elif like.sizes == "unsaid":
        reasons.append(f"No size was given; it is {_size(record.amounts)}.")
    elif like.sizes == "unknown":
        reasons.append("The catalog doesn't know its size.")
    if like.odd:
        reasons.append(f"It lacks: {', '.join(w.text for w in like.odd)}.")
    if like.missing:
        reasons.append(f"It also says: {', '.join(w.text for w in like.missing)}.")
    if question.gtin and record.gtin:
        reasons.append("Its barcode is another.")
    elif question.gtin:
        reasons.append("Nobody has yet seen this barcode on it.")
    return reasons


def _size(amounts: Sequence[Amount]) -> str:
    return " + ".join(_amount(a) for a in amounts)


def _amount(amount: Amount) -> str:
    value, unit = amount.thousandths / 1000, str(amount.base)
    if value >= 1000 and unit in ("g", "ml"):
        value, unit = value / 1000, "kg" if unit == "g" else "l"
    figure = f"{value:g} {'pieces' if unit == 'piece' and value != 1 else unit}"
    return f"{amount.packs} x {figure}" if amount.packs > 1 else figure
