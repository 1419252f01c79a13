"""Some 45,000 goods of a real grocer, read from ../shared/data: the catalog that the matcher is judged against.

Sizes are the grocer's own where the file gives them; the larger file gives none, so there each name gets one to three
sizes that its kind of goods is sold in (seeded, so that every run sees the same catalog).
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[3]
GROCERS: Final = ROOT.parent / "shared" / "data" / "grocers"
WITH_SIZES: Final = GROCERS / "bigbasket_8208_qty_url.csv.gz"
WITHOUT_SIZES: Final = GROCERS / "bigbasket_products_27555_nodesc.csv.gz"
WANTED: Final = 45_000


class Goods(NamedTuple):
    """``net_quantity`` is the whole text ("2x200 ml"), ``pack_count`` what stands before the x (2), else 1."""

    goods_id: str
    name: str
    brand: str
    category: str
    net_quantity: str
    pack_count: int
    mrp: Decimal


class Size(NamedTuple):
    """``pack`` packs of ``amount`` in the base unit (g, ml, pc); what cannot be read has the unit "?" and its text."""

    pack: int
    amount: Decimal
    unit: str
    text: str = ""


def available() -> bool:
    """Is the grocer's data on this machine?"""
    return WITH_SIZES.is_file() and WITHOUT_SIZES.is_file()


# --- cleaning -------------------------------------------------------------------------------------------------------

_SPACES: Final = re.compile(r"\s+")
_QUOTES: Final = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00ad": None})


def clean(text: str) -> str:
    """One line of NFC without NBSP and without UTF-8 read as cp1252."""
    if any(mark in text for mark in ("Ã", "â€", "Â")):
        try:
            text = text.encode("cp1252").decode("utf-8")
        except UnicodeError:  # half of it is right already
            text = text.replace("Â", "")
    text = unicodedata.normalize("NFC", text).translate(_QUOTES)
    return _SPACES.sub(" ", text.replace("\u00a0", " ").replace("\u200b", "")).strip()


