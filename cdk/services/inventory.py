"""See ``services/inventory``."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.foundation import Foundation
from cdk.service import Service
from cdk.services.catalog import Catalog
from cdk.services.stores import Stores
from cdk.stage import Stage
from cdk.storage import Index, Table
from events import inventory as stated
from events.catalog import (
    ProductMerged,
    ProductMergeReverted,
    ProductRejected,
    ProductReturned,
    ProductUpdated,
    ProductVerified,
)
from events.image_ingest import ImageIngested


class InventoryData(Construct):
    """StoreInventory, StockMovements and StockCounts."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Inventory")
        self.inventory = Table(
            self,
            "StoreInventory",
            "store_id",
            "product_id",
            stage=stage,
            indexes=[Index("product_id", "store_id", name="by_product"), Index("watch_on", "store_id")],
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        )
        self.movements = Table(
            self,
            "StockMovements",
            "item",
            "row",
            stage=stage,
            ttl="expires_at",
            indexes=[Index("merge_id", "item")],  # what a merge has moved can be taken back
        )
        self.counts = Table(
            self,
            "StockCounts",
            "store_id",
            "row",
            stage=stage,
            indexes=[Index("working", "moved_at")],  # stock takes that are being booked: which stand still is seen
        )


class Inventory(Service):
    """What each shop has on its shelves, what moved, and what was counted.

    Owns StoreInventory, StockMovements and StockCounts. States StockChanged, LowStockReached, LotExpiring, LotExpired.
    """

    def __init__(
        self,
        scope: Construct,
        foundation: Foundation,
        data: InventoryData,
        *,
        stores: Stores,
        catalog: Catalog,
    ) -> None:
        super().__init__(scope, foundation)
        self.inventory = data.inventory
        self.movements = data.movements
        counts = self.queue("Counts", worked_within=Duration.minutes(5))
        merges = self.queue("Merges", worked_within=Duration.minutes(5))

        self.api = api = self.function("api")
        self.inventory.grant(api, "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem")
        self.inventory.grant(api, "dynamodb:BatchGetItem")
        self.movements.grant(api, "dynamodb:Query", "dynamodb:PutItem")
        self._grant_ledger(api)
        data.counts.grant(api, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query")
        data.counts.grant(api, "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
        counts.grant_send(api)
        catalog.grant_facts(api)
        stores.grant_membership(api)
        stores.grant_stores_of(api)
        foundation.grant_idempotency(api)
        foundation.grant_cursors(api)
        self.route("/v1/stores/{store_id}/inventory", api)
        self.route("/v1/stores/{store_id}/movements", api)
        self.route("/v1/stores/{store_id}/reorder-list", api, below=False)
        self.route("/v1/stores/{store_id}/counts", api)

        worker = self.worker("worker", counts, concurrency=5)
        self.inventory.grant(worker, "dynamodb:GetItem", "dynamodb:PutItem")
        self.movements.grant(worker, "dynamodb:Query")
        self._grant_ledger(worker)
        data.counts.grant(worker, "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem")
        catalog.grant_facts(worker)
        counts.grant_send(worker)  # what is left of a long one

        on_stock_change = self.on_stream("on_stock_change", self.inventory)
        self.movements.grant(on_stock_change, "dynamodb:BatchWriteItem")
        self.inventory.tell(on_stock_change)  # the settings come as one
        foundation.grant_publish(on_stock_change, stated.SOURCE)

        follow = self.subscribe(
            "subscriptions",
            ProductUpdated,
            ProductVerified,
            ProductRejected,
            ProductReturned,
            ProductMerged,
            ProductMergeReverted,
            ImageIngested,
            timeout=Duration.minutes(3),
        )
        self.inventory.grant(follow, "dynamodb:GetItem", "dynamodb:PutItem")
        self.inventory.grant(follow, "dynamodb:Query", indexes=["by_product"])
        self.movements.grant(follow, "dynamodb:Query")
        self._grant_ledger(follow)
        catalog.grant_facts(follow)
        merges.grant_send(follow)

        on_merge = self.worker("on_merge", merges, concurrency=5)
        self.inventory.grant(on_merge, "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:DeleteItem")
        self.inventory.grant(on_merge, "dynamodb:Query", indexes=["by_product"])
        self.movements.grant(on_merge, "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem")
        self.movements.grant(on_merge, "dynamodb:Query", indexes=["by_merge_id"])
        self._grant_ledger(on_merge)
        catalog.grant_facts(on_merge)
        merges.grant_send(on_merge)  # the next shops, and a second look

        schedule = self.schedule("schedule", "cron(5 6-21 * * ? *)", timeout=Duration.minutes(10))
        self.inventory.grant(schedule, "dynamodb:GetItem", "dynamodb:PutItem")
        self.inventory.grant(schedule, "dynamodb:Query", indexes=["by_watch_on"])
        self._grant_ledger(schedule)
        data.counts.grant(schedule, "dynamodb:Query", indexes=["by_working"])
        counts.grant_send(schedule)

    def _grant_ledger(self, fn: lambda_.Function) -> None:
        """Who writes items looks which of their rows are in the ledger, and brings those that are not."""
        self.movements.grant(fn, "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem")

    def grant_bulk(self, fn: lambda_.Function) -> None:
        """The door ``inventory.client`` for those who apply many conditional changes."""
        self.inventory.grant(fn, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem")
        self._grant_ledger(fn)

    def grant_lists(self, fn: lambda_.Function) -> None:
        """The same door for those who ask what a store lists."""
        self.inventory.grant(fn, "dynamodb:BatchGetItem")
        self.movements.tell(fn)

    def grant_put_back(self, fn: lambda_.Function) -> None:
        """The same door for those who take them out again."""
        self.grant_bulk(fn)
        self.inventory.grant(fn, "dynamodb:DeleteItem")
        self.movements.grant(fn, "dynamodb:PutItem")

    def grant_following(self, fn: lambda_.Function) -> None:
        """The same door for those who apply changes to products that may be merged meanwhile."""
        self.movements.grant(fn, "dynamodb:Query")

    def grant_elsewhere(self, fn: lambda_.Function) -> None:
        """The same door for those who ask which other stores list a product."""
        self.inventory.grant(fn, "dynamodb:Query", indexes=["by_product"])
        self.movements.tell(fn)
