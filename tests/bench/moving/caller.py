"""Sends requests to handlers, one after the other as Lambda does, in a process of its own, and tells what each took.

A line of stdin is ``{"module": ..., "events": [...]}``, its answer ``{"seconds": [...], "statuses": [...]}``. A module
is imported when it is first asked for.
"""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import import_module

from tests.bench.probe import Context


def run() -> None:
    """Answers each line of stdin until there are no more."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # logs and metrics are written all the same
    context = Context()
    for line in sys.stdin:
        asked = json.loads(line)
        handler = import_module(asked["module"]).handler
        seconds, statuses = [], []
        for event in asked["events"]:
            began = time.perf_counter()
            answer = handler(event, context)
            seconds.append(time.perf_counter() - began)
            statuses.append(answer["statusCode"])
        print(json.dumps({"seconds": seconds, "statuses": statuses}), file=replies, flush=True)


if __name__ == "__main__":
    run()