_TIMES: Final = r"\s*[x×*]\s*"
_NUMBER: Final = r"\d+(?:\.\d+)?"
_UNITS: Final = {
    "g": ("g", "1"), "gm": ("g", "1"), "gms": ("g", "1"), "gram": ("g", "1"), "kg": ("g", "1000"), "mg": ("mg", "1"),
    "ml": ("ml", "1"), "l": ("ml", "1000"), "ltr": ("ml", "1000"), "litre": ("ml", "1000"),
    "pc": ("pc", "1"), "pcs": ("pc", "1"), "n": ("pc", "1"), "tablets": ("pc", "1"), "capsules": ("pc", "1"),
    "softgels": ("pc", "1"), "teabags": ("pc", "1"), "wipes": ("pc", "1"), "pulls": ("pc", "1"), "sachet": ("pc", "1"),
}  # fmt: skip
_UNIT: Final = "|".join(sorted(_UNITS, key=len, reverse=True))
_PLAIN: Final = re.compile(rf"({_NUMBER})\s*({_UNIT})(?: each)?\.?", re.IGNORECASE)
_PACKED: Final = re.compile(rf"(\d+){_TIMES}({_NUMBER})\s*({_UNIT})\.?", re.IGNORECASE)
_DOUBLE: Final = re.compile(rf"(\d+){_TIMES}\((\d+){_TIMES}({_NUMBER})\s*({_UNIT})\)", re.IGNORECASE)
_PIECES: Final = re.compile(r"(\d+)'s pack|\(?(?:set|pack) of (\d+)(?: pcs)?\)?", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def read_size(net_quantity: str) -> Size:
    """The size of a catalog's text; for the generators and the judges only, on clean text."""
    text = net_quantity.strip()
    if found := _DOUBLE.fullmatch(text):
        base, factor = _UNITS[found[4].lower()]
        return Size(int(found[1]) * int(found[2]), Decimal(found[3]) * Decimal(factor), base)
    if found := _PACKED.fullmatch(text):
        base, factor = _UNITS[found[3].lower()]
        return Size(int(found[1]), Decimal(found[2]) * Decimal(factor), base)
    if found := _PLAIN.fullmatch(text):
        base, factor = _UNITS[found[2].lower()]
        return Size(1, Decimal(found[1]) * Decimal(factor), base)
    if found := _PIECES.fullmatch(text):
        return Size(1, Decimal(found[1] or found[2]), "pc")
    return Size(1, Decimal(0), "?", _SPACES.sub(" ", text.casefold()))


def size_key(net_quantity: str) -> str:
    """Equal for 0.5 kg and 500 g; different for 2x200 g and 400 g. One piece is as good as no size."""
    size = read_size(net_quantity)
    if size.unit == "?":
        return "1pc" if size.text in {"", "combo"} else size.text
    return f"{'' if size.pack == 1 else f'{size.pack}x'}{size.amount.normalize():f}{size.unit}"


def _tidy_quantity(raw: str) -> str:
    """The grocer's quantity in one way of writing, else as it is."""
    text = clean(raw)
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    if not text or text.casefold() in {"combo", "bb combo"}:
        return "1 pc"
    size = read_size(text)
    if size.unit == "?":
        return text
    return write_size(size)


def write_size(size: Size) -> str:
    """ "500 g", "2x200 ml", "10 pcs", "1.5 L"."""
    amount, unit = size.amount, size.unit
    if unit in {"g", "ml"} and amount >= 1000:
        amount, unit = amount / 1000, {"g": "kg", "ml": "L"}[unit]
    if unit == "pc" and amount != 1:
        unit = "pcs"
    plain = f"{amount.normalize():f} {unit}"
    return plain if size.pack == 1 else f"{size.pack}x{plain}"


def _paise(raw: str) -> Decimal | None:
    try:
        price = Decimal(raw.strip()).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
    return price if price > 0 else None


# --- sizes for goods that come without ------------------------------------------------------------------------------

_TYPICAL: Final[tuple[tuple[str, str], ...]] = (  # the first that is found in "type name" decides
    (r"notebook|pen, pencil|utensil|container|glassware|lunch box|mugs|cookware|cooker|plates|knives|bulbs|toys|"
     r"umbrella|brush|dustbin|bucket|mop|wiper|broom|hanger|hook|rack|casserole|flask|kadai|tawa|strainer|chopper|"
     r"cutlery|dinner set|planter|collar|racks|lighters|tools & acc|electronic|games|scissor|bottles|bakeware|stool|"
     r"basket|gift set|trimmer|toothbrush|accessor|bowls|shoe polish|lamp|battery|soothers", "1 pc"),
    (r"diaper", "10 pcs;20 pcs;46 pcs;72 pcs"),
    (r"napkin|panty liner|tampon", "6 pcs;10 pcs;30 pcs"),
    (r"wipes|tissue|toilet paper|kitchen roll", "1 pc;2 pcs;80 pcs"),
    (r"capsule|tablet", "30 pcs;60 pcs;90 pcs"),
    (r"\beggs?\b", "6 pcs;12 pcs;30 pcs"),
    (r"tea bag", "10 pcs;25 pcs;100 pcs"),
    (r"agarbatti|incense", "1 pc;20 pcs;100 g"),
    (r"garbage bag|scrub-?pad|disposable|candle|cotton|ear bud", "1 pc;10 pcs;30 pcs"),
    (r"soap|bathing bar", "75 g;100 g;125 g;4x100 g"),
    (r"dishwash bar|detergent bar", "200 g;300 g;4x200 g"),
    (r"toothpaste", "80 g;100 g;150 g;200 g;2x150 g"),
    (r"shampoo|conditioner", "80 ml;180 ml;340 ml;650 ml"),
    (r"hair oil|baby oil", "100 ml;200 ml;300 ml"),
    (r"deodorant|body spray|mist|freshener", "75 ml;120 ml;150 ml"),
    (r"toilette|parfum|perfume|attar", "30 ml;50 ml;100 ml"),
    (r"aromatherapy|essential oil", "10 ml;15 ml;30 ml"),
    (r"hand wash|sanitizer|body wash|shower|mouthwash|intimate|hygiene wash", "100 ml;200 ml;250 ml;750 ml"),
    (r"face care|lip care|eye care|cream|lotion|body care|talc|powder.*baby|hair removal", "30 g;50 g;100 g;200 g"),
    (r"hair colou?r|henna", "40 g;60 g;100 g"),
    (r"detergent", "500 g;1 kg;2 kg;4 kg"),
    (r"cleaner|disinfectant|dishwash|fabric|drain|toilet", "200 ml;500 ml;1 L;2 L"),
    (r"repellent", "1 pc;45 ml;2x45 ml"),
    (r"supplement|protein|health drink|formula|infant|kids|baby food", "200 g;400 g;500 g;1 kg"),
    (r"ayurveda|medicine|syrup", "100 ml;200 ml;450 ml"),
    (r"basmati|rice\b(?!.*(flour|cake))", "1 kg;5 kg;10 kg"),
    (r"atta|flour|maida|sooji|besan|millet|cereals", "500 g;1 kg;5 kg"),
    (r"dal|pulse|beans|quinoa|poha|sabudana", "200 g;500 g;1 kg"),
    (r"sugar|jaggery|salt", "500 g;1 kg;2 kg"),
    (r"masala|spice|herb|season|chutney powder|mukhwas", "50 g;100 g;200 g;500 g"),
    (r"ghee|vanaspati", "200 ml;500 ml;1 L"),
    (r"edible oil|cooking oil|sunflower|olive oil|other oil|canola|cold press oil", "250 ml;500 ml;1 L;5 L"),
    (r"noodle|pasta|vermicelli|macaroni", "70 g;140 g;280 g;420 g;6x70 g"),
    (r"biscuit|cookie|rusk|marie|wafer|cracker|digestive", "75 g;100 g;150 g;300 g;4x100 g"),
    (r"chips|namkeen|nachos|popcorn|savoury|papad|fry", "30 g;50 g;150 g;200 g;400 g"),
    (r"chocolate|candy|toffee|gum|mints|marshmallow|bars|chikki", "25 g;40 g;80 g;150 g;3x40 g"),
    (r"juice|cold drink|soft drink|energy drink|sparkling|non alcoholic", "200 ml;250 ml;750 ml;1 L;2 L;6x200 ml"),
    (r"water", "500 ml;1 L;2 L"),
    (r"milk|lassi|soya drink", "180 ml;200 ml;500 ml;1 L"),
    (r"curd|yogurt|shrikhand", "100 g;200 g;400 g"),
    (r"cheese|butter|paneer|tofu", "100 g;200 g;500 g"),
    (r"ice cream", "100 ml;500 ml;700 ml"),
    (r"coffee", "50 g;100 g;200 g"),
    (r"\btea\b", "100 g;250 g;500 g;1 kg"),
    (r"sauce|ketchup|mayonnaise|vinegar|dressing|spread|jam|honey|pickle|dip|paste", "100 g;200 g;350 g;500 g;1 kg"),
    (r"dry fruit|almond|cashew|seeds|nuts|berries|dates", "100 g;200 g;250 g;500 g"),
    (r"oats|muesli|flakes|porridge|granola", "200 g;400 g;1 kg"),
    (r"fish|chicken|mutton|sausage|meat|seafood|pork", "200 g;250 g;500 g;1 kg"),
    (r"fruit|vegetable|veggies|mango|banana|apple", "250 g;500 g;1 kg"),
    (r"pet meals|(?:dog|cat) (?:food|treat)", "80 g;400 g;1.2 kg;3 kg"),
    (r"cake|bread|croissant|muffin|sweet|bakery", "60 g;200 g;400 g"),
    (r"kitchen, garden|cleaning", "1 pc"),
    (r"", "100 g;200 g;500 g"),
)  # fmt: skip
_TYPES: Final = tuple((re.compile(pattern), tuple(sizes.split(";"))) for pattern, sizes in _TYPICAL)
_IN_NAME: Final = re.compile(rf"(?:\d+{_TIMES})?{_NUMBER}\s*(?:{_UNIT})\b", re.IGNORECASE)

_COUNTED: Final = re.compile(
    r"\b(\d{2,3})\s+(?:[a-z]+\s+)?(?:diapers?|pads|napkins|wipes|sticks|tea ?bags|sheets)\b", re.IGNORECASE
)


def _draw(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def _typical(kind: str, name: str, category: str) -> tuple[str, ...]:
    where = f"{kind} | {name} | {category}".lower()
    for pattern, sizes in _TYPES:
        if pattern.search(where):
            return sizes
    raise AssertionError("the last row fits everything")


# --- reading --------------------------------------------------------------------------------------------------------


def family(goods: Goods) -> str:
    """Brand and name without size: what goods of several sizes share."""
    return _SPACES.sub(" ", f"{goods.brand} | {goods.name}".casefold()).strip()


def identity(goods: Goods) -> tuple[frozenset[str], str]:
    """Goods with the same words and the same size are one and the same to a judge."""
    return frozenset(re.findall(r"\w+", f"{goods.brand} {goods.name}".casefold())), size_key(goods.net_quantity)


def _table(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        yield from csv.DictReader(io.StringIO(text.read(), newline=""))


def _with_sizes() -> Iterator[Goods]:
    for row in _table(WITH_SIZES):
        name, price = clean(row["ProductName"]), _paise(row["Price"])
        if not name or price is None:
            continue
        quantity = _tidy_quantity(row["Quantity"])
        pack = read_size(quantity).pack
        yield Goods(f"q{row['ProductID']}", name, clean(row["Brand"]), clean(row["Category"]), quantity, pack, price)


class _Named(NamedTuple):
    number: str
    name: str
    brand: str
    category: str
    kind: str
    prices: list[Decimal]


def _names() -> Iterable[_Named]:
    """Each brand and name of the larger file once, with all of its prices: several mean several sizes."""
    seen: dict[tuple[str, str], _Named] = {}
    for row in _table(WITHOUT_SIZES):
        name, brand, price = clean(row["product"]), clean(row["brand"]), _paise(row["market_price"])
        if not name or price is None:
            continue
        entry = seen.setdefault(
            (brand.casefold(), name.casefold()),
            _Named(row["index"], name, brand, clean(row["category"]), clean(row["type"]), []),
        )
        if price not in entry.prices:
            entry.prices.append(price)
    return seen.values()


def _sized(entry: _Named) -> list[Goods]:
    """The goods of one name, most wanted first."""
    inside = _IN_NAME.findall(entry.name)
    if "+" in entry.name or len(inside) > 1:  # a combination: the sizes are part of its name
        sizes: tuple[str, ...] = ("1 pc",)
    elif counted := _COUNTED.search(entry.name):
        sizes = (f"{int(counted[1])} pcs",)
    elif inside and read_size(inside[0]).unit in {"g", "ml", "pc"}:
        sizes = (write_size(read_size(inside[0])),)
    else:
        sizes = _typical(entry.kind, entry.name, entry.category)
    count = min(len(sizes), 3)
    first = _draw(f"first {entry.brand} {entry.name}") % (len(sizes) - count + 1)
    chosen = sizes[first : first + count]
    prices = sorted(entry.prices)
    made = []
    for place, quantity in enumerate(chosen):
        if place < len(prices):
            price = prices[place]
        else:  # a larger one costs more, but not in proportion; in whole rupees
            price = (prices[-1] * (Decimal("1.7") ** (place - len(prices) + 1))).quantize(Decimal(1)) + Decimal("0.00")
        pack = read_size(quantity).pack
        goods_id = f"n{entry.number}-{place + 1}"
        made.append(Goods(goods_id, entry.name, entry.brand, entry.category, quantity, pack, price))
    turn = _draw(f"turn {entry.brand} {entry.name}") % len(made)
    return made[turn:] + made[:turn]


_loaded: list[Goods] = []


def load() -> list[Goods]:
    """All goods, always the same and in the same order. FileNotFoundError where the data is not there."""
    if not available():
        raise FileNotFoundError(f"the grocers' data is not on this machine: {GROCERS}")
    if not _loaded:
        _loaded.extend(_load())
    return list(_loaded)


def _load() -> Iterator[Goods]:
    seen = set[tuple[str, str]]()
    families = set[str]()
    count = 0

    def new(goods: Goods) -> bool:
        key = family(goods), size_key(goods.net_quantity)
        if key in seen:
            return False
        seen.add(key)
        return True

    for goods in _with_sizes():
        if new(goods):
            families.add(family(goods))
            count += 1
            yield goods
    rest: list[list[Goods]] = []
    for entry in _names():
        sized = _sized(entry)
        if family(sized[0]) not in families:  # its real sizes are known already
            rest.append(sized)
    several = sorted(rest, key=lambda sized: (-len(sized), _draw(sized[0].goods_id)))
    for turn, queue in ((0, rest), (1, several), (2, several)):
        for sized in queue:
            if count >= WANTED and turn:
                return
            if turn < len(sized) and new(sized[turn]):
                count += 1
                yield sized[turn]


def split(goods: Sequence[Goods]) -> tuple[list[Goods], list[Goods]]:
    """(for fitting, held back), by family, so that no name is on both sides; about half each."""
    fit: list[Goods] = []
    held: list[Goods] = []
    for each in goods:
        (fit if _draw(f"split {family(each)}") % 2 else held).append(each)
    return fit, held
