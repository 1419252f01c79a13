"""What reviewers decide: of one product, of a hundred, and back again.

The catalog is written first, with the history; the review is settled after it, and by the catalog's event where a crash
comes between the two.
"""

from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict, Field

from services.catalog import client as catalog
from services.catalog.client import Product, ProductPatch, Verdict
from services.quality_review.domain import review as domain
from services.quality_review.domain.review import Told
from services.quality_review.routes import FactChanges, Why, api
from services.quality_review.routes.showing import ProductReview, get_product, show
from services.quality_review.store import following, reviews
from shared.aws.http import Body, View, answer, cause, check_version, language
from shared.aws.idempotency import once
from shared.aws.many import MOST, each, in_groups, told
from shared.kernel.cause import Cause
from shared.kernel.errors import Busy, FieldError, Invalid, Problem, Stale
from shared.kernel.fields import Line

Decides = Literal["approve", "reject", "merge", "request_changes"]
_BECOMES: dict[Decides, str] = {
    "approve": "verified",
    "reject": "rejected",
    "merge": "merged",
    "request_changes": "needs_changes",
}


class Decided(Body):
    """``reject`` and ``request_changes`` say why, ``merge`` into which product."""

    decision: Decides
    reason: Why | None = None
    merge_into: Line | None = None


class ReviewDecision(Decided):
    """With ``changes`` a product is mended in the same step; not where it is refused or merged."""

    changes: FactChanges | None = None


class ProductDecision(Decided):
    """A decision about one of many. ``version``: of the product, if it has to be the one that was seen."""

    product_id: Line
    version: Annotated[int, Field(strict=True, ge=1)] | None = None


class ManyDecisions(BaseModel):
    """In any order; those about one product are taken in the order in which they come."""

    model_config = ConfigDict(extra="forbid")

    decisions: Annotated[list[Annotated[ProductDecision, each("product_id")]], Field(min_length=1, max_length=MOST)]


class DecisionResult(View):
    """What became of one of many; ``code`` says why it was refused."""

    product_id: str | None
    status: Literal["decided", "refused"]
    code: str | None = None
    message: str | None = None
    verification_status: str | None = None
    version: int | None = None


class DecisionResults(View):
    """In the order of the request."""

    results: list[DecisionResult]


class MergeReverting(Body):
    """Why it is a product of its own after all."""

    reason: Why | None = None


@api.post(
    "/v1/admin/reviews/<product_id>/decision",
    tags=["Quality review"],
    summary="Approve, reject, merge, or ask for changes",
    middlewares=[once],
)
def decide_review(product_id: str, asked: ReviewDecision) -> Response[ProductReview]:
    _check(asked)
    why = cause(api)
    product = get_product(product_id)
    insists = not _is_done(product, asked, why) and check_version(api, product.version, "product")
    after = _decide(product, asked, asked.changes, why, version=product.version if insists else None)
    return answer(show(after, reviews.find(product_id), why.at), version=after.version)


@api.post(
    "/v1/admin/reviews/decisions",
    tags=["Quality review"],
    summary="Decide about up to 100 products",
    middlewares=[once],
)
def decide_reviews(many: ManyDecisions) -> Response[DecisionResults]:
    why = cause(api)
    results = in_groups(
        many.decisions,
        lambda asked: asked.product_id,
        _refused,
        lambda some: [_one_of_many(asked, why) for asked in some],
    )
    return answer(DecisionResults(results=results))


@api.post(
    "/v1/admin/reviews/<product_id>/revert-merge",
    tags=["Quality review"],
    summary="Make a merged product one of its own again",
    middlewares=[once],
)
def revert_merge(product_id: str, reverting: MergeReverting) -> Response[ProductReview]:
    why = cause(api)
    product = get_product(product_id)
    insists = check_version(api, product.version, "product")
    domain.check_claim(reviews.find(product_id), why)
    after = catalog.revert_merge(
        product_id, reverting.reason or None, why, version=product.version if insists else None
    )
    following.follow(_told(product, after), why)
    return answer(show(after, reviews.find(product_id), why.at), version=after.version)


