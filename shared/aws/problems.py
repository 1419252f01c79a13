"""How a refusal leaves: the HTTP status of each kind of problem, and its RFC 9457 body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.aws.json import write_json
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
from shared.kernel.translations import in_words_of, translated

MEDIA_TYPE = "application/problem+json"
INTERNAL = Problem("INTERNAL", "Something failed on our side; the request can be sent again.")
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
    Problem: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def status_of(kind: type[Problem]) -> HTTPStatus:
    """The HTTP status of a kind of problem."""
    return next(_STATUS[k] for k in kind.__mro__ if k in _STATUS)


def refusal(problem: Problem) -> Response[Any]:
    """The answer that tells ``problem``; the door adds the request's id."""
    status = status_of(type(problem))
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
    headers: dict[str, Any] = {} if problem.retry_after is None else {"Retry-After": str(problem.retry_after)}
    return Response(status.value, content_type=MEDIA_TYPE, body=write_json(body), headers=headers)


def translate(told: dict[str, Any], language: str) -> str:
    """Puts a refusal's body into a language, as far as it has translations. The language that it is in then."""
    detail = translated(told["detail"], language)
    told["detail"] = detail or told["detail"]
    for error in told.get("errors", ()):
        error["message"] = in_words_of(error["message"], language)
    return language if detail else "en"


def of_validation(errors: Iterable[Any], sent: Any) -> Problem:
    """What pydantic found in ``sent`` (the body), as one problem with a pointer to each wrong field."""
    fields: dict[tuple[str, str], FieldError] = {}
    for error in errors:
        place = _place(error["loc"], sent, missing=error["type"] == "missing")
        pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)
        code = str(error["type"]).upper()
        fields.setdefault((pointer, code), FieldError(pointer, code, error["msg"]))
    return Invalid("INVALID", "Some fields are wrong; each is listed with its cure.", list(fields.values()))


def _place(loc: Sequence[str | int], sent: Any, *, missing: bool) -> Iterator[str | int]:
    """Where in the body; query and path parameters keep their kind in front.

    pydantic goes on with the branch of a union or "[key]": the pointer ends where the body does, or at what it lacks.
    """
    if not loc or loc[0] != "body":
        yield from loc
        return
    for part in loc[1:]:
        there = part in sent if isinstance(sent, dict) else isinstance(sent, list) and part in range(len(sent))
        if there:
            sent = sent[part]
            yield part
        elif missing:
            yield part
        else:
            return
