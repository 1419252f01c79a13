"""The index in memory and in a folder: what is put is found, by words, by code, by time, and by who may see it."""

from __future__ import annotations

import hashlib
import inspect
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.catalog.client import Product
from services.matching.domain.alike import compare
from services.matching.domain.rank import rank
from services.matching.domain.record import MAIN, Entry, Record, size_terms
from services.matching.domain.search import LISTED
from services.matching.store import index
from services.matching.store.index import Builder, Filter, Index, entry_of
from shared.kernel.naming import Heard, hear
from shared.kernel.quantity import NetQuantity
from shared.kernel.text import folded

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SEEN = Filter(statuses=LISTED)


def product(product_id: str, name: str, **more: Any) -> Product:
    fields: dict[str, Any] = {
        "product_id": product_id,
        "name": name,
        "identity_key": "identity",
        "source": "admin",
        "verification_status": "verified",
        "version": 1,
        "created_at": NOON,
        "updated_at": NOON,
        **more,
    }
    return Product.model_validate(fields)


def entry(product_id: str, name: str, **more: Any) -> Entry:
    return entry_of(product(product_id, name, **more))


PARLE = entry(
    "prd_parle",
    "Parle-G Gluco Biscuits",
    brand="Parle",
    category="Biscuits",
    barcode="8901719101038",
    net_quantity=NetQuantity(value=Decimal(800), unit="g"),
    mrp=Decimal("90.00"),
    regional_names={"IN-MH": ["पार्ले-जी बिस्किट"], "IN-TN": ["பார்லே-ஜி"]},
    created_at=NOON - timedelta(days=3),
)
SALT = entry("prd_salt", "Tata Salt 1 kg", brand="Tata", category="Salt & Sugar", created_at=NOON - timedelta(days=2))
COLGATE = entry(
    "prd_colgate", "Colgate Strong Teeth Toothpaste 150 g", brand="Colgate", created_at=NOON - timedelta(days=1)
)
RAVIS = entry(
    "prd_ravis",
    "Ravi Special Namkeen 200 g",
    verification_status="pending",
    proposed_by="ravi",
    store_id="str_1",
    created_at=NOON,
)
SHELF = [PARLE, SALT, COLGATE, RAVIS]


@pytest.fixture(scope="module")
def shelf() -> Index:
    return Index.of(SHELF)


def nearest(index: Index, name: str, k: int = 3) -> list[str]:
    return [r.product_id for r in index.nearest(hear(name), k)]


def typed(index: Index, q: str, filters: Filter = SEEN) -> list[str]:
    """As a search box asks: the last word may be unfinished."""
    heard = hear(q)
    unfinished = heard.words[-1].text if heard.words and not q.endswith(" ") else ""
    found = index.like(heard, unfinished, filters, 10)
    return [hit.product_id for hit in rank(heard, unfinished, found, index.known, latin=q.isascii())]


def newest(index: Index, filters: Filter, k: int = 10) -> list[str]:
    return [r.product_id for r in index.newest(filters, k)]


# --------------------------------------------------------------------------------- records


def test_a_record_is_what_the_catalog_says() -> None:
    record = PARLE.record
    assert (record.product_id, record.version, record.status) == ("prd_parle", 1, "verified")
    assert (record.gtin, record.mrp) == ("08901719101038", 9000)
    assert record.created == int((NOON - timedelta(days=3)).timestamp())
    assert [n.field for n in record.names] == [MAIN, "regional_names.IN-MH", "regional_names.IN-TN"]
    assert size_terms(record.amounts) == ["800000g*1"]
    assert (PARLE.category, PARLE.brand, PARLE.regions) == ("biscuits", "parle", ("IN-MH", "IN-TN"))
    assert (RAVIS.store_id, RAVIS.proposed_by) == ("str_1", "ravi")


@pytest.mark.parametrize("one", SHELF, ids=lambda e: e.product_id)
def test_a_record_lies_in_the_index_as_it_is(one: Entry, shelf: Index) -> None:
    assert Record.loaded(one.record.dumped()) == one.record
    assert list(shelf.records([one.product_id])) == [one.record]


