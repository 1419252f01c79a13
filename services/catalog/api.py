"""/v1/products"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from services.catalog import store
from services.catalog.domain import product as domain
from services.catalog.domain.found import FoundProduct, highlights
from services.catalog.domain.product import HistoryEntry, Product, ProductFields, ProductPatch, Proposal, Status
from services.matching import client as matching
from shared.aws import access
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import (
    Listing,
    answer,
    caller,
    cause,
    check_version,
    http_handler,
    new_api,
    racing,
)
from shared.aws.idempotency import once
from shared.aws.observability import logger
from shared.kernel.errors import FieldError, Invalid, NotFound, Unavailable
from shared.kernel.gtin import BadGtin, Gtin
from shared.kernel.principal import Principal
from shared.kernel.region import RegionCode

_LISTED: tuple[Status, ...] = ("verified", "pending", "needs_changes")
_READ_AT_ONCE = 100
_READ_AT_MOST = 1000

api = new_api(
    admin_only=["PATCH /v1/products/<product_id>", "GET /v1/products/<product_id>/history"],
    members_only=["POST /v1/products"],
)


@api.post(
    "/v1/products",
    tags=["Catalog"],
    summary="Propose a product; an admin's is verified at once",
    status_code=201,
    middlewares=[once],
)
def propose_product(fields: ProductFields) -> Response[Product]:
    who = caller(api)
    proposal = Proposal(fields=fields, source="admin" if who.is_admin else "store", verified=who.is_admin)
    product = domain.propose(proposal, cause(api))
    domain.check_size(product)
    store.add(product, cause(api))
    return answer(_shown(product, who), status=201, version=1, location=f"/v1/products/{product.product_id}")


@api.get("/v1/products", tags=["Catalog"], summary="Products: what is searched for, else the newest first")
def list_products(
    q: Annotated[str | None, Query(max_length=200)] = None,
    category: Annotated[str | None, Query(max_length=200)] = None,
    brand: Annotated[str | None, Query(max_length=200)] = None,
    region: Annotated[RegionCode | None, Query()] = None,
    status: Annotated[Status | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Listing[FoundProduct]]:
    who = caller(api)
    stores = frozenset() if who.is_admin else frozenset(access.stores_of(who.subject))

    def visible(product: Product) -> bool:
        return who.is_admin or domain.visible_to_owner(product, who.subject, stores)

    if not ((q and q.strip()) or category is not None or brand is not None or region):
        key = decode_cursor(api, cursor, "before")
        found, last = _listed(status, key["before"] if key else None, limit, visible)
        shown = [FoundProduct.of(_shown(p, who)) for p in found]
        return answer(Listing(items=shown, next_cursor=encode_cursor(api, {"before": last} if last else None)))
    key = decode_cursor(api, cursor, "skip")
    skip = int(key["skip"]) if key else 0
    wanted = matching.Search(
        q=q or "",
        category=category,
        brand=brand,
        region=region,
        status=status,
        subject=None if who.is_admin else who.subject,
        stores=sorted(stores),
        skip=skip,
        limit=limit,
    )
    answered = _searched(wanted)
    products = store.get_many(hit.product_id for hit in answered.hits)
    items = [
        FoundProduct.of(_shown(product, who), highlights(product, hit.field, hit.sounds))
        for hit in answered.hits
        for product in [products.get(hit.product_id)]
        if product and visible(product) and product.verification_status in ((status,) if status else _LISTED)
    ]
    return answer(
        Listing(items=items, next_cursor=encode_cursor(api, {"skip": str(skip + limit)} if answered.more else None))
    )


@api.get("/v1/products/by-barcode/<gtin>", tags=["Catalog"], summary="The product of a GTIN")
def get_product_by_barcode(gtin: str) -> Response[Product]:
    try:
        code = Gtin.parse(gtin)
    except BadGtin as error:
        raise Invalid(error.code, error.message, [FieldError("/path/gtin", error.code, error.message)]) from None
    found = store.find_by_gtin(code.key)
    if found is None:
        raise NotFound("GTIN_UNKNOWN", "Nobody has added a product with this barcode yet; add it with its name.")
    return answer(_shown(found, caller(api)), version=found.version)


@api.get("/v1/products/<product_id>", tags=["Catalog"], summary="A product")
def get_product(product_id: str) -> Response[Product]:
    found = store.get(product_id)
    return answer(_shown(found, caller(api)), version=found.version)


@api.patch("/v1/products/<product_id>", tags=["Catalog"], summary="Change a product (admin)")
def amend_product(product_id: str, patch: ProductPatch) -> Response[Product]:
    before = store.get(product_id)
    insists = check_version(api, before.version, "product")
    amended = domain.amend(before, patch, cause(api))
    if amended is None:
        return answer(before, version=before.version)
    product, entry = amended
    domain.check_size(product)
    with racing(insists, "product"):
        store.save(product, before, entry, cause(api))
    return answer(product, version=product.version)


@api.get("/v1/products/<product_id>/history", tags=["Catalog"], summary="Who changed what, when (admin)")
def get_product_history(
    product_id: str,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Listing[HistoryEntry]]:
    key = decode_cursor(api, cursor, "before")
    product = store.get(product_id)
    start = {"product_id": product_id, "version": int(key["before"])} if key else None
    entries, next_key = store.history(product_id, limit, start)
    if next_key:
        return answer(Listing(items=entries, next_cursor=encode_cursor(api, {"before": str(next_key["version"])})))
    if len(entries) < limit or not entries:
        entries.append(domain.created_entry(product))
        return answer(Listing(items=entries))
    return answer(Listing(items=entries, next_cursor=encode_cursor(api, {"before": str(entries[-1].version)})))


def _shown(product: Product, who: Principal) -> Product:
    return product if who.is_admin else domain.without_proposer(product)


def _listed(
    status: Status | None, before: str | None, limit: int, visible: Callable[[Product], bool]
) -> tuple[list[Product], str | None]:
    """A page of the newest products, and the id of the last one looked at if there may be more."""
    found: list[Product] = []
    last: str | None = None
    for read, product in enumerate(_newest((status,) if status else _LISTED, before)):
        if len(found) == limit or read == _READ_AT_MOST:
            return found, last
        last = product.product_id
        if visible(product):
            found.append(product)
    return found, None


def _searched(wanted: matching.Search) -> matching.Hits:
    try:
        return matching.search(wanted, cause(api).correlation_id)
    except matching.MatchingFailed:
        logger.exception("the search failed")
        raise Unavailable("SEARCH_UNAVAILABLE", "The search doesn't answer right now; try again in a moment.") from None


def _newest(statuses: tuple[str, ...], before: str | None) -> Iterator[Product]:
    """Products of several statuses as one list, newest first."""
    waiting: dict[str, list[Product]] = {}
    edge = dict.fromkeys(statuses, before)
    ended: set[str] = set()
    while True:
        for status in statuses:
            if not waiting.get(status) and status not in ended:
                waiting[status] = list(store.newest(status, edge[status], _READ_AT_ONCE))
                if not waiting[status]:
                    ended.add(status)
        ready = [s for s in statuses if waiting.get(s)]
        if not ready:
            return
        newest = max(ready, key=lambda s: waiting[s][0].product_id)
        product = waiting[newest].pop(0)
        edge[newest] = product.product_id
        yield product


handler = http_handler(api)
