"""StoreNames: what each store calls products that are not its own to change. One item a store, product and region.

Kept beside the queue of suggestions, for two stores that suggest the same suggest one thing, and a name that was
declined for all is still what this store calls it.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.localization.domain.own import OwnName, answering, sought, words_of
from services.localization.settings import StoreNamesSettings
from shared.aws.dynamo import Item, Table
from shared.aws.settings import settings

_ASKED = 5  # words that the table looks for; more it needn't, for the others are looked for here


def _names() -> Table:
    return Table(settings(StoreNamesSettings).store_names_table, "store_id", "place")


def say(store_id: str, product_id: str, region: str, names: Sequence[str]) -> None:
    """What a store calls a product in a region from now on; nothing: as all do."""
    place = f"{product_id}#{region}"
    if names:
        _names().put({"store_id": store_id, "place": place, "names": list(names), "words": words_of(names)})
    else:
        _names().delete(store_id, place)


def called(store_id: str, text: str) -> list[OwnName]:
    """The products that a store calls so, the newest first: each word of ``text`` begins a word of one of its names."""
    asked = sought(text)
    if not asked:
        return []
    named = {f"word{n}": word for n, word in enumerate(asked[:_ASKED])}
    rows = _names().query_all(
        "store_id = :store",
        newest_first=True,
        consistent=True,
        filter_=" AND ".join(f"contains(#words, :{name})" for name in named),
        store=store_id,
        **named,
    )
    return answering([own for row in rows for own in _loaded(row)], asked)


def _loaded(row: Item) -> list[OwnName]:
    product_id, region = row["place"].split("#")
    return [OwnName(product_id, region, name) for name in row["names"]]
