"""The reviewed word lists of shared/kernel/naming: read as they stand, for a slip in them joins other goods."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "shared" / "kernel" / "naming" / "data"
LEXICON = DATA / "lexicon"
SCRIPTS = {
    "hi": "DEVANAGARI", "mr": "DEVANAGARI", "ta": "TAMIL", "te": "TELUGU", "bn": "BENGALI", "gu": "GUJARATI",
    "kn": "KANNADA", "ml": "MALAYALAM", "pa": "GURMUKHI", "or": "ORIYA", "as": "BENGALI",
}  # fmt: skip
JOINERS = "\u200c\u200d"  # they shape Kannada, Telugu and Malayalam clusters
CONCEPT = re.compile(r"[a-z]+(?: [a-z]+){0,4}")
COVERED = 150

lists = pytest.mark.parametrize("name", ["en", *SCRIPTS, "describing"])
languages = pytest.mark.parametrize("language", sorted(SCRIPTS))


def lines(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line


def entries(path: Path) -> list[tuple[str, list[str]]]:
    found = []
    for line in lines(path):
        left, _, right = line.partition(" = ")
        found.append((left, right.split(", ")))
    return found


def words(path: Path) -> list[str]:
    return [word for line in lines(path) for word in line.split()]


def lexicon(name: str) -> list[tuple[str, list[str]]]:
    return entries(LEXICON / f"{name}.txt")


def concepts(name: str) -> set[str]:
    return {concept for concept, _ in lexicon(name)}


def more_than_one(pairs: list[tuple[str, str]]) -> dict[str, set[str]]:
    """What of each (word, meaning) pair's words has several meanings."""
    meanings = defaultdict(set)
    for word, meaning in pairs:
        meanings[word].add(meaning)
    return {word: found for word, found in meanings.items() if len(found) > 1}


@pytest.mark.parametrize(
    "path", [*sorted(LEXICON.glob("*.txt")), *(DATA / f"{n}.txt" for n in ("brands", "telling", "noise"))], ids=str
)
def test_every_file_is_nfc_and_tidy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    for line in text.splitlines():
        assert unicodedata.is_normalized("NFC", line), line
        assert line == line.strip(), line
        assert "\t" not in line, line


@lists
def test_every_line_is_a_concept_and_its_words(name: str) -> None:
    for concept, found in lexicon(name):
        assert CONCEPT.fullmatch(concept), concept
        assert all(word and word == " ".join(word.split()) and "=" not in word for word in found), (concept, found)
        assert len(found) == len(set(found)), (concept, found)


@lists
def test_a_word_means_one_concept(name: str) -> None:
    pairs = [(word, concept) for concept, found in lexicon(name) for word in found]
    assert more_than_one([*pairs, *((concept, concept) for concept in concepts(name))]) == {}


@lists
def test_a_concept_stands_on_one_line(name: str) -> None:
    found = [concept for concept, _ in lexicon(name)]
    assert sorted(found) == sorted(set(found))


def test_a_word_means_the_same_in_every_language() -> None:
    # A query doesn't say which language its Roman letters, or its Devanagari, are.
    pairs = [(word, concept) for name in ("en", *SCRIPTS) for concept, found in lexicon(name) for word in found]
    assert more_than_one([*pairs, *((concept, concept) for concept in concepts("en"))]) == {}


@languages
def test_words_are_written_in_the_language_s_script_or_in_ascii(language: str) -> None:
    for concept, found in lexicon(language):
        native = [word for word in found if not word.isascii()]
        assert native, f"{concept} has no {SCRIPTS[language]} word"
        for word in native:
            for char in word:
                assert char in f" -{JOINERS}" or unicodedata.name(char).startswith(SCRIPTS[language]), (word, char)


@lists
def test_roman_words_are_in_lower_case(name: str) -> None:
    for _, found in lexicon(name):
        for word in found:
            assert word == word.lower(), word


def test_english_words_are_ascii() -> None:
    assert [word for _, found in lexicon("en") for word in found if not word.isascii()] == []


@languages
def test_a_language_uses_the_english_concepts_and_covers_most(language: str) -> None:
    assert concepts(language) - concepts("en") == set()
    assert len(concepts(language)) >= COVERED


def test_describing_words_are_no_goods() -> None:
    describing = {word for concept, found in lexicon("describing") for word in (concept, *found)}
    goods = {word for name in ("en", *SCRIPTS) for concept, found in lexicon(name) for word in (concept, *found)}
    assert describing & goods == set()


def test_a_spelling_means_one_brand() -> None:
    brands = entries(DATA / "brands.txt")
    assert len(brands) == len({brand for brand, _ in brands})
    pairs = [(spelling, brand) for brand, found in brands for spelling in found]
    assert all(spelling == spelling.strip() and spelling for spelling, _ in pairs)
    assert len(pairs) == len(set(pairs))
    assert more_than_one([*pairs, *((brand.lower(), brand) for brand, _ in brands)]) == {}


def test_no_spelling_of_a_brand_is_goods() -> None:
    spellings = {spelling for _, found in entries(DATA / "brands.txt") for spelling in found}
    goods = {word for name in ("en", *SCRIPTS) for concept, found in lexicon(name) for word in (concept, *found)}
    assert spellings & goods == set()


@pytest.mark.parametrize("name", ["telling", "noise"])
def test_a_plain_list_names_a_word_once(name: str) -> None:
    found = words(DATA / f"{name}.txt")
    assert sorted(found) == sorted(set(found))
    assert all(re.fullmatch(r"[a-z0-9]+", word) for word in found)


def test_no_word_both_tells_and_is_noise() -> None:
    assert set(words(DATA / "telling.txt")) & set(words(DATA / "noise.txt")) == set()


def test_noise_is_neither_goods_nor_a_brand() -> None:
    noise = set(words(DATA / "noise.txt"))
    assert noise & concepts("en") == set()
    assert noise & {word for name in ("en", *SCRIPTS) for _, found in lexicon(name) for word in found} == set()
    brands = entries(DATA / "brands.txt")
    assert noise & {word for brand, found in brands for word in (brand.lower(), *found)} == set()
