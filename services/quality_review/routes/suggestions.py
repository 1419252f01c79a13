"""What stores would change of products that all share, and what reviewers say to it."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from services.catalog import client as catalog
from services.quality_review.domain import review as reviewed
from services.quality_review.domain import suggestion as domain
from services.quality_review.domain.suggestion import Suggestion
from services.quality_review.routes import FactChanges, Why, api
from services.quality_review.routes.showing import ProductSuggestion, get_product, show_suggestions
from services.quality_review.store import following, reviews, suggestions
from shared.aws import access
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import Body, Listing, answer, caller, cause, check_version
from shared.aws.idempotency import once
from shared.kernel.errors import Conflict, FieldError, Invalid, NotFound
from shared.kernel.fields import Line
from shared.kernel.principal import Principal

_LARGEST = 8 * 1024  # bytes


class NewSuggestion(Body):
    """Facts that the store would change, and why. Names of a region and attributes come to those that there are."""

    store_id: Line
    changes: FactChanges
    reason: Why | None = None


class SuggestionDecision(Body):
    """Whether it is taken over; ``reason`` is for the store. ``If-Match`` takes the ETag of the product's review."""

    accept: bool
    reason: Why | None = None


@api.post(
    "/v1/products/<product_id>/suggestions",
    tags=["Quality review"],
    summary="Suggest a change; of a store's own product that waits for review it is made at once",
    status_code=201,
    middlewares=[once],
)
def suggest_changes(product_id: str, new: NewSuggestion) -> Response[ProductSuggestion]:
    who, why = caller(api), cause(api)
    _check_store(who, new.store_id)
    changes = domain.changes_of(_given(new.changes))
    if not changes:
        cure = "Say at least one fact that should be another one."
        raise Invalid("NOTHING_SUGGESTED", cure, [FieldError("/changes", "NOTHING_SUGGESTED", cure)])
    if sum(len(text.encode()) for text in changes.values()) > _LARGEST:
        cure = f"A suggestion has at most {_LARGEST // 1024} KB of text; suggest less at once."
        raise Invalid("SUGGESTION_TOO_LARGE", cure, [FieldError("/changes", "SUGGESTION_TOO_LARGE", cure)])
    product = get_product(product_id)
    catalog.check_open(product)
    patch = following.patch_of(changes, product, new.reason or None)
    suggestion = Suggestion(
        product_id=product_id,
        suggestion_id=why.new_id("sug"),
        store_id=new.store_id,
        suggested_by=why.actor,
        name=product.name,
        changes=changes,
        reason=new.reason or None,
        created_at=why.at,
    )
    if catalog.may_resubmit(product, who.subject, frozenset([new.store_id])):
        product = catalog.resubmit(product_id, patch, why)
        suggestion = domain.settled(suggestion, None, why, accepted=True)
        suggestions.keep(suggestion)
    else:
        if domain.stands(changes, following.as_json(product)):
            cure = "The product says so already."
            raise Invalid("NOTHING_SUGGESTED", cure, [FieldError("/changes", "NOTHING_SUGGESTED", cure)])
        suggestion = suggestions.add(suggestion, following.about(product), why)
    (shown,) = show_suggestions(product, [suggestion])
    return answer(shown, status=201)


@api.get(
    "/v1/products/<product_id>/suggestions",
    tags=["Quality review"],
    summary="What my stores have suggested, newest first; an admin sees all",
)
def list_suggestions(
    product_id: str,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Listing[ProductSuggestion]]:
    key = decode_cursor(api, cursor, "before")
    who = caller(api)
    product = get_product(product_id)
    stores = None if who.is_admin else frozenset(access.stores_of(who.subject))
    found, last = suggestions.page(product_id, stores, limit, key["before"] if key else None)
    next_cursor = encode_cursor(api, {"before": last} if last else None)
    return answer(Listing(items=show_suggestions(product, found), next_cursor=next_cursor))


@api.post(
    "/v1/admin/reviews/<product_id>/suggestions/<suggestion_id>/decision",
    tags=["Quality review"],
    summary="Take a suggestion over, or decline it",
    middlewares=[once],
)
def decide_suggestion(product_id: str, suggestion_id: str, asked: SuggestionDecision) -> Response[ProductSuggestion]:
    why = cause(api)
    product = get_product(product_id)
    suggestion = suggestions.get(product_id, suggestion_id)
    is_done = why.has_written(product.updated_at, suggestion.settled_at)
    insists = not is_done and check_version(api, product.version, "product")
    reviewed.check_claim(reviews.find(product_id), why)
    if suggestion.state == "open":
        version = product.version if insists else None
        if asked.accept:
            suggestion = following.accept(suggestion, asked.reason or None, why, version=version)
        else:
            suggestion = following.decline(suggestion, asked.reason or None, why, version=version, told=is_done)
    if (suggestion.state == "accepted") != asked.accept:
        raise Conflict("SUGGESTION_SETTLED", f"This suggestion was {suggestion.state} already.")
    after = get_product(product_id)
    (shown,) = show_suggestions(after, [suggestion])
    return answer(shown, version=after.version)


def _check_store(who: Principal, store_id: str) -> None:
    if who.is_admin:
        if not access.members_of(store_id):
            raise NotFound("STORE_UNKNOWN", "There is no such store.")
    elif access.role_in(store_id, who.subject) is None:
        raise NotFound("STORE_UNKNOWN", "There is no such store, or it isn't yours.")


def _given(changes: FactChanges) -> dict[str, Any]:
    """The fields that were sent, as JSON; how many packs there are goes with what is in one."""
    given = changes.model_dump(mode="json", include=changes.model_fields_set - {"net_quantity", "pack_count"})
    if "net_quantity" in changes.model_fields_set:
        packed = changes.net_quantity
        given["net_quantity"] = packed.net_quantity.model_dump(mode="json") if packed else None
        given["pack_count"] = changes.pack_count or (packed.pack_count if packed else 1)
    elif "pack_count" in changes.model_fields_set:
        given["pack_count"] = changes.pack_count or 1
    return given
