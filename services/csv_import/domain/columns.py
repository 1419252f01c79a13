"""Which column is what: by its heading in English and eleven languages of India, corrected by what its cells hold."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self

from services.csv_import.domain.problems import MappingProblem
from services.csv_import.domain.wording import speaker
from shared.kernel.errors import FieldError
from shared.kernel.gtin import BadGtin, Gtin
from shared.kernel.quantity import BadQuantity, find_net_quantity, parse_net_quantity
from shared.kernel.region import LANGUAGES, parse_region, regions_of
from shared.kernel.sheet import STOCK_SHEET
from shared.kernel.text import ascii_digits, nfc

FIELDS: Final = (
    "name", "brand", "category", "subcategory", "barcode", "net_quantity", "pack_count", "quantity", "unit", "box_of",
    "mrp", "selling_price", "cost_price", "reorder_level", "supplier", "location", "notes", "hsn_code",
    "gst_rate", "fssai", "country_of_origin", "image_url", "batch", "expiry_date", "description",
)  # fmt: skip
"""What a column can be, besides a region code ("IN-MH") for the name used there."""

SHOWN: Final = 100
"""Characters of a heading that are kept with a job, or told in a sentence."""

_UNSURE: Final = frozenset({"price", "code", "pack", "url", "text"})
_MEASURED: Final = frozenset({"g", "kg", "ml", "l"})
_NUMBER = re.compile(r"[-+=]?\s*(?:₹|rs\.?|inr)?\s*\d[\d,]*(?:\.\d+)?\s*(?:/-)?", re.IGNORECASE)
_WHOLE = re.compile(r"\d{1,4}(?:\.0+)?")
_IMAGE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:[?#]|$)|/images?/", re.IGNORECASE)
_NOTHING: Final = frozenset({"", "n/a", "na", "-", "--", "nil", "null", "none", "nan", "#n/a"})
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PARENTHESES = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_REGION = re.compile(r"\bIN[-_]([A-Z]{2})\b", re.IGNORECASE)
_STOCK_INDEED = re.compile(
    r"stock|hand|balance|inventor|avail|closing|opening|soh|qoh|स्टॉक|साठा|शेष|शिल्लक|இருப்பு|నిల్వ|মজু|સ્ટોક|ದಾಸ್ತಾನು|സ്റ്റോക്ക്|ਸਟਾਕ",
    re.IGNORECASE,
)
"""A heading that says stock means it, whatever units its cells have (½ kg of loose sugar)."""
_MONEY_WORDS: Final = frozenset({"rs", "inr", "in", "rupees", "per", "unit", "pc", "piece", "incl", "gst", "of", "the"})
_TELLING: Final = {
    "barcode": "barcode", "ean": "barcode", "gtin": "barcode", "mrp": "mrp", "hsn": "hsn_code",
    "gst": "gst_rate", "expiry": "expiry_date", "batch": "batch", "brand": "brand", "category": "category",
    "supplier": "supplier",
    "qty": "quantity", "stock": "quantity", "fssai": "fssai", "reorder": "reorder_level",
}  # fmt: skip
"""One such word in an otherwise unknown heading is enough for a guess."""


def words(heading: str) -> list[str]:
    """A heading as lower-case words: "M.R.P. (₹)" -> m r p, "Image_Url" and "imageUrl" -> image url."""
    spaced = _CAMEL.sub(" ", nfc(heading)).casefold().replace("%", " percent ").replace("₹", " ")
    return "".join(char if char.isalnum() or _is_mark(char) else " " for char in spaced).split()


def _is_mark(char: str) -> bool:
    return "\u0900" <= char <= "\u0dff" or char in "\u200c\u200d"


def _key(parts: Iterable[str]) -> str:
    return "".join(parts).replace("\u200c", "").replace("\u200d", "")


@dataclass(frozen=True, slots=True)
class Known:
    """What a heading says. `means`: a field, one of price|code|pack|url|text (its cells decide), a region
    code, a language code, or "" for a column we know and leave aside. `sure`: 0-1."""

    means: str
    sure: float


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    data = json.loads(Path(__file__).with_name("headings.json").read_text("utf-8"))
    found: dict[str, str] = {_key(words(each)): "" for each in data["ignored"]}
    for group in ("languages", "by_content", "fields"):  # the surest last, so that it wins
        for means, spellings in data[group].items():
            found.update((_key(words(each)), means) for each in spellings)
    for language in LANGUAGES:  # what we call a field ourselves, where it isn't plainly something else
        for field, name in speaker(language).fields.items():
            found.setdefault(_key(words(name)), field)
    return {**{field.replace("_", ""): field for field in FIELDS}, **found}


@lru_cache(maxsize=2000)
def recognise(heading: str) -> Known | None:
    """What this heading says, or None when it says nothing to us."""
    spellings = _spellings()
    if region := _REGION.search(heading):
        try:
            return Known(parse_region(f"IN-{region[1].upper()}"), 1.0)
        except ValueError:
            pass
    parts = words(heading)
    if (means := spellings.get(_key(parts))) is not None:
        return Known(means, 1.0)
    outside = words(_PARENTHESES.sub(" ", heading))
    if outside and (means := spellings.get(_key(outside))) is not None:
        return Known(means, 0.95)
    plain = [part for part in outside if part not in _MONEY_WORDS]
    if plain and (means := spellings.get(_key(plain))) is not None:
        return Known(means, 0.9)
    pieces = [piece for piece in re.split(r"[/|&]| or ", heading) if piece.strip()]
    if len(pieces) > 1:
        meanings = {spellings.get(_key(words(piece))) for piece in pieces} - {None, ""}
        if len(meanings) == 1 and (means := meanings.pop()) is not None:
            return Known(means, 0.85)
    telling = {_TELLING[part] for part in parts if part in _TELLING}
    if len(telling) == 1 and len(parts) <= 5:
        return Known(telling.pop(), 0.6)
    return None


def fingerprint(headings: Sequence[str] | None) -> str:
    """Names a set of headings, so that a store's mapping of it can be remembered. Case and punctuation don't
    count.

    Files without headings have none to remember by: "".
    """
    if not headings:
        return ""
    return hashlib.sha256("\x1f".join(" ".join(words(each)) for each in headings).encode()).hexdigest()[:32]


def is_field(name: str) -> bool:
    if name in FIELDS:
        return True
    try:
        return name.startswith("IN-") and parse_region(name) == name
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Field -> column index (from 0). `undecided`: fields that a person has to tell us; then the job waits."""

    columns: Mapping[str, int]
    headings: tuple[str, ...] = ()
    confidence: float = 1.0
    undecided: tuple[str, ...] = ()

    @property
    def decided(self) -> bool:
        return not self.undecided

    @property
    def ignored(self) -> tuple[str, ...]:
        """Headings of the columns that nothing is read from."""
        used = set(self.columns.values())
        return tuple(heading for index, heading in enumerate(self.headings) if index not in used and heading)

    @property
    def suggestion(self) -> dict[str, str | int]:
        """Field -> heading, or index where the heading is empty or stands twice: what `given` accepts."""
        return {field: self._spoken(index) for field, index in self.columns.items()}

    def _spoken(self, index: int) -> str | int:
        heading = self.headings[index] if index < len(self.headings) else ""
        return heading if 0 < len(heading) <= SHOWN and self.headings.count(heading) == 1 else index

    @property
    def outcome_at(self) -> int | None:
        """In a report that we handed out: the column that says what became of a row."""
        names = [heading.strip().casefold() for heading in self.headings]
        return names.index("outcome") if {"row_number", "outcome", "error_code"}.issubset(names) else None

    def to_json(self) -> dict[str, Any]:
        return {
            "columns": dict(self.columns),
            "headings": list(self.headings),
            "confidence": self.confidence,
            "undecided": list(self.undecided),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            {field: int(index) for field, index in data["columns"].items()},
            tuple(data["headings"]),
            float(data["confidence"]),
            tuple(data["undecided"]),
        )

    @classmethod
    def given(cls, columns: Mapping[str, str | int | None], headings: Sequence[str] | None, *, width: int = 0) -> Self:
        """A mapping as a client sends it: {field: heading, or index from 0, or None for "not in this file"}.

        `width`: number of columns, for a file without headings. Raises MappingProblem.
        """
        heads = tuple(headings or ())
        width = max(width, len(heads))
        found: dict[str, int] = {}
        wrong: list[FieldError] = []
        for field, wanted in columns.items():
            pointer = "/columns/" + field.replace("~", "~0").replace("/", "~1")
            if not is_field(field):
                message = f"There is no field {field!r}. Use {', '.join(FIELDS)} or a region such as IN-MH."
                wrong.append(FieldError(pointer, "UNKNOWN_FIELD", message))
            elif wanted is not None:
                index = _place(wanted, heads, width)
                if isinstance(index, str):
                    wrong.append(FieldError(pointer, "UNKNOWN_HEADING", index))
                elif index in found.values() and not (field.startswith("IN-")):
                    other = next(name for name, at in found.items() if at == index)
                    message = f"This column is taken for {other!r} already. Give each field a column of its own."
                    wrong.append(FieldError(pointer, "COLUMN_USED_TWICE", message))
                else:
                    found[field] = index
        if not wrong and "name" not in found and "barcode" not in found:
            message = "Say which column holds the name or the barcode: one of them is needed."
            wrong.append(FieldError("/columns", "NAME_OR_BARCODE_NEEDED", message))
        if wrong:
            raise MappingProblem("INVALID_MAPPING", "The column mapping can't be used.", wrong)
        return cls(found, heads)


