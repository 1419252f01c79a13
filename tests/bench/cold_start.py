"""Cold start, warm requests and weight of the packaged functions against the classic monolith (``monolith.py``).

Both are built as they would be shipped for this machine: ours by ``cdk.assets`` and ``cdk.layers``, the monolith by
``uv pip install`` from a lock into one package, with bytecode as valid as ours. Each process of a measurement is a
fresh interpreter that sees nothing else. Runs alternate, so that what else the machine does hits all alike; a ratio is
the median of the ratios inside each round.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from cdk import layers
from cdk.assets import ROOT, Assets, compile_tree
from cdk.stage import this_machine
from tests.bench import monolith
from tests.bench.traffic import ANSWERS, REQUESTS, environment

Json = dict[str, Any]
Row = tuple[str, str, str]

# The API functions, each with the clients that its routes use. They are made at init, as AWS advises and the monolith
# does: it costs the same in a first request, and a snapshot holds what is made at init.
FUNCTIONS: Final = {
    "catalog": ("dynamodb", "secrets"),
    "csv_import": ("dynamodb", "s3", "secrets", "sqs"),
    "front": ("dynamodb",),
    "image_ingest": ("dynamodb", "s3"),
    "inventory": ("dynamodb", "secrets"),
    "localization": ("dynamodb", "secrets"),
    "matching": ("dynamodb",),
    "notifications": ("dynamodb", "secrets"),
    "off_sync": ("dynamodb", "secrets", "sqs"),
    "quality_review": ("dynamodb", "secrets"),
    "stores": ("dynamodb", "secrets"),
}
STARTS: Final = 17  # rounds of fresh processes
BURSTS: Final = 100  # rounds of warm requests ...
BURST: Final = 40  # ... so many each
HOW: Final = (
    "The packaged functions with their layer against one FastAPI + Mangum app with the same routes, models and calls of"
    " DynamoDB (`tests/bench/monolith.py` says what it does and why that is fair), packaged with all it needs and"
    " bytecode as valid as ours. Transport is stubbed below botocore. CPU time, never the clock:"
    f" init is a fresh, isolated interpreter until the handler and the clients of its routes are ready, {STARTS} times;"
    f" warm is {BURSTS} bursts of {BURST} requests. All designs take turns, run by run and burst by burst; figures are"
    " medians (first to third quartile), ratios the median of each turn's ratio. Other work went on beside."
)
_LOCK: Final = ROOT / "local" / "locks" / "bench.txt"
_PROBE: Final = Path(__file__).with_name("probe.py")
_GOALS: Final = {"init": 0.6, "warm": 0.5, "package": 0.7}


class Design(NamedTuple):
    """One way of serving, as it lies on the disk."""

    paths: Sequence[Path]
    module: str
    ready: Sequence[str] = ()
    requests: Sequence[str] = ()


def rows() -> list[Row]:
    """(what, measured, against the monolith) of this run."""
    description = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
    designs = _designs(description)
    found = [("routes, in ours by service and in the monolith alike", str(monolith.routes(description)), "")]
    starts = _starts(designs)
    found += _started(starts)
    found += _warm({name: designs[name] for name in (*_MONOLITHS, "catalog", "inventory")})
    found += _weights(designs)
    return found


_CLASSIC: Final = "FastAPI + Mangum"
_LEAN: Final = "FastAPI + Mangum, async def"
_BARE: Final = "FastAPI + Mangum, bytecode as a zip leaves it"
_MONOLITHS: Final = (_CLASSIC, _LEAN)


def _designs(description: Json) -> dict[str, Design]:
    target = this_machine()
    core = layers.build("core", target).path / "python"
    assets = Assets(target)
    every = tuple(REQUESTS)
    designs = {
        _CLASSIC: Design([_packed(monolith.source(description))], "app", requests=every),
        _LEAN: Design([_packed(monolith.source(description, asynchronous=True))], "app", requests=every),
        _BARE: Design([_packed(monolith.source(description), bytecode=False)], "app", requests=every),
    }
    for name, used in FUNCTIONS.items():
        mine = [r for r, (service, _, _) in REQUESTS.items() if service == name]
        package = assets.stage(f"services.{name}").path
        ready = [f"from shared.aws import clients; clients.{door}()" for door in used]
        designs[name] = Design([package, core], f"services.{name}.api", ready, mine)
    return designs


def _packed(source: str, *, bytecode: bool = True) -> Path:
    """The monolith's package: its dependencies, installed whole as pip does, and its module."""
    target = this_machine()
    key = hashlib.sha256(f"{target.key} {bytecode} {source}".encode() + _LOCK.read_bytes()).hexdigest()[:12]
    place = ROOT / "build" / "bench" / f"monolith-{key}"
    if not place.is_dir():
        scratch = place.with_suffix(".tmp")
        shutil.rmtree(scratch, ignore_errors=True)
        layers.install(_LOCK, target, scratch)
        (scratch / "app.py").write_text(source, "utf-8")
        for cached in list(scratch.rglob("__pycache__")):
            shutil.rmtree(cached)
        if bytecode:
            compile_tree(scratch, Path(sys.executable), "/var/task")
        scratch.rename(place)
    return place


