"""Who is told what: rules from events to feeds.

A notice keeps what happened, not a sentence: the sentence is made when it is read, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from events.base import Event
from events.csv_import import ImportCancelled, ImportCompleted, ImportFailed, ImportRef, ImportReverted
from shared.kernel.ids import derived_id

Severity = Literal["info", "warning", "error"]
ADMINS = "admin"


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


def sentence(notice: Notice, words: Mapping[str, Mapping[str, str]], language: str = "en") -> tuple[str, str]:
    """Title and body of a notice from the messages of a language."""
    facts = {k: "" if v is None else v for k, v in notice.facts.items()}
    if facts.get("local_message") and facts.get("language") == language:
        facts["message"] = facts["local_message"]
    message = words[f"{notice.type}.dry_run" if facts.get("dry_run") else notice.type]
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


def _job_link(audience: str, job: ImportRef) -> str:
    """Where the audience can look at the job."""
    if job.kind == "catalog":
        return f"/v1/admin/catalog-imports/{job.job_id}"
    if audience == ADMINS:
        return f"/v1/admin/imports/{job.job_id}"
    return f"/v1/stores/{job.store_id}/imports/{job.job_id}"
