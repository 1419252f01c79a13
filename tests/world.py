"""The whole system in one process: DynamoDB and S3 by moto; queues, streams, bus and the gateway by hand.

Every AWS call of the code under test passes ``Wire``: it is checked against the service's own model (production
switches botocore's check off), done one at a time as AWS does each call whole, and may be made to crash. ``World.run``
then plays what stands between the functions: streams, rules, inboxes and queues, each delivering at least once.
"""

from __future__ import annotations

import ast
import base64
import copy
import io
import itertools
import json
import os
import random
import re
import threading
import urllib.parse
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator
from moto import mock_aws
from moto.backends import get_backend
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models.dynamo_type import DynamoType

ROOT = Path(__file__).resolve().parents[1]
REGION = "ap-south-1"
ACCOUNT = "123456789012"
BUS = "vyapar-test"
IMPORTS, WORK, INDEX = "vyapar-imports", "vyapar-work", "vyapar-index"
EXPORTS, IMAGES = "vyapar-exports", "vyapar-images"
SECRET = "cursors"
POOL = "ap-south-1_people"
SENDER = "catalog@vyapar.example"
MATCHING, LOOKUP = "matching-on-match", "off-sync-on-lookup"
TRIES = 5


class Keys(NamedTuple):
    """A table as ``cdk/services`` declares it; ``tests/contract/test_tables.py`` compares the two."""

    key: tuple[str, ...]
    indexes: Mapping[str, tuple[str, ...]] = {}
    whole: frozenset[str] = frozenset()  # indexes that carry all attributes
    also: Mapping[str, tuple[str, ...]] = {}  # what indexes carry beside the keys
    stream: str | None = None
    ttl: str | None = None
    numbers: frozenset[str] = frozenset()


TABLES: dict[str, Keys] = {
    "Products": Keys(
        ("product_id",),
        {
            "by_barcode": ("gtin",),
            "by_image_hash": ("image_hash",),
            "by_status": ("verification_status", "product_id"),
            "by_changed": ("changed_minute", "changed_at"),
        },
        also={"by_changed": ("version",)},
        stream="NEW_AND_OLD_IMAGES",
    ),
    "ProductClaims": Keys(("claim",)),
    "ProductHistory": Keys(("product_id", "version"), numbers=frozenset({"version"})),
    "StoreInventory": Keys(
        ("store_id", "product_id"),
        {"by_product": ("product_id", "store_id"), "by_watch_on": ("watch_on", "store_id")},
        stream="NEW_AND_OLD_IMAGES",
    ),
    "StockMovements": Keys(("item", "row"), {"by_merge_id": ("merge_id", "item")}, ttl="expires_at"),
    "StockCounts": Keys(("store_id", "row"), {"by_working": ("working", "moved_at")}),
    "CsvJobs": Keys(
        ("job_id",),
        {
            "by_store": ("store_id", "created_at"),
            "by_kind": ("kind", "created_at"),
            "by_listed": ("listed", "created_at"),
            "by_working": ("working", "moved_at"),
        },
    ),
    "CsvJobParts": Keys(("job_id", "part"), ttl="expires_at"),
    "CsvMemory": Keys(("store_id", "about"), ttl="expires_at"),
    "NotTheSame": Keys(("product_id", "other_id")),
    "Images": Keys(("image_hash",), {"by_source_hash": ("source_hash",)}),
    "ImageUploads": Keys(("upload_id",), ttl="expires_at"),
    "ImageHashes": Keys(("part", "place")),
    "Reviews": Keys(
        ("product_id",),
        {"by_queue": ("queue", "rank")},
        also={"by_queue": ("reasons", "claimed_until")},
        stream="NEW_AND_OLD_IMAGES",
    ),
    "Suggestions": Keys(("product_id", "suggestion_id")),
    "Notifications": Keys(("audience", "notice_id"), ttl="expires_at"),
    "RegionalNames": Keys(("product_id", "name_id"), {"by_waiting": ("waiting", "created_at")}),
    "Translations": Keys(("text", "language")),
    "StoreNames": Keys(("store_id", "place")),
    "Stores": Keys(("store_id",), {"by_created": ("kind", "created_at")}),
    "Memberships": Keys(("user_id", "store_id"), {"by_store": ("store_id", "user_id")}, whole=frozenset({"by_store"})),
    "OffProducts": Keys(("code",), {"by_waiting": ("waiting", "code")}),
    "OffRuns": Keys(("run_id",), {"by_listed": ("listed", "started_at")}),
    "OffLimits": Keys(("about",), ttl="expires_at"),
    "Stats": Keys(("stat",), ttl="expires_at"),
    "Outbox": Keys(("event_id",), {"by_unsent": ("unsent", "created_at")}, stream="NEW_IMAGE", ttl="expires_at"),
    "Idempotency": Keys(("id",), ttl="expiration"),
}
PICTURES = ("Pictures", "LargePictures", "Hashes")
QUEUES = ("Uploads", "Chunks", "Links", "Partitions", "Undos", "Finishes", "Counts", "Merges", "OffSyncs", *PICTURES)
ROOMS = {
    "Uploads": "services.csv_import.on_upload",
    "Chunks": "services.csv_import.on_chunk",
    "Links": "services.csv_import.on_link",
    "Partitions": "services.csv_import.on_partition",
    "Undos": "services.csv_import.on_undo",
    "Finishes": "services.csv_import.on_finish",
    "Counts": "services.inventory.worker",
    "Pictures": "services.image_ingest.on_upload",
    "LargePictures": "services.image_ingest.on_large",
    "Hashes": "services.image_ingest.on_hash",
    "Merges": "services.inventory.on_merge",
    "OffSyncs": "services.off_sync.worker",
}
TELLS = {IMPORTS: "Uploads", IMAGES: "Pictures"}
"""Which queue hears of what is put into a bucket."""
FUNCTIONS = {MATCHING: "services.matching.on_match", LOOKUP: "services.off_sync.on_lookup"}
INBOXES = {
    p.parent.name: f"services.{p.parent.name}.subscriptions"
    for p in sorted((ROOT / "services").glob("*/subscriptions.py"))
}
GATHERED = frozenset({"matching", "localization"})  # inboxes whose messages wait for a moment and come together
STREAMS = {
    "Outbox": "shared.aws.relay",
    "Products": "services.catalog.on_product_change",
    "StoreInventory": "services.inventory.on_stock_change",
    "Reviews": "services.quality_review.on_review_change",
}


