"""A proxy between all Lambdas and the engine that counts what AWS would bill: it asks DynamoDB for the capacity each
request consumes, and counts requests of S3, SQS and EventBridge.

It sits outside of every design, so all are measured alike and none is changed. Requests are altered on their way, so it
wants an engine that doesn't look at signatures.
"""

from __future__ import annotations

import http.client
import json
import math
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

from local.process import LOOPBACK

Json = dict[str, Any]
_PIECE: Final = 65_536  # bytes that SQS and EventBridge bill as one request
_WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
_SCOPE: Final = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
_HOP_BY_HOP: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "expect"})


class Consumed(NamedTuple):
    """What one request took of one table (or of an index of it)."""

    kind: Literal["write", "read"]
    table: str
    units: float


@dataclass
class Tally:
    """Sums of all that went through."""

    units: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    """By (kind, table)."""
    requests: Counter[str] = field(default_factory=Counter)
    """``s3 write``, ``s3 read``, ``sqs`` and ``events``, as they are billed."""
    events: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Put on a bus, by (source, detail-type)."""
    written_at: dict[str, float] = field(default_factory=dict)
    """When a table was last written to, in ``time.monotonic()``."""

    def of(self, kind: str, tables: frozenset[str] | None = None) -> float:
        """Units of a kind, of some tables or all."""
        return sum(n for (k, table), n in self.units.items() if k == kind and (tables is None or table in tables))

    def add(self, service: str, operation: str, body: bytes, answer: bytes) -> None:
        """Counts a request of a service and what was answered to it."""
        if service == "dynamodb":
            for kind, table, units in consumed(operation, json.loads(body), json.loads(answer)):
                self.units[kind, table] += units
                if kind == "write":
                    self.written_at[table] = time.monotonic()
        elif service == "s3":
            self.requests["s3 write" if operation in ("PUT", "POST", "LIST") else "s3 read"] += 1
        elif service == "sqs":
            self.requests["sqs"] += math.ceil(len(body) / _PIECE)
        elif operation == "PutEvents":
            for entry in json.loads(body)["Entries"]:
                self.requests["events"] += math.ceil(len(entry["Detail"].encode()) / _PIECE)
                self.events[entry["Source"], entry["DetailType"]] += 1


def consumed(operation: str, request: Json, answer: Json) -> Iterator[Consumed]:
    """The units that a DynamoDB request took: of writes by the engine's word, of reads by what was read, as it says the
    same of large items. A write that was refused is billed by what stands there, where that was asked for."""
    refused = str(answer.get("__type", ""))
    if refused.endswith("ConditionalCheckFailedException"):
        yield Consumed("write", request["TableName"], _pieces(answer.get("Item"), 1024))
    elif refused.endswith("TransactionCanceledException"):
        reasons = answer.get("CancellationReasons", [{}] * len(request["TransactItems"]))
        for item, reason in zip(request["TransactItems"], reasons, strict=True):
            yield Consumed("write", next(iter(item.values()))["TableName"], 2 * _pieces(reason.get("Item"), 1024))
    if operation == "BatchGetItem":
        for table, asked in request["RequestItems"].items():
            found = answer.get("Responses", {}).get(table, [])
            pieces = len(asked["Keys"]) - len(found) + sum(_pieces(item, 4096) for item in found)
            yield Consumed("read", table, pieces * (1 if asked.get("ConsistentRead") else 0.5))
        return
    told = answer.get("ConsumedCapacity", [])
    for each in [told] if isinstance(told, dict) else told:
        units = each["CapacityUnits"]
        if operation in ("GetItem", "Query"):
            read = [answer["Item"]] if "Item" in answer else answer.get("Items", [])
            pieces = math.ceil(sum(map(size_of, read)) / 4096)
            units = max(units, pieces * (1 if request.get("ConsistentRead") else 0.5))
        yield Consumed("write" if operation in _WRITES else "read", each["TableName"], units)


def size_of(item: Json) -> int:
    """Bytes of an item as DynamoDB counts them."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Json) -> int:
    raw: Any
    ((kind, raw),) = value.items()
    if kind == "N":
        return (len(str(raw).lstrip("-").replace(".", "").strip("0")) + 1) // 2 + 1 + str(raw).startswith("-")
    if kind == "M":
        return 3 + size_of(raw) + len(raw)
    if kind == "L":
        return 3 + sum(1 + _size(one) for one in raw)
    if kind in ("SS", "NS"):
        return sum(len(one.encode()) for one in raw)
    return len(str(raw).encode()) if kind in ("S", "B") else 1


