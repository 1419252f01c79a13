"""Stores and Memberships."""

from __future__ import annotations

from typing import Any

from events.stores import StoreRegistered
from services.stores.domain import OWNER, Store
from services.stores.settings import StoresSettings
from shared.aws import outbox
from shared.aws.dynamo import Item, Table, TransactionRefused, Write, transact
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import rfc3339
from shared.kernel.errors import NotFound, Stale

_KIND = "store"
_AT_ONCE = 99  # a transaction holds a hundred writes


def _stores() -> Table:
    return Table(settings(StoresSettings).stores_table, "store_id")


def _memberships() -> Table:
    return Table(settings(StoresSettings).memberships_table, "user_id", "store_id")


def add(store: Store, fact: StoreRegistered, cause: Cause) -> None:
    """The shop, its first owner and the event, all or none. Adding what is there already changes nothing."""
    owner = {
        "user_id": cause.actor,
        "store_id": store.store_id,
        "role": OWNER,
        "since": rfc3339(cause.at),
        "language": store.language,  # others read memberships, not stores
    }
    try:
        transact(
            [
                _stores().putting(_item(store), "attribute_not_exists(store_id)"),
                _memberships().putting(owner),
                outbox.stating(fact),
            ]
        )
    except TransactionRefused:
        return


def get(store_id: str) -> Store:
    """The shop. Raises NotFound."""
    found = _stores().get(store_id)
    if found is None:
        raise NotFound("STORE_UNKNOWN", "There is no such store, or it isn't yours.")
    return Store.model_validate(found)


def save(store: Store, before: Store) -> None:
    """Writes the next version; its people's memberships hear of another language with it. Raises Stale."""
    write = _stores().putting(_item(store), "#version = :before", before=before.version)
    try:
        transact([write, *(_spoken_to(store, m) for m in _people(store, before))])
    except TransactionRefused:
        raise Stale("STALE", "Somebody changed the store meanwhile; read it again.") from None


def _people(store: Store, before: Store) -> list[Item]:
    """Whose memberships have another language now."""
    if store.language == before.language:
        return []
    of_store = _memberships().query_all("store_id = :store", index="by_store", store=store.store_id)
    return list(of_store)[:_AT_ONCE]


def _spoken_to(store: Store, membership: Item) -> Write:
    return _memberships().updating(
        membership["user_id"],
        store.store_id,
        set_="SET #language = :language",
        condition="attribute_exists(user_id)",
        language=store.language,
    )


def of_person(user_id: str) -> list[tuple[Store, str]]:
    """The shops of a person with the role in each, newest first."""
    roles = {
        m["store_id"]: m["role"] for m in _memberships().query_all("user_id = :user", user=user_id, consistent=True)
    }
    stores = [Store.model_validate(i) for i in _stores().get_many((s,) for s in roles)]
    return [(s, roles[s.store_id]) for s in sorted(stores, key=lambda s: s.store_id, reverse=True)]


def page(limit: int, start: dict[str, Any] | None) -> tuple[list[Store], Item | None]:
    """All shops, newest first, and where the next page starts."""
    found = _stores().query(
        "kind = :kind",
        index="by_created",
        limit=limit,
        newest_first=True,
        start={**start, "kind": _KIND} if start else None,
        kind=_KIND,
    )
    by_id = {i["store_id"]: i for i in _stores().get_many((i["store_id"],) for i in found.items)}
    stores = [Store.model_validate(by_id[i["store_id"]]) for i in found.items if i["store_id"] in by_id]
    return stores, {n: v for n, v in found.next_key.items() if n != "kind"} if found.next_key else None


def page_of_person(user_id: str, limit: int, start: dict[str, Any] | None) -> tuple[list[Store], Item | None]:
    """The shops of a person, newest first, and where the next page starts."""
    later = [s for s, _ in of_person(user_id) if not start or s.store_id < start["store_id"]]
    last = later[limit - 1] if len(later) > limit else None
    return later[:limit], {"created_at": rfc3339(last.created_at), "store_id": last.store_id} if last else None


def _item(store: Store) -> Item:
    return {
        **store.model_dump(),
        "kind": _KIND,
        "created_at": rfc3339(store.created_at),
        "updated_at": rfc3339(store.updated_at),
    }