def shout(name: str) -> str:
    """``ProductClaims`` -> ``PRODUCT_CLAIMS``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()


ENVIRONMENT = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "POWERTOOLS_DEV": "false",
    "SERVICE": "test",
    "STAGE": "local",
    "VERSION": "0.1.0",
    "LOG_LEVEL": "ERROR",
    "EVENT_BUS": BUS,
    "MATCHING_FUNCTION": MATCHING,
    "OFF_LOOKUP_FUNCTION": LOOKUP,
    "IMPORTS_BUCKET": IMPORTS,
    "WORK_BUCKET": WORK,
    "INDEX_BUCKET": INDEX,
    "EXPORTS_BUCKET": EXPORTS,
    "IMAGES_BUCKET": IMAGES,
    "PICTURE_MEMORY_MB": "256",
    "CURSOR_SECRET": SECRET,
    "USER_POOL_ID": POOL,
    "MAIL_FROM": SENDER,
    "MAILS_APART": "900",
    "QUEUES_PREFIX": "VyaparApp-test-",
    "QUEUES_LOOKED_AT": "5",
    "TRANSLATE_CHARACTERS_A_DAY": "0",
    "OWN_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/own",
    **{f"{shout(t)}_TABLE": t for t in TABLES},
    **{f"{shout(q)}_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{q}" for q in QUEUES},
}


def set_environment() -> None:
    """Before anything of ``shared`` is imported: it reads its settings once."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        os.environ.pop(name, None)
    os.environ.update(ENVIRONMENT)


# ------------------------------------------------------------------------------------------------ routes


class Route(NamedTuple):
    """A route of the gateway: method, path (``{name}``, ``{proxy+}``), the service it leads to, and if it is open."""

    method: str
    path: str
    service: str
    open_to_all: bool

    def params(self, path: str) -> dict[str, str] | None:
        """What the variables stand for, None where the path doesn't fit."""
        pattern = re.sub(r"\{(\w+)\\\+\}", r"(?P<\1>.+)", re.escape(self.path).replace(r"\{", "{").replace(r"\}", "}"))
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
        found = re.fullmatch(pattern, path)
        return found.groupdict() if found else None

    @property
    def rank(self) -> tuple[Any, ...]:
        """HTTP APIs take the most specific route: literal before variable before greedy, a method before ANY."""
        parts = self.path.split("/")
        return ([2 if "+}" in p else 1 if p.startswith("{") else 0 for p in parts], -len(parts), self.method == "ANY")


def cdk_routes() -> list[Route]:
    """Every ``self.route(...)`` of ``cdk/services``, read without running CDK."""
    found: list[Route] = []
    for file in sorted((ROOT / "cdk" / "services").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            body = node.body if isinstance(node, ast.For) else [node] if isinstance(node, ast.Expr) else []
            for statement in body:
                call = statement.value if isinstance(statement, ast.Expr) else None
                if not (
                    isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "route"
                ):
                    continue
                named = {k.arg: ast.literal_eval(k.value) for k in call.keywords}
                looped = node.iter.elts if isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple) else []
                paths = [
                    ast.literal_eval(e) for e in (call.args[:1] if isinstance(call.args[0], ast.Constant) else looped)
                ]
                for path in filter(None, paths):
                    below = [path, f"{path}/{{proxy+}}"] if named.get("below", True) else [path]
                    found += [
                        Route(named.get("method", "ANY"), p, file.stem, named.get("open_to_all", False)) for p in below
                    ]
    return list(dict.fromkeys(found))


_ROUTES = sorted(cdk_routes(), key=lambda r: r.rank)


