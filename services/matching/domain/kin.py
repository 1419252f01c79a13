"""Rows of one file that nobody knows yet and that mean one product: they are told before anything is created.

The catalog's index can't help, for the product is not there. So the rows are an index to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from services.matching.domain.alike import Known, compare
from services.matching.domain.judge import guards
from services.matching.domain.model import PAIR, RIVAL, Model, logit, pair_features, probability, rival_features
from services.matching.domain.question import Question
from services.matching.domain.record import MAIN, Name, Record

_UNLIKELY: Final = -8.0

Nearest = Callable[[Record], Sequence[Record]]
"""The records most like this one, itself perhaps among them."""


def as_record(number: int, question: Question) -> Record:
    """A question as if it were a product, whose id is its number.

    Words count as they are written: who lists Suji and Rava in one file has two goods, whatever a lexicon says.
    """
    heard = question.heard
    words = tuple(word._replace(means="") for word in heard.words) if heard else ()
    return Record(
        str(number),
        1,
        "new",
        question.gtin,
        question.paise,
        0,
        (Name(MAIN, words),),
        heard.amounts if heard else (),
    )


def kin(records: Sequence[Record], nearest: Nearest, known: Known, model: Model) -> list[int]:
    """For each record the number of the first that means the same product: its own, if it is the first or alone.

    Two GTINs never come together, however their names read.
    """
    first = list(range(len(records)))

    def root(number: int) -> int:
        while first[number] != number:
            number = first[number]
        return number

    gtins = [{r.gtin} if r.gtin else set[str]() for r in records]
    for number, record in enumerate(records):
        for other in _same(record, nearest(record), known, model):
            one, two = sorted((root(number), root(int(other.product_id))))
            if one != two and len(gtins[one] | gtins[two]) < 2:
                first[two] = one
                gtins[one] |= gtins[two]
    return [root(number) for number in range(len(records))]


def _same(record: Record, near: Sequence[Record], known: Known, model: Model) -> list[Record]:
    """Those of the records nearby that it means for sure; none where two that differ would do."""
    words = record.names[0].words
    features: list[tuple[Record, float, float]] = []
    for other in near:
        if other.product_id == record.product_id:
            continue
        like = compare(words, record.amounts, other, known)
        of_pair = logit(model.pair, PAIR, pair_features(like, known, record.mrp, other.mrp))
        if not guards(like, known):
            features.append(
                (other, of_pair, probability(logit(model.rival, RIVAL, rival_features(of_pair, _UNLIKELY, like))))
            )
    likely = [(other, of_pair) for other, of_pair, chance in features if chance >= model.match_from]
    for at, (one, of_pair) in enumerate(likely):
        for other, rival in likely[at + 1 :]:
            if abs(of_pair - rival) < 3 and not _compatible(one, other, known):
                return []
    return [other for other, _ in likely]


def _compatible(one: Record, other: Record, known: Known) -> bool:
    """Whether one of the two says nothing that the other doesn't."""
    return any(
        not guards(compare(a.names[0].words, a.amounts, b, known), known) for a, b in ((one, other), (other, one))
    )
