"""What is heard in a name, however it is spelled, glued, misread or cluttered."""

from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.kernel.naming import Role, Word, grams, hear, loose, phonetic, skeleton, to_latin
from shared.kernel.naming.mending import as_letters, mended
from shared.kernel.quantity import parse_net_quantity

LIGHT = {Role.CODE, Role.IMPLIED, Role.ALIAS, Role.ASIDE}


def words(name: str, brand: str | None = None, size: str | None = None) -> list[str]:
    """What a name says, in order: words that count, not what merely may belong to it."""
    return [w.text for w in hear(name, brand=brand, size=size).words if w.role not in LIGHT]


def senses(name: str) -> set[str]:
    """What a name means: each word's meaning if a lexicon has one, else its sound."""
    return {w.means or w.sound for w in hear(name).words if w.role not in LIGHT}


def roles(name: str, role: Role) -> list[str]:
    return [w.text for w in hear(name).words if w.role is role]


def amounts(name: str, size: str | None = None) -> list[str]:
    return [f"{a.thousandths / 1000:g} {a.base} x {a.packs}" for a in hear(name, size=size).amounts]


# -------------------------------------------------------------------------------------------- codes


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ("1042 Tata Salt 1kg", ["1042"]),
        ("SKU-00231 Tata Salt 1kg", ["00231"]),
        ("#12 Tata Salt 1kg", ["12"]),
        ("(1042) Tata Salt 1kg", ["1042"]),
        ("[1042] Tata Salt 1kg", ["1042"]),
        ("12. Tata Salt 1 kg", ["12"]),
        ("1) Tata Salt 1 kg", ["1"]),
        ("A-1042 Tata Salt 1kg", ["1042"]),
        ("BIS/0042 Tata Salt 1kg", ["0042"]),
        ("PG/12/3 Tata Salt 1kg", ["12", "3"]),
        ("Item No. 12 Tata Salt 1kg", ["12"]),
        ("code: 442 Tata Salt 1kg", ["442"]),
        ("8901719101038 Tata Salt 1kg", ["8901719101038"]),
        ("Tata Salt 1kg 8901719101038", ["8901719101038"]),
    ],
)
def test_a_shops_own_number_is_a_code_and_no_word(row: str, codes: list[str]) -> None:
    assert words(row) == ["tata", "salt"]
    assert sorted(roles(row, Role.CODE)) == codes
    assert amounts(row) == ["1000 g x 1"]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("7 Up 750 ml", "7"),
        ("7UP 750ml", "7up"),
        ("24 Mantra Organic Toor Dal 1kg", "24"),
        ("5 Star Chocolate 40g", "5"),
        ("Cadbury 5 Star 40 g", "5"),
        ("50-50 Biscuits 120 g", "50"),
        ("Britannia 50-50 Maska Chaska 120g", "50"),
        ("3 Roses Tea 500g", "3"),
        ("Maggi 2-Minute Noodles 70 g", "2"),
        ("2 in 1 Shampoo 180 ml", "2"),
        ("SPF 50 Sunscreen 50 g", "50"),
        ("Vitamin B12 Tablets", "b12"),
    ],
)
def test_a_number_that_is_a_name_stays(name: str, number: str) -> None:
    assert number in words(name)
    assert roles(name, Role.CODE) == []


def test_a_price_for_a_size_is_kept_as_a_code() -> None:
    for row in ("Rs 5 pack Lays", "Rs. 5 Lays", "₹5 wala Lays", "Lays 5 rs wala"):
        assert (words(row), [w for w in hear(row).words if w.role is Role.IMPLIED]) == (["lays"], [])
        assert roles(row, Role.CODE) == ["rs5"]
        assert amounts(row) == []


# -------------------------------------------------------------------------------------------- sizes


@pytest.mark.parametrize(
    ("row", "amount"),
    [
        ("Tata Salt 5OOg", "500 g x 1"),
        ("Tata Salt 5OO g", "500 g x 1"),
        ("Tata Salt l kg", "1000 g x 1"),
        ("Tata Salt 1k9", "1000 g x 1"),
        ("Tata Salt l00g", "100 g x 1"),
        ("Dettol 2SO rnl", "250 ml x 1"),
        ("Dettol 1O0 m1", "100 ml x 1"),
        ("Tata Salt 100.g", "100 g x 1"),
        ("Tata Salt 30-gms", "30 g x 1"),
    ],
)
def test_a_size_is_read_through_misread_figures_and_units(row: str, amount: str) -> None:
    assert amounts(row) == [amount]
    assert words(row) == words(row.split()[0] + (" Salt" if "Salt" in row else ""))


