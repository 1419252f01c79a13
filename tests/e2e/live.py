"""The whole system on an engine of its own, and the people who use it: shops, an admin, an operator with the keys."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from boto3.dynamodb.types import TypeDeserializer
from botocore.config import Config

from local.home import ACCOUNT, REGION, ROOT, Home
from local.process import find, wait_until
from local.system import System

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

Json = dict[str, Any]
ENDED = frozenset({"completed", "completed_with_errors", "failed", "needs_mapping"})
DONE = frozenset({"completed", "completed_with_errors"})
PATIENCE = 600.0
"""Seconds until something that should come is given up: a busy machine may take many times as long as an idle one."""
_PEOPLE = "@e2e.example.com"


class Clock:
    """How long each phase took; told at the end of the run."""

    def __init__(self) -> None:
        self.laps: list[tuple[str, float]] = []

    @contextlib.contextmanager
    def lap(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.laps.append((what, time.monotonic() - began))
        tell(f"{what}: {self.laps[-1][1]:.1f} s")


def tell(*seen: object) -> None:
    """For whoever looks on (pytest -s)."""
    print("  ", *seen, flush=True)  # noqa: T201


CLOCK = Clock()


@contextlib.contextmanager
def running(folder: Path, **told: str) -> Iterator[Live]:
    """A system of its own with its demo data, ``told`` by the environment. It is stopped by pid however the tests end;
    only its logs are kept."""
    with pytest.MonkeyPatch.context() as patch:
        for insisted in ("ENGINE_PORT", "WEB_PORT"):
            patch.delenv(insisted, raising=False)
        for name, value in told.items():
            patch.setenv(name, value)
        live = Live(Home(folder))
        live.prepare()
        try:
            with CLOCK.lap("from nothing to ready, demo data included"):
                live.up()
            yield live
        finally:
            with CLOCK.lap("stopping"):
                live.down()
            for made in ("state", "tmp", "cdk.out"):
                shutil.rmtree(live.home.path / made, ignore_errors=True)


class Live:
    """A running system: its API, and the account's root as the operator has it."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.system = System(home)
        self.endpoints: Json = {}
        self._load = TypeDeserializer().deserialize

    # --- Up and down ---

    def prepare(self) -> None:
        """Free ports, and the synthesised app of the last `make up` where it is there: it is made anew if it is old."""
        self.home.make()
        for name in ("engine", "web"):
            (self.home.state / f"{name}.port").write_text(str(_free_port()))
        made = ROOT / ".local" / "cdk.out"
        key = made.with_name("cdk.out.key")
        if key.exists():
            mark = key.read_text()
            shutil.copytree(made, self.system.cdk_out, dirs_exist_ok=True)
            if key.exists() and key.read_text() == mark:  # nobody was writing it meanwhile
                self.system.cdk_out.with_name("cdk.out.key").write_text(mark)

    def up(self) -> None:
        self.endpoints = self.system.up()

    def down(self) -> None:
        """Stop all that this home started, by pid; what outlived the engine's own clean end too."""
        started = {pid: _born(pid) for pid in self.children()}
        for kept in ("_people", "_tables", "_files", "_queues", "_bus", "_logs"):
            self.__dict__.pop(kept, None)
        self.system.down()
        for pid, born in started.items():
            if born and _born(pid) == born:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def children(self, named: str = "") -> list[int]:
        """Processes that the engine of this home runs (Lambdas), whose command line holds ``named``."""
        engine = find(self.home, "engine")
        if engine is None:
            return []
        parents: dict[int, int] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        ours = {engine.pid}
        while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
            ours |= more
        return sorted(pid for pid in ours - {engine.pid} if named in _short(_command(pid)))

    # --- The API ---

    @property
    def api_url(self) -> str:
        url: str = self.endpoints["api_url"]
        return url

    def anyone(self, method: str, path: str, token: str | None = None, **given: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.request(
            method, self.api_url + path, headers=headers | given.pop("headers", {}), timeout=60, **given
        )

    def demo(self, role: str, nth: int = 0) -> Person:
        user = [u for u in self.endpoints["demo_users"] if u["role"] == role][nth]
        return Person(self, user["username"], user["password"])

    def newcomer(self) -> Person:
        """Somebody who has just signed up."""
        person = Person(self, f"{secrets.token_hex(6)}{_PEOPLE}", f"{secrets.token_urlsafe(15)}-a1A")
        pool = self.endpoints["user_pool_id"]
        self.people.admin_create_user(UserPoolId=pool, Username=person.username, MessageAction="SUPPRESS")
        self.people.admin_set_user_password(
            UserPoolId=pool, Username=person.username, Password=person.password, Permanent=True
        )
        return person

    def shop(self, name: str) -> Shop:
        """A new store of a new owner."""
        owner = self.newcomer()
        made = owner.post(
            "/v1/stores",
            {"name": name, "region": "IN-KA", "languages": ["en", "kn"], "address": "7 MG Road, Bengaluru 560001"},
            status=201,
        )
        return Shop(self, owner, made["store_id"])

    # --- What lies beneath ---

    @cached_property
    def people(self) -> CognitoIdentityProviderClient:
        return self._session.client("cognito-idp", **self._client)

    @cached_property
    def files(self) -> S3Client:
        return self._session.client("s3", **self._client)

    @cached_property
    def queues(self) -> SQSClient:
        return self._session.client("sqs", **self._client)

    @cached_property
    def bus(self) -> EventBridgeClient:
        return self._session.client("events", **self._client)

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        return self._session.client("logs", **self._client)

    @cached_property
    def tables(self) -> DynamoDBClient:
        return self._session.client("dynamodb", **self._client)

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session("test", "test", region_name=REGION)

    @property
    def _client(self) -> Any:
        config = Config(retries={"total_max_attempts": 3}, read_timeout=120, s3={"addressing_style": "path"})
        return {"endpoint_url": self.endpoints["aws_endpoint_url"], "config": config}

    def rows(self, table: str) -> list[Json]:
        """All items of a table."""
        pages = self.tables.get_paginator("scan").paginate(TableName=self.endpoints["tables"][table])
        return [self._item(i) for page in pages for i in page["Items"]]

    def shelf(self, store_id: str) -> dict[str, Json]:
        """A store's items as its table has them, by product; but for rows that are on their way to the ledger."""
        pages = self.tables.get_paginator("query").paginate(
            TableName=self.endpoints["tables"]["StoreInventory"],
            KeyConditionExpression="store_id = :store",
            ExpressionAttributeValues={":store": {"S": store_id}},
            ConsistentRead=True,
        )
        items = [self._item(i) for page in pages for i in page["Items"]]
        return {i["product_id"]: {n: v for n, v in i.items() if n != "recent"} for i in items}

    def shelf_size(self, store_id: str) -> int:
        """How many items a store lists."""
        found = self.tables.query(
            TableName=self.endpoints["tables"]["StoreInventory"],
            KeyConditionExpression="store_id = :store",
            ExpressionAttributeValues={":store": {"S": store_id}},
            Select="COUNT",
        )
        return found["Count"]

    def job_row(self, job_id: str) -> Json:
        """A job with the figures that are not shown."""
        found = self.tables.get_item(
            TableName=self.endpoints["tables"]["CsvJobs"], Key={"job_id": {"S": job_id}}, ConsistentRead=True
        )
        return self._item(found["Item"])

    def _item(self, item: Any) -> Json:
        return {name: self._load(value) for name, value in item.items()}

    def queue(self, name: str) -> str:
        """The address of the one queue (not of dead letters) whose name holds this: its service, and what it is for."""
        (found,) = (url for url in self.queue_urls() if name in _short(url) and "dead" not in url.lower())
        return found

    def queue_urls(self) -> list[str]:
        pages = self.queues.get_paginator("list_queues").paginate()
        return [url for page in pages for url in page.get("QueueUrls", [])]

    def depth(self, url: str) -> tuple[int, int]:
        """Messages that wait, and messages that somebody works on."""
        told = self.queues.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        )["Attributes"]
        return int(told["ApproximateNumberOfMessages"]), int(told["ApproximateNumberOfMessagesNotVisible"])

    def send(self, queue: str, *messages: Json) -> None:
        url = self.queue(queue)
        for message in messages:
            self.queues.send_message(QueueUrl=url, MessageBody=json.dumps(message))

    def settled(self, *queues: str) -> None:
        """Returns when these queues (none named: all inboxes) are empty and nobody works on them."""
        inboxes = [u for u in self.queue_urls() if "SubscriptionsInbox" in _short(u) and "dead" not in u.lower()]
        urls = [self.queue(q) for q in queues] or inboxes
        assert wait_until(lambda: all(self.depth(u) == (0, 0) for u in urls), PATIENCE), "the queues don't empty"

    def log_lines(self, *words: str, since: float = 0) -> list[str]:
        """What any Lambda has logged (``since`` a time) that holds one of the words: 10,000 lines of each at most."""
        groups = self.logs.get_paginator("describe_log_groups").paginate().build_full_result()["logGroups"]
        found = []
        for group in (g["logGroupName"] for g in groups):
            for word in words:
                told = self.logs.filter_log_events(
                    logGroupName=group, filterPattern=f'"{word}"', startTime=int(since * 1000)
                )["events"]
                found += [f"{group}: {event['message']}" for event in told if word in event["message"]]
        return found


