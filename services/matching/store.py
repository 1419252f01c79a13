"""Where matching looks: the exact keys of the catalog."""

from __future__ import annotations

from collections.abc import Sequence

from services.catalog import client as catalog
from services.matching import domain
from services.matching.domain import Decision, Holder, Question


def match(questions: Sequence[Question]) -> list[Decision]:
    """A decision for each question, in order."""
    found = catalog.find(*domain.keys(questions))
    coded = catalog.facts(o.product_id for o in found.by_identity.values() if o.has_gtin)
    holders = {
        identity: Holder(o.product_id, coded[o.product_id].gtin if o.product_id in coded else None)
        for identity, o in found.by_identity.items()
    }
    return [domain.decide(q, found.by_gtin, holders) for q in questions]
