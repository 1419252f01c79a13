"""Who asks gives the request a name; it stands on every line and in every event that comes of it."""

from __future__ import annotations

import json
import secrets
import time
from collections import defaultdict
from functools import partial
from typing import Any

import pytest
import requests

from local.process import wait_until
from tests.builders import sheet
from tests.e2e.live import PATIENCE, Ear, Json, Live, Person, Shop

WORD = f"trace-{secrets.token_hex(4)}"
PHONE = "+91 98765 43217"


@pytest.fixture(scope="module")
def began() -> float:
    return time.time()


@pytest.fixture(scope="module")
def shop(live: Live, began: float) -> Shop:
    return live.shop("Trace Test Stores")


@pytest.fixture(scope="module")
def refusals(live: Live, admin: Person, shop: Shop) -> dict[str, requests.Response]:
    """One answer of each status that is not 2xx, by the name its request had."""
    theirs = next(user["store_id"] for user in live.endpoints["demo_users"] if user["store_id"])
    jeera = {"name": f"Jeera {WORD}", "net_quantity": "200 g"}
    known = admin.post("/v1/products", jeera, status=201)
    asked: dict[str, tuple[Person, str, str, dict[str, Any]]] = {
        "400": (shop.owner, "POST", "/v1/stores", {"data": "{", "headers": {"Content-Type": "application/json"}}),
        "403": (shop.owner, "GET", "/v1/admin/stats", {}),
        "404-store": (shop.owner, "GET", f"/v1/stores/{theirs}/inventory", {}),
        "404-thing": (shop.owner, "GET", f"{shop.path}/inventory/prd_nothing", {}),
        "404-route": (shop.owner, "GET", "/v1/nothing/at/all", {}),
        "409": (shop.owner, "POST", "/v1/products", {"json": jeera}),
        "412": (shop.owner, "PATCH", shop.path, {"json": {"address": "x"}, "headers": {"If-Match": '"999"'}}),
        "413": (shop.owner, "PATCH", shop.path, {"json": {"address": "x" * 300_000}}),
        "415": (shop.owner, "PATCH", shop.path, {"data": "a=b", "headers": {"Content-Type": "text/csv"}}),
        "422": (shop.owner, "PATCH", shop.path, {"json": {"phone": PHONE.replace("9", "X")}}),
        "422-admin": (admin, "PATCH", f"/v1/products/{known['product_id']}", {"json": {"mrp": "-1"}}),
    }
    answers = {}
    for name, (who, method, path, given) in asked.items():
        headers = {**given.pop("headers", {}), "X-Correlation-Id": f"{WORD}:{name}"}
        answers[name] = who.ask(method, path, headers=headers, **given)
        assert answers[name].status_code == int(name[:3]), f"{name}: {answers[name].text}"
    return answers


def lines(live: Live, word: str, since: float) -> list[Json]:
    """What was logged under a correlation id that begins so."""
    told = [line[line.index("{") :] for line in live.log_lines(word, since=since) if "{" in line]
    return [line for line in map(json.loads, told) if str(line.get("correlation_id")).startswith(word)]


def test_every_refusal_leaves_one_line(live: Live, began: float, refusals: dict[str, requests.Response]) -> None:
    def found() -> dict[str, list[Json]]:
        of: dict[str, list[Json]] = defaultdict(list)
        for line in lines(live, f"{WORD}:", began):
            of[line["correlation_id"].partition(":")[2]].append(line)
        return of

    assert wait_until(lambda: found().keys() >= refusals.keys(), PATIENCE, step=1)
    told = found()
    for name, answer in refusals.items():
        (line,) = told[name]
        path = answer.request.path_url
        assert line["level"] == "WARNING", name
        assert line["message"] == "refused", name
        assert (line["status"], line["code"]) == (answer.status_code, answer.json()["code"]), name
        assert line["request_id"] == answer.headers["X-Request-Id"] == answer.json()["request_id"], name
        assert line["route"] == f"{answer.request.method} {path}", name
        assert line.get("store") == (path.split("/")[3] if path.startswith("/v1/stores/") else None), name


def test_every_refusal_is_counted(live: Live, began: float, refusals: dict[str, requests.Response]) -> None:
    metrics = "".join(live.log_lines("CloudWatchMetrics", since=began))
    assert [n for n in {name[:3] for name in refusals} if f'"Answered{n}"' not in metrics] == []


def test_the_name_of_a_request_is_on_every_line_and_event_that_comes_of_it(
    live: Live, began: float, shop: Shop
) -> None:
    word = f"trace-{secrets.token_hex(6)}"
    ear = Ear(live, "e2e-trace", {"detail": {"metadata": {"correlation_id": [word]}}})
    named = {"X-Correlation-Id": word}
    new = {"name": "Trace Two", "region": "IN-KA", "phone": PHONE}
    store = shop.owner.ask("POST", "/v1/stores", json=new, headers=named).json()["store_id"]
    announced = shop.owner.ask(
        "POST", f"/v1/stores/{store}/imports", json={"filename": "trace.csv"}, headers=named
    ).json()
    form = announced["upload"]
    file = sheet([[f"Ajwain {word}", "", "100 g", 3, "60", "55"]])
    assert requests.post(form["url"], data=form["fields"], files={"file": file}, timeout=60).status_code == 204
    shop_too = Shop(live, shop.owner, store)
    assert shop_too.await_job(announced["job_id"])["status"] == "completed"

    kinds = {"StoreRegistered", "ImportStarted", "ProductCreated", "StockChanged", "ImportCompleted"}
    assert wait_until(lambda: all(ear.events(kind, lambda _: True) for kind in kinds), PATIENCE, step=0.5)

    services = {"stores", "csv_import", "notifications"}
    assert wait_until(lambda: {line["service"] for line in lines(live, word, began)} >= services, PATIENCE, step=1)
    of_job = [line for line in lines(live, word, began) if line.get("job_id") == announced["job_id"]]
    assert {line["message"] for line in of_job} >= {"planned", "chunk decided", "partition applied", "import ended"}


def test_a_request_without_a_good_name_is_given_one(live: Live, began: float, shop: Shop) -> None:
    for name in ("short", "with a space in it", "x" * 65, 'a"quote-in-it'):
        answer = shop.owner.ask("GET", f"{shop.path}/inventory/prd_none", headers={"X-Correlation-Id": name})
        request_id = answer.headers["X-Request-Id"]
        assert wait_until(partial(_is_told_of, live, request_id, began), PATIENCE, step=0.5), name


def _is_told_of(live: Live, word: str, began: float) -> bool:
    return bool(lines(live, word, began))


def test_no_line_tells_a_phone_number_or_a_token(live: Live, shop: Shop) -> None:
    assert live.log_lines(PHONE[-11:], PHONE.replace(" ", "")[-10:], shop.owner.token[:60]) == []