@dataclass
class Person:
    """Somebody with an account."""

    live: Live
    username: str
    password: str
    refresh_token: str = ""
    _token: str = ""

    @property
    def token(self) -> str:
        if not self._token:
            self.sign_in()
        return self._token

    def sign_in(self) -> str:
        """With the password, at the gateway's own pool; a fresh access token."""
        answer = self.live.people.initiate_auth(
            ClientId=self.live.endpoints["user_pool_client_id"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": self.username, "PASSWORD": self.password},
        )["AuthenticationResult"]
        self._token, self.refresh_token = answer["AccessToken"], answer["RefreshToken"]
        return self._token

    def ask(self, method: str, path: str, **given: Any) -> requests.Response:
        """As a browser in English does, unless told otherwise."""
        headers = {"Accept-Language": "en"} | given.pop("headers", {})
        return self.live.anyone(method, path, self.token, headers=headers, **given)

    def get(self, path: str, **params: Any) -> Json:
        return _body(self.ask("GET", path, params=params))

    def post(self, path: str, body: Json, *, status: int = 200) -> Json:
        return _body(self.ask("POST", path, json=body), status)

    def put(self, path: str, body: Json) -> Json:
        return _body(self.ask("PUT", path, json=body))

    def every(self, path: str, **params: Any) -> Iterator[Json]:
        """A list to its end."""
        cursor: Json = {}
        while True:
            page = self.get(path, limit=100, **params, **cursor)
            yield from page["items"]
            if not page["next_cursor"]:
                return
            cursor = {"cursor": page["next_cursor"]}


@dataclass
class Shop:
    """A store and its owner."""

    live: Live
    owner: Person
    store_id: str

    @property
    def path(self) -> str:
        return f"/v1/stores/{self.store_id}"

    def drop(self, name: str, body: bytes, metadata: Mapping[str, str] | None = None) -> str:
        """The file into the bucket, as any program may put it; its version."""
        put = self.live.files.put_object(
            Bucket=self.live.endpoints["buckets"]["imports"],
            Key=f"imports/{self.store_id}/{name}",
            Body=body,
            Metadata=metadata or {},
        )
        return put["VersionId"]

    def jobs(self, name: str) -> list[Json]:
        """All jobs of files of that name."""
        return [job for job in self.owner.every(f"{self.path}/imports") if job["filename"] == name]

    def job(self, name: str) -> Json:
        """The job that a dropped file has become."""
        assert wait_until(lambda: bool(self.jobs(name)), PATIENCE), f"{name} became no job"
        (job,) = self.jobs(name)
        return job

    def await_job(self, job_id: str, seconds: float = PATIENCE, until: frozenset[str] = ENDED) -> Json:
        """The job when it has ended."""
        job: Json = {}

        def ended() -> bool:
            job.update(self.owner.get(f"{self.path}/imports/{job_id}"))
            return job["status"] in until

        assert wait_until(ended, seconds, step=0.3), f"not ended after {seconds:.0f} s: {job}"
        return job

    def imported(self, name: str, body: bytes, metadata: Mapping[str, str] | None = None) -> Json:
        """Drop a file and wait for the end of its job."""
        self.drop(name, body, metadata)
        return self.await_job(self.job(name)["job_id"])

    def report(self, job_id: str) -> list[Json]:
        """The report's rows: the shop's own cells and what we added."""
        link = self.owner.get(f"{self.path}/imports/{job_id}/report")
        answer = requests.get(link["url"], timeout=60)
        assert answer.status_code == 200, answer.text[:300]
        assert answer.content.startswith(b"\xef\xbb\xbf"), "a report opens in Excel: it has a BOM"
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))

    def notices(self, kind: str = "ImportCompleted") -> list[Json]:
        return [n for n in self.owner.every(f"{self.path}/notifications") if n["type"] == kind]

    def stock(self, most: int | None = None) -> dict[str, Json]:
        """Items (all, or that many) as the API shows them, by product."""
        return {i["product_id"]: i for i in islice(self.owner.every(f"{self.path}/inventory"), most)}


