"""Each design books the same movements in turn, on one engine; what that took becomes the lines of the table."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from local.process import wait_until
from tests.bench.engine import make_table, running, send_through
from tests.bench.importing.counting import Counting, size_of
from tests.bench.importing.prices import READ_UNIT, REGION, WRITE_UNIT
from tests.bench.moving.sending import Callers, Sent, Till
from tests.builders import gtin, sheet
from tests.e2e.live import Json, Live

Line = tuple[str, str, str]
ITEMS: Final = 100
LOTS: Final = (3, 10, 50)
AT_ONCE: Final = 8
_OF_EACH: Final = 5  # items of so many lots
_QUIET: Final = 1.5  # seconds without a write
_ROUNDS: Final = 3  # of all items, when units are counted
_TURNS: Final = 5  # when times are taken
HOW: Final = (
    "Sales of one piece through the handler of our API, as the gateway calls it, beside two usual designs"
    " (`transaction.py` and `counter.py` in `tests/bench/moving`): row of the ledger, figure and event in a"
    " transaction, the ledger with an index by time; and Powertools' idempotency around a read-modify-write of the"
    " item, with no ledger and no event. Both take what they are given: no lots, no tokens, no rules. Ours are all"
    " units that follow, the rows that the stream's function copies included; the others' relay of events is not in"
    " theirs. Items are as an import lists them, with one lot unless said. Handlers run in processes of their own, one"
    f" request at a time in each as in Lambda, {AT_ONCE} of them where it says so; units are counted through a proxy,"
    " times are taken without it and in turns, to the answer. One engine on the same two cores answers all of them:"
    " where DynamoDB takes some milliseconds for a read and more for a transaction, it takes about the same for each,"
    " and it does each transaction whole, so that transactions on one item never meet there as they would on AWS. While"
    " ours runs, the function of its stream takes its part of the machine. Money: DynamoDB's alone, list prices of"
    f" {REGION}."
)


class Design(NamedTuple):
    """A way to book movements, and the module of its handler."""

    name: str
    module: str


OURS: Final = Design("ours", "services.inventory.api")
TRANSACTION: Final = Design("a transaction of row, figure and event", "tests.bench.moving.transaction")
COUNTER: Final = Design("idempotency and a counter, no ledger", "tests.bench.moving.counter")
DESIGNS: Final = (TRANSACTION, COUNTER, OURS)


class Work(NamedTuple):
    """Movements to book: one of each of ``products``, so many requests at once or all in one (``batch``)."""

    name: str
    products: Sequence[str]
    at_once: int = 1
    batch: bool = False


class Units(NamedTuple):
    """What a number of movements took."""

    movements: int
    writes: float
    reads: float
    by_table: Mapping[str, float]
    """Write units."""

    @property
    def each(self) -> float:
        """Write units a movement."""
        return self.writes / self.movements

    @property
    def dollars(self) -> float:
        """Of a million movements, what DynamoDB asks for."""
        return (self.writes * WRITE_UNIT + self.reads * READ_UNIT) / self.movements * 1e6

    def __str__(self) -> str:
        reads = self.reads / self.movements
        return f"{self.each:.2f} write and {reads:.2f} read units a movement, ${self.dollars:.2f} a million"


class Found(NamedTuple):
    """Of one kind of work, by design: its units and its bursts."""

    work: Work
    units: dict[str, Units]
    sent: dict[str, list[Sent]]


def rows() -> list[Line]:
    """(what, measured, against the baselines) of this run."""
    with running() as live:
        counting = Counting(live.endpoints["aws_endpoint_url"])
        send_through(live, counting.url)
        env = _tables(live)
        bench = Bench(live, counting)
        found = [Found(work, {}, defaultdict(list)) for work in bench.works()]
        with Callers(live, AT_ONCE, counting.url, env) as callers:
            for design in DESIGNS:
                bench.start(callers, design)
                for work, units, _ in found:
                    send = partial(bench.send, callers, design, work)
                    units[design.name] = bench.counted(len(work.products), send)
            of_lots = {lots: bench.with_lots(callers, lots) for lots in LOTS}
            size = bench.size(bench.items[-1])
        with Callers(live, AT_ONCE, live.endpoints["aws_endpoint_url"], env) as callers:
            for design in DESIGNS:
                bench.start(callers, design)
            for _ in range(_TURNS):
                for work, _, sent in found:
                    for design in DESIGNS:
                        sent[design.name].append(bench.send(callers, design, work))
                        if design is OURS:
                            bench.quiet()
    return list(lines(found, of_lots, size))


def lines(found: Sequence[Found], of_lots: Mapping[int, tuple[int, Units]], size: int) -> Iterator[Line]:
    """What each kind of work took of each design, and whether ours keeps its goal."""
    for one in found:
        for design in (TRANSACTION, COUNTER):
            yield f"{one.work.name}: {design.name}", told(one, design), "1.00"
        compared = "; ".join(_compared(one, other) for other in (TRANSACTION, COUNTER))
        yield f"{one.work.name}: ours", told(one, OURS), compared
    ours = found[0].units[OURS.name]
    parts = ", ".join(f"{_plain(table)} {units / ours.movements:.2f}" for table, units in ours.by_table.items())
    yield "ours, one at a time: where the write units go", parts, f"an item of {size:,} bytes"
    for lots, (length, taken) in of_lots.items():
        yield f"ours, one at a time: items of {lots} lots", str(taken), f"an item of {length:,} bytes"
    met = "ok" if ours.each <= 4 else "missed"
    yield "**a movement through the API: write units**", "goal: at most 4", f"**{ours.each:.2f}, {met}**"


def told(one: Found, design: Design) -> str:
    """What a design's bursts took."""
    units, sent = one.units[design.name], one.sent[design.name]
    if one.work.batch:
        return f"{units}; {_middle(sent) * 1000:.0f} ms"
    each = [seconds for burst in sent for seconds in burst.each]
    speed = len(one.work.products) / _middle(sent)
    return f"{units}; p50 {percentile(each, 50):.1f} ms, p99 {percentile(each, 99):.1f} ms; {speed:.0f}/s"


