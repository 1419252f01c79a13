"""The stream of Products is where the catalog's events come from: what is committed is stated."""

from __future__ import annotations

from collections.abc import Sequence

from events.base import Event
from services.catalog.domain import product as domain
from services.catalog.domain.product import Product
from services.catalog.domain.quality import score
from shared.aws import bus
from shared.aws.dynamo import Item
from shared.aws.settings import Runtime, settings
from shared.aws.streams import Change, stream_handler
from shared.kernel.cause import Cause


def state(changes: Sequence[Change]) -> None:
    """Publishes the event of each change. Its id comes from product and version: told twice, it is one fact."""
    facts = [fact for change in changes if change.new for fact in [_fact(change.old, change.new)] if fact]
    bus.publish([fact.entry(settings(Runtime).event_bus) for fact in facts])


def _fact(old: Item | None, new: Item) -> Event | None:
    after = Product.model_validate(new)
    after = after.model_copy(update={"quality_score": score(after, after.updated_at)})
    before = Product.model_validate(old) if old else None
    return domain.fact_of(before, after, Cause(new["changed_by"], after.updated_at, new["correlation_id"]))


handler = stream_handler(state)
