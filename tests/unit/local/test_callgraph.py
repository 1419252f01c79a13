"""What code a function can come to run."""

from __future__ import annotations

import ast

from local.callgraph import Place, functions, reached, settings_asked, woken


def names(*places: Place, never: Place | None = None) -> set[str]:
    pieces = reached(places, at_import=False, follows=lambda _, named: named != never)
    return {p.code.name for p in pieces if isinstance(p.code, ast.FunctionDef | ast.ClassDef)}


def test_the_walk_follows_names_through_modules() -> None:
    found = names(Place("services.stores.api", "amend_store"))
    assert {"amend_store", "check_version", "expected_version", "Stale", "amend"} <= found
    assert "register_store" not in found
    assert "register" not in found


def test_the_walk_follows_what_is_imported_where_it_is_used() -> None:
    assert "answered_once" in names(Place("shared.aws.idempotency", "once"))


def test_the_walk_stops_where_it_is_told() -> None:
    place = Place("services.stores.api", "amend_store")
    assert "expected_version" not in names(place, never=Place("shared.aws.http", "check_version"))


def test_settings_are_those_that_code_asks_for() -> None:
    asked = {p.name for p in settings_asked(woken("services.csv_import.on_upload"))}
    assert {"Runtime", "ToChunks", "OutboxSettings"} <= asked
    assert "ToFinishes" not in asked


def test_every_file_with_a_handler_is_a_function() -> None:
    assert {"services.catalog.api", "services.front.subscriptions", "shared.aws.relay"} <= set(functions())
    assert "services.catalog.store" not in functions()
