"""Sounds in the letters of a language. The blocks of Unicode share a layout; what each writes otherwise stands here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.localization.domain.sounding import JOINT, VOWELS
from shared.kernel.naming import BLOCKS

_LETTER: Final = {
    "k": 0x15, "kh": 0x16, "g": 0x17, "gh": 0x18, "ch": 0x1A, "Ch": 0x1B, "j": 0x1C, "jh": 0x1D, "T": 0x1F, "Th": 0x20,
    "D": 0x21, "Dh": 0x22, "N": 0x23, "t": 0x24, "th": 0x25, "d": 0x26, "dh": 0x27, "n": 0x28, "p": 0x2A, "f": 0x2B,
    "b": 0x2C, "bh": 0x2D, "m": 0x2E, "y": 0x2F, "r": 0x30, "l": 0x32, "L": 0x33, "v": 0x35, "w": 0x35, "sh": 0x36,
    "s": 0x38, "h": 0x39, "z": 0x1C, "zh": 0x1C,
}  # fmt: skip
# Vowel: (alone, as a sign). None: it isn't written.
_VOWEL: Final[dict[str, tuple[int, int | None]]] = {
    "a": (0x05, None), "x": (0x05, None), "A": (0x06, 0x3E), "i": (0x07, 0x3F), "I": (0x08, 0x40), "u": (0x09, 0x41),
    "U": (0x0A, 0x42), "E": (0x0F, 0x47), "e": (0x0F, 0x47), "ai": (0x10, 0x48), "O": (0x13, 0x4B), "o": (0x13, 0x4B),
    "au": (0x14, 0x4C), "ae": (0x10, 0x48), "ao": (0x11, 0x49), "Y": (0x10, 0x48),
    "W": (0x14, 0x4C),
}  # fmt: skip
_NORTH: Final = {"Y": ("A", "i"), "W": ("A", "u")}  # two vowels in the north; the south has a letter for each
_SHORT: Final[dict[str, tuple[int, int | None]]] = {"E": (0x0E, 0x46), "O": (0x12, 0x4A), "ae": (0x0F, 0x47)}
_VIRAMA: Final = 0x4D
_NEAR: Final = {  # the nasal that stands before each row of stops
    **dict.fromkeys(("k", "kh", "g", "gh"), 0x19), **dict.fromkeys(("ch", "Ch", "j", "jh", "z"), 0x1E),
    **dict.fromkeys(("T", "Th", "D", "Dh"), 0x23), **dict.fromkeys(("t", "th", "d", "dh"), 0x28),
    **dict.fromkeys(("p", "f", "b", "bh"), 0x2E),
}  # fmt: skip
_STOPS: Final = frozenset(_NEAR) - {"f", "z"}


@dataclass(frozen=True)
class _Hand:
    """How a language writes. ``dot``: a nasal before a stop is a dot; ``closed``: a last consonant gets a virama.

    ``short``: long i and u of other languages are written short; ``clusters``: any letters join, not r alone.
    """

    dot: bool = False
    closed: bool = False
    vowels: Mapping[str, tuple[int | str, int | str | None]] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    short_last_i: bool = False
    short: bool = False
    clusters: bool = True


_SOUTH: Final = {**_SHORT, "ao": (0x06, 0x3E)}
_YA: Final = "\u09cd\u09af\u09be"
_HANDS: Final[Mapping[str, _Hand]] = {
    "hi": _Hand(dot=True, vowels={"ae": (0x0F, 0x48)}, letters={"z": "ज़", "zh": "ज़"}),
    "mr": _Hand(dot=True, vowels={"ae": ("ॲ", 0x45)}, letters={"z": "झ", "f": "फ", "L": "ळ"}),
    "gu": _Hand(dot=True, vowels={"ae": (0x0F, 0x47), "ao": (0x11, 0x49)}, letters={"z": "ઝ"}),
    "pa": _Hand(
        dot=True, vowels={"ao": (0x14, 0x4C)}, letters={"z": "ਜ਼", "f": "ਫ", "sh": "ਸ਼", "L": "ਲ"}, clusters=False
    ),
    "bn": _Hand(
        vowels={"x": (0x06, 0x3E), "ae": ("অ্যা", _YA), "ao": (0x05, None)},
        letters={"v": "ভ", "w": "ওয়", "L": "ল", "y": "য়", "z": "জ", "N": "ণ"}, short=True,
    ),
    "as": _Hand(
        vowels={"x": (0x06, 0x3E), "ae": (0x0F, 0x47), "ao": (0x05, None)},
        letters={
            "r": "ৰ", "v": "ভ", "w": "ৱ", "L": "ল", "y": "য়", "s": "ছ", "ch": "চ", "sh": "শ", "z": "জ",
        },
        short=True,
    ),
    "or": _Hand(
        vowels={"x": (0x05, None), "ae": (0x06, "\u0b4d\u0b5f\u0b3e"), "ao": (0x05, None)},
        letters={"v": "ଭ", "w": "ୱ", "y": "ୟ", "z": "ଜ"}, short=True,
    ),
    "ta": _Hand(closed=True, vowels={**_SOUTH, "ae": (0x06, 0x47)}, short_last_i=True),
    "te": _Hand(dot=True, closed=True, vowels={**_SOUTH, "ae": ("యా", "\u0c4d\u0c2f\u0c3e")}, letters={"z": "జ"}),
    "kn": _Hand(
        dot=True, closed=True, vowels={**_SOUTH, "ae": (0x06, "\u0ccd\u0caf\u0cbe")}, letters={"z": "ಜ"},
        short_last_i=True,
    ),
    "ml": _Hand(
        closed=True, vowels={**_SHORT, "ae": (0x06, 0x3E), "ao": (0x13, 0x4B)}, letters={"z": "സ"}, short_last_i=True
    ),
}  # fmt: skip
_TAMIL: Final = {
    **dict.fromkeys(("k", "kh", "g", "gh"), "க"), **dict.fromkeys(("ch", "Ch"), "ச"),
    **dict.fromkeys(("j", "jh"), "ஜ"), **dict.fromkeys(("T", "Th", "D", "Dh"), "ட"),
    **dict.fromkeys(("t", "th", "d", "dh"), "த"), **dict.fromkeys(("p", "b", "bh"), "ப"),
    "f": "ஃப", "s": "ஸ", "sh": "ஷ", "z": "ஸ", "zh": "ழ", "h": "ஹ", "L": "ள", "N": "ண",
}  # fmt: skip
_TAMIL_DOUBLES: Final = frozenset(("k", "T", "p", "ch", "t", "th"))  # else they would be read as g, d, b, s
_CHILLU: Final = {"n": "ൻ", "r": "ർ", "l": "ൽ"}


def write(sounds: Sequence[str], language: str) -> str:
    """The sounds in the script of a language."""
    if JOINT in sounds:
        at = sounds.index(JOINT)
        first, rest = _written(sounds[:at], language, ends=False), write(sounds[at + 1 :], language)
        return first + rest
    return _written(sounds, language, ends=True)


def _written(sounds: Sequence[str], language: str, *, ends: bool) -> str:
    hand = _HANDS[language]
    base = BLOCKS[language]
    apart = {"W": ("a", "v", "u")} if language == "ta" else {} if hand.closed else _NORTH
    if not hand.closed:  # "ड्राइंग": that "Y" ends in a vowel is written once
        sounds = [s for at, s in enumerate(sounds) if not (s == "i" and at and sounds[at - 1] == "Y")]
    sounds = [s for sound in sounds for s in apart.get(sound, (sound,))]
    if not hand.closed and not hand.short and sounds[-1:] == ["i"]:
        sounds[-1] = "I"  # no word of the north ends in a short one: "ड्राई"
    if hand.closed or hand.short:
        sounds = [s for at, s in enumerate(sounds) if not (s == "h" and at and sounds[at - 1] == "w")]
    if hand.short:  # "সুইট"
        sounds = ["u" if s == "w" and at and sounds[at - 1] not in VOWELS else s for at, s in enumerate(sounds)]
    if hand.closed:
        sounds = list(_gliding(sounds))
    if language == "ta":
        sounds = _tamil_start(["a" if sounds[at : at + 3] == ["A", "y", "x"] else s for at, s in enumerate(sounds)])
        if ends and sounds[-1:] == ["D"] and sounds[-2:-1] and sounds[-2] not in VOWELS:
            sounds = [*sounds, "u"]  # "கோல்டு"
    out = ""
    for at, sound in enumerate(sounds):
        before = sounds[at - 1] if at else ""
        after = sounds[at + 1] if at + 1 < len(sounds) else ""
        if sound in VOWELS:
            if sound == "I" and not after and hand.short_last_i and any(s in VOWELS for s in sounds[:at]):
                sound = "i"  # "பாடி", but "ஃப்ரீ"
            out += _vowel(sound, hand, base, alone=not before or before in VOWELS, last=not after)
        else:
            out += _consonant(sounds, at, language, hand, base)
    return out


def _gliding(sounds: Sequence[str]) -> Iterator[str]:
    """In the south no vowel follows another: "டயாபெட்டிக்", "கடாய்"."""
    for at, sound in enumerate(sounds):
        before = sounds[at - 1] if at else ""
        if sound not in VOWELS or before not in VOWELS:
            yield sound
        elif sound in ("i", "I") and at + 1 == len(sounds):
            yield "y"
        else:
            yield from ("v" if before in ("u", "U", "o", "O", "W") else "y", sound)


def _vowel(sound: str, hand: _Hand, base: int, *, alone: bool, last: bool) -> str:
    if sound == "I" and hand.short:
        sound = "i"
    if sound == "U" and hand.short:
        sound = "u"
    forms: tuple[int | str, int | str | None] = hand.vowels.get(sound) or _VOWEL[sound]
    if last and not alone and sound in ("a", "x") and forms[1] is None:
        forms = _VOWEL["A"]
    form = forms[0] if alone else forms[1]
    return "" if form is None else form if isinstance(form, str) else chr(base + form)


def _consonant(sounds: Sequence[str], at: int, language: str, hand: _Hand, base: int) -> str:
    sound = sounds[at]
    before = sounds[at - 1] if at else ""
    after = sounds[at + 1] if at + 1 < len(sounds) else ""
    virama = chr(base + _VIRAMA)
    if sound in ("n", "m") and after in _STOPS and before in VOWELS and (sound == "n") != (after in ("p", "b", "bh")):
        return _nasal(before, after, language, hand, base)
    plural = after == "s" and at + 2 == len(sounds)  # "बीन्स", not "बींस"
    if sound == "n" and after in ("s", "sh") and before in VOWELS and language in ("hi", "mr", "gu") and not plural:
        return chr(base + 0x02) if before != "ao" else chr(base + 0x28) + virama
    if language == "ta" and sound == "g" and before == "n" and not after:
        return ""  # "லாங்"
    if language == "ml" and not (after in VOWELS and after) and before in VOWELS:
        if sound in _CHILLU:
            return _CHILLU[sound]
        if sound == "m" and not after:
            return "ം"  # "ക്രീം"
        if sound == "T" and not after:
            return "റ്റ്"
    if language == "ml" and sound == "T" and after in VOWELS and before in VOWELS:
        return "റ്റ"
    letter = _tamil(sounds, at) if language == "ta" else hand.letters.get(sound) or chr(base + _LETTER[sound])
    if language in ("te", "ml") and sound == "sh" and after not in ("r", "m"):
        letter = chr(base + 0x37)  # of English words: "లోషన్", but "శ్రీ", "కాశ్మీర్"
    if sound == "y" and language in ("bn", "as") and before and before not in VOWELS:
        letter = "য"  # as a part of the letter before it
    if language == "as" and sound == "s" and ((before and before not in VOWELS) or (after and after not in VOWELS)):
        letter = "স"
    if not hand.clusters:
        return letter + virama if after == "r" else letter
    if not after:
        return letter + virama if hand.closed else letter
    if after in VOWELS:
        return letter
    return letter + virama if hand.closed or _joined(sounds, at) else letter


def _joined(sounds: Sequence[str], at: int) -> bool:
    """Whether two consonants are one cluster in the north: at either end of a word, and with r, s, y beside them."""
    sound, after = sounds[at], sounds[at + 1]
    first = not any(s in VOWELS for s in sounds[:at])
    last = not any(s in VOWELS for s in sounds[at + 1 :])
    if sound == "y" or (sound == "s" and sounds[at - 1] == "k" and at and after in ("p", "f")):
        return False  # "एक्सपर्ट"
    return (
        (first or last or sound in ("r", "s", "sh") or after in ("r", "y", "s"))
        or (sound in ("p", "k", "l", "f") and after in ("T", "t", "k", "D"))
        or (sound == "l" and after in ("th", "f", "p", "j", "g", "sh"))
        or (sound, after) in (("f", "l"), ("k", "w"))
        or (sound == "k" and after == "sh")
        or after[:1].lower() == sound[:1].lower()  # doubled: "कच्ची", "मक्खन"
        or (sound == "n" and after not in ("l", "p", "b", "m", "f", "v", "w"))
    )


def _nasal(before: str, after: str, language: str, hand: _Hand, base: int) -> str:
    if language == "pa":
        return "ੰ" if before in ("a", "x", "i", "u", "E") else "ਂ"
    if language == "ml" and after in ("g", "gh"):
        return chr(base + 0x02)  # "ഷേവിംഗ്"
    if hand.dot and (before != "ao" or language not in ("hi", "mr")):
        return chr(base + 0x02)
    if hand.dot:  # a dot on the sign of "ao" is hard to read: "कॉम्बो"
        return chr(base + (0x2E if after in ("p", "b", "bh") else 0x28)) + chr(base + _VIRAMA)
    if language == "ta" and after in ("t", "th", "d", "dh"):
        return "ந்"
    return chr(base + _NEAR[after]) + chr(base + _VIRAMA)


def _tamil(sounds: Sequence[str], at: int) -> str:
    sound = sounds[at]
    before = sounds[at - 1] if at else ""
    after = sounds[at + 1] if at + 1 < len(sounds) else ""
    if sound == "n":
        return "ந" if not before else "ன"
    if sound == "s" and after in VOWELS and before != "k":
        return "ச"
    letter = _TAMIL.get(sound) or chr(0x0B80 + _LETTER[sound])
    doubled = sound in _TAMIL_DOUBLES and before in VOWELS and after in VOWELS
    doubled = doubled or (sound in ("T", "k", "p") and before == "r" and after in VOWELS)  # "பார்ட்டி"
    return f"{letter}்{letter}" if doubled else letter


def _tamil_start(sounds: Sequence[str]) -> list[str]:
    """No word begins with two consonants but s and another: "கிரீம்", "பிளஸ்", "பியூட்டி"."""
    if len(sounds) > 2 and sounds[1] in ("r", "l") and sounds[0] in _STOPS:
        return [sounds[0], "i", "L" if sounds[1] == "l" else "r", *sounds[2:]]
    if len(sounds) > 2 and sounds[1] == "y" and sounds[0] not in VOWELS:
        return [sounds[0], "i", *sounds[1:]]
    return list(sounds)
