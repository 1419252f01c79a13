"""What localization states."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from events.base import Data, Event

SOURCE = "vyapar.localization"


class SuggestedNames(Data):
    """What a shop calls a product that all shops share, in its region; a person decides."""

    product_id: str
    name: str = Field(description="What the product is called in the catalog.")
    region: str = Field(description="ISO 3166-2: IN-MH.")
    names: tuple[str, ...]
    languages: tuple[str, ...] = Field(description="Of each of the names, as BCP 47 has it.")
    store_id: str | None = Field(default=None, description="The store that suggests it.")
    suggested_by: str


class RegionalNameSuggested(Event):
    """A shop has names for a verified product that the catalog lacks."""

    SOURCE: ClassVar[str] = SOURCE
    data: SuggestedNames


class SettledName(Data):
    """What became of a name that stores suggested."""

    name_id: str
    product_id: str
    name: str = Field(description="What the product is called in the catalog.")
    region: str = Field(description="ISO 3166-2: IN-MH.")
    regional_name: str
    store_ids: tuple[str, ...] = Field(description="All stores that said so.")
    accepted: bool
    settled_by: str
    reason: str | None = None


class RegionalNameSettled(Event):
    """A name that stores suggested was taken into the catalog, or declined."""

    SOURCE: ClassVar[str] = SOURCE
    data: SettledName
