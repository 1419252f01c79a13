"""``Idempotency-Key``: the same key and body give the same answer for 24 hours, another body a 409."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.aws.http import Api
from shared.kernel.errors import Malformed

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def once(api: Api, proceed: Callable[[Api], Response[Any]]) -> Response[Any]:
    """Middleware of every POST: a request whose key was answered already gets that answer.

    Raises Malformed (no key), Conflict (the key came with another request), Busy (the first one is still running).
    """
    key = api.current_event.headers.get("idempotency-key")
    if key is None:
        return proceed(api)
    if not _KEY.fullmatch(key):
        raise Malformed("BAD_IDEMPOTENCY_KEY", "An Idempotency-Key has 1 to 255 visible ASCII characters, as a UUID.")
    # Powertools' idempotency loads boto3, a twentieth of a second that only senders of keys should wait for.
    from shared.aws.answers import answered_once

    return answered_once(api, key, proceed)
