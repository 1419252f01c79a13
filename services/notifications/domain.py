"""Who is told what: rules from events to feeds.

A notice keeps what happened, not a sentence: the sentence is made when it is read, in the reader's language. What may
come by the hundred in a day, as items that run low do, is one notice of that day, which grows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from events.base import Event
from events.csv_import import ImportCancelled, ImportCompleted, ImportFailed, ImportRef, ImportReverted
from events.inventory import LotAtRisk, LotExpired, LotExpiring, LowStockReached
from shared.kernel.clock import indian_day
from shared.kernel.ids import derived_id

Severity = Literal["info", "warning", "error"]
ADMINS = "admin"

NAMED_AT_MOST: Final = 20
"""So many products a notice of a day names."""
COUNTED_AT_MOST: Final = 301
"""So many things it counts; of more it says that there are more."""


class Notice(BaseModel):
    """One line of a feed. ``facts`` fill the sentence; ``read_by`` are the people who have read it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    audience: str
    notice_id: str
    type: str
    severity: Severity
    facts: dict[str, Any]
    link: str
    created_at: datetime
    read_by: frozenset[str] = frozenset()


def store_feed(store_id: str) -> str:
    """The audience that the owners of a store are."""
    return f"store#{store_id}"


def of_import_completed(event: ImportCompleted) -> list[Notice]:
    """The store hears that its file is done; for the shared catalog the admins do."""
    job = event.data
    audience = store_feed(job.store_id) if job.store_id else ADMINS
    severity: Severity = "warning" if job.failed else "info"
    return [_notice(audience, event, severity, job.model_dump(), _job_link(audience, job))]


def of_import_cancelled(event: ImportCancelled) -> list[Notice]:
    """Whoever has the file hears that it was stopped."""
    job = event.data
    audience = store_feed(job.store_id) if job.store_id else ADMINS
    return [_notice(audience, event, "info", job.model_dump(), _job_link(audience, job))]


def of_import_undone(event: ImportReverted) -> list[Notice]:
    """Whoever has the file hears what was put back and what was not."""
    job = event.data
    audience = store_feed(job.store_id) if job.store_id else ADMINS
    severity: Severity = "warning" if job.left else "info"
    return [_notice(audience, event, severity, job.model_dump(), _job_link(audience, job))]


def of_import_failed(event: ImportFailed) -> list[Notice]:
    """Admins hear of every failed file, and the store it came for."""
    job = event.data
    told = [ADMINS]
    if job.store_id and job.error_code != "STORE_UNKNOWN":
        told.append(store_feed(job.store_id))
    return [_notice(audience, event, "error", job.model_dump(), _job_link(audience, job)) for audience in told]


# Who is told of what; ``messages.json`` has the words.
RULES: dict[type[Event], Callable[[Any], list[Notice]]] = {
    ImportCompleted: of_import_completed,
    ImportFailed: of_import_failed,
    ImportCancelled: of_import_cancelled,
    ImportReverted: of_import_undone,
}


def told(event: Event) -> list[Notice]:
    """What people hear of an event; told twice, these are the same notices."""
    return RULES[type(event)](event)


class Mention(BaseModel):
    """One thing that a notice of a day tells of, ``notice`` as it would be alone.

    ``day`` names the one of the feed's notices that it belongs to, ``thing`` what it is about: a product or a lot.
    """

    model_config = ConfigDict(frozen=True)

    notice: Notice
    day: str
    thing: str
    product_id: str

    @property
    def moment(self) -> int:
        """When it happened, in milliseconds: what is told again of a thing is news if it is later."""
        return int(self.notice.created_at.timestamp() * 1000)


class Gathered(BaseModel):
    """What a day's notice has in it: each thing, with the moment of what was told of it last.

    ``revision`` counts how often it has grown. ``notice`` is as it is read.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    notice: Notice
    moments: dict[str, int]
    names: list[str]
    revision: int


def of_low_stock(event: LowStockReached) -> Mention:
    """The store hears what to buy."""
    item = event.data
    link = f"/v1/stores/{item.store_id}/inventory?low_stock=true"
    return _mention(event, item.store_id, item.product_id, item.product_id, "warning", link)


def of_expiring_lot(event: LotExpiring) -> Mention:
    """The store hears what to sell first; in the last week it is a warning."""
    lot = event.data
    severity: Severity = "warning" if lot.threshold <= 7 else "info"
    return _mention(event, *_lot(lot), severity, _expiry_link(lot, lot.threshold), f"#{lot.threshold}")


def of_expired_lot(event: LotExpired) -> Mention:
    """The store hears what to take off its shelves: to sell it would be unlawful."""
    return _mention(event, *_lot(event.data), "warning", _expiry_link(event.data, 30))


# What is told once a day, however much of it there is.
OF_A_DAY: dict[type[Event], Callable[[Any], Mention]] = {
    LowStockReached: of_low_stock,
    LotExpiring: of_expiring_lot,
    LotExpired: of_expired_lot,
}


def mention(event: Event) -> Mention:
    """What a day's notice tells of an event."""
    return OF_A_DAY[type(event)](event)


