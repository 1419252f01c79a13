"""What keeps random requests from being refused for the same dull reason again and again."""

from __future__ import annotations

import random
import re
from typing import Any

import schemathesis

_LINE_END = re.compile(r"[\n\r]|%0[AaDd]")
_WELL_FORMED = re.compile(r"[\x21-\x7e]{1,200}")


def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """A good Idempotency-Key is a new one (else 409: reused), and most pages are first ones (else 400: no cursor)."""
    if case.meta is None or case.meta.generation.mode.is_negative:  # what is wrong with it is chosen with care
        return
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and _WELL_FORMED.fullmatch(key):
        case.headers["Idempotency-Key"] = f"{key}-{random.getrandbits(64):x}"
    if isinstance((case.query or {}).get("cursor"), str) and random.random() < 0.8:
        del case.query["cursor"]


def filter_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> bool:
    """The engine's gateway finds no route for a path with a line end, and says so in its own words."""
    return not any(_LINE_END.search(str(value)) for value in (path_parameters or {}).values())


schemathesis.hook(before_call)
schemathesis.hook(filter_path_parameters)
