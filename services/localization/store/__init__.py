"""RegionalNames, Translations, and Amazon Translate."""
