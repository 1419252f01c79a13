"""Works runs, and fetches pictures, a slice at a time.

How far a run is stands in its row, written with its figures: so a message may come twice, late or after a crash. It
sends itself on when its time is up, and when it has to wait it waits in the queue, not here.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

from events.off_sync import OffFigures, OffSyncCompleted
from services.off_sync import off_client
from services.off_sync.domain import feed, pictures
from services.off_sync.domain.document import CLOCKS_DIFFER, Document, Unreadable, products_of, read
from services.off_sync.domain.run import TRIES, File, Run, given_up
from services.off_sync.off_client import PAGE, Held, NotThere, OffFailed, Refused, TooLong
from services.off_sync.settings import ToOffSyncs
from services.off_sync.store import filing, handing_in, limits, rows, runs, source
from services.off_sync.store.rows import TooBig
from shared.aws import queues
from shared.aws.observability import count, follow, logger, metered
from shared.aws.queues import Message, queue_handler
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import utc_now

_DUMP_EVERY: Final = timedelta(days=30)
_SECONDS: Final = 780.0
"""Of work in a slice; its function has fifteen minutes."""
_AT_ONCE: Final = 8
_ROWS_A_MARK: Final = 200
"""Rows written between two marks of how far a file is read."""
_LINES_A_MARK: Final = 50_000
_BYTES_A_MARK: Final = 16 * 1024 * 1024
"""Of lines that are held until they are written."""
_FILED_A_MARK: Final = 50
_LONGEST_WAIT: Final = 900  # seconds that a queue hides a message at most
_GONE_AT_MOST: Final = 0.2
"""Of our rows. A dump that lacks more of them is rather broken than true (openfoodfacts-server#11450)."""
_GONE_BORNE: Final = 10
"""So few may always be."""
_OF_INDIA: Final = (b"en:india", b'"890', b'"0890', b'"India', b'"00890')
"""One of these stands in each line of a dump that is for us: most lines needn't be read as JSON."""
_CHANGED: Final = b'"last_modified_t"'
_PAGES_AT_MOST: Final = 2000
"""Of a search. India has some hundreds; who answers with the same page for ever is left."""
_PICTURE_TRIES: Final = 5
_TURN: Final = 1800
"""Seconds: a slice, and the longest wait after it."""


def work(message: Message) -> None:
    """``{run_id}``, or ``{pictures: whose turn}``."""
    if turn := message.get("pictures"):
        _fetch_pictures(str(turn))
        return
    run = runs.get(message["run_id"])
    follow(run.correlation_id, run_id=run.run_id, base=run.base)
    until = time.monotonic() + _SECONDS
    if run.active and not (source.is_on() and run.base in source.bases()):
        _gives_up(run, "NOT_CONFIGURED")
        return
    try:
        while run.active:
            moved = _step(run, until)
            if moved is None:
                return  # somebody else has moved it on, who goes on
            run = moved
            if time.monotonic() > until and run.active:
                _again(run)
                return
    except Held as held:
        if held.refused:
            _failed_once(runs.get(run.run_id), "PUSHED_BACK", held.seconds)
        else:
            _again(run, held.seconds)
    except TooLong:
        _gives_up(runs.get(run.run_id), "DUMP_TOO_LONG")  # it would be as long the next time
    except OffFailed as failed:
        logger.warning("a step failed", extra={"code": failed.code}, exc_info=True)
        _failed_once(runs.get(run.run_id), failed.code, 0)
    else:
        _go_on_with_the_next(run)


def _step(run: Run, until: float) -> Run | None:
    """The run, one step further."""
    match run.phase:
        case "planning":
            return _planned(run)
        case "fetching":
            return _page(run) if run.kind == "search" else _read_on(run, until)
        case "filing":
            return _filed_on(run)


# --- Planning ---


def _planned(run: Run) -> Run | None:
    now = utc_now()
    if run.kind == "search":
        return runs.save(run.moved(now, phase="fetching", page=1))
    read_to = limits.read_to(run.base)
    if run.kind == "seed" and not run.swept:
        return _from_the_dump(run, None)
    if read_to is None:
        return _from_the_dump(run, "NEVER_READ")
    listed = _listed(run)
    plan = feed.plan(listed, read_to)
    if plan.gap and not run.swept:
        return _from_the_dump(run, "GAP")
    if not run.swept and limits.dumped_at(run.base, now) < now - _DUMP_EVERY:
        return _from_the_dump(run, "FULL_AGAIN")
    # Where a dump is older than the oldest delta, there is nothing better than both.
    deltas = [File(name=d.name, end=d.end) for d in listed if d.end > read_to]
    return runs.save(run.moved(now, phase="fetching", files=[*run.files, *deltas], feed_end=listed[-1].end))


def _from_the_dump(run: Run, reseed: str | None) -> Run | None:
    """Everything anew; what changed since it was written comes after it."""
    logger.info("the whole dump is read", extra={"reseed": reseed})
    fresh = {"files": [File(name="dump")], "swept": False, "newest_t": 0}
    saved = runs.save(run.moved(utc_now(), phase="fetching", reseed=reseed, **fresh))
    if saved:
        limits.note_dumped(run.base, saved.moved_at)  # also where it fails: changes of the next days don't wait for it
    return saved


def _listed(run: Run) -> list[feed.Delta]:
    try:
        deltas = feed.listed(off_client.index(run.base), _latest())
    except NotThere:
        deltas = []
    if not deltas:
        raise OffFailed("NO_DELTAS", "their list of deltas is empty")
    return deltas


# --- Fetching ---


def _read_on(run: Run, until: float) -> Run | None:
    """The run with a file read to its end, or as far as there is time."""
    number = run.at
    if number is None:
        done_with = any(f.is_dump for f in run.files) and not run.swept
        return _swept(run) if done_with else runs.save(run.moved(utc_now(), phase="filing"))
    file = run.files[number]
    try:
        lines = (
            off_client.dump(run.base, skip=file.lines)
            if file.is_dump
            else off_client.delta(run.base, file.name, skip=file.lines)
        )
        read_on = _rows_of(run, number, lines, until)
    except NotThere:
        if file.is_dump:
            raise OffFailed("NO_DUMP", "they have no dump") from None
        # It has left their fortnight since we saw the list: its changes are lost, only a dump has them.
        return _from_the_dump(run, "GAP")
    if read_on and read_on.files[number].done and not file.is_dump:
        limits.note_read_to(run.base, file.end)
    return read_on


def _rows_of(run: Run, number: int, lines: Iterable[bytes], until: float) -> Run | None:
    """The run with the lines of a file in the table, as far as there is time."""
    marked: Run | None = run
    for batch, is_last in _batches(lines, until=until, latest=_latest()):
        assert marked is not None  # noqa: S101 - the loop ends where it is
        marked = _written(marked, number, batch, done=is_last)
        if marked is None or time.monotonic() > until:
            break
    return marked


class _Batch:
    """Some lines of a file: how many, and those that may be for us, each with its number among them."""

    def __init__(self) -> None:
        self.lines = 0
        self.bytes = 0
        self.newest_t = 0
        self.chosen: list[tuple[int, bytes]] = []


def _batches(lines: Iterable[bytes], *, until: float, latest: int) -> Iterator[tuple[_Batch, bool]]:
    """The lines in batches, the last of them marked. What says that it was changed later than ``latest`` says nothing.

    Where they come so slowly that it is ``until``, a batch is what there is.
    """
    batch = _Batch()
    for line in lines:
        batch.lines += 1
        changed_at = _changed_at(line)
        batch.newest_t = max(batch.newest_t, changed_at if changed_at <= latest else 0)
        if any(mark in line for mark in _OF_INDIA):
            batch.chosen.append((batch.lines, line))
            batch.bytes += len(line)
        is_full = len(batch.chosen) >= _ROWS_A_MARK or batch.lines >= _LINES_A_MARK or batch.bytes >= _BYTES_A_MARK
        if is_full or time.monotonic() > until:
            yield batch, False
            batch = _Batch()
    yield batch, True


def _changed_at(line: bytes) -> int:
    """When a product was changed last, without reading all of it; 0 where it doesn't say so plainly."""
    at = line.find(_CHANGED)
    if at < 0:
        return 0
    digits = line[at + len(_CHANGED) : at + len(_CHANGED) + 24].strip(b' :"').split(b",")[0].rstrip(b' "}')
    return int(digits) if digits.isdigit() and len(digits) <= 11 else 0


def _written(run: Run, number: int, batch: _Batch, *, done: bool) -> Run | None:
    file = run.files[number]
    found: list[tuple[Document, str]] = []
    skipped: Counter[str] = Counter()
    for at, line in batch.chosen:
        try:
            document = read(json.loads(line), run.base)
        except Unreadable as bad:
            skipped[bad.reason] += 1
            continue
        except (ValueError, RecursionError):
            skipped["NOT_JSON"] += 1
            continue
        if not document.is_indian:
            continue
        if document.is_of_the_future(utc_now()):
            skipped["OF_THE_FUTURE"] += 1
        else:
            found.append((document, f"{file.name}#{file.lines + at}"))
    came = _upserted(run, found, seeding=file.is_dump)
    skipped.update({"TOO_BIG": came.pop("too_big", 0)} if came.get("too_big") else {})
    counts = run.counts.plus({"seen": batch.lines, "kept": len(found), **came}, skipped)
    files = run.with_file(number, lines=file.lines + batch.lines, done=done)
    newest = max(run.newest_t, batch.newest_t)
    saved = runs.save(run.moved(utc_now(), counts=counts, files=files, newest_t=newest))
    if saved:
        limits.add_to_totals(rows=came.get("new", 0))
    return saved


def _latest() -> int:
    """No change can be later, whatever says so."""
    return int((utc_now() + CLOCKS_DIFFER).timestamp())


def _upserted(run: Run, found: Sequence[tuple[Document, str]], *, seeding: bool) -> dict[str, int]:
    """How many were new, updated, unchanged or too big. What is twice among them is written in order."""

    def all_of(several: list[tuple[Document, str]]) -> list[str]:
        said: list[str] = []
        for document, place in several:
            try:
                said.append(rows.upsert(document, utc_now(), run=run.run_id, place=place, seeding=seeding))
            except TooBig:
                said.append("too_big")
        return said

    by_key: dict[str, list[tuple[Document, str]]] = {}
    for document, place in found:
        by_key.setdefault(document.key, []).append((document, place))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(Counter(said for several in pool.map(all_of, by_key.values()) for said in several))


def _swept(run: Run) -> Run | None:
    """The run with the rows marked that the dump hasn't any more; what came after it is read next."""
    missing: list[tuple[str, bool]] = []
    total = 0
    for key, is_news in rows.not_seen(run.base, run.run_id, run.newest_t):
        total += 1
        if key:
            missing.append((key, is_news))
    now = utc_now()
    if len(missing) > max(_GONE_BORNE, _GONE_AT_MOST * total):
        logger.error("the dump lacks too much; nothing is marked as gone", extra={"missing": len(missing)})
        counts = run.counts.plus({}, {"SWEEP_TOO_LARGE": len(missing)})
    else:
        marked = sum(rows.gone(key, run.run_id, run.newest_t, now) for key, is_news in missing if is_news)
        counts = run.counts.plus({"gone": marked}, {})
    limits.note_started_over(run.base, max(0, run.newest_t - feed.OVERLAP))
    return runs.save(run.moved(now, phase="planning", counts=counts, swept=True))


def _page(run: Run) -> Run | None:
    """The run with one page of the search more. The last changed come first: it ends where we had been."""
    try:
        found = products_of(off_client.search(run.base, run.page))
    except Unreadable as bad:
        raise OffFailed("NOT_JSON", bad.reason) from None
    skipped: Counter[str] = Counter()
    documents: list[tuple[Document, str]] = []
    for raw in found:
        try:
            document = read(raw, run.base)
        except Unreadable as bad:
            skipped[bad.reason] += 1
            continue
        if document.is_of_the_future(utc_now()):
            skipped["OF_THE_FUTURE"] += 1
        else:
            documents.append((document, f"page#{run.page}"))
    came = _upserted(run, documents, seeding=False)
    skipped.update({"TOO_BIG": came.pop("too_big", 0)} if came.get("too_big") else {})
    counts = run.counts.plus({"seen": len(found), "kept": len(documents), **came}, skipped)
    newest = max([run.newest_t, *(d.last_modified_t for d, _ in documents)])
    read_to = limits.read_to(f"{run.base}#search") or 0
    known = any(0 < d.last_modified_t < read_to for d, _ in documents)
    if len(found) < PAGE or known:
        limits.note_read_to(f"{run.base}#search", newest)
        return runs.save(run.moved(utc_now(), counts=counts, newest_t=newest, phase="filing"))
    if run.page >= _PAGES_AT_MOST:
        return _fail(run, "TOO_MANY_PAGES")
    return runs.save(run.moved(utc_now(), counts=counts, newest_t=newest, page=run.page + 1))


# --- Filing ---


def _filed_on(run: Run) -> Run | None:
    now = utc_now()
    waiting = rows.waiting("filing", _FILED_A_MARK)
    if not waiting:
        return _completed(run)
    filed = filing.file(waiting, Cause(filing.ACTOR, now, run.correlation_id))
    outcomes = Counter(f.outcome for f in filed)
    counts = run.counts.plus(
        {
            "proposed": outcomes["proposed"],
            "filled": outcomes["filled"],
            "verified": sum(f.verified for f in filed),
            "conflicts": sum(len(f.conflicts) for f in filed),
        },
        Counter(f.reason for f in filed if f.reason),
    )
    saved = runs.save(run.moved(now, counts=counts))
    limits.add_to_totals(products=sum(f.is_news for f in filed))
    return saved


def _completed(run: Run) -> Run | None:
    now = utc_now()
    if run.feed_end and now.timestamp() - run.feed_end > feed.STALE_AFTER:
        return _fail(run, "FEED_STALE")
    done = run.moved(now, status="completed", completed_at=now)
    cause = Cause(filing.ACTOR, now, run.correlation_id)
    figures = OffFigures(**run.told)
    ended = runs.save(done, OffSyncCompleted.stated(cause, figures, run.run_id))
    if ended:
        limits.note_completed(run.base, now)
        count("OffSyncsCompleted")
        logger.info("completed", extra=run.counts.model_dump())
        queues.send(settings(ToOffSyncs).off_syncs_queue_url, [{"pictures": run.run_id}])
    return ended


# --- What goes wrong ---


def _failed_once(run: Run, code: str, seconds: int) -> None:
    """It is tried again later, a while longer each time; at last the run is given up."""
    if run.tries + 1 >= TRIES:
        _gives_up(run, code)
        return
    waited = runs.save(run.model_copy(update={"tries": run.tries + 1, "moved_at": utc_now()}))
    if waited:
        _again(waited, seconds or 30 * 2**run.tries)


def _fail(run: Run, code: str) -> Run | None:
    if not run.active:
        return None
    now = utc_now()
    ended, event = given_up(run, code, Cause(filing.ACTOR, now, run.correlation_id))
    saved = runs.save(ended, event)
    if saved:
        count("OffSyncsFailed")
        logger.error("failed", extra={"code": code})
    return saved


def _gives_up(run: Run, code: str) -> None:
    """The run has failed; its sisters have nothing to do with that."""
    if ended := _fail(run, code):
        _go_on_with_the_next(ended)


def give_up(message: Message) -> None:
    """Its worker died or failed each time."""
    if "run_id" in message:
        _gives_up(runs.get(message["run_id"]), "INTERNAL")


def _go_on_with_the_next(run: Run) -> None:
    """The next sister's run; its id comes from this one's, so it is started once."""
    if run.then and run.completed_at:
        cause = Cause(filing.ACTOR, run.completed_at, run.correlation_id, seed=run.run_id)
        following, _ = runs.start(run.kind, run.then[0], cause, run.then[1:])
        if following.active and following.run_id == cause.new_id("run"):
            _again(following)


def _again(run: Run, seconds: int = 0) -> None:
    queues.send(settings(ToOffSyncs).off_syncs_queue_url, [{"run_id": run.run_id}], delay=min(seconds, _LONGEST_WAIT))


# --- Pictures ---


def _fetch_pictures(turn: str) -> None:
    """One picture after the other, as many as this minute allows; the rest later. One at a time does so."""
    until = time.monotonic() + _SECONDS
    if not (source.is_on() and limits.takes_turn(turn, _TURN)):
        return
    while waiting := rows.waiting("picture", _FILED_A_MARK):
        for row in waiting:
            try:
                _fetch_picture(row)
            except Held as held:
                _fetch_more(turn, held.seconds)
                return
            if time.monotonic() > until:
                _fetch_more(turn, 0)
                return
    limits.ends_turn(turn)


def _fetch_picture(row: rows.Row) -> None:
    """A row's picture. One that can't be had doesn't keep the others waiting for ever. Raises Held."""
    front = pictures.best_front(row.document)
    if not (front and row.product_id):
        rows.pictured(row, front.name if front else "")
        return
    try:
        data = off_client.picture(row.document.base, pictures.path_of(row.document.code, front))
    except (NotThere, Refused):
        rows.pictured(row, f"none#{front.name}")
        return
    except OffFailed as failed:
        logger.warning("no picture", extra={"code": failed.code, "product_id": row.product_id})
        if rows.not_pictured(row) >= _PICTURE_TRIES:
            rows.pictured(row, f"none#{front.name}")
        return
    handing_in.hand_in(row, front, data)
    limits.add_to_totals(pictures=1)
    rows.pictured(row, front.name)


def _fetch_more(turn: str, seconds: int) -> None:
    queues.send(settings(ToOffSyncs).off_syncs_queue_url, [{"pictures": turn}], delay=min(seconds, _LONGEST_WAIT))


handler = metered(queue_handler(work, give_up))
