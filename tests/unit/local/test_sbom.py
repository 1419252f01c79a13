"""Which licences we may ship."""

from __future__ import annotations

from typing import Any

import pytest

from local.sbom import is_allowed, refused


def component(*licences: dict[str, Any]) -> dict[str, Any]:
    return {"name": "six", "version": "1.17.0", "licenses": list(licences)}


@pytest.mark.parametrize(
    "licence", ["MIT", "Apache-2.0 OR GPL-3.0-only", "BSD-3-Clause AND 0BSD AND Zlib", "(MIT OR GPL-2.0-only) AND ISC"]
)
def test_a_licence_is_allowed_when_each_of_its_terms_or_a_choice_of_ours_is(licence: str) -> None:
    assert is_allowed(licence)


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-only", "AGPL-3.0-or-later", "MIT AND GPL-2.0-only", "GPL-3.0-only WITH GCC-exception-3.1", ""]
)
def test_any_other_is_refused(licence: str) -> None:
    assert not is_allowed(licence)


def test_a_component_is_refused_by_name_when_one_of_its_licences_is_or_when_it_declares_none() -> None:
    fine = component({"license": {"id": "MIT"}}, {"license": {"name": "License :: OSI Approved :: BSD License"}})
    by_expression = component({"expression": "MIT OR Apache-2.0"})
    copyleft = component({"license": {"id": "MIT"}}, {"license": {"id": "GPL-3.0-only"}})
    assert refused({"components": [fine, by_expression, copyleft, component()]}) == [
        "six 1.17.0: MIT, GPL-3.0-only",
        "six 1.17.0: declares no licence",
    ]
