"""The sync with Open Food Facts on its bad days, live: workers killed, refused, cut off, late, a gap, 922 real rows.

It takes two systems, one after the other, and a quarter of an hour, so it is no part of the suite: ``DRILL=off`` runs
it.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import re
import signal
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import requests

from local.home import ROOT
from local.process import wait_until
from tests.builders import gtin
from tests.e2e.live import CLOCK, PATIENCE, Json, Live, Person, running, tell
from tests.off_server import DAY, OffServer, Trouble, a_fortnight, a_product, serving

if os.environ.get("DRILL") != "off":
    pytest.skip("a quarter of an hour: DRILL=off runs it", allow_module_level=True)

NOW = int(time.time())
NUMBER = 400
_RUN = 900.0
"""Seconds until a run is given up: with all its troubles it takes some minutes."""
FILES_A_MINUTE, READS_A_MINUTE = 20, 10
INDIA = ROOT.parent / "shared" / "data" / "openfoodfacts" / "india"
_PASSING = ("first_at", "stored_at", "seen_in", "gone_at", "product_id", "run_id", "correlation_id", "changed_minute")


def a_story() -> OffServer:
    """A fortnight until yesterday."""
    return without_pictures(a_fortnight(NUMBER, NOW - DAY, lambda n: gtin(60_000 + n)))


def without_pictures(server: OffServer) -> OffServer:
    """They come one after the other, when a run is over."""
    for product in (*server.dump, *(p for products in server.deltas.values() for p in products)):
        product["images"] = {}
    return server


def goes_on(server: OffServer) -> None:
    """Half a day is missing, so a dump is read anew; five products are in it no more."""
    gone = {gtin(60_000 + n) for n in range(5)}
    server.dump = [p for code, p in server.products.items() if code not in gone]
    server.dump.append(a_product(gtin(61_000), NOW - DAY + 60, product_name_en="Missed by all deltas"))
    server.deltas.clear()
    changed = [a_product(gtin(60_000 + n), NOW - 60, rev=99, product_name_en=f"Biscuits {n}") for n in range(5, 300, 7)]
    stale = [a_product(gtin(60_000 + n), NOW - 40 * DAY, product_name_en="Old news") for n in range(5, 300, 11)]
    server.add_delta(NOW - DAY // 2, NOW, [*changed, *stale, *changed[:10]])
    without_pictures(server)


class Troubles:
    """What happens to a file's first requests, as chance has it; and at which of them the worker is killed."""

    def __init__(self, seed: int, kill: Callable[[], None]) -> None:
        self._chance = random.Random(seed)
        self._times: Counter[str] = Counter()
        self._kill = kill
        self.met: Counter[str] = Counter()

    def __call__(self, kind: str, path: str) -> Trouble | None:
        self._times[path] += 1
        self._times[kind] += 1
        if (kind, self._times[kind]) in {("dump", 2), ("delta", 8)}:
            self.met["killed"] += 1
            self._kill()
            return None
        is_spared = kind == "delta" and self._chance.random() < 0.4
        if is_spared or kind not in {"index", "delta", "dump"} or self._times[path] > 1:
            return None
        name, trouble = self._chance.choice(
            [
                ("503", Trouble(503, {"Retry-After": "7"})),
                ("429", Trouble(429, {"Retry-After": "5"})),
                ("500", Trouble(500)),
                ("cut off", Trouble(bytes_only=200)),
                ("too late", Trouble(seconds=31)),
            ]
        )
        self.met[name] += 1
        return trouble


def a_run(admin: Person, seconds: float = _RUN, **wanted: str) -> Json:
    run_id = admin.post("/v1/admin/off-syncs", wanted, status=201)["run_id"]
    return ended(admin, run_id, seconds)


def ended(admin: Person, run_id: str, seconds: float = _RUN) -> Json:
    run: Json = {}

    def is_over() -> bool:
        run.update(admin.get(f"/v1/admin/off-syncs/{run_id}"))
        return run["status"] in {"completed", "failed"}

    assert wait_until(is_over, seconds, step=0.5), run
    return run


