"""Pairs of products that people have said are not the same: said once, kept for good, in both directions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from services.matching.settings import ApartSettings
from shared.aws.dynamo import Item, Table, transact
from shared.aws.settings import settings
from shared.kernel.clock import rfc3339


def _pairs() -> Table:
    return Table(settings(ApartSettings).not_the_same_table, "product_id", "other_id")


class Apart(NamedTuple):
    """That ``product_id`` and ``other_id`` are not the same, who said so, when and why."""

    product_id: str
    other_id: str
    said_by: str
    said_at: datetime
    reason: str | None


def say(product_id: str, other_id: str, by: str, at: datetime, reason: str | None) -> None:
    """Remembers that two products are not the same; saying it again changes who said it last."""
    said = {"said_by": by, "said_at": rfc3339(at), "reason": reason}
    transact([_pairs().putting({"product_id": a, "other_id": b, **said}) for a, b in _both(product_id, other_id)])


def unsay(product_id: str, other_id: str) -> None:
    """Forgets it; what was never said is forgotten already."""
    transact([_pairs().deleting(a, b) for a, b in _both(product_id, other_id)])


def page(product_id: str, limit: int, start: Item | None) -> tuple[list[Item], Item | None]:
    """What a product is not, by id of the other."""
    found = _pairs().query("product_id = :id", consistent=True, limit=limit, start=start, id=product_id)
    return found.items, found.next_key


def among(product_id: str, others: Iterable[str]) -> frozenset[str]:
    """Which of the others it is not."""
    return frozenset(other for _, other in of_pairs((product_id, other) for other in others))


def of_pairs(pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Which of these pairs are not the same."""
    found = _pairs().get_many(pair for pair in pairs if pair[0] != pair[1])
    return frozenset((i["product_id"], i["other_id"]) for i in found)


def are_apart(product_id: str, other_id: str) -> bool:
    """Whether somebody has said that the two are not the same."""
    return bool(among(product_id, [other_id]))


def _both(one: str, other: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (one, other), (other, one)
