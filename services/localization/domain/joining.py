"""Words that stand together in a language: what describes a good bends with it, what it is made of stands before it.

A language's list says which of this it does:

* ``roasted = भुना / भुनी / भुने``: forms by the good that is described: masculine, feminine, of several;
* ``@describing``: words without forms that describe goods, too;
* ``@feminine``, ``@several``, ``@masculine``: goods of that kind, by the last word; ``@feminine ends``: by letters;
* ``mango ~ = मैंगो``: how a good is said before another; ``~ atta = மாவு``: and behind one;
* ``@of = का``, ``@of feminine``, and ``@owned``: goods that are made of the good that stands before them;
* ``@of ends = ा > े``, ``@before ends = ழம் > ழ``: what the end of a good becomes there, and before any other;
* ``@ahead``: describing words that stand before their good though English has them behind it;
* ``with = _ के साथ``: a link that stands behind what it links; ``@between``: "in" between numbers;
* ``@pack = _ का पैक``: how many are in a pack; ``@number = नं.``: "No" before a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.localization.domain.words import listed, several


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of a name in a language. ``kind``: goods and spoken, else as the name's runs have it."""

    text: str
    kind: str
    space: bool
    words: tuple[str, ...] = ()
    """The English words."""
    thing: bool = False
    """Whether a glossary has it as a good, not as a word that describes one."""

    @property
    def bends(self) -> bool:
        """Whether it describes goods, and has forms."""
        return self.kind == "goods" and "/" in self.text


def joined(said: Sequence[Said], language: str) -> str:
    """The pieces as one name."""
    pieces = _packs(list(said), language)
    pieces = [_bent(pieces, at, language) if piece.bends else piece for at, piece in enumerate(pieces)]
    pieces = _ahead(_once(pieces), language)
    pieces = [piece for piece in _placed(list(_standing(pieces, language)), language) if piece.text]
    whole = "".join((" " if piece.space and n else "") + piece.text for n, piece in enumerate(pieces))
    return " ".join(whole.split())


def _packs(pieces: list[Said], language: str) -> list[Said]:
    """ "Pack of 6" and "No 1" as they are said."""
    said, number = listed(language).get("@pack"), listed(language).get("@number")
    out: list[Said] = []
    at = 0
    while at < len(pieces):
        some = pieces[at : at + 3]
        if said and [piece.words for piece in some[:2]] == [("pack",), ("of",)] and len(some) == 3:
            out.append(Said(said.replace("_", some[2].text), "pack", some[0].space))
            at += 3
        elif number and some[0].words == ("no",) and _number([p for p in some[1:] if p.text != "."], 0):
            out.append(replace(pieces[at], text=number))
            at += 2 if some[1].text == "." else 1
        else:
            out.append(pieces[at])
            at += 1
    return out


def _once(pieces: Sequence[Said]) -> list[Said]:
    """Without goods that are said twice in a row, as in "Almond/Badam", "Chai Tea" and "Detergent Washing Powder"."""
    out: list[Said] = []
    for piece in pieces:
        mark = bool(out) and out[-1].text == "/"
        said = out[-2 if mark else -1].text if len(out) > mark else None
        if piece.kind == "goods" and piece.text == said:
            out = out[:-1] if mark else out
        elif piece.kind == "goods" and not mark and said and piece.text.startswith(f"{said} "):
            out[-1] = replace(piece, space=out[-1].space)
        else:
            out.append(piece)
    return out


def _ahead(pieces: Sequence[Said], language: str) -> list[Said]:
    """Describing words that nothing follows, before the good that they follow."""
    out: list[Said] = []
    ahead = several(language, "@ahead")
    for at, piece in enumerate(pieces):
        rest = (p for p in pieces[at + 1 :] if p.text not in ahead)
        after = next(rest, None)
        last = after is None or after.kind not in ("goods", "spoken", "describing")
        if last and out and out[-1].thing and piece.text in ahead:
            out[-1:] = [replace(piece, space=out[-1].space), replace(out[-1], space=True)]
        else:
            out.append(piece)
    return out


