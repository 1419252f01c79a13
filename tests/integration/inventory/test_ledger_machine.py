"""Whatever happens to an item, in whatever order, and wherever a process dies: its ledger adds up to what it holds.

A shop's owner, phones that send again, imports, undos, the watch on expiry, and a stream that is late, doubled, out of
order or lost, at random. What should be booked is told beforehand by the few rules of ``Shelf``; after each step the
item and its ledger are read through the API and compared with that.

``LEDGER_EXAMPLES=2000 LEDGER_STEPS=60`` runs it long and at random; as it is it takes the same way every time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar, cast
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from services.inventory import client as inventory
from services.inventory import on_stock_change, schedule
from services.inventory.domain.entry import OUTWARD
from services.inventory.store import items
from shared.kernel.cause import Cause
from shared.kernel.clock import parse_rfc3339, rfc3339
from tests.builders import product
from tests.world import WIRE, Answer, Call, Context, Crash, Record, World

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("aws")]

EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "0"))
STEPS = int(os.environ.get("LEDGER_STEPS", "25"))
START = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
NEVER = 10_000
T = TypeVar("T")
Json = dict[str, Any]

figures = st.integers(1, 30)
crashes = st.one_of(st.just(NEVER), st.just(NEVER), st.integers(1, 12))
moments = st.sampled_from([(0, 0), (1, 0), (700, 0), (700, -1500), (70_000, 0)])
"""Milliseconds that pass before a request, and how far its host's clock is off."""
lots = st.sampled_from(
    [
        {"mrp": "84.00"},
        {"mrp": "88.00"},
        {"mrp": "88.00", "batch": "B7"},
        {"batch": "B7", "expiry_date": "2026-12-24"},
        {"batch": "B8", "expiry_date": "2026-11-25"},
    ]
)

said_of_one: st.SearchStrategy[list[tuple[Json, int, int]]] = st.lists(
    st.tuples(lots, st.integers(0, 30), st.integers(-6, 6)), min_size=1, max_size=3, unique_by=lambda one: str(one[0])
) | st.tuples(st.just({}), st.integers(0, 30), st.integers(-6, 6)).map(lambda one: [one])
"""What a file says of a product: each lot's facts, the figure it sets and the one it adds."""


@dataclass
class Shelf:
    """What the shop knows of one product: the item as it was seen last, and the ledger's rows, oldest first."""

    path: str
    item: Json | None = None
    rows: list[Json] = field(default_factory=list)
    state: object = None
    """Another one after each change; the former one after an undo."""
    low: list[Decimal] = field(default_factory=list)
    """What it held each time it came down to its reorder level."""
    deaf: bool = False
    """Something that the stream should have told was lost."""

    @property
    def product_id(self) -> str:
        return self.path.rsplit("/", 1)[1]

    @property
    def quantity(self) -> Decimal:
        return _sum(self.rows)

    def lot_ids(self) -> list[str]:
        return [lot["lot_id"] for lot in self.item["lots"]] if self.item else []

    def booked(self, body: Json, rows: Sequence[Json], now: datetime) -> Json:
        """The row that a movement should make, after these."""
        quantity = Decimal(str(body["quantity"]))
        if body.get("unit") == "dozen" and self.item and self.item["unit"] == "piece":
            quantity *= 12
        if self.item is None and self.rows:  # it is listed again after it left the list, whatever the clock says
            now = max(now, parse_rfc3339(self.rows[-1]["recorded_at"]) + timedelta(milliseconds=1))
        at = body.get("occurred_at") or rfc3339(now)
        if body["type"] == "count":
            change = quantity - _as_of(rows, at, (body.get("lot") or {}).get("lot_id"))
        else:
            change = -quantity if body["type"] in OUTWARD else quantity
        balance = _sum(rows) + change
        return {
            "movement_id": body["movement_id"],
            "type": body["type"],
            "change": change,
            "balance": balance,
            "origin": "api",
            "occurred_at": at,
            "flags": ["NEGATIVE_STOCK"] if balance < 0 and change < 0 else [],
        }