def _place(wanted: str | int, heads: Sequence[str], width: int) -> int | str:
    """Index of a column, or what is wrong with `wanted`."""
    if isinstance(wanted, bool) or not isinstance(wanted, int | str):
        return "Give a heading of the file, or the index of a column from 0."
    if isinstance(wanted, int):
        return wanted if 0 <= wanted < width else f"There is no column {wanted}: the file has 0 to {width - 1}."
    exact = [index for index, head in enumerate(heads) if head == wanted]
    alike = exact or [index for index, head in enumerate(heads) if words(head) == words(wanted)]
    if len(alike) == 1:
        return alike[0]
    if alike:
        return f"The heading {wanted!r} stands over {len(alike)} columns. Give the index instead: {alike}."
    if wanted.isdecimal():  # as a job's suggestion tells an index
        return _place(int(wanted), heads, width)
    known = ", ".join(map(repr, heads[:30])) or "none, so give an index"
    return f"The file has no heading {wanted!r}. It has: {known}."


class _Column:
    """A column of the sample, and what its cells look like. Shares are of the cells that hold something."""

    def __init__(self, index: int, heading: str, cells: Iterable[str]) -> None:
        self.index = index
        self.heading = heading
        self.cells = [cell.strip() for cell in cells]
        self.filled = [cell for cell in self.cells if cell.lower() not in _NOTHING]
        self.known = recognise(heading) if heading else None

    @property
    def means(self) -> str | None:
        return self.known.means if self.known else None

    @property
    def sure(self) -> float:
        return self.known.sure if self.known else 0.5

    def share(self, test: Callable[[str], Any]) -> float:
        return sum(1 for cell in self.filled if test(cell)) / len(self.filled) if self.filled else 0.0

    @property
    def numeric(self) -> float:
        return self.share(lambda cell: _NUMBER.fullmatch(ascii_digits(cell)))

    @property
    def gtins(self) -> float:
        return self.share(_is_gtin)

    @property
    def measured(self) -> float:
        return self.share(_is_measured)

    @property
    def wordy(self) -> float:
        """How much like names the cells are: letters, and not the same again and again."""
        letters = self.share(lambda cell: sum(map(str.isalpha, cell)) >= 3 and "://" not in cell)
        return letters * len(set(self.filled)) / len(self.filled) if self.filled else 0.0

    @property
    def length(self) -> float:
        return sum(map(len, self.filled)) / len(self.filled) if self.filled else 0.0

    def numbers(self) -> list[float | None]:
        found: list[float | None] = []
        for cell in self.cells:
            digits = re.sub(r"[^\d.\-]", "", ascii_digits(cell).replace("/-", ""))
            try:
                found.append(float(digits))
            except ValueError:
                found.append(None)
        return found


