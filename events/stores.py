"""What stores states."""

from __future__ import annotations

from typing import ClassVar

from events.base import Data, Event

SOURCE = "vyapar.stores"


class RegisteredStore(Data):
    """A new shop and who runs it."""

    store_id: str
    name: str
    region: str
    languages: tuple[str, ...]
    owner: str


class StoreRegistered(Event):
    """A shop has joined."""

    SOURCE: ClassVar[str] = SOURCE
    data: RegisteredStore
