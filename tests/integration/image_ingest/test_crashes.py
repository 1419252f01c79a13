"""Wherever a worker crashes, a photo ends the same: stored once, told once, its file gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from services.image_ingest.store import ingesting
from tests.photos import a_photo
from tests.world import PICTURES, TABLES, World

pytestmark = pytest.mark.integration

VOLATILE = {"created_at", "expires_at", "event_id"}
FILES: dict[str, Callable[[], bytes]] = {
    "a photo": a_photo,
    "no photo": lambda: b"no picture",
    "a large picture": a_photo,
}


def state(world: World) -> dict[str, Any]:
    rows = {t: [{k: v for k, v in r.items() if k not in VOLATILE} for r in world.rows(t)] for t in TABLES}
    rows["Outbox"] = [json.loads(r["detail"])["data"] for r in world.rows("Outbox")]
    rows["Stats"] = []
    return {**rows, "objects": sorted(world.versions())}


@pytest.mark.parametrize("kind", FILES)
def test_a_crash_at_any_call_heals(world: World, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingesting, "fits", lambda *_: kind != "a large picture")
    event = world.drop_picture("pack", FILES[kind](), tell=False)
    bucket = world.kept_objects()

    def works() -> dict[str, Any]:
        world.empty()
        world.put_back_objects(bucket)
        world.tell("Pictures", event)
        world.run()
        return state(world)

    undisturbed = works()
    assert undisturbed["ImageUploads"][0]["status"] in {"ingested", "rejected"}
    assert not [k for k in undisturbed["objects"] if k.startswith("uploads/")]
    crashes = 0
    for after in (False, True):
        for number in range(1, 40):
            world.empty()
            world.put_back_objects(bucket)
            world.tell("Pictures", event)
            world.crash_at(number, after=after, where=PICTURES.__contains__)
            world.run()
            crashed, words = world.was_crashed, world.last_words
            world.live()
            if not crashed:
                break
            crashes += 1
            assert state(world) == undisturbed, f"{'after' if after else 'before'} call {number}: {words}"
    assert crashes > (20 if kind != "no photo" else 10)
