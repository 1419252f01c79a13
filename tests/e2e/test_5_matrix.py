"""Every promise on every route, on the real gateway, with real tokens and real processes behind it."""

from __future__ import annotations

import http.client
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import closing

import pytest
import requests
from PIL import Image

from local.process import wait_until
from tests.e2e import tokens
from tests.e2e.live import CLOCK, ENDED, PATIENCE, Live, Person, tell
from tests.matrix import PROMISES, House, Json, Promise


class Wire:
    """Requests as they stand, not as a client library tidies them up."""

    workers = 4

    def __init__(self, live: Live, admin: Person) -> None:
        self.live = live
        self._host = live.api_url.partition("://")[2]
        self._jobs: list[str] = []
        self._idle: list[http.client.HTTPConnection] = []
        owner, rival, newcomer = live.newcomer(), live.newcomer(), live.newcomer()
        people = {"owner": owner, "rival": rival, "newcomer": newcomer, "admin": admin}
        self._short = tokens.short_lived(live, owner)
        worthless = {
            "expired": self._short,
            **tokens.forged(owner.token),
            **tokens.foreign(live),
            **tokens.of_a_session(live, owner),
        }
        self.intruders = [f"a token {what}" for what in worthless]
        self._tokens = {who: person.token for who, person in people.items()}
        self._tokens |= {f"a token {what}": token for what, token in worthless.items()}

    def send(
        self, who: str | None, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Mapping[str, str], str]:
        sent = {**headers, **({"authorization": f"Bearer {self._tokens[who]}"} if who else {})}
        connection = self._idle.pop() if self._idle else http.client.HTTPConnection(self._host, timeout=60)
        try:
            connection.request(method, target, body, sent)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (http.client.HTTPException, OSError):
            connection.close()
            raise
        self._idle.append(connection)  # if the other side closes it, it opens again by itself
        return answer.status, dict(answer.getheaders()), text

    def close(self) -> None:
        for connection in self._idle:
            connection.close()

    def upload(self, form: Json, data: bytes) -> None:
        answer = requests.post(form["url"], data=form["fields"], files={"file": data}, timeout=60)
        assert answer.status_code == 204, answer.text
        self._jobs.append(form["fields"]["key"].rpartition("/")[2])

    def photograph(self, store: str, product_id: str) -> str:
        path = f"/v1/stores/{store}/inventory/{product_id}"
        headers = {"content-type": "application/json"}
        status, _, text = self.send("owner", "POST", f"{path}/images", headers, b'{"filename": "shelf.jpg"}')
        assert status == 201, text
        form = json.loads(text)["upload"]
        picture = io.BytesIO()
        Image.effect_noise((400, 600), 80).save(picture, "JPEG")
        files = {"file": ("shelf.jpg", picture.getvalue())}
        assert requests.post(form["url"], data=form["fields"], files=files, timeout=60).ok
        taken: list[str] = []

        def is_there() -> bool:
            item = json.loads(self.send("owner", "GET", path, {}, None)[2])
            taken.extend(p["image_hash"] for p in item["custom_images"])
            return bool(taken)

        assert wait_until(is_there, PATIENCE, step=0.3), "the photo doesn't come"
        return taken[0]

    def settle(self) -> None:
        def ended() -> bool:
            return all(self.live.job_row(job)["status"] in ENDED for job in self._jobs)

        assert wait_until(ended, PATIENCE, step=0.3), "an import doesn't end"
        assert wait_until(lambda: not any(row.get("unsent") for row in self.live.rows("Outbox")), PATIENCE, step=0.3)
        self.live.settled("NotificationsSubscriptionsInbox")

    def outlive_the_short(self) -> None:
        tokens.wait_for_its_end(self._short)


@pytest.fixture(scope="module")
def house(live: Live, admin: Person) -> Iterator[House]:
    with closing(Wire(live, admin)) as wire:
        with CLOCK.lap("the matrix: two stores furnished"):
            house = House(wire)
            wire.outlive_the_short()
        yield house


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_on_every_route(house: House, promise: Promise) -> None:
    before = house.asked
    with CLOCK.lap(f"the matrix: {promise.__name__}"):
        broken = house.keeps(promise)
    tell(f"{house.asked - before} questions")
    assert not broken, f"{len(broken)} answers break it:\n" + "\n".join(broken)
