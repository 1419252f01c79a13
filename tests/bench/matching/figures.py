"""What a matcher is worth, in figures: pure functions of rows and of what was answered to them.

A matcher is a callable that gives the id of the goods it would link by itself, or None. A retriever gives ids, best
first. Identity-equivalent goods (the same words of brand and name, the same size) count as one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

from tests.bench.matching.goods import Goods, identity
from tests.bench.matching.hard_negatives import Hard
from tests.bench.matching.queries import Query, fits
from tests.bench.matching.shop_rows import Row, by_kind

Matcher = Callable[[Row], str | None]
Retriever = Callable[[Row], Sequence[str]]
Searcher = Callable[[str], Sequence[str]]


class Score(NamedTuple):
    """Of ``rows`` that mean goods of the catalog, ``matched`` were linked by themselves, ``right`` of them rightly."""

    rows: int
    matched: int
    right: int

    @property
    def precision(self) -> float:
        """Of what was matched, how much rightly; 1 if nothing was."""
        return self.right / self.matched if self.matched else 1.0

    @property
    def recall(self) -> float:
        """Of all rows, how many were matched rightly."""
        return self.right / self.rows if self.rows else 0.0


class Wrong(NamedTuple):
    """A row that was linked to goods that it does not mean."""

    row: Row
    given: str
    right: str | None


class Violation(NamedTuple):
    """A hard negative that was linked: to the tempting neighbour (``tempted``), or to something else."""

    hard: Hard
    given: str
    tempted: bool


class Answered(NamedTuple):
    """Rows with what was answered to each, so that all tables come from one run."""

    rows: Sequence[Row]
    given: Sequence[str | None]


class Timing(NamedTuple):
    """In milliseconds."""

    p50: float
    p99: float
    calls: int


def identities(goods: Iterable[Goods]) -> dict[str, Hashable]:
    """What counts as one: the goods' ids to their identities."""
    return {each.goods_id: identity(each) for each in goods}


def same(one: str | None, other: str | None, known: Mapping[str, Hashable]) -> bool:
    """Do two ids mean the same goods? Ids that the catalog has not are equal to themselves only."""
    if one is None or other is None:
        return False
    return one == other or (one in known and other in known and known[one] == known[other])


def answer(rows: Sequence[Row], matcher: Matcher) -> Answered:
    """Asks the matcher for each row."""
    return Answered(rows, [matcher(row) for row in rows])


def score(answered: Answered, known: Mapping[str, Hashable]) -> Score:
    """Precision and recall over all rows."""
    matched = [(row, given) for row, given in zip(answered.rows, answered.given, strict=True) if given is not None]
    right = sum(same(given, row.truth, known) for row, given in matched)
    return Score(sum(row.truth is not None for row in answered.rows), len(matched), right)


def score_by_kind(answered: Answered, known: Mapping[str, Hashable]) -> dict[str, Score]:
    """The same for each noise; a row with two noises counts in both."""
    given = {id(row): each for row, each in zip(answered.rows, answered.given, strict=True)}
    return {
        kind: score(Answered(rows, [given[id(row)] for row in rows]), known) for kind, rows in by_kind(answered.rows)
    }


def table(answered: Answered, known: Mapping[str, Hashable]) -> str:
    """The scores as a table in Markdown: all rows, then noise by noise."""
    lines = ["| noise | rows | matched | precision | recall |", "|---|---|---|---|---|"]
    for kind, each in {"all": score(answered, known), **score_by_kind(answered, known)}.items():
        lines.append(f"| {kind} | {each.rows} | {each.matched} | {each.precision:.4f} | {each.recall:.3f} |")
    return "\n".join(lines)


def wrong(answered: Answered, known: Mapping[str, Hashable]) -> list[Wrong]:
    """Every row that was linked wrongly, to be read by a person."""
    return [
        Wrong(row, given, row.truth)
        for row, given in zip(answered.rows, answered.given, strict=True)
        if given is not None and not same(given, row.truth, known)
    ]


def violations(hard: Sequence[Hard], matcher: Matcher, known: Mapping[str, Hashable]) -> list[Violation]:
    """Every hard negative that was linked at all; the catalog has not the goods that the rows mean.

    Those with ``tempted`` break the promise; the others are to be looked at, for a near namesake of the row's goods
    may stand in the catalog.
    """
    found = []
    for each in hard:
        given = matcher(each.row)
        if given is not None:
            found.append(Violation(each, given, same(given, each.not_this, known)))
    return found


def recall_at(k: int, rows: Sequence[Row], retriever: Retriever, known: Mapping[str, Hashable]) -> float:
    """How often the goods that the row means are among the first k."""
    asked = [row for row in rows if row.truth is not None]
    hits = sum(any(same(given, row.truth, known) for given in retriever(row)[:k]) for row in asked)
    return hits / len(asked) if asked else 0.0


def unanswered(k: int, queries: Sequence[Query], searcher: Searcher, goods: Mapping[str, Goods]) -> list[Query]:
    """The queries that have no acceptable goods among the first k."""
    return [
        query
        for query in queries
        if not any(given in goods and fits(query, goods[given]) for given in searcher(query.text)[:k])
    ]


def query_recall(k: int, queries: Sequence[Query], searcher: Searcher, goods: Mapping[str, Goods]) -> dict[str, float]:
    """Recall at k of "all" queries and of each language."""
    missed = set(unanswered(k, queries, searcher, goods))
    languages: dict[str, list[Query]] = {"all": list(queries)}
    for query in queries:
        languages.setdefault(query.language, []).append(query)
    return {
        language: 1 - sum(query in missed for query in asked) / len(asked)
        for language, asked in languages.items()
        if asked
    }


_T = TypeVar("_T")
_WARM_UP: Final = 20


def timing(items: Sequence[_T], call: Callable[[_T], object], *, warm_up: int = _WARM_UP) -> Timing:
    """How long a call takes, one after the other, after a few that do not count."""
    for item in items[:warm_up]:
        call(item)
    took: list[float] = []
    for item in items:
        begin = time.perf_counter_ns()
        call(item)
        took.append((time.perf_counter_ns() - begin) / 1e6)
    return Timing(percentile(took, 50), percentile(took, 99), len(took))


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest rank; 0 of nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]
