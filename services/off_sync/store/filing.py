"""From their rows to our products, by the catalog's door: proposed where there is none, else filled where people let.

Asked again it changes nothing: a product's id comes from the row, and what a product says already isn't said again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from pydantic import ValidationError

from services.catalog import client as catalog
from services.catalog.client import Product, ProductFields, ProductPatch, Proposal
from services.off_sync.domain import pictures, policy
from services.off_sync.domain.facts import facts_of
from services.off_sync.store import rows
from services.off_sync.store.rows import Row
from shared.aws.observability import logger
from shared.kernel.cause import Cause
from shared.kernel.errors import Conflict, Invalid, Stale

_AT_ONCE: Final = 8
_TRIES: Final = 3
ACTOR: Final = "system:off_sync"


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a row: ``skipped`` with a ``reason``, or the product it is about."""

    outcome: Literal["proposed", "filled", "same", "skipped"]
    reason: str = ""
    product_id: str | None = None
    verified: bool = False
    conflicts: tuple[str, ...] = ()
    is_news: bool = False
    """Whether the row has come to a product for the first time."""


def file(waiting: Sequence[Row], cause: Cause, *, for_review: bool = False) -> list[Filed]:
    """What became of each row, in order; it is noted in the rows. ``for_review``: no rule verifies a new product."""
    known = catalog.find([r.key for r in waiting if r.document.barcode], []).by_gtin
    shown = catalog.facts(known.values())
    products = {key: shown[product_id] for key, product_id in known.items() if product_id in shown}
    made = catalog.facts(r.product_id for r in waiting if r.product_id and r.key not in products)

    def filed(row: Row) -> Filed:
        own = made.get(row.product_id or "")
        if own and own.product_id == row.product_id and own.barcode:  # a person has read another one off the pack
            return _noted(row, Filed("skipped", "CORRECTED"))
        return _noted(row, _kept_apart(row, products.get(row.key), cause, for_review))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(filed, waiting))


def _kept_apart(row: Row, product: Product | None, cause: Cause, for_review: bool) -> Filed:
    """One row in which something is as nobody thought of doesn't keep all others waiting for ever."""
    try:
        return _filed(row, product, cause, for_review)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        logger.exception("a row that can't be filed", extra={"code": row.document.code})
        return Filed("skipped", "UNUSABLE")


def _filed(row: Row, product: Product | None, cause: Cause, for_review: bool) -> Filed:
    facts = facts_of(row.document, gone=row.gone)
    reason = policy.unfit(row.document, facts)
    if reason:
        return Filed("skipped", reason)
    fields = _fitting(facts)
    if fields is None:
        return Filed("skipped", "NAME_UNFIT")
    if product is None:
        if row.gone:
            return Filed("skipped", "GONE")
        verified = not (for_review or policy.lacking(row.document, facts))
        (proposed,) = catalog.propose([_proposal(row, fields, verified=verified)], cause)
        if proposed.created:
            return Filed("proposed", product_id=proposed.product_id, verified=verified)
        product = catalog.facts([proposed.product_id])[proposed.product_id]
    filled = _fill(product, {name: facts[name] for name in facts if name in fields.model_fields_set}, cause)
    if filled.outcome == "same" and row.filed_as is None and product.source == "off":
        # We made it, and were gone before that was noted.
        return replace(filled, outcome="proposed", verified=product.verification_status == "verified")
    return filled


def _proposal(row: Row, fields: ProductFields, *, verified: bool) -> Proposal:
    return Proposal(fields=fields, source="off", verified=verified, seed=("off", row.key), at=row.first_at)


def _fill(product: Product, facts: Mapping[str, Any], cause: Cause) -> Filed:
    """The product with what it may take. Who has changed it meanwhile is looked at again."""
    for _ in range(_TRIES):
        if product.verification_status == "rejected":
            return Filed("skipped", "REJECTED", product.product_id)
        wanted = policy.fill(_has(product), product.provenance, facts)
        if not wanted.fields:
            return Filed("same", product_id=product.product_id, conflicts=wanted.conflicts)
        patch = ProductPatch.model_validate(wanted.fields)
        try:
            catalog.amend(product.product_id, patch, cause, origin="off", version=product.version)
        except Stale:
            product = catalog.facts([product.product_id])[product.product_id]
            continue
        except (Conflict, Invalid) as refused:
            return Filed("skipped", refused.code, product.product_id, conflicts=wanted.conflicts)
        return Filed("filled", product_id=product.product_id, conflicts=wanted.conflicts)
    return Filed("skipped", "CHANGED_MEANWHILE", product.product_id)


def _has(product: Product) -> dict[str, Any]:
    told = ("name", "brand", "category", "regional_names", "attributes")
    return {**{name: getattr(product, name) for name in told}, "net_quantity": product.packed}


def _fitting(facts: Mapping[str, Any]) -> ProductFields | None:
    """Those that our catalog takes; None where the name isn't among them."""
    left = dict(facts)
    while "name" in left:
        try:
            return ProductFields.model_validate(left)
        except ValidationError as error:
            for wrong in {str(e["loc"][0]) for e in error.errors()}:
                left.pop(wrong, None)
    return None


def _noted(row: Row, filed: Filed) -> Filed:
    front = pictures.best_front(row.document)
    wants = filed.product_id and front and not row.gone and filed.reason != "REJECTED" and row.pictured != front.name
    first = rows.filed(row, filed.reason or filed.outcome, filed.product_id, then="picture" if wants else None)
    return Filed(filed.outcome, filed.reason, filed.product_id, filed.verified, filed.conflicts, is_news=first)