def _is_gtin(cell: str) -> bool:
    if sum(map(str.isdigit, cell)) < 8:
        return False
    try:
        Gtin.parse(cell.strip("'=\"").removesuffix(".0"))
    except BadGtin as bad:
        return bad.code == "GTIN_CHECK_DIGIT" and len(re.sub(r"\D", "", cell)) >= 12
    return True


@lru_cache(maxsize=4096)
def _is_measured(cell: str) -> bool:
    try:
        return parse_net_quantity(cell).net_quantity.unit in _MEASURED
    except BadQuantity:
        return False


def map_columns(headings: Sequence[str] | None, sample: Sequence[Sequence[str]]) -> ColumnMapping:
    """What each column is. `headings` None: there is no heading line; `sample`: some hundred rows under it."""
    if tuple(headings or ()) == tuple(STOCK_SHEET.values()):  # our own export: each column is what it says
        return ColumnMapping({field: at for at, field in enumerate(STOCK_SHEET)}, tuple(STOCK_SHEET.values()))
    width = max([len(headings or ()), *map(len, sample)], default=0)
    heads = [*(headings or ()), *[""] * (width - len(headings or ()))]
    rows = [row for row in sample if any(map(str.strip, row))]
    columns = [
        _Column(index, head, [row[index] if index < len(row) else "" for row in rows])
        for index, head in enumerate(heads)
    ]
    draft = _Draft(columns)
    if headings is None:
        draft.guess_all()
    else:
        draft.take_the_plain()
        draft.settle_codes()
        draft.settle_texts()
        draft.settle_quantities()
        draft.settle_prices()
        draft.guess_what_is_needed()
    return draft.mapping(tuple(headings or ()))


