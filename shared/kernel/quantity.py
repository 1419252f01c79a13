"""How much is in a pack, how many packs, and how much is on the shelf.

Net quantity is what the pack declares (Legal Metrology (Packaged Commodities) Rules 2011, rule 6); stock is
what a shop counts. Both come as people write them, in any Indian script.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from shared.kernel.text import ascii_digits

Unit = Literal["g", "kg", "ml", "l", "piece"]
BaseUnit = Literal["g", "ml", "piece"]
StockUnit = Literal["piece", "kg", "g", "l", "ml", "dozen", "box"]

MAX_NET: Final = Decimal("9999999.999")
MAX_STOCK: Final = Decimal("9999999.999")
MAX_PACKS: Final = 9999

_BASE: Final[dict[Unit, tuple[int, BaseUnit]]] = {
    "g": (1, "g"),
    "kg": (1000, "g"),
    "ml": (1, "ml"),
    "l": (1000, "ml"),
    "piece": (1, "piece"),
}


class BadQuantity(ValueError):
    """Text or number that is no quantity; `message` says the cure.

    `code`: NOT_A_NUMBER | NEGATIVE_QUANTITY | ZERO_QUANTITY | UNIT_MISSING | UNIT_UNKNOWN |
    TOO_MANY_DECIMALS | TOO_LARGE | AMBIGUOUS_QUANTITY (a range, or several figures that don't say one thing).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


# ------------------------------------------------------------------------------------------------ numbers


def _plain(value: Decimal) -> Decimal:
    """Without trailing zeros and without an exponent: 500.000 -> 500."""
    if value == (whole := value.to_integral_value()):
        return whole.quantize(Decimal(1)) + 0  # + 0 turns -0 into 0
    return value.normalize()


def _exact(value: Decimal, limit: Decimal) -> Decimal:
    if not value.is_finite():
        raise BadQuantity("NOT_A_NUMBER", "A quantity is a number.")
    if abs(value) > limit:
        raise BadQuantity("TOO_LARGE", f"A quantity is at most {limit}.")
    plain = _plain(value)
    if plain != value or int(plain.as_tuple().exponent) < -3:
        raise BadQuantity("TOO_MANY_DECIMALS", f"{plain} has more than 3 decimals.")
    return plain


def _figure(value: Any, info: ValidationInfo) -> Decimal:
    """A model's number: str, int, Decimal; a float only from JSON text, where its repr is what was sent."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, float) and info.mode == "json":
        return Decimal(repr(value))
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})\s*", value, re.ASCII):
        return Decimal(value.strip())
    raise PydanticCustomError("NOT_A_NUMBER", "A quantity is an exact number such as 12 or 0.5.")


def _json_number(value: Decimal) -> int | float:
    """At most 3 decimals and 10 digits: a double says it exactly as written."""
    return int(value) if value == value.to_integral_value() else float(value)


def _custom(bad: BadQuantity) -> PydanticCustomError:
    return PydanticCustomError(bad.code, "{message}", {"message": bad.message})


def _stock_figure(value: Any, info: ValidationInfo) -> Decimal:
    try:
        return _exact(_figure(value, info), MAX_STOCK)
    except BadQuantity as bad:
        raise _custom(bad) from None


def _moved_figure(value: Any, info: ValidationInfo) -> Decimal:
    try:
        return _exact(_figure(value, info), 2 * MAX_STOCK)
    except BadQuantity as bad:
        raise _custom(bad) from None


def _net_figure(value: Any, info: ValidationInfo) -> Decimal:
    try:
        return _positive(_figure(value, info))
    except BadQuantity as bad:
        raise _custom(bad) from None


def _positive(value: Decimal) -> Decimal:
    if value.is_finite() and value <= 0:
        code = "ZERO_QUANTITY" if value == 0 else "NEGATIVE_QUANTITY"
        raise BadQuantity(code, "The net quantity of a pack is above zero.")
    return _exact(value, MAX_NET)


# Of what we give out no multipleOf is told: to who counts in doubles 2.8 / 0.001 is 2799.9999999999995.
_STOCK_SCHEMA: Final = {"type": "number", "minimum": -9999999.999, "maximum": 9999999.999}
_NET_SCHEMA: Final = {"type": "number", "exclusiveMinimum": 0, "maximum": 9999999.999}
_AS_NUMBER = PlainSerializer(_json_number, return_type=int | float, when_used="json")

StockQuantity = Annotated[
    Decimal,
    BeforeValidator(_stock_figure),
    _AS_NUMBER,
    WithJsonSchema({**_STOCK_SCHEMA, "multipleOf": 0.001}, mode="validation"),
    WithJsonSchema(_STOCK_SCHEMA, mode="serialization"),
]
"""Model field: at most 3 decimals, 9999999.999 either side of zero (stock may be below it); JSON number."""

StockMove = Annotated[
    Decimal,
    BeforeValidator(_moved_figure),
    _AS_NUMBER,
    WithJsonSchema({"type": "number", "minimum": -float(2 * MAX_STOCK), "maximum": float(2 * MAX_STOCK)}),
]
"""Model field: from one stock figure to another, which may be twice as far; JSON number."""


class NetQuantity(BaseModel):
    """What one pack holds, as declared: above zero, at most 3 decimals. JSON {"value": 500, "unit": "g"}."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: Annotated[
        Decimal,
        BeforeValidator(_net_figure),
        _AS_NUMBER,
        WithJsonSchema({**_NET_SCHEMA, "multipleOf": 0.001}, mode="validation"),
        WithJsonSchema(_NET_SCHEMA, mode="serialization"),
    ]
    unit: Unit

    def base(self) -> tuple[Decimal, BaseUnit]:
        """In g, ml or pieces: 0.8 kg -> (800, "g")."""
        factor, unit = _BASE[self.unit]
        return _plain(self.value * factor), unit

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