def route_of(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route that the gateway takes."""
    for route in _ROUTES:
        params = route.params(path) if route.method in {"ANY", method} else None
        if params is not None:
            return route, params
    return None


# -------------------------------------------------------------------------------------------------- wire


class Crash(BaseException):
    """The process is gone: no handler's ``except Exception`` sees it."""


class Call(NamedTuple):
    """One AWS call as it was made."""

    service: str
    operation: str
    params: dict[str, Any]


@dataclass
class Record:
    """A change as a DynamoDB stream tells it."""

    table: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None

    @property
    def event(self) -> dict[str, Any]:
        name = "INSERT" if self.old is None else "REMOVE" if self.new is None else "MODIFY"
        images = {"OldImage": self.old} if self.old and TABLES[self.table].stream != "NEW_IMAGE" else {}
        images |= {"NewImage": self.new} if self.new else {}
        return {"eventName": name, "eventSource": "aws:dynamodb", "awsRegion": REGION, "dynamodb": images}


class Wire:
    """Where all AWS calls pass."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.world: World | None = None
        self.real: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]
        self.validator = ParamValidator()

    def __call__(self, client: Any, operation: str, params: dict[str, Any]) -> Any:
        model = client.meta.service_model
        shape = model.operation_model(operation).input_shape
        if shape is not None:
            errors = self.validator.validate(params, shape)
            assert not errors.has_errors(), f"{operation}: {errors.generate_report()}"
        call = Call(model.service_name, operation, params)
        world = self.world
        if world is None:
            with self.lock:
                return self.real(client, operation, params)
        world._announced(call)
        if operation == "Invoke":  # a function runs while others do, and has threads of its own
            return world._called(call, lambda: self.real(client, operation, params))
        with self.lock:
            return world._called(call, lambda: self.real(client, operation, params))


WIRE = Wire()


@contextmanager
def cloud() -> Iterator[None]:
    """One account for a whole test session; ``World`` empties it."""
    from shared.aws import clients, observability
    from shared.aws.settings import settings

    settings.cache_clear()
    clients._client.cache_clear()
    # Switched off, Powertools still keeps what is counted and prints every hundredth value.
    with mock_aws(), _quick_moto(), patch.object(observability.metrics, "add_metric"):
        dynamodb = boto3.client("dynamodb", region_name=REGION)
        for name, table in TABLES.items():
            dynamodb.create_table(**_table(name, table))
        s3 = boto3.client("s3", region_name=REGION)
        for bucket in (IMPORTS, WORK, INDEX, EXPORTS, IMAGES):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "ap-south-1"})
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        boto3.client("secretsmanager", region_name=REGION).create_secret(Name=SECRET, SecretString="s" * 43)
        real = BaseClient._make_api_call  # type: ignore[attr-defined]
        BaseClient._make_api_call = lambda client, *args: WIRE(client, *args)  # type: ignore[attr-defined]
        try:
            yield
        finally:
            BaseClient._make_api_call = real  # type: ignore[attr-defined]
            settings.cache_clear()
            clients._client.cache_clear()


@contextmanager
def _quick_moto() -> Iterator[None]:
    """Moto looks for each of ten members under three names in every value of an item, a fifth of all its time; what it
    has there is the answer already."""
    whole = BaseJSONSerializer._serialize_type_structure

    def serialize(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and value is not None:
            with suppress(_HoldsBytes):
                serialized[key] = _as_json(value)
                return
        whole(serializer, serialized, value, shape, key)

    with patch.object(BaseJSONSerializer, "_serialize_type_structure", serialize):
        yield


class _HoldsBytes(Exception):
    """What moto has to encode."""


def _as_json(value: Any) -> dict[str, Any]:
    kind, content = (value.type, value.value) if isinstance(value, DynamoType) else next(iter(value.items()))
    if kind in {"B", "BS"}:
        raise _HoldsBytes
    if kind == "M":
        return {kind: {name: _as_json(one) for name, one in content.items()}}
    if kind == "L":
        return {kind: [_as_json(one) for one in content]}
    return {kind: content}


def _table(name: str, table: Keys) -> dict[str, Any]:
    """No stream: moto's is not rolled back with a transaction, so ``World`` keeps its own."""

    def schema(key: Sequence[str]) -> list[dict[str, str]]:
        return [{"AttributeName": a, "KeyType": k} for a, k in zip(key, ("HASH", "RANGE"), strict=False)]

    attributes = dict.fromkeys([*table.key, *itertools.chain(*table.indexes.values())])
    indexes = [
        {
            "IndexName": index,
            "KeySchema": schema(key),
            "Projection": _projection(index, table),
        }
        for index, key in table.indexes.items()
    ]
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": schema(table.key),
        "AttributeDefinitions": [
            {"AttributeName": a, "AttributeType": "N" if a in table.numbers else "S"} for a in attributes
        ],
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    }


def _projection(index: str, table: Keys) -> dict[str, Any]:
    if index in table.also:
        return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(table.also[index])}
    return {"ProjectionType": "ALL" if index in table.whole else "KEYS_ONLY"}


# ------------------------------------------------------------------------------------------------- world


