"""Products, the claims that make them unique, and their history; merges have a file of their own.

A claim is an item whose key is the GTIN or the identity: a conditional write takes it, so two shops can't create one
product twice, whatever any index says. All of a change is one transaction. An identity that no product holds may be
remembered as another spelling of one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

from services.catalog.domain.merging import gtins_of
from services.catalog.domain.product import WORKED_OUT, HistoryEntry, Product, gtin_claim, identity_claim
from services.catalog.settings import CatalogSettings
from shared.aws.dynamo import ConditionFailed, Item, Table, TransactionRefused, Write, transact
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import parse_rfc3339, rfc3339
from shared.kernel.errors import Conflict, NotFound, Stale


def products() -> Table:
    """Products."""
    return Table(settings(CatalogSettings).products_table, "product_id")


def claims() -> Table:
    """Who holds a GTIN or an identity."""
    return Table(settings(CatalogSettings).product_claims_table, "claim")


def _history() -> Table:
    return Table(settings(CatalogSettings).product_history_table, "product_id", "version")


class Owner(NamedTuple):
    """The product that holds a claim, and whether it has a GTIN.

    ``known_as``: of a remembered spelling the identity that its product had then. It counts while the product has it.
    """

    product_id: str
    has_gtin: bool
    known_as: str = ""


class Spelling(NamedTuple):
    """An identity that was taken for a product of another one."""

    identity: str
    product_id: str
    known_as: str


# Changes lie in the minute of their write, spread: a partition of an index takes a thousand writes a second, and who
# asks what is new reads the last minutes only.
SHARDS = 2

_TIMED = {"images", "offered_images", "merge"}  # with times in them, which are kept as text

_SPELLINGS = 25  # in one transaction


class Changed(NamedTuple):
    """That a product was written, and as which version; ``changed_at`` is its writer's clock just before the write."""

    product_id: str
    changed_at: datetime
    version: int


class Taken(Conflict):
    """The GTIN or identity belongs to ``owner`` already."""

    def __init__(self, owner: Owner, by: str) -> None:
        super().__init__(
            "PRODUCT_EXISTS",
            f"This product is in the catalog already (same {by}); use it.",
            extra={"product_id": owner.product_id},
        )
        self.owner = owner


def add(product: Product, cause: Cause, *, to_spellings: bool = False) -> None:
    """The product and its claims, all or none; its stream states ``ProductCreated``.

    Adding what is there under the same id already changes nothing. A product without a GTIN gives way
    ``to_spellings`` of others, or takes them over. Raises Taken.
    """
    claiming = _claiming(product, to_spellings=to_spellings)
    writes = [
        products().putting(item_of(product, cause), "attribute_not_exists(product_id)"),
        *claiming.values(),
    ]
    try:
        transact(writes)
    except TransactionRefused as refused:
        _raise_if_taken(product, claiming, refused, first=1)


def save(product: Product, before: Product, entry: HistoryEntry, cause: Cause) -> None:
    """The next version with its history, and the claims as they now are. Raises Taken, Stale."""
    claiming = _claiming(product)
    if (before.identity, before.gtin is None) == (product.identity, product.gtin is None):
        del claiming[identity_claim(product.identity)]
    if product.gtin and product.gtin == before.gtin:
        del claiming[gtin_claim(product.gtin)]
    writes = [
        products().putting(item_of(product, cause), "#version = :before", before=before.version),
        *claiming.values(),
        history_of(product.product_id, entry),
        *_releasing(before, product),
    ]
    try:
        transact(writes)
    except TransactionRefused as refused:
        if not (refused.refusals and refused.refusals[0]):
            _raise_if_taken(product, claiming, refused, first=1)
        raise Stale("STALE", "Somebody changed the product meanwhile; read it again.") from None


def withdraw(product: Product, before: Product, entry: HistoryEntry, cause: Cause) -> None:
    """The product that is taken back, with its history, and its claims let go. Raises Stale."""
    writes = [
        products().putting(item_of(product, cause), "#version = :before", before=before.version),
        history_of(product.product_id, entry),
        *_releasing(before, None),
    ]
    try:
        transact(writes)
    except TransactionRefused:
        raise Stale("STALE", "Somebody changed the product meanwhile; read it again.") from None