class Packed(NamedTuple):
    """`net_quantity` is one inner pack's, `pack_count` how many of them are sold as one: 2 x 200 ml."""

    net_quantity: NetQuantity
    pack_count: int

    def __str__(self) -> str:
        return f"{self.pack_count} x {self.net_quantity}" if self.pack_count > 1 else str(self.net_quantity)


# ---------------------------------------------------------------------------------------------- spellings

# Unit words by what they mean: base unit, factor to it in thousandths, unit a person would keep.
_MASS: Final = {
    "kg": "kg kgs kg. kilo kilos kilogram kilograms kilogramme kilogrammes",
    "g": "g gm gms gr gram grams gramme grammes grm grms",
    "mg": "mg mgs milligram milligrams",
}
_VOLUME: Final = {
    "l": "l lt lts ltr ltrs lit litre litres liter liters",
    "ml": "ml mls mlt millilitre millilitres milliliter milliliters",
    "cl": "cl",
}
_COUNT: Final = {
    "piece": "pc pcs pce pces piece pieces nos no's unit units ct count 's",
    "dozen": "dozen dozens doz dz dzn dzns",
}
# Nouns that count pieces but also say a form: they stay in the name ("30 capsules" is not "30 tablets").
_NOUNS: Final = (
    "tablet tablets tabs tab capsule capsules caps softgel softgels sachet sachets teabag teabags"
    " wipe wipes pull pulls sheet sheets roll rolls egg eggs diaper diapers pad pads napkin napkins stick sticks"
    " bag bags serviette serviettes tissue tissues pod pods strip strips"
    " candle candles blade blades cone cones cup cups"
)
_CONTAINERS: Final = (
    "pack packs pkt pkts packet packets pouch pouches bottle bottles btl box boxes jar jars can cans tin tins"
)


class _Meaning(NamedTuple):
    base: BaseUnit
    thousandths: int  # of the base unit
    unit: Unit
    factor: Decimal  # number -> value in `unit`
    noun: bool = False


