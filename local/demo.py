"""A catalog, an admin and two shops to look at: made as anybody makes them, and only when missing."""

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import requests
from botocore.exceptions import ClientError

from local.aws import Engine
from local.home import Home
from local.process import LocalError

_FILES = Path(__file__).with_name("demo")
_ENDED = ("completed", "completed_with_errors", "failed", "cancelled", "undone", "needs_mapping")
_STORES = {
    "mumbai": {
        "name": "Shree Ganesh Kirana",
        "region": "IN-MH",
        "languages": ["mr", "hi", "en"],
        "address": "12 Ranade Road, Dadar West, Mumbai 400028",
    },
    "chennai": {
        "name": "Sri Murugan Stores",
        "region": "IN-TN",
        "languages": ["ta", "en"],
        "address": "48 Kutchery Road, Mylapore, Chennai 600004",
    },
}


@dataclass
class User:
    role: str
    username: str
    password: str
    store_id: str | None = None


class Demo:
    """Idempotent: what is there already is left alone, so a second `make up` does next to nothing."""

    def __init__(self, home: Home, engine: Engine, api_url: str, outputs: dict[str, str]) -> None:
        self._home = home
        self._engine = engine
        self._api_url = api_url
        self._pool = outputs["UserPoolId"]
        self._client = outputs["UserPoolClientId"]
        self._imports: str = json.loads(outputs["BucketNames"])["imports"]

    def load(self) -> list[User]:
        """The demo users, after all data is in.

        Raises:
            LocalError: the API refused something, or an import did not end well.
        """
        users = self._users()
        tokens = {user.username: self._sign_in(user) for user in users}
        admin, *owners = users
        waiting: list[tuple[str, str, str]] = []
        for owner, (city, store) in zip(owners, _STORES.items(), strict=True):
            owner.store_id = self._store(tokens[owner.username], city, store)
        self._keep(users)
        self._import(tokens[admin.username], "/v1/admin/catalog-imports", "imports/_catalog/", _FILES / "catalog.csv")
        for owner, city in zip(owners, _STORES, strict=True):
            listing, file = f"/v1/stores/{owner.store_id}/imports", _FILES / f"stock_{city}.csv"
            if self._drop(tokens[owner.username], listing, f"imports/{owner.store_id}/", file):
                waiting.append((tokens[owner.username], listing, file.name))
        for token, listing, name in waiting:
            self._await(token, listing, name)
        return users

    def _users(self) -> list[User]:
        known = {}
        if self._home.people.exists():
            known = {one["username"]: User(**one) for one in json.loads(self._home.people.read_text())}
        users = []
        for role, name in (("admin", "admin"), *(("store_owner", city) for city in _STORES)):
            username = f"{name}@example.com"
            user = known.get(username) or User(role, username, f"{secrets.token_urlsafe(15)}-a1A")
            self._ensure(user)
            users.append(user)
        self._keep(users)
        return users

    def _ensure(self, user: User) -> None:
        people = self._engine.people
        try:
            people.admin_get_user(UserPoolId=self._pool, Username=user.username)
        except ClientError as error:
            if error.response["Error"]["Code"] != "UserNotFoundException":
                raise
            people.admin_create_user(
                UserPoolId=self._pool,
                Username=user.username,
                MessageAction="SUPPRESS",
                UserAttributes=[
                    {"Name": "email", "Value": user.username},
                    {"Name": "email_verified", "Value": "true"},
                ],
            )
            people.admin_set_user_password(
                UserPoolId=self._pool, Username=user.username, Password=user.password, Permanent=True
            )
            if user.role == "admin":
                people.admin_add_user_to_group(UserPoolId=self._pool, Username=user.username, GroupName="admin")

    def _sign_in(self, user: User) -> str:
        answer = self._engine.people.initiate_auth(
            ClientId=self._client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user.username, "PASSWORD": user.password},
        )
        return answer["AuthenticationResult"]["AccessToken"]

    def _store(self, token: str, city: str, store: dict[str, Any]) -> str:
        """The owner's first store; they may have registered others since."""
        mine = list(self._pages(token, "/v1/stores"))
        if not mine:
            mine = [self._ask("POST", "/v1/stores", token, json=store, key=f"demo-{city}")]
        store_id: str = mine[-1]["store_id"]
        return store_id

    def _import(self, token: str, listing: str, prefix: str, file: Path) -> None:
        if self._drop(token, listing, prefix, file):
            self._await(token, listing, file.name)

    def _drop(self, token: str, listing: str, prefix: str, file: Path) -> bool:
        """Put the file into the bucket, as any program may. False when its import has already ended."""
        job = self._job(token, listing, file.name)
        if job is None:
            self._engine.files.put_object(Bucket=self._imports, Key=prefix + file.name, Body=file.read_bytes())
        return job is None or job["status"] not in _ENDED

    def _await(self, token: str, listing: str, name: str, seconds: float = 180) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            job = self._job(token, listing, name)
            if job and job["status"] in _ENDED:
                if not job["status"].startswith("completed"):
                    raise LocalError(f"the import of {name} ended {job['status']} ({job.get('error_code')})")
                print(f"  {name}: {job['successful']} of {job['total_rows']} rows", flush=True)
                return
            time.sleep(0.3)
        raise LocalError(f"the import of {name} has not ended after {seconds:.0f} s; see {self._home.logs}")

    def _job(self, token: str, listing: str, filename: str) -> dict[str, Any] | None:
        return next((job for job in self._pages(token, listing) if job["filename"] == filename), None)

    def _pages(self, token: str, listing: str) -> Iterator[dict[str, Any]]:
        cursor = None
        while True:
            page = self._ask("GET", listing, token, params={"limit": 100} | ({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            if not (cursor := page.get("next_cursor")):
                return

    def _ask(self, method: str, path: str, token: str, *, key: str | None = None, **given: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        answer = requests.request(method, self._api_url + path, headers=headers, timeout=60, **given)
        if not answer.ok:
            raise LocalError(f"{method} {path} answered {answer.status_code}: {answer.text[:500]}")
        body: dict[str, Any] = answer.json()
        return body

    def _keep(self, users: list[User]) -> None:
        self._home.people.touch(mode=0o600)
        self._home.people.write_text(json.dumps([asdict(user) for user in users], indent=2))
