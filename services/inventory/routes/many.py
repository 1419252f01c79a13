"""Many things in one request, as of a phone that was offline: each is judged by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from shared.aws import problems
from shared.kernel.errors import Problem

MOST = 100
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One of many that is none; ``id`` as it was sent, where it has one."""

    id: str | None
    problem: Problem


def each(id_name: str) -> WrapValidator:
    """Of the type of a list's things: one that is wrong doesn't keep the others in the phone."""

    def read_or_tell(raw: Any, read: ValidatorFunctionWrapHandler) -> Any:
        if not isinstance(raw, dict):
            return read(raw)
        try:
            return read(raw)
        except ValidationError as error:
            sent = raw.get(id_name)
            return Unreadable(sent[:64] if isinstance(sent, str) else None, problems.of_validation(error.errors(), raw))

    return WrapValidator(read_or_tell)


def told(problem: Problem) -> tuple[str, str]:
    """The code and the sentence for one of many that was refused."""
    first = next(iter(problem.errors), None)
    return (first.code, f"{first.pointer}: {first.message}") if first else (problem.code, problem.detail)
