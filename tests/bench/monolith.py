"""The classic design to compare with: one FastAPI app behind Mangum, with every route that we have.

Its source is written from ``docs/openapi.json`` when the benchmark runs, so that it always has our routes, parameters,
request and response models with their limits; no more and no less. What a schema can't say (names made regular, check
digits, laws of trade) it doesn't do. What the design leaves open is chosen for the baseline's good:

* ``def`` for what calls AWS, as FastAPI's documentation advises for libraries that block; the leaner ``async def``,
  right as long as a process answers one request at a time as Lambda's do, is measured beside it;
* the SDK's client and not its resources, whose tables cost more to load and to call;
* ``logging`` of the standard library with a JSON formatter of ten lines: no library, no metrics, no tracing;
* tokens verified by the gateway, as ours are, so no JOSE library; no idempotency, no history, no events;
* middleware as plain ASGI.

A request does what ours does: claims, the membership of the store (kept for 5 s), the body validated, the same calls of
DynamoDB, the answer by its response model, a problem+json where it fails, one line of log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

Json = dict[str, Any]

_METHODS: Final = ("get", "post", "put", "patch", "delete")

_HEAD: Final = '''\
"""Catalog of a shop, as one application."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import uuid
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Annotated, Any, Literal

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import ClientError
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from mangum import Mangum
from pydantic import BaseModel, ConfigDict, Field


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "level": record.levelname,
            "message": record.getMessage(),
            "timestamp": datetime.fromtimestamp(record.created, timezone.utc).isoformat(),
            "service": "catalog",
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


logger = logging.getLogger("catalog")
logger.setLevel(logging.INFO)
logger.propagate = False
_log = logging.StreamHandler(sys.stderr)
_log.setFormatter(JsonFormatter())
logger.addHandler(_log)

dynamodb = boto3.client("dynamodb", config=Config(retries={"mode": "standard", "max_attempts": 3}))
s3 = boto3.client("s3")
sqs = boto3.client("sqs")
_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def to_item(values: dict[str, Any]) -> dict[str, Any]:
    return {k: _serialize(v.isoformat() if isinstance(v, date) else v) for k, v in values.items() if v is not None}


def from_item(item: dict[str, Any]) -> dict[str, Any]:
    return {k: _deserialize(v) for k, v in item.items()}


class User(BaseModel):
    user_id: str
    username: str | None = None
    is_admin: bool = False


_members: dict[tuple[str, str], tuple[float, str]] = {}


def current_user(request: Request) -> User:
    authorizer = request.scope["aws.event"]["requestContext"].get("authorizer") or {}
    claims = authorizer.get("jwt", {}).get("claims")
    if not claims or claims.get("token_use") != "access":
        raise HTTPException(401, "Sign in.")
    groups = claims.get("cognito:groups", "").strip("[]").split()
    return User(user_id=claims["sub"], username=claims.get("username"), is_admin="admin" in groups)


CurrentUser = Annotated[User, Depends(current_user)]


def admin(user: CurrentUser) -> User:
    if not user.is_admin:
        raise HTTPException(403, "Admins only.")
    return user


def member(store_id: str, user: CurrentUser) -> User:
    if user.is_admin:
        return user
    kept = _members.get((user.user_id, store_id))
    if kept is None or kept[0] < time.monotonic():
        found = dynamodb.get_item(
            TableName=os.environ["MEMBERSHIPS_TABLE"],
            Key=to_item({"user_id": user.user_id, "store_id": store_id}),
            ConsistentRead=True,
        ).get("Item")
        if found is None:
            raise HTTPException(404, "There is no such store.")
        _members[user.user_id, store_id] = (time.monotonic() + 5, found["role"]["S"])
    return user


def any_member(user: CurrentUser) -> User:
    kept = _members.get((user.user_id, ""))
    if not user.is_admin and (kept is None or kept[0] < time.monotonic()):
        found = dynamodb.query(
            TableName=os.environ["MEMBERSHIPS_TABLE"],
            KeyConditionExpression="user_id = :user",
            ExpressionAttributeValues={":user": {"S": user.user_id}},
            ConsistentRead=True,
        )["Items"]
        if not found:
            raise HTTPException(403, "Owners only.")
        _members[user.user_id, ""] = (time.monotonic() + 5, found[0]["role"]["S"])
    return user


Admin = Annotated[User, Depends(admin)]
Member = Annotated[User, Depends(member)]
AnyMember = Annotated[User, Depends(any_member)]


def read(table: str, **key: Any) -> dict[str, Any]:
    found = dynamodb.get_item(TableName=os.environ[table], Key=to_item(key), ConsistentRead=True).get("Item")
    if found is None:
        raise HTTPException(404, "There is no such thing.")
    return from_item(found)


