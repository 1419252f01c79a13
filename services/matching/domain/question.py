"""What a shop asks and what it is told: words of a packet, and the product they mean, a choice for a person, or none.

The GTIN decides where there is one; the identity (brand, name, sizes, however written) decides else; then the words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from shared.kernel.money import Rupees
from shared.kernel.naming import Heard, hear, identity_key
from shared.kernel.quantity import NetQuantity, Packed

Outcome = Literal["match", "review", "new"]


class Question(BaseModel):
    """What is known of a packet. ``gtin`` has 14 digits."""

    model_config = ConfigDict(frozen=True)

    name: str | None = None
    brand: str | None = None
    gtin: str | None = None
    net_quantity: NetQuantity | None = None
    pack_count: int = 1
    mrp: Rupees | None = None
    """Printed on the packet; evidence, never the ground of a match."""
    size: str | None = None
    """The size as people wrote it, where one figure can't hold it ("Combo", "13 x 13 cm")."""
    product_id: str | None = None
    """The product that asks which others it may be; it is not among the answers."""

    @property
    def packed(self) -> Packed | None:
        """Net quantity and pack count together."""
        return Packed(self.net_quantity, self.pack_count) if self.net_quantity else None

    @property
    def identity(self) -> str | None:
        """The identity that its words make, None without a name."""
        return _identity(self.name, self.brand, self.packed, self.size) if self.name else None

    @property
    def heard(self) -> Heard | None:
        """Its words as heard, None without a name."""
        if not self.name:
            return None
        return hear(self.name, brand=self.brand, net_quantity=self.packed, size=self.size)

    @property
    def paise(self) -> int | None:
        """The MRP in paise."""
        return int(self.mrp * 100) if self.mrp is not None else None


@lru_cache(maxsize=4096)
def _identity(name: str, brand: str | None, packed: Packed | None, size: str | None) -> str:
    """Asked for to look it up and again to decide: once made, it is kept over a batch of a thousand questions."""
    return identity_key(name, brand=brand, net_quantity=packed, size=size)


_SAME_PICTURE = "It has the same picture."
_PICTURED = 0.5  # a picture is used for all sizes of a thing


class Candidate(BaseModel):
    """A product it may be: ``score`` 0-1 and why, in words for people."""

    model_config = ConfigDict(frozen=True)

    product_id: str
    score: float
    reasons: list[str]


class Decision(BaseModel):
    """``match`` names its product; ``review`` and ``new`` don't. Candidates come best first, 10 at most."""

    model_config = ConfigDict(frozen=True)

    decision: Outcome
    product_id: str | None = None
    product_gtin: str | None = None
    """The GTIN (14 digits) of the product of a ``match``, if it has one."""
    candidates: list[Candidate] = []
    likely: list[str] = []
    """Of the candidates the product of a ``match``, and those for whose sake a person should look."""
    spelled: bool = False
    """The product has another name; it has been meant by this one before."""

    def beside(self, others: Sequence[Candidate], at_most: int = 10) -> Decision:
        """With these candidates after its own."""
        own = {c.product_id for c in self.candidates}
        more = [c for c in others if c.product_id not in own]
        return self.model_copy(update={"candidates": [*self.candidates, *more][:at_most]})

    def seen_on(self, product_ids: Sequence[str], at_most: int = 10) -> Decision:
        """With the products that have the same picture. That is evidence for a person: it never makes a match."""
        pictured = set(product_ids)
        known = [
            c.model_copy(update={"reasons": [*c.reasons, _SAME_PICTURE]}) if c.product_id in pictured else c
            for c in self.candidates
        ]
        new = [
            Candidate(product_id=p, score=_PICTURED, reasons=[_SAME_PICTURE])
            for p in product_ids
            if p not in {c.product_id for c in known}
        ]
        candidates = sorted([*known, *new], key=lambda c: -c.score)[:at_most]
        outcome: Outcome = "review" if pictured and self.decision == "new" else self.decision
        return self.model_copy(update={"decision": outcome, "candidates": candidates})


class Holder(NamedTuple):
    """The product that holds an identity, whether it has a GTIN, and which (14 digits) where somebody needs to know.

    ``spelling``: the product is called otherwise, and has been meant by this name before.
    """

    product_id: str
    has_gtin: bool
    gtin: str | None = None
    spelling: bool = False


def by_keys(question: Question, by_gtin: Mapping[str, str], by_identity: Mapping[str, Holder]) -> Decision | None:
    """The decision by exact keys: GTIN -> product_id and identity -> its holder, as the catalog knows them.

    None where the words have to decide.
    """
    if question.gtin and question.gtin in by_gtin:
        return _match(by_gtin[question.gtin], question.gtin, "The barcode is the same.")
    holder = by_identity.get(question.identity or "")
    if holder is None or holder.product_id == question.product_id:
        return None
    if holder.spelling:
        if question.gtin:  # a packet whose barcode nobody knows is not told by a name that others have used
            return None
        match = _match(holder.product_id, holder.gtin, "It has been called by this name before.")
        return match.model_copy(update={"spelled": True})
    if question.gtin is None or not holder.has_gtin:
        return _match(holder.product_id, holder.gtin, "Brand, name and size are the same.")
    # The same name and size under two GTINs are two products (GS1: another trade item, another GTIN).
    reason = "Brand, name and size are the same, but the barcode is another."
    return Decision(decision="new", candidates=[Candidate(product_id=holder.product_id, score=0.5, reasons=[reason])])


def keys(questions: Sequence[Question]) -> tuple[set[str], set[str]]:
    """The GTINs and the identities to look up."""
    return {q.gtin for q in questions if q.gtin}, {i for q in questions for i in [q.identity] if i}


def _match(product_id: str, gtin: str | None, reason: str) -> Decision:
    return Decision(
        decision="match",
        product_id=product_id,
        product_gtin=gtin,
        candidates=[Candidate(product_id=product_id, score=1.0, reasons=[reason])],
        likely=[product_id],
    )
