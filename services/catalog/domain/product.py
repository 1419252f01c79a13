"""The shared products: what one is, who may propose it, and what makes two of them the same.

A GTIN owns its product (GS1 General Specifications: a GTIN is never used again for another trade item). A product
without one is told from others by its identity: brand, name, net quantity and pack count, however they are written.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from events.base import Event
from events.catalog import (
    ChangedProduct,
    ProductCreated,
    ProductFacts,
    ProductRejected,
    ProductUpdated,
    ProductVerified,
)
from shared.kernel.cause import Cause
from shared.kernel.errors import Conflict, FieldError, Invalid
from shared.kernel.fields import Barcode, Line, NetQuantityIn, Prose, line, whole
from shared.kernel.gtin import Gtin
from shared.kernel.ids import derived_id
from shared.kernel.money import Rupees
from shared.kernel.naming import identity_key
from shared.kernel.quantity import NetQuantity, Packed
from shared.kernel.region import RegionCode
from shared.kernel.text import nfc

Status = Literal["pending", "needs_changes", "verified", "rejected", "merged"]
Source = Literal["admin", "store", "import", "off"]
Origin = Literal["admin", "store", "off", "translation"]

LARGEST = 24 * 1024  # bytes; 100 changes of one, before and after, stay below the 6 MB that a Lambda may answer

# Goods and Services Tax slabs since 2025-09-22 (notification 9/2025-CT(R)), and 3 / 0.25 for precious goods.
GST_RATES = tuple(Decimal(r) for r in ("0", "0.25", "3", "5", "18", "40"))


def _gst_rate(rate: Decimal) -> Decimal:
    if rate not in GST_RATES:
        raise PydanticCustomError(
            "gst_rate", "GST is 0, 5, 18 or 40 per cent since 2025-09-22 (0.25 and 3: jewellery)."
        )
    return rate


Hsn = Annotated[str, Field(pattern=r"^([0-9]{4}|[0-9]{6}|[0-9]{8})$", examples=["1905"])]
Rate = Annotated[
    Decimal,
    PlainSerializer(lambda rate: int(rate) if rate == int(rate) else float(rate), when_used="json"),
    WithJsonSchema({"type": "number", "examples": [5]}),
]
GstRate = Annotated[
    Rate, AfterValidator(_gst_rate), WithJsonSchema({"type": "number", "enum": [0, 0.25, 3, 5, 18, 40]})
]
Country = Annotated[str, Field(min_length=2, max_length=60), AfterValidator(line)]
Attributes = Annotated[dict[Line, Prose], Field(max_length=30)]
RegionalNames = Annotated[dict[RegionCode, Annotated[list[Line], Field(max_length=10)]], Field(max_length=40)]
PackCount = Annotated[int, Field(strict=True, ge=1, le=10_000), BeforeValidator(whole)]


class QualityIssue(BaseModel):
    """One thing that would make the product better."""

    model_config = ConfigDict(frozen=True)

    code: str
    field: str
    message: str


class Renditions(BaseModel):
    """Addresses of one picture, on the web origin."""

    model_config = ConfigDict(frozen=True)

    original: str
    medium: str
    thumbnail: str


class Likely(BaseModel):
    """A product that a pending one may be: ``score`` 0-1 and why, in words for people."""

    model_config = ConfigDict(frozen=True)

    product_id: str
    score: Annotated[
        Decimal,
        PlainSerializer(float, when_used="json"),
        WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1}),
    ]
    reasons: list[str]


class Product(BaseModel):
    """A product of the shared catalog.

    ``barcode`` is as printed (8, 12, 13 or 14 digits); ``net_quantity`` is of one pack of ``pack_count``; ``mrp`` is a
    reference in INR, each lot has its own; ``provenance`` says of each field where it came from.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    product_id: str
    name: str
    brand: str | None = None
    category: str | None = None
    barcode: str | None = None
    net_quantity: NetQuantity | None = None
    pack_count: int = 1
    mrp: Rupees | None = None
    hsn_code: str | None = None
    gst_rate: Rate | None = None
    country_of_origin: str | None = None
    image_hash: str | None = None
    canonical_image_urls: Renditions | None = None
    regional_names: dict[str, list[str]] = {}
    attributes: dict[str, str] = {}
    verification_status: Status
    merged_into: str | None = None
    quality_score: int | None = None
    quality_issues: list[QualityIssue] = []
    source: Source
    provenance: dict[str, Origin] = {}
    version: int = 1
    created_at: datetime
    updated_at: datetime
    # Seen by admins only.
    candidates: list[Likely] = []
    """What it may be, as matching saw it when a shop's row made it; a person decides."""
    proposed_by: str | None = None
    store_id: str | None = None
    withdrawn: bool = False
    """Whether it went with the import that had made it: rejected, and its GTIN and identity are free again."""

    @property
    def gtin(self) -> str | None:
        """The barcode as a key of 14 digits."""
        return Gtin.parse(self.barcode).key if self.barcode else None

    @property
    def packed(self) -> Packed | None:
        """Net quantity and pack count together."""
        return Packed(self.net_quantity, self.pack_count) if self.net_quantity else None

    @property
    def identity(self) -> str:
        """What tells it from other products where no GTIN does."""
        size = self.attributes.get("weight")
        return identity_key(self.name, brand=self.brand, net_quantity=self.packed, size=size)

    @property
    def names(self) -> list[str]:
        """What it is called: by brand and name, and in each region."""
        return [f"{self.name} {self.brand or ''}", *(n for ns in self.regional_names.values() for n in ns)]


