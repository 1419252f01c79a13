"""See ``services/notifications``."""

from __future__ import annotations

from constructs import Construct

from cdk.foundation import Foundation
from cdk.service import Service
from cdk.services.catalog import Catalog
from cdk.services.stores import Stores
from cdk.stage import Stage
from cdk.storage import Table
from events.csv_import import ImportCancelled, ImportCompleted, ImportFailed, ImportReverted
from events.inventory import LotExpired, LotExpiring, LowStockReached


class NotificationsData(Construct):
    """Notifications."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Notifications")
        self.notifications = Table(self, "Notifications", "audience", "notice_id", stage=stage, ttl="expires_at")


class Notifications(Service):
    """Who is told what. Owns Notifications."""

    def __init__(
        self,
        scope: Construct,
        foundation: Foundation,
        data: NotificationsData,
        *,
        stores: Stores,
        catalog: Catalog,
    ) -> None:
        super().__init__(scope, foundation)

        api = self.function("api")
        data.notifications.grant(api, "dynamodb:Query", "dynamodb:UpdateItem")
        stores.grant_membership(api)
        foundation.grant_idempotency(api)
        foundation.grant_cursors(api)
        self.route("/v1/admin/notifications", api)
        self.route("/v1/stores/{store_id}/notifications", api)

        subscriptions = self.subscribe(
            "subscriptions",
            ImportCompleted,
            ImportCancelled,
            ImportReverted,
            ImportFailed,
            LowStockReached,
            LotExpiring,
            LotExpired,
        )
        data.notifications.grant(subscriptions, "dynamodb:GetItem", "dynamodb:PutItem")
        catalog.grant_facts(subscriptions)  # goods are told of by their names
