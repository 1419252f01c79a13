"""The stream of Reviews is where its events come from, and where stores' suggestions are compared with each other.

Both may be done again: events have the ids of product and version, and what stores agreed on stands already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.quality_review.domain import review as domain
from services.quality_review.domain.review import Review
from services.quality_review.store import following, reviews
from shared.aws import bus
from shared.aws.settings import AgreementSettings, Runtime, settings
from shared.aws.streams import Change, stream_handler
from shared.kernel.agreement import ACTOR
from shared.kernel.cause import Cause


def state(changes: Sequence[Change]) -> None:
    """Publishes what opened or was settled; then takes over what enough stores suggest alike."""
    read = [(reviews.load(c.old) if c.old else None, reviews.load(c.new)) for c in changes if c.new]
    facts = [fact for old, new in read for fact in [domain.fact_of(old, new)] if fact]
    bus.publish([fact.entry(settings(Runtime).event_bus) for fact in facts])
    for product_id, last in {new.product_id: new for new in _with_more_suggestions(read)}.items():
        cause = Cause(ACTOR, last.changed_at, last.correlation_id)
        following.agree(product_id, settings(AgreementSettings).agreement_stores, cause)


def _with_more_suggestions(read: Sequence[tuple[Review | None, Review]]) -> Iterator[Review]:
    for old, new in read:
        if set(new.suggestions) - set(old.suggestions if old else ()):
            yield new


handler = stream_handler(state)
