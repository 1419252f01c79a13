"""RegionalNames: what shops and Amazon Translate say of a product, and what people decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from events.base import Event
from services.localization.domain.names import RegionalName
from services.localization.settings import LocalizationSettings
from shared.aws import outbox
from shared.aws.dynamo import ConditionFailed, Item, Table, TransactionRefused, Write, transact
from shared.aws.settings import settings
from shared.kernel.clock import rfc3339
from shared.kernel.errors import Conflict

PEOPLE = "people"
"""The queue of what people suggest; a machine's names wait in a queue of each language."""

_TIMES = ("created_at", "settled_at")


def _names() -> Table:
    return Table(settings(LocalizationSettings).regional_names_table, "product_id", "name_id")


def of_product(product_id: str) -> list[RegionalName]:
    """All that is kept of a product."""
    rows = _names().query_all("product_id = :product", product=product_id, consistent=True)
    return [_loaded(row) for row in rows]


def find(name_id: str) -> RegionalName | None:
    """A name that is kept, by its id."""
    product_id, region, tail = name_id.rsplit(".", 2)
    row = _names().get(product_id, f"{region}#{tail}")
    return _loaded(row) if row else None


def add(new: Sequence[RegionalName], seconded: Sequence[RegionalName], event: Event | None) -> bool:
    """Keeps names that wait, and what others say of names that wait already, and states it; False where somebody else
    was quicker with one of them, and nothing is kept.

    What was declined waits again when a person says it once more, and a machine's name becomes a person's.
    """
    fresh = "attribute_not_exists(name_id) OR #state <> :waiting OR #source <> :typed"
    writes: list[Write] = [_names().putting(_stored(name), fresh, waiting="suggested", typed="typed") for name in new]
    # Nothing else of a name changes while it waits, and voices only become more.
    writes += [
        _names().putting(
            _stored(name),
            "#state = :waiting AND (attribute_not_exists(seconded_by) OR size(seconded_by) < :voices)",
            waiting="suggested",
            voices=len(name.seconded_by),
        )
        for name in seconded
    ]
    if not writes:
        return True
    if event:
        writes.append(outbox.stating(event))
    try:
        transact(writes)
    except TransactionRefused:
        return False
    return True


def keep(name: RegionalName) -> None:
    """Keeps a name that was decided as soon as it was said."""
    _names().put(_stored(name))


def keep_waiting(name: RegionalName) -> None:
    """Keeps a machine's name; one that is there stays as it is, decided or not."""
    try:
        _names().put(_stored(name), "attribute_not_exists(name_id)")
    except ConditionFailed:
        return


def drop_waiting(name: RegionalName) -> None:
    """Lets a translation go that nobody has decided of, so that the one of today's name can take its place."""
    product_id, region, tail = name.id.rsplit(".", 2)
    try:
        _names().delete(
            product_id,
            f"{region}#{tail}",
            condition="#state = :waiting AND translated_from = :text",
            waiting="suggested",
            text=name.translated_from,
        )
    except ConditionFailed:
        return


def settle(name: RegionalName, event: Event | None) -> RegionalName:
    """The name as decided, and stated; said once more it changes nothing. Raises Conflict for one that was decided
    otherwise."""
    undecided = "attribute_not_exists(name_id) OR #state = :waiting"
    writes: list[Write] = [_names().putting(_stored(name), undecided, waiting="suggested")]
    if event:
        writes.append(outbox.stating(event))
    try:
        transact(writes)
    except TransactionRefused:
        known = find(name.id)
        if known and known.state == name.state:
            return known
        raise Conflict("NAME_SETTLED", "Somebody has decided otherwise of this name; set the region's names.") from None
    return name


def waiting(queue: str, limit: int, start: dict[str, str] | None) -> tuple[list[RegionalName], dict[str, str] | None]:
    """Names that wait, newest first, and the key to go on after."""
    page = _names().query(
        "#waiting = :queue", index="by_waiting", limit=limit, start=dict(start) if start else None,
        newest_first=True, queue=queue,
    )  # fmt: skip
    keys = [(row["product_id"], row["name_id"]) for row in page.items]
    found = {(row["product_id"], row["name_id"]): _loaded(row) for row in _names().get_many(keys)}
    return [found[key] for key in keys if key in found], page.next_key


def _stored(name: RegionalName) -> Item:
    item: dict[str, Any] = name.model_dump(exclude={"id", "unknown_words", "seconded_by"}, exclude_none=True)
    for field in _TIMES:
        if field in item:
            item[field] = rfc3339(item[field])
    item["name_id"] = "#".join(name.id.rsplit(".", 2)[1:])
    if name.unknown_words:
        item["unknown_words"] = list(name.unknown_words)
    if name.seconded_by:
        item["seconded_by"] = [list(voice) for voice in name.seconded_by]
    if name.state == "suggested":
        item["waiting"] = PEOPLE if name.source == "typed" else name.language
    return item


def _loaded(row: Item) -> RegionalName:
    region, _, tail = row["name_id"].partition("#")
    return RegionalName.model_validate({**row, "id": f"{row['product_id']}.{region}.{tail}"})