def left_behind(live: Live) -> dict[str, Any]:
    """Rows and products, but for ids and times, when nobody works on them any more."""

    def is_quiet() -> bool:
        busy = any(live.depth(url) != (0, 0) for url in live.queue_urls() if "dead" not in url.lower())
        time.sleep(2)
        return not busy

    assert all(wait_until(is_quiet, PATIENCE) for _ in range(3)), "something goes on and on"
    order = {r["run_id"]: n for n, r in enumerate(sorted(live.rows("OffRuns"), key=lambda r: r.get("started_at", "")))}
    rows = {
        r["code"]: {n: v for n, v in r.items() if n not in _PASSING}
        | {"gone": "gone_at" in r, "is_filed": "product_id" in r, "run": order[r["run_id"]]}
        for r in live.rows("OffProducts")
    }
    mine = {r["product_id"] for r in live.rows("OffProducts") if "product_id" in r}
    products = {
        p["barcode"]: {n: v for n, v in p.items() if n not in _PASSING and not n.endswith("_at")}
        for p in live.rows("Products")
        if p["product_id"] in mine
    }
    limits = {i["about"]: i for i in live.rows("OffLimits")}
    totals = {n: v for n, v in limits["totals"].items() if n.endswith("_n")}
    return {"rows": rows, "products": products, "read_to": limits["feed#food"]["read_to"], "totals": totals}


def most_a_minute(server: OffServer, kinds: set[str]) -> int:
    times = sorted(a.at for a in server.asked if a.kind in kinds)
    return max((sum(at <= t < at + 60 for t in times) for at in times), default=0)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[Json]]:
    """What is left where nothing went wrong, and the runs."""
    with serving(a_story()) as server, running(tmp_path_factory.mktemp("clean"), OFF_BASE_URL=server.url) as live:
        admin = live.demo("admin")
        with CLOCK.lap(f"{NUMBER} products and 14 days, undisturbed"):
            first = a_run(admin)
        goes_on(server)
        with CLOCK.lap("a gap, undisturbed"):
            second = a_run(admin)
        return left_behind(live), [first, second]


@pytest.fixture(scope="module")
def server() -> Iterator[OffServer]:
    with serving(a_story()) as server:
        yield server


@pytest.fixture(scope="module")
def live(clean: Any, tmp_path_factory: pytest.TempPathFactory, server: OffServer) -> Iterator[Live]:
    """After the clean one: the machine is too small for both."""
    del clean
    with running(tmp_path_factory.mktemp("troubled"), OFF_BASE_URL=server.url) as live:
        yield live


@pytest.fixture(scope="module")
def admin(live: Live) -> Person:
    return live.demo("admin")


def kill(live: Live) -> int:
    victims = live.children("OffSyncworker")
    for pid in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(victims)


def test_killed_refused_cut_off_and_late_it_comes_to_what_a_clean_load_is(
    live: Live, admin: Person, server: OffServer, clean: tuple[dict[str, Any], list[Json]]
) -> None:
    expected, (first, second) = clean
    assert (first["status"], first["reseed"]) == ("completed", "NEVER_READ")
    assert (second["status"], second["reseed"], second["counts"]["gone"]) == ("completed", "GAP", 5)
    for number, before in enumerate((first, second)):
        if number:
            goes_on(server)
        troubles = Troubles(8 + number, lambda: tell("killed while it asked", kill(live)))
        server.trouble = troubles
        with CLOCK.lap(f"with troubles: {before['reseed']}"):
            run_id = admin.post("/v1/admin/off-syncs", {}, status=201)["run_id"]
            assert wait_until(partial(_halfway, admin, run_id), _RUN, step=0.02)
            tell("killed while it filed", kill(live))
            run = ended(admin, run_id)
        tell(run["counts"], dict(troubles.met))
        assert (run["status"], run["reseed"]) == ("completed", before["reseed"])
        came = ("seen", "kept", "new", "updated", "unchanged", "gone", "skipped")
        assert {n: run["counts"][n] for n in came} == {n: before["counts"][n] for n in came}
    left = left_behind(live)
    for part in ("rows", "products"):
        assert left[part].keys() == expected[part].keys()
        differing = {
            (key, name, str(row.get(name))[:80], str(left[part][key].get(name))[:80])
            for key, row in expected[part].items()
            for name in row.keys() | left[part][key].keys()
            if left[part][key].get(name) != row.get(name)
        }
        names = Counter(name for _, name, _, _ in differing)
        tell(f"{len(expected[part])} {part}, {len(differing)} values differ:", dict(names), sorted(differing)[:5])
        # Who was killed between a change and its note finds nothing left to change.
        assert all(name == "filed_as" for _, name, _, _ in differing)
    assert left["read_to"] == expected["read_to"]
    tell("totals", left["totals"], "clean", expected["totals"])
    asked = most_a_minute(server, {"index", "delta", "dump"})
    tell(f"{asked} files in the fullest minute, of {FILES_A_MINUTE}; {len(server.asked)} requests in all")
    assert asked <= FILES_A_MINUTE
    server.trouble = lambda kind, path: None


