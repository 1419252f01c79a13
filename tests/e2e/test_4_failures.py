"""Files that can't be imported at all: the admins hear of each, once."""

from __future__ import annotations

from local.process import wait_until
from tests.builders import sheet
from tests.e2e.live import PATIENCE, Ear, Json, Live, Person


def test_an_empty_file_fails_and_owner_and_admin_are_told_once(live: Live, ear: Ear, admin: Person) -> None:
    shop = live.shop("Empty File Stores")
    job = shop.imported("nothing.csv", b"")
    assert (job["status"], job["error_code"], job["total_rows"]) == ("failed", "EMPTY_FILE", 0)
    _told_once(live, ear, admin, job)
    (notice,) = shop.notices("ImportFailed")
    assert "nothing.csv" in notice["title"]
    assert shop.notices() == []


def test_a_file_for_a_store_that_does_not_exist_fails_under_the_admins_eyes(
    live: Live, ear: Ear, admin: Person
) -> None:
    live.files.put_object(
        Bucket=live.endpoints["buckets"]["imports"],
        Key="imports/str_nobodys/Stock%20of%20May.csv",
        Body=sheet([["Salt", "", "1 kg", 3, "28", "27"]]),
    )
    job = _of_admin(admin, "Stock of May.csv")
    assert (job["status"], job["error_code"], job["store_id"]) == ("failed", "STORE_UNKNOWN", "str_nobodys")
    _told_once(live, ear, admin, job)


def test_a_file_that_is_no_table_fails(live: Live, ear: Ear, admin: Person) -> None:
    shop = live.shop("No Table Stores")
    job = shop.imported("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    assert (job["status"], job["error_code"]) == ("failed", "NOT_A_TABLE")
    _told_once(live, ear, admin, job)


def test_a_notice_is_read_by_each_admin_for_himself(live: Live, admin: Person) -> None:
    notice = next(n for n in admin.every("/v1/admin/notifications") if n["type"] == "ImportFailed")
    unread = {n["id"] for n in admin.every("/v1/admin/notifications", unread="true")}
    assert notice["id"] in unread
    assert admin.post(f"/v1/admin/notifications/{notice['id']}/read", {})["read"] is True
    assert {n["id"] for n in admin.every("/v1/admin/notifications", unread="true")} == unread - {notice["id"]}


def _of_admin(admin: Person, filename: str) -> Json:
    def found() -> list[Json]:
        listed = admin.every("/v1/admin/imports")
        return [job for job in listed if job["filename"] == filename and job["status"] == "failed"]

    assert wait_until(lambda: bool(found()), PATIENCE), f"{filename} is not under the failed imports"
    (job,) = found()
    return job


def _told_once(live: Live, ear: Ear, admin: Person, job: Json) -> None:
    """The list of all imports shows it with its reason, the bus had one event, the feed has one notice."""
    shown = _of_admin(admin, job["filename"])
    assert {n: shown[n] for n in ("job_id", "error_code", "error_message")} == {
        n: job[n] for n in ("job_id", "error_code", "error_message")
    }
    assert admin.get(f"/v1/admin/imports/{job['job_id']}")["error_code"] == job["error_code"]
    (event,) = ear.await_job("ImportFailed", job["job_id"])
    assert event["detail"]["data"]["error_code"] == job["error_code"]
    live.settled("NotificationsSubscriptionsInbox")
    notices = [n for n in admin.every("/v1/admin/notifications") if n["link"].endswith(job["job_id"])]
    assert [(n["type"], n["severity"]) for n in notices] == [("ImportFailed", "error")]
    assert len(ear.of_job("ImportCompleted", job["job_id"])) == 0
