"""The batch of questions that ``matching.client`` sends; it runs here because here are the index and its libraries."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from services.matching import store
from services.matching.domain import Question
from shared.aws.observability import count, follow, metered

_QUESTIONS = TypeAdapter(list[Question])


@metered
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{questions: [...], correlation_id}`` -> ``{decisions: [...]}``, in the same order."""
    follow(event["correlation_id"])
    # As JSON once more: there a decimal is exact, as a float of the runtime's own parser it isn't.
    decisions = store.match(_QUESTIONS.validate_json(json.dumps(event["questions"])))
    count("Matched", sum(d.decision == "match" for d in decisions))
    count("Unmatched", sum(d.decision != "match" for d in decisions))
    return {"decisions": [d.model_dump(exclude_defaults=True) for d in decisions]}
