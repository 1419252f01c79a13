"""DynamoDB's values and expressions."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from shared.aws import clients, dynamo
from shared.aws.dynamo import ConditionFailed, Table, TransactionRefused, transact

NUMBERS = st.integers(min_value=-(10**30), max_value=10**30) | st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=3
)
VALUES = st.recursive(
    st.text() | st.booleans() | NUMBERS | st.binary() | st.sets(st.text(min_size=1), min_size=1),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1), inner, max_size=4),
    max_leaves=12,
)


def plain(value: Any) -> Any:
    """As boto3's own deserializer gives it, with numbers compared as numbers."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return bytes(value) if hasattr(value, "value") else value


@given(st.dictionaries(st.text(min_size=1), VALUES, max_size=5))
def test_an_item_survives_being_stored(item: dict[str, Any]) -> None:
    assert dynamo.decode_item(dynamo.encode_item(item)) == item


@given(VALUES)
def test_values_are_written_as_boto3_writes_them(value: Any) -> None:
    ours: Any = dynamo.encode(value)
    assert plain(TypeDeserializer().deserialize(ours)) == value
    if not isinstance(value, set | bytes) and "SS" not in str(ours):
        assert dynamo.decode(TypeSerializer().serialize(value)) == value or "Binary" in repr(value)


def test_nothing_is_left_out_and_in_a_list_kept() -> None:
    assert dynamo.encode_item({"a": None, "b": {"c": None, "d": 1}, "e": [None]}) == {
        "b": {"M": {"d": {"N": "1"}}},
        "e": {"L": [{"NULL": True}]},
    }
    assert dynamo.decode({"NULL": True}) is None


@pytest.mark.parametrize("value", [1.5, float("nan"), object(), {1.0: "x"}.keys()])
def test_a_float_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        dynamo.encode(value)


def test_true_is_no_number_and_whole_numbers_come_back_whole() -> None:
    assert dynamo.encode(True) == {"BOOL": True}
    assert dynamo.decode({"N": "12.00"}) == 12
    assert isinstance(dynamo.decode({"N": "1E+2"}), int)
    assert dynamo.decode({"N": "0.10"}) == Decimal("0.1")


