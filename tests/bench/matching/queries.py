"""Searches in nine scripts and in Roman regional spelling, and which goods content the one who asks.

``accept`` is searched in the lower-case "brand name" of goods. It is meant to be fair: a brand asks for goods of the
brand, a commodity for the thing itself or the plain goods made of it, brand and commodity for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Final, NamedTuple

from tests.bench.matching.goods import Goods


class Query(NamedTuple):
    """``language`` is of the script it is written in: hi mr ta te bn gu kn ml pa, or "roman"."""

    text: str
    language: str
    accept: str


def fits(query: Query, goods: Goods) -> bool:
    """Would the one who asks be content with these goods?"""
    look = re.match if query.accept.startswith("^") else re.search
    return look(query.accept, _asked(goods)) is not None


def _asked(goods: Goods) -> str:
    return f"{goods.brand} {goods.name}".casefold()


def answers(query: Query, goods: Iterable[Goods], *, enough: int | None = None) -> int:
    """How many goods would do; counts no further than ``enough``."""
    return sum(1 for _ in islice((each for each in goods if fits(query, each)), enough))


def _plain(word: str, *other_things: str) -> str:
    """Goods of this word, without the cosmetics scented with it and without other things that it flavours."""
    wrong = "|".join((_COSMETICS, *other_things))
    return f"^(?!.*(?:{wrong}))(?=.*(?:{word}))"


_COSMETICS = (
    r"\bface\b|facial|\bhair\b|\bbody\b|\bskin\b|soap|shampoo|scrub|lotion|wash\b|\blips?\b|\bbath|\bmask\b|serum|"
    r"moistur|deo\b|deodorant|tooth|toner|perfume|essential|incense|agarbatti|candle|conditioner|capsule|tablet|cleans"
)
_SNACKS = (
    r"chips|cracker|biscuit|cookie|popcorn|nachos|makhana|namkeen|rusk|khakhra|bhujia|murukku|noodle|pasta|wafer|"
    r"chocolate|cake|candy|ice cream|oats|muesli|spread|sauce|dressing|container|bottle|spoon|grinder|dispenser|shaker"
)
_SALT = _plain(
    r"\bsalt\b|namak|uppu",
    _SNACKS,
    "pepper",
    "caramel",
    "almond",
    "cashew",
    "peanut",
    "pista",
    "less",
    "dish",
    "no salt",
    "crisps",
    "ketchup",
)
_SUGAR = _plain(
    r"sugar|sakkare|shakkar|chini\b",
    _SNACKS,
    r"no (?:added )?sugar|sugarcane|conscious|gudmar|juice|substitute|tonic|control|lipstick",
    r"sugar.?free|without|zero|less|test|0%",
)
_RICE = _plain(
    r"\brice\b|akki\b|chawal", _SNACKS, "bran", "cooker", "paper", "vinegar", "papad", "puttu", "milk", "steel", "soup"
)
_ATTA = r"\batta\b|wheat.*flour|flour.*wheat|godihittu"
_FLOUR = r"\batta\b|flour|hittu|maida|besan"
_TURMERIC = _plain(
    r"turmeric|\bhaldi\b|ari(?:sh|s)ina", _SNACKS, r"\btea", "honey", "juice", "ghee", "pickle", "bleach"
)
_CHILLI = _plain(r"\bchil[l]?[iy]|mirch|menasina", _SNACKS, "pickle", "peanut", "garlic bread")
_CUMIN = _plain(r"jeera|cumin|jeerige", _SNACKS, "rice", "soda", "papad")
_CORIANDER = _plain(r"coriander|dhania|dhaniya|kottambari", _SNACKS)
_TEA = _plain(
    r"\btea\b|\bchai\b", "tea tree", "tea cake", _SNACKS, "cup", "strainer", "towel", "kettle", "mug", "cookies"
)
_MILK = _plain(r"\bmilk\b|doodh", _SNACKS, "thistle", "powder", "cooker", "mug", "steel", "cereal", "basil")
_GHEE = _plain(r"\bghee\b|tuppa", _SNACKS, "laddu", "halwa", "sweets", "soan", "roast", "pot", "diya", "wick")
_OIL = r"\boil\b"
_HONEY = _plain(r"\bhoney\b", _SNACKS, r"\btea\b", "corn", "granola", r"\bbar\b", "almond", "loops")
_CURD = _plain(r"\bcurd\b|dahi|yog[h]?urt", _SNACKS, "chilli")
_SOAP = r"\bsoap|bathing bar"
_DAL = _plain(r"\bdal\b|\bdhal\b|\bbele\b|parippu|paruppu", _SNACKS, "makhani", "tadka")
_TOOR = r"\b(?:toor|tur|arhar)\b|togari"
_URAD = r"\burad\b|uddina"
_MOONG = r"moong|hesaru|green gram"
_CHANA = r"\bchann?a\b|kadale|chickpea|bengal gram"
_BESAN = _plain(r"besan|kadale hittu|gram flour", _SNACKS, "laddu")
_JAGGERY = _plain(r"jaggery|\bgur\b|\bgud\b", _SNACKS, "chikki", "peanut", "brittle")
_ALMOND = _plain(r"almond|badam", _SNACKS, r"\boil\b", "milk", r"\bbar\b")
_CASHEW = _plain(r"cashew|kaju|godambi", _SNACKS, r"\bbar\b", "katli")
_PICKLE = r"pickle|achar|achaar|uppinakayi"
_COCONUT_OIL = r"coconut.*\boil\b|\boil\b.*coconut|parachute"
_BISCUIT = r"biscuit|cookie"
_SHAMPOO = r"shampoo"
_CHOCOLATE = r"choco"
_EGGS = _plain(r"\beggs?\b", "egg.?less", "egg.?free", "boiler", "beater", "noodle", "replac", "tray", "curry", "maggi")
_ONION = _plain(r"onion|eerulli", _SNACKS, r"\boil\b", "cream")
_GARLIC = _plain(r"garlic|lahsun|bellulli", _SNACKS, "press", "bread", r"\bdip\b")
_MUSTARD = r"mustard|sasive|sarson|\brai\b"
_PEPPER = _plain(r"black pepper|pepper.*black|kali mirch|menasu", _SNACKS, "cashew", "almond", "salami")
_CARDAMOM = _plain(r"cardamom|elaichi|yelakki", _SNACKS, r"\btea\b", "milk", "coffee")
_SOOJI = r"sooji|suji|rava\b|semolina"
_POHA = r"poha|aval\b|avalakki|beaten rice"
_FENNEL = r"fennel|saunf|sompu|sonf"
_ASAFOETIDA = r"asafo|\bhing\b|ingu\b"
_TAMARIND = r"tamarind|imli|hunase"


def _both(one: str, other: str) -> str:
    return "^" + "".join(part[1:] if part.startswith("^") else f"(?=.*(?:{part}))" for part in (one, other))


QUERIES: Final = [
    # Hindi
    Query("कोलगेट", "hi", r"colgate"),
    Query("डाबर शहद", "hi", _both("dabur", _HONEY)),
    Query("टाटा नमक", "hi", _both(r"\btata\b", _SALT)),
    Query("नमक", "hi", _SALT),
    Query("चीनी", "hi", _SUGAR),
    Query("चॉकलेट बिस्कुट", "hi", _both(_CHOCOLATE, _BISCUIT)),
    Query("मूंग दाल", "hi", _MOONG),
    Query("हल्दी पाउडर", "hi", _TURMERIC),
    Query("आशीर्वाद आटा", "hi", _both("aashirvaad", _FLOUR)),
    Query("डाबर च्यवनप्राश", "hi", r"ch[yw]*awanprash|chyavanprash|chyawanprash|chyavan|chawanprash"),
    Query("सरसों का तेल", "hi", _both(_MUSTARD, _OIL)),
    Query("काली मिर्च", "hi", _PEPPER),
    Query("हल्दीराम भुजिया", "hi", _both("haldiram", "bhujia|sev|namkeen")),
    Query("टूथपेस्ट", "hi", r"tooth ?paste"),
    Query("अमूल मक्खन", "hi", _both("amul", "butter")),
    Query("काजू", "hi", _CASHEW),
    # Marathi
    Query("मीठ", "mr", _SALT),
    Query("साखर", "mr", _SUGAR),
    Query("तांदूळ", "mr", _RICE),
    Query("हळद", "mr", _TURMERIC),
    Query("तूरडाळ", "mr", _TOOR),
    Query("शेंगदाणे", "mr", r"peanut|groundnut|shengdana|shenga"),
    Query("खोबरेल तेल", "mr", _COCONUT_OIL),
    Query("एव्हरेस्ट मसाला", "mr", _both("everest", "masala")),
    Query("पारले बिस्किट", "mr", _both("parle", "biscuit|cookie|cracker|marie|parle.?g|krack|monaco|hide")),
    Query("अंडी", "mr", _EGGS),
    Query("लोणचे", "mr", _PICKLE),
    Query("गूळ", "mr", _JAGGERY),
    Query("बेसन पीठ", "mr", _BESAN),
    # Tamil
    Query("உப்பு", "ta", _SALT),
    Query("பருப்பு", "ta", _DAL),
    Query("அரிசி", "ta", _RICE),
    Query("மஞ்சள் தூள்", "ta", _TURMERIC),
    Query("அமுல்", "ta", r"\bamul\b"),
    Query("கோல்கேட்", "ta", r"colgate"),
    Query("உளுந்து", "ta", _URAD),
    Query("நெய்", "ta", _GHEE),
    Query("தேங்காய் எண்ணெய்", "ta", _COCONUT_OIL),
    Query("ஆச்சி மிளகாய் தூள்", "ta", _both("aachi", _CHILLI)),
    Query("சாக்லேட்", "ta", _CHOCOLATE),
    Query("பிரிட்டானியா பிஸ்கட்", "ta", _both("britannia", "biscuit|cookie|marie|good day|cracker|bourbon|nutri")),
    Query("முந்திரி", "ta", _CASHEW),
    Query("சர்க்கரை", "ta", _SUGAR),
    Query("பெருங்காயம்", "ta", _ASAFOETIDA),
    # Telugu
    Query("ఉప్పు", "te", _SALT),
    Query("పసుపు", "te", _TURMERIC),
    Query("హల్దీ", "te", _TURMERIC),
    Query("బియ్యం", "te", _RICE),
    Query("కందిపప్పు", "te", _TOOR),
    Query("పంచదార", "te", _SUGAR),
    Query("నెయ్యి", "te", _GHEE),
    Query("సబ్బు", "te", _SOAP),
    Query("డెటాల్ సబ్బు", "te", _both("dettol", _SOAP)),
    Query("కోల్గేట్ టూత్ పేస్ట్", "te", _both("colgate", "tooth ?paste|colgate")),
    Query("మ్యాగీ నూడుల్స్", "te", _both("maggi", "noodle|maggi")),
    Query("చింతపండు", "te", _TAMARIND),
    Query("ఆవాలు", "te", _MUSTARD),
    Query("బ్రిటానియా", "te", r"britannia"),
    # Bengali
    Query("লবণ", "bn", _SALT),
    Query("চিনি", "bn", _SUGAR),
    Query("চাল", "bn", _RICE),
    Query("হলুদ", "bn", _TURMERIC),
    Query("সর্ষের তেল", "bn", _both(_MUSTARD, _OIL)),
    Query("মুসুর ডাল", "bn", r"masoor\b|masur\b|red lentil"),
    Query("জিরা", "bn", _CUMIN),
    Query("আমুল দুধ", "bn", _both("amul", _MILK)),
    Query("ব্রিটানিয়া বিস্কুট", "bn", _both("britannia", "biscuit|cookie|marie|good day|cracker|bourbon|nutri")),
    Query("শ্যাম্পু", "bn", _SHAMPOO),
    Query("কোলগেট", "bn", r"colgate"),
    Query("মধু", "bn", _HONEY),
    Query("টাটা টি", "bn", _both(r"\btata\b", _TEA)),
    # Gujarati
    Query("મીઠું", "gu", _SALT),
    Query("ખાંડ", "gu", _SUGAR),
    Query("ચોખા", "gu", _RICE),
    Query("હળદર", "gu", _TURMERIC),
    Query("જીરું", "gu", _CUMIN),
    Query("તુવેર દાળ", "gu", _TOOR),
    Query("અમૂલ ઘી", "gu", _both("amul", _GHEE)),
    Query("ચણાનો લોટ", "gu", _BESAN),
    Query("પતંજલિ", "gu", r"patanjali"),
    Query("શેમ્પૂ", "gu", _SHAMPOO),
    Query("બદામ", "gu", _ALMOND),
    Query("વાઘ બકરી ચા", "gu", _both("wagh bakri", _TEA)),
    Query("એલચી", "gu", _CARDAMOM),
    # Kannada
    Query("ಉಪ್ಪು", "kn", _SALT),
    Query("ಅಕ್ಕಿ", "kn", _RICE),
    Query("ಸಕ್ಕರೆ", "kn", _SUGAR),
    Query("ಪಾರ್ಲೆ", "kn", r"\bparle\b"),
    Query("ಆಶೀರ್ವಾದ್ ಹಿಟ್ಟು", "kn", _both("aashirvaad", _FLOUR)),
    Query("ತುಪ್ಪ", "kn", _GHEE),
    Query("ಉದ್ದಿನ ಬೇಳೆ", "kn", _URAD),
    Query("ಎಂಟಿಆರ್ ರವೆ ಇಡ್ಲಿ", "kn", _both(r"\bmtr\b", "idli")),
    Query("ಬೆಲ್ಲ", "kn", _JAGGERY),
    Query("ಅವಲಕ್ಕಿ", "kn", _POHA),
    Query("ಅರಿಶಿನ ಪುಡಿ", "kn", _TURMERIC),
    Query("ಕಾಫಿ ಪುಡಿ", "kn", _plain("coffee", "filter coffee maker", "mug", "cup", "set", _SNACKS)),
    Query("ಸಂತೂರ್ ಸೋಪ್", "kn", _both("santoor", _SOAP)),
    # Malayalam
    Query("ഉപ്പ്", "ml", _SALT),
    Query("അരി", "ml", _RICE),
    Query("പഞ്ചസാര", "ml", _SUGAR),
    Query("വെളിച്ചെണ്ണ", "ml", _COCONUT_OIL),
    Query("ഷാംപൂ", "ml", _SHAMPOO),
    Query("മഞ്ഞൾ പൊടി", "ml", _TURMERIC),
    Query("മുളക് പൊടി", "ml", _CHILLI),
    Query("ഈസ്റ്റേൺ മസാല", "ml", _both("eastern", "masala")),
    Query("ചായ", "ml", _TEA),
    Query("കടുക്", "ml", _MUSTARD),
    Query("ഡാബർ തേൻ", "ml", _both("dabur", _HONEY)),
    Query("കോൾഗേറ്റ്", "ml", r"colgate"),
    Query("അച്ചാർ", "ml", _PICKLE),
    # Punjabi
    Query("ਲੂਣ", "pa", _SALT),
    Query("ਖੰਡ", "pa", _SUGAR),
    Query("ਚੌਲ", "pa", _RICE),
    Query("ਆਟਾ", "pa", _FLOUR),
    Query("ਹਲਦੀ", "pa", _TURMERIC),
    Query("ਦੁੱਧ", "pa", _MILK),
    Query("ਸਾਬਣ", "pa", _SOAP),
    Query("ਟਾਟਾ ਲੂਣ", "pa", _both(r"\btata\b", _SALT)),
    Query("ਕੋਲਗੇਟ", "pa", r"colgate"),
    Query("ਰਾਜਮਾਂਹ", "pa", r"rajma|kidney bean"),
    Query("ਛੋਲੇ", "pa", r"chole|chhole|chola\b|" + _CHANA),
    Query("ਬਿਸਕੁਟ", "pa", _BISCUIT),
    Query("ਸੌਂਫ", "pa", _FENNEL),
    # Roman letters, regional words and spellings
    Query("chawal", "roman", _RICE),
    Query("uppu", "roman", _SALT),
    Query("jira", "roman", _CUMIN),
    Query("tuvar dal", "roman", _TOOR),
    Query("haldi pwdr", "roman", _TURMERIC),
    Query("shakkar", "roman", _SUGAR),
    Query("gud", "roman", _JAGGERY),
    Query("thenga enna", "roman", _COCONUT_OIL),
    Query("doodh", "roman", _MILK),
    Query("elachi", "roman", _CARDAMOM),
    Query("ande", "roman", _EGGS),
    Query("aashirwad aata", "roman", _both("aashirvaad", _FLOUR)),
    Query("hari mirch", "roman", r"green.*chil|chil.*green|hari mirch"),
    Query("sabun", "roman", _SOAP),
    Query("pyaz", "roman", _ONION),
    Query("suji", "roman", _SOOJI),
    Query("dhaniya", "roman", _CORIANDER),
    Query("lahsun", "roman", _GARLIC),
    Query("dahi", "roman", _CURD),
]