def get(product_id: str) -> Product:
    """The product. Raises NotFound."""
    found = products().get(product_id)
    if found is None:
        raise NotFound("PRODUCT_UNKNOWN", "There is no such product.")
    return Product.model_validate(found)


def get_many(product_ids: Iterable[str]) -> dict[str, Product]:
    """Those that exist, by id."""
    found = products().get_many((p,) for p in product_ids)
    return {i["product_id"]: Product.model_validate(i) for i in found}


def owners_of(wanted: Iterable[str]) -> dict[str, Owner]:
    """Who owns each claim that is taken (read consistently)."""
    found = ((i["claim"], _owner(i)) for i in claims().get_many((c,) for c in wanted))
    return {claim: owner for claim, owner in found if owner}


def remember(spellings: Sequence[Spelling]) -> dict[str, Owner]:
    """Spellings for the next time, one an identity. Answers the owners of those identities that are another's
    already."""
    refused: dict[str, Owner] = {}
    for at in range(0, len(spellings), _SPELLINGS):
        asked = list(spellings[at : at + _SPELLINGS])
        while asked:
            try:
                transact([_remembering(spelling) for spelling in asked])
                break
            except TransactionRefused as none:
                left: list[Spelling] = []
                for spelling, refusal in zip(asked, none.refusals, strict=True):
                    if owner := _owner(refusal.item) if refusal and refusal.item else None:
                        refused[spelling.identity] = owner
                    else:
                        left.append(spelling)
                asked = left
    return refused


def forget(identity: str, meant: Owner) -> None:
    """A spelling, if it is still remembered for this product as it was then."""
    condition = "means = :it AND known_as = :so"
    with suppress(ConditionFailed):
        claims().update(
            identity_claim(identity),
            set_="REMOVE means, known_as",
            condition=condition,
            it=meant.product_id,
            so=meant.known_as,
        )


def find_by_gtin(gtin_key: str) -> Product | None:
    """The product that the GTIN owns."""
    owner = owners_of([gtin_claim(gtin_key)]).get(gtin_claim(gtin_key))
    return get(owner.product_id) if owner else None


def pictured(image_hash: str, most: int = 10) -> list[str]:
    """Which products have this picture for their face; the last moment may be missing."""
    found = products().query("image_hash = :hash", index="by_image_hash", limit=most, hash=image_hash)
    return [i["product_id"] for i in found.items]


def newest(status: str, before: str | None, most: int) -> Iterator[Product]:
    """Products of a status, newest first, from the one before ``before`` on; at most ``most`` are read."""
    condition = "verification_status = :status" + (" AND product_id < :before" if before else "")
    values: dict[str, Any] = {"status": status, **({"before": before} if before else {})}
    found = products().query(condition, index="by_status", newest_first=True, limit=most, **values)
    known = get_many(i["product_id"] for i in found.items)
    return (known[i["product_id"]] for i in found.items if i["product_id"] in known)


def changed_in(minute: datetime, shard: int) -> list[Changed]:
    """What was written in a shard within that minute, in order of time. Only the last write of a product is told.

    The index behind it lags a moment, and a write that had to wait comes late: who must miss nothing looks back.
    """
    found = products().query_all("changed_minute = :minute", index="by_changed", minute=_minute(minute, shard))
    return [Changed(i["product_id"], parse_rfc3339(i["changed_at"]), i["version"]) for i in found]


def every() -> Iterator[Product]:
    """All products, in no order, as they are while it reads."""
    return (Product.model_validate(i) for i in products().scan_all())


def history(product_id: str, limit: int, start: Item | None) -> tuple[list[HistoryEntry], Item | None]:
    """A page of the history, newest first."""
    page = _history().query(
        "product_id = :id", newest_first=True, consistent=True, limit=limit, start=start, id=product_id
    )
    return [HistoryEntry.model_validate(i) for i in page.items], page.next_key


# A GTIN's claim is {claim, product_id}. An identity's is {claim, bare} while a product without GTIN holds it, or
# {claim, holders} with all the products of different GTINs that share it: the two never stand together. While neither
# does, {claim, means, known_as} is a spelling of the product that it means.