def _meanings() -> dict[str, _Meaning]:
    one, thousandth = Decimal(1), Decimal("0.001")
    known: dict[str, _Meaning] = {}
    for words, meaning in (
        (_MASS["kg"], _Meaning("g", 1_000_000, "kg", one)),
        (_MASS["g"], _Meaning("g", 1000, "g", one)),
        (_MASS["mg"], _Meaning("g", 1, "g", thousandth)),
        (_VOLUME["l"], _Meaning("ml", 1_000_000, "l", one)),
        (_VOLUME["ml"], _Meaning("ml", 1000, "ml", one)),
        (_VOLUME["cl"], _Meaning("ml", 10_000, "ml", Decimal(10))),
        (_COUNT["piece"], _Meaning("piece", 1000, "piece", one)),
        (_COUNT["dozen"], _Meaning("piece", 12_000, "piece", Decimal(12))),
        (_NOUNS, _Meaning("piece", 1000, "piece", one, noun=True)),
    ):
        known.update(dict.fromkeys(words.split(), meaning))
    known["s"] = known["'s"]
    return known


_UNITS: Final = _meanings()

# The same words in Indian scripts, each as an English one; looked for after a figure only.
_NATIVE_UNITS: Final = {
    "kg": "किलोग्राम किलो किग्रा कि.ग्रा. कि.ग्रा किग्रॅ केजी কিলোগ্রাম কিলো কেজি"
    " কিগ্রা কেজি. કિલોગ્રામ કિલો કિગ્રા ਕਿਲੋਗ੍ਰਾਮ ਕਿਲੋ"
    " கிலோகிராம் கிலோ கி.கி. கிகி కిలోగ్రాములు కిలోగ్రాము కిలోలు కిలో కేజీ కేజి కి.గ్రా. ಕಿಲೋಗ್ರಾಂ ಕಿಲೋ ಕಿಲೊ ಕೆಜಿ ಕೆ.ಜಿ."
    " കിലോഗ്രാം കിലോ കിഗ്രാം കി.ഗ്രാം କିଲୋଗ୍ରାମ କିଲୋ କେଜି কিলোগ্ৰাম",
    "mg": "मिलीग्राम मिग्रा মিলিগ্রাম மில்லிகிராம் మిల్లీగ్రాములు",
    "g": "ग्राम ग्रॅम ग्रा. ग्रा গ্রাম গ্ৰাম ગ્રામ ગ્રા ਗ੍ਰਾਮ கிராம் கி. கி గ్రాములు గ్రాము గ్రా. గ్రా ಗ್ರಾಂ ಗ್ರಾಮ್ ಗ್ರಾಮ ഗ്രാം ഗ്രാ ଗ୍ରାମ",
    "ml": "मिलीलीटर मिलीलिटर मिली मि.ली. मिलि মিলিলিটার মিলি মি.লি. મિલીલીટર મિલિ મિલી ਮਿਲੀਲੀਟਰ ਮਿਲੀ"
    " மில்லிலிட்டர் மில்லி"
    " மி.லி. மிலி మిల్లీలీటర్లు మిల్లీలీటర్ మి.లీ. మిలీ"
    " ಮಿಲಿಲೀಟರ್ ಮಿಲೀ ಮಿಲಿ മില്ലിലിറ്റർ മില്ലി മിലി ମିଲିଲିଟର ମିଲି",
    "l": "लीटर लिटर ली. लि. लि ली লিটার લિટર લીટર ਲੀਟਰ ਲਿਟਰ லிட்டர் லிட். லி. லி లీటర్లు లీటరు లీటర్ లీ. ಲೀಟರ್ ಲೀ. ലിറ്റർ ലി. ଲିଟର",
    "dozen": "दर्जन डज़न डझन ডজন ડઝન ਦਰਜਨ டஜன் డజను డజన్ ಡಜನ್ ഡസൻ ଡଜନ",
    "pcs": "नग पीस अदद টি টা পিস નંગ પીસ ਪੀਸ ਨਗ துண்டுகள் துண்டு பீஸ் ముక్కలు పీసులు ಪೀಸ್ കഷണം എണ്ണം ଖଣ୍ଡ ପିସ୍",
    "box": "पेटी डिब्बा डिब्बे বাক্স પેટી ਪੇਟੀ பெட்டி పెట్టె ಪೆಟ್ಟಿಗೆ പെട്ടി ପେଟି",
    "pack": "पैकेट पैक पाकीट प्याक প্যাকেট પેકેટ ਪੈਕੇਟ பாக்கெட் ప్యాకెట్ ಪ್ಯಾಕೆಟ್ പാക്കറ്റ് ପ୍ୟାକେଟ",
}
_NATIVE: Final = {word: unit for unit, words in _NATIVE_UNITS.items() for word in words.split()}
_NATIVE_AFTER = re.compile(
    r"(?<=\d)\s*(" + "|".join(map(re.escape, sorted(_NATIVE, key=len, reverse=True))) + r")(?![\u0900-\u0dff])"
)
# Figures people say rather than write: half, quarter, three quarters, 1 1/4, 1 1/2, 2 1/2, one.
_SPOKEN: Final = {
    "0.5": "half aadha adha आधा अर्धा आधी અડધો ਅੱਧਾ অর্ধেক আধা அரை అర ಅರ್ಧ അര ଅଧା",
    "0.25": "quarter paav pav pao पाव পোয়া પા ਪਾਈਆ கால் పావు ಕಾಲು കാൽ",
    "0.75": "pauna pona पौन पौना",
    "1.25": "sawa savaa सवा",
    "1.5": "dedh derh डेढ़ डेढ दीड દોઢ ਡੇਢ",
    "2.5": "dhai adhai ढाई अढ़ाई अडीच અઢી ਢਾਈ",
    "1": "one ek एक એક ਇੱਕ এক ஒரு ఒక ఒక్క ಒಂದು ഒരു ଏକ",
}
_SPOKEN_NUMBER: Final = {word: number for number, words in _SPOKEN.items() for word in words.split()}
_SPOKEN_FIRST = re.compile(
    r"^(" + "|".join(map(re.escape, sorted(_SPOKEN_NUMBER, key=len, reverse=True))) + r")(?=\s+\S)",
    re.IGNORECASE,
)
_VULGAR: Final = {
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
    "⅓": "1/3",
    "⅔": "2/3",
    "⅛": "1/8",
    "⅕": "1/5",
    "⅜": "3/8",
}
_VULGAR_ANY = re.compile(r"(?:(\d)\s*)?([½¼¾⅓⅔⅛⅕⅜])")
_LOOKALIKES: Final = {
    ord("×"): "x",
    ord("✕"): "x",
    ord("✖"): "x",
    ord("–"): "-",
    ord("—"): "-",
    ord("−"): "-",
    ord("’"): "'",
    ord("‘"): "'",
    ord("`"): "'",
    ord("\u00a0"): " ",
    ord("ℓ"): "l",
    ord("㎏"): "kg",
    ord("㎖"): "ml",
    ord("（"): "(",
    ord("）"): ")",
}