def test_filters_compare_without_case_and_outer_space() -> None:
    assert folded("  Salt  &\tSUGAR ") == "salt & sugar"
    assert folded(None) == folded("") == ""


# --------------------------------------------------------------------------------- put, replace, open


def test_putting_again_replaces_and_adds_no_second(tmp_path: Path) -> None:
    builder = Builder(tmp_path / "index")
    builder.put(SHELF)
    builder.put([PARLE])
    builder.commit()
    assert builder.index().documents == len(SHELF)
    newer = entry("prd_parle", "Parle-G Royale 900 g", version=2)
    builder.put([newer])
    assert builder.index().versions(["prd_parle"]) == {"prd_parle": 1}, "what is not committed is not there"
    builder.commit()
    index = builder.index()
    assert (index.documents, index.versions(["prd_parle", "prd_salt"])) == (4, {"prd_parle": 2, "prd_salt": 1})
    assert nearest(index, "parle g royale 900g")[0] == "prd_parle"
    assert index.by_gtin("08901719101038", SEEN) == [], "the code went with the older version"
    builder.close()


def test_a_state_that_is_open_stays_as_it_was(tmp_path: Path) -> None:
    builder = Builder(tmp_path / "index")
    builder.put([SALT])
    builder.commit()
    before = builder.index()
    builder.put([PARLE])
    builder.commit()
    assert (before.documents, builder.index().documents) == (1, 2)
    assert nearest(before, "parle g") == []
    builder.close()


def test_a_folder_is_opened_by_others_and_continued(tmp_path: Path) -> None:
    first = Builder(tmp_path / "deep" / "index")
    first.put([SALT])
    first.commit()
    first.close()
    second = Builder(tmp_path / "deep" / "index")
    second.put([PARLE])
    second.commit()
    second.close()
    assert Index.open(tmp_path / "deep" / "index").versions(["prd_salt", "prd_parle"]).keys() == {
        "prd_salt",
        "prd_parle",
    }
    with pytest.raises(ValueError, match="nothing"):
        Index.open(tmp_path / "nothing")


def test_versions_are_told_of_what_is_there_however_many_are_asked(shelf: Index) -> None:
    asked = [*(f"prd_{n}" for n in range(1200)), "prd_salt", "prd_salt", "prd_ravis"]
    assert shelf.versions(asked) == {"prd_salt": 1, "prd_ravis": 1}
    assert shelf.versions([]) == {}


def test_an_empty_index_answers_everything_with_nothing() -> None:
    empty = Index.of(())
    assert empty.documents == 0
    assert empty.nearest(hear("salt"), 5) == []
    assert empty.like(hear("salt"), "salt", SEEN, 5) == []
    assert empty.newest(SEEN, 5) == []
    assert empty.by_gtin("08901719101038", SEEN) == []
    assert empty.versions(["prd_salt"]) == {}
    assert empty.known.weight(hear("salt").words[0]) == 1.0


# --------------------------------------------------------------------------------- nearest


@pytest.mark.parametrize(
    ("asked", "product_id"),
    [
        ("PARLEG BISC 800GM", "prd_parle"),
        ("पारले जी", "prd_parle"),
        ("பார்லே ஜி பிஸ்கட்", "prd_parle"),
        ("prle gluco biscut", "prd_parle"),
        ("टाटा नमक", "prd_salt"),
        ("namak 1kg", "prd_salt"),
        ("ಉಪ್ಪು", "prd_salt"),
        ("kolget toothpast", "prd_colgate"),
        ("कोलगेट", "prd_colgate"),
        ("special nmkin", "prd_ravis"),
    ],
)
def test_the_nearest_goods_come_first_in_any_script_and_spelling(shelf: Index, asked: str, product_id: str) -> None:
    assert nearest(shelf, asked)[0] == product_id


def test_of_two_sizes_the_one_that_is_said_is_nearer() -> None:
    sizes = Index.of(entry(f"prd_{n}", f"Parle-G Gluco Biscuits {n} g") for n in (100, 200, 400, 800))
    for size in (100, 200, 400, 800):
        assert nearest(sizes, f"parle gluco {size}gm")[0] == f"prd_{size}"


