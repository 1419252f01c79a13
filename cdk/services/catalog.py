"""See ``services/catalog``."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.foundation import Foundation
from cdk.service import Service
from cdk.services.stores import Stores
from cdk.stage import Stage
from cdk.storage import Bucket, Index, Table
from events import catalog as stated
from events.image_ingest import ImageIngested

# From here on a function has a whole CPU (1,769 MB by AWS's documentation).
_FULL_CPU = 1769
# A million products are some 200 MB compressed, written and read back.
_ROOM = 1024


class CatalogData(Construct):
    """Products, the claims that make each unique, and their history."""

    def __init__(self, scope: Construct, stage: Stage, logs: s3.IBucket) -> None:
        super().__init__(scope, "Catalog")
        self.products = Table(
            self,
            "Products",
            "product_id",
            stage=stage,
            indexes=[
                Index("gtin", name="by_barcode"),
                Index("image_hash"),
                Index("verification_status", "product_id", name="by_status"),  # ids sort by time
                Index("changed_minute", "changed_at", name="by_changed", also=("version",)),
            ],
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        )
        self.exports = Bucket(self, "Exports", stage=stage, logs=logs, expire_after=Duration.days(90))
        self.claims = Table(self, "ProductClaims", "claim", stage=stage)
        self.history = Table(self, "ProductHistory", "product_id", "version", numbers=["version"], stage=stage)


class Catalog(Service):
    """The shared product catalog. Owns Products, ProductClaims, ProductHistory. States ProductCreated, ..."""

    def __init__(self, scope: Construct, foundation: Foundation, data: CatalogData, *, stores: Stores) -> None:
        super().__init__(scope, foundation)
        self.products, self.claims, self.history = data.products, data.claims, data.history

        self.api = self.function("api")
        self.grant_lookup(self.api)
        self.grant_bulk(self.api)
        self.products.grant(self.api, "dynamodb:Query", indexes=["by_status"])
        self.claims.grant(self.api, "dynamodb:DeleteItem")
        self.history.grant(self.api, "dynamodb:Query")
        stores.grant_stores_of(self.api)
        foundation.grant_idempotency(self.api)
        foundation.grant_cursors(self.api)
        data.exports.grant(self.api, "s3:GetObject", keys="*")
        data.exports.grant_missing(self.api)
        self.route("/v1/products", self.api)
        self.route("/v1/catalog-export", self.api, method="GET", below=False)

        subscriptions = self.subscribe("subscriptions", ImageIngested)
        self.grant_amend(subscriptions)

        on_export = self.schedule(
            "on_export", "cron(15 3 * * ? *)", timeout=Duration.minutes(15), memory=_FULL_CPU, disk=_ROOM
        )
        self.products.grant(on_export, "dynamodb:Scan")
        self.claims.tell(on_export)
        self.history.tell(on_export)
        data.exports.grant(on_export, "s3:GetObject", "s3:PutObject", keys="*")
        data.exports.grant_missing(on_export)

        on_product_change = self.on_stream("on_product_change", self.products)
        foundation.grant_publish(on_product_change, stated.SOURCE)

    def grant_facts(self, fn: lambda_.Function) -> None:
        """The door ``catalog.client`` for those who ask what is known of a product."""
        self.products.grant(fn, "dynamodb:BatchGetItem")
        self.claims.tell(fn)  # the catalog's settings come as one
        self.history.tell(fn)

    def grant_pictured(self, fn: lambda_.Function) -> None:
        """The same door for those who ask which products have a picture."""
        self.grant_facts(fn)
        self.products.grant(fn, "dynamodb:Query", indexes=["by_image_hash"])

    def grant_changes(self, fn: lambda_.Function) -> None:
        """The same door for those who follow what becomes of all products."""
        self.grant_facts(fn)
        self.products.grant(fn, "dynamodb:Query", indexes=["by_changed"])

    def grant_everything(self, fn: lambda_.Function) -> None:
        """The same door for those who read the catalog from end to end, and then what was changed meanwhile."""
        self.grant_changes(fn)
        self.products.grant(fn, "dynamodb:Scan")

    def grant_lookup(self, fn: lambda_.Function) -> None:
        """The same door for those who also ask which product a GTIN or identity is."""
        self.grant_facts(fn)
        self.claims.grant(fn, "dynamodb:BatchGetItem")

    def grant_withdraw(self, fn: lambda_.Function) -> None:
        """The same door for those who take back what they had proposed."""
        self.grant_facts(fn)
        self.products.grant(fn, "dynamodb:GetItem", "dynamodb:PutItem")
        self.claims.grant(fn, "dynamodb:UpdateItem", "dynamodb:DeleteItem")
        self.history.grant(fn, "dynamodb:PutItem")

    def grant_amend(self, fn: lambda_.Function) -> None:
        """The same door for those who change what is known of a product."""
        self.grant_withdraw(fn)
        self.claims.grant(fn, "dynamodb:PutItem")

    def grant_decide(self, fn: lambda_.Function) -> None:
        """The same door for those who decide what becomes of products, and merge them."""
        self.grant_amend(fn)
        self.claims.grant(fn, "dynamodb:GetItem")

    def grant_bulk(self, fn: lambda_.Function) -> None:
        """The same door for those who propose many, some of which an older product takes for its own barcode."""
        self.grant_facts(fn)
        self.products.grant(fn, "dynamodb:GetItem", "dynamodb:PutItem")
        self.claims.grant(fn, "dynamodb:PutItem", "dynamodb:UpdateItem")
        self.history.grant(fn, "dynamodb:PutItem")
