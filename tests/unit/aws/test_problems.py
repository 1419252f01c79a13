"""How each kind of refusal leaves."""

from __future__ import annotations

import json

import pytest

from shared.aws.problems import INTERNAL, refusal
from shared.kernel.errors import Busy, Conflict, NotFound, Problem, Stale, Unavailable


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (NotFound("X", "y"), 404),
        (Stale("X", "y"), 412),
        (Conflict("X", "y"), 409),
        (Busy("X", "y"), 409),
        (Unavailable("X", "y"), 503),
        (INTERNAL, 500),
    ],
)
def test_every_problem_has_the_status_of_its_kind(problem: Problem, status: int) -> None:
    assert refusal(problem).status_code == status


def test_who_may_try_again_is_told_when() -> None:
    told = refusal(Busy("WAIT", "Wait.", retry_after=2))
    assert told.headers["Retry-After"] == "2"
    assert "retry_after" not in json.loads(str(told.body))
