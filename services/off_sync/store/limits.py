"""What all functions together may ask of Open Food Facts, and what they have learned of it.

One item a kind of request: when the last ones were made, and until when we hold off since it had enough of us. So ten
reads a minute are ten in any minute, however many functions ask at once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Literal

from services.off_sync.settings import OffLimitsTable, OffSource
from shared.aws.dynamo import ConditionFailed, Item, Table
from shared.aws.settings import settings
from shared.kernel.clock import utc_now

Kind = Literal["read", "search", "file", "picture"]

_WINDOW: Final = 61_000  # milliseconds: a minute, and what clocks and wires may differ
_TRIES: Final = 20
_HELD_AT_FIRST: Final = 30  # seconds; twice as long each time
_HELD_AT_MOST: Final = 900
_TOLD_AT_MOST: Final = 3600
"""So long we hold off at most because they say so: a slip of theirs must not stop us for ever."""
_FAILURES_BORNE: Final = 3
MISSING_FOR: Final = timedelta(hours=24)
"""So long a barcode that they don't know isn't asked for again."""


class Held(Exception):
    """Not now: ``seconds`` later the same may be asked. ``refused``: they said so, in answer to a request."""

    def __init__(self, kind: str, seconds: int, *, refused: bool = False) -> None:
        super().__init__(f"no {kind} for {seconds} s")
        self.seconds = seconds
        self.refused = refused


def _limits() -> Table:
    return Table(settings(OffLimitsTable).off_limits_table, "about")


def admit(kind: Kind) -> None:
    """Takes one request out of this minute's. Raises Held."""
    allowed = _allowed(kind)
    for _ in range(_TRIES):
        row = _limits().get(kind) or {}
        now = _ms(utc_now())
        if (until := row.get("held_until", 0)) > now:
            raise Held(kind, _seconds(until - now))
        taken = [at for at in row.get("taken", []) if at > now - _WINDOW]
        if len(taken) >= allowed:
            raise Held(kind, _seconds(sorted(taken)[-allowed] + _WINDOW - now))
        if _put(kind, row, {**row, "taken": [*taken, now]}):
            return
    raise Held(kind, 1)


def had_enough(kind: Kind, retry_after: int | None) -> Held:
    """They said 429 or 503: nobody asks for as long as they say, or for longer each time. Answers what to raise."""
    told = min(retry_after or 0, _TOLD_AT_MOST)
    seconds = _hold(kind, told, lambda failures: told or _HELD_AT_FIRST * 2 ** min(failures - 1, 6))
    return Held(kind, seconds, refused=True)


def failed(kind: Kind) -> None:
    """They didn't answer, or nonsense: the third time on end nobody asks for a while."""
    _hold(kind, 0, lambda failures: _HELD_AT_FIRST * 2 ** min(failures - 3, 6) if failures >= _FAILURES_BORNE else 0)


def worked(kind: Kind) -> None:
    """They answered: what failed before counts no more. What was asked before they had enough of us says nothing."""
    row = _limits().get(kind) or {}
    if row.get("failures") and row.get("held_until", 0) <= _ms(utc_now()):
        _put(kind, row, {**row, "failures": 0})


def _hold(kind: Kind, told: int, seconds_after: Callable[[int], int]) -> int:
    """Holds off, and says for how long. What else was under way when that began is the same failure."""
    for _ in range(_TRIES):
        row = _limits().get(kind) or {}
        now = _ms(utc_now())
        until, failures = row.get("held_until", 0), row.get("failures", 0)
        if until > now:
            until = max(until, now + told * 1000)
        else:
            failures += 1
            seconds = min(seconds_after(failures), max(_HELD_AT_MOST, told))
            until = now + seconds * 1000 if seconds else until
        if _put(kind, row, {**row, "failures": failures, "held_until": until}):
            return _seconds(until - now) if until > now else 0
    return _HELD_AT_FIRST


def _allowed(kind: Kind) -> int:
    source = settings(OffSource)
    allowed: dict[Kind, int] = {
        "read": source.off_reads_a_minute,
        "search": source.off_searches_a_minute,
        "file": source.off_files_a_minute,
        "picture": source.off_pictures_a_minute,
    }
    return allowed[kind]


