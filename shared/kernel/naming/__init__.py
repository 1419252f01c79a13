"""The one normaliser of product names, for indexing, for matching and for identity. Pure."""

from shared.kernel.naming.hearing import Heard, Role, Word, hear
from shared.kernel.naming.latin import to_latin
from shared.kernel.naming.lexicon import BLOCKS, brands, goods, roman, telling, words_of
from shared.kernel.naming.mending import as_letters
from shared.kernel.naming.phonetic import phonetic
from shared.kernel.naming.reading import IDENTITY_VERSION, Reading, identity_key, read_name
from shared.kernel.naming.sounds import grams, loose, skeleton

__all__ = [
    "BLOCKS",
    "IDENTITY_VERSION",
    "Heard",
    "Reading",
    "Role",
    "Word",
    "as_letters",
    "brands",
    "goods",
    "grams",
    "hear",
    "identity_key",
    "loose",
    "phonetic",
    "read_name",
    "roman",
    "skeleton",
    "telling",
    "to_latin",
    "words_of",
]
