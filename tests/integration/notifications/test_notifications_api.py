"""Who is told what, and what they have read."""

from __future__ import annotations

from typing import Any

import pytest

from services.csv_import.domain.problems import FileProblem
from services.notifications.domain.notices import Notice
from services.notifications.store import feeds
from shared.aws import clients
from shared.aws.dynamo import encode_item
from tests.builders import NOON, gtin, sheet
from tests.world import Call, World

pytestmark = pytest.mark.integration

GOOD = sheet([["Tata Salt", gtin(2), "1 kg", 10, "28", "27"]])
BARE: dict[str, Any] = {
    "type": "ProductVerified",
    "severity": "info",
    "facts": {"name": "Goods"},
    "link": "/v1/products/prd_1",
    "created_at": NOON,
}
BAD = sheet([["Tata Salt", gtin(2), "1 kg", 10, "28", "29"]])


def test_an_import_is_told_once_to_its_store(world: World) -> None:
    store_id = world.a_store("ravi")
    world.drop(store_id, "नवंबर.csv", GOOD)
    world.run()
    (notice,) = world.as_user("ravi").get(f"/v1/stores/{store_id}/notifications").ok()["items"]
    assert (notice["type"], notice["severity"], notice["read"]) == ("ImportCompleted", "info", False)
    assert notice["title"] == "नवंबर.csv is imported"
    assert notice["body"] == "1 row is in."
    assert world.as_user("ravi").get(notice["link"]).ok()["status"] == "completed"
    told = world.as_admin().get("/v1/admin/notifications").ok()["items"]
    assert [n["type"] for n in told] == ["ReviewRequested"], "of what it has brought, not of the file"


def test_a_redelivered_event_is_told_once(world: World) -> None:
    store_id = world.a_store("ravi")
    world.drop(store_id, "a.csv", GOOD)
    world.run(twice=True)
    for event in list(world.bus):
        world.publish(event)
    world.run(twice=True)
    assert len(world.as_user("ravi").get(f"/v1/stores/{store_id}/notifications").ok()["items"]) == 1


def test_a_file_with_failed_rows_is_a_warning_and_a_broken_one_an_error(world: World) -> None:
    store_id = world.a_store("ravi")
    world.drop(store_id, "bad.csv", BAD)
    world.drop(store_id, "empty.csv", b"")
    world.run()
    feed = world.as_user("ravi").get(f"/v1/stores/{store_id}/notifications").ok()["items"]
    assert {(n["type"], n["severity"]) for n in feed} == {("ImportCompleted", "warning"), ("ImportFailed", "error")}
    (told,) = world.as_admin().get("/v1/admin/notifications").ok()["items"]
    assert told["type"] == "ImportFailed"
    assert "empty" in told["body"].lower()


def test_a_file_that_waits_for_its_columns_is_told_at_once_to_whoever_has_it(world: World) -> None:
    store_id = world.a_store("ravi", languages=["hi"])
    for place in (store_id, "_catalog"):
        world.drop(place, "letter.txt", b"Dear Sir,\nplease send the rates\nthank you")
    world.run(twice=True)
    feeds_of = {
        f"/v1/stores/{store_id}/notifications": world.as_user("ravi"),
        "/v1/admin/notifications": world.as_admin(),
    }
    for path, reader in feeds_of.items():
        (notice,) = reader.get(path, accept_language="en").ok()["items"]
        assert (notice["type"], notice["severity"]) == ("ImportMappingRequested", "warning")
        assert notice["title"] == "letter.txt waits: say which column is which"
        assert reader.get(notice["link"]).ok()["status"] == "needs_mapping"
        (hindi,) = reader.get(path, accept_language="hi").ok()["items"]
        assert hindi["title"] == "letter.txt रुकी है: बताएँ कि किस कॉलम में क्या है"


def test_the_sentence_is_in_the_readers_language(world: World) -> None:
    store_id = world.a_store("ravi")
    world.drop(store_id, "a.csv", GOOD)
    world.run()
    path = f"/v1/stores/{store_id}/notifications"
    titles = [
        world.as_user("ravi").get(path, accept_language=a).ok()["items"][0]["title"]
        for a in ("hi-IN,hi;q=0.9,en;q=0.8", "en-IN", "xx", "", "*")
    ]
    marathi = "a.csv इम्पोर्ट झाली"
    assert titles == ["a.csv इंपोर्ट हो गई", "a.csv is imported", "a.csv is imported", marathi, marathi]


