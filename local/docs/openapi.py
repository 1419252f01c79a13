"""``docs/openapi.json``: the routes of every service as one description.

What an operation asks and gives comes from its types; which refusals, headers and tokens go with it from its code.
"""

from __future__ import annotations

import ast
import copy
import inspect
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from http import HTTPStatus
from importlib import import_module
from typing import Any

from local import callgraph
from local.callgraph import Piece, Place
from local.docs import refusals
from local.home import ROOT
from shared.aws import problems
from shared.aws.http import Api
from shared.kernel.errors import Problem
from shared.kernel.region import LANGUAGES

Json = dict[str, Any]
_TITLE = "VyaparAI Product Catalog"
_ABOUT = """\
One shared catalog of products, each shop's own inventory on top, and imports that take any spreadsheet.

Requests are closed: a field that is not described is refused. Answers are open: new fields, and new values of an
enumeration, may come at any time. Lists are read page by page: send `next_cursor` as `cursor` until it is null. Money
is a decimal string in INR. Refusals are problem details (RFC 9457); docs/errors.md lists their codes. What is said to
people is in the language that `Accept-Language` asks for: English or one of eleven of India. Who asks for none is told
in his own, as `GET /v1/me` says it; a refusal is in English then. A POST without a body is one of `{}`."""
_TAGS = {
    "Catalog": "The products that all shops share: search, propose, match, amend.",
    "Inventory": "What a shop has on its shelves, at which price.",
    "Stock takes": "What several people find on the shelves adds up, is compared with the books, and booked.",
    "Imports": "Spreadsheets into a shop's stock or the shared catalog, and what became of each row.",
    "Images": "Photos of packs: what everybody sees of a product, and a shop's own.",
    "Stores": "Shops and who belongs to them.",
    "Open Food Facts": "What the free database knows of our goods: fetched, kept as it is, and told whose it is.",
    "Notifications": "What happened while nobody looked.",
    "Regional names": "What a product is called in each state of India: by people, Open Food Facts, or a machine.",
    "Quality review": "What people decide about products that need a decision.",
    "Operations": "Is it up, and how much is in it.",
}
# What stands before every route is no route's own, though each names its api and its caller.
_DOOR = frozenset(Place("shared.aws.http", name) for name in ("Api", "new_api", "principal_of"))
_IF_MATCH = Place("shared.aws.http", "expected_version")
_ONCE = Place("shared.aws.idempotency", "once")
_LINK = Place("shared.aws.cursors", "link_to_next")
_ANSWER = Place("shared.aws.http", "answer")
_GATEWAYS_TOO = {"401", "413", "429", "5XX"}  # the gateway says these in its own words
_KEPT = {"400", "404", "409", "412", "422"}  # refusals that are kept by their Idempotency-Key as other answers are
_IN_PATH = re.compile(r"\{(\w+)\}")


