"""What the matcher promises, on real names: rows and goods that it was not fitted on, and neighbours that differ."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pytest

from tests.bench.matching import figures
from tests.bench.matching import goods as stock
from tests.bench.matching.goods import Goods
from tests.bench.matching.hard_negatives import pairs
from tests.bench.matching.queries import QUERIES
from tests.bench.matching.retrieval import SKIPPED, Desk, without_own
from tests.bench.matching.shop_rows import Row, held_rows

pytestmark = [pytest.mark.integration, pytest.mark.skipif(not stock.available(), reason=SKIPPED)]


@pytest.fixture(scope="module")
def catalog() -> list[Goods]:
    """All 45,000 goods."""
    return stock.load()


@pytest.fixture(scope="module")
def same(catalog: list[Goods]) -> Mapping[str, Hashable]:
    """Which of them are one."""
    return figures.identities(catalog)


@pytest.fixture(scope="module")
def desk(catalog: list[Goods]) -> Desk:
    """What decides about rows of them."""
    return Desk(catalog)


@pytest.fixture(scope="module")
def rows(catalog: list[Goods]) -> list[Row]:
    """Of goods, and in a style, that the model was not fitted on."""
    _, held = stock.split(catalog)
    return held_rows(held, 1200, 3, catalog=catalog)


def test_what_is_matched_by_itself_is_right(desk: Desk, rows: list[Row], same: Mapping[str, Hashable]) -> None:
    given = figures.answer(rows, desk.match)
    score = figures.score(given, same)
    assert score.rows == 1200
    assert score.precision >= 0.995, figures.wrong(given, same)
    assert score.recall >= 0.75, figures.table(given, same)


def test_retrieval_proposes_what_is_meant(desk: Desk, rows: list[Row], same: Mapping[str, Hashable]) -> None:
    assert figures.recall_at(10, rows, desk.nearest, same) >= 0.995


def test_neighbours_that_differ_are_never_matched(catalog: list[Goods], same: Mapping[str, Hashable]) -> None:
    hard = pairs(catalog, 1)
    assert len(hard) >= 500
    found = figures.violations(hard, without_own(catalog, hard).match, same)
    assert [each for each in found if each.tempted] == []


def test_searches_in_ten_languages_find_what_is_meant(desk: Desk, catalog: list[Goods]) -> None:
    missed = figures.unanswered(5, QUERIES, desk.search, {each.goods_id: each for each in catalog})
    assert len(missed) <= len(QUERIES) * 0.1, [query.text for query in missed]
