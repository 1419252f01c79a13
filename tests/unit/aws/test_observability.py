"""Log lines say what happened, and nothing about whom."""

from __future__ import annotations

import io
import itertools
import json
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from shared.aws.observability import discreet

_COUNT = itertools.count()
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyYXZpIn0.c2lnbmF0dXJl"


def logged(message: str, **extra: Any) -> dict[str, Any]:
    stream = io.StringIO()
    log = Logger(service=f"test {next(_COUNT)}", stream=stream, logger_formatter=discreet())
    try:
        raise ValueError(f"input_value='{message}'")
    except ValueError:
        log.exception(message, extra=extra)
    line: dict[str, Any] = json.loads(stream.getvalue())
    return line


@pytest.mark.parametrize(
    "private",
    ["+91 98765 43210", "9876543210", "098765-43210", "asha.k+shop@example.co.in", TOKEN, f"Bearer {TOKEN}"],
)
def test_numbers_addresses_and_tokens_stay_out_wherever_they_stand(private: str) -> None:
    line = json.dumps(logged(f"told {private}.", deep={"list": [f"a {private}"]}))
    assert private not in line
    assert "[hidden]" in line


def test_private_fields_stay_out_by_their_name() -> None:
    line = logged("x", store={"phone": "12", "Email": "a", "nothing_yet": None, "access_token": "t"}, status=200)
    assert line["store"] == {
        "phone": "[hidden]",
        "Email": "[hidden]",
        "nothing_yet": None,
        "access_token": "[hidden]",
    }
    assert line["status"] == 200


def test_what_is_ours_stays_readable() -> None:
    told = "prd_01KAM8Q3ZV9876543210ABCDEF 8901719110016 job_01K at 2026-11-22T10:00:00.000Z 9876543210123"
    assert logged(told)["message"] == told
