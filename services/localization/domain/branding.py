"""Brands are never translated: a name without its brands, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

from services.localization.domain.machine import runs


@dataclass(frozen=True, slots=True)
class Unbranded:
    """``text`` is what may be translated: a name without the brands that it begins and ends with."""

    before: str
    text: str
    after: str
    inside: tuple[str, ...] = ()

    def around(self, said: str) -> str | None:
        """The translated text with its brands again; None where one inside it was lost."""
        if any(brand not in said for brand in self.inside):
            return None
        return " ".join(filter(None, (self.before, said, self.after)))


def unbranded(name: str, brand: str | None) -> Unbranded:
    """A name as brands and what is between them."""
    parts = [(text, kind) for text, kind, _ in runs(name, brand or "", "hi")]
    first = next((n for n, (_, kind) in enumerate(parts) if kind != "brand"), len(parts))
    last = next((n for n in range(len(parts), first, -1) if parts[n - 1][1] != "brand"), first)
    return Unbranded(
        " ".join(text for text, _ in parts[:first]),
        " ".join(text for text, _ in parts[first:last]),
        " ".join(text for text, _ in parts[last:]),
        tuple(text for text, kind in parts[first:last] if kind == "brand"),
    )
