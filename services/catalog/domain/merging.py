"""Two products that are one: the merged one leads to the survivor from then on, and can be taken apart again.

A GTIN owns its product (GS1 General Specifications, 1.4), so those of the merged product go over to the survivor. What
stores have on their shelves inventory moves when it hears of it.
"""

from __future__ import annotations

from typing import NamedTuple

from services.catalog.domain.deciding import check_alive, check_move
from services.catalog.domain.product import HistoryEntry, Merge, Product, changed
from shared.kernel.cause import Cause
from shared.kernel.errors import Conflict, FieldError, Invalid
from shared.kernel.gtin import Gtin
from shared.kernel.ids import derived_id
from shared.kernel.quantity import amount_of

_CODES_AT_MOST = 20


class Pair(NamedTuple):
    """Both products of a merge, before or after, each with the entry of its history where it is after."""

    merged: Product
    survivor: Product
    merged_entry: HistoryEntry
    survivor_entry: HistoryEntry


def codes_of(product: Product) -> list[str]:
    """The barcodes that mean this product, each once however it is written."""
    codes = [*([product.barcode] if product.barcode else []), *product.also_barcodes]
    return list({Gtin.parse(code).key: code for code in reversed(codes)}.values())[::-1]


def gtins_of(product: Product) -> set[str]:
    """The keys of its barcodes."""
    return {Gtin.parse(code).key for code in codes_of(product)}


def merge(product: Product, into: Product, reason: str | None, cause: Cause) -> Pair:
    """Both after the merge. Raises Invalid for itself, Conflict where a merge makes no sense."""
    check_alive(product)
    check_move(product, "merged")
    if product.product_id == into.product_id:
        cure = "A product can't be merged into itself; name the one that stays."
        raise Invalid("SAME_PRODUCT", cure, [FieldError("/merge_into", "SAME_PRODUCT", cure)])
    if into.verification_status in ("merged", "rejected"):
        raise Conflict("MERGE_TARGET", f"That product is {into.verification_status} itself; merge into another.")
    if product.verification_status == "verified" and into.verification_status != "verified":
        raise Conflict(
            "ILLEGAL_MOVE",
            "A verified product is merged into a verified one only; merge the other way round, or approve that one"
            " first.",
        )
    if product.packed and into.packed and amount_of(product.packed) != amount_of(into.packed):
        raise Conflict("SIZES_DIFFER", "They are of different sizes; if one is mistyped, correct it first.")
    codes = [*into.also_barcodes, *codes_of(product)]
    gives = product.barcode if into.barcode is None else None
    also = [code for code in codes if code != gives]
    if len(also) > _CODES_AT_MOST:
        raise Conflict("TOO_MANY_BARCODES", f"A product can have {_CODES_AT_MOST} barcodes of others at most.")
    note = Merge(
        merge_id=derived_id("mrg", cause.at, product.product_id, str(product.version)),
        survivor_id=into.product_id,
        previous_status=product.verification_status,
        at=cause.at,
        by=cause.actor,
        gave_barcode=gives is not None,
    )
    gone = {"verification_status": "merged", "merged_into": into.product_id, "merge": note, "status_reason": reason}
    merged, merged_entry = changed(product, gone, cause, action="merged", reason=reason)
    facts = {"also_barcodes": also, **({"barcode": gives} if gives else {})}
    survivor, survivor_entry = changed(
        into,
        facts,
        cause,
        action="took_over",
        reason=reason,
        origin=product.provenance.get("barcode", "store"),
        stated=["barcode"] if gives else (),
    )
    return Pair(merged, survivor, merged_entry, survivor_entry)


def revert(product: Product, survivor: Product, reason: str | None, cause: Cause) -> Pair:
    """Both after a merge was taken back. Raises Conflict where there is none, or another one stands on it."""
    note = product.merge
    if product.verification_status != "merged" or note is None:
        raise Conflict("NOT_MERGED", "This product is not merged into another one.")
    if survivor.verification_status == "merged":
        raise Conflict("MERGED_ON", f"Its survivor was merged into {survivor.merged_into} later; revert that first.")
    mine = gtins_of(product)
    back = {
        "verification_status": note.previous_status,
        "merged_into": None,
        "merge": None,
        "status_reason": None,
    }
    again, again_entry = changed(product, back, cause, action="merge_reverted", reason=reason)
    also = [code for code in survivor.also_barcodes if Gtin.parse(code).key not in mine]
    facts: dict[str, object] = {"also_barcodes": also}
    if survivor.gtin in mine:  # given by the merge, or by a person since: it is the other's again
        facts["barcode"] = None
    kept, kept_entry = changed(survivor, facts, cause, action="gave_back", reason=reason)
    return Pair(again, kept, again_entry, kept_entry)
