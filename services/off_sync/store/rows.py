"""Their documents, each as it came: a table of its own, never mixed with ours (a collective database under ODbL).

A row waits, by its sparse key ``waiting``, first to be filed in the catalog, then for its picture. What it waits for
stands in the write that brought it, so a crash loses none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, Literal

from services.off_sync.domain.document import Base, Document, read
from services.off_sync.settings import OffRows
from shared.aws.dynamo import ConditionFailed, Item, Table
from shared.aws.settings import settings
from shared.kernel.clock import parse_rfc3339, rfc3339

LARGEST: Final = 200 * 1024
"""Bytes of a document; an item has 400 KB."""
Came = Literal["new", "updated", "unchanged"]
Waiting = Literal["filing", "picture"]


class TooBig(Exception):
    """A document that doesn't fit into an item."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row. ``first_at``: when we had it first; ``gone``: they have it no more."""

    document: Document
    first_at: datetime
    product_id: str | None = None
    filed_as: str | None = None
    pictured: str | None = None
    gone: bool = False

    @property
    def key(self) -> str:
        return self.document.key


def _rows() -> Table:
    return Table(settings(OffRows).off_products_table, "code")


def find(key: str) -> Row | None:
    """The row of a key."""
    found = _rows().get(key)
    return _row(found) if found else None


def upsert(document: Document, now: datetime, *, run: str, place: str, seeding: bool = False) -> Came:
    """Writes a document unless what we have is as new. Brought once more from the same place of the same run (its
    worker died in between), it is answered as it was at first.

    ``seeding``: the run goes through all there are, so what it hasn't seen is gone. Raises TooBig.
    """
    kept = _written(document)
    if len(kept.encode()) > LARGEST:
        raise TooBig(document.code)
    seen = ", seen_in = :run" if seeding else ""
    try:
        written = _rows().update(
            document.key,
            set_="SET off_code = :code, #base = :base, document = :document, last_modified_t = :t, rev = :rev,"
            " schema_version = :schema, stored_at = :now, run_id = :run, place = :place, waiting = :filing,"
            " first_at = if_not_exists(first_at, :now), times = if_not_exists(times, :none) + :one"
            f"{seen} REMOVE gone_at",
            condition="attribute_not_exists(code) OR last_modified_t < :t OR (last_modified_t = :t AND rev < :rev)",
            code=document.code,
            base=document.base,
            document=kept,
            t=document.last_modified_t,
            rev=document.rev,
            schema=document.schema_version,
            now=rfc3339(now),
            run=run,
            place=place,
            filing="filing",
            none=0,
            one=1,
        )
    except ConditionFailed as failed:
        stands = failed.item or {}
        if seeding:
            _seen_again(document.key, stands, run)
        again = (stands.get("run_id"), stands.get("place")) == (run, place)
        return _came(stands) if again else "unchanged"
    return _came(written)


def waiting(what: Waiting, most: int) -> list[Row]:
    """The first that wait for something."""
    keys = _rows().query_all("waiting = :what", index="by_waiting", limit=most, what=what)
    found: list[Row] = []
    while len(found) < most and (some := list(islice(keys, most))):
        # The index is a moment late: what it still shows may be done.
        items = _rows().get_many((k["code"],) for k in some)
        found += [_row(item) for item in items if item.get("waiting") == what]
    return found


def file_again(key: str) -> None:
    """A row waits to be filed once more."""
    _rows().update(key, set_="SET waiting = :filing", filing="filing")


def filed(row: Row, outcome: str, product_id: str | None, *, then: Waiting | None) -> bool:
    """Notes what became of a row, and what it waits for next; not when it has changed meanwhile, or is gone, or back:
    then it waits still.

    Answers whether it is the first time that it came to a product.
    """
    product = ", product_id = :product" if product_id else ""
    more: dict[str, Any] = {"product": product_id} if product_id else {}
    if then:
        product, more = f"{product}, waiting = :then, times_unpictured = :none", {**more, "then": then, "none": 0}
    is_gone = "attribute_exists(gone_at)" if row.gone else "attribute_not_exists(gone_at)"
    try:
        _rows().update(
            row.key,
            set_=f"SET filed_as = :outcome{product}" + ("" if then else " REMOVE waiting"),
            condition=f"last_modified_t = :t AND rev = :rev AND waiting = :filing AND {is_gone}",
            outcome=outcome,
            t=row.document.last_modified_t,
            rev=row.document.rev,
            filing="filing",
            **more,
        )
    except ConditionFailed:
        return False
    return bool(product_id) and row.product_id is None


def pictured(row: Row, picture: str) -> None:
    """Notes which picture a row has had, or why none; not when it has changed meanwhile."""
    try:
        _rows().update(
            row.key,
            set_="SET pictured = :picture REMOVE waiting",
            condition="last_modified_t = :t AND rev = :rev AND waiting = :waits",
            picture=picture,
            t=row.document.last_modified_t,
            rev=row.document.rev,
            waits="picture",
        )
    except ConditionFailed:
        return


def not_pictured(row: Row) -> int:
    """Counts that a row's picture couldn't be had; how often it couldn't."""
    now = _rows().update(row.key, set_="ADD times_unpictured :one", one=1)
    return int(now["times_unpictured"])


def not_seen(base: str, run: str, before_t: int) -> Iterator[tuple[str, bool]]:
    """(key, whether that is news) of each row of a base that a seed hasn't seen; the others as (``""``, False).

    What was changed after the dump's newest change isn't in it, and isn't gone.
    """
    for item in _rows().scan_all():
        if item.get("base") != base:
            continue
        missing = item.get("seen_in") != run and item["last_modified_t"] < before_t
        yield (item["code"], "gone_at" not in item) if missing else ("", False)


def gone(key: str, run: str, before_t: int, now: datetime) -> bool:
    """Marks a row as gone, unless it has come anew meanwhile; its product stays, and is told of it. Whether it wasn't
    gone before."""
    try:
        _rows().update(
            key,
            set_="SET gone_at = :now, waiting = :filing",
            condition="(attribute_not_exists(seen_in) OR seen_in <> :run) AND attribute_not_exists(gone_at)"
            " AND last_modified_t < :before",
            now=rfc3339(now),
            before=before_t,
            run=run,
            filing="filing",
        )
    except ConditionFailed:
        return False
    return True


def _written(document: Document) -> str:
    """Its kept fields as JSON. Half a surrogate pair, which no text can hold, stays the escape that it came as."""
    plain = json.dumps(document.kept, ensure_ascii=False, separators=(",", ":"))
    try:
        plain.encode()
    except UnicodeEncodeError:
        return json.dumps(document.kept, separators=(",", ":"))
    return plain


def _seen_again(key: str, stands: Item, run: str) -> None:
    """It is in the dump, as it was; if it was gone it is back."""
    if "gone_at" in stands:
        _rows().update(key, set_="SET seen_in = :run, waiting = :filing REMOVE gone_at", run=run, filing="filing")
    elif stands.get("seen_in") != run:
        _rows().update(key, set_="SET seen_in = :run", run=run)


def _came(item: Item) -> Came:
    return "new" if item.get("times") == 1 else "updated"


def _row(item: Item) -> Row:
    base: Base = item["base"]
    # Their code stands among what is kept; the numbers are those that the row is guarded by.
    return Row(
        document=read(json.loads(item["document"]), base),
        first_at=parse_rfc3339(item["first_at"]),
        product_id=item.get("product_id"),
        filed_as=item.get("filed_as"),
        pictured=item.get("pictured"),
        gone="gone_at" in item,
    )
