"""What of a product a shop looks for on its list, kept with the item so that a list is searched in one place."""

from __future__ import annotations

from collections.abc import Iterable

from services.inventory.domain.item import Label
from shared.kernel.naming import read_name

_LONGEST = 400


def label_of(names: Iterable[str], barcode: str | None, category: str | None) -> Label:
    """``names`` in any script; each word stands behind a space, so that " par" finds "parle"."""
    tokens = dict.fromkeys([barcode] if barcode else [])  # first, for names may be too long
    tokens |= dict.fromkeys(token for name in names for token in read_name(name).phonetic)
    words = ""
    for token in tokens:
        if len(words) + len(token) < _LONGEST:
            words += f" {token}"
    return Label(words, category)
