"""The one normaliser of product names, for indexing, for matching and for identity. Pure."""

from shared.kernel.naming.latin import to_latin
from shared.kernel.naming.phonetic import phonetic
from shared.kernel.naming.reading import IDENTITY_VERSION, Reading, identity_key, read_name

__all__ = ["IDENTITY_VERSION", "Reading", "identity_key", "phonetic", "read_name", "to_latin"]
