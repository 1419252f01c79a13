"""Which item is meant by a product's id: the one that the shop lists, else the one of the product that it has become.

A phone that was offline, or a list that was read before a merge, names the merged product still.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.catalog import client as catalog
from services.inventory.domain.item import Item
from services.inventory.store import items, merges

Find = Callable[[str, str], Item | None]


@dataclass(frozen=True, slots=True)
class Meant:
    """The item that is meant, or that would be listed; ``product``: its facts, where they had to be asked for."""

    product_id: str
    item: Item | None
    product: catalog.Product | None = None


def meant(store_id: str, product_id: str, find: Find = items.find) -> Meant:
    """By the item first: what is on the list under this id is what is meant, whatever has become of its product.

    Of a merge that is taken back the stock comes back a while later than the product. Until then it is where it was:
    an item that was listed meanwhile would get it on top.
    """
    item = find(store_id, product_id)
    if item:
        return Meant(product_id, item)
    product = catalog.facts([product_id]).get(product_id)
    if product is None or product.product_id == product_id:
        move = merges.last(store_id, product_id)
        there = catalog.facts([move.survivor_id]).get(move.survivor_id) if move else None
        item = find(store_id, there.product_id) if there and there.product_id != product_id else None
        return Meant(item.product_id, item, there) if item else Meant(product_id, None, product)
    return Meant(product.product_id, find(store_id, product.product_id), product)