@pytest.mark.parametrize(
    ("row", "amount"),
    [
        ("half kg toor dal", "500 g x 1"),
        ("quarter kg paneer", "250 g x 1"),
        ("aadha kg paneer", "500 g x 1"),
        ("toor dal half kilo", "500 g x 1"),
        ("aadha kilo chini", "500 g x 1"),
        ("pav kilo dahi", "250 g x 1"),
        ("½ kg paneer", "500 g x 1"),
        ("1/2 kg paneer", "500 g x 1"),
        ("आधा किलो पनीर", "500 g x 1"),
    ],
)
def test_half_a_kilo_is_a_size(row: str, amount: str) -> None:
    assert amounts(row) == [amount]
    assert not roles(row, Role.CODE)
    assert len(words(row)) == (2 if "toor" in row else 1)


@pytest.mark.parametrize(
    ("row", "amount", "said"),
    [
        ("500g Tata Salt", "500 g x 1", ["tata", "salt"]),
        ("1 kg Tata Salt", "1000 g x 1", ["tata", "salt"]),
        ("750ml Coke", "750 ml x 1", ["coke"]),
        ("1.5 litre Coke", "1500 ml x 1", ["coke"]),
        ("2.5 kilo atta", "2500 g x 1", ["atta"]),
        ("1.5 किलो आटा", "1500 g x 1", ["aataa"]),
        ("500 grm poha", "500 g x 1", ["poha"]),
        ("10 pcs Eggs", "10 piece x 1", ["eggs"]),
        ("100gX3 Lux Soap", "100 g x 3", ["lux", "soap"]),
    ],
)
def test_a_size_that_comes_first_is_no_code(row: str, amount: str, said: list[str]) -> None:
    assert (amounts(row), words(row), roles(row, Role.CODE)) == ([amount], said, [])


@pytest.mark.parametrize(
    ("row", "amount"),
    [
        ("Coke 300ml x 24", "300 ml x 24"),
        ("Coke 24 x 300 ml", "300 ml x 24"),
        ("Coke 24X300ml", "300 ml x 24"),
        ("Coke 300mlX24", "300 ml x 24"),
        ("Coke 24pcs x 300ml", "300 ml x 24"),
        ("Coke 300 ml (Pack of 24)", "300 ml x 24"),
        ("Coke (Pk of 24) 300ml", "300 ml x 24"),
    ],
)
def test_packs_are_counted_however_the_cross_is_written(row: str, amount: str) -> None:
    assert amounts(row) == [amount]
    assert words(row) == ["coke"]


def test_the_size_of_a_column_of_its_own_is_mended_too() -> None:
    assert amounts("Tata Salt", size="5OO gms") == ["500 g x 1"]
    known = hear("Tata Salt", net_quantity=parse_net_quantity("1 kg"))
    assert known == hear("Tata Salt 1 kg") == hear("TATA SALT", size="1000 g")


def test_a_size_of_nothing_is_no_size() -> None:
    assert amounts("Tata Salt", size="0 g") == []
    assert amounts("Lays Chips 0g Trans Fat 52 g") == ["52 g x 1"]


def test_several_goods_in_one_are_a_combo() -> None:
    row = "Soap 75 g + Shampoo 80 ml"
    assert words(row) == ["soap", "shampoo", "combo"]
    assert amounts(row) == ["75 g x 1", "80 ml x 1"]
    assert words("Dove Soap 75 g + Dove Shampoo 80 ml") != words("Dove Soap 75 g")
    assert "combo" not in words("Honey 225 g + 10% extra")


# -------------------------------------------------------------------------------------------- noise


