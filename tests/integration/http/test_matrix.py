"""Every promise on every route, in one process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pytest

from tests.builders import own_photo
from tests.matrix import PROMISES, House, Json, Promise
from tests.world import WIRE, Person, World

pytestmark = pytest.mark.integration


class InProcess:
    """The gateway of a ``World``. A function's process answers one request at a time, and here all share one."""

    intruders = ("an id token",)
    workers = 1

    def __init__(self, world: World) -> None:
        self.world = world

    def send(
        self, who: str | None, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Mapping[str, str], str]:
        answer = self._person(who).send(method, target, body, headers)
        return answer.status, answer.headers, answer.text

    def upload(self, form: Json, data: bytes) -> None:
        self.world.upload(form, data)
        self.world.run()

    def photograph(self, store: str, product_id: str) -> str:
        event = own_photo(store, product_id, "f" * 64)
        detail = json.loads(event.model_dump_json())
        self.world.publish({"source": event.SOURCE, "detail-type": event.detail_type(), "detail": detail})
        self.world.run()
        return event.data.image_hash

    def settle(self) -> None:
        self.world.run()

    def _person(self, who: str | None) -> Person:
        if who == "an id token":
            return self.world.as_user("owner", claims={"token_use": "id"})
        return self.world.as_user(who, admin=who == "admin") if who else self.world.as_nobody()


@pytest.fixture(scope="module")
def house(aws: None) -> Iterator[House]:
    world = World()
    yield House(InProcess(world))
    WIRE.world = None


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_on_every_route(house: House, promise: Promise) -> None:
    broken = house.keeps(promise)
    assert not broken, f"{len(broken)} answers break it:\n" + "\n".join(broken)
