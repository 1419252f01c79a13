"""What people are told, in their language: of one thing, of several, of as much as there is."""

from __future__ import annotations

import pytest

from services.notifications.domain.letters import DeadLetters, of_dead_letters
from services.notifications.domain.wording import key_of, words
from shared.kernel.region import LANGUAGES
from tests.builders import NOON
from tests.unit.notifications.test_notices import completed, notices


@pytest.mark.parametrize("language", [*LANGUAGES, "xx"])
def test_braces_in_a_name_do_no_harm_in_any_language(language: str) -> None:
    (notice,) = notices(completed())
    assert "a{b}.csv" in words(language).of(notice)[0]


def test_a_language_that_nobody_speaks_here_is_english() -> None:
    assert words("fr") == words("en")
    assert words("mr-IN").language == words("mr_IN").language == "mr"


def test_dead_letters_are_told_with_the_way_to_send_them_again() -> None:
    found = DeadLetters("VyaparApp-test-LinksDead", "CsvImport Links", 3)
    notice = of_dead_letters(found, NOON)
    assert key_of(notice) == "DeadLettersFound"
    title, body = words("en").of(notice)
    assert title == "Work has failed for good: CsvImport Links"
    assert body.startswith("3 messages lie there.")
    assert body.endswith("make redrive QUEUE=VyaparApp-test-LinksDead")
