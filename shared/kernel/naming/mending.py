"""What scanners, tills and hurried hands do to a name, undone: letters read as digits, words run together, promotions.

Only for the loose reading (``hear``). The identity of a product never depends on a repair.
"""

from __future__ import annotations

import re
from typing import Final

_UNIT: Final = r"(?:kgs?|kilos?|gms?|grms?|grams?|gr|g|mls?|ltrs?|lit(?:re|er)?s?|lts?|l|pcs?|nos?)"
_BORDER: Final = r"(?![A-Za-z0-9])"

# "5OOg", "l kg", "1O0 ml", "Salt5OOG", "2SO rnl": a figure and its unit, some of whose characters were misread.
_MISREAD_UNITS: Final = {
    "g": "gm", "9": "g", "q": "g", "9m": "gm", "qm": "gm", "gn": "gm", "grn": "gm", "9ms": "gm", "qms": "gm",
    "grns": "gm",
    "k9": "kg", "kq": "kg", "m1": "ml", "mi": "ml", "m|": "ml", "rnl": "ml", "rn1": "ml", "nl": "ml", "mll": "ml",
    "1tr": "ltr", "itr": "ltr", "|tr": "ltr", "1t": "ltr", "1itre": "ltr",
}  # fmt: skip
_LIKE_UNIT: Final = rf"(?:{_UNIT}|{'|'.join(re.escape(u) for u in sorted(_MISREAD_UNITS, key=len, reverse=True))})"
_DIGITISH: Final = "0-9OoQDlISsBZ|"
_MISREAD = re.compile(
    rf"(?<![A-Za-z0-9.|])(?P<figure>(?=[{_DIGITISH}]*[0-9])[{_DIGITISH}]{{1,5}}?(?:[.,][{_DIGITISH}]{{1,3}}?)?"
    r"|[OoQ][.,][0-9OoSl]{1,3}?|[lI|][Oo0]{0,3}|[SsZzB][Oo0]{1,3}|[lI|][Ss][Oo0]{1,2})"
    rf"(?P<gap>[\s.-]?)(?P<unit>{_LIKE_UNIT}){_BORDER}"
    rf"|(?<=[A-Za-z])(?P<stuck>[0-9][{_DIGITISH}]{{1,4}}?)(?P<after>{_UNIT}){_BORDER}"
    rf"|(?<![A-Za-z0-9])(?P<native>[0-9][{_DIGITISH}]{{1,4}})(?=\s?[\u0900-\u0dff])",
    re.IGNORECASE,
)
_AS_DIGIT: Final = str.maketrans("OoQqDdlIi|SsBbZz", "0000001111558822")

