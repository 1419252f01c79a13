"""What goes over the wire to DynamoDB, and what comes back: JSON as it is; all else is still botocore's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session
from botocore.session import Session
from moto.core.models import botocore_stubber

from shared.aws import clients
from shared.aws.dynamo import decode_item, encode_item

ITEM = encode_item({"id": "é", "n": 7, "raw": b"\x00\xff", "deep": {"list": [True, None], "names": {"b", "a"}}})


class Wire:
    """Answers in turn, and keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.answers: list[tuple[int, Any]] = []

    def send(self, request: Any) -> AWSResponse:
        self.sent.append(request)
        status, body = self.answers.pop(0) if self.answers else (200, {})
        text = json.dumps(body).encode()

        class Raw:
            def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
                yield text

        headers: Any = {"Content-Type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, status, headers, Raw())

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.body) for request in self.sent]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire()
    monkeypatch.setattr(botocore_stubber, "enabled", False)  # moto would answer first, once a test has switched it on
    monkeypatch.setattr(URLLib3Session, "send", lambda _, request: wire.send(request))
    return wire


@pytest.fixture
def ours() -> Any:
    """A client of our making, and no one else's."""
    return clients._client.__wrapped__("dynamodb")


CALLS: dict[str, dict[str, Any]] = {
    "get_item": {"TableName": "t", "Key": {"id": {"S": "é"}}, "ConsistentRead": True},
    "batch_get_item": {"RequestItems": {"t": {"Keys": [{"id": {"S": "a"}}], "ConsistentRead": True}}},
    "query": {
        "TableName": "t",
        "KeyConditionExpression": "#id = :id",
        "ExpressionAttributeNames": {"#id": "id"},
        "ExpressionAttributeValues": {":id": {"S": "a"}},
        "ExclusiveStartKey": {"id": {"S": "b"}},
        "Limit": 3,
    },
    "put_item": {"TableName": "t", "Item": ITEM, "ConditionExpression": "attribute_not_exists(id)"},
    "update_item": {"TableName": "t", "Key": {"id": {"S": "a"}}, "UpdateExpression": "REMOVE x"},
    "delete_item": {"TableName": "t", "Key": {"id": {"S": "a"}}},
    "transact_write_items": {
        "TransactItems": [{"Put": {"TableName": "t", "Item": ITEM}}, {"Delete": {"TableName": "u", "Key": ITEM}}],
        "ClientRequestToken": "token",
    },
}


@pytest.mark.parametrize("call", CALLS)
def test_a_request_says_what_botocore_would_say(wire: Wire, ours: Any, call: str) -> None:
    plain: Any = Session().create_client("dynamodb")
    getattr(plain, call)(**CALLS[call])
    getattr(ours, call)(**CALLS[call])
    theirs, mine = wire.bodies
    assert mine == theirs
    assert wire.sent[0].url == wire.sent[1].url
    assert wire.sent[0].headers["X-Amz-Target"] == wire.sent[1].headers["X-Amz-Target"]
    assert b"Signature=" in wire.sent[1].headers["Authorization"]


def test_a_client_finds_its_endpoint_once_for_all_calls(wire: Wire, ours: Any) -> None:
    for call, request in CALLS.items():
        getattr(ours, call)(**request)
    assert len({request.url for request in wire.sent}) == 1


def test_a_transaction_that_is_sent_again_is_the_same_transaction(wire: Wire, ours: Any) -> None:
    wire.answers = [(500, {"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError"}), (200, {})]
    ours.transact_write_items(TransactItems=CALLS["transact_write_items"]["TransactItems"])
    first, second = (body["ClientRequestToken"] for body in wire.bodies)
    assert first == second
    ours.transact_write_items(TransactItems=CALLS["transact_write_items"]["TransactItems"])
    assert wire.bodies[2]["ClientRequestToken"] != first


def test_an_answer_is_read_as_it_was_written(wire: Wire, ours: Any) -> None:
    ours.put_item(TableName="t", Item=ITEM)
    wire.answers = [(200, {"Item": wire.bodies[0]["Item"]})]
    answer = ours.get_item(TableName="t", Key={"id": {"S": "é"}})
    assert decode_item(answer["Item"]) == decode_item(ITEM)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_refusal_is_botocores_to_read(wire: Wire, ours: Any) -> None:
    kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
    wire.answers = [(400, {"__type": kind, "message": "no", "Item": {"id": {"S": "a"}, "raw": {"B": "AP8="}}})]
    with pytest.raises(ClientError) as refused:
        ours.put_item(TableName="t", Item=ITEM, ConditionExpression="attribute_not_exists(id)")
    assert refused.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert decode_item(refused.value.response["Item"]) == {"id": "a", "raw": b"\x00\xff"}  # type: ignore[typeddict-item]