def _put(kind: Kind, before: Item, after: Item) -> bool:
    """Whether nobody was faster."""
    revision = before.get("revision", 0)
    try:
        _limits().put(
            {**after, "about": kind, "revision": revision + 1},
            "attribute_not_exists(revision) OR revision = :revision",
            revision=revision,
        )
    except ConditionFailed:
        return False
    return True


# --- Whose turn it is to fetch pictures ---


def takes_turn(holder: str, seconds: int) -> bool:
    """Whether it is the holder's turn, and its alone for so long: two would fetch the same pictures."""
    now = utc_now()
    try:
        _limits().update(
            "turn#pictures",
            set_="SET held_by = :holder, held_until = :until",
            condition="attribute_not_exists(held_by) OR held_by = :holder OR held_until < :now",
            holder=holder,
            until=_ms(now + timedelta(seconds=seconds)),
            now=_ms(now),
        )
    except ConditionFailed:
        return False
    return True


def ends_turn(holder: str) -> None:
    """The holder has nothing more to fetch."""
    with suppress(ConditionFailed):
        _limits().update(
            "turn#pictures", set_="SET held_until = :never", condition="held_by = :holder", holder=holder, never=0
        )


# --- Barcodes that nobody knows ---


def is_missing(key: str) -> bool:
    """Whether they didn't know a barcode when they were asked last, which is not long ago."""
    row = _limits().get(f"missing#{key}")
    return row is not None and row["expires_at"] > utc_now().timestamp()


def note_missing(key: str) -> None:
    """They don't know this one."""
    _limits().put({"about": f"missing#{key}", "expires_at": int((utc_now() + MISSING_FOR).timestamp())})


# --- How far each feed is read ---


def read_to(feed: str) -> int | None:
    """Up to which change (UNIX seconds) a feed is read; None: never."""
    row = _limits().get(f"feed#{feed}")
    return row.get("read_to") if row else None


def note_read_to(feed: str, at: int) -> None:
    """A feed is read up to there, or further."""
    _advance(f"feed#{feed}", "read_to", at)


def note_started_over(feed: str, at: int) -> None:
    """A feed was read anew from a dump, so it is read up to there, however far it was before."""
    _limits().update(f"feed#{feed}", set_="SET read_to = :at", at=at)


def dumped_at(base: str, now: datetime) -> datetime:
    """When its dump was begun last; now, if nobody knows."""
    row = _limits().update(f"dumped#{base}", set_="SET #at = if_not_exists(#at, :now)", now=int(now.timestamp()))
    return datetime.fromtimestamp(row["at"], now.tzinfo)


def note_dumped(base: str, at: datetime) -> None:
    """Its dump is begun."""
    _advance(f"dumped#{base}", "at", int(at.timestamp()))


def completed_at(base: str) -> datetime | None:
    """When a run for it was completed last."""
    row = _limits().get(f"done#{base}")
    return datetime.fromtimestamp(row["at"], utc_now().tzinfo) if row else None


def watched_since(base: str, now: datetime) -> datetime:
    """Since when somebody looks whether runs for it are completed."""
    row = _limits().update(f"watched#{base}", set_="SET since = if_not_exists(since, :now)", now=int(now.timestamp()))
    return datetime.fromtimestamp(row["since"], now.tzinfo)


def note_completed(base: str, at: datetime) -> None:
    """A run is completed."""
    _advance(f"done#{base}", "at", int(at.timestamp()))


def _advance(key: str, name: str, value: int) -> None:
    try:
        _limits().update(
            key,
            set_=f"SET #{name} = :value",
            condition=f"attribute_not_exists(#{name}) OR #{name} < :value",
            value=value,
        )
    except ConditionFailed:
        return


# --- How much there is, for the page that says whose work it is ---


def add_to_totals(*, rows: int = 0, products: int = 0, pictures: int = 0) -> None:
    """Adds to the figures of the attribution page."""
    if rows or products or pictures:
        _limits().update(
            "totals",
            set_="ADD rows_n :rows, products_n :products, pictures_n :pictures",
            rows=rows,
            products=products,
            pictures=pictures,
        )


def totals() -> dict[str, int]:
    """``rows``, ``products``, ``pictures``."""
    row = _limits().get("totals") or {}
    return {name: int(row.get(f"{name}_n", 0)) for name in ("rows", "products", "pictures")}


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _seconds(ms: int) -> int:
    return max(1, -(-ms // 1000))
