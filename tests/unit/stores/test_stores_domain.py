"""Shops."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.stores import domain
from services.stores.domain import Store, StoreFields, StorePatch
from shared.kernel.cause import Cause
from tests.builders import CAUSE


def a_store(**fields: object) -> Store:
    return domain.register(StoreFields.model_validate({"name": "Ravi Kirana", "region": "IN-MH", **fields}), CAUSE)[0]


def test_a_shop_speaks_its_regions_language_and_english() -> None:
    assert a_store().languages == ["mr", "en"]
    assert a_store(region="IN-TN").languages == ["ta", "en"]
    assert a_store(languages=["hi"]).languages == ["hi"]
    assert len(set(a_store(region="IN-NL").languages)) == len(a_store(region="IN-NL").languages)


def test_registering_states_who_owns_it() -> None:
    store, fact = domain.register(StoreFields(name="Ravi Kirana", region="IN-MH"), CAUSE)
    assert (fact.data.store_id, fact.data.owner, fact.metadata.actor) == (store.store_id, "owner-ravi", "owner-ravi")
    assert store.created_at == store.updated_at == CAUSE.at


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("gstin", "27AAPFU0939F1ZV", "27aapfu0939f1zv"),
        ("fssai", "11521012000123", "1152101200012"),
        ("gstin", None, "२७AAPFU0939F1ZV"),
        ("fssai", None, "११५२१०१२०००१२३"),
        ("phone", "022-2612 3456", "12345"),
        ("languages", ["pa"], ["fr"]),
        ("region", "IN-OR", "IN-QQ"),
    ],
)
def test_fields_are_checked(field: str, good: object, bad: object) -> None:
    a_store(**{field: good})
    with pytest.raises(ValidationError):
        a_store(**{field: bad})


def test_an_old_region_code_becomes_the_one_in_force() -> None:
    assert a_store(region="IN-OR").region == "IN-OD"
    assert a_store(region="tg").region == "IN-TS"


def test_an_amendment_keeps_what_it_does_not_name() -> None:
    store = a_store(phone="022 2612 3456", address="Laxmi Road")
    later = Cause("ravi", CAUSE.at + timedelta(days=1), "corr-0002")
    changed = domain.amend(store, StorePatch.model_validate({"phone": None, "name": "New name"}), later)
    assert (changed.name, changed.phone, changed.address) == ("New name", None, "Laxmi Road")
    assert (changed.version, changed.updated_at, changed.created_at) == (2, later.at, CAUSE.at)
    assert domain.amend(store, StorePatch.model_validate({"name": "Ravi Kirana"}), later) is store
    assert domain.amend(store, StorePatch(), later) is store
    for needed in ("name", "region", "languages"):
        with pytest.raises(ValidationError):
            StorePatch.model_validate({needed: None})
