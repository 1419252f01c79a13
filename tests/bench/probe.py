"""What one Lambda costs, measured from inside: run alone, with nothing but a package and its layers on the path.

``python -I -S -B probe.py`` reads a plan (one line of JSON) from stdin, imports the handler, sends each request of the
plan once, and says in a line of JSON what that took. Each further line ``NAME COUNT`` sends a request so often and is
answered with the CPU seconds. Nothing leaves the process: what botocore would send is answered from the plan, below
its retries, signing and parsing. Little is imported here before the measurement, so that all of it is counted.
"""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Context:
    """What Lambda says of an invocation."""

    function_name = "bench"
    function_version = "1"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:ap-south-1:123456789012:function:bench"
    aws_request_id = "5f6bd1f5-7e0a-4d3f-8ac7-1a3d2d3a0f10"
    log_group_name = log_stream_name = "bench"

    def get_remaining_time_in_millis(self) -> int:
        """Enough."""
        return 20_000


def run() -> None:
    """Reads the plan, and then what to send."""
    import json

    plan = json.loads(sys.stdin.readline())
    replies, complaints = os.fdopen(os.dup(1), "w"), os.fdopen(os.dup(2), "w")
    for number in (1, 2):  # logs and metrics are written all the same
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    sys.excepthook = lambda *error: _complain(complaints, *error)
    sys.path[:0] = plan["paths"]
    os.environ.update(plan["env"])
    handler = __import__(plan["module"], fromlist=["handler"]).handler
    for line in plan["ready"]:
        exec(line, {})  # noqa: S102 - ours
    found: dict[str, Any] = {"init": time.process_time(), "rss": _resident(), "modules": sorted(sys.modules)}
    _stub(plan["answers"])
    context = Context()
    found["answered"] = {}
    for name, (event, status) in plan["requests"].items():
        before = time.process_time()
        answer = handler(event, context)
        found["answered"][name] = time.process_time() - before
        if answer["statusCode"] != status:
            raise AssertionError(f"{plan['module']} {name}: {answer}")
    print(json.dumps(found), file=replies, flush=True)
    for line in sys.stdin:
        name, _, count = line.rpartition(" ")
        event = plan["requests"][name][0]
        before = time.process_time()
        for _ in range(int(count)):
            handler(event, context)
        print(time.process_time() - before, file=replies, flush=True)


def _complain(complaints: Any, *error: Any) -> None:
    import traceback

    traceback.print_exception(*error, file=complaints)
    complaints.flush()


def _resident() -> int:
    """KB of memory in use."""
    with open("/proc/self/status") as status:  # noqa: PTH123 - pathlib would be an import
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._body


def _stub(answers: dict[str, list[tuple[str, Any]]]) -> None:
    """Answers by operation; of several the first whose words are in the request. Others fail."""
    import json

    from botocore.awsrequest import AWSResponse
    from botocore.httpsession import URLLib3Session

    canned = {op: [(words.encode(), json.dumps(a).encode()) for words, a in found] for op, found in answers.items()}

    def send(_: Any, request: Any) -> Any:
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        body = next(body for words, body in canned[operation] if words in request.body)
        headers: Any = {"Content-Type": "application/x-amz-json-1.0", "Content-Length": str(len(body))}
        return AWSResponse(request.url, 200, headers, _Raw(body))

    setattr(URLLib3Session, "send", send)  # noqa: B010 - a method that is replaced


if __name__ == "__main__":
    run()
