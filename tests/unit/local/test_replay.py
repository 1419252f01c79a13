"""A saved event goes on the bus as it was said, or as if it happened again."""

from __future__ import annotations

import json
from typing import Any

from local.replay import entry
from tests.world import ROOT

SAMPLE: dict[str, Any] = json.loads((ROOT / "events/samples/ImportFailed.json").read_text("utf-8"))


def test_a_saved_event_is_put_as_it_stands() -> None:
    put = entry(SAMPLE, "the-bus")
    assert (put["EventBusName"], put["Source"], put["DetailType"]) == ("the-bus", "vyapar.imports", "ImportFailed")
    assert json.loads(put["Detail"]) == SAMPLE["detail"]


def test_anew_it_has_another_id_and_says_the_same() -> None:
    anew = json.loads(entry(SAMPLE, "the-bus", anew=True)["Detail"])
    assert anew["metadata"].pop("event_id") != SAMPLE["detail"]["metadata"]["event_id"]
    assert anew["metadata"].items() <= SAMPLE["detail"]["metadata"].items()
    assert anew["data"] == SAMPLE["detail"]["data"]
