"""What may become of a product, and who decides it.

| status | others find it | its shops | may become |
|---|---|---|---|
| pending | no | stock and sell it, and change it | verified, needs_changes, rejected, merged |
| needs_changes | no | the same; a change makes it pending again | pending, verified, rejected, merged |
| verified | yes | stock and sell it, and suggest changes | pending, rejected, merged |
| rejected | no | sell what they have | pending, verified |
| merged | the survivor | have the survivor on the shelf | what it was, when the merge is reverted |

A verified product is merged into a verified one only: what all shops find, all go on finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from services.catalog.domain.calling import FIELD as NAMES
from services.catalog.domain.calling import Said, heeded
from services.catalog.domain.pictures import arranged
from services.catalog.domain.product import (
    HistoryEntry,
    Origin,
    Product,
    ProductPatch,
    Status,
    changed,
    given,
    visible_to_owner,
)
from shared.kernel.cause import Cause
from shared.kernel.errors import Conflict

MOVES: Final[dict[Status, frozenset[Status]]] = {
    "pending": frozenset({"verified", "needs_changes", "rejected", "merged"}),
    "needs_changes": frozenset({"pending", "verified", "rejected", "merged"}),
    "verified": frozenset({"pending", "rejected", "merged"}),
    "rejected": frozenset({"pending", "verified"}),
    "merged": frozenset(),
}
"""From each status to those it may become by a decision."""

_BECOMES: Final[dict[str, Status]] = {
    "approve": "verified",
    "reject": "rejected",
    "request_changes": "needs_changes",
    "reopen": "pending",
}
_CALLED: Final[dict[Status, str]] = {
    "verified": "approved",
    "rejected": "rejected",
    "needs_changes": "returned",
    "pending": "reopened",
}


@dataclass(frozen=True)
class Verdict:
    """What a reviewer says of a product; ``changes`` are facts that are put right on the way.

    ``confirms``: who approves what is approved, and changes nothing, has looked at it; the history says so.
    """

    decision: Literal["approve", "reject", "request_changes", "reopen"]
    reason: str | None = None
    changes: ProductPatch | None = None
    confirms: bool = False


def decide(product: Product, verdict: Verdict, cause: Cause) -> tuple[Product, HistoryEntry] | None:
    """The product after a verdict, with the entry of its history; None when it is all so already.

    What shops had offered for it is taken with an approval. Raises Conflict for a move that is not allowed.
    """
    moved = _moved(product, _BECOMES[verdict.decision], verdict.changes, cause, "admin", verdict.reason)
    if moved is None and verdict.confirms and verdict.decision == "approve":
        return changed(product, {}, cause, action="confirmed", reason=verdict.reason)
    return moved


def remark(product: Product, action: str, reason: str | None, cause: Cause) -> tuple[Product, HistoryEntry] | None:
    """The product as it is, with a line in its history: a person has decided that nothing of it changes.

    None of one of which nothing can become any more.
    """
    if product.verification_status == "merged" or product.withdrawn:
        return None
    return changed(product, {}, cause, action=action, reason=reason)


def amend(
    product: Product, patch: ProductPatch, cause: Cause, *, origin: Origin = "admin"
) -> tuple[Product, HistoryEntry] | None:
    """The product with the changes of a patch, its status among them; None when nothing changes.

    Regional names of Open Food Facts and of machines come to those that there are; a person's stand.
    """
    status: Status = product.verification_status
    if "verification_status" in patch.model_fields_set:
        status = patch.verification_status
    return _moved(product, status, patch, cause, origin, patch.reason)


def resubmit(product: Product, patch: ProductPatch, cause: Cause) -> tuple[Product, HistoryEntry] | None:
    """A product that nobody has approved yet, as who proposed it changes it; it waits for a person again.

    Raises Conflict for one that is decided.
    """
    _check_undecided(product)
    return _moved(product, "pending", patch, cause, "store", None)


def call(
    product: Product, said: Said, cause: Cause, *, origin: Origin, reason: str | None = None
) -> tuple[Product, HistoryEntry] | None:
    """The product with other names in these regions alone; None when nothing changes.

    A shop's word makes a product that nobody has approved wait for a person again. Raises Conflict for a product of
    which nothing can become, and for a shop's word on one that is decided.
    """
    check_alive(product)
    names = heeded(product, said, origin)
    if names == product.regional_names:
        return None
    fields: dict[str, Any] = {NAMES: names}
    action = "updated"
    if origin == "store":
        _check_undecided(product)
        if product.verification_status == "needs_changes":
            fields |= {"verification_status": "pending", "status_reason": None}
            action = "resubmitted"
    return changed(product, fields, cause, action=action, reason=reason, origin=origin, stated=[NAMES])


def may_resubmit(product: Product, user_id: str, stores: frozenset[str]) -> bool:
    """Whether a product is this person's own and not decided."""
    waiting = product.verification_status in ("pending", "needs_changes")
    return waiting and visible_to_owner(product, user_id, stores)


def _check_undecided(product: Product) -> None:
    """Raises Conflict for a product that a person has decided about."""
    if product.verification_status not in ("pending", "needs_changes"):
        raise Conflict("ILLEGAL_MOVE", f"This product is {product.verification_status}; suggest changes of it instead.")


def check_alive(product: Product) -> None:
    """Raises Conflict for a product of which nothing can become any more."""
    _check_unmerged(product)
    if product.withdrawn:
        raise Conflict("PRODUCT_WITHDRAWN", "The import that made this product was undone; add the product anew.")


def check_open(product: Product) -> None:
    """Raises Conflict for a product of which people may say nothing any more."""
    _check_unmerged(product)
    if product.verification_status == "rejected":
        raise Conflict("PRODUCT_REJECTED", "This product was refused, and isn't changed any more; add it anew.")


def _check_unmerged(product: Product) -> None:
    if product.verification_status == "merged":
        raise Conflict("PRODUCT_MERGED", f"This product was merged into {product.merged_into}; change that one.")


def check_move(product: Product, status: Status) -> None:
    """Raises Conflict for a status that the product can't get from its own."""
    if status != product.verification_status and status not in MOVES[product.verification_status]:
        allowed = ", ".join(sorted(MOVES[product.verification_status]))
        raise Conflict("ILLEGAL_MOVE", f"A {product.verification_status} product can become {allowed}, not {status}.")


def _moved(
    product: Product, status: Status, patch: ProductPatch | None, cause: Cause, origin: Origin, reason: str | None
) -> tuple[Product, HistoryEntry] | None:
    check_alive(product)
    check_move(product, status)
    facts = given(patch, product) if patch else {}
    if NAMES in facts and origin in ("off", "translation"):
        facts[NAMES] = heeded(product, facts[NAMES], origin)
        if facts[NAMES] == product.regional_names:
            del facts[NAMES]
    around: dict[str, Any] = {}
    if patch and "images" in patch.model_fields_set:
        around |= arranged(product, patch.images)
    elif status == "verified" and product.offered_images:
        around |= arranged(product, [p.image_hash for p in (*product.images, *product.offered_images)])
    if status != product.verification_status:
        around |= {"verification_status": status}
    if status in ("rejected", "needs_changes"):
        around |= {"status_reason": reason} if reason or around else {}
    elif product.status_reason:
        around |= {"status_reason": None}
    around = {name: value for name, value in around.items() if getattr(product, name) != value}
    if not facts and not around:
        return None
    action = _CALLED[status] if "verification_status" in around else "updated"
    if action == "reopened" and origin == "store":
        action = "resubmitted"
    return changed(
        product, {**facts, **around}, cause, action=action, reason=reason, origin=origin, stated=facts.keys()
    )
