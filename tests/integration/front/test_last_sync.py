"""The dashboard says how the last sync ended, whatever order that is told in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.world import ROOT, World

pytestmark = pytest.mark.integration


def told(kind: str, at: str, run_id: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / f"events/samples/{kind}.json").read_text("utf-8"))
    event["detail"]["metadata"] |= {"occurred_at": at, "event_id": f"evt_{run_id}"}
    event["detail"]["data"]["run_id"] = run_id
    return event


def test_the_latest_counts_and_an_older_one_changes_nothing(world: World) -> None:
    admin = world.as_admin()
    assert admin.get("/v1/admin/stats").ok()["last_sync"] is None
    world.publish(told("OffSyncFailed", "2026-11-23T00:00:00Z", "run_2"))
    world.run()
    world.publish(told("OffSyncCompleted", "2026-11-22T00:00:00Z", "run_1"))
    world.run(twice=True)
    shown = admin.get("/v1/admin/stats").ok()["last_sync"]
    assert (shown["run_id"], shown["status"]) == ("run_2", "failed")
