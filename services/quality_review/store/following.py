"""What becomes of a review and of its suggestions when the catalog, stores or pictures have something to tell.

All of it may come twice or after a crash: each thing is told, and changed, once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from events.image_ingest import ComparedImage
from services.catalog import client as catalog
from services.catalog.client import Product, ProductPatch
from services.matching import client as matching
from services.quality_review.domain import agreement, review, suggestion
from services.quality_review.domain.review import About, Likely, Review, SamePicture, Told
from services.quality_review.domain.suggestion import Suggestion
from services.quality_review.store import reviews, suggestions
from shared.aws.observability import logger
from shared.kernel.agreement import told
from shared.kernel.cause import Cause
from shared.kernel.errors import Busy, Conflict, Problem, Stale

_LIVING = frozenset({"pending", "needs_changes", "verified"})
_WHY_AT_MOST = 500


def about(product: Product) -> About:
    """A product, as reviews call it."""
    return About(product.product_id, product.name, product.source, product.store_id)


def as_json(product: Product) -> dict[str, Any]:
    """A product as suggestions are compared with it."""
    return product.model_dump(mode="json")


def follow(told: Told, cause: Cause) -> Review | None:
    """The review after what became of its product, and suggestions decided by that."""
    product_id = told.about.product_id
    if told.version > 1:
        known = reviews.find(product_id)
        settle_suggestions(product_id, known, cause)
        if told.status == "pending" and told.candidates:
            told = told._replace(candidates=len(_may_be(product_id, known)))
    return reviews.change(product_id, lambda before: review.follow(before, told, cause), new=told.version == 1)


def open_for_proposal(told: Told, cause: Cause) -> None:
    """The review of a product that a person proposed, with the products that it may be. Raises MatchingFailed."""
    product_id = told.about.product_id
    before = reviews.find(product_id)
    late = before is not None and review.overtook(before, told)
    if not late and review.follow(before, told, cause) is None:
        return
    product = catalog.products([product_id]).get(product_id)
    likely = _likely(product, cause) if product else []
    reviews.change(product_id, lambda known: review.follow(known, told, cause, likely))


def _likely(product: Product, cause: Cause) -> list[Likely]:
    question = matching.Question(
        name=product.name,
        brand=product.brand,
        gtin=product.gtin,
        net_quantity=product.net_quantity,
        pack_count=product.pack_count,
        mrp=product.mrp,
        size=product.attributes.get("weight"),
        product_id=product.product_id,
    )
    (decision,) = matching.match([question], cause.correlation_id)
    return [
        Likely.model_validate(c.model_dump(mode="json"))
        for c in decision.candidates
        if c.product_id in decision.likely and c.product_id != product.product_id
    ]


def compare(product_id: str, cause: Cause) -> None:
    """A product that waits may be another one, or no longer, after what people have said of the two."""

    def step(before: Review | None) -> Review | None:
        if before is None or not review.waits(before):
            return None
        return review.compare(before, cause, alike=bool(_may_be(product_id, before)))

    reviews.change(product_id, step)


def _may_be(product_id: str, known: Review | None) -> list[str]:
    """The products that it may be, as matching has seen it, without those that people have said it is not."""
    product = catalog.products([product_id]).get(product_id)
    of_row = [c.product_id for c in product.candidates] if product else []
    seen = dict.fromkeys([*of_row, *(c.product_id for c in (known.likely if known else ()))])
    now = catalog.facts(seen)
    called = {i: {i, now[i].product_id} if i in now else {i} for i in seen}
    apart = matching.told_apart((product_id, other) for others in called.values() for other in others)
    return [i for i, others in called.items() if not apart & {(product_id, other) for other in others}]


def settle_suggestions(product_id: str, known: Review | None, cause: Cause) -> None:
    """Takes over suggestions that the product says by now, and declines those of one that is gone."""
    if known is None or not known.suggestions:
        return
    product = catalog.products([product_id])[product_id]
    facts = as_json(product)
    for one in suggestions.waiting(product_id, known.suggestions):
        if decided := suggestion.fate(one, product.verification_status, facts):
            accepted, reason = decided
            suggestions.settle(one, reason, cause, accepted=accepted)


def follow_offers(product_id: str, cause: Cause) -> None:
    """Pictures that stores offer of a product wait for a person."""
    product = catalog.products([product_id])[product_id]
    offered = bool(product.offered_images) and product.verification_status in _LIVING
    at = product.version
    reviews.change(product_id, lambda before: review.offer(before, about(product), at, cause, offered=offered))


def look_alike(compared: ComparedImage, cause: Cause) -> None:
    """Pictures of two products look the same: the younger one that is pending, or else the younger one, is reviewed."""
    mine = compared.product_id
    others = [o for o in compared.lookalikes if o.product_id and o.product_id != mine]
    if mine is None or not others:
        return
    known = catalog.products([mine, *(str(o.product_id) for o in others)])
    apart = matching.told_apart((mine, str(o.product_id)) for o in others)
    found: dict[str, list[SamePicture]] = defaultdict(list)
    for other in others:
        both = [known[i] for i in (mine, str(other.product_id)) if i in known]
        if len(both) < 2 or (mine, other.product_id) in apart or not _live(both):
            continue
        younger = max(both, key=lambda p: (p.verification_status == "pending", p.created_at, p.product_id))
        own, theirs = compared.image_hash, other.image_hash
        if younger.product_id != mine:
            own, theirs = theirs, own
        (twin,) = (p.product_id for p in both if p is not younger)
        found[younger.product_id].append(
            SamePicture(image_hash=own, product_id=twin, other_hash=theirs, distance=other.distance)
        )
    for product_id, pictures in found.items():
        _show_pictures(known[product_id], pictures, cause)


def _show_pictures(product: Product, pictures: Sequence[SamePicture], cause: Cause) -> None:
    reviews.change(product.product_id, lambda before: review.look_alike(before, about(product), pictures, cause))


def _live(products: Sequence[Product]) -> bool:
    return all(p.verification_status in _LIVING for p in products)


def agree(product_id: str, stores: int, cause: Cause) -> None:
    """Changes what at least so many stores suggest alike; what the catalog won't take waits for a person."""
    known, product = reviews.find(product_id), catalog.products([product_id]).get(product_id)
    if known is None or not known.suggestions or product is None:
        return
    waiting = list(suggestions.waiting(product_id, known.suggestions))
    found = agreement.agreed(waiting, as_json(product), stores)
    if found.changes:
        try:
            _amend(product_id, found.changes, told(found.stores), cause)
        except Busy:
            raise
        except Problem as problem:
            logger.warning("stores agree, and it can't be so", extra={"product_id": product_id, "code": problem.code})
            return
    settle_suggestions(product_id, known, cause)


