"""/v1/products/{product_id}/regional-names and /v1/admin/regional-names"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from services.catalog import client as catalog
from services.catalog.client import Product
from services.localization.domain import names as domain
from services.localization.domain.machine import Source
from services.localization.domain.names import RegionalName, State
from services.localization.store import deciding, own
from services.localization.store import names as store
from services.localization.store.products import called
from shared.aws import access
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import (
    Body,
    Listing,
    View,
    answer,
    caller,
    cause,
    check_version,
    http_handler,
    new_api,
    racing,
)
from shared.aws.idempotency import once
from shared.kernel.errors import Busy, Conflict, NotFound
from shared.kernel.fields import Line, Prose
from shared.kernel.principal import Principal
from shared.kernel.region import parse_region

api = new_api(members_only=["PUT /v1/products/<product_id>/regional-names/<region>"])

_TRIES: Final = 5

Language = Literal["hi", "mr", "ta", "te", "bn", "gu", "kn", "ml", "pa", "or", "as"]


class NamesOfRegion(Body):
    """What a product is called there, the usual name first. ``store_id``: which of a person's stores says so."""

    names: Annotated[list[Line], Field(max_length=domain.MOST)]
    store_id: Line | None = None


class NameDecision(Body):
    """Whether the catalog takes the name over; ``reason`` is kept. ``If-Match``: the ETag of the product's names."""

    accept: bool
    reason: Prose | None = None


class ShownName(View):
    """A name, with all that is known of it. ``language``: BCP 47; ``script``: ISO 15924."""

    id: str
    product_id: str
    region: str
    name: str
    language: str
    script: str
    source: Source
    state: State
    unknown_words: tuple[str, ...] = ()
    """Of a transliterated name the words that were written by rules alone."""
    store_id: str | None = None
    """Admins and the store itself see whose suggestion it is."""
    suggested_by: str | None = None
    created_at: datetime | None = None
    settled_at: datetime | None = None


class NamesOfProduct(View):
    """What a product is called, region by region: first what the catalog has, then what waits, then a machine's."""

    product_id: str
    items: list[ShownName]


@api.get(
    "/v1/products/<product_id>/regional-names",
    tags=["Regional names"],
    summary="What a product is called, region by region",
)
def list_regional_names(product_id: str) -> Response[NamesOfProduct]:
    product = _product(product_id)
    kept = _kept(product)
    return answer(_shown(product, domain.standing(called(product), kept)), version=_version(product, kept))


@api.get(
    "/v1/products/<product_id>/regional-names/<region>",
    tags=["Regional names"],
    summary="What a product is called in a region; where that has no name, what others of its language call it",
)
def get_regional_names(product_id: str, region: str) -> Response[NamesOfProduct]:
    code = _region(region)
    product = _product(product_id)
    kept = _kept(product)
    every = domain.standing(called(product), kept)
    return answer(_shown(product, domain.in_region(every, code)), version=_version(product, kept))


@api.put(
    "/v1/products/<product_id>/regional-names/<region>",
    tags=["Regional names"],
    summary="Set a region's names; of an owner it is a suggestion, unless the product is his own and pending",
)
def put_regional_names(product_id: str, region: str, said: NamesOfRegion) -> Response[NamesOfProduct]:
    who, why = caller(api), cause(api)
    code = _region(region)
    stores = _stores_of(who, said.store_id)
    product = _product(product_id)
    insists = check_version(api, _version(product, _kept(product)), "product")
    wanted = list(dict.fromkeys(said.names))
    if who.is_admin or catalog.may_resubmit(product, who.subject, frozenset(stores)):
        version = product.version if insists else None
        with racing(insists, "product"):
            product = catalog.call(
                product.product_id, {code: wanted}, why, origin="admin" if who.is_admin else "store", version=version
            )
        deciding.settle_said(product, code, why)
    else:
        product = _suggest(product, code, wanted, stores)
    kept = _kept(product)
    every = domain.standing(called(product), kept)
    return answer(_shown(product, [n for n in every if n.region == code]), version=_version(product, kept))


