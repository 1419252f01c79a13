"""What a shop looks for on its list, and whether an item is it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.inventory.domain.item import Item, Label


@dataclass(frozen=True, slots=True)
class Sought:
    """Each that is given must be met. ``words`` as ``read_name`` spells them; ``expires_by``: the last day."""

    words: tuple[str, ...] = ()
    low_stock: bool = False
    expires_by: date | None = None
    supplier: str | None = None
    location: str | None = None
    category: str | None = None

    @property
    def anything(self) -> bool:
        """Whether every item is it."""
        return self == Sought()

    @property
    def by_product(self) -> bool:
        """Whether it takes an item's label to tell."""
        return bool(self.words or self.category)

    def is_met(self, item: Item, label: Label | None) -> bool:
        """Whether it is this item; ``label``: the item's, or what its product gives where it has none."""
        return (
            (not self.low_stock or item.is_low)
            and (self.expires_by is None or (item.next_expiry is not None and item.next_expiry <= self.expires_by))
            and (self.supplier is None or item.supplier == self.supplier)
            and (self.location is None or item.location == self.location)
            and (not self.by_product or (label is not None and self._is_on(label)))
        )

    def _is_on(self, label: Label) -> bool:
        begins = all(f" {word}" in label.words for word in self.words)
        return begins and (self.category is None or label.category == self.category)
