"""A review as a reviewer sees it: the product, what it may be beside it, and what stores would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from events.quality_review import Reason
from services.catalog import client as catalog
from services.catalog.client import Product
from services.matching import client as matching
from services.quality_review.domain.review import GONE, LIKELY_AT_MOST, Review, SamePicture
from services.quality_review.domain.suggestion import State, Suggestion, current, value
from services.quality_review.routes import api
from services.quality_review.store import following, suggestions
from shared.aws.http import View, language
from shared.kernel.errors import NotFound
from shared.kernel.money import Rupees
from shared.kernel.quantity import NetQuantity

_SUGGESTIONS_AT_MOST = 10


class ReviewClaim(View):
    """Who has it in hand, and until when."""

    by: str
    until: datetime


class PicturePair(View):
    """Two pictures that look the same. ``distance``: bits that differ of 64, 0 for a twin."""

    image_hash: str
    other_hash: str
    distance: int
    thumbnail: str | None
    other_thumbnail: str | None


class ProductBeside(View):
    """A product that it may be, in short."""

    product_id: str
    name: str
    brand: str | None
    category: str | None
    barcode: str | None
    net_quantity: NetQuantity | None
    pack_count: int
    mrp: Rupees | None
    verification_status: str
    quality_score: int | None
    thumbnail: str | None


class LikelyDuplicate(View):
    """What speaks for its being the same. ``score`` 0-1 is of the words; None where only pictures speak."""

    product: ProductBeside
    score: float | None
    reasons: list[str]
    pictures: list[PicturePair]


class SuggestedChange(View):
    """A fact as the product has it now, and as the store would have it."""

    field: str
    now: Any
    suggested: Any


class ProductSuggestion(View):
    """What a store would change of a product, and why; ``settled_reason`` is the reviewer's."""

    suggestion_id: str
    product_id: str
    store_id: str
    status: State
    changes: list[SuggestedChange]
    store_reason: str | None
    suggested_by: str
    created_at: datetime
    settled_at: datetime | None
    settled_reason: str | None


class ProductReview(View):
    """A product and whether it waits for a person. ``state`` is ``none`` where it never did.

    ``outcome`` of the last one that was settled: what became of the product's status then or since, or
    ``suggestions``. ``version`` is the product's, for ``If-Match``.
    """

    product_id: str
    state: Literal["open", "settled", "none"]
    reasons: list[Reason]
    requested_at: datetime | None
    age_seconds: int | None
    claim: ReviewClaim | None
    product: Product
    version: int
    likely_duplicates: list[LikelyDuplicate]
    suggestions: list[ProductSuggestion]
    outcome: str | None
    settled_by: str | None
    settled_at: datetime | None


class _Hint(NamedTuple):
    """That it may be ``other_id``."""

    other_id: str
    score: float | None
    reasons: Sequence[str]
    picture: SamePicture | None = None


def get_product(product_id: str) -> Product:
    """The product. Raises NotFound."""
    found = catalog.products([product_id]).get(product_id)
    if found is None:
        raise NotFound("PRODUCT_UNKNOWN", "There is no such product.")
    return found


def show(product: Product, review: Review | None, now: datetime) -> ProductReview:
    """One of them."""
    (shown,) = show_many([(product, review)], now)
    return shown


def show_many(pairs: Sequence[tuple[Product, Review | None]], now: datetime) -> Iterator[ProductReview]:
    """All of them, with few reads for many."""
    hints = {product.product_id: list(_hints(product, review)) for product, review in pairs}
    others = catalog.facts(h.other_id for some in hints.values() for h in some)
    apart = matching.told_apart(
        (product_id, other)
        for product_id, some in hints.items()
        for h in some
        if h.other_id in others
        for other in (h.other_id, others[h.other_id].product_id)
    )
    told = suggestions.get_many(
        (review.product_id, i) for _, review in pairs if review for i in review.suggestions[-_SUGGESTIONS_AT_MOST:]
    )
    for product, review in pairs:
        mine = [s for s in told if s.product_id == product.product_id and s.state == "open"]
        not_these = {other for product_id, other in apart if product_id == product.product_id}
        known = {i: o for i, o in others.items() if not {i, o.product_id} & not_these}
        yield _shown(product, review, _beside(product, hints[product.product_id], known, now), mine, now)


