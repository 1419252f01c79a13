"""What ``matching.client`` asks; it runs here because here are the index and its libraries."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from services.matching.domain.question import Question
from services.matching.domain.search import Search
from services.matching.store import answers, recent
from shared.aws.observability import count, follow, metered

_QUESTIONS = TypeAdapter(list[Question])


@metered
def handler(event: dict[str, Any], context: Any) -> Any:
    """``{match: [...]}``, ``{match_exactly: [...]}``, ``{kin: [...]}``, ``{search: {...}}`` or ``{covers: time}``, and
    ``correlation_id``; answers what is asked, in order."""
    follow(event["correlation_id"])
    if "search" in event:
        return answers.search(Search.model_validate(event["search"])).model_dump(exclude_defaults=True)
    if "covers" in event:
        return recent.covers(datetime.fromisoformat(event["covers"]))
    # As JSON once more: there a decimal is exact, as a float of the runtime's own parser it isn't.
    if "kin" in event:
        return answers.kin(_QUESTIONS.validate_json(json.dumps(event["kin"])))
    exactly = "match_exactly" in event
    asked = _QUESTIONS.validate_json(json.dumps(event["match_exactly" if exactly else "match"]))
    decisions = answers.match_exactly(asked) if exactly else answers.match(asked)
    for outcome, name in (("match", "Matched"), ("review", "Reviewed"), ("new", "Unmatched")):
        count(name, sum(d.decision == outcome for d in decisions))
    return [d.model_dump(exclude_defaults=True) for d in decisions]
