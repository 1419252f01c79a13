"""What a feed is made of. A notice keeps what happened, not a sentence: that is made when it is read or mailed, in the
reader's language.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from events.base import Event
from shared.kernel.clock import indian_day
from shared.kernel.ids import derived_id

Severity = Literal["info", "warning", "error"]
Pace = Literal["at_once", "soon", "daily"]
"""How soon a notice is mailed: what can't wait at once, what comes in heaps once these have gathered a little, all else
with the next morning's mail."""

ADMINS = "admin"
_STORE = "store#"


class Notice(BaseModel):
    """One line of a feed. ``facts`` fill the sentence; ``read_by`` are the people who have read it.

    ``case`` says which sentence of its type it is, where there are several. ``revision`` counts how often it has grown.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    audience: str
    notice_id: str
    type: str
    case: str | None = None
    severity: Severity
    pace: Pace = "daily"
    facts: dict[str, Any]
    link: str
    created_at: datetime
    revision: int = 0
    read_by: frozenset[str] = frozenset()


class Mention(BaseModel):
    """One thing that a notice of a day tells of, ``notice`` as it would be alone.

    ``day`` names the one of the feed's notices that it belongs to, ``thing`` what it is about: a product, a lot, a
    picture. ``name`` is what people call it; None: as the catalog calls the product ``product_id``.
    """

    model_config = ConfigDict(frozen=True)

    notice: Notice
    day: str
    thing: str
    name: str | None = None
    product_id: str | None = None

    @property
    def moment(self) -> int:
        """When it happened, in milliseconds: what is told again of a thing is news if it is later."""
        return int(self.notice.created_at.timestamp() * 1000)


def store_feed(store_id: str) -> str:
    """The audience that the people of a store are."""
    return f"{_STORE}{store_id}"


def store_of(audience: str) -> str | None:
    """The store whose people an audience is; None for the admins."""
    return audience.removeprefix(_STORE) if audience.startswith(_STORE) else None


def of_event(
    event: Event,
    audience: str,
    severity: Severity,
    link: str,
    *,
    case: str | None = None,
    pace: Pace = "daily",
    facts: dict[str, Any] | None = None,
) -> Notice:
    """The notice of an event in a feed; told twice, it is the same one. ``facts``: all of the event's, unless given."""
    at = event.metadata.occurred_at
    known = event.data.model_dump() if facts is None else facts
    return Notice(
        audience=audience,
        notice_id=derived_id("ntc", at, event.metadata.event_id, audience),
        type=event.detail_type(),
        case=case,
        severity=severity,
        pace=pace,
        facts={n: _plain(v) for n, v in known.items()},
        link=link,
        created_at=at,
    )


def of_a_day(
    notice: Notice, thing: str, *, kind: str = "", name: str | None = None, product_id: str | None = None
) -> Mention:
    """The same as part of the day's notice of its type, ``kind`` where a type has several."""
    return Mention(
        notice=notice,
        day=f"{indian_day(notice.created_at)}#{notice.type}{kind}",
        thing=thing,
        name=name,
        product_id=product_id,
    )


def _plain(fact: Any) -> Any:
    """Figures and days as they are read: "2.5", "2026-12-22"."""
    if isinstance(fact, Decimal):
        return f"{fact.normalize():f}"
    if isinstance(fact, tuple):
        return ", ".join(map(str, fact))
    return fact.isoformat() if isinstance(fact, date) else fact
