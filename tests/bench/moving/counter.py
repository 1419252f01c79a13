"""Baseline: Powertools' idempotency around a read-modify-write of the item. No ledger and no event.

It looks at nothing of a movement, asks nobody who may book it and knows no lots; a crash between its writes books the
movement again.
"""

from __future__ import annotations

import json
import os
import random
import time
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import boto3
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

table = boto3.resource("dynamodb").Table(os.environ["COUNTERS_TABLE"])
config = IdempotencyConfig(event_key_jmespath="movement_id", expires_after_seconds=30 * 24 * 3600)
OUT = {"sale", "damage", "expired", "theft_loss", "own_use", "return_out", "transfer_out"}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """POST /v1/stores/{store_id}/inventory/{product_id}/movements"""
    _, _, _, store_id, _, product_id, _ = event["rawPath"].split("/")
    config.register_lambda_context(context)
    answer = _book(store_id=store_id, product_id=product_id, movement=json.loads(event["body"]))
    return {"statusCode": 201, "body": json.dumps(answer)}


@idempotent_function(  # type: ignore[untyped-decorator]
    data_keyword_argument="movement",
    persistence_store=DynamoDBPersistenceLayer(table_name=os.environ["ONCE_TABLE"]),
    config=config,
)
def _book(store_id: str, product_id: str, movement: dict[str, Any]) -> dict[str, Any]:
    key = {"store_id": store_id, "product_id": product_id}
    change = Decimal(str(movement["quantity"])) * (-1 if movement["type"] in OUT else 1)
    while True:
        item: dict[str, Any] = table.get_item(Key=key, ConsistentRead=True).get("Item") or {**key, "version": 0}
        now = datetime.now(timezone.utc).isoformat()  # noqa: UP017 - as it is usually written
        quantity = item.get("quantity", Decimal(0)) + change
        version = item["version"] + 1
        try:
            table.put_item(
                Item={**item, "quantity": quantity, "version": version, "updated_at": now},
                ConditionExpression="attribute_not_exists(version) OR version = :version",
                ExpressionAttributeValues={":version": item["version"]},
            )
        except table.meta.client.exceptions.ConditionalCheckFailedException:
            time.sleep(random.uniform(0, 0.02))
        else:
            return {"movement_id": movement["movement_id"], "balance": str(quantity)}
