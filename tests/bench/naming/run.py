"""Two hundred names by the embedded chain, to be looked at by eye; and what shops wrote, where data has it.

``make bench ARGS=names`` counts them, and writes them to ``build/names.md`` in Hindi and Tamil;
``python -m tests.bench.naming.run LANGUAGE ...`` prints them in others.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

from services.localization.domain.machine import Machine, name_in
from services.localization.domain.sounding import sounds_of
from services.localization.domain.writing import write
from shared.kernel.naming import loose, skeleton, to_latin

HOW = (
    "200 products as packs name them, by glossary and transliteration alone; known: every word stands in a list that "
    "people have read. Such a name goes into the catalog by itself, the others wait for a person. By eye: "
    "`tests/bench/naming/judged.txt` says what was looked at, and what was bad about it; the last rows are those that "
    "were. What shops wrote (`shared/data/regional`: goods without brands): the same letters, and the same consonants "
    "by sound. The baseline writes each word by rules, without a glossary."
)
_SHOPS = Path(__file__).resolve().parents[4] / "shared" / "data" / "regional"
_LANGUAGES = ("hi", "mr", "ta", "te", "bn", "gu", "kn", "ml", "pa", "or", "as")


def goods() -> list[tuple[str, str]]:
    """Name and brand of each."""
    text = Path(__file__).with_name("goods.txt").read_text("utf-8")
    rows = (line.partition("|") for line in text.splitlines() if not line.startswith("#"))
    return [(name.strip(), brand.strip()) for name, _, brand in rows]


def named(language: str) -> list[tuple[str, str, Machine | None]]:
    """Each of them in a language."""
    return [(name, brand, name_in(language, name, brand or None)) for name, brand in goods()]


def shops(language: str) -> list[tuple[str, str]]:
    """English and native names as shops wrote them."""
    file, *columns = {
        "hi": ("mandi_items_roman_hi.csv", "roman_name", "hindi_name"),
        "ta": ("ponharish_grocery_ta.csv", "english_name", "tamil_name"),
    }[language]
    if not (_SHOPS / file).exists():
        return []
    with (_SHOPS / file).open(encoding="utf-8") as rows:
        return [(row[columns[0]].replace("_", " ").title(), row[columns[1]]) for row in csv.DictReader(rows)]


def _sound(text: str) -> str:
    return " ".join(skeleton(loose(word)) for word in to_latin(text).lower().split())


def rows() -> list[tuple[str, str, str]]:
    """(what, measured, to the baseline)."""
    found = []
    report = Path(__file__).resolve().parents[3] / "build" / "names.md"
    report.parent.mkdir(exist_ok=True)
    report.write_text(listed("hi", "ta"), "utf-8")
    for language in _LANGUAGES:
        name_in(language, "Salt")  # reads the lists
        began = time.perf_counter()
        machine = named(language)
        took = (time.perf_counter() - began) / len(machine) * 1e6
        known = sum(m is not None and m.source == "glossary" for _, _, m in machine)
        found.append((f"{language}: every word known", f"{known} of {len(machine)} ({took:.0f} µs each)", ""))
    for language in ("hi", "ta"):
        pairs = shops(language)
        said = [(n.name if (n := name_in(language, english)) else english, native) for english, native in pairs]
        bare = [(_by_rules(english, language), native) for english, native in pairs]
        found += [
            (f"{language}: as shops wrote it, letter by letter", f"{_same(said)} of {len(said)}", f"{_same(bare)}"),
            (f"{language}: as shops wrote it, by sound", f"{_alike(said)} of {len(said)}", f"{_alike(bare)}"),
        ]
    return found + looked_at()


def looked_at() -> list[tuple[str, str, str]]:
    """What was judged by eye: how many were bad, and which; and whether the chain still says what was judged."""
    found = []
    for line in _judged():
        if " > " in line:
            language, name, was, why = line.split(" > ")
            now = next((m.name for n, _, m in named(language) if n == name and m), None)
            was = was if now in (None, was) else f"{was}, now {now}"
            found.append((f"{language}: {name}", was, why))
        else:
            language, names, bad, known, bad_known, which = line.split(" | ")
            rate = f"{int(bad) / int(names):.1%}"
            found.append((f"{language}: bad by eye, {which}", f"{bad} of {names} ({rate})", ""))
            if known != names:
                found.append((f"{language}: of these where every word is known", f"{bad_known} of {known}", ""))
    return found


def _judged() -> list[str]:
    text = Path(__file__).with_name("judged.txt").read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _by_rules(name: str, language: str) -> str:
    return " ".join(write(sounds_of(word)[0], language) for word in name.lower().split() if word.isalpha())


def _same(pairs: list[tuple[str, str]]) -> int:
    return sum(ours.replace(" ", "") == theirs.replace(" ", "") for ours, theirs in pairs)


def _alike(pairs: list[tuple[str, str]]) -> int:
    return sum(_sound(ours).replace(" ", "") == _sound(theirs).replace(" ", "") for ours, theirs in pairs)


def listed(*languages: str) -> str:
    """A table of all of them in some languages; what was written by rules alone stands behind a question mark."""
    lines = [f"| brand | name | {' | '.join(languages)} |", "|---|---" + "|---" * len(languages) + "|"]
    columns = [[_shown(machine) for _, _, machine in named(language)] for language in languages]
    for (name, brand), *said in zip(goods(), *columns, strict=True):
        lines.append(f"| {brand} | {name} | {' | '.join(said)} |")
    return "\n".join(lines) + "\n"


def _shown(machine: Machine | None) -> str:
    if machine is None:
        return "-"
    return machine.name + (f" ? {', '.join(machine.unknown)}" if machine.unknown else "")


if __name__ == "__main__":
    print(listed(*sys.argv[1:]), end="")