def plain_units(text: str) -> str:
    """Lower case, ASCII figures and fractions, units of Indian scripts as English words ("२ किलो" -> "2 kg").

    Letters of the words around stay in their script.
    """
    return text.lower() if text.isascii() else _folded(text).lower()


def _folded(text: str) -> str:
    """What plain_units does, but for the case."""
    plain = ascii_digits(text.translate(_LOOKALIKES))
    plain = _VULGAR_ANY.sub(lambda f: f"{f[1] or ''} {_VULGAR[f[2]]}", plain)
    return plain if plain.isascii() else _NATIVE_AFTER.sub(lambda f: f" {_NATIVE[f[1]]}", plain)


_NUMBER = r"(?:\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?|(?:\d+ )?\d+/\d+|\d+(?:[.,]\d+)?|\.\d+)"
_UNIT_WORDS = "|".join(re.escape(word) for word in sorted(_UNITS, key=len, reverse=True))
_PACKS = r"(?:\s*(?:pcs?|pieces?|nos?|units?|packs?|pkts?|packets?|pouch(?:es)?|bottles?|sachets?|jars?|n|u)\b)?"
# 2x200 g | 3x(2x150 g) | 200 g x 2 | 500 - 600 g | 10's | 500 g
_FIGURE = re.compile(
    r"(?<![\w.,/])"
    r"(?:(?P<packs>\d{1,4})" + _PACKS + r"\s*[x*]\s*(?:\(?\s*(?P<inner>\d{1,4})\s*[x*]\s*)?\(?\s*)?"
    rf"(?P<number>{_NUMBER})"
    rf"(?:\s*(?P<low>{_UNIT_WORDS})?\s*(?:-|\bto\b)\s*(?P<high>{_NUMBER}))?"
    rf"(?:\s*|-)(?P<unit>{_UNIT_WORDS})(?![a-z0-9'])"
    rf"(?:\.?\s*[x*]\s*(?P<times>\d{{1,4}}){_PACKS}(?![\w.%]))?"
)
# "pack of 2", "(set of 4)", "pack of 3 pcs", but not "pack of 2 x 500 g", "pack of 500 g"
_OF_PACKS = re.compile(
    r"\(?\b(?P<kind>pack|packs|pk|set|box|combo)\s*of\s*:?\s*(?P<count>\d{1,4})\b(?!\s*[x*.]\s*\d)"
    r"(?P<tail>\s*(?:pcs?|pieces?|nos|units?)\b)?"
    rf"(?!\s*(?:{_UNIT_WORDS})\b)\)?"
)
# "2 packets (of 500 g)"
_N_PACKS = re.compile(rf"(?<![\w.])(?P<count>\d{{1,4}})\s*(?:{'|'.join(_CONTAINERS.split())})\b(?:\s*of\b)?")


