"""See ``services/front``."""

from __future__ import annotations

from constructs import Construct

from cdk.foundation import Foundation
from cdk.service import Service
from cdk.services.stores import Stores
from cdk.stage import Stage
from cdk.storage import Table
from events.catalog import (
    ProductCreated,
    ProductMerged,
    ProductMergeReverted,
    ProductRejected,
    ProductReturned,
    ProductUpdated,
    ProductVerified,
)
from events.csv_import import (
    ImportCancelled,
    ImportCompleted,
    ImportFailed,
    ImportMapped,
    ImportMappingRequested,
    ImportReverted,
)
from events.image_ingest import ImageIngested, ImageRejected
from events.off_sync import OffSyncCompleted, OffSyncFailed
from events.quality_review import ReviewRequested, ReviewSettled
from events.stores import StoreRegistered


class FrontData(Construct):
    """Stats."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Front")
        self.stats = Table(self, "Stats", "stat", stage=stage, ttl="expires_at")


class Front(Service):
    """What anyone asks first: health, the API's description, the dashboard's figures. Owns Stats."""

    def __init__(self, scope: Construct, foundation: Foundation, data: FrontData, *, stores: Stores) -> None:
        super().__init__(scope, foundation)

        api = self.function("api")
        data.stats.grant(api, "dynamodb:GetItem")
        stores.grant_membership(api)
        for path in ("/v1/health", "/v1/openapi.json", "/v1/docs"):
            self.route(path, api, method="GET", below=False, open_to_all=True)
        self.route("/v1/admin/stats", api, method="GET", below=False)
        self.route("/v1/{proxy+}", api, below=False)  # what no other route knows: a 404 in our own words

        subscriptions = self.subscribe(
            "subscriptions",
            StoreRegistered,
            ProductCreated,
            ProductUpdated,
            ProductVerified,
            ProductRejected,
            ProductReturned,
            ProductMerged,
            ProductMergeReverted,
            ReviewRequested,
            ReviewSettled,
            ImageIngested,
            ImageRejected,
            OffSyncCompleted,
            OffSyncFailed,
            ImportMappingRequested,
            ImportMapped,
            ImportCompleted,
            ImportCancelled,
            ImportReverted,
            ImportFailed,
            concurrency=2,  # they all move one item
        )
        data.stats.grant(subscriptions, "dynamodb:PutItem", "dynamodb:UpdateItem")
