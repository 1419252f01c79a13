"""The whole system on an engine of its own, for benchmarks that count what AWS would bill."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local import engine
from local.aws import Engine
from local.home import Home
from tests.e2e.live import Live


@contextmanager
def running() -> Iterator[Live]:
    """The system without demo data, in a folder and with ports of its own; gone after. Roles are not looked at, for
    then signatures would be, too, and a proxy alters what was signed."""
    for insisted in ("ENGINE_PORT", "WEB_PORT"):
        os.environ.pop(insisted, None)
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        live = Live(Home(Path(folder)))
        live.prepare()
        try:
            engine.start(live.home, roles=False)
            live.endpoints = live.system.up(demo=False)
            yield live
        finally:
            live.down()


def send_through(live: Live, url: str) -> None:
    """All functions there are take this address for AWS from now on."""
    functions = Engine(live.endpoints["aws_endpoint_url"]).functions
    for page in functions.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            told = function.get("Environment", {}).get("Variables", {})
            functions.update_function_configuration(
                FunctionName=function["FunctionName"], Environment={"Variables": {**told, "AWS_ENDPOINT_URL": url}}
            )


def make_table(live: Live, name: str, *key: str, index: tuple[str, ...] = ()) -> str:
    """A table on demand, as ``bench-<name>``; by the key ``index`` all of an item is found too."""
    more: Any = {}
    if index:
        whole = {"ProjectionType": "ALL"}
        by = {"IndexName": f"by_{index[-1]}", "KeySchema": _schema(*index), "Projection": whole}
        more = {"GlobalSecondaryIndexes": [by]}
    live.tables.create_table(
        TableName=f"bench-{name}",
        KeySchema=_schema(*key),
        AttributeDefinitions=[{"AttributeName": a, "AttributeType": "S"} for a in dict.fromkeys((*key, *index))],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    return f"bench-{name}"


def _schema(*names: str) -> Any:
    return [{"AttributeName": a, "KeyType": kind} for a, kind in zip(names, ("HASH", "RANGE"), strict=False)]
