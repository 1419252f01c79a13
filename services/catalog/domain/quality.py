"""How good a product's entry is: named checks, each worth points of a hundred, in the six usual dimensions.

The score is worked out whenever a product is read, so that it can't be older than the product or than the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from services.catalog.domain.product import Dimension, Product, QualityIssue
from shared.kernel.messages import catalog, say
from shared.kernel.naming import hear
from shared.kernel.quantity import amount_of

FOLDER: Final = Path(__file__).with_name("quality_words")
RULES: Final = 1
"""Version of the rules below: another one may give another score for the same product."""

_FRESH_FOR = timedelta(days=730)
_DEAREST = 1000_00  # paise for a gram or millilitre: twice what saffron costs
_CHEAPEST = 1  # paise for a hundred grams or millilitres


class Check(NamedTuple):
    """A rule: what it is called, which field it is about, and whether a product fails it."""

    code: str
    field: str
    dimension: Dimension
    points: int
    fails: Callable[[Product, datetime], bool]


def assess(product: Product, now: datetime, language: str = "en") -> Product:
    """The product with its score and what would make it better, in a language, the weightiest first."""
    failed = sorted((c for c in CHECKS if c.fails(product, now)), key=lambda c: -c.points)
    said = words(language)
    issues = [
        QualityIssue(
            code=c.code,
            field=c.field,
            message=say(said[c.code]["message"], {}, language),
            cure=say(said[c.code]["cure"], {}, language),
            dimension=c.dimension,
            points=c.points,
        )
        for c in failed
    ]
    score = 100 - sum(c.points for c in failed)
    return product.model_copy(update={"quality_score": score, "quality_version": RULES, "quality_issues": issues})


def score(product: Product, now: datetime) -> int:
    """The score alone, 0-100."""
    return 100 - sum(c.points for c in CHECKS if c.fails(product, now))


def _bare_name(product: Product, now: datetime) -> bool:
    """A single short word names no packet: "Salt", "Rs 10"."""
    letters = [c for c in product.name if c.isalpha()]
    return len(letters) < 4 or (len(product.name.split()) == 1 and not product.brand)


def _odd_name(product: Product, now: datetime) -> bool:
    """Marks that a file or a web page has left in it, or all of it in capitals."""
    words = product.name.split()
    shouts = len(words) > 2 and product.name.isupper()
    return shouts or any(mark in product.name for mark in ("<", ">", "&amp", "�", "??", "##", "http"))


def _other_size(product: Product, now: datetime) -> bool:
    """Whether the name says another size than the net quantity."""
    if product.packed is None:
        return False
    said = hear(product.name).amounts
    mine = amount_of(product.packed)
    whole = mine.thousandths * mine.packs
    return bool(said) and all(
        a.base == mine.base and a.thousandths * a.packs not in (whole, mine.thousandths) for a in said
    )


def _odd_price(product: Product, now: datetime) -> bool:
    """A unit price that no goods of a grocer's have: often a digit too many, or grams for kilograms."""
    if product.mrp is None or product.packed is None or product.packed.net_quantity.unit == "piece":
        return False
    amount = amount_of(product.packed)
    paise, thousandths = int(product.mrp * 100), amount.thousandths * amount.packs
    return paise * 1000 > _DEAREST * thousandths or paise * 100_000 < _CHEAPEST * thousandths


CHECKS: Final[tuple[Check, ...]] = (
    # Completeness: what the law wants on a pack (Legal Metrology (Packaged Commodities) Rules 2011, rule 6), what
    # a bill needs, and what a shopkeeper looks for.
    Check("BRAND_MISSING", "brand", "completeness", 6, lambda p, _: not p.brand),
    Check("CATEGORY_MISSING", "category", "completeness", 8, lambda p, _: not p.category),
    Check("NET_QUANTITY_MISSING", "net_quantity", "completeness", 12, lambda p, _: p.net_quantity is None),
    Check("BARCODE_MISSING", "barcode", "completeness", 8, lambda p, _: not p.barcode),
    Check("PICTURE_MISSING", "images", "completeness", 12, lambda p, _: not p.image_hash),
    Check("MRP_MISSING", "mrp", "completeness", 4, lambda p, _: p.mrp is None),
    Check("HSN_MISSING", "hsn_code", "completeness", 4, lambda p, _: not p.hsn_code),
    Check("GST_RATE_MISSING", "gst_rate", "completeness", 3, lambda p, _: p.gst_rate is None),
    Check("REGIONAL_NAME_MISSING", "regional_names", "completeness", 4, lambda p, _: not p.regional_names),
    Check("ORIGIN_MISSING", "country_of_origin", "completeness", 2, lambda p, _: not p.country_of_origin),
    # Validity: each fact by itself.
    Check("NAME_BARE", "name", "validity", 5, _bare_name),
    Check("NAME_ODD", "name", "validity", 4, _odd_name),
    # Consistency: facts beside each other.
    Check("SIZE_DIFFERS", "net_quantity", "consistency", 7, _other_size),
    # Uniqueness.
    Check(
        "POSSIBLE_DUPLICATE",
        "product_id",
        "uniqueness",
        10,
        lambda p, _: bool(p.candidates) and p.verification_status in ("pending", "needs_changes"),
    ),
    # Accuracy.
    Check("UNIT_PRICE_ODD", "mrp", "accuracy", 4, _odd_price),
    Check("UNCONFIRMED", "verification_status", "accuracy", 4, lambda p, _: p.verification_status != "verified"),
    # Timeliness: packs change.
    Check("NOT_SEEN_FOR_LONG", "updated_at", "timeliness", 3, lambda p, now: now - p.updated_at > _FRESH_FOR),
)
"""All rules; their points are a hundred."""


def words(language: str) -> Mapping[str, Mapping[str, str]]:
    """What each check says and how to cure it, in one of LANGUAGES."""
    said: Mapping[str, Mapping[str, str]] = catalog(FOLDER, language)
    return said
