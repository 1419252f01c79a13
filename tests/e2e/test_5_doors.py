"""Who may come in: on the real gateway, with real tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.home import ROOT
from tests.e2e.live import Live, Person, Shop

OPEN = ("/v1/health", "/v1/openapi.json", "/v1/docs")
ROUTES = [
    (method.upper(), path)
    for path, methods in json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"].items()
    for method in methods
    if path not in OPEN
]
BODY = {"nonsense": True}
SHORT = 4  # seconds


@pytest.fixture(scope="module")
def shop(live: Live) -> Shop:
    return live.shop("Door Test Stores")


def asked(live: Live, token: str | None, store_id: str = "x") -> Iterator[tuple[str, requests.Response]]:
    """Every guarded route; where it takes a body, one that no route would take."""
    for method, path in ROUTES:
        at = path.replace("{store_id}", store_id).replace("{gtin}", "8901719101038")
        while "{" in at:
            at = f"{at[: at.index('{')]}x{at[at.index('}') + 1 :]}"
        body = {"json": BODY} if method in ("POST", "PUT", "PATCH") else {}
        yield f"{method} {path}", live.anyone(method, at, token, **body)


def statuses(answers: Iterator[tuple[str, requests.Response]]) -> dict[str, int]:
    return {route: answer.status_code for route, answer in answers}


def test_health_docs_and_the_api_description_are_open(live: Live) -> None:
    for path in OPEN:
        assert live.anyone("GET", path).status_code == 200, path
    health = live.anyone("GET", "/v1/health").json()
    assert health["status"] == "ok"
    assert health["stage"] == "local"
    assert set(health["checks"].values()) == {"ok"}
    served = live.anyone("GET", "/v1/openapi.json").json()
    written = json.loads((ROOT / "docs" / "openapi.json").read_text())
    assert sorted(served["paths"]) == sorted(written["paths"])


def test_an_anonymous_caller_gets_401_on_every_other_route(live: Live) -> None:
    assert len(ROUTES) > 30
    told = statuses(asked(live, None))
    assert {r: s for r, s in told.items() if s != 401} == {}


def test_an_unknown_route_needs_a_token_and_then_is_not_found(live: Live, shop: Shop) -> None:
    assert live.anyone("GET", "/v1/no-such-thing").status_code == 401
    answer = shop.owner.ask("GET", "/v1/no-such-thing")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_forged_token_gets_401(live: Live, shop: Shop) -> None:
    head, body, signature = shop.owner.token.split(".")
    claims = _read(body)
    promoted = _write(claims | {"cognito:groups": ["admin"]})
    longer = _write(claims | {"exp": claims["exp"] + 86_400})
    nobody = f"{_write({'alg': 'none', 'typ': 'JWT'})}.{promoted}."
    ours = f"{_write({**_read(head), 'alg': 'HS256'})}.{promoted}"
    by_us = base64.urlsafe_b64encode(hmac.digest(b"test", ours.encode(), hashlib.sha256)).decode().rstrip("=")
    for token in (
        f"{head}.{promoted}.{signature}",
        f"{head}.{longer}.{signature}",
        f"{head}.{body}.{'A' * len(signature)}",
        nobody,
        f"{ours}.{by_us}",
        "not.a.token",
    ):
        assert live.anyone("GET", "/v1/me", token).status_code == 401, token[:60]
        assert live.anyone("GET", "/v1/admin/stats", token).status_code == 401, token[:60]


def test_a_token_of_another_user_pool_gets_401(live: Live, shop: Shop) -> None:
    pool = live.people.create_user_pool(PoolName="somebody-elses")["UserPool"]["Id"]
    client = live.people.create_user_pool_client(
        UserPoolId=pool, ClientName="theirs", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    assert _me(live, _signed_in(live, pool, client, "AccessToken")) == 401


def test_a_token_made_for_another_app_gets_401(live: Live, shop: Shop) -> None:
    pool = live.endpoints["user_pool_id"]
    client = live.people.create_user_pool_client(
        UserPoolId=pool, ClientName="another", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    assert _me(live, _signed_in(live, pool, client, "AccessToken")) == 401


def test_an_id_token_is_no_access_token(live: Live, shop: Shop) -> None:
    answer = live.people.initiate_auth(
        ClientId=live.endpoints["user_pool_client_id"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": shop.owner.username, "PASSWORD": shop.owner.password},
    )["AuthenticationResult"]
    assert _me(live, answer["AccessToken"]) == 200
    assert _me(live, answer["IdToken"]) == 401


def test_an_expired_token_gets_401(live: Live, shop: Shop) -> None:
    where = {"UserPoolId": live.endpoints["user_pool_id"], "ClientId": live.endpoints["user_pool_client_id"]}
    people: Any = live.people
    before = people.describe_user_pool_client(**where)["UserPoolClient"]
    settings = ("ExplicitAuthFlows", "RefreshTokenValidity", "IdTokenValidity", "EnableTokenRevocation")
    kept = where | {name: before[name] for name in settings if name in before}
    hour, units = before["AccessTokenValidity"], before["TokenValidityUnits"]
    people.update_user_pool_client(
        **kept, AccessTokenValidity=SHORT, TokenValidityUnits={**units, "AccessToken": "seconds"}
    )
    try:
        short = Person(live, shop.owner.username, shop.owner.password).sign_in()
    finally:
        people.update_user_pool_client(**kept, AccessTokenValidity=hour, TokenValidityUnits=units)
    claims = _read(short.split(".")[1])
    assert claims["exp"] - claims["iat"] == SHORT
    assert _me(live, short) == 200
    time.sleep(max(0.0, claims["exp"] - time.time()) + 1.5)
    assert _me(live, short) == 401
    assert _read(shop.owner.sign_in().split(".")[1])["exp"] > time.time() + 3000  # as it was: an hour


def test_a_refreshed_token_works_until_the_session_is_revoked(live: Live) -> None:
    person = live.newcomer()
    person.sign_in()
    client = live.endpoints["user_pool_client_id"]

    def refresh() -> str:
        return live.people.initiate_auth(
            ClientId=client, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": person.refresh_token}
        )["AuthenticationResult"]["AccessToken"]

    assert _me(live, refresh()) == 200
    live.people.revoke_token(ClientId=client, Token=person.refresh_token)
    with pytest.raises(live.people.exceptions.NotAuthorizedException):
        refresh()


def test_an_owner_gets_404_for_anything_of_another_store(live: Live, shop: Shop) -> None:
    theirs = live.demo("store_owner")
    their_store = next(u["store_id"] for u in live.endpoints["demo_users"] if u["username"] == theirs.username)
    for store_id in (their_store, "str_nobodys"):
        answers = [a for a in asked(live, shop.owner.token, store_id) if "{store_id}" in a[0]]
        assert len(answers) > 12
        assert {route: a.status_code for route, a in answers if a.status_code != 404} == {}
        assert {a.json()["code"] for _, a in answers} == {"STORE_UNKNOWN"}
        assert {a.headers["Content-Type"] for _, a in answers} == {"application/problem+json"}
    assert theirs.get(f"/v1/stores/{their_store}")["store_id"] == their_store


def test_an_owner_finds_nothing_of_another_store_by_way_of_his_own(live: Live, shop: Shop) -> None:
    theirs = live.demo("store_owner")
    their_store = next(u["store_id"] for u in live.endpoints["demo_users"] if u["username"] == theirs.username)
    job = next(theirs.every(f"/v1/stores/{their_store}/imports"))["job_id"]
    notice = next(theirs.every(f"/v1/stores/{their_store}/notifications"))["id"]
    item = next(theirs.every(f"/v1/stores/{their_store}/inventory"))["product_id"]
    for method, path in (
        ("GET", f"{shop.path}/imports/{job}"),
        ("GET", f"{shop.path}/imports/{job}/report"),
        ("POST", f"{shop.path}/notifications/{notice}/read"),
        ("GET", f"{shop.path}/inventory/{item}"),
    ):
        assert shop.owner.ask(method, path).status_code == 404, path
    mapping = shop.owner.ask("PUT", f"{shop.path}/imports/{job}/mapping", json={"columns": {"name": "Item"}})
    assert mapping.status_code == 404
    assert [s["store_id"] for s in shop.owner.every("/v1/stores")] == [shop.store_id]


def test_an_owner_gets_403_on_every_admin_route(live: Live, shop: Shop) -> None:
    told = {r: s for r, s in statuses(asked(live, shop.owner.token)).items() if "/v1/admin" in r}
    assert len(told) > 8
    assert {r: s for r, s in told.items() if s != 403} == {}
    assert shop.owner.ask("PATCH", "/v1/products/x", json=BODY).status_code == 403
    assert shop.owner.ask("GET", "/v1/products/x/history").status_code == 403


def test_an_admin_may_see_any_store(admin: Person, shop: Shop) -> None:
    assert admin.get(shop.path)["store_id"] == shop.store_id
    assert admin.get(f"{shop.path}/inventory")["items"] == []


def test_a_new_owner_can_act_at_once(live: Live) -> None:
    shop = live.shop("Just Opened")
    assert shop.owner.get(f"{shop.path}/inventory")["items"] == []
    assert shop.store_id in json.dumps(shop.owner.get("/v1/me"))


def _me(live: Live, token: str) -> int:
    return live.anyone("GET", "/v1/me", token).status_code


def _signed_in(live: Live, pool: str, client: str, kind: str) -> str:
    """A token of a person of that pool, by that app."""
    name, password = "eve@e2e.example.com", "Some-Passw0rd-77"
    live.people.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    live.people.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
    answer: Any = live.people.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )["AuthenticationResult"]
    return str(answer[kind])


def _read(part: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def _write(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
