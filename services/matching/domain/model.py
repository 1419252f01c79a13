"""How likely a row and a product are the same goods: two logistic regressions whose weights are a data file.

The first looks at the pair alone; the second sees, beside it, how well the best rival fits that is not the same goods.
``tests/bench/matching/fit.py`` fits them and says on what.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from math import exp
from typing import Final, NamedTuple

from services.matching.domain.alike import Known, Likeness, Sizes, is_telling

_SIZES: Final[tuple[Sizes, ...]] = ("same", "unsaid", "unknown", "none", "size", "pack")
PAIR: Final = (
    "covered", "explained", "both", "heaviest_odd", "heaviest_missing", "odd", "missing", "brand", "closeness", "order",
    "odd_known", "odd_telling", "missing_telling", "mrp_same", "mrp_far", *(f"sizes_{s}" for s in _SIZES),
)  # fmt: skip
RIVAL: Final = ("logit", "rival", "margin", "close", "whole", "missing", "brand", "explained")


class Model(NamedTuple):
    """Weights by feature, and the probabilities from which a pair is the same for sure, or surely not."""

    pair: dict[str, float]
    rival: dict[str, float]
    match_from: float
    new_below: float


@lru_cache(maxsize=1)
def fitted() -> Model:
    """The model of the data file."""
    told = json.loads((files("services.matching.domain") / "model.json").read_text("utf-8"))
    return Model(told["pair"], told["rival"], told["match_from"], told["new_below"])


def pair_features(like: Likeness, known: Known, mrp: int | None, product_mrp: int | None) -> list[float]:
    """What the first stage sees, in the order of ``PAIR``. MRPs in paise."""
    mrp_same = mrp_far = 0.0
    if mrp and product_mrp:
        ratio = max(mrp, product_mrp) / min(mrp, product_mrp)
        mrp_same, mrp_far = float(ratio < 1.005), float(ratio > 1.6)
    return [
        like.covered,
        like.explained,
        like.covered * like.explained,
        like.heaviest_odd,
        like.heaviest_missing,
        min(3, len(like.odd)) / 3,
        min(4, len(like.missing)) / 4,
        like.brand,
        like.closeness,
        like.order,
        min(2, sum(known.frequency(w.sound) > 0 for w in like.odd)) / 2,
        float(any(map(is_telling, like.odd))),
        float(any(map(is_telling, like.missing))),
        mrp_same,
        mrp_far,
        *(float(like.sizes == s) for s in _SIZES),
    ]


def rival_features(logit: float, rival: float, like: Likeness) -> list[float]:
    """What the second stage sees, in the order of ``RIVAL``; ``rival`` is the first stage's logit of the best rival."""
    return [
        max(-8.0, min(8.0, logit)) / 8,
        max(-8.0, min(8.0, rival)) / 8,
        max(-8.0, min(8.0, logit - rival)) / 8,
        float(rival > logit - 1.0),
        float(not like.odd and not like.missing),
        min(4, len(like.missing)) / 4,
        like.brand,
        like.explained,
    ]


def logit(weights: dict[str, float], names: Sequence[str], features: Sequence[float]) -> float:
    """The weighted sum, with the weight "one" for the constant."""
    return weights["one"] + sum(weights[n] * x for n, x in zip(names, features, strict=True))


def probability(of: float) -> float:
    """Of a logit."""
    return 1 / (1 + exp(-of)) if of > -700 else 0.0
