"""What the catalog states. The stream of Products is where these come from: one change, one event."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from events.base import Data, Event

SOURCE = "vyapar.catalog"


class ProductFacts(Data):
    """What listeners need without asking back; the rest they read by id."""

    product_id: str
    version: int
    name: str
    brand: str | None = None
    category: str | None = None
    barcode: str | None = None
    verification_status: str
    source: str
    store_id: str | None = Field(
        default=None,
        description="The store whose import brought it; None if a person proposed it or it came by a catalog load.",
    )
    proposed_by: str | None = Field(default=None, description="Who proposed it, as events name actors.")
    quality_score: int | None = Field(default=None, description="0-100, by the rules of the catalog's quality checks.")
    candidates: int = Field(default=0, description="How many products it may be; a person decides.")


class ChangedProduct(ProductFacts):
    """``changed`` names the fields; ``previous_status`` lets counters move one from there to here."""

    changed: tuple[str, ...] = ()
    previous_status: str | None = None
    reason: str | None = Field(default=None, description="Why its status is what it is, as who decided said.")


class ProductCreated(Event):
    """A product is in the catalog, ``pending`` or at once ``verified``."""

    SOURCE: ClassVar[str] = SOURCE
    data: ProductFacts


class ProductUpdated(Event):
    """Facts of a product changed; its status did not."""

    SOURCE: ClassVar[str] = SOURCE
    data: ChangedProduct


class ProductVerified(Event):
    """A product became visible to all."""

    SOURCE: ClassVar[str] = SOURCE
    data: ChangedProduct


class ProductRejected(Event):
    """A product was refused; stock of it stays sellable."""

    SOURCE: ClassVar[str] = SOURCE
    data: ChangedProduct


class ProductReturned(Event):
    """A product needs changes before it can be seen by all; ``reason`` says which."""

    SOURCE: ClassVar[str] = SOURCE
    data: ChangedProduct


class MergedProduct(ChangedProduct):
    """``merge_id`` names the merge; a revert of it has the same."""

    merge_id: str
    survivor_id: str


class ProductMerged(Event):
    """A product is another one from now on: what names it means the survivor."""

    SOURCE: ClassVar[str] = SOURCE
    data: MergedProduct


class ProductMergeReverted(Event):
    """A merged product is one of its own again."""

    SOURCE: ClassVar[str] = SOURCE
    data: MergedProduct
