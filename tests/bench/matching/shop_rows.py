"""Rows as shopkeepers write them, in two styles that share nothing but the check that a row is still identifiable.

`noisy_rows` is what a model may be fitted on. `held_rows` judges it: other code, other tables, noises that the first
has not. Nobody tunes on the second.
"""

from __future__ import annotations

import itertools
import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from tests.bench.matching.goods import Goods, Size, identity, read_size, size_key


class Row(NamedTuple):
    """One row of a shop's list. ``truth`` is the goods it means, None where the catalog has no such goods."""

    name: str
    brand: str | None
    size: str | None
    mrp: Decimal | None
    truth: str | None
    kinds: tuple[str, ...] = ()


class Word(NamedTuple):
    """A word of the true name and how the row writes it; ``sure`` if a reader cannot take it for another word."""

    origin: str
    written: str
    sure: bool = True


# --- which rows a careful person can still identify -------------------------------------------------------------------

_EMPTY: Final = frozenset(
    ["a", "an", "and", "the", "of", "for", "with", "in", "to", "from", "by", "on", "or", "no", "pack",
    "packs", "pouch", "box", "bottle", "jar", "tin", "pc", "pcs", "x", "new", "g", "gm", "gms", "kg", "ml",
    "l", "ltr"]
)  # fmt: skip
_SAME: Final = (  # one word to a reader, whatever the row or the catalog says
    "atta flour aata hittu maavu", "jeera cumin jira", "dhania coriander dhaniya kothmir", "haldi turmeric manjal",
    "mirch chilli chili chilly mirchi chillies chile", "dal daal dhal pulse lentil bele", "moong mung green",
    "toor tur tuvar arhar thuvar", "urad udad black", "chana channa gram chickpea bengal kabuli",
    "sooji suji rava rawa semolina", "poha pohe aval flake", "rice chawal arisi akki", "salt namak uppu",
    "sugar chini cheeni shakkar sakkare", "tea chai", "milk doodh dudh", "curd dahi yogurt yoghurt",
    "butter makhan", "honey shahad madhu", "oil tel tail", "soap sabun bar", "almond badam", "cashew kaju",
    "raisin kishmish kismis", "cardamom elaichi", "clove laung lavang", "cinnamon dalchini", "fenugreek methi",
    "carom ajwain", "asafoetida hing", "mustard sarson rai", "jaggery gur gud", "pickle achar", "papad appalam",
    "peanut groundnut moongfali", "lemon lime nimbu", "ginger adrak", "garlic lahsun", "onion pyaz", "potato aloo",
    "tomato tamatar", "coconut nariyal", "mango aam", "pepper mirch", "creme cream", "colour color", "flavour flavor",
    "biscuit biscoot cookie", "vermicelli sevai semiya", "mint pudina", "rose gulab", "saffron kesar",
    "pistachio pista", "handwash wash", "powder podi pwdr", "sandalwood chandan sandal", "egg anda",
)  # fmt: skip
_CANON: Final = {word: group.split()[0] for group in reversed(_SAME) for word in group.split()}