@pytest.mark.parametrize(
    "noise",
    [
        "Buy 2 Get 1 Free",
        "(Buy 1 Get 1)",
        "B1G1",
        "B2G1 free",
        "3+1",
        "3+1 free",
        "20% extra",
        "+ 10% extra",
        "10% off",
        "Rs 10 off",
        "save Rs. 20/-",
        "@ Rs 84/-",
        "@84/- only",
        "MRP 90",
        "M.R.P. Rs 90/-",
        "FREE",
        "with free toothbrush",
        "special offer",
        "super saver pack",
        "new arrival",
        "old stock",
        "fast moving",
        "near expiry",
        "non returnable",
        "inv no 3321",
        "HSN 2501",
        "GST 18%",
        "batch B2231",
        "exp 12/26",
        "party: Ramesh",
        "rack A4",
        "use first",
    ],
)
def test_promotions_and_remarks_say_nothing_of_the_goods(noise: str) -> None:
    plain = hear("Parle-G 800 g")
    assert hear(f"Parle-G 800 g {noise}") == plain
    assert hear(f"Parle-G {noise} 800 g").words == plain.words


def test_what_is_absent_is_said_and_what_is_given_is_not() -> None:
    assert "sugarfree" in words("Sugar Free Cookies 100g")
    assert words("Gluten-free Atta 1 kg") == ["glutenfree", "atta"]
    assert words("Colgate 150g with free toothbrush") == ["colgate"]


@pytest.mark.parametrize("row", ["Surf Excel Easy Wash Powder 1 kg ramesh bhai", "Amul Taaza Toned Milk 1 l suresh"])
def test_what_follows_the_size_of_a_named_row_is_an_aside(row: str) -> None:
    said = row.split(" 1 ")[0]
    assert words(row) == words(said)
    assert roles(row, Role.ASIDE)


def test_what_tells_goods_apart_is_no_aside_wherever_it_stands() -> None:
    assert words("Surf Excel Easy Wash Powder 1 kg red")[-1] == "red"
    assert words("Surf Excel Easy Wash Powder 1 kg lemon")[-1] == "lemon"
    assert words("Salt 1 kg rock") == ["salt", "rock"], "a row that has hardly been named by then"


# ------------------------------------------------------------------------------- misread and run together


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("B1scuit Parle G 8OOg", ["biscuit", "parle", "g"]),
        ("Tata Sa1t 1kg", ["tata", "salt"]),
        ("N00dles Maggi 70g", ["noodles", "maggi"]),
        ("hairfa1l shampoo 180ml", ["hairfall", "shampoo"]),
        ("ParleGBiscuits800g", ["parle", "g", "biscuits"]),
        ("ParleGBiscuits 800g", ["parle", "g", "biscuits"]),
        ("TataSalt1kg", ["tata", "salt"]),
        ("1kgTataSalt", ["tata", "salt"]),
        ("Tata_Salt_1kg", ["tata", "salt"]),
        ("Ｔａｔａ　Ｓａｌｔ", ["tata", "salt"]),
    ],
)
def test_misread_letters_and_lost_spaces_are_mended(row: str, said: list[str]) -> None:
    assert words(row) == said


def test_capitals_run_together_are_at_least_parted_from_their_size() -> None:
    assert amounts("TATASALT1KG") == ["1000 g x 1"]
    assert mended("TATASALT1KG NEW B1G1 @20/-").split() == ["TATASALT", "1KG", "NEW"]


def test_a_code_of_the_goods_is_not_spelled_out() -> None:
    assert "b12" in words("Vitamin B12 tablets")
    assert hear("Lunch Box BB1380RED").words != hear("Lunch Box BB1381RED").words
    assert as_letters("5urf") == "surf"
    assert as_letters("surf") == "surf"


def test_the_brand_comes_first_and_once_wherever_it_stood() -> None:
    one = hear("Salt Tata 1kg", brand="Tata")
    assert one.words[0] == hear("Tata Salt 1kg").words[0] == Word("tata", "tat", "", Role.BRAND)
    assert words("Tata Salt 1kg", brand="TATA") == ["tata", "salt"]
    assert words("Pasta Sauce 350 g", brand="HappyChef")[:2] == ["happy", "chef"]


# ------------------------------------------------------------------------------- meanings


