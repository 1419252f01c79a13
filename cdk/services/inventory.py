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
from events.catalog import ProductRejected, ProductUpdated, ProductVerified


class InventoryData(Construct):
    """StoreInventory and StockMovements."""

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
        self.movements = Table(self, "StockMovements", "item", "row", stage=stage, ttl="expires_at")


class Inventory(Service):
    """What each shop has on its shelves, and what moved.

    Owns StoreInventory and StockMovements. States StockChanged, LowStockReached, LotExpiring, LotExpired.
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

        api = self.function("api")
        self.inventory.grant(api, "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem")
        self.movements.grant(api, "dynamodb:Query", "dynamodb:PutItem")
        self._grant_ledger(api)
        catalog.grant_facts(api)
        stores.grant_membership(api)
        foundation.grant_idempotency(api)
        foundation.grant_cursors(api)
        self.route("/v1/stores/{store_id}/inventory", api)
        self.route("/v1/stores/{store_id}/movements", api)
        self.route("/v1/stores/{store_id}/reorder-list", api, below=False)

        on_stock_change = self.on_stream("on_stock_change", self.inventory)
        self.movements.grant(on_stock_change, "dynamodb:BatchWriteItem")
        self.inventory.tell(on_stock_change)  # the settings come as one
        foundation.grant_publish(on_stock_change, stated.SOURCE)

        relabel = self.subscribe(
            "subscriptions", ProductUpdated, ProductVerified, ProductRejected, timeout=Duration.minutes(3)
        )
        self.inventory.grant(relabel, "dynamodb:GetItem", "dynamodb:PutItem")
        self.inventory.grant(relabel, "dynamodb:Query", indexes=["by_product"])
        self._grant_ledger(relabel)
        catalog.grant_facts(relabel)

        schedule = self.schedule("schedule", "cron(5 6-21 * * ? *)", timeout=Duration.minutes(10))
        self.inventory.grant(schedule, "dynamodb:GetItem", "dynamodb:PutItem")
        self.inventory.grant(schedule, "dynamodb:Query", indexes=["by_watch_on"])
        self._grant_ledger(schedule)

    def _grant_ledger(self, fn: lambda_.Function) -> None:
        """Who writes items looks which of their rows are in the ledger, and brings those that are not."""
        self.movements.grant(fn, "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem")

    def grant_bulk(self, fn: lambda_.Function) -> None:
        """The door ``inventory.client`` for those who apply many conditional changes."""
        self.inventory.grant(fn, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem")
        self._grant_ledger(fn)

    def grant_put_back(self, fn: lambda_.Function) -> None:
        """The same door for those who take them out again."""
        self.grant_bulk(fn)
        self.inventory.grant(fn, "dynamodb:DeleteItem")
        self.movements.grant(fn, "dynamodb:PutItem")

    def grant_elsewhere(self, fn: lambda_.Function) -> None:
        """The same door for those who ask which other stores list a product."""
        self.inventory.grant(fn, "dynamodb:Query", indexes=["by_product"])
        self.movements.tell(fn)
