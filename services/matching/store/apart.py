"""Pairs of products that people have said are not the same: said once, kept for good, in both directions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from events.matching import JudgedPair, PairJudged
from services.matching.settings import ApartSettings
from shared.aws import outbox
from shared.aws.dynamo import Item, Table, Write, transact
from shared.aws.settings import settings
from shared.kernel.cause import Cause
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


def say(product_id: str, other_id: str, reason: str | None, cause: Cause) -> str | None:
    """Remembers that two products are not the same; answers why. Saying it again changes who said it last, and a
    reason that was given stays until there is another."""
    said = {"by": cause.actor, "at": rfc3339(cause.at), **({"why": reason} if reason else {})}
    set_ = "SET said_by = :by, said_at = :at" + (", #reason = :why" if reason else "")
    told = [_pairs().updating(a, b, set_=set_, **said) for a, b in _both(product_id, other_id)]
    transact([*told, _stating(product_id, other_id, cause, apart=True)])
    kept = next(iter(_pairs().get_many([(product_id, other_id)])), None)
    return kept.get("reason") if kept else reason


def unsay(product_id: str, other_id: str, cause: Cause) -> None:
    """Forgets it; what was never said is forgotten already."""
    told = [_pairs().deleting(a, b) for a, b in _both(product_id, other_id)]
    transact([*told, _stating(product_id, other_id, cause, apart=False)])


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


def _stating(product_id: str, other_id: str, cause: Cause, *, apart: bool) -> Write:
    data = JudgedPair(product_id=product_id, other_id=other_id, apart=apart)
    return outbox.stating(PairJudged.stated(cause, data, product_id, other_id, str(apart)))


def _both(one: str, other: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (one, other), (other, one)
