"""SQS: sending in batches, and working a batch so that one bad message fails alone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.aws import clients
from shared.aws.observability import logger
from shared.aws.settings import OwnQueue, settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

Message = dict[str, Any]
Handler = Callable[[dict[str, Any], Any], Any]
RECEIVES = 5
"""How often a message is handed out before it is a dead letter."""
_BATCH = 10
_LONGEST_PAUSE = 60  # seconds


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


class GaveUp(Exception):
    """The work of a message was given up, in order; it goes among the dead letters, where people see it."""


def queue_handler(work: Callable[[Message], None], give_up: Callable[[Message], None] | None = None) -> Handler:
    """A Lambda handler for a queue of JSON messages: each that fails comes again soon, the others don't.

    A message that comes for the last time is not tried once more, it may have killed its worker each time: what is to
    be said of work that can't be done ``give_up`` says. It does so, too, of a message with ``give_up`` in it.
    """
    # Who only sends needn't load this: it takes asyncio and many models with it.
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def one(record: SQSRecord) -> None:
        received = int(record.attributes.approximate_receive_count)
        try:
            message: Message = json.loads(record.body)
            if give_up and (received >= RECEIVES or message.get("give_up")):
                logger.error("given up", extra={"message_id": record.message_id, "received": received})
                give_up(message)
                if received >= RECEIVES:
                    raise GaveUp
            else:
                work(message)
        except Exception:
            logger.exception("message failed", extra={"message_id": record.message_id})
            _again_soon(record, received)
            raise

    def handler(event: dict[str, Any], context: Any) -> Any:
        return process_partial_response(event=event, record_handler=one, processor=processor, context=context)

    return handler


def _again_soon(record: SQSRecord, received: int) -> None:
    """A message whose worker could say that it failed need not wait as long as one whose worker died."""
    try:
        clients.sqs().change_message_visibility(
            QueueUrl=settings(OwnQueue).own_queue_url,
            ReceiptHandle=record.receipt_handle,
            VisibilityTimeout=min(5 << (received - 1), _LONGEST_PAUSE),
        )
    except ClientError:
        logger.warning("it comes again later", exc_info=True)


def _groups(messages: Iterable[Message]) -> Iterator[list[Message]]:
    waiting = iter(messages)
    while group := list(islice(waiting, _BATCH)):
        yield group
