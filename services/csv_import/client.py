"""The door of imports, its own code, run in the caller's process: what was wrong with a file, as any reader says it."""

from __future__ import annotations

from services.csv_import.domain.wording import in_words_of

__all__ = ["in_words_of"]
