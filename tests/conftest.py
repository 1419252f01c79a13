"""Fixtures for all tests. The environment is set before anything of ours is imported, for settings are read once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.world import WIRE, World, cloud, set_environment

set_environment()
settings.register_profile("house", deadline=None)  # a busy machine is no failure
settings.load_profile("house")


@pytest.fixture(scope="session")
def aws() -> Iterator[None]:
    """An account of our own, in memory."""
    with cloud():
        yield


@pytest.fixture
def world(aws: None) -> Iterator[World]:
    """An empty system."""
    world = World()
    yield world
    WIRE.world = None
    assert not world.dead, f"dead letters: {[(m.queue, m.body[:300]) for m in world.dead]}"
