"""The open export: every night by the clock, and when somebody calls it."""

from __future__ import annotations

import tempfile
from typing import Any

from services.catalog.domain import export
from services.catalog.domain.export import Manifest
from services.catalog.store import exports
from services.catalog.store import products as store
from shared.aws.observability import count, follow, logger, metered
from shared.kernel.clock import Clock, utc_now


def make(now: Clock = utc_now) -> Manifest:
    """Writes the export, reads it back, and only then says that it is the one. Raises ExportBroken."""
    at = now()
    last = exports.latest()
    with tempfile.TemporaryFile() as file:
        written = exports.write((export.record(p, at) for p in store.every() if export.is_open(p)), file)
        manifest = Manifest(
            file=exports.file_of(at),
            generated_at=at,
            products=written.lines,
            bytes=written.bytes,
            sha256=written.sha256,
        )
        exports.keep(file, manifest)
    export.check(manifest, *exports.read_back(manifest), last)
    exports.announce(manifest)
    return manifest


@metered
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers the manifest."""
    follow(context.aws_request_id)
    manifest = make()
    count("ProductsExported", manifest.products)
    logger.info("exported", extra={"products": manifest.products, "bytes": manifest.bytes})
    return manifest.model_dump(mode="json")