def _halfway(admin: Person, run_id: str) -> bool:
    run = admin.get(f"/v1/admin/off-syncs/{run_id}")
    assert run["status"] != "failed", run
    counts = run["counts"]
    return bool(run["phase"] == "filing" and counts["proposed"] + counts["filled"] > 40)


def test_a_scanned_barcode_becomes_a_product_to_review_in_one_round_trip(
    live: Live, admin: Person, server: OffServer
) -> None:
    owner = live.demo("store_owner")
    server.fresh = [a_product(gtin(62_000 + n), NOW - 5, brands="", brands_tags=[]) for n in range(8)]
    took: dict[str, list[float]] = {}
    began_at = len(server.asked)

    def scan(what: str, code: str) -> requests.Response:
        began = time.monotonic()
        said = owner.ask("GET", f"/v1/products/by-barcode/{code}")
        took.setdefault(what, []).append(time.monotonic() - began)
        return said

    found = [scan("new to us", product["code"]) for product in server.fresh]
    assert [f.status_code for f in found] == [200] * 8
    ids = {f.json()["product_id"] for f in found}
    assert {f.json()["verification_status"] for f in found} == {"pending"}
    with CLOCK.lap("until all are in the queue of reviews"):
        assert wait_until(
            lambda: ids <= {r["product"]["product_id"] for r in admin.every("/v1/admin/reviews")}, PATIENCE
        )
    assert [scan("known since", p["code"]).status_code for p in server.fresh] == [200] * 8
    for _ in range(4):
        assert scan("unknown to them", gtin(63_000)).status_code == 404
    reads = [a for a in server.asked[began_at:] if a.kind == "product"]
    assert len(reads) == 9, "each was asked for once"
    took["the first of all"] = [took["new to us"].pop(0)]
    for what in ("eight at once, cold", "eight at once, warm"):
        time.sleep(61)
        first = 63_100 if "cold" in what else 63_150
        with ThreadPoolExecutor(8) as pool:
            said = list(pool.map(lambda n, what=what: scan(what, gtin(n)).status_code, range(first, first + 25)))
        assert set(said) == {404}
    assert most_a_minute(server, {"product"}) <= READS_A_MINUTE
    time.sleep(62)
    before = len(server.asked)
    server.trouble = lambda kind, path: Trouble(500) if kind == "product" else None
    for number in range(8):
        assert scan("while they are down", gtin(63_200 + number)).status_code == 404
    asked = len(server.asked) - before
    server.trouble = lambda kind, path: None
    assert asked == 3, "then it is enough"
    time.sleep(32)
    server.trouble = lambda kind, path: Trouble(drip=0.3) if kind == "product" else None
    server.fresh.append(a_product(gtin(63_300), NOW - 5))
    assert scan("while they drip", gtin(63_300)).status_code == 404
    server.trouble = lambda kind, path: None
    for what, times in took.items():
        tell(
            f"{what}: {len(times)}, median {statistics.median(times) * 1000:.0f} ms, longest {max(times) * 1000:.0f} ms"
        )


def test_an_admin_is_told_that_a_run_has_failed(live: Live, admin: Person, server: OffServer) -> None:
    server.trouble = lambda kind, path: Trouble(503, {"Retry-After": "1"}) if kind == "dump" else None
    with CLOCK.lap("from a start to its failure, each time refused"):
        run = a_run(admin, kind="seed")
    server.trouble = lambda kind, path: None
    assert (run["status"], run["error_code"]) == ("failed", "PUSHED_BACK")

    def told() -> list[Json]:
        return [n for n in admin.every("/v1/admin/notifications") if n["link"].endswith(run["run_id"])]

    assert wait_until(lambda: bool(told()), PATIENCE), "no notice"
    tell("notice:", told()[0]["title"], "/", told()[0].get("body"))

    def mails() -> list[Any]:
        url = live.endpoints["aws_endpoint_url"]
        answer = requests.get(f"{url}/_ministack/ses/messages", timeout=30).json()
        return [m for box in answer["messages"].values() for m in box if "Open Food Facts" in str(m)]

    assert wait_until(lambda: bool(mails()), PATIENCE), "no mail"
    tell("mail:", json.dumps(mails()[-1])[:700])