# --- Starts ---


class Start(NamedTuple):
    """One cold start: CPU seconds until ready, KB of memory then, and the CPU seconds of the first request."""

    init: float
    memory: float
    first: float

    @property
    def answered(self) -> float:
        """CPU seconds until the first request has its answer; where none is measured, until ready."""
        return self.init + self.first


def _starts(designs: dict[str, Design]) -> dict[str, list[Start]]:
    found: dict[str, list[Start]] = {name: [] for name in designs}
    for number in range(STARTS + 1):
        for name, design in designs.items():
            with Process(design) as process:
                first = next(iter(process.told["answered"].values()), 0.0)
                if number:  # the first round only fills the page cache
                    found[name].append(Start(process.told["init"], process.told["rss"], first))
    return found


def _started(starts: dict[str, list[Start]]) -> list[Row]:
    def of(name: str, value: Callable[[Start], float]) -> list[float]:
        return [value(s) for s in starts[name]]

    found: list[Row] = []
    base = of(_CLASSIC, lambda s: s.init)
    found.append((f"init: {_CLASSIC}", _spread(base, 1000, "ms"), "1.00"))
    for name in (_BARE, *FUNCTIONS):
        mine = of(name, lambda s: s.init)
        found.append((f"init: {_label(name)}", _spread(mine, 1000, "ms"), f"{_ratio(mine, base):.2f}x"))
    ratios = [_ratio(of(name, lambda s: s.init), base) for name in FUNCTIONS]
    found += _judged("init", "init", ratios)
    base, mine = of(_CLASSIC, lambda s: s.answered), of("catalog", lambda s: s.answered)
    found.append((f"init and first GET product: {_CLASSIC}", _spread(base, 1000, "ms"), "1.00"))
    found.append(("init and first GET product: our catalog", _spread(mine, 1000, "ms"), f"{_ratio(mine, base):.2f}x"))
    base = of(_CLASSIC, lambda s: s.memory)
    found.append((f"memory after init: {_CLASSIC}", _spread(base, 1 / 1024, "MB"), "1.00"))
    memory = {name: of(name, lambda s: s.memory) for name in FUNCTIONS}
    worst = max(memory, key=lambda name: statistics.median(memory[name]))
    found.append(
        (
            f"memory after init: our largest, {worst}",
            _spread(memory[worst], 1 / 1024, "MB"),
            f"{_ratio(memory[worst], base):.2f}x",
        )
    )
    return found


# --- Warm requests ---


