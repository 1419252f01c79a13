"""Each design is given each file in turn, on one engine; what that took becomes the lines of the table."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from local.aws import Engine
from local.process import wait_until
from tests.bench.engine import running, send_through
from tests.bench.importing.counting import Counting, Tally, delivered
from tests.bench.importing.designs import AT_ONCE, MEMORY, Design, Ours, RowMessages, WholeFile
from tests.bench.importing.files import files
from tests.bench.importing.prices import READ_ON, REGION, Usage
from tests.bench.importing.workers import Call, Processes, calls
from tests.e2e.live import Live

Line = tuple[str, str, str]
KINDS: Final = ("all new", "known and changed", "known and unchanged")
_LONGEST: Final = 1800  # seconds
_QUIET: Final = 3.0  # seconds without a write
HOW: Final = (
    "A file dropped three times: all goods new, then each a paisa cheaper, then that file again. Our import, as"
    " deployed, and two usual designs (`whole_file.py` and `row_messages.py` in `tests/bench/importing`): one function,"
    " woken by the file, that puts each row by `batch_writer`, with no matching, no conditions and no report; and a"
    " message a row, whose worker looks up the product, adds it if it is missing, and writes item and event in a"
    f" transaction. All take turns on one local engine, with {MEMORY:,} MB and {AT_ONCE} functions at once, started by"
    " another file before; goods have no barcodes, and the catalog holds nothing else. Rows a second are from the drop"
    " to the last write, of ours to the end of the job, report included. Requests go through a proxy that asks DynamoDB"
    " for the capacity each takes; ours are all that follow, with search index, statistics and notices, where the"
    f" others have nobody who listens. Money: list prices of {REGION} of {READ_ON}, Lambda by measured durations: they"
    " hold the wait for an engine on the same two cores and for whatever else went on there, so what the money would be"
    " by CPU time alone is said beside. Memory is the peak of the largest Lambda process."
)


class Taken(NamedTuple):
    """What one file took of one design."""

    rows: int
    seconds: float
    usage: Usage
    on_goods: float
    """Write units of products and stock."""
    peak_mb: float
    cpu_seconds: float

    @property
    def speed(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds

    @property
    def writes(self) -> float:
        """Write units a row."""
        return self.usage.write_units / self.rows

    @property
    def cost(self) -> float:
        """Dollars a million rows."""
        return sum(self.usage.dollars().values()) / self.rows * 1e6

    @property
    def least_cost(self) -> float:
        """Dollars a million rows, had no Lambda ever waited."""
        used = self.usage._replace(gb_seconds=self.cpu_seconds * MEMORY / 1024)
        return sum(used.dollars().values()) / self.rows * 1e6


def rows() -> list[Line]:
    """(what, measured, against the baselines) of this run."""
    given = files()
    with running() as live:
        ours, theirs = (Counting(live.endpoints["aws_endpoint_url"]) for _ in range(2))
        send_through(live, ours.url)
        designs: list[tuple[Design, Counting]] = [
            (WholeFile(live, theirs.url), theirs),
            (RowMessages(live, theirs.url), theirs),
            (Ours(live, live.shop("Bench Provision Stores")), ours),
        ]
        bodies = {"warm": given.warm} | dict(zip(KINDS, (given.fresh, given.changed, given.changed), strict=True))
        taken = {
            kind: {design.name: _take(live, design, by, f"{kind}.csv", body) for design, by in designs}
            for kind, body in bodies.items()
        }
    return [("file", given.source, ""), *lines(taken)]


def lines(taken: dict[str, dict[str, Taken]]) -> Iterator[Line]:
    """What each kind of file took of each design, and whether ours keeps its goals."""
    for kind in KINDS:
        others = {name: one for name, one in taken[kind].items() if name != Ours.name}
        ours = taken[kind][Ours.name]
        for name, one in others.items():
            yield f"{kind}: {name}", _told(one), "1.00"
        yield f"{kind}: ours", _told(ours), "; ".join(compared(ours, other, name) for name, other in others.items())
        parts = (f"{what} ${cost / ours.rows * 1e6:.2f}" for what, cost in ours.usage.dollars().items())
        yield (
            f"{kind}: ours, a million rows",
            ", ".join(parts),
            f"${ours.least_cost:.2f} with Lambda by CPU time, {ours.cpu_seconds / ours.rows * 1000:.1f} ms a row",
        )
    new, changed, unchanged = (taken[kind][Ours.name] for kind in KINDS)
    dear = max(changed, unchanged, key=lambda one: one.cost)
    cost = f"${dear.cost:.2f}, by CPU time ${dear.least_cost:.2f}"
    peak = max(one.peak_mb for one in (new, changed, unchanged))
    yield _goal("a changed row: write units", "at most 2.1", f"{changed.writes:.2f}", changed.writes <= 2.1)
    untouched = f"{unchanged.on_goods:.0f}; on the job {unchanged.usage.write_units:.0f} a file"
    yield _goal("unchanged rows: write units of products and stock", "0", untouched, unchanged.on_goods == 0)
    of_these = f"{new.writes:.2f}, {new.on_goods / new.rows:.2f} of them of products and stock"
    yield _goal("a new product: write units", "at most 8", of_these, new.writes <= 8)
    yield _goal("memory of the largest Lambda", "at most 256 MB", f"{peak:.0f} MB", peak <= 256)
    yield _goal("a million rows of known products", "at most $1.60", cost, dear.cost <= 1.60)


def compared(ours: Taken, other: Taken, name: str) -> str:
    """Ours to a baseline."""
    return (
        f"{ours.speed / other.speed:.2f}x as fast as {name}, {ours.writes / other.writes:.2f}x the write units,"
        f" {ours.cost / other.cost:.2f}x the money"
    )


def _told(one: Taken) -> str:
    reads = one.usage.read_units / one.rows
    return (
        f"{one.speed:,.0f} rows/s; {one.writes:.2f} write and {reads:.2f} read units a row; {one.peak_mb:.0f} MB;"
        f" ${one.cost:.2f} a million rows"
    )


def _goal(what: str, goal: str, measured: str, met: bool) -> Line:
    return f"**{what}**", f"goal: {goal}", f"**{measured}, {'ok' if met else 'missed'}**"


def _take(live: Live, design: Design, counting: Counting, name: str, body: bytes) -> Taken:
    """Drops the file and waits until nothing follows any more. Raises TimeoutError."""
    of_baseline = design.name != Ours.name
    processes = Processes(live, of_baseline=of_baseline)
    tally, since, began = counting.anew(), time.time(), time.monotonic()
    design.drop(name, body)

    def settled() -> bool:
        processes.look()
        written = list(tally.written_at.values())
        quiet = bool(written) and time.monotonic() - max(written) > _QUIET
        return quiet and design.ended(name) and all(live.depth(url) == (0, 0) for url in live.queue_urls())

    if not wait_until(settled, _LONGEST, step=0.2):
        raise TimeoutError(f"{design.name} is not done with {name} after {_LONGEST} s")
    ended = max(at for table, at in tally.written_at.items() if table in design.last)
    done = [call for call in calls(live, since) if call.of_baseline == of_baseline]
    on_goods = tally.of("write", design.goods)
    rows = body.count(b"\n") - 1
    return Taken(rows, ended - began, _usage(live, tally, done), on_goods, processes.peak_mb, processes.cpu_seconds)


def _usage(live: Live, tally: Tally, done: Sequence[Call]) -> Usage:
    """What was counted, and what Lambda and EventBridge ask of queues by themselves."""
    functions = Engine(live.endpoints["aws_endpoint_url"]).functions
    sources = functions.get_paginator("list_event_source_mappings").paginate().build_full_result()
    fed = {m["FunctionArn"] for m in sources["EventSourceMappings"] if ":sqs:" in m["EventSourceArn"]}
    known = functions.get_paginator("list_functions").paginate().build_full_result()["Functions"]
    groups = {_log_group(f) for f in known if f["FunctionArn"] in fed}
    rules = live.bus.list_rules(EventBusName=live.endpoints["event_bus"])["Rules"]
    by_lambda = 2 * sum(call.log_group in groups for call in done)  # it receives a batch, and deletes it
    by_bus = delivered(tally.events, [rule["EventPattern"] for rule in rules if "EventPattern" in rule])
    return Usage(
        write_units=tally.of("write"),
        read_units=tally.of("read"),
        gb_seconds=sum(call.gb_seconds for call in done),
        invocations=len(done),
        sqs_requests=tally.requests["sqs"] + by_lambda + by_bus,
        events=tally.requests["events"],
        s3_writes=tally.requests["s3 write"],
        s3_reads=tally.requests["s3 read"],
    )


def _log_group(function: Any) -> str:
    return str(function.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function['FunctionName']}")
