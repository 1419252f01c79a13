"""What is sent, and the processes that send it: each is one Lambda, at work on one request at a time."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from local.home import REGION, ROOT
from tests.bench import traffic
from tests.e2e.live import Json, Live, Shop
from tests.e2e.tokens import claims_of
from tests.world import shout

_ROUTE: Final = "/v1/stores/{store_id}/"
_count = itertools.count(1)


class Sent(NamedTuple):
    """What a burst of requests took: seconds of each, and of all by the clock."""

    each: list[float]
    whole: float


class Till:
    """A shop's till: makes requests to book movements."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._user = claims_of(shop.owner.token)["sub"]

    def movement(self) -> Json:
        """A sale of one, with an id that no other has."""
        return {"movement_id": f"0197e1a2-6f3b-7cc4-9d5e-{next(_count):012x}", "type": "sale", "quantity": 1}

    def one(self, product_id: str) -> Json:
        """A request that books one."""
        path = f"{self.shop.path}/inventory/{product_id}/movements"
        return self._event(path, f"{_ROUTE}inventory/{{proxy+}}", self.movement())

    def many(self, products: Iterable[str]) -> Json:
        """A request that books one of each."""
        movements = [{**self.movement(), "product_id": p} for p in products]
        return self._event(f"{self.shop.path}/movements", f"{_ROUTE}movements", {"movements": movements})

    def _event(self, path: str, route: str, body: Json) -> Json:
        return traffic.event("POST", path, route, json.dumps(body), user=self._user)


class Callers:
    """So many processes that run any design's handler, with this address for AWS."""

    def __init__(self, live: Live, count: int, url: str, env: dict[str, str]) -> None:
        told = traffic.environment() | {f"{shout(n)}_TABLE": table for n, table in live.endpoints["tables"].items()}
        told |= {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        told |= {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "PATH": os.environ["PATH"], **env}
        told.pop("AWS_SESSION_TOKEN")
        argv = [sys.executable, "-m", "tests.bench.moving.caller"]
        logs = live.home.logs / f"callers-{Path(url).name.replace(':', '-')}.log"
        with logs.open("ab") as log:
            self._all = [
                subprocess.Popen(argv, cwd=ROOT, env=told, text=True, stdin=-1, stdout=-1, stderr=log)
                for _ in range(count)
            ]
        self._logs = logs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for process in self._all:
            process.stdin.close() if process.stdin else None
        for process in self._all:
            process.wait(10)

    def send(self, module: str, events: Sequence[Json], *, at_once: int = 1) -> Sent:
        """Sends them by so many processes; each has its share beforehand. Raises AssertionError where one failed."""
        working = self._all[:at_once]
        shares = [events[n::at_once] for n in range(at_once)]
        began = time.perf_counter()
        for process, share in zip(working, shares, strict=True):
            assert process.stdin
            process.stdin.write(json.dumps({"module": module, "events": share}) + "\n")
            process.stdin.flush()
        answers: list[dict[str, Any]] = []
        for process in working:
            assert process.stdout
            line = process.stdout.readline()
            assert line, self._logs.read_text()[-3000:]
            answers.append(json.loads(line))
        whole = time.perf_counter() - began
        statuses = {status for answer in answers for status in answer["statuses"]}
        assert statuses <= {200, 201}, f"{module} answered {statuses}"
        return Sent([seconds for answer in answers for seconds in answer["seconds"]], whole)