class ProductFields(BaseModel):
    """The facts of a product as people and files give them."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    brand: Line | None = None
    category: Line | None = None
    barcode: Barcode | None = None
    net_quantity: NetQuantityIn | None = None
    pack_count: PackCount | None = None
    mrp: Rupees | None = None
    hsn_code: Hsn | None = None
    gst_rate: GstRate | None = None
    country_of_origin: Country | None = None
    regional_names: RegionalNames = {}
    attributes: Attributes = {}


class ProductPatch(ProductFields):
    """Fields to change; those left out stay, null empties an optional one."""

    name: Line = ""
    reason: Annotated[str, Field(max_length=500), AfterValidator(nfc)] | None = None
    verification_status: Literal["pending", "verified", "rejected"] = "pending"


class Change(BaseModel):
    """One field before and after."""

    field: str
    before: Any = None
    after: Any = None


class HistoryEntry(BaseModel):
    """Who changed what, when and why. Version 1 is the creation."""

    model_config = ConfigDict(extra="ignore")

    version: int
    action: str
    actor: str | None
    at: datetime
    reason: str | None = None
    changes: list[Change] = []


class Proposal(BaseModel):
    """A product that somebody wants in the catalog, and the seed of its id: asking twice is asking once.

    ``candidates``: the products that it may be. ``yields_to``: the barcode that a product of the same name without one
    takes before this one's.
    """

    model_config = ConfigDict(frozen=True)

    fields: ProductFields
    source: Source
    verified: bool = False
    store_id: str | None = None
    yields_to: str | None = None
    candidates: list[Likely] = []
    seed: tuple[str, ...] = ()
    at: datetime | None = None


def gtin_claim(gtin_key: str) -> str:
    """The claim on a GTIN of 14 digits."""
    return f"gtin#{gtin_key}"


def identity_claim(identity: str) -> str:
    """The claim on an identity."""
    return f"identity#{identity}"


def propose(proposal: Proposal, cause: Cause) -> Product:
    """The product as it would enter the catalog: an admin's verified, a shop's pending."""
    fields = proposal.fields
    packed = fields.net_quantity
    attributes = dict(fields.attributes)
    known: dict[str, Any] = {
        **fields.model_dump(exclude={"net_quantity", "pack_count", "attributes"}),
        "attributes": attributes,
        "net_quantity": packed.net_quantity if packed else None,
        "pack_count": fields.pack_count or (packed.pack_count if packed else 1),
    }
    at = proposal.at or cause.at
    origin: Origin = "admin" if proposal.source == "admin" else "off" if proposal.source == "off" else "store"
    return Product(
        product_id=derived_id("prd", at, *proposal.seed) if proposal.seed else cause.new_id("prd"),
        verification_status="verified" if proposal.verified else "pending",
        source=proposal.source,
        provenance={name: origin for name, value in known.items() if value not in (None, {}, [])},
        created_at=cause.at,
        updated_at=cause.at,
        proposed_by=cause.actor,
        store_id=proposal.store_id,
        candidates=proposal.candidates,
        **known,
    )


def amend(product: Product, patch: ProductPatch, cause: Cause) -> tuple[Product, HistoryEntry] | None:
    """The product with an admin's changes and the entry of its history; None when nothing changes."""
    given = {name: getattr(patch, name) for name in patch.model_fields_set - {"reason"}}
    if "net_quantity" in given:
        packed: Packed | None = given["net_quantity"]
        given["net_quantity"] = packed.net_quantity if packed else None
        given.setdefault("pack_count", packed.pack_count if packed else 1)
    if "pack_count" in given and given["pack_count"] is None:
        given["pack_count"] = 1
    if product.verification_status == "merged":
        raise Conflict("PRODUCT_MERGED", f"This product was merged into {product.merged_into}; change that one.")
    if product.withdrawn:
        raise Conflict("PRODUCT_WITHDRAWN", "The import that made this product was undone; add the product anew.")
    changed = {name: value for name, value in given.items() if getattr(product, name) != value}
    if not changed:
        return None
    amended = product.model_copy(
        update={
            **changed,
            "version": product.version + 1,
            "updated_at": cause.at,
            "provenance": {
                **product.provenance,
                **dict.fromkeys(changed.keys() - {"verification_status"}, "admin"),
            },
        }
    )
    before, after = product.model_dump(mode="json"), amended.model_dump(mode="json")
    entry = HistoryEntry(
        version=amended.version,
        action="updated",
        actor=cause.actor,
        at=cause.at,
        reason=patch.reason,
        changes=[Change(field=n, before=before[n], after=after[n]) for n in sorted(changed)],
    )
    return amended, entry