def listed(table: str, attribute: str, value: str, limit: int = 25) -> dict[str, Any]:
    found = dynamodb.query(
        TableName=os.environ[table],
        KeyConditionExpression="#a = :v",
        ExpressionAttributeNames={"#a": attribute},
        ExpressionAttributeValues={":v": {"S": value}},
        ScanIndexForward=False,
        Limit=limit,
    )
    return {"items": [from_item(i) for i in found["Items"]], "next_cursor": None}


def written(table: str, condition: str, **values: Any) -> dict[str, Any]:
    try:
        dynamodb.put_item(TableName=os.environ[table], Item=to_item(values), ConditionExpression=condition)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            raise HTTPException(409, "It is there already.") from error
        raise
    return values


def product_of(product_id: str) -> dict[str, Any] | None:
    table = os.environ["PRODUCTS_TABLE"]
    keys = [to_item({"product_id": product_id})]
    found = dynamodb.batch_get_item(RequestItems={table: {"Keys": keys, "ConsistentRead": True}})
    return next((from_item(i) for i in found["Responses"].get(table, ())), None)


def shown(item: dict[str, Any], product: dict[str, Any] | None) -> dict[str, Any]:
    lot = next(lot for lot in item["lots"] if lot["lot_id"] == item["default_lot"])
    figures = {name: lot.get(name) for name in ("mrp", "cost_price", "selling_price")}
    return {**item, **figures, "quantity": sum(lot["quantity"] for lot in item["lots"]), "product": product}


def putting(table: str, key: str, values: dict[str, Any]) -> dict[str, Any]:
    condition = f"attribute_not_exists({key})"
    put = {"TableName": os.environ[table], "Item": to_item(values), "ConditionExpression": condition}
    return {"Put": put}


def now() -> datetime:
    return datetime.now(timezone.utc)


def new_id(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex}"

'''

_TAIL: Final = '''

def problem(request: Request, status: int, detail: str, **more: Any) -> JSONResponse:
    body = {"type": "about:blank", "title": detail, "status": status, "detail": detail, **more}
    body["request_id"] = request.scope["aws.event"]["requestContext"]["requestId"]
    logger.warning("refused", extra={"fields": {"status": status, "path": request.url.path}})
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


async def refused(request: Request, error: HTTPException) -> JSONResponse:
    return problem(request, error.status_code, str(error.detail))


async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    errors = [{"pointer": "/".join(map(str, e["loc"])), "code": e["type"], "message": e["msg"]} for e in error.errors()]
    return problem(request, 422, "Some fields are wrong.", errors=errors)


