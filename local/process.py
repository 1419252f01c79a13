"""Background processes that outlive the command that started them, known again by pid *and* start time.

A pid alone may have been handed to somebody else since; we end only what we started.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from local.home import ROOT, Home

LOOPBACK = "127.0.0.1"


class LocalError(Exception):
    """Something the person at the terminal can read and act on."""


@dataclass(frozen=True)
class Process:
    name: str
    pid: int
    started: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def alive(self) -> bool:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)  # our own dead child would else look alive
        return _start_time(self.pid) == self.started

    @property
    def listens(self) -> bool:
        """Is it this very process that answers on the port? (Where /proc is missing: does anybody.)"""
        owner = _listens_on(self.pid, self.port)
        return answers(self.port) if owner is None else owner

    def stop(self, home: Home, *, grace: float = 30) -> None:
        """TERM, wait, KILL: a deploy stuck in the engine can hang its clean end."""
        for sig, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
            if not self.alive:
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sig)
            wait_until(lambda: not self.alive, patience, step=0.05)
        record(home, self.name).unlink(missing_ok=True)


def record(home: Home, name: str) -> Path:
    return home.run / f"{name}.json"


def find(home: Home, name: str) -> Process | None:
    """The running process of that name; a stale record is removed."""
    try:
        process = Process(**json.loads(record(home, name).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    if process.alive:
        return process
    record(home, name).unlink(missing_ok=True)
    return None


def spawn(home: Home, name: str, argv: Sequence[str], *, port: int, env: Mapping[str, str]) -> Process:
    """Start it detached, its output in `.local/logs/<name>.log` (the run before in `.log.1`)."""
    home.make()
    log = home.logs / f"{name}.log"
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    with log.open("wb") as out:
        child = subprocess.Popen(
            argv,
            cwd=ROOT,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    child.returncode = 0  # it is meant to outlive us: no ResourceWarning when the handle goes
    process = Process(name, child.pid, _start_time(child.pid) or "", port)
    record(home, name).write_text(json.dumps(asdict(process)))
    return process


def wait_until(ready: Callable[[], bool], seconds: float, *, step: float = 0.1) -> bool:
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(step)
    return True


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def choose_port(home: Home, name: str, default: int) -> int:
    """The port of the last time (queue addresses in the state hold it), at first the default.

    When somebody else has it, a free one, unless `ENGINE_PORT` or `WEB_PORT` insists.

    Raises:
        LocalError: the port insisted on is taken.
    """
    variable, last = f"{name.upper()}_PORT", home.state / f"{name}.port"
    told = os.environ.get(variable)
    wanted = int(told or (last.read_text() if last.exists() else default))
    if not _bindable(wanted):
        if told:
            raise LocalError(f"port {wanted} ({variable}) is taken by another program")
        print(f"  port {wanted} is taken by another program; ", end="")
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            wanted = int(probe.getsockname()[1])
        print(f"using {wanted}", flush=True)
    last.write_text(str(wanted))
    return wanted


def _bindable(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return not answers(port)


def _start_time(pid: int) -> str | None:
    """What tells this process from a later one with the same pid; None when it is gone (or a zombie)."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] in "ZX" else fields[19]
    listed = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = listed.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()


def _listens_on(pid: int, port: int) -> bool | None:
    table = Path("/proc/net/tcp")
    if not table.exists():
        return None
    local = f"0100007F:{port:04X}"
    rows = (line.split() for line in table.read_text().splitlines()[1:])
    sockets = {f"socket:[{row[9]}]" for row in rows if row[1] == local and row[3] == "0A"}
    for handle in Path(f"/proc/{pid}/fd").glob("*"):
        with contextlib.suppress(OSError):
            if str(handle.readlink()) in sockets:
                return True
    return False
