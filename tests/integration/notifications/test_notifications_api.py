"""Who is told what, and what they have read."""

from __future__ import annotations

import pytest

from tests.builders import gtin, sheet
from tests.world import World

pytestmark = pytest.mark.integration

GOOD = sheet([["Tata Salt", gtin(2), "1 kg", 10, "28", "27"]])
BAD = sheet([["Tata Salt", gtin(2), "1 kg", 10, "28", "29"]])


def test_an_import_is_told_once_to_its_store(world: World) -> None:
    store_id = world.a_store("ravi")
    world.drop(store_id, "नवंबर.csv", GOOD)
    world.run()
    (notice,) = world.as_user("ravi").get(f"/v1/stores/{store_id}/notifications").ok()["items"]
    assert (notice["type"], notice["severity"], notice["read"]) == ("ImportCompleted", "info", False)
    assert notice["title"] == "नवंबर.csv is imported"
    assert notice["body"].startswith("1 of 1 rows")
    assert world.as_user("ravi").get(notice["link"]).ok()["status"] == "completed"
    assert world.as_admin().get("/v1/admin/notifications").ok()["items"] == []


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


def test_the_sentence_is_in_the_readers_language(world: World) -> None:
    store_id = world.a_store("ravi")
    world.drop(store_id, "a.csv", GOOD)
    world.run()
    path = f"/v1/stores/{store_id}/notifications"
    titles = [
        world.as_user("ravi").get(path, accept_language=a).ok()["items"][0]["title"]
        for a in ("hi-IN,hi;q=0.9,en;q=0.8", "en-IN", "xx", "")
    ]
    assert titles == ["a.csv दर्ज हो गई", "a.csv is imported", "a.csv is imported", "a.csv is imported"]


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


def test_a_broken_file_is_told_of_in_the_shops_language_to_who_reads_it_and_in_english_to_others(world: World) -> None:
    store_id = world.a_store("ravi", languages=["hi"])
    world.drop(store_id, "empty.csv", b"")
    world.run()
    feed = f"/v1/stores/{store_id}/notifications"
    (hindi,) = world.as_user("ravi").get(feed, accept_language="hi").ok()["items"]
    assert "फ़ाइल" in hindi["body"]
    for language in ("en", "ta"):
        (english,) = world.as_user("ravi").get(feed, accept_language=language).ok()["items"]
        assert "empty" in english["body"]
