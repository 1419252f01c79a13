"""What may come by the hundred in a day, as items that run low do, is one notice of that day, which grows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict

from services.notifications.domain.notices import Mention, Notice

NAMED_AT_MOST: Final = 20
"""So many products a notice of a day names."""
COUNTED_AT_MOST: Final = 301
"""So many things it counts; of more it says that there are more."""


class Gathered(BaseModel):
    """What a day's notice has in it: each thing, with the moment of what was told of it last.

    ``revision`` counts how often it has grown. ``notice`` is as it is read.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    notice: Notice
    moments: dict[str, int]
    names: list[str]
    revision: int


def gathered(before: Gathered | None, new: Mention, name: str) -> Gathered:
    """A day's notice with one thing more, or as it was ``before`` when that is no news. ``name``: of the thing.

    What was bought and has run low once more is news, but still one thing.
    """
    known = before.moments if before else {}
    is_news = new.moment > known[new.thing] if new.thing in known else len(known) < COUNTED_AT_MOST
    if before and not is_news:
        return before
    moments = {**known, new.thing: new.moment}
    names = list(dict.fromkeys([*(before.names if before else ()), name]))[:NAMED_AT_MOST]
    facts = {**new.notice.facts, "name": names[0], **_others(len(moments) - 1, names)}
    first = before.notice if before else new.notice
    revision = before.revision + 1 if before else 1
    return Gathered(
        notice=new.notice.model_copy(
            update={
                "notice_id": first.notice_id,
                "created_at": first.created_at,
                "facts": facts,
                "revision": revision,
            }
        ),
        moments=moments,
        names=names,
        revision=revision,
    )


def _others(number: int, names: Sequence[str]) -> dict[str, str]:
    """How many there are beside the first, and what all are called as far as is known."""
    if not number:
        return {}
    more = "+" if number == COUNTED_AT_MOST - 1 else ""
    return {"others": f"{number}{more}", "names": ", ".join(names) + (", …" if len(names) == NAMED_AT_MOST else "")}
