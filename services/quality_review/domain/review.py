"""The review of a product: what makes it wait for a person, who has it in hand, and what ends it.

Each function answers the review as it is next, or None where nothing changes. A review follows its product by the
product's version, so events may come late, twice and in any order: what is older than ``seen`` says nothing new.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final, Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, PlainSerializer

from events.base import Event
from events.quality_review import Reason, ReviewRef, ReviewRequested, ReviewSettled, SettledReview
from shared.kernel.cause import Cause
from shared.kernel.clock import indian_time, rfc3339
from shared.kernel.errors import Conflict

State = Literal["open", "settled"]

CLAIMED_FOR: Final = timedelta(minutes=15)
LIKELY_AT_MOST: Final = 5
PICTURES_AT_MOST: Final = 10
SUGGESTIONS_AT_MOST: Final = 100
"""So many may wait of one product."""

# A twin splits the stock, the prices and the history of every shop that takes one for the other, more with each day.
# Who sends a product in again waits for the second time. A fact that a store would change is wrong, but seen.
HARM: Final[dict[Reason, int]] = {
    "possible_duplicate": 1,
    "same_picture": 1,
    "resubmitted": 2,
    "new_product": 3,
    "suggestion": 4,
}
GONE: Final = frozenset({"rejected", "merged"})
"""Statuses of products that nobody changes any more."""
_COMES: Final[frozenset[Reason]] = frozenset({"new_product", "resubmitted"})
"""How a product comes to wait: it has one of them."""
_OF_STATUS: Final[frozenset[Reason]] = _COMES | {"possible_duplicate"}


class Likely(BaseModel):
    """A product that it may be, as matching saw it: ``score`` 0-1 and why, in words for people."""

    model_config = ConfigDict(frozen=True)

    product_id: str
    score: Annotated[Decimal, PlainSerializer(float, when_used="json")]
    reasons: list[str]


class SamePicture(BaseModel):
    """A picture of the product that looks like one of another. ``distance``: bits that differ, 0 for a twin."""

    model_config = ConfigDict(frozen=True)

    image_hash: str
    product_id: str
    other_hash: str
    distance: int


class Claim(BaseModel):
    """Who has it in hand, and until when."""

    model_config = ConfigDict(frozen=True)

    by: str
    until: datetime


class About(NamedTuple):
    """The product that a review is of, as events and lists call it."""

    product_id: str
    name: str
    source: str | None = None
    store_id: str | None = None


class Told(NamedTuple):
    """What became of a product: its status as of a version, and the status it had before."""

    about: About
    version: int
    status: str
    previous_status: str | None = None
    candidates: int = 0

    @property
    def moved(self) -> bool:
        """Whether its status is another than before."""
        return self.previous_status not in {None, self.status}


class Review(BaseModel):
    """What is kept of a product that waits for a person, or did.

    ``seen`` is the version of the product that it follows. ``suggestions`` are those that wait; ``offered``: whether
    pictures of stores do, as of the product's version ``offered_at``. ``changed_by``, ``changed_at`` and
    ``correlation_id`` are of the last change.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    product_id: str
    name: str
    source: str | None = None
    store_id: str | None = None
    state: State = "settled"
    reasons: tuple[Reason, ...] = ()
    requested_at: datetime | None = None
    seen: int = 0
    likely: tuple[Likely, ...] = ()
    pictures: tuple[SamePicture, ...] = ()
    suggestions: tuple[str, ...] = ()
    offered: bool = False
    offered_at: int = 0
    claim: Claim | None = None
    outcome: str | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None
    version: int = 1
    changed_by: str
    changed_at: datetime
    correlation_id: str

    @property
    def rank(self) -> str:
        """Sorts the queue: what harms most first, and of that what has waited longest."""
        harm = min(HARM[reason] for reason in self.reasons)
        return f"{harm}#{rfc3339(self.requested_at or self.changed_at)}"

    @property
    def of_stores(self) -> list[Reason]:
        """Why it waits, if nothing but what stores would change of the product is left."""
        return ["suggestion"] if self.suggestions or self.offered else []

    def claimed_at(self, now: datetime) -> Claim | None:
        """The claim, while it lasts."""
        return self.claim if self.claim and self.claim.until > now else None


