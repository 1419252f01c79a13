"""Languages and scripts of names, their ids, and what a machine may say beside people."""

from __future__ import annotations

import pytest

from services.localization.domain.languages import HOME, language_of, script_of
from services.localization.domain.names import (
    Called,
    applied,
    id_of,
    in_region,
    place_of,
    standing,
)
from shared.kernel.errors import NotFound
from shared.kernel.region import LANGUAGES, default_language


def product(name: str = "Salt 1 kg", **names: tuple[str, str]) -> Called:
    """``IN_TN=("உப்பு", "off")``: a name there and whose word it is."""
    said = {region.replace("_", "-"): told for region, told in names.items()}
    return Called(
        "prd_1", name, names={r: [n] for r, (n, _) in said.items()}, origins={r: o for r, (_, o) in said.items()}
    )


@pytest.mark.parametrize(
    ("name", "region", "language", "script"),
    [
        ("मीठ", "IN-MH", "mr", "Deva"),
        ("नमक", "IN-TN", "hi", "Deva"),
        ("நமக்", "IN-MH", "ta", "Taml"),
        ("নিমখ", "IN-AS", "as", "Beng"),
        ("লবণ", "IN-WB", "bn", "Beng"),
        ("লবণ", "IN-TN", "bn", "Beng"),
        ("ଲୁଣ", "IN-OD", "or", "Orya"),
        ("Parle-G बिस्किट", "IN-MH", "mr", "Deva"),
        ("Meeth", "IN-MH", "und-Latn", "Latn"),
        ("نمک", "IN-JK", "ur", "Arab"),
        ("盐", "IN-MH", "und", "Zzzz"),
        ("50-50", "IN-MH", "und", "Zyyy"),
    ],
)
def test_the_language_and_script_of_a_name(name: str, region: str, language: str, script: str) -> None:
    assert (language_of(name, region), script_of(name)) == (language, script)


def test_every_language_has_a_home_where_it_is_read() -> None:
    assert set(HOME) == set(LANGUAGES) - {"en"}
    assert all(default_language(region) == language for language, region in HOME.items())


def test_an_id_says_where_its_name_belongs() -> None:
    assert place_of(id_of("prd_1", "IN-MH", "मीठ")) == ("prd_1", "IN-MH")
    for none in ("", "prd_1", "prd_1.IN-ZZ.0", ".IN-MH.0", "a.b.c", "prd_1.IN-MH."):
        with pytest.raises(NotFound):
            place_of(none)


def test_a_machine_says_nothing_where_people_have_said_it_in_that_language() -> None:
    said = applied(product(IN_BR=("नमक", "off"), IN_MH=("मीठ", "store")), ())
    assert not {"IN-UP", "IN-MH", "IN-BR"} & said.keys()
    assert said["IN-TN"] == ["உப்பு 1 கிலோ"]


def test_what_was_declined_is_not_said_again_and_a_machines_old_name_goes() -> None:
    tamil = id_of("prd_1", "IN-TN", "உப்பு 1 கிலோ")
    assert "IN-TN" not in applied(product(), [tamil])
    old = product("Zorbix", IN_TN=("உப்பு", "translation"))
    assert applied(old, ()) == {"IN-TN": []}


def test_a_region_without_names_of_its_own_reads_those_of_its_language() -> None:
    every = standing(product(IN_UP=("नमक", "admin"), IN_TN=("உப்பு", "admin")), ())
    assert [n.name for n in in_region(every, "IN-BR")] == ["नमक"]
    assert [n.name for n in in_region(every, "IN-TN")] == ["உப்பு"]
