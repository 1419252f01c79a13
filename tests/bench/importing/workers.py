"""What the engine's Lambdas took: memory and CPU time of their processes, and how long each call was."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Final, NamedTuple

from tests.e2e.live import Live

_REPORT: Final = re.compile(r"(\S+): REPORT RequestId: \S+\tDuration: (\d+) ms\t.*Memory Size: (\d+) MB")
_TICKS: Final = 100  # of CPU a second, on every Linux
BASELINE: Final = "bench-"
"""How functions begin that aren't ours; their log groups are ``/aws/lambda/<function>``."""


class Call(NamedTuple):
    """One invocation."""

    log_group: str
    milliseconds: int
    megabytes: int
    """That its function may have."""

    @property
    def of_baseline(self) -> bool:
        return self.log_group.rpartition("/")[2].startswith(BASELINE)

    @property
    def gb_seconds(self) -> float:
        return self.milliseconds / 1000 * self.megabytes / 1024


def calls(live: Live, since: float) -> list[Call]:
    """All invocations that ended since then (``time.time()``), by the lines that Lambda itself logs."""
    return [call for line in live.log_lines("REPORT RequestId", since=since) if (call := call_of(line))]


def call_of(line: str) -> Call | None:
    """Of a line ``<log group>: REPORT RequestId: ...``; None of another."""
    found = _REPORT.match(line)
    return Call(found[1], int(found[2]), int(found[3])) if found else None


class Processes:
    """The Lambda processes of one side, from now on."""

    def __init__(self, live: Live, *, of_baseline: bool) -> None:
        self._live, self._of_baseline = live, of_baseline
        self._ticks: dict[int, int] = {}
        self._peaks: dict[int, int] = {}
        self._before: dict[int, int] = {}
        for pid in self._pids():
            with contextlib.suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")  # its peak begins anew
                self._before[pid] = _ticks(pid)

    def look(self) -> None:
        """To be called often: a process that has gone tells nothing."""
        for pid in self._pids():
            with contextlib.suppress(OSError, StopIteration):
                if (spent := _ticks(pid) - self._before.get(pid, 0)) > 0:
                    self._ticks[pid] = spent
                    self._peaks[pid] = peak_kb(Path(f"/proc/{pid}/status").read_text())

    @property
    def cpu_seconds(self) -> float:
        """Of all."""
        return sum(self._ticks.values()) / _TICKS

    @property
    def peak_mb(self) -> float:
        """Of the largest that worked."""
        return max(self._peaks.values(), default=0) / 1024

    def _pids(self) -> list[int]:
        return [pid for pid in self._live.children() if (name := _function(pid)) and self._is_mine(name)]

    def _is_mine(self, function: str) -> bool:
        return function.startswith(BASELINE) == self._of_baseline


def peak_kb(status: str) -> int:
    """The most memory a process has had, of its ``/proc/<pid>/status``."""
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def _function(pid: int) -> str:
    """The function that a process runs; nothing of another."""
    with contextlib.suppress(OSError):
        for pair in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            if pair.startswith(b"AWS_LAMBDA_FUNCTION_NAME="):
                return pair.partition(b"=")[2].decode()
    return ""


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
