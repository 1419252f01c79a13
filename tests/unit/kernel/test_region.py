import pytest
from pydantic import BaseModel, ValidationError

from shared.kernel.region import LANGUAGES, REGIONS, RegionCode, default_language, parse_region, regions_of


class Shop(BaseModel):
    region: RegionCode


def test_india_has_28_states_and_8_territories() -> None:
    assert len(REGIONS) == 36
    assert list(REGIONS) == sorted(REGIONS)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("IN-MH", "IN-MH"),
        ("in-mh", "IN-MH"),
        (" MH ", "IN-MH"),
        ("in_mh", "IN-MH"),
        ("IN-CT", "IN-CG"),
        ("IN-OR", "IN-OD"),
        ("IN-TG", "IN-TS"),
        ("IN-UT", "IN-UK"),
        ("IN-DD", "IN-DH"),
    ],
)
def test_a_region_has_one_code(text: str, code: str) -> None:
    assert parse_region(text) == code
    assert Shop(region=text).region == code


@pytest.mark.parametrize("text", ["", "IN-", "IN-XX", "US-CA", "Maharashtra", "IN-IN-MH"])
def test_an_unknown_region_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Write it like IN-MH"):
        parse_region(text)
    with pytest.raises(ValidationError):
        Shop(region=text)


@pytest.mark.parametrize(
    ("region", "language"),
    [
        ("IN-MH", "mr"),
        ("IN-TN", "ta"),
        ("IN-AP", "te"),
        ("IN-TS", "te"),
        ("IN-OR", "or"),
        ("IN-AS", "as"),
        ("IN-DL", "hi"),
    ],
)
def test_a_region_reads_its_language_first(region: str, language: str) -> None:
    assert default_language(region) == language


def test_every_region_belongs_to_one_language() -> None:
    assert sorted(code for language in LANGUAGES for code in regions_of(language)) == list(REGIONS)
    assert regions_of("te") == ("IN-AP", "IN-TS")
    assert regions_of("ta-IN") == ("IN-TN",)
    assert regions_of("en") == ()
