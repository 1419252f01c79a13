"""What is told of movements that were measured, and how a real order history is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.bench.importing.counting import consumed, size_of
from tests.bench.moving.run import COUNTER, DESIGNS, OURS, TRANSACTION, Found, Units, Work, lines, percentile
from tests.bench.moving.sending import Sent
from tests.e2e import orders

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
HISTORY = b"""MemberID,Order,Date,ItemName
M1,7,22-09-2014 22:45,Other Sauces
M1,7,22-09-2014 22:45,Cashews
M2,9,09/04/2014 08:00,Pens\x20
M2,9,09/04/2014 08:00,Cashews
"""


def _found(ours: float, *, batch: bool = False) -> Found:
    writes = {TRANSACTION.name: 7.0, COUNTER.name: 3.0, OURS.name: ours}
    units = {name: Units(100, each * 100, 200, {"X-StockMovements-1": each * 100}) for name, each in writes.items()}
    sent = {design.name: [Sent([0.01, 0.02], 0.03)] for design in DESIGNS}
    return Found(Work("work", ["prd_1", "prd_2"], batch=batch), units, sent)


def _told(ours: float) -> dict[str, tuple[str, str]]:
    of_lots = {3: (1_500, Units(10, 40, 20, {}))}
    found = [_found(ours), _found(ours, batch=True)._replace(work=Work("many", ["prd_1"], batch=True))]
    return {what: (measured, ratio) for what, measured, ratio in lines(found, of_lots, 700)}


def test_each_design_has_a_line_and_ours_says_how_it_compares() -> None:
    told = _told(3.0)
    assert told["work: ours"] == (
        "3.00 write and 2.00 read units a movement, $2.42 a million; p50 15.0 ms, p99 19.9 ms; 67/s",
        f"0.43x the write units, 0.46x the money and 1.00x the time of {TRANSACTION.name};"
        f" 1.00x the write units, 1.00x the money and 1.00x the time of {COUNTER.name}",
    )
    assert told["many: ours"][0].endswith("; 30 ms")
    assert told["ours, one at a time: where the write units go"] == ("StockMovements 3.00", "an item of 700 bytes")
    assert told["ours, one at a time: items of 3 lots"][1] == "an item of 1,500 bytes"


@pytest.mark.parametrize(("units", "said"), [(4.0, "**4.00, ok**"), (4.01, "**4.01, missed**")])
def test_the_goal_is_four_write_units(units: float, said: str) -> None:
    assert _told(units)["**a movement through the API: write units**"] == ("goal: at most 4", said)


def test_a_percentile_is_in_milliseconds() -> None:
    assert percentile([n / 1000 for n in range(101)], 99) == pytest.approx(99)


def test_the_size_of_an_item_is_as_dynamodb_counts_it() -> None:
    item = {"a": {"S": "xyz"}, "n": {"N": "-12.50"}, "m": {"M": {"k": {"BOOL": True}}}, "l": {"L": [{"S": "é"}]}}
    assert size_of(item) == (1 + 3) + (1 + 4) + (1 + 3 + 1 + 2) + (1 + 3 + 1 + 2)


def test_a_large_item_costs_more_to_read_and_to_be_refused() -> None:
    large = {"x": {"S": "x" * 5000}}
    told = {"ConsumedCapacity": {"TableName": "T", "CapacityUnits": 1.0}}
    asked = {"TableName": "T", "ConsistentRead": True}
    assert list(consumed("GetItem", asked, {"Item": large, **told})) == [("read", "T", 2)]
    batch = {"T": {"Keys": [{"id": {"S": "1"}}, {"id": {"S": "2"}}], "ConsistentRead": True}}
    assert list(consumed("BatchGetItem", {"RequestItems": batch}, {"Responses": {"T": [large]}})) == [("read", "T", 3)]
    refused = {"__type": "ConditionalCheckFailedException", "Item": large}
    assert list(consumed("PutItem", asked, refused)) == [("write", "T", 5)]


def test_an_order_history_is_read_oldest_first_in_both_its_forms_of_dates() -> None:
    sold = orders.read(HISTORY)
    assert [(one.line, one.name) for one in sold] == [(3, "Pens"), (4, "Cashews"), (1, "Other Sauces"), (2, "Cashews")]
    assert len(set(orders.goods(sold).values())) == 3


def test_its_lines_become_sales_of_the_last_four_weeks() -> None:
    sold = orders.read(HISTORY)
    told = list(orders.movements(sold, {name: f"prd_{name}" for name in orders.goods(sold)}, NOW))
    assert [m["movement_id"] for m in told] == ["order-line-3", "order-line-4", "order-line-1", "order-line-2"]
    moments = [datetime.fromisoformat(m["occurred_at"]) for m in told]
    assert moments == [NOW - timedelta(days=28)] * 2 + [NOW] * 2
    assert (told[0]["product_id"], told[0]["type"], told[0]["quantity"]) == ("prd_Pens", "sale", 1)