def test_the_other_name_after_a_slash_is_an_alias() -> None:
    aliases = roles("Black Pepper/Kali Mirch 100 g", Role.ALIAS) + roles("Toor Dal/Arhar Dal 1 kg", Role.ALIAS)
    assert senses("Black Pepper/Kali Mirch 100 g") >= senses("Black Pepper 100 g")
    assert senses("Toor Dal/Arhar Dal 1 kg") | {"dal"} == senses("Toor Dal 1 kg")
    assert "dal" in aliases
    assert "kali" in roles("Urad Dal / Kali Dal 500 g", Role.ALIAS)
    assert roles("Pepper 50/50 g", Role.ALIAS) == []


@pytest.mark.parametrize(
    ("native", "english"),
    [
        ("नमक 1 किलो", "salt"),
        ("चीनी", "sugar"),
        ("मीठ", "salt"),
        ("साखर", "sugar"),
        ("तांदूळ", "rice"),
        ("சர்க்கரை", "sugar"),
        ("உப்பு", "salt"),
        ("பருப்பு", "dal"),
        ("ఉప్పు", "salt"),
        ("చక్కెర", "sugar"),
        ("চিনি", "sugar"),
        ("লবণ", "salt"),
        ("মাখন", "butter"),
        ("ખાંડ", "sugar"),
        ("મીઠું", "salt"),
        ("દૂધ", "milk"),
        ("ಅಕ್ಕಿ", "rice"),
        ("ಸಕ್ಕರೆ", "sugar"),
        ("ಉಪ್ಪು", "salt"),
        ("പഞ്ചസാര", "sugar"),
        ("ഉപ്പ്", "salt"),
        ("പാൽ", "milk"),
        ("ਲੂਣ", "salt"),
        ("ਚੀਨੀ", "sugar"),
        ("ਦੁੱਧ", "milk"),
        ("namak", "salt"),
        ("chini", "sugar"),
        ("doodh", "milk"),
        ("chawal", "rice"),
    ],
)
def test_goods_are_known_by_their_names_in_nine_languages(native: str, english: str) -> None:
    assert senses(native) == {loose(english)}


@pytest.mark.parametrize(
    "row",
    [
        "नमक 1 किलो",
        "मीठ १ किलो",
        "உப்பு 1 கிலோ",
        "ఉప్పు 1 కిలో",
        "লবণ ১ কেজি",
        "મીઠું 1 કિલો",
        "ಉಪ್ಪು 1 ಕೆಜಿ",
        "ഉപ്പ് 1 കിലോ",
        "ਲੂਣ 1 ਕਿਲੋ",
    ],
)
def test_a_native_row_says_goods_and_size_as_an_english_one_does(row: str) -> None:
    assert senses(row) == senses("Salt 1 kg")
    assert hear(row).amounts == hear("Salt 1 kg").amounts


@pytest.mark.parametrize(
    ("row", "brand"),
    [
        ("पारले जी 800 ग्राम", "Parle G"),
        ("பார்லே ஜி 800 கிராம்", "Parle G"),
        ("parle ji 800g", "Parle G"),
        ("brittania 100g", "Britannia"),
        ("सर्फ एक्सेल 1 किलो", "Surf Excel"),
        ("कोलगेट 100 ग्राम", "Colgate"),
        ("டாடா உப்பு 1 கிலோ", "Tata Salt"),
        ("అమూల్ 500 గ్రా", "Amul"),
        ("আমুল ১০০ গ্রাম", "Amul"),
    ],
)
def test_a_brand_is_known_by_its_aliases(row: str, brand: str) -> None:
    assert senses(row) == senses(brand)
    assert {w.role for w in hear(row).words} <= {Role.BRAND, Role.IMPLIED}


def test_the_three_ways_of_the_issue_say_one_thing() -> None:
    rows = ["PARLE-G BISC 800GM", "पारले जी 800 ग्राम", "Parle G Gluco Biscuits, 0.8 kg"]
    assert all({"parle", "g"} & senses(row) for row in rows)
    assert len({senses(r) >= senses("Parle-G") for r in rows}) == 1
    assert len({hear(row).amounts for row in rows}) == 1
    assert hear("Parle-G 400 g").amounts != hear(rows[0]).amounts


# ------------------------------------------------------------------------------- sounds


@pytest.mark.parametrize(
    "spellings",
    [
        "colgate kolget kolgate",
        "biscuit biscuits",
        "atta aata aatta",
        "jeera zeera jira",
        "cookies cookie",
        "brushes brush",
        "chawal chaval chaaval",
        "shakkar sakkar",
        "phoran foran",
        "moong mung",
        "light lait",
    ],
)
def test_words_that_sound_alike_are_loosely_one(spellings: str) -> None:
    assert len({loose(word) for word in spellings.split()}) == 1