class Fake:
    """A DynamoDB client that answers what it is told and remembers what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> Any:
            self.asked.append((name, json.loads(json.dumps(request))))
            answer = self.answers.pop(0) if self.answers else {}
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    made = Fake()
    monkeypatch.setattr(clients, "dynamodb", lambda: made)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    return made


TABLE = Table("T", "a", "b")


def error(code: str, **more: Any) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "no"}, **more}
    return ClientError(answer, "Op")


def test_names_and_values_of_an_expression(fake: Fake) -> None:
    fake.answers = [{"Attributes": {"a": {"S": "x"}}}]
    TABLE.update("x", 1, set_="SET #status=:new, n = if_not_exists(n,:zero)", condition="#status IN (:old)",
                 new="on", zero=0, old="off")  # fmt: skip
    ((name, request),) = fake.asked
    assert name == "update_item"
    assert request["Key"] == {"a": {"S": "x"}, "b": {"N": "1"}}
    assert request["ExpressionAttributeNames"] == {"#status": "status"}
    assert set(request["ExpressionAttributeValues"]) == {":new", ":zero", ":old"}
    assert request["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("#a = :x", {"a"}),
        ("(#a=:x)AND(#b<>:y)", {"a", "b"}),
        ("begins_with(#a,:x)", {"a"}),
        ("#a.#b = :x", {"a", "b"}),
        ("ADD #total_rows :n", {"total_rows"}),
        ("size(#a)>=:x", {"a"}),
        ("plain = :x", set()),
    ],
)
def test_every_hash_word_is_a_name(expression: str, names: set[str]) -> None:
    found = dynamo._expression(expression, {}).get("ExpressionAttributeNames", {})
    assert set(found.values()) == names


def test_a_put_without_condition_has_no_trimmings(fake: Fake) -> None:
    TABLE.put({"a": "x", "b": 1, "c": None})
    assert fake.asked == [("put_item", {"TableName": "T", "Item": {"a": {"S": "x"}, "b": {"N": "1"}}})]


def test_a_failed_condition_says_what_stands_there(fake: Fake) -> None:
    fake.answers = [error("ConditionalCheckFailedException", Item={"a": {"S": "x"}, "n": {"N": "3"}})]
    with pytest.raises(ConditionFailed) as failed:
        TABLE.put({"a": "x", "b": 1}, "attribute_not_exists(a)")
    assert failed.value.item == {"a": "x", "n": 3}
    fake.answers = [error("ConditionalCheckFailedException")]
    with pytest.raises(ConditionFailed) as failed:
        TABLE.delete("x", 1, condition="#v = :v", v=1)
    assert failed.value.item is None
    fake.answers = [error("ProvisionedThroughputExceededException")]
    with pytest.raises(ClientError):
        TABLE.put({"a": "x", "b": 1})


def test_a_key_must_be_whole() -> None:
    with pytest.raises(ValueError, match="zip"):
        TABLE._key(("x",))


def test_a_transaction_tries_again_on_contention_and_only_then(fake: Fake) -> None:
    conflict = error("TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}])
    fake.answers = [conflict, conflict, {}]
    transact([TABLE.putting({"a": "x", "b": 1})])
    assert [n for n, _ in fake.asked] == ["transact_write_items"] * 3
    fake.asked.clear()
    failed = error(
        "TransactionCanceledException",
        CancellationReasons=[{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": {"a": {"S": "y"}}}],
    )
    fake.answers = [failed]
    with pytest.raises(TransactionRefused) as refused:
        transact([TABLE.putting({"a": "x", "b": 1}), TABLE.deleting("y", 1, condition="n = :n", n=1)])
    assert len(fake.asked) == 1
    assert refused.value.refusals[0] is None
    assert refused.value.refusals[1] is not None
    assert refused.value.refusals[1].item == {"a": "y"}


def test_a_transaction_gives_up_in_the_end_and_other_errors_come_through(fake: Fake) -> None:
    conflict = error("TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}])
    fake.answers = [conflict] * 50
    with pytest.raises(TimeoutError):
        transact([TABLE.putting({"a": "x", "b": 1})])
    assert 5 < len(fake.asked) < 15
    fake.answers = [error("AccessDeniedException")]
    with pytest.raises(ClientError):
        transact([TABLE.putting({"a": "x", "b": 1})])


def test_a_batch_read_asks_each_key_once_and_again_for_what_was_left(fake: Fake) -> None:
    left = {"T": {"Keys": [{"a": {"S": "1"}, "b": {"S": "x"}}]}}
    fake.answers = [
        {"Responses": {"T": [{"a": {"S": "0"}}]}, "UnprocessedKeys": left},
        {"Responses": {"T": [{"a": {"S": "1"}}]}},
        {"Responses": {}},
    ]
    keys = [(str(n % 150), "x") for n in range(300)]
    assert [i["a"] for i in TABLE.get_many(keys)] == ["0", "1"]
    assert [len(r["RequestItems"]["T"]["Keys"]) for _, r in fake.asked] == [100, 1, 50]
    assert list(TABLE.get_many([])) == []


def test_a_query_that_goes_on_asks_from_where_it_was(fake: Fake) -> None:
    fake.answers = [
        {"Items": [{"a": {"S": "1"}}], "LastEvaluatedKey": {"a": {"S": "1"}, "b": {"N": "2"}}},
        {"Items": [{"a": {"S": "2"}}]},
    ]
    found = list(TABLE.query_all("a = :a", newest_first=True, index="by_b", filter_="#n > :n", a="x", n=1))
    assert [i["a"] for i in found] == ["1", "2"]
    assert fake.asked[1][1]["ExclusiveStartKey"] == {"a": {"S": "1"}, "b": {"N": "2"}}
    assert fake.asked[0][1]["ScanIndexForward"] is False
    assert fake.asked[0][1]["ExpressionAttributeNames"] == {"#n": "n"}
