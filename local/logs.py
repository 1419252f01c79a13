"""What the running system's Lambdas logged, oldest first: ``python -m local.logs [text]``.

``text`` picks lines: a request's id, a correlation id, a job, a code.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from local.aws import Engine
from local.home import Home

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_FIRST = ("timestamp", "level", "service", "message")
_HIDDEN = frozenset({*_FIRST, "location", "exception", "exception_name"})


def lines(logs: CloudWatchLogsClient, text: str = "") -> Iterator[str]:
    """Lines of all functions that hold ``text``."""
    found: list[tuple[int, str]] = []
    for groups in logs.get_paginator("describe_log_groups").paginate():
        for group in groups["logGroups"]:
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                found += [(e["timestamp"], e["message"]) for e in page["events"] if text in e["message"]]
    yield from (message for _, message in sorted(found, key=lambda line: line[0]))


def shown(line: str) -> str:
    """A line as a person reads it: what happened first, then its facts, then the traceback as it was printed."""
    try:
        said: dict[str, Any] = json.loads(line)
        first = " ".join(str(said[name]) for name in _FIRST)
    except (ValueError, KeyError, TypeError):
        return line.rstrip()
    facts = " ".join(f"{name}={value}" for name, value in said.items() if name not in _HIDDEN)
    return "\n".join(part for part in (f"{first}  {facts}".rstrip(), said.get("exception")) if part)


def main() -> int:
    engine = Engine(Home.current().told()["aws_endpoint_url"])
    for line in lines(engine.logs, " ".join(sys.argv[1:])):
        print(shown(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
