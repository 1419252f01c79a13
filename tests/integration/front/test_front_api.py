"""Health, the API's description, the dashboard's figures, and routes that don't exist."""

from __future__ import annotations

import json

import pytest

from services.front import api, store
from shared.kernel.clock import indian_day, utc_now
from tests.builders import gtin, product, sheet
from tests.world import ROOT, Call, World, throttled

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def _packed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The build packs the description beside the code."""
    monkeypatch.setattr(api, "_OPENAPI", ROOT / "docs/openapi.json")


def test_health_needs_no_token(world: World) -> None:
    answer = world.as_nobody().get("/v1/health")
    assert answer.ok() == {"status": "ok", "version": "0.1.0", "stage": "local", "checks": {"dynamodb": "ok"}}


def test_health_is_503_when_the_database_is_down(world: World) -> None:
    def down(call: Call) -> None:
        raise throttled(call.operation)

    world.before = down
    answer = world.as_nobody().get("/v1/health")
    world.before = None
    assert answer.status == 503
    assert answer.body["checks"] == {"dynamodb": "down"}
    assert answer.body["status"] == "degraded"


def test_the_description_is_served_as_it_stands_in_docs(world: World) -> None:
    answer = world.as_nobody().get("/v1/openapi.json")
    assert answer.ok() == json.loads((ROOT / "docs/openapi.json").read_text("utf-8"))
    assert answer.headers["content-type"] == "application/json"


def test_the_documentation_is_a_page_of_its_own(world: World) -> None:
    answer = world.as_nobody().get("/v1/docs")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "swagger" in answer.text.lower()


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/me/nothing", "/v1/imports/nothing", "/v1/stores/{store_id}/y/z"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_route_is_a_problem_in_our_own_words(world: World, method: str, path: str) -> None:
    answer = world.as_admin().send(method, path.format(store_id=world.a_store("ravi")))
    assert (answer.status, answer.code) == (404, "NO_SUCH_ROUTE")
    assert answer.body["request_id"]


def test_the_dashboard_counts_what_happened(world: World) -> None:
    store_id = world.a_store("ravi")
    world.a_store("meena")
    admin = world.as_admin()
    pending = world.as_user("ravi").post("/v1/products", product(1)).ok(201)["product_id"]
    admin.post("/v1/products", product(2)).ok(201)
    admin.patch(f"/v1/products/{pending}", {"verification_status": "verified"}).ok()
    world.drop(
        store_id, "a.csv", sheet([["Parle-G Gluco Biscuits No 1", gtin(1), "800 g", 1], ["Dal", "", "1 kg", 2]],
                                 ("Name", "Barcode", "Pack Size", "Qty"))
    )  # fmt: skip
    world.drop(store_id, "b.csv", b"")
    world.drop(store_id, "c.csv", sheet([["Dal", "", "1 kg", 9, "", ""]]), {"dry-run": "true"})
    world.run()
    expected = {
        "stores": 2,
        "products": {"pending": 1, "verified": 2},
        "products_by_source": {"admin": 1, "import": 1, "store": 1},
        "imports": {"completed": 2, "failed": 1},
        "imported_rows": 2,
        "match_rate": 0.5,
        "reviews": {"open": 1, "oldest_since": str(indian_day(utc_now())), "oldest_days": 0},
        "images": {},
        "last_sync": None,
    }
    assert admin.get("/v1/admin/stats").ok() == expected
    for event in list(world.bus):
        world.publish(event)
    world.run(twice=True)
    assert admin.get("/v1/admin/stats").ok() == expected


def test_an_import_that_was_undone_counts_once_whatever_order_it_is_told_in(world: World) -> None:
    def ended() -> dict[str, int]:
        told = world.as_admin().get("/v1/admin/stats").ok()["imports"]
        return {status: told[status] for status in ("completed", "completed_with_errors", "undone") if told.get(status)}

    store_id = world.a_store("ravi")
    for name, rows in (("a.csv", [["Dal", "", "1 kg", 2]]), ("b.csv", [["Rice", "", "1 kg", 2], ["", "", "1 kg", 2]])):
        world.drop(store_id, name, sheet(rows, ("Name", "Barcode", "Pack Size", "Qty")))
        world.run()
    path = f"/v1/stores/{store_id}/imports"
    jobs = world.as_user("ravi").get(path).ok()["items"]
    assert {job["status"] for job in jobs} == {"completed", "completed_with_errors"}
    assert ended() == {"completed": 1, "completed_with_errors": 1}
    for job in jobs:
        for _ in range(2):
            world.as_user("ravi").post(f"{path}/{job['job_id']}/undo", {}).ok(202)
    world.run(twice=True)
    for event in reversed(list(world.bus)):
        world.publish(event)
    world.run(twice=True)
    assert ended() == {"undone": 2}


def test_imports_that_wait_for_a_person_are_counted_until_they_go_on(world: World) -> None:
    def counted() -> dict[str, int]:
        imports: dict[str, int] = world.as_admin().get("/v1/admin/stats").ok()["imports"]
        return {
            status: imports[status] for status in ("needs_mapping", "completed", "cancelled") if imports.get(status)
        }

    store_id = world.a_store("ravi")
    owner, path = world.as_user("ravi"), f"/v1/stores/{store_id}/imports"
    for name in ("a", "b", "c"):
        world.drop(store_id, f"{name}.txt", f"Soap {name}\nBroom {name}".encode())
    world.run(twice=True)
    assert counted() == {"needs_mapping": 3}
    told, stopped, _ = (job["job_id"] for job in owner.get(path).ok()["items"])
    owner.put(f"{path}/{told}/mapping", {"columns": {"name": 0}}).ok()
    owner.post(f"{path}/{stopped}/cancel").ok(202)
    later = owner.post(path, {"filename": "later.csv"}).ok(201)["job_id"]
    owner.post(f"{path}/{later}/cancel").ok(202)
    world.run(twice=True)
    for event in reversed(list(world.bus)):
        world.publish(event)
    world.run(twice=True)
    assert counted() == {"needs_mapping": 1, "completed": 1, "cancelled": 2}


def test_events_that_add_up_to_nothing_are_known_when_one_of_them_comes_again(world: World) -> None:
    from collections import Counter
    from datetime import UTC, datetime

    now = datetime(2026, 11, 22, tzinfo=UTC)
    asked, told = Counter(imports_needs_mapping=1), Counter(imports_needs_mapping=-1)
    store.fold({"evt_1": asked, "evt_2": told}, now)
    store.fold({"evt_2": told}, now)
    assert store.totals().get("imports_needs_mapping", 0) == 0


def test_only_admins_see_the_dashboard(world: World) -> None:
    assert world.as_user("ravi").get("/v1/admin/stats").code == "ADMIN_ONLY"
    assert world.as_admin().get("/v1/admin/stats").ok()["match_rate"] is None


def test_a_batch_with_one_event_known_already_counts_the_others(world: World) -> None:
    from collections import Counter
    from datetime import UTC, datetime

    now = datetime(2026, 11, 22, tzinfo=UTC)
    store.fold({"evt_1": Counter(stores=1)}, now)
    store.fold({f"evt_{n}": Counter(stores=1) for n in range(1, 4)}, now)
    assert store.totals() == {"stores": 3}
    store.fold({f"many_{n}": Counter(stores=1) for n in range(150)}, now)
    store.fold({f"many_{n}": Counter(stores=1) for n in range(150)}, now)
    assert store.totals() == {"stores": 153}


def test_an_event_that_moves_nothing_is_fine_alone_and_among_others(world: World) -> None:
    from collections import Counter
    from datetime import UTC, datetime

    now = datetime(2026, 11, 22, tzinfo=UTC)
    store.fold({"evt_1": Counter()}, now)
    store.fold({"evt_1": Counter(), "evt_2": Counter(stores=1)}, now)
    store.fold({}, now)
    assert store.totals() == {"stores": 1}