def percentile(seconds: Sequence[float], per_cent: int) -> float:
    """Milliseconds within which so many per cent of the requests were answered."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[per_cent - 1] * 1000


def _compared(one: Found, design: Design) -> str:
    units, theirs = one.units[OURS.name], one.units[design.name]
    slower = _middle(one.sent[OURS.name]) / _middle(one.sent[design.name])
    return (
        f"{units.each / theirs.each:.2f}x the write units, {units.dollars / theirs.dollars:.2f}x the money and"
        f" {slower:.2f}x the time of {design.name}"
    )


def _middle(sent: Sequence[Sent]) -> float:
    return statistics.median(burst.whole for burst in sent)


def _plain(table: str) -> str:
    """``StockMovements`` of a table's whole name."""
    return next((name for name in ("StoreInventory", "StockMovements") if name in table), table)


def _tables(live: Live) -> dict[str, str]:
    """The baselines' tables, made; what their handlers are told of them."""
    return {
        "LEDGER_TABLE": make_table(live, "ledger", "item", "movement_id", index=("item", "recorded_at")),
        "ITEMS_TABLE": make_table(live, "items", "store_id", "product_id"),
        "OUTBOX_TABLE": make_table(live, "outbox", "event_id"),
        "COUNTERS_TABLE": make_table(live, "counters", "store_id", "product_id"),
        "ONCE_TABLE": make_table(live, "once", "id"),
    }


