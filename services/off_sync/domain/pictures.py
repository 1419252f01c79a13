"""Where a product's picture is. Addresses are built from their parts; one that came in a document is never asked."""

from __future__ import annotations

from services.off_sync.domain.document import Document, Front
from shared.kernel.region import LANGUAGES

LICENCE = "CC-BY-SA-3.0"
SIZE = 400
"""Pixels of the longer side: enough for a card, 23 KB on average."""


def best_front(document: Document) -> Front | None:
    """The front of the pack that most shops can read: English, then an Indian language, then any."""
    order = {lc: at for at, lc in enumerate([*LANGUAGES, document.lang, ""])}
    known = sorted(document.fronts, key=lambda f: (order.get(f.lc, len(order)), f.imgid == "", -int(f.rev)))
    return known[0] if known else None


def path_of(code: str, front: Front) -> str:
    """``/images/products/890/100/155/5082/front_en.4.400.jpg``: the code in 13 digits, in threes and the rest."""
    digits = code.zfill(13)
    folder = "/".join((digits[:3], digits[3:6], digits[6:9], digits[9:]))
    return f"/images/products/{folder}/{front.name}.{SIZE}.jpg"
