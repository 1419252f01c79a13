"""By the minute: what is due is mailed. Every few minutes: admins are told of dead letters.

What a run doesn't come to, the next one does. A mail is claimed, sent and noted. Who dies before it is sent leaves the
claim, which is void after five minutes: then it is sent. Who dies between SES's answer and the note has it sent twice;
one mail too many is better than one that nobody got.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.notifications import sender
from services.notifications.domain import mails
from services.notifications.domain.mails import Person
from services.notifications.domain.notices import Notice
from services.notifications.domain.wording import words
from services.notifications.settings import LettersSettings, MailSettings
from services.notifications.store import feeds, letters, mailboxes, people
from shared.aws.dynamo import Item
from shared.aws.observability import count, follow, logger, metered
from shared.aws.settings import settings
from shared.kernel.clock import Clock, parse_rfc3339, utc_now

_DUE_AT_ONCE = 2000
_AT_ONCE = 4
_ENDS_WITH = 15_000
"""Milliseconds that a run leaves: more than a mail takes."""


class NotAllDone(Exception):
    """Some feeds couldn't be mailed; the next run tries again."""


def look_for_dead_letters(now: Clock = utc_now) -> int:
    """Tells the admins of each queue that has dead letters, once until it is empty again; answers how many have."""
    known, full = letters.told_of(), set[str]()
    for queue in letters.queues():
        if queue.messages:
            full.add(queue.name)
            if queue.name not in known:
                letters.tell(queue, now())
    for name in known - full:
        letters.forget(name)
    return len(full)


def send_due(now: Clock = utc_now, goes_on: Callable[[], bool] = lambda: True) -> int:
    """Mails what is due, feed by feed; answers how many mails were sent. Raises NotAllDone.

    One feed that fails keeps no other from being mailed.
    """
    by_feed: dict[str, list[Item]] = defaultdict(list)
    for row in feeds.due(now(), _DUE_AT_ONCE):
        if parse_rfc3339(row["due"]) + mails.GIVEN_UP_AFTER < now():
            feeds.dealt_with(row)
        else:
            by_feed[row["feed"]].append(row)

    def one(feed: str) -> int | None:
        if not goes_on():
            return 0
        try:
            return _mail(feed, by_feed[feed], now)
        except Exception:  # noqa: BLE001 - whatever it is, the others are mailed
            logger.exception("feed not mailed", extra={"feed": feed})
            return None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        sent = list(pool.map(one, by_feed))
    mailed = sum(s or 0 for s in sent)
    if mailed:
        count("MailsSent", mailed)
    if None in sent:
        raise NotAllDone(f"{sent.count(None)} feeds could not be mailed")
    return mailed


def _mail(feed: str, rows: Sequence[Item], now: Clock) -> int:
    """Mails what is due in one feed to everybody behind it; answers how many mails were sent.

    A row goes once nobody waits for its notice any more: all were mailed it, or have read it.
    """
    if not settings(MailSettings).mail_from:
        for row in rows:
            feeds.dealt_with(row)
        return 0
    due = list(feeds.these(feed, {row["notice"] for row in rows}))
    sent, waited_for = 0, set[str]()
    for person in people.behind(feed):
        left = _mail_person(feed, person, due, now)
        sent += left is None
        waited_for.update(n.notice_id for n in left or ())
    for row in rows:
        if row["notice"] not in waited_for:
            feeds.dealt_with(row)
    return sent


def _mail_person(feed: str, person: Person, due: Sequence[Notice], now: Clock) -> Sequence[Notice] | None:
    """None: a mail was sent. Else what the person still waits for."""
    box = mailboxes.get(feed, person.person_id)
    lacks = box.lacks(due)
    if not lacks or box.has_rest(now(), timedelta(seconds=settings(MailSettings).mails_apart)):
        return lacks
    claimed = mailboxes.claim(feed, box, now())
    if claimed is None:
        return lacks
    try:
        sender.send(mails.composed(lacks, words(person.language)), person.address)
    except sender.Refused:  # an address that SES won't write to
        logger.exception("mail refused", extra={"feed": feed, "person": person.person_id})
        count("MailsRefused")
        mailboxes.save(feed, claimed.with_mail(lacks, due, now()), now())
        return ()
    except sender.NotNow:
        logger.warning("mail put off", extra={"feed": feed, "person": person.person_id}, exc_info=True)
        mailboxes.save(feed, replace(claimed, claimed_at=None), now())
        return lacks
    except sender.Unknown:  # the claim runs out, and then it is sent again
        logger.exception("mail may be sent or not", extra={"feed": feed, "person": person.person_id})
        return lacks
    mailboxes.save(feed, claimed.with_mail(lacks, due, now()), now())
    return None


def _is_time_to_look(now: datetime) -> bool:
    every: int = settings(LettersSettings).queues_looked_at
    return now.minute % every == 0


@metered
def handler(event: dict[str, Any], context: Any) -> None:
    """Runs every minute."""
    del event
    follow(context.aws_request_id)
    try:
        if _is_time_to_look(utc_now()):
            logger.info("dead letters looked for", extra={"queues": look_for_dead_letters()})
    finally:
        sent = send_due(goes_on=lambda: context.get_remaining_time_in_millis() > _ENDS_WITH)
        logger.info("mailed", extra={"mails": sent})
