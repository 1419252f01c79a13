"""A document of Open Food Facts, in any shape that its schema has had, up to version 1003.

What changed on the way, as far as we read it: 1001 puts ``xx:`` before tags of brands; 1002 splits ``images`` into
``uploaded`` and ``selected``; 1003 says ``nutrition`` for ``nutriments``. Exports have lists as text with commas, dumps
may have numbers in MongoDB's own JSON, and whatever people type may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, get_args

from shared.kernel.gtin import BadGtin, Gtin
from shared.kernel.text import ascii_digits, nfc

Base = Literal["food", "beauty", "products", "petfood"]
BASES: Final[tuple[Base, ...]] = get_args(Base)
SITES: Final[Mapping[Base, str]] = {
    "food": "openfoodfacts",
    "beauty": "openbeautyfacts",
    "products": "openproductsfacts",
    "petfood": "openpetfoodfacts",
}
"""The sisters' names in addresses and file names."""

FIELDS: Final = (
    "code",
    "lang",
    "lc",
    "brands",
    "brands_tags",
    "quantity",
    "product_quantity",
    "product_quantity_unit",
    "categories_tags",
    "labels_tags",
    "countries",
    "countries_tags",
    "origins_tags",
    "manufacturing_places",
    "emb_codes",
    "allergens_tags",
    "ingredients_analysis_tags",
    "nutriments",
    "nutrition",
    "images",
    "selected_images",
    "image_front_url",
    "image_url",
    "states_tags",
    "data_quality_errors_tags",
    "completeness",
    "obsolete",
    "obsolete_since_date",
    "created_t",
    "last_modified_t",
    "rev",
    "schema_version",
    "product_type",
)
"""What is kept of a document beside its texts, each value as it came."""
_TEXTS: Final = ("product_name", "generic_name", "abbreviated_product_name", "ingredients_text")
_TEXT = re.compile(rf"({'|'.join(_TEXTS)})(?:_([a-z]{{2,3}}))?")
_TAG = re.compile(r"^[a-z]{2,3}:")
_PICTURE_PATH = re.compile(r"/images/products/[0-9/]+/front(?:_([a-z]{2,3}))?\.([0-9]{1,9})\.(?:[0-9]+|full)\.jpg$")
_NUMBER = re.compile(r"[0-9]{1,9}")
_SELECTED = re.compile(r"front(?:_([a-z]{2,3}))?")
_NUTRIENTS: Final[Mapping[str, tuple[str, int]]] = {
    "energy-kcal": ("kcal", 1000),
    "proteins": ("g", 100),
    "carbohydrates": ("g", 100),
    "sugars": ("g", 100),
    "added-sugars": ("g", 100),
    "fat": ("g", 100),
    "saturated-fat": ("g", 100),
    "trans-fat": ("g", 100),
    "sodium": ("g", 100),
}
"""Their name of what labels in India have to say, in that order (FSSAI, Labelling and Display Regulations 2020, 5(3)):
its unit, and the most that there can be in 100 g."""
_LONGEST_CODE = 24
CLOCKS_DIFFER: Final = timedelta(days=1)


class Unreadable(ValueError):
    """Not a product: ``reason`` is machine-readable."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Front:
    """The picture of a pack's front that people chose for a language. ``lc`` is empty where none is said."""

    lc: str
    rev: str
    imgid: str = ""

    @property
    def name(self) -> str:
        """As files are called: ``front_hi.4``."""
        return f"front_{self.lc}.{self.rev}" if self.lc else f"front.{self.rev}"


@dataclass(frozen=True, slots=True)
class Document:
    """What we read of it. ``kept`` are its fields as they came; everything else is for our eyes."""

    key: str
    code: str
    barcode: str | None
    base: Base
    lang: str
    names: Mapping[str, str]
    generic_names: Mapping[str, str]
    ingredients: Mapping[str, str]
    brands: tuple[str, ...]
    quantity: str
    amount: str
    categories: tuple[str, ...]
    labels: tuple[str, ...]
    analysed: tuple[str, ...]
    """What they conclude from the ingredients."""
    allergens: tuple[str, ...]
    nutrients: Mapping[str, Decimal]
    """In 100 g or 100 ml of what is sold, by their names."""
    countries: tuple[str, ...]
    made_in: str
    errors: tuple[str, ...]
    completeness: Decimal | None
    obsolete: bool
    fronts: tuple[Front, ...]
    last_modified_t: int
    rev: int
    schema_version: int
    kept: Mapping[str, Any]

    @property
    def is_indian(self) -> bool:
        """Sold in India as people said, or with a number that GS1 India has given out (890)."""
        return "en:india" in self.countries or self.key.startswith("0890")

    def is_of_the_future(self, now: datetime) -> bool:
        """Whether it says that it was changed later than any clock may go wrong.

        One that does would stand against all that comes after it, and tell that whatever comes next is read.
        """
        return self.last_modified_t > (now + CLOCKS_DIFFER).timestamp()