def withdraw(product: Product, reason: str, cause: Cause) -> tuple[Product, HistoryEntry] | None:
    """The product, taken back by who proposed it; None when anybody has done anything with it meanwhile."""
    if product.version != 1 or product.verification_status not in {"pending", "verified"}:
        return None
    gone = product.model_copy(
        update={"verification_status": "rejected", "withdrawn": True, "version": 2, "updated_at": cause.at}
    )
    change = Change(field="verification_status", before=product.verification_status, after="rejected")
    entry = HistoryEntry(version=2, action="withdrawn", actor=cause.actor, at=cause.at, reason=reason, changes=[change])
    return gone, entry


def check_size(product: Product) -> None:
    """Raises Invalid for a product that is too large: a page of 100, or of their changes, has to fit into an answer."""
    if len(product.model_dump_json().encode()) > LARGEST:
        cure = (
            f"A product has at most {LARGEST // 1024} KB of text in all; shorten its attributes or its regional names."
        )
        raise Invalid("PRODUCT_TOO_LARGE", cure, [FieldError("", "PRODUCT_TOO_LARGE", cure)])


def with_barcode(product: Product, barcode: str, cause: Cause) -> tuple[Product, HistoryEntry]:
    """A product that had no barcode, with the one that a shop's file gives to the same name and size."""
    named = product.model_copy(
        update={
            "barcode": barcode,
            "version": product.version + 1,
            "updated_at": cause.at,
            "provenance": {**product.provenance, "barcode": "store"},
        }
    )
    change = Change(field="barcode", before=None, after=barcode)
    entry = HistoryEntry(version=named.version, action="updated", actor=cause.actor, at=cause.at, changes=[change])
    return named, entry


def created_entry(product: Product) -> HistoryEntry:
    """The first line of every history."""
    return HistoryEntry(version=1, action="created", actor=product.proposed_by, at=product.created_at)


def visible_to_owner(product: Product, user_id: str, stores: Iterable[str]) -> bool:
    """Lists and searches show an owner what is verified and what is his own."""
    return (
        product.verification_status == "verified"
        or product.proposed_by == user_id
        or product.store_id in frozenset(stores)
    )


def without_proposer(product: Product) -> Product:
    """Who proposed a product only admins see."""
    return product.model_copy(update={"proposed_by": None, "store_id": None, "candidates": []})


def fact_of(old: Product | None, new: Product, cause: Cause) -> Event | None:
    """The event that a change of a product is. None: nothing that anybody outside should hear of."""
    facts: dict[str, Any] = {
        "product_id": new.product_id,
        "version": new.version,
        "name": new.name,
        "brand": new.brand,
        "category": new.category,
        "barcode": new.barcode,
        "verification_status": new.verification_status,
        "source": new.source,
        "store_id": new.store_id,
    }
    seed = (new.product_id, str(new.version))
    if old is None:
        return ProductCreated.stated(cause, ProductFacts.model_validate(facts), *seed)
    if old.version == new.version:
        return None
    changed = tuple(
        name
        for name in Product.model_fields
        if name not in {"version", "updated_at", "provenance"} and getattr(old, name) != getattr(new, name)
    )
    data = ChangedProduct(**facts, changed=changed, previous_status=old.verification_status)
    kinds: dict[str, type[Event]] = {"verified": ProductVerified, "rejected": ProductRejected}
    moved = old.verification_status != new.verification_status
    kind = kinds.get(new.verification_status, ProductUpdated) if moved else ProductUpdated
    return kind.stated(cause, data, *seed)
