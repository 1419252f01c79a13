"""The HTTP door: who is asking, may they, is the body sound, then the route; every refusal is a problem+json.

The order never changes: 401 token, 403 role, 404 not your store, 413/415 and 400/422 body, 404 thing, 409/412. The
first three are decided here from the path alone, before anyone looks at the body.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
    ResponseValidationError,
)
from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent
from pydantic import BaseModel, ConfigDict
from pydantic import ValidationError as PydanticValidationError

from shared.aws import access, problems
from shared.aws.json import read_json, write_json
from shared.aws.observability import count, follow, logger, metered
from shared.aws.problems import refusal
from shared.kernel import messages
from shared.kernel.cause import Cause
from shared.kernel.clock import utc_now
from shared.kernel.errors import (
    Busy,
    Forbidden,
    Malformed,
    NotFound,
    Problem,
    Stale,
    TooLarge,
    Unauthenticated,
    UnsupportedMedia,
)
from shared.kernel.principal import ADMIN_GROUP, Principal

MAX_BODY = 256 * 1024
_MAX_PATH_PART = 200  # bytes; no id of ours is longer, and DynamoDB takes no key over 1 KB
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


@dataclass(frozen=True, slots=True)
class Attempt:
    """Of a request that came with an Idempotency-Key: when its first try began, and what tells it from all others."""

    first_at: datetime
    seed: str


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
    api.exception_handler(Problem)(refusal)
    api.exception_handler(RequestUnsupportedContentType)(_wrong_type)
    api.exception_handler(RequestValidationError)(lambda error: _invalid_request(error, api.current_event))
    # Our own mistakes, not the client's: the door answers 500.
    api.exception_handler([PydanticValidationError, ResponseValidationError])(_raise)
    api.not_found(_no_route)
    api.use(middlewares=[_tell_language])
    return api


def http_handler(api: Api) -> Handler:
    """The Lambda handler of an API."""

    @metered
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        http = event["requestContext"]["http"]
        request_id: str = event["requestContext"]["requestId"]
        store = _STORE_PATH.match(event["rawPath"])
        follow(
            _correlation_id(event) or request_id,
            request_id=request_id,
            route=f"{http['method']} {event['rawPath']}",
            store=store and store[1],
        )
        try:
            if event["rawPath"] not in api.open_paths:
                _guard(api, principal_of(event), http["method"], event["rawPath"])
            _check_body(event)
            event = _with_body(event)
            answer: dict[str, Any] = api.resolve(event, context)
        except Problem as problem:
            answer = _plain(refusal(problem))
        except Exception:  # noqa: BLE001 - the last door: nothing internal may leave by it
            logger.exception("what follows is our fault")
            answer = _plain(refusal(problems.INTERNAL))
        return _finished(answer, event)

    return handler


def caller(api: Api) -> Principal:
    """Who sent the request that is being answered."""
    return principal_of(api.current_event.raw_event)


def cause(api: Api) -> Cause:
    """The cause of what the current request changes: the same when a request comes again under its Idempotency-Key."""
    event = api.current_event.raw_event
    attempt = api.context.get("attempt")
    at, seed = (attempt.first_at, attempt.seed) if attempt else (utc_now(), "")
    return Cause(caller(api).actor, at, _correlation_id(event) or event["requestContext"]["requestId"], seed)


def answer(body: T, *, status: int = 200, version: int | None = None, location: str | None = None) -> Response[T]:
    """An answer with its ETag (from ``version``) and Location."""
    headers: dict[str, Any] = {}
    if version is not None:
        headers["ETag"] = f'"{version}"'
    if location:
        headers["Location"] = location
    return Response(status_code=status, content_type="application/json", body=body, headers=headers)


def language(api: Api) -> str:
    """The reader's language, one of LANGUAGES: what Accept-Language asks for, or else his own, as GET /v1/me says it.

    The answer tells that it is in it.
    """
    if "language" not in api.context:
        api.context["language"] = _asked_for(api.current_event.raw_event) or _own_language(caller(api))
    return str(api.context["language"])


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
    if version == 0 and expected is None and api.current_event.headers.get("if-match"):
        raise Stale("STALE", f"There is no such {what} yet; send it without If-Match.")
    if expected is not None and expected != version:
        raise Stale("STALE", f"The {what} changed since you read it (it is at version {version}); read it again.")
    return expected is not None


@contextmanager
def racing(insists: bool, what: str) -> Iterator[None]:
    """A save after ``check_version``: who insisted on a version and lost a race gets Stale, who didn't Busy."""
    try:
        yield
    except Stale:
        if insists:
            raise
        raise Busy("CHANGED_MEANWHILE", f"Somebody changed the {what} at the same moment; send it again.") from None


def principal_of(event: dict[str, Any]) -> Principal:
    """The principal of the token that the gateway has verified. Raises Unauthenticated."""
    claims = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims")
    if not claims or not claims.get("sub"):
        raise Unauthenticated("TOKEN_MISSING", "Sign in and send the access token as a bearer token.")
    if claims.get("token_use") != "access":
        raise Unauthenticated(
            "TOKEN_WRONG_KIND", "This is not an access token; send the access token as a bearer token."
        )
    # The gateway gives a list claim as the text "[admin other]".
    groups = re.split(r"[\[\],\s]+", str(claims.get("cognito:groups", "")))
    return Principal(claims["sub"], ADMIN_GROUP in groups, claims.get("username"))


def _rule(rule: str) -> _Rule:
    method, path = rule.split(" ", 1)
    return _Rule(method, re.compile("^" + re.sub(r"<[^>]+>", "[^/]+", path) + "$"))