def product_of(payload: Any) -> dict[str, Any] | None:
    """The document in an answer to a product read, of API v0 to v3; None: there is no such product."""
    if not isinstance(payload, dict):
        raise Unreadable("NOT_AN_OBJECT")
    product = payload.get("product")
    found = isinstance(product, dict) and payload.get("status") not in (0, "0", "failure")
    return {"code": payload.get("code"), **product} if found and isinstance(product, dict) else None


def products_of(payload: Any) -> list[Any]:
    """The documents of a page of a search, as many as there are."""
    products = payload.get("products") if isinstance(payload, dict) else None
    if not isinstance(products, list):
        raise Unreadable("NOT_AN_OBJECT")
    return products


def read(raw: Any, base: Base = "food") -> Document:
    """The document. Raises Unreadable."""
    if not isinstance(raw, dict):
        raise Unreadable("NOT_AN_OBJECT")
    code = _code(raw)
    printed, key = barcode_of(code)
    lang = _text(raw.get("lang")) or _text(raw.get("lc")) or "en"
    texts = {name: dict(_texts(raw, name, lang)) for name in _TEXTS}
    return Document(
        key=key,
        code=code,
        barcode=printed,
        base=base,
        lang=lang,
        names=texts["product_name"],
        generic_names=texts["generic_name"],
        ingredients=texts["ingredients_text"],
        brands=tuple(_brands(raw)),
        quantity=_text(raw.get("quantity")),
        amount=_amount(raw),
        categories=_tags(raw, "categories_tags"),
        labels=_tags(raw, "labels_tags"),
        analysed=_tags(raw, "ingredients_analysis_tags"),
        allergens=_tags(raw, "allergens_tags"),
        nutrients=dict(_nutrients(raw)),
        countries=_countries(raw),
        made_in=_text(raw.get("manufacturing_places")),
        errors=_tags(raw, "data_quality_errors_tags"),
        completeness=_decimal(raw.get("completeness")),
        obsolete=_text(raw.get("obsolete")).lower() in {"on", "1", "true", "yes"},
        fronts=tuple(dict.fromkeys(_fronts(raw))),
        last_modified_t=_int(raw.get("last_modified_t")),
        rev=_int(raw.get("rev")),
        schema_version=_int(raw.get("schema_version")),
        kept={**dict(_kept(raw)), "code": code},
    )


def barcode_of(code: str) -> tuple[str | None, str]:
    """(as printed, key) of a code: a GTIN's 14 digits, else the code as it is.

    Theirs are filled up with zeros to 8 or 13 digits, or more; a code of one shop's own scale is no GTIN.
    """
    digits = ascii_digits(code)
    if digits.isascii() and digits.isdigit():
        bare = digits.lstrip("0")
        length = 8 if len(bare) <= 8 else 13 if len(bare) <= 13 else 14
        try:
            gtin = Gtin.parse(bare.rjust(length, "0"))
        except BadGtin:
            return None, code
        if not gtin.store_scoped:
            return gtin.printed, gtin.key
    return None, code


def _code(raw: Mapping[str, Any]) -> str:
    for name in ("code", "_id", "id"):
        code = _text(raw.get(name))
        if code:
            if len(code) > _LONGEST_CODE or not re.fullmatch(r"[\w-]+", code, re.ASCII):
                raise Unreadable("BAD_CODE")
            return code
    raise Unreadable("NO_CODE")


