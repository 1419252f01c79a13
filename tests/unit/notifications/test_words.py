"""What people are told, in their language: of one thing, of several, of as much as there is."""

from __future__ import annotations

import pytest

from events.catalog import ProductRejected
from services.notifications.domain.letters import DeadLetters, of_dead_letters
from services.notifications.domain.wording import key_of, words
from shared.kernel.region import LANGUAGES
from tests.builders import NOON
from tests.unit.notifications.test_notices import completed, notices, outcome


@pytest.mark.parametrize("language", [*LANGUAGES, "xx"])
def test_braces_in_a_name_do_no_harm_in_any_language(language: str) -> None:
    (notice,) = notices(completed())
    assert "a{b}.csv" in words(language).of(notice)[0]


def test_a_language_that_nobody_speaks_here_is_english() -> None:
    assert words("fr") == words("en")
    assert words("mr-IN").language == words("mr_IN").language == "mr"


@pytest.mark.parametrize(
    ("reason", "english", "hindi"),
    [
        ("hm", "hm. ", "hm। "),
        (" No such goods ", "No such goods. ", "No such goods। "),
        ("Say the size.", "Say the size. ", "Say the size. "),
        ("Really?", "Really? ", "Really? "),
        ("नाम गलत है।", "नाम गलत है। ", "नाम गलत है। "),
        ("It says “new!”", "It says “new!” ", "It says “new!” "),
        ("(see the pack)", "(see the pack). ", "(see the pack)। "),
    ],
)
def test_a_reason_ends_before_the_next_sentence_begins(reason: str, english: str, hindi: str) -> None:
    (notice,) = notices(outcome(ProductRejected, status="rejected", reason=reason))
    assert words("en").of(notice)[1] == f"{english}Your stock of it stays as it is."
    assert words("hi").of(notice)[1].startswith(hindi)
    assert words("ta").of(notice)[1].startswith(english)


def test_no_reason_leaves_nothing_behind() -> None:
    (notice,) = notices(outcome(ProductRejected, status="rejected"))
    assert words("en").of(notice)[1] == "Your stock of it stays as it is."


def test_of_a_trial_run_it_is_told_what_would_go_in_though_nothing_would() -> None:
    facts = {"total_rows": 5, "failed": 5}
    assert [key_of(one) for one in notices(completed(**facts))] == ["ImportCompleted.none"]
    assert [key_of(one) for one in notices(completed(**facts, dry_run=True))] == ["ImportCompleted.dry_run"]


def test_dead_letters_are_told_with_the_way_to_send_them_again() -> None:
    found = DeadLetters("VyaparApp-test-LinksDead", "CsvImport Links", 3)
    notice = of_dead_letters(found, NOON)
    assert key_of(notice) == "DeadLettersFound"
    title, body = words("en").of(notice)
    assert title == "Work has failed for good: CsvImport Links"
    assert body.startswith("3 messages lie there.")
    assert body.endswith("make redrive QUEUE=VyaparApp-test-LinksDead")