class Amount(NamedTuple):
    """One quantity found in text, in whole thousandths of its base unit: compares without decimals."""

    thousandths: int
    base: BaseUnit
    packs: int


class Found(NamedTuple):
    """Where in the text, and what: `amount` None for a range ("500 - 600 g"), its bounds in `span_text`."""

    start: int
    end: int
    amount: Amount | None
    span_text: str
    noun: str  # the counted noun that must stay in the name, or ""
    value: Decimal
    unit: Unit


@lru_cache(maxsize=4096)
def _number(text: str) -> Decimal | None:
    """ "1,250" -> 1250, "1,5" -> 1.5, "1 1/2" -> 1.5; None for a fraction by zero."""
    if "/" in text:
        whole, _, fraction = text.rpartition(" ")
        over, _, under = fraction.partition("/")
        if not int(under):
            return None
        return Decimal(whole or 0) + Decimal(over) / Decimal(under)
    if "," in text:
        head, _, tail = text.rpartition(",")
        if len(tail) < 3 and "." not in text:
            return Decimal(f"{head.replace(',', '')}.{tail}")
        return Decimal(text.replace(",", ""))
    return Decimal(text)


def scan(text: str) -> list[Found]:
    """All quantities in `text` (already through plain_units), left to right, without overlaps."""
    return [_read(found) for found in _FIGURE.finditer(text)]


def _read(found: re.Match[str]) -> Found:
    packs, inner, number, low, high, unit, times = found.groups()
    meaning = _UNITS[unit]
    value = _number(number)
    noun = unit if meaning.noun else ""
    if value is None or (low is not None and high is None):
        return Found(found.start(), found.end(), None, found[0], noun, Decimal(0), meaning.unit)
    if high is not None:
        to = _number(high) or Decimal(0)
        first = _UNITS[low].thousandths if low else meaning.thousandths
        bounds = f"{int(value * first)}-{int(to * meaning.thousandths)}{meaning.base}"
        if packs:
            bounds = f"{packs}x{bounds}"
        return Found(found.start(), found.end(), None, bounds, noun, value, meaning.unit)
    count = int(packs or 1) * int(inner or 1) * int(times or 1)
    exact = value * meaning.thousandths
    return Found(
        found.start(),
        found.end(),
        Amount(int(exact), meaning.base, count) if exact == int(exact) else None,
        found[0],
        noun,
        value * meaning.factor,
        meaning.unit,
    )


def amount_of(packed: Packed) -> Amount:
    """A Packed as the Amount that scan would find."""
    net, packs = packed
    factor, base = _BASE[net.unit]
    return Amount(int(net.value * (1000 * factor)), base, packs)