@lru_cache(maxsize=200_000)
def words_of(text: str) -> frozenset[str]:
    """The words that carry meaning, without accents and plurals, names of one thing as one."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    found = set[str]()
    for raw in re.findall(r"[a-z]+|\d+", plain.replace("'s", "").replace("'", "")):
        if raw in _EMPTY:
            continue
        word = raw[:-1] if len(raw) > 3 and raw.endswith("s") and not raw.endswith("ss") else raw
        found.add(_CANON.get(word, _CANON.get(raw, word)))
    return frozenset(found)


FLAVOURS: Final = frozenset(
    ["mango", "orange", "lemon", "lime", "strawberry", "vanilla", "chocolate", "banana", "pineapple", "apple",
    "grape", "guava", "litchi", "lychee", "mint", "pudina", "cardamom", "elaichi", "kesar", "saffron", "pista",
    "rose", "coffee", "caramel", "butterscotch", "hazelnut", "almond", "coconut", "cranberry", "blueberry",
    "raspberry", "blackcurrant", "peach", "pomegranate", "watermelon", "kiwi", "cherry", "ginger", "garlic",
    "onion", "tomato", "masala", "pepper", "jeera", "chilli", "cheese", "barbeque", "peri", "jalapeno",
    "cinnamon", "tulsi", "neem", "aloe", "lavender", "jasmine", "sandal", "sandalwood", "turmeric", "honey",
    "rosemary", "cucumber", "charcoal", "papaya", "tea", "amla", "hibiscus", "eucalyptus", "tamarind", "mixed",
    "plain", "salted", "spicy", "sweet", "tangy", "hot", "chicken", "veg", "vegetable", "paneer", "egg", "fish",
    "mutton", "prawn", "tuna", "salmon"]
)  # fmt: skip
COLOURS: Final = frozenset(
    ["red", "blue", "green", "yellow", "pink", "black", "white", "brown", "purple", "orange", "violet", "grey",
    "silver", "golden", "gold", "beige", "maroon", "transparent", "multicolour", "burgundy", "copper", "peach",
    "coral", "nude", "bronze", "mauve", "lilac", "teal", "magenta"]
)  # fmt: skip
FORMS: Final = frozenset(
    ["powder", "whole", "liquid", "bar", "cream", "lotion", "gel", "spray", "oil", "paste", "seeds", "seed",
    "capsule", "capsules", "tablet", "tablets", "syrup", "juice", "flakes", "granules", "stick", "roll",
    "wipes", "refill", "spread", "flour", "split", "cubes", "slices", "block", "crushed", "broken", "leaves",
    "leaf", "bags", "concentrate", "foam", "serum", "mist", "balm", "soap", "shampoo", "conditioner", "toner",
    "scrub", "mask", "wash", "raw", "roasted", "fried", "dried", "frozen", "fresh", "instant", "pads", "pants",
    "tin", "can", "pouch"]
)  # fmt: skip
VARIANTS: Final = frozenset(
    ["gold", "premium", "classic", "original", "lite", "light", "extra", "strong", "mild", "super", "ultra",
    "max", "plus", "pro", "regular", "special", "select", "royal", "diet", "zero", "sugarfree", "organic",
    "men", "women", "kids", "baby", "junior", "adult", "puppy", "kitten", "small", "medium", "large", "xl",
    "xxl", "mini", "jumbo", "toned", "full", "double", "low", "fat", "skimmed", "thin", "thick", "soft", "hard",
    "medium", "oily", "dry", "normal", "sensitive", "whitening", "volume", "smooth", "crunchy", "creamy",
    "dark", "milk", "chunky", "unsalted", "unsweetened"]
)  # fmt: skip


def tells_apart(word: str) -> bool:
    """Is it a word of flavour, colour, form or variant, or a number: what a shopkeeper seldom leaves out?"""
    low = word.casefold()
    return low in FLAVOURS or low in COLOURS or low in FORMS or low in VARIANTS or low[:1].isdigit()


class Catalog:
    """The goods by their words, to ask whether a row fits others equally well."""

    def __init__(self, goods: Iterable[Goods]) -> None:
        self.goods: Final = list(goods)
        self._words: Final = [words_of(f"{each.brand} {each.name}") for each in self.goods]
        self._sizes: Final = [size_key(each.net_quantity) for each in self.goods]
        self._having: Final[dict[str, set[int]]] = defaultdict(set)
        self.vocabulary: Final = {
            word for each in self.goods for word in re.findall(r"[a-z]+", f"{each.brand} {each.name}".casefold())
        }
        for place, words in enumerate(self._words):
            for word in words:
                self._having[word].add(place)

    def fitting(self, words: Iterable[str], size: str | None) -> list[int]:
        """The places of goods with all of these words, of this size (any, if None)."""
        sets = sorted((self._having.get(word, set()) for word in set(words)), key=len)
        if not sets:
            return []
        found = sets[0]
        for more in sets[1:]:
            found = found & more
        return [place for place in found if size is None or self._sizes[place] == size]

    def identifiable(self, truth: Goods, words: Iterable[Word], size: str | None) -> bool:
        """Do these words and this size say which goods are meant?"""
        sure = set[str]()
        unsure: list[Word] = []
        for word in words:
            if word.sure:
                sure |= words_of(word.origin)
            elif words_of(word.origin):
                unsure.append(word)
        if not sure:
            return False
        own = identity(truth)
        for place in self.fitting(sure, size):
            rival = self.goods[place]
            if identity(rival) == own:
                continue
            text = f"{rival.brand} {rival.name}".casefold()
            spellings = [*self._words[place], *re.findall(r"[a-z]+", text)]
            if all(any(_may_be(word, spelling) for spelling in spellings) for word in unsure):
                return False
        return True


def _may_be(word: Word, spelling: str) -> bool:
    """Might a reader take the written word for this one?"""
    if spelling in words_of(word.origin):
        return True
    written = word.written.casefold().strip(".")
    if written[:1] != spelling[:1]:
        return False
    rest = iter(spelling)
    if all(letter in rest for letter in written):  # an abbreviation of it
        return True
    return abs(len(written) - len(spelling)) <= 1 and sum(a != b for a, b in zip(written, spelling, strict=False)) <= 1


def _usable(goods: Goods, dice: random.Random) -> bool:
    """Rows for goods of a readable size; things sold by the piece are fewer in a grocer's list than on a website."""
    size = read_size(goods.net_quantity)
    if size.unit not in {"g", "ml", "pc"}:
        return False
    return size_key(goods.net_quantity) != "1pc" or dice.random() < 0.4


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['.][^\W_]+)*%?", text)


def _rows(
    goods: Sequence[Goods],
    n: int,
    dice: random.Random,
    write: Callable[[Goods, random.Random, int], Row | None],
) -> list[Row]:
    """Goes round the shuffled goods until n rows are written; each goods is tried a few times with ever less noise."""
    order = list(goods)
    dice.shuffle(order)
    made: list[Row] = []
    for _round in range(8):
        for each in order:
            if len(made) >= n:
                return made
            if not _usable(each, dice):
                continue
            for attempt in range(4):
                row = write(each, dice, attempt)
                if row is not None:
                    made.append(row)
                    break
    return made


# --- the style to fit on ----------------------------------------------------------------------------------------------

_FIT_SHORT: Final = {
    "biscuit": "bisc", "biscuits": "bisc", "chocolate": "choc", "powder": "pwd", "shampoo": "shmp", "cream": "crm",
    "detergent": "det", "conditioner": "cond", "masala": "msla", "toothpaste": "tpaste", "liquid": "liq",
    "premium": "prm", "organic": "org", "natural": "ntrl", "noodles": "ndls", "lotion": "ltn", "basmati": "bsmt",
    "refined": "ref", "sunflower": "sunflr", "vegetable": "veg", "cleaner": "clnr", "deodorant": "deo",
    "original": "orig", "coconut": "cocnt", "turmeric": "turm", "coriander": "corndr", "butter": "btr",
}  # fmt: skip


def noisy_rows(goods: Sequence[Goods], n: int, seed: int, *, catalog: Sequence[Goods] | None = None) -> list[Row]:
    """Rows for fitting; ``catalog`` is what they must be told apart in, if it is more than ``goods``."""
    dice = random.Random(seed)
    shelves = Catalog(goods if catalog is None else catalog)
    return _rows(goods, n, dice, lambda each, dice, attempt: _noisy(each, dice, attempt, shelves))


def fit_style(goods: Goods, seed: int) -> Row:
    """One row in the style to fit on, no word dropped and not checked: for goods that are not in the catalog."""
    row = _noisy(goods, random.Random(seed), 9, None)
    assert row is not None
    return row


def _noisy(goods: Goods, dice: random.Random, attempt: int, shelves: Catalog | None) -> Row | None:
    kinds = list[str]()
    name = _tokens(goods.name)
    brand = _tokens(goods.brand)
    drop = (0.3, 0.15, 0.05)[attempt] if attempt < 3 else 0.0
    kept = [word for word in name if dice.random() >= (drop / 3 if tells_apart(word) else drop)] or name[:1]
    if len(kept) < len(name):
        kinds.append("dropped")
    words = [Word(word, word) for word in kept]
    if dice.random() < 0.35:
        words = [_fit_abbreviate(word, dice) for word in words]
        if any(not word.sure for word in words):
            kinds.append("abbreviated")
    if dice.random() < 0.3:
        place = dice.randrange(len(words))
        typed = _fit_typo(words[place], dice, shelves)
        if typed is not words[place]:
            words[place] = typed
            kinds.append("typo")
    where = dice.choices(("front", "column", "both", "none", "end"), (45, 20, 15, 12 if attempt < 2 else 0, 8))[0]
    branded = [Word(word, word) for word in brand]
    if where == "none":
        kinds.append("no brand")
    if len(words) > 2 and dice.random() < 0.2:
        place = dice.randrange(len(words) - 1)
        words[place], words[place + 1] = words[place + 1], words[place]
        kinds.append("order")
    line = {"front": branded + words, "both": branded + words, "end": words + branded}.get(where, words)
    no_size = dice.random() < 0.15 and attempt < 3
    written = None if no_size else _fit_size(read_size(goods.net_quantity), dice)
    key = None if written is None else size_key(goods.net_quantity)
    if shelves is not None:
        said = line + (branded if where == "column" else [])
        if not shelves.identifiable(goods, said, key):
            return None
    text = " ".join(word.written for word in line)
    column = None
    if written is None:
        kinds.append("no size")
    elif dice.random() < 0.2:
        column = written
    else:
        text = f"{written} {text}" if dice.random() < 0.06 else f"{text} {written}"
    if dice.random() < 0.15:
        text += dice.choice((" Rs {0}", " Rs.{0}", " {0}/-", " MRP {0}")).format(int(goods.mrp))
        kinds.append("price")
    if dice.random() < 0.25:
        text = text.replace(" ", dice.choice(("  ", "-", ", ", ".", "_")), 1)
        kinds.append("punctuation")
    if dice.random() < 0.5:
        text = text.upper()
    elif dice.random() < 0.5:
        text = text.lower()
    return Row(
        text,
        goods.brand if where in {"column", "both"} and goods.brand else None,
        column,
        goods.mrp if dice.random() < 0.7 else None,
        goods.goods_id,
        tuple(kinds) or ("clean",),
    )


def _fit_abbreviate(word: Word, dice: random.Random) -> Word:
    low = word.origin.casefold()
    if len(low) < 5 or dice.random() < 0.5 or not low.isalpha():
        return word
    if low in _FIT_SHORT:
        return Word(word.origin, _FIT_SHORT[low], sure=False)
    if dice.random() < 0.5:
        return Word(word.origin, low[: dice.randint(4, max(4, len(low) - 2))], sure=False)
    return Word(word.origin, low[0] + re.sub("[aeiou]", "", low[1:]), sure=False)


def _fit_typo(word: Word, dice: random.Random, shelves: Catalog | None) -> Word:
    text = word.written
    if len(text) < 5 or not text.isalpha() or not word.sure:
        return word
    place = dice.randrange(1, len(text) - 1)
    wrong = dice.choice((
        text[:place] + text[place + 1 :],
        text[:place] + text[place] + text[place:],
        text[:place] + text[place + 1] + text[place] + text[place + 2 :],
    ))  # fmt: skip
    if wrong == text or (shelves is not None and wrong.casefold() in shelves.vocabulary):
        return word
    return Word(word.origin, wrong, sure=False)


def _fit_size(size: Size, dice: random.Random) -> str | None:
    if size.unit == "pc":
        if size.pack == 1 and size.amount == 1 and dice.random() < 0.6:
            return None
        plain = dice.choice(("{0} pcs", "{0}pcs", "{0} PC", "{0}N", "{0} nos")).format(f"{size.amount.normalize():f}")
    else:
        small, large = {"g": ("g", "kg"), "ml": ("ml", "L")}[size.unit]
        forms = {"g": ("g", "gm", "GM", "gms", "G"), "kg": ("kg", "KG", "Kg", "kgs"), "ml": ("ml", "ML", "Ml"),
                 "L": ("L", "ltr", "LTR", "l")}  # fmt: skip
        amount, unit = size.amount, small
        if amount >= 1000 or (amount >= 100 and amount % 100 == 0 and dice.random() < 0.12):
            amount, unit = amount / 1000, large
        number = f"{amount.normalize():f}"
        if number == "0.5" and dice.random() < 0.4:
            number = "½"
        plain = f"{number}{dice.choice(('', ' '))}{dice.choice(forms[unit])}"
    if size.pack > 1:
        return dice.choice(("{0}x{1}", "{0} x {1}", "{1} x {0}", "{1} pack of {0}")).format(size.pack, plain)
    return plain


# --- the style held back ----------------------------------------------------------------------------------------------

_HELD_REGIONAL: Final = {
    "atta": ("aata", "ata", "aatta"), "flour": ("aata", "atta"), "jeera": ("jira", "zeera", "jeeru"),
    "cumin": ("jira", "jeera"), "moong": ("mung", "mugg", "moog"), "turmeric": ("haldi", "haldee", "manjal"),
    "haldi": ("haldee", "hldi"),
    "coriander": ("dhaniya", "dhana", "kothmir"), "dhania": ("dhaniya", "dhana"),
    "chilli": ("mirchi", "mirch", "mirachi"), "chana": ("channa", "chanaa"), "toor": ("tur", "tuvar", "arhar"),
    "urad": ("udad", "urd", "udid"), "dal": ("daal", "dhal", "dall"), "rice": ("chawal", "chaval"),
    "salt": ("namak", "nimak"), "sugar": ("chini", "cheeni", "sakkar"), "tea": ("chai", "chay", "chaha"),
    "milk": ("doodh", "dudh"), "curd": ("dahi", "dahee"), "ghee": ("ghi", "gheee"), "oil": ("tel", "tail"),
    "honey": ("shahad", "madh"), "soap": ("sabun", "saboon"), "almonds": ("badam", "badaam"), "almond": ("badam",),
    "cashew": ("kaju", "kajoo"), "cashews": ("kaju",), "raisins": ("kismis", "kishmis"), "sooji": ("suji", "rawa"),
    "rava": ("rawa", "suji"), "besan": ("beson", "besn"), "poha": ("pohe", "powa"), "cardamom": ("elaichi", "ilaichi"),
    "clove": ("laung", "lavang"), "cloves": ("laung", "lavang"), "cinnamon": ("dalchini", "dalcheeni"),
    "fenugreek": ("methi", "meti"), "methi": ("meti", "methee"),
    "ajwain": ("ajwan", "owa"), "mustard": ("sarso", "rai"),
    "jaggery": ("gud", "gur", "gul"), "pickle": ("achar", "aachar", "lonche"), "papad": ("pappad", "papar"),
    "peanut": ("moongfali", "mungfali"), "peanuts": ("moongfali", "sing dana"), "ginger": ("adrak", "adrakh"),
    "garlic": ("lahsun", "lasan"), "onion": ("pyaz", "kanda"), "potato": ("aloo", "alu", "batata"),
    "tomato": ("tamatar", "tamater"), "coconut": ("nariyal", "nariyel"), "masala": ("masla", "masalaa", "msala"),
    "paneer": ("panir", "pneer"), "rajma": ("rajmah", "razma"), "masoor": ("masur", "masoorr"),
    "biscuit": ("biskut", "biscut"), "biscuits": ("biskut", "biscoot"), "chocolate": ("choclate", "chaklet"),
    "shampoo": ("shampu", "sampoo"), "detergent": ("ditergent", "surf pwdr"), "agarbatti": ("agarbathi", "udbatti"),
    "basmati": ("basmathi", "bashmati"), "chutney": ("chatni", "chatney"), "pudina": ("podina", "pudhina"),
    "bhujia": ("bhujiya", "bujiya"), "namkeen": ("namkin", "nmkeen"), "khakhra": ("khakra",), "elaichi": ("ilaychi",),
    "hing": ("heeng",), "sabudana": ("sabhudana", "sabodana"), "ragi": ("raagi", "nachni"), "bajra": ("bajri",),
    "jowar": ("jwari", "juwar"), "kesar": ("keshar", "kesr"),
    "mehendi": ("mehndi", "mehandi"), "amla": ("aamla", "awla"),
    "neem": ("nim", "neam"), "tulsi": ("tulasi", "tulsee"), "badam": ("badaam",), "pista": ("pistaa",),
    "lemon": ("nimbu", "lemn"), "mango": ("aam", "mengo"), "mint": ("pudina",), "rose": ("gulab",),
    "saffron": ("kesar",), "egg": ("anda",), "eggs": ("ande",), "butter": ("makhan", "buttr"),
    "maida": ("mayda", "medha"), "idli": ("idly", "idlee"),
    "dosa": ("dosai", "dosha"), "sambar": ("sambhar", "sambaar"),
    "rasam": ("rasum",), "murukku": ("muruku",), "bhindi": ("bendi",), "vermicelli": ("sevai", "semiya"),
}  # fmt: skip
_HELD_SHORT: Final = {
    "biscuit": "bskt", "biscuits": "bskts", "chocolate": "choco", "powder": "pdr", "shampoo": "shmpo",
    "toothpaste": "t/paste", "hand": "h/", "conditioner": "conditnr", "liquid": "lqd", "detergent": "detrgnt",
    "cream": "creme", "lotion": "lotn", "premium": "prem", "organic": "orgnc", "natural": "natrl", "noodles": "noodls",
    "masala": "msl", "refined": "rfnd", "sunflower": "s.flower", "cleaner": "cleanr", "toilet": "toilt",
    "facial": "fcl", "moisturizer": "moistrzr", "moisturising": "moist.", "whitening": "whtng", "coffee": "coffe",
    "instant": "inst", "green": "grn", "black": "blk", "white": "wht", "original": "orgnl", "vegetable": "vegtbl",
    "chicken": "chkn", "mutton": "mttn", "coconut": "cocnut", "almond": "almd", "strawberry": "strwbry",
    "vanilla": "vanila", "orange": "orng", "mixed": "mxd", "roasted": "rstd", "salted": "sltd", "spicy": "spcy",
    "sensitive": "sens", "protection": "protectn", "antibacterial": "a.bact", "freshener": "frshnr",
    "deodorant": "deo", "perfume": "perfm", "sauce": "sce", "ketchup": "ktchp", "pickle": "pikl", "container": "contnr",
    "stainless": "s.s", "steel": "stl", "bottle": "btl", "plastic": "plstc", "napkins": "napkns", "diapers": "diaprs",
    "cookies": "cookis", "crackers": "crkrs", "cheese": "chees", "butter": "buter", "yogurt": "ygrt", "juice": "jce",
    "drink": "drnk", "digestive": "digestv", "basmati": "b.mati", "wheat": "wht.", "multigrain": "m.grain",
    "turmeric": "trmrc", "coriander": "coriandr", "pepper": "pepr", "garlic": "garlc", "ginger": "gingr",
}  # fmt: skip
_HELD_SHORT_SURE: Final = frozenset(
    ["biscuit", "biscuits", "powder", "shampoo", "toothpaste", "conditioner", "detergent", "refined",
    "sunflower", "cleaner", "chicken", "strawberry", "napkins", "diapers", "ketchup", "basmati",
    "antibacterial"]
)  # fmt: skip
_HINDI: Final = {
    "amul": "अमुल", "parle": "पारले", "britannia": "ब्रिटानिया", "tata": "टाटा", "colgate": "कोलगेट", "dabur": "डाबर",
    "patanjali": "पतंजलि", "haldiram": "हल्दीराम", "haldirams": "हल्दीराम",
    "nestle": "नेस्ले", "maggi": "मैगी",
    "cadbury": "कैडबरी", "himalaya": "हिमालया", "aashirvaad": "आशीर्वाद", "sunfeast": "सनफीस्ट", "mtr": "एमटीआर",
    "everest": "एवरेस्ट", "mdh": "एमडीएच", "catch": "कैच", "fortune": "फॉर्च्यून", "saffola": "सफोला", "dove": "डव",
    "lux": "लक्स", "dettol": "डेटॉल", "lifebuoy": "लाइफबॉय", "nivea": "निविया", "vim": "विम", "surf": "सर्फ",
    "excel": "एक्सेल", "ariel": "एरियल", "tide": "टाइड", "harpic": "हार्पिक", "lizol": "लाइजोल",
    "sensodyne": "सेंसोडाइन", "horlicks": "हॉर्लिक्स", "boost": "बूस्ट", "bournvita": "बोर्नविटा", "bru": "ब्रू",
    "nescafe": "नेस्कैफे", "kissan": "किसान", "real": "रियल", "tropicana": "ट्रॉपिकाना", "bikano": "बीकानो",
    "kurkure": "कुरकुरे", "lays": "लेज", "bingo": "बिंगो", "oreo": "ओरियो", "gillette": "जिलेट", "pampers": "पैम्पर्स",
    "huggies": "हगीज", "whisper": "व्हिस्पर", "godrej": "गोदरेज", "santoor": "संतूर", "lakme": "लैक्मे",
    "garnier": "गार्नियर", "ponds": "पॉन्ड्स", "parachute": "पैराशूट", "vatika": "वाटिका", "biotique": "बायोटिक",
    "organic": "ऑर्गेनिक", "tattva": "तत्वा", "royal": "रॉयल", "popular": "पॉपुलर", "fresho": "फ्रेशो",
    "salt": "नमक", "sugar": "चीनी", "rice": "चावल", "atta": "आटा", "flour": "आटा", "tea": "चाय", "coffee": "कॉफी",
    "milk": "दूध", "ghee": "घी", "oil": "तेल", "honey": "शहद", "butter": "मक्खन", "cheese": "चीज़", "curd": "दही",
    "paneer": "पनीर", "soap": "साबुन", "shampoo": "शैम्पू", "biscuit": "बिस्कुट", "biscuits": "बिस्कुट",
    "chocolate": "चॉकलेट", "juice": "जूस", "powder": "पाउडर", "masala": "मसाला", "chilli": "मिर्च", "turmeric": "हल्दी",
    "haldi": "हल्दी", "coriander": "धनिया", "jeera": "जीरा", "cumin": "जीरा", "dal": "दाल", "moong": "मूंग",
    "toor": "तूर", "urad": "उड़द", "chana": "चना", "channa": "चना", "besan": "बेसन", "sooji": "सूजी", "poha": "पोहा",
    "noodles": "नूडल्स", "oats": "ओट्स", "almonds": "बादाम", "almond": "बादाम", "cashew": "काजू", "cashews": "काजू",
    "raisins": "किशमिश", "pickle": "अचार", "mango": "आम", "lemon": "नींबू", "orange": "ऑरेंज", "coconut": "नारियल",
    "mustard": "सरसों", "peanut": "मूंगफली", "peanuts": "मूंगफली", "cream": "क्रीम", "toothpaste": "टूथपेस्ट",
    "detergent": "डिटर्जेंट", "hair": "हेयर", "garlic": "लहसुन", "ginger": "अदरक", "onion": "प्याज", "tomato": "टमाटर",
    "potato": "आलू", "bread": "ब्रेड", "papad": "पापड़", "jaggery": "गुड़", "cardamom": "इलायची", "methi": "मेथी",
    "rajma": "राजमा", "masoor": "मसूर", "basmati": "बासमती", "face": "फेस", "wash": "वॉश", "body": "बॉडी",
    "lotion": "लोशन", "sauce": "सॉस", "ketchup": "केचप", "jam": "जैम", "cake": "केक", "namkeen": "नमकीन",
    "bhujia": "भुजिया", "mix": "मिक्स", "gold": "गोल्ड", "fresh": "फ्रेश", "classic": "क्लासिक", "green": "ग्रीन",
    "vanilla": "वनीला", "strawberry": "स्ट्रॉबेरी", "rose": "गुलाब", "aloe": "एलो", "vera": "वेरा", "neem": "नीम",
}  # fmt: skip
_TAMIL: Final = {
    "amul": "அமுல்", "parle": "பார்லே", "britannia": "பிரிட்டானியா", "tata": "டாடா", "colgate": "கோல்கேட்",
    "dabur": "டாபர்", "patanjali": "பதஞ்சலி", "nestle": "நெஸ்லே", "maggi": "மேகி", "cadbury": "கேட்பரி",
    "himalaya": "ஹிமாலயா", "aashirvaad": "ஆசீர்வாத்", "sunfeast": "சன்பீஸ்ட்", "mtr": "எம்டிஆர்", "dove": "டவ்",
    "lux": "லக்ஸ்", "dettol": "டெட்டால்", "nivea": "நிவியா", "vim": "விம்", "harpic": "ஹார்பிக்", "lizol": "லைசால்",
    "horlicks": "ஹார்லிக்ஸ்", "boost": "பூஸ்ட்", "bru": "ப்ரூ", "nescafe": "நெஸ்கபே", "kissan": "கிசான்",
    "gillette": "ஜில்லெட்", "aachi": "ஆச்சி", "sakthi": "சக்தி", "medimix": "மெடிமிக்ஸ்", "hamam": "ஹமாம்",
    "salt": "உப்பு", "sugar": "சர்க்கரை", "rice": "அரிசி", "flour": "மாவு", "atta": "ஆட்டா", "tea": "டீ",
    "coffee": "காபி", "milk": "பால்", "ghee": "நெய்", "oil": "எண்ணெய்", "honey": "தேன்", "butter": "வெண்ணெய்",
    "cheese": "சீஸ்", "curd": "தயிர்", "paneer": "பன்னீர்", "soap": "சோப்பு", "shampoo": "ஷாம்பு",
    "biscuit": "பிஸ்கட்", "biscuits": "பிஸ்கட்", "chocolate": "சாக்லேட்", "juice": "ஜூஸ்", "powder": "பவுடர்",
    "masala": "மசாலா", "chilli": "மிளகாய்", "turmeric": "மஞ்சள்", "coriander": "மல்லி", "jeera": "சீரகம்",
    "cumin": "சீரகம்", "dal": "பருப்பு", "toor": "துவரம்", "urad": "உளுந்து", "rava": "ரவை", "noodles": "நூடுல்ஸ்",
    "oats": "ஓட்ஸ்", "almonds": "பாதாம்", "almond": "பாதாம்", "cashew": "முந்திரி", "cashews": "முந்திரி",
    "pickle": "ஊறுகாய்", "mango": "மாங்காய்", "lemon": "எலுமிச்சை", "orange": "ஆரஞ்சு", "coconut": "தேங்காய்",
    "mustard": "கடுகு", "cream": "க்ரீம்", "toothpaste": "டூத்பேஸ்ட்", "garlic": "பூண்டு", "ginger": "இஞ்சி",
    "onion": "வெங்காயம்", "tomato": "தக்காளி", "bread": "பிரெட்", "papad": "அப்பளம்", "jaggery": "வெல்லம்",
    "cardamom": "ஏலக்காய்", "fenugreek": "வெந்தயம்", "pepper": "மிளகு", "vermicelli": "சேமியா", "ragi": "ராகி",
    "sambar": "சாம்பார்", "rasam": "ரசம்", "idli": "இட்லி", "dosa": "தோசை", "cake": "கேக்", "gold": "கோல்டு",
}  # fmt: skip
_TELUGU: Final = {
    "amul": "అమూల్", "parle": "పార్లే", "britannia": "బ్రిటానియా", "tata": "టాటా", "colgate": "కోల్గేట్",
    "dabur": "డాబర్", "patanjali": "పతంజలి", "maggi": "మ్యాగీ", "aashirvaad": "ఆశీర్వాద్", "dove": "డవ్",
    "salt": "ఉప్పు", "sugar": "చక్కెర", "rice": "బియ్యం", "flour": "పిండి", "tea": "టీ", "milk": "పాలు", "ghee": "నెయ్యి",
    "oil": "నూనె", "honey": "తేనె", "curd": "పెరుగు", "soap": "సబ్బు", "shampoo": "షాంపూ", "biscuit": "బిస్కెట్",
    "biscuits": "బిస్కెట్లు", "chocolate": "చాక్లెట్", "turmeric": "పసుపు", "chilli": "మిరప", "dal": "పప్పు",
    "toor": "కంది", "urad": "మినప", "jeera": "జీలకర్ర", "cumin": "జీలకర్ర", "pickle": "పచ్చడి", "coconut": "కొబ్బరి",
    "powder": "పొడి", "masala": "మసాలా", "coffee": "కాఫీ", "jaggery": "బెల్లం", "onion": "ఉల్లి", "garlic": "వెల్లుల్లి",
}  # fmt: skip
_KANNADA: Final = {
    "amul": "ಅಮುಲ್", "parle": "ಪಾರ್ಲೆ", "britannia": "ಬ್ರಿಟಾನಿಯಾ", "tata": "ಟಾಟಾ", "colgate": "ಕೋಲ್ಗೇಟ್", "mtr": "ಎಂಟಿಆರ್",
    "aashirvaad": "ಆಶೀರ್ವಾದ್", "nandini": "ನಂದಿನಿ", "maggi": "ಮ್ಯಾಗಿ", "salt": "ಉಪ್ಪು", "sugar": "ಸಕ್ಕರೆ", "rice": "ಅಕ್ಕಿ",
    "flour": "ಹಿಟ್ಟು", "atta": "ಹಿಟ್ಟು", "tea": "ಚಹಾ", "milk": "ಹಾಲು", "ghee": "ತುಪ್ಪ", "oil": "ಎಣ್ಣೆ", "curd": "ಮೊಸರು",
    "soap": "ಸಾಬೂನು", "shampoo": "ಶಾಂಪೂ", "biscuit": "ಬಿಸ್ಕತ್ತು", "biscuits": "ಬಿಸ್ಕತ್ತು", "turmeric": "ಅರಿಶಿನ",
    "chilli": "ಮೆಣಸಿನಕಾಯಿ", "dal": "ಬೇಳೆ", "toor": "ತೊಗರಿ", "urad": "ಉದ್ದಿನ", "jaggery": "ಬೆಲ್ಲ", "coconut": "ತೆಂಗಿನ",
    "powder": "ಪುಡಿ", "masala": "ಮಸಾಲೆ", "coffee": "ಕಾಫಿ", "honey": "ಜೇನುತುಪ್ಪ", "rava": "ರವೆ", "pickle": "ಉಪ್ಪಿನಕಾಯಿ",
}  # fmt: skip
_MARATHI: Final = {
    **_HINDI, "salt": "मीठ", "sugar": "साखर", "rice": "तांदूळ", "soap": "साबण", "oil": "तेल", "turmeric": "हळद",
    "tea": "चहा", "almonds": "बदाम", "pickle": "लोणचे", "jaggery": "गूळ", "jeera": "जिरे", "cumin": "जिरे",
    "coriander": "धणे", "poha": "पोहे", "dal": "डाळ", "toor": "तूर", "biscuit": "बिस्किट", "biscuits": "बिस्किट",
}  # fmt: skip


def _gujarati(devanagari: str) -> str:
    """The two blocks lie in the same order; what Gujarati has not is left out."""
    moved = (chr(ord(letter) + 0x180) if "\u0900" <= letter <= "\u0963" else letter for letter in devanagari)
    return "".join(letter for letter in moved if unicodedata.name(letter, ""))


_SCRIPTS: Final[tuple[tuple[str, dict[str, str], int], ...]] = (
    ("hi", _HINDI, 40), ("ta", _TAMIL, 20), ("te", _TELUGU, 12), ("kn", _KANNADA, 12), ("mr", _MARATHI, 8),
    ("gu", {word: _gujarati(text) for word, text in _HINDI.items()}, 8),
)  # fmt: skip
_NATIVE_UNITS: Final = {
    "hi": ("ग्राम", "किलो", "मिली", "लीटर"), "mr": ("ग्रॅम", "किलो", "मिली", "लिटर"),
    "gu": ("ગ્રામ", "કિલો", "મિલી", "લિટર"),
    "ta": ("கிராம்", "கிலோ", "மிலி", "லிட்டர்"), "te": ("గ్రాములు", "కిలో", "మి.లీ", "లీటరు"),
    "kn": ("ಗ್ರಾಂ", "ಕೆಜಿ", "ಮಿಲಿ", "ಲೀಟರ್"),
}  # fmt: skip
_CODES: Final[tuple[Callable[[random.Random], str], ...]] = (
    lambda dice: f"{dice.randrange(1000, 99999)} ",
    lambda dice: f"{dice.choice('ABCDGKPRS')}-{dice.randrange(10, 999)}/",
    lambda dice: f"#{dice.randrange(1, 999)} ",
    lambda dice: f"{dice.choice(('SKU', 'ITM', 'P', 'FMCG'))}{dice.randrange(1, 9999):04d} ",
    lambda dice: f"[{dice.randrange(1, 9999):05d}] ",
    lambda dice: f"{dice.randrange(1, 400)}) ",
    lambda dice: f"{dice.choice('ABCDEFGH')}{dice.randrange(1, 40)}. ",
    lambda dice: f"{dice.randrange(100, 9999)}-",
    lambda dice: f"{dice.choice(('gro', 'hpc', 'bev'))}/{dice.randrange(1, 99):02d}/{dice.randrange(1, 999):03d} ",
)
_PROMOTIONS: Final = (
    "B1G1", "BUY 2 GET 1 FREE", "20% EXTRA", "RS.{0} OFF", "Rs {0}/- off", "NEW PACK", "@{1}/-", "FREE SPOON",
    "(FREE BOWL INSIDE)", "+ free comb", "SUPER SAVER", "**OFFER**", "flat {0}% off", "mega pack offer", "@ Rs{1}",
    "special price", "buy1get1", "33% more", "Diwali offer", "combo deal!!", "LIMITED STOCK", "MRP {1}.00",
    "{0}Rs OFF PACK", "1+1", "extra 10% free", "Price off Rs.{0}", "bachat pack",
)  # fmt: skip
_REMARKS: Final = (
    "- old stock", "(Ramesh Traders)", "exp 06/27", "B.No {0}", "HSN 1905", "GST 18%", "pls check", "dmg box",
    "fast moving", "rack B2", "dist: Agarwal", "@@", "wholesale", "near expiry", "(loose nahi)", "from Sharma & sons",
    "return if unsold", "/ Godown 2", "**", "urgent", "inv {0}", "sample", "mkt rate", "Dt 12-04", "tax incl.",
    "[imported]?", "slow", "reorder", "top shelf", "Gupta ji", "non returnable", "use first",
)  # fmt: skip
_KEYS: Final = {
    "q": "wa", "w": "qe", "e": "wr", "r": "et", "t": "ry", "y": "tu", "u": "yi", "i": "uo", "o": "ip", "p": "ol",
    "a": "sq", "s": "ad", "d": "sf", "f": "dg", "g": "fh", "h": "gj", "j": "hk", "k": "jl", "l": "kp", "z": "xa",
    "x": "zc", "c": "xv", "v": "cb", "b": "vn", "n": "bm", "m": "nk",
}  # fmt: skip
_OCR_LETTERS: Final = {"a": "4", "e": "3", "i": "1", "l": "1", "o": "0", "s": "5", "b": "8", "g": "9", "t": "7"}
_OCR_DIGITS: Final = {"0": "Oo", "1": "lI", "5": "S", "8": "B"}
_KINDS: Final = {
    "code": 11, "ocr word": 9, "ocr size": 9, "promotion": 12, "glued": 10, "regional": 14,
    "shorthand": 10, "native": 12, "repeated": 5, "remark": 9, "keyboard": 11, "order": 4,
}  # fmt: skip


def held_rows(goods: Sequence[Goods], n: int, seed: int, *, catalog: Sequence[Goods] | None = None) -> list[Row]:
    """Rows to judge by; ``catalog`` is what they must be told apart in, if it is more than ``goods``."""
    dice = random.Random(f"held {seed}")
    shelves = Catalog(goods if catalog is None else catalog)
    return _rows(goods, n, dice, lambda each, dice, attempt: _Held(each, dice, attempt, shelves).row())


def held_style(goods: Goods, seed: int) -> Row:
    """One row in the held style, no word dropped and not checked: for goods that are not in the catalog."""
    row = _Held(goods, random.Random(f"held {seed}"), 9, None).row()
    assert row is not None
    return row


def _digits_meet(parts: list[str]) -> bool:
    """Would gluing make one number of two?"""
    return any(a[-1:].isdigit() and b[:1].isdigit() for a, b in itertools.pairwise(parts))


class _Held:
    """Writes one row: words first, then the noises on words, then the line and the noises on lines."""

    def __init__(self, goods: Goods, dice: random.Random, attempt: int, shelves: Catalog | None) -> None:
        self.goods, self.dice, self.attempt, self.shelves = goods, dice, attempt, shelves
        self.size: Final = read_size(goods.net_quantity)
        self.script: str | None = None
        self.done: list[str] = []

    def row(self) -> Row | None:
        dice, goods = self.dice, self.goods
        wanted = self._wanted()
        name = [Word(word, word) for word in self._shortened()]
        brand = [Word(word, word) for word in _tokens(goods.brand)]
        where = dice.choices(("front", "column", "both", "absent"), (62, 18, 10, 10 if self.attempt < 2 else 0))[0]
        line = brand + name if where in {"front", "both"} else name
        for kind in wanted:
            if kind in _ON_WORDS:
                changed = _ON_WORDS[kind](self, line)
                if changed is not None:
                    line = changed
                    self.done.append(kind)
        said = line + (brand if where == "column" else [])
        if self.shelves is not None and len(line) > 10:  # nobody types a website's whole description
            return None
        sized = not (dice.random() < 0.3 and self.attempt < 3)
        written = self._size("ocr size" in wanted) if sized else None
        if self.shelves is not None:
            key = None if written is None else size_key(goods.net_quantity)
            if not self.shelves.identifiable(goods, said, key):
                return None
        if written is None:
            self.done.append("no size")
        text, column = self._line([word.written for word in line], written, "glued" in wanted, "code" in wanted)
        if "code" in wanted:
            text = dice.choice(_CODES)(dice) + text
            self.done.append("code")
        if "promotion" in wanted:
            promotion = dice.choice(_PROMOTIONS).format(dice.choice((5, 10, 15, 20, 25)), int(goods.mrp))
            text = f"{promotion} {text}" if dice.random() < 0.25 else f"{text} {promotion}"
            self.done.append("promotion")
        if "remark" in wanted:
            text += " " + dice.choice(_REMARKS).format(dice.randrange(1000, 9999))
            self.done.append("remark")
        if "absent" in where:
            self.done.append("no brand")
        price = dice.random()
        mrp = goods.mrp if price < 0.6 else None
        if price > 0.85:  # the shop's own price stands in the column
            mrp = (goods.mrp * Decimal(dice.choice(("0.9", "0.95", "0.8")))).quantize(Decimal(1)) + Decimal("0.00")
        shown = goods.brand if where in {"column", "both"} and goods.brand else None
        return Row(text, shown, column, mrp or None, goods.goods_id, tuple(self.done) or ("plain",))

    def _wanted(self) -> list[str]:
        count = self.dice.choices((1, 2, 3), (45, 40, 15))[0]
        wanted: list[str] = []
        low = f"{self.goods.brand} {self.goods.name}".casefold()
        tokens = set(_tokens(low))
        usable = dict(_KINDS)
        if not tokens & _HELD_REGIONAL.keys():
            del usable["regional"]
        else:
            usable["regional"] *= 3
        if not tokens & _HELD_SHORT.keys():
            del usable["shorthand"]
        if len(tokens & _HINDI.keys()) < 2:
            del usable["native"]
        else:
            usable["native"] *= 7
        while len(wanted) < count:
            kind = self.dice.choices(list(usable), list(usable.values()))[0]
            del usable[kind]
            wanted.append(kind)
            for clash in {"glued": ("ocr word", "ocr size", "keyboard", "native", "shorthand"),
                          "native": ("glued", "keyboard")}.get(kind, ()):  # fmt: skip
                usable.pop(clash, None)
            if kind in {"ocr word", "ocr size", "keyboard", "shorthand"}:
                usable.pop("glued", None)
        return wanted

    def _shortened(self) -> list[str]:
        """Shops write the head of a website's long name and little of its tail."""
        head, *tails = re.split(r" - |, | \| |\(|: ", self.goods.name)
        words = _tokens(head)
        if self.attempt == 0:
            for tail in tails:
                words += [word for word in _tokens(tail) if self.dice.random() < (0.9 if tells_apart(word) else 0.45)]
            if len(words) > 4:
                words = [w for w in words if self.dice.random() > (0.04 if tells_apart(w) else 0.22)] or words
        elif self.attempt == 1:
            for tail in tails[:2]:
                words += _tokens(tail)
        else:
            words = _tokens(self.goods.name)
        return words

    # noises on words: the changed line, or None if there was nothing to change

    def regional(self, line: list[Word]) -> list[Word] | None:
        made = [self._respelled(word) for word in line]
        return made if made != line else None

    def _respelled(self, word: Word) -> Word:
        known = _HELD_REGIONAL.get(word.written.casefold())
        if known is None or self.dice.random() < 0.15:
            return word
        return Word(word.origin, self._cased(self.dice.choice(known), word.written))

    def shorthand(self, line: list[Word]) -> list[Word] | None:
        made = []
        for word in line:
            low = word.written.casefold()
            if low in _HELD_SHORT and self.dice.random() < 0.8:
                word = Word(word.origin, self._cased(_HELD_SHORT[low], word.written), low in _HELD_SHORT_SURE)
            made.append(word)
        return made if made != line else None

    def native(self, line: list[Word]) -> list[Word] | None:
        weights = [weight for _, _, weight in _SCRIPTS]
        language, table, _ = self.dice.choices(_SCRIPTS, weights)[0]
        known = [place for place, word in enumerate(line) if word.written.casefold() in table]
        if not known:
            language, table, _ = _SCRIPTS[0]
            known = [place for place, word in enumerate(line) if word.written.casefold() in table]
        if len(known) * 5 < len(line) * 2:  # a word or two of a foreign script in a long English line: nobody does
            return None
        if self.dice.random() < 0.25:  # brand or commodity alone
            known = [self.dice.choice(known)]
        made = list(line)
        for place in known:
            made[place] = Word(line[place].origin, table[line[place].written.casefold()])
        self.script = language
        return made

    def ocr_word(self, line: list[Word]) -> list[Word] | None:
        places = [
            place for place, word in enumerate(line)
            if len(word.written) >= 4 and word.written.isascii() and word.written.isalpha()
            and set(word.written.casefold()) & _OCR_LETTERS.keys()
        ]  # fmt: skip
        if not places:
            return None
        made = list(line)
        for place in self.dice.sample(places, min(len(places), self.dice.choice((1, 1, 2)))):
            text = line[place].written
            spots = [spot for spot, letter in enumerate(text) if letter.casefold() in _OCR_LETTERS]
            for spot in self.dice.sample(spots, min(len(spots), 1 if len(text) < 7 else 2)):
                text = text[:spot] + _OCR_LETTERS[text[spot].casefold()] + text[spot + 1 :]
            made[place] = Word(line[place].origin, text, line[place].sure)
        return made

    def keyboard(self, line: list[Word]) -> list[Word] | None:
        places = [place for place, word in enumerate(line) if len(word.written) >= 5 and word.written.isascii()
                  and word.written.isalpha() and word.sure]  # fmt: skip
        if not places:
            return None
        place = self.dice.choice(places)
        text = line[place].written
        spot = self.dice.randrange(1, len(text))
        letter = self.dice.choice(_KEYS[text[spot].casefold()])
        way = self.dice.random()
        if way < 0.5:
            wrong = text[:spot] + letter + text[spot + 1 :]
        elif way < 0.75:
            wrong = text[:spot] + letter + text[spot:]
        else:
            wrong = text[:spot] + text[spot + 1 :]
        if self.shelves is not None and wrong.casefold() in self.shelves.vocabulary:
            return None
        made = list(line)
        made[place] = Word(line[place].origin, wrong, sure=False)
        return made

    def repeated(self, line: list[Word]) -> list[Word] | None:
        place = self.dice.randrange(len(line))
        if self.dice.random() < 0.5:
            return [*line[: place + 1], *line[place:]]
        return [*line, line[place]]

    def order(self, line: list[Word]) -> list[Word] | None:
        if len(line) < 3:
            return None
        cut = self.dice.randrange(1, len(line))
        return line[cut:] + line[:cut]

    # the line

    @staticmethod
    def _cased(text: str, like: str) -> str:
        return text.upper() if like.isupper() and len(like) > 1 else text.title() if like[:1].isupper() else text

    def _size(self, ocr: bool) -> str | None:
        dice, size = self.dice, self.size
        if size.unit == "pc":
            if size.amount == 1 and size.pack == 1 and dice.random() < 0.5:
                return None
            number = f"{size.amount.normalize():f}"
            plain = number + dice.choice(("U", " Pc.", "Nos", " piece", "'s", "-pc", " units"))
        else:
            large = size.amount >= 1000 or (size.amount == 500 and dice.random() < 0.12)
            amount = size.amount / 1000 if large else size.amount
            number = f"{amount.normalize():f}"
            if large and number == "0.5":
                number = dice.choice(("1/2", "0.500", ".5", "half "))
            elif large and dice.random() < 0.08 and size.amount < 10_000:
                number, large = f"{size.amount.normalize():f}", False
            units = {
                ("g", False): ("Grm", "grams", "gr", "-g", ".g", "g.", " Gm.", "gms", "G"),
                ("g", True): ("kilo", " Kgs", "KG.", "-kg", " K.G", "kg"),
                ("ml", False): ("mls", " Ml.", "-ml", "ML", "m.l", "ml"),
                ("ml", True): (" Lit", "lt", " Ltrs", "-L", "LTR.", " litre"),
            }[size.unit, large]
            unit = dice.choice(units)
            if number == "half ":
                unit = unit.strip(" -")
            if self.script is not None and dice.random() < 0.5:
                unit = " " + _NATIVE_UNITS[self.script][{"g": 0, "ml": 2}[size.unit] + large]
            if ocr:
                spots = [spot for spot, digit in enumerate(number) if digit in _OCR_DIGITS]
                chosen = spots if dice.random() < 0.6 else spots[-1:]
                misread = "".join(
                    dice.choice(_OCR_DIGITS[digit]) if spot in chosen else digit for spot, digit in enumerate(number)
                )
                if misread != number:
                    number = misread
                    self.done.append("ocr size")
            plain = number + unit
        if size.pack > 1:
            return dice.choice(("{0}*{1}", "{1}X{0}", "{0}pc x {1}", "({1}*{0})", "{1} pk of {0}", "{0} X {1}")).format(
                size.pack, plain
            )
        return f"({plain})" if dice.random() < 0.08 else plain

    def _line(self, words: list[str], size: str | None, glued: bool, coded: bool) -> tuple[str, str | None]:
        dice = self.dice
        latin = all(word.isascii() for word in words)
        if glued and latin and len(words) >= 2 and not _digits_meet([*words, size or ""]):
            self.done.append("glued")
            letters = sum(map(len, words))
            if len(words) <= 3 and letters <= 18 and dice.random() < 0.4:
                return "".join(words).upper() + (size or "").replace(" ", "").upper(), None
            if len(words) <= 5 and dice.random() < 0.6:
                return "".join(word[:1].upper() + word[1:] for word in words) + (size or "").replace(" ", ""), None
            place = dice.randrange(len(words) - 1)
            pair = words[place][:1].upper() + words[place][1:] + words[place + 1][:1].upper() + words[place + 1][1:]
            words = [*words[:place], pair, *words[place + 2 :]]
            text = " ".join(words)
            return (text if size is None else text + size.replace(" ", "")), None
        text = " ".join(words)
        case = dice.random()
        if case < 0.4:
            text = text.upper()
        elif case < 0.65:
            text = text.lower()
        if dice.random() < 0.15:
            text = text.replace(" ", dice.choice((" - ", ".", "/", " , ", "_")), 1)
        if size is None:
            return text, None
        spot = dice.random()
        if spot < 0.18:
            return text, size
        if spot < 0.24 and not coded:
            return f"{size} {text}", None
        return f"{text}{dice.choice((' ', ' ', ' ', ' - ', ', '))}{size}", None


_ON_WORDS: Final[dict[str, Callable[[_Held, list[Word]], list[Word] | None]]] = {
    "regional": _Held.regional, "shorthand": _Held.shorthand, "native": _Held.native, "ocr word": _Held.ocr_word,
    "keyboard": _Held.keyboard, "repeated": _Held.repeated, "order": _Held.order,
}  # fmt: skip


def by_kind(rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The rows that have a noise, noise by noise, in the order of the alphabet."""
    tables: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for kind in row.kinds:
            tables[kind].append(row)
    for kind in sorted(tables):
        yield kind, tables[kind]
