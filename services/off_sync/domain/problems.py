"""Codes of a run, and what each says: why it failed, why a product was skipped, why a person looks at it first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RUN_CODES: Final[Mapping[str, str]] = {
    "BROKEN_GZIP": "A file of theirs is damaged; the next run tries again.",
    "CUT_OFF": "A file of theirs ended in the middle each time; the next run tries again.",
    "DUMP_TOO_LONG": "The dump takes longer to open, up to where it was left, than a function may run; let the stage"
    " ask by `search`, see docs/deploy.md.",
    "FEED_STALE": "They have published no changes for a day and a half; all there is was read.",
    "INTERNAL": "Something of ours went wrong; the log says what.",
    "LINE_TOO_LONG": "A file of theirs has a line that no product is; the next run tries again.",
    "NOT_CONFIGURED": "This stage doesn't say where to ask for that, or whom they may write to; see docs/deploy.md.",
    "NOT_JSON": "They answered with something else than JSON; the next run tries again.",
    "NO_DELTAS": "Their list of changes is empty; the next run tries again.",
    "NO_PICTURE": "What they gave for a picture is none; it is asked for again.",
    "NO_DUMP": "They have no dump where it should be; the next run tries again.",
    "PUSHED_BACK": "They had enough of us each time that we asked; the next run tries again.",
    "TAKEN_OVER": "Nothing had moved on it for two hours, so another run has taken its place.",
    "TOO_LARGE": "An answer was larger than any should be; the next run tries again.",
    "TOO_MANY_PAGES": "Their search never comes to an end; the next run tries again.",
    "TOO_SLOW": "An answer took too long each time; the next run tries again.",
    "UNEXPECTED_STATUS": "They answered with an error each time; the next run tries again.",
    "UNREACHABLE": "They couldn't be reached; the next run tries again.",
}
RESEED_CODES: Final[Mapping[str, str]] = {
    "FULL_AGAIN": "The dump had not been read for a month, and it alone shows what they have no more.",
    "GAP": "Changes are older than the fortnight that they keep them for, so the whole dump was read.",
    "NEVER_READ": "Nothing had been read before, so the whole dump was.",
}
SKIPPED_CODES: Final[Mapping[str, str]] = {
    "BAD_CODE": "Its code is none.",
    "CORRECTED": "A person has given the product that came of it another barcode.",
    "GONE": "They have it no more, and we never had a product of it.",
    "NAME_UNFIT": "Its name doesn't fit into our catalog.",
    "NOT_AN_OBJECT": "The line is no product.",
    "NO_CODE": "It has no code.",
    "NO_GTIN": "Its code is no GTIN, or one of a single shop's own.",
    "NO_NAME": "It has no name in any language.",
    "OF_THE_FUTURE": "It says that it was changed at a time that is yet to come.",
    "REJECTED": "A person has rejected the product.",
    "SWEEP_TOO_LARGE": "The dump lacks more products than can be true; none was marked as gone.",
    "UNUSABLE": "Something in it is as no product should be; the log says what.",
    "TOO_BIG": "The document is larger than we keep any.",
}
REVIEW_CODES: Final[Mapping[str, str]] = {
    "BRAND_MISSING": "It has no brand.",
    "CATEGORY_UNKNOWN": "None of its categories is an aisle of our shops.",
    "INCOMPLETE": "By their own measure it is not half complete.",
    "NAME_ODD": "Its name has marks in it that a web page has left.",
    "NAME_SHORT": "Its name is too short to say what is in the packet.",
    "NOT_INDIAN": "Nobody said that it is sold in India.",
    "SIZES_DIFFER": "The label and what they worked out of it are two sizes.",
    "SIZE_MISSING": "Nothing says how much is in the packet.",
    "SOLD_NO_MORE": "They say that it is sold no more.",
    "THEIR_ERRORS": "Their own checks find errors in it.",
}
"""Why a product of theirs waits for a person before all shops see it."""
