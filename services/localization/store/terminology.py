"""The custom terminology of Amazon Translate: brought there by who asks first, and again when ours has changed.

A function of its own, at every deploy or once a day, would be one more thing that can be late: a term that was added
today has to be there when the first name is asked for, and a terminology that isn't there fails each translation.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from services.localization.domain.terminology import terms
from shared.aws import clients
from shared.aws.observability import logger

_MISSING = "ResourceNotFoundException"
_BEING_IMPORTED = "ConcurrentModificationException"  # by somebody else, who brings the same


@cache
def bring(name: str) -> None:
    """Brings our terms there under this name, unless they are there: once in a process."""
    file = terms()
    wanted = f"Brands and glossary of the product catalog, sha256 {hashlib.sha256(file).hexdigest()}"
    if _described(name) == wanted:
        return
    data = {"File": file, "Format": "CSV", "Directionality": "UNI"}
    try:
        clients.translate().import_terminology(
            Name=name, MergeStrategy="OVERWRITE", Description=wanted, TerminologyData=data
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != _BEING_IMPORTED:
            raise
    logger.info("terminology brought", extra={"terminology": name, "bytes": len(file)})


def _described(name: str) -> str | None:
    """How what is there is described; None where there is nothing."""
    try:
        found: dict[str, Any] = clients.translate().get_terminology(Name=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != _MISSING:
            raise
        return None
    return str(found["TerminologyProperties"].get("Description", ""))
