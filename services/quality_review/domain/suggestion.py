"""What a store would change of a product, fact by fact.

A fact is a field; of regional names and attributes each is one of its own (``regional_names.IN-MH``): a store that adds
its region's names takes nobody else's away. How many packs there are belongs to the net quantity. Values are kept as
canonical JSON, so two stores mean the same where their texts are the same, and nothing is lost on the way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from events.quality_review import SettledSuggestion, SuggestionSettled
from shared.kernel.cause import Cause

State = Literal["open", "accepted", "declined"]
Json = Mapping[str, Any]

GONE: Final[Mapping[str, str]] = {
    "merged": "The product was merged.",
    "rejected": "The product was rejected.",
}
"""Status of a product that nothing is taken over for any more: what the stores are told."""

_BY_KEY: Final = ("regional_names", "attributes")


class Suggestion(BaseModel):
    """``changes``: fact -> its value as JSON. ``name`` is what the product was called."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    product_id: str
    suggestion_id: str
    store_id: str
    suggested_by: str
    name: str
    changes: dict[str, str]
    reason: str | None = None
    created_at: datetime
    state: State = "open"
    settled_by: str | None = None
    settled_at: datetime | None = None
    settled_reason: str | None = None


def text(value: Any) -> str:
    """Canonical JSON: the same value is the same text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def value(written: str) -> Any:
    """What a text of JSON says; figures exact."""
    return json.loads(written, parse_float=Decimal)


def changes_of(fields: Json) -> dict[str, str]:
    """Facts of the fields of a product, given as JSON."""
    changes: dict[str, str] = {}
    for name, given in fields.items():
        if name in _BY_KEY:
            changes |= {f"{name}.{key}": text(one) for key, one in given.items()}
        else:
            changes[name] = text(given)
    return changes


def stands(changes: Mapping[str, str], product: Json) -> bool:
    """Whether the product, given as JSON, says all of that already."""
    return all(text(current(fact, product)) == written for fact, written in changes.items())


def current(fact: str, product: Json) -> Any:
    """What a product, given as JSON, says of a fact."""
    name, _, key = fact.partition(".")
    return (product.get(name) or {}).get(key) if key else product.get(name)


def fields_of(changes: Mapping[str, str], product: Json) -> dict[str, Any]:
    """The fields of a product that would change, whole: what is told of one region comes to the other regions'."""
    fields: dict[str, Any] = {}
    for fact, written in changes.items():
        name, _, key = fact.partition(".")
        if key:
            fields[name] = {**(product.get(name) or {}), **fields.get(name, {}), key: value(written)}
        else:
            fields[name] = value(written)
    return fields


def fate(suggestion: Suggestion, status: str, product: Json) -> tuple[bool, str | None] | None:
    """Whether a suggestion that waits is taken over or declined by what became of its product, and why.

    None: it waits on.
    """
    if status in GONE:
        return False, GONE[status]
    return (True, None) if stands(suggestion.changes, product) else None


def settled(suggestion: Suggestion, reason: str | None, cause: Cause, *, accepted: bool) -> Suggestion:
    """The suggestion, decided."""
    return suggestion.model_copy(
        update={
            "state": "accepted" if accepted else "declined",
            "settled_by": cause.actor,
            "settled_at": cause.at,
            "settled_reason": reason,
        }
    )


def fact_of(decided: Suggestion, cause: Cause) -> SuggestionSettled:
    """The event that a suggestion was decided."""
    data = SettledSuggestion(
        suggestion_id=decided.suggestion_id,
        product_id=decided.product_id,
        name=decided.name,
        fields=tuple(decided.changes),
        store_id=decided.store_id,
        suggested_by=decided.suggested_by,
        accepted=decided.state == "accepted",
        reason=decided.settled_reason,
    )
    return SuggestionSettled.stated(cause, data, decided.suggestion_id)