def _kept(raw: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in raw.items():
        if value in (None, "", [], {}):
            continue
        if name == "images" and isinstance(value, dict):
            yield name, _chosen_pictures(value)
        elif name in FIELDS or _TEXT.fullmatch(name):
            yield name, value


def _chosen_pictures(images: Mapping[str, Any]) -> dict[str, Any]:
    """Of a product's pictures those that people chose; who uploaded which others is not ours to keep."""
    return {name: value for name, value in images.items() if name != "uploaded" and not name.isdigit()}


def _texts(raw: Mapping[str, Any], wanted: str, lang: str) -> Iterator[tuple[str, str]]:
    """Language -> text; what stands without a language is in the document's own."""
    if plain := _text(raw.get(wanted)):
        yield lang, plain
    for name, value in raw.items():
        found = _TEXT.fullmatch(name)
        if found and found[1] == wanted and found[2] and (text := _text(value)):
            yield found[2], text


def _brands(raw: Mapping[str, Any]) -> Iterator[str]:
    """As people wrote them; else from the tags, which have dashes for spaces."""
    written = [_TAG.sub("", b) for b in _list(raw.get("brands"))]
    yield from written or [_TAG.sub("", b).replace("-", " ") for b in _list(raw.get("brands_tags"))]


def _amount(raw: Mapping[str, Any]) -> str:
    number = _decimal(raw.get("product_quantity"))
    unit = _text(raw.get("product_quantity_unit"))
    if number is None or number <= 0 or unit not in {"g", "ml", "kg", "l"}:
        return ""
    return f"{number.normalize():f} {unit}"


def _nutrients(raw: Mapping[str, Any]) -> Iterator[tuple[str, Decimal]]:
    """As 1003 has them, else as before; what can't be is left out."""
    nutrition, plain = raw.get("nutrition"), raw.get("nutriments")
    together = nutrition.get("aggregated_set") if isinstance(nutrition, dict) else None
    told = together if isinstance(together, dict) else {}
    sold = _text(told.get("preparation")) in {"", "as_sold"} and _text(told.get("per")) in {"100g", "100ml"}
    inside = told.get("nutrients")
    new = inside if sold and isinstance(inside, dict) else {}
    old = plain if isinstance(plain, dict) else {}
    for name, (unit, most) in _NUTRIENTS.items():
        one = new.get(name)
        if isinstance(one, dict):
            number = _decimal(one.get("value")) if _text(one.get("unit")) == unit else None
        else:
            number = _decimal(old.get(f"{name}_100g")) if not new else None
        if number is not None and 0 <= number <= most:
            yield name, number


def _countries(raw: Mapping[str, Any]) -> tuple[str, ...]:
    tags = _tags(raw, "countries_tags")
    return tags or tuple(f"en:{c.lower().replace(' ', '-')}" for c in _list(raw.get("countries")) if ":" not in c)


def _fronts(raw: Mapping[str, Any]) -> Iterator[Front]:
    images = raw.get("images")
    if isinstance(images, dict):
        selected = images.get("selected")
        chosen = selected.get("front") if isinstance(selected, dict) else None
        for lc, told in (chosen if isinstance(chosen, dict) else {}).items():
            yield from _front(lc, told)
        for name, told in images.items():
            if found := _SELECTED.fullmatch(name):
                yield from _front(found[1] or "", told)
    for address in _addresses(raw):
        if found := _PICTURE_PATH.search(address):
            yield Front(found[1] or "", found[2])


def _front(lc: Any, told: Any) -> Iterator[Front]:
    rev = _text(told.get("rev")) if isinstance(told, dict) else ""
    if _NUMBER.fullmatch(rev) and isinstance(lc, str) and re.fullmatch(r"([a-z]{2,3})?", lc):
        imgid = _text(told.get("imgid"))
        yield Front(lc, rev, imgid if _NUMBER.fullmatch(imgid) else "")


def _addresses(raw: Mapping[str, Any]) -> Iterator[str]:
    """What answers of the API say beside ``images``. Only their paths count: where pictures are we know ourselves."""
    selected = raw.get("selected_images")
    front = selected.get("front") if isinstance(selected, dict) else None
    shown = front.get("display") if isinstance(front, dict) else None
    yield from (a for a in (shown.values() if isinstance(shown, dict) else ()) if isinstance(a, str))
    yield from (a for n in ("image_front_url", "image_url") if isinstance(a := raw.get(n), str))


def _tags(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(t.lower() for t in _list(raw.get(name)))


def _list(value: Any) -> list[str]:
    found = value if isinstance(value, list) else value.split(",") if isinstance(value, str) else []
    return [text for v in found if (text := _text(v))]


def _text(value: Any) -> str:
    value = _plain(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return ""
    return nfc(str(value))


def _int(value: Any) -> int:
    number = _decimal(value)
    return int(number) if number is not None and 0 <= number < 10**12 else 0


def _decimal(value: Any) -> Decimal | None:
    text = _text(value)
    try:
        number = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and abs(number.adjusted()) < 15 else None


def _plain(value: Any) -> Any:
    """``{"$numberLong": "5"}`` of MongoDB's JSON is 5."""
    if isinstance(value, dict) and len(value) == 1:
        ((kind, inner),) = value.items()
        return inner if kind in {"$numberLong", "$numberInt", "$numberDouble", "$numberDecimal"} else value
    return value
