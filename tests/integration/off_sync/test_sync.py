"""Whole runs against a server that speaks their protocol, in good days and bad."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.off_sync import off_client, on_watch, schedule, worker
from services.off_sync.domain.document import Document, read
from services.off_sync.domain.facts import facts_of
from services.off_sync.store import limits, rows
from shared.aws.settings import settings
from tests.builders import gtin
from tests.off_server import DAY, OffServer, Trouble, a_fortnight, a_product, serving
from tests.world import IMAGES, Call, Context, Person, World

pytestmark = pytest.mark.integration

NOW = int(datetime(2026, 11, 22, 6, 0, tzinfo=UTC).timestamp())


class Time:
    """A clock that goes on when somebody waits in a queue, and a little with each look."""

    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> datetime:
        self.now += 0.001
        return datetime.fromtimestamp(self.now, UTC).replace(microsecond=int(self.now % 1 * 1000) * 1000)

    def passes(self, call: Call) -> None:
        if call.operation == "SendMessageBatch":
            self.now += max((e.get("DelaySeconds", 0) for e in call.params["Entries"]), default=0)


@pytest.fixture
def time(world: World, monkeypatch: pytest.MonkeyPatch) -> Time:
    clock = Time()
    for module in (worker, limits):
        monkeypatch.setattr(module, "utc_now", clock)
    world.before = clock.passes
    return clock


@pytest.fixture
def off(time: Time, monkeypatch: pytest.MonkeyPatch) -> Iterator[OffServer]:
    """A fortnight of changes of a dozen products."""
    server = a_fortnight(12, NOW, gtin)
    server.clock = lambda: time.now
    with serving(server):
        use(server, monkeypatch)
        yield server
    settings.cache_clear()


def use(server: OffServer, monkeypatch: pytest.MonkeyPatch, **told: str) -> None:
    """The stage says that Open Food Facts is there."""
    for name, value in {"OFF_BASE_URL": server.url, "OFF_CONTACT": "ops@example.com", **told}.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()


@pytest.fixture
def admin(world: World) -> Person:
    return world.as_admin()


def sync(world: World, admin: Person, **wanted: str) -> Any:
    """A run, from its start to its end."""
    run_id = admin.post("/v1/admin/off-syncs", wanted).ok(201)["run_id"]
    world.run()
    return admin.get(f"/v1/admin/off-syncs/{run_id}").ok()


def shelf(world: World) -> dict[str, tuple[str, str, int, int]]:
    """What the tables hold of theirs: name in our catalog, and the version that they gave it."""
    products = {p["product_id"]: p for p in world.rows("Products")}
    return {
        r["code"]: (products[r["product_id"]]["name"], r["document"], r["last_modified_t"], r["rev"])
        for r in world.rows("OffProducts")
    }


def truth(server: OffServer) -> dict[str, tuple[int, int]]:
    return {"0" + code: (p["last_modified_t"], p["rev"]) for code, p in server.products.items()}


def as_served(world: World, server: OffServer) -> None:
    """Every product is in the table and the catalog as the server has it now, once."""
    held = shelf(world)
    assert {code: told[2:] for code, told in held.items()} == truth(server)
    for code, product in server.products.items():
        assert held["0" + code][0] == product["product_name_en"]
    assert len(world.rows("Products")) == len(server.products)


def test_a_first_run_reads_the_dump_and_then_what_changed_since(world: World, admin: Person, off: OffServer) -> None:
    run = sync(world, admin)
    assert (run["status"], run["kind"], run["reseed"]) == ("completed", "delta", "NEVER_READ")
    assert [f["done"] for f in run["files"]] == [True] * 15
    changes = sum(map(len, off.deltas.values()))
    assert run["counts"]["new"] == 12 + 14
    assert run["counts"]["updated"] == changes - 14
    assert run["counts"]["proposed"] == run["counts"]["verified"] == 26
    as_served(world, off)
    (done,) = world.events("OffSyncCompleted")
    assert done["run_id"] == run["run_id"]
    assert done["seen"] == 12 + changes
    assert {a.user_agent for a in off.asked} == {"VyaparCatalog/0.1.0 (ops@example.com)"}


def test_the_next_run_reads_what_is_new_and_nothing_twice(
    world: World, admin: Person, off: OffServer, time: Time
) -> None:
    sync(world, admin)
    before = len(off.asked)
    again = sync(world, admin)
    assert [a.kind for a in off.asked[before:]] == ["index"]
    assert again["files"] == []
    time.now += DAY
    off.add_delta(NOW, NOW + DAY, [a_product(gtin(3), NOW + 5, rev=99, product_name_en="Biscuits of today")])
    run = sync(world, admin)
    assert (run["counts"]["seen"], run["counts"]["updated"], run["counts"]["filled"]) == (1, 1, 1)
    as_served(world, off)


def test_fourteen_days_one_by_one_are_what_a_clean_load_is(
    world: World, admin: Person, off: OffServer, time: Time
) -> None:
    whole = dict(sorted(off.deltas.items()))
    off.deltas.clear()
    time.now -= 14 * DAY
    for name, products in whole.items():
        off.deltas[name] = products
        time.now += DAY
        assert sync(world, admin)["status"] == "completed"
    as_served(world, off)
    assert off.kinds().count("dump") == 1
    assert off.kinds().count("delta") == 14


def test_after_a_gap_everything_is_read_anew(world: World, admin: Person, off: OffServer, time: Time) -> None:
    sync(world, admin)
    time.now += 20 * DAY
    off.dump = [p for code, p in off.products.items() if code != gtin(7)]
    off.deltas.clear()
    start = NOW + 6 * DAY
    off.dump.append(a_product(gtin(900), start - DAY, product_name_en="Missed by all deltas"))
    for day in range(14):
        begin = start + day * DAY
        off.add_delta(begin, begin + DAY, [a_product(gtin(5), begin + 7, rev=200 + day)])
    run = sync(world, admin)
    assert run["reseed"] == "GAP"
    assert run["counts"]["gone"] == 1
    gone = next(r for r in world.rows("OffProducts") if r["code"] == "0" + gtin(7))
    assert "gone_at" in gone
    product = admin.get(f"/v1/products/by-barcode/{gtin(7)}").ok()
    assert product["attributes"]["withdrawn_hint"]
    assert product["verification_status"] == "verified", "it stays"
    assert admin.get(f"/v1/products/by-barcode/{gtin(900)}").ok()["name"] == "Missed by all deltas"


def test_once_a_month_the_dump_tells_what_they_have_no_more(
    world: World, admin: Person, off: OffServer, time: Time
) -> None:
    sync(world, admin)
    off.dump = [p for code, p in off.products.items() if code != gtin(7)]
    seeds = []
    for begin in range(NOW, NOW + 40 * DAY, 8 * DAY):
        time.now = begin + 8 * DAY
        off.deltas.clear()
        off.add_delta(begin, begin + 8 * DAY, [a_product(gtin(5), begin + 7, rev=200)])
        run = sync(world, admin)
        seeds.append(run["reseed"])
        assert run["status"] == "completed"
    assert seeds == [None, None, None, "FULL_AGAIN", None]
    gone = next(r for r in world.rows("OffProducts") if r["code"] == "0" + gtin(7))
    assert "gone_at" in gone


def test_where_the_months_dump_fails_the_next_day_goes_on_without_it(
    world: World, admin: Person, off: OffServer, time: Time
) -> None:
    sync(world, admin)
    for begin in range(NOW, NOW + 32 * DAY, 8 * DAY):
        time.now = begin + 8 * DAY
        off.deltas.clear()
        off.add_delta(begin, begin + 8 * DAY, [a_product(gtin(5), begin + 7, rev=200)])
        if begin + 8 * DAY > NOW + 30 * DAY:
            off.trouble = lambda kind, path: Trouble(404) if kind == "dump" else None
        run = sync(world, admin)
    assert (run["status"], run["reseed"], run["error_code"]) == ("failed", "FULL_AGAIN", "NO_DUMP")
    again = sync(world, admin)
    assert (again["status"], again["reseed"]) == ("completed", None)


def test_a_gap_in_the_middle_is_a_gap(world: World, admin: Person, off: OffServer, time: Time) -> None:
    sync(world, admin)
    time.now += 2 * DAY
    off.add_delta(NOW + DAY, NOW + 2 * DAY, [a_product(gtin(5), NOW + DAY + 7, rev=200)])
    assert sync(world, admin)["reseed"] == "GAP"
    as_served(world, off)


def test_a_dump_that_lacks_too_much_makes_nothing_gone(world: World, admin: Person, off: OffServer) -> None:
    sync(world, admin)
    off.dump = [a_product(gtin(1), NOW + 1)]
    off.deltas.clear()
    off.add_delta(NOW - DAY, NOW, [])
    run = sync(world, admin, kind="seed")
    assert run["counts"]["gone"] == 0
    assert run["counts"]["skipped"] == {"SWEEP_TOO_LARGE": 25}


def test_duplicates_stale_rows_and_broken_lines_change_nothing(world: World, admin: Person, off: OffServer) -> None:
    last = max(off.deltas)
    stale = a_product(gtin(3), NOW - 30 * DAY, product_name_en="Old news")
    twice = off.deltas[last][0]
    broken: list[Any] = [{"code": gtin(800), "countries_tags": ["en:india"], "product_name": "No time"}]
    nonsense: Any = "en:india"
    off.deltas[last] += [stale, twice, {"countries_tags": ["en:india"]}, nonsense, *broken]
    run = sync(world, admin)
    assert run["counts"]["skipped"] == {"NO_CODE": 1, "NOT_AN_OBJECT": 1}
    assert run["counts"]["unchanged"] == 2
    held = shelf(world)
    assert held["0" + gtin(3)][0] != "Old news"
    assert admin.get(f"/v1/products/by-barcode/{gtin(800)}").ok()["verification_status"] == "pending"


def test_a_worker_killed_anywhere_leaves_what_a_clean_load_leaves(
    world: World, admin: Person, off: OffServer, time: Time
) -> None:
    clean = sync(world, admin)
    calls = sum(c.service in {"dynamodb", "sqs"} for c in world.calls)
    chance = random.Random(8)
    for number in (*chance.sample(range(1, calls // 2), 5), 3):
        world.empty()
        time.now = float(NOW)
        world.crash_at(number, after=number % 2 == 0, where=lambda name: name == "OffSyncs")
        run = sync(world, admin)
        assert world.was_crashed
        world.live()
        assert run["status"] == "completed", world.last_words
        as_served(world, off)
        came = ("seen", "kept", "new", "updated", "unchanged")
        assert {n: run["counts"][n] for n in came} == {n: clean["counts"][n] for n in came}, world.last_words


def test_throttled_cut_off_and_failing_it_comes_to_the_same(
    world: World, admin: Person, off: OffServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(off, monkeypatch, OFF_FILES_A_MINUTE="5")
    chance = random.Random(3)
    times: Counter[str] = Counter()

    def trouble(kind: str, path: str) -> Trouble | None:
        times[path] += 1
        if times[path] > 3:
            return None
        return chance.choice(
            [
                Trouble(503),
                Trouble(429, {"Retry-After": "40"}),
                Trouble(500),
                Trouble(302, {"Location": "http://127.0.0.1:1/"}) if kind == "index" else Trouble(502),
                Trouble(bytes_only=200),
                None,
            ]
        )

    off.trouble = trouble
    run = sync(world, admin)
    assert run["status"] == "completed"
    as_served(world, off)
    within_the_budget(off, {"index": 5, "delta": 5, "dump": 5})


def within_the_budget(off: OffServer, budget: dict[str, int]) -> None:
    """In no minute, beginning with any request, were there more requests of a kind than allowed."""
    times = sorted(a.at for a in off.asked if a.kind in budget)
    allowed = next(iter(budget.values()))
    assert all(sum(at <= t < at + 60 for t in times) <= allowed for at in times)


def test_a_dump_that_lies_elsewhere_is_fetched_where_the_stage_says(
    world: World, admin: Person, off: OffServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = "http://169.254.169.254/openfoodfacts-products.jsonl.gz"
    off.trouble = lambda kind, path: Trouble(302, {"Location": evil}) if path.startswith("/data/openfood") else None
    run = sync(world, admin)
    assert (run["status"], run["error_code"]) == ("failed", "NO_DUMP"), "the stage doesn't say where"
    with serving(OffServer(dump=off.dump)) as elsewhere:
        monkeypatch.setattr(elsewhere, "answer", lambda path, query: OffServer.answer(elsewhere, f"/data{path}", query))
        use(off, monkeypatch, OFF_DUMPS_URL=elsewhere.url)
        assert sync(world, admin)["status"] == "completed"
        assert [a.path for a in elsewhere.asked] == ["/openfoodfacts-products.jsonl.gz"]
    as_served(world, off)


def test_a_dump_that_cannot_be_opened_in_time_ends_the_run_at_once(
    world: World, admin: Person, off: OffServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_SECONDS", 0.0)  # a slice is a batch
    monkeypatch.setattr(worker, "_ROWS_A_MARK", 5)
    monkeypatch.setattr(off_client, "_FOUND_WITHIN", 0.0)
    run = sync(world, admin)
    assert (run["status"], run["error_code"]) == ("failed", "DUMP_TOO_LONG")
    assert "search" in run["message"]
    assert off.kinds().count("dump") == 2, "it isn't tried again and again"
    assert len(world.events("OffSyncFailed")) == 1


def test_who_drips_is_left_and_what_came_is_kept(
    world: World, admin: Person, off: OffServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(off_client, "_READ_WITHIN", 0.5)
    off.trouble = lambda kind, path: Trouble(drip=0.05) if kind == "dump" else None
    run = sync(world, admin)
    assert (run["status"], run["error_code"]) == ("failed", "TOO_SLOW")


def test_what_says_that_it_is_of_the_future_hides_nothing_that_comes(
    world: World, admin: Person, off: OffServer, time: Time
) -> None:
    never = 9_999_999_999
    off.dump += [
        a_product("3000000000014", never, countries_tags=["en:france"]),
        a_product(gtin(880), never, product_name_en="Of the future"),
    ]
    off.add_delta(NOW, never, [])
    run = sync(world, admin)
    assert (run["status"], run["counts"]["skipped"]) == ("completed", {"OF_THE_FUTURE": 1})
    assert len(run["files"]) == 15
    time.now += DAY
    off.add_delta(NOW, NOW + DAY, [a_product(gtin(880), NOW + 5, product_name_en="Of today")])
    assert sync(world, admin)["counts"]["new"] == 1
    assert admin.get(f"/v1/products/by-barcode/{gtin(880)}").ok()["name"] == "Of today"


def test_a_row_that_comes_anew_while_the_dump_is_swept_is_not_gone(
    world: World, admin: Person, off: OffServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(world, admin)
    off.dump = [p for code, p in off.products.items() if code != gtin(7)]
    off.deltas.clear()
    off.add_delta(NOW - DAY, NOW, [])
    really = rows.gone

    def scanned_meanwhile(key: str, *told: Any) -> bool:
        rows.upsert(read(a_product(gtin(7), NOW + 60)), datetime.now(UTC), run="lookup", place="corr-1")
        return really(key, *told)

    monkeypatch.setattr(rows, "gone", scanned_meanwhile)
    assert sync(world, admin, kind="seed")["counts"]["gone"] == 0


def test_what_is_gone_while_it_is_filed_is_told_all_the_same(world: World, admin: Person, off: OffServer) -> None:
    sync(world, admin)
    key = "0" + gtin(7)
    rows.file_again(key)
    (before,) = rows.waiting("filing", 10)
    assert rows.gone(key, "run_later", NOW + DAY, datetime.now(UTC))
    assert not rows.filed(before, "same", before.product_id, then=None)
    (now,) = rows.waiting("filing", 10)
    assert now.gone


def test_a_row_that_cannot_be_filed_keeps_no_others_waiting(
    world: World, admin: Person, off: OffServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.off_sync.store import filing

    really = facts_of

    def odd(document: Document, **told: Any) -> dict[str, Any]:
        return {"name": int("²")} if document.code == gtin(3) else really(document, **told)

    monkeypatch.setattr(filing, "facts_of", odd)
    run = sync(world, admin)
    assert (run["status"], run["counts"]["skipped"]) == ("completed", {"UNUSABLE": 1})
    assert run["counts"]["proposed"] == len(off.products) - 1


def test_a_run_that_woke_up_late_does_not_work_beside_the_next(
    world: World, admin: Person, off: OffServer, time: Time
) -> None:
    first = schedule.start_one("corr-0001", time)
    asleep = world.queues["OffSyncs"].popleft()
    time.now += timedelta(hours=3).total_seconds()
    second = schedule.start_one("corr-0002", time)
    world.queues["OffSyncs"].append(asleep)
    world.run()
    told = {r["run_id"]: (r["status"], r["error_code"]) for r in admin.get("/v1/admin/off-syncs").ok()["items"]}
    assert told == {first: ("failed", "TAKEN_OVER"), second: ("completed", None)}
    (event,) = world.events("OffSyncFailed")
    assert event["run_id"] == first
    as_served(world, off)


def test_a_search_without_an_end_is_left(
    world: World, admin: Person, off: OffServer, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.off_sync.off_client.PAGE", 2)
    monkeypatch.setattr(worker, "PAGE", 2)
    monkeypatch.setattr(worker, "_PAGES_AT_MOST", 4)
    run = sync(world, admin, kind="search")
    assert (run["status"], run["error_code"]) == ("failed", "TOO_MANY_PAGES")


def test_a_feed_that_never_answers_ends_the_run_with_a_reason(world: World, admin: Person, off: OffServer) -> None:
    off.trouble = lambda kind, path: Trouble(503) if kind == "dump" else None
    run = sync(world, admin)
    assert (run["status"], run["error_code"]) == ("failed", "PUSHED_BACK")
    (failed,) = world.events("OffSyncFailed")
    assert failed["error_code"] == "PUSHED_BACK"
    (notice,) = admin.get("/v1/admin/notifications").ok()["items"]
    assert (notice["type"], notice["link"]) == ("OffSyncFailed", f"/v1/admin/off-syncs/{run['run_id']}")
    off.trouble = lambda kind, path: None
    assert sync(world, admin)["status"] == "completed"
    as_served(world, off)


def test_a_dump_that_is_cut_off_each_time_is_no_dump(world: World, admin: Person, off: OffServer) -> None:
    off.trouble = lambda kind, path: Trouble(bytes_only=300) if kind == "dump" else None
    run = sync(world, admin)
    assert (run["status"], run["error_code"]) == ("failed", "CUT_OFF") or run["error_code"] == "UNREACHABLE"
    assert not world.events("OffSyncCompleted")


def test_a_feed_without_news_is_told_of(world: World, admin: Person, off: OffServer, time: Time) -> None:
    sync(world, admin)
    time.now += 2 * DAY
    run = sync(world, admin)
    assert (run["status"], run["error_code"]) == ("failed", "FEED_STALE")


def test_the_clock_starts_a_run_and_during_a_run_nothing(world: World, admin: Person, off: OffServer) -> None:
    assert schedule.start_one("corr-0001")
    assert schedule.start_one("corr-0002") is None
    (run,) = admin.get("/v1/admin/off-syncs").ok()["items"]
    assert (run["status"], run["started_by"]) == ("queued", "system:off_sync")
    for same in ({}, {"kind": "delta"}, {"base": "food"}, {"kind": "delta", "base": "food"}):
        assert admin.post("/v1/admin/off-syncs", same).ok(200)["run_id"] == run["run_id"]
    for other in ({"kind": "seed"}, {"base": "beauty"}, {"kind": "search", "base": "food"}):
        refused = admin.post("/v1/admin/off-syncs", other)
        assert (refused.status, refused.code, refused.body["run_id"]) == (409, "OFF_SYNC_RUNS", run["run_id"])
        assert refused.body["detail"] == "Another run works now (delta, food); ask again when it has ended."
    world.run()
    as_served(world, off)
    assert schedule.start_one("corr-0003")
    assert len(admin.get("/v1/admin/off-syncs").ok()["items"]) == 2


def test_where_nobody_says_where_they_are_nothing_is_asked(world: World, admin: Person) -> None:
    schedule.handler({}, Context())
    on_watch.handler({}, Context())
    assert admin.get("/v1/admin/off-syncs").ok()["items"] == []
    run = sync(world, admin)
    assert (run["status"], run["error_code"]) == ("failed", "NOT_CONFIGURED")


def test_sisters_have_their_turn_one_after_the_other(
    world: World, admin: Person, off: OffServer, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    soap = {"categories_tags": ["en:soaps"], "product_name_en": "Neem Soap", "quantity": "75 g"}
    with serving(OffServer(site="openbeautyfacts")) as beauty:
        beauty.dump = [a_product(gtin(400), NOW - 20 * DAY, **soap, product_quantity="75")]
        beauty.add_delta(NOW - DAY, NOW, [])
        use(off, monkeypatch, OFF_BASES="food,beauty")
        places = {"openfoodfacts": off.url, "openbeautyfacts": beauty.url}
        monkeypatch.setattr(
            "services.off_sync.off_client._at",
            lambda base, url: places[{"food": "openfoodfacts"}.get(base, "openbeautyfacts")],
        )
        assert schedule.start_one("corr-0001", time)
        world.run()
    assert [r["base"] for r in admin.get("/v1/admin/off-syncs").ok()["items"]] == ["beauty", "food"]
    found = admin.get(f"/v1/products/by-barcode/{gtin(400)}").ok()
    assert (found["name"], found["category"]) == ("Neem Soap", "Soap & Body Care")


def test_a_sister_has_her_turn_though_the_one_before_has_failed(
    world: World, admin: Person, off: OffServer, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(OffServer(site="openbeautyfacts")) as beauty:
        beauty.dump = [a_product(gtin(400), NOW - 20 * DAY)]
        beauty.add_delta(NOW - DAY, NOW, [])
        off.trouble = lambda kind, path: Trouble(404) if kind == "dump" else None
        use(off, monkeypatch, OFF_BASES="food,beauty")
        monkeypatch.setattr(off_client, "_at", lambda base, url: {"food": off.url}.get(base, beauty.url))
        schedule.start_one("corr-0001", time)
        world.run()
    told = {r["base"]: r["status"] for r in admin.get("/v1/admin/off-syncs").ok()["items"]}
    assert told == {"food": "failed", "beauty": "completed"}


def test_where_dumps_are_not_wanted_the_search_is_asked(
    world: World, admin: Person, off: OffServer, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.off_sync.off_client.PAGE", 10)
    monkeypatch.setattr("services.off_sync.worker.PAGE", 10)
    run = sync(world, admin, kind="search")
    assert run["status"] == "completed"
    as_served(world, off)
    assert set(off.kinds()) - {"picture"} == {"search"}
    within_the_budget(off, {"search": 6})
    before = off.kinds().count("search")
    off.dump.append(a_product(gtin(901), NOW + 5, product_name_en="Found by the next search"))
    assert sync(world, admin, kind="search")["counts"]["new"] == 1
    assert off.kinds().count("search") == before + 1, "what was known before ends it"


def test_a_persons_word_survives_every_run(world: World, admin: Person, off: OffServer, time: Time) -> None:
    sync(world, admin)
    where = f"/v1/products/by-barcode/{gtin(3)}"
    product_id = admin.get(where).ok()["product_id"]
    typed = {"name": "Typed by a person", "regional_names": {"IN-MH": ["माणसाने लिहिलेले"]}}
    admin.patch(f"/v1/products/{product_id}", typed).ok()
    time.now += DAY
    news = {"product_name_en": "Theirs", "product_name_mr": "त्यांचे", "brands": "Parle Agro"}
    off.add_delta(NOW, NOW + DAY, [a_product(gtin(3), NOW + 9, rev=300, **news)])
    run = sync(world, admin)
    assert run["counts"]["conflicts"] == 2
    after = admin.get(where).ok()
    assert after["name"] == "Typed by a person"
    assert after["regional_names"] == {"IN-MH": ["माणसाने लिहिलेले"]}
    assert after["brand"] == "Parle Agro", "what came from them they may change"
    assert after["provenance"] == {**after["provenance"], "name": "admin", "regional_names": "admin", "brand": "off"}


def test_a_shops_own_product_is_filled_where_it_says_nothing(world: World, admin: Person, off: OffServer) -> None:
    made = admin.post("/v1/products", {"name": "My Biscuits", "barcode": gtin(3)}).ok(201)
    sync(world, admin)
    after = admin.get(f"/v1/products/{made['product_id']}").ok()
    assert (after["name"], after["brand"], after["net_quantity"]["value"]) == ("My Biscuits", "Parle", 800)
    assert after["provenance"]["brand"] == "off"
    assert after["provenance"]["name"] == "admin"


def test_pictures_are_handed_in_once_with_their_licence(world: World, admin: Person, off: OffServer) -> None:
    import boto3

    sync(world, admin)
    keys = world.objects(IMAGES)
    assert len(keys) == len(off.products)
    s3 = boto3.client("s3")
    key = f"uploads/off-{gtin(3)}-front_en.4"
    told = s3.head_object(Bucket=IMAGES, Key=key)["Metadata"]
    product = admin.get(f"/v1/products/by-barcode/{gtin(3)}").ok()
    assert told == {
        "product-id": product["product_id"],
        "role": "front",
        "source": "off",
        "licence": "CC-BY-SA-3.0",
    }
    within_the_budget(off, {"picture": 20})
    before = off.kinds().count("picture")
    sync(world, admin, kind="seed")
    assert off.kinds().count("picture") == before
    assert not any("waiting" in r for r in world.rows("OffProducts"))


def test_a_picture_that_cannot_be_had_keeps_no_others_waiting(world: World, admin: Person, off: OffServer) -> None:
    bad = f"{gtin(3)[:3]}/{gtin(3)[3:6]}/{gtin(3)[6:9]}/{gtin(3)[9:]}"
    off.trouble = lambda kind, path: Trouble(500) if bad in path else None
    sync(world, admin)
    assert len(world.objects(IMAGES)) == len(off.products) - 1
    assert not any("waiting" in r for r in world.rows("OffProducts"))
    assert sum(bad in a.path for a in off.asked) == 5


def test_pictures_are_fetched_by_one_at_a_time(world: World, admin: Person, off: OffServer) -> None:
    sync(world, admin)
    before = off.kinds().count("picture")
    rows.file_again("0" + gtin(3))
    assert limits.takes_turn("somebody", 1800)
    worker.work({"pictures": "another"})
    assert off.kinds().count("picture") == before
    limits.ends_turn("somebody")
    assert limits.takes_turn("another", 1800)


def test_whose_work_it_is_anybody_may_read(world: World, admin: Person, off: OffServer) -> None:
    sync(world, admin)
    (source,) = world.as_nobody().get("/v1/attribution").ok()["sources"]
    assert (source["rows"], source["products"], source["pictures"]) == (26, 26, 26)
    assert [licence["covers"] for licence in source["licences"]] == ["database", "contents", "pictures"]
    assert world.as_nobody().get("/v1/admin/off-syncs").status == 401
    assert world.as_user("owner-ravi").get("/v1/admin/off-syncs").code == "ADMIN_ONLY"


def test_silence_is_told_of_once_a_day(world: World, admin: Person, off: OffServer, time: Time) -> None:
    on_watch.watch("corr-0001", time)
    time.now += 35 * 3600
    on_watch.watch("corr-0001", time)
    world.run()
    assert world.events("OffSyncMissed") == []
    time.now += 2 * 3600
    on_watch.watch("corr-0001", time)
    time.now += 3600
    on_watch.watch("corr-0001", time)
    world.run()
    told = world.events("OffSyncMissed")
    assert told[0]["hours"] == 37
    (notice,) = admin.get("/v1/admin/notifications").ok()["items"]
    assert notice["title"] == "Nothing has come from Open Food Facts for 37 hours"
    assert len({e["detail"]["metadata"]["event_id"] for e in world.bus if e["detail-type"] == "OffSyncMissed"}) == 1


def test_silence_is_told_of_once_in_an_indian_day_that_has_two_days_of_utc(
    world: World, admin: Person, off: OffServer, time: Time
) -> None:
    time.now = datetime(2026, 11, 24, 23, 0, tzinfo=UTC).timestamp()
    on_watch.watch("corr-0001", time)
    for hour in (19, 23, 25, 42):  # from half past midnight until half past eleven at night in India
        time.now = (datetime(2026, 11, 26, tzinfo=UTC) + timedelta(hours=hour)).timestamp()
        on_watch.watch("corr-0001", time)
    world.run()
    assert len({e["detail"]["metadata"]["event_id"] for e in world.bus if e["detail-type"] == "OffSyncMissed"}) == 1
    time.now += 3600
    on_watch.watch("corr-0001", time)
    world.run()
    assert len({e["detail"]["metadata"]["event_id"] for e in world.bus if e["detail-type"] == "OffSyncMissed"}) == 2


def test_a_run_whose_message_is_lost_is_helped_on(world: World, admin: Person, off: OffServer, time: Time) -> None:
    schedule.start_one("corr-0001", time)
    world.queues["OffSyncs"].clear()
    time.now += timedelta(hours=1).total_seconds()
    on_watch.watch("corr-0001", time)
    world.run()
    assert admin.get("/v1/admin/off-syncs").ok()["items"][0]["status"] == "completed"


def test_runs_are_listed_newest_first_page_by_page(world: World, admin: Person, time: Time) -> None:
    del time
    made = [sync(world, admin)["run_id"] for _ in range(3)]
    pages = [[r["run_id"] for r in page] for page in admin.pages("/v1/admin/off-syncs?limit=2")]
    assert sorted(run_id for page in pages for run_id in page) == sorted(made)
    assert admin.get("/v1/admin/off-syncs/none").code == "OFF_SYNC_UNKNOWN"
    assert admin.get("/v1/admin/off-syncs/lock").code == "OFF_SYNC_UNKNOWN"
