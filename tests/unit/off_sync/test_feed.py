"""Which deltas are read, and whether some are missing."""

from __future__ import annotations

from services.off_sync.domain.feed import Delta, listed, plan

_INDEX = """\
openfoodfacts_products_1788847691_1788934590.json.gz
openfoodfacts_products_1788761472_1788847691.json.gz

../../etc/passwd_1788761472_1788847691.json.gz
openfoodfacts_products_1788675653_1788761472.json.gz
openfoodfacts_products_1788761472_1788847691.json.gz
openfoodfacts_products_9_1.json.gz
<html>
"""
A, B, C = (
    Delta(1788675653, 1788761472, "openfoodfacts_products_1788675653_1788761472.json.gz"),
    Delta(1788761472, 1788847691, "openfoodfacts_products_1788761472_1788847691.json.gz"),
    Delta(1788847691, 1788934590, "openfoodfacts_products_1788847691_1788934590.json.gz"),
)


def test_an_index_is_read_oldest_first_and_whatever_else_it_says_is_passed_over() -> None:
    assert listed(_INDEX, C.end) == [A, B, C]
    assert listed("", C.end) == []


def test_a_file_that_ends_in_the_future_is_none() -> None:
    assert listed(_INDEX, C.end - 1) == [A, B]


def test_what_ends_after_the_last_change_is_read_in_order() -> None:
    assert plan([A, B, C], A.end).deltas == (B, C)
    assert plan([A, B, C], A.end + 5).deltas == (B, C)
    assert plan([A, B, C], C.end).deltas == ()


def test_a_gap_at_the_beginning_or_in_the_middle_is_seen() -> None:
    assert plan([B, C], A.end - 10).gap
    assert plan([A, C], A.start).gap
    assert not plan([A, B, C], A.start).gap
    assert not plan([A, C], C.start).gap
