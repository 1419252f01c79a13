"""Matching's door: questions in batches to its Lambda, which holds the search libraries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from services.matching.domain import Candidate, Decision, Question
from services.matching.settings import MatchingSettings
from shared.aws import clients
from shared.aws.settings import settings

__all__ = ["Candidate", "Decision", "MatchingFailed", "Question", "match"]

_DECISIONS = TypeAdapter(list[Decision])


class MatchingFailed(RuntimeError):
    """The function answered with an error; the same batch can be asked again."""


def match(questions: Sequence[Question], correlation_id: str) -> list[Decision]:
    """A decision for each question, in order; up to 1,000 at once. Raises MatchingFailed."""
    asked = {
        "questions": [q.model_dump(mode="json", exclude_defaults=True) for q in questions],
        "correlation_id": correlation_id,
    }
    answer: Any = clients.functions().invoke(
        FunctionName=settings(MatchingSettings).matching_function, Payload=json.dumps(asked).encode()
    )
    said = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise MatchingFailed(f"{said.get('errorType')}: {said.get('errorMessage')}")
    return _DECISIONS.validate_python(said["decisions"])
