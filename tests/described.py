"""Whether an answer is as the API's description says: every answer that a test gets passes here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from local.docs import errors, openapi, refusals

_PROBLEM = "application/problem+json"
_FORMATS = FormatChecker(["date"])
_TOLD = {"etag", "location", "idempotency-replayed", "retry-after", "x-request-id"}


@_FORMATS.checks("date-time")
def _rfc3339(value: object) -> bool:
    return not isinstance(value, str) or bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value))


def check(method: str, path: str, status: int, headers: Mapping[str, str], text: str) -> None:
    """Raises AssertionError where a client that knows the description would be surprised."""
    operation = operation_of(method, path)
    if operation is None:
        return
    what = f"{method} {path}: {status}"
    responses = operation["responses"]
    response = _at(responses.get(str(status)) or responses.get(f"{str(status)[0]}XX"))
    assert response, f"{what} is not described"
    _check_headers(what, response, headers)
    media = headers.get("content-type", "").partition(";")[0]
    if "content" not in response:
        assert not text, f"{what} has a body"
        return
    assert media in response["content"], f"{what} is {media}"
    if media.endswith("json"):
        body = json.loads(text, parse_float=Decimal)
        wrong = [
            f"{e.json_path}: {e.message}"
            for e in _validator(json.dumps(response["content"][media]["schema"])).iter_errors(body)
        ]
        assert not wrong, f"{what}: {wrong[:5]}"
        if media == _PROBLEM:
            _check_codes(what, status, body)


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """The operation that answers; a literal path goes before one with variables."""
    found = [
        operations[method.lower()]
        for template, operations in sorted(openapi.description()["paths"].items(), key=lambda item: item[0].count("{"))
        if method.lower() in operations and re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path)
    ]
    return found[0] if found else None


def _check_headers(what: str, response: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    described = {name.lower(): _at(header)["schema"] for name, header in response.get("headers", {}).items()}
    surprising = (_TOLD & headers.keys()) - described.keys()
    assert not surprising, f"{what} has {surprising}"
    for name in described.keys() & headers.keys():
        value = int(headers[name]) if described[name]["type"] == "integer" else headers[name]
        wrong = [e.message for e in _validator(json.dumps(described[name])).iter_errors(value)]
        assert not wrong, f"{what}, {name}: {wrong}"


def _check_codes(what: str, status: int, problem: Mapping[str, Any]) -> None:
    assert problem["status"] == status, what
    said, of_fields = _codes()
    assert (status, problem["code"]) in said, f"{what} {problem['code']} is not in docs/errors.md"
    unknown = {e["code"] for e in problem.get("errors", ())} - of_fields
    assert not unknown, f"{what}: {unknown} are not in docs/errors.md"


@cache
def _codes() -> tuple[frozenset[tuple[int, str]], frozenset[str]]:
    found = refusals.everywhere()
    answers = frozenset((int(r.status), r.code) for r in found if r.status)
    return answers, frozenset({r.code for r in found if not r.status} | errors.pydantic_codes().keys())


def _at(node: Any) -> dict[str, Any]:
    if not node:
        return {}
    if "$ref" not in node:
        return dict(node)
    found: Any = openapi.description()
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return {**found, **{k: v for k, v in node.items() if k != "$ref"}}


@cache
def _validator(schema: str) -> Draft202012Validator:
    whole = {**json.loads(schema, parse_float=Decimal), "components": _closed()}
    return Draft202012Validator(whole, format_checker=_FORMATS)


@cache
def _closed() -> Any:
    """The schemas, with exact numbers, and refusing what they don't mention: a field nobody described is a mistake."""
    components = json.loads(json.dumps(openapi.description()["components"]), parse_float=Decimal)
    for name, schema in components["schemas"].items():
        if "properties" in schema and name != "Problem":
            schema["additionalProperties"] = False
    return components
