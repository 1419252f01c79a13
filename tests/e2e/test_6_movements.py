"""Stock as phones tell of it: late, out of order, several at once, and more than once."""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.builders import gtin, sheet
from tests.e2e import orders
from tests.e2e.live import CLOCK, Json, Live, Shop, tell

GOODS = 40
LISTED = 30  # the others are listed by whichever of their movements comes first
OPENING = 25
MOVEMENTS = 1000
TIMES = 3
PHONES = 8
SINGLE = 120
MOST = 100
SIGN = {"receipt": 1, "sale": -1, "damage": -1}


@dataclass
class Told:
    """What was sent of a shop, and how each was answered."""

    shop: Shop
    statuses: Counter[int]
    results: Counter[tuple[str, str | None]]


@dataclass
class Drill:
    """The same movements told in order by one phone, and out of order and thrice by eight."""

    movements: list[Json]
    calm: Told
    wild: Told
    beside: Shop
    """Another shop that sells the same goods."""
    beside_before: dict[str, Json]


@pytest.fixture(scope="module")
def drill(live: Live) -> Drill:
    draw = random.Random(8)
    calm, wild, beside = (live.shop(f"{name} Till Stores") for name in ("Calm", "Wild", "Neighbour"))
    rows = [[f"Till Goods {_word(n)}", gtin(50_000 + n), "100 g", OPENING, 90, 80] for n in range(GOODS)]
    goods = _products(beside, rows)
    for shop in (calm, wild):
        _products(shop, rows[:LISTED])
    movements = list(_made_up(draw, goods))
    before = live.shelf(beside.store_id)
    with CLOCK.lap(f"{MOVEMENTS} movements in order, {MOST} at once"):
        told = _tell(calm, [movements[at : at + MOST] for at in range(0, MOVEMENTS, MOST)], phones=1)
    sent = movements * TIMES
    draw.shuffle(sent)
    with CLOCK.lap(f"{len(sent)} out of order by {PHONES} phones, {SINGLE} of them alone"):
        mixed = _tell(wild, list(_parts(draw, sent)), phones=PHONES)
    return Drill(movements, told, mixed, beside, before)


def test_whatever_order_they_come_in_each_is_taken_once_and_none_is_refused(drill: Drill) -> None:
    assert set(drill.calm.statuses) == {200}
    assert set(drill.wild.statuses) == {200, 201}
    assert drill.calm.results.total() == MOVEMENTS
    assert drill.wild.results.total() == MOVEMENTS * TIMES - SINGLE
    for told in (drill.calm, drill.wild):
        assert {code for _, code in told.results} <= {None, "NEGATIVE_STOCK"}
    assert {status for status, _ in drill.calm.results} == {"applied"}
    assert {status for status, _ in drill.wild.results} == {"applied", "already_applied"}


def test_both_shops_end_with_the_same_stock_as_an_independent_count(drill: Drill) -> None:
    counted = dict.fromkeys((m["product_id"] for m in drill.movements), 0)
    assert len(counted) == GOODS
    listed = drill.beside.stock()
    for movement in drill.movements:
        counted[movement["product_id"]] += SIGN[movement["type"]] * movement["quantity"]
    opened = {p for p, item in listed.items() if int(item["product"]["barcode"][7:12]) - 50_000 < LISTED}
    assert len(opened) == LISTED
    expected = {p: count + (OPENING if p in opened else 0) for p, count in counted.items()}
    for told in (drill.calm, drill.wild):
        stock = told.shop.stock()
        assert {p: item["quantity"] for p, item in stock.items()} == expected
        assert {p: sum(lot["quantity"] for lot in item["lots"]) for p, item in stock.items()} == expected


def test_the_ledger_adds_up_to_each_lot_and_tells_each_movement_once(drill: Drill) -> None:
    for told in (drill.calm, drill.wild):
        stock, seen = told.shop.stock(), Counter[str]()
        for product in stock:
            rows = _ledger(told.shop, product)
            assert sum(row["change"] for row in rows) == stock[product]["quantity"]
            assert rows[0]["balance"] == stock[product]["quantity"]
            lots: dict[str, Decimal] = defaultdict(Decimal)
            for row in rows:
                assert sum(lot["change"] for lot in row["lots"]) == row["change"]
                for lot in row["lots"]:
                    lots[lot["lot_id"]] += lot["change"]
            held = {lot["lot_id"]: lot["quantity"] for lot in stock[product]["lots"]}
            assert {i: n for i, n in lots.items() if n} == {i: n for i, n in held.items() if n}
            for newer, older in itertools.pairwise(rows):
                assert newer["balance"] - newer["change"] == older["balance"]
            seen.update(row["movement_id"] for row in rows if row["origin"] == "api")
        assert seen == Counter(m["movement_id"] for m in drill.movements)


