"""See ``services/inventory``."""

from __future__ import annotations

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


class InventoryData(Construct):
    """StoreInventory."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Inventory")
        self.inventory = Table(
            self,
            "StoreInventory",
            "store_id",
            "product_id",
            stage=stage,
            indexes=[Index("product_id", "store_id", name="by_product")],
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        )


class Inventory(Service):
    """What each shop has on its shelves. Owns StoreInventory. States StockChanged."""

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

        api = self.function("api")
        self.inventory.grant(api, "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem")
        catalog.grant_facts(api)
        stores.grant_membership(api)
        foundation.grant_cursors(api)
        self.route("/v1/stores/{store_id}/inventory", api)

        on_stock_change = self.on_stream("on_stock_change", self.inventory)
        foundation.grant_publish(on_stock_change, stated.SOURCE)

    def grant_bulk(self, fn: lambda_.Function) -> None:
        """The door ``inventory.client`` for those who apply many conditional changes."""
        self.inventory.grant(fn, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem")

    def grant_put_back(self, fn: lambda_.Function) -> None:
        """The same door for those who take them out again."""
        self.grant_bulk(fn)
        self.inventory.grant(fn, "dynamodb:DeleteItem")

    def grant_elsewhere(self, fn: lambda_.Function) -> None:
        """The same door for those who ask which other stores list a product."""
        self.inventory.grant(fn, "dynamodb:Query", indexes=["by_product"])
