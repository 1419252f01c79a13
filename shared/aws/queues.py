"""SQS: sending in batches, and working a batch so that one bad message fails alone."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.aws import clients
from shared.aws.observability import logger
from shared.aws.settings import OwnQueue, settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

Message = dict[str, Any]
Handler = Callable[[dict[str, Any], Any], Any]
RECEIVES = 5
"""How often a message is handed out before it is a dead letter."""
DEAD_LETTERS_OF = "dead-letters-of"
"""The tag of a queue of dead letters: whose they are. Names are cut where they are long."""
_BATCH = 10
_PAUSES = (5, 30, 120, 300)  # seconds before the next tries: an outage of minutes costs nobody his work
_HELD_FOR = 60  # seconds


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
            with _held(record):
                handled(json.loads(record.body), received, record.message_id)
        except Exception:
            logger.exception("message failed", extra={"message_id": record.message_id})
            _hide(record, _PAUSES[min(received, len(_PAUSES)) - 1])
            raise

    def handled(message: Message, received: int, message_id: str) -> None:
        if give_up is None or not (received >= RECEIVES or message.get("give_up")):
            work(message)
            return
        logger.error("given up", extra={"message_id": message_id, "received": received})
        give_up(message)
        if received >= RECEIVES:
            raise GaveUp

    def handler(event: dict[str, Any], context: Any) -> Any:
        return process_partial_response(event=event, record_handler=one, processor=processor, context=context)

    return handler


@contextmanager
def _held(record: SQSRecord) -> Iterator[None]:
    """Keeps a message hidden while it is worked, minute by minute: a worker that dies is missed soon, however long its
    queue hides messages, and one that takes long is not doubled."""
    done = threading.Event()

    def hold() -> None:
        while not done.wait(_HELD_FOR / 3):
            _hide(record, _HELD_FOR)

    holder = threading.Thread(target=hold, daemon=True)
    holder.start()
    try:
        yield
    finally:
        done.set()
        holder.join()


def _hide(record: SQSRecord, seconds: int) -> None:
    """Hides a message for so long from now on."""
    try:
        clients.sqs().change_message_visibility(
            QueueUrl=settings(OwnQueue).own_queue_url, ReceiptHandle=record.receipt_handle, VisibilityTimeout=seconds
        )
    except (BotoCoreError, ClientError):
        logger.warning("the message comes again when its queue says", exc_info=True)


def _groups(messages: Iterable[Message]) -> Iterator[list[Message]]:
    waiting = iter(messages)
    while group := list(islice(waiting, _BATCH)):
        yield group
