"""The HTTP door: who is asking, may they, is the body sound, then the route; every refusal is a problem+json.

The order never changes: 401 token, 403 role, 404 not your store, 413/415 and 400/422 body, 404 thing, 409/412. The
first three are decided here from the path alone, before anyone looks at the body.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
    ResponseValidationError,
)
from pydantic import BaseModel, ConfigDict
from pydantic import ValidationError as PydanticValidationError

from shared.aws import access
from shared.aws.observability import count, follow, logger, metered
from shared.kernel.cause import Cause
from shared.kernel.clock import utc_now
from shared.kernel.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    Problem,
    Stale,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)
from shared.kernel.principal import ADMIN_GROUP, Principal

MAX_BODY = 256 * 1024
_CURSOR_AT_MOST = 2000
_STATUS: dict[type[Problem], HTTPStatus] = {
    Malformed: HTTPStatus.BAD_REQUEST,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.PRECONDITION_FAILED,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedMedia: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
_INTERNAL = Problem("INTERNAL", "Something failed on our side; the request can be sent again.")
_STORE_PATH = re.compile(r"^/v1/stores/([^/]+)(?:/|$)")
_ADMIN_PATH = re.compile(r"^/v1/admin(?:/|$)")

T = TypeVar("T")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


class Body(BaseModel):
    """What a client may send: unknown fields are refused, so that a misspelt one is not silently lost."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class View(BaseModel):
    """What a client is given."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Listing(BaseModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    method: str
    path: re.Pattern[str]


class Api(APIGatewayHttpResolver):
    """Routes of one service."""

    def __init__(self, *, open_paths: Iterable[str], admin_only: Iterable[str], members_only: Iterable[str]) -> None:
        super().__init__(
            enable_validation=True,
            json_body_deserializer=read_json,
            serializer=write_json,
            response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
        )
        self.open_paths = frozenset(open_paths)
        self.admin_only = [_rule(rule) for rule in admin_only]
        self.members_only = [_rule(rule) for rule in members_only]


def new_api(*, open_paths: Iterable[str] = (), admin_only: Iterable[str] = (), members_only: Iterable[str] = ()) -> Api:
    """The API of a service.

    ``open_paths`` need no token. ``admin_only`` are routes outside ``/v1/admin`` for admins, ``members_only`` those for
    people of any store (and admins), as ``"PATCH /v1/products/<product_id>"``.
    """
    api = Api(open_paths=open_paths, admin_only=admin_only, members_only=members_only)
    api.exception_handler(Problem)(_refused)
    api.exception_handler(RequestUnsupportedContentType)(_wrong_type)
    api.exception_handler(RequestValidationError)(_invalid_request)
    # Our own mistakes, not the client's: the door answers 500.
    api.exception_handler([PydanticValidationError, ResponseValidationError])(_raise)
    api.not_found(_no_route)
    return api


def http_handler(api: Api) -> Handler:
    """The Lambda handler of an API."""

    @metered
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        http = event["requestContext"]["http"]
        request_id: str = event["requestContext"]["requestId"]
        follow(_correlation_id(event) or request_id, request_id=request_id, route=event.get("routeKey"))
        try:
            if event["rawPath"] not in api.open_paths:
                _guard(api, principal_of(event), http["method"], event["rawPath"])
            _check_body(event)
            answer: dict[str, Any] = api.resolve(event, context)
        except Problem as problem:
            answer = _plain(_refused(problem))
        except Exception:  # noqa: BLE001 - the last door: nothing internal may leave by it
            logger.exception("unexpected")
            answer = _plain(_refusal(_INTERNAL, HTTPStatus.INTERNAL_SERVER_ERROR))
        return _finished(answer, request_id, http)

    return handler


def caller(api: Api) -> Principal:
    """Who sent the request that is being answered."""
    return principal_of(api.current_event.raw_event)


def cause(api: Api) -> Cause:
    """The cause of what the current request changes."""
    event = api.current_event.raw_event
    return Cause(caller(api).actor, utc_now(), _correlation_id(event) or event["requestContext"]["requestId"])


def answer(body: T, *, status: int = 200, version: int | None = None, location: str | None = None) -> Response[T]:
    """An answer with its ETag (from ``version``) and Location."""
    headers: dict[str, Any] = {}
    if version is not None:
        headers["ETag"] = f'"{version}"'
    if location:
        headers["Location"] = location
    return Response(status_code=status, content_type="application/json", body=body, headers=headers)


def expected_version(api: Api) -> int | None:
    """The version that ``If-Match`` insists on; None without one or for ``*``. Raises Stale for one never ours."""
    sent = api.current_event.headers.get("if-match")
    if sent is None or sent.strip() == "*":
        return None
    found = re.fullmatch(r'\s*"(\d{1,15})"\s*', sent)
    if not found:
        raise Stale("STALE", "If-Match is not an ETag of this thing; read it again.")
    return int(found[1])


def check_version(api: Api, version: int, what: str) -> bool:
    """Whether the caller insists on a version. Raises Stale where it is not the one there is (0: there is none)."""
    expected = expected_version(api)
    if expected is not None and expected != version:
        raise Stale("STALE", f"The {what} changed since you read it (it is at version {version}); read it again.")
    return expected is not None


def principal_of(event: dict[str, Any]) -> Principal:
    """The principal of the token that the gateway has verified. Raises Unauthenticated."""
    claims = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims")
    if not claims or claims.get("token_use") != "access" or not claims.get("sub"):
        raise Unauthenticated("TOKEN_MISSING", "Sign in and send the access token as a bearer token.")
    # The gateway gives a list claim as the text "[admin other]".
    groups = re.split(r"[\[\],\s]+", str(claims.get("cognito:groups", "")))
    return Principal(claims["sub"], ADMIN_GROUP in groups, claims.get("username"))


def read_json(text: str) -> Any:
    """A JSON body; decimals stay decimal. Raises Malformed."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_not_json)
    except (ValueError, RecursionError) as error:
        raise Malformed("MALFORMED_JSON", f"The body is not JSON: {error}.") from None


