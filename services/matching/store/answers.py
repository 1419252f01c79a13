"""Matching's answers: from the exact keys of the catalog, from the index, and from what is newer than the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from services.catalog import client as catalog
from services.matching.domain import kin as kinship
from services.matching.domain.alike import Known
from services.matching.domain.judge import judge, weigh
from services.matching.domain.model import fitted
from services.matching.domain.question import Decision, Holder, Question, by_keys, keys
from services.matching.domain.rank import rank
from services.matching.domain.record import Record
from services.matching.domain.search import DEEPEST, LISTED, Hit, Hits, Search
from services.matching.store import apart, recent
from services.matching.store.index import Filter, Index
from services.matching.store.recent import View
from shared.kernel.gtin import BadGtin, Gtin
from shared.kernel.naming import Heard, Word, hear

_NEAREST = 12
_KIN = 8
_RERANKED = 200
_HALF = 0.5
"""Of the words that were typed: what has fewer is no answer, where nothing has nearly all."""


def match(questions: Sequence[Question], *, candidates: bool = False) -> list[Decision]:
    """A decision for each question, in order; with ``candidates`` for what exact keys decide, too.

    What was created before the call is known to it.
    """
    exact = _by_keys(questions)
    view = recent.view(fresh=True)
    known = _known(view)
    return [
        decision
        if decision and decision.decision == "match" and not candidates
        else _by_words(question, decision, view, known)
        for question, decision in zip(questions, exact, strict=True)
    ]


def match_exactly(questions: Sequence[Question]) -> list[Decision]:
    """A decision for each question by GTIN and identity alone, as products have them: ``match`` or ``new``."""
    return [d if d and not d.spelled else Decision(decision="new") for d in _by_keys(questions)]


def kin(questions: Sequence[Question]) -> list[int]:
    """For each question the number of the first that means the same product, though no catalog has it."""
    records = [kinship.as_record(number, question) for number, question in enumerate(questions)]
    among = Index.of_records(records)
    of_catalog, of_file = _known(recent.view()), among.known
    known = Known(  # a word of one row alone may be a slip, unless the catalog has it
        of_catalog.products + len(records),
        lambda sound: of_catalog.frequency(sound) + max(0, of_file.frequency(sound) - 1),
        lambda text: of_catalog.written(text) + max(0, of_file.written(text) - 1),
    )

    def nearest(record: Record) -> list[Record]:
        return among.nearest(Heard(record.names[0].words, record.amounts), _KIN)

    return kinship.kin(records, nearest, known)


def search(wanted: Search) -> Hits:
    """What a list shows for what was typed."""
    view = recent.view()
    reader = (wanted.subject, tuple(wanted.stores)) if wanted.subject else None
    statuses = (wanted.status,) if wanted.status else LISTED
    filters = Filter(statuses, wanted.category, wanted.brand, wanted.region, reader)
    end = wanted.skip + wanted.limit
    if wanted.q.strip():
        hits = _typed(wanted.q, filters, view, min(DEEPEST, end + _RERANKED))
    else:
        found = _both(view, lambda index: index.newest(filters, min(DEEPEST, end + 1 + len(view.newer))))
        found.sort(key=lambda r: (-r.created, r.product_id))
        hits = [Hit(product_id=r.product_id) for r in found[:DEEPEST]]
    return Hits(hits=hits[wanted.skip : end], more=len(hits) > end)


def _by_keys(questions: Sequence[Question]) -> list[Decision | None]:
    found = catalog.find(*keys(questions))
    owners = found.by_identity
    # Which GTIN a product has matters only to those who ask by name alone.
    by_name = {q.identity for q in questions if q.gtin is None}
    coded = catalog.facts(o.product_id for i, o in owners.items() if o.has_gtin and i in by_name)
    gtins = {product_id: product.gtin for product_id, product in coded.items()}
    holders = {
        i: Holder(o.product_id, o.has_gtin, gtins.get(o.product_id), bool(o.known_as)) for i, o in owners.items()
    }
    return [by_keys(q, found.by_gtin, holders) for q in questions]


def _by_words(question: Question, exact: Decision | None, view: View, known: Known) -> Decision:
    heard = question.heard
    if heard is None:
        return exact or Decision(decision="new")
    records = _nearest(heard, view)
    if question.product_id:  # as if it were a row of a shop: neither it nor what it is not is a rival of the others
        others = {question.product_id, *apart.among(question.product_id, (r.product_id for r in records))}
        records = [r for r in records if r.product_id not in others]
        known = _without(heard, known)
    judged = judge(question, weigh(heard, question.paise, records, known, fitted(), apart.are_apart), fitted())
    return exact.beside(judged.candidates) if exact else judged


def _nearest(heard: Heard, view: View) -> list[Record]:
    return _both(view, lambda index: index.nearest(heard, _NEAREST))


def _typed(q: str, filters: Filter, view: View, k: int) -> list[Hit]:
    try:
        gtin = Gtin.parse(q.strip()).key
    except BadGtin:
        pass
    else:
        if coded := _both(view, lambda index: index.by_gtin(gtin, filters)):
            return [Hit(product_id=r.product_id, field="barcode") for r in coded]
    heard = hear(q)
    unfinished = heard.words[-1].text if heard.words and not q[-1].isspace() else ""
    if hits := _answering(heard, unfinished, q, filters, view, k):
        return hits
    known = _known(view)
    somewhere = [word for word in heard.words if _is_said(word, known)]
    if not somewhere or len(somewhere) == len(heard.words):
        return []
    # A word that no product has is no reason to find nothing: "namak xyz" is salt.
    unfinished = unfinished if somewhere[-1] is heard.words[-1] else ""
    return _answering(replace(heard, words=tuple(somewhere)), unfinished, q, filters, view, k)


def _is_said(word: Word, known: Known) -> bool:
    return bool(known.frequency(word.sound) or (word.means and known.frequency(word.means)))


def _answering(heard: Heard, unfinished: str, q: str, filters: Filter, view: View, k: int) -> list[Hit]:
    """What has all words; else what has most of them, or of what they may be slips of."""
    found = _both(view, lambda index: index.like(heard, unfinished, filters, k))
    if found:
        return rank(heard, unfinished, found, _known(view), latin=q.isascii())
    near = _both(view, lambda index: index.nearest(heard, _NEAREST, filters=filters))
    return rank(heard, unfinished, near, _known(view), latin=q.isascii(), at_least=_HALF)


def _both(view: View, ask: Callable[[Index], list[Record]]) -> list[Record]:
    """The answers of both indexes, those of products that have changed since from the newer one alone."""
    newer = ask(view.ram) if view.newer else []
    return [*newer, *(r for r in ask(view.disk) if r.product_id not in view.newer)]


def _without(heard: Heard, known: Known) -> Known:
    """Without the product of these words: that it has a word doesn't make it one that others know."""
    sounds = {sound for w in heard.words for sound in (w.sound, w.means)}
    texts = {w.text for w in heard.words}
    return Known(
        max(0, known.products - 1),
        lambda sound: max(0, known.frequency(sound) - (sound in sounds)),
        lambda text: max(0, known.written(text) - (text in texts)),
    )


def _known(view: View) -> Known:
    disk, ram = view.disk.known, view.ram.known
    if not view.newer:
        return disk
    return Known(
        disk.products + ram.products,
        lambda sound: disk.frequency(sound) + ram.frequency(sound),
        lambda text: disk.written(text) + ram.written(text),
    )
