"""python -m local up | run | down | reset | status"""

import argparse
import signal
import sys
from types import FrameType

from local.home import Home
from local.process import LocalError
from local.system import System
from local.watch import watch


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local", description="The whole system on this machine.")
    parser.add_argument("command", choices=["up", "run", "down", "reset", "status"])
    command = parser.parse_args().command
    system = System(Home.current())
    try:
        if command == "up":
            system.up()
            system.tell()
        elif command == "run":
            _run(system)
        elif command == "down":
            system.down()
        elif command == "reset":
            system.reset()
        else:
            system.tell()
    except LocalError as error:
        print(f"\nIt did not work: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _run(system: System) -> None:
    for sig in (signal.SIGINT, signal.SIGTERM):  # a shell starts what it puts into the background deaf to SIGINT
        signal.signal(sig, _interrupt)
    try:
        system.up()
        system.tell()
        print("Watching the sources; Ctrl-C stops.", flush=True)
        watch(system)
    except KeyboardInterrupt:
        print("\nStopping")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not cut off the saving of the state
        system.down()


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
