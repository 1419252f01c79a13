"""Products that all see get names by machine in the languages in which nobody has named them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, cast

from events.base import Event
from events.catalog import ProductCreated, ProductUpdated, ProductVerified
from services.catalog import client as catalog
from services.catalog.client import Product
from services.localization.domain import names as domain
from services.localization.store import names as store
from services.localization.store import translations
from services.localization.store.products import called
from shared.aws.observability import logger
from shared.aws.subscriptions import Subscriptions
from shared.kernel.cause import Cause

_NAMING = frozenset({"name", "brand"})
_AT_ONCE: Final = 25  # products that another day had no room for, and this batch takes along

subscriptions = Subscriptions()


@subscriptions.together(ProductCreated, ProductVerified, ProductUpdated)
def name(events: Sequence[Event]) -> Collection[Event]:
    """Products that are seen by all from now on, or are called otherwise: told again it changes nothing.

    Those of a batch are asked for together, one request a language. What fails with one of them fails it alone. What
    the day's budget has no room for is taken along by the first batches of a later day.
    """
    # A creation may come later than the rename that followed it, and gives no names.
    in_turn = sorted(events, key=lambda event: not isinstance(event, ProductCreated))
    due = {_id(event): event for event in in_turn if _concerns(event)}
    if not due:
        return []
    now = _now(due)
    kept = translations.left_of_days_before(now, _AT_ONCE)
    newest = max(due.values(), key=lambda event: event.metadata.occurred_at)
    due = dict.fromkeys(kept, newest) | due
    failed: set[str] = set()
    left: set[str] = set()
    lacking: dict[str, dict[str, Product]] = defaultdict(dict)
    for product_id, product in catalog.products(due).items():
        try:
            for language in _named(product, due[product_id]):
                lacking[language][product_id] = product
        except Exception:  # noqa: BLE001 - whatever it is, the others of the batch shall have their names
            logger.exception("not named", extra={"product_id": product_id})
            failed.add(product_id)
    for language, products in lacking.items():
        try:
            left |= _translate(list(products.values()), language, due)
        except Exception:  # noqa: BLE001 - whatever it is, the others of the batch shall have their names
            logger.exception("not translated", extra={"language": language, "products": len(products)})
            failed |= products.keys()
    translations.put_off(left | (failed & kept.keys()), now)
    translations.take_off(kept.values())
    return [event for event in events if _id(event) in failed]


def _concerns(event: Event) -> bool:
    """Whether a product's names may lack."""
    fact = cast("ProductUpdated", event).data
    if fact.verification_status != "verified":
        return False
    if isinstance(event, ProductUpdated):
        return not _NAMING.isdisjoint(fact.changed)
    return True


def _named(product: Product, event: Event) -> list[str]:
    """Gives a product the names of which every word is known; answers the languages that still lack one."""
    if product.verification_status != "verified":
        return []
    kept = store.of_product(product.product_id)
    for name in kept:
        if domain.is_outdated(called(product), name):
            store.drop_waiting(name)
    declined = [n.id for n in kept if n.state == "declined"]
    # A new one got them as it was made; to touch it would be a change that its import's undo stops at.
    said = {} if isinstance(event, ProductCreated) else domain.applied(called(product), declined)
    if said:
        product = catalog.call(product.product_id, said, _cause(event), origin="translation")
    return [n.language for n in domain.standing(called(product), kept) if n.source == "transliterated"]


def _translate(products: Sequence[Product], language: str, due: dict[str, Event]) -> set[str]:
    """Keeps what Amazon Translate says of products in a language, until a person looks at it; answers for which of
    them the day has no room."""
    said = translations.translate([(p.name, p.brand) for p in products], language, _now(due))
    for product, name in zip(products, said.names, strict=True):
        if name:
            cause = _cause(due[product.product_id])
            store.keep_waiting(domain.translated(called(product), language, name, cause))
    return {products[place].product_id for place in said.left}


def _now(due: dict[str, Event]) -> datetime:
    """The time of the newest, whose day pays for the batch."""
    return max(event.metadata.occurred_at for event in due.values())


def _cause(event: Event) -> Cause:
    return Cause(domain.MACHINE, event.metadata.occurred_at, event.metadata.correlation_id)


def _id(event: Event) -> str:
    return cast("ProductUpdated", event).data.product_id


handler = subscriptions.handler()
