"""The review of a product: what makes it wait, who has it in hand, what ends it."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta
from typing import Any

import pytest

from events.quality_review import Reason, ReviewRequested, ReviewSettled
from services.quality_review.domain import review as domain
from services.quality_review.domain.review import About, Likely, Review, SamePicture, Told
from shared.kernel.cause import Cause
from shared.kernel.errors import Conflict
from tests.builders import CAUSE, NOON

ABOUT = About("prd_1", "Parle-G 800 g", "store", None)
LIKELY = [Likely(product_id="prd_0", score="0.8", reasons=["The names are alike."])]  # type: ignore[arg-type]
TWIN = SamePicture(image_hash="a" * 64, product_id="prd_0", other_hash="b" * 64, distance=3)


def cause(actor: str = "asha", minutes: int = 0) -> Cause:
    return Cause(actor, NOON + timedelta(minutes=minutes), "corr-0001")


def told(version: int, status: str, previous: str | None = None, candidates: int = 0) -> Told:
    return Told(ABOUT, version, status, previous, candidates)


def opened(*more: Any, **given: Any) -> Review:
    review = domain.follow(None, told(1, "pending", **given), CAUSE, *more)
    assert review
    return review


def after(review: Review | None, *changes: Told) -> Review | None:
    for change in changes:
        review = domain.follow(review, change, cause()) or review
    return review


def test_a_pending_product_waits_and_a_verified_one_does_not() -> None:
    review = opened()
    assert (review.state, review.reasons, review.requested_at) == ("open", ("new_product",), NOON)
    assert domain.follow(None, told(1, "verified"), CAUSE) is None


def test_what_it_may_be_makes_it_more_harmful() -> None:
    assert opened(candidates=2).reasons == ("possible_duplicate", "new_product")
    found = opened(LIKELY)
    assert found.reasons == ("possible_duplicate", "new_product")
    assert found.likely == tuple(LIKELY)
    assert found.rank < opened().rank


def test_what_it_may_be_is_heard_though_a_later_change_opened_the_review() -> None:
    first, second = told(1, "pending"), told(2, "pending", "pending")
    overtaken = after(None, second)
    assert overtaken
    assert domain.overtook(overtaken, first)
    found = domain.follow(overtaken, first, cause(), LIKELY)
    assert found
    assert (found.reasons, found.likely, found.seen) == (("possible_duplicate", "new_product"), tuple(LIKELY), 2)
    assert domain.follow(found, first, cause(), LIKELY) is None, "told twice it is known"
    decided = after(overtaken, told(3, "verified", "pending"))
    assert domain.follow(decided, first, cause(), LIKELY) is None, "nobody waits for it any more"
    assert domain.follow(opened(), first, cause(), LIKELY) is None, "what was asked of it is answered"


def test_the_most_harmful_comes_first_and_then_the_oldest() -> None:
    def waiting(reason: Reason, minutes: int) -> str:
        return (
            opened().model_copy(update={"reasons": (reason,), "requested_at": NOON + timedelta(minutes=minutes)}).rank
        )

    queue = [
        waiting("possible_duplicate", 5), waiting("same_picture", 6), waiting("resubmitted", 1),
        waiting("new_product", 2), waiting("new_product", 3), waiting("suggestion", 0),
    ]  # fmt: skip
    assert queue == sorted(queue)


@pytest.mark.parametrize("status", ["verified", "rejected", "needs_changes", "merged"])
def test_whatever_is_decided_of_it_settles_it(status: str) -> None:
    review = domain.follow(opened(), told(2, status, "pending"), cause("asha", 5))
    assert review
    assert (review.state, review.outcome, review.settled_by) == ("settled", status, "asha")
    assert review.requested_at == NOON
    assert review.reasons == ()


def test_facts_that_change_settle_nothing() -> None:
    assert domain.follow(opened(), told(2, "pending", "pending"), cause()) is None
    settled = after(opened(), told(2, "verified", "pending"))
    assert domain.follow(settled, told(3, "verified", "verified"), cause()) is None


def test_what_is_sent_in_again_waits_again() -> None:
    again = after(opened(), told(2, "needs_changes", "pending"), told(3, "pending", "needs_changes"))
    assert again
    assert (again.state, again.reasons, again.outcome) == ("open", ("resubmitted",), None)


@pytest.mark.parametrize(
    ("previous", "reason"),
    [("needs_changes", "resubmitted"), ("merged", "new_product"), ("rejected", "new_product")],
)
def test_only_what_was_sent_back_is_sent_in_again(previous: str, reason: Reason) -> None:
    left, back = told(2, previous, "pending"), told(3, "pending", previous)
    for heard in ([left, back], [back, left], [left, told(4, "pending", "pending"), back]):
        again = after(opened(), *heard)
        assert again
        assert (again.state, again.reasons) == ("open", (reason,))


def test_what_becomes_of_it_later_is_its_outcome_and_is_stated_once() -> None:
    story = [
        told(1, "pending"), told(2, "verified", "pending"), told(3, "verified", "verified"),
        told(4, "rejected", "verified"), told(5, "verified", "rejected"), told(6, "merged", "verified"),
    ]  # fmt: skip
    for length in (2, 4, 5, 6):
        for seed in range(20):
            rest = story[1:length] * 2
            random.Random(seed).shuffle(rest)
            states = [opened()]
            for number, change in enumerate(rest):
                by = cause(f"of-{change.version}", change.version + number)
                states.append(domain.follow(states[-1], change, by) or states[-1])
            last = states[-1]
            assert (last.state, last.outcome, last.settled_by) == ("settled", story[length - 1].status, f"of-{length}")
            facts = [f for old, new in itertools.pairwise(states) if (f := domain.fact_of(old, new))]
            assert [type(f) for f in facts] == [ReviewSettled]


def test_what_happened_before_a_review_says_nothing_when_it_is_told_again() -> None:
    kept = after(None, told(2, "rejected", "verified"), told(3, "verified", "rejected"))
    assert kept
    assert (kept.state, kept.outcome, kept.requested_at) == ("settled", None, None)
    pictured = domain.look_alike(kept, ABOUT, [TWIN], cause())
    assert pictured
    assert domain.follow(pictured, told(2, "rejected", "verified"), cause()) is None


def test_what_people_have_told_from_it_it_may_be_no_longer() -> None:
    found = opened(LIKELY)
    assert domain.compare(found, cause(), alike=True) is None
    apart = domain.compare(found, cause(), alike=False)
    assert apart
    assert (apart.state, apart.reasons, apart.rank) == ("open", ("new_product",), opened().rank)
    assert domain.compare(apart, cause(), alike=False) is None
    again = domain.compare(apart, cause(), alike=True)
    assert again
    assert again.reasons == found.reasons
    pictured = domain.look_alike(None, ABOUT, [TWIN], CAUSE)
    assert pictured
    assert domain.compare(pictured, cause(), alike=True) is None, "nobody waits for what it may be"


@pytest.mark.parametrize("seed", range(30))
def test_events_in_any_order_and_twice_end_in_the_same(seed: int) -> None:
    story = [
        told(1, "pending"), told(2, "pending", "pending"), told(3, "needs_changes", "pending"),
        told(4, "pending", "needs_changes"), told(5, "verified", "pending"), told(6, "verified", "verified"),
    ]  # fmt: skip
    for length in range(1, len(story) + 1):
        part = story[:length]
        is_open = part[-1].status == "pending"
        events = part * 2
        random.Random(seed).shuffle(events)
        review = after(None, *events)
        assert (review is not None and review.state == "open") == is_open, [e.version for e in events]


def test_one_request_and_one_settlement_are_stated_however_many_reasons_come() -> None:
    first = opened()
    pictured = domain.look_alike(first, ABOUT, [TWIN], cause("system", 1))
    suggested = domain.suggest(pictured, ABOUT, "sug_1", cause("ravi", 2))
    claimed = domain.claim(suggested, cause("asha", 3), takes_back=False)
    approved = domain.follow(claimed, told(2, "verified", "pending"), cause("asha", 4))
    assert approved
    decided = domain.without_suggestion(approved, "sug_1", cause("asha", 5))
    states = [None, first, pictured, suggested, claimed, approved, decided]
    facts = [fact for old, new in itertools.pairwise(states) if new for fact in [domain.fact_of(old, new)] if fact]
    assert [type(f) for f in facts] == [ReviewRequested, ReviewSettled]
    requested, settled = (f.data for f in facts)
    assert settled.requested_at == requested.requested_at == NOON  # type: ignore[attr-defined]
    assert settled.outcome == "suggestions"  # type: ignore[attr-defined]


def test_an_approval_leaves_what_stores_suggest_waiting() -> None:
    review = domain.suggest(opened(), ABOUT, "sug_1", cause())
    approved = after(review, told(2, "verified", "pending"))
    assert approved
    assert (approved.state, approved.reasons) == ("open", ("suggestion",))
    assert approved.requested_at == NOON


def test_the_same_pictures_are_shown_once() -> None:
    review = domain.look_alike(None, ABOUT, [TWIN], CAUSE)
    assert review
    assert (review.reasons, review.pictures) == (("same_picture",), (TWIN,))
    assert domain.look_alike(review, ABOUT, [TWIN], cause()) is None
    let = domain.let_stand(review, "verified", cause())
    assert let
    assert (let.state, let.outcome) == ("settled", "verified")
    assert domain.look_alike(let, ABOUT, [TWIN], cause()) is None


def test_a_claim_lasts_a_quarter_of_an_hour() -> None:
    mine = domain.claim(opened(), cause("asha"), takes_back=False)
    assert mine
    domain.check_claim(mine, cause("asha", 1))
    with pytest.raises(Conflict) as refused:
        domain.check_claim(mine, cause("vikram", 14))
    assert (refused.value.code, refused.value.extra["claimed_by"]) == ("CLAIMED", "asha")
    domain.check_claim(mine, cause("vikram", 15))


def test_a_claim_is_let_go_by_who_has_it_or_by_the_decision() -> None:
    mine = domain.claim(opened(), cause("asha"), takes_back=False)
    assert mine
    with pytest.raises(Conflict):
        domain.claim(mine, cause("vikram", 1), takes_back=True)
    free = domain.claim(mine, cause("asha", 1), takes_back=True)
    assert free
    assert free.claim is None
    settled = after(mine, told(2, "verified", "pending"))
    assert settled
    assert settled.claim is None


def test_nobody_takes_in_hand_what_does_not_wait() -> None:
    for review in (None, after(opened(), told(2, "verified", "pending"))):
        with pytest.raises(Conflict, match="NOT_IN_REVIEW"):
            domain.claim(review, cause(), takes_back=False)


def test_a_hundred_suggestions_wait_and_no_more() -> None:
    review = None
    for number in range(domain.SUGGESTIONS_AT_MOST):
        review = domain.suggest(review, ABOUT, f"sug_{number}", CAUSE)
    with pytest.raises(Conflict, match="SUGGESTIONS_FULL"):
        domain.suggest(review, ABOUT, "sug_more", CAUSE)
