"""A picture is known by what it holds."""

from __future__ import annotations

from services.image_ingest.domain.picture import key_of, urls_of


def test_a_picture_is_served_by_what_it_holds() -> None:
    assert urls_of("ab").medium == "/images/ab/medium.webp"
    assert urls_of("ab").original == f"/{key_of('ab', 'original')}"