def show_suggestions(product: Product, some: Iterable[Suggestion]) -> list[ProductSuggestion]:
    """Suggestions beside the product as it is now."""
    facts = following.as_json(product)
    return [
        ProductSuggestion(
            **one.model_dump(exclude={"changes", "state", "reason"}),
            store_reason=one.reason,
            status=one.state,
            changes=[
                SuggestedChange(field=fact, now=current(fact, facts), suggested=value(written))
                for fact, written in one.changes.items()
            ],
        )
        for one in some
    ]


def _shown(
    product: Product, review: Review | None, likely: list[LikelyDuplicate], waiting: list[Suggestion], now: datetime
) -> ProductReview:
    claim = review.claimed_at(now) if review else None
    is_open = review is not None and review.state == "open"
    requested_at = review.requested_at if review else None
    return ProductReview(
        product_id=product.product_id,
        state=review.state if review and requested_at else "none",
        reasons=list(review.reasons) if review else [],
        requested_at=requested_at,
        age_seconds=int((now - requested_at).total_seconds()) if is_open and requested_at else None,
        claim=ReviewClaim(by=claim.by, until=claim.until) if claim else None,
        product=catalog.assess(product, now, language(api)),
        version=product.version,
        likely_duplicates=likely,
        suggestions=show_suggestions(product, waiting),
        outcome=review.outcome if review else None,
        settled_by=review.settled_by if review else None,
        settled_at=review.settled_at if review else None,
    )


def _hints(product: Product, review: Review | None) -> Iterator[_Hint]:
    """Pictures first: whoever is found by words and by picture is shown once, with both."""
    for picture in review.pictures if review else ():
        yield _Hint(picture.product_id, None, (), picture)
    for seen in review.likely if review else ():
        yield _Hint(seen.product_id, float(seen.score), seen.reasons)
    for one in product.candidates:
        yield _Hint(one.product_id, float(one.score), one.reasons)


def _beside(
    product: Product, hints: Iterable[_Hint], known: dict[str, Product], now: datetime
) -> list[LikelyDuplicate]:
    """Those that are products still, each once, likest first."""
    found: dict[str, LikelyDuplicate] = {}
    for hint in hints:
        other = known.get(hint.other_id)
        if other is None or other.product_id == product.product_id or other.verification_status in GONE:
            continue
        old = found.get(other.product_id)
        pictures = [_pair(product, other, hint.picture)] if hint.picture else []
        found[other.product_id] = LikelyDuplicate(
            product=_short(catalog.assess(other, now)),
            score=max((s for s in (hint.score, old.score if old else None) if s is not None), default=None),
            reasons=list(dict.fromkeys([*(old.reasons if old else ()), *hint.reasons])),
            pictures=[*(old.pictures if old else ()), *pictures],
        )
    return sorted(found.values(), key=lambda d: (d.score or 0, bool(d.pictures)), reverse=True)[:LIKELY_AT_MOST]


def _short(product: Product) -> ProductBeside:
    urls = product.canonical_image_urls
    return ProductBeside(**product.model_dump(), thumbnail=urls.thumbnail if urls else None)


def _pair(product: Product, other: Product, picture: SamePicture) -> PicturePair:
    return PicturePair(
        image_hash=picture.image_hash,
        other_hash=picture.other_hash,
        distance=picture.distance,
        thumbnail=_thumbnail(product, picture.image_hash),
        other_thumbnail=_thumbnail(other, picture.other_hash),
    )


def _thumbnail(product: Product, image_hash: str) -> str | None:
    """Where the picture can be seen, if the product has it still."""
    pictures = (*product.images, *product.offered_images)
    return next((p.urls.thumbnail for p in pictures if p.image_hash == image_hash), None)
