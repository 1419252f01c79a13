"""A barcode that nobody has added is asked for once, while a person waits."""

from __future__ import annotations

import time as real_time
from collections.abc import Iterator
from typing import Any

import pytest

from services.off_sync import off_client
from services.off_sync.off_client import Held, NotThere, OffFailed, Refused
from services.off_sync.store import limits
from shared.aws.settings import Runtime, settings
from tests.builders import gtin, sheet
from tests.off_server import OffServer, Trouble, a_product, serving
from tests.world import Person, World

pytestmark = pytest.mark.integration

KNOWN, OTHER, UNKNOWN = gtin(1), gtin(2), gtin(3)


@pytest.fixture
def off(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[OffServer]:
    """A server that knows two products."""
    del world
    server = OffServer(
        dump=[a_product(KNOWN, 1_790_000_000), a_product(OTHER, 1_790_000_000, brands="", brands_tags=[])]
    )
    with serving(server):
        monkeypatch.setenv("OFF_BASE_URL", server.url)
        monkeypatch.setenv("OFF_CONTACT", "ops@example.com")
        settings.cache_clear()
        yield server
    settings.cache_clear()


@pytest.fixture
def ravi(world: World) -> Person:
    world.a_store("owner-ravi")
    return world.as_user("owner-ravi")


def scan(who: Person, code: str) -> Any:
    return who.get(f"/v1/products/by-barcode/{code}")


def test_an_unknown_barcode_becomes_a_product_in_one_round_trip(world: World, off: OffServer, ravi: Person) -> None:
    found = scan(ravi, KNOWN).ok()
    assert found["name"] == f"Biscuits of {KNOWN}"
    assert found["source"] == "off"
    assert found["net_quantity"] == {"value": 800, "unit": "g"}
    assert found["verification_status"] == "pending", "it lacks nothing, but a person looks at what was scanned"
    assert set(found["provenance"].values()) == {"off"}
    assert scan(ravi, OTHER).ok()["verification_status"] == "pending"
    assert scan(ravi, KNOWN).ok()["product_id"] == found["product_id"]
    assert off.kinds() == ["product", "product"], "each was asked for once"
    (asked, _) = off.asked
    assert asked.user_agent == "VyaparCatalog/0.1.0 (ops@example.com)"
    assert asked.path.startswith(f"/api/v2/product/{KNOWN}.json?fields=code,")
    assert {r["code"] for r in world.rows("OffProducts")} == {f"0{KNOWN}", f"0{OTHER}"}


def test_a_row_of_a_file_that_is_a_barcode_alone_is_asked_for(world: World, off: OffServer, ravi: Person) -> None:
    store_id = ravi.get("/v1/stores").ok()["items"][0]["store_id"]
    world.drop(store_id, "dry.csv", sheet([["", KNOWN, "", 3, "", ""]]), {"dry-run": "true"})
    world.run()
    assert off.asked == [], "a dry run writes nothing"
    world.drop(store_id, "codes.csv", sheet([["", KNOWN, "", 3, "", ""], ["", UNKNOWN, "", 4, "", ""]]))
    world.run()
    (job,) = [j for j in ravi.get(f"/v1/stores/{store_id}/imports").ok()["items"] if j["filename"] == "codes.csv"]
    assert (job["status"], job["successful"], job["failed"]) == ("completed_with_errors", 1, 1)
    (item,) = ravi.get(f"/v1/stores/{store_id}/inventory").ok()["items"]
    assert (item["quantity"], item["product"]["name"]) == (3, f"Biscuits of {KNOWN}")
    assert sorted(a.path.split(".json")[0].rsplit("/")[-1] for a in off.asked) == [KNOWN, UNKNOWN]


def test_a_barcode_that_a_person_has_corrected_does_not_lead_to_the_product(
    world: World, off: OffServer, ravi: Person
) -> None:
    product_id = scan(ravi, KNOWN).ok()["product_id"]
    world.as_admin().patch(f"/v1/products/{product_id}", {"barcode": gtin(777)}).ok()
    assert scan(ravi, KNOWN).code == "GTIN_UNKNOWN"
    assert scan(ravi, gtin(777)).ok()["product_id"] == product_id


def test_what_they_do_not_know_is_not_asked_again_for_a_day(off: OffServer, ravi: Person) -> None:
    for _ in range(3):
        assert scan(ravi, UNKNOWN).code == "GTIN_UNKNOWN"
    assert off.kinds() == ["product"]


def test_ten_a_minute_and_no_more(off: OffServer, ravi: Person) -> None:
    for number in range(100, 115):
        assert scan(ravi, gtin(number)).status == 404
    assert len(off.asked) == 10


def test_codes_of_a_shops_own_scale_are_never_asked_for(off: OffServer, ravi: Person) -> None:
    assert scan(ravi, "2000000000039"[:12] + "8").status in {404, 422}
    assert off.asked == []


@pytest.mark.parametrize("trouble", [Trouble(503), Trouble(500), Trouble(502), Trouble(302, {"Location": "/"})])
def test_when_they_are_down_nobody_waits_and_nobody_asks_on_and_on(
    off: OffServer, ravi: Person, trouble: Trouble
) -> None:
    off.trouble = lambda kind, path: trouble
    began = real_time.monotonic()
    for number in range(200, 206):
        assert scan(ravi, gtin(number)).code == "GTIN_UNKNOWN"
    assert len(off.asked) <= (1 if trouble.status == 503 else 6 if trouble.status == 302 else 3)
    assert real_time.monotonic() - began < 20


def test_who_dawdles_is_left(off: OffServer, ravi: Person) -> None:
    off.trouble = lambda kind, path: Trouble(seconds=2.5)
    began = real_time.monotonic()
    assert scan(ravi, KNOWN).code == "GTIN_UNKNOWN"
    assert real_time.monotonic() - began < 10, "two seconds, on a machine that is busy"


def test_who_drips_is_left(off: OffServer, ravi: Person) -> None:
    off.trouble = lambda kind, path: Trouble(drip=0.3)
    began = real_time.monotonic()
    assert scan(ravi, KNOWN).code == "GTIN_UNKNOWN"
    assert real_time.monotonic() - began < 10, "three seconds, on a machine that is busy"


def test_all_sisters_together_have_three_seconds(off: OffServer, ravi: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFF_BASES", "food,beauty,products,petfood")
    settings.cache_clear()
    off.trouble = lambda kind, path: Trouble(seconds=1.2)
    assert scan(ravi, UNKNOWN).code == "GTIN_UNKNOWN"
    assert len(off.asked) < 4
    assert not limits.is_missing(f"0{UNKNOWN}"), "not all were asked"


def test_an_answer_that_is_nested_too_deep_is_none(off: OffServer, ravi: Person) -> None:
    said = b'{"a":' * 200_000
    off.answer = lambda *_: ("product", 200, said, "application/json")  # type: ignore[method-assign]
    assert scan(ravi, KNOWN).code == "GTIN_UNKNOWN"


def test_an_answer_of_the_future_is_none(off: OffServer, ravi: Person) -> None:
    off.dump = [a_product(KNOWN, 9_999_999_999)]
    assert scan(ravi, KNOWN).code == "GTIN_UNKNOWN"


def test_a_small_gzip_that_opens_into_a_huge_answer_is_left(off: OffServer) -> None:
    import gzip

    said = gzip.compress(bytes(50_000_000))
    off.answer = lambda *_: ("product", 200, said, "application/json")  # type: ignore[method-assign]
    off.headers = {"Content-Encoding": "gzip"}
    with pytest.raises(OffFailed, match="TOO_LARGE"):
        off_client.product("food", KNOWN)


# --- How often ---


def test_what_worked_before_they_had_enough_does_not_lift_the_wait(off: OffServer) -> None:
    limits.admit("read")
    assert limits.had_enough("read", 600).seconds == 600
    limits.worked("read")  # asked before, answered after
    with pytest.raises(Held):
        limits.admit("read")


def test_requests_that_fail_together_are_one_failure(off: OffServer) -> None:
    for _ in range(10):
        limits.failed("read")
    with pytest.raises(Held) as held:
        limits.admit("read")
    assert held.value.seconds <= 30


def test_they_are_left_alone_as_long_as_they_say_within_reason(off: OffServer) -> None:
    assert limits.had_enough("read", 2000).seconds == 2000
    assert limits.had_enough("search", 10**9).seconds == 3600


def test_that_they_do_not_know_a_barcode_is_an_answer(off: OffServer, ravi: Person) -> None:
    for number in range(3):
        off.trouble = lambda kind, path: Trouble(500)
        scan(ravi, gtin(300 + number))
        off.trouble = lambda kind, path: None
        scan(ravi, gtin(400 + number))
    assert len(off.asked) == 6, "never three failures on end"


def test_an_answer_about_another_product_is_none(off: OffServer, ravi: Person) -> None:
    off.dump = []
    said = f'{{"status": 1, "product": {{"code": "{OTHER}", "product_name": "X"}}}}'.encode()
    off.answer = lambda *_: ("product", 200, said, "application/json")  # type: ignore[method-assign]
    assert scan(ravi, KNOWN).code == "GTIN_UNKNOWN"


def test_where_nobody_says_where_they_are_nobody_is_asked(world: World, ravi: Person) -> None:
    del world
    assert scan(ravi, KNOWN).code == "GTIN_UNKNOWN"


# --- Where requests may go ---


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:1/",
        "http://localhost/",
        "file:///etc/passwd",
        "ftp://world.openfoodfacts.org/",
        "https://world.openfoodfacts.org.evil.example/",
        "https://evil.example/https://world.openfoodfacts.org/",
        "https://world.openfoodfacts.org@evil.example/",
        "https://user@world.openfoodfacts.org/",
        "https://world.openfoodfacts.org:8443/",
        "http://world.openfoodfacts.org/",
        "//evil.example/x",
    ],
)
def test_no_other_host_is_ever_asked(world: World, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    del world
    as_on_aws(monkeypatch, "93.184.216.34")
    with pytest.raises(Refused):
        off_client.check(url)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "fd00::1", "192.168.1.1", "100.64.0.1"]
)
def test_a_name_that_leads_into_our_own_network_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    del world
    as_on_aws(monkeypatch, address)
    with pytest.raises(Refused):
        off_client.product("food", KNOWN)


