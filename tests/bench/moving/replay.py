"""A real order history sold through the API, a batch of a hundred lines after the other."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from local.process import wait_until
from tests.bench.engine import running, send_through
from tests.bench.importing.counting import Counting
from tests.bench.moving.run import Line, Units, percentile
from tests.e2e import orders
from tests.e2e.live import Json, Live, Shop

PHONES: Final = 2
_BATCH: Final = 100
_QUIET: Final = 3.0  # seconds without a write
HOW: Final = (
    "The order history of a real grocer, each line a piece sold, told through the API as deployed on the local engine,"
    f" gateway and token included, by {PHONES} phones that send {_BATCH} lines at once, oldest first. Its two and a"
    " half years are pressed into the last four weeks, for the API takes nothing older. Then stock and ledger of every"
    " item are compared with a count of the file's lines. Units are all that follow, counted through a proxy."
)


def rows() -> list[Line]:
    """(what, measured, "") of this run."""
    if not orders.is_there():
        return [("order history", f"no {orders.FILE.name} on this machine", "")]
    sold = orders.sales()
    with running() as live:
        counting = Counting(live.endpoints["aws_endpoint_url"])
        send_through(live, counting.url)
        shop = live.shop("Order History Stores")
        products = list_goods(shop, orders.goods(sold))
        movements = list(orders.movements(sold, products, datetime.now(UTC)))
        _settle(counting)
        tally = counting.anew()
        began = time.monotonic()
        seconds, results = tell(shop, movements)
        taken = time.monotonic() - began
        _settle(counting)
        units = Units(len(sold), tally.of("write"), tally.of("read"), {})
        wrong = unlike(live, shop, Counter(products[one.name] for one in sold))
    return [
        ("file", f"{orders.FILE.name}, {len(sold):,} lines of {len(products)} goods", ""),
        ("answered", ", ".join(f"{status} {n:,}" for status, n in sorted(results.items())), ""),
        ("lines a second", f"{len(sold) / taken:,.0f}", f"{taken:,.0f} s"),
        (f"a batch of {_BATCH}", f"p50 {percentile(seconds, 50):,.0f} ms, p99 {percentile(seconds, 99):,.0f} ms", ""),
        ("a line", str(units), ""),
        ("**items whose stock or ledger is not what the file says**", "goal: 0", f"**{wrong}, {_met(not wrong)}**"),
    ]


def list_goods(shop: Shop, barcodes: dict[str, str]) -> dict[str, str]:
    """The shop lists the goods by a file; their products, by name."""
    job = shop.imported("goods.csv", orders.listing(barcodes))
    assert job["successful"] == len(barcodes), job
    report = shop.report(job["job_id"])
    products = {row["Item Name"]: row["product_id"] for row in report}
    assert len(set(products.values())) == len(barcodes)
    return products


def tell(shop: Shop, movements: Sequence[Json]) -> tuple[list[float], Counter[str]]:
    """Sends them; the seconds of each batch, and how each was answered."""

    def send(batch: Sequence[Json]) -> tuple[float, list[str]]:
        began = time.monotonic()
        results = shop.owner.post(f"{shop.path}/movements", {"movements": list(batch)})["results"]
        return time.monotonic() - began, [result["status"] for result in results]

    answers: list[tuple[float, list[str]]] = []
    batches = [movements[at : at + _BATCH] for at in range(0, len(movements), _BATCH)]
    with ThreadPoolExecutor(PHONES) as pool:
        for at in range(0, len(batches), _BATCH):
            shop.owner.sign_in()  # no token need live for the whole history
            answers += pool.map(send, batches[at : at + _BATCH])
    return [seconds for seconds, _ in answers], Counter(status for _, statuses in answers for status in statuses)


def unlike(live: Live, shop: Shop, gone: Counter[str]) -> int:
    """Of how many items stock, lots or ledger differ from what was sold."""
    balances: dict[str, Decimal] = defaultdict(Decimal)
    for row in live.rows("StockMovements"):
        if row["row"].startswith("at#"):
            balances[row["item"].partition("#")[2]] += row["change"]
    wrong = 0
    for product, item in shop.stock().items():
        expected = orders.OPENING - gone[product]
        held = sum(lot["quantity"] for lot in item["lots"])
        wrong += not item["quantity"] == held == balances[product] == expected
    return wrong


def _settle(counting: Counting) -> None:
    began = time.monotonic()

    def quiet() -> bool:
        return time.monotonic() - max([began, *counting.tally.written_at.values()]) > _QUIET

    if not wait_until(quiet, 300, step=0.2):
        raise TimeoutError("the stream's function doesn't come to an end")


def _met(met: bool) -> str:
    return "ok" if met else "missed"
