"""What is counted of an import, what it costs, and the files it is given."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest

from tests.bench.importing import files, prices, workers
from tests.bench.importing.counting import Consumed, Tally, billed_as, consumed, delivered
from tests.bench.importing.prices import Usage
from tests.bench.importing.run import KINDS, Taken, compared, lines
from tests.e2e.grocer import Tongue, made_up

SIGNED = "AWS4-HMAC-SHA256 Credential=test/20261122/ap-south-1/{}/aws4_request, SignedHeaders=host, Signature=0"


def _rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_the_file_is_the_first_rows_of_the_source() -> None:
    source = made_up(30, Tongue("unit"))
    cut, rows = files.first(source, 20)
    assert (rows, _rows(cut)) == (20, _rows(source)[:20])
    assert files.first(source, 40) == (source, 30)


def test_the_changed_file_differs_by_a_paisa_in_each_price_and_by_nothing_else() -> None:
    before = made_up(30, Tongue("unit"))
    for old, new in zip(_rows(before), _rows(files.a_paisa_less(before)), strict=True):
        assert Decimal(old.pop("DiscountPrice")) - Decimal(new.pop("DiscountPrice")) == Decimal("0.01")
        assert old == new


@pytest.mark.parametrize(
    ("operation", "told", "kind"),
    [
        ("PutItem", {"TableName": "T", "CapacityUnits": 2.0}, "write"),
        ("GetItem", {"TableName": "T", "CapacityUnits": 2}, "read"),
    ],
)
def test_capacity_is_what_the_engine_says(operation: str, told: dict[str, Any], kind: str) -> None:
    assert list(consumed(operation, {"TableName": "T"}, {"ConsumedCapacity": told})) == [(kind, "T", 2)]


def test_a_transaction_counts_each_table() -> None:
    told = [{"TableName": "A", "CapacityUnits": 2.0}, {"TableName": "B", "CapacityUnits": 4.0}]
    found = list(consumed("TransactWriteItems", {}, {"ConsumedCapacity": told}))
    assert found == [Consumed("write", "A", 2), Consumed("write", "B", 4)]


def test_a_refused_write_counts_too() -> None:
    refused = {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}
    assert list(consumed("PutItem", {"TableName": "T"}, refused)) == [("write", "T", 1)]
    two = {"TransactItems": [{"Put": {"TableName": "A"}}, {"Update": {"TableName": "B"}}]}
    cancelled = {"__type": "TransactionCanceledException"}
    assert list(consumed("TransactWriteItems", two, cancelled)) == [("write", "A", 2), ("write", "B", 2)]


def test_a_batch_of_reads_counts_each_key_and_a_query_what_it_reads() -> None:
    keys = [{"id": {"S": str(n)}} for n in range(3)]
    asked = {"A": {"Keys": keys}, "B": {"Keys": keys, "ConsistentRead": True}}
    assert list(consumed("BatchGetItem", {"RequestItems": asked}, {})) == [("read", "A", 1.5), ("read", "B", 3)]
    answer = {"Items": [{"x": {"S": "x" * 9000}}], "ConsumedCapacity": {"TableName": "T", "CapacityUnits": 0.5}}
    assert list(consumed("Query", {}, answer)) == [("read", "T", 1.5)]


def test_requests_are_known_by_target_or_by_signature() -> None:
    assert billed_as("POST", "/", {"x-amz-target": "DynamoDB_20120810.PutItem"}) == ("dynamodb", "PutItem")
    assert billed_as("PUT", "/bucket/key", {"authorization": SIGNED.format("s3")}) == ("s3", "PUT")
    assert billed_as("GET", "/bucket?list-type=2", {"authorization": SIGNED.format("s3")}) == ("s3", "LIST")
    assert billed_as("POST", "/2015-03-31/functions/f/invocations", {"authorization": SIGNED.format("lambda")}) == (
        "lambda",
        "POST",
    )
    assert billed_as("GET", "/", {}) == ("", "GET")


def test_a_tally_adds_up_as_aws_bills() -> None:
    tally = Tally()
    write = {"ConsumedCapacity": {"TableName": "T", "CapacityUnits": 1.0}}
    for _ in range(2):
        tally.add("dynamodb", "PutItem", b"{}", json.dumps(write).encode())
    tally.add("dynamodb", "GetItem", b"{}", json.dumps(write).encode())
    assert (tally.of("write"), tally.of("read"), tally.of("write", frozenset({"U"}))) == (2, 1, 0)
    assert set(tally.written_at) == {"T"}
    for operation in ("PUT", "LIST", "GET", "HEAD", "GET"):
        tally.add("s3", operation, b"", b"")
    tally.add("sqs", "SendMessageBatch", b"x" * 65_537, b"")
    entry = {"Source": "vyapar.imports", "DetailType": "ImportCompleted", "Detail": "{}"}
    tally.add("events", "PutEvents", json.dumps({"Entries": [entry, entry]}).encode(), b"")
    assert tally.requests == {"s3 write": 2, "s3 read": 3, "sqs": 2, "events": 2}
    assert tally.events == {("vyapar.imports", "ImportCompleted"): 2}


def test_a_bus_sends_an_event_to_each_rule_that_fits() -> None:
    patterns = [
        '{"source": ["a"], "detail-type": ["Made", "Gone"]}', '{"source": ["a", "b"], "detail-type": ["Made"]}',
        '{"source": ["b"]}',
    ]  # fmt: skip
    assert delivered({("a", "Made"): 10, ("b", "Gone"): 1, ("c", "Made"): 5}, patterns) == 21


def test_money_is_the_sum_of_what_each_thing_costs() -> None:
    million = Usage(10**6, 10**6, 0, 10**6, 10**6, 10**6, 10**6, 10**6)
    assert {what: round(cost, 4) for what, cost in million.dollars().items()} == {
        "writes": 0.71, "reads": 0.1425, "Lambda": 0.2, "SQS": 0.4, "events": 1.0, "S3": 5.4,
    }  # fmt: skip
    assert Usage(gb_seconds=1000).dollars()["Lambda"] == pytest.approx(1000 * prices.GB_SECOND)


def test_a_call_is_read_from_the_line_that_lambda_logs() -> None:
    report = "REPORT RequestId: 1-2\tDuration: 1500 ms\tBilled Duration: 1500 ms\tMemory Size: 2048 MB\tMax"
    line = f"/aws/lambda/bench-rows: {report}"
    call = workers.call_of(line)
    assert call
    assert (call.log_group, call.gb_seconds, call.of_baseline) == ("/aws/lambda/bench-rows", 3.0, True)
    assert not workers.Call("VyaparApp-local-CsvImportlogs", 1, 1).of_baseline
    assert workers.call_of("/aws/lambda/bench-rows: START RequestId: 1-2") is None


def test_the_peak_of_a_process_is_its_high_water_mark() -> None:
    assert workers.peak_kb("Name:\tpython\nVmPeak:\t 90000 kB\nVmHWM:\t   52340 kB\nVmRSS:\t 100 kB\n") == 52340


def _taken(writes: float, *, goods: float = 0, peak: float = 90, rows: int = 1000) -> Taken:
    return Taken(rows, 10, Usage(write_units=writes * rows), goods * rows, peak, 1)


def _goals(**ours: Taken) -> dict[str, str]:
    other = {"another": _taken(4)}
    taken = {kind: {**other, "ours": one} for kind, one in zip(KINDS, ours.values(), strict=True)}
    return {what: ratio for what, measured, ratio in lines(taken) if measured.startswith("goal")}


def test_goals_that_are_met_say_so() -> None:
    met = _goals(new=_taken(8, goods=7.5), changed=_taken(2.1), unchanged=_taken(0.02))
    assert len(met) == 5
    assert all(said.endswith("ok**") for said in met.values()), met


def test_goals_that_are_missed_say_so() -> None:
    missed = _goals(new=_taken(8.1, peak=257), changed=_taken(2.3), unchanged=_taken(1, goods=0.001))
    assert all(said.endswith("missed**") for said in missed.values()), missed


def test_ours_is_told_as_a_ratio() -> None:
    assert compared(_taken(1), _taken(4), "another") == (
        "1.00x as fast as another, 0.25x the write units, 0.25x the money"
    )


def test_the_least_it_costs_is_lambda_by_cpu_time_alone() -> None:
    waited = Taken(1000, 10, Usage(gb_seconds=500), 0, 90, 100)
    assert waited.cost == pytest.approx(500 * prices.GB_SECOND * 1000)
    assert waited.least_cost == pytest.approx(100 * 1769 / 1024 * prices.GB_SECOND * 1000)
