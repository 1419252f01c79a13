"""An object written piece by piece."""

from __future__ import annotations

from typing import Any

from shared.aws import clients


class PieceByPiece:
    """A CSV that becomes an object: a multipart upload once it is bigger than one part, so memory stays small."""

    _PART = 8 << 20

    def __init__(self, bucket: str, key: str) -> None:
        self._where: dict[str, Any] = {"Bucket": bucket, "Key": key}
        self._waiting = bytearray()
        self._upload: str | None = None
        self._sent: list[dict[str, Any]] = []

    def write(self, text: str) -> None:
        """Adds text."""
        self._waiting += text.encode()
        if len(self._waiting) >= self._PART:
            self._send()

    def close(self) -> None:
        """Makes the object appear, whole."""
        kind: dict[str, Any] = {"ContentType": "text/csv; charset=utf-8"}
        if self._upload is None:
            clients.s3().put_object(**self._where, Body=bytes(self._waiting), **kind)
            return
        self._send()
        parts: Any = {"Parts": self._sent}
        clients.s3().complete_multipart_upload(**self._where, UploadId=self._upload, MultipartUpload=parts)

    def _send(self) -> None:
        if self._upload is None:
            started = clients.s3().create_multipart_upload(**self._where, ContentType="text/csv; charset=utf-8")
            self._upload = started["UploadId"]
        number = len(self._sent) + 1
        done = clients.s3().upload_part(
            **self._where, UploadId=self._upload, PartNumber=number, Body=bytes(self._waiting)
        )
        self._sent.append({"PartNumber": number, "ETag": done["ETag"]})
        self._waiting.clear()
