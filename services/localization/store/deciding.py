"""What becomes of names that wait: a person takes one over or declines it, or enough stores say the same.

The catalog goes first: who is cut off in between sends it again, and finds it done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from services.catalog import client as catalog
from services.catalog.client import Product, ProductPatch
from services.localization.domain import names as domain
from services.localization.domain.names import RegionalName
from services.localization.store import names
from services.localization.store.products import called
from shared.aws.observability import logger
from shared.aws.settings import AgreementSettings, settings
from shared.kernel.agreement import ACTOR, independent, told
from shared.kernel.cause import Cause
from shared.kernel.errors import Busy, Conflict, Invalid, Stale

_TRIES: Final = 5
T = TypeVar("T")


def settle(product: Product, name: RegionalName, reason: str | None, why: Cause, *, accept: bool) -> RegionalName:
    """The name as it was decided, now or before, of which its stores hear. Raises Conflict."""
    decided = domain.settled(name, reason, why, accept=accept)
    return names.settle(decided, domain.outcome_of(called(product), decided, why))


def take_over(product: Product, name: RegionalName, reason: str | None, why: Cause, *, insists: bool) -> Product:
    """Puts a name before what people call the product there. Who was slower than another reads anew, unless he insists
    on the version that he has seen: what the other has just said is kept, too."""

    def called_so(now: Product) -> Product:
        said = {name.region: domain.led_by(name.name, _by_people(now, name.region))}
        return catalog.call(now.product_id, said, why, origin="admin", reason=reason, version=now.version)

    return called_so(product) if insists else _racing(product, called_so)


def settle_said(product: Product, region: str, why: Cause) -> None:
    """Names that wait and that the product has there by now need nobody to look at them; their stores hear."""
    there = product.regional_names.get(region, [])
    for name in names.of_product(product.product_id):
        if name.region == region and name.state == "suggested" and name.name in there:
            settle(product, name, None, why, accept=True)


def decline(product: Product, name: RegionalName, reason: str | None, why: Cause, *, version: int | None) -> Product:
    """The product, whose history tells of the name that isn't taken over; ``version`` as the catalog has it."""
    told = " ".join(filter(None, (f"{name.region}: {name.name}.", reason)))
    return catalog.remark(product.product_id, "name_declined", told, why, version=version)


def agree(product: Product, said: Sequence[RegionalName], why: Cause) -> Product:
    """The product with the names that enough stores say, each after those that people gave it there.

    Who is cut off in here sends his names again, and they are counted again.
    """
    agreed = Cause(ACTOR, why.at, why.correlation_id, why.seed)
    for name in said:
        stores = independent(name.voices)
        if len(stores) >= settings(AgreementSettings).agreement_stores:
            reason = told(stores)
            try:
                after = _take_in(product, name, reason, agreed)
            except (Conflict, Invalid) as problem:
                logger.warning("stores agree, and it can't be so", extra={"name_id": name.id, "code": problem.code})
                continue
            if after:
                product = after
                settle(product, name, reason, agreed, accept=True)
    return product


def _take_in(product: Product, name: RegionalName, reason: str, why: Cause) -> Product | None:
    """Puts a name behind what people call the product there; None where there is no room, and a person has to choose.

    Raises Conflict, Invalid, Busy.
    """

    def called_so(now: Product) -> Product | None:
        spoken = list(dict.fromkeys([*_by_people(now, name.region), name.name]))
        if len(spoken) > domain.MOST:
            return None
        patch = ProductPatch(regional_names={**now.regional_names, name.region: spoken}, reason=reason)
        return catalog.amend(now.product_id, patch, why, origin="store", version=now.version)

    return _racing(product, called_so)


def _racing(product: Product, act: Callable[[Product], T]) -> T:
    """What becomes of a product by ``act``, which goes again on what is there when somebody else was quicker."""
    for _ in range(_TRIES):
        try:
            return act(product)
        except Stale:
            product = catalog.products([product.product_id])[product.product_id]
    raise Busy("CHANGED_MEANWHILE", "Somebody changed the product at the same moment; send it again.")


def _by_people(product: Product, region: str) -> list[str]:
    """What people call it there; a machine's names give way."""
    there = product.regional_names.get(region, [])
    return there if catalog.origin_in(product, region) not in (None, "translation") else []