def test_a_name_that_nobody_knows_is_asked_for_three_times(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    del world
    as_on_aws(monkeypatch, "93.184.216.34")

    def lost(*told: Any, **more: Any) -> Any:
        raise OSError

    monkeypatch.setattr("socket.getaddrinfo", lost)
    for _ in range(3):
        with pytest.raises(OffFailed, match="UNREACHABLE"):
            off_client.product("food", KNOWN)
    with pytest.raises(Held):
        off_client.product("food", KNOWN)


def as_on_aws(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("OFF_BASE_URL", "https://world.{site}.org")
    monkeypatch.setenv("OFF_CONTACT", "ops@example.com")
    monkeypatch.setenv("STAGE", "prod")
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: [(2, 1, 6, "", (address, 443))])
    settings.cache_clear()
    assert settings(Runtime).stage == "prod"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    settings.cache_clear()


@pytest.mark.parametrize("name", ["../../x.json.gz", "http://evil/x.json.gz", "x.txt", ""])
def test_names_of_files_are_names(off: OffServer, name: str) -> None:
    with pytest.raises(Refused):
        off_client.delta("food", name)
    with pytest.raises(Refused):
        off_client.picture("food", f"/images/products/{name}")
    with pytest.raises(Refused):
        off_client.product("food", name)
    assert off.asked == []


def test_a_redirect_is_not_followed(off: OffServer) -> None:
    off.trouble = lambda kind, path: Trouble(302, {"Location": "http://169.254.169.254/"})
    with pytest.raises(NotThere):
        off_client.picture("food", "/images/products/890/100/155/5082/front_en.4.400.jpg")
    assert len(off.asked) == 1


def test_what_is_too_large_or_no_picture_is_not_taken(off: OffServer) -> None:
    path = "/images/products/890/100/155/5082/front_en.4.400.jpg"
    off.answer = lambda *_: ("picture", 200, b"\xff\xd8" + bytes(6_000_000), "image/jpeg")  # type: ignore[method-assign]
    with pytest.raises(OffFailed, match="TOO_LARGE"):
        off_client.picture("food", path)
    off.answer = lambda *_: ("picture", 200, b"<svg onload=alert(1)>", "image/jpeg")  # type: ignore[method-assign]
    with pytest.raises(OffFailed, match="NO_PICTURE"):
        off_client.picture("food", path)


def test_a_small_gzip_that_opens_into_a_huge_line_is_left(off: OffServer, monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    monkeypatch.setattr(off_client, "_LINE_AT_MOST", 1_000_000)
    name = "openfoodfacts_products_1788675653_1788761472.json.gz"
    off.answer = lambda *_: ("delta", 200, gzip.compress(bytes(50_000_000)), "application/gzip")  # type: ignore[method-assign]
    with pytest.raises(OffFailed, match="LINE_TOO_LONG"):
        list(off_client.delta("food", name))
    assert limits.read_to("food") is None
