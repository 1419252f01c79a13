"""Who changed something, when, and on which request: what every change and event carries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Cause:
    """``actor`` is a user's ``sub`` or a machine (``bucket:{store_id}``, ``system:{service}``)."""

    actor: str
    at: datetime
    correlation_id: str