def _guard(api: Api, who: Principal, method: str, path: str) -> None:
    if not who.is_admin:
        _check_role(api, who, method, path)
    _check_path(path)
    store = _STORE_PATH.match(path)
    if store is None:
        return
    if who.is_admin:
        if not access.members_of(store[1]):
            raise NotFound("STORE_UNKNOWN", "There is no such store.")
    elif access.role_in(store[1], who.subject) is None:
        raise NotFound("STORE_UNKNOWN", "There is no such store, or it isn't yours.")


def _check_role(api: Api, who: Principal, method: str, path: str) -> None:
    if _ADMIN_PATH.match(path) or any(r.method == method and r.path.match(path) for r in api.admin_only):
        raise Forbidden("ADMIN_ONLY", "Only an admin may do this.")
    if any(r.method == method and r.path.match(path) for r in api.members_only) and not access.belongs_anywhere(
        who.subject
    ):
        raise Forbidden("OWNERS_ONLY", "Register a store first; owners and admins may do this.")


def _check_path(path: str) -> None:
    if any(len(part.encode(errors="replace")) > _MAX_PATH_PART for part in path.split("/")):
        raise NotFound("NO_SUCH_ROUTE", "There is no such route or thing: part of the path is too long.")


def _check_body(event: dict[str, Any]) -> None:
    body = event.get("body")
    if not body:
        return
    if len(body) * (3 / 4 if event.get("isBase64Encoded") else 1) > MAX_BODY:
        raise TooLarge("BODY_TOO_LARGE", f"A body may have {MAX_BODY // 1024} KB; send big files by an upload.")
    media = _header(event, "content-type") or "application/json"
    if media.split(";")[0].strip().lower() != "application/json":
        raise UnsupportedMedia("UNSUPPORTED_MEDIA_TYPE", "Send JSON with Content-Type: application/json.")
    if event.get("isBase64Encoded"):
        try:
            body = base64.b64decode(body).decode()
        except (UnicodeDecodeError, binascii.Error):
            raise Malformed("MALFORMED_JSON", "The body is not UTF-8.") from None
    if "\ufffd" in body:  # what stands there once bytes that are no UTF-8 were read as such
        raise Malformed("MALFORMED_JSON", "The body is not UTF-8.")
    read_json(body)


def _with_body(event: dict[str, Any]) -> dict[str, Any]:
    """The request with ``{}`` where a POST has no body: of an action that needs no more that is all there is to say.

    A PUT or PATCH has to say what it writes.
    """
    if event.get("body") or event["requestContext"]["http"]["method"] != "POST":
        return event
    headers = {n: v for n, v in event.get("headers", {}).items() if n.lower() != "content-type"}  # the type of nothing
    return {**event, "headers": headers, "body": "{}", "isBase64Encoded": False}


def _correlation_id(event: dict[str, Any]) -> str | None:
    sent = _header(event, "x-correlation-id")
    return sent if re.fullmatch(r"[A-Za-z0-9_.:-]{8,64}", sent) else None


def _header(event: dict[str, Any], name: str) -> str:
    return next((str(v) for k, v in event.get("headers", {}).items() if k.lower() == name), "")


def _wrong_type(_: RequestUnsupportedContentType) -> Response[Any]:
    return refusal(UnsupportedMedia("UNSUPPORTED_MEDIA_TYPE", "Send JSON with Content-Type: application/json."))


def _invalid_request(error: RequestValidationError, request: BaseProxyEvent) -> Response[Any]:
    return refusal(problems.of_validation(error.errors(), request.json_body if request.body else None))


def _no_route(_: Exception) -> Response[Any]:
    return refusal(NotFound("NO_SUCH_ROUTE", "There is no such route; GET /v1/openapi.json lists all."))


def _raise(error: Exception) -> Response[Any]:
    raise error


def _plain(response: Response[Any]) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": {"Content-Type": problems.MEDIA_TYPE, **response.headers},
        "body": response.body,
        "isBase64Encoded": False,
    }


def _asked_for(event: dict[str, Any]) -> str | None:
    return messages.preferred(_header(event, "accept-language"))


def _own_language(reader: Principal) -> str:
    return messages.language_of(access.language_of_person(reader.subject) or "en")


def _tell_language(api: Api, proceed: Callable[[Api], Response[Any]]) -> Response[Any]:
    """Middleware: an answer says which language it is in, if it isn't the same in all."""
    response = proceed(api)
    if "language" in api.context:
        response.headers.update(_in_language(api.context["language"]))
    return response


def _in_language(language: str) -> dict[str, str]:
    return {"Content-Language": language, "Vary": "Accept-Language"}


def _finished(answer: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """Adds what every answer has, and says in one line how it ended; a person can quote a problem's request id.

    Here a refusal is put into the reader's language, so one that was kept under an Idempotency-Key is, too.
    """
    request_id: str = event["requestContext"]["requestId"]
    status: int = answer["statusCode"]
    headers = answer.setdefault("headers", {})
    headers["X-Request-Id"] = request_id
    headers.setdefault("Cache-Control", "no-store")
    said: dict[str, Any] = {"status": status}
    if headers.get("Content-Type") == problems.MEDIA_TYPE:
        problem = json.loads(answer["body"])
        headers |= _in_language(problems.translate(problem, _asked_for(event) or "en"))
        answer["body"] = write_json({**problem, "request_id": request_id})
        said["code"] = problem["code"]
    if status >= HTTPStatus.BAD_REQUEST:
        count(f"Answered{status}")
        logger.warning("refused" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "failed", extra=said)
    else:
        logger.info("answered", extra=said)
    if event["requestContext"]["http"]["method"] == "HEAD" or answer["body"] is None:
        answer["body"] = ""
    return answer
