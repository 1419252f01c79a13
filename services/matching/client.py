"""Matching's door: questions to its Lambda, which holds the index and the search libraries.

What people have told apart is its own code, run in the caller's process.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from services.matching.domain.question import Candidate, Decision, Question
from services.matching.domain.search import Hit, Hits, Search, Status
from services.matching.settings import MatchingSettings
from services.matching.store import apart
from shared.aws import clients
from shared.aws.settings import settings

__all__ = [
    "Candidate",
    "Decision",
    "Hit",
    "Hits",
    "MatchingFailed",
    "Question",
    "Search",
    "Status",
    "covers",
    "kin",
    "match",
    "search",
    "told_apart",
]

_DECISIONS = TypeAdapter(list[Decision])
_NUMBERS = TypeAdapter(list[int])


class MatchingFailed(RuntimeError):
    """The function answered with an error; the same can be asked again."""


def match(questions: Sequence[Question], correlation_id: str, *, exactly: bool = False) -> list[Decision]:
    """A decision for each question, in order; up to 1,000 at once. ``exactly``: by GTIN and identity alone.

    Raises MatchingFailed.
    """
    return _DECISIONS.validate_python(_ask("match_exactly" if exactly else "match", _told(questions), correlation_id))


def kin(questions: Sequence[Question], correlation_id: str) -> list[int]:
    """For each question the number of the first that means the same product, though no catalog has it; up to 5,000 at
    once. Raises MatchingFailed."""
    return _NUMBERS.validate_python(_ask("kin", _told(questions), correlation_id))


def search(wanted: Search, correlation_id: str) -> Hits:
    """What a list shows for what was typed. Raises MatchingFailed."""
    return Hits.model_validate(_ask("search", wanted.model_dump(exclude_defaults=True), correlation_id))


def covers(at: datetime, correlation_id: str) -> bool:
    """Whether the index has all products as they were at that time. Raises MatchingFailed."""
    return bool(_ask("covers", at.isoformat(), correlation_id))


def told_apart(pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Which of these pairs of products people have said are not the same. Read here, for it needs no index."""
    return apart.of_pairs(pairs)


def _told(questions: Sequence[Question]) -> list[Any]:
    return [q.model_dump(mode="json", exclude_defaults=True) for q in questions]


def _ask(what: str, of: Any, correlation_id: str) -> Any:
    answer: Any = clients.functions().invoke(
        FunctionName=settings(MatchingSettings).matching_function,
        Payload=json.dumps({what: of, "correlation_id": correlation_id}).encode(),
    )
    said = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise MatchingFailed(f"{said.get('errorType')}: {said.get('errorMessage')}")
    return said
