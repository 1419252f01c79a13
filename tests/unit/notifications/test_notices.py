"""Who is told, and in which words."""

from __future__ import annotations

import json
from string import Formatter
from typing import Any

import pytest

from events.base import Event
from events.csv_import import CompletedImport, FailedImport, ImportCompleted, ImportFailed
from services.notifications import domain, store
from services.notifications.domain import ADMINS
from tests.builders import CAUSE
from tests.world import ROOT

COUNTED = ("total_rows", "successful", "matched", "created_products", "sent_to_review", "duplicates_found")
FIGURES = dict.fromkeys(COUNTED, 0)
WORDS: dict[str, dict[str, dict[str, str]]] = json.loads(
    (ROOT / "services/notifications/messages.json").read_text("utf-8")
)


def completed(**facts: Any) -> ImportCompleted:
    known = {"job_id": "job_1", "kind": "store", "store_id": "str_1", "filename": "a{b}.csv", "status": "completed"}
    data = CompletedImport.model_validate({**FIGURES, "failed": 0, "skipped": 0, "dry_run": False, **known, **facts})
    return ImportCompleted.stated(CAUSE, data, "job_1")


def failed(**facts: Any) -> ImportFailed:
    known = {"job_id": "job_1", "kind": "store", "store_id": "str_1", "filename": "a.csv"}
    data = FailedImport.model_validate({"error_code": "EMPTY_FILE", "message": "It is empty.", **known, **facts})
    return ImportFailed.stated(CAUSE, data, "job_1")


def facts_of(kind: type[Event]) -> set[str]:
    """What a notice of an event can tell."""
    data: Any = kind.model_fields["data"].annotation
    return set(data.model_fields)


FACTS = {kind.__name__: facts_of(kind) for kind in domain.RULES}
FACTS |= {f"{kind}.dry_run": facts for kind, facts in FACTS.items() if "dry_run" in facts}
for of_a_day in domain.OF_A_DAY:
    FACTS[of_a_day.__name__] = {*facts_of(of_a_day), "name"}
    # Of many only what is the same of all of them.
    FACTS[f"{of_a_day.__name__}.many"] = {"name", "others", "names", *({"threshold"} & facts_of(of_a_day))}


def test_a_store_hears_of_its_file_and_admins_of_the_catalogs() -> None:
    (told,) = domain.of_import_completed(completed())
    assert (told.audience, told.severity, told.link) == ("store#str_1", "info", "/v1/stores/str_1/imports/job_1")
    (told,) = domain.of_import_completed(completed(kind="catalog", store_id=None, failed=2))
    assert (told.audience, told.severity, told.link) == (ADMINS, "warning", "/v1/admin/catalog-imports/job_1")


def test_of_a_broken_file_admins_hear_and_its_store_if_there_is_one() -> None:
    assert [n.audience for n in domain.of_import_failed(failed())] == [ADMINS, "store#str_1"]
    assert [n.audience for n in domain.of_import_failed(failed(error_code="STORE_UNKNOWN"))] == [ADMINS]
    assert [n.audience for n in domain.of_import_failed(failed(kind="catalog", store_id=None))] == [ADMINS]


def test_the_same_event_makes_the_same_notice() -> None:
    assert domain.of_import_failed(failed()) == domain.of_import_failed(failed())
    first, second = domain.of_import_failed(failed())
    assert first.notice_id != second.notice_id


@pytest.mark.parametrize("language", ["en", "hi", "xx"])
def test_braces_in_a_name_do_no_harm_in_any_language(language: str) -> None:
    (notice,) = domain.of_import_completed(completed())
    assert "a{b}.csv" in domain.sentence(notice, store.messages(language))[0]


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("kind", FACTS)
def test_every_notice_has_its_words_in_every_language(kind: str, language: str) -> None:
    """A title and a body, which name only facts that are there."""
    assert kind in WORDS[language], f"messages.json lacks {kind} in {language!r}"
    words = WORDS[language][kind]
    assert words.keys() == {"title", "body"}
    assert all(text.strip() for text in words.values())
    named = {name for text in words.values() for _, name, _, _ in Formatter().parse(text) if name}
    assert named <= FACTS[kind]


def test_there_are_no_words_for_what_nobody_is_told() -> None:
    assert {kind for kinds in WORDS.values() for kind in kinds} <= FACTS.keys()
