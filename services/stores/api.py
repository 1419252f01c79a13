"""/v1/stores and /v1/me"""

from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from services.stores import domain, store
from services.stores.domain import Store, StoreFields, StorePatch
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import (
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

api = new_api()


class Membership(View):
    """A shop I belong to."""

    store_id: str
    name: str
    role: str


Role = Literal["admin", "store_owner"]


class Me(View):
    """Who I am."""

    user_id: str
    username: str | None
    roles: list[Role]
    stores: list[Membership]
    language: str


@api.post(
    "/v1/stores",
    tags=["Stores"],
    summary="Register a store; the caller becomes its owner",
    status_code=201,
    middlewares=[once],
)
def register_store(fields: StoreFields) -> Response[Store]:
    why = cause(api)
    registered, fact = domain.register(fields, why)
    store.add(registered, fact, why)
    return answer(registered, status=201, version=1, location=f"/v1/stores/{registered.store_id}")


@api.get("/v1/stores", tags=["Stores"], summary="My stores; an admin sees all")
def list_stores(
    limit: Annotated[int, Query(ge=1, le=100)] = 25, cursor: Annotated[str | None, Query()] = None
) -> Response[Listing[Store]]:
    who = caller(api)
    key = decode_cursor(api, cursor, "created_at", "store_id")
    stores, next_key = store.page(limit, key) if who.is_admin else store.page_of_person(who.subject, limit, key)
    return answer(Listing(items=stores, next_cursor=encode_cursor(api, next_key)))


@api.get("/v1/stores/<store_id>", tags=["Stores"], summary="A store")
def get_store(store_id: str) -> Response[Store]:
    found = store.get(store_id)
    return answer(found, version=found.version)


@api.patch("/v1/stores/<store_id>", tags=["Stores"], summary="Change a store")
def amend_store(store_id: str, patch: StorePatch) -> Response[Store]:
    found = store.get(store_id)
    insists = check_version(api, found.version, "store")
    amended = domain.amend(found, patch, cause(api))
    if amended is not found:
        with racing(insists, "store"):
            store.save(amended, found)
    return answer(amended, version=amended.version)


@api.get("/v1/me", tags=["Stores"], summary="Who am I")
def who_am_i() -> Response[Me]:
    who = caller(api)
    stores = store.of_person(who.subject)
    mine = [Membership(store_id=s.store_id, name=s.name, role=role) for s, role in stores]
    roles: list[Role] = ["admin"] if who.is_admin else []
    if mine:
        roles.append("store_owner")
    language = stores[0][0].language if stores else "en"
    return answer(Me(user_id=who.subject, username=who.username, roles=roles, stores=mine, language=language))


handler = http_handler(api)