class Bench:
    """A shop and its goods, and what is done there."""

    def __init__(self, live: Live, counting: Counting) -> None:
        self._live, self._counting = live, counting
        shop = live.shop("Bench Till Stores")
        self._till = Till(shop)
        count = ITEMS + len(LOTS) * _OF_EACH
        listed = [[f"Bench Goods No {n} Biscuits", gtin(40_000 + n), "800 g", 5000, 90, 84] for n in range(count)]
        job = shop.imported("goods.csv", sheet(listed))
        assert job["successful"] == count, job
        products = [row["product_id"] for row in shop.report(job["job_id"])]
        self.items, rest = products[:ITEMS], products[ITEMS:]
        self._of_lots = {lots: rest[n * _OF_EACH : (n + 1) * _OF_EACH] for n, lots in enumerate(LOTS)}
        for lots, goods in self._of_lots.items():
            for product in goods:
                brought = [self._receipt(product, n) for n in range(1, lots)]
                results = shop.owner.post(f"{shop.path}/movements", {"movements": brought})["results"]
                assert {r["status"] for r in results} == {"applied"}, results
        self.quiet()

    def works(self) -> list[Work]:
        """The kinds of work; each that is about one item has one of its own."""
        hot, hotter, crowded, *_ = self.items
        return [
            Work(f"{ITEMS} items, one after the other", self.items),
            Work(f"{ITEMS} items, {AT_ONCE} at once", self.items, AT_ONCE),
            Work("one item, one after the other", [hot] * ITEMS),
            Work(f"one item, {AT_ONCE} at once", [hotter] * ITEMS, AT_ONCE),
            Work(f"a phone's {ITEMS} of {ITEMS} items", self.items, AT_ONCE, batch=True),
            Work(f"a phone's {ITEMS} of one item", [crowded] * ITEMS, AT_ONCE, batch=True),
        ]

    def start(self, callers: Callers, design: Design) -> None:
        """All processes have done something, and all items are there."""
        callers.send(design.module, [self._till.one(p) for p in self.items], at_once=AT_ONCE)
        self.quiet()

    def send(self, callers: Callers, design: Design, work: Work) -> Sent:
        """Does the work. The others have no batches, and are sent what is in one by several connections."""
        if work.batch and design is OURS:
            return callers.send(design.module, [self._till.many(work.products)])
        return callers.send(design.module, [self._till.one(p) for p in work.products], at_once=work.at_once)

    def counted(self, movements: int, send: Callable[[], object]) -> Units:
        """The units of so many movements and of all that follows, some times over; each time begins at rest."""
        tally = self._counting.anew()
        for _ in range(_ROUNDS):
            send()
            self.quiet()
        by_table = {table: units for (kind, table), units in tally.units.items() if kind == "write"}
        return Units(movements * _ROUNDS, tally.of("write"), tally.of("read"), by_table)

    def with_lots(self, callers: Callers, lots: int) -> tuple[int, Units]:
        """Of items of so many lots: bytes, and units of a movement."""
        goods = self._of_lots[lots]
        send = partial(self.send, callers, OURS, Work(f"{lots} lots", goods))
        send()  # whatever the receipts had left in them leaves them
        self.quiet()
        units = self.counted(len(goods), send)
        return self.size(goods[0]), units

    def size(self, product: str) -> int:
        """Bytes of an item as it lies in the table."""
        key = {"store_id": {"S": self._till.shop.store_id}, "product_id": {"S": product}}
        found = self._live.tables.get_item(TableName=self._live.endpoints["tables"]["StoreInventory"], Key=key)
        item: Json = dict(found["Item"])
        return size_of(item)

    def quiet(self) -> None:
        """Returns when nothing follows any more of what was done. Raises TimeoutError."""
        began, tally = time.monotonic(), self._counting.tally

        def settled() -> bool:
            return time.monotonic() - max([began, *tally.written_at.values()]) > _QUIET

        if not wait_until(settled, 180, step=0.1):
            raise TimeoutError("the stream's function doesn't come to an end")

    def _receipt(self, product: str, n: int) -> Json:
        lot = {"mrp": f"{90 + n}.00", "batch": f"B2611{n:03}", "expiry_date": f"2027-{n % 12 + 1:02}-15"}
        prices = {"cost_price": "71.50", "selling_price": "84.00"}
        return {**self._till.movement(), "type": "receipt", "quantity": 40, "product_id": product, "lot": lot, **prices}
