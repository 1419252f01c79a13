"""What the contract promises of every route, asked of every route in ``docs/openapi.json``.

A promise is a function that asks one operation some questions and notes each answer that breaks it. None names a route,
so a new route is asked like any other. What the description can't say of a route stands in the facts below; a route
that lacks one is told of by name. ``tests/integration/http`` asks in one process, ``tests/e2e`` the running system.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property, reduce
from http import HTTPStatus
from itertools import count
from operator import getitem
from pathlib import Path
from typing import Any, Protocol

from jsonschema import Draft202012Validator

from services.inventory.domain.lots import lot_id
from tests.builders import gtin, sheet

Json = dict[str, Any]

# --- Facts of the house ---

ADMIN_ONLY = {
    "PATCH /v1/products/{product_id}",
    "GET /v1/products/{product_id}/history",
    "POST /v1/products/{product_id}/not-the-same",
    "GET /v1/products/{product_id}/not-the-same",
}
"""Beside all that lies under /v1/admin."""
OWNERS_ONLY = {
    "POST /v1/products",
    "POST /v1/products/{product_id}/images",
    "POST /v1/products/{product_id}/suggestions",
    "GET /v1/products/{product_id}/suggestions",
    "PUT /v1/products/{product_id}/regional-names/{region}",
}
"""Not for somebody without a store."""
BODIES: dict[str, Json] = {
    "POST /v1/products/match": {"name": "Parle-G 800 g"},
    "POST /v1/stores/{store_id}/inventory/{product_id}/movements": {
        "movement_id": "matrix-sale",
        "type": "sale",
        "quantity": 1,
    },
    "POST /v1/admin/off-syncs": {"kind": "delta", "base": "food"},
    "POST /v1/products/{product_id}/not-the-same": {"other_id": "@another@"},
    "POST /v1/admin/reviews/{product_id}/decision": {"decision": "approve"},
    "POST /v1/admin/reviews/{product_id}/claim": {"takes_back": False},
    "POST /v1/admin/reviews/{product_id}/suggestions/{suggestion_id}/decision": {"accept": False},
    "POST /v1/products/{product_id}/suggestions": {"store_id": "@store@", "changes": {"category": "Matrix"}},
    "POST /v1/admin/regional-names/{name_id}/decision": {"accept": False},
    "PUT /v1/products/{product_id}/regional-names/{region}": {"names": ["@new@"]},
    "PUT /v1/stores/{store_id}/imports/{job_id}/mapping": {"columns": {"name": 0}},
    "PUT /v1/admin/catalog-imports/{job_id}/mapping": {"columns": {"name": 0}},
}
"""Good bodies where the required fields, filled by their schemas, don't make one; ``@another@`` is another product,
``@store@`` the owner's store, ``@new@`` a text that nobody has used yet."""
GIVEN = {"gtin": gtin(7001), "region": "IN-MH", "lot_id": lot_id((Decimal(110), None, None), ())}
"""Path parameters whose things no list shows. Other ones are looked up in the list that the path goes through."""
UNKNOWN = {"gtin": gtin(99_999)}
"""What nobody has, where ``none_SUCH`` won't do."""
SHOWN_BY = {"/v1/admin/reviews/{product_id}/suggestions": "/v1/products/{product_id}/suggestions"}
"""Lists that show the things of a path that has none."""
SHOWN_WHERE = {"/suggestions/{suggestion_id}/decision": "&reason=suggestion"}
"""What a list is asked for, where what fits may stand far behind, by how the path ends."""
BEFORE = {"POST /v1/admin/reviews/{product_id}/revert-merge": "POST /v1/admin/reviews/{product_id}/decision"}
"""What is done again before each request, for its thing is in the right state but once."""
FIT: dict[str, Callable[[Json], bool]] = {
    "/suggestions/{suggestion_id}/decision": lambda review: bool(review["suggestions"]),
    "/decision": lambda thing: thing.get("status") == "open" or "region" in thing,
    "/report": lambda job: job["status"].startswith("completed"),
    "/mapping": lambda job: job["status"] == "needs_mapping",
    "/cancel": lambda thing: "never.csv" in {thing.get("filename"), thing.get("name")},
    "/book": lambda count: count["name"] == "to book",
    "/undo": lambda job: job["filename"] == "more goods.csv",
    "/images/{image_hash}": lambda item: bool(item["custom_images"]),
}
"""Which thing of a list is in the right state, by how the path ends."""

# --- Questions ---

DESCRIPTION = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"
LIMIT = 256 * 1024
STALE = '"999"'
FOREIGN_TAGS = {"another thing's": '"xyz"', "no tag": "999", "weak": 'W/"1"', "huge": f'"{"9" * 60}"', "empty": ""}
NO_JSON = {
    "broken": b"{not json",
    "cut off": b'{"name": "x"',
    "more than one": b'{"name": "x"} {}',
    "NaN": b'{"name": NaN}',
    "infinity": b'{"name": -Infinity}',
    "nested too deep": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "a number of 5,000 digits": b'{"name": ' + b"9" * 5_000 + b"}",
    "with a byte order mark": b'\xef\xbb\xbf{"name": "x"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "not UTF-8": b'{"name": "caf\xe9", "filename": "caf\xe9"}',
}
NO_OBJECT = {"a list": b"[]", "a text": b'"x"', "a number": b"1", "true": b"true", "null": b"null"}
WRONG_TYPES = ("text/csv", "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data")
ODD_IDS = {
    "3,000 characters": "x" * 3000,
    "1,500 characters": "x" * 1500,
    "a null character": "a%00b",
    "the folder above": "..",
    "the folder above, hidden": "..%2F..%2Fadmin%2Fstats",
    "a space": "a%20b",
    "only a space": "%20",
    "an emoji": "%F0%9F%98%80",
    "Hindi": "%E0%A4%A8%E0%A4%AE%E0%A4%95",
    "not UTF-8": "%FF%FE",
    "a lone surrogate": "%ED%A0%80",
    "a broken escape": "%zz",
    "a key of the database": "gtin%2308901719110016",
    "SQL": "'%20OR%20'1'='1",
    "a star": "*",
}
BAD_KEYS = {"empty": "", "too long": "k" * 256, "with a space": "a key", "not ASCII": "cl\xe9"}
NO_NFC = "Cafe\u0301 \u0928\u093c"
LITERALS = {
    "a huge number": "1e999999",
    "a tiny number": "1e-999999",
    "minus a lot": "-1e308",
    "thirty digits": "123456789012345678901234567890",
    "four decimals": "0.0001",
}
_LITERAL = "@literal@"
_ANOTHER = b"@another@"
_STORE = b"@store@"
_INTERNAL = re.compile(r"Traceback|botocore|arn:aws|Exception|Error\(|VyaparData|dynamodb|/var/task|\.py\b")
_CODE = re.compile(r"[A-Z][A-Z0-9_]+")


