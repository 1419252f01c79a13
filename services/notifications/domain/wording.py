"""What notices and mails say, in the reader's language.

``messages/<language>.json`` holds ``notices``: ``Type``, ``Type.case``, and of these ``.many`` or ``.dry_run``, each
with a title and a body; ``amounts``: a ``{quantity}`` of each unit; and ``mails``, what stands around them in a mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.csv_import import client as csv_import
from services.notifications.domain.notices import Notice
from shared.kernel.messages import catalog, language_of, say
from shared.kernel.translations import whole_in_words_of

FOLDER: Final = Path(__file__).with_name("messages")
_OUR_WORDS: Final[Mapping[str, str]] = {
    "ImageRejected": "reason",
    "OffSyncFailed": "message",
    "SuggestionSettled": "reason",
}
"""Which fact is a sentence of the code; of a suggestion it may be a person's, too. That of a review always is."""
_ENDS: Final = frozenset(".!?…।॥")
_CLOSING: Final = "\"'”’»)]"
"""What may stand behind the end of a sentence."""
_WITH_DANDA: Final = frozenset({"hi", "bn", "pa", "or", "as"})
"""Languages whose sentences end with a danda; the others' do with a full stop."""
WORDED_AS: Final[Mapping[str, str]] = {
    "RegionalNameSuggested": "ReviewRequested",
    "RegionalNameSettled": "SuggestionSettled",
}
"""Types that say what another does; names of a region are a change as any other."""


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language."""

    language: str
    notices: Mapping[str, Mapping[str, str]]
    amounts: Mapping[str, str]
    mails: Mapping[str, str]

    def of(self, notice: Notice) -> tuple[str, str]:
        """Title and body of a notice."""
        facts = dict(notice.facts)
        if notice.type == "ImportFailed":
            facts["message"] = self._of_file(facts)
        if facts.get("unit") in self.amounts:
            facts["amount"] = say(self.amounts[facts["unit"]], facts, self.language)
        said = _OUR_WORDS.get(notice.type, "")
        if facts.get(said):
            facts[said] = whole_in_words_of(facts[said], self.language)
        if reason := (facts.get("reason") or "").strip():
            facts["reason"] = self._ended(reason)
        message = self.notices[key_of(notice)]
        return say(message["title"], facts, self.language).strip(), say(message["body"], facts, self.language).strip()

    def _ended(self, reason: str) -> str:
        """A reason as a sentence: a person may have left out its full stop, and another sentence may follow."""
        if reason.rstrip(_CLOSING)[-1:] in _ENDS:
            return reason
        return reason + ("।" if self.language in _WITH_DANDA else ".")

    def _of_file(self, facts: Mapping[str, str]) -> str:
        """Why a file couldn't be imported; as it was told then where imports say it no more."""
        if facts.get("local_message") and facts.get("language") == self.language:
            return facts["local_message"]
        told = facts["message"]
        return csv_import.in_words_of(facts.get("error_code", ""), told, self.language) or told

    def and_more(self, number: int) -> str:
        """What a mail says of the notices that it leaves out."""
        return say(self.mails["more"], {"number": number}, self.language)


def key_of(notice: Notice) -> str:
    """Under which name the words of a notice stand."""
    how = "dry_run" if notice.facts.get("dry_run") else "many" if notice.facts.get("others") else None
    return ".".join(filter(None, (WORDED_AS.get(notice.type, notice.type), notice.case, how)))


def words(language: str) -> Words:
    """The words of a language ("mr", "mr-IN"), in English where we don't speak it."""
    known = language_of(language)
    return Words(known, **catalog(FOLDER, known))