# "B1scuit", "Sa1t", "N00dles": digits between letters of a word.
_DIGITS_INSIDE = re.compile(
    r"(?<=[A-Za-z])[0-9]{1,2}(?=[A-Za-z]{2})(?!(?:in|min|mins|pc|pcs|pk|ply|pack|way|way)\b)"
    r"|(?<=[A-Za-z]{2})[0-9]{1,2}(?=[A-Za-z]\b)(?!x)",
    re.IGNORECASE,
)
_WORD_WITH_DIGITS = re.compile(r"[A-Za-z0-9]{4,}")
_ALIKE: Final = {"0": "o", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g"}
_VOWELS: Final = frozenset("aeiouAEIOU")

# "ParleGBiscuits", "TATASALT1KG", "1kgSalt", "100gX3": borders that a space should mark.
_CAMEL = re.compile(r"(?<=[a-z][a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_INTO_FIGURE = re.compile(
    rf"(?<=[A-Za-z]{{2}})(?=\d+(?:[./]\d+)?(?:\s?{_UNIT}{_BORDER}|'s|\s?(?:pcs?|pkts?|nos?|n)?\s?[xX*]\s?\d))|(?<=\))(?=\d)",
    re.IGNORECASE,
)
_INTO_OPEN_FIGURE = re.compile(r"(?<=[A-Za-z]{3})(?=\d{1,4}(?:KG|ML|GM|LTR|kg|ml|gm|ltr)(?:[A-Za-z]))")
_OUT_OF_FIGURE = re.compile(
    r"(?<![A-Za-z])(\d+(?:\.\d+)?\s?"
    r"(?:(?:kg|KG|Kg|gm|GM|Gm|ml|ML|Ml|ltr|LTR|Ltr)(?=[A-Z][a-z]|[A-Z]{3})|(?:kg|gm|ml|ltr)(?=[a-z]{4})|[gl](?=[A-Z][a-z])))"
)
_TIMES = re.compile(rf"(\d\s?(?:{_UNIT}|[\u0900-\u0dff][\u0900-\u0dff.]*))\s?[xX*]\s?(?=\d)", re.IGNORECASE)
_PIECES_TIMES = re.compile(r"(?<![\w.])(\d+)\s?(?:pcs?|pkts?|packs?|nos?|n)\s?[xX*]\s?(?=\d)", re.IGNORECASE)
_PACK_OF = re.compile(r"(?<=[a-z\d)])\s?(?:pk|pack|pkt)\s?of\s?(?=\d)", re.IGNORECASE)
_DOTTED_UNIT = re.compile(r"(?<=[\dOoIlS])(\s?)(?:(k)\.\s?g|(m)\.\s?l)\.?(?![A-Za-z])", re.IGNORECASE)

_SUM: Final = r"(?:(?:rs|inr)\.?\s*)?\d+(?:\.\d+)?\s*(?:/-|/=|rs\b)?"
_PROMOTIONS = re.compile(
    r"\(?\bbuy\s*\d+\s*(?:and\s*)?get\s*\d+(?:\s*(?:free|off))?\b\)?"
    r"|\(?\bb\s?\d\s?g\s?\d\b(?:\s*free)?\)?"
    r"|(?<![\w+.])\d{1,2}\s*\+\s*\d{1,2}(?:\s*(?:free|offer))?(?!\s*(?:g|gm|gms|ml|kg|l|ltr|pcs?|n)\b)(?![\w+.%])"
    r"|\bbogo\b"
    r"|\+\s*\d+(?:\.\d+)?\s*(?:%|percent|g|gm|gms|ml)\s*(?:extra|free|more)\b(?:\s*(?:free|inside|qty|quantity))?"
    r"|\d+\s*(?:%|percent)\s*(?:extra|free|more)\b(?:\s*(?:free|inside|qty|quantity))?"
    r"|\b(?:extra|upto|up\s+to|flat)\s*\d+(?:\.\d+)?\s*(?:%|percent)(?:\s*(?:off|free|more|extra))?"
    r"|\bextra\s*\d+(?:\.\d+)?\s*(?:g|gm|gms|ml)\s*(?:free|more|inside)"
    rf"|\b(?:flat|get|save|upto|up\s+to|worth)\s*{_SUM}(?:\s*off)?"
    rf"|{_SUM}\s*off\b"
    r"|\d+\s*%\s*off\b"
    r"|@\s*(?:rs\.?\s*)?\d+(?:\.\d+)?\s*(?:/-|/=|rs\b)?(?:\s*only)?"
    r"|\b(?:mrp|m\.r\.p\.?|rate|price|s\.?p\.?|only|just|now)\s*[:=-]?\s*(?:at\s*)?(?:rs\.?|inr)\s*\d+(?:\.\d+)?\s*(?:/-|/=)?"
    r"|\b(?:mrp|m\.r\.p\.?|rate|price)\s*[:=-]?\s*\d+(?:\.\d+)?\s*(?:/-|/=)?"
    r"|(?<![\w.])\d+(?:\.\d+)?\s*(?:/-|/=)(?:\s*only)?",
    re.IGNORECASE,
)
_LABEL_COUNT = re.compile(r"(?<![\w.])(\d{1,4})\s?[nNuU](?![\w'])")  # "10 N", "1U" of Indian labels
_LOOSE_UNIT = re.compile(rf"(?<=\d)[.,-]\s?(?={_UNIT}{_BORDER})", re.IGNORECASE)  # "100.g", "1, kg", "30-gms"
_HALF = re.compile(
    r"\b(?:half|aadha|adha|aadhi|(quarter|paav|pav))\s*(?=(?:k\.?\s?g|kilo|l(?:tr|itre|iter)?)s?\b)", re.IGNORECASE
)
_NATIVE_HALF = re.compile(
    r"(?<![\u0900-\u0dff])(?:आधा|आधी|अर्धा|अर्धी|અડધો|ਅੱਧਾ|অর্ধেক|আধা|அரை|అర|ಅರ್ಧ|അര)\s*"
    r"(?=कि|কি|કિ|ਕਿ|கி|కి|ಕಿ|കി|लि|ली|লি|લિ|લી|ਲੀ|லி|లీ|ಲೀ|ലി)"
)
_DASHED = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s-\s(\d+(?:\.\d+)?)")
# "Rs 5 pack", "10 rs wala": the price stands for a size; "5 pack" is not five packs.
_PRICED_PACK = re.compile(
    r"(?:\brs\.?|₹)\s*(\d+)(?:/-)?\s*(?:wal[aie]|pack|pkt|packet|pouch|ka|ki)\b"
    r"|(?<![\w.])(\d+)\s*(?:rs\.?|rupees?|rupaye|/-)\s*(?:wal[aie]|pack|pkt|packet|pouch|ka|ki)\b",
    re.IGNORECASE,
)
# What traders write beside a name.
_REMARKS = re.compile(
    r"\b(?:inv|invoice|bill|dt|date|dated|gst|igst|hsn|batch|rack|godown|bin|shelf|exp|expiry|mfg|mfd|use\s+by|best\s+before)"
    r"\b\s*(?:no\b)?[.:#-]*\s*(?:@\s*)?(?:[A-Za-z]?\d[\w/.%-]*)"
    r"|\b(?:dist|distributor|party|supplier|vendor|agency|dealer|mktd\s+by|mfd\s+by)\s*[:-]\s*\w+"
    r"|\bc/o\s+\w+"
    r"|\b(?:combo|special|mega|bumper|festive|festival|limited|best|great|super|hot)\s+(?:pack\s+)?(?:offers?|deals?|price|stock|period|saver)\b"
    r"|\b(?:super\s+saver|value|family|economy|mega|bumper|jumbo|monthly)\s+pack\b"
    r"|\b(?:fast|slow|non)[\s-]*mov(?:ing|er)\b|\b(?:hot|top|best)[\s-]*sell(?:ing|er)\b"
    r"|\b(?:near|short|close)\s+expiry\b|\b(?:non|not|no)[\s-]*return(?:able)?\b|\breturn\s+if\s+\w+"
    r"|\b(?:old|new|fresh|dead|last|limited)\s+(?:stock|arrival|packing|pack|lot|batch|mrp|rate)\b"
    r"|\b(?:use|sell)\s+first\b|\bre-?order\b|\b(?:dmg|damaged)\s*(?:box|pack|pkt|piece)?\b",
    re.IGNORECASE,
)
# What is absent when it stands before "free"; anything else before it only says that something is given.
_ABSENT: Final = (
    "sugar|fat|gluten|dairy|alcohol|caffeine|cruelty|chemical|paraben|parabens|sulphate|sulfate|lactose|nut|egg|msg"
    "|preservative|preservatives|plastic|oil|salt|soy|soya|wheat|grain|dust|stain|smoke|fragrance|silicone|mineral"
    "|cholesterol|trans fat|worry|germ|pesticide|residue|ammonia|fluoride|acid|guilt|odour|odor|frizz|rust|wax|lead"
)
_GIVEN = re.compile(r"(?:\+|\bwith\b|\bget\b|&)?\s*(?<!-)(?<!\b(?:no)\s)\bfree\b(?:\s+[a-z]+){0,2}", re.IGNORECASE)
_FREE_OF = re.compile(rf"\b({_ABSENT})[\s._-]*free\b", re.IGNORECASE)


def mended(text: str) -> str:
    """``text`` with its likely repairs made: "TATASALT1KG NEW B1G1 @20/-" -> "TATASALT 1KG NEW". Scripts are kept."""
    text = _NATIVE_HALF.sub("0.5 ", _HALF.sub(lambda f: "0.25 " if f[1] else "0.5 ", text))
    text = _DOTTED_UNIT.sub(lambda f: f"{f[1]}{'kg' if f[2] else 'ml'}", text.replace("_", " "))
    text = _REMARKS.sub(" ", _MISREAD.sub(_read_right, text))
    if not (text.isupper() or text.islower()):
        text = _CAMEL.sub(" ", text)
    if any(map(str.isdigit, text)):
        text = _LOOSE_UNIT.sub(" ", text)
        text = _DASHED.sub(_apart, text)
        text = _LABEL_COUNT.sub(r"\1 pcs", text)
        text = _PRICED_PACK.sub(lambda f: f" Rs{f[1] or f[2]} ", text)
        text = _PACK_OF.sub(" pack of ", text)
        text = _INTO_FIGURE.sub(lambda border: _border(text, border.start()), text)
        text = _INTO_OPEN_FIGURE.sub(" ", text)
        text = _OUT_OF_FIGURE.sub(r"\1 ", text)
        text = _PIECES_TIMES.sub(r"\1 x ", text)
        text = _TIMES.sub(r"\1 x ", text)
        text = _PROMOTIONS.sub(" ", text)
        text = _WORD_WITH_DIGITS.sub(_letters_again, text)
    if "free" in text.lower():
        text = _FREE_OF.sub(lambda f: f"{f[1].replace(' ', '')}-free", text)
        text = _GIVEN.sub(" ", text)
    return text


def unglued(brand: str) -> str:
    """A brand with a space where two words meet: "HappyChef"."""
    return brand if brand.isupper() or brand.islower() else _CAMEL.sub(" ", brand)


def _read_right(found: re.Match[str]) -> str:
    if found["native"]:
        return found["native"].translate(_AS_DIGIT)
    if found["stuck"]:
        return f" {found['stuck'].translate(_AS_DIGIT)}{found['after']}"
    figure, gap, unit = found["figure"], found["gap"], found["unit"].lower()
    right = unit if re.fullmatch(_UNIT, unit) else _MISREAD_UNITS[unit]
    if unit in ("9", "q", "1t") and not (gap or not figure.isdigit()):
        return found[0]  # "1009" may be a number
    if unit == "9" and not figure.endswith(("0", "O", "o", "5", "S")):
        return found[0]
    return f"{figure.translate(_AS_DIGIT)}{gap}{right}"


_SHORT_FIGURE = re.compile(r"\d[glGL](?![A-Za-z0-9])")
_SIZE = re.compile(rf"(?<![A-Za-z0-9])\d+(?:\.\d+)?[\s-]?{_UNIT}{_BORDER}", re.IGNORECASE)


def _apart(found: re.Match[str]) -> str:
    """A dash between figures that can't be the bounds of one range parts them: "BB 421 - 150 ml"."""
    low, high = float(found[1]), float(found[2])
    return found[0] if low < high <= 3 * low else f"{found[1]}, {found[2]}"


def _border(text: str, at: int) -> str:
    """A space, but for what may be a misread letter: the "1l" of "hairfa1l" where another size stands."""
    if not _SHORT_FIGURE.match(text, at):
        return " "
    word = re.search(r"[A-Za-z0-9]*$", text[:at])
    if word and any(map(str.isdigit, word[0])):
        return ""
    return "" if _SIZE.search(text) else " "


def _letters_again(found: re.Match[str]) -> str:
    word = found[0]
    if word.isalpha() or word.isdigit() or sum(map(str.isdigit, word)) > 2 or sum(map(str.isalpha, word)) < 3:
        return word
    return _DIGITS_INSIDE.sub(lambda at: _spelled(word, at), word)


def _spelled(word: str, at: re.Match[str]) -> str:
    return "".join(_letter(digit, word[at.start() - 1]) for digit in at[0])


def _letter(digit: str, before: str) -> str:
    if digit == "1":
        return "l" if before in _VOWELS else "i"
    return _ALIKE[digit]


def as_letters(word: str) -> str:
    """A word with every digit read as the letter it looks like, to compare "5urf" with "surf"."""
    return "".join(_ALIKE.get(c, "l" if c == "1" else c) for c in word) if not word.isalpha() else word
