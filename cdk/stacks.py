"""The stacks compose, and nothing else: what each service needs stands in its own construct."""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Stack, Tags
from constructs import Construct

from cdk.assets import Assets
from cdk.foundation import Foundation, FoundationData
from cdk.publishing import Publishing
from cdk.reasons import because
from cdk.services.catalog import Catalog, CatalogData
from cdk.services.csv_import import CsvImport, CsvImportData
from cdk.services.front import Front, FrontData
from cdk.services.image_ingest import ImageIngest, ImageIngestData
from cdk.services.inventory import Inventory, InventoryData
from cdk.services.localization import Localization, LocalizationData
from cdk.services.matching import Matching, MatchingData
from cdk.services.notifications import Notifications, NotificationsData
from cdk.services.off_sync import OffSync, OffSyncData
from cdk.services.quality_review import QualityReview, QualityReviewData
from cdk.services.stores import Stores, StoresData
from cdk.stage import Stage
from cdk.storage import Bucket, Table, access_logs
from cdk.web import Address, Web


class _StageStack(Stack):
    def __init__(self, scope: Construct, kind: str, stage: Stage, description: str) -> None:
        super().__init__(
            scope,
            f"Vyapar{kind}-{stage.name}",
            description=description,
            synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=not stage.left_out.bootstrap_check),
            termination_protection=stage.keep,
        )
        Tags.of(self).add("app", "vyapar")
        Tags.of(self).add("stage", stage.name)
        if stage.left_out.tls_only:
            for rule in ("AwsSolutions-S10", "AwsSolutions-SNS3", "AwsSolutions-SQS4"):
                because(self, rule, "The local engine speaks plain HTTP, on the loopback alone.")

    def _tell(self, name: str, value: Any) -> None:
        CfnOutput(self, name, value=value if isinstance(value, str) else json.dumps(value, sort_keys=True))


class DataStack(_StageStack):
    """What people entrusted to us: a redeploy of the app can't touch it, and deleting the stack leaves it."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Data", stage, "Tables, buckets and accounts of the VyaparAI product catalog")
        logs = access_logs(self, "AccessLogs", stage)
        self.foundation = FoundationData(self, stage)
        self.stores = StoresData(self, stage)
        self.catalog = CatalogData(self, stage, logs)
        self.matching = MatchingData(self, stage, logs)
        self.inventory = InventoryData(self, stage)
        self.csv_import = CsvImportData(self, stage, logs)
        self.quality_review = QualityReviewData(self, stage)
        self.localization = LocalizationData(self, stage)
        self.notifications = NotificationsData(self, stage)
        self.off_sync = OffSyncData(self, stage)
        self.front = FrontData(self, stage)
        self.image_ingest = ImageIngestData(self, stage, logs)

    def tables(self) -> dict[str, str]:
        """Label -> name."""
        return {c.label: c.name for c in self.node.find_all() if isinstance(c, Table)}

    def buckets(self) -> dict[str, str]:
        """Label -> name."""
        return {c.label.lower(): c.name for c in self.node.find_all() if isinstance(c, Bucket)}


class AppStack(_StageStack):
    """The services, each after those whose doors it uses."""

    def __init__(self, scope: Construct, stage: Stage, data: DataStack, assets: Assets) -> None:
        super().__init__(scope, "App", stage, "The services of the VyaparAI product catalog")
        foundation = Foundation(self, stage, data.foundation, assets)
        Publishing(foundation)
        stores = Stores(self, foundation, data.stores)
        catalog = Catalog(self, foundation, data.catalog, stores=stores)
        matching = Matching(self, foundation, data.matching, catalog=catalog)
        matching.grant_match(catalog.api)  # here, for matching itself stands on the catalog
        inventory = Inventory(self, foundation, data.inventory, stores=stores, catalog=catalog)
        off_sync = OffSync(self, foundation, data.off_sync, catalog=catalog, images=data.image_ingest.images)
        off_sync.grant_look_up(catalog.api)  # here, for it itself stands on the catalog
        CsvImport(
            self,
            foundation,
            data.csv_import,
            stores=stores,
            catalog=catalog,
            matching=matching,
            inventory=inventory,
            off_sync=off_sync,
        )
        ImageIngest(self, foundation, data.image_ingest, stores=stores, catalog=catalog, inventory=inventory)
        QualityReview(self, foundation, data.quality_review, stores=stores, catalog=catalog, matching=matching)
        localization = Localization(self, foundation, data.localization, stores=stores, catalog=catalog)
        localization.grant_called(catalog.api)
        localization.grant_called(inventory.api)
        Notifications(self, foundation, data.notifications, stores=stores, catalog=catalog)
        Front(self, foundation, data.front, stores=stores)
        self.api_id = foundation.api_id

        self._tell("ApiId", foundation.api_id)
        self._tell("ApiUrl", foundation.api_url)
        self._tell("UserPoolId", data.foundation.people.user_pool_id)
        self._tell("UserPoolClientId", data.foundation.client.user_pool_client_id)
        self._tell("EventBusName", foundation.bus_name)
        self._tell("AlarmTopicArn", foundation.bell.topic_arn)
        self._tell("TableNames", data.tables())
        self._tell("BucketNames", data.buckets())


class WebStack(_StageStack):
    """What a browser comes to. It can be made anew without the others."""

    def __init__(
        self, scope: Construct, stage: Stage, *, images: Bucket, api_id: str, address: Address | None = None
    ) -> None:
        super().__init__(scope, "Web", stage, "The web origin of the VyaparAI product catalog")
        web = Web(self, stage, images=images, api_id=api_id, address=address)
        self._tell("WebUrl", web.url)
        self._tell("WebBucketName", web.app.name)
        self._tell("DistributionId", web.distribution.distribution_id)
        self._tell("DistributionDomain", web.distribution.distribution_domain_name)