def _claiming(product: Product, *, to_spellings: bool = False) -> dict[str, Write]:
    """The writes that take each claim of the product, or keep it."""
    me, mine = product.product_id, {product.product_id}
    identity = identity_claim(product.identity)
    if product.gtin is None:
        alone = claims().updating(
            identity,
            set_="SET bare = :me REMOVE means, known_as DELETE holders :mine",
            condition="(attribute_not_exists(bare) OR bare = :me)"
            " AND (attribute_not_exists(holders) OR holders = :mine)"
            f"{' AND attribute_not_exists(means)' if to_spellings else ''}",
            me=me,
            mine=mine,
        )
        return {identity: alone}
    gtin = gtin_claim(product.gtin)
    owned = claims().putting(
        {"claim": gtin, "product_id": me}, "attribute_not_exists(claim) OR product_id = :me", me=me
    )
    shared = claims().updating(
        identity,
        set_="ADD holders :mine REMOVE bare, means, known_as",
        condition="attribute_not_exists(bare) OR bare = :me",
        me=me,
        mine=mine,
    )
    return {gtin: owned, identity: shared}


def _remembering(spelling: Spelling) -> Write:
    return claims().updating(
        identity_claim(spelling.identity),
        set_="SET means = :it, known_as = :so",
        condition="attribute_not_exists(bare) AND attribute_not_exists(holders)"
        " AND (attribute_not_exists(means) OR (means = :it AND known_as = :so))",
        it=spelling.product_id,
        so=spelling.known_as,
    )


def _releasing(before: Product, after: Product | None) -> Iterator[Write]:
    """The writes that let go of what the product no longer holds; None: of everything."""
    me = before.product_id
    if before.gtin and (after is None or before.gtin not in gtins_of(after)):
        yield claims().deleting(gtin_claim(before.gtin), condition="product_id = :me", me=me)
    if after is None or before.identity != after.identity:
        claim = identity_claim(before.identity)
        yield (
            claims().updating(claim, set_="DELETE holders :mine", mine={me})
            if before.gtin
            else claims().updating(claim, set_="REMOVE bare", condition="bare = :me", me=me)
        )


def _owner(claim: Item, *, but: str = "") -> Owner | None:
    if claim["claim"].startswith("gtin#"):
        return Owner(claim["product_id"], has_gtin=True)
    if "bare" in claim:
        return Owner(claim["bare"], has_gtin=False)
    holders = claim.get("holders", set()) - {but}
    if holders:
        return Owner(min(holders), has_gtin=True)
    return Owner(claim["means"], has_gtin=False, known_as=claim["known_as"]) if "means" in claim else None


def _raise_if_taken(product: Product, claiming: dict[str, Write], refused: TransactionRefused, *, first: int) -> None:
    for claim, refusal in zip(claiming, refused.refusals[first:], strict=False):
        owner = _owner(refusal.item, but=product.product_id) if refusal and refusal.item else None
        if owner:
            raise Taken(owner, "GTIN" if claim.startswith("gtin#") else "name, brand and size")
    if products().get(product.product_id) is None:
        raise refused


def item_of(product: Product, cause: Cause) -> Item:
    """A product as stored."""
    now = _now()
    return {
        **product.model_dump(exclude=_TIMED | WORKED_OUT),
        **product.model_dump(mode="json", include=_TIMED, exclude_defaults=True),
        "gtin": product.gtin,
        "uploads_seen": product.uploads_seen or None,
        "created_at": rfc3339(product.created_at),
        "updated_at": rfc3339(product.updated_at),
        # Not updated_at: a second try of a request has the time of its first, which may be long ago.
        "changed_at": _precise(now),
        "changed_minute": _minute(now, zlib.crc32(product.product_id.encode()) % SHARDS),
        "changed_by": cause.actor,
        "correlation_id": cause.correlation_id,
    }


def _now() -> datetime:
    return datetime.now(UTC)


def _minute(at: datetime, shard: int) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M}#{shard}"


def _precise(at: datetime) -> str:
    """In microseconds and of fixed width: its text sorts as its time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def history_of(product_id: str, entry: HistoryEntry) -> Write:
    """The write that adds a line to a product's history."""
    return _history().putting({"product_id": product_id, **_entry(entry)})


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
