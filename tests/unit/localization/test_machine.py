"""What the embedded chain calls goods; the words are looked at by eye in tests/bench/naming."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from services.localization.domain.machine import name_in
from services.localization.domain.sounding import CONSONANTS, JOINT, VOWELS, sounds_of, written
from services.localization.domain.writing import write
from shared.kernel.naming import BLOCKS

WORDS = Path(__file__).parents[3] / "services" / "localization" / "domain" / "words"
LANGUAGES = pytest.mark.parametrize("language", list(BLOCKS))


def said(language: str, name: str, brand: str | None = None) -> str:
    found = name_in(language, name, brand)
    assert found
    return found.name


@pytest.mark.parametrize(
    ("language", "name", "brand", "wanted"),
    [
        ("hi", "Parle-G Gluco Biscuits 800 g", "Parle", "Parle-G ग्लूको बिस्कुट 800 ग्राम"),
        ("ta", "Tata Salt 1 kg", "Tata", "Tata உப்பு 1 கிலோ"),
        ("mr", "Red Chilli Powder", None, "लाल तिखट"),
        ("or", "Mustard Oil 1 L", None, "ସୋରିଷ ତେଲ 1 ଲିଟର"),
        ("as", "Mustard Oil 1 L", None, "সৰিয়হৰ তেল 1 লিটাৰ"),
        ("hi", "Dairy Milk Chocolate 50 g", "Cadbury", "Dairy Milk चॉकलेट 50 ग्राम"),
        ("hi", "Organic Jaggery Cubes 450 g", "24 Mantra", "जैविक गुड़ क्यूब्स 450 ग्राम"),
        ("hi", "Neem & Tulsi Soap", "Medimix", "नीम और तुलसी साबुन"),
        ("hi", "Jaggery Powder", None, "गुड़ पाउडर"),
        ("ta", "Aloo Bhujia", None, "உருளைக்கிழங்கு புஜியா"),
    ],
)
def test_goods_by_glossary_and_brands_as_on_the_pack(language: str, name: str, brand: str | None, wanted: str) -> None:
    assert said(language, name, brand) == wanted


@pytest.mark.parametrize(
    ("language", "name", "wanted"),
    [
        # what describes a good bends with it
        ("hi", "Roasted Vermicelli", "भुनी सेवई"),
        ("hi", "Roasted Peanuts", "भुनी मूंगफली"),
        ("hi", "Roasted Chana", "भुना चना"),
        ("hi", "Brown Eggs", "भूरे अंडे"),
        ("hi", "Green Peas Dry", "हरी मटर सूखी"),
        ("hi", "Sweet and Salty Biscuits", "मीठा और नमकीन बिस्कुट"),
        ("hi", "Green Banana Flour", "हरे केले का आटा"),
        # what it is made of stands before it
        ("hi", "Pure Cow Ghee", "शुद्ध गाय का घी"),
        ("hi", "Guava Juice", "अमरूद का जूस"),
        ("hi", "Mango Lassi", "मैंगो लस्सी"),
        ("hi", "Mango", "आम"),
        ("ta", "Pure Cow Ghee", "சுத்தமான பசு நெய்"),
        ("ta", "Mango Lassi", "மாம்பழ லஸ்ஸி"),
        ("ta", "Organic Jaggery Cubes", "ஆர்கானிக் வெல்ல கியூப்ஸ்"),
        ("ta", "Vanilla Ice Cream Tub", "வெனிலா ஐஸ்கிரீம் டப்"),
        ("ta", "Premium Quality Rice", "பிரீமியம் க்வாலிட்டி அரிசி"),
        ("ta", "Soyabean Atta", "சோயா பீன்ஸ் மாவு"),
        # what describes stands before its good
        ("ta", "Tamarind Seedless", "விதையில்லாத புளி"),
        ("ta", "Grapes Green Seedless", "பச்சை விதையில்லாத திராட்சை"),
        # links, packs and numbers
        ("hi", "Ready to Eat Palak Paneer", "रेडी टू ईट पालक पनीर"),
        ("hi", "Three in One Agarbatti", "थ्री इन वन अगरबत्ती"),
        ("hi", "Biscuits with Almond & Honey", "बिस्कुट बादाम और शहद के साथ"),
        ("hi", "Oats - Rich In Protein & Fibre, Tasty", "ओट्स - प्रोटीन और फाइबर से भरपूर, टेस्टी"),
        ("hi", "Eggs Pack of 6", "अंडे 6 का पैक"),
        ("ta", "Batteries Pack of 4", "பேட்டரி 4 பேக்"),
        ("hi", "2-Minute Noodles", "2-मिनट नूडल्स"),
        ("hi", "Almond/Badam", "बादाम"),
        ("hi", "Detergent Washing Powder", "डिटर्जेंट पाउडर"),
        ("hi", "Biscuits No 1", "बिस्कुट नं. 1"),
        ("ta", "Biscuits No. 1", "பிஸ்கட் எண் 1"),
        ("hi", "No Added Sugar Biscuits", "बिना अतिरिक्त चीनी बिस्कुट"),
        ("hi", "Face Wash pH Balanced", "फेस वॉश pH बैलेंस्ड"),
        # lines of goods are brands
        ("hi", "MaxFresh Toothpaste", "MaxFresh टूथपेस्ट"),
        ("ta", "Tikhalal Red Chilli Powder", "Tikhalal மிளகாய் தூள்"),
        ("hi", "California Almonds", "कैलिफोर्निया बादाम"),
        # two languages that Amazon Translate lacks
        ("or", "Cow Ghee", "ଗାଈ ଘିଅ"),
        ("or", "Power Wash", "ପାୱାର ୱାଶ"),
        ("as", "Cow Milk", "গৰুৰ গাখীৰ"),
        ("as", "Butterscotch Ice Cream", "বাটাৰস্কচ আইচক্ৰীম"),
    ],
)
def test_words_that_stand_together(language: str, name: str, wanted: str) -> None:
    assert said(language, name) == wanted


def test_the_brand_of_the_product_stays_whatever_it_means() -> None:
    assert said("hi", "Fresh Onion Masala", "Fresh Onion") == "Fresh Onion मसाला"


def test_a_word_that_no_list_has_makes_a_name_a_guess() -> None:
    found = name_in("hi", "Zorbix Salt")
    assert found
    assert (found.source, found.unknown) == ("transliterated", ("Zorbix",))
    known = name_in("hi", "Salt")
    assert known
    assert known.source == "glossary"


@pytest.mark.parametrize("name", ["नमक", "Thums Up", "7UP", "500 g", "☕", "-", "MDH", "HMPCLB"])
def test_what_would_stay_as_it_is_has_no_name_by_machine(name: str) -> None:
    assert name_in("hi", name) is None


@LANGUAGES
def test_no_latin_letter_is_left_but_of_brands_and_initials(language: str) -> None:
    for name in ("Wild Forest Quixotic Yummy Mix", "Creamy Jalapeno Dip", "Strawberry Vanilla Thick Shake", "Zwieback"):
        assert not re.search("[A-Za-z]", said(language, name)), said(language, name)


@LANGUAGES
def test_every_sound_has_a_letter(language: str) -> None:
    block = BLOCKS[language]
    for sound in CONSONANTS:
        for vowel in VOWELS:
            for word in ([sound, vowel], [vowel, sound, vowel], [vowel, sound], [sound, vowel, sound, sound, vowel]):
                as_written = write(word, language)
                assert as_written
                assert all(block <= ord(c) < block + 0x80 for c in as_written), (word, as_written)


def test_the_written_down_sounds_are_whole() -> None:
    lines = (WORDS / "spoken.txt").read_text("utf-8").splitlines()
    rows = [line.split(" = ") for line in lines if line and not line.startswith("#")]
    assert len(rows) == len({word for word, _ in rows}) == len(written())
    for word, sounds in rows:
        assert re.fullmatch("[a-z]+", word), word
        assert "".join(sounds_of(word)[0]) == sounds, word
        assert set(sounds_of(word)[0]) <= VOWELS | CONSONANTS | {JOINT}, word


@LANGUAGES
def test_the_words_of_a_language_are_tidy(language: str) -> None:
    lines = (WORDS / f"{language}.txt").read_text("utf-8").splitlines()
    rows = [line.split(" = ") for line in lines if line and not line.startswith("#")]
    twice = [concept for concept, n in Counter(concept for concept, _ in rows).items() if n > 1]
    assert not twice, language
    rules = {c for c, _ in rows if c.startswith("@")}
    known = {"@feminine", "@masculine", "@several", "@describing", "@feminine ends", "@of", "@of feminine", "@owned"}
    assert rules <= known | {"@of ends", "@before ends", "@ahead", "@between", "@pack", "@number"}
    for concept, forms in rows:
        assert forms.count("/") in (0, 2), concept
    assert {"unit kg", "unit g", "unit ml", "unit l", "unit piece"} <= {concept for concept, _ in rows}


@pytest.mark.parametrize(
    ("word", "hindi", "tamil"),
    [
        ("seedless", "सीडलेस", "சீட்லெஸ்"),
        ("classic", "क्लासिक", "கிளாசிக்"),
        ("light", "लाइट", "லைட்"),
        ("pouch", "पाउच", "பவுச்"),
        ("plus", "प्लस", "பிளஸ்"),
        ("kheer", "खीर", "கீர்"),
        ("kachi", "कच्ची", "கச்சி"),
        ("moons", "मून्स", "மூன்ஸ்"),
        ("dry", "ड्राई", "டிரை"),
        ("combo", "कॉम्बो", "காம்போ"),
        ("gold", "गोल्ड", "கோல்டு"),
        ("party", "पार्टी", "பார்ட்டி"),
        ("beauty", "ब्यूटी", "பியூட்டி"),
        ("kadhai", "कढाई", "கடாய்"),
        ("wheels", "व्हील्स", "வீல்ஸ்"),
        ("triangles", "ट्राइएंगल्स", "டிரையேங்கல்ஸ்"),
        # two words in one
        ("waterproof", "वाटरप्रूफ", "வாட்டர்பிரூஃப்"),
        ("resealable", "रीसीलेबल", "ரீசீலேபல்"),
        ("sausages", "सोसेजेस", "சோசெஜெஸ்"),
        ("moisturizer", "मॉयश्चराइज़र", "மாய்ஷ்சரைஸர்"),
        ("clarifying", "क्लैरिफाइंग", "கிளேரிஃபையிங்"),
        ("expert", "एक्सपर्ट", "எக்ஸ்பர்ட்"),
        ("wire", "वायर", "வயர்"),
    ],
)
def test_words_as_they_are_spoken(word: str, hindi: str, tamil: str) -> None:
    assert (write(sounds_of(word)[0], "hi"), write(sounds_of(word)[0], "ta")) == (hindi, tamil)


@pytest.mark.parametrize(
    ("word", "hindi"),
    [
        # of words that are written down
        ("snackable", "स्नैकेबल"),
        ("unscented", "अनसेंटेड"),
        ("rainproof", "रेनप्रूफ"),
        ("glowingly", "ग्लोइंगली"),
        # by letters
        ("guilt", "गिल्ट"),
        ("vapouring", "वपरिंग"),
        ("skipper", "स्किपर"),
        ("fusional", "फ्यूज़नल"),
        ("activation", "एक्टिवेशन"),
    ],
)
def test_words_that_no_list_has(word: str, hindi: str) -> None:
    sounds, sure = sounds_of(word)
    assert write(sounds, "hi") == hindi
    assert not sure


@pytest.mark.parametrize(
    ("word", "telugu", "malayalam"),
    [
        ("shaving", "షేవింగ్", "ഷേവിംഗ്"),
        ("cream", "క్రీమ్", "ക്രീം"),
        ("kashmiri", "కశ్మీరీ", "കശ്മീരി"),
        ("shree", "శ్రీ", "ശ്രീ"),
    ],
)
def test_words_as_the_south_writes_them(word: str, telugu: str, malayalam: str) -> None:
    sounds, _ = sounds_of(word)
    assert (write(sounds, "te"), write(sounds, "ml")) == (telugu, malayalam)