# ------------------------------------------------------------------------------------------- net quantity

_NOISE = re.compile(
    r"\b(?:approximately|approx|aprx|app|about|above|net|wt|weight|qty|quantity|content|contents|minimum|min|e|of|in|a"
    r"|the|loose|pack|packs|pkt|packet|pouch|bottle"
    r"|jar|box|tin|can|carton|tub|sachet|bag|family|value)\b|[\s.,:;()\[\]@~|/_-]+"
)
_EXTRA = re.compile(
    r"\s*\+\s*(?:\d+(?:\.\d+)?\s*%|" + _NUMBER + r"\s*(?:" + _UNIT_WORDS + r"))\s*(?:extra|free|more)\b.*$"
)
_LABEL_COUNT = re.compile(r"(?<=\d)\s*[nu]$")  # "10 N", "1 U" of Indian labels
_BARE = re.compile(rf"[+-]?{_NUMBER}\.?$")


def parse_net_quantity(text: str) -> Packed:
    """A pack's size as people write it.

    "500 g", "½ kg", "500gm", "1 ltr", "१ किलो", "350 mg" -> that much, 1 pack; "2x200 g", "200 g X 2",
    "3x(2x150 g)", "pack of 2 (500 g)", "1 kg (2 x 500 g)" -> the inner pack and how many; "10's", "1 dozen",
    "30 tablets", "set of 4" -> pieces; "500 ml + 10% extra" -> 500 ml; "1 pc (approx. 1-3 kg)" -> 1 piece.
    Raises BadQuantity: a bare figure has no unit, a range or a combo is not one quantity.
    """
    return _parse_net(text)


@lru_cache(maxsize=8192)
def _parse_net(text: str) -> Packed:
    plain = plain_units(text).strip()
    if len(plain) > 200:
        raise BadQuantity("NOT_A_NUMBER", "That is too long for a quantity. Write it like 500 g or 2 x 200 ml.")
    if spoken := _SPOKEN_FIRST.match(plain):
        plain = _SPOKEN_NUMBER[spoken[0]] + plain[spoken.end() :]
        if not plain.isascii():
            plain = plain_units(plain)
    if plain.startswith("-") and re.match(r"-\s*[\d.]", plain):
        raise BadQuantity("NEGATIVE_QUANTITY", "The net quantity of a pack is above zero.")
    shown = text if len(text) <= 40 else text[:40] + "..."
    if not any(char.isdigit() for char in plain):
        raise BadQuantity("NOT_A_NUMBER", f'"{shown}" is not a quantity. Write it like 500 g or 2 x 200 ml.')
    if _BARE.match(plain):
        raise BadQuantity(
            "UNIT_MISSING", f'"{shown}" has no unit. Write it like {shown.strip()} g or {shown.strip()} ml.'
        )
    plain = _EXTRA.sub("", plain)
    plain = _LABEL_COUNT.sub(" pcs", plain)
    plain, found, packs = figures(plain)
    rest = _without(plain, [(f.start, f.end) for f in found])
    many = [*packs[:1], *(f for f in found if f.amount is not None and f.amount.packs > 1)]
    if left := _NOISE.sub("", rest.replace("each", "", 1) if many else rest):
        if found and not (left.isalpha() and left != "each"):
            raise _several(shown)
        raise BadQuantity("UNIT_UNKNOWN", f'"{shown}" has no unit known here. Use g, kg, ml, l or pieces.')
    if len(packs) > 1:
        raise _several(shown)
    return _with_packs(_main(plain, found, shown), packs[0] if packs else None, shown)


def _several(shown: str) -> BadQuantity:
    return BadQuantity(
        "AMBIGUOUS_QUANTITY", f'"{shown}" is not one figure. Write the size and how many, like 2 x 200 ml.'
    )


class Packs(NamedTuple):
    """ "pack of 4", "set of 4", "4 packets"."""

    number: int
    pieces: bool  # a set of 4 is one good of 4 pieces; a pack of 4 is 4 packs of something


