"""Fits the matcher's weights: ``python -m tests.bench.matching.fit`` writes ``services/matching/domain/model.json``.

On what: rows in the two styles of ``shop_rows``, of the half of the goods that ``goods.split`` gives for it, asked of
an index of all goods. Of each row the ten nearest goods make pairs; pairs of a row's own goods, and of what is
the same goods twice in the catalog, are positive. For the second stage every row is also asked without its own goods,
as rows of goods that the catalog doesn't know yet are. Held-back rows and goods are never looked at.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from math import exp
from pathlib import Path
from typing import Final

from services.matching.domain.alike import compare
from services.matching.domain.judge import weigh
from services.matching.domain.model import PAIR, RIVAL, Model, pair_features, rival_features
from tests.bench.matching import goods as stock
from tests.bench.matching.shop_rows import Row, held_rows, noisy_rows
from tests.bench.matching.world import Asked, ask, index

_TO: Final = Path("services/matching/domain/model.json")
_ROWS: Final = 6000
_NEAREST: Final = 10
_SEED: Final = 20261127
_SURE: Final = 0.9975
_UNKNOWN: Final = 0.25
"""Rows of goods that the catalog doesn't know, to each of goods that it knows: as in a shop's file of its own."""
_NEW_BELOW: Final = 0.05

Sample = tuple[list[float], bool]


def fit_weights(
    samples: Sequence[Sample], names: Sequence[str], *, ridge: float = 1.0, rounds: int = 12
) -> dict[str, float]:
    """Logistic regression by Newton's method, with a ridge; small enough to need no library."""
    width = len(names) + 1
    weights = [0.0] * width
    rows = [([1.0, *x], float(y)) for x, y in samples]
    for _ in range(rounds):
        gradient = [-ridge * w for w in weights]
        gradient[0] = 0.0
        hessian = [[ridge if i == j else 0.0 for j in range(width)] for i in range(width)]
        for x, y in rows:
            at = [i for i, v in enumerate(x) if v]
            z = sum(weights[i] * x[i] for i in at)
            p = 1 / (1 + exp(-max(-30.0, min(30.0, z))))
            error, curve = y - p, max(1e-6, p * (1 - p))
            for i in at:
                gradient[i] += error * x[i]
                line, scaled = hessian[i], curve * x[i]
                for j in at:
                    line[j] += scaled * x[j]
        step = _solved(hessian, gradient)
        weights = [w + s for w, s in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-4:
            break
    return {name: round(w, 4) for name, w in zip(("one", *names), weights, strict=True)}


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss with pivots."""
    size = len(right)
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda r: abs(rows[r][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        head = rows[column]
        for r in range(column + 1, size):
            factor = rows[r][column] / head[column]
            if factor:
                rows[r] = [a - factor * b for a, b in zip(rows[r], head, strict=True)]
    out = [0.0] * size
    for r in reversed(range(size)):
        out[r] = (rows[r][size] - sum(rows[r][c] * out[c] for c in range(r + 1, size))) / rows[r][r]
    return out


def main() -> None:
    """Fits both stages and the threshold, and writes the file."""
    catalog = stock.load()
    fit, _ = stock.split(catalog)
    by_id = {g.goods_id: g for g in catalog}
    same = {g.goods_id: stock.identity(g) for g in catalog}
    shelf = index(catalog)
    known = shelf.known
    rows = [row for style in (noisy_rows, held_rows) for row in style(fit, _ROWS // 2, _SEED, catalog=catalog)]
    asked = [(row, ask(row)) for row in rows]
    found = [shelf.nearest(one.heard, _NEAREST) for _, one in asked]
    print(f"{len(rows)} rows of {len(by_id)} goods", file=sys.stderr)

    def is_it(row: Row, product_id: str) -> bool:
        return bool(row.truth) and same[product_id] == same[row.truth or ""]

    pairs: list[Sample] = []
    for (row, one), records in zip(asked, found, strict=True):
        for record in records:
            like = compare(one.heard.words, one.heard.amounts, record, known)
            pairs.append((pair_features(like, known, one.mrp, record.mrp), is_it(row, record.product_id)))
    pair = fit_weights(pairs, PAIR)
    print("pair", json.dumps(pair), file=sys.stderr)

    half = Model(pair, {"one": 0.0, **dict.fromkeys(RIVAL, 0.0)}, 1.0, 0.0)

    def judged(one: Asked, records: Sequence) -> list:  # type: ignore[type-arg]
        return weigh(one.heard, one.mrp, records, known, half, lambda _a, _b: False)

    def seconds() -> Iterator[Sample]:
        for (row, one), records in zip(asked, found, strict=True):
            for some in (records, [r for r in records if not is_it(row, r.product_id)]):
                scored = sorted(judged(one, some), key=lambda s: -s.pair)
                for at, best in enumerate(scored[:2]):
                    if best.guards:
                        continue
                    rival = _best_rival(scored, at, same)
                    yield rival_features(best.pair, rival, best.likeness), is_it(row, best.record.product_id)

    second = list(seconds())
    rival = fit_weights(second, RIVAL)
    print("rival", json.dumps(rival), file=sys.stderr)
    whole = Model(pair, rival, 1.0, _NEW_BELOW)
    chances: list[tuple[float, bool, float]] = []
    for (row, one), records in zip(asked, found, strict=True):
        for some, share in ((records, 1.0), ([r for r in records if not is_it(row, r.product_id)], _UNKNOWN)):
            scored = weigh(one.heard, one.mrp, some, known, whole, lambda _a, _b: False)
            if scored and not scored[0].guards:
                chances.append((scored[0].probability, is_it(row, scored[0].record.product_id), share))
    match_from = _threshold(chances)
    _TO.write_text(
        json.dumps({"pair": pair, "rival": rival, "match_from": match_from, "new_below": _NEW_BELOW}, indent=1) + "\n",
        "utf-8",
    )
    right, taken = (
        sum(share for chance, is_right, share in chances if chance >= match_from and (is_right or not only))
        for only in (True, False)
    )
    print(f"match_from {match_from}: {right:.0f} right of {taken:.0f} taken, {len(rows)} rows", file=sys.stderr)


def _best_rival(scored: Sequence, at: int, same: Mapping[str, object]) -> float:  # type: ignore[type-arg]
    own = same[scored[at].record.product_id]
    others = [s.pair for n, s in enumerate(scored) if n != at and same[s.record.product_id] != own]
    return max(others, default=-8.0)


def _threshold(chances: Sequence[tuple[float, bool, float]]) -> float:
    """The lowest probability from which on all that is taken is right often enough."""
    best, right, taken = 0.999, 0.0, 0.0
    for chance, is_right, share in sorted(chances, reverse=True):
        taken += share
        right += share * is_right
        if right / taken >= _SURE:
            best = chance
    return round(max(0.8, best), 4)


if __name__ == "__main__":
    main()