def gathered(before: Gathered | None, new: Mention, name: str) -> Gathered:
    """A day's notice with one thing more, or as it was ``before`` when that is no news. ``name``: of the product.

    What was bought and has run low once more is news, but still one thing.
    """
    known = before.moments if before else {}
    is_news = new.moment > known[new.thing] if new.thing in known else len(known) < COUNTED_AT_MOST
    if before and not is_news:
        return before
    moments = {**known, new.thing: new.moment}
    names = list(dict.fromkeys([*(before.names if before else ()), name]))[:NAMED_AT_MOST]
    facts = {**new.notice.facts, "name": names[0], **_others(len(moments) - 1, names)}
    first = before.notice if before else new.notice
    return Gathered(
        notice=new.notice.model_copy(
            update={"notice_id": first.notice_id, "created_at": first.created_at, "facts": facts}
        ),
        moments=moments,
        names=names,
        revision=before.revision + 1 if before else 1,
    )


def _others(number: int, names: Sequence[str]) -> dict[str, str]:
    """How many there are beside the first, and what all are called as far as is known."""
    if not number:
        return {}
    more = "+" if number == COUNTED_AT_MOST - 1 else ""
    return {"others": f"{number}{more}", "names": ", ".join(names) + (", …" if len(names) == NAMED_AT_MOST else "")}


def sentence(notice: Notice, words: Mapping[str, Mapping[str, str]], language: str = "en") -> tuple[str, str]:
    """Title and body of a notice from the messages of a language."""
    facts = {k: "" if v is None else v for k, v in notice.facts.items()}
    if facts.get("local_message") and facts.get("language") == language:
        facts["message"] = facts["local_message"]
    case = ".dry_run" if facts.get("dry_run") else ".many" if facts.get("others") else ""
    message = words[f"{notice.type}{case}"]
    return message["title"].format_map(facts), message["body"].format_map(facts)


def _notice(audience: str, event: Event, severity: Severity, facts: dict[str, Any], link: str) -> Notice:
    at = event.metadata.occurred_at
    return Notice(
        audience=audience,
        notice_id=derived_id("ntc", at, event.metadata.event_id, audience),
        type=event.detail_type(),
        severity=severity,
        facts=facts,
        link=link,
        created_at=at,
    )


def _mention(
    event: Event, store_id: str, product_id: str, thing: str, severity: Severity, link: str, kind: str = ""
) -> Mention:
    facts = {n: _plain(v) for n, v in event.data.model_dump().items()}
    return Mention(
        notice=_notice(store_feed(store_id), event, severity, facts, link),
        day=f"{indian_day(event.metadata.occurred_at)}#{event.detail_type()}{kind}",
        thing=thing,
        product_id=product_id,
    )


def _plain(fact: Any) -> Any:
    """Figures and days as they are read: "2.5", "2026-12-22"."""
    if isinstance(fact, Decimal):
        return f"{fact.normalize():f}"
    return fact.isoformat() if isinstance(fact, date) else fact


def _lot(lot: LotAtRisk) -> tuple[str, str, str]:
    """Store, product, and the lot's name among all of the store's."""
    return lot.store_id, lot.product_id, f"{lot.product_id}#{lot.lot_id}"


def _expiry_link(lot: LotAtRisk, days: int) -> str:
    return f"/v1/stores/{lot.store_id}/inventory?expiring_within={days}"


def _job_link(audience: str, job: ImportRef) -> str:
    """Where the audience can look at the job."""
    if job.kind == "catalog":
        return f"/v1/admin/catalog-imports/{job.job_id}"
    if audience == ADMINS:
        return f"/v1/admin/imports/{job.job_id}"
    return f"/v1/stores/{job.store_id}/imports/{job.job_id}"
