"""Settings of localization."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LocalizationSettings:
    """Its table."""

    regional_names_table: str
    """Name of ``RegionalNames``: what people call a product, beside what the catalog says."""


@dataclass(frozen=True)
class StoreNamesSettings:
    """What each store says itself. Who uses the door ``localization.client`` has it too."""

    store_names_table: str
    """Name of ``StoreNames``: what a store calls products of all, for its own searches."""


@dataclass(frozen=True)
class TranslateSettings:
    """Amazon Translate, for names that have a word no glossary knows."""

    translations_table: str
    """Name of ``Translations``: what was translated once, and how much on which day."""
    translate_characters_a_day: int
    """So many characters at most are sent in a day (UTC); 0: Amazon Translate is never asked."""
    translate_terminology: str = ""
    """Name of the custom terminology that our brands and glossary are brought to; empty: none."""