class Log:
    """Middleware as ASGI has it: ``@app.middleware("http")`` would cost the baseline a task group a request."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request_id = scope["aws.event"]["requestContext"]["requestId"]

        async def answered(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-request-id", request_id.encode()))
                fields = {"request_id": request_id, "path": scope["path"], "status": message["status"]}
                logger.info("answered", extra={"fields": fields})
            await send(message)

        await self.app(scope, receive, answered)


app = FastAPI(title="Catalog", version="1")
app.add_exception_handler(HTTPException, refused)
app.add_exception_handler(RequestValidationError, invalid)
app.add_middleware(Log)
app.include_router(router)
handler = Mangum(app, lifespan="off")
'''

# What the routes that are measured warm do, call by call as ours; all others do one read or one write.
_DONE: Final = {
    "get_product": """
    found = read("PRODUCTS_TABLE", product_id=product_id)
    response.headers["ETag"] = f'"{found["version"]}"'
    return found""",
    "propose_product": """
    product_id = new_id("prd")
    origin = "admin" if user.is_admin else "store"
    given = body.model_dump(exclude_none=True)
    item = {
        **given,
        "product_id": product_id,
        "verification_status": "verified" if user.is_admin else "pending",
        "source": origin,
        "provenance": dict.fromkeys(given, origin),
        "regional_names": body.regional_names,
        "attributes": body.attributes,
        "quality_issues": [],
        "pack_count": body.pack_count or 1,
        "version": 1,
        "created_at": now(),
        "updated_at": now(),
        "proposed_by": user.user_id,
    }
    if isinstance(body.net_quantity, str):
        value, unit = body.net_quantity.split()
        item["net_quantity"] = {"value": Decimal(value), "unit": unit}
    identity = f"{(body.brand or '').lower()} {body.name.lower()} {body.net_quantity}"
    claims = [f"gtin#{body.barcode}", f"identity#{identity}"] if body.barcode else [f"identity#{identity}"]
    try:
        dynamodb.transact_write_items(
            TransactItems=[
                putting("PRODUCTS_TABLE", "product_id", item),
                *(putting("PRODUCT_CLAIMS_TABLE", "claim", {"claim": c, "product_id": product_id}) for c in claims),
            ]
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "TransactionCanceledException":
            raise HTTPException(409, "This product is in the catalog already.") from error
        raise
    response.headers["ETag"] = '"1"'
    response.headers["Location"] = f"/v1/products/{product_id}"
    return item""",
    "get_inventory_item": """
    item = read("STORE_INVENTORY_TABLE", store_id=store_id, product_id=product_id)
    response.headers["ETag"] = f'"{item["version"]}"'
    return shown(item, product_of(product_id))""",
    "put_inventory_item": """
    product = product_of(product_id)
    if product is None:
        raise HTTPException(404, "There is no such product.")
    old = dynamodb.get_item(
        TableName=os.environ["STORE_INVENTORY_TABLE"],
        Key=to_item({"store_id": store_id, "product_id": product_id}),
        ConsistentRead=True,
    ).get("Item")
    version = int(old["version"]["N"]) if old else 0
    if if_match and if_match.strip('"') != str(version):
        raise HTTPException(412, "The item changed since you read it.")
    mrp = body.mrp or product.get("mrp")
    if body.selling_price and mrp and body.selling_price > mrp:
        raise HTTPException(422, "The selling price is above the MRP.")
    lot = {
        "lot_id": body.lot_id or "lot_1",
        "quantity": body.quantity or Decimal(0),
        **body.model_dump(include={"mrp", "cost_price", "selling_price"}, exclude_none=True),
    }
    item = {
        **body.model_dump(include={"unit", "reorder_level", "supplier", "location", "notes"}, exclude_none=True),
        "store_id": store_id,
        "product_id": product_id,
        "lots": [lot],
        "default_lot": lot["lot_id"],
        "last_updated": now(),
        "version": version + 1,
    }
    try:
        dynamodb.put_item(
            TableName=os.environ["STORE_INVENTORY_TABLE"],
            Item=to_item(item),
            ConditionExpression="attribute_not_exists(version) OR version = :before",
            ExpressionAttributeValues={":before": {"N": str(version)}},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            raise HTTPException(409, "Somebody was quicker.") from error
        raise
    response.headers["ETag"] = f'"{version + 1}"'
    return shown(item, product)""",
}


def source(description: Json, *, asynchronous: bool = False) -> str:
    """The module ``app`` for the routes of an OpenAPI description; ``asynchronous``: with ``async def`` all through."""
    schemas = _Schemas(description)
    text = "\n".join([_HEAD, *schemas.models(), "\nrouter = APIRouter()\n", *schemas.routes(), _TAIL])
    waited = r"^def (?=current_user|admin|member|any_member|" + "|".join(o for o, _, _, _ in _operations(description))
    return re.sub(waited + r"\()", "async def ", text, flags=re.MULTILINE) if asynchronous else text


def routes(description: Json) -> int:
    """How many there are."""
    return len(list(_operations(description)))


def _operations(description: Json) -> Iterator[tuple[str, str, str, Json]]:
    """(its name, path, method, operation) of each route."""
    for path, operations in description["paths"].items():
        for method in _METHODS:
            if method in operations:
                yield operations[method]["operationId"], path, method, operations[method]


class _Schemas:
    """The description, as Python."""

    def __init__(self, description: Json) -> None:
        self._description = description
        self._schemas: Json = description["components"]["schemas"]

    def models(self) -> Iterator[str]:
        """A class for each object."""
        for name, schema in self._schemas.items():
            if name in {"Problem", "GatewayRefusal"}:
                continue
            lines = [f"class {name}(BaseModel):"]
            if schema.get("additionalProperties") is False:
                lines += ['    model_config = ConfigDict(extra="forbid")', ""]
            required = set(schema.get("required", ()))
            fields = [f"    {n}: {self._field(kind, n in required)}" for n, kind in schema["properties"].items()]
            lines += sorted(fields, key=lambda line: " = " in line)
            yield "\n".join(["", *lines, ""])

    def routes(self) -> Iterator[str]:
        """A function for each route."""
        for name, path, method, operation in _operations(self._description):
            status, told = next((s, r) for s, r in operation["responses"].items() if s.startswith("2"))
            answer = told.get("content", {}).get("application/json", {}).get("schema")
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            options = {
                "response_model": self._type(answer) if answer else "None",
                "status_code": status,
                "tags": operation.get("tags"),
                "summary": repr(operation.get("summary")),
            }
            lines = [
                f"@router.{method}({path!r}, {', '.join(f'{k}={v}' for k, v in options.items())})",
                f"def {name}(",
                *(f"    {a}," for a in self._arguments(path, method, operation, body)),
                ") -> Any:",
                _DONE.get(name, _plainly(path, method, body is not None)).lstrip("\n"),
            ]
            yield "\n".join(["", *lines, ""])

    def _arguments(self, path: str, method: str, operation: Json, body: Json | None) -> Iterator[str]:
        parameters = [self._resolved(p) for p in operation.get("parameters", ())]
        yield from (f"{p['name']}: str" for p in parameters if p["in"] == "path")
        if operation.get("security") != []:
            yield f"user: {_who(path, method)}"
        if body:
            yield f"body: {self._type(body)}"
        yield "response: Response"
        for parameter in parameters:
            kind, place = parameter["schema"], parameter["in"].capitalize()
            if place != "Path":
                annotation = f"Annotated[{self._type(kind)}{'' if 'default' in kind else ' | None'}, {place}()]"
                yield f"{parameter['name'].replace('-', '_').lower()}: {annotation} = {kind.get('default')!r}"

    def _resolved(self, parameter: Json) -> Json:
        name = parameter.get("$ref", "").rsplit("/", 1)[-1]
        found: Json = self._description["components"]["parameters"][name] if name else parameter
        return found

    def _field(self, kind: Json, required: bool) -> str:
        plain = self._type(kind)
        if required and not plain.endswith("None"):
            return plain
        if "default" not in kind:
            return f"{plain if plain.endswith('None') else plain + ' | None'} = None"
        if kind["default"] in ({}, []):
            return f"{plain} = Field(default_factory={type(kind['default']).__name__})"
        return (
            f'{plain} = Decimal("{kind["default"]}")' if plain.startswith(_NUMBER) else f"{plain} = {kind['default']!r}"
        )

    def _type(self, kind: Json) -> str:
        if "$ref" in kind:
            return str(kind["$ref"].rsplit("/", 1)[1])
        if "anyOf" in kind:
            return " | ".join(dict.fromkeys(self._type(k) for k in kind["anyOf"]))
        if "properties" in kind:  # written out where it is used
            return next(
                n for n, s in self._schemas.items() if s.get("properties", {}).keys() == kind["properties"].keys()
            )
        match kind.get("type"):
            case "string":
                return _text(kind)
            case "number":
                return _MONEY if kind.get("multipleOf") == 0.01 else _limited("Decimal", kind, _LIMITS)
            case "integer":
                return _limited("int", kind, _LIMITS)
            case "array":
                return _limited(
                    f"list[{self._type(kind['items'])}]", kind, {"minItems": "min_length", "maxItems": "max_length"}
                )
            case "object":
                inner = kind.get("additionalProperties")
                value = self._type(inner) if isinstance(inner, dict) else "Any"
                key = _text(kind.get("propertyNames", {}))
                return _limited(f"dict[{key}, {value}]", kind, {"maxProperties": "max_length"})
            case "null":
                return "None"
            case "boolean":
                return "bool"
        return "Any"


_NUMBER: Final = ("Decimal", "Annotated[Decimal")
_MONEY: Final = "Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=2)]"
_LIMITS: Final = {"minimum": "ge", "maximum": "le", "exclusiveMinimum": "gt"}


def _text(kind: Json) -> str:
    if "enum" in kind:
        return f"Literal[{', '.join(map(repr, kind['enum']))}]"
    if kind.get("format") in {"date-time", "date"}:
        return "datetime" if kind["format"] == "date-time" else "date"
    if kind.get("pattern", "").startswith("^[0-9]{1,8}"):
        return _MONEY
    return _limited("str", kind, {"minLength": "min_length", "maxLength": "max_length", "pattern": "pattern"})


def _limited(plain: str, kind: Json, names: dict[str, str]) -> str:
    limits = {n: kind[k] for k, n in names.items() if k in kind}
    return f"Annotated[{plain}, Field({', '.join(f'{n}={v!r}' for n, v in limits.items())})]" if limits else plain


_ADMINS: Final = {("patch", "/v1/products/{product_id}"), ("get", "/v1/products/{product_id}/history")}


def _who(path: str, method: str) -> str:
    if path.startswith("/v1/admin/") or (method, path) in _ADMINS:
        return "Admin"
    if path.startswith("/v1/stores/{store_id}"):
        return "Member"
    return "AnyMember" if (method, path) == ("post", "/v1/products") else "CurrentUser"


def _plainly(path: str, method: str, has_body: bool) -> str:
    """One read or one write."""
    named = [p for p in path.split("/") if p and "{" not in p]
    table = f"{named[-1]}_TABLE".replace("-", "_").upper()
    keys = re.findall(r"{(\w+)}", path)
    given = "".join(f", {k}={k}" for k in keys)
    if method == "get" and path.endswith("}"):
        return f'    return read("{table}"{given})'
    if method == "get":
        return (
            f'    return listed("{table}", "{keys[-1]}", {keys[-1]})'
            if keys
            else f'    return listed("{table}", "kind", "all")'
        )
    fields = ", **body.model_dump(exclude_none=True)" if has_body else ""
    return f'    return written("{table}", "attribute_exists(id)"{given}{fields})'
