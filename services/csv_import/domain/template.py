"""A CSV to start from, with headings in the shopkeeper's language that the importer knows again."""

from __future__ import annotations

_BOM = "\ufeff"
_HEADINGS = {
    "en": (
        "Name",
        "Brand",
        "Barcode",
        "Net quantity",
        "Stock",
        "MRP",
        "Selling price",
        "Cost price",
        "Reorder level",
    ),
    "hi": ("नाम", "ब्रांड", "बारकोड", "वज़न", "मात्रा", "MRP", "बिक्री मूल्य", "खरीद मूल्य", "न्यूनतम स्टॉक"),
    "mr": ("नाव", "ब्रँड", "बारकोड", "वजन", "साठा", "MRP", "विक्री किंमत", "खरेदी किंमत", "किमान साठा"),
    "ta": ("பெயர்", "பிராண்ட்", "பார்கோடு", "எடை", "இருப்பு", "MRP", "விற்பனை விலை", "கொள்முதல் விலை", "குறைந்தபட்ச இருப்பு"),
    "te": ("పేరు", "బ్రాండ్", "బార్‌కోడ్", "బరువు", "స్టాక్", "MRP", "అమ్మకపు ధర", "కొనుగోలు ధర", "కనీస నిల్వ"),
    "bn": ("নাম", "ব্র্যান্ড", "বারকোড", "ওজন", "স্টক", "MRP", "বিক্রয় মূল্য", "ক্রয় মূল্য", "ন্যূনতম মজুদ"),
    "gu": ("નામ", "બ્રાન્ડ", "બારકોડ", "વજન", "સ્ટોક", "MRP", "વેચાણ કિંમત", "ખરીદ કિંમત", "ન્યૂનતમ સ્ટોક"),
    "kn": ("ಹೆಸರು", "ಬ್ರಾಂಡ್", "ಬಾರ್‌ಕೋಡ್", "ತೂಕ", "ದಾಸ್ತಾನು", "MRP", "ಮಾರಾಟ ಬೆಲೆ", "ಖರೀದಿ ಬೆಲೆ", "ಕನಿಷ್ಠ ದಾಸ್ತಾನು"),
    "ml": ("പേര്", "ബ്രാൻഡ്", "ബാർകോഡ്", "തൂക്കം", "സ്റ്റോക്ക്", "MRP", "വിൽപ്പന വില", "വാങ്ങിയ വില", "കുറഞ്ഞ സ്റ്റോക്ക്"),
    "pa": ("ਨਾਮ", "ਬ੍ਰਾਂਡ", "ਬਾਰਕੋਡ", "ਵਜ਼ਨ", "ਸਟਾਕ", "MRP", "ਵਿਕਰੀ ਮੁੱਲ", "ਖਰੀਦ ਮੁੱਲ", "ਘੱਟੋ ਘੱਟ ਸਟਾਕ"),
    "or": ("ନାମ", "ବ୍ରାଣ୍ଡ", "ବାରକୋଡ୍", "ଓଜନ", "ଷ୍ଟକ୍", "MRP", "ବିକ୍ରି ଦାମ", "କିଣା ଦାମ", "ସର୍ବନିମ୍ନ ଷ୍ଟକ୍"),
    "as": ("নাম", "ব্ৰেণ্ড", "বাৰক’ড", "ওজন", "ষ্টক", "MRP", "বিক্ৰীৰ দাম", "কিনা দাম", "সৰ্বনিম্ন ষ্টক"),
}
_EXAMPLES = (
    ("Parle-G Gluco Biscuits", "Parle", "", "800 g", "24", "90.00", "86.00", "78.50", "6"),
    ("Toor Dal (loose)", "", "", "1 kg", "12.5", "180.00", "165.00", "148.00", "5"),
)


def known(language: str) -> str:
    """The language itself if there is a template in it, else English."""
    return language if language in _HEADINGS else "en"


def csv_of(language: str) -> str:
    """The template, with two example rows to overwrite."""
    rows = [_HEADINGS[known(language)], *_EXAMPLES]
    return _BOM + "".join(",".join(row) + "\r\n" for row in rows)