def test_a_file_of_which_no_row_is_in_says_so(world: World) -> None:
    store_id = world.a_store("ravi")
    world.drop(store_id, "bad.csv", BAD)
    world.run()
    ravi, path = world.as_user("ravi"), f"/v1/stores/{store_id}/notifications"
    (notice,) = ravi.get(path).ok()["items"]
    assert (notice["type"], notice["title"]) == ("ImportCompleted", "Nothing of bad.csv could be imported")
    assert notice["body"] == "1 row could not be used. The report says why, row by row."
    (hindi,) = ravi.get(path, accept_language="hi").ok()["items"]
    assert hindi["title"] == "bad.csv से कुछ भी इंपोर्ट नहीं हो सका"


def test_read_marks_are_each_persons_own(world: World) -> None:
    for name in ("a.csv", "b.csv"):
        world.drop("str_NOWHERE", name, GOOD)
    world.run()
    asha, vikram = world.as_user("asha", admin=True), world.as_user("vikram", admin=True)
    path = "/v1/admin/notifications"
    first = asha.get(path).ok()["items"][0]
    marked = asha.post(f"{path}/{first['id']}/read").ok()
    assert marked == {**first, "read": True}
    assert asha.post(f"{path}/{first['id']}/read").ok() == marked
    assert [n["read"] for n in asha.get(path).ok()["items"]] == [True, False]
    assert [n["read"] for n in vikram.get(path).ok()["items"]] == [False, False]
    assert [n["id"] for n in asha.get(f"{path}?unread=true").ok()["items"]] != [first["id"]]
    assert len(asha.get(f"{path}?unread=true").ok()["items"]) == 1
    assert len(vikram.get(f"{path}?unread=true").ok()["items"]) == 2


def test_a_feed_is_paged_newest_first(world: World) -> None:
    for n in range(5):
        world.drop("str_NOWHERE", f"{n}.csv", GOOD)
        world.run()
    pages = list(world.as_admin().pages("/v1/admin/notifications?limit=2"))
    notices = [n for p in pages for n in p]
    assert [len(p) for p in pages] == [2, 2, 1]
    assert [n["created_at"] for n in notices] == sorted((n["created_at"] for n in notices), reverse=True)
    assert len({n["id"] for n in notices}) == 5


def test_marking_what_is_not_there_or_not_yours_is_not_found(world: World) -> None:
    store_id, other = world.a_store("ravi"), world.a_store("meena")
    world.drop(store_id, "a.csv", GOOD)
    world.run()
    (notice,) = world.as_user("ravi").get(f"/v1/stores/{store_id}/notifications").ok()["items"]
    meena = world.as_user("meena")
    assert meena.post(f"/v1/stores/{other}/notifications/{notice['id']}/read").code == "NOTIFICATION_UNKNOWN"
    assert meena.get(f"/v1/stores/{store_id}/notifications").code == "STORE_UNKNOWN"
    assert meena.get("/v1/admin/notifications").code == "ADMIN_ONLY"


def test_a_catalog_load_is_told_to_the_admins(world: World) -> None:
    world.drop("_catalog", "catalog.csv", GOOD)
    world.run()
    (notice,) = world.as_admin().get("/v1/admin/notifications").ok()["items"]
    assert notice["type"] == "ImportCompleted"
    assert world.as_admin().get(notice["link"]).status == 200


def test_an_event_that_cannot_be_read_fails_alone(world: World) -> None:
    store_id = world.a_store("ravi")
    world.tell("notifications", {"source": "vyapar.imports", "detail-type": "ImportCompleted", "detail": {}})
    world.drop(store_id, "a.csv", GOOD)
    world.run()
    assert [m.queue for m in world.dead] == ["notifications"]
    world.dead.clear()
    assert len(world.as_user("ravi").get(f"/v1/stores/{store_id}/notifications").ok()["items"]) == 1


