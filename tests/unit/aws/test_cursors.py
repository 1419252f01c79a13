"""Cursors: given by us, for this list, unchanged; or refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.aws import cursors
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.kernel.errors import Malformed

KEYS = st.dictionaries(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20), min_size=1, max_size=3)


def listing(path: str = "/v1/products") -> Any:
    return SimpleNamespace(current_event=SimpleNamespace(path=path))


@pytest.fixture(autouse=True, scope="module")
def _secret() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cursors, "_secret", lambda: b"a secret of this test")
        yield


@given(KEYS)
def test_a_cursor_comes_back_as_it_went(key: dict[str, str]) -> None:
    cursor = encode_cursor(listing(), key)
    assert cursor
    assert "=" not in cursor
    assert decode_cursor(listing(), cursor, *key) == key


def test_the_end_of_a_list_has_no_cursor() -> None:
    assert encode_cursor(listing(), None) is None
    assert decode_cursor(listing(), None, "a") is None


@given(st.text())
def test_a_made_up_cursor_is_refused_and_never_breaks(text: str) -> None:
    with pytest.raises(Malformed):
        decode_cursor(listing(), text, "a")


@given(KEYS, st.data())
def test_a_cursor_with_any_character_changed_is_refused(key: dict[str, str], data: st.DataObject) -> None:
    cursor = str(encode_cursor(listing(), key))
    at = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.sampled_from("ABCxyz019-_").filter(lambda c: c != cursor[at]))
    with pytest.raises(Malformed):
        decode_cursor(listing(), cursor[:at] + other + cursor[at + 1 :], *key)
    with pytest.raises(Malformed):
        decode_cursor(listing(), cursor[:-1], *key)


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = encode_cursor(listing("/v1/stores/mine/inventory"), {"product_id": "p1"})
    with pytest.raises(Malformed):
        decode_cursor(listing("/v1/stores/theirs/inventory"), cursor, "product_id")


def test_a_cursor_of_another_shape_is_refused() -> None:
    cursor = encode_cursor(listing(), {"a": "1", "store_id": "theirs"})
    with pytest.raises(Malformed):
        decode_cursor(listing(), cursor, "a")