def _one_of_many(asked: ProductDecision, why: Cause) -> DecisionResult:
    try:
        _check(asked)
        product = get_product(asked.product_id)
        if asked.version not in {None, product.version} and not _is_done(product, asked, why):
            raise Stale("STALE", f"The product changed since you read it (it is at version {product.version}).")
        after = _decide(product, asked, None, why, version=asked.version and product.version)
    except Busy:
        raise  # nothing is wrong with it: all are to be sent again, and those that were decided are so by then
    except Problem as problem:
        return _refused(asked.product_id, problem)
    return DecisionResult(
        product_id=asked.product_id,
        status="decided",
        verification_status=after.verification_status,
        version=after.version,
    )


def _check(asked: Decided) -> None:
    """What no schema can say of a decision. Raises Invalid."""
    if asked.decision in {"reject", "request_changes"} and not asked.reason:
        cure = "Say why: who proposed the product reads it."
        raise Invalid("REASON_MISSING", cure, [FieldError("/reason", "REASON_MISSING", cure)])
    if asked.decision == "merge" and not asked.merge_into:
        cure = "Name the product that it is merged into."
        raise Invalid("MERGE_INTO_MISSING", cure, [FieldError("/merge_into", "MERGE_INTO_MISSING", cure)])
    if asked.decision != "merge" and asked.merge_into:
        cure = "Only a merge has a product to merge into; leave it out."
        raise Invalid("MERGE_INTO_ODD", cure, [FieldError("/merge_into", "MERGE_INTO_ODD", cure)])
    if isinstance(asked, ReviewDecision) and asked.changes and asked.decision in {"reject", "merge"}:
        cure = "A product that is refused or merged is not changed; leave the changes out."
        raise Invalid("CHANGES_ODD", cure, [FieldError("/changes", "CHANGES_ODD", cure)])


def _is_done(product: Product, asked: Decided, why: Cause) -> bool:
    """Whether this very request was cut off after it had written the catalog."""
    return product.verification_status == _BECOMES[asked.decision] and why.has_written(product.updated_at)


def _decide(
    product: Product, asked: Decided, changes: FactChanges | None, why: Cause, *, version: int | None
) -> Product:
    """The product after the decision, and its review with it."""
    product_id = product.product_id
    known = reviews.find(product_id)
    domain.check_claim(known, why)
    reason = asked.reason or None
    patch = _patch(changes, reason)
    if _is_done(product, asked, why):
        after = product
    elif asked.decision == "merge":
        after = catalog.merge(product_id, asked.merge_into or "", reason, why, version=version)
    else:
        verdict = Verdict(asked.decision, reason, patch, confirms=True)
        after = catalog.decide(product_id, verdict, why, version=version)
    if after.version != product.version or not domain.says(known, after.verification_status):
        following.follow(_told(product, after), why)
    if product.offered_images and not after.offered_images:
        following.follow_offers(product_id, why)
    if after.verification_status == "verified":
        reviews.change(product_id, lambda before: domain.let_stand(before, "verified", why))
    return after


def _told(before: Product, after: Product) -> Told:
    # What was decided before, and a crash kept from its review, came from elsewhere than where it is.
    previous = before.verification_status if before.version != after.version else "pending"
    return Told(
        following.about(after), after.version, after.verification_status, previous, candidates=len(after.candidates)
    )


def _patch(changes: FactChanges | None, reason: str | None) -> ProductPatch | None:
    given = {name: getattr(changes, name) for name in changes.model_fields_set} if changes else {}
    return ProductPatch(**given, reason=reason) if given else None


def _refused(product_id: str | None, problem: Problem) -> DecisionResult:
    code, message = told(problem, language(api))
    return DecisionResult(product_id=product_id, status="refused", code=code, message=message)
