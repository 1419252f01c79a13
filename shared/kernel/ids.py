"""Opaque ids. All are ULIDs (48 bits of time, 80 of chance) behind a short prefix, so that they sort by age.

``derived_id`` makes the 80 bits from a seed: the same cause gives the same id however often it is redelivered, and that
is what makes a retried write land on itself.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _ulid(at: datetime, tail: bytes) -> str:
    number = (int(at.timestamp() * 1000) << 80) | int.from_bytes(tail[:10], "big")
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def new_id(prefix: str, at: datetime) -> str:
    """A fresh id, ``prd_01K...``."""
    return f"{prefix}_{_ulid(at, os.urandom(10))}"


def derived_id(prefix: str, at: datetime, *seed: str) -> str:
    """The id that this cause has: the same ``at`` and ``seed`` always give the same one."""
    return f"{prefix}_{_ulid(at, hashlib.sha256(chr(31).join(seed).encode()).digest())}"
