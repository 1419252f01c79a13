"""The shared products: what one is, who may propose it, and what makes two of them the same.

A GTIN owns its product (GS1 General Specifications: a GTIN is never used again for another trade item). A product
without one is told from others by its identity: brand, name, net quantity and pack count, however they are written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from events.base import Event
from events.catalog import (
    ChangedProduct,
    MergedProduct,
    ProductCreated,
    ProductFacts,
    ProductMerged,
    ProductMergeReverted,
    ProductRejected,
    ProductReturned,
    ProductUpdated,
    ProductVerified,
)
from events.image_ingest import Role
from shared.kernel.cause import Cause
from shared.kernel.errors import FieldError, Invalid
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
Dimension = Literal["completeness", "validity", "consistency", "uniqueness", "accuracy", "timeliness"]

RANK: Final[Mapping[Origin | None, int]] = {"admin": 3, "store": 3, "off": 2, "translation": 1, None: 0}
"""Whose word stands before whose: people's before Open Food Facts', and that before a machine's."""

PICTURES_AT_MOST = 12

_UNTOLD = frozenset({"version", "updated_at", "provenance", "merge"})
"""Fields that no entry of the history and no event tells of."""
WORKED_OUT = frozenset({"quality_score", "quality_version", "quality_issues"})
"""Fields that are made anew whenever a product is read."""

LARGEST = 24 * 1024  # bytes; 100 changes of one, before and after, stay below the 6 MB that a Lambda may answer

# Goods and Services Tax slabs since 2025-09-22 (notification 9/2025-CT(R)), and 3 / 0.25 for precious goods.
GST_RATES = tuple(Decimal(r) for r in ("0", "0.25", "3", "5", "18", "40"))


def _gst_rate(rate: Decimal) -> Decimal:
    if rate not in GST_RATES:
        raise PydanticCustomError(
            "gst_rate", "GST is 0, 5, 18 or 40 per cent since 2025-09-22 (0.25 and 3: jewellery)."
        )
    return rate


_HSN = re.compile(r"([0-9]{4}|[0-9]{6}|[0-9]{8})")


def _hsn(code: str) -> str:
    if not _HSN.fullmatch(code):
        raise PydanticCustomError("hsn", "Write the HSN code with 4, 6 or 8 digits.")
    return code


Hsn = Annotated[
    str,
    AfterValidator(_hsn),
    WithJsonSchema({"type": "string", "pattern": f"^{_HSN.pattern}$", "examples": ["1905"]}),
]
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
    """One thing that would make the product better: what is wrong in ``message``, what to do in ``cure``.

    ``points`` are what it takes off the score.
    """

    model_config = ConfigDict(frozen=True)

    code: str
    field: str
    message: str
    cure: str
    dimension: Dimension
    points: int


class Renditions(BaseModel):
    """Addresses of one picture, on the web origin."""

    model_config = ConfigDict(frozen=True)

    original: str
    medium: str
    thumbnail: str


class Picture(BaseModel):
    """A picture of the pack. ``width`` and ``height`` in pixels; ``licence`` as an SPDX id where it isn't our own."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    image_hash: str
    role: Role
    source: str
    licence: str | None = None
    urls: Renditions
    width: int
    height: int
    added_at: datetime
    added_by: str | None = None


class Merge(BaseModel):
    """What a merge did to the merged product, so that it can be reverted."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    merge_id: str
    survivor_id: str
    previous_status: Status
    at: datetime
    by: str
    gave_barcode: bool = False
    """Whether the survivor had no barcode, and has this one's now."""


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
    images: list[Picture] = []
    regional_names: dict[str, list[str]] = {}
    attributes: dict[str, str] = {}
    verification_status: Status
    status_reason: str | None = None
    """Why it is refused or has to be changed."""
    merged_into: str | None = None
    also_barcodes: list[str] = []
    """Those of products that were merged into it."""
    quality_score: int | None = None
    """0-100; it and its issues are worked out when it is read and are never stored."""
    quality_version: int | None = None
    """Of the rules that gave the score."""
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
    offered_images: list[Picture] = []
    """Of shops, for a product that is verified already; a person decides."""
    merge: Merge | None = None
    withdrawn: bool = False
    """Whether it went with the import that had made it: rejected, and its GTIN and identity are free again."""
    uploads_seen: Annotated[tuple[str, ...], Field(exclude=True)] = ()
    """Uploads of pictures that it has, or had: none that was dropped comes back by an event that is told twice."""

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


Why = Annotated[str, Field(max_length=500), AfterValidator(nfc)]
ImageHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ProductPatch(ProductFields):
    """Fields to change; those left out stay, null empties an optional one.

    ``images``: which of its pictures it has, and of those offered, the first one to be its face.
    """

    name: Line = ""
    reason: Why | None = None
    verification_status: Literal["pending", "verified", "rejected"] = "pending"
    images: Annotated[list[ImageHash], Field(max_length=PICTURES_AT_MOST)] = []


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