class Ear:
    """Hears what fits a pattern, beside the system's own listeners.

    Unless told: what imports say on the bus, and what S3 says of their bucket.
    """

    def __init__(self, live: Live, name: str = "e2e-ear", pattern: Json | None = None) -> None:
        self.live = live
        self._heard: list[Json] = []
        self.url = live.queues.create_queue(QueueName=name)["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        anyone = {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": arn,
                }
            ]
        }
        live.queues.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": json.dumps(anyone)})
        bucket = {"bucket": {"name": [live.endpoints["buckets"]["imports"]]}}
        of_s3 = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": bucket}
        ours = live.endpoints["event_bus"]
        patterns = {ours: pattern} if pattern else {ours: {"source": ["vyapar.imports"]}, "default": of_s3}
        for bus, fits in patterns.items():
            live.bus.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(fits))
            live.bus.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "ear", "Arn": arn}])

    def events(self, kind: str, fits: Callable[[Json], bool]) -> list[Json]:
        """All events of a kind so far whose detail fits."""
        while found := self.live.queues.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                self._heard.append(json.loads(message["Body"]))
                self.live.queues.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return [e for e in self._heard if e["detail-type"] == kind and fits(e["detail"])]

    def of_job(self, kind: str, job_id: str) -> list[Json]:
        return self.events(kind, lambda detail: detail["data"]["job_id"] == job_id)

    def await_job(self, kind: str, job_id: str, count: int = 1, seconds: float = PATIENCE) -> list[Json]:
        """The events of a kind about a job, once there are that many."""
        assert wait_until(lambda: len(self.of_job(kind, job_id)) >= count, seconds, step=0.3), f"no {kind} of {job_id}"
        return self.of_job(kind, job_id)


def _body(answer: requests.Response, status: int = 200) -> Json:
    asked = f"{answer.request.method} {answer.request.url}"
    assert answer.status_code == status, f"{asked}: {answer.status_code} {answer.text[:500]}"
    body: Json = answer.json()
    return body


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _short(name: str) -> str:
    """A name without what the engine puts between that of a nested stack and of a thing in it."""
    return re.sub(r"-[0-9a-f]{8}-[0-9a-f]{3}-", "", name)


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    return ""


def _born(pid: int) -> str | None:
    """What tells a process from a later one with the same pid."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return None
