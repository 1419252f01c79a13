"""Names as they come out of old billing software and web pages, made readable."""

from __future__ import annotations

import html
import re
from typing import Final

from shared.kernel.text import nfc

# UTF-8 that was once read as Windows-1252 or Latin-1: a lead byte and those that go on from it, as characters.
_CP1252: Final = {
    bytes([code]).decode("cp1252"): code for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_TAIL: Final = "\x80-\xbf" + re.escape("".join(_CP1252))
_MOJIBAKE = re.compile(f"(?:[\xc2-\xdf][{_TAIL}]|[\xe0-\xef][{_TAIL}]{{2}}|[\xf0-\xf4][{_TAIL}]{{3}})+")
_ELEMENT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,6}|[a-z]{2,8});", re.IGNORECASE)

# Words of a kirana list as they look typed in Kruti Dev 010 and shown in any other font; none is English.
_KRUTI_DEV: Final = frozenset(
    {
        "vkVk", "phuh", "nky", "pkoy", "rsy", "fdyks", "xzke", "lkcqu", "nw/k", "cslu", "csalu", "elkyk",
        "elkys", "pk;", "fcLdqV", "fcLdhV", "gYnh", "fepZ", "lwth", "eSnk", "iSdsV", "iSfdV", "NksVk", "NksVh",
        "cM+k", "cM+h", "cknke", "dktw", "ewaxQyh", "ewax", "mM+n", "vjgj", "jktek", "Nksys", "puk", "phT+k",
        "iuhj", "eD[ku", "ngh", "/kfu;k", "thjk", "vpkj", "ikiM+", "'kDdj", "'kSEiw", "eatu", "czk'k",
        "VwFkisLV", "uedhu", "xsgw¡", "xsgwa", "pkSy", "cksry", "fMCck", "yhVj", "feyh", "nkus", "lkcwnkuk",
        "iksgk", "xqM+", "xqM", "ljlksa", "ukfj;y", "ekfpl", "vxjcRrh", "lQsn", "yky", "gjh", "dkyh", "lkeku",
        "ewY;", "ek=k",
    }
)  # fmt: skip


def mend(text: str) -> str:
    """`text` with every run of mojibake put right ("à¤†à¤Ÿà¤¾" -> "आटा"); the very same object when there is none."""
    if text.isascii() or not _MOJIBAKE.search(text):
        return text
    return _MOJIBAKE.sub(_mended, text)


def _mended(found: re.Match[str]) -> str:
    raw = bytes(_CP1252.get(char, ord(char)) for char in found[0])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return found[0]


def without_html(text: str) -> str:
    """`text` without tags and scripts, entities resolved; the very same object when there are none."""
    if "<" in text:
        bare = _TAG.sub(" ", _ELEMENT.sub(" ", text))
        if bare != text:
            text = nfc(bare)
    if "&" in text and _ENTITY.search(text):
        text = nfc(html.unescape(text))
    return text


def looks_like_kruti_dev(text: str) -> bool:
    """ASCII that is Hindi typed for the Kruti Dev font."""
    return any(word in _KRUTI_DEV for word in text.split())
