"""Opaque cursors of where a list's next page starts, sealed so that only those we gave out are taken.

A cursor is good for the path it was given on. It holds no partition: callers add that themselves.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from shared.aws import clients
from shared.aws.http import Api
from shared.aws.json import write_json
from shared.aws.settings import CursorSettings, settings
from shared.kernel.errors import Malformed

_AT_MOST = 2000
_SEAL = 16  # bytes of HMAC-SHA256


def encode_cursor(api: Api, key: dict[str, Any] | None) -> str | None:
    """The cursor of ``key`` (names and texts) for the list that is being answered; None at its end."""
    if key is None:
        return None
    plain = write_json(key).encode()
    return _text(_seal(api, plain) + plain)


def decode_cursor(api: Api, cursor: str | None, *names: str) -> dict[str, str] | None:
    """The key in a cursor, which holds exactly ``names``. Raises Malformed for one not given for this list."""
    if cursor is None:
        return None
    try:
        if len(cursor) > _AT_MOST:
            raise ValueError
        sealed = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        if _text(sealed) != cursor:  # the last character has spare bits: one cursor, one spelling
            raise ValueError
        seal, plain = sealed[:_SEAL], sealed[_SEAL:]
        if not hmac.compare_digest(seal, _seal(api, plain)):
            raise ValueError
        key: dict[str, str] = json.loads(plain)
        if set(key) != set(names):
            raise ValueError
    except ValueError:
        raise Malformed("BAD_CURSOR", "This cursor is not one of ours; start without one.") from None
    return key


def link_to_next(api: Api, cursor: str | None) -> str:
    """The header ``Link`` (RFC 8288) of a part that isn't JSON: where the next one is."""
    asked = parse_qsl(api.current_event.raw_event.get("rawQueryString", ""), keep_blank_values=True)
    query = urlencode([*((name, value) for name, value in asked if name != "cursor"), ("cursor", cursor or "")])
    return f'<{api.current_event.path}?{query}>; rel="next"'


def _text(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def _seal(api: Api, plain: bytes) -> bytes:
    place = api.current_event.path.encode()
    return hmac.digest(_secret(), place + b"\0" + plain, hashlib.sha256)[:_SEAL]


@cache
def _secret() -> bytes:
    stored = clients.secrets().get_secret_value(SecretId=settings(CursorSettings).cursor_secret)
    return stored["SecretString"].encode()
