"""The HTTP door, without anything behind it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

from shared.aws import access, http
from shared.aws.http import Body, answer, expected_version, http_handler, new_api
from shared.kernel.errors import Conflict, FieldError, Invalid, Stale
from shared.kernel.money import Rupees
from tests.world import Context

api = new_api(open_paths=["/v1/open"], admin_only=["PATCH /v1/things/<thing_id>"])


class Thing(Body):
    name: str
    price: Rupees | None = None


class Seen(BaseModel):
    name: str
    price: Rupees | None = None
    share: Decimal | None = None


@api.get("/v1/open")
def read_open() -> Response[Seen]:
    return answer(Seen(name="open"))


@api.post("/v1/things")
def make(thing: Thing) -> Response[Seen]:
    if thing.name == "taken":
        raise Conflict("TAKEN", "Taken.", extra={"thing_id": "t1"})
    if thing.name == "broken":
        raise RuntimeError("secret")
    return answer(Seen(name=thing.name, price=thing.price), status=201, version=1, location="/v1/things/t1")


@api.patch("/v1/things/<thing_id>")
def change(thing_id: str, thing: Thing) -> Response[Seen]:
    if expected_version(api) not in {None, 3}:
        raise Stale("STALE", "Old.")
    return answer(Seen(name=thing.name))


@api.get("/v1/stores/<store_id>/things")
def of_store(store_id: str) -> Response[Seen]:
    if store_id == "bad":
        raise Invalid("INVALID", "Bad.", [FieldError("/x", "X", "Cure.")])
    return answer(Seen(name=store_id))


handler = http_handler(api)
USER = {"sub": "ravi", "token_use": "access", "username": "Ravi"}
ADMIN = {**USER, "cognito:groups": "[admin]"}


def send(
    method: str = "POST",
    path: str = "/v1/things",
    body: str | None = None,
    claims: dict[str, str] | None = None,
    **headers: str,
) -> tuple[int, dict[str, Any], dict[str, str]]:
    sent = {k.replace("_", "-"): v for k, v in headers.items()}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "ANY",
        "rawPath": path,
        "rawQueryString": "",
        "headers": sent,
        "requestContext": {
            "http": {"method": method, "path": path},
            "requestId": "gw-1",
            "stage": "$default",
            **({"authorizer": {"jwt": {"claims": claims}}} if claims else {}),
        },
        "isBase64Encoded": False,
    }
    if body is not None:
        event["body"] = body
    given_ = handler(event, Context())
    headers_ = {k.lower(): v for k, v in given_["headers"].items()}
    return given_["statusCode"], json.loads(given_["body"]) if given_["body"] else {}, headers_


@pytest.fixture(autouse=True)
def _one_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "role_in", lambda store, _: "owner" if store in {"mine", "bad"} else None)
    monkeypatch.setattr(access, "members_of", lambda store: [] if store == "nowhere" else ["somebody"])


def test_checks_come_in_their_order() -> None:
    big = "x" * (http.MAX_BODY + 1)
    patch = ("PATCH", "/v1/things/t1")
    assert send(*patch, big)[0] == 401
    assert send(*patch, big, USER)[0] == 403
    assert send("GET", "/v1/stores/theirs/things", big, USER)[0] == 404
    assert send(*patch, big, ADMIN)[0] == 413
    assert send(*patch, "{", ADMIN, content_type="text/plain")[0] == 415
    assert send(*patch, "{", ADMIN)[0] == 400
    assert send(*patch, "{}", ADMIN, if_match='"1"')[0] == 422
    assert send(*patch, '{"name": "a"}', ADMIN, if_match='"1"')[0] == 412
    assert send(*patch, '{"name": "a"}', ADMIN, if_match='"3"')[0] == 200


def test_a_problem_has_its_shape() -> None:
    status, body, headers = send(body='{"name": "taken"}', claims=USER)
    assert headers["content-type"] == "application/problem+json"
    assert body == {
        "type": "about:blank",
        "title": "Conflict",
        "status": status,
        "detail": "Taken.",
        "code": "TAKEN",
        "thing_id": "t1",
        "request_id": "gw-1",
    }
    assert headers["x-request-id"] == "gw-1"
    assert headers["cache-control"] == "no-store"


def test_wrong_fields_are_pointed_at() -> None:
    status, body, _ = send(body='{"name": 1, "price": "x", "a/b~c": 2}', claims=USER)
    assert status == 422
    assert {(e["pointer"], e["code"]) for e in body["errors"]} == {
        ("/name", "STRING_TYPE"),
        ("/price", "NOT_A_NUMBER"),
        ("/a~1b~0c", "EXTRA_FORBIDDEN"),
    }


def test_our_own_failures_show_nothing() -> None:
    status, body, _ = send(body='{"name": "broken"}', claims=USER)
    assert (status, body["code"]) == (500, "INTERNAL")
    assert "secret" not in json.dumps(body)


def test_an_open_path_needs_no_token_and_no_other_path_is_open() -> None:
    assert send("GET", "/v1/open")[0] == 200
    assert send("GET", "/v1/open/more")[0] == 401
    assert send("GET", "/v1/nowhere", claims=USER)[1]["code"] == "NO_SUCH_ROUTE"
    assert send("DELETE", "/v1/things", claims=USER)[0] in {404, 405}


def test_the_store_of_the_path_is_checked_and_admins_need_only_that_it_exists() -> None:
    assert send("GET", "/v1/stores/mine/things", claims=USER)[1]["name"] == "mine"
    assert send("GET", "/v1/stores/theirs/things", claims=USER)[1]["code"] == "STORE_UNKNOWN"
    assert send("GET", "/v1/stores/theirs/things", claims=ADMIN)[0] == 200
    assert send("GET", "/v1/stores/nowhere/things", claims=ADMIN)[1]["code"] == "STORE_UNKNOWN"
    assert send("GET", "/v1/stores/bad/things", claims=USER)[1]["errors"] == [
        {"pointer": "/x", "code": "X", "message": "Cure."}
    ]


def test_every_admin_path_is_for_admins_known_or_not() -> None:
    for path in ("/v1/admin", "/v1/admin/", "/v1/admin/anything/at/all"):
        assert send("GET", path, claims=USER)[1]["code"] == "ADMIN_ONLY"
        assert send("GET", path, claims=ADMIN)[1]["code"] == "NO_SUCH_ROUTE"


@pytest.mark.parametrize(
    ("groups", "admin"),
    [("[admin]", True), ("[support admin]", True), ("admin", True), ("[a,admin]", True), ("[administrator]", False),
     ("[not-admin]", False), ("", False)],
)  # fmt: skip
def test_groups_are_read_exactly(groups: str, admin: bool) -> None:
    event = {"requestContext": {"authorizer": {"jwt": {"claims": {**USER, "cognito:groups": groups}}}}}
    assert http.principal_of(event).is_admin is admin


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        (None, "TOKEN_MISSING"),
        ({}, "TOKEN_MISSING"),
        ({"token_use": "access"}, "TOKEN_MISSING"),
        ({**USER, "sub": ""}, "TOKEN_MISSING"),
        ({**USER, "token_use": "id"}, "TOKEN_WRONG_KIND"),
        ({"sub": "ravi"}, "TOKEN_WRONG_KIND"),
    ],
)
def test_who_has_no_access_token_is_nobody(claims: dict[str, str] | None, code: str) -> None:
    status, body, _ = send(body='{"name": "a"}', claims=claims)
    assert (status, body["code"]) == (401, code)


@pytest.mark.parametrize(
    ("header", "status"),
    [("*", 200), (' "3" ', 200), ('"2"', 412), ("3", 412), ('W/"3"', 412), ('"' + "9" * 40 + '"', 412), ("", 412)],
)
def test_if_match(header: str, status: int) -> None:
    assert send("PATCH", "/v1/things/t1", '{"name": "a"}', ADMIN, if_match=header)[0] == status


def test_an_answer_carries_etag_and_location() -> None:
    status, body, headers = send(body='{"name": "a", "price": 12}', claims=USER)
    assert (status, body) == (201, {"name": "a", "price": "12.00", "share": None})
    assert (headers["etag"], headers["location"]) == ('"1"', "/v1/things/t1")