@api.get(
    "/v1/admin/regional-names",
    tags=["Regional names"],
    summary="Names that wait for a person, newest first: those of shops, or with `language` those of Amazon Translate",
)
def list_waiting_names(
    language: Annotated[Language | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Listing[ShownName]]:
    start = decode_cursor(api, cursor, "waiting", "created_at", "product_id", "name_id")
    found, next_key = store.waiting(language or store.PEOPLE, limit, start)
    next_cursor = encode_cursor(api, {k: str(v) for k, v in next_key.items()} if next_key else None)
    return answer(Listing(items=[_view(name) for name in found], next_cursor=next_cursor))


@api.post(
    "/v1/admin/regional-names/<name_id>/decision",
    tags=["Regional names"],
    summary="Take a name over into the catalog, or decline it",
    middlewares=[once],
)
def decide_regional_name(name_id: str, asked: NameDecision) -> Response[ShownName]:
    why = cause(api)
    product_id, region = domain.place_of(name_id)
    product = _product(product_id)
    known = _kept(product)
    every = domain.standing(called(product), known)
    name = next((n for n in every if n.id == name_id), None) or store.find(name_id)
    if name is None or domain.is_outdated(called(product), name):
        raise NotFound("REGIONAL_NAME_UNKNOWN", "There is no such regional name.")
    is_done = why.has_written(product.updated_at, name.settled_at)
    insists = not is_done and check_version(api, _version(product, known), "product")
    reason = asked.reason or None
    if asked.accept:
        product = deciding.take_over(product, name, reason, why, insists=insists)
    elif name.name in product.regional_names.get(region, []) and name.state == "accepted":
        raise Conflict("NAME_SETTLED", "The catalog has this name; set the region's names without it.")
    elif name.state == "suggested" and not is_done:
        version = product.version if insists else None
        with racing(insists, "product"):
            product = deciding.decline(product, name, reason, why, version=version)
    decided = deciding.settle(product, name, reason, why, accept=asked.accept)
    return answer(_view(decided), version=_version(product, _kept(product)))


def _suggest(product: Product, region: str, wanted: list[str], stores: list[str]) -> Product:
    """Keeps what the product's region lacks of these names, until a person looks at it or enough stores say the same.
    The store itself finds the product by all of them at once."""
    catalog.check_open(product)
    why = cause(api)
    if stores:
        own.say(stores[0], product.product_id, region, wanted)
    said = domain.suggested(called(product), region, wanted, stores[0] if stores else None, why)
    for _ in range(_TRIES):
        kept = store.of_product(product.product_id)
        waiting = {n.id: n for n in kept if n.state == "suggested" and n.source == "typed"}
        new = [n for n in said if n.id not in waiting]
        again = [domain.seconded(waiting[n.id], n) for n in said if n.id in waiting]
        more = [n for n in again if n != waiting[n.id]]
        if store.add(new, more, domain.fact_of(called(product), new, why) if new else None):
            return deciding.agree(product, [*new, *again], why)
    raise Busy("CHANGED_MEANWHILE", "Somebody changed the product at the same moment; send it again.")


def _kept(product: Product) -> list[RegionalName]:
    """What is kept of a product as it is called now."""
    return [n for n in store.of_product(product.product_id) if not domain.is_outdated(called(product), n)]


def _version(product: Product, kept: Sequence[RegionalName]) -> int:
    """Of all that is said of a product's names: it moves with the product, and with what is suggested and decided."""
    return product.version * 100_000 + sum(1 if name.state == "suggested" else 2 for name in kept)


def _region(code: str) -> str:
    try:
        return parse_region(code)
    except ValueError:
        cure = "No state or union territory of India has this code. Write it like IN-MH."
        raise NotFound("NO_SUCH_REGION", cure) from None


def _product(product_id: str) -> Product:
    found = catalog.products([product_id]).get(product_id)
    if found is None:
        raise NotFound("PRODUCT_UNKNOWN", "There is no such product.")
    return found


def _stores_of(who: Principal, store_id: str | None) -> list[str]:
    """The stores that a person speaks for, the one that is named first. Raises NotFound for one that isn't his."""
    if who.is_admin:
        return []
    mine = sorted(access.stores_of(who.subject))
    if store_id is None:
        return mine
    if store_id not in mine:
        raise NotFound("STORE_UNKNOWN", "There is no such store, or it isn't yours.")
    return [store_id]


def _shown(product: Product, names: Iterable[RegionalName]) -> NamesOfProduct:
    who = caller(api)
    mine = frozenset() if who.is_admin else frozenset(access.stores_of(who.subject))
    items = [
        _view(name, whose=who.is_admin or name.store_id in mine or name.suggested_by == who.actor) for name in names
    ]
    return NamesOfProduct(product_id=product.product_id, items=items)


def _view(name: RegionalName, *, whose: bool = True) -> ShownName:
    shown = ShownName.model_validate(name, from_attributes=True)
    return shown if whose else shown.model_copy(update={"store_id": None, "suggested_by": None})


handler = http_handler(api)
