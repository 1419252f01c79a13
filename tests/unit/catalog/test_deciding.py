"""What may become of a product, by whom, and what is refused."""

from __future__ import annotations

from itertools import product as pairs
from typing import Any, get_args

import pytest

from services.catalog.domain import deciding
from services.catalog.domain.deciding import MOVES, Verdict
from services.catalog.domain.product import Product, ProductPatch, Status
from shared.kernel.errors import Conflict, Invalid
from tests.unit.catalog.test_catalog_domain import LATER, proposed
from tests.unit.catalog.test_pictures import image

STATUSES: tuple[Status, ...] = get_args(Status)
VERDICTS = {"approve": "verified", "reject": "rejected", "request_changes": "needs_changes", "reopen": "pending"}


def at(status: Status, **more: Any) -> Product:
    return proposed().model_copy(update={"verification_status": status, **more})


@pytest.mark.parametrize(("status", "verdict"), list(pairs(STATUSES, VERDICTS)))
def test_a_verdict_moves_a_product_where_the_table_says_and_nowhere_else(status: Status, verdict: Any) -> None:
    target: Any = VERDICTS[verdict]
    before = at(status)
    if status == target:
        assert deciding.decide(before, Verdict(verdict), LATER) is None
    elif target in MOVES[status]:
        after, entry = deciding.decide(before, Verdict(verdict, "so it is"), LATER) or pytest.fail("it moves")
        assert (after.verification_status, after.version) == (target, 2)
        assert (entry.reason, entry.actor) == ("so it is", LATER.actor)
        assert [c.field for c in entry.changes][-1] == "verification_status"
        assert after.status_reason == ("so it is" if target in ("rejected", "needs_changes") else None)
    else:
        with pytest.raises(Conflict) as refused:
            deciding.decide(before, Verdict(verdict), LATER)
        assert refused.value.code == ("PRODUCT_MERGED" if status == "merged" else "ILLEGAL_MOVE")


def test_who_approves_what_is_approved_stands_in_its_history_and_changes_nothing() -> None:
    before = at("verified")
    verdict = Verdict("approve", "I have it here", confirms=True)
    after, entry = deciding.decide(before, verdict, LATER) or pytest.fail("it is told")
    assert after == before.model_copy(update={"version": before.version + 1, "updated_at": LATER.at})
    assert (entry.action, entry.actor, entry.reason) == ("confirmed", LATER.actor, "I have it here")
    assert (entry.version, entry.changes) == (after.version, [])
    assert deciding.decide(at("rejected"), Verdict("reject", confirms=True), LATER) is None


def test_facts_are_put_right_on_the_way() -> None:
    changes = ProductPatch.model_validate({"hsn_code": "1905", "net_quantity": "2 x 400 g"})
    after, entry = deciding.decide(proposed(), Verdict("approve", changes=changes), LATER) or pytest.fail("it moves")
    assert (after.hsn_code, after.pack_count, after.verification_status) == ("1905", 2, "verified")
    assert after.provenance["hsn_code"] == "admin"
    assert "verification_status" not in after.provenance
    assert entry.action == "approved"


def test_an_approval_forgets_what_was_wrong_and_takes_what_was_offered() -> None:
    returned = at("needs_changes", status_reason="Say the size.", offered_images=[image("b" * 64)])
    after, _ = deciding.decide(returned, Verdict("approve"), LATER) or pytest.fail("it moves")
    assert after.status_reason is None
    assert (after.image_hash, after.offered_images) == ("b" * 64, [])


def test_who_proposed_it_answers_what_was_asked_for() -> None:
    returned = at("needs_changes", status_reason="Say the size.")
    patch = ProductPatch.model_validate({"net_quantity": "400 g"})
    after, entry = deciding.resubmit(returned, patch, LATER) or pytest.fail("it changes")
    assert (after.verification_status, after.status_reason, entry.action) == ("pending", None, "resubmitted")
    assert after.provenance["net_quantity"] == "store"
    for decided in ("verified", "rejected", "merged"):
        with pytest.raises(Conflict) as refused:
            deciding.resubmit(at(decided), patch, LATER)
        assert refused.value.code == "ILLEGAL_MOVE"


def test_a_withdrawn_product_is_past_deciding() -> None:
    with pytest.raises(Conflict) as refused:
        deciding.decide(at("rejected", withdrawn=True), Verdict("approve"), LATER)
    assert refused.value.code == "PRODUCT_WITHDRAWN"


def test_the_pictures_of_a_patch_are_those_it_has_in_that_order() -> None:
    has = at("verified", images=[image("a" * 64), image("c" * 64)], offered_images=[image("b" * 64)])
    after, _ = deciding.amend(has, ProductPatch(images=["b" * 64, "a" * 64]), LATER) or pytest.fail("it changes")
    assert [p.image_hash for p in after.images] == ["b" * 64, "a" * 64]
    assert (after.image_hash, after.offered_images) == ("b" * 64, [])
    assert after.canonical_image_urls == image("b" * 64).urls
    bare, _ = deciding.amend(has, ProductPatch(images=[]), LATER) or pytest.fail("it changes")
    assert (bare.images, bare.image_hash, bare.canonical_image_urls) == ([], None, None)
    with pytest.raises(Invalid) as refused:
        deciding.amend(has, ProductPatch(images=["d" * 64]), LATER)
    assert refused.value.code == "IMAGE_UNKNOWN"
