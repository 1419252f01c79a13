"""Settings: typed, read once, and a missing one is named."""

from __future__ import annotations

import dataclasses

import pytest

from shared.aws.settings import MissingSetting, Runtime, settings


@dataclasses.dataclass(frozen=True)
class Wanted:
    some_table: str
    some_count: int = 3
    some_share: float = 0.5


def test_settings_are_typed_and_have_their_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.cache_clear()
    monkeypatch.setenv("SOME_TABLE", "T")
    monkeypatch.setenv("SOME_COUNT", "7")
    assert settings(Wanted) == Wanted("T", 7, 0.5)
    monkeypatch.setenv("SOME_COUNT", "8")
    assert settings(Wanted).some_count == 7, "read once"
    settings.cache_clear()


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.cache_clear()
    monkeypatch.delenv("SOME_TABLE", raising=False)
    with pytest.raises(MissingSetting, match="SOME_TABLE"):
        settings(Wanted)
    settings.cache_clear()


def test_every_function_has_the_runtime_settings() -> None:
    assert settings(Runtime).event_bus
    assert settings(Runtime).stage