def figures(plain: str) -> tuple[str, list[Found], list[Packs]]:
    """The text with every "pack of n" and "n packs" blanked out, the quantities in it, and those packs."""
    packs: list[Packs] = []

    def blank(found: re.Match[str]) -> str:
        groups = found.groupdict()
        packs.append(Packs(int(groups["count"]), groups.get("kind") == "set" or bool(groups.get("tail"))))
        return " " * len(found[0])

    if "of" in plain:
        plain = _OF_PACKS.sub(blank, plain)
    found = scan(plain)
    if _N_PACKS.search(plain):
        hidden = plain
        for f in found:
            hidden = f"{hidden[: f.start]}{'_' * (f.end - f.start)}{hidden[f.end :]}"
        for n in reversed(list(_N_PACKS.finditer(hidden))):
            plain = plain[: n.start()] + blank(n) + plain[n.end() :]
    return plain, found, packs


def _main(plain: str, found: list[Found], shown: str) -> Found | None:
    if not found:
        return None
    main, *others = found
    if main.amount is None:
        raise BadQuantity("AMBIGUOUS_QUANTITY", f'"{shown}" is a range. Write one figure, like 500 g.')
    bracket = plain.find("(", main.end)
    for other in others:
        if other.amount is None or _same_total(main.amount, other.amount):
            if other.amount is not None and other.amount.packs > main.amount.packs:
                main = other  # "1 kg (2 x 500 g)": the packs say more than the total
            elif other.amount is None and bracket < 0:
                raise BadQuantity("AMBIGUOUS_QUANTITY", f'"{shown}" is a range. Write one figure, like 500 g.')
            continue
        # Said another way in brackets: "5 L (4.58 kg)", "2 pcs (250 g)". Two equal kinds would be a combo.
        if bracket < 0 or other.start < bracket or main.amount is None or other.amount.base == main.amount.base:
            raise _several(shown)
    return main


def _same_total(one: Amount, other: Amount) -> bool:
    return one.base == other.base and one.thousandths * one.packs == other.thousandths * other.packs


def _with_packs(main: Found | None, packs: Packs | None, shown: str) -> Packed:
    if main is None:
        if packs is None:
            raise _several(shown)
        if packs.pieces:
            return _packed(Decimal(packs.number), "piece", 1, shown)
        return _packed(Decimal(1), "piece", packs.number, shown)
    inner = main.amount.packs if main.amount else 1
    outer = packs.number if packs else 1
    return _packed(main.value, main.unit, inner if inner == outer else inner * outer, shown)


def _packed(value: Decimal, unit: Unit, packs: int, shown: str) -> Packed:
    if not 0 < packs <= MAX_PACKS:
        code = "TOO_LARGE" if packs else "ZERO_QUANTITY"
        raise BadQuantity(code, f'"{shown}": the number of packs is from 1 to {MAX_PACKS}.')
    return Packed(NetQuantity(value=_positive(value), unit=unit), packs)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return text


_MOBILE_G = re.compile(r"[2-6]G\b")
_HOLLOW = re.compile(r"\(\s*[-,|/:;_*]*\s*\)|\[\s*\]")


def find_net_quantity(name: str) -> tuple[Packed | None, str]:
    """The size that a product name states, and the name without it: "Curd 2x200 g" -> (200 g x 2, "Curd").

    Strengths in mg stay in the name, so do counted nouns that say a form ("30 capsules"). A name that states
    several quantities of one kind (a combo) or a range gives (None, name).
    """
    if not any(map(str.isnumeric, name)):
        return None, name
    cased = name if name.isascii() else _folded(name)
    plain = cased.lower()
    if len(plain) != len(cased):  # a few letters grow when lowered
        cased = plain
    hidden, found, packs = figures(plain)
    found = [f for f in found if not _strength(plain, f) and not _MOBILE_G.match(cased[f.start : f.end])]
    if any(f.amount is None for f in found) or len(packs) > 1:
        return None, name
    best = _choose(found) if found else None
    if best is None and (found or not packs):
        return None, name
    try:
        packed = _with_packs(best, packs[0] if packs else None, name)
    except BadQuantity:
        return None, name
    # What is blank in `hidden` but not in `plain` was a pack count; cut it and the figures out of the name.
    kept = [
        char if mark != " " or char == " " or was == " " else " "
        for char, mark, was in zip(cased, hidden, plain, strict=True)
    ]
    for f in found:
        if best is not None and (f is best or _restates(f, best)):
            kept[f.start : f.end - len(f.noun)] = " " * (f.end - len(f.noun) - f.start)
    rest = " ".join(_HOLLOW.sub(" ", "".join(kept)).split()).strip(" ,-|/:;_")
    if rest.count("(") != rest.count(")"):
        rest = rest.strip("() ,-|/:;_")
    return packed, rest


