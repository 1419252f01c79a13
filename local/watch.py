"""`make run` while a person works: a changed source is on its Lambdas within seconds."""

import os
import time
from collections.abc import Iterator

from local import assembly
from local.deploy import LiveCode
from local.home import ROOT
from local.process import LocalError
from local.system import System

_CODE = ("services", "shared", "events")
_PLAN = ("cdk", "cdk.json")


def watch(system: System, *, every: float = 0.5) -> None:
    """Until interrupted. Code goes straight to its functions; changed infrastructure takes the whole way."""
    code, plan = _seen(_CODE), _seen(_PLAN)
    live = LiveCode(system.engine, assembly.stacks(system.cdk_out))
    while True:
        time.sleep(every)
        now_code, now_plan = _seen(_CODE), _seen(_PLAN)
        try:
            if now_plan != plan:
                _whole_way(system)
                live = LiveCode(system.engine, assembly.stacks(system.cdk_out))
            elif now_code != code:
                began = time.monotonic()
                names = live.refresh()
                if names:
                    print(f"  updated {', '.join(names)} ({time.monotonic() - began:.1f} s)", flush=True)
        except LocalError as error:
            print(f"  {error}", flush=True)
        code, plan = now_code, now_plan


def _whole_way(system: System) -> None:
    print("The infrastructure changed; deploying", flush=True)
    assembly.synthesise(system.cdk_out)
    system.deploy()


def _seen(tops: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    return {path: (stat.st_mtime_ns, stat.st_size) for top in tops for path, stat in _files(top)}


def _files(top: str) -> Iterator[tuple[str, os.stat_result]]:
    start = ROOT / top
    for path in [start] if start.is_file() else start.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield str(path), path.stat()
