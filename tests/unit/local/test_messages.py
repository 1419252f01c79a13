"""No message is missing and none is left over: what the code can say is what every language has, in the same pieces.

Of each catalog English is held against the code, and the other languages against English.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args

import pytest

from events.base import Event
from local.docs import errors, refusals
from services.catalog.domain import quality
from services.csv_import.domain import wording as reports
from services.csv_import.domain.columns import FIELDS
from services.csv_import.domain.problems import FILE_CODES, ROW_CODES
from services.image_ingest.domain.problems import PICTURE_CODES
from services.inventory.domain import order_list
from services.notifications.domain import letters, rules
from services.notifications.domain import wording as notices
from services.notifications.domain.notices import Mention
from services.off_sync.domain.problems import RUN_CODES
from services.quality_review.domain.suggestion import GONE
from shared.kernel import translations
from shared.kernel.messages import Choice, Part, message
from shared.kernel.quantity import StockUnit
from shared.kernel.region import LANGUAGES
from tests.world import ROOT

CATALOGS: Final = {
    "reports": reports.FOLDER,
    "notices": notices.FOLDER,
    "quality": quality.FOLDER,
    "orders": order_list.FOLDER,
}
OTHERS: Final = tuple(language for language in LANGUAGES if language != "en")
SERVICES: Final = ROOT / "services"

each_language = pytest.mark.parametrize("language", OTHERS)
each_catalog = pytest.mark.parametrize("name", CATALOGS)


@cache
def texts(folder: Path, language: str) -> dict[str, str]:
    """Every text of a catalog, by where it stands."""
    return dict(_flat("", json.loads((folder / f"{language}.json").read_text("utf-8"))))


def _flat(place: str, data: Any) -> Iterator[tuple[str, str]]:
    if isinstance(data, str):
        yield place, data
    else:
        for name, inner in data.items():
            yield from _flat(f"{place}/{name}" if place else name, inner)


def group(folder: Path, name: str) -> Mapping[str, Any]:
    """A group of the English file."""
    found: Mapping[str, Any] = json.loads((folder / "en.json").read_text("utf-8"))[name]
    return found


def written(*places: str) -> str:
    """The code of some services."""
    return "\n".join(f.read_text("utf-8") for place in places for f in sorted((SERVICES / place).rglob("*.py")))


# --- In every language the same ---


@pytest.mark.parametrize("folder", [*CATALOGS.values(), translations.FOLDER], ids=lambda f: f.name)
def test_a_catalog_is_there_in_every_language_and_in_no_other(folder: Path) -> None:
    english = set() if folder == translations.FOLDER else {"en"}
    assert {f.stem for f in folder.iterdir()} == {*OTHERS} | english


@each_language
@each_catalog
def test_every_language_has_the_texts_that_english_has(name: str, language: str) -> None:
    assert list(texts(CATALOGS[name], language)) == list(texts(CATALOGS[name], "en"))


@each_language
@each_catalog
def test_every_language_fills_in_what_english_does(name: str, language: str) -> None:
    ours = texts(CATALOGS[name], "en")
    theirs = texts(CATALOGS[name], language)
    assert {k: t for k, t in theirs.items() if message(t).places != message(ours[k]).places} == {}


@each_language
def test_a_translation_fills_in_what_its_sentence_does(language: str) -> None:
    known = texts(translations.FOLDER, language)
    assert {k: t for k, t in known.items() if message(t).places != frozenset(re.findall(r"\{(\d+)\}", k))} == {}


def all_texts(language: str) -> Iterator[tuple[str, str]]:
    """Every text of all catalogs."""
    for name, folder in CATALOGS.items():
        yield from ((f"{name}: {place}", text) for place, text in texts(folder, language).items())
    if language != "en":
        yield from texts(translations.FOLDER, language).items()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_choice_has_the_forms_of_its_language_and_one_for_all_others(language: str) -> None:
    for place, text in all_texts(language):
        for choice in message(text).choices:
            assert "other" in choice.texts, place
            named = {form for form in choice.texts if form[0] != "="}
            assert not choice.plural or named <= {"one", "other"}, place


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_neither_empty_nor_left_in_pieces(language: str) -> None:
    for place, text in all_texts(language):
        assert text.strip() == text, place
        assert text, place
        assert "  " not in text, place
        assert not [p for p in plain(message(text).parts) if "#" in p], f"a # that is no number: {place}"


def plain(parts: tuple[Part, ...]) -> Iterator[str]:
    """The words of a text, of all its choices."""
    for part in parts:
        if isinstance(part, str):
            yield part
        elif isinstance(part, Choice):
            for inner in part.texts.values():
                yield from plain(inner)


SCRIPTS: Final = {
    "hi": "\u0900-\u097f", "mr": "\u0900-\u097f", "bn": "\u0980-\u09ff", "as": "\u0980-\u09ff", "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff", "or": "\u0b00-\u0b7f", "ta": "\u0b80-\u0bff", "te": "\u0c00-\u0c7f", "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
}  # fmt: skip
# What is written so on packs, in files and by spreadsheets.
LATIN: Final = {
    "reports": {
        "MRP", "GST", "HSN", "FSSAI", "CSV", "XLSX", "Excel", "UTF", "HTML", "Unicode", "Kruti", "Dev", "Text", "GB",
        "MB", "imports", "pcs", "kg", "g", "l", "ml", "dozen", "box", "x",
    },
    "notices": {"VyaparAI", "make", "redrive", "QUEUE", "Open", "Food", "Facts"},
}  # fmt: skip


@each_language
def test_every_language_is_written_in_its_own_script(language: str) -> None:
    own = re.compile(rf"[{SCRIPTS[language]}\u0964\u200c\u200d]")
    for place, text in all_texts(language):
        words = " ".join(plain(message(text).parts))
        assert [c for c in words if c.isalpha() and not c.isascii() and not own.match(c)] == [], place
        if latin := LATIN.get(place.partition(":")[0]):
            assert set(re.findall(r"[A-Za-z]+", words)) <= latin, place


# --- Reports of imports ---


def test_reports_say_every_code_and_no_other() -> None:
    named = {name.partition(".")[0] for name in group(reports.FOLDER, "sentences")}
    assert named - {"WHY"} == {*ROW_CODES, *FILE_CODES}


def test_every_kind_of_a_sentence_is_asked_for() -> None:
    """It stands somewhere in the code, beside the code that it is of."""
    code = written("csv_import", "inventory", "matching")
    kinds = {n.partition(".")[2] for n in group(reports.FOLDER, "sentences") if "." in n and not n.startswith("WHY.")}
    assert [kind for kind in kinds if f'"{kind}"' not in code] == []


def test_every_reason_of_the_matching_is_put_into_a_reports_words() -> None:
    """A report knows it by what matching says in English; there what is filled in stands in braces, too."""
    code = re.sub(r"\{[^{}]*\}", "{}", written("matching", "csv_import"))
    whys = {n: t for n, t in group(reports.FOLDER, "sentences").items() if n.startswith("WHY.")}
    assert [n for n, text in whys.items() if re.sub(r"\{\w+\}", "{}", text) not in code] == []


def test_reports_name_every_field_and_unit() -> None:
    assert set(group(reports.FOLDER, "fields")) == set(FIELDS)
    assert set(group(reports.FOLDER, "units")) == {*get_args(StockUnit)}


# --- Notices and mails ---

# Which sentences a type has beside its plain one, and whether the plain one is said at all.
CASES: Final[Mapping[str, tuple[str, ...]]] = {
    "ImportCompleted": ("", "none", "mostly_failed", "many_new"),
    "ReviewRequested": ("", "resubmitted", "suggestion"),
    "SuggestionSettled": ("accepted", "declined"),
    "RegionalNameSuggested": ("suggestion",),
    "RegionalNameSettled": ("accepted", "declined"),
}
NEVER_MANY: Final = {"ReviewRequested.resubmitted"}
# What rules add to, or leave of, what an event tells.
ADDED: Final = {"new", "name", "others", "names", "amount"}
SECRET: Final = {"proposed_by", "suggested_by", "uploaded_by", "store_id", "actor"}


def said_of_events() -> set[str]:
    """Under which names the words of notices are looked for."""
    found = {letters.TYPE}
    for kind in rules.RULES:
        for case in CASES.get(kind.__name__, ("",)):
            name = f"{notices.WORDED_AS.get(kind.__name__, kind.__name__)}.{case}".rstrip(".")
            found.add(name)
            if "dry_run" in facts_of(kind) and not case:
                found.add(f"{name}.dry_run")
            if gathers(kind) and name not in NEVER_MANY:
                found.add(f"{name}.many")
    return found


def facts_of(kind: type[Event]) -> set[str]:
    """What an event tells."""
    told: Any = kind.model_fields["data"].annotation
    return set(told.model_fields)


def gathers(kind: type[Event]) -> bool:
    """Whether its sample, or it from an import, is of the day."""
    sample = json.loads((ROOT / "events" / "samples" / f"{kind.__name__}.json").read_text("utf-8"))["detail"]
    if "source" in sample["data"]:
        sample["data"] |= {"source": "import"}
    return any(isinstance(t, Mention) for t in rules.told(kind.model_validate(sample), lambda _: ["str_1"]))


def test_there_are_words_for_all_that_is_told_and_for_nothing_else() -> None:
    assert set(group(notices.FOLDER, "notices")) == said_of_events()
    assert set(group(notices.FOLDER, "amounts")) == {*get_args(StockUnit)}


def test_every_case_is_told_by_a_rule() -> None:
    code = written("notifications/domain")
    assert [c for cases in CASES.values() for c in cases if c and f'"{c}"' not in code] == []


def test_what_stands_around_notices_in_a_mail_is_asked_for() -> None:
    assert set(group(notices.FOLDER, "mails")) == {*re.findall(r'\bmails\["(\w+)"\]', written("notifications"))}


def test_words_name_only_what_is_there_and_never_who_proposed_something() -> None:
    for kind in rules.RULES:
        known = facts_of(kind) | ADDED
        for name, both in group(notices.FOLDER, "notices").items():
            if name.split(".")[0] == kind.__name__:
                named = {p for text in both.values() for p in message(text).places}
                assert named <= known, name
                assert not named & SECRET, name
                if name.endswith(".many"):  # only what is the same of all of them
                    assert named <= {"name", "others", "names", "threshold"}, name


# --- Quality and orders ---


def test_quality_has_words_for_every_check_and_no_other() -> None:
    wanted = {f"{check.code}/{part}" for check in quality.CHECKS for part in ("message", "cure")}
    assert set(texts(quality.FOLDER, "en")) == wanted


def test_a_message_to_a_supplier_has_what_it_asks_for_and_nothing_else() -> None:
    asked = re.findall(r'\bwords\.say\("(\w+)"', written("inventory/domain"))
    assert set(group(order_list.FOLDER, "texts")) == set(asked)
    assert set(group(order_list.FOLDER, "amounts")) == {*get_args(StockUnit)}


# --- Refusals ---

# Codes of what only an app can do wrong: its programmer reads the sentence, in English, and no shopkeeper ever does.
FOR_PROGRAMMERS: Final = {
    # how a request is made
    "TOKEN_MISSING", "TOKEN_WRONG_KIND", "BAD_CURSOR", "MALFORMED_JSON", "NO_SUCH_ROUTE", "UNSUPPORTED_MEDIA_TYPE",
    # ids and keys that an app makes up
    "BAD_IDEMPOTENCY_KEY", "IDEMPOTENCY_IN_PROGRESS", "IDEMPOTENCY_KEY_REUSED", "ENTRY_ID_REUSED",
    "MOVEMENT_ID_REUSED",
    # a mapping of columns that the file doesn't have
    "UNKNOWN_HEADING",
    # the type of a value, which an app's form decides
    "DATETIME_TYPE", "DATETIME_FROM_DATE_PARSING", "DATE_FROM_DATETIME_INEXACT", "DICT_TYPE", "INT_PARSING_SIZE",
    "LIST_TYPE", "LITERAL_ERROR", "MODEL_ATTRIBUTES_TYPE", "MODEL_TYPE", "STRING_PATTERN_MISMATCH", "STRING_UNICODE",
    "TIMEZONE_AWARE",
}  # fmt: skip
# Of a code that people can come by, too.
SENTENCES_FOR_PROGRAMMERS: Final = {
    "If-Match is not an ETag of this thing; read it again.",
    "There is no such {0} yet; send it without If-Match.",
}


@cache
def refusals_for_people() -> frozenset[str]:
    """The sentences that the code can refuse people with, as keys of translations."""
    found = {(r.code, r.sentence) for r in refusals.everywhere()}
    found |= {*errors.pydantic_codes().items(), *PICTURE_CODES.items()}
    keys = {_key(sentence) for code, sentence in found if code not in FOR_PROGRAMMERS}
    return frozenset(keys - SENTENCES_FOR_PROGRAMMERS)


def _key(sentence: str) -> str:
    first, *more = sentence.split("…")
    return first + "".join(f"{{{n}}}{piece}" for n, piece in enumerate(more))


# What notices fill in as it stands: why a run failed, and what became of a product that a change was suggested for.
FILLED_IN: Final = frozenset((*RUN_CODES.values(), *GONE.values()))


@each_language
def test_every_refusal_of_a_person_and_reason_in_a_notice_is_translated_and_nothing_else(language: str) -> None:
    known = set(texts(translations.FOLDER, language))
    wanted = refusals_for_people() | FILLED_IN
    assert sorted(wanted - known) == [], "missing"
    assert sorted(known - wanted) == [], "unused"


def test_what_is_left_to_programmers_is_there() -> None:
    codes = {r.code for r in refusals.everywhere()} | set(errors.pydantic_codes())
    assert codes >= FOR_PROGRAMMERS
    assert {_key(r.sentence) for r in refusals.everywhere()} >= SENTENCES_FOR_PROGRAMMERS


@each_language
def test_every_filled_sentence_finds_its_own_translation(language: str) -> None:
    """Also where another one, of fewer words, would fit as well."""
    known = texts(translations.FOLDER, language)
    for key, text in known.items():
        values = {name: f"⟨{name}⟩" for name in re.findall(r"\{(\d+)\}", key)}
        filled = re.sub(r"\{(\d+)\}", lambda found: f"⟨{found[1]}⟩", key)
        assert translations.translated(filled, language) == message(text).said(values, language), key