@pytest.mark.parametrize("words", ["xl xxl xxxl", "aa aaa", "vi vii viii", "b1 b12", "mint mist", "50 500", "g gm"])
def test_grades_numbers_and_short_words_are_as_they_are(words: str) -> None:
    assert len({loose(word) for word in words.split()}) == len(words.split())


def test_all_that_is_one_to_identity_is_nearly_always_one_to_the_loose_ear() -> None:
    for one, other in (("masala", "masaala"), ("chana", "channa"), ("poori", "puri"), ("ghee", "ghi")):
        assert phonetic(one) == phonetic(other)
        assert loose(one) == loose(other)


def test_a_skeleton_is_what_nine_scripts_agree_on() -> None:
    assert skeleton(loose("butter")) == skeleton(loose("pattar")) == skeleton(loose(to_latin("பட்டர்")))
    assert skeleton("ab") == skeleton("a") == skeleton("50") == ""
    assert skeleton(loose("amul"))[0] == "a"


LATIN = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20)


@given(LATIN)
def test_sounds_are_lower_case_and_heard_the_same_each_time(word: str) -> None:
    sound = loose(word)
    assert sound
    assert sound == loose(word)
    assert not set(skeleton(sound)[1:]) & set("aeiouyhbfdgjwz")
    assert len(grams(sound)) == len(sound)
    assert "".join(g[1] for g in grams(sound)) == sound


@given(LATIN, LATIN)
def test_a_gram_marks_where_a_word_begins_and_ends(one: str, other: str) -> None:
    assert grams(one)[0][0] == "^"
    assert grams(one)[-1][-1] == "$"
    assert (grams(one) == grams(other)) is (one == other)


# ------------------------------------------------------------------------------- any text

NOISY = st.lists(
    st.sampled_from(
        [
            *("tata", "SALT", "B1scuit", "5OOg", "1/2", "kg", "½", "x", "+", "@20/-", "free", "B1G1", "#12", "7", "up"),
            *("नमक", "१", "किलो", "பட்டர்", "/", "(", "rs", "10", "%", "1.5", "24x50g", "\u200d", "'s", "-", "\u0300"),
        ]
    ),
    max_size=10,
).flatmap(lambda parts: st.sampled_from(["", " "]).map(lambda glue: glue.join(parts)))
TEXT = st.one_of(st.text(max_size=60), NOISY)


@given(TEXT, st.none() | st.text(max_size=12), st.none() | st.text(max_size=15))
@example("", None, None)
@example("+", "+", "+")
@example("\x00", "\u0300", "0 g")
@example("0 /०", None, None)
def test_any_text_is_heard_in_words_each_of_which_is_there_once(name: str, brand: str | None, size: str | None) -> None:
    heard = hear(name, brand=brand, size=size)
    assert heard == hear(name, brand=brand, size=size)
    assert len(heard.words) == len({w.means or w.sound for w in heard.words})
    for word in heard.words:
        assert word.text.isascii()
        assert word.text == word.text.lower()
        assert word.text
        assert not any(map(str.isspace, word.text))
        assert word.sound
    assert all(a.thousandths >= 0 and a.packs > 0 for a in heard.amounts)


@given(TEXT)
def test_any_text_is_mended(text: str) -> None:
    assert mended(text) == mended(text)


@given(
    st.lists(st.sampled_from(["tata", "salt", "toor", "dal", "gold", "mango", "fine", "red"]), min_size=1, max_size=5)
)
def test_case_and_punctuation_never_matter(said: list[str]) -> None:
    plain = hear(" ".join(said))
    assert hear(" ".join(said).upper()) == plain
    assert hear(", ".join(said)) == plain
    assert hear("  ".join(said) + ".") == plain


def test_sizes_are_never_confused() -> None:
    sizes = ["400 g", "800 g", "0.4 kg x 2", "1 kg", "1 l", "8 pcs", "80 g", "8 kg"]
    for one, other in combinations(sizes, 2):
        assert hear(f"Parle-G {one}").amounts != hear(f"Parle-G {other}").amounts, (one, other)