@dataclass
class Message:
    """A message of a queue."""

    queue: str
    body: str
    id: str
    received: int = 0


@dataclass
class Context:
    """What Lambda hands to a function beside the event."""

    aws_request_id: str = "req-test"
    function_name: str = "test"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:test"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@dataclass(frozen=True)
class Account:
    """Somebody in the user pool, whose id is the ``sub`` of his tokens."""

    sub: str
    email: str
    admin: bool = False
    locale: str | None = None
    verified: bool = True
    enabled: bool = True

    @property
    def told(self) -> dict[str, Any]:
        """As Cognito tells of him."""
        known = {"sub": self.sub, "email": self.email, "email_verified": str(self.verified).lower()}
        known |= {"locale": self.locale} if self.locale else {}
        attributes = [{"Name": n, "Value": v} for n, v in known.items()]
        return {"Username": self.sub, "Attributes": attributes, "Enabled": self.enabled, "UserStatus": "CONFIRMED"}


class Sent(NamedTuple):
    """A mail that SES took."""

    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What the gateway gives back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The machine code of a problem."""
        assert self.headers["content-type"] == "application/problem+json", self.text
        return str(self.body["code"])

    @property
    def etag(self) -> str:
        return self.headers["etag"]

    def ok(self, status: int = 200) -> Any:
        """The body of an answer that had to be fine."""
        assert self.status == status, f"{self.status}: {self.text}"
        return self.body if self.text else None


class Person:
    """Somebody with a token (or, with no ``sub``, without one).

    ``speaks`` is what the browser asks for as Accept-Language; None: nothing.
    """

    def __init__(
        self, world: World, sub: str | None, admin: bool, claims: Mapping[str, str], speaks: str | None = "en"
    ) -> None:
        self.world = world
        self.asks = {"accept_language": speaks} if speaks else {}
        self.sub = sub or ""
        self.claims = (
            {
                "sub": sub,
                "token_use": "access",
                "username": sub,
                "client_id": "client",
                "scope": "aws.cognito.signin.user.admin",
                **({"cognito:groups": "[admin]"} if admin else {}),
                **claims,
            }
            if sub
            else None
        )

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.send("POST", path, body, headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.send("PUT", path, body, headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.send("PATCH", path, body, headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.send("DELETE", path, headers=headers)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        encoded: bool = False,
    ) -> Answer:
        """``body`` is sent as JSON, or as it is when it is text or bytes. ``if_match="..."`` becomes ``If-Match``."""
        sent = {name.replace("-", "_").lower(): value for name, value in (headers or {}).items()}
        return self.world._request(self, method, path, body, {**self.asks, **sent}, encoded)

    def pages(self, path: str) -> Iterator[list[Any]]:
        """The ``items`` of each page of a list."""
        cursor: str | None = None
        for _ in range(100):
            mark = "&" if "?" in path else "?"
            page = self.get(path + (f"{mark}cursor={cursor}" if cursor else "")).ok()
            yield page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return
        raise AssertionError("a list without an end")


@dataclass(repr=False)
class World:
    """An empty system. Made once a test by the fixture ``world``."""

    later: deque[tuple[str, dict[str, Any]]] = field(default_factory=deque)
    queues: dict[str, deque[Message]] = field(default_factory=lambda: {q: deque() for q in (*QUEUES, *INBOXES)})
    streams: dict[str, deque[Record]] = field(default_factory=lambda: {t: deque() for t in STREAMS})
    bus: list[dict[str, Any]] = field(default_factory=list)
    """Everything ever put on the bus, in order."""
    dead: list[Message] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    mails: list[Sent] = field(default_factory=list)
    """What SES has sent, in order."""
    ses: Callable[[], None] | None = None
    """What SES does before it sends, such as to refuse."""
    lying: dict[str, int] = field(default_factory=dict)
    """Queues of this app at SQS, and how much lies in each; those with Dead in their names are tagged so."""
    before: Callable[[Call], None] | None = None
    """Is told of each call just before it is made; it takes itself away before it makes calls of its own."""

    def __post_init__(self) -> None:
        self._ids = itertools.count(1)
        self._dies: Callable[[], bool] | None = None
        self._where: Callable[[str], bool] = QUEUES.__contains__
        self._after = False
        self._dead_process = False
        self._in: str | None = None
        self._tries = TRIES
        self.was_crashed = False
        self.last_words = ""
        self.empty()

    def empty(self) -> None:
        """Back to nothing, but for what was dropped into the imports bucket."""
        self.restore({name: {} for name in TABLES})

    def saved(self) -> dict[str, Any]:
        """All tables as they are."""
        tables = get_backend("dynamodb")[ACCOUNT][REGION].tables
        return {name: copy.deepcopy(dict(tables[name].items)) for name in TABLES}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """All tables as they were, nothing waiting, nothing in the buckets but what was dropped to be imported."""
        WIRE.world = self
        forget()
        for name, items in saved.items():
            table = get_backend("dynamodb")[ACCOUNT][REGION].tables[name]
            table.items.clear()
            table.items.update(copy.deepcopy(items))
        for name in (WORK, INDEX, EXPORTS, IMAGES):
            bucket = get_backend("s3")[ACCOUNT]["aws"].buckets[name]
            bucket.keys = type(bucket.keys)()
        self.later.clear()
        for messages in self.queues.values():
            messages.clear()
        for records in self.streams.values():
            records.clear()
        self.bus.clear()
        self.dead.clear()
        self.calls.clear()
        self.accounts.clear()
        self.mails.clear()
        self.lying.clear()
        self.ses = None
        self.live()

    # --- People ---

    def as_user(
        self,
        sub: str,
        admin: bool = False,
        claims: Mapping[str, str] | None = None,
        *,
        speaks: str | None = "en",
    ) -> Person:
        """Somebody signed in."""
        return Person(self, sub, admin, claims or {}, speaks)

    def as_admin(self) -> Person:
        """An admin who owns no store."""
        return self.as_user("admin-asha", admin=True)

    def as_nobody(self) -> Person:
        """Somebody without a token."""
        return Person(self, None, False, {})

    def an_account(self, sub: str, **known: Any) -> Account:
        """Somebody in the user pool, written to at ``<sub>@shop.example``."""
        account = Account(sub, f"{sub}@shop.example", **known)
        self.accounts.append(account)
        return account

    def a_store(self, owner: str = "owner-ravi", **fields: Any) -> str:
        """Registers a store of ``owner``; answers its id."""
        body = {"name": "Ravi Kirana", "region": "IN-MH", **fields}
        return str(self.as_user(owner).post("/v1/stores", body).ok(201)["store_id"])

    def _request(
        self, who: Person, method: str, path: str, body: Any, headers: Mapping[str, str], encoded: bool
    ) -> Answer:
        path, _, query = path.partition("?")
        found = route_of(method, path)
        if found is None:
            return Answer(404, {"content-type": "application/json"}, '{"message":"Not Found"}')
        route, params = found
        asked = urllib.parse.parse_qs(query, keep_blank_values=True)
        sent = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        if isinstance(body, bytes):  # as on the wire: HTTP APIs hand on what they take for text, the rest in base64
            media = sent.get("content-type", "").partition(";")[0]
            encoded = not (media.startswith("text/") or media in {"application/json", "application/xml"})
            raw: bytes | None = body or None
        else:
            text = body if isinstance(body, str) or body is None else json.dumps(body, ensure_ascii=False)
            raw = None if text is None else text.encode()
            if text is not None:
                sent.setdefault("content-type", "application/json")
        request_id = f"gw-{next(self._ids)}"
        authorizer = {"authorizer": {"jwt": {"claims": who.claims, "scopes": None}}} if who.claims else {}
        event = {
            "version": "2.0",
            "routeKey": f"{route.method} {route.path}",
            "rawPath": path,
            "rawQueryString": query,
            "headers": {"host": "api.test", **sent},
            "queryStringParameters": {k: ",".join(v) for k, v in asked.items()} or None,
            "pathParameters": params or None,
            "requestContext": {
                "accountId": ACCOUNT,
                "apiId": "test",
                "domainName": "api.test",
                "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "10.0.0.1"},
                "requestId": request_id,
                "routeKey": f"{route.method} {route.path}",
                "stage": "$default",
                "timeEpoch": int(datetime.now(UTC).timestamp() * 1000),
                **({} if route.open_to_all else authorizer),
            },
            "body": raw and (base64.b64encode(raw).decode() if encoded else raw.decode("utf-8", "replace")),
            "isBase64Encoded": encoded,
        }
        event = {k: v for k, v in event.items() if v is not None}
        # What Lambda gets and gives is JSON: nothing else may pass.
        handler = import_module(f"services.{route.service}.api").handler
        answer = json.loads(json.dumps(handler(json.loads(json.dumps(event)), Context())))
        came = Answer(
            answer["statusCode"],
            {k.lower(): v for k, v in answer["headers"].items()},
            answer.get("body") or "",
        )
        import_module("tests.described").check(method, path, came.status, came.headers, came.text)
        return came

    # --- Files ---

    def drop(
        self,
        store_id: str,
        filename: str,
        data: bytes,
        metadata: Mapping[str, str] | None = None,
        *,
        tell: bool = True,
        version_in_event: bool = True,
    ) -> dict[str, Any]:
        """Puts ``imports/{store_id}/{filename}`` and tells the first room; answers the S3 event."""
        return self._put(IMPORTS, f"imports/{store_id}/{filename}", data, metadata or {}, tell, version_in_event)

    def drop_picture(
        self,
        filename: str,
        data: bytes,
        metadata: Mapping[str, str] | None = None,
        *,
        tell: bool = True,
        version_in_event: bool = True,
    ) -> dict[str, Any]:
        """Puts ``uploads/{filename}`` into the bucket of pictures; answers the S3 event."""
        return self._put(IMAGES, f"uploads/{filename}", data, metadata or {}, tell, version_in_event)

    def upload(self, form: Mapping[str, Any], data: bytes) -> dict[str, Any]:
        """Sends the file to the form that the API signed."""
        bucket = IMAGES if form.get("url", "").endswith(f"/{IMAGES}") else IMPORTS
        return self._put(bucket, form["fields"]["key"], data, {}, True, True)

    def _put(
        self, bucket: str, key: str, data: bytes, metadata: Mapping[str, str], tell: bool, version_in_event: bool
    ) -> dict[str, Any]:
        s3 = boto3.client("s3", region_name=REGION)
        done = s3.put_object(Bucket=bucket, Key=key, Body=data, Metadata=dict(metadata))
        thing = {"key": key, "size": len(data), "etag": done["ETag"].strip('"'), "sequencer": "00"}
        if version_in_event:
            thing["version-id"] = done["VersionId"]
        event = {
            "version": "0",
            "id": f"s3-{next(self._ids)}",
            "detail-type": "Object Created",
            "source": "aws.s3",
            "account": ACCOUNT,
            "time": "2026-11-22T10:00:00Z",
            "region": REGION,
            "resources": [f"arn:aws:s3:::{bucket}"],
            "detail": {"version": "0", "bucket": {"name": bucket}, "object": thing, "reason": "PutObject"},
        }
        if tell:
            self.tell(TELLS[bucket], event)
        return event

    def report(self, url: str) -> bytes:
        """What a signed address gives."""
        where = urllib.parse.urlparse(url)
        assert "X-Amz-Signature" in where.query
        bucket, _, key = urllib.parse.unquote(where.path).lstrip("/").partition("/")
        s3 = boto3.client("s3", region_name=REGION)
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def objects(self, bucket: str = WORK) -> dict[str, bytes]:
        """Everything in a bucket."""
        s3 = boto3.client("s3", region_name=REGION)
        keys = [o["Key"] for o in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        return {k: s3.get_object(Bucket=bucket, Key=k)["Body"].read() for k in keys}

    def versions(self, prefix: str = "", bucket: str = IMAGES) -> list[str]:
        """The keys of all versions of objects that there are, older ones too."""
        s3 = boto3.client("s3", region_name=REGION)
        return [v["Key"] for v in s3.list_object_versions(Bucket=bucket, Prefix=prefix).get("Versions", [])]

    def kept_objects(self, bucket: str = IMAGES) -> Any:
        """A bucket as it is, with all versions, for ``put_back_objects``."""
        return copy.deepcopy(get_backend("s3")[ACCOUNT]["aws"].buckets[bucket].keys)

    def put_back_objects(self, kept: Any, bucket: str = IMAGES) -> None:
        """A bucket as it was."""
        get_backend("s3")[ACCOUNT]["aws"].buckets[bucket].keys = copy.deepcopy(kept)

    def put_objects(self, objects: Mapping[str, bytes], bucket: str = WORK) -> None:
        """Puts these into a bucket."""
        s3 = boto3.client("s3", region_name=REGION)
        for key, data in objects.items():
            s3.put_object(Bucket=bucket, Key=key, Body=data)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All items of a table, by key."""
        from shared.aws.dynamo import decode_item

        raw = get_backend("dynamodb")[ACCOUNT][REGION].tables[table].all_items()
        items = [decode_item(copy.deepcopy(i.to_json()["Attributes"])) for i in raw]
        return sorted(items, key=lambda i: tuple(str(i[k]) for k in TABLES[table].key))

    # --- What stands between the functions ---

    def tell(self, queue: str, body: Mapping[str, Any]) -> None:
        """Puts a message into a queue."""
        self.queues[queue].append(Message(queue, json.dumps(body), f"msg-{next(self._ids)}"))

    def publish(self, event: Mapping[str, Any]) -> None:
        """Puts ``{source, detail-type, detail}`` on the bus and, by its rules, into the inboxes that listen."""
        self.bus.append(dict(event))
        for name, module in INBOXES.items():
            kinds = {(k.SOURCE, k.detail_type()) for k in import_module(module).subscriptions.reactions}
            if (event["source"], event["detail-type"]) in kinds:
                self.tell(name, event)

    def run(self, *, shuffle: random.Random | None = None, twice: bool = False, rooms_only: bool = False) -> None:
        """Delivers what waits, until nothing does. ``twice``: each message of a queue comes a second time.

        ``rooms_only`` leaves streams and inboxes waiting.
        """
        again: set[str] = set()
        for _ in range(20_000):
            waiting = [
                n for n, w in (*self.streams.items(), *self.queues.items()) if w and (n in ROOMS or not rooms_only)
            ]
            if not waiting and self.later and not rooms_only:  # what was to wait a while
                self.tell(*self.later.popleft())
                continue
            if not waiting:
                return
            name = shuffle.choice(waiting) if shuffle else waiting[0]
            if name in self.streams:
                self._stream(name)
                continue
            queue = self.queues[name]
            if shuffle:
                shuffle.shuffle(queue)
            messages = [queue.popleft() for _ in range(len(queue) if name in GATHERED else 1)]
            for message in messages:
                if twice and message.id not in again:
                    again.add(message.id)
                    queue.append(message)
            self._deliver(*messages)
        raise AssertionError(f"never idle: {[(n, len(q)) for n, q in self.queues.items()]}")

    def events(self, kind: str) -> list[dict[str, Any]]:
        """``data`` of each event of a kind on the bus."""
        return [e["detail"]["data"] for e in self.bus if e["detail-type"] == kind]

    def _deliver(self, *messages: Message) -> None:
        """Messages of one queue as one batch."""
        name = messages[0].queue
        for message in messages:
            message.received += 1
        records = [
            {
                "messageId": message.id,
                "receiptHandle": "receipt",
                "body": message.body,
                "attributes": {"ApproximateReceiveCount": self._count(message), "SentTimestamp": "1763800000000"},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}",
                "awsRegion": REGION,
            }
            for message in messages
        ]
        try:
            answer = self._invoke(name, ROOMS.get(name) or INBOXES[name], {"Records": records})
            failed = {f["itemIdentifier"] for f in answer["batchItemFailures"]}
        except Crash:
            failed = {message.id for message in messages}
        for message in messages:
            if message.id not in failed:
                continue
            if message.received >= self._tries:
                self.dead.append(message)
            elif message not in self.queues[name]:
                self.queues[name].append(message)

    def _count(self, message: Message) -> str:
        """How often it came; a queue that tries oftener than usual counts more slowly."""
        return str(min(message.received, 1 + (message.received - 1) * TRIES // self._tries))

    def _stream(self, table: str) -> None:
        """The waiting changes as one batch; what fails comes again, in the same order."""
        batch = list(self.streams[table])
        records = [r.event for r in batch if not (table == "Outbox" and (r.old or not r.new))]
        for attempt in range(TRIES):
            try:
                if records:
                    answer = self._invoke(table, STREAMS[table], {"Records": records})
                    assert not answer["batchItemFailures"], "the local engine would lose these"
                break
            except (Crash, Exception):
                if attempt == TRIES - 1:
                    raise
        for _ in batch:
            self.streams[table].popleft()

    def by_the_clock(self, work: Callable[[], Any]) -> Any:
        """Does what the clock wakes a function for; None of one that dies of it."""
        self._in = "schedule"
        try:
            return work()
        except Crash:
            return None
        finally:
            self._in = None
            self._dead_process = False

    def _invoke(self, name: str, module: str, event: dict[str, Any]) -> dict[str, Any]:
        self._in = name
        try:
            answer: dict[str, Any] = import_module(module).handler(json.loads(json.dumps(event)), Context())
            if self._dead_process:
                raise Crash
            return answer
        finally:
            self._in = None
            self._dead_process = False

    # --- Calls ---

    def crash_at(self, number: int, *, after: bool, where: Callable[[str], bool] = QUEUES.__contains__) -> None:
        """The process dies once, at its ``number``-th AWS call, just before or just ``after`` AWS has done it.

        Counted are the calls of the functions that ``where`` picks by the queue or stream that wakes them (the rooms).
        """
        waiting = iter(range(number - 1, -1, -1))
        self._dies, self._after, self._where = (lambda: next(waiting, 1) == 0), after, where
        self.was_crashed = False

    def crash_often(self, dies: Callable[[], bool], *, tries: int) -> None:
        """Each call of a room may be its last; a message is tried up to ``tries`` times."""
        self._dies, self._where, self._tries = dies, QUEUES.__contains__, tries
        self.was_crashed = False

    def live(self) -> None:
        """No more crashes."""
        self._dies = None
        self._dead_process = False
        self._tries = TRIES

    def _announced(self, call: Call) -> None:
        """Not under the lock: what is done before a call may need threads of its own."""
        if self.before:
            self.before(call)

    def _called(self, call: Call, real: Callable[[], Any]) -> Any:
        if self._dead_process:
            raise Crash
        dies = bool(self._dies and self._in and self._where(self._in) and self._dies())
        if dies:
            self.was_crashed = True
            self.last_words = f"{self._in}: {call.service}.{call.operation}"
        if dies and not self._after:
            self._dead_process = True
            raise Crash
        self.calls.append(call)
        answer = self._done(call, real)
        if dies:
            self._dead_process = True
            raise Crash
        return answer

    def _done(self, call: Call, real: Callable[[], Any]) -> Any:
        match call.service, call.operation:
            case "sqs", "SendMessageBatch":
                return self._sent(call.params)
            case "sqs", "ChangeMessageVisibility":
                return {}
            case "events", "PutEvents":
                return self._published(call.params)
            case "lambda", "Invoke":
                return self._invoked(call.params)
            case "sqs", "ListQueues" | "ListQueueTags" | "GetQueueAttributes":
                return self._looked_at(call)
            case "cognito-idp", "ListUsers" | "ListUsersInGroup":
                return self._looked_up(call)
            case "sesv2", "SendEmail":
                return self._mailed(call.params)
            case "dynamodb", "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems":
                return self._written(call, real)
            case (("dynamodb" | "s3" | "translate"), _) | ("secretsmanager", "GetSecretValue"):
                return real()
        raise AssertionError(f"{call.service}.{call.operation} is not played here")

    def _sent(self, params: dict[str, Any]) -> dict[str, Any]:
        entries = params["Entries"]
        assert 1 <= len(entries) <= 10
        assert sum(len(e["MessageBody"].encode()) for e in entries) <= 256 * 1024
        queue = params["QueueUrl"].rsplit("/", 1)[1]
        for entry in entries:
            if entry.get("DelaySeconds"):
                self.later.append((queue, json.loads(entry["MessageBody"])))
            else:
                self.tell(queue, json.loads(entry["MessageBody"]))
        return {"Successful": [{"Id": e["Id"]} for e in entries]}

    def _looked_at(self, call: Call) -> dict[str, Any]:
        """Queues as they lie."""
        if call.operation == "ListQueues":
            names = [n for n in self.lying if n.startswith(call.params["QueueNamePrefix"])]
            return {"QueueUrls": [f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{n}" for n in names]}
        name = call.params["QueueUrl"].rsplit("/", 1)[1]
        if call.operation == "ListQueueTags":
            whose = {"dead-letters-of": name.partition("-test-")[2].partition("Dead")[0]} if "Dead" in name else {}
            return {"Tags": {"app": "vyapar", **whose}}
        counts = dict.fromkeys(call.params["AttributeNames"], "0")
        return {"Attributes": counts | {"ApproximateNumberOfMessages": str(self.lying[name])}}

    def _looked_up(self, call: Call) -> dict[str, Any]:
        """Accounts as Cognito has them."""
        assert call.params["UserPoolId"] == POOL
        if call.operation == "ListUsersInGroup":
            assert call.params["GroupName"] == "admin"
            return {"Users": [a.told for a in self.accounts if a.admin]}
        found = re.fullmatch(r'sub = "([^"]+)"', call.params["Filter"])
        assert found, call.params["Filter"]
        return {"Users": [a.told for a in self.accounts if a.sub == found[1]]}

    def _mailed(self, params: dict[str, Any]) -> dict[str, Any]:
        """A mail as SES sends it."""
        if self.ses:
            self.ses()
        assert params["FromEmailAddress"] == SENDER
        content = params["Content"]["Simple"]
        (to,) = params["Destination"]["ToAddresses"]
        headers = {h["Name"]: h["Value"] for h in content["Headers"]}
        body = content["Body"]
        self.mails.append(Sent(to, content["Subject"]["Data"], body["Text"]["Data"], body["Html"]["Data"], headers))
        return {"MessageId": f"mail-{len(self.mails)}"}

    def _published(self, params: dict[str, Any]) -> dict[str, Any]:
        entries = params["Entries"]
        assert 1 <= len(entries) <= 10
        assert sum(len(e["Detail"].encode()) for e in entries) <= 256 * 1024
        for entry in entries:
            assert entry["EventBusName"] == BUS
            self.publish(
                {
                    "version": "0",
                    "id": f"evb-{next(self._ids)}",
                    "detail-type": entry["DetailType"],
                    "source": entry["Source"],
                    "account": ACCOUNT,
                    "time": entry["Time"].isoformat(),
                    "region": REGION,
                    "resources": [],
                    "detail": json.loads(entry["Detail"]),
                }
            )
        return {"FailedEntryCount": 0, "Entries": [{"EventId": str(i)} for i, _ in enumerate(entries)]}

    def _invoked(self, params: dict[str, Any]) -> dict[str, Any]:
        handler = import_module(FUNCTIONS[params["FunctionName"]]).handler
        assert len(params["Payload"]) < 6 * 1024 * 1024
        try:
            said: Any = handler(json.loads(params["Payload"]), Context())
        except Exception as error:  # noqa: BLE001 - as Lambda does
            said = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(said).encode())}
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(said).encode())}

    def _written(self, call: Call, real: Callable[[], Any]) -> Any:
        writes = (
            [next(iter(w.values())) for w in call.params["TransactItems"]]
            if call.operation == "TransactWriteItems"
            else [call.params]
        )
        touched = [(w["TableName"], w.get("Key") or w["Item"]) for w in writes if w["TableName"] in STREAMS]
        before = [_image(*t) for t in touched]
        answer = real()
        for (table, key), old in zip(touched, before, strict=True):
            new = _image(table, key)
            if old != new:
                self.streams[table].append(Record(table, old, new))
        return answer


def forget() -> None:
    """What a process keeps from call to call, as if all of them had ended."""
    from services.image_ingest.store import hashes
    from services.matching.store import indexer, recent
    from shared.aws import access

    access._known.clear()
    indexer.forget()
    recent.forget()
    hashes.forget()


def _image(table: str, item: Mapping[str, Any]) -> dict[str, Any] | None:
    key = {k: item[k] for k in TABLES[table].key}
    found = get_backend("dynamodb")[ACCOUNT][REGION].get_item(table, key)
    return json.loads(json.dumps(found.to_json()["Attributes"])) if found else None


def throttled(operation: str) -> ClientError:
    """What AWS says when it has had enough."""
    return ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, operation)
