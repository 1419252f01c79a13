"""What a product is called in the regions, and whose word counts: people's before Open Food Facts', that before a
machine's.

Each region has its own line in ``provenance`` (``regional_names.IN-MH``), so a machine's Tamil name doesn't make the
Marathi one of a shopkeeper a machine's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from services.catalog.domain.product import RANK, Origin, Product

Said = Mapping[str, Sequence[str]]
"""Region -> what it is called there; nothing: it has no name there any more."""

FIELD: Final = "regional_names"


def origin_in(product: Product, region: str) -> Origin | None:
    """Whose word its names in a region are; None where it has none.

    Of products from before regions had a line of their own all names are of one origin.
    """
    if not product.regional_names.get(region):
        return None
    return product.provenance.get(f"{FIELD}.{region}") or product.provenance.get(FIELD) or "store"


def also_called(product: Product, made: Said) -> Product:
    """The product with a machine's names in regions where it has none."""
    new = {region: list(names) for region, names in made.items() if not product.regional_names.get(region)}
    if not new:
        return product
    origins: dict[str, Origin] = {FIELD: "translation", **product.provenance}
    origins |= dict.fromkeys((f"{FIELD}.{region}" for region in new), "translation")
    return product.model_copy(update={"regional_names": {**product.regional_names, **new}, "provenance": origins})


def heeded(product: Product, said: Said, origin: Origin) -> dict[str, list[str]]:
    """All names of a product after ``said``, without what was said of regions where a better word stands."""
    names = dict(product.regional_names)
    for region, spoken in said.items():
        if RANK[origin_in(product, region)] > RANK[origin]:
            continue
        if spoken:
            names[region] = list(spoken)
        else:
            names.pop(region, None)
    return names