@dataclass
class Job:
    """An import: what it says, the images it has kept, and of each item the state before and after it."""

    job_id: str
    changes: list[inventory.StockChange]
    kept: list[str] = field(default_factory=list)
    made: dict[str, tuple[object, Json | None, object]] = field(default_factory=dict)

    def images(self) -> list[inventory.Image]:
        return [inventory.image_from_json(line) for line in self.kept]

    def keep(self, images: Sequence[inventory.Image]) -> None:
        self.kept += map(inventory.image_to_json, images)


class Ledger(RuleBasedStateMachine):
    """One shop, two products."""

    world: World
    start: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.clock = START
        self.off = timedelta()
        self.world = World()
        self.patches = [
            patch(f"{module}.utc_now", lambda: self.clock + self.off)
            for module in ("shared.aws.http", "services.inventory.schedule")
        ]
        for one in self.patches:
            one.start()
        self.owner = self.world.as_user("ravi")
        self.store_id = self.world.a_store("ravi")
        admin = self.world.as_admin()
        ids = [
            admin.post("/v1/products", product(n, mrp=m)).ok(201)["product_id"] for n, m in ((1, "90.00"), (2, None))
        ]
        self.shelves = [Shelf(f"/v1/stores/{self.store_id}/inventory/{i}") for i in ids]
        self.sent: list[tuple[Shelf, Json]] = []
        self.jobs: list[Job] = []
        self.told: list[Record] = []
        self.ids = 0
        self.lossy = False
        self.world.streams["StoreInventory"].clear()
        self.world.bus.clear()

    def teardown(self) -> None:
        try:
            self._tell(len(self._stream))
            for shelf in self.shelves:
                assert self._new_rows(shelf) == []
                self._check_events(shelf)
        finally:
            for one in self.patches:
                one.stop()
            WIRE.world = None

    @initialize(lossy=st.integers(0, 3))
    def begin(self, lossy: int) -> None:
        self.lossy = lossy == 0

    # --- Time ---

    @rule(days=st.sampled_from([1, 6, 10, 31, 95]))
    def days_pass(self, days: int) -> None:
        self.clock += timedelta(days=days)

    # --- What people do ---

    @rule(
        which=st.integers(0, 1),
        kind=st.sampled_from(["sale", "sale", "sale", "receipt", "receipt", "damage", "return_in", "transfer_out"]),
        quantity=figures,
        lot=st.none() | lots,
        unit=st.sampled_from([None, None, "dozen"]),
        ago=st.none() | st.integers(0, 3 * 86_400),
        at=moments,
        dies=crashes,
        resends=st.booleans(),
    )
    def something_moves(
        self,
        which: int,
        kind: str,
        quantity: int,
        lot: Json | None,
        unit: str | None,
        ago: int | None,
        at: tuple[int, int],
        dies: int,
        resends: bool,
    ) -> None:
        self._tick(at)
        body = {"type": kind, "quantity": quantity, "lot": lot, "unit": unit, **self._occurred(ago)}
        self._moves(self.shelves[which], body, dies, resends)

    @rule(
        which=st.integers(0, 1),
        quantity=st.integers(0, 40),
        by_lot=st.none() | st.integers(0, 5),
        ago=st.none() | st.integers(0, 3 * 86_400),
        at=moments,
        dies=crashes,
    )
    def somebody_counts(
        self, which: int, quantity: int, by_lot: int | None, ago: int | None, at: tuple[int, int], dies: int
    ) -> None:
        self._tick(at)
        shelf = self.shelves[which]
        known = shelf.lot_ids()
        lot = {"lot_id": known[by_lot % len(known)]} if known and by_lot is not None else None
        self._moves(shelf, {"type": "count", "quantity": quantity, "lot": lot, **self._occurred(ago)}, dies, True)

    @rule(
        which=st.integers(0, 1),
        quantity=figures,
        down=st.booleans(),
        by_lot=st.none() | st.integers(0, 5),
        at=moments,
        dies=crashes,
    )
    def something_is_put_right(
        self, which: int, quantity: int, down: bool, by_lot: int | None, at: tuple[int, int], dies: int
    ) -> None:
        self._tick(at)
        shelf = self.shelves[which]
        known = shelf.lot_ids()
        lot = {"lot_id": known[by_lot % len(known)]} if known and by_lot is not None else None
        self._moves(shelf, {"type": "adjustment", "quantity": -quantity if down else quantity, "lot": lot}, dies, True)

    @precondition(lambda self: self.sent)
    @rule(number=st.integers(0, 10_000), at=moments, dies=crashes)
    def a_phone_sends_again(self, number: int, at: tuple[int, int], dies: int) -> None:
        self._tick(at)
        shelf, body = self.sent[number % len(self.sent)]
        if self._is_old(body):
            return
        self._moves(shelf, body, dies, True)

    @rule(
        parts=st.lists(
            st.tuples(st.integers(0, 1), st.sampled_from(["sale", "receipt", "count", "adjustment", "again"]), figures),
            min_size=1,
            max_size=6,
        ),
        at=moments,
        dies=crashes,
    )
    def a_phone_catches_up(self, parts: list[tuple[int, str, int]], at: tuple[int, int], dies: int) -> None:
        self._tick(at)
        movements: list[tuple[Shelf, Json]] = []
        for which, kind, quantity in parts:
            if kind == "again" and (movements or self.sent):
                movements.append([*movements, *self.sent][quantity % len([*movements, *self.sent])])
            else:
                kind = "sale" if kind == "again" else kind
                movements.append((self.shelves[which], self._with_id({"type": kind, "quantity": quantity})))
        movements = [(s, b) for s, b in movements if "unit" not in b and not self._is_old(b)]
        if not movements:
            return
        body = {"movements": [{**b, "product_id": s.product_id} for s, b in movements]}
        now = self.clock + self.off
        expected: dict[str, list[Json]] = {}
        for shelf, one in movements:
            rows = [*shelf.rows, *expected.setdefault(shelf.product_id, [])]
            if one["movement_id"] not in {r["movement_id"] for r in rows}:
                expected[shelf.product_id].append(shelf.booked(one, rows, now))

        def send() -> list[Json]:
            found: list[Json] = self.owner.post(f"/v1/stores/{self.store_id}/movements", body).ok()["results"]
            return found

        answers, booked = self._until_done(send, {s.path: s for s, _ in movements}.values(), dies)
        refused = {a["movement_id"]: a["code"] for a in answers if a["status"] == "refused"}
        assert set(refused.values()) <= {"NO_SUCH_LOT"}, refused
        assert [a["movement_id"] for a in answers] == [b["movement_id"] for _, b in movements]
        if not refused:  # later ones build on what a refused one would have done
            for shelf in {s.path: s for s, _ in movements}.values():
                self._are(booked[shelf.product_id], expected[shelf.product_id])
        self.sent += [one for one in movements if one not in self.sent]

    @rule(
        which=st.integers(0, 1),
        quantity=st.integers(0, 40),
        level=st.none() | st.integers(0, 20),
        mrp=st.sampled_from([None, "90.00", "95.00"]),
        lot=st.integers(0, 5),
        at=moments,
        dies=crashes,
    )
    def the_item_is_put(
        self, which: int, quantity: int, level: int | None, mrp: str | None, lot: int, at: tuple[int, int], dies: int
    ) -> None:
        self._tick(at)
        shelf = self.shelves[which]
        known = shelf.lot_ids()
        body = {"quantity": quantity, "reorder_level": level, "mrp": mrp, "selling_price": mrp}
        if len(known) > 1:
            body["lot_id"] = known[lot % len(known)]
        change = quantity - shelf.quantity
        _, rows = self._until_done(lambda: self.owner.put(shelf.path, body).ok(), [shelf], dies)
        self._are(rows[shelf.product_id], [{"change": change, "origin": "put", "type": "adjustment"}] if change else [])
        assert shelf.item
        assert shelf.item["quantity"] == quantity

    @rule(
        which=st.integers(0, 1),
        fields=st.fixed_dictionaries(
            {},
            optional={
                "quantity": st.integers(0, 40),
                "reorder_level": st.integers(0, 20),
                "location": st.text("AB", max_size=2, min_size=1),
            },
        ),
        at=moments,
        dies=crashes,
    )
    def the_item_is_patched(self, which: int, fields: Json, at: tuple[int, int], dies: int) -> None:
        self._tick(at)
        shelf = self.shelves[which]
        change = fields.get("quantity", shelf.quantity) - shelf.quantity if shelf.item else 0
        answer, rows = self._until_done(lambda: self.owner.patch(shelf.path, fields), [shelf], dies)
        assert answer.status == (200 if shelf.item else 404)
        self._are(rows[shelf.product_id], [{"change": change, "origin": "put", "type": "adjustment"}] if change else [])

    @rule(which=st.integers(0, 1), lot=st.integers(0, 5), price=st.integers(40, 84), at=moments, dies=crashes)
    def a_lot_is_priced(self, which: int, lot: int, price: int, at: tuple[int, int], dies: int) -> None:
        self._tick(at)
        shelf = self.shelves[which]
        if not (known := shelf.lot_ids()):
            return
        path = f"{shelf.path}/lots/{known[lot % len(known)]}"
        _, rows = self._until_done(lambda: self.owner.patch(path, {"selling_price": price}).ok(), [shelf], dies)
        self._are(rows[shelf.product_id], [])

    @rule(which=st.integers(0, 1), at=moments, dies=crashes)
    def the_item_is_deleted(self, which: int, at: tuple[int, int], dies: int) -> None:
        self._tick(at)
        shelf = self.shelves[which]
        held = any(lot["quantity"] for lot in shelf.item["lots"]) if shelf.item else False
        change = -shelf.quantity
        answer, rows = self._until_done(lambda: self.owner.delete(shelf.path), [shelf], dies)
        assert answer.status in {204, 404}
        self._are(rows[shelf.product_id], [{"change": change, "balance": 0, "origin": "put"}] if held else [])
        assert shelf.item is None

    # --- Imports ---

    @rule(
        parts=st.dictionaries(
            st.integers(0, 1),
            said_of_one,
            min_size=1,
        ),
        adds=st.booleans(),
        at=moments,
        dies=crashes,
    )
    def a_file_comes(
        self, parts: dict[int, list[tuple[Json, int, int]]], adds: bool, at: tuple[int, int], dies: int
    ) -> None:
        self._tick(at)
        changes = [
            inventory.StockChange(
                product_id=self.shelves[which].product_id,
                row=10,
                reorder_level=Decimal(8),
                lots=[
                    inventory.LotChange(**_facts(facts), quantity=Decimal(more if adds else figure), adds=adds)
                    for facts, figure, more in said
                ],
            )
            for which, said in parts.items()
        ]
        job = Job(f"job_{len(self.jobs)}", changes)
        self.jobs.append(job)
        self._applies(job, dies)

    @precondition(lambda self: self.jobs)
    @rule(number=st.integers(0, 100), at=moments, dies=crashes)
    def a_file_is_worked_again(self, number: int, at: tuple[int, int], dies: int) -> None:
        self._tick(at)
        self._applies(self.jobs[number % len(self.jobs)], dies)

    @precondition(lambda self: self.jobs)
    @rule(back=st.integers(0, 3), at=moments, dies=crashes)
    def an_import_is_undone(self, back: int, at: tuple[int, int], dies: int) -> None:
        self._tick(at)
        job = self.jobs[-1 - back % len(self.jobs)]
        touched = [s for s in self.shelves if s.product_id in {i.product_id for i in job.images()}]
        due = {
            s.product_id: job.made[s.product_id]
            for s in touched
            if s.product_id in job.made and job.made[s.product_id][2] is s.state
        }
        before = {s.product_id: s.quantity for s in touched}
        cause = Cause("ravi", self.clock + self.off, f"undo-{job.job_id}")
        answers, rows = self._until_done(
            lambda: inventory.put_back(self.store_id, job.images(), job_id=job.job_id, cause=cause), touched, dies
        )
        for shelf in touched:
            new = rows[shelf.product_id]
            if shelf.product_id not in due:
                assert new == [], "what was changed since stays"
                continue
            state, item, _ = due[shelf.product_id]
            assert _seen(shelf.item) == _seen(item), "as it was before"
            assert answers[shelf.product_id] == ("put_back" if item else "removed")
            was = _sum(_rows_of(item))
            assert sum(r["change"] for r in new) == was - before[shelf.product_id]
            assert len(new) <= 1
            assert all((r["origin"], r["job_id"]) == ("undo", job.job_id) for r in new)
            shelf.state = state

    # --- The watch ---

    @rule(at=moments, dies=crashes)
    def expiries_are_watched(self, at: tuple[int, int], dies: int) -> None:
        self._tick(at)
        before = [(s.state, _seen(s.item)) for s in self.shelves]
        _, rows = self._until_done(lambda: schedule.handler({}, Context()), self.shelves, dies)
        for shelf, (state, item) in zip(self.shelves, before, strict=True):
            assert rows[shelf.product_id] == []
            assert _seen(shelf.item) == item
            shelf.state = state

    # --- The stream ---

    @rule(number=st.integers(1, 8), dies=crashes)
    def the_stream_tells(self, number: int, dies: int) -> None:
        self._tell(number, dies)
        self._nothing_moved()

    @precondition(lambda self: self.told)
    @rule(order=st.randoms(use_true_random=False), number=st.integers(1, 6))
    def the_stream_tells_again(self, order: Any, number: int) -> None:
        """Whatever was told before, in any order."""
        known = len(self.world.bus)
        self._invoke([order.choice(self.told) for _ in range(number)])
        del self.world.bus[known:]
        self._nothing_moved()

    @precondition(lambda self: self._stream)
    @rule(skip=st.integers(0, 5), number=st.integers(1, 3))
    def the_stream_runs_ahead(self, skip: int, number: int) -> None:
        """Later changes first; their turn comes nevertheless."""
        known = len(self.world.bus)
        self._invoke(list(self._stream)[skip : skip + number])
        del self.world.bus[known:]
        self._nothing_moved()

    @precondition(lambda self: self.lossy and self._stream)
    @rule()
    def the_stream_loses_something(self) -> None:
        gone = self._stream.popleft()
        for shelf in self.shelves:
            shelf.deaf |= shelf.product_id == _product_of(gone)

    # --- How it is done ---

    @property
    def _stream(self) -> Any:
        return self.world.streams["StoreInventory"]

    def _tick(self, at: tuple[int, int]) -> None:
        passed, off = at
        self.clock += timedelta(milliseconds=passed)
        self.off = timedelta(milliseconds=off)

    def _occurred(self, ago: int | None) -> Json:
        return {} if ago is None else {"occurred_at": rfc3339(self.clock + self.off - timedelta(seconds=ago))}

    def _is_old(self, body: Json) -> bool:
        return "occurred_at" in body and parse_rfc3339(body["occurred_at"]) < self.clock - timedelta(days=29)

    def _with_id(self, body: Json) -> Json:
        self.ids += 1
        return {"movement_id": f"m-{self.ids}", **{k: v for k, v in body.items() if v is not None}}

    def _moves(self, shelf: Shelf, body: Json, dies: int, resends: bool) -> None:
        """Sends a movement, and if the line dies sends it again at once or, perhaps, some time later."""
        body = body if "movement_id" in body else self._with_id(body)
        if (shelf, body) not in self.sent:
            self.sent.append((shelf, body))
        known = next((r for r in shelf.rows if r["movement_id"] == body["movement_id"]), None)
        expected = shelf.booked(body, shelf.rows, self.clock + self.off)

        def send() -> Answer:
            return self.owner.post(f"{shelf.path}/movements", body)

        if not resends:
            answer, rows = self._perhaps(send, [shelf], dies)
        else:
            answer, rows = self._until_done(send, [shelf], dies)
        new = rows[shelf.product_id]
        if answer and answer.status == 201 and "occurred_at" in body:
            assert parse_rfc3339(answer.body["occurred_at"]) == parse_rfc3339(body["occurred_at"])
        if known:
            assert new == []
            if answer:
                assert answer.ok(201) == known
        elif answer is None:
            assert len(new) <= 1
            self._are(new, [expected] if new else [])
        elif answer.status == 201:
            self._are(new, [expected])
            assert answer.body == shelf.rows[-1]
        else:  # it names a lot that is not there any more
            assert (answer.status, answer.code, new) == (422, "NO_SUCH_LOT", [])

    def _applies(self, job: Job, dies: int) -> None:
        touched = [s for s in self.shelves if s.product_id in {c.product_id for c in job.changes}]
        before = {s.product_id: (s.state, s.item, s.quantity) for s in touched}
        in_it = {s.product_id for s in touched if self._has(s, job)}
        cause = Cause("ravi", self.clock + self.off, f"import-{job.job_id}")

        def apply() -> list[inventory.Applied]:
            return inventory.apply(
                self.store_id, job.changes, job_id=job.job_id, cause=cause, keep=job.keep, earlier=job.images()
            )

        answers, rows = self._until_done(apply, touched, dies, by_import=True)
        for shelf, change, answer in zip(
            sorted(touched, key=lambda s: [c.product_id for c in job.changes].index(s.product_id)),
            job.changes,
            answers,
            strict=True,
        ):
            new = rows[shelf.product_id]
            state, item, quantity = before[shelf.product_id]
            assert all((r["origin"], r["job_id"]) == ("import", job.job_id) for r in new)
            if shelf.product_id in in_it or answer.status in {"refused", "unchanged"}:
                assert new == []
                assert _seen(shelf.item) == _seen(item)
                shelf.state = state
                continue
            said = sum((lot.quantity or Decimal(0) for lot in change.lots), Decimal(0))
            change_of_all = said if change.lots[0].adds else said - quantity
            if change_of_all:
                assert [r["change"] for r in new] == [change_of_all]
            else:
                assert [r["change"] for r in new] in ([], [0])  # from one lot to another
            job.made[shelf.product_id] = (state, item, shelf.state)

    def _has(self, shelf: Shelf, job: Job) -> bool:
        """Whether the item knows that it has had the job: as long as no four others came, and it stays on the list."""
        item = items.find(self.store_id, shelf.product_id)
        return item is not None and job.job_id in item.import_marks

    @contextmanager
    def _dying(self, at: int) -> Iterator[None]:
        """The process is gone from its ``at``-th AWS call on, in all its threads."""
        made = 0

        def count(call: Call) -> None:
            nonlocal made
            made += 1
            if made >= at:
                raise Crash

        self.world.before = count if at < NEVER else None
        try:
            yield
        finally:
            self.world.before = None

    def _perhaps(
        self, act: Callable[[], T], touched: Iterable[Shelf], dies: int, *, by_import: bool = False
    ) -> tuple[T | None, dict[str, list[Json]]]:
        """Does it once. Who dies on the way, or after all was done, gives no answer. And the rows that were booked."""
        answer: T | None = None
        try:
            with self._dying(dies):
                answer = act()
            note("all was done")
        except Crash:
            note(f"died at call {dies}")
        return answer if dies == NEVER else None, {
            s.product_id: self._new_rows(s, by_import=by_import) for s in touched
        }

    def _until_done(
        self, act: Callable[[], T], touched: Iterable[Shelf], dies: int, *, by_import: bool = False
    ) -> tuple[T, dict[str, list[Json]]]:
        """And who had no answer asks again."""
        shelves = list(touched)
        answer, rows = self._perhaps(act, shelves, dies, by_import=by_import)
        if dies == NEVER:
            return cast(T, answer), rows
        answer, more = self._perhaps(act, shelves, NEVER, by_import=by_import)
        return cast(T, answer), {i: [*rows[i], *more[i]] for i in rows}

    def _nothing_moved(self) -> None:
        for shelf in self.shelves:
            state, item = shelf.state, shelf.item
            assert self._new_rows(shelf) == []
            assert shelf.item == item
            shelf.state = state

    def _new_rows(self, shelf: Shelf, *, by_import: bool = False) -> list[Json]:
        """Reads the item and its ledger. What was in the ledger is there still, in its place, and all adds up."""
        answer = self.owner.get(shelf.path)
        item = answer.ok() if answer.status != 404 else None
        limit = 1 + (len(shelf.rows) * 7) % 13
        listed = self.owner.get(f"{shelf.path}/movements")
        pages = (
            [row for page in self.owner.pages(f"{shelf.path}/movements?limit={limit}") for row in page]
            if listed.status == 200
            else []
        )
        rows = pages[::-1]
        assert len({r["movement_id"] for r in rows}) == len(rows), "a row stands in the ledger once"
        assert rows[: len(shelf.rows)] == shelf.rows, "what was written stays"
        assert listed.status == 404 or listed.body["items"] == pages[:25]
        by_lot: dict[str, Decimal] = {}
        total = Decimal(0)
        for row in rows:
            total += row["change"]
            assert row["balance"] == total
            assert sum(one["change"] for one in row["lots"]) == row["change"]
            for one in row["lots"]:
                by_lot[one["lot_id"]] = by_lot.get(one["lot_id"], Decimal(0)) + one["change"]
        held = {lot["lot_id"]: lot["quantity"] for lot in item["lots"]} if item else {}
        assert {i: q for i, q in by_lot.items() if q} == {i: q for i, q in held.items() if q}, "lot by lot"
        assert total == (item["quantity"] if item else 0)
        if _version(item) != _version(shelf.item):
            if _is_low(item) and not (_is_low(shelf.item) if shelf.item else by_import):
                shelf.low.append(item["quantity"] if item else Decimal(0))
            shelf.state = object()
        new = rows[len(shelf.rows) :]
        shelf.item, shelf.rows = item, rows
        return new

    def _are(self, rows: Sequence[Json], expected: Sequence[Json]) -> None:
        told = [{n: v for n, v in e.items() if n != "occurred_at"} for e in expected]
        assert [{n: r[n] for n in e} for r, e in zip(rows, told, strict=True)] == told

    # --- Events ---

    def _invoke(self, records: Sequence[Record]) -> None:
        on_stock_change.handler(json.loads(json.dumps({"Records": [r.event for r in records]})), Context())

    def _tell(self, number: int, dies: int = NEVER) -> None:
        batch = list(self._stream)[:number]
        if not batch:
            return
        known = len(self.world.bus)
        try:
            with self._dying(dies):
                self._invoke(batch)
        except Crash:
            del self.world.bus[known:]  # they come again, when their turn is next
            return
        for _ in batch:
            self._stream.popleft()
        self.told += batch

    def _check_events(self, shelf: Shelf) -> None:
        if shelf.deaf:
            return
        heard = [
            i for e in self.world.events("StockChanged") for i in e["items"] if i["product_id"] == shelf.product_id
        ]
        last = heard[-1]["quantity"] if heard else None
        assert (Decimal(last) if last is not None else None) == (shelf.item["quantity"] if shelf.item else None)
        low = [e for e in self.world.events("LowStockReached") if e["product_id"] == shelf.product_id]
        assert [Decimal(e["quantity"]) for e in low] == shelf.low