def _warm(designs: dict[str, Design]) -> list[Row]:
    running = {name: Process(design) for name, design in designs.items()}
    try:
        spent: dict[tuple[str, str], list[float]] = {}
        for number in range(BURSTS + 2):
            for request in REQUESTS:
                for name, design in designs.items():
                    if request in design.requests:
                        seconds = running[name].send(request, BURST) / BURST
                        if number > 1:  # what is made once is made by then
                            spent.setdefault((request, name), []).append(seconds)
    finally:
        for process in running.values():
            process.close()
    found: list[Row] = []
    ratios: list[float] = []
    for request, (service, _, _) in REQUESTS.items():
        base = spent[request, _CLASSIC]
        found.append((f"{request}: {_CLASSIC}", _spread(base, 1e6, "us"), "1.00"))
        for name in (_LEAN, service):
            mine = spent[request, name]
            found.append((f"{request}: {_label(name)}", _spread(mine, 1e6, "us"), f"{_ratio(mine, base):.2f}x"))
        ratios.append(_ratio(spent[request, service], base))
    return found + _judged("warm", "warm request", ratios)


class Process:
    """A design that runs and waits for requests."""

    def __init__(self, design: Design) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(_PROBE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd="/",
            env={"PATH": "/usr/bin:/bin"},
            text=True,
        )
        plan = {
            "paths": [str(p) for p in design.paths],
            "module": design.module,
            "ready": design.ready,
            "env": environment(),
            "answers": ANSWERS,
            "requests": {name: REQUESTS[name][1:] for name in design.requests},
        }
        self.told: Json = self._ask(json.dumps(plan))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def send(self, request: str, count: int) -> float:
        """CPU seconds of sending a request so often."""
        seconds: float = self._ask(f"{request} {count}")
        return seconds

    def close(self) -> None:
        """Ends it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def _ask(self, line: str) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the probe ended with {self._process.wait()}")
        return json.loads(answer)


# --- Weight ---


def _weights(designs: dict[str, Design]) -> list[Row]:
    classic = _size(designs[_CLASSIC].paths)
    found = [(f"package, unzipped: {_CLASSIC}", f"{classic / 1e6:.1f} MB", "1.00")]
    own = {name: _size(designs[name].paths[:1]) for name in FUNCTIONS}
    whole = {name: _size(designs[name].paths) for name in FUNCTIONS}
    found += _named("its own files", own, classic) + _judged(
        "package", "own package", [s / classic for s in own.values()]
    )
    found += _named("with its layer", whole, classic)
    return found + _judged("package", "package with its layer", [s / classic for s in whole.values()])


def _named(what: str, sizes: dict[str, int], classic: int) -> list[Row]:
    name, size = max(sizes.items(), key=lambda item: item[1])
    return [(f"package, unzipped: our largest ({name}), {what}", f"{size / 1e6:.1f} MB", f"{size / classic:.2f}x")]


def _size(trees: Iterable[Path]) -> int:
    return sum(f.stat().st_size for tree in trees for f in tree.rglob("*") if f.is_file())


# --- Figures ---


def _label(name: str) -> str:
    return f"our {name}" if name in FUNCTIONS else name


def _ratio(mine: Sequence[float], base: Sequence[float]) -> float:
    return statistics.median(m / b for m, b in zip(mine, base, strict=True))


def _spread(values: Sequence[float], factor: float, unit: str) -> str:
    low, middle, high = (v * factor for v in statistics.quantiles(values, n=4))
    return f"{middle:.0f} {unit} ({low:.0f}-{high:.0f})"


def _judged(goal: str, what: str, ratios: Sequence[float]) -> list[Row]:
    most = _GOALS[goal]
    return [
        (
            f"**{what}: {which} of ours**",
            f"goal: at most {most}x",
            f"**{value:.2f}x, {'ok' if value <= most else 'not ok'}**",
        )
        for which, value in (("median", statistics.median(ratios)), ("worst", max(ratios)))
    ]