def accept(one: Suggestion, reason: str | None, cause: Cause, *, version: int | None = None) -> Suggestion:
    """Changes the product as a store suggested, and says so. Raises Conflict, Invalid, Busy.

    ``version``: the product's, where it has to be the one that was seen; else Stale.
    """
    why = " ".join(filter(None, (f"Suggested by the store {one.store_id}.", reason or one.reason)))
    _amend(one.product_id, one.changes, why[:_WHY_AT_MOST], cause, version)
    return suggestions.settle(one, reason, cause, accepted=True)


def decline(one: Suggestion, reason: str | None, cause: Cause, *, version: int | None, told: bool) -> Suggestion:
    """Leaves the product as it is, which its history tells, unless it was ``told`` before. ``version`` as in
    ``accept``."""
    if not told:
        why = " ".join(filter(None, (f"Suggested by the store {one.store_id}: {', '.join(one.changes)}.", reason)))
        catalog.remark(one.product_id, "suggestion_declined", why[:_WHY_AT_MOST], cause, version=version)
    return suggestions.settle(one, reason, cause, accepted=False)


def _amend(product_id: str, changes: dict[str, str], why: str, cause: Cause, seen: int | None = None) -> None:
    """Changes facts; made anew on what is there where somebody was quicker, so that none of his are lost. Who insists
    on the version that he has seen gets Stale then."""
    for _ in range(reviews.TRIES):
        product = catalog.products([product_id])[product_id]
        version = product.version if seen is None else seen
        try:
            catalog.amend(product_id, patch_of(changes, product, why), cause, origin="store", version=version)
        except Stale:
            if seen is not None:
                raise
            continue
        return
    raise reviews.busy()


def patch_of(changes: dict[str, str], product: Product, reason: str | None) -> ProductPatch:
    """What the catalog is to change. Raises Conflict where it doesn't go together with the rest of the product."""
    fields = suggestion.fields_of(changes, as_json(product))
    try:
        return ProductPatch.model_validate({**fields, "reason": reason})
    except ValidationError:
        raise Conflict(
            "SUGGESTION_DOES_NOT_FIT", "Together with what the product has already this is too much; suggest less."
        ) from None
