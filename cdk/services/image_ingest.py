"""See ``services/image_ingest``."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.foundation import Foundation
from cdk.service import Service
from cdk.services.catalog import Catalog
from cdk.services.inventory import Inventory
from cdk.services.stores import Stores
from cdk.stage import Stage
from cdk.storage import Bucket, Index, Table

# Whatever phones take fits into the one; what doesn't (a PNG of 50 megapixels, say) goes to the other.
_SMALL, _LARGE = 256, 1769
_PICTURES = ("core", "imaging")
# What people bring is taken away as soon as it is worked; what slips through is not kept either.
_LEFT_BEHIND = Duration.days(2)


class ImageIngestData(Construct):
    """Images, ImageUploads, ImageHashes; the bucket ``images`` for what people bring and what everybody sees."""

    def __init__(self, scope: Construct, stage: Stage, logs: s3.IBucket) -> None:
        super().__init__(scope, "ImageIngest")
        self.pictures = Table(
            self,
            "Images",
            "image_hash",
            stage=stage,
            indexes=[Index("source_hash")],
        )
        self.uploads = Table(self, "ImageUploads", "upload_id", stage=stage, ttl="expires_at")
        self.hashes = Table(self, "ImageHashes", "part", "place", stage=stage)
        self.images = Bucket(
            scope,  # not below this one: so it stays what it was before there was this
            "Images",
            stage=stage,
            logs=logs,
            forgets={"uploads/": _LEFT_BEHIND},
            tells_event_bridge=True,
            cors=[
                # A browser posts the form we signed; the signature is what counts, not the page's origin.
                s3.CorsRule(allowed_methods=[s3.HttpMethods.POST], allowed_origins=["*"], allowed_headers=["*"])
            ],
        )
        self.images.serve_by_cloudfront("images/*")


class ImageIngest(Service):
    """From a photo to pictures that all can see, and to those that look like it.

    on_upload makes renditions, on_large those of what doesn't fit into it, on_hash looks for lookalikes.
    Owns Images, ImageUploads, ImageHashes. States ImageIngested, ImageRejected, LookalikesDetected.
    """

    def __init__(
        self,
        scope: Construct,
        foundation: Foundation,
        data: ImageIngestData,
        *,
        stores: Stores,
        catalog: Catalog,
        inventory: Inventory,
    ) -> None:
        super().__init__(scope, foundation)

        pictures = self.queue("Pictures", worked_within=Duration.minutes(1))
        large = self.queue("LargePictures", worked_within=Duration.minutes(2))
        hashes = self.queue("Hashes", worked_within=Duration.minutes(2))
        self.rule_into(
            pictures,
            {
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {"bucket": {"name": [data.images.name]}, "object": {"key": [{"prefix": "uploads/"}]}},
            },
            bus=None,
        )

        api = self.function("api")
        data.uploads.grant(api, "dynamodb:GetItem", "dynamodb:PutItem")
        data.images.grant(api, "s3:PutObject", keys="uploads/*")  # in the forms it signs
        catalog.grant_facts(api)
        inventory.grant_lists(api)
        stores.grant_membership(api)
        stores.grant_stores_of(api)
        foundation.grant_idempotency(api)
        self.route("/v1/products/{product_id}/images", api, method="POST", below=False)
        self.route("/v1/stores/{store_id}/inventory/{product_id}/images", api, method="POST", below=False)
        self.route("/v1/image-uploads/{upload_id}", api, below=False)

        on_upload = self.worker("on_upload", pictures, memory=_SMALL, layers=_PICTURES, concurrency=10)
        on_large = self.worker("on_large", large, memory=_LARGE, layers=_PICTURES, concurrency=2)
        large.grant_send(on_upload)
        for fn, memory in ((on_upload, _SMALL), (on_large, _LARGE)):
            fn.add_environment("PICTURE_MEMORY_MB", str(memory))
            self._let_render(fn, data)
            hashes.grant_send(fn)

        on_hash = self.worker("on_hash", hashes, memory=512, layers=_PICTURES, concurrency=2)
        data.pictures.grant(on_hash, "dynamodb:GetItem", "dynamodb:UpdateItem")
        data.hashes.grant(
            on_hash,
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:Query",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
        )
        data.images.grant(on_hash, "s3:GetObject", keys="images/*")
        data.images.grant(on_hash, "s3:GetObject", keys="hashes/*")
        data.images.grant_missing(on_hash)
        foundation.grant_outbox(on_hash)

        schedule = self.schedule("schedule", "rate(1 hour)", timeout=Duration.minutes(2), layers=_PICTURES)
        data.hashes.grant(schedule, "dynamodb:Query")
        data.images.grant(schedule, "s3:GetObject", "s3:PutObject", keys="hashes/*")
        data.images.grant_missing(schedule)

    def _let_render(self, fn: lambda_.Function, data: ImageIngestData) -> None:
        """Make a picture of a file, take the file away, and say what became of it."""
        data.uploads.grant(fn, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
        data.pictures.grant(fn, "dynamodb:GetItem", "dynamodb:PutItem")
        data.pictures.grant(fn, "dynamodb:Query", indexes=["by_source_hash"])
        data.images.grant(fn, "s3:GetObject", "s3:GetObjectVersion", "s3:DeleteObjectVersion", keys="uploads/*")
        data.images.grant(fn, "s3:PutObject", keys="images/*")
        data.images.grant_missing(fn)
        self.foundation.grant_outbox(fn)
