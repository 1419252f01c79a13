"""Baseline: one function woken by the file, which puts every row as it stands. Nothing is matched, asked or reported.

Deployed by itself (``designs``), so it imports nothing of ours.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from typing import Any
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table(os.environ["ITEMS_TABLE"])


def handler(event: dict[str, Any], context: object) -> None:
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8-sig")
        store_id = key.split("/")[1]
        with table.batch_writer(overwrite_by_pkeys=["store_id", "product_id"]) as batch:
            for row in csv.DictReader(io.StringIO(text, newline="")):
                batch.put_item(Item={**row, "store_id": store_id, "product_id": row.get("Barcode") or _id(row)})


def _id(row: dict[str, str]) -> str:
    """Of goods without a barcode."""
    return hashlib.sha256("|".join(row[c] for c in ("ProductName", "Brand", "Quantity")).encode()).hexdigest()[:32]