def test_a_shop_that_sells_the_same_goods_sees_nothing_of_it(live: Live, drill: Drill) -> None:
    assert len(drill.beside_before) == GOODS
    assert live.shelf(drill.beside.store_id) == drill.beside_before
    product = next(iter(drill.beside_before))
    assert [row["origin"] for row in _ledger(drill.beside, product)] == ["import"]


@pytest.mark.skipif(not orders.is_there(), reason="no ../shared/data/grocers/bigbasket_member_orders.csv.gz here")
def test_a_real_order_history_sells_what_its_lines_say(live: Live) -> None:
    """The last of it; ``make bench ARGS=orders`` replays all."""
    sold = orders.sales()
    assert len(sold) == 62_141
    sold = sold[-1000:]
    shop = live.shop("Order History Stores")
    barcodes = orders.goods(sold)
    job = shop.imported("goods.csv", orders.listing(barcodes))
    assert job["successful"] == len(barcodes)
    by_barcode = {item["product"]["barcode"]: product for product, item in shop.stock().items()}
    products = {name: by_barcode[barcode] for name, barcode in barcodes.items()}
    assert len(set(products.values())) == len(barcodes)
    told = list(orders.movements(sold, products, datetime.now(UTC)))
    with CLOCK.lap(f"{len(told)} lines of a real order history"):
        answers = _tell(shop, [told[at : at + MOST] for at in range(0, len(told), MOST)], phones=4)
    assert answers.results == {("applied", None): len(told)}
    gone = Counter(one.name for one in sold)
    stock = shop.stock()
    assert {n: stock[p]["quantity"] for n, p in products.items()} == {n: orders.OPENING - gone[n] for n in products}


def _products(shop: Shop, rows: Sequence[Sequence[object]]) -> list[str]:
    """Lists goods by a file; their products, as the rows are."""
    job = shop.imported("goods.csv", sheet(rows))
    assert job["successful"] == len(rows)
    return [row["product_id"] for row in shop.report(job["job_id"])]


def _made_up(draw: random.Random, goods: Sequence[str]) -> Iterator[Json]:
    """Of a third it is said which lot it was: by MRP, batch and expiry as a receipt has them, by MRP alone."""
    now = datetime.now(UTC)
    for n in range(MOVEMENTS):
        kind = draw.choices(("sale", "receipt", "damage"), (6, 3, 1))[0]
        movement: Json = {
            "movement_id": f"till-{n:04}-{draw.getrandbits(48):012x}",
            "product_id": goods[n % GOODS] if n < GOODS else draw.choice(goods),
            "type": kind,
            "quantity": draw.randint(10, 40) if kind == "receipt" else draw.randint(1, 9),
            "occurred_at": (now - timedelta(minutes=2 * (MOVEMENTS - n))).isoformat(timespec="milliseconds"),
        }
        if draw.random() < 1 / 3:
            lot = draw.randrange(3)
            movement["lot"] = {"mrp": f"{88 + 2 * lot}.00"}
            if kind == "receipt":
                expiry = (now + timedelta(days=100 + 30 * lot)).date().isoformat()
                movement["lot"] |= {"batch": f"B{lot}", "expiry_date": expiry}
        yield movement


def _parts(draw: random.Random, sent: Sequence[Json]) -> Iterator[Sequence[Json]]:
    """So many alone, the others 2 to 100 at once, in no order."""
    parts = [sent[at : at + 1] for at in range(SINGLE)]
    at = SINGLE
    while at < len(sent):
        size = min(draw.randint(2, MOST), len(sent) - at)
        parts.append(sent[at : at + size])
        at += size
    draw.shuffle(parts)
    yield from parts


def _tell(shop: Shop, parts: Sequence[Sequence[Json]], *, phones: int) -> Told:
    """Each part in a request, ``phones`` at a time."""
    assert shop.owner.token

    def send(part: Sequence[Json]) -> tuple[int, list[Json]]:
        if len(part) == 1:
            (movement,) = part
            body = {name: value for name, value in movement.items() if name != "product_id"}
            answer = shop.owner.ask("POST", f"{shop.path}/inventory/{movement['product_id']}/movements", json=body)
            return answer.status_code, []
        answer = shop.owner.ask("POST", f"{shop.path}/movements", json={"movements": list(part)})
        return answer.status_code, answer.json().get("results", [])

    with ThreadPoolExecutor(phones) as pool:
        answers = list(pool.map(send, parts))
    told = Told(
        shop,
        Counter(status for status, _ in answers),
        Counter((r["status"], r["code"]) for _, results in answers for r in results),
    )
    tell(dict(told.statuses), dict(told.results))
    return told


def _ledger(shop: Shop, product: str) -> list[Json]:
    return list(shop.owner.every(f"{shop.path}/inventory/{product}/movements"))


def _word(number: int) -> str:
    return "".join("bdfghjklmnprstvz"[number // 16**n % 16] + "aeiou"[(number + n) % 5] for n in range(3)).capitalize()
