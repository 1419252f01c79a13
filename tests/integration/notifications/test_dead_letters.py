"""Of dead letters the admins hear once, until the queue is empty again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notifications import schedule
from services.notifications.store import letters
from tests.world import Context, World

pytestmark = pytest.mark.integration

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
LINKS, STREAM = "VyaparApp-test-LinksDeadQueueABC", "VyaparApp-test-StockDeadABC"


@pytest.fixture(autouse=True)
def asha(world: World) -> Iterator[None]:
    letters._of.cache_clear()
    world.an_account("asha", admin=True)
    world.lying |= {LINKS: 0, STREAM: 0, "VyaparApp-test-Links": 7, "Others-LinksDead": 9}
    yield
    letters._of.cache_clear()


def look(world: World, minute: int) -> None:
    now = AT + timedelta(minutes=minute)
    world.by_the_clock(lambda: schedule.look_for_dead_letters(lambda: now))
    world.by_the_clock(lambda: schedule.send_due(lambda: now))


def feed(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.as_admin().get("/v1/admin/notifications").ok()["items"]
    return found


def test_empty_queues_and_those_of_others_are_not_told_of(world: World) -> None:
    look(world, 0)
    assert feed(world) == []
    assert world.mails == []


def test_a_queue_is_told_of_once_until_it_is_empty_again(world: World) -> None:
    world.lying[LINKS] = 2
    for minute in range(0, 60, 5):
        world.lying[LINKS] += 1
        look(world, minute)
    (notice,) = feed(world)
    assert (notice["type"], notice["severity"]) == ("DeadLettersFound", "error")
    assert notice["title"] == "Work has failed for good: Links"
    assert notice["body"].startswith("3 messages lie there.")
    assert world.as_admin().get(notice["link"]).status == 200
    assert [m.subject for m in world.mails] == [notice["title"]]
    world.lying[LINKS] = 0
    look(world, 60)
    world.lying[LINKS] = 1
    look(world, 65)
    assert len(feed(world)) == len(world.mails) == 2


def test_each_queue_is_told_of_and_they_share_a_mail(world: World) -> None:
    world.lying |= {LINKS: 1, STREAM: 1}
    look(world, 0)
    assert {n["title"] for n in feed(world)} == {"Work has failed for good: Links", "Work has failed for good: Stock"}
    (mail,) = world.mails
    assert mail.subject.endswith("(+1)")


def test_a_queue_that_is_gone_is_forgotten(world: World) -> None:
    world.lying[LINKS] = 1
    look(world, 0)
    del world.lying[LINKS]
    look(world, 5)
    assert letters.told_of() == set()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, 12))
def test_who_dies_while_he_looks_tells_of_it_once(world: World, number: int, after: bool) -> None:
    world.lying[LINKS] = 1
    world.crash_at(number, after=after, where=lambda name: name == "schedule")
    world.by_the_clock(lambda: schedule.look_for_dead_letters(lambda: AT))
    world.live()
    look(world, 5)
    look(world, 10)
    assert len(feed(world)) == len(world.mails) == 1


def test_the_clock_wakes_one_function_for_both(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.lying[LINKS] = 1
    for minute, told in ((3, 0), (5, 1)):
        monkeypatch.setattr(schedule, "utc_now", lambda minute=minute: AT + timedelta(minutes=minute))
        schedule.handler({}, Context())
        assert len(feed(world)) == len(world.mails) == told, "queues are looked at every five minutes"