def _strength(plain: str, found: Found) -> bool:
    return plain.endswith(("mg", "mgs"), found.start, found.end)


def _choose(found: list[Found]) -> Found | None:
    """The one size among several figures: packs before totals, mass and volume before pieces."""
    measured = [f for f in found if f.amount is not None and f.amount.base != "piece"]
    pool = measured or found
    best = max(pool, key=lambda f: f.amount.packs if f.amount else 0)
    return best if all(f is best or _restates(f, best) for f in pool) else None


def _restates(one: Found, best: Found) -> bool:
    """The same figure again, one inner pack's, or the total of all packs."""
    a, b = one.amount, best.amount
    if a is None or b is None or a.base != b.base:
        return False
    return (a.packs == 1 and a.thousandths in (b.thousandths, b.thousandths * b.packs)) or a == b


# -------------------------------------------------------------------------------------------------- stock

_STOCK_WORDS: Final[dict[StockUnit, str]] = {
    "piece": "pc pcs pce piece pieces nos no unit units n u ct count ea each 's s "
    + _CONTAINERS.replace(" box boxes", "")
    + " "
    + _NOUNS,
    "kg": _MASS["kg"],
    "g": _MASS["g"],
    "l": _VOLUME["l"],
    "ml": _VOLUME["ml"],
    "dozen": _COUNT["dozen"],
    "box": "box boxes bx peti petis peti. case cases cs carton cartons ctn ctns crate crates",
}
_STOCK_UNITS: Final = {word: unit for unit, words in _STOCK_WORDS.items() for word in words.split()}
_STOCK = re.compile(rf"([+-]?)\s*({_NUMBER})\.?\s*([^\d\s].*)?$", re.DOTALL)


def parse_stock(text: str) -> tuple[Decimal, StockUnit | None]:
    """What a shop counts: "12 pcs", "½ kg", "1,250", "-3", "१२", "1 dz", "2 peti" (boxes) -> figure, unit.

    A figure may be below zero (the caller decides); at most 3 decimals, |figure| <= 9999999.999.
    Raises BadQuantity.
    """
    bare = text.strip()
    if bare.isascii() and bare.isdigit() and len(bare) <= 7:
        return Decimal(int(bare)), None
    return _parse_stock(bare)


@lru_cache(maxsize=4096)
def _parse_stock(text: str) -> tuple[Decimal, StockUnit | None]:
    plain = plain_units(text).strip()
    if spoken := _SPOKEN_FIRST.match(plain):
        plain = plain_units(_SPOKEN_NUMBER[spoken[0]] + plain[spoken.end() :])
    found = _STOCK.match(plain)
    value = _number(found[2]) if found and len(found[2]) <= 30 else None
    if not found or value is None:
        shown = text if len(text) <= 40 else text[:40] + "..."
        raise BadQuantity("NOT_A_NUMBER", f'"{shown}" is not a quantity. Write it like 12 or 0.5 kg.')
    value = _exact(-value if found[1] == "-" else value, MAX_STOCK)
    if not found[3]:
        return value, None
    word = found[3].strip(" .)(")
    unit = _STOCK_UNITS.get(word)
    if unit is None:
        raise BadQuantity(
            "UNIT_UNKNOWN", f'"{word[:40]}" is not a unit known here. Use pcs, kg, g, l, ml, dozen or box.'
        )
    return value, unit
