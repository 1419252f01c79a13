"""Dead letters are found by the queues that name them, and go back as they came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from moto import mock_aws

from local import redrive
from local.redrive import Queue, dead_letters, have_moved, send_back, the_one

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_PREFIX = "VyaparApp-dev-"


@pytest.fixture
def queues() -> Iterator[SQSClient]:
    with mock_aws():
        made = boto3.client("sqs", region_name="ap-south-1")
        for name in ("Links", "Chunks"):
            dead = made.create_queue(QueueName=f"{_PREFIX}{name}Dead-1")["QueueUrl"]
            told = {"deadLetterTargetArn": _arn(made, dead), "maxReceiveCount": "5"}
            made.create_queue(QueueName=f"{_PREFIX}{name}-2", Attributes={"RedrivePolicy": json.dumps(told)})
        for name in (f"{_PREFIX}onstockchangedead-3", "VyaparApp-prod-LinksDead-4", f"{_PREFIX}Alone-5"):
            made.create_queue(QueueName=name)
        yield made
        for url in made.list_queues()["QueueUrls"]:  # within another mock all of this would stay
            made.delete_queue(QueueUrl=url)


def _arn(queues: SQSClient, url: str) -> str:
    return queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def _links(queues: SQSClient) -> Queue:
    return the_one(dead_letters(queues, _PREFIX), "links")


def test_queues_of_dead_letters_are_known_by_the_queue_that_names_them_or_by_their_own_name(queues: SQSClient) -> None:
    found = {q.name: q.source and q.source.rpartition("/")[2] for q in dead_letters(queues, _PREFIX)}
    assert found == {
        f"{_PREFIX}ChunksDead-1": f"{_PREFIX}Chunks-2",
        f"{_PREFIX}LinksDead-1": f"{_PREFIX}Links-2",
        f"{_PREFIX}onstockchangedead-3": None,
    }


def test_a_list_says_how_many_there_are_and_of_which_queue(queues: SQSClient) -> None:
    queues.send_message(QueueUrl=_links(queues).url, MessageBody="{}")
    listed = [" ".join(str(queue).split()) for queue in dead_letters(queues, _PREFIX)]
    assert f"1 {_PREFIX}LinksDead-1 (of {_PREFIX}Links-2)" in listed
    assert f"0 {_PREFIX}onstockchangedead-3 (of no queue: a stream's or a timer's)" in listed


@pytest.mark.parametrize(
    ("part", "said"), [("Finishes", "called 'Finishes'"), ("Dead-1", "Say which"), ("stockchange", "no way back")]
)
def test_what_is_not_one_queue_with_a_way_back_is_refused(queues: SQSClient, part: str, said: str) -> None:
    with pytest.raises(LookupError, match=said):
        the_one(dead_letters(queues, _PREFIX), part)


def test_each_message_goes_back_with_its_attributes_and_is_gone_from_the_dead(queues: SQSClient) -> None:
    dead = _links(queues)
    by: Any = {"job": {"DataType": "String", "StringValue": "job_1"}}
    for n in range(12):
        queues.send_message(QueueUrl=dead.url, MessageBody=f"{n}", MessageAttributes=by)
    dead = _links(queues)
    assert send_back(queues, dead) == 12
    assert _links(queues).depth == 0
    back: list[Any] = []
    while found := queues.receive_message(
        QueueUrl=dead.source or "", MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    ).get("Messages"):
        back += found
    assert sorted(int(message["Body"]) for message in back) == list(range(12))
    assert all(message["MessageAttributes"] == by for message in back)


def test_a_crash_between_sending_and_deleting_loses_nothing(queues: SQSClient, monkeypatch: pytest.MonkeyPatch) -> None:
    queues.send_message(QueueUrl=_links(queues).url, MessageBody="{}")

    def crash(**_: Any) -> None:
        raise ConnectionError

    dead = _links(queues)
    monkeypatch.setattr(queues, "delete_message", crash)
    with pytest.raises(ConnectionError):
        send_back(queues, dead)
    assert queues.receive_message(QueueUrl=dead.source or "")["Messages"][0]["Body"] == "{}"
    kept = queues.get_queue_attributes(QueueUrl=dead.url, AttributeNames=["ApproximateNumberOfMessagesNotVisible"])
    assert kept["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "1"


class Mover:
    """SQS as it moves messages: what it says of its task, look by look."""

    def __init__(self, *said: dict[str, Any]) -> None:
        self.said = list(said)
        self.asked: dict[str, str] = {}

    def start_message_move_task(self, **asked: str) -> None:
        self.asked = asked

    def list_message_move_tasks(self, **_: Any) -> dict[str, Any]:
        return {"Results": [self.said.pop(0)]}


_DEAD = Queue("LinksDead", "https://sqs/1/LinksDead", "arn:dead", 7, "https://sqs/1/Links", "arn:links")


def test_on_aws_sqs_moves_them_to_the_queue_that_is_named_and_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redrive, "_LOOK", 0)
    mover = Mover({"Status": "RUNNING"}, {"Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": 7})
    assert have_moved(cast("SQSClient", mover), _DEAD) == 7
    assert mover.asked == {"SourceArn": "arn:dead", "DestinationArn": "arn:links"}


def test_a_move_that_failed_is_told() -> None:
    mover = Mover({"Status": "FAILED", "FailureReason": "AccessDenied"})
    with pytest.raises(RuntimeError, match="FAILED: AccessDenied"):
        have_moved(cast("SQSClient", mover), _DEAD)
