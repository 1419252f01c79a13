"""Word lists beside the kernel's glossaries, written for the names of goods and read by people."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files


@lru_cache(maxsize=32)
def lines(name: str) -> tuple[str, ...]:
    """The lines of a list, without remarks."""
    text = (files(__name__) / f"{name}.txt").read_text("utf-8")
    return tuple(line for raw in text.splitlines() if (line := raw.partition("#")[0].strip()))


@lru_cache(maxsize=16)
def listed(language: str) -> dict[str, str]:
    """Words that stand beside the kernel's glossaries: those that say which one, links and units. The first of those
    after a comma; what stands between strokes are forms of one word (``joining``)."""
    rows = (line.partition("=") for line in lines(language))
    return {concept.strip(): said.split(",")[0].strip() for concept, _, said in rows}


@cache
def several(language: str, concept: str) -> frozenset[str]:
    """All words of a line."""
    rows = (line.partition("=") for line in lines(language))
    return frozenset(word.strip() for name, _, said in rows if name.strip() == concept for word in said.split(","))
