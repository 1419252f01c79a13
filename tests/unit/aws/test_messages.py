"""Queues, inboxes and streams: one bad message fails alone; what fails comes again."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from events.base import Event
from events.stores import RegisteredStore, StoreRegistered
from shared.aws import bus, clients, queues
from shared.aws.queues import queue_handler
from shared.aws.streams import Change, stream_handler
from shared.aws.subscriptions import Subscriptions
from tests.builders import CAUSE
from tests.world import Context


def records(*bodies: Any, received: int = 1) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"m{n}",
                "receiptHandle": f"r{n}",
                "body": b if isinstance(b, str) else json.dumps(b),
                "attributes": {"ApproximateReceiveCount": str(received)},
                "eventSource": "aws:sqs",
            }
            for n, b in enumerate(bodies)
        ]
    }


class Hidden:
    """A queue that notes for how long messages are hidden."""

    def __init__(self) -> None:
        self.seconds: dict[str, int] = {}

    def change_message_visibility(self, *, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> None:  # noqa: N803
        assert QueueUrl == "https://own"
        self.seconds[ReceiptHandle] = VisibilityTimeout


@pytest.fixture(autouse=True)
def hidden(monkeypatch: pytest.MonkeyPatch) -> Hidden:
    found = Hidden()
    monkeypatch.setattr(clients, "sqs", lambda: found)
    monkeypatch.setattr(queues, "settings", lambda kind: kind("https://own"))
    return found


def failed(answer: dict[str, Any]) -> list[str]:
    return [f["itemIdentifier"] for f in answer["batchItemFailures"]]


def registered(name: str = "A") -> dict[str, Any]:
    data = RegisteredStore(store_id=f"str_{name}", name=name, region="IN-MH", languages=("mr",), owner="ravi")
    event = StoreRegistered.stated(CAUSE, data, name)
    return {"source": event.SOURCE, "detail-type": "StoreRegistered", "detail": json.loads(event.model_dump_json())}


def test_a_message_that_fails_fails_alone() -> None:
    done: list[int] = []

    def work(message: dict[str, Any]) -> None:
        if message["n"] == 1:
            raise ValueError
        done.append(message["n"])

    handler = queue_handler(work)
    assert failed(handler(records({"n": 0}, {"n": 1}, {"n": 2}), Context())) == ["m1"]
    assert done == [0, 2]
    assert failed(handler(records({"n": 1}, "{not json"), Context())) == ["m0", "m1"]


def test_a_message_that_fails_comes_again_soon_and_then_later(hidden: Hidden) -> None:
    def work(message: dict[str, Any]) -> None:
        raise ValueError

    for received in (1, 2, 3, 4, 5):
        queue_handler(work)(records({}, received=received), Context())
        assert hidden.seconds.pop("r0") == {1: 5, 2: 30, 3: 120, 4: 300, 5: 300}[received]


def test_work_is_given_up_when_its_message_comes_for_the_last_time_or_says_so() -> None:
    done: list[str] = []
    handler = queue_handler(lambda m: done.append("worked"), lambda m: done.append("given up"))
    assert failed(handler(records({}, received=queues.RECEIVES - 1), Context())) == []
    assert failed(handler(records({"give_up": True}), Context())) == []
    assert failed(handler(records({}, received=queues.RECEIVES), Context())) == ["m0"], "people are to see it"
    assert done == ["worked", "given up", "given up"]
    plain = queue_handler(lambda m: done.append("worked"))
    assert failed(plain(records({}, received=queues.RECEIVES), Context())) == []
    assert done[-1] == "worked"


def test_an_inbox_reacts_to_what_it_knows_and_fails_the_rest() -> None:
    heard: list[Event] = []
    subscriptions = Subscriptions()
    subscriptions.on(StoreRegistered)(heard.append)
    handler = subscriptions.handler()
    unknown = {**registered(), "detail-type": "StoreClosed"}
    forged = {**registered(), "source": "somebody.else"}
    assert failed(handler(records(registered("A"), unknown, forged, registered("B")), Context())) == ["m1", "m2"]
    assert [e.data.store_id for e in heard] == ["str_A", "str_B"]  # type: ignore[attr-defined]


def test_a_folding_inbox_takes_the_batch_together() -> None:
    batches: list[int] = []
    subscriptions = Subscriptions()
    subscriptions.together(StoreRegistered)(lambda events: batches.append(len(events)))
    handler = subscriptions.handler()
    assert failed(handler(records(registered("A"), "{not json", registered("B"), {}), Context())) == ["m1", "m3"]
    assert batches == [2]


def test_a_folding_inbox_may_give_back_what_it_could_not_do() -> None:
    subscriptions = Subscriptions()
    subscriptions.together(StoreRegistered)(lambda events: events[1:])
    handler = subscriptions.handler()
    assert failed(handler(records(registered("A"), registered("B"), registered("C")), Context())) == ["m1", "m2"]


def test_two_reactions_to_one_event_in_one_service_are_a_mistake() -> None:
    subscriptions = Subscriptions()
    subscriptions.on(StoreRegistered)(lambda _: None)
    with pytest.raises(ValueError, match="already"):
        subscriptions.on(StoreRegistered)(lambda _: None)


def test_a_stream_hands_over_changes_in_order_and_raises_what_fails() -> None:
    seen: list[Change] = []
    event = {
        "Records": [
            {"dynamodb": {"NewImage": {"a": {"S": "1"}}}},
            {"dynamodb": {"OldImage": {"a": {"S": "1"}}, "NewImage": {"a": {"S": "2"}}}},
            {"dynamodb": {"OldImage": {"a": {"S": "2"}}}},
        ]
    }
    assert stream_handler(seen.extend)(event, Context()) == {"batchItemFailures": []}
    assert seen == [Change(None, {"a": "1"}), Change({"a": "1"}, {"a": "2"}), Change({"a": "2"}, None)]

    def broken(_: Any) -> None:
        raise RuntimeError("again")

    with pytest.raises(RuntimeError):
        stream_handler(broken)(event, Context())


class Sqs:
    """A queue that refuses a message some times."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.sent: list[str] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        assert len(Entries) <= 10
        taken = list(Entries)
        refused = []
        if self.refusals:
            self.refusals -= 1
            refused = [taken.pop()]
        self.sent += [e["MessageBody"] for e in taken]
        return {"Failed": [{"Id": e["Id"]} for e in refused]}


def test_sending_goes_on_until_all_are_taken_or_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    sqs = Sqs(2)
    monkeypatch.setattr(clients, "sqs", lambda: sqs)
    queues.send("url", ({"n": n} for n in range(25)))
    assert sorted(json.loads(b)["n"] for b in sqs.sent) == list(range(25))
    sqs.refusals = 99
    with pytest.raises(TimeoutError):
        queues.send("url", [{"n": 1}])
    queues.send("url", [])


class Bus:
    """A bus that refuses the entries of one name."""

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        assert len(Entries) <= 10
        return {"Entries": [{"ErrorCode": "ThrottlingException"} if e["Detail"] == "bad" else {} for e in Entries]}


def test_publishing_names_what_was_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "events", Bus)
    bus.publish([{"Detail": "ok"}] * 25)
    bus.publish([])
    with pytest.raises(bus.NotAllPublished) as refused:
        bus.publish([{"Detail": "bad" if n in {3, 14} else "ok"} for n in range(20)])
    assert list(refused.value.failed) == [3, 14]