def follow(before: Review | None, told: Told, cause: Cause, likely: Sequence[Likely] = ()) -> Review | None:
    """A pending product waits for a person; what became of it otherwise ends that.

    ``likely``: products it may be, which nobody has seen before.
    """
    if before and told.version <= before.seen:
        found = bool(likely) and overtook(before, told)
        known = tuple(likely[:LIKELY_AT_MOST])
        return _waiting(before, ["possible_duplicate"], cause, likely=known) if found else None
    if told.status == "pending":
        return _pending(before, told, cause, likely)
    if not told.moved:
        return None
    review = _named(before, told.about, cause)
    if told.status in GONE:
        review = review.model_copy(update={"offered": False})
    # Kept even where nothing ends: what the product was before may be told after this.
    if review.state == "settled" and review.requested_at:
        return _settled(review, told.status, cause, seen=told.version)
    return _left(review, review.of_stores, told.status, cause, seen=told.version)


def overtook(review: Review, told: Told) -> bool:
    """Whether a later change opened it before this was heard, so that nobody has asked yet what the product may be."""
    return waits(review) and told.version < review.seen and not review.likely


def compare(before: Review, cause: Cause, *, alike: bool) -> Review | None:
    """What waits may be another product, or no longer, by what people have said of such pairs since."""
    if not waits(before) or alike == ("possible_duplicate" in before.reasons):
        return None
    if alike:
        return _waiting(before, ["possible_duplicate"], cause)
    return _next(before, cause, reasons=tuple(r for r in before.reasons if r != "possible_duplicate"))


def waits(review: Review) -> bool:
    """Whether it waits for its product's sake: nobody has decided of it."""
    return not _OF_STATUS.isdisjoint(review.reasons)


def says(review: Review | None, status: str) -> bool:
    """Whether it is settled, and with this outcome."""
    return review is not None and review.state == "settled" and review.outcome == status


def _pending(before: Review | None, told: Told, cause: Cause, likely: Sequence[Likely]) -> Review | None:
    sent_back = "needs_changes" in {told.previous_status, before.outcome if before else None}
    why: Reason = "resubmitted" if sent_back else "new_product"
    if before and waits(before):
        if not told.moved:
            return None
        others = tuple(r for r in before.reasons if r not in _COMES)
        return _waiting(before.model_copy(update={"reasons": others}), [why], cause, seen=told.version)
    reasons: list[Reason] = [why, "possible_duplicate"] if told.candidates or likely else [why]
    review = _named(before, told.about, cause)
    return _waiting(review, reasons, cause, seen=told.version, likely=tuple(likely[:LIKELY_AT_MOST]) or review.likely)


def look_alike(before: Review | None, about: About, pictures: Iterable[SamePicture], cause: Cause) -> Review | None:
    """Pictures of the product that look like those of others wait for a person, once each."""
    known = before.pictures if before else ()
    new = [p for p in dict.fromkeys(pictures) if p not in known]
    if not new:
        return None
    both = sorted([*known, *new], key=lambda p: p.distance)[:PICTURES_AT_MOST]
    if not set(new) & set(both):
        return None
    return _waiting(_named(before, about, cause), ["same_picture"], cause, pictures=tuple(both))


def suggest(before: Review | None, about: About, suggestion_id: str, cause: Cause) -> Review:
    """A store's suggestion waits for a person. Raises Conflict where too many do."""
    known = before.suggestions if before else ()
    if len(known) >= SUGGESTIONS_AT_MOST:
        raise Conflict(
            "SUGGESTIONS_FULL", "Many stores have suggested changes of this product; wait until they are decided."
        )
    return _waiting(_named(before, about, cause), ["suggestion"], cause, suggestions=(*known, suggestion_id))


def without_suggestion(before: Review, suggestion_id: str, cause: Cause) -> Review:
    """A suggestion was taken over or declined; the last one ends the review, if nothing else waits."""
    waiting = tuple(s for s in before.suggestions if s != suggestion_id)
    return _without(before, cause, suggestions=waiting)


def offer(before: Review | None, about: About, version: int, cause: Cause, *, offered: bool) -> Review | None:
    """Stores offer pictures of a product that all see, or no longer: a person has taken them, or others."""
    if before and version <= before.offered_at:
        return None
    review = _named(before, about, cause)
    if offered:
        return _waiting(review, ["suggestion"], cause, offered=True, offered_at=version)
    return _without(review, cause, offered=False, offered_at=version)


