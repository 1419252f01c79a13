"""Many things in one request, as of a phone that was offline: each is judged by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from shared.aws import problems
from shared.kernel.errors import Problem
from shared.kernel.translations import in_words_of

T = TypeVar("T")
R = TypeVar("R")
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


def in_groups(
    sent: Sequence[T | Unreadable],
    group_of: Callable[[T], str],
    refused: Callable[[str | None, Problem], R],
    work: Callable[[list[T]], Iterable[R]],
) -> list[R]:
    """A result for each of many, in their order. Those of one group are worked together, in the order in which they
    came, and several groups at once."""
    results: dict[int, R] = {}
    groups: dict[str, list[tuple[int, T]]] = defaultdict(list)
    for at, one in enumerate(sent):
        if isinstance(one, Unreadable):
            results[at] = refused(one.id, one.problem)
        else:
            groups[group_of(one)].append((at, one))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        worked = pool.map(lambda group: list(work([one for _, one in group])), groups.values())
        for group, done in zip(groups.values(), worked, strict=True):
            results |= {at: result for (at, _), result in zip(group, done, strict=True)}
    return [results[at] for at in range(len(sent))]


def told(problem: Problem, language: str) -> tuple[str, str]:
    """The code and, in the reader's language, the sentence for one of many that was refused."""
    if first := next(iter(problem.errors), None):
        return first.code, f"{first.pointer}: {in_words_of(first.message, language)}"
    return problem.code, in_words_of(problem.detail, language)