@cache
def description() -> Json:
    """All routes, in OpenAPI 3.1."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "ap-south-1")
    paths: Json = {}
    schemas: Json = {}
    for service in sorted(p.parent.name for p in (ROOT / "services").glob("*/api.py")):
        api: Api = import_module(f"services.{service}.api").api
        found = json.loads(api.get_openapi_json_schema(title=_TITLE, version="1"))
        for path, methods in found["paths"].items():
            for method, operation in methods.items():
                route = Route(f"services.{service}.api", api, method.upper(), path, operation)
                paths.setdefault(path, {})[method] = _operation(route)
        for name, schema in found["components"]["schemas"].items():
            if schemas.setdefault(name, schema) != schema:
                raise ValueError(f"two services describe {name} differently")
    document: Json = {
        "openapi": "3.1.0",
        "info": {"title": _TITLE, "version": "1", "description": _ABOUT},
        "security": [{"bearer": []}],
        "tags": [{"name": n, "description": _TAGS[n]} for n in sorted(_tags(paths))],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas | {"Problem": _PROBLEM, "GatewayRefusal": _GATEWAY_REFUSAL},
            "responses": _refusals(),
            "parameters": _PARAMETERS,
            "headers": _HEADERS,
            "securitySchemes": {"bearer": _BEARER},
        },
    }
    _tell_apart(document)
    _let_bodies_be_left_out(document)
    _drop_what_nothing_names(document)
    for schema in document["components"]["schemas"].values():
        _everywhere(schema, lambda node: node.pop("title", None))
    plain: Json = _plain(document)
    return plain


@dataclass(frozen=True)
class Route:
    """One operation, as the framework describes it, and its code."""

    module: str
    api: Api
    method: str
    path: str
    described: Json

    @property
    def name(self) -> str:
        """Of its function, which is unique in the whole API and so its operationId."""
        ending = re.sub(r"\W", "_", self.path) + "_" + self.method.lower()
        return str(self.described["operationId"]).removesuffix(ending)

    @cached_property
    def code(self) -> tuple[Piece, ...]:
        """All code that it can run, but for what stands before every route."""
        (module,) = (m for m in callgraph.parts(self.module) if self.name in callgraph.module(m).definitions)
        start = [Place(module, self.name)]
        return tuple(callgraph.reached(start, at_import=False, follows=lambda _, named: named not in _DOOR))

    def runs(self, place: Place) -> bool:
        """Whether it can come to run a function."""
        (definition,) = callgraph.module(place.module).definitions[place.name]
        return any(piece.code is definition for piece in self.code)

    def gives(self, argument: str) -> bool:
        """Whether it answers by ``answer(..., argument=...)``."""
        return any(argument in _given(piece) for piece in self.code)

    @property
    def is_open(self) -> bool:
        """Whether it asks for no token."""
        return self.path in self.api.open_paths

    @property
    def is_for_some(self) -> bool:
        """Whether it asks for a role."""
        path = _IN_PATH.sub("x", self.path)
        rules = (*self.api.admin_only, *self.api.members_only)
        return path.startswith("/v1/admin/") or any(
            rule.method == self.method and rule.path.match(path) for rule in rules
        )


@cache
def _given(piece: Piece) -> frozenset[str]:
    calls = (n for n in ast.walk(piece.code) if isinstance(n, ast.Call) and piece.module.place_of(n.func) == _ANSWER)
    return frozenset(str(k.arg) for call in calls for k in call.keywords)


def _operation(route: Route) -> Json:
    operation = copy.deepcopy(route.described)
    operation["operationId"] = route.name
    parameters = operation.pop("parameters", [])
    for parameter in parameters:
        parameter["schema"] = _never_null(parameter["schema"])
    if route.runs(_ONCE):
        parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
    if route.runs(_IF_MATCH):
        parameters.append({"$ref": "#/components/parameters/IfMatch"})
    if parameters:
        operation["parameters"] = parameters
    if route.is_open:
        operation["security"] = []
    fine = {s: r for s, r in operation["responses"].items() if s not in {"422", "500"}}
    operation["responses"] = {**{s: _success(route, s, r) for s, r in fine.items()}, **_refused(route, parameters)}
    return operation


def _success(route: Route, status: str, response: Json) -> Json:
    if response["description"] == "Successful Response":
        response["description"] = HTTPStatus(int(status)).phrase
    if status == "204":
        response.pop("content", None)
    headers = ["X-Request-Id"]
    headers += ["ETag"] if route.gives("version") else []
    headers += ["Location"] if route.gives("location") else []
    headers += ["Link"] if route.runs(_LINK) else []
    headers += ["Idempotency-Replayed"] if route.runs(_ONCE) else []
    for media in response.get("content", {}).values():
        _everywhere(media.get("schema"), lambda node: node.pop("title", None))
    response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    return response


def _refused(route: Route, parameters: list[Json]) -> Json:
    """Status -> response: what the door can say of such a route, and what the route's own code can."""
    sends = route.method in {"POST", "PUT", "PATCH"}
    doors = {
        "400": sends,
        "401": not route.is_open,
        "403": route.is_for_some,
        "404": bool(_IN_PATH.search(route.path)),
        "413": sends,
        "415": sends,
        "422": "requestBody" in route.described
        or any(p.get("schema", {"type": "string"}) != {"type": "string"} for p in parameters),
        "429": True,
        "5XX": True,
    }
    codes: dict[str, set[str]] = {status: set() for status, can in doors.items() if can}
    for refusal in refusals.made_in(route.code):
        if refusal.status == HTTPStatus.PRECONDITION_FAILED and not route.runs(_IF_MATCH):
            continue  # who names no version is told of none: the change is made anew on what is there
        if refusal.status and refusal.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            codes.setdefault(str(refusal.status.value), set()).add(refusal.code)
    return {status: _named(status, said) for status, said in sorted(codes.items())}


