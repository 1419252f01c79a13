"""The catalog's door: its own code, run in the caller's process (the CDK construct grants the actions).

Bulk means up to a few thousand products a call. Nothing here trusts an index: claims decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.catalog.domain import calling, deciding, merging
from services.catalog.domain import product as domain
from services.catalog.domain.calling import origin_in
from services.catalog.domain.deciding import Verdict, check_open, may_resubmit
from services.catalog.domain.pictures import has_room
from services.catalog.domain.product import (
    HistoryEntry,
    Likely,
    Origin,
    Picture,
    Product,
    ProductFields,
    ProductPatch,
    Proposal,
)
from services.catalog.domain.quality import assess
from services.catalog.store import merges
from services.catalog.store import products as store
from services.catalog.store.naming import in_other_languages
from services.catalog.store.products import Changed, Owner
from shared.kernel.cause import Cause
from shared.kernel.clock import Clock, utc_now
from shared.kernel.errors import Busy, Stale

__all__ = [
    "Changed",
    "Found",
    "Likely",
    "Origin",
    "Picture",
    "Product",
    "ProductFields",
    "ProductPatch",
    "Proposal",
    "Proposed",
    "Verdict",
    "amend",
    "assess",
    "call",
    "changed_since",
    "check_open",
    "decide",
    "everything",
    "facts",
    "find",
    "foresee",
    "has_room",
    "may_resubmit",
    "merge",
    "origin_in",
    "pictured",
    "products",
    "propose",
    "remark",
    "remember",
    "resubmit",
    "revert_merge",
    "withdraw",
]

_AT_ONCE = 8
_READ_AT_ONCE = 100
_MERGES_FOLLOWED = 5
_TRIES = 5
_AHEAD = timedelta(minutes=1)  # clocks of others may be
_FAR = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Found:
    """What the catalog knows by exact keys: GTIN (14 digits) -> product_id, identity -> who holds it."""

    by_gtin: Mapping[str, str]
    by_identity: Mapping[str, Owner]


@dataclass(frozen=True, slots=True)
class Proposed:
    """What became of a proposal: the product it is now, and whether this proposal made it."""

    product_id: str
    created: bool


def find(gtins: Iterable[str], identities: Iterable[str]) -> Found:
    """Which of these keys are taken, read consistently."""
    by_gtin = {domain.gtin_claim(g): g for g in gtins}
    by_identity = {domain.identity_claim(i): i for i in identities}
    owners = store.owners_of([*by_gtin, *by_identity])
    named = {by_identity[c]: o for c, o in owners.items() if c in by_identity}
    spelled = {identity: owner for identity, owner in named.items() if owner.known_as}
    return Found(
        {by_gtin[c]: o.product_id for c, o in owners.items() if c in by_gtin},
        {i: o for i, o in named.items() if i not in spelled} | _meant(spelled),
    )


def facts(product_ids: Iterable[str]) -> dict[str, Product]:
    """Products by the id asked for; a merged one is answered by its survivor."""
    known = products(product_ids)
    for _ in range(_MERGES_FOLLOWED):
        moved = {i: p.merged_into for i, p in known.items() if p.merged_into}
        if not moved:
            break
        survivors = store.get_many(set(moved.values()))
        known |= {i: survivors[into] for i, into in moved.items() if into in survivors}
    return known


def pictured(image_hash: str) -> list[str]:
    """The products that show this picture first, those that count: neither merged nor rejected; ten at most."""
    shown = products(store.pictured(image_hash))
    return [i for i, product in shown.items() if product.verification_status not in ("merged", "rejected")]


def products(product_ids: Iterable[str]) -> dict[str, Product]:
    """Those that exist, by id, each as it is: a merged one is itself. Read consistently."""
    wanted = list(dict.fromkeys(product_ids))
    if len(wanted) <= _READ_AT_ONCE:
        return store.get_many(wanted)
    parts = [wanted[at : at + _READ_AT_ONCE] for at in range(0, len(wanted), _READ_AT_ONCE)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return {i: product for part in pool.map(store.get_many, parts) for i, product in part.items()}


def changed_since(
    at: datetime, *, newest_first: bool = False, far: timedelta = _FAR, now: Clock = utc_now
) -> Iterator[Changed]:
    """Which products were written after ``at`` by the clocks of their writers, in order of time.

    It reads as far as it is asked to, minute by minute; of a time of more than twice ``far`` the beginning and the end.
    The last second may be missing, and a write that had to wait comes among older ones: look back two minutes, and know
    a product that you have by its version.
    """
    minutes = list(_minutes(at, now() + _AHEAD, far))
    if newest_first:
        minutes.reverse()
    keys = [(minute, shard) for minute in minutes for shard in range(store.SHARDS)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for start in range(0, len(keys), _AT_ONCE):
            read = pool.map(lambda key: store.changed_in(*key), keys[start : start + _AT_ONCE])
            found = (changed for some in read for changed in some if changed.changed_at > at)
            yield from sorted(found, key=lambda changed: changed.changed_at, reverse=newest_first)


def _minutes(at: datetime, until: datetime, far: timedelta) -> Iterator[datetime]:
    """The minutes from one to the other; of a long time the beginning and the end."""
    minute = at.replace(second=0, microsecond=0)
    while minute <= until:
        yield minute
        minute += timedelta(minutes=1)
        if minute - at > far and until - minute > far:
            minute = (until - far).replace(second=0, microsecond=0)


def everything() -> Iterator[Product]:
    """All products, in no order, while others write: what they write meanwhile ``changed_since`` tells.

    A scan, at a third of what reading them one by one in order of their changes would cost.
    """
    return store.every()


def propose(proposals: Sequence[Proposal], cause: Cause) -> list[Proposed]:
    """Each proposal as a product of the catalog, in order: a new one, or the one that is there already.

    Asking again with the same seeds answers the same.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda p: _propose(p, cause), proposals))


