"""Where matching looks: the exact keys of the catalog."""

from __future__ import annotations

from collections.abc import Sequence

from services.catalog import client as catalog
from services.matching import domain
from services.matching.domain import Decision, Holder, Question


def match(questions: Sequence[Question]) -> list[Decision]:
    """A decision for each question, in order."""
    found = catalog.find(*domain.keys(questions))
    owners = found.by_identity
    # Which GTIN a product has matters only to those who ask by name alone.
    by_name = {q.identity for q in questions if q.gtin is None}
    coded = catalog.facts(o.product_id for i, o in owners.items() if o.has_gtin and i in by_name)
    gtins = {product_id: product.gtin for product_id, product in coded.items()}
    holders = {i: Holder(o.product_id, o.has_gtin, gtins.get(o.product_id)) for i, o in owners.items()}
    return [domain.decide(q, found.by_gtin, holders) for q in questions]
