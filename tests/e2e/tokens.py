"""Tokens that are worth nothing here, each for a reason of its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.e2e.live import Live, Person

SHORT = 4
"""Seconds that a short-lived token lives."""


def claims_of(token: str) -> dict[str, Any]:
    """What a token says."""
    return _read(token.split(".")[1])


def forged(token: str) -> dict[str, str]:
    """Tokens made from a good one by somebody without the pool's key."""
    head, body, signature = token.split(".")
    claims = _read(body)
    promoted = _write(claims | {"cognito:groups": ["admin"]})
    longer = _write(claims | {"exp": claims["exp"] + 86_400})
    by_secret = f"{_write({**_read(head), 'alg': 'HS256'})}.{promoted}"
    no_kid = {name: value for name, value in _read(head).items() if name != "kid"}
    return {
        "promoted": f"{head}.{promoted}.{signature}",
        "prolonged": f"{head}.{longer}.{signature}",
        "with another signature": f"{head}.{body}.{'A' * len(signature)}",
        "without a signature": f"{head}.{body}.",
        "of no algorithm": f"{_write({'alg': 'none', 'typ': 'JWT'})}.{promoted}.",
        "of no algorithm, as if by our key": f"{_write({**_read(head), 'alg': 'none'})}.{promoted}.",
        "signed with a secret": f"{by_secret}.{_text(hmac.digest(b'test', by_secret.encode(), hashlib.sha256))}",
        "signed with another key": _signed(_read(head), promoted),
        "signed with a key of no name": _signed(no_kid, promoted),
        "that is none": "not.a.token",
        "that is garbage": "garbage",
        "of a null character": "a.\x01.b",
    }


def foreign(live: Live) -> dict[str, str]:
    """Good tokens of another pool, and of another app of ours."""
    pool = live.people.create_user_pool(PoolName="somebody-elses")["UserPool"]["Id"]
    return {
        "of another pool": _signed_in(live, pool, f"eve-{secrets.token_hex(4)}@e2e.example.com"),
        "of another app": _signed_in(
            live, live.endpoints["user_pool_id"], f"mallory-{secrets.token_hex(4)}@e2e.example.com"
        ),
    }


def of_a_session(live: Live, person: Person) -> dict[str, str]:
    """What else a person is given when she signs in."""
    told = session(live, person)
    return {"for identity": told["IdToken"], "for refreshing": told["RefreshToken"]}


def session(live: Live, person: Person) -> dict[str, str]:
    """All tokens of a new session."""
    answer: Any = live.people.initiate_auth(
        ClientId=live.endpoints["user_pool_client_id"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person.username, "PASSWORD": person.password},
    )["AuthenticationResult"]
    return {name: str(token) for name, token in answer.items()}


def refreshed(live: Live, refresh_token: str) -> str:
    """A new access token of a session. Raises NotAuthorizedException once it was revoked."""
    answer: Any = live.people.initiate_auth(
        ClientId=live.endpoints["user_pool_client_id"],
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": refresh_token},
    )["AuthenticationResult"]
    return str(answer["AccessToken"])


def short_lived(live: Live, person: Person) -> str:
    """An access token that expires after ``SHORT`` seconds."""
    with _short_tokens(live):
        return Person(live, person.username, person.password).sign_in()


def wait_for_its_end(token: str) -> None:
    """Returns when a token has expired."""
    time.sleep(max(0.0, claims_of(token)["exp"] - time.time()) + 1.5)


@contextmanager
def _short_tokens(live: Live) -> Iterator[None]:
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
        yield
    finally:
        people.update_user_pool_client(**kept, AccessTokenValidity=hour, TokenValidityUnits=units)


def _signed_in(live: Live, pool: str, name: str) -> str:
    """The access token of a new person of that pool, by a new app."""
    password = "Some-Passw0rd-77"
    client = live.people.create_user_pool_client(
        UserPoolId=pool, ClientName="another", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    live.people.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    live.people.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
    answer: Any = live.people.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": name, "PASSWORD": password}
    )["AuthenticationResult"]
    return str(answer["AccessToken"])


def _signed(head: dict[str, Any], body: str) -> str:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    what = f"{_write(head)}.{body}"
    return f"{what}.{_text(key.sign(what.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _read(part: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def _write(claims: dict[str, Any]) -> str:
    return _text(json.dumps(claims).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