def foresee(proposals: Sequence[Proposal], cause: Cause) -> list[Proposed]:
    """What ``propose`` would answer, with nothing written; a product that it would make has no id yet."""
    wanted = [domain.propose(p, cause) for p in proposals]
    claims = {domain.identity_claim(p.identity) for p in wanted} | {domain.gtin_claim(p.gtin) for p in wanted if p.gtin}
    owners = store.owners_of(claims)
    meant = _meant({claim: owner for claim, owner in owners.items() if owner.known_as})
    owners = {claim: owner for claim, owner in owners.items() if not owner.known_as} | meant
    found: list[Proposed] = []
    for proposal, product in zip(proposals, wanted, strict=True):
        by_gtin = owners.get(domain.gtin_claim(product.gtin)) if product.gtin else None
        by_name = owners.get(domain.identity_claim(product.identity))
        if by_name and product.barcode:  # one without a barcode takes this one, unless another goes before it
            first = proposal.yields_to in {None, product.barcode}
            by_name = by_name if first and not by_name.has_gtin and not by_name.known_as else None
        owner = by_gtin or by_name
        found.append(Proposed(owner.product_id, created=False) if owner else Proposed("", created=True))
    return found


def withdraw(product_ids: Iterable[str], reason: str, cause: Cause) -> set[str]:
    """Takes back products that one has proposed; answers which. Those that anybody has changed since stay.

    A product that is taken back is rejected, and its GTIN and identity are free for the next one.
    """
    known = products(product_ids)

    def one(before: Product) -> bool:
        if before.withdrawn:
            return True
        if (gone := domain.withdraw(before, reason, cause)) is None:
            return False
        try:
            store.withdraw(gone[0], before, gone[1], cause)
        except Stale:
            return store.get(before.product_id).withdrawn
        return True

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return {p for p, gone in zip(known, pool.map(one, known.values()), strict=True) if gone}


def decide(product_id: str, verdict: Verdict, cause: Cause, *, version: int | None = None) -> Product:
    """A reviewer's word: the product as it is then. Said once more it changes nothing, unless it ``confirms``.

    ``version``: the one that the reviewer has seen. Raises NotFound, Stale, Conflict for a move that isn't allowed,
    Invalid for changes that can't be.
    """
    return _changed(product_id, lambda product: deciding.decide(product, verdict, cause), cause, version)


def remark(product_id: str, action: str, reason: str | None, cause: Cause, *, version: int | None = None) -> Product:
    """The product with a line in its history of a decision that changes nothing of it. Raises as ``decide``."""
    return _changed(product_id, lambda product: deciding.remark(product, action, reason, cause), cause, version)


def amend(
    product_id: str, patch: ProductPatch, cause: Cause, *, origin: Origin = "admin", version: int | None = None
) -> Product:
    """The product with other facts, which come from ``origin``. Raises as ``decide``."""
    return _changed(product_id, lambda product: deciding.amend(product, patch, cause, origin=origin), cause, version)


def resubmit(product_id: str, patch: ProductPatch, cause: Cause) -> Product:
    """The product as who proposed it has changed it; it waits for a person. Raises as ``decide``."""
    return _changed(product_id, lambda product: deciding.resubmit(product, patch, cause), cause, None)


def call(
    product_id: str,
    said: calling.Said,
    cause: Cause,
    *,
    origin: Origin = "admin",
    reason: str | None = None,
    version: int | None = None,
) -> Product:
    """The product with other names in these regions; those of other regions stay. A person's word stands before Open
    Food Facts', and that before a machine's. Raises as ``decide``."""
    return _changed(
        product_id, lambda product: deciding.call(product, said, cause, origin=origin, reason=reason), cause, version
    )


def merge(product_id: str, into: str, reason: str | None, cause: Cause, *, version: int | None = None) -> Product:
    """The product, which is ``into`` from now on. Said once more it changes nothing. Raises as ``decide``."""

    def merged(before: Product) -> Product:
        if before.merged_into == into:
            return before
        survivor = store.get(into)
        after = merging.merge(before, survivor, reason, cause)
        merges.save_merge(after, before, survivor, cause)
        return after.merged

    return _racing(product_id, version, merged)


