"""Answers kept by their Idempotency-Key: Powertools' idempotency on our own table.

A record is ``{id, status, validation, data, expiration, in_progress_expiration, first_at}``. An answer of ours is kept
whatever its status; a failure is not. Who was cut off in the middle and sends the request again makes the same ids at
the same time (``first_at``) and so lands on what the first attempt wrote: see ``Cause.new_id``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.idempotency.config import IdempotencyConfig
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyItemAlreadyExistsError,
    IdempotencyItemNotFoundError,
    IdempotencyValidationError,
)
from aws_lambda_powertools.utilities.idempotency.idempotency import idempotent_function
from aws_lambda_powertools.utilities.idempotency.persistence.base import BasePersistenceLayer
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import STATUS_CONSTANTS, DataRecord

from shared.aws.dynamo import ConditionFailed, Item, Table
from shared.aws.http import Api, Attempt, caller
from shared.aws.json import write_json
from shared.aws.observability import logger
from shared.aws.problems import refusal
from shared.aws.settings import IdempotencySettings, settings
from shared.kernel.clock import rfc3339, utc_now
from shared.kernel.errors import Busy, Conflict, Problem, Unavailable

_KEPT_SECONDS = 24 * 3600
_DONE, _RUNNING = STATUS_CONSTANTS["COMPLETED"], STATUS_CONSTANTS["INPROGRESS"]


def answered_once(api: Api, key: str, proceed: Callable[[Api], Response[Any]]) -> Response[Any]:
    """The answer of the first request with this key; that is this one, or it is kept. Raises Conflict, Busy."""
    event = api.current_event
    who = [caller(api).subject, event.http_method, event.path, key]
    asked = [
        event.json_body if event.body else None,
        event.raw_event.get("rawQueryString"),
        event.headers.get("if-match"),
    ]
    records = _Records(Table(settings(IdempotencySettings).idempotency_table, "id"))

    def work(request: dict[str, Any]) -> dict[str, Any]:
        api.context["attempt"] = Attempt(records.first_at, "\x1f".join(request["key"]))
        try:
            response = proceed(api)
        except (Busy, Unavailable):
            raise
        except Problem as problem:
            response = refusal(problem)
        body = response.body
        return {
            "status": response.status_code,
            "headers": response.headers,
            "body": body if body is None or isinstance(body, str) else write_json(body),
        }

    config = IdempotencyConfig(
        event_key_jmespath="key",
        payload_validation_jmespath="asked",
        expires_after_seconds=_KEPT_SECONDS,
        hash_function="sha256",
        lambda_context=api.lambda_context,
        response_hook=_again,
    )
    try:
        kept = idempotent_function(
            work, data_keyword_argument="request", persistence_store=records, config=config, key_prefix="http"
        )(request={"key": who, "asked": json.dumps(asked, sort_keys=True, default=str)})
    except IdempotencyValidationError:
        raise Conflict(
            "IDEMPOTENCY_KEY_REUSED",
            "This Idempotency-Key was sent with another request; take a new key for a new one.",
        ) from None
    except IdempotencyAlreadyInProgressError:
        raise Busy(
            "IDEMPOTENCY_IN_PROGRESS", "The first request with this key is still being answered.", retry_after=1
        ) from None
    return Response(kept["status"], body=kept["body"], headers=kept["headers"])


def _again(response: Any, idempotent_data: DataRecord) -> Any:
    return {**response, "headers": {**response["headers"], "Idempotency-Replayed": "true"}}


class _Records(BasePersistenceLayer):
    """The records, for one request."""

    def __init__(self, table: Table) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.table = table
        self.first_at: datetime = utc_now()

    def _put_record(self, data_record: DataRecord) -> None:
        now = utc_now()
        try:
            begun = self.table.update(
                data_record.idempotency_key,
                set_="SET #status = :running, #validation = :asked, #expiration = :expiration,"
                " #in_progress_expiration = :until, #first_at = if_not_exists(#first_at, :now)",
                # Ours to answer: never asked before, or asked just so by a request that was cut off.
                condition="attribute_not_exists(id) OR (#status = :running"
                " AND #in_progress_expiration < :millis AND #validation = :asked)",
                running=_RUNNING,
                asked=data_record.payload_hash,
                expiration=data_record.expiry_timestamp,
                until=data_record.in_progress_expiry_timestamp,
                now=rfc3339(now),
                millis=int(now.timestamp() * 1000),
            )
        except ConditionFailed as there:
            if there.item and there.item["expiration"] < now.timestamp():
                self._forget(there.item)
                self._put_record(data_record)
                return
            old = _record(there.item) if there.item else None
            if old:
                self._validate_payload(data_payload=data_record, stored_data_record=old)
            raise IdempotencyItemAlreadyExistsError(old_data_record=old) from None
        self.first_at = datetime.fromisoformat(begun["first_at"])

    def _forget(self, old: Item) -> None:
        """DynamoDB takes expired records away in its own time."""
        try:
            self.table.delete(old["id"], condition="#expiration = :seen", seen=old["expiration"])
        except ConditionFailed:
            return

    def _update_record(self, data_record: DataRecord) -> None:
        """Keeps the answer. Where that fails it is given nevertheless: what it tells of is done."""
        try:
            self.table.update(
                data_record.idempotency_key,
                set_="SET #status = :done, #data = :answer, #expiration = :expiration",
                done=_DONE,
                answer=data_record.response_data,
                expiration=data_record.expiry_timestamp,
            )
        except Exception:  # noqa: BLE001 - whatever it was, the answer stands; the same key makes the same thing
            logger.exception("an answer was not kept")

    def _delete_record(self, data_record: DataRecord) -> None:
        """After a failure: the next attempt may begin at once. ``first_at`` stays."""
        self.table.update(data_record.idempotency_key, set_="SET #in_progress_expiration = :at_once", at_once=0)

    def _get_record(self, idempotency_key: str) -> DataRecord:
        found = self.table.get(idempotency_key)
        if found is None:
            raise IdempotencyItemNotFoundError
        return _record(found)


def _record(item: Item) -> DataRecord:
    return DataRecord(
        item["id"],
        status=item["status"],
        expiry_timestamp=item["expiration"],
        in_progress_expiry_timestamp=item["in_progress_expiration"],
        response_data=item.get("data", ""),
        payload_hash=item["validation"],
    )
