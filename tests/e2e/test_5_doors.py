"""Who may come in: on the real gateway, with real tokens."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
import requests

from local.home import ROOT
from tests.e2e import tokens
from tests.e2e.live import Live, Person, Shop

OPEN = ("/v1/health", "/v1/openapi.json", "/v1/docs", "/v1/attribution")
ROUTES = [
    (method.upper(), path)
    for path, methods in json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"].items()
    for method in methods
    if path not in OPEN
]
BODY = {"nonsense": True}


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


def test_a_token_that_is_not_ours_gets_401(live: Live, shop: Shop) -> None:
    """On every route: ``test_5_matrix.py``."""
    assert _me(live, shop.owner.token) == 200
    worthless = tokens.forged(shop.owner.token) | tokens.foreign(live) | tokens.of_a_session(live, shop.owner)
    assert len(worthless) > 12
    assert {what: _me(live, token) for what, token in worthless.items()} == dict.fromkeys(worthless, 401)


def test_an_expired_token_gets_401(live: Live, shop: Shop) -> None:
    short = tokens.short_lived(live, shop.owner)
    claims = tokens.claims_of(short)
    assert claims["exp"] - claims["iat"] == tokens.SHORT
    assert _me(live, short) == 200
    tokens.wait_for_its_end(short)
    assert _me(live, short) == 401


def test_a_token_lives_for_an_hour(shop: Shop) -> None:
    claims = tokens.claims_of(shop.owner.sign_in())
    assert claims["exp"] - claims["iat"] == 3600


def test_a_refreshed_token_works_until_the_session_is_revoked(live: Live) -> None:
    person = live.newcomer()
    here, elsewhere = tokens.session(live, person), tokens.session(live, person)
    fresh = tokens.refreshed(live, here["RefreshToken"])
    assert fresh != here["AccessToken"]
    assert _me(live, fresh) == 200
    live.people.revoke_token(ClientId=live.endpoints["user_pool_client_id"], Token=here["RefreshToken"])
    _ended(live, here["RefreshToken"], fresh, here["AccessToken"])
    assert _me(live, tokens.refreshed(live, elsewhere["RefreshToken"])) == 200  # another session of hers goes on


def test_signing_out_everywhere_ends_all_sessions(live: Live) -> None:
    person = live.newcomer()
    here, elsewhere = tokens.session(live, person), tokens.session(live, person)
    live.people.global_sign_out(AccessToken=here["AccessToken"])
    for ended in (here, elsewhere):
        _ended(live, ended["RefreshToken"], ended["AccessToken"])
    assert _me(live, person.sign_in()) == 200


def test_who_is_switched_off_gets_no_new_token(live: Live) -> None:
    person = live.newcomer()
    session = tokens.session(live, person)
    live.people.admin_disable_user(UserPoolId=live.endpoints["user_pool_id"], Username=person.username)
    with pytest.raises(live.people.exceptions.NotAuthorizedException):
        tokens.refreshed(live, session["RefreshToken"])
    with pytest.raises(live.people.exceptions.NotAuthorizedException):
        tokens.session(live, person)


def _ended(live: Live, refresh_token: str, *access_tokens: str) -> None:
    """A session is over: nobody gets a token from it, and the pool knows its access tokens no longer.

    A gateway never asks the pool about a token, here or on AWS: those that are out are good until they expire, an hour
    after they were given at the latest.
    """
    with pytest.raises(live.people.exceptions.NotAuthorizedException):
        tokens.refreshed(live, refresh_token)
    for token in access_tokens:
        with pytest.raises(live.people.exceptions.NotAuthorizedException, match="revoked"):
            live.people.get_user(AccessToken=token)
        assert _me(live, token) == 200
        assert tokens.claims_of(token)["exp"] - time.time() <= 3600


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
