"""Merges: both products, their histories and the claims of the merged one, in one transaction.

The GTINs of the merged product mean the survivor from then on, and its identity becomes a spelling of the survivor's:
who asks by them needs to know nothing of merges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.catalog.domain.merging import Pair, codes_of
from services.catalog.domain.product import Product, gtin_claim, identity_claim
from services.catalog.store.products import Owner, Taken, claims, history_of, item_of, products
from shared.aws.dynamo import Item, Refusal, TransactionRefused, Write, transact
from shared.kernel.cause import Cause
from shared.kernel.errors import Conflict, Stale
from shared.kernel.gtin import Gtin

_OF_BOTH = 4  # writes: both products, and a line of the history of each


def save_merge(after: Pair, before: Product, survivor: Product, cause: Cause) -> None:
    """Both as they are after the merge. Raises Stale where either has changed since it was read."""
    both = _both(after, before, survivor, cause)
    codes = _handed_over(before, before.product_id, survivor.product_id)
    _write([*both, *codes, *_identity_given(before, after.survivor), *_named(survivor, after)])


def save_revert(after: Pair, before: Product, survivor: Product, cause: Cause) -> None:
    """Both as they are once the merge is taken back. Raises Stale, Conflict where its name is another's meanwhile,
    Taken where a barcode is."""
    both = _both(after, before, survivor, cause)
    codes = _handed_over(before, survivor.product_id, before.product_id)
    _write([*both, *codes, *_unnamed(survivor, before, after), *_identity_back(before)])


def _handed_over(product: Product, giver: str, taker: str) -> Iterator[Write]:
    """The GTINs of a product, from the one that they mean to the other; those that a correction freed, too."""
    for code in codes_of(product):
        yield claims().updating(
            gtin_claim(Gtin.parse(code).key),
            set_="SET product_id = :taker",
            condition="attribute_not_exists(claim) OR product_id = :giver",
            taker=taker,
            giver=giver,
        )


def _both(after: Pair, before: Product, survivor: Product, cause: Cause) -> Iterator[Write]:
    for now, then, entry in (
        (after.merged, before, after.merged_entry),
        (after.survivor, survivor, after.survivor_entry),
    ):
        yield products().putting(item_of(now, cause), "#version = :before", before=then.version)
        yield history_of(now.product_id, entry)


def _write(writes: list[Write]) -> None:
    try:
        transact(writes)
    except TransactionRefused as refused:
        refusals = refused.refusals
        if not any(refusals[:_OF_BOTH]) and (owner := _owner_of_code(refusals[_OF_BOTH:])):
            raise Taken(owner, "GTIN") from None
        raise Stale("STALE", "Somebody changed one of the products meanwhile; read both again.") from None


def _owner_of_code(refusals: Iterable[Refusal | None]) -> Owner | None:
    """Whose a barcode is by now that neither of the two has."""
    held = (refusal.item for refusal in refusals if refusal and refusal.item)
    return next((Owner(i["product_id"], has_gtin=True) for i in held if i.get("claim", "").startswith("gtin#")), None)


def _claim(product: Product) -> Item:
    return claims().get(identity_claim(product.identity)) or {}


def _identity_given(product: Product, survivor: Product) -> Iterator[Write]:
    """The merged product's name, brand and size, as another spelling of the survivor."""
    claim = identity_claim(product.identity)
    me, mine = product.product_id, {product.product_id}
    held = _claim(product)
    meant = {"it": survivor.product_id, "so": survivor.identity}
    if held.get("bare") == me:
        yield claims().updating(
            claim, set_="SET means = :it, known_as = :so REMOVE bare", condition="bare = :me", me=me, **meant
        )
    elif held.get("holders") == mine:
        yield claims().updating(
            claim,
            set_="SET means = :it, known_as = :so REMOVE holders",
            condition="holders = :mine",
            mine=mine,
            **meant,
        )
    elif me in held.get("holders", ()):
        yield claims().updating(
            claim, set_="DELETE holders :mine", condition="contains(holders, :me)", me=me, mine=mine
        )


def _identity_back(product: Product) -> Iterator[Write]:
    """The same name, brand and size as its own again."""
    claim = identity_claim(product.identity)
    me, mine = product.product_id, {product.product_id}
    held = _claim(product)
    if "bare" in held or (product.gtin is None and "holders" in held):
        raise Conflict(
            "IDENTITY_TAKEN", "Another product has this name, brand and size meanwhile; rename one of them first."
        )
    if product.gtin is None:
        yield claims().updating(
            claim,
            set_="SET bare = :me REMOVE means, known_as",
            condition="attribute_not_exists(bare) AND attribute_not_exists(holders)",
            me=me,
        )
        return
    yield claims().updating(
        claim,
        set_="ADD holders :mine REMOVE means, known_as",
        condition="attribute_not_exists(bare)",
        mine=mine,
    )


def _named(survivor: Product, after: Pair) -> Iterator[Write]:
    """A survivor that had no barcode and has one now shares its name with those of other barcodes."""
    if survivor.gtin is None and after.survivor.gtin is not None:
        me = survivor.product_id
        yield claims().updating(
            identity_claim(survivor.identity),
            set_="ADD holders :mine REMOVE bare",
            condition="bare = :me",
            me=me,
            mine={me},
        )


def _unnamed(survivor: Product, before: Product, after: Pair) -> Iterator[Write]:
    """A survivor that gives its barcode back has its name for itself alone again."""
    if survivor.gtin is not None and after.survivor.gtin is None:
        me = survivor.product_id
        held = _claim(survivor)
        if held.get("holders") != {me} or before.identity == survivor.identity:
            raise Conflict(
                "IDENTITY_TAKEN", "Another product has this name, brand and size meanwhile; rename one of them first."
            )
        yield claims().updating(
            identity_claim(survivor.identity),
            set_="SET bare = :me REMOVE holders",
            condition="holders = :mine",
            me=me,
            mine={me},
        )