@dataclass(frozen=True)
class Reply:
    """An answer as it came; header names in lower case."""

    asked: str
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def is_problem(self) -> bool:
        return self.headers.get("content-type") == "application/problem+json"

    @property
    def code(self) -> str | None:
        return str(self.body.get("code")) if self.is_problem and self.text else None


class Gateway(Protocol):
    """How a request gets in. People are ``owner``, ``rival`` (of another store), ``newcomer`` (of none), ``admin``."""

    @property
    def intruders(self) -> Sequence[str]:
        """People whose tokens are worth nothing."""

    @property
    def workers(self) -> int:
        """How many requests it can take at a time."""

    def send(
        self, who: str | None, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Mapping[str, str], str]: ...

    def upload(self, form: Json, data: bytes) -> None:
        """Posts a file to the form that the API gave."""

    def photograph(self, store: str, product_id: str) -> str:
        """Has the owner's store take a photo of what it stocks; answers its hash when the item has it."""

    def settle(self) -> None:
        """Returns when all that was uploaded has been dealt with and told of."""


class Uncovered(Exception):
    """A route that can't be asked; the text says which fact is missing."""


@dataclass(frozen=True)
class Operation:
    """A method on a path, as described."""

    method: str
    path: str
    described: Json

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_open(self) -> bool:
        return self.described.get("security") == []

    @property
    def is_for_admins(self) -> bool:
        return self.path.startswith("/v1/admin") or str(self) in ADMIN_ONLY

    @property
    def person(self) -> str:
        return "admin" if self.is_for_admins else "owner"

    @property
    def names(self) -> list[str]:
        """Path parameters, in order."""
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def is_of_a_store(self) -> bool:
        return self.names[:1] == ["store_id"]

    @property
    def is_of_a_thing(self) -> bool:
        return any(name != "store_id" for name in self.names)

    @property
    def queries(self) -> dict[str, Json]:
        parameters = map(resolved, self.described.get("parameters", []))
        return {p["name"]: p["schema"] for p in parameters if p["in"] == "query"}

    @property
    def is_list(self) -> bool:
        return {"cursor", "limit"} <= self.queries.keys()

    def takes(self, path: str) -> bool:
        """Whether a path comes to it; where a variable of its own stands, any part does."""
        return bool(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", self.path), path))

    @property
    def replaces(self) -> bool:
        """Whether it takes If-Match."""
        return self.method in {"PUT", "PATCH", "DELETE"} or "412" in self.described["responses"]

    @cached_property
    def schema(self) -> Json | None:
        """What its body has to be."""
        content = resolved(self.described.get("requestBody", {})).get("content", {})
        return resolved(content["application/json"]["schema"]) if content else None

    @property
    def fields(self) -> dict[str, Json]:
        found: dict[str, Json] = (self.schema or {}).get("properties", {})
        return found

    def good_body(self) -> Json:
        """A body that should be taken: what is required, or else one text; no two are the same."""
        if str(self) in BODIES:
            body: Json = json.loads(json.dumps(BODIES[str(self)]).replace("@new@", f"Matrix {next(_numbers)}"))
            return body
        schema = self.schema or {}
        wanted = schema.get("required") or [n for n, s in self.fields.items() if is_free_text(s)][:1]
        return {name: sample(self.fields[name]) for name in wanted}


# --- Schemas ---

_numbers = count(secrets.randbelow(10_000) * 1000)


@cache
def description() -> Json:
    found: Json = json.loads(DESCRIPTION.read_text("utf-8"))
    return found


def resolved(described: Json) -> Json:
    """What a reference stands for."""
    while "$ref" in described:
        described = reduce(getitem, described["$ref"].removeprefix("#/").split("/"), description())
    return described


def choices(schema: Json) -> list[Json]:
    """The ways to fit a schema."""
    schema = resolved(schema)
    return [deep for one in schema.get("anyOf") or schema.get("oneOf") or () for deep in choices(one)] or [schema]


def is_free_text(schema: Json) -> bool:
    return any(
        c.get("type") == "string" and not c.keys() & {"enum", "const", "pattern", "format", "examples"}
        for c in choices(schema)
    )


def sample(schema: Json) -> Any:
    """A value that fits."""
    schema = next(c for c in choices(schema) if c.get("type") != "null")
    if "examples" in schema:
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "string":
            return f"Matrix {next(_numbers)}"[-schema.get("maxLength", 200) :]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case "array":
            return [sample(schema["items"])] * schema.get("minItems", 0)
        case _:
            return {n: sample(schema["properties"][n]) for n in schema.get("required", ())}


def misfits(schema: Json) -> Iterator[tuple[str, Any]]:
    """Values that don't fit, and what is wrong with each. A text that begins with ``@literal@`` goes as it is."""
    ways = choices(schema)
    kinds = {way.get("type") for way in ways}
    if None in kinds:
        return
    yield "an object of nonsense", {"nonsense": [[]]}
    yield "a list of nonsense", [[{"nonsense": 1}]]
    if "null" not in kinds:
        yield "null", None
    if "boolean" not in kinds:
        yield "true", True
    texts = [way for way in ways if way.get("type") == "string"]
    if not texts:
        yield "a text", "nonsense"
    elif not any("pattern" in way for way in texts) and not kinds & {"number", "integer"}:
        yield "a number", 5  # money is a patterned text and may come as a number
    if len(texts) == 1:
        if "maxLength" in texts[0]:
            yield "a text too long", "x" * (texts[0]["maxLength"] + 1)
        if texts[0].get("minLength"):
            yield "an empty text", ""
            yield "a blank text", " \u00a0\t"
            yield "lone surrogates", f'{_LITERAL}"\\udfff\\ud800"'
        if texts[0].keys() & {"enum", "pattern"}:
            yield "another text", "nonsense!"
    for number in (way for way in ways if way.get("type") in {"number", "integer"}):
        yield from ((what, _LITERAL + literal) for what, literal in LITERALS.items())
        if "maximum" in number:
            yield "a number too big", number["maximum"] + 1
        if "minimum" in number:
            yield "a number too small", number["minimum"] - 1
        if "exclusiveMinimum" in number:
            yield "a number too small", number["exclusiveMinimum"]
        if number["type"] == "integer":
            yield "half a number", 1.5


def written(body: Any) -> bytes:
    """A body on the wire."""
    text = json.dumps(body, ensure_ascii=False)
    return re.sub(rf'"{_LITERAL}((?:[^"\\]|\\.)*)"', lambda m: json.loads(f'"{m[1]}"'), text).encode()


# --- The house ---


class House:
    """Two stores with goods, imports and notices, and all that was wrong with what the API answered."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.operations = [
            Operation(method.upper(), path, described)
            for path, methods in description()["paths"].items()
            for method, described in methods.items()
        ]
        self.guarded = [o for o in self.operations if not o.is_open]
        self.told: list[str] = []
        self.asked = 0
        self.alone = threading.Lock()
        self._lock = threading.RLock()
        self._found: dict[str, str] = {}
        self._own: dict[str, str] = {}
        """The thing made last on a path: what others have there is not for us to change."""
        self.store = self._furnished("owner", first=7001)
        self.foreign_store = self._furnished("rival", first=7101)
        self._admin_furnished()
        gateway.settle()
        for who, store in (("owner", self.store), ("rival", self.foreign_store)):
            self._traded(who, store)
            self._counted(who, store)
        self._photographed(self.store)
        self.before = self._as_it_is()

    def keeps(self, promise: Promise) -> list[str]:
        """Asks every operation what the promise is about; what was broken."""
        self.told = []
        with ThreadPoolExecutor(self.gateway.workers) as pool:
            list(pool.map(lambda path: self._asked(promise, path), description()["paths"]))
        return sorted(set(self.told))

    def _asked(self, promise: Promise, path: str) -> None:
        """The operations of a path one after the other, for they change the same things."""
        for operation in self.operations:
            if operation.path == path:
                try:
                    promise(self, operation)
                except Uncovered as lack:
                    self.told.append(f"{operation} can't be asked: {lack}")
                except Exception as error:  # noqa: BLE001 - one broken answer must not hide the others
                    self.told.append(f"{operation}: {type(error).__name__}: {error}")

    # --- Asking ---

    def ask(
        self,
        operation: Operation,
        what: str = "",
        *,
        who: str | None = "",
        store: str | None = None,
        missing: bool = False,
        ids: Mapping[str, str] | None = None,
        query: str = "",
        body: Any = ...,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """The answer to a request that is good but for what is given; who breaks a promise of all answers is noted.

        ``missing``: the last thing of the path is one that is not there. ``raw``: the body as it stands, or none.
        """
        sent = {"content-type": "application/json", **(headers or {})}
        if raw is None and operation.schema is not None:
            raw = written(operation.good_body() if body is ... else body)
            raw = raw.replace(_ANOTHER, self._another) if _ANOTHER in raw else raw
            raw = raw.replace(_STORE, self.store.encode())
        if raw is None:
            sent.pop("content-type") if "content-type" not in (headers or {}) else None
        path = self.path(operation, store=store, missing=missing, ids=ids or {})
        who = operation.person if who == "" else who
        if str(operation) in BEFORE and who == operation.person and not (missing or ids):
            self._do_before(operation)
        reply = self.send(operation, what, who, operation.method, path + query, sent, raw)
        if reply.status == HTTPStatus.UNPROCESSABLE_ENTITY and body is not ...:
            for error in reply.body.get("errors", ()):
                if not _points(error["pointer"], body, missing=error["code"] == "MISSING"):
                    self.tell(reply, f"{error['pointer']} is not in what was sent")
        return reply

    def send(
        self,
        operation: Operation | None,
        what: str,
        who: str | None,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Reply:
        shown = target if len(target) < 120 else target[:100] + "..."
        asked = f"{method} {shown} by {who}" + (f" ({what})" if what else "")
        status, got, text = self.gateway.send(who, method, target, headers, body)
        self.asked += 1
        reply = Reply(asked, status, {k.lower(): v for k, v in got.items()}, text)
        for wrong in _unsound(reply, operation if operation and method == operation.method else None):
            self.tell(reply, wrong)
        return reply

    def tell(self, reply: Reply, wrong: str) -> None:
        self.told.append(f"{reply.asked}: {wrong}: {reply.status} {reply.text[:300]}")

    def expect(self, reply: Reply, status: int, code: str | None = None, *, pointer: str | None = None) -> None:
        """Notes an answer that is another one."""
        if reply.status != status or (code and reply.code != code):
            self.tell(reply, f"expected {status} {code or ''}".rstrip())
        elif pointer is not None:
            pointers = [e["pointer"] for e in reply.body.get("errors", ())]
            if not any(p == pointer or p.startswith(f"{pointer}/") for p in pointers):
                self.tell(reply, f"expected {pointer!r} among the errors")

    def expect_good(self, reply: Reply) -> None:
        if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            self.tell(reply, "expected 2xx (a body that can't be made from its schema is added to BODIES)")

    def path(
        self, operation: Operation, *, store: str | None = None, missing: bool = False, ids: Mapping[str, str] = {}
    ) -> str:
        """The operation's path with real things in it."""
        path = ""
        names = operation.names
        for part in operation.path.split("/")[1:]:
            name = part[1:-1] if part.startswith("{") else None
            if name is None:
                path += f"/{part}"
            elif name in ids:
                path += f"/{ids[name]}"
            elif name == "store_id":
                path += f"/{store or self.store}"
            elif missing and name == names[-1]:
                path += f"/{UNKNOWN.get(name, 'none_SUCH')}"
            else:
                path += f"/{self._thing(operation, name)}"
        return path

    def _thing(self, operation: Operation, name: str) -> str:
        """A thing of the house for this place in the path: of the list that the path goes through."""
        if name in GIVEN:
            return GIVEN[name]
        parent, _, rest = operation.path.partition(f"/{{{name}}}")
        if parent in self._own and not any(rest.endswith(end) for end in FIT):
            return self._own[parent]
        with self._lock:
            if (key := parent + rest) not in self._found:
                self._found[key] = self._looked_up(parent, rest, name)
            return self._found[key]

    @cached_property
    def _another(self) -> bytes:
        """The oldest product on the newest page; the path names the newest."""
        listing = next(o for o in self.operations if (o.method, o.path) == ("GET", "/v1/products"))
        items = self.ask(listing, query="?limit=100", body=None).body["items"]
        return str(items[-1]["product_id"] if items else "none_SUCH").encode()

    def _do_before(self, operation: Operation) -> None:
        """Merges what is to be taken apart again."""
        merge = next(o for o in self.operations if str(o) == BEFORE[str(operation)])
        ids = {name: self._thing(operation, name) for name in operation.names}
        self.ask(merge, "before it", ids=ids, body={"decision": "merge", "merge_into": self._survivor})

    def _looked_up(self, parent: str, rest: str, name: str) -> str:
        shown = SHOWN_BY.get(parent, parent)
        listing = next((o for o in self.operations if o.method == "GET" and o.path == shown and o.is_list), None)
        if listing is None:
            raise Uncovered(f"no list shows a {name}: add one to GIVEN (and to UNKNOWN, if `none_SUCH` is no {name})")
        where = next((only for end, only in SHOWN_WHERE.items() if rest.endswith(end)), "")
        listed = self.ask(listing, query=f"?limit=100{where}")
        if listed.status != HTTPStatus.OK:
            raise Uncovered(f"{listing}: {listed.status} {listed.text}")
        items = listed.body["items"]
        fit = next((test for end, test in FIT.items() if rest.endswith(end)), lambda item: True)
        thing = next((item for item in items if fit(item)), None)
        if thing is None:
            raise Uncovered(f"{listing} shows nothing that fits: make one in House, or say in FIT what fits")
        return str(thing.get(name) or thing["id"])

    # --- Furnishing ---

    def _furnished(self, who: str, first: int) -> str:
        """A store with two imports that are done, two that failed, one that waits for its mapping, one for its file."""
        self._made(who, "/v1/stores", {"name": f"First Matrix of {who}", "region": "IN-TN"})
        store: str = self._made(who, "/v1/stores", {"name": f"Matrix of {who}", "region": "IN-MH"})["store_id"]
        imports = f"/v1/stores/{store}/imports"
        goods = [[f"Matrix Jeera {n}", gtin(n), "200 g", 5, "110", "99.50"] for n in range(first, first + 3)]
        self._uploaded(who, imports, "goods.csv", sheet(goods))
        self._uploaded(who, imports, "more goods.csv", sheet(goods[:1]))
        self._uploaded(who, imports, "empty.csv", b"")
        self._uploaded(who, imports, "empty too.csv", b"")
        self._uploaded(who, imports, "riddle.csv", b"aa,bb\nxyzzy,plugh\nfoo,bar\n", dry_run=True)
        self._made(who, imports, {"filename": "never.csv"})
        return store

    def _admin_furnished(self) -> None:
        """Loads of the catalog, and a product (the newest) with a history, which two others are told apart from."""
        for name in ("riddle.csv", "riddle too.csv"):
            riddle = b"aa,bb\nxyzzy,plugh\nfoo,bar\n"
            self._uploaded("admin", "/v1/admin/catalog-imports", name, riddle, dry_run=True)
        self._uploaded(
            "admin",
            "/v1/admin/catalog-imports",
            "goods.csv",
            sheet([["Matrix Ajwain", gtin(7201), "100 g", "", "60", ""]]),
            dry_run=True,
        )
        more = sheet([["Matrix Kalonji", gtin(7202), "100 g", "", "60", ""]])
        self._uploaded("admin", "/v1/admin/catalog-imports", "more goods.csv", more)
        self._made("admin", "/v1/admin/catalog-imports", {"filename": "never.csv"})
        self._made("admin", "/v1/admin/off-syncs", {})
        self.gateway.settle()
        self._made("admin", "/v1/admin/off-syncs", {})  # the first has failed: nobody says where to ask
        for rest in ("decision", "claim", "revert-merge"):  # new ones stand far behind in the queue of reviews
            product = self._made("owner", "/v1/products", {"name": f"Matrix {rest} {secrets.token_hex(4)}"})
            self._found[f"/v1/admin/reviews/{rest}"] = product["product_id"]
        survivor = self._made("admin", "/v1/products", {"name": f"Matrix survivor {secrets.token_hex(4)}"})
        self._survivor: str = survivor["product_id"]
        product = self._made("admin", "/v1/products", {"name": f"Matrix Product {secrets.token_hex(4)}"})
        for category in ("Spices", "Snacks"):
            body = json.dumps({"category": category}).encode()
            where = f"/v1/products/{product['product_id']}"
            self.gateway.send("admin", "PATCH", where, {"content-type": "application/json"}, body)
        listed = json.loads(self.gateway.send("admin", "GET", "/v1/products?limit=3", {}, None)[2])["items"]
        for other in listed[1:]:
            told = json.dumps({"other_id": other["product_id"]}).encode()
            self.gateway.send("admin", "POST", f"{where}/not-the-same", {"content-type": "application/json"}, told)
        picture = self._made("owner", f"{where}/images", {"filename": "pack.jpg"})
        self._own["/v1/image-uploads"] = picture["image_upload_id"]
        for category in ("Sweets", "Drinks"):
            self._made("owner", f"{where}/suggestions", {"store_id": self.store, "changes": {"category": category}})
        called = json.dumps({"names": ["मैट्रिक्स", "मॅट्रिक्स"]}).encode()
        self.gateway.send("owner", "PUT", f"{where}/regional-names/IN-MH", {"content-type": "application/json"}, called)

    def _traded(self, who: str, store: str) -> None:
        """Movements of what is first on the store's list, and another price of it."""
        shelf = f"/v1/stores/{store}/inventory"
        (item,) = json.loads(self.gateway.send(who, "GET", f"{shelf}?limit=1", {}, None)[2])["items"]
        for number in range(2):
            sale = {"movement_id": f"first-{number}", "type": "sale", "quantity": 1}
            self._made(who, f"{shelf}/{item['product_id']}/movements", sale)
        receipt = {"movement_id": "first-receipt", "type": "receipt", "quantity": 1, "cost_price": "1.05"}
        self._made(who, f"{shelf}/{item['product_id']}/movements", receipt)

    def _photographed(self, store: str) -> None:
        """A photo of what is last on the store's list: the first is deleted with all that it has."""
        shelf = f"/v1/stores/{store}/inventory"
        items = json.loads(self.gateway.send("owner", "GET", f"{shelf}?limit=100", {}, None)[2])["items"]
        image_hash = self.gateway.photograph(store, items[-1]["product_id"])
        self._own["/v1/stores/{store_id}/inventory/{product_id}/images"] = image_hash

    def _counted(self, who: str, store: str) -> None:
        """A stock take to cancel, one to book, and (the newest) one with two products found."""
        counts = f"/v1/stores/{store}/counts"
        for name in ("never.csv", "to book"):
            self._made(who, counts, {"name": name})
        count = self._made(who, counts, {"name": "of two products"})
        items = json.loads(self.gateway.send(who, "GET", f"/v1/stores/{store}/inventory?limit=2", {}, None)[2])["items"]
        entries = [{"entry_id": i["product_id"], "product_id": i["product_id"], "quantity": 1} for i in items]
        body = json.dumps({"entries": entries}).encode()
        where = f"{counts}/{count['count_id']}/entries"
        self.gateway.send(who, "POST", where, {"content-type": "application/json"}, body)

    def _uploaded(self, who: str, imports: str, filename: str, data: bytes, *, dry_run: bool = False) -> None:
        announced = self._made(who, imports, {"filename": filename, "dry_run": dry_run})
        self.gateway.upload(announced["upload"], data)

    def _made(self, who: str, path: str, body: Json) -> Json:
        status, _, text = self.gateway.send(
            who, "POST", path, {"content-type": "application/json"}, json.dumps(body).encode()
        )
        if status != HTTPStatus.CREATED:
            raise AssertionError(f"POST {path} by {who}: {status} {text}")
        made: Json = json.loads(text)
        self._own[path] = next(iter(value for name, value in made.items() if name.endswith("_id")))
        return made

    def _as_it_is(self) -> dict[str, str]:
        """Every thing that can be changed."""
        changed = {o.path for o in self.guarded if o.replaces}
        reads = [o for o in self.guarded if o.method == "GET" and o.path in changed]
        return {str(read): self.ask(read).text for read in reads}

    def changes(self) -> list[str]:
        """What is not as it was when the house was made."""
        now = self._as_it_is()
        return [f"{read}: {now[read]} was {text}" for read, text in self.before.items() if now[read] != text]


Promise = Callable[[House, Operation], None]


def _unsound(reply: Reply, operation: Operation | None) -> Iterator[str]:
    """What breaks a promise that holds for every answer."""
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        yield "a failure of ours"
        return
    gateways_own = reply.status in {401, 413, 429} and not reply.is_problem
    if gateways_own:
        return
    if "x-request-id" not in reply.headers:
        yield "no X-Request-Id"
    if "cache-control" not in reply.headers:
        yield "no Cache-Control"
    if reply.status >= HTTPStatus.BAD_REQUEST:
        yield from _unsound_problem(reply)
    if operation is None:
        return
    responses = operation.described["responses"]
    described = responses.get(str(reply.status)) or responses.get("default")
    if described is None:
        yield f"not described: {operation} answers {', '.join(responses)}"
    elif reply.text:
        yield from _unlike(reply, resolved(described))


def _unsound_problem(reply: Reply) -> Iterator[str]:
    if not reply.is_problem:
        yield "no problem+json"
        return
    if reply.headers.get("cache-control") != "no-store":
        yield "a problem that may be kept"
    if _INTERNAL.search(reply.text):
        yield "tells of our inside"
    problem = reply.body
    if problem.get("status") != reply.status or problem.get("title") != HTTPStatus(reply.status).phrase:
        yield "status or title is another"
    if problem.get("request_id") != reply.headers.get("x-request-id"):
        yield "request_id is not X-Request-Id"
    if not problem.get("type") or not problem.get("detail") or not _CODE.fullmatch(problem.get("code", "")):
        yield "no type, detail or code"
    errors = problem.get("errors")
    if reply.status == HTTPStatus.UNPROCESSABLE_ENTITY and not errors:
        yield "no errors"
    for error in errors or ():
        if set(error) != {"pointer", "code", "message"} or not _CODE.fullmatch(error["code"]) or not error["message"]:
            yield "an error without pointer, code or message"
        if error["pointer"] and not error["pointer"].startswith("/"):
            yield "a pointer that is none"


def _points(pointer: str, body: Any, *, missing: bool) -> bool:
    """Whether there is such a place in the body; its last part may be ``missing``."""
    parts = [p.replace("~1", "/").replace("~0", "~") for p in unicodedata.normalize("NFC", pointer).split("/")[1:]]
    body = json.loads(unicodedata.normalize("NFC", json.dumps(body, ensure_ascii=False)))
    for at, part in enumerate(parts):
        if isinstance(body, list) and part.isdecimal() and int(part) < len(body):
            body = body[int(part)]
        elif isinstance(body, dict) and part in body:
            body = body[part]
        else:
            return missing and at == len(parts) - 1 and isinstance(body, dict)
    return True


def _unlike(reply: Reply, described: Json) -> Iterator[str]:
    """How an answer differs from what is described."""
    media = reply.headers.get("content-type", "").split(";")[0]
    content = {name.split(";")[0]: told for name, told in described.get("content", {}).items()}
    if media not in content:
        yield f"described as {', '.join(content) or 'nothing'}"
    elif media.endswith("json"):
        for error in _validator(json.dumps(content[media].get("schema", {}))).iter_errors(reply.body):
            yield f"not as described, at {error.json_path}: {error.message[:200]}"
        if reply.status < 400 and not unicodedata.is_normalized("NFC", json.dumps(reply.body, ensure_ascii=False)):
            yield "text that is not NFC"


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": description()["components"]})


# --- Promises: nothing is changed by what they ask ---


def a_missing_or_worthless_token_is_401(house: House, op: Operation) -> None:
    if op.is_open:
        return
    oversize = b'{"name": "' + b"x" * LIMIT + b'"}'
    bodies = {"": None, "broken": b"{", "oversize": oversize} if op.schema else {"": None}
    for what, raw in bodies.items():
        house.expect(house.ask(op, what, who=None, store="none_SUCH", missing=True, raw=raw), 401)
    for intruder in house.gateway.intruders:
        house.expect(house.ask(op, who=intruder), 401)


def the_role_comes_before_store_body_and_thing(house: House, op: Operation) -> None:
    strangers = ["owner", "newcomer"] if op.is_for_admins else ["newcomer"] if str(op) in OWNERS_ONLY else []
    code = "ADMIN_ONLY" if op.is_for_admins else "OWNERS_ONLY"
    for who in strangers:
        house.expect(house.ask(op, who=who), 403, code)
        house.expect(
            house.ask(op, "broken body", who=who, missing=True, raw=b"{", headers={"if-match": STALE}), 403, code
        )
        big = b"{" + b"x" * LIMIT
        house.expect(house.ask(op, "oversize", who=who, raw=big, headers={"content-type": "text/csv"}), 403, code)
        if op.is_list:
            house.expect(house.ask(op, "bad query", who=who, query="?limit=x&cursor=x"), 403, code)


def the_store_comes_before_query_body_and_thing(house: House, op: Operation) -> None:
    if not op.is_of_a_store:
        return
    for who, store in (
        ("owner", house.foreign_store),
        ("owner", "none_SUCH"),
        ("admin", "none_SUCH"),
        ("newcomer", None),
    ):
        code = "STORE_UNKNOWN"
        house.expect(house.ask(op, who=who, store=store), 404, code)
        house.expect(house.ask(op, "broken", who=who, store=store, missing=True, raw=b"{"), 404, code)
        house.expect(house.ask(op, "oversize", who=who, store=store, raw=b"x" * (LIMIT + 1)), 404, code)
        wrong = {"content-type": "text/csv", "if-match": STALE, "idempotency-key": ""}
        house.expect(house.ask(op, "wrong type", who=who, store=store, raw=b"x", headers=wrong), 404, code)
        if op.queries:
            house.expect(house.ask(op, who=who, store=store, query="?limit=x&cursor=x"), 404, code)


def size_and_media_type_come_before_content_and_thing(house: House, op: Operation) -> None:
    if op.schema is None:
        return
    big = b'{"zzz": "' + b"x" * LIMIT + b'"}'
    for what, raw in {"oversize": big, "oversize, no JSON": b"x" * (LIMIT + 1)}.items():
        house.expect(house.ask(op, what, raw=raw), 413)
        house.expect(house.ask(op, what, raw=raw, missing=True, headers={"if-match": STALE}), 413)
    full = b'{"zzz": "' + b"x" * (LIMIT - 11) + b'"}'
    house.expect(house.ask(op, "256 KB to the byte", raw=full), 422, pointer="/zzz")
    for media in WRONG_TYPES:
        code = "UNSUPPORTED_MEDIA_TYPE"
        headers = {"content-type": media}
        house.expect(house.ask(op, media, headers=headers), 415, code)
        house.expect(house.ask(op, f"{media}, no JSON", raw=b"\xff\x00{", missing=True, headers=headers), 415, code)


def what_is_no_json_is_400(house: House, op: Operation) -> None:
    for what, raw in NO_JSON.items() if op.schema else ():
        house.expect(house.ask(op, what, raw=raw), 400, "MALFORMED_JSON")
        house.expect(house.ask(op, what, raw=raw, missing=True, headers={"if-match": STALE}), 400, "MALFORMED_JSON")
        # Without a type the gateway hands a body on in base64.
        house.expect(house.ask(op, f"{what}, no type", raw=raw, headers={"content-type": ""}), 400, "MALFORMED_JSON")


def what_is_no_object_is_422(house: House, op: Operation) -> None:
    for what, raw in NO_OBJECT.items() if op.schema else ():
        house.expect(house.ask(op, what, raw=raw), 422, "INVALID")
        house.expect(house.ask(op, what, raw=raw, missing=True), 422, "INVALID")


def no_body_is_422_where_there_is_something_to_say(house: House, op: Operation) -> None:
    """Of a POST it is ``{}``, in which the needed fields are missing; what needs none is then done."""
    needed = (op.schema or {}).get("required", ()) if op.method == "POST" else ("",)
    for what, headers in {"nothing": {}, "nothing, no type": {"content-type": ""}}.items() if op.schema else ():
        for field in needed:
            for missing in (False, True):
                reply = house.ask(op, what, raw=b"", missing=missing, headers=headers)
                house.expect(reply, 422, "INVALID", pointer=field and f"/{field}")


def unknown_and_missing_fields_are_pointed_at(house: House, op: Operation) -> None:
    if op.schema is None:
        return
    good = op.good_body()
    extra = {**good, "nonsense": 1, "Name": "x", "a/b~c": None}
    for missing in (False, True):
        reply = house.ask(op, "extra fields", body=extra, missing=missing)
        for pointer in ("/nonsense", "/Name", "/a~1b~0c"):
            house.expect(reply, 422, "INVALID", pointer=pointer)
    house.expect(house.ask(op, "a field of a lone surrogate", raw=b'{"\\ud800": 1}'), 422, "INVALID")
    for field in op.schema.get("required", ()):
        without = {n: v for n, v in good.items() if n != field}
        house.expect(house.ask(op, f"no {field}", body=without), 422, "INVALID", pointer=f"/{field}")


def every_field_is_checked(house: House, op: Operation) -> None:
    for field, schema in op.fields.items():
        for what, value in misfits(schema):
            reply = house.ask(op, f"{field}: {what}", body={**op.good_body(), field: value})
            house.expect(reply, 422, "INVALID", pointer=f"/{field}")


def every_query_is_checked(house: House, op: Operation) -> None:
    for name, schema in op.queries.items():
        ways = choices(schema)
        kinds = {way.get("type") for way in ways}
        bad: list[str] = []
        if "integer" in kinds:
            bad += [str(way["minimum"] - 1) for way in ways if "minimum" in way]
            bad += [str(way["maximum"] + 1) for way in ways if "maximum" in way]
            bad += ["-1", "x", "1.5", "", "9" * 40, f"1&{name}=2", "%00", "0x10", "1e1", "%E0%A5%A7"]
        if "boolean" in kinds:
            bad += ["maybe", "", "2"]
        if any("enum" in way for way in ways):
            bad += ["nonsense", "", "%00"]
        bad += ["x" * (way["maxLength"] + 1) for way in ways if "maxLength" in way]
        for value in bad:
            reply = house.ask(op, query=f"?{name}={value}")
            house.expect(reply, 422, "INVALID", pointer=f"/query/{name}")
        if bad and op.is_of_a_thing:
            house.expect(house.ask(op, query=f"?{name}={bad[0]}", missing=True), 422, "INVALID")


def lists_come_in_pages_under_sealed_cursors(house: House, op: Operation) -> None:
    if not op.is_list:
        return
    page = house.ask(op, "first page", query="?limit=1")
    house.expect(page, 200)
    cursor = page.body["next_cursor"]
    if cursor is None:
        raise Uncovered("its list has no second page: let House make two such things")
    second = house.ask(op, "second page", query=f"?limit=1&cursor={cursor}")
    house.expect(second, 200)
    if [len(p.body["items"]) for p in (page, second)] != [1, 1] or page.body["items"] == second.body["items"]:
        house.tell(second, "expected one other thing than on the first page")
    other = next(o for o in house.operations if o.is_list and o.path != op.path and o.person == op.person)
    bad = {
        "empty": "",
        "garbage": "garbage",
        "not ASCII": "%E0%A4%95",
        "null": "%00",
        "long": "A" * 3000,
        "longer by a character": f"{cursor}A",
        "padded": f"{cursor}=",
        "cut by a character": cursor[:-1],
        "cut in half": cursor[: len(cursor) // 2],
        "of another list": house.ask(other, query="?limit=1").body["next_cursor"],
    }
    if op.is_of_a_store:
        theirs = house.ask(op, "of the other store", who="rival", store=house.foreign_store, query="?limit=1")
        if theirs.status == HTTPStatus.OK:  # they may not have this thing
            bad["of another store"] = theirs.body["next_cursor"]
    for at in {0, 1, len(cursor) // 2, len(cursor) - 2, len(cursor) - 1}:
        flipped = chr(ord(cursor[at]) ^ 1)
        flipped = flipped if re.fullmatch(r"[\w-]", flipped, re.ASCII) else "B" if cursor[at] != "B" else "C"
        bad[f"changed at {at}"] = cursor[:at] + flipped + cursor[at + 1 :]
    for what, wrong in bad.items():
        house.expect(house.ask(op, f"cursor {what}", query=f"?cursor={wrong}"), 400, "BAD_CURSOR")
    if op.is_of_a_thing:
        house.expect(house.ask(op, "bad cursor", missing=True, query="?cursor=garbage"), 400, "BAD_CURSOR")


def a_missing_thing_is_404_whatever_version_is_asked_of_it(house: House, op: Operation) -> None:
    if not op.is_of_a_thing:
        return
    house.expect(house.ask(op, missing=True), 404)
    if op.replaces:
        for what, tag in {"stale": STALE, **FOREIGN_TAGS}.items():
            house.expect(house.ask(op, f"If-Match {what}", missing=True, headers={"if-match": tag}), 404)


def a_stale_version_is_412_after_the_body(house: House, op: Operation) -> None:
    if not op.replaces:
        return
    for what, tag in {"stale": STALE, **FOREIGN_TAGS}.items():
        house.expect(house.ask(op, f"If-Match {what}", headers={"if-match": tag}), 412, "STALE")
    if op.schema is not None:
        nonsense = {**op.good_body(), "nonsense": 1}
        house.expect(house.ask(op, "stale, bad body", body=nonsense, headers={"if-match": STALE}), 422, "INVALID")


def what_can_be_changed_is_read_with_its_version(house: House, op: Operation) -> None:
    changed = {o.path for o in house.operations if o.replaces}
    if op.method == "GET" and (
        op.path in changed or any(re.fullmatch(re.escape(op.path) + r"/\w+", c) for c in changed)
    ):
        if op.is_list:
            return
        reply = house.ask(op)
        if not re.fullmatch(r'"[^"]+"', reply.headers.get("etag", "")):
            house.tell(reply, "no ETag")


def odd_ids_are_not_found(house: House, op: Operation) -> None:
    for name in op.names:
        for what, odd in ODD_IDS.items():
            reply = house.ask(op, f"{name}: {what}", ids={name: odd})
            if reply.status not in {400, 404, 414, 422}:
                house.tell(reply, "expected 404")


def other_methods_are_no_route(house: House, op: Operation) -> None:
    described = [o for o in house.operations if o.takes(op.path)]
    known = ", ".join(map(str, described))
    path = house.path(op)
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - {o.method for o in described}:
        reply = house.send(op, "", op.person, method, path, {}, None)
        if reply.status not in {403, 404} and not (op.is_open and reply.status == 401):
            house.tell(reply, f"expected 404, for described are only {known}: `make docs` describes a new route")
        if not op.is_open:
            house.expect(house.send(op, "", None, method, path, {}, None), 401)
    for method in ("HEAD", "OPTIONS"):
        status, _, text = house.gateway.send(op.person, method, path, {}, None)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or (method == "HEAD" and text):
            house.told.append(f"{method} {path}: {status} {text}")


def a_bad_idempotency_key_is_400(house: House, op: Operation) -> None:
    for what, key in BAD_KEYS.items() if op.method == "POST" else ():
        house.expect(house.ask(op, f"key {what}", headers={"idempotency-key": key}), 400, "BAD_IDEMPOTENCY_KEY")


def nothing_of_that_changed_anything(house: House, op: Operation) -> None:
    if op is house.operations[0]:
        house.told += house.changes()


# --- Promises: things are changed ---


def text_is_kept_in_nfc(house: House, op: Operation) -> None:
    for field, schema in op.fields.items():
        for way in choices(schema):
            value = {
                "string": NO_NFC,
                "array": [NO_NFC],
                "object": {NO_NFC: NO_NFC} if "additionalProperties" in way else None,
            }.get(way.get("type", ""))
            if value is None or way.keys() & {"enum", "pattern", "format"}:
                continue
            reply = house.ask(op, f"{field} decomposed", body={**op.good_body(), field: value})
            if reply.status in {200, 201} and field in reply.body:
                shown = json.dumps(reply.body[field], ensure_ascii=False)
                if unicodedata.normalize("NFC", NO_NFC) not in shown:
                    house.tell(reply, f"{field} is not {NO_NFC!r} in NFC")


def a_key_gives_one_answer(house: House, op: Operation) -> None:
    if op.method != "POST":
        return
    key = secrets.token_hex(8)
    body = op.good_body() if op.schema else ...
    first = house.ask(op, "a new key", body=body, headers={"idempotency-key": key})
    house.expect_good(first)
    again = house.ask(op, "the same key and body", body=body, headers={"idempotency-key": key})
    same = (again.status, _lasting(again)) == (first.status, _lasting(first))
    if not same or again.headers.get("idempotency-replayed") != "true" or "idempotency-replayed" in first.headers:
        house.tell(again, f"expected the first answer, {first.status} {first.text[:300]}, and Idempotency-Replayed")
    for name in ("location", "etag", "content-type"):
        if first.headers.get(name) != again.headers.get(name):
            house.tell(again, f"another {name}")
    if op.schema is not None:
        other = house.ask(
            op, "the key, another body", body={**op.good_body(), **_other(op)}, headers={"idempotency-key": key}
        )
        house.expect(other, 409, "IDEMPOTENCY_KEY_REUSED")
        invalid = house.ask(op, "the key, a bad body", body={"nonsense": 1}, headers={"idempotency-key": key})
        house.expect(invalid, 422, "INVALID")
    if op.is_of_a_store:
        theirs = house.ask(op, "the key of another", who="rival", body=body, headers={"idempotency-key": key})
        house.expect(theirs, 404, "STORE_UNKNOWN")
    elif not op.is_for_admins:
        theirs = house.ask(op, "the key of another", who="admin", body=body, headers={"idempotency-key": key})
        if "idempotency-replayed" in theirs.headers or (theirs.status == 409 and theirs.code != "PRODUCT_EXISTS"):
            house.tell(theirs, "somebody else's key")


def _other(op: Operation) -> Json:
    """What makes another good body of one that is always the same."""
    if str(op) not in BODIES:
        return {}
    texts = [n for n, s in op.fields.items() if is_free_text(s)]
    flags = [n for n, s in op.fields.items() if any(way.get("type") == "boolean" for way in choices(s))]
    kinds = {n: way["enum"][-1] for n, s in op.fields.items() for way in choices(s) if "enum" in way}
    return {texts[0]: sample(op.fields[texts[0]])} if texts else {flags[0]: True} if flags else kinds


def _lasting(reply: Reply) -> Any:
    return {n: v for n, v in reply.body.items() if n != "request_id"} if reply.text else ""


def a_key_sent_many_times_at_once_makes_one_thing(house: House, op: Operation) -> None:
    if op.method != "POST" or house.gateway.workers == 1:
        return
    key, body = secrets.token_hex(8), op.good_body() if op.schema else ...

    def ask(_: int) -> Reply:
        return house.ask(op, "at once", body=body, headers={"idempotency-key": key})

    with house.alone, ThreadPoolExecutor(3) as pool:  # each of them may want a process of its own
        replies = [*pool.map(ask, range(3)), ask(0)]
    answered = [r for r in replies if r.status < HTTPStatus.BAD_REQUEST]
    if not answered or len({json.dumps(_lasting(r), sort_keys=True) for r in answered}) != 1:
        house.told.append(f"{op} at once under one key: {[(r.status, r.text[:200]) for r in replies]}")
    for reply in replies:
        if reply.status >= HTTPStatus.BAD_REQUEST:
            house.expect(reply, 409, "IDEMPOTENCY_IN_PROGRESS")
            if not reply.headers.get("retry-after", "").isdigit():
                house.tell(reply, "no Retry-After")


def a_good_request_succeeds(house: House, op: Operation) -> None:
    if op.method == "DELETE":
        return
    read = next((o for o in house.operations if o.method == "GET" and o.path == op.path and not o.is_list), None)
    if op.replaces and read:
        etag = house.ask(read).headers.get("etag", "")
        changed = house.ask(op, "If-Match as read", headers={"if-match": etag})
        house.expect_good(changed)
        if changed.headers.get("etag") in {None, etag}:
            house.tell(changed, f"changed, and the ETag is not another than {etag}")
        house.expect(house.ask(op, "If-Match as read before", headers={"if-match": etag}), 412, "STALE")
        house.expect_good(house.ask(op, "If-Match any", headers={"if-match": "*"}))
        if house.ask(read).headers.get("etag") == etag:
            house.tell(changed, "changed, and read with the old ETag")
    else:
        house.expect_good(house.ask(op))
    if op.method == "GET":
        ignored = {"if-match": STALE, "idempotency-key": "k"}
        house.expect_good(house.ask(op, "If-Match on a read", headers=ignored))


def what_is_deleted_is_gone(house: House, op: Operation) -> None:
    if op.method != "DELETE":
        return
    house.expect_good(house.ask(op, headers={"if-match": "*"}))
    house.expect(house.ask(op, "again"), 404)


PROMISES: list[Promise] = [
    a_missing_or_worthless_token_is_401,
    the_role_comes_before_store_body_and_thing,
    the_store_comes_before_query_body_and_thing,
    size_and_media_type_come_before_content_and_thing,
    what_is_no_json_is_400,
    what_is_no_object_is_422,
    no_body_is_422_where_there_is_something_to_say,
    unknown_and_missing_fields_are_pointed_at,
    every_field_is_checked,
    every_query_is_checked,
    lists_come_in_pages_under_sealed_cursors,
    a_missing_thing_is_404_whatever_version_is_asked_of_it,
    a_stale_version_is_412_after_the_body,
    what_can_be_changed_is_read_with_its_version,
    odd_ids_are_not_found,
    other_methods_are_no_route,
    a_bad_idempotency_key_is_400,
    nothing_of_that_changed_anything,
    text_is_kept_in_nfc,
    a_key_gives_one_answer,
    a_key_sent_many_times_at_once_makes_one_thing,
    a_good_request_succeeds,
    what_is_deleted_is_gone,
]