def _named(status: str, codes: set[str]) -> Json:
    named: Json = {"$ref": f"#/components/responses/{_kinds()[status][0]}"}
    if codes:
        named["description"] = f"{_kinds()[status][1]} Codes: {', '.join(f'`{c}`' for c in sorted(codes))}."
    return named


@cache
def _kinds() -> dict[str, tuple[str, str]]:
    """Status -> (name, meaning), as the kernel has them."""
    kinds = [k for k in Problem.__subclasses__() if k.__module__ == Problem.__module__]
    return {
        "429": ("Throttled", "Too many requests at once; send it again after `Retry-After` seconds."),
        "5XX": ("Failed", "Something failed on our side; the request can be sent again."),
        **{str(problems.status_of(k).value): (k.__name__, inspect.getdoc(k) or "") for k in kinds},
    }


def _refusals() -> Json:
    found: Json = {}
    for status, (name, meaning) in sorted(_kinds().items()):
        content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        if status in _GATEWAYS_TOO:
            content["application/json"] = {"schema": {"$ref": "#/components/schemas/GatewayRefusal"}}
        headers = ["X-Request-Id", "Content-Language"]
        headers += ["Retry-After"] if status in {"409", "429", "5XX"} else []
        headers += ["Idempotency-Replayed"] if status in _KEPT else []
        found[name] = {
            "description": meaning,
            "headers": {h: {"$ref": f"#/components/headers/{h}"} for h in headers},
            "content": content,
        }
    return found


def _tags(paths: Json) -> set[str]:
    return {tag for methods in paths.values() for operation in methods.values() for tag in operation["tags"]}


# --- Schemas ---


def _tell_apart(document: Json) -> None:
    """What is answered is whole: nothing is left out. What is asked by PATCH has no defaults: left out means kept."""
    schemas = document["components"]["schemas"]
    asked, patched, given = set[str](), set[str](), set[str]()
    for methods in document["paths"].values():
        for method, operation in methods.items():
            body = _reached_from(operation.get("requestBody", {}), schemas)
            asked |= body
            patched |= body if method == "patch" else set()
            given |= _reached_from(operation["responses"], schemas)
    for name in given - asked:
        if "properties" in schemas[name]:
            schemas[name]["required"] = sorted(schemas[name]["properties"])
        _everywhere(schemas[name], lambda node: (node.pop("default", None), node.pop("readOnly", None)))
    for name in patched:
        _everywhere(schemas[name], lambda node: node.pop("default", None))


def _let_bodies_be_left_out(document: Json) -> None:
    """No body of a POST is ``{}``: it may be left out where that is whole."""
    for methods in document["paths"].values():
        body = methods.get("post", {}).get("requestBody")
        if body and not any("required" in _schema(content, document) for content in body["content"].values()):
            body["required"] = False


def _schema(content: Json, document: Json) -> Json:
    """The schema of a body, where it stands."""
    schema: Json = content["schema"]
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    return document["components"]["schemas"][name] if name else schema


def _drop_what_nothing_names(document: Json) -> None:
    schemas, responses = document["components"]["schemas"], document["components"]["responses"]
    said = json.dumps(document["paths"])
    for name in [n for n in responses if f'"#/components/responses/{n}"' not in said]:
        del responses[name]
    named = _reached_from({"paths": document["paths"], "responses": responses}, schemas)
    for name in [n for n in schemas if n not in named]:
        del schemas[name]


