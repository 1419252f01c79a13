"""Products, the claims that make them unique, and their history.

A claim is an item whose key is the GTIN or the identity: a conditional write takes it, so two shops can't create one
product twice, whatever any index says. All of a change is one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from services.catalog.domain import HistoryEntry, Product, gtin_claim, identity_claim
from services.catalog.settings import CatalogSettings
from shared.aws.dynamo import Item, Table, TransactionRefused, Write, transact
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import rfc3339
from shared.kernel.errors import Conflict, NotFound, Stale


def _products() -> Table:
    return Table(settings(CatalogSettings).products_table, "product_id")


def _claims() -> Table:
    return Table(settings(CatalogSettings).product_claims_table, "claim")


def _history() -> Table:
    return Table(settings(CatalogSettings).product_history_table, "product_id", "version")


class Owner(NamedTuple):
    """The product that holds a claim, and its GTIN if it has one."""

    product_id: str
    gtin: str | None


class Taken(Conflict):
    """The GTIN or identity belongs to ``product_id`` already."""

    def __init__(self, product_id: str, by: str) -> None:
        super().__init__(
            "PRODUCT_EXISTS",
            f"This product is in the catalog already (same {by}); use it.",
            extra={"product_id": product_id},
        )
        self.product_id = product_id


def add(product: Product, cause: Cause) -> None:
    """The product and its claims, all or none; its stream states ``ProductCreated``.

    Adding what is there under the same id already changes nothing. Raises Taken.
    """
    claiming = _claiming(product)
    writes = [
        _products().putting(_item(product, cause), "attribute_not_exists(product_id)"),
        *claiming.values(),
    ]
    try:
        transact(writes)
    except TransactionRefused as refused:
        _raise_if_taken(product, claiming, refused, first=1)


def save(product: Product, before: Product, entry: HistoryEntry, cause: Cause) -> None:
    """The next version with its history, and the claims as they now are. Raises Taken, Stale."""
    dropped = set(before.claims()) - set(product.claims())
    claiming = {c: w for c, w in _claiming(product).items() if c not in before.claims()}
    owned = [c["claim"] for c in _claims().get_many((c,) for c in dropped) if c["product_id"] == product.product_id]
    writes = [
        _products().putting(_item(product, cause), "#version = :before", before=before.version),
        *claiming.values(),
        _history().putting({"product_id": product.product_id, **_entry(entry)}),
        *(_claims().deleting(c, condition="product_id = :me", me=product.product_id) for c in owned),
    ]
    try:
        transact(writes)
    except TransactionRefused as refused:
        if refused.refusals and refused.refusals[0]:
            raise Stale("STALE", "Somebody changed the product meanwhile; read it again.") from None
        _raise_if_taken(product, claiming, refused, first=1)


def get(product_id: str) -> Product:
    """The product. Raises NotFound."""
    found = _products().get(product_id)
    if found is None:
        raise NotFound("PRODUCT_UNKNOWN", "There is no such product.")
    return Product.model_validate(found)


def get_many(product_ids: Iterable[str]) -> dict[str, Product]:
    """Those that exist, by id."""
    found = _products().get_many((p,) for p in product_ids)
    return {i["product_id"]: Product.model_validate(i) for i in found}


def owners_of(claims: Iterable[str]) -> dict[str, Owner]:
    """Who owns each claim that is taken (read consistently)."""
    return {i["claim"]: Owner(i["product_id"], i.get("gtin")) for i in _claims().get_many((c,) for c in claims)}


def find_by_gtin(gtin_key: str) -> Product | None:
    """The product that the GTIN owns."""
    owner = owners_of([gtin_claim(gtin_key)]).get(gtin_claim(gtin_key))
    return get(owner.product_id) if owner else None


def newest(status: str, before: str | None, most: int) -> Iterator[Product]:
    """Products of a status, newest first, from the one before ``before`` on; at most ``most`` are read."""
    condition = "verification_status = :status" + (" AND product_id < :before" if before else "")
    values: dict[str, Any] = {"status": status, **({"before": before} if before else {})}
    found = _products().query(condition, index="by_status", newest_first=True, limit=most, **values)
    products = get_many(i["product_id"] for i in found.items)
    return (products[i["product_id"]] for i in found.items if i["product_id"] in products)


def history(product_id: str, limit: int, start: Item | None) -> tuple[list[HistoryEntry], Item | None]:
    """A page of the history, newest first."""
    page = _history().query(
        "product_id = :id", newest_first=True, consistent=True, limit=limit, start=start, id=product_id
    )
    return [HistoryEntry.model_validate(i) for i in page.items], page.next_key


def _claiming(product: Product) -> dict[str, Write]:
    """The writes that take each claim of the product."""
    identity = identity_claim(product.identity)
    if product.gtin is None:
        return {identity: _claims().putting(_claim(identity, product), _FREE_OR_MINE, me=product.product_id)}
    gtin = gtin_claim(product.gtin)
    shared = _claims().updating(
        identity,
        set_="SET product_id = if_not_exists(product_id, :me), gtin = if_not_exists(gtin, :gtin)",
        # Free, ours, or held by a product of another GTIN: the same name and size under two GTINs are two products.
        condition="attribute_not_exists(claim) OR attribute_exists(gtin) OR product_id = :me",
        me=product.product_id,
        gtin=product.gtin,
    )
    return {
        gtin: _claims().putting(_claim(gtin, product), _FREE_OR_MINE, me=product.product_id),
        identity: shared,
    }


_FREE_OR_MINE = "attribute_not_exists(claim) OR product_id = :me"


def _claim(claim: str, product: Product) -> Item:
    return {"claim": claim, "product_id": product.product_id, "gtin": product.gtin}


def _raise_if_taken(product: Product, claiming: dict[str, Write], refused: TransactionRefused, *, first: int) -> None:
    for claim, refusal in zip(claiming, refused.refusals[first:], strict=False):
        if refusal and refusal.item:
            raise Taken(refusal.item["product_id"], "GTIN" if claim.startswith("gtin#") else "name, brand and size")
    existing = _products().get(product.product_id)
    if existing is None:
        raise refused


def _item(product: Product, cause: Cause) -> Item:
    return {
        **product.model_dump(),
        "gtin": product.gtin,
        "created_at": rfc3339(product.created_at),
        "updated_at": rfc3339(product.updated_at),
        "changed_by": cause.actor,
        "correlation_id": cause.correlation_id,
    }


def _entry(entry: HistoryEntry) -> dict[str, Any]:
    """As stored: values of changes are JSON, whose floats become text."""
    return {
        **entry.model_dump(mode="json"),
        "changes": [_textual(c.model_dump(mode="json")) for c in entry.changes],
    }


def _textual(value: Any) -> Any:
    if isinstance(value, float):
        return str(value)
    if isinstance(value, dict):
        return {k: _textual(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_textual(v) for v in value]
    return value
