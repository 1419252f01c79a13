"""Who belongs to which store, read from ``Memberships`` on each request (a yes is kept for 5 s at most).

A no is never kept, so a new owner can act at once.
"""

from __future__ import annotations

import time

from shared.aws.dynamo import Table
from shared.aws.settings import MembershipSettings, settings

_KEPT_SECONDS = 5.0
_known: dict[tuple[str, str], tuple[float, str]] = {}


def memberships() -> Table:
    """user_id + store_id -> role."""
    return Table(settings(MembershipSettings).memberships_table, "user_id", "store_id")


def role_in(store_id: str, user_id: str) -> str | None:
    """The role of a person in a store, None without one."""
    kept = _known.get((user_id, store_id))
    if kept and kept[0] > time.monotonic():
        return kept[1]
    found = memberships().get(user_id, store_id)
    if found is None:
        _known.pop((user_id, store_id), None)
        return None
    return _keep(user_id, store_id, found["role"])


def belongs_anywhere(user_id: str) -> bool:
    """Whether a person belongs to any store."""
    kept = _known.get((user_id, ""))
    if kept and kept[0] > time.monotonic():
        return True
    if not stores_of(user_id):
        return False
    _keep(user_id, "", "member")
    return True


def stores_of(user_id: str) -> list[str]:
    """The stores a person belongs to."""
    return [m["store_id"] for m in memberships().query_all("user_id = :user", user=user_id, consistent=True)]


def members_of(store_id: str) -> list[str]:
    """The people of a store; none means that there is no such store."""
    rows = memberships().query_all("store_id = :store", index="by_store", store=store_id)
    return [m["user_id"] for m in rows]


def people_of(store_id: str) -> list[tuple[str, str | None]]:
    """The people of a store, each with what he wants to be written to in (BCP 47)."""
    rows = memberships().query_all("store_id = :store", index="by_store", store=store_id)
    return [(m["user_id"], m.get("language")) for m in rows]


def language_of(store_id: str) -> str | None:
    """What a store wants to be written to in (BCP 47), None where it is not known."""
    rows = memberships().query_all("store_id = :store", index="by_store", store=store_id)
    return next((m["language"] for m in rows if m.get("language")), None)


def language_of_person(user_id: str) -> str | None:
    """What a person's newest store wants to be written to in (BCP 47), None without one."""
    newest = memberships().query("user_id = :user", newest_first=True, limit=1, user=user_id, consistent=True).items
    return newest[0].get("language") if newest else None


def _keep(user_id: str, store_id: str, role: str) -> str:
    if len(_known) > 1000:
        _known.clear()
    _known[user_id, store_id] = (time.monotonic() + _KEPT_SECONDS, role)
    return role
