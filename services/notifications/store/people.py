"""Who is behind a feed, and where they are written to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from services.notifications.domain.mails import Person
from services.notifications.domain.notices import store_of
from services.notifications.settings import MailSettings
from shared.aws import access, clients
from shared.aws.settings import settings
from shared.kernel.principal import ADMIN_GROUP

_AN_ID = re.compile(r"[\w-]+")
_ENGLISH = "en"


def behind(feed: str) -> list[Person]:
    """The people of a feed who can be written to: their accounts are enabled, their addresses verified."""
    store_id = store_of(feed)
    return list(_admins() if store_id is None else _of_store(store_id))


def _admins() -> Iterator[Person]:
    """The admins, each in the language of his account."""
    asked: dict[str, Any] = {"UserPoolId": settings(MailSettings).user_pool_id, "GroupName": ADMIN_GROUP}
    while True:
        answer = clients.people().list_users_in_group(**asked)
        for user in answer["Users"]:
            yield from _person(user, None)
        if not answer.get("NextToken"):
            return
        asked["NextToken"] = answer["NextToken"]


def _of_store(store_id: str) -> Iterator[Person]:
    """The people of a store, in the store's language."""
    for person_id, language in access.people_of(store_id):
        if not _AN_ID.fullmatch(person_id):  # a filter is text
            continue
        found = clients.people().list_users(
            UserPoolId=settings(MailSettings).user_pool_id, Filter=f'sub = "{person_id}"', Limit=1
        )
        for user in found["Users"]:
            yield from _person(user, language)


def _person(user: Any, language: str | None) -> Iterable[Person]:
    known = {a["Name"]: a["Value"] for a in user.get("Attributes", ())}
    if user.get("Enabled", True) and known.get("email_verified") == "true" and known.get("email"):
        yield Person(known["sub"], known["email"], language or known.get("locale") or _ENGLISH)