def write_json(value: Any) -> str:
    """JSON as we answer it: UTF-8, compact; a Decimal that is no money is a number."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_number)


def encode_cursor(key: dict[str, Any] | None) -> str | None:
    """An opaque cursor of where the next page starts."""
    if key is None:
        return None
    return base64.urlsafe_b64encode(write_json(key).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *names: str) -> dict[str, Any] | None:
    """The key in a cursor, which holds exactly ``names`` (all text). Raises Malformed.

    Callers add the partition themselves, so a cursor can't reach into another's list.
    """
    if cursor is None:
        return None
    try:
        if len(cursor) > _CURSOR_AT_MOST:
            raise ValueError
        key = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        if (
            not isinstance(key, dict)
            or set(key) != set(names)
            or not all(isinstance(v, str) and v for v in key.values())
        ):
            raise ValueError
    except (ValueError, RecursionError):
        raise Malformed("BAD_CURSOR", "This cursor is not one of ours; start without one.") from None
    return key


def _rule(rule: str) -> _Rule:
    method, path = rule.split(" ", 1)
    return _Rule(method, re.compile("^" + re.sub(r"<[^>]+>", "[^/]+", path) + "$"))


def _guard(api: Api, who: Principal, method: str, path: str) -> None:
    store = _STORE_PATH.match(path)
    if who.is_admin:
        if store and not access.members_of(store[1]):
            raise NotFound("STORE_UNKNOWN", "There is no such store.")
        return
    if _ADMIN_PATH.match(path) or any(r.method == method and r.path.match(path) for r in api.admin_only):
        raise Forbidden("ADMIN_ONLY", "Only an admin may do this.")
    if any(r.method == method and r.path.match(path) for r in api.members_only) and not access.stores_of(who.subject):
        raise Forbidden("OWNERS_ONLY", "Register a store first; owners and admins may do this.")
    if store and access.role_in(store[1], who.subject) is None:
        raise NotFound("STORE_UNKNOWN", "There is no such store, or it isn't yours.")


def _check_body(event: dict[str, Any]) -> None:
    body = event.get("body")
    if not body:
        return
    if len(body) * (3 / 4 if event.get("isBase64Encoded") else 1) > MAX_BODY:
        raise TooLarge("BODY_TOO_LARGE", f"A body may have {MAX_BODY // 1024} KB; send big files by an upload.")
    media = _header(event, "content-type") or "application/json"
    if media.split(";")[0].strip().lower() not in {"application/json", "application/merge-patch+json"}:
        raise UnsupportedMedia("UNSUPPORTED_MEDIA_TYPE", "Send JSON with Content-Type: application/json.")
    read_json(base64.b64decode(body).decode("utf-8", "replace") if event.get("isBase64Encoded") else body)


def _correlation_id(event: dict[str, Any]) -> str | None:
    sent = _header(event, "x-correlation-id")
    return sent if re.fullmatch(r"[A-Za-z0-9_.:-]{8,64}", sent) else None


def _header(event: dict[str, Any], name: str) -> str:
    return next((str(v) for k, v in event.get("headers", {}).items() if k.lower() == name), "")


def _refused(problem: Problem) -> Response[Any]:
    return _refusal(problem, _status(problem))


def _status(problem: Problem) -> HTTPStatus:
    return next(_STATUS[kind] for kind in type(problem).__mro__ if kind in _STATUS)


def _wrong_type(_: RequestUnsupportedContentType) -> Response[Any]:
    return _refused(UnsupportedMedia("UNSUPPORTED_MEDIA_TYPE", "Send JSON with Content-Type: application/json."))


def _invalid_request(error: RequestValidationError) -> Response[Any]:
    return _refused(_invalid(error.errors()))


def _no_route(_: Exception) -> Response[Any]:
    return _refused(NotFound("NO_SUCH_ROUTE", "There is no such route; GET /v1/openapi.json lists all."))


def _raise(error: Exception) -> Response[Any]:
    raise error


def _invalid(errors: Iterable[Any]) -> Problem:
    listed = list(errors)
    if any(e["type"] == "json_invalid" for e in listed):
        return Malformed("MALFORMED_JSON", "The body is not JSON.")
    fields = [
        FieldError(
            pointer="".join(f"/{str(p).replace('~', '~0').replace('/', '~1')}" for p in _place(e["loc"])),
            code=str(e["type"]).upper(),
            message=e["msg"],
        )
        for e in listed
    ]
    return Invalid("INVALID", "Some fields are wrong; each is listed with its cure.", fields)


def _place(loc: Any) -> Any:
    """Where in the body; query and path parameters keep their kind in front."""
    return loc[1:] if loc and loc[0] == "body" else loc


def _refusal(problem: Problem, status: HTTPStatus) -> Response[Any]:
    count(f"Refused{status.value}")
    logger.info("refused", extra={"status": status.value, "code": problem.code})
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": problem.detail,
        "code": problem.code,
        **problem.extra,
    }
    if problem.errors:
        body["errors"] = [{"pointer": e.pointer, "code": e.code, "message": e.message} for e in problem.errors]
    return Response(status_code=status.value, content_type="application/problem+json", body=write_json(body))


def _plain(response: Response[Any]) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": {"Content-Type": "application/problem+json"},
        "body": response.body,
        "isBase64Encoded": False,
    }


def _finished(answer: dict[str, Any], request_id: str, http: dict[str, Any]) -> dict[str, Any]:
    """Adds what every answer has; a problem gets the request's id so that a person can quote it."""
    logger.info("answered", extra={"status": answer["statusCode"]})
    headers = answer.setdefault("headers", {})
    headers["X-Request-Id"] = request_id
    headers.setdefault("Cache-Control", "no-store")
    if headers.get("Content-Type") == "application/problem+json":
        answer["body"] = write_json({**json.loads(answer["body"]), "request_id": request_id})
    if http["method"] == "HEAD":
        answer["body"] = ""
    return answer


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _not_json(token: str) -> Any:
    raise ValueError(f"{token} is not JSON")
