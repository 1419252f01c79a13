"""A state change and its event never part: relay and sweeper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest

from shared.aws import bus, outbox, sweeper
from tests.world import Context, World

pytestmark = pytest.mark.integration


def later() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=5)


def test_what_is_stated_is_published_and_marked(world: World) -> None:
    world.a_store("ravi")
    (item,) = world.rows("Outbox")
    assert item["unsent"] == "yes"
    world.run()
    assert len(world.events("StoreRegistered")) == 1
    (item,) = world.rows("Outbox")
    assert "unsent" not in item
    assert item["expires_at"] > later().timestamp()


def test_what_a_crash_left_unsent_the_sweeper_sends_once(world: World) -> None:
    for n in range(3):
        world.a_store("ravi", name=f"Shop {n}")
    world.streams["Outbox"].clear()  # the relay never ran
    assert sweeper.sweep(lambda: datetime.now(UTC)) == 0, "it leaves the relay its minute"
    assert sweeper.sweep(later) == 3
    assert sweeper.sweep(later) == 0
    assert len(world.events("StoreRegistered")) == 3
    assert not any("unsent" in i for i in world.rows("Outbox"))
    import_module("shared.aws.sweeper").handler({}, Context())


def test_what_the_bus_refuses_stays_unsent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        world.a_store("ravi", name=f"Shop {n}")
    world.streams["Outbox"].clear()
    items = world.rows("Outbox")

    def second_refused(entries: object) -> None:
        raise bus.NotAllPublished([1])

    monkeypatch.setattr(bus, "publish", second_refused)
    with pytest.raises(bus.NotAllPublished):
        outbox.send(items)
    assert [i["event_id"] for i in world.rows("Outbox") if "unsent" in i] == [items[1]["event_id"]]


def test_marking_an_expired_item_makes_no_ghost(world: World) -> None:
    world.a_store("ravi")
    (item,) = world.rows("Outbox")
    outbox.table().delete(item["event_id"])
    outbox.send([item])
    assert world.rows("Outbox") == []
