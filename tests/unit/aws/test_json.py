"""JSON on the way in and out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.aws.json import read_json, write_json
from shared.kernel.errors import Malformed


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ('{"a": 1.10}', True),
        ("", False),
        ("{", False),
        ("NaN", False),
        ('{"a": Infinity}', False),
        ("[" * 90_000, False),
    ],
)
def test_json_is_read_exactly(text: str, good: bool) -> None:
    if good:
        assert read_json(text) == {"a": Decimal("1.10")}
    else:
        with pytest.raises(Malformed):
            read_json(text)


def test_json_is_written_compact_in_utf8_with_numbers_as_numbers() -> None:
    assert write_json({"n": "नमक", "w": Decimal("2.00"), "h": Decimal("0.5")}) == '{"n":"नमक","w":2,"h":0.5}'
    with pytest.raises(TypeError):
        write_json({"x": {1, 2}})
