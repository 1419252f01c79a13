"""The index is what the catalog is: after crashes, races, lost messages and clocks that are wrong, for every reader."""

from __future__ import annotations

import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from services.catalog import client as catalog
from services.catalog.store import products as catalog_store
from services.matching.store import files, indexer, recent
from services.matching.store.index import Index
from tests.builders import gtin
from tests.world import INDEX, REGION, Call, Crash, World

pytestmark = pytest.mark.integration

SUBSCRIPTIONS, SCHEDULE, REBUILD = (f"services.matching.{f}" for f in ("subscriptions", "schedule", "on_rebuild"))


class Shop:
    """Somebody who fills the catalog, and the functions that index it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.admin = world.as_admin()
        self.ids: list[str] = []

    def creates(self, how_many: int = 1) -> list[str]:
        """New products."""
        new = []
        for _ in range(how_many):
            number = len(self.ids) + 1
            body = {"name": f"Parle Biscuit No {number}", "barcode": gtin(number), "net_quantity": f"{number * 10} g"}
            self.ids.append(self.admin.post("/v1/products", body).ok(201)["product_id"])
            new.append(self.ids[-1])
        return new

    def changes(self, product_id: str, name: str = "Another Name") -> None:
        """A product gets its next version."""
        self.admin.patch(f"/v1/products/{product_id}", {"name": f"{name} {random.random()}"}).ok()

    def wakes(self, module: str = SUBSCRIPTIONS) -> Any:
        """A function runs once, whatever it is woken by."""
        answer = self.world._invoke("matching", module, {"Records": []})
        self.world.queues["matching"].clear()
        return answer

    def table(self) -> dict[str, int]:
        """The catalog: product -> version."""
        return {r["product_id"]: r["version"] for r in self.world.rows("Products")}

    def disk(self, index: Index) -> dict[str, int]:
        """The same, as an index has it: each product once."""
        found = index.versions(self.ids)
        assert index.documents == len(found), "a product twice, or one that is not in the catalog"
        return found

    def seen(self) -> dict[str, int]:
        """The same, as a reader sees it."""
        view = recent.view(fresh=True)
        ram = self.disk(view.ram)
        assert view.newer == ram.keys()
        return {i: v for i, v in self.disk(view.disk).items() if i not in view.newer} | ram

    def indexed(self) -> dict[str, int]:
        """The same, as it lies in S3, for somebody who has never looked at it."""
        shelf = files.Shelf()
        shelf.refresh()
        try:
            return self.disk(shelf.index)
        finally:
            shelf.close()


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shop:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # a machine of its own
    return Shop(world)


def current(world: World) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(world.objects(INDEX)["current.json"])
    return found


@contextmanager
def at_call(world: World, operation: str, key: str, do: Any) -> Iterator[None]:
    """``do`` happens just before the first such call."""

    def before(call: Call) -> None:
        if call.operation == operation and call.params.get("Key", "").startswith(key):
            world.before = None
            do()

    world.before = before
    yield
    assert world.before is None, "there was no such call"


@contextmanager
def another_process() -> Iterator[None]:
    """An indexer with a copy of its own."""
    mine = indexer._desk
    indexer._desk = indexer._Desk()
    try:
        yield
    finally:
        indexer._desk.clear()
        indexer._desk = mine


def test_a_product_is_found_at_once_and_soon_by_the_index_alone(shop: Shop, world: World) -> None:
    assert shop.seen() == {}
    (first,) = shop.creates()
    assert recent.view(fresh=True).newer == {first}
    world.run()
    view = recent.view(fresh=True)
    assert (view.newer, view.ram.documents) == (frozenset(), 0)
    assert shop.disk(view.disk) == {first: 1}
    shop.changes(first)
    view = recent.view(fresh=True)
    assert shop.disk(view.disk) == {first: 1}, "an older state; what is newer stands beside it"
    assert shop.seen() == {first: 2}
    world.run()
    assert shop.indexed() == {first: 3}, "its name, and then its names in other languages"
    state = current(world)
    assert state["documents"] == 1
    assert set(world.objects(INDEX)) >= {"current.json", *(f"files/{key}" for key, _ in state["files"].values())}


def test_looking_again_costs_little_and_asks_at_most_once_a_second(shop: Shop, world: World) -> None:
    shop.creates(3)
    world.run()
    shop.creates(1)
    view = recent.view(fresh=True)
    world.calls.clear()
    assert recent.view(fresh=True) is view
    asked = Counter(c.operation for c in world.calls)
    assert asked.keys() == {"GetObject", "Query"}
    assert asked["GetObject"] == 1
    assert asked["Query"] <= 12, "the last minutes, and no more"
    world.calls.clear()
    assert recent.view() is view
    assert world.calls == []


def test_all_events_of_a_product_wake_the_indexer(shop: Shop, world: World) -> None:
    (first,) = shop.creates()
    world.run()
    for status in ("rejected", "verified"):
        shop.admin.patch(f"/v1/products/{first}", {"verification_status": status, "reason": "r"}).ok()
        world.run()
        assert shop.indexed() == shop.table()


def test_a_message_that_comes_again_changes_nothing(shop: Shop, world: World) -> None:
    shop.creates(3)
    world.run(twice=True)
    before = world.objects(INDEX)
    for module in (SUBSCRIPTIONS, SCHEDULE, SUBSCRIPTIONS):
        shop.wakes(module)
    assert world.objects(INDEX) == before
    indexer.forget()  # in another process, which knows nothing of what was done
    shop.wakes()
    assert world.objects(INDEX) == before


def test_a_message_of_what_has_been_taken_in_asks_nobody(shop: Shop, world: World) -> None:
    (first,) = shop.creates()
    world.run()
    created = [e for e in world.bus if e["detail-type"] == "ProductCreated"]
    world.calls.clear()
    world.publish(created[0])
    world.run()
    assert not [c for c in world.calls if c.service in {"dynamodb", "s3"} and c.params.get("Bucket") == INDEX]
    shop.changes(first)
    world.run()
    assert shop.indexed() == {first: 3}, "its name, and then its names in other languages"


def test_what_a_lost_message_left_undone_the_clock_does(shop: Shop, world: World) -> None:
    shop.creates(2)
    for records in world.streams.values():
        records.clear()
    world.run()
    assert shop.indexed() == {}
    shop.wakes(SCHEDULE)
    assert shop.indexed() == shop.table()


def test_many_products_are_taken_in_by_rounds(shop: Shop, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexer, "MOST", 3)
    monkeypatch.setattr(indexer, "_LOOKED_UP", 2)
    monkeypatch.setattr(indexer.Working.lacking, "__defaults__", (3,))
    shop.creates(10)
    pulled = indexer.pull(60)
    assert (pulled.products, pulled.lost) == (10, 0)
    assert pulled.states == 4
    assert shop.indexed() == shop.table()
    shop.creates(5)
    assert indexer.pull(0) == (3, 1, 0), "the time is up after the first round"
    assert shop.seen() == shop.table()
    assert indexer.pull(60).products == 2


def test_of_more_than_fits_beside_the_index_the_newest_are_seen(
    shop: Shop, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "READ", 3)
    shop.creates(2)
    world.run()
    new = shop.creates(5)
    assert recent.view(fresh=True).newer == set(new[-3:])


# --- Crashes ---


def _is_indexer(name: str) -> bool:
    return name == "matching"


@pytest.mark.parametrize(("after", "dead"), [(True, True), (False, False)], ids=["after", "before, and lives on"])
@pytest.mark.parametrize("module", [SUBSCRIPTIONS, REBUILD])
def test_a_crash_at_any_call_leaves_a_readable_index_and_the_next_one_heals_it(
    shop: Shop, world: World, module: str, after: bool, dead: bool
) -> None:
    first, *_ = shop.creates(4)
    number = 0
    while True:
        number += 1
        world.live()
        shop.wakes()
        shop.creates()
        shop.changes(first)
        before, table = shop.indexed(), shop.table()
        world.crash_at(number, after=after, where=_is_indexer)
        with suppress(Crash):  # one in a look-up whose answer nobody waited for is only felt by its thread
            shop.wakes(module)
        if not world.was_crashed:
            break
        world.live()
        if dead:
            indexer.forget()
        assert shop.indexed() in (before, table), f"call {number}: {world.last_words}"
        assert shop.seen() == table
        shop.wakes(SCHEDULE)
        assert shop.indexed() == table, f"call {number}: {world.last_words}"
    assert shop.indexed() == table
    assert number > 12


def test_what_crashes_left_is_thrown_away_and_what_is_named_is_not(shop: Shop, world: World) -> None:
    shop.creates(2)
    for number in range(20, 32, 2):
        world.crash_at(number, after=True, where=_is_indexer)
        with suppress(Crash):
            shop.wakes()
        world.live()
    shop.wakes()
    named = {f"files/{key}" for key, _ in current(world)["files"].values()} | {"current.json"}
    assert set(world.objects(INDEX)) > named
    assert files.throw_away(indexer.KEPT, datetime.now(UTC)) == 0, "somebody may be about to name them"
    assert files.throw_away(indexer.KEPT, datetime.now(UTC) + timedelta(days=2)) > 0
    assert set(world.objects(INDEX)) == named
    assert shop.indexed() == shop.table()


# --- Races ---


def test_of_two_indexers_one_begins_anew_and_nothing_is_lost(shop: Shop, world: World) -> None:
    ids = shop.creates(20)
    shop.wakes()

    def other() -> None:
        with another_process():
            shop.changes(ids[7])
            assert indexer.pull(60) == (2, 1, 0)

    shop.changes(ids[3])
    with at_call(world, "PutObject", "current.json", other):
        pulled = indexer.pull(60)
    assert (pulled.products, pulled.states, pulled.lost) == (0, 0, 1), "the other has done it all"
    assert shop.indexed() == shop.table()


def test_two_indexers_that_delete_in_one_segment_do_not_take_each_others_file(
    shop: Shop, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """tantivy calls both files alike, ``<segment>.<opstamp>.del``, and they hold different deletions."""
    ids = shop.creates(20)
    shop.wakes()
    shop.changes(ids[3])

    def dies() -> None:
        world.crash_at(1, after=False, where=_is_indexer)

    with at_call(world, "PutObject", "current.json", dies), pytest.raises(Crash):
        shop.wakes()
    world.live()
    indexer.forget()
    shop.changes(ids[7])
    # The first one's change comes too late to be seen by the second: so the names are the same, the contents are not.
    all_changes = catalog.changed_since
    with monkeypatch.context() as patched:
        patched.setattr(catalog, "changed_since", lambda at: (c for c in all_changes(at) if c.product_id != ids[3]))
        shop.wakes()
    keys = [k for k in world.objects(INDEX) if ".del." in k]
    assert len(keys) == 2
    assert len({k.rpartition(".")[0] for k in keys}) == 1
    assert shop.indexed() == shop.table() | {ids[3]: 1}
    shop.wakes()
    assert shop.indexed() == shop.table()


def test_the_first_state_of_all_is_made_once(shop: Shop, world: World) -> None:
    shop.creates(2)

    def other() -> None:
        with another_process():
            assert indexer.pull(60).products == 2

    with at_call(world, "PutObject", "current.json", other):
        assert indexer.pull(60) == (0, 0, 1)
    assert shop.indexed() == shop.table()


def test_who_loses_every_race_gives_up_and_is_woken_again(
    shop: Shop, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.creates(1)
    with monkeypatch.context() as patched:
        patched.setattr(files, "_put_current", _refuses)
        with pytest.raises(files.RaceLost):
            indexer.pull(60)
    indexer.pull(60)
    assert shop.indexed() == shop.table()


def _refuses(*_: Any) -> str:
    raise ClientError({"Error": {"Code": "PreconditionFailed", "Message": "moved"}}, "PutObject")


def test_a_rebuild_takes_in_what_was_done_meanwhile_before_it_takes_its_place(shop: Shop, world: World) -> None:
    ids = shop.creates(6)
    shop.wakes()

    def meanwhile() -> None:
        with another_process():
            shop.changes(ids[0])
            shop.creates(2)
            indexer.pull(60)

    with at_call(world, "PutObject", "current.json", meanwhile):
        assert shop.wakes(REBUILD)["documents"] == 8
    assert shop.indexed() == shop.table(), "not for a moment was anything missing"
    shop.changes(ids[1])
    shop.wakes()
    assert shop.indexed() == shop.table()


def test_a_rebuild_mends_whatever_was_there(shop: Shop, world: World) -> None:
    s3 = boto3.client("s3", region_name=REGION)
    ids = shop.creates(3)
    shop.wakes()
    state = current(world)
    for broken in (
        {**state, "files": {}, "meta": "{}", "watermark": "2099-01-01T00:00:00Z", "format": 999},
        {**state, "files": {}, "watermark": "2026-01-01T00:00:00Z"},
    ):
        s3.put_object(Bucket=INDEX, Key="current.json", Body=json.dumps(broken))
        assert shop.seen() == shop.table(), "the lane alone"
        done = shop.wakes(REBUILD)
        assert done["documents"] == len(ids)
        assert done["size"] > 0
        assert shop.indexed() == shop.table()


def test_an_index_of_another_format_is_made_anew_by_whoever_is_woken(shop: Shop, world: World) -> None:
    shop.creates(3)
    shop.wakes()
    state = {**current(world), "format": 999}
    boto3.client("s3", region_name=REGION).put_object(Bucket=INDEX, Key="current.json", Body=json.dumps(state))
    assert shop.indexed() == {}
    shop.wakes()
    assert shop.indexed() == shop.table()


def test_an_empty_catalog_has_an_empty_index(shop: Shop, world: World) -> None:
    shop.wakes()
    assert world.objects(INDEX) == {}
    done = shop.wakes(REBUILD)
    assert (done["documents"], done["files"]) == (0, 0)
    assert shop.seen() == {}
    shop.creates(1)
    shop.wakes()
    assert shop.indexed() == shop.table()


# --- Readers ---


def test_a_reader_whose_files_are_thrown_away_takes_the_newer_state(
    shop: Shop, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shop.creates(5)
    shop.wakes()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("reader")))  # another machine

    def meanwhile() -> None:
        shop.wakes(REBUILD)
        assert files.throw_away(timedelta(0), datetime.now(UTC) + timedelta(days=2)) > 0

    with at_call(world, "GetObject", "files/", meanwhile):
        assert shop.indexed() == shop.table()


def test_a_reader_keeps_what_it_has_open_whatever_is_thrown_away(shop: Shop, world: World) -> None:
    shop.creates(5)
    shop.wakes()
    view = recent.view(fresh=True)
    shop.creates(1)
    shop.wakes(REBUILD)
    files.throw_away(timedelta(0), datetime.now(UTC) + timedelta(days=2))
    assert recent.view(fresh=True) is not view
    assert len(shop.disk(view.disk)) == 5


def test_a_machine_keeps_no_files_of_older_states(shop: Shop, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_FETCHING", -1.0)
    for _ in range(3):
        shop.creates(2)
        shop.wakes()
        shop.wakes(REBUILD)
        recent.view(fresh=True)
    named = {key for key, _ in current(world)["files"].values()}
    assert {p.name for p in files._kept().iterdir()} == named
    folders = list((files._place() / "folders").iterdir())
    assert len(folders) == 2, "the reader's, the indexer's"
    for folder in folders:
        folder.rename(folder.with_name("999999999-dead"))
        break
    files._prepared.cache_clear()
    files._kept()
    assert len(list((files._place() / "folders").iterdir())) == 1, "what a dead process left is cleared away"


def test_an_indexer_that_took_over_keeps_no_files_that_are_merged_away(shop: Shop, world: World) -> None:
    for _ in range(4):
        shop.creates()
        shop.wakes()
    indexer.forget()
    for _ in range(12):
        shop.creates()
        shop.wakes()
    working = indexer._desk.working
    assert working
    there = {p.name for p in working.folder.iterdir() if not p.name.startswith(".")}
    assert there == {*working.stored, "meta.json"}
    assert len(current(world)["files"]) < 12 * 6, "small segments are merged"


def test_half_a_file_is_no_file(shop: Shop, world: World) -> None:
    shop.creates(3)
    shop.wakes()
    for kept in files._kept().iterdir():
        kept.unlink()
        kept.write_bytes(b"half")
    assert shop.indexed() == shop.table()


def test_it_is_known_what_the_index_covers(shop: Shop, world: World) -> None:
    assert recent.covers(datetime.now(UTC))
    shop.creates(3)
    then = datetime.now(UTC)
    assert not recent.covers(then)
    assert recent.covers(then - timedelta(hours=1))
    world.run()
    assert recent.covers(then)
    shop.creates(1)
    assert recent.covers(then), "what came later doesn't count"
    assert not recent.covers(datetime.now(UTC))


# --- Clocks ---


@contextmanager
def clock(ahead: timedelta) -> Iterator[None]:
    """Writers whose clock is wrong, or whose write came late."""
    real = catalog_store._now
    catalog_store._now = lambda: real() + ahead
    try:
        yield
    finally:
        catalog_store._now = real


def test_a_clock_that_is_ahead_draws_nobody_with_it(shop: Shop, world: World) -> None:
    with clock(timedelta(seconds=50)):
        shop.creates(1)
    shop.wakes()
    assert datetime.fromisoformat(current(world)["watermark"]) < datetime.now(UTC)
    shop.creates(2)
    assert shop.seen() == shop.table()
    shop.wakes()
    assert shop.indexed() == shop.table()
    before = world.objects(INDEX)
    shop.wakes()
    assert world.objects(INDEX) == before, "it isn't taken for new again and again"


def test_a_write_that_comes_late_or_by_a_slow_clock_is_taken_in(shop: Shop, world: World) -> None:
    shop.creates(2)
    shop.wakes()
    with clock(-timedelta(seconds=100)):
        shop.creates(1)
        shop.changes(shop.ids[0])
    assert shop.seen() == shop.table()
    shop.wakes()
    assert shop.indexed() == shop.table()


def test_the_watermark_never_goes_back(shop: Shop, world: World) -> None:
    marks = []
    for step in range(6):
        with clock(timedelta(seconds=[0, -90, 30, -60, 0, 0][step])):
            shop.creates(1)
        shop.wakes(REBUILD if step in (2, 4) else SUBSCRIPTIONS)
        marks.append(current(world)["watermark"])
    assert marks == sorted(marks)
    assert shop.indexed() == shop.table()


@pytest.mark.parametrize("seed", range(3))
def test_after_whatever_happened_a_reader_sees_the_catalog(shop: Shop, world: World, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(30):
        with clock(timedelta(seconds=chance.choice([0, 0, 0, -80, -20, 40]))):
            match chance.randrange(8):
                case 0 | 1:
                    shop.creates(chance.randint(1, 3))
                case 2 | 3 if shop.ids:
                    shop.changes(chance.choice(shop.ids))
                case 4:
                    shop.wakes()
                case 5:
                    shop.wakes(chance.choice([REBUILD, SCHEDULE]))
                case 6:
                    world.crash_at(chance.randint(1, 20), after=chance.random() < 0.5, where=_is_indexer)
                    with suppress(Crash):
                        shop.wakes(chance.choice([SUBSCRIPTIONS, REBUILD]))
                    world.live()
                case _:
                    indexer.forget()
        if chance.random() < 0.1:
            recent.forget()
        if chance.random() < 0.5:
            assert shop.seen() == shop.table()
    assert shop.seen() == shop.table()
    shop.wakes()
    assert shop.indexed() == shop.table()