def revert_merge(product_id: str, reason: str | None, cause: Cause, *, version: int | None = None) -> Product:
    """The merged product, as one of its own again. Raises as ``decide``."""

    def reverted(before: Product) -> Product:
        survivor = store.get(before.merged_into) if before.merged_into else before
        after = merging.revert(before, survivor, reason, cause)
        merges.save_revert(after, before, survivor, cause)
        return after.merged

    return _racing(product_id, version, reverted)


def _changed(
    product_id: str,
    change: Callable[[Product], tuple[Product, HistoryEntry] | None],
    cause: Cause,
    version: int | None,
) -> Product:
    """The product after a change of it alone."""

    def saved(before: Product) -> Product:
        after = change(before)
        if after is None:
            return before
        domain.check_size(after[0])
        store.save(after[0], before, after[1], cause)
        return after[0]

    return _racing(product_id, version, saved)


def _racing(product_id: str, version: int | None, act: Callable[[Product], Product]) -> Product:
    """What becomes of a product by ``act``, which goes again on what is there when somebody else was quicker."""
    for _ in range(_TRIES):
        before = _seen(product_id, version)
        try:
            return act(before)
        except Stale:
            continue
    raise Busy("CHANGED_MEANWHILE", "Somebody changed the product at the same moment; send it again.")


def _seen(product_id: str, version: int | None) -> Product:
    """The product as it is now. Raises Stale where that isn't the version that was seen."""
    product = store.get(product_id)
    if version is not None and product.version != version:
        raise Stale(
            "STALE", f"The product changed since you read it (it is at version {product.version}); read it again."
        )
    return product


def remember(meant: Mapping[str, str], named: Mapping[str, Product]) -> dict[str, str]:
    """Identity -> the product of another name that it was taken for: from now on it is found by this spelling, too.

    ``named``: the products by id, as far as they are known. Answers the products that the identities belong to: who had
    one before keeps it.
    """
    known = {**named, **products(set(meant.values()) - named.keys())}
    spellings = [
        store.Spelling(identity, known[product_id].product_id, known[product_id].identity)
        for identity, product_id in meant.items()
        if known[product_id].identity != identity
    ]
    belongs = dict(meant)
    for _ in range(_TRIES):
        refused = store.remember(spellings)
        spelled = _meant({i: o for i, o in refused.items() if o.known_as})
        stale = {i for i, o in refused.items() if o.known_as and i not in spelled}
        belongs |= {i: o.product_id for i, o in {**refused, **spelled}.items() if i not in stale}
        if not stale:
            return belongs
        for identity in stale:
            store.forget(identity, refused[identity])
        spellings = [s for s in spellings if s.identity in stale]
    raise TimeoutError(f"spellings changed hands {_TRIES} times")


def _meant(spelled: Mapping[str, Owner]) -> dict[str, Owner]:
    """Of remembered spellings those that count still, each with its product as it is now."""
    known = products({owner.product_id for owner in spelled.values()})
    counting = {
        i: o
        for i, o in spelled.items()
        if (p := known.get(o.product_id)) and p.identity == o.known_as and not p.withdrawn
    }
    now = {i: p for i, p in known.items() if not p.merged_into} | facts(i for i, p in known.items() if p.merged_into)
    return {
        identity: Owner(now[owner.product_id].product_id, now[owner.product_id].gtin is not None, owner.known_as)
        for identity, owner in counting.items()
    }


def _propose(proposal: Proposal, cause: Cause) -> Proposed:
    product = in_other_languages(domain.propose(proposal, cause))
    for _ in range(_TRIES):
        try:
            # What a shop's file calls new may be known under this spelling. Who loads the catalog says what they say.
            store.add(product, cause, to_spellings=proposal.source == "import")
        except store.Taken as taken:
            owner = taken.owner
            if owner.known_as:
                if meant := _meant({product.identity: owner}):
                    return Proposed(meant[product.identity].product_id, created=False)
                store.forget(product.identity, owner)
                continue
            if not owner.has_gtin and proposal.yields_to and _adopts(owner.product_id, proposal.yields_to, cause):
                continue
            if owner.has_gtin or product.barcode is None or _adopts(owner.product_id, product.barcode, cause):
                return Proposed(owner.product_id, created=owner.product_id == product.product_id)
            continue  # it got another barcode meanwhile, so this one makes a product of its own
        return Proposed(product.product_id, created=True)
    raise TimeoutError(f"{product.name} changed hands {_TRIES} times")


def _adopts(product_id: str, barcode: str, cause: Cause) -> bool:
    """Whether the product without a barcode has taken this one: somebody read it off the pack of the same goods."""
    before = store.get(product_id)
    if before.withdrawn or before.verification_status == "merged":
        return False
    if before.barcode is not None:
        return before.barcode == barcode
    product, entry = domain.with_barcode(before, barcode, cause)
    try:
        store.save(product, before, entry, cause)
    except (store.Taken, Stale):
        return False
    return True
