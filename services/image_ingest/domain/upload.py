"""An upload: what a file is for that somebody brings, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, get_args
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict

from events.image_ingest import IngestedImage, RejectedImage, Role
from services.image_ingest.domain.picture import Picture, urls_of
from services.image_ingest.domain.problems import PictureProblem
from shared.kernel.cause import Cause
from shared.kernel.ids import derived_id
from shared.kernel.text import nfc

Status = Literal["awaiting_upload", "processing", "ingested", "rejected"]
PREFIX: Final = "uploads/"
BUCKET: Final = "bucket"
"""Who uploads what is dropped into the bucket without a form of ours."""
_LONGEST = 200


class Upload(BaseModel):
    """An upload as it is stored. Without ``product_id`` it is for no product, without ``store_id`` for the catalog."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    upload_id: str
    status: Status
    product_id: str | None = None
    store_id: str | None = None
    role: Role = "front"
    source: str
    licence: str | None = None
    filename: str = ""
    uploaded_by: str
    by_admin: bool = False
    created_at: datetime
    correlation_id: str
    image_hash: str | None = None
    error_code: str | None = None
    reason: str | None = None

    @property
    def is_done(self) -> bool:
        """Whether it has ended, one way or the other."""
        return self.status in {"ingested", "rejected"}

    def cause(self, at: datetime) -> Cause:
        """Of what becomes of it."""
        return Cause(self.uploaded_by, at, self.correlation_id)

    def ingested(self, picture: Picture) -> IngestedImage:
        """What is told when its picture can be seen."""
        return IngestedImage(
            **self._told(),
            image_hash=picture.image_hash,
            role=self.role,
            source=self.source,
            licence=self.licence,
            width=picture.width,
            height=picture.height,
            urls=urls_of(picture.image_hash),
        )

    def rejected(self, problem: PictureProblem) -> RejectedImage:
        """What is told when it can't be used."""
        return RejectedImage(**self._told(), error_code=problem.code, reason=problem.reason)

    def _told(self) -> dict[str, Any]:
        return {
            "upload_id": self.upload_id,
            "product_id": self.product_id,
            "store_id": self.store_id,
            "uploaded_by": self.uploaded_by,
            "by_admin": self.by_admin,
        }


def key_of(upload_id: str) -> str:
    """Where the file of an announced upload is put."""
    return f"{PREFIX}{upload_id}"


def announced_id(key: str) -> str:
    """The id of the upload that a file is of, if it was announced."""
    return key.removeprefix(PREFIX)


def dropped(key: str, version_id: str, metadata: Mapping[str, str], at: datetime) -> Upload:
    """The upload of a file that was put into the bucket by hand; the same file put once more is another one.

    ``metadata`` of the object says what it is for: ``product-id``, ``store-id``, ``role``, ``source``, ``licence``.
    """
    told = {name: nfc(unquote(value))[:_LONGEST] for name, value in metadata.items()}
    upload_id = derived_id("upl", at, key, version_id)
    role = told.get("role", "")
    return Upload(
        upload_id=upload_id,
        status="processing",
        product_id=told.get("product-id") or None,
        store_id=told.get("store-id") or None,
        role=role if role in get_args(Role) else "front",  # type: ignore[arg-type]
        source=told.get("source") or "admin",
        licence=told.get("licence") or None,
        filename=announced_id(key)[-_LONGEST:],
        uploaded_by=BUCKET,
        by_admin=True,
        created_at=at,
        correlation_id=upload_id,
    )
