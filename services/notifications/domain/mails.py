"""Mails: when a notice is due, what a person is still to be sent, and what it looks like."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Final

from services.notifications.domain.notices import Notice
from services.notifications.domain.wording import Words
from shared.kernel.clock import INDIA

DIGEST_AT: Final = time(8, 0)
"""When the day's mail goes out, in India: before a shop opens."""
GATHERS_FOR: Final = timedelta(minutes=15)
"""So long what comes in heaps gathers before it is mailed."""
CLAIMED_FOR: Final = timedelta(minutes=5)
"""Longer than sending a mail takes, whatever the network does. Who claimed it longer ago is dead."""
GIVEN_UP_AFTER: Final = timedelta(days=3)
"""A mail that can't be sent for so long is no news any more."""
TOLD_AT_MOST: Final = 20
"""So many notices stand in a mail; of more it gives the number."""
_SUBJECT_AT_MOST: Final = 150


@dataclass(frozen=True, slots=True)
class Person:
    """Who is written to. ``language`` as BCP 47."""

    person_id: str
    address: str
    language: str


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What a person has been sent from one feed, of what is still due there: notice -> revision.

    ``claimed_at``: somebody is sending just now, or died of it. ``version`` counts its writes.
    """

    person_id: str
    mailed: Mapping[str, int] = field(default_factory=dict)
    sent_at: datetime | None = None
    claimed_at: datetime | None = None
    version: int = 0

    def lacks(self, due: Iterable[Notice]) -> list[Notice]:
        """Of these, what the person has neither been sent nor read."""
        return [n for n in due if self.mailed.get(n.notice_id, -1) < n.revision and self.person_id not in n.read_by]

    def has_rest(self, now: datetime, apart: timedelta) -> bool:
        """Whether nothing is sent to it now: another mail is on its way, or one has just come."""
        on_its_way = self.claimed_at is not None and now < self.claimed_at + CLAIMED_FOR
        return on_its_way or (self.sent_at is not None and now < self.sent_at + apart)

    def with_mail(self, sent: Iterable[Notice], due: Iterable[Notice], now: datetime) -> Mailbox:
        """After a mail of ``sent``; what isn't ``due`` any more is forgotten."""
        kept = {n.notice_id for n in due}
        mailed = {**self.mailed, **{n.notice_id: n.revision for n in sent}}
        return replace(self, mailed={i: r for i, r in mailed.items() if i in kept}, sent_at=now, claimed_at=None)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it is sent."""

    subject: str
    text: str
    html: str


def due_at(notice: Notice, at: datetime) -> datetime:
    """When a notice is to be mailed, about which there is something new since ``at``."""
    if notice.pace == "at_once":
        return at
    gathered = notice.created_at + GATHERS_FOR
    return gathered if notice.pace == "soon" and at < gathered else next_digest(at)


def next_digest(at: datetime) -> datetime:
    """The next time that the day's mail goes out."""
    here = at.astimezone(INDIA)
    today = here.replace(hour=DIGEST_AT.hour, minute=DIGEST_AT.minute, second=0, microsecond=0)
    return (today if here < today else today + timedelta(days=1)).astimezone(at.tzinfo)


def composed(notices: Sequence[Notice], words: Words) -> Mail:
    """The mail that tells of these, the gravest first."""
    ranks = ("error", "warning", "info")
    ordered = sorted(notices, key=lambda n: (ranks.index(n.severity), n.created_at))
    told = [words.of(n) for n in ordered[:TOLD_AT_MOST]]
    more = [words.and_more(len(ordered) - len(told))] if len(ordered) > len(told) else []
    title = " ".join(told[0][0].split())
    number = f" (+{len(ordered) - 1})" if len(ordered) > 1 else ""
    subject = (title if len(title) <= _SUBJECT_AT_MOST else f"{title[: _SUBJECT_AT_MOST - 1]}…") + number
    text = "\n\n".join([*(f"{title}\n{body}".strip() for title, body in told), *more, words.mails["footer"]])
    parts = [
        *(f"<h3>{html.escape(title)}</h3>\n<p>{html.escape(body)}</p>" for title, body in told),
        *(f"<p>{html.escape(line)}</p>" for line in more),
        f'<p style="color:#666">{html.escape(words.mails["footer"])}</p>',
    ]
    page = (
        f'<!doctype html>\n<html lang="{words.language}">\n<head><meta charset="utf-8">'
        f"<title>{html.escape(subject)}</title></head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )
    return Mail(subject, f"{text}\n", page)
