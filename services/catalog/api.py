"""/v1/products"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from services.catalog.domain import product as domain
from services.catalog.domain.deciding import amend
from services.catalog.domain.found import FoundProduct, Highlight, highlights, own_highlight
from services.catalog.domain.product import HistoryEntry, Product, ProductFields, ProductPatch, Proposal, Status
from services.catalog.domain.quality import assess
from services.catalog.store import exports
from services.catalog.store import products as store
from services.catalog.store.naming import in_other_languages
from services.localization import client as localization
from services.matching import client as matching
from services.off_sync import client as off_sync
from shared.aws import access
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import (
    Listing,
    View,
    answer,
    caller,
    cause,
    check_version,
    http_handler,
    language,
    new_api,
    racing,
)
from shared.aws.idempotency import once
from shared.aws.observability import logger
from shared.kernel.errors import FieldError, Invalid, NotFound, Unavailable
from shared.kernel.gtin import BadGtin, Gtin
from shared.kernel.principal import Principal
from shared.kernel.region import RegionCode
from shared.kernel.text import folded

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
    product = in_other_languages(domain.propose(proposal, cause(api)))
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

    def fits(product: Product) -> bool:
        return visible(product) and product.verification_status in ((status,) if status else _LISTED)

    named = _in_own_words(q or "", sorted(stores), category, brand, region)
    own = {product.product_id: (product, hit) for product, hit in named if fits(product)}
    first = [FoundProduct.of(_shown(product, who), [hit]) for product, hit in list(own.values())[skip : skip + limit]]
    wanted = matching.Search(
        q=q or "",
        category=category,
        brand=brand,
        region=region,
        status=status,
        subject=None if who.is_admin else who.subject,
        stores=sorted(stores),
        skip=max(0, skip - len(own)),
        limit=limit - len(first),
    )
    answered = _searched(wanted) if wanted.limit else matching.Hits(hits=[], more=True)
    products = store.get_many(hit.product_id for hit in answered.hits)
    items = first + [
        FoundProduct.of(_shown(product, who), highlights(product, hit.field, hit.sounds))
        for hit in answered.hits
        for product in [products.get(hit.product_id)]
        if product and fits(product) and product.product_id not in own
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
    found = store.find_by_gtin(code.key) or _found_elsewhere(code)
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
    amended = amend(before, patch, cause(api))
    if amended is None:
        return answer(_shown(before, caller(api)), version=before.version)
    product, entry = amended
    domain.check_size(product)
    with racing(insists, "product"):
        store.save(product, before, entry, cause(api))
    return answer(_shown(product, caller(api)), version=product.version)


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


class CatalogExport(View):
    """The newest open export: what it is, how to check it, and where it can be fetched until ``expires_at``."""

    format: str
    generated_at: datetime
    products: int
    bytes: int
    sha256: str
    quality_version: int
    licence: str
    notice: str
    url: str
    expires_at: datetime


class LatestExport(View):
    """``latest`` is null before the first night."""

    latest: CatalogExport | None


@api.get("/v1/catalog-export", tags=["Catalog"], summary="The shared catalog as open data, made every night")
def get_catalog_export() -> Response[LatestExport]:
    manifest = exports.latest()
    if manifest is None:
        return answer(LatestExport(latest=None))
    url, expires_at = exports.url(manifest, cause(api).at)
    found = CatalogExport(**manifest.model_dump(exclude={"file"}), url=url, expires_at=expires_at)
    return answer(LatestExport(latest=found))


def _found_elsewhere(code: Gtin) -> Product | None:
    """What Open Food Facts knows of a barcode that nobody has added yet, filed for review."""
    if code.store_scoped:
        return None
    try:
        product_id = off_sync.look_up(code.printed, cause(api).correlation_id)
    except off_sync.LookupFailed:
        logger.exception("the lookup failed")
        return None
    return store.get(product_id) if product_id else None


def _shown(product: Product, who: Principal) -> Product:
    """With its quality, in the reader's language."""
    assessed = assess(product, cause(api).at, language(api))
    return assessed if who.is_admin else domain.without_proposer(assessed)


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


def _in_own_words(
    q: str, stores: Sequence[str], category: str | None, brand: str | None, region: str | None
) -> list[tuple[Product, Highlight]]:
    """Products that the reader's own stores call so, though nobody has taken the name over yet."""
    named = {name.product_id: name for name in localization.called(stores, q)} if q.strip() and stores else {}
    products = store.get_many(named) if named else {}

    def meets(product: Product, named_in: str) -> bool:
        return (
            (category is None or folded(product.category) == folded(category))
            and (brand is None or folded(product.brand) == folded(brand))
            and (region is None or region == named_in or region in product.regional_names)
        )

    return [
        (product, own_highlight(own.region, own.name, q))
        for own in named.values()
        for product in [products.get(own.product_id)]
        if product and meets(product, own.region)
    ]


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