def _reached_from(node: Any, schemas: Json) -> set[str]:
    waiting, found = [node], set[str]()
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            name = str(node.get("$ref", "")).rsplit("/", 1)[-1]
            if name in schemas and name not in found:
                found.add(name)
                waiting.append(schemas[name])
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return found


def _everywhere(schema: Any, change: Callable[[Json], object]) -> None:
    """Changes a schema and every schema inside it; names of properties are not taken for keywords."""
    if isinstance(schema, dict):
        change(schema)
        for inner in _inside(schema):
            _everywhere(inner, change)


def _inside(schema: Json) -> Iterator[Any]:
    yield from schema.get("properties", {}).values()
    for keyword in ("anyOf", "oneOf", "allOf", "prefixItems"):
        yield from schema.get(keyword, ())
    for keyword in ("items", "additionalProperties", "propertyNames"):
        yield schema.get(keyword)


def _never_null(schema: Json) -> Json:
    """A query can't say null; leaving the parameter out does."""
    kinds = [s for s in schema.get("anyOf", ()) if s != {"type": "null"}]
    bare = {k: v for k, v in schema.items() if k not in {"anyOf", "title"}}
    return bare | kinds[0] if len(kinds) == 1 else {k: v for k, v in schema.items() if k != "title"}


def _plain(node: Any) -> Any:
    """``Listing_Product_`` as ``ProductListing``, 1 for 1.0, and docstrings as Markdown."""
    if isinstance(node, dict):
        return {_readable(k): _plain(v) for k, v in node.items()}
    if isinstance(node, list):
        return [_plain(v) for v in node]
    if isinstance(node, float) and node.is_integer():
        return int(node)
    return _readable(node).replace("``", "`") if isinstance(node, str) else node


def _readable(name: str) -> str:
    return re.sub(r"\bListing_(\w+)_(?=$)", r"\1Listing", name)


# --- What all operations share ---

_PROBLEM: Json = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `errors` (422) names each wrong field. Some codes come with more.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "One sentence that names the cure, in the reader's language."},
        "code": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$", "examples": ["PRODUCT_EXISTS"]},
        "request_id": {"type": "string", "description": "To quote when asking for help."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "RFC 6901, into the body; `/query/...`, `/path/...`: a parameter.",
                        "examples": ["/selling_price", "/query/limit"],
                    },
                    "code": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$", "examples": ["PRICE_ABOVE_MRP"]},
                    "message": {"type": "string", "description": "As `detail`."},
                },
            },
        },
    },
}
_GATEWAY_REFUSAL: Json = {
    "type": "object",
    "description": "The gateway's own refusal, before any of our code ran.",
    "required": ["message"],
    "properties": {"message": {"type": ["string", "null"]}},
}
_BEARER: Json = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "The access token of the Cognito user pool.",
}
_PARAMETERS: Json = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "The same key and body give the same answer for 24 hours, another body a 409.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        "example": "8c2d6b1e-6f0c-4a57-9d7c-0d8f3a1b2c3d",
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": "The `ETag` of what was read: 412 when it changed since.",
        "schema": {"type": "string"},
        "example": '"3"',
    },
}
_HEADERS: Json = {
    "X-Request-Id": {"description": "To quote when asking for help.", "schema": {"type": "string"}},
    "Content-Language": {
        "description": "Of what is said to people, as `Accept-Language` asks for it: English or one of India's. Without"
        " it a refusal is in English, all else in the reader's own language, as `GET /v1/me` says it.",
        "schema": {"type": "string", "enum": [*LANGUAGES]},
    },
    "ETag": {"description": "The version, for `If-Match`.", "schema": {"type": "string", "pattern": '^"[0-9]+"$'}},
    "Location": {"description": "Where the new thing is.", "schema": {"type": "string"}},
    "Link": {
        "description": "Of a part: `rel=next` names the next one (RFC 8288). The last part has none.",
        "schema": {"type": "string"},
    },
    "Idempotency-Replayed": {
        "description": "This answer was given before to the same Idempotency-Key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}},
}