def _pieces(item: Json | None, size: int) -> int:
    return max(1, math.ceil(size_of(item) / size)) if item else 1


def delivered(events: Mapping[tuple[str, str], int], patterns: Iterable[str]) -> int:
    """How many messages a bus sends for these (source, detail-type): one to each rule that fits, as ours are."""
    rules = [json.loads(pattern) for pattern in patterns]
    return sum(
        count
        for (source, detail_type), count in events.items()
        for rule in rules
        if source in rule.get("source", [source]) and detail_type in rule.get("detail-type", [detail_type])
    )


def billed_as(method: str, target: str, headers: dict[str, str]) -> tuple[str, str]:
    """(service, operation) of a request to AWS."""
    if action := headers.get("x-amz-target"):
        service, _, operation = action.partition(".")
        names = {"DynamoDB_20120810": "dynamodb", "AmazonSQS": "sqs", "AWSEvents": "events"}
        return names.get(service, service), operation
    scope = _SCOPE.search(headers.get("authorization", ""))
    listing = method == "GET" and "list-type" in urlsplit(target).query
    return scope[1] if scope else "", "LIST" if listing else method


class Counting(ThreadingHTTPServer):
    """The proxy, on a port of its own; ``tally`` is what went through since ``anew``."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, engine_url: str) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.upstream = urlsplit(engine_url).netloc
        self.url = f"http://{LOOPBACK}:{self.server_port}"
        self.tally = Tally()
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def anew(self) -> Tally:
        """Counts from nothing again."""
        with self.lock:
            self.tally = Tally()
            return self.tally


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Counting
    disable_nagle_algorithm = True
    _kept: http.client.HTTPConnection | None = None

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        service, operation = billed_as(self.command, self.path, headers)
        body = self._body(headers)
        if service == "dynamodb":
            body = json.dumps({**json.loads(body), "ReturnConsumedCapacity": "TOTAL"}).encode()
        status, answered, answer = self._ask({n: v for n, v in headers.items() if n not in _HOP_BY_HOP}, body)
        with self.server.lock:
            self.server.tally.add(service, operation, body, answer)
        self.send_response_only(status)
        for name, value in answered:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        # Of what is only asked about, the length is the one that was told.
        told = {name.lower(): value for name, value in answered}.get("content-length", "0")
        self.send_header("Content-Length", told if self.command == "HEAD" else str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

    def _body(self, headers: dict[str, str]) -> bytes:
        if "chunked" not in headers.get("transfer-encoding", ""):
            return self.rfile.read(int(headers.get("content-length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _ask(self, headers: dict[str, str], body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """By the connection that is kept; a new one where the engine has closed that before it took the request."""
        for fresh in (False, True):
            if self._kept is None or fresh:
                self._kept = http.client.HTTPConnection(self.server.upstream, timeout=900)
            try:
                self._kept.request(self.command, self.path, body, headers)
                answer = self._kept.getresponse()
                break
            except (http.client.RemoteDisconnected, ConnectionError):
                if fresh:
                    raise
        return answer.status, answer.getheaders(), answer.read()

    def finish(self) -> None:
        super().finish()
        if self._kept:
            self._kept.close()

    def log_message(self, format: str, *args: object) -> None:
        """The engine logs its requests."""