def given(patch: ProductPatch, product: Product) -> dict[str, Any]:
    """The facts that a patch says, as a product has them."""
    said = {name: getattr(patch, name) for name in patch.model_fields_set - {"reason", "verification_status", "images"}}
    if "net_quantity" in said:
        packed: Packed | None = said["net_quantity"]
        said["net_quantity"] = packed.net_quantity if packed else None
        said.setdefault("pack_count", packed.pack_count if packed else 1)
    if "pack_count" in said and said["pack_count"] is None:
        said["pack_count"] = 1
    return {name: value for name, value in said.items() if getattr(product, name) != value}


def changed(
    product: Product,
    fields: Mapping[str, Any],
    cause: Cause,
    *,
    action: str,
    reason: str | None = None,
    origin: Origin | None = None,
    stated: Collection[str] = (),
) -> tuple[Product, HistoryEntry]:
    """The next version of a product and the entry of its history; those ``stated`` come from ``origin`` from now on."""
    told: dict[str, Any] = {"version": product.version + 1, "updated_at": cause.at}
    provenance = {**product.provenance, **(dict.fromkeys(stated, origin) if origin else {})}
    if "regional_names" in fields:
        provenance = _named_by(product, fields["regional_names"], origin, provenance)
    if origin:
        told["provenance"] = provenance
    after = product.model_copy(update={**fields, **told})
    old, new = product.model_dump(mode="json"), after.model_dump(mode="json")
    names = [name for name in sorted(new) if name not in _UNTOLD and old[name] != new[name]]
    return after, HistoryEntry(
        version=after.version,
        action=action,
        actor=cause.actor,
        at=cause.at,
        reason=reason,
        changes=[Change(field=name, before=old[name], after=new[name]) for name in names],
    )


def _named_by(
    product: Product, names: Mapping[str, list[str]], origin: Origin | None, provenance: Mapping[str, Origin]
) -> dict[str, Origin]:
    """Whose word each region's names are: those that change are of ``origin``, the others of whom they were."""
    was = product.provenance.get("regional_names")
    of_regions: dict[str, Origin | None] = {
        region: product.provenance.get(f"regional_names.{region}", was)
        if product.regional_names.get(region) == spoken
        else origin
        for region, spoken in names.items()
    }
    others = {f: o for f, o in provenance.items() if not f.startswith("regional_names.")}
    if names and RANK[was] > RANK[origin]:
        others["regional_names"] = was or "store"
    return {**others, **{f"regional_names.{region}": o for region, o in of_regions.items() if o}}


def withdraw(product: Product, reason: str, cause: Cause) -> tuple[Product, HistoryEntry] | None:
    """The product, taken back by who proposed it; None when anybody has done anything with it meanwhile."""
    if product.version != 1 or product.verification_status not in {"pending", "verified"}:
        return None
    gone = {"verification_status": "rejected", "withdrawn": True}
    return changed(product, gone, cause, action="withdrawn", reason=reason)


def check_size(product: Product) -> None:
    """Raises Invalid for a product that is too large: a page of 100, or of their changes, has to fit into an answer.

    Measured is what people say of it. What comes to it otherwise is bounded, and never in the way of a decision.
    """
    said = set(ProductFields.model_fields)
    if len(product.model_dump_json(include=said).encode()) > LARGEST:
        cure = (
            f"A product has at most {LARGEST // 1024} KB of text in all; shorten its attributes or its regional names."
        )
        raise Invalid("PRODUCT_TOO_LARGE", cure, [FieldError("", "PRODUCT_TOO_LARGE", cure)])


def with_barcode(product: Product, barcode: str, cause: Cause) -> tuple[Product, HistoryEntry]:
    """A product that had no barcode, with the one that a shop's file gives to the same name and size."""
    return changed(product, {"barcode": barcode}, cause, action="updated", origin="store", stated=["barcode"])


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
    hidden: dict[str, Any] = {"proposed_by": None, "store_id": None, "candidates": [], "offered_images": []}
    images = [picture.model_copy(update={"added_by": None}) for picture in product.images]
    return product.model_copy(update={**hidden, "merge": None, "images": images})


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
        "proposed_by": new.proposed_by,
        "quality_score": new.quality_score,
        "candidates": len(new.candidates),
    }
    seed = (new.product_id, str(new.version))
    if old is None:
        return ProductCreated.stated(cause, ProductFacts.model_validate(facts), *seed)
    if old.version == new.version:
        return None
    names = [name for name in Product.model_fields if name not in _UNTOLD | WORKED_OUT]
    facts["changed"] = tuple(name for name in names if getattr(old, name) != getattr(new, name))
    facts["previous_status"] = old.verification_status
    facts["reason"] = new.status_reason
    if merge := _merge_between(old, new):
        told = MergedProduct(**facts, merge_id=merge.merge_id, survivor_id=merge.survivor_id)
        return (ProductMerged if new.merge else ProductMergeReverted).stated(cause, told, *seed)
    kinds: dict[str, type[Event]] = {
        "verified": ProductVerified,
        "rejected": ProductRejected,
        "needs_changes": ProductReturned,
    }
    moved = old.verification_status != new.verification_status
    kind = kinds.get(new.verification_status, ProductUpdated) if moved else ProductUpdated
    return kind.stated(cause, ChangedProduct(**facts), *seed)


def _merge_between(old: Product, new: Product) -> Merge | None:
    """The merge that this change is, or takes back."""
    return (new.merge or old.merge) if (old.merge is None) != (new.merge is None) else None
