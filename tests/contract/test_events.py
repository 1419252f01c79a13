"""Events: golden samples, sources, and that CDK's rules say the same as the code that listens."""

from __future__ import annotations

import ast
import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from events.base import Event
from local.docs.events import all_events
from tests.world import BUS, ENVIRONMENT, World

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "events" / "samples"
KINDS = all_events()
LISTENERS = sorted(p.parent.name for p in (ROOT / "services").glob("*/subscriptions.py"))


def sample(kind: type[Event]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{kind.__name__}.json").read_text("utf-8"))
    return found


def test_every_event_has_a_sample_and_every_sample_an_event() -> None:
    assert {p.stem for p in SAMPLES.glob("*.json")} == {k.__name__ for k in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_a_sample_is_an_envelope_that_put_events_takes(kind: type[Event]) -> None:
    envelope = sample(kind)
    assert set(envelope) == {"source", "detail-type", "detail"}
    assert (envelope["source"], envelope["detail-type"]) == (kind.SOURCE, kind.detail_type())
    assert set(envelope["detail"]) == {"metadata", "data"}
    assert set(envelope["detail"]["metadata"]) == {
        "event_id",
        "schema_version",
        "correlation_id",
        "occurred_at",
        "actor",
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_a_sample_survives_reading_and_writing(kind: type[Event]) -> None:
    detail = sample(kind)["detail"]
    event = kind.model_validate(detail)
    assert json.loads(event.model_dump_json())["data"] == detail["data"], "every field is named, none is lost"
    entry = event.entry(BUS)
    assert (entry["Source"], entry["DetailType"], entry["EventBusName"]) == (kind.SOURCE, kind.detail_type(), BUS)
    assert kind.model_validate_json(entry["Detail"]) == event


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_a_sample_fits_the_schema_and_a_newer_one_is_still_read(kind: type[Event]) -> None:
    schema = kind.model_json_schema(mode="serialization")
    Draft202012Validator(schema).validate(sample(kind)["detail"])
    newer = sample(kind)["detail"]
    newer["data"]["said_by_a_later_version"] = newer["metadata"]["also"] = 1
    assert kind.model_validate(newer) == kind.model_validate(sample(kind)["detail"])


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_an_event_has_its_producers_source_a_past_tense_name_and_says_what_it_means(kind: type[Event]) -> None:
    module = importlib.import_module(kind.__module__)
    assert kind.SOURCE == module.SOURCE
    assert (ROOT / "services" / kind.__module__.split(".")[1]).is_dir()
    assert re.fullmatch(r"[A-Z][A-Za-z]+(ed|Reached|Expiring)(V\d+)?", kind.__name__)
    assert kind.__doc__
    assert not re.search(r"\b(barcode|mrp|price)\b.*float", str(kind.model_json_schema()))


def test_sources_are_those_of_the_contract() -> None:
    promised = {
        "catalog": "vyapar.catalog",
        "inventory": "vyapar.inventory",
        "csv_import": "vyapar.imports",
        "image_ingest": "vyapar.images",
        "quality_review": "vyapar.quality",
        "off_sync": "vyapar.offsync",
        "localization": "vyapar.localization",
        "stores": "vyapar.stores",
    }
    found = {k.__module__.removeprefix("events."): k.SOURCE for k in KINDS}
    assert found == {service: promised.get(service, f"vyapar.{service}") for service in found}


def test_the_same_fact_told_twice_has_the_same_id() -> None:
    from events.stores import RegisteredStore, StoreRegistered
    from tests.builders import CAUSE

    data = RegisteredStore(store_id="str_1", name="A", region="IN-MH", languages=("mr",), owner="ravi")
    first, second = (StoreRegistered.stated(CAUSE, data, "str_1") for _ in range(2))
    assert first == second
    assert StoreRegistered.stated(CAUSE, data, "str_2").metadata.event_id != first.metadata.event_id


def subscribed(service: str) -> set[str]:
    """Names of the events that ``cdk/services/<service>.py`` subscribes to."""
    tree = ast.parse((ROOT / "cdk" / "services" / f"{service}.py").read_text())
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "subscribe"
    ]
    return {a.id for c in calls for a in c.args if isinstance(a, ast.Name)}


@pytest.mark.parametrize("service", LISTENERS)
def test_the_rule_of_an_inbox_lets_through_what_its_function_reacts_to(service: str) -> None:
    listens = importlib.import_module(f"services.{service}.subscriptions").subscriptions.reactions
    assert subscribed(service) == {k.__name__ for k in listens}


@pytest.mark.integration
def test_every_sample_can_be_replayed_to_all_who_listen(world: World) -> None:
    world.a_store("owner-ravi")  # who is told of what he proposed
    world.run()
    for kind in KINDS:
        world.publish(sample(kind))
    world.run(twice=True)
    told = importlib.import_module("services.notifications.subscriptions").subscriptions.reactions
    assert {n["type"] for n in world.rows("Notifications") if n["audience"] != "mails"} == {k.__name__ for k in told}
    (totals,) = [r for r in world.rows("Stats") if r["stat"] == "totals"]
    assert totals["stores"] == 2
    assert ENVIRONMENT["EVENT_BUS"] == BUS