class _Draft:
    def __init__(self, columns: Sequence[_Column]) -> None:
        self.columns = columns
        self.taken: dict[str, tuple[_Column, float]] = {}
        self.undecided: list[str] = []

    def mapping(self, headings: tuple[str, ...]) -> ColumnMapping:
        order = {field: place for place, field in enumerate(FIELDS)}
        fields = sorted(self.taken, key=lambda field: (order.get(field, len(order)), field))
        confidence = min((sure for _, sure in self.taken.values()), default=0.0)
        return ColumnMapping(
            {field: self.taken[field][0].index for field in fields},
            headings,
            round(min(confidence, 0.4) if self.undecided else confidence, 2),
            tuple(dict.fromkeys(self.undecided)),
        )

    def take(self, field: str, column: _Column, sure: float) -> None:
        """Of two columns for one field the fuller counts, then the first."""
        before = self.taken.get(field)
        if before is None or (not before[0].filled and column.filled):
            self.taken[field] = (column, sure)

    def meaning(self, *means: str) -> list[_Column]:
        return [column for column in self.columns if column.means in means]

    def take_the_plain(self) -> None:
        decided_later = _UNSURE | {
            "net_quantity",
            "quantity",
            "unit",
            "mrp",
            "selling_price",
            "cost_price",
            "",
        }
        for column in sorted(self.columns, key=lambda column: -column.sure):
            means = column.means
            if means is None or means in decided_later:
                continue
            if means in FIELDS or means.startswith("IN-"):
                self.take(means, column, column.sure)
            else:  # a language: the regions that read it first; Hindi, first in twenty, stands under one
                for region in ("IN-UP",) if means == "hi" else regions_of(means):
                    self.take(region, column, column.sure)

    def settle_codes(self) -> None:
        for column in self.meaning("code"):
            if column.gtins >= 0.5 and ("barcode" not in self.taken or not self.taken["barcode"][0].filled):
                self.take("barcode", column, 0.8)
        for column in self.meaning("url"):
            if column.share(_IMAGE.search) >= 0.5:
                self.take("image_url", column, 0.8)

    def settle_texts(self) -> None:
        for column in self.meaning("text"):
            if "name" in self.taken:
                self.take("description", column, 0.9)
            else:
                self.take("name", column, 0.8)

    def settle_quantities(self) -> None:
        for column in self.meaning("net_quantity"):
            if len(column.filled) < 5 or column.share(lambda cell: any(map(str.isdigit, cell))) >= 0.1:
                self.take("net_quantity", column, column.sure)
        for column in self.meaning("pack"):
            if column.share(_WHOLE.fullmatch) >= 0.8:
                self.take("pack_count", column, 0.7)
            elif column.share(lambda cell: any(map(str.isdigit, cell))) >= 0.3:
                self.take("net_quantity", column, 0.8)
        units = []
        for column in self.meaning("unit"):
            if column.measured >= 0.3:
                self.take("net_quantity", column, 0.8)
            elif column.numeric >= 0.8:  # "Units: 12" counts pieces
                self.take("quantity", column, 0.6)
            else:
                units.append(column)
                self.take("unit", column, column.sure)
        stocks = self.meaning("quantity")
        for column in stocks:
            lying = column.measured >= 0.5 and not _STOCK_INDEED.search(column.heading)
            if lying and "net_quantity" not in self.taken and not units:
                self.take("net_quantity", column, 0.9)
        stocks = [column for column in stocks if self.taken.get("net_quantity", (None,))[0] is not column]
        for column in sorted(stocks, key=lambda column: "opening" in column.heading.lower()):
            self.take("quantity", column, column.sure)

    def settle_prices(self) -> None:
        """`Price` beside a sale price is the MRP, alone it is what the shop asks. Two alike have to be asked about."""
        for field in ("mrp", "selling_price", "cost_price"):
            for column in self.meaning(field):
                self.take(field, column, column.sure)
        unsure = [column for column in self.meaning("price") if column.filled or len(self.columns) < 4]
        unsure = unsure or self.meaning("price")[:1]
        if len(unsure) == 1:
            only = unsure[0]
            if "selling_price" not in self.taken:
                self.take("selling_price", only, 0.9)
            elif "mrp" not in self.taken:
                self.take("mrp", only, 0.9)
        elif unsure:
            free = [field for field in ("selling_price", "mrp", "cost_price") if field not in self.taken]
            if len(free) == 3:  # two rates in a purchase book: the lower one was paid
                free = ["selling_price", "cost_price"]
            low, high = sorted(unsure[:2], key=_mean)
            if free == ["selling_price", "cost_price"]:
                self.take("cost_price", low, 0.4)
                self.take("selling_price", high, 0.4)
            elif free[:2] == ["selling_price", "mrp"]:
                self.take("selling_price", low, 0.4)
                self.take("mrp", high, 0.4)
            elif free:
                self.take(free[0], unsure[0], 0.4)
            self.undecided.extend(free[:2])

    def guess_what_is_needed(self) -> None:
        unknown = [column for column in self.columns if column.means is None and column.filled]
        if "barcode" not in self.taken:
            codes = [column for column in unknown if column.gtins >= 0.6]
            if codes:
                self.take("barcode", codes[0], 0.7)
                unknown.remove(codes[0])
        if "name" not in self.taken:
            named = [column for column in unknown if column.wordy >= 0.5]
            if named:
                self.take("name", max(named, key=lambda column: column.length), 0.5)
                if any(column.numeric >= 0.8 for column in unknown) or len(named) > 1:
                    self.undecided.append("name")
        if "name" not in self.taken and "barcode" not in self.taken:
            self.undecided.append("name")

    def guess_all(self) -> None:
        """No headings: only a file of a name, at most one code, and prices and stock that can't be confused passes.

        Names alone could be a letter as well, unless most of them say a size.
        """
        rest = [column for column in self.columns if column.filled]
        codes = [column for column in rest if column.gtins >= 0.6]
        if codes:
            self.take("barcode", codes[0], 0.7)
            rest = [column for column in rest if column is not codes[0]]
        sizes = [column for column in rest if column.measured >= 0.6 and column.length < 12]
        if sizes:
            self.take("net_quantity", sizes[0], 0.6)
            rest = [column for column in rest if column is not sizes[0]]
        figures = [column for column in rest if column.numeric >= 0.9]
        texts = [column for column in rest if column.wordy > 0.3 and column not in figures]
        if texts:
            self.take("name", max(texts, key=lambda column: (column.wordy >= 0.6, column.length)), 0.6)
        prose = not codes and not figures and not self.says_sizes()
        if not texts or len(texts) > 1 or len(codes) > 1 or prose:
            self.undecided.append("name")
        pair = _dear_and_cheap(figures)
        if pair and len(figures) <= 3:
            self.take("mrp", pair[0], 0.6)
            self.take("selling_price", pair[1], 0.6)
            others = [column for column in figures if column not in pair]
            if others and others[0].share(_WHOLE.fullmatch) == 1:
                self.take("quantity", others[0], 0.6)
            elif others:
                self.undecided.append("quantity")
        elif figures:
            for field, column in zip(("selling_price", "quantity"), figures, strict=False):
                self.take(field, column, 0.3)
            self.undecided.extend(("selling_price", "quantity"))

    def says_sizes(self) -> bool:
        """Whether half of the rows say a net quantity, in a name or beside it."""
        rows = list(zip(*(column.cells for column in self.columns), strict=True))
        sized = [any(find_net_quantity(cell)[0] for cell in row) for row in rows]
        return sum(sized) * 2 >= len(sized)


def _mean(column: _Column) -> float:
    found = [number for number in column.numbers() if number is not None]
    return sum(found) / len(found) if found else 0.0


def _dear_and_cheap(figures: Sequence[_Column]) -> tuple[_Column, _Column] | None:
    """The one pair of number columns, side by side, where each row has the first a little above the second."""
    found = []
    for dear in figures:
        for cheap in figures:
            pairs = [(a, b) for a, b in zip(dear.numbers(), cheap.numbers(), strict=True) if a and b]
            if (
                dear is not cheap
                and pairs
                and all(a >= b >= a * 0.4 for a, b in pairs)
                and any(a != b for a, b in pairs)
            ):
                found.append((dear, cheap))
    return found[0] if len(found) == 1 else None
