"""How well a product answers what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from services.matching.domain.alike import Known, compare
from services.matching.domain.record import MAIN, Record
from services.matching.domain.search import Hit
from shared.kernel.naming import Heard


class Ranked(NamedTuple):
    """A record and how well it answers, to sort by."""

    relevance: float
    hit: Hit


def rank(
    heard: Heard, unfinished: str, records: Sequence[Record], known: Known, *, latin: bool, at_least: float = 0.0
) -> list[Hit]:
    """The best answers first; ``unfinished`` is the word being typed, of which the beginning is enough. What has less
    than ``at_least`` of the words is no answer."""
    typed = Known(known.products, known.frequency, lambda _text: 0)  # what people type may always be a slip
    ranked: list[Ranked] = []
    for record in records:
        like = compare(heard.words, heard.amounts, record, typed)
        if latin and like.field != MAIN:  # who types Latin letters reads the name in them, if it says as much
            main = compare(heard.words, heard.amounts, record._replace(names=record.names[:1]), typed)
            like = main if main.covered >= like.covered else like
        if like.covered < at_least:
            continue
        name = next(n for n in record.names if n.field == like.field)
        begun = unfinished and any(w.text.startswith(unfinished) or w.sound.startswith(unfinished) for w in name.words)
        relevance = (
            like.covered
            + 0.3 * like.explained
            + 0.1 * like.closeness
            + (0.15 if like.sizes == "same" else -0.1 if like.sizes in ("size", "pack") else 0.0)
            + (0.3 if begun else 0.0)
        )
        ranked.append(
            Ranked(relevance, Hit(product_id=record.product_id, field=like.field, sounds=[w.sound for w in like.met]))
        )
    ranked.sort(key=lambda r: (-r.relevance, r.hit.product_id))
    return [r.hit for r in ranked]