def test_no_more_than_asked_and_nothing_for_words_without_sense(shelf: Index) -> None:
    assert len(nearest(shelf, "parle tata colgate ravi", 2)) == 2
    assert shelf.nearest(Heard((), ()), 5) == []
    assert shelf.nearest(hear("☕"), 5) == []


def test_what_was_merged_or_rejected_is_never_near(shelf: Index) -> None:
    gone = [entry(f"prd_{s}", "Tata Salt 1 kg", verification_status=s) for s in ("merged", "rejected")]
    index = Index.of([*SHELF, *gone, entry("prd_changes", "Tata Salt 1 kg", verification_status="needs_changes")])
    assert set(nearest(index, "tata salt 1 kg", 10)) & {"prd_merged", "prd_rejected"} == set()
    assert "prd_changes" in nearest(index, "tata salt 1 kg", 10)
    asked = index.nearest(hear("tata salt"), 10, filters=Filter(statuses=("rejected",)))
    assert [r.product_id for r in asked] == ["prd_rejected"]


def test_what_people_type_is_no_syntax(shelf: Index) -> None:
    for q in ('salt AND (NOT "tata', "salt*", "id:prd_salt", "^salt~2", "[a TO z]", "salt\\", "' OR 1=1 --"):
        typed(shelf, q)
        nearest(shelf, q)
    assert "prd_salt" in typed(shelf, "salt*")


# --------------------------------------------------------------------------------- like: a search box


@pytest.mark.parametrize(
    ("q", "product_id"),
    [
        ("c", "prd_colgate"),
        ("col", "prd_colgate"),
        ("colg", "prd_colgate"),
        ("colgate stro", "prd_colgate"),
        ("tat", "prd_salt"),
        ("tata sa", "prd_salt"),
        ("parle glu", "prd_parle"),
        ("namkee", "prd_ravis"),
    ],
)
def test_the_word_being_typed_is_found_by_its_beginning(shelf: Index, q: str, product_id: str) -> None:
    assert typed(shelf, q)[:1] == [product_id]


def test_the_beginning_of_a_word_is_no_word_once_a_space_follows(shelf: Index) -> None:
    assert (typed(shelf, "c"), typed(shelf, "c ")) == (["prd_colgate"], [])


@pytest.mark.parametrize(
    ("q", "product_id"),
    [
        ("colgaet", "prd_colgate"),
        ("toothpsate", "prd_colgate"),
        ("gloco biscuit", "prd_parle"),
        ("colgate tothpaste ", "prd_colgate"),
        ("बिस्किट", "prd_parle"),
        ("பார்லே", "prd_parle"),
        ("नमक", "prd_salt"),
        ("uppu", "prd_salt"),
    ],
)
def test_slips_and_scripts_find(shelf: Index, q: str, product_id: str) -> None:
    assert typed(shelf, q)[:1] == [product_id]


def test_what_shares_nothing_is_not_found(shelf: Index) -> None:
    assert typed(shelf, "harpic") == []
    assert typed(shelf, "tata harpic blue cleaner") == []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filter(), {"prd_parle", "prd_salt", "prd_colgate", "prd_ravis"}),
        (Filter(category="salt & SUGAR"), {"prd_salt"}),
        (Filter(category="salt"), set()),
        (Filter(brand=" PARLE "), {"prd_parle"}),
        (Filter(region="IN-MH"), {"prd_parle"}),
        (Filter(region="IN-KL"), set()),
        (Filter(statuses=("pending",)), {"prd_ravis"}),
        (Filter(statuses=("verified",), brand="parle", region="IN-TN"), {"prd_parle"}),
        (Filter(brand="parle", category="salt & sugar"), set()),
        (Filter(category=""), {"prd_colgate", "prd_ravis"}),
    ],
)
def test_filters_narrow_every_way_of_asking(shelf: Index, filters: Filter, found: set[str]) -> None:
    assert set(newest(shelf, filters)) == found
    words = {"prd_parle": "parle", "prd_salt": "tata salt", "prd_colgate": "colgate", "prd_ravis": "namkeen"}
    assert {i for i, word in words.items() if i in typed(shelf, word, filters)} == found
    near = {
        i for i, word in words.items() if i in {r.product_id for r in shelf.nearest(hear(word), 9, filters=filters)}
    }
    assert near == found


