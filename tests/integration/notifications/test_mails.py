"""What is mailed, to whom, when, and that it is mailed once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from events.base import Event
from events.catalog import ChangedProduct, ProductReturned, ProductVerified
from events.csv_import import FailedImport, ImportFailed
from events.inventory import LowItem, LowStockReached
from events.off_sync import FailedOffRun, OffSyncFailed
from events.quality_review import ReviewRef, ReviewRequested
from services.notifications import schedule
from services.notifications.domain.mails import CLAIMED_FOR, next_digest
from services.notifications.store import mailboxes
from services.off_sync.domain.problems import RUN_CODES
from shared.kernel.cause import Cause
from tests.world import Call, Sent, World, throttled

pytestmark = pytest.mark.integration

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
MORNING = next_digest(AT)
APART = timedelta(minutes=15)


def minutes(number: float) -> datetime:
    return AT + timedelta(minutes=number)


def tell(world: World, *events: Event, twice: bool = False) -> None:
    for event in events:
        world.publish(
            {"source": event.SOURCE, "detail-type": event.detail_type(), "detail": event.model_dump(mode="json")}
        )
    world.run(twice=twice)


def tick(world: World, at: datetime) -> list[Sent]:
    """The mails of a run of the schedule."""
    before = len(world.mails)
    world.by_the_clock(lambda: schedule.send_due(lambda: at))
    return world.mails[before:]


def cause(at: datetime) -> Cause:
    return Cause("owner-ravi", at, "corr-0001")


def review(number: int = 1, at: datetime = AT, **facts: Any) -> ReviewRequested:
    known = {"product_id": f"prd_{number}", "name": f"Goods {number}", "reasons": ("new_product",), "requested_at": at}
    data = ReviewRef.model_validate({**known, "source": "store", **facts})
    return ReviewRequested.stated(cause(at), data, str(number))


def broken(store_id: str | None, number: int = 1, at: datetime = AT) -> ImportFailed:
    data = FailedImport(
        job_id=f"job_{number}",
        kind="store",
        store_id=store_id,
        filename=f"{number}.csv",
        error_code="EMPTY_FILE",
        message="It is empty.",
        language="mr",
        local_message="फाइल रिकामी आहे.",
    )
    return ImportFailed.stated(cause(at), data, str(number))


def outcome(kind: Any, store_id: str | None, number: int = 1, at: datetime = AT, **facts: Any) -> Any:
    known = {"product_id": f"prd_{number}", "version": 2, "name": f"Goods {number}", "source": "import"}
    data = ChangedProduct.model_validate({**known, "verification_status": "verified", "store_id": store_id, **facts})
    return kind.stated(cause(at), data, str(number))


def low(store_id: str, number: int = 1, at: datetime = AT) -> LowStockReached:
    known = {"store_id": store_id, "product_id": f"prd_{number}", "version": 2, "unit": "kg"}
    data = LowItem.model_validate({**known, "quantity": 1, "reorder_level": 2})
    return LowStockReached.stated(cause(at), data, str(number))


# --- To whom, when, how ---


def test_a_review_is_mailed_at_once_to_each_admin_once_and_to_nobody_else(world: World) -> None:
    world.a_store("ravi")
    world.an_account("ravi")
    for name in ("asha", "vikram"):
        world.an_account(name, admin=True)
    tell(world, review(), review(), twice=True)
    assert sorted(m.to for m in tick(world, minutes(1))) == ["asha@shop.example", "vikram@shop.example"]
    assert {m.subject for m in world.mails} == {"Goods 1 waits for your review"}
    for later in (2, 20, 60 * 24):
        assert tick(world, minutes(later)) == []
    assert [r for r in world.rows("Notifications") if r["audience"] == "mails"] == []
    assert len(world.as_user("asha", admin=True).get("/v1/admin/notifications").ok()["items"]) == 1


def test_one_mail_in_a_quarter_of_an_hour_and_the_rest_gathered(world: World) -> None:
    world.an_account("asha", admin=True)
    tell(world, review(1))
    assert len(tick(world, minutes(1))) == 1
    tell(world, *(review(n, minutes(n)) for n in range(2, 12)), broken(None, at=minutes(12)))
    for later in range(2, 16):
        assert tick(world, minutes(later)) == []
    (mail,) = tick(world, minutes(16))
    assert mail.subject == "1.csv could not be imported (+10)"
    assert mail.text.count("waits for your review") == 10
    assert "Goods 1 waits" not in mail.text, "what was mailed is not mailed again"
    assert tick(world, minutes(60)) == []


def test_what_an_import_brings_for_review_is_one_mail_of_one_notice(world: World) -> None:
    world.an_account("asha", admin=True)
    tell(world, *(review(n, minutes(n / 60), source="import", store_id="str_1") for n in range(1, 40)), twice=True)
    assert tick(world, minutes(14)) == []
    (mail,) = tick(world, minutes(15.1))
    assert mail.subject == "Goods 1 and 38 more wait for your review"
    (notice,) = world.as_admin().get("/v1/admin/notifications").ok()["items"]
    assert notice["title"] == mail.subject
    tell(world, review(99, minutes(30), source="import", store_id="str_1"))
    assert tick(world, minutes(60)) == [], "what comes later waits for the morning"
    (mail,) = tick(world, MORNING)
    assert mail.subject == "Goods 1 and 39 more wait for your review"
    assert tick(world, MORNING + timedelta(days=2)) == []


def test_a_broken_file_is_mailed_to_admins_and_to_the_shop_in_their_languages(world: World) -> None:
    store_id = world.a_store("ravi", languages=["mr"])
    world.an_account("ravi")
    world.an_account("asha", admin=True, locale="ta-IN")
    world.an_account("meena")
    world.a_store("meena")
    tell(world, broken(store_id), twice=True)
    mails = {m.to: m for m in tick(world, minutes(1))}
    assert set(mails) == {"ravi@shop.example", "asha@shop.example"}
    assert mails["ravi@shop.example"].subject == "1.csv इम्पोर्ट होऊ शकली नाही"
    assert "फाइल रिकामी आहे." in mails["ravi@shop.example"].text
    assert mails["asha@shop.example"].subject == "1.csv பதிவாகவில்லை"
    assert "It is empty." in mails["asha@shop.example"].text


def test_an_admin_reads_why_open_food_facts_could_not_be_read_in_his_language(world: World) -> None:
    world.an_account("asha", admin=True, locale="hi-IN")
    reason = RUN_CODES["UNREACHABLE"]
    run = {"run_id": "run_1", "kind": "delta", "base": "food", "started_at": AT}
    counted = ("seen", "kept", "new", "updated", "unchanged", "gone", "proposed", "verified", "filled", "conflicts")
    data = FailedOffRun.model_validate(
        {**dict.fromkeys(counted, 0), **run, "error_code": "UNREACHABLE", "message": reason}
    )
    tell(world, OffSyncFailed.stated(cause(AT), data, "run_1"))
    asha = world.as_user("asha", admin=True)
    (notice,) = asha.get("/v1/admin/notifications", accept_language="hi").ok()["items"]
    assert notice["body"] == "उनसे संपर्क नहीं हो सका; अगला रन फिर कोशिश करेगा।"
    (mail,) = tick(world, minutes(1))
    assert notice["body"] in mail.text
    assert reason not in mail.text


def test_a_shop_has_one_mail_each_morning_of_what_can_wait(world: World) -> None:
    store_id = world.a_store("ravi", languages=["en"])
    world.an_account("ravi")
    tell(world, *(low(store_id, n, minutes(n)) for n in range(1, 4)), outcome(ProductVerified, store_id, at=minutes(9)))
    assert tick(world, MORNING - timedelta(minutes=1)) == []
    (mail,) = tick(world, MORNING)
    assert mail.to == "ravi@shop.example"
    assert mail.subject == "prd_1 and 2 more are running low (+1)"
    assert "Goods 1 is approved" in mail.text
    assert mail.headers["List-Unsubscribe"] == "<mailto:catalog@vyapar.example?subject=unsubscribe>"
    assert tick(world, MORNING + timedelta(days=1)) == []


def test_what_needs_changes_is_mailed_at_once_to_who_proposed_it(world: World) -> None:
    world.a_store("ravi", languages=["en"])
    world.an_account("ravi")
    tell(world, outcome(ProductReturned, None, proposed_by="ravi", source="store", reason="Say the <b>size</b>."))
    (mail,) = tick(world, minutes(1))
    assert mail.subject == "Goods 1 needs changes"
    assert "Say the <b>size</b>." in mail.text
    assert "Say the &lt;b&gt;size&lt;/b&gt;." in mail.html


def test_what_a_person_has_read_is_not_mailed(world: World) -> None:
    store_id = world.a_store("ravi")
    world.an_account("ravi")
    tell(world, low(store_id), outcome(ProductVerified, store_id))
    ravi, feed = world.as_user("ravi"), f"/v1/stores/{store_id}/notifications"
    ravi.post(f"{feed}/read-all").ok()
    assert tick(world, MORNING) == []
    tell(world, low(store_id, 2, minutes(60)))
    assert len(tick(world, MORNING)) == 1, "it has grown since it was read"


def test_who_cannot_be_written_to_is_left_out_and_holds_up_nobody(world: World) -> None:
    for name, known in (("a", {"verified": False}), ("b", {"enabled": False}), ("c", {})):
        world.an_account(name, admin=True, **known)
    tell(world, review())
    assert [m.to for m in tick(world, minutes(1))] == ["c@shop.example"]
    assert [r for r in world.rows("Notifications") if r["audience"] == "mails"] == []


def test_where_nobody_can_be_written_to_nothing_is_left_waiting(world: World) -> None:
    store_id = world.a_store("ravi")
    tell(world, low(store_id), review())
    assert tick(world, MORNING) == []
    assert [r for r in world.rows("Notifications") if r["audience"] == "mails"] == []


def test_a_stage_without_a_sender_sends_nothing_and_keeps_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared.aws.settings import settings

    world.an_account("asha", admin=True)
    tell(world, review())
    monkeypatch.setenv("MAIL_FROM", "")
    settings.cache_clear()
    assert tick(world, minutes(1)) == []
    monkeypatch.undo()
    settings.cache_clear()
    assert tick(world, minutes(2)) == []
    assert len(world.as_admin().get("/v1/admin/notifications").ok()["items"]) == 1


# --- Once, whatever happens ---


def _crashes() -> list[tuple[int, bool]]:
    return [(number, after) for number in range(1, 16) for after in (False, True)]


@pytest.mark.parametrize(("number", "after"), _crashes())
def test_who_dies_at_any_call_has_it_mailed_all_the_same_and_twice_only_if_ses_had_answered(
    world: World, number: int, after: bool
) -> None:
    for name in ("asha", "vikram"):
        world.an_account(name, admin=True)
    tell(world, review())
    world.crash_at(number, after=after, where=lambda name: name == "schedule")
    tick(world, minutes(1))
    died_of = world.last_words if world.was_crashed else ""
    world.live()
    for later in (2, 3, 4, 7, 8, 30):
        tick(world, minutes(later))
    counts = {to: sum(m.to == to for m in world.mails) for to in ("asha@shop.example", "vikram@shop.example")}
    sent_before_it_died = died_of.endswith("SendEmail") and after
    noted_never = died_of.endswith("PutItem") and not after and max(counts.values()) == 2
    assert min(counts.values()) == 1, died_of
    assert max(counts.values()) == (2 if sent_before_it_died or noted_never else 1), died_of
    assert [r for r in world.rows("Notifications") if r["audience"] == "mails"] == []


def test_a_claim_that_nobody_sent_runs_out(world: World) -> None:
    world.an_account("asha", admin=True)
    tell(world, review())
    claimed = minutes(1)
    assert mailboxes.claim("admin", mailboxes.get("admin", "asha"), claimed)
    assert tick(world, claimed + CLAIMED_FOR - timedelta(seconds=1)) == [], "somebody may be sending it just now"
    assert len(tick(world, claimed + CLAIMED_FOR)) == 1


def test_two_who_mail_at_the_same_time_send_it_once(world: World) -> None:
    world.an_account("asha", admin=True)
    tell(world, review())

    def rival(call: Call) -> None:
        if call.operation == "PutItem":  # the claim
            world.before = None
            schedule.send_due(lambda: minutes(1))

    world.before = rival
    tick(world, minutes(1))
    assert len(world.mails) == 1


def test_a_notice_that_grows_while_it_is_mailed_is_mailed_again_when_it_is_due(world: World) -> None:
    store_id = world.a_store("ravi", languages=["en"])
    world.an_account("ravi")
    tell(world, low(store_id))

    def grow() -> None:
        world.ses = None
        tell(world, low(store_id, 2, minutes(5)))

    world.ses = grow
    (mail,) = tick(world, MORNING)
    assert mail.subject == "prd_1 is running low"
    assert tick(world, MORNING + timedelta(minutes=1)) == [], "a mail has just gone out"
    (mail,) = tick(world, MORNING + APART)
    assert mail.subject == "prd_1 and 1 more are running low"


def test_ses_that_has_had_enough_is_asked_again(world: World) -> None:
    world.an_account("asha", admin=True)
    tell(world, review())

    def refuse() -> NoReturn:
        raise throttled("SendEmail")

    world.ses = refuse
    assert tick(world, minutes(1)) == []
    world.ses = None
    assert len(tick(world, minutes(2))) == 1


@pytest.mark.parametrize("code", ["MailFromDomainNotVerifiedException", "AccessDenied", "AccessDeniedException"])
def test_no_mail_is_lost_while_we_may_not_send(world: World, code: str) -> None:
    world.an_account("asha", admin=True)
    tell(world, review())

    def refuse() -> NoReturn:
        said: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
        raise ClientError(said, "SendEmail")

    world.ses = refuse
    assert tick(world, minutes(1)) == []
    world.ses = None
    assert len(tick(world, minutes(2))) == 1


def test_a_mail_that_ses_refuses_is_given_up_and_holds_up_nobody(world: World) -> None:
    for name in ("asha", "vikram"):
        world.an_account(name, admin=True)
    tell(world, review())

    def refuse() -> None:
        world.ses = None
        said: Any = {
            "Error": {"Code": "MessageRejected", "Message": "no"},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        }
        raise ClientError(said, "SendEmail")

    world.ses = refuse
    assert len(tick(world, minutes(1))) == 1
    assert tick(world, minutes(30)) == []
    assert [r for r in world.rows("Notifications") if r["audience"] == "mails"] == []


def test_where_no_answer_comes_the_mail_is_sent_again_later(world: World) -> None:
    world.an_account("asha", admin=True)
    tell(world, review())

    def silence() -> None:
        world.ses = None
        raise ReadTimeoutError(endpoint_url="ses")

    world.ses = silence
    assert tick(world, minutes(1)) == []
    assert tick(world, minutes(2)) == []
    assert len(tick(world, minutes(1) + CLAIMED_FOR)) == 1


def test_a_feed_that_fails_holds_up_no_other_and_is_told_of(world: World) -> None:
    store_id = world.a_store("ravi")
    world.an_account("ravi")
    world.an_account("asha", admin=True)
    tell(world, broken(store_id))

    def no_admins(call: Call) -> None:
        if call.operation == "ListUsersInGroup":
            raise throttled(call.operation)

    world.before = no_admins
    with pytest.raises(schedule.NotAllDone):
        schedule.send_due(lambda: minutes(1))
    world.before = None
    assert [m.to for m in world.mails] == ["ravi@shop.example"]
    assert [m.to for m in tick(world, minutes(2))] == ["asha@shop.example"]


def test_what_could_not_be_mailed_for_days_is_no_news(world: World) -> None:
    world.an_account("asha", admin=True)
    tell(world, review())
    assert tick(world, AT + timedelta(days=4)) == []
    assert [r for r in world.rows("Notifications") if r["audience"] == "mails"] == []


def test_a_run_that_has_no_time_left_leaves_the_rest_to_the_next(world: World) -> None:
    world.an_account("asha", admin=True)
    tell(world, review())
    assert schedule.send_due(lambda: minutes(1), goes_on=lambda: False) == 0
    assert len(tick(world, minutes(2))) == 1
