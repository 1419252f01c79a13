"""The door to Open Food Facts: one barcode, asked by the function that has the HTTP client and the limits."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from services.off_sync.settings import OffLookups
from shared.aws import clients
from shared.aws.settings import settings

__all__ = ["LookupFailed", "look_up"]


class LookupFailed(RuntimeError):
    """The function answered with an error, or not in time."""


def look_up(gtin: str, correlation_id: str) -> str | None:
    """The product that a GTIN is, as Open Food Facts has just said and our catalog has it now; None where nobody knows
    it, or nobody could be asked. It takes five seconds at most. Raises LookupFailed."""
    try:
        answer: Any = clients.functions().invoke(
            FunctionName=settings(OffLookups).off_lookup_function,
            Payload=json.dumps({"gtin": gtin, "correlation_id": correlation_id}).encode(),
        )
    except (BotoCoreError, ClientError) as error:  # as many as may work already
        raise LookupFailed(str(error)) from error
    said = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise LookupFailed(f"{said.get('errorType')}: {said.get('errorMessage')}")
    product_id: str | None = said["product_id"]
    return product_id