def _bent(pieces: Sequence[Said], at: int, language: str) -> Said:
    """The form that agrees with the good that is described: the next one, else the one before."""
    forms = [form.strip() for form in pieces[at].text.split("/")]
    others = several(language, "@describing")
    after = (p for p in pieces[at + 1 :] if p.kind in ("goods", "spoken") and not p.bends and p.text not in others)
    before = (p for p in reversed(pieces[:at]) if p.thing and not p.bends)
    described = next(after, None) or next(before, None)
    form = _kind(described.text, language) if described else 0
    if form == 0 and described in pieces[at + 1 :] and _owns(pieces, pieces.index(described, at + 1), language):
        form = 2  # "हरे केले का आटा"
    return replace(pieces[at], text=forms[min(form, len(forms) - 1)], kind="describing")


def _kind(text: str, language: str) -> int:
    """0 masculine, 1 feminine, 2 several."""
    last = text.split()[-1]
    if last in several(language, "@several"):
        return 2
    if last in several(language, "@feminine"):
        return 1
    if last in several(language, "@masculine"):
        return 0
    return 1 if last.endswith(tuple(several(language, "@feminine ends")) or ("\0",)) else 0


def _standing(pieces: Sequence[Said], language: str) -> Iterator[Said]:
    """Each good as it is said before another."""
    said = listed(language)
    for at, piece in enumerate(pieces):
        after = pieces[at + 1] if at + 1 < len(pieces) else None
        if at and pieces[at - 1].thing and (behind := said.get(f"~ {' '.join(piece.words)}")):
            piece = replace(piece, text=behind)
        if piece.kind != "goods" or after is None or after.kind not in ("goods", "spoken"):
            yield piece
            continue
        if _owns(pieces, at, language):
            link = said["@of feminine" if _kind(after.text, language) == 1 else "@of"]
            yield replace(piece, text=f"{_before(piece, '@of ends', language)} {link}")
        elif before := said.get(f"{' '.join(piece.words)} ~"):
            yield replace(piece, text=before)
        else:
            yield replace(piece, text=_before(piece, "@before ends", language)) if piece.thing else piece


def _owns(pieces: Sequence[Said], at: int, language: str) -> bool:
    """Whether the next good is made of this one."""
    return pieces[at].thing and at + 1 < len(pieces) and pieces[at + 1].text in several(language, "@owned")


def _before(piece: Said, rules: str, language: str) -> str:
    """A good with the end that it has before another."""
    for rule in several(language, rules):
        old, new = (part.strip() for part in rule.split(">"))
        if piece.text.endswith(old):
            return piece.text.removesuffix(old) + new
    return piece.text


def _placed(pieces: list[Said], language: str) -> Iterator[Said]:
    """Links that stand behind what they link: up to a mark, a size or the end."""
    held: Said | None = None
    for at, piece in enumerate(pieces):
        between = (
            piece.kind == "link" and piece.words == ("in",) and _number(pieces, at - 1) and _number(pieces, at + 1)
        )
        if between:
            yield replace(piece, text=listed(language).get("@between", ""))
            continue
        another = piece.kind == "link" and piece.words in (("with",), ("for",), ("in",), ("or",))
        if held and (
            another or piece.kind == "size" or piece.text in _MARKS or (len(held.words) > 1 and piece.text == ",")
        ):
            yield held
            held = None
        if piece.kind == "link" and piece.text.startswith("_"):
            held = replace(piece, text=piece.text.removeprefix("_").strip(), space=True)
        else:
            yield piece
    if held:
        yield held


def _number(pieces: Sequence[Said], at: int) -> bool:
    return 0 <= at < len(pieces) and (pieces[at].text[:1].isdigit() or pieces[at].words[:1] in _NUMBERS)


_MARKS = frozenset("-–()|+:;*[]")
_NUMBERS = (("one",), ("two",), ("three",), ("four",), ("five",), ("all",))