@pytest.mark.parametrize(
    ("reader", "sees"),
    [
        (("ravi", ("str_1",)), True),
        (("ravi", ()), True),
        (("ravis-clerk", ("str_1", "str_2")), True),
        (("meena", ("str_2",)), False),
        (("", ()), False),
    ],
)
def test_an_owner_sees_what_is_verified_and_what_is_theirs(
    shelf: Index, reader: tuple[str, tuple[str, ...]], sees: bool
) -> None:
    filters = Filter(statuses=LISTED, reader=reader)
    assert ("prd_ravis" in newest(shelf, filters)) is sees
    assert ("prd_ravis" in typed(shelf, "namkeen", filters)) is sees
    assert {"prd_parle", "prd_salt", "prd_colgate"} <= set(newest(shelf, filters))


def test_nobodys_goods_are_not_seen_by_a_reader_without_a_store() -> None:
    index = Index.of([entry("prd_import", "Zoff Salt 1 kg", verification_status="pending")])
    assert newest(index, Filter(statuses=LISTED, reader=("meena", ()))) == []


def test_a_code_is_found_exactly_and_within_the_filters(shelf: Index) -> None:
    assert [r.product_id for r in shelf.by_gtin("08901719101038", SEEN)] == ["prd_parle"]
    assert shelf.by_gtin("8901719101038", SEEN) == []
    assert shelf.by_gtin("08901719101038", Filter(statuses=("pending",))) == []
    hidden = Index.of([entry("prd_x", "x", barcode="8901719101038", verification_status="merged")])
    assert hidden.by_gtin("08901719101038", SEEN) == []


def test_without_words_the_newest_come_first(shelf: Index) -> None:
    assert newest(shelf, SEEN) == ["prd_ravis", "prd_colgate", "prd_salt", "prd_parle"]
    assert newest(shelf, SEEN, 2) == ["prd_ravis", "prd_colgate"]
    assert [r.product_id for r in shelf.like(hear(""), "", SEEN, 2)] == ["prd_ravis", "prd_colgate"]
    old = Index.of([entry("prd_old", "Old", created_at=datetime(1965, 1, 1, tzinfo=UTC)), *SHELF])
    assert newest(old, SEEN)[-1] == "prd_old"


# --------------------------------------------------------------------------------- what it knows of words


def test_a_word_weighs_the_more_the_fewer_goods_have_it() -> None:
    index = Index.of(entry(f"prd_{n}", f"Zoff Masala {'Garam' if n == 0 else n}") for n in range(20))
    known = index.known
    zoff, garam = hear("zoff").words[0], hear("garam").words[0]
    assert known.products == 20
    assert known.frequency(zoff.sound) == 20
    assert known.written("garam") == 1
    assert known.weight(garam) > known.weight(zoff) == pytest.approx(0, abs=0.05)
    assert known.weight(hear("qwrtz").words[0]) == pytest.approx(1)


def test_only_what_is_no_word_may_be_a_slip(shelf: Index) -> None:
    known = shelf.known
    (record,) = (r for r in shelf.nearest(hear("colgate toothpaste"), 1))

    def odd(name: str) -> list[str]:
        return [w.text for w in compare(hear(name).words, (), record, known).odd]

    assert odd("Colgate toothpaset") == []
    assert odd("Colgate salt") == ["salt"]


def test_another_schema_is_another_format() -> None:
    """Readers refuse an index of another format; a schema that changed under the same one would be read wrongly."""
    known = {1: "1bcc78243065"}
    schema = hashlib.sha256(inspect.getsource(index._schema).encode()).hexdigest()[:12]
    assert known[index.FORMAT] == schema, "raise FORMAT and add its schema here; then every index is made anew"