def _sum(rows: Iterable[Json]) -> Decimal:
    return sum((Decimal(str(r["change"])) for r in rows), Decimal(0))


def _rows_of(item: Json | None) -> list[Json]:
    return [{"change": item["quantity"]}] if item else []


def _as_of(rows: Iterable[Json], at: str, lot_id: str | None) -> Decimal:
    """What there was at a moment: whatever had happened by then, whenever it was booked."""
    happened = [r for r in rows if parse_rfc3339(r["occurred_at"]) <= parse_rfc3339(at)]
    if lot_id is None:
        return _sum(happened)
    return _sum(one for r in happened for one in r.get("lots", ()) if one["lot_id"] == lot_id)


def _seen(item: Json | None) -> Json | None:
    """What a shopkeeper sees of it, without lots of which there is nothing: after 90 days those leave."""
    if item is None:
        return None
    lots = [lot for lot in item["lots"] if lot["quantity"]]
    return {**{k: v for k, v in item.items() if k not in {"version", "last_updated"}}, "lots": lots}


def _version(item: Json | None) -> Any:
    return (item["version"], item["last_updated"]) if item else None


def _is_low(item: Json | None) -> bool:
    return item is not None and item["reorder_level"] is not None and item["quantity"] <= item["reorder_level"]


def _product_of(record: Record) -> str:
    image: Any = record.new or record.old
    return str(image["product_id"]["S"])


def _facts(facts: Json) -> Json:
    expiry = facts.get("expiry_date")
    return {**facts, **({"expiry_date": date.fromisoformat(expiry)} if expiry else {})}


def test_the_ledger_adds_up_whatever_happens() -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=EXAMPLES or 12,
            stateful_step_count=STEPS,
            derandomize=not EXAMPLES,
            phases=[Phase.generate, Phase.shrink] if EXAMPLES else [Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
