"""Times, as they are stored and as they are read."""

from __future__ import annotations

from datetime import UTC, date, datetime

from shared.kernel.clock import indian_day, indian_time, parse_rfc3339, rfc3339

LATE = datetime(2026, 11, 22, 20, 15, 30, 123456, tzinfo=UTC)


def test_a_time_is_stored_to_the_millisecond_and_read_again() -> None:
    assert rfc3339(LATE) == "2026-11-22T20:15:30.123Z"
    assert parse_rfc3339(rfc3339(LATE)) == LATE.replace(microsecond=123000)


def test_people_in_india_read_it_by_their_own_clock() -> None:
    assert indian_time(LATE) == "23-11-2026 01:45 IST"
    assert indian_day(LATE) == date(2026, 11, 23)
