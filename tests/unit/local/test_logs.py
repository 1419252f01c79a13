"""A log line as a person reads it."""

from __future__ import annotations

import json

from local.logs import shown

LINE = {
    "level": "ERROR",
    "location": "handler:142",
    "message": "what follows is our fault",
    "timestamp": "2026-11-22 21:48:34,625+0000",
    "service": "inventory",
    "correlation_id": "req-1",
    "status": 500,
}


def test_what_happened_comes_first_and_facts_follow() -> None:
    line = "2026-11-22 21:48:34,625+0000 ERROR inventory what follows is our fault  correlation_id=req-1 status=500"
    assert shown(json.dumps(LINE)) == line


def test_a_traceback_is_printed_as_it_was() -> None:
    trace = 'Traceback (most recent call last):\n  File "api.py", line 1\nKeyError: 1'
    assert shown(json.dumps({**LINE, "exception": trace, "exception_name": "KeyError"})).endswith(
        f"status=500\n{trace}"
    )


def test_what_is_no_line_of_ours_is_left_as_it_is() -> None:
    for text in ("START RequestId: 1", '{"_aws": {}}', "[1]", "7"):
        assert shown(text + "\n") == text