# --- The real rows, read by other eyes than ours ---


def real() -> list[Json]:
    when = {"last_modified_t": NOW - 100}
    exported = (INDIA / "off_export_rows_india_or_890.jsonl").read_text("utf-8").splitlines()
    with (INDIA / "lifyzer_off2019_890.csv").open(encoding="utf-8", newline="") as file:
        old = [
            {
                "code": row["barcode_id"],
                "product_name": row["product_name"],
                "ingredients_text": row["ingredients"],
                "image_front_url": row["product_image"],
            }
            for row in csv.DictReader(file)
        ]
    return [{**json.loads(line), **when} for line in exported] + [{**row, **when} for row in old]


def check_digit_is_right(code: str) -> bool:
    digits = [int(c) for c in reversed(code.zfill(14))]
    return sum(d * (3 if n % 2 else 1) for n, d in enumerate(digits)) % 10 == 0


def size_by_eye(row: Json) -> tuple[Decimal, str] | None:
    """What the label says in g, ml or kg, l, where it says nothing but one number and a unit."""
    found = re.fullmatch(r"\s*([\d.]+)\s*(g|gm|kg|k\.g|ml|mle|l)\s*e?\s*", str(row.get("quantity", "")), re.IGNORECASE)
    if not found:
        return None
    unit = found[2].lower().replace(".", "").removesuffix("e").replace("gm", "g")
    return Decimal(found[1]), unit


def test_all_real_rows_come_to_the_right_products(live: Live, admin: Person, server: OffServer) -> None:
    rows = real()
    assert len(rows) == 864 + 58
    server.pictures = False
    server.dump = [*server.products.values(), *rows]
    server.deltas.clear()
    server.add_delta(NOW - DAY // 2, NOW, [])
    with CLOCK.lap("922 real rows"):
        run = a_run(admin, kind="seed")
    tell(run["status"], run["counts"])
    by_code: dict[str, Json] = {}
    for row in rows:
        by_code.setdefault(row["code"].zfill(14), row)
    products = {p["barcode"].zfill(14): p for p in admin.every("/v1/products", source="off") if p.get("barcode")}
    products = {key: p for key, p in products.items() if key in by_code}
    differs: list[str] = []
    for key, row in by_code.items():
        name = next((v for n, v in row.items() if n.startswith("product_name") and v), "")
        indian = "india" in str(row.get("countries_tags", "")) or key.startswith("0890")
        expected = bool(name.strip()) and check_digit_is_right(key) and indian
        product = products.get(key)
        if expected != (product is not None):
            differs.append(f"{row['code']} {name!r}: {'no product' if expected else 'a product'}")
        if product is None or product["source"] != "off":
            continue  # it was in the demo data
        size = product.get("net_quantity")
        seen = size_by_eye(row)
        if seen and (size is None or (Decimal(str(size["value"])), size["unit"]) != seen):
            differs.append(f"{row['code']} {name!r}, {row.get('quantity')!r}: {size}")
        packs = product.get("pack_count")
        if not seen and size:
            tell(f"size by other ways: {row['code']} {name!r}, {row.get('quantity')!r}: {size} x {packs}")
        lost = sum(i["points"] for i in product["quality_issues"])
        if product["quality_score"] != 100 - lost:
            differs.append(f"{row['code']}: {product['quality_score']} is not 100 - {lost}")
        codes = {i["code"] for i in product["quality_issues"]}
        wants = {
            "BRAND_MISSING": not row.get("brands"),
            "NET_QUANTITY_MISSING": not size,
            "BARCODE_MISSING": False,
            "MRP_MISSING": True,
            "UNCONFIRMED": product["verification_status"] != "verified",
            "PICTURE_MISSING": True,
        }
        wrong = [code for code, is_missing in wants.items() if is_missing != (code in codes)]
        if wrong:
            differs.append(f"{row['code']} {name!r}: {wrong}")
    tell(f"{len(products)} products of {len(by_code)} codes; {len(differs)} differ")
    for line in differs:
        tell(line)
    assert run["status"] == "completed"
