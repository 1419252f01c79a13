"""SQS: sending in batches, and working a batch so that one bad message fails alone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from shared.aws import clients
from shared.aws.observability import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

Message = dict[str, Any]
Handler = Callable[[dict[str, Any], Any], Any]
_BATCH = 10


def send(queue_url: str, messages: Iterable[Message], *, delay: int = 0) -> None:
    """Sends all, to be seen after ``delay`` seconds, or raises: then the caller's own redelivery sends all again."""
    for group in _groups(messages):
        later = {"DelaySeconds": delay} if delay else {}
        entries: Any = [{"Id": str(i), "MessageBody": json.dumps(m), **later} for i, m in enumerate(group)]
        for pause in (0.1, 0.4, 1.6, 0.0):
            answer = clients.sqs().send_message_batch(QueueUrl=queue_url, Entries=entries)
            again = {f["Id"] for f in answer.get("Failed", ())}
            entries = [e for e in entries if e["Id"] in again]
            if not entries:
                break
            time.sleep(pause)
        else:
            raise TimeoutError(f"{len(entries)} messages were not taken")


def queue_handler(work: Callable[[Message], None]) -> Handler:
    """A Lambda handler for a queue of JSON messages: each that fails comes again, the others don't."""
    # Who only sends needn't load this: it takes asyncio and many models with it.
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def one(record: SQSRecord) -> None:
        try:
            work(json.loads(record.body))
        except Exception:
            logger.exception("message failed", extra={"message_id": record.message_id})
            raise

    def handler(event: dict[str, Any], context: Any) -> Any:
        return process_partial_response(event=event, record_handler=one, processor=processor, context=context)

    return handler


def _groups(messages: Iterable[Message]) -> Iterator[list[Message]]:
    waiting = iter(messages)
    while group := list(islice(waiting, _BATCH)):
        yield group