def test_a_broken_file_is_told_of_in_the_language_of_who_reads_it_whatever_the_shops_is(world: World) -> None:
    store_id = world.a_store("ravi", languages=["hi"])
    world.drop(store_id, "empty.csv", b"")
    world.run()
    feed = f"/v1/stores/{store_id}/notifications"
    for language in ("hi", "en", "ta"):
        (notice,) = world.as_user("ravi").get(feed, accept_language=language).ok()["items"]
        assert notice["body"] == FileProblem("EMPTY_FILE").said_in(language)


def test_what_is_unread_is_counted_for_each_person_and_all_of_it_read_at_once(world: World) -> None:
    asha, vikram = world.as_user("asha", admin=True), world.as_user("vikram", admin=True)
    path = "/v1/admin/notifications"
    assert asha.get(f"{path}/unread-count").ok() == {"unread": 0, "more": False}
    for n in range(3):
        world.drop("str_NOWHERE", f"{n}.csv", GOOD)
    world.run()
    assert asha.get(f"{path}/unread-count").ok() == {"unread": 3, "more": False}
    asha.post(f"{path}/{asha.get(path).ok()['items'][0]['id']}/read").ok()
    assert asha.get(f"{path}/unread-count").ok()["unread"] == 2
    assert asha.post(f"{path}/read-all").ok() == {"marked": 2}
    assert asha.post(f"{path}/read-all").ok() == {"marked": 0}
    assert asha.get(f"{path}/unread-count").ok() == {"unread": 0, "more": False}
    assert asha.get(f"{path}?unread=true").ok()["items"] == []
    assert vikram.get(f"{path}/unread-count").ok()["unread"] == 3


def test_more_than_a_hundred_are_not_counted(world: World) -> None:
    store_id = world.a_store("ravi")
    for n in range(102):
        feeds.add(Notice.model_validate({**BARE, "audience": f"store#{store_id}", "notice_id": f"ntc_{n:03d}"}))
    ravi, path = world.as_user("ravi"), f"/v1/stores/{store_id}/notifications"
    assert ravi.get(f"{path}/unread-count").ok() == {"unread": 100, "more": True}
    for n in range(2):
        ravi.post(f"{path}/ntc_{n:03d}/read").ok()
    assert ravi.get(f"{path}/unread-count").ok() == {"unread": 100, "more": False}
    assert ravi.post(f"{path}/read-all").ok() == {"marked": 100}
    assert ravi.get(f"{path}/unread-count").ok() == {"unread": 0, "more": False}
    assert world.as_user("meena").get(f"{path}/unread-count").code == "STORE_UNKNOWN"


def test_what_grows_while_all_is_read_stays_unread(world: World) -> None:
    store_id = world.a_store("ravi")
    day = Notice.model_validate({**BARE, "audience": f"store#{store_id}", "notice_id": "ntc_1", "revision": 1})
    feeds.add(day)

    def grow(call: Call) -> None:
        if call.operation == "UpdateItem" and call.params["TableName"] == "Notifications":
            world.before = None
            clients.dynamodb().update_item(
                TableName="Notifications",
                Key={"audience": {"S": day.audience}, "notice_id": {"S": "ntc_1"}},
                UpdateExpression="SET revision = :two",
                ExpressionAttributeValues={":two": {"N": "2"}},
            )

    ravi, path = world.as_user("ravi"), f"/v1/stores/{store_id}/notifications"
    world.before = grow
    assert ravi.post(f"{path}/read-all").ok() == {"marked": 0}
    assert ravi.get(f"{path}/unread-count").ok()["unread"] == 1


def test_what_was_stored_before_there_were_mails_is_still_read(world: World) -> None:
    store_id = world.a_store("ravi")
    old = {**BARE, "audience": f"store#{store_id}", "notice_id": "ntc_1", "created_at": "2026-11-22T10:00:00.000Z"}
    clients.dynamodb().put_item(TableName="Notifications", Item=encode_item(old))
    ravi, path = world.as_user("ravi"), f"/v1/stores/{store_id}/notifications"
    (notice,) = ravi.get(path).ok()["items"]
    assert notice["title"] == "Goods is approved"
    assert ravi.post(f"{path}/read-all").ok() == {"marked": 1}
