"""Time, always UTC and always handed in: nothing in this code base reads the clock at import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

Clock = Callable[[], datetime]

INDIA = timezone(timedelta(hours=5, minutes=30))
"""IST, all year."""


def utc_now() -> datetime:
    """The clock of production, in whole milliseconds: what is answered is what is stored."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def rfc3339(at: datetime) -> str:
    """``2026-11-22T10:15:30.123Z``: fixed width, so that its text sorts as its time does."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_rfc3339(text: str) -> datetime:
    """The instant a stored time names. Raises ValueError when it names none."""
    return datetime.fromisoformat(text).astimezone(UTC)


def indian_day(at: datetime) -> date:
    """The day that it is in India then: the one that an expiry date means (IST, UTC+5:30 all year)."""
    return at.astimezone(INDIA).date()


def indian_time(at: datetime) -> str:
    """``27-11-2026 15:45 IST``, for a sentence that people in India read."""
    return f"{at.astimezone(INDIA):%d-%m-%Y %H:%M} IST"
