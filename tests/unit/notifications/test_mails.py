"""When a notice is mailed, and what a mail looks like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notifications.domain import mails
from services.notifications.domain.mails import CLAIMED_FOR, GATHERS_FOR, Mailbox
from services.notifications.domain.notices import Notice
from services.notifications.domain.wording import words
from tests.builders import NOON

APART = timedelta(minutes=15)


def notice(number: int = 1, **fields: Any) -> Notice:
    known = {
        "audience": "store#str_1",
        "notice_id": f"ntc_{number}",
        "type": "ProductVerified",
        "severity": "info",
        "facts": {"name": f"Goods {number}", "reason": None},
        "link": "/v1/products/prd_1",
        "created_at": NOON + timedelta(seconds=number),
    }
    return Notice.model_validate({**known, **fields})


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "digest"),
    [
        (utc(22, 2, 29), utc(22, 2, 30)),
        (utc(22, 2, 30), utc(23, 2, 30)),
        (utc(22, 12), utc(23, 2, 30)),
        (utc(22, 23), utc(23, 2, 30)),
    ],
)
def test_the_days_mail_goes_out_at_eight_in_india(at: datetime, digest: datetime) -> None:
    assert mails.next_digest(at) == digest
    assert mails.due_at(notice(), at) == digest


def test_what_cannot_wait_is_due_at_once() -> None:
    assert mails.due_at(notice(pace="at_once"), NOON) == NOON


def test_what_comes_in_heaps_gathers_and_what_comes_later_waits_for_the_morning() -> None:
    heap = notice(0, pace="soon")
    assert mails.due_at(heap, NOON) == mails.due_at(heap, NOON + timedelta(minutes=14)) == NOON + GATHERS_FOR
    assert mails.due_at(heap, NOON + GATHERS_FOR) == mails.next_digest(NOON)


def test_a_mailbox_lacks_what_was_neither_sent_nor_read() -> None:
    box = Mailbox("ravi", mailed={"ntc_1": 0, "ntc_2": 3})
    read = notice(3, read_by={"ravi"})
    due = [notice(1), notice(2, revision=3), read, notice(4), notice(5, read_by={"meena"})]
    assert [n.notice_id for n in box.lacks(due)] == ["ntc_4", "ntc_5"]
    assert [n.notice_id for n in box.lacks([notice(2, revision=4)])] == ["ntc_2"], "it has grown since"


def test_a_mailbox_rests_after_a_mail_and_while_one_is_on_its_way() -> None:
    assert not Mailbox("ravi").has_rest(NOON, APART)
    sent = Mailbox("ravi", sent_at=NOON)
    assert sent.has_rest(NOON + APART - timedelta(seconds=1), APART)
    assert not sent.has_rest(NOON + APART, APART)
    claimed = Mailbox("ravi", claimed_at=NOON)
    assert claimed.has_rest(NOON + CLAIMED_FOR - timedelta(seconds=1), APART)
    assert not claimed.has_rest(NOON + CLAIMED_FOR, APART)


def test_a_mailbox_forgets_what_is_not_due_any_more() -> None:
    box = Mailbox("ravi", mailed={"ntc_1": 0, "ntc_2": 0}, claimed_at=NOON, version=4)
    after = box.with_mail([notice(3)], [notice(2), notice(3)], NOON)
    assert after == Mailbox("ravi", mailed={"ntc_2": 0, "ntc_3": 0}, sent_at=NOON, version=4)


def test_one_notice_is_the_subject_and_of_many_the_gravest() -> None:
    mail = mails.composed([notice(1)], words("en"))
    assert mail.subject == "Goods 1 is approved"
    assert mail.text.startswith("Goods 1 is approved\nEverybody can find it now.\n\nThis mail comes from VyaparAI")
    broken = notice(2, type="ImportFailed", severity="error", facts={"filename": "a.csv", "message": "It is empty."})
    mail = mails.composed([notice(1), broken], words("en"))
    assert mail.subject == "a.csv could not be imported (+1)"
    assert mail.text.index("It is empty.") < mail.text.index("Goods 1")


def test_a_mail_is_in_one_language() -> None:
    mail = mails.composed([notice(1)], words("mr"))
    assert mail.subject == "Goods 1 मंजूर झाले"
    assert '<html lang="mr">' in mail.html
    assert "दुकान" in mail.text


def test_nothing_in_a_name_is_taken_for_html_or_for_a_header() -> None:
    evil = notice(1, facts={"name": '<img src=x onerror="a()">\r\nBcc: x@y.z & co', "reason": None})
    mail = mails.composed([evil], words("en"))
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    assert "<img" not in mail.html
    assert "&lt;img src=x onerror=&quot;a()&quot;&gt;" in mail.html
    assert "&amp; co" in mail.html


def test_a_mail_does_not_grow_for_ever() -> None:
    mail = mails.composed([notice(n) for n in range(30)], words("en"))
    assert mail.subject.endswith("(+29)")
    assert mail.text.count("is approved") == mails.TOLD_AT_MOST
    assert "And 10 more in the app." in mail.text
    assert "And 10 more in the app." in mail.html
    long = mails.composed([notice(1, facts={"name": "x" * 500, "reason": None})], words("en"))
    assert len(long.subject) == 150