def let_stand(before: Review | None, status: str, cause: Cause) -> Review | None:
    """A person has looked at a product that all see, and leaves it so. Suggestions wait on."""
    if before is None or set(before.reasons) <= set(before.of_stores):
        return None
    return _left(before, before.of_stores, status, cause)


def claim(before: Review | None, cause: Cause, *, takes_back: bool) -> Review | None:
    """Somebody takes it in hand for a quarter of an hour, or lets it go. Raises Conflict."""
    if before is None or before.state != "open":
        raise Conflict("NOT_IN_REVIEW", "Nothing of this product waits for a person; there is nothing to take in hand.")
    check_claim(before, cause)
    if takes_back:
        return _next(before, cause, claim=None) if before.claim else None
    return _next(before, cause, claim=Claim(by=cause.actor, until=cause.at + CLAIMED_FOR))


def check_claim(review: Review | None, cause: Cause) -> None:
    """Raises Conflict where somebody else has it in hand."""
    held = review.claimed_at(cause.at) if review else None
    if held and held.by != cause.actor:
        raise Conflict(
            "CLAIMED",
            f"Another reviewer has this product in hand until {indian_time(held.until)}; take the next one.",
            extra={"claimed_by": held.by, "until": rfc3339(held.until)},
        )


def fact_of(old: Review | None, new: Review) -> Event | None:
    """The event that a change of a review is. None: it waits as before, or nothing waits."""
    cause = Cause(new.changed_by, new.changed_at, new.correlation_id)
    was_open, is_open = old is not None and old.state == "open", new.state == "open"
    if was_open == is_open:
        return None
    known = old.reasons if old and was_open else new.reasons
    ref = {
        "product_id": new.product_id,
        "name": new.name,
        "reasons": known,
        "requested_at": new.requested_at,
        "store_id": new.store_id,
        "source": new.source,
    }
    seed = (new.product_id, str(new.version))
    if is_open:
        return ReviewRequested.stated(cause, ReviewRef.model_validate(ref), *seed)
    data = SettledReview.model_validate({**ref, "outcome": new.outcome, "settled_by": new.settled_by})
    return ReviewSettled.stated(cause, data, *seed)


def _named(before: Review | None, about: About, cause: Cause) -> Review:
    """The review, or a new one, of the product as it is called now."""
    if before is None:
        return Review(
            **about._asdict(),
            version=0,
            changed_by=cause.actor,
            changed_at=cause.at,
            correlation_id=cause.correlation_id,
        )
    return before.model_copy(update=about._asdict())


def _waiting(review: Review, reasons: Iterable[Reason], cause: Cause, **more: object) -> Review:
    """Waits for these reasons beside those it waits for."""
    all_of_them = {*review.reasons, *reasons}
    ordered = tuple(sorted(all_of_them, key=lambda r: (HARM[r], get_args(Reason).index(r))))
    if review.state == "open":
        return _next(review, cause, reasons=ordered, **more)
    fresh = {"requested_at": cause.at, "outcome": None, "settled_by": None, "settled_at": None}
    return _next(review, cause, state="open", reasons=ordered, **fresh, **more)


def _without(review: Review, cause: Cause, **waiting: object) -> Review:
    """Without something that stores would change; ends it, if nothing else waits."""
    after = review.model_copy(update=waiting)
    left: list[Reason] = [r for r in review.reasons if r != "suggestion" or after.of_stores]
    return _left(after, left, "suggestions", cause)


def _left(review: Review, reasons: Iterable[Reason], outcome: str, cause: Cause, **more: object) -> Review:
    """Waits for these reasons alone; settled without any."""
    left = tuple(reasons)
    if left or review.state == "settled":
        return _next(review, cause, reasons=left, **more)
    return _settled(review, outcome, cause, **more)


def _settled(review: Review, outcome: str, cause: Cause, **more: object) -> Review:
    ended = {"outcome": outcome, "settled_by": cause.actor, "settled_at": cause.at, "claim": None}
    return _next(review, cause, state="settled", reasons=(), **ended, **more)


def _next(review: Review, cause: Cause, **changed: object) -> Review:
    by = {"changed_by": cause.actor, "changed_at": cause.at, "correlation_id": cause.correlation_id}
    return review.model_copy(update={**changed, **by, "version": review.version + 1})
