"""Baseline: one function sends each row as a message; another looks its product up, adds one that is missing, and
writes the item and its event in a transaction.

Deployed by itself (``designs``), so it imports nothing of ours.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import uuid
from datetime import datetime, timezone
from decimal import Decimal
from itertools import islice
from typing import Any
from urllib.parse import unquote_plus

import boto3
from boto3.dynamodb.conditions import Key

s3, sqs = boto3.client("s3"), boto3.client("sqs")
dynamodb = boto3.resource("dynamodb")
products = dynamodb.Table(os.environ["PRODUCTS_TABLE"])


def read(event: dict[str, Any], context: object) -> None:
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""))
        while batch := list(islice(rows, 10)):
            bodies = [json.dumps({"store_id": key.split("/")[1], "row": row}) for row in batch]
            sqs.send_message_batch(
                QueueUrl=os.environ["ROWS_QUEUE_URL"],
                Entries=[{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies)],
            )


def write(event: dict[str, Any], context: object) -> None:
    for message in event["Records"]:
        told = json.loads(message["body"])
        _write(told["store_id"], told["row"])


def _write(store_id: str, row: dict[str, str]) -> None:
    barcode = row.get("Barcode") or _code(row)
    found = products.query(IndexName="by_barcode", KeyConditionExpression=Key("barcode").eq(barcode), Limit=1)["Items"]
    product_id = str(found[0]["product_id"]) if found else str(uuid.uuid4())
    now = datetime.now(timezone.utc).isoformat()  # noqa: UP017 - as it is usually written
    mrp, price = Decimal(row["Price"]), Decimal(row["DiscountPrice"])
    if not found:
        product: dict[str, Any] = {"product_id": product_id, "barcode": barcode, "name": row["ProductName"], "mrp": mrp}
        product |= {"brand": row["Brand"], "size": row["Quantity"], "category": row.get("Category"), "created_at": now}
        products.put_item(Item=product)
    item: dict[str, Any] = {
        "store_id": store_id,
        "product_id": product_id,
        "price": price,
        "mrp": mrp,
        "updated_at": now,
    }
    stated: dict[str, Any] = {"event_id": str(uuid.uuid4()), "type": "StockChanged", **item}
    dynamodb.meta.client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": os.environ["ITEMS_TABLE"], "Item": item}},
            {"Put": {"TableName": os.environ["OUTBOX_TABLE"], "Item": stated}},
        ]
    )


def _code(row: dict[str, str]) -> str:
    """What stands for the barcode of goods without one."""
    return hashlib.sha256("|".join(row[c] for c in ("ProductName", "Brand", "Quantity")).encode()).hexdigest()[:32]
