"""Baseline: row of the ledger, figure and event in one transaction; a ledger by time is an index of it.

It looks at nothing of a movement, asks nobody who may book it, knows no lots and can't say what is left.
"""

from __future__ import annotations

import json
import os
import uuid
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import boto3

client = boto3.resource("dynamodb").meta.client
OUT = {"sale", "damage", "expired", "theft_loss", "own_use", "return_out", "transfer_out"}


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """POST /v1/stores/{store_id}/inventory/{product_id}/movements"""
    _, _, _, store_id, _, product_id, _ = event["rawPath"].split("/")
    movement = json.loads(event["body"], parse_float=Decimal)
    status = _book(store_id, product_id, movement)
    return {"statusCode": status, "body": json.dumps({"movement_id": movement["movement_id"]})}


def _book(store_id: str, product_id: str, movement: dict[str, Any]) -> int:
    now = datetime.now(timezone.utc).isoformat()  # noqa: UP017 - as it is usually written
    item = f"{store_id}#{product_id}"
    change = Decimal(-movement["quantity"] if movement["type"] in OUT else movement["quantity"])
    row: dict[str, Any] = {**movement, "item": item, "change": change, "recorded_at": now}
    stated: dict[str, Any] = {"event_id": str(uuid.uuid4()), "type": "StockChanged", **row}
    try:
        client.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": os.environ["LEDGER_TABLE"],
                        "Item": row,
                        "ConditionExpression": "attribute_not_exists(movement_id)",
                    }
                },
                {
                    "Update": {
                        "TableName": os.environ["ITEMS_TABLE"],
                        "Key": {"store_id": store_id, "product_id": product_id},
                        "UpdateExpression": "ADD quantity :change SET updated_at = :now",
                        "ExpressionAttributeValues": {":change": change, ":now": now},
                    }
                },
                {"Put": {"TableName": os.environ["OUTBOX_TABLE"], "Item": stated}},
            ]
        )
    except client.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise
    return 201
