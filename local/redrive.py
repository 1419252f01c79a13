"""Dead letters back to the queue they came from, once their cause is mended: ``make redrive QUEUE=Links [STAGE=dev]``.

Without a queue's name: all queues of dead letters, and how many lie there. On AWS, SQS itself moves them. The local
engine can't, so there they are sent again one by one and then deleted: after a crash between the two a message is there
twice, which consumers bear.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from local.aws import Engine
from local.home import REGION, Home

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_HIDDEN = 300  # seconds in which nobody else sees a message that is on its way
_LOOK = 2.0  # seconds between looks at how SQS gets on


@dataclass(frozen=True)
class Queue:
    """A queue of dead letters; ``source`` is the address of the queue that names it, where one does."""

    name: str
    url: str
    arn: str
    depth: int
    source: str | None = None
    source_arn: str | None = None

    def __str__(self) -> str:
        whose = f"of {_name(self.source)}" if self.source else "of no queue: a stream's or a timer's"
        return f"{self.depth:>7,}  {self.name}  ({whose})"

    def is_meant(self, part: str) -> bool:
        """By a part of its name or of its source's, in any case."""
        return any(part.casefold() in name.casefold() for name in (self.name, _name(self.source or "")))


def dead_letters(queues: SQSClient, prefix: str) -> list[Queue]:
    """All queues of dead letters whose names begin so, by name: those that a queue names in its ``RedrivePolicy``, and
    those called dead that none does, to which streams and timers send."""
    pages = queues.get_paginator("list_queues").paginate(QueueNamePrefix=prefix)
    urls = [url for page in pages for url in page.get("QueueUrls", [])]
    told = {url: queues.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] for url in urls}
    sources = {
        json.loads(known["RedrivePolicy"])["deadLetterTargetArn"]: (url, known["QueueArn"])
        for url, known in told.items()
        if "RedrivePolicy" in known
    }
    return [
        Queue(
            _name(url), url, known["QueueArn"], int(known["ApproximateNumberOfMessages"]),
            *sources.get(known["QueueArn"], ()),
        )
        for url, known in sorted(told.items())
        if known["QueueArn"] in sources or "dead" in _name(url).casefold()
    ]  # fmt: skip


def the_one(found: Iterable[Queue], part: str) -> Queue:
    """The queue that is meant. Raises LookupError, with what a person can do, unless it is one that can be moved."""
    meant = [queue for queue in found if queue.is_meant(part)]
    if not meant:
        raise LookupError(f"No queue of dead letters is called {part!r}.")
    if len(meant) > 1:
        raise LookupError("Say which:\n" + "\n".join(map(str, meant)))
    if meant[0].source is None:
        raise LookupError(f"{meant[0].name} holds what no queue has lost: there is no way back.")
    return meant[0]


def send_back(queues: SQSClient, dead: Queue) -> int:
    """Moves the messages one by one; how many they were. One that dies again meanwhile is left for the next time."""
    assert dead.source  # noqa: S101 - by the_one
    moved = 0
    while moved < dead.depth:
        found = queues.receive_message(
            QueueUrl=dead.url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=_HIDDEN,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["AWSTraceHeader"],
        )
        if not found.get("Messages"):
            break
        for message in found["Messages"]:
            trace = message.get("Attributes", {}).get("AWSTraceHeader")
            queues.send_message(
                QueueUrl=dead.source,
                MessageBody=message["Body"],
                MessageAttributes=message.get("MessageAttributes", {}),
                MessageSystemAttributes={"AWSTraceHeader": {"DataType": "String", "StringValue": trace}}
                if trace
                else {},
            )
            queues.delete_message(QueueUrl=dead.url, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved


def have_moved(queues: SQSClient, dead: Queue) -> int:
    """Lets SQS move the messages, to its end; how many they were. Raises RuntimeError with what SQS says of a failure.

    The source is named, for SQS would else refuse those that EventBridge could not deliver there.
    """
    assert dead.source_arn  # noqa: S101 - by the_one
    queues.start_message_move_task(SourceArn=dead.arn, DestinationArn=dead.source_arn)
    while True:
        task = queues.list_message_move_tasks(SourceArn=dead.arn, MaxResults=1)["Results"][0]
        if task["Status"] != "RUNNING":
            break
        time.sleep(_LOOK)
    if task["Status"] != "COMPLETED":
        raise RuntimeError(f"{task['Status']}: {task.get('FailureReason', 'no reason given')}")
    return task["ApproximateNumberOfMessagesMoved"]


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.redrive", description="Moves dead letters back.")
    parser.add_argument("queue", nargs="?", help="a part of the queue's name; without it all are listed")
    parser.add_argument("--stage", help="on AWS; else on the running local system")
    asked = parser.parse_args()
    if asked.stage:
        queues = boto3.client("sqs", region_name=os.environ.get("AWS_REGION", REGION))
    else:
        queues = Engine(Home.current().told()["aws_endpoint_url"]).queues
    found = dead_letters(queues, f"VyaparApp-{asked.stage or 'local'}-")
    if not asked.queue:
        print("\n".join(map(str, found)) or "There are no queues of dead letters.")
        return 0
    try:
        dead = the_one(found, asked.queue)
        moved = (have_moved if asked.stage else send_back)(queues, dead)
    except (LookupError, RuntimeError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{moved:,} messages moved to {_name(dead.source or '')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
